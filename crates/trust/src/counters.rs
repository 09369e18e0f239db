//! How much work a verification was, for tests: opening a file or verifying a signature twice would be an error that
//! nobody sees. Counts nothing without the feature `counters`.

#[cfg(feature = "counters")]
use std::cell::Cell;

#[cfg(feature = "counters")]
thread_local! {
    static FILES: Cell<usize> = const { Cell::new(0) };
    static SIGNATURES: Cell<usize> = const { Cell::new(0) };
}

/// Files parsed and signatures verified by this thread since it was asked last.
#[cfg(feature = "counters")]
pub fn take() -> (usize, usize) {
    (FILES.take(), SIGNATURES.take())
}

/// A file is parsed.
pub(crate) fn file() {
    #[cfg(feature = "counters")]
    FILES.with(|count| count.set(count.get() + 1));
}

/// A signature in a CMS is verified.
pub(crate) fn signature() {
    #[cfg(feature = "counters")]
    SIGNATURES.with(|count| count.set(count.get() + 1));
}
