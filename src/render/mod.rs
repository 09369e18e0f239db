//! From canonical data to revision 0: Typst, then the form fields that Typst cannot make.
//!
//! A pure function of data, claim and templates. The same input gives the same bytes on every
//! machine, so a verifier can render again and compare.

mod finish;
mod fonts;
mod layout;
mod picture;
mod places;
mod qr;
mod templates;
mod world;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use typst::diag::{SourceDiagnostic, SourceResult};
use typst::ecow::EcoVec;
use typst::foundations::{Label, Smart, Value};
use typst::introspection::{Introspector as _, MetadataElem};
use typst::utils::PicoStr;
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

pub use fonts::{Substitute, substitute};
pub use places::Place;
pub use templates::{Templates, TemplatesError};

use fonts::Fonts;
use layout::{Breaking, Extent, Layout, Question, Seen};
use world::JobWorld;

use crate::model::Typeface;

/// Typst remembers what it has laid out, 1.6 MB a document, and forgetting looks at all of it. So it forgets after every so
/// many documents what none of the last ones has used: memory stays flat, and what all documents share stays warm.
const FORGETS_AFTER: u64 = 8;
const SPARED: usize = 1;

/// Stack of a thread that calls Typst: layout recurses, and the default of 2 MiB has overflowed.
pub const STACK: usize = 16 * 1024 * 1024;

/// Why a document was not rendered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The template does not compile.
    #[error("the template does not compile: {}", .0.join("; "))]
    Template(Vec<String>),
    /// The output does not conform to PDF/A-3a and PDF/UA-1.
    #[error("the document cannot be exported: {}", .0.join("; "))]
    Export(Vec<String>),
    /// The template does not mark the boxes for the signatures.
    #[error("the template marks no signature box for {0}")]
    Box(String),
    /// Typst's output has another shape than expected.
    #[error("the rendered file cannot be completed")]
    Pdf(#[from] pk_trust::pdf::Error),
    /// The claim does not fit into a QR symbol.
    #[error("the claim does not fit into a QR code")]
    Qr,
    /// The data cannot be read.
    #[error("the data is not pk-data/1")]
    Data(#[from] pk_trust::verify::ContentError),
    /// A page cannot be made a picture.
    #[error("the page cannot be made a picture")]
    Picture,
    /// The process that set the pages ended, and so did a second one.
    #[error("the process that set the pages ended before it was done, twice")]
    Died,
}

impl Error {
    /// A name for programs, and for texts in any language.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Template(_) => "error.render-template",
            Self::Export(_) => "error.render-export",
            Self::Box(_) => "error.render-field",
            Self::Pdf(_) => "error.render-file",
            Self::Qr => "error.render-qr",
            Self::Data(_) => "error.render-data",
            Self::Picture => "error.render-picture",
            Self::Died => "error.render-died",
        }
    }

    /// The values that belong to its [`code`](Self::code).
    pub fn values(&self) -> BTreeMap<&'static str, String> {
        match self {
            Self::Template(messages) | Self::Export(messages) => {
                BTreeMap::from([("message", messages.join("; "))])
            }
            Self::Box(field) => BTreeMap::from([("field", field.clone())]),
            Self::Pdf(_) | Self::Qr | Self::Data(_) | Self::Picture | Self::Died => BTreeMap::new(),
        }
    }
}

/// Revision 0 of a document: complete, and signed by nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision0(pub Vec<u8>);

/// Renders documents. Fonts and templates are loaded once and shared by all threads.
#[derive(Debug)]
pub struct Renderer {
    fonts: Fonts,
    templates: Templates,
    library: typst::utils::LazyHash<typst::Library>,
    /// The last stamp, and what it was made of.
    stamp: Mutex<Option<(String, Arc<Vec<u8>>)>>,
    layouts: AtomicU64,
    /// Documents since the process began, for [`FORGETS_AFTER`].
    rendered: AtomicU64,
}

impl Renderer {
    /// A renderer with these templates.
    pub fn new(templates: Templates) -> Self {
        use typst::LibraryExt as _;
        Self {
            fonts: Fonts::embedded(),
            templates,
            library: typst::utils::LazyHash::new(typst::Library::default()),
            stamp: Mutex::default(),
            layouts: AtomicU64::new(0),
            rendered: AtomicU64::new(0),
        }
    }

    /// A renderer for previews: every page says that it is none of a document.
    pub fn for_preview(templates: Templates) -> Self {
        use typst::LibraryExt as _;
        let mut inputs = typst::foundations::Dict::new();
        inputs.insert("specimen".into(), typst::foundations::Value::Str("CONTOH".into()));
        let library = typst::Library::builder().with_inputs(inputs).build();
        Self { library: typst::utils::LazyHash::new(library), ..Self::new(templates) }
    }

    /// Why a picture in `shared/` cannot be printed, in the words of Typst; `None` if it can.
    pub fn picture_fault(&self, name: &str) -> Option<String> {
        if let Some(bytes) = self.templates.file(&format!("shared/{name}"))
            && let Some(fault) = picture::fault(name, &bytes)
        {
            return Some(fault);
        }
        let data = serde_json::json!({ "picture": name }).to_string();
        let made = on_stack(|| {
            // Some pictures can be looked at and not be put into a PDF file, of four colours for example.
            let document = self.compile(data.as_bytes(), "", "shared/picture.typ", Vec::new())?;
            export(&document, name, false)
        })?;
        made.err().map(|error| match error {
            Error::Template(messages) | Error::Export(messages) => messages.join("; "),
            other => other.to_string(),
        })
    }

    /// How often pages were laid out so far: once a document, but where what came out differed from the plan.
    pub fn layouts(&self) -> u64 {
        self.layouts.load(Ordering::Relaxed)
    }

    /// The templates in force.
    pub fn templates(&self) -> &Templates {
        &self.templates
    }

    /// The characters of a text that a typeface has no picture for.
    pub fn missing_glyphs(&self, text: &str, typeface: Typeface) -> Vec<char> {
        self.fonts.missing(text, typeface)
    }

    /// Renders revision 0 from canonical data and the text of its QR code.
    ///
    /// # Errors
    ///
    /// [`enum@Error`]
    pub fn render(&self, data: &[u8], claim: &str) -> Result<Revision0, Error> {
        let content = pk_trust::verify::Content::parse(data)?;
        let document = self.pages(data, claim, &content.template.name)?;
        let boxes = signature_boxes(&document);
        let pdf = export(&document, &content.id.to_string(), true)?;
        let stamp = self.stamp(data, &content.host)?;
        let finished = finish::finish(&pdf, &stamp, &content, &boxes);
        self.forget();
        finished.map(Revision0)
    }

    /// Renders the pages as PNG, `dpi` dots an inch.
    ///
    /// # Errors
    ///
    /// [`enum@Error`]
    pub fn pictures(&self, data: &[u8], claim: &str, dpi: u32) -> Result<Vec<Vec<u8>>, Error> {
        let content = pk_trust::verify::Content::parse(data)?;
        let document = self.pages(data, claim, &content.template.name)?;
        let options = typst_render::RenderOptions {
            pixel_per_pt: (f64::from(dpi) / 72.0).into(),
            ..typst_render::RenderOptions::default()
        };
        let pages = document.pages().iter();
        let pictures =
            pages.map(|page| typst_render::render(page, &options).encode_png().map_err(|_| Error::Picture));
        let pictures = pictures.collect();
        self.forget();
        pictures
    }

    /// Where each of `numbers` stands on the pages. `None` in place of the answer for one whose digits stand on
    /// them in another form too: broken over lines, or with points between them.
    ///
    /// # Errors
    ///
    /// [`enum@Error`]
    pub fn places(
        &self,
        data: &[u8],
        claim: &str,
        numbers: &[String],
    ) -> Result<Vec<Option<Vec<Place>>>, Error> {
        let content = pk_trust::verify::Content::parse(data)?;
        let document = self.pages(data, claim, &content.template.name)?;
        let found = numbers.iter().map(|number| places::places(&document, number)).collect();
        self.forget();
        Ok(found)
    }

    /// The pages of a document as planned; laid out again only where something came out otherwise.
    fn pages(&self, data: &[u8], claim: &str, template: &str) -> Result<PagedDocument, Error> {
        let main = format!("{template}/template.typ");
        let own = self.templates.replace_code();
        let unreadable = || Error::Data(pk_trust::verify::ContentError::Format);
        let mut plan =
            Layout::plan(data, own, &self.fonts, &|text| self.measure(text)).ok_or_else(unreadable)?;
        loop {
            let document = self.compile(data, claim, &main, plan.to_json())?;
            self.layouts.fetch_add(1, Ordering::Relaxed);
            match plan.revised(&seen(&document)) {
                None => return Ok(document),
                Some(better) => plan = better,
            }
        }
    }

    /// What a signed box shows, as PDF. The same for all documents of an office in one typeface: the last one is kept.
    fn stamp(&self, data: &[u8], host: &str) -> Result<Arc<Vec<u8>>, Error> {
        #[derive(serde::Deserialize)]
        struct Data {
            layout: Sheet,
        }
        #[derive(serde::Deserialize)]
        struct Sheet {
            font: String,
        }
        let unreadable = |_| Error::Data(pk_trust::verify::ContentError::Format);
        let Data { layout: Sheet { font } } = serde_json::from_slice(data).map_err(unreadable)?;
        let data = serde_json::json!({ "host": host, "layout": { "font": font } }).to_string();
        let mut kept = self.stamp.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, stamp)) = &*kept
            && *of == data
        {
            return Ok(stamp.clone());
        }
        let page = self.compile(data.as_bytes(), "", "shared/stamps.typ", Vec::new())?;
        let stamp = Arc::new(export(&page, host, false)?);
        *kept = Some((data, stamp.clone()));
        Ok(stamp)
    }

    /// Also after a failure: what was compiled is in memory either way.
    fn forget(&self) {
        if self.rendered.fetch_add(1, Ordering::Relaxed) % FORGETS_AFTER == FORGETS_AFTER - 1 {
            typst::comemo::evict(SPARED);
        }
    }

    fn compile(&self, data: &[u8], claim: &str, main: &str, layout: Vec<u8>) -> Result<PagedDocument, Error> {
        let qr = qr::svg(claim)?;
        let world = JobWorld::new(self, main, data, claim, &qr, layout)
            .ok_or_else(|| Error::Template(vec![format!("{main}: not a path")]))?;
        let compiled = typst::compile::<PagedDocument>(&world);
        compiled.output.map_err(|errors| Error::Template(messages(&errors, &world)))
    }

    /// Sets a text alone, to see how large it becomes.
    fn measure(&self, question: &Question<'_>) -> Option<Extent> {
        let (_, first) = question.pieces.first()?;
        let pieces = question.pieces.iter().map(|(text, face)| {
            let (_, bold) = face.name();
            serde_json::json!({ "text": text, "bold": bold })
        });
        let data = serde_json::json!({
            "pieces": pieces.collect::<Vec<_>>(),
            "family": first.name().0,
            "size": question.size,
            "width": question.width,
            "justified": question.breaking == Breaking::Justified,
        });
        let document =
            self.compile(data.to_string().as_bytes(), "", "shared/measure.typ", Vec::new()).ok()?;
        let size = document.pages().first()?.frame.size();
        Some(first.extent(question.size, size.x.to_pt(), size.y.to_pt()))
    }
}

/// Runs work on a thread with the stack that Typst needs; `None` if there is no such thread, or it was lost.
pub fn on_stack<T: Send>(work: impl FnOnce() -> T + Send) -> Option<T> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).ok()?;
        thread.join().ok()
    })
}

/// What the plan of the pages is compared with.
fn seen(document: &PagedDocument) -> Seen {
    let place = |label: &str| {
        let selector = typst::foundations::Selector::Label(Label::new(PicoStr::intern(label))?);
        let introspector = document.introspector();
        let mark = introspector.query(&selector).first()?.location()?;
        let position = introspector.elements().position(mark)?;
        Some((position.page.get(), position.point.y.to_pt()))
    };
    Seen { pages: document.pages().len(), first_box: place("pk-signature"), annex: place("pk-annex") }
}

/// Where a template wants a signature: page from 0, points from the top left corner.
#[derive(Clone, Debug, PartialEq)]
struct SignatureBox {
    field: String,
    page: usize,
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

/// The boxes that the template marks with `#metadata((field: …, width: …, height: …)) <pk-signature>`.
fn signature_boxes(document: &PagedDocument) -> Vec<SignatureBox> {
    let Some(label) = Label::new(PicoStr::intern("pk-signature")) else { return Vec::new() };
    let selector = typst::foundations::Selector::Label(label);
    let introspector = document.introspector();
    let marks = introspector.query(&selector);
    marks
        .iter()
        .filter_map(|mark| {
            let Value::Dict(values) = &mark.to_packed::<MetadataElem>()?.value else { return None };
            let number = |key: &str| match values.get(key).ok()? {
                Value::Float(value) => Some(*value),
                #[expect(clippy::as_conversions, reason = "a length in points, far below 2^53")]
                Value::Int(value) => Some(*value as f64),
                _ => None,
            };
            let Value::Str(field) = values.get("field").ok()? else { return None };
            let position = introspector.elements().position(mark.location()?)?;
            Some(SignatureBox {
                field: field.to_string(),
                page: position.page.get() - 1,
                x: position.point.x.to_pt(),
                y: position.point.y.to_pt(),
                width: number("width")?,
                height: number("height")?,
            })
        })
        .collect()
}

fn export(document: &PagedDocument, ident: &str, tagged: bool) -> Result<Vec<u8>, Error> {
    // The stamps are no pages of their own: PDF/A-3b only, so that fonts and colours come out as in
    // the document.
    let standards: &[PdfStandard] =
        if tagged { &[PdfStandard::A_3a, PdfStandard::Ua_1] } else { &[PdfStandard::A_3b] };
    let options = PdfOptions {
        ident: Smart::Custom(ident.to_owned()),
        // Without the version: a later release has to render the same bytes.
        creator: Smart::Custom(Some("pk".to_owned())),
        standards: PdfStandards::new(standards)
            .map_err(|error| Error::Export(vec![error.message().to_string()]))?,
        tagged,
        ..PdfOptions::default()
    };
    let pdf: SourceResult<Vec<u8>> = typst_pdf::pdf(document, &options);
    pdf.map_err(|errors| Error::Export(errors.iter().map(|e| e.message.to_string()).collect()))
}

fn messages(errors: &EcoVec<SourceDiagnostic>, world: &JobWorld<'_>) -> Vec<String> {
    use typst::WorldExt as _;
    errors
        .iter()
        .map(|error| {
            let place = error.span.id().and_then(|id| {
                let range = world.range(error.span)?;
                let source = typst::World::source(world, id).ok()?;
                let line = source.lines().byte_to_line(range.start)? + 1;
                Some(format!("{}:{line}: ", id.get().vpath().get_without_slash()))
            });
            format!("{}{}", place.unwrap_or_default(), error.message)
        })
        .collect()
}
