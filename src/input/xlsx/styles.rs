//! What the style of a cell says about its content: a date, a percentage, struck through, not shown at all.

use std::collections::BTreeMap;

use super::Fault;
use super::xml::{Xml, is_true};

/// What a number in a cell looks like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Shown {
    /// As the digits that were typed.
    #[default]
    Plain,
    /// With separators, more decimals, or words: `1.000`, `65,00`, `Rp 5`.
    Dressed,
    /// Divided by thousands: 1.589.645.600 looks like 1.589.646.
    Scaled,
    /// As a percentage: 0.95 looks like 95%.
    Percent,
    /// As a date or a time of day.
    Date,
    /// As hours that may be more than 24.
    Elapsed,
}

/// The format of a cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Format {
    pub(super) shown: Shown,
    pub(super) struck: bool,
    /// Numbers above, below and at zero, and text, that the number format shows as nothing (`;;;`).
    pub(super) hides: [bool; 4],
}

/// Cell formats, fonts and number formats of a workbook. Spreadsheets allow 65,490 of the first and fewer of the
/// others; `<xf/>` has five bytes, and what is kept of it many more.
const MAX_RECORDS: usize = 65_536;

/// The formats of cells, by the number that a cell names.
pub(super) fn read(text: &str) -> Result<Vec<Format>, Fault> {
    let mut xml = Xml::new(text);
    xml.root("styleSheet")?;
    let mut codes: BTreeMap<u32, (Shown, [bool; 4])> = BTreeMap::new();
    let mut struck: Vec<bool> = Vec::new();
    let mut formats: Vec<(u32, usize)> = Vec::new();
    let full = |count: usize, what: &str| match count < MAX_RECORDS {
        true => Ok(()),
        false => Err(Fault::damaged(format_args!("more than {MAX_RECORDS} {what}"))),
    };
    while let Some(group) = xml.child()? {
        match group.name() {
            "numFmts" => {
                while let Some(format) = xml.child()? {
                    let id = format.attribute("numFmtId")?.and_then(|id| id.trim().parse().ok());
                    let code = format.attribute("formatCode")?;
                    if let (Some(id), Some(code)) = (id, code) {
                        full(codes.len(), "number formats")?;
                        codes.insert(id, (shown(&code), hides(&code)));
                    }
                    xml.skip()?;
                }
            }
            "fonts" => {
                while xml.child()?.is_some() {
                    full(struck.len(), "fonts")?;
                    struck.push(is_struck(&mut xml)?);
                }
            }
            "cellXfs" => {
                while let Some(format) = xml.child()? {
                    full(formats.len(), "cell formats")?;
                    let font = format.attribute("fontId")?.and_then(|id| id.trim().parse().ok());
                    let number = format.attribute("numFmtId")?.and_then(|id| id.trim().parse().ok());
                    formats.push((number.unwrap_or_default(), font.unwrap_or_default()));
                    xml.skip()?;
                }
            }
            _ => xml.skip()?,
        }
    }
    Ok(formats
        .into_iter()
        .map(|(number, font)| {
            let (shown, hides) =
                codes.get(&number).copied().unwrap_or_else(|| (built_in(number), [false; 4]));
            Format { shown, struck: struck.get(font).copied().unwrap_or_default(), hides }
        })
        .collect())
}

/// Whether a font, or the properties of a run of text, have a line through the text.
pub(super) fn is_struck(xml: &mut Xml<'_>) -> Result<bool, Fault> {
    let mut struck = false;
    while let Some(property) = xml.child()? {
        if property.name() == "strike" {
            struck = property.attribute("val")?.is_none_or(|value| is_true(&value));
        }
        xml.skip()?;
    }
    Ok(struck)
}

/// The number formats that no file defines (ECMA-376, part 1, 18.8.30).
const fn built_in(id: u32) -> Shown {
    match id {
        2..=8 | 11..=13 | 37..=44 | 48 => Shown::Dressed,
        9 | 10 => Shown::Percent,
        14..=22 | 27..=36 | 45 | 47 | 50..=58 => Shown::Date,
        46 => Shown::Elapsed,
        _ => Shown::Plain,
    }
}

/// A number format without what it prints as it stands, one piece a section (ECMA-376, part 1, 18.8.31):
/// `"Rp" #,##0;[Red]-#,##0` has ` #,##0` and `-#,##0`. The second value says whether anything was left out.
fn sections(code: &str) -> Vec<(String, bool)> {
    let mut sections = vec![(String::new(), false)];
    let mut characters = code.chars();
    while let Some(c) = characters.next() {
        let Some((section, words)) = sections.last_mut() else { break };
        match c {
            ';' => sections.push((String::new(), false)),
            '"' => *words |= characters.by_ref().take_while(|c| *c != '"').count() > 0,
            '\\' => *words |= characters.next().is_some(),
            '_' | '*' => {
                characters.next();
            }
            '[' => {
                let inner: String = characters.by_ref().take_while(|c| *c != ']').collect();
                let inner = inner.to_ascii_lowercase();
                let elapsed = !inner.is_empty() && inner.chars().all(|c| matches!(c, 'h' | 'm' | 's'));
                if elapsed {
                    section.push('\u{1}');
                }
                *words |= inner.starts_with('$') && inner.chars().nth(1).is_some_and(|c| c != '-');
            }
            c => section.extend(c.to_lowercase()),
        }
    }
    sections
}

/// What a number looks like in a format.
fn shown(code: &str) -> Shown {
    let sections = sections(code);
    let texts: Vec<String> = sections.iter().map(|(text, _)| text.replace("general", "0")).collect();
    let any = |wanted: fn(char) -> bool| texts.iter().any(|text| text.contains(wanted));
    if any(|c| c == '\u{1}') {
        return Shown::Elapsed;
    }
    if any(|c| matches!(c, 'd' | 'm' | 'y' | 'h' | 's')) {
        return Shown::Date;
    }
    if any(|c| c == '%') {
        return Shown::Percent;
    }
    let scaled = |text: &String| {
        let digit = |c: char| matches!(c, '0' | '#' | '?');
        text.rfind(digit).and_then(|last| text.get(last + 1..)).is_some_and(|rest| rest.starts_with(','))
            || text.contains(",.")
    };
    if texts.iter().any(scaled) {
        return Shown::Scaled;
    }
    let (first, words) =
        (texts.first().map_or("", |text| text.trim()), sections.first().is_some_and(|s| s.1));
    if !words && matches!(first, "" | "0" | "#" | "##0" | "@") { Shown::Plain } else { Shown::Dressed }
}

/// What a format shows as nothing: numbers above, below and at zero, and text.
fn hides(code: &str) -> [bool; 4] {
    let sections = sections(code);
    if code.is_empty() {
        return [false; 4];
    }
    let nothing = |index: usize| sections.get(index).map(|(text, words)| text.trim().is_empty() && !words);
    let above = nothing(0).unwrap_or_default();
    [above, nothing(1).unwrap_or(above), nothing(2).unwrap_or(above), nothing(3).unwrap_or_default()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn number_formats_say_what_is_seen() {
        for (code, expected) in [
            ("General", Shown::Plain),
            ("General;-General", Shown::Plain),
            ("0", Shown::Plain),
            ("@", Shown::Plain),
            ("[$-421]0", Shown::Plain),
            ("0.00", Shown::Dressed),
            ("#,##0", Shown::Dressed),
            ("\"Rp\"\\ #,##0", Shown::Dressed),
            ("[$Rp-421]#,##0;[Red]\\-[$Rp-421]#,##0", Shown::Dressed),
            ("0\" orang\"", Shown::Dressed),
            ("0.00E+00", Shown::Dressed),
            ("_(* #,##0_);_(* (#,##0);_(* \"-\"_);_(@_)", Shown::Dressed),
            ("#,##0,", Shown::Scaled),
            ("0.0,,\" juta\"", Shown::Scaled),
            ("0%", Shown::Percent),
            ("0.00%;-0.00%", Shown::Percent),
            ("dd/mm/yyyy", Shown::Date),
            ("[$-421]dd mmmm yyyy;@", Shown::Date),
            ("h:mm AM/PM", Shown::Date),
            ("[h]:mm:ss", Shown::Elapsed),
            ("\"hari\" 0", Shown::Dressed),
        ] {
            assert_eq!(shown(code), expected, "{code}");
        }
    }

    #[test]
    fn a_format_that_shows_nothing_is_known() {
        assert_eq!(hides(";;;"), [true; 4]);
        assert_eq!(hides(";;"), [true, true, true, false]);
        assert_eq!(hides("0;-0;;@"), [false, false, true, false]);
        assert_eq!(hides("#,##0"), [false; 4]);
        assert_eq!(hides("\"\""), [true, true, true, false]);
        assert_eq!(hides("0;-0;\"-\";@"), [false; 4]);
    }
}
