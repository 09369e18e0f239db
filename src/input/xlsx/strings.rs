//! Text of cells: shared, inline, with runs of their own look.

use super::Fault;
use super::styles::{Letters, Level, look};
use super::xml::{ENOUGH, Kept, Xml};

/// Texts of the table, and bytes of all of them. An honest workbook of 500 officials has some thousand texts and
/// about a megabyte.
const MAX_STRINGS: usize = 4_000_000;
const MAX_TEXT: usize = 64 * 1024 * 1024;

/// What the runs of a text look like, beyond its letters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Seen {
    /// Something is struck through.
    pub(super) struck: bool,
    /// Something is above or below the line, and is kept as if it were on it.
    pub(super) raised: bool,
    /// Something is written in a font of signs or pictures.
    pub(super) signs: bool,
    /// All of it has fonts of its own, so that the one of the cell does not matter.
    pub(super) own: bool,
}

/// The texts that cells share, one behind the other: a table of a hundred million empty ones must not cost more
/// than its own size.
#[derive(Default)]
pub(super) struct Strings {
    all: String,
    /// Where each text ends.
    ends: Vec<u32>,
    /// What there is to say about some of them, by their numbers in order.
    seen: Vec<(u32, Seen)>,
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
            let (text, seen) = item(&mut xml)?;
            strings.all.push_str(&text);
            if seen != Seen::default() {
                strings.seen.push((u32::try_from(strings.ends.len()).map_err(|_| Fault::Bomb)?, seen));
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

    /// The text of this number, and what it looks like.
    pub(super) fn get(&self, index: usize) -> Option<(&str, Seen)> {
        let end = *self.ends.get(index)?;
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |end| *end);
        let range = usize::try_from(start).ok()?..usize::try_from(end).ok()?;
        let number = u32::try_from(index).ok()?;
        let seen = self.seen.binary_search_by_key(&number, |(number, _)| *number).ok();
        let seen = seen.and_then(|at| self.seen.get(at)).map_or_else(Seen::default, |(_, seen)| *seen);
        Some((self.all.get(range)?, seen))
    }
}

/// The text of `<si>` or `<is>`, which is open, without the reading aids of East Asian texts (`rPh`).
pub(super) fn item(xml: &mut Xml<'_>) -> Result<(String, Seen), Fault> {
    let (mut text, mut seen) = (Kept::default(), Seen::default());
    let (mut runs, mut plain) = (false, false);
    while let Some(element) = xml.child()? {
        match element.name() {
            "t" => {
                let piece = xml.text()?;
                plain |= !piece.trim().is_empty();
                text.push(&piece);
            }
            "r" => {
                let (piece, run) = run(xml)?;
                if !piece.trim().is_empty() {
                    runs = true;
                    plain |= !run.own;
                    seen.struck |= run.struck;
                    seen.raised |= run.raised;
                    seen.signs |= run.signs;
                }
                text.push(&piece);
            }
            _ => xml.skip()?,
        }
    }
    seen.own = runs && !plain;
    Ok((cut(unescape(text.finish())), seen))
}

/// The text of `<r>`, which is open.
fn run(xml: &mut Xml<'_>) -> Result<(String, Seen), Fault> {
    let (mut text, mut look_of_run) = (Kept::default(), None);
    while let Some(part) = xml.child()? {
        match part.name() {
            "t" => text.push(&xml.text()?),
            "rPr" => look_of_run = Some(look(xml)?),
            _ => xml.skip()?,
        }
    }
    let text = text.finish();
    let Some(look) = look_of_run else { return Ok((text, Seen::default())) };
    let off_line = match look.level {
        Level::Line => Some(text.clone()),
        Level::Above => digits(&text, ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹']),
        Level::Below => digits(&text, ['₀', '₁', '₂', '₃', '₄', '₅', '₆', '₇', '₈', '₉']),
    };
    let seen = Seen {
        struck: look.struck,
        raised: off_line.is_none(),
        signs: look.letters != Letters::Plain && look.letters.disguise(&text),
        own: look.named,
    };
    Ok((off_line.unwrap_or(text), seen))
}

/// Digits above or below the line as the characters that look so: 10² is not 102. `None` if there is anything else.
fn digits(text: &str, into: [char; 10]) -> Option<String> {
    text.chars()
        .map(|c| match c.to_digit(10) {
            Some(digit) => into.get(usize::try_from(digit).ok()?).copied(),
            None => c.is_whitespace().then_some(c),
        })
        .collect()
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
        assert_eq!(strings.get(0), Some(("a", Seen::default())));
        assert_eq!(strings.get(1), Some(("", Seen::default())));
        assert_eq!(strings.get(2), Some(("bc", Seen { struck: true, ..Seen::default() })));
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
    fn what_is_off_the_line_does_not_join_it() {
        let read = |run: &str, level: &str| {
            let table = format!(
                "<sst><si><r><t>10</t></r><r><rPr><vertAlign val='{level}'/></rPr><t>{run}</t></r></si></sst>"
            );
            let strings = Strings::read(&table).unwrap();
            strings.get(0).map(|(text, seen)| (text.to_owned(), seen.raised)).unwrap()
        };
        for (run, level, expected, raised) in [
            ("2", "superscript", "10²", false),
            ("12 ", "superscript", "10¹² ", false),
            ("2", "subscript", "10₂", false),
            ("2", "baseline", "102", false),
            ("-3", "superscript", "10-3", true),
            ("a", "subscript", "10a", true),
            (" ", "superscript", "10 ", false),
        ] {
            assert_eq!(read(run, level), (expected.to_owned(), raised), "{run} {level}");
        }
    }

    #[test]
    fn texts_are_counted() {
        let table = |count: usize| format!("<sst>{}</sst>", "<si/>".repeat(count));
        assert!(Strings::read(&table(MAX_STRINGS)).is_ok());
        assert!(Strings::read(&table(MAX_STRINGS + 1)).is_err());
    }
}
