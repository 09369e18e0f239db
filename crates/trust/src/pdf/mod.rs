//! PDF files: a strict reader by revision, a full writer for documents nobody has signed, and an
//! incremental writer for those that somebody has (ISO 32000-2).
//!
//! - [`File::parse`] and [`File::parse_foreign`] read the structure, [`View`] the objects as of one revision.
//! - [`Rewrite`] edits an unsigned file and writes it anew.
//! - [`Update`] appends to a file, and leaves every earlier byte where it is.

mod body;
mod budget;
mod byterange;
mod content;
mod crypt;
mod file;
mod filter;
mod irregular;
mod lexer;
mod object;
mod object_stream;
mod pages;
mod prefix;
mod producer;
mod revision;
mod rewrite;
mod unlisted;
mod update;
mod view;
mod xref;

use std::collections::BTreeMap;
use std::fmt::Display;

pub use body::Body;
pub use budget::Work;
pub use byterange::{ByteRange, ByteRangeError};
pub use content::operations;
pub use file::File;
pub use filter::MAX_DECODED;
pub use irregular::Irregularity;
pub use object::{Dictionary, Object, Ref, decode_text, text_string};
pub use prefix::{Digests, Prefixes};
pub use producer::probable_producer;
pub use revision::Revision;
pub use rewrite::Rewrite;
pub use update::{Reserved, Update, identify};
pub use view::View;

/// A number in a file as a place, or a length. Behind 2 GB, where no file is that this reader is given, all
/// places are one: a browser counts with 32 bits, and has to give the same answer by the same sentence.
fn place(number: u64) -> usize {
    const LAST: u64 = 0x7FFF_FFFF;
    usize::try_from(number.min(LAST)).unwrap_or(usize::MAX)
}

/// Why a file cannot be read.
///
/// Every offset counts bytes from the beginning of the file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file does not begin with `%PDF-x.y` at byte 0.
    #[error("no PDF header at byte 0")]
    Header,
    /// The file does not end with `startxref`, an offset and `%%EOF`.
    #[error("the file does not end with startxref and %%EOF")]
    Tail,
    /// Something follows where the revision has to end.
    #[error("bytes at {offset} belong to no revision")]
    TrailingBytes {
        /// First byte that nothing accounts for.
        offset: usize,
    },
    /// A token that the grammar does not allow.
    #[error("syntax error at byte {offset}: {what}")]
    Syntax {
        /// What was wrong.
        what: &'static str,
        /// Where.
        offset: usize,
    },
    /// Another token was due.
    #[error("{what} expected at byte {offset}")]
    Expected {
        /// What was due.
        what: &'static str,
        /// Where.
        offset: usize,
    },
    /// A dictionary has the same key twice.
    #[error("the dictionary key at byte {offset} occurs twice")]
    DuplicateKey {
        /// Where the second one stands.
        offset: usize,
    },
    /// A cross-reference section has the same object twice.
    #[error("object {number} has two entries in one cross-reference section (byte {offset})")]
    DuplicateEntry {
        /// The object.
        number: u32,
        /// Where the second entry stands.
        offset: usize,
    },
    /// A cross-reference entry points outside its own revision.
    #[error("a cross-reference entry points to byte {offset}, outside its revision")]
    ForeignOffset {
        /// Where it points.
        offset: usize,
    },
    /// Another object stands where the cross-reference table points.
    #[error("object {reference} is not at byte {offset}")]
    WrongObject {
        /// The object looked for.
        reference: Ref,
        /// Where it should be.
        offset: usize,
    },
    /// An object that is referred to does not exist.
    #[error("object {reference} does not exist")]
    Missing {
        /// The object looked for.
        reference: Ref,
    },
    /// `startxref` and the place of the table differ.
    #[error("startxref at byte {offset} does not name its own cross-reference section")]
    StartXref {
        /// Where the number stands.
        offset: usize,
    },
    /// `/Prev` does not point backwards.
    #[error("/Prev of the section at byte {offset} does not point to an earlier one")]
    BadPrev {
        /// The section.
        offset: usize,
    },
    /// `/Size` is not above every object number.
    #[error("/Size of the section at byte {offset} is too small")]
    XrefSize {
        /// The section.
        offset: usize,
    },
    /// `/Size` is beyond the objects that there are.
    #[error("/Size of the section at byte {offset} is beyond the objects there are")]
    SizeBeyond {
        /// The section.
        offset: usize,
    },
    /// A hybrid-reference file, which shows different readers different objects.
    #[error("hybrid-reference file (/XRefStm at byte {offset})")]
    Hybrid {
        /// The section.
        offset: usize,
    },
    /// The file is encrypted, with a password or in a way that this reader does not know.
    #[error("the file is encrypted")]
    Encrypted,
    /// A text or a stream of an encrypted file is no cipher text.
    #[error("encrypted data is damaged")]
    Cipher,
    /// Too deep nesting.
    #[error("nesting too deep at byte {offset}")]
    TooDeep {
        /// Where.
        offset: usize,
    },
    /// More of something than any honest file has.
    #[error("too many {what} at byte {offset}")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// Where.
        offset: usize,
    },
    /// The file asks for more than a check may cost, all its parts taken together.
    #[error("this file asks for more than a check may cost ({what})")]
    Cost {
        /// What there is too much of.
        what: &'static str,
    },
    /// Objects refer to each other in a circle.
    #[error("the {what} refers to itself")]
    Loop {
        /// Which structure.
        what: &'static str,
    },
    /// A value has another type than its key demands, or is missing.
    #[error("/{key} is not a {expected}")]
    WrongType {
        /// The key.
        key: &'static str,
        /// The type it has to have.
        expected: &'static str,
    },
    /// A stream uses a filter that this reader does not decode.
    #[error("stream filter not supported")]
    Filter,
    /// Compressed data is damaged or decodes to more than [`MAX_DECODED`].
    #[error("compressed stream is damaged or too large")]
    Inflate,
    /// A signature does not fit into the room kept for it.
    #[error("the signature has {needed} bytes, {reserved} are reserved")]
    ContentsTooLarge {
        /// Bytes of the CMS.
        needed: usize,
        /// Bytes reserved.
        reserved: usize,
    },
}

impl Error {
    /// A name for programs, and for texts in any language.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Header => "error.pdf-header",
            Self::Tail => "error.pdf-tail",
            Self::TrailingBytes { .. } => "error.pdf-trailing-bytes",
            Self::Syntax { .. } => "error.pdf-syntax",
            Self::Expected { .. } => "error.pdf-expected",
            Self::DuplicateKey { .. } => "error.pdf-key-twice",
            Self::DuplicateEntry { .. } => "error.pdf-entry-twice",
            Self::ForeignOffset { .. } => "error.pdf-foreign-offset",
            Self::WrongObject { .. } => "error.pdf-wrong-object",
            Self::Missing { .. } => "error.pdf-missing-object",
            Self::StartXref { .. } => "error.pdf-startxref",
            Self::BadPrev { .. } => "error.pdf-prev",
            Self::XrefSize { .. } => "error.pdf-size",
            Self::SizeBeyond { .. } => "error.pdf-size-beyond",
            Self::Hybrid { .. } => "error.pdf-hybrid",
            Self::Encrypted => "error.pdf-encrypted",
            Self::Cipher => "error.pdf-cipher",
            Self::TooDeep { .. } => "error.pdf-nesting",
            Self::TooMany { .. } => "error.pdf-too-many",
            Self::Cost { .. } => "error.pdf-cost",
            Self::Loop { .. } => "error.pdf-loop",
            Self::WrongType { .. } => "error.pdf-type",
            Self::Filter => "error.pdf-filter",
            Self::Inflate => "error.pdf-inflate",
            Self::ContentsTooLarge { .. } => "error.pdf-room",
        }
    }

    /// The values that belong to its [`code`](Self::code).
    pub fn values(&self) -> BTreeMap<&'static str, String> {
        let mut values = BTreeMap::new();
        let mut add = |key, value: &dyn Display| values.insert(key, value.to_string());
        match self {
            Self::Header | Self::Tail | Self::Encrypted | Self::Cipher | Self::Filter | Self::Inflate => {}
            Self::TrailingBytes { offset }
            | Self::DuplicateKey { offset }
            | Self::ForeignOffset { offset }
            | Self::StartXref { offset }
            | Self::BadPrev { offset }
            | Self::XrefSize { offset }
            | Self::SizeBeyond { offset }
            | Self::Hybrid { offset }
            | Self::TooDeep { offset } => {
                add("offset", offset);
            }
            Self::Syntax { what, offset }
            | Self::Expected { what, offset }
            | Self::TooMany { what, offset } => {
                add("what", what);
                add("offset", offset);
            }
            Self::DuplicateEntry { number, offset } => {
                add("number", number);
                add("offset", offset);
            }
            Self::WrongObject { reference, offset } => {
                add("reference", reference);
                add("offset", offset);
            }
            Self::Missing { reference } => {
                add("reference", reference);
            }
            Self::Cost { what } | Self::Loop { what } => {
                add("what", what);
            }
            Self::WrongType { key, expected } => {
                add("key", key);
                add("expected", expected);
            }
            Self::ContentsTooLarge { needed, reserved } => {
                add("needed", needed);
                add("reserved", reserved);
            }
        }
        values
    }
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn places_are_the_same_on_every_machine() {
        assert_eq!((place(0), place(0x7FFF_FFFE)), (0, 0x7FFF_FFFE));
        for far in [0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0x1_0000_0000, u64::MAX] {
            assert_eq!(place(far), 0x7FFF_FFFF, "{far}");
        }
    }
}
