//! `pk check`

use std::path::PathBuf;
use std::process::ExitCode;

use super::app::{self, App};
use super::failure::Failure;
use super::term::Term;

/// Check the data of a year and show every problem at once; writes nothing
#[derive(clap::Args, Debug)]
pub(super) struct Check {
    /// Workbook (xlsx), folder of CSV files, YAML or JSON; default: the one in data/
    data: Option<PathBuf>,
}

pub(super) fn run(app: &App, term: &mut Term, args: Check) -> Result<ExitCode, Failure> {
    let office = app.office()?;
    let renderer = app::renderer(&office)?;
    let path = app::workbook(&office, args.data)?;
    let cycle = app::cycle(term, &office, &path, &renderer)?;
    term.say(
        "check.done",
        &[
            ("officials", cycle.officials.iter().count().to_string()),
            ("documents", cycle.documents.len().to_string()),
            ("year", cycle.settings.year.to_string()),
        ],
    );
    Ok(ExitCode::SUCCESS)
}
