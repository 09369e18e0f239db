//! `pk check-upload`: not for people. The process that checks one upload for `pk serve` ([`crate::web`]).

use std::io::{self, BufReader};
use std::process::ExitCode;

use super::app::App;
use super::confined::confine;
use super::failure::Failure;
use crate::web::{Question, check};

/// Check the file on standard input for the public page; used by pk itself
#[derive(clap::Args, Debug)]
pub(super) struct CheckUpload {}

pub(super) fn run(app: &App) -> Result<ExitCode, Failure> {
    // Whoever started this process sees that there is no answer; a person sees none of it.
    let unanswered = |_: io::Error| Failure::new("fail.output");
    let mut input = BufReader::new(io::stdin().lock());
    let question = Question::read(&mut input).map_err(unanswered)?;
    // Before the first byte that a stranger wrote.
    confine(question.memory, question.seconds, question.nice);
    let office = app.office()?;
    check(&office, question, &mut input, &mut io::stdout().lock()).map_err(unanswered)?;
    Ok(ExitCode::SUCCESS)
}
