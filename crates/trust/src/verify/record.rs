//! The registry's record of a document as its public page hands it out (`pk-record/1`).

use crate::digits::{from_lower_hex, hex};
use serde_json::Value;

use super::content::is_newer;
use super::{Record, Standing, Status};
use crate::Time;
use crate::claim::Id;

/// The format this program reads.
pub const RECORD_FORMAT: &str = "pk-record/1";

/// What a public page says of one document.
#[derive(Clone, Debug, Default)]
pub struct Published {
    /// The document, if the page names it.
    id: Option<Id>,
    status: Status,
    fields: Option<Fields>,
}

/// The facts of a record that a claim repeats, where its page shows more than the status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fields {
    /// Number of indicators.
    pub indicators: u32,
    /// Total budget in rupiah.
    pub budget: u64,
}

impl Fields {
    fn read(fields: &Value) -> Option<Self> {
        let number = |key: &str| fields.get(key)?.as_u64();
        Some(Self { indicators: number("indicators")?.try_into().ok()?, budget: number("budget")? })
    }
}

/// A record that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the registry's record is not {RECORD_FORMAT}")]
pub struct RecordError;

impl Published {
    /// Of a page that could not be reached.
    pub const fn unreachable() -> Self {
        Self { id: None, status: Status::Unreachable, fields: None }
    }

    /// Reads a record. Nothing at all means that nobody was asked; the states `unknown` and `unreachable`
    /// may stand alone.
    ///
    /// # Errors
    ///
    /// [`RecordError`]
    pub fn parse(bytes: &[u8]) -> Result<Self, RecordError> {
        if bytes.is_empty() {
            return Ok(Self::default());
        }
        let raw: Value = serde_json::from_slice(bytes).map_err(|_| RecordError)?;
        let text = |key: &str| match raw.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => value.as_str().map(Some).ok_or(RecordError),
        };
        let id = || text("id").and_then(id);
        let format = text("format")?;
        // What a later version says is no reason to call its document unknown, or anything else.
        if format.is_some_and(|format| is_newer(format, RECORD_FORMAT)) {
            return Ok(Self { id: id()?, status: Status::Newer, fields: None });
        }
        if format.is_some_and(|format| format != RECORD_FORMAT) {
            return Err(RecordError);
        }
        let standing = match text("state")?.ok_or(RecordError)? {
            "unreachable" => return Ok(Self::unreachable()),
            "unknown" => return Ok(Self { id: id()?, status: Status::UnknownDocument, fields: None }),
            "waiting" => Standing::Waiting,
            "in-force" => Standing::Complete,
            "revoked" => Standing::Revoked(text("reason")?.unwrap_or_default().to_owned()),
            "superseded" => {
                // In the form in which it is printed.
                let by = self::id(text("superseded_by")?)?;
                Standing::Superseded(by.as_ref().map(Id::grouped).unwrap_or_default())
            }
            // States may be added.
            _ if format.is_some() => {
                let id = Some(id()?.ok_or(RecordError)?);
                return Ok(Self { id, status: Status::Newer, fields: None });
            }
            _ => return Err(RecordError),
        };
        let id = Some(id()?.ok_or(RecordError)?);
        let digest = sha256(text("digest")?.ok_or(RecordError)?)?;
        let files = raw.get("files").and_then(Value::as_array).ok_or(RecordError)?;
        let files =
            files.iter().map(|file| sha256(file.as_str().ok_or(RecordError)?)).collect::<Result<_, _>>()?;
        if format.is_none() {
            return Err(RecordError);
        }
        let ended = text("ended")?.and_then(Time::parse);
        let fields = raw.get("fields").filter(|fields| !fields.is_null());
        let fields = fields.map(|fields| Fields::read(fields).ok_or(RecordError)).transpose()?;
        Ok(Self { id, status: Status::Known(Record { digest, files, standing, ended }), fields })
    }

    /// The facts, where the page shows them.
    pub const fn fields(&self) -> Option<Fields> {
        self.fields
    }

    /// Whether it names the file of this SHA-256 (hexadecimal); `None` if it names none at all.
    pub fn names_file(&self, sha256: &str) -> Option<bool> {
        match &self.status {
            Status::Known(record) => Some(record.files.iter().any(|file| hex(file) == sha256)),
            _ => None,
        }
    }

    /// What it says of the document of this id. The record of another document says nothing of this one:
    /// by its hashes a genuine document would look forged.
    pub fn about(&self, id: Option<&Id>) -> Status {
        match (id, &self.id) {
            (None, _) => Status::NotAsked,
            (Some(id), Some(named)) if id != named => Status::Unreachable,
            _ => self.status.clone(),
        }
    }
}

fn id(text: Option<&str>) -> Result<Option<Id>, RecordError> {
    text.map(|text| Id::parse_strict(text).map_err(|_| RecordError)).transpose()
}

fn sha256(text: &str) -> Result<[u8; 32], RecordError> {
    let bytes = from_lower_hex(text.as_bytes()).ok_or(RecordError)?;
    bytes.try_into().map_err(|_| RecordError)
}

#[cfg(test)]
mod tests {
    use super::{Published, RecordError, Standing, Status};
    use crate::claim::Id;

    const DIGEST: &str = "0101010101010101010101010101010101010101010101010101010101010101";

    fn id() -> Id {
        Id::parse_strict("MI64IHBKPWPETJ5Y").unwrap()
    }

    fn record(state: &str) -> String {
        format!(
            r#"{{"format":"pk-record/1","id":"MI64IHBKPWPETJ5Y","state":"{state}","digest":"{DIGEST}",
            "files":["{DIGEST}"],"reason":"keliru","superseded_by":"AAAAAAAAAAAAAAAA","year":2026}}"#
        )
    }

    fn standing(state: &str) -> Standing {
        match Published::parse(record(state).as_bytes()).unwrap().about(Some(&id())) {
            Status::Known(record) => {
                assert_eq!((record.digest, record.files), ([1; 32], vec![[1; 32]]));
                record.standing
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_state_is_read() {
        assert_eq!(standing("in-force"), Standing::Complete);
        assert_eq!(standing("waiting"), Standing::Waiting);
        assert_eq!(standing("revoked"), Standing::Revoked("keliru".to_owned()));
        assert_eq!(standing("superseded"), Standing::Superseded("AAAA-AAAA-AAAA-AAAA".to_owned()));
        let about = |text: &str| Published::parse(text.as_bytes()).unwrap().about(Some(&id()));
        assert!(matches!(about(r#"{"state":"unknown"}"#), Status::UnknownDocument));
        assert!(matches!(about(r#"{"state":"unreachable"}"#), Status::Unreachable));
        assert!(matches!(about(""), Status::NotAsked));
    }

    #[test]
    fn a_record_of_another_document_is_none() {
        let record = Published::parse(record("revoked").as_bytes()).unwrap();
        let other = Id::parse_strict("AAAAAAAAAAAAAAAA").unwrap();
        assert!(matches!(record.about(Some(&other)), Status::Unreachable));
        assert!(matches!(record.about(None), Status::NotAsked));
    }

    #[test]
    fn what_a_later_version_says_is_told_from_what_nobody_says() {
        for (whole, other) in
            [("in-force", "pk-record/2"), ("in-force", "pk-record/10"), ("archived", "pk-record/1")]
        {
            let text = record(whole).replace("pk-record/1", other);
            let about = |id: &Id| Published::parse(text.as_bytes()).unwrap().about(Some(id));
            assert!(matches!(about(&id()), Status::Newer), "{text}");
            let another = Id::parse_strict("AAAAAAAAAAAAAAAA").unwrap();
            assert!(matches!(about(&another), Status::Unreachable), "{text}");
        }
    }

    #[test]
    fn what_is_no_record_is_refused() {
        for (whole, part, other) in [
            ("in-force", "pk-record/1", "pk-record/0"),
            ("in-force", "pk-record/1", "pk-record/02"),
            ("in-force", "pk-record/1", "pk-data/2"),
            ("in-force", r#""format":"pk-record/1","#, ""),
            ("in-force", "MI64IHBKPWPETJ5Y", "MI64"),
            ("in-force", r#""id":"MI64IHBKPWPETJ5Y","#, ""),
            ("in-force", "0101", "0g01"),
            ("in-force", "0101", "01"),
            ("in-force", "\"files\"", "\"others\""),
        ] {
            let text = record(whole).replace(part, other);
            assert_eq!(Published::parse(text.as_bytes()).unwrap_err(), RecordError, "{text}");
        }
        for text in ["null", "[]", "{}", "{", "\u{0}", r#"{"state":1}"#] {
            assert!(Published::parse(text.as_bytes()).is_err(), "{text}");
        }
    }
}
