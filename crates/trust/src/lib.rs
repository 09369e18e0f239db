//! What makes a document believable: PDF revisions, signatures, certificates, QR claims, and the
//! verdict that joins them.
//!
//! Bytes in, values out: no files, no clock, no network, no randomness of its own. The same source
//! serves the command, the server and the browser.
//!
//! - [`verify`] answers the question whether a document holds: start here.
//! - [`pades`] signs and examines signatures in PDF files; [`claim`] is the QR code.
//! - [`pdf`], [`cms`] and [`pki`] are what these are made of.

pub mod claim;
pub mod cms;
pub mod counters;
mod digits;
pub mod pades;
pub mod pdf;
pub mod pki;
pub mod time;
pub mod verify;

pub use time::Time;
