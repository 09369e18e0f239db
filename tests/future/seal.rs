//! The seal over the pages.

use pk_trust::pades::{self, SEAL_FIELD, SIGNATURE_ROOM};
use pk_trust::pdf::{Dictionary, File, Object, Update, identify};
use pk_trust::pki::Sign;
use pk_trust::verify::{Answer, Document, Outcome, Overall};

use super::{World, codes};
use crate::attacks::draft::{Draft, catalog, field, page};
use crate::attacks::scene::{FIRST, honest};
use crate::attacks::{auditors, verdict};
use crate::fixture::now;

/// The seal over the pages: with other permissions, a second time, by others, on other pages.
#[test]
fn only_the_seal_of_the_institution_certifies_the_pages() {
    let world = World::new();
    let [_, _, (_, blind)] = auditors(&world.scene);
    let rendered = &world.scene.rendered;
    let seal = world.seal();
    // As the program writes it, with the dictionary or the catalog as somebody wants them.
    let certified_on = |base: &[u8], signer: &dyn Sign, level: &str, more: &[(&str, &str)]| {
        let (root, dictionary) = catalog(base);
        let transform = Dictionary::new()
            .with("Type", Object::name("TransformParams"))
            .with("P", Object::Real(level.to_owned()))
            .with("V", Object::name("1.2"));
        let reference = Dictionary::new()
            .with("Type", Object::name("SigRef"))
            .with("TransformMethod", Object::name("DocMDP"))
            .with("TransformParams", transform);
        let field = field(base, SEAL_FIELD);
        let file = File::parse(base).unwrap();
        let signature = Dictionary::new()
            .with("Type", Object::name("Sig"))
            .with("Filter", Object::name("Adobe.PPKLite"))
            .with("SubFilter", Object::name("ETSI.CAdES.detached"))
            .with("M", Object::String(now().pdf_date().into_bytes()))
            .with("Reference", Object::Array(vec![reference.into()]));
        let mut catalog = dictionary;
        for (key, value) in more {
            catalog.set(key, Object::name(value));
        }
        let refer = |update: &mut Update<'_, '_>, reference| {
            update.set(field.reference, field.dictionary.clone().with("V", reference));
            catalog.set("Perms", Dictionary::new().with("DocMDP", reference));
            update.set(root, catalog);
        };
        let reserved =
            Update::new(&file).reserve_signature(signature, SIGNATURE_ROOM, refer, identify).unwrap();
        let cms = honest(reserved.signed_parts(), signer);
        reserved.fill(&cms).unwrap()
    };
    let certified = |signer: &dyn Sign, level: &str, more: &[(&str, &str)]| {
        world.scene.sign(&certified_on(rendered, signer, level, more))
    };
    assert_eq!(verdict(&blind, &certified(&seal, "2", &[])).lines.integrity.outcome, Answer::Yes);
    let painted = {
        let (front, _) = page(rendered, 0);
        Draft::anew(rendered).alter(front, &[("Rotate", "180")]).finish()
    };
    let other_pages = Document::open(&world.scene.other).rendered().unwrap().to_vec();
    let by = |bytes: &[u8], signer: &dyn Sign| {
        let sealed = pades::sign(bytes, SEAL_FIELD, signer, now());
        sealed.map(|sealed| world.scene.sign(&sealed))
    };
    // What this program refuses to write at all.
    assert!(by(rendered, &world.scene.first).is_err(), "an official's key");
    assert!(pades::sign(&world.scene.half, SEAL_FIELD, &seal, now()).is_err(), "there is one");
    let late = {
        let first = pades::sign(rendered, FIRST, &world.scene.first, now()).unwrap();
        assert!(pades::sign(&first, SEAL_FIELD, &seal, now()).is_err(), "after a party");
        certified_on(&first, &seal, "2", &[])
    };
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("nothing may be signed", certified(&seal, "1", &[])),
        ("comments are allowed", certified(&seal, "3", &[])),
        ("no level that there is", certified(&seal, "7", &[])),
        ("another look of the file", certified(&seal, "2", &[("PageLayout", "TwoColumnLeft")])),
        ("the seal of another institution", by(rendered, &world.scene.neighbour_seal()).unwrap()),
        ("a key of a party", certified(&world.scene.first, "2", &[])),
        ("no seal at all", world.scene.sign(rendered)),
        ("after a party", late),
    ];
    for (name, bytes) in cases {
        world.keep("seal", name, &bytes);
        let verdict = verdict(&blind, &bytes);
        assert_ne!(verdict.overall, Overall::Passed, "{name}");
        let document = verdict.document.as_ref().unwrap();
        assert_ne!(document.certified, Outcome::Pass, "{name}: {:?}", codes(&verdict, Outcome::Pass));
        assert_ne!(verdict.lines.integrity.outcome, Answer::Yes, "{name}");
    }
    // Whoever has the seal can seal anything, and then everybody sees who did. Other pages are not those of the data.
    let [_, (_, outsider), _] = auditors(&world.scene);
    let repainted = by(&painted, &seal).unwrap();
    assert_eq!(verdict(&outsider, &repainted).lines.integrity.code.as_str(), "document.not-reproduced");
    // The seal of one document on the pages of another one.
    let moved = {
        let sealed = &world.scene.issued[rendered.len()..];
        [&other_pages[..], sealed].concat()
    };
    assert_eq!(verdict(&outsider, &moved).overall, Overall::Failed);
}
