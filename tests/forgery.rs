//! What an attacker does to a signed file, and what must come of it: never a pass.

use pk_trust::claim::Kind;
use pk_trust::pades;
use pk_trust::pdf::{Dictionary, File, Object, Rewrite, Update};
use pk_trust::verify::{Answer, Overall};

use crate::fixture::{self, Fixture, complaints, now, verdict};

/// A small generator, so that a failure can be repeated (Steele, Lea, Flood: SplitMix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

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
    let mut random = Random(20_260_105);
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
    for at in contents.start + 1..contents.start + 2_800 {
        let mut changed = bytes.clone();
        changed[at] = if changed[at] == b'0' { b'1' } else { b'0' };
        let verdict = verdict(&auditor, &changed);
        assert_eq!(verdict.lines.integrity.outcome, Answer::No, "byte {at}: {:?}", complaints(&verdict));
    }
}

/// The three revisions of one document.
fn revisions(fixture: &Fixture, official: &str, kind: Kind) -> Vec<Vec<u8>> {
    (0..=fixture.entry(official, kind).revision).map(|r| fixture.revision(official, kind, r)).collect()
}

/// Asserts that no auditor lets a file pass, and that its integrity is denied with this code.
fn refused(fixture: &Fixture, bytes: &[u8], code: &str) {
    for auditor in [fixture.auditor(), fixture.outsider()] {
        let verdict = verdict(&auditor, bytes);
        assert_eq!(verdict.overall, Overall::Failed, "{:?}", complaints(&verdict));
        let codes = complaints(&verdict);
        assert!(codes.contains(&code), "{code} is not among {codes:?}");
    }
}

#[test]
fn signatures_cannot_be_moved_or_repeated() {
    let fixture = fixture::complete();
    let ours = revisions(fixture, "kominfo", Kind::Agreement);
    let other = revisions(fixture, "dinsos", Kind::Agreement);
    let first = &ours[1][ours[0].len()..];
    let second = &ours[2][ours[1].len()..];

    let cases = [
        ("the second signature without the first", [&ours[0], second].concat(), "document.malformed"),
        ("in the wrong order", [&ours[0], second, first].concat(), "document.malformed"),
        ("the same update twice", [&ours[2], second].concat(), "document.trailing-bytes"),
        (
            "the signature of another document",
            [&ours[1], &other[2][other[1].len()..]].concat(),
            "document.malformed",
        ),
        ("cut off in the middle", ours[2][..ours[2].len() - 100].to_vec(), "document.tail"),
        ("a byte after the end", [&ours[2], b"%".as_slice()].concat(), "document.tail"),
        ("an end of line more", [&ours[2], b"\n".as_slice()].concat(), "document.tail"),
        ("a byte before the beginning", [b"\n".as_slice(), &ours[2]].concat(), "document.header"),
    ];
    for (what, bytes, code) in cases {
        let codes = complaints(&verdict(&fixture.outsider(), &bytes));
        assert!(codes.contains(&code), "{what}: {codes:?}");
        refused(fixture, &bytes, code);
    }
}

#[test]
fn a_removed_signature_is_missed() {
    let fixture = fixture::complete();
    let ours = revisions(fixture, "kominfo", Kind::Agreement);
    for bytes in &ours[..2] {
        assert_eq!(verdict(&fixture.auditor(), bytes).overall, Overall::Indeterminate);
        assert_eq!(verdict(&fixture.outsider(), bytes).overall, Overall::Indeterminate);
    }
}

/// An update that changes one object by hand, well formed in every respect.
fn append(bytes: &[u8], number: u32, value: &Object) -> Vec<u8> {
    let file = File::parse(bytes).unwrap();
    let last = file.revisions().last().unwrap();
    let mut out = bytes.to_vec();
    let offset = out.len();
    out.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
    value.write(&mut out);
    out.extend_from_slice(b"\nendobj\n");
    let xref = out.len();
    let mut trailer = last.trailer.clone();
    trailer.set("Prev", i64::try_from(last.xref).unwrap());
    let size = trailer.get("Size").unwrap().as_integer().unwrap().max(i64::from(number) + 1);
    trailer.set("Size", size);
    out.extend_from_slice(format!("xref\n{number} 1\n{offset:010} 00000 n \ntrailer\n").as_bytes());
    trailer.write(&mut out);
    out.extend_from_slice(format!("\nstartxref\n{xref}\n%%EOF\n").as_bytes());
    out
}

#[test]
fn nothing_can_be_appended() {
    let fixture = fixture::complete();
    let bytes = fixture.file("kominfo", Kind::Agreement);
    let file = File::parse(&bytes).unwrap();
    let view = file.latest();
    let (root, catalog) = view.catalog().unwrap();
    let page = view.pages().unwrap()[0];
    let fields = pades::fields(view).unwrap();

    // An action that runs when the file is opened.
    let action =
        Dictionary::new().with("S", Object::name("JavaScript")).with("JS", Object::String(b"1".to_vec()));
    refused(
        fixture,
        &append(&bytes, root.number, &catalog.clone().with("OpenAction", action).into()),
        "changes.forbidden",
    );
    // The form is gone, and with it every signature.
    let mut bare = catalog;
    bare.remove("AcroForm");
    refused(fixture, &append(&bytes, root.number, &bare.into()), "changes.forbidden");
    // A page without its content.
    let mut empty = view.body(page).unwrap().value.as_dictionary().unwrap().clone();
    empty.remove("Contents");
    refused(fixture, &append(&bytes, page.number, &empty.into()), "changes.forbidden");
    // An annotation over the text.
    let note =
        Dictionary::new().with("Type", Object::name("Annot")).with("Subtype", Object::name("FreeText"));
    let size = u32::try_from(view.trailer().get("Size").unwrap().as_integer().unwrap()).unwrap();
    refused(fixture, &append(&bytes, size, &note.into()), "changes.forbidden");
    // The stamp of the other party.
    let stamp = fields[1].dictionary.get(pades::STAMP_KEY).unwrap().clone();
    let swapped = fields[0].dictionary.clone().with("AP", Dictionary::new().with("N", stamp));
    refused(fixture, &append(&bytes, fields[0].reference.number, &swapped.into()), "changes.forbidden");
    // One signature in two fields.
    let borrowed = fields[0].dictionary.clone().with("V", fields[1].dictionary.get("V").unwrap().clone());
    refused(fixture, &append(&bytes, fields[0].reference.number, &borrowed.into()), "changes.forbidden");
    // A signature taken away by freeing it is no `null`, but a forbidden change.
    let mut cleared = fields[0].dictionary.clone();
    cleared.remove("V");
    refused(fixture, &append(&bytes, fields[0].reference.number, &cleared.into()), "changes.forbidden");
}

/// The update of a signature with something more in it: the signature covers it, and it still is
/// no update that signing makes.
#[test]
fn a_signature_may_not_bring_anything_along() {
    let fixture = Fixture::new();
    fixture.generate();
    fixture.sign("kominfo");
    let bytes = fixture.file("kominfo", Kind::Agreement);
    let file = File::parse(&bytes).unwrap();
    let field = pades::fields(file.latest()).unwrap().into_iter().find(|f| f.name == "PihakKedua").unwrap();
    let page = file.latest().pages().unwrap()[1];
    let mut emptied = file.latest().body(page).unwrap().value.as_dictionary().unwrap().clone();
    emptied.remove("Contents");
    let signer = fixture.office.open_official("bupati", &fixture::passphrase(), now()).unwrap();
    let signature = Dictionary::new()
        .with("Type", Object::name("Sig"))
        .with("Filter", Object::name("Adobe.PPKLite"))
        .with("SubFilter", Object::name("ETSI.CAdES.detached"))
        .with("M", Object::String(now().pdf_date().into_bytes()));
    let reserved = Update::new(&file)
        .reserve_signature(signature, |update, reference| {
            let stamp = field.dictionary.get(pades::STAMP_KEY).unwrap().clone();
            let dictionary =
                field.dictionary.clone().with("AP", Dictionary::new().with("N", stamp)).with("V", reference);
            update.set(field.reference, dictionary);
            // The second page loses its content in the same breath.
            update.set(page, emptied.clone());
        })
        .unwrap();
    let cms = pk_trust::cms::sign(&pk_trust::cms::digest(&reserved.signed_parts()), &signer).unwrap();
    let forged = reserved.fill(&cms).unwrap();
    let verdict = verdict(&fixture.outsider(), &forged);
    assert_eq!(verdict.overall, Overall::Failed);
    assert!(complaints(&verdict).contains(&"changes.forbidden"), "{:?}", complaints(&verdict));
}

#[test]
fn another_official_cannot_sign_in_ones_place() {
    let fixture = Fixture::new();
    fixture.generate();
    let signer = fixture.office.open_official("dinsos", &fixture::passphrase(), now()).unwrap();
    let bytes = fixture.file("kominfo", Kind::Agreement);
    let forged = pades::sign(&bytes, "PihakPertama", &signer, now()).unwrap();
    let forged = pades::sign(&forged, "PihakKedua", &signer, now()).unwrap();
    let verdict = verdict(&fixture.outsider(), &forged);
    assert_eq!(verdict.overall, Overall::Failed);
    assert_eq!(verdict.lines.issuer.code, "role.other-person");
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
            number: None,
        };
        let address = pk_trust::claim::Address {
            host: fixture::HOST.to_owned(),
            id: pk_trust::claim::Id::from_random([9; 10]),
        };
        pk_trust::claim::sign(&claim, &address, signer).unwrap()
    };
    let mut auditor = fixture.outsider();
    auditor.seals = vec![fixture.office.certificate("kominfo").unwrap()];
    let answer = auditor.link("qr", &item_link(&person), now());
    assert_eq!(answer.overall(), Overall::Failed);
}

/// A whole document made anew by somebody with an authority of the same names.
#[test]
fn a_forged_authority_is_unknown() {
    let fixture = fixture::complete();
    let forger = Fixture::new();
    forger.generate();
    forger.sign_all();
    let forged = forger.file("kominfo", Kind::Agreement);
    let verdict = verdict(&fixture.outsider(), &forged);
    assert_ne!(verdict.overall, Overall::Passed);
    assert_ne!(verdict.lines.issuer.outcome, Answer::Yes);
    // The office itself has the id on record, with other content.
    let inside = crate::fixture::verdict(&fixture.auditor(), &forged);
    assert_eq!(inside.overall, Overall::Failed);
}

/// Revision 0 with other data attached, written anew and unsigned: the claim no longer fits.
#[test]
fn attached_data_cannot_be_exchanged() {
    let fixture = fixture::complete();
    let bytes = fixture.revision("kominfo", Kind::Agreement, 0);
    let file = File::parse(&bytes).unwrap();
    let data = pk_trust::verify::attachment(file.latest(), pk_trust::verify::DATA_NAME).unwrap().unwrap();
    let changed = String::from_utf8(data).unwrap().replace("\"target\":\"2,8\"", "\"target\":\"1,8\"");
    let mut rewrite = Rewrite::new(&file).unwrap();
    let stream =
        rewrite.add_stream(Dictionary::new().with("Type", Object::name("EmbeddedFile")), changed.as_bytes());
    let specification = Dictionary::new()
        .with("Type", Object::name("Filespec"))
        .with("F", Object::String(b"pk-data.json".to_vec()))
        .with("EF", Dictionary::new().with("F", stream));
    let specification = rewrite.add(specification);
    let root = rewrite.root().unwrap();
    let mut catalog = rewrite.dictionary(root).unwrap();
    let Some(Object::Dictionary(mut names)) = catalog.get("Names").cloned() else { panic!("names") };
    let Some(Object::Dictionary(mut files)) = names.get("EmbeddedFiles").cloned() else { panic!("files") };
    let Some(Object::Array(mut list)) = files.get("Names").cloned() else { panic!("list") };
    let at = list.iter().position(|o| o.as_string() == Some(b"pk-data.json")).unwrap();
    list[at + 1] = specification.into();
    files.set("Names", Object::Array(list));
    names.set("EmbeddedFiles", files);
    catalog.set("Names", names);
    rewrite.set(root, catalog);
    let forged = rewrite.finish();
    refused(fixture, &forged, "claim.other-content");
}

/// Revision 0 made anew with other pages and the stamps already shown: no key was needed, and the
/// seal over the data still holds. Only rendering again, or the issuer's record, tells.
#[test]
fn pages_cannot_be_painted_over() {
    let fixture = fixture::complete();
    let bytes = fixture.revision("kominfo", Kind::Agreement, 0);
    let file = File::parse(&bytes).unwrap();
    let mut rewrite = Rewrite::new(&file).unwrap();
    for field in pades::fields(file.latest()).unwrap() {
        let stamp = field.dictionary.get(pades::STAMP_KEY).unwrap().clone();
        let shown = field.dictionary.clone().with("AP", Dictionary::new().with("N", stamp));
        rewrite.set(field.reference, shown);
    }
    let forged = rewrite.finish();
    refused(fixture, &forged, "document.not-reproduced");
    // Signed by the right people it is no better.
    let sign = |bytes: &[u8], official: &str, field: &str| {
        let signer = fixture.office.open_official(official, &fixture::passphrase(), now()).unwrap();
        pades::sign(bytes, field, &signer, now()).unwrap()
    };
    let signed = sign(&sign(&forged, "kominfo", "PihakPertama"), "bupati", "PihakKedua");
    refused(fixture, &signed, "document.not-reproduced");
    // A verifier that cannot render says that it does not know.
    let mut auditor = fixture.outsider();
    auditor.templates = None;
    let verdict = verdict(&auditor, &signed);
    assert_eq!(verdict.lines.integrity.outcome, Answer::Unknown);
    assert_eq!(verdict.lines.integrity.code, "document.reproduction-not-possible");
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
    assert_eq!(elsewhere.lines.integrity.code, "document.reproduction-not-possible");
    let mut at_home = fixture.outsider();
    at_home.templates = Some(own);
    assert_eq!(verdict(&at_home, &revision.0).lines.integrity.outcome, Answer::Yes);
}

/// A file that only wants to keep the verifier busy.
#[test]
fn a_hundred_updates_are_not_examined() {
    let fixture = fixture::complete();
    let mut bytes = fixture.revision("kominfo", Kind::Agreement, 0);
    let number = pades::fields(File::parse(&bytes).unwrap().latest()).unwrap()[0].reference.number;
    let value = File::parse(&bytes).unwrap().latest().body(pk_trust::pdf::Ref::new(number)).unwrap().value;
    for _ in 0..100 {
        bytes = append(&bytes, number, &value);
    }
    refused(fixture, &bytes, "changes.forbidden");
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
