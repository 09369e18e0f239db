//! `pk sign`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use pk_trust::Time;
use pk_trust::claim::{Id, Kind};
use pk_trust::present::rupiah;
use pk_trust::verify::Content;
use sha2::{Digest as _, Sha256};

use super::app::{self, App, jobs};
use super::failure::Failure;
use super::interrupt;
use super::passphrase::PassphraseArgs;
use super::term::{Choice, Term, Tone};
use crate::batch::{Attached, Desk, Pending, offer, pending_for, sign};
use crate::office::{Office, durable};
use crate::registry::Registry;
use crate::report::kind_and_year;
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
    let official = args.official.to_lowercase();
    known(&office, &official, app.clock.now())?;
    // Before anything is asked: an expired or revoked certificate cannot sign.
    office.official_can_sign(&official, app.clock.now())?;
    let waiting = pending_for(&official, &registry)?;
    let pending = if args.all { waiting } else { chosen(waiting, &args.files, &official, &registry)? };
    if pending.is_empty() {
        term.say("sign.nothing", &[("official", official)]);
        return Ok(ExitCode::SUCCESS);
    }
    let offered = offer(&pending, &office)?;
    show(term, &office, &pending, &offered, pending.len() <= FEW);
    if !args.yes && !consents(term, &office, &pending, &offered) {
        return Err(Failure::new("fail.no-consent"));
    }
    let name = pending[0].name.clone();
    let signer = args
        .passphrase
        .open(term, &name, |passphrase| office.open_official(&official, passphrase, app.clock.now()))?;
    let renderer = app::renderer(&office)?;
    interrupt::listen();
    let mut desk = Desk {
        office: &office,
        renderer: &renderer,
        rendered: app::rendered(),
        registry: &mut registry,
        clock: app.clock.as_ref(),
        jobs: jobs(args.jobs),
        stop: &interrupt::asked,
    };
    let progress = term.progress("progress.sign");
    let summary = sign(&pending, &signer, &mut desk, &mut |event| progress.event(event));
    drop(progress);
    let summary = summary?;
    term.say(
        "sign.done",
        &[("signed", summary.signed.to_string()), ("completed", summary.completed.to_string())],
    );
    if summary.stopped {
        let left = pending.len().saturating_sub(summary.signed);
        term.note("sign.stopped", &[("left", left.to_string())]);
        return Ok(interrupt::code());
    }
    Ok(ExitCode::SUCCESS)
}

/// The waiting documents among those that were named.
fn chosen(
    waiting: Vec<Pending>,
    files: &[PathBuf],
    official: &str,
    registry: &dyn Registry,
) -> Result<Vec<Pending>, Failure> {
    let mut chosen: Vec<Pending> = Vec::new();
    for file in files {
        let (id, hash) = id_of(file)?;
        let Some(pending) = waiting.iter().find(|p| p.entry.reservation.id == id) else {
            return Err(not_waiting(&id, official, registry)?);
        };
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

/// Why a document does not wait for an official.
fn not_waiting(id: &Id, official: &str, registry: &dyn Registry) -> Result<Failure, Failure> {
    let Some(entry) = registry.find(id)? else {
        return Ok(Failure::new("fail.unknown-document").with("id", id.grouped()));
    };
    let own = entry.signers.iter().find(|signer| signer.official == official);
    let failure = match (entry.next_signer(), own) {
        (_, None) => Failure::new("fail.other-signers").with(
            "signers",
            entry.signers.iter().map(|s| s.official.as_str()).collect::<Vec<_>>().join(", "),
        ),
        (_, Some(signer)) if signer.signed.is_some() => Failure::new("fail.signed-already")
            .with("time", signer.signed.map(|t| t.to_string()).unwrap_or_default()),
        (Some(next), _) => Failure::new("fail.waits-for").with("name", &next.name),
        (None, _) => Failure::new("fail.not-waiting"),
    };
    Ok(failure.with("id", id.grouped()).with("official", official))
}

/// The id of a document, from its file (then with the hash of that) or typed.
fn id_of(file: &Path) -> Result<(Id, Option<[u8; 32]>), Failure> {
    if let Ok(id) = file.to_string_lossy().parse::<Id>()
        && !file.exists()
    {
        return Ok((id, None));
    }
    let bytes = durable::read(file, MAX_FILE)
        .map_err(|source| crate::office::Error::Io { path: file.to_owned(), source })?;
    Content::attached_to(&bytes)
        .map(|content| (content.id, Some(Sha256::digest(&bytes).into())))
        .ok_or_else(|| Failure::new("fail.no-document").with("path", file.display()))
}

/// Refuses a handle that has no certificate, with the nearest one that has: whoever mistypes needs no new key.
pub(super) fn known(office: &Office, official: &str, now: Time) -> Result<(), Failure> {
    if office.certificate(official).is_ok() {
        return Ok(());
    }
    let owners: Vec<String> = office.all_keys(now)?.into_iter().map(|key| key.owner).collect();
    let near = owners
        .iter()
        .map(|owner| (strsim::damerau_levenshtein(owner, official), owner))
        .filter(|(distance, owner)| *distance <= 1 + owner.len() / 4)
        .min();
    Err(match near {
        Some((_, owner)) => Failure::new("fail.near-official").with("near", owner),
        None => Failure::new("fail.no-official"),
    }
    .with("official", official))
}

/// Documents whose targets are shown at once. Of more of them the list would scroll away.
const FEW: usize = 3;

/// Asks for consent; whoever wants to see the targets first is shown them and asked again.
fn consents(term: &Term, office: &Office, pending: &[Pending], offered: &[Attached]) -> bool {
    loop {
        match term.choose("sign.consent", &[("count", pending.len().to_string())]) {
            Choice::Yes => return true,
            Choice::Show => show(term, office, pending, offered, true),
            Choice::No => return false,
        }
    }
}

/// What will be signed: kind, year and revision, counterpart, whose it is, the file to open, and on request every
/// target. All of it from the sealed data: that is what the signature covers, and the rows of the registry are not.
fn show(term: &Term, office: &Office, pending: &[Pending], offered: &[Attached], targets: bool) {
    for (number, (Pending { entry, field, .. }, attached)) in (1..).zip(pending.iter().zip(offered)) {
        let content = &attached.content;
        let (stage, objectives) = attached.agreed();
        let kind = kind_and_year(&term.words, content.kind, content.year, stage);
        let mut line = format!("{number:>3}. {}  {kind}", content.id.grouped());
        if let Some(counterpart) = counterpart(content, field) {
            line.push_str(&term.text("sign.with", &[("counterpart", counterpart)]));
        }
        if content.kind == Kind::Agreement {
            line.push_str(&term.text("sign.targets", &[("targets", content.indicators.to_string())]));
            if content.budget > 0 {
                line.push_str(&term.text("sign.budget", &[("budget", rupiah(content.budget))]));
            }
        }
        term.out(&line);
        let owner = content.parties.first();
        let owner = owner.map(|owner| format!("{}, {}, {}", owner.name, owner.position, entry.unit));
        term.out(&format!("     {}", Term::toned(Tone::Faint, &printable(&owner.unwrap_or_default()))));
        let file = office.document_file(&entry.reservation.id.to_string(), entry.revision);
        let values = [("viewer", VIEWER.to_owned()), ("file", file.display().to_string())];
        term.out(&format!("     {}", Term::toned(Tone::Faint, &term.text("sign.open", &values))));
        for objective in objectives.iter().filter(|_| targets) {
            term.out(&format!("       {}", printable(&objective.text)));
            for indicator in &objective.indicators {
                let unit = indicator.unit.as_deref().map(|unit| format!(" ({unit})")).unwrap_or_default();
                let line = format!("         {}: {}{unit}", indicator.text, indicator.target);
                term.out(&printable(&line));
            }
        }
    }
}

/// What opens a PDF file on this system.
const VIEWER: &str = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };

fn counterpart(content: &Content, field: &str) -> Option<String> {
    let others: Vec<&str> = content
        .parties
        .iter()
        .filter(|party| party.field != field)
        .map(|party| party.name.as_str())
        .collect();
    (!others.is_empty()).then(|| others.join(", "))
}
