//! What is agreed: objectives with their indicators, and the budget.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::official::Officials;
use super::reading::{Reading, exact};
use super::{Cell, Place, Problem, Row, Value};

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

/// A line of the budget.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BudgetRow {
    /// Nomenclature code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Programme, activity or sub-activity.
    pub text: String,
    /// Whole rupiah.
    pub amount: u64,
    /// Source of the money.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// 0 for a programme, 1 for what stands below it, and so on.
    pub level: u8,
}

/// The budget of one agreement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Budget {
    /// Heading of the text column.
    pub heading: String,
    /// Lines, each below its parent.
    pub rows: Vec<BudgetRow>,
    /// Sum of the lines of level 0.
    pub total: u64,
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
        // Merged cells leave the cells below empty: they mean "as above".
        let official = match row.cell("pejabat") {
            Some(_) => reading.text(row, "pejabat").map(|id| id.to_lowercase()),
            None => above.as_ref().map(|(id, _)| id.clone()),
        };
        let Some(official) = official else {
            if row.cell("pejabat").is_none() {
                reading
                    .report(Problem::new("cell.empty", &row.place_of("pejabat")).with("column", "pejabat"));
            }
            continue;
        };
        if !known.contains(&official) {
            reading.report(Problem::new("official.unknown", &row.place_of("pejabat")).with("id", &official));
        }
        let objective = match (row.cell("sasaran"), &above) {
            (Some(_), _) => reading.text(row, "sasaran"),
            (None, Some((id, text))) if *id == official => text.clone(),
            (None, _) => {
                reading.report(Problem::new("objective.missing", &row.place_of("sasaran")));
                None
            }
        };
        above = Some((official.clone(), objective.clone()));
        let (indicator, objective) = (indicator(row, reading), objective);
        let (Some(indicator), Some(text)) = (indicator, objective) else { continue };
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
    for official in officials.iter().filter(|o| o.agreement && !by_official.contains_key(&o.id)) {
        let named = rows.iter().any(|row| {
            Reading::default().text(row, "pejabat").is_some_and(|id| id.to_lowercase() == official.id)
        });
        if !named {
            reading.report(Problem::new("objective.none", &official.place).with("official", &official.id));
        }
    }
    by_official
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
    match &cell.value {
        Value::Date(date) => {
            reading.report(Problem::new("target.date", &cell.place).with("value", date));
            None
        }
        Value::Percent(number) => {
            reading.report(fraction(cell, *number));
            None
        }
        Value::Number(number) => {
            let percent = unit.is_some_and(|u| u.contains('%') || is_percent_word(u));
            if percent && number.abs() <= 1.0 && number.fract() != 0.0 {
                reading.report(fraction(cell, *number));
                return None;
            }
            let Some(text) = exact(*number) else {
                reading.report(Problem::new("target.inexact", &cell.place).with("value", number));
                return None;
            };
            // What the user saw in a number cell depends on its format; say what will be printed.
            if number.fract() != 0.0 {
                reading.warnings.push(Problem::new("target.number", &cell.place).with("value", &text));
            }
            Some(text)
        }
        _ => {
            let before = reading.problems.len();
            let text = reading.text(row, column);
            if required && text.is_none() && reading.problems.len() == before {
                reading.report(Problem::new("target.missing", &cell.place));
            }
            text
        }
    }
}

/// 0.14987 in a cell: was 14,987 % agreed, or 14,99 %, or 15 %? Only the user knows.
fn fraction(cell: &Cell, number: f64) -> Problem {
    let percent = exact((number * 1e6).round() / 1e4).unwrap_or_else(|| (number * 100.0).to_string());
    Problem::new("target.percent-fraction", &cell.place).with("value", number).with("percent", percent)
}

fn is_percent_word(unit: &str) -> bool {
    matches!(unit.to_lowercase().as_str(), "persen" | "persentase" | "prosentase")
}

struct Line {
    place: Place,
    code: Option<String>,
    text: String,
    amount: u64,
    source: Option<String>,
    parent: Option<String>,
}

/// Lines by official and their checked totals, from sheet `Anggaran`.
pub(super) fn budgets(
    rows: &[Row],
    known: &BTreeSet<String>,
    reading: &mut Reading,
) -> BTreeMap<String, (Vec<BudgetRow>, u64)> {
    let mut lines: BTreeMap<String, Vec<Line>> = BTreeMap::new();
    let mut totals: BTreeMap<String, (u64, Place)> = BTreeMap::new();
    let mut above: Option<String> = None;
    for row in rows {
        let official = match row.cell("pejabat") {
            Some(_) => reading.text(row, "pejabat").map(|id| id.to_lowercase()),
            None => above.clone(),
        };
        let Some(official) = official else {
            if row.cell("pejabat").is_none() {
                reading
                    .report(Problem::new("cell.empty", &row.place_of("pejabat")).with("column", "pejabat"));
            }
            continue;
        };
        if !known.contains(&official) {
            reading.report(Problem::new("official.unknown", &row.place_of("pejabat")).with("id", &official));
        }
        above = Some(official.clone());
        let text = reading.required(row, "uraian");
        let amount = reading.rupiah(row, "anggaran");
        let (code, source) = (reading.text(row, "kode"), reading.text(row, "sumber"));
        let parent = reading.text(row, "induk");
        let (Some(text), Some(amount)) = (text, amount) else { continue };
        if matches!(text.to_lowercase().as_str(), "total" | "jumlah") {
            totals.insert(official, (amount, row.place_of("anggaran")));
            continue;
        }
        let line = Line { place: row.place.clone(), code, text, amount, source, parent };
        lines.entry(official).or_default().push(line);
    }
    let mut result = BTreeMap::new();
    for (official, lines) in &lines {
        let tree = tree(lines, reading);
        if let Some((stated, place)) = totals.get(official)
            && *stated != tree.1
        {
            reading.report(
                Problem::new("budget.total", place)
                    .with("stated", rupiah(*stated))
                    .with("computed", rupiah(tree.1)),
            );
        }
        result.insert(official.clone(), tree);
    }
    result
}

/// Puts every line below its parent, and compares parents with the sum of their children.
fn tree(lines: &[Line], reading: &mut Reading) -> (Vec<BudgetRow>, u64) {
    for (i, line) in lines.iter().enumerate() {
        if let Some(code) = &line.code
            && let Some(first) = lines[..i].iter().find(|l| l.code.as_ref() == Some(code))
        {
            reading.report(
                Problem::new("budget.code-twice", &line.place.column("kode"))
                    .with("code", code)
                    .with("first", first.place.row.unwrap_or_default()),
            );
        }
        let Some(parent) = &line.parent else { continue };
        if !lines.iter().any(|l| l.code.as_ref() == Some(parent)) {
            reading.report(
                Problem::new("budget.unknown-parent", &line.place.column("induk")).with("code", parent),
            );
        }
    }
    let mut rows = Vec::new();
    let mut placed = vec![false; lines.len()];
    place_children(lines, None, 0, &mut placed, &mut rows);
    for (line, _) in lines
        .iter()
        .zip(&placed)
        .filter(|(l, placed)| !**placed && lines.iter().any(|other| other.code == l.parent))
    {
        reading.report(Problem::new("budget.circle", &line.place.column("induk")));
    }
    for line in lines.iter().filter(|l| l.code.is_some()) {
        let children: Vec<&Line> =
            lines.iter().filter(|l| l.parent.is_some() && l.parent == line.code).collect();
        let sum: u64 = children.iter().map(|l| l.amount).sum();
        if !children.is_empty() && sum != line.amount {
            reading.report(
                Problem::new("budget.children", &line.place.column("anggaran"))
                    .with("stated", rupiah(line.amount))
                    .with("computed", rupiah(sum)),
            );
        }
    }
    // Amounts have at most 15 digits and a sheet at most a million rows: no overflow.
    let total = rows.iter().filter(|r| r.level == 0).map(|r| r.amount).sum();
    (rows, total)
}

fn place_children(
    lines: &[Line],
    parent: Option<&str>,
    level: u8,
    placed: &mut [bool],
    rows: &mut Vec<BudgetRow>,
) {
    for (i, line) in lines.iter().enumerate() {
        if placed[i] || line.parent.as_deref() != parent || level > 5 {
            continue;
        }
        placed[i] = true;
        rows.push(BudgetRow {
            code: line.code.clone(),
            text: line.text.clone(),
            amount: line.amount,
            source: line.source.clone(),
            level,
        });
        if let Some(code) = &line.code {
            place_children(lines, Some(code), level + 1, placed, rows);
        }
    }
}

/// `4.100.832.755`, for messages.
pub(super) fn rupiah(amount: u64) -> String {
    let digits = amount.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push('.');
        }
        out.push(digit);
    }
    out
}
