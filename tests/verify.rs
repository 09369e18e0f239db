//! `pk verify` as a person uses it: many files, folders, patterns, standard input, and the report.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use pk::audit::Answer;
use pk::report::{About, Entry, Pages, Report, Unread};
use pk::words::{Language, Words};
use pk_trust::claim::Kind;
use pk_trust::pki::{Certificate, Crl};
use serde_json::Value;
use tempfile::TempDir;

use crate::commands::{demo, pk, stderr, stdout};
use crate::fixture::{self, now};

/// A folder with two documents that pass, one older copy, one that was forged, and other things.
fn collection() -> TempDir {
    let demo = demo();
    let folder = TempDir::new().unwrap();
    let below = folder.path().join("b");
    fs::create_dir(&below).unwrap();
    let passed = fs::read(demo.file("kominfo", "2.pdf")).unwrap();
    fs::write(folder.path().join("a.pdf"), &passed).unwrap();
    fs::write(below.join("c"), &passed).unwrap();
    fs::write(below.join("older.PDF"), fs::read(demo.file("kominfo", "1.pdf")).unwrap()).unwrap();
    fs::write(below.join("forged.pdf"), forged(&passed)).unwrap();
    fs::write(folder.path().join("notes.txt"), "notes").unwrap();
    fs::write(folder.path().join("._a.pdf"), "not ours").unwrap();
    folder
}

fn forged(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[3000] ^= 1;
    bytes
}

/// `pk verify` with the office.
fn verify(arguments: &[&str]) -> Output {
    pk(&[&["verify", "--office", demo().office()], arguments].concat())
}

fn piped(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_pk"))
        .env_clear()
        .env("PK_LANG", "en")
        .args(["verify", "--office", demo().office()])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    child.wait_with_output().unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_folder_is_looked_through_in_order_and_says_what_it_passed_over() {
    let folder = collection();
    let output = verify(&[text(folder.path())]);
    assert_eq!(output.status.code(), Some(1), "the worst counts");
    let shown = stdout(&output);
    let lines: Vec<&str> = shown.lines().collect();
    assert!(lines[0].starts_with("VALID ") && lines[0].ends_with("a.pdf"), "{shown}");
    assert!(lines[1].starts_with("VALID ") && lines[1].ends_with("b/c"), "known by its first bytes: {shown}");
    assert!(lines[2].starts_with("NOT VALID ") && lines[2].contains("b/forged.pdf: after it was issued"));
    assert!(lines[3].starts_with("NOT CERTAIN ") && lines[3].contains("b/older.PDF: this is an older"));
    assert_eq!(
        lines[5],
        "files: 4; 2 valid, 0 no longer in force, 1 not valid, 1 not certain, 0 without a verdict"
    );
    assert!(
        stderr(&output).contains("other files in folders that were passed over: 2;"),
        "{}",
        stderr(&output)
    );
    // Each in full.
    let full = stdout(&verify(&["--verbose", text(folder.path())]));
    assert_eq!(full.matches("[document.structure]").count(), 4, "{full}");
    // One object a file, in the same order, and nothing else on standard output.
    let json = stdout(&verify(&["--json", text(folder.path())]));
    let found: Vec<Value> = json.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let overall: Vec<&str> = found.iter().map(|v| v["overall"].as_str().unwrap()).collect();
    assert_eq!(overall, ["TOTAL-PASSED", "TOTAL-PASSED", "TOTAL-FAILED", "INDETERMINATE"]);
}

#[test]
fn one_file_alone_is_told_in_full() {
    let folder = TempDir::new().unwrap();
    fs::copy(demo().file("kominfo", "2.pdf"), folder.path().join("a.pdf")).unwrap();
    let output = verify(&[text(folder.path())]);
    assert_eq!(output.status.code(), Some(0));
    assert!(stdout(&output).contains("  integrity  yes"), "{}", stdout(&output));
}

#[test]
fn patterns_are_expanded_where_the_shell_does_not() {
    let folder = collection();
    let run = |pattern: &str| verify(&[text(&folder.path().join(pattern))]);
    let names =
        |output: &Output| stdout(output).lines().filter(|l| l.contains('/') && !l.starts_with(' ')).count();
    let star = run("b/*");
    assert_eq!((star.status.code(), names(&star)), (Some(1), 3), "{}", stdout(&star));
    let deep = run("**/*.pdf");
    assert_eq!((deep.status.code(), names(&deep)), (Some(1), 2), "{}", stdout(&deep));
    let one = run("[a-c].pdf");
    assert_eq!(one.status.code(), Some(0));
    assert!(stdout(&one).contains("issuer"), "{}", stdout(&one));
    let folders = run("?");
    assert_eq!((folders.status.code(), names(&folders)), (Some(1), 3), "a folder that matches");
    for (pattern, message) in [("*.zip", "no file matches"), ("b/[", "cannot be read")] {
        let output = run(pattern);
        assert_eq!(output.status.code(), Some(2), "{pattern}");
        assert!(stderr(&output).contains(message) && stderr(&output).contains('→'), "{}", stderr(&output));
    }
}

#[test]
fn nothing_to_verify_is_never_fine() {
    let folder = TempDir::new().unwrap();
    let output = verify(&[text(folder.path())]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("there is nothing to verify in the folder"), "{}", stderr(&output));
    fs::write(folder.path().join("notes.txt"), "notes").unwrap();
    assert_eq!(verify(&[text(folder.path())]).status.code(), Some(2));
    let json = stdout(&verify(&["--json", text(folder.path())]));
    assert_eq!(serde_json::from_str::<Value>(&json).unwrap()["error"], "fail.empty-folder");
    // A file beside it that is valid does not make up for it.
    let valid = demo().file("kominfo", "2.pdf");
    assert_eq!(verify(&[&valid, text(folder.path())]).status.code(), Some(2));
}

#[cfg(unix)]
#[test]
fn links_in_circles_come_to_an_end() {
    let folder = collection();
    for name in ["up", "again"] {
        std::os::unix::fs::symlink("..", folder.path().join("b").join(name)).unwrap();
    }
    for argument in
        [folder.path().to_owned(), folder.path().join("**/*.pdf"), folder.path().join("b/*/*.pdf")]
    {
        let output = verify(&[text(&argument)]);
        assert_ne!(output.status.code(), None, "{}", argument.display());
        assert!(stdout(&output).lines().count() < 10, "{}", stdout(&output));
    }
}

#[test]
fn standard_input_is_read_once() {
    let bytes = fs::read(demo().file("kominfo", "2.pdf")).unwrap();
    let output = piped(&["-"], &bytes);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stdout(&output).starts_with("VALID  -"), "{}", stdout(&output));
    assert_eq!(piped(&["-"], &forged(&bytes)).status.code(), Some(1));
    assert_eq!(piped(&["-"], b"").status.code(), Some(2));
    let twice = piped(&["-", "-"], &bytes);
    assert_eq!(twice.status.code(), Some(2));
    assert!(stderr(&twice).contains("can be read only once"), "{}", stderr(&twice));
}

#[test]
fn trust_and_revocation_lists_are_read_in_pem_and_der() {
    let keys = demo().office.join("keys");
    let folder = TempDir::new().unwrap();
    let mut arguments = vec!["verify".to_owned(), demo().file("kominfo", "2.pdf"), "--json".to_owned()];
    for name in ["root", "issuing", "seal"] {
        let pem = fs::read_dir(&keys).unwrap().map(|e| e.unwrap().path());
        let mut pem: Vec<_> = pem
            .filter(|p| p.extension().is_some_and(|e| e == "pem") && text(p).contains(&format!("/{name}")))
            .collect();
        pem.sort();
        let certificate = Certificate::from_pem(&fs::read_to_string(&pem[0]).unwrap()).unwrap();
        let der = folder.path().join(format!("{name}.der"));
        fs::write(&der, certificate.der()).unwrap();
        arguments.extend(["--trust".to_owned(), text(&der).to_owned()]);
    }
    let revocation = |more: &[String]| {
        let all: Vec<&str> = arguments.iter().chain(more).map(String::as_str).collect();
        let output = pk(&all);
        let verdict: Value = serde_json::from_str(&stdout(&output)).unwrap();
        assert_eq!(verdict["signatures"][0]["chain"], "pass", "{verdict:#}");
        verdict["signatures"][0]["revocation"].as_str().unwrap().to_owned()
    };
    assert_eq!(revocation(&[]), "not-checked");
    let list = fs::read_to_string(keys.join("issuing.crl")).unwrap();
    let der = folder.path().join("issuing.crl.der");
    fs::write(&der, Crl::from_pem(&list).unwrap().der()).unwrap();
    let root = text(&keys.join("root.crl")).to_owned();
    let lists = ["--crl".to_owned(), text(&der).to_owned(), "--crl".to_owned(), root];
    assert_eq!(revocation(&lists), "pass");
    // Files that are something else are named, with a hint.
    let notes = folder.path().join("notes.txt");
    fs::write(&notes, "notes").unwrap();
    let certificate = folder.path().join("root.der");
    for (option, path) in [("--crl", &notes), ("--trust", &notes), ("--crl", &certificate), ("--trust", &der)]
    {
        let output = verify(&[&demo().file("kominfo", "2.pdf"), option, text(path)]);
        assert_eq!(output.status.code(), Some(2), "{option} {}", path.display());
        let shown = stderr(&output);
        assert!(shown.contains(option) && shown.contains(text(path)) && shown.contains('→'), "{shown}");
    }
}

/// The report about `files`, with the office.
fn report(files: &[&str]) -> (String, Output) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("report.html");
    let output = verify(&[files, &["--report", text(&path)]].concat());
    (fs::read_to_string(&path).unwrap(), output)
}

/// Whether a page needs nothing but itself.
fn stands_alone(html: &str) -> bool {
    let fetched = ["src=\"http", "href=\"http", "url(", "@import", "<script", "<link", "<iframe", "<object"];
    html.contains("Content-Security-Policy") && fetched.iter().all(|way| !html.contains(way))
}

#[test]
fn the_report_of_one_document_says_everything() {
    let file = demo().file("kominfo", "2.pdf");
    let (html, output) = report(&[&file]);
    assert_eq!(output.status.code(), Some(0));
    assert!(stands_alone(&html));
    assert!(html.starts_with("<!DOCTYPE html>\n<html lang=\"en\">"));
    let verdict: Value = serde_json::from_str(&stdout(&verify(&["--json", &file]))).unwrap();
    let findings = verdict["findings"].as_array().unwrap().iter();
    let signatures = verdict["signatures"].as_array().unwrap().iter();
    let all = findings.chain(signatures.clone().flat_map(|s| s["findings"].as_array().unwrap()));
    for finding in all {
        let code = finding["code"].as_str().unwrap();
        assert!(html.contains(&format!(">{code}</code>")), "{code}");
        assert!(html.contains(finding["where"].as_str().unwrap_or_default()), "{finding}");
    }
    for signature in signatures {
        assert!(html.contains(signature["signer"].as_str().unwrap()));
        assert!(html.contains(signature["serial"].as_str().unwrap()));
        // As people are told it, by the clock of the office.
        let words = Words::new(Language::English);
        assert!(html.contains(&words.clock(signature["claimed_time"].as_str().unwrap())));
    }
    for wanted in [
        verdict["sha256"].as_str().unwrap(),
        concat!("pk ", env!("CARGO_PKG_VERSION")),
        "VALID",
        "First party",
        "Second party",
        "<main>",
        "<footer>",
        "<figcaption>Page 1 of 2",
    ] {
        assert!(html.contains(wanted), "{wanted}");
    }
    let pictures = html.matches("<img alt=\"Picture of page ").count();
    assert_eq!(pictures, 2, "pages");
    let encoded = html.split("data:image/png;base64,").nth(1).unwrap().split('"').next().unwrap();
    let png = data_encoding::BASE64.decode(encoded.as_bytes()).unwrap();
    let picture = image::load_from_memory(&png).unwrap().to_luma8();
    assert_eq!((picture.width(), picture.height()), (909, 1286), "A4 at 110 dpi");
    // The page is in the picture: the QR code on it can be read.
    assert!(pk::audit::qr_texts(&png).unwrap()[0].starts_with("https://cek.contoh.example/V/"));
    // Two fields, each a frame and a number.
    assert_eq!(
        (html.matches("class=\"field good\"").count(), html.matches("class=\"badge good\"").count()),
        (2, 2)
    );
}

#[test]
fn the_frames_stand_where_the_stamps_are() {
    // The empty fields of an unsigned document are white; after the signature the stamp is in them.
    let (before, _) = report(&[&demo().file("kominfo", "0.pdf")]);
    let (after, _) = report(&[&demo().file("kominfo", "1.pdf")]);
    assert_eq!(before.matches("class=\"field open\"").count(), 2);
    let picture = |html: &str| {
        let encoded = html.split("data:image/png;base64,").nth(1).unwrap().split('"').next().unwrap();
        let png = data_encoding::BASE64.decode(encoded.as_bytes()).unwrap();
        image::load_from_memory(&png).unwrap().to_luma8()
    };
    let (empty, stamped) = (picture(&before), picture(&after));
    let frame =
        after.split("class=\"field good\"").next().unwrap().rsplit("<rect ").next().unwrap().to_owned();
    let number = |name: &str| {
        let value = frame.split(&format!("{name}=\"")).nth(1).unwrap().split('"').next().unwrap();
        value.parse::<f64>().unwrap()
    };
    let (x, y, width, height) = (number("x"), number("y"), number("width"), number("height"));
    assert!(width > 100.0 && height > 40.0, "{frame}");
    let changed = empty.enumerate_pixels().filter(|(x, y, pixel)| stamped.get_pixel(*x, *y) != *pixel);
    let (mut inside, mut outside) = (0, 0);
    for (px, py, _) in changed {
        let (px, py) = (f64::from(px), f64::from(py));
        if px >= x - 2.0 && px <= x + width + 2.0 && py >= y - 2.0 && py <= y + height + 2.0 {
            inside += 1;
        } else {
            outside += 1;
        }
    }
    assert!(inside > 500 && outside == 0, "{inside} dots changed inside of the frame, {outside} outside");
}

#[test]
fn the_report_of_many_files_has_a_table_of_contents() {
    let folder = collection();
    let (html, output) = report(&[text(folder.path()), "/nonexistent.pdf"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stands_alone(&html));
    for number in 1..=5 {
        assert!(
            html.contains(&format!("href=\"#f{number}\"")) && html.contains(&format!("id=\"f{number}\""))
        );
    }
    assert!(html.contains(
        "files: 5; 2 valid, 0 no longer in force, 1 not valid, 1 not certain, 1 without a verdict"
    ));
    assert!(html.contains("/nonexistent.pdf does not exist"));
    let archive = fs::read_dir(demo().office.join("archive")).unwrap().next().unwrap().unwrap().path();
    let (html, _) = report(&[text(&archive)]);
    assert!(html.contains("documents: 65; 65 valid") && html.contains("archive.sealed"));
}

#[test]
fn names_in_a_report_are_never_markup() {
    const EVIL: &str = "<img src=x onerror=alert(1)>\"'&";
    let fixture = fixture::complete();
    let bytes = fixture.file("kominfo", Kind::Agreement);
    let Ok(Answer::Document(mut verdict)) = fixture.auditor().examine(EVIL, &bytes, now()) else { panic!() };
    verdict.signatures[0].signer = Some(EVIL.to_owned());
    verdict.signatures[0].field = EVIL.to_owned();
    verdict.document.as_mut().unwrap().issued.as_mut().unwrap().by = EVIL.to_owned();
    verdict.lines.issuer.detail.set(pk_trust::verify::Parameter::Signer, EVIL);
    let mut report = Report::default();
    report.add(Entry {
        name: EVIL.to_owned(),
        sha256: Some(EVIL.to_owned()),
        answer: Ok(Answer::Document(verdict)),
        pages: Some(Pages::left_out()),
    });
    report.add(Entry {
        name: EVIL.to_owned(),
        sha256: None,
        answer: Err(Unread {
            message: EVIL.to_owned(),
            causes: vec![EVIL.to_owned()],
            hint: Some(EVIL.to_owned()),
        }),
        pages: None,
    });
    let about = About {
        at: now(),
        made: now(),
        roots: Vec::new(),
        registry: true,
        office_here: None,
        passed_over: 0,
        older: 0,
    };
    for language in [Language::Indonesian, Language::English] {
        let html = report.html(&about, &Words::new(language));
        assert!(!html.contains("<img") && !html.contains("onerror=alert(1)>"), "markup out of a name");
        assert!(html.matches("&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;").count() > 9);
    }
}

#[test]
fn hostile_file_names_reach_neither_page_nor_terminal() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("<b>\u{1b}[2J<script>.pdf");
    fs::copy(demo().file("kominfo", "2.pdf"), &path).unwrap();
    let (html, output) = report(&[text(&path), text(&path)]);
    assert!(html.contains("&lt;b&gt;") && stands_alone(&html));
    let shown = stdout(&output) + &stderr(&output) + &html;
    assert!(!shown.contains('\u{1b}'), "a name that controls the terminal");
}

#[test]
fn damaged_and_hostile_files_still_have_a_report() {
    let folder = TempDir::new().unwrap();
    let passed = fs::read(demo().file("kominfo", "2.pdf")).unwrap();
    let cut = folder.path().join("cut.pdf");
    fs::write(&cut, &passed[..passed.len() / 2]).unwrap();
    let (html, output) = report(&[text(&cut)]);
    assert_eq!(output.status.code(), Some(1));
    assert!(html.contains("NOT VALID") && html.contains("document.tail"));
    // A field of another producer's file is no accusation: its signature was not judged.
    let foreign = folder.path().join("foreign.pdf");
    let annotation = "/Annots[<</Subtype/Widget/FT/Sig/T(S<1>)/V 7 0 R/Rect[20 20 90 60]>>]";
    fs::write(&foreign, two_pages(b"", annotation)).unwrap();
    let (html, output) = report(&[text(&foreign)]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert_eq!(html.matches("class=\"field open\"").count(), 2, "one on each page");
    assert!(html.contains("S&lt;1&gt;: <span class=\"mark open\">") && !html.contains("class=\"field bad\""));
    let nothing = folder.path().join("nothing.pdf");
    fs::write(&nothing, b"%PDF-1.7\nnothing").unwrap();
    let (html, _) = report(&[text(&nothing)]);
    assert!(html.contains("The pages of this file could not be drawn."), "{html}");
    // So deep that the renderer's stack overflows, which ends its process: the next page is drawn.
    let deep = folder.path().join("deep.pdf");
    fs::write(&deep, two_pages("[".repeat(8_000_000).as_bytes(), "")).unwrap();
    let (html, output) = report(&[text(&deep)]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert_eq!(html.matches("This page could not be drawn.").count(), 1);
    assert_eq!(html.matches("<img alt=\"Picture of page 2 of 2\"").count(), 1);
}

/// A file of two pages with `more` in their dictionaries, the first with this content.
fn two_pages(content: &[u8], more: &str) -> Vec<u8> {
    let mut out = b"%PDF-1.7\n".to_vec();
    let mut offsets = Vec::new();
    let page = |contents: u32| {
        format!("<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents {contents} 0 R{more}>>")
            .into_bytes()
    };
    let stream = |data: &[u8]| {
        [format!("<</Length {}>>\nstream\n", data.len()).as_bytes(), data, b"\nendstream"].concat()
    };
    let objects = [
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        b"<</Type/Pages/Count 2/Kids[3 0 R 4 0 R]>>".to_vec(),
        page(5),
        page(6),
        stream(content),
        stream(b"0 0 100 100 re f"),
    ];
    for (number, object) in (1..).zip(&objects) {
        offsets.push(out.len());
        out.extend(format!("{number} 0 obj\n").as_bytes());
        out.extend(object);
        out.extend(b"\nendobj\n");
    }
    let xref = out.len();
    out.extend(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).as_bytes());
    for offset in offsets {
        out.extend(format!("{offset:010} 00000 n \n").as_bytes());
    }
    let end = format!("trailer\n<</Size {}/Root 1 0 R>>\nstartxref\n{xref}\n%%EOF\n", objects.len() + 1);
    out.extend(end.as_bytes());
    out
}

#[test]
fn a_report_replaces_no_document() {
    let file = demo().file("kominfo", "2.pdf");
    let before = fs::read(&file).unwrap();
    let output = verify(&[&file, "--report", &file]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("does not end with .html"), "{}", stderr(&output));
    assert_eq!(fs::read(&file).unwrap(), before);
    let nowhere = verify(&[&file, "--report", "/nonexistent/report.html"]);
    assert_eq!(nowhere.status.code(), Some(2));
}
