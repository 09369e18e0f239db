//! One suite for every registry. Today there is one.

use pk::model::Stage;
use pk::registry::{Change, Entry, Error, Registry, Reservation, Signer, Slot, SqliteRegistry, Status};
use pk_trust::Time;
use pk_trust::claim::{Id, Kind};
use tempfile::TempDir;

fn slot(official: &str) -> Slot {
    Slot { year: 2026, kind: Kind::Agreement, stage: Stage(0), official: official.to_owned() }
}

fn reservation(byte: u8) -> Reservation {
    Reservation { id: Id::from_random([byte; 10]), salt: [byte; 16], day: 20_458 }
}

fn entry(byte: u8) -> Entry {
    let signer = |field: &str, official: &str| Signer {
        field: field.to_owned(),
        official: official.to_owned(),
        name: format!("Contoh {official}"),
        signed: None,
    };
    Entry {
        slot: slot("a"),
        reservation: reservation(byte),
        unit: "Dinas Contoh".into(),
        position: "Kepala Dinas Contoh".into(),
        name: "Contoh Satu".into(),
        digest: [byte; 32],
        signers: vec![signer("PihakPertama", "a"), signer("PihakKedua", "b")],
        indicators: 3,
        budget: 8_580_487_155,
        revision: 0,
        files: vec![[byte; 32]],
        status: Status::Issued,
        remark: None,
    }
}

fn at(day: u32) -> Time {
    Time::from_unix(0).plus_days(20_458 + day)
}

fn signed(field: &str) -> Change {
    Change::Signed { field: field.to_owned(), serial: "0a1b".into(), file: [9; 32] }
}

fn suite(registry: &mut dyn Registry) {
    // Reservations are given once.
    let first = registry.reserve(&[(slot("a"), reservation(1)), (slot("b"), reservation(2))]).unwrap();
    assert_eq!(first, [reservation(1), reservation(2)]);
    let again = registry.reserve(&[(slot("b"), reservation(3)), (slot("c"), reservation(4))]).unwrap();
    assert_eq!(again, [reservation(2), reservation(4)]);

    // Recording twice is recording once; another content under the same id is refused.
    registry.record(&entry(1), at(0)).unwrap();
    registry.record(&entry(1), at(0)).unwrap();
    let other = Entry { digest: [7; 32], ..entry(1) };
    assert!(matches!(registry.record(&other, at(0)), Err(Error::Conflict { .. })));
    assert_eq!(registry.find(&reservation(1).id).unwrap(), Some(entry(1)));
    assert_eq!(registry.find(&reservation(5).id).unwrap(), None);

    // Signing is compare-and-swap.
    let id = reservation(1).id;
    assert!(matches!(registry.advance(&id, 1, &signed("PihakPertama"), at(1)), Err(Error::Conflict { .. })));
    registry.advance(&id, 0, &signed("PihakPertama"), at(1)).unwrap();
    assert!(matches!(registry.advance(&id, 0, &signed("PihakKedua"), at(1)), Err(Error::Conflict { .. })));
    assert!(matches!(registry.advance(&id, 1, &signed("PihakPertama"), at(1)), Err(Error::Conflict { .. })));
    let half = registry.find(&id).unwrap().unwrap();
    assert_eq!((half.status, half.revision), (Status::PartlySigned, 1));
    assert_eq!(half.next_signer().unwrap().field, "PihakKedua");
    registry.advance(&id, 1, &signed("PihakKedua"), at(2)).unwrap();
    let whole = registry.find(&id).unwrap().unwrap();
    assert_eq!((whole.status, whole.revision, whole.files.len()), (Status::Complete, 2, 3));
    assert_eq!(whole.signers[1].signed, Some(at(2)));
    assert_eq!(whole.next_signer(), None);

    // What is revoked stays revoked.
    registry.advance(&id, 2, &Change::Revoked { reason: "salah".into() }, at(3)).unwrap();
    assert!(matches!(
        registry.advance(&id, 2, &Change::Superseded { by: reservation(2).id }, at(3)),
        Err(Error::Conflict { .. })
    ));
    let events: Vec<String> = registry.history().unwrap().into_iter().map(|e| e.what).collect();
    assert_eq!(events, ["issued", "signed", "signed", "completed", "revoked"]);
    assert_eq!(registry.in_slot(&slot("a")).unwrap().len(), 1);
    assert_eq!(registry.all().unwrap().len(), 1);

    // A new document of a slot takes over its id and supersedes the old one, all in one step.
    let old = Entry { slot: slot("b"), ..entry(2) };
    let new = Entry { slot: slot("b"), ..entry(6) };
    assert_eq!(registry.record(&old, at(4)).unwrap(), 0);
    assert_eq!(registry.record(&new, at(5)).unwrap(), 1);
    let old = registry.find(&reservation(2).id).unwrap().unwrap();
    assert_eq!((old.status, old.remark), (Status::Superseded, Some(reservation(6).id.to_string())));
    assert_eq!(registry.reserve(&[(slot("b"), reservation(7))]).unwrap(), [reservation(6)]);

    // What everybody has signed does not give way.
    let done = Entry { slot: slot("c"), ..entry(4) };
    registry.record(&done, at(6)).unwrap();
    registry.advance(&reservation(4).id, 0, &signed("PihakPertama"), at(6)).unwrap();
    registry.advance(&reservation(4).id, 1, &signed("PihakKedua"), at(6)).unwrap();
    let rival = Entry { slot: slot("c"), ..entry(8) };
    assert!(matches!(registry.record(&rival, at(7)), Err(Error::Conflict { .. })));
    assert_eq!(registry.find(&reservation(8).id).unwrap(), None, "nothing half done");
}

#[test]
fn sqlite_keeps_what_it_promises() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("registry.db");
    assert!(matches!(SqliteRegistry::open(&path), Err(Error::Missing(_))), "never made by accident");
    suite(&mut SqliteRegistry::create(&path).unwrap());
    assert!(matches!(SqliteRegistry::create(&path), Err(Error::Exists(_))));
    // Everything is still there for the next process.
    let reopened = SqliteRegistry::open(&path).unwrap();
    assert_eq!(reopened.all().unwrap().len(), 4);
    assert_eq!(reopened.history().unwrap().len(), 12);
    let reader = SqliteRegistry::open_to_read(&path).unwrap();
    assert_eq!(reader.all().unwrap().len(), 4);
}

#[test]
fn an_edited_history_is_noticed() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("registry.db");
    let mut registry = SqliteRegistry::create(&path).unwrap();
    registry.record(&entry(1), at(0)).unwrap();
    registry.record(&Entry { slot: slot("b"), ..entry(2) }, at(0)).unwrap();
    drop(registry);
    let raw = rusqlite::Connection::open(&path).unwrap();
    assert!(raw.execute("UPDATE events SET at = at + 1 WHERE number = 1", []).is_err(), "append-only");
    assert!(raw.execute("DELETE FROM events", []).is_err(), "append-only");
    raw.execute_batch("DROP TRIGGER events_stay; UPDATE events SET at = at + 1 WHERE number = 1").unwrap();
    drop(raw);
    assert!(matches!(SqliteRegistry::open(&path).unwrap().history(), Err(Error::Damaged(_))));
}
