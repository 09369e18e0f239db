//! The verifier for browsers: it says what the command says, gives up on nothing, and its modules are made
//! from this source.

use std::collections::BTreeSet;
use std::fs;

use data_encoding::HEXLOWER;
use pk::audit::Auditor;
use pk::words::{Language, Words};
use pk_browser::{Answer, Buffers, MAX_INPUT, Verifier, exports};
use pk_trust::claim::{Id, Kind};
use pk_trust::verify::{CLAIM_NAME, Overall, Verdict, attachment};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::architecture::root;
use crate::fixture::{self, HOST, Seeded, complete, now, record};

/// What a page knows, given as a page gives it: bytes in, JSON out.
struct Page {
    buffers: Buffers,
    verifier: Verifier,
    /// Which document's record may be asked for.
    looked: Answer<Option<Id>>,
}

type Tell = fn(&mut Verifier, &[u8]) -> Answer<()>;

impl Page {
    /// Trusts the office; `asked` is what its page says of the document.
    fn new(asked: &str) -> Self {
        let mut page =
            Self { buffers: Buffers::new(), verifier: Verifier::default(), looked: Answer::Ok(None) };
        let trust = complete().office.trust_bundle().unwrap();
        let asking = format!("{HOST}\n\n\nfresh");
        let told: [(&str, Tell); 3] =
            [(&trust, Verifier::trust), (&asking, Verifier::page), (asked, Verifier::record)];
        for (input, tell) in told {
            page.put(input.as_bytes());
            let answer = tell(&mut page.verifier, page.buffers.input());
            page.buffers.answer(&answer);
            assert_eq!(page.buffers.output(), br#"{"ok":null}"#);
        }
        page
    }

    fn put(&mut self, bytes: &[u8]) {
        let length = u32::try_from(bytes.len()).unwrap();
        self.buffers.reserve(length).unwrap().copy_from_slice(bytes);
    }

    fn answer(&self) -> Value {
        serde_json::from_slice(self.buffers.output()).unwrap()
    }

    fn document(&mut self, bytes: &[u8]) -> Value {
        self.put(bytes);
        self.looked = self.verifier.file(self.buffers.input(), seconds());
        self.conclude()
    }

    /// The verdict about what was looked at.
    fn conclude(&mut self) -> Value {
        let answer = self.verifier.answer();
        self.buffers.answer(&answer);
        serde_json::json!({ "ok": self.answer()["ok"]["verdict"] })
    }

    fn link(&mut self, text: &str) -> Value {
        self.put(text.as_bytes());
        self.looked = self.verifier.link(self.buffers.input(), seconds());
        self.conclude()
    }
}

#[expect(clippy::as_conversions, reason = "a moment of this century, far below 2^53")]
fn seconds() -> f64 {
    now().unix() as f64
}

/// What the command says that cannot render, with the registry or without.
fn command(registry: bool, bytes: &[u8]) -> Value {
    let auditor = if registry { complete().auditor() } else { complete().outsider() };
    let auditor = Auditor { templates: None, host: Some(HOST.to_owned()), ..auditor };
    expected(fixture::verdict(&auditor, bytes))
}

fn expected(verdict: Verdict) -> Value {
    serde_json::json!({ "ok": Verdict { file: String::new(), ..verdict } })
}

fn kominfo() -> (Vec<u8>, String) {
    let entry = complete().entry("kominfo", Kind::Agreement);
    (complete().file("kominfo", Kind::Agreement), record(&entry))
}

#[test]
fn the_browser_says_what_the_command_says() {
    let (passed, asked) = kominfo();
    let mut broken = passed.clone();
    broken[3000] ^= 1;
    let half = complete().revision("kominfo", Kind::Agreement, 1);
    let foreign = fs::read(root().join("crates/trust/tests/vectors/foreign/pades-ed25519.pdf")).unwrap();
    for (bytes, overall) in [
        (&passed, Overall::Passed),
        (&broken, Overall::Failed),
        (&half, Overall::Indeterminate),
        // By nobody who is known, and signed later than the day of this test.
        (&foreign, Overall::Indeterminate),
    ] {
        let with_registry = Page::new(&asked).document(bytes);
        assert_eq!(with_registry, command(true, bytes));
        assert_eq!(with_registry["ok"]["overall"], serde_json::to_value(overall).unwrap());
        assert_eq!(Page::new("").document(bytes), command(false, bytes));
    }
}

#[test]
fn a_link_has_the_same_answer() {
    let (bytes, asked) = kominfo();
    let file = pk_trust::pdf::File::parse(&bytes).unwrap();
    let text = String::from_utf8(attachment(file.at(0), CLAIM_NAME).unwrap().unwrap()).unwrap();
    let elsewhere = text.replace(HOST, "cek.lain.example");
    let (bare, _) = text.split_once('#').unwrap();
    for text in [text.as_str(), &elsewhere, bare, "", "https://", "\u{0}"] {
        let auditor = Auditor { host: Some(HOST.to_owned()), ..complete().auditor() };
        let pk::audit::Answer::Document(verdict) = auditor.link("", text, now()) else {
            panic!("no verdict")
        };
        assert_eq!(Page::new(&asked).link(text), expected(*verdict), "{text}");
    }
    let mut page = Page::new("");
    page.put(b"\xFF");
    assert_eq!(page.verifier.link(page.buffers.input(), 0.0), Answer::Error("fail.verify-format"));
}

/// A record that is damaged, or of another document, is one that was not reached.
#[test]
fn a_wrong_record_accuses_nobody() {
    let (bytes, asked) = kominfo();
    let other = record(&complete().entry("dinsos", Kind::Agreement));
    let status = |page: &mut Page| page.document(&bytes)["ok"]["lines"]["status"]["code"].clone();
    assert_eq!(status(&mut Page::new(&asked)), "status.complete");
    assert_eq!(status(&mut Page::new(&other)), "status.unreachable");
    assert_eq!(status(&mut Page::new(r#"{"state":"unknown"}"#)), "status.unknown-document");
    let mut page = Page::new(&asked);
    assert_eq!(page.verifier.record(b"<html>"), Answer::Error("status.unreachable"));
    assert_eq!(status(&mut page), "status.unreachable");
}

#[test]
fn a_wrong_trust_file_trusts_nobody() {
    let (bytes, asked) = kominfo();
    let mut page = Page::new(&asked);
    assert_eq!(page.verifier.trust(b"nothing"), Answer::Error("fail.trust"));
    assert_eq!(page.document(&bytes)["ok"]["lines"]["issuer"]["outcome"], "unknown");
}

#[test]
fn hostile_input_has_an_answer_too() {
    let mut page = Page::new("");
    let mut random = Seeded::new(7);
    let noise: Vec<u8> = (0..100_000).map(|_| u8::try_from(random.next() % 256).unwrap()).collect();
    let mut begun = b"%PDF-1.7\n".to_vec();
    begun.extend(&noise);
    for bytes in [&b""[..], b"%PDF-", b"not a PDF", &noise, &begun, &[0; 1000]] {
        assert_eq!(page.document(bytes)["ok"]["overall"], "TOTAL-FAILED");
    }
    for at in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0, 1e300] {
        page.verifier.file(&kominfo().0, at);
        let Answer::Ok(answered) = page.verifier.answer() else { panic!("no verdict") };
        assert_ne!(answered.verdict.overall, Overall::Passed);
    }
    // Room for 50 MB there is, for what no telephone has there is not.
    assert_eq!(page.buffers.reserve(50_000_000).unwrap().len(), 50_000_000);
    assert_eq!(page.document(&vec![b' '; 50_000_000])["ok"]["overall"], "TOTAL-FAILED");
    assert!(page.buffers.reserve(MAX_INPUT + 1).is_none());
    assert!(page.buffers.reserve(u32::MAX).is_none());
    assert!(page.buffers.input().is_empty());
}

/// By the names that a script calls. Only here: what they work on is there once in a process.
#[test]
fn the_exported_functions_answer() {
    assert!(exports::reserve(u32::MAX).is_null());
    assert!(!exports::reserve(10).is_null());
    for call in [exports::trust, exports::page, exports::record] {
        call();
        assert!(exports::result_length() > 0 && !exports::result_pointer().is_null());
    }
    for look in [exports::file, exports::link] {
        look(0.0);
        assert!(exports::result_length() > 0);
        exports::conclude();
        assert!(exports::result_length() > 100);
    }
    exports::read(3, 3);
    assert!(exports::result_length() > 0);
}

#[test]
fn photographs_without_a_code_have_none() {
    assert_eq!(pk_browser::read_photo(vec![255; 90_000], 300, 300), Answer::Ok(Vec::new()));
    for (count, width, height) in [(0, 1, 1), (100, 10, 9), (4, u32::MAX, u32::MAX)] {
        let answer = pk_browser::read_photo(vec![0; count], width, height);
        assert_eq!(answer, Answer::Error("fail.verify-picture"));
    }
}

/// The modules in the repository are those of this source. Whoever changes it runs `crates/browser/build`.
#[test]
fn the_modules_are_made_from_this_source() {
    const STALE: &str = "run crates/browser/build";
    let assets = root().join("src/web/assets");
    let hash = |bytes: Vec<u8>| HEXLOWER.encode(&Sha256::digest(bytes));
    for line in fs::read_to_string(assets.join("SHA256SUMS")).unwrap().lines() {
        let (sum, name) = line.split_once("  ").unwrap();
        assert_eq!(hash(fs::read(assets.join(name)).unwrap()), sum, "{name}: {STALE}");
    }
    let made_from = fs::read_to_string(assets.join("MADE_FROM")).unwrap();
    let recorded = |kind: &str| -> BTreeSet<String> {
        made_from.lines().filter_map(|line| line.strip_prefix(kind)).map(str::to_owned).collect()
    };
    let mut sources = vec!["crates/browser/build".to_owned()];
    for name in ["browser", "photo", "trust"] {
        sources.push(format!("crates/{name}/Cargo.toml"));
        let files = crate::architecture::sources(&root().join(format!("crates/{name}/src")));
        sources.extend(files.iter().map(|f| f.strip_prefix(root()).unwrap().to_str().unwrap().to_owned()));
    }
    let line = |path: String| format!("{} {path}", hash(fs::read(root().join(&path)).unwrap()));
    let present: BTreeSet<String> = sources.into_iter().map(line).collect();
    assert_eq!(recorded("file "), present, "{STALE}");

    // Which packages those are is decided by the files above and the versions here.
    let lock: toml::Table = toml::from_str(&fs::read_to_string(root().join("Cargo.lock")).unwrap()).unwrap();
    let text =
        |package: &toml::Value, key: &str| package.get(key).and_then(toml::Value::as_str).map(str::to_owned);
    let locked: BTreeSet<String> = lock["package"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|p| {
            Some(format!("{} {} {}", text(p, "checksum")?, text(p, "name")?, text(p, "version")?))
        })
        .collect();
    let packages = recorded("package ");
    assert!(packages.len() > 50, "{} packages", packages.len());
    assert_eq!(packages.difference(&locked).collect::<Vec<_>>(), Vec::<&String>::new(), "{STALE}");
    assert!(made_from.contains("\ncompiler rustc ") && made_from.contains("\nlinker "));
}

/// Small enough to travel before every check.
/// A text that only the module names travelled with no script once, and people read its code instead.
#[test]
fn what_the_modules_say_has_its_texts() {
    let texts: Value = serde_json::from_str(&Words::new(Language::English).public_json()).unwrap();
    let mut named = 0;
    for file in fs::read_dir(root().join("crates/trust/src/present")).unwrap() {
        let source = fs::read_to_string(file.unwrap().path()).unwrap();
        for code in source.split('"').skip(1).step_by(2).filter(|text| {
            let part =
                |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
            text.split_once('.').is_some_and(|(room, name)| part(room) && part(name))
        }) {
            assert!(texts.get(code).is_some(), "{code} has no text");
            named += 1;
        }
    }
    assert!(named > 60, "{named}");
}

#[test]
fn the_modules_stay_small() {
    let assets = root().join("src/web/assets");
    let mut total = 0;
    for name in ["verifier.wasm", "verifier.js"] {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        std::io::Write::write_all(&mut packed, &fs::read(assets.join(name)).unwrap()).unwrap();
        total += packed.finish().unwrap().len();
    }
    assert!(total <= 400_000, "{total} bytes");
}
