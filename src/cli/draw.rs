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
    /// Pages of the document that are wanted
    most: usize,
}

/// Nested objects make the renderer recurse; what overflows even this ends this process only.
const STACK: usize = 64 * 1024 * 1024;

pub(super) fn run(args: &Draw) -> Result<ExitCode, Failure> {
    limit();
    let (first, most) = (args.first, args.most);
    let thread = thread::Builder::new()
        .stack_size(STACK)
        .spawn(move || serve(first, most, io::stdin().lock(), &mut io::stdout().lock()));
    match thread.map(thread::JoinHandle::join) {
        Ok(Ok(Ok(()))) => Ok(ExitCode::SUCCESS),
        _ => Err(Failure::new("fail.output")),
    }
}

/// Memory is limited because a small file may describe a picture of any size, and time because who
/// started this process may be gone before it can end it. Where the system has no such limits, only
/// the deadlines of the other process hold.
#[cfg(unix)]
fn limit() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    const MEMORY: u64 = 2 * 1024 * 1024 * 1024;
    const SECONDS: u64 = 120;
    for (resource, most) in [(Resource::As, MEMORY), (Resource::Cpu, SECONDS), (Resource::Core, 0)] {
        let _ = setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) });
    }
}

#[cfg(not(unix))]
fn limit() {}
