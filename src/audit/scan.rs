//! PDF files that are scans of paper: nobody signed them, and what there is to check is the QR code on the page.

use pk_trust::When;
use pk_trust::claim::parse_link;
use pk_trust::pdf::{Body, Dictionary, File, Object, View};
use pk_trust::verify::{Code, Document, Finding, Verdict};

use super::{Answer, Auditor, codes};

/// Pages that are looked at: the code stands on the first one of a document, and a scan may begin with a letter.
const MAX_PAGES: usize = 3;

/// Images that are looked at. Each costs as much as a photograph.
const MAX_IMAGES: usize = 3;

/// Images of one page that are considered.
const MAX_PER_PAGE: usize = 16;

/// Fewest dots a side of an image that can show a page with a code.
const FEWEST_DOTS: i64 = 300;

/// Most dots of an image that is drawn: as many as a photograph may have.
const MOST_DOTS: i64 = 52_000_000;

/// What the first pages of a file consist of.
#[derive(Debug, Default)]
struct Pages {
    /// Images that are JPEG files as they stand there, which most scanners write.
    jpegs: Vec<Vec<u8>>,
    /// Whether there is an image in another form, small enough to be drawn.
    others: bool,
    /// Whether all pages show images and no text.
    scanned: bool,
}

/// The answer about the codes on the pages of a file that nobody signed, in the place of `verdict`, or
/// `verdict` with a word on what was looked for.
pub(super) fn examine(
    auditor: &Auditor,
    name: &str,
    document: &Document<'_>,
    verdict: Verdict,
    when: When,
) -> Answer {
    let Some(draw) = auditor.draw else { return Answer::Document(Box::new(verdict)) };
    let pages = document.file().and_then(look).unwrap_or_default();
    let is_claim = |text: &String| parse_link(text).is_ok();
    let read = |picture: &Vec<u8>| pk_photo::qr_texts(picture).unwrap_or_default();
    let mut texts: Vec<String> = pages.jpegs.iter().flat_map(read).collect();
    if pages.scanned && pages.others && !texts.iter().any(is_claim) {
        texts.extend(draw(document.bytes(), MAX_PAGES).iter().flat_map(read));
    }
    let mut seen = Vec::new();
    texts.retain(|text| {
        let new = !seen.contains(text);
        seen.push(text.clone());
        new
    });
    let mut verdict = verdict;
    if texts.iter().any(is_claim) {
        // A page with other content is no picture of paper, whatever picture is among it.
        let code = if pages.scanned { Code::PictureScannedPdf } else { Code::PictureInPdf };
        let said = Finding::new(code);
        return codes::about(auditor, name, &verdict.sha256, texts, vec![said], when)
            .unwrap_or_else(|| Answer::Document(Box::new(verdict)));
    }
    if pages.scanned {
        verdict.findings.push(Finding::new(Code::DocumentScan));
    }
    Answer::Document(Box::new(verdict))
}

fn look(file: &File<'_>) -> Option<Pages> {
    let view = file.latest();
    let all = view.pages().ok()?;
    let mut pages = Pages { scanned: !all.is_empty(), ..Pages::default() };
    for reference in all.into_iter().take(MAX_PAGES) {
        let page = view.body(reference).ok()?;
        let resources = resources(view, page.value.as_dictionary()?)?;
        let fonts = view.dictionary(&resources, "Font").ok().flatten();
        let images = images(view, &resources);
        pages.scanned &= !images.is_empty() && fonts.is_none_or(|fonts| fonts.is_empty());
        for image in images {
            let Some(dictionary) = image.value.as_dictionary() else { continue };
            match (is_jpeg(view, dictionary), view.encoded(&image)) {
                (true, Some(jpeg)) if pages.jpegs.len() < MAX_IMAGES => pages.jpegs.push(jpeg.to_vec()),
                (true, _) => {}
                (false, _) => pages.others = true,
            }
        }
    }
    Some(pages)
}

/// The resources of a page, its own or those of a node above it (ISO 32000-2, 7.7.3.4).
fn resources(view: View<'_, '_>, page: &Dictionary) -> Option<Dictionary> {
    let mut node = page.clone();
    for _ in 0..MAX_PER_PAGE {
        if let Some(resources) = view.dictionary(&node, "Resources").ok()? {
            return Some(resources);
        }
        node = view.dictionary(&node, "Parent").ok()??;
    }
    None
}

/// The images of a page that are of the size of one.
fn images(view: View<'_, '_>, resources: &Dictionary) -> Vec<Body> {
    let Ok(Some(objects)) = view.dictionary(resources, "XObject") else { return Vec::new() };
    let references = objects.iter().take(MAX_PER_PAGE).filter_map(|(_, object)| object.as_reference());
    let bodies = references.filter_map(|reference| view.body(reference).ok());
    bodies.filter(|body| body.value.as_dictionary().is_some_and(|d| is_page_sized(view, d))).collect()
}

fn is_page_sized(view: View<'_, '_>, image: &Dictionary) -> bool {
    let side = |key| {
        let value = view.resolve(image.get(key)?).ok()?;
        value.as_integer()
    };
    let (Some(width), Some(height)) = (side("Width"), side("Height")) else { return false };
    image.get("Subtype").and_then(Object::as_name) == Some(b"Image")
        && width.min(height) >= FEWEST_DOTS
        && width.checked_mul(height).is_some_and(|dots| dots <= MOST_DOTS)
}

/// Whether the data of an image is a JPEG file and nothing else (ISO 32000-2, 7.4.8).
fn is_jpeg(view: View<'_, '_>, image: &Dictionary) -> bool {
    let Some(Ok(filter)) = image.get("Filter").map(|filter| view.resolve(filter)) else { return false };
    match filter.as_array() {
        Some([only]) => only.as_name() == Some(b"DCTDecode"),
        Some(_) => false,
        None => filter.as_name() == Some(b"DCTDecode"),
    }
}
