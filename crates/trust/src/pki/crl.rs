//! Certificate revocation lists (RFC 5280, 5).
//!
//! A list answers one question: had this issuer revoked this serial number at this moment? What
//! cannot be answered is [`Said::Nothing`], never "not revoked".

use std::collections::BTreeMap;
use std::ops::Range;

use const_oid::ObjectIdentifier;
use der::asn1::{BitStringRef, UintRef};
use der::pem::LineEnding;
use der::{Decode, Document, Encode, Reader as _, SliceReader, Tag};
use sha2::{Digest, Sha256};
use spki::AlgorithmIdentifierOwned;
use x509_cert::certificate::Rfc5280;
use x509_cert::crl::RevokedCert;
use x509_cert::ext::pkix::CrlReason;
use x509_cert::ext::{Extension, Extensions};
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;

use super::certificate::text;
use super::elements::{FIRST, SEQUENCE, first, parts_of, tagged};
use super::name::folded;
use super::revocation::{Period, Reason, Said, since};
use super::{Certificate, SignatureAlgorithm};
use crate::digits::hex;
use crate::time::Time;

/// Label of PEM (RFC 7468, 6).
const LABEL: &str = "X509 CRL";

/// `INTEGER 1`: version 2 (RFC 5280, 5.1.2.1).
const VERSION: &[u8] = &[2, 1, 1];

/// Bytes of one entry, and of all that is no entry: what is decoded takes up to thirty times its bytes.
const MAX_DECODED: usize = 64 * 1024;

pub(super) const REASON_CODE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.21");
const CRL_NUMBER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.20");

/// `deltaCRLIndicator` (RFC 5280, 5.2.4), `issuingDistributionPoint` (5.2.5), and the tag of its `indirectCRL [4]`,
/// which is there if it is true.
const DELTA: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.27");
const DISTRIBUTION_POINT: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.28");
const INDIRECT: u8 = 0x84;

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
    /// One entry, or what is around the entries, is larger than any authority makes it.
    #[error("the revocation list has parts of an unusual size")]
    Size,
}

impl CrlError {
    /// A name for programs, and for texts in any language.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Der(_) => "error.crl-malformed",
            Self::Size => "error.crl-length",
        }
    }
}

/// A revocation list. The entries stay as they are, and are read when they are asked for: millions of them fit into
/// what a file may unpack to.
#[derive(Clone, Debug)]
pub struct Crl {
    der: Vec<u8>,
    head: Head,
    fingerprint: [u8; 32],
    /// Digest of the issuer's name ([`folded`]).
    issuer: [u8; 32],
    /// Where the entries stand, one after the other.
    entries: Range<usize>,
    /// The place of each in there, by serial number: a list of a megabyte is asked about each signer of a file.
    by_serial: Vec<usize>,
    /// Whether there is nothing in it that is not understood: it may be a part of a list.
    understood: bool,
    /// Whether it names certificates of other authorities as well.
    indirect: bool,
}

/// All but the entries.
#[derive(Clone, Debug)]
struct Head {
    issuer: Name,
    this_update: Time,
    next_update: Option<Time>,
    extensions: Extensions,
    /// What the issuer says it signed with, inside and outside of what is signed.
    algorithms: [AlgorithmIdentifierOwned; 2],
    signature: Vec<u8>,
}

impl Crl {
    /// Parses DER.
    ///
    /// # Errors
    ///
    /// [`CrlError`]
    pub fn from_der(bytes: &[u8]) -> Result<Self, CrlError> {
        let malformed = || CrlError::Der(Tag::Sequence.value_error().into());
        let inside = |element| parts_of(element, SEQUENCE).ok_or_else(malformed);
        let [signed, outer, signature] = inside(bytes)?[..] else { return Err(malformed()) };
        let fields = inside(signed)?;
        // Without a version it is version 1, which has no extensions.
        let (versioned, fields) = match fields.split_first() {
            Some((&VERSION, rest)) => (true, rest),
            _ => (false, &fields[..]),
        };
        let [algorithm, issuer, this_update, rest @ ..] = fields else { return Err(malformed()) };
        // Times have tags of their own, extensions are in [0]: what is a SEQUENCE are the entries.
        let is_list = |field: &&&[u8]| field.first() == Some(&SEQUENCE);
        let list = rest.iter().find(is_list);
        let content = list.and_then(|list| tagged(list)).map_or(&[][..], |(_, content)| content);
        if bytes.len() - content.len() > MAX_DECODED {
            return Err(CrlError::Size);
        }
        let is_extensions = |field: &&&[u8]| field.first() == Some(&FIRST);
        let (next_update, after) = match rest.split_first() {
            Some((field, after)) if !is_list(&field) && !is_extensions(&field) => (Some(field), after),
            _ => (None, rest),
        };
        let after = after.get(usize::from(list.is_some())..).unwrap_or_default();
        let extensions = match after {
            [] => Extensions::default(),
            [field] if versioned => match parts_of(field, FIRST).as_deref() {
                Some([extensions]) => Extensions::from_der(extensions)?,
                _ => return Err(malformed()),
            },
            _ => return Err(malformed()),
        };
        let time = |field: &[u8]| x509_cert::time::Time::from_der(field).map(Time::from_x509);
        let head = Head {
            issuer: Name::from_der(issuer)?,
            this_update: time(this_update)?,
            next_update: next_update.map(|field| time(field)).transpose()?,
            extensions,
            algorithms: [
                AlgorithmIdentifierOwned::from_der(algorithm)?,
                AlgorithmIdentifierOwned::from_der(outer)?,
            ],
            signature: BitStringRef::from_der(signature)?.as_bytes().unwrap_or_default().to_vec(),
        };
        // Whatever is behind the entries is as long as it is from the end of the file.
        let behind = after.iter().chain([&outer, &signature]).map(|field| field.len()).sum::<usize>();
        let end = bytes.len() - behind;
        let entries = end - content.len()..end;
        let (by_serial, plain) = places(content)?;
        let understood = plain && head.extensions.iter().all(is_understood);
        let (issuer, fingerprint) = (folded(&head.issuer), Sha256::digest(bytes).into());
        let indirect = is_indirect(&head.extensions);
        Ok(Self { der: bytes.to_vec(), head, fingerprint, issuer, entries, by_serial, understood, indirect })
    }

    /// Parses PEM (`X509 CRL`).
    ///
    /// # Errors
    ///
    /// [`CrlError`]
    pub fn from_pem(text: &str) -> Result<Self, CrlError> {
        let (label, document) = Document::from_pem(text)?;
        if label != LABEL {
            return Err(CrlError::Der(der::pem::Error::UnexpectedTypeLabel { expected: LABEL }.into()));
        }
        Self::from_der(document.as_bytes())
    }

    /// The DER encoding.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The PEM encoding.
    pub fn pem(&self) -> String {
        let document =
            Document::try_from(self.der()).and_then(|document| document.to_pem(LABEL, LineEnding::LF));
        document.unwrap_or_default()
    }

    /// Since when the list speaks.
    pub fn this_update(&self) -> Time {
        self.head.this_update
    }

    /// Until when; a list without this date is not used.
    pub fn next_update(&self) -> Option<Time> {
        self.head.next_update
    }

    /// The number of the list (RFC 5280, 5.2.3), in decimal; one that nobody could read so, in hexadecimal.
    pub fn number(&self) -> Option<String> {
        let octets = self.number_octets()?;
        let small = octets.iter().try_fold(0_u128, |n, &o| n.checked_mul(256)?.checked_add(u128::from(o)));
        Some(small.map_or_else(|| format!("0x{}", hex(&octets)), |n| n.to_string()))
    }

    /// Its octets, without zeros in front.
    fn number_octets(&self) -> Option<Vec<u8>> {
        let extension = self.head.extensions.iter().find(|e| e.extn_id == CRL_NUMBER)?;
        let number = UintRef::from_der(extension.extn_value.as_bytes()).ok()?;
        Some(number.as_bytes().iter().copied().skip_while(|&octet| octet == 0).collect())
    }

    /// Whose list it is: the last part of the issuer's name that is text. A mere claim.
    pub fn issuer(&self) -> String {
        let names = self.head.issuer.iter().filter_map(|a| text(&a.value));
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
        self.by_serial.iter().filter_map(|&place| {
            let Entry { serial, at, reason, .. } = said(self.entry_at(place)?)?;
            Some((hex(serial.as_bytes()), at, reason))
        })
    }

    fn entry_at(&self, place: usize) -> Option<&[u8]> {
        let rest = self.der.get(self.entries.clone())?.get(place..)?;
        SliceReader::new(rest).ok()?.tlv_bytes().ok()
    }

    /// SHA-256 of the DER encoding.
    pub(super) fn fingerprint(&self) -> [u8; 32] {
        self.fingerprint
    }

    /// What this list says of `certificate`, if its issuer `signed` it, for the moment `moment`; `now`
    /// is when the question is asked. A list made after the moment knows more than one made before.
    ///
    /// A certificate that is on the list counts as revoked whatever the date of the list: being
    /// too old cannot make a revocation go away. Nor can a list that is a part of another one, such as the changes
    /// since (RFC 5280, 5.2.4) or those of some certificates (5.2.5): only its silence says nothing.
    pub(super) fn status(
        &self,
        certificate: &Certificate,
        signed: impl FnOnce() -> bool,
        moment: Time,
        now: Time,
    ) -> Said {
        if !certificate.is_by(&self.issuer) || self.indirect || !signed() {
            return Said::Nothing;
        }
        let Ok(serial) = certificate.x509().tbs_certificate().serial_number().to_der() else {
            return Said::Nothing;
        };
        let mut worst = Said::Nothing;
        let mut listed = false;
        for entry in self.entries(&serial) {
            listed = true;
            match said(entry) {
                // In the changes since another list: the hold of that one is over.
                Some(Entry { removed: true, .. }) if self.is_delta() => {}
                // Revoked once is revoked; a hold may be over.
                Some(Entry { at, reason, .. }) if !matches!(worst, Said::Revoked(..)) => {
                    worst = reason.since(at);
                }
                _ => {}
            }
        }
        let period = Period { from: self.this_update(), to: self.next_update() };
        let answers = !listed && self.understood && period.answers(certificate, moment, now);
        if answers { Said::Good } else { worst }
    }

    /// Whether `issuer` may sign lists, and signed this one.
    pub fn is_signed_by(&self, issuer: &Certificate) -> bool {
        let [inside, outside] = &self.head.algorithms;
        let Ok(algorithm) = SignatureAlgorithm::from_identifier(inside, None) else { return false };
        issuer.signs_crls()
            && inside == outside
            && first(&self.der)
                .is_some_and(|signed| issuer.key().verifies(algorithm, signed, &self.head.signature))
    }

    /// The entries with this serial number, in DER; the first hundred, where there should be one.
    fn entries(&self, serial: &[u8]) -> impl Iterator<Item = &[u8]> {
        let number = |&place: &usize| first(self.entry_at(place)?);
        let start = self.by_serial.partition_point(|place| number(place).is_some_and(|found| found < serial));
        let found = self.by_serial.get(start..).unwrap_or_default().iter().take(100);
        found.take_while(move |place| number(place) == Some(serial)).filter_map(|place| self.entry_at(*place))
    }

    /// Whether it has the changes since another list only (RFC 5280, 5.2.4).
    fn is_delta(&self) -> bool {
        self.head.extensions.iter().any(|extension| extension.extn_id == DELTA)
    }
}

/// Where entries stand, in the order of their serial numbers, and whether all that they say is understood.
fn places(content: &[u8]) -> Result<(Vec<usize>, bool), CrlError> {
    let mut found = Vec::new();
    let mut understood = true;
    let mut reader = SliceReader::new(content)?;
    while !reader.is_finished() {
        let place = usize::try_from(reader.position())?;
        let entry = reader.tlv_bytes()?;
        if entry.len() > MAX_DECODED {
            return Err(CrlError::Size);
        }
        let read = RevokedCert::<Rfc5280>::from_der(entry)?;
        understood &= read.crl_entry_extensions.iter().flatten().all(is_understood);
        found.push((first(entry).unwrap_or_default(), place));
    }
    found.sort_unstable();
    Ok((found.into_iter().map(|(_, place)| place).collect(), understood))
}

/// A critical extension that is not understood may mean a partial list (RFC 5280, 5.2); one of an entry, that
/// it is about somebody else (5.3). Those two that say so are critical, or should be.
fn is_understood(extension: &Extension) -> bool {
    !extension.critical && ![DELTA, DISTRIBUTION_POINT].contains(&extension.extn_id)
        || extension.extn_id == REASON_CODE
        || UNDERSTOOD.contains(&extension.extn_id)
}

/// Whether entries may be about certificates of other issuers: the entry before says whose (RFC 5280, 5.3.3).
fn is_indirect(extensions: &[Extension]) -> bool {
    let scope = extensions.iter().find(|extension| extension.extn_id == DISTRIBUTION_POINT);
    let fields = scope.map(|scope| parts_of(scope.extn_value.as_bytes(), SEQUENCE));
    fields.is_some_and(|fields| {
        fields.is_none_or(|all| all.iter().any(|field| field.first() == Some(&INDIRECT)))
    })
}

/// Whom an entry names, since when, and why.
struct Entry {
    serial: SerialNumber<Rfc5280>,
    at: Time,
    reason: Reason,
    /// `removeFromCRL`
    removed: bool,
}

/// Reads an entry; `None` if it says more than is understood.
fn said(entry: &[u8]) -> Option<Entry> {
    let entry = RevokedCert::<Rfc5280>::from_der(entry).ok()?;
    let extensions = entry.crl_entry_extensions.as_deref().unwrap_or_default();
    let named = extensions.iter().find(|extension| extension.extn_id == REASON_CODE);
    let named = named.and_then(|extension| CrlReason::from_der(extension.extn_value.as_bytes()).ok());
    let at = since(Time::from_x509(entry.revocation_date), extensions)?;
    extensions.iter().all(is_understood).then(|| Entry {
        serial: entry.serial_number,
        at,
        reason: named.map_or(Reason::Unspecified, Reason::from),
        removed: named == Some(CrlReason::RemoveFromCRL),
    })
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
