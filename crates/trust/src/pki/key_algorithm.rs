//! The algorithms that pk signs with, as values: whatever depends on one asks it here.

use const_oid::db::{rfc5912, rfc8410};
use spki::AlgorithmIdentifierOwned;

use super::{Hash, PublicKey, Signature, SignatureAlgorithm};

/// What a key of pk's signs with. Everything else about a signature follows from it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyAlgorithm {
    /// Ed25519 (RFC 8032), with SHA-512 over the content (RFC 8419, 3).
    #[default]
    Ed25519,
    /// ECDSA on P-256 with SHA-256 (FIPS 186-5), which other programs read as well. Deterministic where
    /// the key is a file (RFC 6979).
    P256,
}

impl KeyAlgorithm {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Ed25519, Self::P256];

    /// The algorithm of a key; `None` for one that pk never signs with.
    pub const fn of(key: &PublicKey) -> Option<Self> {
        match key {
            PublicKey::Ed25519(_) => Some(Self::Ed25519),
            PublicKey::P256(_) => Some(Self::P256),
            _ => None,
        }
    }

    /// The word for it on the command line and in files: `ed25519`, `p256`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ed25519 => "ed25519",
            Self::P256 => "p256",
        }
    }

    /// Reads [`KeyAlgorithm::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.as_str() == text)
    }

    /// The hash function over the content of a CMS (RFC 8419, 3.1; RFC 5753, 2.1.1).
    pub const fn hash(self) -> Hash {
        match self {
            Self::Ed25519 => Hash::Sha512,
            Self::P256 => Hash::Sha256,
        }
    }

    /// How signatures of such keys are verified.
    pub const fn signature(self) -> SignatureAlgorithm {
        match self {
            Self::Ed25519 => SignatureAlgorithm::Ed25519,
            Self::P256 => SignatureAlgorithm::Ecdsa(Hash::Sha256),
        }
    }

    /// The identifier in certificates, lists and CMS, parameters absent (RFC 8410, 3; RFC 5758, 3.2).
    pub const fn identifier(self) -> AlgorithmIdentifierOwned {
        let oid = match self {
            Self::Ed25519 => rfc8410::ID_ED_25519,
            Self::P256 => rfc5912::ECDSA_WITH_SHA_256,
        };
        AlgorithmIdentifierOwned { oid, parameters: None }
    }

    /// A signature in the form that certificates and CMS have: for ECDSA the DER of `r` and `s` (RFC 3279, 2.2.3),
    /// of the two that hold the one with the smaller `s`. `None` if it is no signature.
    pub fn encode(self, signature: &Signature) -> Option<Vec<u8>> {
        match self {
            Self::Ed25519 => Some(signature.to_vec()),
            Self::P256 => {
                let signature = p256::ecdsa::Signature::from_slice(signature).ok()?.normalize_s();
                Some(signature.to_der().as_bytes().to_vec())
            }
        }
    }

    /// Whether `signature`, in the form of a CMS, has the one spelling that [`KeyAlgorithm::encode`] gives it. Whether
    /// it holds is another question.
    pub fn is_one_spelling(self, signature: &[u8]) -> bool {
        match self {
            // Verification is strict there (RFC 8032, 5.1.7).
            Self::Ed25519 => true,
            // DER is one spelling of the two numbers; of the two signatures that hold, one is meant.
            Self::P256 => {
                p256::ecdsa::Signature::from_der(signature).is_ok_and(|read| is_low(&read.to_bytes()))
            }
        }
    }

    /// A signature as it stands in a QR claim, of the two that hold for ECDSA the one with the smaller `s`.
    pub fn normalize(self, signature: &Signature) -> Option<Signature> {
        match self {
            Self::Ed25519 => Some(*signature),
            Self::P256 => {
                let signature = p256::ecdsa::Signature::from_slice(signature).ok()?.normalize_s();
                signature.to_bytes().as_slice().try_into().ok()
            }
        }
    }
}

/// Half the order of P-256, rounded down (FIPS 186-5, SP 800-186).
const HALF_ORDER: [u8; 32] = [
    0x7f, 0xff, 0xff, 0xff, 0x80, 0x00, 0x00, 0x00, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xde,
    0x73, 0x7d, 0x56, 0xd3, 0x8b, 0xcf, 0x42, 0x79, 0xdc, 0xe5, 0x61, 0x7e, 0x31, 0x92, 0xa8,
];

/// Whether the second number of a signature, `r` and `s` of 32 bytes each, is the smaller one of the two that hold.
pub(super) fn is_low(signature: &[u8]) -> bool {
    signature.get(32..).is_some_and(|s| s <= HALF_ORDER.as_slice())
}

impl std::fmt::Display for KeyAlgorithm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The order of P-256.
    const ORDER: [u8; 32] = [
        0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc,
        0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
    ];

    #[test]
    fn the_smaller_number_is_the_one_that_the_library_calls_so() {
        let mut halved = [0; 32];
        let mut carry = 0;
        for (out, byte) in halved.iter_mut().zip(ORDER) {
            *out = carry << 7 | byte >> 1;
            carry = byte & 1;
        }
        assert_eq!(halved, HALF_ORDER);
        let mut above = HALF_ORDER;
        above[31] += 1;
        for (s, low) in [(HALF_ORDER, true), (above, false), ([1; 32], true), ([0xf0; 32], false)] {
            let raw: Signature = [[1; 32], s].concat().try_into().unwrap();
            assert_eq!(is_low(&raw), low);
            assert_eq!(KeyAlgorithm::P256.normalize(&raw) == Some(raw), low);
            let encoded = KeyAlgorithm::P256.encode(&raw).unwrap();
            assert!(KeyAlgorithm::P256.is_one_spelling(&encoded));
            let as_it_is = p256::ecdsa::Signature::from_slice(&raw).unwrap().to_der();
            assert_eq!(KeyAlgorithm::P256.is_one_spelling(as_it_is.as_bytes()), low);
        }
        assert!(
            KeyAlgorithm::P256.normalize(&[0; 64]).is_none()
                && KeyAlgorithm::P256.encode(&[0xff; 64]).is_none()
        );
    }

    #[test]
    fn words_are_read_back() {
        for algorithm in KeyAlgorithm::ALL {
            assert_eq!(KeyAlgorithm::parse(algorithm.as_str()), Some(algorithm));
        }
        assert_eq!(KeyAlgorithm::parse("rsa"), None);
    }
}
