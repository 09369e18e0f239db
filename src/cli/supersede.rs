//! `pk supersede`

use std::process::ExitCode;

use super::app::App;
use super::failure::Failure;
use super::standing::{End, Refusal, Wish, carry_out, ended};
use super::term::Term;
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
    #[command(flatten)]
    end: End,
}

pub(super) fn run(app: &App, term: &mut Term, args: Supersede) -> Result<ExitCode, Failure> {
    let reason = args.end.reason()?;
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
            consent: args.end.consent("supersede.consent"),
            done: "supersede.done",
            json: args.end.json,
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
