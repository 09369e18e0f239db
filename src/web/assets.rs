//! Styles, scripts and modules of the pages, embedded in the program.
//!
//! They live below a folder named by their content, so that a browser may keep them for ever and a new
//! version is never mixed with an old one.

use std::io::Write as _;
use std::sync::OnceLock;

use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha256};

use crate::words::{Language, Words};

/// A file of the site.
#[derive(Clone, Debug)]
pub(super) struct Asset {
    /// Its name.
    pub(super) name: &'static str,
    /// RFC 9110, 8.3.
    pub(super) media_type: &'static str,
    /// Its bytes.
    pub(super) bytes: Vec<u8>,
    /// The same in gzip (RFC 1952), where that is smaller.
    pub(super) gzip: Option<Vec<u8>>,
}

/// The files as they are in the source.
const FILES: [(&str, &str, &[u8]); 16] = [
    ("style.css", "text/css; charset=utf-8", include_bytes!("assets/style.css")),
    ("icon.svg", "image/svg+xml", include_bytes!("assets/icon.svg")),
    ("pk.js", SCRIPT, include_bytes!("assets/pk.js")),
    ("page.js", SCRIPT, include_bytes!("assets/page.js")),
    ("network.js", SCRIPT, include_bytes!("assets/network.js")),
    ("known.js", SCRIPT, include_bytes!("assets/known.js")),
    ("claim.js", SCRIPT, include_bytes!("assets/claim.js")),
    ("check.js", SCRIPT, include_bytes!("assets/check.js")),
    ("ask.js", SCRIPT, include_bytes!("assets/ask.js")),
    ("original.js", SCRIPT, include_bytes!("assets/original.js")),
    ("verdict.js", SCRIPT, include_bytes!("assets/verdict.js")),
    ("worker.js", SCRIPT, include_bytes!("assets/worker.js")),
    ("verifier.js", SCRIPT, include_bytes!("assets/verifier.js")),
    ("verifier.wasm", MODULE, include_bytes!("assets/verifier.wasm")),
    ("photo.js", SCRIPT, include_bytes!("assets/photo.js")),
    ("photo.wasm", MODULE, include_bytes!("assets/photo.wasm")),
];

/// RFC 9239.
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// WebAssembly Web API, 7.
const MODULE: &str = "application/wasm";

/// The service worker; it has to lie at the root of what it serves.
const WORKER: &str = include_str!("assets/sw.js");

/// All files of one version.
#[derive(Clone, Debug)]
pub(super) struct Assets {
    version: String,
    files: Vec<Asset>,
    worker: Asset,
}

impl Assets {
    /// The files of this program; made once.
    pub(super) fn get() -> &'static Self {
        static ASSETS: OnceLock<Assets> = OnceLock::new();
        ASSETS.get_or_init(Self::make)
    }

    fn make() -> Self {
        let mut files: Vec<Asset> =
            FILES.iter().map(|(name, media_type, bytes)| asset(name, media_type, bytes.to_vec())).collect();
        for (name, language) in
            [("words-id.json", Language::Indonesian), ("words-en.json", Language::English)]
        {
            files.push(asset(name, "application/json", Words::new(language).public_json().into_bytes()));
        }
        let mut hasher = Sha256::new();
        hasher.update(WORKER);
        for file in &files {
            hasher.update(file.name);
            hasher.update([0]);
            hasher.update(Sha256::digest(&file.bytes));
        }
        let version: String = data_encoding::HEXLOWER.encode(&hasher.finalize()).chars().take(16).collect();
        let worker = WORKER.replace("{version}", &version);
        let worker = asset("sw.js", SCRIPT, worker.into_bytes());
        Self { version, files, worker }
    }

    /// The name of this version.
    pub(super) fn version(&self) -> &str {
        &self.version
    }

    /// The path of a file below the root of the site.
    pub(super) fn path(&self, name: &str) -> String {
        format!("assets/{}/{name}", self.version)
    }

    /// A file by its name.
    pub(super) fn find(&self, name: &str) -> Option<&Asset> {
        self.files.iter().find(|file| file.name == name)
    }

    /// All files.
    pub(super) fn all(&self) -> &[Asset] {
        &self.files
    }

    /// The service worker.
    pub(super) const fn worker(&self) -> &Asset {
        &self.worker
    }
}

fn asset(name: &'static str, media_type: &'static str, bytes: Vec<u8>) -> Asset {
    let gzip = compress(&bytes).filter(|compressed| compressed.len() < bytes.len());
    Asset { name, media_type, bytes, gzip }
}

/// In gzip without name and time, so that the same bytes give the same bytes.
fn compress(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).ok()?;
    encoder.finish().ok()
}
