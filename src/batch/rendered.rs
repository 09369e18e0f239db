//! Pages that this program has set itself.
//!
//! Before somebody signs, the pages of a document are set again from its data and compared: the seal vouches for them, and
//! whoever holds the seal can paint what he likes. Setting them takes ten times as long as signing. Where the same program
//! has set these very bytes before, for the same user on the same machine, there is nothing to find out, so it takes a note
//! of them. The notes lie beside the user's own configuration, never in an office: whoever can write there can exchange the
//! program as well.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::office::durable;
use crate::render::Templates;

/// Version of the notes. They are made anew by every other version.
const FORMAT: &[u8] = concat!("pk-rendered/1 ", env!("CARGO_PKG_VERSION")).as_bytes();

/// Bytes of one note.
const NOTE: usize = 32;

/// Largest file that is read: two million documents. A larger one is begun anew.
const MAX_FILE: u64 = 64 * 1024 * 1024;

/// Notes of pages, each a hash over templates and bytes.
#[derive(Debug, Default)]
pub struct Rendered {
    /// Where they are kept; `None` for this run only.
    path: Option<PathBuf>,
    known: HashSet<[u8; NOTE]>,
    /// Not written yet.
    fresh: Vec<[u8; NOTE]>,
}

impl Rendered {
    /// The notes in a file that only its owner can write. One that cannot be read holds none: that costs time, and
    /// nothing else.
    pub fn open(path: &Path) -> Self {
        let bytes = match durable::is_owners_alone(path) {
            true => durable::read(path, MAX_FILE).unwrap_or_default(),
            false => Vec::new(),
        };
        // What a crash left of the last note is none.
        let known = bytes.chunks_exact(NOTE).filter_map(|note| note.try_into().ok()).collect();
        Self { path: Some(path.to_owned()), known, fresh: Vec::new() }
    }

    /// The note of pages with this SHA-256.
    pub(super) fn note(pages: &[u8; 32], templates: &Templates) -> [u8; NOTE] {
        let mut hasher = Sha256::new();
        hasher.update(FORMAT);
        hasher.update(templates.digest());
        hasher.update(pages);
        hasher.finalize().into()
    }

    /// Whether pages were set before.
    pub(super) fn holds(&self, note: &[u8; NOTE]) -> bool {
        self.known.contains(note)
    }

    /// Takes a note.
    pub(super) fn add(&mut self, note: [u8; NOTE]) {
        if self.known.insert(note) {
            self.fresh.push(note);
        }
    }

    /// Writes down what is new. Whatever is lost is found out again.
    pub(super) fn save(&mut self) {
        let fresh = std::mem::take(&mut self.fresh);
        if let (Some(path), false) = (&self.path, fresh.is_empty()) {
            let _ = append(path, &fresh.concat());
        }
    }
}

fn append(path: &Path, notes: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        durable::create_private_dir(folder)?;
    }
    let whole = fs::metadata(path).is_ok_and(|metadata| {
        metadata.len() <= MAX_FILE && metadata.len() % 32 == 0 && durable::is_owners_alone(path)
    });
    if !whole {
        return durable::replace(path, notes);
    }
    durable::append_note(path, notes)
}
