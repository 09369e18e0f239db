//! What takes the place of a document, and what must not.

use std::fs;

use pk::registry::{Change, Registry as _, SqliteRegistry, Status};
use serde_json::Value;

use crate::commands::{stderr, stdout};
use crate::fixture::DATA;
use crate::standing::{Office, typed};

fn registry(office: &Office) -> SqliteRegistry {
    SqliteRegistry::open(&office.path.join("registry.db")).unwrap()
}

/// Records that one document took the place of another, as somebody without the seal's key does it.
fn record(office: &Office, old: &str, by: &str) {
    let mut registry = registry(office);
    let entry = registry.find(&old.parse().unwrap()).unwrap().unwrap();
    let change = Change::Superseded { by: by.parse().unwrap(), reason: "dari luar".into() };
    registry.advance(&entry.reservation.id, entry.revision, &change, entry.changed).unwrap();
}

/// Two documents of one day and one position: what says which is newer is the order of issue.
#[test]
fn an_older_document_replaces_nothing() {
    let office = Office::new();
    let first = office.id("kominfo", "agreement");
    // The next holder of the position.
    let data = DATA.replace("id: kominfo", "id: kominfo-2").replace("pejabat: kominfo", "pejabat: kominfo-2");
    let path = office.path.join("data/penerus.yaml");
    fs::write(&path, data.replace("Contoh Satu", "Contoh Tiga")).unwrap();
    let said = office.pk(&["generate", path.to_str().unwrap()]);
    assert!(said.status.success(), "{}", stderr(&said));
    // The other workbook has the rows that are missing in this one.
    let words = stderr(&said);
    assert!(words.contains("another workbook in data/") && !words.contains("pk revoke"), "{words}");
    office.ok(&["key", "new", "kominfo-2", "--data", path.to_str().unwrap()]);
    for official in ["kominfo-2", "bupati"] {
        office.ok(&["sign", "--as", official, "--all", "--yes"]);
    }
    let second = office.id("kominfo-2", "agreement");
    let wish =
        |old: &str, by: &str| ["supersede", old, "--by", by, "--reason", "mutasi", "--yes"].map(String::from);
    let wrong = wish(&second, &first);
    office.refused(&wrong.each_ref().map(String::as_str), &["is older than"]);
    let right = wish(&first, &second);
    // Whoever typed another code meant another document, also where none had to be typed.
    let other = office.id("dinsos", "agreement");
    let forced = [&right.each_ref().map(String::as_str)[..], &["--force", &other]].concat();
    office.refused(&forced, &["is not that of the document that is replaced"]);
    let done = office.ok(&right.each_ref().map(String::as_str));
    assert!(done.contains(&typed(&first).to_uppercase()), "{done}");
    // The workbook still has the row of the first one; nothing is issued for it, and that is said.
    let again = office.pk(&["generate", office.path.join("data/2026.yaml").to_str().unwrap()]);
    assert!(again.status.success(), "{}", stderr(&again));
    let words = stderr(&again);
    assert!(words.contains("superseded and were not issued again: 1"), "{words}");
    // If that was a mistake there is a way, and it is asked for: the successor stays in force.
    let data = office.path.join("data/2026.yaml");
    let again = ["reissue", &first, "--data", data.to_str().unwrap()];
    office.refused(&again, &["nothing was changed", "--yes"]);
    office.ok(&[&again[..], &["--yes"]].concat());
}

/// A successor's first agreement of the year follows the revision that the predecessor signed last.
#[test]
fn a_successor_replaces_what_was_revised_before() {
    let office = Office::new();
    office.sign_all();
    let original = office.id("kominfo", "agreement");
    let issue = |name: &str, data: String, official: &str| {
        let path = office.path.join(format!("data/{name}.yaml"));
        fs::write(&path, data).unwrap();
        let said = office.pk(&["generate", path.to_str().unwrap()]);
        assert!(said.status.success(), "{}", stderr(&said));
        if official != "kominfo" {
            office.ok(&["key", "new", official, "--data", path.to_str().unwrap()]);
        }
        for official in [official, "bupati"] {
            office.ok(&["sign", "--as", official, "--all", "--yes"]);
        }
    };
    issue(
        "perubahan",
        DATA.replace("  tanggal: 2026-01-05", "  tanggal: 2026-03-05\n  jenis: perubahan"),
        "kominfo",
    );
    let of = |official: &str, stage: u64| {
        let rows = office.status();
        let row = rows
            .iter()
            .find(|row| row["official"] == official && row["kind"] == "agreement" && row["stage"] == stage);
        row.unwrap()["id"].as_str().unwrap().to_owned()
    };
    let revised = of("kominfo", 1);
    let replace = |old: &str, by: &str| {
        ["supersede", old, "--by", by, "--reason", "perubahan", "--yes"].map(String::from)
    };
    let wish = replace(&revised, &original);
    office.refused(&wish.each_ref().map(String::as_str), &["is older than"]);
    office.ok(&replace(&original, &revised).each_ref().map(String::as_str));
    let data = DATA.replace("id: kominfo", "id: kominfo-2").replace("pejabat: kominfo", "pejabat: kominfo-2");
    let data = data.replace("Contoh Satu", "Contoh Tiga").replace("2026-01-05", "2026-05-04");
    // The others have signed theirs in January.
    let data = data
        .replace("dokumen: pk}", "dokumen: tidak}")
        .replace("kapasitas: plt,", "kapasitas: plt, dokumen: tidak,");
    let data: String = data
        .lines()
        .filter(|line| !line.contains("{pejabat: bupati") && !line.contains("{pejabat: dinsos"))
        .fold(String::new(), |text, line| text + line + "\n");
    issue("penerus", data, "kominfo-2");
    let successor = of("kominfo-2", 0);
    let wish = replace(&successor, &revised);
    office.refused(&wish.each_ref().map(String::as_str), &["is older than"]);
    office.ok(&replace(&revised, &successor).each_ref().map(String::as_str));
    let (exit, words) = office.verify(&original, "en");
    assert_eq!(exit, Some(3), "{words}");
}

/// Three revisions: a reader of the first one is sent to the one that is in force.
#[test]
fn successors_are_followed_to_the_one_in_force() {
    let office = Office::new();
    office.sign_all();
    let mut ids = vec![office.id("dinsos", "agreement")];
    for (stage, day) in [(1, "2026-06-08"), (2, "2026-09-14")] {
        let head = format!("tanggal: {day}\n  jenis: perubahan\n  nomor_perubahan: {stage}");
        let data = DATA.replace("tanggal: 2026-01-05", &head).replace("65,5", &format!("7{stage},5"));
        let path = office.path.join(format!("data/perubahan-{stage}.yaml"));
        fs::write(&path, data).unwrap();
        office.ok(&["generate", path.to_str().unwrap()]);
        for official in ["kominfo", "dinsos", "bupati"] {
            office.ok(&["sign", "--as", official, "--all", "--yes"]);
        }
        let rows = office.status();
        let newest = rows.iter().find(|row| row["official"] == "dinsos" && row["stage"] == stage).unwrap();
        let newest = newest["id"].as_str().unwrap().to_owned();
        let old = ids.last().unwrap().clone();
        office.ok(&["supersede", &old, "--by", &newest, "--reason", "perubahan", "--yes"]);
        ids.push(newest);
    }
    let shown = |id: &str| typed(id).to_uppercase();
    for old in &ids[..2] {
        let (code, words) = office.verify(old, "en");
        assert_eq!(code, Some(3), "{words}");
        assert!(words.contains(&format!("its place is now taken by document {}", shown(&ids[2]))), "{words}");
    }
    office.ok(&["revoke", &ids[2], "--reason", "salah", "--yes"]);
    let (code, words) = office.verify(&ids[0], "en");
    assert_eq!(code, Some(3), "{words}");
    assert!(words.contains("the document that took its place is no longer in force either"), "{words}");
    assert!(!words.contains("verify document"), "nobody is sent to one that was revoked: {words}");
}

/// The event alone is nobody's word: it is told from those that the seal vouches for.
#[test]
fn unsealed_successors_are_named() {
    let office = Office::new();
    let [old, by] = ["kominfo", "dinsos"].map(|official| office.id(official, "agreement"));
    record(&office, &old, &by);
    let history = office.ok(&["history", &old]);
    assert!(history.contains("without a seal of this office"), "{history}");
}

/// What is issued again is what was revoked, and nothing that the workbook says by now.
#[test]
fn other_data_is_not_issued_again() {
    let office = Office::new();
    let id = office.id("kominfo", "agreement");
    office.ok(&["revoke", &id, "--reason", "keliru", "--yes"]);
    fs::write(office.path.join("data/2026.yaml"), DATA.replace("2,8", "2,9")).unwrap();
    office.refused(&["reissue", &id], &["2,8 → 2,9"]);
    fs::write(office.path.join("data/2026.yaml"), DATA).unwrap();
    office.ok(&["reissue", &id]);
    let newest = registry(&office).all().unwrap().pop().unwrap();
    office.refused(&["reissue", &id], &[&newest.reservation.id.grouped()]);
}

/// A code is a document of the register: neither a file of that name nor another document in its place answers for it.
#[test]
fn a_code_is_answered_by_its_own_document() {
    let office = Office::new();
    office.sign_all();
    let [one, two] = ["kominfo", "dinsos"].map(|official| office.id(official, "agreement"));
    let file = |id: &str| office.path.join(format!("documents/{id}/{}.pdf", office.row(id)["revision"]));
    let answered = office.pk(&["verify", &typed(&one)]);
    assert_eq!(answered.status.code(), Some(0), "{}{}", stdout(&answered), stderr(&answered));
    let own = fs::read(file(&one)).unwrap();
    fs::copy(file(&two), file(&one)).unwrap();
    let output = office.pk(&["verify", &typed(&one)]);
    assert_eq!(output.status.code(), Some(2), "{}", stdout(&output));
    assert!(
        stderr(&output).contains("is not the one that the register has on record"),
        "{}",
        stderr(&output)
    );
    assert!(!stdout(&output).contains("VALID"), "{}", stdout(&output));
    fs::write(file(&one), own).unwrap();
    assert_eq!(office.pk(&["verify", &one]).status.code(), Some(0));
}

/// An older revision is passed over because it is the beginning of the newest one, not because of its name.
#[test]
fn a_file_is_passed_over_for_what_it_holds() {
    let office = Office::new();
    office.sign_all();
    let documents = office.path.join("documents");
    let summary = |arguments: &[&str]| {
        let output = office.pk(arguments);
        (output.status.code(), stdout(&output), stderr(&output))
    };
    let (code, _, notes) = summary(&["verify", documents.to_str().unwrap()]);
    assert_eq!(code, Some(0), "{notes}");
    assert!(notes.contains("older"), "{notes}");
    // A forged one under the name of a first revision.
    let id = office.id("kominfo", "agreement");
    let path = documents.join(format!("{id}/0.pdf"));
    let mut forged = fs::read(&path).unwrap();
    let at = forged.windows(4).position(|w| w == b"obj\n").unwrap();
    forged[at + 5] ^= 1;
    fs::write(&path, &forged).unwrap();
    let (code, words, _) = summary(&["verify", documents.to_str().unwrap()]);
    assert_eq!(code, Some(1), "{words}");
    assert!(words.contains("0.pdf"), "{words}");
}

/// An archive of documents that have all ended is genuine, and nothing in it is to be used.
#[test]
fn an_archive_of_ended_documents_is_not_in_force() {
    let office = Office::new();
    office.sign_all();
    let rows = office.status();
    let ids: Vec<&str> = rows.iter().map(|row| row["id"].as_str().unwrap()).collect();
    office.ok(&["archive"]);
    let archive = office.path.join("archive/2026.zip");
    let all = [&["revoke", "--reason", "batal", "--yes"][..], &ids[1..]].concat();
    office.ok(&all);
    let (code, words) = verify(&office, &archive);
    assert_eq!(code, Some(0), "one is in force: {words}");
    office.ok(&["revoke", "--reason", "batal", "--yes", ids[0]]);
    let (code, words) = verify(&office, &archive);
    assert_eq!(code, Some(3), "{words}");
    assert!(words.starts_with("NO LONGER IN FORCE"), "{words}");
}

fn verify(office: &Office, path: &std::path::Path) -> (Option<i32>, String) {
    let output = office.pk(&["verify", path.to_str().unwrap()]);
    (output.status.code(), stdout(&output))
}

/// What was revoked before anybody signed has no word but the register's, and is not called genuine.
#[test]
fn what_ended_unsigned_is_not_called_genuine() {
    let office = Office::new();
    let id = office.id("dinsos", "agreement");
    office.ok(&["revoke", &id, "--reason", "salah", "--yes"]);
    assert_eq!(registry(&office).find(&id.parse().unwrap()).unwrap().unwrap().status, Status::Revoked);
    let (code, words) = office.verify(&id, "en");
    assert_ne!(code, Some(0), "{words}");
    assert!(words.contains("not everybody has signed this file"), "{words}");
    assert!(words.contains("revoked by its issuer"), "{words}");
    let value: Value = serde_json::from_str(&stdout(&office.pk(&["verify", &id, "--json"]))).unwrap();
    assert_ne!(value["lines"]["integrity"]["outcome"], "yes", "{value}");
}

/// The lock is written to only where it is nothing but a lock.
#[cfg(unix)]
#[test]
fn a_lock_is_no_way_to_another_file() {
    let office = Office::new();
    let lock = office.path.join(".lock");
    let victim = office.path.join("berharga.txt");
    let precious = b"jangan diubah";
    let status = || office.pk(&["revoke", "AAAAAAAAAAAAAAAA", "--reason", "x", "--yes"]);
    fs::write(&victim, precious).unwrap();
    let _ = fs::remove_file(&lock);
    std::os::unix::fs::symlink(&victim, &lock).unwrap();
    assert_eq!(status().status.code(), Some(2));
    assert_eq!(fs::read(&victim).unwrap(), precious, "by a symbolic link");
    let held = pk::office::Office::open(&office.path).unwrap().lock();
    assert!(held.is_err(), "a link is no lock");
    fs::remove_file(&lock).unwrap();
    fs::hard_link(&victim, &lock).unwrap();
    drop(pk::office::Office::open(&office.path).unwrap().lock().unwrap());
    assert_eq!(fs::read(&victim).unwrap(), precious, "by a hard link");
    fs::remove_file(&lock).unwrap();
    for _ in 0..2 {
        drop(pk::office::Office::open(&office.path).unwrap().lock().unwrap());
    }
    let note = fs::read_to_string(&lock).unwrap();
    assert!(note.ends_with(')') && !note.contains('\0'), "{note:?}");
    // What is no note stays as it is.
    fs::write(&lock, precious).unwrap();
    drop(pk::office::Office::open(&office.path).unwrap().lock().unwrap());
    assert_eq!(fs::read(&lock).unwrap(), precious);
}

/// A handle that was changed makes every document of its official once more: said before it happens.
#[test]
fn another_handle_of_one_person_is_noticed() {
    let office = Office::new();
    office.sign_all();
    assert!(!stderr(&office.pk(&["check"])).contains("once more"));
    let data =
        DATA.replace("id: kominfo", "id: diskominfo").replace("pejabat: kominfo", "pejabat: diskominfo");
    fs::write(office.path.join("data/2026.yaml"), data).unwrap();
    let said = office.pk(&["check"]);
    assert_eq!(said.status.code(), Some(0));
    let words = stderr(&said);
    assert!(words.contains("issued once more: 2"), "{words}");
    assert!(words.contains(&typed(&office.id("kominfo", "pledge")).to_uppercase()), "{words}");
    // Another person in the position is another matter.
    let data = fs::read_to_string(office.path.join("data/2026.yaml")).unwrap();
    fs::write(office.path.join("data/2026.yaml"), data.replace("Contoh Satu", "Contoh Tiga")).unwrap();
    assert!(!stderr(&office.pk(&["check"])).contains("once more"));
}

/// A file that nobody recorded is not called an older copy, which the issuer would have given out.
#[test]
fn a_copy_that_was_saved_anew_is_no_older_one() {
    let office = Office::new();
    office.sign_all();
    let id = office.id("kominfo", "agreement");
    let older = office.path.join(format!("documents/{id}/1.pdf"));
    let verify = |path: &std::path::Path| stdout(&office.pk(&["verify", "--json", path.to_str().unwrap()]));
    assert!(verify(&older).contains("status.older-copy"));
    let copy = office.folder.path().join("salinan.pdf");
    let mut bytes = fs::read(&older).unwrap();
    // In the comment behind the first line, which nothing refers to.
    let at = bytes.windows(2).position(|pair| pair == b"\n%").unwrap() + 2;
    bytes[at] ^= 1;
    fs::write(&copy, bytes).unwrap();
    let words = verify(&copy);
    assert!(words.contains("status.other-copy") && !words.contains("status.older-copy"), "{words}");
}
