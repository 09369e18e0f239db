//! Keys, certificates, revocation lists, and the path from a certificate to an anchor
//! (RFC 5280, RFC 8410, RFC 5480).

mod algorithm;
mod certificate;
mod constraints;
mod crl;
mod effort;
mod elements;
#[cfg(feature = "private-keys")]
pub mod issue;
mod key_algorithm;
#[cfg(feature = "private-keys")]
pub mod keyfile;
mod name;
mod ocsp;
mod path;
mod revocation;
mod signer;

pub(crate) use algorithm::over;
pub use algorithm::{AlgorithmError, Hash, PublicKey, SignatureAlgorithm};
pub use certificate::{Certificate, CertificateError, Purpose, SUBJECT_ATTRIBUTE_LIMIT, Subject, clip};
pub use crl::{Crl, CrlError, older_lists};
pub use effort::Effort;
pub(crate) use elements::{FIRST, SECOND, SEQUENCE, SET, parts, parts_of, tagged};
pub use key_algorithm::KeyAlgorithm;
pub(crate) use name::folded;
pub use ocsp::{OcspAnswer, OcspError};
pub use path::{Anchors, PathError, VerifiedPath, is_chain};
pub use revocation::{Reason, Revocation};
pub use signer::{Chain, Ed25519Key, KeyError, Sign, Signature};
