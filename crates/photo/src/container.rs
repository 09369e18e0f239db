//! What is around the dots in a PNG, JPEG or WebP file, looked at before any decoder is.
//!
//! A decoder unpacks colour profiles and texts that nobody here asks for (900 MB of them fit into 1 MB), makes room
//! for the dots that a frame claims before it compares that with the picture, and goes through a progressive JPEG
//! once for each of its scans.

use std::borrow::Cow;

use crate::{PictureError, check_size};

/// Bytes that a decoder may hold at a time, as reckoned here.
const MAX_HELD: u64 = 210_000_000;

/// Dots that the scans of a JPEG may go through together: ten scans, as every program writes them, of the largest
/// picture. A scan of a few bytes makes the decoder go through all dots.
const MAX_SCANNED: u64 = 520_000_000;

/// Scans of one JPEG. The usual progressive one has ten.
const MAX_SCANS: u64 = 100;

/// The picture without what is not needed to show it.
///
/// # Errors
///
/// [`PictureError::TooLarge`] for a picture whose decoding would cost too much. What is malformed is left to the
/// decoder.
pub(crate) fn checked(bytes: &[u8]) -> Result<Cow<'_, [u8]>, PictureError> {
    if bytes.starts_with(PNG) {
        return Ok(bare_png(bytes).map_or(Cow::Borrowed(&[]), Cow::Owned));
    }
    if bytes.starts_with(b"\xFF\xD8") {
        check_jpeg(bytes)?;
    } else {
        check_webp(bytes)?;
    }
    Ok(Cow::Borrowed(bytes))
}

const PNG: &[u8] = b"\x89PNG\r\n\x1A\n";

/// A PNG with nothing in it but its dots, its palette and its transparency (PNG, 11): no profiles and texts, which
/// are compressed, and no animation. `None` if it is cut off within a chunk that is needed.
fn bare_png(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut bare = PNG.to_vec();
    let mut rest = bytes.get(PNG.len()..)?;
    while let Some((length, _)) = rest.split_first_chunk() {
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        // Length, type, content, checksum. A picture that is cut off in its dots is shown as far as it goes by some
        // programs; what is read of it here is for the decoder to say.
        let end = length.checked_add(12)?.min(rest.len());
        let (chunk, after) = rest.split_at(end);
        match chunk.get(4..8)? {
            b"IHDR" | b"PLTE" | b"tRNS" | b"IDAT" => bare.extend_from_slice(chunk),
            b"IEND" => {
                bare.extend_from_slice(chunk);
                break;
            }
            _ => {}
        }
        rest = after;
    }
    Some(bare)
}

/// Walks through the segments of a JPEG (ITU-T T.81, B.1).
fn check_jpeg(bytes: &[u8]) -> Result<(), PictureError> {
    let (mut dots, mut held, mut scans) = (0_u64, 0_u64, 0_u64);
    let mut rest = bytes;
    // Within the data of a scan FF is followed by 00 or by a restart marker.
    while let Some(at) = rest.iter().position(|byte| *byte == 0xFF) {
        rest = rest.get(at + 1..).unwrap_or_default();
        let Some((marker, after)) = rest.split_first() else { break };
        match marker {
            // Padding: the next one may be the marker.
            0xFF => continue,
            0x00 | 0x01 | 0xD0..=0xD8 => {
                rest = after;
                continue;
            }
            0xD9 => break,
            _ => {}
        }
        let length = after.first_chunk().map_or(0, |length| usize::from(u16::from_be_bytes(*length)));
        let content = after.get(2..length).unwrap_or_default();
        match marker {
            // A frame; three of these numbers mean something else.
            0xC0..=0xCF if !matches!(marker, 0xC4 | 0xC8 | 0xCC) => {
                if let [_, h1, h0, w1, w0, parts, components @ ..] = content {
                    let (height, width) = (u16::from_be_bytes([*h1, *h0]), u16::from_be_bytes([*w1, *w0]));
                    check_size(width.into(), height.into())?;
                    dots = dots.max(u64::from(width) * u64::from(height));
                    // Two bytes for each coefficient of the whole picture, and three for each dot that comes of it.
                    let progressive = matches!(marker, 0xC2 | 0xC6 | 0xCA | 0xCE);
                    let coefficients = if progressive { coefficients(components, *parts) } else { 0 };
                    held = held.max(dots * 3 + dots * coefficients * 2 / 16);
                }
            }
            0xDA => scans += 1,
            _ => {}
        }
        rest = after.get(length.max(2)..).unwrap_or_default();
    }
    if scans > MAX_SCANS || dots.saturating_mul(scans) > MAX_SCANNED || held > MAX_HELD {
        return Err(PictureError::TooLarge);
    }
    Ok(())
}

/// Coefficients of sixteen dots: each component has as many for a dot as its sampling is of the finest one.
fn coefficients(components: &[u8], parts: u8) -> u64 {
    let sampling = |component: &[u8]| {
        let both = component.get(1).copied().unwrap_or_default();
        u64::from(both >> 4) * u64::from(both & 15)
    };
    let all = || components.chunks_exact(3).take(parts.into()).map(sampling);
    let finest = all().max().unwrap_or(0).max(1);
    all().sum::<u64>() * 16 / finest
}

/// Walks through the chunks of a WebP (RFC 9649, 2.3), those in the frames of an animation too: each may claim another
/// size than the picture, and room is made for it first.
fn check_webp(bytes: &[u8]) -> Result<(), PictureError> {
    /// What a lossless picture takes while it is unpacked, the largest of all kinds.
    const BYTES_A_DOT: u64 = 7;
    let mut rest = bytes.get(12..).unwrap_or_default();
    while let Some((kind, after)) = rest.split_first_chunk::<4>() {
        let Some((length, content)) = after.split_first_chunk() else { break };
        let length = usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX);
        let size = match (kind, content) {
            (b"VP8 ", [_, _, _, 0x9D, 0x01, 0x2A, w0, w1, h0, h1, ..]) => {
                let side = |low, high| u32::from(u16::from_le_bytes([low, high]) & 0x3FFF);
                Some((side(*w0, *w1), side(*h0, *h1)))
            }
            (b"VP8L", [0x2F, a, b, c, d, ..]) => {
                let bits = u32::from_le_bytes([*a, *b, *c, *d]);
                Some(((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1))
            }
            (b"VP8X", [_, _, _, _, w0, w1, w2, h0, h1, h2, ..]) => {
                let side = |bytes: [u8; 3]| u32::from_le_bytes([bytes[0], bytes[1], bytes[2], 0]) + 1;
                Some((side([*w0, *w1, *w2]), side([*h0, *h1, *h2])))
            }
            _ => None,
        };
        if let Some((width, height)) = size {
            check_size(width, height)?;
            if u64::from(width) * u64::from(height) * BYTES_A_DOT > MAX_HELD {
                return Err(PictureError::TooLarge);
            }
        }
        // Into the frame of an animation, which begins with sixteen bytes of its own; past everything else, which
        // is filled up to an even number.
        let skipped = if kind == b"ANMF" { 16 } else { length.saturating_add(length % 2) };
        rest = content.get(skipped..).unwrap_or_default();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
        let length = u32::try_from(content.len()).unwrap().to_be_bytes();
        [&length, kind.as_slice(), content, b"sum!"].concat()
    }

    fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
        let length = u16::try_from(content.len() + 2).unwrap().to_be_bytes();
        [&[0xFF, marker], length.as_slice(), content].concat()
    }

    /// A frame of three components, sampled as `sampling` says for the first one.
    fn frame(marker: u8, side: u16, sampling: u8) -> Vec<u8> {
        let [high, low] = side.to_be_bytes();
        segment(marker, &[8, high, low, high, low, 3, 1, sampling, 0, 2, 0x11, 0, 3, 0x11, 0])
    }

    /// A scan of one byte: the decoder goes through the whole picture for it.
    fn scan() -> Vec<u8> {
        [segment(0xDA, &[1, 1, 0, 0, 63, 0]), vec![0x7F, 0xFF, 0x00]].concat()
    }

    fn jpeg(frame: Vec<u8>, scans: usize) -> Vec<u8> {
        [
            vec![0xFF, 0xD8],
            segment(0xE1, b"Exif with \xFF\xC2 in it"),
            frame,
            scan().repeat(scans),
            vec![0xFF, 0xD9],
        ]
        .concat()
    }

    fn webp(chunks: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
        let mut file = b"RIFF\0\0\0\0WEBP".to_vec();
        for (kind, content) in chunks {
            file.extend_from_slice(*kind);
            file.extend_from_slice(&u32::try_from(content.len()).unwrap().to_le_bytes());
            file.extend_from_slice(content);
            file.resize(file.len() + content.len() % 2, 0);
        }
        file
    }

    fn lossy(side: u16) -> Vec<u8> {
        let [low, high] = side.to_le_bytes();
        vec![0, 0, 0, 0x9D, 0x01, 0x2A, low, high, low, high, 0]
    }

    fn lossless(side: u32) -> Vec<u8> {
        [vec![0x2F], ((side - 1) | (side - 1) << 14).to_le_bytes().to_vec()].concat()
    }

    /// The canvas of a WebP in the form that has profiles and animations.
    fn extended(side: u32) -> Vec<u8> {
        let [a, b, c, _] = (side - 1).to_le_bytes();
        vec![0, 0, 0, 0, a, b, c, a, b, c]
    }

    #[test]
    fn profiles_and_texts_of_a_png_are_never_unpacked() {
        let needed =
            [chunk(b"IHDR", b"13 bytes long"), chunk(b"PLTE", b"abc"), chunk(b"tRNS", b"\0")].concat();
        let dots = [chunk(b"IDAT", b"dots"), chunk(b"IDAT", b"more"), chunk(b"IEND", b"")].concat();
        let others: Vec<u8> = [b"iCCP", b"zTXt", b"iTXt", b"eXIf", b"acTL", b"fdAT", b"oFFs"]
            .iter()
            .flat_map(|kind| chunk(kind, &[0x78; 5_000]))
            .collect();
        let bare = [PNG, &needed, &dots].concat();
        let full = [PNG, &needed, &others, &dots, b"what follows"].concat();
        assert_eq!(checked(&full).unwrap().as_ref(), bare);
        assert_eq!(checked(&bare).unwrap().as_ref(), bare);
        // A length beyond the end of the file makes room for nothing.
        let cut = [PNG, &needed, &u32::MAX.to_be_bytes(), b"IDATdots"].concat();
        assert!(checked(&cut).unwrap().len() <= cut.len());
    }

    #[test]
    fn a_jpeg_is_gone_through_only_so_often() {
        let progressive = |side, scans| checked(&jpeg(frame(0xC2, side, 0x22), scans)).map(|_| ());
        progressive(5_900, 10).expect("what a program writes of a page at 500 dpi");
        progressive(1_000, 100).expect("more scans than any program writes, of a small picture");
        assert!(matches!(progressive(1_000, 101), Err(PictureError::TooLarge)));
        assert!(matches!(progressive(5_900, 16), Err(PictureError::TooLarge)), "scans of a large one");
        assert!(matches!(progressive(6_100, 1), Err(PictureError::TooLarge)), "coefficients");
        assert!(matches!(checked(&jpeg(frame(0xC2, 5_000, 0x11), 1)), Err(PictureError::TooLarge)));
        // One that is not progressive keeps no coefficients, and may have a scan for each component.
        checked(&jpeg(frame(0xC0, 7_200, 0x22), 3)).expect("the largest picture");
        assert!(matches!(checked(&jpeg(frame(0xC0, 7_300, 0x22), 1)), Err(PictureError::TooLarge)));
        for odd in [&b"\xFF\xD8"[..], b"\xFF\xD8\xFF", b"\xFF\xD8\xFF\xC2", b"\xFF\xD8\xFF\xDA\0\0\xFF\xDA\0"]
        {
            checked(odd).expect("left to the decoder");
        }
    }

    #[test]
    fn every_frame_of_a_webp_is_measured() {
        let frame_of = |content: Vec<u8>| {
            let inner = webp(&[(b"VP8 ", content)]);
            [vec![0; 16], inner.get(12..).unwrap().to_vec()].concat()
        };
        for good in [
            webp(&[(b"VP8 ", lossy(5_000))]),
            webp(&[(b"VP8L", lossless(5_000))]),
            webp(&[(b"VP8X", extended(5_000)), (b"ICCP", vec![0; 999]), (b"VP8 ", lossy(5_000))]),
            webp(&[(b"VP8X", extended(5_000)), (b"ANIM", vec![0; 6]), (b"ANMF", frame_of(lossy(5_000)))]),
            b"RIFF\0\0\0\0WEBPVP8 ".to_vec(),
        ] {
            checked(&good).expect("left to the decoder");
        }
        for bad in [
            webp(&[(b"VP8 ", lossy(16_383))]),
            webp(&[(b"VP8L", lossless(16_383))]),
            webp(&[(b"VP8X", extended(1 << 24))]),
            // The picture says that it is small, and what is in it does not.
            webp(&[(b"VP8X", extended(100)), (b"EXIF", vec![0; 3]), (b"VP8 ", lossy(16_383))]),
            webp(&[(b"VP8X", extended(100)), (b"ANMF", frame_of(lossy(16_383)))]),
        ] {
            assert!(matches!(checked(&bad), Err(PictureError::TooLarge)));
        }
    }
}
