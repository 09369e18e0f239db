//! Turns the texts for people (`src/words/*.toml`) into a sorted table. Reading them anew with every
//! start of the program took longer than verifying a document.

#![expect(
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a build stops by panicking, and what it left half is made anew"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

const FILES: [&str; 5] = ["problems", "findings", "commands", "help", "pages"];

/// Texts that the scripts of the public pages need: all findings that a verdict about a document can have,
/// and what they or `present` name. They travel before every check, so nothing else goes along.
const PUBLIC_FILE: &str = "findings";
const NOT_PUBLIC_PREFIX: &str = "archive.";
/// What may name a text: the scripts, and what tells them which one to show.
const NAMING: [(&str, &str); 2] = [("src/web/assets", "js"), ("crates/trust/src/present", "rs")];
const KEYS: [&str; 4] = ["id", "en", "hint_id", "hint_en"];

fn main() {
    let naming = naming();
    let mut entries: BTreeMap<String, (bool, [Option<String>; 4])> = BTreeMap::new();
    for file in FILES {
        let path = format!("src/words/{file}.toml");
        println!("cargo::rerun-if-changed={path}");
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        let table: toml::Table = toml::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
        for (code, value) in table {
            let entry = value.as_table().unwrap_or_else(|| panic!("{path}: {code} is no table"));
            if let Some(unknown) = entry.keys().find(|key| !KEYS.contains(&key.as_str())) {
                panic!("{path}: {code} has an unknown key {unknown}");
            }
            let texts = KEYS.map(|key| entry.get(key).and_then(toml::Value::as_str).map(str::to_owned));
            assert!(texts[0].is_some() && texts[1].is_some(), "{path}: {code} lacks a language");
            assert!(texts[2].is_some() == texts[3].is_some(), "{path}: the hint of {code} lacks a language");
            let finding = file == PUBLIC_FILE && !code.starts_with(NOT_PUBLIC_PREFIX);
            let public = finding || naming.contains(&format!("\"{code}\""));
            assert!(entries.insert(code.clone(), (public, texts)).is_none(), "{path}: {code} is there twice");
        }
    }
    let mut out = String::from("[\n");
    for (code, (public, [id, en, hint_id, hint_en])) in &entries {
        let (id, en) = (id.as_deref().unwrap_or_default(), en.as_deref().unwrap_or_default());
        writeln!(
            out,
            "({code:?}, Entry {{ public: {public}, id: {id:?}, en: {en:?}, hint_id: {hint_id:?}, hint_en: {hint_en:?} }}),"
        )
        .unwrap_or_default();
    }
    out.push_str("]\n");
    let folder = std::env::var("OUT_DIR").unwrap_or_else(|error| panic!("OUT_DIR: {error}"));
    let path = Path::new(&folder).join("words.rs");
    std::fs::write(&path, format!("&{out}")).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}

/// The source of all that may name a text for the public pages.
fn naming() -> String {
    NAMING.iter().map(|(folder, ending)| sources(folder, ending)).collect()
}

fn sources(folder: &str, ending: &str) -> String {
    println!("cargo::rerun-if-changed={folder}");
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{folder}: {error}"));
    let files = entries.filter_map(|entry| entry.ok().map(|entry| entry.path()));
    files
        .filter(|path| path.extension().is_some_and(|found| found == ending))
        .map(|path| {
            std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        })
        .collect()
}
