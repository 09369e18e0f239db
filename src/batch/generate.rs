//! Rendering and recording revision 0 of all documents of a year.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;

use pk_trust::Time;
use pk_trust::claim::{self, Address, Claim, Id, Kind};
use pk_trust::pades::{self, SEAL_FIELD};
use pk_trust::pki::{KeyError, Purpose, Sign};
use sha2::{Digest as _, Sha256};

use super::change::ChangedDocument;
use super::group::Group;
use super::press::Hand;
use super::{Event, FileError, Item, Press, Rendered, read_document, slot_of};
use crate::model::{Cycle, Document};
use crate::office::{self, AuthorityError, Clock, Office};
use crate::registry::{self, Entry, Registry, Reservation, Signer, Slot, Status};
use crate::render::{Revision0, Templates};
use crate::workers::{Lost, in_order, threads};

/// Why a run of documents stopped. What was recorded before stays recorded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GenerateError {
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
    /// It was asked to stop.
    #[error("stopped")]
    Stopped,
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
    /// Documents that could not be made, in order. All others were.
    pub failed: Vec<Failed>,
    /// Whether the run was asked to stop before it was done.
    pub stopped: bool,
}

/// A document that could not be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    /// Handle of its owner.
    pub official: String,
    /// Position of its owner.
    pub position: String,
    /// Its kind.
    pub kind: Kind,
    /// Why: a code and its values.
    pub code: &'static str,
    /// The values.
    pub values: BTreeMap<&'static str, String>,
}

/// Issues what is missing, holding the office's lock. `jobs` workers set pages; this thread writes and
/// records, in the order of the cycle. A document that fails stops no other one.
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
    let host = tools.office.config().instansi.host.clone();
    let slots = cycle.documents.iter().map(slot_of);
    let proposals: Vec<(Slot, Reservation)> = slots.zip(proposed.iter().copied()).collect();
    let reservations = tools.registry.reserve(&proposals)?;
    drop(proposals);
    let (missing, mut summary) = missing(cycle, &host, &reservations, proposed, changed, tools)?;
    on_event(Event::Started(missing.len()));
    let Tools { office, press, templates, rendered, seal, registry, clock, jobs, stop, .. } = tools;
    let (templates, seal): (&Templates, &(dyn Sign + Sync)) = (templates, *seal);
    let (host, press) = (host.as_str(), &*press);
    let worker = |_| {
        let mut hand = press.hand();
        move |missing: &Missing| {
            let item = Item::new(cycle.documents[missing.index].clone(), missing.reservation, host);
            make(&item, host, &mut hand, templates, seal, now)
        }
    };
    let workers = (0..threads(*jobs, missing.len())).map(worker).collect();
    let mut group = Group::new();
    let folder = office.documents();
    let mut commit =
        |group: &mut Group<Entry>, summary: &mut GenerateSummary, on_event: &mut dyn FnMut(Event)| {
            let entries = group.publish(&folder)?;
            if !entries.is_empty() {
                summary.replaced += registry.record_all(&entries, clock.now())?;
                summary.issued += entries.len();
                entries.iter().for_each(|_| on_event(Event::Done));
            }
            Ok::<_, GenerateError>(())
        };
    let worked = in_order(&missing, workers, |missing, made| {
        let document = &cycle.documents[missing.index];
        match made {
            Ok(Made { file, hash, note, digest }) => {
                let entry = entry(document, missing.reservation, digest, hash, clock.now());
                // Not recorded, and nobody else is at work: whatever lies there is an orphan of a run that was stopped.
                group.add(&office.document_file(&missing.reservation.id.to_string(), 0), &file, entry)?;
                rendered.add(note);
            }
            Err(Unmade::Seal(error)) => return Err(error.into()),
            Err(Unmade::Document { code, values }) => {
                let owner = document.owner();
                summary.failed.push(Failed {
                    official: owner.id.clone(),
                    position: owner.position.clone(),
                    kind: document.kind(),
                    code,
                    values,
                });
                on_event(Event::Failed);
            }
        }
        if group.is_full() {
            commit(&mut group, &mut summary, on_event)?;
        }
        if stop() { Err(GenerateError::Stopped) } else { Ok(()) }
    });
    // Also where the run ends here: what is staged is whole.
    if !matches!(worked, Err(GenerateError::File(_) | GenerateError::Registry(_))) {
        commit(&mut group, &mut summary, on_event)?;
    }
    rendered.save();
    match worked {
        Err(GenerateError::Stopped) => summary.stopped = true,
        worked => worked?,
    }
    Ok(summary)
}

/// A document that is to be made: its place in the cycle, and what is given to it.
struct Missing {
    index: usize,
    reservation: Reservation,
}

/// What a run works with.
pub struct Tools<'a> {
    /// The office.
    pub office: &'a Office,
    /// Who sets the pages.
    pub press: Press<'a>,
    /// The office's templates.
    pub templates: &'a Templates,
    /// Pages that were set before.
    pub rendered: Rendered,
    /// The seal.
    pub seal: &'a (dyn Sign + Sync),
    /// The registry.
    pub registry: &'a mut dyn Registry,
    /// The clock.
    pub clock: &'a dyn Clock,
    /// Workers that set pages.
    pub jobs: usize,
    /// Asked after each document: whether to stop there.
    pub stop: &'a dyn Fn() -> bool,
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
    cycle: &Cycle,
    host: &str,
    reservations: &[Reservation],
    proposed: &[Reservation],
    policy: Changed,
    tools: &Tools<'_>,
) -> Result<(Vec<Missing>, GenerateSummary), GenerateError> {
    let mut missing = Vec::new();
    let mut summary = GenerateSummary::default();
    let (mut changed, mut complete, mut signed, mut lost) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let given = reservations.iter().zip(proposed);
    for (index, (document, (reservation, fresh))) in cycle.documents.iter().zip(given).enumerate() {
        let missed = |reservation: &Reservation| Missing { index, reservation: *reservation };
        let Some(entry) = tools.registry.find(&reservation.id)? else {
            missing.push(missed(reservation));
            continue;
        };
        // One at a time: the data of ten thousand documents would fill the memory.
        let item = &Item::new(document.clone(), *reservation, host);
        match entry {
            // What is issued again is what was revoked; whatever else the workbook says by now is another document.
            entry if tools.reissue.contains(&entry.reservation.id) => {
                if entry.digest == item.data.digest {
                    missing.push(missed(fresh));
                } else {
                    changed.push(ChangedDocument::new(entry, item, tools.office));
                }
            }
            // By pk supersede: another document is in force in its place, whatever the workbook says by now.
            entry if entry.status == Status::Superseded => {
                summary.superseded.push(entry.reservation.id);
            }
            entry if entry.digest == item.data.digest && entry.status == Status::Revoked => {
                summary.revoked.push(entry.reservation.id);
            }
            entry if entry.digest == item.data.digest => {
                let path = tools.office.document_file(&item.reservation.id.to_string(), entry.revision);
                // Recorded, and then the file was lost: that is damage, not something to make again.
                match fs::metadata(&path) {
                    Ok(_) => summary.unchanged += 1,
                    Err(error) if error.kind() == io::ErrorKind::NotFound => lost.push(entry),
                    Err(error) => return Err(FileError::at(&path)(error).into()),
                }
            }
            entry if entry.status == Status::Complete => {
                complete.push(ChangedDocument::new(entry, item, tools.office));
            }
            // A new id: what was printed of the old document must not seem to be the new one.
            entry if policy != Changed::Refuse => {
                if entry.status == Status::PartlySigned {
                    signed.push(format!(
                        "{}  {}: {}",
                        entry.reservation.id.grouped(),
                        entry.position,
                        signers(&entry)
                    ));
                }
                missing.push(missed(fresh));
                summary.changed.push(ChangedDocument::new(entry, item, tools.office));
            }
            entry => changed.push(ChangedDocument::new(entry, item, tools.office)),
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

/// A document as it is issued: revision 0, certified by the seal.
struct Made {
    file: Vec<u8>,
    /// SHA-256 of it.
    hash: [u8; 32],
    /// Of its pages.
    note: [u8; 32],
    /// Of its data.
    digest: [u8; 32],
}

/// Why a document was not made.
enum Unmade {
    /// The seal does not sign: then no other one will be made either.
    Seal(KeyError),
    /// This one alone.
    Document { code: &'static str, values: BTreeMap<&'static str, String> },
}

fn make(
    item: &Item,
    host: &str,
    hand: &mut Hand<'_>,
    templates: &Templates,
    seal: &dyn Sign,
    now: Time,
) -> Result<Made, Unmade> {
    let link = link_for(item, host, seal).map_err(Unmade::Seal)?;
    let Revision0(rendered) = hand
        .render(&item.data.bytes, &link)
        .map_err(|error| Unmade::Document { code: error.code(), values: error.values() })?;
    let file = pades::sign(&rendered, SEAL_FIELD, seal, now).map_err(|error| match error {
        pades::Error::Key(error) => Unmade::Seal(error),
        error => Unmade::Document { code: error.code(), values: error.values() },
    })?;
    let note = Rendered::note(&Sha256::digest(&rendered).into(), templates);
    Ok(Made { hash: Sha256::digest(&file).into(), file, note, digest: item.data.digest })
}

/// What is recorded of a new document.
fn entry(
    document: &Document,
    reservation: Reservation,
    digest: [u8; 32],
    file: [u8; 32],
    now: Time,
) -> Entry {
    let owner = document.owner();
    let objectives = document.objectives();
    Entry {
        slot: slot_of(document),
        reservation,
        unit: owner.unit.clone(),
        position: owner.position.clone(),
        name: owner.name.clone(),
        digest,
        signers: document
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
        indicators: document.indicators(),
        budget: document.budget(),
        revision: 0,
        files: vec![file],
        status: Status::Issued,
        remark: None,
        successor: None,
        visibility: None,
        first_objective: objectives.first().map(|o| o.text.clone()),
        last_objective: objectives.last().map(|o| o.text.clone()),
        date: Some(document.date().to_string()),
        changed: now,
        ended: None,
    }
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
