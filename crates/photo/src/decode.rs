//! Pictures as files.

use std::io::Cursor;

use image::{DynamicImage, GrayImage, ImageDecoder as _, ImageReader, Limits, LumaA};

use crate::{MAX_SIDE, PictureError, check_size, container, texts_in};

/// Bytes of a picture once it is decoded: four for each dot of the largest one, and a page of A4 at 600 dpi
/// with six. With more bytes a dot a small file would ask a small server for half a gigabyte.
const MAX_DECODED: u64 = 210_000_000;

/// The same for a picture with transparency, from which two pictures are made: 30 million dots in eight bits. Cameras
/// make none, and no screen has so many.
const MAX_DECODED_WITH_ALPHA: u64 = 120_000_000;

/// Memory that a decoder may take besides.
const MAX_MEMORY: u64 = 512 * 1024 * 1024;

/// Whether bytes begin like a picture that [`qr_texts`] can read.
pub fn is_picture(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x89PNG")
        || bytes.starts_with(b"\xFF\xD8\xFF")
        || (bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP"))
}

/// The texts of all QR codes in a PNG, JPEG or WebP, each once, in the order in which they stand from
/// top to bottom.
///
/// # Errors
///
/// [`PictureError`]
pub fn qr_texts(bytes: &[u8]) -> Result<Vec<String>, PictureError> {
    let (mut levels, paint) = decode(bytes)?;
    match (texts_in(&levels), paint) {
        // A symbol in white on nothing is for a dark background.
        (Err(PictureError::NoCode), Some(paint)) => {
            for (level, paint) in levels.iter_mut().zip(paint.iter()) {
                *level = level.saturating_sub(u8::MAX - paint);
            }
            texts_in(&levels)
        }
        (texts, _) => texts,
    }
}

/// The grey levels of a picture as they stand on white paper, and, where it has any, how much of each dot is paint:
/// what is transparent has no colour of its own.
fn decode(bytes: &[u8]) -> Result<(GrayImage, Option<GrayImage>), PictureError> {
    let bytes = container::checked(bytes)?;
    let mut reader = ImageReader::new(Cursor::new(bytes.as_ref()))
        .with_guessed_format()
        .map_err(image::ImageError::IoError)?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_MEMORY);
    reader.limits(limits);
    let decoder = reader.into_decoder()?;
    let (width, height) = decoder.dimensions();
    check_size(width, height)?;
    if decoder.total_bytes() > MAX_DECODED {
        return Err(PictureError::TooLarge);
    }
    let alpha = decoder.color_type().has_alpha();
    if alpha && decoder.total_bytes() > MAX_DECODED_WITH_ALPHA {
        return Err(PictureError::TooLarge);
    }
    let picture = DynamicImage::from_decoder(decoder)?;
    if alpha { on_paper(&picture) } else { Ok((picture.into_luma8(), None)) }
}

/// The levels of a picture with transparency, and its paint.
fn on_paper(picture: &DynamicImage) -> Result<(GrayImage, Option<GrayImage>), PictureError> {
    /// Rows at a time: the picture in colour is the largest thing in memory, and a copy of it would be the next one.
    const ROWS: u32 = 64;
    let (width, height) = (picture.width(), picture.height());
    let (mut levels, mut paint) = (Vec::new(), Vec::new());
    let dots = usize::try_from(u64::from(width) * u64::from(height)).map_err(|_| PictureError::TooLarge)?;
    levels.reserve_exact(dots);
    paint.reserve_exact(dots);
    let mut top = 0;
    while top < height {
        let strip = picture.crop_imm(0, top, width, ROWS.min(height - top)).into_luma_alpha8();
        for LumaA([level, alpha]) in strip.pixels() {
            // At most 255, since both are.
            let shown = (u16::from(*level) * u16::from(*alpha) + 127) / 255 + u16::from(u8::MAX - *alpha);
            levels.push(u8::try_from(shown).unwrap_or(u8::MAX));
            paint.push(*alpha);
        }
        top += ROWS;
    }
    let solid = paint.iter().all(|alpha| *alpha == u8::MAX);
    let image = |dots| GrayImage::from_raw(width, height, dots).ok_or(PictureError::Size);
    Ok((image(levels)?, if solid { None } else { Some(image(paint)?) }))
}

#[cfg(test)]
mod tests {
    use image::{ExtendedColorType, ImageFormat};

    use super::{PictureError, qr_texts};

    /// A PNG of one colour is a hundred times smaller than what it decodes to, and may be sent to a public page.
    #[test]
    fn a_small_file_may_not_become_half_a_gigabyte() {
        let png = |side: u32, colour: ExtendedColorType| {
            let bits = u64::from(side) * u64::from(side) * u64::from(colour.bits_per_pixel());
            let levels = vec![255; usize::try_from(bits / 8).unwrap()];
            let mut png = std::io::Cursor::new(Vec::new());
            image::write_buffer_with_format(&mut png, &levels, side, side, colour, ImageFormat::Png).unwrap();
            png.into_inner()
        };
        let large = png(5_200, ExtendedColorType::Rgba16);
        assert!(large.len() < 10 << 20, "{}", large.len());
        assert!(matches!(qr_texts(&large), Err(PictureError::TooLarge)));
        assert!(matches!(qr_texts(&png(700, ExtendedColorType::Rgba16)), Err(PictureError::NoCode)));
    }
}
