//! `pk schema`

use std::process::ExitCode;

use super::failure::Failure;
use super::term::Term;
use crate::input::data_schema;

/// Print the JSON Schema of the data in YAML or JSON
#[derive(clap::Args, Debug)]
pub(super) struct Schema {}

pub(super) fn run(term: &Term, _: Schema) -> Result<ExitCode, Failure> {
    term.out(&format!("{:#}", data_schema()));
    Ok(ExitCode::SUCCESS)
}
