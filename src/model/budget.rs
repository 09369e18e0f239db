//! The budget of an agreement: lines below their parents, and the sums that the sheet states.

use std::collections::{BTreeMap, BTreeSet};

use pk_trust::present::grouped;
use serde::Serialize;

use super::annex::official_of;
use super::nomenclature::Rank;
use super::official::Officials;
use super::reading::Reading;
use super::total::{self, Likeness, Running, Total};
use super::{Place, Problem, Row};

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

/// Most lines of one official's budget. Below a large office there are some hundred sub-activities.
const MAX_LINES: usize = 5_000;

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

impl Line {
    fn row(&self, level: u8) -> BudgetRow {
        BudgetRow {
            code: self.code.clone(),
            text: self.text.clone(),
            amount: self.amount,
            source: self.source.clone(),
            level,
        }
    }
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

    /// The budget of an official, if it can be judged and is right.
    fn judge(&self, whose: &[Rank], reading: &mut Reading) -> Option<Budget> {
        let first = self.lines.first()?;
        if let Some(line) = self.lines.get(MAX_LINES) {
            reading.report(Problem::new("budget.too-many", &line.places[2]).with("limit", MAX_LINES));
            return None;
        }
        for (place, amount) in self.doubtful.iter().chain(&self.last) {
            reading.warn(Problem::new("budget.looks-total", place).with("amount", grouped(*amount)));
        }
        twice(&self.lines, reading);
        let before = reading.reported();
        let (placed, total) = tree(&self.lines, reading);
        let ranks = ranks(&self.lines, &placed, whose);
        if reading.reported() == before {
            misplaced(&self.lines, &placed, &ranks, whose, reading);
        }
        // 15 digits: what JSON and spreadsheets keep exactly, and a hundred times the state's budget.
        let total = total.filter(|total| *total < 1_000_000_000_000_000);
        if total.is_none() {
            reading.report(Problem::new("budget.too-large", &first.places[2]));
        }
        let rows = placed.iter().map(|(i, level)| self.lines[*i].row(*level)).collect();
        Some(Budget { heading: heading(&ranks, whose), rows, total: total? })
    }

    fn compare(&self, computed: u64, reading: &mut Reading) {
        for Stated { amount, part, place } in &self.totals {
            if *amount != computed && Some(*amount) != *part {
                reading.report(
                    Problem::new("budget.total", place)
                        .with("stated", grouped(*amount))
                        .with("computed", grouped(part.unwrap_or(computed))),
                );
            }
        }
    }
}

/// Budgets by official, from sheet `Anggaran`.
pub(super) fn budgets(
    rows: &[Row],
    officials: &Officials,
    known: &BTreeSet<String>,
    reading: &mut Reading,
) -> BTreeMap<String, Budget> {
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
        let whose = officials.find(official).map_or(&[][..], |official| officials.budget_ranks(official));
        let budget = ledger.judge(whose, reading);
        ledger.compare(budget.as_ref().map_or(0, |budget| budget.total), reading);
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

/// What each line is: its code says it. Without one it is a step above or below its neighbours in the tree, which
/// ends with the rank that the official answers for.
fn ranks(lines: &[Line], placed: &[(usize, u8)], whose: &[Rank]) -> Vec<Rank> {
    let deepest = placed.iter().map(|(_, level)| *level).max().unwrap_or_default();
    let lowest = whose.last().copied().unwrap_or(Rank::SubActivity);
    let uncoded = |level: u8| lowest.above(deepest).below(level);
    let mut above: Vec<Rank> = Vec::new();
    let mut ranks = Vec::with_capacity(placed.len());
    for (i, level) in placed {
        above.truncate(usize::from(*level));
        let coded = lines[*i].code.as_deref().and_then(Rank::of_code);
        let rank =
            coded.unwrap_or_else(|| above.last().map_or_else(|| uncoded(*level), |rank| rank.below(1)));
        above.push(rank);
        ranks.push(rank);
    }
    ranks
}

/// Heading of the column: what stands in it. An official of every rank, and one without lines, gets all of it.
fn heading(ranks: &[Rank], whose: &[Rank]) -> String {
    let mut found: BTreeSet<Rank> = ranks.iter().copied().collect();
    if found.is_empty() {
        found.extend(whose);
    }
    found.into_iter().map(Rank::heading).collect::<Vec<_>>().join("/")
}

/// Lines of a rank that the official does not answer for, and those that stand in no group. What a line without a
/// code is was only guessed, so nothing is said about it.
fn misplaced(lines: &[Line], placed: &[(usize, u8)], ranks: &[Rank], whose: &[Rank], reading: &mut Reading) {
    let Some(lowest) = whose.last() else { return };
    let mut wrong: BTreeMap<Rank, Vec<&Line>> = BTreeMap::new();
    let mut alone: BTreeMap<Rank, Vec<&Line>> = BTreeMap::new();
    for (at, ((i, level), rank)) in placed.iter().zip(ranks).enumerate() {
        let line = &lines[*i];
        if line.code.as_deref().and_then(Rank::of_code).is_none() {
            continue;
        }
        let leaf = placed.get(at + 1).is_none_or(|(_, next)| next <= level);
        if leaf && !whose.contains(rank) {
            wrong.entry(*rank).or_default().push(line);
        } else if *level == 0 && *rank > Rank::Programme && whose == [*rank] {
            alone.entry(*rank).or_default().push(line);
        }
    }
    for (rank, found) in wrong {
        reading.warn(
            Problem::new("budget.rank", &found[0].places[0])
                .with("rank", rank.heading())
                .with("own", lowest.heading())
                .with("rows", numbers(&found)),
        );
    }
    for (rank, found) in alone {
        reading.warn(
            Problem::new("budget.ungrouped", &found[0].places[1])
                .with("rank", rank.heading())
                .with("group", rank.above(1).heading())
                .with("rows", numbers(&found)),
        );
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
/// lines on top: the lines in their order, each with its depth; no sum if it has more than 64 bits.
fn tree(lines: &[Line], reading: &mut Reading) -> (Vec<(usize, u8)>, Option<u64>) {
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
    for line in lines {
        let (Some(code), Some(parent)) = (line.code.as_deref(), line.parent.as_deref()) else { continue };
        let known = Rank::of_code(code).is_some() && Rank::of_code(parent).is_some();
        if known && !code.starts_with(&format!("{}.", parent.trim_end_matches('.'))) {
            reading.warn(
                Problem::new("budget.other-parent", &line.places[1])
                    .with("code", code)
                    .with("parent", parent),
            );
        }
    }
    below(lines, reading);
    let mut order = Vec::new();
    let mut placed = vec![false; lines.len()];
    place_children(lines, &children, None, 0, &mut placed, &mut order);
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
                    .with("stated", grouped(line.amount))
                    .with("computed", sum(below).map_or_else(|| "…".to_owned(), grouped)),
            );
        }
    }
    (order, sum(children.get(&None).map_or(&[], Vec::as_slice)))
}

fn place_children(
    lines: &[Line],
    children: &BTreeMap<Option<&str>, Vec<usize>>,
    parent: Option<&str>,
    level: u8,
    placed: &mut [bool],
    order: &mut Vec<(usize, u8)>,
) {
    let Some(below) = children.get(&parent).filter(|_| level <= 5) else { return };
    for &i in below {
        if placed[i] {
            continue;
        }
        placed[i] = true;
        let line = &lines[i];
        order.push((i, level));
        if let Some(code) = &line.code {
            place_children(lines, children, Some(code), level + 1, placed, order);
        }
    }
}
