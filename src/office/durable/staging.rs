//! Many files at once: each whole or not there, as when written alone, with one wait for the disk instead of two a file.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{PRIVATE, stage_unsynced, sync};

/// Files that lie under other names until [`Staging::publish`] puts them in place.
///
/// What is dropped before is taken away; a crash leaves it behind, and the next attempt takes it away.
#[derive(Debug, Default)]
pub struct Staging {
    /// Other name, and name.
    files: Vec<(PathBuf, PathBuf)>,
    bytes: usize,
}

impl Staging {
    /// Writes a file that only its owner can read under another name. It may not be on the disk yet.
    ///
    /// # Errors
    ///
    /// From the disk.
    pub fn add(&mut self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let staged = stage_unsynced(path, bytes, PRIVATE)?.0;
        self.files.push((staged, path.to_owned()));
        self.bytes += bytes.len();
        Ok(())
    }

    /// How many files are staged.
    pub const fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Size of all of them.
    pub const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Brings all of them to the disk, then puts each in place of what was there, then brings their names to the disk.
    ///
    /// # Errors
    ///
    /// From the disk. What was put in place stays, the rest is taken away: whoever records files has to record none of
    /// these.
    pub fn publish(&mut self) -> io::Result<()> {
        if self.files.is_empty() {
            return Ok(());
        }
        self.sync(|(staged, _)| staged.clone())?;
        let mut folders = BTreeSet::new();
        for (staged, path) in &self.files {
            fs::rename(staged, path)?;
            folders.extend(path.ancestors().skip(1).take(2).map(Path::to_owned));
        }
        if self.files.len() < MANY || !sync_all(&self.files) {
            for folder in folders.iter().filter(|folder| !folder.as_os_str().is_empty()) {
                sync(folder)?;
            }
        }
        self.files.clear();
        self.bytes = 0;
        Ok(())
    }

    fn sync(&self, of: impl Fn(&(PathBuf, PathBuf)) -> PathBuf) -> io::Result<()> {
        if self.files.len() >= MANY && sync_all(&self.files) {
            return Ok(());
        }
        self.files.iter().try_for_each(|file| sync(&of(file)))
    }
}

/// So many files are brought to the disk together with whatever else waits for it.
const MANY: usize = 8;

/// One request for the whole file system, where there is such a thing; whether it was done. Errors of earlier writes are
/// told as well (Linux 5.8), and then each file is asked about alone.
#[cfg(target_os = "linux")]
fn sync_all(files: &[(PathBuf, PathBuf)]) -> bool {
    let folder = files.first().and_then(|(_, path)| path.parent());
    folder
        .and_then(|folder| fs::File::open(folder).ok())
        .is_some_and(|folder| rustix::fs::syncfs(folder).is_ok())
}

#[cfg(not(target_os = "linux"))]
const fn sync_all(_: &[(PathBuf, PathBuf)]) -> bool {
    false
}

impl Drop for Staging {
    fn drop(&mut self) {
        for (staged, _) in &self.files {
            let _ = fs::remove_file(staged);
        }
    }
}
