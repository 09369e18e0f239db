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

/// What a number format puts beside a content, or in its place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Added {
    #[default]
    Nothing,
    /// `Rp`, `IDR`, separators: nothing that changes an amount.
    Harmless,
    /// `juta`, `$`, `000000`, or words instead of the content.
    Words,
}

/// The look of letters, in the font of a cell or of a run of text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Look {
    pub(super) struck: bool,
    pub(super) level: Level,
    pub(super) letters: Letters,
    /// Whether it names a font.
    pub(super) named: bool,
}

/// Where letters stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Level {
    #[default]
    Line,
    /// Superscript.
    Above,
    /// Subscript.
    Below,
}

/// What a font draws for letters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Letters {
    #[default]
    Plain,
    /// Greek letters and signs for them, but digits for digits (Symbol): `³` is ≥.
    Greek,
    /// Pictures for everything (Wingdings and the like): `ü` is ✓.
    Pictures,
}

/// The format of a cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Format {
    pub(super) shown: Shown,
    pub(super) look: Look,
    /// Numbers above, below and at zero, and text, that the number format shows as nothing (`;;;`).
    pub(super) hides: [bool; 4],
    /// What it adds to them.
    pub(super) adds: [Added; 4],
}

/// Cell formats, fonts and number formats of a workbook. Spreadsheets allow 65,490 of the first and fewer of the
/// others; `<xf/>` has five bytes, and what is kept of it many more.
const MAX_RECORDS: usize = 65_536;

/// Bytes of a number format that are looked at. Spreadsheets allow 255 characters.
const MAX_CODE: usize = 4_000;

/// What a number format says.
#[derive(Clone, Copy, Default)]
struct Number {
    shown: Shown,
    hides: [bool; 4],
    adds: [Added; 4],
}

impl Number {
    fn read(code: &str) -> Self {
        if code.len() > MAX_CODE {
            return Self { shown: Shown::Dressed, hides: [false; 4], adds: [Added::Words; 4] };
        }
        Self { shown: shown(code), hides: hides(code), adds: adds(code) }
    }
}

/// The formats of cells, by the number that a cell names.
pub(super) fn read(text: &str) -> Result<Vec<Format>, Fault> {
    let mut xml = Xml::new(text);
    xml.root("styleSheet")?;
    let mut codes: BTreeMap<u32, Number> = BTreeMap::new();
    let mut fonts: Vec<Look> = Vec::new();
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
                        codes.insert(id, Number::read(&code));
                    }
                    xml.skip()?;
                }
            }
            "fonts" => {
                while xml.child()?.is_some() {
                    full(fonts.len(), "fonts")?;
                    fonts.push(look(&mut xml)?);
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
            let built_in = || Number { shown: built_in(number), ..Number::default() };
            let Number { shown, hides, adds } = codes.get(&number).copied().unwrap_or_else(built_in);
            Format { shown, look: fonts.get(font).copied().unwrap_or_default(), hides, adds }
        })
        .collect())
}

/// The look that a font, or the properties of a run of text, give.
pub(super) fn look(xml: &mut Xml<'_>) -> Result<Look, Fault> {
    let mut look = Look::default();
    while let Some(property) = xml.child()? {
        let value = property.attribute("val")?;
        match (property.name(), value.as_deref()) {
            ("strike", value) => look.struck = value.is_none_or(is_true),
            ("vertAlign", Some(value)) => {
                look.level = match value.trim() {
                    "superscript" => Level::Above,
                    "subscript" => Level::Below,
                    _ => Level::Line,
                }
            }
            // In the styles and in runs.
            ("name" | "rFont", Some(value)) => {
                look.letters = letters(value);
                look.named = true;
            }
            _ => {}
        }
        xml.skip()?;
    }
    Ok(look)
}

/// What a font of this name draws. Fonts of pictures that follow Unicode (Segoe UI Symbol, Noto) draw what is meant.
fn letters(name: &str) -> Letters {
    let name: String =
        name.chars().take(100).filter(|c| c.is_alphabetic()).collect::<String>().to_lowercase();
    match name.as_str() {
        "symbol" | "symbolmt" => Letters::Greek,
        "wingdings" | "webdings" | "zapfdingbats" | "itczapfdingbats" | "dingbats" | "monotypesorts"
        | "marlett" | "mtextra" | "bookshelfsymbol" => Letters::Pictures,
        _ => Letters::Plain,
    }
}

impl Letters {
    /// Whether a text is drawn as something else.
    pub(super) fn disguise(self, text: &str) -> bool {
        match self {
            Self::Plain => false,
            Self::Greek => text.chars().any(|c| {
                !c.is_ascii_digit()
                    && !c.is_whitespace()
                    && !matches!(
                        c,
                        '.' | ','
                            | '%'
                            | '('
                            | ')'
                            | '+'
                            | '-'
                            | '/'
                            | '<'
                            | '>'
                            | '='
                            | ':'
                            | ';'
                            | '!'
                            | '?'
                            | '['
                            | ']'
                            | '{'
                            | '}'
                            | '|'
                            | '_'
                            | '&'
                            | '#'
                    )
            }),
            Self::Pictures => text.chars().any(|c| !c.is_whitespace()),
        }
    }
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

/// A piece of a number format.
#[derive(Debug, Default)]
struct Section {
    /// What it makes of the content.
    text: String,
    /// What it prints as it stands.
    words: String,
    /// Whether it says itself for which numbers it is.
    condition: bool,
}

/// A number format, one piece a section (ECMA-376, part 1, 18.8.31): `"Rp" #,##0;[Red]-#,##0` has ` #,##0` with the
/// word `Rp`, and `-#,##0`.
fn sections(code: &str) -> Vec<Section> {
    let mut sections = vec![Section::default()];
    let mut characters = code.chars();
    while let Some(c) = characters.next() {
        let Some(section) = sections.last_mut() else { break };
        match c {
            ';' => sections.push(Section::default()),
            '"' => section.words.extend(characters.by_ref().take_while(|c| *c != '"')),
            '\\' => section.words.extend(characters.next()),
            '_' | '*' => {
                characters.next();
            }
            '[' => {
                let inner: String = characters.by_ref().take_while(|c| *c != ']').collect();
                let inner = inner.to_ascii_lowercase();
                let elapsed = !inner.is_empty() && inner.chars().all(|c| matches!(c, 'h' | 'm' | 's'));
                if elapsed {
                    section.text.push('\u{1}');
                }
                section.condition |= inner.starts_with(['<', '>', '=']);
                // `[$Rp-421]` prints Rp, `[$-421]` nothing.
                let currency = inner.strip_prefix('$').and_then(|rest| rest.split('-').next());
                section.words.push_str(currency.unwrap_or_default());
            }
            c => section.text.extend(c.to_lowercase()),
        }
    }
    sections
}

/// What a number looks like in a format.
fn shown(code: &str) -> Shown {
    let sections = sections(code);
    let texts: Vec<String> = sections.iter().map(|section| section.text.replace("general", "0")).collect();
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
    let first = texts.first().map_or("", |text| text.trim());
    let words = sections.first().is_some_and(|section| !section.words.is_empty());
    if !words && matches!(first, "" | "0" | "#" | "##0" | "@") { Shown::Plain } else { Shown::Dressed }
}

/// What a format shows as nothing: numbers above, below and at zero, and text.
fn hides(code: &str) -> [bool; 4] {
    let sections = sections(code);
    if code.is_empty() {
        return [false; 4];
    }
    let nothing = |index: usize| {
        sections.get(index).map(|section| section.text.trim().is_empty() && section.words.is_empty())
    };
    let above = nothing(0).unwrap_or_default();
    [above, nothing(1).unwrap_or(above), nothing(2).unwrap_or(above), nothing(3).unwrap_or_default()]
}

/// What a format adds to numbers above, below and at zero, and to text.
fn adds(code: &str) -> [Added; 4] {
    let sections = sections(code);
    if code.is_empty() {
        return [Added::Nothing; 4];
    }
    // Without a fourth section the last one is for text if it has its sign.
    let last = sections.last().filter(|section| section.text.contains('@'));
    let text = sections.get(3).or(last).map_or(Added::Nothing, added_to_text);
    let number = |index: usize| sections.get(index).map(|section| added_to_number(section, index));
    let above = number(0).unwrap_or_default();
    let mut numbers = [above, number(1).unwrap_or(above), number(2).unwrap_or(above)];
    if sections.iter().any(|section| section.condition) {
        // Any of them may be the one of a number.
        numbers = [numbers.into_iter().max().unwrap_or_default(); 3];
    }
    let [above, below, zero] = numbers;
    [above, below, zero, text]
}

/// The index of the section says which numbers it is for.
fn added_to_number(section: &Section, index: usize) -> Added {
    let text = section.text.replace("general", "0");
    let printed = !text.trim().is_empty() || !section.words.trim().is_empty();
    let placed = text.contains(['0', '#', '?', '@']);
    // `-` for a zero, and a minus or brackets for what is below.
    let signs = |c: char| matches!(c, '-' | '−' | '–' | '(' | ')') && (index == 1 || index == 2 && !placed);
    let plain = |c: char| {
        matches!(c, '0' | '#' | '?' | '.' | ',' | ' ' | '\u{A0}' | '+' | '/' | '%' | 'e' | '@') || signs(c)
    };
    let written = text.chars().all(|c| plain(c) || text.contains('e') && c == '-');
    if !printed {
        Added::Nothing
    } else if !written || !harmless(&section.words, signs) || !placed && index != 2 {
        Added::Words
    } else if section.words.trim().is_empty() {
        Added::Nothing
    } else {
        Added::Harmless
    }
}

fn added_to_text(section: &Section) -> Added {
    let text = section.text.replace("general", "@");
    let words = section.words.trim();
    match (text.trim(), words.is_empty()) {
        // Not shown at all, or as it is.
        ("" | "@", true) => Added::Nothing,
        ("@", false) if harmless(words, |_| false) => Added::Harmless,
        _ => Added::Words,
    }
}

/// Whether words of a format leave an amount what it is: `Rp`, `IDR`, `rupiah`, spaces and separators, and what is
/// written for no sen (`,-`, `,00`).
fn harmless(words: &str, signs: impl Fn(char) -> bool) -> bool {
    let words =
        ["rupiah", "idr", "rp"].iter().fold(words.to_lowercase(), |rest, known| rest.replace(known, ""));
    let words = words.trim();
    let end = words.strip_suffix(",-").or_else(|| words.strip_suffix(",00")).unwrap_or(words);
    end.chars().all(|c| c.is_whitespace() || matches!(c, '.' | ',' | ':' | '\'') || signs(c))
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

    #[test]
    fn what_a_format_adds_is_known() {
        const N: Added = Added::Nothing;
        const H: Added = Added::Harmless;
        const W: Added = Added::Words;
        for (code, expected) in [
            ("General", [N; 4]),
            ("@", [N; 4]),
            ("0", [N; 4]),
            ("#,##0", [N; 4]),
            ("#,##0.00", [N; 4]),
            ("0.00E+00", [N; 4]),
            ("# ?/?", [N; 4]),
            (";;;", [N; 4]),
            ("#,##0_);[Red](#,##0)", [N; 4]),
            ("0;-0;;@", [N; 4]),
            ("_(* #,##0_);_(* (#,##0);_(* \"-\"_);_(@_)", [N, N, H, N]),
            ("_-\"Rp\"* #,##0_-;\\-\"Rp\"* #,##0_-;_-\"Rp\"* \"-\"_-;_-@_-", [H, H, H, N]),
            ("[$Rp-421]#,##0;[Red]\\-[$Rp-421]#,##0", [H, H, H, N]),
            ("\"Rp. \"#,##0\",-\"", [H, H, H, N]),
            ("#,##0\",00\"", [H, H, H, N]),
            ("[$IDR] #,##0", [H, H, H, N]),
            ("#,##0\" rupiah\"", [H, H, H, N]),
            ("\"Rp \"@", [H, H, H, H]),
            ("#,##0\" juta\"", [W, W, W, N]),
            ("0.00\" M\"", [W, W, W, N]),
            ("0\"000000\"", [W, W, W, N]),
            ("#,##0\",000\"", [W, W, W, N]),
            ("\"Rp 5.000\"", [W, W, W, N]),
            ("\"Rp\"", [W, W, W, N]),
            ("[$USD] #,##0", [W, W, W, N]),
            ("[$$-409]#,##0.00", [W, W, W, N]),
            ("$#,##0", [W, W, W, N]),
            ("€ 0", [W, W, W, N]),
            ("5000", [W, W, W, N]),
            ("\"-\"#,##0", [W, W, W, N]),
            ("-#,##0", [W, W, W, N]),
            ("#,##0;-#,##0;\"nihil\"", [N, N, W, N]),
            ("[=0]\"nihil\";#,##0", [W, W, W, N]),
            ("[>=1000]#,##0;0", [N; 4]),
            ("@\" persen\"", [W, W, W, W]),
            ("0;-0;0;\"tidak ada\"", [N, N, N, W]),
            ("0;-0;0;@\" persen\"", [N, N, N, W]),
            ("0;-0;0;@@", [N, N, N, W]),
            ("0;-0;0;General", [N; 4]),
        ] {
            assert_eq!(adds(code), expected, "{code}");
        }
        let long = format!("0{}", "\" \"".repeat(2_000));
        assert_eq!(Number::read(&long).adds, [W; 4]);
    }

    #[test]
    fn fonts_of_signs_are_known() {
        for (name, text, expected) in [
            ("Symbol", "³ 72", true),
            ("Symbol", "72,5 %", false),
            ("Wingdings", "ü", true),
            ("Wingdings 2", "5", true),
            ("Webdings", " ", false),
            ("ZapfDingbats", "a", true),
            ("Segoe UI Symbol", "✓", false),
            ("Noto Sans Symbols", "a", false),
            ("Calibri", "³", false),
        ] {
            assert_eq!(letters(name).disguise(text), expected, "{name} {text}");
        }
    }
}
