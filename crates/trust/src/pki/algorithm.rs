//! Public keys and signature algorithms: pk's own ([`KeyAlgorithm`]), and what other programs sign with.

use std::collections::BTreeMap;

use const_oid::ObjectIdentifier;
use const_oid::db::{rfc5912, rfc8410};
use der::Any;
use der::asn1::ObjectIdentifier as Oid;
use p256::ecdsa::signature::hazmat::PrehashVerifier;
use rsa::pkcs1::DecodeRsaPublicKey;
use rsa::traits::PublicKeyParts;
use rsa::{Pkcs1v15Sign, Pss, RsaPublicKey};
use sha2::{Digest, Sha256, Sha384, Sha512};
use spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};

use super::key_algorithm::is_low;
use super::{Ed25519Key, KeyAlgorithm, Signature};

const MD5: Oid = Oid::new_unwrap("1.2.840.113549.2.5");
const MD5_RSA: Oid = Oid::new_unwrap("1.2.840.113549.1.1.4");
const SHA1_ECDSA: Oid = Oid::new_unwrap("1.2.840.10045.4.1");
const SHA1_DSA: Oid = Oid::new_unwrap("1.2.840.10040.4.3");

/// Sizes of an RSA modulus in bits. Smaller ones are within reach of an attacker (ETSI TS 119 312),
/// larger ones only keep the verifier busy.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=4096;

/// Why an algorithm or a key is not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AlgorithmError {
    /// Collisions can be made: a signature over one document holds for another.
    #[error("{0} is broken")]
    Broken(&'static str),
    /// An RSA key of a size that is not used any more, or of one that nobody uses.
    #[error("the RSA key has {0} bits; 2048 to 4096 are accepted")]
    RsaSize(usize),
    /// Another algorithm, or parameters that do not fit together.
    #[error("the algorithm {0} is not known here")]
    Unknown(ObjectIdentifier),
    /// A key that is no point of its curve, or of small order.
    #[error("the public key is damaged")]
    Key,
}

impl AlgorithmError {
    /// A name for programs, and for texts in any language.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Broken(_) => "error.algorithm-broken",
            Self::RsaSize(_) => "error.algorithm-rsa-size",
            Self::Unknown(_) => "error.algorithm-unknown",
            Self::Key => "error.algorithm-key",
        }
    }

    /// The values that belong to its [`code`](Self::code).
    pub fn values(&self) -> BTreeMap<&'static str, String> {
        match self {
            Self::Broken(name) => BTreeMap::from([("algorithm", (*name).to_owned())]),
            Self::RsaSize(bits) => BTreeMap::from([("bits", bits.to_string())]),
            Self::Unknown(algorithm) => BTreeMap::from([("algorithm", algorithm.to_string())]),
            Self::Key => BTreeMap::new(),
        }
    }
}

/// A hash function that signatures may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hash {
    /// SHA-256
    Sha256,
    /// SHA-384
    Sha384,
    /// SHA-512
    Sha512,
}

impl Hash {
    /// From the identifier in a CMS (RFC 5754): parameters absent or NULL.
    ///
    /// # Errors
    ///
    /// [`AlgorithmError::Broken`] for SHA-1 and MD5.
    pub fn from_identifier(algorithm: &AlgorithmIdentifierOwned) -> Result<Self, AlgorithmError> {
        let hash = match algorithm.oid {
            rfc5912::ID_SHA_256 => Self::Sha256,
            rfc5912::ID_SHA_384 => Self::Sha384,
            rfc5912::ID_SHA_512 => Self::Sha512,
            rfc5912::ID_SHA_1 => return Err(AlgorithmError::Broken("SHA-1")),
            MD5 => return Err(AlgorithmError::Broken("MD5")),
            other => return Err(AlgorithmError::Unknown(other)),
        };
        if algorithm.parameters.as_ref().is_none_or(Any::is_null) {
            Ok(hash)
        } else {
            Err(AlgorithmError::Unknown(algorithm.oid))
        }
    }

    /// The digest over several parts in order.
    pub fn digest(self, parts: &[&[u8]]) -> Vec<u8> {
        match self {
            Self::Sha256 => over::<Sha256>(parts),
            Self::Sha384 => over::<Sha384>(parts),
            Self::Sha512 => over::<Sha512>(parts),
        }
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
        }
    }
}

/// The digest over several parts in order.
pub(crate) fn over<D: Digest>(parts: &[&[u8]]) -> Vec<u8> {
    let mut hasher = D::new();
    parts.iter().for_each(|part| hasher.update(part));
    hasher.finalize().to_vec()
}

/// How a signature was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureAlgorithm {
    /// Ed25519 (RFC 8032, RFC 8419).
    Ed25519,
    /// RSASSA-PKCS1-v1_5 (RFC 8017, 8.2).
    RsaPkcs1(Hash),
    /// RSASSA-PSS (RFC 8017, 8.1), MGF1 with the same hash function, salt of so many bytes.
    RsaPss(Hash, u16),
    /// ECDSA (FIPS 186-5).
    Ecdsa(Hash),
}

impl SignatureAlgorithm {
    /// From the identifier in a certificate or a CMS. `digest` is the digest algorithm of the CMS:
    /// `rsaEncryption` leaves it open (RFC 3370, 3.2).
    ///
    /// # Errors
    ///
    /// [`AlgorithmError`]
    pub fn from_identifier(
        algorithm: &AlgorithmIdentifierOwned,
        digest: Option<Hash>,
    ) -> Result<Self, AlgorithmError> {
        let unknown = AlgorithmError::Unknown(algorithm.oid);
        let absent = algorithm.parameters.is_none();
        let null = algorithm.parameters.as_ref().is_some_and(Any::is_null);
        let (found, parameters_fit) = match algorithm.oid {
            // Here and with ECDSA they have to be absent (RFC 8410, 3; RFC 5758, 3.2). NULL is what some
            // programs write, and means nothing else.
            rfc8410::ID_ED_25519 => (Self::Ed25519, absent || null),
            rfc5912::RSA_ENCRYPTION => (Self::RsaPkcs1(digest.ok_or(unknown)?), absent || null),
            rfc5912::SHA_256_WITH_RSA_ENCRYPTION => (Self::RsaPkcs1(Hash::Sha256), absent || null),
            rfc5912::SHA_384_WITH_RSA_ENCRYPTION => (Self::RsaPkcs1(Hash::Sha384), absent || null),
            rfc5912::SHA_512_WITH_RSA_ENCRYPTION => (Self::RsaPkcs1(Hash::Sha512), absent || null),
            rfc5912::ID_RSASSA_PSS => {
                let (hash, salt) = pss(algorithm)?;
                (Self::RsaPss(hash, salt), true)
            }
            rfc5912::ECDSA_WITH_SHA_256 => (Self::Ecdsa(Hash::Sha256), absent || null),
            rfc5912::ECDSA_WITH_SHA_384 => (Self::Ecdsa(Hash::Sha384), absent || null),
            rfc5912::ECDSA_WITH_SHA_512 => (Self::Ecdsa(Hash::Sha512), absent || null),
            rfc5912::SHA_1_WITH_RSA_ENCRYPTION | SHA1_ECDSA | SHA1_DSA => {
                return Err(AlgorithmError::Broken("SHA-1"));
            }
            MD5_RSA => return Err(AlgorithmError::Broken("MD5")),
            _ => return Err(unknown),
        };
        // The two places that name the hash function have to agree (RFC 8933 tells of the attack).
        let agrees = match (found, digest) {
            (_, None) => true,
            (Self::Ed25519, Some(digest)) => digest == Hash::Sha512,
            (Self::RsaPkcs1(hash) | Self::RsaPss(hash, _) | Self::Ecdsa(hash), Some(digest)) => {
                hash == digest
            }
        };
        if parameters_fit && agrees { Ok(found) } else { Err(unknown) }
    }

    /// Its name for people, e.g. `RSA-PSS, SHA-256`.
    pub fn name(self) -> String {
        match self {
            Self::Ed25519 => "Ed25519".to_owned(),
            Self::RsaPkcs1(hash) => format!("RSA, {}", hash.name()),
            Self::RsaPss(hash, _) => format!("RSA-PSS, {}", hash.name()),
            Self::Ecdsa(hash) => format!("ECDSA, {}", hash.name()),
        }
    }
}

/// `RSASSA-PSS-params` (RFC 4055, 3.1). A type of our own: that of `pkcs1` holds salts of up to 255 bytes
/// only, and some programs use the longest salt that a key has room for.
#[derive(der::Sequence)]
struct PssParameters {
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    hash: Option<AlgorithmIdentifierOwned>,
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", optional = "true")]
    mask: Option<AlgorithmIdentifierOwned>,
    #[asn1(context_specific = "2", tag_mode = "EXPLICIT", optional = "true")]
    salt: Option<u16>,
    #[asn1(context_specific = "3", tag_mode = "EXPLICIT", optional = "true")]
    trailer: Option<u8>,
}

/// Hash function and length of the salt.
fn pss(algorithm: &AlgorithmIdentifierOwned) -> Result<(Hash, u16), AlgorithmError> {
    let unknown = AlgorithmError::Unknown(algorithm.oid);
    let parameters = algorithm.parameters.as_ref().ok_or(unknown)?;
    let parameters: PssParameters = parameters.decode_as().map_err(|_| unknown)?;
    // Left out they mean SHA-1.
    let hash = Hash::from_identifier(&parameters.hash.ok_or(AlgorithmError::Broken("SHA-1"))?)?;
    let mask = parameters.mask.filter(|mask| mask.oid == rfc5912::ID_MGF_1).ok_or(unknown)?;
    let mask: AlgorithmIdentifierOwned =
        mask.parameters.and_then(|inner| inner.decode_as().ok()).ok_or(unknown)?;
    let fits = Hash::from_identifier(&mask) == Ok(hash) && parameters.trailer.is_none_or(|t| t == 1);
    if fits { Ok((hash, parameters.salt.unwrap_or(20))) } else { Err(unknown) }
}

/// A public key of any kind that signatures are verified with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublicKey {
    /// Ed25519
    Ed25519(Ed25519Key),
    /// RSA, 2048 to 4096 bits.
    Rsa(RsaPublicKey),
    /// RSA for RSASSA-PSS only, with this hash function and at least this salt where it names them.
    RsaPss(RsaPublicKey, Option<(Hash, u16)>),
    /// ECDSA on P-256.
    P256(p256::ecdsa::VerifyingKey),
    /// ECDSA on P-384.
    P384(p384::ecdsa::VerifyingKey),
    /// ECDSA on P-521.
    P521(p521::ecdsa::VerifyingKey),
}

impl PublicKey {
    /// From a certificate's `SubjectPublicKeyInfo` (RFC 5480, RFC 8017, RFC 8410).
    ///
    /// # Errors
    ///
    /// [`AlgorithmError`]
    pub fn from_spki(spki: &SubjectPublicKeyInfoOwned) -> Result<Self, AlgorithmError> {
        let bytes = spki.subject_public_key.as_bytes().ok_or(AlgorithmError::Key)?;
        let parameters = spki.algorithm.parameters.as_ref();
        match spki.algorithm.oid {
            rfc8410::ID_ED_25519 if parameters.is_none_or(Any::is_null) => {
                Ed25519Key::from_bytes(bytes).map(Self::Ed25519).ok_or(AlgorithmError::Key)
            }
            rfc5912::RSA_ENCRYPTION => rsa_key(bytes).map(Self::Rsa),
            // RFC 4055, 1.2 and 3.3: whoever says so wants no PKCS #1 v1.5 from this key.
            rfc5912::ID_RSASSA_PSS => {
                let limits = parameters.map(|_| pss(&spki.algorithm)).transpose()?;
                rsa_key(bytes).map(|key| Self::RsaPss(key, limits))
            }
            rfc5912::ID_EC_PUBLIC_KEY => {
                let parameters = parameters.ok_or(AlgorithmError::Key)?;
                // A curve by its numbers (RFC 3279, 2.3.5) may be any curve.
                let curve = parameters
                    .decode_as::<Oid>()
                    .map_err(|_| AlgorithmError::Unknown(rfc5912::ID_EC_PUBLIC_KEY))?;
                match curve {
                    rfc5912::SECP_256_R_1 => {
                        p256::ecdsa::VerifyingKey::from_sec1_bytes(bytes).map(Self::P256)
                    }
                    rfc5912::SECP_384_R_1 => {
                        p384::ecdsa::VerifyingKey::from_sec1_bytes(bytes).map(Self::P384)
                    }
                    rfc5912::SECP_521_R_1 => {
                        p521::ecdsa::VerifyingKey::from_sec1_bytes(bytes).map(Self::P521)
                    }
                    other => return Err(AlgorithmError::Unknown(other)),
                }
                .map_err(|_| AlgorithmError::Key)
            }
            other => Err(AlgorithmError::Unknown(other)),
        }
    }

    /// The algorithm that pk signs with by such a key; `None` for one of another kind.
    pub const fn algorithm(&self) -> Option<KeyAlgorithm> {
        KeyAlgorithm::of(self)
    }

    /// The key in the form in which certificates hold it, where pk signs with such keys: 32 bytes of Ed25519
    /// (RFC 8032, 5.1.5), or 65 of a point of P-256, not compressed (SEC 1, 2.3.3).
    pub fn own_bytes(&self) -> Option<Vec<u8>> {
        match self {
            Self::Ed25519(key) => Some(key.as_bytes().to_vec()),
            Self::P256(key) => Some(key.to_sec1_point(false).as_bytes().to_vec()),
            _ => None,
        }
    }

    /// The first four bytes of SHA-256 of [`PublicKey::own_bytes`]: the `kid` of a QR claim.
    pub fn key_id(&self) -> Option<[u8; 4]> {
        let digest = Sha256::digest(self.own_bytes()?);
        Some([digest[0], digest[1], digest[2], digest[3]])
    }

    /// Whether `signature`, in the form of a claim, is this key's signature of `message`: of those that hold the
    /// one that [`KeyAlgorithm::normalize`] gives.
    pub fn verifies_plain(&self, message: &[u8], signature: &Signature) -> bool {
        match self {
            Self::Ed25519(key) => key.verifies(message, signature),
            Self::P256(key) => {
                is_low(signature)
                    && p256::ecdsa::Signature::from_slice(signature)
                        .is_ok_and(|s| key.verify_prehash(&Sha256::digest(message), &s).is_ok())
            }
            _ => false,
        }
    }

    /// Whether `signature` is this key's signature of `message` by this algorithm. A signature by an
    /// algorithm that the key is not for is none.
    pub fn verifies(&self, algorithm: SignatureAlgorithm, message: &[u8], signature: &[u8]) -> bool {
        match (self, algorithm) {
            (Self::Ed25519(key), SignatureAlgorithm::Ed25519) => key.verifies(message, signature),
            (Self::Rsa(key), SignatureAlgorithm::RsaPkcs1(hash)) => {
                let scheme = match hash {
                    Hash::Sha256 => Pkcs1v15Sign::new::<Sha256>(),
                    Hash::Sha384 => Pkcs1v15Sign::new::<Sha384>(),
                    Hash::Sha512 => Pkcs1v15Sign::new::<Sha512>(),
                };
                let digest = hash.digest(&[message]);
                key.verify(scheme, &digest, signature).is_ok()
                    || key.verify(without_null(hash), &digest, signature).is_ok()
            }
            (Self::RsaPss(_, Some((only, shortest))), SignatureAlgorithm::RsaPss(hash, salt))
                if *only != hash || salt < *shortest =>
            {
                false
            }
            (Self::Rsa(key) | Self::RsaPss(key, _), SignatureAlgorithm::RsaPss(hash, salt)) => {
                let digest = hash.digest(&[message]);
                let salt = usize::from(salt);
                match hash {
                    Hash::Sha256 => key.verify(Pss::<Sha256>::new_with_salt(salt), &digest, signature),
                    Hash::Sha384 => key.verify(Pss::<Sha384>::new_with_salt(salt), &digest, signature),
                    Hash::Sha512 => key.verify(Pss::<Sha512>::new_with_salt(salt), &digest, signature),
                }
                .is_ok()
            }
            (Self::P256(key), SignatureAlgorithm::Ecdsa(hash)) => p256::ecdsa::Signature::from_der(signature)
                .is_ok_and(|s| key.verify_prehash(&hash.digest(&[message]), &s).is_ok()),
            (Self::P384(key), SignatureAlgorithm::Ecdsa(hash)) => p384::ecdsa::Signature::from_der(signature)
                .is_ok_and(|s| key.verify_prehash(&hash.digest(&[message]), &s).is_ok()),
            (Self::P521(key), SignatureAlgorithm::Ecdsa(hash)) => {
                // The digest is a number (FIPS 186-5, 6.4.2), shorter than the curve's order: zeros in
                // front do not change it, and the library wants at least half the length.
                let digest = hash.digest(&[message]);
                let mut number = vec![0; 66_usize.saturating_sub(digest.len())];
                number.extend_from_slice(&digest);
                p521::ecdsa::Signature::from_der(signature)
                    .is_ok_and(|s| key.verify_prehash(&number, &s).is_ok())
            }
            _ => false,
        }
    }

    /// What it is, e.g. `RSA-2048`.
    pub fn name(&self) -> String {
        match self {
            Self::Ed25519(_) => "Ed25519".to_owned(),
            Self::Rsa(key) | Self::RsaPss(key, _) => format!("RSA-{}", key.n().bits_vartime()),
            Self::P256(_) => "P-256".to_owned(),
            Self::P384(_) => "P-384".to_owned(),
            Self::P521(_) => "P-521".to_owned(),
        }
    }
}

/// The scheme with a `DigestInfo` whose algorithm has no parameters: absent and NULL are the same, and a verifier has to
/// accept both (RFC 8017, B.1).
fn without_null(hash: Hash) -> Pkcs1v15Sign {
    let (arc, length) = match hash {
        Hash::Sha256 => (1, 32),
        Hash::Sha384 => (2, 48),
        Hash::Sha512 => (3, 64),
    };
    // SEQUENCE { SEQUENCE { OID 2.16.840.1.101.3.4.2.n }, OCTET STRING }
    let prefix = [0x30, 15 + length, 0x30, 11, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, arc, 4, length];
    Pkcs1v15Sign { hash_len: Some(usize::from(length)), prefix: prefix.into() }
}

fn rsa_key(bytes: &[u8]) -> Result<RsaPublicKey, AlgorithmError> {
    let key = RsaPublicKey::from_pkcs1_der(bytes).map_err(|_| AlgorithmError::Key)?;
    let bits = usize::try_from(key.n().bits_vartime()).unwrap_or(usize::MAX);
    if RSA_BITS.contains(&bits) { Ok(key) } else { Err(AlgorithmError::RsaSize(bits)) }
}
