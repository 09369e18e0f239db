//! A PDF file, opened once: what it is, who signed it, and what is to be said of it.
//!
//! 1. [`Document::open`] parses the file. The id is known then, so that the register can be asked.
//! 2. [`Document::examine`] compares digests, verifies signatures and follows certificates: the work.
//! 3. [`Examined::judge`] joins that with what the register says and costs nothing: ask it again whenever more
//!    is known.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::code::Code;
use super::content::{CLAIM_NAME, Content, ContentError, DATA_NAME, NewerContent, attachment};
use super::errors::{printable, unreadable};
use super::evidence::{Evidence, Status};
use super::finding::{Axis, Finding, Outcome, Parameter};
use super::status::{self, Hashes};
use super::trust::Trust;
use super::verdict::{About, DocumentVerdict, Issued, Profile, SignatureKind, SignatureVerdict, Verdict};
use super::{changes, other, own};
use crate::claim::Id;
use crate::pades;
use crate::pdf::{self, Digests, File};
use crate::pki::{self, Anchors, Crl, Sign};
use crate::time::{Time, When};

/// A file whose structure was read.
#[derive(Debug)]
pub struct Document<'a> {
    bytes: &'a [u8],
    opened: Opened<'a>,
    /// What was hashed of it: who verifies, names and signs it hashes much the same bytes.
    digests: Mutex<Digests<'a>>,
}

/// What a file turned out to be. Content and signatures are two questions: data of a later version is read by nobody
/// here, and whoever signed it is known all the same.
#[derive(Debug)]
enum Opened<'a> {
    /// One of pk's, in the form that this version writes.
    Own(Box<Own<'a>>),
    /// One of a later version, in a form that only the reader for other programs' files reads.
    Newer(File<'a>, NewerContent),
    /// Another program's.
    Other(File<'a>),
    /// One of pk's that cannot be read.
    Damaged(pdf::Error),
    /// Another program's that cannot be read.
    Unreadable(pdf::Error),
}

#[derive(Debug)]
pub(super) struct Own<'a> {
    pub(super) file: File<'a>,
    pub(super) data: Vec<u8>,
    pub(super) claim: Option<Vec<u8>>,
    pub(super) content: Result<Content, ContentError>,
}

impl<'a> Document<'a> {
    /// Reads the structure of a file and what is attached to its first revision. What cannot be read is a verdict too.
    pub fn open(bytes: &'a [u8]) -> Self {
        Self { bytes, opened: Opened::of(bytes), digests: Mutex::new(Digests::new(bytes)) }
    }

    /// The bytes of the file.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// SHA-256 of the file.
    pub fn sha256(&self) -> [u8; 32] {
        self.sha256_of_first(self.bytes.len())
    }

    /// SHA-256 of its first `end` bytes.
    pub fn sha256_of_first(&self, end: usize) -> [u8; 32] {
        self.digests().named.then(end, &[]).into()
    }

    /// Signs a field, and gives the new file with its SHA-256: [`pades::sign`] of a file that was read already.
    ///
    /// # Errors
    ///
    /// [`enum@pades::Error`]
    pub fn sign(
        &self,
        field: &str,
        signer: &dyn Sign,
        at: Time,
    ) -> Result<(Vec<u8>, [u8; 32]), pades::Error> {
        let prepared = match self.own() {
            Some(own) => pades::prepare_in(&own.file, &mut self.digests(), field, signer.chain(), at)?,
            // What is tolerated in other programs' files is nothing to sign.
            None => pades::prepare(self.bytes, field, signer.chain(), at)?,
        };
        let signature = signer.sign(prepared.attributes())?;
        let signed = prepared.complete(&signature)?;
        let length = self.bytes.len();
        let sha256 = self.digests().named.then(length, signed.get(length..).unwrap_or_default()).into();
        Ok((signed, sha256))
    }

    fn digests(&self) -> MutexGuard<'_, Digests<'a>> {
        self.digests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The id that the document gives itself, by which a register is asked.
    pub fn id(&self) -> Option<Id> {
        match &self.opened {
            Opened::Own(own) => match &own.content {
                Ok(content) => Some(content.id),
                Err(ContentError::Newer(newer)) => Some(newer.id),
                Err(_) => None,
            },
            Opened::Newer(_, newer) => Some(newer.id),
            _ => None,
        }
    }

    /// What the document says of itself, if it is one of pk's.
    pub fn content(&self) -> Option<&Content> {
        self.own()?.content.as_ref().ok()
    }

    /// The attached data, which nobody has checked.
    pub fn data(&self) -> Option<&[u8]> {
        self.own().map(|own| own.data.as_slice())
    }

    /// The attached text of the QR code, which nobody has checked.
    pub fn claim(&self) -> Option<&str> {
        std::str::from_utf8(self.own()?.claim.as_deref()?).ok()
    }

    /// The file, whoever made it; `None` if it cannot be read.
    pub fn file(&self) -> Option<&File<'a>> {
        match &self.opened {
            Opened::Own(own) => Some(&own.file),
            Opened::Newer(file, _) | Opened::Other(file) => Some(file),
            Opened::Damaged(_) | Opened::Unreadable(_) => None,
        }
    }

    /// Revision 0: what the renderer made.
    pub fn rendered(&self) -> Option<&'a [u8]> {
        self.bytes.get(..self.own()?.file.revisions().first()?.span.end)
    }

    fn own(&self) -> Option<&Own<'a>> {
        match &self.opened {
            Opened::Own(own) => Some(own),
            _ => None,
        }
    }

    /// Compares what was signed, verifies signatures, and follows the certificates to `trust`. `when` is the moment
    /// that the question is about: lists of revoked certificates have to be in force then.
    pub fn examine(&self, trust: &Trust, when: impl Into<When>) -> Examined {
        let when = when.into();
        let examined = match &self.opened {
            Opened::Own(own) => own::examine(own, &mut self.digests(), trust, when),
            Opened::Newer(file, newer) => other::examine(file, Some(newer), trust, when),
            Opened::Other(file) => other::examine(file, None, trust, when),
            Opened::Damaged(error) => {
                return Examined::unreadable(self.bytes, error, Profile::Own, trust, when.at);
            }
            Opened::Unreadable(error) => {
                return Examined::unreadable(self.bytes, error, Profile::Foreign, trust, when.at);
            }
        };
        examined.unwrap_or_else(|error| {
            let profile = if self.own().is_some() { Profile::Own } else { Profile::Foreign };
            Examined::unreadable(self.bytes, &error, profile, trust, when.at)
        })
    }
}

impl<'a> Opened<'a> {
    /// What is tolerated in other programs' files is an error in pk's, and a damaged document does not become a foreign
    /// one.
    fn of(bytes: &'a [u8]) -> Self {
        let strict = File::parse(bytes).and_then(|file| Ok((attachment(file.at(0), DATA_NAME)?, file)));
        let error = match strict {
            Ok((Some(data), file)) => match attachment(file.at(0), CLAIM_NAME) {
                Ok(claim) => {
                    let content = Content::parse(&data);
                    return Self::Own(Box::new(Own { file, data, claim, content }));
                }
                Err(error) => return Self::Damaged(error),
            },
            // A file has one meaning by both readers if it has one by the strict one.
            Ok((None, file)) => return Self::Other(file.tolerant()),
            Err(error) => error,
        };
        let tolerant = File::parse_foreign(bytes);
        let data = tolerant.as_ref().map_err(Clone::clone).and_then(|file| attachment(file.at(0), DATA_NAME));
        match (tolerant, data) {
            (Ok(file), Ok(Some(data))) => match Content::parse(&data) {
                Err(ContentError::Newer(newer)) => Self::Newer(file, newer),
                _ => Self::Damaged(error),
            },
            (Ok(file), Ok(None)) => Self::Other(file),
            // pk writes the names of attached files as they are.
            _ if bytes.windows(DATA_NAME.len()).any(|part| part == DATA_NAME.as_bytes()) => {
                Self::Damaged(error)
            }
            (Ok(file), Err(_)) => Self::Other(file),
            (Err(error), _) => Self::Unreadable(error),
        }
    }
}

/// A file whose signatures and certificates were looked at.
#[derive(Clone, Debug)]
pub struct Examined {
    pub(super) profile: Profile,
    pub(super) hashes: Hashes,
    pub(super) at: Time,
    pub(super) findings: Vec<Finding>,
    pub(super) signatures: Vec<SignatureVerdict>,
    pub(super) own: Option<OwnExamined>,
    /// SHA-256 of the data, where that is of a later version.
    pub(super) newer: Option<[u8; 32]>,
}

/// What is known of a document of pk's whose data was read.
#[derive(Clone, Debug)]
pub(super) struct OwnExamined {
    pub(super) content: Content,
    pub(super) claim: Outcome,
    pub(super) issued: Option<Issued>,
    /// Whether the seal vouches for every byte of the pages.
    pub(super) certified: Outcome,
    /// Names of the fields that are not signed.
    pub(super) open: Vec<String>,
}

impl Examined {
    fn unreadable(bytes: &[u8], error: &pdf::Error, profile: Profile, trust: &Trust, at: Time) -> Self {
        let finding = unreadable(error);
        let findings = match profile {
            Profile::Own => vec![finding],
            Profile::Foreign => {
                let mut findings = vec![Finding::new(Code::DocumentForeign)];
                findings.extend(older_lists(&trust.anchors));
                findings.push(changes::with_producer(finding, bytes));
                findings
            }
        };
        let hashes = Hashes::of(bytes);
        Self { profile, hashes, at, findings, signatures: Vec::new(), own: None, newer: None }
    }

    /// Whether the data of a document of pk's is sealed by whom it names, as far as that was looked at.
    pub fn is_sealed(&self) -> bool {
        self.own.as_ref().is_some_and(|own| own.issued.is_some() && own.claim != Outcome::Fail)
    }

    /// The document and the host that the seal vouches for; `None` if none does.
    pub fn issued_at(&self) -> Option<&str> {
        Some(&self.own.as_ref()?.issued.as_ref()?.host)
    }

    /// The signatures, as far as the file itself shows: in the order in which they were made.
    pub fn signatures(&self) -> &[SignatureVerdict] {
        &self.signatures
    }

    /// SHA-256 of the file.
    pub const fn sha256(&self) -> [u8; 32] {
        self.hashes.whole
    }

    /// Joins what was found with what is known besides.
    pub fn judge(&self, evidence: &Evidence) -> Verdict {
        let mut findings = self.findings.clone();
        let document = self.own.as_ref().map(|own| {
            let reproduced = pages(own, self.hashes.whole, evidence, &mut findings);
            let content = &own.content;
            status::status(content, &own.open, &self.hashes, &self.signatures, evidence, &mut findings);
            DocumentVerdict {
                id: content.id,
                kind: content.kind,
                year: content.year,
                digest: crate::digits::hex(&content.digest),
                claim: own.claim,
                certified: own.certified,
                reproduced,
                issued: own.issued.clone(),
            }
        });
        if let Some(digest) = self.newer {
            status::of_newer(digest, self.hashes.whole, &evidence.status, &mut findings);
        }
        // Own signatures and an own clock prove no time; only an outside witness can.
        let unproven = |verdict: &SignatureVerdict| {
            verdict.kind != SignatureKind::TimeStamp && verdict.proven_time.is_none()
        };
        if self.profile == Profile::Own && self.signatures.iter().any(unproven) {
            findings.push(Finding::new(Code::TimeClaimedOnly));
        }
        Verdict::new(
            About::File,
            self.profile,
            self.hashes.whole,
            self.at,
            document,
            self.signatures.clone(),
            findings,
        )
    }
}

/// Whether the pages show what the data says. The seal vouches for every byte of them. Rendering again proves it without
/// anybody's word, and the issuer's own record of the file says as much.
fn pages(own: &OwnExamined, sha256: [u8; 32], evidence: &Evidence, findings: &mut Vec<Finding>) -> Outcome {
    let recorded = match &evidence.status {
        Status::Known(record) => record.digest == own.content.digest && record.files.contains(&sha256),
        _ => false,
    };
    let (code, reproduced) = match evidence.reproduced {
        Some(true) => (Code::DocumentReproduced, Outcome::Pass),
        Some(false) => (Code::DocumentNotReproduced, Outcome::Fail),
        None if own.certified == Outcome::Pass => (Code::DocumentCertified, Outcome::NotChecked),
        None if recorded => (Code::DocumentReproductionNotTried, Outcome::NotChecked),
        // Data that no seal vouches for says nothing, whatever the pages show.
        None if own.issued.is_none() => (Code::DocumentSealUnknown, Outcome::NotChecked),
        None => (Code::DocumentNotCertified, Outcome::NotChecked),
    };
    findings.push(Finding::new(code));
    reproduced
}

/// Lists of those that were given for which there is a newer one of the same issuer.
pub(super) fn older_lists(anchors: &Anchors) -> impl Iterator<Item = Finding> {
    pki::older_lists(&anchors.crls).into_iter().map(|(older, newest)| {
        let number = |list: &Crl| list.number().unwrap_or_else(|| "-".to_owned());
        Finding::new(Code::TrustOlderList)
            .with(Parameter::Issuer, printable(&older.issuer()))
            .with(Parameter::Number, number(older))
            .with(Parameter::Since, older.this_update())
            .with(Parameter::Newest, number(newest))
            .with(Parameter::Latest, newest.this_update())
    })
}

/// Data of a later version: whether it was changed, and who signed it, is seen all the same. Who had to sign stands in it,
/// and so does what the pages have to show.
pub(super) fn newer_data(newer: &NewerContent) -> [Finding; 2] {
    let finding = || Finding::new(Code::DataNewer).with(Parameter::Host, &newer.host);
    [finding(), finding().on(Axis::Status)]
}
