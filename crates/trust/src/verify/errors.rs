//! Errors as findings.

use super::code::Code;
use super::finding::{Finding, Parameter};
use crate::cms;
use crate::pades::What;
use crate::pdf::{self, Irregularity};
use crate::pki::PathError;

/// Names come from files: nothing in them may steer a terminal.
pub(super) fn printable(name: &str) -> String {
    let steers = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    name.chars().map(|c| if steers(c) { '\u{FFFD}' } else { c }).take(120).collect()
}

/// Why a file cannot be read.
pub(super) fn unreadable(error: &pdf::Error) -> Finding {
    let code = match error {
        pdf::Error::Encrypted => {
            return Finding::new(Code::DocumentEncrypted);
        }
        pdf::Error::Cost { what } => {
            return Finding::new(Code::DocumentCost).with(Parameter::What, *what);
        }
        pdf::Error::Header => Code::DocumentHeader,
        pdf::Error::Tail => Code::DocumentTail,
        pdf::Error::TrailingBytes { .. } => Code::DocumentTrailingBytes,
        pdf::Error::Hybrid { .. } => Code::DocumentHybrid,
        _ => Code::DocumentMalformed,
    };
    Finding::new(code).because(error.code(), error.values())
}

/// Why a signature does not hold.
pub(super) const fn cms_code(error: cms::Error) -> Code {
    match error {
        cms::Error::Malformed => Code::CmsMalformed,
        cms::Error::Empty => Code::CmsEmpty,
        cms::Error::Newer => Code::SignatureNewer,
        cms::Error::NotDer => Code::CmsNotDer,
        cms::Error::Trailing => Code::CmsTrailing,
        cms::Error::Encapsulated => Code::CmsEncapsulated,
        cms::Error::Signers => Code::CmsSigners,
        cms::Error::Algorithm => Code::CmsAlgorithm,
        cms::Error::Attributes => Code::CmsAttributes,
        cms::Error::Unsigned => Code::CmsUnsignedAttributes,
        cms::Error::Certificate => Code::CmsCertificate,
        cms::Error::NoCertificate => Code::CmsNoCertificate,
        cms::Error::SigningCertificate => Code::CmsSigningCertificate,
        cms::Error::Unnamed => Code::CmsNoSigningCertificate,
        cms::Error::Broken(_) => Code::SignatureBrokenAlgorithm,
        cms::Error::NotCompared(_) => Code::SignatureBrokenNotCompared,
        cms::Error::Cost => Code::DocumentCost,
        cms::Error::WeakKey(_) => Code::SignatureWeakKey,
        cms::Error::LargeKey(_) => Code::SignatureLargeKey,
        cms::Error::UnknownAlgorithm => Code::SignatureUnknownAlgorithm,
        cms::Error::Digest => Code::SignatureDigest,
        cms::Error::Signature => Code::SignatureKey,
    }
}

/// Why no path leads to an anchor.
pub(super) const fn path_code(error: PathError) -> Code {
    match error {
        PathError::UnknownIssuer => Code::SignerUnknownRoot,
        PathError::Extension => Code::SignerExtension,
        PathError::NotAuthority => Code::SignerNotAuthority,
        PathError::TooLong => Code::SignerPathTooLong,
        PathError::NameConstraints => Code::SignerNameConstraints,
        PathError::Purpose => Code::SignerPurpose,
        PathError::NotYetValid => Code::SignerNotYetValid,
        PathError::Expired => Code::SignerExpired,
    }
}

/// What an update did that no signing tool does.
pub(super) const fn change_code(what: What) -> Code {
    match what {
        What::Root => Code::ChangesRoot,
        What::Catalog => Code::ChangesCatalog,
        What::Pages => Code::ChangesPages,
        What::Page => Code::ChangesPage,
        What::Content => Code::ChangesContent,
        What::Annotation => Code::ChangesAnnotation,
        What::FormValue => Code::ChangesFormValue,
        What::Field => Code::ChangesField,
        What::Signature => Code::ChangesSignature,
        What::Appearance => Code::ChangesAppearance,
        What::Resource => Code::ChangesResource,
        What::Structure => Code::ChangesStructure,
        What::Attachment => Code::ChangesAttachment,
        What::Removed => Code::ChangesRemoved,
        What::Revived => Code::ChangesRevived,
        What::Shared => Code::ChangesShared,
        What::Overlay => Code::ChangesOverlay,
        What::Action => Code::ChangesAction,
        What::Container => Code::ChangesContainer,
        What::Object => Code::ChangesObject,
    }
}

/// What a file has otherwise than the standard says, and what is read one way only all the same.
pub(super) const fn irregularity_code(what: Irregularity) -> Code {
    match what {
        Irregularity::SectionPlace => Code::DocumentToleratedSectionPlace,
        Irregularity::Spacing => Code::DocumentToleratedSpacing,
        Irregularity::EntryEnd => Code::DocumentToleratedEntryEnd,
        Irregularity::ObjectPlace => Code::DocumentToleratedObjectPlace,
        Irregularity::ObjectHeader => Code::DocumentToleratedObjectHeader,
        Irregularity::StreamEnd => Code::DocumentToleratedStreamEnd,
        Irregularity::AfterEnd => Code::DocumentToleratedAfterEnd,
        Irregularity::Repeated => Code::DocumentToleratedRepeated,
        Irregularity::SizeBeyond => Code::DocumentToleratedSize,
        Irregularity::PrevZero => Code::DocumentToleratedPrevZero,
        Irregularity::Hybrid => Code::DocumentToleratedHybrid,
    }
}
