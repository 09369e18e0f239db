//! Signing any number of documents, each with the key of whoever is next.
//!
//! A signature cannot be taken back, so everything is looked at before the first one leaves this program: the file is
//! the one that was recorded, the seal vouches for its data, the rows say what the data says, the pages are what the
//! data gives when it is rendered again, and the certificate is that of the person it names.

use std::collections::BTreeSet;

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
use super::group::Group;
use super::sealed::{Attached, Difference, unproven};
use super::{Event, FileError, Rendered, read_document};
use crate::office::{self, AuthorityError, Clock, Office};
use crate::registry::{self, Change, Entry, Registry, Step};
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
    /// It was asked to stop.
    #[error("stopped")]
    Stopped,
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
    /// Whether it was asked to stop before it was done.
    pub stopped: bool,
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
    /// Pages that were set before.
    pub rendered: Rendered,
    /// The registry.
    pub registry: &'a mut dyn Registry,
    /// The clock.
    pub clock: &'a dyn Clock,
    /// Threads.
    pub jobs: usize,
    /// Asked after each signature: whether to stop there.
    pub stop: &'a dyn Fn() -> bool,
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
/// [`SignError`], if a document is not what it should be. Its signatures and pages are not looked at here.
pub fn offer(pending: &[Pending], office: &Office) -> Result<Vec<Attached>, SignError> {
    let known = Known::of(office)?;
    pending
        .iter()
        .map(|Pending { entry, .. }| {
            let bytes = recorded(entry, office)?;
            known.sealed(entry, &Document::open(&bytes))
        })
        .collect()
}

/// One signature: a document that waits for somebody, and that one's key.
#[derive(Clone, Copy)]
pub struct Act<'a> {
    /// The document.
    pub pending: &'a Pending,
    /// The key.
    pub signer: &'a (dyn Sign + Sync),
}

impl std::fmt::Debug for Act<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Act").field("pending", &self.pending).finish_non_exhaustive()
    }
}

/// Signs documents with one key: [`sign_all`].
///
/// # Errors
///
/// [`SignError`]
pub fn sign(
    pending: &[Pending],
    signer: &(dyn Sign + Sync),
    desk: &mut Desk<'_>,
    on_event: &mut dyn FnMut(Event),
) -> Result<SignSummary, SignError> {
    let acts: Vec<Act<'_>> = pending.iter().map(|pending| Act { pending, signer }).collect();
    sign_all(&acts, desk, on_event)
}

/// Signs documents, each with its own key. Several threads look at each and sign it, and the results lie under other names
/// until all documents were looked at: one that is not what it should be leaves no signature on any other. Then files first,
/// then the registry, in groups. Each counts as two steps.
///
/// # Errors
///
/// [`SignError`]
pub fn sign_all(
    acts: &[Act<'_>],
    desk: &mut Desk<'_>,
    on_event: &mut dyn FnMut(Event),
) -> Result<SignSummary, SignError> {
    let Desk { office, renderer, rendered, registry, clock, jobs, stop } = desk;
    let (office, renderer): (&Office, &Renderer) = (office, renderer);
    let _lock = office.lock()?;
    let known = Known::of(office)?;
    // With the lock: a document signed by somebody else meanwhile must not lose its revision.
    for Act { pending: Pending { entry, .. }, .. } in acts {
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
    on_event(Event::Started(2 * acts.len()));
    let mut groups = vec![Group::new()];
    let before: &Rendered = rendered;
    let work = |act: &Act<'_>| known.signed(act, office, renderer, before, clock.now());
    let mut notes = Vec::new();
    in_order(acts, vec![&work; threads(*jobs, acts.len())], |act, signed| {
        let Pending { entry, field, .. } = act.pending;
        let Signed { file, hash, there, note } = signed?;
        notes.extend(note);
        let (id, leaf) = (entry.reservation.id, &act.signer.chain().leaf);
        let change = Change::Signed { field: field.clone(), serial: leaf.serial(), file: hash };
        let advance = Advance {
            step: Step { id, expected: entry.revision, change },
            last: entry.signers.iter().filter(|signer| signer.signed.is_none()).count() == 1,
            leaf,
        };
        if groups.last().is_none_or(Group::is_full) {
            groups.push(Group::new());
        }
        if let Some(group) = groups.last_mut() {
            if there {
                group.note(advance);
            } else {
                // Not recorded, and nobody else is at work: whatever lies here is an orphan of a run that was stopped.
                group.add(&office.document_file(&id.to_string(), entry.revision + 1), &file, advance)?;
            }
        }
        on_event(Event::Done);
        if stop() { Err(SignError::Stopped) } else { Ok(()) }
    })?;
    notes.into_iter().for_each(|note| rendered.add(note));
    rendered.save();

    let mut summary = SignSummary::default();
    for mut group in groups {
        let now = clock.now();
        // Each time: a key may be revoked while the others are signed.
        let mut asked = BTreeSet::new();
        for leaf in group.records().iter().map(|advance| advance.leaf) {
            if asked.insert(leaf.serial()) {
                office.usable_for(&leaf.subject().id, leaf, Purpose::Signature, now)?;
            }
        }
        let advances = group.publish(&office.documents())?;
        let (steps, last): (Vec<Step>, Vec<bool>) =
            advances.into_iter().map(|advance| (advance.step, advance.last)).unzip();
        registry.advance_all(&steps, now)?;
        summary.signed += steps.len();
        summary.completed += last.iter().filter(|last| **last).count();
        last.iter().for_each(|_| on_event(Event::Done));
        if stop() && summary.signed < acts.len() {
            summary.stopped = true;
            break;
        }
    }
    Ok(summary)
}

/// What is to be recorded of a signature.
struct Advance<'a> {
    step: Step,
    /// Whether nobody else has to sign.
    last: bool,
    /// Its certificate.
    leaf: &'a Certificate,
}

/// A document with one more signature.
struct Signed {
    file: Vec<u8>,
    /// SHA-256 of it.
    hash: [u8; 32],
    /// Whether it lies in its place already: a run was stopped before it was recorded.
    there: bool,
    /// Of its pages, if they were set again for this.
    note: Option<[u8; 32]>,
}

/// The file of a document, once it is the one that was recorded.
fn recorded(entry: &Entry, office: &Office) -> Result<Vec<u8>, SignError> {
    recorded_file(entry, office)?.ok_or(SignError::Tampered(entry.reservation.id))
}

/// What the office knows of certificates.
struct Known(Trust);

impl Known {
    fn of(office: &Office) -> Result<Self, AuthorityError> {
        office.trust().map(Self)
    }

    /// The data of a document that was recorded, once a seal of this office vouches for it and the rows say the same.
    fn sealed(&self, entry: &Entry, document: &Document<'_>) -> Result<Attached, SignError> {
        let id = entry.reservation.id;
        let attached = Attached::of(document).ok_or(SignError::Tampered(id))?;
        if !attached.is_sealed_by(&self.0.seals) {
            return Err(SignError::NotSealed(id));
        }
        match attached.difference(entry, document.bytes()) {
            Some(difference) => Err(SignError::Differs { id, difference }),
            None => Ok(attached),
        }
    }

    /// Everything that has to hold of a document before somebody signs it. Gives the note of its pages if they were set
    /// for that.
    fn examine(
        &self,
        pending: &Pending,
        leaf: &Certificate,
        document: &Document<'_>,
        renderer: &Renderer,
        rendered: &Rendered,
        at: Time,
    ) -> Result<Option<[u8; 32]>, SignError> {
        let Pending { entry, field, name } = pending;
        let id = entry.reservation.id;
        let bytes = document.bytes();
        // Nobody puts a name under what no longer holds, because a first signer's key was revoked, say.
        let verdict = self.verdict(entry, document, at);
        if verdict.overall == Overall::Failed {
            return Err(SignError::NotValid(id));
        }
        let is_certified =
            verdict.document.as_ref().is_some_and(|document| document.certified == Outcome::Pass);
        if !is_certified {
            return Err(Attached::of(document).map_or(SignError::Tampered(id), |_| SignError::NotSealed(id)));
        }
        let attached = self.sealed(entry, document)?;
        if let Some(difference) = unproven(entry, &verdict.signatures) {
            return Err(SignError::Differs { id, difference });
        }
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
        let templates = renderer.templates();
        let note = Rendered::note(&document.sha256_of_first(attached.rendered(bytes).len()), templates);
        if attached.can_be_rendered(templates) && rendered.holds(&note) {
            return Ok(None);
        }
        match attached.reproduced(bytes, templates, renderer) {
            Some(true) => Ok(Some(note)),
            Some(false) => Err(SignError::Repainted(id)),
            None => Err(SignError::OtherTemplates(id)),
        }
    }

    /// Looks at a document and signs it: the same bytes.
    fn signed(
        &self,
        act: &Act<'_>,
        office: &Office,
        renderer: &Renderer,
        rendered: &Rendered,
        now: Time,
    ) -> Result<Signed, SignError> {
        let Pending { entry, field, .. } = act.pending;
        let (id, leaf) = (entry.reservation.id, &act.signer.chain().leaf);
        let before = read_document(&office.document_file(&id.to_string(), entry.revision))?;
        // Read, parsed and hashed once for all that follows.
        let document = Document::open(&before);
        if entry.files.last() != Some(&document.sha256()) {
            return Err(SignError::Tampered(id));
        }
        let note = self.examine(act.pending, leaf, &document, renderer, rendered, now)?;
        let path = office.document_file(&id.to_string(), entry.revision + 1);
        let unrecorded = read_document(&path)
            .ok()
            .filter(|there| there.starts_with(&before) && self.is_next(entry, field, leaf, there, now));
        let there = unrecorded.is_some();
        let (file, hash) = match unrecorded {
            Some(file) => {
                let hash = Sha256::digest(&file).into();
                (file, hash)
            }
            None => {
                document.sign(field, act.signer, now).map_err(|source| SignError::Pades { id, source })?
            }
        };
        Ok(Signed { file, hash, there, note })
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
