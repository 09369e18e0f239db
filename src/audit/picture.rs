//! Reading QR codes from pictures of pages.

use std::io::Cursor;

use image::{GrayImage, ImageDecoder as _, ImageReader, Limits, imageops};
use rxing::common::HybridBinarizer;
use rxing::multi::{GenericMultipleBarcodeReader, MultipleBarcodeReader as _};
use rxing::{BinaryBitmap, DecodeHints, Luma8LuminanceSource, MultiFormatReader};

/// Largest side of a picture: a page at 600 dpi has 7,016 dots.
const MAX_SIDE: u32 = 20_000;

/// Dots of one picture: a page of A4 at 600 dpi has 35 million. Each dot is looked at in four sizes.
const MAX_DOTS: u64 = 40_000_000;

/// Memory for decoding one picture.
const MAX_MEMORY: u64 = 512 * 1024 * 1024;

/// Why a picture gives no QR code.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PictureError {
    /// Not a PNG or JPEG, damaged, or too large.
    #[error("the picture cannot be read")]
    Decode(#[from] image::ImageError),
    /// More dots than any page has.
    #[error("the picture has more than {MAX_DOTS} dots")]
    TooLarge,
    /// Several QR codes of documents.
    #[error("there are several documents' QR codes in the picture")]
    Several,
    /// No QR code was found in it.
    #[error("there is no readable QR code in the picture")]
    NoCode,
}

/// The texts of all QR codes in a PNG or JPEG.
///
/// # Errors
///
/// [`PictureError`]
pub fn qr_texts(bytes: &[u8]) -> Result<Vec<String>, PictureError> {
    let mut reader =
        ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(image::ImageError::IoError)?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_MEMORY);
    reader.limits(limits);
    let decoder = reader.into_decoder()?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_DOTS {
        return Err(PictureError::TooLarge);
    }
    let picture = image::DynamicImage::from_decoder(decoder)?.to_luma8();
    // A sharp close-up hides the code in paper grain and sensor noise: smaller copies smooth it.
    for divisor in [1, 2, 4, 3] {
        let (width, height) = (picture.width() / divisor, picture.height() / divisor);
        if width < 60 || height < 60 {
            continue;
        }
        let scaled;
        let candidate = if divisor == 1 {
            &picture
        } else {
            scaled = imageops::resize(&picture, width, height, imageops::FilterType::Triangle);
            &scaled
        };
        let texts = decode(candidate);
        if !texts.is_empty() {
            return Ok(texts);
        }
    }
    Err(PictureError::NoCode)
}

fn decode(picture: &GrayImage) -> Vec<String> {
    let hints = DecodeHints {
        TryHarder: Some(true),
        PossibleFormats: Some([rxing::BarcodeFormat::QR_CODE].into()),
        ..DecodeHints::default()
    };
    let source = Luma8LuminanceSource::new(picture.as_raw().clone(), picture.width(), picture.height());
    let Ok(source) = source else { return Vec::new() };
    let mut bitmap = BinaryBitmap::new(HybridBinarizer::new(source));
    let mut reader = GenericMultipleBarcodeReader::new(MultiFormatReader::default());
    let found = reader.decode_multiple_with_hints(&mut bitmap, &hints).unwrap_or_default();
    let mut texts: Vec<String> = found.iter().map(|result| result.getText().to_owned()).collect();
    texts.dedup();
    texts
}
