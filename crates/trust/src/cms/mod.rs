//! Cryptographic Message Syntax (RFC 5652).
//!
//! [`Signature`] is the one shape that pk signs with: detached, one signer, Ed25519 with SHA-512
//! (RFC 8419) or P-256 with SHA-256 (RFC 5753), signed attributes as PAdES B-B wants them (ETSI EN 319 142-1).
//! [`General`] is what other programs write, [`TimeStamp`] what time stamp authorities do.

mod attributes;
mod ber;
mod digest;
mod general;
mod revocation;
mod signed_data;
mod timestamp;

pub use general::{General, Profile, Tolerated, compare_sha1};
pub use timestamp::{TimeStamp, VerifiedTimeStamp};

use std::collections::{BTreeMap, BTreeSet};

use cms::cert::IssuerAndSerialNumber;
use cms::content_info::CmsVersion;
use cms::signed_data::{EncapsulatedContentInfo, SignerIdentifier, SignerInfo};
use const_oid::ObjectIdentifier;
use const_oid::db::rfc5911::{ID_CONTENT_TYPE, ID_DATA, ID_MESSAGE_DIGEST, ID_SIGNED_DATA};
use const_oid::db::rfc5912::{ID_SHA_256, ID_SHA_384, ID_SHA_512};
use const_oid::db::rfc8410::ID_ED_25519;
use der::asn1::{OctetString, OctetStringRef, SetOfVec};
use der::{Any, Decode, Encode, Length, Reader, SliceReader};
use sha2::{Digest, Sha256};
use spki::AlgorithmIdentifierOwned;
use x509_cert::attr::Attribute;

use self::attributes::TIME_STAMP_TOKEN;
use self::signed_data::Data;
use crate::pki::{
    self, Certificate, Chain, Crl, FIRST, Hash, KeyAlgorithm, KeyError, OcspAnswer, SECOND, SEQUENCE, SET,
    Sign, SignatureAlgorithm, parts, parts_of, tagged,
};
use crate::time::Time;

/// `id-aa-signingCertificateV2` (RFC 5035).
const SIGNING_CERTIFICATE_V2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");

/// `INTEGER 1`: with certificates of version 3 and signers by issuer and number (RFC 5652, 5.1).
const VERSION: &[u8] = &[2, 1, 1];

/// Why bytes are no signature of the shape that pk makes. Each is a reason to refuse, so each has
/// its own name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Not DER, or not `SignedData`.
    #[error("the signature is not a CMS SignedData in DER")]
    Malformed,
    /// Nothing but zeros: the room for a signature that was never made.
    #[error("there is no signature in the room reserved for it")]
    Empty,
    /// BER that is nested or cut up more than anybody has a use for.
    #[error("the signature is in BER with more pieces than are read here")]
    NotDer,
    /// Bytes other than zero follow the CMS.
    #[error("bytes follow the CMS in the room reserved for it")]
    Trailing,
    /// The signed content is inside.
    #[error("the CMS encapsulates content")]
    Encapsulated,
    /// Not exactly one signer.
    #[error("the CMS has not exactly one signer")]
    Signers,
    /// Algorithms that do not go together, or with the key.
    #[error("the algorithms of the signature do not go together")]
    Algorithm,
    /// Something that this version does not know, and a later one may write: an algorithm, an attribute, lists inside.
    #[error("the signature says more than this program knows")]
    Newer,
    /// A signed attribute is missing, doubled or unknown.
    #[error("the signed attributes are not exactly those that are due")]
    Attributes,
    /// Unsigned attributes, which nobody answers for.
    #[error("the CMS has unsigned attributes")]
    Unsigned,
    /// The certificate of the signer is there twice, or cannot be used; in the strict form, or is missing.
    #[error("the certificate of the signer is missing, there twice, or cannot be used")]
    Certificate,
    /// The certificate of the signer did not come along.
    #[error("the certificate of the signer did not come along")]
    NoCertificate,
    /// `signingCertificateV2` names another certificate.
    #[error("the signature names another certificate than the one it comes with")]
    SigningCertificate,
    /// Nothing signed names the certificate: it could be exchanged for another one with the same key.
    #[error("the signature names no certificate")]
    Unnamed,
    /// The signed digest is of other bytes.
    #[error("the signed bytes were changed")]
    Digest,
    /// An algorithm with which one signature holds for two documents. The content is the one that was signed,
    /// or one that was made to look like it.
    #[error("{0} is broken: a signature with it proves nothing")]
    Broken(&'static str),
    /// The same, and the content was not compared.
    #[error("{0} is broken, and nothing was compared")]
    NotCompared(&'static str),
    /// A key within reach of an attacker.
    #[error("the RSA key has {0} bits only")]
    WeakKey(usize),
    /// A key larger than is used here.
    #[error("the RSA key has {0} bits, more than are checked here")]
    LargeKey(usize),
    /// An algorithm that is not known here, or several that do not go together.
    #[error("the signature algorithm is not known here")]
    UnknownAlgorithm,
    /// The signature itself does not verify.
    #[error("the signature is not of this key")]
    Signature,
    /// More certificates than a check of one file may cost.
    #[error("the file asks for more than a check may cost")]
    Cost,
}

impl Error {
    /// A name for programs, and for texts in any language.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Malformed => "error.cms-malformed",
            Self::Empty => "error.cms-empty",
            Self::NotDer => "error.cms-not-der",
            Self::Trailing => "error.cms-trailing",
            Self::Encapsulated => "error.cms-encapsulated",
            Self::Signers => "error.cms-signers",
            Self::Algorithm => "error.cms-algorithm",
            Self::Newer => "error.cms-newer",
            Self::Attributes => "error.cms-attributes",
            Self::Unsigned => "error.cms-unsigned",
            Self::Certificate => "error.cms-certificate",
            Self::NoCertificate => "error.cms-no-certificate",
            Self::SigningCertificate => "error.cms-signing-certificate",
            Self::Unnamed => "error.cms-unnamed",
            Self::Digest => "error.cms-digest",
            Self::Broken(_) => "error.cms-broken",
            Self::NotCompared(_) => "error.cms-not-compared",
            Self::WeakKey(_) => "error.cms-weak-key",
            Self::LargeKey(_) => "error.cms-large-key",
            Self::UnknownAlgorithm => "error.cms-unknown-algorithm",
            Self::Signature => "error.cms-signature",
            Self::Cost => "error.cms-cost",
        }
    }

    /// The values that belong to its [`code`](Self::code).
    pub fn values(&self) -> BTreeMap<&'static str, String> {
        match self {
            Self::Broken(name) | Self::NotCompared(name) => {
                BTreeMap::from([("algorithm", (*name).to_owned())])
            }
            Self::WeakKey(bits) | Self::LargeKey(bits) => BTreeMap::from([("bits", bits.to_string())]),
            _ => BTreeMap::new(),
        }
    }

    /// Whether it says what the signature is worth, and nothing of whether the content was changed: a
    /// question that is answered first.
    const fn is_weakness(self) -> bool {
        matches!(
            self,
            Self::Broken(_)
                | Self::NotCompared(_)
                | Self::WeakKey(_)
                | Self::LargeKey(_)
                | Self::UnknownAlgorithm
                | Self::NoCertificate
                | Self::Unnamed
        )
    }

    /// Whether it is no proof of anything, and no accusation either (ETSI EN 319 102-1, 5.2.8:
    /// CRYPTO_CONSTRAINTS_FAILURE is INDETERMINATE).
    pub const fn is_undecided(self) -> bool {
        self.is_weakness() || matches!(self, Self::NotDer | Self::Cost | Self::Newer)
    }
}

/// `SigningCertificateV2` (RFC 5035, 3), with SHA-256, which is the default and therefore absent.
#[derive(Clone, Debug, PartialEq, Eq, der::Sequence)]
struct SigningCertificateV2 {
    certs: Vec<EssCertIdV2>,
}

#[derive(Clone, Debug, PartialEq, Eq, der::Sequence)]
struct EssCertIdV2 {
    cert_hash: OctetString,
}

/// The signed attributes of a signature over content with this digest by the key of `leaf`, as a SET OF: the bytes
/// that the key signs (RFC 5652, 5.4; RFC 8419, 3.1).
///
/// # Errors
///
/// [`KeyError`] if they cannot be encoded.
pub fn attributes(content_digest: &[u8], leaf: &Certificate) -> Result<Vec<u8>, KeyError> {
    signed_attributes(content_digest, leaf).and_then(|attributes| attributes.to_der()).map_err(custody)
}

/// The CMS of a key's signature over these [`attributes`].
///
/// # Errors
///
/// [`KeyError::Mismatch`] if the certificate's key is of no algorithm that pk signs with, or the signature of another
/// one.
pub fn assemble(chain: &Chain, attributes: &[u8], signature: &pki::Signature) -> Result<Vec<u8>, KeyError> {
    let algorithm = chain.leaf.key().algorithm().ok_or(KeyError::Mismatch)?;
    let signature = algorithm.encode(signature).ok_or(KeyError::Mismatch)?;
    let attributes = SetOfVec::from_der(attributes).map_err(custody)?;
    encode(chain, algorithm, attributes, &signature).map_err(custody)
}

/// Makes a detached signature over the parts of some content.
///
/// # Errors
///
/// [`KeyError`] from the keeper of the key.
pub fn sign(content: &[&[u8]], signer: &dyn Sign) -> Result<Vec<u8>, KeyError> {
    let chain = signer.chain();
    let algorithm = chain.leaf.key().algorithm().ok_or(KeyError::Mismatch)?;
    let attributes = attributes(&algorithm.hash().digest(content), &chain.leaf)?;
    assemble(chain, &attributes, &signer.sign(&attributes)?)
}

fn custody(error: der::Error) -> KeyError {
    KeyError::Custody(Box::new(error))
}

fn signed_attributes(digest: &[u8], leaf: &Certificate) -> der::Result<SetOfVec<Attribute>> {
    let ess = SigningCertificateV2 {
        certs: vec![EssCertIdV2 { cert_hash: OctetString::new(leaf.fingerprint())? }],
    };
    let attribute = |oid, value: Any| -> der::Result<Attribute> {
        Ok(Attribute { oid, values: SetOfVec::try_from(vec![value])? })
    };
    SetOfVec::try_from(vec![
        attribute(ID_CONTENT_TYPE, Any::encode_from(&ID_DATA)?)?,
        attribute(ID_MESSAGE_DIGEST, Any::encode_from(&OctetStringRef::new(digest)?)?)?,
        attribute(SIGNING_CERTIFICATE_V2, Any::encode_from(&ess)?)?,
    ])
}

/// The identifier of a hash function, parameters absent (RFC 8419, 3.1; RFC 5754, 2).
const fn identifier(hash: Hash) -> AlgorithmIdentifierOwned {
    let oid = match hash {
        Hash::Sha256 => ID_SHA_256,
        Hash::Sha384 => ID_SHA_384,
        Hash::Sha512 => ID_SHA_512,
    };
    AlgorithmIdentifierOwned { oid, parameters: None }
}

fn encode(
    chain: &Chain,
    algorithm: KeyAlgorithm,
    attributes: SetOfVec<Attribute>,
    signature: &[u8],
) -> der::Result<Vec<u8>> {
    let hash = identifier(algorithm.hash());
    let leaf = chain.leaf.x509().tbs_certificate();
    let signer = SignerInfo {
        version: CmsVersion::V1,
        sid: SignerIdentifier::IssuerAndSerialNumber(IssuerAndSerialNumber {
            issuer: leaf.issuer().clone(),
            serial_number: leaf.serial_number().clone(),
        }),
        digest_alg: hash.clone(),
        signed_attrs: Some(attributes),
        signature_algorithm: algorithm.identifier(),
        signature: OctetString::new(signature)?,
        unsigned_attrs: None,
    };
    // By hand: the types of the crate `cms` sort certificates in an order of their own, and the one of DER is that of
    // the encodings (X.690, 11.6).
    let mut certificates: Vec<&[u8]> =
        std::iter::once(&chain.leaf).chain(&chain.issuers).map(Certificate::der).collect();
    certificates.sort_unstable();
    let content = EncapsulatedContentInfo { econtent_type: ID_DATA, econtent: None }.to_der()?;
    let data = [
        VERSION,
        &element(SET, &[&hash.to_der()?]),
        &content,
        &element(FIRST, &certificates),
        &element(SET, &[&signer.to_der()?]),
    ];
    let data = element(SEQUENCE, &data);
    Ok(element(SEQUENCE, &[&ID_SIGNED_DATA.to_der()?, &element(FIRST, &[&data])]))
}

fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    [&[tag], &ber::length_octets(content.len())[..], &content].concat()
}

/// A parsed signature whose bytes have been checked for shape, but not yet against any content.
#[derive(Debug)]
pub struct Signature {
    algorithm: KeyAlgorithm,
    leaf: Certificate,
    others: Vec<Certificate>,
    message_digest: Vec<u8>,
    attributes: Vec<u8>,
    signature: Vec<u8>,
    time_stamps: Vec<Vec<u8>>,
}

/// Evidence that a signature holds over the content it was compared with; only [`Signature::verify`] and
/// [`General::verify`] make one.
#[derive(Debug)]
pub struct Verified {
    /// The signer's certificate. That anybody trusts it is another question.
    pub leaf: Certificate,
    /// The other certificates that came along.
    pub others: Vec<Certificate>,
    /// Revocation lists that came along.
    pub crls: Vec<Crl>,
    /// Answers about certificates that came along.
    pub answers: Vec<OcspAnswer>,
    /// How it was made.
    pub algorithm: SignatureAlgorithm,
    /// The time that the signer claims, from the attribute `signing-time`.
    pub signing_time: Option<Time>,
    /// The tokens of time stamps on the signature, in DER.
    pub time_stamps: Vec<Vec<u8>>,
    /// The signature itself, which those time stamps are over.
    pub signature: Vec<u8>,
    /// What was tolerated.
    pub tolerated: BTreeSet<Tolerated>,
}

impl Signature {
    /// Parses the bytes of `/Contents`: one CMS, then zeros.
    ///
    /// # Errors
    ///
    /// [`Error`] for every deviation from the one shape; [`Error::Newer`] for one that a later version may have.
    pub fn parse(contents: &[u8]) -> Result<Self, Error> {
        Self::from_der(one_element(contents)?)
    }

    /// Parses a CMS that stands alone.
    ///
    /// # Errors
    ///
    /// As [`Signature::parse`].
    pub fn from_der(der: &[u8]) -> Result<Self, Error> {
        let data = Data::parse(der)?;
        let content: EncapsulatedContentInfo = exactly(data.content)?;
        if content.econtent.is_some() {
            return Err(Error::Encapsulated);
        }
        if content.econtent_type != ID_DATA {
            return Err(Error::Malformed);
        }
        let [signer] = parts_of(data.signers, SET).ok_or(Error::Malformed)?[..] else {
            return Err(Error::Signers);
        };
        let [digest] = parts_of(data.digests, SET).ok_or(Error::Malformed)?[..] else {
            return Err(Error::Algorithm);
        };
        let signer: SignerInfo = exactly(signer)?;
        let algorithm = algorithm(&exactly(digest)?, &signer)?;
        match (data.version, signer.version) {
            (VERSION, CmsVersion::V1) if data.revocation.is_none() => {}
            // Signers by the identifier of their key, certificates and lists of other kinds (RFC 5652, 5.1).
            (VERSION | [2, 1, 3..=5], CmsVersion::V1 | CmsVersion::V3) => return Err(Error::Newer),
            _ => return Err(Error::Malformed),
        }
        let time_stamps = unsigned(&signer)?;
        let (leaf, others) = certificates(data.certificates.ok_or(Error::Certificate)?, &signer)?;
        if leaf.key().algorithm() != Some(algorithm) {
            return Err(Error::Algorithm);
        }
        let attributes = signer.signed_attrs.as_ref().ok_or(Error::Attributes)?;
        let message_digest = check_attributes(attributes, &leaf)?;
        Ok(Self {
            algorithm,
            leaf,
            others,
            message_digest,
            attributes: attributes.to_der().map_err(|_| Error::Malformed)?,
            signature: signer.signature.as_bytes().to_vec(),
            time_stamps,
        })
    }

    /// The algorithm, which says by which hash function the content is compared ([`KeyAlgorithm::hash`]).
    pub const fn algorithm(&self) -> KeyAlgorithm {
        self.algorithm
    }

    /// Compares the signature with the content it is said to cover, given by its digest.
    ///
    /// # Errors
    ///
    /// [`Error::Digest`] if the content differs, [`Error::Signature`] if the key did not sign.
    pub fn verify(self, content_digest: &[u8]) -> Result<Verified, Error> {
        crate::counters::signature();
        if self.message_digest != content_digest {
            return Err(Error::Digest);
        }
        let algorithm = self.algorithm.signature();
        if !self.algorithm.is_one_spelling(&self.signature)
            || !self.leaf.key().verifies(algorithm, &self.attributes, &self.signature)
        {
            return Err(Error::Signature);
        }
        Ok(Verified {
            leaf: self.leaf,
            others: self.others,
            crls: Vec::new(),
            answers: Vec::new(),
            algorithm,
            signing_time: None,
            time_stamps: self.time_stamps,
            signature: self.signature,
            tolerated: BTreeSet::new(),
        })
    }
}

/// The algorithm of a signer, which the list of digests, digest and signature algorithm have to agree on.
fn algorithm(named: &AlgorithmIdentifierOwned, signer: &SignerInfo) -> Result<KeyAlgorithm, Error> {
    let own = |algorithm: &KeyAlgorithm| algorithm.identifier().oid == signer.signature_algorithm.oid;
    let algorithm = KeyAlgorithm::ALL.into_iter().find(own).ok_or(Error::Newer)?;
    // Absent parameters of a hash function are right; NULL is what pyHanko writes, and both are to be accepted.
    let is_its_hash = |found: &AlgorithmIdentifierOwned| {
        found.oid == identifier(algorithm.hash()).oid && found.parameters.as_ref().is_none_or(Any::is_null)
    };
    let fits = is_its_hash(named)
        && is_its_hash(&signer.digest_alg)
        && signer.signature_algorithm.parameters.is_none();
    if fits { Ok(algorithm) } else { Err(Error::Algorithm) }
}

/// The time stamp among the unsigned attributes, if there are any: nobody answers for what else may stand there.
fn unsigned(signer: &SignerInfo) -> Result<Vec<Vec<u8>>, Error> {
    let Some(attributes) = &signer.unsigned_attrs else { return Ok(Vec::new()) };
    match attributes.as_slice() {
        // An empty set is none (RFC 5652, 5.3).
        [] => Err(Error::Malformed),
        [only] if only.oid == TIME_STAMP_TOKEN && only.values.len() == 1 => attributes::time_stamps(signer),
        _ => Err(Error::Newer),
    }
}

/// The CMS in the room for a signature without its unsigned attributes, if it has any: they are the last element of the last
/// one of the last one, down to the signer (RFC 5652, 5.1 and 5.3).
pub fn without_unsigned(contents: &[u8]) -> Option<Vec<u8>> {
    /// `ContentInfo`, `[0]`, `SignedData`, the set of signers.
    const ABOVE: usize = 4;
    fn rebuilt(element: &[u8], above: usize) -> Option<Vec<u8>> {
        let (tag, content) = tagged(element)?;
        let parts = parts(content)?;
        let (last, rest) = parts.split_last()?;
        let mut inside = rest.concat();
        if above > 0 {
            inside.extend(rebuilt(last, above - 1)?);
        } else if last.first() != Some(&SECOND) {
            return None;
        }
        let mut out = vec![tag];
        Length::try_from(inside.len()).ok()?.encode_to_vec(&mut out).ok()?;
        out.extend(inside);
        Some(out)
    }
    rebuilt(one_element(contents).ok()?, ABOVE)
}

/// The one DER element in the room for a signature, of which nothing but zeros may be left over.
fn one_element(contents: &[u8]) -> Result<&[u8], Error> {
    let mut reader = SliceReader::new(contents).map_err(|_| Error::Malformed)?;
    let der = reader.tlv_bytes().map_err(|_| Error::Malformed)?;
    if contents.get(der.len()..).is_some_and(is_zeros) { Ok(der) } else { Err(Error::Trailing) }
}

fn is_zeros(bytes: &[u8]) -> bool {
    // Without a way out in the middle the compiler looks at many bytes at once.
    bytes.iter().fold(0, |all, b| all | b) == 0
}

/// One value, one encoding: otherwise two readers could see two signatures.
fn exactly<T: for<'a> Decode<'a, Error = der::Error> + Encode>(bytes: &[u8]) -> Result<T, Error> {
    let value = T::from_der(bytes).map_err(|_| Error::Malformed)?;
    if value.to_der().is_ok_and(|own| own == bytes) { Ok(value) } else { Err(Error::Malformed) }
}

fn certificates(set: &[u8], signer: &SignerInfo) -> Result<(Certificate, Vec<Certificate>), Error> {
    let SignerIdentifier::IssuerAndSerialNumber(id) = &signer.sid else {
        return Err(Error::Certificate);
    };
    let all = parts(set).ok_or(Error::Malformed)?;
    // A set has an order in DER, and nothing twice.
    if !all.is_sorted_by(|one, next| one < next) {
        return Err(Error::Malformed);
    }
    let mut leaf = None;
    let mut others = Vec::new();
    for der in all {
        let certificate = Certificate::from_der(der).map_err(|_| Error::Certificate)?;
        let tbs = certificate.x509().tbs_certificate();
        let is_signer = tbs.issuer() == &id.issuer && tbs.serial_number() == &id.serial_number;
        // Tolerated where others write it, not here (RFC 8410, 3).
        let key = &tbs.subject_public_key_info().algorithm;
        if key.oid == ID_ED_25519 && key.parameters.is_some() {
            return Err(Error::Algorithm);
        }
        if is_signer {
            if leaf.replace(certificate).is_some() {
                return Err(Error::Certificate);
            }
        } else {
            others.push(certificate);
        }
    }
    Ok((leaf.ok_or(Error::Certificate)?, others))
}

/// Exactly contentType, messageDigest and signingCertificateV2, each with one value; gives the
/// message digest. A later version may say more there.
fn check_attributes(attributes: &SetOfVec<Attribute>, leaf: &Certificate) -> Result<Vec<u8>, Error> {
    let value = |oid| {
        let mut found = attributes.iter().filter(|a| a.oid == oid);
        match (found.next().map(|a| a.values.as_slice()), found.next()) {
            (Some([value]), None) => Ok(value),
            _ => Err(Error::Attributes),
        }
    };
    let content_type: ObjectIdentifier =
        value(ID_CONTENT_TYPE)?.decode_as().map_err(|_| Error::Attributes)?;
    if content_type != ID_DATA {
        return Err(Error::Attributes);
    }
    let digest: &OctetStringRef = value(ID_MESSAGE_DIGEST)?.decode_as().map_err(|_| Error::Attributes)?;
    let ess: SigningCertificateV2 =
        value(SIGNING_CERTIFICATE_V2)?.decode_as().map_err(|_| Error::Attributes)?;
    let hash = Sha256::digest(leaf.der());
    match ess.certs.as_slice() {
        [id] if id.cert_hash.as_bytes() != hash.as_slice() => Err(Error::SigningCertificate),
        [_] if attributes.len() > 3 => Err(Error::Newer),
        [_] => Ok(digest.as_bytes().to_vec()),
        _ => Err(Error::SigningCertificate),
    }
}
