//! The claim attached to a document, and the seal that signed it.

use super::code::Code;
use super::content::{Content, NewerContent};
use super::finding::{Finding, Outcome, Parameter};
use super::trust::Trust;
use super::verdict::{Issued, Root};
use crate::claim::{self, Address, Claim, Sealed, Signed};
use crate::pki::{PathError, Purpose, Revocation, clip};
use crate::time::{Time, When};

/// A claim that was sealed with a known key.
#[derive(Clone, Debug)]
pub(super) struct Stated {
    pub(super) what: Sealed,
    /// The institution, as the seal's certificate names it.
    pub(super) by: String,
    /// The anchor to which that certificate leads.
    pub(super) root: Option<Root>,
}

/// What became of the question who sealed a claim.
pub(super) struct SealFindings {
    pub(super) outcome: Outcome,
    pub(super) sealed: Option<Stated>,
}

/// Compares the attached claim with the attached data, and its seal with the anchors.
pub(super) fn claim(
    claim: Option<&[u8]>,
    content: &Content,
    trust: &Trust,
    when: When,
    findings: &mut Vec<Finding>,
) -> (Outcome, Option<Issued>) {
    let refused = |findings: &mut Vec<Finding>, code| {
        findings.push(Finding::new(code));
        (Outcome::Fail, None)
    };
    let text = claim.and_then(|bytes| std::str::from_utf8(bytes).ok());
    let signed = match text.map(Signed::parse) {
        Some(Ok(signed)) => signed,
        Some(Err(_)) => return refused(findings, Code::ClaimMalformed),
        None => return refused(findings, Code::ClaimMissing),
    };
    let address = signed.address();
    if address.id != content.id || address.host != content.host {
        return refused(findings, Code::ClaimOtherDocument);
    }
    let SealFindings { outcome, sealed } = seal(&signed, trust, when, findings);
    // Also where nobody vouches for it: whoever changes the data can call the claim of it newer, too.
    if signed.stated_digest().is_some_and(|digest| *digest != content.digest) {
        return refused(findings, Code::ClaimOtherContent);
    }
    let Some(Stated { what, by, root }) = sealed else { return (outcome, None) };
    if by != clip(&content.institution) {
        findings.push(
            Finding::new(Code::SealOtherInstitution)
                .with(Parameter::By, &by)
                .with(Parameter::Named, &content.institution),
        );
        return (Outcome::Fail, None);
    }
    match what {
        Sealed::Claim(claim) => {
            let same = says_the_same(&claim, content);
            findings.push(Finding::check(same, Code::ClaimContent, Code::ClaimOtherContent));
            let outcome = if same { outcome } else { Outcome::Fail };
            (outcome, Some(Issued::new(&claim, &address.host, by, root)))
        }
        Sealed::Newer { .. } => {
            findings.push(newer(address).with(Parameter::By, by));
            (Outcome::NotChecked, None)
        }
    }
}

/// What a claim says against data of a later version: another document, or other data. Whoever calls his own data newer
/// and leaves the claim as it was is found out.
pub(super) fn contradiction(claim: Option<&[u8]>, data: &NewerContent) -> Option<Finding> {
    let signed = Signed::parse(std::str::from_utf8(claim?).ok()?).ok()?;
    let address = signed.address();
    let code = if address.id != data.id || address.host != data.host {
        Code::ClaimOtherDocument
    } else {
        if *signed.stated_digest()? == data.digest {
            return None;
        }
        Code::ClaimOtherContent
    };
    Some(Finding::new(code))
}

fn says_the_same(claim: &Claim, content: &Content) -> bool {
    claim.digest == content.digest
        && claim.kind == content.kind
        && claim.year == content.year
        && claim.indicators == content.indicators
        && claim.budget == content.budget
        && claim.stage == content.stage
        && claim.number == content.number
}

/// A claim of a later version, and where it is said what it means.
pub(super) fn newer(address: &Address) -> Finding {
    Finding::new(Code::ClaimNewer).with(Parameter::Host, &address.host)
}

/// Checks the seal of a claim: the signature with a known seal key, and that key's certificate.
pub(super) fn seal(signed: &Signed, trust: &Trust, when: When, findings: &mut Vec<Finding>) -> SealFindings {
    let mut finding = |code| findings.push(Finding::new(code));
    let (what, certificate) = match signed.verify(&trust.seals) {
        Ok(verified) => verified,
        Err(claim::Error::Newer) => {
            findings.push(newer(signed.address()));
            findings.push(Finding::new(Code::IssuerNotChecked));
            return SealFindings { outcome: Outcome::NotChecked, sealed: None };
        }
        Err(claim::Error::UnknownKey) => {
            finding(Code::ClaimUnknownSeal);
            return SealFindings { outcome: Outcome::NotChecked, sealed: None };
        }
        Err(_) => {
            finding(Code::ClaimSignature);
            return SealFindings { outcome: Outcome::Fail, sealed: None };
        }
    };
    // The end of the day of issue: a seal made at noon signs for that day too.
    let day = Time::from_unix(what.day().saturating_mul(86_400).saturating_add(86_399));
    let mut root = None;
    let outcome = match trust.anchors.path(certificate, &[], Purpose::Seal, day) {
        Ok(path) => {
            root = Root::of(&path);
            let code = match path.revocation(&trust.anchors, when.at, when) {
                Revocation::Good => Code::SealTrusted,
                Revocation::Unknown if trust.require_revocation => Code::SealRevocationRequired,
                Revocation::Unknown => Code::SealRevocationUnknown,
                Revocation::Revoked { at, .. } if at.day() < what.day() => Code::SealRevoked,
                // Issued before, by its own word, or on the same day.
                Revocation::Revoked { .. } => Code::SealRevokedLater,
            };
            finding(code);
            code.outcome()
        }
        Err(PathError::UnknownIssuer) => {
            finding(Code::SealUnknownRoot);
            Outcome::NotChecked
        }
        Err(_) => {
            finding(Code::SealNotTrusted);
            Outcome::Fail
        }
    };
    let by = certificate.subject().organization;
    SealFindings { outcome, sealed: Some(Stated { what: what.clone(), by, root }) }
}
