//! Reading QR codes from pictures of pages.
//!
//! A picture is looked at as a whole first, in a copy that is small enough. Where something looks like
//! the three corners of a symbol but cannot be read, that part of the picture is taken in full, brought
//! to a size that suits the reader, and looked at in several ways.
//!
//! Bytes in, texts out: no files, no clock, no network. A browser decodes pictures itself and hands over
//! grey levels ([`qr_texts_of_levels`]); decoding them here is the feature `decode`.

#[cfg(feature = "decode")]
mod container;
mod copies;
#[cfg(feature = "decode")]
mod decode;
mod modules;
mod search;
mod symbols;

use image::GrayImage;

#[cfg(feature = "decode")]
pub use decode::{is_picture, qr_texts};

/// Largest side of a picture: a page at 600 dpi has 7,016 dots.
const MAX_SIDE: u32 = 20_000;

/// Dots of one picture: a page of A4 at 600 dpi has 35 million, and phones take 50 million.
pub const MAX_DOTS: u64 = 52_000_000;

/// Why a picture gives no QR code.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PictureError {
    /// Not a PNG, JPEG or WebP, damaged, or too large.
    #[cfg(feature = "decode")]
    #[error("the picture cannot be read")]
    Decode(#[from] image::ImageError),
    /// More dots than any page has.
    #[error("the picture has more than {MAX_DOTS} dots")]
    TooLarge,
    /// Another number of grey levels than its sides say.
    #[error("the picture has another number of dots than its sides say")]
    Size,
    /// No QR code was found in it.
    #[error("there is no readable QR code in the picture")]
    NoCode,
}

impl PictureError {
    /// A name for programs, and for texts in any language.
    pub const fn code(&self) -> &'static str {
        match self {
            #[cfg(feature = "decode")]
            Self::Decode(_) => "error.picture-unreadable",
            Self::TooLarge => "error.picture-dots",
            Self::Size => "error.picture-sides",
            Self::NoCode => "error.picture-no-code",
        }
    }
}

/// The texts of all QR codes in a picture, given as one grey level a dot, row by row; each text once, in
/// the order in which they stand from top to bottom.
///
/// # Errors
///
/// [`PictureError`]
pub fn qr_texts_of_levels(levels: Vec<u8>, width: u32, height: u32) -> Result<Vec<String>, PictureError> {
    check_size(width, height)?;
    // More levels than dots would be cut off in silence, and the picture be another one.
    let dots = u64::from(width) * u64::from(height);
    if u64::try_from(levels.len()).ok() != Some(dots) {
        return Err(PictureError::Size);
    }
    texts_in(&GrayImage::from_raw(width, height, levels).ok_or(PictureError::Size)?)
}

fn check_size(width: u32, height: u32) -> Result<(), PictureError> {
    if width > MAX_SIDE || height > MAX_SIDE || u64::from(width) * u64::from(height) > MAX_DOTS {
        return Err(PictureError::TooLarge);
    }
    Ok(())
}

fn texts_in(picture: &GrayImage) -> Result<Vec<String>, PictureError> {
    let texts = search::texts(picture);
    if texts.is_empty() { Err(PictureError::NoCode) } else { Ok(texts) }
}

#[cfg(test)]
mod tests {
    use super::{PictureError, qr_texts_of_levels};

    #[test]
    fn levels_have_to_fit_the_sides() {
        let refused = |count: usize, width, height| qr_texts_of_levels(vec![255; count], width, height);
        assert!(matches!(refused(99, 10, 10), Err(PictureError::Size)));
        assert!(matches!(refused(101, 10, 10), Err(PictureError::Size)));
        assert!(matches!(refused(0, u32::MAX, u32::MAX), Err(PictureError::TooLarge)));
        assert!(matches!(refused(0, 20_001, 1), Err(PictureError::TooLarge)));
        assert!(matches!(refused(0, 0, 0), Err(PictureError::NoCode)));
        assert!(matches!(refused(7, 7, 1), Err(PictureError::NoCode)));
        assert!(matches!(refused(10_000, 100, 100), Err(PictureError::NoCode)));
    }
}
