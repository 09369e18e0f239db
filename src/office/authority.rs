//! The office's own certificate authority, its seal, and the officials' keys.
//!
//! `keys/` holds what everybody may see, `private/` the encrypted keys. `keys/issued.json` remembers
//! every certificate that was issued, so that revocation lists can be made again.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use pk_trust::Time;
use pk_trust::pki::issue::{self, IssueError, Request, Revoked, SERIAL_LENGTH};
use pk_trust::pki::keyfile::{Cost, FileSigner, KeyFileError, NONCE_LENGTH, PrivateKey};
use pk_trust::pki::{
    Anchors, Certificate, CertificateError, Chain, Crl, CrlError, KeyError, PathError, Purpose, Reason,
    Revocation, Subject,
};
use serde::{Deserialize, Serialize};

use super::custody::{Passphrase, random};
use super::{Office, durable};

/// Why the authority did not do something.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuthorityError {
    /// A key or certificate is not there.
    #[error("{} is missing", .0.display())]
    Missing(PathBuf),
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

/// A certificate and its state, for lists.
#[derive(Clone, Debug)]
pub struct KeySummary {
    /// `root`, `issuing`, `seal`, or the handle of the official.
    pub owner: String,
    /// The certificate.
    pub certificate: Certificate,
    /// Whether it is revoked.
    pub revocation: Revocation,
    /// Whether the private key is in this folder.
    pub has_private_key: bool,
}

const ROOT: &str = "root";
const ISSUING: &str = "issuing";
const SEAL: &str = "seal";

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
        let root_key = new_key()?;
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
        let issuing_key = new_key()?;
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
        let seal_key = new_key()?;
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

    /// Makes a key for an official and issues a certificate for it. An earlier certificate is kept
    /// beside it, and stays valid until it is revoked.
    ///
    /// # Errors
    ///
    /// [`AuthorityError::Exists`] if there is a key already and `renew` is not asked for.
    pub fn issue_official(
        &self,
        subject: Subject,
        issuing_key: &PrivateKey,
        passphrase: &Passphrase,
        cost: Cost,
        now: Time,
        renew: bool,
    ) -> Result<Certificate, AuthorityError> {
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
        let key = new_key()?;
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
        let issuing = self.certificate(ISSUING)?;
        let key = new_key()?;
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

    fn lock_keys(&self) -> Result<fs::File, AuthorityError> {
        let path = self.keys().join(".lock");
        durable::lock(&path).map_err(io_error(&path))
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
        let key = PrivateKey::open(key_pem, passphrase.as_bytes())
            .map_err(|source| AuthorityError::KeyFile { whose: whose(), source })?;
        let chain = Chain { leaf: certificate.clone(), issuers: vec![self.certificate(ISSUING)?] };
        key.with_chain(chain).map_err(|source| AuthorityError::Key { whose: whose(), source })?;
        self.usable(owner, certificate, now)?;
        let path = self.key_path(owner);
        make_private_parent(&path)?;
        durable::write_private(&path, key_pem.as_bytes()).map_err(io_error(&path))?;
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
        if entry.revoked.is_some() {
            return Err(AuthorityError::AlreadyRevoked(serial.to_owned()));
        }
        entry.revoked = Some(now.unix());
        entry.reason = Some(reason.code());
        self.publish(&mut ledger, passphrase, now)
    }

    /// Publishes new revocation lists with what is revoked now.
    ///
    /// # Errors
    ///
    /// [`AuthorityError`]
    pub fn renew_lists(&self, passphrase: &Passphrase, now: Time) -> Result<(), AuthorityError> {
        let _lock = self.lock_keys()?;
        let mut ledger = self.ledger()?;
        self.publish(&mut ledger, passphrase, now)
    }

    fn publish(&self, ledger: &mut Ledger, passphrase: &Passphrase, now: Time) -> Result<(), AuthorityError> {
        let (root_key, issuing_key) = (self.open_key(ROOT, passphrase)?, self.open_key(ISSUING, passphrase)?);
        let (root, issuing) = (self.certificate(ROOT)?, self.certificate(ISSUING)?);
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
                .filter(|e| (e.owner == ISSUING) == by_root && e.owner != ROOT)
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
            let path = self.keys().join(format!("{name}.crl"));
            durable::replace(&path, list.pem().as_bytes()).map_err(io_error(&path))?;
        }
        self.write_trust_bundle()
    }

    /// `keys/trust.pem`: all that is needed to check this office's documents elsewhere.
    fn write_trust_bundle(&self) -> Result<(), AuthorityError> {
        let path = self.keys().join("trust.pem");
        durable::replace(&path, self.trust_bundle()?.as_bytes()).map_err(io_error(&path))
    }

    /// Root, issuing and seal certificates and the revocation lists, as one PEM text.
    ///
    /// # Errors
    ///
    /// [`AuthorityError`]
    pub fn trust_bundle(&self) -> Result<String, AuthorityError> {
        let mut bundle = String::new();
        for name in [ROOT, ISSUING] {
            bundle.push_str(&self.certificate(name)?.pem());
        }
        for seal in self.seals()? {
            bundle.push_str(&seal.pem());
        }
        for crl in self.anchors()?.crls {
            bundle.push_str(&crl.pem());
        }
        Ok(bundle)
    }

    /// The anchors and revocation lists of this office.
    ///
    /// # Errors
    ///
    /// [`AuthorityError`]
    pub fn anchors(&self) -> Result<Anchors, AuthorityError> {
        let mut crls = Vec::new();
        for name in [ROOT, ISSUING] {
            let path = self.keys().join(format!("{name}.crl"));
            let crl = Crl::from_pem(&read(&path)?);
            crls.push(crl.map_err(|source| AuthorityError::Crl { path, source })?);
        }
        Ok(Anchors {
            roots: vec![self.certificate(ROOT)?],
            intermediates: vec![self.certificate(ISSUING)?],
            crls,
        })
    }

    /// The seal's certificates, the one in force first: what an older one sealed stays sealed.
    ///
    /// # Errors
    ///
    /// [`AuthorityError`]
    pub fn seals(&self) -> Result<Vec<Certificate>, AuthorityError> {
        let owners = self.owners()?.into_iter().filter(|owner| is_seal(owner));
        owners.map(|owner| self.certificate(&owner)).collect()
    }

    /// Opens the seal.
    ///
    /// # Errors
    ///
    /// [`AuthorityError`]; in particular if it has expired or was revoked.
    pub fn open_seal(&self, passphrase: &Passphrase, now: Time) -> Result<FileSigner, AuthorityError> {
        self.open_signer(SEAL, Purpose::Seal, passphrase, now)
    }

    /// Opens an official's key.
    ///
    /// # Errors
    ///
    /// [`AuthorityError`]; in particular if it is not yet valid, has expired, was revoked, or is not
    /// the certificate's.
    pub fn open_official(
        &self,
        owner: &str,
        passphrase: &Passphrase,
        now: Time,
    ) -> Result<FileSigner, AuthorityError> {
        self.open_signer(owner, Purpose::Signature, passphrase, now)
    }

    fn open_signer(
        &self,
        owner: &str,
        purpose: Purpose,
        passphrase: &Passphrase,
        now: Time,
    ) -> Result<FileSigner, AuthorityError> {
        let certificate = self.certificate(owner)?;
        self.usable_for(owner, &certificate, purpose, now)?;
        let chain = Chain { leaf: certificate, issuers: vec![self.certificate(ISSUING)?] };
        let key = self.open_key(owner, passphrase)?;
        key.with_chain(chain).map_err(|source| AuthorityError::Key { whose: owner.to_owned(), source })
    }

    fn usable(&self, owner: &str, certificate: &Certificate, now: Time) -> Result<(), AuthorityError> {
        self.usable_for(owner, certificate, Purpose::Signature, now)
    }

    /// Whether a certificate may be used now. Asked before the passphrase, so that nobody types one
    /// in vain.
    fn usable_for(
        &self,
        owner: &str,
        certificate: &Certificate,
        purpose: Purpose,
        now: Time,
    ) -> Result<(), AuthorityError> {
        let whose = owner.to_owned();
        let anchors = self.anchors()?;
        let path = anchors
            .path(certificate, &[], purpose, now)
            .map_err(|source| AuthorityError::Path { whose: whose.clone(), source })?;
        match path.revocation(&anchors, now) {
            Revocation::Good => Ok(()),
            Revocation::Revoked { .. } => Err(AuthorityError::Revoked { whose }),
            Revocation::Unknown => Err(AuthorityError::StaleLists { whose }),
        }
    }

    /// Checks that an official could sign now, without the key.
    ///
    /// # Errors
    ///
    /// [`AuthorityError`]
    pub fn official_can_sign(&self, owner: &str, now: Time) -> Result<(), AuthorityError> {
        let certificate = self.certificate(owner)?;
        self.usable(owner, &certificate, now)
    }

    /// A certificate by its owner.
    ///
    /// # Errors
    ///
    /// [`AuthorityError::Missing`] if there is none.
    pub fn certificate(&self, owner: &str) -> Result<Certificate, AuthorityError> {
        let path = self.certificate_path(owner);
        Certificate::from_pem(&read(&path)?).map_err(|source| AuthorityError::Certificate { path, source })
    }

    /// All certificates of this office: authorities, seal, officials in order of their handles.
    ///
    /// # Errors
    ///
    /// [`AuthorityError`]
    pub fn all_keys(&self, now: Time) -> Result<Vec<KeySummary>, AuthorityError> {
        let anchors = self.anchors()?;
        let owners = self.owners()?;
        owners
            .into_iter()
            .map(|owner| {
                let certificate = self.certificate(&owner)?;
                let purpose = match owner.as_str() {
                    ROOT | ISSUING => Purpose::Authority,
                    name if is_seal(name) => Purpose::Seal,
                    _ => Purpose::Signature,
                };
                let moment = now.max(certificate.not_before()).min(certificate.not_after());
                let revocation = if owner == ROOT {
                    Revocation::Good
                } else {
                    let path = anchors.path(&certificate, &[], purpose, moment);
                    path.map_or(Revocation::Unknown, |p| p.revocation(&anchors, now))
                };
                let has_private_key = self.key_path(&owner).exists();
                Ok(KeySummary { owner, certificate, revocation, has_private_key })
            })
            .collect()
    }

    /// The encrypted key of an official, as it lies on disk.
    ///
    /// # Errors
    ///
    /// [`AuthorityError::Missing`]
    pub fn encrypted_key(&self, owner: &str) -> Result<String, AuthorityError> {
        read(&self.key_path(owner))
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
            let certificate = self.certificate(&owner)?;
            if !ledger.certificates.iter().any(|e| e.serial == certificate.serial()) {
                let handle = owner.split('.').next().unwrap_or_default();
                ledger.certificates.push(entry(handle, &certificate));
            }
        }
        Ok(ledger)
    }

    fn saved_ledger(&self) -> Result<Ledger, AuthorityError> {
        serde_json::from_str(&read(&self.ledger_path())?).map_err(AuthorityError::Ledger)
    }

    /// The names of all certificates in `keys/`: authorities, seals, officials, those that were set
    /// aside with their serial number behind a point.
    fn owners(&self) -> Result<Vec<String>, AuthorityError> {
        let names = |folder: &Path| -> Vec<String> {
            let entries = fs::read_dir(folder).map(|entries| entries.flatten().collect()).unwrap_or_default();
            let entries: Vec<fs::DirEntry> = entries;
            let mut names: Vec<String> = entries
                .iter()
                .filter_map(|e| e.file_name().to_str()?.strip_suffix(".pem").map(str::to_owned))
                .filter(|name| !name.starts_with('.'))
                .collect();
            names.sort();
            names
        };
        let mut owners: Vec<String> = vec![ROOT.into(), ISSUING.into()];
        owners.extend(names(&self.keys()).into_iter().filter(|n| n == SEAL || n.starts_with("seal.")));
        owners.extend(names(&self.keys().join("officials")));
        Ok(owners)
    }

    fn save_ledger(&self, ledger: &Ledger) -> Result<(), AuthorityError> {
        let path = self.ledger_path();
        let text = serde_json::to_string_pretty(ledger).map_err(AuthorityError::Ledger)?;
        durable::replace(&path, text.as_bytes()).map_err(io_error(&path))
    }

    fn ledger_path(&self) -> PathBuf {
        self.keys().join("issued.json")
    }

    fn certificate_path(&self, owner: &str) -> PathBuf {
        owned_path(&self.keys(), owner, "pem")
    }

    fn key_path(&self, owner: &str) -> PathBuf {
        owned_path(&self.private(), owner, "key")
    }

    /// Encrypts a key and writes it where there is none.
    fn store_key(
        &self,
        owner: &str,
        key: &PrivateKey,
        passphrase: &Passphrase,
        cost: Cost,
    ) -> Result<(), AuthorityError> {
        self.write_key(owner, &encrypted(owner, key, passphrase, cost)?)
    }

    fn write_key(&self, owner: &str, pem: &str) -> Result<(), AuthorityError> {
        let path = self.key_path(owner);
        make_private_parent(&path)?;
        durable::write_private(&path, pem.as_bytes()).map_err(|error| {
            if error.kind() == io::ErrorKind::AlreadyExists {
                AuthorityError::Exists(path.clone())
            } else {
                io_error(&path)(error)
            }
        })
    }

    fn open_key(&self, owner: &str, passphrase: &Passphrase) -> Result<PrivateKey, AuthorityError> {
        let pem = read(&self.key_path(owner))?;
        PrivateKey::open(&pem, passphrase.as_bytes())
            .map_err(|source| AuthorityError::KeyFile { whose: owner.to_owned(), source })
    }

    /// Renames an official's certificate and key after the serial number: renewed, not lost.
    fn set_aside(&self, owner: &str) -> Result<(), AuthorityError> {
        let serial = self.certificate(owner)?.serial();
        for path in [self.key_path(owner), self.certificate_path(owner)] {
            if path.exists() {
                let extension = path.extension().unwrap_or_default().to_string_lossy().into_owned();
                let aside = path.with_extension(format!("{serial}.{extension}"));
                fs::rename(&path, &aside).map_err(io_error(&path))?;
            }
        }
        Ok(())
    }
}

/// Whether a name is an official's handle: plain, and none of the office's own names.
fn is_handle(owner: &str) -> bool {
    let plain = !owner.is_empty() && owner.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    plain && ![ROOT, ISSUING, SEAL, "trust"].contains(&owner)
}

fn is_seal(owner: &str) -> bool {
    owner == SEAL || owner.strip_prefix(SEAL).is_some_and(|rest| rest.starts_with('.'))
}

/// Names that are no handles end nowhere: `../seal` must not lead out of the folder.
fn owned_path(folder: &Path, owner: &str, extension: &str) -> PathBuf {
    let own = matches!(owner, ROOT | ISSUING) || is_seal(owner);
    let plain: String = owner
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '.') { c } else { '_' })
        .collect();
    let name = format!("{}.{extension}", plain.trim_start_matches('.'));
    if own { folder.join(name) } else { folder.join("officials").join(name) }
}

fn encrypted(
    owner: &str,
    key: &PrivateKey,
    passphrase: &Passphrase,
    cost: Cost,
) -> Result<String, AuthorityError> {
    let nonce = random::<NONCE_LENGTH>()?;
    key.seal(passphrase.as_bytes(), cost, &nonce)
        .map_err(|source| AuthorityError::KeyFile { whose: owner.to_owned(), source })
}

fn remove_if_there(path: &Path) -> Result<(), AuthorityError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(io_error(path)(error)),
        _ => Ok(()),
    }
}

fn make_private_parent(path: &Path) -> Result<(), AuthorityError> {
    let folder = path.parent().unwrap_or(path);
    durable::create_private_dir(folder).map_err(io_error(folder))
}

fn read(path: &Path) -> Result<String, AuthorityError> {
    fs::read_to_string(path).map_err(|error| {
        if error.kind() == io::ErrorKind::NotFound {
            AuthorityError::Missing(path.to_owned())
        } else {
            io_error(path)(error)
        }
    })
}

fn write_new(path: &Path, bytes: &[u8]) -> Result<(), AuthorityError> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(io_error(folder))?;
    }
    durable::write_new(path, bytes).map_err(|error| {
        if error.kind() == io::ErrorKind::AlreadyExists {
            AuthorityError::Exists(path.to_owned())
        } else {
            io_error(path)(error)
        }
    })
}

fn io_error(path: &Path) -> impl FnOnce(io::Error) -> AuthorityError + use<> {
    let path = path.to_owned();
    move |source| AuthorityError::Io { path, source }
}

fn new_key() -> Result<PrivateKey, AuthorityError> {
    Ok(PrivateKey::from_seed(&random::<32>()?))
}

fn serial() -> Result<[u8; SERIAL_LENGTH], AuthorityError> {
    Ok(*random::<SERIAL_LENGTH>()?)
}

fn public(key: &PrivateKey, whose: &str) -> Result<pk_trust::pki::PublicKey, AuthorityError> {
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
