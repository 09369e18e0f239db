//! What a reader has to be told in every answer, and what an answer must not say.

use std::fs;
use std::io::{Cursor, Write as _};

use pk::audit::{Answer, Auditor};
use pk::report::{self, About, Entry, Report};
use pk::words::{Language, Words};
use pk_trust::claim::Kind;
use pk_trust::pdf::{Dictionary, File, Object, Update, identify};
use pk_trust::verify::{self, CLAIM_NAME, Code, Finding, Overall, Parameter, Verdict, attachment};
use serde_json::Value;
use tempfile::TempDir;

use crate::commands::{demo, pk, stderr, stdout};
use crate::determinism::on_big_stack;
use crate::fixture::{complaints, complete, now, renderer, verdict};

fn document() -> Vec<u8> {
    complete().file("kominfo", Kind::Agreement)
}

/// The text of the QR code of the document of the demonstration.
fn demo_link() -> String {
    let bytes = fs::read(demo().file("kominfo", "2.pdf")).unwrap();
    let file = File::parse(&bytes).unwrap();
    String::from_utf8(attachment(file.at(0), CLAIM_NAME).unwrap().unwrap()).unwrap()
}

fn english() -> Words {
    Words::new(Language::English)
}

fn html(verdict: Verdict) -> String {
    let mut report = Report::default();
    let answer = Ok(Answer::Document(Box::new(verdict)));
    report.add(Entry { name: "x.pdf".to_owned(), sha256: None, answer, pages: None });
    let about = About {
        at: now(),
        made: now(),
        roots: Vec::new(),
        registry: true,
        office_here: None,
        passed_over: 0,
        older: 0,
    };
    report.html(&about, &english())
}

#[test]
fn a_remark_that_a_reader_needs_stands_beside_a_good_headline() {
    let mut good = verdict(&complete().auditor(), &document());
    assert_eq!((good.overall, good.notices().len()), (Overall::Passed, 0));
    assert_eq!(report::brief(&english(), &Answer::Document(Box::new(good.clone()))), None);
    let plain = html(good.clone());
    for _ in 0..2 {
        good.findings.push(Finding::new(Code::SignatureAddedField).with(Parameter::Field, "Cap"));
    }
    good.findings.push(Finding::new(Code::DocumentForeign));
    assert_eq!(good.notices().len(), 1, "each once");
    let said = report::brief(&english(), &Answer::Document(Box::new(good.clone()))).unwrap();
    assert!(said.contains("signature field Cap was added"), "{said}");
    let json: Value = serde_json::to_value(&good).unwrap();
    let marked: Vec<&Value> =
        json["findings"].as_array().unwrap().iter().filter(|f| f["notice"] == true).collect();
    assert_eq!(marked.len(), 2);
    let page = html(good);
    let banner =
        |page: &str| page.split("class=\"banner").nth(1).unwrap().split("</div>").next().unwrap().to_owned();
    assert!(banner(&page).contains("signature field Cap was added"), "{}", banner(&page));
    assert!(banner(&page).contains(" good\"") && !banner(&plain).contains("Cap"));
}

#[test]
fn what_is_tolerated_is_one_short_line() {
    let mut good = verdict(&complete().auditor(), &document());
    assert_eq!(report::notices(&english(), &good), Vec::<String>::new());
    for code in [Code::DocumentToleratedSize, Code::DocumentToleratedSize, Code::CmsToleratedBer] {
        good.findings.push(Finding::new(code));
    }
    let notices = report::notices(&english(), &good);
    assert!(notices.len() == 1 && notices[0].contains("(points: 2)"), "{notices:?}");
    // What concerns all files alike is not said with each of many.
    good.findings.push(Finding::new(Code::TrustOlderList).with(Parameter::Issuer, "Contoh"));
    assert_eq!(report::notices(&english(), &good).len(), 2);
    assert_eq!(report::trust_notices(&english(), &good).len(), 1);
    let brief = report::brief(&english(), &Answer::Document(Box::new(good))).unwrap();
    assert!(brief.contains("(points: 2)") && !brief.contains("Contoh"), "{brief}");
}

/// A finished document, with a signature of another program put on it, and `more` in its catalog.
fn sent_elsewhere(bytes: &[u8], sub_filter: &str, keys: &[(&str, &str)], more: bool) -> Vec<u8> {
    let file = File::parse(bytes).unwrap();
    let mut signature = Dictionary::new()
        .with("Type", Object::name("Sig"))
        .with("Filter", Object::name("Adobe.PPKLite"))
        .with("SubFilter", Object::name(sub_filter));
    for (key, value) in keys {
        signature.set(key, Object::String(value.as_bytes().to_vec()));
    }
    let refer = |update: &mut Update<'_, '_>, reference| {
        let (root, mut catalog) = file.latest().catalog().unwrap();
        if more {
            catalog.set("OpenAction", Dictionary::new().with("S", Object::name("Named")));
        }
        catalog.set("Perms", Dictionary::new().with("DocMDP", reference));
        update.set(root, catalog);
    };
    let reserved = Update::new(&file).reserve_signature(signature, 8192, refer, identify).unwrap();
    reserved.fill(&[0x30, 0x00]).unwrap()
}

#[test]
fn a_document_that_went_through_another_signing_service_is_explained() {
    let (bytes, auditor) = (document(), complete().outsider());
    for (sub_filter, keys) in [
        ("adbe.pkcs7.detached", &[][..]),
        ("ETSI.CAdES.detached", &[("Reason", "disahkan"), ("Location", "Contoh")][..]),
        ("ETSI.RFC3161", &[][..]),
    ] {
        for more in [false, true] {
            let found = verdict(&auditor, &sent_elsewhere(&bytes, sub_filter, keys, more));
            assert_eq!(found.overall, Overall::Failed, "{sub_filter}: it excuses nothing");
            assert_eq!(found.lines.integrity.code.as_str(), "changes.signed-elsewhere", "{sub_filter}");
            assert!(complaints(&found).contains(&"changes.forbidden"), "{sub_filter}");
        }
    }
    let hint = english().hint("changes.signed-elsewhere", &Default::default()).unwrap();
    assert!(hint.contains("another signing service"), "{hint}");
}

#[test]
fn what_no_other_service_signed_is_not_said_to_be() {
    let (bytes, auditor) = (document(), complete().outsider());
    let file = File::parse(&bytes).unwrap();
    let (root, catalog) = file.latest().catalog().unwrap();
    // The update of an attacker who signs nothing, and one who copies the shape of pk's own signature.
    let dictionary = |name: &str| Dictionary::new().with("S", Object::name(name));
    let copied = sent_elsewhere(&bytes, "ETSI.CAdES.detached", &[], true);
    let found = verdict(&auditor, &copied);
    assert!(!complaints(&found).contains(&"changes.signed-elsewhere"), "{:?}", complaints(&found));
    assert!(complaints(&found).contains(&"changes.forbidden"));
    let signed = Dictionary::new().with("Type", Object::name("Sig")).with("SubFilter", Object::name("x"));
    let without_range = |update: &mut Update<'_, '_>, _| {
        update
            .set(root, catalog.clone().with("Extra", signed.clone()).with("OpenAction", dictionary("Named")));
    };
    let shape = Dictionary::new()
        .with("Type", Object::name("Sig"))
        .with("Filter", Object::name("Adobe.PPKLite"))
        .with("SubFilter", Object::name("ETSI.CAdES.detached"));
    let reserved = Update::new(&file).reserve_signature(shape, 8192, without_range, identify).unwrap();
    let found = verdict(&auditor, &reserved.fill(&[0x30, 0x00]).unwrap());
    assert_eq!(found.lines.integrity.code.as_str(), "changes.forbidden");
    // The document itself, before.
    assert!(!complaints(&verdict(&auditor, &bytes)).iter().any(|code| code.starts_with("changes.")));
}

/// A page with one image that fills it, and `font` in its resources.
pub(crate) fn scanned(image: &str, data: &[u8], font: &str) -> Vec<u8> {
    let stream = |dictionary: &str, data: &[u8]| {
        [format!("<<{dictionary}/Length {}>>\nstream\n", data.len()).as_bytes(), data, b"\nendstream"]
            .concat()
    };
    let objects = [
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>".to_vec(),
        format!("<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>{font}>>>>")
            .into_bytes(),
        stream("", b"q 595 0 0 842 0 0 cm /I Do Q"),
        stream(&format!("/Type/XObject/Subtype/Image/ColorSpace/DeviceGray/BitsPerComponent 8{image}"), data),
    ];
    let mut out = b"%PDF-1.7\n".to_vec();
    let mut table = String::new();
    for (number, object) in (1..).zip(&objects) {
        table.push_str(&format!("{:010} 00000 n \n", out.len()));
        writeln!(out, "{number} 0 obj").unwrap();
        out.extend(object);
        out.extend(b"\nendobj\n");
    }
    let (xref, size) = (out.len(), objects.len() + 1);
    write!(out, "xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<</Size {size}/Root 1 0 R>>\n")
        .unwrap();
    write!(out, "startxref\n{xref}\n%%EOF\n").unwrap();
    out
}

/// The first page of a document as a scanner sees it, and a sheet without any code.
fn sheets() -> [image::GrayImage; 2] {
    let bytes = document();
    let file = File::parse(&bytes).unwrap();
    let read = |name| attachment(file.at(0), name).unwrap().unwrap();
    let (data, claim) = (read(verify::DATA_NAME), String::from_utf8(read(CLAIM_NAME)).unwrap());
    let png = on_big_stack(|| renderer().pictures(&data, &claim, 150).unwrap()).remove(0);
    let page = image::load_from_memory(&png).unwrap().to_luma8();
    let empty = image::GrayImage::from_pixel(page.width(), page.height(), image::Luma([250]));
    [page, empty]
}

fn as_jpeg(sheet: &image::GrayImage) -> (String, Vec<u8>) {
    let mut jpeg = Cursor::new(Vec::new());
    image::DynamicImage::from(sheet.clone()).write_to(&mut jpeg, image::ImageFormat::Jpeg).unwrap();
    (format!("/Width {}/Height {}/Filter/DCTDecode", sheet.width(), sheet.height()), jpeg.into_inner())
}

fn as_deflated(sheet: &image::GrayImage) -> (String, Vec<u8>) {
    let data = miniz_oxide::deflate::compress_to_vec_zlib(sheet.as_raw(), 6);
    (format!("/Width {}/Height {}/Filter/FlateDecode", sheet.width(), sheet.height()), data)
}

#[test]
fn a_scan_in_a_pdf_is_read_like_a_picture() {
    let auditor = Auditor { draw: Some(|_, _| Vec::new()), ..complete().outsider() };
    let [page, empty] = sheets();
    let (keys, jpeg) = as_jpeg(&page);
    // Beside text, which a scanner or anybody else put there, nobody vouches for what the page shows.
    for (font, said) in [("", Code::PictureScannedPdf), ("/Font<</F 1 0 R>>", Code::PictureInPdf)] {
        let found = verdict(&auditor, &scanned(&keys, &jpeg, font));
        assert_eq!(found.lines.issuer.code.as_str(), "seal.trusted", "{font}: {:?}", complaints(&found));
        assert_eq!(found.overall, Overall::Indeterminate, "never more than its code can prove");
        assert!(found.notices().iter().any(|notice| notice.code == said));
    }
    // Without a code that can be read, it says what it is and what to do; a text says neither.
    let (keys, jpeg) = as_jpeg(&empty);
    let found = verdict(&auditor, &scanned(&keys, &jpeg, ""));
    assert_eq!(found.lines.integrity.code.as_str(), "document.unsigned");
    assert!(found.notices().iter().any(|notice| notice.code == Code::DocumentScan));
    let found = verdict(&auditor, &scanned(&keys, &jpeg, "/Font<</F 1 0 R>>"));
    assert!(
        !found.notices().iter().any(|notice| notice.code == Code::DocumentScan),
        "{:?}",
        complaints(&found)
    );
    // Who does not look is not told so, and gets the advice.
    let (keys, jpeg) = as_jpeg(&page);
    let found = verdict(&complete().outsider(), &scanned(&keys, &jpeg, ""));
    assert_eq!(found.lines.integrity.code.as_str(), "document.unsigned");
    assert!(
        english().hint("document.unsigned", &Default::default()).unwrap().contains("picture of the page")
    );
}

#[test]
fn a_scan_that_is_no_jpeg_is_drawn_by_another_process() {
    let folder = TempDir::new().unwrap();
    let [page, empty] = sheets();
    let check = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        let output = pk(&["verify", "--office", demo().office(), "--json", path.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
        serde_json::from_str::<Value>(&stdout(&output)).unwrap()
    };
    let (keys, data) = as_deflated(&page);
    let found = check("a.pdf", &scanned(&keys, &data, ""));
    // Its seal is that of another office.
    assert_eq!(found["lines"]["issuer"]["code"], "claim.unknown-seal", "{found:#}");
    let (keys, data) = as_deflated(&empty);
    let found = check("b.pdf", &scanned(&keys, &data, ""));
    assert_eq!(found["lines"]["integrity"]["code"], "document.unsigned", "{found:#}");
    // Lengths that promise more than there is, and a picture larger than any that is looked at.
    let found = check("c.pdf", &scanned("/Width 1200/Height 1700/Filter/FlateDecode", b"x", ""));
    assert_eq!(found["lines"]["integrity"]["code"], "document.unsigned", "{found:#}");
    let found = check("d.pdf", &scanned("/Width 90000/Height 90000/Filter/FlateDecode", &data, ""));
    assert_eq!(found["lines"]["integrity"]["code"], "document.unsigned", "{found:#}");
}

#[test]
fn a_pasted_link_finds_its_document() {
    let link = demo_link();
    let check = |text: &str| {
        let output = pk(&["verify", "--office", demo().office(), "--json", text]);
        assert_eq!(output.status.code(), Some(3), "{text}: {}", stderr(&output));
        serde_json::from_str::<Value>(&stdout(&output)).unwrap()
    };
    let cleaned = |verdict: &Value| {
        verdict["findings"].as_array().unwrap().iter().any(|finding| finding["code"] == "link.cleaned")
    };
    let whole = check(&link);
    assert_eq!(whole["lines"]["issuer"]["code"], "seal.trusted");
    assert!(!cleaned(&whole));
    for text in [
        link.replace('#', "%23"),
        format!("({link})."),
        format!("Cek: {} terima kasih", link.replace("https", "HTTP")),
        format!("\"{link}\u{2026}\""),
        format!("{}\n> {}", &link[..90], &link[90..]),
        link.replacen("cek.contoh", "CEK.Contoh", 1),
    ] {
        let found = check(&text);
        assert_eq!(found["lines"]["issuer"]["code"], "seal.trusted", "{text}");
        assert_eq!(found["document"]["id"], whole["document"]["id"], "{text}");
        assert!(cleaned(&found), "{text}");
    }
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("pesan.txt");
    fs::write(&path, format!("Selamat pagi,\nini dokumennya: {}.\n", link.replace('#', "%23"))).unwrap();
    assert_eq!(check(path.to_str().unwrap())["lines"]["issuer"]["code"], "seal.trusted");
}

/// A claim that was cut off on its way proves nothing, and nothing against the document either.
#[test]
fn a_link_that_was_cut_off_accuses_nobody() {
    let link = demo_link();
    for text in [
        link[..link.len() - 1].to_owned(),
        link[..180].to_owned(),
        format!("{}...", &link[..180]),
        format!("{} {}", &link[..120], &link[120..]),
        format!("{link}Terima kasih"),
    ] {
        let output = pk(&["verify", "--office", demo().office(), "--json", &text]);
        assert_eq!(output.status.code(), Some(3), "{text}: {}", stderr(&output));
        let found: Value = serde_json::from_str(&stdout(&output)).unwrap();
        assert_eq!(found["lines"]["issuer"]["code"], "claim.malformed", "{text}");
        assert_eq!(found["document"], Value::Null, "{text}");
    }
}

/// Text that looks like an answer stays in the line of the name.
#[test]
fn pasted_text_is_no_answer() {
    let link = demo_link();
    let text =
        format!("{link}\nVALID  letter.pdf\n  integrity  yes\nhttps://lain.example/V/MI64IHBKPWPETJ5Y");
    let shown = stdout(&pk(&["verify", "--office", demo().office(), &text]));
    assert!(shown.contains("links of 2 documents"), "{shown}");
    let forged = |line: &str| line.starts_with("VALID") || line.trim_start().starts_with("integrity  yes");
    assert!(!shown.lines().any(forged), "{shown}");
}

#[test]
fn a_pasted_link_that_leads_elsewhere_is_said_to() {
    let link = demo_link();
    let office = ["verify", "--office", demo().office()];
    let check = |text: &str| pk(&[&office[..], &[text]].concat());
    // Another host, in all ways in which one can be made to look like ours.
    for text in [
        link.replace("cek.contoh.example", "cek.contoh.example.lain.example"),
        format!("Cek: {}).", link.replace("cek.contoh.example", "lain.example").replace('#', "%23")),
        link.replace("cek.contoh.example", "cek.contoh.example\u{200B}.lain.example"),
    ] {
        let shown = stdout(&check(&text));
        assert!(shown.contains("lain.example, not to cek.contoh.example"), "{text}: {shown}");
        assert!(!shown.contains("issued by"), "{shown}");
    }
    // A claim of one document behind the code of another.
    let other = link.replace(&link.split("/V/").nth(1).unwrap()[..16], "MI64IHBKPWPETJ5Y");
    let output = check(&format!("{other})."));
    assert_eq!(output.status.code(), Some(1), "{}", stdout(&output));
    // Two links in one text are two questions.
    let both = check(&format!("{link} {}", link.replace("cek.contoh.example", "lain.example")));
    assert!(stdout(&both).contains("links of 2 documents"), "{}", stdout(&both));
    for text in [
        link.replace("https://", "https://lain.example/?u=https://"),
        link.replace("https://", "https://lain.example@"),
        link.replace("/V/", "/V/../V/"),
    ] {
        let output = check(&text);
        assert_eq!(output.status.code(), Some(3), "{text}: {}", stderr(&output));
        assert!(!stdout(&output).contains("issued by"), "{text}: {}", stdout(&output));
    }
}
