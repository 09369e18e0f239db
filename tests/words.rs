//! Every code has a text in both languages, and every text is used.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use pk::words::{Language, Values, Words};
use pk_trust::verify::{Axis, Code, Parameter};

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
    let folders = ["src", "crates/browser/src", "crates/photo/src", "crates/trust/src"];
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

/// A sentence mentions only what its finding has, in both languages.
#[test]
fn findings_have_what_their_sentences_mention() {
    let places = |text: &str| -> BTreeSet<String> {
        text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0.to_owned())).collect()
    };
    for language in [Language::Indonesian, Language::English] {
        let words = Words::new(language);
        for code in Code::ALL {
            let mut had: BTreeSet<String> = code.parameters().iter().map(|p| p.as_str().to_owned()).collect();
            // Those of an error stand beside it.
            if code.parameters().contains(&Parameter::Error) {
                had.extend(["algorithm", "bits"].map(str::to_owned));
            }
            for text in [Some(words.plain(code.as_str())), words.hint(code.as_str(), &Values::new())] {
                let mentioned = places(&text.unwrap_or_default());
                assert!(mentioned.is_subset(&had), "{code}: {mentioned:?}");
            }
            assert!(words.knows(code.as_str()), "{code}");
        }
    }
}

/// A code that nothing finds would be a promise to those who read the list.
#[test]
fn every_code_is_found_somewhere_and_documented() {
    let list = root().join("crates/trust/src/verify/code.rs");
    let files = ["src", "crates/trust/src"].iter().flat_map(|folder| sources(&root().join(folder)));
    let used: String = files.filter(|f| *f != list).map(|file| fs::read_to_string(file).unwrap()).collect();
    let documented = fs::read_to_string(root().join("docs/formats/verdict.md")).unwrap();
    let archive = fs::read_to_string(root().join("docs/formats/archive.md")).unwrap();
    for code in Code::ALL {
        let name = format!("Code::{code:?}");
        let mut found = used.split(&name).skip(1);
        assert!(found.any(|rest| !rest.starts_with(char::is_alphanumeric)), "nothing finds {code:?}");
        let named = format!("`{code}`");
        assert!(documented.contains(&named) || archive.contains(&named), "no page names {code}");
        assert_eq!(code.axis() == Axis::Remark, code.is_notice() || is_aside(*code), "{code}");
    }
}

/// Remarks that only those are told who ask for every check.
fn is_aside(code: Code) -> bool {
    let aside = [Code::DocumentForeign, Code::DocumentWithoutPassword, Code::DocumentReproductionNotTried];
    code.is_tolerated() || aside.contains(&code)
}

/// What a reader of files says is told by code. English would stand there if a text were the error itself, or held one
/// of those values that are English.
#[test]
fn errors_are_said_in_both_languages() {
    const ENGLISH: [&str; 12] =
        ["the", "is", "are", "was", "not", "no", "has", "does", "cannot", "of", "to", "too"];
    let (indonesian, english) = (Words::new(Language::Indonesian), Words::new(Language::English));
    let codes: Vec<String> = literals()
        .into_iter()
        .filter(|code| code.starts_with("error.") || code.starts_with("cost."))
        .collect();
    assert!(codes.len() > 100, "{codes:?}");
    for code in codes {
        let (id, en) = (indonesian.plain(&code), english.plain(&code));
        assert_ne!(id, en, "{code}");
        let mut words = id.split(|c: char| !c.is_alphabetic() && c != '_');
        assert!(!words.any(|word| ENGLISH.contains(&word)), "{code}: {id}");
        // `{what}` is a word of PDF in the one, and a code of its own in the other.
        let told = matches!(code.as_str(), "error.pdf-expected" | "error.pdf-cost");
        assert!(told || !id.contains("{what}") && !id.contains("{expected}"), "{code}: {id}");
        let places = |text: &str| -> BTreeSet<String> {
            text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0.to_owned())).collect()
        };
        assert!(places(&id).is_subset(&places(&en)), "{code}");
    }
}

/// The English text of an error is what it says of itself.
#[test]
fn errors_say_in_english_what_they_say_of_themselves() {
    use pk_trust::cms::Error as Cms;
    use pk_trust::pdf::{ByteRangeError as Range, Error as Pdf, Ref};
    use pk_trust::verify::TrustError as Trust;
    let (what, offset, reference) = ("xref", 7, Ref::new(3));
    let pdf = [
        Pdf::Header,
        Pdf::Tail,
        Pdf::TrailingBytes { offset },
        Pdf::Syntax { what, offset },
        Pdf::Expected { what, offset },
        Pdf::DuplicateKey { offset },
        Pdf::DuplicateEntry { number: 3, offset },
        Pdf::ForeignOffset { offset },
        Pdf::WrongObject { reference, offset },
        Pdf::Missing { reference },
        Pdf::StartXref { offset },
        Pdf::BadPrev { offset },
        Pdf::XrefSize { offset },
        Pdf::SizeBeyond { offset },
        Pdf::Hybrid { offset },
        Pdf::Encrypted,
        Pdf::Cipher,
        Pdf::TooDeep { offset },
        Pdf::TooMany { what, offset },
        Pdf::Cost { what },
        Pdf::Loop { what },
        Pdf::WrongType { key: "Root", expected: "dictionary" },
        Pdf::Filter,
        Pdf::Inflate,
        Pdf::ContentsTooLarge { needed: 9, reserved: 8 },
    ];
    let cms = [
        Cms::Malformed,
        Cms::NotDer,
        Cms::Broken("SHA-1"),
        Cms::WeakKey(1024),
        Cms::LargeKey(9000),
        Cms::Cost,
    ];
    let range = [Range::Malformed, Range::NotFromStart, Range::GapIsNotContents, Range::NotToEnd];
    let trust = [
        Trust::Empty,
        Trust::Encoding,
        Trust::NoList,
        Trust::Stray,
        Trust::Line { line: 3, error: Box::new(Trust::Damaged("CERTIFICATE".to_owned())) },
    ];
    let english = Words::new(Language::English);
    let said = (pdf.iter().map(|e| (e.code(), e.values(), e.to_string())))
        .chain(cms.iter().map(|e| (e.code(), e.values(), e.to_string())))
        .chain(range.iter().map(|e| (e.code(), Values::new(), e.to_string())))
        .chain(trust.iter().map(|e| (e.code(), e.values(), e.to_string())));
    for (code, values, itself) in said {
        assert_eq!(english.text(code, &values), itself, "{code}");
        let indonesian = Words::new(Language::Indonesian).text(code, &values);
        assert!(!indonesian.contains('{'), "{code}: {indonesian}");
    }
    let finding = Values::from([("error", "error.pdf-startxref".to_owned()), ("offset", "9".to_owned())]);
    let said = Words::new(Language::Indonesian).text("document.malformed", &finding);
    assert!(
        said.ends_with("(rincian teknis: startxref pada byte 9 tidak menunjuk ke daftar objeknya sendiri)")
    );
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
