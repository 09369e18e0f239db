//! From a certificate to an anchor (RFC 5280, 6), for hierarchies of two or three levels.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::revocation::{Said, Sayings};
use super::{Certificate, Crl, Effort, OcspAnswer, Purpose, Revocation, constraints};
use crate::time::{Time, When};

/// Certificates between a leaf and its root. Government hierarchies have one or two.
const MAX_LENGTH: usize = 4;

/// Signatures checked in search of one path. Certificates of one name and key, each signed by all the
/// others, would otherwise keep the verifier busy for hours.
const MAX_STEPS: u32 = 256;

/// Whom a verifier trusts, and the revocation lists it has.
#[derive(Clone, Debug, Default)]
pub struct Anchors {
    /// Root certificates. That they are here is what makes them trusted.
    pub roots: Vec<Certificate>,
    /// Further certificates that may stand between a leaf and a root.
    pub intermediates: Vec<Certificate>,
    /// Revocation lists.
    pub crls: Vec<Crl>,
    /// Answers of the authorities about single certificates.
    pub answers: Vec<OcspAnswer>,
    /// Certificates of signers that are trusted by themselves, where no path leads to a root.
    pub pinned: Vec<Certificate>,
    /// Whether a responder counts only if it is known not to be revoked, or needs no check.
    pub require_revocation: bool,
    /// What was checked already; starts empty.
    pub memo: Memo,
    /// What may still be checked; without a limit where nobody sets one.
    pub effort: Effort,
}

/// Signatures on certificates and lists that were checked. A batch has a thousand documents and a handful of
/// authorities, and checking a signature takes longer than anything else about a document.
///
/// What is remembered is known by the digests of both sides, so that it says nothing of anything else.
/// Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Memo(Arc<Mutex<BTreeMap<Pair, bool>>>);

/// Digests of what is signed and of the issuer's certificate.
type Pair = ([u8; 32], [u8; 32]);

/// Signatures that are remembered: 65 bytes each. Those that do not hold take at most half of the room, so
/// that no file can fill it.
const MAX_REMEMBERED: usize = 10_000;

impl Memo {
    /// Whether this pair is known to hold, or turns out to; `check` gives `None` where it was not looked at.
    fn recall(&self, signed: [u8; 32], issuer: [u8; 32], check: impl FnOnce() -> Option<bool>) -> bool {
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(holds) = lock().get(&(signed, issuer)) {
            return *holds;
        }
        // What nobody could afford to look at may be looked at for the next file.
        let Some(holds) = check() else { return false };
        let mut known = lock();
        if known.len() < if holds { MAX_REMEMBERED } else { MAX_REMEMBERED / 2 } {
            known.insert((signed, issuer), holds);
        }
        holds
    }
}

/// Why no path leads to an anchor. Ordered by how much it says: of several failures the last one
/// is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[non_exhaustive]
pub enum PathError {
    /// No anchor signed this, directly or through others.
    #[error("no trusted root above the certificate")]
    UnknownIssuer,
    /// A critical extension that is not understood, or one that occurs twice.
    #[error("a certificate has a critical extension that is not understood")]
    Extension,
    /// An authority's certificate is none.
    #[error("an issuer is not a certificate authority")]
    NotAuthority,
    /// Too many authorities below one that limits them.
    #[error("the path is longer than an authority allows")]
    TooLong,
    /// A name that an authority may not give, or a constraint that is not understood.
    #[error("an authority may not issue certificates for this name")]
    NameConstraints,
    /// The certificate is not for this purpose.
    #[error("the certificate is not for this purpose")]
    Purpose,
    /// Not yet valid at the moment asked about.
    #[error("a certificate was not yet valid")]
    NotYetValid,
    /// No longer valid at the moment asked about.
    #[error("a certificate had expired")]
    Expired,
}

impl PathError {
    /// A name for programs, and for texts in any language.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UnknownIssuer => "error.path-root",
            Self::Extension => "error.path-extension",
            Self::NotAuthority => "error.path-authority",
            Self::TooLong => "error.path-length",
            Self::NameConstraints => "error.path-name",
            Self::Purpose => "error.path-purpose",
            Self::NotYetValid => "error.path-not-yet",
            Self::Expired => "error.path-expired",
        }
    }
}

/// Evidence that a path was found; only [`Anchors::path`] makes one.
#[derive(Clone, Debug)]
pub struct VerifiedPath {
    /// Leaf first, root last.
    certificates: Vec<Certificate>,
}

impl VerifiedPath {
    /// Leaf first, root last.
    pub fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    /// Whether the signer's certificate itself is what is trusted, without an authority above it.
    pub fn is_pinned(&self) -> bool {
        self.certificates.len() == 1
    }

    /// What lists and answers say of each certificate below the root, the worst of all: for the moment
    /// `moment`, as of the moment that is asked about. Of a root no list speaks; of a pinned signer one may.
    pub fn revocation(&self, anchors: &Anchors, moment: Time, when: impl Into<When>) -> Revocation {
        let when = when.into();
        if let [pinned] = self.certificates.as_slice() {
            return anchors.revocation_of_pinned(pinned, moment, when);
        }
        let mut worst = Revocation::Good;
        for pair in self.certificates.windows(2) {
            let [certificate, issuer] = pair else { continue };
            match anchors.revocation(certificate, issuer, moment, when) {
                revoked @ Revocation::Revoked { .. } => return revoked,
                Revocation::Unknown => worst = Revocation::Unknown,
                Revocation::Good => {}
            }
        }
        worst
    }
}

impl Anchors {
    /// Trusts what `other` trusts as well.
    pub fn add(&mut self, other: Self) {
        self.roots.extend(other.roots);
        self.intermediates.extend(other.intermediates);
        self.crls.extend(other.crls);
        self.answers.extend(other.answers);
        self.pinned.extend(other.pinned);
    }

    /// Finds a path from `leaf` to a root, all of it valid at `at`, the leaf fit for `purpose`.
    /// `extra` are certificates that came with the signature: they may be links, never anchors.
    ///
    /// # Errors
    ///
    /// [`PathError`], the most telling one of all paths tried.
    pub fn path(
        &self,
        leaf: &Certificate,
        extra: &[Certificate],
        purpose: Purpose,
        at: Time,
    ) -> Result<VerifiedPath, PathError> {
        link(leaf, at)?;
        if !leaf.permits(purpose) {
            return Err(PathError::Purpose);
        }
        let mut path = vec![leaf.clone()];
        let found = self.extend(&mut path, extra, at, &mut { MAX_STEPS });
        match found {
            Ok(()) => Ok(VerifiedPath { certificates: path }),
            // Only where nothing else leads to an anchor: a path says more, and can be revoked.
            Err(_) if self.pinned.contains(leaf) || self.roots.contains(leaf) => {
                Ok(VerifiedPath { certificates: vec![leaf.clone()] })
            }
            Err(error) => Err(error),
        }
    }

    fn extend(
        &self,
        path: &mut Vec<Certificate>,
        extra: &[Certificate],
        at: Time,
        steps: &mut u32,
    ) -> Result<(), PathError> {
        let mut worst = PathError::UnknownIssuer;
        let Some(last) = path.last().cloned() else { return Err(worst) };
        for root in self.roots.iter().filter(|root| last.names_as_issuer(root)) {
            if self.is_signed_by(&last, root) {
                match authority(root, path, at) {
                    Ok(()) => {
                        path.push(root.clone());
                        return Ok(());
                    }
                    Err(error) => worst = worst.max(error),
                }
            }
        }
        if path.len() > MAX_LENGTH {
            return Err(worst.max(PathError::TooLong));
        }
        // Those that came along first: a renewed authority may have the same name and key.
        for issuer in extra.iter().chain(&self.intermediates) {
            // A certificate cannot be its own link: that would be a loop.
            if path.contains(issuer) || !last.names_as_issuer(issuer) {
                continue;
            }
            *steps = steps.checked_sub(1).ok_or(PathError::TooLong)?;
            // What it says is decoded anew each time.
            if !self.effort.spend_on(Effort::STEP, issuer.der().len()) || !self.is_signed_by(&last, issuer) {
                continue;
            }
            let step = authority(issuer, path, at).and_then(|()| {
                path.push(issuer.clone());
                self.extend(path, extra, at, steps).inspect_err(|_| {
                    path.pop();
                })
            });
            match step {
                Ok(()) => return Ok(()),
                Err(error) => worst = worst.max(error),
            }
        }
        Err(worst)
    }

    /// What lists and answers say of a certificate that is trusted by itself, where its issuer is known.
    fn revocation_of_pinned(&self, certificate: &Certificate, moment: Time, when: When) -> Revocation {
        let issuers = self.roots.iter().chain(&self.intermediates);
        let mut best = Revocation::Unknown;
        for issuer in issuers.filter(|issuer| self.is_signed_by(certificate, issuer)) {
            match self.revocation(certificate, issuer, moment, when) {
                revoked @ Revocation::Revoked { .. } => return revoked,
                Revocation::Good => best = Revocation::Good,
                Revocation::Unknown => {}
            }
        }
        best
    }

    fn is_signed_by(&self, certificate: &Certificate, issuer: &Certificate) -> bool {
        certificate.names_as_issuer(issuer)
            && self.recall(certificate.fingerprint(), certificate.der().len(), issuer, || {
                certificate.is_signed_by(issuer)
            })
    }

    /// Whether `issuer` signed what has this digest and length: known, or found out if that is not too much.
    fn recall(
        &self,
        signed: [u8; 32],
        length: usize,
        issuer: &Certificate,
        holds: impl FnOnce() -> bool,
    ) -> bool {
        let check = || self.effort.spend_on(Effort::SIGNATURE, length).then(holds);
        self.memo.recall(signed, issuer.fingerprint(), check)
    }

    /// Lists and answers together; see [`super::revocation`].
    fn revocation(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
        moment: Time,
        when: When,
    ) -> Revocation {
        let appointed = |answer: &OcspAnswer, delegate: &Certificate| {
            // A responder whose own certificate was revoked may have answered with a stolen key. Of it other responders
            // say nothing here: their answers count only as far as theirs do.
            let standing = self.sayings(delegate, issuer, answer.made(), when, &|_, _| false).conclude();
            let is_good = match standing {
                Revocation::Good => true,
                Revocation::Revoked { .. } => false,
                Revocation::Unknown => !self.require_revocation || delegate.needs_no_check(),
            };
            is_good && self.is_signed_by(delegate, issuer) && self.is_answer_by(answer, delegate)
        };
        self.sayings(certificate, issuer, moment, when, &appointed).conclude()
    }

    /// What lists say, and answers by the issuer itself or by a responder that it `appointed`.
    fn sayings(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
        moment: Time,
        when: When,
        appointed: &dyn Fn(&OcspAnswer, &Certificate) -> bool,
    ) -> Sayings {
        let mut sayings = self.listed(certificate, issuer, moment, when);
        for answer in self.answers.iter().filter(|answer| answer.is_about(certificate, issuer)) {
            let Some(responder) = Some(issuer)
                .filter(|by| answer.is_by(by) && self.is_answer_by(answer, by))
                .or_else(|| answer.delegates(issuer).find(|delegate| appointed(answer, delegate)))
            else {
                continue;
            };
            match answer.status(certificate, issuer, moment, when.now) {
                // Whoever has the key of a responder of old could go on answering.
                (Said::Good, _) if moment > responder.not_after() => {}
                (said, from) => sayings.add(said.as_of(when), from),
            }
        }
        sayings
    }

    /// Whether an answer was signed with the key of this certificate.
    fn is_answer_by(&self, answer: &OcspAnswer, by: &Certificate) -> bool {
        self.recall(answer.fingerprint(), answer.length(), by, || answer.is_signed_by(by))
    }

    /// What lists say.
    fn listed(&self, certificate: &Certificate, issuer: &Certificate, moment: Time, when: When) -> Sayings {
        let mut sayings = Sayings::default();
        for crl in &self.crls {
            let signed =
                || self.recall(crl.fingerprint(), crl.der().len(), issuer, || crl.is_signed_by(issuer));
            let said = crl.status(certificate, signed, moment, when.now);
            sayings.add(said.as_of(when), crl.this_update());
        }
        sayings
    }
}

/// Whether `others` are nothing but issuers of `leaf`, of its issuer, and so on. Says nothing about
/// trust.
pub fn is_chain(leaf: &Certificate, others: &[Certificate]) -> bool {
    let mut reached = vec![leaf];
    let mut rest: Vec<&Certificate> = others.iter().collect();
    while let Some(at) = rest.iter().position(|other| reached.iter().any(|c| c.is_signed_by(other))) {
        reached.push(rest.remove(at));
    }
    rest.is_empty()
}

/// What holds of every certificate in a path.
fn link(certificate: &Certificate, at: Time) -> Result<(), PathError> {
    if !certificate.understood() {
        return Err(PathError::Extension);
    }
    if at < certificate.not_before() {
        return Err(PathError::NotYetValid);
    }
    if at > certificate.not_after() {
        return Err(PathError::Expired);
    }
    Ok(())
}

/// What holds of every issuer in a path; `below` are the certificates under it, the leaf first.
fn authority(certificate: &Certificate, below: &[Certificate], at: Time) -> Result<(), PathError> {
    link(certificate, at)?;
    if !certificate.permits(Purpose::Authority) {
        return Err(PathError::NotAuthority);
    }
    // RFC 5280, 4.2.1.9: renewed certificates of the same authority do not count.
    let authorities = below.iter().skip(1).filter(|c| !c.is_self_issued()).count();
    if certificate.path_length().is_some_and(|limit| usize::from(limit) < authorities) {
        return Err(PathError::TooLong);
    }
    for (i, named) in below.iter().enumerate() {
        // 4.2.1.10: the leaf's names count even if it is self-issued.
        if i == 0 || !named.is_self_issued() {
            constraints::check(certificate, named)?;
        }
    }
    Ok(())
}
