//! The digest that a signature or a time stamp names, compared with the content.

use const_oid::ObjectIdentifier;
use md5::Md5;
use sha1::Sha1;
use spki::AlgorithmIdentifierOwned;

use super::Error;
use crate::pki::{AlgorithmError, Hash, over};

/// A hash function as it is named, whether it proves anything or not.
#[derive(Clone, Copy, Debug)]
pub(super) enum Named {
    /// One that proves something.
    Sound(Hash),
    /// SHA-1 or MD5: that it differs shows that the content was changed, that it is the same shows nothing.
    Sha1,
    /// The same.
    Md5,
    /// One that is not computed here.
    Unknown,
}

impl Named {
    pub(super) fn from_identifier(algorithm: &AlgorithmIdentifierOwned) -> Self {
        match Hash::from_identifier(algorithm) {
            Ok(hash) => Self::Sound(hash),
            Err(AlgorithmError::Broken("SHA-1")) => Self::Sha1,
            Err(AlgorithmError::Broken("MD5")) => Self::Md5,
            Err(_) => Self::Unknown,
        }
    }

    /// The hash function, if it proves something.
    pub(super) const fn sound(self) -> Option<Hash> {
        match self {
            Self::Sound(hash) => Some(hash),
            Self::Sha1 | Self::Md5 | Self::Unknown => None,
        }
    }

    /// # Errors
    ///
    /// [`Error::Digest`] if the content is another one; else why that it is the same proves nothing, or
    /// why it was not compared.
    pub(super) fn compare(self, parts: &[&[u8]], digest: &[u8]) -> Result<(), Error> {
        let same = |computed: &[u8]| if computed == digest { Ok(()) } else { Err(Error::Digest) };
        match self {
            Self::Sound(hash) => same(&hash.digest(parts)),
            Self::Sha1 => same(&sha1(parts)).and(Err(Error::Broken("SHA-1"))),
            Self::Md5 => same(&over::<Md5>(parts)).and(Err(Error::Broken("MD5"))),
            Self::Unknown => Err(Error::UnknownAlgorithm),
        }
    }
}

/// SHA-1 over the parts of a byte range.
pub(super) fn sha1(parts: &[&[u8]]) -> Vec<u8> {
    over::<Sha1>(parts)
}

/// Whether an algorithm is one of those whose parameters have to be absent (RFC 5758, 3.2; RFC 8410, 3), and
/// which some programs write with NULL.
pub(super) fn has_needless_null(algorithm: &AlgorithmIdentifierOwned) -> bool {
    const ABSENT: [ObjectIdentifier; 4] = [
        const_oid::db::rfc5912::ECDSA_WITH_SHA_256,
        const_oid::db::rfc5912::ECDSA_WITH_SHA_384,
        const_oid::db::rfc5912::ECDSA_WITH_SHA_512,
        const_oid::db::rfc8410::ID_ED_25519,
    ];
    ABSENT.contains(&algorithm.oid) && algorithm.parameters.as_ref().is_some_and(der::Any::is_null)
}
