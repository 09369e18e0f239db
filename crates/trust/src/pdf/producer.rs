//! Who probably wrote a file that cannot be read.

use super::decode_text;
use super::lexer::Lexer;
use super::unlisted::places;

/// Places that are looked at, from the end of the file backwards.
const MAX_PLACES: usize = 16;

/// Bytes of one name.
const MAX_BYTES: usize = 1024;

/// Characters of it that are told.
const MAX_CHARACTERS: usize = 80;

/// The program that the last `/Producer` in the bytes names, of an information dictionary or of metadata.
///
/// This is a look at text and no reading: whoever wrote the file could put anything there, and it is not known
/// whether an object says it. It may be told as probable, and nothing may be decided by it.
pub fn probable_producer(bytes: &[u8]) -> Option<String> {
    // There it would be told as it is encrypted.
    if places(bytes, b"/Encrypt").next().is_some() {
        return None;
    }
    let name = |at: usize, key: &str, read: &dyn Fn(&mut Lexer<'_>) -> Option<Vec<u8>>| {
        let start = at.saturating_add(key.len());
        let text = read(&mut Lexer::new(bytes, start..start.saturating_add(MAX_BYTES)))?;
        let text = decode_text(&text).replace(char::is_control, " ");
        let text: String = text.trim().chars().take(MAX_CHARACTERS).collect();
        (!text.is_empty()).then_some(text)
    };
    let in_dictionary = |lexer: &mut Lexer<'_>| {
        lexer.object().ok().and_then(|(value, _)| value.as_string().map(<[u8]>::to_vec))
    };
    // UTF-8, as XMP is; `decode_text` wants to be told.
    let in_metadata = |lexer: &mut Lexer<'_>| {
        let end = lexer.rest().iter().position(|byte| *byte == b'<')?;
        lexer.rest().get(..end).map(|text| [b"\xEF\xBB\xBF", text].concat())
    };
    let last = |key: &'static str| places(bytes, key.as_bytes()).rev().take(MAX_PLACES);
    last("/Producer")
        .find_map(|at| name(at, "/Producer", &in_dictionary))
        .or_else(|| last("<pdf:Producer>").find_map(|at| name(at, "<pdf:Producer>", &in_metadata)))
}

#[cfg(test)]
mod tests {
    use super::probable_producer;

    #[test]
    fn the_last_name_is_told() {
        let said = |text: &[u8]| probable_producer(text);
        assert_eq!(
            said(b"<</Producer (first)>> <</Producer(second \\(2\\))>>").as_deref(),
            Some("second (2)")
        );
        assert_eq!(said(b"<</Producer <FEFF00410042>>>").as_deref(), Some("AB"));
        assert_eq!(said(b"<pdf:Producer>Akta \xC3\xA9</pdf:Producer>").as_deref(), Some("Akta \u{e9}"));
        // What cannot be read is passed over, and nothing in it may steer a terminal.
        assert_eq!(said(b"<</Producer (a\x07[2Jb)>> /Producer 5 0 R /Producer (").as_deref(), Some("a [2Jb"));
        let escaped = said(b"<</Producer <FEFF0061001B005B0032004A>>>");
        assert_eq!(
            escaped.as_deref(),
            Some("a [2J"),
            "an escape in UTF-16; in PDFDocEncoding it is an accent"
        );
        assert_eq!(said(b"<</Producer (a\x1b[2J)>>").as_deref(), Some("a\u{2d9}[2J"));
        let long = [b"/Producer (".as_slice(), &[b'x'; 500], b")"].concat();
        assert_eq!(said(&long).map(|name| name.len()), Some(80));
    }

    #[test]
    fn where_nothing_is_said_nothing_is_told() {
        for text in [b"".as_slice(), b"/Producer", b"/Producer ()", b"/Producer (\x01 )", b"/Producer 5 0 R"]
        {
            assert_eq!(probable_producer(text), None);
        }
        assert_eq!(probable_producer(b"/Producer (x) /Encrypt 5 0 R"), None);
        let far = [b"/Producer (x)".as_slice(), b"/Producer ".repeat(20).as_slice()].concat();
        assert_eq!(probable_producer(&far), None, "looked at sixteen places");
        assert_eq!(probable_producer(&[b"/Producer (".as_slice(), &[b'x'; 5000]].concat()), None, "no end");
    }
}
