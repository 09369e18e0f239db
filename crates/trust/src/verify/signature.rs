//! One signature on its axes, by one judge for all documents.
//!
//! Three questions are asked of each: do its bytes hold, who made it, and when. Own documents ask a fourth, whether
//! that is the person whom the document names, and judge more strictly ([`Rules::Own`]).

use super::code::Code;
use super::content::{Content as Data, RoleError};
use super::errors::{cms_code, path_code, printable};
use super::finding::{Finding, Outcome, Parameter, Place};
use super::verdict::{ChangesAfter, Coverage, Root, SignatureKind, SignatureVerdict};
use super::witness::{Stamped, Witness};
use crate::cms::{self, Tolerated, Verified, VerifiedTimeStamp};
use crate::pades::{self, Content, SEAL_FIELD, SubFilter};
use crate::pdf::Ref;
use crate::pki::{self, Certificate, PathError, PublicKey, Purpose, Revocation, VerifiedPath, clip};
use crate::time::{Time, When};

/// What a file asked too much of.
pub(super) const CERTIFICATES: &str = "cost.certificates";

/// A signature as it was found.
pub(super) struct Found<'s> {
    pub(super) field: &'s str,
    pub(super) revision: usize,
    pub(super) reference: Ref,
    pub(super) sub_filter: &'s SubFilter,
    pub(super) claimed_time: Option<Time>,
    pub(super) content: Option<&'s Result<Content, cms::Error>>,
    pub(super) coverage: &'s pades::Coverage,
    pub(super) changes_after: ChangesAfter,
    pub(super) rules: Rules<'s>,
}

/// By which rules a signature is judged.
#[derive(Clone, Copy)]
pub(super) enum Rules<'s> {
    /// In a document of pk's.
    Own {
        /// What the document says of itself; `None` where that cannot be read.
        data: Option<&'s Data>,
        /// Whether the CMS has the one shape that this version writes.
        is_exact: bool,
        /// The claimed time of the signature before it.
        previous: Option<Time>,
    },
    /// In another program's document.
    Other,
}

/// Judges one signature.
pub(super) fn signature(found: &Found<'_>, witness: &Witness<'_>) -> SignatureVerdict {
    let mut findings = Vec::new();
    findings.push(match found.coverage {
        Ok(()) => Finding::new(Code::SignatureCoverage),
        Err(error) => Finding::new(Code::SignaturePartial).with(Parameter::Error, error.code()),
    });
    let integrity = integrity(found);
    let integrity_outcome = integrity.outcome;
    findings.push(integrity);
    if let Some(Ok(content)) = found.content {
        findings.extend(tolerated(content));
    }
    let own = matches!(found.rules, Rules::Own { .. });
    let mut verdict = SignatureVerdict {
        field: printable(found.field),
        signer: None,
        serial: None,
        kind: match found.sub_filter {
            SubFilter::TimeStamp => SignatureKind::TimeStamp,
            _ if own && found.field == SEAL_FIELD => SignatureKind::Seal,
            _ => SignatureKind::Signature,
        },
        algorithm: String::new(),
        integrity: integrity_outcome,
        coverage: if found.coverage.is_ok() { Coverage::Revision } else { Coverage::Partial },
        changes_after: found.changes_after,
        chain: Outcome::NotChecked,
        root: None,
        revocation: Outcome::NotChecked,
        claimed_time: found.claimed_time,
        proven_time: None,
        findings: Vec::new(),
    };
    match found.content {
        Some(Ok(Content::Signature { verified, time_stamps })) => {
            verdict.claimed_time = verdict.claimed_time.or(verified.signing_time);
            verdict.signer = Some(printable(&verified.leaf.subject().name));
            verdict.serial = Some(verified.leaf.serial());
            verdict.algorithm = algorithm(verified);
            let proof = proven(found, time_stamps, witness, &mut findings);
            verdict.proven_time = proof.time;
            match found.rules {
                Rules::Own { data, is_exact, .. } => {
                    own_issuer(&mut verdict, verified, proof, is_exact, witness, &mut findings);
                    let (role, named) = match data {
                        Some(data) => role(found.field, verdict.kind, &verified.leaf, data),
                        // Who should have signed stands in the data.
                        None => (Finding::new(Code::RoleNotChecked), None),
                    };
                    // A certificate has no room for a long name; whose it is, the document says in full.
                    verdict.signer = named.or(verdict.signer);
                    findings.push(role);
                }
                Rules::Other => other_issuer(&mut verdict, verified, proof, witness, &mut findings),
            }
        }
        Some(Ok(Content::TimeStamp(stamp))) => {
            verdict.signer = Some(printable(&stamp.leaf.subject().name));
            verdict.serial = Some(stamp.leaf.serial());
            verdict.algorithm = stamp.leaf.key().name();
            verdict.claimed_time = Some(stamp.time);
            match witness.stamped(stamp) {
                Ok(stamped) => {
                    verdict.chain = Outcome::Pass;
                    verdict.proven_time = Some(stamped.time);
                    findings.extend(unheard(stamped));
                    findings.push(Finding::new(Code::TimeStamped).with(Parameter::Time, stamped.time));
                }
                Err(code) => findings.push(Finding::new(code)),
            }
        }
        // Who signed is not known where the signature was not verified.
        _ => findings.push(Finding::new(Code::IssuerNotChecked)),
    }
    findings.extend(time(found, &verdict, witness.when.now));
    findings.extend(not_yet(&verdict, witness.when));
    let place = Place::Object { number: found.reference.number, revision: found.revision };
    verdict.findings = findings.into_iter().map(|finding| finding.at(place)).collect();
    verdict
}

/// Whether the signed bytes are as they were.
fn integrity(found: &Found<'_>) -> Finding {
    match found.content {
        Some(Ok(_)) => Finding::new(Code::SignatureIntact),
        // Without a sound range there are no signed bytes to speak of.
        Some(Err(_)) if found.coverage.is_err() => Finding::new(Code::SignatureNotCompared),
        Some(Err(cms::Error::UnknownAlgorithm)) if matches!(found.rules, Rules::Own { .. }) => {
            Finding::new(Code::SignatureNewer)
        }
        // It comes along in every version, and is named.
        Some(Err(error @ (cms::Error::NoCertificate | cms::Error::Unnamed)))
            if matches!(found.rules, Rules::Own { .. }) =>
        {
            Finding::new(cms_code(*error)).but(Outcome::Fail)
        }
        Some(Err(error)) => {
            // What is not known here, or proves nothing, is no accusation either.
            let outcome = if error.is_undecided() { Outcome::NotChecked } else { Outcome::Fail };
            let finding = Finding::new(cms_code(*error)).but(outcome);
            match error {
                cms::Error::Cost => finding.with(Parameter::What, CERTIFICATES),
                _ => finding.because(error.code(), error.values()),
            }
        }
        None => Finding::new(Code::SignatureUnknownKind),
    }
}

/// What was tolerated in a signature: one reading only, but not as the standards want it.
fn tolerated(content: &Content) -> impl Iterator<Item = Finding> {
    let tolerated = match content {
        Content::Signature { verified, .. } => &verified.tolerated,
        Content::TimeStamp(stamp) => &stamp.tolerated,
    };
    let codes = tolerated.iter().map(|tolerated| match tolerated {
        Tolerated::Ber => Code::CmsToleratedBer,
        Tolerated::Order => Code::CmsToleratedOrder,
        Tolerated::Null => Code::CmsToleratedNull,
        Tolerated::Time => Code::CmsToleratedTime,
    });
    codes.map(Finding::new)
}

fn algorithm(verified: &Verified) -> String {
    use pki::SignatureAlgorithm::RsaPkcs1;
    match (verified.leaf.key(), verified.algorithm) {
        (key @ PublicKey::Ed25519(_), _) => key.name(),
        (key, RsaPkcs1(hash)) => format!("{}, {}", key.name(), hash.name()),
        (key, algorithm) => format!("{}, {}", key.name(), algorithm.name()),
    }
}

/// When a signature existed at the latest, by the word of trusted time stamp authorities.
#[derive(Clone, Copy, Default)]
struct Proof {
    time: Option<Time>,
    /// The same by those of which it is known that they were not revoked.
    vouched: Option<Time>,
}

impl Proof {
    fn add(&mut self, Stamped { time, is_vouched }: Stamped) {
        let earlier = |known: Option<Time>| Some(known.map_or(time, |known| known.min(time)));
        self.time = earlier(self.time);
        if is_vouched {
            self.vouched = earlier(self.vouched);
        }
    }
}

/// That nobody says whether the authority was revoked that stamped.
fn unheard(stamped: Stamped) -> Option<Finding> {
    (!stamped.is_vouched).then(|| Finding::new(Code::TimeStampRevocationUnknown))
}

/// When the signature existed at the latest, by the word of a trusted authority: by a stamp on it, or by one over the
/// document that came later.
fn proven(
    found: &Found<'_>,
    time_stamps: &[Result<VerifiedTimeStamp, cms::Error>],
    witness: &Witness<'_>,
    findings: &mut Vec<Finding>,
) -> Proof {
    let mut proof = Proof::default();
    let later = witness.stamps.iter().filter(|(revision, _)| *revision > found.revision);
    later.for_each(|(_, stamped)| proof.add(*stamped));
    for stamp in time_stamps {
        match stamp {
            Ok(stamp) => match witness.stamped(stamp) {
                Ok(stamped) => {
                    proof.add(stamped);
                    findings.extend(unheard(stamped));
                }
                Err(code) => findings.push(Finding::new(code)),
            },
            Err(error) => {
                // One that is not as it should be proves nothing. That it is over something else is no mistake of a program.
                let code = match error {
                    cms::Error::Digest | cms::Error::Signature | cms::Error::SigningCertificate => {
                        Code::TimeStampBroken
                    }
                    // No version of pk writes what is none at all.
                    cms::Error::Malformed if matches!(found.rules, Rules::Own { .. }) => {
                        Code::TimeStampBroken
                    }
                    _ => Code::TimeStampWeak,
                };
                let finding = Finding::new(code).because(error.code(), error.values());
                // Nobody answers for the unsigned attributes of another program's signature, so nothing is disproved by them.
                findings.push(match found.rules {
                    Rules::Own { .. } => finding,
                    Rules::Other => finding.but(Outcome::NotChecked),
                });
            }
        }
    }
    proof
}

/// Does the certificate of an own document's signer lead to an anchor, and was it in force?
///
/// The moment that counts is the one that the signature claims: an office gives a certificate to its own people, and revokes
/// it. Of a stamp that came later anybody could have added any number.
fn own_issuer(
    verdict: &mut SignatureVerdict,
    verified: &Verified,
    proof: Proof,
    is_exact: bool,
    witness: &Witness<'_>,
    findings: &mut Vec<Finding>,
) {
    let known = [verdict.claimed_time, verdict.proven_time].into_iter().flatten().min();
    let moment = known.unwrap_or(witness.when.at);
    let purpose = if verdict.kind == SignatureKind::Seal { Purpose::Seal } else { Purpose::Signature };
    let path = witness.anchors.path(&verified.leaf, &verified.others, purpose, moment);
    if !is_exact {
        findings.push(Finding::new(Code::SignatureNewer));
    } else if !is_tight(&path, verified) {
        findings.push(Finding::new(Code::CmsOtherCertificates));
    }
    let mut add = |finding: Finding| findings.push(finding);
    match path {
        Ok(path) => {
            verdict.chain = Outcome::Pass;
            verdict.root = Root::of(&path);
            add(Finding::new(Code::SignerChain));
            let code = revocation(&path, proof.vouched, Some(moment), witness.when.at, witness);
            verdict.revocation = code.outcome();
            add(Finding::new(code));
        }
        Err(PathError::UnknownIssuer) => add(Finding::new(Code::SignerUnknownRoot)),
        // A later version may write one that has to be understood.
        Err(error @ PathError::Extension) => add(Finding::new(path_code(error))),
        Err(error) => {
            verdict.chain = Outcome::Fail;
            add(Finding::new(path_code(error)).but(Outcome::Fail));
        }
    }
}

/// The signature does not cover the certificates that travel with it, so exactly those of its path do, without the
/// root: otherwise one signature could be written in many ways.
fn is_tight(path: &Result<VerifiedPath, PathError>, verified: &Verified) -> bool {
    match path.as_ref().map(VerifiedPath::certificates) {
        Ok([_, issuers @ .., _]) => {
            verified.others.len() == issuers.len()
                && issuers.iter().all(|issuer| verified.others.contains(issuer))
        }
        // Pinned, or nobody here knows to where it leads.
        _ => pki::is_chain(&verified.leaf, &verified.others),
    }
}

/// Whether a signer's certificate was revoked, by lists in force at `moment`: before it was `proven` that the signature
/// existed, or before it says that it was `signed`.
fn revocation(
    path: &VerifiedPath,
    proven: Option<Time>,
    signed: Option<Time>,
    moment: Time,
    witness: &Witness<'_>,
) -> Code {
    match path.revocation(&witness.anchors, moment, witness.when) {
        Revocation::Good => Code::SignerNotRevoked,
        Revocation::Unknown if witness.trust.require_revocation => Code::SignerRevocationRequired,
        Revocation::Unknown => Code::SignerRevocationUnknown,
        Revocation::Revoked { at, .. } if proven.is_some_and(|proven| proven < at) => {
            Code::SignerRevokedAfterProof
        }
        Revocation::Revoked { at, .. } if signed.is_none_or(|signed| at <= signed) => Code::SignerRevoked,
        // Signed before, by its own word. Whoever has a stolen key can claim any time, so without an
        // outside witness this is no proof (ETSI EN 319 102-1: REVOKED_NO_POE).
        Revocation::Revoked { .. } => Code::SignerRevokedLater,
    }
}

/// Is the signer of this field the person whom the document names there, or the institution? With the name of that person,
/// if it is.
fn role(field: &str, kind: SignatureKind, leaf: &Certificate, data: &Data) -> (Finding, Option<String>) {
    let subject = leaf.subject();
    let said = |code: Code, signer: &str, named: &str| {
        Finding::new(code)
            .with(Parameter::Field, field)
            .with(Parameter::Signer, signer)
            .with(Parameter::Named, named)
    };
    if kind == SignatureKind::Seal {
        let code = match subject.organization == clip(&data.institution) {
            true => Code::RoleInstitution,
            false => Code::RoleOtherInstitution,
        };
        return (said(code, &subject.name, &data.institution), None);
    }
    let Some(party) = data.parties.iter().find(|party| party.field == field) else {
        return (Finding::new(Code::RoleNoParty).with(Parameter::Field, field), None);
    };
    let code = match data.names(party, leaf) {
        Ok(()) => return (said(Code::RoleNamed, &party.name, &party.name), Some(printable(&party.name))),
        Err(RoleError::OtherPerson) => Code::RoleOtherPerson,
        Err(RoleError::OtherPosition) => Code::RoleOtherPosition,
        Err(RoleError::OtherInstitution) => Code::RoleOtherInstitution,
    };
    (said(code, &subject.name, &party.name), None)
}

/// Does the certificate of another document's signer lead to an anchor, and was it in force?
///
/// Without a time stamp the moment that counts is now (ETSI EN 319 102-1, 5.2.6): whoever has an old
/// key can claim any time for it.
fn other_issuer(
    verdict: &mut SignatureVerdict,
    verified: &Verified,
    proof: Proof,
    witness: &Witness<'_>,
    findings: &mut Vec<Finding>,
) {
    let (claimed, proven) = (proof.time.or(verdict.claimed_time), proof.vouched);
    let moment = proven.unwrap_or(witness.when.at);
    let path = |moment| witness.anchors.path(&verified.leaf, &verified.others, Purpose::Document, moment);
    let mut add = |finding: Finding| findings.push(finding);
    match path(moment) {
        Ok(path) => {
            verdict.chain = Outcome::Pass;
            verdict.root = Root::of(&path);
            add(Finding::new(if path.is_pinned() { Code::SignerPinned } else { Code::SignerPath }));
            // A stamp says when it existed at the latest, and so nothing against an earlier claim.
            let signed = [verdict.claimed_time, proof.time].into_iter().flatten().min();
            let code = revocation(&path, proven, signed, moment, witness);
            // Whoever trusts a certificate by itself need not have a list for it.
            if path.is_pinned() && code == Code::SignerRevocationUnknown {
                return;
            }
            verdict.revocation = code.outcome();
            add(Finding::new(code));
        }
        Err(PathError::UnknownIssuer) => add(Finding::new(Code::SignerUnknownRoot)),
        Err(PathError::Expired) if proven.is_none() => match claimed.map(path) {
            Some(Ok(_)) => add(Finding::new(Code::SignerExpiredSince)),
            Some(Err(PathError::UnknownIssuer)) => add(Finding::new(Code::SignerUnknownRoot)),
            // Both moments are mere claims; without a witness nothing is disproved (ETSI EN 319 102-1, OUT_OF_BOUNDS_NO_POE).
            Some(Err(PathError::Expired)) | None => {
                add(Finding::new(Code::SignerExpired).but(Outcome::NotChecked))
            }
            _ => {
                verdict.chain = Outcome::Fail;
                add(Finding::new(Code::SignerExpired));
            }
        },
        // What is not understood disproves nothing (ETSI EN 319 102-1: CERTIFICATE_CHAIN_GENERAL_FAILURE).
        Err(error @ PathError::Extension) => add(Finding::new(path_code(error))),
        Err(error) => {
            verdict.chain = Outcome::Fail;
            add(Finding::new(path_code(error)).but(Outcome::Fail));
        }
    }
}

/// Seconds by which local time that says it is UTC may be ahead of it.
const FARTHEST_ZONE: u64 = 14 * 3600;

/// Is the time proven, and can it be?
fn time(found: &Found<'_>, verdict: &SignatureVerdict, now: Time) -> Option<Finding> {
    let (claimed, proven) = (verdict.claimed_time, verdict.proven_time);
    let stamped = || proven.map(|time| Finding::new(Code::TimeProven).with(Parameter::Time, time));
    let code = match found.rules {
        _ if verdict.kind == SignatureKind::TimeStamp => return None,
        Rules::Own { previous, .. } => match claimed {
            None => Code::TimeMissing,
            Some(time) if time.is_ahead_of(now) => Code::TimeFuture,
            Some(time) if previous.is_some_and(|earlier| time < earlier) => Code::TimeOrder,
            // Somebody else had seen it before it was made, by its own word.
            Some(time) if proven.is_some_and(|proven| time.is_ahead_of(proven)) => Code::TimeAfterStamp,
            Some(_) => return stamped(),
        },
        Rules::Other if !matches!(found.content, Some(Ok(_))) => return None,
        Rules::Other => match (proven, claimed) {
            // Often local time that says it is UTC, or nothing about it. It proves nothing in any case.
            (_, Some(claimed)) if claimed.is_ahead_of(now) => {
                return Some(Finding::new(Code::TimeFuture).but(Outcome::NotChecked));
            }
            // Somebody had seen it before it was made, by its own word, and no zone is as far from UTC.
            (Some(proven), Some(claimed)) if claimed.unix() > proven.unix() + FARTHEST_ZONE => {
                return Some(Finding::new(Code::TimeAfterStamp).but(Outcome::NotChecked));
            }
            (Some(_), _) => return stamped(),
            (None, Some(_)) => Code::TimeClaimedOnly,
            (None, None) => Code::TimeNotClaimed,
        },
    };
    Some(Finding::new(code))
}

/// Whether somebody asks about a moment before the signature was made, by its own word or its stamp's.
fn not_yet(verdict: &SignatureVerdict, When { at, now }: When) -> Option<Finding> {
    let made = verdict.claimed_time.filter(|time| time.is_ahead_of(at) && !time.is_ahead_of(now))?;
    let finding = Finding::new(Code::StatusNotYet).with(Parameter::Field, verdict.field.as_str());
    Some(finding.with(Parameter::Time, made))
}
