//! Time stamps (RFC 3161): somebody else's word that content existed at a moment.

use std::collections::BTreeSet;

use const_oid::ObjectIdentifier;
use der::asn1::OctetStringRef;
use der::{Any, Decode, Reader as _, SliceReader, Tag, TagNumber, Tagged};
use spki::AlgorithmIdentifierOwned;
use x509_cert::ext::Extension;

use super::Error;
use super::digest::Named;
use super::general::{General, Profile, Tolerated};
use crate::pki::{Certificate, Crl, Effort, OcspAnswer};
use crate::time::Time;

/// A parsed token, not yet compared with any content.
#[derive(Debug)]
pub struct TimeStamp {
    token: General,
    content: Vec<u8>,
    info: TstInfo,
}

/// Evidence that a token is over the content it was compared with. That anybody trusts its authority
/// is another question.
#[derive(Debug)]
pub struct VerifiedTimeStamp {
    /// When, by the authority's clock.
    pub time: Time,
    /// The authority's certificate.
    pub leaf: Certificate,
    /// The other certificates that came along.
    pub others: Vec<Certificate>,
    /// Revocation lists that came along.
    pub crls: Vec<Crl>,
    /// Answers about certificates that came along.
    pub answers: Vec<OcspAnswer>,
    /// What was tolerated.
    pub tolerated: BTreeSet<Tolerated>,
}

/// The part of `TSTInfo` that says what was stamped, and when.
#[derive(Debug)]
struct TstInfo {
    hash: Named,
    imprint: Vec<u8>,
    time: Time,
}

impl TimeStamp {
    /// Parses the bytes of `/Contents`: one token, then zeros.
    ///
    /// # Errors
    ///
    /// [`Error`]
    pub fn parse(contents: &[u8], effort: &Effort) -> Result<Self, Error> {
        Self::new(General::parse(contents, Profile::TimeStamp, effort)?)
    }

    /// Parses a token that stands alone.
    ///
    /// # Errors
    ///
    /// [`Error`]
    pub fn from_der(der: &[u8], effort: &Effort) -> Result<Self, Error> {
        Self::new(General::from_der(der, Profile::TimeStamp, effort)?)
    }

    fn new(token: General) -> Result<Self, Error> {
        let content = token.content.clone().ok_or(Error::Malformed)?;
        let info = TstInfo::parse(&content)?;
        Ok(Self { token, content, info })
    }

    /// Compares the token with the content it is said to stamp, given in parts.
    ///
    /// # Errors
    ///
    /// [`Error::Digest`] if it stamps other content, [`Error::Signature`] if the key did not sign; or why a
    /// time stamp of this kind proves nothing.
    pub fn verify(self, parts: &[&[u8]]) -> Result<VerifiedTimeStamp, Error> {
        self.info.hash.compare(parts, &self.info.imprint)?;
        let verified = self.token.verify(&[&self.content])?;
        Ok(VerifiedTimeStamp {
            time: self.info.time,
            leaf: verified.leaf,
            others: verified.others,
            crls: verified.crls,
            answers: verified.answers,
            tolerated: verified.tolerated,
        })
    }
}

impl TstInfo {
    /// RFC 3161, 2.4.2. What follows `genTime` is optional; of it the accuracy and critical extensions are of concern here.
    fn parse(der: &[u8]) -> Result<Self, Error> {
        let parts = Vec::<Any>::from_der(der).map_err(|_| Error::Malformed)?;
        let [version, policy, imprint, serial, time, more @ ..] = parts.as_slice() else {
            return Err(Error::Malformed);
        };
        if version.decode_as::<u8>().is_ok_and(|version| version > 1) || more.iter().any(is_critical) {
            return Err(Error::Newer);
        }
        let shaped = version.decode_as::<u8>() == Ok(1)
            && policy.decode_as::<ObjectIdentifier>().is_ok()
            && serial.tag() == Tag::Integer
            && time.tag() == Tag::GeneralizedTime;
        let imprint: Vec<Any> = imprint.decode_as().map_err(|_| Error::Malformed)?;
        let ([algorithm, digest], true) = (imprint.as_slice(), shaped) else { return Err(Error::Malformed) };
        let algorithm: AlgorithmIdentifierOwned = algorithm.decode_as().map_err(|_| Error::Malformed)?;
        let digest: &OctetStringRef = digest.decode_as().map_err(|_| Error::Malformed)?;
        Ok(Self {
            hash: Named::from_identifier(&algorithm),
            imprint: digest.as_bytes().to_vec(),
            time: accuracy(more)
                .and_then(|accuracy| Some(Time::from_unix(generalized_time(time.value())?.unix() + accuracy)))
                .ok_or(Error::Malformed)?,
        })
    }
}

/// By how many seconds the stamp may have been made later than it says (`Accuracy`, 2.4.2), begun ones counted; `None`
/// if that cannot be read.
fn accuracy(more: &[Any]) -> Option<u64> {
    let Some(accuracy) = more.first().filter(|part| part.tag() == Tag::Sequence) else { return Some(0) };
    let mut seconds = 0;
    for part in accuracy.decode_as::<Vec<Any>>().ok()? {
        match part.tag() {
            Tag::Integer => seconds += u64::from(part.decode_as::<u32>().ok()?),
            Tag::ContextSpecific { constructed: false, .. } => seconds += 1,
            _ => return None,
        }
    }
    Some(seconds)
}

/// Whether this part is `extensions [1]` and one of them is critical, or not to be read: none is known here.
fn is_critical(part: &Any) -> bool {
    if part.tag() != (Tag::ContextSpecific { constructed: true, number: TagNumber(1) }) {
        return false;
    }
    let Ok(mut reader) = SliceReader::new(part.value()) else { return true };
    while !reader.is_finished() {
        match Extension::decode(&mut reader) {
            Ok(extension) if !extension.critical => {}
            _ => return true,
        }
    }
    false
}

/// `20260105012345Z` or `20260105012345.67Z`: RFC 3161 allows fractions, which RFC 5280 does not.
fn generalized_time(text: &[u8]) -> Option<Time> {
    let digits = text.strip_suffix(b"Z")?;
    let (whole, fraction) = digits.split_at_checked(14)?;
    let fraction_fits = match fraction.split_first() {
        None => true,
        Some((b'.', rest)) => !rest.is_empty() && rest.iter().all(u8::is_ascii_digit),
        Some(_) => false,
    };
    let mut date = b"D:".to_vec();
    date.extend_from_slice(whole);
    date.push(b'Z');
    if fraction_fits { Time::from_pdf_date(&date) } else { None }
}
