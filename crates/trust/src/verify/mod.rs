//! Everything joined into one verdict.
//!
//! [`document`] for a PDF file, [`link`] for the text of a QR code, [`manifest`] for the list in an
//! archive. None of them fails: what cannot be read is a finding too.

mod canonical;
mod content;
mod foreign;
mod record;
mod trust;
mod verdict;

use sha2::{Digest, Sha256};

pub use content::{
    CLAIM_NAME, Content, ContentError, DATA_FORMAT, DATA_NAME, MAX_DATA, Party, RoleError, Template,
    attachment,
};
pub use record::{Published, RECORD_FORMAT, RecordError};
pub use trust::{Trust, TrustError, parse_crls};
pub use verdict::{
    Answer, Axis, DocumentVerdict, FORMAT, Finding, Issued, Line, Lines, Outcome, Overall, Profile, Root,
    SignatureVerdict, Trusted, Verdict,
};

use crate::claim::{self, Address, Sealed, Signed};
use crate::cms;
use crate::pades::{self, SignatureReport, Update};
use crate::pdf::{self, File};
use crate::pki::{
    self, Anchors, Certificate, KeyAlgorithm, PathError, PublicKey, Purpose, Revocation, VerifiedPath, clip,
};
use crate::time::Time;

/// What a verifier knows besides the file.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// Certificates of seals that claims may be signed with. They need a path to an anchor like any
    /// other.
    pub seals: Vec<Certificate>,
    /// What the registry says.
    pub status: Status,
    /// The host of the public page of those who ask, if they have one: links that lead elsewhere are
    /// remarked upon.
    pub host: Option<String>,
    /// Whether revision 0, rendered again from its data, gave the same bytes; `None` if that was
    /// not tried.
    pub reproduced: Option<bool>,
    /// Whether a signature is refused when nothing says that its certificate was not revoked.
    pub require_revocation: bool,
}

/// What the registry says of a document.
#[derive(Clone, Debug, Default)]
pub enum Status {
    /// There is no registry to ask.
    #[default]
    NotAsked,
    /// It did not answer.
    Unreachable,
    /// It does not know this id.
    UnknownDocument,
    /// Its record.
    Known(Record),
}

/// A registry's record of one document.
#[derive(Clone, Debug)]
pub struct Record {
    /// SHA-256 of the data that was issued.
    pub digest: [u8; 32],
    /// SHA-256 of the file of each revision, oldest first.
    pub files: Vec<[u8; 32]>,
    /// What became of it.
    pub standing: Standing,
    /// When it was revoked or replaced, if the record says so.
    pub ended: Option<Time>,
}

/// What became of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Issued, and not everybody has signed.
    Waiting,
    /// Everybody has signed, and it is in force.
    Complete,
    /// Revoked, with the reason.
    Revoked(String),
    /// Replaced by the document of this id.
    Superseded(String),
}

/// Verifies a PDF file. `at` is the moment for which the question is asked: lists of revoked
/// certificates have to be in force then.
pub fn document(bytes: &[u8], anchors: &Anchors, evidence: &Evidence, at: Time) -> Verdict {
    let sha256 = || Sha256::digest(bytes).into();
    let mut findings = Vec::new();
    let (file, data) = match own(bytes) {
        Ok(Some(own)) => own,
        Ok(None) => return foreign::document(bytes, sha256(), anchors, evidence, at),
        Err(error) => {
            findings.push(unreadable(&error));
            return Verdict::new(Profile::Own, sha256(), at, None, Vec::new(), findings);
        }
    };
    let examined = attachment(file.at(0), CLAIM_NAME).and_then(|claim| Ok((pades::examine(&file)?, claim)));
    let (examination, claim) = match examined {
        Ok(examined) => examined,
        Err(error) => {
            findings.push(unreadable(&error));
            return Verdict::new(Profile::Own, sha256(), at, None, Vec::new(), findings);
        }
    };
    let sha256 = examination.sha256;
    findings.extend(older_lists(anchors));
    findings.push(match &examination.unreadable {
        Some(error) => unreadable(error),
        None => Finding::new(Axis::Integrity, "document.structure", Outcome::Pass),
    });

    let content = match Content::parse(&data) {
        Ok(content) => Some(content),
        Err(error) => {
            findings.push(match error {
                ContentError::NotCanonical => {
                    Finding::new(Axis::Integrity, "data.not-canonical", Outcome::Fail)
                }
                ContentError::Format => Finding::new(Axis::Integrity, "data.malformed", Outcome::Fail),
                ContentError::TooLarge => Finding::new(Axis::Integrity, "document.cost", Outcome::NotChecked)
                    .with("what", DATA_NAME),
            });
            None
        }
    };

    for update in &examination.updates {
        if let Update::Forbidden { revision, objects } = update {
            let list = objects.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
            let forbidden = |code| {
                Finding::new(Axis::Integrity, code, Outcome::Fail)
                    .at(format!("revision {revision}"))
                    .with("objects", &list)
            };
            // First, because it explains the other one. It excuses nothing.
            if pades::is_signed_elsewhere(&file, *revision) {
                findings.push(forbidden("changes.signed-elsewhere"));
            }
            findings.push(forbidden("changes.forbidden"));
        }
    }
    for field in &examination.recycled {
        findings
            .push(Finding::new(Axis::Integrity, "signature.recycled", Outcome::Fail).with("field", field));
    }

    let mut document = None;
    if let Some(content) = &content {
        let (claim_outcome, issued) =
            claim_findings(claim.as_deref(), content, anchors, evidence, at, &mut findings);
        let reproduced = pages(content, sha256, evidence, issued.is_some(), &mut findings);
        document = Some(DocumentVerdict {
            id: content.id.to_string(),
            kind: content.kind.to_string(),
            year: content.year,
            digest: crate::digits::hex(&content.digest),
            claim: claim_outcome,
            reproduced,
            issued,
        });
        for party in &content.parties {
            let declared = examination.open.contains(&party.field)
                || examination.recycled.contains(&party.field)
                || examination.signatures.iter().any(|s| s.field == party.field);
            // Without its field a party could never sign, and nobody would miss the signature.
            if !declared && examination.updates.iter().all(|c| *c == Update::Exact) {
                findings.push(
                    Finding::new(Axis::Integrity, "field.missing", Outcome::Fail).with("field", &party.field),
                );
            }
        }
        for field in &examination.open {
            if !content.parties.iter().any(|party| &party.field == field) {
                findings
                    .push(Finding::new(Axis::Integrity, "field.unknown", Outcome::Fail).with("field", field));
            }
        }
    }

    let forbidden = examination.updates.iter().any(|c| *c != Update::Exact);
    let last = examination.signatures.len().saturating_sub(1);
    let mut previous = None;
    let mut signatures = Vec::new();
    for (i, report) in examination.signatures.iter().enumerate() {
        let changes_after = if forbidden {
            "forbidden"
        } else if i == last {
            "none"
        } else {
            "allowed"
        };
        signatures.push(signature(report, content.as_ref(), anchors, evidence, at, changes_after, previous));
        previous = report.claimed_time.or(previous);
    }

    if let Some(content) = &content {
        let before = || {
            let end = file.revisions().iter().rev().nth(1)?.span.end;
            Some(Sha256::digest(bytes.get(..end)?).into())
        };
        status_findings(content, &examination.open, sha256, &before, &signatures, evidence, &mut findings);
    }
    if !signatures.is_empty() {
        // Own signatures and an own clock prove no time; only an outside witness could.
        findings.push(Finding::new(Axis::Time, "time.claimed-only", Outcome::NotChecked));
    }
    Verdict::new(Profile::Own, sha256, at, document, signatures, findings)
}

/// The file and its data, if it is one of pk's own documents; `None` if it is none.
///
/// # Errors
///
/// Why it cannot be read though it is one: what is tolerated in other programs' files is an error here, and a
/// damaged document does not become a foreign one.
fn own(bytes: &[u8]) -> Result<Option<(File<'_>, Vec<u8>)>, pdf::Error> {
    let strict = File::parse(bytes).and_then(|file| Ok((attachment(file.at(0), DATA_NAME)?, file)));
    match strict {
        Ok((data, file)) => Ok(data.map(|data| (file, data))),
        Err(error) if foreign::holds_data(bytes) => Err(error),
        Err(_) => Ok(None),
    }
}

/// Lists of those that were given for which there is a newer one of the same issuer.
fn older_lists(anchors: &Anchors) -> impl Iterator<Item = Finding> {
    pki::older_lists(&anchors.crls).into_iter().map(|(older, newest)| {
        let number = |list: &pki::Crl| list.number().unwrap_or_else(|| "-".to_owned());
        Finding::notice("trust.older-list")
            .with("issuer", printable(&older.issuer()))
            .with("number", number(older))
            .with("since", older.this_update())
            .with("newest", number(newest))
            .with("latest", newest.this_update())
    })
}

/// Names come from files: nothing in them may steer a terminal.
fn printable(name: &str) -> String {
    name.chars().map(|c| if c.is_control() { '\u{FFFD}' } else { c }).take(120).collect()
}

fn unreadable(error: &pdf::Error) -> Finding {
    let code = match error {
        pdf::Error::Encrypted => {
            return Finding::new(Axis::Integrity, "document.encrypted", Outcome::NotChecked);
        }
        pdf::Error::Cost { what } => {
            return Finding::new(Axis::Integrity, "document.cost", Outcome::NotChecked).with("what", what);
        }
        pdf::Error::Header => "document.header",
        pdf::Error::Tail => "document.tail",
        pdf::Error::TrailingBytes { .. } => "document.trailing-bytes",
        pdf::Error::Hybrid { .. } => "document.hybrid",
        _ => "document.malformed",
    };
    Finding::new(Axis::Integrity, code, Outcome::Fail).with("error", error)
}

/// Whether the pages show what the data says. The seal vouches for the data only; what is painted on
/// the pages before the first signature is proved by rendering again, or by the issuer's own record
/// of the file.
fn pages(
    content: &Content,
    sha256: [u8; 32],
    evidence: &Evidence,
    sealed: bool,
    findings: &mut Vec<Finding>,
) -> Outcome {
    let recorded = match &evidence.status {
        Status::Known(record) => record.digest == content.digest && record.files.contains(&sha256),
        _ => false,
    };
    let (axis, code, outcome) = match evidence.reproduced {
        Some(true) => (Axis::Integrity, "document.reproduced", Outcome::Pass),
        Some(false) => (Axis::Integrity, "document.not-reproduced", Outcome::Fail),
        None if recorded => (Axis::Remark, "document.reproduction-not-tried", Outcome::NotChecked),
        // Data that no seal vouches for says nothing, whatever the pages show.
        None if !sealed => (Axis::Integrity, "document.seal-unknown", Outcome::NotChecked),
        None => (Axis::Integrity, "document.reproduction-not-possible", Outcome::NotChecked),
    };
    findings.push(Finding::new(axis, code, outcome));
    outcome
}

/// Compares the attached claim with the attached data, and its seal with the anchors.
fn claim_findings(
    claim: Option<&[u8]>,
    content: &Content,
    anchors: &Anchors,
    evidence: &Evidence,
    at: Time,
    findings: &mut Vec<Finding>,
) -> (Outcome, Option<Issued>) {
    let text = claim.and_then(|bytes| std::str::from_utf8(bytes).ok());
    let signed = match text.map(Signed::parse) {
        Some(Ok(signed)) => signed,
        Some(Err(claim::Error::Newer)) => {
            let finding = Finding::new(Axis::Integrity, "claim.newer", Outcome::NotChecked);
            findings.push(finding.with("host", &content.host));
            return (Outcome::NotChecked, None);
        }
        Some(Err(_)) => {
            findings.push(Finding::new(Axis::Integrity, "claim.malformed", Outcome::Fail));
            return (Outcome::Fail, None);
        }
        None => {
            findings.push(Finding::new(Axis::Integrity, "claim.missing", Outcome::Fail));
            return (Outcome::Fail, None);
        }
    };
    let address = signed.address();
    if address.id != content.id || address.host != content.host {
        findings.push(Finding::new(Axis::Integrity, "claim.other-document", Outcome::Fail));
        return (Outcome::Fail, None);
    }
    let (outcome, sealed) = seal(&signed, anchors, evidence, at, findings);
    let Some(Stated { what, by, root }) = sealed else { return (outcome, None) };
    if by != clip(&content.institution) {
        findings.push(
            Finding::new(Axis::Issuer, "seal.other-institution", Outcome::Fail)
                .with("by", &by)
                .with("named", &content.institution),
        );
        return (Outcome::Fail, None);
    }
    let claim = match what {
        Sealed::Claim(claim) => claim,
        Sealed::Newer { digest, .. } if digest == content.digest => {
            let finding = Finding::new(Axis::Integrity, "claim.newer", Outcome::NotChecked);
            findings.push(finding.with("host", &content.host).with("by", by));
            return (Outcome::NotChecked, None);
        }
        Sealed::Newer { .. } => {
            findings.push(Finding::new(Axis::Integrity, "claim.other-content", Outcome::Fail));
            return (Outcome::Fail, None);
        }
    };
    let same = claim.digest == content.digest
        && claim.kind == content.kind
        && claim.year == content.year
        && claim.indicators == content.indicators
        && claim.budget == content.budget
        && claim.number == content.number;
    findings.push(Finding::check(Axis::Integrity, same, "claim.content", "claim.other-content"));
    let outcome = if same { outcome } else { Outcome::Fail };
    (outcome, Some(Issued::new(&claim, &address.host, by, root)))
}

/// A claim that was sealed with a known key.
struct Stated {
    what: Sealed,
    /// The institution, as the seal's certificate names it.
    by: String,
    /// The anchor to which that certificate leads.
    root: Option<Root>,
}

/// Checks the seal of a claim: the signature with a known seal key, and that key's certificate.
fn seal(
    signed: &Signed,
    anchors: &Anchors,
    evidence: &Evidence,
    at: Time,
    findings: &mut Vec<Finding>,
) -> (Outcome, Option<Stated>) {
    let mut finding = |code, outcome| findings.push(Finding::new(Axis::Issuer, code, outcome));
    let (what, certificate) = match signed.verify(&evidence.seals) {
        Ok(verified) => verified,
        Err(claim::Error::UnknownKey) => {
            finding("claim.unknown-seal", Outcome::NotChecked);
            return (Outcome::NotChecked, None);
        }
        Err(_) => {
            finding("claim.signature", Outcome::Fail);
            return (Outcome::Fail, None);
        }
    };
    // The end of the day of issue: a seal made at noon signs for that day too.
    let day = Time::from_unix(what.day().saturating_mul(86_400).saturating_add(86_399));
    let mut root = None;
    let outcome = match anchors.path(certificate, &[], Purpose::Seal, day) {
        Ok(path) => {
            root = Root::of(&path);
            let (code, outcome) = match path.revocation(anchors, at, at) {
                Revocation::Good => ("seal.trusted", Outcome::Pass),
                Revocation::Unknown if evidence.require_revocation => {
                    ("seal.revocation-required", Outcome::Fail)
                }
                Revocation::Unknown => ("seal.revocation-unknown", Outcome::NotChecked),
                Revocation::Revoked { at, .. } if at.day() < what.day() => ("seal.revoked", Outcome::Fail),
                // Issued before, by its own word, or on the same day.
                Revocation::Revoked { .. } => ("seal.revoked-later", Outcome::NotChecked),
            };
            finding(code, outcome);
            outcome
        }
        Err(PathError::UnknownIssuer) => {
            finding("seal.unknown-root", Outcome::NotChecked);
            Outcome::NotChecked
        }
        Err(_) => {
            finding("seal.not-trusted", Outcome::Fail);
            Outcome::Fail
        }
    };
    (outcome, Some(Stated { what: what.clone(), by: certificate.subject().organization, root }))
}

/// One signature on its axes.
fn signature(
    report: &SignatureReport,
    content: Option<&Content>,
    anchors: &Anchors,
    evidence: &Evidence,
    at: Time,
    changes_after: &'static str,
    previous: Option<Time>,
) -> SignatureVerdict {
    let place = format!("object {}, revision {}", report.reference.number, report.revision);
    let mut findings = vec![
        match &report.coverage {
            Ok(()) => Finding::new(Axis::Integrity, "signature.coverage", Outcome::Pass),
            Err(error) => {
                Finding::new(Axis::Integrity, "signature.partial", Outcome::Fail).with("error", error)
            }
        }
        .at(&place),
    ];
    let (verified, integrity) = match &report.cms {
        Ok(verified) => {
            findings.push(Finding::new(Axis::Integrity, "signature.intact", Outcome::Pass).at(&place));
            (Some(verified), Outcome::Pass)
        }
        Err(error) => {
            findings.push(
                Finding::new(Axis::Integrity, cms_code(*error), Outcome::Fail)
                    .at(&place)
                    .with("error", error),
            );
            (None, Outcome::Fail)
        }
    };
    let (mut chain, mut root, mut revocation) = (Outcome::NotChecked, None, Outcome::NotChecked);
    if let Some(verified) = verified {
        let moment = report.claimed_time.unwrap_or(at);
        let path = anchors.path(&verified.leaf, &verified.others, Purpose::Signature, moment);
        // The signature does not cover the certificates that travel with it, so exactly those of its
        // path do, without the root: otherwise one signature could be written in many ways.
        let tight = match &path {
            Ok(path) if !path.is_pinned() => {
                let above = path.certificates().iter().skip(1);
                let issuers = above.take(path.certificates().len().saturating_sub(2));
                verified.others.len() == path.certificates().len().saturating_sub(2)
                    && issuers.into_iter().all(|issuer| verified.others.contains(issuer))
            }
            _ => pki::is_chain(&verified.leaf, &verified.others),
        };
        if !tight {
            findings.push(Finding::new(Axis::Integrity, "cms.other-certificates", Outcome::Fail).at(&place));
        }
        match path {
            Ok(path) => {
                chain = Outcome::Pass;
                root = Root::of(&path);
                findings.push(Finding::new(Axis::Issuer, "signer.chain", Outcome::Pass).at(&place));
                revocation = revocation_finding(&path, anchors, evidence, moment, at, &place, &mut findings);
            }
            Err(PathError::UnknownIssuer) => {
                findings
                    .push(Finding::new(Axis::Issuer, "signer.unknown-root", Outcome::NotChecked).at(&place));
            }
            Err(error) => {
                chain = Outcome::Fail;
                findings.push(
                    Finding::new(Axis::Issuer, path_code(error), Outcome::Fail)
                        .at(&place)
                        .with("error", error),
                );
            }
        }
        if let Some(content) = content {
            findings.push(role(report, &verified.leaf, content).at(&place));
        }
    }
    match report.claimed_time {
        None => findings.push(Finding::new(Axis::Time, "time.missing", Outcome::Fail).at(&place)),
        Some(time) if time.is_ahead_of(at) => {
            findings.push(Finding::new(Axis::Time, "time.future", Outcome::Fail).at(&place));
        }
        Some(time) if previous.is_some_and(|earlier| time < earlier) => {
            findings.push(Finding::new(Axis::Time, "time.order", Outcome::Fail).at(&place));
        }
        Some(_) => {}
    }
    let subject = verified.map(|v| v.leaf.subject());
    SignatureVerdict {
        field: report.field.clone(),
        signer: subject.as_ref().map(|s| s.name.clone()),
        serial: verified.map(|v| v.leaf.serial()),
        kind: "signature",
        algorithm: verified.map(|v| algorithm(v.leaf.key())).unwrap_or_default(),
        integrity,
        coverage: if report.coverage.is_ok() { "revision" } else { "partial" },
        changes_after,
        chain,
        root,
        revocation,
        claimed_time: report.claimed_time.map(|t| t.to_string()),
        proven_time: None,
        findings,
    }
}

fn algorithm(key: &PublicKey) -> String {
    match key.algorithm() {
        Some(own @ KeyAlgorithm::P256) => format!("{}, {}", key.name(), own.signature().name()),
        _ => key.name(),
    }
}

fn revocation_finding(
    path: &VerifiedPath,
    anchors: &Anchors,
    evidence: &Evidence,
    signed: Time,
    at: Time,
    place: &str,
    findings: &mut Vec<Finding>,
) -> Outcome {
    let (code, outcome) = match path.revocation(anchors, at, at) {
        Revocation::Good => ("signer.not-revoked", Outcome::Pass),
        Revocation::Unknown if evidence.require_revocation => ("signer.revocation-required", Outcome::Fail),
        Revocation::Unknown => ("signer.revocation-unknown", Outcome::NotChecked),
        Revocation::Revoked { at: revoked, .. } if revoked <= signed => ("signer.revoked", Outcome::Fail),
        // Signed before, by its own word. Whoever has a stolen key can claim any time, so without an
        // outside witness this is no proof (ETSI EN 319 102-1: REVOKED_NO_POE).
        Revocation::Revoked { .. } => ("signer.revoked-later", Outcome::NotChecked),
    };
    findings.push(Finding::new(Axis::Issuer, code, outcome).at(place));
    outcome
}

/// Is the signer of this field the person whom the document names there?
fn role(report: &SignatureReport, leaf: &Certificate, content: &Content) -> Finding {
    let Some(party) = content.parties.iter().find(|party| party.field == report.field) else {
        return Finding::new(Axis::Issuer, "role.no-party", Outcome::Fail).with("field", &report.field);
    };
    let (code, outcome) = match content.names(party, leaf) {
        Ok(()) => ("role.named", Outcome::Pass),
        Err(RoleError::OtherPerson) => ("role.other-person", Outcome::Fail),
        Err(RoleError::OtherPosition) => ("role.other-position", Outcome::Fail),
        Err(RoleError::OtherInstitution) => ("role.other-institution", Outcome::Fail),
    };
    Finding::new(Axis::Issuer, code, outcome)
        .with("field", &report.field)
        .with("signer", leaf.subject().name)
        .with("named", &party.name)
}

fn status_findings(
    content: &Content,
    open: &[String],
    sha256: [u8; 32],
    before: &dyn Fn() -> Option<[u8; 32]>,
    signatures: &[SignatureVerdict],
    evidence: &Evidence,
    findings: &mut Vec<Finding>,
) {
    let waiting: Vec<&str> = content
        .parties
        .iter()
        .filter(|party| open.contains(&party.field) || !signatures.iter().any(|s| s.field == party.field))
        .map(|party| party.field.as_str())
        .collect();
    let record = match &evidence.status {
        Status::Known(record) => record,
        other => {
            let code = match other {
                Status::Unreachable => "status.unreachable",
                Status::UnknownDocument => "status.unknown-document",
                _ => "status.not-asked",
            };
            findings.push(waiting_finding(&waiting));
            findings.push(Finding::new(Axis::Status, code, Outcome::NotChecked));
            return;
        }
    };
    if record.digest != content.digest {
        findings.push(Finding::new(Axis::Integrity, "registry.other-content", Outcome::Fail));
    }
    match record.files.iter().position(|file| *file == sha256) {
        Some(_) => findings.push(Finding::new(Axis::Integrity, "registry.same-file", Outcome::Pass)),
        // The newest file on record with one more signature: whoever signed was stopped before it was
        // recorded, or signed elsewhere. What else is wrong with it is found elsewhere.
        None if record.standing == Standing::Waiting
            && before().is_some_and(|before| record.files.last() == Some(&before)) =>
        {
            findings.push(Finding::new(Axis::Status, "registry.one-ahead", Outcome::NotChecked));
        }
        // Signed elsewhere, or tampered with in a way that left every signature intact; either way
        // it is not the file that this office issued.
        None => findings.push(Finding::new(Axis::Integrity, "registry.other-file", Outcome::Fail)),
    }
    let outdated = record.files.last() != Some(&sha256);
    let on_record = record.files.contains(&sha256);
    match &record.standing {
        Standing::Revoked(_) | Standing::Superseded(_) => {
            // What nobody signed has no word but the register's that it is genuine.
            if !waiting.is_empty() {
                findings.push(Finding::new(Axis::Integrity, "registry.ended-unsigned", Outcome::NotChecked));
            }
            findings.extend(ended_finding(record));
        }
        Standing::Complete if waiting.is_empty() => {
            findings.push(Finding::new(Axis::Status, "status.complete", Outcome::Pass));
        }
        // Saved anew or cut by somebody: nothing older that the issuer gave out.
        Standing::Complete if !on_record => {
            findings.push(Finding::new(Axis::Status, "status.other-copy", Outcome::NotChecked));
        }
        Standing::Complete if outdated => {
            findings.push(Finding::new(Axis::Status, "status.older-copy", Outcome::NotChecked));
        }
        Standing::Complete | Standing::Waiting => findings.push(waiting_finding(&waiting)),
    }
}

/// What became of a document that is no longer in force, and since when.
fn ended_finding(record: &Record) -> Option<Finding> {
    let finding = match &record.standing {
        Standing::Revoked(reason) => {
            Finding::new(Axis::Status, "status.revoked", Outcome::Fail).with("reason", reason)
        }
        // Whatever took its place is gone as well.
        Standing::Superseded(by) if by.is_empty() => {
            Finding::new(Axis::Status, "status.superseded-gone", Outcome::Fail)
        }
        Standing::Superseded(by) => {
            Finding::new(Axis::Status, "status.superseded", Outcome::Fail).with("by", by)
        }
        Standing::Waiting | Standing::Complete => return None,
    };
    Some(finding.with("since", record.ended.map_or_else(|| "?".to_owned(), |ended| ended.to_string())))
}

fn waiting_finding(waiting: &[&str]) -> Finding {
    if waiting.is_empty() {
        return Finding::new(Axis::Status, "status.all-signed", Outcome::Pass);
    }
    Finding::new(Axis::Status, "status.waiting", Outcome::NotChecked).with("fields", waiting.join(", "))
}

/// Verifies the text of a QR code. That says who issued what; signatures and status are not in it.
pub fn link(text: &str, anchors: &Anchors, evidence: &Evidence, at: Time) -> Verdict {
    let mut verdict = claim_in(text, anchors, evidence, at);
    let proven = verdict.document.as_ref().is_some_and(|document| document.issued.is_some());
    verdict.findings.extend(host_finding(text, evidence.host.as_deref(), proven));
    verdict
}

/// A remark on a host that is not that of those who ask, or of which nothing proves that it is the
/// issuer's: a page there can show whatever it likes.
fn host_finding(text: &str, own: Option<&str>, proven: bool) -> Option<Finding> {
    let (address, _) = claim::parse_link(text).ok()?;
    let remark = |code| Finding::notice(code).with("host", &address.host);
    match own {
        Some(own) if own != address.host => Some(remark("qr.foreign-host").with("own", own)),
        None if !proven => Some(remark("qr.unproven-host")),
        _ => None,
    }
}

/// The verdict about the claim in a link.
fn claim_in(text: &str, anchors: &Anchors, evidence: &Evidence, at: Time) -> Verdict {
    let sha256: [u8; 32] = Sha256::digest(text.as_bytes()).into();
    let mut findings = Vec::new();
    let signed = match Signed::parse(text) {
        Ok(signed) => signed,
        Err(claim::Error::Link) => {
            findings.push(Finding::new(Axis::Issuer, "claim.no-link", Outcome::NotChecked));
            return Verdict::new(Profile::Own, sha256, at, None, Vec::new(), findings);
        }
        Err(claim::Error::NoClaim) => {
            findings.push(Finding::new(Axis::Issuer, "claim.missing-in-link", Outcome::NotChecked));
            return Verdict::new(Profile::Own, sha256, at, None, Vec::new(), findings);
        }
        Err(claim::Error::Newer) => {
            let address = claim::parse_link(text).ok().map(|(address, _)| address);
            findings.push(newer(address.as_ref()));
            return Verdict::new(Profile::Own, sha256, at, None, Vec::new(), findings);
        }
        Err(_) => {
            // Cut off on its way, more often than forged; it proves nothing in either case.
            findings.push(Finding::new(Axis::Issuer, "claim.malformed", Outcome::NotChecked));
            return Verdict::new(Profile::Own, sha256, at, None, Vec::new(), findings);
        }
    };
    let (outcome, sealed) = seal(&signed, anchors, evidence, at, &mut findings);
    findings.push(Finding::new(Axis::Integrity, "picture.signatures-not-checked", Outcome::NotChecked));
    let mut document = None;
    if let Some(Stated { what, by, root }) = sealed {
        if matches!(what, Sealed::Newer { .. }) {
            findings.push(newer(Some(signed.address())).with("by", &by));
        }
        match &evidence.status {
            Status::Known(record) => {
                if record.digest != *what.digest() {
                    findings.push(Finding::new(Axis::Integrity, "registry.other-content", Outcome::Fail));
                }
                findings.extend(match &record.standing {
                    Standing::Revoked(_) | Standing::Superseded(_) => ended_finding(record),
                    Standing::Complete => Some(Finding::new(Axis::Status, "status.complete", Outcome::Pass)),
                    Standing::Waiting => {
                        Some(Finding::new(Axis::Status, "status.waiting-registry", Outcome::NotChecked))
                    }
                });
            }
            Status::Unreachable => {
                findings.push(Finding::new(Axis::Status, "status.unreachable", Outcome::NotChecked));
            }
            Status::UnknownDocument => {
                findings.push(Finding::new(Axis::Status, "status.unknown-document", Outcome::NotChecked));
            }
            Status::NotAsked => {
                findings.push(Finding::new(Axis::Status, "status.not-asked", Outcome::NotChecked));
            }
        }
        if let Sealed::Claim(claim) = what {
            document = Some(DocumentVerdict {
                id: signed.address().id.to_string(),
                kind: claim.kind.to_string(),
                year: claim.year,
                digest: crate::digits::hex(&claim.digest),
                claim: outcome,
                reproduced: Outcome::NotChecked,
                issued: Some(Issued::new(&claim, &signed.address().host, by, root)),
            });
        }
    }
    Verdict::new(Profile::Own, sha256, at, document, Vec::new(), findings)
}

/// A claim of a later version, and where it is said what it means.
fn newer(address: Option<&Address>) -> Finding {
    let host = address.map_or("?", |address| &address.host);
    Finding::new(Axis::Integrity, "claim.newer", Outcome::NotChecked).with("host", host)
}

/// Checks the detached seal over a manifest (`manifest.p7s`), which says of itself that it was made
/// at `as_of`. The seal has to be trusted then, and not to be revoked as far as is known at `at`.
pub fn manifest(bytes: &[u8], seal: &[u8], anchors: &Anchors, as_of: Time, at: Time) -> Finding {
    let verified = cms::Signature::from_der(seal).and_then(|signature| {
        let digest = signature.algorithm().hash().digest(&[bytes]);
        signature.verify(&digest)
    });
    let (code, outcome) = match verified {
        Err(_) => ("archive.seal-broken", Outcome::Fail),
        Ok(verified) => {
            // A manifest may be sealed later than its newest signature, by a newer seal.
            let moment = as_of.max(verified.leaf.not_before()).min(at);
            match anchors.path(&verified.leaf, &verified.others, Purpose::Seal, moment) {
                Err(PathError::UnknownIssuer) => ("archive.unknown-root", Outcome::NotChecked),
                Err(_) => ("archive.seal-not-trusted", Outcome::Fail),
                Ok(path) => match path.revocation(anchors, at, at) {
                    Revocation::Good => ("archive.sealed", Outcome::Pass),
                    Revocation::Revoked { at: revoked, .. } if revoked <= moment => {
                        ("archive.seal-revoked", Outcome::Fail)
                    }
                    Revocation::Revoked { .. } => ("archive.seal-revoked-later", Outcome::NotChecked),
                    Revocation::Unknown => ("archive.revocation-unknown", Outcome::NotChecked),
                },
            }
        }
    };
    Finding::new(Axis::Issuer, code, outcome)
}

const fn cms_code(error: cms::Error) -> &'static str {
    match error {
        cms::Error::Malformed => "cms.malformed",
        cms::Error::Empty => "cms.empty",
        cms::Error::NotDer => "cms.not-der",
        cms::Error::Trailing => "cms.trailing",
        cms::Error::Encapsulated => "cms.encapsulated",
        cms::Error::Signers => "cms.signers",
        cms::Error::Algorithm => "cms.algorithm",
        cms::Error::Attributes => "cms.attributes",
        cms::Error::Unsigned => "cms.unsigned-attributes",
        cms::Error::Certificate => "cms.certificate",
        cms::Error::NoCertificate => "cms.no-certificate",
        cms::Error::SigningCertificate => "cms.signing-certificate",
        cms::Error::Broken(_) => "signature.broken-algorithm",
        cms::Error::NotCompared(_) => "signature.broken-not-compared",
        cms::Error::Cost => "document.cost",
        cms::Error::WeakKey(_) => "signature.weak-key",
        cms::Error::LargeKey(_) => "signature.large-key",
        cms::Error::UnknownAlgorithm => "signature.unknown-algorithm",
        cms::Error::Digest => "signature.digest",
        cms::Error::Signature => "signature.key",
    }
}

const fn path_code(error: PathError) -> &'static str {
    match error {
        PathError::UnknownIssuer => "signer.unknown-root",
        PathError::Extension => "signer.extension",
        PathError::NotAuthority => "signer.not-authority",
        PathError::TooLong => "signer.path-too-long",
        PathError::NameConstraints => "signer.name-constraints",
        PathError::Purpose => "signer.purpose",
        PathError::NotYetValid => "signer.not-yet-valid",
        PathError::Expired => "signer.expired",
    }
}
