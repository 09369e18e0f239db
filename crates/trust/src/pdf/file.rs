//! A file as its revisions: each incremental update apart, with the bytes it owns.
//!
//! Reading goes along the chain of `startxref` and `/Prev` and nowhere else. Nothing is searched
//! for and nothing is repaired: a reader that finds `%%EOF` by looking for it can be shown another
//! file than the one that was signed.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use super::budget::{Budget, OBJECT, Work};
use super::filter::{self, MAX_DECODED};
use super::lexer::Lexer;
use super::xref::{self, Entry, Section};
use super::{Dictionary, Error, Object, Ref, place};

/// Updates in one file. pk makes one a signature; twice the largest number of signatures seen in
/// public test files (51) leaves room for foreign ones.
const MAX_REVISIONS: usize = 128;

/// Depth of `/Length 5 0 R` pointing at a length that is itself a reference.
const MAX_INDIRECTION: usize = 8;

/// Objects in one object stream. ISO 32000-2, 7.5.7 names no limit; producers write 100 to 200.
const MAX_IN_STREAM: usize = 100_000;

/// One state of the file: what an incremental update added.
#[derive(Debug)]
pub struct Revision {
    /// The bytes of this revision, up to and with the end of line after its `%%EOF`.
    pub span: Range<usize>,
    /// Where the cross-reference section that `startxref` names begins.
    pub xref: usize,
    /// Its trailer dictionary.
    pub trailer: Dictionary,
    entries: BTreeMap<u32, Entry>,
    /// Objects have to begin before this byte.
    objects_end: usize,
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
            Entry::Compressed { .. } => Some(Ref::new(number)),
            Entry::Free => None,
        })
    }

    /// The number of its cross-reference stream, if it is one and lists itself.
    pub fn xref_stream(&self) -> Option<u32> {
        let own = |entry: &Entry| matches!(entry, Entry::InUse { offset, .. } if *offset == self.xref);
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

    /// Where an object that begins at `offset` has to end: it may not run over the section.
    fn limit(&self, offset: usize) -> usize {
        let linearized = self.objects_end == self.span.end;
        if offset < self.xref && !linearized { self.xref } else { self.span.end }
    }

    /// One section with what it adds to the revisions before it.
    fn new(section: Section) -> Self {
        let Section { xref, entries, trailer, is_stream, end, .. } = section;
        // A cross-reference stream is an object itself, and may list itself.
        let objects_end = if is_stream { xref.saturating_add(1) } else { xref };
        Self { span: 0..end, xref, trailer, entries, objects_end }
    }

    /// A linearized file has two sections, and is one revision (ISO 32000-2, Annex F): the first
    /// page's at the beginning, whose `/Prev` leads to the main one at the end.
    fn linearized(bytes: &[u8], first: Section, main: Section) -> Result<Self, Error> {
        let wrong = Error::BadPrev { offset: first.xref };
        main.starts_at(first.xref)?;
        let length = linearized_length(bytes).filter(|&length| length == main.end);
        if length.is_none() || main.previous()?.is_some() {
            return Err(wrong);
        }
        let end = main.end;
        let mut revision = Self::new(first);
        for (number, entry) in main.entries {
            if revision.entries.insert(number, entry).is_some_and(|both| both != entry) {
                return Err(Error::DuplicateEntry { number, offset: main.xref });
            }
        }
        revision.span.end = end;
        revision.objects_end = end;
        Ok(revision)
    }
}

/// An indirect object: a value, or a dictionary with a stream.
#[derive(Clone, Debug)]
pub struct Body {
    /// The value; for a stream its dictionary.
    pub value: Object,
    /// The encoded bytes of the stream, as a span of the file.
    pub stream: Option<Range<usize>>,
    /// From the object number to the end of `endobj`; for a compressed object, of its stream.
    pub span: Range<usize>,
    /// The object stream it is in. Its dictionary's spans then count bytes of that stream, decoded.
    pub container: Option<u32>,
}

/// A parsed file.
#[derive(Debug)]
pub struct File<'a> {
    bytes: &'a [u8],
    revisions: Vec<Revision>,
    /// Decoded object streams, by the byte at which they stand.
    streams: Mutex<BTreeMap<usize, Arc<ObjectStream>>>,
    budget: Budget,
}

/// A decoded object stream (ISO 32000-2, 7.5.7).
#[derive(Debug)]
struct ObjectStream {
    data: Vec<u8>,
    /// Numbers of its objects, and where they begin.
    objects: Vec<(u32, usize)>,
    /// Where it stands in the file.
    span: Range<usize>,
}

impl<'a> File<'a> {
    /// Parses the structure of a file: header, and every revision from the last to the first.
    ///
    /// # Errors
    ///
    /// Whatever ISO 32000-2, 7.5 does not allow, and what this reader does not read: hybrid and
    /// encrypted files.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        header(bytes)?;
        let mut revisions = chain(bytes)?;
        let mut start = 0;
        let mut size = 0;
        for revision in &mut revisions {
            revision.span.start = start;
            if start > revision.xref {
                return Err(Error::TrailingBytes { offset: revision.xref });
            }
            start = revision.span.end;
            // A /Size that shrinks makes objects vanish for some readers and not for others.
            let enlarged = xref::size(&revision.trailer)?;
            if enlarged < size {
                return Err(Error::XrefSize { offset: revision.xref });
            }
            size = enlarged;
            check_entries(revision)?;
        }
        // One that an update adds is a change like any other, and makes nothing unreadable before it.
        if revisions.first().is_some_and(|r| r.trailer.get("Encrypt").is_some()) {
            return Err(Error::Encrypted);
        }
        Ok(Self { bytes, revisions, streams: Mutex::default(), budget: Budget::default() })
    }

    /// All bytes of the file.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Counts work that this file causes, before it is done.
    ///
    /// # Errors
    ///
    /// [`Error::Cost`] where all of it together is more than a check may cost.
    pub fn spend(&self, work: Work, amount: usize) -> Result<(), Error> {
        self.budget.spend(work, amount)
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
    /// Counts work, as [`File::spend`].
    ///
    /// # Errors
    ///
    /// [`Error::Cost`] where all of it together is more than a check may cost.
    pub fn spend(&self, work: Work, amount: usize) -> Result<(), Error> {
        self.file.spend(work, amount)
    }

    /// The trailer dictionary of this revision.
    pub fn trailer(&self) -> &'f Dictionary {
        &self.file.revisions[self.revision].trailer
    }

    /// The bytes of the file up to the end of this revision.
    pub fn bytes(&self) -> &'a [u8] {
        self.file.bytes.get(..self.file.revisions[self.revision].span.end).unwrap_or_default()
    }

    /// Where the cross-reference section of this revision begins.
    pub fn xref(&self) -> usize {
        self.file.revisions[self.revision].xref
    }

    /// The revision that this is a view of.
    pub fn revision(&self) -> usize {
        self.revision
    }

    /// The object of this number as it is here, and the revision that made it so; `None` if it does
    /// not exist.
    ///
    /// # Errors
    ///
    /// As [`View::body`], if it cannot be read.
    pub fn numbered(&self, number: u32) -> Result<Option<(Body, usize)>, Error> {
        let Some(reference) = self.reference(number) else { return Ok(None) };
        let made = self.file.entry(number, self.revision).map_or(0, |(_, made)| made);
        Ok(Some((self.body(reference)?, made)))
    }

    /// The number with the generation under which the object is found here; `None` if there is none.
    pub fn reference(&self, number: u32) -> Option<Ref> {
        let generation = match self.file.entry(number, self.revision)?.0 {
            Entry::InUse { generation, .. } => generation,
            Entry::Compressed { .. } => 0,
            Entry::Free => return None,
        };
        Some(Ref { number, generation })
    }

    /// Whether there is an object of this number.
    pub fn has(&self, number: u32) -> bool {
        !matches!(self.file.entry(number, self.revision), Some((Entry::Free, _)) | None)
    }

    /// The encoded bytes of a stream.
    pub fn encoded(&self, body: &Body) -> Option<&'a [u8]> {
        self.file.bytes.get(body.stream.clone()?)
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
        let (offset, generation, revision) = match self.file.entry(reference.number, self.revision) {
            Some((Entry::InUse { offset, generation }, revision)) => (offset, generation, revision),
            Some((Entry::Compressed { container, index }, revision)) if reference.generation == 0 => {
                return self.compressed(reference, container, index, revision);
            }
            _ => return Err(missing),
        };
        if generation != reference.generation {
            return Err(missing);
        }
        let end = self.file.revisions[revision].limit(offset);
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
        let encoded = stream.as_ref().map_or(0, ExactSizeIterator::len);
        self.file.spend(Work::Read, OBJECT + (lexer.position() - offset).saturating_sub(encoded))?;
        Ok(Body { value, stream, span: offset..lexer.position(), container: None })
    }

    /// An object inside an object stream of the same revision.
    fn compressed(
        &self,
        reference: Ref,
        container: u32,
        index: usize,
        revision: usize,
    ) -> Result<Body, Error> {
        let stream = self.object_stream(container, revision)?;
        let wrong = Error::WrongObject { reference, offset: stream.span.start };
        let &(number, start) = stream.objects.get(index).ok_or(wrong.clone())?;
        if number != reference.number {
            return Err(wrong);
        }
        let end = stream.objects.get(index + 1).map_or(stream.data.len(), |next| next.1);
        let mut lexer = Lexer::new(&stream.data, start..end);
        let (value, _) = lexer.object()?;
        lexer.skip_whitespace();
        // Anything else there would be another object to a reader that counts from the end.
        if !lexer.rest().is_empty() {
            return Err(wrong);
        }
        self.file.spend(Work::Read, OBJECT + (end - start))?;
        Ok(Body { value, stream: None, span: stream.span.clone(), container: Some(container) })
    }

    fn object_stream(&self, container: u32, revision: usize) -> Result<Arc<ObjectStream>, Error> {
        let wrong = Error::WrongType { key: "ObjStm", expected: "object stream" };
        let offset = match self.file.revisions[revision].entries.get(&container) {
            Some(Entry::InUse { offset, generation: 0 }) => *offset,
            _ => return Err(wrong),
        };
        let lock = || self.file.streams.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(&offset) {
            return Ok(Arc::clone(known));
        }
        // As of its own revision: a later one must not give its /Length another value.
        let view = self.file.at(revision);
        let body = view.body(Ref::new(container))?;
        let dictionary = body.value.as_dictionary().ok_or(wrong.clone())?;
        if dictionary.get("Type").and_then(Object::as_name) != Some(b"ObjStm") {
            return Err(wrong);
        }
        let data = view.decoded(&body)?;
        let stream = Arc::new(ObjectStream { objects: directory(dictionary, &data)?, data, span: body.span });
        lock().insert(offset, Arc::clone(&stream));
        Ok(stream)
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
            .and_then(|n| u64::try_from(n).ok())
            .and_then(|n| start.checked_add(place(n)))
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
        let mut direct = Dictionary::new();
        for key in ["Filter", "DecodeParms"] {
            if let Some(value) = dictionary.get(key) {
                direct.set(key, self.resolve(value)?.into_owned());
            }
        }
        let decoded = filter::decode(&direct, encoded, MAX_DECODED)?;
        self.file.spend(Work::Inflated, decoded.len())?;
        Ok(decoded)
    }
}

/// Numbers and places of the objects in a decoded object stream.
fn directory(dictionary: &Dictionary, data: &[u8]) -> Result<Vec<(u32, usize)>, Error> {
    let wrong = Error::WrongType { key: "ObjStm", expected: "object stream" };
    let number = |key| dictionary.get(key).and_then(Object::as_place).ok_or(wrong.clone());
    let (count, first) = (number("N")?, number("First")?);
    if count > MAX_IN_STREAM {
        return Err(Error::TooMany { what: "objects in a stream", offset: 0 });
    }
    let mut lexer = Lexer::new(data, 0..first);
    let mut objects = Vec::new();
    for _ in 0..count {
        lexer.skip_whitespace();
        let number = u32::try_from(lexer.unsigned(10)?).map_err(|_| wrong.clone())?;
        lexer.skip_whitespace();
        let offset = place(lexer.unsigned(10)?);
        let start = first.checked_add(offset).filter(|&start| start <= data.len()).ok_or(wrong.clone())?;
        // In order, so that each object ends where the next begins.
        if objects.last().is_some_and(|&(_, before)| start < before) {
            return Err(wrong);
        }
        objects.push((number, start));
    }
    Ok(objects)
}

/// Every revision, oldest first, along `/Prev`.
fn chain(bytes: &[u8]) -> Result<Vec<Revision>, Error> {
    let mut revisions: Vec<Revision> = Vec::new();
    let mut xref = tail(bytes)?;
    loop {
        let section = Section::read(bytes, xref)?;
        let previous = section.previous()?;
        let (revision, previous) = match previous {
            Some(later) if later > section.xref => {
                let main = Section::read(bytes, later)?;
                (Revision::linearized(bytes, section, main)?, None)
            }
            Some(same) if same == section.xref => return Err(Error::BadPrev { offset: xref }),
            earlier => {
                section.starts_at(xref)?;
                (Revision::new(section), earlier)
            }
        };
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

/// Every entry has to lead into its own revision: one that points elsewhere gives bytes that
/// somebody signed a second meaning (shadow attacks, "change of object usage").
fn check_entries(revision: &Revision) -> Result<(), Error> {
    for entry in revision.entries.values() {
        match entry {
            Entry::InUse { offset, .. } => {
                if !(revision.span.start..revision.objects_end).contains(offset) {
                    return Err(Error::ForeignOffset { offset: *offset });
                }
            }
            Entry::Compressed { container, .. } => {
                if !matches!(revision.entries.get(container), Some(Entry::InUse { generation: 0, .. })) {
                    return Err(Error::ForeignOffset { offset: revision.xref });
                }
            }
            Entry::Free => {}
        }
    }
    Ok(())
}

/// `/L` of the linearization dictionary, which is the first object (ISO 32000-2, F.3.3).
fn linearized_length(bytes: &[u8]) -> Option<usize> {
    let mut lexer = Lexer::new(bytes, 0..bytes.len().min(1024));
    // The header line is a comment to the lexer.
    lexer.skip_whitespace();
    lexer.unsigned(10).ok()?;
    if !lexer.literal(b" 0 obj") {
        return None;
    }
    let dictionary = lexer.dictionary().ok()?;
    dictionary.get("Linearized")?;
    dictionary.get("L")?.as_place()
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
