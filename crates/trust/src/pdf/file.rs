//! A file and its objects, as of each of its revisions.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::budget::{OBJECT, VALUE, Work};
use super::crypt::Crypt;
use super::filter;
use super::irregular::{Irregularity, Reading};
use super::lexer::Lexer;
use super::object_stream::ObjectStream;
use super::revision::{Revision, revisions};
use super::xref::{self, Entry};
use super::{Dictionary, Error, Object, Ref, place};

/// Depth of `/Length 5 0 R` pointing at a length that is itself a reference.
const MAX_INDIRECTION: usize = 8;

/// What reading the objects cost that are kept as values, in bytes. A value takes up to ten times as much memory.
const MAX_KEPT: usize = 4 * 1024 * 1024;

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
    /// Its own number: each object of an encrypted file has a key of its own.
    pub(super) reference: Ref,
    /// What reading it cost, and copying it does.
    pub(super) cost: usize,
}

/// A parsed file.
#[derive(Debug)]
pub struct File<'a> {
    bytes: &'a [u8],
    revisions: Vec<Revision>,
    /// Every number with the revisions that define or free it, in order.
    index: Vec<(u32, u32)>,
    reading: Reading,
    kept: Mutex<Kept>,
    /// The key of a file that is encrypted without a password, and the object that says how.
    crypt: Option<(Crypt, Option<Ref>)>,
}

/// What was read once and may be asked for again.
#[derive(Debug, Default)]
struct Kept {
    /// Decoded object streams, by the byte at which they stand.
    streams: BTreeMap<usize, Arc<ObjectStream>>,
    /// Objects, by their numbers and the revisions that made them.
    bodies: BTreeMap<(u32, usize), Arc<Body>>,
    /// What reading these objects cost.
    cost: usize,
    /// Page trees, by the revision for which they were read.
    pages: BTreeMap<usize, Arc<PageTree>>,
}

/// The pages of one or more revisions.
#[derive(Debug)]
struct PageTree {
    root: Ref,
    pages: Vec<Ref>,
    /// The objects that say so, pages and lists of kids among them.
    nodes: BTreeSet<u32>,
}

impl<'a> File<'a> {
    /// Parses the structure of a file: header, and every revision from the last to the first.
    ///
    /// # Errors
    ///
    /// Whatever ISO 32000-2, 7.5 does not allow, and what this reader does not read: hybrid and
    /// encrypted files.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        Self::read(bytes, Reading::default())
    }

    /// As [`File::parse`], for other programs' files: what has one reading only is noted
    /// ([`File::irregularities`]) and read.
    ///
    /// # Errors
    ///
    /// What readers disagree on, and files that are encrypted with a user's password.
    pub fn parse_foreign(bytes: &'a [u8]) -> Result<Self, Error> {
        Self::read(bytes, Reading::foreign())
    }

    fn read(bytes: &'a [u8], reading: Reading) -> Result<Self, Error> {
        let revisions = revisions(bytes, &reading)?;
        let numbers =
            |(i, revision): (u32, &Revision)| revision.numbers().map(move |n| (n, i)).collect::<Vec<_>>();
        let mut index: Vec<(u32, u32)> = (0..).zip(&revisions).flat_map(numbers).collect();
        index.sort_unstable();
        let mut file = Self { bytes, revisions, index, reading, kept: Mutex::default(), crypt: None };
        file.crypt = file.key()?;
        // What was read for that was not decrypted.
        file.kept = Mutex::default();
        crate::counters::file();
        Ok(file)
    }

    /// The same file, read as other programs' files are ([`File::parse_foreign`]) from now on.
    #[must_use]
    pub fn tolerant(self) -> Self {
        Self { reading: Reading::foreign(), kept: Mutex::default(), ..self }
    }

    /// The key of an encrypted file. An encryption that an update adds is a change like any other, and makes
    /// nothing unreadable before it.
    fn key(&self) -> Result<Option<(Crypt, Option<Ref>)>, Error> {
        let view = self.at(0);
        let Some(encryption) = view.trailer().get("Encrypt") else { return Ok(None) };
        if !self.reading.is_foreign() {
            return Err(Error::Encrypted);
        }
        let own = encryption.as_reference();
        // An update that says anew how the file is encrypted would give what was signed another meaning.
        let again = |r: &Revision| own.is_some_and(|own| r.entries.contains_key(&own.number));
        if self.revisions.iter().skip(1).any(again) {
            return Err(Error::Encrypted);
        }
        let encryption = view.resolve(encryption)?;
        let id = view.array(view.trailer(), "ID")?.unwrap_or_default();
        let id = id.first().and_then(Object::as_string).unwrap_or_default();
        let crypt = Crypt::open(encryption.as_dictionary().ok_or(Error::Encrypted)?, id)?;
        Ok(Some((crypt, own)))
    }

    /// Whether the file is encrypted, without a password.
    pub const fn is_encrypted(&self) -> bool {
        self.crypt.is_some()
    }

    /// The forms that were tolerated so far, each with the first and the last byte at which it stands. Objects are read
    /// when they are asked for, so there may be more of them later.
    pub fn irregularities(&self) -> BTreeMap<Irregularity, (usize, usize)> {
        self.reading.found()
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
        self.reading.spend(work, amount)
    }

    /// How much of a kind of work this file has caused so far; what was refused counts too.
    pub fn spent(&self, work: Work) -> u64 {
        self.reading.spent(work)
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

    /// Where an object is as of a revision, and the revision that says so.
    fn entry(&self, number: u32, revision: usize) -> Option<(Entry, usize)> {
        let newest = u32::try_from(revision).unwrap_or(u32::MAX);
        let after = self.index.partition_point(|known| *known <= (number, newest));
        let (known, made) = *self.index.get(after.checked_sub(1)?)?;
        let made = usize::try_from(made).ok().filter(|_| known == number)?;
        Some((*self.revisions.get(made)?.entries.get(&number)?, made))
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
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
        let Some((entry, made)) = self.file.entry(number, self.revision) else { return Ok(None) };
        let Some(generation) = entry.generation() else { return Ok(None) };
        Ok(Some((self.body(Ref { number, generation })?, made)))
    }

    /// The number with the generation under which the object is found here; `None` if there is none.
    pub fn reference(&self, number: u32) -> Option<Ref> {
        let generation = self.file.entry(number, self.revision)?.0.generation()?;
        Some(Ref { number, generation })
    }

    /// Whether there is an object of this number.
    pub fn has(&self, number: u32) -> bool {
        self.reference(number).is_some()
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
        // Copying takes longer than finding, and a page of a megabyte may be asked for a thousand times.
        self.file.spend(Work::Read, OBJECT)?;
        match Arc::try_unwrap(self.shared(reference)?) {
            Ok(body) => Ok(body),
            Err(kept) => {
                self.file.spend(Work::Read, kept.cost)?;
                Ok(Body::clone(&kept))
            }
        }
    }

    /// As [`View::body`], without a copy of it where it has been read before.
    ///
    /// # Errors
    ///
    /// As [`View::body`].
    pub fn shared(&self, reference: Ref) -> Result<Arc<Body>, Error> {
        self.body_at(reference, 0)
    }

    fn body_at(&self, reference: Ref, depth: usize) -> Result<Arc<Body>, Error> {
        let missing = Error::Missing { reference };
        if depth > MAX_INDIRECTION {
            return Err(missing);
        }
        self.file.spend(Work::Read, OBJECT)?;
        let (entry, made) = self.file.entry(reference.number, self.revision).ok_or(missing.clone())?;
        if entry.generation() != Some(reference.generation) {
            return Err(missing);
        }
        if let Some(known) = self.file.kept().bodies.get(&(reference.number, made)) {
            return Ok(Arc::clone(known));
        }
        let body = match entry {
            Entry::Compressed { container, index } => self.compressed(reference, container, index, made)?,
            Entry::InUse { offset, .. } => self.plain(reference, offset, made, depth)?,
            Entry::Free => return Err(missing),
        };
        let cost = body.cost;
        self.file.spend(Work::Read, cost)?;
        let body = Arc::new(body);
        // Where a stream ends can be said by another object, which a later revision may have changed.
        let length =
            body.value.as_dictionary().filter(|_| body.stream.is_some()).and_then(|d| d.get("Length"));
        if length.is_none_or(|length| length.as_reference().is_none()) {
            let mut kept = self.file.kept();
            if kept.cost.saturating_add(OBJECT + cost) <= MAX_KEPT {
                kept.cost += OBJECT + cost;
                kept.bodies.insert((reference.number, made), Arc::clone(&body));
            }
        }
        Ok(body)
    }

    /// An object that stands in the file.
    fn plain(&self, reference: Ref, offset: usize, made: usize, depth: usize) -> Result<Body, Error> {
        let wrong = Error::WrongObject { reference, offset };
        let end = self.file.revisions.get(made).ok_or(wrong)?.limit(offset);
        let mut lexer = Lexer::new(self.file.bytes, offset..end);
        let read = self.plain_from(&mut lexer, reference, depth);
        if read.is_err() {
            // Many objects may begin at many places and fail at the same far one.
            self.file.spend(Work::Read, lexer.position().saturating_sub(offset))?;
        }
        read
    }

    fn plain_from(&self, lexer: &mut Lexer<'a>, reference: Ref, depth: usize) -> Result<Body, Error> {
        let wrong = Error::WrongObject { reference, offset: lexer.position() };
        let named = lexer.position();
        if lexer.skip_few_spaces() > 0 {
            self.file.reading.tolerate(Irregularity::ObjectPlace, named, wrong.clone())?;
        }
        let offset = lexer.position();
        let header = xref::object_header(lexer, &self.file.reading, &wrong)?;
        if header != (u64::from(reference.number), u64::from(reference.generation)) {
            return Err(wrong);
        }
        let (mut value, _) = lexer.object()?;
        lexer.skip_whitespace();
        let stream =
            if lexer.rest().starts_with(b"stream") { Some(self.stream(lexer, &value, depth)?) } else { None };
        lexer.keyword("endobj")?;
        let encoded = stream.as_ref().map_or(0, ExactSizeIterator::len);
        let text = (lexer.position() - offset).saturating_sub(encoded);
        let cost = text.saturating_add(VALUE.saturating_mul(lexer.values()));
        // The dictionary of a cross-reference stream is read before there is a key, so nothing in it is encrypted
        // (7.5.8.2).
        let is_table = stream.is_some() && value.kind() == Some(b"XRef");
        if let Some((crypt, own)) = &self.file.crypt
            && *own != Some(reference)
            && !is_table
        {
            crypt.strings(&mut value, reference)?;
        }
        Ok(Body { value, stream, span: offset..lexer.position(), container: None, reference, cost })
    }

    /// An object inside an object stream of the same revision.
    fn compressed(&self, reference: Ref, container: u32, index: usize, made: usize) -> Result<Body, Error> {
        let stream = self.object_stream(container, made)?;
        let (value, cost) = stream.object(reference, index)?;
        let span = stream.span.clone();
        Ok(Body { value, stream: None, span, container: Some(container), reference, cost })
    }

    /// The object stream of this number that revision `made` defines.
    pub(super) fn object_stream(&self, container: u32, made: usize) -> Result<Arc<ObjectStream>, Error> {
        let wrong = Error::WrongType { key: "ObjStm", expected: "object stream" };
        let offset = match self.file.revisions.get(made).and_then(|r| r.entries.get(&container)) {
            Some(Entry::InUse { offset, generation: 0 }) => *offset,
            _ => return Err(wrong),
        };
        if let Some(known) = self.file.kept().streams.get(&offset) {
            return Ok(Arc::clone(known));
        }
        // As of its own revision: a later one must not give its /Length another value.
        let view = self.file.at(made);
        let body = view.shared(Ref::new(container))?;
        let dictionary = body.value.as_dictionary().ok_or(wrong.clone())?;
        if dictionary.kind() != Some(b"ObjStm") {
            return Err(wrong);
        }
        let data = view.decoded(&body)?;
        let stream = ObjectStream::parse(dictionary, data, body.span.clone(), &self.file.reading)?;
        let stream = Arc::new(stream);
        self.file.kept().streams.insert(offset, Arc::clone(&stream));
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
        xref::stream_end(&mut after, &self.file.reading)?;
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
        match self.value(parent, key)? {
            None => Ok(None),
            Some(Object::Dictionary(dictionary)) => Ok(Some(dictionary)),
            Some(_) => Err(Error::WrongType { key, expected: "dictionary" }),
        }
    }

    /// The array under `key`, directly or by reference; `None` if there is no such key.
    ///
    /// # Errors
    ///
    /// If there is something else under the key.
    pub fn array(&self, parent: &Dictionary, key: &'static str) -> Result<Option<Vec<Object>>, Error> {
        match self.value(parent, key)? {
            None => Ok(None),
            Some(Object::Array(items)) => Ok(Some(items)),
            Some(_) => Err(Error::WrongType { key, expected: "array" }),
        }
    }

    /// A copy of the value under `key`, directly or by reference. A direct one may have half a million values in it.
    ///
    /// # Errors
    ///
    /// As [`View::resolve`].
    pub fn value(&self, parent: &Dictionary, key: &str) -> Result<Option<Object>, Error> {
        let Some(object) = parent.get(key) else { return Ok(None) };
        let resolved = self.resolve(object)?;
        if matches!(resolved, Cow::Borrowed(_)) {
            self.file.spend(Work::Read, VALUE.saturating_mul(resolved.values()))?;
        }
        Ok(Some(resolved.into_owned()))
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
        let tree = match self.known_pages(*root) {
            Some(known) => known,
            None => Arc::new(self.page_tree(*root)?),
        };
        self.file.kept().pages.insert(self.revision, Arc::clone(&tree));
        // A page takes as long to copy as some bytes take to read.
        self.file.spend(Work::Read, tree.pages.len())?;
        Ok(tree.pages.clone())
    }

    /// The pages as of an earlier revision, if nothing that says so was touched since. Many small updates of a
    /// document of many pages would else cost a walk through all of them each.
    fn known_pages(&self, root: Ref) -> Option<Arc<PageTree>> {
        let (earlier, tree) = {
            let kept = self.file.kept();
            let (earlier, tree) = kept.pages.range(..=self.revision).next_back()?;
            (*earlier, Arc::clone(tree))
        };
        let updates = self.file.revisions.get(earlier + 1..=self.revision)?;
        let touched = updates.iter().flat_map(Revision::numbers).any(|number| tree.nodes.contains(&number));
        (tree.root == root && !touched).then_some(tree)
    }

    fn page_tree(&self, root: Ref) -> Result<PageTree, Error> {
        let mut tree = PageTree { root, pages: Vec::new(), nodes: BTreeSet::new() };
        let mut seen = BTreeSet::new();
        let mut stack = vec![root];
        while let Some(reference) = stack.pop() {
            if !seen.insert(reference) {
                return Err(Error::Loop { what: "page tree" });
            }
            tree.nodes.insert(reference.number);
            let body = self.shared(reference)?;
            let node =
                body.value.as_dictionary().ok_or(Error::WrongType { key: "Kids", expected: "dictionary" })?;
            let mut list = node.get("Kids");
            let mut shared;
            for _ in 0..MAX_INDIRECTION {
                let Some(Object::Reference(elsewhere)) = list else { break };
                tree.nodes.insert(elsewhere.number);
                shared = self.shared(*elsewhere)?;
                list = Some(&shared.value);
            }
            match list {
                None => tree.pages.push(reference),
                Some(Object::Array(kids)) => {
                    for kid in kids.iter().rev() {
                        stack.push(
                            kid.as_reference()
                                .ok_or(Error::WrongType { key: "Kids", expected: "reference" })?,
                        );
                    }
                }
                Some(_) => return Err(Error::WrongType { key: "Kids", expected: "array" }),
            }
        }
        Ok(tree)
    }

    /// The decoded bytes of a stream object, at most [`MAX_DECODED`](super::MAX_DECODED).
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
        let Some((crypt, _)) = &self.file.crypt else {
            return filter::decode(&direct, encoded, &self.file.reading);
        };
        self.file.spend(Work::Read, encoded.len())?;
        let plain = crypt.stream(dictionary, encoded, body.reference)?;
        filter::decode(&direct, &plain, &self.file.reading)
    }
}
