//! Reading xlsx.
//!
//! What is not used is not judged: other parts, counts, dimensions, filters. What is used is bounded by what is
//! really there, and nothing that a user could not see is read without a word.
//!
//! The reader is our own, on `zip` and `quick-xml`. calamine gives values, but not which of them are formulas that
//! nobody calculated, struck through or hidden; it reserves memory for as many strings as a file claims, takes
//! text 0 for one whose number cannot be read, and refuses the workbook when a sheet that nobody needs has no part
//! or an unused range is written in another way. Reading everything twice, and comparing, would have cost more
//! than this. calamine stays as an oracle in the tests: both have to find the same values.

mod book;
mod moment;
mod package;
mod sheet;
mod strings;
mod styles;
mod xml;

use std::fmt::{self, Display, Write};

use book::{Book, Listed};
use package::Package;
use sheet::{Shelf, Used};
use strings::Strings;

use super::table;
use super::{Outcome, fatal};
use crate::model::{Draft, Place, Problem, Problems, SHEETS, Warned};

/// Why a part is not read.
#[derive(Debug)]
enum Fault {
    /// It is not what it has to be; the text is for those who help.
    Damaged(String),
    /// All parts together are too large.
    Bomb,
    /// A sheet holds more than is looked at.
    TooLarge,
}

impl Fault {
    /// The error may name what is in the file, and that may have a hundred megabytes.
    fn damaged(error: impl Display) -> Self {
        let mut brief = Brief(String::new());
        // It fails where there is enough.
        let _ = write!(brief, "{error}");
        Self::Damaged(brief.0)
    }

    /// The problem of a sheet, or of the whole file.
    fn problem(self, place: &Place) -> Problem {
        match self {
            Self::Damaged(error) if place.sheet.is_some() => {
                Problem::new("sheet.damaged", place).with("error", error)
            }
            Self::Damaged(error) => Problem::new("file.damaged", place).with("error", error),
            Self::Bomb => Problem::new("file.bomb", place).with("limit", package::MAX_UNPACKED / 1024 / 1024),
            Self::TooLarge => Problem::new("sheet.too-large", place),
        }
    }
}

/// The beginning of a text.
struct Brief(String);

impl Write for Brief {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = 300_usize.saturating_sub(self.0.len());
        self.0.push_str(text.get(..text.floor_char_boundary(room)).unwrap_or_default());
        if text.len() > room { Err(fmt::Error) } else { Ok(()) }
    }
}

pub(super) fn read(bytes: Vec<u8>, place: &Place) -> Outcome {
    let mut package = match Package::open(bytes, place) {
        Ok(package) => package,
        Err(problem) => return fatal(problem),
    };
    let book = match Book::read(&mut package) {
        Ok(Some(book)) => book,
        Ok(None) => {
            let code = if package.has("xl/workbook.bin") { "file.xlsb" } else { "file.not-xlsx" };
            return fatal(Problem::new(code, place));
        }
        Err(fault) => return fatal(fault.problem(place)),
    };
    match sheets(&mut package, &book, place) {
        Ok(outcome) => outcome,
        Err(fault) => fatal(fault.problem(place)),
    }
}

fn sheets(package: &mut Package, book: &Book, place: &Place) -> Result<Outcome, Fault> {
    let strings = match &book.strings {
        Some(name) => {
            package.part(name)?.map_or_else(|| Ok(Strings::default()), |text| Strings::read(&text))?
        }
        None => Strings::default(),
    };
    let formats = match &book.styles {
        Some(name) => package.part(name)?.map_or_else(|| Ok(Vec::new()), |text| styles::read(&text))?,
        None => Vec::new(),
    };
    let shelf = Shelf { strings: &strings, formats: &formats, from_1904: book.from_1904 };
    let (mut problems, mut warnings, mut used) = (Vec::new(), Vec::new(), Used::default());
    let mut draft = Draft { place: place.clone(), ..Draft::default() };
    for sheet in &SHEETS {
        let listed = match find(&book.sheets, sheet.name.as_str(), place) {
            Ok(listed) => listed,
            Err(problem) if sheet.optional && problem.code == "sheet.missing" => continue,
            Err(problem) => {
                problems.push(problem);
                continue;
            }
        };
        let sheet_place = place.sheet(sheet.name.as_str());
        let text = match &listed.part {
            Some(part) => package.part(part)?,
            None => None,
        };
        let grid = match text {
            // The part is given back before the rows are made.
            Some(text) => used.with(|used| sheet::read(&text, &shelf, used)),
            None => Err(Fault::damaged("its part is not there")),
        };
        match grid {
            Ok(mut grid) => {
                grid.remarks.recalculates = book.recalculates;
                if listed.hidden {
                    warnings.push(Problem::new("sheet.hidden", &sheet_place));
                }
                *draft.rows_mut(sheet.name) =
                    table::rows(sheet, grid, &sheet_place, &mut problems, &mut warnings);
            }
            Err(fault) => problems.push(fault.problem(&sheet_place)),
        }
    }
    let output = if problems.is_empty() { Ok(draft) } else { Err(Problems(problems)) };
    Ok(Warned { output, warnings })
}

/// The one sheet of this name.
fn find<'a>(sheets: &'a [Listed], name: &str, place: &Place) -> Result<&'a Listed, Problem> {
    let mut found = sheets.iter().filter(|listed| listed.name.trim().eq_ignore_ascii_case(name));
    match (found.next(), found.next()) {
        (Some(_), Some(_)) => Err(Problem::new("sheet.twice", place).with("sheet", name)),
        (Some(listed), None) => Ok(listed),
        (None, _) => {
            let names: Vec<&str> = sheets.iter().map(|listed| listed.name.as_str()).collect();
            Err(Problem::new("sheet.missing", place).with("sheet", name).with("found", names.join(", ")))
        }
    }
}
