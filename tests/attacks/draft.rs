//! Writing files as an attacker does: an update on top of a document, or a document anew, object by
//! object and as text, so that nothing keeps the writer from being wrong on purpose.

use std::collections::BTreeMap;
use std::ops::Range;

use pk_trust::Time;
use pk_trust::pades::{self, Field, SIGNATURE_ROOM, STAMP_KEY};
use pk_trust::pdf::{Dictionary, File, Object, Ref, Update, identify};

/// A file being written.
pub(crate) struct Draft<'a> {
    file: File<'a>,
    /// What stands before the first object.
    base: Vec<u8>,
    /// Objects as text, without `obj` and `endobj`.
    objects: BTreeMap<u32, Vec<u8>>,
    /// Entries of the table that are not simply the place of an object above.
    entries: BTreeMap<u32, String>,
    /// The trailer, to be changed by [`Draft::trailer`].
    trailer: Dictionary,
    next: u32,
}

impl<'a> Draft<'a> {
    /// An update after the last byte.
    pub(crate) fn update(bytes: &'a [u8]) -> Self {
        let file = File::parse(bytes).unwrap();
        let last = file.revisions().last().unwrap();
        let prev = i64::try_from(last.xref).unwrap();
        let trailer = last.trailer.clone().with("Prev", prev);
        Self::with(file, bytes.to_vec(), BTreeMap::new(), trailer)
    }

    /// A document of one revision written anew, every object as it was.
    pub(crate) fn anew(bytes: &'a [u8]) -> Self {
        let file = File::parse(bytes).unwrap();
        let [revision] = file.revisions() else { panic!("a document of one revision") };
        let (mut objects, mut first) = (BTreeMap::new(), revision.xref);
        for reference in revision.objects() {
            let span = file.latest().body(reference).unwrap().span;
            first = first.min(span.start);
            let head = format!("{} 0 obj", reference.number).len();
            let text = &bytes[span.start + head..span.end - b"endobj".len()];
            objects.insert(reference.number, text.trim_ascii().to_vec());
        }
        let trailer = revision.trailer.clone();
        Self::with(file, bytes[..first].to_vec(), objects, trailer)
    }

    fn with(file: File<'a>, base: Vec<u8>, objects: BTreeMap<u32, Vec<u8>>, trailer: Dictionary) -> Self {
        let next = u32::try_from(trailer.get("Size").unwrap().as_integer().unwrap()).unwrap();
        Self { file, base, objects, entries: BTreeMap::new(), trailer, next }
    }

    /// Gives an object this text.
    pub(crate) fn set(mut self, reference: Ref, text: impl AsRef<[u8]>) -> Self {
        self.objects.insert(reference.number, text.as_ref().to_vec());
        self
    }

    /// Sets keys of a dictionary to text; an empty text takes the key away.
    pub(crate) fn alter(self, reference: Ref, keys: &[(&str, &str)]) -> Self {
        let body = self.file.latest().body(reference).unwrap();
        let text = altered(body.value.as_dictionary().unwrap(), keys);
        self.set(reference, text)
    }

    /// Adds an object.
    pub(crate) fn add(mut self, text: impl AsRef<[u8]>) -> Self {
        let reference = self.vacant();
        self.next += 1;
        self.set(reference, text)
    }

    /// The object that [`Draft::add`] makes next.
    pub(crate) fn vacant(&self) -> Ref {
        Ref::new(self.next)
    }

    /// An entry of the table, `nnnnnnnnnn ggggg n`, for an object that stands elsewhere or nowhere.
    pub(crate) fn entry(mut self, number: u32, entry: &str) -> Self {
        self.entries.insert(number, entry.to_owned());
        self
    }

    /// Changes the trailer.
    pub(crate) fn trailer(mut self, key: &str, value: impl Into<Object>) -> Self {
        self.trailer.set(key, value);
        self
    }

    /// The objects alone, as they are appended, and where each one stands.
    pub(crate) fn body(&self) -> (Vec<u8>, BTreeMap<u32, usize>) {
        let mut out = self.base.clone();
        if !out.ends_with(b"\n") {
            out.push(b'\n');
        }
        let mut offsets = BTreeMap::new();
        for (number, text) in &self.objects {
            offsets.insert(*number, out.len());
            out.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
            out.extend_from_slice(text);
            out.extend_from_slice(b"\nendobj\n");
        }
        (out, offsets)
    }

    /// The table, one subsection an entry: less beautiful, and as good.
    pub(crate) fn table(&self, offsets: &BTreeMap<u32, usize>) -> String {
        let mut entries: BTreeMap<u32, String> =
            offsets.iter().map(|(&number, offset)| (number, format!("{offset:010} 00000 n"))).collect();
        entries.extend(self.entries.clone());
        if self.trailer.get("Prev").is_none() {
            entries.entry(0).or_insert_with(|| "0000000000 65535 f".to_owned());
        }
        let lines = entries.iter().map(|(number, entry)| format!("{number} 1\n{entry} \n"));
        format!("xref\n{}", lines.collect::<String>())
    }

    /// The trailer as text.
    pub(crate) fn trailer_text(&self) -> String {
        let highest = self.objects.keys().chain(self.entries.keys()).max().map_or(1, |n| n + 1);
        let mut trailer = self.trailer.clone();
        let size = trailer.get("Size").unwrap().as_integer().unwrap();
        trailer.set("Size", size.max(i64::from(highest)));
        format!("trailer\n{}", text(&trailer))
    }

    /// Table, trailer and end as one text, for a section at `xref`.
    pub(crate) fn tail(&self, offsets: &BTreeMap<u32, usize>, xref: usize) -> String {
        format!("{}{}\n{}", self.table(offsets), self.trailer_text(), end(xref))
    }

    /// The whole file.
    pub(crate) fn finish(self) -> Vec<u8> {
        let (mut out, offsets) = self.body();
        let tail = self.tail(&offsets, out.len());
        out.extend_from_slice(tail.as_bytes());
        out
    }

    /// The whole document behind another file, as part of which it is read.
    pub(crate) fn behind(mut self, bytes: &[u8]) -> Vec<u8> {
        self.base = [bytes, &self.base].concat();
        self.finish()
    }

    /// The whole file, with its table and trailer changed as text.
    pub(crate) fn finish_with(self, edit: impl FnOnce(String) -> String) -> Vec<u8> {
        let (mut out, offsets) = self.body();
        let tail = edit(self.tail(&offsets, out.len()));
        out.extend_from_slice(tail.as_bytes());
        out
    }
}

/// `startxref`, a number and the end.
pub(crate) fn end(xref: usize) -> String {
    format!("startxref\n{xref}\n%%EOF\n")
}

/// A dictionary as text.
pub(crate) fn text(dictionary: &Dictionary) -> String {
    let mut out = Vec::new();
    dictionary.write(&mut out);
    String::from_utf8(out).unwrap()
}

/// A dictionary as text, with keys set or (where the text is empty) taken away.
pub(crate) fn altered(dictionary: &Dictionary, keys: &[(&str, &str)]) -> String {
    let mut rest = dictionary.clone();
    for (key, _) in keys {
        rest.remove(key);
    }
    let set =
        keys.iter().filter(|(_, value)| !value.is_empty()).map(|(key, value)| format!("/{key} {value}"));
    format!("{}{}>>", text(&rest).strip_suffix(">>").unwrap(), set.collect::<String>())
}

/// A stream as text.
pub(crate) fn stream(keys: &str, data: &[u8]) -> Vec<u8> {
    let head = format!("<<{keys}/Length {}>>\nstream\n", data.len());
    [head.as_bytes(), data, b"\nendstream"].concat()
}

/// The catalog of the newest revision.
pub(crate) fn catalog(bytes: &[u8]) -> (Ref, Dictionary) {
    File::parse(bytes).unwrap().latest().catalog().unwrap()
}

/// A page of the newest revision.
pub(crate) fn page(bytes: &[u8], index: usize) -> (Ref, Dictionary) {
    let file = File::parse(bytes).unwrap();
    let reference = file.latest().pages().unwrap()[index];
    (reference, file.latest().body(reference).unwrap().value.as_dictionary().unwrap().clone())
}

/// What a key of a dictionary refers to.
pub(crate) fn target(dictionary: &Dictionary, key: &str) -> Ref {
    dictionary.get(key).unwrap().as_reference().unwrap()
}

/// A signature field.
pub(crate) fn field(bytes: &[u8], name: &str) -> Field {
    let file = File::parse(bytes).unwrap();
    pades::fields(file.latest()).unwrap().into_iter().find(|field| field.name == name).unwrap()
}

/// The signature dictionary of a field, with the places of its values.
pub(crate) fn signature(bytes: &[u8], name: &str) -> (Ref, Dictionary) {
    let reference = field(bytes, name).value().unwrap();
    let file = File::parse(bytes).unwrap();
    (reference, file.latest().body(reference).unwrap().value.as_dictionary().unwrap().clone())
}

/// Writes text over a range of the file and blanks what is left of it, so that nothing moves.
pub(crate) fn over(bytes: &[u8], range: Range<usize>, text: &str) -> Vec<u8> {
    assert!(text.len() <= range.len(), "{text} does not fit");
    let mut out = bytes.to_vec();
    out[range.clone()].fill(b' ');
    out[range.start..range.start + text.len()].copy_from_slice(text.as_bytes());
    out
}

/// Replaces the one occurrence of some bytes.
pub(crate) fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let places: Vec<usize> = (0..bytes.len()).filter(|&at| bytes[at..].starts_with(from)).collect();
    let [at] = places[..] else { panic!("{} places", places.len()) };
    [&bytes[..at], to, &bytes[at + from.len()..]].concat()
}

/// The update that signing makes, with any CMS in it.
pub(crate) fn signed(bytes: &[u8], name: &str, at: Time, cms: impl FnOnce([&[u8]; 2]) -> Vec<u8>) -> Vec<u8> {
    signed_along(bytes, name, at, |_| {}, |_, _| {}, cms)
}

/// The update that signing makes, with another signature dictionary, another field or further objects.
pub(crate) fn signed_along(
    bytes: &[u8],
    name: &str,
    at: Time,
    signature: impl FnOnce(&mut Dictionary),
    along: impl FnOnce(&mut Update<'_, '_>, &mut Dictionary),
    cms: impl FnOnce([&[u8]; 2]) -> Vec<u8>,
) -> Vec<u8> {
    let file = File::parse(bytes).unwrap();
    let field = field(bytes, name);
    let mut dictionary = Dictionary::new()
        .with("Type", Object::name("Sig"))
        .with("Filter", Object::name("Adobe.PPKLite"))
        .with("SubFilter", Object::name("ETSI.CAdES.detached"))
        .with("M", Object::String(at.pdf_date().into_bytes()));
    signature(&mut dictionary);
    let refer = |update: &mut Update<'_, '_>, reference| {
        let stamp = target(&field.dictionary, STAMP_KEY);
        let mut widget =
            field.dictionary.clone().with("AP", Dictionary::new().with("N", stamp)).with("V", reference);
        along(update, &mut widget);
        update.set(field.reference, widget);
    };
    let reserved = Update::new(&file).reserve_signature(dictionary, SIGNATURE_ROOM, refer, identify).unwrap();
    let cms = cms(reserved.signed_parts());
    reserved.fill(&cms).unwrap()
}
