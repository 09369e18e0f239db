//! `pk status`

use std::collections::BTreeMap;
use std::process::ExitCode;

use pk_trust::claim::Id;
use serde_json::json;

use super::app::App;
use super::failure::Failure;
use super::sign::known;
use super::term::{Term, Tone};
use crate::batch::recorded_file;
use crate::office::Office;
use crate::registry::{Entry, Registry as _, SqliteRegistry, Status as Standing, Visibility};
use crate::report::kind_and_year;
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
    /// Only this year
    #[arg(long)]
    year: Option<u16>,
    /// Only documents that this official signs
    #[arg(long, value_name = "ID")]
    official: Option<String>,
}

pub(super) fn run(app: &App, term: &mut Term, args: Status) -> Result<ExitCode, Failure> {
    let office = app.office()?;
    let registry = SqliteRegistry::open_to_read(&office.registry())?;
    // Compared with the chain of events: a registry that was edited is no status.
    let mut entries = registry.all()?;
    if args.waiting {
        entries.retain(|entry| entry.next_signer().is_some());
    }
    if let Some(year) = args.year {
        entries.retain(|entry| entry.slot.year == year);
    }
    if let Some(official) = args.official.map(|official| official.to_lowercase()) {
        entries.retain(|entry| {
            entry.slot.official == official || entry.signers.iter().any(|signer| signer.official == official)
        });
        if entries.is_empty() {
            known(&office, &official, app.clock.now())?;
        }
    }
    if args.json {
        let rows: Vec<serde_json::Value> = entries.iter().map(|entry| json_row(entry, &office)).collect();
        term.machine(&serde_json::Value::Array(rows).to_string());
        return Ok(ExitCode::SUCCESS);
    }
    if args.waiting && entries.is_empty() {
        term.say("status.none-waiting", &[]);
        return Ok(ExitCode::SUCCESS);
    }
    let files = damaged(&entries, &office);
    // By unit, and in it by official: what belongs together stands together, in the order of the workbook.
    let mut units: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
    for entry in &entries {
        units.entry(&entry.unit).or_default().push(entry);
    }
    for (unit, entries) in &units {
        term.out(&Term::toned(Tone::Bold, &printable(unit)));
        let mut last = None;
        for entry in entries {
            let whose = (&entry.slot.official, &entry.name, &entry.position);
            if last.replace(whose) != Some(whose) {
                term.out(&format!(
                    "  {}  {}",
                    Term::toned(Tone::Faint, &entry.slot.official),
                    printable(&format!("{}, {}", entry.name, entry.position)),
                ));
            }
            term.out(&format!("    {}{}", brief(term, entry), lost(term, files.get(&entry.reservation.id))));
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
    if !files.is_empty() {
        term.note("status.files-lost", &[("count", files.len().to_string())]);
    }
    Ok(ExitCode::SUCCESS)
}

/// What is wrong with the file of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FileState {
    Missing,
    Changed,
}

impl FileState {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Changed => "changed",
        }
    }
}

/// The documents whose newest file is not the one that was recorded. Nothing can be done with them, and whoever asks
/// how things stand has to know it before the ceremony.
fn damaged(entries: &[Entry], office: &Office) -> BTreeMap<Id, FileState> {
    entries.iter().filter_map(|entry| Some((entry.reservation.id, file_state(entry, office)?))).collect()
}

/// What is wrong with the newest file of a document; nothing if it is the one that was recorded.
fn file_state(entry: &Entry, office: &Office) -> Option<FileState> {
    match recorded_file(entry, office) {
        Ok(Some(_)) => None,
        Ok(None) => Some(FileState::Changed),
        Err(error) if error.source.kind() == std::io::ErrorKind::NotFound => Some(FileState::Missing),
        Err(_) => Some(FileState::Changed),
    }
}

fn lost(term: &Term, state: Option<&FileState>) -> String {
    let code = match state {
        None => return String::new(),
        Some(FileState::Missing) => "status.file-missing",
        Some(FileState::Changed) => "status.file-changed",
    };
    format!("  {}", Term::toned(Tone::Bad, &term.words.plain(code)))
}

/// A document in one line, with whose it is.
pub(super) fn line(term: &Term, entry: &Entry) -> String {
    let whose = format!("{}, {} ({})", entry.name, entry.position, entry.slot.official);
    // Two documents of one official and year differ in their date.
    let date = entry.date.as_ref().map(|date| format!("  {}", term.words.clock(date))).unwrap_or_default();
    format!("{}  {}{date}", brief(term, entry), printable(&whose))
}

/// Code, kind with year and revision, and where it stands.
fn brief(term: &Term, entry: &Entry) -> String {
    let (tone, code) = match entry.status {
        Standing::Complete => (Tone::Good, "status.complete-word"),
        Standing::PartlySigned => (Tone::Open, "status.partly-word"),
        Standing::Issued => (Tone::Open, "status.issued-word"),
        Standing::Revoked => (Tone::Bad, "status.revoked-word"),
        Standing::Superseded => (Tone::Faint, "status.superseded-word"),
    };
    let mut line = format!(
        "{}  {:<34} {}",
        entry.reservation.id.grouped(),
        kind_and_year(&term.words, entry.slot.kind, entry.slot.year, entry.slot.stage.0),
        Term::toned(tone, &term.words.plain(code)),
    );
    if let Some(next) = entry.next_signer() {
        let who = format!("{} ({})", next.name, next.official);
        line.push_str(&term.text("status.next", &[("name", who)]));
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
pub(super) fn json_row(entry: &Entry, office: &Office) -> serde_json::Value {
    json!({
        "id": entry.reservation.id.to_string(),
        "kind": entry.slot.kind.as_str(),
        "year": entry.slot.year,
        "stage": entry.slot.stage.0,
        "official": entry.slot.official,
        "unit": entry.unit,
        "name": entry.name,
        "position": entry.position,
        "status": entry.status.as_str(),
        "file": file_state(entry, office).map_or("good", FileState::as_str),
        "revision": entry.revision,
        "changed": entry.changed.to_string(),
        "reason": entry.remark,
        "successor": entry.successor.map(|id| id.to_string()),
        "visibility": entry.visibility.map(Visibility::as_str),
        "first_objective": entry.first_objective,
        "last_objective": entry.last_objective,
        "digest": data_encoding::HEXLOWER.encode(&entry.digest),
        "signers": entry.signers.iter().map(|s| json!({
            "field": s.field, "official": s.official, "name": s.name, "position": s.position, "signed": s.signed.map(|t| t.to_string()),
        })).collect::<Vec<_>>(),
    })
}
