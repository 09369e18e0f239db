//! `pk set-pages`: not for people. A process that sets the pages of documents for `pk generate`
//! ([`crate::batch::serve`]).

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use super::failure::Failure;
use crate::batch::serve;
use crate::render::{Renderer, Templates, on_stack};

/// Set the pages of the documents on standard input; used by pk itself
#[derive(clap::Args, Debug)]
pub(super) struct SetPages {
    /// Folder of the office's templates
    templates: PathBuf,
}

pub(super) fn run(args: &SetPages) -> Result<ExitCode, Failure> {
    let renderer = Renderer::new(Templates::with_folder(&args.templates)?);
    match on_stack(|| serve(&renderer, io::stdin(), io::stdout())) {
        Some(Ok(())) => Ok(ExitCode::SUCCESS),
        _ => Err(Failure::new("fail.output")),
    }
}
