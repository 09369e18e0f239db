//! The QR code on the page: read from a picture, it says who issued what, and no more.

mod camera;
mod kinds;
mod set;

use std::io::Cursor;

use image::{DynamicImage, GrayImage, ImageFormat, Luma, imageops};
use pk::audit::{Answer, Auditor, PictureError, PictureVerdict, qr_texts};
use pk_trust::claim::Kind;
use pk_trust::pdf::File;
use pk_trust::verify::{self, CLAIM_NAME, DATA_NAME, Overall, Parameter, Value, Verdict, attachment};

use crate::determinism::on_big_stack;
use crate::fixture::{self, now, renderer};

/// Page one of a document at so many dots an inch, and the text that its QR code has to hold.
fn page_of(official: &str, kind: Kind, dpi: u32) -> (Vec<u8>, String) {
    page_with(official, kind, dpi, |claim| claim)
}

/// The same with another text in the QR code.
fn page_with(official: &str, kind: Kind, dpi: u32, text: impl FnOnce(String) -> String) -> (Vec<u8>, String) {
    let fixture = fixture::complete();
    let bytes = fixture.file(official, kind);
    let file = File::parse(&bytes).unwrap();
    let data = attachment(file.at(0), DATA_NAME).unwrap().unwrap();
    let claim = String::from_utf8(attachment(file.at(0), CLAIM_NAME).unwrap().unwrap()).unwrap();
    let claim = text(claim);
    let pages = on_big_stack(|| renderer().pictures(&data, &claim, dpi).unwrap());
    (pages.into_iter().next().unwrap(), claim)
}

fn page(dpi: u32) -> (Vec<u8>, String) {
    page_of("kominfo", Kind::Agreement, dpi)
}

/// The symbol of a text, with its quiet zone, as a picture.
fn symbol(text: &str, module: u32) -> GrayImage {
    let code = qrcode::QrCode::with_error_correction_level(text, qrcode::EcLevel::M).unwrap();
    let (width, colors) = (u32::try_from(code.width()).unwrap(), code.to_colors());
    GrayImage::from_fn((width + 8) * module, (width + 8) * module, |x, y| {
        let (x, y) = ((x / module).wrapping_sub(4), (y / module).wrapping_sub(4));
        let inside = x < width && y < width;
        let dark = inside && colors[usize::try_from(y * width + x).unwrap()] == qrcode::Color::Dark;
        Luma([if dark { 0 } else { 255 }])
    })
}

/// A sheet with symbols beside each other, as PNG.
fn sheet(texts: &[&str]) -> Vec<u8> {
    let mut sheet = GrayImage::from_pixel(1600, 400, Luma([255]));
    for (i, text) in (0..).zip(texts) {
        imageops::replace(&mut sheet, &symbol(text, 4), 20 + 400 * i, 20 + 10 * i);
    }
    let mut png = Cursor::new(Vec::new());
    DynamicImage::from(sheet).write_to(&mut png, ImageFormat::Png).unwrap();
    png.into_inner()
}

fn claim_of(official: &str, kind: Kind) -> String {
    let bytes = fixture::complete().file(official, kind);
    let file = File::parse(&bytes).unwrap();
    String::from_utf8(attachment(file.at(0), CLAIM_NAME).unwrap().unwrap()).unwrap()
}

fn one(auditor: &Auditor, picture: &[u8]) -> Verdict {
    match auditor.examine("foto.png", picture, now()).unwrap() {
        Answer::Document(verdict) => *verdict,
        other => panic!("{other:?}"),
    }
}

fn several(auditor: &Auditor, picture: &[u8]) -> PictureVerdict {
    match auditor.examine("foto.png", picture, now()).unwrap() {
        Answer::Picture(verdict) => *verdict,
        other => panic!("{other:?}"),
    }
}

fn text(value: Option<&Value>) -> &str {
    match value {
        Some(Value::Text(text)) => text,
        _ => "",
    }
}

/// Codes and hosts of the remarks on QR codes.
fn remarks(findings: &[verify::Finding]) -> Vec<(&str, &str)> {
    let about_codes = findings.iter().filter(|f| f.code.as_str().starts_with("qr."));
    about_codes.map(|f| (f.code.as_str(), text(f.detail.get(Parameter::Host)))).collect()
}

fn office_auditor() -> Auditor {
    Auditor { host: Some(fixture::HOST.to_owned()), ..fixture::complete().auditor() }
}

#[test]
fn a_page_at_150_dpi_says_who_issued_it() {
    let (png, claim) = page(150);
    assert_eq!(qr_texts(&png).unwrap(), std::slice::from_ref(&claim));
    assert!(claim.starts_with("https://cek.contoh.example/V/"));
    let answer = fixture::complete().outsider().examine("page.png", &png, now()).unwrap();
    let Answer::Document(verdict) = answer else { panic!("no document") };
    assert_eq!(verdict.overall, Overall::Indeterminate);
    assert_eq!(verdict.lines.issuer.outcome, verify::Answer::Yes);
    assert_eq!(verdict.lines.integrity.code.as_str(), "picture.signatures-not-checked");
    let issued = verdict.document.unwrap().issued.unwrap();
    assert_eq!((issued.indicators, issued.budget), (2, 1_589_645_600));
    assert_eq!(issued.by, "Pemerintah Kabupaten Contoh");
}

#[test]
fn turned_pages_and_jpegs_are_read() {
    let (png, claim) = page(150);
    let upright = image::load_from_memory(&png).unwrap().to_luma8();
    for picture in
        [imageops::rotate90(&upright), imageops::rotate180(&upright), imageops::rotate270(&upright)]
    {
        let mut jpeg = Cursor::new(Vec::new());
        DynamicImage::from(picture).write_to(&mut jpeg, ImageFormat::Jpeg).unwrap();
        assert_eq!(qr_texts(jpeg.get_ref()).unwrap(), std::slice::from_ref(&claim));
    }
}

#[test]
fn the_symbol_is_of_the_promised_size() {
    let (_, claim) = page(72);
    let code = qrcode::QrCode::with_error_correction_level(&claim, qrcode::EcLevel::M).unwrap();
    assert_eq!(code.version(), qrcode::Version::Normal(10), "{} characters", claim.len());
}

#[test]
fn pictures_without_a_code_give_no_answer() {
    let mut white = Cursor::new(Vec::new());
    DynamicImage::new_luma8(400, 400).write_to(&mut white, ImageFormat::Png).unwrap();
    assert!(matches!(qr_texts(white.get_ref()), Err(PictureError::NoCode)));
    assert!(matches!(qr_texts(b"\x89PNG damaged"), Err(PictureError::Decode(_))));
    assert!(matches!(qr_texts(b"RIFF\0\0\0\0WEBPVP8 "), Err(PictureError::Decode(_))));
}

/// A picture tiled with corners of symbols, one dot a module: the library alone takes minutes for it.
#[test]
fn a_picture_full_of_false_corners_is_given_up() {
    let tiles = GrayImage::from_fn(3000, 3000, |x, y| {
        let (x, y) = (x % 9, y % 9);
        let ring = x.abs_diff(3).max(y.abs_diff(3));
        Luma([if x < 7 && y < 7 && ring != 2 { 0 } else { 255 }])
    });
    let mut png = Cursor::new(Vec::new());
    DynamicImage::from(tiles).write_to(&mut png, ImageFormat::Png).unwrap();
    assert!(matches!(qr_texts(png.get_ref()), Err(PictureError::NoCode)));
}

#[test]
fn webp_is_read() {
    let (png, claim) = page(150);
    let mut webp = Cursor::new(Vec::new());
    let page = image::load_from_memory(&png).unwrap().to_luma8();
    DynamicImage::from(page).to_rgb8().write_to(&mut webp, ImageFormat::WebP).unwrap();
    assert_eq!(qr_texts(webp.get_ref()).unwrap(), std::slice::from_ref(&claim));
    assert_eq!(one(&office_auditor(), webp.get_ref()).overall, Overall::Indeterminate);
}

#[test]
fn one_claim_among_other_codes_is_judged_and_the_others_are_named() {
    let claim = claim_of("kominfo", Kind::Agreement);
    let texts = ["https://lain.example/daftar", &claim, "WIFI:T:WPA;S:kantor;P:contoh;;"];
    let verdict = one(&office_auditor(), &sheet(&texts));
    let alone = one(&office_auditor(), &sheet(&[&claim]));
    assert_eq!(verdict.lines, alone.lines, "a remark moves no line");
    assert_eq!(verdict.document, alone.document);
    assert_eq!(verdict.overall, Overall::Indeterminate);
    assert_eq!(remarks(&verdict.findings), [("qr.other-link", "lain.example"), ("qr.no-link", "")]);
    assert_eq!(remarks(&alone.findings), []);
}

#[test]
fn each_of_several_claims_has_its_verdict_and_the_worst_counts() {
    let (first, second) = (claim_of("kominfo", Kind::Agreement), claim_of("dinsos", Kind::Agreement));
    let auditor = office_auditor();
    let good = several(&auditor, &sheet(&[&first, "https://lain.example/", &second]));
    let ids: Vec<String> =
        good.documents.iter().map(|d| d.document.as_ref().unwrap().id.to_string()).collect();
    assert_eq!(ids.len(), 2);
    assert!(ids.iter().zip([&first, &second]).all(|(id, claim)| claim.contains(id.as_str())), "{ids:?}");
    assert_eq!(good.overall, Overall::Indeterminate);
    assert_eq!(remarks(&good.remarks), [("qr.other-link", "lain.example")]);
    // The claim of one document under the id of another.
    let (address, _) = second.split_once('#').unwrap();
    let (_, fragment) = first.split_once('#').unwrap();
    let moved = format!("{address}#{fragment}");
    let bad = several(&auditor, &sheet(&[&first, &moved]));
    assert_eq!(bad.documents[0].overall, Overall::Indeterminate);
    assert_eq!(bad.documents[1].overall, Overall::Failed);
    assert_eq!(bad.overall, Overall::Failed);
}

#[test]
fn codes_without_a_claim_are_named_and_nothing_is_proved() {
    // A Cyrillic letter, and another host behind what looks like ours.
    let texts = ["https://cek.cont\u{43e}h.example/V/X", "https://cek.contoh.example@lain.example/", "teks"];
    let verdict = one(&office_auditor(), &sheet(&texts));
    assert_eq!(verdict.overall, Overall::Indeterminate);
    assert_eq!(verdict.lines.issuer.code.as_str(), "claim.no-link");
    assert!(verdict.document.is_none());
    let mut named = remarks(&verdict.findings);
    named.sort_unstable();
    assert_eq!(
        named,
        [
            ("qr.no-link", ""),
            ("qr.other-link", "cek.xn--conth-mye.example"),
            ("qr.other-link", "lain.example"),
        ]
    );
}

#[test]
fn a_claim_under_another_host_fails_and_the_host_is_named() {
    let claim = claim_of("kominfo", Kind::Agreement).replacen(fixture::HOST, "cek.lain.example", 1);
    let at_home = one(&office_auditor(), &sheet(&[&claim]));
    assert_eq!(at_home.overall, Overall::Failed);
    assert_eq!(at_home.lines.issuer.code.as_str(), "claim.signature");
    assert_eq!(remarks(&at_home.findings), [("qr.foreign-host", "cek.lain.example")]);
    let outside = one(&fixture::complete().outsider(), &sheet(&[&claim]));
    assert_eq!(remarks(&outside.findings), [("qr.unproven-host", "cek.lain.example")]);
    let honest = one(&fixture::complete().outsider(), &sheet(&[&claim_of("kominfo", Kind::Agreement)]));
    assert_eq!(remarks(&honest.findings), [], "the seal covers the host");
}

#[test]
fn a_verdict_about_a_picture_bears_the_hash_of_the_picture() {
    use sha2::{Digest as _, Sha256};
    let picture = sheet(&[&claim_of("kominfo", Kind::Agreement)]);
    let expected = data_encoding::HEXLOWER.encode(&Sha256::digest(&picture));
    assert_eq!(one(&office_auditor(), &picture).sha256, expected);
}
