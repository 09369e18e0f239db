//! Where given numbers came to stand on the pages.

use typst::layout::{Abs, Frame, FrameItem, Point, Transform};
use typst_layout::PagedDocument;

/// A rectangle on a page, in points from its top left corner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// Page, from 0.
    pub page: usize,
    /// Left edge.
    pub x: f64,
    /// Upper edge.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

/// The places of one number, written as given. `None` if its digits stand anywhere else too: in pieces, or with
/// other signs between them. Nobody can say then where all of it is.
pub(super) fn places(document: &PagedDocument, wanted: &str) -> Option<Vec<Place>> {
    let mut search = Search { wanted, page: 0, places: Vec::new(), digits: String::new() };
    for (page, laid_out) in document.pages().iter().enumerate() {
        search.page = page;
        search.frame(&laid_out.frame, Transform::identity());
    }
    let whole = digits(wanted);
    let occurrences = search.digits.matches(whole.as_str()).count();
    (!whole.is_empty() && occurrences == search.places.len()).then_some(search.places)
}

struct Search<'a> {
    wanted: &'a str,
    page: usize,
    places: Vec<Place>,
    /// All digits on the pages.
    digits: String,
}

impl Search<'_> {
    fn frame(&mut self, frame: &Frame, transform: Transform) {
        for (position, item) in frame.items() {
            let here = transform.pre_concat(Transform::translate(position.x, position.y));
            match item {
                FrameItem::Group(group) => {
                    self.frame(&group.frame, here.pre_concat(group.transform));
                }
                FrameItem::Text(text) => {
                    self.digits.push_str(&digits(&text.text));
                    let mut from = 0;
                    while let Some(found) = text.text.get(from..).and_then(|rest| rest.find(self.wanted)) {
                        let start = from + found;
                        from = start + self.wanted.len();
                        let advance = |end: usize| -> Abs {
                            let before = text.glyphs.iter().filter(|glyph| glyph.range().start < end);
                            before.map(|glyph| glyph.x_advance.at(text.size)).sum()
                        };
                        let (left, right) = (advance(start), advance(from));
                        let (top, bottom) = (-text.size, text.size * 0.3);
                        let corners = [(left, top), (right, top), (left, bottom), (right, bottom)];
                        self.places.push(self.place(corners.map(|(x, y)| Point::new(x, y).transform(here))));
                    }
                }
                _ => {}
            }
        }
    }

    /// What encloses these points: the text may be turned by any angle.
    fn place(&self, corners: [Point; 4]) -> Place {
        let least = |axis: fn(&Point) -> f64| corners.iter().map(axis).fold(f64::INFINITY, f64::min);
        let most = |axis: fn(&Point) -> f64| corners.iter().map(axis).fold(f64::NEG_INFINITY, f64::max);
        let (x, y) = (|point: &Point| point.x.to_pt(), |point: &Point| point.y.to_pt());
        Place {
            page: self.page,
            x: least(x),
            y: least(y),
            width: most(x) - least(x),
            height: most(y) - least(y),
        }
    }
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}
