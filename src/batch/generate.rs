//! Rendering and recording revision 0 of all documents of a plan.

use std::collections::BTreeSet;
use std::fs;
use std::io;

use pk_trust::Time;
use pk_trust::claim::{self, Address, Claim, Id};
use pk_trust::pades::{self, SEAL_FIELD};
use pk_trust::pki::{KeyError, Purpose, Sign};
use sha2::{Digest as _, Sha256};

use super::change::ChangedDocument;
use super::{Event, FileError, Item, Plan, read_document, slot_of};
use crate::model::Cycle;
use crate::office::{self, AuthorityError, Clock, Office, durable};
use crate::registry::{self, Entry, Registry, Reservation, Signer, Status};
use crate::render::{self, Renderer, Revision0};
use crate::workers::{Lost, in_order, threads};

/// Why a run of documents stopped. What was recorded before stays recorded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GenerateError {
    /// A document cannot be rendered.
    #[error("{position}: {source}")]
    Render {
        /// Whose document.
        position: String,
        /// Why.
        source: render::Error,
    },
    /// The seal did not sign a document.
    #[error("{position}: {source}")]
    Certify {
        /// Whose document.
        position: String,
        /// Why.
        source: pades::Error,
    },
    /// The seal did not sign.
    #[error("the seal did not sign")]
    Seal(#[from] KeyError),
    /// The seal cannot be used now.
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
    /// The data of documents that were issued has changed since.
    #[error("{} documents were issued with other data", .0.len())]
    Changed(Vec<ChangedDocument>),
    /// The same, and everybody has signed.
    #[error("{} complete documents would change", .0.len())]
    Complete(Vec<ChangedDocument>),
    /// Files of documents that were recorded are not there: damage, and nothing to make again.
    #[error("the files of {} documents are missing", .0.len())]
    Lost(Vec<Entry>),
    /// The clock stands before the last event.
    #[error("the clock says {now}, and the last event was at {last}")]
    Clock {
        /// What the clock says.
        now: Time,
        /// When the last event was.
        last: Time,
    },
    /// Somebody has signed documents that would be replaced: position, and who has signed.
    #[error("{} documents that somebody has signed would be replaced", .0.len())]
    Signed(Vec<String>),
    /// A thread could not be started, or ended before its work.
    #[error(transparent)]
    Worker(#[from] Lost),
}

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GenerateSummary {
    /// Documents issued now.
    pub issued: usize,
    /// Documents that were there already.
    pub unchanged: usize,
    /// Documents that were replaced.
    pub replaced: usize,
    /// Documents that were revoked, and whose data has not changed: nothing was issued in their place.
    pub revoked: Vec<Id>,
    /// Documents that another one has taken the place of.
    pub superseded: Vec<Id>,
    /// What changed in those that were replaced.
    pub changed: Vec<ChangedDocument>,
}

/// Issues what is missing, holding the office's lock. `jobs` threads render; this one writes and
/// records, in the order of the plan.
///
/// # Errors
///
/// [`GenerateError`]
pub fn generate(
    cycle: &Cycle,
    proposed: &[Reservation],
    changed: Changed,
    tools: &mut Tools<'_>,
    on_event: &mut dyn FnMut(Event),
) -> Result<GenerateSummary, GenerateError> {
    let _lock = tools.office.lock()?;
    // It may have been revoked while this run waited.
    let leaf = &tools.seal.chain().leaf;
    let now = tools.clock.now();
    tools.office.usable_for("seal", leaf, Purpose::Seal, now)?;
    if let Some((_, last)) = tools.registry.newest()?
        && now < last
    {
        return Err(GenerateError::Clock { now, last });
    }
    let plan = Plan::make(cycle, &tools.office.config().instansi.host, tools.registry, proposed)?;
    let (missing, mut summary) = missing(&plan, proposed, changed, tools)?;
    on_event(Event::Started(missing.len()));
    let Tools { office, renderer, seal, registry, clock, jobs, .. } = tools;
    let (renderer, seal): (&Renderer, &(dyn Sign + Sync)) = (renderer, *seal);
    let host = plan.host.as_str();
    let work = |item: &Item| make(item, host, renderer, seal, now);
    in_order(&missing, vec![&work; threads(*jobs, missing.len())], |item, made| {
        summary.replaced += commit(item, &made?, office, *registry, *clock)?;
        summary.issued += 1;
        on_event(Event::Done);
        Ok::<_, GenerateError>(())
    })?;
    Ok(summary)
}

/// What a run works with.
pub struct Tools<'a> {
    /// The office.
    pub office: &'a Office,
    /// The renderer with the office's templates.
    pub renderer: &'a Renderer,
    /// The seal.
    pub seal: &'a (dyn Sign + Sync),
    /// The registry.
    pub registry: &'a mut dyn Registry,
    /// The clock.
    pub clock: &'a dyn Clock,
    /// Threads that render.
    pub jobs: usize,
    /// Revoked documents that are issued again under a new id, although their data has not changed.
    pub reissue: BTreeSet<Id>,
}

impl std::fmt::Debug for Tools<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tools")
            .field("office", &self.office)
            .field("jobs", &self.jobs)
            .finish_non_exhaustive()
    }
}

/// What to do with documents that were issued with other data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    /// Refuse, and name them.
    Refuse,
    /// Replace those that nobody has signed.
    Replace,
    /// Replace those that are not complete, and lose the signatures on so many of them at most: somebody
    /// who consented to lose one must not lose the one that was made meanwhile as well.
    LoseSignaturesOf(usize),
}

/// The items that are not recorded yet. Documents whose data changed since they were issued are
/// named, all of them, before anything is done.
fn missing(
    plan: &Plan,
    proposed: &[Reservation],
    policy: Changed,
    tools: &Tools<'_>,
) -> Result<(Vec<Item>, GenerateSummary), GenerateError> {
    let mut missing = Vec::new();
    let mut summary = GenerateSummary::default();
    let (mut changed, mut complete, mut signed, mut lost) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (item, fresh) in plan.items.iter().zip(proposed) {
        match tools.registry.find(&item.reservation.id)? {
            None => missing.push(item.clone()),
            // What is issued again is what was revoked; whatever else the workbook says by now is another document.
            Some(entry) if tools.reissue.contains(&entry.reservation.id) => {
                if entry.digest == item.data.digest {
                    missing.push(Item::new(item.document.clone(), *fresh, &plan.host));
                } else {
                    changed.push(ChangedDocument::new(entry, item, tools.office));
                }
            }
            // By pk supersede: another document is in force in its place, whatever the workbook says by now.
            Some(entry) if entry.status == Status::Superseded => {
                summary.superseded.push(entry.reservation.id);
            }
            Some(entry) if entry.digest == item.data.digest && entry.status == Status::Revoked => {
                summary.revoked.push(entry.reservation.id);
            }
            Some(entry) if entry.digest == item.data.digest => {
                let path = tools.office.document_file(&item.reservation.id.to_string(), entry.revision);
                // Recorded, and then the file was lost: that is damage, not something to make again.
                match fs::metadata(&path) {
                    Ok(_) => summary.unchanged += 1,
                    Err(error) if error.kind() == io::ErrorKind::NotFound => lost.push(entry),
                    Err(error) => return Err(FileError::at(&path)(error).into()),
                }
            }
            Some(entry) if entry.status == Status::Complete => {
                complete.push(ChangedDocument::new(entry, item, tools.office));
            }
            // A new id: what was printed of the old document must not seem to be the new one.
            Some(entry) if policy != Changed::Refuse => {
                if entry.status == Status::PartlySigned {
                    signed.push(format!(
                        "{}  {}: {}",
                        entry.reservation.id.grouped(),
                        entry.position,
                        signers(&entry)
                    ));
                }
                missing.push(Item::new(item.document.clone(), *fresh, &plan.host));
                summary.changed.push(ChangedDocument::new(entry, item, tools.office));
            }
            Some(entry) => changed.push(ChangedDocument::new(entry, item, tools.office)),
        }
    }
    if !lost.is_empty() {
        return Err(GenerateError::Lost(lost));
    }
    if !complete.is_empty() {
        return Err(GenerateError::Complete(complete));
    }
    if !changed.is_empty() {
        return Err(GenerateError::Changed(changed));
    }
    let most = if let Changed::LoseSignaturesOf(most) = policy { most } else { 0 };
    if signed.len() > most {
        return Err(GenerateError::Signed(signed));
    }
    Ok((missing, summary))
}

/// Who has signed a document: `H. Contoh Hidayat, S.Sos.; Contoh Satu, S.T.`
fn signers(entry: &Entry) -> String {
    let signed = entry.signers.iter().filter(|signer| signer.signed.is_some());
    signed.map(|signer| signer.name.as_str()).collect::<Vec<_>>().join("; ")
}

/// The text of a document's QR code.
///
/// # Errors
///
/// If the seal does not sign.
pub fn link_for(item: &Item, host: &str, seal: &dyn Sign) -> Result<String, KeyError> {
    let document = &item.document;
    let claim = Claim {
        day: item.reservation.day,
        digest: item.data.digest,
        kind: document.kind(),
        year: document.year(),
        indicators: document.indicators(),
        budget: document.budget(),
        number: None,
        stage: document.stage().0,
    };
    claim::sign(&claim, &Address { host: host.to_owned(), id: item.reservation.id }, seal)
}

/// The document as it is issued: revision 0, certified by the seal.
fn make(
    item: &Item,
    host: &str,
    renderer: &Renderer,
    seal: &dyn Sign,
    now: Time,
) -> Result<Vec<u8>, GenerateError> {
    let position = || item.document.owner().position.clone();
    let link = link_for(item, host, seal)?;
    let Revision0(rendered) = renderer
        .render(&item.data.bytes, &link)
        .map_err(|source| GenerateError::Render { position: position(), source })?;
    pades::sign(&rendered, SEAL_FIELD, seal, now)
        .map_err(|source| GenerateError::Certify { position: position(), source })
}

/// Writes the file, then records it; gives how many documents it replaced.
fn commit(
    item: &Item,
    file: &[u8],
    office: &Office,
    registry: &mut dyn Registry,
    clock: &dyn Clock,
) -> Result<usize, GenerateError> {
    let id = item.reservation.id.to_string();
    let path = office.document_file(&id, 0);
    let folder = office.documents().join(&id);
    durable::create_private_dir(&folder).map_err(FileError::at(&folder))?;
    // Not recorded, and nobody else is at work: whatever lies here is an orphan of a run that was stopped.
    durable::replace(&path, file).map_err(FileError::at(&path))?;
    let owner = item.document.owner();
    let objectives = item.document.objectives();
    let now = clock.now();
    let entry = Entry {
        slot: slot_of(&item.document),
        reservation: item.reservation,
        unit: owner.unit.clone(),
        position: owner.position.clone(),
        name: owner.name.clone(),
        digest: item.data.digest,
        signers: item
            .document
            .parties()
            .iter()
            .map(|party| Signer {
                field: party.field.clone(),
                official: party.id.clone(),
                name: party.name.clone(),
                position: party.position.clone(),
                signed: None,
            })
            .collect(),
        indicators: item.document.indicators(),
        budget: item.document.budget(),
        revision: 0,
        files: vec![Sha256::digest(file).into()],
        status: Status::Issued,
        remark: None,
        successor: None,
        visibility: None,
        first_objective: objectives.first().map(|o| o.text.clone()),
        last_objective: objectives.last().map(|o| o.text.clone()),
        date: Some(item.document.date().to_string()),
        changed: now,
        ended: None,
    };
    Ok(registry.record(&entry, now)?)
}

/// The file of a document's newest revision, if it still is the one that was recorded.
///
/// # Errors
///
/// [`FileError`]
pub fn recorded_file(entry: &Entry, office: &Office) -> Result<Option<Vec<u8>>, FileError> {
    let path = office.document_file(&entry.reservation.id.to_string(), entry.revision);
    let bytes = read_document(&path)?;
    let hash: [u8; 32] = Sha256::digest(&bytes).into();
    Ok((entry.files.last() == Some(&hash)).then_some(bytes))
}
