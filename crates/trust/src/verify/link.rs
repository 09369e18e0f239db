//! The text of a QR code.

use sha2::{Digest, Sha256};

use super::code::Code;
use super::evidence::{Evidence, Standing, Status};
use super::finding::{Axis, Finding, Outcome, Parameter};
use super::seal::{SealFindings, Stated, newer, seal};
use super::status::{ended, no_record};
use super::trust::Trust;
use super::verdict::{About, DocumentVerdict, Issued, Profile, Verdict};
use crate::claim::{self, Address, Id, Sealed, Signed};
use crate::time::{Time, When};

/// The text of a QR code whose seal was looked at.
#[derive(Clone, Debug)]
pub struct ExaminedLink {
    sha256: [u8; 32],
    at: Time,
    /// Where it leads, if it is a link at all.
    address: Option<Address>,
    findings: Vec<Finding>,
    sealed: Option<(Outcome, Stated)>,
    /// What it says that the data is, whoever says so.
    digest: Option<[u8; 32]>,
}

impl ExaminedLink {
    /// Reads the text and checks the seal: who issued what. Signatures and status are not in it.
    pub fn examine(text: &str, trust: &Trust, when: impl Into<When>) -> Self {
        let when = when.into();
        let sha256 = Sha256::digest(text.as_bytes()).into();
        let address = claim::parse_link(text).ok().map(|(address, _)| address);
        let mut findings = Vec::new();
        let (mut sealed, mut digest) = (None, None);
        match Signed::parse(text) {
            Ok(signed) => {
                let SealFindings { outcome, sealed: stated } = seal(&signed, trust, when, &mut findings);
                findings.push(Finding::new(Code::PictureSignaturesNotChecked));
                if let Some(Stated { what: Sealed::Newer { .. }, by, .. }) = &stated {
                    findings.push(newer(signed.address()).with(Parameter::By, by));
                }
                sealed = stated.map(|stated| (outcome, stated));
                digest = signed.stated_digest().copied();
            }
            Err(error) => {
                findings.push(match error {
                    claim::Error::Link => Finding::new(Code::ClaimNoLink),
                    claim::Error::NoClaim => Finding::new(Code::ClaimMissingInLink),
                    // Cut off on its way, more often than forged; it proves nothing in either case.
                    _ => Finding::new(Code::ClaimMalformed).on(Axis::Issuer).but(Outcome::NotChecked),
                });
            }
        }
        Self { sha256, at: when.at, address, findings, sealed, digest }
    }

    /// The document and the host that a seal vouches for: the register there can be asked about it.
    pub fn issued(&self) -> Option<&Address> {
        self.address.as_ref().filter(|_| self.sealed.is_some())
    }

    /// The id in the link, whoever wrote it.
    pub fn id(&self) -> Option<Id> {
        self.address.as_ref().map(|address| address.id)
    }

    /// Joins what was found with what is known besides.
    pub fn judge(&self, evidence: &Evidence) -> Verdict {
        let mut findings = self.findings.clone();
        let mut document = None;
        if let (Some(digest), Status::Known(record)) = (self.digest, &evidence.status)
            && record.digest != digest
        {
            findings.push(Finding::new(Code::RegistryOtherContent));
        }
        if let (Some((outcome, Stated { what, by, root })), Some(address)) = (&self.sealed, &self.address) {
            match &evidence.status {
                Status::Known(record) => {
                    findings.extend(match &record.standing {
                        Standing::Revoked(_) | Standing::Superseded(_) => ended(record),
                        Standing::Complete => Some(Finding::new(Code::StatusComplete)),
                        Standing::Waiting => Some(Finding::new(Code::StatusWaitingRegistry)),
                    });
                }
                other => findings.extend(no_record(other)),
            }
            if let Sealed::Claim(claim) = what {
                document = Some(DocumentVerdict {
                    id: address.id,
                    kind: claim.kind,
                    year: claim.year,
                    digest: crate::digits::hex(&claim.digest),
                    claim: *outcome,
                    certified: Outcome::NotChecked,
                    reproduced: Outcome::NotChecked,
                    issued: Some(Issued::new(claim, &address.host, by.clone(), root.clone())),
                });
            }
        }
        let proven = document.is_some();
        let mut verdict =
            Verdict::new(About::Link, Profile::Own, self.sha256, self.at, document, Vec::new(), findings);
        verdict.findings.extend(self.leading(evidence.host.as_deref(), proven));
        verdict
    }

    /// A remark on a host that is not that of those who ask, or of which nothing proves that it is the
    /// issuer's: a page there can show whatever it likes.
    fn leading(&self, own: Option<&str>, proven: bool) -> Option<Finding> {
        let host = &self.address.as_ref()?.host;
        let remark = |code| Finding::new(code).with(Parameter::Host, host);
        match own {
            Some(own) if own != host => Some(remark(Code::QrForeignHost).with(Parameter::Own, own)),
            None if !proven => Some(remark(Code::QrUnprovenHost)),
            _ => None,
        }
    }
}

/// Verifies the text of a QR code, all at once.
pub fn link(text: &str, trust: &Trust, evidence: &Evidence, when: impl Into<When>) -> Verdict {
    ExaminedLink::examine(text, trust, when).judge(evidence)
}
