//! The QR code on the page: read from a picture, it says who issued what, and no more.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, imageops};
use pk::audit::{Answer, PictureError, qr_texts};
use pk_trust::claim::Kind;
use pk_trust::pdf::File;
use pk_trust::verify::{self, CLAIM_NAME, DATA_NAME, Overall, attachment};

use crate::determinism::on_big_stack;
use crate::fixture::{self, now, renderer};

/// Page one of a document at so many dots an inch, and the text that its QR code has to hold.
fn page(dpi: u32) -> (Vec<u8>, String) {
    let fixture = fixture::complete();
    let bytes = fixture.file("kominfo", Kind::Agreement);
    let file = File::parse(&bytes).unwrap();
    let data = attachment(file.at(0), DATA_NAME).unwrap().unwrap();
    let claim = String::from_utf8(attachment(file.at(0), CLAIM_NAME).unwrap().unwrap()).unwrap();
    let pages = on_big_stack(|| renderer().pictures(&data, &claim, dpi).unwrap());
    (pages.into_iter().next().unwrap(), claim)
}

#[test]
fn a_page_at_150_dpi_says_who_issued_it() {
    let (png, claim) = page(150);
    assert_eq!(qr_texts(&png).unwrap(), std::slice::from_ref(&claim));
    assert!(claim.starts_with("https://cek.contoh.example/V/"));
    let answer = fixture::complete().outsider().examine("page.png", &png, now()).unwrap();
    let Answer::Document(verdict) = answer else { panic!("an archive") };
    assert_eq!(verdict.overall, Overall::Indeterminate);
    assert_eq!(verdict.lines.issuer.outcome, verify::Answer::Yes);
    assert_eq!(verdict.lines.integrity.code, "picture.signatures-not-checked");
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
}
