//! Values of the PDF language (ISO 32000-2, 7.3) and their one encoding.

use std::fmt;
use std::ops::Range;

use super::place;

/// A reference to an indirect object, `12 0 R`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ref {
    /// Object number, at least 1.
    pub number: u32,
    /// Generation number; 0 in every file that was never edited in place.
    pub generation: u16,
}

impl Ref {
    /// A reference to generation 0.
    pub const fn new(number: u32) -> Self {
        Self { number, generation: 0 }
    }
}

impl fmt::Display for Ref {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} R", self.number, self.generation)
    }
}

/// One direct value.
///
/// Streams are not values: they only occur as indirect objects, see
/// [`Body`](super::Body).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Object {
    /// `null`
    Null,
    /// `true` or `false`
    Boolean(bool),
    /// An integer.
    Integer(i64),
    /// A real number, kept as it was written: a verifier has no use for its value, and a copy must
    /// not alter it.
    Real(String),
    /// A name without its slash, `#xx` resolved.
    Name(Vec<u8>),
    /// A literal or hexadecimal string, decoded.
    String(Vec<u8>),
    /// `[…]`
    Array(Vec<Object>),
    /// `<<…>>`
    Dictionary(Dictionary),
    /// `12 0 R`
    Reference(Ref),
}

impl Object {
    /// A name from text.
    pub fn name(name: &str) -> Self {
        Self::Name(name.as_bytes().to_vec())
    }

    /// The integer, if this is one.
    pub fn as_integer(&self) -> Option<i64> {
        match self {
            Self::Integer(value) => Some(*value),
            _ => None,
        }
    }

    /// The number, if this is one that can be a place in a file, or a length.
    pub(super) fn as_place(&self) -> Option<usize> {
        self.as_integer().and_then(|value| u64::try_from(value).ok()).map(place)
    }

    /// The name, if this is one.
    pub fn as_name(&self) -> Option<&[u8]> {
        match self {
            Self::Name(name) => Some(name),
            _ => None,
        }
    }

    /// The string, if this is one.
    pub fn as_string(&self) -> Option<&[u8]> {
        match self {
            Self::String(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// How many values it is made of, with those inside.
    pub(super) fn values(&self) -> usize {
        let inside = |sum: usize, value: &Self| sum.saturating_add(value.values());
        match self {
            Self::Array(items) => items.iter().fold(1, inside),
            Self::Dictionary(dictionary) => dictionary.iter().map(|(_, value)| value).fold(1, inside),
            _ => 1,
        }
    }

    /// The elements, if this is an array.
    pub fn as_array(&self) -> Option<&[Object]> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The dictionary, if this is one.
    pub fn as_dictionary(&self) -> Option<&Dictionary> {
        match self {
            Self::Dictionary(dictionary) => Some(dictionary),
            _ => None,
        }
    }

    /// `/Type`, if this is a dictionary that has one.
    pub(crate) fn kind(&self) -> Option<&[u8]> {
        self.as_dictionary()?.kind()
    }

    /// The reference, if this is one.
    pub fn as_reference(&self) -> Option<Ref> {
        match self {
            Self::Reference(reference) => Some(*reference),
            _ => None,
        }
    }

    /// Whether two values mean the same: keys of a dictionary have no order (ISO 32000-2, 7.3.7), and a real
    /// has many spellings (7.3.3).
    ///
    /// An integer and a real are not the same: where an integer is due (`/Rotate`, `/Differences`, `/Indexed`), some
    /// readers take `49.0` for none. Of boxes they are: [`Object::is_same_box`].
    pub fn is_equivalent(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Array(a), Self::Array(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.is_equivalent(b))
            }
            (Self::Dictionary(a), Self::Dictionary(b)) => a.is_equivalent(b),
            (Self::Real(_), Self::Real(_)) => self.is_same_number(other),
            (a, b) => a == b,
        }
    }

    /// Whether both are four numbers, of the same values. A box is read as numbers by everybody.
    pub fn is_same_box(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Array(a), Self::Array(b)) => {
                a.len() == 4 && b.len() == 4 && a.iter().zip(b).all(|(a, b)| a == b || a.is_same_number(b))
            }
            _ => false,
        }
    }

    /// How many values there are, with all inside.
    pub fn weight(&self) -> usize {
        match self {
            Self::Array(items) => items.iter().fold(1, |sum: usize, item| sum.saturating_add(item.weight())),
            Self::Dictionary(dictionary) => {
                dictionary.iter().fold(1, |sum: usize, (_, item)| sum.saturating_add(item.weight()))
            }
            _ => 1,
        }
    }

    /// Whether both are numbers, of one value.
    fn is_same_number(&self, other: &Self) -> bool {
        let text = |object: &Self| match object {
            Self::Integer(value) => Some(value.to_string()),
            Self::Real(text) => Some(text.clone()),
            _ => None,
        };
        matches!((text(self), text(other)), (Some(a), Some(b)) if decimal(&a) == decimal(&b))
    }

    /// Visits every reference inside this value.
    pub fn references(&self, visit: &mut impl FnMut(Ref)) {
        match self {
            Self::Reference(reference) => visit(*reference),
            Self::Array(items) => items.iter().for_each(|item| item.references(visit)),
            Self::Dictionary(dictionary) => {
                dictionary.iter().for_each(|(_, item)| item.references(visit));
            }
            _ => {}
        }
    }

    /// Appends the encoding of this value.
    pub fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Null => out.extend_from_slice(b"null"),
            Self::Boolean(true) => out.extend_from_slice(b"true"),
            Self::Boolean(false) => out.extend_from_slice(b"false"),
            Self::Integer(value) => out.extend_from_slice(value.to_string().as_bytes()),
            Self::Real(text) => out.extend_from_slice(text.as_bytes()),
            Self::Name(name) => write_name(name, out),
            Self::String(bytes) => write_string(bytes, out),
            Self::Array(items) => {
                out.push(b'[');
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        out.push(b' ');
                    }
                    item.write(out);
                }
                out.push(b']');
            }
            Self::Dictionary(dictionary) => dictionary.write(out),
            Self::Reference(reference) => out.extend_from_slice(reference.to_string().as_bytes()),
        }
    }
}

impl From<i64> for Object {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<Ref> for Object {
    fn from(reference: Ref) -> Self {
        Self::Reference(reference)
    }
}

impl From<Dictionary> for Object {
    fn from(dictionary: Dictionary) -> Self {
        Self::Dictionary(dictionary)
    }
}

/// A dictionary in the order in which it was written, each key once.
#[derive(Clone, Debug, Default)]
pub struct Dictionary {
    entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    key: Vec<u8>,
    value: Object,
    /// Where the value's token stands in the file; empty for a dictionary made by the program.
    span: Range<usize>,
}

impl PartialEq for Dictionary {
    /// Equality of keys, values and order; where the bytes stand does not matter.
    fn eq(&self, other: &Self) -> bool {
        self.entries.len() == other.entries.len()
            && self.entries.iter().zip(&other.entries).all(|(a, b)| a.key == b.key && a.value == b.value)
    }
}

impl Eq for Dictionary {}

impl Dictionary {
    /// An empty dictionary.
    pub const fn new() -> Self {
        Self { entries: Vec::new() }
    }

    /// The value of `key`.
    pub fn get(&self, key: &str) -> Option<&Object> {
        self.entries.iter().find(|e| e.key == key.as_bytes()).map(|e| &e.value)
    }

    /// `/Type`.
    pub(crate) fn kind(&self) -> Option<&[u8]> {
        self.get("Type")?.as_name()
    }

    /// Where the token of the value of `key` stands in the file it was read from.
    pub fn span(&self, key: &str) -> Option<Range<usize>> {
        self.entries.iter().find(|e| e.key == key.as_bytes()).map(|e| e.span.clone())
    }

    /// Sets `key`, in place where it exists, at the end where it does not.
    pub fn set(&mut self, key: &str, value: impl Into<Object>) {
        let value = value.into();
        match self.entries.iter_mut().find(|e| e.key == key.as_bytes()) {
            Some(entry) => entry.value = value,
            None => self.entries.push(Entry { key: key.as_bytes().to_vec(), value, span: 0..0 }),
        }
    }

    /// [`Dictionary::set`], for building in one expression.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Object>) -> Self {
        self.set(key, value);
        self
    }

    /// Removes `key` and gives back what it held.
    pub fn remove(&mut self, key: &str) -> Option<Object> {
        let index = self.entries.iter().position(|e| e.key == key.as_bytes())?;
        Some(self.entries.remove(index).value)
    }

    /// A key whose value is null is no key (ISO 32000-2, 7.3.7).
    pub(super) fn forget_nulls(&mut self) {
        self.entries.retain(|entry| !matches!(entry.value, Object::Null));
    }

    /// As [`Object::is_equivalent`].
    pub fn is_equivalent(&self, other: &Self) -> bool {
        // In order of their keys: looked for one by one, ten thousand of them are a hundred million comparisons.
        let sorted = |dictionary: &'_ Self| -> Vec<usize> {
            let mut order: Vec<usize> = (0..dictionary.entries.len()).collect();
            order.sort_unstable_by(|&a, &b| dictionary.entries[a].key.cmp(&dictionary.entries[b].key));
            order
        };
        self.len() == other.len()
            && sorted(self).into_iter().zip(sorted(other)).all(|(a, b)| {
                let (a, b) = (&self.entries[a], &other.entries[b]);
                a.key == b.key && a.value.is_equivalent(&b.value)
            })
    }

    /// Keys and values in order.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &Object)> {
        self.entries.iter().map(|e| (e.key.as_slice(), &e.value))
    }

    /// Keys with their values.
    pub(crate) fn into_values(self) -> impl Iterator<Item = (Vec<u8>, Object)> {
        self.entries.into_iter().map(|e| (e.key, e.value))
    }

    /// Values, to be rewritten in place.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut Object> {
        self.entries.iter_mut().map(|e| &mut e.value)
    }

    /// Keys with their values, to be rewritten in place.
    pub(super) fn entries_mut(&mut self) -> impl Iterator<Item = (&[u8], &mut Object)> {
        self.entries.iter_mut().map(|e| (e.key.as_slice(), &mut e.value))
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no key.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Adds a parsed entry, whose key the lexer has found to be new.
    pub(super) fn push_parsed(&mut self, key: Vec<u8>, value: Object, span: Range<usize>) {
        self.entries.push(Entry { key, value, span });
    }

    /// Appends the encoding of this dictionary.
    pub fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"<<");
        for entry in &self.entries {
            write_name(&entry.key, out);
            out.push(b' ');
            entry.value.write(out);
        }
        out.extend_from_slice(b">>");
    }
}

/// Sign and digits of a number before and after the point, without those that do not count: `612.0` is `612`,
/// `-.50` is `-0.5`, and `-0` is `0`. No floating point: what rounds to the same is not the same.
fn decimal(text: &str) -> (bool, &str, &str) {
    let digits = text.trim_start_matches(['+', '-']);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let (whole, part) = (whole.trim_start_matches('0'), part.trim_end_matches('0'));
    let negative = text.starts_with('-') && !(whole.is_empty() && part.is_empty());
    (negative, whole, part)
}

fn write_name(name: &[u8], out: &mut Vec<u8>) {
    out.push(b'/');
    for &byte in name {
        let regular = byte.is_ascii_graphic() && !super::lexer::is_delimiter(byte) && byte != b'#';
        if regular {
            out.push(byte);
        } else {
            out.extend_from_slice(format!("#{byte:02X}").as_bytes());
        }
    }
}

/// Printable ASCII stays readable, anything else becomes hexadecimal (always an even number of
/// digits, as PDF/A wants: ISO 19005-3, 6.1.6).
fn write_string(bytes: &[u8], out: &mut Vec<u8>) {
    let printable = bytes.iter().all(|b| (0x20..0x7f).contains(b));
    if printable {
        out.push(b'(');
        for &byte in bytes {
            if matches!(byte, b'(' | b')' | b'\\') {
                out.push(b'\\');
            }
            out.push(byte);
        }
        out.push(b')');
    } else {
        out.push(b'<');
        out.extend_from_slice(crate::digits::upper_hex(bytes).as_bytes());
        out.push(b'>');
    }
}

/// Encodes text as a PDF text string (ISO 32000-2, 7.9.2.2): ASCII as it is, anything else as
/// UTF-16 big-endian with a byte order mark.
pub fn text_string(text: &str) -> Object {
    if text.is_ascii() {
        return Object::String(text.as_bytes().to_vec());
    }
    let mut bytes = vec![0xFE, 0xFF];
    for unit in text.encode_utf16() {
        bytes.extend_from_slice(&unit.to_be_bytes());
    }
    Object::String(bytes)
}

/// `PDFDocEncoding` where it is not Latin-1 (ISO 32000-2, D.2): from 0x18, and from 0x80.
const ACCENTS: [char; 8] = ['˘', 'ˇ', 'ˆ', '˙', '˝', '˛', '˚', '˜'];
const PUNCTUATION: [char; 31] = [
    '•', '†', '‡', '…', '—', '–', 'ƒ', '⁄', '‹', '›', '−', '‰', '„', '“', '”', '‘', '’', '‚', '™', 'ﬁ', 'ﬂ',
    'Ł', 'Œ', 'Š', 'Ÿ', 'Ž', 'ı', 'ł', 'œ', 'š', 'ž',
];

/// Decodes a PDF text string (ISO 32000-2, 7.9.2.2): UTF-16 or UTF-8 with a byte order mark, anything else as
/// `PDFDocEncoding`.
pub fn decode_text(bytes: &[u8]) -> String {
    if let Some(rest) = bytes.strip_prefix(b"\xFE\xFF") {
        let units = rest.chunks(2).map(|pair| u16::from_be_bytes([pair[0], *pair.get(1).unwrap_or(&0)]));
        return char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    }
    if let Some(rest) = bytes.strip_prefix(b"\xEF\xBB\xBF") {
        return String::from_utf8_lossy(rest).into_owned();
    }
    let letter = |&byte: &u8| {
        let at = |table: &[char], first: u8| table.get(usize::from(byte.checked_sub(first)?)).copied();
        match byte {
            0xA0 => '€',
            0x18..=0x1F => at(&ACCENTS, 0x18).unwrap_or_default(),
            0x80.. => at(&PUNCTUATION, 0x80).unwrap_or(char::from(byte)),
            _ => char::from(byte),
        }
    };
    bytes.iter().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::{Object, decode_text, text_string};

    #[test]
    fn a_text_is_the_same_in_every_encoding() {
        for text in ["PK 2026", "TAHUN 2026 \u{2013} Kepala", "\u{20AC} \u{160} \u{17E} \u{2DC} \u{E4}"] {
            let Object::String(bytes) = text_string(text) else { unreachable!() };
            assert_eq!(decode_text(&bytes), text);
            assert_eq!(decode_text(&[b"\xEF\xBB\xBF", text.as_bytes()].concat()), text);
        }
        assert_eq!(decode_text(b"TAHUN 2026 \x85 Kepala"), "TAHUN 2026 \u{2013} Kepala");
        assert_eq!(decode_text(b"\xA0 \x97 \x9E \x1F \xE4"), "\u{20AC} \u{160} \u{17E} \u{2DC} \u{E4}");
        assert_eq!(decode_text(b"\x7F\x9F\xA1"), "\u{7F}\u{9F}\u{A1}");
    }
}
