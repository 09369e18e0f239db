//! `pk reissue`

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;

use pk_trust::claim::Id;

use super::app::{self, App, jobs};
use super::failure::Failure;
use super::generate::make;
use super::passphrase::OfficePassphraseArgs;
use super::status::line;
use super::term::Term;
use crate::batch::{Changed, Tools, slot_of};
use crate::registry::{Registry as _, Status};

/// Issue documents that were revoked by mistake again, under new ids; the old ones stay revoked
#[derive(clap::Args, Debug)]
pub(super) struct Reissue {
    /// Ids of revoked documents
    #[arg(required = true, value_name = "ID")]
    ids: Vec<String>,
    /// Workbook (xlsx), folder of CSV files, YAML or JSON; default: the one in data/
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// Do it without asking
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    passphrase: OfficePassphraseArgs,
}

pub(super) fn run(app: &App, term: &mut Term, args: Reissue) -> Result<ExitCode, Failure> {
    let office = app.office()?;
    let renderer = app::renderer(&office)?;
    let path = app::workbook(&office, args.data, &format!("pk reissue {} --data", args.ids.join(" ")))?;
    let mut cycle = app::cycle(term, &office, &path, &renderer)?;
    let mut registry = app.registry(&office)?;
    let (mut wanted, mut slots, mut refused) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
    let mut replaced = Vec::new();
    for typed in &args.ids {
        let id: Id = typed.parse().map_err(|_| Failure::new("fail.no-id").with("id", typed))?;
        let Some(entry) = registry.find(&id)? else {
            return Err(Failure::new("fail.unknown-document").with("id", id.grouped()));
        };
        let others = registry.in_slot(&entry.slot)?;
        let in_force = others.iter().find(|entry| !entry.status.has_ended());
        let other = in_force.or(others.last()).map(|other| other.reservation.id).filter(|other| *other != id);
        let told = |code| format!("{}: {}", term.text(code, &[("id", id.grouped())]), line(term, &entry));
        refused.push(if !entry.status.has_ended() {
            told("change.not-revoked")
        } else if let Some(other) = other {
            term.text("change.has-another", &[("id", id.grouped()), ("other", other.grouped())])
        } else if !cycle.documents.iter().any(|document| slot_of(document) == entry.slot) {
            told("change.no-row")
        } else {
            if let Some(by) = entry.successor {
                replaced.push((id, by));
            }
            wanted.insert(id);
            slots.insert(entry.slot);
            continue;
        });
    }
    if !refused.is_empty() {
        return Err(Failure { causes: refused, ..Failure::new("fail.not-changed") });
    }
    // What was rightly replaced would be in force beside its successor.
    for (id, by) in replaced {
        let values = [("id", id.grouped()), ("by", by.grouped())];
        if !args.yes && !term.confirm("reissue.consent", &values) {
            return Err(Failure::new("fail.not-confirmed"));
        }
    }
    cycle.documents.retain(|document| slots.contains(&slot_of(document)));
    let seal = args.passphrase.open(term, |passphrase| office.open_seal(passphrase, app.clock.now()))?;
    let mut tools = Tools {
        office: &office,
        press: app::press(&office, &renderer),
        templates: renderer.templates(),
        rendered: app::rendered(),
        seal: &seal,
        registry: &mut registry,
        clock: app.clock.as_ref(),
        jobs: jobs(None),
        stop: &|| false,
        reissue: wanted,
    };
    let summary = make(term, &cycle, Changed::Refuse, &mut tools)?;
    term.say(
        "reissue.done",
        &[("issued", summary.issued.to_string()), ("folder", office.documents().display().to_string())],
    );
    for entry in
        registry.all()?.iter().filter(|entry| slots.contains(&entry.slot) && entry.status == Status::Issued)
    {
        term.out(&format!("  {}", line(term, entry)));
    }
    Ok(ExitCode::SUCCESS)
}
