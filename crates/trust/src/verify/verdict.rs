//! The answer of a verification (`pk-verdict/1`): values, no prose.
//!
//! What was checked, what it showed, and what could not be checked. The headline is derived from
//! the lines, the lines from the findings; nothing sets them by hand.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::claim::{Claim, Id, Kind};
use crate::pki::{Certificate, Subject, VerifiedPath};
use crate::time::Time;

/// Version of the JSON form.
pub const FORMAT: &str = "pk-verdict/1";

/// The headline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Overall {
    /// Everything that makes a document believable was checked, and holds.
    #[serde(rename = "TOTAL-PASSED")]
    Passed,
    /// Genuine, and no longer in force: everything holds, but the issuer has revoked or replaced it.
    #[serde(rename = "NOT-IN-FORCE")]
    Ended,
    /// Nothing is broken, but the proof is not complete.
    #[serde(rename = "INDETERMINATE")]
    Indeterminate,
    /// Something is broken.
    #[serde(rename = "TOTAL-FAILED")]
    Failed,
}

/// By which rules a file was judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// A document of pk's: who has to sign is known, and what it shows is compared with its data.
    Own,
    /// Another program's document: its signatures, and what came after them.
    Foreign,
}

/// What one check showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It holds.
    Pass,
    /// It does not hold.
    Fail,
    /// It could not be checked; the finding's code says why.
    NotChecked,
}

/// Which line a finding belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Axis {
    /// Is the content the one that was issued and signed?
    Integrity,
    /// Are issuer and signers those whom the document names?
    Issuer,
    /// Has everybody signed, and is it still in force?
    Status,
    /// Is the time proven?
    Time,
    /// Good to know; moves no line.
    Remark,
}

impl Outcome {
    /// How much it decides: the worse, the more.
    pub(super) const fn rank(self) -> u8 {
        match self {
            Self::Pass => 0,
            Self::NotChecked => 1,
            Self::Fail => 2,
        }
    }
}

/// Where something was found in a file. Revisions are counted from 0, as are bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// An object of a revision.
    Object {
        /// Its number.
        number: u32,
        /// The revision.
        revision: usize,
    },
    /// A revision.
    Revision(usize),
    /// A byte of the file.
    Byte(usize),
    /// A byte of the file, in a revision.
    ByteIn {
        /// The byte.
        byte: usize,
        /// The revision.
        revision: usize,
    },
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Object { number, revision } => write!(f, "object {number}, revision {revision}"),
            Self::Revision(revision) => write!(f, "revision {revision}"),
            Self::Byte(byte) => write!(f, "byte {byte}"),
            Self::ByteIn { byte, revision } => write!(f, "byte {byte}, revision {revision}"),
        }
    }
}

impl Serialize for Place {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// One check and what it showed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was found, e.g. `signature.digest`. The texts for people are kept by this code.
    pub code: &'static str,
    /// What it showed.
    pub outcome: Outcome,
    /// Where, e.g. `object 12, revision 2`.
    #[serde(rename = "where", skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Values that the sentence about it mentions.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub detail: BTreeMap<&'static str, String>,
    /// The line it belongs to.
    #[serde(skip)]
    pub axis: Axis,
    /// Whether every answer says it as a sentence, also the shortest one.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub notice: bool,
}

impl Finding {
    /// A finding without place and details.
    pub const fn new(axis: Axis, code: &'static str, outcome: Outcome) -> Self {
        Self { code, outcome, place: None, detail: BTreeMap::new(), axis, notice: false }
    }

    /// A remark that a reader needs whatever the headline says, because a good answer without it would
    /// be misunderstood: who painted on a page later, where a code leads. It moves no line, and no
    /// answer leaves it out.
    pub const fn notice(code: &'static str) -> Self {
        let mut finding = Self::new(Axis::Remark, code, Outcome::NotChecked);
        finding.notice = true;
        finding
    }

    /// A check that either holds or does not, each with its own code.
    pub const fn check(axis: Axis, holds: bool, pass: &'static str, fail: &'static str) -> Self {
        if holds { Self::new(axis, pass, Outcome::Pass) } else { Self::new(axis, fail, Outcome::Fail) }
    }

    /// With the place.
    #[must_use]
    pub const fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// With a value for the sentence.
    #[must_use]
    pub fn with(mut self, key: &'static str, value: impl ToString) -> Self {
        self.detail.insert(key, value.to_string());
        self
    }

    /// With the code of an error, and its values.
    #[must_use]
    pub(super) fn because(self, code: &'static str, values: BTreeMap<&'static str, String>) -> Self {
        let mut finding = self.with("error", code);
        finding.detail.extend(values);
        finding
    }
}

/// One of the four lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// `yes`, `no` or `unknown`.
    pub outcome: Answer,
    /// The finding that decided.
    pub code: &'static str,
    /// Its values.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub detail: BTreeMap<&'static str, String>,
}

/// The answer of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// Checked, and so.
    Yes,
    /// Checked, and not so.
    No,
    /// Not checked.
    Unknown,
}

/// The four lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Lines {
    /// Keutuhan.
    pub integrity: Line,
    /// Penerbit dan kewenangan.
    pub issuer: Line,
    /// Status.
    pub status: Line,
    /// Waktu.
    pub time: Line,
}

impl Lines {
    /// The lines with their axes, in order.
    pub fn all(&self) -> [(Axis, &Line); 4] {
        [
            (Axis::Integrity, &self.integrity),
            (Axis::Issuer, &self.issuer),
            (Axis::Status, &self.status),
            (Axis::Time, &self.time),
        ]
    }

    /// Derives the lines: the first failure decides, else the first thing not checked, else the last
    /// thing that holds. An axis on which nothing was looked at is unknown, never good.
    fn derive<'a>(findings: impl Iterator<Item = &'a Finding> + Clone) -> Self {
        let line = |axis, nothing| {
            let on_axis = || findings.clone().filter(move |f: &&Finding| f.axis == axis);
            let decided = on_axis()
                .find(|f| f.outcome == Outcome::Fail)
                .or_else(|| on_axis().find(|f| f.outcome == Outcome::NotChecked))
                .or_else(|| on_axis().last());
            match decided {
                Some(finding) => Line {
                    outcome: match finding.outcome {
                        Outcome::Pass => Answer::Yes,
                        Outcome::Fail => Answer::No,
                        Outcome::NotChecked => Answer::Unknown,
                    },
                    code: finding.code,
                    detail: finding.detail.clone(),
                },
                None => Line { outcome: Answer::Unknown, code: nothing, detail: BTreeMap::new() },
            }
        };
        Self {
            integrity: line(Axis::Integrity, "integrity.not-checked"),
            issuer: line(Axis::Issuer, "issuer.not-checked"),
            status: line(Axis::Status, "status.not-checked"),
            time: line(Axis::Time, "time.not-checked"),
        }
    }

    /// The headline. An unproven time alone does not hold it back, as long as pk makes no time
    /// stamps (`docs/formats/verdict.md`); a disproved time does.
    ///
    /// Nor does the status of another program's document, of which nobody here keeps a register.
    fn overall(&self, profile: Profile) -> Overall {
        let needed = |axis| match axis {
            Axis::Time => false,
            Axis::Status => profile == Profile::Own,
            Axis::Integrity | Axis::Issuer | Axis::Remark => true,
        };
        let lines = self.all();
        let refused = |axis| lines.iter().any(|(a, line)| *a == axis && line.outcome == Answer::No);
        if [Axis::Integrity, Axis::Issuer, Axis::Time].into_iter().any(refused) {
            return Overall::Failed;
        }
        if self.status.outcome == Answer::No {
            // That an issuer has withdrawn a document breaks nothing in it; whether it is genuine still has to be known.
            return match self.has_ended() {
                true if self.is_genuine() => Overall::Ended,
                true => Overall::Indeterminate,
                false => Overall::Failed,
            };
        }
        let complete =
            lines.iter().filter(|(axis, _)| needed(*axis)).all(|(_, line)| line.outcome == Answer::Yes);
        if complete { Overall::Passed } else { Overall::Indeterminate }
    }

    /// Whether the issuer has withdrawn or replaced the document, which is lawful and says nothing against anybody.
    fn has_ended(&self) -> bool {
        matches!(self.status.code, "status.revoked" | "status.superseded" | "status.superseded-gone")
    }

    /// Whether issuer and content are proven. A code vouches for no signatures.
    fn is_genuine(&self) -> bool {
        self.issuer.outcome == Answer::Yes
            && (self.integrity.outcome == Answer::Yes
                || self.integrity.code == "picture.signatures-not-checked")
    }
}

/// The certificate at the end of a path: what somebody decided to trust.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Root {
    /// The institution that it names, or its own name where it names none.
    pub name: String,
    /// SHA-256 of the certificate, hexadecimal.
    pub fingerprint: String,
    /// How it came to be trusted, filled in by the caller.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trusted: Option<Trusted>,
}

/// How a root came to be trusted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Trusted {
    /// The way, e.g. `root.trust-option`. The texts for people are kept by this code.
    pub code: &'static str,
    /// Values that the sentence about it mentions.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignatureKind {
    /// Somebody's signature.
    Signature,
    /// The institution's seal over a document of pk's.
    Seal,
    /// A time stamp over the whole document.
    TimeStamp,
}

/// What a signature covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Coverage {
    /// Everything up to the end of its revision, but itself.
    Revision,
    /// Less, or something else.
    Partial,
}

/// What came after a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ChangesAfter {
    /// Nothing.
    None,
    /// What may come after a signature.
    Allowed,
    /// What may not.
    Forbidden,
}

/// One signature, on separate axes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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
    #[serde(skip_serializing_if = "Option::is_none")]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issued: Option<Issued>,
}

/// The content of a claim whose seal has been checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Issued {
    /// The institution, as its seal certificate names it.
    pub by: String,
    /// Host of the public page.
    pub host: String,
    /// Day of issue, `2026-01-05`.
    pub on: String,
    /// Number of indicators.
    pub indicators: u32,
    /// Total budget in rupiah.
    pub budget: u64,
    /// Document number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// The anchor to which the seal's certificate leads, if it does.
    #[serde(skip_serializing_if = "Option::is_none")]
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
            budget: claim.budget,
            number: claim.number.clone(),
            root,
        }
    }
}

/// The whole answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// [`FORMAT`]
    pub format: &'static str,
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
        profile: Profile,
        sha256: [u8; 32],
        at: Time,
        document: Option<DocumentVerdict>,
        signatures: Vec<SignatureVerdict>,
        findings: Vec<Finding>,
    ) -> Self {
        let lines = Lines::derive(findings.iter().chain(signatures.iter().flat_map(|s| &s.findings)));
        Self {
            format: FORMAT,
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

    /// Whether it is about a file, and not about the text of a code: every file has a finding about it as a document.
    pub fn is_of_file(&self) -> bool {
        self.findings.iter().any(|finding| finding.code.starts_with("document."))
    }

    /// All findings, those of the document first.
    pub fn all_findings(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().chain(self.signatures.iter().flat_map(|s| &s.findings))
    }

    /// The remarks that no answer leaves out, each once.
    pub fn notices(&self) -> Vec<&Finding> {
        let mut notices: Vec<&Finding> = Vec::new();
        for finding in self.all_findings().filter(|finding| finding.notice) {
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
