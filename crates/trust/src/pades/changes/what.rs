//! Names of what an update did, and what of it a reader has to be told.

use std::collections::BTreeSet;

use super::overlay::Covers;
use crate::pdf::Ref;

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

/// A signature field that came into sight after the first signature: added, or filled in a place that was
/// there before. Whoever had signed by then has not seen it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The revision that did it, counted from 0.
    pub revision: usize,
    /// The name of the field.
    pub field: String,
    /// The field itself: names may be missing, or be there twice.
    pub holder: Ref,
    /// The page, counted from 1.
    pub page: usize,
    /// Whether it holds a signature or time stamp: somebody who answers for what it shows.
    pub filled: bool,
    /// What of the page lies below it.
    pub covers: Covers,
}

/// What the updates after the first signature did.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// Changes that are not allowed, at most 32 of them.
    pub forbidden: Vec<ForbiddenChange>,
    /// Signature fields that came into sight.
    pub shown: Vec<Shown>,
    /// Revisions that added fonts by which fields may look different, in signs beyond those of ASCII.
    pub fonts: BTreeSet<usize>,
    /// Revisions that added fields to the form.
    pub(in crate::pades) added_fields: BTreeSet<usize>,
    /// Revisions that added defaults and resources to it, by which programs paint fields.
    pub(in crate::pades) defaults: BTreeSet<usize>,
}
