//! One binary of tests for the pure crate.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod claim;
mod pdf;
mod pki;
