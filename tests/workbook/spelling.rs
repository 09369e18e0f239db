//! One workbook in all the spellings that programs have for it.

use super::{Book, DATA, HEADER, Parts, Seen};

fn same(name: &str, parts: &Parts) {
    assert_eq!(parts.seen(), Book::default().seen(), "{name}");
}

/// Every reference of a cell, as `change` makes it.
fn references(change: impl Fn(&str) -> String) -> Parts {
    Book::default().parts().map(".xml", |text| {
        text.split_inclusive("<c ")
            .map(|piece| match piece.split_once("r=\"").filter(|(before, _)| before.is_empty()) {
                Some((_, rest)) => {
                    let (reference, rest) = rest.split_once('"').unwrap();
                    format!("{}{rest}", change(reference))
                }
                None => piece.to_owned(),
            })
            .collect()
    })
}

#[test]
fn references_may_be_lower_case_or_absent() {
    same("lower case", &references(|reference| format!("r=\"{}\"", reference.to_lowercase())));
    same("as they are", &references(|reference| format!("r=\"{reference}\" s=\"0\"")));
    let rows = Book::default().parts().map(".xml", |text| {
        let mut text = text.to_owned();
        for row in 1..=9 {
            text = text.replace(&format!("<row r=\"{row}\""), "<row");
        }
        text
    });
    same("rows without numbers", &rows);
    // A cell without a reference follows the one before, so all cells of a row have to be there.
    let full = (0..DATA.len()).flat_map(|sheet| {
        DATA[sheet].iter().enumerate().flat_map(move |(row, texts)| {
            ('A'..)
                .zip(*texts)
                .filter(|(_, text)| text.is_empty())
                .map(move |(letter, _)| (sheet, letter, row + 1))
        })
    });
    let book = full.fold(Book::default(), |book, (sheet, letter, row)| {
        book.cell(super::NAMES[sheet], &format!("{letter}{row}"), "<c {}/>")
    });
    same("empty cells", &book.parts());
    let bare = book.parts().map(".xml", |text| {
        let mut text = text.to_owned();
        for letter in 'A'..='M' {
            for row in 1..=9 {
                text = text.replace(&format!("<c r=\"{letter}{row}\""), "<c");
            }
        }
        text
    });
    same("cells without references", &bare);
}

#[test]
fn parts_may_have_any_encoding_of_xml() {
    let utf16 = |order: fn(u16) -> [u8; 2], mark: bool| {
        Book::default().parts().bytes(|bytes| {
            let text = String::from_utf8(bytes).unwrap().replace("UTF-8", "UTF-16");
            let text = if mark { format!("\u{FEFF}{text}") } else { text };
            text.encode_utf16().flat_map(order).collect()
        })
    };
    same("UTF-16LE", &utf16(u16::to_le_bytes, true));
    same("UTF-16BE", &utf16(u16::to_be_bytes, true));
    same("UTF-16LE without mark", &utf16(u16::to_le_bytes, false));
    same(
        "UTF-8 with mark",
        &Book::default().parts().bytes(|bytes| [b"\xEF\xBB\xBF".to_vec(), bytes].concat()),
    );
    same("no declaration", &Book::default().parts().map(".xml", |text| text.replace(HEADER, "")));
    same("Windows-1252", &Book::default().parts().replace(".xml", "UTF-8", "Windows-1252"));
    let e_acute = Book::default().parts().replace("sharedStrings.xml", "Contoh Satu", "Contoh Dué");
    let latin = e_acute.clone().replace("sharedStrings.xml", "UTF-8", "ISO-8859-1").bytes(|bytes| {
        let text = String::from_utf8(bytes).unwrap();
        text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect()
    });
    assert_eq!(latin.seen(), e_acute.seen());
    let broken = latin.replace_bytes(b"ISO-8859-1", b"UTF-8");
    assert_eq!(broken.seen().notes, ["! file.damaged"]);
}

impl Parts {
    fn replace_bytes(self, from: &[u8], to: &[u8]) -> Self {
        self.bytes(|bytes| match bytes.windows(from.len()).position(|window| window == from) {
            Some(at) => [&bytes[..at], to, &bytes[at + from.len()..]].concat(),
            None => bytes,
        })
    }
}

#[test]
fn names_of_parts_may_be_written_in_any_way() {
    same("backslashes", &Book::default().parts().rename(|name| name.replace('/', "\\")));
    same("upper case", &Book::default().parts().rename(str::to_uppercase));
    same("leading slash", &Book::default().parts().rename(|name| format!("/{name}")));
    same("absolute", &Book::default().parts().replace("workbook.xml.rels", "Target=\"", "Target=\"/xl/"));
    same(
        "backslash targets",
        &Book::default().parts().replace("workbook.xml.rels", "worksheets/", "worksheets\\"),
    );
    same("dots", &Book::default().parts().replace("workbook.xml.rels", "Target=\"", "Target=\"./../xl/"));
    let elsewhere = Book::default()
        .parts()
        .rename(|name| name.replace("xl/", "isi/buku kerja/").replace("workbook.xml", "buku.xml"))
        .replace("_rels/.rels", "xl/workbook.xml", "/isi/buku%20kerja/buku.xml");
    same("another folder", &elsewhere);
    let root = Book::default().parts().rename(|name| name.replace("xl/", "")).replace(
        "_rels/.rels",
        "xl/workbook.xml",
        "workbook.xml",
    );
    same("no folder", &root);
    same("no root relationships", &Book::default().parts().without("_rels/.rels"));
}

#[test]
fn namespaces_may_be_strict_or_prefixed() {
    let strict = Book::default()
        .parts()
        .map(".xml", |text| {
            text.replace(super::MAIN, "http://purl.oclc.org/ooxml/spreadsheetml/main")
                .replace(super::OFFICE, "http://purl.oclc.org/ooxml/officeDocument/relationships")
        })
        .replace(".rels", super::OFFICE, "http://purl.oclc.org/ooxml/officeDocument/relationships");
    same("strict", &strict);
    let prefixed = Book::default().parts().map(".xml", |text| {
        let (head, body) = text.split_once("?>").unwrap();
        let body = body
            .replace("</", "\u{1}")
            .replace('<', "<x:")
            .replace('\u{1}', "</x:")
            .replace("xmlns=", "xmlns:x=");
        format!("{head}?>{body}")
    });
    same("prefixed", &prefixed);
    let bare =
        Book::default().parts().map(".xml", |text| text.replace(&format!(" xmlns=\"{}\"", super::MAIN), ""));
    same("without", &bare);
    // What belongs to somebody else is not there, whatever it is called.
    let foreign = Book::default().parts().replace(
        "sheet2.xml",
        "</sheetData>",
        "<q:row xmlns:q=\"urn:q\" r=\"4\"><q:c r=\"A4\"><q:v>1</q:v></q:c></q:row><row xmlns=\"urn:q\" r=\"5\"/></sheetData>",
    );
    same("foreign", &foreign);
}

#[test]
fn texts_may_be_written_in_any_way() {
    let name = "Pejabat 3 nama: \"Contoh Satu\"".to_owned();
    for cell in [
        "<c {} t=\"inlineStr\"><is><t>Contoh Satu</t></is></c>",
        "<c {} t=\"inlineStr\"><is><t xml:space=\"preserve\"> Contoh Satu </t></is></c>",
        "<c {} t=\"inlineStr\"><is><r><t>Contoh</t></r><r><rPr><b/></rPr><t xml:space=\"preserve\"> Satu</t></r></is></c>",
        "<c {} t=\"inlineStr\"><is><t>Contoh Satu</t><rPh sb=\"0\" eb=\"1\"><t>kon</t></rPh><phoneticPr fontId=\"1\"/></is></c>",
        "<c {} t=\"inlineStr\"><is><t>Contoh<!-- nobody --> Satu</t></is></c>",
        "<c {} t=\"inlineStr\"><is><t><![CDATA[Contoh Satu]]></t></is></c>",
        "<c {} t=\"inlineStr\"><is><t>Contoh&#32;S&#x61;tu</t></is></c>",
        "<c {} t=\"inlineStr\"><is><t>Contoh_x000D_&#10;Satu</t></is></c>",
        "<c {} t=\"inlineStr\"><is><t>C_x006F_ntoh Satu</t></is></c>",
        "<c {} t=\"str\"><v>Contoh Satu</v></c>",
        "<c {} t=\"str\"><f>B1</f><v>Contoh Satu</v></c>",
        "<c {} t='str'\n><v\n>Contoh Satu</v ></c>",
    ] {
        let seen = Book::default().cell("Pejabat", "B3", cell).seen();
        assert!(seen.values.contains(&name), "{cell}: {:?}", seen.values);
        assert_eq!(seen.notes, ["? column.unknown Sasaran 1"], "{cell}");
    }
    let rich = Book::default().parts().replace(
        "sharedStrings.xml",
        "<t>Contoh Satu</t>",
        "<r><t>Contoh</t></r><r><t xml:space=\"preserve\"> Satu</t></r><rPh sb=\"0\" eb=\"1\"><t>kon</t></rPh>",
    );
    same("rich", &rich);
}

#[test]
fn dates_are_counted_as_the_workbook_says() {
    let date = "Pengaturan 6 tanggal: Date(\"2026-01-05\")".replace("tanggal", "nilai");
    for (properties, serial) in [
        ("", "46027"),
        ("<workbookPr/>", "46027.5"),
        ("<workbookPr date1904=\"0\"/>", "46027"),
        ("<workbookPr date1904=\"1\"/>", "44565"),
        ("<workbookPr date1904=\"true\"/>", "44565"),
    ] {
        let mut book =
            Book::default().cell("Pengaturan", "B6", &format!("<c {{}} s=\"6\"><v>{serial}</v></c>"));
        book.properties = properties;
        let seen = book.seen();
        assert!(seen.values.contains(&date), "{properties}: {:?}", seen.values);
        assert_eq!(seen.notes.len(), 1, "{:?}", seen.notes);
    }
    let iso = Book::default().cell("Pengaturan", "B6", "<c {} t=\"d\"><v>2026-01-05T00:00:00</v></c>").seen();
    assert!(iso.values.contains(&date));
}

/// The same rows, written by programs that people have: openpyxl, XlsxWriter, SheetJS, exceljs, LibreOffice.
#[test]
fn every_program_gives_the_same_values() {
    let folder = crate::architecture::root().join("tests/vectors/input");
    let mut programs: Vec<(String, Seen)> = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.starts_with("written-by-") && name.ends_with(".xlsx") {
            programs.push((name, Seen::of(&std::fs::read(&path).unwrap(), "xlsx")));
        }
    }
    assert_eq!(programs.len(), 5);
    let (_, first) = &programs[0];
    assert!(
        first.values.contains(&"Pengaturan 5 nilai: Date(\"2026-01-05\")".to_owned()),
        "{:?}",
        first.values
    );
    assert!(first.values.contains(&"Anggaran 2 anggaran: Number(1589645600.0)".to_owned()));
    assert!(
        first
            .values
            .contains(&"Anggaran 2 uraian: \"Program R&D <uji> \\\"kutip\\\" é baris dua\"".to_owned())
    );
    for (name, seen) in &programs {
        assert_eq!(seen, first, "{name}");
        assert!(seen.notes.is_empty(), "{name}: {:?}", seen.notes);
    }
}
