//! Incremental updates (ISO 32000-2, 7.5.6): appended after the last byte, earlier bytes untouched.

use std::collections::BTreeMap;
use std::ops::Range;

use sha2::{Digest, Sha256};

use super::{Dictionary, Error, File, Object, Ref, View};

/// Width of the `/ByteRange` array: three numbers of ten digits, brackets, zero and spaces. Files
/// above 10 GB do not occur, files above 100 MB do (pyHanko #336).
const BYTE_RANGE_WIDTH: usize = 36;

/// An incremental update being written.
#[derive(Debug)]
pub struct Update<'f, 'a> {
    before: View<'f, 'a>,
    objects: BTreeMap<u32, Object>,
}

impl<'f, 'a> Update<'f, 'a> {
    /// Begins an update on top of the newest revision.
    pub fn new(file: &'f File<'a>) -> Self {
        Self::after(file.latest())
    }

    /// Begins an update on top of an earlier revision, as if it were the newest.
    pub fn after(before: View<'f, 'a>) -> Self {
        Self { before, objects: BTreeMap::new() }
    }

    /// Gives an object a new value from this revision on.
    pub fn set(&mut self, reference: Ref, value: impl Into<Object>) {
        self.objects.insert(reference.number, value.into());
    }

    /// Writes the update with one signature dictionary as a new object, and room for a CMS of `room` bytes.
    ///
    /// `signature` holds everything but `/ByteRange` and `/Contents`; `refer` is told the number
    /// of the new object and may set further objects that refer to it; `identify` gives the SHA-256 of
    /// the bytes it is given, and is told from where on they are not yet those of the finished file
    /// ([`identify`], if nothing of it is known already).
    ///
    /// # Errors
    ///
    /// If the trailer of the file lacks what every trailer has.
    pub fn reserve_signature(
        mut self,
        signature: Dictionary,
        room: usize,
        refer: impl FnOnce(&mut Self, Ref),
        identify: impl FnOnce(&[u8], usize) -> [u8; 32],
    ) -> Result<Reserved, Error> {
        let trailer = self.before.trailer();
        let size = trailer
            .get("Size")
            .and_then(Object::as_integer)
            .and_then(|n| u32::try_from(n).ok())
            .ok_or(Error::WrongType { key: "Size", expected: "integer" })?;
        let reference = Ref::new(size);
        refer(&mut self, reference);

        // Room for all of it at once: growing copies the file again and again.
        let mut out = Vec::with_capacity(self.before.bytes().len() + 2 * room + 8 * 1024);
        out.extend_from_slice(self.before.bytes());
        if !out.ends_with(b"\n") {
            out.push(b'\n');
        }
        let mut offsets = BTreeMap::new();
        for (&number, value) in &self.objects {
            offsets.insert(number, out.len());
            out.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
            value.write(&mut out);
            out.extend_from_slice(b"\nendobj\n");
        }

        offsets.insert(size, out.len());
        out.extend_from_slice(format!("{size} 0 obj\n").as_bytes());
        signature.write(&mut out);
        out.truncate(out.len() - b">>".len());
        out.extend_from_slice(b"/ByteRange ");
        let range_at = out.len();
        out.resize(range_at + BYTE_RANGE_WIDTH, b' ');
        out.extend_from_slice(b"/Contents ");
        let contents = out.len()..out.len() + 2 * room + 2;
        out.push(b'<');
        out.resize(contents.end - 1, b'0');
        out.extend_from_slice(b">>>\nendobj\n");

        let xref = out.len();
        out.extend_from_slice(b"xref\n");
        write_table(&offsets, &mut out);
        out.extend_from_slice(b"trailer\n");
        let identifier = identify(&out[..xref], range_at);
        next_trailer(trailer, size + 1, self.before.xref(), &identifier)?.write(&mut out);
        out.extend_from_slice(format!("\nstartxref\n{xref}\n%%EOF\n").as_bytes());

        let range = format!("[0 {} {} {}]", contents.start, contents.end, out.len() - contents.end);
        out[range_at..range_at + range.len()].copy_from_slice(range.as_bytes());
        Ok(Reserved { bytes: out, contents })
    }
}

/// A file that is complete but for the signature. It can be filled once, and is of no use before.
#[must_use = "an unfilled signature is worse than none"]
#[derive(Debug)]
pub struct Reserved {
    bytes: Vec<u8>,
    contents: Range<usize>,
}

impl Reserved {
    /// The two parts of the file that the signature covers, in order.
    pub fn signed_parts(&self) -> [&[u8]; 2] {
        [&self.bytes[..self.contents.start], &self.bytes[self.contents.end..]]
    }

    /// Whether `file` is this file with some CMS in its place, in the one spelling that
    /// [`Reserved::fill`] gives it.
    pub fn is_filled_as(&self, file: &[u8]) -> bool {
        let [first, second] = self.signed_parts();
        let room = file.strip_prefix(first).and_then(|rest| rest.strip_suffix(second));
        let digits = room.and_then(|room| room.strip_prefix(b"<")).and_then(|room| room.strip_suffix(b">"));
        // Without a way out in the middle the compiler looks at many digits at once.
        let is_digit = |b: &u8| b.is_ascii_digit() | (b'a'..=b'f').contains(b);
        digits.is_some_and(|digits| {
            digits.len() + 2 == self.contents.len() && digits.iter().fold(true, |all, b| all & is_digit(b))
        })
    }

    /// Puts the CMS in its place and gives the finished file.
    ///
    /// # Errors
    ///
    /// [`Error::ContentsTooLarge`] if it does not fit.
    pub fn fill(mut self, cms: &[u8]) -> Result<Vec<u8>, Error> {
        let digits = crate::digits::hex(cms);
        let reserved = (self.contents.len() - 2) / 2;
        if cms.len() > reserved {
            return Err(Error::ContentsTooLarge { needed: cms.len(), reserved });
        }
        let start = self.contents.start + 1;
        self.bytes[start..start + digits.len()].copy_from_slice(digits.as_bytes());
        Ok(self.bytes)
    }
}

/// Writes subsections of consecutive object numbers, entries of 20 bytes.
pub(super) fn write_table(offsets: &BTreeMap<u32, usize>, out: &mut Vec<u8>) {
    let mut rest: Vec<(u32, usize)> = offsets.iter().map(|(&n, &o)| (n, o)).collect();
    while let Some(&(first, _)) = rest.first() {
        let run = (first..).zip(&rest).take_while(|(expected, (number, _))| expected == number).count();
        out.extend_from_slice(format!("{first} {run}\n").as_bytes());
        for (_, offset) in rest.drain(..run) {
            out.extend_from_slice(format!("{offset:010} 00000 n \n").as_bytes());
        }
    }
}

/// SHA-256, computed from nothing; for [`Update::reserve_signature`].
pub fn identify(bytes: &[u8], _from: usize) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// The trailer of the next revision: same root, information dictionary and first half of `/ID`.
///
/// The changing half is made of SHA-256 over what stands before the table. Random bytes would do as
/// well, but then the same signature would not give the same file. The room for the signature is still
/// empty at this moment, so a verifier can compute it again.
fn next_trailer(
    previous: &Dictionary,
    size: u32,
    prev: usize,
    identifier: &[u8; 32],
) -> Result<Dictionary, Error> {
    let mut trailer = Dictionary::new().with("Size", i64::from(size));
    for key in ["Root", "Info"] {
        if let Some(value) = previous.get(key) {
            trailer.set(key, value.clone());
        }
    }
    let Some([first, _]) = previous.get("ID").and_then(Object::as_array) else {
        return Err(Error::WrongType { key: "ID", expected: "array" });
    };
    trailer.set("ID", Object::Array(vec![first.clone(), Object::String(identifier[..16].to_vec())]));
    let prev = i64::try_from(prev).map_err(|_| Error::TooMany { what: "bytes", offset: prev })?;
    trailer.set("Prev", prev);
    Ok(trailer)
}
