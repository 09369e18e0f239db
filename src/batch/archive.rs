//! The archive for hand-out: documents, a manifest sealed by the institution, and the public keys to
//! check both offline (`docs/formats/archive.md`).

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Cursor, Read, Seek, Write};

use pk_trust::claim::Id;
use pk_trust::cms;
use pk_trust::pki::{Certificate, KeyError, Sign};
use pk_trust::verify::{Document, Trust};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use super::sealed::{Attached, Difference};
use super::{Event, FileError, read_document};
use crate::office::{AuthorityError, Office};
use crate::registry::{Entry, Mark};
use crate::workers::{Lost, in_order, threads};

/// Version of the manifest.
const FORMAT: &str = "pk-manifest/1";

/// Names of the fixed entries.
const MANIFEST: &str = "manifest.json";
const SEAL: &str = "manifest.p7s";
const TRUST: &str = "trust.pem";

/// Largest entry, and largest sum of all entries, that reading an archive unpacks.
const MAX_ENTRY: u64 = 64 * 1024 * 1024;
const MAX_TOTAL: u64 = 4 * 1024 * 1024 * 1024;

/// Entries of one archive.
const MAX_ENTRIES: usize = 200_000;

/// The list of what an archive holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// `pk-manifest/1`
    pub format: String,
    /// The institution.
    pub institution: String,
    /// SHA-256 of `trust.pem`, hexadecimal: the keys that travel along are sealed too.
    pub trust: String,
    /// Time of the newest signature in it; the states below are those of that moment.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub as_of: Option<String>,
    /// How far the register had come: an archive in other hands shows later that events are missing.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub register: Option<ManifestRegister>,
    /// The documents in order.
    pub documents: Vec<ManifestEntry>,
}

/// The newest event of the register when an archive was packed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ManifestRegister {
    /// Its number.
    pub event: i64,
    /// Its hash, which covers all events before it, hexadecimal.
    pub hash: String,
}

impl ManifestRegister {
    fn of(mark: Mark) -> Self {
        Self { event: mark.number, hash: data_encoding::HEXLOWER.encode(&mark.hash) }
    }

    /// The event; `None` if the hash is none.
    pub fn mark(&self) -> Option<Mark> {
        let hash = data_encoding::HEXLOWER.decode(self.hash.as_bytes()).ok()?.try_into().ok()?;
        Some(Mark { number: self.event, hash })
    }
}

/// One document in a manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ManifestEntry {
    /// Path in the archive.
    pub path: String,
    /// Document id.
    pub id: String,
    /// Kind.
    pub kind: String,
    /// Digest of the data, hexadecimal.
    pub digest: String,
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
    /// Size of the file in bytes.
    pub size: u64,
    /// Where the document stands.
    pub status: String,
    /// Who signed.
    pub signers: Vec<ManifestSigner>,
}

/// A signer in a manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ManifestSigner {
    /// Field name.
    pub field: String,
    /// Name as printed.
    pub name: String,
    /// When the field was signed, if it is.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub signed: Option<String>,
}

/// Why an archive was not written or cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// The zip.
    #[error("the archive is damaged or cannot be written")]
    Zip(#[from] zip::result::ZipError),
    /// Reading or writing an entry.
    #[error("an entry of the archive cannot be read or written")]
    Io(#[from] io::Error),
    /// A document.
    #[error(transparent)]
    File(#[from] FileError),
    /// A document is not the one that was recorded.
    #[error("{0}: the file is not the one that was recorded")]
    Tampered(String),
    /// No seal of this office vouches for the data in a file.
    #[error("{0}: the data is not sealed by this office")]
    NotSealed(Id),
    /// The rows of the registry say something else than the sealed data.
    #[error("{id}: the registry says another {} than the sealed data", difference.field)]
    Differs {
        /// Which document.
        id: Id,
        /// In what.
        difference: Difference,
    },
    /// The seal's certificates.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// A thread could not be started, or ended before its work.
    #[error(transparent)]
    Worker(#[from] Lost),
    /// The seal did not sign.
    #[error("the seal did not sign")]
    Seal(#[from] KeyError),
    /// An entry that every archive has is missing.
    #[error("the archive has no {0}")]
    Missing(&'static str),
    /// The manifest is not of this format.
    #[error("the manifest is not {FORMAT}")]
    Manifest,
    /// Not packed as pk packs, so that two programs could unpack different things from it.
    #[error("the archive was packed anew or changed: another program could unpack something else from it")]
    Ambiguous,
    /// A path that leads out of the folder it is unpacked into.
    #[error("the manifest names a path that is not plain")]
    Path,
    /// Too many or too large entries.
    #[error("the archive is too large")]
    TooLarge,
}

impl ArchiveError {
    /// A name for programs, and for texts in any language.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Zip(_) => "error.archive-damaged",
            Self::Io(_) => "error.archive-entry",
            Self::Missing(_) => "error.archive-missing",
            Self::Manifest => "error.archive-manifest",
            Self::Ambiguous => "error.archive-packed",
            Self::Path => "error.archive-path",
            Self::TooLarge => "error.archive-length",
            Self::File(_)
            | Self::Tampered(_)
            | Self::NotSealed(_)
            | Self::Differs { .. }
            | Self::Authority(_)
            | Self::Worker(_)
            | Self::Seal(_) => "error.archive-document",
        }
    }

    /// The values that belong to its [`code`](Self::code).
    pub fn values(&self) -> BTreeMap<&'static str, String> {
        match self {
            Self::Missing(entry) => BTreeMap::from([("entry", (*entry).to_owned())]),
            Self::Manifest => BTreeMap::from([("format", FORMAT.to_owned())]),
            _ => BTreeMap::new(),
        }
    }
}

/// What was packed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ArchiveSummary {
    /// Documents.
    pub documents: usize,
    /// Size of the archive in bytes.
    pub size: u64,
}

/// What packing works with.
pub struct Packing<'a> {
    /// The office.
    pub office: &'a Office,
    /// The newest event of the registry.
    pub register: Option<Mark>,
    /// The public keys that travel along.
    pub trust: &'a str,
    /// The seal.
    pub seal: &'a dyn Sign,
    /// Threads.
    pub jobs: usize,
}

impl std::fmt::Debug for Packing<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Packing")
            .field("office", &self.office)
            .field("register", &self.register)
            .finish_non_exhaustive()
    }
}

/// Packs documents. The same documents give the same bytes, whatever the number of threads. Who signs is said as the
/// sealed data says it. Each document is written before the next one is asked for: none of them stays in memory.
///
/// # Errors
///
/// [`ArchiveError`]
pub fn write_archive(
    entries: &[Entry],
    packing: &Packing<'_>,
    to: impl Write + Seek,
    on_event: &mut dyn FnMut(Event),
) -> Result<ArchiveSummary, ArchiveError> {
    let Packing { office, register, trust, seal, jobs } = packing;
    on_event(Event::Started(entries.len()));
    let mut zip = ZipWriter::new(to);
    let mut manifest = Manifest {
        format: FORMAT.to_owned(),
        institution: office.config().instansi.nama.clone(),
        trust: data_encoding::HEXLOWER.encode(&Sha256::digest(trust)),
        as_of: None,
        register: register.map(ManifestRegister::of),
        documents: Vec::new(),
    };
    let seals = office.seals()?;
    let known = office.trust()?;
    let mut taken = BTreeSet::new();
    let items: Vec<(&Entry, String)> =
        entries.iter().map(|entry| (entry, path_for(entry, &mut taken))).collect();
    drop(taken);
    let work = |(entry, path): &(&Entry, String)| packed(entry, path, office, &seals, &known);
    let workers = vec![&work; threads(*jobs, items.len())];
    let mut newest = None;
    in_order(&items, workers, |(entry, _), packed| {
        let (listed, compressed) = packed?;
        zip.raw_copy_file(ZipArchive::new(Cursor::new(compressed))?.by_index_raw(0)?)?;
        newest = newest.max(entry.signers.iter().filter_map(|s| s.signed).max());
        manifest.documents.push(listed);
        on_event(Event::Done);
        Ok::<_, ArchiveError>(())
    })?;
    manifest.as_of = newest.map(|time| time.to_string());
    let manifest = serde_json_canonicalizer::to_vec(&manifest).map_err(|_| ArchiveError::Manifest)?;
    let signature = cms::sign(&[&manifest], *seal)?;
    for (name, bytes) in [(MANIFEST, manifest.as_slice()), (SEAL, &signature), (TRUST, trust.as_bytes())] {
        zip.start_file(name, options())?;
        zip.write_all(bytes)?;
    }
    let mut done = zip.finish()?;
    done.flush()?;
    let size = done.stream_position()?;
    Ok(ArchiveSummary { documents: entries.len(), size })
}

/// How an entry is packed: fixed moment and mode, for the archive says nothing about when and where it was packed. The
/// pages are compressed already; the fastest way makes of the rest nearly what the slowest makes.
fn options() -> SimpleFileOptions {
    SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(1))
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644)
}

/// A document that was recorded: what the manifest says of it, and an archive with nothing else in it, because
/// compressing is most of the work.
fn packed(
    entry: &Entry,
    path: &str,
    office: &Office,
    seals: &[Certificate],
    known: &Trust,
) -> Result<(ManifestEntry, Vec<u8>), ArchiveError> {
    let id = entry.reservation.id.to_string();
    let bytes = read_document(&office.document_file(&id, entry.revision))?;
    let document = Document::open(&bytes);
    if entry.files.last() != Some(&document.sha256()) {
        return Err(ArchiveError::Tampered(id));
    }
    let attached = Attached::of(&document).ok_or_else(|| ArchiveError::Tampered(id.clone()))?;
    if !attached.is_sealed_by(seals) {
        return Err(ArchiveError::NotSealed(entry.reservation.id));
    }
    if let Some(difference) = attached.contradiction(entry, &document, known) {
        return Err(ArchiveError::Differs { id: entry.reservation.id, difference });
    }
    let content = &attached.content;
    let listed = ManifestEntry {
        path: path.to_owned(),
        id,
        kind: content.kind.to_string(),
        digest: data_encoding::HEXLOWER.encode(&content.digest),
        sha256: data_encoding::HEXLOWER.encode(&document.sha256()),
        size: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
        status: entry.status.as_str().to_owned(),
        signers: content
            .parties
            .iter()
            .map(|party| ManifestSigner {
                field: party.field.clone(),
                name: party.name.clone(),
                signed: signed(entry, &party.field),
            })
            .collect(),
    };
    let mut alone = ZipWriter::new(Cursor::new(Vec::with_capacity(bytes.len())));
    alone.start_file(path, options())?;
    alone.write_all(&bytes)?;
    Ok((listed, alone.finish()?.into_inner()))
}

/// When a field was signed: the events say so, and the data cannot.
fn signed(entry: &Entry, field: &str) -> Option<String> {
    let signer = entry.signers.iter().find(|signer| signer.field == field)?;
    signer.signed.map(|time| time.to_string())
}

/// `2026/Dinas X/PK - Kepala Dinas X.pdf`, with the id where two would be the same.
fn path_for(entry: &Entry, taken: &mut BTreeSet<String>) -> String {
    let kind = match entry.slot.kind {
        pk_trust::claim::Kind::Agreement => "PK",
        pk_trust::claim::Kind::Pledge => "Pakta Integritas",
        pk_trust::claim::Kind::ActionPlan => "Rencana Aksi",
    };
    let folder = format!("{}/{}", entry.slot.year, file_name(&entry.unit));
    let name = format!("{kind} - {}", file_name(&entry.position));
    // Twenty people of an office may have the same position; nobody looks for a document by its code.
    let revision = match entry.slot.stage.0 {
        0 => String::new(),
        1 => " Perubahan".to_owned(),
        _ => format!(" Perubahan {}", entry.slot.stage.roman()),
    };
    let name = format!("{name}{revision} - {}", file_name(&entry.name));
    let path = format!("{folder}/{name}.pdf");
    // Compared in lower case, as some file systems do.
    if taken.insert(path.to_lowercase()) {
        return path;
    }
    let path = format!("{folder}/{name} ({}).pdf", entry.reservation.id);
    taken.insert(path.to_lowercase());
    path
}

/// Text as a file name on every system: no separators or reserved characters, not too long, not
/// ending in a point or space, no `..`.
fn file_name(text: &str) -> String {
    let plain: String = text
        .chars()
        .map(|c| {
            if c.is_control() || matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|') {
                '-'
            } else {
                c
            }
        })
        .take(80)
        .collect();
    let trimmed = plain.trim().trim_matches('.').trim();
    if trimmed.is_empty() { "-".to_owned() } else { trimmed.to_owned() }
}

/// One file of an archive that was read.
#[derive(Clone, Debug)]
pub struct ArchivedFile {
    /// Path in the archive.
    pub path: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// An archive being read.
#[derive(Debug)]
pub struct OpenArchive<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
    /// The manifest's bytes, which the seal covers.
    pub manifest_bytes: Vec<u8>,
    /// The detached seal.
    pub seal: Vec<u8>,
    /// The public keys that came along. They prove nothing by themselves.
    pub trust: String,
    /// The manifest.
    pub manifest: Manifest,
    /// Files that the manifest does not name.
    pub extra: Vec<String>,
    /// Files that the manifest names and the archive lacks.
    pub missing: Vec<String>,
    total: u64,
}

impl<'a> OpenArchive<'a> {
    /// Reads the list of an archive.
    ///
    /// # Errors
    ///
    /// [`ArchiveError`]
    pub fn open(bytes: &'a [u8]) -> Result<Self, ArchiveError> {
        let mut zip = ZipArchive::new(Cursor::new(bytes))?;
        if zip.len() > MAX_ENTRIES {
            return Err(ArchiveError::TooLarge);
        }
        if zip.index_for_name(MANIFEST).is_none() {
            return Err(ArchiveError::Missing(MANIFEST));
        }
        tile(&mut zip, bytes)?;
        let manifest_bytes = fixed(&mut zip, MANIFEST)?;
        let seal = fixed(&mut zip, SEAL)?;
        let trust = String::from_utf8_lossy(&fixed(&mut zip, TRUST)?).into_owned();
        let value: serde_json::Value =
            serde_json::from_slice(&manifest_bytes).map_err(|_| ArchiveError::Manifest)?;
        let canonical = serde_json_canonicalizer::to_vec(&value).map_err(|_| ArchiveError::Manifest)?;
        let manifest: Manifest = serde_json::from_value(value).map_err(|_| ArchiveError::Manifest)?;
        if manifest.format != FORMAT || canonical != manifest_bytes {
            return Err(ArchiveError::Manifest);
        }
        let other_keys = data_encoding::HEXLOWER.encode(&Sha256::digest(&trust)) != manifest.trust;
        let listed: BTreeSet<&str> = manifest.documents.iter().map(|d| d.path.as_str()).collect();
        if listed.len() != manifest.documents.len() {
            return Err(ArchiveError::Manifest);
        }
        if !listed.iter().all(|path| is_plain(path)) {
            return Err(ArchiveError::Path);
        }
        let present = zip
            .file_names()
            .map(|name| name.map(std::borrow::Cow::into_owned))
            .collect::<Result<Vec<String>, _>>()?;
        let missing =
            listed.iter().filter(|path| !present.iter().any(|p| p == *path)).map(|p| (*p).to_owned());
        let missing = missing.collect();
        let mut extra: Vec<String> = present
            .iter()
            .filter(|p| !listed.contains(p.as_str()) && ![MANIFEST, SEAL, TRUST].contains(&p.as_str()))
            .cloned()
            .collect();
        if other_keys {
            extra.push(TRUST.to_owned());
        }
        Ok(Self { zip, manifest_bytes, seal, trust, manifest, extra, missing, total: 0 })
    }

    /// The bytes of one file.
    ///
    /// # Errors
    ///
    /// [`ArchiveError`]
    pub fn file(&mut self, path: &str) -> Result<ArchivedFile, ArchiveError> {
        let bytes = unpack(&mut self.zip, path)?;
        self.total += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if self.total > MAX_TOTAL {
            return Err(ArchiveError::TooLarge);
        }
        Ok(ArchivedFile { path: path.to_owned(), bytes })
    }
}

/// Every byte of the archive belongs to one entry or to the directory, and both name it alike. Two
/// entries of one name, or bytes between them, are what one program unpacks and another one does not
/// see.
fn tile(zip: &mut ZipArchive<Cursor<&[u8]>>, bytes: &[u8]) -> Result<(), ArchiveError> {
    let directory = usize::try_from(zip.central_directory_start()).map_err(|_| ArchiveError::TooLarge)?;
    let mut spans = Vec::new();
    for index in 0..zip.len() {
        let entry = zip.by_index_raw(index)?;
        let start = usize::try_from(entry.header_start()).map_err(|_| ArchiveError::TooLarge)?;
        let length = usize::try_from(entry.compressed_size()).map_err(|_| ArchiveError::TooLarge)?;
        let data = local_header(bytes, start, &entry).ok_or(ArchiveError::Ambiguous)?;
        // A plain file, not a link or a program; and nothing written beside it.
        if entry.unix_mode() != Some(0o100_644) || !entry.comment_raw().is_empty() {
            return Err(ArchiveError::Ambiguous);
        }
        spans.push((start, data.saturating_add(length)));
    }
    spans.sort_unstable();
    let mut end = 0;
    for (start, next) in &spans {
        if *start != end {
            return Err(ArchiveError::Ambiguous);
        }
        end = *next;
    }
    if end == directory && zip.offset() == 0 && is_closed(bytes, directory, spans.len()) {
        Ok(())
    } else {
        Err(ArchiveError::Ambiguous)
    }
}

/// Whether the end record is the last of all, directly behind the directory, and counts what is there
/// (APPNOTE, 4.3.16). Values that do not fit stand in a larger record (4.3.14), which other programs
/// read as this one does.
fn is_closed(bytes: &[u8], directory: usize, entries: usize) -> bool {
    let Some(at) = bytes.len().checked_sub(22) else { return false };
    let record = &bytes[at..];
    let count = usize::from(u16::from_le_bytes([record[10], record[11]]));
    let number = |at: usize| {
        usize::try_from(u32::from_le_bytes([record[at], record[at + 1], record[at + 2], record[at + 3]]))
            .unwrap_or(usize::MAX)
    };
    let (size, offset) = (number(12), number(16));
    let large = count == 0xFFFF || offset == 0xFFFF_FFFF;
    record.starts_with(b"PK\x05\x06")
        && (large || (count == entries && offset == directory && offset + size == at))
}

/// Where the data behind a local header begins, if the header says what the directory says (APPNOTE,
/// 4.3.7) and has no extra field, in which another name could stand.
fn local_header<R: Read>(bytes: &[u8], start: usize, entry: &zip::read::ZipFile<'_, R>) -> Option<usize> {
    let header = bytes.get(start..start.checked_add(30)?)?;
    let short = |at: usize| Some(u16::from_le_bytes([*header.get(at)?, *header.get(at + 1)?]));
    let long = |at: usize| Some(u32::from(short(at)?) | u32::from(short(at + 2)?) << 16);
    let name = entry.name_raw();
    let data = start + 30 + name.len();
    let method = match entry.compression() {
        CompressionMethod::Stored => 0,
        CompressionMethod::Deflated => 8,
        _ => return None,
    };
    let same = header.starts_with(b"PK\x03\x04")
        && short(8)? == method
        && long(14)? == entry.crc32()
        && u64::from(long(18)?) == entry.compressed_size()
        && u64::from(long(22)?) == entry.size()
        && usize::from(short(26)?) == name.len()
        && short(28)? == 0
        && bytes.get(start + 30..data)? == name;
    same.then_some(data)
}

fn fixed(zip: &mut ZipArchive<Cursor<&[u8]>>, name: &'static str) -> Result<Vec<u8>, ArchiveError> {
    if zip.index_for_name(name).is_none() {
        return Err(ArchiveError::Missing(name));
    }
    unpack(zip, name)
}

/// A relative path without `..`, empty parts, backslashes or drive letters.
fn is_plain(path: &str) -> bool {
    !path.contains(['\\', ':'])
        && path.split('/').all(|part| !part.is_empty() && part != "." && part != "..")
        && path.ends_with(".pdf")
}

fn unpack(zip: &mut ZipArchive<Cursor<&[u8]>>, name: &str) -> Result<Vec<u8>, ArchiveError> {
    let mut bytes = Vec::new();
    // The size in the directory is a claim.
    zip.by_name(name)?.take(MAX_ENTRY + 1).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > MAX_ENTRY {
        return Err(ArchiveError::TooLarge);
    }
    Ok(bytes)
}
