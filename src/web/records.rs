//! All records in memory, never older than the registry's last commit.
//!
//! Every look asks first whether the registry's file has changed since it was read: two system calls. Only
//! after a commit is the database opened, and only what the new events name is read again. So a revocation
//! is in the next answer, and a thousand looks a second cost the database nothing.

use std::collections::HashMap;
use std::error::Error as StdError;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use pk_trust::claim::Id;

use crate::registry::{Entry, Error, Mark, Registry as _, SqliteRegistry, Stamp, Watch};

/// How long a reader of the page waits for somebody who is writing.
pub(super) const PATIENCE: Duration = Duration::from_secs(2);

/// After how long a commit leads to everything being compared with the chain of events again: some 10 ms for a
/// thousand documents, so not after every one of a thousand signatures.
const WHOLE: Duration = Duration::from_secs(60);

/// The registry cannot be read now. Nothing may be said of any document then, whatever is remembered.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the registry cannot be read: {0}")]
pub struct Unreachable(Arc<dyn StdError + Send + Sync>);

impl Unreachable {
    /// What the registry itself said, if it was the registry that said something.
    pub fn registry(&self) -> Option<&Error> {
        self.0.downcast_ref()
    }

    /// What was said, by whomever.
    pub fn cause(&self) -> &(dyn StdError + 'static) {
        &*self.0
    }
}

impl From<io::Error> for Unreachable {
    fn from(error: io::Error) -> Self {
        Self(Arc::new(error))
    }
}

impl From<Error> for Unreachable {
    fn from(error: Error) -> Self {
        Self(Arc::new(error))
    }
}

/// The records.
#[derive(Debug)]
pub struct Records {
    path: PathBuf,
    watch: Mutex<Watch>,
    known: RwLock<Known>,
    /// Held while the registry is read, so that a hundred requests after a commit read it once; and what came
    /// of it when it failed last.
    reading: Mutex<Option<(Instant, Unreachable)>>,
}

#[derive(Debug, Default)]
struct Known {
    /// What the file looked like when it was read; `None` before the first time.
    stamp: Option<Stamp>,
    mark: Option<Mark>,
    /// When all of it was compared with the chain of events.
    compared: Option<Instant>,
    entries: HashMap<Id, Arc<Entry>>,
    /// What each document took the place of.
    replaced: HashMap<Id, Id>,
}

/// What each of these documents' successors took the place of. Of several the one that was named last.
pub(super) fn replaced<'e>(entries: impl Iterator<Item = &'e Entry>) -> HashMap<Id, Id> {
    let mut pairs: Vec<(Id, &Entry)> = entries.filter_map(|entry| Some((entry.successor?, entry))).collect();
    pairs.sort_by_key(|(_, entry)| (entry.ended, entry.reservation.id.to_string()));
    pairs.into_iter().map(|(by, entry)| (by, entry.reservation.id)).collect()
}

impl Records {
    /// Reads all records of a registry.
    ///
    /// # Errors
    ///
    /// [`Unreachable`]
    pub fn open(path: &Path) -> Result<Self, Unreachable> {
        let records = Self {
            path: path.to_owned(),
            watch: Mutex::new(Watch::new(path)),
            known: RwLock::default(),
            reading: Mutex::default(),
        };
        records.refresh(Instant::now())?;
        Ok(records)
    }

    /// Whether what is in memory is what the registry says now. Costs two system calls.
    ///
    /// # Errors
    ///
    /// [`Unreachable`] if the file is gone.
    pub fn is_fresh(&self) -> Result<bool, Unreachable> {
        let stamp = self.stamp()?;
        Ok(self.known.read().unwrap_or_else(PoisonError::into_inner).stamp == Some(stamp))
    }

    /// The record of an id, as it was when the registry was last read. To be asked after [`is_fresh`] or
    /// [`refresh`].
    ///
    /// [`is_fresh`]: Self::is_fresh
    /// [`refresh`]: Self::refresh
    pub fn known(&self, id: &Id) -> Option<Arc<Entry>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).entries.get(id).cloned()
    }

    /// The document that this one took the place of.
    pub fn replaced_by(&self, id: &Id) -> Option<Id> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).replaced.get(id).copied()
    }

    /// All records, in no order.
    pub fn all(&self) -> Vec<Arc<Entry>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).entries.values().cloned().collect()
    }

    /// Number of documents.
    pub fn len(&self) -> usize {
        self.known.read().unwrap_or_else(PoisonError::into_inner).entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Reads what has changed, for whoever asked at `asked`. Blocks on the disk, and on a writer for as long as
    /// the registry waits.
    ///
    /// # Errors
    ///
    /// [`Unreachable`]
    pub fn refresh(&self, asked: Instant) -> Result<(), Unreachable> {
        let mut failed = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever waited for an attempt that failed has the answer: one after the other they would wait for
        // hours. Whoever comes later tries again.
        if let Some((at, error)) = failed.as_ref()
            && *at > asked
        {
            return Err(error.clone());
        }
        self.read().inspect_err(|error| *failed = Some((Instant::now(), error.clone())))
    }

    fn read(&self) -> Result<(), Unreachable> {
        // Taken before reading: a commit in between shows as a change again, and is never missed.
        let stamp = self.stamp()?;
        let (known, mark, compared) = {
            let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
            (known.stamp, known.mark, known.compared)
        };
        if known == Some(stamp) {
            return Ok(());
        }
        // A commit brings events, and what they name is read and compared with them. What somebody edits
        // elsewhere in the file is not shown, because it is not read; it is found when everything is compared.
        let mark = mark.filter(|_| compared.is_some_and(|at| at.elapsed() < WHOLE));
        let registry = SqliteRegistry::open_to_read_within(&self.path, PATIENCE)?;
        let mut since = registry.since(mark.as_ref())?;
        if !since.whole && since.mark == mark {
            // A commit without an event is none that a command makes, but for ids that it reserves.
            since = registry.since(None)?;
        }
        let fresh = since.entries.into_iter().map(|entry| (entry.reservation.id, Arc::new(entry)));
        if since.whole {
            // Made outside the lock: requests go on with what there was.
            let entries: HashMap<Id, Arc<Entry>> = fresh.collect();
            let replaced = replaced(entries.values().map(AsRef::as_ref));
            *self.known.write().unwrap_or_else(PoisonError::into_inner) = Known {
                stamp: Some(stamp),
                mark: since.mark,
                compared: Some(Instant::now()),
                entries,
                replaced,
            };
        } else {
            let fresh: Vec<_> = fresh.collect();
            let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
            known.replaced.extend(replaced(fresh.iter().map(|(_, entry)| entry.as_ref())));
            known.entries.extend(fresh);
            known.mark = since.mark;
            known.stamp = Some(stamp);
        }
        Ok(())
    }

    fn stamp(&self) -> Result<Stamp, Unreachable> {
        Ok(self.watch.lock().unwrap_or_else(PoisonError::into_inner).stamp()?)
    }
}
