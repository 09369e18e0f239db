//! The report of a verification (`pk verify --report`): one HTML page that stands for itself, to be
//! kept, printed and sent along. Nothing in it is fetched from anywhere, nothing in it runs, and every
//! name that comes from a file is escaped.
//!
//! [`Report`] gathers the answers, [`draw`] the pages as pictures, [`serve`] is the process that
//! paints them.

mod draw;
mod fields;
mod html;
mod page;
mod sentences;

use pk_trust::Time;
use pk_trust::verify::{Document, Root};

pub(crate) use draw::this_program;
pub use draw::{COMMAND, Drawing, MAX_PAGES, Picture, draw, draw_first, draw_to_read, serve};
pub use sentences::{
    archive_reason, brief, count, difference, document_reason, hint, joined, kind_and_year, notices, place,
    said, seal, sentence, trust_notices, trusted,
};

use crate::audit::Answer;
use crate::words::Words;
use fields::{Widget, widgets};

/// Bytes of pictures in one report: about 400 pages. A browser has to hold all of them.
const MAX_PICTURES: usize = 64 * 1024 * 1024;

/// What the report says of the verification as a whole.
#[derive(Clone, Debug)]
pub struct About {
    /// The moment for which the question was asked.
    pub at: Time,
    /// The moment at which the report was made.
    pub made: Time,
    /// The roots that were trusted, and why.
    pub roots: Vec<Root>,
    /// What there is to say about an office that lies here and vouches for nothing.
    pub office_here: Option<String>,
    /// Whether a registry was asked.
    pub registry: bool,
    /// Files in folders that were passed over.
    pub passed_over: usize,
    /// Older revisions beside newer ones, which were not looked at.
    pub older: usize,
}

/// Why there is no answer about a file, in words.
#[derive(Clone, Debug)]
pub struct Unread {
    /// What went wrong.
    pub message: String,
    /// What the libraries said.
    pub causes: Vec<String>,
    /// What may help.
    pub hint: Option<String>,
}

/// What was found about one file.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its name, as it was given.
    pub name: String,
    /// SHA-256, hexadecimal, if it could be read.
    pub sha256: Option<String>,
    /// The answer.
    pub answer: Result<Answer, Unread>,
    /// Its pages, if it is a PDF.
    pub pages: Option<Pages>,
}

/// The pages of a file, and where the signature fields stand on them.
#[derive(Clone, Debug, Default)]
pub struct Pages {
    drawing: Drawing,
    widgets: Vec<Widget>,
    /// Whether the pictures were left out because the report has enough of them.
    left_out: bool,
}

impl Pages {
    /// Draws the pages of a PDF file.
    pub fn of(document: &Document<'_>) -> Self {
        Self { drawing: draw(document.bytes()), widgets: widgets(document), left_out: false }
    }

    /// Without pictures, because there are enough already.
    pub fn left_out() -> Self {
        Self { left_out: true, ..Self::default() }
    }
}

/// A report that grows file by file.
#[derive(Clone, Debug, Default)]
pub struct Report {
    entries: Vec<Entry>,
    pictures: usize,
}

impl Report {
    /// Adds what was found about a file. From the file on with which the pictures become too many,
    /// no file has any.
    pub fn add(&mut self, mut entry: Entry) {
        if let Some(pages) = &mut entry.pages {
            self.pictures += pages.drawing.pages.iter().flatten().map(Picture::len).sum::<usize>();
            if self.is_full() {
                *pages = Pages::left_out();
            }
        }
        self.entries.push(entry);
    }

    /// Whether further pictures would be left out.
    pub const fn is_full(&self) -> bool {
        self.pictures > MAX_PICTURES
    }

    /// The page.
    pub fn html(&self, about: &About, words: &Words) -> String {
        page::write(&self.entries, about, words)
    }
}
