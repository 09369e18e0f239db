//! The annex: its tables row by row, how high each is, and where pages end.

use std::borrow::Cow;
use std::sync::Arc;

use serde::Serialize;

use super::data::{Agreed, Budget, Data};
use super::sheet::{self, Sign};
use super::{Breaking, Face, Layout, MM, Ruler};

/// Space left and right in a cell, as in `templates/perjanjian-kinerja/annex.typ`.
const PAD_X: f64 = 4.0;

/// The steps of the space above and below; the loosest with which all of it fits on a page.
const PADS: [f64; 5] = [5.0, 4.5, 4.0, 3.6, 3.2];

/// For what needs several pages.
const DEFAULT_PAD: f64 = 4.0;

/// In the row with the numbers of the columns.
const NUMBER_PAD: f64 = 3.2;

/// Between heading, tables and sign block.
const GAP: f64 = 5.0 * MM;
const SIGN_GAP: f64 = 7.0 * MM;

/// Kept free where all of it is to fit on a page.
const RESERVE: f64 = MM;

/// One level of a budget further in.
const INDENT: f64 = 5.0 * MM;

/// What Typst takes two lengths for equal within, in points.
const SLACK: f64 = 1e-4;

/// The annex as the template reads it.
#[derive(Clone, Debug, Serialize)]
pub(in crate::render) struct Annex {
    tables: Vec<Table>,
    sign: Sign,
    /// The last table, should it have to be divided.
    #[serde(skip)]
    last: Arc<Draft>,
    /// Whether its last rows can be set apart with the sign block: rows of absurd length have to break.
    #[serde(skip)]
    can_part: bool,
    /// Pages; `None` if there is a row of which nobody knows where it breaks.
    #[serde(skip)]
    pages: Option<usize>,
    /// Of the sign block, from the upper edge of what is printed.
    #[serde(skip)]
    sign_y: Option<f64>,
}

/// One table.
#[derive(Clone, Debug, Serialize)]
struct Table {
    columns: Vec<f64>,
    /// Space above and below in a cell.
    pad: f64,
    header: Vec<String>,
    numbers: Vec<String>,
    /// Heights of header and rows; `None` for a row in which a page may end.
    heights: Vec<Option<f64>>,
    rows: Vec<Vec<Cell>>,
    /// Whether there is a gap before it: the second part of a table has none.
    gap: bool,
    /// Whether it stays with the sign block.
    together: bool,
}

/// One cell. What is left out is as in most.
#[derive(Clone, Debug, Default, Serialize)]
struct Cell {
    t: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    align: Option<&'static str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    bold: bool,
    /// Size of its text, in points.
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<f64>,
    /// Rows and columns.
    #[serde(skip_serializing_if = "Option::is_none")]
    over: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    across: Option<usize>,
    /// Whether a page may end in it.
    #[serde(rename = "break", skip_serializing_if = "Option::is_none")]
    breaks: Option<bool>,
    /// Without a line there: `top`, `bottom`, `both`.
    #[serde(skip_serializing_if = "Option::is_none")]
    open: Option<&'static str>,
    /// Further in, in points.
    #[serde(skip_serializing_if = "Option::is_none")]
    indent: Option<f64>,
}

impl Cell {
    fn new(text: impl Into<String>) -> Self {
        Self { t: text.into(), ..Self::default() }
    }

    fn aligned(text: impl Into<String>, align: &'static str) -> Self {
        Self { align: Some(align), ..Self::new(text) }
    }
}

/// A table before it is known how close its rows stand and where it is divided.
#[derive(Debug, Default)]
struct Draft {
    columns: Vec<f64>,
    header: Vec<String>,
    /// Height of the text of the header.
    header_text: f64,
    numbers: Vec<String>,
    /// Height of one line.
    line: f64,
    rows: Vec<Row>,
    /// The last rows, which go along with the sign block.
    tail: usize,
    /// Rows higher than this may break.
    tall: f64,
}

/// One row.
#[derive(Debug, Default)]
struct Row {
    cells: Vec<Cell>,
    /// Height of the text in its own cells.
    text: f64,
    /// A cell over this row and those before it: how many, and the height of its text.
    over: Option<(usize, f64)>,
    /// Whether no page ends before it.
    joined: bool,
    /// Rows from here to the end of its objective, whose first cells are one open, empty cell.
    rest: usize,
}

impl Annex {
    pub(super) fn plan(agreed: &Agreed<'_>, data: &Data<'_>, layout: &Layout, ruler: &Ruler<'_>) -> Self {
        let (width, height) = layout.room();
        let style = Style { ruler, width, tall: height };
        let mut drafts = vec![style.targets(agreed)];
        drafts.extend(agreed.budget.as_ref().map(|budget| style.budget(budget)));
        let title = sheet::title(data, &["LAMPIRAN"], width, ruler);
        let sign = Sign::plan(data, ruler.size, width, ruler);
        let whole = |pad: f64| {
            let tables =
                drafts.iter().map(|draft| GAP + draft.header(pad) + draft.heights(pad).iter().sum::<f64>());
            title + tables.sum::<f64>() + SIGN_GAP + sign.height
        };
        let fitting = PADS.into_iter().find(|pad| whole(*pad) <= height - RESERVE);
        let pad = fitting.unwrap_or(DEFAULT_PAD);
        let mut tables: Vec<Table> =
            drafts.iter().map(|draft| draft.table(pad, 0, draft.rows.len())).collect();
        let (mut pages, mut sign_y, mut can_part) = (None, None, false);
        if let Some(last) = drafts.last() {
            let cut = last.cut();
            let tail: f64 = last.heights(pad).get(cut..).unwrap_or_default().iter().sum();
            let apart = last.header(pad) + tail + SIGN_GAP + sign.height;
            can_part = apart <= height;
            if fitting.is_some() {
                pages = Some(1);
                sign_y = Some(whole(pad) - sign.height);
            } else if can_part && tables.iter().all(|table| table.heights.iter().all(Option::is_some)) {
                let mut flow = Flow { page: 1, y: title, height };
                for (i, draft) in drafts.iter().enumerate() {
                    flow.y += GAP;
                    flow.table(draft, pad, if i + 1 == drafts.len() { cut } else { draft.rows.len() });
                }
                // The place where the row before the tail ends is the same in both cases.
                if cut > 0 && flow.y + tail + SIGN_GAP + sign.height <= height {
                    sign_y = Some(flow.y + tail + SIGN_GAP);
                } else {
                    flow.make_room(apart);
                    sign_y = Some(flow.y + apart - sign.height);
                    divide(&mut tables, last, pad);
                }
                pages = Some(flow.page);
            }
        }
        let last = Arc::new(drafts.pop().unwrap_or_default());
        Self { tables, sign, last, can_part, pages, sign_y }
    }

    pub(super) const fn pages(&self) -> Option<usize> {
        self.pages
    }

    pub(super) const fn sign_y(&self) -> Option<f64> {
        self.sign_y
    }

    /// Whether the sign block can take the last rows along, and does not yet.
    pub(super) fn can_part(&self) -> bool {
        self.can_part && self.tables.last().is_some_and(|table| !table.together)
    }

    /// Sets the last rows apart, with the sign block.
    pub(super) fn part(&mut self) {
        let pad = self.tables.last().map_or(DEFAULT_PAD, |table| table.pad);
        divide(&mut self.tables, &self.last, pad);
    }
}

/// Makes a table of its own of the last rows of the last one, with the header.
fn divide(tables: &mut Vec<Table>, last: &Draft, pad: f64) {
    let cut = last.cut();
    tables.pop();
    if cut > 0 {
        tables.push(last.table(pad, 0, cut));
    }
    tables.push(Table { gap: cut == 0, together: true, ..last.table(pad, cut, last.rows.len()) });
}

impl Draft {
    /// The row before which it is divided.
    fn cut(&self) -> usize {
        self.rows.len().saturating_sub(self.tail)
    }

    fn header(&self, pad: f64) -> f64 {
        let numbers = if self.numbers.is_empty() { 0.0 } else { self.line + 2.0 * NUMBER_PAD };
        self.header_text + 2.0 * pad + numbers
    }

    /// The height of each row. A cell over several rows makes the last of them higher, if it has to.
    fn heights(&self, pad: f64) -> Vec<f64> {
        let mut heights: Vec<f64> = Vec::with_capacity(self.rows.len());
        for row in &self.rows {
            let mut height = row.text + 2.0 * pad;
            if let Some((rows, text)) = row.over {
                let before: f64 = heights.iter().rev().take(rows - 1).sum();
                height = height.max(text + 2.0 * pad - before);
            }
            heights.push(height);
        }
        heights
    }

    /// The rows `from` to `to` as a table.
    fn table(&self, pad: f64, from: usize, to: usize) -> Table {
        let mut heights = vec![Some(self.header_text + 2.0 * pad)];
        if !self.numbers.is_empty() {
            heights.push(Some(self.line + 2.0 * NUMBER_PAD));
        }
        let all = self.heights(pad);
        let mut rows = Vec::with_capacity(to - from);
        let mut open_to = from;
        for (i, row) in self.rows.iter().enumerate().take(to).skip(from) {
            let height = all.get(i).copied().unwrap_or_default();
            let breaks = height > self.tall;
            heights.push((!breaks).then_some(height));
            let mut cells = Vec::with_capacity(row.cells.len() + 2);
            if row.rest > 0 && i >= open_to {
                open_to = i + row.rest;
                let open = Cell {
                    over: Some(row.rest.min(to - i)),
                    breaks: Some(true),
                    open: Some("top"),
                    ..Cell::default()
                };
                cells.extend([open.clone(), open]);
            }
            cells.extend(row.cells.iter().cloned().map(|mut cell| {
                // Of a row that may break, all of it may.
                if breaks {
                    cell.breaks = Some(true);
                }
                cell
            }));
            rows.push(cells);
        }
        Table {
            columns: self.columns.clone(),
            pad,
            header: self.header.clone(),
            numbers: self.numbers.clone(),
            heights,
            rows,
            gap: true,
            together: false,
        }
    }
}

/// How the rows of tables fill the pages.
struct Flow {
    page: usize,
    /// From the upper edge of what is printed.
    y: f64,
    height: f64,
}

impl Flow {
    /// The first rows of a table, with its header on every page.
    fn table(&mut self, draft: &Draft, pad: f64, to: usize) {
        let (header, heights) = (draft.header(pad), draft.heights(pad));
        let mut from = 0;
        while from < to {
            let more = draft.rows.iter().take(to).skip(from + 1).take_while(|row| row.joined).count();
            let group: f64 = heights.get(from..=from + more).unwrap_or_default().iter().sum();
            if from == 0 {
                // A header is not left alone.
                self.make_room(header + group);
                self.y += header;
            } else if self.make_room(group) {
                self.y += header;
            }
            self.y += group;
            from += more + 1;
        }
    }

    /// Goes on to the next page if this much has no room on the present one.
    fn make_room(&mut self, height: f64) -> bool {
        let full = self.y + height > self.height + SLACK;
        if full {
            self.page += 1;
            self.y = 0.0;
        }
        full
    }
}

/// What the tables are set in.
struct Style<'s> {
    ruler: &'s Ruler<'s>,
    width: f64,
    tall: f64,
}

/// A text as it comes into a cell.
struct Text<'t> {
    text: Cow<'t, str>,
    /// Smaller than the others, in points.
    size: Option<f64>,
    height: f64,
}

impl Style<'_> {
    /// Height of a text in a column.
    fn height(&self, text: &str, face: &Face, size: f64, width: f64) -> f64 {
        let lines = match text {
            "" => 0,
            text => self.ruler.lines(&[(text, face)], size, width - 2.0 * PAD_X, Breaking::Simple),
        };
        self.ruler.height(lines, size, 0.5 * size)
    }

    /// A text of which a word may be too long for its column and would stand over into the next one: it is set a little
    /// smaller, and if that is not enough it may break anywhere.
    fn snug<'t>(&self, text: &'t str, face: &Face, width: f64) -> Text<'t> {
        let (regular, size) = (self.ruler.regular, self.ruler.table);
        let room = width - 2.0 * PAD_X;
        let words = text.split(|c: char| c.is_whitespace() || matches!(c, '/' | '–' | '-'));
        // Only long words are worth measuring.
        let long: Vec<(&str, f64)> = words
            .filter(|word| word.len() > 10)
            .map(|word| (word, self.ruler.width(&[(word, regular)], size)))
            .collect();
        let widest = long.iter().map(|(_, width)| *width).fold(0.0, f64::max);
        if widest <= room {
            return Text { text: text.into(), size: None, height: self.height(text, face, size, width) };
        }
        if widest * 0.75 <= room {
            let size = size * (room / widest);
            return Text {
                text: text.into(),
                size: Some(size),
                height: self.height(text, face, size, width),
            };
        }
        let mut broken = text.to_owned();
        for (word, _) in long.iter().filter(|(_, width)| *width > room) {
            broken = broken.replace(word, &breakable(word));
        }
        let height = self.height(&broken, face, size, width);
        Text { text: broken.into(), size: None, height }
    }

    fn cell(text: &Text<'_>, align: Option<&'static str>) -> Cell {
        Cell { size: text.size, align, ..Cell::new(text.text.as_ref()) }
    }

    /// Header of columns with these labels.
    fn draft(&self, columns: Vec<f64>, labels: Vec<String>) -> Draft {
        let size = self.ruler.table;
        let heights = labels.iter().zip(&columns).map(|(label, width)| {
            // A cell over all of its column, bold.
            self.height(label, self.ruler.bold, size, *width)
        });
        Draft {
            header_text: heights.fold(0.0, f64::max),
            header: labels,
            columns,
            line: self.ruler.regular.line(size),
            tall: self.tall * 0.3,
            ..Draft::default()
        }
    }

    /// Objectives, indicators, targets.
    fn targets(&self, agreed: &Agreed<'_>) -> Draft {
        let units = agreed.unit_column;
        let (no, target) = (10.0 * MM, if units { 24.0 * MM } else { 32.0 * MM });
        let unit = if units { 25.0 * MM } else { 0.0 };
        let rest = self.width - no - target - unit;
        let objective = rest * 0.44;
        let indicator = rest - objective;
        let mut columns = vec![no, objective, indicator];
        let mut labels =
            vec!["No".to_owned(), agreed.objective_heading.to_string(), agreed.indicator_heading.to_string()];
        if units {
            columns.push(unit);
            labels.push("Satuan".to_owned());
        }
        columns.push(target);
        labels.push("Target".to_owned());
        let mut draft = self.draft(columns, labels);
        if agreed.number_row {
            draft.numbers = (1..=draft.header.len()).map(|i| format!("({i})")).collect();
        }
        let regular = self.ruler.regular;
        for (number, of) in agreed.objectives.iter().enumerate() {
            let own = self.snug(&of.text, regular, objective);
            let mut rows: Vec<Row> = of
                .indicators
                .iter()
                .map(|of| {
                    let printed = if units {
                        Cow::Borrowed(of.target.as_ref())
                    } else {
                        with_unit(&of.target, of.unit.as_deref())
                    };
                    let texts = [
                        Some((self.snug(&of.text, regular, indicator), None)),
                        units.then(|| {
                            (self.snug(of.unit.as_deref().unwrap_or_default(), regular, unit), Some("center"))
                        }),
                        Some((self.snug(&printed, regular, target), Some("center"))),
                    ];
                    let mut row = Row::default();
                    for (text, align) in texts.iter().flatten() {
                        row.text = row.text.max(text.height);
                        row.cells.push(Self::cell(text, *align));
                    }
                    row
                })
                .collect();
            if rows.is_empty() {
                // An error elsewhere; here it still gets a row.
                rows.push(Row { cells: vec![Cell::default(); if units { 3 } else { 2 }], ..Row::default() });
            }
            self.lead(&mut rows, &own, number + 1);
            draft.tail = rows.iter().rev().take_while(|row| row.rest > 0).count().min(2);
            if draft.tail == 0 {
                draft.tail = rows.len();
            }
            draft.rows.append(&mut rows);
        }
        draft
    }

    /// Gives the rows of an objective its number and text. The text stays with the first `lead` indicators; the rows
    /// after them have an open, empty cell and may go to the next page.
    fn lead(&self, rows: &mut [Row], own: &Text<'_>, number: usize) {
        let pad = 2.0 * DEFAULT_PAD;
        let height = |rows: &[Row]| rows.iter().map(|row| row.text + pad).sum::<f64>();
        let count = rows.len();
        let mut lead = count;
        if count > 3 && height(rows).max(own.height + pad) > 45.0 * MM {
            lead = 2;
            while lead < count && height(&rows[..lead]) < own.height + pad {
                lead += 1;
            }
        }
        let joined = height(&rows[..lead]).max(own.height + pad) < self.tall * 0.5;
        for (i, row) in rows.iter_mut().enumerate() {
            row.joined = joined && i > 0 && i < lead;
            row.rest = if i < lead { 0 } else { count - i };
        }
        rows[lead - 1].over = Some((lead, own.height));
        let span = Cell {
            over: Some(lead),
            breaks: Some(!joined),
            open: (lead < count).then_some("bottom"),
            ..Cell::default()
        };
        let number = Cell { align: Some("center"), t: number.to_string(), ..span };
        let text = Cell { t: own.text.to_string(), size: own.size, ..span };
        rows[0].cells.splice(0..0, [number, text]);
    }

    /// The budget, with its total.
    fn budget(&self, budget: &Budget<'_>) -> Draft {
        let (no, amount, source) = (10.0 * MM, 41.0 * MM, 26.0 * MM);
        let text = self.width - no - amount - source;
        let labels = ["No", &budget.heading, "Anggaran (Rp)", "Keterangan"].map(str::to_owned).to_vec();
        let mut draft = self.draft(vec![no, text, amount, source], labels);
        let deep = budget.rows.iter().any(|row| row.level > 0);
        // Only the top level is counted; what stands under it is indented.
        let mut number = 0;
        let mut chain = 0;
        for (i, of) in budget.rows.iter().enumerate() {
            let bold = deep && of.level == 0;
            let face = if bold { self.ruler.bold } else { self.ruler.regular };
            let size = self.ruler.table;
            let mut cells = Vec::with_capacity(4);
            number += usize::from(of.level == 0);
            let before = i.checked_sub(1).and_then(|before| budget.rows.get(before));
            // A row stays with the first row under it. Such a chain is one cell in the first column; within a row of
            // the top level the chains look like one tall cell.
            let joined = before.is_some_and(|before| of.level > before.level);
            if !joined {
                chain = i;
                let levels = budget.rows.iter().skip(i).map(|row| row.level);
                let length =
                    1 + levels.clone().zip(levels.skip(1)).take_while(|(above, below)| below > above).count();
                let inner = budget.rows.get(i + length).is_some_and(|next| next.level > 0);
                let open = match (of.level > 0, inner) {
                    (true, true) => Some("both"),
                    (true, false) => Some("top"),
                    (false, true) => Some("bottom"),
                    (false, false) => None,
                };
                let shown = if of.level == 0 { number.to_string() } else { String::new() };
                cells.push(Cell {
                    over: Some(length),
                    breaks: Some(false),
                    open,
                    bold,
                    ..Cell::aligned(shown, "center")
                });
            }
            let printed = match of.code.as_deref().filter(|code| !code.is_empty()) {
                Some(code) => format!("{code} {}", of.text),
                None => of.text.to_string(),
            };
            let indent = f64::from(of.level) * INDENT;
            let sum = thousands(of.amount);
            let from = self.snug(of.source.as_deref().unwrap_or_default(), face, source);
            let height = self
                .height(&printed, face, size, text - indent)
                .max(self.height(&sum, face, size, amount))
                .max(from.height);
            cells.push(Cell { bold, indent: (of.level > 0).then_some(indent), ..Cell::new(printed) });
            cells.push(Cell { bold, ..Cell::aligned(sum, "right") });
            cells.push(Cell { bold, ..Self::cell(&from, Some("center")) });
            draft.rows.push(Row { cells, text: height, joined, ..Row::default() });
        }
        let total = thousands(budget.total);
        let height = self.height(&total, self.ruler.bold, self.ruler.table, amount).max(draft.line);
        draft.rows.push(Row {
            cells: vec![
                Cell { bold: true, across: Some(2), ..Cell::aligned("TOTAL", "center") },
                Cell { bold: true, ..Cell::aligned(total, "right") },
                Cell::default(),
            ],
            text: height,
            ..Row::default()
        });
        // The total with the chain before it.
        draft.tail = draft.rows.len() - chain;
        draft
    }
}

/// A word that may break anywhere.
fn breakable(word: &str) -> String {
    let mut broken = String::with_capacity(word.len() * 4);
    for c in word.chars() {
        if !broken.is_empty() && !unicode_normalization::char::is_combining_mark(c) {
            broken.push('\u{200b}');
        }
        broken.push(c);
    }
    broken
}

/// Target with its unit, for tables without a column of units. The target itself is never touched; the unit is left out
/// where it would be said twice (`100 %` and `%`, `Level 3` and `Level`) or where the target is no quantity (`WTP`, `BB`, `-`).
fn with_unit<'t>(target: &'t str, unit: Option<&str>) -> Cow<'t, str> {
    const PERCENT: [&str; 3] = ["%", "persen", "prosen"];
    let unit = unit.unwrap_or_default().trim();
    let (said, lower) = (target.trim().to_lowercase(), unit.to_lowercase());
    let twice = lower.is_empty()
        || said.ends_with(&lower)
        || said.split_whitespace().any(|word| word == lower)
        || (PERCENT.contains(&lower.as_str()) && PERCENT.iter().any(|percent| said.ends_with(percent)));
    if twice || !said.contains(|c: char| c.is_ascii_digit()) {
        return target.into();
    }
    format!("{target}{}{unit}", if lower == "%" { "" } else { " " }).into()
}

/// `4100832755` as `4.100.832.755`.
fn thousands(amount: u64) -> String {
    let digits = amount.to_string();
    let mut grouped = String::with_capacity(digits.len() * 4 / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            grouped.push('.');
        }
        grouped.push(digit);
    }
    grouped
}
