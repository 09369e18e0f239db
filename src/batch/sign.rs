//! Signing any number of documents with one key.

use pk_trust::Time;
use pk_trust::claim::Id;
use pk_trust::pades;
use pk_trust::pki::{Anchors, Certificate, Purpose, Sign};
use pk_trust::verify::{self, Content, Evidence, Overall, Record, RoleError, Standing, Status};
use sha2::{Digest as _, Sha256};

use super::generate::recorded_file;
use super::{Event, FileError};
use crate::office::{self, AuthorityError, Clock, Office, durable};
use crate::registry::{self, Change, Entry, Registry};

/// Why signing stopped. What was recorded before stays recorded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// The document cannot be signed.
    #[error("{id}: {source}")]
    Pades {
        /// Which one.
        id: Id,
        /// Why.
        source: pades::Error,
    },
    /// The file is not the one that was recorded.
    #[error("{0}: the file is not the one that was recorded")]
    Tampered(Id),
    /// The certificate names another person, position or institution than the document.
    #[error("{id}: the document names {named}, the certificate {certified}")]
    OtherSubject {
        /// Which document.
        id: Id,
        /// Name and position on the document.
        named: String,
        /// Name and position in the certificate.
        certified: String,
        /// In what they differ.
        source: RoleError,
    },
    /// The document does not hold any more.
    #[error("{0}: the document does not verify")]
    NotValid(Id),
    /// The certificate cannot be used now.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// The office cannot be locked.
    #[error(transparent)]
    Office(#[from] office::Error),
    /// A file.
    #[error(transparent)]
    File(#[from] FileError),
    /// The registry.
    #[error(transparent)]
    Registry(#[from] registry::Error),
}

/// A document that waits for one official.
#[derive(Clone, Debug)]
pub struct Pending {
    /// The document.
    pub entry: Entry,
    /// The field to be signed.
    pub field: String,
    /// Name of the signer, as printed.
    pub name: String,
}

/// What signing did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SignSummary {
    /// Documents signed.
    pub signed: usize,
    /// Of these, documents that everybody has signed now.
    pub completed: usize,
}

/// The documents whose next signature is this official's. A second party has to wait for the first.
///
/// # Errors
///
/// From the registry.
pub fn pending_for(official: &str, registry: &dyn Registry) -> Result<Vec<Pending>, registry::Error> {
    let entries = registry.all()?.into_iter();
    Ok(entries
        .filter_map(|entry| {
            let signer = entry.next_signer()?.clone();
            (signer.official == official).then_some(Pending { entry, field: signer.field, name: signer.name })
        })
        .collect())
}

/// Signs documents one after the other: file first, then the registry.
///
/// # Errors
///
/// [`SignError`]
pub fn sign(
    pending: &[Pending],
    signer: &dyn Sign,
    office: &Office,
    registry: &mut dyn Registry,
    clock: &dyn Clock,
    on_event: &mut dyn FnMut(Event),
) -> Result<SignSummary, SignError> {
    let _lock = office.lock()?;
    let leaf = &signer.chain().leaf;
    let known = Known { anchors: office.anchors()?, seals: office.seals()? };
    // Before the first signature, and with the lock: a document signed by somebody else meanwhile
    // must not lose its revision, and one signed with a certificate of another name or position
    // would fail every verification. A signature cannot be taken back.
    for Pending { entry, field, name } in pending {
        let id = entry.reservation.id;
        if registry.find(&id)?.as_ref() != Some(entry) {
            let expected = entry.revision;
            return Err(registry::Error::Conflict { id: id.to_string(), expected }.into());
        }
        let bytes = recorded_file(entry, office)?.ok_or(SignError::Tampered(id))?;
        // Nobody puts a name under what no longer holds, because a first signer's key was revoked, say.
        if known.refuses(entry, &bytes, clock.now()) {
            return Err(SignError::NotValid(id));
        }
        let content = Content::attached_to(&bytes).ok_or(SignError::Tampered(id))?;
        let party = content.parties.iter().find(|p| &p.field == field).ok_or(SignError::Tampered(id))?;
        if let Err(source) = content.names(party, leaf) {
            let subject = leaf.subject();
            return Err(SignError::OtherSubject {
                id,
                named: format!("{name}, {}, {}", party.position, content.institution),
                certified: format!("{}, {}, {}", subject.name, subject.position, subject.organization),
                source,
            });
        }
    }
    on_event(Event::Started(pending.len()));
    let mut summary = SignSummary::default();
    for Pending { entry, field, .. } in pending {
        let id = entry.reservation.id;
        let before = recorded_file(entry, office)?.ok_or(SignError::Tampered(id))?;
        let now = clock.now();
        // Every time: the key may be revoked while the others are signed.
        office.usable_for(&leaf.subject().id, leaf, Purpose::Signature, now)?;
        let after =
            pades::sign(&before, field, signer, now).map_err(|source| SignError::Pades { id, source })?;
        let path = office.document_file(&id.to_string(), entry.revision + 1);
        // Not recorded, and nobody else is at work: whatever lies here is an orphan of a run that was
        // stopped.
        durable::replace(&path, &after).map_err(FileError::at(&path))?;
        let change = Change::Signed {
            field: field.clone(),
            serial: leaf.serial(),
            file: Sha256::digest(&after).into(),
        };
        registry.advance(&id, entry.revision, &change, now)?;
        summary.signed += 1;
        if entry.signers.iter().filter(|s| s.signed.is_none()).count() == 1 {
            summary.completed += 1;
        }
        on_event(Event::Done);
    }
    Ok(summary)
}

/// What the office knows of certificates.
struct Known {
    anchors: Anchors,
    seals: Vec<Certificate>,
}

impl Known {
    /// Whether a recorded document fails verification as it stands.
    fn refuses(&self, entry: &Entry, bytes: &[u8], at: Time) -> bool {
        let record = Record { digest: entry.digest, files: entry.files.clone(), standing: Standing::Waiting };
        let evidence =
            Evidence { seals: self.seals.clone(), status: Status::Known(record), ..Evidence::default() };
        verify::document(bytes, &self.anchors, &evidence, at).overall == Overall::Failed
    }
}
