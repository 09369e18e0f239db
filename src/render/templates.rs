//! The templates in force: those in the program, and what the office's folder puts over them.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::OnceLock;

use sha2::{Digest as _, Sha256};
use typst::foundations::Bytes;
use typst::syntax::{FileId, Source};

use super::world::file_id;
use crate::model::{Wording, WordingError};

/// Largest file of a template folder.
const MAX_FILE: u64 = 4 * 1024 * 1024;

const BUILT_IN: [(&str, &[u8]); 15] = [
    ("perjanjian-kinerja/template.typ", include_bytes!("../../templates/perjanjian-kinerja/template.typ")),
    ("perjanjian-kinerja/annex.typ", include_bytes!("../../templates/perjanjian-kinerja/annex.typ")),
    ("pakta-integritas/template.typ", include_bytes!("../../templates/pakta-integritas/template.typ")),
    ("shared/page.typ", include_bytes!("../../templates/shared/page.typ")),
    ("shared/head.typ", include_bytes!("../../templates/shared/head.typ")),
    ("shared/sign.typ", include_bytes!("../../templates/shared/sign.typ")),
    ("shared/verify.typ", include_bytes!("../../templates/shared/verify.typ")),
    ("shared/format.typ", include_bytes!("../../templates/shared/format.typ")),
    ("shared/stamps.typ", include_bytes!("../../templates/shared/stamps.typ")),
    ("shared/measure.typ", include_bytes!("../../templates/shared/measure.typ")),
    ("shared/picture.typ", include_bytes!("../../templates/shared/picture.typ")),
    ("shared/emblem.svg", include_bytes!("../../templates/shared/emblem.svg")),
    ("wording/standar.toml", include_bytes!("../../templates/wording/standar.toml")),
    ("wording/kesatu.toml", include_bytes!("../../templates/wording/kesatu.toml")),
    ("wording/README.md", include_bytes!("../../templates/wording/README.md")),
];

/// The names of the emblem. Offices have it as a picture more often than as a drawing.
const EMBLEMS: [&str; 4] = ["emblem.svg", "emblem.png", "emblem.jpg", "emblem.jpeg"];

/// Versions of the templates in the program.
const VERSIONS: [(&str, u32); 2] = [("perjanjian-kinerja", 1), ("pakta-integritas", 1)];

/// Why a template folder cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TemplatesError {
    /// The folder or a file in it cannot be read.
    #[error("{path} cannot be read")]
    Read {
        /// Which one.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// A file is too large.
    #[error("{path} is larger than {limit} bytes")]
    TooLarge {
        /// Which one.
        path: String,
        /// The limit.
        limit: u64,
    },
}

impl TemplatesError {
    /// A name for programs, and for texts in any language.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Read { .. } => "error.templates-read",
            Self::TooLarge { .. } => "error.templates-length",
        }
    }

    /// The values that belong to its [`code`](Self::code).
    pub fn values(&self) -> BTreeMap<&'static str, String> {
        match self {
            Self::Read { path, .. } => BTreeMap::from([("path", path.clone())]),
            Self::TooLarge { path, limit } => {
                BTreeMap::from([("path", path.clone()), ("limit", limit.to_string())])
            }
        }
    }
}

/// Template files by path.
#[derive(Clone, Debug)]
pub struct Templates {
    files: BTreeMap<String, Bytes>,
    /// Parsed when the first page is set: most verifications set none, and it takes as long as they do.
    sources: OnceLock<HashMap<FileId, Source>>,
    digest: OnceLock<[u8; 32]>,
    /// Paths of template files that the office's folder replaces or adds, sorted.
    overridden: Vec<String>,
}

impl Templates {
    /// The templates in the program.
    pub fn built_in() -> Self {
        let files = BUILT_IN.iter().map(|(path, bytes)| ((*path).to_owned(), Bytes::new(*bytes))).collect();
        Self::new(files, Vec::new())
    }

    /// The templates in the program with the files of a folder over them; a folder that does not
    /// exist puts nothing over them.
    ///
    /// # Errors
    ///
    /// [`TemplatesError`]
    pub fn with_folder(folder: &Path) -> Result<Self, TemplatesError> {
        let built_in = Self::built_in();
        let mut files = built_in.files;
        let mut overridden = Vec::new();
        if folder.is_dir() {
            collect(folder, "", &mut files, &mut overridden)?;
            overridden.sort();
        }
        Ok(Self::new(files, overridden))
    }

    fn new(files: BTreeMap<String, Bytes>, overridden: Vec<String>) -> Self {
        Self { files, sources: OnceLock::new(), digest: OnceLock::new(), overridden }
    }

    fn sources(&self) -> &HashMap<FileId, Source> {
        self.sources.get_or_init(|| {
            let templates = self.files.iter().filter(|(path, _)| path.ends_with(".typ"));
            templates
                .filter_map(|(path, bytes)| {
                    let id = file_id(path)?;
                    Some((id, Source::new(id, std::str::from_utf8(bytes).ok()?.to_owned())))
                })
                .collect()
        })
    }

    /// The versions of the templates by name, which the data of a document names: raised with every
    /// change of what comes out, also by a new Typst, so that an old document is never compared with a
    /// new template.
    pub fn versions() -> BTreeMap<String, u32> {
        VERSIONS.iter().map(|(name, version)| ((*name).to_owned(), *version)).collect()
    }

    /// SHA-256 over the files with which the office replaces parts of the templates, hexadecimal;
    /// `None` if there are none. Wordings do not count: their text is in the data.
    pub fn overrides(&self) -> Option<String> {
        if self.overridden.is_empty() {
            return None;
        }
        let mut hasher = Sha256::new();
        for path in &self.overridden {
            let bytes = self.files.get(path).map_or(&[][..], |bytes| bytes.as_slice());
            for part in [path.as_bytes(), bytes] {
                hasher.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
                hasher.update(part);
            }
        }
        Some(data_encoding::HEXLOWER.encode(&hasher.finalize()))
    }

    /// SHA-256 over all files: other templates set other pages, whatever version they say that they are.
    pub fn digest(&self) -> [u8; 32] {
        *self.digest.get_or_init(|| {
            let mut hasher = Sha256::new();
            for (path, bytes) in &self.files {
                for part in [path.as_bytes(), bytes.as_slice()] {
                    hasher.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
                    hasher.update(part);
                }
            }
            hasher.finalize().into()
        })
    }

    /// Whether the office replaces what decides where things stand, and not only pictures such as its emblem.
    pub fn replace_code(&self) -> bool {
        self.overridden.iter().any(|path| path.ends_with(".typ"))
    }

    /// Names of the pictures in the office's `shared/`: its emblem and those of units.
    pub fn pictures(&self) -> Vec<String> {
        let names = self.overridden.iter().filter_map(|path| path.strip_prefix("shared/"));
        let names = names.filter(|name| {
            let lower = name.to_lowercase();
            [".svg", ".png", ".jpg", ".jpeg"].iter().any(|end| lower.ends_with(end))
        });
        names.map(str::to_owned).collect()
    }

    /// The file with the office's own emblem; `None` if it has none. Of several the sharpest.
    pub fn emblem(&self) -> Option<String> {
        let pictures = self.pictures();
        EMBLEMS.iter().map(|name| (*name).to_owned()).find(|name| pictures.contains(name))
    }

    /// Names of all wordings, the office's own among them.
    pub fn wordings(&self) -> Vec<String> {
        let files = self.files.keys();
        let names = files.filter_map(|path| path.strip_prefix("wording/")?.strip_suffix(".toml"));
        names.map(str::to_owned).collect()
    }

    /// The file of a wording, as it is.
    pub fn wording_file(&self, profile: &str) -> Option<&[u8]> {
        self.files.get(&format!("wording/{profile}.toml")).map(Bytes::as_slice)
    }

    /// The wording of a profile; `None` if there is no such file.
    pub fn wording(&self, profile: &str) -> Option<Result<Wording, WordingError>> {
        let plain = profile.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        let bytes = plain.then(|| self.files.get(&format!("wording/{profile}.toml"))).flatten()?;
        Some(Wording::from_bytes(bytes))
    }

    pub(super) fn source(&self, id: FileId) -> Option<Source> {
        self.sources().get(&id).cloned()
    }

    pub(super) fn file(&self, path: &str) -> Option<Bytes> {
        self.files.get(path).cloned()
    }
}

fn collect(
    folder: &Path,
    prefix: &str,
    files: &mut BTreeMap<String, Bytes>,
    overridden: &mut Vec<String>,
) -> Result<(), TemplatesError> {
    let unreadable = |source| TemplatesError::Read { path: folder.display().to_string(), source };
    let mut entries: Vec<_> = fs::read_dir(folder).and_then(Iterator::collect).map_err(unreadable)?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        if is_of_the_system(&name) {
            continue;
        }
        let path = format!("{prefix}{name}");
        let metadata = fs::metadata(entry.path()).map_err(unreadable)?;
        if metadata.is_dir() {
            collect(&entry.path(), &format!("{path}/"), files, overridden)?;
            continue;
        }
        // A pipe would be waited for, and a device read for ever; the length that the system tells is no help.
        if !metadata.is_file() {
            return Err(unreadable(io::ErrorKind::InvalidInput.into()));
        }
        let mut bytes = Vec::new();
        let file = fs::File::open(entry.path()).map_err(unreadable)?;
        file.take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(unreadable)?;
        if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > MAX_FILE {
            return Err(TemplatesError::TooLarge { path, limit: MAX_FILE });
        }
        files.insert(path.clone(), Bytes::new(bytes));
        // A note or a wording in the folder changes no page.
        let folder = path.split('/').next().unwrap_or_default();
        if folder == "shared" || VERSIONS.iter().any(|(name, _)| *name == folder) {
            overridden.push(path);
        }
    }
    Ok(())
}

/// Hidden files and what systems and editors leave behind: nobody put them there, and they change no page.
fn is_of_the_system(name: &str) -> bool {
    let lower = name.to_lowercase();
    lower.starts_with('.')
        || lower.starts_with("~$")
        || lower.ends_with('~')
        || [".swp", ".bak", ".tmp"].iter().any(|end| lower.ends_with(end))
        || matches!(lower.as_str(), "thumbs.db" | "desktop.ini")
}
