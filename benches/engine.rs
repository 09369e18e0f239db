//! What rendering costs, with everything else left out: `pk`'s own pages, or any other template, through the same build
//! of the engine.
//!
//! `cargo bench --bench engine -- ours|bare|TEMPLATE DATA [--first N] [--count N] [--write FOLDER]`
//!
//! `DATA` is a folder with the data of documents (`pk-data/1`), one `.json` each, and their claims as `.txt` of the same name. `ours` makes revision 0 as `pk generate`
//! does, `bare` sets the same pages and writes them as PDF without stamps and fields. A template of somebody else is read
//! from the disk, with its folder as the root, and gets the files `/data.json`, `/claim.txt` and `/qr.svg`. Prints one
//! line of JSON. Under `valgrind --tool=callgrind`, the difference between two counts is what one more document costs.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a benchmark that cannot go on has nothing to say"
)]

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use pk::render::{Renderer, STACK, Templates};
use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt as _, World};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

/// As long as a real claim of an agreement.
const CLAIM: &str = "https://cek.contoh.example/d/AAAA-BBBB-CCCC-DDDD#1AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\
    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Compiles that what was set before is remembered for, as in `pk`.
const MEMORY: usize = 8;

fn main() {
    // Layout recurses.
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(run).unwrap();
    thread.join().unwrap();
}

fn run() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let [what, folder, rest @ ..] = arguments.as_slice() else {
        println!("usage: engine ours|bare|TEMPLATE DATA [--first N] [--count N] [--write FOLDER]");
        return;
    };
    let number = |name: &str| {
        let at = rest.iter().position(|argument| argument == name)?;
        rest.get(at + 1)?.parse::<usize>().ok()
    };
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|end| end == "json"));
    paths.sort();
    let count = number("--count").unwrap_or(paths.len());
    let paths: Vec<PathBuf> = paths.into_iter().skip(number("--first").unwrap_or(0)).take(count).collect();

    let renderer = Renderer::new(Templates::built_in());
    let engine = (what != "ours").then(|| Engine::new(what));
    let write = rest.iter().position(|argument| argument == "--write").and_then(|at| rest.get(at + 1));
    let mut bytes = 0;
    let (start, busy) = (Instant::now(), processor_time());
    for path in &paths {
        let data = std::fs::read(path).unwrap();
        let claim = std::fs::read_to_string(path.with_extension("txt"));
        let pdf = match &engine {
            None => renderer.render(&data, claim.as_deref().unwrap_or(CLAIM)).unwrap().0,
            Some(engine) => engine.render(data),
        };
        bytes += pdf.len();
        if let Some(folder) = write {
            std::fs::write(Path::new(folder).join(path.with_extension("pdf").file_name().unwrap()), pdf)
                .unwrap();
        }
    }
    let busy = processor_time().zip(busy).map(|(after, before)| after - before);
    let each =
        |time: Duration| time.as_secs_f64() * 1e3 / f64::from(u32::try_from(paths.len().max(1)).unwrap());
    println!(
        "{{\"what\":\"{what}\",\"documents\":{},\"bytes\":{bytes},\"milliseconds\":{:.2},\"processor\":{:.2}}}",
        paths.len(),
        each(start.elapsed()),
        each(busy.unwrap_or_default()),
    );
}

/// Typst alone.
struct Engine {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    root: PathBuf,
    main: String,
    /// One for all documents.
    qr: Bytes,
    /// Read and parsed once, as every compiler keeps them.
    sources: Mutex<HashMap<FileId, Source>>,
}

impl Engine {
    fn new(what: &str) -> Self {
        let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
        let mut files: Vec<PathBuf> =
            std::fs::read_dir(ours.join("fonts")).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.retain(|path| path.extension().is_some_and(|end| end == "ttf"));
        files.sort();
        let fonts: Vec<Font> =
            files.iter().flat_map(|path| Font::iter(Bytes::new(std::fs::read(path).unwrap()))).collect();
        let (root, main) = if what == "bare" {
            (ours, "perjanjian-kinerja/template.typ".to_owned())
        } else {
            let path = Path::new(what);
            let name = path.file_name().unwrap().to_str().unwrap();
            (path.parent().unwrap().to_owned(), name.to_owned())
        };
        Self {
            library: LazyHash::new(Library::default()),
            book: LazyHash::new(FontBook::from_fonts(&fonts)),
            fonts,
            root,
            main,
            qr: Bytes::new(symbol().into_bytes()),
            sources: Mutex::default(),
        }
    }

    fn render(&self, data: Vec<u8>) -> Vec<u8> {
        let file =
            |path: &str| RootedPath::new(VirtualRoot::Project, VirtualPath::new(path).unwrap()).intern();
        let job = Job {
            engine: self,
            main: file(&self.main),
            data: Bytes::new(data),
            claim: Bytes::new(CLAIM.as_bytes().to_vec()),
            qr: self.qr.clone(),
        };
        let document = typst::compile::<PagedDocument>(&job).output.unwrap();
        let options = PdfOptions {
            ident: Smart::Custom("bench".to_owned()),
            standards: PdfStandards::new(&[PdfStandard::A_3a, PdfStandard::Ua_1]).unwrap(),
            ..PdfOptions::default()
        };
        let pdf = typst_pdf::pdf(&document, &options).unwrap();
        typst::comemo::evict(MEMORY);
        pdf
    }
}

/// The QR symbol as one path of single modules.
fn symbol() -> String {
    let code = qrcode::QrCode::with_error_correction_level(CLAIM, qrcode::EcLevel::M).unwrap();
    let size = code.width();
    let mut path = String::new();
    for (at, colour) in code.to_colors().into_iter().enumerate() {
        if colour == qrcode::Color::Dark {
            path.push_str(&format!("M{} {}h1v1h-1z", at % size + 4, at / size + 4));
        }
    }
    let size = size + 8;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {size} {size}\"><path d=\"{path}\"/></svg>"
    )
}

struct Job<'e> {
    engine: &'e Engine,
    main: FileId,
    data: Bytes,
    claim: Bytes,
    qr: Bytes,
}

impl Job<'_> {
    fn read(&self, id: FileId) -> FileResult<Vec<u8>> {
        let path = self.engine.root.join(id.get().vpath().get_without_slash());
        std::fs::read(&path).map_err(|_| FileError::NotFound(path))
    }
}

impl World for Job<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.engine.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.engine.book
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        let known = self.engine.sources.lock().unwrap().get(&id).cloned();
        if let Some(source) = known {
            return Ok(source);
        }
        let source = Source::new(id, String::from_utf8(self.read(id)?).unwrap());
        self.engine.sources.lock().unwrap().insert(id, source.clone());
        Ok(source)
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        match id.get().vpath().get_without_slash() {
            "data.json" => Ok(self.data.clone()),
            "claim.txt" => Ok(self.claim.clone()),
            "qr.svg" => Ok(self.qr.clone()),
            _ => self.read(id).map(Bytes::new),
        }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.engine.fonts.get(index).cloned()
    }

    fn today(&self, _: Option<typst::foundations::Duration>) -> Option<Datetime> {
        None
    }
}

/// Time that this thread spent on a processor, where the system tells.
fn processor_time() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}
