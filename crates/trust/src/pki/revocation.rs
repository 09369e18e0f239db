//! What lists (RFC 5280, 5) and answers (RFC 6960) say of a certificate, taken together.
//!
//! Bad news counts whoever brings it and however old it is: the authority signed it, and a revocation is for
//! ever. Good news counts only from something in force at the moment that counts. So neither an old list beside
//! a new one nor a list beside an answer can hide a revocation.

use const_oid::ObjectIdentifier;
use der::Decode;
use der::asn1::GeneralizedTime;
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::CrlReason;

use super::Certificate;
use crate::time::{Time, When};

/// Why a certificate was revoked (RFC 5280, 5.3.1), as far as an office has use for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// No reason given.
    Unspecified,
    /// Somebody else may have the key.
    KeyCompromise,
    /// The person moved to another position.
    AffiliationChanged,
    /// A newer certificate replaces it.
    Superseded,
    /// The person left the service.
    CessationOfOperation,
    /// Not to be used for a time; the one reason that can be taken back.
    Hold,
}

impl Reason {
    /// The code of RFC 5280, 5.3.1.
    pub const fn code(self) -> u8 {
        match self {
            Self::Unspecified => 0,
            Self::KeyCompromise => 1,
            Self::AffiliationChanged => 3,
            Self::Superseded => 4,
            Self::CessationOfOperation => 5,
            Self::Hold => 6,
        }
    }

    /// Whether the key was given up and not lost. A list without a reason does not say so (RFC 3161, 4).
    pub const fn is_orderly(self) -> bool {
        matches!(self, Self::AffiliationChanged | Self::Superseded | Self::CessationOfOperation)
    }

    /// What a list or an answer with this reason says.
    pub(super) const fn since(self, at: Time) -> Said {
        match self {
            Self::Hold => Said::Held(at),
            reason => Said::Revoked(at, reason),
        }
    }
}

impl From<CrlReason> for Reason {
    fn from(reason: CrlReason) -> Self {
        match reason {
            CrlReason::KeyCompromise => Self::KeyCompromise,
            CrlReason::AffiliationChanged => Self::AffiliationChanged,
            CrlReason::Superseded => Self::Superseded,
            CrlReason::CessationOfOperation => Self::CessationOfOperation,
            CrlReason::CertificateHold => Self::Hold,
            _ => Self::Unspecified,
        }
    }
}

/// What the lists and answers at hand say of one certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revocation {
    /// A list of its issuer, in force at the moment asked about, does not name it, or an answer says so.
    Good,
    /// Revoked.
    Revoked {
        /// Since when.
        at: Time,
        /// Why.
        reason: Reason,
    },
    /// Nothing that answers.
    Unknown,
}

/// What one list or answer says of one certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// Nothing of this certificate or this moment.
    Nothing,
    /// Not revoked.
    Good,
    /// Not to be used since then, until further notice.
    Held(Time),
    /// Revoked since then.
    Revoked(Time, Reason),
}

/// `invalidityDate` (RFC 5280, 5.3.2).
const INVALIDITY_DATE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.24");

/// Since when a certificate is not to be relied on that was revoked at `revoked`: the issuer may say that the key was in other
/// hands before. `None` if that cannot be read.
pub(super) fn since(revoked: Time, extensions: &[Extension]) -> Option<Time> {
    let mut dates = extensions.iter().filter(|extension| extension.extn_id == INVALIDITY_DATE);
    dates.try_fold(revoked, |since, extension| {
        let date = GeneralizedTime::from_der(extension.extn_value.as_bytes()).ok()?;
        Some(since.min(Time::from_unix(date.to_unix_duration().as_secs())))
    })
}

impl Said {
    /// The same for a question about an earlier moment: what was revoked later was not then. A date that the clock of who
    /// asks has not reached counts all the same.
    pub(super) fn as_of(self, When { at, now }: When) -> Self {
        match self {
            Self::Revoked(since, _) | Self::Held(since) if at < now && since > at => Self::Good,
            said => said,
        }
    }
}

/// The time for which a list or an answer speaks (`thisUpdate`, `nextUpdate`).
#[derive(Clone, Copy, Debug)]
pub(super) struct Period {
    /// When it was made.
    pub(super) from: Time,
    /// Until when it may be used. Without it, it says nothing good.
    pub(super) to: Option<Time>,
}

impl Period {
    /// Whether silence about `certificate`, or good news, says something of `moment`, asked at `now`.
    pub(super) fn answers(self, certificate: &Certificate, moment: Time, now: Time) -> bool {
        // RFC 5280, 3.3: what was made after the certificate's expiry need not name it any more, so it says
        // nothing of a moment before.
        let expiry = certificate.not_after();
        let dropped = self.from > expiry && moment <= expiry;
        self.from <= now && self.to.is_some_and(|to| moment <= to) && !dropped
    }
}

/// All that was said of one certificate so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sayings {
    /// When the newest good news was made.
    good: Option<Time>,
    /// When the newest hold was reported, and since when it holds.
    held: Option<(Time, Time)>,
    revoked: Option<(Time, Reason)>,
}

impl Sayings {
    /// Adds what something made at `made` says.
    pub(super) fn add(&mut self, said: Said, made: Time) {
        match said {
            Said::Nothing => {}
            Said::Good => self.good = self.good.max(Some(made)),
            Said::Held(since) => self.held = self.held.max(Some((made, since))),
            // Of two dates the earlier one: the later one may be when it was listed again. Of two reasons the worse
            // one: that a key was lost may have come out later.
            Said::Revoked(at, reason) => {
                let (known, why) = self.revoked.unwrap_or((at, reason));
                let worse = why.is_orderly() && !reason.is_orderly();
                let earlier = at < known && why.is_orderly() == reason.is_orderly();
                self.revoked = Some((known.min(at), if worse || earlier { reason } else { why }));
            }
        }
    }

    /// The worst of it. A hold is over once something newer says so, as removed from a list (RFC 5280,
    /// 5.3.1); no other reason can be taken back.
    pub(super) fn conclude(self) -> Revocation {
        match (self.revoked, self.held, self.good) {
            (Some((at, reason)), ..) => Revocation::Revoked { at, reason },
            (None, Some((made, at)), good) if good.is_none_or(|good| good <= made) => {
                Revocation::Revoked { at, reason: Reason::Hold }
            }
            (None, _, Some(_)) => Revocation::Good,
            (None, ..) => Revocation::Unknown,
        }
    }
}
