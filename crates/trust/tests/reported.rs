//! Public bug reports of programs like this one, rebuilt as small files: honest ones that were refused, and false ones that
//! were believed. Made with asn1crypto; the keys are gone.

use std::path::PathBuf;

use pk_trust::Time;
use pk_trust::pki::{Anchors, Certificate, Crl};
use pk_trust::verify::{self, Evidence, Overall, parse_crls};

use crate::foreign::{answer, codes, has};
use crate::trusting;

fn read(name: &str) -> Vec<u8> {
    std::fs::read(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/reported").join(name))
        .unwrap()
}

/// Compares each file of a table with what it says; `trust` may differ from file to file.
fn compare(folder: &str, at: Time, trust: impl Fn(&str) -> Anchors) {
    let index = String::from_utf8(read(&format!("{folder}index.tsv"))).unwrap();
    let mut wrong = Vec::new();
    for row in index.lines().skip(1) {
        let [file, overall, integrity, issuer, time, code, _shows] = row.split('\t').collect::<Vec<_>>()[..]
        else {
            unreachable!("{row}")
        };
        let overall = match overall {
            "passed" => Overall::Passed,
            "failed" => Overall::Failed,
            "indeterminate" => Overall::Indeterminate,
            other => unreachable!("{other}"),
        };
        let bytes = read(&format!("{folder}{file}"));
        let verdict = verify::document(&bytes, &trusting(&trust(file)), &Evidence::default(), at);
        let lines = [&verdict.lines.integrity, &verdict.lines.issuer, &verdict.lines.time];
        let right = verdict.overall == overall
            && lines.map(|line| line.outcome) == [integrity, issuer, time].map(answer)
            && has(&verdict, code);
        if !right {
            wrong.push(format!("{file}: {:?} {}", verdict.overall, codes(&verdict)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_report_gets_its_answer() {
    let text = |name| String::from_utf8(read(name)).unwrap();
    let anchors = Anchors {
        roots: vec![Certificate::from_pem(&text("root.pem")).unwrap()],
        crls: vec![Crl::from_der(&read("root.crl")).unwrap()],
        ..Anchors::default()
    };
    compare("", Time::parse("2026-12-01").unwrap(), |_| anchors.clone());
}

/// Who answers for a signer, a responder and a time stamp authority. A stamp saves what it has witnessed, and only that.
#[test]
fn proofs_are_worth_what_their_authors_are() {
    let text = |name: &str| String::from_utf8(read(&format!("proofs/{name}"))).unwrap();
    let lists = |name: &str| parse_crls(text(name).as_bytes()).unwrap();
    let anchors = Anchors {
        roots: crate::certificates(&text("roots.pem")),
        crls: lists("lists.pem"),
        ..Anchors::default()
    };
    // Where a responder answers, no list does.
    let listed = Anchors { crls: [lists("lists.pem"), lists("issuing.pem")].concat(), ..anchors.clone() };
    let trust = |file: &str| if file.starts_with("responder") { anchors.clone() } else { listed.clone() };
    compare("proofs/", Time::parse("2026-12-01T06:00:00Z").unwrap(), trust);
}
