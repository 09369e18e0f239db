//! SignedData as other programs write it: RSA, ECDSA or Ed25519, further attributes, time stamps.
//!
//! Wider than the one shape of [`super::Signature`], but with the same demands: one signer, signed
//! attributes, a digest of the content, and the certificate that the signature names.

use cms::cert::CertificateChoices;
use cms::content_info::ContentInfo;
use cms::signed_data::{SignedData, SignerIdentifier, SignerInfo};
use const_oid::ObjectIdentifier;
use const_oid::db::rfc5911::{ID_CONTENT_TYPE, ID_DATA, ID_MESSAGE_DIGEST, ID_SIGNED_DATA, ID_SIGNING_TIME};
use const_oid::db::rfc5912::ID_SHA_1;
use der::asn1::{OctetStringRef, SetOfVec};
use der::{Any, Decode, Encode, SliceReader, Tag, TagNumber, Tagged};
use sha1::Sha1;
use sha2::Digest;
use spki::AlgorithmIdentifierOwned;
use x509_cert::attr::Attribute;

use super::{Error, SIGNING_CERTIFICATE_V2, one_element};
use crate::pki::{AlgorithmError, Certificate, CertificateError, Hash, SignatureAlgorithm};
use crate::time::Time;

/// `id-aa-signingCertificate` (RFC 2634), with SHA-1.
const SIGNING_CERTIFICATE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.12");
/// `id-aa-timeStampToken` (RFC 3161, Appendix A).
const TIME_STAMP_TOKEN: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.14");
/// `id-aa-cmsAlgorithmProtect` (RFC 6211).
const ALGORITHM_PROTECTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.52");
/// `id-ct-TSTInfo` (RFC 3161).
const TST_INFO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");

/// Certificates in one CMS. Chains have three or four; each one more is work for the verifier.
const MAX_CERTIFICATES: usize = 64;

/// Time stamps on one signature. One is usual, a second one renews it.
const MAX_TIME_STAMPS: usize = 8;

/// What a CMS is said to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// `ETSI.CAdES.detached` (ETSI EN 319 142-1): the signing certificate is a signed attribute.
    Pades,
    /// `adbe.pkcs7.detached` (ISO 32000-2, 12.8.3.3).
    Pkcs7,
    /// `ETSI.RFC3161`, or the token on a signature (RFC 3161, 2.4.2): the content is inside.
    TimeStamp,
}

/// A parsed CMS, not yet compared with any content.
#[derive(Debug)]
pub struct General {
    leaf: Certificate,
    others: Vec<Certificate>,
    digest: Hash,
    message_digest: Vec<u8>,
    attributes: Vec<u8>,
    algorithm: SignatureAlgorithm,
    signature: Vec<u8>,
    /// The content of a time stamp.
    pub(super) content: Option<Vec<u8>>,
    signing_time: Option<Time>,
    time_stamps: Vec<Vec<u8>>,
}

/// Evidence that a signature holds over the content it was compared with.
#[derive(Debug)]
pub struct VerifiedGeneral {
    /// The signer's certificate. That anybody trusts it is another question.
    pub leaf: Certificate,
    /// The other certificates that came along.
    pub others: Vec<Certificate>,
    /// How it was made.
    pub algorithm: SignatureAlgorithm,
    /// The time that the signer claims, from the attribute `signing-time`.
    pub signing_time: Option<Time>,
    /// The tokens of time stamps on the signature, in DER.
    pub time_stamps: Vec<Vec<u8>>,
    /// The signature itself, which those time stamps are over.
    pub signature: Vec<u8>,
}

impl General {
    /// Parses the bytes of `/Contents`: one CMS, then zeros.
    ///
    /// # Errors
    ///
    /// [`Error`]
    pub fn parse(contents: &[u8], profile: Profile) -> Result<Self, Error> {
        if contents.iter().all(|&b| b == 0) {
            return Err(Error::Empty);
        }
        if contents.starts_with(&[0x30, 0x80]) {
            return Err(Error::NotDer);
        }
        Self::from_der(one_element(contents)?, profile)
    }

    /// Parses a CMS that stands alone.
    ///
    /// # Errors
    ///
    /// As [`General::parse`].
    pub fn from_der(der: &[u8], profile: Profile) -> Result<Self, Error> {
        let info = ContentInfo::from_der(der).map_err(|_| Error::Malformed)?;
        if info.content_type != ID_SIGNED_DATA {
            return Err(Error::Malformed);
        }
        let data: SignedData = info.content.decode_as().map_err(|_| Error::Malformed)?;
        let [signer] = data.signer_infos.0.as_slice() else { return Err(Error::Signers) };
        let content_type = data.encap_content_info.econtent_type;
        let content = content(&data, profile)?;
        let digest = Hash::from_identifier(&signer.digest_alg)?;
        let algorithm = SignatureAlgorithm::from_identifier(&signer.signature_algorithm, Some(digest))?;
        let (leaf, others) = certificates(&data, signer)?;
        let attributes = signer.signed_attrs.as_ref().ok_or(Error::Attributes)?;
        let message_digest = message_digest(attributes, content_type)?;
        signing_certificate(attributes, &leaf, profile)?;
        algorithm_protection(attributes, signer)?;
        Ok(Self {
            leaf,
            others,
            digest,
            message_digest,
            // RFC 5652, 5.4: signed as the DER of a SET OF, however they travel.
            attributes: attributes.to_der().map_err(|_| Error::Malformed)?,
            algorithm,
            signature: signer.signature.as_bytes().to_vec(),
            content,
            signing_time: signing_time(attributes)?,
            time_stamps: time_stamps(signer)?,
        })
    }

    /// Compares the signature with the content it is said to cover, given in parts.
    ///
    /// # Errors
    ///
    /// [`Error::Digest`] if the content differs, [`Error::Signature`] if the key did not sign.
    pub fn verify(self, parts: &[&[u8]]) -> Result<VerifiedGeneral, Error> {
        if self.message_digest != self.digest.digest(parts) {
            return Err(Error::Digest);
        }
        if !self.leaf.key().verifies(self.algorithm, &self.attributes, &self.signature) {
            return Err(Error::Signature);
        }
        Ok(VerifiedGeneral {
            leaf: self.leaf,
            others: self.others,
            algorithm: self.algorithm,
            signing_time: self.signing_time,
            time_stamps: self.time_stamps,
            signature: self.signature,
        })
    }
}

impl From<AlgorithmError> for Error {
    fn from(error: AlgorithmError) -> Self {
        match error {
            AlgorithmError::Broken(name) => Self::Broken(name),
            AlgorithmError::RsaSize(bits) if bits > 4096 => Self::LargeKey(bits),
            AlgorithmError::RsaSize(bits) => Self::WeakKey(bits),
            AlgorithmError::Unknown(_) => Self::UnknownAlgorithm,
            AlgorithmError::Key => Self::Certificate,
        }
    }
}

/// The content inside, which only a time stamp has, of the type that goes with it.
fn content(data: &SignedData, profile: Profile) -> Result<Option<Vec<u8>>, Error> {
    let info = &data.encap_content_info;
    match (profile, &info.econtent) {
        (Profile::TimeStamp, Some(content)) if info.econtent_type == TST_INFO => {
            let octets: &OctetStringRef = content.decode_as().map_err(|_| Error::Malformed)?;
            Ok(Some(octets.as_bytes().to_vec()))
        }
        (Profile::TimeStamp, _) => Err(Error::Malformed),
        (_, Some(_)) => Err(Error::Encapsulated),
        (_, None) if info.econtent_type == ID_DATA => Ok(None),
        (_, None) => Err(Error::Malformed),
    }
}

fn certificates(data: &SignedData, signer: &SignerInfo) -> Result<(Certificate, Vec<Certificate>), Error> {
    let all = data.certificates.as_ref().ok_or(Error::Certificate)?;
    if all.0.len() > MAX_CERTIFICATES {
        return Err(Error::Certificate);
    }
    let mut leaf = None;
    let mut others = Vec::new();
    for choice in all.0.iter() {
        // Attribute certificates and the like say nothing about the signer's key.
        let CertificateChoices::Certificate(certificate) = choice else { continue };
        let tbs = certificate.tbs_certificate();
        let named = match &signer.sid {
            SignerIdentifier::IssuerAndSerialNumber(id) => {
                tbs.issuer() == &id.issuer && tbs.serial_number() == &id.serial_number
            }
            SignerIdentifier::SubjectKeyIdentifier(id) => tbs
                .get_extension::<x509_cert::ext::pkix::SubjectKeyIdentifier>()
                .is_ok_and(|found| found.is_some_and(|(_, own)| own == *id)),
        };
        let der = certificate.to_der().map_err(|_| Error::Malformed)?;
        match Certificate::from_der(&der) {
            // Some programs send the signer's certificate a second time, in its chain.
            Ok(certificate) if named => {
                if leaf.as_ref().is_some_and(|known| known != &certificate) {
                    return Err(Error::Certificate);
                }
                leaf = Some(certificate);
            }
            Ok(certificate) => others.push(certificate),
            Err(CertificateError::Algorithm(error)) if named => return Err(error.into()),
            Err(_) if named => return Err(Error::Certificate),
            // An authority with a key of another kind: no path will lead through it.
            Err(_) => {}
        }
    }
    Ok((leaf.ok_or(Error::Certificate)?, others))
}

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
fn message_digest(
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
fn signing_certificate(
    attributes: &SetOfVec<Attribute>,
    leaf: &Certificate,
    profile: Profile,
) -> Result<(), Error> {
    let new = single(attributes, SIGNING_CERTIFICATE_V2)?;
    let old = single(attributes, SIGNING_CERTIFICATE)?;
    let mismatch = Error::SigningCertificate;
    if let Some(value) = new {
        check_id(value, leaf, false)?;
    }
    match (new, old, profile) {
        // RFC 3161 knows nothing else, and a second certificate with the same SHA-1 and the same key
        // is of no use to anybody.
        (_, Some(value), Profile::TimeStamp) => check_id(value, leaf, true),
        (None, Some(_), Profile::Pades) => Err(Error::Broken("SHA-1")),
        (None, None, Profile::Pades | Profile::TimeStamp) => Err(mismatch),
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
            if algorithm.oid == ID_SHA_1 {
                return Err(Error::Broken("SHA-1"));
            }
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
fn algorithm_protection(attributes: &SetOfVec<Attribute>, signer: &SignerInfo) -> Result<(), Error> {
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

fn signing_time(attributes: &SetOfVec<Attribute>) -> Result<Option<Time>, Error> {
    let Some(value) = single(attributes, ID_SIGNING_TIME)? else { return Ok(None) };
    let time: x509_cert::time::Time = value.decode_as().map_err(|_| Error::Attributes)?;
    Ok(Some(Time::from_x509(time)))
}

/// The tokens among the unsigned attributes. Others are hints nobody answers for, and are not read.
fn time_stamps(signer: &SignerInfo) -> Result<Vec<Vec<u8>>, Error> {
    let tokens = signer.unsigned_attrs.iter().flat_map(|attributes| attributes.iter());
    tokens
        .filter(|attribute| attribute.oid == TIME_STAMP_TOKEN)
        .flat_map(|attribute| attribute.values.iter())
        .take(MAX_TIME_STAMPS)
        .map(|token| token.to_der().map_err(|_| Error::Unsigned))
        .collect()
}
