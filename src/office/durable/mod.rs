//! Files that are whole or not there: write under another name, fsync, rename, fsync the folder.

mod tree;

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::Path;
use std::thread;
use std::time::Duration;

pub use tree::{Held, Tree};

/// Writes a file that must not exist yet.
///
/// # Errors
///
/// [`io::ErrorKind::AlreadyExists`] if it does; documents are never overwritten.
pub fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    publish(path, bytes, 0o644)
}

/// Writes a file, replacing what was there in one step.
///
/// # Errors
///
/// From the disk.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let staged = stage(path, bytes, 0o644)?;
    fs::rename(&staged, path).inspect_err(|_| {
        let _ = fs::remove_file(&staged);
    })?;
    sync_folder(path)
}

/// Writes a new file that only its owner can read, from its first moment on.
///
/// # Errors
///
/// As [`write_new`].
pub fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    publish(path, bytes, 0o600)
}

fn publish(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let staged = stage(path, bytes, mode)?;
    // A hard link fails where a rename would silently replace: no moment between check and act.
    let published = match fs::hard_link(&staged, path) {
        // File systems without hard links, such as exFAT on a stick.
        Err(error)
            if matches!(error.kind(), io::ErrorKind::Unsupported | io::ErrorKind::PermissionDenied) =>
        {
            if path.exists() { Err(io::ErrorKind::AlreadyExists.into()) } else { fs::rename(&staged, path) }
        }
        linked => linked.and_then(|()| fs::remove_file(&staged)),
    };
    if published.is_err() {
        // The error that is reported is the first one.
        let _ = fs::remove_file(&staged);
    }
    published?;
    sync_folder(path)
}

/// How long a process waits for another one. A batch of a thousand documents takes about a minute.
const PATIENCE: Duration = Duration::from_secs(120);

/// Opens a file, made if need be, and waits until no other process has it locked. Only its owner may
/// open it: whoever can, can keep everybody else out.
///
/// # Errors
///
/// From the disk; [`io::ErrorKind::WouldBlock`] if another process keeps it too long.
pub fn lock(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let file = options.open(path)?;
    let pause = Duration::from_millis(50);
    for _ in 0..PATIENCE.as_millis() / pause.as_millis() {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => thread::sleep(pause),
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    Err(io::ErrorKind::WouldBlock.into())
}

/// Creates a folder that only its owner can enter.
///
/// # Errors
///
/// From the disk.
pub fn create_private_dir(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(path)
}

/// What is around the name of a file that is not in place yet.
const STAGED_BEFORE: &str = ".";
const STAGED_AFTER: &str = ".new";

/// Whether a file was left behind by a crash, before it was put in place.
pub(super) fn is_leftover(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with(STAGED_BEFORE) && name.ends_with(STAGED_AFTER)
}

/// Copies a file into a new one with the same permissions, which it gets when it is whole.
///
/// # Errors
///
/// [`io::ErrorKind::AlreadyExists`] if there is one, and from the disk.
pub(super) fn copy_new(from: &Path, to: &Path) -> io::Result<()> {
    let mut source = File::open(from)?;
    let mut target = create_new(to, 0o600)?;
    io::copy(&mut source, &mut target)?;
    target.set_permissions(source.metadata()?.permissions())?;
    target.sync_all()
}

/// The bytes on disk under a name that nobody looks for. A crash leaves it behind, and the next
/// attempt takes it away. Processes that could meet here hold the office's lock.
fn stage(path: &Path, bytes: &[u8], mode: u32) -> io::Result<std::path::PathBuf> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_string_lossy();
    let staged = path.with_file_name(format!("{STAGED_BEFORE}{name}{STAGED_AFTER}"));
    if staged.exists() {
        fs::remove_file(&staged)?;
    }
    let mut file = create_new(&staged, mode)?;
    // On a full disk half a file would keep it full.
    file.write_all(bytes).and_then(|()| file.sync_all()).inspect_err(|_| {
        let _ = fs::remove_file(&staged);
    })?;
    Ok(staged)
}

/// An empty file that does not exist yet, with these permissions from its first moment on.
///
/// # Errors
///
/// [`io::ErrorKind::AlreadyExists`] if there is one, and from the disk.
pub(super) fn create_new(path: &Path, mode: u32) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(mode);
    }
    #[cfg(not(unix))]
    let _ = mode;
    options.open(path)
}

/// Brings a file or folder to the disk.
///
/// # Errors
///
/// From the disk.
pub(super) fn sync(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// A new file in a folder that nobody reads yet, and that is synced as a whole before anybody does.
fn write_all_to(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(bytes)
}

/// The name itself is durable only once its folder is.
///
/// # Errors
///
/// From the disk.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    }
}
