//! Pictures as files.

use std::io::Cursor;

use image::{GrayImage, ImageDecoder as _, ImageReader, Limits};

use crate::{MAX_SIDE, PictureError, check_size, texts_in};

/// Bytes of a picture once it is decoded: four for each dot of the largest one, and a page of A4 at 600 dpi
/// with six. With more bytes a dot a small file would ask a small server for half a gigabyte.
const MAX_DECODED: u64 = 210_000_000;

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
    texts_in(&decode(bytes)?)
}

fn decode(bytes: &[u8]) -> Result<GrayImage, PictureError> {
    let mut reader =
        ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(image::ImageError::IoError)?;
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
    Ok(image::DynamicImage::from_decoder(decoder)?.into_luma8())
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
