//! The fonts in the program: metric clones of Times and Arial. No system font is ever used, or the
//! same data would not give the same bytes.

use typst::foundations::Bytes;
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;

use super::layout::Face;
use crate::model::Typeface;

const FILES: [&[u8]; 8] = [
    include_bytes!("../../templates/fonts/LiberationSerif-Regular.ttf"),
    include_bytes!("../../templates/fonts/LiberationSerif-Bold.ttf"),
    include_bytes!("../../templates/fonts/LiberationSerif-Italic.ttf"),
    include_bytes!("../../templates/fonts/LiberationSerif-BoldItalic.ttf"),
    include_bytes!("../../templates/fonts/LiberationSans-Regular.ttf"),
    include_bytes!("../../templates/fonts/LiberationSans-Bold.ttf"),
    include_bytes!("../../templates/fonts/LiberationSans-Italic.ttf"),
    include_bytes!("../../templates/fonts/LiberationSans-BoldItalic.ttf"),
];

/// A cut of the fonts in the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Substitute {
    /// With serifs.
    pub serif: bool,
    /// Bold.
    pub bold: bool,
    /// Italic.
    pub italic: bool,
}

/// The font file for somebody else's document that names a standard font and does not bring it
/// (ISO 32000-1, 9.6.2.2): only to show the document, never to make one.
pub fn substitute(cut: &Substitute) -> &'static [u8] {
    let [serif, serif_bold, serif_italic, serif_both, sans, sans_bold, sans_italic, sans_both] = FILES;
    match (cut.serif, cut.bold, cut.italic) {
        (true, false, false) => serif,
        (true, true, false) => serif_bold,
        (true, false, true) => serif_italic,
        (true, true, true) => serif_both,
        (false, false, false) => sans,
        (false, true, false) => sans_bold,
        (false, false, true) => sans_italic,
        (false, true, true) => sans_both,
    }
}

#[derive(Debug)]
pub(super) struct Fonts {
    fonts: Vec<Font>,
    book: LazyHash<FontBook>,
    /// Regular and bold of both typefaces, with serifs first.
    faces: [[Face; 2]; 2],
}

impl Fonts {
    pub(super) fn embedded() -> Self {
        let fonts: Vec<Font> = FILES.iter().flat_map(|file| Font::iter(Bytes::new(*file))).collect();
        let book = LazyHash::new(FontBook::from_fonts(&fonts));
        let face = |index: usize| Face::new(&fonts[index]);
        let faces = [[face(0), face(1)], [face(4), face(5)]];
        Self { fonts, book, faces }
    }

    /// The regular and the bold cut of a typeface.
    pub(super) const fn faces(&self, serif: bool) -> &[Face; 2] {
        let [with, without] = &self.faces;
        if serif { with } else { without }
    }

    pub(super) fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }

    pub(super) fn get(&self, index: usize) -> Option<Font> {
        self.fonts.get(index).cloned()
    }

    /// Characters without a glyph in the regular or the bold cut: both are used for every text.
    pub(super) fn missing(&self, text: &str, typeface: Typeface) -> Vec<char> {
        let family = match typeface {
            Typeface::Serif => "Liberation Serif",
            Typeface::Sans => "Liberation Sans",
        };
        let fonts: Vec<&Font> = self.fonts.iter().filter(|f| f.info().family == family).collect();
        let mut missing: Vec<char> = text
            .chars()
            .filter(|c| !fonts.iter().all(|f| f.info().coverage.contains(u32::from(*c))))
            .collect();
        missing.sort_unstable();
        missing.dedup();
        missing
    }
}
