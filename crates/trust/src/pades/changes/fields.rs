//! What an update may do to the form: sign fields that are there, and add signature fields.

use std::collections::{BTreeMap, BTreeSet};

use super::overlay::{Painted, has_look, is_drawn};
use super::{Comparison, What, differing};
use crate::pades::context::{Context, Contexts};
use crate::pades::form::{FormField, form_fields};
use crate::pdf::{self, Dictionary, Object, Ref, Work};

/// Flags of an annotation that a signing program may set on the field that it signs (ISO 32000-2, table 167):
/// Print, ReadOnly, Locked, LockedContents. None of them moves or hides anything on the screen.
const SIGNING_FLAGS: i64 = 1 << 2 | 1 << 6 | 1 << 7 | 1 << 9;

/// Fonts by their names.
type Named = Vec<(Vec<u8>, Object)>;

/// Fonts with letters that every program has (ISO 32000-2, 9.6.2.2).
const TEXT_FONTS: [&[u8]; 12] = [
    b"Helvetica",
    b"Helvetica-Bold",
    b"Helvetica-Oblique",
    b"Helvetica-BoldOblique",
    b"Times-Roman",
    b"Times-Bold",
    b"Times-Italic",
    b"Times-BoldItalic",
    b"Courier",
    b"Courier-Bold",
    b"Courier-Oblique",
    b"Courier-BoldOblique",
];

/// Where a field, and a widget of one, may stand.
const FIELD: [Context; 2] = [Context::Field, Context::Stray];

impl Comparison<'_, '_> {
    pub(super) fn form(
        &mut self,
        root: u32,
        before: &Dictionary,
        after: &Dictionary,
    ) -> Result<(), pdf::Error> {
        let old_form = self.before.dictionary(before, "AcroForm")?;
        let new_form = self.after.dictionary(after, "AcroForm")?;
        let reference = after.get("AcroForm").and_then(Object::as_reference);
        let owner = reference.map_or(root, |r| r.number);
        if let Some(reference) = reference {
            self.free_object(reference.number, Context::Form, "AcroForm");
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
        for key in differing(&old_form, &new_form) {
            let allowed = match key.as_slice() {
                b"Fields" | b"SigFlags" => true,
                // Further names. Where there were none, nothing may be waiting for them: a text field, or free text
                // without a look of its own.
                b"DR" if old_form.get("DR").is_some() => true,
                // Defaults for text fields: without any they do nothing.
                b"DR" | b"DA" => !self.paints_by_defaults(&old_fields)?,
                // Tells viewers to paint fields anew, as they like.
                b"NeedAppearances" => {
                    old_form.get("NeedAppearances").is_none()
                        && new_form.get("NeedAppearances") == Some(&Object::Boolean(false))
                }
                _ => false,
            };
            if !allowed {
                self.forbid(owner, What::Field, key);
            }
        }
        if let Some(resources) = new_form.get("DR") {
            self.brought_along(resources)?;
        }
        // By value: the dictionary may be an object of its own.
        if old_form.get("DR").is_some() {
            match self.added_fonts(&old_form, &new_form)? {
                None => self.forbid(owner, What::Field, "DR"),
                Some(fonts) if fonts.is_empty() => {}
                Some(fonts) => {
                    self.defaults = true;
                    // Only what programs paint by them can look different.
                    if self.paints_by_defaults(&old_fields)? {
                        for (name, font) in &fonts {
                            self.unsure |= !self.is_usual_font(name, font)?;
                        }
                    }
                }
            }
        }
        self.defaults |=
            ["DR", "DA"].iter().any(|key| old_form.get(key).is_none() && new_form.get(key).is_some());
        self.field_list(&new_form, "Fields");
        self.fields(&old_fields, &new_fields)?;
        for ancestor in new_fields.iter().flat_map(|field| &field.ancestors) {
            self.ancestor(*ancestor)?;
        }
        Ok(())
    }

    /// A list of fields that is an object of its own.
    fn field_list(&mut self, of: &Dictionary, key: &str) {
        if let Some(list) = of.get(key).and_then(Object::as_reference) {
            self.free_object(list.number, Context::FieldList, key);
        }
    }

    /// The fonts that the resources of the form got besides what they had, by their names; `None` if something is
    /// another one now.
    fn added_fonts(&self, old: &Dictionary, new: &Dictionary) -> Result<Option<Named>, pdf::Error> {
        let (old, new) = (self.before.dictionary(old, "DR")?, self.after.dictionary(new, "DR")?);
        let (Some(old), Some(new)) = (old, new) else { return Ok(None) };
        let known: BTreeMap<&[u8], &Object> = old.iter().collect();
        let mut kept = 0;
        let mut added = Named::new();
        for (category, value) in new.iter() {
            let with = self.after.resolve(value)?;
            let before = known.get(category).map(|value| self.before.resolve(value)).transpose()?;
            kept += usize::from(before.is_some());
            let none = Dictionary::new();
            let (before, with) = match (before.as_deref(), with.as_dictionary()) {
                (None, Some(with)) => (&none, with),
                (Some(Object::Dictionary(before)), Some(with)) => (before, with),
                (None, None) => continue,
                (Some(before), _) if before.is_equivalent(&with) => continue,
                _ => return Ok(None),
            };
            // Looked up, not searched for: thousands of categories may all be one dictionary of ten thousand
            // names.
            self.after.spend(Work::Compared, before.len().saturating_add(with.len()).saturating_mul(8))?;
            let names: BTreeSet<&[u8]> = before.iter().map(|(name, _)| name).collect();
            let changed = differing(before, with);
            if changed.iter().any(|name| names.contains(name.as_slice())) {
                return Ok(None);
            }
            if category == b"Font" {
                let fonts = with.iter().filter(|(name, _)| !names.contains(name));
                added.extend(fonts.map(|(name, value)| (name.to_vec(), value.clone())));
            }
        }
        Ok((kept == old.len()).then_some(added))
    }

    /// Whether a font is what programs take where it is missing, sign by sign.
    fn is_usual_font(&self, name: &[u8], font: &Object) -> Result<bool, pdf::Error> {
        let font = self.after.resolve(font)?;
        let Some(font) = font.as_dictionary() else { return Ok(false) };
        let plain = |key: &[u8]| matches!(key, b"Type" | b"Subtype" | b"BaseFont" | b"Name" | b"Encoding");
        let value = |key| font.get(key).and_then(Object::as_name).unwrap_or_default();
        let is_plain = value("Subtype") == b"Type1" && font.iter().all(|(key, _)| plain(key));
        // Programs paint ticks with this one, whatever a field names.
        let fits = match name {
            b"ZaDb" => value("BaseFont") == b"ZapfDingbats" && font.get("Encoding").is_none(),
            _ => TEXT_FONTS.contains(&value("BaseFont")) && value("Encoding") == b"WinAnsiEncoding",
        };
        Ok(is_plain && fits)
    }

    /// Whether programs paint something by the defaults and resources of the form: a field of text, free text without a
    /// look, or a field on a page that the form does not list.
    fn paints_by_defaults(&self, fields: &[FormField]) -> Result<bool, pdf::Error> {
        if !fields.iter().all(FormField::is_signature) {
            return Ok(true);
        }
        let listed: BTreeSet<Ref> = fields.iter().flat_map(|field| field.widgets.iter().copied()).collect();
        for page in self.before.pages()? {
            let body = self.before.shared(page)?;
            let Some(dictionary) = body.value.as_dictionary() else { continue };
            let list = self.before.array(dictionary, "Annots")?.unwrap_or_default();
            self.before.spend(Work::Compared, list.len())?;
            for item in &list {
                if item.as_reference().is_some_and(|widget| listed.contains(&widget)) {
                    continue;
                }
                let annotation = self.before.resolve(item)?;
                let Some(annotation) = annotation.as_dictionary() else { continue };
                let found = match self.before.value(annotation, "Subtype")?.as_ref().and_then(Object::as_name)
                {
                    Some(b"FreeText") => !is_drawn(self.before, annotation),
                    Some(b"Widget") => true,
                    _ => false,
                };
                if found {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    fn fields(&mut self, old_fields: &[FormField], new_fields: &[FormField]) -> Result<(), pdf::Error> {
        let known: BTreeMap<Ref, &FormField> = old_fields.iter().map(|f| (f.reference, f)).collect();
        let names: BTreeSet<&str> = old_fields.iter().map(|f| f.name.as_str()).collect();
        for field in new_fields {
            match known.get(&field.reference) {
                Some(old) => self.known_field(old, field)?,
                None => {
                    self.added_field = true;
                    // One name is one field: of two, programs show the value of either (12.7.4.2).
                    if !field.name.is_empty() && names.contains(field.name.as_str()) {
                        self.forbid(field.reference.number, What::Signature, &field.name);
                    }
                    self.added_field(field)?;
                }
            }
        }
        let kept: BTreeSet<Ref> = new_fields.iter().map(|f| f.reference).collect();
        for old in old_fields.iter().filter(|old| !kept.contains(&old.reference)) {
            self.forbid(old.reference.number, What::Field, &old.name);
        }
        Ok(())
    }

    /// A field that has others below it: it may get more of them. What becomes of those is looked at one
    /// by one. Other trees have `/Kids` as well, and nothing of them may refer to it.
    fn ancestor(&mut self, reference: Ref) -> Result<(), pdf::Error> {
        let number = reference.number;
        if !self.is_touched(number) || !self.explained.insert(number) {
            return Ok(());
        }
        let body = self.after.body(reference)?;
        let Some(new) = body.value.as_dictionary() else { return Ok(()) };
        self.field_list(new, "Kids");
        if !self.roles.contexts(number).only(Contexts::of(&FIELD)) {
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
        let number = field.reference.number;
        if old.widgets != field.widgets || old.strangers != field.strangers {
            self.forbid(number, What::Field, &field.name);
        }
        self.field_list(&field.dictionary, "Kids");
        let signed_now = field.is_signature() && !old.is_filled() && field.is_filled();
        // A note that is a field as well, or among its kids: whoever signs it would paint what no rule bounds.
        if signed_now && !field.strangers.is_empty() {
            self.forbid(number, What::Annotation, &field.name);
        }
        let mut own: Vec<Ref> = vec![field.reference];
        own.extend(field.widgets.iter().filter(|widget| **widget != field.reference));
        for reference in own {
            let repainted = self.known_part(reference, old, field, signed_now)?;
            if repainted && field.widgets.contains(&reference) {
                self.paint(reference, field);
            }
        }
        if signed_now {
            self.new_value(field, number)?;
        }
        Ok(())
    }

    /// A field dictionary or a widget of a field that was there before. Gives whether it looks different now.
    fn known_part(
        &mut self,
        reference: Ref,
        before: &FormField,
        field: &FormField,
        signed_now: bool,
    ) -> Result<bool, pdf::Error> {
        let number = reference.number;
        let body = self.after.body(reference)?;
        let Some(new) = body.value.as_dictionary() else { return Ok(false) };
        let mut repainted = false;
        if self.is_touched(number) {
            if !self.before.has(number) {
                self.forbid(number, What::Field, &field.name);
                return Ok(false);
            }
            let body = self.before.body(reference)?;
            let Some(old) = body.value.as_dictionary() else { return Ok(false) };
            self.explained.insert(number);
            let changed = differing(old, new);
            if !changed.is_empty() && !self.roles.contexts(number).only(Contexts::of(&FIELD)) {
                self.forbid(number, What::Shared, &field.name);
            }
            for key in changed {
                let what = match key.as_slice() {
                    _ if !field.is_signature() => What::FormValue,
                    _ if before.is_filled() => What::Signature,
                    b"AP" if signed_now => {
                        repainted = true;
                        continue;
                    }
                    // Its own value and text: a widget apart has neither.
                    b"V" | b"M" | b"DA" if signed_now && reference == field.reference => continue,
                    b"F" if signed_now && only_sets(old, new) => continue,
                    b"AP" => What::Appearance,
                    b"Rect" | b"F" => What::Annotation,
                    _ => What::Field,
                };
                self.forbid(number, what, &field.name);
            }
        }
        if let Some(appearance) = new.get("AP").filter(|_| signed_now) {
            repainted |= self.own_appearance(reference, appearance)?;
            self.brought_along(appearance)?;
        }
        Ok(repainted)
    }

    /// The appearance that the field had before, empty, and that its signer now fills: dictionary and streams. They
    /// may be used by nothing but this field.
    fn own_appearance(&mut self, widget: Ref, appearance: &Object) -> Result<bool, pdf::Error> {
        let mut pending = Vec::new();
        appearance.references(&mut |reference| pending.push(reference.number));
        let mut own = BTreeSet::from([widget.number]);
        let mut repainted = false;
        while let Some(number) = pending.pop() {
            if own.contains(&number) || self.is_new(number) {
                continue;
            }
            let only_here = self.roles.sources(number).all(|source| own.contains(&source))
                && self.roles.contexts(number).only(Contexts::of(&[Context::Appearance]));
            let Some((new, _)) = self.after.numbered(number)? else { continue };
            let changed = self.is_touched(number) && !self.is_unchanged(number, &new)?;
            repainted |= changed;
            if changed && !only_here {
                continue;
            }
            if changed {
                self.explained.insert(number);
                self.brought_along(&new.value)?;
            }
            // A dictionary of its own leads on to the streams; one that others use as well does not.
            if new.stream.is_none() && only_here {
                own.insert(number);
                new.value.references(&mut |reference| pending.push(reference.number));
            }
        }
        Ok(repainted)
    }

    /// A field that this update adds: only a signature field, made of new objects.
    fn added_field(&mut self, field: &FormField) -> Result<(), pdf::Error> {
        let number = field.reference.number;
        if !field.is_signature() || field.is_misplaced {
            self.forbid(number, What::Field, &field.name);
            return Ok(());
        }
        // Viewers draw a note, a square or a picture among the kids of a field as what it is.
        for stranger in &field.strangers {
            self.explained.insert(stranger.number);
            self.forbid(stranger.number, What::Annotation, &field.name);
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
            // A widget of another kind of field, or one that comes and goes with a layer. No program writes the kind
            // behind a reference, where some do not look for it.
            let kind = dictionary.get("FT");
            if kind.is_some_and(|kind| kind.as_name() != Some(b"Sig")) || dictionary.get("OC").is_some() {
                self.forbid(reference.number, What::Annotation, &field.name);
            }
            for (key, value) in dictionary.iter() {
                if !matches!(key, b"P" | b"Parent" | b"Kids" | b"V") {
                    self.brought_along(value)?;
                }
            }
        }
        self.field_list(&field.dictionary, "Kids");
        for widget in &field.widgets {
            // Nobody answers for what such a field shows (sneaky signature attack, 2021).
            if !field.is_filled() && has_look(self.after, *widget)? {
                self.forbid(widget.number, What::Appearance, &field.name);
            }
            self.widgets.insert(*widget);
            self.paint(*widget, field);
        }
        if field.is_filled() {
            self.new_value(field, number)?;
        }
        Ok(())
    }

    /// Notes that a widget came into sight, or may have.
    fn paint(&mut self, widget: Ref, field: &FormField) {
        self.painted.push(Painted {
            revision: self.revision,
            field: field.name.clone(),
            holder: field.reference,
            widget,
            filled: field.is_filled(),
        });
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
}

/// Whether the flags of an annotation only got some that signing sets.
fn only_sets(old: &Dictionary, new: &Dictionary) -> bool {
    let flags = |dictionary: &Dictionary| match dictionary.get("F") {
        None => Some(0),
        Some(value) => value.as_integer(),
    };
    match (flags(old), flags(new)) {
        (Some(old), Some(new)) => old & !new == 0 && new & !old & !SIGNING_FLAGS == 0,
        _ => false,
    }
}
