//! Answers of an authority about one certificate (OCSP, RFC 6960), and nothing of it that is not understood.

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5912::ID_SHA_1;
use der::asn1::{BitStringRef, GeneralizedTime, Null, OctetString, OctetStringRef};
use der::{Choice, Decode, Encode, Sequence};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use spki::AlgorithmIdentifierOwned;
use x509_cert::ext::Extensions;
use x509_cert::ext::pkix::CrlReason;
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;

use super::elements::{FIRST, SEQUENCE, parts_of};
use super::name::folded;
use super::revocation::{Period, Reason, Said, since};
use super::{Certificate, Hash, SignatureAlgorithm};
use crate::time::Time;

/// `id-pkix-ocsp-basic`
const BASIC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1.1");

/// Certificates and single answers in one response. One of each is usual.
const MAX_PARTS: usize = 16;

/// Bytes of one response, with the certificates in it.
const MAX_BYTES: usize = 256 * 1024;

/// DER of a status.
const SUCCESSFUL: &[u8] = &[0x0A, 1, 0];

/// Why bytes are no usable answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OcspError {
    /// Not DER, or not a basic response.
    #[error("not an OCSP response")]
    Malformed,
    /// The authority did not answer (`responseStatus`).
    #[error("the OCSP response has no answer")]
    Refused,
    /// A critical extension, which may change the meaning of the rest.
    #[error("the OCSP response has a critical extension that is not understood")]
    Extension,
}

/// A basic response.
#[derive(Clone, Debug)]
pub struct OcspAnswer {
    signed: Vec<u8>,
    algorithm: AlgorithmIdentifierOwned,
    signature: Vec<u8>,
    responder: Responder,
    answers: Vec<Single>,
    certificates: Vec<Certificate>,
    made: Time,
    fingerprint: [u8; 32],
}

/// Who answers.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Responder {
    /// By the digest of the name.
    Name([u8; 32]),
    /// By the SHA-1 of the public key.
    Key(Vec<u8>),
}

#[derive(Sequence)]
struct ResponseData {
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    version: Option<u8>,
    responder: ResponderId,
    produced_at: GeneralizedTime,
    responses: Vec<Single>,
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", optional = "true")]
    extensions: Option<Extensions>,
}

#[derive(Choice)]
enum ResponderId {
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", constructed = "true")]
    Name(Name),
    #[asn1(context_specific = "2", tag_mode = "EXPLICIT", constructed = "true")]
    Key(OctetString),
}

#[derive(Clone, Debug, Sequence)]
struct Single {
    id: CertId,
    status: CertStatus,
    this_update: GeneralizedTime,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    next_update: Option<GeneralizedTime>,
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", optional = "true")]
    extensions: Option<Extensions>,
}

#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
struct CertId {
    hash: AlgorithmIdentifierOwned,
    issuer_name: OctetString,
    issuer_key: OctetString,
    serial: SerialNumber,
}

#[derive(Clone, Debug, Choice)]
enum CertStatus {
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT")]
    Good(Null),
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", constructed = "true")]
    Revoked(RevokedInfo),
    #[asn1(context_specific = "2", tag_mode = "IMPLICIT")]
    Unknown(Null),
}

#[derive(Clone, Debug, Sequence)]
struct RevokedInfo {
    at: GeneralizedTime,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    reason: Option<CrlReason>,
}

impl OcspAnswer {
    /// Parses an `OCSPResponse`, as it stands in a document's validation data.
    ///
    /// # Errors
    ///
    /// [`OcspError`]
    pub fn from_der(bytes: &[u8]) -> Result<Self, OcspError> {
        // SEQUENCE { responseStatus ENUMERATED, responseBytes [0] EXPLICIT SEQUENCE { type, OCTET STRING } } (4.2.1)
        let outer = parts_of(bytes, SEQUENCE).ok_or(OcspError::Malformed)?;
        let (status, rest) = outer.split_first().ok_or(OcspError::Malformed)?;
        if *status != SUCCESSFUL {
            return Err(if status.first() == SUCCESSFUL.first() {
                OcspError::Refused
            } else {
                OcspError::Malformed
            });
        }
        let [inner] = rest else { return Err(OcspError::Refused) };
        let inner = parts_of(inner, FIRST).ok_or(OcspError::Malformed)?;
        let [inner] = inner[..] else { return Err(OcspError::Malformed) };
        let [kind, response] = parts_of(inner, SEQUENCE).ok_or(OcspError::Malformed)?[..] else {
            return Err(OcspError::Malformed);
        };
        if ObjectIdentifier::from_der(kind) != Ok(BASIC) {
            return Err(OcspError::Malformed);
        }
        let response = <&OctetStringRef>::from_der(response).map_err(|_| OcspError::Malformed)?;
        Self::from_basic(response.as_bytes())
    }

    /// Parses a `BasicOCSPResponse`, as it stands in a CMS.
    ///
    /// # Errors
    ///
    /// [`OcspError`]
    pub fn from_basic(bytes: &[u8]) -> Result<Self, OcspError> {
        let malformed = |_: der::Error| OcspError::Malformed;
        if bytes.len() > MAX_BYTES {
            return Err(OcspError::Malformed);
        }
        // SEQUENCE { tbsResponseData, signatureAlgorithm, signature BIT STRING, certs [0] EXPLICIT SEQUENCE OF } (4.2.1)
        let outer = parts_of(bytes, SEQUENCE).ok_or(OcspError::Malformed)?;
        let [signed, algorithm, signature, rest @ ..] = &outer[..] else { return Err(OcspError::Malformed) };
        // Counted first: each answer that is read takes several times its bytes.
        let fields = parts_of(signed, SEQUENCE).ok_or(OcspError::Malformed)?;
        let responses = fields.iter().find(|field| field.first() == Some(&SEQUENCE));
        if responses.is_none_or(|list| parts_of(list, SEQUENCE).is_none_or(|all| all.len() > MAX_PARTS)) {
            return Err(OcspError::Malformed);
        }
        let data = ResponseData::from_der(signed).map_err(malformed)?;
        let certificates = match rest {
            [] => Vec::new(),
            [list] => match parts_of(list, FIRST).as_deref() {
                Some([list]) => parts_of(list, SEQUENCE).ok_or(OcspError::Malformed)?,
                _ => return Err(OcspError::Malformed),
            },
            _ => return Err(OcspError::Malformed),
        };
        if data.version.is_some_and(|version| version != 0) || certificates.len() > MAX_PARTS {
            return Err(OcspError::Malformed);
        }
        let singles = data.responses.iter().filter_map(|single| single.extensions.as_ref());
        if data.extensions.iter().chain(singles).flatten().any(|extension| extension.critical) {
            return Err(OcspError::Extension);
        }
        // One that cannot be read has a key of a kind that nobody here could check.
        let readable = |der: &&[u8]| Certificate::from_foreign(der).ok();
        let signature = BitStringRef::from_der(signature).map_err(malformed)?;
        Ok(Self {
            algorithm: AlgorithmIdentifierOwned::from_der(algorithm).map_err(malformed)?,
            signature: signature.as_bytes().ok_or(OcspError::Malformed)?.to_vec(),
            responder: match data.responder {
                ResponderId::Name(name) => Responder::Name(folded(&name)),
                ResponderId::Key(key) => Responder::Key(key.as_bytes().to_vec()),
            },
            answers: data.responses,
            certificates: certificates.iter().filter_map(readable).collect(),
            made: time(data.produced_at),
            fingerprint: Sha256::digest(bytes).into(),
            signed: signed.to_vec(),
        })
    }

    /// When it was made (`producedAt`).
    pub(super) fn made(&self) -> Time {
        self.made
    }

    /// Length of what is signed, in bytes.
    pub(super) fn length(&self) -> usize {
        self.signed.len()
    }

    /// SHA-256 of the DER encoding.
    pub(super) fn fingerprint(&self) -> [u8; 32] {
        self.fingerprint
    }

    /// Whether one of the answers is about this certificate of this issuer.
    pub(super) fn is_about(&self, certificate: &Certificate, issuer: &Certificate) -> bool {
        self.answers.iter().any(|single| single.id.names(certificate, issuer))
    }

    /// Certificates of responders whom the authority may have let answer for it (RFC 6960, 4.2.2.2): those that
    /// came along, name the authority as their issuer, are for answers, and were valid then. That the authority
    /// issued one, and that it signed, is for the caller to check. Several, because a renewed one has the
    /// same name.
    pub(super) fn delegates(&self, issuer: &Certificate) -> impl Iterator<Item = &Certificate> {
        self.certificates.iter().filter(move |certificate| {
            self.responder.is(certificate)
                && certificate.names_as_issuer(issuer)
                && certificate.answers_for_others()
                && certificate.understood()
                && certificate.is_valid_at(self.made)
        })
    }

    /// Whether it says that it is by this responder; a mere claim.
    pub(super) fn is_by(&self, responder: &Certificate) -> bool {
        self.responder.is(responder)
    }

    /// Whether it is by this responder, and says so.
    pub(super) fn is_signed_by(&self, responder: &Certificate) -> bool {
        let Ok(algorithm) = SignatureAlgorithm::from_identifier(&self.algorithm, None) else { return false };
        self.is_by(responder) && responder.key().verifies(algorithm, &self.signed, &self.signature)
    }

    /// What it says of a certificate of this issuer, for the moment `moment`, asked at `now`; and when that was
    /// so (`thisUpdate`).
    pub(super) fn status(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
        moment: Time,
        now: Time,
    ) -> (Said, Time) {
        let mut said = (Said::Nothing, self.made);
        for single in self.answers.iter().filter(|single| single.id.names(certificate, issuer)) {
            let from = time(single.this_update);
            match &single.status {
                CertStatus::Revoked(revoked) => {
                    let reason = revoked.reason.map_or(Reason::Unspecified, Reason::from);
                    // RFC 6960, 4.4.5: the extensions of an entry of a list may stand here. An answer of which not all can
                    // be read is bad news all the same.
                    let at = time(revoked.at);
                    let at = since(at, single.extensions.as_deref().unwrap_or_default()).unwrap_or(at);
                    return (reason.since(at), from);
                }
                CertStatus::Good(_) => {
                    // RFC 6960, 2.4: without `nextUpdate` there is always something newer.
                    let to = single.next_update.map_or(from, time);
                    if (Period { from, to: Some(to) }).answers(certificate, moment, now) {
                        said = (Said::Good, from);
                    }
                }
                CertStatus::Unknown(_) => {}
            }
        }
        said
    }
}

impl Responder {
    fn is(&self, certificate: &Certificate) -> bool {
        match self {
            Self::Name(name) => certificate.is_of(name),
            Self::Key(hash) => key_bytes(certificate).is_some_and(|key| Sha1::digest(key).as_slice() == hash),
        }
    }
}

impl CertId {
    /// The hash function only tells authorities apart, it proves nothing: SHA-1 is what everybody uses.
    fn names(&self, certificate: &Certificate, issuer: &Certificate) -> bool {
        let digest = |bytes: &[u8]| {
            if self.hash.oid == ID_SHA_1 {
                return Some(Sha1::digest(bytes).to_vec());
            }
            Some(Hash::from_identifier(&self.hash).ok()?.digest(&[bytes]))
        };
        let tbs = certificate.x509().tbs_certificate();
        // The name as the certificate has it; or as the authority has it, where that is written in another way.
        let same = |name: &Name| {
            name.to_der().ok().and_then(|der| digest(&der)).is_some_and(|d| d == self.issuer_name.as_bytes())
        };
        &self.serial == tbs.serial_number()
            && (same(tbs.issuer()) || same(issuer.x509().tbs_certificate().subject()))
            && key_bytes(issuer).and_then(digest).is_some_and(|d| d == self.issuer_key.as_bytes())
    }
}

/// The bits of the public key, without its algorithm (RFC 6960, 4.1.1).
fn key_bytes(certificate: &Certificate) -> Option<&[u8]> {
    certificate.x509().tbs_certificate().subject_public_key_info().subject_public_key.as_bytes()
}

fn time(time: GeneralizedTime) -> Time {
    Time::from_x509(x509_cert::time::Time::GeneralTime(time))
}
