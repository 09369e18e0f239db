//! What is agreed: objectives with their indicators, and the budget.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::official::Officials;
use super::reading::{Reading, exact, spelled};
use super::total::{self, Likeness, Running, Total};
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

/// Most lines of one official's budget. Below a large office there are some hundred sub-activities.
const MAX_LINES: usize = 5_000;

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
fn official_of(
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

struct Line {
    /// Of code, parent and amount.
    places: [Place; 3],
    code: Option<String>,
    text: String,
    amount: u64,
    source: Option<String>,
    parent: Option<String>,
}

/// What is read of one official's budget.
#[derive(Default)]
struct Ledger {
    lines: Vec<Line>,
    totals: Vec<Stated>,
    running: Running,
    /// Lines that look like a total, by their place.
    doubtful: Vec<(Place, u64)>,
    /// The last line, if it would be the total of a single one.
    last: Option<(Place, u64)>,
    /// A line could not be read: sums and parents cannot be judged.
    unreadable: bool,
}

/// A total that a row states.
struct Stated {
    amount: u64,
    /// The sum that it may be instead of the sum of all lines.
    part: Option<u64>,
    place: Place,
}

impl Ledger {
    fn state(&mut self, total: Total, amount: u64, place: Place) {
        let since = self.running.close();
        let part = (total == Total::Part).then_some(since);
        self.totals.push(Stated { amount, part, place });
    }

    fn line(&mut self, line: Line) {
        // With others after it, it is one of them.
        if let Some((_, amount)) = self.last.take() {
            self.running.add(amount, false);
        }
        if line.parent.is_none() {
            let (coded, place) = (line.code.is_some(), line.places[2].clone());
            match self.running.likeness(line.amount).filter(|_| !coded) {
                Some(Likeness::OfSeveral) => {
                    self.doubtful.push((place, line.amount));
                    self.running.close();
                }
                Some(Likeness::OfOne) => self.last = Some((place, line.amount)),
                None => self.running.add(line.amount, coded),
            }
        }
        self.lines.push(line);
    }

    /// Lines and total, if they can be judged and are right.
    fn judge(&self, reading: &mut Reading) -> Option<(Vec<BudgetRow>, u64)> {
        let first = self.lines.first()?;
        if let Some(line) = self.lines.get(MAX_LINES) {
            reading.report(Problem::new("budget.too-many", &line.places[2]).with("limit", MAX_LINES));
            return None;
        }
        for (place, amount) in self.doubtful.iter().chain(&self.last) {
            reading.warn(Problem::new("budget.looks-total", place).with("amount", rupiah(*amount)));
        }
        twice(&self.lines, reading);
        let (rows, total) = tree(&self.lines, reading);
        // 15 digits: what JSON and spreadsheets keep exactly, and a hundred times the state's budget.
        let total = total.filter(|total| *total < 1_000_000_000_000_000);
        if total.is_none() {
            reading.report(Problem::new("budget.too-large", &first.places[2]));
        }
        Some((rows, total?))
    }

    fn compare(&self, computed: u64, reading: &mut Reading) {
        for Stated { amount, part, place } in &self.totals {
            if *amount != computed && Some(*amount) != *part {
                reading.report(
                    Problem::new("budget.total", place)
                        .with("stated", rupiah(*amount))
                        .with("computed", rupiah(part.unwrap_or(computed))),
                );
            }
        }
    }
}

/// Lines by official and their checked totals, from sheet `Anggaran`.
pub(super) fn budgets(
    rows: &[Row],
    known: &BTreeSet<String>,
    reading: &mut Reading,
) -> BTreeMap<String, (Vec<BudgetRow>, u64)> {
    let mut ledgers: BTreeMap<String, Ledger> = BTreeMap::new();
    let mut above: Option<String> = None;
    for row in rows {
        let before = reading.reported();
        let Some(official) = official_of(row, above.as_deref(), known, reading) else {
            reading.set_aside(before, &row.place);
            continue;
        };
        above = Some(official.clone());
        let text = reading.required(row, "uraian");
        let amount = reading.rupiah(row, "anggaran");
        let (code, source) = (reading.code(row, "kode"), reading.text(row, "sumber"));
        let parent = reading.code(row, "induk");
        let total = text.as_deref().and_then(|text| total::stated(text, &official, code.is_none()));
        let ledger = ledgers.entry(official).or_default();
        let (Some(text), Some(amount), true) = (text, amount, reading.reported() == before) else {
            // Its sums are not judged and its budget is not made, so there has to be a problem.
            reading.set_aside(before, &row.place);
            ledger.unreadable = true;
            continue;
        };
        match total {
            Some(total) => ledger.state(total, amount, row.place_of("anggaran")),
            None => {
                let places = [row.place_of("kode"), row.place_of("induk"), row.place_of("anggaran")];
                ledger.line(Line { places, code, text, amount, source, parent });
            }
        }
    }
    let mut result = BTreeMap::new();
    for (official, ledger) in ledgers.iter().filter(|(_, ledger)| !ledger.unreadable) {
        let budget = ledger.judge(reading);
        ledger.compare(budget.as_ref().map_or(0, |(_, total)| *total), reading);
        if let Some(budget) = budget {
            result.insert(official.clone(), budget);
        }
    }
    result
}

/// Lines without a code that say the same. With one, the code is a problem.
fn twice(lines: &[Line], reading: &mut Reading) {
    let mut known: BTreeMap<_, &Line> = BTreeMap::new();
    for line in lines.iter().filter(|line| line.code.is_none() && line.amount > 0) {
        let key = (line.text.to_lowercase(), line.amount, &line.source, &line.parent);
        if let Some(first) = known.insert(key, line) {
            reading.warn(
                Problem::new("budget.line-twice", &line.places[2])
                    .with("first", first.places[2].row.unwrap_or_default()),
            );
        }
    }
}

/// Lines without a parent whose code is below the one of another line: 4.01.01.2.01 is a part of 4.01.01, and
/// would be counted with it. Where they make up that line it is certain.
fn below(lines: &[Line], reading: &mut Reading) {
    let plain = |line: &Line| line.code.as_deref().map(|code| code.trim_end_matches('.').to_owned());
    let codes: BTreeMap<String, &Line> = lines.iter().filter_map(|line| Some((plain(line)?, line))).collect();
    let mut found: BTreeMap<&str, Vec<&Line>> = BTreeMap::new();
    for line in lines.iter().filter(|line| line.parent.is_none()) {
        let Some(code) = plain(line) else { continue };
        let mut outer = code.as_str();
        while let Some((shorter, _)) = outer.rsplit_once('.') {
            outer = shorter.trim_end_matches('.');
            if let Some((known, _)) = codes.get_key_value(outer) {
                found.entry(known).or_default().push(line);
                break;
            }
        }
    }
    for (code, inner) in found {
        let (Some(outer), Some(first)) = (codes.get(code), inner.first()) else { continue };
        let sum = inner.iter().try_fold(0_u64, |sum, line| sum.checked_add(line.amount));
        let certain = sum == Some(outer.amount) && outer.amount > 0;
        let name = if certain { "budget.counted-twice" } else { "budget.below" };
        let problem = Problem::new(name, &first.places[1]).with("code", code).with("rows", numbers(&inner));
        if certain { reading.report(problem) } else { reading.warn(problem) }
    }
}

/// The rows of some lines, as far as they are worth naming.
fn numbers(lines: &[&Line]) -> String {
    let rows = lines.iter().filter_map(|line| line.places[1].row);
    let mut rows: Vec<String> = rows.take(20).map(|row| row.to_string()).collect();
    if lines.len() > rows.len() {
        rows.push("…".to_owned());
    }
    rows.join(", ")
}

/// Puts every line below its parent, compares parents with the sum of their children, and adds up the
/// lines on top; `None` if that sum has more than 64 bits.
fn tree(lines: &[Line], reading: &mut Reading) -> (Vec<BudgetRow>, Option<u64>) {
    let mut codes: BTreeMap<&str, &Line> = BTreeMap::new();
    for line in lines {
        let Some(code) = line.code.as_deref() else { continue };
        if let Some(first) = codes.insert(code, line) {
            reading.report(
                Problem::new("budget.code-twice", &line.places[0])
                    .with("code", code)
                    .with("first", first.places[0].row.unwrap_or_default()),
            );
        }
    }
    let mut children: BTreeMap<Option<&str>, Vec<usize>> = BTreeMap::new();
    for (i, line) in lines.iter().enumerate() {
        let parent = line.parent.as_deref();
        children.entry(parent).or_default().push(i);
        if let Some(parent) = parent.filter(|parent| !codes.contains_key(parent)) {
            reading.report(Problem::new("budget.unknown-parent", &line.places[1]).with("code", parent));
        }
    }
    below(lines, reading);
    let mut rows = Vec::new();
    let mut placed = vec![false; lines.len()];
    place_children(lines, &children, None, 0, &mut placed, &mut rows);
    for (line, _) in lines.iter().zip(&placed).filter(|(line, placed)| {
        !**placed && line.parent.as_deref().is_some_and(|parent| codes.contains_key(parent))
    }) {
        reading.report(Problem::new("budget.circle", &line.places[1]));
    }
    let sum = |indices: &[usize]| indices.iter().try_fold(0_u64, |sum, &i| sum.checked_add(lines[i].amount));
    for (code, line) in &codes {
        let Some(below) = children.get(&Some(*code)) else { continue };
        if sum(below) != Some(line.amount) {
            reading.report(
                Problem::new("budget.children", &line.places[2])
                    .with("stated", rupiah(line.amount))
                    .with("computed", sum(below).map_or_else(|| "…".to_owned(), rupiah)),
            );
        }
    }
    (rows, sum(children.get(&None).map_or(&[], Vec::as_slice)))
}

fn place_children(
    lines: &[Line],
    children: &BTreeMap<Option<&str>, Vec<usize>>,
    parent: Option<&str>,
    level: u8,
    placed: &mut [bool],
    rows: &mut Vec<BudgetRow>,
) {
    let Some(below) = children.get(&parent).filter(|_| level <= 5) else { return };
    for &i in below {
        if placed[i] {
            continue;
        }
        placed[i] = true;
        let line = &lines[i];
        rows.push(BudgetRow {
            code: line.code.clone(),
            text: line.text.clone(),
            amount: line.amount,
            source: line.source.clone(),
            level,
        });
        if let Some(code) = &line.code {
            place_children(lines, children, Some(code), level + 1, placed, rows);
        }
    }
}

/// An amount for people: `4.100.832.755`.
pub fn rupiah(amount: u64) -> String {
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
