//! `pk init`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use pk_trust::pki::keyfile::Cost;

use super::algorithm::AlgorithmArg;
use super::app::App;
use super::configuration::Configuration;
use super::failure::Failure;
use super::passphrase::OfficePassphraseArgs;
use super::term::Term;
use super::trust;
use crate::input::empty_workbook;
use crate::office::{Config, ConfigError, Office, Passphrase, durable};
use crate::registry::SqliteRegistry;

/// Longest host that leaves the QR code as small as it can be (docs/formats/claim.md).
const LONG_HOST: usize = 20;

/// Make a new office folder with its own certificate authority, seal and an empty workbook
#[derive(clap::Args, Debug)]
pub(super) struct Init {
    /// Folder to make
    folder: PathBuf,
    /// Name of the institution, e.g. "Pemerintah Kabupaten Contoh"
    #[arg(long, value_name = "NAME")]
    institution: String,
    /// Host of the public page; it is signed into every QR code and cannot be changed later
    #[arg(long, value_name = "HOST")]
    host: String,
    /// Algorithm of all keys; p256 signatures are read by Adobe Acrobat, Okular and poppler too
    #[arg(long, value_enum, default_value_t)]
    algorithm: AlgorithmArg,
    /// Do not enter the new office in your own configuration, as one that pk verify trusts
    #[arg(long)]
    no_trust: bool,
    #[command(flatten)]
    passphrase: OfficePassphraseArgs,
}

pub(super) fn run(app: &App, term: &mut Term, args: Init) -> Result<ExitCode, Failure> {
    let config = Config::template(&args.institution, &args.host, args.algorithm.into());
    // There is no pk.toml yet: what is wrong are the options.
    Config::parse(&config).map_err(|error| match error {
        ConfigError::Host(host) => Failure::new("fail.init-host").with("host", host),
        ConfigError::Name => Failure::new("fail.init-name"),
        error => Failure::from(crate::office::Error::from(error)),
    })?;
    if args.host.len() > LONG_HOST {
        term.note("init.long-host", &[("host", args.host.clone()), ("length", args.host.len().to_string())]);
    }
    if !args.host.contains('.') {
        term.note("init.local-host", &[("host", args.host.clone())]);
    }
    if args.folder.join("pk.toml").exists() {
        return Err(Failure::new("fail.exists").with("path", args.folder.join("pk.toml").display()));
    }
    let passphrase = args.passphrase.new_key(term)?;
    let office = make(app, &args.folder, &config, &passphrase, Cost::DEFAULT)?;
    let year = app.clock.now().to_string().get(..4).and_then(|y| y.parse().ok()).unwrap_or(2026);
    let workbook = office.data().join(format!("{year}.xlsx"));
    durable::write_new(&workbook, &empty_workbook(year, &args.institution)?)
        .map_err(|source| crate::office::Error::Io { path: workbook.clone(), source })?;
    let root = office.certificate("root")?;
    term.say(
        "init.done",
        &[
            ("folder", args.folder.display().to_string()),
            ("workbook", workbook.display().to_string()),
            ("fingerprint", data_encoding::HEXLOWER.encode(&root.fingerprint())),
        ],
    );
    if !office.is_private() {
        term.note("init.readable", &[("folder", args.folder.display().to_string())]);
    }
    if !args.no_trust {
        enter(app, term, &office);
    }
    Ok(ExitCode::SUCCESS)
}

/// Enters the office in the configuration of the user who made it. The office is made all the same where that
/// cannot be done.
fn enter(app: &App, term: &Term, office: &Office) {
    let entered = match Configuration::of_user() {
        Some(configuration) => trust::of_office(office, app.clock.now()).and_then(|(entry, _)| {
            configuration.enter(entry, None)?;
            Ok(configuration.path())
        }),
        None => Err(Failure::new("fail.no-configuration")),
    };
    match entered {
        Ok(path) => term.say("init.entered", &[("path", path.display().to_string())]),
        Err(failure) => {
            let reason = term.words.text(failure.code, &failure.values);
            let folder = office.root().display().to_string();
            term.note("init.not-entered", &[("reason", reason), ("folder", folder)]);
        }
    }
}

/// Makes folder, authority, seal and registry.
pub(super) fn make(
    app: &App,
    folder: &Path,
    config: &str,
    passphrase: &Passphrase,
    cost: Cost,
) -> Result<Office, Failure> {
    let office = Office::create(folder, config)?;
    office.create_authority(passphrase, cost, app.clock.now())?;
    SqliteRegistry::create(&office.registry())?;
    Ok(office)
}
