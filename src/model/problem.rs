//! Bad news about the user's data: where, what, and what repairs it.

use std::collections::BTreeMap;
use std::fmt;

/// Where in the input something stands. Rows and columns as the user sees them: rows from 1,
/// columns by heading.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// File name.
    pub file: String,
    /// Sheet, or section of a YAML or JSON file.
    pub sheet: Option<String>,
    /// Row, from 1; for YAML and JSON the line.
    pub row: Option<u32>,
    /// Heading of the column.
    pub column: Option<String>,
}

impl Place {
    /// A whole file.
    pub fn file(name: impl Into<String>) -> Self {
        Self { file: name.into(), ..Self::default() }
    }

    /// A sheet of this file.
    #[must_use]
    pub fn sheet(&self, sheet: impl Into<String>) -> Self {
        Self { sheet: Some(sheet.into()), ..self.clone() }
    }

    /// A row of this sheet.
    #[must_use]
    pub fn row(&self, row: u32) -> Self {
        Self { row: Some(row), ..self.clone() }
    }

    /// A column of this row.
    #[must_use]
    pub fn column(&self, column: impl Into<String>) -> Self {
        Self { column: Some(column.into()), ..self.clone() }
    }
}

impl fmt::Display for Place {
    /// `2026.xlsx › Sasaran › 7 › target`; the words for sheet, row and column are the caller's.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(sheet) = &self.sheet {
            write!(f, " › {sheet}")?;
        }
        if let Some(row) = self.row {
            write!(f, " › {row}")?;
        }
        if let Some(column) = &self.column {
            write!(f, " › {column}")?;
        }
        Ok(())
    }
}

/// One thing that is wrong, or that deserves a look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What it is, e.g. `target.missing`. Message and hint are kept by this code.
    pub code: &'static str,
    /// Where.
    pub place: Place,
    /// Values that the message mentions.
    pub detail: BTreeMap<&'static str, String>,
}

impl Problem {
    /// A problem without values.
    pub fn new(code: &'static str, place: &Place) -> Self {
        Self { code, place: place.clone(), detail: BTreeMap::new() }
    }

    /// With a value for the message.
    #[must_use]
    pub fn with(mut self, key: &'static str, value: impl ToString) -> Self {
        let mut value = value.to_string();
        // Somebody may have typed a NIP where a handle belongs, and it shows a birth date.
        let handle = matches!(key, "id" | "official" | "superior" | "circle");
        if handle && value.chars().filter(char::is_ascii_digit).count() >= 9 {
            value = "…".to_owned();
        }
        self.detail.insert(key, value);
        self
    }
}

/// All problems of an input, at least one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} problems in the data", .0.len())]
pub struct Problems(pub Vec<Problem>);

impl Problems {
    /// Problems that are kept of one input: whoever has mended the first thousands asks again. Each takes a
    /// kilobyte, and a workbook of megabytes may hold a million.
    pub const MOST: usize = 2_000;

    /// In the order in which a person goes through the workbook.
    pub fn new(mut problems: Vec<Problem>) -> Self {
        let sheet = |place: &Place| match place.sheet.as_deref() {
            Some("Pengaturan") => 0,
            Some("Pejabat") => 1,
            Some("Sasaran") => 2,
            Some("Anggaran") => 3,
            Some("Unit") => 4,
            _ => 5,
        };
        problems.sort_by_key(|problem| (sheet(&problem.place), problem.place.row));
        Self(problems)
    }
}

/// A result, and what deserves a look although it is not wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warned<T> {
    /// The result.
    pub output: T,
    /// The warnings.
    pub warnings: Vec<Problem>,
}
