//! `pk supersede`

use std::cmp::Ordering;
use std::process::ExitCode;

use pk_trust::claim::Id;

use super::app::App;
use super::failure::Failure;
use super::standing::{End, Refusal, Wish, carry_out, ended};
use super::term::Term;
use crate::model::Capacity;
use crate::registry::{Change, Entry};

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
    /// Also by a document of another person in another position: the id of the one that is replaced, typed once more
    #[arg(long, value_name = "OLD")]
    force: Option<String>,
    #[command(flatten)]
    end: End,
}

pub(super) fn run(app: &App, term: &mut Term, args: Supersede) -> Result<ExitCode, Failure> {
    let reason = args.end.reason()?;
    let by = args.by.parse().ok();
    let typed = args.force.clone();
    // The order of issue: two documents of one day have nothing else that says which is newer.
    let office = app.office()?;
    let order: Vec<Id> =
        app.registry_to_read(&office)?.all()?.iter().map(|entry| entry.reservation.id).collect();
    carry_out(
        app,
        term,
        &Wish {
            ids: &[args.old, args.by],
            // No circle: a document in force has no successor, and one with a successor replaces nothing.
            refuse: &ended,
            refuse_all: &|entries| together(entries, typed.as_deref(), &order),
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

/// Why one document cannot take the place of the other. What is wrong with each by itself is said elsewhere.
fn together(entries: &[Entry], typed: Option<&str>, order: &[Id]) -> Vec<Refusal> {
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
    let place = |entry: &Entry| order.iter().position(|id| *id == entry.reservation.id);
    let earlier = old.date.as_ref().zip(new.date.as_ref()).is_some_and(|(old, new)| new < old);
    // Revisions are counted for each official: the first agreement of a successor follows the last one before.
    let same_official = new.slot.official == old.slot.official;
    let older = match new.slot.stage.cmp(&old.slot.stage) {
        Ordering::Less if same_official => true,
        Ordering::Greater if same_official => earlier,
        _ => earlier || place(new) < place(old),
    };
    let forced = typed.and_then(|typed| typed.parse::<Id>().ok()) == Some(old.reservation.id);
    let elsewhere = !is_of_one_place(old, new);
    [
        (old.slot.kind != new.slot.kind, "change.other-kind"),
        (old.slot.year != new.slot.year, "change.other-year"),
        (older, "change.older"),
        (new.status.waits(), "change.not-complete"),
        (elsewhere && typed.is_none(), "change.other-place"),
        // Also where it was not needed: whoever typed another code meant another document.
        (typed.is_some() && !forced, "change.other-code"),
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
        let acting = Capacity::ACTING
            .iter()
            .find_map(|capacity| lower.strip_prefix(&capacity.prefix().to_lowercase()));
        (acting.unwrap_or(&lower).to_owned(), entry.unit.to_lowercase())
    };
    old.slot.official == new.slot.official || position(old) == position(new)
}
