//! Text of cells: shared, inline, with runs of their own look.

use std::collections::BTreeSet;

use super::Fault;
use super::styles::is_struck;
use super::xml::Xml;

/// Characters of a text that are kept. Longer ones are refused by the model (4,000), and one string of megabytes
/// in many cells must not be kept as often.
const ENOUGH: usize = 5_000;

/// The texts that cells share, one behind the other: a table of a hundred million empty ones must not cost more
/// than its own size.
#[derive(Default)]
pub(super) struct Strings {
    all: String,
    /// Where each text ends.
    ends: Vec<u32>,
    /// The numbers of those of which something is struck through.
    struck: BTreeSet<usize>,
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
                strings.struck.insert(strings.ends.len());
            }
            strings.ends.push(u32::try_from(strings.all.len()).map_err(|_| Fault::Bomb)?);
        }
        Ok(strings)
    }

    /// The text of this number, and whether some of it is struck through.
    pub(super) fn get(&self, index: usize) -> Option<(&str, bool)> {
        let end = *self.ends.get(index)?;
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |end| *end);
        let range = usize::try_from(start).ok()?..usize::try_from(end).ok()?;
        Some((self.all.get(range)?, self.struck.contains(&index)))
    }
}

/// The text of `<si>` or `<is>`, which is open, without the reading aids of East Asian texts (`rPh`).
pub(super) fn item(xml: &mut Xml<'_>) -> Result<(String, bool), Fault> {
    let (mut text, mut struck) = (String::new(), false);
    while let Some(element) = xml.child()? {
        match element.name() {
            "t" => text.push_str(&xml.text()?),
            "r" => {
                let (mut run, mut run_struck) = (String::new(), false);
                while let Some(part) = xml.child()? {
                    match part.name() {
                        "t" => run.push_str(&xml.text()?),
                        "rPr" => run_struck = is_struck(xml)?,
                        _ => xml.skip()?,
                    }
                }
                struck |= run_struck && !run.trim().is_empty();
                text.push_str(&run);
            }
            _ => xml.skip()?,
        }
    }
    Ok((cut(&unescape(text)), struck))
}

pub(super) fn cut(text: &str) -> String {
    text.chars().take(ENOUGH).collect()
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
}
