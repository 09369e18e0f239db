//! What is agreed: objectives with their indicators, beside the budget.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::budget::Budget;
use super::doubts;
use super::official::Officials;
use super::reading::{Reading, exact, spelled};
use super::{Cell, Problem, Row, Value};

/// Which way is good.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// More is better.
    #[default]
    Naik,
    /// Less is better, as with stunting.
    Turun,
    /// To be kept.
    Tetap,
}

/// How quarterly targets make up the yearly one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Pattern {
    /// The sum of the quarters.
    Hitungan,
    /// The state at a date; the last one counts.
    #[default]
    Posisi,
    /// Published once by somebody else.
    Rilis,
}

/// An indicator and its target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Indicator {
    /// What is measured.
    pub text: String,
    /// The target, exactly as agreed.
    pub target: String,
    /// Unit of measure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Which way is good.
    pub direction: Direction,
    /// How quarters make up the year.
    pub pattern: Pattern,
    /// Targets of the four quarters; empty text where nothing is measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quarters: Option<[String; 4]>,
}

/// An objective.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Objective {
    /// What is to be reached.
    pub text: String,
    /// At least one.
    pub indicators: Vec<Indicator>,
}

/// The annex of one agreement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Annex {
    /// Heading of the objectives.
    pub objective_heading: String,
    /// Heading of the indicators.
    pub indicator_heading: String,
    /// Whether units have a column of their own.
    pub unit_column: bool,
    /// Whether the columns are numbered.
    pub number_row: bool,
    /// Objectives in order.
    pub objectives: Vec<Objective>,
    /// Budget, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget: Option<Budget>,
}

/// Most indicators of one official. The longest agreement seen has about forty.
const MAX_INDICATORS: usize = 500;

/// Objectives by official, from sheet `Sasaran`.
pub(super) fn objectives(
    rows: &[Row],
    officials: &Officials,
    known: &BTreeSet<String>,
    reading: &mut Reading,
) -> BTreeMap<String, Vec<Objective>> {
    let mut by_official: BTreeMap<String, Vec<Objective>> = BTreeMap::new();
    let mut above: Option<(String, Option<String>)> = None;
    for row in rows {
        let id_above = above.as_ref().map(|(id, _)| id.as_str());
        let before = reading.reported();
        let Some(official) = official_of(row, id_above, known, reading) else {
            reading.set_aside(before, &row.place);
            continue;
        };
        let objective = match (row.has("sasaran"), &above) {
            (true, _) => reading.text(row, "sasaran"),
            (false, Some((id, text))) if *id == official => text.clone(),
            (false, _) => {
                reading.report(Problem::new("objective.missing", &row.place_of("sasaran")));
                None
            }
        };
        let inherited = !row.has("sasaran") && objective.is_none();
        above = Some((official.clone(), objective.clone()));
        let (indicator, objective) = (indicator(row, reading), objective);
        let (Some(indicator), Some(text)) = (indicator, objective) else {
            // An objective that is taken from above and could not be read is a problem of that row.
            reading.set_aside(if inherited { 0 } else { before }, &row.place);
            continue;
        };
        let list = by_official.entry(official).or_default();
        match list.last_mut().filter(|last| last.text == text) {
            Some(last) => last.indicators.push(indicator),
            None => list.push(Objective { text, indicators: vec![indicator] }),
        }
        if list.iter().map(|o| o.indicators.len()).sum::<usize>() == MAX_INDICATORS + 1 {
            reading.report(Problem::new("objective.too-many", &row.place).with("limit", MAX_INDICATORS));
        }
    }
    // Only when every row could be read is it certain that an official has none.
    let unreadable = rows.iter().enumerate().any(|(i, row)| {
        let empty = !row.has("pejabat");
        (empty && i == 0) || (!empty && Reading::default().text(row, "pejabat").is_none())
    });
    for official in officials.iter().filter(|o| o.agreement && !by_official.contains_key(&o.id)) {
        let named = unreadable
            || rows.iter().any(|row| {
                Reading::default().text(row, "pejabat").is_some_and(|id| id.to_lowercase() == official.id)
            });
        if !named {
            reading.report(Problem::new("objective.none", &official.place).with("official", &official.id));
        }
    }
    for official in officials.iter().filter(|o| !o.agreement && by_official.contains_key(&o.id)) {
        reading.warn(Problem::new("objective.unused", &official.place).with("official", &official.id));
    }
    by_official
}

/// Whose row it is. Merged cells leave the cells below empty: they mean "as above".
pub(super) fn official_of(
    row: &Row,
    above: Option<&str>,
    known: &BTreeSet<String>,
    reading: &mut Reading,
) -> Option<String> {
    let place = row.place_of("pejabat");
    let official = match row.has("pejabat") {
        true => reading.text(row, "pejabat")?.to_lowercase(),
        false => match above {
            Some(above) => above.to_owned(),
            None => {
                reading.report(Problem::new("cell.empty", &place).with("column", "pejabat"));
                return None;
            }
        },
    };
    if !known.contains(&official) {
        reading.report(Problem::new("official.unknown", &place).with("id", &official));
    }
    Some(official)
}

fn indicator(row: &Row, reading: &mut Reading) -> Option<Indicator> {
    let text = reading.required(row, "indikator");
    let unit = reading.text(row, "satuan");
    let target = target(row, "target", unit.as_deref(), true, reading);
    let direction = reading.choice(
        row,
        "arah",
        &[("naik", Direction::Naik), ("turun", Direction::Turun), ("tetap", Direction::Tetap)],
    );
    let pattern = reading.choice(
        row,
        "pola",
        &[("hitungan", Pattern::Hitungan), ("posisi", Pattern::Posisi), ("rilis", Pattern::Rilis)],
    );
    let quarters =
        ["tw1", "tw2", "tw3", "tw4"].map(|column| target_of_quarter(row, column, unit.as_deref(), reading));
    if let (Some(text), Some(target)) = (&text, &target) {
        doubts::of_indicator(row, text, target, unit.as_deref(), reading);
    }
    let quarters = quarters.iter().any(|q| !q.is_empty()).then_some(quarters);
    Some(Indicator {
        text: text?,
        target: target?,
        unit,
        direction: direction.unwrap_or_default(),
        pattern: pattern.unwrap_or_default(),
        quarters,
    })
}

fn target_of_quarter(row: &Row, column: &'static str, unit: Option<&str>, reading: &mut Reading) -> String {
    target(row, column, unit, false, reading).unwrap_or_default()
}

/// A target is text, and is never rounded or reformatted. Where the spreadsheet has made something
/// else of what was typed, the user has to say what was agreed.
fn target(
    row: &Row,
    column: &'static str,
    unit: Option<&str>,
    required: bool,
    reading: &mut Reading,
) -> Option<String> {
    let Some(cell) = row.cell(column) else {
        if required {
            reading.report(Problem::new("target.missing", &row.place_of(column)));
        }
        return None;
    };
    match cell.value {
        Value::Date(date) => {
            reading.report(Problem::new("target.date", &cell.place).with("value", date));
            None
        }
        Value::Percent(number) => {
            reading.report(fraction(&cell, *number));
            None
        }
        Value::Number(number) => {
            let percent = unit.is_some_and(|u| u.contains('%') || is_percent_word(u));
            if percent && number.abs() <= 1.0 && number.fract() != 0.0 {
                reading.report(fraction(&cell, *number));
                return None;
            }
            let Some(text) = exact(*number) else {
                reading.report(Problem::new("target.inexact", &cell.place).with("value", spelled(*number)));
                return None;
            };
            // What the user saw in a number cell depends on its format; say what will be printed.
            if number.fract() != 0.0 {
                reading.warn(Problem::new("target.number", &cell.place).with("value", &text));
            }
            Some(text)
        }
        _ => {
            let before = reading.reported();
            let text = reading.text(row, column);
            if let (Value::Text(raw), Some(text)) = (cell.value, &text)
                && raw.trim().contains('\n')
            {
                reading.warn(Problem::new("target.lines", &cell.place).with("printed", text));
            }
            if required && text.is_none() && reading.reported() == before {
                reading.report(Problem::new("target.missing", &cell.place));
            }
            // What a spreadsheet makes of a formula that gives nothing, in CSV and YAML.
            text.map(|text| if text == "-0" { "0".to_owned() } else { text })
        }
    }
}

/// 0.14987 in a cell: was 14,987 % agreed, or 14,99 %, or 15 %? Only the user knows.
fn fraction(cell: &Cell<'_>, number: f64) -> Problem {
    let percent = spelled((number * 1e6).round() / 1e4);
    Problem::new("target.percent-fraction", &cell.place)
        .with("value", spelled(number))
        .with("percent", percent)
}

fn is_percent_word(unit: &str) -> bool {
    matches!(unit.to_lowercase().as_str(), "persen" | "persentase" | "prosentase")
}
