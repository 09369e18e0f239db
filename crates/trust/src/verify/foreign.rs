//! Documents of other programs: their signatures, who made them, and what came after.

use super::verdict::{Axis, Finding, Outcome, Profile, Root, SignatureVerdict, Verdict};
use super::{DATA_NAME, Evidence, attachment, cms_code, older_lists, path_code, printable, unreadable};
use crate::cms::{self, Tolerated};
use crate::pades::{self, Conflict, Content, Covers, SubFilter, Survey, Surveyed};
use crate::pdf::{self, File, Irregularity};
use crate::pki::{
    Anchors, Certificate, Crl, OcspAnswer, PathError, PublicKey, Purpose, Revocation, SignatureAlgorithm,
    VerifiedPath,
};
use crate::time::Time;

/// Whether the data of one of pk's own documents is attached, or seems to be where that cannot be read.
pub(super) fn holds_data(bytes: &[u8]) -> bool {
    match File::parse_foreign(bytes).and_then(|file| attachment(file.at(0), DATA_NAME)) {
        Ok(data) => data.is_some(),
        // pk writes the names of attached files as they are.
        Err(_) => bytes.windows(DATA_NAME.len()).any(|part| part == DATA_NAME.as_bytes()),
    }
}

/// Verifies a document that pk did not make.
pub(super) fn document(
    bytes: &[u8],
    sha256: [u8; 32],
    anchors: &Anchors,
    evidence: &Evidence,
    at: Time,
) -> Verdict {
    let mut findings = vec![Finding::new(Axis::Remark, "document.foreign", Outcome::NotChecked)];
    findings.extend(older_lists(anchors));
    let surveyed = File::parse_foreign(bytes).and_then(|file| {
        let survey = pades::survey(&file)?;
        let unlisted = unlisted(&file, &survey)?;
        Ok((file, survey, unlisted))
    });
    let (file, survey, unlisted): (_, _, Vec<(usize, Finding)>) = match surveyed {
        Ok(surveyed) => surveyed,
        Err(error) => {
            findings.push(with_producer(unreadable(&error), bytes));
            return Verdict::new(Profile::Foreign, sha256, at, None, Vec::new(), findings);
        }
    };
    // The last update that did what no signing program does.
    let changed = survey.changes.forbidden.iter().map(|change| change.revision);
    let forbidden = changed.chain(unlisted.iter().map(|(revision, _)| *revision)).max();
    findings.extend(unlisted.into_iter().map(|(_, finding)| finding));
    if file.is_encrypted() {
        findings.push(Finding::new(Axis::Remark, "document.without-password", Outcome::NotChecked));
    }
    for (what, (byte, _)) in file.irregularities() {
        findings
            .push(Finding::new(Axis::Remark, what.code(), Outcome::NotChecked).at(format!("byte {byte}")));
    }
    findings.push(Finding::new(Axis::Integrity, "document.structure", Outcome::Pass));
    if survey.signatures.is_empty() && survey.conflicts.is_empty() {
        // Taken out of its field, or put where no field is: nobody's signature here, but not nobody's work either.
        let loose = bytes.windows(10).any(|window| window == b"/ByteRange");
        let code = if loose { "document.loose-signature" } else { "document.unsigned" };
        findings.push(Finding::new(Axis::Integrity, code, Outcome::NotChecked));
    }
    changes(&survey, file.revisions().len(), forbidden, &mut findings);
    if taken_out(&file, &survey) {
        findings.push(Finding::notice("signature.taken-out"));
    }
    conflicts(&survey, &mut findings);
    if !survey.open.is_empty() {
        findings.push(Finding::notice("status.open-fields").with("fields", names(&survey.open)));
    }
    if !survey.stamped.is_empty() {
        findings.push(Finding::notice("status.stamped-fields").with("fields", names(&survey.stamped)));
    }
    findings.push(Finding::new(Axis::Status, "status.foreign", Outcome::NotChecked));
    let witness = Witness { anchors: with_validation_data(anchors, &survey), evidence, at, forbidden };
    let stamps = document_time_stamps(&survey, &witness);
    let signatures: Vec<SignatureVerdict> =
        survey.signatures.iter().map(|signed| signature(signed, &survey, &witness, &stamps)).collect();
    shown(&survey, &signatures, &mut findings);
    unusual(&file, &survey, &signatures, &mut findings);
    let sealing = survey.signatures.iter().any(|signed| witness.is_of_a_sealing_house(signed));
    if survey.effort.is_exhausted() {
        let cost = Finding::new(Axis::Integrity, "document.cost", Outcome::NotChecked);
        findings.push(cost.with("what", CERTIFICATES));
    }
    if sealing {
        findings.push(Finding::new(Axis::Issuer, "document.no-seal", Outcome::NotChecked));
    }
    Verdict::new(Profile::Foreign, sha256, at, None, signatures, findings)
}

/// Whether there was a signature before the first one that is left: it was cleared, replaced or removed with its
/// field. Whoever signed after that vouches for all that is there, but not for having been the first.
fn taken_out(file: &File<'_>, survey: &Survey) -> bool {
    let first = survey.signatures.first().and_then(|signed| file.revisions().get(signed.revision));
    let before = first.and_then(|revision| file.bytes().get(..revision.span.start)).unwrap_or_default();
    let count = before.windows(10).filter(|window| *window == b"/ByteRange").count();
    // Usage rights are signed by the maker of a program, and no field holds them.
    let rights = before.windows(4).any(|window| window == b"/UR3");
    count > usize::from(rights)
}

/// The mistake of a file with the program that probably made it: whoever signed with it has to hear of it.
fn with_producer(finding: Finding, bytes: &[u8]) -> Finding {
    match pdf::probable_producer(bytes) {
        Some(producer) if finding.code == "document.malformed" => {
            Finding { code: "document.malformed-by", ..finding }.with("producer", printable(&producer))
        }
        Some(producer) => finding.with("producer", printable(&producer)),
        None => finding,
    }
}

/// What was tolerated after the last signer who is as good as the first: another reader may give up there, make its
/// own table of the file, and show what the update only carries along. Within what a signer signed, that signer
/// answers for it.
fn unusual(file: &File<'_>, survey: &Survey, signatures: &[SignatureVerdict], findings: &mut Vec<Finding>) {
    let whole = || survey.signatures.iter().zip(signatures).filter(|(signed, _)| signed.coverage.is_ok());
    let Some((_, first)) = whole().next() else { return };
    let as_good = |verdict: &SignatureVerdict| {
        verdict.kind == "signature"
            && verdict.integrity == first.integrity
            && (verdict.chain == Outcome::Pass || first.chain != Outcome::Pass)
    };
    let vouched = whole().filter(|(_, verdict)| as_good(verdict)).map(|(signed, _)| signed.revision).max();
    let first = survey.signatures.first().map_or(0, |signed| signed.revision);
    let last = vouched.unwrap_or(first);
    let Some(end) = file.revisions().get(last).map(|revision| revision.span.end) else { return };
    let later =
        |(what, (_, at)): &(Irregularity, (usize, usize))| *what != Irregularity::AfterEnd && *at >= end;
    if let Some((_, (_, at))) = file.irregularities().into_iter().find(later) {
        let finding = Finding::new(Axis::Integrity, "changes.unusual", Outcome::NotChecked);
        findings.push(finding.at(format!("byte {at}")));
    }
}

/// Bytes of updates after the first signature that no table lists: readers that build tables anew find other
/// objects in them.
fn unlisted(file: &File<'_>, survey: &Survey) -> Result<Vec<(usize, Finding)>, pdf::Error> {
    let Some(first) = survey.signatures.first() else { return Ok(Vec::new()) };
    let mut findings = Vec::new();
    for revision in first.revision + 1..file.revisions().len() {
        for bytes in file.unlisted(revision)? {
            let place = format!("byte {}, revision {revision}", bytes.start);
            let finding = Finding::new(Axis::Integrity, "changes.unlisted", Outcome::Fail);
            findings.push((revision, finding.at(place).with("bytes", bytes.len())));
        }
    }
    Ok(findings)
}

/// What signatures are judged with.
struct Witness<'e> {
    anchors: Anchors,
    evidence: &'e Evidence,
    at: Time,
    /// The last update that did what no signing program does.
    forbidden: Option<usize>,
}

/// Names of fields, each cut if it is long, none left out.
fn names(fields: &[String]) -> String {
    fields.iter().map(|name| printable(name)).collect::<Vec<_>>().join(", ")
}

/// Certificates, lists and answers that came with the document may be links and evidence, never anchors.
fn with_validation_data(anchors: &Anchors, survey: &Survey) -> Anchors {
    let mut anchors = anchors.clone();
    anchors.intermediates.extend(survey.certificates.iter().cloned());
    anchors.crls.extend(survey.crls.iter().cloned());
    anchors.answers.extend(survey.answers.iter().cloned());
    let mut add = |crls: &[Crl], answers: &[OcspAnswer]| {
        anchors.crls.extend(crls.iter().cloned());
        anchors.answers.extend(answers.iter().cloned());
    };
    for content in survey.signatures.iter().filter_map(|signed| signed.content.as_ref()?.as_ref().ok()) {
        match content {
            Content::Signature { verified, time_stamps } => {
                add(&verified.crls, &verified.answers);
                time_stamps.iter().flatten().for_each(|stamp| add(&stamp.crls, &stamp.answers));
            }
            Content::TimeStamp(stamp) => add(&stamp.crls, &stamp.answers),
        }
    }
    anchors.effort = survey.effort.clone();
    anchors
}

/// What a file asked too much of.
const CERTIFICATES: &str = "certificates to check";

/// What was tolerated in a signature: one reading only, but not as the standards want it.
fn tolerated(content: &Content) -> impl Iterator<Item = Finding> {
    let tolerated = match content {
        Content::Signature { verified, .. } => &verified.tolerated,
        Content::TimeStamp(stamp) => &stamp.tolerated,
    };
    let codes = tolerated.iter().map(|tolerated| match tolerated {
        Tolerated::Ber => "cms.tolerated-ber",
        Tolerated::Order => "cms.tolerated-order",
        Tolerated::Null => "cms.tolerated-null",
    });
    codes.map(|code| Finding::new(Axis::Remark, code, Outcome::NotChecked))
}

fn changes(survey: &Survey, revisions: usize, forbidden: Option<usize>, findings: &mut Vec<Finding>) {
    for change in &survey.changes.forbidden {
        findings.push(
            Finding::new(Axis::Integrity, change.what.code(), Outcome::Fail)
                .at(format!("object {}, revision {}", change.object, change.revision))
                .with("name", printable(&change.name)),
        );
    }
    for revision in &survey.changes.fonts {
        let finding = Finding::new(Axis::Integrity, "changes.fonts", Outcome::NotChecked);
        findings.push(finding.at(format!("revision {revision}")));
    }
    let signed = survey.signatures.first().map(|s| s.revision);
    if signed.is_some_and(|signed| signed + 1 < revisions) && forbidden.is_none() {
        findings.push(Finding::new(Axis::Integrity, "changes.allowed", Outcome::Pass));
    }
}

/// What came into sight after somebody had signed: who answers for it, and what it may hide.
fn shown(survey: &Survey, signatures: &[SignatureVerdict], findings: &mut Vec<Finding>) {
    let is_good =
        |verdict: &SignatureVerdict| verdict.integrity == Outcome::Pass && verdict.chain == Outcome::Pass;
    for shown in &survey.changes.shown {
        let of = |finding: Finding| {
            finding
                .at(format!("revision {}", shown.revision))
                .with("field", printable(&shown.field))
                .with("page", shown.page)
        };
        let finding = |axis, code| of(Finding::new(axis, code, Outcome::NotChecked));
        let notice = |code| of(Finding::notice(code));
        let by = survey.signatures.iter().zip(signatures).find(|(signed, _)| signed.holder == shown.holder);
        match by {
            // An authority stamps whatever anybody sends it, so it answers for nothing that is seen.
            Some((_, verdict)) if is_good(verdict) && verdict.kind != "signature" => {
                findings.push(finding(Axis::Issuer, "signature.seen-later-stamp"));
            }
            Some((_, verdict)) if is_good(verdict) => {
                let time = verdict.proven_time.as_deref().or(verdict.claimed_time.as_deref()).unwrap_or("?");
                let signer = verdict.signer.as_deref().unwrap_or("?");
                findings.push(notice("signature.seen-later").with("signer", signer).with("time", time));
            }
            // Whoever paints on a page that others signed has to be known for the page to be believed.
            Some((_, verdict)) => {
                let signer = verdict.signer.as_deref().unwrap_or("?");
                findings.push(finding(Axis::Issuer, "signature.seen-later-unknown").with("signer", signer));
            }
            None => findings.push(notice("signature.added-field")),
        }
        match shown.covers {
            Covers::Nothing => {}
            Covers::Content => findings.push(finding(Axis::Integrity, "changes.over-content")),
            Covers::Unknown => findings.push(finding(Axis::Integrity, "changes.over-unknown")),
        }
    }
}

fn conflicts(survey: &Survey, findings: &mut Vec<Finding>) {
    for conflict in &survey.conflicts {
        let fail = |code| Finding::new(Axis::Integrity, code, Outcome::Fail);
        findings.push(match conflict {
            Conflict::Recycled { field } => fail("signature.recycled").with("field", printable(field)),
            Conflict::Malformed { field } => fail("signature.malformed").with("field", printable(field)),
            Conflict::Certified { field, revision } => {
                fail("changes.certified").at(format!("revision {revision}")).with("field", printable(field))
            }
            Conflict::LateCertification { field } => {
                fail("signature.late-certification").with("field", printable(field))
            }
            Conflict::Locked { field, by } => {
                fail("changes.locked-field").with("field", printable(field)).with("by", printable(by))
            }
            Conflict::Unlisted => fail("signature.unlisted"),
            Conflict::NameTwice { field } => fail("signature.name-twice").with("field", printable(field)),
        });
    }
}

/// Document time stamps by trusted authorities: the revision they cover, and when.
fn document_time_stamps(survey: &Survey, witness: &Witness<'_>) -> Vec<(usize, Time)> {
    let mut found = Vec::new();
    for signed in &survey.signatures {
        if let (Ok(()), Some(Ok(Content::TimeStamp(stamp)))) = (&signed.coverage, &signed.content)
            && witness.stamped(&stamp.leaf, &stamp.others, stamp.time) == Ok(())
        {
            found.push((signed.revision, stamp.time));
        }
    }
    found
}

impl Witness<'_> {
    /// Whether a signer's root is that of a seal we know: such an institution seals what it issues, so a
    /// file without its data and claim is none of its documents, even if its officials signed it.
    /// Otherwise leaving the data out would be the way around every check of it.
    fn is_of_a_sealing_house(&self, signed: &Surveyed) -> bool {
        let Some(Ok(Content::Signature { verified, .. })) = &signed.content else { return false };
        let root = |certificate: &Certificate, others: &[Certificate], purpose| {
            let path = self.anchors.path(certificate, others, purpose, certificate.not_before());
            path.ok().and_then(|path| path.certificates().last().cloned())
        };
        let signer = root(&verified.leaf, &verified.others, Purpose::Document);
        signer.is_some() && self.evidence.seals.iter().any(|seal| root(seal, &[], Purpose::Seal) == signer)
    }

    /// Whether a time stamp authority is trusted, and its certificate was good when it stamped.
    fn stamped(&self, leaf: &Certificate, others: &[Certificate], time: Time) -> Result<(), &'static str> {
        if time > self.at {
            return Err("time.stamp-future");
        }
        let path = match self.anchors.path(leaf, others, Purpose::TimeStamp, time) {
            Ok(path) => path,
            Err(PathError::UnknownIssuer) => return Err("time.stamp-unknown-root"),
            Err(_) => return Err("time.stamp-not-trusted"),
        };
        match path.revocation(&self.anchors, time, self.at) {
            // RFC 3161, 4: where the key may be in other hands, all that it stamped, whenever it says that was.
            Revocation::Revoked { at, reason } if at <= time || !reason.is_orderly() => {
                Err("time.stamp-revoked")
            }
            Revocation::Unknown if self.evidence.require_revocation => Err("time.stamp-revocation-unknown"),
            _ => Ok(()),
        }
    }
}

fn signature(
    signed: &Surveyed,
    survey: &Survey,
    witness: &Witness<'_>,
    stamps: &[(usize, Time)],
) -> SignatureVerdict {
    let place = format!("object {}, revision {}", signed.reference.number, signed.revision);
    let mut findings = Vec::new();
    findings.push(match &signed.coverage {
        Ok(()) => Finding::new(Axis::Integrity, "signature.coverage", Outcome::Pass),
        Err(error) => Finding::new(Axis::Integrity, "signature.partial", Outcome::Fail).with("error", error),
    });
    let integrity = match &signed.content {
        Some(Ok(_)) => Finding::new(Axis::Integrity, "signature.intact", Outcome::Pass),
        // Without a sound range there are no signed bytes to speak of.
        Some(Err(_)) if signed.coverage.is_err() => {
            Finding::new(Axis::Integrity, "signature.not-compared", Outcome::Fail)
        }
        Some(Err(error)) => {
            let finding = Finding::new(Axis::Integrity, cms_code(*error), outcome(*error));
            match error {
                cms::Error::Broken(name) | cms::Error::NotCompared(name) => finding.with("algorithm", name),
                cms::Error::WeakKey(bits) | cms::Error::LargeKey(bits) => finding.with("bits", bits),
                cms::Error::Cost => finding.with("what", CERTIFICATES),
                _ => finding.with("error", error),
            }
        }
        None => Finding::new(Axis::Integrity, "signature.unknown-kind", Outcome::NotChecked),
    };
    let integrity_outcome = integrity.outcome;
    findings.push(integrity);
    if let Some(Ok(content)) = &signed.content {
        findings.extend(tolerated(content));
    }
    let mut verdict = SignatureVerdict {
        field: printable(&signed.field),
        signer: None,
        serial: None,
        kind: if signed.sub_filter == SubFilter::TimeStamp { "time-stamp" } else { "signature" },
        algorithm: String::new(),
        integrity: integrity_outcome,
        coverage: if signed.coverage.is_ok() { "revision" } else { "partial" },
        changes_after: changes_after(signed, survey, witness.forbidden),
        chain: Outcome::NotChecked,
        root: None,
        revocation: Outcome::NotChecked,
        claimed_time: None,
        proven_time: None,
        findings: Vec::new(),
    };
    let mut claimed = signed.claimed_time;
    match &signed.content {
        Some(Ok(Content::Signature { verified, time_stamps })) => {
            claimed = claimed.or(verified.signing_time);
            describe(&mut verdict, &verified.leaf, Some(verified.algorithm));
            let mut proven = stamps.iter().filter(|(r, _)| *r > signed.revision).map(|(_, t)| *t).min();
            for stamp in time_stamps {
                match stamp {
                    Ok(stamp) => match witness.stamped(&stamp.leaf, &stamp.others, stamp.time) {
                        Ok(()) => proven = Some(proven.map_or(stamp.time, |p| p.min(stamp.time))),
                        Err(code) => findings.push(Finding::new(Axis::Time, code, Outcome::NotChecked)),
                    },
                    Err(error) => {
                        let (code, outcome) = match error.is_undecided() {
                            true => ("time.stamp-weak", Outcome::NotChecked),
                            false => ("time.stamp-broken", Outcome::Fail),
                        };
                        findings.push(Finding::new(Axis::Time, code, outcome).with("error", error));
                    }
                }
            }
            issuer(&mut verdict, &verified.leaf, &verified.others, claimed, proven, witness, &mut findings);
            verdict.proven_time = proven.map(|t| t.to_string());
            findings.push(time(claimed, proven, witness.at));
        }
        Some(Ok(Content::TimeStamp(stamp))) => {
            describe(&mut verdict, &stamp.leaf, None);
            let trusted = witness.stamped(&stamp.leaf, &stamp.others, stamp.time);
            findings.push(match trusted {
                Ok(()) => {
                    verdict.chain = Outcome::Pass;
                    verdict.proven_time = Some(stamp.time.to_string());
                    Finding::new(Axis::Time, "time.stamped", Outcome::Pass).with("time", stamp.time)
                }
                Err(code) => Finding::new(Axis::Time, code, Outcome::NotChecked),
            });
        }
        _ => {}
    }
    verdict.claimed_time = claimed.map(|t| t.to_string());
    verdict.findings = findings.into_iter().map(|finding| finding.at(&place)).collect();
    verdict
}

/// What is not known here, or proves nothing, is no accusation either.
const fn outcome(error: cms::Error) -> Outcome {
    if error.is_undecided() { Outcome::NotChecked } else { Outcome::Fail }
}

fn changes_after(signed: &Surveyed, survey: &Survey, forbidden: Option<usize>) -> &'static str {
    if forbidden.is_some_and(|revision| revision > signed.revision) {
        "forbidden"
    } else if survey.signatures.last().is_some_and(|last| last.revision > signed.revision) {
        "allowed"
    } else {
        "none"
    }
}

fn describe(verdict: &mut SignatureVerdict, leaf: &Certificate, algorithm: Option<SignatureAlgorithm>) {
    verdict.signer = Some(printable(&leaf.subject().name));
    verdict.serial = Some(leaf.serial());
    verdict.algorithm = match (leaf.key(), algorithm) {
        (PublicKey::Ed25519(_), _) | (_, None) => leaf.key().name(),
        (key, Some(SignatureAlgorithm::RsaPkcs1(hash))) => format!("{}, {}", key.name(), hash.name()),
        (key, Some(algorithm)) => format!("{}, {}", key.name(), algorithm.name()),
    };
}

/// Does the signer's certificate lead to an anchor, and was it in force?
///
/// Without a time stamp the moment that counts is now (ETSI EN 319 102-1, 5.2.6): whoever has an old
/// key can claim any time for it.
fn issuer(
    verdict: &mut SignatureVerdict,
    leaf: &Certificate,
    others: &[Certificate],
    claimed: Option<Time>,
    proven: Option<Time>,
    witness: &Witness<'_>,
    findings: &mut Vec<Finding>,
) {
    let moment = proven.unwrap_or(witness.at);
    let path = |moment| witness.anchors.path(leaf, others, Purpose::Document, moment);
    let mut add = |code, outcome| findings.push(Finding::new(Axis::Issuer, code, outcome));
    match path(moment) {
        Ok(path) => {
            verdict.chain = Outcome::Pass;
            verdict.root = Root::of(&path);
            add(if path.is_pinned() { "signer.pinned" } else { "signer.path" }, Outcome::Pass);
            let (code, outcome) = revocation(&path, claimed, proven, moment, witness);
            // Whoever trusts a certificate by itself need not have a list for it.
            if path.is_pinned() && outcome == Outcome::NotChecked && code == "signer.revocation-unknown" {
                return;
            }
            verdict.revocation = outcome;
            add(code, outcome);
        }
        Err(PathError::UnknownIssuer) => add("signer.unknown-root", Outcome::NotChecked),
        Err(PathError::Expired) if proven.is_none() => match claimed.map(path) {
            Some(Ok(_)) => add("signer.expired-since", Outcome::NotChecked),
            Some(Err(PathError::UnknownIssuer)) => add("signer.unknown-root", Outcome::NotChecked),
            // Both moments are mere claims; without a witness nothing is disproved (ETSI EN 319 102-1, OUT_OF_BOUNDS_NO_POE).
            Some(Err(PathError::Expired)) | None => add(path_code(PathError::Expired), Outcome::NotChecked),
            _ => {
                verdict.chain = Outcome::Fail;
                add(path_code(PathError::Expired), Outcome::Fail);
            }
        },
        Err(error) => {
            verdict.chain = Outcome::Fail;
            add(path_code(error), Outcome::Fail);
        }
    }
}

fn revocation(
    path: &VerifiedPath,
    claimed: Option<Time>,
    proven: Option<Time>,
    moment: Time,
    witness: &Witness<'_>,
) -> (&'static str, Outcome) {
    match path.revocation(&witness.anchors, moment, witness.at) {
        Revocation::Good => ("signer.not-revoked", Outcome::Pass),
        Revocation::Unknown if witness.evidence.require_revocation => {
            ("signer.revocation-required", Outcome::Fail)
        }
        Revocation::Unknown => ("signer.revocation-unknown", Outcome::NotChecked),
        Revocation::Revoked { at, .. } if proven.is_some_and(|proven| proven < at) => {
            ("signer.revoked-after-proof", Outcome::Pass)
        }
        Revocation::Revoked { at, .. } if proven.or(claimed).is_none_or(|signed| at <= signed) => {
            ("signer.revoked", Outcome::Fail)
        }
        Revocation::Revoked { .. } => ("signer.revoked-later", Outcome::NotChecked),
    }
}

fn time(claimed: Option<Time>, proven: Option<Time>, at: Time) -> Finding {
    match (proven, claimed) {
        // Often local time that says it is UTC, or nothing about it. It proves nothing in any case.
        (_, Some(claimed)) if claimed.is_ahead_of(at) => {
            Finding::new(Axis::Time, "time.future", Outcome::NotChecked)
        }
        (Some(proven), _) => Finding::new(Axis::Time, "time.proven", Outcome::Pass).with("time", proven),
        (None, Some(_)) => Finding::new(Axis::Time, "time.claimed-only", Outcome::NotChecked),
        (None, None) => Finding::new(Axis::Time, "time.not-claimed", Outcome::NotChecked),
    }
}
