//! The office's own certificate authority, its seal, and the officials' keys.
//!
//! `keys/issued.json` remembers every certificate that was issued, so that revocation lists can be made
//! again. Where keys lie is the affair of [`keyring`](super::keyring).

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::PathBuf;

use pk_trust::Time;
use pk_trust::pki::issue::{self, IssueError, Request, Revoked, SERIAL_LENGTH};
use pk_trust::pki::keyfile::{Cost, KeyFileError, PrivateKey};
use pk_trust::pki::{
    Certificate, CertificateError, Chain, Crl, CrlError, KeyAlgorithm, KeyError, PathError, PublicKey,
    Purpose, Reason, Subject,
};
use serde::{Deserialize, Serialize};

use super::custody::{Passphrase, random};
use super::keyring::{
    ISSUING, ROOT, SEAL, encrypted, io_error, is_handle, make_private_parent, read, remove_if_there,
    write_new,
};
use super::{Office, durable};

/// Why the authority did not do something.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuthorityError {
    /// A key or certificate is not there.
    #[error("{} is missing", .0.display())]
    Missing(PathBuf),
    /// The seal is of another institution than the settings name.
    #[error("the seal is of {seal}, and pk.toml names {named}")]
    OtherInstitution {
        /// The institution of the seal.
        seal: String,
        /// The one in the settings.
        named: String,
    },
    /// It is there already, and is not overwritten.
    #[error("{} already exists", .0.display())]
    Exists(PathBuf),
    /// The disk.
    #[error("{}: {source}", path.display())]
    Io {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A certificate cannot be used.
    #[error("{}: {source}", path.display())]
    Certificate {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: CertificateError,
    },
    /// A revocation list cannot be used.
    #[error("{}: {source}", path.display())]
    Crl {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: CrlError,
    },
    /// A key file cannot be opened.
    #[error("the key of {whose}: {source}")]
    KeyFile {
        /// Whose key.
        whose: String,
        /// Why.
        source: KeyFileError,
    },
    /// Key and certificate do not belong together.
    #[error("the key of {whose}: {source}")]
    Key {
        /// Whose key.
        whose: String,
        /// Why.
        source: KeyError,
    },
    /// A certificate or list cannot be issued.
    #[error(transparent)]
    Issue(#[from] IssueError),
    /// `issued.json` is damaged.
    #[error("keys/issued.json is damaged")]
    Ledger(#[source] serde_json::Error),
    /// The operating system gives no random bytes.
    #[error("no random bytes")]
    Random(#[from] getrandom::Error),
    /// The certificate is not usable now.
    #[error("the certificate of {whose} cannot be used: {source}")]
    Path {
        /// Whose certificate.
        whose: String,
        /// Why.
        source: PathError,
    },
    /// The certificate was revoked.
    #[error("the certificate of {whose} was revoked")]
    Revoked {
        /// Whose certificate.
        whose: String,
    },
    /// No revocation list answers.
    #[error(
        "the revocation lists have expired, so nobody can tell whether the certificate of {whose} is revoked"
    )]
    StaleLists {
        /// Whose certificate.
        whose: String,
    },
    /// The certificate speaks of somebody else.
    #[error("the certificate is not of {whose}")]
    OtherSubject {
        /// Whose it should be.
        whose: String,
    },
    /// No certificate with this serial number.
    #[error("no certificate with the serial number {0} was issued here")]
    UnknownSerial(String),
    /// The name is reserved or malformed.
    #[error("{0} cannot be the handle of an official")]
    Handle(String),
    /// A root cannot be revoked by itself.
    #[error("the root certificate cannot be revoked")]
    RootRevocation,
    /// It is revoked already.
    #[error("the certificate {0} is revoked already")]
    AlreadyRevoked(String),
    /// A revocation list is not the last one that was issued, or lacks what the ledger has revoked: a
    /// revocation was interrupted, or an older list was put back.
    #[error("{} is not the last list that was issued (number {last})", path.display())]
    ListsBehind {
        /// Which file.
        path: PathBuf,
        /// Number of the last one.
        last: u64,
    },
    /// The ledger knows less than the lists: an older one was put back.
    #[error("keys/issued.json is older than {}", path.display())]
    LedgerBehind {
        /// Which list.
        path: PathBuf,
    },
    /// The clock stands before what has happened already.
    #[error("the clock says {now}, and the last thing happened at {last}")]
    Clock {
        /// What the clock says.
        now: Time,
        /// When the last list was made, or the last certificate.
        last: Time,
    },
}

/// Every certificate that this office issued.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ledger {
    /// Number of the next revocation list.
    pub next_crl: u64,
    /// The certificates in the order of their issue.
    pub certificates: Vec<LedgerEntry>,
}

/// One issued certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerEntry {
    /// Serial number, hexadecimal.
    pub serial: String,
    /// `root`, `issuing`, `seal`, or the handle of the official.
    pub owner: String,
    /// Seconds since 1970.
    pub issued: u64,
    /// Seconds since 1970, if it is revoked.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub revoked: Option<u64>,
    /// Code of RFC 5280, 5.3.1.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<u8>,
}

impl Ledger {
    /// Whether a list is the last one that was issued, and neither knows of a revocation that the other
    /// does not.
    ///
    /// # Errors
    ///
    /// [`AuthorityError::ListsBehind`] and [`AuthorityError::LedgerBehind`]
    pub(super) fn agrees(&self, by_root: bool, list: &Crl, path: PathBuf) -> Result<(), AuthorityError> {
        let last = self.next_crl.saturating_sub(1);
        let number = list.sequence().unwrap_or_default();
        let on_list: BTreeSet<String> = list.revoked().map(|(serial, ..)| serial).collect();
        let revoked = || self.certificates.iter().filter(|entry| entry.revoked.is_some());
        if number < last || revoked().any(|e| e.is_of(by_root) && !on_list.contains(&e.serial)) {
            return Err(AuthorityError::ListsBehind { path, last });
        }
        let known: BTreeSet<&str> = revoked().map(|entry| entry.serial.as_str()).collect();
        if number > last || !on_list.iter().all(|serial| known.contains(serial.as_str())) {
            return Err(AuthorityError::LedgerBehind { path });
        }
        Ok(())
    }

    /// Enters what a list has revoked and this ledger has not. Certificates that are not in it either are
    /// entered under `owner`.
    fn take_over(&mut self, list: &Crl, owner: &str) {
        self.next_crl = self.next_crl.max(list.sequence().unwrap_or_default().saturating_add(1));
        for (serial, at, reason) in list.revoked() {
            let (revoked, reason) = (Some(at.unix()), Some(reason.code()));
            match self.certificates.iter_mut().find(|entry| entry.serial == serial) {
                Some(entry) if entry.revoked.is_some() => {}
                Some(entry) => (entry.revoked, entry.reason) = (revoked, reason),
                None => self.certificates.push(LedgerEntry {
                    serial,
                    owner: owner.to_owned(),
                    issued: at.unix(),
                    revoked,
                    reason,
                }),
            }
        }
    }
}

impl LedgerEntry {
    /// Whether the list that names it is the root's, or else the issuing authority's.
    fn is_of(&self, root: bool) -> bool {
        self.owner != ROOT && (self.owner == ISSUING) == root
    }
}

/// How a new key is made and kept.
#[derive(Clone, Copy, Debug)]
pub struct Protection<'p> {
    /// What it signs with; `None` for the algorithm of the authority above it.
    pub algorithm: Option<KeyAlgorithm>,
    /// What opens it.
    pub passphrase: &'p Passphrase,
    /// How hard guessing that is made.
    pub cost: Cost,
}

impl Office {
    /// Makes root, issuing authority and seal, each with a key of its own under the same passphrase.
    ///
    /// # Errors
    ///
    /// [`AuthorityError`]; nothing is overwritten.
    pub fn create_authority(
        &self,
        passphrase: &Passphrase,
        cost: Cost,
        now: Time,
    ) -> Result<(), AuthorityError> {
        let periods = &self.config().kunci;
        let organization = self.config().instansi.nama.clone();
        let authority = |name: &str| Subject {
            name: format!("{name} {organization}"),
            organization: organization.clone(),
            ..Subject::default()
        };
        let algorithm = periods.algoritma;
        let root_key = new_key(algorithm)?;
        let root = issue::root(
            &Request {
                subject: authority("Induk Sertifikat"),
                key: public(&root_key, ROOT)?,
                purpose: Purpose::Authority,
                path_length: Some(1),
                not_before: now,
                not_after: now.plus_days(periods.masa_induk),
                serial: serial()?,
            },
            &root_key,
        )?;
        let issuing_key = new_key(algorithm)?;
        let issuing = issue::below(
            &root,
            &Request {
                subject: authority("Penerbit Sertifikat"),
                key: public(&issuing_key, ISSUING)?,
                purpose: Purpose::Authority,
                path_length: Some(0),
                not_before: now,
                not_after: now.plus_days(periods.masa_penerbit).min(root.not_after()),
                serial: serial()?,
            },
            &root_key,
        )?;
        let seal_key = new_key(algorithm)?;
        let seal = issue::below(
            &issuing,
            &Request {
                subject: authority("Segel Elektronik"),
                key: public(&seal_key, SEAL)?,
                purpose: Purpose::Seal,
                path_length: None,
                not_before: now,
                not_after: now.plus_days(periods.masa_segel).min(issuing.not_after()),
                serial: serial()?,
            },
            &issuing_key,
        )?;
        let keys = [(ROOT, &root_key, &root), (ISSUING, &issuing_key, &issuing), (SEAL, &seal_key, &seal)];
        for (name, key, certificate) in keys {
            self.store_key(name, key, passphrase, cost)?;
            write_new(&self.certificate_path(name), certificate.pem().as_bytes())?;
        }
        self.save_ledger(&Ledger { next_crl: 1, certificates: Vec::new() })?;
        let mut ledger = self.ledger()?;
        self.publish_lists(&mut ledger, &root, &root_key, &issuing, &issuing_key, now)
    }

    /// Opens the issuing authority's key once, for any number of certificates.
    ///
    /// # Errors
    ///
    /// [`AuthorityError::KeyFile`] for a wrong passphrase.
    pub fn open_issuing(&self, passphrase: &Passphrase) -> Result<PrivateKey, AuthorityError> {
        self.open_key(ISSUING, passphrase)
    }

    /// Makes a key for an official and issues a certificate for it, of the algorithm of the issuing authority unless
    /// another one is asked for. An earlier certificate is kept beside it, and stays valid until it is revoked.
    ///
    /// # Errors
    ///
    /// [`AuthorityError::Exists`] if there is a key already and `renew` is not asked for.
    pub fn issue_official(
        &self,
        subject: Subject,
        issuing_key: &PrivateKey,
        protection: &Protection<'_>,
        now: Time,
        renew: bool,
    ) -> Result<Certificate, AuthorityError> {
        let Protection { algorithm, passphrase, cost } = *protection;
        let owner = subject.id.clone();
        // `pk key new seal` must not make a person of the seal.
        if !is_handle(&owner) {
            return Err(AuthorityError::Handle(owner));
        }
        let path = self.certificate_path(&owner);
        if path.exists() && !renew {
            return Err(AuthorityError::Exists(path));
        }
        let issuing = self.certificate(ISSUING)?;
        let algorithm = algorithm.or(issuing.key().algorithm()).unwrap_or_default();
        let key = new_key(algorithm)?;
        let certificate = issue::below(
            &issuing,
            &Request {
                subject: Subject { organization: self.config().instansi.nama.clone(), ..subject },
                key: public(&key, &owner)?,
                purpose: Purpose::Signature,
                path_length: None,
                not_before: now,
                not_after: now.plus_days(self.config().kunci.masa_pejabat).min(issuing.not_after()),
                serial: serial()?,
            },
            issuing_key,
        )?;
        // Deriving a key from a passphrase is slow on purpose, so that is done before the lock.
        let pem = encrypted(&owner, &key, passphrase, cost)?;
        let _lock = self.lock_keys()?;
        if path.exists() && !renew {
            return Err(AuthorityError::Exists(path));
        }
        if path.exists() {
            self.set_aside(&owner)?;
        } else {
            // A key without a certificate is what a run leaves behind that was stopped between the
            // two. Nobody ever used it.
            remove_if_there(&self.key_path(&owner))?;
        }
        // Key first: a certificate without a key could not sign, and would look finished.
        self.write_key(&owner, &pem)?;
        write_new(&path, certificate.pem().as_bytes())?;
        let mut ledger = self.saved_ledger()?;
        ledger.certificates.push(entry(&owner, &certificate));
        self.save_ledger(&ledger)?;
        Ok(certificate)
    }

    /// Gives the institution a new seal. The old one is set aside, and what it sealed stays valid.
    ///
    /// # Errors
    ///
    /// [`AuthorityError`]
    pub fn renew_seal(
        &self,
        passphrase: &Passphrase,
        cost: Cost,
        now: Time,
    ) -> Result<Certificate, AuthorityError> {
        let issuing_key = self.open_key(ISSUING, passphrase)?;
        let _lock = self.lock_keys()?;
        // A revocation that was interrupted is finished first, and a list that was lost is made again: without
        // them the new seal would have no bundle.
        if self.agreeing_lists().is_err() {
            self.publish(&mut self.ledger()?, passphrase, now)?;
        }
        let issuing = self.certificate(ISSUING)?;
        let key = new_key(issuing.key().algorithm().unwrap_or_default())?;
        let organization = self.config().instansi.nama.clone();
        let certificate = issue::below(
            &issuing,
            &Request {
                subject: Subject {
                    name: format!("Segel Elektronik {organization}"),
                    organization,
                    ..Subject::default()
                },
                key: public(&key, SEAL)?,
                purpose: Purpose::Seal,
                path_length: None,
                not_before: now,
                not_after: now.plus_days(self.config().kunci.masa_segel).min(issuing.not_after()),
                serial: serial()?,
            },
            &issuing_key,
        )?;
        if self.certificate_path(SEAL).exists() {
            self.set_aside(SEAL)?;
        } else {
            remove_if_there(&self.key_path(SEAL))?;
        }
        self.store_key(SEAL, &key, passphrase, cost)?;
        write_new(&self.certificate_path(SEAL), certificate.pem().as_bytes())?;
        self.write_trust_bundle()?;
        Ok(certificate)
    }

    pub(super) fn lock_keys(&self) -> Result<fs::File, AuthorityError> {
        let path = self.keys().join(".lock");
        durable::lock(&path, &|_| {}).map_err(io_error(&path))
    }

    /// Takes over a key and its certificate that were made elsewhere by this office's authority.
    ///
    /// # Errors
    ///
    /// [`AuthorityError`] if they do not belong together, to this person or to this office.
    pub fn import_key(
        &self,
        owner: &str,
        key_pem: &str,
        certificate: &Certificate,
        passphrase: &Passphrase,
        now: Time,
    ) -> Result<(), AuthorityError> {
        let whose = || owner.to_owned();
        if !is_handle(owner) {
            return Err(AuthorityError::Handle(owner.to_owned()));
        }
        let _lock = self.lock_keys()?;
        for path in [self.certificate_path(owner), self.key_path(owner)] {
            if path.exists() {
                return Err(AuthorityError::Exists(path));
            }
        }
        if certificate.subject().id != owner {
            return Err(AuthorityError::OtherSubject { whose: whose() });
        }
        let key = PrivateKey::is_guarded(key_pem)
            .and_then(|()| PrivateKey::open(key_pem, passphrase.as_bytes()))
            .map_err(|source| AuthorityError::KeyFile { whose: whose(), source })?;
        let chain = Chain { leaf: certificate.clone(), issuers: vec![self.certificate(ISSUING)?] };
        key.with_chain(chain).map_err(|source| AuthorityError::Key { whose: whose(), source })?;
        self.usable(owner, certificate, now)?;
        let path = self.key_path(owner);
        make_private_parent(&path)?;
        durable::write_new(&path, key_pem.as_bytes()).map_err(io_error(&path))?;
        write_new(&self.certificate_path(owner), certificate.pem().as_bytes())
    }

    /// Revokes a certificate and publishes new lists.
    ///
    /// # Errors
    ///
    /// [`AuthorityError::UnknownSerial`] or [`AuthorityError::AlreadyRevoked`]
    pub fn revoke_certificate(
        &self,
        serial: &str,
        reason: Reason,
        passphrase: &Passphrase,
        now: Time,
    ) -> Result<(), AuthorityError> {
        let _lock = self.lock_keys()?;
        // With a clock that stands too early a certificate can be revoked all the same: since the last thing
        // that happened, at the earliest.
        let now = self.later_than(now)?.unwrap_or(now);
        let mut ledger = self.ledger()?;
        let entry = ledger
            .certificates
            .iter_mut()
            .find(|e| e.serial == serial)
            .ok_or_else(|| AuthorityError::UnknownSerial(serial.to_owned()))?;
        // A root cannot revoke itself (RFC 5280, 3.3): whoever trusts it has to stop.
        if entry.owner == ROOT {
            return Err(AuthorityError::RootRevocation);
        }
        // The ledger is written before the lists. A run that was stopped between the two is finished by
        // saying it once more.
        if entry.revoked.is_some() {
            if self.is_published() {
                return Err(AuthorityError::AlreadyRevoked(serial.to_owned()));
            }
        } else {
            entry.revoked = Some(now.unix());
            entry.reason = Some(reason.code());
        }
        self.publish(&mut ledger, passphrase, now)
    }

    /// Whether lists and trust bundle are what the ledger says.
    fn is_published(&self) -> bool {
        let bundle = self.trust_bundle().ok();
        bundle.is_some() && bundle == read(&self.trust_path()).ok()
    }

    /// When this office last made a certificate or a list, if that is later than `now`: then the clock is
    /// wrong.
    ///
    /// # Errors
    ///
    /// [`AuthorityError`]
    pub fn later_than(&self, now: Time) -> Result<Option<Time>, AuthorityError> {
        let ledger = self.saved_ledger()?;
        let entries = ledger.certificates.iter().flat_map(|entry| [Some(entry.issued), entry.revoked]);
        // A list that was lost or damaged is made again by those who ask this.
        let lists = [ROOT, ISSUING].into_iter().filter_map(|name| Some(self.list(name).ok()?.this_update()));
        let last = entries.flatten().map(Time::from_unix).chain(lists).max();
        Ok(last.filter(|last| *last > now))
    }

    /// Publishes new revocation lists with what is revoked now.
    ///
    /// # Errors
    ///
    /// [`AuthorityError`]; [`AuthorityError::Clock`] where a list would be older than the one before.
    pub fn renew_lists(&self, passphrase: &Passphrase, now: Time) -> Result<(), AuthorityError> {
        let _lock = self.lock_keys()?;
        if let Some(last) = self.later_than(now)? {
            return Err(AuthorityError::Clock { now, last });
        }
        let mut ledger = self.ledger()?;
        self.publish(&mut ledger, passphrase, now)
    }

    fn publish(&self, ledger: &mut Ledger, passphrase: &Passphrase, now: Time) -> Result<(), AuthorityError> {
        let (root_key, issuing_key) = (self.open_key(ROOT, passphrase)?, self.open_key(ISSUING, passphrase)?);
        let (root, issuing) = (self.certificate(ROOT)?, self.certificate(ISSUING)?);
        // Nothing is taken back by an older ledger that somebody has put in the place of this one.
        for (issuer, name, owner) in [(&root, ROOT, ISSUING), (&issuing, ISSUING, "-")] {
            match self.list(name) {
                Ok(list) if list.is_signed_by(issuer) => ledger.take_over(&list, owner),
                _ => {}
            }
        }
        self.publish_lists(ledger, &root, &root_key, &issuing, &issuing_key, now)
    }

    fn publish_lists(
        &self,
        ledger: &mut Ledger,
        root: &Certificate,
        root_key: &PrivateKey,
        issuing: &Certificate,
        issuing_key: &PrivateKey,
        now: Time,
    ) -> Result<(), AuthorityError> {
        let next = now.plus_days(self.config().kunci.masa_crl);
        let number = ledger.next_crl;
        let revoked = |by_root: bool| -> Vec<Revoked> {
            ledger
                .certificates
                .iter()
                .filter(|e| e.is_of(by_root))
                .filter_map(|e| {
                    Some(Revoked {
                        serial: data_encoding::HEXLOWER.decode(e.serial.as_bytes()).ok()?,
                        at: Time::from_unix(e.revoked?),
                        reason: reason(e.reason),
                    })
                })
                .collect()
        };
        let root_list = issue::crl(root, root_key, number, now, next, &revoked(true))?;
        let issuing_list = issue::crl(issuing, issuing_key, number, now, next, &revoked(false))?;
        ledger.next_crl += 1;
        // The ledger first: after a crash the lists can be made from it, but not it from them.
        self.save_ledger(ledger)?;
        for (name, list) in [(ROOT, &root_list), (ISSUING, &issuing_list)] {
            let path = self.list_path(name);
            durable::replace(&path, list.pem().as_bytes()).map_err(io_error(&path))?;
        }
        self.write_trust_bundle()
    }

    /// The ledger of issued certificates: what was saved, and every certificate in `keys/` that a
    /// stopped run did not get to enter. What lies there can be revoked.
    ///
    /// # Errors
    ///
    /// [`AuthorityError`]
    pub fn ledger(&self) -> Result<Ledger, AuthorityError> {
        let mut ledger = self.saved_ledger()?;
        for owner in self.owners()? {
            // An unreadable file must not stand in the way of revoking another certificate.
            let Ok(certificate) = self.certificate(&owner) else { continue };
            if !ledger.certificates.iter().any(|e| e.serial == certificate.serial()) {
                let handle = owner.split('.').next().unwrap_or_default();
                ledger.certificates.push(entry(handle, &certificate));
            }
        }
        Ok(ledger)
    }

    pub(super) fn saved_ledger(&self) -> Result<Ledger, AuthorityError> {
        serde_json::from_str(&read(&self.ledger_path())?).map_err(AuthorityError::Ledger)
    }

    fn save_ledger(&self, ledger: &Ledger) -> Result<(), AuthorityError> {
        let path = self.ledger_path();
        let text = serde_json::to_string_pretty(ledger).map_err(AuthorityError::Ledger)?;
        durable::replace(&path, text.as_bytes()).map_err(io_error(&path))
    }

    fn ledger_path(&self) -> PathBuf {
        self.keys().join("issued.json")
    }
}

fn new_key(algorithm: KeyAlgorithm) -> Result<PrivateKey, AuthorityError> {
    loop {
        if let Some(key) = PrivateKey::from_random(algorithm, &random::<32>()?) {
            return Ok(key);
        }
    }
}

fn serial() -> Result<[u8; SERIAL_LENGTH], AuthorityError> {
    Ok(*random::<SERIAL_LENGTH>()?)
}

fn public(key: &PrivateKey, whose: &str) -> Result<PublicKey, AuthorityError> {
    key.public().ok_or_else(|| AuthorityError::Key { whose: whose.to_owned(), source: KeyError::Mismatch })
}

fn entry(owner: &str, certificate: &Certificate) -> LedgerEntry {
    LedgerEntry {
        serial: certificate.serial(),
        owner: owner.to_owned(),
        issued: certificate.not_before().unix(),
        revoked: None,
        reason: None,
    }
}

fn reason(code: Option<u8>) -> Reason {
    let all =
        [Reason::KeyCompromise, Reason::AffiliationChanged, Reason::Superseded, Reason::CessationOfOperation];
    all.into_iter().find(|r| Some(r.code()) == code).unwrap_or(Reason::Unspecified)
}
