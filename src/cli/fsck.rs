//! `pk fsck`

use std::process::ExitCode;

use serde_json::json;

use super::app::{App, jobs};
use super::failure::Failure;
use super::term::Term;
use crate::batch::{Damage, inspect};
use crate::words::printable;

/// Prove that the office is whole: every row has its files, every file its row
#[derive(clap::Args, Debug)]
pub(super) struct Fsck {
    /// Move files that nobody recorded into lost+found; nothing is ever deleted
    #[arg(long)]
    repair: bool,
    /// Threads; default: one a processor
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
    /// Result as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(app: &App, term: &Term, args: &Fsck) -> Result<ExitCode, Failure> {
    let office = app.office()?;
    let progress = term.progress("progress.fsck");
    let inspection = inspect(&office, jobs(args.jobs), args.repair, &mut |event| progress.event(event))?;
    drop(progress);
    let moved = inspection.moved.len();
    let left = inspection.damages.len() - moved;
    if args.json {
        let damages: Vec<_> = inspection
            .damages
            .iter()
            .map(|damage| {
                json!({
                    "code": damage.code,
                    "id": damage.id.map(|id| id.to_string()),
                    "path": damage.path.display().to_string(),
                    "values": damage.values,
                })
            })
            .collect();
        let paths: Vec<_> = inspection
            .moved
            .iter()
            .map(|(from, to)| json!({ "from": from.display().to_string(), "to": to.display().to_string() }))
            .collect();
        let result = json!({
            "documents": inspection.documents,
            "files": inspection.files,
            "damages": damages,
            "moved": paths,
        });
        term.machine(&result.to_string());
    } else {
        inspection.damages.iter().for_each(|damage| show(term, damage));
        for (from, to) in &inspection.moved {
            term.say("fsck.moved", &[("from", from.display().to_string()), ("to", to.display().to_string())]);
        }
        let values = [
            ("documents", inspection.documents.to_string()),
            ("files", inspection.files.to_string()),
            ("count", left.to_string()),
        ];
        term.say(if left == 0 { "fsck.whole" } else { "fsck.damaged" }, &values);
    }
    Ok(if left == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What is wrong, where, and what to do about it.
fn show(term: &Term, damage: &Damage) {
    let path = damage.path.display().to_string();
    let mut values: Vec<(&str, &str)> =
        damage.values.iter().map(|(key, value)| (*key, value.as_str())).collect();
    values.push(("path", &path));
    let document = damage.id.map(|id| format!("{}  ", id.grouped())).unwrap_or_default();
    let text = term.words.filled(damage.code, &values);
    term.out(&printable(&format!("{document}{text} [{}]", damage.code)));
    let all = damage.values.iter().map(|(key, value)| (*key, value.clone())).collect();
    if let Some(hint) = term.words.hint(damage.code, &all) {
        term.out(&printable(&format!("  → {hint}")));
    }
}
