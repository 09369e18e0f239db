//! Has everybody signed, and is the document still in force?

use sha2::{Digest, Sha256};

use super::code::Code;
use super::content::Content;
use super::evidence::{Evidence, Record, Standing, Status};
use super::finding::{Finding, Outcome, Parameter, Value};
use super::verdict::SignatureVerdict;

/// A file as a register knows it.
#[derive(Clone, Debug)]
pub(super) struct Hashes {
    /// SHA-256 of the file.
    pub(super) whole: [u8; 32],
    /// The same without its newest signature.
    pub(super) before: Option<[u8; 32]>,
    /// The same without what a later version may add to a file that everybody has signed.
    pub(super) without_additions: Vec<[u8; 32]>,
}

impl Hashes {
    /// Of a file of which no register knows a part.
    pub(super) fn of(bytes: &[u8]) -> Self {
        Self { whole: Sha256::digest(bytes).into(), before: None, without_additions: Vec::new() }
    }
}

/// Has everybody signed, and is it still in force?
pub(super) fn status(
    content: &Content,
    open: &[String],
    hashes: &Hashes,
    signatures: &[SignatureVerdict],
    evidence: &Evidence,
    findings: &mut Vec<Finding>,
) {
    let waiting: Vec<String> = content
        .parties
        .iter()
        .filter(|party| open.contains(&party.field) || !signatures.iter().any(|s| s.field == party.field))
        .map(|party| party.field.clone())
        .collect();
    // One that could not be verified is nobody's.
    let unverified: Vec<String> = signatures
        .iter()
        .filter(|s| s.integrity == Outcome::NotChecked && content.parties.iter().any(|p| p.field == s.field))
        .map(|signature| signature.field.clone())
        .collect();
    if !unverified.is_empty() {
        let finding = Finding::new(Code::StatusUnverified);
        findings.push(finding.with(Parameter::Fields, unverified));
    }
    let record = match &evidence.status {
        Status::Known(record) => record,
        other => {
            findings.push(waiting_finding(waiting));
            findings.extend(no_record(other));
            return;
        }
    };
    if record.digest != content.digest {
        findings.push(Finding::new(Code::RegistryOtherContent));
    }
    let (whole, before) = (hashes.whole, hashes.before);
    let last = record.files.last();
    let under_newer = hashes.without_additions.iter().copied().find(|known| record.files.contains(known));
    let is_recorded = record.files.contains(&whole);
    let known = if is_recorded { Some(whole) } else { under_newer };
    match known {
        Some(_) if is_recorded => findings.push(Finding::new(Code::RegistrySameFile)),
        // What was recorded, and something that a later version may add: what that is, is found elsewhere.
        Some(_) => {}
        // The newest file on record with one more signature: whoever signed was stopped before it was
        // recorded, or signed elsewhere. What else is wrong with it is found elsewhere.
        None if record.standing == Standing::Waiting && before.is_some() && last == before.as_ref() => {
            findings.push(Finding::new(Code::RegistryOneAhead));
        }
        // Signed elsewhere, or tampered with in a way that left every signature intact; either way
        // it is not the file that this office issued.
        None => findings.push(Finding::new(Code::RegistryOtherFile)),
    }
    let outdated = last != known.as_ref();
    let on_record = known.is_some();
    match &record.standing {
        Standing::Revoked(_) | Standing::Superseded(_) => {
            // What nobody signed has no word but the register's that it is genuine.
            if !waiting.is_empty() {
                findings.push(Finding::new(Code::RegistryEndedUnsigned));
            }
            findings.extend(ended(record));
        }
        // Altered, saved anew or cut by somebody. That the document is in force says nothing of this file.
        Standing::Complete if !on_record => {
            findings.push(Finding::new(Code::StatusOtherCopy));
        }
        Standing::Complete if waiting.is_empty() => {
            findings.push(Finding::new(Code::StatusComplete));
        }
        Standing::Complete if outdated => {
            findings.push(Finding::new(Code::StatusOlderCopy));
        }
        // The register waits for a signature that this file has, and does not know the file: that everybody has signed is
        // not for it to say.
        Standing::Waiting if waiting.is_empty() && !on_record => {}
        Standing::Complete | Standing::Waiting => findings.push(waiting_finding(waiting)),
    }
}

/// What became of a document that is no longer in force, and since when.
pub(super) fn ended(record: &Record) -> Option<Finding> {
    let finding = match &record.standing {
        Standing::Revoked(reason) => Finding::new(Code::StatusRevoked).with(Parameter::Reason, reason),
        // Whatever took its place is gone as well.
        Standing::Superseded(by) if by.is_empty() => Finding::new(Code::StatusSupersededGone),
        Standing::Superseded(by) => Finding::new(Code::StatusSuperseded).with(Parameter::By, by),
        Standing::Waiting | Standing::Complete => return None,
    };
    Some(finding.with(Parameter::Since, record.ended.map_or_else(|| Value::from("?"), Value::from)))
}

fn waiting_finding(waiting: Vec<String>) -> Finding {
    if waiting.is_empty() {
        return Finding::new(Code::StatusAllSigned);
    }
    Finding::new(Code::StatusWaiting).with(Parameter::Fields, waiting)
}

/// Why there is no record to go by.
pub(super) fn no_record(status: &Status) -> Option<Finding> {
    let code = match status {
        Status::Known(_) => return None,
        Status::NotAsked => Code::StatusNotAsked,
        Status::Unreachable => Code::StatusUnreachable,
        Status::UnknownDocument => Code::StatusUnknownDocument,
        Status::Newer => Code::StatusNewer,
    };
    Some(Finding::new(code))
}

/// What the register says of a document whose data is of a later version: whether it is the one that was issued, and
/// whether it has ended. Who has to sign stands in the data.
pub(super) fn of_newer(digest: [u8; 32], sha256: [u8; 32], status: &Status, findings: &mut Vec<Finding>) {
    let Status::Known(record) = status else {
        findings.extend(no_record(status));
        return;
    };
    if record.digest != digest {
        findings.push(Finding::new(Code::RegistryOtherContent));
    }
    let recorded = record.files.contains(&sha256);
    findings.push(Finding::check(recorded, Code::RegistrySameFile, Code::RegistryOtherFile));
    findings.extend(ended(record));
}
