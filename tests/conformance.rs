//! The clauses of PDF/A-3 (ISO 19005-3) and PDF/UA-1 (ISO 14289-1) that fields and signatures touch,
//! checked on complete documents with our own reader and with another one.

use pk_trust::claim::Kind;
use pk_trust::pades;
use pk_trust::pdf::{Dictionary, File, Object, Ref, View};

use crate::fixture;

fn dictionary(view: View<'_, '_>, reference: Ref) -> Dictionary {
    view.body(reference).unwrap().value.as_dictionary().unwrap().clone()
}

fn each(check: impl Fn(View<'_, '_>, &[u8])) {
    let fixture = fixture::complete();
    for (official, kind) in
        [("kominfo", Kind::Agreement), ("kominfo", Kind::Pledge), ("bupati", Kind::Agreement)]
    {
        let bytes = fixture.file(official, kind);
        let file = File::parse(&bytes).unwrap();
        for revision in 0..file.revisions().len() {
            check(file.at(revision), &bytes);
        }
    }
}

#[test]
fn the_trailer_has_an_id() {
    each(|view, _| {
        let id = view.trailer().get("ID").unwrap().as_array().unwrap();
        assert_eq!(id.len(), 2, "ISO 19005-3, 6.1.3");
    });
    let fixture = fixture::complete();
    let bytes = fixture.file("kominfo", Kind::Agreement);
    let file = File::parse(&bytes).unwrap();
    let first = |i: usize| file.at(i).trailer().get("ID").unwrap().as_array().unwrap()[0].clone();
    assert_eq!(first(0), first(2), "the first half stays");
}

#[test]
fn every_revision_ends_with_its_end_of_line() {
    let fixture = fixture::complete();
    for revision in 0..=2 {
        assert!(fixture.revision("kominfo", Kind::Agreement, revision).ends_with(b"%%EOF\n"));
    }
}

#[test]
fn widgets_have_an_appearance_and_are_printed() {
    each(|view, _| {
        for field in pades::fields(view).unwrap() {
            let widget = &field.dictionary;
            assert_eq!(widget.get("F").unwrap().as_integer(), Some(132), "ISO 19005-3, 6.3.2");
            let appearance = widget.get("AP").unwrap().as_dictionary().unwrap();
            let keys: Vec<&[u8]> = appearance.iter().map(|(key, _)| key).collect();
            assert_eq!(keys, [b"N".as_slice()], "ISO 19005-3, 6.3.3");
            let normal = view.body(appearance.get("N").unwrap().as_reference().unwrap()).unwrap();
            let form = normal.value.as_dictionary().unwrap();
            assert!(normal.stream.is_some());
            assert_eq!(form.get("Subtype").unwrap().as_name(), Some(b"Form".as_slice()));
            let Some(stamp) = widget.get(pades::STAMP_KEY) else {
                assert!(field.is_institutional(), "{}", field.name);
                continue;
            };
            let shows_stamp = appearance.get("N") == Some(stamp);
            assert_eq!(shows_stamp, field.is_filled(), "a stamp appears with the signature, not before");
        }
    });
}

#[test]
fn widgets_are_named_and_in_the_structure() {
    each(|view, _| {
        let (_, catalog) = view.catalog().unwrap();
        let tree = dictionary(view, catalog.get("StructTreeRoot").unwrap().as_reference().unwrap());
        let parents = tree
            .get("ParentTree")
            .unwrap()
            .as_dictionary()
            .unwrap()
            .get("Nums")
            .unwrap()
            .as_array()
            .unwrap()
            .to_vec();
        let next = tree.get("ParentTreeNextKey").unwrap().as_integer().unwrap();
        for field in pades::fields(view).unwrap() {
            let tooltip = field.dictionary.get("TU").unwrap().as_string().unwrap();
            assert!(!tooltip.is_empty(), "ISO 14289-1, 7.18.4");
            let key = field.dictionary.get("StructParent").unwrap();
            assert!(key.as_integer().unwrap() < next);
            let at = parents.chunks(2).find(|pair| &pair[0] == key).unwrap();
            let element = dictionary(view, at[1].as_reference().unwrap());
            assert_eq!(element.get("S").unwrap().as_name(), Some(b"Form".as_slice()), "ISO 14289-1, 7.18.4");
            let object = element.get("K").unwrap().as_dictionary().unwrap();
            assert_eq!(object.get("Obj").unwrap().as_reference(), Some(field.reference));
            let parent = dictionary(view, element.get("P").unwrap().as_reference().unwrap());
            let kids = parent.get("K").unwrap().as_array().unwrap();
            assert!(kids.contains(&at[1]), "the element hangs in the tree");
            let page = dictionary(view, field.dictionary.get("P").unwrap().as_reference().unwrap());
            assert_eq!(page.get("Tabs").unwrap().as_name(), Some(b"S".as_slice()), "ISO 14289-1, 7.18.3");
            let annotations = page.get("Annots").unwrap().as_array().unwrap();
            assert!(annotations.contains(&Object::Reference(field.reference)));
        }
    });
}

#[test]
fn the_form_asks_for_no_appearances() {
    each(|view, _| {
        let (_, catalog) = view.catalog().unwrap();
        let form = catalog.get("AcroForm").unwrap().as_dictionary().unwrap();
        assert_eq!(form.get("SigFlags").unwrap().as_integer(), Some(3));
        assert!(form.get("NeedAppearances").is_none(), "ISO 19005-3, 6.4.1");
        assert!(form.get("XFA").is_none());
        assert!(catalog.get("OpenAction").is_none() && catalog.get("AA").is_none(), "ISO 19005-3, 6.5");
        assert_eq!(catalog.get("Lang").unwrap().as_string(), Some(b"id".as_slice()));
        let marked = catalog.get("MarkInfo").unwrap().as_dictionary().unwrap();
        assert_eq!(marked.get("Marked"), Some(&Object::Boolean(true)));
        let extensions = catalog.get("Extensions").unwrap().as_dictionary().unwrap();
        let iso = extensions.get("ISO_").unwrap().as_array().unwrap()[0].as_dictionary().unwrap();
        assert_eq!(iso.get("ExtensionLevel").unwrap().as_integer(), Some(32002));
    });
}

#[test]
fn colours_have_an_output_intent() {
    each(|view, _| {
        let (_, catalog) = view.catalog().unwrap();
        let intents = view.array(&catalog, "OutputIntents").unwrap().unwrap();
        let intent = view.resolve(&intents[0]).unwrap();
        let intent = intent.as_dictionary().unwrap();
        assert_eq!(intent.get("S").unwrap().as_name(), Some(b"GTS_PDFA1".as_slice()));
        let profile = view.body(intent.get("DestOutputProfile").unwrap().as_reference().unwrap()).unwrap();
        assert!(!view.decoded(&profile).unwrap().is_empty());
    });
}

#[test]
fn every_font_is_embedded_and_nothing_is_transparent_by_mask() {
    each(|view, bytes| {
        let mut fonts = 0;
        for revision in File::parse(bytes).unwrap().revisions() {
            for reference in revision.objects() {
                let Ok(body) = view.body(reference) else { continue };
                let Some(value) = body.value.as_dictionary() else { continue };
                if value.get("Type").and_then(Object::as_name) == Some(b"FontDescriptor") {
                    fonts += 1;
                    let embedded =
                        ["FontFile", "FontFile2", "FontFile3"].iter().any(|key| value.get(key).is_some());
                    assert!(embedded, "ISO 19005-3, 6.2.11.4");
                }
                assert!(value.get("JS").is_none() && value.get("Encrypt").is_none());
            }
        }
        assert!(fonts >= 2);
    });
}

#[test]
fn the_attachments_are_associated_files() {
    each(|view, _| {
        let (_, catalog) = view.catalog().unwrap();
        let files = view.array(&catalog, "AF").unwrap().unwrap();
        let relationships: Vec<Vec<u8>> = files
            .iter()
            .map(|f| {
                view.resolve(f)
                    .unwrap()
                    .as_dictionary()
                    .unwrap()
                    .get("AFRelationship")
                    .unwrap()
                    .as_name()
                    .unwrap()
                    .to_vec()
            })
            .collect();
        assert!(relationships.contains(&b"Data".to_vec()), "ISO 19005-3, 6.8");
        assert_eq!(files.len(), 2);
    });
}

#[test]
fn another_reader_sees_the_same_document() {
    let fixture = fixture::complete();
    let bytes = fixture.file("kominfo", Kind::Agreement);
    let other = lopdf::Document::load_mem(&bytes).unwrap();
    let file = File::parse(&bytes).unwrap();
    assert_eq!(other.get_pages().len(), file.latest().pages().unwrap().len());
    let root = other.trailer.get(b"Root").unwrap().as_reference().unwrap();
    assert_eq!(root.0, file.latest().catalog().unwrap().0.number);
}
