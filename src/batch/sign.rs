//! Signing any number of documents with one key.
//!
//! A signature cannot be taken back, so everything is looked at before the first one: the file is the one
//! that was recorded, the seal vouches for its data, the rows say what the data says, the pages are what
//! the data gives when it is rendered again, and the certificate is that of the person it names.

use pk_trust::Time;
use pk_trust::claim::Id;
use pk_trust::pades;
use pk_trust::pki::{Certificate, Purpose, Sign};
use pk_trust::verify::{
    Code, Document, Evidence, Outcome, Overall, Record, RoleError, SignatureVerdict, Standing, Status, Trust,
    Verdict,
};
use sha2::{Digest as _, Sha256};

use super::generate::recorded_file;
use super::sealed::{Attached, Difference, unproven};
use super::{Event, FileError, read_document};
use crate::office::{self, AuthorityError, Clock, Office, durable};
use crate::registry::{self, Change, Entry, Registry};
use crate::render::Renderer;
use crate::workers::{Lost, in_order, threads};

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
    /// No seal of this office vouches for the data in the file.
    #[error("{0}: the data is not sealed by this office")]
    NotSealed(Id),
    /// The rows of the registry say something else than the sealed data.
    #[error("{id}: the registry says another {} than the sealed data", difference.field)]
    Differs {
        /// Which document.
        id: Id,
        /// In what.
        difference: Difference,
    },
    /// The pages are not those that the sealed data gives.
    #[error("{0}: the pages show something else than the sealed data")]
    Repainted(Id),
    /// The pages cannot be made again: the templates are other ones than when it was issued.
    #[error("{0}: the templates are not those with which the document was issued")]
    OtherTemplates(Id),
    /// The clock stands before the last event: a signature would be dated before what it follows, and no
    /// verification would accept it.
    #[error("the clock says {now}, and the last event was at {last}")]
    Clock {
        /// What the clock says.
        now: Time,
        /// When the last event was.
        last: Time,
    },
    /// A thread could not be started, or ended before its work.
    #[error(transparent)]
    Worker(#[from] Lost),
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

/// What signing works with.
pub struct Desk<'a> {
    /// The office.
    pub office: &'a Office,
    /// The renderer with the office's templates.
    pub renderer: &'a Renderer,
    /// The registry.
    pub registry: &'a mut dyn Registry,
    /// The clock.
    pub clock: &'a dyn Clock,
    /// Threads that render.
    pub jobs: usize,
}

impl std::fmt::Debug for Desk<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desk").field("office", &self.office).field("jobs", &self.jobs).finish_non_exhaustive()
    }
}

/// What an official is asked to sign, as the sealed data of each document says it.
///
/// # Errors
///
/// [`SignError`], if a document is not what it should be. Its pages are not looked at here.
pub fn offer(pending: &[Pending], office: &Office, at: Time) -> Result<Vec<Attached>, SignError> {
    let known = Known::of(office)?;
    pending.iter().map(|Pending { entry, .. }| Ok(known.sealed(entry, office, at)?.1)).collect()
}

/// Signs documents one after the other: file first, then the registry. Each counts as two steps: it is
/// looked at, by several threads, and then signed.
///
/// # Errors
///
/// [`SignError`]
pub fn sign(
    pending: &[Pending],
    signer: &dyn Sign,
    desk: &mut Desk<'_>,
    on_event: &mut dyn FnMut(Event),
) -> Result<SignSummary, SignError> {
    let Desk { office, renderer, registry, clock, jobs } = desk;
    let (office, renderer): (&Office, &Renderer) = (office, renderer);
    let _lock = office.lock()?;
    let leaf = &signer.chain().leaf;
    let known = Known::of(office)?;
    // With the lock: a document signed by somebody else meanwhile must not lose its revision.
    for Pending { entry, .. } in pending {
        let id = entry.reservation.id;
        if registry.find(&id)?.as_ref() != Some(entry) {
            let expected = entry.revision;
            return Err(registry::Error::Conflict { id: id.to_string(), expected }.into());
        }
    }
    let now = clock.now();
    if let Some((_, last)) = registry.newest()?
        && now < last
    {
        return Err(SignError::Clock { now, last });
    }
    on_event(Event::Started(2 * pending.len()));
    // Several at a time: rendering a document again takes some 40 ms.
    let look = |pending: &Pending| known.examine(pending, leaf, office, renderer, now);
    in_order(pending, vec![&look; threads(*jobs, pending.len())], |_, looked| {
        looked?;
        on_event(Event::Done);
        Ok::<_, SignError>(())
    })?;
    let mut summary = SignSummary::default();
    for Pending { entry, field, .. } in pending {
        let id = entry.reservation.id;
        // The same hash as the bytes that were looked at.
        let before = recorded_file(entry, office)?.ok_or(SignError::Tampered(id))?;
        let now = clock.now();
        // Every time: the key may be revoked while the others are signed.
        office.usable_for(&leaf.subject().id, leaf, Purpose::Signature, now)?;
        let path = office.document_file(&id.to_string(), entry.revision + 1);
        let unrecorded = read_document(&path)
            .ok()
            .filter(|there| there.starts_with(&before) && known.is_next(entry, field, leaf, there, now));
        let after = match unrecorded {
            Some(there) => there,
            None => {
                let after = pades::sign(&before, field, signer, now)
                    .map_err(|source| SignError::Pades { id, source })?;
                // Not recorded, and nobody else is at work: whatever lies here is an orphan of a run that was
                // stopped.
                durable::replace(&path, &after).map_err(FileError::at(&path))?;
                after
            }
        };
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
struct Known(Trust);

impl Known {
    fn of(office: &Office) -> Result<Self, AuthorityError> {
        office.trust().map(Self)
    }

    /// The bytes of a document and its data, once the file is the one that was recorded, a seal of this
    /// office vouches for the data, and the rows say the same.
    fn sealed(&self, entry: &Entry, office: &Office, at: Time) -> Result<(Vec<u8>, Attached), SignError> {
        let id = entry.reservation.id;
        let bytes = recorded_file(entry, office)?.ok_or(SignError::Tampered(id))?;
        let document = Document::open(&bytes);
        // Nobody puts a name under what no longer holds, because a first signer's key was revoked, say.
        let verdict = self.verdict(entry, &document, at);
        if verdict.overall == Overall::Failed {
            return Err(SignError::NotValid(id));
        }
        let attached = Attached::of(&document).ok_or(SignError::Tampered(id))?;
        let is_certified =
            verdict.document.as_ref().is_some_and(|document| document.certified == Outcome::Pass);
        if !is_certified || !attached.is_sealed_by(&self.0.seals) {
            return Err(SignError::NotSealed(id));
        }
        match attached.difference(entry, &bytes).or_else(|| unproven(entry, &verdict.signatures)) {
            Some(difference) => Err(SignError::Differs { id, difference }),
            None => Ok((bytes, attached)),
        }
    }

    /// Everything that has to hold of a document before somebody signs it.
    fn examine(
        &self,
        pending: &Pending,
        leaf: &Certificate,
        office: &Office,
        renderer: &Renderer,
        at: Time,
    ) -> Result<(), SignError> {
        let Pending { entry, field, name } = pending;
        let id = entry.reservation.id;
        let (bytes, attached) = self.sealed(entry, office, at)?;
        let content = &attached.content;
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
        // The seal vouches for the data, and so far for nothing that is painted on the pages.
        match attached.reproduced(&bytes, renderer.templates(), renderer) {
            Some(true) => Ok(()),
            Some(false) => Err(SignError::Repainted(id)),
            None => Err(SignError::OtherTemplates(id)),
        }
    }

    /// Whether a file that nobody recorded has the signature that is asked for now: a run was stopped, or the register
    /// is an older copy. Who has it in hand has a genuine file, which another one in its place would make look forged.
    fn is_next(&self, entry: &Entry, field: &str, leaf: &Certificate, bytes: &[u8], at: Time) -> bool {
        let verdict = self.verdict(entry, &Document::open(bytes), at);
        // Of this office's authority, which gives each number once: a certificate that only looks like it is none.
        let is_ours = |last: &SignatureVerdict| {
            [last.integrity, last.chain, last.revocation] == [Outcome::Pass; 3]
                && last.field == field
                && last.serial == Some(leaf.serial())
                // Whoever signs next could only be earlier than that.
                && last.claimed_time.is_some_and(|claimed| claimed <= at)
        };
        verdict.overall != Overall::Failed
            && verdict.lines.status.code == Code::RegistryOneAhead
            && verdict.signatures.last().is_some_and(is_ours)
    }

    /// The verdict about a recorded document as it stands.
    fn verdict(&self, entry: &Entry, document: &Document<'_>, at: Time) -> Verdict {
        let record = Record {
            digest: entry.digest,
            files: entry.files.clone(),
            standing: Standing::Waiting,
            ended: None,
        };
        let evidence = Evidence { status: Status::Known(record), ..Evidence::default() };
        document.examine(&self.0, at).judge(&evidence)
    }
}
