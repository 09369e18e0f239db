//! X.509 certificates, as far as signing documents needs them (RFC 5280, 4).

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

use const_oid::ObjectIdentifier;
use const_oid::db::rfc4519;
use const_oid::db::rfc5280::{
    ANY_EXTENDED_KEY_USAGE, ID_KP_CLIENT_AUTH, ID_KP_EMAIL_PROTECTION, ID_KP_OCSP_SIGNING,
    ID_KP_TIME_STAMPING,
};
use der::pem::PemLabel as _;
use der::{Decode, Document, Encode, EncodePem};
use sha2::{Digest, Sha256};
use x509_cert::ext::pkix::{BasicConstraints, ExtendedKeyUsage, KeyUsage, KeyUsages};

use super::elements::first;
use super::name::folded;
use super::{AlgorithmError, PublicKey, SignatureAlgorithm};
use crate::digits::hex;
use crate::time::Time;

/// `id-etsi-qcs-QcType` (ETSI EN 319 412-5, 4.2.3), inside `id-pe-qcStatements` (RFC 3739).
pub(super) const QC_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("0.4.0.1862.1.6");
/// A certificate for electronic signatures: of a person.
pub(super) const QC_ESIGN: ObjectIdentifier = ObjectIdentifier::new_unwrap("0.4.0.1862.1.6.1");
/// A certificate for electronic seals: of a legal body.
pub(super) const QC_ESEAL: ObjectIdentifier = ObjectIdentifier::new_unwrap("0.4.0.1862.1.6.2");
pub(super) const QC_STATEMENTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.1.3");

/// `id-kp-documentSigning` (RFC 9336) and what vendors used before it.
const DOCUMENT_SIGNING: [ObjectIdentifier; 3] = [
    ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.36"),
    ObjectIdentifier::new_unwrap("1.2.840.113583.1.1.5"), // Adobe
    ObjectIdentifier::new_unwrap("1.3.6.1.4.1.311.10.3.12"), // Microsoft
];

/// Whether an extended key usage has one that goes with documents. A server's or a time stamp
/// authority's certificate has not.
fn for_documents(uses: &[ObjectIdentifier]) -> bool {
    let general = [ANY_EXTENDED_KEY_USAGE, ID_KP_EMAIL_PROTECTION, ID_KP_CLIENT_AUTH];
    uses.iter().any(|usage| general.contains(usage) || DOCUMENT_SIGNING.contains(usage))
}

/// Extensions this program understands. Any other one that is critical makes a certificate
/// unusable (RFC 5280, 4.2).
const UNDERSTOOD: [ObjectIdentifier; 10] = [
    ObjectIdentifier::new_unwrap("2.5.29.14"), // subjectKeyIdentifier
    ObjectIdentifier::new_unwrap("2.5.29.15"), // keyUsage
    ObjectIdentifier::new_unwrap("2.5.29.17"), // subjectAltName: compared with name constraints
    ObjectIdentifier::new_unwrap("2.5.29.19"), // basicConstraints
    ObjectIdentifier::new_unwrap("2.5.29.30"), // nameConstraints
    ObjectIdentifier::new_unwrap("2.5.29.32"), // certificatePolicies: any policy will do here
    ObjectIdentifier::new_unwrap("2.5.29.35"), // authorityKeyIdentifier
    ObjectIdentifier::new_unwrap("2.5.29.37"), // extKeyUsage
    ObjectIdentifier::new_unwrap("2.5.29.54"), // inhibitAnyPolicy: no policy is asked for
    QC_STATEMENTS,
];

/// Extensions of a certificate. There are twenty or so.
const MAX_EXTENSIONS: usize = 128;

/// Bytes of one certificate. Those of today have some two thousand, the largest signatures that withstand quantum
/// computers fifty thousand; names and extensions take thirty times as much once they are decoded.
const MAX_BYTES: usize = 64 * 1024;

/// The upper bound of common name, title and unit (RFC 5280, A.1: `ub-common-name` and others),
/// in characters.
pub const SUBJECT_ATTRIBUTE_LIMIT: usize = 64;

/// Cuts text to the upper bound of a subject attribute. Both sides of a comparison go through
/// this, so that a long position still matches its certificate.
pub fn clip(text: &str) -> String {
    text.chars().take(SUBJECT_ATTRIBUTE_LIMIT).collect()
}

/// Why bytes are no usable certificate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// Not DER, or not a certificate.
    #[error("not an X.509 certificate")]
    Der(#[from] der::Error),
    /// Encodes differently when written again: not the one DER encoding.
    #[error("the certificate is not in DER")]
    NotCanonical,
    /// Larger than any authority makes it.
    #[error("the certificate has {0} bytes")]
    Size(usize),
    /// The key is of a kind or size that is not used here.
    #[error("the certificate's key cannot be used")]
    Algorithm(#[from] AlgorithmError),
    /// The subject lacks what a signer's certificate needs.
    #[error("the certificate's subject has no {0}")]
    Subject(&'static str),
}

impl CertificateError {
    /// A name for programs, and for texts in any language.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Der(_) => "error.certificate-malformed",
            Self::NotCanonical => "error.certificate-not-der",
            Self::Size(_) => "error.certificate-length",
            Self::Algorithm(_) => "error.certificate-key",
            Self::Subject(_) => "error.certificate-subject",
        }
    }

    /// The values that belong to its [`code`](Self::code).
    pub fn values(&self) -> BTreeMap<&'static str, String> {
        match self {
            Self::Size(bytes) => BTreeMap::from([("bytes", bytes.to_string())]),
            Self::Subject(attribute) => BTreeMap::from([("attribute", (*attribute).to_owned())]),
            Self::Der(_) | Self::NotCanonical | Self::Algorithm(_) => BTreeMap::new(),
        }
    }
}

/// What a key may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Issuing certificates and revocation lists.
    Authority,
    /// Signing as a person.
    Signature,
    /// Sealing as an institution: QR claims and manifests.
    Seal,
    /// Signing documents, as other programs' certificates say it: no other use than documents,
    /// mail or people's own.
    Document,
    /// Time stamps (RFC 3161, 2.3).
    TimeStamp,
}

/// Who a certificate speaks of. Never a NIP: it shows a birth date, and certificates travel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    /// Name with titles, or the name of the institution.
    pub name: String,
    /// Position; empty for institutions.
    pub position: String,
    /// Unit; empty for institutions.
    pub unit: String,
    /// The office's own handle of the person, e.g. `kominfo`; empty for authorities.
    pub id: String,
    /// The institution.
    pub organization: String,
}

/// A certificate.
///
/// Cheap to clone: a path is made of clones, and a batch has thousands of paths.
#[derive(Clone)]
pub struct Certificate(Arc<Inner>);

struct Inner {
    der: Vec<u8>,
    parsed: x509_cert::Certificate,
    key: PublicKey,
    fingerprint: [u8; 32],
    /// Digests of the folded names of subject and issuer, once somebody asks.
    names: OnceLock<([u8; 32], [u8; 32])>,
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate")
            .field("serial", &self.serial())
            .field("subject", &self.subject().name)
            .finish_non_exhaustive()
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        // Of all of it; the bytes may be megabytes that begin alike.
        self.0.fingerprint == other.0.fingerprint
    }
}

impl Eq for Certificate {}

impl Certificate {
    /// Parses DER.
    ///
    /// # Errors
    ///
    /// [`CertificateError`]; in particular for anything that is not the one DER encoding, since
    /// the digest in a signature and the serial in a revocation list must mean one certificate.
    pub fn from_der(bytes: &[u8]) -> Result<Self, CertificateError> {
        let certificate = Self::from_foreign(bytes)?;
        if certificate.0.parsed.to_der()? != bytes {
            return Err(CertificateError::NotCanonical);
        }
        Ok(certificate)
    }

    /// As [`Certificate::from_der`], of other programs: dates before 2050 in the long form, which everybody has to
    /// read (RFC 5280, 4.1.2.5), defaults that are written out. What was signed are the bytes as they are here, and no
    /// two of them mean one certificate.
    ///
    /// # Errors
    ///
    /// [`CertificateError`]
    pub fn from_foreign(bytes: &[u8]) -> Result<Self, CertificateError> {
        Self::from_parsed(Self::decode(bytes)?, bytes)
    }

    /// As far as it can be read without knowing its key.
    pub(crate) fn decode(bytes: &[u8]) -> Result<x509_cert::Certificate, CertificateError> {
        if bytes.len() > MAX_BYTES {
            return Err(CertificateError::Size(bytes.len()));
        }
        Ok(x509_cert::Certificate::from_der(bytes)?)
    }

    /// As [`Certificate::from_foreign`]; `bytes` are those that `parsed` was read from.
    pub(crate) fn from_parsed(
        parsed: x509_cert::Certificate,
        bytes: &[u8],
    ) -> Result<Self, CertificateError> {
        let key = PublicKey::from_spki(parsed.tbs_certificate().subject_public_key_info())?;
        let fingerprint = Sha256::digest(bytes).into();
        let names = OnceLock::new();
        Ok(Self(Arc::new(Inner { der: bytes.to_vec(), parsed, key, fingerprint, names })))
    }

    /// Parses one PEM block.
    ///
    /// # Errors
    ///
    /// As [`Certificate::from_der`].
    pub fn from_pem(text: &str) -> Result<Self, CertificateError> {
        // The bytes themselves: what is made of them anew need not be what they were.
        let (label, document) = Document::from_pem(text)?;
        x509_cert::Certificate::validate_pem_label(label).map_err(der::Error::from)?;
        Self::from_der(document.as_bytes())
    }

    /// The DER encoding.
    pub fn der(&self) -> &[u8] {
        &self.0.der
    }

    /// The PEM encoding.
    pub fn pem(&self) -> String {
        // Encoding what was parsed from its own encoding does not fail; an empty file would be
        // refused by every reader.
        self.0.parsed.to_pem(der::pem::LineEnding::LF).unwrap_or_default()
    }

    /// The public key.
    pub fn key(&self) -> &PublicKey {
        &self.0.key
    }

    /// SHA-256 of the DER encoding.
    pub fn fingerprint(&self) -> [u8; 32] {
        self.0.fingerprint
    }

    /// The serial number, in lower-case hexadecimal.
    pub fn serial(&self) -> String {
        hex(self.0.parsed.tbs_certificate().serial_number().as_bytes())
    }

    /// Who the certificate speaks of.
    pub fn subject(&self) -> Subject {
        let attribute = |oid| self.attribute(oid).unwrap_or_default();
        Subject {
            name: attribute(rfc4519::COMMON_NAME),
            position: attribute(rfc4519::TITLE),
            unit: attribute(rfc4519::ORGANIZATIONAL_UNIT_NAME),
            id: attribute(rfc4519::SERIAL_NUMBER),
            organization: attribute(rfc4519::ORGANIZATION_NAME),
        }
    }

    fn attribute(&self, oid: ObjectIdentifier) -> Option<String> {
        let attribute = self.0.parsed.tbs_certificate().subject().iter().find(|a| a.oid == oid)?;
        text(&attribute.value)
    }

    /// The first moment of validity.
    pub fn not_before(&self) -> Time {
        Time::from_x509(self.0.parsed.tbs_certificate().validity().not_before)
    }

    /// The last moment of validity.
    pub fn not_after(&self) -> Time {
        Time::from_x509(self.0.parsed.tbs_certificate().validity().not_after)
    }

    /// Whether `at` lies in the period of validity, both ends included.
    pub fn is_valid_at(&self, at: Time) -> bool {
        self.not_before() <= at && at <= self.not_after()
    }

    /// Whether the key may be used for `purpose`: key usage, basic constraints and QcType together.
    pub fn permits(&self, purpose: Purpose) -> bool {
        let tbs = self.0.parsed.tbs_certificate();
        let Ok(usage) = tbs.get_extension::<KeyUsage>() else { return false };
        let Ok(constraints) = tbs.get_extension::<BasicConstraints>() else { return false };
        let authority = constraints.is_some_and(|(_, c)| c.ca);
        let uses = |bit| usage.as_ref().is_some_and(|(_, usage)| usage.0.contains(bit));
        let signs = uses(KeyUsages::DigitalSignature) && uses(KeyUsages::NonRepudiation) && !authority;
        // RFC 5280, 4.2.1.3: without the extension nothing is excluded.
        let may_sign =
            usage.is_none() || uses(KeyUsages::DigitalSignature) || uses(KeyUsages::NonRepudiation);
        match purpose {
            // RFC 5280, 6.1.4 (n): old roots have no key usage.
            Purpose::Authority => authority && (usage.is_none() || uses(KeyUsages::KeyCertSign)),
            Purpose::Signature => signs && self.qc_type() == Some(QC_ESIGN),
            Purpose::Seal => signs && self.qc_type() == Some(QC_ESEAL),
            Purpose::Document => {
                may_sign
                    && self
                        .extended_usage()
                        .is_ok_and(|uses| uses.is_none_or(|(_, uses)| for_documents(&uses)))
            }
            // RFC 3161, 2.3: critical, and nothing else.
            Purpose::TimeStamp => {
                let stamps = |(critical, uses): (bool, Vec<_>)| critical && uses == [ID_KP_TIME_STAMPING];
                may_sign && self.extended_usage().is_ok_and(|uses| uses.is_some_and(stamps))
            }
        }
    }

    /// `extKeyUsage`, and whether it is critical.
    fn extended_usage(&self) -> Result<Option<(bool, Vec<ObjectIdentifier>)>, der::Error> {
        let found = self.0.parsed.tbs_certificate().get_extension::<ExtendedKeyUsage>()?;
        Ok(found.map(|(critical, uses)| (critical, uses.0)))
    }

    /// Whether the authority says of a responder that nobody need ask whether it is revoked (`id-pkix-ocsp-nocheck`,
    /// RFC 6960, 4.2.2.2.1).
    pub(super) fn needs_no_check(&self) -> bool {
        const NO_CHECK: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1.5");
        let mut extensions = self.0.parsed.tbs_certificate().extensions().into_iter().flatten();
        extensions.any(|extension| extension.extn_id == NO_CHECK)
    }

    /// Whether the issuer lets the key answer for it (RFC 6960, 4.2.2.2).
    pub(super) fn answers_for_others(&self) -> bool {
        self.may(KeyUsages::DigitalSignature)
            && self
                .extended_usage()
                .is_ok_and(|uses| uses.is_some_and(|(_, uses)| uses.contains(&ID_KP_OCSP_SIGNING)))
    }

    fn qc_type(&self) -> Option<ObjectIdentifier> {
        let extensions = self.0.parsed.tbs_certificate().extensions()?;
        let extension = extensions.iter().find(|e| e.extn_id == QC_STATEMENTS)?;
        let statements = Vec::<QcStatement>::from_der(extension.extn_value.as_bytes()).ok()?;
        match statements.iter().find(|s| s.id == QC_TYPE)?.info.as_slice() {
            [one] => Some(*one),
            _ => None,
        }
    }

    /// Whether the certificate names itself as its issuer, as roots do.
    pub fn is_self_issued(&self) -> bool {
        self.names_as_issuer(self)
    }

    /// How many authorities may stand below this one; `None` for no limit.
    pub(super) fn path_length(&self) -> Option<u8> {
        let constraints = self.0.parsed.tbs_certificate().get_extension::<BasicConstraints>();
        constraints.ok().flatten().and_then(|(_, c)| c.path_len_constraint)
    }

    /// Whether the key may sign revocation lists.
    pub(super) fn signs_crls(&self) -> bool {
        self.may(KeyUsages::CRLSign)
    }

    /// Whether the key usage has this, or excludes nothing (RFC 5280, 4.2.1.3).
    fn may(&self, bit: KeyUsages) -> bool {
        let usage = self.0.parsed.tbs_certificate().get_extension::<KeyUsage>();
        usage.is_ok_and(|usage| usage.is_none_or(|(_, usage)| usage.0.contains(bit)))
    }

    /// Whether every critical extension is one that this program understands, and none is there
    /// twice.
    pub(super) fn understood(&self) -> bool {
        let extensions = self.0.parsed.tbs_certificate().extensions();
        extensions.is_none_or(|list| {
            // Each is compared with all before it.
            list.len() <= MAX_EXTENSIONS
                && list.iter().enumerate().all(|(i, extension)| {
                    (!extension.critical || UNDERSTOOD.contains(&extension.extn_id))
                        && list.iter().take(i).all(|earlier| earlier.extn_id != extension.extn_id)
                })
        })
    }

    /// Whether the certificate says that it is by `issuer`; a mere claim.
    pub(super) fn names_as_issuer(&self, issuer: &Self) -> bool {
        self.is_by(&issuer.names().0)
    }

    /// Whether the issuer has the name of this digest ([`folded`]).
    pub(crate) fn is_by(&self, name: &[u8; 32]) -> bool {
        self.names().1 == *name
    }

    /// Whether the subject has the name of this digest ([`folded`]).
    pub(super) fn is_of(&self, name: &[u8; 32]) -> bool {
        self.names().0 == *name
    }

    /// Digests of the names of subject and issuer.
    fn names(&self) -> &([u8; 32], [u8; 32]) {
        let tbs = self.0.parsed.tbs_certificate();
        self.0.names.get_or_init(|| (folded(tbs.subject()), folded(tbs.issuer())))
    }

    /// Whether `issuer` signed this certificate, by name and by key.
    pub(super) fn is_signed_by(&self, issuer: &Self) -> bool {
        let tbs = self.0.parsed.tbs_certificate();
        // RFC 5280, 4.1.1.2: both places have to say the same.
        if tbs.signature() != self.0.parsed.signature_algorithm() || !self.names_as_issuer(issuer) {
            return false;
        }
        let Ok(algorithm) = SignatureAlgorithm::from_identifier(tbs.signature(), None) else { return false };
        first(&self.0.der).is_some_and(|bytes| {
            let signature = self.0.parsed.signature().as_bytes().unwrap_or_default();
            issuer.0.key.verifies(algorithm, bytes, signature)
        })
    }

    pub(crate) fn x509(&self) -> &x509_cert::Certificate {
        &self.0.parsed
    }
}

/// The text of a directory string (RFC 5280, 4.1.2.4), whatever string type it has.
pub(super) fn text(value: &der::Any) -> Option<String> {
    use der::asn1::{BmpString, Ia5StringRef, PrintableStringRef, TeletexStringRef, Utf8StringRef};
    let utf8 = value.decode_as::<Utf8StringRef<'_>>().map(|s| s.as_str().to_owned());
    utf8.or_else(|_| value.decode_as::<PrintableStringRef<'_>>().map(|s| s.as_str().to_owned()))
        .or_else(|_| value.decode_as::<Ia5StringRef<'_>>().map(|s| s.as_str().to_owned()))
        .or_else(|_| value.decode_as::<TeletexStringRef<'_>>().map(|s| s.as_str().to_owned()))
        .or_else(|_| value.decode_as::<BmpString>().map(|s| s.to_string()))
        .ok()
}

/// `QCStatement` (RFC 3739, 3.2.6) with a `QcType` as its information. Statements of other shapes
/// make the whole extension unreadable, and then the certificate has no purpose here.
#[derive(Clone, Debug, PartialEq, Eq, der::Sequence)]
pub(super) struct QcStatement {
    pub(super) id: ObjectIdentifier,
    pub(super) info: Vec<ObjectIdentifier>,
}
