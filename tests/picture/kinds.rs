//! Kinds of pictures besides dark print on white paper, and pictures that want to cost too much.

use std::io::{Cursor, Write as _};

use flate2::Compression;
use flate2::write::ZlibEncoder;
use image::codecs::png::PngEncoder;
use image::{
    DynamicImage, GrayImage, ImageBuffer, ImageEncoder as _, ImageFormat, Luma, LumaA, Rgb, Rgba, imageops,
};
use pk::audit::{PictureError, qr_texts};

use super::symbol;

const TEXT: &str = "https://cek.contoh.example/V/MI64IHBKPWPETJ5Y#CLAIM";

/// A page with a symbol, dark on white.
fn page() -> GrayImage {
    let mut page = GrayImage::from_pixel(700, 500, Luma([255]));
    imageops::replace(&mut page, &symbol(TEXT, 4), 60, 80);
    page
}

fn png(picture: impl Into<DynamicImage>) -> Vec<u8> {
    let mut png = Cursor::new(Vec::new());
    picture.into().write_to(&mut png, ImageFormat::Png).unwrap();
    png.into_inner()
}

fn is_read(what: &str, file: &[u8]) {
    assert_eq!(qr_texts(file).unwrap_or_else(|error| panic!("{what}: {error}")), [TEXT], "{what}");
}

#[test]
fn inverted_pictures_are_read() {
    let mut dark = page();
    imageops::invert(&mut dark);
    is_read("inverted", &png(dark.clone()));
    is_read("small", &png(imageops::resize(&dark, 420, 300, imageops::FilterType::Triangle)));
    let mut jpeg = Cursor::new(Vec::new());
    DynamicImage::from(dark).write_to(&mut jpeg, ImageFormat::Jpeg).unwrap();
    is_read("inverted JPEG", jpeg.get_ref());
    // A dark screen on which the symbol itself is white paper is no inverted picture.
    let mut screen = GrayImage::from_pixel(900, 700, Luma([18]));
    imageops::replace(&mut screen, &symbol(TEXT, 4), 200, 200);
    is_read("white paper on a dark screen", &png(screen));
}

#[test]
fn what_is_transparent_is_paper_or_a_dark_ground() {
    let page = page();
    let painted = |x: u32, y: u32| page.get_pixel(x, y).0[0] == 0;
    let (width, height) = page.dimensions();
    let rgba = |dark: [u8; 4], light: [u8; 4]| {
        ImageBuffer::from_fn(width, height, |x, y| Rgba(if painted(x, y) { dark } else { light }))
    };
    // Black under what is transparent: without regard to it, all would be black.
    is_read("black on nothing", &png(rgba([0, 0, 0, 255], [0, 0, 0, 0])));
    is_read("black on nothing that is white", &png(rgba([0, 0, 0, 255], [255, 255, 255, 0])));
    is_read("white on nothing", &png(rgba([255, 255, 255, 255], [255, 255, 255, 0])));
    is_read("nothing on white", &png(rgba([255, 255, 255, 0], [255, 255, 255, 255])));
    is_read("half transparent", &png(rgba([0, 0, 0, 140], [0, 0, 0, 0])));
    let both = ImageBuffer::from_fn(width, height, |x, y| LumaA([0_u8, if painted(x, y) { 255 } else { 0 }]));
    is_read("grey with alpha", &png(DynamicImage::ImageLumaA8(both)));
    let mut webp = Cursor::new(Vec::new());
    DynamicImage::from(rgba([0, 0, 0, 255], [0, 0, 0, 0])).write_to(&mut webp, ImageFormat::WebP).unwrap();
    is_read("WebP", webp.get_ref());
    // Nothing but transparency shows nothing, whatever lies under it.
    let hidden = png(rgba([0, 0, 0, 0], [255, 255, 255, 0]));
    assert!(matches!(qr_texts(&hidden), Err(PictureError::NoCode)));
}

#[test]
fn all_depths_and_colours_are_read() {
    let page = page();
    let (width, height) = page.dimensions();
    let deep = ImageBuffer::from_fn(width, height, |x, y| Luma([u16::from(page.get_pixel(x, y).0[0]) * 257]));
    is_read("16 bits", &png(DynamicImage::ImageLuma16(deep)));
    let blue = ImageBuffer::from_fn(width, height, |x, y| {
        Rgb(if page.get_pixel(x, y).0[0] == 0 { [20_u8, 30, 120] } else { [250, 240, 200] })
    });
    is_read("coloured", &png(blue));
    for (transparency, what) in
        [(None, "a palette"), (Some([0_u8, 255]), "a palette whose first colour is transparent")]
    {
        is_read(what, &palette(&page, transparency.as_ref().map(<[u8; 2]>::as_slice)));
    }
}

/// PNG, 5.3.
fn chunk(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let sum = {
        let mut sum = flate2::Crc::new();
        sum.update(kind);
        sum.update(content);
        sum.sum()
    };
    let length = u32::try_from(content.len()).unwrap();
    [&length.to_be_bytes(), kind.as_slice(), content, &sum.to_be_bytes()].concat()
}

fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut out = ZlibEncoder::new(Vec::new(), Compression::best());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

/// A PNG of one byte a dot that points into a palette: 0 is light, 1 is dark.
fn palette(page: &GrayImage, transparency: Option<&[u8]>) -> Vec<u8> {
    let mut rows = Vec::new();
    for row in page.rows() {
        rows.push(0);
        rows.extend(row.map(|Luma([level])| u8::from(*level == 0)));
    }
    let (width, height) = page.dimensions();
    let head = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 3, 0, 0, 0]].concat();
    // Under what is transparent lies black.
    let light = if transparency.is_some() { [0, 0, 0] } else { [255, 255, 255] };
    let colours = [light, [0, 0, 0]].concat();
    let mut png = b"\x89PNG\r\n\x1A\n".to_vec();
    png.extend(chunk(b"IHDR", &head));
    png.extend(chunk(b"PLTE", &colours));
    if let Some(transparency) = transparency {
        png.extend(chunk(b"tRNS", transparency));
    }
    png.extend(chunk(b"IDAT", &deflated(&rows)));
    png.extend(chunk(b"IEND", b""));
    png
}

/// A profile that a colour manager would want is nothing to a reader of codes, honest or not.
#[test]
fn colour_profiles_are_passed_over() {
    let page = page();
    let with = |profile: &[u8]| {
        let mut png = Vec::new();
        let mut encoder = PngEncoder::new(&mut png);
        encoder.set_icc_profile(profile.to_vec()).unwrap();
        encoder
            .write_image(page.as_raw(), page.width(), page.height(), image::ExtendedColorType::L8)
            .unwrap();
        png
    };
    is_read("with a profile", &with(b"a profile as cameras write it"));
    let bomb = with(&vec![0; 64 << 20]);
    assert!(bomb.len() < 200_000, "{}", bomb.len());
    is_read("with one of 64 MB", &bomb);
    let mut broken = with(b"a profile");
    let at = broken.windows(4).position(|w| w == b"iCCP").unwrap();
    broken[at + 10] ^= 0xFF;
    is_read("with a damaged one", &broken);
}
