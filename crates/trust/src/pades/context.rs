//! In what roles objects stand: the grammar of contexts (ISO 32000-2, table by table).
//!
//! What a signing program may rewrite (metadata, validation data, lists of fields) may stand in no other
//! role. The author of a file chooses the names of resources, destinations and extra keys, so a name alone
//! tells nothing: a form XObject can be called `/Reference`, and a font `/Info`. A role follows from the way
//! from the trailer, key by key, and from nothing else. What this grammar does not name is [`Context::Other`], and
//! whatever hangs below it too.

use std::collections::{BTreeMap, BTreeSet};

use crate::pdf::{self, Dictionary, File, Object, View};

/// The role in which an object, or a value in one, stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Context {
    /// The trailer (7.5.5, table 15), also as the dictionary of a cross-reference stream.
    Trailer,
    /// The document catalog (7.7.2, table 29).
    Catalog,
    /// A node of the page tree, or a page (7.7.3, tables 30 and 31).
    Page,
    /// `/Kids` of a node of the page tree.
    PageList,
    /// `/Annots` of a page.
    AnnotationList,
    /// A field, an annotation, or both in one (12.5.2, table 166, and 12.7.4, table 226).
    Field,
    /// `/Fields` and `/CO` of the form, `/Kids` of a field.
    FieldList,
    /// The form (12.7.3, table 224).
    Form,
    /// The value of a field: of a signature field its signature dictionary (12.8.1, table 255).
    Value,
    /// `/Reference` of a signature dictionary (12.8.1, table 256).
    SignatureReference,
    /// `/Data` of a signature reference: what the signature says it was made over. No use of it.
    Signed,
    /// `/Perms` of the catalog (12.8.6, table 263).
    Permissions,
    /// `/AP` of an annotation, and its states (12.5.5, table 170).
    Appearance,
    /// The document security store (12.8.4.3, table 261).
    Store,
    /// `/VRI` of the store: dictionaries by hash.
    StoreByHash,
    /// One dictionary of `/VRI` (table 262).
    StoreEntry,
    /// `/Certs`, `/CRLs`, `/OCSPs` of the store, and the like of its entries.
    StoreList,
    /// A certificate, list, answer or time stamp in the store.
    StoreData,
    /// The document information dictionary (14.3.3, table 349).
    Information,
    /// `/Metadata` of the catalog (14.3.2).
    Metadata,
    /// `/Extensions` of the catalog (7.12, table 49).
    Extensions,
    /// One developer extension (7.12.3, table 50).
    Extension,
    /// The structure tree root (14.7.2, table 354).
    StructureRoot,
    /// A structure element, or what stands for content in one (14.7.2, table 355, and 14.7.5, tables 357, 358).
    Element,
    /// The parent tree and the tree of identifiers, whose leaves are structure elements (14.7.2).
    ElementTree,
    /// The outline (12.3.3, tables 150 and 151), which leads into the structure tree by `/SE`.
    Outline,
    /// Not reached from any trailer.
    Stray,
    /// Whatever else there is.
    Other,
}

/// Every role, in the order of its bit.
const ALL: [Context; 28] = [
    Context::Trailer,
    Context::Catalog,
    Context::Page,
    Context::PageList,
    Context::AnnotationList,
    Context::Field,
    Context::FieldList,
    Context::Form,
    Context::Value,
    Context::SignatureReference,
    Context::Signed,
    Context::Permissions,
    Context::Appearance,
    Context::Store,
    Context::StoreByHash,
    Context::StoreEntry,
    Context::StoreList,
    Context::StoreData,
    Context::Information,
    Context::Metadata,
    Context::Extensions,
    Context::Extension,
    Context::StructureRoot,
    Context::Element,
    Context::ElementTree,
    Context::Outline,
    Context::Stray,
    Context::Other,
];

impl Context {
    #[expect(clippy::as_conversions, reason = "the number of a variant, far below 32")]
    const fn bit(self) -> u32 {
        1 << self as u32
    }

    /// The role of the value under `key` of a dictionary in this role.
    fn step(self, key: &[u8]) -> Self {
        match (self, key) {
            (Self::Trailer, b"Root") => Self::Catalog,
            (Self::Trailer, b"Info") => Self::Information,

            (Self::Catalog, b"Pages") => Self::Page,
            (Self::Catalog, b"AcroForm") => Self::Form,
            (Self::Catalog, b"DSS") => Self::Store,
            (Self::Catalog, b"Metadata") => Self::Metadata,
            (Self::Catalog, b"Extensions") => Self::Extensions,
            (Self::Catalog, b"Perms") => Self::Permissions,
            (Self::Catalog, b"StructTreeRoot") => Self::StructureRoot,
            (Self::Catalog, b"Outlines") => Self::Outline,

            (Self::Page, b"Kids") => Self::PageList,
            (Self::Page, b"Parent") => Self::Page,
            (Self::Page, b"Annots") => Self::AnnotationList,

            (Self::Form, b"Fields" | b"CO") => Self::FieldList,

            (Self::Field, b"Kids") => Self::FieldList,
            (Self::Field, b"Parent" | b"Popup" | b"IRT") => Self::Field,
            (Self::Field, b"P") => Self::Page,
            (Self::Field, b"V") => Self::Value,
            (Self::Field, b"AP") => Self::Appearance,

            (Self::Appearance, b"N" | b"R" | b"D") => Self::Appearance,

            (Self::Value, b"Reference") => Self::SignatureReference,
            (Self::SignatureReference, b"Data") => Self::Signed,
            (Self::Permissions, b"DocMDP" | b"UR" | b"UR3") => Self::Value,

            (Self::Store, b"VRI") => Self::StoreByHash,
            (Self::Store, b"Certs" | b"CRLs" | b"OCSPs") => Self::StoreList,
            (Self::StoreByHash, _) => Self::StoreEntry,
            (Self::StoreEntry, b"Cert" | b"CRL" | b"OCSP") => Self::StoreList,
            (Self::StoreEntry, b"TS") => Self::StoreData,

            (Self::Extensions, _) => Self::Extension,

            // The parent of the first elements is the root itself.
            (Self::StructureRoot, b"K") => Self::Element,
            (Self::StructureRoot | Self::Element, b"ParentTree" | b"IDTree") => Self::ElementTree,
            (Self::ElementTree, b"Kids") => Self::ElementTree,
            (Self::ElementTree, b"Nums" | b"Names") => Self::Element,
            (Self::Element, b"K" | b"P" | b"Ref") => Self::Element,
            (Self::Element, b"Pg") => Self::Page,
            (Self::Element, b"Obj") => Self::Field,

            (Self::Outline, b"First" | b"Last" | b"Next" | b"Prev" | b"Parent") => Self::Outline,
            (Self::Outline, b"SE") => Self::Element,

            _ => Self::Other,
        }
    }

    /// The role of the items of an array in this role.
    const fn item(self) -> Self {
        match self {
            Self::PageList => Self::Page,
            Self::AnnotationList | Self::FieldList => Self::Field,
            Self::StoreList => Self::StoreData,
            Self::SignatureReference
            | Self::Signed
            | Self::Element
            | Self::ElementTree
            | Self::Extension
            | Self::Stray => self,
            _ => Self::Other,
        }
    }

    /// Whether the way ends here: what a signature was made over is no use of it, and objects that nothing
    /// reaches are looked at one by one.
    const fn ends(self) -> bool {
        matches!(self, Self::Signed | Self::Stray)
    }
}

/// A set of roles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Contexts(u32);

impl Contexts {
    pub(super) fn of(list: &[Context]) -> Self {
        Self(list.iter().fold(0, |set, context| set | context.bit()))
    }

    pub(super) const fn has(self, context: Context) -> bool {
        self.0 & context.bit() != 0
    }

    pub(super) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether nothing is in it but these. What a signature was made over is no use.
    pub(super) fn only(self, allowed: Self) -> bool {
        self.0 & !allowed.0 & !Context::Signed.bit() == 0
    }

    pub(super) const fn any(self, of: Self) -> bool {
        self.0 & of.0 != 0
    }

    const fn with(self, context: Context) -> Self {
        Self(self.0 | context.bit())
    }

    fn iter(self) -> impl Iterator<Item = Context> {
        ALL.into_iter().filter(move |context| self.has(*context))
    }
}

/// The roles of all objects of a document, with the references to those that later updates touch. It grows from
/// revision to revision: a role that an object once had it keeps.
pub(super) struct Roles<'f, 'a> {
    file: &'f File<'a>,
    roles: BTreeMap<u32, Contexts>,
    /// Who refers to the objects that later updates touch.
    sources: BTreeMap<u32, BTreeSet<u32>>,
    /// Objects that were referred to before the update at hand and were not there, with those that refer to them.
    awaited: BTreeMap<u32, BTreeSet<u32>>,
    /// What the update at hand refers to and is not there; it counts from the next one on.
    dangling: Vec<(u32, u32)>,
    /// The objects that the update at hand rewrites: what they referred to before counts until the next one.
    rewritten: BTreeSet<u32>,
    /// Roles still to be followed; those below `Other` come last.
    pending: Vec<(u32, Context)>,
    others: Vec<u32>,
}

impl<'f, 'a> Roles<'f, 'a> {
    /// As the document was signed.
    ///
    /// # Errors
    ///
    /// If an object cannot be read: another reader might read it.
    pub(super) fn of(file: &'f File<'a>, signed: usize) -> Result<Self, pdf::Error> {
        let mut roles = Self {
            file,
            roles: BTreeMap::new(),
            sources: BTreeMap::new(),
            awaited: BTreeMap::new(),
            dangling: Vec::new(),
            rewritten: BTreeSet::new(),
            pending: Vec::new(),
            others: Vec::new(),
        };
        for revision in file.revisions().iter().skip(signed + 1) {
            roles.sources.extend(revision.numbers().map(|number| (number, BTreeSet::new())));
        }
        let view = file.at(signed);
        let mut numbers = BTreeSet::new();
        for revision in file.revisions().iter().take(signed + 1) {
            roles.dictionary(view, 0, &revision.trailer, Context::Trailer);
            numbers.extend(revision.numbers());
        }
        roles.follow(view)?;
        // Every object and not only those that are reached from the trailer: a reader that repairs files may
        // reach others.
        roles.strays(view, &numbers)?;
        Ok(roles)
    }

    /// What an update adds. One revision after the other: what a later one refers to is its own affair, or
    /// the second store of a document would make a suspect of the first.
    ///
    /// # Errors
    ///
    /// As [`Roles::of`].
    pub(super) fn add(&mut self, revision: usize) -> Result<(), pdf::Error> {
        let rewritten = std::mem::take(&mut self.rewritten);
        if !rewritten.is_empty() {
            self.awaited.retain(|_, sources| {
                sources.retain(|source| !rewritten.contains(source));
                !sources.is_empty()
            });
        }
        for (target, source) in std::mem::take(&mut self.dangling) {
            self.awaited.entry(target).or_default().insert(source);
        }
        let view = self.file.at(revision);
        let Some(updated) = self.file.revisions().get(revision) else { return Ok(()) };
        self.rewritten = updated.numbers().collect();
        // An entry of the program's own counts as it was signed.
        for key in ["Root", "Info", "Encrypt"] {
            if let Some(value) = updated.trailer.get(key) {
                self.value(view, 0, value, Context::Trailer.step(key.as_bytes()));
            }
        }
        for number in updated.numbers() {
            for context in self.contexts(number).iter().filter(|context| !context.ends()) {
                self.push(number, context);
            }
        }
        self.follow(view)?;
        self.strays(view, &updated.numbers().collect())
    }

    /// The roles of an object.
    pub(super) fn contexts(&self, number: u32) -> Contexts {
        self.roles.get(&number).copied().unwrap_or_default()
    }

    /// The objects that refer to one that a later update touches; 0 is the trailer.
    pub(super) fn sources(&self, number: u32) -> impl Iterator<Item = u32> {
        self.sources.get(&number).into_iter().flatten().copied()
    }

    /// Whether an object as it was before the update at hand refers to this number, which led nowhere then.
    pub(super) fn is_awaited(&self, number: u32) -> bool {
        self.awaited.contains_key(&number)
    }

    fn push(&mut self, number: u32, context: Context) {
        match context {
            Context::Other => self.others.push(number),
            context => self.pending.push((number, context)),
        }
    }

    /// Follows roles until nothing new is found.
    fn follow(&mut self, view: View<'_, '_>) -> Result<(), pdf::Error> {
        loop {
            let (number, context) = match self.pending.pop() {
                Some(next) => next,
                None => match self.others.pop() {
                    // Destinations, beads and actions lead to pages. Nothing in a page may change but its list of
                    // annotations, and of that every item is looked at, so no other role of it can do harm.
                    Some(number) if self.contexts(number).has(Context::Page) => continue,
                    Some(number) => (number, Context::Other),
                    None => return Ok(()),
                },
            };
            if let Some((body, _)) = view.numbered(number)? {
                self.value(view, number, &body.value, context);
            }
        }
    }

    /// Objects that nothing reaches.
    fn strays(&mut self, view: View<'_, '_>, numbers: &BTreeSet<u32>) -> Result<(), pdf::Error> {
        let stray = Contexts::of(&[Context::Stray]);
        let unreached: Vec<u32> =
            numbers.iter().copied().filter(|number| self.contexts(*number).only(stray)).collect();
        for number in unreached {
            let Some((body, _)) = view.numbered(number)? else { continue };
            // The dictionary of a cross-reference stream is a trailer, and names what a trailer names. Nothing
            // refers to such a stream; one that something refers to is not looked at here.
            let table = body.stream.is_some() && body.value.kind() == Some(b"XRef");
            let context =
                if table && self.contexts(number).is_empty() { Context::Trailer } else { Context::Stray };
            self.value(view, number, &body.value, context);
        }
        self.follow(view)
    }

    fn dictionary(&mut self, view: View<'_, '_>, source: u32, dictionary: &Dictionary, context: Context) {
        for (key, value) in dictionary.iter() {
            let step = match context {
                Context::Stray => context,
                // Office programs keep entries of their own in a trailer, which lead to what was there before the
                // file was printed. Such a number is no promise of an object.
                Context::Trailer if context.step(key) == Context::Other && !leads_somewhere(view, value) => {
                    continue;
                }
                _ => context.step(key),
            };
            self.value(view, source, value, step);
        }
    }

    fn value(&mut self, view: View<'_, '_>, source: u32, value: &Object, context: Context) {
        match value {
            Object::Reference(target) => {
                let target = target.number;
                // Whose look it is has to be known of a dictionary that no update touches as well: its streams may be.
                if context == Context::Appearance {
                    self.sources.entry(target).or_default().insert(source);
                } else if let Some(sources) = self.sources.get_mut(&target) {
                    sources.insert(source);
                }
                if !view.has(target) {
                    self.dangling.push((target, source));
                }
                let known = self.contexts(target);
                if !known.has(context) {
                    self.roles.insert(target, known.with(context));
                    if !context.ends() {
                        self.push(target, context);
                    }
                }
            }
            Object::Dictionary(dictionary) => self.dictionary(view, source, dictionary, context),
            Object::Array(items) => {
                let item = context.item();
                items.iter().for_each(|value| self.value(view, source, value, item));
            }
            _ => {}
        }
    }
}

/// Whether every reference in a value leads to an object.
fn leads_somewhere(view: View<'_, '_>, value: &Object) -> bool {
    let mut all = true;
    value.references(&mut |reference| all &= view.has(reference.number));
    all
}

#[cfg(test)]
mod tests {
    use super::{ALL, Context, Contexts};

    /// Keys of the tables of ISO 32000-2 that lead to something that may change, and those of resources, actions,
    /// destinations and name trees, whose entries the author of a file names.
    const NAMES: [&[u8]; 62] = [
        b"Root",
        b"Info",
        b"Pages",
        b"AcroForm",
        b"DSS",
        b"Metadata",
        b"Extensions",
        b"Perms",
        b"StructTreeRoot",
        b"Outlines",
        b"Kids",
        b"Parent",
        b"Annots",
        b"Fields",
        b"CO",
        b"Popup",
        b"IRT",
        b"P",
        b"V",
        b"AP",
        b"N",
        b"R",
        b"D",
        b"Reference",
        b"Data",
        b"DocMDP",
        b"UR",
        b"UR3",
        b"VRI",
        b"Certs",
        b"CRLs",
        b"OCSPs",
        b"Cert",
        b"CRL",
        b"OCSP",
        b"TS",
        b"K",
        b"ParentTree",
        b"IDTree",
        b"Nums",
        b"Names",
        b"Ref",
        b"Pg",
        b"Obj",
        b"First",
        b"Last",
        b"Next",
        b"Prev",
        b"SE",
        b"Contents",
        b"Resources",
        b"XObject",
        b"Font",
        b"ExtGState",
        b"Pattern",
        b"Shading",
        b"ColorSpace",
        b"Properties",
        b"SMask",
        b"OCProperties",
        b"OpenAction",
        b"XFA",
    ];

    /// The roles in which an object may be rewritten.
    fn free() -> Contexts {
        Contexts::of(&[
            Context::Information,
            Context::Metadata,
            Context::Extensions,
            Context::Extension,
            Context::Store,
            Context::StoreByHash,
            Context::StoreEntry,
            Context::StoreList,
            Context::StoreData,
            Context::Form,
            Context::FieldList,
            Context::AnnotationList,
            Context::Signed,
        ])
    }

    #[test]
    fn below_other_there_is_nothing_else() {
        for name in NAMES {
            assert_eq!(Context::Other.step(name), Context::Other, "{}", String::from_utf8_lossy(name));
        }
        assert_eq!(Context::Other.item(), Context::Other);
    }

    /// A name from another table leads nowhere: in each role only the keys of its own table count.
    #[test]
    fn each_role_knows_the_names_of_its_own_table_only() {
        let own: [(Context, &[&[u8]]); 12] = [
            (Context::Trailer, &[b"Root", b"Info"]),
            (
                Context::Catalog,
                &[
                    b"Pages",
                    b"AcroForm",
                    b"DSS",
                    b"Metadata",
                    b"Extensions",
                    b"Perms",
                    b"StructTreeRoot",
                    b"Outlines",
                ],
            ),
            (Context::Page, &[b"Kids", b"Parent", b"Annots"]),
            (Context::Form, &[b"Fields", b"CO"]),
            (Context::Field, &[b"Kids", b"Parent", b"Popup", b"IRT", b"P", b"V", b"AP"]),
            (Context::Appearance, &[b"N", b"R", b"D"]),
            (Context::Value, &[b"Reference"]),
            (Context::SignatureReference, &[b"Data"]),
            (Context::Permissions, &[b"DocMDP", b"UR", b"UR3"]),
            (Context::Store, &[b"VRI", b"Certs", b"CRLs", b"OCSPs"]),
            (Context::StoreEntry, &[b"Cert", b"CRL", b"OCSP", b"TS"]),
            (Context::Outline, &[b"First", b"Last", b"Next", b"Prev", b"Parent", b"SE"]),
        ];
        for (role, names) in own {
            for name in NAMES {
                let known = role.step(name) != Context::Other;
                assert_eq!(known, names.contains(&name), "{role:?} /{}", String::from_utf8_lossy(name));
            }
        }
    }

    /// What a page shows is reached by keys that lead to `Other`: never to a role that may change.
    #[test]
    fn nothing_that_is_shown_may_change() {
        let shown: [&[u8]; 12] = [
            b"Contents",
            b"Resources",
            b"XObject",
            b"Font",
            b"ExtGState",
            b"Pattern",
            b"Shading",
            b"ColorSpace",
            b"Properties",
            b"SMask",
            b"Group",
            b"Thumb",
        ];
        let anything = [Context::StoreByHash, Context::Extensions];
        for role in ALL.into_iter().filter(|role| !anything.contains(role)) {
            for name in shown {
                let step = Contexts::of(&[role.step(name)]);
                assert!(!step.any(free()), "{role:?} /{}", String::from_utf8_lossy(name));
            }
        }
        // Where every key is somebody's choice, nothing is shown.
        assert_eq!(Context::StoreByHash.step(b"XObject"), Context::StoreEntry);
        assert_eq!(Context::StoreEntry.step(b"XObject"), Context::Other);
        assert_eq!(Context::Extension.step(b"XObject"), Context::Other);
    }

    #[test]
    fn each_role_has_a_bit_of_its_own() {
        for (i, one) in ALL.into_iter().enumerate() {
            assert_eq!(Contexts::of(&[one]).iter().collect::<Vec<_>>(), [one]);
            assert!(ALL.into_iter().skip(i + 1).all(|other| !Contexts::of(&[one]).has(other)), "{one:?}");
        }
        assert!(Contexts::default().is_empty() && Contexts::default().only(free()));
        assert!(Contexts::of(&[Context::Signed]).only(Contexts::default()), "what was signed is no use");
    }
}
