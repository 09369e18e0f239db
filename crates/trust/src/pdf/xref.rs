//! Cross-reference sections, tables and streams, with their trailers (ISO 32000-2, 7.5.4 to 7.5.8).

use std::collections::BTreeMap;

use super::filter;
use super::lexer::Lexer;
use super::{Dictionary, Error, MAX_DECODED, Object, place};

/// Object numbers. ISO 32000-1, Annex C gives 8,388,607 as the limit of a common reader.
const MAX_OBJECTS: u64 = 8_388_607;

/// Bytes of one field of a cross-reference stream: eight hold any offset.
const MAX_FIELD: usize = 8;

/// Where an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// Nowhere.
    Free,
    /// At this byte of the file.
    InUse { offset: usize, generation: u16 },
    /// Inside an object stream.
    Compressed { container: u32, index: usize },
}

/// One section with what surrounds it.
#[derive(Debug)]
pub(super) struct Section {
    /// Where it begins.
    pub(super) xref: usize,
    /// Its entries.
    pub(super) entries: BTreeMap<u32, Entry>,
    /// The trailer dictionary, or the dictionary of the stream.
    pub(super) trailer: Dictionary,
    /// Whether it is a stream, which is an object of the revision as well.
    pub(super) is_stream: bool,
    /// The number after `startxref`, and where it stands; `None` where there is no such word.
    pub(super) start: Option<(u64, usize)>,
    /// The end of line after `%%EOF`.
    pub(super) end: usize,
}

impl Section {
    /// Parses the section at `xref`, up to the end of line after `%%EOF`.
    ///
    /// # Errors
    ///
    /// Whatever the standard does not allow, and hybrid files: they show different readers different
    /// objects.
    pub(super) fn read(bytes: &[u8], xref: usize) -> Result<Self, Error> {
        let mut lexer = Lexer::new(bytes, xref..bytes.len());
        let is_stream = lexer.rest().first().is_some_and(u8::is_ascii_digit);
        let (entries, trailer) = if is_stream { stream(bytes, &mut lexer)? } else { table(&mut lexer)? };
        if trailer.get("XRefStm").is_some() {
            return Err(Error::Hybrid { offset: xref });
        }
        if entries
            .keys()
            .next_back()
            .is_some_and(|&highest| i64::from(highest) >= size(&trailer).unwrap_or(0))
        {
            return Err(Error::XrefSize { offset: xref });
        }
        lexer.skip_whitespace();
        if is_stream && !lexer.rest().starts_with(b"startxref") {
            // The first section of a linearized file, as qpdf writes it. Nowhere else: `starts_at`.
            return Ok(Self { xref, entries, trailer, is_stream, start: None, end: lexer.position() });
        }
        lexer.keyword("startxref")?;
        lexer.skip_whitespace();
        let at = lexer.position();
        let start = Some((lexer.unsigned(12)?, at));
        if !lexer.end_of_line() && !lexer.literal(b"\r") {
            return Err(lexer.error("end of line after startxref"));
        }
        if !lexer.literal(b"%%EOF") {
            return Err(Error::Expected { what: "%%EOF", offset: lexer.position() });
        }
        if !lexer.end_of_line() {
            lexer.literal(b"\r");
        }
        Ok(Self { xref, entries, trailer, is_stream, start, end: lexer.position() })
    }

    /// The offset of the section before this one; `None` for the first.
    ///
    /// # Errors
    ///
    /// [`Error::BadPrev`] if `/Prev` is no offset.
    pub(super) fn previous(&self) -> Result<Option<usize>, Error> {
        let wrong = Error::BadPrev { offset: self.xref };
        self.trailer.get("Prev").map(|value| value.as_place().ok_or(wrong)).transpose()
    }

    /// Whether `startxref` names this section.
    ///
    /// # Errors
    ///
    /// [`Error::StartXref`] if it names another one, or none.
    pub(super) fn starts_at(&self, xref: usize) -> Result<(), Error> {
        let (named, offset) = self.start.ok_or(Error::StartXref { offset: self.end })?;
        if usize::try_from(named) == Ok(xref) { Ok(()) } else { Err(Error::StartXref { offset }) }
    }
}

/// `/Size` of a trailer.
///
/// # Errors
///
/// [`Error::WrongType`] if it is missing or no number of objects.
pub(super) fn size(trailer: &Dictionary) -> Result<i64, Error> {
    trailer
        .get("Size")
        .and_then(Object::as_integer)
        .filter(|&size| u32::try_from(size).is_ok())
        .ok_or(Error::WrongType { key: "Size", expected: "integer" })
}

type Parts = (BTreeMap<u32, Entry>, Dictionary);

/// From the word `xref` to the end of the trailer dictionary.
fn table(lexer: &mut Lexer<'_>) -> Result<Parts, Error> {
    if !lexer.literal(b"xref") {
        return Err(Error::Expected { what: "xref", offset: lexer.position() });
    }
    if !lexer.end_of_line() && !lexer.literal(b" \n") {
        return Err(lexer.error("end of line after xref"));
    }
    let mut entries = BTreeMap::new();
    while lexer.rest().first().is_some_and(u8::is_ascii_digit) {
        subsection(lexer, &mut entries)?;
    }
    lexer.keyword("trailer")?;
    let trailer = lexer.dictionary()?;
    size(&trailer)?;
    Ok((entries, trailer))
}

/// From the object number of a cross-reference stream to its `endobj`.
fn stream<'a>(bytes: &'a [u8], lexer: &mut Lexer<'a>) -> Result<Parts, Error> {
    let offset = lexer.position();
    lexer.unsigned(10)?;
    if !lexer.literal(b" ") || lexer.unsigned(5).is_err() || !lexer.literal(b" obj") {
        return Err(Error::Expected { what: "xref", offset });
    }
    let dictionary = lexer.dictionary()?;
    if dictionary.get("Type").and_then(Object::as_name) != Some(b"XRef") {
        return Err(Error::Expected { what: "xref", offset });
    }
    lexer.keyword("stream")?;
    if !lexer.end_of_line() {
        return Err(lexer.error("end of line after stream"));
    }
    // 7.5.8.2: all values direct, since nothing could be looked up yet.
    let length = dictionary.get("Length").and_then(Object::as_place);
    let start = lexer.position();
    let end = length
        .and_then(|n| start.checked_add(n))
        .filter(|&end| end <= bytes.len())
        .ok_or_else(|| lexer.error("stream length"))?;
    let data = filter::decode(&dictionary, &bytes[start..end], MAX_DECODED)?;
    *lexer = Lexer::new(bytes, end..bytes.len());
    lexer.end_of_line();
    lexer.keyword("endstream")?;
    lexer.keyword("endobj")?;
    Ok((stream_entries(&dictionary, &data, offset)?, dictionary))
}

fn stream_entries(
    dictionary: &Dictionary,
    data: &[u8],
    offset: usize,
) -> Result<BTreeMap<u32, Entry>, Error> {
    let malformed = Error::Syntax { what: "cross-reference stream", offset };
    let numbers = |key| -> Option<Vec<usize>> {
        let items = dictionary.get(key)?.as_array()?;
        items.iter().map(Object::as_place).collect()
    };
    let [kind_width, first_width, second_width] = numbers("W").ok_or(malformed.clone())?[..] else {
        return Err(malformed);
    };
    if [kind_width, first_width, second_width].iter().any(|&width| width > MAX_FIELD) || first_width == 0 {
        return Err(malformed);
    }
    let size = usize::try_from(size(dictionary)?).map_err(|_| malformed.clone())?;
    let index = match dictionary.get("Index") {
        Some(_) => numbers("Index").ok_or(malformed.clone())?,
        None => vec![0, size],
    };
    let width = kind_width + first_width + second_width;
    let mut rows = data.chunks_exact(width);
    let mut entries = BTreeMap::new();
    for pair in index.chunks(2) {
        let &[first, count] = pair else { return Err(malformed) };
        let last = first.checked_add(count).and_then(|n| u64::try_from(n).ok());
        if last.is_none_or(|last| last > MAX_OBJECTS) || count > rows.len() {
            return Err(Error::TooMany { what: "objects", offset });
        }
        for (number, row) in (first..).zip(rows.by_ref().take(count)) {
            let (kind, rest) = row.split_at(kind_width);
            let (second, third) = rest.split_at(first_width);
            // 7.5.8.2: without a first field, the type is 1.
            let kind = if kind_width == 0 { 1 } else { field(kind) };
            let entry = match kind {
                0 => Entry::Free,
                1 => Entry::InUse {
                    offset: place(field(second)),
                    generation: u16::try_from(field(third)).map_err(|_| malformed.clone())?,
                },
                2 => Entry::Compressed {
                    container: u32::try_from(field(second)).map_err(|_| malformed.clone())?,
                    index: place(field(third)),
                },
                // Another reader would take it for a reference to null.
                _ => return Err(malformed),
            };
            let number = u32::try_from(number).map_err(|_| malformed.clone())?;
            if number == 0 && entry != Entry::Free {
                return Err(Error::Syntax { what: "object 0 in use", offset });
            }
            if entries.insert(number, entry).is_some() {
                return Err(Error::DuplicateEntry { number, offset });
            }
        }
    }
    // Rows that no index names are rows that another reader might count.
    if rows.len() > 0 || !rows.remainder().is_empty() {
        return Err(malformed);
    }
    Ok(entries)
}

/// A big-endian number.
fn field(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |value, &byte| value << 8 | u64::from(byte))
}

fn subsection(lexer: &mut Lexer<'_>, entries: &mut BTreeMap<u32, Entry>) -> Result<(), Error> {
    let start = lexer.position();
    let first = lexer.unsigned(10)?;
    if !lexer.literal(b" ") {
        return Err(lexer.error("subsection header"));
    }
    let count = lexer.unsigned(10)?;
    lexer.literal(b" ");
    if !lexer.end_of_line() && !lexer.literal(b"\r") {
        return Err(lexer.error("subsection header"));
    }
    // Each entry takes 20 bytes, so the count cannot promise more than the file holds.
    let fits = usize::try_from(count).is_ok_and(|n| n <= lexer.rest().len() / 20);
    if first.saturating_add(count) > MAX_OBJECTS || !fits {
        return Err(Error::TooMany { what: "objects", offset: start });
    }
    for number in first..first + count {
        let offset = lexer.position();
        let entry = entry(lexer)?;
        let number = u32::try_from(number).map_err(|_| Error::TooMany { what: "objects", offset })?;
        if number == 0 && !matches!(entry, Entry::Free) {
            return Err(Error::Syntax { what: "object 0 in use", offset });
        }
        if entries.insert(number, entry).is_some() {
            return Err(Error::DuplicateEntry { number, offset });
        }
    }
    Ok(())
}

/// `nnnnnnnnnn ggggg n` and two bytes of end of line: exactly 20 bytes (ISO 32000-2, 7.5.4).
fn entry(lexer: &mut Lexer<'_>) -> Result<Entry, Error> {
    let start = lexer.position();
    let malformed = Error::Syntax { what: "cross-reference entry", offset: start };
    let offset = lexer.unsigned(10)?;
    let spaced = lexer.position() == start + 10 && lexer.literal(b" ");
    let generation = lexer.unsigned(5)?;
    if !spaced || lexer.position() != start + 16 || !lexer.literal(b" ") {
        return Err(malformed);
    }
    let in_use = if lexer.literal(b"n") {
        true
    } else if lexer.literal(b"f") {
        false
    } else {
        return Err(malformed);
    };
    if ![b" \n".as_slice(), b" \r", b"\r\n"].iter().any(|eol| lexer.literal(eol)) {
        return Err(malformed);
    }
    if !in_use {
        return Ok(Entry::Free);
    }
    let generation = u16::try_from(generation).map_err(|_| malformed)?;
    Ok(Entry::InUse { offset: place(offset), generation })
}
