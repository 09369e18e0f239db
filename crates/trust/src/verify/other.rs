//! Another program's document, examined, or one of a later version that only such a reader reads.

use super::changes;
use super::code::Code;
use super::content::NewerContent;
use super::document::{Examined, newer_data, older_lists};
use super::errors::irregularity_code;
use super::finding::{Finding, Parameter, Place};
use super::signature::{CERTIFICATES, Found, Rules, signature};
use super::status::Hashes;
use super::trust::Trust;
use super::verdict::{Profile, SignatureVerdict};
use super::witness::{Seen, Witness};
use crate::pades;
use crate::pdf::{self, File};
use crate::time::When;

/// Another program's document, or one of a later version that only such a reader reads.
pub(super) fn examine(
    file: &File<'_>,
    newer: Option<&NewerContent>,
    trust: &Trust,
    when: When,
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
            findings.push(Finding::new(Code::DocumentForeign));
            Profile::Foreign
        }
    };
    findings.extend(older_lists(&trust.anchors));
    // The last update that did what no signing program does.
    let changed = survey.changes.forbidden.iter().map(|change| change.revision);
    let forbidden = changed.chain(unlisted.iter().map(|(revision, _)| *revision)).max();
    findings.extend(unlisted.into_iter().map(|(_, finding)| finding));
    if file.is_encrypted() {
        findings.push(Finding::new(Code::DocumentWithoutPassword));
    }
    for (what, (byte, _)) in file.irregularities() {
        findings.push(Finding::new(irregularity_code(what)).at(Place::Byte(byte)));
    }
    findings.push(Finding::new(Code::DocumentStructure));
    if survey.signatures.is_empty() && survey.conflicts.is_empty() {
        // Taken out of its field, or put where no field is: nobody's signature here, but not nobody's work either.
        let loose = bytes.windows(10).any(|window| window == b"/ByteRange");
        let code = if loose { Code::DocumentLooseSignature } else { Code::DocumentUnsigned };
        findings.push(Finding::new(code));
    }
    changes::changes(&survey, file.revisions().len(), forbidden, &mut findings);
    if changes::taken_out(file, &survey) {
        findings.push(Finding::new(Code::SignatureTakenOut));
    }
    changes::conflicts(&survey, &mut findings);
    if !survey.open.is_empty() {
        findings
            .push(Finding::new(Code::StatusOpenFields).with(Parameter::Fields, changes::names(&survey.open)));
    }
    if !survey.stamped.is_empty() {
        findings.push(
            Finding::new(Code::StatusStampedFields).with(Parameter::Fields, changes::names(&survey.stamped)),
        );
    }
    if newer.is_none() {
        findings.push(Finding::new(Code::StatusForeign));
    }
    let seen = survey.signatures.iter().map(|signed| Seen {
        revision: signed.revision,
        coverage: &signed.coverage,
        content: signed.content.as_ref(),
    });
    let seen: Vec<_> = seen.collect();
    let witness = Witness::new(trust, &survey.validation, &survey.effort, when, &seen);
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
        let cost = Finding::new(Code::DocumentCost);
        findings.push(cost.with(Parameter::What, CERTIFICATES));
    }
    if newer.is_some() {
        findings.push(Finding::new(Code::RoleNotChecked));
    } else if survey.signatures.iter().any(|s| witness.is_of_a_sealing_house(s.content.as_ref())) {
        findings.push(Finding::new(Code::DocumentNoSeal));
    }
    let newer = newer.map(|newer| newer.digest);
    Ok(Examined { profile, hashes: Hashes::of(bytes), at: when.at, findings, signatures, own: None, newer })
}
