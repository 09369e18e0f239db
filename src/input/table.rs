//! From a grid of cells to rows under known headings.

use std::collections::BTreeMap;

use super::remarks::{self, Remarks};
use crate::model::{Place, Problem, Row, Sheet, SheetName, Value};

/// Headings may stand below title rows, but not deeper than this.
const HEADING_ROWS: usize = 30;

/// Cells of one sheet that are named one by one.
const MANY: usize = 20;

/// A grid of cells.
#[derive(Debug, Default)]
pub(super) struct Grid {
    /// Rows in order, each with its number as the user sees it and its cells by column.
    pub(super) rows: Vec<(u32, BTreeMap<u32, Value>)>,
    /// What else there is to say about it.
    pub(super) remarks: Remarks,
}

/// Finds the headings of `sheet` in a grid and reads the rows below them.
pub(super) fn rows(
    sheet: &Sheet,
    grid: Grid,
    place: &Place,
    problems: &mut Vec<Problem>,
    warnings: &mut Vec<Problem>,
) -> Vec<Row> {
    let Some(at) = heading_row(sheet, &grid) else {
        // Headings made by formulas that nobody calculated.
        for (row, cells) in grid.rows.iter().take(HEADING_ROWS) {
            for value in cells.values() {
                if let Value::Absent(code) = value {
                    problems.push(Problem::new(code, &place.row(*row)));
                }
            }
        }
        problems.push(Problem::new("sheet.no-headings", place).with(
            "columns",
            sheet.columns.iter().filter(|c| c.required).map(|c| c.name).collect::<Vec<_>>().join(", "),
        ));
        return Vec::new();
    };
    let (number, headings) = &grid.rows[at];
    if sheet.name == SheetName::Anggaran {
        units(grid.rows.get(..at).unwrap_or_default(), place, problems);
    }
    let heading_place = place.row(*number);
    let mut columns: BTreeMap<u32, &'static str> = BTreeMap::new();
    for (index, value) in headings {
        if let Value::Absent(code) = value {
            problems.push(Problem::new(code, &heading_place));
        }
        let Value::Text(text) = value else { continue };
        let name = normal(text);
        match sheet.columns.iter().find(|c| c.name == name) {
            Some(column) if columns.values().any(|known| *known == column.name) => {
                problems.push(Problem::new("column.twice", &heading_place).with("column", column.name));
            }
            Some(column) => {
                columns.insert(*index, column.name);
            }
            // Kept out with a warning, never guessed: a misspelt heading would lose a column.
            None if !text.trim().is_empty() => {
                warnings.push(Problem::new("column.unknown", &heading_place).with("column", text.trim()));
            }
            None => {}
        }
    }
    for column in sheet.columns.iter().filter(|c| c.required && !columns.values().any(|n| *n == c.name)) {
        problems.push(Problem::new("column.missing", &heading_place).with("column", column.name));
    }
    remarks::look(sheet, &grid, at + 1, &columns, place, problems, warnings);
    absent(&grid.rows[at + 1..], &columns, place, problems);
    let Grid { rows, remarks } = grid;
    drop(remarks);
    // Moved, not copied: there may be a million.
    rows.into_iter()
        .skip(at + 1)
        .filter(|(_, cells)| !is_number_row(cells))
        .filter_map(|(number, mut cells)| {
            let row = columns.iter().fold(Row::new(place.row(number)), |row, (index, name)| {
                match cells.remove(index).filter(|value| !is_blank(value)) {
                    Some(value) => row.with(name, value),
                    None => row,
                }
            });
            (!row.is_empty()).then_some(row)
        })
        .collect()
}

/// Titles above the budget that say that its amounts are no rupiah.
fn units(titles: &[(u32, BTreeMap<u32, Value>)], place: &Place, problems: &mut Vec<Problem>) {
    for (row, cells) in titles {
        for value in cells.values() {
            if let Value::Text(text) = value
                && names_a_unit(text)
            {
                let text: String = text.trim().chars().take(100).collect();
                problems.push(Problem::new("amount.unit", &place.row(*row)).with("value", text));
            }
        }
    }
}

/// `(dalam ribuan rupiah)`, `dalam jutaan`, `Rp juta`, `Rp 000`. `Rp 5 miliar` is an amount.
fn names_a_unit(text: &str) -> bool {
    const SCALES: [&str; 14] = [
        "ribu",
        "ribuan",
        "rb",
        "juta",
        "jutaan",
        "jt",
        "miliar",
        "miliaran",
        "milyar",
        "milyaran",
        "triliun",
        "triliunan",
        "trilyun",
        "trilyunan",
    ];
    const ZEROS: [&str; 6] = ["000", "000000", "000000000", "1000", "1000000", "1000000000"];
    let money = |word: &str| matches!(word, "rp" | "rupiah" | "idr");
    // Points group the digits of one number.
    let text: String = text.to_lowercase().chars().filter(|c| !matches!(c, '.' | ',')).collect();
    let words: Vec<&str> =
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.iter().enumerate().any(|(index, word)| {
        let before = index.checked_sub(1).and_then(|index| words.get(index)).copied().unwrap_or_default();
        let after = words.get(index + 1).copied().unwrap_or_default();
        if SCALES.contains(word) {
            let amount = before.bytes().any(|byte| byte.is_ascii_digit());
            return !amount && (matches!(before, "dalam" | "satuan") || money(before) || money(after));
        }
        let number = word.strip_prefix("rp").filter(|rest| !rest.is_empty());
        ZEROS.contains(&number.unwrap_or(word))
            && (number.is_some() || before == "x" || money(before) || money(after))
    })
}

/// Contents that are not in the file are problems of their cells, which the model reports together with all others.
/// Many of them are one problem: a whole workbook that no spreadsheet has ever calculated.
fn absent(
    rows: &[(u32, BTreeMap<u32, Value>)],
    columns: &BTreeMap<u32, &'static str>,
    place: &Place,
    problems: &mut Vec<Problem>,
) {
    for (single, many) in [("cell.no-result", "formula.no-results"), ("cell.damaged", "sheet.damaged-cells")]
    {
        let mut found = rows.iter().flat_map(|(row, cells)| {
            let names = columns.iter().filter(|(index, _)| cells.get(index) == Some(&Value::Absent(single)));
            names.map(move |(_, name)| (*row, *name))
        });
        let Some((row, column)) = found.next() else { continue };
        let count = 1 + found.count();
        if count > MANY {
            problems.push(Problem::new(many, &place.row(row).column(column)).with("count", count));
        }
    }
}

/// The first row with all required headings; else the one with most of them, so that what is missing
/// can be named.
fn heading_row(sheet: &Sheet, grid: &Grid) -> Option<usize> {
    let score = |cells: &BTreeMap<u32, Value>| {
        let names: Vec<String> = cells
            .values()
            .filter_map(|v| if let Value::Text(text) = v { Some(normal(text)) } else { None })
            .collect();
        let required = sheet.columns.iter().filter(|c| c.required);
        required.filter(|c| names.iter().any(|n| n == c.name)).count()
    };
    let best =
        grid.rows.iter().take(HEADING_ROWS).map(|(_, cells)| score(cells)).max().filter(|best| *best > 0)?;
    grid.rows.iter().take(HEADING_ROWS).position(|(_, cells)| score(cells) == best)
}

/// `Gelar Depan *` and `gelar_depan` are the same heading.
fn normal(text: &str) -> String {
    let words: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || matches!(c, '*' | '_')).filter(|w| !w.is_empty()).collect();
    words.join("_").to_lowercase()
}

fn is_blank(value: &Value) -> bool {
    matches!(value, Value::Text(text) if text.trim().is_empty())
}

/// `(1) (2) (3)` below the headings, also where Excel has made -1 of (1).
fn is_number_row(cells: &BTreeMap<u32, Value>) -> bool {
    let filled: Vec<&Value> = cells.values().filter(|v| !is_blank(v)).collect();
    filled.len() > 1
        && (1_u32..).zip(&filled).all(|(expected, value)| match value {
            Value::Text(text) => text.trim() == format!("({expected})"),
            Value::Number(number) => number.abs() == f64::from(expected),
            _ => false,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_known_in_titles() {
        for text in [
            "(dalam ribuan rupiah)",
            "dalam jutaan",
            "Dalam Juta Rp",
            "Rp juta",
            "(Rp. Juta)",
            "dalam satuan ribu",
            "(miliar rupiah)",
            "Rp 000",
            "Rp.000,-",
            "(x Rp 1.000)",
            "x 1.000.000",
            "Rp jt",
        ] {
            assert!(names_a_unit(text), "{text}");
        }
        for text in [
            "ANGGARAN TAHUN 2026",
            "(dalam rupiah)",
            "Pagu Rp 5 miliar",
            "Bantuan 10 juta rupiah per desa",
            "Rp 5.000.000.000",
            "Program 1000 HPK",
            "Gerakan Jutaan Pohon",
            "dalam rangka jutaan pohon",
            "",
        ] {
            assert!(!names_a_unit(text), "{text}");
        }
    }
}
