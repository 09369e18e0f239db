//! Whether an office is whole: every row has its files, every file its row, every revision begins with the one before.
//!
//! The registry compares its rows with its events whenever it is asked; what it refuses is a finding here, and then no file
//! can be compared with anything. Nothing is ever deleted or written over: what nobody recorded can be moved aside.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use pk_trust::claim::Id;
use sha2::{Digest as _, Sha256};

use super::{Event, read_document};
use crate::office::{Office, durable};
use crate::registry::{self, Entry, Registry, SqliteRegistry};
use crate::workers::{Lost, in_order, threads};

/// Something that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Damage {
    /// What: a name for programs, and for texts in any language.
    pub code: &'static str,
    /// The document.
    pub id: Option<Id>,
    /// The file or folder.
    pub path: PathBuf,
    /// Values that belong to the code.
    pub values: BTreeMap<&'static str, String>,
}

/// What was looked at, and what was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inspection {
    /// Documents in the registry.
    pub documents: usize,
    /// Files that were compared with it.
    pub files: usize,
    /// What is wrong, by document.
    pub damages: Vec<Damage>,
    /// Where what nobody recorded was moved: from, to.
    pub moved: Vec<(PathBuf, PathBuf)>,
}

/// Why an office could not be looked at to the end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InspectionError {
    /// The office cannot be locked.
    #[error(transparent)]
    Office(#[from] crate::office::Error),
    /// A thread could not be started, or ended before its work.
    #[error(transparent)]
    Worker(#[from] Lost),
    /// What nobody recorded could not be moved aside.
    #[error(transparent)]
    File(#[from] super::FileError),
}

/// Folder of what was moved aside.
const ASIDE: &str = "lost+found";

/// Looks at an office, holding its lock: a run in the middle would look like damage.
///
/// # Errors
///
/// [`InspectionError`]
pub fn inspect(
    office: &Office,
    jobs: usize,
    repair: bool,
    on_event: &mut dyn FnMut(Event),
) -> Result<Inspection, InspectionError> {
    let _lock = office.lock()?;
    let mut inspection = Inspection::default();
    keys(office, &mut inspection.damages);
    let entries = match recorded(office) {
        Ok(entries) => entries,
        Err(error) => {
            inspection.damages.push(of_registry(office, &error));
            return Ok(inspection);
        }
    };
    inspection.documents = entries.len();
    on_event(Event::Started(entries.len()));
    let work = |entry: &Entry| compare(entry, office);
    in_order(&entries, vec![&work; threads(jobs, entries.len())], |entry, damages| {
        inspection.files += entry.files.len();
        inspection.damages.extend(damages);
        on_event(Event::Done);
        Ok::<_, InspectionError>(())
    })?;
    let strangers = strangers(&entries, office);
    if repair {
        for stranger in &strangers {
            let to = aside(office, &stranger.path)
                .map_err(|source| super::FileError { path: stranger.path.clone(), source })?;
            inspection.moved.push((stranger.path.clone(), to));
        }
    }
    inspection.damages.extend(strangers);
    inspection.damages.sort();
    Ok(inspection)
}

/// All documents, once the database is sound and its rows say what its events say.
fn recorded(office: &Office) -> Result<Vec<Entry>, registry::Error> {
    let registry = SqliteRegistry::open_to_read(&office.registry())?;
    registry.integrity()?;
    registry.all()
}

fn of_registry(office: &Office, error: &registry::Error) -> Damage {
    let mut values = BTreeMap::new();
    let (code, id) = match error {
        registry::Error::Chain { number, id, what } => {
            values.insert("event", number.to_string());
            values.insert("what", what.clone());
            ("fsck.chain", Id::parse_strict(id).ok())
        }
        registry::Error::Row { id, part } => {
            values.insert("part", (*part).to_owned());
            ("fsck.row", Id::parse_strict(id).ok())
        }
        registry::Error::Schema(object) => {
            values.insert("object", object.clone());
            ("fsck.schema", None)
        }
        registry::Error::Missing(_) => ("fsck.no-registry", None),
        error => {
            values.insert("error", error.to_string());
            ("fsck.registry", None)
        }
    };
    Damage { code, id, path: office.registry(), values }
}

/// The files of one document against its row.
fn compare(entry: &Entry, office: &Office) -> Vec<Damage> {
    let id = entry.reservation.id;
    let folder = office.documents().join(id.to_string());
    let damage =
        |code, path: &Path| Damage { code, id: Some(id), path: path.to_owned(), values: BTreeMap::new() };
    // A link may lead anywhere, and to the same file twice.
    if !fs::symlink_metadata(&folder).is_ok_and(|folder| folder.is_dir()) {
        return vec![damage("fsck.folder", &folder)];
    }
    let mut damages = Vec::new();
    let mut before: Option<Vec<u8>> = None;
    for (revision, hash) in (0_u32..).zip(&entry.files) {
        let path = office.document_file(&id.to_string(), revision);
        let plain = fs::symlink_metadata(&path).map(|file| file.is_file());
        let bytes = match plain {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                damages.push(damage("fsck.missing", &path));
                before = None;
                continue;
            }
            Ok(true) => read_document(&path).ok(),
            Ok(false) | Err(_) => None,
        };
        let Some(bytes) = bytes else {
            damages.push(damage("fsck.unreadable", &path));
            before = None;
            continue;
        };
        let found: [u8; 32] = Sha256::digest(&bytes).into();
        if found != *hash {
            damages.push(damage("fsck.other-file", &path));
        } else if before.as_ref().is_some_and(|before| !bytes.starts_with(before)) {
            damages.push(damage("fsck.not-continued", &path));
        }
        before = (found == *hash).then_some(bytes);
    }
    damages
}

/// Files and folders that nobody recorded.
fn strangers(entries: &[Entry], office: &Office) -> Vec<Damage> {
    let known: BTreeMap<String, &Entry> =
        entries.iter().map(|entry| (entry.reservation.id.to_string(), entry)).collect();
    let mut strangers = Vec::new();
    let mut name = |code, id, path: PathBuf| {
        strangers.push(Damage { code, id, path, values: BTreeMap::new() });
    };
    for (folder, path) in children(&office.documents()) {
        let Some(entry) = known.get(&folder) else {
            name(if durable::is_leftover(&path) { "fsck.leftover" } else { "fsck.unrecorded" }, None, path);
            continue;
        };
        if !fs::symlink_metadata(&path).is_ok_and(|folder| folder.is_dir()) {
            continue;
        }
        let files: BTreeSet<String> =
            (0..entry.files.len()).map(|revision| format!("{revision}.pdf")).collect();
        for (file, path) in children(&path) {
            if !files.contains(&file) {
                let code = if durable::is_leftover(&path) { "fsck.leftover" } else { "fsck.unrecorded" };
                name(code, Some(entry.reservation.id), path);
            }
        }
    }
    strangers
}

/// Names and paths of what lies in a folder.
fn children(folder: &Path) -> BTreeMap<String, PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path())).collect()
}

/// Moves something into the folder of what was moved aside; of two of one name the second gets a number.
fn aside(office: &Office, path: &Path) -> io::Result<PathBuf> {
    let folder = office.root().join(ASIDE);
    durable::create_private_dir(&folder)?;
    let below = path.strip_prefix(office.documents()).unwrap_or(path);
    let name =
        below.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("-");
    let mut to = folder.join(&name);
    let mut number = 1;
    while fs::symlink_metadata(&to).is_ok() {
        number += 1;
        to = folder.join(format!("{name}.{number}"));
    }
    durable::move_aside(path, &to)?;
    Ok(to)
}

/// Certificates that can be read, and private keys that nobody else can.
fn keys(office: &Office, damages: &mut Vec<Damage>) {
    let mut name = |code, path: PathBuf, error: Option<String>| {
        let values = error.map(|error| BTreeMap::from([("error", error)])).unwrap_or_default();
        damages.push(Damage { code, id: None, path, values });
    };
    if let Err(error) = office.trust() {
        name("fsck.certificates", office.root().join("keys"), Some(error.to_string()));
    }
    for owner in ["root", "issuing", "seal"] {
        if let Err(error) = office.certificate(owner) {
            name(
                "fsck.certificates",
                office.root().join(format!("keys/{owner}.pem")),
                Some(error.to_string()),
            );
        }
    }
    let private = office.root().join("private");
    let below = children(&private.join("officials"));
    for (_, path) in children(&private).into_iter().chain(below) {
        if path.is_file() && !durable::is_owners_alone(&path) {
            name("fsck.key-open", path, None);
        }
    }
}
