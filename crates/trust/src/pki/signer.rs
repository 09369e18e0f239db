//! Custody of a private key: what signs, without saying where the key is.

use ed25519_dalek::VerifyingKey;

use super::Certificate;

/// A signature as keys and tokens give it, 64 bytes: Ed25519 (RFC 8032, 5.1.6), or `r` and `s` of ECDSA on
/// P-256 (IEEE P1363), by the algorithm of the key.
pub type Signature = [u8; 64];

/// An Ed25519 public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ed25519Key(VerifyingKey);

impl Ed25519Key {
    /// From the 32 bytes of RFC 8032.
    ///
    /// Keys of small order are refused: a signature by one holds for many messages.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let key = VerifyingKey::from_bytes(bytes.try_into().ok()?).ok()?;
        (!key.is_weak()).then_some(Self(key))
    }

    /// The 32 bytes of RFC 8032.
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// Whether `signature` is this key's signature of `message`.
    ///
    /// Strict: a signature has one encoding, and small-order points are refused (RFC 8032, 5.1.7,
    /// and "Taming the many EdDSAs").
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        <[u8; 64]>::try_from(signature).is_ok_and(|bytes| {
            self.0.verify_strict(message, &ed25519_dalek::Signature::from_bytes(&bytes)).is_ok()
        })
    }
}

/// A certificate and the ones above it, without the root.
#[derive(Clone, Debug)]
pub struct Chain {
    /// The signer's certificate.
    pub leaf: Certificate,
    /// The issuers, from the leaf's upwards.
    pub issuers: Vec<Certificate>,
}

/// Why a key did not sign.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The key does not belong to the certificate.
    #[error("the private key does not belong to the certificate")]
    Mismatch,
    /// The keeper of the key refused or could not be reached.
    #[error("the keeper of the key did not sign")]
    Custody(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl KeyError {
    /// A name for programs, and for texts in any language.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Mismatch => "error.key-mismatch",
            Self::Custody(_) => "error.key-custody",
        }
    }
}

/// Custody of a key: a file now; a card, a signing service or a person's phone later.
///
/// It takes the exact bytes to be signed, not their digest (Ed25519 hashes by itself, RFC 8419; a keeper of a
/// P-256 key hashes with SHA-256), and may take long.
pub trait Sign {
    /// The certificate of the key, with its issuers.
    fn chain(&self) -> &Chain;

    /// Signs `bytes`.
    ///
    /// # Errors
    ///
    /// [`KeyError::Custody`] if the keeper of the key refuses.
    fn sign(&self, bytes: &[u8]) -> Result<Signature, KeyError>;
}
