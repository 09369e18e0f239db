//! What signatures are judged with: whom somebody trusts, what came along with the document, and who has seen it.

use super::code::Code;
use super::trust::Trust;
use crate::cms::{self, VerifiedTimeStamp};
use crate::pades::{Content, Coverage, ValidationData};
use crate::pki::{Anchors, Certificate, Crl, Effort, OcspAnswer, PathError, Purpose, Revocation, clip};
use crate::time::{Time, When};

/// A signature, as far as a witness looks at it.
pub(super) struct Seen<'s> {
    pub(super) revision: usize,
    pub(super) coverage: &'s Coverage,
    pub(super) content: Option<&'s Result<Content, cms::Error>>,
}

/// The word of a trusted time stamp authority.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamped {
    pub(super) time: Time,
    /// Whether a list or an answer says that the authority's certificate was good. Without one its word saves no signature
    /// whose key may be in other hands.
    pub(super) is_vouched: bool,
}

/// What signatures are judged with.
pub(super) struct Witness<'t> {
    pub(super) trust: &'t Trust,
    /// Those of `trust`, with what came along with the document.
    pub(super) anchors: Anchors,
    pub(super) when: When,
    /// Document time stamps by trusted authorities: the revision that each made, and when.
    pub(super) stamps: Vec<(usize, Stamped)>,
}

impl<'t> Witness<'t> {
    /// What came along with the document, in its validation data and inside its signatures, may be links and evidence,
    /// never anchors. `effort` is what is left of what one file may cost.
    pub(super) fn new(
        trust: &'t Trust,
        validation: &ValidationData,
        effort: &Effort,
        when: When,
        signatures: &[Seen<'_>],
    ) -> Self {
        let require_revocation = trust.require_revocation;
        let mut anchors = Anchors { require_revocation, effort: effort.clone(), ..trust.anchors.clone() };
        anchors.intermediates.extend(validation.certificates.iter().cloned());
        anchors.crls.extend(validation.crls.iter().cloned());
        anchors.answers.extend(validation.answers.iter().cloned());
        let mut witness = Self { trust, anchors, when, stamps: Vec::new() };
        let contents = || signatures.iter().filter_map(|seen| seen.content?.as_ref().ok());
        contents().for_each(|content| witness.add_proofs(content));
        let stamps = signatures.iter().filter_map(|seen| match (seen.coverage, seen.content) {
            (Ok(()), Some(Ok(Content::TimeStamp(stamp)))) => {
                witness.stamped(stamp).ok().map(|stamped| (seen.revision, stamped))
            }
            _ => None,
        });
        witness.stamps = stamps.collect();
        witness
    }

    fn add_proofs(&mut self, content: &Content) {
        let mut add = |crls: &[Crl], answers: &[OcspAnswer]| {
            self.anchors.crls.extend(crls.iter().cloned());
            self.anchors.answers.extend(answers.iter().cloned());
        };
        match content {
            Content::Signature { verified, time_stamps } => {
                add(&verified.crls, &verified.answers);
                time_stamps.iter().flatten().for_each(|stamp| add(&stamp.crls, &stamp.answers));
            }
            Content::TimeStamp(stamp) => add(&stamp.crls, &stamp.answers),
        }
    }

    /// When a time stamp authority stamped, if it is trusted and its certificate was good then as far as is known.
    pub(super) fn stamped(&self, stamp: &VerifiedTimeStamp) -> Result<Stamped, Code> {
        let VerifiedTimeStamp { leaf, others, time, .. } = stamp;
        if *time > self.when.at {
            return Err(Code::TimeStampFuture);
        }
        let path = match self.anchors.path(leaf, others, Purpose::TimeStamp, *time) {
            Ok(path) => path,
            Err(PathError::UnknownIssuer) => return Err(Code::TimeStampUnknownRoot),
            Err(_) => return Err(Code::TimeStampNotTrusted),
        };
        match path.revocation(&self.anchors, *time, self.when) {
            // RFC 3161, 4: where the key may be in other hands, all that it stamped, whenever it says that was.
            Revocation::Revoked { at, reason } if at <= *time || !reason.is_orderly() => {
                Err(Code::TimeStampRevoked)
            }
            Revocation::Unknown if self.trust.require_revocation => Err(Code::TimeStampRevocationUnknown),
            Revocation::Unknown => Ok(Stamped { time: *time, is_vouched: false }),
            _ => Ok(Stamped { time: *time, is_vouched: true }),
        }
    }

    /// Whether a signer is of an institution whose seal we know: such an institution seals what it issues, so a file
    /// without its data and claim is none of its documents, even if its officials signed it. Otherwise leaving the data
    /// out would be the way around every check of it.
    ///
    /// The institution counts, and not the root: below a national root there are the signers of a whole country.
    pub(super) fn is_of_a_sealing_house(&self, content: Option<&Result<Content, cms::Error>>) -> bool {
        let Some(Ok(Content::Signature { verified, .. })) = content else { return false };
        let house = clip(&verified.leaf.subject().organization);
        if house.is_empty() {
            return false;
        }
        let path = |certificate: &Certificate, others: &[Certificate], purpose| {
            self.anchors.path(certificate, others, purpose, certificate.not_before()).ok()
        };
        let Some(signer) = path(&verified.leaf, &verified.others, Purpose::Document) else { return false };
        let is_of_this_house = |certificate: &Certificate| clip(&certificate.subject().organization) == house;
        // An institution with an authority of its own, whose certificates are as pk makes them: it has a seal, also where
        // somebody trusts the root by itself and so knows no seal.
        let as_of_pk = verified.leaf.permits(Purpose::Signature) || verified.leaf.permits(Purpose::Seal);
        as_of_pk && signer.certificates().last().is_some_and(is_of_this_house)
            || self
                .trust
                .seals
                .iter()
                .any(|seal| is_of_this_house(seal) && path(seal, &[], Purpose::Seal).is_some())
    }
}
