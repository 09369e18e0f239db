//! The cells of a sheet, and what can be seen of them.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use super::strings::{Seen, Strings, cut, item, unescape};
use super::styles::{Added, Format, Letters, Level, Shown};
use super::xml::{Element, Xml};
use super::{Fault, moment};
use crate::input::remarks::{Area, Marks, Remarks};
use crate::input::table::Grid;
use crate::model::Value;

/// Cells with content that are looked at in all sheets together.
const MAX_CELLS: usize = 1_000_000;

/// Rows with content of one sheet. Every one can be wrong in several ways, and each of them is a message.
const MAX_ROWS: usize = 100_000;

/// Bytes of text that are kept of all sheets together: a short file can name one long text in a million cells.
pub(super) const MAX_TEXT: usize = 32 * 1024 * 1024;

/// Characters of an error that are kept.
const MAX_ERROR: usize = 100;

/// Merged areas and groups of columns of one sheet. A sheet has no more columns than this.
const MAX_AREAS: usize = 16_384;

/// Height in points and width in digits of which something can be seen.
const SEEN_HEIGHT: f64 = 2.0;
const SEEN_WIDTH: f64 = 0.5;

/// The last row and column of a sheet (ECMA-376, part 1, 18.3.1.73: 1,048,576; column XFD).
const LAST_ROW: u32 = 1_048_576;
const LAST_COLUMN: u32 = 16_384;

/// What a sheet refers to.
pub(super) struct Shelf<'a> {
    pub(super) strings: &'a Strings,
    pub(super) formats: &'a [Format],
    /// Whether days are counted from 1904.
    pub(super) from_1904: bool,
}

/// What has been read of all sheets so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Used {
    cells: usize,
    text: usize,
}

impl Used {
    /// Reads a sheet; one that cannot be read uses nothing.
    pub(super) fn with<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Fault>) -> Result<T, Fault> {
        let before = *self;
        let result = read(self);
        if result.is_err() {
            *self = before;
        }
        result
    }
}

/// Reads a sheet. Its dimension, filters and other references are hints for programs that show it.
pub(super) fn read(text: &str, shelf: &Shelf<'_>, used: &mut Used) -> Result<Grid, Fault> {
    let mut xml = Xml::new(text);
    xml.root("worksheet")?;
    let mut reader =
        SheetReader { shelf, rows: BTreeMap::new(), used, remarks: Remarks::default(), found: false };
    while let Some(element) = xml.child()? {
        match element.name() {
            "cols" => reader.columns(&mut xml)?,
            "sheetData" => reader.data(&mut xml)?,
            "mergeCells" => reader.merged(&mut xml)?,
            _ => xml.skip()?,
        }
    }
    // A sheet without content has an empty one.
    if !reader.found {
        return Err(Fault::damaged("no <sheetData>"));
    }
    Ok(Grid { rows: reader.rows.into_iter().collect(), remarks: reader.remarks })
}

struct SheetReader<'a> {
    shelf: &'a Shelf<'a>,
    rows: BTreeMap<u32, BTreeMap<u32, Value>>,
    used: &'a mut Used,
    remarks: Remarks,
    found: bool,
}

/// What stands in a cell.
#[derive(Default)]
struct Content {
    value: Option<String>,
    inline: Option<(String, Seen)>,
    formula: Option<String>,
}

impl SheetReader<'_> {
    fn columns(&mut self, xml: &mut Xml<'_>) -> Result<(), Fault> {
        while let Some(element) = xml.child()? {
            let hidden = element.says("hidden")? || is_below(&element, "width", SEEN_WIDTH)?;
            if let (true, Some(first), Some(last)) =
                (hidden, number(&element, "min")?, number(&element, "max")?)
                && first <= last
            {
                if self.remarks.hidden_columns.len() >= MAX_AREAS {
                    return Err(Fault::TooLarge);
                }
                self.remarks.hidden_columns.push(RangeInclusive::new(
                    first.saturating_sub(1),
                    last.min(LAST_COLUMN).saturating_sub(1),
                ));
            }
            xml.skip()?;
        }
        Ok(())
    }

    fn merged(&mut self, xml: &mut Xml<'_>) -> Result<(), Fault> {
        while let Some(element) = xml.child()? {
            // One that cannot be read merges nothing.
            if let Some(area) = element.attribute("ref")?.and_then(|text| area(&text)) {
                if self.remarks.merged.len() >= MAX_AREAS {
                    return Err(Fault::TooLarge);
                }
                self.remarks.merged.push(area);
            }
            xml.skip()?;
        }
        Ok(())
    }

    fn data(&mut self, xml: &mut Xml<'_>) -> Result<(), Fault> {
        if std::mem::replace(&mut self.found, true) {
            return Err(Fault::damaged("<sheetData> twice"));
        }
        let mut row = 0;
        while let Some(element) = xml.child()? {
            if element.name() != "row" {
                xml.skip()?;
                continue;
            }
            row = match element.attribute("r")? {
                Some(text) => digits(&text).ok_or_else(|| Fault::damaged(format_args!("row {text}")))?,
                None => row + 1,
            };
            if !(1..=LAST_ROW).contains(&row) {
                return Err(Fault::damaged(format_args!("row {row}")));
            }
            let flat = is_below(&element, "ht", SEEN_HEIGHT)? && element.says("customHeight")?;
            let hidden = element.says("hidden")? || flat;
            let before = self.used.cells;
            self.row(xml, row)?;
            if hidden && self.used.cells > before {
                self.remarks.hidden_rows.insert(row);
            }
        }
        Ok(())
    }

    fn row(&mut self, xml: &mut Xml<'_>, row: u32) -> Result<(), Fault> {
        let mut next = 0;
        while let Some(element) = xml.child()? {
            if element.name() != "c" {
                xml.skip()?;
                continue;
            }
            let column = match element.attribute("r")? {
                Some(text) => match reference(&text) {
                    Some((in_row, column)) if in_row == row => column,
                    _ => return Err(Fault::damaged(format_args!("cell {text} in row {row}"))),
                },
                None => next,
            };
            if column >= LAST_COLUMN {
                return Err(Fault::damaged(format_args!("too many cells in row {row}")));
            }
            next = column + 1;
            let style = element.attribute("s")?.and_then(|style| style.trim().parse::<usize>().ok());
            let format = style.and_then(|style| self.shelf.formats.get(style)).copied().unwrap_or_default();
            let kind = element.attribute("t")?.map(|kind| kind.into_owned());
            let content = content(xml)?;
            self.cell((row, column), kind.as_deref(), content, format)?;
        }
        Ok(())
    }

    fn cell(
        &mut self,
        at: (u32, u32),
        kind: Option<&str>,
        content: Content,
        format: Format,
    ) -> Result<(), Fault> {
        let formula = content.formula.as_deref();
        let mut marks = Marks {
            formula: formula.is_some(),
            // `[1]Sheet!A1`: the number of an external link. A table has `Table[Column]`.
            external: formula.is_some_and(names_another_workbook),
            ..Marks::default()
        };
        let mut seen = Seen::default();
        let Some(value) = self.value(kind, content, format, &mut seen) else { return Ok(()) };
        let [above, below, zero, text] = [0, 1, 2, 3_usize];
        let section = match &value {
            Value::Text(_) => Some(text),
            Value::Number(number) if *number < 0.0 => Some(below),
            Value::Number(number) if *number == 0.0 => Some(zero),
            Value::Number(_) | Value::Percent(_) | Value::Date(_) => Some(above),
            _ => None,
        };
        let added = section.and_then(|section| format.adds.get(section)).copied().unwrap_or_default();
        marks.unseen = section.and_then(|section| format.hides.get(section)).is_some_and(|hides| *hides);
        marks.worded = added == Added::Words;
        match &value {
            Value::Text(_) => marks.dressed = added != Added::Nothing,
            Value::Number(_) => {
                marks.dressed = format.shown == Shown::Dressed;
                marks.scaled = format.shown == Shown::Scaled;
            }
            _ => {}
        }
        // The font of a cell is that of the runs that have none.
        let font = format.look;
        marks.struck = font.struck || seen.struck;
        marks.raised_run = seen.raised;
        marks.raised = font.level != Level::Line && !seen.own;
        let drawn = match &value {
            Value::Text(text) => font.letters.disguise(text),
            _ => font.letters == Letters::Pictures,
        };
        marks.signs = seen.signs || drawn && !seen.own;
        self.used.cells += 1;
        if let Value::Text(text) = &value {
            self.used.text += text.len();
        }
        let new_row = !self.rows.contains_key(&at.0);
        let rows = self.rows.len() + usize::from(new_row);
        if self.used.cells > MAX_CELLS || self.used.text > MAX_TEXT || rows > MAX_ROWS {
            return Err(Fault::TooLarge);
        }
        if marks != Marks::default() {
            self.remarks.marks.insert(at, marks);
        }
        // Two cells in one place: which one would the user have seen?
        if self.rows.entry(at.0).or_default().insert(at.1, value).is_some() {
            return Err(Fault::damaged(format_args!("two cells in row {}, column {}", at.0, at.1 + 1)));
        }
        Ok(())
    }

    /// The value of a cell; `None` if it is empty (ECMA-376, part 1, 18.18.11, for the kinds).
    fn value(&self, kind: Option<&str>, content: Content, format: Format, seen: &mut Seen) -> Option<Value> {
        let damaged = Some(Value::Absent("cell.damaged"));
        let Content { value, inline, formula } = content;
        // A formula may give an empty text, and then there is an empty value; without any, nobody has ever
        // calculated it. In cells of other kinds an empty value says the same.
        let calculated = formula.is_none()
            || value.as_deref().is_some_and(|value| kind == Some("str") || !value.trim().is_empty())
            || inline.is_some();
        if !calculated {
            return Some(Value::Absent("cell.no-result"));
        }
        let text = value.as_deref().map(str::trim).unwrap_or_default();
        match kind {
            // Some programs repeat an inline text in the value.
            Some("inlineStr" | "is" | "str") | None
                if inline.is_some() && (text.is_empty() || matches!(kind, Some("inlineStr" | "is"))) =>
            {
                let (text, look) = inline?;
                *seen = look;
                Some(Value::Text(text))
            }
            Some("str") => Some(Value::Text(cut(unescape(value?)))),
            _ if text.is_empty() => None,
            Some("s") => {
                let found = text.parse().ok().and_then(|index| self.shelf.strings.get(index));
                let Some((text, look)) = found else { return damaged };
                *seen = look;
                Some(Value::Text(text.to_owned()))
            }
            Some("b") => match text {
                "1" | "true" | "TRUE" => Some(Value::Boolean(true)),
                "0" | "false" | "FALSE" => Some(Value::Boolean(false)),
                _ => damaged,
            },
            Some("e") => Some(Value::Error(text.chars().take(MAX_ERROR).collect())),
            Some("d") => Some(Value::Date(text.get(..10).unwrap_or(text).to_owned())),
            Some("n") | None => match text.parse::<f64>() {
                // -0 and 0 make 0: a formula may give either.
                Ok(number) if number.is_finite() => Some(number + 0.0).map(|number| match format.shown {
                    Shown::Percent => Value::Percent(number),
                    Shown::Date | Shown::Elapsed => {
                        moment::text(number, format.shown == Shown::Elapsed, self.shelf.from_1904)
                            // What a spreadsheet shows for a day before the first or after the last.
                            .map_or_else(|| Value::Error("#####".to_owned()), Value::Date)
                    }
                    Shown::Plain | Shown::Dressed | Shown::Scaled => Value::Number(number),
                }),
                _ => damaged,
            },
            Some(_) => damaged,
        }
    }
}

fn content(xml: &mut Xml<'_>) -> Result<Content, Fault> {
    let mut content = Content::default();
    while let Some(part) = xml.child()? {
        let twice = match part.name() {
            "v" => content.value.replace(xml.text()?).is_some(),
            "f" => content.formula.replace(xml.text()?).is_some(),
            "is" => content.inline.replace(item(xml)?).is_some(),
            _ => {
                xml.skip()?;
                false
            }
        };
        if twice {
            return Err(Fault::damaged("two contents in one cell"));
        }
    }
    Ok(content)
}

/// Whether a formula takes something from another workbook: `[2]Data!A1`, `'[2]Data 1'!A1`.
fn names_another_workbook(formula: &str) -> bool {
    formula.split('[').skip(1).any(|after| {
        let number = after.bytes().take_while(u8::is_ascii_digit).count();
        number > 0 && after.get(number..).is_some_and(|rest| rest.starts_with(']'))
    })
}

fn is_below(element: &Element<'_>, name: &str, limit: f64) -> Result<bool, Fault> {
    let value = element.attribute(name)?.and_then(|value| value.trim().parse::<f64>().ok());
    Ok(value.is_some_and(|value| value < limit))
}

fn number(element: &Element<'_>, name: &str) -> Result<Option<u32>, Fault> {
    Ok(element.attribute(name)?.and_then(|value| digits(&value)))
}

fn digits(text: &str) -> Option<u32> {
    let text = text.trim();
    (!text.is_empty() && text.len() <= 9 && text.bytes().all(|b| b.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

/// Row from 1 and column from 0 of `AB12` or `ab12`, if there is such a cell.
fn reference(text: &str) -> Option<(u32, u32)> {
    let text = text.trim();
    let letters = text.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (letters, row) = (text.get(..letters)?, digits(text.get(letters..)?)?);
    if !(1..=3).contains(&letters.len()) {
        return None;
    }
    let column =
        letters.bytes().fold(0, |n, letter| n * 26 + u32::from(letter.to_ascii_uppercase() - b'A') + 1);
    let exists = (1..=LAST_ROW).contains(&row) && (1..=LAST_COLUMN).contains(&column);
    exists.then_some((row, column - 1))
}

/// `A1:B2`, in whatever order the corners stand.
fn area(text: &str) -> Option<Area> {
    let text = Some(text).filter(|text| text.len() < 100)?;
    let text = text.replace('$', "");
    let (first, last) = text.split_once(':')?;
    let ((top, left), (bottom, right)) = (reference(first)?, reference(last)?);
    Some(Area { rows: top.min(bottom)..=top.max(bottom), columns: left.min(right)..=left.max(right) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(data: &str) -> Result<Grid, Fault> {
        let strings = Strings::read("<sst><si><t>teks</t></si></sst>").unwrap();
        let date = Format { shown: Shown::Date, ..Format::default() };
        let formats = [Format::default(), date];
        let shelf = Shelf { strings: &strings, formats: &formats, from_1904: false };
        let text = format!("<worksheet><sheetData>{data}</sheetData></worksheet>");
        read(&text, &shelf, &mut Used::default())
    }

    fn only(cell: &str) -> Option<Value> {
        let grid = sheet(&format!("<row>{cell}</row>")).unwrap();
        grid.rows.into_iter().next().and_then(|(_, cells)| cells.into_values().next())
    }

    #[test]
    fn references_are_read_in_every_form_and_no_further() {
        assert_eq!(reference("A1"), Some((1, 0)));
        assert_eq!(reference("ab12"), Some((12, 27)));
        assert_eq!(reference("XFD1048576"), Some((1_048_576, 16_383)));
        for text in ["XFE1", "A1048577", "A0", "A", "1", "", "AAAA1", "A-1", "$A$1", "A99999999999", "é1"] {
            assert_eq!(reference(text), None, "{text}");
        }
        let expected = Area { rows: 1..=3, columns: 0..=12 };
        for text in ["A1:M3", "$A$1:$M$3", "M3:A1", "m1:a3"] {
            assert_eq!(area(text), Some(expected.clone()), "{text}");
        }
        for text in ["A1", "A:M", "1:4", "", ":", "A1:"] {
            assert_eq!(area(text), None, "{text}");
        }
    }

    #[test]
    fn cells_are_read_by_their_kind() {
        let text = |text: &str| Some(Value::Text(text.to_owned()));
        for (cell, expected) in [
            ("<c><v>5</v></c>", Some(Value::Number(5.0))),
            ("<c t='n'><v> 5.5 </v></c>", Some(Value::Number(5.5))),
            ("<c t='s'><v>0</v></c>", text("teks")),
            ("<c t='s'><v><![CDATA[0]]></v></c>", text("teks")),
            ("<c t='inlineStr'><is><t>a &amp; b</t></is></c>", text("a & b")),
            ("<c t='inlineStr'><is><t>a</t></is><v>a</v></c>", text("a")),
            ("<c><is><t>a</t></is></c>", text("a")),
            ("<c t='str'><f>A1</f><v></v></c>", text("")),
            ("<c t='b'><v>1</v></c>", Some(Value::Boolean(true))),
            ("<c t='e'><v>#SPILL!</v></c>", Some(Value::Error("#SPILL!".to_owned()))),
            ("<c t='d'><v>2026-01-05T00:00:00</v></c>", Some(Value::Date("2026-01-05".to_owned()))),
            ("<c s='1'><v>46027</v></c>", Some(Value::Date("2026-01-05".to_owned()))),
            ("<c s='1'><v>-5</v></c>", Some(Value::Error("#####".to_owned()))),
            ("<c s='99'><v>5</v></c>", Some(Value::Number(5.0))),
            ("<c/>", None),
            ("<c t='s'/>", None),
            ("<c t='n'><v/></c>", None),
        ] {
            assert_eq!(only(cell), expected, "{cell}");
        }
    }

    #[test]
    fn what_a_cell_does_not_hold_is_not_guessed() {
        for cell in [
            "<c t='s'><v>1</v></c>",
            "<c t='s'><v>-1</v></c>",
            "<c t='s'><v>x</v></c>",
            "<c t='b'><v>2</v></c>",
            "<c t='x'><v>2</v></c>",
            "<c t='inlineStr'><v>2</v></c>",
            "<c><v>teks</v></c>",
            "<c><v>inf</v></c>",
            "<c><v>1e999</v></c>",
            &format!("<c t='s'><v>{}5</v></c>", "0".repeat(80_000)),
            &format!("<c><v>{}5</v></c>", "0".repeat(80_000)),
            &format!("<c><v>{}5</v></c>", " ".repeat(80_000)),
        ] {
            assert_eq!(only(cell), Some(Value::Absent("cell.damaged")), "{cell}");
        }
        for cell in [
            "<c><f>A1</f></c>",
            "<c><f>A1</f><v/></c>",
            "<c><f>A1</f><v> </v></c>",
            "<c t='str'><f>A1</f></c>",
            "<c><f t='shared' si='0'/></c>",
            "<c t='e'><f>A1</f><v></v></c>",
        ] {
            assert_eq!(only(cell), Some(Value::Absent("cell.no-result")), "{cell}");
        }
    }

    #[test]
    fn rows_and_cells_without_numbers_follow_each_other() {
        let grid = sheet(
            "<row><c><v>1</v></c><c r='C1'><v>2</v></c><c><v>3</v></c></row><row/><row><c><v>4</v></c></row>",
        )
        .unwrap();
        let cells: Vec<(u32, Vec<u32>)> =
            grid.rows.iter().map(|(row, cells)| (*row, cells.keys().copied().collect())).collect();
        assert_eq!(cells, [(1, vec![0, 2, 3]), (3, vec![0])]);
    }

    #[test]
    fn contradictions_are_refused() {
        for data in [
            "<row r='0'><c><v>1</v></c></row>",
            "<row r='1048577'/>",
            "<row r='x'/>",
            "<row r='1'><c r='A2'><v>1</v></c></row>",
            "<row r='1'><c r='A1'><v>1</v></c><c r='A1'><v>1</v></c></row>",
            "<row r='1'><c r='A1'><v>1</v></c></row><row r='1'><c r='A1'><v>2</v></c></row>",
            "<row r='1'><c r='XFD1'><v>1</v></c><c><v>2</v></c></row>",
            "<row r='1' r='2'/>",
            "<row r='1'><c r='A1'><v>1</v><v>2</v></c></row>",
            "<row r='1'><c r='A1'><v>&x;</v></c></row>",
            "<row r='1'><c r='A1'></row>",
        ] {
            assert!(matches!(sheet(data), Err(Fault::Damaged(_))), "{data}");
        }
    }

    /// One text of 5,000 characters in every cell of a large sheet: 30 bytes of file each.
    #[test]
    fn what_is_kept_of_a_sheet_is_counted() {
        let strings = Strings::read(&format!("<sst><si><t>{}</t></si></sst>", "x".repeat(9_000))).unwrap();
        let shelf = Shelf { strings: &strings, formats: &[], from_1904: false };
        let row = format!("<row>{}</row>", "<c t='s'><v>0</v></c>".repeat(200));
        let text =
            |rows: usize| format!("<worksheet><sheetData>{}</sheetData></worksheet>", row.repeat(rows));
        assert_eq!(read(&text(20), &shelf, &mut Used::default()).unwrap().rows.len(), 20);
        assert!(matches!(read(&text(40), &shelf, &mut Used::default()), Err(Fault::TooLarge)));
        let full = format!("<row>{}</row>", "<c><v>1</v></c>".repeat(1_000));
        for (row, most) in [(full.as_str(), MAX_CELLS / 1_000), ("<row><c><v>1</v></c></row>", MAX_ROWS)] {
            let text =
                |rows: usize| format!("<worksheet><sheetData>{}</sheetData></worksheet>", row.repeat(rows));
            assert_eq!(read(&text(most), &shelf, &mut Used::default()).unwrap().rows.len(), most);
            assert!(matches!(read(&text(most + 1), &shelf, &mut Used::default()), Err(Fault::TooLarge)));
        }
    }

    #[test]
    fn formulas_that_look_elsewhere_are_known() {
        for formula in ["[1]Data!A1", "VLOOKUP(A1,'[12]Data 1'!$A:$B,2,0)"] {
            assert!(names_another_workbook(formula), "{formula}");
        }
        for formula in ["Data!A1", "SUM(Table1[Jumlah])", "Table1[[#This Row],[a]]", "\"[x]\"", "A1"] {
            assert!(!names_another_workbook(formula), "{formula}");
        }
    }
}
