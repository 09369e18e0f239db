//! Tokens of the PDF language, strict (ISO 32000-2, 7.2 and 7.3).
//!
//! One spelling that readers disagree on is one door for an attack, so what the
//! standard forbids is an error here, never a guess.

use std::collections::BTreeSet;
use std::ops::Range;

use super::{Dictionary, Error, Object, Ref};

/// Arrays and dictionaries inside each other. Deeper nesting occurs in no producer's output and
/// would only serve to exhaust the stack.
const MAX_DEPTH: usize = 64;

/// Values in one object, arrays and dictionaries inside it counted with theirs: a value takes up to a hundred
/// bytes of memory, and two bytes of the file. The largest honest ones are lists of some ten thousand pages.
const MAX_VALUES: usize = 500_000;

/// Dictionaries in one object. Those of a page, of fonts and layers, have some hundreds inside; each takes two hundred
/// bytes, in several copies.
const MAX_DICTIONARIES: usize = 50_000;

/// Digits of one number, with its point. Writers of coordinates print some twenty.
const MAX_DIGITS: usize = 48;

/// Keys in one dictionary. The largest honest ones are resources of a page, with some hundreds.
const MAX_KEYS: usize = 10_000;

/// Keys up to which each is compared with each.
const FEW_KEYS: usize = 16;

pub(super) fn is_whitespace(byte: u8) -> bool {
    matches!(byte, 0 | 9 | 10 | 12 | 13 | 32)
}

pub(super) fn is_delimiter(byte: u8) -> bool {
    matches!(byte, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

fn is_regular(byte: u8) -> bool {
    !is_whitespace(byte) && !is_delimiter(byte)
}

/// A cursor over the bytes of a file.
#[derive(Clone)]
pub(super) struct Lexer<'a> {
    bytes: &'a [u8],
    at: usize,
    /// First byte that may not be read.
    end: usize,
    /// How many values have been read.
    values: usize,
    /// How many of them are dictionaries.
    dictionaries: usize,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(bytes: &'a [u8], range: Range<usize>) -> Self {
        let end = range.end.min(bytes.len());
        Self { bytes, at: range.start.min(end), end, values: 0, dictionaries: 0 }
    }

    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// How many values have been read, those in others among them.
    pub(super) fn values(&self) -> usize {
        self.values
    }

    pub(super) fn error(&self, what: &'static str) -> Error {
        Error::Syntax { what, offset: self.at }
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..self.end).unwrap_or_default()
    }

    /// Goes on by some bytes.
    pub(super) fn skip(&mut self, bytes: usize) {
        self.at = self.at.saturating_add(bytes).min(self.end);
    }

    fn peek(&self) -> Option<u8> {
        self.rest().first().copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    /// Consumes exactly `token`.
    pub(super) fn literal(&mut self, token: &[u8]) -> bool {
        if self.rest().starts_with(token) {
            self.at += token.len();
            true
        } else {
            false
        }
    }

    /// Consumes one end of line: LF or CR LF. A lone CR is none (ISO 32000-2, 7.3.8.1).
    pub(super) fn end_of_line(&mut self) -> bool {
        self.literal(b"\r\n") || self.literal(b"\n")
    }

    /// Skips white space, and no comments; gives how many bytes that were.
    pub(super) fn skip_spaces(&mut self) -> usize {
        let spaces = self.rest().iter().take_while(|byte| is_whitespace(**byte)).count();
        self.at += spaces;
        spaces
    }

    /// As [`Lexer::skip_spaces`], at most sixteen: where many entries of a table may lead to the same ones.
    pub(super) fn skip_few_spaces(&mut self) -> usize {
        let spaces = self.rest().iter().take(16).take_while(|byte| is_whitespace(**byte)).count();
        self.at += spaces;
        spaces
    }

    pub(super) fn skip_whitespace(&mut self) {
        while let Some(byte) = self.peek() {
            if is_whitespace(byte) {
                self.at += 1;
            } else if byte == b'%' {
                while self.peek().is_some_and(|b| b != b'\n' && b != b'\r') {
                    self.at += 1;
                }
            } else {
                break;
            }
        }
    }

    /// Consumes the regular characters that follow.
    pub(super) fn regular(&mut self) -> &'a [u8] {
        let rest = self.rest();
        let length = rest.iter().position(|&byte| !is_regular(byte)).unwrap_or(rest.len());
        self.at += length;
        rest.get(..length).unwrap_or_default()
    }

    /// Consumes `token` after white space, as a whole word.
    pub(super) fn keyword(&mut self, token: &'static str) -> Result<(), Error> {
        self.skip_whitespace();
        let start = self.at;
        if !self.literal(token.as_bytes()) || self.peek().is_some_and(is_regular) {
            self.at = start;
            return Err(Error::Expected { what: token, offset: start });
        }
        Ok(())
    }

    /// An unsigned integer of at most `digits` digits, without sign.
    pub(super) fn unsigned(&mut self, digits: usize) -> Result<u64, Error> {
        let start = self.at;
        let mut value: u64 = 0;
        while let Some(byte) = self.peek().filter(u8::is_ascii_digit) {
            if self.at - start >= digits {
                return Err(self.error("number too long"));
            }
            value = value * 10 + u64::from(byte - b'0');
            self.at += 1;
        }
        if self.at == start {
            return Err(self.error("number expected"));
        }
        Ok(value)
    }

    /// One value and where its token stands.
    pub(super) fn object(&mut self) -> Result<(Object, Range<usize>), Error> {
        self.object_at(0)
    }

    fn object_at(&mut self, depth: usize) -> Result<(Object, Range<usize>), Error> {
        if depth > MAX_DEPTH {
            return Err(Error::TooDeep { offset: self.at });
        }
        self.values += 1;
        if self.values > MAX_VALUES {
            return Err(Error::TooMany { what: "values in one object", offset: self.at });
        }
        self.skip_whitespace();
        let start = self.at;
        let object = match self.peek().ok_or_else(|| self.error("value expected"))? {
            b'/' => Object::Name(self.name()?),
            b'(' => Object::String(self.literal_string()?),
            b'[' => self.array(depth)?,
            b'<' if self.rest().starts_with(b"<<") => Object::Dictionary(self.dictionary_at(depth)?),
            b'<' => Object::String(self.hex_string()?),
            b'+' | b'-' | b'.' | b'0'..=b'9' => self.number_or_reference()?,
            b't' => self.word("true", Object::Boolean(true))?,
            b'f' => self.word("false", Object::Boolean(false))?,
            b'n' => self.word("null", Object::Null)?,
            _ => return Err(self.error("value expected")),
        };
        Ok((object, start..self.at))
    }

    fn word(&mut self, token: &'static str, value: Object) -> Result<Object, Error> {
        self.keyword(token).map(|()| value)
    }

    fn name(&mut self) -> Result<Vec<u8>, Error> {
        self.at += 1;
        let mut name = Vec::new();
        while let Some(byte) = self.peek().filter(|&b| is_regular(b)) {
            self.at += 1;
            if byte != b'#' {
                name.push(byte);
                continue;
            }
            let (Some(high), Some(low)) = (self.next().and_then(hex), self.next().and_then(hex)) else {
                return Err(self.error("#xx in a name"));
            };
            // Not allowed in a name (7.3.5): to some readers it ends there, and `/AP#00` is `/AP`.
            if high == 0 && low == 0 {
                return Err(self.error("#00 in a name"));
            }
            name.push(high << 4 | low);
        }
        Ok(name)
    }

    fn literal_string(&mut self) -> Result<Vec<u8>, Error> {
        self.at += 1;
        let mut out = Vec::new();
        let mut depth = 0_usize;
        loop {
            match self.next().ok_or_else(|| self.error("string not closed"))? {
                b')' if depth == 0 => return Ok(out),
                b')' => {
                    depth -= 1;
                    out.push(b')');
                }
                b'(' => {
                    depth += 1;
                    out.push(b'(');
                }
                b'\r' => {
                    self.literal(b"\n");
                    out.push(b'\n');
                }
                b'\\' => self.escape(&mut out)?,
                byte => out.push(byte),
            }
        }
    }

    fn escape(&mut self, out: &mut Vec<u8>) -> Result<(), Error> {
        match self.next().ok_or_else(|| self.error("string not closed"))? {
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'b' => out.push(8),
            b'f' => out.push(12),
            b'\n' => {}
            b'\r' => {
                self.literal(b"\n");
            }
            first @ b'0'..=b'7' => {
                let mut value = u32::from(first - b'0');
                for _ in 0..2 {
                    let Some(digit) = self.peek().filter(|b| (b'0'..=b'7').contains(b)) else { break };
                    value = value * 8 + u32::from(digit - b'0');
                    self.at += 1;
                }
                out.push(u8::try_from(value).map_err(|_| self.error("octal escape above 377"))?);
            }
            other => out.push(other),
        }
        Ok(())
    }

    fn hex_string(&mut self) -> Result<Vec<u8>, Error> {
        self.at += 1;
        // The room for a signature is 32,768 digits without a break, read several times a file.
        let digits = self.rest().iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        if self.rest().get(digits) == Some(&b'>')
            && let Some(out) = crate::digits::from_hex(&self.rest()[..digits])
        {
            self.at += digits + 1;
            return Ok(out);
        }
        let mut out = Vec::new();
        let mut high = None;
        loop {
            let byte = self.next().ok_or_else(|| self.error("string not closed"))?;
            if byte == b'>' {
                break;
            }
            if is_whitespace(byte) {
                continue;
            }
            let digit = hex(byte).ok_or_else(|| self.error("hexadecimal digit expected"))?;
            match high.take() {
                None => high = Some(digit),
                Some(first) => out.push(first << 4 | digit),
            }
        }
        if let Some(first) = high {
            out.push(first << 4);
        }
        Ok(out)
    }

    fn array(&mut self, depth: usize) -> Result<Object, Error> {
        self.at += 1;
        let mut items = Vec::new();
        loop {
            self.skip_whitespace();
            if self.literal(b"]") {
                return Ok(Object::Array(items));
            }
            items.push(self.object_at(depth + 1)?.0);
        }
    }

    pub(super) fn dictionary(&mut self) -> Result<Dictionary, Error> {
        self.skip_whitespace();
        if !self.rest().starts_with(b"<<") {
            return Err(Error::Expected { what: "<<", offset: self.at });
        }
        self.dictionary_at(0)
    }

    fn dictionary_at(&mut self, depth: usize) -> Result<Dictionary, Error> {
        self.at += 2;
        self.dictionaries += 1;
        if self.dictionaries > MAX_DICTIONARIES {
            return Err(Error::TooMany { what: "dictionaries in one object", offset: self.at });
        }
        let mut dictionary = Dictionary::new();
        let mut keys = BTreeSet::new();
        loop {
            self.skip_whitespace();
            if self.literal(b">>") {
                // Another value beside it would be found in some readers, and what is inherited in others.
                dictionary.forget_nulls();
                return Ok(dictionary);
            }
            if self.peek() != Some(b'/') {
                return Err(self.error("key expected"));
            }
            if dictionary.len() >= MAX_KEYS {
                return Err(Error::TooMany { what: "dictionary keys", offset: self.at });
            }
            let key_at = self.at;
            let key = self.name()?;
            // Readers disagree on which of two equal keys counts: that is how one file shows two faces. Most
            // dictionaries have few keys, and there are many of them.
            let twice = if dictionary.len() < FEW_KEYS {
                dictionary.iter().any(|(known, _)| known == key)
            } else {
                if keys.is_empty() {
                    keys.extend(dictionary.iter().map(|(known, _)| known.to_vec()));
                }
                !keys.insert(key.clone())
            };
            if twice {
                return Err(Error::DuplicateKey { offset: key_at });
            }
            let (value, span) = self.object_at(depth + 1)?;
            dictionary.push_parsed(key, value, span);
        }
    }

    fn number_or_reference(&mut self) -> Result<Object, Error> {
        let start = self.at;
        let _signed = self.literal(b"+") || self.literal(b"-");
        let digits_start = self.at;
        while self.peek().is_some_and(|b| b.is_ascii_digit() || b == b'.') {
            self.at += 1;
        }
        let text = std::str::from_utf8(&self.bytes[start..self.at]).unwrap_or_default();
        let digits = &self.bytes[digits_start..self.at];
        // Readers keep a number in a buffer, and what is longer is two numbers to some of them.
        let too_long = digits.len() > MAX_DIGITS;
        if too_long || self.peek().is_some_and(is_regular) || !digits.iter().any(u8::is_ascii_digit) {
            return Err(self.error("malformed number"));
        }
        match digits.iter().filter(|&&b| b == b'.').count() {
            0 => {}
            1 => return Ok(Object::Real(text.to_owned())),
            _ => return Err(self.error("malformed number")),
        }
        let value: i64 = text.parse().map_err(|_| self.error("integer out of range"))?;
        if let Some(reference) = self.reference(value, digits_start == start) {
            return Ok(Object::Reference(reference));
        }
        Ok(Object::Integer(value))
    }

    /// The rest of `12 0 R`, when it follows; otherwise nothing is consumed.
    fn reference(&mut self, number: i64, unsigned: bool) -> Option<Ref> {
        let number = u32::try_from(number).ok().filter(|&n| unsigned && n > 0)?;
        let mut ahead = self.clone();
        ahead.skip_whitespace();
        if ahead.at == self.at {
            return None;
        }
        let generation = u16::try_from(ahead.unsigned(5).ok()?).ok()?;
        let gap = ahead.at;
        ahead.skip_whitespace();
        if ahead.at == gap || !ahead.literal(b"R") || ahead.peek().is_some_and(is_regular) {
            return None;
        }
        self.at = ahead.at;
        Some(Ref { number, generation })
    }
}

fn hex(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}
