//! The answer of a verification: values, no prose. `json.rs` makes `pk-verdict/1` of them.
//!
//! What was checked, what it showed, and what could not be checked.

use std::collections::BTreeMap;

use super::finding::{Finding, Outcome};
use super::lines::{Lines, Overall};
use crate::claim::{Claim, Id, Kind};
use crate::pki::{Certificate, Subject, VerifiedPath};
use crate::time::Time;

/// What was asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// A file.
    File,
    /// The text of a code, also where a picture showed it.
    Link,
}

/// By which rules a file was judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// A document of pk's: who has to sign is known, and what it shows is compared with its data.
    Own,
    /// Another program's document: its signatures, and what came after them.
    Foreign,
}

/// The certificate at the end of a path: what somebody decided to trust.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root {
    /// The institution that it names, or its own name where it names none.
    pub name: String,
    /// SHA-256 of the certificate, hexadecimal.
    pub fingerprint: String,
    /// How it came to be trusted, filled in by the caller.
    pub trusted: Option<Trusted>,
}

/// How a root came to be trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trusted {
    /// The way, e.g. `root.trust-option`. The texts for people are kept by this code.
    pub code: &'static str,
    /// Values that the sentence about it mentions.
    pub detail: BTreeMap<&'static str, String>,
}

impl Root {
    /// Fingerprint digits that people are shown, to be compared with those that were announced.
    pub const SHOWN: usize = 16;

    /// A certificate that is trusted.
    pub fn new(certificate: &Certificate) -> Self {
        let Subject { name, organization, .. } = certificate.subject();
        let name = if organization.is_empty() { name } else { organization };
        let fingerprint = crate::digits::hex(&certificate.fingerprint());
        Self { name, fingerprint, trusted: None }
    }

    /// The end of a path.
    pub(super) fn of(path: &VerifiedPath) -> Option<Self> {
        path.certificates().last().map(Self::new)
    }

    /// The beginning of the fingerprint.
    pub fn start(&self) -> &str {
        self.fingerprint.get(..Self::SHOWN).unwrap_or(&self.fingerprint)
    }
}

/// What a signature is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureKind {
    /// Somebody's signature.
    Signature,
    /// The institution's seal over a document of pk's.
    Seal,
    /// A time stamp over the whole document.
    TimeStamp,
}

/// What a signature covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// Everything up to the end of its revision, but itself.
    Revision,
    /// Less, or something else.
    Partial,
}

/// What came after a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangesAfter {
    /// Nothing.
    None,
    /// What may come after a signature.
    Allowed,
    /// What may not.
    Forbidden,
}

/// One signature, on separate axes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureVerdict {
    /// Field name.
    pub field: String,
    /// Name in the signer's certificate.
    pub signer: Option<String>,
    /// Serial number of the certificate.
    pub serial: Option<String>,
    /// What it is.
    pub kind: SignatureKind,
    /// Key and algorithm, e.g. `Ed25519` or `RSA-2048, SHA-256`; empty where it could not be read.
    pub algorithm: String,
    /// Do the signed bytes still match?
    pub integrity: Outcome,
    /// What it covers.
    pub coverage: Coverage,
    /// What came after it.
    pub changes_after: ChangesAfter,
    /// Does the certificate lead to an anchor?
    pub chain: Outcome,
    /// The anchor.
    pub root: Option<Root>,
    /// Was the certificate in force?
    pub revocation: Outcome,
    /// What the signature says of its own time; nobody vouches for it.
    pub claimed_time: Option<Time>,
    /// When it existed at the latest, by the word of a trusted time stamp authority.
    pub proven_time: Option<Time>,
    /// The single checks.
    pub findings: Vec<Finding>,
}

/// What the document says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentVerdict {
    /// Document id.
    pub id: Id,
    /// Kind.
    pub kind: Kind,
    /// Year.
    pub year: u16,
    /// SHA-256 of the data, hexadecimal.
    pub digest: String,
    /// Does the claim hold?
    pub claim: Outcome,
    /// Does the seal vouch for every byte of the pages?
    pub certified: Outcome,
    /// Was revision 0 rendered again, and was it the same?
    pub reproduced: Outcome,
    /// What the seal vouches for; to be compared with the paper in one's hand.
    pub issued: Option<Issued>,
}

/// The content of a claim whose seal has been checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issued {
    /// The institution, as its seal certificate names it.
    pub by: String,
    /// Host of the public page.
    pub host: String,
    /// Day of issue, `2026-01-05`.
    pub on: String,
    /// Number of indicators.
    pub indicators: u32,
    /// 0 for the original of the year, else the number of its revision.
    pub stage: u8,
    /// Total budget in rupiah.
    pub budget: u64,
    /// Document number.
    pub number: Option<String>,
    /// The anchor to which the seal's certificate leads, if it does.
    pub root: Option<Root>,
}

impl Issued {
    pub(super) fn new(claim: &Claim, host: &str, by: String, root: Option<Root>) -> Self {
        let day = Time::from_unix(claim.day.saturating_mul(86_400)).to_string();
        Self {
            by,
            host: host.to_owned(),
            on: day.get(..10).unwrap_or_default().to_owned(),
            indicators: claim.indicators,
            stage: claim.stage,
            budget: claim.budget,
            number: claim.number.clone(),
            root,
        }
    }
}

/// The whole answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What was asked about.
    pub about: About,
    /// The rules.
    pub profile: Profile,
    /// Name of the file, filled in by the caller.
    pub file: String,
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
    /// The moment the question was asked for.
    pub checked_at: Time,
    /// The headline.
    pub overall: Overall,
    /// The four lines.
    pub lines: Lines,
    /// What the document says of itself, if that could be read.
    pub document: Option<DocumentVerdict>,
    /// The signatures, in order.
    pub signatures: Vec<SignatureVerdict>,
    /// Checks that belong to no signature.
    pub findings: Vec<Finding>,
}

impl Verdict {
    /// Joins findings into an answer.
    pub(super) fn new(
        about: About,
        profile: Profile,
        sha256: [u8; 32],
        at: Time,
        document: Option<DocumentVerdict>,
        signatures: Vec<SignatureVerdict>,
        findings: Vec<Finding>,
    ) -> Self {
        let lines = Lines::derive(findings.iter().chain(signatures.iter().flat_map(|s| &s.findings)));
        Self {
            about,
            profile,
            file: String::new(),
            sha256: crate::digits::hex(&sha256),
            checked_at: at,
            overall: lines.overall(profile),
            lines,
            document,
            signatures,
            findings,
        }
    }

    /// All findings, those of the document first.
    pub fn all_findings(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().chain(self.signatures.iter().flat_map(|s| &s.findings))
    }

    /// The remarks that no answer leaves out, each once.
    pub fn notices(&self) -> Vec<&Finding> {
        let mut notices: Vec<&Finding> = Vec::new();
        for finding in self.all_findings().filter(|finding| finding.code.is_notice()) {
            if !notices.iter().any(|n| n.code == finding.code && n.detail == finding.detail) {
                notices.push(finding);
            }
        }
        notices
    }

    /// The anchors that vouch for issuer and signers, each once.
    pub fn roots(&self) -> Vec<&Root> {
        let issuer = self.document.as_ref().and_then(|d| d.issued.as_ref()?.root.as_ref());
        let mut roots: Vec<&Root> = Vec::new();
        for root in issuer.into_iter().chain(self.signatures.iter().filter_map(|s| s.root.as_ref())) {
            if !roots.iter().any(|known| known.fingerprint == root.fingerprint) {
                roots.push(root);
            }
        }
        roots
    }

    /// Says how each anchor came to be trusted, by its fingerprint.
    pub fn say_how_trusted(&mut self, how: impl Fn(&str) -> Option<Trusted>) {
        let issuer = self.document.as_mut().and_then(|d| d.issued.as_mut()?.root.as_mut());
        for root in issuer.into_iter().chain(self.signatures.iter_mut().filter_map(|s| s.root.as_mut())) {
            root.trusted = how(&root.fingerprint);
        }
    }
}
