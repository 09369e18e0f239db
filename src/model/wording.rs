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
    /// The fifth point cannot be exchanged.
    #[error("a pledge has at least five points")]
    Points,
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
        Ok(wording)
    }
}
