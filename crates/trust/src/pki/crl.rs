//! Certificate revocation lists (RFC 5280, 5).
//!
//! A list answers one question: had this issuer revoked this serial number at this moment? What
//! cannot be answered is [`Said::Nothing`], never "not revoked".

use std::collections::BTreeMap;

use const_oid::ObjectIdentifier;
use der::asn1::UintRef;
use der::pem::PemLabel as _;
use der::{Decode, Document, Encode, EncodePem};
use sha2::{Digest, Sha256};
use x509_cert::certificate::Rfc5280;
use x509_cert::crl::{CertificateList, RevokedCert};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::CrlReason;

use super::certificate::text;
use super::elements::first;
use super::name::folded;
use super::revocation::{Period, Reason, Said};
use super::{Certificate, SignatureAlgorithm};
use crate::digits::hex;
use crate::time::Time;

pub(super) const REASON_CODE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.21");
const CRL_NUMBER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.20");

/// Extensions of a list that this program understands.
const UNDERSTOOD: [ObjectIdentifier; 2] = [
    CRL_NUMBER,
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

/// A revocation list.
#[derive(Clone, Debug)]
pub struct Crl {
    der: Vec<u8>,
    parsed: CertificateList<Rfc5280>,
    fingerprint: [u8; 32],
    /// Digest of the issuer's name ([`folded`]).
    issuer: [u8; 32],
    /// Places of the entries, by serial number: a list of a megabyte is asked about each signer of a file.
    by_serial: Vec<usize>,
    understood: bool,
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
        let issuer = folded(&parsed.tbs_cert_list.issuer);
        let entries = parsed.tbs_cert_list.revoked_certificates.as_deref().unwrap_or_default();
        let mut by_serial: Vec<usize> = (0..entries.len()).collect();
        by_serial.sort_by_key(|&place| entries.get(place).map(|entry| entry.serial_number.as_bytes()));
        let understood = understood(&parsed);
        let fingerprint = Sha256::digest(bytes).into();
        Ok(Self { der: bytes.to_vec(), parsed, fingerprint, issuer, by_serial, understood })
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

    /// The number of the list (RFC 5280, 5.2.3), in decimal; one that nobody could read so, in hexadecimal.
    pub fn number(&self) -> Option<String> {
        let octets = self.number_octets()?;
        let small = octets.iter().try_fold(0_u128, |n, &o| n.checked_mul(256)?.checked_add(u128::from(o)));
        Some(small.map_or_else(|| format!("0x{}", hex(&octets)), |n| n.to_string()))
    }

    /// Its octets, without zeros in front.
    fn number_octets(&self) -> Option<Vec<u8>> {
        let extensions = self.parsed.tbs_cert_list.crl_extensions.as_ref()?;
        let extension = extensions.iter().find(|e| e.extn_id == CRL_NUMBER)?;
        let number = UintRef::from_der(extension.extn_value.as_bytes()).ok()?;
        Some(number.as_bytes().iter().copied().skip_while(|&octet| octet == 0).collect())
    }

    /// Whose list it is: the last part of the issuer's name that is text. A mere claim.
    pub fn issuer(&self) -> String {
        let names = self.parsed.tbs_cert_list.issuer.iter().filter_map(|a| text(&a.value));
        names.last().unwrap_or_default()
    }

    /// Whether this list was made before another one of the same issuer: by its number, which only grows
    /// (RFC 5280, 5.2.3), else by its date.
    fn is_older_than(&self, other: &Self) -> bool {
        let order = |list: &Self| list.number_octets().map(|number| (number.len(), number));
        match (order(self), order(other)) {
            (Some(own), Some(others)) if own != others => own < others,
            _ => self.this_update() < other.this_update(),
        }
    }

    /// The number of the list to count with; `None` if it has none, or one that no office reaches.
    pub fn sequence(&self) -> Option<u64> {
        let octets = self.number_octets()?;
        octets.iter().try_fold(0_u64, |n, &octet| n.checked_mul(256)?.checked_add(u64::from(octet)))
    }

    /// Every certificate on the list: serial number in hexadecimal, since when, and why.
    pub fn revoked(&self) -> impl Iterator<Item = (String, Time, Reason)> + '_ {
        self.parsed.tbs_cert_list.revoked_certificates.iter().flatten().map(|entry| {
            (
                hex(entry.serial_number.as_bytes()),
                Time::from_x509(entry.revocation_date),
                reason(entry.crl_entry_extensions.as_deref().unwrap_or_default()),
            )
        })
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
    ) -> Said {
        if !certificate.is_by(&self.issuer) || !self.understood || !signed() {
            return Said::Nothing;
        }
        let serial = certificate.x509().tbs_certificate().serial_number().as_bytes();
        if let Some(entry) = self.entry(serial) {
            let at = Time::from_x509(entry.revocation_date);
            return reason(entry.crl_entry_extensions.as_deref().unwrap_or_default()).since(at);
        }
        let period = Period { from: self.this_update(), to: self.next_update() };
        if period.answers(certificate, moment, now) { Said::Good } else { Said::Nothing }
    }

    /// Whether `issuer` may sign lists, and signed this one.
    pub fn is_signed_by(&self, issuer: &Certificate) -> bool {
        let list = &self.parsed.tbs_cert_list;
        let Ok(algorithm) = SignatureAlgorithm::from_identifier(&list.signature, None) else { return false };
        issuer.signs_crls()
            && list.signature == self.parsed.signature_algorithm
            && first(&self.der).is_some_and(|bytes| {
                issuer.key().verifies(algorithm, bytes, self.parsed.signature.as_bytes().unwrap_or_default())
            })
    }

    /// The first entry with this serial number.
    fn entry(&self, serial: &[u8]) -> Option<&RevokedCert<Rfc5280>> {
        let entries = self.parsed.tbs_cert_list.revoked_certificates.as_deref()?;
        let entry = |&place: &usize| entries.get(place);
        let before = |place: &usize| entry(place).is_some_and(|e| e.serial_number.as_bytes() < serial);
        let first = self.by_serial.get(self.by_serial.partition_point(before))?;
        entry(first).filter(|entry| entry.serial_number.as_bytes() == serial)
    }
}

/// A critical extension that is not understood may mean a partial list (RFC 5280, 5.2); one of an entry, that
/// it is about somebody else (5.3).
fn understood(parsed: &CertificateList<Rfc5280>) -> bool {
    let list = &parsed.tbs_cert_list;
    let entries = list.revoked_certificates.iter().flatten();
    let of_entries = entries.filter_map(|entry| entry.crl_entry_extensions.as_ref()).flatten();
    let unknown = |e: &Extension| e.critical && e.extn_id != REASON_CODE && !UNDERSTOOD.contains(&e.extn_id);
    !list.crl_extensions.iter().flatten().chain(of_entries).any(unknown)
}

/// Lists that are older than another one of the same issuer, each with the newest one.
///
/// Nothing is dropped because of it: what an older list revokes stays revoked, and "not revoked" is only
/// said by a list that is in force at the moment that counts. But somebody who keeps an old list beside the
/// new one should know which one answers.
pub fn older_lists(lists: &[Crl]) -> Vec<(&Crl, &Crl)> {
    let mut newest: BTreeMap<[u8; 32], &Crl> = BTreeMap::new();
    for list in lists {
        let known = newest.entry(list.issuer).or_insert(list);
        if known.is_older_than(list) {
            *known = list;
        }
    }
    let superseded =
        |list: &'_ &Crl| newest.get(&list.issuer).is_some_and(|newest| list.is_older_than(newest));
    lists.iter().filter(superseded).filter_map(|list| Some((list, *newest.get(&list.issuer)?))).collect()
}

fn reason(extensions: &[Extension]) -> Reason {
    let extension = extensions.iter().find(|e| e.extn_id == REASON_CODE);
    let named = extension.and_then(|extension| CrlReason::from_der(extension.extn_value.as_bytes()).ok());
    named.map_or(Reason::Unspecified, Reason::from)
}
