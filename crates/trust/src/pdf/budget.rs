//! What reading one file may cost, added up over everything that is asked of it.
//!
//! Limits of each piece alone are no limit: 38 kB of references to one compressed stream once took 16 GB,
//! and small updates over a large page tree four minutes. So every inflated byte, every byte read as an
//! object and every comparison is counted for the file as a whole.

use std::sync::atomic::{AtomicU64, Ordering};

use super::Error;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Bytes that came out of compressed streams.
    Inflated,
    /// Bytes read as objects, each time they are read. An object costs something by itself, and so does each
    /// value in it.
    Read,
    /// Entries of cross-reference sections, and of the lists in object streams.
    Listed,
    /// Values, rectangles or references compared with each other, each time.
    Compared,
    /// Bytes that signatures of other programs cover: each covers nearly all that the one before it covered.
    Hashed,
}

/// The least that reading an object costs, in bytes: finding it takes longer than reading a short one.
pub(super) const OBJECT: usize = 64;

/// What each value in it costs besides, in bytes: short ones take longer to make than to read.
pub(super) const VALUE: usize = 8;

impl Work {
    /// All kinds.
    pub const ALL: [Self; 5] = [Self::Inflated, Self::Read, Self::Listed, Self::Compared, Self::Hashed];

    /// How much of it one file may cause. Measured on honest files of up to 50 MB with fifty signatures, which
    /// stay below a tenth; what is above takes longer than five seconds or more than 300 MB.
    const fn limit(self) -> u64 {
        match self {
            Self::Inflated => 64 * 1024 * 1024,
            Self::Read => 128 * 1024 * 1024,
            Self::Listed => 1_000_000,
            Self::Compared => 20_000_000,
            Self::Hashed => 3 * 1024 * 1024 * 1024,
        }
    }

    /// The code of a text.
    const fn name(self) -> &'static str {
        match self {
            Self::Inflated => "cost.inflated",
            Self::Read => "cost.read",
            Self::Listed => "cost.listed",
            Self::Compared => "cost.compared",
            Self::Hashed => "cost.hashed",
        }
    }
}

/// How much of each has been done.
#[derive(Debug, Default)]
pub(super) struct Budget {
    inflated: AtomicU64,
    read: AtomicU64,
    listed: AtomicU64,
    compared: AtomicU64,
    hashed: AtomicU64,
}

impl Budget {
    /// Counts work about to be done.
    ///
    /// # Errors
    ///
    /// [`Error::Cost`] where the file has asked for more than a check may cost.
    pub(super) fn spend(&self, work: Work, amount: usize) -> Result<(), Error> {
        let amount = u64::try_from(amount).unwrap_or(u64::MAX);
        let before = self.counter(work).fetch_add(amount, Ordering::Relaxed);
        if before.saturating_add(amount) > work.limit() {
            return Err(Error::Cost { what: work.name() });
        }
        Ok(())
    }

    /// How much of it may still be caused.
    pub(super) fn rest(&self, work: Work) -> usize {
        let spent = self.counter(work).load(Ordering::Relaxed);
        usize::try_from(work.limit().saturating_sub(spent)).unwrap_or(usize::MAX)
    }

    /// How much has been done, what was refused counted.
    pub(super) fn spent(&self, work: Work) -> u64 {
        self.counter(work).load(Ordering::Relaxed)
    }

    const fn counter(&self, work: Work) -> &AtomicU64 {
        match work {
            Work::Inflated => &self.inflated,
            Work::Read => &self.read,
            Work::Listed => &self.listed,
            Work::Compared => &self.compared,
            Work::Hashed => &self.hashed,
        }
    }
}
