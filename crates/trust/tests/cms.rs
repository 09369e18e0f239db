//! Signatures and validation data as other programs write them, and as somebody writes them to hide behind what
//! is tolerated. The files and `index.tsv` are made by `.ci/interop/make_cms.py`.

use std::path::PathBuf;

use pk_trust::Time;
use pk_trust::cms::{Error, General, Profile, Signature, TimeStamp, Tolerated};
use pk_trust::pki::{Anchors, Certificate, Chain, Effort, Purpose, issue};
use pk_trust::verify::{self, Answer, Evidence, Outcome, Overall, Verdict};

use crate::trusting;

use crate::foreign::{answer, codes, contents, has};
use crate::pki::{Signer, key, request};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/cms")
}

fn read(name: &str) -> Vec<u8> {
    std::fs::read(folder().join(name)).unwrap()
}

fn anchors() -> Anchors {
    let root = |name| Certificate::from_pem(&String::from_utf8(read(name)).unwrap()).unwrap();
    Anchors { roots: vec![root("root.pem"), root("state-root.pem")], ..Anchors::default() }
}

fn judge(bytes: &[u8]) -> Verdict {
    verify::document(bytes, &trusting(&anchors()), &Evidence::default(), Time::parse("2027-06-01").unwrap())
}

/// File, integrity, issuer and code of each row.
fn rows() -> Vec<(String, Answer, Answer, String)> {
    let index = String::from_utf8(read("index.tsv")).unwrap();
    let row = |line: &str| {
        let [file, integrity, issuer, code, _pyhanko, _shows] = line.split('\t').collect::<Vec<_>>()[..]
        else {
            unreachable!("{line}")
        };
        (file.to_owned(), answer(integrity), answer(issuer), code.to_owned())
    };
    index.lines().skip(1).map(row).collect()
}

#[test]
fn every_vector_gets_its_answer() {
    let (mut wrong, mut good, mut bad) = (Vec::new(), 0, 0);
    for (file, integrity, issuer, code) in rows() {
        let verdict = judge(&read(&file));
        let lines = &verdict.lines;
        if (lines.integrity.outcome, lines.issuer.outcome) != (integrity, issuer) || !has(&verdict, &code) {
            wrong.push(format!(
                "{file}: integrity {:?}, issuer {:?}, {code} is {}; {}",
                lines.integrity.outcome,
                lines.issuer.outcome,
                has(&verdict, &code),
                codes(&verdict)
            ));
        }
        let passed = verdict.overall == Overall::Passed;
        assert_eq!(passed, integrity == Answer::Yes && issuer == Answer::Yes, "{file}: {}", codes(&verdict));
        // What proves nothing is no accusation.
        let accused = lines.integrity.outcome == Answer::Unknown && verdict.overall == Overall::Failed;
        assert!(!accused, "{file}: {}", codes(&verdict));
        let holds = integrity == Answer::Yes && issuer != Answer::No;
        if holds && code != "signer.unknown-root" && code != "signer.revocation-unknown" {
            good += 1;
        } else {
            bad += 1;
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(good >= 35 && bad >= 50, "{good} honest, {bad} dishonest: some are missing");
}

/// The bytes of the only `/Contents`.
fn cms_of(file: &str) -> Vec<u8> {
    let bytes = read(file);
    let range = contents(&bytes).pop().unwrap();
    data_encoding::HEXLOWER_PERMISSIVE.decode(&bytes[range.start + 1..range.end - 1]).unwrap()
}

#[test]
fn no_bit_of_a_tolerated_signature_can_be_another() {
    let files =
        ["ber-frame.pdf", "ber-pieces.pdf", "order-turned.pdf", "null-ecdsa.pdf", "name-printable.pdf"];
    for file in files {
        let honest = read(file);
        let signer = judge(&honest).signatures[0].clone();
        assert_eq!(signer.integrity, Outcome::Pass, "{file}");
        let room = contents(&honest).pop().unwrap();
        for at in (0..honest.len()).step_by(3) {
            let mut bytes = honest.clone();
            if room.contains(&at) {
                bytes[at] = if bytes[at] == b'0' { b'1' } else { b'0' };
                let verdict = judge(&bytes);
                // The certificates of authorities are not signed. Whatever is read is by the same signer.
                if verdict.lines.integrity.outcome == Answer::Yes {
                    let found = &verdict.signatures[0];
                    assert_eq!(
                        (&found.signer, &found.serial),
                        (&signer.signer, &signer.serial),
                        "{file}, {at}"
                    );
                }
            } else {
                bytes[at] ^= 0x20;
                assert_ne!(judge(&bytes).lines.integrity.outcome, Answer::Yes, "{file}, byte {at}");
            }
        }
    }
}

#[test]
fn half_a_signature_is_no_reason_to_panic() {
    for (file, ..) in rows().into_iter().filter(|row| row.1 == Answer::Yes) {
        let whole = cms_of(&file);
        for end in (0..whole.len()).step_by(17) {
            let cut = &whole[..end];
            let used = whole.iter().rposition(|&b| b != 0).map_or(0, |last| last + 1);
            if end < used {
                let answer = General::parse(cut, Profile::Pkcs7, &Effort::default());
                // The last bytes of BER are zeros, as is the room behind them.
                assert!(answer.is_err(), "{file} cut at {end}");
                assert!(TimeStamp::parse(cut, &Effort::default()).is_err(), "{file} cut at {end}");
            }
        }
    }
}

/// Of what is tolerated in other programs' signatures, nothing is in pk's own.
#[test]
fn own_signatures_have_one_encoding_all_the_same() {
    let own = own_signature();
    let digest = pk_trust::pki::Hash::Sha512.digest(&[b"isi"]);
    assert!(Signature::parse(&own).unwrap().verify(&digest).is_ok());
    // The same signature, and the same key for everybody who reads BER.
    assert_eq!(own[..2], [0x30, 0x82]);
    let without_length = [&[0x30, 0x80][..], &own[4..], &[0, 0]].concat();
    let long_length = [&[0x30, 0x83, 0][..], &own[2..]].concat();
    for ber in [without_length, long_length] {
        let general = General::parse(&ber, Profile::Pades, &Effort::default()).unwrap();
        assert!(general.verify(&[b"isi"]).unwrap().tolerated.contains(&Tolerated::Ber));
        assert_eq!(Signature::parse(&ber).unwrap_err(), Error::Malformed);
    }
    // Ed25519, SHA-512, three attributes: pk's own shape but for the NULL.
    let null = cms_of("null-ed25519.pdf");
    assert!(General::parse(&null, Profile::Pades, &Effort::default()).is_ok());
    assert_eq!(Signature::parse(&null).unwrap_err(), Error::Algorithm);
}

fn own_signature() -> Vec<u8> {
    let root = issue::root(&request("Root", &key(1), Purpose::Authority, Some(1)), &key(1)).unwrap();
    let leaf = issue::below(&root, &request("Pejabat", &key(3), Purpose::Signature, None), &key(1)).unwrap();
    let signer = Signer { key: key(3), chain: Chain { leaf, issuers: vec![root] } };
    pk_trust::cms::sign(&[b"isi"], &signer).unwrap()
}

/// All of a file draws on one purse, and what was not paid for was not done.
#[test]
fn effort_is_counted() {
    let contents = cms_of("state-one.pdf");
    let effort = Effort::of_a_file();
    let mut parsed = 0_u32;
    while General::parse(&contents, Profile::Pkcs7, &effort).is_ok() {
        parsed += 1;
        assert!(parsed < 100_000, "without end");
    }
    assert_eq!(General::parse(&contents, Profile::Pkcs7, &effort).unwrap_err(), Error::Cost);
    // Three certificates each time.
    assert!((1_000..16_000).contains(&parsed), "{parsed}");
    let shared = effort.clone();
    assert!(effort.is_exhausted() && shared.is_exhausted(), "clones share it");
    assert!(!effort.spend(Effort::STEP));
    assert!(
        General::parse(&contents, Profile::Pkcs7, &Effort::default()).is_ok(),
        "another file's is another one"
    );
}
