//! A folder that is replaced as a whole: readers see the old one or the new one, never a mixture, and
//! what has not changed is not written again.
//!
//! The new folder is built beside the old one. What stays the same is a second name (hard link) for the
//! same file. When everything is on disk, the two folders exchange their names in one step.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{lock, sync_folder, write_all_to};

/// A folder that is being built to take the place of another one.
#[derive(Debug)]
pub struct Tree {
    target: PathBuf,
    staged: PathBuf,
    written: AtomicUsize,
    #[expect(dead_code, reason = "held for its drop: nobody else builds here")]
    lock: fs::File,
}

impl Tree {
    /// Begins. What a run that was stopped left behind is taken away first.
    ///
    /// # Errors
    ///
    /// From the disk; [`io::ErrorKind::WouldBlock`] if another process builds here.
    pub fn stage(target: &Path) -> io::Result<Self> {
        let lock = lock(&beside(target, "lock")?)?;
        let (staged, old) = (beside(target, "new")?, beside(target, "old")?);
        // Where names cannot be exchanged there is a moment with the old folder only under its other name.
        if !target.exists() && old.exists() {
            fs::rename(&old, target)?;
        }
        for left in [&staged, &old] {
            remove(left)?;
        }
        fs::create_dir(&staged)?;
        Ok(Self { target: target.to_owned(), staged, written: AtomicUsize::new(0), lock })
    }

    /// The folder as it is now.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// A file as it is now; `None` if it is not there.
    pub fn present(&self, path: &str) -> Option<Vec<u8>> {
        fs::read(self.target.join(path)).ok()
    }

    /// Takes over a file as it is. Says whether it was there.
    ///
    /// # Errors
    ///
    /// From the disk.
    pub fn keep(&self, path: &str) -> io::Result<bool> {
        let (from, to) = (self.target.join(path), self.staged.join(path));
        if !from.is_file() {
            return Ok(false);
        }
        make_parent(&to)?;
        match fs::hard_link(&from, &to) {
            // File systems without hard links, such as exFAT on a stick.
            Err(error)
                if matches!(error.kind(), io::ErrorKind::Unsupported | io::ErrorKind::PermissionDenied) =>
            {
                fs::copy(&from, &to)?;
                fs::File::open(&to)?.sync_all()?;
            }
            linked => linked?,
        }
        Ok(true)
    }

    /// Writes a file, or takes it over if it has these bytes already.
    ///
    /// # Errors
    ///
    /// From the disk.
    pub fn write(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        if self.present(path).as_deref() == Some(bytes) && self.keep(path)? {
            return Ok(());
        }
        let to = self.staged.join(path);
        make_parent(&to)?;
        write_all_to(&to, bytes)?;
        self.written.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// Files that had to be written.
    pub fn written(&self) -> usize {
        self.written.load(Ordering::Relaxed)
    }

    /// Puts the new folder in the place of the old one.
    ///
    /// # Errors
    ///
    /// From the disk; then the old one is still there.
    pub fn commit(self) -> io::Result<()> {
        sync(&self.staged)?;
        if !self.target.exists() {
            fs::rename(&self.staged, &self.target)?;
            return sync_folder(&self.target);
        }
        let old = beside(&self.target, "old")?;
        if exchange(&self.staged, &self.target).is_ok() {
            // The old one has the other name now.
            fs::rename(&self.staged, &old)?;
        } else {
            fs::rename(&self.target, &old)?;
            fs::rename(&self.staged, &self.target)?;
        }
        sync_folder(&self.target)?;
        remove(&old)
    }
}

impl Drop for Tree {
    /// What was not finished is of no use to anybody.
    fn drop(&mut self) {
        let _ = remove(&self.staged);
    }
}

/// `.name.ending` beside `name`.
fn beside(target: &Path, ending: &str) -> io::Result<PathBuf> {
    let name = target.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_string_lossy();
    Ok(target.with_file_name(format!(".{name}.{ending}")))
}

fn make_parent(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)
}

fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

/// Both names change in one step; nobody ever finds neither.
#[cfg(target_os = "linux")]
fn exchange(a: &Path, b: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, a, CWD, b, RenameFlags::EXCHANGE)?)
}

#[cfg(not(target_os = "linux"))]
fn exchange(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Everything below a folder is on disk when this returns. One call for the whole file system: ten thousand
/// small files one after the other take minutes.
#[cfg(target_os = "linux")]
fn sync(folder: &Path) -> io::Result<()> {
    Ok(rustix::fs::syncfs(fs::File::open(folder)?)?)
}

#[cfg(not(target_os = "linux"))]
fn sync(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            sync(&path)?;
        } else {
            fs::File::open(&path)?.sync_all()?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn publish(target: &Path, files: &[(&str, &str)]) -> usize {
        let tree = Tree::stage(target).unwrap();
        for (path, text) in files {
            tree.write(path, text.as_bytes()).unwrap();
        }
        let written = tree.written();
        tree.commit().unwrap();
        written
    }

    #[test]
    fn what_is_the_same_is_not_written_again() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("situs");
        assert_eq!(publish(&target, &[("a", "1"), ("b/c", "2")]), 2);
        let modified = |path: &str| fs::metadata(target.join(path)).unwrap().modified().unwrap();
        let before = modified("b/c");
        assert_eq!(publish(&target, &[("a", "3"), ("b/c", "2")]), 1);
        assert_eq!(modified("b/c"), before);
        assert_eq!(fs::read(target.join("a")).unwrap(), b"3");
        // What nobody asks for any more is gone, and nothing is left beside it but the lock.
        assert_eq!(publish(&target, &[("b/c", "2")]), 0);
        assert!(!target.join("a").exists());
        let mut left: Vec<_> = fs::read_dir(folder.path())
            .unwrap()
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        assert_eq!(left, [".situs.lock", "situs"]);
    }

    #[test]
    fn a_run_that_was_stopped_leaves_nothing_in_the_way() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("situs");
        publish(&target, &[("a", "1")]);
        // Given up: the old folder is still there, and the new one is gone.
        let tree = Tree::stage(&target).unwrap();
        tree.write("a", b"2").unwrap();
        drop(tree);
        assert_eq!(fs::read(target.join("a")).unwrap(), b"1");
        // Killed: the half-built one is left, and where names cannot be exchanged the old one may have
        // only its other name.
        fs::create_dir(folder.path().join(".situs.new")).unwrap();
        fs::rename(&target, folder.path().join(".situs.old")).unwrap();
        assert_eq!(publish(&target, &[("a", "1")]), 0, "the old file is found and kept");
        assert_eq!(fs::read(target.join("a")).unwrap(), b"1");
    }
}
