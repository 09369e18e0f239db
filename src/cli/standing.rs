//! What `pk revoke`, `pk supersede` and `pk visibility` have in common: documents named by their ids, a
//! reason, and changes that are made together or not at all.

use std::process::ExitCode;

use pk_trust::claim::Id;

use super::app::App;
use super::failure::Failure;
use super::passphrase::OfficePassphraseArgs;
use super::status::{json_row, line};
use super::term::Term;
use crate::model::{InvalidReason, Reason};
use crate::registry::{Change, Entry, Registry, Status, Step};

/// Why a document cannot be changed as wished, as a code with its values.
pub(super) type Refusal = (&'static str, Vec<(&'static str, String)>);

/// What `pk revoke` and `pk supersede` are told about the end of a document.
#[derive(clap::Args, Debug)]
pub(super) struct End {
    /// Why; it is shown in public and cannot be changed
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Do it without asking
    #[arg(long)]
    yes: bool,
    /// As JSON
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    pub(super) passphrase: OfficePassphraseArgs,
}

impl End {
    pub(super) fn reason(&self) -> Result<Reason, InvalidReason> {
        Reason::parse(&self.reason)
    }

    /// The question, unless it was answered beforehand.
    pub(super) fn consent(&self, question: &'static str) -> Option<&'static str> {
        (!self.yes).then_some(question)
    }
}

/// A wish to change documents.
pub(super) struct Wish<'a> {
    /// The ids, as they were typed.
    pub(super) ids: &'a [String],
    /// Whether a document can be changed, seen on its own.
    pub(super) refuse: &'a dyn Fn(&Entry) -> Option<Refusal>,
    /// Whether they can be changed together.
    pub(super) refuse_all: &'a dyn Fn(&[Entry]) -> Vec<Refusal>,
    /// What becomes of a document; `None` if it stays as it is.
    pub(super) change: &'a dyn Fn(&Entry) -> Option<Change>,
    /// The question to a person, if there is one to be asked.
    pub(super) consent: Option<&'static str>,
    /// Where the passphrase of the seal comes from: the seal vouches for what is done.
    pub(super) passphrase: &'a OfficePassphraseArgs,
    /// What was done, with the number of documents.
    pub(super) done: &'static str,
    /// Whether to say it in JSON.
    pub(super) json: bool,
}

/// Looks, asks, takes the lock, looks again, and makes all changes in one step.
pub(super) fn carry_out(app: &App, term: &Term, wish: &Wish<'_>) -> Result<ExitCode, Failure> {
    let office = app.office()?;
    let mut registry = app.registry(&office)?;
    let shown = wish.documents(term, &registry)?;
    if let Some(question) = wish.consent {
        for entry in &shown {
            term.aside(&line(term, entry));
        }
        if !term.confirm(question, &[("count", shown.len().to_string())]) {
            return Err(Failure::new("fail.not-confirmed"));
        }
    }
    let seal = wish.passphrase.open(term, |passphrase| office.open_seal(passphrase, app.clock.now()))?;
    let _lock = office.lock()?;
    // Consent is to what was shown: a document that was signed meanwhile is another one.
    let entries = wish.documents(term, &registry)?;
    if let Some((changed, _)) = shown.iter().zip(&entries).find(|(before, now)| before != now) {
        return Err(Failure::new("fail.conflict").with("id", changed.reservation.id));
    }
    let steps: Vec<Step> = entries
        .iter()
        .filter_map(|entry| {
            let change = (wish.change)(entry)?;
            Some(Step { id: entry.reservation.id, expected: entry.revision, change })
        })
        .collect();
    // What is wrong has to be withdrawn whatever the clock says; but events do not go back in time.
    let now = app.clock.now();
    let last = registry.newest()?.map_or(now, |(_, last)| last);
    if now < last {
        term.note("clock.behind", &[("now", now.to_string()), ("last", last.to_string())]);
    }
    registry.decide_all(&steps, now.max(last), &seal)?;
    let changed = entries.iter().filter(|e| steps.iter().any(|step| step.id == e.reservation.id));
    if wish.json {
        let rows: Result<Vec<_>, Failure> = changed
            .map(|entry| {
                Ok(registry.find(&entry.reservation.id)?.as_ref().map(|entry| json_row(entry, &office)))
            })
            .collect();
        term.machine(&serde_json::Value::Array(rows?.into_iter().flatten().collect()).to_string());
    } else if steps.is_empty() {
        term.say("change.already-so", &[]);
    } else {
        // Which ones: a code that was typed with a 0 is read with an O.
        let ids: Vec<String> = steps.iter().map(|step| step.id.grouped()).collect();
        term.say(wish.done, &[("count", steps.len().to_string()), ("ids", ids.join(" "))]);
    }
    Ok(ExitCode::SUCCESS)
}

impl Wish<'_> {
    /// The documents that were named, each once; or everything that is wrong with the wish.
    fn documents(&self, term: &Term, registry: &dyn Registry) -> Result<Vec<Entry>, Failure> {
        let mut found: Vec<Entry> = Vec::new();
        let mut refusals: Vec<Refusal> = Vec::new();
        let mut known = true;
        for typed in self.ids {
            let Ok(id) = typed.parse::<Id>() else {
                known = false;
                refusals.push(("change.no-id", vec![("id", typed.clone())]));
                continue;
            };
            let Some(entry) = registry.find(&id)? else {
                known = false;
                refusals.push(("change.unknown", vec![("id", id.grouped())]));
                continue;
            };
            if found.iter().any(|known| known.reservation.id == id) {
                continue;
            }
            refusals.extend((self.refuse)(&entry));
            found.push(entry);
        }
        // Of documents that are missing nothing can be said together.
        if known {
            refusals.extend((self.refuse_all)(&found));
        }
        if refusals.is_empty() {
            return Ok(found);
        }
        let causes = refusals.iter().map(|(code, values)| term.text(code, values)).collect();
        Err(Failure { causes, ..Failure::new("fail.not-changed") })
    }
}

/// What is no longer in force can be neither revoked nor superseded, and replaces nothing.
pub(super) fn ended(entry: &Entry) -> Option<Refusal> {
    let id = ("id", entry.reservation.id.grouped());
    match entry.status {
        Status::Revoked => {
            Some(("change.revoked", vec![id, ("reason", entry.remark.clone().unwrap_or_default())]))
        }
        Status::Superseded => {
            let by = entry.successor.as_ref().map(Id::grouped).unwrap_or_default();
            Some(("change.superseded", vec![id, ("by", by)]))
        }
        Status::Issued | Status::PartlySigned | Status::Complete => None,
    }
}
