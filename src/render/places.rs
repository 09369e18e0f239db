//! Where given texts came to stand on the pages.

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

/// The places of one text. `None` if it is on a page in pieces, so that nobody can say where all of it is.
pub(super) fn places(document: &PagedDocument, wanted: &str) -> Option<Vec<Place>> {
    let mut search = Search { wanted, page: 0, places: Vec::new(), letters: String::new() };
    for (page, laid_out) in document.pages().iter().enumerate() {
        search.page = page;
        search.frame(&laid_out.frame, Transform::identity());
    }
    let whole = letters(wanted);
    let occurrences = search.letters.matches(whole.as_str()).count();
    (occurrences == search.places.len()).then_some(search.places)
}

struct Search<'a> {
    wanted: &'a str,
    page: usize,
    places: Vec<Place>,
    /// Everything on the pages, without white space.
    letters: String,
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
                    self.letters.push_str(&letters(&text.text));
                    let mut from = 0;
                    while let Some(found) = text.text.get(from..).and_then(|rest| rest.find(self.wanted)) {
                        let start = from + found;
                        from = start + self.wanted.len();
                        let advance = |end: usize| -> Abs {
                            let before = text.glyphs.iter().filter(|glyph| glyph.range().start < end);
                            before.map(|glyph| glyph.x_advance.at(text.size)).sum()
                        };
                        let (left, right) = (advance(start), advance(from));
                        let corners = [Point::new(left, -text.size), Point::new(right, text.size * 0.3)]
                            .map(|corner| corner.transform(here));
                        self.places.push(self.place(corners));
                    }
                }
                _ => {}
            }
        }
    }

    fn place(&self, [a, b]: [Point; 2]) -> Place {
        let (x, y) = (a.x.min(b.x).to_pt(), a.y.min(b.y).to_pt());
        let (right, bottom) = (a.x.max(b.x).to_pt(), a.y.max(b.y).to_pt());
        Place { page: self.page, x, y, width: right - x, height: bottom - y }
    }
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}
