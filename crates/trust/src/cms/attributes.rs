//! The attributes of a signer (RFC 5652, 11; RFC 5035; RFC 6211).

use std::collections::BTreeSet;

use cms::signed_data::SignerInfo;
use const_oid::ObjectIdentifier;
use const_oid::db::rfc5911::{ID_CONTENT_TYPE, ID_MESSAGE_DIGEST, ID_SIGNING_TIME};
use der::asn1::{OctetStringRef, SetOfVec};
use der::{Any, Decode, Encode, SliceReader, Tag, TagNumber, Tagged};
use sha1::Sha1;
use sha2::Digest;
use spki::AlgorithmIdentifierOwned;
use x509_cert::attr::Attribute;

use super::general::{Profile, Tolerated};
use super::{Error, SIGNING_CERTIFICATE_V2};
use crate::pki::{Certificate, Hash};
use crate::time::Time;

/// `id-aa-signingCertificate` (RFC 2634), with SHA-1.
const SIGNING_CERTIFICATE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.12");
/// `id-aa-timeStampToken` (RFC 3161, Appendix A).
pub(super) const TIME_STAMP_TOKEN: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.14");
/// `id-aa-cmsAlgorithmProtect` (RFC 6211).
const ALGORITHM_PROTECTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.52");

/// Time stamps on one signature. One is usual, a second one renews it.
const MAX_TIME_STAMPS: usize = 8;

/// The one value of the one attribute of this type, if there is one.
///
/// # Errors
///
/// [`Error::Attributes`] if it is there twice, or has not exactly one value (RFC 5652, 11).
fn single(attributes: &SetOfVec<Attribute>, oid: ObjectIdentifier) -> Result<Option<&Any>, Error> {
    let mut found = attributes.iter().filter(|a| a.oid == oid);
    match (found.next().map(|a| a.values.as_slice()), found.next()) {
        (None, _) => Ok(None),
        (Some([value]), None) => Ok(Some(value)),
        _ => Err(Error::Attributes),
    }
}

/// `messageDigest`, provided that `contentType` is there and says the same as the content.
pub(super) fn message_digest(
    attributes: &SetOfVec<Attribute>,
    content_type: ObjectIdentifier,
) -> Result<Vec<u8>, Error> {
    let named = single(attributes, ID_CONTENT_TYPE)?.ok_or(Error::Attributes)?;
    if named.decode_as::<ObjectIdentifier>().ok() != Some(content_type) {
        return Err(Error::Attributes);
    }
    let digest = single(attributes, ID_MESSAGE_DIGEST)?.ok_or(Error::Attributes)?;
    let digest: &OctetStringRef = digest.decode_as().map_err(|_| Error::Attributes)?;
    Ok(digest.as_bytes().to_vec())
}

/// The signing certificate that the signer named (RFC 5035): without it, the certificate could be
/// exchanged for another one with the same key.
pub(super) fn signing_certificate(
    attributes: &SetOfVec<Attribute>,
    leaf: &Certificate,
    profile: Profile,
) -> Result<(), Error> {
    let new = single(attributes, SIGNING_CERTIFICATE_V2)?;
    let old = single(attributes, SIGNING_CERTIFICATE)?;
    // Each counts by itself (RFC 5035): a certificate that was revoked could be exchanged for its successor.
    if let Some(value) = new {
        check_id(value, leaf, false)?;
    }
    if let Some(value) = old {
        check_id(value, leaf, true)?;
    }
    match (new, old, profile) {
        // RFC 3161 knows nothing else, and a second certificate with the same SHA-1 and the same key
        // is of no use to anybody.
        (None, Some(_), Profile::Pades) => Err(Error::Broken("SHA-1")),
        (None, None, Profile::Pades | Profile::TimeStamp) => Err(Error::Unnamed),
        _ => Ok(()),
    }
}

/// Compares the first `ESSCertID` or `ESSCertIDv2` with the certificate.
fn check_id(value: &Any, leaf: &Certificate, sha1: bool) -> Result<(), Error> {
    let mismatch = || Error::SigningCertificate;
    let outer: Vec<Any> = value.decode_as().map_err(|_| mismatch())?;
    let ids: Vec<Any> = outer.first().ok_or_else(mismatch)?.decode_as().map_err(|_| mismatch())?;
    let id: Vec<Any> = ids.first().ok_or_else(mismatch)?.decode_as().map_err(|_| mismatch())?;
    let (hash, rest) = match id.split_first() {
        Some((first, rest)) if !sha1 && first.tag() == Tag::Sequence => {
            let algorithm: AlgorithmIdentifierOwned = first.decode_as().map_err(|_| mismatch())?;
            (Hash::from_identifier(&algorithm)?, rest)
        }
        _ => (Hash::Sha256, id.as_slice()),
    };
    let (named, rest) = rest.split_first().ok_or_else(mismatch)?;
    let named: &OctetStringRef = named.decode_as().map_err(|_| mismatch())?;
    let own = if sha1 { Sha1::digest(leaf.der()).to_vec() } else { hash.digest(&[leaf.der()]) };
    if named.as_bytes() != own {
        return Err(mismatch());
    }
    // IssuerSerial: the serial is its last part (RFC 5035, 5).
    let tbs = leaf.x509().tbs_certificate();
    let Some(issuer_serial) = rest.first() else { return Ok(()) };
    let parts: Vec<Any> = issuer_serial.decode_as().map_err(|_| mismatch())?;
    let serial = parts.get(1).and_then(|s| s.decode_as::<x509_cert::serial_number::SerialNumber>().ok());
    if serial.as_ref() == Some(tbs.serial_number()) { Ok(()) } else { Err(mismatch()) }
}

/// RFC 6211: where the signer named the algorithms under the signature, they have to be those that
/// were used.
pub(super) fn algorithm_protection(
    attributes: &SetOfVec<Attribute>,
    signer: &SignerInfo,
) -> Result<(), Error> {
    let Some(value) = single(attributes, ALGORITHM_PROTECTION)? else { return Ok(()) };
    let parts: Vec<Any> = value.decode_as().map_err(|_| Error::Attributes)?;
    let [digest, signature] = parts.as_slice() else { return Err(Error::Attributes) };
    let digest: AlgorithmIdentifierOwned = digest.decode_as().map_err(|_| Error::Attributes)?;
    // signatureAlgorithm [1] IMPLICIT: its first part is the object identifier.
    let is_signature = signature.tag() == Tag::ContextSpecific { constructed: true, number: TagNumber(1) };
    let mut reader = SliceReader::new(signature.value()).map_err(|_| Error::Attributes)?;
    let oid = ObjectIdentifier::decode(&mut reader).map_err(|_| Error::Attributes)?;
    if is_signature && digest.oid == signer.digest_alg.oid && oid == signer.signature_algorithm.oid {
        Ok(())
    } else {
        Err(Error::Attributes)
    }
}

/// When the signer says that it was. Programs write local time, or leave out seconds, against RFC 5652, 11.3: then it says
/// nothing, and the signature is as good as without.
pub(super) fn signing_time(
    attributes: &SetOfVec<Attribute>,
    tolerated: &mut BTreeSet<Tolerated>,
) -> Result<Option<Time>, Error> {
    let Some(value) = single(attributes, ID_SIGNING_TIME)? else { return Ok(None) };
    let time = value.decode_as::<x509_cert::time::Time>().ok().map(Time::from_x509);
    if time.is_none() {
        tolerated.insert(Tolerated::Time);
    }
    Ok(time)
}

/// The tokens among the unsigned attributes. Others are hints nobody answers for, and are not read.
pub(super) fn time_stamps(signer: &SignerInfo) -> Result<Vec<Vec<u8>>, Error> {
    let tokens = signer.unsigned_attrs.iter().flat_map(|attributes| attributes.iter());
    tokens
        .filter(|attribute| attribute.oid == TIME_STAMP_TOKEN)
        .flat_map(|attribute| attribute.values.iter())
        .take(MAX_TIME_STAMPS)
        .map(|token| token.to_der().map_err(|_| Error::Unsigned))
        .collect()
}
