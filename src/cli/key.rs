//! `pk key`

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use clap::ValueEnum;
use pk_trust::Time;
use pk_trust::pki::keyfile::{Cost, PrivateKey};
use pk_trust::pki::{Certificate, KeyAlgorithm, Reason, Revocation, Subject};
use serde_json::json;

use super::algorithm::AlgorithmArg;
use super::app::{self, App};
use super::failure::Failure;
use super::passphrase::{OfficePassphraseArgs, PassphraseArgs};
use super::term::{Term, Tone};
use crate::batch::Event;
use crate::model::{Capacity, Cycle, Official};
use crate::office::{AuthorityError, KeySummary, Office, Protection, durable};
use crate::words::printable;

/// Largest file with a key or a certificate.
const MAX_KEY_FILE: u64 = 1024 * 1024;

/// Make, list, hand out and revoke keys and certificates
#[derive(clap::Args, Debug)]
pub(super) struct Key {
    #[command(subcommand)]
    command: KeyCommand,
}

#[derive(clap::Subcommand, Debug)]
enum KeyCommand {
    New(New),
    List(List),
    Show(Show),
    Import(Import),
    Export(Export),
    Revoke(Revoke),
    Crl(RenewLists),
    Seal(RenewSeal),
}

/// Make a key and a certificate for an official named in the workbook
#[derive(clap::Args, Debug)]
struct New {
    /// Handle of the official (column id)
    official: String,
    /// Workbook that names the official; default: the one in data/
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// Make a new key although there is one; the old certificate stays valid until it is revoked
    #[arg(long)]
    renew: bool,
    /// Algorithm of the key; default: that of the office's authority
    #[arg(long, value_enum)]
    algorithm: Option<AlgorithmArg>,
    #[command(flatten)]
    passphrase: PassphraseArgs,
    #[command(flatten)]
    office_passphrase: OfficePassphraseArgs,
}

/// List all certificates of the office
#[derive(clap::Args, Debug)]
struct List {
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// Show a certificate
#[derive(clap::Args, Debug)]
struct Show {
    /// root, issuing, seal, or the handle of an official
    owner: String,
}

/// Take over a key and certificate that this office issued elsewhere
#[derive(clap::Args, Debug)]
struct Import {
    /// Handle of the official
    official: String,
    /// Encrypted private key (PKCS#8, PEM)
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// Certificate (PEM)
    #[arg(long, value_name = "FILE")]
    certificate: PathBuf,
    #[command(flatten)]
    passphrase: PassphraseArgs,
}

/// Write a certificate, the trust bundle, or an encrypted key to a file
#[derive(clap::Args, Debug)]
struct Export {
    /// root, issuing, seal, trust (all that a verifier needs), or the handle of an official
    owner: String,
    /// File to write; it must not exist
    #[arg(long, short, value_name = "FILE")]
    out: PathBuf,
    /// The encrypted private key of an official instead of the certificate
    #[arg(long)]
    private: bool,
}

/// Revoke a certificate and publish new revocation lists
#[derive(clap::Args, Debug)]
struct Revoke {
    /// Serial number of the certificate, in hexadecimal (pk key list)
    serial: String,
    /// Why the certificate is revoked (RFC 5280, 5.3.1)
    #[arg(long, value_enum)]
    reason: RevokeReason,
    /// Do it without asking
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    office_passphrase: OfficePassphraseArgs,
}

/// Publish new revocation lists before the old ones expire
#[derive(clap::Args, Debug)]
struct RenewLists {
    #[command(flatten)]
    office_passphrase: OfficePassphraseArgs,
}

/// Make a new seal before the old one expires; what the old one sealed stays valid
#[derive(clap::Args, Debug)]
struct RenewSeal {
    #[command(flatten)]
    office_passphrase: OfficePassphraseArgs,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum RevokeReason {
    #[value(alias = "tanpa-alasan")]
    Unspecified,
    #[value(alias = "kunci-bocor")]
    KeyCompromise,
    #[value(alias = "pindah-jabatan")]
    AffiliationChanged,
    #[value(alias = "diganti")]
    Superseded,
    #[value(alias = "berhenti")]
    CessationOfOperation,
}

impl From<RevokeReason> for Reason {
    fn from(reason: RevokeReason) -> Self {
        match reason {
            RevokeReason::Unspecified => Self::Unspecified,
            RevokeReason::KeyCompromise => Self::KeyCompromise,
            RevokeReason::AffiliationChanged => Self::AffiliationChanged,
            RevokeReason::Superseded => Self::Superseded,
            RevokeReason::CessationOfOperation => Self::CessationOfOperation,
        }
    }
}

pub(super) fn run(app: &App, term: &mut Term, args: Key) -> Result<ExitCode, Failure> {
    let office = app.office()?;
    match args.command {
        KeyCommand::New(args) => new(app, term, &office, args),
        KeyCommand::List(args) => list(app, term, &office, &args),
        KeyCommand::Show(args) => show(app, term, &office, &args),
        KeyCommand::Import(args) => import(app, term, &office, &args),
        KeyCommand::Export(args) => export(term, &office, &args),
        KeyCommand::Revoke(args) => {
            let serial = args.serial.to_lowercase();
            if !args.yes {
                consent(app, term, &office, &serial)?;
            }
            if let Some(last) = office.later_than(app.clock.now())? {
                let now = app.clock.now();
                term.note("clock.behind", &[("now", now.to_string()), ("last", last.to_string())]);
            }
            let reason = args.reason.into();
            args.office_passphrase.open(term, |passphrase| {
                office.revoke_certificate(&serial, reason, passphrase, app.clock.now())
            })?;
            term.say("key.revoked", &[("serial", serial)]);
            Ok(ExitCode::SUCCESS)
        }
        KeyCommand::Seal(args) => {
            let seal = args
                .office_passphrase
                .open(term, |passphrase| office.renew_seal(passphrase, Cost::DEFAULT, app.clock.now()))?;
            term.say("key.seal", &[("serial", seal.serial()), ("until", seal.not_after().to_string())]);
            Ok(ExitCode::SUCCESS)
        }
        KeyCommand::Crl(args) => {
            args.office_passphrase
                .open(term, |passphrase| office.renew_lists(passphrase, app.clock.now()))?;
            term.say("key.lists", &[("folder", office.keys().display().to_string())]);
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// Shows whose certificate is revoked for good, and asks. That of the seal or of the issuer ends the work of the whole
/// office until there is another one.
fn consent(app: &App, term: &Term, office: &Office, serial: &str) -> Result<(), Failure> {
    let keys = office.all_keys(app.clock.now())?;
    let Some(key) = keys.iter().find(|key| key.certificate.serial() == serial) else {
        return Err(AuthorityError::UnknownSerial(serial.to_owned()).into());
    };
    let owner = term.owner(&key.owner);
    let name = key.certificate.subject().name;
    term.aside(&format!("{owner}  {serial}  {}", printable(&name)));
    let question = match key.owner.as_str() {
        "root" | "issuing" => "key.consent-authority",
        owner if owner.starts_with("seal") => "key.consent-seal",
        _ => "key.consent",
    };
    if term.confirm(question, &[("name", name)]) { Ok(()) } else { Err(Failure::new("fail.not-confirmed")) }
}

fn new(app: &App, term: &Term, office: &Office, args: New) -> Result<ExitCode, Failure> {
    let renderer = app::renderer(office)?;
    let path = app::workbook(office, args.data, &format!("pk key new {} --data", args.official))?;
    let cycle = app::cycle(term, office, &path, &renderer)?;
    let official = cycle
        .officials
        .find(&args.official)
        .ok_or_else(|| Failure::new("fail.unknown-official").with("id", &args.official))?;
    if !args.renew && office.certificate(&official.id).is_ok() {
        return Err(AuthorityError::Exists(
            office.keys().join("officials").join(format!("{}.pem", official.id)),
        )
        .into());
    }
    let issuing = args.office_passphrase.open(term, |passphrase| office.open_issuing(passphrase))?;
    let passphrase = args.passphrase.new_key(term, &official.name)?;
    let now = app.clock.now();
    let algorithm = args.algorithm.map(KeyAlgorithm::from);
    // Readers that do not know the algorithm above it will not follow the certificate to its root.
    if let Some(algorithm) = algorithm.filter(|algorithm| *algorithm != issuing.algorithm()) {
        term.note("key.other-algorithm", &[("algorithm", algorithm.to_string())]);
    }
    let protection = Protection { algorithm, passphrase: &passphrase, cost: Cost::DEFAULT };
    let certificate = office.issue_official(subject(official), &issuing, &protection, now, args.renew)?;
    let certified = certificate.subject().name;
    if certified != official.name {
        term.note("key.name-cut", &[("name", official.name.clone()), ("certified", certified)]);
    }
    term.say(
        "key.new",
        &[
            ("name", official.name.clone()),
            ("serial", certificate.serial()),
            ("until", certificate.not_after().to_string()),
        ],
    );
    Ok(ExitCode::SUCCESS)
}

/// What a certificate says of an official: the own position, not one that is acted for.
pub(super) fn subject(official: &Official) -> Subject {
    let position = match official.capacity {
        Capacity::Definitif => official.position.clone(),
        acting => format!("{}{}", acting.prefix(), official.position.trim_start_matches(acting.prefix())),
    };
    Subject {
        name: official.name.clone(),
        position,
        unit: official.unit.clone(),
        id: official.id.clone(),
        organization: String::new(),
    }
}

/// Makes the keys of all officials of a cycle who have none, on all processors: deriving a key from a
/// passphrase is slow on purpose.
pub(super) fn new_for_all(
    app: &App,
    term: &Term,
    office: &Office,
    cycle: &Cycle,
    issuing: &PrivateKey,
    protection: &Protection<'_>,
) -> Result<usize, Failure> {
    let officials: Vec<&Official> =
        cycle.officials.iter().filter(|o| office.certificate(&o.id).is_err()).collect();
    let progress = term.progress("progress.keys");
    progress.event(Event::Started(officials.len()));
    let now: Time = app.clock.now();
    let next = AtomicUsize::new(0);
    let made = AtomicUsize::new(0);
    let failed: Mutex<Option<AuthorityError>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..app::jobs(None) {
            scope.spawn(|| {
                while let Some(official) = officials.get(next.fetch_add(1, Ordering::Relaxed)) {
                    match office.issue_official(subject(official), issuing, protection, now, false) {
                        Ok(_) => {
                            made.fetch_add(1, Ordering::Relaxed);
                            progress.event(Event::Done);
                        }
                        Err(error) => {
                            if let Ok(mut failed) = failed.lock() {
                                failed.get_or_insert(error);
                            }
                            break;
                        }
                    }
                }
            });
        }
    });
    match failed.into_inner().ok().flatten() {
        Some(error) => Err(error.into()),
        None => Ok(made.into_inner()),
    }
}

fn list(app: &App, term: &Term, office: &Office, args: &List) -> Result<ExitCode, Failure> {
    let now = app.clock.now();
    let keys = office.all_keys(now)?;
    if args.json {
        let rows: Vec<serde_json::Value> = keys
            .iter()
            .map(|key| {
                json!({
                    "owner": key.owner,
                    "name": key.certificate.subject().name,
                    "serial": key.certificate.serial(),
                    "algorithm": key.certificate.key().name(),
                    "not_before": key.certificate.not_before().to_string(),
                    "not_after": key.certificate.not_after().to_string(),
                    "state": state(key, now),
                    "private_key": key.has_private_key,
                })
            })
            .collect();
        term.machine(&serde_json::Value::Array(rows).to_string());
        return Ok(ExitCode::SUCCESS);
    }
    let until = |key: &KeySummary| term.words.date(key.certificate.not_after());
    let days = keys.iter().map(|key| until(key).chars().count()).max().unwrap_or_default();
    let width = keys.iter().map(|k| term.owner(&k.owner).chars().count()).max().unwrap_or_default();
    for key in &keys {
        let owner = term.owner(&key.owner);
        let state = state(key, now);
        let tone = if state == "valid" { Tone::Good } else { Tone::Bad };
        let word = term.words.plain(&format!("key.state-{state}"));
        term.out(&format!(
            "{owner:width$}  {}  {:days$}  {}  {}",
            key.certificate.serial(),
            until(key),
            Term::toned(tone, &format!("{word:<13}")),
            printable(&key.certificate.subject().name),
        ));
    }
    Ok(ExitCode::SUCCESS)
}

fn state(key: &KeySummary, now: Time) -> &'static str {
    match key.revocation {
        Revocation::Revoked { .. } => "revoked",
        _ if now > key.certificate.not_after() => "expired",
        _ if now < key.certificate.not_before() => "not-yet",
        Revocation::Unknown => "unknown",
        Revocation::Good => "valid",
    }
}

fn show(app: &App, term: &Term, office: &Office, args: &Show) -> Result<ExitCode, Failure> {
    let keys = office.all_keys(app.clock.now())?;
    let key = keys
        .iter()
        .find(|key| key.owner == args.owner)
        .ok_or_else(|| Failure::new("fail.no-key").with("owner", &args.owner))?;
    let subject = key.certificate.subject();
    let state = term.words.plain(&format!("key.state-{}", state(key, app.clock.now())));
    for (code, value) in [
        ("key.name", subject.name),
        ("key.position", subject.position),
        ("key.unit", subject.unit),
        ("key.organization", subject.organization),
        ("key.algorithm", key.certificate.key().name()),
        ("key.serial", key.certificate.serial()),
        ("key.from", key.certificate.not_before().to_string()),
        ("key.until", key.certificate.not_after().to_string()),
        ("key.state", state),
        ("key.fingerprint", data_encoding::HEXLOWER.encode(&key.certificate.fingerprint())),
    ] {
        if !value.is_empty() {
            term.out(&format!("{:<20} {}", term.words.plain(code), printable(&value)));
        }
    }
    term.out(key.certificate.pem().trim_end());
    Ok(ExitCode::SUCCESS)
}

fn import(app: &App, term: &Term, office: &Office, args: &Import) -> Result<ExitCode, Failure> {
    let read = |path: &PathBuf| {
        durable::read_text(path, MAX_KEY_FILE)
            .map_err(|source| crate::office::Error::Io { path: path.clone(), source })
    };
    let (key, certificate) = (read(&args.key)?, read(&args.certificate)?);
    let certificate = Certificate::from_pem(&certificate)
        .map_err(|source| AuthorityError::Certificate { path: args.certificate.clone(), source })?;
    // As for a key that is made here: the file may be copied, and then nothing else protects it.
    let passphrase = args.passphrase.existing(term, &args.official)?.for_new_key()?;
    office.import_key(&args.official, &key, &certificate, &passphrase, app.clock.now())?;
    term.say("key.imported", &[("owner", args.official.clone())]);
    Ok(ExitCode::SUCCESS)
}

fn export(term: &Term, office: &Office, args: &Export) -> Result<ExitCode, Failure> {
    let io = |source| crate::office::Error::Io { path: args.out.clone(), source };
    if args.private {
        durable::write_new(&args.out, office.encrypted_key(&args.owner)?.as_bytes()).map_err(io)?;
    } else {
        let text = match args.owner.as_str() {
            "trust" => office.trust_bundle()?,
            owner => office.certificate(owner)?.pem(),
        };
        durable::write_shared(&args.out, text.as_bytes()).map_err(io)?;
    }
    term.say("key.exported", &[("file", args.out.display().to_string())]);
    Ok(ExitCode::SUCCESS)
}
