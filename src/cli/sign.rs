//! `pk sign`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use pk_trust::claim::Kind;
use pk_trust::verify::Content;
use sha2::{Digest as _, Sha256};

use super::app::{self, App, jobs, rupiah};
use super::failure::Failure;
use super::passphrase::PassphraseArgs;
use super::term::{Term, Tone};
use crate::batch::{Attached, Desk, Pending, offer, pending_for, sign};
use crate::office::durable;
use crate::words::printable;

/// Largest file that is looked at. Documents have about 150 kB.
const MAX_FILE: u64 = 64 * 1024 * 1024;

/// Sign documents that wait for an official
#[derive(clap::Args, Debug)]
pub(super) struct Sign {
    /// Handle of the official who signs
    #[arg(long = "as", value_name = "OFFICIAL")]
    official: String,
    /// All documents that wait for this official
    #[arg(long, conflicts_with = "files")]
    all: bool,
    /// Document files, or ids
    #[arg(required_unless_present = "all")]
    files: Vec<PathBuf>,
    /// Sign without asking for consent
    #[arg(long)]
    yes: bool,
    /// Threads that make the pages again before they are signed; default: one a processor
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
    #[command(flatten)]
    passphrase: PassphraseArgs,
}

pub(super) fn run(app: &App, term: &mut Term, args: Sign) -> Result<ExitCode, Failure> {
    let office = app.office()?;
    let mut registry = app.registry(&office)?;
    // Before anything is asked: an expired or revoked certificate cannot sign.
    office.official_can_sign(&args.official, app.clock.now())?;
    let waiting = pending_for(&args.official, &registry)?;
    let pending = if args.all { waiting } else { chosen(waiting, &args.files, &args.official)? };
    if pending.is_empty() {
        term.say("sign.nothing", &[("official", args.official)]);
        return Ok(ExitCode::SUCCESS);
    }
    show(term, &pending, &offer(&pending, &office, app.clock.now())?);
    if !args.yes && !term.confirm("sign.consent", &[("count", pending.len().to_string())]) {
        return Err(Failure::new("fail.no-consent"));
    }
    let name = pending[0].name.clone();
    let signer =
        office.open_official(&args.official, &args.passphrase.existing(term, &name)?, app.clock.now())?;
    let renderer = app::renderer(&office)?;
    let mut desk = Desk {
        office: &office,
        renderer: &renderer,
        registry: &mut registry,
        clock: app.clock.as_ref(),
        jobs: jobs(args.jobs),
    };
    let progress = term.progress("progress.sign");
    let summary = sign(&pending, &signer, &mut desk, &mut |event| progress.event(event));
    drop(progress);
    let summary = summary?;
    term.say(
        "sign.done",
        &[("signed", summary.signed.to_string()), ("completed", summary.completed.to_string())],
    );
    Ok(ExitCode::SUCCESS)
}

/// The waiting documents among those that were named.
fn chosen(waiting: Vec<Pending>, files: &[PathBuf], official: &str) -> Result<Vec<Pending>, Failure> {
    let mut chosen: Vec<Pending> = Vec::new();
    for file in files {
        let (id, hash) = id_of(file)?;
        let pending = waiting
            .iter()
            .find(|p| p.entry.reservation.id.to_string() == id)
            .ok_or_else(|| Failure::new("fail.not-waiting").with("id", &id).with("official", official))?;
        // What is signed is the recorded file. Another one of the same id must not seem to be it.
        if hash.is_some_and(|hash| pending.entry.files.last() != Some(&hash)) {
            return Err(Failure::new("fail.not-recorded").with("path", file.display()));
        }
        if !chosen.iter().any(|p| p.entry.reservation.id == pending.entry.reservation.id) {
            chosen.push(pending.clone());
        }
    }
    Ok(chosen)
}

/// The id of a document, from its file (then with the hash of that) or typed.
fn id_of(file: &Path) -> Result<(String, Option<[u8; 32]>), Failure> {
    if let Ok(id) = file.to_string_lossy().parse::<pk_trust::claim::Id>()
        && !file.exists()
    {
        return Ok((id.to_string(), None));
    }
    let bytes = durable::read(file, MAX_FILE)
        .map_err(|source| crate::office::Error::Io { path: file.to_owned(), source })?;
    Content::attached_to(&bytes)
        .map(|content| (content.id.to_string(), Some(Sha256::digest(&bytes).into())))
        .ok_or_else(|| Failure::new("fail.no-document").with("path", file.display()))
}

/// What will be signed: kind, counterpart, number of targets, total budget. All of it from the sealed
/// data: that is what the signature covers, and the rows of the registry are not.
fn show(term: &Term, pending: &[Pending], offered: &[Attached]) {
    for (Pending { field, .. }, Attached { content, .. }) in pending.iter().zip(offered) {
        let kind = term.words.plain(kind_code(content.kind));
        let counterpart = counterpart(content, field);
        let mut line = format!("{}  {kind} {}", content.id.grouped(), content.year);
        if let Some(counterpart) = counterpart {
            line.push_str(&term.text("sign.with", &[("counterpart", counterpart)]));
        }
        if content.kind == Kind::Agreement {
            line.push_str(&term.text(
                "sign.content",
                &[("targets", content.indicators.to_string()), ("budget", rupiah(content.budget))],
            ));
        }
        term.out(&line);
        let owner = content.parties.first();
        let owner = owner.map(|owner| format!("{}, {}", owner.name, owner.position)).unwrap_or_default();
        term.out(&format!("    {}", Term::toned(Tone::Faint, &printable(&owner))));
    }
}

fn counterpart(content: &Content, field: &str) -> Option<String> {
    let others: Vec<&str> = content
        .parties
        .iter()
        .filter(|party| party.field != field)
        .map(|party| party.name.as_str())
        .collect();
    (!others.is_empty()).then(|| others.join(", "))
}

/// The code of a kind's name.
pub(super) const fn kind_code(kind: Kind) -> &'static str {
    match kind {
        Kind::Agreement => "kind.agreement",
        Kind::Pledge => "kind.pledge",
        Kind::ActionPlan => "kind.action-plan",
    }
}
