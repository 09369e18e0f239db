//! Bad data: each vector in `tests/vectors/input` states the exact message that it has to give.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::architecture::root;

struct Vector {
    name: String,
    source: PathBuf,
    exit: i32,
    expected: String,
}

fn vectors() -> Vec<Vector> {
    let folder = root().join("tests/vectors/input");
    let mut names: Vec<PathBuf> = fs::read_dir(&folder).unwrap().map(|e| e.unwrap().path()).collect();
    names.sort();
    let expectations = names.iter().filter(|p| p.extension().is_some_and(|e| e == "expect"));
    expectations
        .map(|path| {
            let text = fs::read_to_string(path).unwrap();
            let (header, expected) = text.split_once("---\n").unwrap();
            let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
            let source = names
                .iter()
                .find(|p| *p != path && p.file_stem().is_some_and(|s| s.to_string_lossy() == stem))
                .unwrap_or_else(|| panic!("{stem} has no source"))
                .clone();
            let exit = header.lines().find_map(|l| l.strip_prefix("exit: ")).unwrap().parse().unwrap();
            Vector { name: stem, source, exit, expected: expected.to_owned() }
        })
        .collect()
}

/// Everything in a folder, to see that nothing was written.
fn listing(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(listing(&path));
        }
        found.push(path);
    }
    found.sort();
    found
}

#[test]
fn every_vector_gives_its_message() {
    let office = TempDir::new().unwrap();
    fs::create_dir(office.path().join("data")).unwrap();
    let config = "[instansi]\nnama = \"Pemerintah Kabupaten Contoh\"\nhost = \"cek.contoh.example\"\n";
    fs::write(office.path().join("pk.toml"), config).unwrap();
    let before = listing(office.path());
    let vectors = vectors();
    assert!(vectors.len() >= 40, "{} vectors", vectors.len());
    let mut wrong = Vec::new();
    for vector in &vectors {
        let output = Command::new(env!("CARGO_BIN_EXE_pk"))
            .env_clear()
            .args(["check", "--lang", "id", "--office"])
            .arg(office.path())
            .arg(&vector.source)
            .output()
            .unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        if output.status.code() != Some(vector.exit) || stderr != vector.expected {
            wrong.push(format!("{}: exit {:?}\n{stderr}", vector.name, output.status.code()));
        }
    }
    assert!(wrong.is_empty(), "{} of {} vectors:\n{}", wrong.len(), vectors.len(), wrong.join("\n"));
    assert_eq!(listing(office.path()), before, "checking writes nothing");
}
