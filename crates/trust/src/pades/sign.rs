//! Signing: one incremental update, one new signature dictionary, one field switched on.

use std::collections::BTreeMap;

use super::field::{Field, SEAL_FIELD, TIME_FIELD, fields};
use crate::cms;
use crate::pdf::{self, Dictionary, Digests, File, Object, Reserved, Update, View};
use crate::pki::{Chain, KeyAlgorithm, KeyError, Purpose, Sign, Signature};
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
    /// The certificate is not for signing as a person, or in the seal's field as an institution; or its key is of a
    /// kind that pk does not sign with.
    #[error("the certificate is not for signing in this field")]
    Purpose,
    /// Somebody has signed: a seal comes first, or not at all.
    #[error("the seal comes before every signature")]
    LateSeal,
    /// The key did not sign, or signed with another key than its certificate's.
    #[error(transparent)]
    Key(#[from] KeyError),
}

impl Error {
    /// A name for programs, and for texts in any language.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Pdf(_) => "error.sign-file",
            Self::NoField { .. } => "error.sign-no-field",
            Self::AlreadySigned { .. } => "error.sign-signed",
            Self::NoStamp { .. } => "error.sign-no-stamp",
            Self::NotValid { .. } => "error.sign-not-valid",
            Self::Purpose => "error.sign-purpose",
            Self::LateSeal => "error.sign-late-seal",
            Self::Key(error) => error.code(),
        }
    }

    /// The values that belong to its [`code`](Self::code).
    pub fn values(&self) -> BTreeMap<&'static str, String> {
        match self {
            Self::NoField { field } | Self::AlreadySigned { field } | Self::NoStamp { field } => {
                BTreeMap::from([("field", field.clone())])
            }
            Self::NotValid { not_before, not_after } => {
                BTreeMap::from([("not_before", not_before.to_string()), ("not_after", not_after.to_string())])
            }
            Self::Pdf(_) | Self::Purpose | Self::LateSeal | Self::Key(_) => BTreeMap::new(),
        }
    }
}

/// Room for a CMS: a signature with its chain has some 1.6 kB. The rest is for a time stamp by an authority that signs
/// with ECDSA (RFC 3161; 1.7 kB with its certificate), which may be added later as an unsigned attribute. Who wants more,
/// one day, reserves more.
pub const SIGNATURE_ROOM: usize = 4 * 1024;

/// Rooms that a verifier accepts, in bytes, multiples of 1,024: a later version may want more of it.
const ROOMS: std::ops::RangeInclusive<usize> = 2 * 1024..=64 * 1024;

/// Whether a signature may have this room.
pub(super) fn is_room(bytes: usize) -> bool {
    ROOMS.contains(&bytes) && bytes.is_multiple_of(1024)
}

/// A document that is complete but for one signature, and what has to be signed. Whoever keeps the key needs to see
/// no more than [`Prepared::attributes`], and gives back 64 bytes.
#[must_use = "nothing is signed yet"]
#[derive(Debug)]
pub struct Prepared {
    reserved: Reserved,
    chain: Chain,
    digest: Vec<u8>,
    attributes: Vec<u8>,
}

/// Prepares the signature of the certificate `chain.leaf` in the field `name`; `at` becomes the claimed time of
/// signing (`/M`). In the field [`SEAL_FIELD`] it is the institution's seal, which certifies the document: from then on
/// fields may be signed and nothing else be changed (ISO 32000-2, 12.8.2.2, `P` 2).
///
/// # Errors
///
/// [`enum@Error`]; in particular for a certificate that is not valid at `at`.
pub fn prepare(file: &[u8], name: &str, chain: &Chain, at: Time) -> Result<Prepared, Error> {
    let file = File::parse(file)?;
    prepare_in(&file, &mut Digests::new(file.bytes()), name, chain, at)
}

/// The same of a file that was read, with digests of it that somebody else needed as well.
///
/// # Errors
///
/// As [`prepare`].
pub fn prepare_in(
    file: &File<'_>,
    digests: &mut Digests<'_>,
    name: &str,
    chain: &Chain,
    at: Time,
) -> Result<Prepared, Error> {
    let leaf = &chain.leaf;
    if !leaf.is_valid_at(at) {
        return Err(Error::NotValid { not_before: leaf.not_before(), not_after: leaf.not_after() });
    }
    let purpose = if name == SEAL_FIELD { Purpose::Seal } else { Purpose::Signature };
    let algorithm = leaf.key().algorithm();
    let (true, Some(algorithm)) = (leaf.permits(purpose), algorithm) else { return Err(Error::Purpose) };
    let fields = fields(file.latest())?;
    let field = fields.iter().find(|field| field.name == name);
    let field = field.ok_or_else(|| Error::NoField { field: name.to_owned() })?;
    if field.is_filled() {
        return Err(Error::AlreadySigned { field: name.to_owned() });
    }
    // The first signature, or none (ISO 32000-2, 12.8.2.2.1).
    if name == SEAL_FIELD && file.revisions().len() > 1 {
        return Err(Error::LateSeal);
    }
    // An update begins with the bytes of the file.
    let length = file.bytes().len();
    let identify =
        |bytes: &[u8], _: usize| digests.named.then(length, bytes.get(length..).unwrap_or_default()).into();
    let reserved = reserve(file.latest(), field, at, SIGNATURE_ROOM, identify)?
        .ok_or_else(|| Error::NoStamp { field: name.to_owned() })?;
    let [before, after] = reserved.signed_parts();
    let parts = [before.get(length..).unwrap_or_default(), after];
    let digest = match algorithm {
        KeyAlgorithm::Ed25519 => digests.signed.then_all(length, &parts).to_vec(),
        KeyAlgorithm::P256 => digests.named.then_all(length, &parts).to_vec(),
    };
    let attributes = cms::attributes(&digest, leaf)?;
    Ok(Prepared { reserved, chain: chain.clone(), digest, attributes })
}

impl Prepared {
    /// The bytes to be signed: the signed attributes (RFC 5652, 5.4), which hold the digest of everything else.
    pub fn attributes(&self) -> &[u8] {
        &self.attributes
    }

    /// The finished file, with the key's signature of [`Prepared::attributes`].
    ///
    /// # Errors
    ///
    /// [`Error::Key`] for a signature by another key than the certificate's: that must be noticed here, not by the
    /// auditor.
    pub fn complete(self, signature: &Signature) -> Result<Vec<u8>, Error> {
        let cms = cms::assemble(&self.chain, &self.attributes, signature)?;
        cms::Signature::from_der(&cms)
            .and_then(|signature| signature.verify(&self.digest))
            .map_err(|_| KeyError::Mismatch)?;
        Ok(self.reserved.fill(&cms)?)
    }
}

/// Signs the field `name` of a document, and gives the new file: [`prepare`] and [`Prepared::complete`] with a key that
/// is at hand.
///
/// # Errors
///
/// [`enum@Error`]
pub fn sign(file: &[u8], name: &str, signer: &dyn Sign, at: Time) -> Result<Vec<u8>, Error> {
    let prepared = prepare(file, name, signer.chain(), at)?;
    let signature = signer.sign(prepared.attributes())?;
    prepared.complete(&signature)
}

/// The update that signs `field` at `at`, with the room for the CMS still empty; `None` if the field
/// declares no stamp. `identify` as in [`Update::reserve_signature`].
pub(super) fn reserve(
    before: View<'_, '_>,
    field: &Field,
    at: Time,
    room: usize,
    identify: impl FnOnce(&[u8], usize) -> [u8; 32],
) -> Result<Option<Reserved>, pdf::Error> {
    if field.name == TIME_FIELD || field.signed(field.reference).is_none() {
        return Ok(None);
    }
    let mut signature = Dictionary::new()
        .with("Type", Object::name("Sig"))
        .with("Filter", Object::name("Adobe.PPKLite"))
        .with("SubFilter", Object::name("ETSI.CAdES.detached"))
        .with("M", Object::String(at.pdf_date().into_bytes()));
    let mut certified = None;
    if field.name == SEAL_FIELD {
        signature.set("Reference", Object::Array(vec![permission().into()]));
        certified = Some(before.catalog()?);
    }
    let refer = |update: &mut Update<'_, '_>, reference| {
        if let Some(dictionary) = field.signed(reference) {
            update.set(field.reference, dictionary);
        }
        if let Some((root, mut catalog)) = certified {
            catalog.set("Perms", Dictionary::new().with("DocMDP", reference));
            update.set(root, catalog);
        }
    };
    Update::after(before).reserve_signature(signature, room, refer, identify).map(Some)
}

/// What a certification permits (ISO 32000-2, tables 256 and 257): filling in and signing fields.
fn permission() -> Dictionary {
    let parameters = Dictionary::new()
        .with("Type", Object::name("TransformParams"))
        .with("P", 2)
        .with("V", Object::name("1.2"));
    Dictionary::new()
        .with("Type", Object::name("SigRef"))
        .with("TransformMethod", Object::name("DocMDP"))
        .with("TransformParams", parameters)
}
