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
