//! Objects, read where the cross-reference tables say that they stand.

use std::ops::Range;
use std::sync::Arc;

use super::budget::{OBJECT, VALUE, Work};
use super::filter;
use super::irregular::Irregularity;
use super::lexer::Lexer;
use super::object_stream::ObjectStream;
use super::view::View;
use super::xref::{self, Entry};
use super::{Dictionary, Error, Object, Ref, place};

/// Depth of `/Length 5 0 R` pointing at a length that is itself a reference.
pub(super) const MAX_INDIRECTION: usize = 8;

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

impl<'a> View<'_, 'a> {
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
