//! `pk supersede`

use std::process::ExitCode;

use super::app::App;
use super::failure::Failure;
use super::standing::{End, Refusal, Wish, carry_out, ended};
use super::term::Term;
use crate::registry::{Change, Entry, Status};

/// Record that another document has taken the place of one, for good
///
/// The other one has to be complete, of the same year and kind and not older, and of the same person or position.
#[derive(clap::Args, Debug)]
pub(super) struct Supersede {
    /// Id of the document that is replaced
    #[arg(value_name = "OLD")]
    old: String,
    /// Id of the document that takes its place
    #[arg(long, value_name = "NEW")]
    by: String,
    /// Also by a document of another person in another position
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    end: End,
}

pub(super) fn run(app: &App, term: &mut Term, args: Supersede) -> Result<ExitCode, Failure> {
    let reason = args.end.reason()?;
    let by = args.by.parse().ok();
    let force = args.force;
    carry_out(
        app,
        term,
        &Wish {
            ids: &[args.old, args.by],
            // No circle: a document in force has no successor, and one with a successor replaces nothing.
            refuse: &ended,
            refuse_all: &|entries| together(entries, force),
            typed: &|entries| match entries {
                [old, new] if !is_of_one_place(old, new) => Some(("supersede.type", old.reservation.id)),
                _ => None,
            },
            change: &|entry| {
                let by = by.filter(|by| *by != entry.reservation.id)?;
                Some(Change::Superseded { by, reason: reason.as_str().to_owned() })
            },
            consent: args.end.consent("supersede.consent"),
            passphrase: &args.end.passphrase,
            done: "supersede.done",
            json: args.end.json,
        },
    )
}

/// Why one document cannot take the place of the other.
fn together(entries: &[Entry], force: bool) -> Vec<Refusal> {
    let [old, new] = entries else {
        // Named twice, in two spellings perhaps.
        return entries
            .first()
            .map(|one| ("change.itself", vec![("id", one.reservation.id.grouped())]))
            .into_iter()
            .collect();
    };
    let refusal = |code| {
        let (id, by) = (old.reservation.id.grouped(), new.reservation.id.grouped());
        let whose = |entry: &Entry| format!("{}, {}", entry.name, entry.position);
        (code, vec![("id", id), ("by", by), ("whose", whose(old)), ("other", whose(new))])
    };
    let age = |entry: &Entry| (entry.slot.stage, entry.reservation.day);
    [
        (old.slot.kind != new.slot.kind, "change.other-kind"),
        (old.slot.year != new.slot.year, "change.other-year"),
        (age(new) < age(old), "change.older"),
        (new.status != Status::Complete, "change.not-complete"),
        (!force && !is_of_one_place(old, new), "change.other-place"),
    ]
    .into_iter()
    .filter(|(wrong, _)| *wrong)
    .map(|(_, code)| refusal(code))
    .collect()
}

/// Whether two documents are of one person, or of one position and its next holder.
fn is_of_one_place(old: &Entry, new: &Entry) -> bool {
    let position = |entry: &Entry| {
        let lower = entry.position.to_lowercase();
        let acting = ["plt. ", "plh. ", "pj. ", "pjs. "].iter().find_map(|prefix| lower.strip_prefix(prefix));
        (acting.unwrap_or(&lower).to_owned(), entry.unit.to_lowercase())
    };
    old.slot.official == new.slot.official || position(old) == position(new)
}
