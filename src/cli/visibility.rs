//! `pk visibility`

use std::process::ExitCode;

use super::app::App;
use super::failure::Failure;
use super::passphrase::OfficePassphraseArgs;
use super::standing::{Wish, carry_out};
use super::term::Term;
use crate::model::Reason;
use crate::registry::{self, Change};

/// Choose what the public page shows of documents; what pk.toml says holds for all others
#[derive(clap::Args, Debug)]
pub(super) struct Visibility {
    /// Ids of the documents
    #[arg(required = true, num_args = 1.., value_name = "ID")]
    ids: Vec<String>,
    /// original (the file itself with every NIP), fields (the key fields), status (only whether it is in force) or default (what pk.toml says)
    #[arg(required = true, value_enum, hide_possible_values = true, value_name = "LEVEL")]
    level: Level,
    /// Why; kept in the registry
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// As JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    passphrase: OfficePassphraseArgs,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Level {
    #[value(alias = "asli")]
    Original,
    #[value(alias = "pokok")]
    Fields,
    Status,
    #[value(alias = "bawaan")]
    Default,
}

impl From<Level> for Option<registry::Visibility> {
    fn from(level: Level) -> Self {
        match level {
            Level::Original => Some(registry::Visibility::Original),
            Level::Fields => Some(registry::Visibility::Fields),
            Level::Status => Some(registry::Visibility::Status),
            Level::Default => None,
        }
    }
}

pub(super) fn run(app: &App, term: &mut Term, args: Visibility) -> Result<ExitCode, Failure> {
    let reason = Reason::parse(&args.reason)?;
    let to = args.level.into();
    carry_out(
        app,
        term,
        &Wish {
            ids: &args.ids,
            // Also of what is no longer in force: it may show what nobody should see.
            refuse: &|_| None,
            refuse_all: &|_| Vec::new(),
            passphrase: &args.passphrase,
            change: &|entry| {
                let change = Change::Visibility { to, reason: reason.as_str().to_owned() };
                (entry.visibility != to).then_some(change)
            },
            consent: None,
            done: "visibility.done",
            json: args.json,
        },
    )
}
