//! Files that are whole or not there: write under another name, fsync, rename, fsync the folder.

mod staging;
mod tree;

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::Path;
use std::thread;
use std::time::Duration;

pub use staging::Staging;
pub use tree::{Held, Tree};

/// Readable by its owner only: everything in an office, whatever the umask of who runs the command.
const PRIVATE: u32 = 0o600;

/// Readable by everybody as far as the umask lets them: what somebody asked to have written elsewhere.
const SHARED: u32 = 0o644;

/// Reads a file that somebody named, of at most `limit` bytes. The length that the system tells is no help:
/// that of `/dev/zero` is 0.
///
/// # Errors
///
/// From the disk; [`io::ErrorKind::InvalidInput`] for anything but a regular file,
/// [`io::ErrorKind::FileTooLarge`].
pub fn read(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    // Before it is opened: opening a pipe would wait for somebody who writes into it, for ever.
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length <= limit) {
        Ok(bytes)
    } else {
        Err(io::ErrorKind::FileTooLarge.into())
    }
}

/// The same for text.
///
/// # Errors
///
/// As [`read`]; [`io::ErrorKind::InvalidData`] for anything but UTF-8.
pub fn read_text(path: &Path, limit: u64) -> io::Result<String> {
    String::from_utf8(read(path, limit)?).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

/// Writes a file that must not exist yet, and that only its owner can read, from its first moment on.
///
/// # Errors
///
/// [`io::ErrorKind::AlreadyExists`] if it does; documents are never overwritten.
pub fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    publish(path, bytes, PRIVATE)
}

/// The same for a file that others may read.
///
/// # Errors
///
/// As [`write_new`].
pub fn write_shared(path: &Path, bytes: &[u8]) -> io::Result<()> {
    publish(path, bytes, SHARED)
}

/// Writes a file that only its owner can read, replacing what was there in one step.
///
/// # Errors
///
/// From the disk.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    replace_with(path, bytes, PRIVATE)
}

/// The same for a file that is too large to be in memory: `write` writes it.
///
/// # Errors
///
/// From the disk, and those of `write`; what was there before stays.
pub fn replace_by<T, E: From<io::Error>>(
    path: &Path,
    write: impl FnOnce(&mut File) -> Result<T, E>,
) -> Result<T, E> {
    let (staged, mut file) = stage_unsynced(path, b"", PRIVATE)?;
    let written = write(&mut file).and_then(|written| {
        file.sync_all()?;
        fs::rename(&staged, path)?;
        Ok(written)
    });
    let written = written.inspect_err(|_| {
        let _ = fs::remove_file(&staged);
    })?;
    sync_folder(path)?;
    Ok(written)
}

/// The same for a file that others may read.
///
/// # Errors
///
/// From the disk.
pub fn replace_shared(path: &Path, bytes: &[u8]) -> io::Result<()> {
    replace_with(path, bytes, SHARED)
}

fn replace_with(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let staged = stage(path, bytes, mode)?;
    fs::rename(&staged, path).inspect_err(|_| {
        let _ = fs::remove_file(&staged);
    })?;
    sync_folder(path)
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
pub fn lock(path: &Path, waiting: &dyn Fn(&str)) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).read(true).append(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
        // A link would lock, and write into, whatever it leads to.
        options.custom_flags(i32::try_from(rustix::fs::OFlags::NOFOLLOW.bits()).unwrap_or_default());
    }
    let mut file = options.open(path)?;
    let pause = Duration::from_millis(50);
    for round in 0..PATIENCE.as_millis() / pause.as_millis() {
        match file.try_lock() {
            Ok(()) => {
                note_holder(&mut file);
                return Ok(file);
            }
            Err(TryLockError::WouldBlock) => {
                // Half a second is no reason to say anything.
                if round == 10 {
                    waiting(&read_text(path, MAX_HOLDER).unwrap_or_default());
                }
                thread::sleep(pause);
            }
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    Err(io::ErrorKind::WouldBlock.into())
}

/// Longest note of who holds a lock.
const MAX_HOLDER: u64 = 1024;

/// Says in the lock file who holds it, for those who wait. Only a file that is nothing but such a note is written to: by a
/// hard link it may be the register, or anybody's file. Whether it can be written says nothing about the lock.
fn note_holder(file: &mut File) {
    let Ok(metadata) = file.metadata() else { return };
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        if metadata.nlink() != 1 {
            return;
        }
    }
    let mut before = String::new();
    let is_note = metadata.is_file()
        && metadata.len() <= MAX_HOLDER
        && Read::take(&mut *file, MAX_HOLDER).read_to_string(&mut before).is_ok()
        && (before.is_empty()
            || before.starts_with("pk ") && before.ends_with(')') && !before.contains('\n'));
    if is_note {
        let _ = file.set_len(0).and_then(|()| file.write_all(holder().as_bytes()));
    }
}

/// Who holds a lock: the command without what was given to it, and the number of its process.
fn holder() -> String {
    let arguments: Vec<String> = std::env::args().collect();
    let is_command = |pair: &&[String]| {
        let plain = pair[1].bytes().all(|b| b.is_ascii_lowercase() || b == b'-') && !pair[1].starts_with('-');
        plain && !matches!(pair[0].as_str(), "--lang" | "--office")
    };
    let command = arguments.windows(2).find(is_command).map_or("", |pair| pair[1].as_str());
    format!("pk {command} ({})", std::process::id())
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
pub fn is_leftover(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with(STAGED_BEFORE) && name.ends_with(STAGED_AFTER)
}

/// Copies a file into a new one that only its owner can read.
///
/// # Errors
///
/// [`io::ErrorKind::AlreadyExists`] if there is one, and from the disk.
pub(super) fn copy_new(from: &Path, to: &Path) -> io::Result<()> {
    let mut source = File::open(from)?;
    let mut target = create_new(to, 0o600)?;
    io::copy(&mut source, &mut target)?;
    target.sync_all()
}

/// The bytes on disk under a name that nobody looks for. A crash leaves it behind, and the next
/// attempt takes it away. Processes that could meet here hold the office's lock.
fn stage(path: &Path, bytes: &[u8], mode: u32) -> io::Result<std::path::PathBuf> {
    let (staged, file) = stage_unsynced(path, bytes, mode)?;
    file.sync_all().inspect_err(|_| {
        let _ = fs::remove_file(&staged);
    })?;
    Ok(staged)
}

/// The same before it is on the disk.
fn stage_unsynced(path: &Path, bytes: &[u8], mode: u32) -> io::Result<(std::path::PathBuf, File)> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_string_lossy();
    let staged = path.with_file_name(format!("{STAGED_BEFORE}{name}{STAGED_AFTER}"));
    // Also a link that leads nowhere: it is not followed, and must not stand in the way either.
    match fs::remove_file(&staged) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = create_new(&staged, mode)?;
    // On a full disk half a file would keep it full.
    file.write_all(bytes).inspect_err(|_| {
        let _ = fs::remove_file(&staged);
    })?;
    Ok((staged, file))
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

/// A new file in a folder that nobody reads yet, and that is synced as a whole before anybody does. A web
/// server reads it, whatever the umask of who published; nobody else may write it.
fn write_all_to(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = create_new(path, PRIVATE)?;
    file.write_all(bytes)?;
    set_mode(path, SHARED)
}

/// Sets the permissions of a file or folder, where the system knows them.
pub(super) fn set_mode(path: &Path, mode: u32) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(path, fs::Permissions::from_mode(mode))
    }
    #[cfg(not(unix))]
    {
        let _ = (path, mode);
        Ok(())
    }
}

/// Whether nobody but its owner can read a file or enter a folder; where the system cannot say, it is.
pub(super) fn is_private(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 == 0)
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        true
    }
}

/// Gives a file or folder another name, where nothing may be yet, and brings both names to the disk.
///
/// # Errors
///
/// From the disk; [`io::ErrorKind::AlreadyExists`].
pub fn move_aside(from: &Path, to: &Path) -> io::Result<()> {
    // A rename would silently replace a file.
    if fs::symlink_metadata(to).is_ok() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    fs::rename(from, to)?;
    sync_folder(from)?;
    sync_folder(to)
}

/// Adds to a file of notes whose loss costs time and nothing else: it is not brought to the disk.
///
/// # Errors
///
/// From the disk.
pub fn append_note(path: &Path, bytes: &[u8]) -> io::Result<()> {
    OpenOptions::new().append(true).open(path)?.write_all(bytes)
}

/// Whether a file belongs to whoever runs this, and nobody else can read or write it; where the system cannot say, it does.
pub fn is_owners_alone(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        let own = rustix::process::geteuid().as_raw();
        fs::metadata(path).is_ok_and(|file| file.is_file() && file.uid() == own && file.mode() & 0o077 == 0)
    }
    #[cfg(not(unix))]
    {
        path.is_file()
    }
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
