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

/// From behind `BI` to behind `EI` (8.9.7). The length of the data stands nowhere: it ends at the first `EI` that
/// is a word of its own.
fn inline_image(lexer: &mut Lexer<'_>) -> Result<(), Error> {
    let rest = lexer.rest();
    let word = |at: usize, word: &[u8]| {
        let before = at.checked_sub(1).and_then(|i| rest.get(i)).copied().is_none_or(is_whitespace);
        let after = rest.get(at + word.len()).copied().is_none_or(is_whitespace);
        before && after && rest.get(at..).is_some_and(|rest| rest.starts_with(word))
    };
    let data = (0..rest.len()).find(|&at| word(at, b"ID"));
    let end = data.and_then(|data| (data + 2..rest.len()).find(|&at| word(at, b"EI")));
    let end = end.ok_or_else(|| lexer.error("inline image without end"))?;
    lexer.advance(end + 2);
    Ok(())
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
    fn an_inline_image_ends_at_its_own_word() {
        assert_eq!(read(b"BI /W 1 /H 1 ID \x00EI\x01 EI Q").unwrap(), ["0BI", "0Q"]);
        assert_eq!(read(b"BI /W 1 ID abc"), None);
    }

    #[test]
    fn what_is_no_content_is_refused() {
        for content in [b"(a Tj".as_slice(), b"1 2 ]", b"<< /A 1 Tj", &b"1 ".repeat(100)] {
            assert_eq!(read(content), None, "{}", String::from_utf8_lossy(content));
        }
    }
}
