//! `pk generate`

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;

use pk_trust::claim::Id;

use super::app::{self, App, jobs, proposals};
use super::changed;
use super::failure::Failure;
use super::interrupt;
use super::passphrase::OfficePassphraseArgs;
use super::status::line;
use super::term::Term;
use crate::batch::{Changed, Failed, GenerateSummary, Tools, doubles, generate, orphans};
use crate::model::Cycle;
use crate::office::{Office, durable};
use crate::registry::{Entry, Registry as _};
use crate::words::printable;

/// Make and record all documents of a year, ready to be signed; a second run makes what is missing
#[derive(clap::Args, Debug)]
pub(super) struct Generate {
    /// Workbook (xlsx), folder of CSV files, YAML or JSON; default: the one in data/
    data: Option<PathBuf>,
    /// Replace documents whose data changed since they were issued, unless they are complete
    #[arg(long)]
    replace: bool,
    /// Also replace those that somebody has signed, without asking; these signatures are lost
    #[arg(long, requires = "replace")]
    lose_signatures: bool,
    /// Threads that render; default: one a processor
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
    #[command(flatten)]
    passphrase: OfficePassphraseArgs,
}

pub(super) fn run(app: &App, term: &mut Term, args: Generate) -> Result<ExitCode, Failure> {
    interrupt::listen();
    let office = app.office()?;
    let renderer = app::renderer(&office)?;
    let path = app::workbook(&office, args.data, "pk generate")?;
    let cycle = app::cycle(term, &office, &path, &renderer)?;
    let mut registry = app.registry(&office)?;
    // Before the passphrase is asked for, so that there is time to stop.
    note_doubles(term, &cycle, &registry.all()?);
    let seal = args.passphrase.open(term, |passphrase| office.open_seal(passphrase, app.clock.now()))?;
    let changed = match (args.replace, args.lose_signatures) {
        (false, _) => Changed::Refuse,
        (true, false) => Changed::Replace,
        (true, true) => Changed::LoseSignaturesOf(usize::MAX),
    };
    let mut tools = Tools {
        office: &office,
        press: app::press(&office, &renderer),
        templates: renderer.templates(),
        rendered: app::rendered(),
        seal: &seal,
        registry: &mut registry,
        clock: app.clock.as_ref(),
        jobs: jobs(args.jobs),
        stop: &interrupt::asked,
        reissue: BTreeSet::new(),
    };
    let summary = match make(term, &cycle, changed, &mut tools) {
        Err(failure) if failure.code == "fail.signed" => {
            for document in &failure.causes {
                term.aside(&format!("  {document}"));
            }
            let count = failure.causes.len();
            if !term.confirm("generate.lose-signatures", &[("count", count.to_string())]) {
                return Err(failure);
            }
            make(term, &cycle, Changed::LoseSignaturesOf(count), &mut tools)?
        }
        done => done?,
    };
    term.say(
        "generate.done",
        &[
            ("issued", summary.issued.to_string()),
            ("unchanged", summary.unchanged.to_string()),
            ("replaced", summary.replaced.to_string()),
            ("folder", office.documents().display().to_string()),
        ],
    );
    if !summary.changed.is_empty() {
        term.note("generate.replaced", &[]);
        changed::show(term, &summary.changed);
    }
    if !summary.superseded.is_empty() {
        let ids: Vec<String> = summary.superseded.iter().map(Id::grouped).collect();
        term.note("generate.superseded", &[("count", ids.len().to_string()), ("ids", ids.join(" "))]);
    }
    if !summary.revoked.is_empty() {
        let ids: Vec<String> = summary.revoked.iter().map(Id::grouped).collect();
        term.note("generate.revoked", &[("count", ids.len().to_string()), ("ids", ids.join(" "))]);
    }
    note_failed(term, &office, &summary.failed)?;
    if summary.stopped {
        term.note("generate.stopped", &[("missing", missing(&cycle, &summary).to_string())]);
        return Ok(interrupt::code());
    }
    note_orphans(term, &office, &cycle, &registry.all()?);
    Ok(if summary.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// How many documents a run that was stopped has not come to.
fn missing(cycle: &Cycle, summary: &GenerateSummary) -> usize {
    let told = summary.issued
        + summary.unchanged
        + summary.failed.len()
        + summary.superseded.len()
        + summary.revoked.len();
    cycle.documents.len().saturating_sub(told)
}

/// Names the documents that could not be made, here and in a file: on the night before, somebody else may have to mend them.
pub(super) fn note_failed(term: &Term, office: &Office, failed: &[Failed]) -> Result<(), Failure> {
    let path = office.root().join(FAILED);
    if failed.is_empty() {
        // What an earlier run wrote is no longer true.
        return match std::fs::remove_file(&path) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                Err(crate::office::Error::Io { path, source }.into())
            }
            _ => Ok(()),
        };
    }
    let lines: Vec<String> = failed
        .iter()
        .map(|document| {
            let values: Vec<(&str, &str)> =
                document.values.iter().map(|(key, value)| (*key, value.as_str())).collect();
            let kind = term.words.plain(&format!("kind.{}", document.kind));
            let reason = term.words.filled(document.code, &values);
            printable(&format!("{}  {}, {kind}: {reason}", document.official, document.position)).into_owned()
        })
        .collect();
    let values = [("count", failed.len().to_string()), ("file", path.display().to_string())];
    term.note("generate.failed", &values);
    lines.iter().for_each(|line| term.aside(&format!("  {line}")));
    let text = lines.join("\n") + "\n";
    durable::replace(&path, text.as_bytes())
        .map_err(|source| crate::office::Error::Io { path, source }.into())
}

/// The list of documents that could not be made, in the office folder.
const FAILED: &str = "belum-terbit.txt";

/// Says which documents wait for signatures although their officials have no row any more.
pub(super) fn note_orphans(term: &Term, office: &Office, cycle: &Cycle, entries: &[Entry]) {
    let orphans = orphans(cycle, entries);
    if orphans.is_empty() {
        return;
    }
    // Another workbook may have their rows: nothing here says that they are to be revoked.
    if app::workbooks(office).len() > 1 {
        term.note("generate.orphans-elsewhere", &[("count", orphans.len().to_string())]);
        return;
    }
    term.note("generate.orphans", &[("count", orphans.len().to_string())]);
    for entry in orphans {
        term.aside(&format!("  {}", line(term, entry)));
    }
}

/// Says which documents would be issued once more because the handle of their official is another one.
pub(super) fn note_doubles(term: &Term, cycle: &Cycle, entries: &[Entry]) {
    let doubles = doubles(cycle, entries);
    if doubles.is_empty() {
        return;
    }
    term.note("generate.doubles", &[("count", doubles.len().to_string())]);
    for entry in doubles {
        term.aside(&format!("  {}", line(term, entry)));
    }
}

/// Proposes ids and issues what is missing, with a progress bar.
pub(super) fn make(
    term: &Term,
    cycle: &Cycle,
    changed: Changed,
    tools: &mut Tools<'_>,
) -> Result<GenerateSummary, Failure> {
    let proposed = proposals(cycle.documents.len(), term.words.zone(), tools.clock)?;
    let progress = term.progress("progress.generate");
    Ok(generate(cycle, &proposed, changed, tools, &mut |event| progress.event(event))?)
}
