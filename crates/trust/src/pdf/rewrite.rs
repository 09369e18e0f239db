//! Editing a file that nobody has signed, and writing it anew.

use std::collections::BTreeMap;

use super::update::write_table;
use super::{Body, Dictionary, Error, File, Object, Ref, View};

/// Objects reachable from one imported page. Bounds the walk through a file made by the renderer.
const MAX_IMPORT: usize = 100_000;

/// An unsigned document in memory: objects by number.
///
/// What is not touched is copied byte for byte, and the same edits of the same file give the same
/// bytes.
#[derive(Debug)]
pub struct Rewrite {
    header: Vec<u8>,
    trailer: Dictionary,
    objects: BTreeMap<u32, Vec<u8>>,
    values: BTreeMap<u32, Object>,
}

impl Rewrite {
    /// Takes over all objects of a file of one revision.
    ///
    /// # Errors
    ///
    /// If the file has several revisions (it may be signed) or an object that cannot be read.
    pub fn new(file: &File<'_>) -> Result<Self, Error> {
        let [revision] = file.revisions() else {
            return Err(Error::TooMany { what: "revisions", offset: 0 });
        };
        let view = file.latest();
        let mut objects = BTreeMap::new();
        let mut values = BTreeMap::new();
        let mut first = revision.xref;
        for reference in revision.objects() {
            let body = view.body(reference)?;
            first = first.min(body.span.start);
            objects.insert(reference.number, file.bytes()[body.span.clone()].to_vec());
            if body.stream.is_none() {
                values.insert(reference.number, body.value);
            }
        }
        Ok(Self {
            header: file.bytes()[..first].to_vec(),
            trailer: revision.trailer.clone(),
            objects,
            values,
        })
    }

    /// The value of an object that is no stream.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] if there is no such object.
    pub fn value(&self, reference: Ref) -> Result<&Object, Error> {
        self.values.get(&reference.number).ok_or(Error::Missing { reference })
    }

    /// The dictionary of an object that is no stream.
    ///
    /// # Errors
    ///
    /// If it does not exist or is something else.
    pub fn dictionary(&self, reference: Ref) -> Result<Dictionary, Error> {
        self.value(reference)?
            .as_dictionary()
            .cloned()
            .ok_or(Error::WrongType { key: "object", expected: "dictionary" })
    }

    /// Gives an object a new value.
    pub fn set(&mut self, reference: Ref, value: impl Into<Object>) {
        let value = value.into();
        let mut bytes = opening(reference.number);
        value.write(&mut bytes);
        bytes.extend_from_slice(b"\nendobj");
        self.objects.insert(reference.number, bytes);
        self.values.insert(reference.number, value);
    }

    /// Adds an object.
    pub fn add(&mut self, value: impl Into<Object>) -> Ref {
        let reference = self.vacant();
        self.set(reference, value);
        reference
    }

    /// Adds a stream; `/Length` is set here.
    pub fn add_stream(&mut self, dictionary: Dictionary, data: &[u8]) -> Ref {
        let reference = self.vacant();
        self.set_stream(reference, dictionary, data);
        reference
    }

    fn set_stream(&mut self, reference: Ref, mut dictionary: Dictionary, data: &[u8]) {
        dictionary.set("Length", i64::try_from(data.len()).unwrap_or(i64::MAX));
        let mut bytes = opening(reference.number);
        dictionary.write(&mut bytes);
        bytes.extend_from_slice(b"\nstream\n");
        bytes.extend_from_slice(data);
        bytes.extend_from_slice(b"\nendstream\nendobj");
        self.objects.insert(reference.number, bytes);
    }

    /// Copies an object of another file, and all it refers to, under new numbers.
    ///
    /// `map` remembers what was copied, so that two calls share fonts.
    ///
    /// # Errors
    ///
    /// If an object cannot be read.
    pub fn import(
        &mut self,
        view: View<'_, '_>,
        bytes: &[u8],
        value: &Object,
        map: &mut BTreeMap<Ref, Ref>,
    ) -> Result<Object, Error> {
        let mut value = value.clone();
        let mut pending = Vec::new();
        self.renumber(&mut value, map, &mut pending);
        while let Some((from, to)) = pending.pop() {
            if map.len() > MAX_IMPORT {
                return Err(Error::TooMany { what: "imported objects", offset: 0 });
            }
            let Body { mut value, stream, .. } = view.body(from)?;
            self.renumber(&mut value, map, &mut pending);
            match (stream, value) {
                (Some(span), Object::Dictionary(dictionary)) => {
                    self.set_stream(to, dictionary, bytes.get(span).unwrap_or_default());
                }
                (_, value) => self.set(to, value),
            }
        }
        Ok(value)
    }

    /// Replaces every reference inside `value`, and notes the objects not seen before.
    fn renumber(&mut self, value: &mut Object, map: &mut BTreeMap<Ref, Ref>, pending: &mut Vec<(Ref, Ref)>) {
        match value {
            Object::Reference(reference) => {
                let to = *map.entry(*reference).or_insert_with(|| {
                    let to = self.vacant();
                    // Keeps the number taken until its turn comes.
                    self.objects.insert(to.number, Vec::new());
                    pending.push((*reference, to));
                    to
                });
                *reference = to;
            }
            Object::Array(items) => items.iter_mut().for_each(|item| self.renumber(item, map, pending)),
            Object::Dictionary(dictionary) => {
                dictionary.values_mut().for_each(|item| self.renumber(item, map, pending));
            }
            _ => {}
        }
    }

    fn vacant(&self) -> Ref {
        Ref::new(self.objects.keys().next_back().map_or(1, |highest| highest + 1))
    }

    /// The document catalog.
    ///
    /// # Errors
    ///
    /// If the trailer names none.
    pub fn root(&self) -> Result<Ref, Error> {
        self.trailer
            .get("Root")
            .and_then(Object::as_reference)
            .ok_or(Error::WrongType { key: "Root", expected: "reference" })
    }

    /// Writes the file: header, objects by number, classic table, trailer, `%%EOF` with its end of
    /// line (without which the next revision would begin inside the last one, veraPDF #917).
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        let mut out = self.header;
        if !out.ends_with(b"\n") {
            out.push(b'\n');
        }
        let mut offsets = BTreeMap::new();
        for (number, bytes) in &self.objects {
            offsets.insert(*number, out.len());
            out.extend_from_slice(bytes);
            out.extend_from_slice(b"\n");
        }
        let size = self.objects.keys().next_back().map_or(1, |highest| highest + 1);
        let xref = out.len();
        out.extend_from_slice(b"xref\n");
        write_full_table(size, &offsets, &mut out);
        let mut trailer = self.trailer;
        trailer.set("Size", i64::from(size));
        out.extend_from_slice(b"trailer\n");
        trailer.write(&mut out);
        out.extend_from_slice(format!("\nstartxref\n{xref}\n%%EOF\n").as_bytes());
        out
    }
}

/// The table of a first revision begins with the head of the list of free objects, and has no gap
/// (ISO 32000-2, 7.5.4).
fn write_full_table(size: u32, offsets: &BTreeMap<u32, usize>, out: &mut Vec<u8>) {
    if (1..size).all(|number| offsets.contains_key(&number)) {
        out.extend_from_slice(format!("0 {size}\n0000000000 65535 f \n").as_bytes());
        for offset in offsets.values() {
            out.extend_from_slice(format!("{offset:010} 00000 n \n").as_bytes());
        }
        return;
    }
    out.extend_from_slice(b"0 1\n0000000000 65535 f \n");
    write_table(offsets, out);
}

fn opening(number: u32) -> Vec<u8> {
    format!("{number} 0 obj\n").into_bytes()
}
