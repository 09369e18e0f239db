//! Documents that are recorded together: staged, brought to the disk at once, then recorded in one transaction.
//!
//! No row without its durable file, as with one at a time. A crash before the transaction leaves files that nobody
//! recorded, for the group in hand and no other.

use std::path::Path;
use std::time::{Duration, Instant};

use super::FileError;
use crate::office::durable::{self, Staging};

/// A group is full with so many files, so many bytes, or after so long: what is in hand is what a crash costs.
const FILES: usize = 64;
const BYTES: usize = 32 * 1024 * 1024;
const SPAN: Duration = Duration::from_millis(500);

/// Files in hand, and what is to be recorded of each.
pub(super) struct Group<R> {
    staging: Staging,
    records: Vec<R>,
    since: Option<Instant>,
}

impl<R> Group<R> {
    pub(super) fn new() -> Self {
        Self { staging: Staging::default(), records: Vec::new(), since: None }
    }

    /// Stages a file, in a folder that is made if need be.
    pub(super) fn add(&mut self, path: &Path, bytes: &[u8], record: R) -> Result<(), FileError> {
        if let Some(folder) = path.parent() {
            durable::create_private_dir(folder).map_err(FileError::at(folder))?;
        }
        self.staging.add(path, bytes).map_err(FileError::at(path))?;
        self.note(record);
        Ok(())
    }

    /// Takes up what is to be recorded of a file that is there already.
    pub(super) fn note(&mut self, record: R) {
        self.since.get_or_insert_with(Instant::now);
        self.records.push(record);
    }

    /// What is to be recorded.
    pub(super) fn records(&self) -> &[R] {
        &self.records
    }

    /// Whether it is to be recorded now.
    pub(super) fn is_full(&self) -> bool {
        self.records.len() >= FILES
            || self.staging.bytes() >= BYTES
            || self.since.is_some_and(|since| since.elapsed() >= SPAN)
    }

    /// Brings the files to the disk and hands over what is to be recorded of them.
    pub(super) fn publish(&mut self, folder: &Path) -> Result<Vec<R>, FileError> {
        self.staging.publish().map_err(FileError::at(folder))?;
        self.since = None;
        Ok(std::mem::take(&mut self.records))
    }
}
