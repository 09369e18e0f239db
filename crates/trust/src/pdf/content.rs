//! Content streams as operators with their operands (ISO 32000-2, 7.8.2).

use super::lexer::{Lexer, is_whitespace};
use super::{Error, Object};

/// Operands of one operator. The standard's own operators take six at most; `TJ` takes one array.
const MAX_OPERANDS: usize = 64;

/// Calls `visit` with the operands and the name of every operator; the data of an inline image is passed over,
/// and its operator is `BI` without operands. `visit` may end the reading with an error of its own.
///
/// # Errors
///
/// What is no content stream: where it goes on nobody knows.
pub fn operations(
    content: &[u8],
    mut visit: impl FnMut(&[Object], &[u8]) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut lexer = Lexer::new(content, 0..content.len());
    let mut operands = Vec::new();
    loop {
        lexer.skip_whitespace();
        let Some(&first) = lexer.rest().first() else { return Ok(()) };
        let is_operator = first.is_ascii_alphabetic() || matches!(first, b'\'' | b'"');
        if !is_operator {
            if operands.len() >= MAX_OPERANDS {
                return Err(lexer.error("operands"));
            }
            operands.push(lexer.object()?.0);
            continue;
        }
        match lexer.regular() {
            b"true" => operands.push(Object::Boolean(true)),
            b"false" => operands.push(Object::Boolean(false)),
            b"null" => operands.push(Object::Null),
            b"BI" => {
                inline_image(&mut lexer)?;
                visit(&[], b"BI")?;
            }
            operator => {
                visit(&operands, operator)?;
                operands.clear();
            }
        }
    }
}

/// From behind `BI` to behind `EI` (8.9.7). How long the data is follows from what is said of it, where it is not
/// compressed; where it has to be searched for, readers differ on where it ends.
fn inline_image(lexer: &mut Lexer<'_>) -> Result<(), Error> {
    let mut entries = Vec::new();
    loop {
        lexer.skip_whitespace();
        if lexer.literal(b"ID") {
            break;
        }
        entries.push(lexer.object()?.0);
        if entries.len() > MAX_OPERANDS {
            return Err(lexer.error("inline image"));
        }
    }
    let unknown = lexer.error("inline image without a known length");
    // Each key has two spellings; of two values readers take the first or the last.
    let mut known: Vec<&[u8]> = Vec::new();
    for pair in entries.chunks(2) {
        let [Object::Name(key), _] = pair else { return Err(unknown) };
        let key = match key.as_slice() {
            b"BPC" => &b"BitsPerComponent"[..],
            b"CS" => &b"ColorSpace"[..],
            b"D" => &b"Decode"[..],
            b"DP" => &b"DecodeParms"[..],
            b"F" => &b"Filter"[..],
            b"H" => &b"Height"[..],
            b"IM" => &b"ImageMask"[..],
            b"I" => &b"Interpolate"[..],
            b"L" => &b"Length"[..],
            b"W" => &b"Width"[..],
            long => long,
        };
        if known.contains(&key) {
            return Err(unknown);
        }
        known.push(key);
    }
    let value = |long: &[u8]| {
        let place = known.iter().position(|key| *key == long)?;
        entries.get(place * 2 + 1)
    };
    let count = |key: &[u8]| value(key).and_then(Object::as_place);
    let mask = match value(b"ImageMask") {
        None | Some(Object::Boolean(false)) => false,
        Some(Object::Boolean(true)) => true,
        Some(_) => return Err(unknown),
    };
    let colours = match value(b"ColorSpace").map(Object::as_name) {
        // A mask has no colours.
        None if mask => Some(1),
        Some(_) if mask => None,
        Some(Some(b"G" | b"DeviceGray")) => Some(1),
        Some(Some(b"RGB" | b"DeviceRGB")) => Some(3),
        Some(Some(b"CMYK" | b"DeviceCMYK")) => Some(4),
        _ => None,
    };
    let bits = match count(b"BitsPerComponent") {
        None if mask && value(b"BitsPerComponent").is_none() => Some(1),
        Some(1) if mask => Some(1),
        bits => bits.filter(|bits| !mask && matches!(bits, 1 | 2 | 4 | 8 | 16)),
    };
    let length = match (count(b"Width"), count(b"Height"), bits, colours) {
        (Some(width), Some(height), Some(bits), Some(colours)) if value(b"Filter").is_none() => width
            .checked_mul(bits)
            .and_then(|row| row.checked_mul(colours))
            .and_then(|row| row.div_ceil(8).checked_mul(height)),
        _ => None,
    };
    let length = length.filter(|length| *length < lexer.rest().len()).ok_or_else(|| unknown.clone())?;
    // Said twice, it has to be the same; and some readers look for the end in the data.
    if value(b"Length").is_some_and(|said| said.as_place() != Some(length)) {
        return Err(unknown);
    }
    let data = lexer.rest().get(1..=length).unwrap_or_default();
    let is_end = |part: &[u8]| matches!(part, [a, b'E', b'I', b] if is_whitespace(*a) && is_whitespace(*b));
    if data.windows(4).any(is_end) || !lexer.rest().first().is_some_and(|&byte| is_whitespace(byte)) {
        return Err(unknown);
    }
    lexer.skip(1 + length);
    lexer.skip_spaces();
    if lexer.regular() == b"EI" { Ok(()) } else { Err(unknown) }
}

#[cfg(test)]
mod tests {
    use super::operations;

    fn read(content: &[u8]) -> Option<Vec<String>> {
        let mut found = Vec::new();
        operations(content, |operands, operator| {
            found.push(format!("{}{}", operands.len(), String::from_utf8_lossy(operator)));
            Ok(())
        })
        .ok()
        .map(|()| found)
    }

    #[test]
    fn operators_come_with_their_operands() {
        let text = b"q 1 0 0 1 72 700 cm BT /F1 12 Tf (a) Tj [(b) -20 <63>] TJ T* 1 2 (c) \" ET Q % Q\nf*";
        let found = ["0q", "6cm", "0BT", "2Tf", "1Tj", "1TJ", "0T*", "3\"", "0ET", "0Q", "0f*"];
        assert_eq!(read(text).unwrap(), found);
        assert_eq!(read(b"/P <</MCID 0>> BDC EMC").unwrap(), ["2BDC", "0EMC"]);
    }

    #[test]
    fn an_inline_image_is_as_long_as_it_says() {
        let image = b"BI /W 6 /H 1 /CS /G /BPC 8 ID (a) Tj EI Q";
        assert_eq!(read(image).unwrap(), ["0BI", "0Q"]);
        assert_eq!(read(b"BI /W 9 /H 2 /IM true ID \x00 EI EI Q").unwrap(), ["0BI", "0Q"]);
        for content in [
            b"BI /Width 6 /H 1 /ColorSpace /G /BPC 8 /L 6 ID (a) Tj EI Q".as_slice(),
            b"BI /W 6 /Height 1 /IM false /D [1 0] /CS /G /BitsPerComponent 8 /I true ID (a) Tj EI Q",
            b"BI /W 9 /H 1 /IM true /BPC 1 /Interpolate false ID EI EI Q",
        ] {
            assert_eq!(read(content).unwrap(), ["0BI", "0Q"], "{}", String::from_utf8_lossy(content));
        }
        // Where it ends nobody knows, or it ends elsewhere.
        for content in [
            b"BI /W 1 ID abc".as_slice(),
            b"BI /W 1 /H 1 ID \x00 EI Q",
            b"BI /W 6 /H 1 /CS /G /BPC 8 /F /Fl ID (a) Tj EI Q",
            b"BI /W 2 /H 1 /CS /G /BPC 8 ID (a) Tj EI Q",
            b"BI /W 99 /H 99 /CS /G /BPC 8 ID (a) Tj EI Q",
            // One key twice, in whatever spelling, or another that contradicts it.
            b"BI /W 6 /H 1 /CS /G /BPC 8 /Width 1 ID (a) Tj EI Q",
            b"BI /W 6 /W 6 /H 1 /CS /G /BPC 8 ID (a) Tj EI Q",
            b"BI /W 6 /H 1 /CS /G /BPC 8 /Length 1 ID (a) Tj EI Q",
            b"BI /W 6 /H 8 /IM true /CS /G ID (a) Tj EI Q",
            b"BI /W 6 /H 8 /IM true /BPC 8 ID (a) Tj EI Q",
            b"BI /W 6 /H 8 /IM 1 ID (a) Tj EI Q",
            b"BI /W 6 1 /H 8 /IM true ID (a) Tj EI Q",
            // Some readers look for the end.
            b"BI /W 8 /H 1 /CS /G /BPC 8 ID a EI (a)Q EI Q",
        ] {
            assert_eq!(read(content), None, "{}", String::from_utf8_lossy(content));
        }
    }

    #[test]
    fn what_is_no_content_is_refused() {
        for content in [b"(a Tj".as_slice(), b"1 2 ]", b"<< /A 1 Tj", &b"1 ".repeat(100)] {
            assert_eq!(read(content), None, "{}", String::from_utf8_lossy(content));
        }
    }
}
