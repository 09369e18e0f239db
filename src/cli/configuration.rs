//! The user's own configuration: whom they trust (`docs/formats/trusted.md`).
//!
//! It lies outside of every office and every download folder, so that nobody who can hand over a folder can
//! enter anything in it.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use pk_trust::verify::Trust;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::failure::Failure;
use crate::office::durable;

/// Version of the file.
const FORMAT: &str = "pk-trusted/1";

/// Name of the file.
const NAME: &str = "trusted.toml";

/// Largest file that is read: some ten thousand entries.
const MAX_FILE: u64 = 4 * 1024 * 1024;

/// Largest copy of a trust file that is read.
const MAX_COPY: u64 = 64 * 1024 * 1024;

/// What is trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    /// An office, in the folder where it lies.
    Office,
    /// A trust file, as it was when it was entered.
    File,
}

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    pub(super) kind: Kind,
    /// The institution that the first certificate names.
    pub(super) institution: String,
    /// SHA-256 of each certificate that is trusted, hexadecimal.
    pub(super) fingerprints: Vec<String>,
    /// The office's folder, or where the file came from.
    pub(super) path: PathBuf,
    /// When it was entered, `2026-01-05T08:00:00Z`.
    pub(super) added: String,
    /// SHA-256 of the trust file, hexadecimal: the name of its copy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) sha256: Option<String>,
}

/// The entries, oldest first.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Trusted {
    format: String,
    #[serde(default, rename = "entry")]
    pub(super) entries: Vec<Entry>,
}

impl Default for Trusted {
    fn default() -> Self {
        Self { format: FORMAT.to_owned(), entries: Vec::new() }
    }
}

impl Trusted {
    fn parse(text: &str) -> Result<Self, Failure> {
        let trusted: Self = toml::from_str(text).map_err(|error| unreadable().because(&error))?;
        let wrong = |code: &str, entry: &Entry| {
            unreadable().about(code).with("institution", format!("{:?}", entry.institution))
        };
        if trusted.format != FORMAT {
            return Err(unreadable()
                .about("error.configuration-format")
                .with("found", format!("{:?}", trusted.format))
                .with("format", format!("{FORMAT:?}")));
        }
        for entry in &trusted.entries {
            let hashes = entry.fingerprints.iter().chain(&entry.sha256);
            if entry.fingerprints.is_empty() || !hashes.into_iter().all(|hash| is_sha256(hash)) {
                return Err(wrong("error.configuration-hash", entry));
            }
            if (entry.kind == Kind::File) != entry.sha256.is_some() {
                return Err(wrong("error.configuration-copy", entry));
            }
        }
        Ok(trusted)
    }

    /// The entry of an office by its folder.
    pub(super) fn office(&self, folder: &Path) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.kind == Kind::Office && entry.path == folder)
    }

    /// Enters something, in the place of what was entered for the same folder or file before.
    fn enter(&mut self, entry: Entry) {
        self.entries.retain(|old| !(old.kind == entry.kind && is_same(old, &entry)));
        self.entries.push(entry);
    }
}

fn is_same(old: &Entry, new: &Entry) -> bool {
    match new.kind {
        Kind::Office => old.path == new.path,
        Kind::File => old.sha256 == new.sha256,
    }
}

fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// The folder of the user's configuration.
#[derive(Clone, Debug)]
pub(super) struct Configuration {
    folder: PathBuf,
}

impl Configuration {
    /// Where the system has users keep such things; `None` where it names no place.
    pub(super) fn of_user() -> Option<Self> {
        let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        // A relative path would lie in whatever folder pk is started (XDG Base Directory Specification 0.8).
        let absolute = |name| variable(name).filter(|path| path.is_absolute());
        let folder = match variable("PK_CONFIG") {
            Some(folder) => Some(folder),
            None if cfg!(windows) => absolute("APPDATA").map(|base| base.join("pk")),
            None => absolute("XDG_CONFIG_HOME")
                .or_else(|| absolute("HOME").map(|home| home.join(".config")))
                .map(|base| base.join("pk")),
        };
        folder.map(|folder| Self { folder })
    }

    /// The file of the entries.
    pub(super) fn path(&self) -> PathBuf {
        self.folder.join(NAME)
    }

    /// The file of the notes of pages that were set before.
    pub(super) fn rendered(&self) -> PathBuf {
        self.folder.join("rendered")
    }

    /// What was entered; nothing if nothing ever was.
    ///
    /// # Errors
    ///
    /// If there is something that cannot be read, or that others may write.
    pub(super) fn trusted(&self) -> Result<Trusted, Failure> {
        let path = self.path();
        let bytes = match read(&path, MAX_FILE) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Trusted::default()),
            Err(error) => return Err(unreadable().with("path", path.display()).because(&error)),
        };
        for path in [&self.folder, &path] {
            if is_open_to_others(path) {
                return Err(Failure::new("fail.configuration-open").with("path", path.display()));
            }
        }
        let text = String::from_utf8(bytes)
            .map_err(|error| unreadable().with("path", path.display()).because(&error))?;
        Trusted::parse(&text).map_err(|failure| failure.with("path", path.display()))
    }

    /// The copy of a trust file, as it was when it was entered.
    ///
    /// # Errors
    ///
    /// If it is gone or was changed: what it held, revocations among it, must not be missed in silence.
    pub(super) fn copy(&self, entry: &Entry) -> Result<Trust, Failure> {
        let sha256 = entry.sha256.as_deref().unwrap_or_default();
        let path = self.copy_path(sha256);
        let bytes = read(&path, MAX_COPY)
            .map_err(|error| unreadable().with("path", path.display()).because(&error))?;
        if HEXLOWER.encode(&Sha256::digest(&bytes)) != sha256 {
            return Err(unreadable().about("error.trust-changed").with("path", path.display()));
        }
        Trust::parse(&bytes).map_err(|error| unreadable().with("path", path.display()).because(&error))
    }

    fn copy_path(&self, sha256: &str) -> PathBuf {
        self.folder.join("trust").join(format!("{sha256}.pem"))
    }

    /// Enters an office, or a trust file with its bytes.
    ///
    /// # Errors
    ///
    /// From the disk, and as [`trusted`](Self::trusted).
    pub(super) fn enter(&self, entry: Entry, bytes: Option<&[u8]>) -> Result<(), Failure> {
        self.change(|trusted| {
            // The copy first: an entry without it would be an error with every verification.
            if let (Some(bytes), Some(sha256)) = (bytes, entry.sha256.as_deref()) {
                let path = self.copy_path(sha256);
                let folder = self.folder.join("trust");
                durable::create_private_dir(&folder).map_err(disk(&folder))?;
                durable::replace(&path, bytes).map_err(disk(&path))?;
            }
            trusted.enter(entry);
            Ok(())
        })
    }

    /// Removes an entry, and the copy that belongs to it.
    ///
    /// # Errors
    ///
    /// From the disk, and as [`trusted`](Self::trusted).
    pub(super) fn remove(&self, entry: &Entry) -> Result<(), Failure> {
        self.change(|trusted| {
            trusted.entries.retain(|old| old != entry);
            Ok(())
        })?;
        // The entry is what counts: a copy that stays is read by nobody.
        if let Some(sha256) = &entry.sha256 {
            let _ = fs::remove_file(self.copy_path(sha256));
        }
        Ok(())
    }

    fn change(&self, change: impl FnOnce(&mut Trusted) -> Result<(), Failure>) -> Result<(), Failure> {
        durable::create_private_dir(&self.folder).map_err(disk(&self.folder))?;
        let lock = self.folder.join(".lock");
        let _lock = durable::lock(&lock, &|_| {}).map_err(disk(&lock))?;
        let mut trusted = self.trusted()?;
        change(&mut trusted)?;
        let path = self.path();
        let text = toml::to_string(&trusted)
            .map_err(|error| unreadable().with("path", path.display()).because(&error))?;
        durable::replace(&path, text.as_bytes()).map_err(disk(&path))
    }
}

fn disk(path: &Path) -> impl FnOnce(io::Error) -> Failure + use<'_> {
    move |source| crate::office::Error::Io { path: path.to_owned(), source }.into()
}

fn unreadable() -> Failure {
    Failure::new("fail.configuration")
}

fn read(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(limit + 1).read_to_end(&mut bytes)?;
    match u64::try_from(bytes.len()) {
        Ok(length) if length <= limit => Ok(bytes),
        _ => Err(io::ErrorKind::FileTooLarge.into()),
    }
}

/// Whether others than its owner may write it: whoever can, decides whom this user trusts.
#[cfg(unix)]
fn is_open_to_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o022 != 0)
}

#[cfg(not(unix))]
fn is_open_to_others(_: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "format = \"pk-trusted/1\"\n\n[[entry]]\nkind = \"office\"\ninstitution = \"Contoh\"\n\
        fingerprints = [\"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\"]\n\
        path = \"/rumah/kantor\"\nadded = \"2026-01-05T01:00:00Z\"\n";

    #[test]
    fn what_is_written_is_read_again() {
        let trusted = Trusted::parse(GOOD).unwrap();
        assert_eq!(toml::to_string(&trusted).unwrap(), GOOD);
        assert!(trusted.office(Path::new("/rumah/kantor")).is_some());
        assert!(trusted.office(Path::new("/rumah")).is_none());
        assert!(Trusted::parse("format = \"pk-trusted/1\"\n").unwrap().entries.is_empty());
    }

    #[test]
    fn nothing_that_cannot_be_read_is_passed_over() {
        for (from, to) in [
            ("pk-trusted/1", "pk-trusted/2"),
            ("0011223344", "00112233"),
            ("aabbccddeeff\"", "AABBCCDDEEFF\""),
            ("\"office\"", "\"file\""),
            ("\"office\"", "\"folder\""),
            ("added", "extra = 1\nadded"),
            ("[[entry]]", "[[entries]]"),
            ("format", "# format"),
        ] {
            assert!(Trusted::parse(&GOOD.replace(from, to)).is_err(), "{from} → {to}");
        }
    }
}
