//! Pictures as files.

use std::io::Cursor;

use image::{GrayImage, ImageDecoder as _, ImageReader, Limits};

use crate::{MAX_SIDE, PictureError, check_size, texts_in};

/// Memory for decoding one picture.
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
    Ok(image::DynamicImage::from_decoder(decoder)?.into_luma8())
}
