//! Whom `pk verify` trusts, and why.
//!
//! The files that `--trust` names and nothing else; or what the user entered in their own configuration, and
//! an office that they named or entered. An office that only lies in the current folder vouches for nothing:
//! whoever can hand over a folder can make one in it that calls itself any institution, and put a document
//! of its own beside it.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use pk_trust::verify::{Trust, Trusted, parse_crls};

use super::app::{App, Named};
use super::configuration::{self, Configuration, Kind};
use super::failure::Failure;
use super::verify::read_up_to;
use crate::audit::Auditor;
use crate::office::{self, Office};
use crate::render::Templates;

/// What a verification goes by.
pub(super) struct Anchors {
    /// Knows whom to trust, and asks the office's registry if there is one.
    pub(super) auditor: Auditor,
    /// The office whose registry is asked.
    pub(super) office: Option<Office>,
    /// An office that lies here and was not used.
    pub(super) left: Option<Left>,
}

/// An office in the current folder that vouches for nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Left {
    /// Nobody named or entered it.
    NotEntered,
    /// It was entered with another root.
    OtherRoot {
        /// The beginning of the fingerprint that was entered.
        entered: String,
        /// The same of the root that lies there now.
        found: String,
    },
}

impl Left {
    /// The code of its sentence, and the values.
    pub(super) fn sentence(&self) -> (&'static str, Vec<(&'static str, String)>) {
        match self {
            Self::NotEntered => ("verify.office-here", Vec::new()),
            Self::OtherRoot { entered, found } => {
                ("verify.office-other-root", vec![("entered", entered.clone()), ("found", found.clone())])
            }
        }
    }
}

impl Anchors {
    /// Gathers everything that the user named, and what they entered.
    ///
    /// # Errors
    ///
    /// If anything of it cannot be read.
    pub(super) fn gather(app: &App, trust: &[PathBuf], crl: &[PathBuf]) -> Result<Self, Failure> {
        let mut anchors = if trust.is_empty() {
            Self::of_user(app)?
        } else {
            // Somebody without an office: the templates in the program are known to everybody.
            Self { auditor: outsider(), office: None, left: None }
        };
        for path in trust {
            let trust = Trust::parse(&read_small(path)?)
                .map_err(|error| Failure::from(error).with("path", path.display()))?;
            anchors.auditor.add(trust);
            anchors.auditor.say_how_trusted(&how("root.trust-option", path, None));
        }
        for path in crl {
            let lists = parse_crls(&read_small(path)?)
                .map_err(|error| Failure::crl(&error).with("path", path.display()))?;
            anchors.auditor.trust.anchors.crls.extend(lists);
        }
        Ok(anchors)
    }

    /// The office that was named or entered, and the trust files of the configuration.
    fn of_user(app: &App) -> Result<Self, Failure> {
        let configuration = Configuration::of_user();
        let trusted = configuration.as_ref().map(Configuration::trusted).transpose()?.unwrap_or_default();
        let mut anchors = match app.named {
            Some(named) => {
                let office = app.office()?;
                let code = match named {
                    Named::Option => "root.office-option",
                    Named::Variable => "root.office-variable",
                };
                // Naming a folder again does not say that its root may be another one than the one entered.
                match entered(office.root(), &trusted) {
                    Some(entry) => Self::of_entered(app, office, entry, code, None)?,
                    None => Self::of_office(app, office, code, None)?,
                }
            }
            None => Self::of_current_folder(app, &trusted)?,
        };
        for entry in trusted.entries.iter().filter(|entry| entry.kind == Kind::File) {
            let Some(configuration) = &configuration else { continue };
            anchors.auditor.add(configuration.copy(entry)?);
            anchors.auditor.say_how_trusted(&how("root.own-file", &entry.path, Some(&entry.added)));
        }
        Ok(anchors)
    }

    fn of_office(
        app: &App,
        office: Office,
        code: &'static str,
        added: Option<&str>,
    ) -> Result<Self, Failure> {
        let mut auditor = app.auditor(&office)?;
        // A register that was edited answers nothing, also not by "it did not answer".
        if let Some(registry) = &auditor.registry {
            registry.newest()?;
        }
        auditor.say_how_trusted(&how(code, office.root(), added));
        Ok(Self { auditor, office: Some(office), left: None })
    }

    fn of_current_folder(app: &App, trusted: &configuration::Trusted) -> Result<Self, Failure> {
        let folder = app.folder();
        let entry = entered(folder, trusted);
        let office = match (Office::open(folder), entry) {
            (Ok(office), _) => office,
            (Err(office::Error::NoOffice(_)), None) => {
                return Ok(Self { auditor: outsider(), office: None, left: None });
            }
            (Err(_), None) => return Ok(Self::without(Left::NotEntered)),
            (Err(error), Some(_)) => return Err(error.into()),
        };
        let Some(entry) = entry else { return Ok(Self::without(Left::NotEntered)) };
        let mut anchors = Self::of_entered(app, office, entry, "root.own-office", Some(&entry.added))?;
        anchors.auditor.trusted.values_mut().for_each(|how| {
            how.detail.insert("path", entry.path.display().to_string());
        });
        Ok(anchors)
    }

    /// An office that its user entered, if its root is still the one that was entered.
    fn of_entered(
        app: &App,
        office: Office,
        entry: &configuration::Entry,
        code: &'static str,
        added: Option<&str>,
    ) -> Result<Self, Failure> {
        let found = HEXLOWER.encode(&office.certificate("root")?.fingerprint());
        if !entry.fingerprints.contains(&found) {
            let entered = entry.fingerprints.first().map(|all| start(all)).unwrap_or_default();
            return Ok(Self::without(Left::OtherRoot { entered, found: start(&found) }));
        }
        let mut anchors = Self::of_office(app, office, code, added)?;
        // Read a second time since: only what was compared may vouch.
        let same = |root: &pk_trust::pki::Certificate| HEXLOWER.encode(&root.fingerprint()) == found;
        anchors.auditor.trust.anchors.roots.retain(same);
        Ok(anchors)
    }

    fn without(left: Left) -> Self {
        Self { auditor: outsider(), office: None, left: Some(left) }
    }
}

/// What the user entered of the office in a folder.
fn entered<'t>(folder: &Path, trusted: &'t configuration::Trusted) -> Option<&'t configuration::Entry> {
    trusted.office(&std::fs::canonicalize(folder).ok()?)
}

fn outsider() -> Auditor {
    Auditor { templates: Some(Templates::built_in()), ..Auditor::default() }
}

fn how(code: &'static str, path: &Path, added: Option<&str>) -> Trusted {
    let mut detail = BTreeMap::from([("path", path.display().to_string())]);
    if let Some(added) = added {
        detail.insert("added", added.to_owned());
    }
    Trusted { code, detail }
}

/// The digits of a fingerprint that people are shown.
fn start(fingerprint: &str) -> String {
    fingerprint.get(..pk_trust::verify::Root::SHOWN).unwrap_or(fingerprint).to_owned()
}

/// Largest file of certificates or revocation lists: the lists of large authorities have a few MB.
const MAX_TRUST: u64 = 64 * 1024 * 1024;

/// The bytes of a file that is named as trust or list.
pub(super) fn read_small(path: &Path) -> Result<Vec<u8>, Failure> {
    let io = |source| office::Error::Io { path: path.to_owned(), source };
    read_up_to(File::open(path).map_err(io)?, MAX_TRUST)
        .map_err(io)?
        .ok_or_else(|| Failure::new("fail.too-large").with("file", path.display()))
}
