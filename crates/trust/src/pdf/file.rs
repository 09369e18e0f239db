//! A file as its revisions: each incremental update apart, with the bytes it owns.
//!
//! Reading goes along the chain of `startxref` and `/Prev` and nowhere else. Nothing is searched
//! for and nothing is repaired: a reader that finds `%%EOF` by looking for it can be shown another
//! file than the one that was signed.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use super::lexer::Lexer;
use super::{Dictionary, Error, Object, Ref};

/// Updates in one file. pk makes one a signature; twice the largest number of signatures seen in
/// public test files (51) leaves room for foreign ones.
const MAX_REVISIONS: usize = 128;

/// Object numbers. ISO 32000-1, Annex C gives 8,388,607 as the limit of a common reader.
const MAX_OBJECTS: u64 = 8_388_607;

/// Decoded size of one stream that the verifier itself has to read (attachments, not images).
pub const MAX_DECODED: usize = 32 * 1024 * 1024;

/// Depth of `/Length 5 0 R` pointing at a length that is itself a reference.
const MAX_INDIRECTION: usize = 8;

/// One state of the file: what an incremental update added.
#[derive(Debug)]
pub struct Revision {
    /// The bytes of this revision, up to and with the end of line after its `%%EOF`.
    pub span: Range<usize>,
    /// Where its cross-reference table begins.
    pub xref: usize,
    /// Its trailer dictionary.
    pub trailer: Dictionary,
    entries: BTreeMap<u32, Entry>,
}

impl Revision {
    /// The object numbers that this revision defines or frees.
    pub fn numbers(&self) -> impl Iterator<Item = u32> + '_ {
        self.entries.keys().copied()
    }

    /// The objects that this revision defines.
    pub fn objects(&self) -> impl Iterator<Item = Ref> + '_ {
        self.entries.iter().filter_map(|(&number, entry)| match entry {
            Entry::InUse { generation, .. } => Some(Ref { number, generation: *generation }),
            Entry::Free => None,
        })
    }
}

#[derive(Clone, Copy, Debug)]
enum Entry {
    Free,
    InUse { offset: usize, generation: u16 },
}

/// An indirect object: a value, or a dictionary with a stream.
#[derive(Clone, Debug)]
pub struct Body {
    /// The value; for a stream its dictionary.
    pub value: Object,
    /// The encoded bytes of the stream, as a span of the file.
    pub stream: Option<Range<usize>>,
    /// From the object number to the end of `endobj`.
    pub span: Range<usize>,
}

/// A parsed file.
#[derive(Debug)]
pub struct File<'a> {
    bytes: &'a [u8],
    revisions: Vec<Revision>,
}

impl<'a> File<'a> {
    /// Parses the structure of a file: header, and every revision from the last to the first.
    ///
    /// # Errors
    ///
    /// Whatever ISO 32000-2, 7.5 does not allow, and what this reader does not read: hybrid files,
    /// encrypted files, cross-reference streams.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        header(bytes)?;
        let mut revisions = Vec::new();
        let mut xref = tail(bytes)?;
        loop {
            let revision = revision(bytes, xref)?;
            // Nothing may follow the last revision: unaccounted bytes are where another reader
            // finds another document.
            if revisions.is_empty() && revision.span.end != bytes.len() {
                return Err(Error::TrailingBytes { offset: revision.span.end });
            }
            let previous = revision
                .trailer
                .get("Prev")
                .map(|value| {
                    value
                        .as_integer()
                        .and_then(|n| usize::try_from(n).ok())
                        .filter(|&n| n < revision.xref)
                        .ok_or(Error::BadPrev { offset: revision.xref })
                })
                .transpose()?;
            revisions.push(revision);
            let Some(previous) = previous else { break };
            if revisions.len() >= MAX_REVISIONS {
                return Err(Error::TooMany { what: "revisions", offset: previous });
            }
            xref = previous;
        }
        revisions.reverse();
        let mut start = 0;
        for revision in &mut revisions {
            revision.span.start = start;
            if start > revision.xref {
                return Err(Error::TrailingBytes { offset: revision.xref });
            }
            start = revision.span.end;
            // An entry that points outside its own revision gives bytes that somebody signed a
            // second meaning (shadow attacks, "change of object usage").
            for entry in revision.entries.values() {
                if let Entry::InUse { offset, .. } = entry
                    && !(revision.span.start..revision.xref).contains(offset)
                {
                    return Err(Error::ForeignOffset { offset: *offset });
                }
            }
        }
        if revisions.first().is_some_and(|r| r.trailer.get("Encrypt").is_some()) {
            return Err(Error::Encrypted);
        }
        Ok(Self { bytes, revisions })
    }

    /// All bytes of the file.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The revisions, oldest first; at least one.
    pub fn revisions(&self) -> &[Revision] {
        &self.revisions
    }

    /// The newest revision.
    pub fn latest(&self) -> View<'_, 'a> {
        self.at(self.revisions.len() - 1)
    }

    /// The document as it was when revision `index` was the last one.
    pub fn at(&self, index: usize) -> View<'_, 'a> {
        View { file: self, revision: index.min(self.revisions.len() - 1) }
    }

    fn entry(&self, number: u32, revision: usize) -> Option<(Entry, usize)> {
        (0..=revision).rev().find_map(|i| self.revisions[i].entries.get(&number).map(|&e| (e, i)))
    }
}

/// The document as of one revision.
#[derive(Clone, Copy, Debug)]
pub struct View<'f, 'a> {
    file: &'f File<'a>,
    revision: usize,
}

impl<'f, 'a> View<'f, 'a> {
    /// The trailer dictionary of this revision.
    pub fn trailer(&self) -> &'f Dictionary {
        &self.file.revisions[self.revision].trailer
    }

    /// The object behind a reference.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] where nothing is there: a verifier takes no `null` for an answer.
    pub fn body(&self, reference: Ref) -> Result<Body, Error> {
        self.body_at(reference, 0)
    }

    fn body_at(&self, reference: Ref, depth: usize) -> Result<Body, Error> {
        let missing = Error::Missing { reference };
        if depth > MAX_INDIRECTION {
            return Err(missing);
        }
        let Some((Entry::InUse { offset, generation }, revision)) =
            self.file.entry(reference.number, self.revision)
        else {
            return Err(missing);
        };
        if generation != reference.generation {
            return Err(missing);
        }
        let end = self.file.revisions[revision].xref;
        let mut lexer = Lexer::new(self.file.bytes, offset..end);
        if lexer.unsigned(10)? != u64::from(reference.number)
            || !lexer.literal(b" ")
            || lexer.unsigned(5)? != u64::from(generation)
            || !lexer.literal(b" obj")
        {
            return Err(Error::WrongObject { reference, offset });
        }
        let (value, _) = lexer.object()?;
        lexer.skip_whitespace();
        let stream = if lexer.rest().starts_with(b"stream") {
            Some(self.stream(&mut lexer, &value, depth)?)
        } else {
            None
        };
        lexer.keyword("endobj")?;
        Ok(Body { value, stream, span: offset..lexer.position() })
    }

    /// The span of a stream's bytes: `/Length` says how long it is, and `endstream` has to agree.
    fn stream(&self, lexer: &mut Lexer<'a>, value: &Object, depth: usize) -> Result<Range<usize>, Error> {
        lexer.keyword("stream")?;
        if !lexer.end_of_line() {
            return Err(lexer.error("end of line after stream"));
        }
        let dictionary = value.as_dictionary().ok_or_else(|| lexer.error("stream without dictionary"))?;
        let length = match dictionary.get("Length") {
            Some(Object::Reference(reference)) => self.body_at(*reference, depth + 1)?.value.as_integer(),
            Some(object) => object.as_integer(),
            None => None,
        };
        let start = lexer.position();
        let end = length
            .and_then(|n| usize::try_from(n).ok())
            .and_then(|n| start.checked_add(n))
            .filter(|&end| end <= start + lexer.rest().len())
            .ok_or_else(|| lexer.error("stream length"))?;
        let mut after = Lexer::new(self.file.bytes, end..start + lexer.rest().len());
        after.end_of_line();
        if !after.literal(b"endstream") {
            return Err(after.error("endstream expected where /Length ends"));
        }
        *lexer = after;
        Ok(start..end)
    }

    /// Follows a reference; a direct value is given back as it is.
    ///
    /// # Errors
    ///
    /// As [`View::body`].
    pub fn resolve<'o>(&self, object: &'o Object) -> Result<Cow<'o, Object>, Error> {
        let mut current = match object {
            Object::Reference(reference) => self.body(*reference)?.value,
            direct => return Ok(Cow::Borrowed(direct)),
        };
        for _ in 0..MAX_INDIRECTION {
            let Object::Reference(reference) = current else { return Ok(Cow::Owned(current)) };
            current = self.body(reference)?.value;
        }
        Err(Error::Loop { what: "reference" })
    }

    /// The dictionary under `key`, directly or by reference; `None` if there is no such key.
    ///
    /// # Errors
    ///
    /// If there is something else under the key.
    pub fn dictionary(&self, parent: &Dictionary, key: &'static str) -> Result<Option<Dictionary>, Error> {
        parent
            .get(key)
            .map(|object| match self.resolve(object)?.into_owned() {
                Object::Dictionary(dictionary) => Ok(dictionary),
                _ => Err(Error::WrongType { key, expected: "dictionary" }),
            })
            .transpose()
    }

    /// The array under `key`, directly or by reference; `None` if there is no such key.
    ///
    /// # Errors
    ///
    /// If there is something else under the key.
    pub fn array(&self, parent: &Dictionary, key: &'static str) -> Result<Option<Vec<Object>>, Error> {
        parent
            .get(key)
            .map(|object| match self.resolve(object)?.into_owned() {
                Object::Array(items) => Ok(items),
                _ => Err(Error::WrongType { key, expected: "array" }),
            })
            .transpose()
    }

    /// The document catalog.
    ///
    /// # Errors
    ///
    /// If `/Root` does not lead to a dictionary.
    pub fn catalog(&self) -> Result<(Ref, Dictionary), Error> {
        let wrong = Error::WrongType { key: "Root", expected: "dictionary" };
        let Some(Object::Reference(reference)) = self.trailer().get("Root") else {
            return Err(wrong);
        };
        match self.body(*reference)?.value {
            Object::Dictionary(dictionary) => Ok((*reference, dictionary)),
            _ => Err(wrong),
        }
    }

    /// The page objects in order.
    ///
    /// # Errors
    ///
    /// If the page tree is not a tree.
    pub fn pages(&self) -> Result<Vec<Ref>, Error> {
        let (_, catalog) = self.catalog()?;
        let Some(Object::Reference(root)) = catalog.get("Pages") else {
            return Err(Error::WrongType { key: "Pages", expected: "reference" });
        };
        let mut pages = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        let mut stack = vec![*root];
        while let Some(reference) = stack.pop() {
            if !seen.insert(reference) {
                return Err(Error::Loop { what: "page tree" });
            }
            let body = self.body(reference)?;
            let node =
                body.value.as_dictionary().ok_or(Error::WrongType { key: "Kids", expected: "dictionary" })?;
            match self.array(node, "Kids")? {
                None => pages.push(reference),
                Some(kids) => {
                    for kid in kids.iter().rev() {
                        stack.push(
                            kid.as_reference()
                                .ok_or(Error::WrongType { key: "Kids", expected: "reference" })?,
                        );
                    }
                }
            }
        }
        Ok(pages)
    }

    /// The decoded bytes of a stream object, at most [`MAX_DECODED`].
    ///
    /// # Errors
    ///
    /// If the object is no stream, or uses another filter than `FlateDecode`.
    pub fn decoded(&self, body: &Body) -> Result<Vec<u8>, Error> {
        let (Some(span), Some(dictionary)) = (&body.stream, body.value.as_dictionary()) else {
            return Err(Error::WrongType { key: "stream", expected: "stream" });
        };
        let encoded = self.file.bytes.get(span.clone()).unwrap_or_default();
        let filter = match dictionary.get("Filter").map(|f| self.resolve(f)).transpose()?.map(Cow::into_owned)
        {
            None => None,
            Some(Object::Name(name)) => Some(name),
            Some(Object::Array(names)) => match names.as_slice() {
                [] => None,
                [Object::Name(name)] => Some(name.clone()),
                _ => return Err(Error::Filter),
            },
            Some(_) => return Err(Error::Filter),
        };
        match filter.as_deref() {
            None if encoded.len() <= MAX_DECODED => Ok(encoded.to_vec()),
            // A predictor never occurs on an attachment, and one more decoder is one more door.
            Some(b"FlateDecode") if dictionary.get("DecodeParms").is_none() => {
                miniz_oxide::inflate::decompress_to_vec_zlib_with_limit(encoded, MAX_DECODED)
                    .map_err(|_| Error::Inflate)
            }
            _ => Err(Error::Filter),
        }
    }
}

/// `%PDF-1.7` at byte 0: anything before it makes the file readable as something else as well.
fn header(bytes: &[u8]) -> Result<(), Error> {
    let mut lexer = Lexer::new(bytes, 0..bytes.len());
    let version = lexer.literal(b"%PDF-")
        && matches!(lexer.unsigned(1), Ok(1 | 2))
        && lexer.literal(b".")
        && lexer.unsigned(1).is_ok()
        && (lexer.end_of_line() || lexer.literal(b"\r"));
    if version { Ok(()) } else { Err(Error::Header) }
}

/// Reads `startxref`, the offset and `%%EOF` from the end backwards and gives the offset. Nothing
/// but one end of line may follow.
fn tail(bytes: &[u8]) -> Result<usize, Error> {
    let wrong = Error::Tail;
    let mut rest = bytes;
    for eol in [b"\r\n".as_slice(), b"\n", b"\r"] {
        if let Some(shorter) = rest.strip_suffix(eol) {
            rest = shorter;
            break;
        }
    }
    let rest = rest.strip_suffix(b"%%EOF").ok_or(wrong.clone())?;
    let rest = strip_eol(rest).ok_or(wrong.clone())?;
    let digits = rest.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    let (rest, number) = rest.split_at(rest.len() - digits);
    let rest = strip_eol(rest).ok_or(wrong.clone())?;
    if !rest.ends_with(b"startxref") {
        return Err(wrong);
    }
    std::str::from_utf8(number).ok().and_then(|n| n.parse().ok()).ok_or(wrong)
}

fn strip_eol(bytes: &[u8]) -> Option<&[u8]> {
    let bytes = bytes
        .strip_suffix(b"\n")
        .map(|b| b.strip_suffix(b"\r").unwrap_or(b))
        .or_else(|| bytes.strip_suffix(b"\r"))?;
    Some(bytes)
}

/// Parses the cross-reference table and trailer at `xref`. Where the revision begins is not known
/// before the one below it.
fn revision(bytes: &[u8], xref: usize) -> Result<Revision, Error> {
    let (entries, trailer, end) = table(bytes, xref)?;
    if trailer.get("XRefStm").is_some() {
        return Err(Error::Hybrid { offset: xref });
    }
    let size = trailer
        .get("Size")
        .and_then(Object::as_integer)
        .and_then(|n| u32::try_from(n).ok())
        .ok_or(Error::WrongType { key: "Size", expected: "integer" })?;
    if entries.keys().next_back().is_some_and(|&highest| highest >= size) {
        return Err(Error::XrefSize { offset: xref });
    }
    Ok(Revision { span: 0..end, xref, trailer, entries })
}

type Table = (BTreeMap<u32, Entry>, Dictionary, usize);

/// From the word `xref` to the end of line after `%%EOF`.
fn table(bytes: &[u8], xref: usize) -> Result<Table, Error> {
    let mut lexer = Lexer::new(bytes, xref..bytes.len());
    if !lexer.literal(b"xref") {
        return Err(if is_xref_stream(lexer) {
            Error::XrefStream { offset: xref }
        } else {
            Error::Expected { what: "xref", offset: xref }
        });
    }
    if !lexer.end_of_line() {
        return Err(lexer.error("end of line after xref"));
    }
    let mut entries = BTreeMap::new();
    while lexer.rest().first().is_some_and(u8::is_ascii_digit) {
        subsection(&mut lexer, &mut entries)?;
    }
    lexer.keyword("trailer")?;
    let trailer = lexer.dictionary()?;
    lexer.keyword("startxref")?;
    lexer.skip_whitespace();
    let at = lexer.position();
    if lexer.unsigned(12)? != u64::try_from(xref).unwrap_or(u64::MAX) {
        return Err(Error::StartXref { offset: at });
    }
    if !lexer.end_of_line() && !lexer.literal(b"\r") {
        return Err(lexer.error("end of line after startxref"));
    }
    if !lexer.literal(b"%%EOF") {
        return Err(Error::Expected { what: "%%EOF", offset: lexer.position() });
    }
    if !lexer.end_of_line() {
        lexer.literal(b"\r");
    }
    Ok((entries, trailer, lexer.position()))
}

/// Whether a cross-reference stream really begins here: other producers' files are told apart from
/// ours that were damaged.
fn is_xref_stream(mut lexer: Lexer<'_>) -> bool {
    lexer.unsigned(10).is_ok()
        && lexer.literal(b" ")
        && lexer.unsigned(5).is_ok()
        && lexer.literal(b" obj")
        && lexer.dictionary().is_ok_and(|d| d.get("Type").and_then(Object::as_name) == Some(b"XRef"))
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
    match (usize::try_from(offset), u16::try_from(generation)) {
        (Ok(offset), Ok(generation)) => Ok(Entry::InUse { offset, generation }),
        _ => Err(malformed),
    }
}
