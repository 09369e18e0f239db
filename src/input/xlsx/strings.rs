//! Text of cells: shared, inline, with runs of their own look.

use super::Fault;
use super::styles::is_struck;
use super::xml::{ENOUGH, Kept, Xml};

/// Texts of the table, and bytes of all of them. An honest workbook of 500 officials has some thousand texts and
/// about a megabyte.
const MAX_STRINGS: usize = 4_000_000;
const MAX_TEXT: usize = 64 * 1024 * 1024;

/// The texts that cells share, one behind the other: a table of a hundred million empty ones must not cost more
/// than its own size.
#[derive(Default)]
pub(super) struct Strings {
    all: String,
    /// Where each text ends.
    ends: Vec<u32>,
    /// The numbers of those of which something is struck through, in order.
    struck: Vec<u32>,
}

impl Strings {
    /// Reads the table. How many strings it claims to have, or to be used, is nobody's business.
    pub(super) fn read(text: &str) -> Result<Self, Fault> {
        let mut xml = Xml::new(text);
        xml.root("sst")?;
        let mut strings = Self::default();
        while let Some(element) = xml.child()? {
            if element.name() != "si" {
                xml.skip()?;
                continue;
            }
            let (text, struck) = item(&mut xml)?;
            strings.all.push_str(&text);
            if struck {
                strings.struck.push(u32::try_from(strings.ends.len()).map_err(|_| Fault::Bomb)?);
            }
            strings.ends.push(u32::try_from(strings.all.len()).map_err(|_| Fault::Bomb)?);
            if strings.ends.len() > MAX_STRINGS || strings.all.len() > MAX_TEXT {
                return Err(Fault::damaged(format_args!(
                    "more than {MAX_STRINGS} shared texts, or {MAX_TEXT} bytes of them"
                )));
            }
        }
        Ok(strings)
    }

    /// The text of this number, and whether some of it is struck through.
    pub(super) fn get(&self, index: usize) -> Option<(&str, bool)> {
        let end = *self.ends.get(index)?;
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |end| *end);
        let range = usize::try_from(start).ok()?..usize::try_from(end).ok()?;
        let struck = u32::try_from(index).is_ok_and(|index| self.struck.binary_search(&index).is_ok());
        Some((self.all.get(range)?, struck))
    }
}

/// The text of `<si>` or `<is>`, which is open, without the reading aids of East Asian texts (`rPh`).
pub(super) fn item(xml: &mut Xml<'_>) -> Result<(String, bool), Fault> {
    let (mut text, mut struck) = (Kept::default(), false);
    while let Some(element) = xml.child()? {
        match element.name() {
            "t" => text.push(&xml.text()?),
            "r" => {
                let (mut run, mut run_struck) = (Kept::default(), false);
                while let Some(part) = xml.child()? {
                    match part.name() {
                        "t" => run.push(&xml.text()?),
                        "rPr" => run_struck = is_struck(xml)?,
                        _ => xml.skip()?,
                    }
                }
                let run = run.finish();
                struck |= run_struck && !run.trim().is_empty();
                text.push(&run);
            }
            _ => xml.skip()?,
        }
    }
    Ok((cut(unescape(text.finish())), struck))
}

/// The beginning of a text; what was cut ends in U+FFFD, as [above](Kept).
pub(super) fn cut(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(ENOUGH) {
        text.truncate(end);
        text.push(char::REPLACEMENT_CHARACTER);
    }
    text
}

/// `_x000D_` is how characters are written that XML has no other way for, and `_x005F_` is the line before such a
/// group that is meant as it stands (ECMA-376, part 1, 22.9.2.19).
pub(super) fn unescape(text: String) -> String {
    if !text.contains("_x") {
        return text;
    }
    let mut units: Vec<u16> = Vec::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find("_x") {
        let (before, group) = rest.split_at(at);
        units.extend(before.encode_utf16());
        let code = group.get(2..6).filter(|code| code.bytes().all(|b| b.is_ascii_hexdigit()));
        let code = code.filter(|_| group.get(6..7) == Some("_"));
        match code.and_then(|code| u16::from_str_radix(code, 16).ok()) {
            Some(unit) => {
                units.push(unit);
                rest = group.get(7..).unwrap_or_default();
            }
            None => {
                units.extend("_x".encode_utf16());
                rest = group.get(2..).unwrap_or_default();
            }
        }
    }
    units.extend(rest.encode_utf16());
    // Half of a pair becomes a character that the model refuses.
    String::from_utf16_lossy(&units)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_undone_once() {
        for (text, expected) in [
            ("a_x000D_\nb", "a\r\nb"),
            ("_x005F_x000D_", "_x000D_"),
            ("_xD83D__xDE00_", "😀"),
            ("_xD83D_", "\u{FFFD}"),
            ("_x00_", "_x00_"),
            ("_x000", "_x000"),
            ("_xé000_", "_xé000_"),
            ("no_x", "no_x"),
        ] {
            assert_eq!(unescape(text.to_owned()), expected, "{text}");
        }
    }

    #[test]
    fn texts_are_found_by_number() {
        let table = "<sst count='9000000000' uniqueCount='-1'><si><t>a</t></si><si/><si><r><rPr><strike/></rPr>\
                     <t>b</t></r><r><t>c</t></r><rPh sb='0' eb='1'><t>x</t></rPh></si></sst>";
        let strings = Strings::read(table).unwrap();
        assert_eq!(strings.get(0), Some(("a", false)));
        assert_eq!(strings.get(1), Some(("", false)));
        assert_eq!(strings.get(2), Some(("bc", true)));
        assert_eq!(strings.get(3), None);
    }

    /// What is cut is no number, is not blank, and is too long for the model, wherever it was cut.
    #[test]
    fn what_is_too_long_is_never_taken_for_the_whole() {
        for (piece, count) in [("0", 80_000), (" ", 80_000), ("a&amp;", 20_000), ("_xD83D__xDE00_", 6_000)] {
            let table = format!("<sst><si><r><t>{}</t></r></si></sst>", piece.repeat(count));
            let strings = Strings::read(&table).unwrap();
            let (text, _) = strings.get(0).unwrap();
            assert_eq!(
                (text.chars().count(), text.chars().last()),
                (ENOUGH + 1, Some('\u{FFFD}')),
                "{piece}"
            );
        }
        let whole = "_xD83D__xDE00_".repeat(4_000);
        let strings = Strings::read(&format!("<sst><si><t>{whole}</t></si></sst>")).unwrap();
        assert_eq!(strings.get(0).map(|(text, _)| text.to_owned()), Some("😀".repeat(4_000)));
    }

    #[test]
    fn texts_are_counted() {
        let table = |count: usize| format!("<sst>{}</sst>", "<si/>".repeat(count));
        assert!(Strings::read(&table(MAX_STRINGS)).is_ok());
        assert!(Strings::read(&table(MAX_STRINGS + 1)).is_err());
    }
}
