//! SignedData as other programs write it: RSA, ECDSA or Ed25519, further attributes, time stamps.
//!
//! Wider than the one shape of [`super::Signature`], but with the same demands: one signer, signed
//! attributes, a digest of the content, and the certificate that the signature names.
//!
//! What is not as the standards want it, and has one meaning all the same, is tolerated by name
//! ([`Tolerated`]). What was signed is taken as it stands there: attributes and certificates are read from the
//! bytes that the signatures are over, never written anew for it.

use std::borrow::Cow;
use std::collections::BTreeSet;

use cms::signed_data::{EncapsulatedContentInfo, SignerIdentifier, SignerInfo};
use const_oid::ObjectIdentifier;
use const_oid::db::rfc5911::ID_DATA;
use der::asn1::{OctetStringRef, SetOfVec};
use der::{Decode, Encode};
use x509_cert::attr::Attribute;

use super::attributes::{
    algorithm_protection, message_digest, signing_certificate, signing_time, time_stamps,
};
use super::digest::{Named, has_needless_null, sha1};
use super::revocation::Proofs;
use super::signed_data::Data;
use super::{Error, Verified, ber, is_zeros};
use crate::pki::{
    AlgorithmError, Certificate, CertificateError, Effort, FIRST, Purpose, SEQUENCE, SET, SignatureAlgorithm,
    folded, parts, parts_of,
};
use crate::time::Time;

/// `id-ct-TSTInfo` (RFC 3161).
const TST_INFO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");

/// `adbe-revocationInfoArchival` (ISO 32000-2, 12.8.3.3.2)
const REVOCATION_ARCHIVE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113583.1.1.8");
/// `id-aa-ets-revocationValues` (RFC 5126, 6.3.4)
const REVOCATION_VALUES: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.24");

/// Certificates in one CMS. Chains have three or four; each one more is work for the verifier.
const MAX_CERTIFICATES: usize = 64;

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

/// What is not as a standard wants it, and was read all the same, because it has one meaning only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tolerated {
    /// BER where DER is due (ISO 32000-2, 12.8.3.3): lengths and strings in pieces.
    Ber,
    /// Signed attributes in another order than DER wants (RFC 5652, 5.3). The signature is over the order in
    /// which they stand, and over no other one.
    Order,
    /// Parameters NULL where they have to be absent (RFC 5758, 3.2; RFC 8410, 3).
    Null,
    /// A signing time in another form than RFC 5652, 11.3 wants; it says nothing.
    Time,
}

/// A parsed CMS, not yet compared with any content.
#[derive(Debug)]
pub struct General {
    digest: Named,
    message_digest: Vec<u8>,
    /// Bytes that the signature is over.
    attributes: Vec<u8>,
    signature: Vec<u8>,
    /// Who signed and how; or why such a signature proves nothing or cannot be checked here.
    signer: Result<Signer, Error>,
    /// The content of a time stamp.
    pub(super) content: Option<Vec<u8>>,
    signing_time: Option<Time>,
    time_stamps: Vec<Vec<u8>>,
    proofs: Proofs,
    tolerated: BTreeSet<Tolerated>,
}

/// Who signed, and how.
#[derive(Debug)]
struct Signer {
    leaf: Certificate,
    others: Vec<Certificate>,
    algorithm: SignatureAlgorithm,
}

impl General {
    /// Parses the bytes of `/Contents`: one CMS, then zeros. What is read is counted in `effort`.
    ///
    /// # Errors
    ///
    /// [`Error`]
    pub fn parse(contents: &[u8], profile: Profile, effort: &Effort) -> Result<Self, Error> {
        Self::from_element(one_element(contents)?, profile, effort)
    }

    /// Parses a CMS that stands alone.
    ///
    /// # Errors
    ///
    /// As [`General::parse`].
    pub fn from_der(bytes: &[u8], profile: Profile, effort: &Effort) -> Result<Self, Error> {
        let (der, used) = ber::to_der(bytes)?;
        if used != bytes.len() {
            return Err(Error::Malformed);
        }
        Self::from_element(der, profile, effort)
    }

    /// One that is owned was BER.
    fn from_element(der: Cow<'_, [u8]>, profile: Profile, effort: &Effort) -> Result<Self, Error> {
        let mut tolerated = BTreeSet::new();
        if matches!(der, Cow::Owned(_)) {
            tolerated.insert(Tolerated::Ber);
        }
        let data = Data::parse(&der)?;
        let signers = parts_of(data.signers, SET).ok_or(Error::Malformed)?;
        let [raw] = signers[..] else { return Err(Error::Signers) };
        let signer = SignerInfo::from_der(raw).map_err(|_| Error::Malformed)?;
        let info = data.content()?;
        let content_type = info.econtent_type;
        let content = content(&info, profile)?;
        let attributes = signer.signed_attrs.as_ref().ok_or(Error::Attributes)?;
        let message_digest = message_digest(attributes, content_type)?;
        algorithm_protection(attributes, &signer)?;
        let signed = signed_bytes(raw)?;
        if attributes.to_der().ok().as_deref() != Some(signed.as_slice()) {
            tolerated.insert(Tolerated::Order);
        }
        if has_needless_null(&signer.signature_algorithm) {
            tolerated.insert(Tolerated::Null);
        }
        let signing_time = signing_time(attributes, &mut tolerated)?;
        let digest = Named::from_identifier(&signer.digest_alg);
        let who = match who_signed(&data, &signer, digest, attributes, profile, effort) {
            Err(error) if !error.is_weakness() => return Err(error),
            who => who,
        };
        Ok(Self {
            digest,
            message_digest,
            attributes: signed,
            signature: signer.signature.as_bytes().to_vec(),
            signer: who,
            content,
            signing_time,
            time_stamps: time_stamps(&signer)?,
            proofs: proofs(&data, &signer, effort),
            tolerated,
        })
    }

    /// Compares the signature with the content it is said to cover, given in parts.
    ///
    /// # Errors
    ///
    /// [`Error::Digest`] if the content differs, whatever the algorithm is worth; [`Error::Signature`] if the
    /// key did not sign; or why a signature of this kind proves nothing.
    pub fn verify(self, parts: &[&[u8]]) -> Result<Verified, Error> {
        crate::counters::signature();
        self.digest.compare(parts, &self.message_digest)?;
        let Signer { leaf, others, algorithm } = self.signer?;
        if !leaf.key().verifies(algorithm, &self.attributes, &self.signature) {
            return Err(Error::Signature);
        }
        Ok(Verified {
            leaf,
            others,
            crls: self.proofs.crls,
            answers: self.proofs.answers,
            algorithm,
            signing_time: self.signing_time,
            time_stamps: self.time_stamps,
            signature: self.signature,
            tolerated: self.tolerated,
        })
    }
}

/// What `adbe.pkcs7.sha1` shows at the most (ISO 32000-1, 12.8.3.3.1): the CMS holds the SHA-1 of the signed
/// bytes. So the answer is always a reason: [`Error::Digest`] if they were changed, else [`Error::Broken`], or
/// [`Error::NotCompared`] where it does not.
pub fn compare_sha1(contents: &[u8], parts: &[&[u8]]) -> Error {
    let inside = || {
        let der = one_element(contents)?;
        let info = Data::parse(&der)?.content()?;
        let octets = info.econtent.as_ref().ok_or(Error::NotCompared("SHA-1"))?;
        let octets: &OctetStringRef = octets.decode_as().map_err(|_| Error::Malformed)?;
        Ok(octets.as_bytes() == sha1(parts))
    };
    match inside() {
        Ok(true) => Error::Broken("SHA-1"),
        Ok(false) => Error::Digest,
        Err(error) => error,
    }
}

/// The CMS in the room for one, in DER, of which nothing but zeros may be left over.
fn one_element(contents: &[u8]) -> Result<Cow<'_, [u8]>, Error> {
    if is_zeros(contents) {
        return Err(Error::Empty);
    }
    let (der, used) = ber::to_der(contents)?;
    if contents.get(used..).is_some_and(is_zeros) { Ok(der) } else { Err(Error::Trailing) }
}

/// The signed attributes as a SET OF, which is what the signature is over (RFC 5652, 5.4), in the order in which
/// they stand in `SignerInfo`.
fn signed_bytes(signer: &[u8]) -> Result<Vec<u8>, Error> {
    let parts = parts_of(signer, SEQUENCE).ok_or(Error::Malformed)?;
    let [_version, _id, _digest, attributes, ..] = parts.as_slice() else { return Err(Error::Attributes) };
    let mut signed = attributes.to_vec();
    match signed.first_mut() {
        Some(tag) if *tag == FIRST => *tag = SET,
        _ => return Err(Error::Attributes),
    }
    Ok(signed)
}

fn who_signed(
    data: &Data<'_>,
    signer: &SignerInfo,
    digest: Named,
    attributes: &SetOfVec<Attribute>,
    profile: Profile,
    effort: &Effort,
) -> Result<Signer, Error> {
    // A digest that is no good decides before this one does.
    let digest = digest.sound().ok_or(Error::UnknownAlgorithm)?;
    let algorithm = SignatureAlgorithm::from_identifier(&signer.signature_algorithm, Some(digest))?;
    let (leaf, others) = certificates(data, signer, effort)?;
    signing_certificate(attributes, &leaf, profile)?;
    Ok(Signer { leaf, others, algorithm })
}

/// Lists and answers in all places where programs put them.
fn proofs(data: &Data<'_>, signer: &SignerInfo, effort: &Effort) -> Proofs {
    let mut proofs = Proofs::default();
    if let Some(choices) = data.revocation {
        proofs.add_choices(choices, effort);
    }
    let signed = signer.signed_attrs.iter().flat_map(|attributes| attributes.iter());
    let unsigned = signer.unsigned_attrs.iter().flat_map(|attributes| attributes.iter());
    for attribute in signed.chain(unsigned) {
        let basic = attribute.oid == REVOCATION_VALUES;
        if basic || attribute.oid == REVOCATION_ARCHIVE {
            for value in attribute.values.iter().filter_map(|value| value.to_der().ok()) {
                proofs.add_archive(&value, basic, effort);
            }
        }
    }
    proofs
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
fn content(info: &EncapsulatedContentInfo, profile: Profile) -> Result<Option<Vec<u8>>, Error> {
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

fn certificates(
    data: &Data<'_>,
    signer: &SignerInfo,
    effort: &Effort,
) -> Result<(Certificate, Vec<Certificate>), Error> {
    let all = parts(data.certificates.unwrap_or_default()).ok_or(Error::Malformed)?;
    if all.len() > MAX_CERTIFICATES {
        return Err(Error::Certificate);
    }
    let issuer = match &signer.sid {
        SignerIdentifier::IssuerAndSerialNumber(id) => Some((folded(&id.issuer), &id.serial_number)),
        SignerIdentifier::SubjectKeyIdentifier(_) => None,
    };
    let mut leaf = None;
    let mut others = Vec::new();
    // Attribute certificates and the like say nothing about the signer's key.
    for der in all.into_iter().filter(|der| der.first() == Some(&SEQUENCE)) {
        if !effort.spend_on_certificate(der.len()) {
            return Err(Error::Cost);
        }
        let Ok(read) = Certificate::decode(der) else { continue };
        let tbs = read.tbs_certificate();
        let named = match (&signer.sid, issuer) {
            (SignerIdentifier::SubjectKeyIdentifier(id), _) => tbs
                .get_extension::<x509_cert::ext::pkix::SubjectKeyIdentifier>()
                .is_ok_and(|found| found.is_some_and(|(_, own)| own == *id)),
            (_, Some((name, serial))) => tbs.serial_number() == serial && folded(tbs.issuer()) == name,
            (_, None) => false,
        };
        match Certificate::from_parsed(read, der) {
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
    // Of certificates that could be the signer's none is the one that is named.
    let strangers = others.iter().any(|other| !other.permits(Purpose::Authority));
    Ok((leaf.ok_or(if strangers { Error::Certificate } else { Error::NoCertificate })?, others))
}
