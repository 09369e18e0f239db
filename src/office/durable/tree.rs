//! A folder that is replaced as a whole: readers see the old one or the new one, never a mixture, and
//! what has not changed is not written again.
//!
//! The new folder is built beside the old one. What stays the same is a second name (hard link) for the
//! same file. When everything is on disk, the two folders exchange their names in one step.
//!
//! ```text
//! .situs.lock   held from the first look at the old folder until the new one is in its place
//! .situs.new    what is being built; after the exchange, what is being taken away
//! .situs.old    where names cannot be exchanged: the old folder, whole, for the moment between two renames
//! ```

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{SHARED, lock, set_mode, sync_folder, write_all_to};

/// Permissions of a folder that a web server enters.
const FOLDER: u32 = 0o755;

/// Links that lead to links before it is called a circle.
const MAX_LINKS: usize = 16;

/// A folder that no other process replaces as long as this is held. Whatever goes into the new one has to be
/// read after this was taken: what was read before may be older than what another process has put there.
#[derive(Debug)]
pub struct Held {
    target: PathBuf,
    #[expect(dead_code, reason = "held for its drop: nobody else builds here")]
    lock: fs::File,
}

impl Held {
    /// Waits for other processes, and puts the folder back where one that was stopped had moved it aside. If
    /// `target` is a link, what it leads to is meant.
    ///
    /// # Errors
    ///
    /// From the disk; [`io::ErrorKind::WouldBlock`] if another process builds here for too long.
    pub fn take(target: &Path) -> io::Result<Self> {
        let target = resolved(target);
        let lock = lock(&beside(&target, "lock")?, &|_| {})?;
        let old = beside(&target, "old")?;
        // Somebody who missed it may have made an empty one. One with anything in it is left alone.
        if old.is_dir() && is_missing_or_removed(&target) {
            fs::rename(&old, &target)?;
        }
        Ok(Self { target, lock })
    }

    /// The folder as it is now.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// Begins the new one. What a run that was stopped left behind is taken away first.
    ///
    /// # Errors
    ///
    /// From the disk.
    pub fn stage(self) -> io::Result<Tree> {
        let (staged, old) = (beside(&self.target, "new")?, beside(&self.target, "old")?);
        remove(&staged)?;
        if old.is_dir() {
            fs::rename(&old, &staged)?;
            remove(&staged)?;
        }
        make_folder(&staged)?;
        Ok(Tree { held: self, staged, written: AtomicUsize::new(0) })
    }
}

/// A folder that is being built to take the place of another one.
#[derive(Debug)]
pub struct Tree {
    held: Held,
    staged: PathBuf,
    written: AtomicUsize,
}

impl Tree {
    /// The folder as it is now.
    pub fn target(&self) -> &Path {
        self.held.target()
    }

    /// A file as it is now; `None` if it is not there.
    pub fn present(&self, path: &str) -> Option<Vec<u8>> {
        fs::read(self.target().join(path)).ok()
    }

    /// Takes over a file as it is. Says whether it was there.
    ///
    /// # Errors
    ///
    /// From the disk.
    pub fn keep(&self, path: &str) -> io::Result<bool> {
        let (from, to) = (self.target().join(path), self.staged.join(path));
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
        // Written under another umask, by an earlier version.
        set_mode(&to, SHARED)?;
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
    /// From the disk; then the old one is still there, or the new one already, whole.
    pub fn commit(self) -> io::Result<()> {
        sync(&self.staged)?;
        let target = self.target();
        if !target.exists() {
            fs::rename(&self.staged, target)?;
        } else if exchange(&self.staged, target).is_err() {
            self.exchange_in_steps()?;
        }
        sync_folder(target)?;
        // The old one has this name now.
        remove(&self.staged)
    }

    /// Where names cannot be exchanged there is a moment without the folder; [`Held::take`] ends it after a
    /// crash. Under the third name the old folder is whole, or it is not there.
    fn exchange_in_steps(&self) -> io::Result<()> {
        let (target, old) = (self.target(), beside(self.target(), "old")?);
        fs::rename(target, &old)?;
        fs::rename(&self.staged, target).inspect_err(|_| {
            let _ = fs::rename(&old, target);
        })?;
        fs::rename(&old, &self.staged)
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

/// Where a folder really is. What a link leads to is what a web server shows: that has to be replaced, and not
/// the link; also while it is not there.
fn resolved(target: &Path) -> PathBuf {
    let mut path = target.to_owned();
    for _ in 0..MAX_LINKS {
        if let Ok(found) = path.canonicalize() {
            return found;
        }
        let Ok(leads_to) = fs::read_link(&path) else { break };
        path = path.parent().unwrap_or(Path::new("")).join(leads_to);
    }
    path
}

fn make_parent(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), make_folder)
}

/// A folder that a web server can enter, with all above it, whatever the umask: several threads may make it.
fn make_folder(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        make_folder(parent)?;
    }
    match fs::create_dir(path) {
        Ok(()) => set_mode(path, FOLDER),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

/// Removes a folder with nothing in it. Says whether there is none now.
fn is_missing_or_removed(folder: &Path) -> bool {
    match fs::remove_dir(folder) {
        Ok(()) => true,
        Err(error) => error.kind() == io::ErrorKind::NotFound,
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
        let tree = Held::take(target).unwrap().stage().unwrap();
        for (path, text) in files {
            tree.write(path, text.as_bytes()).unwrap();
        }
        let written = tree.written();
        tree.commit().unwrap();
        written
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<_> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
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
        assert_eq!(names(folder.path()), [".situs.lock", "situs"]);
    }

    #[test]
    fn a_run_that_was_stopped_leaves_nothing_in_the_way() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("situs");
        publish(&target, &[("a", "1")]);
        // Given up: the old folder is still there, and the new one is gone.
        let tree = Held::take(&target).unwrap().stage().unwrap();
        tree.write("a", b"2").unwrap();
        drop(tree);
        assert_eq!(fs::read(target.join("a")).unwrap(), b"1");
        // Killed: the half-built one is left, and where names cannot be exchanged the old one may have
        // only its other name.
        fs::create_dir(folder.path().join(".situs.new")).unwrap();
        fs::rename(&target, folder.path().join(".situs.old")).unwrap();
        assert_eq!(publish(&target, &[("a", "1")]), 0, "the old file is found and kept");
        assert_eq!(fs::read(target.join("a")).unwrap(), b"1");
        assert_eq!(names(folder.path()), [".situs.lock", "situs"]);
    }

    /// What is read of the old folder is read after this.
    #[test]
    fn the_old_folder_is_back_before_anybody_looks() {
        let folder = tempfile::tempdir().unwrap();
        let (target, old) = (folder.path().join("situs"), folder.path().join(".situs.old"));
        publish(&target, &[("a", "1")]);
        fs::rename(&target, &old).unwrap();
        assert!(Held::take(&target).unwrap().target().join("a").exists());
        // An empty folder in its place is nothing to keep; one with something in it is.
        fs::rename(&target, &old).unwrap();
        fs::create_dir(&target).unwrap();
        assert!(Held::take(&target).unwrap().target().join("a").exists());
        fs::rename(&target, &old).unwrap();
        fs::create_dir(&target).unwrap();
        fs::File::create(target.join("b")).unwrap();
        let held = Held::take(&target).unwrap();
        assert!(!target.join("a").exists() && old.join("a").exists(), "nothing is taken away by looking");
        held.stage().unwrap();
        assert!(target.join("b").exists() && !old.exists());
    }

    #[test]
    fn in_steps_the_old_folder_is_never_lost() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("situs");
        publish(&target, &[("a", "1")]);
        let tree = Held::take(&target).unwrap().stage().unwrap();
        tree.write("a", b"2").unwrap();
        tree.exchange_in_steps().unwrap();
        assert_eq!(fs::read(target.join("a")).unwrap(), b"2");
        drop(tree);
        assert_eq!(names(folder.path()), [".situs.lock", "situs"]);
        // The second step fails: the first is taken back.
        let tree = Held::take(&target).unwrap().stage().unwrap();
        fs::remove_dir(&tree.staged).unwrap();
        tree.exchange_in_steps().unwrap_err();
        assert_eq!(fs::read(target.join("a")).unwrap(), b"2");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_means_what_it_leads_to_also_while_that_is_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("besar").join("situs"), folder.path().join("situs"));
        fs::create_dir(folder.path().join("besar")).unwrap();
        std::os::unix::fs::symlink("besar/situs", &link).unwrap();
        publish(&link, &[("a", "1")]);
        fs::rename(&real, real.with_file_name(".situs.old")).unwrap();
        assert_eq!(publish(&link, &[("a", "1")]), 0);
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink() && real.join("a").exists());
    }
}
