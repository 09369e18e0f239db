//! Forgeries that need no table: single bytes, missing signatures, misused keys, moved claims. The
//! attacks that need one are in `attacks/`.

use pk_trust::claim::Kind;
use pk_trust::pades;
use pk_trust::pdf::File;
use pk_trust::verify::{Answer, Overall};

use crate::fixture::{self, Fixture, Seeded, complaints, now, verdict};

impl Seeded {
    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(limit).unwrap()).unwrap()
    }
}

#[test]
fn no_single_byte_can_change() {
    let fixture = fixture::complete();
    let auditors = [fixture.auditor(), fixture.outsider()];
    // Rendering again takes the longest by far, so the outsider looks at every fourth file.
    let files: Vec<Vec<u8>> = [
        ("kominfo", Kind::Agreement),
        ("kominfo", Kind::Pledge),
        ("dinsos", Kind::Agreement),
        ("bupati", Kind::Agreement),
    ]
    .map(|(official, kind)| fixture.file(official, kind))
    .to_vec();
    let mut random = Seeded::new(20_260_105);
    for round in 0..2_000 {
        let mut bytes = files[round % files.len()].clone();
        let at = random.below(bytes.len());
        let change = u8::try_from(random.below(255) + 1).unwrap();
        bytes[at] ^= change;
        for auditor in auditors.iter().take(if round % 4 == 0 { 2 } else { 1 }) {
            let verdict = verdict(auditor, &bytes);
            assert_ne!(verdict.overall, Overall::Passed, "byte {at} xor {change:#04x}");
            assert_ne!(
                verdict.lines.integrity.outcome,
                Answer::Yes,
                "byte {at} xor {change:#04x}: {:?}",
                complaints(&verdict)
            );
        }
    }
}

/// The room of the last signature byte by byte: certificates that travel along are not signed, and
/// still none of their bytes may change.
#[test]
fn no_byte_of_a_signature_can_change() {
    let fixture = fixture::complete();
    let bytes = fixture.file("dinsos", Kind::Pledge);
    let file = File::parse(&bytes).unwrap();
    let field = pades::fields(file.latest()).unwrap().into_iter().find(|f| f.name == "Saksi").unwrap();
    let signature = file.latest().body(field.value().unwrap()).unwrap().value;
    let contents = signature.as_dictionary().unwrap().span("Contents").unwrap();
    // Without templates: nothing but the signature itself may decide.
    let mut auditor = fixture.outsider();
    auditor.templates = None;
    let before = verdict(&auditor, &bytes);
    assert!(!complaints(&before).iter().any(|code| code.starts_with("cms.")));
    let mut newer = 0;
    for at in contents.start + 1..contents.start + 2_800 {
        let mut changed = bytes.clone();
        changed[at] = if changed[at] == b'0' { b'1' } else { b'0' };
        let verdict = verdict(&auditor, &changed);
        match verdict.lines.integrity.outcome {
            Answer::No => {}
            // Another version or algorithm, as a later program may write it: not certain, and never good.
            Answer::Unknown if complaints(&verdict).contains(&"signature.newer") => newer += 1,
            _ => panic!("byte {at}: {:?}", complaints(&verdict)),
        }
    }
    assert!(newer <= 20, "{newer} digits of versions and identifiers");
}

#[test]
fn a_removed_signature_is_missed() {
    let fixture = fixture::complete();
    for revision in 0..2 {
        let bytes = fixture.revision("kominfo", Kind::Agreement, revision);
        assert_eq!(verdict(&fixture.auditor(), &bytes).overall, Overall::Indeterminate);
        assert_eq!(verdict(&fixture.outsider(), &bytes).overall, Overall::Indeterminate);
    }
}

#[test]
fn a_person_cannot_seal_and_a_seal_cannot_sign() {
    let fixture = fixture::complete();
    let bytes = fixture.revision("kominfo", Kind::Agreement, 0);
    let seal = fixture.office.open_seal(&fixture::passphrase(), now()).unwrap();
    assert!(matches!(pades::sign(&bytes, "PihakPertama", &seal, now()), Err(pades::Error::Purpose)));
    // Even where a verifier is told that a person's certificate is a seal.
    let person = fixture.office.open_official("kominfo", &fixture::passphrase(), now()).unwrap();
    let item_link = |signer: &dyn pk_trust::pki::Sign| {
        let claim = pk_trust::claim::Claim {
            day: now().day(),
            digest: [7; 32],
            kind: Kind::Agreement,
            year: 2026,
            indicators: 1,
            budget: 1,
            stage: 0,
            number: None,
        };
        let address = pk_trust::claim::Address {
            host: fixture::HOST.to_owned(),
            id: pk_trust::claim::Id::from_random([9; 10]),
        };
        pk_trust::claim::sign(&claim, &address, signer).unwrap()
    };
    let mut auditor = fixture.outsider();
    auditor.trust.seals = vec![fixture.office.certificate("kominfo").unwrap()];
    let answer = auditor.link("qr", &item_link(&person), now());
    assert_eq!(answer.overall(), Overall::Failed);
}

/// An office with its own emblem: elsewhere its pages cannot be rendered again, which is said, and is
/// no accusation.
#[test]
fn own_templates_cannot_be_reproduced_elsewhere() {
    let folder = tempfile::TempDir::new().unwrap();
    std::fs::create_dir(folder.path().join("shared")).unwrap();
    let emblem = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'><path d='M0 0h9v9h-9z'/></svg>";
    std::fs::write(folder.path().join("shared/emblem.svg"), emblem).unwrap();
    std::fs::write(folder.path().join("catatan.txt"), "no template").unwrap();
    let own = pk::render::Templates::with_folder(folder.path()).unwrap();
    assert!(own.overrides().is_some() && pk::render::Templates::built_in().overrides().is_none());
    let defaults = pk::model::Defaults {
        versions: pk::render::Templates::versions(),
        overrides: own.overrides(),
        ..pk::model::Defaults::default()
    };
    let path = folder.path().join("data.yaml");
    std::fs::write(&path, fixture::DATA).unwrap();
    let draft = pk::input::read(&path).output.unwrap();
    let wording = |profile: &str| own.wording(profile)?.ok();
    let cycle = pk::model::Cycle::from_draft(&draft, &defaults, wording).output.unwrap();
    let fixture = fixture::complete();
    let seal = fixture.office.open_seal(&fixture::passphrase(), now()).unwrap();
    let plan = pk::batch::Plan::with(cycle.documents, &fixture::reservations(5), fixture::HOST);
    let item = &plan.items[1];
    let link = pk::batch::link_for(item, fixture::HOST, &seal).unwrap();
    let renderer = pk::render::Renderer::new(own.clone());
    let revision = crate::determinism::on_big_stack(|| renderer.render(&item.data.bytes, &link).unwrap());

    let elsewhere = verdict(&fixture.outsider(), &revision.0);
    assert_eq!(elsewhere.overall, Overall::Indeterminate);
    assert_eq!(elsewhere.lines.integrity.code.as_str(), "document.not-certified");
    let mut at_home = fixture.outsider();
    at_home.templates = Some(own);
    assert_eq!(verdict(&at_home, &revision.0).lines.integrity.outcome, Answer::Yes);
}

/// Data that no seal vouches for is not rendered: it could be made to take hours.
#[test]
fn unsealed_data_is_not_rendered() {
    let fixture = fixture::complete();
    let stranger = Fixture::new();
    stranger.generate();
    let verdict = verdict(&fixture.outsider(), &stranger.revision("kominfo", Kind::Agreement, 0));
    assert_eq!(verdict.document.unwrap().reproduced, pk_trust::verify::Outcome::NotChecked);
    assert_eq!(verdict.lines.integrity.outcome, Answer::Unknown);
}

#[test]
fn a_claim_cannot_be_moved() {
    let fixture = fixture::complete();
    let links: Vec<String> = ["kominfo", "dinsos"]
        .map(|official| {
            let bytes = fixture.file(official, Kind::Agreement);
            let file = File::parse(&bytes).unwrap();
            let claim =
                pk_trust::verify::attachment(file.at(0), pk_trust::verify::CLAIM_NAME).unwrap().unwrap();
            String::from_utf8(claim).unwrap()
        })
        .to_vec();
    let auditor = fixture.outsider();
    let passes = |text: &str| auditor.link("qr", text, now());
    assert_eq!(passes(&links[0]).overall(), Overall::Indeterminate, "signatures are not in it");
    let (address, fragment) = links[0].split_once('#').unwrap();
    let (other_address, _) = links[1].split_once('#').unwrap();
    for (text, what) in [
        (format!("{other_address}#{fragment}"), "another document"),
        (links[0].replace(fixture::HOST, "cek.palsu.example"), "another host"),
        (format!("{address}#{}", flip(fragment, 40)), "another content"),
        (format!("{address}#{}", flip(fragment, fragment.len() - 10)), "another signature"),
    ] {
        assert_eq!(passes(&text).overall(), Overall::Failed, "{what}");
    }
    for (text, what) in [
        (address.to_owned(), "no claim"),
        (links[0].replace("https://", "http://"), "no https"),
        (links[0].replace("/V/", "/v/"), "another path"),
        (links[0].to_lowercase(), "another case"),
    ] {
        assert_ne!(passes(&text).overall(), Overall::Passed, "{what}");
    }
}

fn flip(text: &str, at: usize) -> String {
    let mut bytes = text.as_bytes().to_vec();
    bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
    String::from_utf8(bytes).unwrap()
}
