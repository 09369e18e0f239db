//! Planted damage, each kind found and named; and an office that is whole has none.

use std::fs;
use std::path::PathBuf;

use pk::batch::{Damage, Inspection, inspect};
use pk_trust::claim::{Id, Kind};

use crate::commands::{pk, stdout};
use crate::fixture::Fixture;

fn signed() -> Fixture {
    let fixture = Fixture::new();
    fixture.generate();
    fixture.sign_all();
    fixture
}

fn look(fixture: &Fixture, repair: bool) -> Inspection {
    inspect(&fixture.office, 2, repair, &mut |_| {}).unwrap()
}

fn sql(fixture: &Fixture, statements: &str) {
    let raw = rusqlite::Connection::open(fixture.office.registry()).unwrap();
    raw.execute_batch("PRAGMA foreign_keys = OFF; PRAGMA writable_schema = ON").unwrap();
    for trigger in ["events_stay", "events_keep", "files_stay", "files_keep"] {
        raw.execute_batch(&format!("DROP TRIGGER IF EXISTS {trigger}")).unwrap();
    }
    raw.execute_batch(statements).unwrap();
}

/// What is planted, by what name it is found, and whether the document is named.
type Planted = (&'static str, fn(&Fixture, &Id), &'static str, bool);

fn file(fixture: &Fixture, id: &Id, revision: u32) -> PathBuf {
    fixture.office.document_file(&id.to_string(), revision)
}

fn edit(path: &PathBuf, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).unwrap();
    change(&mut bytes);
    fs::write(path, bytes).unwrap();
}

const PLANTED: [Planted; 20] = [
    ("newest file gone", |f, id| fs::remove_file(file(f, id, 2)).unwrap(), "fsck.missing", true),
    ("a byte changed", |f, id| edit(&file(f, id, 2), |b| b[5000] ^= 1), "fsck.other-file", true),
    ("cut off", |f, id| edit(&file(f, id, 2), |b| b.truncate(b.len() - 1)), "fsck.other-file", true),
    ("empty", |f, id| edit(&file(f, id, 1), Vec::clear), "fsck.other-file", true),
    ("earlier file gone", |f, id| fs::remove_file(file(f, id, 0)).unwrap(), "fsck.missing", true),
    (
        "another document's file",
        |f, id| {
            let other = f.entry("dinsos", Kind::Agreement).reservation.id;
            fs::copy(file(f, &other, 1), file(f, id, 1)).unwrap();
        },
        "fsck.other-file",
        true,
    ),
    ("two exchanged", |f, id| fs::rename(file(f, id, 0), file(f, id, 1)).unwrap(), "fsck.other-file", true),
    (
        "folder of nobody",
        |f, _| fs::create_dir(f.office.documents().join("AAAAAAAAAAAAAAAA")).unwrap(),
        "fsck.unrecorded",
        false,
    ),
    (
        "file among the folders",
        |f, _| fs::write(f.office.documents().join("x.pdf"), "x").unwrap(),
        "fsck.unrecorded",
        false,
    ),
    (
        "a later revision",
        |f, id| {
            fs::copy(file(f, id, 2), file(f, id, 3)).unwrap();
        },
        "fsck.unrecorded",
        true,
    ),
    (
        "left by a crash",
        |f, id| fs::write(file(f, id, 2).with_file_name(".3.pdf.new"), "x").unwrap(),
        "fsck.leftover",
        true,
    ),
    (
        "a foreign name",
        |f, id| fs::write(file(f, id, 2).with_file_name("salinan.pdf"), "x").unwrap(),
        "fsck.unrecorded",
        true,
    ),
    (
        "a file in the place of the folder",
        |f, id| {
            let folder = f.office.documents().join(id.to_string());
            fs::remove_dir_all(&folder).unwrap();
            fs::write(folder, "x").unwrap();
        },
        "fsck.folder",
        true,
    ),
    (
        "row edited",
        |f, id| sql(f, &format!("UPDATE documents SET status = 'issued' WHERE id = '{id}'")),
        "fsck.row",
        true,
    ),
    ("event gone", |f, _| sql(f, "DELETE FROM events WHERE number = 3"), "fsck.chain", true),
    ("event edited", |f, _| sql(f, "UPDATE events SET at = at + 1 WHERE number = 4"), "fsck.chain", true),
    (
        "hash of a file gone",
        |f, id| sql(f, &format!("DELETE FROM files WHERE id = '{id}' AND revision = 1")),
        "fsck.row",
        true,
    ),
    ("a table of somebody else", |f, _| sql(f, "CREATE TABLE lain (x)"), "fsck.schema", false),
    (
        "database overwritten",
        |f, _| edit(&f.office.registry(), |b| b[5000..9000].fill(0x55)),
        "fsck.registry",
        false,
    ),
    (
        "certificate of the seal gone",
        |f, _| fs::remove_file(f.office.root().join("keys/seal.pem")).unwrap(),
        "fsck.certificates",
        false,
    ),
];

#[test]
fn every_kind_of_damage_is_found_and_named() {
    let whole = signed();
    assert_eq!(look(&whole, false).damages, Vec::<Damage>::new());
    let looked = look(&whole, false);
    assert_eq!((looked.documents, looked.files), (5, 14));
    for (what, plant, code, named) in PLANTED {
        let fixture = signed();
        let id = fixture.entry("kominfo", Kind::Agreement).reservation.id;
        plant(&fixture, &id);
        let damages = look(&fixture, false).damages;
        let found = damages.iter().find(|damage| damage.code == code);
        let Some(found) = found else { panic!("{what}: {damages:?}") };
        assert_eq!(found.id.is_some(), named, "{what}: {found:?}");
        if code != "fsck.chain" && named {
            assert_eq!(found.id, Some(id), "{what}");
        }
        // One thing is wrong; a file that is gone is missed by the revision behind it as well.
        assert!(damages.len() <= 2, "{what}: {damages:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_key_that_others_can_read_is_named() {
    use std::os::unix::fs::PermissionsExt as _;
    let fixture = signed();
    let key = fixture.office.root().join("private/officials/kominfo.key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    let damages = look(&fixture, false).damages;
    assert_eq!(damages.iter().map(|damage| damage.code).collect::<Vec<_>>(), ["fsck.key-open"]);
    assert_eq!(damages[0].path, key);
}

/// What nobody recorded is moved, never deleted or written over; what was recorded stays where it is.
#[test]
fn repair_moves_and_deletes_nothing() {
    let fixture = signed();
    let id = fixture.entry("kominfo", Kind::Agreement).reservation.id;
    let folder = fixture.office.documents().join(id.to_string());
    for round in ["satu", "dua"] {
        fs::write(folder.join(".3.pdf.new"), round).unwrap();
        fs::write(folder.join("3.pdf"), round).unwrap();
        let inspection = look(&fixture, true);
        assert_eq!((inspection.damages.len(), inspection.moved.len()), (2, 2));
        for (from, to) in &inspection.moved {
            assert!(!from.exists());
            assert_eq!(fs::read_to_string(to).unwrap(), round);
        }
        assert_eq!(look(&fixture, true), Inspection { documents: 5, files: 14, ..Inspection::default() });
    }
    assert_eq!(fs::read_dir(fixture.office.root().join("lost+found")).unwrap().count(), 4);
    // What is damaged is not repaired by taking it away.
    edit(&file(&fixture, &id, 2), |bytes| bytes[5000] ^= 1);
    let inspection = look(&fixture, true);
    assert_eq!((inspection.damages.len(), inspection.moved.len()), (1, 0));
    assert!(file(&fixture, &id, 2).exists());
}

#[test]
fn the_command_says_what_to_do() {
    let fixture = signed();
    let office = fixture.office.root().to_str().unwrap();
    let output = pk(&["fsck", "--office", office]);
    assert!(output.status.success());
    assert!(stdout(&output).contains("the office is whole; documents: 5, files: 14"), "{}", stdout(&output));
    let id = fixture.entry("kominfo", Kind::Agreement).reservation.id;
    fs::remove_file(file(&fixture, &id, 1)).unwrap();
    let output = pk(&["fsck", "--office", office]);
    assert_eq!(output.status.code(), Some(1));
    let text = stdout(&output);
    assert!(
        text.contains(&id.grouped()) && text.contains("[fsck.missing]") && text.contains("pk backup"),
        "{text}"
    );
    let output = pk(&["fsck", "--json", "--office", office]);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["damages"][0]["code"], "fsck.missing");
    assert_eq!(json["damages"][0]["id"], id.to_string());
}
