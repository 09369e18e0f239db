//! `pk check`

use std::path::PathBuf;
use std::process::ExitCode;

use super::app::{self, App};
use super::failure::Failure;
use super::generate::{note_doubles, note_orphans};
use super::status::line;
use super::term::Term;
use crate::batch::outdated;

/// Check the data of a year and show every problem at once; writes nothing
#[derive(clap::Args, Debug)]
pub(super) struct Check {
    /// Workbook (xlsx), folder of CSV files, YAML or JSON; default: the one in data/
    data: Option<PathBuf>,
}

pub(super) fn run(app: &App, term: &mut Term, args: Check) -> Result<ExitCode, Failure> {
    let office = app.office()?;
    let renderer = app::renderer(&office)?;
    let path = app::workbook(&office, args.data, "pk check")?;
    let cycle = app::cycle(term, &office, &path, &renderer)?;
    term.say(
        "check.done",
        &[
            ("officials", cycle.officials.iter().count().to_string()),
            ("documents", cycle.documents.len().to_string()),
            ("year", cycle.settings.year.to_string()),
        ],
    );
    // What was issued already: silence would mean that pk generate has nothing to say either.
    if office.registry().exists() {
        let entries = app.registry_to_read(&office)?.all()?;
        note_orphans(term, &office, &cycle, &entries);
        note_doubles(term, &cycle, &entries);
        let outdated = outdated(&cycle, &entries, &office.config().instansi.host);
        if !outdated.is_empty() {
            term.note("check.outdated", &[("count", outdated.len().to_string())]);
            for entry in outdated {
                term.aside(&format!("  {}", line(term, entry)));
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}
