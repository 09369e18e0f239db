//! Every code has a text in both languages, and every text is used.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use pk::words::{Language, Words};

use crate::architecture::{root, sources};

/// Literals that look like codes but are something else: files, and keys of a wording.
const NOT_CODES: [&str; 12] = [
    "emblem.jpeg",
    "emblem.jpg",
    "emblem.png",
    "emblem.svg",
    "agreement.first",
    "agreement.opening",
    "agreement.promises",
    "agreement.second",
    "agreement.title",
    "pledge.opening",
    "pledge.points",
    "pledge.title",
];

/// The scripts of the public pages.
fn scripts() -> Vec<PathBuf> {
    let files = fs::read_dir(root().join("src/web/assets")).unwrap();
    files
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "js"))
        .collect()
}

/// String literals of the form `word.word-word` in the code outside tests.
fn literals() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let folders = ["src", "crates/browser/src", "crates/trust/src"];
    let rust = folders.iter().flat_map(|folder| sources(&root().join(folder)));
    for file in rust.chain(scripts()) {
        let text = fs::read_to_string(&file).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for line in code.lines().filter(|l| !l.trim_start().starts_with("//")) {
            for literal in line.split('"').skip(1).step_by(2) {
                if is_code(literal) {
                    found.insert(literal.to_owned());
                }
            }
        }
    }
    found
}

fn is_code(text: &str) -> bool {
    let Some((first, second)) = text.split_once('.') else { return false };
    let word = |w: &str| {
        w.len() > 1
            && w.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && w.as_bytes()[0].is_ascii_lowercase()
    };
    let file = [
        "toml", "txt", "css", "db", "json", "pem", "crl", "sql", "typ", "svg", "zip", "pdf", "xml", "csv",
        "p7s", "md", "html", "js", "wasm", "ini",
    ];
    word(first) && word(second) && !file.contains(&second) && !text.contains("example")
}

#[test]
fn every_code_has_a_text() {
    let words = Words::new(Language::Indonesian);
    let missing: Vec<String> = literals()
        .into_iter()
        .filter(|code| !words.knows(code) && !NOT_CODES.contains(&code.as_str()))
        .collect();
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn every_text_is_used() {
    let used = literals();
    // Made at run time: help by the names of commands, states and kinds by their words.
    let made = |code: &str| {
        ["help", "key.state-", "kind.", "value.", "field.", "row.", "data.", "event."]
            .iter()
            .any(|beginning| code.starts_with(beginning))
    };
    for file in ["problems", "findings", "commands", "help", "pages"] {
        let text = fs::read_to_string(root().join(format!("src/words/{file}.toml"))).unwrap();
        for line in text.lines() {
            let Some(code) = line.strip_prefix("[\"").and_then(|l| l.strip_suffix("\"]")) else { continue };
            assert!(used.contains(code) || made(code), "{file}.toml: nothing uses {code}");
        }
    }
}

/// Texts of the pages are written into them as they are.
#[test]
fn texts_of_pages_hold_no_markup() {
    for language in [Language::Indonesian, Language::English] {
        let texts = [("pages", ""), ("commands", "axis."), ("commands", "verdict.")];
        for (file, prefix) in texts {
            let text = fs::read_to_string(root().join(format!("src/words/{file}.toml"))).unwrap();
            let codes = text.lines().filter_map(|line| line.strip_prefix("[\"")?.strip_suffix("\"]"));
            for code in codes.filter(|code| code.starts_with(prefix)) {
                let said = Words::new(language).plain(code);
                assert!(!said.contains(['&', '<', '>', '"']), "{code}: {said}");
            }
        }
    }
}
