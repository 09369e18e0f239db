//! Shadow attacks (Mainka and others, 2021): the document is prepared before the parties sign it, so
//! that a small update afterwards brings out something else. The prepared documents themselves are
//! attacks too: who can make the pages again sees that they are not the ones of the data.

use pk_trust::pdf::{Dictionary, File, Object, Ref};

use super::draft::{Draft, altered, catalog, page, stream, target};
use super::scene::{Scene, Victim, on_both};
use super::{Attack, Class};

const FORBIDDEN: &str = "changes.forbidden";

/// White over about where the annex shows the budget.
const COVER: &[u8] = b"1 g 300 300 230 220 re f";

pub(super) fn attacks(scene: &Scene) -> Vec<Attack> {
    let kinds: [fn(&Victim<'_>) -> Vec<Attack>; 3] = [hide, replace, hide_and_replace];
    kinds.into_iter().flat_map(|kind| on_both(scene, kind)).collect()
}

fn of(name: &str, code: &'static str, bytes: Vec<u8>) -> Attack {
    Attack::new(Class::Shadow, name, code, bytes)
}

/// The keys of a dictionary inside another object.
fn inner(bytes: &[u8], reference: Ref, key: &str) -> Dictionary {
    let file = File::parse(bytes).unwrap();
    let body = file.latest().body(reference).unwrap();
    body.value.as_dictionary().unwrap().get(key).and_then(Object::as_dictionary).cloned().unwrap_or_default()
}

/// Hide: an overlay shows a harmless figure while the parties sign; later it goes away.
fn hide(victim: &Victim<'_>) -> Vec<Attack> {
    let scene = victim.scene;
    let (annex, dictionary) = page(&scene.rendered, 1);
    let contents = target(&dictionary, "Contents");
    let resources = target(&dictionary, "Resources");
    let draft = Draft::anew(&scene.rendered);
    let cover = draft.vacant();
    let paint = Ref::new(cover.number + 1);
    let picture = b"1 g 0 0 1 1 re f 0 g";
    let objects = format!("<</Cover {cover}>>");
    let prepared = draft
        .add(stream("/Type/XObject/Subtype/Form/BBox[0 0 1 1]", picture))
        .add(stream("", b"q 230 0 0 220 300 300 cm /Cover Do Q"))
        .alter(resources, &[("XObject", &objects)])
        .alter(annex, &[("Contents", &format!("[{contents} {paint}]"))])
        .finish();
    let signed = victim.signed(&prepared);
    let update = || Draft::update(&signed);
    vec![
        of("hide-overlay-freed", FORBIDDEN, update().entry(cover.number, "0000000000 00001 f").finish()),
        of("hide-overlay-made-null", FORBIDDEN, update().set(cover, "null").finish()),
        of("hide-overlay-of-another-type", FORBIDDEN, update().set(cover, "<</Type/Metadata>>").finish()),
        of(
            "hide-overlay-no-longer-named",
            FORBIDDEN,
            update().alter(resources, &[("XObject", "<<>>")]).finish(),
        ),
        Attack::painted(Class::Shadow, "hide-prepared", signed),
    ]
}

/// Replace: a font, or a value that a viewer paints by itself, is exchanged.
fn replace(victim: &Victim<'_>) -> Vec<Attack> {
    let scene = victim.scene;
    let (annex, dictionary) = page(&scene.rendered, 1);
    let resources = target(&dictionary, "Resources");
    let fonts = inner(&scene.rendered, resources, "Font");
    let names: Vec<(String, Ref)> = fonts
        .iter()
        .map(|(name, font)| (String::from_utf8(name.to_vec()).unwrap(), font.as_reference().unwrap()))
        .collect();
    let [(first, first_font), (second, second_font), ..] = &names[..] else { panic!("two fonts") };
    let exchanged = format!("<</{first} {second_font}/{second} {first_font}>>");
    let helvetica = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>";
    // A text field that is no field of the form: only the page knows it.
    let draft = Draft::anew(&scene.rendered);
    let text = draft.vacant();
    let prepared = draft
        .add("<</Type/Annot/Subtype/Widget/FT/Tx/T(Anggaran)/V(1)/F 4/Rect[300 300 530 520]>>")
        .alter(annex, &[("Annots", &format!("[{text}]"))])
        .finish();
    let signed = victim.signed(&prepared);
    vec![
        of(
            "replace-fonts-exchanged",
            FORBIDDEN,
            Draft::update(victim.bytes).alter(resources, &[("Font", &exchanged)]).finish(),
        ),
        of(
            "replace-font-redefined",
            FORBIDDEN,
            Draft::update(victim.bytes).set(*first_font, helvetica).finish(),
        ),
        of(
            "replace-character-map",
            FORBIDDEN,
            Draft::update(victim.bytes)
                .alter(*first_font, &[("Encoding", "/Identity-V"), ("ToUnicode", "")])
                .finish(),
        ),
        of(
            "replace-value-of-a-field",
            FORBIDDEN,
            Draft::update(&signed).alter(text, &[("V", "(9)")]).finish(),
        ),
        Attack::painted(Class::Shadow, "replace-prepared", signed),
    ]
}

/// Hide and replace: a second document lies in the signed one, and is switched to.
fn hide_and_replace(victim: &Victim<'_>) -> Vec<Attack> {
    let scene = victim.scene;
    let (root, dictionary) = catalog(&scene.rendered);
    let (annex, annex_dictionary) = page(&scene.rendered, 1);
    let contents = target(&annex_dictionary, "Contents");
    let draft = Draft::anew(&scene.rendered);
    let (hidden, pages) = (draft.vacant(), Ref::new(draft.vacant().number + 1));
    let (other, dangling) = (Ref::new(pages.number + 1), Ref::new(pages.number + 2));
    // A second catalog with pages of its own; content that is in the file and counts as free; and
    // content that is named and not there yet.
    let prepared = draft
        .add(altered(&dictionary, &[("Pages", &pages.to_string())]))
        .add(format!("<</Type/Pages/Count 1/Kids[{annex}]>>"))
        .add(stream("", COVER))
        .entry(other.number, "0000000000 65535 f")
        .alter(annex, &[("Contents", &format!("[{contents} {dangling}]"))])
        .trailer("Size", i64::from(dangling.number) + 1)
        .finish();
    let place = find(&prepared, &format!("\n{} 0 obj", other.number)) + 1;
    let place = format!("{place:010} 00000 n");
    let signed = victim.signed(&prepared);
    let update = || Draft::update(&signed);
    vec![
        of("hidden-catalog-in-the-trailer", FORBIDDEN, update().trailer("Root", hidden).finish()),
        of("hidden-catalog-in-the-table", "document.malformed", {
            let at = find(&prepared, &format!("\n{} 0 obj", hidden.number)) + 1;
            update().entry(root.number, &format!("{at:010} 00000 n")).finish()
        }),
        of("hidden-pages", FORBIDDEN, update().alter(root, &[("Pages", &pages.to_string())]).finish()),
        of(
            "freed-object-revived",
            "document.malformed",
            update().entry(other.number, &place).alter(annex, &[("Contents", &other.to_string())]).finish(),
        ),
        of("dangling-reference-made-real", FORBIDDEN, update().set(dangling, stream("", COVER)).finish()),
        Attack::painted(Class::Shadow, "hide-and-replace-prepared", signed),
    ]
}

fn find(bytes: &[u8], text: &str) -> usize {
    (0..bytes.len()).find(|&at| bytes[at..].starts_with(text.as_bytes())).unwrap()
}
