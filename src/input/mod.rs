//! Reading the data of a year: xlsx, a folder of CSV, YAML or JSON, all to the same [`Draft`].
//!
//! What is certain is read; what is not is reported with file, sheet, row and column, all of it at
//! once. Nothing is guessed, and nothing here decides whether the data makes sense: that is
//! [`Cycle::from_draft`](crate::model::Cycle::from_draft).

mod csv;
mod json;
mod remarks;
mod schema;
mod table;
mod tree;
mod workbook;
mod xlsx;
mod yaml;

use std::fs;
use std::io::Read as _;
use std::path::Path;

pub use schema::data_schema;
pub use workbook::{WorkbookError, empty_workbook, filled_workbook};

use crate::model::{Draft, Place, Problem, Problems, Warned};

/// Largest file that is read. A workbook of 500 officials has about 200 kB.
const MAX_FILE: u64 = 64 * 1024 * 1024;

/// What a format reader gives: the draft, or what makes the whole file unreadable.
type Outcome = Warned<Result<Draft, Problems>>;

/// Reads a workbook, a folder of CSV files, a YAML or a JSON file.
///
/// # Errors
///
/// [`Problems`]: also a missing or unreadable file is one, so that the caller shows one list.
pub fn read(path: &Path) -> Warned<Result<Draft, Problems>> {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let place = Place::file(name);
    if path.is_dir() {
        return csv::read_folder(path, &place);
    }
    let bytes = match load(path, &place) {
        Ok(bytes) => bytes,
        Err(problem) => return fatal(problem),
    };
    let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
    match extension.as_str() {
        _ if bytes.is_empty() => fatal(Problem::new("file.empty", &place)),
        "xlsx" | "xlsm" | "xltx" | "xltm" => xlsx::read(bytes, &place),
        "yaml" | "yml" => yaml::read(&bytes, &place),
        "json" => json::read(&bytes, &place),
        "csv" => fatal(Problem::new("file.single-csv", &place)),
        // Old and foreign spreadsheets are named, so that the user knows what to save as.
        "xls" | "xlsb" | "ods" => xlsx::read(bytes, &place),
        _ => fatal(Problem::new("file.format", &place).with("extension", extension)),
    }
}

/// Reads a file within the limit.
fn load(path: &Path, place: &Place) -> Result<Vec<u8>, Problem> {
    let unreadable = |error: std::io::Error| {
        let code =
            if error.kind() == std::io::ErrorKind::NotFound { "file.missing" } else { "file.unreadable" };
        Problem::new(code, place).with("path", path.display()).with("error", error)
    };
    let file = fs::File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    file.take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > MAX_FILE {
        return Err(Problem::new("file.too-large", place).with("limit", MAX_FILE / 1024 / 1024));
    }
    Ok(bytes)
}

fn fatal(problem: Problem) -> Outcome {
    Warned { output: Err(Problems(vec![problem])), warnings: Vec::new() }
}
