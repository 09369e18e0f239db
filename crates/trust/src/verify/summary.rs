//! What a page shows of a document beside its verdict, to be compared with the paper in one's hand.

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{DATA_NAME, Outcome, Verdict, attachment};
use crate::pdf::File;

/// The content of a document whose seal was found good. Of persons only names and positions: a NIP shows a
/// date of birth, and stays on the document itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// `agreement`, `pledge`.
    pub kind: String,
    /// Year.
    pub year: u16,
    /// The institution that issued it.
    pub institution: String,
    /// Document number, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Date printed on it, `2026-01-05`.
    pub date: String,
    /// Who has to sign, in order.
    pub parties: Vec<Signatory>,
    /// The text of the first objective.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_objective: Option<String>,
    /// The text of the last objective, if there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_objective: Option<String>,
    /// Number of objectives.
    pub objectives: usize,
    /// Number of indicators.
    pub indicators: usize,
    /// Total budget in rupiah.
    pub budget: u64,
}

/// One party.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signatory {
    /// `first`, `second`, `maker`, `witness`.
    pub role: String,
    /// Name with titles.
    pub name: String,
    /// Position as printed.
    pub position: String,
    /// Unit.
    #[serde(default)]
    pub unit: String,
}

#[derive(Deserialize)]
struct Raw {
    kind: String,
    year: u16,
    institution: String,
    number: Option<String>,
    date: String,
    parties: Vec<Signatory>,
    annex: Option<Annex>,
}

#[derive(Default, Deserialize)]
struct Annex {
    objectives: Vec<Objective>,
    budget: Option<Budget>,
}

#[derive(Deserialize)]
struct Objective {
    text: String,
    indicators: Vec<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct Budget {
    total: u64,
}

/// The content of the document that `verdict` is about. `None` unless its seal was found good and vouches
/// for exactly this content: anything else is somebody's word, and is not shown beside a verdict.
pub fn summary(bytes: &[u8], verdict: &Verdict) -> Option<Summary> {
    let document = verdict.document.as_ref().filter(|document| document.claim == Outcome::Pass)?;
    let file = File::parse(bytes).ok()?;
    let data = attachment(file.at(0), DATA_NAME).ok()??;
    if HEXLOWER.encode(&Sha256::digest(&data)) != document.digest {
        return None;
    }
    let raw: Raw = serde_json::from_slice(&data).ok()?;
    let annex = raw.annex.unwrap_or_default();
    let texts: Vec<&String> = annex.objectives.iter().map(|objective| &objective.text).collect();
    Some(Summary {
        kind: raw.kind,
        year: raw.year,
        institution: raw.institution,
        number: raw.number,
        date: raw.date,
        parties: raw.parties,
        first_objective: texts.first().map(|text| (*text).clone()),
        last_objective: texts.iter().skip(1).last().map(|text| (*text).clone()),
        objectives: texts.len(),
        indicators: annex.objectives.iter().map(|objective| objective.indicators.len()).sum(),
        budget: annex.budget.map_or(0, |budget| budget.total),
    })
}
