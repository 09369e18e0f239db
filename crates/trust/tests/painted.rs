//! What can be shown on a page after somebody has signed it, and what a verifier has to say of each way. The files and
//! `expected.tsv` are made by `.ci/interop/make_painted.py`. Everybody's root and lists are trusted here, so
//! what is honest passes, and what is not has to be held back by what it does.

use std::collections::BTreeMap;
use std::path::PathBuf;

use pk_trust::Time;
use pk_trust::verify::{self, Answer, Evidence, Outcome, Overall, Trust, Verdict};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/painted")
}

fn answer(text: &str) -> Answer {
    match text {
        "yes" => Answer::Yes,
        "no" => Answer::No,
        "unknown" => Answer::Unknown,
        other => unreachable!("{other} in expected.tsv"),
    }
}

fn bad(verdict: &Verdict) -> String {
    let bad = verdict.all_findings().filter(|finding| finding.outcome != Outcome::Pass);
    bad.map(|finding| format!("{} {:?}", finding.code, finding.detail)).collect::<Vec<_>>().join(", ")
}

#[test]
fn nothing_comes_into_sight_unseen() {
    let trust = Trust::parse(&std::fs::read(folder().join("trust.pem")).unwrap()).unwrap();
    let table = std::fs::read_to_string(folder().join("expected.tsv")).unwrap();
    let at = Time::parse("2027-06-01").unwrap();
    let (mut wrong, mut classes) = (Vec::new(), BTreeMap::new());
    for line in table.lines().skip(1) {
        let [file, label, class, integrity, issuer, code, _shows] = line.split('\t').collect::<Vec<_>>()[..]
        else {
            unreachable!("{line}")
        };
        *classes.entry(class).or_insert(0) += 1;
        let bytes = std::fs::read(folder().join(file)).unwrap();
        let verdict = verify::document(&bytes, &trust, &Evidence::default(), at);
        let passes = verdict.overall == Overall::Passed;
        let found = verdict.all_findings().any(|finding| finding.code.as_str().starts_with(code));
        if passes != (label == "accept")
            || verdict.lines.integrity.outcome != answer(integrity)
            || verdict.lines.issuer.outcome != answer(issuer)
            || !found
        {
            wrong.push(format!(
                "{file}: {:?}, integrity {:?}, issuer {:?}, {code} {}; {}",
                verdict.overall,
                verdict.lines.integrity.outcome,
                verdict.lines.issuer.outcome,
                if found { "found" } else { "is missing" },
                bad(&verdict)
            ));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    let honest = classes.remove("honest").unwrap_or(0);
    let attacks: i32 = classes.values().sum();
    assert!(
        honest >= 35 && attacks >= 180,
        "{honest} honest, {attacks} attacks in {classes:?}: some are missing"
    );
}
