//! calamine as an oracle: whatever both can read has the same values in both.

use std::collections::BTreeMap;
use std::fs;
use std::io::Cursor;

use calamine::{Data, Reader as _, Xlsx};

use super::{Book, Seen};

/// The values of the four sheets as calamine reads them, in the form of [`Seen`]; `None` if it does not.
fn calamine(bytes: &[u8]) -> Option<Vec<String>> {
    let mut book = Xlsx::new(Cursor::new(bytes.to_vec())).ok()?;
    let names = book.sheet_names();
    let mut values = Vec::new();
    for sheet in &pk::model::SHEETS {
        let name = names.iter().find(|name| name.trim().eq_ignore_ascii_case(sheet.name.as_str()));
        let name = match name {
            Some(name) => name,
            None if sheet.optional => continue,
            None => return None,
        };
        let range = book.worksheet_range(name).ok()?;
        let (top, left) = range.start()?;
        let mut columns: BTreeMap<u32, &str> = BTreeMap::new();
        for (index, cell) in range.rows().next()?.iter().enumerate() {
            let heading =
                cell.to_string().replace(['*', '_'], " ").split_whitespace().collect::<Vec<_>>().join("_");
            if let Some(known) = sheet.columns.iter().find(|column| column.name == heading.to_lowercase()) {
                columns.insert(u32::try_from(index).unwrap(), known.name);
            }
        }
        for (row, cells) in range.rows().enumerate().skip(1) {
            let row = top + u32::try_from(row).unwrap() + 1;
            for (index, name) in &columns {
                let value = match &cells[usize::try_from(*index).unwrap()] {
                    Data::Empty => continue,
                    Data::String(text) => {
                        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
                        if text.is_empty() {
                            continue;
                        }
                        format!("{text:?}")
                    }
                    Data::Float(number) => format!("Number({number:?})"),
                    Data::Int(number) => format!("Number({number}.0)"),
                    Data::Bool(value) => format!("Boolean({value})"),
                    Data::Error(error) => format!("Error(\"{error}\")"),
                    Data::DateTime(moment) => {
                        let (year, month, day, ..) = moment.to_ymd_hms_milli();
                        format!("Date(\"{year:04}-{month:02}-{day:02}\")")
                    }
                    other => format!("{other:?}"),
                };
                values.push(format!("{} {row} {name}: {value}", sheet.name.as_str()));
            }
        }
        assert_eq!(left, 0, "headings begin in column A");
    }
    Some(values)
}

/// Percentages are numbers to calamine.
fn plain(values: &[String]) -> Vec<String> {
    let mut values: Vec<String> = values.iter().map(|value| value.replace("Percent(", "Number(")).collect();
    values.sort();
    values
}

/// Vectors that both readers can be asked about. The others hold what the oracle does not survive: a reversed
/// dimension panics in it, a count or a cell in the last corner asks for hundreds of gigabytes.
const SHARED: [&str; 12] = [
    "amount-",
    "boolean-cell",
    "code-as-number-cell",
    "date-as-date-cell",
    "formula-",
    "nip-as-number-cell",
    "percentage-",
    "setting-empty",
    "target-as-",
    "target-is-",
    "valid-workbook",
    "written-by-",
];

#[test]
fn both_readers_find_the_same_values() {
    let folder = crate::architecture::root().join("tests/vectors/input");
    let mut compared = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !name.ends_with(".xlsx") || !SHARED.iter().any(|kind| name.starts_with(kind)) {
            continue;
        }
        let bytes = fs::read(&path).unwrap();
        let ours = Seen::of(&bytes, "xlsx");
        if ours.values.is_empty() || ours.values.iter().any(|value| value.contains("Absent")) {
            continue;
        }
        if let Some(theirs) = calamine(&bytes) {
            assert_eq!(plain(&ours.values), plain(&theirs), "{name}");
            compared += 1;
        }
    }
    assert!(compared >= 15, "{compared} workbooks");
}

#[test]
fn both_readers_find_the_same_values_in_every_kind_of_cell() {
    for cell in [
        "<c {} t=\"inlineStr\"><is><t>a &amp; b</t></is></c>",
        "<c {} t=\"inlineStr\"><is><r><t>a</t></r><r><rPr><b/></rPr><t xml:space=\"preserve\"> b</t></r></is></c>",
        "<c {} t=\"inlineStr\"><is><t>a</t><rPh sb=\"0\" eb=\"1\"><t>x</t></rPh></is></c>",
        "<c {} t=\"str\"><f>A1</f><v>teks</v></c>",
        "<c {} t=\"b\"><v>1</v></c>",
        "<c {} t=\"e\"><v>#N/A</v></c>",
        "<c {}><v>12.5</v></c>",
        "<c {}><v>1E3</v></c>",
        "<c {} s=\"4\"><v>1000</v></c>",
        "<c {} s=\"6\"><v>46027</v></c>",
        "<c {} s=\"6\"><v>61</v></c>",
        "<c {} s=\"6\"><v>36526.25</v></c>",
        "<c {} s=\"6\"><v>2958465</v></c>",
    ] {
        let zip = Book::default().cell("Pejabat", "F3", cell).parts().zip();
        assert_eq!(plain(&Seen::of(&zip, "xlsx").values), plain(&calamine(&zip).unwrap()), "{cell}");
    }
}
