//! The package: a zip of parts, and which part names which (ECMA-376, part 2).
//!
//! Only parts that are asked for are unpacked. Pictures, macros, pivot caches, custom XML and whatever else
//! travels along is never looked at, so it can neither be wrong nor be a bomb.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

use encoding_rs::Encoding;
use zip::ZipArchive;

use super::Fault;
use super::xml::Xml;
use crate::model::{Place, Problem};

/// Unpacked size of all parts that are read. An honest workbook of 500 officials has about 3 MB; a bomb of
/// 10 kB unpacks to gigabytes.
pub(super) const MAX_UNPACKED: u64 = 128 * 1024 * 1024;

/// Entries of the zip. An honest workbook has some dozens; each costs its reader half a kilobyte.
const MAX_ENTRIES: usize = 20_000;

/// Unpacked size of the relationships of one part. An honest workbook has some kilobytes, and each takes ten times
/// its own size in memory.
const MAX_RELATIONSHIPS: u64 = 4 * 1024 * 1024;

/// A workbook's zip, and what may still be unpacked of it.
pub(super) struct Package {
    archive: ZipArchive<Cursor<Vec<u8>>>,
    /// Entry by the plain form of its name; `None` where two entries have the same one.
    entries: BTreeMap<String, Option<usize>>,
    left: u64,
}

/// A relationship of a part to another one.
pub(super) struct Relationship {
    pub(super) id: String,
    /// The last word of its type. What stands before it differs between editions of the standard.
    pub(super) kind: String,
    /// Plain name of the part it leads to.
    pub(super) target: String,
}

impl Package {
    /// Recognises what only looks like a workbook, before anything is unpacked.
    pub(super) fn open(bytes: Vec<u8>, place: &Place) -> Result<Self, Problem> {
        // The container of old Office files. A password-protected xlsx travels in one too.
        if bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
            let encrypted: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
            let protected = bytes.windows(encrypted.len()).any(|window| window == encrypted);
            return Err(Problem::new(if protected { "file.password" } else { "file.xls" }, place));
        }
        if !bytes.starts_with(b"PK\x03\x04") {
            return Err(Problem::new("file.not-xlsx", place));
        }
        let damaged = |error: String| Problem::new("file.damaged", place).with("error", error);
        // Counted before the directory is read; the signature of its entries is hardly found by chance.
        if bytes.windows(4).filter(|window| *window == b"PK\x01\x02").count() > MAX_ENTRIES {
            return Err(damaged(format!("more than {MAX_ENTRIES} parts")));
        }
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| damaged(error.to_string()))?;
        // Which of the two would the user have seen?
        if archive.has_duplicate_names() {
            return Err(damaged("two parts of one name".to_owned()));
        }
        let mut entries = BTreeMap::new();
        for index in 0..archive.len() {
            let Some(Ok(name)) = archive.name_for_index(index) else { continue };
            entries.entry(plain("", &name)).and_modify(|entry| *entry = None).or_insert(Some(index));
        }
        if entries.contains_key("mimetype") && entries.contains_key("content.xml") {
            return Err(Problem::new("file.ods", place));
        }
        Ok(Self { archive, entries, left: MAX_UNPACKED })
    }

    /// Whether there is a part of this plain name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.entries.contains_key(name)
    }

    /// The text of a part; `None` if there is no such part.
    pub(super) fn part(&mut self, name: &str) -> Result<Option<String>, Fault> {
        self.part_within(name, MAX_UNPACKED)
    }

    fn part_within(&mut self, name: &str, limit: u64) -> Result<Option<String>, Fault> {
        let index = match self.entries.get(name) {
            None => return Ok(None),
            Some(None) => return Err(Fault::damaged(format_args!("two parts called {name}"))),
            Some(Some(index)) => *index,
        };
        let wrong = |error: String| Fault::damaged(format_args!("{name}: {error}"));
        let file = self.archive.by_index(index).map_err(|error| wrong(error.to_string()))?;
        // The size in the directory is a claim; unpacking with a limit is proof. Memory that is asked for and not
        // used costs nothing, and what grows is copied on the way.
        let claim = file.size().min(self.left).min(limit) + 1;
        let mut bytes = Vec::with_capacity(usize::try_from(claim).unwrap_or_default());
        file.take(self.left + 1).read_to_end(&mut bytes).map_err(|error| wrong(error.to_string()))?;
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.left = self.left.checked_sub(size).ok_or(Fault::Bomb)?;
        if size > limit {
            return Err(wrong(format!("more than {limit} bytes")));
        }
        decode(bytes).map(Some).ok_or_else(|| wrong("not in the encoding that it names".to_owned()))
    }

    /// The relationships of a part; of the package itself if `part` is empty.
    pub(super) fn relationships(&mut self, part: &str) -> Result<Vec<Relationship>, Fault> {
        let (folder, file) = part.rsplit_once('/').unwrap_or(("", part));
        let name = plain(folder, &format!("_rels/{file}.rels"));
        let Some(text) = self.part_within(&name, MAX_RELATIONSHIPS)? else { return Ok(Vec::new()) };
        let mut xml = Xml::new(&text);
        xml.root("Relationships")?;
        let mut found = Vec::new();
        while let Some(element) = xml.child()? {
            let outside = element.attribute("TargetMode")?.is_some_and(|mode| mode == "External");
            if element.name() == "Relationship" && !outside {
                let text = |name| element.attribute(name).map(|value| value.unwrap_or_default().into_owned());
                let (id, kind, target) = (text("Id")?, text("Type")?, text("Target")?);
                found.push(Relationship {
                    id,
                    kind: kind.rsplit('/').next().unwrap_or_default().to_owned(),
                    target: plain(folder, &target),
                });
            }
            xml.skip()?;
        }
        Ok(found)
    }
}

/// The plain form of a part's name as seen from `folder`: names are compared without regard to case
/// (ECMA-376, part 2, 6.2.2.3), some programs for Windows write backslashes, and a name may be absolute.
fn plain(folder: &str, name: &str) -> String {
    let name = name.replace('\\', "/");
    let from = if name.starts_with('/') { "" } else { folder };
    let mut steps: Vec<Cow<'_, str>> = Vec::new();
    for step in from.split('/').chain(name.split('/')) {
        match step {
            "" | "." => {}
            ".." => {
                steps.pop();
            }
            step => steps.push(unescape(step)),
        }
    }
    steps.join("/").to_lowercase()
}

/// `%20` and the like.
fn unescape(step: &str) -> Cow<'_, str> {
    if !step.contains('%') {
        return Cow::Borrowed(step);
    }
    let mut bytes = Vec::with_capacity(step.len());
    let mut rest = step.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let code = after.get(..2).filter(|_| byte == b'%');
        match code.and_then(|code| data_encoding::HEXLOWER_PERMISSIVE.decode(code).ok()) {
            Some(decoded) => {
                bytes.extend(decoded);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(byte);
                rest = after;
            }
        }
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

/// The text of a part: UTF-8 unless a byte order mark, the bytes of `<`, or the declaration says otherwise
/// (XML 1.0, appendix F). `None` if the bytes are not in that encoding.
fn decode(bytes: Vec<u8>) -> Option<String> {
    let marked = Encoding::for_bom(&bytes).map(|(encoding, _)| encoding);
    let encoding = marked.unwrap_or_else(|| match bytes.get(..2) {
        Some(b"<\0") => encoding_rs::UTF_16LE,
        Some(b"\0<") => encoding_rs::UTF_16BE,
        _ => declared(&bytes),
    });
    if encoding == encoding_rs::UTF_8 && marked.is_none() {
        return String::from_utf8(bytes).ok();
    }
    let (text, _, malformed) = encoding.decode(&bytes);
    (!malformed).then(|| text.into_owned())
}

/// The encoding that the declaration names. One that begins `<?xml` in single bytes is not UTF-16, whatever it
/// says of itself.
fn declared(bytes: &[u8]) -> &'static Encoding {
    let start = bytes.get(..bytes.len().min(200)).unwrap_or_default();
    let start = String::from_utf8_lossy(start);
    let label = || {
        let declaration = start.strip_prefix("<?xml")?.split("?>").next()?;
        let after = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
        let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        after.get(1..)?.split(quote).next()
    };
    let encoding = label().and_then(|label| Encoding::for_label(label.as_bytes()));
    encoding.filter(|encoding| encoding.is_ascii_compatible()).unwrap_or(encoding_rs::UTF_8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_parts_have_one_plain_form() {
        for (folder, name, expected) in [
            ("", "xl/workbook.xml", "xl/workbook.xml"),
            ("", "/xl/workbook.xml", "xl/workbook.xml"),
            ("", "XL\\Workbook.XML", "xl/workbook.xml"),
            ("xl", "worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
            ("xl", "/xl/worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
            ("xl/worksheets", "../tables/./table1.xml", "xl/tables/table1.xml"),
            ("xl", "../../../a.xml", "a.xml"),
            ("", "xl/buku%20kerja.xml", "xl/buku kerja.xml"),
            ("", "xl/100%", "xl/100%"),
        ] {
            assert_eq!(plain(folder, name), expected, "{folder} {name}");
        }
    }

    #[test]
    fn parts_are_read_in_their_encoding() {
        let utf16 = |text: &str, order: fn(u16) -> [u8; 2]| -> Vec<u8> {
            text.encode_utf16().flat_map(order).collect()
        };
        for bytes in [
            b"<a>\xC3\xA9</a>".to_vec(),
            b"\xEF\xBB\xBF<a>\xC3\xA9</a>".to_vec(),
            utf16("\u{FEFF}<a>é</a>", u16::to_le_bytes),
            utf16("\u{FEFF}<a>é</a>", u16::to_be_bytes),
            utf16("<a>é</a>", u16::to_le_bytes),
            utf16("<a>é</a>", u16::to_be_bytes),
        ] {
            assert_eq!(decode(bytes).as_deref(), Some("<a>é</a>"));
        }
        let latin = b"<?xml version='1.0' encoding='windows-1252'?><a>\xE9</a>".to_vec();
        assert!(decode(latin).unwrap().ends_with("<a>é</a>"));
        let untrue = "<?xml version=\"1.0\" encoding=\"utf-16\"?><a>é</a>";
        assert_eq!(decode(untrue.as_bytes().to_vec()).as_deref(), Some(untrue));
        assert_eq!(decode(b"<a>\xE9</a>".to_vec()), None);
    }
}
