//! What becomes of a document after it was issued, and of an office after its disk.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use pk::batch::Changed;
use pk::registry::{Change, Registry as _, Status};
use pk_trust::claim::Kind;
use serde_json::Value;
use tempfile::TempDir;

use crate::commands::{pk, stderr, stdout};
use crate::fixture::{self, DATA, Fixture};

/// An office made by the command: five documents, two of them signed by one official.
fn template() -> &'static Path {
    static OFFICE: OnceLock<(TempDir, PathBuf)> = OnceLock::new();
    let (_, path) = OFFICE.get_or_init(|| {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("kantor");
        let root = path.to_str().unwrap();
        let ok = |arguments: &[&str]| {
            let output = pk(arguments);
            assert!(output.status.success(), "{arguments:?}: {}", stderr(&output));
        };
        ok(&["init", root, "--institution", "Pemerintah Kabupaten Contoh", "--host", "cek.contoh.example"]);
        for entry in fs::read_dir(path.join("data")).unwrap() {
            fs::remove_file(entry.unwrap().path()).unwrap();
        }
        fs::write(path.join("data/2026.yaml"), DATA).unwrap();
        for official in ["bupati", "kominfo", "dinsos"] {
            ok(&["key", "new", official, "--office", root]);
        }
        ok(&["generate", "--office", root]);
        ok(&["sign", "--as", "kominfo", "--all", "--yes", "--office", root]);
        (folder, path)
    });
    path
}

/// An office of one's own, to be changed and destroyed.
pub(crate) struct Office {
    pub(crate) folder: TempDir,
    pub(crate) path: PathBuf,
}

impl Office {
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("kantor");
        let output = pk(&[
            "backup",
            path.to_str().unwrap(),
            "--with-private-keys",
            "--office",
            template().to_str().unwrap(),
        ]);
        assert!(output.status.success(), "{}", stderr(&output));
        Self { folder, path }
    }

    pub(crate) fn pk(&self, arguments: &[&str]) -> Output {
        pk(&[arguments, &["--office", self.path.to_str().unwrap()]].concat())
    }

    pub(crate) fn ok(&self, arguments: &[&str]) -> String {
        let output = self.pk(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", stderr(&output));
        stdout(&output)
    }

    /// Refused with all these messages, and without a change.
    pub(crate) fn refused(&self, arguments: &[&str], messages: &[&str]) {
        let before = self.ok(&["status", "--json"]);
        let output = self.pk(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", stdout(&output));
        for message in messages {
            assert!(stderr(&output).contains(message), "{arguments:?}: {}", stderr(&output));
        }
        assert_eq!(self.ok(&["status", "--json"]), before, "{arguments:?}");
    }

    pub(crate) fn status(&self) -> Vec<Value> {
        serde_json::from_str(&self.ok(&["status", "--json"])).unwrap()
    }

    pub(crate) fn id(&self, official: &str, kind: &str) -> String {
        let rows = self.status();
        let row = rows.iter().find(|row| row["official"] == official && row["kind"] == kind).unwrap();
        row["id"].as_str().unwrap().to_owned()
    }

    pub(crate) fn row(&self, id: &str) -> Value {
        self.status().into_iter().find(|row| row["id"] == id).unwrap()
    }

    pub(crate) fn sign_all(&self) {
        for official in ["dinsos", "bupati"] {
            self.ok(&["sign", "--as", official, "--all", "--yes"]);
        }
    }

    /// Exit status and words of `pk verify` about the newest file of a document.
    pub(crate) fn verify(&self, id: &str, language: &str) -> (Option<i32>, String) {
        let revision = self.row(id)["revision"].as_u64().unwrap();
        let file = self.path.join(format!("documents/{id}/{revision}.pdf"));
        let output = self.pk(&["verify", file.to_str().unwrap(), "--lang", language]);
        (output.status.code(), stdout(&output))
    }
}

/// As a person types it from paper.
pub(crate) fn typed(id: &str) -> String {
    let lower = id.to_lowercase();
    format!("{}-{}-{}-{}", &lower[..4], &lower[4..8], &lower[8..12], &lower[12..])
}

#[test]
fn revoking_says_why_and_cannot_be_undone() {
    let office = Office::new();
    office.sign_all();
    let (one, two) = (office.id("kominfo", "agreement"), office.id("dinsos", "agreement"));
    let revoke = |ids: &[&str], reason: &str| -> Vec<String> {
        let mut arguments = vec!["revoke".to_owned(), "--yes".to_owned(), format!("--reason={reason}")];
        arguments.extend(ids.iter().map(|id| (*id).to_owned()));
        arguments
    };
    let refused = |ids: &[&str], reason: &str, messages: &[&str]| {
        let arguments = revoke(ids, reason);
        office.refused(&arguments.iter().map(String::as_str).collect::<Vec<_>>(), messages);
    };
    refused(&[&one], " ", &["the reason is empty"]);
    refused(&[&one], &"a".repeat(501), &["more than 500 characters"]);
    refused(&[&one], "dua\nbaris", &["U+000A"]);
    refused(&[&one], "NIP 19700101 199501 1 001 salah", &["holds a NIP"]);
    office.refused(&["revoke", &one], &["--reason"]);
    // Nobody is at the terminal to answer.
    office.refused(&["revoke", &one, "--reason", "salah target"], &["nothing was changed", "--yes"]);
    // Everything that is wrong, and nothing of what could have been done.
    refused(
        &[&one, "siapa", "AAAA-AAAA-AAAA-AAAA"],
        "salah target",
        &["siapa is no document id", "AAAA-AAAA-AAAA-AAAA is not in the register"],
    );

    let done = office.ok(&["revoke", &typed(&one), &one, "--reason", " salah target ", "--yes", "--json"]);
    let rows: Vec<Value> = serde_json::from_str(&done).unwrap();
    assert_eq!(rows.len(), 1, "named twice, revoked once");
    assert_eq!((&rows[0]["status"], &rows[0]["reason"]), (&"revoked".into(), &"salah target".into()));
    assert_eq!(rows[0], office.row(&one));
    assert!(office.ok(&["status"]).contains("reason: salah target"));
    let (code, words) = office.verify(&one, "en");
    assert_eq!(code, Some(3));
    assert!(words.starts_with("NO LONGER IN FORCE"), "{words}");
    assert!(words.contains("revoked by its issuer at ") && words.contains("WIB: salah target"), "{words}");
    assert!(words.contains("integrity  yes"), "revoked is not forged: {words}");
    let (_, words) = office.verify(&one, "id");
    assert!(words.starts_with("TIDAK BERLAKU LAGI"), "{words}");
    assert!(
        words.contains("dicabut oleh penerbitnya pada ") && words.contains("WIB: salah target"),
        "{words}"
    );
    assert_eq!(office.verify(&two, "en").0, Some(0), "the others stay");

    let again = [two.as_str(), one.as_str()];
    refused(&again, "lagi", &[&format!("{} was revoked: salah target", typed(&one).to_uppercase())]);
    let packed = office.ok(&["archive"]);
    assert!(packed.contains("documents packed: 4,"), "{packed}");
    assert!(office.ok(&["generate"]).contains("documents issued: 0 "), "a revoked one is not made again");
}

#[test]
fn superseding_names_the_successor() {
    let office = Office::new();
    office.sign_all();
    let [one, other] = ["kominfo", "dinsos"].map(|official| office.id(official, "agreement"));
    let pledge = office.id("dinsos", "pledge");
    let data =
        DATA.replace("tanggal: 2026-01-05", "tanggal: 2026-09-14\n  jenis: perubahan").replace("2,8", "2,9");
    let revision = office.path.join("data/perubahan.yaml");
    fs::write(&revision, data).unwrap();
    let made = office.ok(&["generate", revision.to_str().unwrap()]);
    assert!(made.contains("documents issued: 3 "), "pledges are made once a year: {made}");
    let newer = |official: &str| {
        let rows = office.status();
        let row = rows.iter().find(|row| row["official"] == official && row["stage"] == 1).unwrap();
        row["id"].as_str().unwrap().to_owned()
    };
    let [two, foreign] = ["kominfo", "dinsos"].map(newer);
    let refused = |old: &str, new: &str, message: &str| {
        office.refused(&["supersede", old, "--by", new, "--reason", "perubahan", "--yes"], &[message]);
    };
    refused(&one, &typed(&one), "cannot replace itself");
    refused(&one, &pledge, "of the same kind");
    refused(&one, "AAAAAAAAAAAAAAAA", "not in the register");
    refused("x", "y", "x is no document id");
    refused(&one, &two, "not everybody has signed");
    for official in ["kominfo", "dinsos", "bupati"] {
        office.ok(&["sign", "--as", &official.to_uppercase(), "--all", "--yes"]);
    }
    refused(&two, &one, "is older than");
    refused(&one, &foreign, "another person in another position");
    let arguments = ["supersede", &one, "--by", "AAAAAAAAAAAAAAAA", "--reason", "perubahan", "--yes"];
    assert!(!stderr(&office.pk(&arguments)).contains("itself"), "one that is missing is not the same");
    office.refused(&["supersede", &one, "--by", &two, "--reason", "perubahan"], &["nothing was changed"]);
    let done = office.ok(&["supersede", &typed(&one), "--by", &two, "--reason", "perubahan", "--yes"]);
    assert!(done.contains("documents superseded: 1"), "{done}");
    let row = office.row(&one);
    assert_eq!((&row["status"], &row["successor"]), (&"superseded".into(), &two.as_str().into()));
    assert_eq!((&row["reason"], &office.row(&two)["status"]), (&"perubahan".into(), &"complete".into()));
    let by = typed(&two).to_uppercase();
    for (language, headline, sentence) in [
        ("en", "NO LONGER IN FORCE", "its place is now taken by document"),
        ("id", "TIDAK BERLAKU LAGI", "penggantinya kini dokumen"),
    ] {
        let (code, words) = office.verify(&one, language);
        assert_eq!(code, Some(3), "genuine, and not in force");
        assert!(words.starts_with(headline), "{words}");
        assert!(words.contains(&format!("{sentence} {by}")), "{words}");
    }
    assert!(office.ok(&["status"]).contains(&format!("by {by}  reason: perubahan")));
    refused(&two, &one, "was superseded by");
    refused(&one, &two, "was superseded by");
    office.refused(&["revoke", &one, "--reason", "x", "--yes"], &["was superseded by"]);
    // Rare and lawful: the work went to another office. It has to be said twice.
    let wrong = ["supersede", &other, "--by", &two, "--reason", "digabung", "--force", &two, "--yes"];
    office.refused(&wrong, &["is not that of the document that is replaced"]);
    office.ok(&["supersede", &other, "--by", &two, "--reason", "digabung", "--force", &other, "--yes"]);
    office.ok(&["revoke", &two, "--reason", "salah", "--yes"]);
    let three = office.id("bupati", "agreement");
    refused(&three, &two, "was revoked: salah");
    // Who decided is in the history.
    let history = office.ok(&["history", &one]);
    assert!(history.contains("superseded") && history.contains("sealed by"), "{history}");
    assert!(!office.ok(&["history"]).contains("without a seal"));
}

/// Whoever can write the file can add an event. Without the seal's key it has nobody's word.
#[test]
fn decisions_are_sealed() {
    let office = Office::new();
    let id = office.id("kominfo", "agreement");
    let without = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_pk"))
            .env_clear()
            .env("PK_LANG", "en")
            .args(arguments)
            .args(["--office", office.path.to_str().unwrap()])
            .stdin(std::process::Stdio::null())
            .output()
            .unwrap();
        (output.status.code(), stderr(&output))
    };
    for arguments in [
        &["revoke", &id, "--reason", "salah", "--yes"][..],
        &["visibility", &id, "original", "--reason", "salah"],
    ] {
        let (code, said) = without(arguments);
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains("no terminal to ask for the passphrase"), "{said}");
    }
    let mut registry = pk::registry::SqliteRegistry::open(&office.path.join("registry.db")).unwrap();
    let entry = registry.find(&id.parse().unwrap()).unwrap().unwrap();
    let change = Change::Revoked { reason: "dari luar".into() };
    registry.advance(&entry.reservation.id, entry.revision, &change, entry.changed).unwrap();
    drop(registry);
    let history = office.ok(&["history", &id]);
    assert!(history.contains("(dari luar)  without a seal of this office"), "{history}");
    let rows: Vec<Value> = office
        .ok(&["history", &id, "--json"])
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(rows.last().unwrap()["seal"], false);
}

/// Revoked by mistake: the same data is issued again when somebody asks for it, and it is said before.
#[test]
fn what_was_revoked_by_mistake_is_issued_again() {
    let office = Office::new();
    let id = office.id("kominfo", "agreement");
    office.refused(&["reissue", &id], &["is neither revoked nor superseded"]);
    office.ok(&["revoke", &id, "--reason", "keliru", "--yes"]);
    let output = office.pk(&["generate", "--replace"]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(
        stderr(&output).contains(&format!("pk reissue {}", typed(&id).to_uppercase())),
        "{}",
        stderr(&output)
    );
    assert!(office.ok(&["reissue", &typed(&id)]).contains("documents issued again under new codes: 1"));
    let rows = office.status();
    let of_kominfo: Vec<(&str, &str)> = rows
        .iter()
        .filter(|row| row["official"] == "kominfo" && row["kind"] == "agreement")
        .map(|row| (row["id"].as_str().unwrap(), row["status"].as_str().unwrap()))
        .collect();
    assert_eq!(of_kominfo.len(), 2);
    assert_eq!(of_kominfo[0], (id.as_str(), "revoked"));
    assert_eq!(of_kominfo[1].1, "issued");
    office.refused(&["reissue", &id], &["a later document in its place already"]);
}

/// A file that is gone is said before the ceremony, of every document at once, with the way back.
#[test]
fn lost_files_are_named() {
    let office = Office::new();
    let [one, two] = ["kominfo", "dinsos"].map(|official| office.id(official, "agreement"));
    fs::remove_file(office.path.join(format!("documents/{one}/1.pdf"))).unwrap();
    fs::write(office.path.join(format!("documents/{two}/0.pdf")), "%PDF-").unwrap();
    let output = office.pk(&["status"]);
    for part in ["its file is missing", "its file was changed"] {
        assert!(stdout(&output).contains(part), "{}", stdout(&output));
    }
    assert!(stderr(&output).contains("pk backup"), "{}", stderr(&output));
    assert_eq!(
        (&office.row(&one)["file"], &office.row(&two)["file"]),
        (&"missing".into(), &"changed".into())
    );
    office.refused(
        &["generate"],
        &["files of recorded documents that are not there: 1", &typed(&one).to_uppercase()],
    );
}

/// What has changed is said by value, and who has no row any more.
#[test]
fn changed_data_is_told_by_value() {
    let office = Office::new();
    let data = DATA
        .replace("2,8", "2,9")
        .lines()
        .filter(|line| !line.contains("dinsos"))
        .collect::<Vec<_>>()
        .join("\n");
    // The unit goes on, with somebody else.
    let data = data.replace("unit: Dinas Komunikasi dan Informatika, jenjang", "unit: Dinas Sosial, jenjang");
    fs::write(office.path.join("data/2026.yaml"), data).unwrap();
    office.refused(
        &["generate"],
        &[
            "objective 1, indicator 1, target: 2,8 → 2,9",
            "party 1, unit: Dinas Komunikasi dan Informatika → Dinas Sosial",
        ],
    );
    let checked = office.pk(&["check"]);
    assert!(checked.status.success());
    for part in ["issued with other data: 2", "have no row any more: 2", "(dinsos)"] {
        assert!(stderr(&checked).contains(part), "{}", stderr(&checked));
    }
}

#[test]
fn visibility_is_chosen_a_document() {
    let office = Office::new();
    let [one, two] = ["kominfo", "dinsos"].map(|official| office.id(official, "agreement"));
    let shown = |id: &str| office.row(id)["visibility"].clone();
    assert_eq!(shown(&one), Value::Null);
    let set = |ids: &[&str], level: &str| {
        let arguments = [&["visibility"], ids, &[level, "--reason", "permintaan"]].concat();
        office.ok(&arguments)
    };
    for (level, word) in
        [("asli", "original"), ("pokok", "fields"), ("status", "status"), ("original", "original")]
    {
        assert!(set(&[&typed(&one), &two], level).contains("documents: 2"), "{level}");
        assert_eq!((shown(&one), shown(&two)), (word.into(), word.into()));
    }
    assert!(set(&[&two], "bawaan").contains("documents: 1"));
    assert!(set(&[&one, &two], "default").contains("documents: 1"), "the other one has it already");
    assert_eq!((shown(&one), shown(&two)), (Value::Null, Value::Null));
    assert!(set(&[&one, &two], "default").contains("nothing was changed"));
    office.refused(&["visibility", &one, "semua", "--reason", "x"], &["semua"]);
    office.refused(&["visibility", "original", "--reason", "x"], &["required"]);
    office.refused(&["visibility", &one, "fields"], &["--reason"]);
    office.refused(
        &["visibility", &one, "AAAAAAAAAAAAAAAA", "fields", "--reason", "x"],
        &["not in the register"],
    );
    // What was revoked can still be hidden.
    office.ok(&["revoke", &one, "--reason", "salah", "--yes"]);
    set(&[&one], "status");
    let row = office.row(&one);
    assert_eq!((&row["visibility"], &row["status"]), (&"status".into(), &"revoked".into()));
    assert_eq!(row["reason"], "salah", "the reason of the visibility is in the history");
}

/// A wrong document that everybody has signed: it is revoked, and the right one is issued in its place.
#[test]
fn a_revoked_document_makes_room_for_another() {
    let fixture = Fixture::new();
    fixture.generate();
    fixture.sign_all();
    let wrong = fixture.entry("kominfo", Kind::Agreement);
    let right = fixture::cycle(&DATA.replace("\"2,8\"", "\"3,2\""));
    let fresh: Vec<_> = fixture::reservations(20).split_off(right.documents.len());
    let again = |changed| fixture.generate_with(&right, changed, &fresh);
    assert!(matches!(again(Changed::Replace), Err(pk::batch::GenerateError::Complete(_))));
    let change = Change::Revoked { reason: "salah target".into() };
    fixture.registry().advance(&wrong.reservation.id, wrong.revision, &change, fixture::now()).unwrap();
    assert!(matches!(again(Changed::Refuse), Err(pk::batch::GenerateError::Changed(_))));
    let summary = again(Changed::Replace).unwrap();
    assert_eq!((summary.issued, summary.replaced, summary.unchanged), (1, 0, 4));
    let [old, new] = fixture.registry().in_slot(&wrong.slot).unwrap().try_into().unwrap();
    assert_eq!((old.status, old.successor), (Status::Revoked, None));
    assert_eq!(
        (new.status, new.first_objective.as_deref()),
        (Status::Issued, Some("Meningkatnya kualitas informatika"))
    );
    assert_eq!(again(Changed::Replace).unwrap().issued, 0, "once");
}

#[test]
fn what_is_recorded_comes_from_the_document() {
    let entry = fixture::complete().entry("dinsos", Kind::Agreement);
    assert_eq!(entry.signers[0].position, "Plt. Kepala Dinas Sosial", "as printed");
    assert_eq!(entry.signers[1].position, "Bupati Contoh");
    let kominfo = fixture::complete().entry("kominfo", Kind::Agreement);
    assert_eq!(kominfo.first_objective, kominfo.last_objective, "it has one");
    assert_eq!(fixture::complete().entry("kominfo", Kind::Pledge).first_objective, None);
}

#[test]
fn a_backup_takes_the_place_of_the_office() {
    let office = Office::new();
    let saved = office.folder.path().join("cadangan");
    let name = saved.to_str().unwrap();
    // Rests of crashed commands and locks stay behind.
    fs::write(office.path.join("data/.2026.xlsx.new"), "half").unwrap();
    assert!(office.ok(&["backup", name, "--with-private-keys"]).contains("files copied to"));
    office.refused(&["backup", name], &["already exists"]);
    for left in ["data/.2026.xlsx.new", ".lock", "keys/.lock", "registry.db-journal", ".unfinished-backup"] {
        assert!(!saved.join(left).exists(), "{left}");
    }
    let before = office.status();
    fs::remove_dir_all(&office.path).unwrap();
    assert_eq!(office.pk(&["status"]).status.code(), Some(2));
    fs::rename(&saved, &office.path).unwrap();
    assert_eq!(office.status(), before);
    office.sign_all();
    assert!(office.ok(&["status"]).contains("documents: 5; 5 complete"));
    let id = office.id("kominfo", "agreement");
    assert_eq!(office.verify(&id, "en").0, Some(0));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |name: &str| fs::metadata(office.path.join(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!(
            (mode("private"), mode("private/officials"), mode("private/root.key")),
            (0o700, 0o700, 0o600)
        );
    }
}

#[test]
fn a_backup_without_keys_only_checks() {
    let office = Office::new();
    office.sign_all();
    let saved = office.folder.path().join("cadangan");
    let output = office.pk(&["backup", saved.to_str().unwrap()]);
    assert!(output.status.success());
    assert!(stderr(&output).contains("left out: private/"), "{}", stderr(&output));
    assert!(!saved.join("private").exists());
    let copy = Office { folder: TempDir::new().unwrap(), path: saved };
    assert_eq!(copy.status(), office.status());
    let id = copy.id("kominfo", "agreement");
    assert_eq!(copy.verify(&id, "en").0, Some(0));
    copy.refused(&["key", "crl"], &["is missing"]);
}

/// Whatever stops a backup, there is none under its name; and what is not its own is never removed.
#[test]
fn half_a_backup_has_no_name() {
    let office = Office::new();
    let saved = office.folder.path().join("cadangan");
    let (name, staged) = (saved.to_str().unwrap(), office.folder.path().join("cadangan.new"));
    let inside = office.path.join("cadangan");
    office.refused(&["backup", inside.to_str().unwrap()], &["inside the office folder"]);
    #[cfg(unix)]
    for to in ["nowhere", ".."] {
        let link = office.path.join("data/z");
        std::os::unix::fs::symlink(to, &link).unwrap();
        office.refused(&["backup", name], &["data/z"]);
        assert!(!saved.exists() && !staged.exists(), "{to}");
        fs::remove_file(link).unwrap();
    }
    // A registry that was edited is no backup.
    let good = fs::read(office.path.join("registry.db")).unwrap();
    let raw = rusqlite::Connection::open(office.path.join("registry.db")).unwrap();
    raw.execute_batch("DROP TRIGGER events_stay; UPDATE events SET at = at + 1 WHERE number = 1").unwrap();
    drop(raw);
    assert_eq!(office.pk(&["backup", name]).status.code(), Some(2));
    fs::write(office.path.join("registry.db"), good).unwrap();
    assert!(!saved.exists() && !staged.exists());
    // Somebody's own folder of the name.
    fs::create_dir(&staged).unwrap();
    fs::write(staged.join("mine"), "").unwrap();
    office.refused(&["backup", name], &["cadangan.new already exists"]);
    assert!(staged.join("mine").exists());
    // The rest of a backup that was killed: with its mark, or before it had one.
    fs::write(staged.join(".unfinished-backup"), "").unwrap();
    office.ok(&["backup", name]);
    assert!(saved.join("pk.toml").exists() && !saved.join("mine").exists() && !staged.exists());
    fs::remove_dir_all(&saved).unwrap();
    fs::create_dir(&staged).unwrap();
    office.ok(&["backup", name]);
}

/// A backup that is killed leaves nothing under its name, or all of it.
#[test]
fn a_killed_backup_is_none() {
    let office = Office::new();
    let saved = office.folder.path().join("cadangan");
    let mut child = Command::new(env!("CARGO_BIN_EXE_pk"))
        .env_clear()
        .args(["backup", saved.to_str().unwrap(), "--office", office.path.to_str().unwrap()])
        .spawn()
        .unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    if !saved.exists() {
        office.ok(&["backup", saved.to_str().unwrap()]);
    }
    let copy = Office { folder: TempDir::new().unwrap(), path: saved };
    assert_eq!(copy.status(), office.status());
}

/// While one command holds the office, another one waits and then looks again.
#[test]
fn commands_on_one_office_take_turns() {
    let office = Office::new();
    let id = office.id("dinsos", "agreement");
    let children: Vec<_> = (0..4)
        .map(|i| {
            Command::new(env!("CARGO_BIN_EXE_pk"))
                .env_clear()
                .env("PK_OFFICE_PASSPHRASE", crate::commands::PASSPHRASE)
                .args(["revoke", &id, "--yes", "--reason", &format!("alasan {i}"), "--office"])
                .arg(&office.path)
                .stderr(std::process::Stdio::null())
                .stdout(std::process::Stdio::null())
                .spawn()
                .unwrap()
        })
        .collect();
    let codes = children.into_iter().map(|mut child| child.wait().unwrap());
    let done = codes.filter(std::process::ExitStatus::success).count();
    assert_eq!(done, 1);
    assert_eq!(office.row(&id)["status"], "revoked");
}

/// Who waits is told for whom, and waits no longer than that.
#[test]
fn who_waits_is_told_for_whom() {
    let office = Office::new();
    let held = pk::office::Office::open(&office.path).unwrap().lock().unwrap();
    let id = office.id("dinsos", "agreement");
    let mut child = Command::new(env!("CARGO_BIN_EXE_pk"))
        .env_clear()
        .env("PK_LANG", "en")
        .env("PK_OFFICE_PASSPHRASE", crate::commands::PASSPHRASE)
        .args(["revoke", &id, "--yes", "--reason", "salah", "--office"])
        .arg(&office.path)
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = String::new();
    BufReader::new(child.stderr.take().unwrap()).read_line(&mut said).unwrap();
    drop(held);
    assert!(child.wait().unwrap().success(), "{said}");
    assert!(said.contains("waiting: pk ") && said.contains(&format!("({})", std::process::id())), "{said}");
}
