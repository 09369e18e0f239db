//! The seal over the list in an archive.

use super::verdict::{Axis, Finding, Outcome};
use crate::cms;
use crate::pki::{Anchors, PathError, Purpose, Revocation};
use crate::time::Time;

/// Checks the detached seal over a manifest (`manifest.p7s`), which says of itself that it was made
/// at `as_of`. The seal has to be trusted then, and not to be revoked as far as is known at `at`.
pub fn manifest(bytes: &[u8], seal: &[u8], anchors: &Anchors, as_of: Time, at: Time) -> Finding {
    let verified = cms::Signature::from_der(seal).and_then(|signature| {
        let digest = signature.algorithm().hash().digest(&[bytes]);
        signature.verify(&digest)
    });
    let (code, outcome) = match verified {
        Err(cms::Error::Newer) => ("archive.seal-newer", Outcome::NotChecked),
        Err(_) => ("archive.seal-broken", Outcome::Fail),
        Ok(verified) => {
            // A manifest may be sealed later than its newest signature, by a newer seal.
            let moment = as_of.max(verified.leaf.not_before()).min(at);
            match anchors.path(&verified.leaf, &verified.others, Purpose::Seal, moment) {
                Err(PathError::UnknownIssuer) => ("archive.unknown-root", Outcome::NotChecked),
                Err(_) => ("archive.seal-not-trusted", Outcome::Fail),
                Ok(path) => match path.revocation(anchors, at, at) {
                    Revocation::Good => ("archive.sealed", Outcome::Pass),
                    Revocation::Revoked { at: revoked, .. } if revoked <= moment => {
                        ("archive.seal-revoked", Outcome::Fail)
                    }
                    Revocation::Revoked { .. } => ("archive.seal-revoked-later", Outcome::NotChecked),
                    Revocation::Unknown => ("archive.revocation-unknown", Outcome::NotChecked),
                },
            }
        }
    };
    Finding::new(Axis::Issuer, code, outcome)
}
