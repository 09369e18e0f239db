//! Answering whether a file holds: a document, a picture of a page, the text of a QR code, an
//! archive. Gathers what is known — anchors, seals, registry — and asks [`pk_trust::verify`].

mod archive;
mod codes;
mod scan;

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use pk_trust::claim::{Id, pasted};
use pk_trust::verify::{
    self, Code, Document, Evidence, Outcome, Overall, Record, Root, Standing, Trust, Trusted, Verdict,
};
use pk_trust::{Time, When};

pub use archive::{ArchiveVerdict, MissingOrExtra};
pub use codes::PictureVerdict;
pub use pk_photo::{PictureError, qr_texts};

pub use crate::batch::{Attached, Difference};
use crate::registry::{self, Registry, Status};
use crate::render::{Renderer, Templates, on_stack};

/// Longest chain of successors that is followed. An agreement may be revised nine times a year.
const MAX_SUCCESSORS: usize = 32;

/// What is known besides the file.
#[derive(Default)]
pub struct Auditor {
    /// Roots, links, revocation lists, seals.
    pub trust: Trust,
    /// The registry of the office, if there is one.
    pub registry: Option<Box<dyn Registry + Send>>,
    /// The host of the office's public page, if an office is asking.
    pub host: Option<String>,
    /// The templates to render revision 0 with again.
    pub templates: Option<Templates>,
    /// Made from the templates when it is first needed: loading fonts takes longer than most checks.
    pub renderer: Arc<OnceLock<Renderer>>,
    /// How each root came to be trusted, by its fingerprint.
    pub trusted: BTreeMap<String, Trusted>,
    /// Draws the first pages of a PDF file, as many as it is told, as pictures. Without it scans are not looked at.
    pub draw: Option<Draw>,
}

/// Draws pages of a PDF file: the file, and how many pages; gives PNG pictures.
pub type Draw = fn(&[u8], usize) -> Vec<Vec<u8>>;

impl std::fmt::Debug for Auditor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Auditor").field("seals", &self.trust.seals).finish_non_exhaustive()
    }
}

/// The answer about one file.
#[derive(Clone, Debug)]
pub enum Answer {
    /// A document, a picture of one document's code, or a link.
    Document(Box<Verdict>),
    /// A picture with the codes of several documents.
    Picture(Box<PictureVerdict>),
    /// An archive.
    Archive(Box<ArchiveVerdict>),
}

impl Answer {
    /// The headline.
    pub fn overall(&self) -> Overall {
        match self {
            Self::Document(verdict) => verdict.overall,
            Self::Picture(verdict) => verdict.overall,
            Self::Archive(verdict) => verdict.overall,
        }
    }

    /// The verdicts about single documents in it.
    pub fn verdicts(&self) -> &[Verdict] {
        match self {
            Self::Document(verdict) => std::slice::from_ref(verdict),
            Self::Picture(verdict) => &verdict.documents,
            Self::Archive(verdict) => &verdict.documents,
        }
    }

    /// The anchors on which it rests, each once.
    pub fn roots(&self) -> Vec<&Root> {
        match self {
            Self::Archive(archive) => archive.roots(),
            Self::Document(_) | Self::Picture(_) => each_once(None, self.verdicts()),
        }
    }

    fn verdicts_mut(&mut self) -> &mut [Verdict] {
        match self {
            Self::Document(verdict) => std::slice::from_mut(verdict),
            Self::Picture(verdict) => &mut verdict.documents,
            Self::Archive(verdict) => &mut verdict.documents,
        }
    }
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Unanswered {
    /// Neither a PDF nor a picture, a link or an archive.
    #[error("neither a PDF file nor a picture, a QR text or an archive")]
    Format,
    /// The picture.
    #[error(transparent)]
    Picture(#[from] PictureError),
    /// The archive.
    #[error(transparent)]
    Archive(#[from] crate::batch::ArchiveError),
    /// The registry was edited.
    #[error(transparent)]
    Registry(registry::Error),
    /// The registry says something else of the document than its sealed data.
    #[error("{id}: the registry says another {} than the sealed data", difference.field)]
    Differs {
        /// Which document.
        id: Id,
        /// In what.
        difference: Difference,
    },
}

impl Auditor {
    /// An auditor for another thread: it knows the same, and shares the renderer. The registry is a
    /// connection of its own, because SQLite's is not shared between threads.
    pub fn with_registry(&self, registry: Option<Box<dyn Registry + Send>>) -> Self {
        Self {
            trust: self.trust.clone(),
            registry,
            host: self.host.clone(),
            templates: self.templates.clone(),
            renderer: Arc::clone(&self.renderer),
            trusted: self.trusted.clone(),
            draw: self.draw,
        }
    }

    /// Trusts whom a trust file names.
    pub fn add(&mut self, trust: Trust) {
        self.trust.anchors.add(trust.anchors);
        self.trust.seals.extend(trust.seals);
    }

    /// Whom it trusts, and how each came to be trusted.
    pub fn roots(&self) -> Vec<Root> {
        let all = self.trust.anchors.roots.iter().chain(&self.trust.anchors.pinned).map(Root::new);
        all.map(|root| Root { trusted: self.trusted.get(&root.fingerprint).cloned(), ..root }).collect()
    }

    /// Says of all roots that nothing is said of yet how they came to be trusted.
    pub fn say_how_trusted(&mut self, how: &Trusted) {
        for root in self.roots().into_iter().filter(|root| root.trusted.is_none()) {
            self.trusted.insert(root.fingerprint, how.clone());
        }
    }

    /// Answers about the bytes of one file.
    ///
    /// # Errors
    ///
    /// [`Unanswered`] only where no verdict can be given. A broken document is a verdict.
    pub fn examine(&self, name: &str, bytes: &[u8], when: impl Into<When>) -> Result<Answer, Unanswered> {
        self.answer(name, bytes, when.into()).map(|answer| self.with_roots(answer))
    }

    /// As [`Auditor::examine`], about a PDF file that was opened.
    ///
    /// # Errors
    ///
    /// [`Unanswered`]
    pub fn examine_opened(
        &self,
        name: &str,
        document: &Document<'_>,
        when: impl Into<When>,
    ) -> Result<Answer, Unanswered> {
        self.pdf(name, document, when.into()).map(|answer| self.with_roots(answer))
    }

    fn answer(&self, name: &str, bytes: &[u8], when: When) -> Result<Answer, Unanswered> {
        if is_pdf(name, bytes) {
            return self.pdf(name, &Document::open(bytes), when);
        }
        if bytes.starts_with(b"PK\x03\x04") {
            return Ok(Answer::Archive(Box::new(archive::examine(self, name, bytes, when)?)));
        }
        if pk_photo::is_picture(bytes) {
            return codes::examine(self, name, bytes, when);
        }
        match std::str::from_utf8(bytes).map(|text| text.trim_start_matches('\u{FEFF}').trim()) {
            Ok(text) if text.starts_with("https://") || !pasted(text).is_empty() => {
                Ok(codes::text(self, name, text, when))
            }
            _ => Err(Unanswered::Format),
        }
    }

    /// Answers about a PDF file; one that nobody signed may be a scan of paper.
    fn pdf(&self, name: &str, document: &Document<'_>, when: When) -> Result<Answer, Unanswered> {
        Ok(match self.document(name, document, when)? {
            Answer::Document(verdict) if is_unsigned(&verdict) => {
                scan::examine(self, name, document, *verdict, when)
            }
            answer => answer,
        })
    }

    /// The answer, with how each root came to be trusted.
    fn with_roots(&self, mut answer: Answer) -> Answer {
        for verdict in answer.verdicts_mut() {
            verdict.say_how_trusted(|fingerprint| self.trusted.get(fingerprint).cloned());
        }
        if let Answer::Archive(archive) = &mut answer
            && let Some(root) = &mut archive.root
        {
            root.trusted = self.trusted.get(&root.fingerprint).cloned();
        }
        answer
    }

    /// Answers about a PDF.
    fn document(&self, name: &str, document: &Document<'_>, when: When) -> Result<Answer, Unanswered> {
        let bytes = document.bytes();
        let attached = Attached::of(document);
        let found = document.id().and_then(|id| self.find(&id));
        // A registry that says what its own events do not say is no authority on any document.
        use registry::Error::{Chain, Row, Schema};
        if let Some(Err(error @ (Chain { .. } | Row { .. } | Schema(_)))) = found {
            return Err(Unanswered::Registry(error));
        }
        if let (Some(attached), Some(Ok(Some(entry)))) = (&attached, &found)
            && attached.content.digest == entry.digest
            && let Some(difference) = attached.difference(entry, bytes)
        {
            return Err(Unanswered::Differs { id: attached.content.id, difference });
        }
        let mut evidence = self.evidence(found, when.at);
        let examined = document.examine(&self.trust, when);
        // Only what the seal vouches for is rendered: any other data is an attempt to exhaust the verifier. And the
        // issuer's own record of the file says as much, and faster.
        if examined.is_sealed() && !is_recorded(&evidence.status, examined.sha256()) {
            evidence.reproduced = attached.and_then(|attached| self.reproduce(&attached, bytes));
        }
        let mut verdict = examined.judge(&evidence);
        name.clone_into(&mut verdict.file);
        Ok(Answer::Document(Box::new(verdict)))
    }

    /// Renders revision 0 again from its data and compares; `None` where that cannot be done: other
    /// templates, or another version of them.
    fn reproduce(&self, attached: &Attached, bytes: &[u8]) -> Option<bool> {
        let templates = self.templates.as_ref().filter(|templates| attached.can_be_rendered(templates))?;
        let renderer = self.renderer.get_or_init(|| Renderer::new(templates.clone()));
        on_stack(|| attached.reproduced(bytes, templates, renderer))?
    }

    /// Answers about the text of a QR code, also one that was changed on its way.
    pub fn link(&self, name: &str, text: &str, when: impl Into<When>) -> Answer {
        self.with_roots(codes::text(self, name, text, when.into()))
    }

    /// What the registry says of an id; `None` if there is none to ask.
    ///
    /// The successor of a document is the one that is in force now, if any is: the one that took its place may have been
    /// replaced since.
    fn find(&self, id: &Id) -> Option<Result<Option<registry::Entry>, registry::Error>> {
        let registry = self.registry.as_ref()?;
        let mut found = registry.find(id);
        if let Ok(Some(entry)) = &mut found
            && entry.status == Status::Superseded
        {
            let mut next = entry.successor;
            for _ in 0..MAX_SUCCESSORS {
                let Some(id) = next else { break };
                match registry.find(&id) {
                    Ok(Some(later)) if later.status == Status::Superseded => next = later.successor,
                    Ok(Some(later)) if later.status != Status::Revoked => break,
                    Ok(_) => next = None,
                    Err(error) => return Some(Err(error)),
                }
            }
            entry.successor = next;
        }
        Some(found)
    }

    fn evidence(
        &self,
        found: Option<Result<Option<registry::Entry>, registry::Error>>,
        at: Time,
    ) -> Evidence {
        Evidence {
            status: found.map_or(verify::Status::NotAsked, |found| status(found, at)),
            host: self.host.clone(),
            ..Evidence::default()
        }
    }
}

/// What the registry says, in the verifier's terms: of the moment that is asked about, as far as a document had not ended
/// yet by then.
fn status(found: Result<Option<registry::Entry>, registry::Error>, at: Time) -> verify::Status {
    match found {
        Ok(Some(mut entry)) => {
            if entry.status.has_ended() && entry.ended.is_some_and(|ended| ended > at) {
                let all = entry.signers.iter().all(|signer| signer.signed.is_some_and(|signed| signed <= at));
                entry.status = if all { Status::Complete } else { Status::PartlySigned };
                entry.ended = None;
            }
            let successor = entry.successor.as_ref().map(Id::grouped);
            verify::Status::Known(Record {
                digest: entry.digest,
                files: entry.files,
                standing: match entry.status {
                    Status::Issued | Status::PartlySigned => Standing::Waiting,
                    Status::Complete => Standing::Complete,
                    Status::Revoked => Standing::Revoked(entry.remark.unwrap_or_default()),
                    Status::Superseded => Standing::Superseded(successor.unwrap_or_default()),
                },
                ended: entry.ended,
            })
        }
        Ok(None) => verify::Status::UnknownDocument,
        // A registry that fails must never read as one that knows nothing against the document.
        Err(_) => verify::Status::Unreachable,
    }
}

/// Whether a file is to be answered about as a PDF file. One that is called so and does not begin like one was changed
/// at its beginning, and that is an answer.
pub fn is_pdf(name: &str, bytes: &[u8]) -> bool {
    let is_other = bytes.starts_with(b"PK\x03\x04") || pk_photo::is_picture(bytes);
    bytes.starts_with(b"%PDF-") || !is_other && name.to_lowercase().ends_with(".pdf")
}

/// Whether the issuer's own record names this file.
fn is_recorded(status: &verify::Status, sha256: [u8; 32]) -> bool {
    matches!(status, verify::Status::Known(record) if record.files.contains(&sha256))
}

/// Whether a file is no document of pk's and nobody signed it.
fn is_unsigned(verdict: &Verdict) -> bool {
    verdict.findings.iter().any(|finding| finding.code == Code::DocumentUnsigned)
}

/// The anchors of a seal and of documents, each once.
fn each_once<'r>(seal: Option<&'r Root>, verdicts: &'r [Verdict]) -> Vec<&'r Root> {
    let mut roots: Vec<&Root> = Vec::new();
    for root in seal.into_iter().chain(verdicts.iter().flat_map(Verdict::roots)) {
        if !roots.iter().any(|known| known.fingerprint == root.fingerprint) {
            roots.push(root);
        }
    }
    roots
}

/// The worse of two headlines.
fn worse(a: Overall, b: Overall) -> Overall {
    match (a, b) {
        (Overall::Failed, _) | (_, Overall::Failed) => Overall::Failed,
        (Overall::Indeterminate, _) | (_, Overall::Indeterminate) => Overall::Indeterminate,
        (Overall::Ended, _) | (_, Overall::Ended) => Overall::Ended,
        (Overall::Passed, Overall::Passed) => Overall::Passed,
    }
}

/// Whether a check failed.
const fn failed(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Fail)
}
