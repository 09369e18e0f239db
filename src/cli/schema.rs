//! `pk schema`

use std::process::ExitCode;

use clap::ValueEnum;

use super::failure::Failure;
use super::term::Term;
use crate::input::data_schema;

/// The schema of what `pk verify --json` prints (`docs/formats/verdict.md`).
const VERDICT_SCHEMA: &str = include_str!("../audit/verdict.schema.json");

/// Print a JSON Schema: of the data in YAML or JSON, or of the verdicts of pk verify --json
#[derive(clap::Args, Debug)]
pub(super) struct Schema {
    /// Which one: data or verdict
    #[arg(value_enum, default_value_t = Of::Data)]
    of: Of,
}

/// What the schema describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Of {
    Data,
    Verdict,
}

pub(super) fn run(term: &Term, args: Schema) -> Result<ExitCode, Failure> {
    match args.of {
        Of::Data => term.out(&format!("{:#}", data_schema())),
        Of::Verdict => term.out(VERDICT_SCHEMA.trim_end()),
    }
    Ok(ExitCode::SUCCESS)
}
