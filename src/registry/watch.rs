//! Noticing that a registry has changed, without asking SQLite each time.
//!
//! SQLite counts the commits of a file in its header (SQLite database file format, 1.3.7: 4 bytes at
//! offset 24, big-endian). With a rollback journal the counter is part of what a commit writes, so a
//! commit that has returned is always seen by whoever reads the counter afterwards. (With a write-ahead
//! log it would not be; this registry never has one.)
//!
//! The rule for whoever keeps answers: take the stamp first, then open the registry and ask
//! [`super::Registry::since`], and keep the answer under that stamp. A commit after the stamp makes the
//! next stamp differ, and costs at worst one question too many. A stamp from the middle of a commit may
//! show the new counter already; then SQLite's own locks decide whether the answer is the one before or
//! the one after. If the writer dies there and its journal is rolled back, the next commit writes the
//! same counter again over other content: for that case the stamp holds the time of the last change of
//! the file too, which a rollback moves.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// One state of the file of a registry. Nothing was committed between two stamps that are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Device and inode: a restored backup is another file under the same name.
    #[cfg(unix)]
    file: (u64, u64),
    /// Seconds and nanoseconds.
    #[cfg(unix)]
    modified: (i64, i64),
    #[cfg(unix)]
    counter: u32,
    /// Coarser: two commits in one tick of the file system's clock look like one.
    #[cfg(not(unix))]
    modified: (std::time::SystemTime, u64),
}

/// Files of replaced registries that stay open.
#[cfg(unix)]
const MAX_HANDLES: usize = 4;

/// Watches the file of a registry.
///
/// It outlives every connection of its process to that file: when a process closes any handle of a
/// file, POSIX takes away all locks that the process has on it, SQLite's among them (SQLite, How To
/// Corrupt An SQLite Database File, 2.2). For the same reason the handles of files that were replaced
/// stay open.
#[derive(Debug)]
pub struct Watch {
    path: PathBuf,
    /// Device and inode with their handle, the present one last. An inode whose handle is open is not
    /// given to another file, so the same numbers mean the same file.
    #[cfg(unix)]
    handles: Vec<((u64, u64), fs::File)>,
}

impl Watch {
    /// A watch over a path; nothing is looked at yet.
    pub fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            #[cfg(unix)]
            handles: Vec::new(),
        }
    }

    /// The present state, for two system calls as long as the file is not replaced.
    ///
    /// # Errors
    ///
    /// If the file is gone, cannot be read, or is too short for a registry.
    #[cfg(unix)]
    pub fn stamp(&mut self) -> io::Result<Stamp> {
        use std::os::unix::fs::{FileExt as _, MetadataExt as _};
        const COUNTER: u64 = 24;
        let identity = |metadata: &fs::Metadata| (metadata.dev(), metadata.ino());
        // Before the counter: a commit between the two must leave the older time in the stamp.
        let mut metadata = fs::metadata(&self.path)?;
        // Opening a pipe would wait for somebody who writes into it, for ever.
        if !metadata.is_file() {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        if self.handles.last().is_none_or(|(kept, _)| *kept != identity(&metadata)) {
            let file = fs::File::open(&self.path)?;
            // It may have been replaced once more: what counts is the file that is open.
            metadata = file.metadata()?;
            self.handles.push((identity(&metadata), file));
            // Each keeps a whole replaced registry on the disk. Nobody has one open any more that was replaced
            // so many times ago.
            if self.handles.len() > MAX_HANDLES {
                self.handles.remove(0);
            }
        }
        let (file, handle) = self.handles.last().ok_or(io::ErrorKind::NotFound)?;
        let mut counter = [0; 4];
        handle.read_exact_at(&mut counter, COUNTER)?;
        Ok(Stamp {
            file: *file,
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            counter: u32::from_be_bytes(counter),
        })
    }

    /// The present state.
    ///
    /// # Errors
    ///
    /// If the file is gone or cannot be looked at.
    #[cfg(not(unix))]
    pub fn stamp(&mut self) -> io::Result<Stamp> {
        let metadata = fs::metadata(&self.path)?;
        Ok(Stamp { modified: (metadata.modified()?, metadata.len()) })
    }
}
