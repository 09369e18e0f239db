//! One binary of integration tests; each module is a topic.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test that cannot go on has failed, and its files need not survive"
)]

mod algorithms;
mod anchors;
mod architecture;
mod archive;
mod attacks;
mod browser;
mod commands;
mod conformance;
mod counters;
#[cfg(unix)]
mod crash;
mod custody;
mod determinism;
mod fixture;
mod forgery;
mod forms;
mod fsck;
mod future;
mod input;
mod insider;
mod keys;
mod layout;
mod lists;
mod moments;
mod picture;
mod registry;
mod replaced;
mod schema;
mod signing;
mod standing;
mod told;
mod verify;
mod web;
mod words;
mod workbook;
