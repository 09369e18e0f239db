//! Somebody who can write the office folder, and knows no passphrase.

use std::fs;

use pk::audit::{Answer, Unanswered};
use pk::batch::{self, ArchiveError, SignError};
use pk::office::{AuthorityError, Clock as _, SystemClock};
use pk::registry::{Change, Entry, Error, Registry as _, SqliteRegistry, Status};
use pk_trust::claim::{Id, Kind};
use pk_trust::pades;
use pk_trust::pki::Sign as _;
use pk_trust::verify::{Document, Overall};
use sha2::{Digest as _, Sha256};

use crate::attacks::scene::{Authority, request};
use crate::commands::{pk, pk_as, stderr, stdout};
use crate::fixture::{self, Fixture, now, passphrase, verdict};

/// Statements by whoever has the file, without the triggers that stand in the way.
fn edit(fixture: &Fixture, statements: &str) {
    let raw = rusqlite::Connection::open(fixture.office.registry()).unwrap();
    raw.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
    for trigger in ["events_stay", "events_keep", "files_stay", "files_keep"] {
        raw.execute_batch(&format!("DROP TRIGGER IF EXISTS {trigger}")).unwrap();
    }
    raw.execute_batch(statements).unwrap();
}

/// An event where no chain begins, and the row as it says.
fn before_the_first(number: i64, id: &Id) -> String {
    format!(
        "INSERT INTO events VALUES ({number}, '{id}', 'visibility', 1767571200, 'original x', zeroblob(32));
         UPDATE documents SET visibility = 'original' WHERE id = '{id}'"
    )
}

#[test]
fn an_edited_registry_answers_nothing() {
    let fixture = Fixture::new();
    fixture.generate();
    fixture.sign_all();
    let entry = fixture.entry("kominfo", Kind::Agreement);
    let (id, other) = (entry.reservation.id, fixture.entry("dinsos", Kind::Pledge).reservation.id);
    let change = Change::Revoked { reason: "salah target".into() };
    fixture.registry().advance(&id, entry.revision, &change, now()).unwrap();
    let good = fs::read(fixture.office.registry()).unwrap();
    let zeros = "zeroblob(32)";
    let of_row = [
        format!("UPDATE documents SET status = 'complete', remark = NULL WHERE id = '{id}'"),
        format!("UPDATE documents SET remark = 'lain' WHERE id = '{id}'"),
        format!("UPDATE documents SET budget = 1000 WHERE id = '{id}'"),
        format!("UPDATE documents SET indicators = 9 WHERE id = '{id}'"),
        format!("UPDATE documents SET name = 'Contoh Lain' WHERE id = '{id}'"),
        format!("UPDATE documents SET position = 'Camat' WHERE id = '{id}'"),
        format!("UPDATE documents SET unit = 'Dinas Lain' WHERE id = '{id}'"),
        format!("UPDATE documents SET first_objective = NULL WHERE id = '{id}'"),
        format!("UPDATE documents SET last_objective = 'lain' WHERE id = '{id}'"),
        format!("UPDATE documents SET digest = {zeros} WHERE id = '{id}'"),
        format!("UPDATE documents SET salt = zeroblob(16) WHERE id = '{id}'"),
        format!("UPDATE documents SET day = 1 WHERE id = '{id}'"),
        format!("UPDATE documents SET year = 2025 WHERE id = '{id}'"),
        format!("UPDATE documents SET stage = 1 WHERE id = '{id}'"),
        format!("UPDATE documents SET official = 'dinsos' WHERE id = '{id}'"),
        format!("UPDATE documents SET revision = 1 WHERE id = '{id}'"),
        format!("UPDATE documents SET visibility = 'original' WHERE id = '{id}'"),
        format!("UPDATE documents SET successor = '{other}' WHERE id = '{id}'"),
        format!("UPDATE signers SET name = 'Contoh Lain' WHERE id = '{id}' AND place = 1"),
        format!("UPDATE signers SET position = 'Camat' WHERE id = '{id}' AND place = 0"),
        format!("UPDATE signers SET official = 'dinsos' WHERE id = '{id}' AND place = 0"),
        format!("UPDATE signers SET signed = signed - 60 WHERE id = '{id}' AND place = 0"),
        format!("UPDATE signers SET signed = NULL WHERE id = '{id}' AND place = 1"),
        format!("UPDATE signers SET place = 7 WHERE id = '{id}' AND place = 0"),
        format!("UPDATE files SET sha256 = {zeros} WHERE id = '{id}' AND revision = 0"),
        format!("UPDATE files SET sha256 = {zeros} WHERE id = '{id}' AND revision = 2"),
        format!("DELETE FROM files WHERE id = '{id}' AND revision = 2"),
        format!("INSERT INTO files VALUES ('{id}', 3, {zeros})"),
    ];
    let of_chain = [
        format!("DELETE FROM events WHERE id = '{id}' AND what = 'issued'"),
        format!("UPDATE events SET detail = 'lain' WHERE id = '{id}' AND what = 'revoked'"),
        format!(
            "UPDATE events SET what = 'visibility', detail = 'status x' WHERE id = '{id}' AND what = 'revoked'"
        ),
        format!("UPDATE events SET id = '{other}' WHERE id = '{id}' AND what = 'completed'"),
        "UPDATE events SET number = 1000 WHERE number = 2".to_owned(),
        before_the_first(0, &other),
        before_the_first(-1, &other),
        "UPDATE events SET number = number - 1".to_owned(),
        "UPDATE events SET number = number + 1000; UPDATE events SET number = number - 999".to_owned(),
        "UPDATE events SET number = 1000 WHERE number = (SELECT max(number) FROM events)".to_owned(),
    ];
    let of_all = [
        format!("DELETE FROM documents WHERE id = '{id}'"),
        "UPDATE documents SET number = -number".to_owned()
            + " WHERE id = '"
            + &other.to_string()
            + "';
           UPDATE documents SET id = 'AAAAAAAAAAAAAAAA' WHERE number < 0",
        "PRAGMA user_version = 2".to_owned(),
    ];
    let statements = of_row.iter().map(|s| (s, "row"));
    let statements = statements.chain(of_chain.iter().map(|s| (s, "chain")));
    for (statement, kind) in statements.chain(of_all.iter().map(|s| (s, "all"))) {
        fs::write(fixture.office.registry(), &good).unwrap();
        edit(&fixture, statement);
        let opened = SqliteRegistry::open_to_read(&fixture.office.registry());
        let answers = opened.map(|registry| {
            // Also of a document that nobody touched.
            [
                registry.all().map(|_| ()),
                registry.find(&other).map(|_| ()),
                registry.in_slot(&entry.slot).map(|_| ()),
                registry.history().map(|_| ()),
                registry.newest().map(|_| ()),
                registry.since(None).map(|_| ()),
            ]
        });
        let answers = answers.map_or_else(|error| vec![Err(error)], Vec::from);
        for answer in answers {
            match answer {
                Err(Error::Row { id: named, .. }) if kind == "row" => assert_eq!(named, id.to_string()),
                Err(Error::Chain { .. }) if kind == "chain" => {}
                Err(Error::Row { .. } | Error::Damaged(_)) if kind == "all" => {}
                other => panic!("{statement}: {other:?}"),
            }
        }
        // Nor does anybody write behind it.
        let hidden = Change::Visibility { to: None, reason: "x".into() };
        let written = SqliteRegistry::open(&fixture.office.registry())
            .and_then(|mut registry| registry.advance(&other, 1, &hidden, now()));
        assert!(written.is_err(), "{statement}");
    }
    // Put back as it was, it answers again.
    fs::write(fixture.office.registry(), &good).unwrap();
    assert_eq!(fixture.registry().find(&id).unwrap().unwrap().status, Status::Revoked);
}

/// What takes a revocation back while it is being written.
const TAKES_BACK: &str = "
    CREATE TRIGGER kembali AFTER INSERT ON events WHEN NEW.what = 'revoked' BEGIN
      DELETE FROM events WHERE number = NEW.number;
      UPDATE documents SET status = 'complete', remark = NULL WHERE id = NEW.id;
    END;
    CREATE TRIGGER kembali_juga AFTER UPDATE ON documents WHEN NEW.status = 'revoked' BEGIN
      DELETE FROM events WHERE id = NEW.id AND what = 'revoked';
      UPDATE documents SET status = OLD.status, remark = OLD.remark WHERE id = NEW.id;
    END;";

/// What works by itself in the file, or stands where a table was: not even opened, and named.
#[test]
fn a_registry_with_a_structure_of_its_own_is_refused() {
    let fixture = Fixture::new();
    fixture.generate();
    fixture.sign_all();
    let entry = fixture.entry("kominfo", Kind::Agreement);
    let good = fs::read(fixture.office.registry()).unwrap();
    let view = |table| {
        format!(
            "PRAGMA legacy_alter_table = ON; ALTER TABLE {table} RENAME TO lama;
             CREATE VIEW {table} AS SELECT * FROM lama"
        )
    };
    let schema = |name: &str, from: &str, to: &str| {
        format!(
            "PRAGMA writable_schema = ON;
             UPDATE sqlite_schema SET sql = replace(sql, '{from}', '{to}') WHERE name = '{name}';
             PRAGMA writable_schema = RESET"
        )
    };
    let hostile: [(&str, String); 13] = [
        ("trigger kembali", TAKES_BACK.to_owned()),
        (
            "trigger events_stay",
            "CREATE TRIGGER events_stay AFTER INSERT ON events BEGIN DELETE FROM events WHERE what = 'revoked'; END"
                .to_owned(),
        ),
        ("view documents", view("documents")),
        ("view events", view("events")),
        ("view lain", "CREATE VIEW lain AS SELECT 1".to_owned()),
        ("table documents", "DROP TABLE documents; CREATE VIRTUAL TABLE documents USING fts5(id)".to_owned()),
        ("view documents", "DROP TABLE documents; CREATE VIEW documents AS SELECT 1".to_owned()),
        ("table signers", "DROP TABLE signers".to_owned()),
        ("table lain", "CREATE TABLE lain (x)".to_owned()),
        (
            "index satu",
            "CREATE UNIQUE INDEX satu ON reservations (kind) WHERE official = 'lain'".to_owned(),
        ),
        ("column documents.lain", "ALTER TABLE documents ADD COLUMN lain TEXT AS (status)".to_owned()),
        (
            "column documents.status",
            schema("documents", "status     TEXT    NOT NULL", "status TEXT NOT NULL AS (''complete'')"),
        ),
        ("column signers.signed", "ALTER TABLE signers DROP COLUMN signed".to_owned()),
    ];
    let revoked = Change::Revoked { reason: "salah".into() };
    for (object, statements) in &hostile {
        fs::write(fixture.office.registry(), &good).unwrap();
        let mut early = fixture.registry();
        assert!(early.all().is_ok());
        edit(&fixture, statements);
        let path = fixture.office.registry();
        let named = |error: &Error| matches!(error, Error::Schema(named) if named.starts_with(object));
        for opened in [SqliteRegistry::open(&path), SqliteRegistry::open_to_read(&path)] {
            assert!(opened.as_ref().is_err_and(named), "{statements}: {opened:?}");
        }
        // Nor does it get past somebody who has it open.
        let answers = [
            early.all().map(|_| ()),
            early.since(None).map(|_| ()),
            early.advance(&entry.reservation.id, entry.revision, &revoked, now()),
        ];
        for answer in answers {
            assert!(answer.as_ref().is_err_and(named), "{statements}: {answer:?}");
        }
    }
    // A version set back does not let it through either.
    fs::write(fixture.office.registry(), &good).unwrap();
    edit(&fixture, &format!("{TAKES_BACK} PRAGMA user_version = 1"));
    assert!(matches!(SqliteRegistry::open(&fixture.office.registry()), Err(Error::Schema(_))));
    // The command says so, claims nothing, and names what to do.
    fixture.office.renew_lists(&passphrase(), SystemClock.now()).unwrap();
    fs::write(fixture.office.registry(), &good).unwrap();
    edit(&fixture, TAKES_BACK);
    let office = fixture.office.root().to_str().unwrap();
    let id = entry.reservation.id.to_string();
    let command = ["revoke", &id, "--reason", "salah", "--yes", "--office", office];
    let output = pk(&command);
    assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(2), ""));
    for part in ["trigger kembali", "restore registry.db"] {
        assert!(stderr(&output).contains(part), "{}", stderr(&output));
    }
    fs::write(fixture.office.registry(), &good).unwrap();
    assert_eq!(pk_as("sandi-uji-coba", &command).status.code(), Some(0));
    assert_eq!(fixture.entry("kominfo", Kind::Agreement).status, Status::Revoked);
}

/// Whoever can write to the folder has certificates of their own; the name of a file makes no seal of them.
#[test]
fn a_seal_is_one_that_the_office_issued() {
    let (fixture, other) = (Fixture::new(), Fixture::new());
    fixture.generate();
    assert_eq!(fixture.office.seals().unwrap().len(), 1);
    let bundle = fs::read(fixture.office.keys().join("trust.pem")).unwrap();
    for stranger in ["seal.pem", "root.pem", "issuing.pem", "officials/kominfo.pem"] {
        let placed = fixture.office.keys().join("seal.jahat.pem");
        fs::copy(other.office.keys().join(stranger), &placed).unwrap();
        let refused = |answer: Result<(), AuthorityError>| {
            assert!(
                matches!(&answer, Err(AuthorityError::Path { whose, .. }) if whose == "seal.jahat"),
                "{stranger}: {answer:?}"
            );
        };
        refused(fixture.office.seals().map(|_| ()));
        refused(fixture.office.trust_bundle().map(|_| ()));
        assert!(fixture.signing("kominfo").is_err(), "{stranger}");
        assert_eq!(fs::read(fixture.office.keys().join("trust.pem")).unwrap(), bundle, "{stranger}");
        fs::remove_file(&placed).unwrap();
    }
    // An older seal of its own stays one.
    let cost = pk_trust::pki::keyfile::Cost::DEMONSTRATION;
    fixture.office.renew_seal(&passphrase(), cost, now()).unwrap();
    assert_eq!(fixture.office.seals().unwrap().len(), 2);
    fixture.sign("kominfo");
}

/// A clause of a column that no list of columns shows: what was written is read back before it is claimed.
#[test]
fn what_was_written_otherwise_is_not_claimed() {
    let fixture = Fixture::new();
    fixture.generate();
    let entry = fixture.entry("kominfo", Kind::Agreement);
    edit(
        &fixture,
        "PRAGMA writable_schema = ON;
         UPDATE sqlite_schema SET sql = replace(sql, 'visibility TEXT,', 'visibility TEXT DEFAULT ''original'',')
           WHERE name = 'documents';
         PRAGMA writable_schema = RESET",
    );
    let mut registry = fixture.registry();
    let before = (registry.all().unwrap(), registry.newest().unwrap());
    let new = Entry { reservation: fixture::reservations(20)[15], revision: 0, ..entry.clone() };
    let recorded = registry.record(&new, now());
    assert!(matches!(&recorded, Err(Error::Row { part: "visibility", .. })), "{recorded:?}");
    assert_eq!((registry.all().unwrap(), registry.newest().unwrap()), before, "all of it or nothing");
    // Statements in which the clause has no part are done.
    let revoked = Change::Revoked { reason: "salah".into() };
    registry.advance(&entry.reservation.id, 0, &revoked, now()).unwrap();
    assert_eq!(fixture.entry("kominfo", Kind::Agreement).status, Status::Revoked);
}

/// The same number of honest courses: everything that the commands do agrees with its own events.
#[test]
fn an_honest_registry_answers_after_every_change() {
    let fixture = Fixture::new();
    fixture.generate();
    let compared = || SqliteRegistry::open_to_read(&fixture.office.registry()).unwrap().all().unwrap();
    assert_eq!(compared().len(), 5);
    for official in ["kominfo", "dinsos", "bupati"] {
        fixture.sign(official);
        assert_eq!(compared().len(), 5, "{official}");
    }
    let [one, two, three] =
        [("kominfo", Kind::Agreement), ("dinsos", Kind::Agreement), ("kominfo", Kind::Pledge)]
            .map(|(official, kind)| fixture.entry(official, kind));
    let mut registry = fixture.registry();
    let visible = |word| Change::Visibility { to: word, reason: "permintaan pejabat".into() };
    for (entry, change) in [
        (&one, visible(Some(pk::registry::Visibility::Status))),
        (&one, visible(Some(pk::registry::Visibility::Original))),
        (&one, Change::Superseded { by: two.reservation.id, reason: "perubahan anggaran".into() }),
        (&one, visible(None)),
        (&two, Change::Revoked { reason: "salah target: 2,8 seharusnya 3,2".into() }),
        (&two, visible(Some(pk::registry::Visibility::Fields))),
        (&three, Change::Revoked { reason: "x".into() }),
    ] {
        registry.advance(&entry.reservation.id, entry.revision, &change, now()).unwrap();
        assert_eq!(registry.all().unwrap(), compared(), "{change:?}");
    }
    // A replacement in a slot, and one that goes through the time between the two.
    let changed = fixture::cycle(&fixture::DATA.replace("\"65,5\"", "\"66,5\""));
    let fresh = fixture::reservations(20).split_off(10);
    fixture.generate_with(&changed, batch::Changed::Replace, &fresh).unwrap();
    assert_eq!(registry.all().unwrap(), compared(), "another process has written");
    assert_eq!(compared().len(), 6);
}

/// A registry that is open notices what somebody else does to it.
#[test]
fn an_edit_between_two_questions_is_noticed() {
    let fixture = Fixture::new();
    fixture.generate();
    let registry = fixture.registry();
    let id = fixture.entry("kominfo", Kind::Agreement).reservation.id;
    assert!(registry.find(&id).is_ok());
    edit(&fixture, "UPDATE documents SET budget = 1000 WHERE kind = 'agreement'");
    assert!(matches!(registry.find(&id), Err(Error::Row { part: "what was issued", .. })));
    let pending = batch::pending_for("kominfo", &registry);
    assert!(matches!(pending, Err(Error::Row { .. })));
    assert!(matches!(
        fixture.auditor().examine("x.pdf", &fixture.file_of(&id, 0), now()),
        Err(Unanswered::Registry(Error::Row { .. }))
    ));
}

/// Rows and events written anew together: the sealed data still says what was issued.
#[test]
fn rows_that_differ_from_the_sealed_data_are_refused_by_field() {
    let fixture = Fixture::new();
    fixture.generate();
    let good = fs::read(fixture.office.registry()).unwrap();
    let of_kominfo = |entry: &Entry| entry.slot.official == "kominfo" && entry.slot.kind == Kind::Agreement;
    type Edit = fn(&mut Entry);
    let edits: [(&str, Edit); 12] = [
        ("budget", |e| e.budget = 1000),
        ("indicators", |e| e.indicators = 1),
        ("name", |e| e.name = "Contoh Lain".into()),
        ("position", |e| e.position = "Camat".into()),
        ("unit", |e| e.unit = "Dinas Lain".into()),
        ("year", |e| e.slot.year = 2025),
        ("stage", |e| e.slot.stage = pk::model::Stage(1)),
        ("salt", |e| e.reservation.salt = [0; 16]),
        ("first_objective", |e| e.first_objective = Some("lain".into())),
        ("last_objective", |e| e.last_objective = Some("lain".into())),
        ("signer_name", |e| e.signers[1].name = "Contoh Lain".into()),
        ("signer_position", |e| e.signers[1].position = "Wakil Bupati Contoh".into()),
    ];
    for (field, edit) in edits {
        fs::write(fixture.office.registry(), &good).unwrap();
        fixture.rewrite(|entry| {
            if of_kominfo(entry) {
                edit(entry);
            }
            true
        });
        let entries = fixture.registry().all().unwrap();
        let signed = fixture.signing("kominfo");
        assert!(
            matches!(&signed, Err(SignError::Differs { difference, .. }) if difference.field == field),
            "{field}: {signed:?}"
        );
        let packed = fixture::archive(&fixture.office, &entries, None);
        assert!(
            matches!(&packed, Err(ArchiveError::Differs { difference, .. }) if difference.field == field),
            "{field}"
        );
        let entry = entries.iter().find(|entry| of_kominfo(entry)).unwrap();
        let asked = fixture.auditor().examine("x.pdf", &fixture.file_of(&entry.reservation.id, 0), now());
        assert!(
            matches!(&asked, Err(Unanswered::Differs { difference, .. }) if difference.field == field),
            "{field}"
        );
        assert!(fixture.registry().all().unwrap().iter().all(|e| e.revision == 0), "nothing was signed");
    }
    // The same, written anew as it was: signed, packed and verified.
    fs::write(fixture.office.registry(), &good).unwrap();
    fixture.rewrite(|_| true);
    fixture.sign_all();
    let entries = fixture.registry().all().unwrap();
    assert!(fixture::archive(&fixture.office, &entries, None).is_ok());
    let answer = verdict(&fixture.auditor(), &fixture.file("kominfo", Kind::Agreement));
    assert_eq!(answer.overall, Overall::Passed);
}

/// Other pages in revision 0, its data and claim kept, the hash in the registry replaced, all events
/// written anew: both officials would have signed it.
#[test]
fn repainted_pages_are_not_signed() {
    let fixture = Fixture::new();
    fixture.generate();
    let id = fixture.entry("kominfo", Kind::Agreement).reservation.id;
    let path = fixture.office.document_file(&id.to_string(), 0);
    let honest = fs::read(&path).unwrap();
    let at = honest.windows(9).position(|window| window == b"/MediaBox").unwrap();
    let digit = (at..).find(|i| honest[*i] == b'5').unwrap();
    let mut repainted = honest.clone();
    repainted[digit] = b'4';
    fs::write(&path, &repainted).unwrap();
    assert!(matches!(fixture.signing("kominfo"), Err(SignError::Tampered(named)) if named == id));
    fixture.rewrite(|entry| {
        if entry.reservation.id == id {
            entry.files = vec![Sha256::digest(&repainted).into()];
        }
        true
    });
    assert!(matches!(fixture.signing("kominfo"), Err(SignError::NotValid(named)) if named == id), "the seal");
    // Without the seal, which somebody can cut off.
    let end = Document::open(&honest).rendered().unwrap().len();
    let record = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        let hash = Sha256::digest(bytes).into();
        fixture.rewrite(|entry| {
            if entry.reservation.id == id {
                entry.files = vec![hash];
            }
            true
        });
    };
    record(&repainted[..end]);
    assert!(matches!(fixture.signing("kominfo"), Err(SignError::NotSealed(named)) if named == id));
    record(&honest[..end]);
    assert!(matches!(fixture.signing("kominfo"), Err(SignError::NotSealed(named)) if named == id));
    // Sealed again: whoever has the seal can do that, and the pages still are not those of the data.
    let seal = fixture.office.open_seal(&passphrase(), now()).unwrap();
    record(&pades::sign(&repainted[..end], pades::SEAL_FIELD, &seal, now()).unwrap());
    assert!(matches!(fixture.signing("kominfo"), Err(SignError::Repainted(named)) if named == id));
    assert!(fixture.registry().all().unwrap().iter().all(|e| e.revision == 0), "not one of several");
    // The honest file again: both sign, and the second one has it rendered again as well.
    fs::write(&path, &honest).unwrap();
    fixture.rewrite(|entry| {
        if entry.reservation.id == id {
            entry.files = vec![Sha256::digest(&honest).into()];
        }
        true
    });
    fixture.sign_all();
    assert_eq!(fixture.entry("kominfo", Kind::Agreement).status, Status::Complete);
}

/// A document whose templates are no longer there cannot be looked at, so nobody signs it blindly.
#[test]
fn pages_that_cannot_be_made_again_are_not_signed() {
    let fixture = Fixture::new();
    fixture.generate();
    let pending = batch::pending_for("kominfo", &fixture.registry()).unwrap();
    let signer = fixture.office.open_official("kominfo", &passphrase(), now()).unwrap();
    let folder = fixture.office.templates().join("pakta-integritas");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("catatan.txt"), "lain").unwrap();
    let templates = pk::render::Templates::with_folder(&fixture.office.templates()).unwrap();
    let renderer = pk::render::Renderer::new(templates);
    let mut registry = fixture.registry();
    let mut desk = batch::Desk {
        office: &fixture.office,
        renderer: &renderer,
        rendered: batch::Rendered::default(),
        registry: &mut registry,
        clock: &fixture::clock(),
        jobs: 2,
        stop: &|| false,
    };
    let result = batch::sign(&pending, &signer, &mut desk, &mut |_| {});
    assert!(matches!(result, Err(SignError::OtherTemplates(_))), "{result:?}");
    assert_eq!(fixture.signing("kominfo").unwrap().signed, 2, "with its own templates it is");
}

/// An archive in other hands knows how far the register had come.
#[test]
fn a_register_that_was_cut_is_noticed_beside_an_archive() {
    let fixture = Fixture::new();
    fixture.generate();
    let early = fs::read(fixture.office.registry()).unwrap();
    fixture.sign_all();
    let newest = fixture.registry().newest().unwrap().map(|(mark, _)| mark);
    let entries = fixture.registry().all().unwrap();
    let zip = fixture::archive(&fixture.office, &entries, newest).unwrap();
    let examine = || match fixture.auditor().examine("2026.zip", &zip, now()).unwrap() {
        Answer::Archive(verdict) => *verdict,
        Answer::Document(_) | Answer::Picture(_) => panic!("no archive"),
    };
    assert_eq!((examine().overall, examine().differences), (Overall::Passed, vec![]));
    // More events are no less.
    let entry = fixture.entry("dinsos", Kind::Pledge);
    let visible = Change::Visibility { to: None, reason: "x".into() };
    fixture.registry().advance(&entry.reservation.id, entry.revision, &visible, now()).unwrap();
    assert_eq!((examine().overall, examine().differences), (Overall::Passed, vec![]));
    fs::write(fixture.office.registry(), early).unwrap();
    let number = newest.unwrap().number.to_string();
    assert_eq!(examine().differences, [pk::audit::MissingOrExtra::Events(number)]);
}

/// What each command says of a registry that was edited: the document, and what to do.
#[test]
fn every_command_names_the_document() {
    let fixture = Fixture::new();
    fixture.generate();
    fixture.sign("kominfo");
    // The program has the computer's clock, and wants lists that are in force by it.
    fixture.office.renew_lists(&passphrase(), SystemClock.now()).unwrap();
    let office = fixture.office.root().to_str().unwrap();
    let entry = fixture.entry("dinsos", Kind::Agreement);
    let id = entry.reservation.id.to_string();
    let other = fixture.entry("kominfo", Kind::Agreement).reservation.id;
    let file = fixture.office.document_file(&other.to_string(), 1);
    let (file, site) = (file.to_str().unwrap(), fixture.office.root().with_file_name("situs"));
    let (site, copy) = (site.to_str().unwrap(), fixture.office.root().with_file_name("cadangan"));
    let good = fs::read(fixture.office.registry()).unwrap();
    edit(&fixture, &format!("UPDATE documents SET budget = 1000 WHERE id = '{id}'"));
    let commands: [&[&str]; 9] = [
        &["status"],
        &["status", "--json"],
        &["sign", "--as", "bupati", "--all", "--yes"],
        &["verify", file],
        &["archive", "--incomplete"],
        &["publish", site],
        &["serve"],
        &["backup", copy.to_str().unwrap()],
        &["revoke", &id, "--reason", "salah", "--yes"],
    ];
    for command in commands {
        let output = pk(&[command, &["--office", office]].concat());
        assert_eq!(output.status.code(), Some(2), "{command:?}");
        let said = stderr(&output);
        let named = format!("the row of document {}", entry.reservation.id.grouped());
        for part in [named.as_str(), "differs", "what was issued", "restore registry.db"] {
            assert!(said.contains(part), "{command:?}: {said}");
        }
    }
    // Rows and events written anew: the field, and both values.
    fs::write(fixture.office.registry(), good).unwrap();
    fixture.rewrite(|forged| {
        if forged.reservation.id == entry.reservation.id {
            forged.budget = 1000;
        }
        true
    });
    let output = pk(&["sign", "--as", "dinsos", "--all", "--yes", "--office", office]);
    assert_eq!(output.status.code(), Some(2));
    let expected = format!(
        "document {}: the register says budget \"1000\", and the sealed data in its file says \"{}\"",
        entry.reservation.id.grouped(),
        entry.budget
    );
    assert!(stderr(&output).contains(&expected), "{}", stderr(&output));
    // What is shown before consent is the sealed data, in an honest office too.
    fixture.rewrite(|forged| {
        if forged.reservation.id == entry.reservation.id {
            forged.budget = entry.budget;
        }
        true
    });
    let output = pk(&["sign", "--as", "dinsos", "--all", "--office", office]);
    assert!(stdout(&output).contains("Rp 250.000.000"), "{}", stdout(&output));
    assert!(stderr(&output).contains("nothing was signed"), "nobody is there to consent");
}

/// A field may be filled with anything, and the register may say that somebody signed: nothing is sealed, shown or signed on
/// top of that.
#[test]
fn a_field_that_nobody_signed_is_not_believed() {
    let fixture = Fixture::new();
    fixture.generate();
    let stranger = Authority::new("Pemerintah Kabupaten Palsu", 0x71);
    let entry = fixture.entry("kominfo", Kind::Agreement);
    let id = entry.reservation.id;
    let mut file = fixture.file("kominfo", Kind::Agreement);
    let mut forge = |official: &str, field: &str, revision: u32, seed: u8| {
        let subject = fixture.office.certificate(official).unwrap().subject();
        let signer = stranger.issue(&request(subject, seed), seed);
        file = pades::sign(&file, field, &signer, now()).unwrap();
        fs::write(fixture.office.document_file(&id.to_string(), revision), &file).unwrap();
        let (serial, hash) = (signer.chain().leaf.serial(), Sha256::digest(&file).into());
        let change = Change::Signed { field: field.to_owned(), serial, file: hash };
        fixture.registry().advance(&id, revision - 1, &change, now()).unwrap();
    };
    let fields: Vec<String> = entry.signers.iter().map(|signer| signer.field.clone()).collect();
    forge("kominfo", &fields[0], 1, 0x72);
    assert!(matches!(
        fixture.signing("bupati"),
        Err(SignError::Differs { id: named, difference }) if named == id && difference.field == "signature"
    ));
    forge("bupati", &fields[1], 2, 0x73);
    let forged = fixture.entry("kominfo", Kind::Agreement);
    assert_eq!(forged.status, Status::Complete);
    let packed = |entries: &[Entry]| fixture::archive(&fixture.office, entries, None);
    assert!(matches!(
        packed(&[forged]),
        Err(ArchiveError::Differs { id: named, difference }) if named == id && difference.field == "signature"
    ));
    let site = tempfile::tempdir().unwrap();
    let jobs = std::num::NonZero::new(2).unwrap();
    let shown =
        || pk::web::publish(&fixture.office, &site.path().join("situs"), &fixture::clock(), jobs, &|_, _| {});
    assert!(matches!(shown(), Err(pk::web::PublishError::Differs { id: named, .. }) if named == id));
    // What the others signed is packed.
    fixture.sign("dinsos");
    assert!(packed(&[fixture.entry("dinsos", Kind::Agreement)]).is_ok());
}

/// The next one to sign could only be earlier: what an official lays there with a time ahead of the clock is not taken over.
#[test]
fn a_signature_from_the_future_is_not_taken_over() {
    let fixture = Fixture::new();
    fixture.generate();
    let entry = fixture.entry("kominfo", Kind::Agreement);
    let id = entry.reservation.id;
    let path = fixture.office.document_file(&id.to_string(), 1);
    let signer = fixture.office.open_official("kominfo", &passphrase(), now()).unwrap();
    let before = fixture.file("kominfo", Kind::Agreement);
    let lay = |ahead: u64| {
        let at = pk_trust::Time::from_unix(now().unix() + ahead);
        let laid = pades::sign(&before, &entry.signers[0].field, &signer, at).unwrap();
        fs::write(&path, &laid).unwrap();
        laid
    };
    let laid = lay(300);
    fixture.sign("kominfo");
    assert_ne!(fs::read(&path).unwrap(), laid, "made anew");
    fixture.sign("dinsos");
    fixture.sign("bupati");
    let complete = verdict(&fixture.auditor(), &fixture.file("kominfo", Kind::Agreement));
    assert_eq!(complete.overall, Overall::Passed);
}

/// The name of an institution stands in the settings, which need no passphrase, and in the certificate of its seal.
#[test]
fn a_seal_seals_for_its_own_institution_only() {
    let fixture = Fixture::new();
    fixture.generate();
    let settings = fixture.office.root().join("pk.toml");
    let text = fs::read_to_string(&settings).unwrap();
    let renamed = text.replace("Pemerintah Kabupaten Contoh", "Kementerian Lain");
    assert_ne!(renamed, text);
    fs::write(&settings, renamed).unwrap();
    let office = pk::office::Office::open(fixture.office.root()).unwrap();
    assert!(matches!(
        office.open_seal(&passphrase(), now()),
        Err(AuthorityError::OtherInstitution { seal, named })
            if seal == "Pemerintah Kabupaten Contoh" && named == "Kementerian Lain"
    ));
    fs::write(&settings, text).unwrap();
    assert!(pk::office::Office::open(fixture.office.root()).unwrap().open_seal(&passphrase(), now()).is_ok());
}
