//! Completing Typst's output to revision 0: signature fields, their stamps, and what PDF/A and
//! PDF/UA ask of them (`docs/formats/pdf.md`).
//!
//! Everything that will ever be visible is in the file when this is done. A signature later only
//! switches a field on.

use std::collections::BTreeMap;

use pk_trust::pades::{SEAL_FIELD, STAMP_KEY, TIME_FIELD};
use pk_trust::pdf::{Dictionary, Error as PdfError, File, Object, Ref, Rewrite, text_string};
use pk_trust::verify::Content;

use super::{Error, SignatureBox};

pub(super) fn finish(
    pdf: &[u8],
    stamp: &[u8],
    content: &Content,
    boxes: &[SignatureBox],
) -> Result<Vec<u8>, Error> {
    let file = File::parse(pdf)?;
    let pages = file.latest().pages()?;
    let mut rewrite = Rewrite::new(&file)?;
    let stamps = import_stamps(&mut rewrite, stamp, content.parties.len())?;
    let structure = Structure::read(&rewrite)?;

    let first = *pages.first().ok_or(Error::Pdf(PdfError::WrongType { key: "Kids", expected: "page" }))?;
    let mut widgets =
        vec![Widget::unseen(SEAL_FIELD, format!("Segel elektronik {}", content.institution), first)];
    for (party, stamp) in content.parties.iter().zip(&stamps) {
        let missing = || Error::Box(party.field.clone());
        let mark = boxes.iter().find(|b| b.field == party.field).ok_or_else(missing)?;
        let page = *pages.get(mark.page).ok_or_else(missing)?;
        let height = page_height(&rewrite.dictionary(page)?).ok_or_else(missing)?;
        widgets.push(Widget {
            field: &party.field,
            description: format!("Tanda tangan elektronik {}, {}", party.name, party.position),
            page,
            place: [mark.x, height - mark.y - mark.height, mark.x + mark.width, height - mark.y],
            size: [mark.width, mark.height],
            stamp: Some(*stamp),
        });
    }
    widgets.push(Widget::unseen(TIME_FIELD, "Stempel waktu dokumen".to_owned(), first));
    let mut fields = Vec::new();
    let mut elements = Vec::new();
    for (widget, key) in widgets.into_iter().zip(structure.next_key..) {
        let page = widget.page;
        let widget = widget.add(&mut rewrite, key)?;
        elements.push((key, add_form_element(&mut rewrite, &structure, widget, page)));
        fields.push(Object::Reference(widget));
    }
    structure.extend(&mut rewrite, &elements)?;

    let root = rewrite.root()?;
    let mut catalog = rewrite.dictionary(root)?;
    // SignaturesExist and AppendOnly (ISO 32000-2, 12.7.3).
    catalog.set("AcroForm", Dictionary::new().with("Fields", Object::Array(fields)).with("SigFlags", 3));
    catalog.set("Extensions", extensions());
    rewrite.set(root, catalog);
    Ok(rewrite.finish())
}

/// Ed25519 signatures are an extension of PDF (ISO/TS 32002), PAdES in PDF 1.7 another.
fn extensions() -> Dictionary {
    let eddsa = Dictionary::new()
        .with("Type", Object::name("DeveloperExtensions"))
        .with("BaseVersion", Object::name("2.0"))
        .with("ExtensionLevel", 32002)
        .with("ExtensionRevision", text_string(":2022"))
        .with("URL", text_string("https://www.iso.org/standard/45875.html"));
    let pades = Dictionary::new()
        .with("Type", Object::name("DeveloperExtensions"))
        .with("BaseVersion", Object::name("1.7"))
        .with("ExtensionLevel", 1);
    Dictionary::new().with("ISO_", Object::Array(vec![eddsa.into()])).with("ESIC", pades)
}

/// The page of the stamp becomes a form XObject for each field: the picture that it shows once signed.
fn import_stamps(rewrite: &mut Rewrite, stamp: &[u8], count: usize) -> Result<Vec<Ref>, Error> {
    let file = File::parse(stamp)?;
    let view = file.latest();
    let wrong = |key, expected| PdfError::WrongType { key, expected };
    let page = *view.pages()?.first().ok_or(wrong("Kids", "page"))?;
    let body = view.body(page)?;
    let page = body.value.as_dictionary().ok_or(wrong("Page", "dictionary"))?;
    let media_box = page.get("MediaBox").cloned().ok_or(wrong("MediaBox", "array"))?;
    let resources = page.get("Resources").cloned().unwrap_or(Dictionary::new().into());
    let resources = rewrite.import(view, stamp, &resources, &mut BTreeMap::new())?;
    let contents =
        page.get("Contents").and_then(Object::as_reference).ok_or(wrong("Contents", "single stream"))?;
    let contents = view.body(contents)?;
    let mut form = contents.value.as_dictionary().cloned().unwrap_or_default();
    form.set("Type", Object::name("XObject"));
    form.set("Subtype", Object::name("Form"));
    form.set("BBox", media_box);
    form.set("Resources", resources);
    let content = stamp.get(contents.stream.unwrap_or_default()).unwrap_or_default();
    Ok((0..count).map(|_| rewrite.add_stream(form.clone(), content)).collect())
}

/// A signature field merged with its widget, empty on screen and on paper.
struct Widget<'w> {
    field: &'w str,
    /// What a screen reader says.
    description: String,
    page: Ref,
    /// Left, bottom, right and top, in points.
    place: [f64; 4],
    /// Width and height of the appearance.
    size: [f64; 2],
    /// What it shows once signed.
    stamp: Option<Ref>,
}

impl<'w> Widget<'w> {
    /// One that shows nothing, whether it is signed or not.
    const fn unseen(field: &'w str, description: String, page: Ref) -> Self {
        Self { field, description, page, place: [0.0; 4], size: [0.0; 2], stamp: None }
    }

    fn add(self, rewrite: &mut Rewrite, struct_parent: i64) -> Result<Ref, Error> {
        let [width, height] = self.size;
        // An appearance of its own even while empty: without one PDF/A is violated (ISO 19005-3, 6.3.3).
        let empty = Dictionary::new()
            .with("Type", Object::name("XObject"))
            .with("Subtype", Object::name("Form"))
            .with("BBox", Object::Array([0.0, 0.0, width, height].map(real).to_vec()))
            .with("Resources", Dictionary::new());
        let empty = rewrite.add_stream(empty, b"");
        let mut widget = Dictionary::new()
            .with("Type", Object::name("Annot"))
            .with("Subtype", Object::name("Widget"))
            .with("FT", Object::name("Sig"))
            .with("T", text_string(self.field))
            .with("TU", text_string(&self.description))
            // Print and Locked; every other flag clear (ISO 19005-3, 6.3.2).
            .with("F", 132)
            .with("Rect", Object::Array(self.place.map(real).to_vec()))
            .with("P", self.page)
            .with("AP", Dictionary::new().with("N", empty));
        if let Some(stamp) = self.stamp {
            widget.set(STAMP_KEY, stamp);
        }
        widget.set("StructParent", struct_parent);
        let widget = rewrite.add(widget);
        enter(rewrite, self.page, widget)?;
        Ok(widget)
    }
}

/// Enters a widget in the annotations of its page.
fn enter(rewrite: &mut Rewrite, page: Ref, widget: Ref) -> Result<(), Error> {
    let mut page_dictionary = rewrite.dictionary(page)?;
    let mut annotations = match page_dictionary.get("Annots") {
        Some(Object::Array(items)) => items.clone(),
        Some(Object::Reference(reference)) => {
            rewrite.value(*reference)?.as_array().map(<[Object]>::to_vec).unwrap_or_default()
        }
        _ => Vec::new(),
    };
    annotations.push(widget.into());
    page_dictionary.set("Annots", Object::Array(annotations));
    // The tab order follows the structure (ISO 14289-1, 7.18.3).
    page_dictionary.set("Tabs", Object::name("S"));
    rewrite.set(page, page_dictionary);
    Ok(())
}

fn page_height(page: &Dictionary) -> Option<f64> {
    let [left, bottom, _, top] = page.get("MediaBox")?.as_array()? else { return None };
    let zero = |object: &Object| number(object) == Some(0.0);
    (zero(left) && zero(bottom)).then(|| number(top)).flatten()
}

fn number(object: &Object) -> Option<f64> {
    match object {
        Object::Real(text) => text.parse().ok(),
        #[expect(clippy::as_conversions, reason = "a page size, far below 2^53")]
        Object::Integer(value) => Some(*value as f64),
        _ => None,
    }
}

/// A coordinate with a thousandth of a point: finer than any printer, and one spelling a value.
fn real(value: f64) -> Object {
    let text = format!("{value:.3}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    Object::Real(if text == "-0" { "0".to_owned() } else { text.to_owned() })
}

/// What of the structure tree has to know of a new field.
struct Structure {
    root: Ref,
    document: Ref,
    next_key: i64,
}

impl Structure {
    fn read(rewrite: &Rewrite) -> Result<Self, Error> {
        let wrong = |key, expected| PdfError::WrongType { key, expected };
        let catalog = rewrite.dictionary(rewrite.root()?)?;
        let root = catalog
            .get("StructTreeRoot")
            .and_then(Object::as_reference)
            .ok_or(wrong("StructTreeRoot", "reference"))?;
        let tree = rewrite.dictionary(root)?;
        let document = match tree.get("K") {
            Some(Object::Array(items)) => items.first().and_then(Object::as_reference),
            Some(object) => object.as_reference(),
            None => None,
        };
        Ok(Self {
            root,
            document: document.ok_or(wrong("K", "reference"))?,
            next_key: tree
                .get("ParentTreeNextKey")
                .and_then(Object::as_integer)
                .ok_or(wrong("ParentTreeNextKey", "integer"))?,
        })
    }

    /// Enters the new elements into the document element and the parent tree.
    fn extend(&self, rewrite: &mut Rewrite, elements: &[(i64, Ref)]) -> Result<(), Error> {
        let wrong = |key, expected| PdfError::WrongType { key, expected };
        let mut document = rewrite.dictionary(self.document)?;
        let mut kids = match document.get("K") {
            Some(Object::Array(items)) => items.clone(),
            Some(single) => vec![single.clone()],
            None => Vec::new(),
        };
        kids.extend(elements.iter().map(|(_, element)| Object::Reference(*element)));
        document.set("K", Object::Array(kids));
        rewrite.set(self.document, document);

        let mut root = rewrite.dictionary(self.root)?;
        let Some(Object::Dictionary(mut parents)) = root.get("ParentTree").cloned() else {
            return Err(wrong("ParentTree", "dictionary").into());
        };
        let Some(Object::Array(mut numbers)) = parents.get("Nums").cloned() else {
            return Err(wrong("Nums", "array").into());
        };
        for (key, element) in elements {
            numbers.push(Object::Integer(*key));
            numbers.push(Object::Reference(*element));
        }
        parents.set("Nums", Object::Array(numbers));
        root.set("ParentTree", parents);
        let next = self.next_key + i64::try_from(elements.len()).unwrap_or_default();
        root.set("ParentTreeNextKey", next);
        rewrite.set(self.root, root);
        Ok(())
    }
}

/// A visible widget sits in a `Form` element (ISO 14289-1, 7.18.4).
fn add_form_element(rewrite: &mut Rewrite, structure: &Structure, widget: Ref, page: Ref) -> Ref {
    let object = Dictionary::new().with("Type", Object::name("OBJR")).with("Obj", widget).with("Pg", page);
    rewrite.add(
        Dictionary::new()
            .with("Type", Object::name("StructElem"))
            .with("S", Object::name("Form"))
            .with("P", structure.document)
            .with("Pg", page)
            // The reference itself, not an array of one: that is the shape in which pyHanko's
            // difference analysis recognises a field in the structure tree.
            .with("K", object),
    )
}
