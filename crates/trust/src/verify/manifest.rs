//! The seal over the list in an archive.

use super::code::Code;
use super::finding::{Finding, Parameter};
use super::verdict::Root;
use crate::cms::{self, General, Profile};
use crate::pki::{Anchors, PathError, Purpose, Revocation, clip};
use crate::time::{Time, When};

/// What a manifest says of itself.
#[derive(Clone, Copy, Debug)]
pub struct Manifest<'m> {
    /// Its bytes.
    pub bytes: &'m [u8],
    /// The detached seal over them (`manifest.p7s`).
    pub seal: &'m [u8],
    /// Whose it is.
    pub institution: &'m str,
    /// When it was made.
    pub as_of: Time,
}

/// Checks the seal over a manifest: it has to be of the institution that the manifest names, to be trusted when that was
/// made, and not to be revoked as far as is known. Gives what was found, and the anchor to which the seal leads.
pub fn manifest(
    Manifest { bytes, seal, institution, as_of }: Manifest<'_>,
    anchors: &Anchors,
    when: impl Into<When>,
) -> (Finding, Option<Root>) {
    let when = when.into();
    let mut root = None;
    let mut sealed_by = None;
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
            let moment = as_of.max(leaf.not_before()).min(when.at);
            let subject = leaf.subject();
            let is_theirs = subject.organization == clip(institution);
            sealed_by = Some(subject.organization);
            let path = anchors.path(&leaf, &others, Purpose::Seal, moment);
            root = path.as_ref().ok().and_then(Root::of);
            match path {
                Ok(_) if !is_theirs => Code::ArchiveOtherInstitution,
                Err(PathError::UnknownIssuer) => Code::ArchiveUnknownRoot,
                Err(_) => Code::ArchiveSealNotTrusted,
                Ok(path) => match path.revocation(anchors, when.at, when) {
                    Revocation::Good if newer => Code::ArchiveSealNewer,
                    Revocation::Good => Code::ArchiveSealed,
                    Revocation::Revoked { at: revoked, .. } if revoked <= moment => Code::ArchiveSealRevoked,
                    Revocation::Revoked { .. } => Code::ArchiveSealRevokedLater,
                    Revocation::Unknown => Code::ArchiveRevocationUnknown,
                },
            }
        }
    };
    let finding = Finding::new(code).with(Parameter::Institution, institution);
    let finding = match sealed_by.filter(|_| code == Code::ArchiveOtherInstitution) {
        Some(by) => finding.with(Parameter::By, by),
        None => finding,
    };
    (finding, root)
}
