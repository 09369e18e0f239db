//! Workbooks as programs write them, and as nobody should: each made here, part by part.

mod hostile;
mod misread;
mod oracle;
mod spelling;
mod unseen;
mod unused;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{Cursor, Write as _};
use std::path::Path;

use pk::input;
use pk::model::{Cycle, Defaults, Draft, Problem, SHEETS, Value};
use pk::render::Templates;
use tempfile::TempDir;
use zip::write::SimpleFileOptions;

const HEADER: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006/relationships";

const NAMES: [&str; 4] = ["Pengaturan", "Pejabat", "Sasaran", "Anggaran"];

/// The data of two officials; an empty text is no cell.
const DATA: [&[&[&str]]; 4] = [
    &[
        &["kunci", "nilai"],
        &["tahun", "2026"],
        &["instansi", "Pemerintah Kabupaten Contoh"],
        &["daerah", "Kabupaten Contoh"],
        &["tempat", "Contoh Raya"],
        &["tanggal", "2026-01-05"],
    ],
    &[
        &[
            "id *",
            "nama *",
            "gelar_depan",
            "gelar_belakang",
            "nip",
            "pangkat",
            "golongan",
            "jabatan *",
            "unit *",
            "jenjang *",
            "kapasitas",
            "atasan",
            "dokumen",
        ],
        &[
            "bupati",
            "Contoh Kepala",
            "",
            "",
            "",
            "",
            "",
            "Bupati Contoh",
            "Pemerintah Kabupaten Contoh",
            "kepala_daerah",
            "",
            "",
            "pk",
        ],
        &[
            "kominfo",
            "Contoh Satu",
            "Dr.",
            "S.T., M.Si.",
            "19700101 199501 1 001",
            "Pembina Utama Muda",
            "IV/c",
            "Kepala Dinas Komunikasi & Informatika",
            "Dinas Komunikasi & Informatika",
            "jpt",
            "definitif",
            "bupati",
            "both",
        ],
    ],
    &[
        &["pejabat", "sasaran", "indikator", "target", "satuan", "catatan"],
        &["bupati", "Meningkatnya mutu pemerintahan", "Nilai SAKIP", "BB", "", ""],
        &["kominfo", "Meningkatnya mutu informatika", "Indeks SPBE", "2,8", "Indeks", ""],
        &["kominfo", "", "Cakupan pengamanan informasi", "100", "%", ""],
    ],
    &[
        &["pejabat", "kode", "uraian", "anggaran", "sumber", "induk"],
        &["kominfo", "2.16.03", "Pengelolaan Aplikasi <Informatika>", "1.589.645.600", "APBD", ""],
    ],
];

/// Formats of cells that the tests name by number: 1 struck, 2 not struck, 3 shows nothing, 4 with separators,
/// 5 in thousands, 6 a date, 7 shows zero as nothing.
const STYLES: &str = "<numFmts count=\"9999\"><numFmt numFmtId=\"164\" formatCode=\";;;\"/>\
    <numFmt numFmtId=\"165\" formatCode=\"#,##0,\"/><numFmt numFmtId=\"166\" formatCode=\"0;-0;;@\"/></numFmts>\
    <fonts><font><sz val=\"11\"/></font><font><strike/></font><font><strike val=\"0\"/></font></fonts>\
    <cellXfs><xf numFmtId=\"0\" fontId=\"0\"/><xf numFmtId=\"49\" fontId=\"1\"/><xf numFmtId=\"49\" fontId=\"2\"/>\
    <xf numFmtId=\"164\"/><xf numFmtId=\"3\"/><xf numFmtId=\"165\"/><xf numFmtId=\"14\"/><xf numFmtId=\"166\"/>\
    </cellXfs>";

/// A workbook that is right, and where it is going to be something else.
#[derive(Clone, Default)]
struct Book {
    /// Cells by sheet and reference, as XML.
    cells: BTreeMap<(usize, String), String>,
    /// Attributes of rows.
    rows: BTreeMap<(usize, usize), &'static str>,
    /// What stands before and after the cells.
    before: BTreeMap<usize, String>,
    after: BTreeMap<usize, String>,
    /// Attributes of sheets in the workbook.
    sheets: BTreeMap<usize, &'static str>,
    /// What else the workbook says.
    properties: &'static str,
    calculation: &'static str,
    /// What the table of shared texts begins with.
    table: &'static str,
}

fn sheet(name: &str) -> usize {
    NAMES.iter().position(|known| *known == name).unwrap()
}

impl Book {
    /// With another cell: `{}` in the XML becomes its reference.
    fn cell(mut self, name: &str, reference: &str, xml: &str) -> Self {
        self.cells
            .insert((sheet(name), reference.to_owned()), xml.replace("{}", &format!("r=\"{reference}\"")));
        self
    }

    fn row(mut self, name: &str, row: usize, attributes: &'static str) -> Self {
        self.rows.insert((sheet(name), row), attributes);
        self
    }

    fn before(mut self, name: &str, xml: &str) -> Self {
        self.before.insert(sheet(name), xml.to_owned());
        self
    }

    fn after(mut self, name: &str, xml: &str) -> Self {
        self.after.insert(sheet(name), xml.to_owned());
        self
    }

    fn parts(&self) -> Parts {
        let mut strings: Vec<&str> = Vec::new();
        let mut parts = Vec::new();
        for (index, rows) in DATA.iter().enumerate() {
            let mut data = String::new();
            for (row, texts) in (1..).zip(*rows) {
                let attributes = self.rows.get(&(index, row)).copied().unwrap_or_default();
                write!(data, "<row r=\"{row}\" spans=\"1:99\" {attributes}>").unwrap();
                for (letter, text) in ('A'..).zip(*texts) {
                    let reference = format!("{letter}{row}");
                    if let Some(cell) = self.cells.get(&(index, reference.clone())) {
                        data.push_str(cell);
                    } else if !text.is_empty() {
                        let known = strings.iter().position(|known| known == text);
                        let string = known.unwrap_or(strings.len());
                        if known.is_none() {
                            strings.push(text);
                        }
                        write!(data, "<c r=\"{reference}\" t=\"s\"><v>{string}</v></c>").unwrap();
                    }
                }
                data.push_str("</row>");
            }
            let (before, after) = (self.before.get(&index), self.after.get(&index));
            let text = format!(
                "{HEADER}<worksheet xmlns=\"{MAIN}\" xmlns:r=\"{OFFICE}\">{}<sheetData>{data}</sheetData>{}</worksheet>",
                before.map_or("<dimension ref=\"A1:M3\"/>", String::as_str),
                after.map_or("", String::as_str)
            );
            parts.push((format!("xl/worksheets/sheet{}.xml", index + 1), text));
        }
        let mut items = String::new();
        for text in &strings {
            let text = text.replace('&', "&amp;").replace('<', "&lt;");
            write!(items, "<si><t>{text}</t></si>").unwrap();
        }
        let (mut listed, mut related) = (String::new(), String::new());
        for (index, name) in NAMES.iter().enumerate() {
            let (number, more) = (index + 1, self.sheets.get(&index).copied().unwrap_or_default());
            write!(listed, "<sheet name=\"{name}\" sheetId=\"{number}\" {more} r:id=\"rId{number}\"/>")
                .unwrap();
            write!(
                related,
                "<Relationship Id=\"rId{number}\" Type=\"{OFFICE}/worksheet\" Target=\"worksheets/sheet{number}.xml\"/>"
            )
            .unwrap();
        }
        let table = if self.table.is_empty() {
            "<sst xmlns=\"{MAIN}\" count=\"1\" uniqueCount=\"1\">"
        } else {
            self.table
        };
        let texts = [
            (
                "[Content_Types].xml",
                "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>".to_owned(),
            ),
            (
                "_rels/.rels",
                format!(
                    "<Relationships xmlns=\"{PACKAGE}\"><Relationship Id=\"a\" Type=\"{OFFICE}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
                ),
            ),
            (
                "xl/workbook.xml",
                format!(
                    "<workbook xmlns=\"{MAIN}\" xmlns:r=\"{OFFICE}\">{}<sheets>{listed}</sheets>{}</workbook>",
                    self.properties, self.calculation
                ),
            ),
            (
                "xl/_rels/workbook.xml.rels",
                format!(
                    "<Relationships xmlns=\"{PACKAGE}\">{related}<Relationship Id=\"s\" Type=\"{OFFICE}/sharedStrings\" Target=\"sharedStrings.xml\"/><Relationship Id=\"t\" Type=\"{OFFICE}/styles\" Target=\"styles.xml\"/></Relationships>"
                ),
            ),
            ("xl/styles.xml", format!("<styleSheet xmlns=\"{MAIN}\">{STYLES}</styleSheet>")),
            ("xl/sharedStrings.xml", format!("{}{items}</sst>", table.replace("{MAIN}", MAIN))),
        ];
        parts.extend(
            texts.map(|(name, text)| (name.to_owned(), format!("{HEADER}{}", text.replace(HEADER, "")))),
        );
        Parts(parts.into_iter().map(|(name, text)| (name, text.into_bytes())).collect())
    }

    fn seen(&self) -> Seen {
        self.parts().seen()
    }
}

/// The parts of a workbook, to be bent before they are zipped.
#[derive(Clone)]
struct Parts(Vec<(String, Vec<u8>)>);

impl Parts {
    fn add(mut self, name: &str, content: impl Into<Vec<u8>>) -> Self {
        self.0.push((name.to_owned(), content.into()));
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.0.retain(|(known, _)| known != name);
        self
    }

    /// Every part whose name ends so, as another text.
    fn map(mut self, end: &str, change: impl Fn(&str) -> String) -> Self {
        let mut changed = 0;
        for (_, content) in self.0.iter_mut().filter(|(name, _)| name.ends_with(end)) {
            let text = String::from_utf8(content.clone()).unwrap();
            let new = change(&text);
            changed += usize::from(new != text);
            *content = new.into_bytes();
        }
        assert!(changed > 0, "nothing to change in {end}");
        self
    }

    fn replace(self, end: &str, from: &str, to: &str) -> Self {
        self.map(end, |text| text.replace(from, to))
    }

    fn bytes(mut self, change: impl Fn(Vec<u8>) -> Vec<u8>) -> Self {
        for (_, content) in &mut self.0 {
            *content = change(std::mem::take(content));
        }
        self
    }

    fn rename(mut self, change: impl Fn(&str) -> String) -> Self {
        for (name, _) in &mut self.0 {
            *name = change(name);
        }
        self
    }

    fn zip(&self) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in &self.0 {
            zip.start_file(name.as_str(), SimpleFileOptions::default()).unwrap();
            zip.write_all(content).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    fn seen(&self) -> Seen {
        Seen::of(&self.zip(), "xlsx")
    }
}

/// What was read of a file, and what was said about it.
#[derive(Clone, Debug, Default, PartialEq)]
struct Seen {
    /// `Pejabat 3 nama: Text("…")`
    values: Vec<String>,
    /// `! cell.zero Pejabat 3 nama` for a problem, `? …` for a warning.
    notes: Vec<String>,
    /// What the budgets come to, if documents are made.
    totals: Vec<u64>,
}

impl Seen {
    fn of(bytes: &[u8], extension: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join(format!("data.{extension}"));
        fs::write(&path, bytes).unwrap();
        Self::of_path(&path)
    }

    fn of_path(path: &Path) -> Self {
        let read = input::read(path);
        let mut notes: Vec<String> = read.warnings.iter().map(|warning| note('?', warning)).collect();
        let mut totals = Vec::new();
        let values = match read.output {
            Ok(draft) => {
                let institution = ("instansi".to_owned(), "Pemerintah Kabupaten Contoh".to_owned());
                let defaults = Defaults { settings: [institution].into(), ..Defaults::default() };
                let wording = |profile: &str| Templates::built_in().wording(profile)?.ok();
                let cycle = Cycle::from_draft(&draft, &defaults, wording);
                notes.extend(cycle.warnings.iter().map(|warning| note('?', warning)));
                match &cycle.output {
                    Ok(cycle) => {
                        let documents = cycle.documents.iter().map(|d| serde_json::to_value(d).unwrap());
                        totals = documents.filter_map(|d| d["annex"]["budget"]["total"].as_u64()).collect();
                    }
                    Err(problems) => notes.extend(problems.0.iter().map(|problem| note('!', problem))),
                }
                values(&draft)
            }
            Err(problems) => {
                notes.extend(problems.0.iter().map(|problem| note('!', problem)));
                Vec::new()
            }
        };
        Self { values, notes, totals }
    }
}

fn note(kind: char, problem: &Problem) -> String {
    let place = &problem.place;
    let mut text = format!("{kind} {}", problem.code);
    let pieces = [place.sheet.clone(), place.row.map(|row| row.to_string()), place.column.clone()];
    for piece in pieces.into_iter().flatten() {
        write!(text, " {piece}").unwrap();
    }
    text
}

fn values(draft: &Draft) -> Vec<String> {
    let mut values = Vec::new();
    for sheet in &SHEETS {
        for row in draft.rows(sheet.name) {
            for cell in row.cells() {
                let (row, column) = (cell.place.row.unwrap(), cell.place.column.as_deref().unwrap());
                // White space is nobody's text.
                let value = match &cell.value {
                    Value::Text(text) => {
                        format!("{:?}", text.split_whitespace().collect::<Vec<_>>().join(" "))
                    }
                    other => format!("{other:?}"),
                };
                values.push(format!("{} {row} {column}: {value}", sheet.name.as_str()));
            }
        }
    }
    values
}

#[test]
fn the_book_that_all_others_come_from_is_right() {
    let seen = Book::default().seen();
    assert_eq!(seen.values.len(), 5 * 2 + 6 + 13 + 4 + 5 + 4 + 5);
    assert!(seen.values.contains(&"Anggaran 2 uraian: \"Pengelolaan Aplikasi <Informatika>\"".to_owned()));
    assert_eq!(seen.notes, ["? column.unknown Sasaran 1"]);
}
