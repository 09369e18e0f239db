//! `pk status`

use std::collections::BTreeMap;
use std::process::ExitCode;

use serde_json::json;

use super::app::App;
use super::failure::Failure;
use super::sign::kind_code;
use super::term::{Term, Tone};
use crate::registry::{Entry, Registry as _, SqliteRegistry, Status as Standing, Visibility};
use crate::words::printable;

/// Show who has signed and who has not
#[derive(clap::Args, Debug)]
pub(super) struct Status {
    /// As JSON
    #[arg(long)]
    json: bool,
    /// Only documents that wait for a signature
    #[arg(long)]
    waiting: bool,
}

pub(super) fn run(app: &App, term: &mut Term, args: Status) -> Result<ExitCode, Failure> {
    let office = app.office()?;
    let registry = SqliteRegistry::open_to_read(&office.registry())?;
    // Compared with the chain of events: a registry that was edited is no status.
    let mut entries = registry.all()?;
    if args.waiting {
        entries.retain(|entry| entry.next_signer().is_some());
    }
    if args.json {
        let rows: Vec<serde_json::Value> = entries.iter().map(json_row).collect();
        term.out(&serde_json::Value::Array(rows).to_string());
        return Ok(ExitCode::SUCCESS);
    }
    let mut units: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
    for entry in &entries {
        units.entry(&entry.unit).or_default().push(entry);
    }
    for (unit, entries) in &units {
        term.out(&Term::toned(Tone::Bold, &printable(unit)));
        for entry in entries {
            term.out(&format!("  {}", line(term, entry)));
        }
    }
    let count = |status: Standing| entries.iter().filter(|e| e.status == status).count().to_string();
    term.say(
        "status.total",
        &[
            ("documents", entries.len().to_string()),
            ("complete", count(Standing::Complete)),
            ("partly", count(Standing::PartlySigned)),
            ("issued", count(Standing::Issued)),
            ("revoked", count(Standing::Revoked)),
            ("superseded", count(Standing::Superseded)),
        ],
    );
    Ok(ExitCode::SUCCESS)
}

/// A document in one line.
pub(super) fn line(term: &Term, entry: &Entry) -> String {
    let (tone, code) = match entry.status {
        Standing::Complete => (Tone::Good, "status.complete-word"),
        Standing::PartlySigned => (Tone::Open, "status.partly-word"),
        Standing::Issued => (Tone::Open, "status.issued-word"),
        Standing::Revoked => (Tone::Bad, "status.revoked-word"),
        Standing::Superseded => (Tone::Faint, "status.superseded-word"),
    };
    let mut line = format!(
        "{}  {:<20} {}  {}",
        entry.reservation.id.grouped(),
        term.words.plain(kind_code(entry.slot.kind)),
        Term::toned(tone, &format!("{:<22}", term.words.plain(code))),
        printable(&entry.name),
    );
    if let Some(next) = entry.next_signer() {
        line.push_str(&term.text("status.next", &[("name", next.name.clone())]));
    }
    if let Some(by) = &entry.successor {
        line.push_str(&term.text("status.successor", &[("by", by.grouped())]));
    }
    if let Some(reason) = &entry.remark {
        line.push_str(&term.text("status.reason", &[("reason", reason.clone())]));
    }
    line
}

/// A document for programs.
pub(super) fn json_row(entry: &Entry) -> serde_json::Value {
    json!({
        "id": entry.reservation.id.to_string(),
        "kind": entry.slot.kind.as_str(),
        "year": entry.slot.year,
        "stage": entry.slot.stage.0,
        "official": entry.slot.official,
        "unit": entry.unit,
        "position": entry.position,
        "status": entry.status.as_str(),
        "revision": entry.revision,
        "changed": entry.changed.to_string(),
        "reason": entry.remark,
        "successor": entry.successor.map(|id| id.to_string()),
        "visibility": entry.visibility.map(Visibility::as_str),
        "first_objective": entry.first_objective,
        "last_objective": entry.last_objective,
        "digest": data_encoding::HEXLOWER.encode(&entry.digest),
        "signers": entry.signers.iter().map(|s| json!({
            "field": s.field, "official": s.official, "position": s.position, "signed": s.signed.map(|t| t.to_string()),
        })).collect::<Vec<_>>(),
    })
}
