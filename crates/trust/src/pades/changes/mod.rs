//! What updates did to a document of another program after somebody had signed it.
//!
//! Every object that an update defines or frees has to be explained by something that signing tools
//! do: a signature field with its widget and appearance, the lists it is entered in, a signature
//! dictionary, validation data (DSS), metadata. What is left unexplained is a forbidden change. What may be
//! rewritten may stand in no other role ([`Roles`]). What comes into sight is paint by somebody whom the first
//! signer never saw, and is looked at by [`overlay`].

mod classify;
mod fields;
mod overlay;
mod pages;
mod structure;
mod what;

use std::collections::{BTreeMap, BTreeSet};

pub use overlay::Covers;
pub use what::{Changes, ForbiddenChange, Shown, What};

use super::context::{Context, Contexts, Roles};
use crate::pdf::{self, Body, Dictionary, File, Object, Ref, Revision, View};
use overlay::Painted;

/// Forbidden changes that are named; a thousand more tell no more.
const MAX_NAMED: usize = 32;

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
    let mut roles = Roles::of(file, signed)?;
    let mut old_containers: BTreeSet<u32> =
        file.revisions().iter().take(signed + 1).flat_map(Revision::containers).collect();
    let mut painted = Vec::new();
    for revision in signed + 1..=last {
        roles.add(revision)?;
        let mut comparison = Comparison::new(file, revision, &roles, &old_containers);
        comparison.run()?;
        let Comparison { containers, mut forbidden, painted: mut new, added_field, defaults, unsure, .. } =
            comparison;
        changes.fonts.extend(unsure.then_some(revision));
        changes.added_fields.extend(added_field.then_some(revision));
        changes.defaults.extend(defaults.then_some(revision));
        changes.forbidden.append(&mut forbidden);
        painted.append(&mut new);
        old_containers.extend(containers);
        if changes.forbidden.len() > MAX_NAMED {
            break;
        }
    }
    overlay::judge(file, signed, painted, &mut changes)?;
    changes.forbidden.truncate(MAX_NAMED);
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
    old_containers: &'f BTreeSet<u32>,
    xref_stream: Option<u32>,
    roles: &'f Roles<'f, 'a>,
    forbidden: Vec<ForbiddenChange>,
    /// Widgets that this update adds: what a page may have more of.
    widgets: BTreeSet<Ref>,
    /// What came into sight.
    painted: Vec<Painted>,
    /// Whether the form got a field, or other defaults for painting fields.
    added_field: bool,
    defaults: bool,
    /// Whether fields may look different by them.
    unsure: bool,
}

impl<'f, 'a> Comparison<'f, 'a> {
    fn new(
        file: &'f File<'a>,
        revision: usize,
        roles: &'f Roles<'f, 'a>,
        old_containers: &'f BTreeSet<u32>,
    ) -> Self {
        let updated = &file.revisions()[revision];
        Self {
            revision,
            before: file.at(revision - 1),
            after: file.at(revision),
            touched: updated.numbers().collect(),
            explained: BTreeSet::from([0]),
            containers: updated.containers(),
            old_containers,
            xref_stream: updated.xref_stream(),
            roles,
            forbidden: Vec::new(),
            widgets: BTreeSet::new(),
            painted: Vec::new(),
            added_field: false,
            defaults: false,
            unsure: false,
        }
    }

    fn run(&mut self) -> Result<(), pdf::Error> {
        let encrypted = |view: View<'_, '_>| view.trailer().get("Encrypt").cloned();
        let encryption = encrypted(self.before);
        if encryption != encrypted(self.after)
            || encryption.and_then(|e| e.as_reference()).is_some_and(|e| self.is_touched(e.number))
        {
            self.forbid(0, What::Root, "Encrypt");
        }
        let (old_root, before) = self.before.catalog()?;
        let (root, after) = self.after.catalog()?;
        // Some programs give the catalog a new number with every update. What counts is what it says.
        if root != old_root && !self.is_new(root.number) {
            self.forbid(old_root.number, What::Root, "Root");
            return Ok(());
        }
        self.catalog(root.number, &before, &after);
        self.free_roles()?;
        self.form(root.number, &before, &after)?;
        self.structure(&after)?;
        self.pages()?;
        self.streams()?;
        self.rest()
    }

    fn forbid(&mut self, object: u32, what: What, name: impl AsRef<[u8]>) {
        let name = pdf::decode_text(name.as_ref());
        let change = ForbiddenChange { revision: self.revision, object, what, name };
        // A file may do a million things; the first ones are told, and all of them are only compared so long.
        if self.forbidden.len() <= MAX_NAMED && !self.forbidden.contains(&change) {
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

    fn catalog(&mut self, root: u32, before: &Dictionary, after: &Dictionary) {
        if !self.is_touched(root) {
            return;
        }
        self.explained.insert(root);
        // A dictionary of names that the author of the file chose would show what the catalog's entries hold.
        if !self.roles.contexts(root).only(Contexts::of(&[Context::Catalog])) {
            self.forbid(root, What::Shared, "Root");
        }
        for key in differing(before, after) {
            if !matches!(key.as_slice(), b"AcroForm" | b"DSS" | b"Extensions" | b"Version" | b"Metadata") {
                self.forbid(root, What::Catalog, key);
            }
        }
    }

    /// What may be rewritten at will, as long as it stands in no other role: the information dictionary and XMP
    /// metadata, which no page shows; developer extensions; validation data (ISO 32000-2, 12.8.4.3).
    fn free_roles(&mut self) -> Result<(), pdf::Error> {
        let information = Contexts::of(&[Context::Information]);
        let metadata = Contexts::of(&[Context::Metadata]);
        let extensions = Contexts::of(&[Context::Extensions, Context::Extension]);
        let store = Contexts::of(&[
            Context::Store,
            Context::StoreByHash,
            Context::StoreEntry,
            Context::StoreList,
            Context::StoreData,
        ]);
        for number in self.touched.clone() {
            let roles = self.roles.contexts(number);
            let Some(free) =
                [information, metadata, extensions, store].into_iter().find(|set| roles.any(*set))
            else {
                continue;
            };
            let Some((new, _)) = self.after.numbered(number)? else { continue };
            let plain = new.stream.is_none();
            let entry = |key| new.value.as_dictionary().and_then(|d| d.get(key)).and_then(Object::as_name);
            let fits = if free == metadata {
                !plain && entry("Subtype") == Some(b"XML")
            } else if free == information {
                plain && new.value.as_dictionary().is_some()
            } else if free == store {
                // A dictionary in the place of a certificate would be a field to whoever hangs below it.
                !self.is_new(number)
                    || match [Context::StoreData, Context::StoreList]
                        .map(|role| roles.any(Contexts::of(&[role])))
                    {
                        [true, _] => !plain,
                        [_, true] => plain && new.value.as_array().is_some(),
                        _ => plain && new.value.as_dictionary().is_some(),
                    }
            } else {
                plain
            };
            // What does not fit is an object like any other, and has to be what it was.
            if !fits {
                continue;
            }
            self.explained.insert(number);
            // Lengths of streams, and the like: nothing below is shown.
            self.brought_along(&new.value)?;
            // Who uses a new object is new too, or has been compared to the letter.
            if !self.is_new(number) && !roles.only(free) && !self.is_unchanged(number, &new)? {
                let name = if free == store { "DSS" } else { "" };
                self.forbid(number, What::Shared, name);
            }
        }
        Ok(())
    }

    fn is_unchanged(&self, number: u32, new: &Body) -> Result<bool, pdf::Error> {
        let old = self.before.numbered(number)?;
        Ok(old.is_some_and(|(old, _)| !self.generations_differ(number) && self.is_same(&old, new)))
    }

    /// Explains an object that may be rewritten, as long as it stands in these roles only.
    fn free_object(&mut self, number: u32, allowed: Context, name: &str) {
        if !self.is_touched(number) {
            return;
        }
        self.explained.insert(number);
        if !self.is_new(number) && !self.roles.contexts(number).only(Contexts::of(&[allowed])) {
            self.forbid(number, What::Shared, name);
        }
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

    /// Cross-reference and object streams: how an update is written, not what it says.
    fn streams(&mut self) -> Result<(), pdf::Error> {
        // Objects of earlier revisions are in them, whatever they are entered as now: most readers look
        // for an object stream under its number, and would look into the new one.
        for number in self.touched.intersection(self.old_containers).copied().collect::<Vec<_>>() {
            self.explained.insert(number);
            self.forbid(number, What::Container, "");
        }
        let numbers: Vec<u32> = self.containers.iter().copied().chain(self.xref_stream).collect();
        for number in numbers {
            if self.is_new(number) {
                self.explained.insert(number);
                continue;
            }
            let Some((old, _)) = self.before.numbered(number)? else { continue };
            if old.value.kind() == Some(b"XRef") && self.xref_stream == Some(number) {
                // A page may show it like any other stream.
                self.free_object(number, Context::Trailer, "");
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
                (None, Some((new, _))) => self.left_over(number, &new),
            }
        }
        // Objects explained as new must not be what old content was waiting for.
        for number in self.explained.clone() {
            if number != 0 && self.is_new(number) && self.roles.is_awaited(number) {
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
    fn left_over(&mut self, number: u32, new: &Body) {
        if self.roles.is_awaited(number) {
            self.forbid(number, What::Revived, "");
            return;
        }
        if self.roles.sources(number).any(|user| self.explained.contains(&user) || !self.is_touched(user)) {
            let (what, name) = self.classify(number, new, new);
            self.forbid(number, what, name);
        }
    }

    fn is_same(&self, old: &Body, new: &Body) -> bool {
        let same = match (old.value.as_dictionary(), new.value.as_dictionary()) {
            (Some(old), Some(new)) => differing(old, new).is_empty(),
            _ => old.value.is_equivalent(&new.value),
        };
        same && self.before.encoded(old) == self.after.encoded(new)
    }
}

/// Keys whose values are boxes: `612.0` and `612` are one there to every reader.
fn is_box(key: &[u8]) -> bool {
    matches!(key, b"MediaBox" | b"CropBox" | b"BleedBox" | b"TrimBox" | b"ArtBox" | b"Rect" | b"BBox")
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
    let differ = |key: &[u8], pair: &(Option<&Object>, Option<&Object>)| match pair {
        (Some(old), Some(new)) => !(old.is_equivalent(new) || is_box(key) && old.is_same_box(new)),
        _ => true,
    };
    pairs.into_iter().filter(|(key, pair)| differ(key, pair)).map(|(key, _)| key.to_vec()).collect()
}
