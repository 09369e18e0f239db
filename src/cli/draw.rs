//! `pk draw-pages`: not for people. The process that paints pages for `pk verify --report`
//! ([`crate::report`]).

use std::io;
use std::process::ExitCode;
use std::thread;

use super::confined::confine;
use super::failure::Failure;
use crate::report::serve;

/// Draw the pages of the PDF on standard input; used by pk itself
#[derive(clap::Args, Debug)]
pub(super) struct Draw {
    /// Page to begin with, counted from 0
    first: usize,
    /// Pages of the document that are wanted
    most: usize,
}

/// Nested objects make the renderer recurse; what overflows even this ends this process only.
const STACK: usize = 64 * 1024 * 1024;

/// A small file may describe a picture of any size.
const MEMORY: u64 = 2 * 1024 * 1024 * 1024;

/// Of processor time: above the deadline of whoever waits for the pictures.
const SECONDS: u64 = 120;

pub(super) fn run(args: &Draw) -> Result<ExitCode, Failure> {
    confine(MEMORY, SECONDS, 0);
    let (first, most) = (args.first, args.most);
    let thread = thread::Builder::new()
        .stack_size(STACK)
        .spawn(move || serve(first, most, io::stdin().lock(), &mut io::stdout().lock()));
    match thread.map(thread::JoinHandle::join) {
        Ok(Ok(Ok(()))) => Ok(ExitCode::SUCCESS),
        _ => Err(Failure::new("fail.output")),
    }
}
