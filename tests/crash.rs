//! Runs that are killed at any moment, with every process that they have started: what comes out in the end is what an
//! undisturbed run gives.

use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Instant;

use pk::audit::{Answer, Auditor};
use pk::batch::{Desk, Rendered, pending_for, sign};
use pk::office::{Clock as _, Config, Office, Protection, SystemClock};
use pk::registry::{Registry as _, SqliteRegistry, Status};
use pk_trust::pki::Subject;
use pk_trust::pki::keyfile::Cost;
use pk_trust::verify::Overall;
use rustix::process::{Pid, Signal, kill_process_group};

use crate::fixture::{self, HOST, passphrase, renderer};

const PASSPHRASE: &str = "sandi-uji-coba";

/// Kills of each of the four steps.
const KILLS: usize = 50;

/// One step of the night before, as somebody types it.
fn step(office: &Path, name: &str) -> Command {
    let office = office.to_str().unwrap();
    let data = format!("{office}/data.yaml");
    let zip = format!("{office}/archive/2026.zip");
    let site = format!("{office}/../situs");
    let arguments: Vec<&str> = match name {
        "generate" => vec!["generate", &data],
        "sign" => vec!["sign", "--as", "bupati", "--all", "--yes"],
        "archive" => vec!["archive", "--out", &zip],
        _ => vec!["publish", &site],
    };
    let mut command = Command::new(env!("CARGO_BIN_EXE_pk"));
    command
        .env_clear()
        .env("PK_LANG", "en")
        .env("PK_CONFIG", format!("{office}/../konfigurasi"))
        .env("PK_PASSPHRASE", PASSPHRASE)
        .env("PK_OFFICE_PASSPHRASE", PASSPHRASE)
        .args(arguments)
        .arg("--office")
        .arg(office)
        // A group of its own, as a shell makes it.
        .process_group(0)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// What an office holds, without what is drawn by lot and without times.
fn state(office: &Office) -> Vec<String> {
    let entries = SqliteRegistry::open(&office.registry()).unwrap().all().unwrap();
    let mut lines: Vec<String> = entries
        .iter()
        .map(|entry| {
            let id = entry.reservation.id.to_string();
            let mut files: Vec<String> = fs::read_dir(office.documents().join(&id))
                .unwrap()
                .map(|file| file.unwrap().file_name().into_string().unwrap())
                .collect();
            files.sort();
            format!("{} {} {} {:?}", entry.slot.official, entry.slot.kind, entry.status.as_str(), files)
        })
        .collect();
    lines.sort();
    let folders = fs::read_dir(office.documents()).map_or(0, Iterator::count);
    lines.push(format!("{folders} folders"));
    let mut left: Vec<String> =
        fs::read_dir(office.root()).unwrap().map(|f| f.unwrap().file_name().into_string().unwrap()).collect();
    left.retain(|name| name.ends_with(".new") || name.ends_with("-journal"));
    lines.extend(left);
    lines
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).unwrap();
        }
    }
    let mode = fs::metadata(from).unwrap().permissions();
    fs::set_permissions(to, mode).unwrap();
}

/// An office with keys of today: the commands look at the clock.
fn open_office(root: &Path) -> Office {
    let config = Config::template("Pemerintah Kabupaten Contoh", HOST, fixture::algorithm());
    let office = Office::create(root, &config).unwrap();
    let now = SystemClock.now();
    office.create_authority(&passphrase(), Cost::DEMONSTRATION, now).unwrap();
    SqliteRegistry::create(&office.registry()).unwrap();
    let issuing = office.open_issuing(&passphrase()).unwrap();
    for official in fixture::cycle(fixture::DATA).officials.iter() {
        let subject = Subject {
            name: official.name.clone(),
            position: official.position.clone(),
            unit: official.unit.clone(),
            id: official.id.clone(),
            organization: String::new(),
        };
        let passphrase = passphrase();
        let protection = Protection { algorithm: None, passphrase: &passphrase, cost: Cost::DEMONSTRATION };
        office.issue_official(subject, &issuing, &protection, now, false).unwrap();
    }
    fs::write(root.join("data.yaml"), fixture::DATA).unwrap();
    fs::create_dir_all(office.archive()).unwrap();
    office
}

/// Everything that waits for an official, signed.
fn sign_in(office: &Office, official: &str) {
    let mut registry = SqliteRegistry::open(&office.registry()).unwrap();
    let pending = pending_for(official, &registry).unwrap();
    let signer = office.open_official(official, &passphrase(), SystemClock.now()).unwrap();
    let mut desk = Desk {
        office,
        renderer: renderer(),
        rendered: Rendered::default(),
        registry: &mut registry,
        clock: &SystemClock,
        jobs: 2,
        stop: &|| false,
    };
    sign(&pending, &signer, &mut desk, &mut |_| {}).unwrap();
}

#[test]
fn killed_at_any_moment_and_run_again() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| -> PathBuf { folder.path().join(name) };
    let office = open_office(&place("kantor"));
    let mut random = 20_260_105_u64;
    let mut killed = 0;
    for name in ["generate", "sign", "archive", "publish"] {
        if name == "sign" {
            // The first parties have signed: what waits is the head's, all at once.
            for official in ["kominfo", "dinsos"] {
                sign_in(&office, official);
            }
        }
        // What it gives undisturbed, and how long that takes.
        copy(&place("kantor"), &place(name));
        copy(&place("kantor"), &place("kantor-lain"));
        let start = Instant::now();
        assert!(step(&place("kantor-lain"), name).status().unwrap().success(), "{name}");
        let span = start.elapsed();
        let expected = state(&Office::open(&place("kantor-lain")).unwrap());
        fs::remove_dir_all(place("kantor-lain")).unwrap();

        let mut kills = 0;
        while kills < KILLS {
            // Again from the beginning.
            fs::remove_dir_all(place("kantor")).unwrap();
            copy(&place(name), &place("kantor"));
            loop {
                random =
                    random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let share = f64::from(u32::try_from(random >> 33).unwrap()) / f64::from(u32::MAX >> 1);
                let mut child = step(&place("kantor"), name).spawn().unwrap();
                thread::sleep(span.mul_f64(share * 1.1));
                let ended = child.try_wait().unwrap();
                if let Some(status) = ended {
                    assert!(status.success(), "{name}");
                    break;
                }
                let group = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
                kill_process_group(group, Signal::KILL).unwrap();
                child.wait().unwrap();
                kills += 1;
                if kills % 3 == 0 {
                    // Some are run again at once.
                    assert!(step(&place("kantor"), name).status().unwrap().success(), "{name} after {kills}");
                    break;
                }
            }
            assert_eq!(state(&office), expected, "{name} after {kills}");
        }
        killed += kills;
    }
    assert!(killed >= 4 * KILLS);
    let entries = SqliteRegistry::open(&office.registry()).unwrap().all().unwrap();
    assert_eq!(entries.len(), 5);
    let auditor = Auditor {
        trust: office.trust().unwrap(),
        registry: Some(Box::new(SqliteRegistry::open(&office.registry()).unwrap())),
        ..Auditor::default()
    };
    for entry in entries {
        assert_eq!(entry.status, Status::Complete);
        let file = office.document_file(&entry.reservation.id.to_string(), entry.revision);
        let answer = auditor.examine("x.pdf", &fs::read(file).unwrap(), SystemClock.now()).unwrap();
        assert!(matches!(answer, Answer::Document(verdict) if verdict.overall == Overall::Passed));
    }
}

/// Ctrl-C reaches the whole group of a terminal; the run ends after the document in hand, says so, and the next one goes on.
#[test]
fn interrupted_and_run_again() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("kantor");
    let office = open_office(&root);
    let begun =
        |office: &Office| fs::read_dir(office.documents()).is_ok_and(|mut found| found.next().is_some());
    let mut child = step(&root, "generate").spawn().unwrap();
    while !begun(&office) && child.try_wait().unwrap().is_none() {
        thread::sleep(std::time::Duration::from_millis(1));
    }
    let group = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    let _ = kill_process_group(group, Signal::INT);
    // Not ended by the signal; or it was done by then.
    let code = child.wait().unwrap().code();
    assert!(matches!(code, Some(130 | 0)), "{code:?}");
    let recorded = SqliteRegistry::open(&office.registry()).unwrap().all().unwrap();
    assert_eq!(
        fs::read_dir(office.documents()).unwrap().count(),
        recorded.len(),
        "what was begun is recorded"
    );
    assert!(step(&root, "generate").status().unwrap().success());
    let all = SqliteRegistry::open(&office.registry()).unwrap().all().unwrap();
    assert_eq!(all.len(), 5);
    assert_eq!(all[..recorded.len()], recorded[..], "and stays as it was");
}
