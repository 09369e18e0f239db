//! Where the signature fields stand on the pages, by the same strict reader that the verifier uses.

use pk_trust::pdf::{Dictionary, Object, View};
use pk_trust::verify::Document;

/// Fields that are marked in one document.
const MAX_FIELDS: usize = 256;

/// Levels of `/Parent` above a widget.
const MAX_DEPTH: usize = 16;

/// The widget of a signature field (ISO 32000-2, 12.7.5.5).
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Widget {
    /// Page, counted from 0.
    pub(super) page: usize,
    /// Full name of the field.
    pub(super) field: String,
    /// `/Rect`: two opposite corners in points.
    pub(super) rect: [f64; 4],
    /// Whether the field has a value, a signature or what pretends to be one.
    pub(super) filled: bool,
}

/// The widgets of all signature fields that have a place on a page. Nothing is marked in a file that
/// the reader refuses: the places would be a guess.
pub(super) fn widgets(document: &Document<'_>) -> Vec<Widget> {
    let Some(file) = document.file() else { return Vec::new() };
    let view = file.latest();
    let Ok(pages) = view.pages() else { return Vec::new() };
    let mut found = Vec::new();
    for (page, reference) in pages.into_iter().enumerate() {
        let Ok(body) = view.body(reference) else { continue };
        let Some(dictionary) = body.value.as_dictionary() else { continue };
        let annotations = view.array(dictionary, "Annots").ok().flatten().unwrap_or_default();
        for annotation in annotations {
            let Ok(Object::Dictionary(annotation)) = view.resolve(&annotation).map(|o| o.into_owned()) else {
                continue;
            };
            found.extend(widget(view, &annotation, page));
            if found.len() >= MAX_FIELDS {
                return found;
            }
        }
    }
    found
}

fn widget(view: View<'_, '_>, annotation: &Dictionary, page: usize) -> Option<Widget> {
    // A field and its only widget are one dictionary; else the field is above it.
    let mut chain = vec![annotation.clone()];
    while let Some(parent) = chain.last().and_then(|d| view.dictionary(d, "Parent").ok().flatten()) {
        chain.push(parent);
        if chain.len() > MAX_DEPTH {
            return None;
        }
    }
    let inherited = |key| chain.iter().find_map(|dictionary| dictionary.get(key));
    if inherited("FT").and_then(Object::as_name) != Some(b"Sig") {
        return None;
    }
    let names = chain.iter().rev().filter_map(|dictionary| dictionary.get("T")?.as_string());
    let field = names.map(text).collect::<Vec<_>>().join(".");
    let rect = view.array(annotation, "Rect").ok()??;
    let numbers: Vec<f64> = rect.iter().filter_map(number).collect();
    let rect: [f64; 4] = numbers.try_into().ok()?;
    // A seal or a time stamp shows nothing.
    if rect.iter().all(|number| *number == 0.0) {
        return None;
    }
    Some(Widget { page, field, rect, filled: inherited("V").is_some() })
}

fn number(object: &Object) -> Option<f64> {
    let text = match object {
        Object::Integer(value) => value.to_string(),
        Object::Real(text) => text.clone(),
        _ => return None,
    };
    text.parse().ok().filter(|value: &f64| value.is_finite())
}

/// A text string (ISO 32000-2, 7.9.2.2): UTF-16 with a mark, else bytes of which the ASCII part is
/// what field names are made of.
fn text(bytes: &[u8]) -> String {
    match bytes.strip_prefix(&[0xFE, 0xFF]) {
        Some(rest) => {
            let units: Vec<u16> =
                rest.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
            String::from_utf16_lossy(&units)
        }
        None => bytes.iter().map(|&byte| char::from(byte)).collect(),
    }
}
