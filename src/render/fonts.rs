//! The fonts in the program: metric clones of Times and Arial. No system font is ever used, or the
//! same data would not give the same bytes.

use typst::foundations::Bytes;
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;

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

#[derive(Debug)]
pub(super) struct Fonts {
    fonts: Vec<Font>,
    book: LazyHash<FontBook>,
}

impl Fonts {
    pub(super) fn embedded() -> Self {
        let fonts: Vec<Font> = FILES.iter().flat_map(|file| Font::iter(Bytes::new(*file))).collect();
        let book = LazyHash::new(FontBook::from_fonts(&fonts));
        Self { fonts, book }
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
