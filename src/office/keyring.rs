//! The keys and certificates of an office on disk: where they lie, who may use them now, and what a
//! verifier needs of them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use pk_trust::Time;
use pk_trust::pki::keyfile::{Cost, FileSigner, NONCE_LENGTH, PrivateKey};
use pk_trust::pki::{Anchors, Certificate, Chain, Crl, Purpose, Revocation, clip};
use pk_trust::verify::Trust;

use super::authority::AuthorityError;
use super::custody::{Passphrase, random};
use super::{Office, durable};

/// Largest file in `keys/` and `private/`: the list of 100,000 certificates has some 15 MB.
const MAX_FILE: u64 = 64 * 1024 * 1024;

/// How often lists are read again that do not agree with the ledger, and after which pause.
const TRIES: u32 = 5;
const PAUSE: Duration = Duration::from_millis(50);

pub(super) const ROOT: &str = "root";
pub(super) const ISSUING: &str = "issuing";
pub(super) const SEAL: &str = "seal";

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

impl Office {
    /// `keys/trust.pem`: all that is needed to check this office's documents elsewhere.
    pub(super) fn write_trust_bundle(&self) -> Result<(), AuthorityError> {
        let path = self.trust_path();
        durable::replace(&path, self.trust_bundle()?.as_bytes()).map_err(io_error(&path))
    }

    pub(super) fn trust_path(&self) -> PathBuf {
        self.keys().join("trust.pem")
    }

    /// Makes the bundle again where a run that was stopped has left an older one.
    fn finish_trust_bundle(&self) -> Result<(), AuthorityError> {
        if read(&self.trust_path()).ok() == Some(self.trust_bundle()?) {
            return Ok(());
        }
        let _lock = self.lock_keys()?;
        self.write_trust_bundle()
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

    /// The anchors and revocation lists of this office, once the lists are the last ones that were issued
    /// and say what the ledger says: an older list that was put back would let a revoked key sign again.
    ///
    /// # Errors
    ///
    /// [`AuthorityError`]; [`AuthorityError::ListsBehind`] and [`AuthorityError::LedgerBehind`] until
    /// `pk key crl` has made new lists.
    pub fn anchors(&self) -> Result<Anchors, AuthorityError> {
        let mut tries = 0;
        let lists = loop {
            match self.agreeing_lists() {
                // Somebody may be publishing new ones at this moment: first the ledger, then each list.
                Err(AuthorityError::ListsBehind { .. } | AuthorityError::LedgerBehind { .. })
                    if tries < TRIES =>
                {
                    tries += 1;
                    thread::sleep(PAUSE);
                }
                done => break done?,
            }
        };
        Ok(Anchors {
            roots: vec![self.certificate(ROOT)?],
            intermediates: vec![self.certificate(ISSUING)?],
            crls: lists,
            ..Anchors::default()
        })
    }

    pub(super) fn agreeing_lists(&self) -> Result<Vec<Crl>, AuthorityError> {
        let (lists, ledger) = (self.lists()?, self.saved_ledger()?);
        for (name, list) in &lists {
            ledger.agrees(*name == ROOT, list, self.list_path(name))?;
        }
        Ok(lists.into_iter().map(|(_, list)| list).collect())
    }

    /// The revocation lists as they lie there.
    fn lists(&self) -> Result<Vec<(&'static str, Crl)>, AuthorityError> {
        [ROOT, ISSUING].into_iter().map(|name| Ok((name, self.list(name)?))).collect()
    }

    pub(super) fn list(&self, name: &str) -> Result<Crl, AuthorityError> {
        let path = self.list_path(name);
        Crl::from_pem(&read(&path)?).map_err(|source| AuthorityError::Crl { path, source })
    }

    pub(super) fn list_path(&self, name: &str) -> PathBuf {
        self.keys().join(format!("{name}.crl"))
    }

    /// The seal's certificates, the one in force first: what an older one sealed stays sealed.
    ///
    /// # Errors
    ///
    /// [`AuthorityError`]; [`AuthorityError::Path`] for one that this office did not issue as a seal: whoever can
    /// write here could put one of their own beside it.
    pub fn seals(&self) -> Result<Vec<Certificate>, AuthorityError> {
        let anchors = self.anchors()?;
        let seal = |owner: String| {
            let certificate = self.certificate(&owner)?;
            match anchors.path(&certificate, &[], Purpose::Seal, certificate.not_before()) {
                Ok(_) => Ok(certificate),
                Err(source) => Err(AuthorityError::Path { whose: owner, source }),
            }
        };
        self.owners()?.into_iter().filter(|owner| is_seal(owner)).map(seal).collect()
    }

    /// Whom a verifier of this office's documents trusts: [`Office::anchors`] and [`Office::seals`].
    ///
    /// # Errors
    ///
    /// [`AuthorityError`]
    pub fn trust(&self) -> Result<Trust, AuthorityError> {
        Ok(Trust { anchors: self.anchors()?, seals: self.seals()?, ..Trust::default() })
    }

    /// Opens the seal.
    ///
    /// # Errors
    ///
    /// [`AuthorityError`]; in particular if it has expired or was revoked.
    pub fn open_seal(&self, passphrase: &Passphrase, now: Time) -> Result<FileSigner, AuthorityError> {
        // Whatever is sealed would name the one, and everybody would find the other one's seal on it.
        let (seal, named) = (self.certificate(SEAL)?.subject().organization, &self.config().instansi.nama);
        if seal != clip(named) {
            return Err(AuthorityError::OtherInstitution { seal, named: named.clone() });
        }
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

    pub(super) fn open_signer(
        &self,
        owner: &str,
        purpose: Purpose,
        passphrase: &Passphrase,
        now: Time,
    ) -> Result<FileSigner, AuthorityError> {
        let certificate = self.certificate(owner)?;
        self.usable_for(owner, &certificate, purpose, now)?;
        self.finish_trust_bundle()?;
        let chain = Chain { leaf: certificate, issuers: vec![self.certificate(ISSUING)?] };
        let key = self.open_key(owner, passphrase)?;
        key.with_chain(chain).map_err(|source| AuthorityError::Key { whose: owner.to_owned(), source })
    }

    pub(super) fn usable(
        &self,
        owner: &str,
        certificate: &Certificate,
        now: Time,
    ) -> Result<(), AuthorityError> {
        self.usable_for(owner, certificate, Purpose::Signature, now)
    }

    /// Whether a certificate may be used now. Asked before the passphrase, so that nobody types one
    /// in vain, and again when the office is locked: it may have been revoked meanwhile.
    ///
    /// # Errors
    ///
    /// [`AuthorityError`]
    pub fn usable_for(
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
        match path.revocation(&anchors, now, now) {
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
                    path.map_or(Revocation::Unknown, |p| p.revocation(&anchors, now, now))
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

    /// The names of all certificates in `keys/`: authorities, seals, officials, those that were set
    /// aside with their serial number behind a point.
    pub(super) fn owners(&self) -> Result<Vec<String>, AuthorityError> {
        let names = |folder: &Path| -> Vec<String> {
            let entries = fs::read_dir(folder).map(|entries| entries.flatten().collect()).unwrap_or_default();
            let entries: Vec<fs::DirEntry> = entries;
            let mut names: Vec<String> = entries
                .iter()
                .filter_map(|e| e.file_name().to_str()?.strip_suffix(".pem").map(str::to_owned))
                // A copy made by hand, `x (salinan).pem`, is nobody's certificate.
                .filter(|name| name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.'))
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

    pub(super) fn certificate_path(&self, owner: &str) -> PathBuf {
        owned_path(&self.keys(), owner, "pem")
    }

    pub(super) fn key_path(&self, owner: &str) -> PathBuf {
        owned_path(&self.private(), owner, "key")
    }

    /// Encrypts a key and writes it where there is none.
    pub(super) fn store_key(
        &self,
        owner: &str,
        key: &PrivateKey,
        passphrase: &Passphrase,
        cost: Cost,
    ) -> Result<(), AuthorityError> {
        self.write_key(owner, &encrypted(owner, key, passphrase, cost)?)
    }

    pub(super) fn write_key(&self, owner: &str, pem: &str) -> Result<(), AuthorityError> {
        let path = self.key_path(owner);
        make_private_parent(&path)?;
        durable::write_new(&path, pem.as_bytes()).map_err(|error| {
            if error.kind() == io::ErrorKind::AlreadyExists {
                AuthorityError::Exists(path.clone())
            } else {
                io_error(&path)(error)
            }
        })
    }

    pub(super) fn open_key(
        &self,
        owner: &str,
        passphrase: &Passphrase,
    ) -> Result<PrivateKey, AuthorityError> {
        let pem = read(&self.key_path(owner))?;
        PrivateKey::open(&pem, passphrase.as_bytes())
            .map_err(|source| AuthorityError::KeyFile { whose: owner.to_owned(), source })
    }

    /// Renames an official's certificate and key after the serial number: renewed, not lost.
    pub(super) fn set_aside(&self, owner: &str) -> Result<(), AuthorityError> {
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
pub(super) fn is_handle(owner: &str) -> bool {
    let plain = !owner.is_empty() && owner.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    plain && ![ROOT, ISSUING, SEAL, "trust"].contains(&owner)
}

pub(super) fn is_seal(owner: &str) -> bool {
    owner == SEAL || owner.strip_prefix(SEAL).is_some_and(|rest| rest.starts_with('.'))
}

/// Names that are no handles end nowhere: `../seal` must not lead out of the folder.
pub(super) fn owned_path(folder: &Path, owner: &str, extension: &str) -> PathBuf {
    let own = matches!(owner, ROOT | ISSUING) || is_seal(owner);
    let plain: String = owner
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '.') { c } else { '_' })
        .collect();
    let name = format!("{}.{extension}", plain.trim_start_matches('.'));
    if own { folder.join(name) } else { folder.join("officials").join(name) }
}

pub(super) fn encrypted(
    owner: &str,
    key: &PrivateKey,
    passphrase: &Passphrase,
    cost: Cost,
) -> Result<String, AuthorityError> {
    let nonce = random::<NONCE_LENGTH>()?;
    key.seal(passphrase.as_bytes(), cost, &nonce)
        .map_err(|source| AuthorityError::KeyFile { whose: owner.to_owned(), source })
}

pub(super) fn remove_if_there(path: &Path) -> Result<(), AuthorityError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(io_error(path)(error)),
        _ => Ok(()),
    }
}

pub(super) fn make_private_parent(path: &Path) -> Result<(), AuthorityError> {
    let folder = path.parent().unwrap_or(path);
    durable::create_private_dir(folder).map_err(io_error(folder))
}

pub(super) fn read(path: &Path) -> Result<String, AuthorityError> {
    durable::read_text(path, MAX_FILE).map_err(|error| {
        if error.kind() == io::ErrorKind::NotFound {
            AuthorityError::Missing(path.to_owned())
        } else {
            io_error(path)(error)
        }
    })
}

pub(super) fn write_new(path: &Path, bytes: &[u8]) -> Result<(), AuthorityError> {
    if let Some(folder) = path.parent() {
        durable::create_private_dir(folder).map_err(io_error(folder))?;
    }
    durable::write_new(path, bytes).map_err(|error| {
        if error.kind() == io::ErrorKind::AlreadyExists {
            AuthorityError::Exists(path.to_owned())
        } else {
            io_error(path)(error)
        }
    })
}

pub(super) fn io_error(path: &Path) -> impl FnOnce(io::Error) -> AuthorityError + use<> {
    let path = path.to_owned();
    move |source| AuthorityError::Io { path, source }
}
