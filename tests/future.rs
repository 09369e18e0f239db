//! Documents as a later version would make them, and what somebody makes who only says so.
//!
//! Whoever has this program in ten years gets documents of programs that know more. An honest one is never called
//! false for that, and never good in what nobody here can judge; and saying "newer" helps nobody whose document is
//! false.

use std::path::Path;

use der::asn1::{ObjectIdentifier, SetOfVec};
use pk_trust::claim::Kind;
use pk_trust::pades::{self, SEAL_FIELD, SIGNATURE_ROOM, TIME_FIELD};
use pk_trust::pdf::{Dictionary, File, Object, Update, identify};
use pk_trust::pki::{KeyAlgorithm, Reason, Sign};
use pk_trust::verify::{Answer, CLAIM_NAME, Content, DATA_NAME, Document, Outcome, Overall, Verdict};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use x509_cert::spki::AlgorithmIdentifierOwned;

use crate::attacks::attachment::{attached, embedded, file_of};
use crate::attacks::draft::{Draft, catalog, field, page, signed, stream};
use crate::attacks::envelope::{attribute, octets, with_attributes, with_signer};
use crate::attacks::scene::{FIRST, SECOND, Scene, honest, request};
use crate::attacks::{Who, auditors, verdict};
use crate::fixture::{Fixture, HOST, algorithm, complete, now, passphrase};

/// An algorithm that nobody here knows: ML-DSA-44 (FIPS 204).
const ML_DSA_44: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.3.17");
/// `id-aa-ets-sigPolicyId` (RFC 5126): a signed attribute that this version does not write.
const SIGNATURE_POLICY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.15");
/// A private number, for the proof of a log.
const LOG_PROOF: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.99999.7.1");

/// A head of CBOR (RFC 8949, 3) in its shortest form.
fn head(major: u8, value: u64) -> Vec<u8> {
    let major = major << 5;
    match value {
        0..=23 => vec![major | u8::try_from(value).unwrap()],
        24..=0xff => vec![major | 24, u8::try_from(value).unwrap()],
        0x100..=0xffff => [&[major | 25][..], &u16::try_from(value).unwrap().to_be_bytes()].concat(),
        0x1_0000..=0xffff_ffff => [&[major | 26][..], &u32::try_from(value).unwrap().to_be_bytes()].concat(),
        _ => [&[major | 27][..], &value.to_be_bytes()].concat(),
    }
}

fn unsigned(value: u64) -> Vec<u8> {
    head(0, value)
}

fn negative(value: i64) -> Vec<u8> {
    head(1, u64::try_from(-1 - value).unwrap())
}

fn bytes(content: &[u8]) -> Vec<u8> {
    [head(2, u64::try_from(content.len()).unwrap()), content.to_vec()].concat()
}

fn text(content: &str) -> Vec<u8> {
    [head(3, u64::try_from(content.len()).unwrap()), content.as_bytes().to_vec()].concat()
}

/// A map, sorted as it has to be.
fn map(mut pairs: Vec<(Vec<u8>, Vec<u8>)>) -> Vec<u8> {
    pairs.sort();
    let mut out = head(5, u64::try_from(pairs.len()).unwrap());
    pairs.iter().for_each(|(key, value)| out.extend([&key[..], value].concat()));
    out
}

/// EdDSA or ES256 (RFC 9053, 2).
fn cose_algorithm() -> i64 {
    match algorithm() {
        KeyAlgorithm::Ed25519 => -8,
        KeyAlgorithm::P256 => -7,
    }
}

/// A claim about data, in every part as somebody wants it.
struct ClaimDraft {
    protected: Vec<(Vec<u8>, Vec<u8>)>,
    payload: Vec<(Vec<u8>, Vec<u8>)>,
    signature: Option<Vec<u8>>,
}

impl ClaimDraft {
    /// As this version writes it, for an agreement of 2026.
    fn about(data: &str, indicators: u64, budget: u64) -> Self {
        Self {
            protected: vec![(unsigned(1), negative(cose_algorithm()))],
            payload: vec![
                (unsigned(6), unsigned(now().day())),
                (negative(-1), bytes(&Sha256::digest(data))),
                (negative(-2), unsigned(1)),
                (negative(-3), unsigned(2026)),
                (negative(-4), unsigned(indicators)),
                (negative(-5), unsigned(budget)),
            ],
            signature: None,
        }
    }

    fn set(mut self, key: i64, value: Vec<u8>) -> Self {
        let key = if key < 0 { negative(key) } else { unsigned(u64::try_from(key).unwrap()) };
        self.payload.retain(|(known, _)| *known != key);
        self.payload.push((key, value));
        self
    }

    fn protect(mut self, label: u64, value: Vec<u8>) -> Self {
        self.protected.retain(|(known, _)| *known != unsigned(label));
        self.protected.push((unsigned(label), value));
        self
    }

    fn signature(mut self, signature: Vec<u8>) -> Self {
        self.signature = Some(signature);
        self
    }

    /// The text of the code, signed by a seal.
    fn sign(self, id: &str, seal: &dyn Sign) -> String {
        let (protected, payload) = (map(self.protected), map(self.payload));
        let aad = [b"pk-qr/1", HOST.as_bytes(), id.as_bytes()].join(&0);
        let message =
            [head(4, 4), text("Signature1"), bytes(&protected), bytes(&aad), bytes(&payload)].concat();
        let made = || algorithm().normalize(&seal.sign(&message).unwrap()).unwrap().to_vec();
        let signature = self.signature.unwrap_or_else(made);
        let kid = seal.chain().leaf.key().key_id().unwrap();
        let cose = [
            head(4, 4),
            bytes(&protected),
            map(vec![(unsigned(4), bytes(&kid))]),
            bytes(&payload),
            bytes(&signature),
        ]
        .concat();
        format!("https://{HOST}/V/{id}#{}", data_encoding::BASE32_NOPAD.encode(&cose))
    }
}

/// The scene, with the seal.
struct World {
    scene: Scene,
    data: String,
    id: String,
    indicators: u64,
    budget: u64,
}

impl World {
    fn new() -> Self {
        let scene = Scene::new();
        let data = attached(&scene.rendered, DATA_NAME);
        let content = Content::parse(data.as_bytes()).unwrap();
        assert_eq!(content.kind, Kind::Agreement);
        let (id, indicators, budget) = (content.id.to_string(), content.indicators.into(), content.budget);
        Self { scene, data, id, indicators, budget }
    }

    /// Beside the written attacks, for other verifiers.
    fn keep(&self, set: &str, name: &str, bytes: &[u8]) {
        if let Some(folder) = std::env::var_os("PK_ATTACKS_DIR") {
            let folder = Path::new(&folder).join("future");
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join(format!("{set}--{}.pdf", name.replace([' ', ','], "-"))), bytes)
                .unwrap();
        }
    }

    fn seal(&self) -> impl Sign {
        self.scene.fixture.office.open_seal(&passphrase(), now()).unwrap()
    }

    /// Canonical data with some keys set.
    fn with(&self, keys: &[(&str, Value)]) -> String {
        let mut value: Value = serde_json::from_str(&self.data).unwrap();
        for (key, content) in keys {
            value[*key] = content.clone();
        }
        serde_json_canonicalizer::to_string(&value).unwrap()
    }

    fn claim(&self, data: &str) -> ClaimDraft {
        ClaimDraft::about(data, self.indicators, self.budget)
    }

    /// Data and claim in the place of those that were issued, as the renderer leaves them.
    fn rendered(&self, data: &str, claim: &str) -> Vec<u8> {
        let rendered = &self.scene.rendered;
        let draft = Draft::anew(rendered).set(file_of(rendered, DATA_NAME), embedded(data));
        draft.set(file_of(rendered, CLAIM_NAME), embedded(claim)).finish()
    }

    /// The same, issued: certified by the seal and signed by both parties.
    fn issued(&self, data: &str, claim: &str) -> Vec<u8> {
        self.signed(&self.rendered(data, claim))
    }

    fn signed(&self, rendered: &[u8]) -> Vec<u8> {
        self.scene.sign(&pades::sign(rendered, SEAL_FIELD, &self.seal(), now()).unwrap())
    }

    /// With a claim of this version about that data.
    fn of_data(&self, data: &str) -> Vec<u8> {
        self.issued(data, &self.claim(data).sign(&self.id, &self.seal()))
    }

    /// With this claim about the data as it is.
    fn of_claim(&self, claim: ClaimDraft) -> Vec<u8> {
        self.issued(&self.data, &claim.sign(&self.id, &self.seal()))
    }

    /// With another CMS of the second party.
    fn of_cms(&self, edit: impl FnOnce(Vec<u8>) -> Vec<u8>) -> Vec<u8> {
        signed(&self.scene.half, SECOND, now(), |parts| edit(honest(parts, &self.scene.second)))
    }
}

/// An update with validation data after everybody has signed.
fn with_store(file: &[u8], more: impl FnOnce(Draft<'_>) -> Draft<'_>) -> Vec<u8> {
    let (root, _) = catalog(file);
    let draft = Draft::update(file);
    let (list, store) = (draft.vacant(), draft.vacant().number + 1);
    let draft = draft.add(stream("", b"0\x03\x02\x01\x00")).add(format!("<</Type/DSS/CRLs[{list}]>>"));
    more(draft).alter(root, &[("DSS", &format!("{store} 0 R"))]).finish()
}

/// The same as other programs write it: they say when, and by which program, in the information dictionary and in the
/// metadata.
fn with_store_and_date(file: &[u8], title: &str) -> Vec<u8> {
    let parsed = File::parse(file).unwrap();
    let (_, catalog) = catalog(file);
    let information = parsed.latest().trailer().get("Info").and_then(Object::as_reference).unwrap();
    let metadata = catalog.get("Metadata").and_then(Object::as_reference).unwrap();
    let mut keys = vec![("ModDate", "(D:20320105120000Z)"), ("Producer", "(Lain 9.9)")];
    if !title.is_empty() {
        keys.push(("Title", title));
    }
    with_store(file, |draft| {
        let packet = b"<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?><?xpacket end='r'?>";
        draft.alter(information, &keys).set(metadata, stream("/Type/Metadata/Subtype/XML", packet))
    })
}

/// A second addition that writes the first one anew, with one more list.
fn with_store_renewed(file: &[u8]) -> Vec<u8> {
    let stored = with_store(file, |draft| draft);
    let (_, catalog) = catalog(&stored);
    let store = catalog.get("DSS").and_then(Object::as_reference).unwrap();
    let draft = Draft::update(&stored);
    let (known, list) = (store.number - 1, draft.vacant());
    let lists = format!("[{known} 0 R {list}]");
    draft.add(stream("", b"0\x03\x02\x01\x01")).alter(store, &[("CRLs", &lists)]).finish()
}

/// What an honest document of the future is called by everybody: not false, and not certain, for this reason.
fn honest_documents(world: &World) -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let claim = || world.claim(&world.data);
    let kind = world.with(&[("kind", json!("evaluation"))]);
    let kind_claim = world.claim(&kind).set(-2, unsigned(7)).sign(&world.id, &world.seal());
    let other_shape = {
        let value = json!({
            "format": "pk-data/3", "id": world.id, "host": HOST, "signatories": {"first": "kominfo"},
            "document": [1, 2, {"deep": true}],
        });
        serde_json_canonicalizer::to_string(&value).unwrap()
    };
    let unsigned_attributes = |attributes: Vec<x509_cert::attr::Attribute>| {
        world.of_cms(|cms| {
            with_signer(&cms, |info| info.unsigned_attrs = Some(SetOfVec::try_from(attributes).unwrap()))
        })
    };
    vec![
        ("data of version 2", "data.newer", world.of_data(&world.with(&[("format", json!("pk-data/2"))]))),
        ("data of version 10", "data.newer", world.of_data(&world.with(&[("format", json!("pk-data/10"))]))),
        ("data of another shape", "data.newer", world.of_data(&other_shape)),
        ("an unknown kind", "data.newer", world.issued(&kind, &kind_claim)),
        ("an unknown kind with two words", "data.newer", {
            world.of_data(&world.with(&[("kind", json!("mid-year-review"))]))
        }),
        ("a critical key", "data.newer", {
            world.of_data(&world.with(&[("crit", json!(["scope"])), ("scope", json!("half"))]))
        }),
        ("two critical keys", "data.newer", {
            world.of_data(
                &world.with(&[("crit", json!(["scope", "valid"])), ("valid", json!(["2026-01-01"]))]),
            )
        }),
        ("a critical fact", "claim.newer", world.of_claim(claim().set(-8, unsigned(1)))),
        ("a critical text fact", "claim.newer", world.of_claim(claim().set(-24, text("draft")))),
        (
            "a critical registered claim",
            "claim.newer",
            world.of_claim(claim().set(4, unsigned(1_900_000_000))),
        ),
        ("a kind in the claim only", "claim.newer", world.of_claim(claim().set(-2, unsigned(9)))),
        ("a kind above all numbers of one byte", "claim.newer", {
            world.of_claim(claim().set(-2, unsigned(70_000)))
        }),
        ("another algorithm of the claim", "claim.newer", {
            world.of_claim(claim().protect(1, negative(-48)).signature(vec![7; 200]))
        }),
        ("an algorithm by its name", "claim.newer", {
            world.of_claim(claim().protect(1, text("ML-DSA-44")).signature(vec![7; 96]))
        }),
        ("a critical header", "claim.newer", {
            let labels = [head(4, 1), unsigned(99)].concat();
            world.of_claim(claim().protect(2, labels).protect(99, unsigned(1)))
        }),
        ("a signed attribute more", "signature.newer", {
            world.of_cms(|cms| {
                with_attributes(&cms, &world.scene.second, |list| {
                    list.push(attribute(SIGNATURE_POLICY, &[octets(b"1")]));
                })
            })
        }),
        ("an unsigned attribute", "signature.newer", {
            unsigned_attributes(vec![attribute(LOG_PROOF, &[octets(&[7; 1500])])])
        }),
        ("two unsigned attributes", "signature.newer", {
            unsigned_attributes(vec![
                attribute(LOG_PROOF, &[octets(b"1")]),
                attribute(SIGNATURE_POLICY, &[octets(b"2")]),
            ])
        }),
        ("another algorithm of a signature", "signature.newer", {
            world.of_cms(|cms| {
                with_signer(&cms, |info| {
                    info.signature_algorithm = AlgorithmIdentifierOwned { oid: ML_DSA_44, parameters: None };
                })
            })
        }),
        ("validation data", "changes.newer", with_store(&world.scene.complete, |draft| draft)),
        ("validation data by another program", "changes.newer", {
            with_store_and_date(&world.scene.complete, "")
        }),
        ("validation data renewed", "changes.newer", with_store_renewed(&world.scene.complete)),
        ("validation data before the second party", "changes.newer", {
            let stored = with_store(&world.scene.half, |draft| draft);
            signed(&stored, SECOND, now(), |parts| honest(parts, &world.scene.second))
        }),
    ]
}

/// What a later version may add without notice: everything is as good as without.
fn understood_documents(world: &World) -> Vec<(&'static str, Vec<u8>)> {
    let claim = || world.claim(&world.data);
    let roomy = {
        let file = File::parse(&world.scene.half).unwrap();
        let second = field(&world.scene.half, SECOND);
        let dictionary = Dictionary::new()
            .with("Type", Object::name("Sig"))
            .with("Filter", Object::name("Adobe.PPKLite"))
            .with("SubFilter", Object::name("ETSI.CAdES.detached"))
            .with("M", Object::String(now().pdf_date().into_bytes()));
        let stamp = second.dictionary.get(pades::STAMP_KEY).unwrap().clone();
        let widget = second.dictionary.clone().with("AP", Dictionary::new().with("N", stamp));
        let refer = |update: &mut Update<'_, '_>, reference| {
            update.set(second.reference, widget.with("V", reference));
        };
        let reserved = Update::new(&file).reserve_signature(dictionary, 32 * 1024, refer, identify).unwrap();
        let cms = honest(reserved.signed_parts(), &world.scene.second);
        reserved.fill(&cms).unwrap()
    };
    let free = world.with(&[("remarks", json!("catatan")), ("zz", json!({"deep": [1, "2"]}))]);
    vec![
        ("as it is today", world.of_data(&world.data)),
        ("keys that nobody has to understand", world.of_data(&free)),
        ("an empty list of critical keys", world.of_data(&world.with(&[("crit", json!([]))]))),
        ("a fact that nobody has to understand", world.of_claim(claim().set(-25, unsigned(7)))),
        ("a text that nobody has to understand", world.of_claim(claim().set(-300, text("catatan")))),
        ("a header that nobody has to understand", world.of_claim(claim().protect(99, text("catatan")))),
        ("more room for a signature", roomy),
    ]
}

fn codes(verdict: &Verdict, outcome: Outcome) -> Vec<&'static str> {
    verdict
        .all_findings()
        .filter(|finding| finding.outcome == outcome)
        .map(|finding| finding.code.as_str())
        .collect()
}

#[test]
fn an_honest_document_of_the_future_is_not_certain() {
    let world = World::new();
    let auditors = auditors(&world.scene);
    for (name, code, bytes) in honest_documents(&world) {
        world.keep("honest", name, &bytes);
        for (who, auditor) in &auditors {
            // The office has another file of this id on record.
            if *who == Who::Office {
                continue;
            }
            let verdict = verdict(auditor, &bytes);
            let (failed, open) = (codes(&verdict, Outcome::Fail), codes(&verdict, Outcome::NotChecked));
            assert_eq!(verdict.overall, Overall::Indeterminate, "{name} {who:?}: {failed:?} {open:?}");
            assert_eq!(failed, Vec::<&str>::new(), "{name} {who:?}");
            assert!(open.contains(&code), "{name} {who:?}: {open:?}");
            let answers = verdict.lines.all().map(|(_, line)| line.outcome);
            assert!(!answers.contains(&Answer::No), "{name}");
            // What can be known is known: who signed what, and that it was not changed since.
            let good = verdict.signatures.iter().filter(|s| s.chain == Outcome::Pass).count();
            assert!(good >= 2, "{name}: {good} of {} signatures", verdict.signatures.len());
        }
    }
}

#[test]
fn what_may_be_added_without_notice_changes_nothing() {
    let world = World::new();
    let [_, (_, outsider), _] = auditors(&world.scene);
    for (name, bytes) in understood_documents(&world) {
        world.keep("understood", name, &bytes);
        // Other data than the templates of this version give is not what the renderer would make.
        let auditor = pk::audit::Auditor { templates: None, ..outsider.with_registry(None) };
        let verdict = verdict(&auditor, &bytes);
        assert_eq!(codes(&verdict, Outcome::Fail), Vec::<&str>::new(), "{name}");
        assert_eq!(
            codes(&verdict, Outcome::NotChecked),
            ["trust.older-list", "status.not-asked", "time.claimed-only"],
            "{name}"
        );
    }
}

/// The same documents, changed by somebody: a byte of what was signed is another one.
#[test]
fn a_changed_document_of_the_future_is_false() {
    let world = World::new();
    let [_, (_, outsider), _] = auditors(&world.scene);
    for (name, _, bytes) in honest_documents(&world) {
        let at = bytes.windows(9).position(|window| window == b"/MediaBox").unwrap();
        let digit = (at..).find(|i| bytes[*i].is_ascii_digit() && bytes[*i] != b'0').unwrap();
        let mut changed = bytes;
        changed[digit] = if changed[digit] == b'9' { b'8' } else { b'9' };
        world.keep("changed", name, &changed);
        let verdict = verdict(&outsider, &changed);
        assert_eq!(verdict.overall, Overall::Failed, "{name}");
        assert_eq!(verdict.lines.integrity.outcome, Answer::No, "{name}");
    }
}

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

/// Validation data is an addition, and nothing beside it: what nobody names now could be named later.
#[test]
fn validation_data_brings_nothing_else_along() {
    let world = World::new();
    let auditors = auditors(&world.scene);
    let complete = &world.scene.complete;
    let (front, _) = page(complete, 0);
    let (_, own) = catalog(complete);
    let outline = own.get("Outlines").and_then(Object::as_reference).unwrap();
    for (name, bytes) in [
        ("an object that nothing leads to", with_store(complete, |draft| draft.add("<</Type/Page>>"))),
        ("a page that nothing leads to", {
            with_store(complete, |draft| draft.add(stream("", b"0 0 m 9 9 l S")).add("[null]"))
        }),
        ("another identifier", {
            let id = Object::Array(vec![Object::String(vec![1; 16]), Object::String(vec![2; 16])]);
            with_store(complete, |draft| draft.trailer("ID", id))
        }),
        ("room for a thousand objects", with_store(complete, |draft| draft.trailer("Size", 1_100))),
        ("another title", with_store_and_date(complete, "(PERJANJIAN KINERJA PALSU)")),
        ("another outline", with_store(complete, |draft| draft.alter(outline, &[("Count", "9")]))),
        ("a list that is a page", {
            let (root, _) = catalog(complete);
            let draft = Draft::update(complete);
            let store = draft.vacant();
            let keys = [("DSS", store.to_string())];
            draft
                .add(format!("<</Type/DSS/CRLs[{front}]>>"))
                .alter(front, &[("UserUnit", "2")])
                .alter(root, &keys.each_ref().map(|(key, value)| (*key, value.as_str())))
                .finish()
        }),
    ] {
        world.keep("beside", name, &bytes);
        for (who, auditor) in &auditors {
            let verdict = verdict(auditor, &bytes);
            assert_eq!(verdict.overall, Overall::Failed, "{name} {who:?}");
            assert!(codes(&verdict, Outcome::Fail).contains(&"changes.forbidden"), "{name} {who:?}");
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

/// A recorded file with additions is still the recorded file.
#[test]
fn additions_to_a_recorded_file_are_no_other_file() {
    let fixture = complete();
    let recorded = fixture.file("kominfo", Kind::Agreement);
    let stored = with_store(&recorded, |draft| draft);
    let another = with_store_and_date(&stored, "");
    let attributed = with_unsigned(&recorded);
    for (name, bytes) in [
        ("validation data", stored.clone()),
        ("validation data twice", another),
        ("validation data, made anew", with_store_renewed(&recorded)),
        ("an attribute that is not signed", attributed.clone()),
        ("that, and validation data", with_store(&attributed, |draft| draft)),
    ] {
        let found = verdict(&fixture.auditor(), &bytes);
        let failed = codes(&found, Outcome::Fail);
        assert_eq!(found.overall, Overall::Indeterminate, "{name}: {failed:?}");
        assert_eq!(failed, Vec::<&str>::new(), "{name}");
        assert_eq!(found.lines.status.code.as_str(), "status.complete", "{name}");
        assert!(!codes(&found, Outcome::Pass).contains(&"registry.same-file"), "{name}");
    }
    // Under the additions there has to be that file, and nothing else.
    let other = with_store(&with_unsigned(&fixture.revision("kominfo", Kind::Agreement, 1)), |draft| draft);
    let found = verdict(&fixture.auditor(), &other);
    assert_ne!(found.lines.status.outcome, Answer::Yes, "{:?}", codes(&found, Outcome::Pass));
    let mut changed = stored;
    let at = recorded.len() + 20;
    changed[at] ^= 1;
    assert_eq!(verdict(&fixture.auditor(), &changed).overall, Overall::Failed);
}

/// The file with an unsigned attribute in the CMS of its last signature, in the room that there is.
fn with_unsigned(file: &[u8]) -> Vec<u8> {
    let start = file.windows(11).rposition(|window| window == b"/Contents <").unwrap() + 11;
    let length = file[start..].iter().position(|byte| *byte == b'>').unwrap();
    let contents = data_encoding::HEXLOWER.decode(&file[start..start + length]).unwrap();
    let cms = &contents[..cms_length(&contents)];
    let longer = with_signer(cms, |info| {
        let list = vec![attribute(LOG_PROOF, &[octets(b"1")])];
        info.unsigned_attrs = Some(SetOfVec::try_from(list).unwrap());
    });
    let digits = format!("{:0<length$}", data_encoding::HEXLOWER.encode(&longer));
    [&file[..start], digits.as_bytes(), &file[start + length..]].concat()
}

/// Bytes of the one element at the beginning.
fn cms_length(contents: &[u8]) -> usize {
    let mut reader = der::SliceReader::new(contents).unwrap();
    der::Reader::tlv_bytes(&mut reader).unwrap().len()
}

/// What an issuer says in the validation data of a document counts as what it says elsewhere.
#[test]
fn bad_news_counts_from_within_a_document() {
    let fixture = Fixture::new();
    fixture.generate();
    fixture.sign_all();
    let outsider = fixture.outsider();
    let bytes = fixture.file("kominfo", Kind::Agreement);
    let before = pk_trust::Time::from_unix(now().unix() - 3600);
    let serial = fixture.office.certificate("kominfo").unwrap().serial();
    fixture.office.revoke_certificate(&serial, Reason::KeyCompromise, &passphrase(), before).unwrap();
    let lists = fixture.office.trust().unwrap().anchors.crls;
    let with_lists = |chosen: &[&pk_trust::pki::Crl]| {
        let (root, _) = catalog(&bytes);
        let mut draft = Draft::update(&bytes);
        let mut named = Vec::new();
        for list in chosen {
            named.push(draft.vacant().to_string());
            draft = draft.add(stream("", list.der()));
        }
        let store = draft.vacant();
        let draft = draft.add(format!("<</Type/DSS/CRLs[{}]>>", named.join(" ")));
        draft.alter(root, &[("DSS", &store.to_string())]).finish()
    };
    let bad: Vec<_> = lists.iter().filter(|list| list.revoked().next().is_some()).collect();
    assert_eq!(bad.len(), 1);
    let found = verdict(&outsider, &with_lists(&bad));
    assert!(codes(&found, Outcome::Fail).contains(&"signer.revoked"), "{:?}", codes(&found, Outcome::Fail));
    // Lists that say nothing of a signer change nothing.
    let good: Vec<_> = lists.iter().filter(|list| list.revoked().next().is_none()).collect();
    let found = verdict(&outsider, &with_lists(&good));
    assert_eq!(codes(&found, Outcome::Fail), Vec::<&str>::new());
}
