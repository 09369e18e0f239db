//! Trust files: what becomes of each certificate, and what does not belong in one.

use pk_trust::pki::{Anchors, Certificate, Crl, Purpose, issue, older_lists};
use pk_trust::verify::{self, Evidence, Finding, Trust, TrustError, parse_crls};

use crate::trusting;

use crate::pki::{day, key, request};

/// A root, an authority below it, a seal and a signer.
fn certificates() -> [Certificate; 4] {
    let root = issue::root(&request("Root", &key(1), Purpose::Authority, Some(1)), &key(1)).unwrap();
    let below = |name, seed, purpose, length| {
        issue::below(&root, &request(name, &key(seed), purpose, length), &key(1)).unwrap()
    };
    let issuing = below("Issuing", 2, Purpose::Authority, Some(0));
    let seal = below("Seal", 7, Purpose::Seal, None);
    let signer = below("Signer", 4, Purpose::Signature, None);
    [root, issuing, seal, signer]
}

#[test]
fn each_certificate_has_its_place() {
    let [root, issuing, seal, signer] = certificates();
    let list = issue::crl(&root, &key(1), 1, day(0), day(90), &[]).unwrap().pem();
    let pem: Vec<String> = [&signer, &seal, &issuing, &root].map(Certificate::pem).into();
    let text =
        format!("A note.\r\n{}\n# the list\n{list}# end\n \n", pem.join("more\n")).replace('\n', "\r\n");
    let trust = Trust::parse(text.as_bytes()).unwrap();
    assert_eq!(trust.anchors.roots, std::slice::from_ref(&root));
    assert_eq!(trust.anchors.intermediates, [issuing]);
    assert_eq!(trust.anchors.pinned, [signer]);
    assert_eq!(trust.seals, [seal]);
    assert_eq!((trust.anchors.crls.len(), parse_crls(list.as_bytes()).unwrap().len()), (1, 1));
    assert_eq!(Trust::parse(root.der()).unwrap().anchors.roots, [root]);
}

#[test]
fn what_does_not_belong_is_refused() {
    let [root, ..] = certificates();
    let list = issue::crl(&root, &key(1), 1, day(0), day(90), &[]).unwrap().pem();
    // Put together here: a test looks for private keys in the repository.
    let border = |word| format!("-----{word} PRIVATE {}-----\n", "KEY");
    let private = format!("{}{}AA==\n{}", root.pem(), border("BEGIN"), border("END"));
    let refused = Trust::parse(private.as_bytes()).unwrap_err();
    assert!(matches!(refused.kind(), TrustError::Label(label) if label.starts_with("PRIVATE ")));
    assert!(matches!(Trust::parse(b""), Err(TrustError::Empty)));
    assert!(matches!(Trust::parse(list.as_bytes()), Err(TrustError::Empty)));
    assert!(matches!(Trust::parse(b"\xFF"), Err(TrustError::Encoding)));
    assert!(matches!(Trust::parse(b"0"), Err(TrustError::Certificate(_))));
    assert!(matches!(parse_crls(root.pem().as_bytes()).unwrap_err().kind(), TrustError::Label(_)));
    assert!(matches!(parse_crls(b""), Err(TrustError::NoList)));
}

/// Where a file that is not whole is refused, and why.
fn refusal(text: &str) -> (usize, String) {
    let lists_only = parse_crls(text.as_bytes()).unwrap_err();
    match Trust::parse(text.as_bytes()).unwrap_err() {
        TrustError::Line { line, error } => {
            // As a file of lists it is refused as well, if only for the certificate in it.
            assert!(matches!(lists_only, TrustError::Line { .. }), "{lists_only}");
            (line, error.to_string())
        }
        other => (0, other.to_string()),
    }
}

/// A list that is skipped is a revocation that nobody hears of.
#[test]
fn a_damaged_block_is_never_skipped() {
    let [root, ..] = certificates();
    let list = |number| issue::crl(&root, &key(1), number, day(0), day(90), &[]).unwrap().pem();
    let (head, newest) = (format!("{}{}", root.pem(), list(1)), list(2));
    let first = head.lines().count() + 1;
    let whole = format!("{head}{newest}");
    assert_eq!(Trust::parse(whole.as_bytes()).unwrap().anchors.crls.len(), 2);
    let without = |lost: fn(&str) -> bool| {
        let kept: String = newest.split_inclusive('\n').filter(|line| !lost(line)).collect();
        format!("{head}{kept}")
    };
    let no_end = "the PEM block X509 CRL has no END line";
    let stray = "a line that belongs to no PEM block";
    let end = without(|line| line.starts_with("-----END"));
    assert_eq!(refusal(&end), (first, no_end.to_owned()));
    assert_eq!(refusal(&format!("{end}{}", root.pem())), (first, no_end.to_owned()), "another block follows");
    assert_eq!(refusal(&without(|line| line.starts_with("-----BEGIN"))), (first, stray.to_owned()));
    assert_eq!(refusal(&without(|line| line.starts_with("-----"))), (first, stray.to_owned()));
    let swap = |from: &str, to: &str| refusal(&format!("{head}{}", newest.replace(from, to)));
    assert_eq!(swap("-----END X509 CRL-----", "-----END CERTIFICATE-----"), (first, no_end.to_owned()));
    assert_eq!(swap("-----END X509 CRL-----", "-----END X509 CRL----"), (first, no_end.to_owned()));
    assert_eq!(swap("-----BEGIN X509 CRL-----", "-----BEGIN X509 CRL----"), (first, stray.to_owned()));
    assert_eq!(swap("-----BEGIN X509 CRL-----", "----BEGIN X509 CRL----"), (first + 1, stray.to_owned()));
    assert_eq!(swap("-----BEGIN X509 CRL-----", "#----BEGIN X509 CRL-----"), (first + 1, stray.to_owned()));
    assert_eq!(swap("-----END X509 CRL-----", "#----END X509 CRL-----"), (first, no_end.to_owned()));
    assert_eq!(swap("-----BEGIN X509 CRL-----", "> -----BEGIN X509 CRL-----"), (first, stray.to_owned()));
    // Cut off, a letter that base64 has not, another length, a list under the label of a certificate.
    for damaged in [
        newest.replacen("-----\nM", "-----\n!", 1),
        newest.replacen("-----\nM", "-----\n", 1),
        newest.replace("X509 CRL", "CERTIFICATE"),
        newest.replace("X509 CRL", "CRL"),
        newest.split_inclusive('\n').enumerate().filter(|(i, _)| *i != 2).map(|(_, line)| line).collect(),
    ] {
        assert_eq!(refusal(&format!("{head}{damaged}")).0, first, "{damaged}");
    }
    // Every byte of the newest list lost, one at a time: an error, or the list all the same.
    for at in 0..newest.len() {
        let cut = format!("{head}{}{}", &newest[..at], &newest[at + 1..]);
        let found = Trust::parse(cut.as_bytes()).map(|trust| trust.anchors.crls.len());
        assert!(found.as_ref().is_err() || found.as_ref().is_ok_and(|n| *n == 2), "byte {at}: {found:?}");
    }
    // Latin-1 in a comment: the line is named, and nothing behind it is lost.
    let mut latin = format!("{head}# Kabupaten ").into_bytes();
    latin.extend([0xE9, b'\n']);
    latin.extend(newest.as_bytes());
    assert!(matches!(Trust::parse(&latin), Err(TrustError::Line { line, .. }) if line == first));
}

#[test]
fn explanations_are_no_damage() {
    let [root, _, seal, _] = certificates();
    let openssl = "subject=O = Pemerintah Kabupaten Contoh, CN = Root\n\
        issuer=O = Pemerintah Kabupaten Contoh, CN = Root\n";
    let text = "Certificate:\n    Data:\n        Version: 3 (0x2)\n\
        \u{20}       Serial Number:\n            04:04:04:04\n\
        \u{20}       Signature Algorithm: ED25519\n        73:a1:00:\n";
    let bundle = "Contoh Root CA\n==============\n";
    for explained in [
        openssl,
        text,
        bundle,
        "\u{FEFF}# ----- Sertifikat -----\n",
        "Bag Attributes\n    friendlyName: root\n",
    ] {
        let file = format!("{explained}{}\n\n{}", root.pem(), seal.pem());
        let trust = Trust::parse(file.as_bytes()).unwrap();
        assert_eq!((trust.anchors.roots.len(), trust.seals.len()), (1, 1), "{explained}");
    }
    // Behind the last block nothing is explained.
    let tail = format!("{}{}text\n", root.pem(), seal.pem());
    assert_eq!(refusal(&tail).0, tail.lines().count());
    // Lines of any length are base64 as well.
    let long = root
        .pem()
        .replace("-----\n", "-----|")
        .replace("\n-----", "|-----")
        .replace('\n', "")
        .replace('|', "\n");
    assert_eq!(Trust::parse(long.as_bytes()).unwrap().anchors.roots, [root]);
}

#[test]
fn the_older_of_two_lists_is_named() {
    let [root, issuing, ..] = certificates();
    let list = |number, from| issue::crl(&root, &key(1), number, day(from), day(90), &[]).unwrap();
    let other = issue::crl(&issuing, &key(2), 1, day(0), day(90), &[]).unwrap();
    let numbers = |lists: &[Crl]| -> Vec<_> {
        older_lists(lists).iter().map(|(old, new)| (old.number(), new.number())).collect()
    };
    let pair = |old: &str, new: &str| (Some(old.to_owned()), Some(new.to_owned()));
    assert_eq!(numbers(&[list(1, 0), other.clone()]), []);
    assert_eq!(numbers(&[list(9, 0), other, list(16, 0)]), [pair("9", "16")], "by number, not by its digits");
    assert_eq!(numbers(&[list(2, 0), list(1, 5)]), [pair("1", "2")], "the number counts, not the date");
    assert_eq!(numbers(&[list(1, 5), list(1, 0), list(1, 5)]), [pair("1", "1")], "then the date");
}

/// Said in the answer about every document, whoever made it.
#[test]
fn an_older_list_is_remarked_upon() {
    let [root, ..] = certificates();
    let list = |number, from| issue::crl(&root, &key(1), number, day(from), day(90), &[]).unwrap();
    let pdf =
        std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/foreign/visible.pdf")).unwrap();
    let remarks = |crls: Vec<Crl>| -> Vec<String> {
        let anchors = Anchors { crls, ..Anchors::default() };
        let verdict = verify::document(&pdf, &trusting(&anchors), &Evidence::default(), day(20));
        let older = verdict.findings.iter().filter(|finding| finding.code.as_str() == "trust.older-list");
        older.map(|finding| finding.detail.texts().into_values().collect::<Vec<_>>().join(" ")).collect()
    };
    assert_eq!(remarks(vec![list(2, 3)]), [""; 0]);
    let said = remarks(vec![list(2, 3), list(1, 0)]);
    assert_eq!(said, ["root 2026-01-04T00:00:00Z 2 1 2026-01-01T00:00:00Z"]);
}

/// What is remarked on the host of a link, by those who have a page of their own and by others.
#[test]
fn a_link_to_elsewhere_is_remarked_upon() {
    let [root, _, seal, _] = certificates();
    let trust = Trust::parse(format!("{}{}", root.pem(), seal.pem()).as_bytes()).unwrap();
    let text = include_str!("vectors/claim-1-agreement.txt");
    let remarks =
        |text: &str, seals: &[Certificate], host: Option<&str>| -> Vec<(&'static str, Vec<String>)> {
            let evidence = Evidence { host: host.map(str::to_owned), ..Evidence::default() };
            let trust = Trust { seals: seals.to_vec(), ..trust.clone() };
            let verdict = verify::link(text, &trust, &evidence, day(20));
            let about_hosts = |f: &&Finding| f.code.as_str().starts_with("qr.");
            let named = |f: &Finding| (f.code.as_str(), f.detail.texts().into_values().collect());
            verdict.findings.iter().filter(about_hosts).map(named).collect()
        };
    let known = trust.seals.as_slice();
    assert_eq!(remarks(text, known, None), []);
    assert_eq!(remarks(text, known, Some("cek.contoh.example")), []);
    let (host, own) = ("cek.contoh.example".to_owned(), "cek.lain.example".to_owned());
    let foreign = [("qr.foreign-host", vec![host.clone(), own.clone()])];
    assert_eq!(remarks(text, known, Some(&own)), foreign);
    assert_eq!(remarks(text, &[], Some(&own)), foreign);
    let unproven = [("qr.unproven-host", vec![host])];
    assert_eq!(remarks(text, &[], None), unproven);
    let (link, _) = text.split_once('#').unwrap();
    assert_eq!(remarks(link, known, None), unproven);
    assert_eq!(remarks("https://lain.example/", known, Some(&own)), []);
}
