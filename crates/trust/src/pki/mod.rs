//! Keys, certificates, revocation lists, and the path from a certificate to an anchor
//! (RFC 5280, RFC 8410).

mod algorithm;
mod certificate;
mod constraints;
mod crl;
#[cfg(feature = "private-keys")]
pub mod issue;
#[cfg(feature = "private-keys")]
pub mod keyfile;
mod path;
mod signer;

pub use algorithm::{AlgorithmError, Hash, PublicKey, SignatureAlgorithm};
pub use certificate::{Certificate, CertificateError, Purpose, SUBJECT_ATTRIBUTE_LIMIT, Subject, clip};
pub use crl::{Crl, CrlError, Reason, Revocation};
pub use path::{Anchors, PathError, VerifiedPath, is_chain};
pub use signer::{Chain, Ed25519Key, KeyError, Sign, Signature};
