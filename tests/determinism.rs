//! The same data gives the same bytes; other data gives another digest.

use pk::batch::{Plan, link_for};
use pk_trust::pdf::File;
use pk_trust::verify::{CLAIM_NAME, Overall, attachment};
use sha2::{Digest as _, Sha256};

use crate::fixture::{self, Fixture, HOST, now, passphrase, renderer, verdict};

#[test]
fn rendering_again_gives_the_same_bytes() {
    let fixture = fixture::complete();
    let documents = fixture.cycle.documents.clone();
    let plan = Plan::with(documents, &fixture::reservations(5), HOST);
    let seal = fixture.office.open_seal(&passphrase(), now()).unwrap();
    for item in &plan.items {
        let link = link_for(item, HOST, &seal).unwrap();
        let again = on_big_stack(|| renderer().render(&item.data.bytes, &link).unwrap());
        let id = item.reservation.id.to_string();
        let issued = std::fs::read(fixture.office.document_file(&id, 0)).unwrap();
        assert!(issued.starts_with(&again.0), "{id} differs");
    }
}

/// What the templates of version 1 make of the fixture, as it was first released. Whoever changes what
/// comes out — a template, a font, Typst itself — raises the version of the template
/// (`VERSIONS` in `render/templates.rs`), or every document issued before would no longer be
/// reproduced and so be called forged.
#[test]
fn the_output_is_what_it_was() {
    let plan = Plan::with(fixture::cycle(fixture::DATA).documents, &fixture::reservations(5), HOST);
    let claim = include_str!("../crates/trust/tests/vectors/claim-1-agreement.txt").trim_end();
    let hashes: Vec<String> = plan
        .items
        .iter()
        .take(3)
        .map(|item| {
            let revision = on_big_stack(|| renderer().render(&item.data.bytes, claim).unwrap());
            data_encoding::HEXLOWER.encode(&Sha256::digest(&revision.0))
        })
        .collect();
    assert_eq!(
        hashes,
        [
            "fc22d7aec89bfd5f41875df03b941e023ea4d16f5d8a59e1e5bfbd74e0b8e0f2",
            "25bd47df166137e76783c3c1a55478b4854cca414b0aa1fa32a25986492b4cc4",
            "3843c2362b6583074c93cc523ae9ea6e678134d5b262b19ef7306a1f2d9a3f56",
        ]
    );
}

#[test]
fn two_offices_with_the_same_ids_print_the_same_pages() {
    // Keys differ, so the claims differ; the data and its digest do not.
    let one = fixture::complete();
    let other = Fixture::new();
    other.generate();
    for entry in pk::registry::Registry::all(&one.registry()).unwrap() {
        let twin = pk::registry::Registry::find(&other.registry(), &entry.reservation.id).unwrap().unwrap();
        assert_eq!(entry.digest, twin.digest);
    }
}

#[test]
fn a_changed_target_gives_another_digest_and_the_old_code_no_longer_fits() {
    let fixture = fixture::complete();
    let changed = fixture::cycle(&fixture::DATA.replace("\"2,8\"", "\"2,9\""));
    let position = |cycle: &pk::model::Cycle| {
        cycle.documents.iter().position(|d| d.owner().id == "kominfo" && d.indicators() > 0).unwrap()
    };
    let index = position(&fixture.cycle);
    let reservations = fixture::reservations(5);
    let old = Plan::with(fixture.cycle.documents.clone(), &reservations, HOST).items[index].clone();
    let new = Plan::with(changed.documents, &reservations, HOST).items[index].clone();
    assert_ne!(old.data.digest, new.data.digest);
    // The new file under the old code.
    let seal = fixture.office.open_seal(&passphrase(), now()).unwrap();
    let old_link = link_for(&old, HOST, &seal).unwrap();
    let forged = on_big_stack(|| renderer().render(&new.data.bytes, &old_link).unwrap()).0;
    let verdict = verdict(&fixture.outsider(), &forged);
    assert_eq!(verdict.overall, Overall::Failed);
    assert_eq!(verdict.lines.integrity.code.as_str(), "claim.other-content");
}

#[test]
fn the_data_holds_what_is_printed_and_no_moment() {
    let fixture = fixture::complete();
    let bytes = fixture.file("kominfo", pk_trust::claim::Kind::Agreement);
    let file = File::parse(&bytes).unwrap();
    let data = attachment(file.at(0), pk_trust::verify::DATA_NAME).unwrap().unwrap();
    let text = String::from_utf8(data.clone()).unwrap();
    for printed in [
        "\"target\":\"2,8\"",
        "19700101 199501 1 001",
        "Contoh Satu, S.T., M.Si.",
        "\"total\":1589645600",
        "Dalam rangka mewujudkan manajemen pemerintahan",
        "\"date\":\"2026-01-05\"",
        "\"place\":\"Contoh Raya\"",
    ] {
        assert!(text.contains(printed), "{printed} is not in the data");
    }
    assert!(!text.contains("01:00:00"), "the data knows when it was made");
    let value: serde_json::Value = serde_json::from_slice(&data).unwrap();
    assert_eq!(serde_json_canonicalizer::to_vec(&value).unwrap(), data, "RFC 8785");
    let claim = attachment(file.at(0), CLAIM_NAME).unwrap().unwrap();
    assert!(claim.starts_with(b"https://cek.contoh.example/V/"));
}

/// Runs on a thread with the stack that Typst needs.
pub(crate) fn on_big_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        std::thread::Builder::new()
            .stack_size(pk::render::STACK)
            .spawn_scoped(scope, work)
            .unwrap()
            .join()
            .unwrap()
    })
}
