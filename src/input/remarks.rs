//! What a person sees of a sheet differs from what its cells hold: hidden rows, struck-through text, formulas
//! with old results. All of it is read, and none of it without a word.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use super::table::Grid;
use crate::model::{Place, Problem, Sheet, SheetName, Value};

/// What a workbook says about the cells of a sheet, besides their values. Rows from 1, columns from 0.
#[derive(Debug, Default)]
pub(super) struct Remarks {
    /// Cells about which there is something to say.
    pub(super) marks: BTreeMap<(u32, u32), Marks>,
    /// Rows with content that are hidden, by hand or by a filter.
    pub(super) hidden_rows: BTreeSet<u32>,
    pub(super) hidden_columns: Vec<RangeInclusive<u32>>,
    pub(super) merged: Vec<Area>,
    /// Whether the workbook asks to be calculated when it is opened.
    pub(super) recalculates: bool,
}

/// What there is to say about one cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Marks {
    /// It holds a formula.
    pub(super) formula: bool,
    /// Its formula takes something from another workbook.
    pub(super) external: bool,
    /// There is a line through its text, or a part of it.
    pub(super) struck: bool,
    /// Its number format shows nothing.
    pub(super) unseen: bool,
    /// Its number is shown with separators, more decimals or words, or its text with words.
    pub(super) dressed: bool,
    /// Its content is shown with words that could change an amount, or words are shown instead.
    pub(super) worded: bool,
    /// Its number is shown divided by thousands.
    pub(super) scaled: bool,
    /// A part of its text stands above or below the line, and is kept as if it stood on it.
    pub(super) raised_run: bool,
    /// All of it stands above or below the line.
    pub(super) raised: bool,
    /// It is drawn with a font of signs or pictures.
    pub(super) signs: bool,
    /// Its text has the form that a spreadsheet gives to a date.
    pub(super) date: bool,
}

/// Cells that are merged into one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Area {
    pub(super) rows: RangeInclusive<u32>,
    pub(super) columns: RangeInclusive<u32>,
}

/// Rows that are looked at for merged cells. Merged areas do not overlap, so honest ones stay far below.
const MAX_LOOKS: usize = 1_000_000;

/// Groups of rows that one warning names.
const MAX_GROUPS: usize = 20;

/// Where numbers may be shown with separators: it is known what is meant, or how it will be printed.
const AMOUNTS: [&str; 2] = ["anggaran", "nilai"];

/// Columns in which a 0 may be meant, and a formula may have made one of an empty cell.
const FIGURES: [&str; 6] = ["target", "tw1", "tw2", "tw3", "tw4", "anggaran"];

/// Columns in which every character counts.
const EXACT: [&str; 10] = ["target", "tw1", "tw2", "tw3", "tw4", "anggaran", "kode", "induk", "nip", "nilai"];

/// Columns in which a date is hardly ever meant, but much looks like one to a spreadsheet: 4.01.02, 2-3.
const DATELESS: [&str; 7] = ["kode", "induk", "target", "tw1", "tw2", "tw3", "tw4"];

/// Says everything about the cells under `columns` in the rows of `grid` from `first` on.
pub(super) fn look(
    sheet: &Sheet,
    grid: &Grid,
    first: usize,
    columns: &BTreeMap<u32, &'static str>,
    place: &Place,
    problems: &mut Vec<Problem>,
    warnings: &mut Vec<Problem>,
) {
    let rows = grid.rows.get(first..).unwrap_or_default();
    let look = Look { sheet, grid, rows, columns, place };
    look.hidden(warnings);
    look.formulas(warnings);
    look.cells(problems, warnings);
    look.merged(warnings);
}

struct Look<'a> {
    sheet: &'a Sheet,
    grid: &'a Grid,
    rows: &'a [(u32, BTreeMap<u32, Value>)],
    columns: &'a BTreeMap<u32, &'static str>,
    place: &'a Place,
}

impl Look<'_> {
    /// The used cells of a row that are not empty, each with its column.
    fn used<'b>(
        &'b self,
        cells: &'b BTreeMap<u32, Value>,
    ) -> impl Iterator<Item = (u32, &'static str, &'b Value)> {
        self.columns.iter().filter_map(|(index, name)| Some((*index, *name, cells.get(index)?)))
    }

    fn marks(&self, row: u32, column: u32) -> Marks {
        self.grid.remarks.marks.get(&(row, column)).copied().unwrap_or_default()
    }

    fn hidden(&self, warnings: &mut Vec<Problem>) {
        let rows: Vec<u32> = self
            .rows
            .iter()
            .filter(|(row, cells)| {
                self.grid.remarks.hidden_rows.contains(row) && self.used(cells).next().is_some()
            })
            .map(|(row, _)| *row)
            .collect();
        if let Some(first) = rows.first() {
            let place = self.place.row(*first);
            warnings.push(
                Problem::new("row.hidden", &place).with("count", rows.len()).with("rows", groups(&rows)),
            );
        }
        for (index, name) in self.columns {
            let hidden = self.grid.remarks.hidden_columns.iter().any(|columns| columns.contains(index));
            if hidden && self.rows.iter().any(|(_, cells)| cells.contains_key(index)) {
                warnings.push(Problem::new("column.hidden", &self.place.column(*name)).with("column", name));
            }
        }
    }

    fn formulas(&self, warnings: &mut Vec<Problem>) {
        let of_kind = |wanted: fn(Marks) -> bool| {
            let cells = self.rows.iter().flat_map(|(row, cells)| {
                self.used(cells).map(move |(index, name, value)| (*row, index, name, value))
            });
            // A cell without a result is a problem of its own.
            let cells = cells.filter(|(_, _, _, value)| !matches!(value, Value::Absent(_)));
            let mut cells = cells.filter(|(row, index, ..)| wanted(self.marks(*row, *index)));
            let first = cells.next()?;
            Some((self.place.row(first.0).column(first.2), 1 + cells.count()))
        };
        let recalculates = self.grid.remarks.recalculates;
        let stale = recalculates.then(|| of_kind(|marks| marks.formula)).flatten();
        let external = of_kind(|marks| marks.external);
        for (code, found) in [("formula.stale", stale), ("formula.external", external)] {
            if let Some((place, count)) = found {
                warnings.push(Problem::new(code, &place).with("count", count));
            }
        }
    }

    /// One warning for all rows in which it is the same columns: a thousand rows that are struck through are one
    /// thing to say.
    fn cells(&self, problems: &mut Vec<Problem>, warnings: &mut Vec<Problem>) {
        let report = |list: &mut Vec<Problem>, code, wanted: &dyn Fn(&'static str, &Value, Marks) -> bool| {
            let mut found: BTreeMap<Vec<&str>, Vec<u32>> = BTreeMap::new();
            for (row, cells) in self.rows {
                let names: Vec<&str> = self
                    .used(cells)
                    .filter(|(index, name, value)| wanted(name, value, self.marks(*row, *index)))
                    .map(|(_, name, _)| name)
                    .collect();
                if !names.is_empty() {
                    found.entry(names).or_default().push(*row);
                }
            }
            for (names, rows) in found {
                let place = rows.first().map_or_else(|| self.place.clone(), |first| self.place.row(*first));
                let place = place.column(names.join(", "));
                list.push(Problem::new(code, &place).with("rows", groups(&rows)));
            }
        };
        report(problems, "cell.raised", &|name, _, marks| marks.raised_run && EXACT.contains(&name));
        report(warnings, "cell.raised", &|name, _, marks| {
            marks.raised || marks.raised_run && !EXACT.contains(&name)
        });
        report(warnings, "cell.date-form", &|name, _, marks| marks.date && DATELESS.contains(&name));
        report(warnings, "cell.signs", &|_, _, marks| marks.signs);
        report(warnings, "cell.struck", &|_, _, marks| marks.struck);
        report(warnings, "cell.unseen", &|_, _, marks| marks.unseen);
        report(warnings, "cell.shown-otherwise", &|name, value, marks| {
            // What has decimals is asked about anyway.
            let read = match value {
                Value::Number(number) => number.fract() == 0.0,
                value => matches!(value, Value::Text(_)),
            };
            read && (marks.scaled || if AMOUNTS.contains(&name) { marks.worded } else { marks.dressed })
        });
        report(warnings, "formula.zero", &|name, value, marks| {
            marks.formula && FIGURES.contains(&name) && *value == Value::Number(0.0)
        });
    }

    fn merged(&self, warnings: &mut Vec<Problem>) {
        let mut looks = 0;
        for area in &self.grid.remarks.merged {
            let (top, left) = (*area.rows.start(), *area.columns.start());
            let from = self.rows.partition_point(|(row, _)| row < area.rows.start());
            let rows = self.rows.get(from..).unwrap_or_default();
            let head = rows.first().filter(|(row, _)| *row == top).and_then(|(_, cells)| cells.get(&left));
            let (mut covered, mut empty) = (None, None);
            for (row, cells) in rows.iter().take_while(|(row, _)| area.rows.contains(row)) {
                looks += 1;
                if looks > MAX_LOOKS {
                    warnings.push(Problem::new("sheet.merged", self.place));
                    return;
                }
                for (index, name) in self.columns.range(area.columns.clone()) {
                    if (*row, *index) == (top, left) {
                        continue;
                    }
                    let place = || self.place.row(*row).column(*name);
                    if cells.contains_key(index) {
                        covered.get_or_insert_with(place);
                    } else if head.is_some() && !self.means_as_above(name) {
                        empty.get_or_insert_with(place);
                    }
                }
            }
            for (code, found) in [("cell.covered", covered), ("cell.merged", empty)] {
                if let Some(place) = found {
                    warnings.push(Problem::new(code, &place));
                }
            }
        }
    }

    /// Whether an empty cell of this column takes what stands above it, or is a problem anyway.
    fn means_as_above(&self, name: &str) -> bool {
        let required = self.sheet.columns.iter().any(|column| column.name == name && column.required);
        required || matches!((self.sheet.name, name), (SheetName::Sasaran | SheetName::Anggaran, "pejabat"))
    }
}

/// `3–5, 9`
fn groups(rows: &[u32]) -> String {
    let mut groups: Vec<RangeInclusive<u32>> = Vec::new();
    for row in rows {
        match groups.last_mut().filter(|last| last.end().checked_add(1) == Some(*row)) {
            Some(last) => *last = *last.start()..=*row,
            None => groups.push(*row..=*row),
        }
    }
    let more = groups.len() > MAX_GROUPS;
    let mut texts: Vec<String> = groups
        .iter()
        .take(MAX_GROUPS)
        .map(|group| match group.end() - group.start() {
            0 => group.start().to_string(),
            _ => format!("{}–{}", group.start(), group.end()),
        })
        .collect();
    if more {
        texts.push("…".to_owned());
    }
    texts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_named_in_groups() {
        assert_eq!(groups(&[3, 4, 5, 9]), "3–5, 9");
        assert_eq!(groups(&[7]), "7");
        let many: Vec<u32> = (0..100).map(|n| n * 2).collect();
        assert!(groups(&many).ends_with("38, …"));
    }
}
