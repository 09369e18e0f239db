//! Cross-reference sections, tables and streams, with their trailers (ISO 32000-2, 7.5.4 to 7.5.8).

use std::collections::BTreeMap;
use std::ops::Range;

use super::budget::Work;
use super::filter;
use super::irregular::{Irregularity, Reading};
use super::lexer::{Lexer, is_whitespace};
use super::{Dictionary, Error, Object, place};

/// Object numbers. ISO 32000-1, Annex C gives 8,388,607 as the limit of a common reader.
const MAX_OBJECTS: u64 = 8_388_607;

/// `/Size` with all of them.
pub(super) const MAX_SIZE: i64 = 8_388_608;

/// Bytes of one field of a cross-reference stream: eight hold any offset.
const MAX_FIELD: usize = 8;

/// Bytes of the ends of line between the data of a stream and `endstream`: two times CR LF.
const MAX_LINE_ENDS: usize = 4;

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

impl Entry {
    /// The generation under which the object is found; `None` if there is none.
    pub(super) const fn generation(self) -> Option<u16> {
        match self {
            Self::InUse { generation, .. } => Some(generation),
            Self::Compressed { .. } => Some(0),
            Self::Free => None,
        }
    }
}

/// Adds to the entries of a table what it hides as free or does not name.
///
/// # Errors
///
/// `error` where both name an object, and not the same.
pub(super) fn uncover(
    entries: &mut BTreeMap<u32, Entry>,
    hidden: BTreeMap<u32, Entry>,
    error: &Error,
) -> Result<(), Error> {
    for (number, entry) in hidden {
        match entries.get(&number) {
            None | Some(Entry::Free) => {
                entries.insert(number, entry);
            }
            Some(same) if *same == entry => {}
            Some(_) => return Err(error.clone()),
        }
    }
    Ok(())
}

/// One section with what surrounds it.
#[derive(Debug)]
pub(super) struct Section {
    /// Where its first word begins.
    pub(super) xref: usize,
    /// Its entries; of a hybrid file, with those of the stream beside the table.
    pub(super) entries: BTreeMap<u32, Entry>,
    /// The trailer dictionary, or the dictionary of the stream.
    pub(super) trailer: Dictionary,
    /// Whether it is a stream, which is an object of the revision as well.
    pub(super) is_stream: bool,
    /// Whether it is a table without entries.
    pub(super) is_empty: bool,
    /// The stream beside the table (`/XRefStm`).
    pub(super) beside: Option<Range<usize>>,
    /// The number after `startxref`, and where it stands; `None` where there is no such word.
    pub(super) start: Option<(u64, usize)>,
    /// Where only white space and comments may stand: between its words.
    pub(super) gaps: Vec<Range<usize>>,
    /// The first byte after `%%EOF`.
    pub(super) eof: usize,
    /// The end of line after it; in other programs' files, all white space there.
    pub(super) end: usize,
}

impl Section {
    /// Parses the section at `named`, up to the end of line after `%%EOF`.
    ///
    /// # Errors
    ///
    /// Whatever the standard does not allow, and is not tolerated.
    pub(super) fn read(bytes: &[u8], named: usize, reading: &Reading) -> Result<Self, Error> {
        let mut lexer = Lexer::new(bytes, named..bytes.len());
        if lexer.skip_spaces() > 0 {
            let error = Error::Expected { what: "xref", offset: named };
            reading.tolerate(Irregularity::SectionPlace, named, error)?;
        }
        let xref = lexer.position();
        let is_stream = lexer.rest().first().is_some_and(u8::is_ascii_digit);
        let mut gaps = Vec::new();
        let (mut entries, trailer) = if is_stream {
            stream(bytes, &mut lexer, reading)?
        } else {
            table(&mut lexer, reading, &mut gaps)?
        };
        let is_empty = entries.is_empty();
        let beside = match trailer.get("XRefStm") {
            Some(place) => Some(beside(bytes, xref, (place, &trailer), &mut entries, reading)?),
            None => None,
        };
        if entries
            .keys()
            .next_back()
            .is_some_and(|&highest| i64::from(highest) >= size(&trailer).unwrap_or(0))
        {
            return Err(Error::XrefSize { offset: xref });
        }
        let start = None;
        let section =
            Self { xref, entries, trailer, is_stream, is_empty, beside, start, gaps, eof: 0, end: 0 };
        section.ending(bytes, lexer, reading)
    }

    /// `startxref`, its number, and `%%EOF`.
    fn ending(mut self, bytes: &[u8], mut lexer: Lexer<'_>, reading: &Reading) -> Result<Self, Error> {
        let after = lexer.position();
        lexer.skip_whitespace();
        if self.is_stream && !lexer.rest().starts_with(b"startxref") {
            // The first section of a linearized file, as qpdf writes it. Nowhere else: `starts_at`.
            (self.eof, self.end) = (after, lexer.position());
            return Ok(self);
        }
        self.gaps.push(after..lexer.position());
        lexer.keyword("startxref")?;
        let after = lexer.position();
        lexer.skip_whitespace();
        let at = lexer.position();
        self.gaps.push(after..at);
        self.start = Some((lexer.unsigned(12)?, at));
        let after = lexer.position();
        let error = lexer.error("end of line after startxref");
        spacing(&mut lexer, &[b"\r\n", b"\n", b"\r"], reading, error)?;
        // On the same line it would be a part of the number to some, and a comment to others.
        let line_ends = bytes.get(after..lexer.position()).unwrap_or_default();
        if !line_ends.iter().any(|byte| matches!(byte, b'\r' | b'\n')) || !lexer.literal(b"%%EOF") {
            return Err(Error::Expected { what: "%%EOF", offset: lexer.position() });
        }
        self.eof = lexer.position();
        if reading.is_foreign() {
            lexer.skip_spaces();
        } else if !lexer.end_of_line() {
            lexer.literal(b"\r");
        }
        self.end = lexer.position();
        Ok(self)
    }

    /// The offset of the section before this one; `None` for the first.
    ///
    /// # Errors
    ///
    /// [`Error::BadPrev`] if `/Prev` is no offset.
    pub(super) fn previous(&self, reading: &Reading) -> Result<Option<usize>, Error> {
        let wrong = Error::BadPrev { offset: self.xref };
        let Some(value) = self.trailer.get("Prev") else { return Ok(None) };
        match value.as_place() {
            // The header stands there, so no reader finds a section.
            Some(0) => reading.tolerate(Irregularity::PrevZero, self.xref, wrong).map(|()| None),
            place => place.map(Some).ok_or(wrong),
        }
    }

    /// Whether `startxref` names this section, which another place in the file calls `xref`.
    ///
    /// # Errors
    ///
    /// [`Error::StartXref`] if it names another one, or none.
    pub(super) fn starts_at(&self, bytes: &[u8], xref: usize, reading: &Reading) -> Result<(), Error> {
        let (named, offset) = self.start.ok_or(Error::StartXref { offset: self.end })?;
        let wrong = Error::StartXref { offset };
        let named = place(named);
        if named == xref {
            return Ok(());
        }
        // White space before the same word, in one of the two places or in both.
        let between = bytes.get(named.min(xref)..named.max(xref)).ok_or(wrong.clone())?;
        if between.iter().all(|byte| is_whitespace(*byte)) {
            return reading.tolerate(Irregularity::SectionPlace, offset, wrong);
        }
        Err(wrong)
    }
}

/// White space that has to stand here: one of these forms, or any in other programs' files.
pub(super) fn spacing(
    lexer: &mut Lexer<'_>,
    forms: &[&[u8]],
    reading: &Reading,
    error: Error,
) -> Result<(), Error> {
    let start = lexer.position();
    let regular = forms.iter().any(|form| lexer.literal(form));
    if lexer.skip_spaces() == 0 && regular {
        return Ok(());
    }
    if lexer.position() == start {
        return Err(error);
    }
    reading.tolerate(Irregularity::Spacing, start, error)
}

/// Reads the cross-reference stream beside a table, adds its entries to those of the table, and gives its
/// span.
///
/// A reader since PDF 1.5 looks into the table first, into the stream for what the table hides as free or does
/// not name, and then into the sections before (ISO 32000-2, 7.5.8.4). Where both name an object, and not the
/// same, readers disagree.
fn beside(
    bytes: &[u8],
    xref: usize,
    (place, trailer): (&Object, &Dictionary),
    entries: &mut BTreeMap<u32, Entry>,
    reading: &Reading,
) -> Result<Range<usize>, Error> {
    let hybrid = Error::Hybrid { offset: xref };
    let start = place.as_place().filter(|&start| start < xref).ok_or(hybrid.clone())?;
    reading.tolerate(Irregularity::Hybrid, start, hybrid.clone())?;
    let mut lexer = Lexer::new(bytes, start..xref);
    // What some readers cannot read either, they do without.
    let (hidden, dictionary) = stream(bytes, &mut lexer, reading).map_err(|error| match error {
        Error::Cost { .. } => error,
        _ => hybrid.clone(),
    })?;
    // Some readers go on from the stream, others from the trailer.
    let other_way = dictionary.get("Prev").is_some_and(|previous| Some(previous) != trailer.get("Prev"));
    if lexer.position() > xref || other_way {
        return Err(hybrid);
    }
    uncover(entries, hidden, &hybrid)?;
    Ok(start..lexer.position())
}

/// `12 0 obj`, and the two numbers of it.
///
/// # Errors
///
/// `error`, where something else stands there.
pub(super) fn object_header(
    lexer: &mut Lexer<'_>,
    reading: &Reading,
    error: &Error,
) -> Result<(u64, u64), Error> {
    let start = lexer.position();
    let mut regular = true;
    let mut space = |lexer: &mut Lexer<'_>| {
        let first = lexer.rest().first().copied();
        let spaces = lexer.skip_few_spaces();
        regular &= spaces == 1 && first == Some(b' ');
        if spaces == 0 { Err(error.clone()) } else { Ok(()) }
    };
    let number = lexer.unsigned(10).map_err(|_| error.clone())?;
    space(lexer)?;
    let generation = lexer.unsigned(5).map_err(|_| error.clone())?;
    space(lexer)?;
    if !lexer.literal(b"obj") {
        return Err(error.clone());
    }
    if !regular {
        reading.tolerate(Irregularity::ObjectHeader, start, error.clone())?;
    }
    Ok((number, generation))
}

/// `endstream`, and the end of line before it: where `/Length` ends, the data has to end.
pub(super) fn stream_end(lexer: &mut Lexer<'_>, reading: &Reading) -> Result<(), Error> {
    let start = lexer.position();
    let error = Error::Syntax { what: "endstream expected where /Length ends", offset: start };
    lexer.end_of_line();
    // A carriage return alone is an end of line after the data, though not before it (7.3.8.1). Some write two
    // ends of line. Readers that look for the word `endstream` take the bytes of one for data, where they mean
    // nothing; with more bytes, or others, the two kinds of reader would see two contents.
    let line_ends = lexer.rest().iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    lexer.skip(line_ends);
    let all = lexer.position() - start;
    if !lexer.literal(b"endstream") || all > MAX_LINE_ENDS {
        return Err(error);
    }
    if line_ends > 0 {
        reading.tolerate(Irregularity::StreamEnd, start, error)?;
    }
    Ok(())
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
fn table(lexer: &mut Lexer<'_>, reading: &Reading, gaps: &mut Vec<Range<usize>>) -> Result<Parts, Error> {
    if !lexer.literal(b"xref") {
        return Err(Error::Expected { what: "xref", offset: lexer.position() });
    }
    let error = lexer.error("end of line after xref");
    spacing(lexer, &[b"\r\n", b"\n", b" \n"], reading, error)?;
    let mut entries = BTreeMap::new();
    while lexer.rest().first().is_some_and(u8::is_ascii_digit) {
        subsection(lexer, &mut entries, reading)?;
    }
    let after = lexer.position();
    lexer.skip_whitespace();
    gaps.push(after..lexer.position());
    lexer.keyword("trailer")?;
    let after = lexer.position();
    lexer.skip_whitespace();
    gaps.push(after..lexer.position());
    let trailer = lexer.dictionary()?;
    size(&trailer)?;
    Ok((entries, trailer))
}

/// From the object number of a cross-reference stream to its `endobj`.
fn stream<'a>(bytes: &'a [u8], lexer: &mut Lexer<'a>, reading: &Reading) -> Result<Parts, Error> {
    let offset = lexer.position();
    let no_section = Error::Expected { what: "xref", offset };
    object_header(lexer, reading, &no_section)?;
    let dictionary = lexer.dictionary()?;
    if dictionary.kind() != Some(b"XRef") {
        return Err(no_section);
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
    let data = filter::decode(&dictionary, &bytes[start..end], reading)?;
    *lexer = Lexer::new(bytes, end..bytes.len());
    stream_end(lexer, reading)?;
    lexer.keyword("endobj")?;
    Ok((stream_entries(&dictionary, &data, offset, reading)?, dictionary))
}

fn stream_entries(
    dictionary: &Dictionary,
    data: &[u8],
    offset: usize,
    reading: &Reading,
) -> Result<BTreeMap<u32, Entry>, Error> {
    let malformed = Error::Syntax { what: "cross-reference stream", offset };
    let numbers = |key| -> Option<Vec<usize>> {
        let items = dictionary.get(key)?.as_array()?;
        items.iter().map(Object::as_place).collect()
    };
    let [kind_width, first_width, second_width] = numbers("W").ok_or(malformed.clone())?[..] else {
        return Err(malformed);
    };
    if [kind_width, first_width, second_width].iter().any(|&width| width > MAX_FIELD)
        || first_width == 0
        // Types are 0 to 2, generations and places in a stream small: readers refuse wider fields, and look elsewhere.
        || kind_width > 2
        || second_width > 4
    {
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
        // Of nothing, between others: some readers stop there.
        if count == 0 && index.len() > 2 {
            return Err(malformed);
        }
        let last = first.checked_add(count).and_then(|n| u64::try_from(n).ok());
        if last.is_none_or(|last| last > MAX_OBJECTS) || count > rows.len() {
            return Err(Error::TooMany { what: "objects", offset });
        }
        reading.spend(Work::Listed, count)?;
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

fn subsection(
    lexer: &mut Lexer<'_>,
    entries: &mut BTreeMap<u32, Entry>,
    reading: &Reading,
) -> Result<(), Error> {
    let start = lexer.position();
    let first = lexer.unsigned(10)?;
    let error = lexer.error("subsection header");
    spacing(lexer, &[b" "], reading, error)?;
    let count = lexer.unsigned(10)?;
    let forms: [&[u8]; 6] = [b" \r\n", b" \n", b" \r", b"\r\n", b"\n", b"\r"];
    let error = lexer.error("subsection header");
    spacing(lexer, &forms, reading, error)?;
    // Each entry takes 20 bytes, so the count cannot promise more than the file holds.
    let fits = usize::try_from(count).is_ok_and(|n| n <= lexer.rest().len() / 20);
    if first.saturating_add(count) > MAX_OBJECTS || !fits {
        return Err(Error::TooMany { what: "objects", offset: start });
    }
    reading.spend(Work::Listed, usize::try_from(count).unwrap_or(usize::MAX))?;
    for number in first..first + count {
        let offset = lexer.position();
        let entry = entry(lexer, reading)?;
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

/// `nnnnnnnnnn ggggg n` and two bytes of end of line: exactly 20 bytes (ISO 32000-2, 7.5.4). Some readers count
/// bytes and some look for words, so entries of 19 or 21 bytes are two tables in one.
fn entry(lexer: &mut Lexer<'_>, reading: &Reading) -> Result<Entry, Error> {
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
        let end = lexer.position();
        if !lexer.rest().get(..2).is_some_and(|both| both.iter().all(|byte| is_whitespace(*byte))) {
            return Err(malformed);
        }
        lexer.skip(2);
        reading.tolerate(Irregularity::EntryEnd, end, malformed.clone())?;
    }
    if !in_use {
        return Ok(Entry::Free);
    }
    let generation = u16::try_from(generation).map_err(|_| malformed)?;
    Ok(Entry::InUse { offset: place(offset), generation })
}
