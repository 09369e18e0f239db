//! Who may use whom, held by reading the source (`docs/architecture.md`).

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Every Rust file below a folder.
pub(crate) fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The rooms that the files of each room name with `crate::room`.
fn uses(source: &Path) -> BTreeMap<String, BTreeSet<String>> {
    let mut uses: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in sources(source) {
        let relative = file.strip_prefix(source).unwrap();
        let first = relative.components().next().unwrap().as_os_str().to_string_lossy();
        let room = first.trim_end_matches(".rs").to_owned();
        if matches!(room.as_str(), "lib" | "main") {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
            for part in line.split("crate::").skip(1) {
                let used: String =
                    part.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
                if used != room && used.chars().next().is_some_and(|c| c.is_ascii_lowercase()) {
                    uses.entry(room.clone()).or_default().insert(used);
                }
            }
        }
    }
    uses
}

fn check(source: &Path, allowed: &[(&str, &[&str])]) {
    for (room, used) in uses(source) {
        let list = allowed.iter().find(|(name, _)| *name == room);
        let list = list.unwrap_or_else(|| panic!("the room {room} is not in the table"));
        for other in used {
            assert!(list.1.contains(&other.as_str()), "{room} uses {other}: nothing may point up");
        }
    }
}

#[test]
fn rooms_use_only_what_the_table_allows() {
    check(
        &root().join("src"),
        &[
            (
                "cli",
                &[
                    "audit", "batch", "input", "model", "office", "registry", "render", "report", "web",
                    "words", "workers",
                ],
            ),
            ("web", &["audit", "model", "office", "registry", "render", "report", "words"]),
            ("report", &["audit", "model", "render", "words"]),
            ("audit", &["batch", "registry", "render"]),
            ("batch", &["model", "office", "registry", "render", "workers"]),
            ("workers", &["render"]),
            ("office", &["model"]),
            ("registry", &["model"]),
            ("render", &["model"]),
            ("input", &["model"]),
            ("model", &[]),
            ("words", &[]),
        ],
    );
}

#[test]
fn the_verifier_has_its_own_order() {
    check(
        &root().join("crates/trust/src"),
        &[
            ("present", &["claim", "time", "verify"]),
            ("verify", &["claim", "cms", "digits", "pades", "pdf", "pki", "time", "Time"]),
            ("pades", &["cms", "pdf", "pki", "time"]),
            ("claim", &["digits", "pki"]),
            ("cms", &["counters", "pki", "time"]),
            ("pki", &["digits", "time"]),
            ("pdf", &["counters", "digits"]),
            ("counters", &[]),
            ("digits", &[]),
            ("time", &[]),
        ],
    );
}

#[test]
fn reading_photographs_has_its_own_order() {
    check(
        &root().join("crates/photo/src"),
        &[
            ("container", &["check_size"]),
            ("decode", &["check_size", "container", "texts_in"]),
            ("search", &["copies", "modules", "symbols"]),
            ("modules", &["copies"]),
            ("copies", &["symbols"]),
            ("symbols", &[]),
        ],
    );
}

#[test]
fn the_browsers_crate_has_its_own_order() {
    check(
        &root().join("crates/browser/src"),
        &[("exports", &["read_photo"]), ("verifier", &[]), ("buffers", &[])],
    );
}

/// No files, clock, network, randomness or environment: the same source has to run in a browser.
#[test]
fn the_pure_crates_open_no_door() {
    for file in ["browser", "photo", "trust"]
        .map(|name| root().join(format!("crates/{name}/src")))
        .iter()
        .flat_map(|f| sources(f))
    {
        let text = fs::read_to_string(&file).unwrap();
        for door in [
            "std::fs",
            "std::net",
            "std::env",
            "SystemTime",
            "Instant::now",
            "getrandom",
            "std::process",
            "println!",
        ] {
            assert!(!text.contains(door), "{} uses {door}", file.display());
        }
    }
}

/// SQL stands in one place, and so does the writing of files.
#[test]
fn files_are_written_through_durable() {
    for file in sources(&root().join("src")) {
        if file.components().any(|part| part.as_os_str() == "durable") {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        for call in ["fs::write(", "File::create(", "OpenOptions"] {
            assert!(!text.contains(call), "{} calls {call}", file.display());
        }
    }
}
