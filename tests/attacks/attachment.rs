//! The attached data and claim: exchanged, doubled, moved, redirected.

use pk_trust::claim::{self, Address, Claim, Id, Kind, Signed};
use pk_trust::pdf::{Dictionary, File, Object, Ref};
use pk_trust::pki::Sign;
use pk_trust::verify::{self, CLAIM_NAME, Content, DATA_NAME};

use super::draft::{Draft, altered, catalog, stream, text};
use super::scene::{INSTITUTION, Scene, Victim, on_both, request};
use super::{Attack, Class, Denied};
use crate::fixture::{HOST, now};

/// The stream of an attached file.
pub(crate) fn file_of(bytes: &[u8], name: &str) -> Ref {
    let specification = specification(bytes, name).1;
    specification.get("EF").unwrap().as_dictionary().unwrap().get("F").unwrap().as_reference().unwrap()
}

/// The specification of an attached file.
fn specification(bytes: &[u8], name: &str) -> (Ref, Dictionary) {
    let list = names(bytes);
    let at = list.iter().position(|object| object.as_string() == Some(name.as_bytes())).unwrap();
    let reference = list[at + 1].as_reference().unwrap();
    let file = File::parse(bytes).unwrap();
    let body = file.latest().body(reference).unwrap();
    (reference, body.value.as_dictionary().unwrap().clone())
}

/// Names and specifications of the attached files.
fn names(bytes: &[u8]) -> Vec<Object> {
    let (_, dictionary) = catalog(bytes);
    let names = dictionary.get("Names").unwrap().as_dictionary().unwrap();
    let files = names.get("EmbeddedFiles").unwrap().as_dictionary().unwrap();
    files.get("Names").unwrap().as_array().unwrap().to_vec()
}

pub(crate) fn attached(bytes: &[u8], name: &str) -> String {
    let file = File::parse(bytes).unwrap();
    String::from_utf8(verify::attachment(file.at(0), name).unwrap().unwrap()).unwrap()
}

pub(crate) fn embedded(text: &str) -> Vec<u8> {
    stream("/Type/EmbeddedFile", text.as_bytes())
}

/// Revision 0 with other attachments, signed by both parties.
fn exchanged(scene: &Scene, files: &[(&str, &str)]) -> Vec<u8> {
    let mut draft = Draft::anew(&scene.rendered);
    for (name, text) in files {
        draft = draft.set(file_of(&scene.rendered, name), embedded(text));
    }
    scene.sign(&draft.finish())
}

/// Revision 0 with another name tree, signed by both parties.
fn renamed(scene: &Scene, names: &str) -> Vec<u8> {
    let (root, _) = catalog(&scene.rendered);
    scene.sign(&Draft::anew(&scene.rendered).alter(root, &[("Names", names)]).finish())
}

/// A claim that fits the data, with any seal.
fn claimed(data: &str, host: &str, seal: &dyn Sign) -> String {
    let content = Content::parse(data.as_bytes()).unwrap();
    let claim = Claim {
        day: now().day(),
        digest: content.digest,
        kind: content.kind,
        year: content.year,
        indicators: content.indicators,
        budget: content.budget,
        stage: content.stage,
        number: content.number,
    };
    claim::sign(&claim, &Address { host: host.to_owned(), id: content.id }, seal).unwrap()
}

pub(super) fn attacks(scene: &Scene) -> Vec<Attack> {
    [before_signing(scene), trees(scene), on_both(scene, after_signing)].into_iter().flatten().collect()
}

fn of(name: &str, code: &'static str, bytes: Vec<u8>) -> Attack {
    Attack::new(Class::Attachment, name, code, bytes)
}

/// Exchanged before the parties sign: their signatures are good, and say nothing about the issuer.
fn before_signing(scene: &Scene) -> Vec<Attack> {
    let data = attached(&scene.rendered, DATA_NAME);
    let claim = attached(&scene.rendered, CLAIM_NAME);
    let other_claim = attached(&scene.other, CLAIM_NAME);
    let changed = data.replacen("\"target\":\"2,8\"", "\"target\":\"1,8\"", 1);
    let elsewhere = data.replacen(HOST, "cek.palsu.example", 1);
    let (address, fragment) = claim.split_once('#').unwrap();
    let (_, other_fragment) = other_claim.split_once('#').unwrap();
    let content = Content::parse(data.as_bytes()).unwrap();
    let id = Id::from_random([0x55; 10]);
    assert!(content.kind == Kind::Agreement && id != content.id && Signed::parse(&claim).is_ok());
    let renumbered = data.replacen(&content.id.to_string(), &id.to_string(), 1);
    let moved = claim.replacen(&content.id.to_string(), &id.to_string(), 1);
    // Seals of nobody, of an official, and of another institution.
    let impostor = {
        let subject = pk_trust::pki::Subject {
            name: format!("Segel Elektronik {INSTITUTION}"),
            organization: INSTITUTION.to_owned(),
            ..Default::default()
        };
        let purpose = pk_trust::pki::Purpose::Seal;
        scene.impostor.issue(&pk_trust::pki::issue::Request { purpose, ..request(subject, 0x41) }, 0x41)
    };
    let sealed = |seal: &dyn Sign| claimed(&changed, HOST, seal);
    vec![
        of("data-exchanged", "claim.other-content", exchanged(scene, &[(DATA_NAME, &changed)])),
        of("data-of-another-document", "claim.other-document", {
            exchanged(scene, &[(DATA_NAME, &attached(&scene.other, DATA_NAME))])
        }),
        of(
            "data-not-canonical",
            "data.not-canonical",
            exchanged(scene, &[(DATA_NAME, &format!("{data}\n"))]),
        ),
        of("data-with-a-key-twice", "data.not-canonical", {
            exchanged(scene, &[(DATA_NAME, &data.replacen('{', "{\"year\":2026,", 1))])
        }),
        of("data-of-another-format", "claim.other-content", {
            exchanged(scene, &[(DATA_NAME, &data.replacen("pk-data/1", "pk-data/9", 1))])
        }),
        of("claim-exchanged", "claim.other-document", exchanged(scene, &[(CLAIM_NAME, &other_claim)])),
        of("claim-damaged", "claim.malformed", exchanged(scene, &[(CLAIM_NAME, &claim[..claim.len() - 9])])),
        of("claim-of-another-host", "claim.other-document", {
            exchanged(scene, &[(CLAIM_NAME, &claim.replacen(HOST, "cek.palsu.example", 1))])
        }),
        of("claim-and-data-of-another-host", "claim.signature", {
            let claim = claim.replacen(HOST, "cek.palsu.example", 1);
            exchanged(scene, &[(CLAIM_NAME, &claim), (DATA_NAME, &elsewhere)])
        })
        .denied(Denied::Issuer),
        of("claim-moved-to-another-id", "claim.signature", {
            exchanged(scene, &[(CLAIM_NAME, &format!("{address}#{other_fragment}"))])
        })
        .denied(Denied::Issuer),
        of("claim-and-data-of-another-id", "claim.signature", {
            exchanged(scene, &[(CLAIM_NAME, &moved), (DATA_NAME, &renumbered)])
        })
        .denied(Denied::Issuer),
        of("claim-without-its-fragment", "claim.malformed", exchanged(scene, &[(CLAIM_NAME, address)])),
        of("claim-twice-in-its-file", "claim.malformed", {
            exchanged(scene, &[(CLAIM_NAME, &format!("{claim}#{fragment}"))])
        }),
        of("sealed-by-an-unknown-seal", "claim.unknown-seal", {
            exchanged(scene, &[(DATA_NAME, &changed), (CLAIM_NAME, &sealed(&impostor))])
        })
        .denied(Denied::Unvouched),
        of("sealed-by-an-official", "claim.unknown-seal", {
            exchanged(scene, &[(DATA_NAME, &changed), (CLAIM_NAME, &sealed(&scene.first))])
        })
        .denied(Denied::Unvouched),
        of("sealed-by-another-institution", "seal.other-institution", {
            exchanged(scene, &[(DATA_NAME, &changed), (CLAIM_NAME, &sealed(&scene.neighbour_seal()))])
        })
        .denied(Denied::Issuer),
    ]
}

/// The name tree, changed before the parties sign.
fn trees(scene: &Scene) -> Vec<Attack> {
    let reference = |name| specification(&scene.rendered, name).0;
    let (data, claim) = (reference(DATA_NAME), reference(CLAIM_NAME));
    let two_faces = {
        let (reference, dictionary) = specification(&scene.rendered, DATA_NAME);
        let draft = Draft::anew(&scene.rendered);
        let other = draft.vacant();
        let files = format!("<</F {}/UF {other}>>", file_of(&scene.rendered, DATA_NAME));
        let bytes =
            draft.add(embedded("{}")).set(reference, altered(&dictionary, &[("EF", &files)])).finish();
        scene.sign(&bytes)
    };
    let files = |list: &str| renamed(scene, &format!("<</EmbeddedFiles<</Names[{list}]>>>>"));
    let both = format!("(pk-claim.txt) {claim} (pk-data.json) {data}");
    let foreign = |name, bytes| of(name, "document.no-seal", bytes).denied(Denied::Foreign);
    vec![
        of("data-attached-twice", "document.malformed", files(&format!("{both} (pk-data.json) {claim}"))),
        of("claim-attached-twice", "document.malformed", files(&format!("{both} (pk-claim.txt) {claim}"))),
        of("claim-missing", "claim.missing", files(&format!("(pk-data.json) {data}"))),
        of("names-exchanged", "data.malformed", {
            files(&format!("(pk-claim.txt) {data} (pk-data.json) {claim}"))
        }),
        of("names-without-values", "document.malformed", files("(pk-claim.txt)")),
        foreign("data-missing", files(&format!("(pk-claim.txt) {claim}"))),
        foreign("data-in-another-tree", renamed(scene, &format!("<</Dests<</Names[{both}]>>>>"))),
        foreign("data-deeper-in-the-tree", {
            renamed(scene, &format!("<</EmbeddedFiles<</Kids[<</Names[{both}]>>]>>>>"))
        }),
        Attack::painted(Class::Attachment, "data-with-two-faces", two_faces),
    ]
}

/// Updates after the signatures.
fn after_signing(victim: &Victim<'_>) -> Vec<Attack> {
    let bytes = victim.bytes;
    let (root, dictionary) = catalog(bytes);
    let update = || Draft::update(bytes);
    let over = |name| update().set(file_of(bytes, name), embedded("{}")).finish();
    let (specification, specified) = specification(bytes, DATA_NAME);
    let redirected = {
        let draft = update();
        let other = draft.vacant();
        let files = format!("<</F {other}/UF {other}>>");
        draft.add(embedded("{}")).set(specification, altered(&specified, &[("EF", &files)])).finish()
    };
    let tree = {
        let draft = update();
        let names = draft.vacant();
        draft.add(text(&Dictionary::new())).alter(root, &[("Names", &names.to_string())]).finish()
    };
    assert!(dictionary.get("AF").is_some());
    let forbidden = |name, bytes| of(name, "changes.forbidden", bytes);
    vec![
        forbidden("data-overwritten", over(DATA_NAME)),
        forbidden("claim-overwritten", over(CLAIM_NAME)),
        forbidden("data-redirected", redirected),
        forbidden("names-redirected", tree),
        forbidden("names-removed", update().alter(root, &[("Names", "")]).finish()),
        forbidden("associated-files-removed", update().alter(root, &[("AF", "")]).finish()),
    ]
}
