//! Workbooks that lie, contradict themselves or ask for more than they hold.

use super::{Book, Parts, Seen};

fn damaged(name: &str, parts: &Parts, expected: &str) {
    let notes = parts.seen().notes;
    let problems: Vec<&String> = notes.iter().filter(|note| note.starts_with('!')).collect();
    assert_eq!(problems, [expected], "{name}");
}

#[test]
fn what_is_damaged_is_named_with_its_cell() {
    for cell in [
        "<c {} t=\"s\"><v>9999</v></c>",
        "<c {} t=\"s\"><v>-1</v></c>",
        "<c {} t=\"s\"><v>1.5</v></c>",
        "<c {} t=\"s\"><v>99999999999999999999999</v></c>",
        "<c {} t=\"zzz\"><v>1</v></c>",
        "<c {}><v>Dr.</v></c>",
        "<c {}><v>nan</v></c>",
    ] {
        damaged(
            cell,
            &Book::default().cell("Pejabat", "C3", cell).parts(),
            "! cell.damaged Pejabat 3 gelar_depan",
        );
    }
    let no_table = Book::default().parts().without("xl/sharedStrings.xml").seen();
    assert!(
        no_table
            .notes
            .iter()
            .all(|note| note.starts_with("! sheet.no-headings") || note.starts_with("! cell.damaged"))
    );
}

#[test]
fn contradictions_of_a_sheet_are_refused() {
    for (from, to) in [
        ("<row r=\"3\"", "<row r=\"0\""),
        ("<row r=\"3\"", "<row r=\"1048577\""),
        ("<row r=\"3\"", "<row r=\"4294967299\""),
        ("<row r=\"3\"", "<row r=\"3\" r=\"4\""),
        ("<c r=\"C3\"", "<c r=\"C2\""),
        ("<c r=\"C3\"", "<c r=\"B3\""),
        ("<c r=\"C3\"", "<c r=\"XFE3\""),
        ("<c r=\"C3\"", "<c r=\"$C$3\""),
        ("<c r=\"C3\"", "<c r=\"C4294967299\""),
        ("<c r=\"C3\"", "<c r=\"\""),
        ("</sheetData>", "</sheetData><sheetData/>"),
        ("</row>", "</row><row r=\"1\"><c r=\"A1\"><v>1</v></c></row>"),
        ("</sheetData>", ""),
        ("<sheetData>", "<sheetData><row r=\"9\"><c r=\"A9\"><v>&lol;</v></c></row>"),
        ("worksheet", "chartsheet"),
    ] {
        damaged(
            &format!("{from} {to}"),
            &Book::default().parts().replace("sheet2.xml", from, to),
            "! sheet.damaged Pejabat",
        );
    }
    let last = "<row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row></sheetData>";
    let corner = Book::default().parts().replace("sheet2.xml", "</sheetData>", last);
    assert_eq!(corner.seen(), Book::default().seen(), "a cell in the last corner is one cell");
}

#[test]
fn contradictions_of_the_package_are_refused() {
    let again = Book::default().parts().add("XL/Worksheets/Sheet2.xml", "<worksheet/>");
    damaged("two parts of one name", &again, "! file.damaged");
    let entities = "<!DOCTYPE sst [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><sst ";
    damaged(
        "document type",
        &Book::default().parts().replace("sharedStrings.xml", "<sst ", entities),
        "! file.damaged",
    );
    let entity = Book::default().parts().replace("sharedStrings.xml", "<t>Dr.</t>", "<t>&b;</t>");
    damaged("entity", &entity, "! file.damaged");
    damaged(
        "cut",
        &Book::default().parts().map("styles.xml", |text| text[..text.len() / 2].to_owned()),
        "! file.damaged",
    );
    damaged("no workbook", &Book::default().parts().without("xl/workbook.xml"), "! file.not-xlsx");
    let binary = Book::default().parts().without("xl/workbook.xml").add("xl/workbook.bin", "x").replace(
        "_rels/.rels",
        "workbook.xml",
        "workbook.bin",
    );
    damaged("binary", &binary, "! file.xlsb");
    let zip = Book::default().parts().zip();
    assert_eq!(Seen::of(&zip[..zip.len() / 2], "xlsx").notes, ["! file.damaged"]);
}

#[test]
fn what_is_used_is_bounded_by_what_is_unpacked() {
    let blank = " ".repeat(129 * 1024 * 1024);
    for part in ["sharedStrings.xml", "sheet3.xml", "styles.xml", "workbook.xml"] {
        let bomb = Book::default().parts().map(part, |text| format!("{text}{blank}"));
        damaged(part, &bomb, "! file.bomb");
    }
}

/// Each asks for much with little, and none of it may take long: the work is bounded by the size of the part.
#[test]
fn shapes_that_are_quadratic_elsewhere_are_read_once() {
    let many = |piece: &str| piece.repeat(400_000);
    let deep = format!("<extLst>{}{}</extLst>", "<a>".repeat(30_000), "</a>".repeat(30_000));
    assert_eq!(Book::default().after("Sasaran", &deep).seen(), Book::default().seen());
    let attributes: String = (0..400_000).map(|n| format!(" a{n}=\"1\"")).collect();
    assert_eq!(
        Book::default().before("Sasaran", &format!("<sheetPr{attributes}/>")).seen(),
        Book::default().seen()
    );
    let namespaces: String = (0..400_000).map(|n| format!(" xmlns:a{n}=\"urn:{n}\"")).collect();
    damaged(
        "namespaces",
        &Book::default().before("Sasaran", &format!("<sheetPr{namespaces}/>")).parts(),
        "! sheet.damaged Sasaran",
    );
    let merged = format!("<mergeCells>{}</mergeCells>", many("<mergeCell ref=\"A1:XFD1048576\"/>"));
    damaged("merged", &Book::default().after("Sasaran", &merged).parts(), "! sheet.too-large Sasaran");
    let columns = format!("<cols>{}</cols>", many("<col min=\"1\" max=\"16384\" hidden=\"1\"/>"));
    damaged("columns", &Book::default().before("Sasaran", &columns).parts(), "! sheet.too-large Sasaran");
    let rows = many("<row hidden=\"1\"/>");
    let parts = Book::default().parts().replace("sheet3.xml", "</sheetData>", &format!("{rows}</sheetData>"));
    assert_eq!(parts.seen(), Book::default().seen());
    let directory = [b"PK\x03\x04".to_vec(), b"PK\x01\x02".repeat(20_001)].concat();
    assert_eq!(Seen::of(&directory, "xlsx").notes, ["! file.damaged"]);
    let strings = many("<si/>");
    let parts = Book::default().parts().replace("sharedStrings.xml", "</sst>", &format!("{strings}</sst>"));
    assert_eq!(parts.seen(), Book::default().seen());
}

/// A few bytes of a part that take many in memory: they are counted, as far as honest workbooks go.
#[test]
fn records_of_the_styles_are_counted() {
    for (before, record, most, more) in
        [("</cellXfs>", "<xf/>", 65_536 - 8, "cell formats"), ("</fonts>", "<font/>", 65_536 - 3, "fonts")]
    {
        let parts = |count: usize| {
            Book::default().parts().replace(
                "styles.xml",
                before,
                &format!("{}{before}", record.repeat(count)),
            )
        };
        assert_eq!(parts(most).seen(), Book::default().seen(), "{more}");
        damaged(more, &parts(most + 1), "! file.damaged");
    }
    let formats = |count: usize| {
        let records: String =
            (0..count).map(|n| format!("<numFmt numFmtId=\"{}\" formatCode=\"0\"/>", 1_000 + n)).collect();
        Book::default().parts().replace("styles.xml", "</numFmts>", &format!("{records}</numFmts>"))
    };
    assert_eq!(formats(65_000).seen(), Book::default().seen());
    damaged("number formats", &formats(66_000), "! file.damaged");
}

#[test]
fn relationships_and_names_are_bounded() {
    let parts = |count: usize| {
        let more = "<Relationship/>".repeat(count);
        Book::default().parts().replace(
            "workbook.xml.rels",
            "</Relationships>",
            &format!("{more}</Relationships>"),
        )
    };
    assert_eq!(parts(1_000).seen(), Book::default().seen());
    damaged("relationships", &parts(400_000), "! file.damaged");
    let name = |name: &str| {
        Book::default().parts().replace("workbook.xml", "name=\"Sasaran\"", &format!("name=\"{name}\""))
    };
    assert_eq!(name(&format!("{}Sasaran ", " ".repeat(1_000))).seen(), Book::default().seen());
    let long = name(&format!("Sasaran{}", "n".repeat(1_000_000)));
    damaged("a long name", &long, "! sheet.missing");
}

/// A text that is cut is never taken for the whole, whatever it begins with.
#[test]
fn a_text_of_megabytes_is_no_text() {
    for (beginning, count) in [("5", 1), (" ", 3_000_000), ("0", 3_000_000), ("x", 3_000_000)] {
        let long = format!("{}5", beginning.repeat(count));
        let text = format!("<c {{}} t=\"inlineStr\"><is><t>{long}</t></is></c>");
        let seen = Book::default().cell("Sasaran", "D3", &text).seen();
        let told = seen.notes.iter().any(|note| note == "! text.too-long Sasaran 3 target");
        assert_eq!(told, count > 1, "{beginning:?}: {:?}", seen.notes);
        let number = format!("<c {{}}><v>{long}</v></c>");
        let seen = Book::default().cell("Anggaran", "D2", &number).seen();
        let told = seen.notes.iter().any(|note| note == "! cell.damaged Anggaran 2 anggaran");
        assert_eq!(told, count > 1, "{beginning:?} as a number: {:?}", seen.notes);
    }
}

/// Merged areas that cover each other ask for a look at every row, each.
#[test]
fn merged_areas_are_looked_at_a_bounded_number_of_times() {
    let areas = "<mergeCell ref=\"A1:F2000\"/>".repeat(2_000);
    let rows: String = (5..2_000)
        .map(|row| format!("<row r=\"{row}\"><c r=\"C{row}\" t=\"inlineStr\"><is><t>Indikator</t></is></c><c r=\"D{row}\"><v>1</v></c></row>"))
        .collect();
    let book = Book::default().after("Sasaran", &format!("<mergeCells>{areas}</mergeCells>"));
    let seen = book.parts().replace("sheet3.xml", "</sheetData>", &format!("{rows}</sheetData>")).seen();
    assert!(seen.notes.contains(&"? sheet.merged Sasaran".to_owned()));
    assert!(seen.notes.iter().filter(|note| note.contains("cell.covered")).count() < 600);
}

/// Numbers that look random and are the same every time (Knuth's multiplier).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit.max(1)
    }
}

/// Pieces that have hurt readers before.
const NASTY: [&str; 16] = [
    "r=\"XFD1048576\"",
    "r=\"A0\"",
    "r=\"4294967296\"",
    "t=\"s\"",
    "t=\"e\"",
    "s=\"99999999\"",
    "<v>1e308</v>",
    "<v>-1</v>",
    "<v>184467440737095516160</v>",
    "<f/>",
    "<row>",
    "</row>",
    "<c/>",
    "&#x10FFFF;",
    "_xD800_",
    "<mergeCells><mergeCell ref=\"A1:XFD1048576\"/></mergeCells>",
];

fn mutate(parts: &mut Parts, dice: &mut Dice) {
    let which = dice.below(parts.0.len());
    let content = &mut parts.0[which].1;
    let (at, length) = (dice.below(content.len()), dice.below(60));
    let end = (at + length).min(content.len());
    match dice.below(7) {
        0 => content[at] = u8::try_from(dice.below(256)).unwrap(),
        1 => drop(content.drain(at..end)),
        2 => {
            let copy = content[at..end].to_vec();
            content.splice(at..at, copy);
        }
        3 => {
            content.splice(at..at, NASTY[dice.below(NASTY.len())].bytes());
        }
        4 => {
            // In the place of an attribute or an element, so that the XML stays well-formed more often.
            let start = content[at..].iter().position(|b| matches!(b, b' ' | b'<')).map_or(at, |n| at + n);
            content.splice(start..start, format!(" {} ", NASTY[dice.below(NASTY.len())]).bytes());
        }
        5 => content.truncate(at),
        _ => {
            let digit = content[at..].iter().position(u8::is_ascii_digit);
            if let Some(digit) = digit {
                content[at + digit] = b'0' + u8::try_from(dice.below(10)).unwrap();
            }
        }
    }
    if content.is_empty() {
        content.push(b' ');
    }
}

/// What is kept is counted, not timed: no more cells and text than a mutated workbook of a few kilobytes can name.
fn bounded(name: &str, seen: &Seen, size: usize) {
    let text: usize = seen.values.iter().chain(&seen.notes).map(String::len).sum();
    assert!(seen.values.len() <= size / 8, "{name}: {} values of {size} bytes", seen.values.len());
    assert!(text <= size * 40, "{name}: {text} bytes of {size}");
}

#[test]
fn no_mutation_of_a_part_stops_the_program() {
    let mut dice = Dice(10);
    let (mut read, mut refused) = (0, 0);
    for round in 0..600 {
        let mut parts = Book::default()
            .cell("Pejabat", "C3", "<c {} s=\"1\" t=\"str\"><f>A1</f><v>Dr.</v></c>")
            .cell("Anggaran", "D2", "<c {} s=\"4\"><v>1589645600</v></c>")
            .after("Sasaran", "<mergeCells><mergeCell ref=\"B3:B4\"/></mergeCells>")
            .parts();
        for _ in 0..=dice.below(3) {
            mutate(&mut parts, &mut dice);
        }
        let seen = parts.seen();
        bounded(&format!("round {round}"), &seen, parts.0.iter().map(|(_, content)| content.len()).sum());
        match seen.values.is_empty() {
            true => refused += 1,
            false => read += 1,
        }
    }
    // Both happen often, or the test has looked at one side only.
    assert!(read > 50 && refused > 50, "{read} read, {refused} refused");
}

#[test]
fn no_mutation_of_the_zip_stops_the_program() {
    let zip = Book::default().parts().zip();
    let mut dice = Dice(11);
    for round in 0..300 {
        let mut bytes = zip.clone();
        for _ in 0..=dice.below(4) {
            // The directory at the end is as interesting as all the rest.
            let near_end = dice.below(2) == 0;
            let at = if near_end { bytes.len() - 1 - dice.below(900) } else { dice.below(bytes.len()) };
            bytes[at] = u8::try_from(dice.below(256)).unwrap();
        }
        bounded(&format!("round {round}"), &Seen::of(&bytes, "xlsx"), zip.len() * 10);
    }
}
