//! One suite for every registry. Today there is one.

use pk::model::Stage;
use pk::registry::{
    self, Change, Entry, Error, Registry, Reservation, Signer, Slot, SqliteRegistry, Status, Step,
    Visibility, Watch,
};
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
        position: format!("Jabatan {official}"),
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
        successor: None,
        visibility: None,
        first_objective: Some("Meningkatnya contoh pertama".into()),
        date: Some("2026-01-05".into()),
        last_objective: Some("Meningkatnya contoh terakhir".into()),
        changed: at(0),
        ended: None,
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
        registry.advance(&id, 2, &Change::Superseded { by: reservation(2).id, reason: String::new() }, at(3)),
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
    assert_eq!((old.status, old.successor, old.remark), (Status::Superseded, Some(reservation(6).id), None));
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
    assert!(matches!(SqliteRegistry::open(&path).unwrap().history(), Err(Error::Chain { number: 1, .. })));
}

#[test]
fn visibility_and_successor_are_recorded() {
    let folder = TempDir::new().unwrap();
    let mut registry = SqliteRegistry::create(&folder.path().join("registry.db")).unwrap();
    for (byte, official) in [(1, "a"), (2, "b"), (3, "c")] {
        registry.record(&Entry { slot: slot(official), ..entry(byte) }, at(0)).unwrap();
    }
    let [one, two, three] = [1, 2, 3].map(|byte| reservation(byte).id);
    let hidden = Change::Visibility { to: Some(Visibility::Status), reason: "permintaan pejabat".to_owned() };
    assert!(matches!(registry.advance(&one, 1, &hidden, at(1)), Err(Error::Conflict { .. })));
    registry.advance(&one, 0, &hidden, at(1)).unwrap();
    let found = registry.find(&one).unwrap().unwrap();
    assert_eq!((found.visibility, found.changed), (Some(Visibility::Status), at(1)));
    assert_eq!((found.status, found.revision), (Status::Issued, 0), "nothing else changes");

    let by = |id: Id| Change::Superseded { by: id, reason: "perubahan anggaran".to_owned() };
    for impossible in [one, reservation(9).id] {
        let result = registry.advance(&one, 0, &by(impossible), at(2));
        assert!(matches!(result, Err(Error::Conflict { .. })), "by itself, by an unknown one");
    }
    registry.advance(&one, 0, &by(two), at(2)).unwrap();
    let result = registry.advance(&two, 0, &by(one), at(3));
    assert!(matches!(result, Err(Error::Conflict { .. })), "no circle");
    registry.advance(&two, 0, &by(three), at(3)).unwrap();
    let found = registry.find(&one).unwrap().unwrap();
    assert_eq!((found.status, found.successor), (Status::Superseded, Some(two)));
    assert_eq!(found.remark.as_deref(), Some("perubahan anggaran"));
    assert_eq!(registry.find(&two).unwrap().unwrap().successor, Some(three));

    // What is no longer in force can still be hidden, and shown as pk.toml says.
    let shown = Change::Visibility { to: None, reason: "selesai".to_owned() };
    registry.advance(&one, 0, &shown, at(4)).unwrap();
    let found = registry.find(&one).unwrap().unwrap();
    assert_eq!((found.changed, found.ended), (at(4), Some(at(2))), "its end stays where it was");
    assert_eq!(registry.find(&one).unwrap().unwrap().visibility, None);
    let events = registry.history().unwrap();
    let details: Vec<&str> = events.iter().skip(3).map(|e| e.detail.as_str()).collect();
    let superseded = [two, three].map(|id| format!("{id} perubahan anggaran"));
    assert_eq!(details, ["status permintaan pejabat", &superseded[0], &superseded[1], "default selesai"]);
}

#[test]
fn since_gives_what_is_new() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("registry.db");
    let mut registry = SqliteRegistry::create(&path).unwrap();
    let empty = registry.since(None).unwrap();
    assert_eq!((empty.entries.len(), empty.mark, empty.whole), (0, None, true));
    for (byte, official) in [(1, "a"), (2, "b"), (3, "c")] {
        registry.record(&Entry { slot: slot(official), ..entry(byte) }, at(0)).unwrap();
    }
    let first = registry.since(None).unwrap();
    assert_eq!((first.entries.len(), first.whole), (3, true));
    assert_eq!(first.entries, registry.all().unwrap());
    let mark = first.mark.unwrap();
    assert_eq!((mark.number, mark.hash), (3, registry.history().unwrap()[2].hash));

    let nothing = registry.since(Some(&mark)).unwrap();
    assert_eq!((nothing.entries.len(), nothing.mark, nothing.whole), (0, Some(mark), false));
    registry.advance(&reservation(3).id, 0, &signed("PihakPertama"), at(1)).unwrap();
    registry.advance(&reservation(1).id, 0, &Change::Revoked { reason: "salah".into() }, at(2)).unwrap();
    registry.advance(&reservation(3).id, 1, &signed("PihakKedua"), at(3)).unwrap();
    let new = registry.since(Some(&mark)).unwrap();
    let ids: Vec<Id> = new.entries.iter().map(|e| e.reservation.id).collect();
    assert_eq!(ids, [reservation(1).id, reservation(3).id], "each once, in the order of issue");
    assert_eq!((new.entries[1].changed, new.entries[1].files.len()), (at(3), 3));
    assert_eq!((new.whole, new.mark.unwrap().number), (false, 7));

    // A mark of another history, as after restoring a backup, or of the future: everything again.
    for foreign in [
        registry::Mark { hash: [7; 32], ..mark },
        registry::Mark { number: 99, ..mark },
        registry::Mark { number: -1, ..mark },
    ] {
        let all = registry.since(Some(&foreign)).unwrap();
        assert_eq!((all.entries.len(), all.mark, all.whole), (3, new.mark, true));
    }
    drop(registry);
    let raw = rusqlite::Connection::open(&path).unwrap();
    raw.execute_batch("DROP TRIGGER events_stay; UPDATE events SET at = at + 1 WHERE number = 5").unwrap();
    drop(raw);
    let registry = SqliteRegistry::open(&path).unwrap();
    assert!(matches!(registry.since(Some(&mark)), Err(Error::Chain { number: 5, .. })));
    assert!(matches!(registry.since(None), Err(Error::Chain { number: 5, .. })));
    let later = new.mark.unwrap();
    assert!(registry.since(Some(&later)).unwrap().entries.is_empty(), "only what it reads");
}

/// A registry of version 1 with three documents, as the old `create.sql` made it.
fn version_1(path: &std::path::Path) {
    let raw = rusqlite::Connection::open(path).unwrap();
    raw.execute_batch(include_str!("vectors/registry/version-1.sql")).unwrap();
}

fn is_upgraded(registry: &SqliteRegistry) {
    let [complete, old, new] = registry.all().unwrap().try_into().unwrap();
    assert_eq!((complete.status, complete.revision, complete.changed), (Status::Complete, 2, at(2)));
    let positions = |entry: &Entry| -> Vec<String> {
        entry.signers.iter().map(|signer| signer.position.clone()).collect()
    };
    assert_eq!(positions(&complete), ["Kepala Dinas Contoh", ""]);
    assert_eq!((complete.first_objective, complete.visibility), (None, None));
    assert_eq!((old.status, old.successor, old.remark), (Status::Superseded, Some(reservation(3).id), None));
    assert_eq!((new.status, positions(&new).len(), new.changed), (Status::Issued, 2, at(3)));
    let events = registry.history().unwrap();
    assert_eq!(events.len(), 10, "the chain is the same, and goes on");
    assert!(events.iter().skip(7).all(|event| event.what == "adopted"), "with what it did not hold before");
}

#[test]
fn version_1_is_upgraded_by_a_writer() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("registry.db");
    version_1(&path);
    let mut registry = SqliteRegistry::open(&path).unwrap();
    is_upgraded(&registry);
    registry.record(&Entry { slot: slot("z"), ..entry(9) }, at(4)).unwrap();
    assert_eq!(registry.find(&reservation(9).id).unwrap().unwrap().signers[1].position, "Jabatan b");
    drop(registry);
    let raw = rusqlite::Connection::open(&path).unwrap();
    let version: i64 = raw.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    assert_eq!(version, 4);
    drop(raw);
    assert_eq!(SqliteRegistry::open_to_read(&path).unwrap().all().unwrap().len(), 4);
}

#[test]
fn version_1_is_read_without_being_written() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("registry.db");
    version_1(&path);
    let before = std::fs::read(&path).unwrap();
    is_upgraded(&SqliteRegistry::open_to_read(&path).unwrap());
    assert_eq!(std::fs::read(&path).unwrap(), before, "not a byte");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "and nothing beside it");
}

/// Registries that nobody has edited, however they came to be: each is opened by both, and written on.
#[test]
fn honest_structures_are_opened() {
    type Make = fn(&std::path::Path);
    fn raw(path: &std::path::Path, statements: &str) {
        rusqlite::Connection::open(path).unwrap().execute_batch(statements).unwrap();
    }
    fn fresh(path: &std::path::Path) {
        SqliteRegistry::create(path).unwrap().record(&entry(1), at(0)).unwrap();
    }
    fn version_2(path: &std::path::Path) {
        version_1(path);
        raw(path, include_str!("../src/registry/upgrade.sql"));
    }
    let honest: [(&str, Make); 9] = [
        ("empty", |path| drop(SqliteRegistry::create(path).unwrap())),
        ("fresh", fresh),
        ("version 1", version_1),
        ("version 2", version_2),
        ("version 1, upgraded", |path| {
            version_1(path);
            drop(SqliteRegistry::open(path).unwrap());
        }),
        ("version 2, upgraded", |path| {
            version_2(path);
            drop(SqliteRegistry::open(path).unwrap());
        }),
        ("compacted", |path| {
            fresh(path);
            raw(path, "VACUUM");
        }),
        ("without what guards against slips", |path| {
            fresh(path);
            raw(path, "DROP TRIGGER events_stay; DROP TRIGGER files_keep; DROP INDEX events_by_document");
        }),
        ("copied", |path| {
            let from = path.with_file_name("from.db");
            version_1(&from);
            SqliteRegistry::open_to_read(&from).unwrap().copy_to(path).unwrap();
        }),
    ];
    for (name, make) in honest {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("registry.db");
        make(&path);
        let count = SqliteRegistry::open_to_read(&path).unwrap().all().unwrap().len();
        let mut registry = SqliteRegistry::open(&path).unwrap();
        registry.record(&Entry { slot: slot("z"), ..entry(9) }, at(4)).unwrap();
        assert_eq!(SqliteRegistry::open_to_read(&path).unwrap().all().unwrap().len(), count + 1, "{name}");
    }
}

#[test]
fn an_upgrade_that_fails_changes_nothing() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("registry.db");
    version_1(&path);
    // The last statements of the upgrade cannot work where the index is there already.
    let raw = rusqlite::Connection::open(&path).unwrap();
    raw.execute_batch("CREATE INDEX events_by_document ON events (id)").unwrap();
    drop(raw);
    let before = std::fs::read(&path).unwrap();
    assert!(matches!(SqliteRegistry::open(&path), Err(Error::Database(_))));
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn later_versions_are_refused() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("registry.db");
    drop(SqliteRegistry::create(&path).unwrap());
    for version in [5, 0, -1] {
        let raw = rusqlite::Connection::open(&path).unwrap();
        raw.pragma_update(None, "user_version", version).unwrap();
        drop(raw);
        assert!(matches!(SqliteRegistry::open(&path), Err(Error::Version(found)) if found == version));
        assert!(matches!(SqliteRegistry::open_to_read(&path), Err(Error::Version(_))));
    }
}

#[test]
fn a_watch_sees_every_commit() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("registry.db");
    let mut watch = Watch::new(&path);
    assert!(watch.stamp().is_err(), "nothing there yet");
    let mut registry = SqliteRegistry::create(&path).unwrap();
    let mut stamps = vec![watch.stamp().unwrap()];
    assert_eq!(watch.stamp().unwrap(), stamps[0]);
    let reader = SqliteRegistry::open_to_read(&path).unwrap();
    for byte in 1..=5 {
        registry.record(&Entry { slot: slot(&format!("o{byte}")), ..entry(byte) }, at(0)).unwrap();
        let stamp = watch.stamp().unwrap();
        assert!(!stamps.contains(&stamp), "commit {byte}");
        assert_eq!(reader.since(None).unwrap().entries.len(), usize::from(byte));
        assert_eq!(watch.stamp().unwrap(), stamp, "reading changes nothing");
        stamps.push(stamp);
    }
    // Another file under the name, though its counter is the same.
    let copy = folder.path().join("copy.db");
    std::fs::copy(&path, &copy).unwrap();
    std::fs::rename(&copy, &path).unwrap();
    let replaced = watch.stamp().unwrap();
    assert!(!stamps.contains(&replaced));
    std::fs::remove_file(&path).unwrap();
    assert!(watch.stamp().is_err(), "deleted");
    std::fs::write(&path, b"short").unwrap();
    assert!(watch.stamp().is_err(), "no header");
}

#[test]
fn several_changes_are_one() {
    let folder = TempDir::new().unwrap();
    let mut registry = SqliteRegistry::create(&folder.path().join("registry.db")).unwrap();
    for (byte, official) in [(1, "a"), (2, "b")] {
        registry.record(&Entry { slot: slot(official), ..entry(byte) }, at(0)).unwrap();
    }
    let revoke = |byte, expected| Step {
        id: reservation(byte).id,
        expected,
        change: Change::Revoked { reason: "salah".into() },
    };
    let before = registry.all().unwrap();
    // The second one is not at that revision: the first one stays too.
    assert!(matches!(
        registry.advance_all(&[revoke(1, 0), revoke(2, 1)], at(1)),
        Err(Error::Conflict { .. })
    ));
    assert_eq!((registry.all().unwrap(), registry.history().unwrap().len()), (before, 2));
    registry.advance_all(&[revoke(1, 0), revoke(2, 0)], at(1)).unwrap();
    assert!(registry.all().unwrap().iter().all(|e| e.status == Status::Revoked && e.changed == at(1)));
}

/// Copies made while somebody else writes are whole: every document has its event, signers and file.
#[test]
fn a_copy_is_of_one_moment() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("registry.db");
    drop(SqliteRegistry::create(&path).unwrap());
    let count = 40;
    let writer = std::thread::spawn({
        let path = path.clone();
        move || {
            let mut registry = SqliteRegistry::open(&path).unwrap();
            for byte in 1..=count {
                registry.record(&Entry { slot: slot(&format!("o{byte}")), ..entry(byte) }, at(0)).unwrap();
            }
        }
    });
    let check = |number: usize| {
        let target = folder.path().join(format!("copy-{number}.db"));
        SqliteRegistry::open_to_read(&path).unwrap().copy_to(&target).unwrap();
        let copy = SqliteRegistry::open_to_read(&target).unwrap();
        assert!(matches!(copy.copy_to(&target), Err(Error::Exists(_))));
        let entries = copy.all().unwrap();
        assert_eq!(entries.len(), copy.history().unwrap().len());
        assert!(entries.iter().all(|e| e.signers.len() == 2 && e.files.len() == 1));
        entries.len()
    };
    let mut copies = 0;
    while !writer.is_finished() {
        check(copies);
        copies += 1;
    }
    writer.join().unwrap();
    assert_eq!(check(copies), usize::from(count));
}

/// Version 3 did not know the printed date. What it issued stays as it was, and nobody can add a date to it.
#[test]
fn version_3_gets_a_column_and_no_dates() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("registry.db");
    let mut registry = SqliteRegistry::create(&path).unwrap();
    registry.record(&Entry { date: None, ..entry(1) }, at(0)).unwrap();
    drop(registry);
    let raw = rusqlite::Connection::open(&path).unwrap();
    raw.execute_batch("ALTER TABLE documents DROP COLUMN date; PRAGMA user_version = 3;").unwrap();
    drop(raw);
    let read = SqliteRegistry::open_to_read(&path).unwrap();
    assert_eq!(read.find(&reservation(1).id).unwrap().unwrap().date, None);
    drop(read);
    let mut registry = SqliteRegistry::open(&path).unwrap();
    registry.record(&Entry { slot: slot("z"), ..entry(2) }, at(1)).unwrap();
    let dates: Vec<Option<String>> = registry.all().unwrap().into_iter().map(|entry| entry.date).collect();
    assert_eq!(dates, [None, Some("2026-01-05".to_owned())]);
    drop(registry);
    let raw = rusqlite::Connection::open(&path).unwrap();
    raw.execute("UPDATE documents SET date = '2026-01-02'", []).unwrap();
    drop(raw);
    let refused = SqliteRegistry::open(&path).unwrap().all();
    assert!(matches!(refused, Err(Error::Row { part: "what was issued", .. })), "{refused:?}");
}
