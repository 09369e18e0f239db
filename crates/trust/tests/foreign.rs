//! Documents of other programs, honest and dishonest, and what a verifier has to say of each. The files
//! and `index.tsv` are made by `.ci/interop/make_vectors.py`, which says of each how it was made.

use std::path::PathBuf;

use pk_trust::Time;
use pk_trust::pki::{Anchors, Certificate, Crl};
use pk_trust::verify::{self, Answer, Code, Evidence, Outcome, Overall, Trust, Verdict};

use crate::trusting;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/foreign")
}

fn read(name: &str) -> Vec<u8> {
    std::fs::read(folder().join(name)).unwrap()
}

fn text(name: &str) -> String {
    String::from_utf8(read(name)).unwrap()
}

fn certificate(name: &str) -> Certificate {
    Certificate::from_pem(&text(name)).unwrap()
}

fn lists(names: &[&str]) -> Vec<Crl> {
    names.iter().map(|name| Crl::from_pem(&text(name)).unwrap()).collect()
}

/// A moment after all signatures and while every authority is valid.
fn now() -> Time {
    Time::parse("2027-06-01").unwrap()
}

fn rooted() -> Anchors {
    Anchors { roots: vec![certificate("root.pem")], ..Anchors::default() }
}

fn with_lists(names: &[&str]) -> Anchors {
    Anchors { crls: lists(names), ..rooted() }
}

fn judge(bytes: &[u8], anchors: &Anchors) -> Verdict {
    verify::document(bytes, &trusting(anchors), &Evidence::default(), now())
}

pub(crate) fn answer(text: &str) -> Answer {
    match text {
        "yes" => Answer::Yes,
        "no" => Answer::No,
        "unknown" => Answer::Unknown,
        other => unreachable!("{other} in index.tsv"),
    }
}

pub(crate) fn has(verdict: &Verdict, code: &str) -> bool {
    verdict.all_findings().any(|finding| finding.code.as_str() == code)
}

pub(crate) fn codes(verdict: &Verdict) -> String {
    let bad = verdict.all_findings().filter(|finding| finding.outcome != Outcome::Pass);
    bad.map(|finding| format!("{} {:?}", finding.code, finding.detail)).collect::<Vec<_>>().join(", ")
}

struct Row {
    file: String,
    integrity: Answer,
    issuer: Answer,
    code: String,
    pyhanko: String,
}

fn rows() -> Vec<Row> {
    let row = |line: &str| {
        let [file, integrity, issuer, code, pyhanko, _shows] = line.split('\t').collect::<Vec<_>>()[..]
        else {
            unreachable!("{line}")
        };
        Row {
            file: file.to_owned(),
            integrity: answer(integrity),
            issuer: answer(issuer),
            code: code.to_owned(),
            pyhanko: pyhanko.to_owned(),
        }
    };
    text("index.tsv").lines().skip(1).map(row).collect()
}

#[test]
fn every_vector_gets_its_answer() {
    let anchors = rooted();
    let (mut wrong, mut honest, mut dishonest) = (Vec::new(), 0, 0);
    for row in rows() {
        let verdict = judge(&read(&row.file), &anchors);
        let lines = &verdict.lines;
        if lines.integrity.outcome != row.integrity
            || lines.issuer.outcome != row.issuer
            || !has(&verdict, &row.code)
        {
            wrong.push(format!(
                "{}: integrity {:?}, issuer {:?}, {} is {}; {}",
                row.file,
                lines.integrity.outcome,
                lines.issuer.outcome,
                row.code,
                has(&verdict, &row.code),
                codes(&verdict)
            ));
        }
        if row.integrity == Answer::Yes {
            honest += 1
        } else {
            dishonest += 1
        }
        let passed = verdict.overall == Overall::Passed;
        let may = row.integrity == Answer::Yes && row.issuer == Answer::Yes;
        if passed && !may {
            wrong.push(format!("{} passed", row.file));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(honest >= 60 && dishonest >= 100, "{honest} honest, {dishonest} dishonest: some are missing");
}

#[test]
fn pyhanko_agrees_that_honest_documents_hold() {
    // Where it does not, it has no trust in something (an authority, an expired certificate), has no
    // use for the file's shape, or is stricter than the standard; each is known by name.
    let known = [
        "direct-signature.pdf",
        "document-stamp-without-purpose.pdf",
        "expired-with-stamp.pdf",
        "expired-without-stamp.pdf",
        "hierarchical-known-parent.pdf",
        "hierarchical-new-parent.pdf",
        "list-after-expiry.pdf",
        "separate-widgets.pdf",
        "stamp-of-unknown-authority.pdf",
        "stamp-over-other-bytes.pdf",
        "stamp-without-purpose.pdf",
        "unknown-root.pdf",
    ];
    let honest = rows().into_iter().filter(|row| row.integrity == Answer::Yes);
    let differ: Vec<String> = honest.filter(|row| row.pyhanko != "VALID").map(|row| row.file).collect();
    assert_eq!(differ, known);
}

/// Line and code of the issuer for a vector, with these lists given beside the document.
fn issuer(file: &str, given: &[&str]) -> (Answer, &'static str) {
    let line = judge(&read(file), &with_lists(given)).lines.issuer;
    (line.outcome, line.code.as_str())
}

#[test]
fn lists_given_beside_the_document_count() {
    let plain = "pades-p-256-sha-256.pdf";
    assert_eq!(issuer(plain, &[]), (Answer::Unknown, "signer.revocation-unknown"));
    assert_eq!(
        issuer(plain, &["issuing.crl"]),
        (Answer::Unknown, "signer.revocation-unknown"),
        "half a chain"
    );
    assert_eq!(issuer(plain, &["root.crl", "issuing.crl"]), (Answer::Yes, "signer.not-revoked"));
    let passed = judge(&read(plain), &with_lists(&["root.crl", "issuing.crl"]));
    assert_eq!(passed.overall, Overall::Passed, "{}", codes(&passed));
    // Revoked before and after the claimed time, which nobody vouches for.
    let claimed = "two-declared.pdf";
    assert_eq!(issuer(claimed, &["root.crl", "revoked-before.crl"]), (Answer::No, "signer.revoked"));
    assert_eq!(
        issuer(claimed, &["root.crl", "revoked-after.crl"]),
        (Answer::Unknown, "signer.revoked-later")
    );
}

#[test]
fn a_proven_time_decides_over_a_revocation() {
    let stamped = "signature-then-document-time-stamp.pdf";
    assert_eq!(issuer(stamped, &["root.crl", "revoked-before.crl"]), (Answer::No, "signer.revoked"));
    let after = judge(&read(stamped), &with_lists(&["root.crl", "revoked-after.crl"]));
    assert!(has(&after, "signer.revoked-after-proof"), "{}", codes(&after));
    assert_eq!(after.overall, Overall::Passed, "{}", codes(&after));
    assert_eq!(after.signatures[0].proven_time, Time::parse("2026-03-01T08:00:05Z"));
    // By an authority that nobody trusts nothing is proven.
    let unknown = "stamp-of-unknown-authority.pdf";
    assert_eq!(
        issuer(unknown, &["root.crl", "revoked-after.crl"]),
        (Answer::Unknown, "signer.revoked-later")
    );
    let mut anchors = with_lists(&["root.crl", "revoked-after.crl"]);
    anchors.roots.push(certificate("other-root.pem"));
    // Trusted now, and nobody says whether that authority was revoked: its word saves nothing.
    let unheard = judge(&read(unknown), &anchors);
    assert!(has(&unheard, "time.stamp-revocation-unknown"), "{}", codes(&unheard));
    assert_eq!(
        (unheard.lines.issuer.outcome, unheard.lines.issuer.code.as_str()),
        (Answer::Unknown, "signer.revoked-later")
    );
}

#[test]
fn revocation_can_be_required() {
    let trust = |anchors| Trust { require_revocation: true, ..trusting(&anchors) };
    let judge = |file: &str| verify::document(&read(file), &trust(rooted()), &Evidence::default(), now());
    let line = |file: &str| judge(file).lines.issuer;
    assert_eq!(line("two-declared.pdf").code, Code::SignerRevocationRequired);
    assert_eq!(line("two-declared.pdf").outcome, Answer::No);
    assert_eq!(line("b-lt.pdf").code, Code::SignerNotRevoked, "the document brings the lists");
    // A time stamp whose authority nobody can ask about proves nothing then.
    let stamped = judge("b-t.pdf");
    assert!(
        has(&stamped, "time.stamp-revocation-unknown") && !has(&stamped, "time.proven"),
        "{}",
        codes(&stamped)
    );
}

#[test]
fn an_expired_certificate_needs_a_proven_time() {
    let lists = ["root.crl", "issuing.crl"];
    let without = judge(&read("expired-without-stamp.pdf"), &with_lists(&lists));
    assert!(has(&without, "signer.expired-since") && without.overall == Overall::Indeterminate);
    // Of a root that nobody knows, it cannot be said that it vouched for the signer even then.
    let stranger = Anchors { roots: vec![certificate("other-root.pem")], ..Anchors::default() };
    let unknown = judge(&read("expired-without-stamp.pdf"), &stranger);
    assert_eq!(unknown.lines.issuer.code.as_str(), "signer.unknown-root", "{}", codes(&unknown));
    assert_eq!(unknown.overall, Overall::Indeterminate);
    assert_eq!(issuer("expired-with-stamp.pdf", &lists), (Answer::Yes, "signer.not-revoked"));
    // While the certificate was valid, no time stamp was needed.
    let then = Time::parse("2026-03-15").unwrap();
    let verdict = verify::document(
        &read("expired-without-stamp.pdf"),
        &trusting(&with_lists(&lists)),
        &Evidence::default(),
        then,
    );
    assert_eq!(verdict.overall, Overall::Passed, "{}", codes(&verdict));
    // Asked for a moment before the signature, it says it is from the future.
    let before = Time::parse("2026-02-01").unwrap();
    let verdict = verify::document(&read("b-t.pdf"), &trusting(&rooted()), &Evidence::default(), before);
    assert!(has(&verdict, "time.stamp-future") && has(&verdict, "time.future"), "{}", codes(&verdict));
    assert_eq!(verdict.overall, Overall::Indeterminate, "{}", codes(&verdict));
}

/// The signer's certificate of a document, from its CMS: everything after it is looked for by name.
fn signer_of(file: &str) -> Certificate {
    let bytes = read(file);
    let parsed = pk_trust::pdf::File::parse(&bytes).unwrap();
    let survey = pk_trust::pades::survey(&parsed).unwrap();
    match &survey.signatures[0].content {
        Some(Ok(pk_trust::pades::Content::Signature { verified, .. })) => verified.leaf.clone(),
        other => unreachable!("{other:?}"),
    }
}

#[test]
fn a_signer_can_be_trusted_by_itself() {
    let file = "unknown-root.pdf";
    let pinned = Anchors { pinned: vec![signer_of(file)], ..Anchors::default() };
    let verdict = judge(&read(file), &pinned);
    assert_eq!(verdict.lines.issuer.code.as_str(), "signer.pinned");
    assert_eq!(verdict.overall, Overall::Passed, "{}", codes(&verdict));
    // Somebody else's pin is none.
    let other = Anchors { pinned: vec![signer_of("two-declared.pdf")], ..Anchors::default() };
    assert_eq!(judge(&read(file), &other).lines.issuer.code.as_str(), "signer.unknown-root");
    // A changed document is changed, whoever signed it.
    let changed = "content-replaced.pdf";
    let pinned = Anchors { pinned: vec![signer_of(changed)], ..Anchors::default() };
    assert_eq!(judge(&read(changed), &pinned).overall, Overall::Failed);
}

/// Trusting a signer by itself adds trust where there was none, and takes away no check.
#[test]
fn a_pinned_signer_is_revoked_all_the_same() {
    let file = "visible.pdf";
    let pinned = |crls: &[&str], authorities: bool| {
        let anchors = if authorities { rooted() } else { Anchors::default() };
        let intermediates = vec![certificate("issuing.pem")];
        Anchors { pinned: vec![signer_of(file)], crls: lists(crls), intermediates, ..anchors }
    };
    for authorities in [false, true] {
        let verdict = judge(&read(file), &pinned(&["revoked-before.crl"], authorities));
        assert_eq!(verdict.overall, Overall::Failed, "{}", codes(&verdict));
        assert!(has(&verdict, "signer.revoked"));
    }
    // With an authority there is a path, and the pin is not what decides.
    assert!(has(&judge(&read(file), &pinned(&[], true)), "signer.path"));
    let required = Trust { require_revocation: true, ..trusting(&pinned(&[], false)) };
    let verdict = verify::document(&read(file), &required, &Evidence::default(), now());
    assert!(has(&verdict, "signer.revocation-required"), "{}", codes(&verdict));
    assert_eq!(verdict.overall, Overall::Failed);
}

/// An algorithm that proves nothing still shows a change: not certain, then changed.
#[test]
fn a_change_under_a_weak_algorithm_is_a_change() {
    for file in ["md5.pdf", "sha-1-digest.pdf", "sha-1-signature.pdf", "rsa-1024.pdf", "rsa-8192.pdf"] {
        let honest = read(file);
        let verdict = judge(&honest, &rooted());
        assert_eq!(verdict.overall, Overall::Indeterminate, "{file}: {}", codes(&verdict));
        let at = honest.windows(8).position(|window| window == b"Rp 1.000").unwrap();
        let mut changed = honest;
        changed[at + 3] = b'9';
        let verdict = judge(&changed, &rooted());
        assert!(has(&verdict, "signature.digest"), "{file}: {}", codes(&verdict));
        assert_eq!(verdict.overall, Overall::Failed, "{file}");
    }
}

#[test]
fn no_changed_byte_goes_unnoticed() {
    let anchors = with_lists(&["root.crl", "issuing.crl"]);
    for file in ["pades-p-256-sha-256.pdf", "update-in-object-stream.pdf", "b-t.pdf"] {
        let honest = read(file);
        assert_eq!(judge(&honest, &anchors).lines.integrity.outcome, Answer::Yes, "{file}");
        let last = contents(&honest).pop().unwrap();
        for at in (0..honest.len()).step_by(7) {
            for bit in [0x01, 0x20, 0x80] {
                let mut bytes = honest.clone();
                bytes[at] ^= bit;
                let verdict = judge(&bytes, &anchors);
                // In the last /Contents there are bytes that no signature covers: the case of its
                // digits, the certificates of issuers, unsigned attributes. They prove nothing.
                if last.contains(&at) {
                    continue;
                }
                assert_ne!(verdict.lines.integrity.outcome, Answer::Yes, "{file}, byte {at}, bit {bit}");
                assert_ne!(verdict.overall, Overall::Passed, "{file}, byte {at}, bit {bit}");
            }
        }
    }
}

/// Where the strings of all `/Contents` stand.
pub(crate) fn contents(bytes: &[u8]) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    for at in 0..bytes.len() {
        if bytes[at..].starts_with(b"/Contents<") || bytes[at..].starts_with(b"/Contents <") {
            let start = at + 9;
            let length = bytes[start..].iter().position(|&b| b == b'>').unwrap();
            found.push(start..start + length + 1);
        }
    }
    found
}

#[test]
fn the_signature_itself_cannot_be_another() {
    // The digits of /Contents, one by one: whatever is read from them is the same signature by the
    // same signer, or none.
    let honest = read("pkcs7-p-256.pdf");
    let signer = judge(&honest, &rooted()).signatures[0].clone();
    let range = contents(&honest)[0].clone();
    for at in (range.start + 1..range.end - 1).step_by(3) {
        let mut bytes = honest.clone();
        bytes[at] = if bytes[at] == b'0' { b'1' } else { b'0' };
        let verdict = judge(&bytes, &rooted());
        if verdict.lines.integrity.outcome == Answer::Yes {
            let found = &verdict.signatures[0];
            assert_eq!((&found.signer, &found.serial), (&signer.signer, &signer.serial), "byte {at}");
        }
    }
}

#[test]
fn half_a_file_is_no_reason_to_panic() {
    let mut files: Vec<Row> = rows();
    files.retain(|row| row.file.len() % 3 == 0);
    for row in &files {
        let bytes = read(&row.file);
        for end in (0..bytes.len()).step_by(50) {
            let verdict = judge(&bytes[..end], &rooted());
            assert_ne!(verdict.overall, Overall::Passed, "{} cut at {end}", row.file);
        }
    }
}
