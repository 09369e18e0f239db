//! What later versions, and other programs, add to a file: validation data, attributes that are not signed.

use der::asn1::SetOfVec;
use pk_trust::claim::Kind;
use pk_trust::pdf::{File, Object};
use pk_trust::pki::Reason;
use pk_trust::verify::{Answer, Outcome, Overall};

use super::{LOG_PROOF, World, codes};
use crate::attacks::draft::{Draft, catalog, page, stream};
use crate::attacks::envelope::{attribute, octets, with_signer};
use crate::attacks::{auditors, verdict};
use crate::fixture::{Fixture, complete, now, passphrase};

/// An update with validation data after everybody has signed.
pub(super) fn with_store(file: &[u8], more: impl FnOnce(Draft<'_>) -> Draft<'_>) -> Vec<u8> {
    let (root, _) = catalog(file);
    let draft = Draft::update(file);
    let (list, store) = (draft.vacant(), draft.vacant().number + 1);
    let draft = draft.add(stream("", b"0\x03\x02\x01\x00")).add(format!("<</Type/DSS/CRLs[{list}]>>"));
    more(draft).alter(root, &[("DSS", &format!("{store} 0 R"))]).finish()
}

/// The same as other programs write it: they say when, and by which program, in the information dictionary and in the
/// metadata.
pub(super) fn with_store_and_date(file: &[u8], title: &str) -> Vec<u8> {
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
pub(super) fn with_store_renewed(file: &[u8]) -> Vec<u8> {
    let stored = with_store(file, |draft| draft);
    let (_, catalog) = catalog(&stored);
    let store = catalog.get("DSS").and_then(Object::as_reference).unwrap();
    let draft = Draft::update(&stored);
    let (known, list) = (store.number - 1, draft.vacant());
    let lists = format!("[{known} 0 R {list}]");
    draft.add(stream("", b"0\x03\x02\x01\x01")).alter(store, &[("CRLs", &lists)]).finish()
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
