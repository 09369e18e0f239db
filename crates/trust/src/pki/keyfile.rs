//! Private keys at rest: PKCS#8 with PBES2, scrypt and AES-256-CBC (RFC 5958, RFC 8018, RFC 7914).

use const_oid::db::rfc5912::{ID_EC_PUBLIC_KEY, SECP_256_R_1};
use const_oid::db::rfc8410::ID_ED_25519;
use ed25519_dalek::pkcs8::{DecodePrivateKey, EncodePrivateKey, KeypairBytes};
use ed25519_dalek::{Signer as _, SigningKey};
use pkcs8::EncryptedPrivateKeyInfoOwned;
use pkcs8::der::{EncodePem, pem::LineEnding};
use pkcs8::pkcs5::pbes2;
use x509_cert::builder::profile::BuilderProfile;
use x509_cert::builder::{Builder as _, CertificateBuilder};
use zeroize::Zeroizing;

use super::{Chain, Ed25519Key, KeyAlgorithm, KeyError, PublicKey, Sign, Signature};

/// Random bytes that one encrypted key file needs: salt and initialisation vector.
pub const NONCE_LENGTH: usize = 32;

/// How hard guessing a passphrase is made: scrypt with r = 8 and the given N and p (RFC 7914).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    log_n: u8,
    p: u32,
}

impl Cost {
    /// N = 2^14, r = 8, p = 5: one of the equivalent settings of the OWASP Password Storage Cheat
    /// Sheet, and the one that OpenSSL can still open (its limit for scrypt is 32 MiB, which N =
    /// 2^15 exceeds).
    pub const DEFAULT: Self = Self { log_n: 14, p: 5 };

    /// N = 2^14, r = 8, p = 1, as OpenSSL writes by default. For keys whose passphrase is printed
    /// anyway, as in the demonstration.
    pub const DEMONSTRATION: Self = Self { log_n: 14, p: 1 };

    /// The largest memory and time a key file may ask for when it is opened: a file with N = 2^30
    /// would otherwise stop the machine.
    const MAX: Self = Self { log_n: 18, p: 16 };

    /// The least that a key from elsewhere has to ask for: N = 2^14 with r = 8, the default of OpenSSL.
    const MIN: Self = Self { log_n: 14, p: 1 };
}

/// The fewest rounds of PBKDF2 that a key from elsewhere may have: HMAC-SHA-256 by the OWASP Password
/// Storage Cheat Sheet. NIST SP 800-132, 5.2, asks for as many as can be borne, and names 1,000 as the
/// least of 2010.
const MIN_ROUNDS: u32 = 600_000;

/// Why a key file cannot be used. Never says anything about the key itself.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyFileError {
    /// Not an encrypted PKCS#8 key in PEM.
    #[error("not an encrypted private key (PEM, ENCRYPTED PRIVATE KEY)")]
    Format,
    /// The key is not encrypted at all.
    #[error("the private key is not encrypted")]
    Plain,
    /// The key derivation asks for more than any honest file.
    #[error("the key file asks for too much memory or time")]
    Cost,
    /// The key derivation asks for so little that a passphrase can be guessed.
    #[error("the key file is hardly encrypted: a passphrase could be guessed")]
    Weak,
    /// Wrong passphrase, or a damaged file; the two cannot be told apart.
    #[error("wrong passphrase, or the key file is damaged")]
    Passphrase,
    /// Encryption failed.
    #[error("the private key cannot be encrypted")]
    Encrypt,
    /// A key of a kind that pk does not sign with, e.g. RSA.
    #[error("the private key is neither Ed25519 nor P-256")]
    Algorithm,
}

impl KeyFileError {
    /// A name for programs, and for texts in any language.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Format => "error.key-file-format",
            Self::Plain => "error.key-file-plain",
            Self::Cost => "error.key-file-cost",
            Self::Weak => "error.key-file-weak",
            Self::Passphrase => "error.key-file-passphrase",
            Self::Encrypt => "error.key-file-encrypt",
            Self::Algorithm => "error.key-file-algorithm",
        }
    }
}

/// A private key in memory, erased when dropped.
pub struct PrivateKey(Secret);

enum Secret {
    Ed25519(SigningKey),
    P256(p256::ecdsa::SigningKey),
}

impl std::fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PrivateKey(…)")
    }
}

impl PrivateKey {
    /// An Ed25519 key from 32 random bytes (RFC 8032, 5.1.5).
    pub fn from_seed(seed: &Zeroizing<[u8; 32]>) -> Self {
        Self(Secret::Ed25519(SigningKey::from_bytes(seed)))
    }

    /// A key from 32 random bytes. Of P-256 they are the number itself (FIPS 186-5, A.2.2): `None` for the one in
    /// 2^32 that is none; then take others.
    pub fn from_random(algorithm: KeyAlgorithm, random: &Zeroizing<[u8; 32]>) -> Option<Self> {
        match algorithm {
            KeyAlgorithm::Ed25519 => Some(Self::from_seed(random)),
            KeyAlgorithm::P256 => {
                p256::ecdsa::SigningKey::from_slice(random.as_slice()).ok().map(|key| Self(Secret::P256(key)))
            }
        }
    }

    /// What it signs with.
    pub const fn algorithm(&self) -> KeyAlgorithm {
        match self.0 {
            Secret::Ed25519(_) => KeyAlgorithm::Ed25519,
            Secret::P256(_) => KeyAlgorithm::P256,
        }
    }

    /// Opens an encrypted key file.
    ///
    /// # Errors
    ///
    /// [`KeyFileError`]
    pub fn open(pem: &str, passphrase: &[u8]) -> Result<Self, KeyFileError> {
        let info = encrypted(pem)?;
        affordable(&info)?;
        let plain = info.decrypt(passphrase).map_err(|_| KeyFileError::Passphrase)?;
        // Padding that comes out right by chance is one in 256: then it is no key.
        let info =
            pkcs8::PrivateKeyInfoRef::try_from(plain.as_bytes()).map_err(|_| KeyFileError::Passphrase)?;
        let damaged = |_| KeyFileError::Passphrase;
        let secret = match info.algorithm.oid {
            ID_ED_25519 => {
                SigningKey::from_pkcs8_der(plain.as_bytes()).map(Secret::Ed25519).map_err(damaged)?
            }
            ID_EC_PUBLIC_KEY if info.algorithm.parameters_oid() == Ok(SECP_256_R_1) => {
                p256::ecdsa::SigningKey::from_pkcs8_der(plain.as_bytes())
                    .map(Secret::P256)
                    .map_err(damaged)?
            }
            _ => return Err(KeyFileError::Algorithm),
        };
        Ok(Self(secret))
    }

    /// Refuses a key file whose passphrase is easily guessed by whoever has the file: to be asked before a
    /// key is taken over from elsewhere. Keys in use are opened whatever they ask for.
    ///
    /// # Errors
    ///
    /// [`KeyFileError::Weak`], or what is wrong with the file.
    pub fn is_guarded(pem: &str) -> Result<(), KeyFileError> {
        let pkcs8::pkcs5::EncryptionScheme::Pbes2(parameters) = encrypted(pem)?.encryption_algorithm else {
            return Err(KeyFileError::Format);
        };
        let guarded = match &parameters.kdf {
            pbes2::Kdf::Scrypt(s) => s.cost_parameter >= 1 << Cost::MIN.log_n && s.block_size >= 8,
            pbes2::Kdf::Pbkdf2(p) => p.iteration_count >= MIN_ROUNDS,
            _ => false,
        };
        if guarded { Ok(()) } else { Err(KeyFileError::Weak) }
    }

    /// Encrypts the key as PEM. `nonce` has to be random and used once.
    ///
    /// # Errors
    ///
    /// [`KeyFileError::Encrypt`]
    pub fn seal(
        &self,
        passphrase: &[u8],
        cost: Cost,
        nonce: &[u8; NONCE_LENGTH],
    ) -> Result<String, KeyFileError> {
        let fail = |_| KeyFileError::Encrypt;
        let (salt, iv) = nonce.split_at(16);
        let iv: [u8; 16] = iv.try_into().map_err(|_| KeyFileError::Encrypt)?;
        let scrypt = scrypt::Params::new(cost.log_n, 8, cost.p).map_err(|_| KeyFileError::Encrypt)?;
        let parameters = pbes2::Parameters::generate_scrypt_aes256cbc(scrypt, salt, iv)
            .map_err(|_| KeyFileError::Encrypt)?;
        let plain = match &self.0 {
            // Without the public key: OpenSSL 3.0 does not read version 2 of the structure (RFC 5958).
            Secret::Ed25519(key) => {
                KeypairBytes { secret_key: key.to_bytes(), public_key: None }.to_pkcs8_der()
            }
            Secret::P256(key) => key.to_pkcs8_der(),
        }
        .map_err(|_| KeyFileError::Encrypt)?;
        let encrypted =
            parameters.encrypt(passphrase, plain.as_bytes()).map_err(|_| KeyFileError::Encrypt)?;
        EncryptedPrivateKeyInfoOwned {
            encryption_algorithm: parameters.into(),
            encrypted_data: der::asn1::OctetString::new(encrypted).map_err(fail)?,
        }
        .to_pem(LineEnding::LF)
        .map_err(fail)
    }

    /// The public half.
    pub fn public(&self) -> Option<PublicKey> {
        match &self.0 {
            Secret::Ed25519(key) => {
                Ed25519Key::from_bytes(key.verifying_key().as_bytes()).map(PublicKey::Ed25519)
            }
            Secret::P256(key) => Some(PublicKey::P256(*key.verifying_key())),
        }
    }

    /// Signs with the bare key. The same bytes give the same signature (RFC 8032; RFC 6979).
    pub fn sign(&self, bytes: &[u8]) -> Signature {
        match &self.0 {
            Secret::Ed25519(key) => key.sign(bytes).to_bytes(),
            Secret::P256(key) => {
                let signature: p256::ecdsa::Signature = key.sign(bytes);
                signature.to_bytes().into()
            }
        }
    }

    /// Signs a certificate that is being built.
    pub(super) fn build(
        &self,
        builder: CertificateBuilder<impl BuilderProfile>,
    ) -> x509_cert::builder::Result<x509_cert::Certificate> {
        match &self.0 {
            Secret::Ed25519(key) => builder.build::<_, ed25519_dalek::Signature>(key),
            Secret::P256(key) => builder.build::<_, p256::ecdsa::DerSignature>(key),
        }
    }

    /// Joins the key with its certificates.
    ///
    /// # Errors
    ///
    /// [`KeyError::Mismatch`] if the certificate is of another key.
    pub fn with_chain(self, chain: Chain) -> Result<FileSigner, KeyError> {
        if self.public().as_ref() != Some(chain.leaf.key()) {
            return Err(KeyError::Mismatch);
        }
        Ok(FileSigner { key: self, chain })
    }
}

/// The outer structure of an encrypted key.
fn encrypted(pem: &str) -> Result<EncryptedPrivateKeyInfoOwned, KeyFileError> {
    let (label, document) = pkcs8::SecretDocument::from_pem(pem).map_err(|_| KeyFileError::Format)?;
    match label {
        "ENCRYPTED PRIVATE KEY" => {}
        "PRIVATE KEY" => return Err(KeyFileError::Plain),
        _ => return Err(KeyFileError::Format),
    }
    EncryptedPrivateKeyInfoOwned::try_from(document.as_bytes()).map_err(|_| KeyFileError::Format)
}

/// Refuses key derivation parameters that would stop the machine.
fn affordable(info: &EncryptedPrivateKeyInfoOwned) -> Result<(), KeyFileError> {
    let pkcs8::pkcs5::EncryptionScheme::Pbes2(parameters) = &info.encryption_algorithm else {
        return Err(KeyFileError::Format);
    };
    let fits = match &parameters.kdf {
        pbes2::Kdf::Scrypt(s) => {
            s.cost_parameter <= 1 << Cost::MAX.log_n
                && s.block_size <= 8
                && u32::from(s.parallelization) <= Cost::MAX.p
        }
        pbes2::Kdf::Pbkdf2(p) => p.iteration_count <= 10_000_000,
        _ => false,
    };
    if fits { Ok(()) } else { Err(KeyFileError::Cost) }
}

/// A key from a file, with its certificates.
#[derive(Debug)]
pub struct FileSigner {
    key: PrivateKey,
    chain: Chain,
}

impl Sign for FileSigner {
    fn chain(&self) -> &Chain {
        &self.chain
    }

    fn sign(&self, bytes: &[u8]) -> Result<Signature, KeyError> {
        Ok(self.key.sign(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed(cost: Cost) -> String {
        PrivateKey::from_seed(&Zeroizing::new([7; 32])).seal(b"sandi-uji-coba", cost, &[9; 32]).unwrap()
    }

    /// The same key under PBKDF2 with so many rounds.
    fn with_rounds(rounds: u32) -> String {
        let parameters =
            pbes2::Parameters::generate_pbkdf2_sha256_aes256cbc(rounds, &[9; 16], [9; 16]).unwrap();
        let plain = KeypairBytes { secret_key: [7; 32], public_key: None }.to_pkcs8_der().unwrap();
        let encrypted = parameters.encrypt(b"sandi-uji-coba", plain.as_bytes()).unwrap();
        let info = EncryptedPrivateKeyInfoOwned {
            encryption_algorithm: parameters.into(),
            encrypted_data: der::asn1::OctetString::new(encrypted).unwrap(),
        };
        info.to_pem(LineEnding::LF).unwrap()
    }

    #[test]
    fn keys_that_are_hardly_encrypted_are_not_guarded() {
        for pem in [
            sealed(Cost { log_n: 1, p: 1 }),
            sealed(Cost { log_n: 10, p: 1 }),
            sealed(Cost { log_n: 13, p: 10 }),
            with_rounds(1),
            with_rounds(2048),
            with_rounds(MIN_ROUNDS - 1),
        ] {
            assert!(matches!(PrivateKey::is_guarded(&pem), Err(KeyFileError::Weak)), "{pem}");
            assert!(PrivateKey::open(&pem, b"sandi-uji-coba").is_ok(), "one that is in use is opened");
        }
        for pem in [
            sealed(Cost::DEFAULT),
            sealed(Cost::DEMONSTRATION),
            sealed(Cost { log_n: 15, p: 1 }),
            with_rounds(MIN_ROUNDS),
            with_rounds(1_000_000),
        ] {
            assert!(PrivateKey::is_guarded(&pem).is_ok(), "{pem}");
        }
        assert!(matches!(PrivateKey::is_guarded("x"), Err(KeyFileError::Format)));
    }
}
