//! Signing: one incremental update, one new signature dictionary, one field switched on.

use super::field::{Field, fields};
use crate::cms;
use crate::pdf::{self, Dictionary, File, Object, Reserved, Update, View};
use crate::pki::{KeyError, Purpose, Sign};
use crate::time::Time;

/// Why a document was not signed. Nothing was written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file cannot be read.
    #[error("the file cannot be read")]
    Pdf(#[from] pdf::Error),
    /// There is no such field.
    #[error("the document has no signature field {field}")]
    NoField {
        /// The name asked for.
        field: String,
    },
    /// The field is signed already.
    #[error("the field {field} is signed already")]
    AlreadySigned {
        /// Its name.
        field: String,
    },
    /// The field declares no stamp, so it is none of pk's.
    #[error("the field {field} declares no stamp")]
    NoStamp {
        /// Its name.
        field: String,
    },
    /// The certificate is not valid at the time of signing. Other programs embed it silently.
    #[error("the certificate is not valid now (valid from {not_before} to {not_after})")]
    NotValid {
        /// First moment of validity.
        not_before: Time,
        /// Last moment of validity.
        not_after: Time,
    },
    /// The certificate is not for signing as a person, or its key is of a kind that pk does not sign with.
    #[error("the certificate is not for signing documents")]
    Purpose,
    /// The key did not sign, or signed with another key than its certificate's.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// Signs the field `name` of a document, and gives the new file. `at` becomes the claimed time of
/// signing (`/M`).
///
/// # Errors
///
/// [`enum@Error`]; in particular for a certificate that is not valid at `at`.
pub fn sign(file: &[u8], name: &str, signer: &dyn Sign, at: Time) -> Result<Vec<u8>, Error> {
    let leaf = &signer.chain().leaf;
    if !leaf.is_valid_at(at) {
        return Err(Error::NotValid { not_before: leaf.not_before(), not_after: leaf.not_after() });
    }
    let algorithm = leaf.key().algorithm();
    let (true, Some(algorithm)) = (leaf.permits(Purpose::Signature), algorithm) else {
        return Err(Error::Purpose);
    };
    let file = File::parse(file)?;
    let field = fields(file.latest())?
        .into_iter()
        .find(|field| field.name == name)
        .ok_or_else(|| Error::NoField { field: name.to_owned() })?;
    if field.is_filled() {
        return Err(Error::AlreadySigned { field: name.to_owned() });
    }
    let reserved = reserve(file.latest(), &field, at, pdf::identify)?
        .ok_or_else(|| Error::NoStamp { field: name.to_owned() })?;
    let digest = algorithm.hash().digest(&reserved.signed_parts());
    let cms = cms::sign(&reserved.signed_parts(), signer)?;
    // A keeper that signs with another key than the one in its certificate must be noticed here, not
    // by the auditor.
    cms::Signature::from_der(&cms)
        .and_then(|signature| signature.verify(&digest))
        .map_err(|_| KeyError::Mismatch)?;
    Ok(reserved.fill(&cms)?)
}

/// The update that signs `field` at `at`, with the room for the CMS still empty; `None` if the field
/// declares no stamp. `identify` as in [`Update::reserve_signature`].
pub(super) fn reserve(
    before: View<'_, '_>,
    field: &Field,
    at: Time,
    identify: impl FnOnce(&[u8], usize) -> [u8; 32],
) -> Result<Option<Reserved>, pdf::Error> {
    if field.signed(field.reference).is_none() {
        return Ok(None);
    }
    let signature = Dictionary::new()
        .with("Type", Object::name("Sig"))
        .with("Filter", Object::name("Adobe.PPKLite"))
        .with("SubFilter", Object::name("ETSI.CAdES.detached"))
        .with("M", Object::String(at.pdf_date().into_bytes()));
    let refer = |update: &mut Update<'_, '_>, reference| {
        if let Some(dictionary) = field.signed(reference) {
            update.set(field.reference, dictionary);
        }
    };
    Update::after(before).reserve_signature(signature, refer, identify).map(Some)
}
