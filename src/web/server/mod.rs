//! `pk serve`: the public page as one process with everything in it.
//!
//! Only this room of the program is asynchronous; it calls the others where blocking is allowed. It writes
//! nothing: what it shows comes from the registry, the keys and the documents of the office.

mod arrivals;
mod asked;
mod client;
mod connections;
mod limits;
mod metrics;
mod process;
mod question;
mod reply;
mod routes;
mod turns;
mod typed;
mod upload;

use std::future::Future;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use pk_trust::claim::Id;
use pk_trust::pki::{Anchors, Certificate};
use pk_trust::verify::Trust;
use sha2::{Digest as _, Sha256};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::assets::Assets;
use super::keys;
use super::page::Notice;
use super::picture::{self, Pictures};
use super::records::{PATIENCE, Records, Unreachable};
use super::site::Site;
use crate::audit::{Answer, Auditor};
use crate::office::{AuthorityError, Clock, Office};
use crate::registry::{Entry, SqliteRegistry};
use crate::render::Templates;
use arrivals::Arrivals;
use asked::Asked;
use limits::Limits;
use metrics::Metrics;
use process::Checks;

pub use process::COMMAND;
pub use question::{Question, check};

/// How long a picture waits for its turn to be drawn.
const DRAWING: Duration = Duration::from_secs(10);

/// How long the keys of the office are believed to be unchanged. They change some times a year.
const KEYS_KEPT: Duration = Duration::from_secs(2);

/// How often buckets are tidied up.
const TIDY: Duration = Duration::from_secs(60);

/// Why the server does not start, or had to end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The registry.
    #[error(transparent)]
    Registry(#[from] Unreachable),
    /// Certificates and lists.
    #[error(transparent)]
    Keys(#[from] AuthorityError),
    /// The templates.
    #[error(transparent)]
    Templates(#[from] crate::render::TemplatesError),
    /// The address is taken, or not of this machine.
    #[error("{address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The system gives no threads.
    #[error(transparent)]
    Runtime(std::io::Error),
}

/// The server.
pub struct Server {
    office: Office,
    site: Site,
    site_tag: String,
    clock: Box<dyn Clock + Send + Sync>,
    records: Records,
    pictures: Pictures,
    keys: Mutex<Option<(Instant, Arc<Keys>)>>,
    limits: Limits,
    metrics: Arc<Metrics>,
    checks: Checks,
    drawing: Arc<Semaphore>,
    arrivals: Arc<Arrivals>,
    refreshing: tokio::sync::Mutex<()>,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("site", &self.site).finish_non_exhaustive()
    }
}

/// The office's public keys, as they were read last.
struct Keys {
    anchors: Anchors,
    seals: Vec<Certificate>,
    json: String,
    pem: String,
    tag: String,
}

impl Server {
    /// A server for an office. Reads the whole registry. `program` is this one as a file, which it starts once more
    /// for every file that is checked.
    ///
    /// # Errors
    ///
    /// [`enum@Error`]
    pub fn new(
        office: Office,
        clock: Box<dyn Clock + Send + Sync>,
        program: PathBuf,
    ) -> Result<Arc<Self>, Error> {
        let site = Site::new(&office, &office.anchors()?.roots);
        let templates = Templates::with_folder(&office.templates())?;
        Ok(Arc::new(Self {
            records: Records::open(&office.registry())?,
            pictures: Pictures::new(templates),
            site_tag: site_tag(&site),
            limits: Limits::new(site.page()),
            metrics: Arc::new(Metrics::new()),
            checks: Checks::new(program, office.root().to_owned()),
            drawing: Arc::new(Semaphore::new(1)),
            arrivals: Arc::default(),
            refreshing: tokio::sync::Mutex::default(),
            keys: Mutex::default(),
            office,
            site,
            clock,
        }))
    }

    /// The routes, without a network around them.
    pub fn router(self: &Arc<Self>) -> Router {
        routes::router(self)
    }

    /// Number of documents that are known.
    pub fn documents(&self) -> usize {
        self.records.len()
    }

    /// Answers at `address` until `stop`. `listening` is told the address, once, when it is open.
    ///
    /// # Errors
    ///
    /// [`Error::Listen`] and [`Error::Runtime`].
    pub fn run(
        self: &Arc<Self>,
        address: SocketAddr,
        listening: impl FnOnce(SocketAddr),
        stop: impl Future<Output = ()>,
    ) -> Result<(), Error> {
        let most = connections::most_connections();
        let runtime =
            tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Error::Runtime)?;
        runtime.block_on(async {
            let open = TcpListener::bind(address).await;
            let listener = open.map_err(|source| Error::Listen { address, source })?;
            listening(listener.local_addr().unwrap_or(address));
            let server = Arc::clone(self);
            let tidying = tokio::spawn(async move { server.tidy().await });
            connections::serve(listener, self.router(), Arc::clone(&self.metrics), most, stop).await;
            tidying.abort();
            Ok::<(), Error>(())
        })?;
        // Whatever still reads from a disk that does not answer.
        runtime.shutdown_timeout(Duration::from_secs(1));
        Ok(())
    }

    async fn tidy(&self) {
        let mut passed = Duration::ZERO;
        let pause = Duration::from_secs(1);
        loop {
            tokio::time::sleep(pause).await;
            passed += pause;
            if passed >= TIDY || self.limits.is_full() {
                self.limits.tidy();
                passed = Duration::ZERO;
            }
        }
    }

    /// Makes sure that what is in memory is what the registry says now.
    async fn current(self: &Arc<Self>) -> Result<(), Unreachable> {
        let fresh = match self.records.is_fresh() {
            Ok(true) => Ok(()),
            Ok(false) => {
                let (server, asked) = (Arc::clone(self), Instant::now());
                // One at a time: a thousand threads that wait for a locked registry would leave none for
                // anything else.
                let _one = self.refreshing.lock().await;
                match tokio::task::spawn_blocking(move || server.records.refresh(asked)).await {
                    Ok(done) => done,
                    Err(panicked) => Err(Unreachable::from(std::io::Error::other(panicked))),
                }
            }
            Err(error) => Err(error),
        };
        if fresh.is_err() {
            self.metrics.failed_to_read();
        }
        fresh
    }

    /// The record of an id, as the registry has it at this moment.
    async fn look(self: &Arc<Self>, id: &Id) -> Result<Option<Arc<Entry>>, Unreachable> {
        self.current().await?;
        Ok(self.records.known(id))
    }

    /// The newest file of a document with its tag; `None` if it is not the one that was recorded.
    async fn original(&self, entry: &Entry) -> Option<(String, Bytes)> {
        let (path, recorded) = self.newest(entry)?;
        let read = move || recorded_file(&path, &recorded);
        let bytes = tokio::task::spawn_blocking(read).await.ok()??;
        Some((file_tag(&recorded), bytes.into()))
    }

    /// The picture of a document's first page with its tag, or why there is none.
    async fn picture(self: &Arc<Self>, entry: &Arc<Entry>) -> Result<(String, Bytes), Notice> {
        let id = entry.reservation.id;
        let (path, recorded) = self.newest(entry).ok_or(Notice::Damaged(id))?;
        let picture = match self.pictures.known(&recorded) {
            Some(known) => known,
            None => self.draw(id, path, recorded).await?,
        };
        Ok((picture_tag(&recorded), picture))
    }

    async fn draw(self: &Arc<Self>, id: Id, path: PathBuf, recorded: [u8; 32]) -> Result<Bytes, Notice> {
        let turn = timeout(DRAWING, Arc::clone(&self.drawing).acquire_owned()).await;
        let Ok(Ok(turn)) = turn else { return Err(Notice::Busy) };
        let server = Arc::clone(self);
        let draw = move || {
            let bytes = recorded_file(&path, &recorded).ok_or(Notice::Damaged(id))?;
            let picture = server.pictures.draw(&recorded, &bytes).ok_or(Notice::NoPicture(id));
            // Only now: a client who goes away must not let the next one in while this one is drawn.
            drop(turn);
            picture
        };
        tokio::task::spawn_blocking(draw).await.unwrap_or(Err(Notice::Internal))
    }

    /// Whether a page may show a picture of its document. The file is looked at the first time only.
    async fn has_picture(self: &Arc<Self>, entry: &Entry) -> bool {
        let Some((path, recorded)) = self.newest(entry) else { return false };
        if let Some(possible) = self.pictures.possible(&recorded) {
            return possible;
        }
        let server = Arc::clone(self);
        let look = move || server.pictures.look(&recorded, recorded_file(&path, &recorded).as_deref());
        tokio::task::spawn_blocking(look).await.unwrap_or(false)
    }

    fn newest(&self, entry: &Entry) -> Option<(PathBuf, [u8; 32])> {
        let recorded = *entry.files.last()?;
        Some((self.office.document_file(&entry.reservation.id.to_string(), entry.revision), recorded))
    }

    /// Answers about a link; blocks.
    fn examine(&self, link: &str) -> Result<Answer, Unreachable> {
        let keys = self.read_keys().map_err(|error| Unreachable::from(std::io::Error::other(error)))?;
        let registry = SqliteRegistry::open_to_read_within(&self.office.registry(), PATIENCE)?;
        let auditor = Auditor {
            trust: Trust { anchors: keys.anchors.clone(), seals: keys.seals.clone(), ..Trust::default() },
            registry: Some(Box::new(registry)),
            host: Some(self.site.host.clone()),
            ..Auditor::default()
        };
        Ok(auditor.link("", link, self.clock.now()))
    }

    /// The keys; `None` if they cannot be read now.
    async fn keys(self: &Arc<Self>) -> Option<Arc<Keys>> {
        let server = Arc::clone(self);
        tokio::task::spawn_blocking(move || server.read_keys().ok()).await.ok()?
    }

    fn read_keys(&self) -> Result<Arc<Keys>, AuthorityError> {
        let mut kept = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((read, keys)) = kept.as_ref()
            && read.elapsed() < KEYS_KEPT
        {
            return Ok(Arc::clone(keys));
        }
        let (anchors, seals) = (self.office.anchors()?, self.office.seals()?);
        let json = keys::json(&self.site, &anchors, &seals, self.clock.now());
        let keys = Arc::new(Keys {
            pem: self.office.trust_bundle()?,
            tag: format!("\"{}\"", short(&Sha256::digest(&json))),
            json,
            anchors,
            seals,
        });
        *kept = Some((Instant::now(), Arc::clone(&keys)));
        Ok(keys)
    }

    /// The tag of a page: what it says, in which words, and by which program.
    fn tag(&self, what: &str, asked: Asked) -> String {
        let form = asked.form();
        format!("\"{what}-{form}-{}\"", self.site_tag)
    }
}

/// The bytes of a file, if they are those that were recorded.
fn recorded_file(path: &Path, recorded: &[u8; 32]) -> Option<Vec<u8>> {
    // Opening a pipe would wait for somebody who writes into it, for ever.
    if !path.metadata().ok()?.is_file() {
        return None;
    }
    std::fs::read(path).ok().filter(|bytes| Sha256::digest(bytes).as_slice() == recorded)
}

fn file_tag(sha256: &[u8; 32]) -> String {
    format!("\"{}\"", short(sha256))
}

/// Raised with every change of how pictures are drawn and covered: nobody shall keep an older one.
fn picture_tag(sha256: &[u8; 32]) -> String {
    format!("\"{}-{}\"", short(sha256), picture::VERSION)
}

fn short(hash: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(hash).chars().take(32).collect()
}

/// Changes with everything that is on all pages.
fn site_tag(site: &Site) -> String {
    let mut hasher = Sha256::new();
    for part in [&site.institution, &site.host, Assets::get().version(), env!("CARGO_PKG_VERSION")] {
        hasher.update(part);
        hasher.update([0]);
    }
    for root in &site.roots {
        hasher.update(root);
    }
    data_encoding::HEXLOWER.encode(&hasher.finalize()).chars().take(12).collect()
}
