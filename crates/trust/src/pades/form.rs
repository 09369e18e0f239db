//! The form of any document: fields in a tree, with widgets of their own or merged with them
//! (ISO 32000-2, 12.7).

use std::collections::BTreeSet;

use crate::pdf::{self, Dictionary, Object, Ref, View, Work};

/// Fields of one form. Tax forms have some thousands.
const MAX_FIELDS: usize = 20_000;

/// Depth of the field tree: names of fields have a few parts.
const MAX_DEPTH: usize = 32;

/// Bytes of the name of a field, with those above it.
const MAX_NAME: usize = 4 * 1024;

/// A field that has a value: a leaf of the tree.
#[derive(Clone, Debug)]
pub struct FormField {
    /// Its object.
    pub reference: Ref,
    /// Its name from the root, parts joined by periods.
    pub name: String,
    /// `Sig`, `Tx` …, its own or inherited.
    pub kind: Vec<u8>,
    /// Its dictionary.
    pub dictionary: Dictionary,
    /// The fields it is below, the outermost first.
    pub ancestors: Vec<Ref>,
    /// Its widgets; the field itself, if it is merged with its only one.
    pub widgets: Vec<Ref>,
    /// What is among its kids, or merged with it, and is no widget: annotations of other kinds, which viewers
    /// draw as what they are.
    pub strangers: Vec<Ref>,
    /// Whether it, one above it or a widget of it says that it hangs below another field than the one whose kid it
    /// is. Programs inherit along `/Parent` and find fields along `/Kids`.
    pub is_misplaced: bool,
}

impl FormField {
    /// Whether it is a signature field.
    pub fn is_signature(&self) -> bool {
        self.kind == b"Sig"
    }

    /// Whether it is signed, or pretends to be.
    pub fn is_filled(&self) -> bool {
        self.dictionary.get("V").is_some()
    }

    /// The signature dictionary it holds.
    pub fn value(&self) -> Option<Ref> {
        self.dictionary.get("V").and_then(Object::as_reference)
    }
}

/// Every field of a document that has a value of its own, in the order of the form.
///
/// # Errors
///
/// If the tree is no tree, or too large.
pub fn form_fields(view: View<'_, '_>) -> Result<Vec<FormField>, pdf::Error> {
    let (_, catalog) = view.catalog()?;
    let Some(form) = view.dictionary(&catalog, "AcroForm")? else { return Ok(Vec::new()) };
    let mut walk = Walk { view, seen: BTreeSet::new(), fields: Vec::new() };
    for item in view.array(&form, "Fields")?.unwrap_or_default() {
        walk.node(&item, &Inherited::default(), 0)?;
    }
    Ok(walk.fields)
}

#[derive(Clone, Default)]
struct Inherited {
    ancestors: Vec<Ref>,
    name: String,
    kind: Vec<u8>,
    value: Option<Object>,
    is_misplaced: bool,
}

struct Walk<'f, 'a> {
    view: View<'f, 'a>,
    seen: BTreeSet<Ref>,
    fields: Vec<FormField>,
}

impl Walk<'_, '_> {
    fn node(&mut self, item: &Object, parent: &Inherited, depth: usize) -> Result<(), pdf::Error> {
        let wrong = pdf::Error::WrongType { key: "Fields", expected: "list of references" };
        let reference = item.as_reference().ok_or(wrong.clone())?;
        // A field in two places of the tree would be two fields with one value.
        if depth > MAX_DEPTH || !self.seen.insert(reference) {
            return Err(pdf::Error::Loop { what: "form" });
        }
        if self.seen.len() > MAX_FIELDS {
            return Err(pdf::Error::TooMany { what: "form fields", offset: 0 });
        }
        let body = self.view.body(reference)?;
        // The data of a stream would be something that nobody looks at.
        if body.stream.is_some() {
            return Err(wrong);
        }
        let mut dictionary = body.value.as_dictionary().cloned().ok_or(wrong)?;
        let mut own = parent.clone();
        own.is_misplaced |= is_elsewhere(&dictionary, parent.ancestors.last());
        // Behind a reference other programs find them as well.
        let (name, kind) = (self.view.value(&dictionary, "T")?, self.view.value(&dictionary, "FT")?);
        if let Some(part) = name.as_ref().and_then(Object::as_string) {
            let part = pdf::decode_text(part);
            own.name = if own.name.is_empty() { part } else { format!("{}.{part}", own.name) };
            if own.name.len() > MAX_NAME {
                return Err(pdf::Error::TooMany { what: "characters in the name of a field", offset: 0 });
            }
        }
        // Each field gets a copy of the name above it, and a few lists of fields are there at once: twenty thousand
        // fields once took half a gigabyte.
        self.view.spend(Work::Read, own.name.len().saturating_mul(3))?;
        if let Some(kind) = kind {
            own.kind = kind.as_name().unwrap_or_default().to_vec();
        }
        if let Some(value) = dictionary.get("V") {
            // A copy for each field below: of a reference, or the mere fact that there is something.
            own.value = Some(match value {
                Object::Reference(_) => value.clone(),
                _ => Object::Boolean(true),
            });
        }
        let kids = self.view.array(&dictionary, "Kids")?.unwrap_or_default();
        let (mut widgets, mut strangers, mut fields) = (Vec::new(), Vec::new(), Vec::new());
        let subtype = |object: &Object| -> Result<Option<Object>, pdf::Error> {
            object.as_dictionary().map_or(Ok(None), |dictionary| self.view.value(dictionary, "Subtype"))
        };
        let widget = Object::name("Widget");
        for kid in kids {
            let kid_reference =
                kid.as_reference().ok_or(pdf::Error::WrongType { key: "Kids", expected: "reference" })?;
            let kid_body = self.view.body(kid_reference)?;
            if kid_body.stream.is_some() {
                return Err(pdf::Error::WrongType { key: "Kids", expected: "reference" });
            }
            let kid_dictionary = kid_body.value.as_dictionary();
            if kid_dictionary.is_some_and(|d| d.get("T").is_some()) {
                fields.push(kid);
                continue;
            }
            // One that says it is of another kind is a text field to some programs.
            let kind = kid_dictionary.map_or(Ok(None), |kid| self.view.value(kid, "FT"))?;
            let is_alike = kind.is_none_or(|kind| kind.as_name() == Some(own.kind.as_slice()));
            if is_alike && subtype(&kid_body.value)?.as_ref() == Some(&widget) {
                own.is_misplaced |= kid_dictionary.is_some_and(|kid| is_elsewhere(kid, Some(&reference)));
                widgets.push(kid_reference);
            } else {
                strangers.push(kid_reference);
            }
        }
        if !fields.is_empty() {
            own.ancestors.push(reference);
            for kid in fields {
                self.node(&kid, &own, depth + 1)?;
            }
            return Ok(());
        }
        if let (None, Some(value)) = (dictionary.get("V"), own.value) {
            dictionary.set("V", value);
        }
        match subtype(&body.value)? {
            Some(kind) if kind != widget => strangers.push(reference),
            Some(_) if widgets.is_empty() => widgets.push(reference),
            _ => {}
        }
        let Inherited { ancestors, name, kind, is_misplaced, .. } = own;
        self.fields.push(FormField {
            reference,
            name,
            kind,
            dictionary,
            ancestors,
            widgets,
            strangers,
            is_misplaced,
        });
        Ok(())
    }
}

/// Whether a field or widget names another one above itself than the one whose kid it is.
fn is_elsewhere(dictionary: &Dictionary, above: Option<&Ref>) -> bool {
    dictionary.get("Parent").is_some_and(|parent| parent.as_reference().as_ref() != above)
}
