//! The office folder: `pk.toml`, keys, and the doors to disk and clock.
//!
//! ```text
//! kantor/
//!   pk.toml      settings
//!   data/        workbooks
//!   keys/        public: certificates and revocation lists
//!   private/     encrypted keys, 0700
//!   templates/   overrides of the built-in templates
//!   documents/   <id>/0.pdf, 1.pdf, 2.pdf: write-once
//!   registry.db  what was issued and what became of it
//!   archive/     zips for hand-out
//! ```
//!
//! Only [`Office::create`] and the key commands make keys and databases. Everything else refuses
//! when they are missing: a mistyped folder must not become a second authority.

mod authority;
mod backup;
mod clock;
mod config;
mod custody;
pub mod durable;
mod keyring;
mod page;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use authority::{AuthorityError, Ledger, LedgerEntry, Protection};
pub use backup::{Backup, Links};
pub use clock::{Clock, FixedClock, SystemClock};
pub use config::{Config, ConfigError};
pub use custody::{Passphrase, PassphraseError, random};
pub use keyring::KeySummary;
pub use page::Page;

/// Largest `pk.toml`.
const MAX_SETTINGS: u64 = 1024 * 1024;

/// Why an office folder cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no `pk.toml` here.
    #[error("{} is no office folder: it has no pk.toml", .0.display())]
    NoOffice(PathBuf),
    /// There is one already.
    #[error("{} already exists", .0.display())]
    Exists(PathBuf),
    /// `pk.toml` is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Another process has been changing it for too long.
    #[error("another process is changing the office")]
    Busy,
    /// A copy of the office inside the office.
    #[error("{} is inside the office folder", .0.display())]
    Inside(PathBuf),
    /// A link in the folder, which a backup does not follow.
    #[error("{} is a link to {}", path.display(), target.display())]
    Link {
        /// The link.
        path: PathBuf,
        /// Where it leads.
        target: PathBuf,
    },
    /// A part of the folder is missing.
    #[error("{} is missing", .0.display())]
    Missing(PathBuf),
    /// The disk.
    #[error("{}: {source}", path.display())]
    Io {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl Error {
    fn io(path: &Path) -> impl FnOnce(io::Error) -> Self + use<'_> {
        move |source| Self::Io { path: path.to_owned(), source }
    }
}

/// The right to change an office, held by one process at a time. The system takes it back when the
/// process ends, however it ends.
#[derive(Debug)]
#[must_use = "without it another process may change the office"]
pub struct Lock(#[expect(dead_code, reason = "held for its drop")] fs::File);

/// An office folder.
#[derive(Clone, Debug)]
pub struct Office {
    root: PathBuf,
    config: Config,
    waiting: Waiting,
}

/// What to do while another process holds the office: it is told which one.
#[derive(Clone)]
struct Waiting(Arc<dyn Fn(&str) + Send + Sync>);

impl std::fmt::Debug for Waiting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Waiting(…)")
    }
}

impl Default for Waiting {
    fn default() -> Self {
        Self(Arc::new(|_| {}))
    }
}

impl Office {
    /// Opens an office folder.
    ///
    /// # Errors
    ///
    /// [`enum@Error`]
    pub fn open(root: &Path) -> Result<Self, Error> {
        let path = root.join("pk.toml");
        let text = match durable::read_text(&path, MAX_SETTINGS) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(Error::NoOffice(root.to_owned()));
            }
            Err(error) => return Err(Error::io(&path)(error)),
        };
        Ok(Self { root: root.to_owned(), config: Config::parse(&text)?, waiting: Waiting::default() })
    }

    /// Makes a new office folder with these settings; keys and registry come after.
    ///
    /// # Errors
    ///
    /// [`Error::Exists`] if there is one already.
    pub fn create(root: &Path, config_text: &str) -> Result<Self, Error> {
        let config = Config::parse(config_text)?;
        let path = root.join("pk.toml");
        if path.exists() {
            return Err(Error::Exists(path));
        }
        let office = Self { root: root.to_owned(), config, waiting: Waiting::default() };
        for folder in [root.to_owned(), office.data(), office.keys(), office.documents(), office.archive()] {
            durable::create_private_dir(&folder).map_err(Error::io(&folder))?;
        }
        let private = office.private();
        durable::create_private_dir(&private).map_err(Error::io(&private))?;
        // The folder may have been there already. Where the disk knows no permissions, `is_private` says so.
        let _ = durable::set_mode(root, 0o700);
        durable::write_new(&path, config_text.as_bytes()).map_err(Error::io(&path))?;
        Ok(office)
    }

    /// Keeps other processes from changing this office, until it is dropped. What was read before is
    /// to be read again: it may have changed while waiting.
    ///
    /// # Errors
    ///
    /// From the disk.
    pub fn lock(&self) -> Result<Lock, Error> {
        let path = self.root.join(".lock");
        durable::lock(&path, &*self.waiting.0).map(Lock).map_err(|error| match error.kind() {
            io::ErrorKind::WouldBlock => Error::Busy,
            _ => Error::io(&path)(error),
        })
    }

    /// Says who holds the office while it is waited for.
    #[must_use]
    pub fn while_waiting(self, say: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self { waiting: Waiting(Arc::new(say)), ..self }
    }

    /// Whether other users of the machine are kept out: every NIP lies in the workbook and the documents.
    pub fn is_private(&self) -> bool {
        durable::is_private(&self.root)
    }

    /// The settings.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Folder of the workbooks.
    pub fn data(&self) -> PathBuf {
        self.root.join("data")
    }

    /// Folder of certificates and revocation lists.
    pub fn keys(&self) -> PathBuf {
        self.root.join("keys")
    }

    /// Folder of the encrypted keys.
    pub fn private(&self) -> PathBuf {
        self.root.join("private")
    }

    /// Folder of the office's own templates.
    pub fn templates(&self) -> PathBuf {
        self.root.join("templates")
    }

    /// Folder of the documents.
    pub fn documents(&self) -> PathBuf {
        self.root.join("documents")
    }

    /// The file of one revision of a document.
    pub fn document_file(&self, id: &str, revision: u32) -> PathBuf {
        self.documents().join(id).join(format!("{revision}.pdf"))
    }

    /// The registry.
    pub fn registry(&self) -> PathBuf {
        self.root.join("registry.db")
    }

    /// Folder of the archives.
    pub fn archive(&self) -> PathBuf {
        self.root.join("archive")
    }
}
