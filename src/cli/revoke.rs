//! `pk revoke`

use std::process::ExitCode;

use super::app::App;
use super::failure::Failure;
use super::standing::{Wish, carry_out, ended};
use super::term::Term;
use crate::model::Reason;
use crate::registry::Change;

/// Revoke documents: they are no longer in force, for good
#[derive(clap::Args, Debug)]
pub(super) struct Revoke {
    /// Ids of the documents
    #[arg(required = true, value_name = "ID")]
    ids: Vec<String>,
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

pub(super) fn run(app: &App, term: &mut Term, args: Revoke) -> Result<ExitCode, Failure> {
    let reason = Reason::parse(&args.reason)?;
    carry_out(
        app,
        term,
        &Wish {
            ids: &args.ids,
            refuse: &ended,
            refuse_all: &|_| None,
            change: &|_| Some(Change::Revoked { reason: reason.as_str().to_owned() }),
            consent: (!args.yes).then_some("revoke.consent"),
            done: "revoke.done",
            json: args.json,
        },
    )
}
