//! A copy of an office folder, made while nobody changes the office.
//!
//! The registry is not copied here: a database that is open elsewhere is copied by the database
//! ([`Backup::registry`] says where to). The copy gets its name when it is whole.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::{Error, Lock, Office, durable};

/// Lies in a copy that is not whole. A folder of the same name without it is somebody's own.
const UNFINISHED: &str = ".unfinished-backup";

/// Deepest folder. An office has four levels, templates of its own perhaps some more; links that are
/// followed can lead in circles.
const DEEPEST: usize = 16;

/// What was copied.
#[derive(Debug, Default)]
struct Copied {
    files: usize,
    /// Links that were followed, and where to.
    links: Vec<(PathBuf, PathBuf)>,
}

/// What to do with links.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Links {
    /// Stop, and name it: it may lead to anything that whoever runs the backup can read.
    Refuse,
    /// Copy what they lead to, outside the office: documents may lie on another disk.
    Follow,
}

/// A copy that is being made. What is dropped before [`Backup::finish`] is removed.
#[derive(Debug)]
pub struct Backup {
    target: PathBuf,
    copy: Office,
    finished: bool,
    copied: Copied,
    _locks: (Lock, File),
}

impl Office {
    /// Copies everything but the registry, locked against every other process. Keys only if they are
    /// asked for: who has a backup does not need to be able to sign. Whatever the permissions of the
    /// original, only the owner can read the copy.
    ///
    /// # Errors
    ///
    /// [`Error::Exists`] if the target exists, [`Error::Inside`] if it would become a part of the
    /// office, [`Error::Link`], and from the disk.
    pub fn begin_backup(&self, target: &Path, private_keys: bool, links: Links) -> Result<Backup, Error> {
        let lock = self.lock()?;
        let path = self.keys().join(".lock");
        let keys = durable::lock(&path, &|_| {}).map_err(Error::io(&path))?;
        let copy = Self {
            root: stage(self.root(), target)?,
            config: self.config.clone(),
            waiting: self.waiting.clone(),
        };
        let target = target.to_owned();
        let mut backup =
            Backup { target, copy, finished: false, copied: Copied::default(), _locks: (lock, keys) };
        let mut journal = self.registry().into_os_string();
        journal.push("-journal");
        let own =
            [self.root().join(".lock"), self.keys().join(".lock"), self.registry(), PathBuf::from(journal)];
        let root = self.root().canonicalize().map_err(Error::io(self.root()))?;
        let left_out = |path: &Path| {
            own.iter().any(|own| own == path)
                || path == self.private() && !private_keys
                || durable::is_leftover(path)
        };
        let rules = Rules { root, links, left_out: &left_out };
        copy_folder(self.root(), backup.copy.root(), &rules, 0, &mut backup.copied)?;
        Ok(backup)
    }
}

impl Backup {
    /// Where the copy of the registry belongs.
    pub fn registry(&self) -> PathBuf {
        self.copy.registry()
    }

    /// Files that were copied, without the registry.
    pub const fn files(&self) -> usize {
        self.copied.files
    }

    /// Links that were followed, and where to.
    pub fn links(&self) -> &[(PathBuf, PathBuf)] {
        &self.copied.links
    }

    /// Gives the copy its name, once all of it is on the disk.
    ///
    /// # Errors
    ///
    /// From the disk.
    pub fn finish(mut self) -> Result<(), Error> {
        let registry = self.registry();
        durable::sync(&registry).map_err(Error::io(&registry))?;
        let staged = self.copy.root();
        let mark = staged.join(UNFINISHED);
        fs::remove_file(&mark).map_err(Error::io(&mark))?;
        durable::sync(staged).map_err(Error::io(staged))?;
        if exists(&self.target) {
            return Err(Error::Exists(self.target.clone()));
        }
        fs::rename(staged, &self.target).map_err(Error::io(&self.target))?;
        self.finished = true;
        durable::sync_folder(&self.target).map_err(Error::io(&self.target))
    }
}

impl Drop for Backup {
    fn drop(&mut self) {
        if !self.finished {
            // The error that is reported is the one that came before.
            let _ = discard(self.copy.root());
        }
    }
}

/// Makes the folder `<target>.new`.
fn stage(root: &Path, target: &Path) -> Result<PathBuf, Error> {
    if exists(target) {
        return Err(Error::Exists(target.to_owned()));
    }
    let name = target.file_name().ok_or(io::ErrorKind::InvalidInput.into()).map_err(Error::io(target))?;
    let parent = match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let canonical = |path: &Path| path.canonicalize().map_err(Error::io(path));
    // It would be a part of the next backup, and of this one too.
    if canonical(parent)?.starts_with(canonical(root)?) {
        return Err(Error::Inside(target.to_owned()));
    }
    let staged = parent.join(format!("{}.new", name.to_string_lossy()));
    clear(&staged)?;
    durable::create_private_dir(&staged).map_err(Error::io(&staged))?;
    let mark = staged.join(UNFINISHED);
    durable::create_new(&mark, 0o600).map_err(Error::io(&mark))?;
    Ok(staged)
}

/// Takes away the rest of an interrupted backup, and nothing else that has its name.
fn clear(staged: &Path) -> Result<(), Error> {
    if !exists(staged) {
        return Ok(());
    }
    if exists(&staged.join(UNFINISHED)) {
        return discard(staged).map_err(Error::io(staged));
    }
    // It may have been interrupted before there was a mark in it: then it is empty.
    fs::remove_dir(staged).map_err(|_| Error::Exists(staged.to_owned()))
}

/// Removes an unfinished copy, its mark last: who is killed here too leaves what can be told from a
/// folder of somebody's own.
fn discard(staged: &Path) -> io::Result<()> {
    let mark = staged.join(UNFINISHED);
    for entry in fs::read_dir(staged)? {
        let entry = entry?;
        if entry.path() == mark {
            continue;
        }
        // The type of the entry itself: nothing is removed through a link.
        match entry.file_type()?.is_dir() {
            true => fs::remove_dir_all(entry.path())?,
            false => fs::remove_file(entry.path())?,
        }
    }
    fs::remove_file(&mark)?;
    fs::remove_dir(staged)
}

/// Also of a link that leads nowhere.
fn exists(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// How an office is copied.
struct Rules<'a> {
    /// The office, without links in its path.
    root: PathBuf,
    links: Links,
    left_out: &'a dyn Fn(&Path) -> bool,
}

impl Rules<'_> {
    /// Where a link leads, if it may be followed: out of the office only. What is inside is copied anyway,
    /// or left out on purpose.
    fn follow(&self, link: &Path) -> Result<PathBuf, Error> {
        let target = fs::read_link(link).map_err(Error::io(link))?;
        match link.canonicalize() {
            Ok(real) if self.links == Links::Follow && !real.starts_with(&self.root) => Ok(real),
            _ => Err(Error::Link { path: link.to_owned(), target }),
        }
    }
}

/// Copies what is in a folder.
fn copy_folder(
    from: &Path,
    to: &Path,
    rules: &Rules<'_>,
    depth: usize,
    copied: &mut Copied,
) -> Result<(), Error> {
    if depth > DEEPEST {
        return Err(Error::io(from)(io::Error::other("folders in a circle")));
    }
    for entry in fs::read_dir(from).map_err(Error::io(from))? {
        let source = entry.map_err(Error::io(from))?.path();
        if (rules.left_out)(&source) {
            continue;
        }
        let Some(name) = source.file_name() else { continue };
        let target = to.join(name);
        let kind = fs::symlink_metadata(&source).map_err(Error::io(&source))?.file_type();
        if kind.is_symlink() {
            copied.links.push((source.clone(), rules.follow(&source)?));
        }
        let metadata = fs::metadata(&source).map_err(Error::io(&source))?;
        if metadata.is_dir() {
            durable::create_private_dir(&target).map_err(Error::io(&target))?;
            copy_folder(&source, &target, rules, depth + 1, copied)?;
        } else if metadata.is_file() {
            durable::copy_new(&source, &target).map_err(Error::io(&source))?;
            copied.files += 1;
        } else {
            // Opening a pipe would wait for ever.
            return Err(Error::io(&source)(io::Error::other("neither a file nor a folder")));
        }
    }
    durable::sync(to).map_err(Error::io(to))
}
