//! `pk trust`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use data_encoding::HEXLOWER;
use pk_trust::Time;
use pk_trust::verify::{Root, Trust as TrustFile};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::anchors::read_small;
use super::app::App;
use super::configuration::{Configuration, Entry, Kind};
use super::failure::Failure;
use super::term::{Term, Tone};
use crate::office::Office;
use crate::words::printable;

/// Decide whom pk verify trusts, in your own configuration
#[derive(clap::Args, Debug)]
pub(super) struct Trust {
    #[command(subcommand)]
    command: TrustCommand,
}

#[derive(clap::Subcommand, Debug)]
enum TrustCommand {
    Add(Add),
    List(List),
    Remove(Remove),
}

/// Trust an office in its folder, or the certificates of a trust file as it is now
#[derive(clap::Args, Debug)]
struct Add {
    /// Office folder, or file with certificates (PEM or DER)
    path: PathBuf,
    /// Do it without asking
    #[arg(long)]
    yes: bool,
}

/// List whom you trust
#[derive(clap::Args, Debug)]
struct List {
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// Trust somebody no longer
#[derive(clap::Args, Debug)]
struct Remove {
    /// Number in the list, or at least 8 digits from the beginning of a fingerprint
    entry: String,
}

/// Fewest digits of a fingerprint that name an entry; a shorter number is its place in the list.
const FEWEST_DIGITS: usize = 8;

pub(super) fn run(app: &App, term: &mut Term, args: Trust) -> Result<ExitCode, Failure> {
    let configuration = Configuration::of_user().ok_or_else(|| Failure::new("fail.no-configuration"))?;
    match args.command {
        TrustCommand::Add(args) => add(app, term, &configuration, &args),
        TrustCommand::List(args) => list(term, &configuration, &args),
        TrustCommand::Remove(args) => remove(term, &configuration, &args),
    }
}

fn add(app: &App, term: &Term, configuration: &Configuration, args: &Add) -> Result<ExitCode, Failure> {
    let now = app.clock.now();
    let (entry, roots, bytes) = if args.path.is_dir() {
        let office = Office::open(&args.path)?;
        let (entry, root) = of_office(&office, now)?;
        (entry, vec![root], None)
    } else {
        let bytes = read_small(&args.path)?;
        let (entry, roots) = of_file(&args.path, &bytes, now)?;
        (entry, roots, Some(bytes))
    };
    let known = configuration.trusted()?;
    for root in &roots {
        let values = [("name", root.name.clone()), ("fingerprint", root.fingerprint.clone())];
        term.say("trust.certificate", &values);
    }
    let before = known.office(&entry.path).filter(|_| entry.kind == Kind::Office);
    if let Some(before) = before.filter(|before| before.fingerprints != entry.fingerprints) {
        // Somebody put another authority into the folder, and may hope for a quick `y`.
        let fingerprint = before.fingerprints.join(", ");
        term.say("trust.other-root", &[("fingerprint", fingerprint), ("added", before.added.clone())]);
    }
    if !args.yes && !term.confirm("trust.consent", &[]) {
        return Err(Failure::new("fail.trust-consent"));
    }
    configuration.enter(entry, bytes.as_deref())?;
    term.say("trust.added", &[("path", configuration.path().display().to_string())]);
    Ok(ExitCode::SUCCESS)
}

/// The entry of an office, and its root.
///
/// # Errors
///
/// If the office has no root, or the folder's own path cannot be found out.
pub(super) fn of_office(office: &Office, now: Time) -> Result<(Entry, Root), Failure> {
    let root = Root::new(&office.certificate("root")?);
    let io = |source| crate::office::Error::Io { path: office.root().to_owned(), source };
    let entry = Entry {
        kind: Kind::Office,
        institution: root.name.clone(),
        fingerprints: vec![root.fingerprint.clone()],
        path: std::fs::canonicalize(office.root()).map_err(io)?,
        added: now.to_string(),
        sha256: None,
    };
    Ok((entry, root))
}

/// The entry of a trust file, and the certificates in it that are trusted by themselves.
fn of_file(path: &Path, bytes: &[u8], now: Time) -> Result<(Entry, Vec<Root>), Failure> {
    let trust = TrustFile::parse(bytes).map_err(|error| Failure::from(error).with("path", path.display()))?;
    let roots: Vec<Root> = trust.anchors.roots.iter().chain(&trust.anchors.pinned).map(Root::new).collect();
    let first =
        roots.first().ok_or_else(|| Failure::new("fail.trust-no-root").with("path", path.display()))?;
    let entry = Entry {
        kind: Kind::File,
        institution: first.name.clone(),
        fingerprints: roots.iter().map(|root| root.fingerprint.clone()).collect(),
        path: std::path::absolute(path).unwrap_or_else(|_| path.to_owned()),
        added: now.to_string(),
        sha256: Some(HEXLOWER.encode(&Sha256::digest(bytes))),
    };
    Ok((entry, roots))
}

/// How it is with an entry now.
fn state(configuration: &Configuration, entry: &Entry) -> &'static str {
    match entry.kind {
        Kind::File if configuration.copy(entry).is_ok() => "trust.state-good",
        Kind::File => "trust.state-damaged",
        Kind::Office => match Office::open(&entry.path).map(|office| office.certificate("root")) {
            Ok(Ok(root)) if entry.fingerprints.contains(&HEXLOWER.encode(&root.fingerprint())) => {
                "trust.state-good"
            }
            Ok(Ok(_)) => "trust.state-other-root",
            _ => "trust.state-gone",
        },
    }
}

fn list(term: &Term, configuration: &Configuration, args: &List) -> Result<ExitCode, Failure> {
    let trusted = configuration.trusted()?;
    if args.json {
        let rows: Vec<_> = (1_usize..)
            .zip(&trusted.entries)
            .map(|(number, entry)| {
                let state = state(configuration, entry).split_once('-').map_or("", |(_, state)| state);
                json!({
                    "number": number, "kind": entry.kind, "institution": entry.institution,
                    "fingerprints": entry.fingerprints, "path": entry.path, "added": entry.added, "state": state,
                })
            })
            .collect();
        term.machine(&serde_json::to_string_pretty(&rows).unwrap_or_default());
        return Ok(ExitCode::SUCCESS);
    }
    if trusted.entries.is_empty() {
        term.say("trust.nobody", &[]);
    }
    for (number, entry) in (1_usize..).zip(&trusted.entries) {
        let state = state(configuration, entry);
        let tone = if state == "trust.state-good" { Tone::Good } else { Tone::Bad };
        let state = Term::toned(tone, &term.words.plain(state));
        term.out(&format!("{number}  {}  {state}", printable(&entry.institution)));
        for fingerprint in &entry.fingerprints {
            term.out(&format!("   {fingerprint}"));
        }
        let code = match entry.kind {
            Kind::Office => "trust.of-office",
            Kind::File => "trust.of-file",
        };
        term.say(code, &[("path", entry.path.display().to_string()), ("added", entry.added.clone())]);
    }
    Ok(ExitCode::SUCCESS)
}

fn remove(term: &Term, configuration: &Configuration, args: &Remove) -> Result<ExitCode, Failure> {
    let trusted = configuration.trusted()?;
    let wanted = args.entry.trim().to_lowercase();
    let failure = |code| Failure::new(code).with("entry", &wanted);
    let found: Vec<&Entry> = if wanted.len() < FEWEST_DIGITS {
        let place = wanted.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        place.and_then(|place| trusted.entries.get(place)).into_iter().collect()
    } else {
        let begins = |entry: &&Entry| entry.fingerprints.iter().any(|f| f.starts_with(&wanted));
        trusted.entries.iter().filter(begins).collect()
    };
    match found.as_slice() {
        [entry] => {
            configuration.remove(entry)?;
            let values = [("name", entry.institution.clone()), ("path", entry.path.display().to_string())];
            term.say("trust.removed", &values);
            Ok(ExitCode::SUCCESS)
        }
        [] => Err(failure("fail.trust-unknown")),
        _ => Err(failure("fail.trust-several")),
    }
}
