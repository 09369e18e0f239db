//! `pk draw-pages`: not for people. The process that paints pages for `pk verify --report`
//! ([`crate::report`]).

use std::io;
use std::process::ExitCode;
use std::thread;

use super::failure::Failure;
use crate::report::serve;

/// Draw the pages of the PDF on standard input; used by pk itself
#[derive(clap::Args, Debug)]
pub(super) struct Draw {
    /// Page to begin with, counted from 0
    first: usize,
}

/// Nested objects make the renderer recurse; what overflows even this ends this process only.
const STACK: usize = 64 * 1024 * 1024;

pub(super) fn run(args: &Draw) -> Result<ExitCode, Failure> {
    let first = args.first;
    let thread = thread::Builder::new()
        .stack_size(STACK)
        .spawn(move || serve(first, io::stdin().lock(), &mut io::stdout().lock()));
    match thread.map(thread::JoinHandle::join) {
        Ok(Ok(Ok(()))) => Ok(ExitCode::SUCCESS),
        _ => Err(Failure::new("fail.output")),
    }
}
