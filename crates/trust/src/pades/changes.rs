//! What updates did to a document of another program after somebody had signed it.
//!
//! Every object that an update defines or frees has to be explained by something that signing tools
//! do: a signature field with its widget and appearance, the lists it is entered in, a signature
//! dictionary, validation data (DSS), metadata. What is left unexplained is a forbidden change.
//! Nothing is judged by how it looks; what is not on the list is not allowed.

use std::collections::{BTreeMap, BTreeSet};

use super::form::{FormField, form_fields};
use super::rectangle::Rectangle;
use super::uses::Uses;
use crate::pdf::{self, Body, Dictionary, File, Object, Ref, Revision, View};

/// Forbidden changes that are named; a thousand more tell no more.
const MAX_NAMED: usize = 32;

/// The largest part of a page that a signature field added later may take: a larger rectangle is no
/// stamp but a sheet of paper over the page (sneaky signature attack, 2021).
const MAX_SHARE_OF_PAGE: f64 = 0.25;

/// What an update did that no signing tool does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Made another object the root of the document.
    Root,
    /// Changed an entry of the document catalog.
    Catalog,
    /// Added, removed or reordered pages.
    Pages,
    /// Changed a page: its size, rotation, resources.
    Page,
    /// Changed what is painted on a page.
    Content,
    /// Added, changed or removed an annotation.
    Annotation,
    /// Changed the value or look of a form field.
    FormValue,
    /// Added, changed or removed a form field that is no signature field, or the form itself.
    Field,
    /// Changed a field that was signed already, or its signature.
    Signature,
    /// Changed an appearance that was there before, or the look of a field that nobody signed.
    Appearance,
    /// Changed a font, an image or another resource.
    Resource,
    /// Changed the structure tree.
    Structure,
    /// Changed an attached file or a name tree.
    Attachment,
    /// Removed an object.
    Removed,
    /// Gave meaning to a reference that led nowhere when the document was signed.
    Revived,
    /// Changed an object that something else uses as well.
    Shared,
    /// Put a signature field over another annotation, or over a large part of the page.
    Overlay,
    /// Added an action or a script.
    Action,
    /// Changed an object stream that earlier revisions use.
    Container,
    /// Changed something else.
    Object,
}

impl What {
    /// The code of the finding.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Root => "changes.root",
            Self::Catalog => "changes.catalog",
            Self::Pages => "changes.pages",
            Self::Page => "changes.page",
            Self::Content => "changes.content",
            Self::Annotation => "changes.annotation",
            Self::FormValue => "changes.form-value",
            Self::Field => "changes.field",
            Self::Signature => "changes.signature",
            Self::Appearance => "changes.appearance",
            Self::Resource => "changes.resource",
            Self::Structure => "changes.structure",
            Self::Attachment => "changes.attachment",
            Self::Removed => "changes.removed",
            Self::Revived => "changes.revived",
            Self::Shared => "changes.shared",
            Self::Overlay => "changes.overlay",
            Self::Action => "changes.action",
            Self::Container => "changes.container",
            Self::Object => "changes.object",
        }
    }
}

/// A change that is not allowed after a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForbiddenChange {
    /// The revision that made it, counted from 0.
    pub revision: usize,
    /// The object.
    pub object: u32,
    /// What it did.
    pub what: What,
    /// The key or the name of the field.
    pub name: String,
}

/// What the updates after revision `signed` did.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// Changes that are not allowed, at most 32 of them.
    pub forbidden: Vec<ForbiddenChange>,
    /// Names of visible signature fields added after the first signature: a reader should look whether
    /// their stamps hide something.
    pub added: Vec<String>,
}

/// Compares every revision after `signed` with the one before it.
///
/// # Errors
///
/// If an object cannot be read: another reader might read it, and see something else.
pub(super) fn changes(file: &File<'_>, signed: usize) -> Result<Changes, pdf::Error> {
    let mut changes = Changes::default();
    let last = file.revisions().len() - 1;
    if signed >= last {
        return Ok(changes);
    }
    let mut uses = Uses::of(file, signed)?;
    for revision in signed + 1..=last {
        uses.add(file, revision)?;
        let mut comparison = Comparison::new(file, revision, &uses);
        comparison.run()?;
        changes.forbidden.extend(comparison.forbidden);
        changes.added.extend(comparison.added);
        if changes.forbidden.len() > MAX_NAMED {
            changes.forbidden.truncate(MAX_NAMED);
            break;
        }
    }
    Ok(changes)
}

struct Comparison<'f, 'a> {
    revision: usize,
    before: View<'f, 'a>,
    after: View<'f, 'a>,
    touched: BTreeSet<u32>,
    explained: BTreeSet<u32>,
    containers: BTreeSet<u32>,
    /// Object streams of earlier revisions.
    old_containers: BTreeSet<u32>,
    xref_stream: Option<u32>,
    uses: &'f Uses,
    forbidden: Vec<ForbiddenChange>,
    added: Vec<String>,
    /// Widgets of signature fields that this update adds, with their rectangles.
    widgets: BTreeMap<Ref, Option<Rectangle>>,
}

impl<'f, 'a> Comparison<'f, 'a> {
    fn new(file: &'f File<'a>, revision: usize, uses: &'f Uses) -> Self {
        let updated = &file.revisions()[revision];
        Self {
            revision,
            before: file.at(revision - 1),
            after: file.at(revision),
            touched: updated.numbers().collect(),
            explained: BTreeSet::from([0]),
            containers: updated.containers(),
            old_containers: file.revisions()[..revision].iter().flat_map(Revision::containers).collect(),
            xref_stream: updated.xref_stream(),
            uses,
            forbidden: Vec::new(),
            added: Vec::new(),
            widgets: BTreeMap::new(),
        }
    }

    fn run(&mut self) -> Result<(), pdf::Error> {
        let root = self.before.trailer().get("Root").and_then(Object::as_reference);
        if self.after.trailer().get("Root").and_then(Object::as_reference) != root {
            self.forbid(root.map_or(0, |r| r.number), What::Root, "Root");
            return Ok(());
        }
        let encrypted = |view: View<'_, '_>| view.trailer().get("Encrypt").cloned();
        if encrypted(self.before) != encrypted(self.after) {
            self.forbid(0, What::Root, "Encrypt");
        }
        let (root, before) = self.before.catalog()?;
        let (_, after) = self.after.catalog()?;
        self.information()?;
        self.catalog(root.number, &before, &after);
        self.metadata(root.number, &after)?;
        self.validation_data(root.number, &after)?;
        self.form(root.number, &before, &after)?;
        self.pages()?;
        self.streams()?;
        self.rest()
    }

    fn forbid(&mut self, object: u32, what: What, name: impl AsRef<[u8]>) {
        let name = pdf::decode_text(name.as_ref());
        let change = ForbiddenChange { revision: self.revision, object, what, name };
        if !self.forbidden.contains(&change) {
            self.forbidden.push(change);
        }
    }

    fn is_touched(&self, number: u32) -> bool {
        self.touched.contains(&number)
    }

    /// Whether an object came into being with this update.
    fn is_new(&self, number: u32) -> bool {
        self.is_touched(number) && !self.before.has(number)
    }

    /// An object that may be rewritten at will, as long as nobody else uses it.
    fn free_object(&mut self, number: u32, from: &[(u32, &str)]) {
        if !self.is_touched(number) {
            return;
        }
        self.explained.insert(number);
        if !self.uses.only_from(number, from, &BTreeSet::new()) {
            self.forbid(number, What::Shared, from.first().map_or("", |(_, key)| key));
        }
    }

    /// The document information dictionary: text that no page shows.
    fn information(&mut self) -> Result<(), pdf::Error> {
        let Some(reference) = self.after.trailer().get("Info").and_then(Object::as_reference) else {
            return Ok(());
        };
        if self.is_touched(reference.number) {
            let body = self.after.body(reference)?;
            if body.stream.is_none() && body.value.as_dictionary().is_some() {
                self.free_object(reference.number, &[]);
            }
        }
        Ok(())
    }

    fn catalog(&mut self, root: u32, before: &Dictionary, after: &Dictionary) {
        if !self.is_touched(root) {
            return;
        }
        self.explained.insert(root);
        for key in differing(before, after) {
            if !matches!(key.as_slice(), b"AcroForm" | b"DSS" | b"Extensions" | b"Version" | b"Metadata") {
                self.forbid(root, What::Catalog, key);
            }
        }
    }

    /// XMP metadata of the document, and the developer extensions.
    fn metadata(&mut self, root: u32, catalog: &Dictionary) -> Result<(), pdf::Error> {
        if let Some(reference) = catalog.get("Metadata").and_then(Object::as_reference)
            && self.is_touched(reference.number)
        {
            let body = self.after.body(reference)?;
            let subtype = body.value.as_dictionary().and_then(|d| d.get("Subtype")).and_then(Object::as_name);
            if body.stream.is_some() && subtype == Some(b"XML") {
                self.free_object(reference.number, &[(root, "Metadata")]);
            }
        }
        if let Some(extensions) = catalog.get("Extensions").cloned() {
            self.private_tree(&extensions, &[(root, "Extensions")])?;
        }
        Ok(())
    }

    /// Certificates, revocation lists and answers for later checks (ISO 32000-2, 12.8.4.3).
    fn validation_data(&mut self, root: u32, catalog: &Dictionary) -> Result<(), pdf::Error> {
        match catalog.get("DSS").cloned() {
            Some(store) => self.private_tree(&store, &[(root, "DSS")]),
            None => Ok(()),
        }
    }

    /// A tree of objects that may be rewritten at will, as long as nothing else uses any of them.
    fn private_tree(&mut self, start: &Object, from: &[(u32, &str)]) -> Result<(), pdf::Error> {
        let mut inside = BTreeSet::new();
        let mut pending = Vec::new();
        start.references(&mut |reference| pending.push(reference));
        while let Some(reference) = pending.pop() {
            // What the update did not touch it cannot have changed.
            if self.is_touched(reference.number) && inside.insert(reference.number) {
                self.after.body(reference)?.value.references(&mut |next| pending.push(next));
            }
        }
        for &number in &inside {
            self.explained.insert(number);
            if !self.uses.only_from(number, from, &inside) {
                self.forbid(number, What::Shared, from.first().map_or("", |(_, key)| key));
            }
        }
        Ok(())
    }

    /// New objects that a new object brings along: the parts of an appearance, of a lock.
    fn brought_along(&mut self, value: &Object) -> Result<(), pdf::Error> {
        let mut pending = Vec::new();
        value.references(&mut |reference| pending.push(reference));
        while let Some(reference) = pending.pop() {
            if self.is_new(reference.number) && self.explained.insert(reference.number) {
                self.after.body(reference)?.value.references(&mut |next| pending.push(next));
            }
        }
        Ok(())
    }

    fn form(&mut self, root: u32, before: &Dictionary, after: &Dictionary) -> Result<(), pdf::Error> {
        let old_form = self.before.dictionary(before, "AcroForm")?;
        let new_form = self.after.dictionary(after, "AcroForm")?;
        let reference = after.get("AcroForm").and_then(Object::as_reference);
        let owner = reference.map_or(root, |r| r.number);
        if let Some(reference) = reference {
            self.free_object(reference.number, &[(root, "AcroForm")]);
        }
        let Some(new_form) = new_form else {
            if old_form.is_some() {
                self.forbid(owner, What::Field, "AcroForm");
            }
            return Ok(());
        };
        let old_form = old_form.unwrap_or_default();
        let old_fields = form_fields(self.before)?;
        let new_fields = form_fields(self.after)?;
        let only_signatures = old_fields.iter().all(FormField::is_signature);
        for key in differing(&old_form, &new_form) {
            let allowed = match key.as_slice() {
                b"Fields" | b"SigFlags" => true,
                // Defaults for text fields: without any they do nothing.
                b"DR" | b"DA" => only_signatures,
                // Tells viewers to paint fields anew, as they like.
                b"NeedAppearances" => new_form.get("NeedAppearances") == Some(&Object::Boolean(false)),
                _ => false,
            };
            if !allowed {
                self.forbid(owner, What::Field, key);
            }
        }
        if let Some(resources) = new_form.get("DR").cloned().filter(|_| only_signatures) {
            self.brought_along(&resources)?;
        }
        if let Some(list) = new_form.get("Fields").and_then(Object::as_reference) {
            self.free_object(list.number, &[(owner, "Fields"), (root, "AcroForm")]);
        }
        let known: BTreeMap<Ref, &FormField> = old_fields.iter().map(|f| (f.reference, f)).collect();
        for field in &new_fields {
            match known.get(&field.reference) {
                Some(old) => self.known_field(old, field)?,
                None => self.added_field(field)?,
            }
        }
        let mut nodes: BTreeSet<u32> = new_fields
            .iter()
            .flat_map(|field| field.ancestors.iter().chain([&field.reference]).chain(&field.widgets))
            .map(|node| node.number)
            .collect();
        nodes.extend(new_form.get("Fields").and_then(Object::as_reference).map(|list| list.number));
        nodes.insert(owner);
        for ancestor in new_fields.iter().flat_map(|field| &field.ancestors) {
            self.ancestor(*ancestor, &mut nodes)?;
        }
        let kept: BTreeSet<Ref> = new_fields.iter().map(|f| f.reference).collect();
        for old in old_fields.iter().filter(|old| !kept.contains(&old.reference)) {
            self.forbid(old.reference.number, What::Field, &old.name);
        }
        Ok(())
    }

    /// A field that has others below it: it may get more of them. What becomes of those is looked at one
    /// by one. Other trees have `/Kids` as well: `nodes` are those of the form, and nothing else may
    /// refer to it.
    fn ancestor(&mut self, reference: Ref, nodes: &mut BTreeSet<u32>) -> Result<(), pdf::Error> {
        let number = reference.number;
        if !self.is_touched(number) || !self.explained.insert(number) {
            return Ok(());
        }
        let body = self.after.body(reference)?;
        let Some(new) = body.value.as_dictionary() else { return Ok(()) };
        if let Some(list) = new.get("Kids").and_then(Object::as_reference) {
            self.free_object(list.number, &[(number, "Kids")]);
            nodes.insert(list.number);
        }
        if !self.uses.only_from(number, &[], nodes) {
            self.forbid(number, What::Shared, "Kids");
        }
        if self.is_new(number) {
            if new.get("A").is_some() || new.get("AA").is_some() {
                self.forbid(number, What::Action, "AA");
            }
            for (_, value) in new.iter().filter(|(key, _)| !matches!(*key, b"Parent" | b"Kids")) {
                self.brought_along(value)?;
            }
            return Ok(());
        }
        let body = self.before.body(reference)?;
        let Some(old) = body.value.as_dictionary() else { return Ok(()) };
        for key in differing(old, new).into_iter().filter(|key| key != b"Kids") {
            self.forbid(number, What::Field, key);
        }
        Ok(())
    }

    /// A field that was there before: nothing but signing it is allowed.
    fn known_field(&mut self, old: &FormField, field: &FormField) -> Result<(), pdf::Error> {
        let touched = |number| self.touched.contains(&number);
        if !touched(field.reference.number) && !field.widgets.iter().any(|w| touched(w.number)) {
            return Ok(());
        }
        let number = field.reference.number;
        let signed_now = field.is_signature() && !old.is_filled() && field.is_filled();
        let mut pairs: Vec<(u32, Dictionary, Dictionary)> = Vec::new();
        for reference in std::iter::once(&field.reference).chain(&field.widgets) {
            if !self.is_touched(reference.number) || pairs.iter().any(|(n, ..)| *n == reference.number) {
                continue;
            }
            if !self.before.has(reference.number) {
                self.forbid(reference.number, What::Field, &field.name);
                continue;
            }
            let read = |view: View<'_, '_>| view.body(*reference).map(|b| b.value.as_dictionary().cloned());
            if let (Some(old), Some(new)) = (read(self.before)?, read(self.after)?) {
                self.explained.insert(reference.number);
                pairs.push((reference.number, old, new));
            }
        }
        for (widget, old_dictionary, new_dictionary) in &pairs {
            for key in differing(old_dictionary, new_dictionary) {
                let what = match key.as_slice() {
                    _ if !field.is_signature() => What::FormValue,
                    _ if old.is_filled() => What::Signature,
                    b"V" | b"AP" | b"M" if signed_now => continue,
                    b"AP" => What::Appearance,
                    b"Rect" | b"F" => What::Annotation,
                    _ => What::Field,
                };
                self.forbid(*widget, what, &field.name);
            }
            if let Some(appearance) = new_dictionary.get("AP").filter(|_| signed_now) {
                self.brought_along(&appearance.clone())?;
            }
        }
        if signed_now {
            self.new_value(field, number)?;
        }
        Ok(())
    }

    /// A field that this update adds: only a signature field, made of new objects.
    fn added_field(&mut self, field: &FormField) -> Result<(), pdf::Error> {
        let number = field.reference.number;
        if !field.is_signature() {
            self.forbid(number, What::Field, &field.name);
            return Ok(());
        }
        for reference in std::iter::once(field.reference).chain(field.widgets.iter().copied()) {
            if !self.is_new(reference.number) {
                self.forbid(reference.number, What::Field, &field.name);
                return Ok(());
            }
            self.explained.insert(reference.number);
            let body = self.after.body(reference)?;
            let Some(dictionary) = body.value.as_dictionary() else { continue };
            if dictionary.get("A").is_some() || dictionary.get("AA").is_some() {
                self.forbid(reference.number, What::Action, &field.name);
            }
            for (key, value) in dictionary.iter() {
                if !matches!(key, b"P" | b"Parent" | b"Kids" | b"V") {
                    self.brought_along(value)?;
                }
            }
        }
        for widget in &field.widgets {
            let body = self.after.body(*widget)?;
            let rectangle = body.value.as_dictionary().and_then(|d| Rectangle::read(self.after, d, "Rect"));
            if rectangle.is_some_and(|r| r.area() > 0.0) {
                self.added.push(field.name.clone());
                let looks = |d: &Dictionary| d.get("AP").is_some() || d.get("MK").is_some();
                // Nobody answers for what such a field shows (sneaky signature attack, 2021).
                if !field.is_filled() && body.value.as_dictionary().is_some_and(looks) {
                    self.forbid(widget.number, What::Appearance, &field.name);
                }
            }
            self.widgets.insert(*widget, rectangle);
        }
        if field.is_filled() {
            self.new_value(field, number)?;
        }
        Ok(())
    }

    /// The signature dictionary of a field signed now. An old one would be a recycled signature.
    fn new_value(&mut self, field: &FormField, number: u32) -> Result<(), pdf::Error> {
        match field.value() {
            Some(value) if self.is_new(value.number) => {
                self.explained.insert(value.number);
                let dictionary = self.after.body(value)?.value;
                self.brought_along(&dictionary)
            }
            // A direct value came with the field itself.
            None => Ok(()),
            Some(_) => {
                self.forbid(number, What::Signature, &field.name);
                Ok(())
            }
        }
    }

    fn pages(&mut self) -> Result<(), pdf::Error> {
        let before = self.before.pages()?;
        if before != self.after.pages()? {
            let root = before.first().map_or(0, |page| page.number);
            self.forbid(root, What::Pages, "Pages");
        }
        for page in before {
            let Some((old, _)) = self.before.numbered(page.number)? else { continue };
            let list = old.value.as_dictionary().and_then(|d| d.get("Annots")).and_then(Object::as_reference);
            if self.is_touched(page.number) || list.is_some_and(|list| self.is_touched(list.number)) {
                self.page(page, &old)?;
            }
        }
        Ok(())
    }

    /// A page may get further widgets of signature fields in its list of annotations, nothing else.
    fn page(&mut self, page: Ref, old: &Body) -> Result<(), pdf::Error> {
        let new = self.after.body(page)?;
        let (Some(old), Some(new)) = (old.value.as_dictionary(), new.value.as_dictionary()) else {
            return Ok(());
        };
        if self.is_touched(page.number) {
            self.explained.insert(page.number);
            for key in differing(old, new).into_iter().filter(|key| key != b"Annots") {
                let what = if key == b"Contents" { What::Content } else { What::Page };
                self.forbid(page.number, what, key);
            }
        }
        if let Some(list) = new.get("Annots").and_then(Object::as_reference)
            && self.is_touched(list.number)
        {
            self.explained.insert(list.number);
            if self.uses.keys(list.number).any(|key| key != b"Annots") {
                self.forbid(list.number, What::Shared, "Annots");
            }
        }
        let before = self.before.array(old, "Annots")?.unwrap_or_default();
        let after = self.after.array(new, "Annots")?.unwrap_or_default();
        let mut rest = before.iter().peekable();
        for item in &after {
            if rest.next_if(|next| next.is_equivalent(item)).is_some() {
                continue;
            }
            match item.as_reference().and_then(|widget| self.widgets.remove_entry(&widget)) {
                Some((widget, rectangle)) => self.overlay(page, widget, rectangle, new, &after)?,
                None => {
                    let number = item.as_reference().map_or(page.number, |r| r.number);
                    // Named once, here.
                    self.explained.insert(number);
                    self.forbid(number, What::Annotation, "Annots");
                }
            }
        }
        if rest.next().is_some() {
            self.forbid(page.number, What::Annotation, "Annots");
        }
        Ok(())
    }

    /// A stamp over somebody else's stamp, or over the page, shows what nobody signed.
    fn overlay(
        &mut self,
        page: Ref,
        widget: Ref,
        rectangle: Option<Rectangle>,
        dictionary: &Dictionary,
        others: &[Object],
    ) -> Result<(), pdf::Error> {
        let Some(rectangle) = rectangle.filter(|r| r.area() > 0.0) else { return Ok(()) };
        let sheet = self.visible_area(dictionary)?;
        let mut covers = sheet.is_none_or(|sheet| rectangle.area() > sheet.area() * MAX_SHARE_OF_PAGE);
        for other in others.iter().filter_map(Object::as_reference).filter(|other| *other != widget) {
            let body = self.after.body(other)?;
            let Some(other) = body.value.as_dictionary() else { continue };
            let other = Rectangle::read(self.after, other, "Rect");
            covers |= other.is_some_and(|other| rectangle.overlap(&other) > 0.0);
        }
        if covers {
            self.forbid(widget.number, What::Overlay, page.number.to_string());
        }
        Ok(())
    }

    /// What viewers show of a page: a large sheet may be cropped to a small part (ISO 32000-2, 14.11.2).
    fn visible_area(&self, page: &Dictionary) -> Result<Option<Rectangle>, pdf::Error> {
        let sheet = self.inherited_box(page, "MediaBox")?;
        let cropped = self.inherited_box(page, "CropBox")?;
        Ok(sheet.map(|sheet| cropped.map_or(sheet, |crop| sheet.intersection(&crop))))
    }

    /// A box of a page, its own or inherited.
    fn inherited_box(&self, page: &Dictionary, key: &'static str) -> Result<Option<Rectangle>, pdf::Error> {
        let mut node = page.clone();
        for _ in 0..64 {
            if node.get(key).is_some() {
                return Ok(Rectangle::read(self.after, &node, key));
            }
            match self.after.dictionary(&node, "Parent")? {
                Some(parent) => node = parent,
                None => return Ok(None),
            }
        }
        Ok(None)
    }

    /// Cross-reference and object streams: how an update is written, not what it says.
    fn streams(&mut self) -> Result<(), pdf::Error> {
        // Objects of earlier revisions are in them, whatever they are entered as now: most readers look
        // for an object stream under its number, and would look into the new one.
        for number in self.old_containers.clone() {
            if self.is_touched(number) {
                self.explained.insert(number);
                self.forbid(number, What::Container, "");
            }
        }
        let numbers: Vec<u32> = self.containers.iter().copied().chain(self.xref_stream).collect();
        for number in numbers {
            if self.is_new(number) {
                self.explained.insert(number);
                continue;
            }
            let Some((old, _)) = self.before.numbered(number)? else { continue };
            let kind = old.value.as_dictionary().and_then(|d| d.get("Type")).and_then(Object::as_name);
            if kind == Some(b"XRef") && self.xref_stream == Some(number) {
                // A page may show it like any other stream.
                self.free_object(number, &[]);
            } else {
                self.explained.insert(number);
                self.forbid(number, What::Container, "");
            }
        }
        Ok(())
    }

    /// What nothing has explained.
    fn rest(&mut self) -> Result<(), pdf::Error> {
        let unexplained: Vec<u32> = self.touched.difference(&self.explained).copied().collect();
        for number in unexplained {
            let pair = (self.before.numbered(number)?, self.after.numbered(number)?);
            match pair {
                (None, None) => {}
                (Some(_), None) => self.forbid(number, What::Removed, ""),
                // References to the old generation lead nowhere now.
                _ if self.generations_differ(number) => self.forbid(number, What::Removed, ""),
                (Some((old, _)), Some((new, _))) => {
                    if !self.is_same(&old, &new) {
                        let (what, name) = self.classify(number, &old, &new);
                        self.forbid(number, what, name);
                    }
                }
                (None, Some((new, _))) => self.left_over(number, &new)?,
            }
        }
        // Objects explained as new must not be what old content was waiting for.
        for &number in &self.explained.clone() {
            if number != 0 && self.is_new(number) && self.awaited(number)? {
                self.forbid(number, What::Revived, "");
            }
        }
        Ok(())
    }

    fn generations_differ(&self, number: u32) -> bool {
        let (before, after) = (self.before.reference(number), self.after.reference(number));
        before.is_some() && after.is_some() && before != after
    }

    /// A new object that nothing explains. Without a reference to it, it is waste; with one from an
    /// object that is named already, it is a part of that.
    fn left_over(&mut self, number: u32, new: &Body) -> Result<(), pdf::Error> {
        if self.awaited(number)? {
            self.forbid(number, What::Revived, "");
            return Ok(());
        }
        if self.uses.sources(number).any(|user| self.explained.contains(&user) || !self.is_touched(user)) {
            let (what, name) = self.classify(number, new, new);
            self.forbid(number, what, name);
        }
        Ok(())
    }

    /// Whether an object as it was before refers to a new one: a reference that led nowhere when the
    /// document was signed now leads somewhere.
    fn awaited(&self, number: u32) -> Result<bool, pdf::Error> {
        for source in self.uses.sources(number) {
            let Some((body, _)) = self.before.numbered(source)? else { continue };
            let mut found = false;
            body.value.references(&mut |reference| found |= reference.number == number);
            if found {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn is_same(&self, old: &Body, new: &Body) -> bool {
        old.value.is_equivalent(&new.value) && self.before.encoded(old) == self.after.encoded(new)
    }

    /// Names a change by what the object is.
    fn classify(&self, number: u32, old: &Body, new: &Body) -> (What, Vec<u8>) {
        let name = |key: &str| {
            let of = |body: &Body| body.value.as_dictionary()?.get(key)?.as_name().map(<[u8]>::to_vec);
            of(old).or_else(|| of(new)).unwrap_or_default()
        };
        let (kind, subtype) = (name("Type"), name("Subtype"));
        let used_as = |key| self.uses.has_key(number, key);
        let what = match (kind.as_slice(), subtype.as_slice()) {
            (b"Pages", _) => What::Pages,
            (b"ObjStm" | b"XRef", _) => What::Container,
            (b"Page", _) => What::Page,
            (b"Sig" | b"DocTimeStamp", _) => What::Signature,
            (b"StructElem" | b"StructTreeRoot" | b"OBJR" | b"MCR", _) => What::Structure,
            (b"Filespec" | b"EmbeddedFile", _) => What::Attachment,
            (b"Action", _) => What::Action,
            (b"Annot", b"Widget") | (_, b"Widget") => What::FormValue,
            (b"Annot", _) => What::Annotation,
            (b"Font" | b"FontDescriptor" | b"ExtGState" | b"Pattern" | b"OCG" | b"OCMD" | b"CMap", _)
            | (_, b"Image") => What::Resource,
            (_, b"Form") => What::Appearance,
            _ if used_as("Contents") => What::Content,
            _ if used_as("Annots") => What::Annotation,
            _ if used_as("V") => What::FormValue,
            _ if used_as("AP") || used_as("N") => What::Appearance,
            _ if used_as("Names") || used_as("EmbeddedFiles") || used_as("EF") => What::Attachment,
            _ if used_as("StructTreeRoot") || used_as("ParentTree") => What::Structure,
            _ if used_as("OpenAction") || used_as("AA") || used_as("A") || used_as("JS") => What::Action,
            _ if used_as("Resources") || used_as("Font") || used_as("XObject") || used_as("FontFile2") => {
                What::Resource
            }
            _ => What::Object,
        };
        (what, if subtype.is_empty() { kind } else { subtype })
    }
}

/// Keys whose values differ.
fn differing(before: &Dictionary, after: &Dictionary) -> Vec<Vec<u8>> {
    let mut pairs: BTreeMap<&[u8], (Option<&Object>, Option<&Object>)> = BTreeMap::new();
    for (key, value) in before.iter() {
        pairs.entry(key).or_default().0 = Some(value);
    }
    for (key, value) in after.iter() {
        pairs.entry(key).or_default().1 = Some(value);
    }
    let differ = |pair: &(Option<&Object>, Option<&Object>)| match pair {
        (Some(old), Some(new)) => !old.is_equivalent(new),
        _ => true,
    };
    pairs.into_iter().filter(|(_, pair)| differ(pair)).map(|(key, _)| key.to_vec()).collect()
}
