//! The revisions of a file, each with the bytes it owns (ISO 32000-2, 7.5.6).
//!
//! Reading goes along the chain of `startxref` and `/Prev` and nowhere else. Nothing is searched
//! for and nothing is repaired: a reader that finds `%%EOF` by looking for it can be shown another
//! file than the one that was signed.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::irregular::{Irregularity, Reading};
use super::lexer::{Lexer, is_whitespace};
use super::xref::{self, Entry, Section};
use super::{Dictionary, Error, Ref, place};

/// Numbers that an update may take and not use. Acrobat takes some ten, others one.
const MAX_UNUSED: i64 = 1000;

/// Updates in one file. pk makes one a signature; twice the largest number of signatures seen in
/// public test files (51) leaves room for foreign ones.
const MAX_REVISIONS: usize = 128;

/// One state of the file: what an incremental update added.
#[derive(Debug)]
pub struct Revision {
    /// The bytes of this revision, up to and with the end of line after its `%%EOF`; in other programs'
    /// files, up to and with all white space there.
    pub span: Range<usize>,
    /// Where the cross-reference section that `startxref` names begins.
    pub xref: usize,
    /// Its trailer dictionary.
    pub trailer: Dictionary,
    pub(super) entries: BTreeMap<u32, Entry>,
    /// Its cross-reference sections.
    pub(super) sections: Vec<Part>,
    /// Where in them only white space and comments may stand.
    pub(super) gaps: Vec<Range<usize>>,
}

/// The bytes of a cross-reference section, up to its `%%EOF`; or of the stream beside a table.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) span: Range<usize>,
    /// Whether an object begins there: a cross-reference stream may list itself.
    is_stream: bool,
}

impl Revision {
    /// The object numbers that this revision defines or frees.
    pub fn numbers(&self) -> impl Iterator<Item = u32> + '_ {
        self.entries.keys().copied()
    }

    /// The objects that this revision defines.
    pub fn objects(&self) -> impl Iterator<Item = Ref> + '_ {
        self.entries
            .iter()
            .filter_map(|(&number, entry)| Some(Ref { number, generation: entry.generation()? }))
    }

    /// The number of its cross-reference stream, if it is one, or has one beside its table, and it lists itself.
    pub fn xref_stream(&self) -> Option<u32> {
        let own = |entry: &Entry| match entry {
            Entry::InUse { offset, .. } => {
                self.sections.iter().any(|part| part.is_stream && part.span.start == *offset)
            }
            _ => false,
        };
        self.entries.iter().find(|(_, entry)| own(entry)).map(|(&number, _)| number)
    }

    /// The object streams of this revision, in which others of its objects are.
    pub fn containers(&self) -> BTreeSet<u32> {
        let container = |entry: &Entry| match entry {
            Entry::Compressed { container, .. } => Some(*container),
            _ => None,
        };
        self.entries.values().filter_map(container).collect()
    }

    /// Where an object that begins at `offset` has to end: it may not run over a section.
    pub(super) fn limit(&self, offset: usize) -> usize {
        let after = self.sections.iter().map(|part| part.span.start).filter(|start| *start > offset);
        after.min().unwrap_or(self.span.end)
    }

    /// Where its last section ends: after the `%%EOF`.
    fn eof(&self) -> usize {
        self.sections.iter().map(|part| part.span.end).max().unwrap_or(self.span.end)
    }

    /// One section with what it adds to the revisions before it.
    fn new(section: Section) -> Self {
        let Section { xref, entries, trailer, is_stream, beside, gaps, eof, end, .. } = section;
        let beside = beside.into_iter().map(|span| Part { span, is_stream: true });
        let sections = beside.chain([Part { span: xref..eof, is_stream }]).collect();
        Self { span: 0..end, xref, trailer, entries, sections, gaps }
    }

    /// A linearized file has two sections, and is one revision (ISO 32000-2, Annex F): the first
    /// page's at the beginning, whose `/Prev` leads to the main one at the end.
    fn linearized(bytes: &[u8], first: Section, main: Section, reading: &Reading) -> Result<Self, Error> {
        let wrong = Error::BadPrev { offset: first.xref };
        main.starts_at(bytes, first.xref, reading)?;
        let ends = if reading.is_foreign() { main.eof..=main.end } else { main.end..=main.end };
        let length = linearized_length(bytes, reading).filter(|length| ends.contains(length));
        if length.is_none() || main.previous(reading)?.is_some() {
            return Err(wrong);
        }
        let main = Self::new(main);
        let mut revision = Self::new(first);
        for (number, entry) in main.entries {
            if revision.entries.insert(number, entry).is_some_and(|both| both != entry) {
                return Err(Error::DuplicateEntry { number, offset: main.xref });
            }
        }
        revision.span.end = main.span.end;
        revision.sections.extend(main.sections);
        revision.gaps.extend(main.gaps);
        Ok(revision)
    }

    /// The form in which office programs write hybrid files: a table, and after it an empty one that only
    /// names a stream beside itself. Both are one revision; nobody ever saved the first part alone.
    fn hybrid(bytes: &[u8], base: Section, empty: Section, reading: &Reading) -> Result<Self, Error> {
        let hybrid = Error::Hybrid { offset: empty.xref };
        let start = empty.beside.as_ref().map_or(empty.xref, |beside| beside.start);
        // The stream stands between the two, or before the first.
        let next = if start < base.xref { empty.xref } else { start };
        let between = bytes.get(base.eof..next).ok_or(hybrid.clone())?;
        let apart = empty.beside.as_ref().is_some_and(|b| b.end <= base.xref || b.start >= base.eof);
        if !between.iter().all(|byte| is_whitespace(*byte)) || base.beside.is_some() || !apart {
            return Err(hybrid);
        }
        let named = empty.previous(reading)?.unwrap_or(base.xref);
        base.starts_at(bytes, named, reading)?;
        let mut base = Self::new(base);
        let mut revision = Self::new(empty);
        // Its own table is empty: these are what the stream beside it names.
        xref::uncover(&mut base.entries, std::mem::take(&mut revision.entries), &hybrid)?;
        revision.entries = base.entries;
        revision.sections.extend(base.sections);
        revision.gaps.extend(base.gaps);
        Ok(revision)
    }

    /// Takes out what a table only repeats: some programs write the whole table with each update. An entry that
    /// says what is so already says nothing.
    fn without_repeated(&mut self, known: &BTreeMap<u32, Entry>, reading: &Reading) -> Result<(), Error> {
        let start = self.span.start;
        let is_repeated = |number: &u32, entry: &Entry| match entry {
            Entry::InUse { offset, .. } => *offset < start && known.get(number) == Some(entry),
            Entry::Compressed { container, .. } => {
                !self.entries.contains_key(container) && known.get(number) == Some(entry)
            }
            Entry::Free => false,
        };
        let repeated: Vec<u32> =
            self.entries.iter().filter(|(n, entry)| is_repeated(n, entry)).map(|(n, _)| *n).collect();
        for number in repeated {
            let error = Error::ForeignOffset { offset: self.xref };
            reading.tolerate(Irregularity::Repeated, self.xref, error)?;
            self.entries.remove(&number);
        }
        Ok(())
    }

    /// Every entry has to lead into its own revision: one that points elsewhere gives bytes that
    /// somebody signed a second meaning (shadow attacks, "change of object usage").
    ///
    /// White space after the `%%EOF` before it, which begins at `eof`, may be where an update begins.
    fn check_entries(&self, eof: usize, reading: &Reading) -> Result<(), Error> {
        let end = self.eof();
        for entry in self.entries.values() {
            match entry {
                Entry::InUse { offset, .. } => {
                    let inside = |part: &Part| {
                        part.span.contains(offset) && !(part.is_stream && part.span.start == *offset)
                    };
                    let foreign = Error::ForeignOffset { offset: *offset };
                    if (eof..self.span.start).contains(offset) {
                        reading.tolerate(Irregularity::ObjectPlace, *offset, foreign)?;
                    } else if !(self.span.start..end).contains(offset) || self.sections.iter().any(inside) {
                        return Err(foreign);
                    }
                }
                Entry::Compressed { container, .. } => {
                    if !matches!(self.entries.get(container), Some(Entry::InUse { generation: 0, .. })) {
                        return Err(Error::ForeignOffset { offset: self.xref });
                    }
                }
                Entry::Free => {}
            }
        }
        Ok(())
    }
}

/// Every revision, oldest first.
///
/// # Errors
///
/// Whatever makes one of them something else to another reader.
pub(super) fn revisions(bytes: &[u8], reading: &Reading) -> Result<Vec<Revision>, Error> {
    header(bytes, reading)?;
    let mut revisions = chain(bytes, reading)?;
    let mut start = 0;
    let mut eof = 0;
    let mut size = 0;
    let mut listed = 0;
    let mut known = BTreeMap::new();
    for revision in &mut revisions {
        revision.span.start = start;
        if let Some(before) = revision.sections.iter().find(|part| part.span.start < start) {
            return Err(Error::TrailingBytes { offset: before.span.start });
        }
        revision.without_repeated(&known, reading)?;
        known.extend(revision.entries.iter().map(|(number, entry)| (*number, *entry)));
        start = revision.span.end;
        // A /Size that shrinks makes objects vanish for some readers and not for others.
        let enlarged = xref::size(&revision.trailer)?;
        if enlarged < size {
            return Err(Error::XrefSize { offset: revision.xref });
        }
        let highest = revision.entries.keys().next_back().map_or(0, |highest| i64::from(*highest));
        listed = highest.max(listed);
        // One far beyond the objects there are makes some readers build the table anew, from whatever looks
        // like an object. In the first revision it may be larger: objects that were taken out leave their
        // numbers behind. Some programs take numbers with an update that they do not use.
        let beyond = Error::SizeBeyond { offset: revision.xref };
        let due = size.max(listed.saturating_add(1));
        let due = if revision.span.start == 0 { xref::MAX_SIZE } else { due };
        // In pk's own documents an update has one encoding, and is compared with it.
        if reading.is_foreign() && enlarged > due.saturating_add(MAX_UNUSED) {
            return Err(beyond);
        }
        if reading.is_foreign() && enlarged > due {
            reading.tolerate(Irregularity::SizeBeyond, revision.xref, beyond)?;
        }
        size = enlarged;
        revision.check_entries(eof, reading)?;
        eof = revision.eof();
    }
    Ok(revisions)
}

/// Every revision, oldest first, along `/Prev`.
fn chain(bytes: &[u8], reading: &Reading) -> Result<Vec<Revision>, Error> {
    let mut revisions: Vec<Revision> = Vec::new();
    let mut xref = tail(bytes, reading)?;
    loop {
        let section = Section::read(bytes, xref, reading)?;
        let (place, named) = (section.xref, section.previous(reading)?);
        let (revision, previous) = match named {
            Some(later) if later > section.xref => {
                let main = Section::read(bytes, later, reading)?;
                (Revision::linearized(bytes, section, main, reading)?, None)
            }
            Some(same) if same == section.xref => return Err(Error::BadPrev { offset: xref }),
            Some(earlier) if section.is_empty && section.beside.is_some() => {
                section.starts_at(bytes, xref, reading)?;
                let base = Section::read(bytes, earlier, reading)?;
                match base.previous(reading)? {
                    None => (Revision::hybrid(bytes, base, section, reading)?, None),
                    Some(_) => (Revision::new(section), Some(earlier)),
                }
            }
            earlier => {
                section.starts_at(bytes, xref, reading)?;
                (Revision::new(section), earlier)
            }
        };
        // White space may lie between a place that is named and the section: not the same one again.
        if revisions.last().is_some_and(|later: &Revision| later.xref <= place) {
            return Err(Error::BadPrev { offset: place });
        }
        // Nothing may follow the last revision: unaccounted bytes are where another reader finds
        // another document.
        if revisions.is_empty() && revision.span.end != bytes.len() {
            return Err(Error::TrailingBytes { offset: revision.span.end });
        }
        revisions.push(revision);
        let Some(previous) = previous else { break };
        if revisions.len() >= MAX_REVISIONS {
            return Err(Error::TooMany { what: "revisions", offset: previous });
        }
        xref = previous;
    }
    revisions.reverse();
    Ok(revisions)
}

/// `/L` of the linearization dictionary, which is the first object (ISO 32000-2, F.3.3).
fn linearized_length(bytes: &[u8], reading: &Reading) -> Option<usize> {
    let mut lexer = Lexer::new(bytes, 0..bytes.len().min(1024));
    // The header line is a comment to the lexer.
    lexer.skip_whitespace();
    let (_, generation) = xref::object_header(&mut lexer, reading, &Error::Header).ok()?;
    let dictionary = lexer.dictionary().ok().filter(|_| generation == 0)?;
    dictionary.get("Linearized")?;
    dictionary.get("L")?.as_place()
}

/// `%PDF-1.7` at byte 0: anything before it makes the file readable as something else as well.
fn header(bytes: &[u8], reading: &Reading) -> Result<(), Error> {
    let mut lexer = Lexer::new(bytes, 0..bytes.len());
    let version = lexer.literal(b"%PDF-")
        && matches!(lexer.unsigned(1), Ok(1 | 2))
        && lexer.literal(b".")
        && lexer.unsigned(1).is_ok();
    if !version {
        return Err(Error::Header);
    }
    let end = lexer.position();
    if lexer.end_of_line() || lexer.literal(b"\r") {
        return Ok(());
    }
    if lexer.skip_spaces() == 0 {
        return Err(Error::Header);
    }
    reading.tolerate(Irregularity::Spacing, end, Error::Header)
}

/// How far from the end the word `startxref` may stand.
const LAST: usize = 1000;

/// Reads `startxref`, the offset and `%%EOF` from the end backwards and gives the offset. Nothing
/// but one end of line may follow; in other programs' files, nothing but white space.
fn tail(bytes: &[u8], reading: &Reading) -> Result<usize, Error> {
    let wrong = Error::Tail;
    let mut rest = bytes;
    for eol in [b"\r\n".as_slice(), b"\n", b"\r"] {
        if let Some(shorter) = rest.strip_suffix(eol) {
            rest = shorter;
            break;
        }
    }
    if !rest.ends_with(b"%%EOF") {
        rest = strip_spaces(rest);
        if rest.ends_with(b"%%EOF") {
            reading.tolerate(Irregularity::AfterEnd, rest.len(), wrong.clone())?;
        }
    }
    let rest = rest.strip_suffix(b"%%EOF").ok_or(wrong.clone())?;
    let rest = line_end_before(rest, reading)?;
    let digits = rest.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    let (rest, number) = rest.split_at(rest.len() - digits);
    let rest = line_end_before(rest, reading)?;
    // Readers look for the word in the last kilobyte; where it is not, they make the table anew.
    if !rest.ends_with(b"startxref") || bytes.len() - rest.len() > LAST {
        return Err(wrong);
    }
    std::str::from_utf8(number).ok().and_then(|n| n.parse().ok()).map(place).ok_or(wrong)
}

/// What stands before one end of line; in other programs' files, before white space.
fn line_end_before<'a>(bytes: &'a [u8], reading: &Reading) -> Result<&'a [u8], Error> {
    let stripped = bytes
        .strip_suffix(b"\n")
        .map(|b| b.strip_suffix(b"\r").unwrap_or(b))
        .or_else(|| bytes.strip_suffix(b"\r"));
    let rest = strip_spaces(bytes);
    if stripped.is_some_and(|stripped| stripped.len() == rest.len()) {
        return Ok(rest);
    }
    if rest.len() == bytes.len() {
        return Err(Error::Tail);
    }
    reading.tolerate(Irregularity::Spacing, rest.len(), Error::Tail)?;
    Ok(rest)
}

fn strip_spaces(bytes: &[u8]) -> &[u8] {
    let spaces = bytes.iter().rev().take_while(|byte| is_whitespace(**byte)).count();
    bytes.get(..bytes.len().saturating_sub(spaces)).unwrap_or_default()
}
