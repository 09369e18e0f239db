//! The command as a person uses it: words, exit codes, files.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::OnceLock;

use tempfile::TempDir;

pub(crate) const PASSPHRASE: &str = "demo-kabupaten-contoh";

/// Runs `pk` with nothing of the surrounding environment.
pub(crate) fn pk(arguments: &[&str]) -> Output {
    pk_as(PASSPHRASE, arguments)
}

/// With another passphrase for the keys of the office.
pub(crate) fn pk_as(passphrase: &str, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_pk"))
        .env_clear()
        .env("PK_LANG", "en")
        .env("PK_PASSPHRASE", PASSPHRASE)
        .env("PK_OFFICE_PASSPHRASE", passphrase)
        .args(arguments)
        .output()
        .unwrap()
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

pub(crate) struct Demo {
    _folder: TempDir,
    pub(crate) office: PathBuf,
    output: String,
}

impl Demo {
    pub(crate) fn office(&self) -> &str {
        self.office.to_str().unwrap()
    }

    fn status(&self) -> Vec<serde_json::Value> {
        let output = pk(&["status", "--json", "--office", self.office()]);
        serde_json::from_slice(&output.stdout).unwrap()
    }

    pub(crate) fn file(&self, official: &str, revision: &str) -> String {
        let status = self.status();
        let row = status.iter().find(|r| r["official"] == official && r["kind"] == "agreement").unwrap();
        let id = row["id"].as_str().unwrap();
        self.office.join("documents").join(id).join(revision).to_str().unwrap().to_owned()
    }
}

/// One demonstration for all tests that only look.
pub(crate) fn demo() -> &'static Demo {
    static DEMO: OnceLock<Demo> = OnceLock::new();
    DEMO.get_or_init(|| {
        let folder = TempDir::new().unwrap();
        let office = folder.path().join("contoh");
        let output = pk(&["demo", office.to_str().unwrap()]);
        assert!(output.status.success(), "{}{}", stdout(&output), stderr(&output));
        Demo { output: stdout(&output), office, _folder: folder }
    })
}

#[test]
fn the_demonstration_completes_65_documents() {
    let demo = demo();
    assert!(demo.output.contains("65 of 65 documents and the archive verified: valid"), "{}", demo.output);
    assert!(demo.output.contains("129 signatures made, 65 documents complete"), "{}", demo.output);
    let status = demo.status();
    assert_eq!(status.len(), 65);
    assert!(status.iter().all(|row| row["status"] == "complete"));
    let again = pk(&["demo", demo.office()]);
    assert_eq!(again.status.code(), Some(2), "nothing is overwritten");
    assert!(stderr(&again).contains("already exists"));
}

#[test]
fn exit_codes_say_what_was_found() {
    let demo = demo();
    let office = ["--office", demo.office()];
    let code = |arguments: &[&str]| pk(&[arguments, &office].concat()).status.code();
    let file = demo.file("kominfo", "2.pdf");
    let older = demo.file("kominfo", "1.pdf");
    assert_eq!(code(&["verify", &file]), Some(0));
    assert_eq!(code(&["verify", &older]), Some(3));
    let mut bytes = fs::read(&file).unwrap();
    bytes[3000] ^= 1;
    let forged = demo.office.join("forged.pdf");
    fs::write(&forged, bytes).unwrap();
    let forged = forged.to_str().unwrap();
    assert_eq!(code(&["verify", forged]), Some(1));
    assert_eq!(code(&["verify", "/nonexistent.pdf"]), Some(2));
    // Of several files the worst.
    assert_eq!(code(&["verify", &file, &older]), Some(3));
    assert_eq!(code(&["verify", &file, &older, "/nonexistent.pdf"]), Some(2));
    assert_eq!(code(&["verify", &file, forged, "/nonexistent.pdf"]), Some(1));
    assert_eq!(code(&["verify"]), Some(2));
}

#[test]
fn json_is_one_object_a_file() {
    let demo = demo();
    let file = demo.file("kominfo", "2.pdf");
    let output = pk(&["verify", "--json", &file, &file, "--office", demo.office()]);
    let lines: Vec<serde_json::Value> =
        stdout(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    let verdict = &lines[0];
    assert_eq!(verdict["format"], "pk-verdict/1");
    assert_eq!(verdict["overall"], "TOTAL-PASSED");
    assert_eq!(verdict["lines"]["integrity"]["outcome"], "yes");
    assert_eq!(verdict["lines"]["time"]["outcome"], "unknown");
    assert_eq!(verdict["signatures"][0]["field"], "Segel");
    assert_eq!(verdict["signatures"][0]["kind"], "seal");
    assert_eq!(verdict["signatures"][1]["field"], "PihakPertama");
    assert_eq!(verdict["signatures"][1]["changes_after"], "allowed");
    assert_eq!(verdict["signatures"][2]["changes_after"], "none");
    assert_eq!(verdict["document"]["certified"], "pass");
    assert_eq!(verdict["document"]["reproduced"], "not-checked");
    assert_eq!(verdict["document"]["claim"], "pass");
}

#[test]
fn the_archive_and_its_trust_file_are_enough_elsewhere() {
    let demo = demo();
    let zip = fs::read_dir(demo.office.join("archive")).unwrap().next().unwrap().unwrap().path();
    let trust = demo.office.join("keys/trust.pem");
    let output = pk(&["verify", zip.to_str().unwrap(), "--trust", trust.to_str().unwrap()]);
    // Everything holds, but whether it is still in force only the office knows.
    assert_eq!(output.status.code(), Some(3));
    assert!(stdout(&output).contains("the manifest is sealed by Pemerintah Kabupaten Contoh"));
    assert!(
        stdout(&output).contains("documents: 65; 0 valid, 0 no longer in force, 0 not valid, 65 not certain")
    );
}

#[test]
fn an_office_goes_its_own_way_step_by_step() {
    let folder = TempDir::new().unwrap();
    let office = folder.path().join("kantor");
    let office = office.to_str().unwrap();
    let data = folder.path().join("data.yaml");
    fs::write(&data, crate::fixture::DATA).unwrap();
    let data = data.to_str().unwrap();
    let ok = |arguments: &[&str]| {
        let output = pk(&[arguments, &["--office", office]].concat());
        assert!(output.status.success(), "{arguments:?}: {}{}", stdout(&output), stderr(&output));
        stdout(&output)
    };
    let refused = |arguments: &[&str], message: &str| {
        let output = pk(&[arguments, &["--office", office]].concat());
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stderr(&output).contains(message), "{arguments:?}: {}", stderr(&output));
    };
    refused(&["status"], "is no office folder");
    let init =
        ["init", office, "--institution", "Pemerintah Kabupaten Contoh", "--host", "cek.contoh.example"];
    assert!(pk(&init).status.success());
    assert_eq!(pk(&init).status.code(), Some(2), "nothing is overwritten");
    assert!(ok(&["check", data]).contains("officials: 3, documents: 5"));
    for official in ["bupati", "kominfo", "dinsos"] {
        assert!(ok(&["key", "new", official, "--data", data]).contains("serial number"));
    }
    refused(&["key", "new", "kominfo", "--data", data], "already exists");
    refused(&["key", "new", "siapa", "--data", data], "there is no official siapa");
    assert!(ok(&["key", "list"]).contains("kominfo"));
    assert!(ok(&["generate", data]).contains("documents issued: 5 "));
    assert!(ok(&["generate", data]).contains("documents issued: 0 "));
    refused(&["sign", "--as", "kominfo", "--all"], "nothing was signed");
    assert!(ok(&["sign", "--as", "kominfo", "--all", "--yes"]).contains("documents signed: 2,"));
    assert!(ok(&["sign", "--as", "kominfo", "--all", "--yes"]).contains("no document waits"));
    refused(&["sign", "--as", "siapa", "--all", "--yes"], "there is no key for an official siapa");
    refused(&["sign", "--as", "kominof", "--all", "--yes"], "did you mean kominfo?");
    ok(&["sign", "--as", "dinsos", "--all", "--yes"]);
    let signed = ok(&["sign", "--as", "bupati", "--all", "--yes"]);
    assert!(signed.contains("budget: Rp 1.589.645.600"), "{signed}");
    assert!(signed.contains("documents signed: 5, of these complete now: 5"), "{signed}");
    assert!(ok(&["status"]).contains("documents: 5; 5 complete"));
    assert!(ok(&["archive"]).contains("documents packed: 5,"));
    let list: Vec<serde_json::Value> = serde_json::from_str(&ok(&["key", "list", "--json"])).unwrap();
    let serial =
        list.iter().find(|k| k["owner"] == "kominfo").unwrap()["serial"].as_str().unwrap().to_owned();
    ok(&["key", "revoke", &serial, "--reason", "key-compromise", "--yes"]);
    refused(&["sign", "--as", "kominfo", "--all", "--yes"], "was revoked");
}

#[test]
fn languages_follow_the_user() {
    let run = |variables: &[(&str, &str)], arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pk"));
        command.env_clear().envs(variables.iter().copied()).args(arguments);
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    };
    assert!(run(&[], &["--help"]).starts_with("Perjanjian kinerja"), "Indonesian by default");
    assert!(run(&[("LANG", "C.UTF-8")], &["--help"]).starts_with("Perjanjian kinerja"));
    assert!(run(&[("LANG", "en_GB.UTF-8")], &["--help"]).starts_with("Performance agreements"));
    assert!(run(&[("LANG", "en_GB.UTF-8"), ("PK_LANG", "id")], &["--help"]).starts_with("Perjanjian"));
    assert!(run(&[("PK_LANG", "id")], &["--lang", "en", "--help"]).starts_with("Performance"));
    let unknown =
        Command::new(env!("CARGO_BIN_EXE_pk")).env_clear().args(["--lang", "fr", "schema"]).output();
    let unknown = unknown.unwrap();
    assert_eq!(unknown.status.code(), Some(2));
    assert!(stderr(&unknown).contains("fr") && stderr(&unknown).contains("id, en"), "{}", stderr(&unknown));
    assert!(run(&[], &["completions", "bash"]).contains("_pk()"));
    assert!(run(&[], &["man"]).starts_with(".ie"));
    let schema: serde_json::Value = serde_json::from_str(&run(&[], &["schema"])).unwrap();
    assert_eq!(schema["type"], "object");
}

#[test]
fn secrets_stay_out_of_sight() {
    let demo = demo();
    let wrong = Command::new(env!("CARGO_BIN_EXE_pk"))
        .env_clear()
        .env("PK_OFFICE_PASSPHRASE", "rahasia-yang-salah")
        .args(["archive", "--office", demo.office()])
        .output()
        .unwrap();
    assert_eq!(wrong.status.code(), Some(2));
    let shown = format!("{}{}", stdout(&wrong), stderr(&wrong));
    assert!(shown.contains("salah"), "{shown}");
    assert!(!shown.contains("rahasia-yang"), "the passphrase is in the message");
    let database = fs::read(demo.office.join("registry.db")).unwrap();
    assert!(!database.windows(PASSPHRASE.len()).any(|w| w == PASSPHRASE.as_bytes()));
}
