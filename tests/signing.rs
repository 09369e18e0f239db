//! The way of a document: issued, half signed, complete; and what refuses to sign.

use pk::batch;
use pk::office::{AuthorityError, Protection};
use pk::registry::{Registry as _, Status};
use pk_trust::claim::Kind;
use pk_trust::pki::{PathError, Reason, Subject};
use pk_trust::verify::{Answer, Outcome, Overall};
use sha2::{Digest as _, Sha256};

use crate::fixture::{self, Fixture, complaints, now, passphrase, verdict};

#[test]
fn a_complete_document_passes() {
    let fixture = fixture::complete();
    for (official, kind) in [
        ("kominfo", Kind::Agreement),
        ("kominfo", Kind::Pledge),
        ("dinsos", Kind::Agreement),
        ("bupati", Kind::Agreement),
    ] {
        let verdict = verdict(&fixture.auditor(), &fixture.file(official, kind));
        assert_eq!(verdict.overall, Overall::Passed, "{official} {kind}: {:?}", complaints(&verdict));
        assert_eq!(complaints(&verdict), ["time.claimed-only"]);
        assert_eq!(verdict.lines.time.outcome, Answer::Unknown, "nobody outside has seen it");
    }
}

#[test]
fn the_second_party_waits_for_the_first() {
    let fixture = Fixture::new();
    fixture.generate();
    let waiting = |official: &str| batch::pending_for(official, &fixture.registry()).unwrap().len();
    assert_eq!(waiting("bupati"), 1, "only the own agreement");
    assert_eq!(waiting("kominfo"), 2);
    assert_eq!(fixture.sign("kominfo"), batch::SignSummary { signed: 2, completed: 0, stopped: false });
    assert_eq!(waiting("kominfo"), 0);
    assert_eq!(waiting("bupati"), 3);
    assert_eq!(fixture.entry("kominfo", Kind::Agreement).status, Status::PartlySigned);
    assert_eq!(fixture.sign("bupati"), batch::SignSummary { signed: 3, completed: 3, stopped: false });
    assert_eq!(fixture.entry("kominfo", Kind::Agreement).status, Status::Complete);
    let events: Vec<String> = fixture.registry().history().unwrap().into_iter().map(|e| e.what).collect();
    assert_eq!(events.iter().filter(|e| *e == "issued").count(), 5);
    assert_eq!(events.iter().filter(|e| *e == "signed").count(), 5);
    assert_eq!(events.iter().filter(|e| *e == "completed").count(), 3);
}

#[test]
fn unsigned_and_half_signed_documents_are_not_certain() {
    let fixture = fixture::complete();
    for (revision, code) in [(0, "status.older-copy"), (1, "status.older-copy")] {
        let bytes = fixture.revision("kominfo", Kind::Agreement, revision);
        let inside = verdict(&fixture.auditor(), &bytes);
        assert_eq!(inside.overall, Overall::Indeterminate);
        assert_eq!(inside.lines.status.code.as_str(), code);
        let outside = verdict(&fixture.outsider(), &bytes);
        assert_eq!(outside.overall, Overall::Indeterminate);
        assert_eq!(outside.lines.status.code.as_str(), "status.waiting");
    }
}

#[test]
fn without_a_registry_the_status_is_open() {
    let fixture = fixture::complete();
    let verdict = verdict(&fixture.outsider(), &fixture.file("kominfo", Kind::Agreement));
    assert_eq!(verdict.overall, Overall::Indeterminate);
    assert_eq!(verdict.document.unwrap().reproduced, Outcome::Pass, "rendered again, the same bytes");
    assert_eq!(verdict.lines.integrity.outcome, Answer::Yes);
    assert_eq!(verdict.lines.issuer.outcome, Answer::Yes);
    assert_eq!(verdict.lines.status.code.as_str(), "status.not-asked");
}

#[test]
fn without_anchors_nobody_is_known() {
    let fixture = fixture::complete();
    let verdict = verdict(&pk::audit::Auditor::default(), &fixture.file("kominfo", Kind::Agreement));
    assert_eq!(verdict.overall, Overall::Indeterminate);
    assert_eq!(verdict.lines.issuer.outcome, Answer::Unknown);
    assert_eq!(verdict.signatures[0].chain, Outcome::NotChecked);
    assert_eq!(verdict.signatures[0].integrity, Outcome::Pass);
}

#[test]
fn without_revocation_lists_revocation_is_open() {
    let fixture = fixture::complete();
    let mut auditor = fixture.auditor();
    auditor.trust.anchors.crls.clear();
    let verdict = verdict(&auditor, &fixture.file("kominfo", Kind::Agreement));
    assert_eq!(verdict.overall, Overall::Indeterminate);
    assert_eq!(verdict.signatures[0].revocation, Outcome::NotChecked);
    assert!(complaints(&verdict).contains(&"signer.revocation-unknown"));
}

#[test]
fn a_second_run_makes_nothing_and_a_changed_target_is_refused() {
    let fixture = Fixture::new();
    assert_eq!(fixture.generate().issued, 5);
    let again = fixture.generate();
    assert_eq!((again.issued, again.unchanged), (0, 5));
    let changed = fixture::cycle(&fixture::DATA.replace("\"2,8\"", "\"2,9\""));
    assert!(
        matches!(fixture.try_generate(&changed), Err(batch::GenerateError::Changed(list)) if list.len() == 1)
    );
    // Replaced when asked for: a new id, and the old document is superseded by it.
    let fresh: Vec<_> = (11..=15)
        .map(|byte| pk::registry::Reservation {
            id: pk_trust::claim::Id::from_random([byte; 10]),
            salt: [byte; 16],
            day: now().day(),
        })
        .collect();
    let old = fixture.entry("kominfo", Kind::Agreement);
    let replaced = fixture.generate_with(&changed, batch::Changed::Replace, &fresh).unwrap();
    assert_eq!((replaced.issued, replaced.replaced, replaced.unchanged), (1, 1, 4));
    let superseded = fixture.registry().find(&old.reservation.id).unwrap().unwrap();
    assert_eq!(superseded.status, Status::Superseded);
    // Going on with the new data makes nothing more; what is complete is never replaced.
    assert_eq!(fixture.try_generate(&changed).unwrap().unchanged, 5);
    fixture.sign_all();
    for policy in [batch::Changed::Refuse, batch::Changed::Replace] {
        let refused = fixture.generate_with(&fixture.cycle, policy, &fresh);
        assert!(matches!(refused, Err(batch::GenerateError::Complete(list)) if list.len() == 1));
    }
    assert_eq!(fixture.try_generate(&changed).unwrap().unchanged, 5, "a refusal changes nothing");
}

/// Two people sign the same document at once: the second has to notice, and the first one's file
/// stays what was recorded.
#[test]
fn a_document_signed_meanwhile_is_left_alone() {
    let fixture = Fixture::new();
    fixture.generate();
    let registry = fixture.registry();
    let stale = batch::pending_for("kominfo", &registry).unwrap();
    fixture.sign("kominfo");
    let signer = fixture.office.open_official("kominfo", &passphrase(), now()).unwrap();
    let result = fixture.try_sign(&stale, &signer, now().plus_days(1));
    assert!(matches!(result, Err(batch::SignError::Registry(pk::registry::Error::Conflict { .. }))));
    fixture.sign_all();
    let verdict = verdict(&fixture.auditor(), &fixture.file("kominfo", Kind::Agreement));
    assert_eq!(verdict.overall, Overall::Passed);
}

#[test]
fn an_orphan_of_a_stopped_run_is_overwritten() {
    let fixture = Fixture::new();
    fixture.generate();
    // The file of the next revision was written, and then the power went.
    let entry = fixture.entry("kominfo", Kind::Agreement);
    let orphan = fixture.office.document_file(&entry.reservation.id.to_string(), 1);
    std::fs::write(&orphan, b"half a file").unwrap();
    fixture.sign_all();
    let verdict = verdict(&fixture.auditor(), &fixture.file("kominfo", Kind::Agreement));
    assert_eq!(verdict.overall, Overall::Passed);
}

/// The register is an older copy, or a run was stopped: what was signed is recorded, not signed a second time.
#[test]
fn a_signature_that_lies_there_is_recorded() {
    let fixture = Fixture::new();
    fixture.generate();
    let before = std::fs::read(fixture.office.registry()).unwrap();
    fixture.sign("kominfo");
    let signed = fixture.file("kominfo", Kind::Agreement);
    let path = fixture
        .office
        .document_file(&fixture.entry("kominfo", Kind::Agreement).reservation.id.to_string(), 1);
    let again = |there: Option<&[u8]>, at| {
        std::fs::write(fixture.office.registry(), &before).unwrap();
        match there {
            Some(bytes) => std::fs::write(&path, bytes).unwrap(),
            None => std::fs::remove_file(&path).unwrap(),
        }
        let signer = fixture.office.open_official("kominfo", &passphrase(), at).unwrap();
        let pending = batch::pending_for("kominfo", &fixture.registry()).unwrap();
        fixture.try_sign(&pending, &signer, at).unwrap();
        let entry = fixture.entry("kominfo", Kind::Agreement);
        let file = std::fs::read(&path).unwrap();
        assert_eq!(entry.files.last(), Some(&Sha256::digest(&file).into()));
        file
    };
    let later = now().plus_days(1);
    assert_eq!(again(Some(&signed), later), signed);
    assert_ne!(verdict(&fixture.auditor(), &signed).overall, Overall::Failed);
    // Nothing else is: half of it, one byte changed, the file before.
    let mut changed = signed.clone();
    let end = changed.len() - 200;
    changed[end] ^= 1;
    let unsigned = std::fs::read(path.with_file_name("0.pdf")).unwrap();
    for other in [Some(&signed[..signed.len() / 2]), Some(&changed), Some(&unsigned), None] {
        let made = again(other, later);
        assert!(made != signed && Some(&made[..]) != other);
    }
}

/// Who can write to the folder makes a certificate that looks like the official's: name, issuer and number, not the key.
#[test]
fn a_signature_that_only_looks_like_theirs_is_not_recorded() {
    use pk_trust::pki::issue::{Request, below, root};
    use pk_trust::pki::keyfile::PrivateKey;
    use pk_trust::pki::{Certificate, Chain, Purpose};
    let fixture = Fixture::new();
    fixture.generate();
    let key = |seed| PrivateKey::from_seed(&zeroize::Zeroizing::new([seed; 32]));
    let like = |real: &Certificate, seed, purpose, path_length| Request {
        subject: real.subject(),
        key: key(seed).public().unwrap(),
        purpose,
        path_length,
        not_before: real.not_before(),
        not_after: real.not_after(),
        serial: data_encoding::HEXLOWER.decode(real.serial().as_bytes()).unwrap().try_into().unwrap(),
    };
    let real = |owner| fixture.office.certificate(owner).unwrap();
    let top = root(&like(&real("root"), 1, Purpose::Authority, Some(1)), &key(1)).unwrap();
    let issuing = below(&top, &like(&real("issuing"), 2, Purpose::Authority, Some(0)), &key(1)).unwrap();
    let leaf = below(&issuing, &like(&real("kominfo"), 3, Purpose::Signature, None), &key(2)).unwrap();
    assert_eq!(leaf.serial(), real("kominfo").serial());
    let entry = fixture.entry("kominfo", Kind::Agreement);
    let field = &entry.next_signer().unwrap().field;
    let before = fixture.file("kominfo", Kind::Agreement);
    for issuers in [vec![issuing], vec![real("issuing")], Vec::new()] {
        let signer = key(3).with_chain(Chain { leaf: leaf.clone(), issuers }).unwrap();
        let forged = pk_trust::pades::sign(&before, field, &signer, now()).unwrap();
        let id = entry.reservation.id.to_string();
        let registry = std::fs::read(fixture.office.registry()).unwrap();
        std::fs::write(fixture.office.document_file(&id, 1), &forged).unwrap();
        fixture.sign("kominfo");
        let signed = std::fs::read(fixture.office.document_file(&id, 1)).unwrap();
        assert_ne!(signed, forged);
        let found = verdict(&fixture.auditor(), &signed);
        assert!(found.signatures.iter().all(|s| s.chain == Outcome::Pass), "{:?}", complaints(&found));
        std::fs::write(fixture.office.registry(), registry).unwrap();
    }
}

#[test]
fn a_tampered_file_is_not_signed() {
    let fixture = Fixture::new();
    fixture.generate();
    let entry = fixture.entry("kominfo", Kind::Agreement);
    let path = fixture.office.document_file(&entry.reservation.id.to_string(), 0);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[5000] ^= 1;
    std::fs::write(&path, &bytes).unwrap();
    let registry = fixture.registry();
    let pending = batch::pending_for("kominfo", &registry).unwrap();
    let signer = fixture.office.open_official("kominfo", &passphrase(), now()).unwrap();
    let result = fixture.try_sign(&pending, &signer, now());
    assert!(matches!(result, Err(batch::SignError::Tampered(_))));
}

#[test]
fn expired_early_and_revoked_certificates_do_not_sign() {
    let fixture = Fixture::new();
    let open = |at| fixture.office.open_official("kominfo", &passphrase(), at).map(|_| ());
    let expired = now().plus_days(800);
    fixture.office.renew_lists(&passphrase(), expired).unwrap();
    assert!(matches!(open(expired), Err(AuthorityError::Path { source: PathError::Expired, .. })));
    let early = pk_trust::Time::parse("2025-12-31").unwrap();
    assert!(matches!(open(early), Err(AuthorityError::Path { source: PathError::NotYetValid, .. })));
    let serial = fixture.office.certificate("kominfo").unwrap().serial();
    fixture.office.revoke_certificate(&serial, Reason::KeyCompromise, &passphrase(), now()).unwrap();
    assert!(matches!(open(now()), Err(AuthorityError::Revoked { .. })));
    assert!(matches!(
        fixture.office.revoke_certificate(&serial, Reason::KeyCompromise, &passphrase(), now()),
        Err(AuthorityError::AlreadyRevoked(_))
    ));
}

/// Opened in the morning, revoked at noon.
#[test]
fn a_key_revoked_meanwhile_does_not_sign() {
    let fixture = Fixture::new();
    fixture.generate();
    let registry = fixture.registry();
    let pending = batch::pending_for("kominfo", &registry).unwrap();
    let signer = fixture.office.open_official("kominfo", &passphrase(), now()).unwrap();
    let serial = fixture.office.certificate("kominfo").unwrap().serial();
    fixture.office.revoke_certificate(&serial, Reason::KeyCompromise, &passphrase(), now()).unwrap();
    let result = fixture.try_sign(&pending, &signer, now());
    assert!(matches!(result, Err(batch::SignError::Authority(AuthorityError::Revoked { .. }))));
    // Nor does anybody countersign what it had signed when it was revoked already.
    let dinsos = fixture.office.certificate("dinsos").unwrap().serial();
    fixture.sign("dinsos");
    fixture.office.revoke_certificate(&dinsos, Reason::KeyCompromise, &passphrase(), now()).unwrap();
    let pending = batch::pending_for("bupati", &registry).unwrap();
    let regent = fixture.office.open_official("bupati", &passphrase(), now()).unwrap();
    let result = fixture.try_sign(&pending, &regent, now());
    assert!(matches!(result, Err(batch::SignError::NotValid(_))));
    assert_eq!(fixture.entry("dinsos", Kind::Agreement).status, Status::PartlySigned);
}

#[test]
fn a_key_with_another_certificate_does_not_sign() {
    let fixture = Fixture::new();
    let keys = fixture.office.private().join("officials");
    std::fs::copy(keys.join("dinsos.key"), keys.join("kominfo.key")).unwrap();
    let result = fixture.office.open_official("kominfo", &passphrase(), now());
    assert!(matches!(result, Err(AuthorityError::Key { .. })));
}

#[test]
fn a_wrong_passphrase_opens_nothing() {
    let fixture = fixture::complete();
    let wrong = pk::office::Passphrase::new(String::from("salah-sama-sekali").into());
    assert!(matches!(
        fixture.office.open_official("kominfo", &wrong, now()),
        Err(AuthorityError::KeyFile { .. })
    ));
}

/// The same handle, another name: the certificate was made before the titles were corrected.
#[test]
fn a_certificate_of_another_name_does_not_sign() {
    let fixture = Fixture::new();
    fixture.generate();
    let owner = "kominfo";
    let issuing = fixture.office.open_issuing(&passphrase()).unwrap();
    let subject = Subject { name: "Contoh Lain".into(), id: owner.into(), ..Subject::default() };
    let cost = pk_trust::pki::keyfile::Cost::DEMONSTRATION;
    let opens = passphrase();
    let protection = Protection { algorithm: None, passphrase: &opens, cost };
    fixture.office.issue_official(subject, &issuing, &protection, now(), true).unwrap();
    let registry = fixture.registry();
    let pending = batch::pending_for(owner, &registry).unwrap();
    let signer = fixture.office.open_official(owner, &passphrase(), now()).unwrap();
    let result = fixture.try_sign(&pending, &signer, now());
    assert!(matches!(result, Err(batch::SignError::OtherSubject { .. })));
}

/// Revoked after signing: without an outside witness of the time this proves nothing any more.
#[test]
fn a_later_revocation_makes_a_signature_uncertain() {
    let fixture = Fixture::new();
    fixture.generate();
    fixture.sign_all();
    let serial = fixture.office.certificate("kominfo").unwrap().serial();
    let later = now().plus_days(30);
    fixture.office.revoke_certificate(&serial, Reason::CessationOfOperation, &passphrase(), later).unwrap();
    let bytes = fixture.file("kominfo", Kind::Agreement);
    let answer = fixture.auditor().examine("x.pdf", &bytes, later).unwrap();
    assert_eq!(answer.overall(), Overall::Indeterminate);
    let other = fixture.file("dinsos", Kind::Agreement);
    assert_eq!(fixture.auditor().examine("x.pdf", &other, later).unwrap().overall(), Overall::Passed);
}

#[test]
fn revoked_documents_are_genuine_and_no_longer_in_force() {
    let fixture = Fixture::new();
    fixture.generate();
    fixture.sign_all();
    let mut registry = fixture.registry();
    let revoked = fixture.entry("kominfo", Kind::Agreement);
    let change = pk::registry::Change::Revoked { reason: "salah target".into() };
    registry.advance(&revoked.reservation.id, revoked.revision, &change, now()).unwrap();
    let verdict = verdict(&fixture.auditor(), &fixture.file("kominfo", Kind::Agreement));
    assert_eq!(verdict.overall, Overall::Ended);
    assert_eq!(verdict.lines.status.code.as_str(), "status.revoked");
    assert_eq!(verdict.lines.status.detail.texts()["reason"], "salah target");
    assert_eq!(verdict.lines.status.detail.texts()["since"], "2026-01-05T01:00:00Z");
    // What is broken besides is not genuine.
    let mut broken = fixture.file("kominfo", Kind::Agreement);
    broken[3000] ^= 1;
    assert_eq!(self::verdict(&fixture.auditor(), &broken).overall, Overall::Failed);
    assert_eq!(verdict.lines.integrity.outcome, Answer::Yes, "revoked is not forged");
}
