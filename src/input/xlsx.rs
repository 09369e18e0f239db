//! Reading xlsx.

use std::collections::BTreeMap;
use std::io::{self, Cursor, Read};

use calamine::{DataRef, ExcelDateTime, Reader, Xlsx};

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
        let Some(name) = names.iter().find(|n| n.trim().eq_ignore_ascii_case(sheet.name.as_str())) else {
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
        unpacked += io::copy(&mut file.take(MAX_UNPACKED + 1 - unpacked), &mut io::sink())
            .map_err(|error| damaged(error.to_string()))?;
        if unpacked > MAX_UNPACKED {
            return Err(Problem::new("file.bomb", place).with("limit", MAX_UNPACKED / 1024 / 1024));
        }
    }
    Ok(())
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
        rows.entry(row).or_default().insert(column, value);
    }
    Ok(rows.into_iter().map(|(row, cells)| (row + 1, cells)).collect())
}

fn value(data: &DataRef<'_>, percent: bool) -> Option<Value> {
    #[expect(clippy::as_conversions, reason = "spreadsheets keep numbers as f64; Int only shortens them")]
    Some(match data {
        DataRef::Empty => return None,
        DataRef::String(text) => Value::Text(text.clone()),
        DataRef::SharedString(text) => Value::Text((*text).to_owned()),
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

fn date(moment: &ExcelDateTime) -> String {
    let (year, month, day, hour, minute, ..) = moment.to_ymd_hms_milli();
    // `1:15` typed as a target becomes a time of day without a date.
    if moment.is_duration() || moment.as_f64() < 1.0 {
        return format!("{hour:02}:{minute:02}");
    }
    format!("{year:04}-{month:02}-{day:02}")
}
