//! What a person could not see is said with its place; what is as it looks is not remarked on.

use super::{Book, Seen};

/// What is said beyond the one column that the book always has too many.
fn notes(seen: &Seen) -> Vec<&str> {
    seen.notes.iter().map(String::as_str).filter(|note| !note.starts_with("? column.unknown")).collect()
}

fn check(name: &str, book: &Book, expected: &[&str]) {
    assert_eq!(notes(&book.seen()), expected, "{name}");
}

#[test]
fn a_formula_that_was_never_calculated_is_a_problem() {
    for cell in ["<c {}><f>A1</f></c>", "<c {}><f>A1</f><v/></c>", "<c {} t=\"str\"><f>A1</f></c>"] {
        check(cell, &Book::default().cell("Pejabat", "E3", cell), &["! cell.no-result Pejabat 3 nip"]);
        check(cell, &Book::default().cell("Pejabat", "B3", cell), &["! cell.no-result Pejabat 3 nama"]);
        check(cell, &Book::default().cell("Anggaran", "D2", cell), &["! cell.no-result Anggaran 2 anggaran"]);
        check(cell, &Book::default().cell("Sasaran", "D3", cell), &["! cell.no-result Sasaran 3 target"]);
        check(
            cell,
            &Book::default().cell("Pengaturan", "B6", cell),
            &["! cell.no-result Pengaturan 6 nilai"],
        );
        // Nobody reads this column.
        check(cell, &Book::default().cell("Sasaran", "F3", cell), &[]);
    }
    check(
        "heading",
        &Book::default().cell("Sasaran", "E1", "<c {}><f>A1</f></c>"),
        &["! cell.no-result Sasaran 1"],
    );
    // A formula that gives an empty text, and one that gives a text.
    for cell in ["<c {} t=\"str\"><f>A1</f><v></v></c>", "<c {} t=\"str\"><f>A1</f><v>Dr.</v></c>"] {
        check(cell, &Book::default().cell("Pejabat", "C3", cell), &[]);
    }
}

/// A whole sheet that nobody calculated is one problem, not a thousand.
#[test]
fn many_formulas_without_results_are_one_problem() {
    let sheet = |rows: usize| {
        let more: String = (3..3 + rows)
            .map(|row| {
                format!("<row r=\"{row}\"><c r=\"C{row}\"><f>A1</f></c><c r=\"D{row}\"><f>A1</f></c></row>")
            })
            .collect();
        Book::default().parts().replace("sheet4.xml", "</sheetData>", &format!("{more}</sheetData>")).seen()
    };
    assert_eq!(sheet(10).notes.iter().filter(|note| note.contains("cell.no-result")).count(), 20);
    assert_eq!(notes(&sheet(500)), ["! formula.no-results Anggaran 3 uraian"]);
}

#[test]
fn results_that_may_be_old_are_said_once_a_sheet() {
    let formula = "<c {} t=\"str\"><f>A1</f><v>Dr.</v></c>";
    let book =
        |calculation: &'static str| Book { calculation, ..Book::default().cell("Pejabat", "C3", formula) };
    for calculation in [
        "<calcPr fullCalcOnLoad=\"1\"/>",
        "<calcPr calcId=\"1\" fullCalcOnLoad=\"true\"/>",
        "<calcPr calcCompleted=\"0\"/>",
    ] {
        check(calculation, &book(calculation), &["? formula.stale Pejabat 3 gelar_depan"]);
    }
    for calculation in ["", "<calcPr calcId=\"191029\"/>", "<calcPr fullCalcOnLoad=\"0\"/>"] {
        check(calculation, &book(calculation), &[]);
    }
    // Without formulas there is nothing to calculate, and what nobody reads may be as old as it likes.
    let unused = Book::default().cell("Sasaran", "F3", formula);
    for book in [Book::default(), unused] {
        check("no formula", &Book { calculation: "<calcPr fullCalcOnLoad=\"1\"/>", ..book }, &[]);
    }
    let elsewhere = "<c {} t=\"str\"><f>VLOOKUP(A3,'[1]Data'!A:B,2,0)</f><v>Dr.</v></c>";
    check(
        "external",
        &Book::default().cell("Pejabat", "C3", elsewhere),
        &["? formula.external Pejabat 3 gelar_depan"],
    );
    let inside = "<c {} t=\"str\"><f>VLOOKUP(A3,Tabel[Gelar],2,0)</f><v>Dr.</v></c>";
    check("inside", &Book::default().cell("Pejabat", "C3", inside), &[]);
}

#[test]
fn a_lone_zero_is_no_word() {
    for (reference, column) in [
        ("B3", "nama"),
        ("C3", "gelar_depan"),
        ("D3", "gelar_belakang"),
        ("E3", "nip"),
        ("F3", "pangkat"),
        ("G3", "golongan"),
        ("H3", "jabatan"),
        ("I3", "unit"),
        ("J3", "jenjang"),
        ("K3", "kapasitas"),
        ("M3", "dokumen"),
    ] {
        for cell in [
            "<c {}><v>0</v></c>",
            "<c {}><f>X!A1</f><v>0</v></c>",
            "<c {} t=\"inlineStr\"><is><t> 0 </t></is></c>",
        ] {
            let seen = Book::default().cell("Pejabat", reference, cell).seen();
            assert!(
                notes(&seen).contains(&format!("! cell.zero Pejabat 3 {column}").as_str()),
                "{:?}",
                seen.notes
            );
        }
    }
    for (sheet, reference, place) in [
        ("Sasaran", "B3", "Sasaran 3 sasaran"),
        ("Sasaran", "C3", "Sasaran 3 indikator"),
        ("Sasaran", "E3", "Sasaran 3 satuan"),
        ("Anggaran", "B2", "Anggaran 2 kode"),
        ("Anggaran", "C2", "Anggaran 2 uraian"),
        ("Anggaran", "E2", "Anggaran 2 sumber"),
        ("Anggaran", "F2", "Anggaran 2 induk"),
        ("Pengaturan", "B4", "Pengaturan 4 nilai"),
    ] {
        let seen = Book::default().cell(sheet, reference, "<c {}><v>0</v></c>").seen();
        assert!(notes(&seen).contains(&format!("! cell.zero {place}").as_str()), "{:?}", seen.notes);
    }
    // A target of none is one, and so is an amount; a formula may have made it of an empty cell.
    for (sheet, reference, place) in
        [("Sasaran", "D3", "Sasaran 3 target"), ("Anggaran", "D2", "Anggaran 2 anggaran")]
    {
        check("typed", &Book::default().cell(sheet, reference, "<c {}><v>0</v></c>"), &[]);
        let formula = Book::default().cell(sheet, reference, "<c {}><f>X!A1</f><v>0</v></c>");
        check("formula", &formula, &[&format!("? formula.zero {place}")]);
        let other = Book::default().cell(sheet, reference, "<c {}><f>X!A1</f><v>5</v></c>");
        check("another figure", &other, &[]);
    }
    for words in ["10", "0 persen", "Tahun 0"] {
        let cell = format!("<c {{}} t=\"inlineStr\"><is><t>{words}</t></is></c>");
        check(words, &Book::default().cell("Sasaran", "E3", &cell), &[]);
    }
}

#[test]
fn a_lone_zero_is_no_word_in_other_formats() {
    let yaml = |rank: &str, unit: &str| {
        format!(
            "pengaturan: {{tahun: 2026, instansi: Pemerintah Kabupaten Contoh, daerah: Kabupaten Contoh, tempat: Contoh Raya, tanggal: 2026-01-05}}\n\
             pejabat:\n  - {{id: bupati, nama: Contoh Kepala, jabatan: Bupati, unit: Kabupaten, jenjang: kepala_daerah, dokumen: pk}}\n  \
             - {{id: a, nama: Contoh Satu, nip: \"-\", pangkat: {rank}, jabatan: Kepala, unit: Dinas, jenjang: jpt, atasan: bupati, dokumen: pk}}\n\
             sasaran:\n  - {{pejabat: bupati, sasaran: S, indikator: I, target: 0}}\n  - {{pejabat: a, sasaran: S, indikator: I, target: 1, satuan: {unit}}}\n"
        )
    };
    assert_eq!(Seen::of(yaml("Pembina", "Indeks").as_bytes(), "yaml").notes, Vec::<String>::new());
    assert_eq!(
        Seen::of(yaml("0", "\"0\"").as_bytes(), "yaml").notes,
        ["! cell.zero Pejabat 4 pangkat", "! cell.zero Sasaran 7 satuan"]
    );
    let json = |unit: &str| {
        format!(
            r#"{{"pengaturan": {{"tahun": 2026, "instansi": "Pemerintah Kabupaten Contoh", "daerah": "Kabupaten Contoh", "tempat": "Contoh Raya", "tanggal": "2026-01-05"}},
            "pejabat": [{{"id": "bupati", "nama": "Contoh Kepala", "jabatan": "Bupati", "unit": "Kabupaten", "jenjang": "kepala_daerah", "dokumen": "pk"}}],
            "sasaran": [{{"pejabat": "bupati", "sasaran": "S", "indikator": "I", "target": 0, "satuan": {unit}}}]}}"#
        )
    };
    assert_eq!(Seen::of(json("null").as_bytes(), "json").notes, Vec::<String>::new());
    assert_eq!(Seen::of(json("0").as_bytes(), "json").notes, ["! cell.zero Sasaran 1 satuan"]);
}

#[test]
fn errors_are_problems_in_every_spelling() {
    for error in
        ["#N/A", "#REF!", "#SPILL!", "#CALC!", "#GETTING_DATA", "#BUSY!", "#NAME?", "Err:502", "#####"]
    {
        for cell in [
            format!("<c {{}} t=\"e\"><f>A1</f><v>{error}</v></c>"),
            format!("<c {{}} t=\"inlineStr\"><is><t>{error}</t></is></c>"),
        ] {
            check(error, &Book::default().cell("Pejabat", "F3", &cell), &["! cell.error Pejabat 3 pangkat"]);
            check(error, &Book::default().cell("Sasaran", "F3", &cell), &[]);
        }
    }
    for text in ["#1", "# Kepala", "Nomor #5!", "Err: 5", "#a!"] {
        let cell = format!("<c {{}} t=\"inlineStr\"><is><t>{text}</t></is></c>");
        check(text, &Book::default().cell("Pejabat", "H3", &cell), &[]);
    }
}

#[test]
fn hidden_rows_columns_and_sheets_are_said() {
    for attributes in ["hidden=\"1\"", "hidden=\"true\" outlineLevel=\"1\"", "ht=\"0\" customHeight=\"1\""] {
        check(attributes, &Book::default().row("Anggaran", 2, attributes), &["? row.hidden Anggaran 2"]);
    }
    for attributes in
        ["hidden=\"0\"", "hidden=\"false\"", "ht=\"0\"", "collapsed=\"1\"", "ht=\"15\" customHeight=\"1\""]
    {
        check(attributes, &Book::default().row("Anggaran", 2, attributes), &[]);
    }
    let both = Book::default().row("Sasaran", 3, "hidden=\"1\"").row("Sasaran", 4, "hidden=\"1\"");
    check("two rows", &both, &["? row.hidden Sasaran 3"]);
    check("headings", &Book::default().row("Sasaran", 1, "hidden=\"1\""), &[]);
    let empty = Book::default().parts().replace(
        "sheet4.xml",
        "</sheetData>",
        "<row r=\"3\" hidden=\"1\"><c r=\"A3\" s=\"1\"/></row></sheetData>",
    );
    assert_eq!(notes(&empty.seen()), Vec::<&str>::new());
    for columns in ["<col min=\"4\" max=\"4\" hidden=\"1\"/>", "<col min=\"4\" max=\"16384\" width=\"0\"/>"] {
        let book = Book::default().before("Anggaran", &format!("<cols>{columns}</cols>"));
        assert!(notes(&book.seen()).contains(&"? column.hidden Anggaran anggaran"), "{columns}");
    }
    for columns in [
        "<col min=\"7\" max=\"9\" hidden=\"1\"/>",
        "<col min=\"6\" max=\"6\" hidden=\"1\"/>",
        "<col min=\"4\" max=\"4\" hidden=\"0\"/>",
        "<col hidden=\"1\"/>",
        "<col min=\"9\" max=\"1\" hidden=\"1\"/>",
    ] {
        check(columns, &Book::default().before("Anggaran", &format!("<cols>{columns}</cols>")), &[]);
    }
    for state in ["state=\"hidden\"", "state=\"veryHidden\""] {
        let mut book = Book::default();
        book.sheets.insert(3, state);
        check(state, &book, &["? sheet.hidden Anggaran"]);
    }
    let mut book = Book::default();
    book.sheets.insert(3, "state=\"visible\"");
    check("visible", &book, &[]);
}

#[test]
fn struck_and_unseen_content_is_said() {
    let text = |style: usize| format!("<c {{}} s=\"{style}\" t=\"inlineStr\"><is><t>Dr.</t></is></c>");
    check(
        "struck",
        &Book::default().cell("Pejabat", "C3", &text(1)),
        &["? cell.struck Pejabat 3 gelar_depan"],
    );
    check("not struck", &Book::default().cell("Pejabat", "C3", &text(2)), &[]);
    check("nothing to strike", &Book::default().cell("Pejabat", "C3", "<c {} s=\"1\"/>"), &[]);
    check("nobody reads it", &Book::default().cell("Sasaran", "F3", &text(1)), &[]);
    let two = Book::default().cell("Pejabat", "C3", &text(1)).cell("Pejabat", "D3", &text(1));
    check("two", &two, &["? cell.struck Pejabat 3 gelar_depan, gelar_belakang"]);
    let run = |strike: &str, run: &str| {
        format!(
            "<c {{}} t=\"inlineStr\"><is><r><rPr><b/>{strike}</rPr><t>{run}</t></r><r><t>Dr.</t></r></is></c>"
        )
    };
    check(
        "a run",
        &Book::default().cell("Pejabat", "C3", &run("<strike/>", "Ir. ")),
        &["? cell.struck Pejabat 3 gelar_depan"],
    );
    check(
        "a run that is not",
        &Book::default().cell("Pejabat", "C3", &run("<strike val=\"0\"/>", "Ir. ")),
        &[],
    );
    check("a blank", &Book::default().cell("Pejabat", "C3", &run("<strike/>", " ")), &[]);
    check(
        "unseen",
        &Book::default().cell("Pejabat", "C3", &text(3)),
        &["? cell.unseen Pejabat 3 gelar_depan"],
    );
    check("seen", &Book::default().cell("Pejabat", "C3", &text(7)), &[]);
    let number = |style: usize, number: &str| format!("<c {{}} s=\"{style}\"><v>{number}</v></c>");
    check(
        "unseen zero",
        &Book::default().cell("Sasaran", "D3", &number(7, "0")),
        &["? cell.unseen Sasaran 3 target"],
    );
    check("seen five", &Book::default().cell("Sasaran", "D3", &number(7, "5")), &[]);
    check(
        "separators",
        &Book::default().cell("Sasaran", "D3", &number(4, "1500")),
        &["? cell.shown-otherwise Sasaran 3 target"],
    );
    check("as typed", &Book::default().cell("Sasaran", "D3", &number(0, "1500")), &[]);
    check("an amount", &Book::default().cell("Anggaran", "D2", &number(4, "1500")), &[]);
    check(
        "thousands",
        &Book::default().cell("Anggaran", "D2", &number(5, "1500000")),
        &["? cell.shown-otherwise Anggaran 2 anggaran"],
    );
}

#[test]
fn merged_cells_are_said_where_they_mean_nothing() {
    let merged = |sheet: &str, reference: &str| {
        Book::default().after(sheet, &format!("<mergeCells><mergeCell ref=\"{reference}\"/></mergeCells>"))
    };
    // The unit of row 3 stands for row 4 too, and is read for row 3 only.
    let unit = merged("Sasaran", "E3:E4").cell("Sasaran", "E4", "<c {}/>");
    check("unit", &unit, &["? cell.merged Sasaran 4 satuan"]);
    check("covered", &merged("Sasaran", "E4:E3"), &["? cell.covered Sasaran 4 satuan"]);
    check("as above", &merged("Sasaran", "B3:B4"), &[]);
    let official = merged("Sasaran", "A3:A4").cell("Sasaran", "A4", "<c {}/>");
    check("official", &official, &[]);
    check("headings", &merged("Sasaran", "A1:C1"), &[]);
    check("beside", &merged("Sasaran", "H1:J9"), &[]);
}

/// In the workbook of `pk init` every cell has the format Text, and a formula typed there stays text.
#[test]
fn a_formula_that_is_text_is_no_text() {
    for (text, expected) in [
        ("=VLOOKUP(A3;Data!A:C;2;0)", true),
        ("=Data!B2", true),
        ("=\"Dr.\"", true),
        ("= 5", false),
        ("=BB", false),
    ] {
        let cell = format!("<c {{}} t=\"inlineStr\"><is><t>{text}</t></is></c>");
        let problem = ["! cell.formula-text Pejabat 3 gelar_depan"];
        check(text, &Book::default().cell("Pejabat", "C3", &cell), if expected { &problem } else { &[] });
        check(text, &Book::default().cell("Sasaran", "F3", &cell), &[]);
    }
}
