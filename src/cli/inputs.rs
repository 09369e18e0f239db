//! What `pk verify` is to look at: files, folders, file patterns, standard input, texts of QR codes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};

use glob::{MatchOptions, Pattern};
use pk_trust::claim::{Id, pasted};

use super::failure::Failure;
use crate::office::durable;

/// Endings of the files that are looked at in a folder.
const ENDINGS: [&str; 5] = ["pdf", "zip", "png", "jpg", "jpeg"];

/// First bytes of the same kinds of files: a document may have lost its ending.
const BEGINNINGS: [&[u8]; 4] = [b"%PDF-", b"PK\x03\x04", b"\x89PNG", b"\xFF\xD8\xFF"];

/// As a shell would expand a pattern: `*` does not cross folders, and hidden files are named or left.
const LIKE_A_SHELL: MatchOptions =
    MatchOptions { case_sensitive: true, require_literal_separator: true, require_literal_leading_dot: true };

/// Where the bytes come from.
#[derive(Debug)]
pub(super) enum Source {
    File(PathBuf),
    StandardInput,
    /// The text of a QR code.
    Link(String),
    /// There is nothing to look at: an empty folder, a pattern without matches.
    Nothing(Failure),
}

/// The files without older revisions: `documents/<id>/0.pdf` beside `1.pdf` and `2.pdf` waits for signatures for ever, and
/// says nothing of the document. A name is nobody's word: only a file with which the newest one begins is a part of it.
fn newest(mut files: Vec<PathBuf>) -> Vec<PathBuf> {
    let revision = |path: &Path| -> Option<(PathBuf, u32)> {
        let folder = path.parent()?;
        folder.file_name()?.to_str().filter(|name| Id::parse_strict(name).is_ok())?;
        let number = path.file_name()?.to_str()?.strip_suffix(".pdf")?;
        let plain = number.bytes().all(|b| b.is_ascii_digit());
        Some((folder.to_owned(), number.parse().ok().filter(|_| plain)?))
    };
    let mut folders: BTreeMap<PathBuf, BTreeMap<u32, &PathBuf>> = BTreeMap::new();
    for path in &files {
        if let Some((folder, number)) = revision(path) {
            folders.entry(folder).or_default().insert(number, path);
        }
    }
    let mut older: BTreeSet<PathBuf> = BTreeSet::new();
    for mut revisions in folders.into_values().filter(|revisions| revisions.len() > 1) {
        let read = |path: &Path| durable::read(path, MAX_REVISION).ok();
        let Some(newer) = revisions.pop_last().and_then(|(_, path)| read(path)) else { continue };
        let is_part = |path: &Path| read(path).is_some_and(|old| !old.is_empty() && newer.starts_with(&old));
        older.extend(revisions.into_values().filter(|path| is_part(path)).cloned());
    }
    files.retain(|path| !older.contains(path));
    files
}

/// Largest file that is compared with a newer one. Documents have about 150 kB.
const MAX_REVISION: u64 = 64 * 1024 * 1024;

/// One thing to look at.
#[derive(Debug)]
pub(super) struct Input {
    pub(super) name: String,
    pub(super) source: Source,
}

/// Everything that the arguments name, in their order.
#[derive(Debug, Default)]
pub(super) struct Inputs {
    pub(super) list: Vec<Input>,
    /// Files in folders that are of no kind that `pk` verifies.
    pub(super) passed_over: usize,
    /// Older revisions in folders of documents, beside newer ones that are looked at.
    pub(super) older: usize,
}

impl Inputs {
    /// There is nothing to look at, and why.
    pub(super) fn nothing(&mut self, argument: &str, failure: Failure) {
        self.push(argument, Source::Nothing(failure));
    }

    /// What an argument names.
    pub(super) fn add(&mut self, argument: &str) {
        let path = Path::new(argument);
        if argument == "-" {
            self.standard_input();
        } else if path.is_dir() {
            self.folder(path);
        } else if path.exists() {
            self.file(path.to_owned());
        } else if is_link(argument) {
            self.push(argument, Source::Link(argument.to_owned()));
        } else if argument.contains(['*', '?', '[']) {
            self.pattern(argument);
        } else {
            self.file(path.to_owned());
        }
    }

    fn push(&mut self, name: &str, source: Source) {
        self.list.push(Input { name: name.to_owned(), source });
    }

    fn file(&mut self, path: PathBuf) {
        self.list.push(Input { name: path.display().to_string(), source: Source::File(path) });
    }

    /// It can be read once only: the second time it would be an empty file.
    fn standard_input(&mut self) {
        let again = self.list.iter().any(|input| matches!(input.source, Source::StandardInput));
        let source =
            if again { Source::Nothing(Failure::new("fail.stdin-twice")) } else { Source::StandardInput };
        self.push("-", source);
    }

    /// A folder without a single file to verify is an error, never "fine".
    fn folder(&mut self, folder: &Path) {
        let before = self.list.len();
        let mut found = Vec::new();
        for file in walk(folder, None, Links::Leave) {
            match file {
                Found::File(path) if is_evidence(&path) => found.push(path),
                Found::File(_) | Found::PassedOver => self.passed_over += 1,
                Found::Folder(_) => {}
                Found::Unreadable(path, source) => self.unreadable(path, source),
            }
        }
        found.sort();
        let all = found.len();
        let found = newest(found);
        self.older += all - found.len();
        for path in found {
            self.file(path);
        }
        if self.list.len() == before {
            let name = folder.display().to_string();
            let failure = Failure::new("fail.empty-folder").with("path", &name);
            self.push(&name, Source::Nothing(failure));
        }
    }

    fn pattern(&mut self, argument: &str) {
        let nothing = |code| Source::Nothing(Failure::new(code).with("pattern", argument));
        let (base, rest): (Vec<_>, Vec<_>) = split(argument);
        let base: PathBuf = base.into_iter().collect();
        let whole = rest.iter().fold(base.clone(), |path, part| path.join(part));
        let Ok(pattern) = Pattern::new(&whole.to_string_lossy()) else {
            self.push(argument, nothing("fail.pattern"));
            return;
        };
        // Without `**` the pattern says how deep to look, so that links may be followed, as shells do.
        let (depth, links) = match rest.iter().any(|part| part.as_os_str().to_string_lossy().contains("**")) {
            true => (None, Links::Leave),
            false => (Some(rest.len()), Links::Follow),
        };
        let (mut files, mut folders) = (Vec::new(), Vec::new());
        for entry in walk(&base, depth, links) {
            match entry {
                Found::File(path) if pattern.matches_path_with(&path, LIKE_A_SHELL) => files.push(path),
                Found::Folder(path) if pattern.matches_path_with(&path, LIKE_A_SHELL) => folders.push(path),
                Found::Unreadable(path, source) => self.unreadable(path, source),
                _ => {}
            }
        }
        if files.is_empty() && folders.is_empty() {
            self.push(argument, nothing("fail.no-match"));
            return;
        }
        files.sort();
        folders.sort();
        // What lies in a folder that matches may have matched itself.
        folders.retain(|folder| !files.iter().any(|file| file.starts_with(folder)));
        for path in files {
            self.file(path);
        }
        for path in folders {
            self.folder(&path);
        }
    }

    fn unreadable(&mut self, path: PathBuf, source: std::io::Error) {
        let name = path.display().to_string();
        self.push(&name, Source::Nothing(crate::office::Error::Io { path, source }.into()));
    }
}

/// Whether an argument is a link, also one that was pasted with words around it or without `https`.
fn is_link(argument: &str) -> bool {
    let lower = argument.to_ascii_lowercase();
    lower.contains("https://") || lower.contains("http://") || !pasted(argument).is_empty()
}

/// The parts of a pattern before its first special character, and the rest.
fn split(pattern: &str) -> (Vec<Component<'_>>, Vec<Component<'_>>) {
    let parts: Vec<Component<'_>> = Path::new(pattern).components().collect();
    let special = |part: &Component<'_>| part.as_os_str().to_string_lossy().contains(['*', '?', '[']);
    let first = parts.iter().position(special).unwrap_or(parts.len());
    let (base, rest) = parts.split_at(first);
    (base.to_vec(), rest.to_vec())
}

/// What to do with links to folders.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Links {
    /// A link upwards is a loop.
    Leave,
    Follow,
}

enum Found {
    File(PathBuf),
    Folder(PathBuf),
    /// Hidden, a link to a folder, or no regular file.
    PassedOver,
    Unreadable(PathBuf, std::io::Error),
}

/// Everything below a folder, down to `depth` levels. Hidden files and folders are passed over: they
/// belong to programs (`.git`, the `._…` that macOS leaves on sticks).
fn walk(folder: &Path, depth: Option<usize>, links: Links) -> Vec<Found> {
    let mut found = Vec::new();
    let mut folders = vec![(folder.to_owned(), 1)];
    while let Some((folder, level)) = folders.pop() {
        let here = if folder.as_os_str().is_empty() { Path::new(".") } else { folder.as_path() };
        let entries = match fs::read_dir(here) {
            Ok(entries) => entries,
            Err(error) => {
                found.push(Found::Unreadable(folder, error));
                continue;
            }
        };
        for entry in entries {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    found.push(Found::Unreadable(folder.clone(), error));
                    continue;
                }
            };
            let path = folder.join(entry.file_name());
            let is_link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
            if entry.file_name().to_string_lossy().starts_with('.') {
                found.push(Found::PassedOver);
            } else if path.is_file() {
                found.push(Found::File(path));
            } else if !path.is_dir() || (is_link && links == Links::Leave) {
                found.push(Found::PassedOver);
            } else {
                if depth.is_none_or(|depth| level < depth) {
                    folders.push((path.clone(), level + 1));
                }
                found.push(Found::Folder(path));
            }
        }
    }
    found
}

/// Whether a file in a folder is of a kind that can be verified.
fn is_evidence(path: &Path) -> bool {
    let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    if ENDINGS.contains(&ending.as_str()) {
        return true;
    }
    let mut first = Vec::new();
    let read = File::open(path).and_then(|file| file.take(8).read_to_end(&mut first));
    read.is_ok() && BEGINNINGS.iter().any(|beginning| first.starts_with(beginning))
}
