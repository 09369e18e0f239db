//! What came after signatures by the rules for other programs' documents.

use super::code::Code;
use super::errors::{change_code, printable};
use super::finding::{Finding, Outcome, Parameter, Place, Value};
use super::verdict::{ChangesAfter, SignatureKind, SignatureVerdict};
use crate::pades::{Conflict, Covers, Survey, Surveyed};
use crate::pdf::{self, File, Irregularity};

/// Whether there was a signature before the first one that is left: it was cleared, replaced or removed with its
/// field. Whoever signed after that vouches for all that is there, but not for having been the first.
pub(super) fn taken_out(file: &File<'_>, survey: &Survey) -> bool {
    let first = survey.signatures.first().and_then(|signed| file.revisions().get(signed.revision));
    let before = first.and_then(|revision| file.bytes().get(..revision.span.start)).unwrap_or_default();
    let count = before.windows(10).filter(|window| *window == b"/ByteRange").count();
    // Usage rights are signed by the maker of a program, and no field holds them.
    let rights = before.windows(4).any(|window| window == b"/UR3");
    count > usize::from(rights)
}

/// What was tolerated after the last signer who is as good as the first: another reader may give up there, make its
/// own table of the file, and show what the update only carries along. Within what a signer signed, that signer
/// answers for it.
pub(super) fn unusual(
    file: &File<'_>,
    survey: &Survey,
    signatures: &[SignatureVerdict],
    findings: &mut Vec<Finding>,
) {
    let whole = || survey.signatures.iter().zip(signatures).filter(|(signed, _)| signed.coverage.is_ok());
    let Some((_, first)) = whole().next() else { return };
    let as_good = |verdict: &SignatureVerdict| {
        verdict.kind == SignatureKind::Signature
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
        let finding = Finding::new(Code::ChangesUnusual);
        findings.push(finding.at(Place::Byte(at)));
    }
}

/// Bytes of updates after the first signature that no table lists: readers that build tables anew find other
/// objects in them.
pub(super) fn unlisted(file: &File<'_>, survey: &Survey) -> Result<Vec<(usize, Finding)>, pdf::Error> {
    let Some(first) = survey.signatures.first() else { return Ok(Vec::new()) };
    let mut findings = Vec::new();
    for revision in first.revision + 1..file.revisions().len() {
        for bytes in file.unlisted(revision)? {
            let place = Place::ByteIn { byte: bytes.start, revision };
            let finding = Finding::new(Code::ChangesUnlisted);
            findings.push((revision, finding.at(place).with(Parameter::Bytes, bytes.len())));
        }
    }
    Ok(findings)
}

/// Names of fields, each cut if it is long, none left out.
pub(super) fn names(fields: &[String]) -> Vec<String> {
    fields.iter().map(|name| printable(name)).collect()
}

pub(super) fn changes(
    survey: &Survey,
    revisions: usize,
    forbidden: Option<usize>,
    findings: &mut Vec<Finding>,
) {
    for change in &survey.changes.forbidden {
        findings.push(
            Finding::new(change_code(change.what))
                .at(Place::Object { number: change.object, revision: change.revision })
                .with(Parameter::Name, printable(&change.name)),
        );
    }
    for revision in &survey.changes.fonts {
        let finding = Finding::new(Code::ChangesFonts);
        findings.push(finding.at(Place::Revision(*revision)));
    }
    let signed = survey.signatures.first().map(|s| s.revision);
    if signed.is_some_and(|signed| signed + 1 < revisions) && forbidden.is_none() {
        findings.push(Finding::new(Code::ChangesAllowed));
    }
}

/// What came into sight after somebody had signed: who answers for it, and what it may hide.
pub(super) fn shown(survey: &Survey, signatures: &[SignatureVerdict], findings: &mut Vec<Finding>) {
    let is_good =
        |verdict: &SignatureVerdict| verdict.integrity == Outcome::Pass && verdict.chain == Outcome::Pass;
    for shown in &survey.changes.shown {
        let of = |finding: Finding| {
            finding
                .at(Place::Revision(shown.revision))
                .with(Parameter::Field, printable(&shown.field))
                .with(Parameter::Page, shown.page)
        };
        let finding = |code| of(Finding::new(code));
        let by = survey.signatures.iter().zip(signatures).find(|(signed, _)| signed.holder == shown.holder);
        match by {
            // An authority stamps whatever anybody sends it, so it answers for nothing that is seen.
            Some((_, verdict)) if is_good(verdict) && verdict.kind != SignatureKind::Signature => {
                findings.push(finding(Code::SignatureSeenLaterStamp));
            }
            Some((_, verdict)) if is_good(verdict) => {
                let time = verdict.proven_time.or(verdict.claimed_time);
                let time = time.map_or_else(|| Value::from("?"), Value::from);
                let signer = verdict.signer.as_deref().unwrap_or("?");
                findings.push(
                    finding(Code::SignatureSeenLater)
                        .with(Parameter::Signer, signer)
                        .with(Parameter::Time, time),
                );
            }
            // Whoever paints on a page that others signed has to be known for the page to be believed.
            Some((_, verdict)) => {
                let signer = verdict.signer.as_deref().unwrap_or("?");
                findings.push(finding(Code::SignatureSeenLaterUnknown).with(Parameter::Signer, signer));
            }
            None => findings.push(finding(Code::SignatureAddedField)),
        }
        match shown.covers {
            Covers::Nothing => {}
            Covers::Content => findings.push(finding(Code::ChangesOverContent)),
            Covers::Unknown => findings.push(finding(Code::ChangesOverUnknown)),
        }
    }
}

pub(super) fn conflicts(survey: &Survey, findings: &mut Vec<Finding>) {
    for conflict in &survey.conflicts {
        findings.push(match conflict {
            Conflict::Recycled { field } => {
                Finding::new(Code::SignatureRecycled).with(Parameter::Field, printable(field))
            }
            Conflict::Malformed { field } => {
                Finding::new(Code::SignatureMalformed).with(Parameter::Field, printable(field))
            }
            Conflict::Certified { field, revision } => Finding::new(Code::ChangesCertified)
                .at(Place::Revision(*revision))
                .with(Parameter::Field, printable(field)),
            Conflict::LateCertification { field } => {
                Finding::new(Code::SignatureLateCertification).with(Parameter::Field, printable(field))
            }
            Conflict::Locked { field, by } => Finding::new(Code::ChangesLockedField)
                .with(Parameter::Field, printable(field))
                .with(Parameter::By, printable(by)),
            Conflict::Unlisted => Finding::new(Code::SignatureUnlisted),
            Conflict::NameTwice { field } => {
                Finding::new(Code::SignatureNameTwice).with(Parameter::Field, printable(field))
            }
        });
    }
}

/// The mistake of a file with the program that probably made it: whoever signed with it has to hear of it.
pub(super) fn with_producer(finding: Finding, bytes: &[u8]) -> Finding {
    match pdf::probable_producer(bytes) {
        Some(producer) if finding.code == Code::DocumentMalformed => {
            Finding { code: Code::DocumentMalformedBy, ..finding }
                .with(Parameter::Producer, printable(&producer))
        }
        Some(producer) => finding.with(Parameter::Producer, printable(&producer)),
        None => finding,
    }
}

/// What came after a signature; `forbidden` is the last update that did what no signing program does.
pub(super) fn after(signed: &Surveyed, survey: &Survey, forbidden: Option<usize>) -> ChangesAfter {
    if forbidden.is_some_and(|revision| revision > signed.revision) {
        ChangesAfter::Forbidden
    } else if survey.signatures.last().is_some_and(|last| last.revision > signed.revision) {
        ChangesAfter::Allowed
    } else {
        ChangesAfter::None
    }
}
