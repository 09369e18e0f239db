//! `pk supersede`

use std::process::ExitCode;

use super::app::App;
use super::failure::Failure;
use super::standing::{Refusal, Wish, carry_out, ended};
use super::term::Term;
use crate::model::Reason;
use crate::registry::{Change, Entry};

/// Record that another document has taken the place of one, for good
#[derive(clap::Args, Debug)]
pub(super) struct Supersede {
    /// Id of the document that is replaced
    #[arg(value_name = "OLD")]
    old: String,
    /// Id of the document that takes its place
    #[arg(long, value_name = "NEW")]
    by: String,
    /// Why; it is shown in public and cannot be changed
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Do it without asking
    #[arg(long)]
    yes: bool,
    /// As JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(app: &App, term: &mut Term, args: Supersede) -> Result<ExitCode, Failure> {
    let reason = Reason::parse(&args.reason)?;
    let by = args.by.parse().ok();
    carry_out(
        app,
        term,
        &Wish {
            ids: &[args.old, args.by],
            // No circle: a document in force has no successor, and one with a successor replaces nothing.
            refuse: &ended,
            refuse_all: &together,
            change: &|entry| {
                let by = by.filter(|by| *by != entry.reservation.id)?;
                Some(Change::Superseded { by, reason: reason.as_str().to_owned() })
            },
            consent: (!args.yes).then_some("supersede.consent"),
            done: "supersede.done",
            json: args.json,
        },
    )
}

/// Two documents of one kind.
fn together(entries: &[Entry]) -> Option<Refusal> {
    match entries {
        // Named twice, in two spellings perhaps.
        [one] => Some(("change.itself", vec![("id", one.reservation.id.grouped())])),
        [old, new] if old.slot.kind != new.slot.kind => Some((
            "change.other-kind",
            vec![("id", old.reservation.id.grouped()), ("by", new.reservation.id.grouped())],
        )),
        _ => None,
    }
}
