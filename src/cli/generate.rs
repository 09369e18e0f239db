//! `pk generate`

use std::path::PathBuf;
use std::process::ExitCode;

use pk_trust::pki::Sign;

use super::app::{self, App, jobs, proposals};
use super::failure::Failure;
use super::passphrase::OfficePassphraseArgs;
use super::term::Term;
use crate::batch::{GenerateSummary, Plan, generate, slot_of};
use crate::model::{Cycle, Document};
use crate::office::Office;
use crate::registry::{Registry, Status};
use crate::render::Renderer;

/// Make and record all documents of a year, ready to be signed; a second run makes what is missing
#[derive(clap::Args, Debug)]
pub(super) struct Generate {
    /// Workbook (xlsx), folder of CSV files, YAML or JSON; default: the one in data/
    data: Option<PathBuf>,
    /// Replace documents whose data changed since they were issued, unless they are complete
    #[arg(long)]
    replace: bool,
    /// Threads that render; default: one a processor
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
    #[command(flatten)]
    passphrase: OfficePassphraseArgs,
}

pub(super) fn run(app: &App, term: &mut Term, args: Generate) -> Result<ExitCode, Failure> {
    let office = app.office()?;
    let renderer = app::renderer(&office)?;
    let path = app::workbook(&office, args.data)?;
    let cycle = app::cycle(term, &office, &path, &renderer)?;
    let mut registry = app.registry(&office)?;
    let seal = office.open_seal(&args.passphrase.existing(term)?, app.clock.now())?;
    if args.replace {
        release_changed(&cycle, &office, &mut registry)?;
    }
    let summary = make(app, term, &office, &renderer, &cycle, &seal, &mut registry, jobs(args.jobs))?;
    term.say(
        "generate.done",
        &[
            ("issued", summary.issued.to_string()),
            ("unchanged", summary.unchanged.to_string()),
            ("replaced", summary.replaced.to_string()),
            ("folder", office.documents().display().to_string()),
        ],
    );
    Ok(ExitCode::SUCCESS)
}

/// Reserves ids and issues what is missing, with a progress bar.
#[expect(clippy::too_many_arguments, reason = "the doors of a run")]
pub(super) fn make(
    app: &App,
    term: &Term,
    office: &Office,
    renderer: &Renderer,
    cycle: &Cycle,
    seal: &(dyn Sign + Sync),
    registry: &mut dyn Registry,
    jobs: usize,
) -> Result<GenerateSummary, Failure> {
    let proposed = proposals(cycle.documents.len(), app.clock.as_ref())?;
    let host = &office.config().instansi.host;
    let plan = Plan::make(cycle, host, registry, &proposed)?;
    let progress = term.progress("progress.generate");
    let on_event = &mut |event| progress.event(event);
    Ok(generate(&plan, office, renderer, seal, registry, app.clock.as_ref(), jobs, on_event)?)
}

/// Frees the slots of documents whose data is another now. The old document stays as it is until the
/// new one is recorded, and is then superseded by it.
fn release_changed(cycle: &Cycle, office: &Office, registry: &mut dyn Registry) -> Result<(), Failure> {
    let changed = |document: &Document, entry: &crate::registry::Entry| {
        let issue = crate::model::Issue {
            id: entry.reservation.id,
            salt: entry.reservation.salt,
            day: entry.reservation.day,
        };
        document.data(&issue, &office.config().instansi.host).digest != entry.digest
    };
    for document in &cycle.documents {
        let slot = slot_of(document);
        let current = registry.in_slot(&slot)?.into_iter().last();
        if let Some(entry) = current
            && matches!(entry.status, Status::Issued | Status::PartlySigned)
            && changed(document, &entry)
        {
            registry.release(&slot)?;
        }
    }
    Ok(())
}
