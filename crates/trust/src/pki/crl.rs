//! Certificate revocation lists (RFC 5280, 5).
//!
//! A list answers one question: had this issuer revoked this serial number at this moment? What
//! cannot be answered is [`Revocation::Unknown`], never "not revoked".

use const_oid::ObjectIdentifier;
use der::pem::PemLabel as _;
use der::{Decode, Document, Encode, EncodePem};
use sha2::{Digest, Sha256};
use x509_cert::certificate::Rfc5280;
use x509_cert::crl::CertificateList;
use x509_cert::ext::Extension;

use super::{Certificate, SignatureAlgorithm};
use crate::time::Time;

pub(super) const REASON_CODE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.21");

/// Extensions of a list that this program understands.
const UNDERSTOOD: [ObjectIdentifier; 2] = [
    ObjectIdentifier::new_unwrap("2.5.29.20"), // cRLNumber
    ObjectIdentifier::new_unwrap("2.5.29.35"), // authorityKeyIdentifier
];

/// Why bytes are no usable list.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CrlError {
    /// Not DER, or not a list.
    #[error("not an X.509 revocation list")]
    Der(#[from] der::Error),
    /// Encodes differently when written again.
    #[error("the revocation list is not in DER")]
    NotCanonical,
}

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
        }
    }

    fn from_code(code: u8) -> Self {
        match code {
            1 => Self::KeyCompromise,
            3 => Self::AffiliationChanged,
            4 => Self::Superseded,
            5 => Self::CessationOfOperation,
            _ => Self::Unspecified,
        }
    }
}

/// What the lists at hand say of one certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revocation {
    /// A list of its issuer, in force at the moment asked about, does not name it.
    Good,
    /// Revoked.
    Revoked {
        /// Since when.
        at: Time,
        /// Why.
        reason: Reason,
    },
    /// No list that answers.
    Unknown,
}

/// A revocation list.
#[derive(Clone, Debug)]
pub struct Crl {
    der: Vec<u8>,
    parsed: CertificateList<Rfc5280>,
    fingerprint: [u8; 32],
}

impl Crl {
    /// Parses DER.
    ///
    /// # Errors
    ///
    /// [`CrlError`]
    pub fn from_der(bytes: &[u8]) -> Result<Self, CrlError> {
        let parsed = CertificateList::<Rfc5280>::from_der(bytes)?;
        if parsed.to_der()? != bytes {
            return Err(CrlError::NotCanonical);
        }
        Ok(Self { der: bytes.to_vec(), parsed, fingerprint: Sha256::digest(bytes).into() })
    }

    /// Parses PEM (`X509 CRL`).
    ///
    /// # Errors
    ///
    /// [`CrlError`]
    pub fn from_pem(text: &str) -> Result<Self, CrlError> {
        let (label, document) = Document::from_pem(text)?;
        CertificateList::<Rfc5280>::validate_pem_label(label).map_err(der::Error::from)?;
        Self::from_der(document.as_bytes())
    }

    /// The DER encoding.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The PEM encoding.
    pub fn pem(&self) -> String {
        self.parsed.to_pem(der::pem::LineEnding::LF).unwrap_or_default()
    }

    /// Since when the list speaks.
    pub fn this_update(&self) -> Time {
        Time::from_x509(self.parsed.tbs_cert_list.this_update)
    }

    /// Until when; a list without this date is not used.
    pub fn next_update(&self) -> Option<Time> {
        self.parsed.tbs_cert_list.next_update.map(Time::from_x509)
    }

    /// SHA-256 of the DER encoding.
    pub(super) fn fingerprint(&self) -> [u8; 32] {
        self.fingerprint
    }

    /// What this list says of `certificate`, if its issuer `signed` it, for the moment `moment`; `now`
    /// is when the question is asked. A list made after the moment knows more than one made before.
    ///
    /// A certificate that is on the list counts as revoked whatever the date of the list: being
    /// too old cannot make a revocation go away.
    pub(super) fn status(
        &self,
        certificate: &Certificate,
        signed: impl FnOnce() -> bool,
        moment: Time,
        now: Time,
    ) -> Revocation {
        let list = &self.parsed.tbs_cert_list;
        let certificate = certificate.x509().tbs_certificate();
        if &list.issuer != certificate.issuer() || !self.understood() || !signed() {
            return Revocation::Unknown;
        }
        let entries = list.revoked_certificates.as_deref().unwrap_or_default();
        if let Some(entry) = entries.iter().find(|e| &e.serial_number == certificate.serial_number()) {
            return Revocation::Revoked {
                at: Time::from_x509(entry.revocation_date),
                reason: reason(entry.crl_entry_extensions.as_deref().unwrap_or_default()),
            };
        }
        // RFC 5280, 3.3: a list made after the certificate's expiry need not name it any more, so it
        // says nothing of a moment before.
        let expiry = Time::from_x509(certificate.validity().not_after);
        let dropped = self.this_update() > expiry && moment <= expiry;
        let current = self.this_update() <= now && self.next_update().is_some_and(|next| moment <= next);
        if current && !dropped { Revocation::Good } else { Revocation::Unknown }
    }

    /// Whether `issuer` may sign lists, and signed this one.
    pub(super) fn is_signed_by(&self, issuer: &Certificate) -> bool {
        let list = &self.parsed.tbs_cert_list;
        let Ok(algorithm) = SignatureAlgorithm::from_identifier(&list.signature, None) else { return false };
        issuer.signs_crls()
            && list.signature == self.parsed.signature_algorithm
            && list.to_der().is_ok_and(|bytes| {
                issuer.key().verifies(algorithm, &bytes, self.parsed.signature.as_bytes().unwrap_or_default())
            })
    }

    /// A critical extension that is not understood may mean a partial list (RFC 5280, 5.2); one of an
    /// entry, that it is about somebody else (5.3).
    fn understood(&self) -> bool {
        let list = &self.parsed.tbs_cert_list;
        let entries = list.revoked_certificates.iter().flatten();
        let of_entries = entries.filter_map(|entry| entry.crl_entry_extensions.as_ref()).flatten();
        let unknown =
            |e: &Extension| e.critical && e.extn_id != REASON_CODE && !UNDERSTOOD.contains(&e.extn_id);
        !list.crl_extensions.iter().flatten().chain(of_entries).any(unknown)
    }
}

fn reason(extensions: &[Extension]) -> Reason {
    let Some(extension) = extensions.iter().find(|e| e.extn_id == REASON_CODE) else {
        return Reason::Unspecified;
    };
    // CRLReason ::= ENUMERATED, one octet.
    match extension.extn_value.as_bytes() {
        [0x0a, 0x01, code] => Reason::from_code(*code),
        _ => Reason::Unspecified,
    }
}
