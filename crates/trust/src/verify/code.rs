//! Errors as findings.

use super::verdict::{Axis, Finding, Outcome};
use crate::cms;
use crate::pdf;
use crate::pki::PathError;

/// Names come from files: nothing in them may steer a terminal.
pub(super) fn printable(name: &str) -> String {
    name.chars().map(|c| if c.is_control() { '\u{FFFD}' } else { c }).take(120).collect()
}

/// Why a file cannot be read.
pub(super) fn unreadable(error: &pdf::Error) -> Finding {
    let code = match error {
        pdf::Error::Encrypted => {
            return Finding::new(Axis::Integrity, "document.encrypted", Outcome::NotChecked);
        }
        pdf::Error::Cost { what } => {
            return Finding::new(Axis::Integrity, "document.cost", Outcome::NotChecked).with("what", what);
        }
        pdf::Error::Header => "document.header",
        pdf::Error::Tail => "document.tail",
        pdf::Error::TrailingBytes { .. } => "document.trailing-bytes",
        pdf::Error::Hybrid { .. } => "document.hybrid",
        _ => "document.malformed",
    };
    Finding::new(Axis::Integrity, code, Outcome::Fail).because(error.code(), error.values())
}

/// Why a signature does not hold.
pub(super) const fn cms_code(error: cms::Error) -> &'static str {
    match error {
        cms::Error::Malformed => "cms.malformed",
        cms::Error::Empty => "cms.empty",
        cms::Error::Newer => "signature.newer",
        cms::Error::NotDer => "cms.not-der",
        cms::Error::Trailing => "cms.trailing",
        cms::Error::Encapsulated => "cms.encapsulated",
        cms::Error::Signers => "cms.signers",
        cms::Error::Algorithm => "cms.algorithm",
        cms::Error::Attributes => "cms.attributes",
        cms::Error::Unsigned => "cms.unsigned-attributes",
        cms::Error::Certificate => "cms.certificate",
        cms::Error::NoCertificate => "cms.no-certificate",
        cms::Error::SigningCertificate => "cms.signing-certificate",
        cms::Error::Unnamed => "cms.no-signing-certificate",
        cms::Error::Broken(_) => "signature.broken-algorithm",
        cms::Error::NotCompared(_) => "signature.broken-not-compared",
        cms::Error::Cost => "document.cost",
        cms::Error::WeakKey(_) => "signature.weak-key",
        cms::Error::LargeKey(_) => "signature.large-key",
        cms::Error::UnknownAlgorithm => "signature.unknown-algorithm",
        cms::Error::Digest => "signature.digest",
        cms::Error::Signature => "signature.key",
    }
}

/// Why no path leads to an anchor.
pub(super) const fn path_code(error: PathError) -> &'static str {
    match error {
        PathError::UnknownIssuer => "signer.unknown-root",
        PathError::Extension => "signer.extension",
        PathError::NotAuthority => "signer.not-authority",
        PathError::TooLong => "signer.path-too-long",
        PathError::NameConstraints => "signer.name-constraints",
        PathError::Purpose => "signer.purpose",
        PathError::NotYetValid => "signer.not-yet-valid",
        PathError::Expired => "signer.expired",
    }
}
