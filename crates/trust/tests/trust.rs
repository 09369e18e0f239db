//! Trust files: what becomes of each certificate, and what does not belong in one.

use pk_trust::pki::{Certificate, Purpose, issue};
use pk_trust::verify::{self, Evidence, Finding, Trust, TrustError, parse_crls};

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
    let text = format!("A note.\r\n{}\n{list}", pem.join("more\n")).replace('\n', "\r\n");
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
    let refused = Trust::parse(private.as_bytes());
    assert!(matches!(refused, Err(TrustError::Label(label)) if label.starts_with("PRIVATE ")));
    assert!(matches!(Trust::parse(b""), Err(TrustError::Empty)));
    assert!(matches!(Trust::parse(list.as_bytes()), Err(TrustError::Empty)));
    assert!(matches!(Trust::parse(b"\xFF"), Err(TrustError::Encoding)));
    assert!(matches!(Trust::parse(b"0"), Err(TrustError::Certificate(_))));
    assert!(matches!(parse_crls(root.pem().as_bytes()), Err(TrustError::Label(_))));
    assert!(matches!(parse_crls(b""), Err(TrustError::NoList)));
}

/// What is remarked on the host of a link, by those who have a page of their own and by others.
#[test]
fn a_link_to_elsewhere_is_remarked_upon() {
    let [root, _, seal, _] = certificates();
    let trust = Trust::parse(format!("{}{}", root.pem(), seal.pem()).as_bytes()).unwrap();
    let text = include_str!("vectors/claim-1-agreement.txt");
    let remarks =
        |text: &str, seals: &[Certificate], host: Option<&str>| -> Vec<(&'static str, Vec<String>)> {
            let evidence =
                Evidence { seals: seals.to_vec(), host: host.map(str::to_owned), ..Evidence::default() };
            let verdict = verify::link(text, &trust.anchors, &evidence, day(20));
            let about_hosts = |f: &&Finding| f.code.starts_with("qr.");
            let named = |f: &Finding| (f.code, f.detail.values().cloned().collect());
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
