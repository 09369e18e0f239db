//! `pk revoke`

use std::process::ExitCode;

use super::app::App;
use super::failure::Failure;
use super::standing::{End, Wish, carry_out, ended};
use super::term::Term;
use crate::registry::Change;

/// Revoke documents: they are no longer in force, for good
#[derive(clap::Args, Debug)]
pub(super) struct Revoke {
    /// Ids of the documents
    #[arg(required = true, value_name = "ID")]
    ids: Vec<String>,
    #[command(flatten)]
    end: End,
}

pub(super) fn run(app: &App, term: &mut Term, args: Revoke) -> Result<ExitCode, Failure> {
    let reason = args.end.reason()?;
    carry_out(
        app,
        term,
        &Wish {
            ids: &args.ids,
            refuse: &ended,
            refuse_all: &|_| Vec::new(),
            passphrase: &args.end.passphrase,
            change: &|_| Some(Change::Revoked { reason: reason.as_str().to_owned() }),
            consent: args.end.consent("revoke.consent"),
            done: "revoke.done",
            json: args.end.json,
        },
    )
}
