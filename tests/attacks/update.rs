//! Updates after the signatures: what a viewer shows or runs is changed, and every signed byte is
//! still there.

use pk_trust::pades::STAMP_KEY;
use pk_trust::pdf::{File, Ref};

use super::draft::{
    Draft, altered, catalog, end, field, page, signature, signed_along, stream, target, text,
};
use super::scene::{FIRST, SECOND, Scene, Victim, honest, on_both};
use super::{Attack, Class};
use crate::fixture::now;

/// The one answer to an update that signing does not make, whatever it would do.
const FORBIDDEN: &str = "changes.forbidden";

/// About where the annex shows the budget.
const OVER_THE_BUDGET: &str = "/Rect[300 300 530 520]";

/// A page without anything on it.
const EMPTY: &[u8] = b"q Q";

pub(super) fn attacks(scene: &Scene) -> Vec<Attack> {
    let classes: [fn(&Victim<'_>) -> Vec<Attack>; 8] =
        [incremental, overlay, appearance, form, action, optional_content, metadata, pages];
    classes.into_iter().flat_map(|class| on_both(scene, class)).collect()
}

/// An update that changes keys of one dictionary.
fn altering(victim: &Victim<'_>, reference: Ref, keys: &[(&str, &str)]) -> Vec<u8> {
    Draft::update(victim.bytes).alter(reference, keys).finish()
}

/// The same with one new object, to which the changed key refers.
fn adding(
    victim: &Victim<'_>,
    object: &[u8],
    reference: Ref,
    key: &str,
    value: impl Fn(Ref) -> String,
) -> Vec<u8> {
    let draft = Draft::update(victim.bytes);
    let new = draft.vacant();
    draft.add(object).alter(reference, &[(key, &value(new))]).finish()
}

/// Incremental saving in its four shapes, and between the signatures.
fn incremental(victim: &Victim<'_>) -> Vec<Attack> {
    let scene = victim.scene;
    let of = |name, code, bytes| Attack::new(Class::IncrementalSaving, name, code, bytes);
    let bytes = victim.bytes;
    let (first_page, dictionary) = page(bytes, 0);
    let content = target(&dictionary, "Contents");
    let repainted = || Draft::update(bytes).set(content, stream("", EMPTY));
    let (body, offsets) = repainted().body();
    let xref = File::parse(bytes).unwrap().revisions().last().unwrap().xref;
    let (copied, copied_dictionary) = signature(bytes, victim.field);
    let with_copy = || repainted().set(copied, text(&copied_dictionary));
    let joined = |body: &[u8], tail: &str| [body, tail.as_bytes()].concat();
    let sandwiched = {
        let between = Draft::update(&scene.half).set(content, stream("", EMPTY)).finish();
        pk_trust::pades::sign(&between, SECOND, &scene.second, now()).unwrap()
    };
    let along = signed_along(
        &scene.half,
        SECOND,
        now(),
        |_| {},
        |update, _| {
            let mut emptied = dictionary.clone();
            emptied.remove("Contents");
            update.set(first_page, emptied);
        },
        |parts| honest(parts, &scene.second),
    );
    vec![
        of("update", FORBIDDEN, repainted().finish()),
        of("update-without-table-and-trailer", "document.trailing-bytes", joined(&body, &end(xref))),
        of(
            "update-without-table",
            "document.trailing-bytes",
            joined(&body, &format!("{}\n{}", repainted().trailer_text(), end(xref))),
        ),
        of(
            "update-without-trailer",
            "document.malformed",
            joined(&body, &format!("{}{}", repainted().table(&offsets), end(body.len()))),
        ),
        of("update-body-only", "document.tail", body),
        of("update-with-a-copy-of-the-signature", FORBIDDEN, with_copy().finish()),
        of(
            "update-with-a-copy-and-without-table",
            "document.trailing-bytes",
            joined(&with_copy().body().0, &end(xref)),
        ),
        of("update-between-the-signatures", FORBIDDEN, sandwiched),
        of("update-inside-a-signature", FORBIDDEN, along),
        of("update-of-nothing", FORBIDDEN, Draft::update(bytes).finish()),
        of("second-end-of-file", "document.tail", [bytes, b"%%EOF\n".as_slice()].concat()),
        of("cut-off", "document.tail", bytes[..bytes.len() - 100].to_vec()),
    ]
}

/// Annotations over the figures, and the boxes of the signatures themselves.
fn overlay(victim: &Victim<'_>) -> Vec<Attack> {
    let scene = victim.scene;
    let of = |name, bytes| Attack::new(Class::Overlay, name, FORBIDDEN, bytes);
    let bytes = victim.bytes;
    let last = File::parse(bytes).unwrap().latest().pages().unwrap().len() - 1;
    let (annex, _) = page(bytes, last);
    let (front, _) = page(bytes, 0);
    let annotation = |name, keys: &str| {
        let note = format!("<</Type/Annot/F 4{OVER_THE_BUDGET}{keys}>>");
        of(name, adding(victim, note.as_bytes(), annex, "Annots", |new| format!("[{new}]")))
    };
    let box_of = field(bytes, victim.field).reference;
    let widget = |name, keys: &[(&str, &str)]| of(name, altering(victim, box_of, keys));
    let stamped = {
        let draft = Draft::update(bytes);
        let picture = draft.vacant();
        let stamp = Ref::new(picture.number + 1);
        let form = stream("/Type/XObject/Subtype/Form/BBox[0 0 230 220]", b"1 g 0 0 230 220 re f");
        let note = format!("<</Type/Annot/Subtype/Stamp/F 4{OVER_THE_BUDGET}/AP<</N {picture}>>>>");
        draft.add(form).add(note).alter(annex, &[("Annots", &format!("[{stamp}]"))]).finish()
    };
    let signed = signed_along(
        &scene.half,
        SECOND,
        now(),
        |_| {},
        |_, widget| {
            widget.set("Rect", pk_trust::pdf::Object::Array([0, 0, 595, 842].map(Into::into).to_vec()))
        },
        |parts| honest(parts, &scene.second),
    );
    vec![
        annotation("free-text", "/Subtype/FreeText/DA(/Helv 12 Tf)/Contents(Rp 9.999.999)"),
        annotation("square", "/Subtype/Square/IC[1 1 1]/C[1 1 1]"),
        annotation("link", "/Subtype/Link/A<</S/URI/URI(https://cek.palsu.example)>>"),
        annotation("redaction", "/Subtype/Redact/IC[1 1 1]/OverlayText(0)"),
        annotation("attached-file", "/Subtype/FileAttachment/FS<</Type/Filespec/F(pk-data.json)>>"),
        of("stamp", stamped),
        of(
            "annotation-that-nothing-refers-to",
            Draft::update(bytes).add(format!("<</Type/Annot/Subtype/FreeText{OVER_THE_BUDGET}>>")).finish(),
        ),
        of("annotations-removed", altering(victim, front, &[("Annots", "")])),
        widget("box-moved", &[("Rect", "[10 10 185.748 69.528]")]),
        widget("box-over-the-page", &[("Rect", "[0 0 595 842]")]),
        widget("box-hidden", &[("F", "2")]),
        widget("box-on-screen-only", &[("F", "128")]),
        widget("box-on-another-page", &[("P", &annex.to_string())]),
        of("box-enlarged-by-its-signature", signed),
    ]
}

/// What the boxes show.
fn appearance(victim: &Victim<'_>) -> Vec<Attack> {
    let scene = victim.scene;
    let of = |name, bytes| Attack::new(Class::Appearance, name, FORBIDDEN, bytes);
    let (other, own) = (field(victim.bytes, victim.other), field(victim.bytes, victim.field));
    let stamp = |field: &pk_trust::pades::Field| target(&field.dictionary, STAMP_KEY);
    let empty = |name| {
        let field = field(&scene.rendered, name);
        target(field.dictionary.get("AP").unwrap().as_dictionary().unwrap(), "N")
    };
    let form = stream("/Type/XObject/Subtype/Form/BBox[0 0 176 60]", EMPTY);
    let painted = stream("/Type/XObject/Subtype/Form/BBox[0 0 176 60]", b"0 0 1 RG 9 9 150 40 re S");
    let other_stamp = pk_trust::pdf::Dictionary::new().with("N", stamp(&field(victim.bytes, FIRST)));
    // Shown before anybody signed, and then signed by both.
    let mut shown = Draft::anew(&scene.rendered);
    for field in [&other, &own] {
        let normal = format!("<</N {}>>", stamp(field));
        shown = shown.alter(field.reference, &[("AP", &normal), ("V", "")]);
    }
    let shown = shown.finish();
    vec![
        of(
            "stamp-of-the-other-party",
            altering(victim, own.reference, &[("AP", &format!("<</N {}>>", stamp(&other)))]),
        ),
        of(
            "stamp-taken-away",
            altering(victim, own.reference, &[("AP", &format!("<</N {}>>", empty(victim.field)))]),
        ),
        of("stamp-overwritten", Draft::update(victim.bytes).set(stamp(&own), &form).finish()),
        of("stamp-of-its-own", adding(victim, &form, own.reference, "AP", |new| format!("<</N {new}>>"))),
        of(
            "stamp-while-the-mouse-is-over-it",
            adding(victim, &form, own.reference, "AP", |new| format!("<</N {}/R {new}>>", stamp(&own))),
        ),
        // As if the second party had signed.
        of("open-box-painted", Draft::update(&scene.half).set(empty(SECOND), &painted).finish()),
        of("open-box-shows-its-stamp", {
            let open = field(&scene.half, SECOND);
            let stamp = format!("<</N {}>>", stamp(&open));
            Draft::update(&scene.half).alter(open.reference, &[("AP", &stamp)]).finish()
        }),
        of(
            "stamp-of-the-other-party-signed",
            signed_along(
                &scene.half,
                SECOND,
                now(),
                |_| {},
                |_, widget| widget.set("AP", other_stamp.clone()),
                |parts| honest(parts, &scene.second),
            ),
        ),
        Attack::painted(Class::Appearance, "stamps-shown-before-signing", shown.clone()),
        Attack::painted(Class::Appearance, "stamps-shown-then-signed", victim.signed(&shown)),
    ]
}

/// The form.
fn form(victim: &Victim<'_>) -> Vec<Attack> {
    let of = |name, bytes| Attack::new(Class::Form, name, FORBIDDEN, bytes);
    let bytes = victim.bytes;
    let (root, dictionary) = catalog(bytes);
    let form = dictionary.get("AcroForm").unwrap().as_dictionary().unwrap();
    let (first, second) = (field(bytes, FIRST).reference, field(bytes, SECOND).reference);
    let with = |keys: &[(&str, &str)]| altering(victim, root, &[("AcroForm", &altered(form, keys))]);
    let field_added = |name, code, widget: &str| {
        let list = |new| altered(form, &[("Fields", &format!("[{first} {second} {new}]"))]);
        Attack::new(Class::Form, name, code, adding(victim, widget.as_bytes(), root, "AcroForm", list))
    };
    let text_field = field_added(
        "text-field-added",
        "document.malformed",
        &format!("<</Type/Annot/Subtype/Widget/FT/Tx/T(Anggaran)/V(Rp 9){OVER_THE_BUDGET}>>"),
    );
    let mut list = vec![
        field_added(
            "signature-field-added",
            FORBIDDEN,
            &format!("<</Type/Annot/Subtype/Widget/FT/Sig/T(Saksi){OVER_THE_BUDGET}>>"),
        ),
        of("field-removed", with(&[("Fields", &format!("[{first}]"))])),
        of("form-removed", altering(victim, root, &[("AcroForm", "")])),
        of("field-renamed", altering(victim, second, &[("T", "(Saksi)")])),
        of("field-value-a-string", altering(victim, second, &[("V", "(Contoh Kepala)")])),
        of("field-read-only", altering(victim, second, &[("Ff", "1")])),
        of("need-appearances", with(&[("NeedAppearances", "true")])),
        of("append-only-taken-back", with(&[("SigFlags", "0")])),
        of("xfa-form", with(&[("XFA", "[(template)(<a/>)]")])),
    ];
    // No such field may be anywhere in the form; where the update is refused before it is looked into,
    // nobody gets to say so.
    if victim.is_half() {
        list.push(text_field);
    }
    list
}

/// Things that run.
fn action(victim: &Victim<'_>) -> Vec<Attack> {
    let scene = victim.scene;
    let bytes = victim.bytes;
    let (root, dictionary) = catalog(bytes);
    let (front, _) = page(bytes, 0);
    let of = |name, reference, key: &str, value: &str| {
        Attack::new(Class::Action, name, FORBIDDEN, altering(victim, reference, &[(key, value)]))
    };
    let script = "<</S/JavaScript/JS(app.alert\\(1\\))>>";
    let names = dictionary.get("Names").unwrap().as_dictionary().unwrap();
    let tree = altered(names, &[("JavaScript", &format!("<</Names[(a){script}]>>"))]);
    let (issued_root, _) = catalog(&scene.rendered);
    let prepared = Draft::anew(&scene.rendered).alter(issued_root, &[("OpenAction", script)]).finish();
    vec![
        of("script-on-opening", root, "OpenAction", script),
        of("program-on-opening", root, "OpenAction", "<</S/Launch/F(contoh.exe)>>"),
        of("other-file-on-opening", root, "OpenAction", "<</S/GoToR/F(palsu.pdf)/D[0/Fit]>>"),
        of("script-before-printing", root, "AA", &format!("<</WP {script}>>")),
        of("script-by-name", root, "Names", &tree),
        of("script-on-the-page", front, "AA", &format!("<</O {script}>>")),
        of("script-on-a-field", field(bytes, victim.field).reference, "AA", &format!("<</E {script}>>")),
        of(
            "form-sent-away",
            field(bytes, victim.field).reference,
            "A",
            "<</S/SubmitForm/F(https://palsu.example)>>",
        ),
        Attack::painted(Class::Action, "script-before-signing", victim.signed(&prepared)),
    ]
}

/// Layers that one viewer shows and another does not.
fn optional_content(victim: &Victim<'_>) -> Vec<Attack> {
    let scene = victim.scene;
    let (root, _) = catalog(&scene.rendered);
    let (front, _) = page(&scene.rendered, 0);
    let prepared = {
        let draft = Draft::anew(&scene.rendered);
        let (group, content) = (draft.vacant(), Ref::new(draft.vacant().number + 1));
        let (_, front_dictionary) = page(&scene.rendered, 0);
        let old = target(&front_dictionary, "Contents");
        draft
            .add("<</Type/OCG/Name(Angka)>>")
            .add(stream("", b"/OC /oc0 BDC 1 g 300 300 230 220 re f EMC"))
            .alter(front, &[("Contents", &format!("[{old} {content}]"))])
            .alter(root, &[("OCProperties", &format!("<</OCGs[{group}]/D<</ON[{group}]>>>>"))])
            .finish()
    };
    let signed = victim.signed(&prepared);
    let group = Ref::new(Draft::update(&scene.rendered).vacant().number);
    let toggled = Draft::update(&signed)
        .alter(root, &[("OCProperties", &format!("<</OCGs[{group}]/D<</OFF[{group}]>>>>"))])
        .finish();
    let of = |name, bytes| Attack::new(Class::OptionalContent, name, FORBIDDEN, bytes);
    vec![
        of(
            "layers-added",
            adding(victim, b"<</Type/OCG/Name(Angka)>>", root, "OCProperties", |group| {
                format!("<</OCGs[{group}]/D<</OFF[{group}]>>>>")
            }),
        ),
        of("layer-switched-off", toggled),
        of("page-in-a-layer", altering(victim, front, &[("OC", "<</Type/OCMD>>")])),
        Attack::painted(Class::OptionalContent, "layer-before-signing", signed),
    ]
}

/// What is not painted: structure, language, properties.
fn metadata(victim: &Victim<'_>) -> Vec<Attack> {
    let of = |name, bytes| Attack::new(Class::Metadata, name, FORBIDDEN, bytes);
    let bytes = victim.bytes;
    let (root, dictionary) = catalog(bytes);
    let in_catalog = |name, keys: &[(&str, &str)]| of(name, altering(victim, root, keys));
    let tree = target(&dictionary, "StructTreeRoot");
    let trailer = File::parse(bytes).unwrap().latest().trailer().clone();
    let new_info = Draft::update(bytes);
    let info = new_info.vacant();
    let new_id = pk_trust::pdf::Object::Array(vec![pk_trust::pdf::Object::String(vec![7; 16]); 2]);
    vec![
        in_catalog("structure-removed", &[("StructTreeRoot", ""), ("MarkInfo", "")]),
        of("structure-emptied", altering(victim, tree, &[("K", "[]")])),
        of("role-map-changed", altering(victim, tree, &[("RoleMap", "<</P/Artifact>>")])),
        in_catalog("language-changed", &[("Lang", "(en)")]),
        in_catalog("version-raised", &[("Version", "/2.0")]),
        in_catalog("viewer-preferences-changed", &[("ViewerPreferences", "<</HideToolbar true>>")]),
        in_catalog("outlines-removed", &[("Outlines", "")]),
        of("metadata-overwritten", {
            let stream = stream("/Type/Metadata/Subtype/XML", b"<x:xmpmeta/>");
            Draft::update(bytes).set(target(&dictionary, "Metadata"), stream).finish()
        }),
        of("properties-overwritten", altering(victim, target(&trailer, "Info"), &[("Title", "(Palsu)")])),
        of("properties-exchanged", new_info.add("<</Title(Palsu)>>").trailer("Info", info).finish()),
        of("identifier-exchanged", Draft::update(bytes).trailer("ID", new_id).finish()),
    ]
}

/// Other pages, or the same ones otherwise.
fn pages(victim: &Victim<'_>) -> Vec<Attack> {
    let of = |name, bytes| Attack::new(Class::Pages, name, FORBIDDEN, bytes);
    let bytes = victim.bytes;
    let (root, dictionary) = catalog(bytes);
    let tree = target(&dictionary, "Pages");
    let (front, front_dictionary) = page(bytes, 0);
    let (annex, annex_dictionary) = page(bytes, 1);
    let resources = target(&front_dictionary, "Resources");
    let on_front = |name, keys: &[(&str, &str)]| of(name, altering(victim, front, keys));
    let kids =
        |name, list: &str, count: &str| of(name, altering(victim, tree, &[("Kids", list), ("Count", count)]));
    let contents = target(&annex_dictionary, "Contents");
    let added = {
        let draft = Draft::update(bytes);
        let new = draft.vacant();
        draft
            .add(format!("<</Type/Page/Parent {tree}/MediaBox[0 0 595 842]/Resources<<>>>>"))
            .alter(tree, &[("Kids", &format!("[{front} {annex} {new}]")), ("Count", "3")])
            .finish()
    };
    let switched = {
        let draft = Draft::update(bytes);
        let (catalog, pages) = (draft.vacant(), Ref::new(draft.vacant().number + 1));
        draft
            .add(altered(&dictionary, &[("Pages", &pages.to_string())]))
            .add(format!("<</Type/Pages/Count 1/Kids[{annex}]>>"))
            .trailer("Root", catalog)
            .finish()
    };
    vec![
        of("catalog-switched-in-the-trailer", switched),
        of(
            "page-tree-switched",
            adding(
                victim,
                format!("<</Type/Pages/Count 1/Kids[{annex}]>>").as_bytes(),
                root,
                "Pages",
                |new| new.to_string(),
            ),
        ),
        of("page-added", added),
        kids("page-removed", &format!("[{front}]"), "1"),
        kids("pages-reordered", &format!("[{annex} {front}]"), "2"),
        kids("page-shown-twice", &format!("[{front} {front} {annex}]"), "3"),
        on_front("page-rotated", &[("Rotate", "180")]),
        on_front("page-cropped", &[("CropBox", "[0 400 595 842]")]),
        on_front("page-box-changed", &[("MediaBox", "[0 0 100 100]")]),
        on_front("page-scaled", &[("UserUnit", "10")]),
        on_front("page-content-removed", &[("Contents", "")]),
        on_front("page-content-of-another-page", &[("Contents", &contents.to_string())]),
        of(
            "page-content-extended",
            adding(victim, &stream("", b"1 g 300 300 230 220 re f"), annex, "Contents", |new| {
                format!("[{contents} {new}]")
            }),
        ),
        of("page-content-freed", Draft::update(bytes).entry(contents.number, "0000000000 00001 f").finish()),
        of("fonts-removed", altering(victim, resources, &[("Font", "<<>>")])),
    ]
}
