//! `pk publish`

use std::num::NonZero;
use std::path::PathBuf;
use std::process::ExitCode;

use serde_json::json;

use super::app::{App, jobs};
use super::failure::Failure;
use super::term::Term;
use crate::batch::Event;
use crate::model::{Place, Problem};
use crate::web::{Damaged, publish};

/// The site is there, but not all that should be on it.
const INCOMPLETE: u8 = 1;

/// Write the public page as files for any web host
///
/// The folder belongs to pk: it is replaced as a whole, and what has not changed is not written again.
#[derive(clap::Args, Debug)]
pub(super) struct Publish {
    /// Folder of the site; made if need be
    folder: PathBuf,
    /// Threads that draw pictures; default: one a processor
    #[arg(long, short)]
    jobs: Option<usize>,
    /// Result as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(app: &App, term: &mut Term, args: Publish) -> Result<ExitCode, Failure> {
    let office = app.office()?;
    let progress = term.progress("progress.publish");
    let jobs = NonZero::new(jobs(args.jobs)).unwrap_or(NonZero::<usize>::MIN);
    let published = publish(&office, &args.folder, &*app.clock, jobs, &|done, total| {
        if done == 1 {
            progress.event(Event::Started(total));
        }
        progress.event(Event::Done);
    })?;
    drop(progress);
    if args.json {
        let damaged = published.damaged.iter();
        let damaged =
            damaged.map(|d| json!({ "id": d.id.to_string(), "file": d.file.display().to_string() }));
        let json = json!({
            "documents": published.documents,
            "gone": published.gone,
            "files": published.files,
            "written": published.written,
            "without_picture": published.without_picture,
            "damaged": damaged.collect::<Vec<_>>(),
        });
        term.machine(&json.to_string());
    } else {
        term.say(
            "publish.done",
            &[
                ("documents", published.documents.to_string()),
                ("files", published.files.to_string()),
                ("written", published.written.to_string()),
                ("folder", args.folder.display().to_string()),
            ],
        );
        if published.gone > 0 {
            term.note("publish.gone", &[("count", published.gone.to_string())]);
        }
        if published.without_picture > 0 {
            term.note("publish.without-picture", &[("count", published.without_picture.to_string())]);
        }
    }
    let problems: Vec<Problem> = published.damaged.iter().map(problem).collect();
    term.problems(&problems, false);
    Ok(if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(INCOMPLETE) })
}

fn problem(damaged: &Damaged) -> Problem {
    let place = Place::file(damaged.file.display().to_string());
    Problem::new("publish.damaged", &place).with("document", damaged.id.grouped())
}
