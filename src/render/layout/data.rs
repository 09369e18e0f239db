//! The part of a document's data (`pk-data/1`) that decides where things stand.

use std::borrow::Cow;

use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct Data<'d> {
    pub(super) layout: Sheet<'d>,
    #[serde(borrow)]
    pub(super) letterhead: Option<Letterhead<'d>>,
    #[serde(borrow)]
    pub(super) title: Vec<Cow<'d, str>>,
    #[serde(borrow)]
    pub(super) number: Option<Cow<'d, str>>,
    #[serde(borrow)]
    pub(super) parties: Vec<Party<'d>>,
    #[serde(borrow)]
    pub(super) statement: Option<Statement<'d>>,
    #[serde(borrow)]
    pub(super) pledge: Option<Pledge<'d>>,
    #[serde(borrow)]
    pub(super) annex: Option<Agreed<'d>>,
}

#[derive(Deserialize)]
pub(super) struct Sheet<'d> {
    #[serde(borrow)]
    pub(super) paper: Cow<'d, str>,
    pub(super) font: Typeface,
    #[serde(borrow)]
    pub(super) head: Cow<'d, str>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Typeface {
    Serif,
    Sans,
}

impl Typeface {
    pub(super) const fn is_serif(self) -> bool {
        matches!(self, Self::Serif)
    }

    /// Sizes of text and tables (`templates/shared/page.typ`).
    pub(super) const fn sizes(self) -> (f64, f64) {
        match self {
            Self::Serif => (12.0, 10.5),
            Self::Sans => (11.0, 10.0),
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Letterhead<'d> {
    #[serde(borrow)]
    pub(super) name: Cow<'d, str>,
    #[serde(borrow)]
    pub(super) unit: Option<Cow<'d, str>>,
    #[serde(borrow, default)]
    pub(super) address: Vec<Cow<'d, str>>,
}

#[derive(Deserialize)]
pub(super) struct Party<'d> {
    #[serde(borrow)]
    pub(super) role: Cow<'d, str>,
    #[serde(borrow)]
    pub(super) name: Cow<'d, str>,
    #[serde(borrow)]
    pub(super) position: Cow<'d, str>,
    #[serde(borrow)]
    pub(super) label: Cow<'d, str>,
    #[serde(borrow)]
    pub(super) rank: Option<Cow<'d, str>>,
    #[serde(borrow)]
    pub(super) grade: Option<Cow<'d, str>>,
    #[serde(borrow)]
    pub(super) nip: Option<Cow<'d, str>>,
    #[serde(borrow)]
    pub(super) nip_label: Option<Cow<'d, str>>,
}

#[derive(Deserialize)]
pub(super) struct Statement<'d> {
    #[serde(borrow)]
    pub(super) opening: Cow<'d, str>,
    #[serde(borrow)]
    pub(super) first: Option<Cow<'d, str>>,
    #[serde(borrow)]
    pub(super) second: Option<Cow<'d, str>>,
    #[serde(borrow)]
    pub(super) promises: Vec<Cow<'d, str>>,
}

#[derive(Deserialize)]
pub(super) struct Pledge<'d> {
    #[serde(borrow)]
    pub(super) opening: Cow<'d, str>,
    #[serde(borrow)]
    pub(super) points: Vec<Cow<'d, str>>,
}

/// The annex.
#[derive(Deserialize)]
pub(super) struct Agreed<'d> {
    #[serde(borrow)]
    pub(super) objective_heading: Cow<'d, str>,
    #[serde(borrow)]
    pub(super) indicator_heading: Cow<'d, str>,
    #[serde(default)]
    pub(super) unit_column: bool,
    #[serde(default)]
    pub(super) number_row: bool,
    #[serde(borrow)]
    pub(super) objectives: Vec<Objective<'d>>,
    #[serde(borrow)]
    pub(super) budget: Option<Budget<'d>>,
}

#[derive(Deserialize)]
pub(super) struct Objective<'d> {
    #[serde(borrow)]
    pub(super) text: Cow<'d, str>,
    #[serde(borrow)]
    pub(super) indicators: Vec<Indicator<'d>>,
}

#[derive(Deserialize)]
pub(super) struct Indicator<'d> {
    #[serde(borrow)]
    pub(super) text: Cow<'d, str>,
    #[serde(borrow)]
    pub(super) target: Cow<'d, str>,
    #[serde(borrow)]
    pub(super) unit: Option<Cow<'d, str>>,
}

#[derive(Deserialize)]
pub(super) struct Budget<'d> {
    #[serde(borrow)]
    pub(super) heading: Cow<'d, str>,
    #[serde(borrow)]
    pub(super) rows: Vec<Row<'d>>,
    pub(super) total: u64,
}

#[derive(Deserialize)]
pub(super) struct Row<'d> {
    #[serde(borrow)]
    pub(super) text: Cow<'d, str>,
    #[serde(borrow)]
    pub(super) code: Option<Cow<'d, str>>,
    #[serde(borrow)]
    pub(super) source: Option<Cow<'d, str>>,
    pub(super) amount: u64,
    #[serde(default)]
    pub(super) level: u8,
}
