//! What a verification may spend on certificates, added up over a whole file.
//!
//! Each path, each signature and each time stamp has its own limit, but a file may have a hundred of each:
//! 128 signers with 64 certificates and eight time stamps once meant minutes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// What is left; clones share it. The default has no limit: it is for what the user chose, such as an
/// office's own certificates.
#[derive(Clone, Debug, Default)]
pub struct Effort(Option<Arc<AtomicU32>>);

impl Effort {
    /// A signature is checked. The slowest (P-521) takes about a millisecond.
    pub const SIGNATURE: u32 = 16;
    /// A certificate, list or answer is read.
    pub const READ: u32 = 2;
    /// A certificate is tried as the next link of a path.
    pub const STEP: u32 = 1;

    /// A unit for each so many bytes that are hashed or decoded again: a list of a megabyte counts as a
    /// thousand steps.
    const BYTES_A_UNIT: usize = 1024;

    /// Work on something of this length: what it costs at the least, and its bytes.
    pub fn spend_on(&self, least: u32, length: usize) -> bool {
        let bytes = u32::try_from(length / Self::BYTES_A_UNIT).unwrap_or(u32::MAX);
        self.spend(least.saturating_add(bytes))
    }

    /// A certificate of this length, or an answer, is read and kept: names and extensions take many times their bytes.
    pub(crate) fn spend_on_certificate(&self, length: usize) -> bool {
        self.spend_on(Self::READ, length.saturating_mul(8))
    }

    /// For one file: some two thousand signatures, or sixteen thousand certificates, or 32 MB of lists,
    /// or 4 MB of certificates and answers. Fifty signers, each with
    /// a time stamp and a chain of four, need less than a tenth.
    const OF_A_FILE: u32 = 32_768;

    /// What one file may cost.
    pub fn of_a_file() -> Self {
        Self(Some(Arc::new(AtomicU32::new(Self::OF_A_FILE))))
    }

    /// Counts work about to be done; `false` if it is too much, and was not done then.
    pub fn spend(&self, amount: u32) -> bool {
        let Some(left) = &self.0 else { return true };
        // Once too much was asked for, nothing smaller is done either: what follows would depend on the order.
        let take = |left: u32| Some(left.saturating_sub(amount));
        left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok_and(|before| before >= amount)
    }

    /// Whether more was asked for than there was.
    pub fn is_exhausted(&self) -> bool {
        self.0.as_ref().is_some_and(|left| left.load(Ordering::Relaxed) == 0)
    }
}
