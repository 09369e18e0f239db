//! A PDF file, opened once: what it is, who signed it, and what is to be said of it.
//!
//! 1. [`Document::open`] parses the file. The id is known then, so that the register can be asked.
//! 2. [`Document::examine`] compares digests, verifies signatures and follows certificates: the work.
//! 3. [`Examined::judge`] joins that with what the register says and costs nothing: ask it again whenever more
//!    is known.

use std::borrow::Cow;

use sha2::{Digest, Sha256};

use super::changes;
use super::code::unreadable;
use super::content::{CLAIM_NAME, Content, ContentError, DATA_NAME, NewerContent, attachment};
use super::evidence::{Evidence, Status};
use super::seal;
use super::signature::{CERTIFICATES, Found, Rules, Witness, signature};
use super::status;
use super::trust::Trust;
use super::verdict::{
    Axis, ChangesAfter, DocumentVerdict, Finding, Issued, Outcome, Place, Profile, SignatureKind,
    SignatureVerdict, Verdict,
};
use crate::claim::Id;
use crate::cms;
use crate::pades::{self, Examination, SEAL_FIELD, Survey, TIME_FIELD, Update};
use crate::pdf::{self, File};
use crate::pki::{self, Anchors, Certificate, Crl, OcspAnswer, Purpose};
use crate::time::Time;

/// A file whose structure was read.
#[derive(Debug)]
pub struct Document<'a> {
    bytes: &'a [u8],
    opened: Opened<'a>,
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
struct Own<'a> {
    file: File<'a>,
    data: Vec<u8>,
    claim: Option<Vec<u8>>,
    content: Result<Content, ContentError>,
}

impl<'a> Document<'a> {
    /// Reads the structure of a file and what is attached to its first revision. What cannot be read is a verdict too.
    pub fn open(bytes: &'a [u8]) -> Self {
        Self { bytes, opened: Opened::of(bytes) }
    }

    /// The bytes of the file.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
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

    /// Compares what was signed, verifies signatures, and follows the certificates to `trust`. `at` is the moment for
    /// which the question is asked: lists of revoked certificates have to be in force then.
    pub fn examine(&self, trust: &Trust, at: Time) -> Examined {
        let examined = match &self.opened {
            Opened::Own(own) => examine_own(own, trust, at),
            Opened::Newer(file, newer) => examine_other(file, Some(newer), trust, at),
            Opened::Other(file) => examine_other(file, None, trust, at),
            Opened::Damaged(error) => {
                return Examined::unreadable(self.bytes, error, Profile::Own, trust, at);
            }
            Opened::Unreadable(error) => {
                return Examined::unreadable(self.bytes, error, Profile::Foreign, trust, at);
            }
        };
        examined.unwrap_or_else(|error| {
            let profile = if self.own().is_some() { Profile::Own } else { Profile::Foreign };
            Examined::unreadable(self.bytes, &error, profile, trust, at)
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
    profile: Profile,
    sha256: [u8; 32],
    /// SHA-256 of the file without its newest revision.
    before: Option<[u8; 32]>,
    at: Time,
    findings: Vec<Finding>,
    signatures: Vec<SignatureVerdict>,
    own: Option<OwnExamined>,
    /// SHA-256 of the data, where that is of a later version.
    newer: Option<[u8; 32]>,
}

/// What is known of a document of pk's whose data was read.
#[derive(Clone, Debug)]
struct OwnExamined {
    content: Content,
    claim: Outcome,
    issued: Option<Issued>,
    /// Whether the seal vouches for every byte of the pages.
    certified: Outcome,
    /// Names of the fields that are not signed.
    open: Vec<String>,
}

impl Examined {
    fn unreadable(bytes: &[u8], error: &pdf::Error, profile: Profile, trust: &Trust, at: Time) -> Self {
        let finding = unreadable(error);
        let findings = match profile {
            Profile::Own => vec![finding],
            Profile::Foreign => {
                let mut findings = vec![Finding::new(Axis::Remark, "document.foreign", Outcome::NotChecked)];
                findings.extend(older_lists(&trust.anchors));
                findings.push(changes::with_producer(finding, bytes));
                findings
            }
        };
        let sha256 = Sha256::digest(bytes).into();
        Self { profile, sha256, before: None, at, findings, signatures: Vec::new(), own: None, newer: None }
    }

    /// Whether the data of a document of pk's is sealed by whom it names, as far as that was looked at.
    pub fn is_sealed(&self) -> bool {
        self.own.as_ref().is_some_and(|own| own.issued.is_some() && own.claim != Outcome::Fail)
    }

    /// The document and the host that the seal vouches for; `None` if none does.
    pub fn issued_at(&self) -> Option<&str> {
        Some(&self.own.as_ref()?.issued.as_ref()?.host)
    }

    /// SHA-256 of the file.
    pub const fn sha256(&self) -> [u8; 32] {
        self.sha256
    }

    /// Joins what was found with what is known besides.
    pub fn judge(&self, evidence: &Evidence) -> Verdict {
        let mut findings = self.findings.clone();
        let document = self.own.as_ref().map(|own| {
            let reproduced = pages(own, self.sha256, evidence, &mut findings);
            let content = &own.content;
            let newer = self.findings.iter().any(|finding| finding.code == "changes.newer");
            let hashes = status::Hashes { whole: self.sha256, before: self.before, newer };
            status::status(content, &own.open, &hashes, &self.signatures, evidence, &mut findings);
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
            status::of_newer(digest, self.sha256, &evidence.status, &mut findings);
        }
        // Own signatures and an own clock prove no time; only an outside witness can.
        let unproven = |verdict: &SignatureVerdict| {
            verdict.kind != SignatureKind::TimeStamp && verdict.proven_time.is_none()
        };
        if self.profile == Profile::Own && self.signatures.iter().any(unproven) {
            findings.push(Finding::new(Axis::Time, "time.claimed-only", Outcome::NotChecked));
        }
        Verdict::new(self.profile, self.sha256, self.at, document, self.signatures.clone(), findings)
    }
}

/// Whether the pages show what the data says. The seal vouches for every byte of them. Rendering again proves it without
/// anybody's word, and the issuer's own record of the file says as much.
fn pages(own: &OwnExamined, sha256: [u8; 32], evidence: &Evidence, findings: &mut Vec<Finding>) -> Outcome {
    let recorded = match &evidence.status {
        Status::Known(record) => record.digest == own.content.digest && record.files.contains(&sha256),
        _ => false,
    };
    match evidence.reproduced {
        Some(true) => {
            findings.push(Finding::new(Axis::Integrity, "document.reproduced", Outcome::Pass));
            return Outcome::Pass;
        }
        Some(false) => {
            findings.push(Finding::new(Axis::Integrity, "document.not-reproduced", Outcome::Fail));
            return Outcome::Fail;
        }
        None => {}
    }
    let (axis, code, outcome) = if own.certified == Outcome::Pass {
        (Axis::Integrity, "document.certified", Outcome::Pass)
    } else if recorded {
        (Axis::Remark, "document.reproduction-not-tried", Outcome::NotChecked)
    } else if own.issued.is_none() {
        // Data that no seal vouches for says nothing, whatever the pages show.
        (Axis::Integrity, "document.seal-unknown", Outcome::NotChecked)
    } else {
        (Axis::Integrity, "document.not-certified", Outcome::NotChecked)
    };
    findings.push(Finding::new(axis, code, outcome));
    Outcome::NotChecked
}

/// Lists of those that were given for which there is a newer one of the same issuer.
fn older_lists(anchors: &Anchors) -> impl Iterator<Item = Finding> {
    pki::older_lists(&anchors.crls).into_iter().map(|(older, newest)| {
        let number = |list: &Crl| list.number().unwrap_or_else(|| "-".to_owned());
        Finding::notice("trust.older-list")
            .with("issuer", super::code::printable(&older.issuer()))
            .with("number", number(older))
            .with("since", older.this_update())
            .with("newest", number(newest))
            .with("latest", newest.this_update())
    })
}

/// A document of pk's: its updates are exactly those that signing makes, the seal vouches for the data, the signers are
/// those whom it names.
fn examine_own(own: &Own<'_>, trust: &Trust, at: Time) -> Result<Examined, pdf::Error> {
    let Own { file, claim, content, .. } = own;
    let examination = pades::examine(file)?;
    let mut findings: Vec<Finding> = older_lists(&trust.anchors).collect();
    findings.push(match &examination.unreadable {
        Some(error) => unreadable(error),
        None => Finding::new(Axis::Integrity, "document.structure", Outcome::Pass),
    });
    let mut newer = None;
    if let Err(error) = content {
        findings.extend(data_error(error));
        if let ContentError::Newer(content) = error {
            newer = Some(content.digest);
            findings.extend(seal::contradiction(claim.as_deref(), content, &trust.seals));
        }
    }
    updates(file, &examination, &mut findings);
    let content = content.as_ref().ok();
    let mut witness = Witness { trust, anchors: own_anchors(trust, &examination), at, stamps: Vec::new() };
    witness.stamps = stamps(
        examination.signatures.iter().map(|s| (s.revision, &s.coverage, s.content.as_ref())),
        &witness,
    );
    let signatures = own_signatures(&examination, content, &witness);
    let own = content.map(|content| {
        let certified = certified(&examination, &signatures);
        let seals = seals(&examination, &witness);
        let trust = with_links(trust, &seals, &examination);
        let (claim, issued) = seal::claim(claim.as_deref(), content, &seals, &trust, at, &mut findings);
        fields(&examination, content, &mut findings);
        let open = examination.open.clone();
        OwnExamined { content: content.clone(), claim, issued, certified, open }
    });
    let end = file.revisions().iter().rev().nth(1).map(|revision| revision.span.end);
    let before = end.and_then(|end| file.bytes().get(..end)).map(|bytes| Sha256::digest(bytes).into());
    let sha256 = examination.sha256;
    Ok(Examined { profile: Profile::Own, sha256, before, at, findings, signatures, own, newer })
}

fn data_error(error: &ContentError) -> Vec<Finding> {
    vec![match error {
        ContentError::NotCanonical => Finding::new(Axis::Integrity, "data.not-canonical", Outcome::Fail),
        ContentError::Format => Finding::new(Axis::Integrity, "data.malformed", Outcome::Fail),
        ContentError::TooLarge => {
            Finding::new(Axis::Integrity, "document.cost", Outcome::NotChecked).with("what", DATA_NAME)
        }
        ContentError::Newer(newer) => return newer_data(newer).into(),
    }]
}

/// Data of a later version: whether it was changed, and who signed it, is seen all the same. Who had to sign stands in it,
/// and so does what the pages have to show.
fn newer_data(newer: &NewerContent) -> [Finding; 2] {
    let finding = |axis| Finding::new(axis, "data.newer", Outcome::NotChecked).with("host", &newer.host);
    [finding(Axis::Integrity), finding(Axis::Status)]
}

/// What updates did besides signing.
fn updates(file: &File<'_>, examination: &Examination, findings: &mut Vec<Finding>) {
    for update in &examination.updates {
        let (revision, objects) = match update {
            Update::Exact => continue,
            Update::Newer { revision } => {
                let finding = Finding::new(Axis::Integrity, "changes.newer", Outcome::NotChecked);
                findings.push(finding.at(Place::Revision(*revision)));
                continue;
            }
            Update::Forbidden { revision, objects } => (*revision, objects),
        };
        let list = objects.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
        let forbidden = |code| {
            Finding::new(Axis::Integrity, code, Outcome::Fail)
                .at(Place::Revision(revision))
                .with("objects", &list)
        };
        // First, because it explains the other one. It excuses nothing.
        if pades::is_signed_elsewhere(file, revision) {
            findings.push(forbidden("changes.signed-elsewhere"));
        }
        findings.push(forbidden("changes.forbidden"));
    }
    for field in &examination.recycled {
        findings
            .push(Finding::new(Axis::Integrity, "signature.recycled", Outcome::Fail).with("field", field));
    }
}

/// Whether each party has its field, and each field its party.
fn fields(examination: &Examination, content: &Content, findings: &mut Vec<Finding>) {
    let exact = examination.updates.iter().all(|update| *update == Update::Exact);
    for party in &content.parties {
        let declared = examination.open.contains(&party.field)
            || examination.recycled.contains(&party.field)
            || examination.signatures.iter().any(|s| s.field == party.field);
        // Without its field a party could never sign, and nobody would miss the signature.
        if !declared && exact {
            findings.push(
                Finding::new(Axis::Integrity, "field.missing", Outcome::Fail).with("field", &party.field),
            );
        }
    }
    for field in &examination.open {
        let known = [SEAL_FIELD, TIME_FIELD].contains(&field.as_str());
        if !known && !content.parties.iter().any(|party| &party.field == field) {
            findings.push(Finding::new(Axis::Integrity, "field.unknown", Outcome::Fail).with("field", field));
        }
    }
}

/// The anchors, with what came along: lists and certificates may be links and evidence, never anchors.
fn own_anchors(trust: &Trust, examination: &Examination) -> Anchors {
    let mut anchors = trust.anchors.clone();
    add_proofs(&mut anchors, examination.signatures.iter().map(|s| s.content.as_ref()));
    anchors.effort = examination.effort.clone();
    anchors
}

fn add_proofs<'s>(
    anchors: &mut Anchors,
    contents: impl Iterator<Item = Option<&'s Result<pades::Content, cms::Error>>>,
) {
    let mut add = |crls: &[Crl], answers: &[OcspAnswer]| {
        anchors.crls.extend(crls.iter().cloned());
        anchors.answers.extend(answers.iter().cloned());
    };
    for content in contents.filter_map(|content| content?.as_ref().ok()) {
        match content {
            pades::Content::Signature { verified, time_stamps } => {
                add(&verified.crls, &verified.answers);
                time_stamps.iter().flatten().for_each(|stamp| add(&stamp.crls, &stamp.answers));
            }
            pades::Content::TimeStamp(stamp) => add(&stamp.crls, &stamp.answers),
        }
    }
}

/// Document time stamps by trusted authorities: the revision they made, and when.
fn stamps<'s>(
    signatures: impl Iterator<Item = (usize, &'s pades::Coverage, Option<&'s Result<pades::Content, cms::Error>>)>,
    witness: &Witness<'_>,
) -> Vec<(usize, Time)> {
    let mut found = Vec::new();
    for (revision, coverage, content) in signatures {
        if let (Ok(()), Some(Ok(pades::Content::TimeStamp(stamp)))) = (coverage, content)
            && witness.stamped(stamp) == Ok(())
        {
            found.push((revision, stamp.time));
        }
    }
    found
}

fn own_signatures(
    examination: &Examination,
    content: Option<&Content>,
    witness: &Witness<'_>,
) -> Vec<SignatureVerdict> {
    let forbidden = examination.updates.iter().any(|update| matches!(update, Update::Forbidden { .. }));
    let last = examination.updates.len();
    let mut previous = None;
    let mut signatures = Vec::new();
    for report in &examination.signatures {
        let changes_after = match report.revision < last {
            _ if forbidden => ChangesAfter::Forbidden,
            true => ChangesAfter::Allowed,
            false => ChangesAfter::None,
        };
        let found = Found {
            field: &report.field,
            revision: report.revision,
            reference: report.reference,
            sub_filter: &report.sub_filter,
            claimed_time: report.claimed_time,
            content: report.content.as_ref(),
            coverage: &report.coverage,
            changes_after,
            rules: Rules::Own { data: content, is_exact: report.is_exact, previous },
        };
        signatures.push(signature(&found, witness));
        previous = report.claimed_time.or(previous);
    }
    signatures
}

/// Whether the seal vouches for every byte of revision 0: its signature is the first update, and nothing but that.
fn certified(examination: &Examination, signatures: &[SignatureVerdict]) -> Outcome {
    let of_field =
        examination.signatures.iter().zip(signatures).find(|(report, _)| report.field == SEAL_FIELD);
    let Some((report, seal)) = of_field else { return Outcome::NotChecked };
    if report.revision != 1 || examination.updates.first() != Some(&Update::Exact) {
        return Outcome::Fail;
    }
    let integrity = seal.findings.iter().filter(|finding| finding.axis == Axis::Integrity);
    let role = seal.findings.iter().any(|finding| finding.code == "role.institution");
    let worst = integrity.map(|finding| finding.outcome).chain([seal.chain]).max_by_key(|o| o.rank());
    match worst {
        Some(Outcome::Pass) if role => Outcome::Pass,
        Some(Outcome::Fail) => Outcome::Fail,
        _ => Outcome::NotChecked,
    }
}

/// The seals that may have sealed the claim: those that are known, and the one that certified the document, if its
/// certificate leads to an anchor.
fn seals(examination: &Examination, witness: &Witness<'_>) -> Vec<Certificate> {
    let mut seals = witness.trust.seals.clone();
    for report in examination.signatures.iter().filter(|report| report.field == SEAL_FIELD) {
        let Some(Ok(pades::Content::Signature { verified, .. })) = &report.content else { continue };
        let moment = report.claimed_time.unwrap_or(witness.at);
        let path = witness.anchors.path(&verified.leaf, &verified.others, Purpose::Seal, moment);
        if path.is_ok() && !seals.contains(&verified.leaf) {
            seals.push(verified.leaf.clone());
        }
    }
    seals
}

/// The trust, with the certificates that came along with a seal which is not known otherwise: links, never anchors.
fn with_links<'t>(trust: &'t Trust, seals: &[Certificate], examination: &Examination) -> Cow<'t, Trust> {
    if seals.len() == trust.seals.len() {
        return Cow::Borrowed(trust);
    }
    let mut trust = trust.clone();
    for report in examination.signatures.iter().filter(|report| report.field == SEAL_FIELD) {
        if let Some(Ok(pades::Content::Signature { verified, .. })) = &report.content {
            trust.anchors.intermediates.extend(verified.others.iter().cloned());
            trust.anchors.crls.extend(verified.crls.iter().cloned());
        }
    }
    Cow::Owned(trust)
}

/// Another program's document, or one of a later version that only such a reader reads.
fn examine_other(
    file: &File<'_>,
    newer: Option<&NewerContent>,
    trust: &Trust,
    at: Time,
) -> Result<Examined, pdf::Error> {
    let bytes = file.bytes();
    let survey = pades::survey(file)?;
    let unlisted = changes::unlisted(file, &survey)?;
    let mut findings = Vec::new();
    let profile = match newer {
        Some(newer) => {
            findings.extend(newer_data(newer));
            Profile::Own
        }
        None => {
            findings.push(Finding::new(Axis::Remark, "document.foreign", Outcome::NotChecked));
            Profile::Foreign
        }
    };
    findings.extend(older_lists(&trust.anchors));
    // The last update that did what no signing program does.
    let changed = survey.changes.forbidden.iter().map(|change| change.revision);
    let forbidden = changed.chain(unlisted.iter().map(|(revision, _)| *revision)).max();
    findings.extend(unlisted.into_iter().map(|(_, finding)| finding));
    if file.is_encrypted() {
        findings.push(Finding::new(Axis::Remark, "document.without-password", Outcome::NotChecked));
    }
    for (what, (byte, _)) in file.irregularities() {
        findings.push(Finding::new(Axis::Remark, what.code(), Outcome::NotChecked).at(Place::Byte(byte)));
    }
    findings.push(Finding::new(Axis::Integrity, "document.structure", Outcome::Pass));
    if survey.signatures.is_empty() && survey.conflicts.is_empty() {
        // Taken out of its field, or put where no field is: nobody's signature here, but not nobody's work either.
        let loose = bytes.windows(10).any(|window| window == b"/ByteRange");
        let code = if loose { "document.loose-signature" } else { "document.unsigned" };
        findings.push(Finding::new(Axis::Integrity, code, Outcome::NotChecked));
    }
    changes::changes(&survey, file.revisions().len(), forbidden, &mut findings);
    if changes::taken_out(file, &survey) {
        findings.push(Finding::notice("signature.taken-out"));
    }
    changes::conflicts(&survey, &mut findings);
    if !survey.open.is_empty() {
        findings.push(Finding::notice("status.open-fields").with("fields", changes::names(&survey.open)));
    }
    if !survey.stamped.is_empty() {
        findings
            .push(Finding::notice("status.stamped-fields").with("fields", changes::names(&survey.stamped)));
    }
    if newer.is_none() {
        findings.push(Finding::new(Axis::Status, "status.foreign", Outcome::NotChecked));
    }
    let mut witness = Witness { trust, anchors: other_anchors(trust, &survey), at, stamps: Vec::new() };
    witness.stamps =
        stamps(survey.signatures.iter().map(|s| (s.revision, &s.coverage, s.content.as_ref())), &witness);
    let signatures: Vec<SignatureVerdict> = survey
        .signatures
        .iter()
        .map(|signed| {
            let found = Found {
                field: &signed.field,
                revision: signed.revision,
                reference: signed.reference,
                sub_filter: &signed.sub_filter,
                claimed_time: signed.claimed_time,
                content: signed.content.as_ref(),
                coverage: &signed.coverage,
                changes_after: changes::after(signed, &survey, forbidden),
                rules: Rules::Other,
            };
            signature(&found, &witness)
        })
        .collect();
    changes::shown(&survey, &signatures, &mut findings);
    changes::unusual(file, &survey, &signatures, &mut findings);
    if survey.effort.is_exhausted() {
        let cost = Finding::new(Axis::Integrity, "document.cost", Outcome::NotChecked);
        findings.push(cost.with("what", CERTIFICATES));
    }
    if newer.is_some() {
        findings.push(Finding::new(Axis::Issuer, "role.not-checked", Outcome::NotChecked));
    } else if survey.signatures.iter().any(|s| witness.is_of_a_sealing_house(s.content.as_ref())) {
        findings.push(Finding::new(Axis::Issuer, "document.no-seal", Outcome::NotChecked));
    }
    let sha256 = Sha256::digest(bytes).into();
    let newer = newer.map(|newer| newer.digest);
    Ok(Examined { profile, sha256, before: None, at, findings, signatures, own: None, newer })
}

/// Certificates, lists and answers that came with the document may be links and evidence, never anchors.
fn other_anchors(trust: &Trust, survey: &Survey) -> Anchors {
    let mut anchors = trust.anchors.clone();
    anchors.intermediates.extend(survey.certificates.iter().cloned());
    anchors.crls.extend(survey.crls.iter().cloned());
    anchors.answers.extend(survey.answers.iter().cloned());
    add_proofs(&mut anchors, survey.signatures.iter().map(|s| s.content.as_ref()));
    anchors.effort = survey.effort.clone();
    anchors
}
