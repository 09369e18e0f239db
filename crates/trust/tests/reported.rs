//! Public bug reports of programs like this one, rebuilt as small files: honest ones that were refused, and false ones that
//! were believed. Made with asn1crypto; the keys are gone.

use std::path::PathBuf;

use pk_trust::Time;
use pk_trust::pki::{Anchors, Certificate, Crl};
use pk_trust::verify::{self, Evidence, Overall};

use crate::foreign::{answer, codes, has};
use crate::trusting;

fn read(name: &str) -> Vec<u8> {
    std::fs::read(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/reported").join(name))
        .unwrap()
}

#[test]
fn every_report_gets_its_answer() {
    let text = |name| String::from_utf8(read(name)).unwrap();
    let anchors = Anchors {
        roots: vec![Certificate::from_pem(&text("root.pem")).unwrap()],
        crls: vec![Crl::from_der(&read("root.crl")).unwrap()],
        ..Anchors::default()
    };
    let trust = trusting(&anchors);
    let at = Time::parse("2026-12-01").unwrap();
    let mut wrong = Vec::new();
    for row in text("index.tsv").lines().skip(1) {
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
        let verdict = verify::document(&read(file), &trust, &Evidence::default(), at);
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
