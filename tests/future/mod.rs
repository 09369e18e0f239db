//! Documents as a later version would make them, and what somebody makes who only says so.
//!
//! Whoever has this program in ten years gets documents of programs that know more. An honest one is never called
//! false for that, and never good in what nobody here can judge; and saying "newer" helps nobody whose document is
//! false.

mod additions;
mod claim;
mod forged;
mod seal;

use std::path::Path;

use der::asn1::{ObjectIdentifier, SetOfVec};
use pk_trust::claim::Kind;
use pk_trust::pades::{self, SEAL_FIELD};
use pk_trust::pdf::{Dictionary, File, Object, Update, identify};
use pk_trust::pki::Sign;
use pk_trust::verify::{Answer, CLAIM_NAME, Content, DATA_NAME, Outcome, Overall, Verdict};
use serde_json::{Value, json};
use x509_cert::spki::AlgorithmIdentifierOwned;

use self::additions::{with_store, with_store_and_date, with_store_renewed};
use self::claim::{ClaimDraft, head, negative, text, unsigned};
use crate::attacks::attachment::{attached, embedded, file_of};
use crate::attacks::draft::{Draft, field, signed};
use crate::attacks::envelope::{attribute, octets, with_attributes, with_signer};
use crate::attacks::scene::{SECOND, Scene, honest};
use crate::attacks::{Who, auditors, verdict};
use crate::fixture::{HOST, now, passphrase};

/// An algorithm that nobody here knows: ML-DSA-44 (FIPS 204).
const ML_DSA_44: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.3.17");
/// `id-aa-ets-sigPolicyId` (RFC 5126): a signed attribute that this version does not write.
const SIGNATURE_POLICY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.15");
/// A private number, for the proof of a log.
const LOG_PROOF: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.99999.7.1");

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
