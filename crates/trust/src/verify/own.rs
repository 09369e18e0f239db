//! A document of pk's, examined: its updates, its signatures, its seal.

use std::borrow::Cow;

use super::code::Code;
use super::content::{Content, ContentError, DATA_NAME};
use super::document::{Examined, Own, OwnExamined, newer_data, older_lists};
use super::errors::unreadable;
use super::finding::{Axis, Finding, Outcome, Parameter, Place};
use super::seal;
use super::signature::{Found, Rules, signature};
use super::status::Hashes;
use super::trust::Trust;
use super::verdict::{ChangesAfter, Profile, SignatureVerdict};
use super::witness::{Seen, Witness};
use crate::pades::{self, Examination, SEAL_FIELD, TIME_FIELD, Update};
use crate::pdf::{self, Digests, File};
use crate::pki::Purpose;
use crate::time::When;

/// A document of pk's: its updates are exactly those that signing makes, the seal vouches for the data, the signers are
/// those whom it names.
pub(super) fn examine(
    own: &Own<'_>,
    digests: &mut Digests<'_>,
    trust: &Trust,
    when: When,
) -> Result<Examined, pdf::Error> {
    let Own { file, claim, content, .. } = own;
    let examination = pades::examine_with(file, digests)?;
    let mut findings: Vec<Finding> = older_lists(&trust.anchors).collect();
    findings.push(match &examination.unreadable {
        Some(error) => unreadable(error),
        None => Finding::new(Code::DocumentStructure),
    });
    let mut newer = None;
    match content {
        Ok(_) => {}
        Err(ContentError::NotCanonical) => findings.push(Finding::new(Code::DataNotCanonical)),
        Err(ContentError::Format) => findings.push(Finding::new(Code::DataMalformed)),
        Err(ContentError::TooLarge) => {
            let cost = Finding::new(Code::DocumentCost);
            findings.push(cost.with(Parameter::What, DATA_NAME));
        }
        Err(ContentError::Newer(content)) => {
            newer = Some(content.digest);
            findings.extend(newer_data(content));
            findings.extend(seal::contradiction(claim.as_deref(), content));
        }
    }
    updates(file, &examination, &mut findings);
    let content = content.as_ref().ok();
    let seen = examination.signatures.iter().map(|report| Seen {
        revision: report.revision,
        coverage: &report.coverage,
        content: report.content.as_ref(),
    });
    let seen: Vec<_> = seen.collect();
    let witness = Witness::new(trust, &examination.validation, &examination.effort, when, &seen);
    let signatures = signatures(&examination, content, &witness);
    let own = content.map(|content| {
        let certified = certified(&examination, &signatures);
        let trust = sealing(&examination, &witness);
        let (claim, issued) = seal::claim(claim.as_deref(), content, &trust, when, &mut findings);
        fields(&examination, content, &mut findings);
        let open = examination.open.clone();
        OwnExamined { content: content.clone(), claim, issued, certified, open }
    });
    let hashes = Hashes {
        whole: examination.sha256,
        before: examination.before,
        without_additions: examination.without_additions,
    };
    Ok(Examined { profile: Profile::Own, hashes, at: when.at, findings, signatures, own, newer })
}

/// What updates did besides signing.
fn updates(file: &File<'_>, examination: &Examination, findings: &mut Vec<Finding>) {
    for update in &examination.updates {
        let (revision, objects) = match update {
            Update::Exact => continue,
            Update::Newer { revision } => {
                let finding = Finding::new(Code::ChangesNewer);
                findings.push(finding.at(Place::Revision(*revision)));
                continue;
            }
            Update::Forbidden { revision, objects } => (*revision, objects),
        };
        let list = objects.iter().map(u32::to_string).collect::<Vec<_>>();
        let forbidden =
            |code| Finding::new(code).at(Place::Revision(revision)).with(Parameter::Objects, list.clone());
        // First, because it explains the other one. It excuses nothing.
        if pades::is_signed_elsewhere(file, revision) {
            findings.push(forbidden(Code::ChangesSignedElsewhere));
        }
        findings.push(forbidden(Code::ChangesForbidden));
    }
    for field in &examination.recycled {
        findings.push(Finding::new(Code::SignatureRecycled).with(Parameter::Field, field));
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
            findings.push(Finding::new(Code::FieldMissing).with(Parameter::Field, &party.field));
        }
    }
    for field in &examination.open {
        let known = [SEAL_FIELD, TIME_FIELD].contains(&field.as_str());
        if !known && !content.parties.iter().any(|party| &party.field == field) {
            findings.push(Finding::new(Code::FieldUnknown).with(Parameter::Field, field));
        }
    }
}

fn signatures(
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
    let role = seal.findings.iter().any(|finding| finding.code == Code::RoleInstitution);
    let worst = integrity.map(|finding| finding.outcome).chain([seal.chain]).max_by_key(|o| o.rank());
    match worst {
        Some(Outcome::Pass) if role => Outcome::Pass,
        Some(Outcome::Fail) => Outcome::Fail,
        _ => Outcome::NotChecked,
    }
}

/// The trust, and the seal that certified the document if its certificate leads to an anchor, with what came along with it:
/// links, never anchors. Who trusts a root by itself knows no seal otherwise.
fn sealing<'t>(examination: &Examination, witness: &Witness<'t>) -> Cow<'t, Trust> {
    let mut sealing = Cow::Borrowed(witness.trust);
    for report in examination.signatures.iter().filter(|report| report.field == SEAL_FIELD) {
        let Some(Ok(pades::Content::Signature { verified, .. })) = &report.content else { continue };
        let moment = report.claimed_time.unwrap_or(witness.when.at);
        let path = || witness.anchors.path(&verified.leaf, &verified.others, Purpose::Seal, moment);
        if !sealing.seals.contains(&verified.leaf) && path().is_ok() {
            let trust = sealing.to_mut();
            trust.seals.push(verified.leaf.clone());
            trust.anchors.intermediates.extend(verified.others.iter().cloned());
            trust.anchors.crls.extend(verified.crls.iter().cloned());
        }
    }
    sealing
}
