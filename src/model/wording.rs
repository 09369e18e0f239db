//! The official wording. It is data, not code: regions vary it, and a template folder of the office
//! may bring its own.

use serde::Deserialize;

/// The wording of all documents of a profile.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wording {
    /// Agreements.
    pub agreement: AgreementWording,
    /// Pledges.
    pub pledge: PledgeWording,
}

/// The wording of an agreement.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgreementWording {
    /// First title line up to the year, e.g. `PERJANJIAN KINERJA`.
    pub title: String,
    /// Label of the one who promises.
    pub first_label: String,
    /// Label of the superior.
    pub second_label: String,
    /// Words that introduce the first label.
    pub first: String,
    /// Words that introduce the second label.
    pub second: String,
    /// Opening with two parties.
    pub opening: String,
    /// Promises with two parties.
    pub promises: Vec<String>,
    /// Opening of the head of the region, who signs alone.
    pub single_opening: String,
    /// Promises of the head of the region.
    pub single_promises: Vec<String>,
    /// Whether units have a column of their own.
    pub unit_column: bool,
    /// Whether the columns are numbered.
    pub number_row: bool,
}

/// The wording of a pledge.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PledgeWording {
    /// Title.
    pub title: String,
    /// Opening, with `{nama}` and `{jabatan}`.
    pub opening: String,
    /// Points of those who supervise others, with `{instansi}`.
    pub points: Vec<String>,
    /// The fifth point of those who do not.
    pub fifth_of_staff: String,
    /// Label of the maker.
    pub maker_label: String,
    /// Label of the witness.
    pub witness_label: String,
}

/// Why a wording cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WordingError {
    /// Not TOML, or a key is missing or unknown.
    #[error(transparent)]
    Toml(#[from] toml::de::Error),
    /// Not UTF-8.
    #[error("the file is not UTF-8; save it as such")]
    Encoding,
    /// The fifth point cannot be exchanged.
    #[error("a pledge has at least five points")]
    Points,
    /// A text of nothing.
    #[error("{0} is empty")]
    Empty(&'static str),
    /// Something in braces that is not filled in there: it would be printed and signed as it stands.
    #[error("{key} has {found}, which is not filled in; {allowed}")]
    Placeholder {
        /// Which text.
        key: &'static str,
        /// What stands there.
        found: String,
        /// What may stand there.
        allowed: String,
    },
}

impl Wording {
    /// Reads a wording file.
    ///
    /// # Errors
    ///
    /// [`WordingError`]
    pub fn parse(text: &str) -> Result<Self, WordingError> {
        let wording: Self = toml::from_str(text)?;
        if wording.pledge.points.len() < 5 {
            return Err(WordingError::Points);
        }
        let (agreement, pledge) = (&wording.agreement, &wording.pledge);
        let plain = [
            ("agreement.title", &agreement.title),
            ("agreement.first_label", &agreement.first_label),
            ("agreement.second_label", &agreement.second_label),
            ("agreement.first", &agreement.first),
            ("agreement.second", &agreement.second),
            ("agreement.opening", &agreement.opening),
            ("agreement.single_opening", &agreement.single_opening),
            ("pledge.title", &pledge.title),
            ("pledge.maker_label", &pledge.maker_label),
            ("pledge.witness_label", &pledge.witness_label),
        ];
        for (key, text) in plain {
            check(key, text, &[])?;
        }
        for text in &agreement.promises {
            check("agreement.promises", text, &[])?;
        }
        for text in &agreement.single_promises {
            check("agreement.single_promises", text, &[])?;
        }
        check("pledge.opening", &pledge.opening, &["{nama}", "{jabatan}"])?;
        for text in pledge.points.iter().chain([&pledge.fifth_of_staff]) {
            check("pledge.points", text, &["{instansi}"])?;
        }
        Ok(wording)
    }

    /// Reads the bytes of a wording file.
    ///
    /// # Errors
    ///
    /// [`WordingError`]
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, WordingError> {
        let text = std::str::from_utf8(bytes).map_err(|_| WordingError::Encoding)?;
        Self::parse(text.trim_start_matches('\u{feff}'))
    }
}

/// Whether a text holds words, and in braces nothing but what is filled in.
fn check(key: &'static str, text: &str, allowed: &[&str]) -> Result<(), WordingError> {
    if text.trim().is_empty() {
        return Err(WordingError::Empty(key));
    }
    let rest = allowed.iter().fold(text.to_owned(), |text, place| text.replace(place, ""));
    let Some(start) = rest.find(['{', '}']) else { return Ok(()) };
    let end = rest[start..].find('}').map_or(rest.len(), |end| start + end + 1);
    let allowed = if allowed.is_empty() {
        "nothing is".to_owned()
    } else {
        format!("it may have {}", allowed.join(", "))
    };
    Err(WordingError::Placeholder { key, found: rest[start..end].to_owned(), allowed })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_filled_in_is_refused() {
        let standard = include_str!("../../templates/wording/standar.toml");
        assert!(Wording::parse(standard).is_ok());
        for (before, after) in [
            ("{instansi}", "{Instansi}"),
            ("{nama}", "{ nama }"),
            ("{jabatan}", "{jabatan"),
            ("PERJANJIAN KINERJA", "{tahun}"),
        ] {
            let changed = Wording::parse(&standard.replacen(before, after, 1));
            assert!(matches!(changed, Err(WordingError::Placeholder { .. })), "{after}: {changed:?}");
        }
        let empty = Wording::parse(&standard.replacen("PAKTA INTEGRITAS", " ", 1));
        assert!(matches!(empty, Err(WordingError::Empty("pledge.title"))), "{empty:?}");
        assert!(matches!(Wording::from_bytes(b"judul = \x96"), Err(WordingError::Encoding)));
    }
}
