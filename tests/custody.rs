//! What lies on the disk, for whom, and what is read from it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use pk::batch::{Changed, GenerateError, SignError};
use pk::office::{Clock as _, Config, ConfigError, SystemClock};
use pk::registry::{Change, Registry as _, Status};
use pk_trust::claim::Kind;
use pk_trust::pki::KeyAlgorithm;
use pk_trust::pki::keyfile::Cost;
use pk_trust::verify::Overall;
use tempfile::TempDir;

use crate::commands::{pk, pk_as, stderr};
use crate::fixture::{self, DATA, Fixture, complaints, now, passphrase, verdict};

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o777
}

fn below(folder: &Path) -> Vec<PathBuf> {
    let mut found = vec![folder.to_owned()];
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(below(&path));
        } else {
            found.push(path);
        }
    }
    found
}

/// Runs the command with another umask.
#[cfg(unix)]
fn with_umask(umask: &str, arguments: &[&str]) -> Output {
    Command::new("/bin/sh")
        .env_clear()
        .env("PK_LANG", "en")
        .env("PK_PASSPHRASE", "sandi-uji-coba")
        .env("PK_OFFICE_PASSPHRASE", "sandi-uji-coba")
        .args(["-c", "umask \"$1\"; shift; exec \"$@\"", "sh", umask, env!("CARGO_BIN_EXE_pk")])
        .args(arguments)
        .output()
        .unwrap()
}

#[cfg(unix)]
#[test]
fn an_office_is_its_owners_whatever_the_umask() {
    for umask in ["000", "022", "077"] {
        let folder = TempDir::new().unwrap();
        let (office, copy, site) =
            (folder.path().join("kantor"), folder.path().join("cadangan"), folder.path().join("situs"));
        let [root, backup, target] = [&office, &copy, &site].map(|path| path.to_str().unwrap());
        let ok = |arguments: &[&str]| {
            let output = with_umask(umask, arguments);
            assert!(output.status.success(), "{arguments:?}: {}", stderr(&output));
        };
        ok(&["init", root, "--institution", "Pemerintah Kabupaten Contoh", "--host", "cek.contoh.example"]);
        for entry in fs::read_dir(office.join("data")).unwrap() {
            fs::remove_file(entry.unwrap().path()).unwrap();
        }
        let data = folder.path().join("data.yaml");
        fs::write(&data, DATA).unwrap();
        let data = data.to_str().unwrap();
        ok(&["key", "new", "kominfo", "--data", data, "--office", root]);
        ok(&["generate", data, "--office", root]);
        ok(&["sign", "--as", "kominfo", "--all", "--yes", "--office", root]);
        ok(&["archive", "--incomplete", "--office", root]);
        ok(&["publish", target, "--office", root]);
        ok(&["publish", target, "--office", root]);
        ok(&["backup", backup, "--with-private-keys", "--office", root]);
        for path in [below(&office), below(&copy)].concat() {
            let expected = if path.is_dir() { 0o700 } else { 0o600 };
            assert_eq!(mode(&path), expected, "umask {umask}: {}", path.display());
        }
        for path in below(&site) {
            let expected = if path.is_dir() { 0o755 } else { 0o644 };
            assert_eq!(mode(&path), expected, "umask {umask}: {}", path.display());
        }
    }
}

/// A link under the name of a file that is not in place yet is neither followed nor in the way.
#[cfg(unix)]
#[test]
fn a_link_in_the_place_of_a_staged_file_stops_nothing() {
    let fixture = Fixture::new();
    fixture.generate();
    let victim = fixture.office.root().join("data/victim");
    fs::write(&victim, "mine").unwrap();
    let entry = fixture.entry("kominfo", Kind::Agreement);
    let pledge = fixture.entry("kominfo", Kind::Pledge);
    let staged = |entry: &pk::registry::Entry| {
        fixture.office.documents().join(entry.reservation.id.to_string()).join(".1.pdf.new")
    };
    std::os::unix::fs::symlink("/nowhere/at/all", staged(&entry)).unwrap();
    std::os::unix::fs::symlink(&victim, staged(&pledge)).unwrap();
    fixture.sign_all();
    assert_eq!(fs::read_to_string(&victim).unwrap(), "mine");
    assert_eq!(fixture.entry("kominfo", Kind::Agreement).status, Status::Complete);
    assert!(fs::symlink_metadata(staged(&entry)).is_err(), "gone");
}

#[cfg(unix)]
#[test]
fn a_backup_follows_no_link_unless_it_is_told_to() {
    let fixture = Fixture::new();
    fixture.generate();
    let folder = TempDir::new().unwrap();
    let outside = folder.path().join("disk");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("berkas"), "isi").unwrap();
    let office = fixture.office.root().to_str().unwrap().to_owned();
    let target = folder.path().join("cadangan");
    let backup =
        |more: &[&str]| pk(&[&["backup", target.to_str().unwrap(), "--office", &office], more].concat());
    let link = fixture.office.data().join("lain");
    for to in [outside.clone(), outside.join("berkas"), "/etc/passwd".into(), "../pk.toml".into()] {
        std::os::unix::fs::symlink(&to, &link).unwrap();
        let output = backup(&[]);
        assert_eq!(output.status.code(), Some(2));
        for said in ["data/lain is a link to", to.to_str().unwrap(), "--follow-links"] {
            assert!(stderr(&output).contains(said), "{}", stderr(&output));
        }
        assert!(!target.exists());
        fs::remove_file(&link).unwrap();
    }
    // Inside the office there is nothing to follow a link to: it is copied anyway, or left out on purpose.
    std::os::unix::fs::symlink(fixture.office.private(), &link).unwrap();
    assert_eq!(backup(&["--follow-links"]).status.code(), Some(2));
    fs::remove_file(&link).unwrap();
    std::os::unix::fs::symlink(&outside, &link).unwrap();
    let output = backup(&["--follow-links"]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(stderr(&output).contains("was followed to"), "{}", stderr(&output));
    assert_eq!(fs::read_to_string(target.join("data/lain/berkas")).unwrap(), "isi");
    fs::remove_dir_all(&target).unwrap();
    fs::remove_file(&link).unwrap();
    assert!(backup(&[]).status.success(), "without links as ever");
}

/// Killed between the file and its row: nothing is called false, and the next signing finishes it.
#[test]
fn a_signature_that_was_not_recorded_is_not_called_false() {
    let fixture = Fixture::new();
    fixture.generate();
    let before = fs::read(fixture.office.registry()).unwrap();
    fixture.sign("kominfo");
    let signed = fixture.file("kominfo", Kind::Agreement);
    fs::write(fixture.office.registry(), &before).unwrap();
    let answer = verdict(&fixture.auditor(), &signed);
    assert_eq!(answer.overall, Overall::Indeterminate, "{:?}", complaints(&answer));
    assert_eq!(answer.lines.status.code.as_str(), "registry.one-ahead");
    assert!(!complaints(&answer).contains(&"registry.other-file"));
    // A changed one is false, whatever the register waits for.
    for at in [3000, signed.len() - 3000, signed.len() - 200] {
        let mut changed = signed.clone();
        changed[at] ^= 1;
        assert_eq!(verdict(&fixture.auditor(), &changed).overall, Overall::Failed, "{at}");
    }
    // The next signing finishes it, and the file it was is the file it is.
    fixture.sign("kominfo");
    assert_eq!(fixture.file("kominfo", Kind::Agreement), signed);
    fixture.sign_all();
    let whole = fixture.file("kominfo", Kind::Agreement);
    // Two signatures ahead is more than an interruption leaves; and who has revoked waits for nothing.
    fs::write(fixture.office.registry(), &before).unwrap();
    let answer = verdict(&fixture.auditor(), &whole);
    assert!(complaints(&answer).contains(&"registry.other-file"));
    let entry = fixture.entry("kominfo", Kind::Agreement);
    let revoked = Change::Revoked { reason: "salah".into() };
    fixture.registry().advance(&entry.reservation.id, 0, &revoked, now()).unwrap();
    assert_eq!(verdict(&fixture.auditor(), &signed).overall, Overall::Failed);
}

#[test]
fn what_somebody_signed_is_not_replaced_unasked() {
    let fixture = Fixture::new();
    fixture.generate();
    fixture.sign("kominfo");
    let changed = fixture::cycle(&DATA.replace("\"2,8\"", "\"2,9\"").replace("\"65,5\"", "\"66\""));
    let fresh = fixture::reservations(20).split_off(10);
    let replace = |policy| fixture.generate_with(&changed, policy, &fresh);
    for policy in [Changed::Replace, Changed::LoseSignaturesOf(0)] {
        let refused = replace(policy);
        let Err(GenerateError::Signed(documents)) = refused else { panic!("{refused:?}") };
        assert_eq!(
            documents,
            [format!(
                "{}  Kepala Dinas Komunikasi dan Informatika: Contoh Satu, S.T., M.Si.",
                fixture.entry("kominfo", Kind::Agreement).reservation.id.grouped()
            )],
            "the one that nobody signed is not named"
        );
    }
    assert_eq!(fixture.registry().all().unwrap().len(), 5, "nothing was replaced");
    let summary = replace(Changed::LoseSignaturesOf(1)).unwrap();
    assert_eq!((summary.issued, summary.replaced), (2, 2));
    // What nobody has signed is replaced without a question.
    let again = fixture::cycle(&DATA.replace("\"2,8\"", "\"3,0\"").replace("\"65,5\"", "\"66\""));
    let fresh = fixture::reservations(30).split_off(20);
    assert_eq!(fixture.generate_with(&again, Changed::Replace, &fresh).unwrap().replaced, 1);
}

/// With a clock that stands before the last event nothing is dated; what is wrong can still be withdrawn.
#[test]
fn a_clock_before_the_last_event_dates_nothing() {
    let fixture = Fixture::new();
    fixture.generate();
    let pending = pk::batch::pending_for("kominfo", &fixture.registry()).unwrap();
    let signer = fixture.office.open_official("kominfo", &passphrase(), now()).unwrap();
    let early = pk_trust::Time::from_unix(now().unix() - 60);
    let refused = fixture.try_sign(&pending, &signer, early);
    assert!(matches!(refused, Err(SignError::Clock { last, .. }) if last == now()), "{refused:?}");
    assert_eq!(fixture.try_sign(&pending, &signer, now()).unwrap().signed, 2, "the same second will do");
    // By the command, whose clock is the computer's: an event in the far future stands for it.
    let entry = fixture.entry("dinsos", Kind::Agreement);
    let future = pk_trust::Time::parse("2099-01-01T00:00:00Z").unwrap();
    let hidden = Change::Visibility { to: None, reason: "x".into() };
    fixture.registry().advance(&entry.reservation.id, 0, &hidden, future).unwrap();
    let (office, id) = (fixture.office.root().to_str().unwrap(), entry.reservation.id.to_string());
    fixture.office.renew_lists(&passphrase(), SystemClock.now()).unwrap();
    let output = pk_as("sandi-uji-coba", &["revoke", &id, "--reason", "salah", "--yes", "--office", office]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(stderr(&output).contains("which is before the last event"), "{}", stderr(&output));
    let revoked = fixture.entry("dinsos", Kind::Agreement);
    assert_eq!((revoked.status, revoked.ended), (Status::Revoked, Some(future)), "events do not go back");
}

#[test]
fn only_regular_files_of_a_sane_size_are_read() {
    let fixture = Fixture::new();
    fixture.generate();
    let office = fixture.office.root().to_str().unwrap();
    let folder = TempDir::new().unwrap();
    let certificate = fixture.office.keys().join("officials/kominfo.pem");
    let certificate = certificate.to_str().unwrap();
    let large = folder.path().join("besar");
    fs::File::create(&large).unwrap().set_len(1 << 32).unwrap();
    let mut files = vec![large.to_str().unwrap().to_owned(), folder.path().to_str().unwrap().to_owned()];
    if cfg!(unix) {
        files.extend(["/dev/zero".to_owned(), "/dev/random".to_owned()]);
        let pipe = folder.path().join("pipa");
        if Command::new("mkfifo").arg(&pipe).status().is_ok_and(|status| status.success()) {
            files.push(pipe.to_str().unwrap().to_owned());
        }
    }
    for file in &files {
        let import =
            ["key", "import", "camat", "--key", file, "--certificate", certificate, "--office", office];
        assert_eq!(pk(&import).status.code(), Some(2), "{file}");
        let import =
            ["key", "import", "camat", "--key", certificate, "--certificate", file, "--office", office];
        assert_eq!(pk(&import).status.code(), Some(2), "{file}");
        assert_eq!(
            pk(&["sign", "--as", "kominfo", file, "--yes", "--office", office]).status.code(),
            Some(2)
        );
    }
}

/// A key from elsewhere is taken over only if it is as well guarded as one that is made here.
#[test]
fn a_key_from_elsewhere_has_to_be_guarded() {
    let fixture = Fixture::new();
    let owner = "kominfo";
    let key = fixture.office.encrypted_key(owner).unwrap();
    let certificate = fixture.office.certificate(owner).unwrap();
    let remove = || {
        for file in [
            fixture.office.private().join("officials/kominfo.key"),
            fixture.office.keys().join("officials/kominfo.pem"),
        ] {
            let _ = fs::remove_file(file);
        }
    };
    remove();
    fixture.office.import_key(owner, &key, &certificate, &passphrase(), now()).unwrap();
    // The same key under a passphrase of one letter, and the passphrase alone is what is wrong with it.
    let opened = pk_trust::pki::keyfile::PrivateKey::open(&key, passphrase().as_bytes()).unwrap();
    let short = opened.seal(b"a", Cost::DEFAULT, &[5; 32]).unwrap();
    let folder = TempDir::new().unwrap();
    let [key, pem, word] = ["kunci", "sertifikat", "sandi"].map(|name| folder.path().join(name));
    fs::write(&key, short).unwrap();
    fs::write(&pem, certificate.pem()).unwrap();
    fs::write(&word, "a\n").unwrap();
    remove();
    let [key, pem, word] = [&key, &pem, &word].map(|path| path.to_str().unwrap());
    let office = fixture.office.root().to_str().unwrap();
    let output = pk(&[
        "key",
        "import",
        owner,
        "--key",
        key,
        "--certificate",
        pem,
        "--passphrase-file",
        word,
        "--office",
        office,
    ]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("fewer than"), "{}", stderr(&output));
}

#[test]
fn the_institution_has_a_name_that_reads_as_it_is_stored() {
    let parse =
        |name: &str| Config::parse(&Config::template(name, "cek.contoh.example", KeyAlgorithm::Ed25519));
    for character in [
        '\n',
        '\r',
        '\t',
        '\0',
        '\u{1b}',
        '\u{85}',
        '\u{ad}',
        '\u{200b}',
        '\u{200e}',
        '\u{202a}',
        '\u{202e}',
        '\u{2028}',
        '\u{2029}',
        '\u{2066}',
        '\u{2069}',
        '\u{feff}',
        '\u{5d0}',
        '\u{e0041}',
    ] {
        let name = format!("Pemerintah {character}Kabupaten Contoh");
        let parsed = parse(&name);
        assert!(
            matches!(&parsed, Err(ConfigError::Character { character: found, .. }) if *found == character),
            "{name:?}: {parsed:?}"
        );
        let value = toml::Value::String(format!("Kabupaten {character}Contoh"));
        let text = Config::template("Contoh", "cek.contoh.example", KeyAlgorithm::Ed25519)
            .replace("# daerah = \"Kabupaten Contoh\"", &format!("daerah = {value}"));
        let parsed = Config::parse(&text);
        assert!(
            matches!(&parsed, Err(ConfigError::Character { character: found, .. }) if *found == character),
            "{character:?} in a setting: {parsed:?}"
        );
    }
    assert!(matches!(parse(&"a".repeat(121)), Err(ConfigError::TooLong { limit: 120, .. })));
    assert!(matches!(parse(&"a".repeat(5000)), Err(ConfigError::TooLong { .. })));
    for name in [
        "Pemerintah Kabupaten Contoh",
        "Pemerintah Kota \"Contoh\" – Provinsi Contoh",
        "Badan Perencanaan, Penelitian & Pengembangan (Bappelitbang) Kab. Contoh",
        "Dinas Pendidikan Kota Contoh’s",
        "Kabupaten Pangkajene dan Kepulauan é",
        &"é".repeat(120),
    ] {
        assert!(parse(name).is_ok(), "{name}");
    }
}
