//! Reading a folder of CSV files, one a sheet.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::remarks::Marks;
use super::table::{self, Grid};
use super::{Outcome, load};
use crate::model::{Draft, Place, Problem, Problems, SHEETS, Value, Warned};

pub(super) fn read_folder(path: &Path, place: &Place) -> Outcome {
    let (mut problems, mut warnings) = (Vec::new(), Vec::new());
    let mut draft = Draft { place: place.clone(), ..Draft::default() };
    let mut files: Vec<_> = fs::read_dir(path)
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default();
    files.sort();
    for sheet in &SHEETS {
        let name = format!("{}.csv", sheet.name.as_str().to_lowercase());
        let file = files
            .iter()
            .find(|file| file.file_name().is_some_and(|f| f.to_string_lossy().to_lowercase() == name));
        let Some(file) = file else {
            if sheet.optional {
                continue;
            }
            problems.push(
                Problem::new("sheet.no-file", place).with("file", &name).with("sheet", sheet.name.as_str()),
            );
            continue;
        };
        let sheet_place = Place::file(format!("{}/{name}", place.file)).sheet(sheet.name.as_str());
        let bytes = match load(file, &sheet_place) {
            Ok(bytes) => bytes,
            Err(problem) => {
                problems.push(problem);
                continue;
            }
        };
        let text = decode(&bytes, &sheet_place, &mut warnings);
        match grid(&text) {
            Ok(grid) => {
                *draft.rows_mut(sheet.name) =
                    table::rows(sheet, grid, &sheet_place, &mut problems, &mut warnings);
            }
            Err(line) => problems.push(Problem::new("csv.syntax", &sheet_place.row(line))),
        }
    }
    let output = if problems.is_empty() { Ok(draft) } else { Err(Problems(problems)) };
    Warned { output, warnings }
}

/// UTF-8, or UTF-16 with a byte order mark; anything else is what Excel on Windows saves.
fn decode(bytes: &[u8], place: &Place, warnings: &mut Vec<Problem>) -> String {
    if let Some((encoding, _)) = encoding_rs::Encoding::for_bom(bytes) {
        return encoding.decode(bytes).0.into_owned();
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => {
            warnings.push(Problem::new("csv.windows-1252", place));
            encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned()
        }
    }
}

/// The line of a quote that is never closed, or that closes in the middle of a cell: it swallowed what
/// lies between.
fn open_quote(text: &str) -> Option<u32> {
    let (mut line, mut opened, mut at_start) = (1, None, true);
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match (c, opened) {
            ('"', None) if at_start => opened = Some(line),
            ('"', Some(_)) if characters.peek() == Some(&'"') => {
                characters.next();
            }
            ('"', Some(line)) => {
                let ends = characters.peek().is_none_or(|c| matches!(c, ',' | ';' | '\t' | '\n'));
                if !ends {
                    return Some(line);
                }
                opened = None;
            }
            _ => {}
        }
        at_start = opened.is_none() && matches!(c, ',' | ';' | '\t' | '\n');
        line += u32::from(c == '\n');
    }
    opened
}

/// Parses with the separator that the heading line uses most; gives the line of an error.
fn grid(text: &str) -> Result<Grid, u32> {
    // The line numbers of the reader count CR LF twice.
    let text = &text.replace("\r\n", "\n");
    if let Some(line) = open_quote(text) {
        return Err(line);
    }
    let heading = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let count = |separator: char| heading.chars().filter(|c| *c == separator).count();
    let separator =
        [(',', b','), (';', b';'), ('\t', b'\t')].into_iter().rev().max_by_key(|(c, _)| count(*c));
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator.map_or(b',', |(_, byte)| byte))
        .from_reader(text.as_bytes());
    let mut grid = Grid::default();
    for record in reader.records() {
        let line = |position: Option<&csv::Position>| {
            position.map_or(0, |p| u32::try_from(p.line()).unwrap_or(u32::MAX))
        };
        let record = record.map_err(|error| line(error.position()))?;
        let cells: BTreeMap<u32, Value> = record
            .iter()
            .enumerate()
            .filter(|(_, text)| !text.trim().is_empty())
            .filter_map(|(i, text)| Some((u32::try_from(i).ok()?, Value::Text(text.to_owned()))))
            .collect();
        let row = line(record.position());
        for (column, value) in &cells {
            if let Value::Text(text) = value
                && has_form_of_date(text)
            {
                grid.remarks.marks.insert((row, *column), Marks { date: true, ..Marks::default() });
            }
        }
        if !cells.is_empty() {
            grid.rows.push((row, cells));
        }
    }
    Ok(grid)
}

/// Months as spreadsheets write them, in English and Indonesian.
const MONTHS: [&str; 20] = [
    "jan", "feb", "mar", "apr", "may", "mei", "jun", "jul", "aug", "agu", "agt", "ags", "sep", "oct", "okt",
    "nov", "nop", "dec", "des", "sept",
];

/// What a spreadsheet makes of 4.01.02 or 2-3 when it saves it as CSV: `04/01/2002`, `2002-01-04`, `4-Jan-02`, `02-Mar`,
/// `Mar-02`. `2-3`, `2025-2026` and `4.01.02` are as they were typed.
fn has_form_of_date(text: &str) -> bool {
    let text = text.trim().to_lowercase();
    // Long enough to be one, short enough to be nothing else.
    if !(5..=11).contains(&text.len()) {
        return false;
    }
    for separator in ['/', '-'] {
        let parts: Vec<&str> = text.split(separator).collect();
        let number =
            |part: &&str| part.bytes().all(|byte| byte.is_ascii_digit()) && matches!(part.len(), 1 | 2 | 4);
        let month = |part: &&str| MONTHS.contains(part);
        let found = match parts.as_slice() {
            [first, second] => number(first) && month(second) || month(first) && number(second),
            [day, name, year] if month(name) => number(day) && number(year),
            [first, second, third] if [first, second, third].into_iter().all(number) => {
                let small =
                    |part: &str, most: u8| part.parse().is_ok_and(|part: u8| (1..=most).contains(&part));
                let year = |part: &str| part.len() == 4 || part.len() == 2 && separator == '/';
                let pair = |a: &str, b: &str| small(a, 31) && small(b, 12) || small(a, 12) && small(b, 31);
                year(third) && pair(first, second) || first.len() == 4 && pair(second, third)
            }
            _ => false,
        };
        if found {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_that_a_spreadsheet_made_are_known() {
        for text in [
            "04/01/2002",
            "4/1/02",
            "1/31/2026",
            "2002-01-04",
            "5-1-2026",
            "4-Jan-02",
            "02-Mar",
            "Mar-02",
            "31-Des-26",
            "2-Agu",
            "04/Okt/2026",
            " 02-Mar ",
        ] {
            assert!(has_form_of_date(text), "{text}");
        }
        for text in [
            "4.01.02",
            "2-3",
            "2/3",
            "1/2/3",
            "2025-2026",
            "40/50/60",
            "1-01-01",
            "Nov-Des",
            "31 Desember 2026",
            "10-Mark",
            "BB",
            "5.02.01.2.01",
            "12/2026",
            "99/99/2026",
            "Level 3",
        ] {
            assert!(!has_form_of_date(text), "{text}");
        }
    }
}
