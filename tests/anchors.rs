//! Whom `pk verify` trusts: what was named, and what the user entered in their own configuration. A folder that
//! somebody hands over vouches for nothing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

use crate::commands::{demo, stderr, stdout};

const PASSPHRASE: &str = "demo-kabupaten-contoh";

/// A user with a configuration of their own.
struct User {
    home: TempDir,
}

impl User {
    fn new() -> Self {
        Self { home: TempDir::new().unwrap() }
    }

    fn configuration(&self) -> PathBuf {
        self.home.path().join("pk")
    }

    fn file(&self) -> PathBuf {
        self.configuration().join("trusted.toml")
    }

    fn run_with(&self, folder: &Path, variables: &[(&str, &str)], arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_pk"))
            .env_clear()
            .env("PK_LANG", "en")
            .env("PK_CONFIG", self.configuration())
            .env("PK_PASSPHRASE", PASSPHRASE)
            .env("PK_OFFICE_PASSPHRASE", PASSPHRASE)
            .envs(variables.iter().copied())
            .args(arguments)
            .current_dir(folder)
            .output()
            .unwrap()
    }

    fn run(&self, folder: &Path, arguments: &[&str]) -> Output {
        self.run_with(folder, &[], arguments)
    }

    fn ok(&self, folder: &Path, arguments: &[&str]) -> String {
        let output = self.run(folder, arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}{}", stdout(&output), stderr(&output));
        stdout(&output)
    }
}

fn office() -> &'static Path {
    &demo().office
}

fn document() -> String {
    demo().file("kominfo", "2.pdf")
}

#[test]
fn an_office_that_only_lies_here_vouches_for_nothing() {
    let user = User::new();
    let file = document();
    let output = user.run(office(), &["verify", &file]);
    let shown = stdout(&output);
    assert_eq!(output.status.code(), Some(3), "{shown}");
    assert!(shown.contains("there is an office folder here") && shown.contains("pk trust add ."), "{shown}");
    assert!(!shown.contains("trust comes from"), "{shown}");
    // Beside the objects of --json, on standard error.
    let json = user.run(office(), &["verify", "--json", &file]);
    assert_eq!(json.status.code(), Some(3));
    assert!(
        serde_json::from_str::<Value>(&stdout(&json)).is_ok() && stderr(&json).contains("office folder here")
    );
    // What works on the office still finds it.
    assert!(user.ok(office(), &["status"]).contains("documents: 65;"));
    assert!(!user.file().exists(), "nothing is entered by looking");
    // A pk.toml that cannot be read stops nobody who did not name it.
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("pk.toml"), "instansi = 1").unwrap();
    let other = user.run(folder.path(), &["verify", &file]);
    assert_eq!(other.status.code(), Some(3), "{}", stderr(&other));
    assert!(stdout(&other).contains("office folder here"));
    assert_eq!(user.run(folder.path(), &["verify", &file, "--office", "."]).status.code(), Some(2));
}

#[test]
fn every_good_answer_says_whose_root_vouches_and_why() {
    let user = User::new();
    let file = document();
    let named = user.ok(office(), &["verify", &file, "--office", "."]);
    assert!(named.contains("trust comes from: Pemerintah Kabupaten Contoh (fingerprint "), "{named}");
    assert!(named.contains("because you named the office . with --office"), "{named}");
    let output = user.run_with(Path::new("/"), &[("PK_OFFICE", demo().office())], &["verify", &file]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stdout(&output).contains("because PK_OFFICE names the office"), "{}", stdout(&output));
    // Of several files once, behind the sum.
    let both = user.ok(office(), &["verify", &file, &file, "--office", "."]);
    assert_eq!(both.matches("trust comes from").count(), 1, "{both}");
    let json = user.ok(office(), &["verify", "--json", &file, "--office", "."]);
    let verdict: Value = serde_json::from_str(&json).unwrap();
    for root in [&verdict["signatures"][0]["root"], &verdict["document"]["issued"]["root"]] {
        assert_eq!(root["name"], "Pemerintah Kabupaten Contoh", "{verdict:#}");
        assert_eq!(root["fingerprint"].as_str().unwrap().len(), 64);
        assert_eq!(root["trusted"]["code"], "root.office-option");
    }
    // A trust file alone.
    let folder = TempDir::new().unwrap();
    let trust = folder.path().join("trust.pem");
    let trust = trust.to_str().unwrap();
    user.ok(office(), &["key", "export", "trust", "--out", trust]);
    let outside = user.run(folder.path(), &["verify", &file, "--trust", trust]);
    assert_eq!(outside.status.code(), Some(3), "no register");
    assert!(stdout(&outside).contains(&format!("because you named --trust {trust}")), "{}", stdout(&outside));
    // An archive names it too, and so does a report.
    let archive = fs::read_dir(office().join("archive")).unwrap().next().unwrap().unwrap().path();
    let page = folder.path().join("report.html");
    let arguments =
        ["verify", archive.to_str().unwrap(), &file, "--office", ".", "--report", page.to_str().unwrap()];
    user.ok(office(), &arguments);
    let html = fs::read_to_string(&page).unwrap();
    assert!(html.contains("because you named the office . with --office"));
    let packed = user.ok(office(), &["verify", archive.to_str().unwrap(), "--office", "."]);
    assert_eq!(packed.matches("trust comes from").count(), 1, "{packed}");
}

#[test]
fn an_office_that_its_owner_entered_vouches_in_its_folder() {
    let user = User::new();
    let file = document();
    let refused = user.run(office(), &["trust", "add", "."]);
    assert_eq!(refused.status.code(), Some(2), "nobody answered");
    assert!(stderr(&refused).contains("nothing was entered") && stdout(&refused).contains("fingerprint"));
    assert_eq!(user.run(office(), &["verify", &file]).status.code(), Some(3));
    user.ok(office(), &["trust", "add", ".", "--yes"]);
    let shown = user.ok(office(), &["verify", &file]);
    assert!(shown.starts_with("VALID") && shown.contains("in your own configuration since"), "{shown}");
    // In no other folder, and for no other user.
    assert_eq!(user.run(Path::new("/"), &["verify", &file]).status.code(), Some(3));
    assert_eq!(User::new().run(office(), &["verify", &file]).status.code(), Some(3));
    // With --trust it is left out, as it always was.
    let trust = user.home.path().join("trust.pem");
    user.ok(office(), &["key", "export", "trust", "--out", trust.to_str().unwrap()]);
    let outside = user.run(office(), &["verify", &file, "--trust", trust.to_str().unwrap()]);
    assert_eq!(outside.status.code(), Some(3));
    let listed: Value = serde_json::from_str(&user.ok(office(), &["trust", "list", "--json"])).unwrap();
    let entry = &listed[0];
    assert_eq!((&entry["kind"], &entry["state"]), (&Value::from("office"), &Value::from("good")));
    let prefix = entry["fingerprints"][0].as_str().unwrap()[..8].to_owned();
    assert!(user.ok(office(), &["trust", "list"]).contains(&prefix));
    for unknown in ["2", "0", "0000000000", "kantor"] {
        assert_eq!(user.run(office(), &["trust", "remove", unknown]).status.code(), Some(2), "{unknown}");
    }
    user.ok(office(), &["trust", "remove", &prefix]);
    assert_eq!(user.run(office(), &["verify", &file]).status.code(), Some(3));
    assert!(user.ok(office(), &["trust", "list"]).contains("nobody was entered"));
}

#[test]
fn another_root_in_the_same_folder_is_another_office() {
    let user = User::new();
    let file = document();
    user.ok(office(), &["trust", "add", ".", "--yes"]);
    let text = fs::read_to_string(user.file()).unwrap();
    let start = text.find("fingerprints = [\"").unwrap() + "fingerprints = [\"".len();
    let other = format!("{}{}{}", &text[..start], "ab".repeat(32), &text[start + 64..]);
    fs::write(user.file(), other).unwrap();
    let output = user.run(office(), &["verify", &file]);
    let shown = stdout(&output);
    assert_eq!(output.status.code(), Some(3), "{shown}");
    assert!(shown.contains("is not the one that you entered (abababababababab…)"), "{shown}");
    assert!(!shown.contains("trust comes from"), "{shown}");
    assert!(user.ok(office(), &["trust", "list"]).contains("another one now"));
    // Naming the folder does not make it the one that was entered.
    let folder = office().to_str().unwrap().to_owned();
    let named = user.run(Path::new("/"), &["--office", &folder, "verify", &file]);
    assert_eq!(named.status.code(), Some(3), "{}", stdout(&named));
    assert!(stdout(&named).contains("is not the one that you entered"), "{}", stdout(&named));
    // Whoever enters it again is told.
    let again = user.ok(office(), &["trust", "add", ".", "--yes"]);
    assert!(again.contains("was entered with another root before"), "{again}");
    assert_eq!(user.run(office(), &["verify", &file]).status.code(), Some(0));
    let listed: Value = serde_json::from_str(&user.ok(office(), &["trust", "list", "--json"])).unwrap();
    assert_eq!(listed.as_array().unwrap().len(), 1, "in its place");
}

#[test]
fn a_trust_file_is_trusted_as_it_was() {
    let user = User::new();
    let file = document();
    let elsewhere = TempDir::new().unwrap();
    let trust = elsewhere.path().join("trust.pem");
    user.ok(office(), &["key", "export", "trust", "--out", trust.to_str().unwrap()]);
    user.ok(elsewhere.path(), &["trust", "add", "trust.pem", "--yes"]);
    fs::write(&trust, "something else").unwrap();
    let output = user.run(elsewhere.path(), &["verify", &file]);
    let shown = stdout(&output);
    assert_eq!(output.status.code(), Some(3), "no register: {shown}");
    assert!(shown.contains("in your own configuration since") && shown.contains("trust.pem"), "{shown}");
    // It is known in a folder that pretends to be an office too, which still vouches for nothing.
    let here = stdout(&user.run(office(), &["verify", &file]));
    assert!(here.contains("issuer     yes") && here.contains("office folder here"), "{here}");
    // A copy that was damaged is an error, never less trust in silence.
    let copy = fs::read_dir(user.configuration().join("trust")).unwrap().next().unwrap().unwrap().path();
    let whole = fs::read_to_string(&copy).unwrap();
    fs::write(&copy, whole.replace("-----END X509 CRL-----", "")).unwrap();
    let damaged = user.run(elsewhere.path(), &["verify", &file]);
    assert_eq!(damaged.status.code(), Some(2));
    assert!(stderr(&damaged).contains("not the file that was entered"), "{}", stderr(&damaged));
    assert!(user.ok(elsewhere.path(), &["trust", "list"]).contains("damaged or gone"));
    user.ok(elsewhere.path(), &["trust", "remove", "1"]);
    assert!(!copy.exists());
    // Files that vouch for nobody are not entered.
    for content in ["", "notes", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        fs::write(&trust, content).unwrap();
        assert_eq!(
            user.run(elsewhere.path(), &["trust", "add", "trust.pem", "--yes"]).status.code(),
            Some(2)
        );
    }
    assert!(user.ok(elsewhere.path(), &["trust", "list"]).contains("nobody was entered"));
}

#[cfg(unix)]
#[test]
fn the_configuration_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let user = User::new();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    user.ok(office(), &["trust", "add", ".", "--yes"]);
    assert_eq!((mode(&user.configuration()), mode(&user.file())), (0o700, 0o600));
    for (path, open, own) in [(user.file(), 0o666, 0o600), (user.configuration(), 0o777, 0o700)] {
        fs::set_permissions(&path, fs::Permissions::from_mode(open)).unwrap();
        let output = user.run(office(), &["verify", &document()]);
        assert_eq!(output.status.code(), Some(2), "{}", path.display());
        assert!(stderr(&output).contains("others may write your configuration"), "{}", stderr(&output));
        fs::set_permissions(&path, fs::Permissions::from_mode(own)).unwrap();
    }
    assert_eq!(user.run(office(), &["verify", &document()]).status.code(), Some(0));
    fs::write(user.file(), "format = \"pk-trusted/9\"\n").unwrap();
    let output = user.run(office(), &["verify", &document()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("pk-trusted/9"), "{}", stderr(&output));
}

#[test]
fn a_new_office_is_entered_by_whoever_makes_it() {
    let user = User::new();
    let folder = TempDir::new().unwrap();
    let init = |name, more: &[&str]| {
        let arguments = ["init", name, "--institution", "Pemerintah Kabupaten Contoh", "--host"];
        user.ok(folder.path(), &[&arguments[..], &["cek.contoh.example"], more].concat())
    };
    assert!(init("satu", &[]).contains("entered in your configuration"));
    assert!(!init("dua", &["--no-trust"]).contains("entered in your configuration"));
    let listed: Value = serde_json::from_str(&user.ok(folder.path(), &["trust", "list", "--json"])).unwrap();
    assert_eq!(listed.as_array().unwrap().len(), 1);
    let path = fs::canonicalize(folder.path().join("satu")).unwrap();
    assert_eq!(listed[0]["path"], path.to_str().unwrap());
    // Without a place for it the office is made all the same.
    let arguments = ["init", "tiga", "--institution", "Contoh", "--host", "cek.contoh.example"];
    let output = user.run_with(folder.path(), &[("PK_CONFIG", "")], &arguments);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stderr(&output).contains("not entered in your configuration"), "{}", stderr(&output));
    assert!(folder.path().join("tiga/pk.toml").exists());
}
