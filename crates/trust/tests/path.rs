//! Path validation, case by case, in the style of NIST's PKITS. The certificates and `index.tsv` are made
//! by `.ci/interop/make_paths.py`.

use std::path::PathBuf;

use pk_trust::Time;
use pk_trust::pki::{Anchors, Certificate, Crl, Effort, PathError, Purpose, Revocation, issue};

use crate::pki::{day, key, request};

struct Case {
    name: String,
    purpose: Purpose,
    at: Time,
    expected: String,
    revocation: String,
    rfc: String,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/path")
}

fn cases() -> Vec<Case> {
    let index = std::fs::read_to_string(folder().join("index.tsv")).unwrap();
    let case = |line: &str| {
        let [name, purpose, at, expected, revocation, rfc, _shows] = line.split('\t').collect::<Vec<_>>()[..]
        else {
            unreachable!("{line}")
        };
        let purpose = match purpose {
            "document" => Purpose::Document,
            "time-stamp" => Purpose::TimeStamp,
            other => unreachable!("{other}"),
        };
        let text = |text: &str| text.to_owned();
        Case {
            name: text(name),
            purpose,
            at: Time::parse(at).unwrap(),
            expected: text(expected),
            revocation: text(revocation),
            rfc: text(rfc),
        }
    };
    index.lines().skip(1).map(case).collect()
}

/// A file of a case; empty if it has none.
fn read(case: &str, file: &str) -> String {
    std::fs::read_to_string(folder().join(case).join(file)).unwrap_or_default()
}

fn certificates(case: &str, file: &str) -> Vec<Certificate> {
    let text = read(case, file);
    crate::certificates(&text)
}

fn lists(case: &str) -> Vec<Crl> {
    let text = read(case, "lists.pem");
    let blocks = text.split_inclusive("-----END X509 CRL-----\n").filter(|block| !block.is_empty());
    blocks.map(|block| Crl::from_pem(block).unwrap()).collect()
}

/// What a case says, as the index writes it: the path, then the revocation.
fn judge(case: &Case) -> (String, String) {
    let anchors = Anchors {
        roots: certificates(&case.name, "root.pem"),
        crls: lists(&case.name),
        ..Anchors::default()
    };
    let links = certificates(&case.name, "intermediate.pem");
    let [leaf] = &certificates(&case.name, "leaf.pem")[..] else { unreachable!("{}", case.name) };
    let path = match anchors.path(leaf, &links, case.purpose, case.at) {
        Ok(path) => path,
        Err(error) => return (format!("{error:?}"), "-".to_owned()),
    };
    let now = if case.revocation.ends_with("-later") { case.at.plus_days(180) } else { case.at };
    let revocation = match (case.revocation.as_str(), path.revocation(&anchors, case.at, now)) {
        ("-", _) => "-",
        (_, Revocation::Good) => "good",
        (_, Revocation::Revoked { .. }) => "revoked",
        ("unknown-later", Revocation::Unknown) => "unknown-later",
        (_, Revocation::Unknown) => "unknown",
    };
    ("ok".to_owned(), revocation.to_owned())
}

#[test]
fn every_path_gets_its_answer() {
    let cases = cases();
    let mut wrong = Vec::new();
    for case in &cases {
        let (path, revocation) = judge(case);
        if (&path, &revocation) != (&case.expected, &case.revocation) {
            wrong.push(format!("{}: {path} {revocation}", case.name));
        }
        // Stricter than the standard in places, laxer nowhere.
        assert!(case.expected != "ok" || case.rfc == "ok", "{}", case.name);
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(cases.len() >= 150, "{} cases: some are missing", cases.len());
}

#[test]
fn links_may_come_in_any_order_and_from_anywhere() {
    for case in cases() {
        let roots = certificates(&case.name, "root.pem");
        let mut links = certificates(&case.name, "intermediate.pem");
        links.reverse();
        let leaf = &certificates(&case.name, "leaf.pem")[0];
        let answer = |anchors: &Anchors, extra: &[Certificate]| {
            anchors
                .path(leaf, extra, case.purpose, case.at)
                .map(|_| ())
                .map_err(|e| format!("{e:?}"))
                .err()
                .unwrap_or_else(|| "ok".to_owned())
        };
        let bare = Anchors { roots: roots.clone(), ..Anchors::default() };
        assert_eq!(answer(&bare, &links), case.expected, "{}, turned round", case.name);
        let known = Anchors { roots, intermediates: links, ..Anchors::default() };
        assert_eq!(answer(&known, &[]), case.expected, "{}, among the intermediates", case.name);
    }
}

#[test]
fn many_cross_certificates_are_given_up_soon() {
    // 200 certificates of one name and one key: each may have been issued by any other one.
    let cross = key(21);
    let first = issue::root(&request("Silang", &cross, Purpose::Authority, None), &cross).unwrap();
    let links: Vec<Certificate> = (0..200)
        .map(|serial| {
            let mut wanted = request("Silang", &cross, Purpose::Authority, None);
            wanted.serial = [serial; 16];
            wanted.serial[1] = 7;
            issue::below(&first, &wanted, &cross).unwrap()
        })
        .collect();
    let leaf = issue::below(&first, &request("Orang", &key(22), Purpose::Signature, None), &cross).unwrap();
    let root = issue::root(&request("Akar", &key(23), Purpose::Authority, None), &key(23)).unwrap();
    let anchors = Anchors { roots: vec![root.clone()], ..Anchors::default() };
    let refused = anchors.path(&leaf, &links, Purpose::Signature, day(10)).unwrap_err();
    assert_eq!(refused, PathError::TooLong);
    // And a file with a hundred such signers is given up as a whole.
    let effort = Effort::of_a_file();
    let counted = Anchors { effort: effort.clone(), ..anchors.clone() };
    let searches = (0..1000).take_while(|_| {
        let _ = counted.path(&leaf, &links, Purpose::Signature, day(10));
        !effort.is_exhausted()
    });
    let searches = searches.count();
    assert!((1..128).contains(&searches), "{searches}");
    assert!(!Effort::of_a_file().is_exhausted() && !anchors.effort.is_exhausted(), "each file has its own");
    // What it could not afford is not taken for refused: the memory is shared with the next file.
    let honest =
        issue::below(&root, &request("Jujur", &key(24), Purpose::Signature, None), &key(23)).unwrap();
    let reason = counted.path(&honest, &[], Purpose::Signature, day(10)).unwrap_err();
    assert_eq!(reason, PathError::UnknownIssuer);
    let next = Anchors { effort: Effort::of_a_file(), ..counted.clone() };
    assert!(next.path(&honest, &[], Purpose::Signature, day(10)).is_ok());
    // A real way out is found as long as the crowd does not hide it.
    let out = issue::below(&root, &request("Silang", &cross, Purpose::Authority, None), &key(23)).unwrap();
    let with_way_out: Vec<Certificate> = std::iter::once(out).chain(links).collect();
    let path = anchors.path(&leaf, &with_way_out, Purpose::Signature, day(10)).unwrap();
    assert_eq!(path.certificates().len(), 3);
}
