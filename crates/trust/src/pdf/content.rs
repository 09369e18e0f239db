//! Content streams as operators with their operands (ISO 32000-2, 7.8.2).

use super::lexer::Lexer;
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
    let value = |short: &[u8], long: &[u8]| {
        let mut pairs = entries.chunks(2).filter_map(|pair| Some((pair.first()?.as_name()?, pair.get(1)?)));
        pairs.find(|(name, _)| *name == short || *name == long).map(|(_, value)| value)
    };
    let count = |short: &[u8], long: &[u8]| value(short, long).and_then(Object::as_place);
    let mask = value(b"IM", b"ImageMask") == Some(&Object::Boolean(true));
    let colours = match value(b"CS", b"ColorSpace").and_then(Object::as_name) {
        _ if mask => Some(1),
        Some(b"G" | b"DeviceGray") => Some(1),
        Some(b"RGB" | b"DeviceRGB") => Some(3),
        Some(b"CMYK" | b"DeviceCMYK") => Some(4),
        _ => None,
    };
    let bits = if mask { Some(1) } else { count(b"BPC", b"BitsPerComponent") };
    let plain = value(b"F", b"Filter").is_none();
    let length = match (count(b"W", b"Width"), count(b"H", b"Height"), bits, colours) {
        (Some(width), Some(height), Some(bits), Some(colours)) if plain => width
            .checked_mul(bits)
            .and_then(|row| row.checked_mul(colours))
            .and_then(|row| row.div_ceil(8).checked_mul(height)),
        _ => None,
    };
    let unknown = lexer.error("inline image without a known length");
    let length = length.filter(|length| *length < lexer.rest().len()).ok_or(unknown.clone())?;
    lexer.skip(1 + length);
    lexer.skip_whitespace();
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
        // Where it ends nobody knows, or it ends elsewhere.
        for content in [
            b"BI /W 1 ID abc".as_slice(),
            b"BI /W 1 /H 1 ID \x00 EI Q",
            b"BI /W 6 /H 1 /CS /G /BPC 8 /F /Fl ID (a) Tj EI Q",
            b"BI /W 2 /H 1 /CS /G /BPC 8 ID (a) Tj EI Q",
            b"BI /W 99 /H 99 /CS /G /BPC 8 ID (a) Tj EI Q",
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
