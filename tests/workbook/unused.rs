//! What is not used is not judged.

use super::{Book, Parts};

/// All that a workbook may say without being read otherwise.
fn same(name: &str, parts: &Parts) {
    assert_eq!(parts.seen(), Book::default().seen(), "{name}");
}

#[test]
fn dimensions_and_filters_are_hints() {
    for reference in ["1:4", "A:M", "$A$1:$M$3", "M3:A1", "", "A1", "XFD1048576:A1", "A1:XFE9999999", "#REF!"]
    {
        let dimension = format!("<dimension ref=\"{reference}\"/>");
        same(&dimension, &Book::default().before("Sasaran", &dimension).parts());
        let filter = format!("<autoFilter ref=\"{reference}\"/>");
        same(&filter, &Book::default().after("Sasaran", &filter).parts());
        let merged = format!("<mergeCells count=\"1\"><mergeCell ref=\"{reference}\"/></mergeCells>");
        if !matches!(reference, "$A$1:$M$3" | "M3:A1" | "XFD1048576:A1") {
            same(&merged, &Book::default().after("Pengaturan", &merged).parts());
        }
        let others = format!(
            "<conditionalFormatting sqref=\"{reference}\"><cfRule type=\"x\"/></conditionalFormatting>\
             <hyperlinks><hyperlink ref=\"{reference}\"/></hyperlinks><extLst><ext><f ref=\"{reference}\"/></ext></extLst>"
        );
        same(&others, &Book::default().after("Sasaran", &others).parts());
    }
    same("none", &Book::default().before("Sasaran", "").parts());
    same("without a ref", &Book::default().before("Sasaran", "<dimension/>").parts());
}

#[test]
fn counts_are_not_believed() {
    for count in ["0", "99999999999999999999", "-1", "x", ""] {
        let parts = Book::default().parts().replace(
            "sharedStrings.xml",
            "count=\"1\" uniqueCount=\"1\"",
            &format!("count=\"{count}\" uniqueCount=\"{count}\""),
        );
        same(count, &parts);
    }
    let parts = Book::default().parts().replace("sharedStrings.xml", "count=\"1\" uniqueCount=\"1\"", "");
    same("none", &parts);
}

#[test]
fn other_parts_are_not_opened() {
    let garbage = b"<a ref=\"B2:A1\" count=\"99999999\"><b".to_vec();
    for name in [
        "customXml/item1.xml",
        "xl/xmlMaps.xml",
        "xl/calcChain.xml",
        "xl/drawings/drawing1.xml",
        "xl/comments1.xml",
        "xl/pivotCache/pivotCacheDefinition1.xml",
        "xl/externalLinks/externalLink1.xml",
        "xl/tables/table1.xml",
        "xl/theme/theme1.xml",
        "xl/vbaProject.bin",
        "xl/worksheets/sheet5.xml",
        "xl/worksheets/_rels/sheet1.xml.rels",
        "docProps/app.xml",
    ] {
        same(name, &Book::default().parts().add(name, garbage.clone()));
    }
    same("no content types", &Book::default().parts().without("[Content_Types].xml"));
    // 130 MB that nobody opens.
    let picture = vec![0; 130 * 1024 * 1024];
    same("picture", &Book::default().parts().add("xl/media/image1.bmp", picture));
}

#[test]
fn other_sheets_need_no_part() {
    for (sheet, relationship) in [
        ("<sheet name=\"Module1\" sheetId=\"9\" r:id=\"\"/>", ""),
        ("<sheet name=\"Module1\" sheetId=\"9\"/>", ""),
        (
            "<sheet name=\"Grafik\" sheetId=\"9\" r:id=\"x\"/>",
            "<Relationship Id=\"x\" Type=\"x/chartsheet\" Target=\"c.xml\"/>",
        ),
        (
            "<sheet name=\"Makro\" sheetId=\"9\" r:id=\"x\"/>",
            "<Relationship Id=\"x\" Type=\"x/xlMacrosheet\" Target=\"m.xml\"/>",
        ),
        (
            "<sheet name=\"Lain\" sheetId=\"9\" state=\"veryHidden\" r:id=\"x\"/>",
            "<Relationship Id=\"x\" Type=\"x/worksheet\" Target=\"no.xml\"/>",
        ),
        (
            "<sheet name=\"Luar\" sheetId=\"9\" r:id=\"x\"/>",
            "<Relationship Id=\"x\" Type=\"x/worksheet\" Target=\"https://contoh.example/a\" TargetMode=\"External\"/>",
        ),
        ("", "<Relationship Id=\"rId1\" Type=\"x/theme\" Target=\"theme.xml\"/>"),
    ] {
        let mut parts = Book::default().parts();
        if !sheet.is_empty() {
            parts = parts.replace("workbook.xml", "</sheets>", &format!("{sheet}</sheets>"));
        }
        if !relationship.is_empty() {
            parts = parts.replace(
                "workbook.xml.rels",
                "</Relationships>",
                &format!("{relationship}</Relationships>"),
            );
        }
        same(&format!("{sheet} {relationship}"), &parts);
    }
}

/// The other side: a sheet that is needed has to be there.
#[test]
fn a_needed_sheet_needs_its_part() {
    let without = Book::default().parts().without("xl/worksheets/sheet3.xml");
    assert_eq!(without.seen().notes, ["! sheet.damaged Sasaran"]);
    let unrelated = Book::default().parts().replace("workbook.xml.rels", "Id=\"rId3\"", "Id=\"rId33\"");
    assert_eq!(unrelated.seen().notes, ["! sheet.damaged Sasaran"]);
    let chart = Book::default()
        .parts()
        .map("workbook.xml.rels", |text| text.replacen("/worksheet\"", "/chartsheet\"", 1));
    assert_eq!(
        chart.seen().notes,
        ["! sheet.damaged Pengaturan", "? column.unknown Sasaran 1"]
            .map(str::to_owned)
            .into_iter()
            .rev()
            .collect::<Vec<_>>()
    );
    let named = Book::default().parts().replace("workbook.xml", "name=\"Sasaran\"", "name=\"Sasaran 2\"");
    assert_eq!(named.seen().notes, ["! sheet.missing"]);
    let twice = Book::default().parts().replace(
        "workbook.xml",
        "</sheets>",
        "<sheet name=\" ANGGARAN\" sheetId=\"9\" r:id=\"rId4\"/></sheets>",
    );
    assert_eq!(twice.seen().notes, ["? column.unknown Sasaran 1", "! sheet.twice"]);
}
