//! The signature fields of a document.

use crate::pdf::{self, Dictionary, Object, Ref, View};

/// The private key under which a widget declares the stamp that it shows once signed.
pub const STAMP_KEY: &str = "PK_Stamp";

/// The field of the institution's seal, which certifies the document before anybody signs.
pub const SEAL_FIELD: &str = "Segel";

/// The field for a time stamp over the whole document (ISO 32000-2, 12.8.5), which nothing writes yet.
pub const TIME_FIELD: &str = "Waktu";

/// Most fields that are looked at. A document has one a party.
const MAX_FIELDS: usize = 256;

/// A signature field, merged with its widget.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its object.
    pub reference: Ref,
    /// Its partial name, e.g. `PihakPertama`.
    pub name: String,
    /// Its dictionary.
    pub dictionary: Dictionary,
}

impl Field {
    /// The signature dictionary it holds, if it is signed.
    pub fn value(&self) -> Option<Ref> {
        self.dictionary.get("V").and_then(Object::as_reference)
    }

    /// Whether it is signed, or pretends to be.
    pub fn is_filled(&self) -> bool {
        self.dictionary.get("V").is_some()
    }

    /// Whether it is one that no party signs: that of the seal, or of a time stamp.
    pub fn is_institutional(&self) -> bool {
        self.name == SEAL_FIELD || self.name == TIME_FIELD
    }

    /// The field dictionary once it is signed with the signature dictionary `signature`: `/V` set,
    /// the appearance switched to the declared stamp, nothing else. The seal shows none.
    pub(super) fn signed(&self, signature: Ref) -> Option<Dictionary> {
        let mut dictionary = self.dictionary.clone();
        if self.name != SEAL_FIELD {
            let stamp = self.dictionary.get(STAMP_KEY)?.as_reference()?;
            dictionary.set("AP", Dictionary::new().with("N", stamp));
        }
        dictionary.set("V", signature);
        Some(dictionary)
    }
}

/// The signature fields of a document, in the order of the form.
///
/// # Errors
///
/// If the form is not of the simple shape that revision 0 gives it: a flat list of merged fields
/// and widgets. Fields of other types are an error too: own documents have none, and a form value
/// is content that can be changed.
pub fn fields(view: View<'_, '_>) -> Result<Vec<Field>, pdf::Error> {
    let (_, catalog) = view.catalog()?;
    let Some(form) = view.dictionary(&catalog, "AcroForm")? else { return Ok(Vec::new()) };
    let list = view.array(&form, "Fields")?.unwrap_or_default();
    if list.len() > MAX_FIELDS {
        return Err(pdf::Error::TooMany { what: "form fields", offset: 0 });
    }
    list.iter()
        .map(|item| {
            let reference = item
                .as_reference()
                .ok_or(pdf::Error::WrongType { key: "Fields", expected: "list of references" })?;
            let body = view.body(reference)?;
            let dictionary = body
                .value
                .as_dictionary()
                .cloned()
                .ok_or(pdf::Error::WrongType { key: "Fields", expected: "list of dictionaries" })?;
            let is_signature = dictionary.get("FT").and_then(Object::as_name) == Some(b"Sig");
            if !is_signature || dictionary.get("Kids").is_some() || dictionary.get("Parent").is_some() {
                return Err(pdf::Error::WrongType { key: "FT", expected: "flat signature field" });
            }
            let name = dictionary
                .get("T")
                .and_then(Object::as_string)
                .and_then(|t| String::from_utf8(t.to_vec()).ok())
                .filter(|t| t.is_ascii())
                .ok_or(pdf::Error::WrongType { key: "T", expected: "field name" })?;
            Ok(Field { reference, name, dictionary })
        })
        .collect()
}
