//! What other programs' files have otherwise than the standard says, and what is still read one way only.
//!
//! Nothing here is a repair. A form is tolerated only where every reader that gets along with it finds the
//! same bytes; each is named in the answer, and in pk's own documents each is an error.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::Error;
use super::budget::{Budget, Work};

/// A form that the standard does not have, or that readers of old did not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Irregularity {
    /// `startxref` or `/Prev` names white space before the section.
    SectionPlace,
    /// Spaces and ends of line in the section, or around `startxref`, are others than the standard has.
    Spacing,
    /// An entry of 20 bytes ends with other white space (ISO 32000-2, 7.5.4).
    EntryEnd,
    /// An entry names white space before the object.
    ObjectPlace,
    /// White space other than one space in `1 0 obj`.
    ObjectHeader,
    /// A carriage return alone, or two ends of line, before `endstream` (ISO 32000-2, 7.3.8.1).
    StreamEnd,
    /// White space other than one end of line after the last `%%EOF`.
    AfterEnd,
    /// An update lists objects that it leaves as they were.
    Repeated,
    /// `/Size` of an update is more than the objects there are, by up to a thousand.
    SizeBeyond,
    /// `/Prev 0` in the first section.
    PrevZero,
    /// A table with a cross-reference stream beside it (ISO 32000-2, 7.5.8.4).
    Hybrid,
}

/// How a file is being read, and what that has cost and shown so far.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// Whether forms of other programs are tolerated.
    foreign: bool,
    /// The first and the last byte of each kind.
    found: Mutex<BTreeMap<Irregularity, (usize, usize)>>,
    budget: Budget,
}

impl Reading {
    /// As other programs' files are read.
    pub(super) fn foreign() -> Self {
        Self { foreign: true, ..Self::default() }
    }

    /// Whether forms of other programs are tolerated.
    pub(super) const fn is_foreign(&self) -> bool {
        self.foreign
    }

    /// Notes a form that is tolerated in other programs' files.
    ///
    /// # Errors
    ///
    /// `error`, where it is not tolerated.
    pub(super) fn tolerate(&self, what: Irregularity, offset: usize, error: Error) -> Result<(), Error> {
        if !self.foreign {
            return Err(error);
        }
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let (first, last) = found.entry(what).or_insert((offset, offset));
        (*first, *last) = (offset.min(*first), offset.max(*last));
        Ok(())
    }

    /// What was tolerated, and where it stands first and last.
    pub(super) fn found(&self) -> BTreeMap<Irregularity, (usize, usize)> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Counts work about to be done.
    ///
    /// # Errors
    ///
    /// [`Error::Cost`] where the file has asked for more than a check may cost.
    pub(super) fn spend(&self, work: Work, amount: usize) -> Result<(), Error> {
        self.budget.spend(work, amount)
    }

    /// How much of it was caused so far.
    pub(super) fn spent(&self, work: Work) -> u64 {
        self.budget.spent(work)
    }

    /// How much of it may still be caused.
    pub(super) fn rest(&self, work: Work) -> usize {
        self.budget.rest(work)
    }
}
