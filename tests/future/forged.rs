//! What somebody makes who has no key of the office, and calls it newer.

use pk_trust::pades::{self, SEAL_FIELD, TIME_FIELD};
use pk_trust::pdf::{Dictionary, File, Object, Update, identify};
use pk_trust::pki::Sign;
use pk_trust::verify::{Answer, CLAIM_NAME, Outcome, Overall};
use serde_json::json;
use x509_cert::spki::AlgorithmIdentifierOwned;

use super::additions::with_store;
use super::claim::{ClaimDraft, head, negative, unsigned};
use super::{ML_DSA_44, World, codes};
use crate::attacks::attachment::attached;
use crate::attacks::draft::{Draft, catalog, field, page, signed};
use crate::attacks::envelope::with_signer;
use crate::attacks::scene::{FIRST, SECOND, honest, request};
use crate::attacks::{Who, auditors, verdict};
use crate::fixture::now;

/// What somebody makes who has no key of the office, and calls it newer: nothing good is ever said of it.
#[test]
fn saying_newer_helps_nobody() {
    let world = World::new();
    let auditors = auditors(&world.scene);
    let palsu = world.scene.impostor.issue(
        &pk_trust::pki::issue::Request {
            purpose: pk_trust::pki::Purpose::Seal,
            ..request(world.seal().chain().leaf.subject(), 0x61)
        },
        0x61,
    );
    let other_budget = world.data.replacen("\"total\":1589645600", "\"total\":9589645600", 1);
    assert_ne!(other_budget, world.data);
    let newer = |data: &str| data.replacen("pk-data/1", "pk-data/2", 1);
    let old_claim = attached(&world.scene.rendered, CLAIM_NAME);
    let forged_claim = |draft: ClaimDraft| draft.sign(&world.id, &palsu);
    let unsigned_copy = |data: &str, claim: &str| world.rendered(data, claim);
    let by_outsider = |rendered: &[u8]| {
        let sealed = pades::sign(rendered, SEAL_FIELD, &palsu, now()).unwrap();
        pades::sign(
            &sealed,
            FIRST,
            &world.scene.impostor.issue(&request(world.scene.first.chain().leaf.subject(), 0x62), 0x62),
            now(),
        )
        .unwrap()
    };
    let crit = || {
        let labels = [head(4, 1), unsigned(99)].concat();
        world.claim(&other_budget).protect(2, labels).protect(99, unsigned(1))
    };
    let hostile: Vec<(&str, Vec<u8>)> = vec![
        ("other figures, called newer, nobody signed", unsigned_copy(&newer(&other_budget), &old_claim)),
        ("other figures, called newer, signed by the impostor", {
            by_outsider(&unsigned_copy(&newer(&other_budget), &old_claim))
        }),
        ("other figures and a critical header in the claim", {
            unsigned_copy(&other_budget, &forged_claim(crit()))
        }),
        (
            "the same, signed by the impostor",
            by_outsider(&unsigned_copy(&other_budget, &forged_claim(crit()))),
        ),
        ("another algorithm in a forged claim", {
            unsigned_copy(&other_budget, &forged_claim(world.claim(&other_budget).protect(1, negative(-48))))
        }),
        ("a forged claim with an unknown fact", {
            unsigned_copy(&other_budget, &forged_claim(world.claim(&other_budget).set(-8, unsigned(1))))
        }),
        ("an unknown kind, signed by the parties and not by the seal", {
            let data = world.with(&[("kind", json!("evaluation"))]);
            world.scene.sign(&unsigned_copy(&data, &old_claim))
        }),
        ("an unknown algorithm over other bytes", {
            let mut bytes = world.of_cms(|cms| {
                with_signer(&cms, |info| {
                    info.signature_algorithm = AlgorithmIdentifierOwned { oid: ML_DSA_44, parameters: None };
                })
            });
            let at = bytes.windows(9).position(|window| window == b"/MediaBox").unwrap();
            let digit = (at..).find(|i| bytes[*i] == b'5').unwrap();
            bytes[digit] = b'6';
            bytes
        }),
        ("validation data and another page", {
            let (front, _) = page(&world.scene.complete, 0);
            with_store(&world.scene.complete, |draft| draft.alter(front, &[("Rotate", "90")]))
        }),
        ("validation data and an action", {
            let (root, _) = catalog(&world.scene.complete);
            let draft = Draft::update(&world.scene.complete);
            let store = draft.vacant();
            let script = "<</S/JavaScript/JS(app.alert\\(1\\))>>";
            draft
                .add("<</Type/DSS>>")
                .alter(root, &[("DSS", &store.to_string()), ("OpenAction", script)])
                .finish()
        }),
        ("validation data and an annotation", {
            let (front, dictionary) = page(&world.scene.complete, 0);
            let file = File::parse(&world.scene.complete).unwrap();
            let known = file.latest().array(&dictionary, "Annots").unwrap().unwrap();
            with_store(&world.scene.complete, |draft| {
                let note = draft.vacant();
                let list: Vec<String> = known.iter().map(|a| a.as_reference().unwrap().to_string()).collect();
                let note_text =
                    "<</Type/Annot/Subtype/FreeText/Rect[0 0 300 300]/Contents(palsu)/DA(/F 9 Tf)>>";
                draft.add(note_text).alter(front, &[("Annots", &format!("[{} {note}]", list.join(" ")))])
            })
        }),
        ("validation data that empties the form", {
            let (root, _) = catalog(&world.scene.complete);
            let draft = Draft::update(&world.scene.complete);
            let store = draft.vacant();
            let keys = [("DSS", store.to_string()), ("AcroForm", "<</Fields[]/SigFlags 3>>".to_owned())];
            let keys = keys.each_ref().map(|(key, value)| (*key, value.as_str()));
            draft.add("<</Type/DSS>>").alter(root, &keys).finish()
        }),
        ("the time field signed by a party", {
            let time = field(&world.scene.half, TIME_FIELD);
            let file = File::parse(&world.scene.half).unwrap();
            let dictionary = Dictionary::new()
                .with("Type", Object::name("Sig"))
                .with("Filter", Object::name("Adobe.PPKLite"))
                .with("SubFilter", Object::name("ETSI.CAdES.detached"))
                .with("M", Object::String(now().pdf_date().into_bytes()));
            let widget = time.dictionary.clone();
            let refer = |update: &mut Update<'_, '_>, reference| {
                update.set(time.reference, widget.with("V", reference));
            };
            let reserved = Update::new(&file).reserve_signature(dictionary, 8192, refer, identify).unwrap();
            let cms = honest(reserved.signed_parts(), &world.scene.second);
            reserved.fill(&cms).unwrap()
        }),
        ("the time field filled with noise", {
            let time = field(&world.scene.complete, TIME_FIELD);
            let file = File::parse(&world.scene.complete).unwrap();
            let dictionary = Dictionary::new()
                .with("Type", Object::name("DocTimeStamp"))
                .with("Filter", Object::name("Adobe.PPKLite"))
                .with("SubFilter", Object::name("ETSI.RFC3161"));
            let widget = time.dictionary.clone();
            let refer = |update: &mut Update<'_, '_>, reference| {
                update.set(time.reference, widget.with("V", reference));
            };
            let reserved = Update::new(&file).reserve_signature(dictionary, 8192, refer, identify).unwrap();
            reserved.fill(&[0x30, 0x03, 0x02, 0x01, 0x00]).unwrap()
        }),
    ];
    for (name, bytes) in hostile {
        world.keep("hostile", name, &bytes);
        for (who, auditor) in &auditors {
            let verdict = verdict(auditor, &bytes);
            assert_ne!(verdict.overall, Overall::Passed, "{name} {who:?}");
            assert_ne!(verdict.overall, Overall::Ended, "{name} {who:?}");
            let lines = &verdict.lines;
            let good = [&lines.integrity, &lines.issuer].iter().all(|line| line.outcome == Answer::Yes);
            assert!(!good, "{name} {who:?}: {:?}", codes(&verdict, Outcome::NotChecked));
            if *who == Who::Office {
                assert_eq!(verdict.overall, Overall::Failed, "{name}: the office has another file on record");
            }
        }
    }
}

/// Where nobody verified who signed or sealed, no line says that it is so.
#[test]
fn what_is_not_verified_is_nobodys() {
    let world = World::new();
    let [(_, office), (_, outsider), _] = auditors(&world.scene);
    let junk = |base: &[u8], name: &str| {
        signed(base, name, now(), |parts| {
            with_signer(&honest(parts, &world.scene.impostor_of_second()), |info| {
                info.signature_algorithm = AlgorithmIdentifierOwned { oid: ML_DSA_44, parameters: None };
            })
        })
    };
    let other_budget = world.data.replacen("\"total\":1589645600", "\"total\":9589645600", 1);
    let unknown = world.claim(&other_budget).protect(1, negative(-49)).signature(vec![7; 64]);
    let forged = world.rendered(&other_budget, &unknown.sign(&world.id, &world.scene.impostor_of_second()));
    for (name, bytes) in [
        ("a claim of an unknown algorithm, signed by the parties", world.scene.sign(&forged)),
        ("an unknown algorithm in the place of the second party", junk(&world.scene.half, SECOND)),
        ("the same for both", junk(&junk(&world.scene.issued, FIRST), SECOND)),
    ] {
        for auditor in [&office, &outsider] {
            let verdict = verdict(auditor, &bytes);
            let lines = &verdict.lines;
            assert_ne!(lines.issuer.outcome, Answer::Yes, "{name}: {}", lines.issuer.code.as_str());
            assert_ne!(lines.status.outcome, Answer::Yes, "{name}: {}", lines.status.code.as_str());
        }
    }
}

/// Data that is called newer, beside a claim that its forger could not change.
#[test]
fn a_sealed_claim_contradicts_data_of_any_version() {
    let world = World::new();
    let [_, (_, outsider), _] = auditors(&world.scene);
    let old_claim = attached(&world.scene.rendered, CLAIM_NAME);
    let newer = world.data.replacen("pk-data/1", "pk-data/2", 1);
    let verdict = verdict(&outsider, &world.scene.sign(&world.rendered(&newer, &old_claim)));
    assert_eq!(verdict.overall, Overall::Failed);
    assert_eq!(verdict.lines.integrity.code.as_str(), "claim.other-content");
}

/// The same the other way round: a claim that nobody here can verify says which data it is about.
#[test]
fn a_claim_of_any_version_is_held_against_the_data() {
    let world = World::new();
    let [(_, office), (_, outsider), _] = auditors(&world.scene);
    let other_budget = world.data.replacen("\"total\":1589645600", "\"total\":9589645600", 1);
    let newer = |draft: ClaimDraft| draft.protect(1, negative(-48)).signature(vec![7; 200]);
    let old = newer(world.claim(&world.data)).sign(&world.id, &world.seal());
    let found = verdict(&outsider, &world.scene.sign(&world.rendered(&other_budget, &old)));
    assert_eq!(found.overall, Overall::Failed);
    assert_eq!(found.lines.integrity.code.as_str(), "claim.other-content");
    // The text of a code alone: the register knows what was issued.
    let link = |auditor: &pk::audit::Auditor, text: &str| match auditor.link("-", text, now()) {
        pk::audit::Answer::Document(verdict) => *verdict,
        other => panic!("{other:?}"),
    };
    let other = newer(world.claim(&other_budget)).sign(&world.id, &world.seal());
    assert_eq!(link(&office, &other).lines.integrity.code.as_str(), "registry.other-content");
    assert_eq!(link(&office, &other).overall, Overall::Failed);
    assert_eq!(link(&outsider, &other).overall, Overall::Indeterminate);
    // An honest one is not certain at either.
    let recorded = newer(world.claim(&world.data)).sign(&world.id, &world.seal());
    assert_eq!(link(&office, &recorded).overall, Overall::Indeterminate);
}

/// An official signs a file without data and seal; somebody trusts the root alone, and so knows no seal.
#[test]
fn an_official_alone_is_no_institution() {
    let world = World::new();
    let [_, (_, mut outsider), _] = auditors(&world.scene);
    outsider.trust.seals.clear();
    let (root, _) = catalog(&world.scene.rendered);
    let without =
        Draft::anew(&world.scene.rendered).alter(root, &[("Names", "null"), ("AF", "null")]).finish();
    let bare = signed(&without, SECOND, now(), |parts| honest(parts, &world.scene.second));
    let verdict_of = |bytes: &[u8]| verdict(&outsider, bytes);
    let verdict = verdict_of(&bare);
    assert_ne!(verdict.overall, Overall::Passed, "{:?}", codes(&verdict, Outcome::Pass));
    assert!(codes(&verdict, Outcome::NotChecked).contains(&"document.no-seal"), "{verdict:?}");
    // The document itself brings its seal along.
    let honest = verdict_of(&world.scene.complete);
    assert_eq!(honest.lines.issuer.outcome, Answer::Yes, "{:?}", codes(&honest, Outcome::NotChecked));
}
