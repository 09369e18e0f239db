//! Reading xlsx.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

use calamine::{DataRef, ExcelDateTime, Reader as _, Xlsx};
use quick_xml::events::Event;

use super::table::{self, Grid};
use super::{Outcome, fatal};
use crate::model::{Draft, Place, Problem, Problems, SHEETS, Value, Warned};

/// Unpacked size of a whole workbook. An honest one of 500 officials has about 3 MB; a bomb of 10 kB
/// unpacks to gigabytes.
const MAX_UNPACKED: u64 = 128 * 1024 * 1024;

/// Cells that are looked at in one sheet.
const MAX_CELLS: usize = 1_000_000;

pub(super) fn read(bytes: Vec<u8>, place: &Place) -> Outcome {
    if let Err(problem) = container(&bytes, place) {
        return fatal(problem);
    }
    let mut workbook = match Xlsx::new(Cursor::new(bytes)) {
        Ok(workbook) => workbook,
        Err(error) => return fatal(Problem::new("file.damaged", place).with("error", error)),
    };
    let (mut problems, mut warnings) = (Vec::new(), Vec::new());
    let mut draft = Draft { place: place.clone(), ..Draft::default() };
    let names = workbook.sheet_names();
    for sheet in &SHEETS {
        let mut found = names.iter().filter(|n| n.trim().eq_ignore_ascii_case(sheet.name.as_str()));
        let first = found.next();
        if found.next().is_some() {
            problems.push(Problem::new("sheet.twice", place).with("sheet", sheet.name.as_str()));
            continue;
        }
        let Some(name) = first else {
            problems.push(
                Problem::new("sheet.missing", place)
                    .with("sheet", sheet.name.as_str())
                    .with("found", names.join(", ")),
            );
            continue;
        };
        let sheet_place = place.sheet(sheet.name.as_str());
        match grid(&mut workbook, name) {
            Ok(grid) => {
                *draft.rows_mut(sheet.name) =
                    table::rows(sheet, &grid, &sheet_place, &mut problems, &mut warnings);
            }
            Err(code) => problems.push(Problem::new(code, &sheet_place)),
        }
    }
    let output = if problems.is_empty() { Ok(draft) } else { Err(Problems(problems)) };
    Warned { output, warnings }
}

/// Recognises what only looks like a workbook, before anything is unpacked.
fn container(bytes: &[u8], place: &Place) -> Result<(), Problem> {
    // The container of old Office files. A password-protected xlsx travels in one too.
    if bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
        let encrypted: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let protected = bytes.windows(encrypted.len()).any(|window| window == encrypted);
        return Err(Problem::new(if protected { "file.password" } else { "file.xls" }, place));
    }
    if !bytes.starts_with(b"PK\x03\x04") {
        return Err(Problem::new("file.not-xlsx", place));
    }
    let damaged = |error: String| Problem::new("file.damaged", place).with("error", error);
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|error| damaged(error.to_string()))?;
    if archive.index_for_name("mimetype").is_some() && archive.index_for_name("content.xml").is_some() {
        return Err(Problem::new("file.ods", place));
    }
    if archive.index_for_name("xl/workbook.xml").is_none() {
        return Err(Problem::new("file.not-xlsx", place));
    }
    // The sizes in the directory are a claim; unpacking once, with a limit, is proof.
    let mut unpacked = 0;
    for index in 0..archive.len() {
        let file = archive.by_index(index).map_err(|error| damaged(error.to_string()))?;
        let name = file.name_raw().to_vec();
        let mut part = Vec::new();
        file.take(MAX_UNPACKED + 1 - unpacked)
            .read_to_end(&mut part)
            .map_err(|error| damaged(error.to_string()))?;
        unpacked += u64::try_from(part.len()).unwrap_or(u64::MAX);
        if name.ends_with(b".xml") && !is_sound(&part) {
            return Err(damaged(String::from_utf8_lossy(&name).into_owned()));
        }
        if unpacked > MAX_UNPACKED {
            return Err(Problem::new("file.bomb", place).with("limit", MAX_UNPACKED / 1024 / 1024));
        }
    }
    Ok(())
}

/// Whether the counts and cell references of a part can be true. calamine believes them: it reserves
/// memory for as many strings as a table claims (a file of 7 kB asked for 96 GB), and computes with
/// references that no spreadsheet has (a panic in 0.38).
fn is_sound(part: &[u8]) -> bool {
    let mut reader = quick_xml::Reader::from_reader(part);
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        let element = match reader.read_event_into(&mut buffer) {
            Ok(Event::Start(element) | Event::Empty(element)) => element,
            Ok(Event::Eof) => return true,
            Ok(_) => continue,
            Err(_) => return false,
        };
        for attribute in element.attributes() {
            let Ok(attribute) = attribute else { return false };
            let value = attribute.value.as_bytes();
            let sound = match attribute.key.local_name().as_ref() {
                // `<si/>` is the shortest string of a table.
                "count" | "uniqueCount" => number(value).is_some_and(|n| n <= part.len() / 5 + 64),
                "r" if element.local_name().as_ref() == "row" => {
                    number(value).is_some_and(|n| (1..=LAST_ROW).contains(&n))
                }
                "r" if element.local_name().as_ref() == "c" => cell(value).is_some(),
                "ref" => is_range(value),
                _ => true,
            };
            if !sound {
                return false;
            }
        }
    }
}

/// The last row and column of a sheet (ECMA-376, 18.3.1.73: 1,048,576; column XFD).
const LAST_ROW: usize = 1_048_576;
const LAST_COLUMN: usize = 16_384;

fn number(text: &[u8]) -> Option<usize> {
    let digits = text.len() <= 9 && !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    digits.then(|| std::str::from_utf8(text).ok()?.parse().ok()).flatten()
}

/// Row and column of `AB12`, if there is such a cell.
fn cell(text: &[u8]) -> Option<(usize, usize)> {
    let letters = text.iter().take_while(|b| b.is_ascii_uppercase()).count();
    let (letters, digits) = text.split_at(letters);
    let column = letters.iter().take(4).fold(0, |n, letter| n * 26 + usize::from(letter - b'A') + 1);
    let row = number(digits)?;
    let exists = (1..=3).contains(&letters.len())
        && (1..=LAST_COLUMN).contains(&column)
        && (1..=LAST_ROW).contains(&row);
    exists.then_some((row, column))
}

/// `A1` or `A1:B2`, the second not before the first. Other attributes of this name hold lists or
/// formulas with blanks, which calamine does not compute with.
fn is_range(text: &[u8]) -> bool {
    if text.contains(&b' ') {
        return true;
    }
    let mut parts = text.split(|b| *b == b':');
    match (parts.next().and_then(cell), parts.next().map(cell), parts.next()) {
        (Some(_), None, None) => true,
        (Some(first), Some(Some(last)), None) => first.0 <= last.0 && first.1 <= last.1,
        _ => false,
    }
}

/// The cells of a sheet as they stream by: a dense range would let one cell in the last corner ask
/// for seventeen thousand million.
fn grid(workbook: &mut Xlsx<Cursor<Vec<u8>>>, name: &str) -> Result<Grid, &'static str> {
    let mut reader = workbook.worksheet_cells_reader(name).map_err(|_| "sheet.damaged")?;
    let percent: Vec<bool> = reader
        .styles()
        .iter()
        .map(|style| style.number_format.as_ref().is_some_and(|f| f.format_code.contains('%')))
        .collect();
    let mut rows: BTreeMap<u32, BTreeMap<u32, Value>> = BTreeMap::new();
    let mut count = 0;
    while let Some((cell, style)) = reader.next_cell_with_style_id().map_err(|_| "sheet.damaged")? {
        let Some(value) = value(cell.get_value(), percent.get(style).copied().unwrap_or_default()) else {
            continue;
        };
        count += 1;
        if count > MAX_CELLS {
            return Err("sheet.too-large");
        }
        let (row, column) = cell.get_position();
        // Two cells in one place: which one would the user have seen?
        if rows.entry(row).or_default().insert(column, value).is_some() {
            return Err("sheet.damaged");
        }
    }
    Ok(rows.into_iter().map(|(row, cells)| (row + 1, cells)).collect())
}

fn value(data: &DataRef<'_>, percent: bool) -> Option<Value> {
    #[expect(clippy::as_conversions, reason = "spreadsheets keep numbers as f64; Int only shortens them")]
    Some(match data {
        DataRef::Empty => return None,
        DataRef::String(text) => Value::Text(cut(text)),
        DataRef::SharedString(text) => Value::Text(cut(text)),
        DataRef::Int(number) => Value::Number(*number as f64),
        DataRef::Float(number) if percent => Value::Percent(*number),
        DataRef::Float(number) => Value::Number(*number),
        DataRef::Bool(value) => Value::Boolean(*value),
        DataRef::DateTime(moment) => Value::Date(date(moment)),
        DataRef::DateTimeIso(text) => Value::Date(text.get(..10).unwrap_or(text).to_owned()),
        DataRef::DurationIso(text) => Value::Date(text.clone()),
        DataRef::Error(error) => Value::Error(error.to_string()),
    })
}

/// Long text is refused later; until then one string of megabytes in many cells must not be kept as
/// often.
fn cut(text: &str) -> String {
    const ENOUGH: usize = 5_000;
    text.chars().take(ENOUGH).collect()
}

fn date(moment: &ExcelDateTime) -> String {
    let (year, month, day, hour, minute, ..) = moment.to_ymd_hms_milli();
    // `1:15` typed as a target becomes a time of day without a date.
    if moment.is_duration() || moment.as_f64() < 1.0 {
        return format!("{hour:02}:{minute:02}");
    }
    format!("{year:04}-{month:02}-{day:02}")
}
