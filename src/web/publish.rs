//! The public page as files, for any web host or object storage.
//!
//! The same pages as `pk serve` shows, one file a language, with relative links. A folder is built beside
//! the old one and takes its place in one step; files that say the same as before are taken over as they
//! are, so that copying the folder to a host copies only what changed.
//!
//! A document that was on the site once keeps its page for ever: the paper is still out there. And the file of
//! one document that is damaged keeps nobody from seeing that another one was revoked.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use pk_trust::claim::Id;
use pk_trust::verify::{Document, Trust};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::assets::Assets;
use super::headers;
use super::keys;
use super::links::{Links, Place};
use super::page::{self, Context, Notice};
use super::picture::{self, Pictures};
use super::record::{FORMAT as RECORD_FORMAT, Record, State};
use super::records::{Records, Unreachable, replaced};
use super::site::Site;
use crate::audit::{Attached, Difference};
use crate::model::Visibility;
use crate::office::durable::{Held, Tree};
use crate::office::{AuthorityError, Clock, Error as OfficeError, Office};
use crate::registry::Entry;
use crate::render::{Templates, TemplatesError};
use crate::words::{Language, Words};

/// What the site remembers of itself.
const STATE: &str = ".pk-site.json";

/// Version of its form.
const STATE_FORMAT: &str = "pk-site/1";

/// When the site was written last. A file of its own, so that nothing else changes only because time has passed.
const PUBLISHED: &str = "published.json";

/// Version of its form.
const PUBLISHED_FORMAT: &str = "pk-published/1";

/// Why the site was not written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PublishError {
    /// Another process has been writing this site for too long.
    #[error("another process is writing {}", .0.display())]
    Busy(PathBuf),
    /// The office.
    #[error(transparent)]
    Office(#[from] OfficeError),
    /// The registry.
    #[error(transparent)]
    Registry(#[from] Unreachable),
    /// Certificates and lists.
    #[error(transparent)]
    Keys(#[from] AuthorityError),
    /// The templates.
    #[error(transparent)]
    Templates(#[from] TemplatesError),
    /// The folder holds something else, which would be lost.
    #[error("{} is no site of this institution", .0.display())]
    NotASite(PathBuf),
    /// The folder holds files that nobody published, and that would be lost.
    #[error("{} holds files that are not of the site: {}", path.display(), files.join(", "))]
    OtherFiles {
        /// The folder.
        path: PathBuf,
        /// Some of them.
        files: Vec<String>,
    },
    /// The site says that documents are revoked or superseded, and the registry does not: it is older than the site.
    #[error("{} documents would be in force again", .0.len())]
    TakenBack(Vec<Id>),
    /// The registry says something else of a document than the sealed data in its file.
    #[error("{id}: the registry says another {} than the sealed data", difference.field)]
    Differs {
        /// Which document.
        id: Id,
        /// In what.
        difference: Difference,
    },
    /// The disk.
    #[error("{}: {source}", path.display())]
    Io {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// What was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Published {
    /// Documents on the site.
    pub documents: usize,
    /// Documents that were there once and are no longer in the register.
    pub gone: usize,
    /// Files of the site.
    pub files: usize,
    /// Files that were written; the others are as they were.
    pub written: usize,
    /// Documents that are shown without a picture, because it was not certain where each NIP is.
    pub without_picture: usize,
    /// Documents whose file should be on the site, but is missing in the office or not the one that was
    /// recorded. They are shown without it, unless the site had the right one already.
    pub damaged: Vec<Damaged>,
}

/// A file that is not what the registry says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damaged {
    /// The document.
    pub id: Id,
    /// Where its file should be.
    pub file: PathBuf,
}

/// What the site remembers.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Remembered {
    format: String,
    host: String,
    institution: String,
    /// Version of the assets.
    assets: String,
    /// SHA-256 of the roots.
    roots: Vec<String>,
    /// Version of the pictures.
    #[serde(default)]
    picture_version: u32,
    /// Pictures: SHA-256 of the document's file, and of the picture that was drawn of it.
    pictures: BTreeMap<String, String>,
    /// Every file, as SHA-256 of its path: a web host may hand this file out, and a list of all documents is
    /// nobody's business.
    files: BTreeSet<String>,
}

fn hash(text: impl AsRef<[u8]>) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(text))
}

/// Writes the site of an office to `target`. `on_step` is told how many documents are done, and of how many.
///
/// # Errors
///
/// [`PublishError`]; then the old site is untouched.
pub fn publish(
    office: &Office,
    target: &Path,
    clock: &dyn Clock,
    jobs: NonZero<usize>,
    on_step: &(dyn Fn(usize, usize) + Sync),
) -> Result<Published, PublishError> {
    let disk = |source| PublishError::Io { path: target.to_owned(), source };
    let held = Held::take(target).map_err(|error| match error.kind() {
        io::ErrorKind::WouldBlock => PublishError::Busy(target.to_owned()),
        _ => disk(error),
    })?;
    // Everything is read now, with the lock: whoever waited for another run must not put what he knew before over
    // what that one has published. And the time before the registry: what is said of it then holds at that time.
    let now = clock.now();
    let office = &Office::open(office.root())?;
    let (anchors, seals) = (office.anchors()?, office.seals()?);
    let site = Site::new(office, &anchors.roots);
    let (before, present) = state(held.target(), &site)?;
    let mut entries = Records::open(&office.registry())?.all();
    entries.sort_by_key(|entry| entry.reservation.id);
    let taken_back: Vec<Id> =
        entries.iter().filter(|e| is_taken_back(held.target(), e)).map(|e| e.reservation.id).collect();
    if !taken_back.is_empty() {
        return Err(PublishError::TakenBack(taken_back));
    }
    let by_id: HashMap<Id, &Arc<Entry>> = entries.iter().map(|entry| (entry.reservation.id, entry)).collect();
    let replaced = replaced(entries.iter().map(AsRef::as_ref));
    let replaced =
        replaced.into_iter().filter_map(|(by, old)| Some((by, Arc::clone(by_id.get(&old)?)))).collect();
    let work = Work {
        replaced,
        tree: held.stage().map_err(disk)?,
        site: &site,
        office,
        known: office.trust()?,
        pictures: Pictures::new(Templates::with_folder(&office.templates())?),
        before,
        present,
        files: Mutex::default(),
    };
    work.shared_files(&keys::json(&site, &anchors, &seals, now), &office.trust_bundle()?).map_err(disk)?;
    let time = serde_json::json!({ "format": PUBLISHED_FORMAT, "published": now.to_string() });
    work.write(PUBLISHED, time.to_string().as_bytes()).map_err(disk)?;
    let shown = work.documents(&entries, jobs, on_step)?;
    let mut gone = 0;
    for id in work.once_published() {
        if !shown.contains_key(&id) {
            work.gone(&id).map_err(disk)?;
            gone += 1;
        }
    }
    let Work { tree, files, .. } = work;
    let files = files.into_inner().unwrap_or_else(PoisonError::into_inner);
    let count = files.len() + 1;
    let state = Remembered {
        format: STATE_FORMAT.to_owned(),
        host: site.host.clone(),
        institution: site.institution.clone(),
        assets: Assets::get().version().to_owned(),
        roots: site.roots.clone(),
        picture_version: picture::VERSION,
        pictures: shown.values().filter_map(|shown| shown.picture.clone()).collect(),
        files: files.iter().map(hash).collect(),
    };
    // Texts only: encoding cannot fail.
    tree.write(STATE, &serde_json::to_vec(&state).unwrap_or_default()).map_err(disk)?;
    let published = Published {
        documents: entries.len(),
        gone,
        files: count,
        written: tree.written(),
        without_picture: shown.values().filter(|shown| shown.original && shown.picture.is_none()).count(),
        damaged: shown
            .into_iter()
            .filter_map(|(id, shown)| Some(Damaged { id, file: shown.damaged? }))
            .collect(),
    };
    tree.commit().map_err(disk)?;
    Ok(published)
}

/// What the site there remembers. Whatever else lies in the folder would be gone afterwards, so it has to be
/// a site of this institution with nothing else in it, or an empty folder.
fn state(target: &Path, site: &Site) -> Result<(Remembered, BTreeSet<String>), PublishError> {
    let disk = |source| PublishError::Io { path: target.to_owned(), source };
    let not_a_site = || PublishError::NotASite(target.to_owned());
    if !target.exists() {
        return Ok(Default::default());
    }
    let mut present = files_below(target, "").map_err(disk)?;
    if present.is_empty() {
        return Ok(Default::default());
    }
    let bytes = std::fs::read(target.join(STATE)).map_err(|_| not_a_site())?;
    let mut state: Remembered = serde_json::from_slice(&bytes).map_err(|_| not_a_site())?;
    if state.picture_version != picture::VERSION {
        // They may show what is covered now.
        state.pictures.clear();
    }
    // Another office may have the same host: a demonstration, for example.
    let same = state.roots.iter().any(|root| site.roots.contains(root));
    if state.format != STATE_FORMAT || state.host != site.host || !same {
        return Err(not_a_site());
    }
    present.remove(STATE);
    let others: Vec<String> =
        present.iter().filter(|path| !state.files.contains(&hash(path))).take(5).cloned().collect();
    if others.is_empty() {
        Ok((state, present))
    } else {
        Err(PublishError::OtherFiles { path: target.to_owned(), files: others })
    }
}

/// Whether the site says that a document is no longer in force, and the registry does not. Neither a revocation nor
/// a successor is ever taken back: such a registry is an old copy.
fn is_taken_back(target: &Path, entry: &Entry) -> bool {
    #[derive(Deserialize)]
    struct Said {
        state: String,
    }
    let ended = [State::Revoked, State::Superseded];
    if ended.contains(&State::of(entry.status)) {
        return false;
    }
    let record = std::fs::read(target.join(format!("V/{}.json", entry.reservation.id))).ok();
    let said = record.and_then(|record| serde_json::from_slice::<Said>(&record).ok());
    said.is_some_and(|said| ended.iter().any(|state| state.as_str() == said.state))
}

fn files_below(folder: &Path, prefix: &str) -> io::Result<BTreeSet<String>> {
    let mut files = BTreeSet::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        // A link is somebody's own work, wherever it leads.
        if entry.file_type()?.is_dir() {
            files.extend(files_below(&entry.path(), &format!("{name}/"))?);
        } else {
            files.insert(name);
        }
    }
    Ok(files)
}

/// What is shown of a document besides its record.
#[derive(Debug, Default)]
struct Shown {
    /// Whether its file is.
    original: bool,
    /// Hashes of that file and of the picture that was drawn of it.
    picture: Option<(String, String)>,
    /// Where its file should be in the office, and is not as it was recorded.
    damaged: Option<PathBuf>,
}

struct Work<'a> {
    tree: Tree,
    site: &'a Site,
    office: &'a Office,
    /// What the office knows of certificates.
    known: Trust,
    pictures: Pictures,
    before: Remembered,
    /// Files that are there now.
    present: BTreeSet<String>,
    /// What each document took the place of.
    replaced: HashMap<Id, Arc<Entry>>,
    files: Mutex<BTreeSet<String>>,
}

const LANGUAGES: [(Language, &str); 2] =
    [(Language::Indonesian, "index.html"), (Language::English, "en.html")];

impl Work<'_> {
    fn write(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        self.tree.write(path, bytes)?;
        self.note(path);
        Ok(())
    }

    fn note(&self, path: &str) {
        self.files.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned());
    }

    /// A page in each language, in a folder so deep.
    fn pages(&self, folder: &str, depth: usize, page: impl Fn(&Context<'_>) -> String) -> io::Result<()> {
        for (language, name) in LANGUAGES {
            let links = Links::new(Place::Static { depth }, language);
            let context = self.site.context(Words::new(language), links);
            self.write(&format!("{folder}{name}"), page(&context).as_bytes())?;
        }
        Ok(())
    }

    /// Everything that is not of one document.
    fn shared_files(&self, keys: &str, trust: &str) -> io::Result<()> {
        self.pages("", 0, |context| page::check(context, None))?;
        self.pages("periksa/", 1, |context| page::check(context, None))?;
        self.pages("luring/", 1, page::offline)?;
        self.write(".well-known/pk-keys.json", keys.as_bytes())?;
        self.write(".well-known/pk-trust.pem", trust.as_bytes())?;
        self.write("robots.txt", b"User-agent: *\nDisallow: /V/\n")?;
        self.write("_headers", header_file(self.site.page().https).as_bytes())?;
        self.write("404.html", page::lost(self.site).as_bytes())?;
        let assets = Assets::get();
        self.write("sw.js", &assets.worker().bytes)?;
        for asset in assets.all() {
            let path = assets.path(asset.name);
            self.write(&path, &asset.bytes)?;
            if let Some(gzip) = &asset.gzip {
                self.write(&format!("{path}.gz"), gzip)?;
            }
        }
        // A page that was opened before the switch may still ask for its own scripts.
        let last = format!("assets/{}/", self.before.assets);
        if self.before.assets != assets.version() {
            for path in self.present.iter().filter(|path| path.starts_with(&last)) {
                if self.tree.keep(path)? {
                    self.note(path);
                }
            }
        }
        Ok(())
    }

    /// All documents, several at a time.
    fn documents(
        &self,
        entries: &[Arc<Entry>],
        jobs: NonZero<usize>,
        on_step: &(dyn Fn(usize, usize) + Sync),
    ) -> Result<BTreeMap<Id, Shown>, PublishError> {
        let next = AtomicUsize::new(0);
        let done = AtomicUsize::new(0);
        let shown = Mutex::new(BTreeMap::new());
        let failed = Mutex::new(None);
        std::thread::scope(|scope| {
            for _ in 0..jobs.get().min(entries.len()) {
                scope.spawn(|| {
                    while let Some(entry) = entries.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let id = entry.reservation.id;
                        let disk = |source| {
                            let path = self.tree.target().join(format!("V/{id}"));
                            PublishError::Io { path, source }
                        };
                        match self.compare(entry).and_then(|()| self.document(entry).map_err(disk)) {
                            Ok(document) => {
                                shown.lock().unwrap_or_else(PoisonError::into_inner).insert(id, document);
                            }
                            Err(error) => {
                                failed.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                                next.store(entries.len(), Ordering::Relaxed);
                            }
                        }
                        on_step(done.fetch_add(1, Ordering::Relaxed) + 1, entries.len());
                    }
                });
            }
        });
        match failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
            Some(error) => Err(error),
            None => Ok(shown.into_inner().unwrap_or_else(PoisonError::into_inner)),
        }
    }

    fn record<'e>(&self, entry: &'e Entry) -> Record<'e> {
        let old = self.replaced.get(&entry.reservation.id);
        Record::new(self.site, entry).replacing(old.map(AsRef::as_ref), self.site)
    }

    /// Whether the record of a document says what the sealed data in its file says. Looked at where the record
    /// is not the one that is published already; a file that is missing is named elsewhere.
    fn compare(&self, entry: &Entry) -> Result<(), PublishError> {
        let id = entry.reservation.id;
        let record = self.record(entry).json(self.site);
        if self.tree.present(&format!("V/{id}.json")).as_deref() == Some(record.as_bytes()) {
            return Ok(());
        }
        let difference = |bytes: &[u8]| {
            let document = Document::open(bytes);
            Attached::of(&document)?.contradiction(entry, &document, &self.known)
        };
        match self.recorded(entry).and_then(|bytes| difference(&bytes)) {
            Some(difference) => Err(PublishError::Differs { id, difference }),
            None => Ok(()),
        }
    }

    /// The newest file of a document, if it is the one that was recorded.
    fn recorded(&self, entry: &Entry) -> Option<Vec<u8>> {
        let file = self.office.document_file(&entry.reservation.id.to_string(), entry.revision);
        let recorded = entry.files.last()?;
        std::fs::read(file).ok().filter(|bytes| Sha256::digest(bytes).as_slice() == recorded)
    }

    /// All files of one document.
    fn document(&self, entry: &Entry) -> io::Result<Shown> {
        let id = entry.reservation.id;
        let mut record = self.record(entry);
        let shown = if record.shows_original() { self.original(entry)? } else { Shown::default() };
        if record.shows_original() && !shown.original {
            // Not offered where it is not.
            record.visibility = Visibility::Fields;
        }
        self.pages(&format!("V/{id}/"), 2, |context| {
            page::record(context, &record, shown.picture.is_some())
        })?;
        self.write(&format!("V/{id}.json"), record.json(self.site).as_bytes())?;
        Ok(shown)
    }

    /// The document itself and its picture. Drawing takes long, so a picture that was drawn of the same file
    /// is taken over.
    fn original(&self, entry: &Entry) -> io::Result<Shown> {
        let id = entry.reservation.id;
        let path = format!("V/{id}.pdf");
        let file = self.office.document_file(&id.to_string(), entry.revision);
        let recorded = entry.files.last().map(<[u8; 32]>::as_slice);
        let is_recorded = |bytes: &Vec<u8>| Some(Sha256::digest(bytes).as_slice()) == recorded;
        let whole = self.recorded(entry);
        let damaged = whole.is_none().then_some(file);
        // The site may have the right one. A disk of the office that was not there must not empty the site.
        let whole = whole.or_else(|| self.tree.present(&path).filter(is_recorded));
        let Some(bytes) = whole else { return Ok(Shown { damaged, ..Shown::default() }) };
        self.write(&path, &bytes)?;
        Ok(Shown { original: true, picture: self.picture(&id, &bytes)?, damaged })
    }

    /// The hashes of a file and of the picture of it that the site has now.
    fn picture(&self, id: &Id, bytes: &[u8]) -> io::Result<Option<(String, String)>> {
        let (path, file) = (format!("V/{id}.png"), hash(bytes));
        // Only if it is the one that was drawn: people compare their paper with it.
        let drawn = self.before.pictures.get(&file);
        let kept = self.tree.present(&path).map(hash);
        if let Some(picture) = kept.filter(|kept| drawn == Some(kept)) {
            self.tree.keep(&path)?;
            self.note(&path);
            return Ok(Some((file, picture)));
        }
        let Ok(picture) = self.pictures.covered(bytes) else { return Ok(None) };
        self.write(&path, &picture)?;
        Ok(Some((file, hash(&picture))))
    }

    /// Documents that have a page now.
    fn once_published(&self) -> BTreeSet<Id> {
        let pages =
            self.present.iter().filter_map(|path| path.strip_prefix("V/")?.strip_suffix("/index.html"));
        pages.filter_map(|id| Id::parse_strict(id).ok()).collect()
    }

    /// The page of a document that the register does not know any more: restored from an old backup, perhaps.
    fn gone(&self, id: &Id) -> io::Result<()> {
        self.pages(&format!("V/{id}/"), 2, |context| page::notice(context, &Notice::Gone(*id)))?;
        let json = serde_json::json!({
            "format": RECORD_FORMAT,
            "id": id.to_string(),
            "institution": self.site.institution,
            "host": self.site.host,
            "state": "unknown",
        });
        self.write(&format!("V/{id}.json"), json.to_string().as_bytes())
    }
}

/// The headers for hosts that read `_headers` (Netlify, Cloudflare Pages).
fn header_file(https: bool) -> String {
    let mut text = String::from("/*\n");
    for (name, value) in headers::ALWAYS.into_iter().chain(https.then_some(headers::TRANSPORT_SECURITY)) {
        text.push_str(&format!("  {name}: {value}\n"));
    }
    text.push_str(&format!("  cache-control: {}\n", headers::ASK_AGAIN));
    text.push_str(&format!("/V/*\n  {}: {}\n", headers::NOT_INDEXED.0, headers::NOT_INDEXED.1));
    text.push_str(&format!("/assets/*\n  ! cache-control\n  cache-control: {}\n", headers::IMMUTABLE));
    text
}
