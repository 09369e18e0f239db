//! Where things will stand, worked out before anything is laid out.
//!
//! A secretary opens or closes the spacing until the page is full. Typst could try each step and measure it; that took
//! three quarters of the time of a document. Everything that decides is known before, from the data and the metrics of
//! the fonts: how many lines a text has, how high a row is, where a page ends. The templates read the result as
//! `/layout.json`, and lay out once.
//!
//! The plan is a pure function of data, template version and fonts, as the pages are. What came out is compared with it
//! ([`Layout::revised`]): where it differs, because a text is beyond what is worked out here or an office has templates of
//! its own, the pages are laid out again with what was learned.

mod annex;
mod data;
mod sheet;
mod text;

use serde::Serialize;

pub(super) use annex::Annex;
pub(super) use sheet::Sign;
pub(super) use text::{Breaking, Face, Piece};

use data::Data;

/// Points of a millimetre, as Typst rounds it (`typst-library`, `layout/abs.rs`).
const MM: f64 = 2.83465;

/// Margins (`templates/shared/page.typ`).
const LEFT: f64 = 30.0 * MM;
const RIGHT: f64 = 25.0 * MM;
const VERTICAL: f64 = 20.0 * MM;

/// The fonts of one document, and who measures what they cannot tell.
pub(super) struct Ruler<'r> {
    pub(super) regular: &'r Face,
    pub(super) bold: &'r Face,
    /// Size of the text, of the tables.
    pub(super) size: f64,
    pub(super) table: f64,
    /// Asks the engine: lines of a text in a width, and how wide it is in one.
    pub(super) engine: &'r dyn Fn(&Question<'_>) -> Option<Extent>,
}

/// A text that is to be measured by the engine.
pub(super) struct Question<'q> {
    pub(super) pieces: &'q [Piece<'q>],
    pub(super) size: f64,
    /// `None` for one line.
    pub(super) width: Option<f64>,
    pub(super) breaking: Breaking,
}

/// What the engine says.
#[derive(Clone, Copy)]
pub(super) struct Extent {
    pub(super) lines: usize,
    pub(super) width: f64,
}

impl Ruler<'_> {
    fn lines(&self, pieces: &[Piece<'_>], size: f64, width: f64, breaking: Breaking) -> usize {
        text::lines(pieces, size, width, breaking).unwrap_or_else(|| {
            let question = Question { pieces, size, width: Some(width), breaking };
            (self.engine)(&question).map_or(1, |extent| extent.lines)
        })
    }

    fn width(&self, pieces: &[Piece<'_>], size: f64) -> f64 {
        text::width(pieces, size).unwrap_or_else(|| {
            let question = Question { pieces, size, width: None, breaking: Breaking::Simple };
            (self.engine)(&question).map_or(0.0, |extent| extent.width)
        })
    }

    /// Height of so many lines.
    fn height(&self, lines: usize, size: f64, leading: f64) -> f64 {
        match lines {
            0 => 0.0,
            lines => number(lines) * self.regular.line(size) + number(lines - 1) * leading,
        }
    }
}

/// Counts of lines and rows, far below 2^53.
#[expect(clippy::as_conversions, reason = "a count, far below 2^53")]
const fn number(count: usize) -> f64 {
    count as f64
}

/// What the templates read.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Layout {
    /// Size of the paper in points.
    width: f64,
    height: f64,
    /// How open the first page is: 1 is normal.
    looseness: f64,
    /// Distance of its lines and size of its text, in points.
    leading: f64,
    size: f64,
    /// Height of the emblem.
    emblem: f64,
    /// Size of the larger line of the letterhead.
    #[serde(skip_serializing_if = "Option::is_none")]
    letterhead: Option<f64>,
    /// The page with the boxes for signatures.
    boxes: usize,
    /// Whether everything before the annex is on one page.
    one_page: bool,
    /// Number and count, as printed, of the first page and of the annex; nothing for what is not one page.
    pages: [Option<[String; 2]>; 2],
    /// Heights of the rows of name and position, for each party.
    identity: Vec<[f64; 2]>,
    sign: Sign,
    #[serde(skip_serializing_if = "Option::is_none")]
    annex: Option<Annex>,
    /// What has to come out.
    #[serde(skip)]
    expected: Expected,
    /// How often it was revised.
    #[serde(skip)]
    revision: usize,
}

/// What comes out if the plan is right.
#[derive(Clone, Debug, Default, PartialEq)]
struct Expected {
    /// All pages.
    pages: Option<usize>,
    /// Of a box for a signature, from the upper edge of its page.
    box_y: Option<f64>,
    /// Of the sign block of the annex.
    annex_y: Option<f64>,
}

/// What came out.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Seen {
    /// All pages.
    pub(super) pages: usize,
    /// Page from 1 and height of the first box.
    pub(super) first_box: Option<(usize, f64)>,
    /// The same of the sign block of the annex.
    pub(super) annex: Option<(usize, f64)>,
}

/// Half a millimetre is seen by nobody, and a line less is more.
const TOLERANCE: f64 = 1.4;

/// Revisions of one plan.
const MAX_REVISIONS: usize = 3;

impl Layout {
    /// The plan of a document. `own` says that an office has templates of its own, of which nothing can be foretold.
    pub(super) fn plan(
        data: &[u8],
        own: bool,
        faces: &super::Fonts,
        engine: &dyn Fn(&Question<'_>) -> Option<Extent>,
    ) -> Option<Self> {
        let data: Data<'_> = serde_json::from_slice(data).ok()?;
        let [regular, bold] = faces.faces(data.layout.font.is_serif());
        let (size, table) = data.layout.font.sizes();
        let ruler = Ruler { regular, bold, size, table, engine };
        let mut layout = sheet::plan(&data, &ruler);
        layout.annex = data.annex.as_ref().map(|annex| Annex::plan(annex, &data, &layout, &ruler));
        layout.count();
        if own {
            layout.foretell_nothing();
        }
        Some(layout)
    }

    /// Width and height of what is printed on.
    const fn room(&self) -> (f64, f64) {
        (self.width - LEFT - RIGHT, self.height - 2.0 * VERTICAL)
    }

    /// Numbers the pages.
    fn count(&mut self) {
        let annex = self.annex.as_ref().map_or(Some(0), Annex::pages);
        let first = self.one_page.then_some(1);
        self.expected.pages = first.zip(annex).map(|(first, annex)| first + annex);
        self.expected.annex_y = self.annex.as_ref().and_then(Annex::sign_y).map(|y| y + VERTICAL);
        if let Some(pages) = self.expected.pages {
            let of = |page: usize| Some([page.to_string(), pages.to_string()]);
            self.pages = [of(1), if annex == Some(1) { of(2) } else { None }];
        }
    }

    fn foretell_nothing(&mut self) {
        self.pages = [None, None];
        self.expected = Expected::default();
    }

    /// A better plan after what came out; `None` if it is as it should be.
    pub(super) fn revised(&self, seen: &Seen) -> Option<Self> {
        let near = |expected: Option<f64>, seen: Option<f64>| match (expected, seen) {
            (Some(expected), Some(seen)) => (expected - seen).abs() <= TOLERANCE,
            _ => true,
        };
        let boxes = seen.first_box.map_or(1, |(page, _)| page);
        let as_planned = self.expected.pages.is_none_or(|pages| pages == seen.pages)
            && near(self.expected.box_y, seen.first_box.map(|(_, y)| y))
            && near(self.expected.annex_y, seen.annex.map(|(_, y)| y));
        // Nothing but the sign block on the last page.
        let alone = seen.annex.is_some_and(|(_, y)| y <= VERTICAL + TOLERANCE);
        let parted = alone && self.annex.as_ref().is_some_and(Annex::can_part);
        if (as_planned && boxes == self.boxes && !parted) || self.revision == MAX_REVISIONS {
            return None;
        }
        let mut better = self.clone();
        better.revision += 1;
        better.foretell_nothing();
        better.boxes = boxes;
        if parted && let Some(annex) = &mut better.annex {
            annex.part();
        }
        Some(better)
    }

    /// As the templates read it.
    pub(super) fn to_json(&self) -> Vec<u8> {
        // Numbers, strings and lists: encoding cannot fail.
        serde_json::to_vec(self).unwrap_or_default()
    }
}
