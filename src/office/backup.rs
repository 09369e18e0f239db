//! A copy of an office folder, made while nobody changes the office.
//!
//! The registry is not copied here: a database that is open elsewhere is copied by the database
//! ([`Backup::registry`] says where to). The copy gets its name when it is whole.

use std::fs::{self, File, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use super::{Error, Lock, Office, durable};

/// Lies in a copy that is not whole. A folder of the same name without it is somebody's own.
const UNFINISHED: &str = ".unfinished-backup";

/// Deepest folder. An office has four levels, templates of its own perhaps some more; links can lead
/// in circles.
const DEEPEST: usize = 16;

/// A copy that is being made. What is dropped before [`Backup::finish`] is removed.
#[derive(Debug)]
pub struct Backup {
    target: PathBuf,
    copy: Office,
    finished: bool,
    /// Files that were copied.
    files: usize,
    _locks: (Lock, File),
}

impl Office {
    /// Copies everything but the registry, locked against every other process. Keys only if they are
    /// asked for: who has a backup does not need to be able to sign.
    ///
    /// # Errors
    ///
    /// [`Error::Exists`] if the target exists, [`Error::Inside`] if it would become a part of the
    /// office, and from the disk.
    pub fn begin_backup(&self, target: &Path, private_keys: bool) -> Result<Backup, Error> {
        let lock = self.lock()?;
        let path = self.keys().join(".lock");
        let keys = durable::lock(&path).map_err(Error::io(&path))?;
        let copy = Self { root: stage(self.root(), target)?, config: self.config.clone() };
        let target = target.to_owned();
        let mut backup = Backup { target, copy, finished: false, files: 0, _locks: (lock, keys) };
        let mut journal = self.registry().into_os_string();
        journal.push("-journal");
        let own =
            [self.root().join(".lock"), self.keys().join(".lock"), self.registry(), PathBuf::from(journal)];
        let left_out = |path: &Path| {
            own.iter().any(|own| own == path)
                || path == self.private() && !private_keys
                || durable::is_leftover(path)
        };
        backup.files = copy_folder(self.root(), backup.copy.root(), &left_out, 0)?;
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
        self.files
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

/// Copies what is in a folder, through links: documents may lie on another disk. Gives how many files
/// it copied.
fn copy_folder(
    from: &Path,
    to: &Path,
    left_out: &dyn Fn(&Path) -> bool,
    depth: usize,
) -> Result<usize, Error> {
    if depth > DEEPEST {
        return Err(Error::io(from)(io::Error::other("folders in a circle")));
    }
    let mut files = 0;
    for entry in fs::read_dir(from).map_err(Error::io(from))? {
        let source = entry.map_err(Error::io(from))?.path();
        if left_out(&source) {
            continue;
        }
        let Some(name) = source.file_name() else { continue };
        let target = to.join(name);
        let metadata = fs::metadata(&source).map_err(Error::io(&source))?;
        if metadata.is_dir() {
            durable::create_private_dir(&target).map_err(Error::io(&target))?;
            files += copy_folder(&source, &target, left_out, depth + 1)?;
        } else if metadata.is_file() {
            durable::copy_new(&source, &target).map_err(Error::io(&source))?;
            files += 1;
        } else {
            // Opening a pipe would wait for ever.
            return Err(Error::io(&source)(io::Error::other("neither a file nor a folder")));
        }
    }
    seal_folder(from, to).map_err(Error::io(to))?;
    Ok(files)
}

/// The permissions of the original, now that everything is inside, and then the disk.
fn seal_folder(from: &Path, to: &Path) -> io::Result<()> {
    let original: Metadata = fs::metadata(from)?;
    fs::set_permissions(to, original.permissions())?;
    durable::sync(to)
}
