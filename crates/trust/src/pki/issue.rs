//! Issuing certificates and revocation lists (RFC 5280, RFC 8410, RFC 5480): the office's own authority.

use const_oid::ObjectIdentifier;
use const_oid::db::rfc4519;
use der::asn1::{BitString, SetOfVec, Utf8StringRef};
use der::referenced::OwnedToRef as _;
use der::{Any, Decode, Encode};
use spki::{SubjectPublicKeyInfoOwned, SubjectPublicKeyInfoRef};
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::builder::CertificateBuilder;
use x509_cert::builder::profile::BuilderProfile;
use x509_cert::certificate::{Rfc5280, TbsCertificate, Version};
use x509_cert::crl::{CertificateList, RevokedCert, TbsCertList};
use x509_cert::ext::pkix::{
    AuthorityKeyIdentifier, BasicConstraints, CrlNumber, ExtendedKeyUsage, KeyUsage, KeyUsages,
    SubjectKeyIdentifier,
};
use x509_cert::ext::{Extension, ToExtension};
use x509_cert::name::{Name, RdnSequence, RelativeDistinguishedName};
use x509_cert::serial_number::SerialNumber;
use x509_cert::time::Validity;

use super::certificate::{QC_ESEAL, QC_ESIGN, QC_STATEMENTS, QC_TYPE, QcStatement};
use super::keyfile::PrivateKey;
use super::{Certificate, Crl, PublicKey, Purpose, Reason, Subject, clip};
use crate::time::Time;

/// `id-kp-documentSigning` (RFC 9336).
const DOCUMENT_SIGNING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.36");

/// Random bytes of a serial number: at most 20 octets, at least 64 bits of chance (RFC 5280,
/// 4.1.2.2 and CA/Browser Forum practice).
pub const SERIAL_LENGTH: usize = 16;

/// Why something could not be issued.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IssueError {
    /// A value does not fit into the structure.
    #[error("the certificate cannot be encoded")]
    Encode(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Not a key that pk signs with.
    #[error("keys of this kind are not certified")]
    Algorithm,
    /// The result does not parse.
    #[error("the issued object cannot be read back")]
    ReadBack,
}

impl IssueError {
    /// A name for programs, and for texts in any language.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Encode(_) => "error.issue-encode",
            Self::Algorithm => "error.issue-algorithm",
            Self::ReadBack => "error.issue-read-back",
        }
    }
}

/// What a certificate shall say.
#[derive(Clone, Debug)]
pub struct Request {
    /// Whom it speaks of.
    pub subject: Subject,
    /// The key it certifies.
    pub key: PublicKey,
    /// What the key is for.
    pub purpose: Purpose,
    /// For authorities: how many authorities may stand below.
    pub path_length: Option<u8>,
    /// First moment of validity.
    pub not_before: Time,
    /// Last moment of validity.
    pub not_after: Time,
    /// Random bytes of the serial number.
    pub serial: [u8; SERIAL_LENGTH],
}

/// Issues a self-signed root.
///
/// # Errors
///
/// [`IssueError`]
pub fn root(request: &Request, key: &PrivateKey) -> Result<Certificate, IssueError> {
    let subject = distinguished_name(&request.subject)?;
    certificate(request, subject.clone(), subject, key)
}

/// Issues a certificate below `issuer`.
///
/// # Errors
///
/// [`IssueError`]
pub fn below(issuer: &Certificate, request: &Request, key: &PrivateKey) -> Result<Certificate, IssueError> {
    let name = issuer.x509().tbs_certificate().subject().clone();
    certificate(request, distinguished_name(&request.subject)?, name, key)
}

fn certificate(
    request: &Request,
    subject: Name,
    issuer: Name,
    key: &PrivateKey,
) -> Result<Certificate, IssueError> {
    let spki = match &request.key {
        PublicKey::Ed25519(key) => ed25519_dalek::VerifyingKey::from_bytes(key.as_bytes())
            .map_err(encode)
            .and_then(|key| SubjectPublicKeyInfoOwned::from_key(&key).map_err(encode)),
        PublicKey::P256(key) => SubjectPublicKeyInfoOwned::from_key(key).map_err(encode),
        _ => return Err(IssueError::Algorithm),
    }?;
    let profile = Profile { subject, issuer, purpose: request.purpose, path_length: request.path_length };
    let mut serial = request.serial;
    serial[0] &= 0x7f; // A serial number is positive.
    serial[0] |= 0x40; // …and has no leading zero that DER would have to drop.
    let validity = Validity::new(request.not_before.to_x509(), request.not_after.to_x509());
    let certificate =
        CertificateBuilder::new(profile, SerialNumber::new(&serial).map_err(encode)?, validity, spki)
            .and_then(|builder| key.build(builder))
            .map_err(encode)?;
    Certificate::from_der(&certificate.to_der().map_err(encode)?).map_err(|_| IssueError::ReadBack)
}

fn encode(error: impl std::error::Error + Send + Sync + 'static) -> IssueError {
    IssueError::Encode(Box::new(error))
}

/// Subject names from the most general attribute to the most special one.
fn distinguished_name(subject: &Subject) -> Result<Name, IssueError> {
    let mut rdns = RdnSequence::default();
    let attributes = [
        (rfc4519::ORGANIZATION_NAME, &subject.organization),
        (rfc4519::ORGANIZATIONAL_UNIT_NAME, &subject.unit),
        (rfc4519::TITLE, &subject.position),
        (rfc4519::COMMON_NAME, &subject.name),
        (rfc4519::SERIAL_NUMBER, &subject.id),
    ];
    for (oid, text) in attributes.into_iter().filter(|(_, text)| !text.is_empty()) {
        let text = clip(text);
        // serialNumber is a PrintableString (X.520, 6.2.9), everything else UTF-8.
        let value = if oid == rfc4519::SERIAL_NUMBER {
            Any::encode_from(&der::asn1::PrintableStringRef::new(&text).map_err(encode)?)
        } else {
            Any::encode_from(&Utf8StringRef::new(&text).map_err(encode)?)
        }
        .map_err(encode)?;
        let set = SetOfVec::try_from(vec![AttributeTypeAndValue { oid, value }]).map_err(encode)?;
        rdns.push(RelativeDistinguishedName::try_from(set.into_vec()).map_err(encode)?);
    }
    Name::from_der(&rdns.to_der().map_err(encode)?).map_err(encode)
}

struct Profile {
    subject: Name,
    issuer: Name,
    purpose: Purpose,
    path_length: Option<u8>,
}

impl BuilderProfile for Profile {
    fn get_issuer(&self, _subject: &Name) -> Name {
        self.issuer.clone()
    }

    fn get_subject(&self) -> Name {
        self.subject.clone()
    }

    fn build_extensions(
        &self,
        spk: SubjectPublicKeyInfoRef<'_>,
        issuer_spk: SubjectPublicKeyInfoRef<'_>,
        tbs: &TbsCertificate,
    ) -> x509_cert::builder::Result<Vec<Extension>> {
        let mut extensions = Vec::new();
        macro_rules! add {
            ($extension:expr) => {
                extensions.push($extension.to_extension(tbs.subject(), &extensions)?)
            };
        }
        add!(SubjectKeyIdentifier::try_from(spk)?);
        add!(AuthorityKeyIdentifier::try_from(issuer_spk)?);
        if self.purpose == Purpose::Authority {
            add!(BasicConstraints { ca: true, path_len_constraint: self.path_length });
            add!(KeyUsage(KeyUsages::KeyCertSign | KeyUsages::CRLSign));
            return Ok(extensions);
        }
        add!(KeyUsage(KeyUsages::DigitalSignature | KeyUsages::NonRepudiation));
        add!(ExtendedKeyUsage(vec![DOCUMENT_SIGNING]));
        let kind = if self.purpose == Purpose::Seal { QC_ESEAL } else { QC_ESIGN };
        let statements = vec![QcStatement { id: QC_TYPE, info: vec![kind] }];
        add!((QC_STATEMENTS, false, &statements));
        Ok(extensions)
    }
}

/// One line of a revocation list.
#[derive(Clone, Debug)]
pub struct Revoked {
    /// Serial number, big-endian.
    pub serial: Vec<u8>,
    /// When it was revoked.
    pub at: Time,
    /// Why.
    pub reason: Reason,
}

/// Issues a revocation list.
///
/// # Errors
///
/// [`IssueError`]
pub fn crl(
    issuer: &Certificate,
    key: &PrivateKey,
    number: u64,
    this_update: Time,
    next_update: Time,
    revoked: &[Revoked],
) -> Result<Crl, IssueError> {
    let number = CrlNumber(der::asn1::Uint::new(&number.to_be_bytes()).map_err(encode)?);
    let revoked = revoked
        .iter()
        .map(|entry| {
            let code = der::Any::new(der::Tag::Enumerated, vec![entry.reason.code()]).map_err(encode)?;
            Ok(RevokedCert::<Rfc5280> {
                serial_number: SerialNumber::new(&entry.serial).map_err(encode)?,
                revocation_date: entry.at.to_x509(),
                crl_entry_extensions: Some(vec![Extension {
                    extn_id: super::crl::REASON_CODE,
                    critical: false,
                    extn_value: der::asn1::OctetString::new(code.to_der().map_err(encode)?)
                        .map_err(encode)?,
                }]),
            })
        })
        .collect::<Result<Vec<_>, IssueError>>()?;
    let tbs = issuer.x509().tbs_certificate();
    let spki = tbs.subject_public_key_info().owned_to_ref();
    let mut extensions = Vec::new();
    // By hand: the builder of x509-cert names the key of the issuer's own issuer here (RFC 5280,
    // 5.2.1 wants the key that signs the list), and OpenSSL then finds no list.
    let authority = AuthorityKeyIdentifier::try_from(spki).map_err(encode)?;
    extensions.push(authority.to_extension(tbs.subject(), &extensions).map_err(encode)?);
    extensions.push(number.to_extension(tbs.subject(), &extensions).map_err(encode)?);
    let algorithm = key.algorithm();
    let content = TbsCertList::<Rfc5280> {
        version: Version::V2,
        signature: algorithm.identifier(),
        issuer: tbs.subject().clone(),
        this_update: this_update.to_x509(),
        next_update: Some(next_update.to_x509()),
        // An empty list has to be left out altogether (RFC 5280, 5.1.2.6).
        revoked_certificates: (!revoked.is_empty()).then_some(revoked),
        crl_extensions: Some(extensions),
    };
    let signature =
        algorithm.encode(&key.sign(&content.to_der().map_err(encode)?)).ok_or(IssueError::ReadBack)?;
    let list = CertificateList {
        tbs_cert_list: content,
        signature_algorithm: algorithm.identifier(),
        signature: BitString::from_bytes(&signature).map_err(encode)?,
    };
    Crl::from_der(&list.to_der().map_err(encode)?).map_err(|_| IssueError::ReadBack)
}
