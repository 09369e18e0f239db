//! What was once read as something else without a word: each kind is told, and what looks like it is not.

use super::{Book, Seen};

/// What is said beyond the one column that the book always has too many.
fn notes(seen: &Seen) -> Vec<&str> {
    seen.notes.iter().map(String::as_str).filter(|note| !note.starts_with("? column.unknown")).collect()
}

fn check(name: &str, book: &Book, expected: &[&str]) {
    assert_eq!(notes(&book.seen()), expected, "{name}");
}

fn number(number: &str) -> String {
    format!("<c {{}}><v>{number}</v></c>")
}

fn text(text: &str) -> String {
    format!("<c {{}} t=\"inlineStr\"><is><t>{text}</t></is></c>")
}

/// The budget as JSON, with everything around it that a year needs.
fn json(budget: &str) -> String {
    format!(
        r#"{{"pengaturan":{{"tahun":2026,"daerah":"Kabupaten Contoh","tempat":"Contoh Raya","tanggal":"2026-01-05"}},
        "pejabat":[{{"id":"bupati","nama":"Contoh Kepala","jabatan":"Bupati Contoh","unit":"Pemerintah Kabupaten Contoh","jenjang":"kepala_daerah","dokumen":"pk"}}],
        "sasaran":[{{"pejabat":"bupati","sasaran":"Meningkatnya mutu","indikator":"Nilai SAKIP","target":"BB"}}],
        "anggaran":[{budget}]}}"#
    )
}

/// A line of the budget as JSON.
fn line(code: &str, words: &str, amount: &str, parent: &str) -> String {
    format!(
        r#"{{"pejabat":"bupati","kode":"{code}","uraian":"{words}","anggaran":{amount},"induk":"{parent}"}}"#
    )
}

/// What is said about these lines, and the total that is printed.
fn budget(lines: &[String]) -> (Vec<String>, Option<u64>) {
    let seen = Seen::of(json(&lines.join(",")).as_bytes(), "json");
    (seen.notes, seen.totals.first().copied())
}

#[test]
fn a_zero_below_zero_is_a_zero() {
    for zero in ["-0", "-0.0", "-0.00", "-0e5", "0", "-0.0e-9"] {
        let cell = Book::default().cell("Anggaran", "D2", &number(zero)).seen();
        assert_eq!((notes(&cell), cell.totals.as_slice()), (vec![], [0].as_slice()), "{zero} in a cell");
        let target = Book::default().cell("Sasaran", "D3", &number(zero)).seen();
        assert!(target.values.contains(&"Sasaran 3 target: Number(0.0)".to_owned()), "{zero} as a target");
        let (said, total) = budget(&[line("1", "Program", "5", ""), line("2", "Lain", zero, "")]);
        assert_eq!((said.len(), total), (0, Some(5)), "{zero} in JSON");
        check(
            zero,
            &Book::default().cell("Pejabat", "F3", &number(zero)),
            &["! cell.zero Pejabat 3 pangkat"],
        );
    }
    for zero in ["-0", "Rp -0", "-0,00", "0"] {
        let cell = Book::default().cell("Anggaran", "D2", &text(zero)).seen();
        assert_eq!((notes(&cell), cell.totals.as_slice()), (vec![], [0].as_slice()), "{zero} as text");
    }
    for below in ["-1", "-0.5", "-1e-9"] {
        check(
            below,
            &Book::default().cell("Anggaran", "D2", &number(below)),
            &["! amount.negative Anggaran 2 anggaran"],
        );
    }
    for below in ["-1", "--0", "(0)", "-0,5", "Rp -5"] {
        let seen = Book::default().cell("Anggaran", "D2", &text(below)).seen();
        assert!(notes(&seen)[0].starts_with("! amount."), "{below}: {:?}", seen.notes);
    }
}

/// Whatever stands in a cell of the budget, it is in the total or there is a problem.
#[test]
fn no_line_is_set_aside_without_a_word() {
    let mut contents: Vec<String> = [
        "5",
        "-0",
        "1e15",
        "999999999999999",
        "1000000000000000",
        "0.1",
        "1e-300",
        "9007199254740993",
        "1e308",
    ]
    .iter()
    .map(|content| number(content))
    .collect();
    contents.extend(["5", " ", "&#160;", "-0", "-", "Rp", "", "1.000", "lima", "None"].map(text));
    contents.push("<c {} t=\"b\"><v>1</v></c>".to_owned());
    contents.push("<c {}/>".to_owned());
    for column in ["C", "D"] {
        for content in &contents {
            let seen = Book::default().cell("Anggaran", &format!("{column}2"), content).seen();
            let told = seen.notes.iter().any(|note| note.starts_with('!'));
            assert!(told || seen.totals.len() == 1, "{column} {content}: {:?}", seen.notes);
        }
    }
}

/// Of hundreds of thousands of problems the first are kept, and the number of the others.
#[test]
fn problems_are_kept_up_to_a_number() {
    let lines: Vec<String> = (0..2_500).map(|n| line(&format!("{n}x"), "Program", "-1", "")).collect();
    let (said, total) = budget(&lines);
    assert_eq!((said.len(), total), (2_001, None));
    assert_eq!(said.last().map(String::as_str), Some("! problems.more"));
    let (said, _) = budget(&lines[..2_000]);
    assert_eq!(said.len(), 2_000);
    assert!(said.iter().all(|note| note.starts_with("! amount.negative")));
}

#[test]
fn totals_are_no_lines_in_any_spelling() {
    let lines = |words: &str, amount: &str| {
        vec![
            line("1", "Program A", "100", ""),
            line("2", "Program B", "250", ""),
            line("", words, amount, ""),
        ]
    };
    for words in [
        "TOTAL",
        "Grand Total",
        "Sub Total",
        "Subtotal",
        "J U M L A H",
        "Jml",
        "1. Jumlah",
        "bupati Total",
        "Σ",
        "∑",
        "(Total)",
        "Total Anggaran",
        "TOTAL :",
        "Jumlah Seluruhnya",
        "T O T A L",
    ] {
        assert_eq!(budget(&lines(words, "350")), (vec![], Some(350)), "{words}");
        let told = vec!["! budget.total Anggaran 3 anggaran".to_owned()];
        assert_eq!(budget(&lines(words, "351")), (told, None), "{words} that differs");
    }
    // A sum by another name is asked about, and another amount by that name is not.
    for words in ["Keseluruhan", "Anggaran 2026", "Rekapitulasi"] {
        let told = vec!["? budget.looks-total Anggaran 3 anggaran".to_owned()];
        assert_eq!(budget(&lines(words, "350")), (told, Some(700)), "{words}");
        assert_eq!(budget(&lines(words, "351")), (vec![], Some(701)), "{words} of another amount");
    }
    for words in ["Sanitasi Total Berbasis Masyarakat", "Penjumlahan Suara", "Totalitas Pelayanan"] {
        assert_eq!(budget(&lines(words, "40")), (vec![], Some(390)), "{words}");
    }
}

#[test]
fn sums_on_the_way_are_compared_with_what_is_above_them() {
    let lines = |first: &str, second: &str| {
        vec![
            line("1", "Program A", "100", ""),
            line("2", "Program B", "250", ""),
            line("", "Sub Total", first, ""),
            line("3", "Program C", "50", ""),
            line("4", "Program D", "25", ""),
            line("", "Sub Total", second, ""),
            line("", "Grand Total", "425", ""),
        ]
    };
    assert_eq!(budget(&lines("350", "75")), (vec![], Some(425)));
    assert_eq!(budget(&lines("350", "425")), (vec![], Some(425)));
    assert_eq!(budget(&lines("349", "75")).0, ["! budget.total Anggaran 3 anggaran"]);
    assert_eq!(budget(&lines("350", "76")).0, ["! budget.total Anggaran 6 anggaran"]);
    // Two that cost the same are two, also without codes.
    let twins = [line("", "Program A", "100", ""), line("", "Program B", "100", "")];
    assert_eq!(budget(&twins), (vec![], Some(200)));
    let sum = [line("1", "Program A", "100", ""), line("", "Seluruhnya", "100", "")];
    assert_eq!(budget(&sum).0, ["? budget.looks-total Anggaran 2 anggaran"]);
    let three = [sum[0].clone(), line("", "Lain", "100", ""), line("", "Lagi", "100", "")];
    assert_eq!(budget(&three), (vec![], Some(300)));
}

#[test]
fn codes_below_others_are_not_counted_beside_them() {
    let lines = |parents: [&str; 2], amount: &str| {
        vec![
            line("4.01.01", "Program", "100", ""),
            line("4.01.01.2.01", "Kegiatan", amount, parents[0]),
            line("4.01.01.2.01.0001", "Subkegiatan", amount, parents[1]),
        ]
    };
    let filled = lines(["4.01.01", "4.01.01.2.01"], "100");
    // The official is the head of an office, whose agreement lists programmes.
    let rank = |row: u32| format!("? budget.rank Anggaran {row} kode");
    assert_eq!(budget(&filled), (vec![rank(3)], Some(100)));
    let (said, total) = budget(&lines(["", ""], "100"));
    assert_eq!((said.len(), total), (2, None));
    assert!(said.iter().all(|note| note.starts_with("! budget.counted-twice")), "{said:?}");
    let (said, total) = budget(&lines(["", "4.01.01.2.01"], "60"));
    assert_eq!((said, total), (vec!["? budget.below Anggaran 2 induk".to_owned(), rank(3)], Some(160)));
    // Neighbours are not below each other, however much their codes look alike.
    let beside = [
        line("4.01.01", "Program A", "100", ""),
        line("4.01.011", "Program B", "100", ""),
        line("4.01.02", "Program C", "200", ""),
        line("4.1", "Program D", "5", ""),
    ];
    assert_eq!(budget(&beside), (vec![], Some(405)));
    let twice = [line("", "Honor", "100", ""), line("", "honor", "100", "")];
    assert_eq!(budget(&twice), (vec!["? budget.line-twice Anggaran 2 anggaran".to_owned()], Some(200)));
    let other = [line("", "Honor", "100", ""), line("", "Honor", "90", "")];
    assert_eq!(budget(&other), (vec![], Some(190)));
}

#[test]
fn a_budget_that_nobody_prints_is_told() {
    let row = json(&line("1", "Program", "5", ""));
    let seen = |row: &str| Seen::of(row.as_bytes(), "json").notes;
    assert_eq!(seen(&row), Vec::<String>::new());
    let pledge = row.replace("\"dokumen\":\"pk\"", "\"dokumen\":\"pakta\"");
    assert_eq!(seen(&pledge), ["? objective.unused Pejabat 1", "? budget.unused Pejabat 1"]);
}

#[test]
fn words_of_programs_for_nothing_are_no_words() {
    for word in
        ["None", "nan", "NaN", "null", "NULL", "undefined", "&lt;NA&gt;", "NaT", "[object Object]", " None "]
    {
        check(
            word,
            &Book::default().cell("Pejabat", "F3", &text(word)),
            &["! cell.nothing Pejabat 3 pangkat"],
        );
        check(
            word,
            &Book::default().cell("Sasaran", "D3", &text(word)),
            &["! cell.nothing Sasaran 3 target"],
        );
        check(
            word,
            &Book::default().cell("Pengaturan", "B5", &text(word)),
            &["! cell.nothing Pengaturan 5 nilai"],
        );
        check(word, &Book::default().cell("Sasaran", "F3", &text(word)), &[]);
    }
    for name in ["None Sampel", "nan Sampel Wijaya", "Sampel null", "NaN Sampel"] {
        check(name, &Book::default().cell("Pejabat", "B3", &text(name)), &["? text.nothing Pejabat 3 nama"]);
    }
    for name in ["Nan Sampel", "Nani", "Nona Sampel", "Nan", "Nullah", "Sampel Nonen", "Nihil"] {
        check(name, &Book::default().cell("Pejabat", "B3", &text(name)), &[]);
    }
}

#[test]
fn a_name_without_letters_is_called_so() {
    for name in ["12345", ",", "-", "1.2"] {
        check(
            name,
            &Book::default().cell("Pejabat", "B3", &text(name)),
            &["! official.name-form Pejabat 3 nama"],
        );
    }
    check("none", &Book::default().cell("Pejabat", "B3", "<c {}/>"), &["! cell.empty Pejabat 3 nama"]);
    for name in ["A", "Contoh 2", "Ñ"] {
        check(name, &Book::default().cell("Pejabat", "B3", &text(name)), &[]);
    }
}

#[test]
fn officials_are_counted() {
    let officials = |count: usize| {
        let more: String = (0..count)
            .map(|n| format!(r#"{{"id":"o{n}","nama":"Contoh","jabatan":"Staf","unit":"Dinas","jenjang":"jpt","nip":"-","pangkat":"-","atasan":"bupati","dokumen":"pakta"}},"#))
            .collect();
        let text = json("").replace("\"pejabat\":[", &format!("\"pejabat\":[{more}"));
        Seen::of(text.as_bytes(), "json").notes
    };
    assert_eq!(officials(19_999), Vec::<String>::new());
    assert_eq!(officials(20_000), ["! official.too-many Pejabat 20001"]);
}

/// A cell whose text has two runs, the second one with these properties.
fn runs(first: &str, properties: &str, second: &str) -> String {
    format!(
        "<c {{}} t=\"inlineStr\"><is><r><t>{first}</t></r><r><rPr>{properties}</rPr><t>{second}</t></r></is></c>"
    )
}

#[test]
fn what_stands_off_the_line_is_not_read_as_if_it_stood_on_it() {
    let above = "<vertAlign val=\"superscript\"/>";
    let below = "<vertAlign val=\"subscript\"/>";
    let target = |cell: &str| Book::default().cell("Sasaran", "D3", cell).seen();
    for (properties, run, value) in
        [(above, "2", "10²"), (above, "12", "10¹²"), (below, "2", "10₂"), ("<b/>", "2", "102")]
    {
        let seen = target(&runs("10", properties, run));
        assert_eq!(notes(&seen), Vec::<&str>::new(), "{properties} {run}");
        assert!(seen.values.contains(&format!("Sasaran 3 target: \"{value}\"")), "{:?}", seen.values);
    }
    for run in ["-3", "a", "2,5"] {
        let cell = runs("10", above, run);
        check(run, &Book::default().cell("Sasaran", "D3", &cell), &["! cell.raised Sasaran 3 target"]);
        check(run, &Book::default().cell("Sasaran", "E3", &cell), &["? cell.raised Sasaran 3 satuan"]);
        check(run, &Book::default().cell("Sasaran", "F3", &cell), &[]);
    }
    check("blank", &Book::default().cell("Sasaran", "D3", &runs("10", above, " ")), &[]);
    for (cell, reference, told) in [
        (runs("1589645600", above, "1"), "D2", "! amount.format Anggaran 2 anggaran"),
        (runs("1589645600", above, "*"), "D2", "! cell.raised Anggaran 2 anggaran"),
        (runs("2.16.03", above, "1"), "B2", "! code.raised Anggaran 2 kode"),
    ] {
        let seen = Book::default().cell("Anggaran", reference, &cell).seen();
        assert!(notes(&seen).contains(&told), "{cell}: {:?}", seen.notes);
    }
    // All of a cell.
    let font = |font: &str, cell: &str, reference: &str| {
        let book = Book::default().cell("Sasaran", reference, cell);
        book.parts().replace("styles.xml", "<font><strike/></font>", &format!("<font>{font}</font>")).seen()
    };
    let styled = "<c {} s=\"1\" t=\"inlineStr\"><is><t>2</t></is></c>";
    assert_eq!(notes(&font(above, styled, "D3")), ["? cell.raised Sasaran 3 target"]);
    assert_eq!(notes(&font("<vertAlign val=\"baseline\"/>", styled, "D3")), Vec::<&str>::new());
    assert_eq!(notes(&font(above, "<c {} s=\"1\"/>", "E4")), Vec::<&str>::new());
}

#[test]
fn fonts_of_signs_are_told() {
    let run = |font: &str, text: &str| runs("72 ", &format!("<rFont val=\"{font}\"/>"), text);
    for (font, text) in [
        ("Symbol", "³"),
        ("Wingdings", "ü"),
        ("Wingdings 2", "P"),
        ("Wingdings 3", "p"),
        ("Webdings", "a"),
        ("ZapfDingbats", "4"),
        ("ITC Zapf Dingbats", "4"),
    ] {
        let cell = run(font, text);
        check(font, &Book::default().cell("Sasaran", "D3", &cell), &["? cell.signs Sasaran 3 target"]);
        check(font, &Book::default().cell("Sasaran", "F3", &cell), &[]);
    }
    for (font, text) in [
        ("Symbol", "65,5 %"),
        ("Wingdings", " "),
        ("Calibri", "³"),
        ("Segoe UI Symbol", "✓"),
        ("Symbola", "a"),
        ("", "a"),
    ] {
        check(font, &Book::default().cell("Sasaran", "D3", &run(font, text)), &[]);
    }
    let font = |name: &str, cell: &str| {
        let book = Book::default().cell("Sasaran", "D3", cell);
        let font = format!("<font><name val=\"{name}\"/></font>");
        book.parts().replace("styles.xml", "<font><strike/></font>", &font).seen()
    };
    let styled = "<c {} s=\"1\" t=\"inlineStr\"><is><t>ü</t></is></c>";
    assert_eq!(notes(&font("Wingdings", styled)), ["? cell.signs Sasaran 3 target"]);
    assert_eq!(notes(&font("Wingdings", "<c {} s=\"1\"><v>5</v></c>")), ["? cell.signs Sasaran 3 target"]);
    assert_eq!(notes(&font("Symbol", "<c {} s=\"1\"><v>5</v></c>")), Vec::<&str>::new());
    assert_eq!(notes(&font("Arial", styled)), Vec::<&str>::new());
    // The runs have fonts of their own.
    let own = "<c {} s=\"1\" t=\"inlineStr\"><is><r><rPr><rFont val=\"Arial\"/></rPr><t>BB</t></r></is></c>";
    assert_eq!(notes(&font("Wingdings", own)), Vec::<&str>::new());
    let half = own.replace("<r><rPr>", "<r><t>A</t></r><r><rPr>");
    assert_eq!(notes(&font("Wingdings", &half)), ["? cell.signs Sasaran 3 target"]);
}

/// What is said about a cell of this content with this number format.
fn formatted(code: &str, sheet: &str, reference: &str, cell: &str) -> Seen {
    let code = code.replace('"', "&quot;");
    let book = Book::default().cell(sheet, reference, &cell.replace("<c {}", "<c {} s=\"3\""));
    book.parts().replace("styles.xml", "formatCode=\";;;\"", &format!("formatCode=\"{code}\"")).seen()
}

#[test]
fn amounts_that_are_shown_with_words_are_told() {
    let seen = |code: &str, amount: &str| formatted(code, "Anggaran", "D2", &number(amount));
    for code in [
        "#,##0\" juta\"",
        "0.00\" M\"",
        "0\"000000\"",
        "\"Rp 5.000\"",
        "[$USD] #,##0",
        "[$$-409]#,##0",
        "$#,##0",
        "[>=1]#,##0\" jt\";0",
        "\"Rp\"",
        "#,##0;-#,##0;\"nihil\";@\" x\"",
    ] {
        let amount = if code.contains("nihil") { "0" } else { "1589" };
        assert_eq!(notes(&seen(code, amount)), ["? cell.shown-otherwise Anggaran 2 anggaran"], "{code}");
    }
    for code in [
        "General",
        "#,##0",
        "\"Rp\"#,##0",
        "\"Rp. \"#,##0\",-\"",
        "[$Rp-421]#,##0;[Red]\\-[$Rp-421]#,##0",
        "#,##0.00",
        "[$IDR] #,##0",
        "_-\"Rp\"* #,##0_-;\\-\"Rp\"* #,##0_-;_-\"Rp\"* \"-\"_-;_-@_-",
        "#,##0;-#,##0;\"nihil\"",
        "#,##0\" rupiah\"",
    ] {
        assert_eq!(notes(&seen(code, "1589")), Vec::<&str>::new(), "{code}");
    }
    let zero = seen("_(* #,##0_);_(* (#,##0);_(* \"-\"_);_(@_)", "0");
    assert_eq!(notes(&zero), Vec::<&str>::new());
}

#[test]
fn texts_to_which_a_format_adds_are_told() {
    let seen = |code: &str, content: &str| formatted(code, "Sasaran", "D3", &text(content));
    for code in ["@\" persen\"", "0;-0;0;\"tidak ada\"", "\"≥ \"@", "0;0;0;@@", "\"Rp \"@"] {
        assert_eq!(notes(&seen(code, "73,42")), ["? cell.shown-otherwise Sasaran 3 target"], "{code}");
    }
    for code in [
        "@",
        "0\" persen\"",
        "0;-0;0;@",
        "_(* #,##0_);_(* (#,##0);_(* \"-\"_);_(@_)",
        "General",
        "dd/mm/yyyy;@",
        "@\" \"",
    ] {
        assert_eq!(notes(&seen(code, "73,42")), Vec::<&str>::new(), "{code}");
    }
    let amount = |code: &str| formatted(code, "Anggaran", "D2", &text("1.589"));
    assert_eq!(notes(&amount("@\" juta\"")), ["? cell.shown-otherwise Anggaran 2 anggaran"]);
    assert_eq!(notes(&amount("\"Rp \"@")), Vec::<&str>::new());
}

/// A folder of CSV files with a target and a code.
fn csv(target: &str, code: &str) -> Vec<String> {
    let folder = tempfile::TempDir::new().unwrap();
    for (name, text) in [
        (
            "pengaturan",
            "kunci,nilai\ntahun,2026\ndaerah,Kabupaten Contoh\ntempat,Contoh Raya\ntanggal,05/01/2026\n".to_owned(),
        ),
        (
            "pejabat",
            "id,nama,jabatan,unit,jenjang,dokumen\nbupati,Contoh Kepala,Bupati Contoh,Pemerintah Kabupaten Contoh,kepala_daerah,pk\n"
                .to_owned(),
        ),
        (
            "sasaran",
            format!("pejabat,sasaran,indikator,target\nbupati,Mutu,Jan-26,BB\nbupati,,Level,\"{target}\"\n"),
        ),
        ("anggaran", format!("pejabat,kode,uraian,anggaran\nbupati,\"{code}\",Program,5\n")),
    ] {
        std::fs::write(folder.path().join(format!("{name}.csv")), text).unwrap();
    }
    Seen::of_path(folder.path()).notes
}

#[test]
fn dates_in_csv_where_none_belongs_are_told() {
    for date in ["04/01/2002", "2002-01-04", "4-Jan-02", "02-Mar", "Mar-02", "5-1-2026"] {
        assert_eq!(csv(date, "4.01.02"), ["? cell.date-form Sasaran 3 target"], "{date}");
        assert_eq!(csv("2-3", date), ["? cell.date-form Anggaran 2 kode"], "{date}");
    }
    for text in ["2-3", "2/3", "4.01.02", "2025-2026", "31 Desember 2026", "Level 3", "1-01-01"] {
        assert_eq!(csv(text, text), Vec::<String>::new(), "{text}");
    }
    // In a workbook the cell says itself whether it is a date.
    check("text", &Book::default().cell("Sasaran", "D3", &text("02-Mar")), &[]);
}

#[test]
fn a_unit_above_the_budget_is_a_problem() {
    let titled = |name: &str, title: &str| {
        let part = format!("sheet{}.xml", super::sheet(name) + 1);
        Book::default()
            .parts()
            .map(&part, |xml| {
                let mut xml = xml.to_owned();
                for row in (1..=4).rev() {
                    xml = xml.replace(&format!("<row r=\"{row}\""), &format!("<row r=\"{}\"", row + 1));
                    for letter in 'A'..='F' {
                        xml = xml.replace(&format!("\"{letter}{row}\""), &format!("\"{letter}{}\"", row + 1));
                    }
                }
                let row = format!(
                    "<sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>{title}</t></is></c></row>"
                );
                xml.replacen("<sheetData>", &row, 1)
            })
            .seen()
    };
    for title in ["(dalam ribuan rupiah)", "dalam jutaan", "Anggaran (Rp Juta)", "Rp 000"] {
        assert_eq!(notes(&titled("Anggaran", title)), ["! amount.unit Anggaran 1"], "{title}");
        assert_eq!(notes(&titled("Sasaran", title)), Vec::<&str>::new(), "{title}");
    }
    for title in ["ANGGARAN TAHUN 2026", "(dalam rupiah)", "Pagu Rp 5 miliar", "Rp 1.589.645.600"] {
        assert_eq!(notes(&titled("Anggaran", title)), Vec::<&str>::new(), "{title}");
    }
}

#[test]
fn what_is_almost_hidden_is_hidden() {
    for (attributes, hidden) in [
        ("ht=\"0.1\" customHeight=\"1\"", true),
        ("ht=\"1.9\" customHeight=\"1\"", true),
        ("ht=\"2\" customHeight=\"1\"", false),
        ("ht=\"1\"", false),
    ] {
        let expected: &[&str] = if hidden { &["? row.hidden Anggaran 2"] } else { &[] };
        check(attributes, &Book::default().row("Anggaran", 2, attributes), expected);
    }
    for (width, hidden) in [("0.1", true), ("0.49", true), ("0.5", false), ("1", false)] {
        let columns = format!("<cols><col min=\"4\" max=\"4\" width=\"{width}\" customWidth=\"1\"/></cols>");
        let expected: &[&str] = if hidden { &["? column.hidden Anggaran anggaran"] } else { &[] };
        check(width, &Book::default().before("Anggaran", &columns), expected);
    }
}
