//! How wide a text becomes and into how many lines it breaks, without setting it.
//!
//! Typst's own rules for plain text in one of the fonts of this program: advances with the kerning of pairs, line breaks
//! by UAX #14, lines filled one after the other or chosen together (`typst-layout`, `inline/linebreak.rs`, of the version
//! that `Cargo.toml` names). A text with any other character is measured by nobody here: `None`, and the caller asks the
//! engine. `tests/layout.rs` compares with the engine.

use std::str::FromStr as _;
use std::sync::{LazyLock, Mutex, PoisonError};

use icu_segmenter::options::LineBreakOptions;
use icu_segmenter::{LineSegmenter, LineSegmenterBorrowed};
use rustybuzz::ttf_parser::Tag;
use rustybuzz::{Language, UnicodeBuffer, script};
use typst::layout::Abs;
use typst::text::{Font, FontInstance, FontVariations};

use super::Extent;

static SEGMENTER: LazyLock<LineSegmenterBorrowed<'static>> =
    LazyLock::new(|| LineSegmenter::new_lstm(LineBreakOptions::default()));

/// One cut of a typeface, and what was learned of it so far.
#[derive(Debug)]
pub(in crate::render) struct Face {
    font: FontInstance,
    /// Height of a line of text in em: capitals above the baseline, nothing below.
    cap: f64,
    per_em: f64,
    known: Mutex<Known>,
}

/// Units of the font, by the places of characters ([`place`]).
#[derive(Debug)]
struct Known {
    advances: Vec<Option<i16>>,
    /// What a pair adds to the advance of the first and of the second, in a run of digits and signs and in a Latin one.
    pairs: [Vec<Option<[i16; 2]>>; 2],
}

impl Default for Known {
    fn default() -> Self {
        let pairs = || vec![None; PLACES * PLACES];
        Self { advances: vec![None; PLACES], pairs: [pairs(), pairs()] }
    }
}

/// How lines are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::render) enum Breaking {
    /// Each as full as it gets, as beside a ragged edge.
    Simple,
    /// All together, so that justified lines are even.
    Justified,
}

/// Text of one face in a paragraph.
pub(in crate::render) type Piece<'t> = (&'t str, &'t Face);

impl Face {
    pub(in crate::render) fn new(font: &Font) -> Self {
        // Fonts of one weight: neither size nor variation changes anything.
        let font = font.clone().instantiate(font.info().variant, Abs::pt(12.0), &FontVariations::default());
        let (cap, per_em) = (font.metrics().cap_height.get(), font.metrics().units_per_em);
        Self { font, cap, per_em, known: Mutex::default() }
    }

    /// Height of one line in points.
    pub(super) fn line(&self, size: f64) -> f64 {
        self.cap * size
    }

    /// Its family and whether it is bold.
    pub(in crate::render) fn name(&self) -> (&str, bool) {
        let info = self.font.info();
        (&info.family, info.variant.weight.to_number() > 400)
    }

    /// What the engine's measures of a text without distance between its lines say.
    pub(in crate::render) fn extent(&self, size: f64, width: f64, height: f64) -> Extent {
        let lines = (height / self.line(size)).round();
        #[expect(
            clippy::as_conversions,
            clippy::cast_sign_loss,
            clippy::cast_possible_truncation,
            reason = "a count of lines"
        )]
        Extent { lines: lines as usize, width }
    }

    fn advance(&self, c: char, at: usize, known: &mut Known) -> i16 {
        if let Some(Some(advance)) = known.advances.get(at) {
            return *advance;
        }
        let ttf = self.font.ttf();
        let glyph = ttf.glyph_index(c).unwrap_or_default();
        let advance = ttf.glyph_hor_advance(glyph).unwrap_or_default();
        let advance = i16::try_from(advance).unwrap_or(i16::MAX);
        if let Some(place) = known.advances.get_mut(at) {
            *place = Some(advance);
        }
        advance
    }

    /// What stands between two characters, as the engine's shaper says it.
    fn pair(
        &self,
        [(first, i), (second, j)]: [(char, usize); 2],
        latin: bool,
        known: &mut Known,
    ) -> [i16; 2] {
        let at = i * PLACES + j;
        let run = usize::from(latin);
        if let Some(Some(found)) = known.pairs[run].get(at) {
            return *found;
        }
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(&String::from_iter([first, second]));
        if let Ok(language) = Language::from_str("id") {
            buffer.set_language(language);
        }
        buffer.set_script(if latin { script::LATIN } else { script::COMMON });
        buffer.set_direction(rustybuzz::Direction::LeftToRight);
        let shaped = rustybuzz::shape(self.font.rusty(), FEATURES, buffer);
        let found = match shaped.glyph_positions() {
            [a, b] => {
                let added =
                    |advance: i32, plain: i16| i16::try_from(advance - i32::from(plain)).unwrap_or_default();
                [
                    added(a.x_advance, self.advance(first, i, known)),
                    added(b.x_advance, self.advance(second, j, known)),
                ]
            }
            _ => [0, 0],
        };
        if let Some(place) = known.pairs[run].get_mut(at) {
            *place = Some(found);
        }
        found
    }
}

/// Ligatures would hide letters when text is copied: the templates switch them off.
const FEATURES: &[rustybuzz::Feature] = &[
    rustybuzz::Feature { tag: Tag::from_bytes(b"liga"), value: 0, start: 0, end: u32::MAX },
    rustybuzz::Feature { tag: Tag::from_bytes(b"clig"), value: 0, start: 0, end: u32::MAX },
];

/// Signs beside the letters, in any order.
const SIGNS: [char; 15] = ['–', '—', '‘', '’', '‚', '“', '”', '„', '•', '…', '‰', '€', '−', '≤', '≥'];

/// Latin letters end here (U+017F).
const LETTERS: usize = 0x180;

/// Places of characters.
const PLACES: usize = LETTERS + SIGNS.len();

/// The place of a character with one glyph, whose width depends on nothing but its neighbours.
fn place(c: char) -> Option<usize> {
    match c {
        ' '..='~' | '\u{a0}'..='\u{ac}' | '\u{ae}'..='\u{17f}' => usize::try_from(u32::from(c)).ok(),
        _ => SIGNS.iter().position(|sign| *sign == c).map(|at| LETTERS + at),
    }
}

/// Whether a letter decides that a run of text is Latin (Unicode, Script); digits and signs are in every script.
fn is_latin(c: char) -> bool {
    c.is_alphabetic() && c != 'µ'
}

/// How wide a text is in one line, in points.
pub(super) fn width(pieces: &[Piece<'_>], size: f64) -> Option<f64> {
    let set = Set::new(pieces, size)?;
    Some(set.width(0, set.glyphs.len(), set.glyphs.len()))
}

/// Into how many lines of this width a text breaks.
pub(super) fn lines(pieces: &[Piece<'_>], size: f64, width: f64, breaking: Breaking) -> Option<usize> {
    let set = Set::new(pieces, size)?;
    // Most cells are short.
    if set.width(0, set.glyphs.len(), set.glyphs.len()) <= width {
        return Some(1);
    }
    Some(match breaking {
        Breaking::Simple => set.simple(width),
        Breaking::Justified => set.justified(width),
    })
}

/// One character, set.
#[derive(Clone, Copy)]
struct Glyph {
    c: char,
    /// Where it begins in the text.
    byte: usize,
    /// In points, with what the pairs on both sides add.
    advance: f64,
    /// What the pair with the character before added.
    before: f64,
    /// What the pair with the character behind added.
    behind: f64,
}

/// A paragraph that is set in one long line.
struct Set {
    text: String,
    glyphs: Vec<Glyph>,
    size: f64,
}

impl Set {
    fn new(pieces: &[Piece<'_>], size: f64) -> Option<Self> {
        let length = pieces.iter().map(|(text, _)| text.len()).sum();
        let mut set = Self { text: String::with_capacity(length), glyphs: Vec::with_capacity(length), size };
        for (text, face) in pieces {
            // Links break where other text does not.
            if text.contains("://") || text.contains("www.") {
                return None;
            }
            let latin = text.chars().any(is_latin);
            let mut known = face.known.lock().unwrap_or_else(PoisonError::into_inner);
            let points = |units: i16| f64::from(units) / face.per_em * size;
            let mut before = 0;
            let mut chars = text.char_indices().peekable();
            while let Some((byte, c)) = chars.next() {
                let here = place(c)?;
                let [behind, next] = match chars.peek() {
                    Some((_, next)) => face.pair([(c, here), (*next, place(*next)?)], latin, &mut known),
                    None => [0, 0],
                };
                // A no-break space is as wide as a space.
                let (blank, at) = if c == '\u{a0}' { (' ', place(' ')?) } else { (c, here) };
                let advance = face.advance(blank, at, &mut known);
                set.glyphs.push(Glyph {
                    c,
                    byte: set.text.len() + byte,
                    advance: points(advance) + points(before) + points(behind),
                    before: points(before),
                    behind: points(behind),
                });
                before = next;
            }
            set.text.push_str(text);
        }
        Some(set)
    }

    /// Width of glyphs in a line of their own that is set to `end`, white space behind `to` left out.
    fn width(&self, from: usize, to: usize, end: usize) -> f64 {
        let Some(glyphs) = self.glyphs.get(from..to).filter(|glyphs| !glyphs.is_empty()) else { return 0.0 };
        let whole: f64 = glyphs.iter().map(|glyph| glyph.advance).sum();
        let first = glyphs.first().map_or(0.0, |glyph| glyph.before);
        let last = if to == end { glyphs.last().map_or(0.0, |glyph| glyph.behind) } else { 0.0 };
        whole - first - last
    }

    /// The glyph before which a line may end.
    fn breaks(&self) -> impl Iterator<Item = usize> {
        let mut glyph = 0;
        SEGMENTER.segment_str(&self.text).filter(|byte| *byte > 0).map(move |byte| {
            while self.glyphs.get(glyph).is_some_and(|at| at.byte < byte) {
                glyph += 1;
            }
            glyph
        })
    }

    /// The end of a line without its white space.
    fn trimmed(&self, from: usize, to: usize) -> usize {
        let blank = |glyph: &&Glyph| glyph.c.is_whitespace();
        to - self.glyphs.get(from..to).map_or(0, |line| line.iter().rev().take_while(blank).count())
    }

    /// First fit (`linebreak_simple`).
    fn simple(&self, width: f64) -> usize {
        let end = self.glyphs.len();
        // White space at the very end of a paragraph stays.
        let trimmed = |from: usize, to: usize| if to == end { to } else { self.trimmed(from, to) };
        let fits = |from: usize, to: usize| self.width(from, trimmed(from, to), to) <= width + SLACK;
        let (mut lines, mut start, mut last) = (0, 0, None);
        for to in self.breaks() {
            let mut fit = fits(start, to);
            if !fit && let Some(before) = last.take() {
                lines += 1;
                start = before;
                fit = fits(start, to);
            }
            if to == end || !fit {
                lines += 1;
                start = to;
                last = None;
            } else {
                last = Some(to);
            }
        }
        lines
    }

    /// The way of all lines together that costs least (`linebreak_optimized`, after Knuth and Plass).
    fn justified(&self, width: f64) -> usize {
        /// The best way to a place where a line may end.
        #[derive(Clone, Copy)]
        struct Way {
            at: usize,
            cost: f64,
            lines: usize,
            dash: bool,
        }
        let end = self.glyphs.len();
        let mut ways = vec![Way { at: 0, cost: 0.0, lines: 0, dash: false }];
        let (mut active, mut previous) = (0, 0);
        for to in self.breaks() {
            let mut best: Option<Way> = None;
            let dash = to
                .checked_sub(1)
                .and_then(|last| self.glyphs.get(last))
                .is_some_and(|glyph| matches!(glyph.c, '-' | '–' | '—'));
            for (index, way) in ways.iter().enumerate().skip(active) {
                let line = self.measure(way.at, to, end);
                let ratio = line.ratio(width, self.size);
                let last = to == end;
                let cost = cost(ratio, last, last && previous == way.at, way.dash && dash);
                if ratio < MIN_RATIO && active == index {
                    active += 1;
                }
                let total = way.cost + cost;
                if best.is_none_or(|best| best.cost >= total) {
                    best = Some(Way { at: to, cost: total, lines: way.lines + 1, dash });
                }
            }
            ways.extend(best);
            previous = to;
        }
        ways.last().map_or(1, |way| way.lines)
    }

    fn measure(&self, from: usize, to: usize, end: usize) -> Measured {
        let trimmed = if to == end { to } else { self.trimmed(from, to) };
        let blanks: Vec<f64> = self
            .glyphs
            .get(from..trimmed)
            .unwrap_or_default()
            .iter()
            .filter(|glyph| matches!(glyph.c, ' ' | '\u{a0}'))
            .map(|glyph| glyph.advance)
            .collect();
        Measured { width: self.width(from, trimmed, to), blank: blanks.iter().sum(), blanks: blanks.len() }
    }
}

/// A line and the white space in it.
struct Measured {
    width: f64,
    blank: f64,
    blanks: usize,
}

/// What Typst takes two lengths for equal within, in points.
const SLACK: f64 = 1e-4;

/// Spaces may become half as wide again, or lose a third.
const STRETCH: f64 = 0.5;
const SHRINK: f64 = 1.0 / 3.0;

/// A line that would have to shrink more is overfull.
const MIN_RATIO: f64 = -1.0;

impl Measured {
    /// How much of what its spaces allow a line has to be stretched (above 0) or shrunk (below 0).
    fn ratio(&self, width: f64, size: f64) -> f64 {
        let mut delta = width - self.width;
        if delta.abs() < SLACK {
            delta = 0.0;
        }
        let adjustable = self.blank * if delta >= 0.0 { STRETCH } else { SHRINK };
        let mut ratio = delta / adjustable.max(0.0);
        if ratio.is_nan() {
            ratio = 0.0;
        }
        if ratio > 1.0 {
            let blanks = f64::from(u32::try_from(self.blanks.max(1)).unwrap_or(u32::MAX));
            ratio = 1.0 + (delta - adjustable) / blanks / (size / 2.0);
        }
        ratio.clamp(MIN_RATIO - 1.0, 10.0)
    }
}

fn cost(ratio: f64, last: bool, runt: bool, dashes: bool) -> f64 {
    let badness = if ratio < MIN_RATIO {
        1_000_000.0
    } else if !last || ratio < 0.0 {
        100.0 * ratio.abs().powi(3)
    } else {
        0.0
    };
    let penalty = if runt { 100.0 } else { 0.0 } + if dashes { 135.0 } else { 0.0 };
    (1.0 + badness + penalty).powi(2)
}

#[cfg(test)]
mod tests {
    use super::super::Question;
    use super::*;
    use crate::render::{Renderer, Templates, on_stack};

    /// What stands in cells and paragraphs: words with and without kerning, dashes, quotes, no-break spaces, numbers.
    const WORDS: [&str; 40] = [
        "Meningkatnya",
        "AVATAR",
        "kualitas",
        "Tata",
        "VALUE",
        "pelayanan",
        "publik",
        "100%",
        "Rp1.250.000,00",
        "–",
        "per-kapita",
        "“nilai”",
        "(≤ 5 %)",
        "Yayasan",
        "W.",
        "To",
        "AWAS",
        "dan/atau",
        "e-government",
        "10\u{a0}kg",
        "P.T.",
        "LT",
        "yang",
        "di",
        "berkelanjutan",
        "pertanggungjawaban",
        "'kutip'",
        "…",
        "A",
        "1/2",
        "Ir.",
        "Ty",
        "a.n.",
        "µg",
        "Pañca",
        "Śrī",
        "&",
        "No.",
        "17-08-1945",
        "—",
    ];

    /// Every text of every length and width has as many lines as the engine makes of it.
    #[test]
    fn lines_are_those_of_the_engine() {
        let renderer = Renderer::new(Templates::built_in());
        let mut state = 1_u64;
        let mut draw = move |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(state >> 33).unwrap() % below
        };
        let mut compared = 0;
        for round in 0..1200 {
            let faces = renderer.fonts.faces(round % 2 == 0);
            let face = &faces[usize::from(round % 3 == 0)];
            let text: Vec<&str> = (0..=draw(40)).map(|_| WORDS[draw(WORDS.len())]).collect();
            let text = text.join(" ");
            let size = [8.0, 10.0, 10.5, 11.0, 11.04, 12.0][draw(6)];
            let width = f64::from(u32::try_from(60 + draw(400)).unwrap()) + 0.37;
            let breaking = if round % 2 == 0 { Breaking::Justified } else { Breaking::Simple };
            let bold = format!(" {}", WORDS[draw(WORDS.len())]);
            let pieces = [(text.as_str(), face), (bold.as_str(), &faces[1])];
            let pieces = if round % 5 == 0 { &pieces[..] } else { &pieces[..1] };
            let ours = lines(pieces, size, width, breaking).unwrap();
            let question = Question { pieces, size, width: Some(width), breaking };
            let theirs = on_stack(|| renderer.measure(&question)).unwrap().unwrap();
            assert_eq!(ours, theirs.lines, "{text:?} {size} {width} {breaking:?}");
            if round % 10 == 0 {
                let long = self::width(pieces, size).unwrap();
                let question = Question { width: None, ..question };
                let theirs = on_stack(|| renderer.measure(&question)).unwrap().unwrap();
                assert!((long - theirs.width).abs() < 1e-6, "{text:?}: {long}, {}", theirs.width);
            }
            compared += 1;
        }
        assert_eq!(compared, 1200);
    }

    /// What is not known here is left to the engine, never guessed.
    #[test]
    fn other_texts_are_not_measured() {
        let renderer = Renderer::new(Templates::built_in());
        let [regular, _] = renderer.fonts.faces(true);
        for text in [
            "https://contoh.example/a",
            "www.contoh.example",
            "a\u{301}",
            "Ελλάδα",
            "a\u{200b}b",
            "a\u{ad}b",
            "א",
            "1\n2",
        ] {
            assert_eq!(lines(&[(text, regular)], 12.0, 100.0, Breaking::Simple), None, "{text}");
        }
    }
}
