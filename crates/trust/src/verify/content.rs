//! What a document says of itself: the data and the claim attached to revision 0.

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::canonical;
use crate::claim::{Id, Kind, is_host};
use crate::pdf::{self, File, Object, View};
use crate::pki::{Certificate, clip};

/// File name of the attached data (`pk-data/1`).
pub const DATA_NAME: &str = "pk-data.json";

/// File name of the attached text of the QR code.
pub const CLAIM_NAME: &str = "pk-claim.txt";

/// The format this program reads.
pub const DATA_FORMAT: &str = "pk-data/1";

/// Bytes of attached data. An agreement with five hundred indicators has some 150 kB; as a tree of values, data takes
/// a hundred times its size.
pub const MAX_DATA: usize = 1024 * 1024;

/// The part of the attached data that a verifier compares. Everything else in it is for the reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// Document id.
    pub id: Id,
    /// Kind of document.
    pub kind: Kind,
    /// Year.
    pub year: u16,
    /// The institution that issued it.
    pub institution: String,
    /// Host of the public page.
    pub host: String,
    /// Document number, if any.
    pub number: Option<String>,
    /// The template that it was rendered with.
    pub template: Template,
    /// Who has to sign.
    pub parties: Vec<Party>,
    /// Number of indicators.
    pub indicators: u32,
    /// 0 for the original of a year, else the number of its revision.
    pub stage: u8,
    /// Total budget in rupiah.
    pub budget: u64,
    /// Date printed on the document, `2026-01-05`.
    pub date: String,
    /// SHA-256 of the data.
    pub digest: [u8; 32],
}

/// One party as the document names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    /// Its signature field.
    pub field: String,
    /// The office's handle of the person.
    pub id: String,
    /// Name with titles.
    pub name: String,
    /// Position as printed.
    pub position: String,
    /// Its role: `first`, `second`, `maker`, `witness`.
    pub role: String,
    /// `definitif`, or how the position is held (`plt`, `plh`, `pj`, `pjs`).
    pub capacity: String,
}

/// The template that a document was rendered with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// Its name, e.g. `perjanjian-kinerja`.
    pub name: String,
    /// Its version.
    pub version: u32,
    /// SHA-256 over the files with which an office replaced parts of it, hexadecimal; `None` for the
    /// templates in the program.
    pub overrides: Option<String>,
}

/// Data of a later version, as far as it can be told what it is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewerContent {
    /// Document id.
    pub id: Id,
    /// Host of the public page, which says the rest.
    pub host: String,
    /// SHA-256 of the data.
    pub digest: [u8; 32],
}

/// Why attached data cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ContentError {
    /// Not JSON of this format.
    #[error("the attached data is not pk-data/1")]
    Format,
    /// Canonical data of a later version, of a kind of document that it brought, or with keys that have to be understood.
    #[error("the attached data is of a later version")]
    Newer(NewerContent),
    /// Not the canonical encoding: keys could be doubled, or read in two ways.
    #[error("the attached data is not canonical")]
    NotCanonical,
    /// More than [`MAX_DATA`].
    #[error("the attached data has more than {MAX_DATA} bytes")]
    TooLarge,
}

impl ContentError {
    /// A name for programs, and for texts in any language.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Format => "error.data-format",
            Self::Newer(_) => "error.data-newer",
            Self::NotCanonical => "error.data-not-canonical",
            Self::TooLarge => "error.data-length",
        }
    }
}

/// Why a certificate is not the one of the party that a document names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RoleError {
    /// Another handle or name.
    #[error("the certificate is of another person")]
    OtherPerson,
    /// The same person in another position.
    #[error("the certificate names another position")]
    OtherPosition,
    /// A person of another institution.
    #[error("the certificate names another institution")]
    OtherInstitution,
}

impl Content {
    /// Whether `leaf` is the certificate of the person whom the document names as `party`.
    ///
    /// # Errors
    ///
    /// [`RoleError`]
    pub fn names(&self, party: &Party, leaf: &Certificate) -> Result<(), RoleError> {
        let subject = leaf.subject();
        if subject.id != clip(&party.id) || subject.name != clip(&party.name) {
            return Err(RoleError::OtherPerson);
        }
        if subject.organization != clip(&self.institution) {
            return Err(RoleError::OtherInstitution);
        }
        // Who acts for another (Plt., Plh., Pj.) may sign with a certificate of the own position.
        if party.capacity == "definitif" && subject.position != clip(&party.position) {
            return Err(RoleError::OtherPosition);
        }
        Ok(())
    }

    /// What a document says of itself: the data attached to its revision 0. `None` for any file that is
    /// no document of ours, whatever the reason.
    pub fn attached_to(bytes: &[u8]) -> Option<Self> {
        let file = File::parse(bytes).ok()?;
        Self::parse(&attachment(file.at(0), DATA_NAME).ok()??).ok()
    }

    /// Reads canonical data.
    ///
    /// # Errors
    ///
    /// [`ContentError`]
    pub fn parse(bytes: &[u8]) -> Result<Self, ContentError> {
        if bytes.len() > MAX_DATA {
            return Err(ContentError::TooLarge);
        }
        let value: Value = serde_json::from_slice(bytes).map_err(|_| ContentError::Format)?;
        if canonical::encode(&value).as_deref() != Some(bytes) {
            return Err(ContentError::NotCanonical);
        }
        if let Some(newer) = newer(&value, bytes) {
            return Err(ContentError::Newer(newer));
        }
        Self::read(&value, Sha256::digest(bytes).into()).ok_or(ContentError::Format)
    }

    /// By hand: what serde makes of these structures is a tenth of what a browser loads.
    fn read(value: &Value, digest: [u8; 32]) -> Option<Self> {
        let text = |key: &str| Some(value.get(key)?.as_str()?.to_owned());
        // A list with names in it is of a later version; anything else under this name is of none.
        let critical = value.get("crit").is_some_and(|names| names.as_array().is_none_or(|n| !n.is_empty()));
        if text("format")? != DATA_FORMAT || critical {
            return None;
        }
        let parties = value.get("parties")?.as_array()?.iter().map(Party::read).collect::<Option<_>>()?;
        let (mut indicators, mut budget) = (0, 0);
        if let Some(annex) = value.get("annex") {
            for objective in annex.get("objectives")?.as_array()? {
                indicators += objective.get("indicators")?.as_array()?.len();
            }
            if let Some(table) = annex.get("budget") {
                budget = table.get("total")?.as_u64()?;
            }
        }
        Some(Self {
            id: Id::parse_strict(&text("id")?).ok()?,
            kind: Kind::parse(&text("kind")?)?,
            year: u16::try_from(value.get("year")?.as_u64()?).ok()?,
            institution: text("institution")?,
            host: text("host")?,
            number: optional(value, "number")?,
            template: Template::read(value.get("template")?)?,
            parties,
            indicators: u32::try_from(indicators).ok()?,
            stage: u8::try_from(value.get("stage")?.as_u64()?).ok()?,
            budget,
            date: text("date")?,
            digest,
        })
    }
}

/// A text that may be missing; `None` if something else stands there.
fn optional(value: &Value, key: &str) -> Option<Option<String>> {
    match value.get(key) {
        None => Some(None),
        Some(text) => Some(Some(text.as_str()?.to_owned())),
    }
}

impl Party {
    fn read(value: &Value) -> Option<Self> {
        let text = |key: &str| Some(value.get(key)?.as_str()?.to_owned());
        Some(Self {
            field: text("field")?,
            id: text("id")?,
            name: text("name")?,
            position: text("position")?,
            role: text("role")?,
            capacity: text("capacity")?,
        })
    }
}

impl Template {
    fn read(value: &Value) -> Option<Self> {
        Some(Self {
            name: value.get("name")?.as_str()?.to_owned(),
            version: u32::try_from(value.get("version")?.as_u64()?).ok()?,
            overrides: optional(value, "overrides")?,
        })
    }
}

/// What data of a later version says in every version: its format, the id and the host. Whatever has no such id and host
/// is no data of any.
fn newer(value: &Value, bytes: &[u8]) -> Option<NewerContent> {
    let text = |key: &str| value.get(key).and_then(Value::as_str);
    let format = text("format")?;
    let of_this = format == DATA_FORMAT;
    // Names of keys that have to be understood (after `crit` of RFC 9052). This version has none of that sort.
    let critical = value.get("crit").and_then(Value::as_array);
    let critical =
        critical.is_some_and(|names| !names.is_empty() && names.iter().all(|name| name.is_string()));
    let kind = text("kind").is_some_and(|kind| Kind::parse(kind).is_none() && is_word(kind));
    if !(is_newer(format, DATA_FORMAT) || of_this && (critical || kind)) {
        return None;
    }
    let host = text("host").filter(|host| is_host(host))?.to_owned();
    Some(NewerContent { id: Id::parse_strict(text("id")?).ok()?, host, digest: Sha256::digest(bytes).into() })
}

/// Whether a text can be the name of a kind.
fn is_word(text: &str) -> bool {
    (1..=32).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
}

/// Whether `format` is a later version of `known`, e.g. `pk-data/2` of `pk-data/1`.
pub(super) fn is_newer(format: &str, known: &str) -> bool {
    let version = |text: &str| {
        let (name, version) = text.rsplit_once('/')?;
        let plain = !version.starts_with('0') && version.bytes().all(|b| b.is_ascii_digit());
        Some((name.to_owned(), version.parse::<u32>().ok().filter(|_| plain)?))
    };
    version(format)
        .zip(version(known))
        .is_some_and(|((name, later), (own, version))| name == own && later > version)
}

/// The attached file `name`, decoded; `None` if there is none of this name.
///
/// # Errors
///
/// If the name tree is not the flat one that the renderer writes, or the file cannot be decoded.
pub fn attachment(view: View<'_, '_>, name: &str) -> Result<Option<Vec<u8>>, pdf::Error> {
    let (_, catalog) = view.catalog()?;
    let Some(names) = view.dictionary(&catalog, "Names")? else { return Ok(None) };
    let Some(tree) = view.dictionary(&names, "EmbeddedFiles")? else { return Ok(None) };
    let entries = view.array(&tree, "Names")?.unwrap_or_default();
    let mut found = None;
    for pair in entries.chunks(2) {
        let [key, value] = pair else {
            return Err(pdf::Error::WrongType { key: "Names", expected: "list of pairs" });
        };
        if key.as_string() != Some(name.as_bytes()) {
            continue;
        }
        // Two files of one name: readers would differ on which one counts.
        if found.replace(value.clone()).is_some() {
            return Err(pdf::Error::WrongType { key: "EmbeddedFiles", expected: "tree of distinct names" });
        }
    }
    let Some(specification) = found else { return Ok(None) };
    let specification = view.resolve(&specification)?.into_owned();
    let stream = specification
        .as_dictionary()
        .map(|d| view.dictionary(d, "EF"))
        .transpose()?
        .flatten()
        .and_then(|files| files.get("F").and_then(Object::as_reference))
        .ok_or(pdf::Error::WrongType { key: "EF", expected: "embedded file" })?;
    view.decoded(&view.body(stream)?).map(Some)
}

#[cfg(test)]
mod tests {
    use super::{Content, ContentError, MAX_DATA};

    /// 46 kB of a file inflated to 31 MB of data, which became three gigabytes of values.
    #[test]
    fn data_beyond_measure_is_not_made_a_tree() {
        let data = |length: usize| format!("[{}0]", "0,".repeat((length - 3) / 2)).into_bytes();
        assert_eq!(Content::parse(&data(MAX_DATA + 3)).unwrap_err(), ContentError::TooLarge);
        assert_eq!(Content::parse(&data(MAX_DATA - 1)).unwrap_err(), ContentError::Format);
    }
}
