//! The seal over the list in an archive.

use super::code::Code;
use super::finding::Finding;
use crate::cms::{self, General, Profile};
use crate::pki::{Anchors, PathError, Purpose, Revocation};
use crate::time::Time;

/// Checks the detached seal over a manifest (`manifest.p7s`), which says of itself that it was made
/// at `as_of`. The seal has to be trusted then, and not to be revoked as far as is known at `at`.
pub fn manifest(bytes: &[u8], seal: &[u8], anchors: &Anchors, as_of: Time, at: Time) -> Finding {
    let strict = cms::Signature::from_der(seal).and_then(|signature| {
        let digest = signature.algorithm().hash().digest(&[bytes]);
        signature.verify(&digest)
    });
    // Whoever adds something that nobody here knows does not get past the list itself, nor past who signed it.
    let newer = matches!(strict, Err(cms::Error::Newer));
    let sealed = match strict {
        Ok(verified) => Ok((verified.leaf, verified.others)),
        Err(cms::Error::Newer) => General::from_der(seal, Profile::Pades, &anchors.effort)
            .and_then(|general| general.verify(&[bytes]))
            .map(|verified| (verified.leaf, verified.others)),
        Err(error) => Err(error),
    };
    let code = match sealed {
        Err(error) if newer && error.is_undecided() => Code::ArchiveSealNewer,
        Err(_) => Code::ArchiveSealBroken,
        Ok((leaf, others)) => {
            // A manifest may be sealed later than its newest signature, by a newer seal.
            let moment = as_of.max(leaf.not_before()).min(at);
            match anchors.path(&leaf, &others, Purpose::Seal, moment) {
                Err(PathError::UnknownIssuer) => Code::ArchiveUnknownRoot,
                Err(_) => Code::ArchiveSealNotTrusted,
                Ok(path) => match path.revocation(anchors, at, at) {
                    Revocation::Good if newer => Code::ArchiveSealNewer,
                    Revocation::Good => Code::ArchiveSealed,
                    Revocation::Revoked { at: revoked, .. } if revoked <= moment => Code::ArchiveSealRevoked,
                    Revocation::Revoked { .. } => Code::ArchiveSealRevokedLater,
                    Revocation::Unknown => Code::ArchiveRevocationUnknown,
                },
            }
        }
    };
    Finding::new(code)
}
