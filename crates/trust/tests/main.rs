//! One binary of tests for the pure crate.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod claim;
mod cms;
mod cost;
mod foreign;
mod irregular;
mod painted;
mod path;
mod pdf;
mod pki;
mod trust;
