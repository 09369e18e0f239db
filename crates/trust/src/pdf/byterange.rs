//! What a signature covers (ISO 32000-2, 12.8.1).

use std::ops::Range;

use super::lexer::is_whitespace;
use super::{Dictionary, Object};

/// The four numbers of `/ByteRange`, checked against the dictionary they stand in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ByteRange {
    first: usize,
    second: Range<usize>,
}

/// Why a byte range covers something else than a signature has to cover.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ByteRangeError {
    /// `/ByteRange` or `/Contents` is missing or of the wrong type.
    #[error("/ByteRange or /Contents is missing or malformed")]
    Malformed,
    /// The first part does not begin at byte 0.
    #[error("the byte range does not begin at byte 0")]
    NotFromStart,
    /// The gap is not exactly the token of `/Contents`.
    #[error("the gap in the byte range is not exactly /Contents")]
    GapIsNotContents,
    /// The range does not end where its revision ends.
    #[error("the byte range does not reach to the end of its revision")]
    NotToEnd,
}

impl ByteRangeError {
    /// A name for programs, and for texts in any language.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Malformed => "error.range-malformed",
            Self::NotFromStart => "error.range-start",
            Self::GapIsNotContents => "error.range-gap",
            Self::NotToEnd => "error.range-end",
        }
    }
}

impl ByteRange {
    /// Reads the range of the signature dictionary, which belongs to a revision ending at `end`.
    ///
    /// # Errors
    ///
    /// Anything that would leave a byte of the revision unsigned.
    pub fn parse(dictionary: &Dictionary, end: usize) -> Result<Self, ByteRangeError> {
        let numbers: Vec<usize> = dictionary
            .get("ByteRange")
            .and_then(Object::as_array)
            .ok_or(ByteRangeError::Malformed)?
            .iter()
            .map(Object::as_place)
            .collect::<Option<_>>()
            .ok_or(ByteRangeError::Malformed)?;
        let [start, first, second, length] = numbers[..] else {
            return Err(ByteRangeError::Malformed);
        };
        let contents = dictionary.span("Contents").ok_or(ByteRangeError::Malformed)?;
        if start != 0 {
            return Err(ByteRangeError::NotFromStart);
        }
        // Exactly one gap, and the gap is exactly /Contents. A wider gap would leave room for
        // bytes nobody signed (universal signature forgery, signature wrapping); a range that ends
        // before the end of its revision would let an attacker append to it unseen.
        if (first..second) != contents {
            return Err(ByteRangeError::GapIsNotContents);
        }
        if second.checked_add(length) != Some(end) {
            return Err(ByteRangeError::NotToEnd);
        }
        Ok(Self { first, second: second..end })
    }

    /// As [`ByteRange::parse`], for other programs' files. Some do not count the white space after the last
    /// `%%EOF` as signed; and where an update follows, that between the two may belong to either.
    ///
    /// # Errors
    ///
    /// As [`ByteRange::parse`].
    pub fn parse_foreign(dictionary: &Dictionary, file: &[u8], end: usize) -> Result<Self, ByteRangeError> {
        // Nothing but digits: white space and other spellings of a string are room for bytes that
        // nobody signed.
        let token = dictionary.span("Contents").and_then(|span| file.get(span));
        let digits = token.and_then(|t| t.strip_prefix(b"<")).and_then(|t| t.strip_suffix(b">"));
        if !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) {
            return Err(ByteRangeError::Malformed);
        }
        let whole = Self::parse(dictionary, end);
        if whole != Err(ByteRangeError::NotToEnd) {
            return whole;
        }
        let revision = file.get(..end).unwrap_or_default();
        let spaces = revision.iter().rev().take_while(|byte| is_whitespace(**byte)).count();
        let shorter = match dictionary.get("ByteRange").and_then(Object::as_array) {
            Some([_, _, second, length]) => second
                .as_place()
                .zip(length.as_place())
                .and_then(|(second, length)| second.checked_add(length)),
            _ => None,
        };
        // White space says nothing, whoever added it: mail programs do, and editors.
        match shorter.filter(|at| (end.saturating_sub(spaces)..end).contains(at)) {
            Some(at) => Self::parse(dictionary, at),
            None => whole,
        }
    }

    /// How many bytes the first part has.
    pub fn first(&self) -> usize {
        self.first
    }

    /// How many bytes the room for the signature has; two hexadecimal digits each.
    pub fn room(&self) -> usize {
        self.second.start.saturating_sub(self.first).saturating_sub(2) / 2
    }

    /// What follows the first signed part, with another signature in the room that there is.
    pub fn rest_with(&self, file: &[u8], signature: &[u8]) -> Vec<u8> {
        let [_, rest] = self.parts(file);
        let digits = crate::digits::hex(signature);
        let contents = format!("<{digits:0<width$}>", width = 2 * self.room());
        [contents.as_bytes(), rest].concat()
    }

    /// The two signed parts of the file.
    pub fn parts<'a>(&self, file: &'a [u8]) -> [&'a [u8]; 2] {
        [file.get(..self.first).unwrap_or_default(), file.get(self.second.clone()).unwrap_or_default()]
    }
}
