//! Keys of officials and of the seal may be Ed25519 or P-256, and everything that is signed holds by either.

use pk::office::Protection;
use pk_trust::claim::Kind;
use pk_trust::pades::{self, SEAL_FIELD};
use pk_trust::pdf::File;
use pk_trust::pki::keyfile::Cost;
use pk_trust::pki::{KeyAlgorithm, Sign, Subject};
use pk_trust::verify::{CLAIM_NAME, Document, Outcome, Overall, SignatureKind, attachment};

use crate::fixture::{self, Fixture, complaints, now, passphrase, verdict};

/// The order of P-256 (FIPS 186-5).
const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc,
    0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

/// The other signature that holds for the same bytes: `s` taken from the order.
fn other_half(signature: [u8; 64]) -> [u8; 64] {
    let mut out = signature;
    let mut borrow = 0_i16;
    for at in (0..32).rev() {
        let difference = i16::from(ORDER[at]) - i16::from(signature[32 + at]) - borrow;
        borrow = i16::from(difference < 0);
        out[32 + at] = u8::try_from(difference.rem_euclid(256)).unwrap();
    }
    out
}

#[test]
fn an_office_of_p256_does_all_that_another_one_does() {
    let fixture = Fixture::of(KeyAlgorithm::P256);
    fixture.generate();
    fixture.sign_all();
    for (official, kind) in
        [("kominfo", Kind::Agreement), ("dinsos", Kind::Pledge), ("bupati", Kind::Agreement)]
    {
        let bytes = fixture.file(official, kind);
        let found = verdict(&fixture.auditor(), &bytes);
        assert_eq!(found.overall, Overall::Passed, "{:?}", complaints(&found));
        assert!(
            found.signatures.iter().all(|s| s.algorithm == "P-256, ECDSA, SHA-256"),
            "{:?}",
            found.signatures
        );
        assert!(found.signatures.iter().any(|s| s.kind == SignatureKind::Seal));
        // The claim too, by whoever has only the paper.
        let file = File::parse(&bytes).unwrap();
        let text = String::from_utf8(attachment(file.at(0), CLAIM_NAME).unwrap().unwrap()).unwrap();
        let pk::audit::Answer::Document(link) = fixture.auditor().link("", &text, now()) else { panic!() };
        assert_eq!(link.lines.issuer.code.as_str(), "seal.trusted");
        assert_eq!(link.document.unwrap().claim, Outcome::Pass);
    }
    let keys = fixture.office.all_keys(now()).unwrap();
    assert!(keys.iter().all(|key| key.certificate.key().algorithm() == Some(KeyAlgorithm::P256)));
    // RFC 6979: the same key signs the same bytes in the same way.
    let rendered = Document::open(&fixture.file("kominfo", Kind::Agreement)).rendered().unwrap().to_vec();
    let seal = fixture.office.open_seal(&passphrase(), now()).unwrap();
    let sealed = || pades::sign(&rendered, SEAL_FIELD, &seal, now()).unwrap();
    assert!(sealed() == sealed());
}

#[test]
fn one_official_may_have_another_algorithm() {
    let fixture = Fixture::new();
    fixture.generate();
    let issuing = fixture.office.open_issuing(&passphrase()).unwrap();
    let subject = fixture.office.certificate("kominfo").unwrap().subject();
    let opens = passphrase();
    let algorithm = Some(KeyAlgorithm::P256);
    let protection = Protection { algorithm, passphrase: &opens, cost: Cost::DEMONSTRATION };
    let subject = Subject { organization: String::new(), ..subject };
    fixture.office.issue_official(subject, &issuing, &protection, now(), true).unwrap();
    fixture.sign_all();
    let found = verdict(&fixture.auditor(), &fixture.file("kominfo", Kind::Agreement));
    assert_eq!(found.overall, Overall::Passed, "{:?}", complaints(&found));
    let algorithms: Vec<&str> = found.signatures.iter().map(|s| s.algorithm.as_str()).collect();
    assert_eq!(algorithms, ["Ed25519", "P-256, ECDSA, SHA-256", "Ed25519"]);
}

/// Of two signatures that hold one is meant; else a signature, and the code on paper, could be written in two ways.
#[test]
fn a_signature_has_one_spelling() {
    struct Flipped<S>(S);
    impl<S: Sign> Sign for Flipped<S> {
        fn chain(&self) -> &pk_trust::pki::Chain {
            self.0.chain()
        }

        fn sign(&self, bytes: &[u8]) -> Result<[u8; 64], pk_trust::pki::KeyError> {
            self.0.sign(bytes).map(other_half)
        }
    }
    let fixture = Fixture::of(KeyAlgorithm::P256);
    fixture.generate();
    let bytes = fixture.file("kominfo", Kind::Agreement);
    let signer = || fixture.office.open_official("kominfo", &passphrase(), now()).unwrap();
    // Whatever a token gives, what is written is the same.
    let one = pades::sign(&bytes, "PihakPertama", &signer(), now()).unwrap();
    let other = pades::sign(&bytes, "PihakPertama", &Flipped(signer()), now()).unwrap();
    assert!(one == other);
    // And what somebody else wrote does not hold.
    let prepared = pades::prepare(&bytes, "PihakPertama", signer().chain(), now()).unwrap();
    let plain = KeyAlgorithm::P256.normalize(&signer().sign(prepared.attributes()).unwrap()).unwrap();
    let low = KeyAlgorithm::P256.encode(&plain).unwrap();
    let number = |bytes: &[u8]| {
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        let digits = &bytes[zeros..];
        let sign = usize::from(digits[0] >= 0x80);
        let content = [&vec![0; sign][..], digits].concat();
        [&[2, u8::try_from(content.len()).unwrap()][..], &content].concat()
    };
    let flipped = other_half(plain);
    let high = [number(&flipped[..32]), number(&flipped[32..])].concat();
    let high = [&[0x30, u8::try_from(high.len()).unwrap()][..], &high].concat();
    assert_eq!(number(&plain[32..]), low[low.len() - number(&plain[32..]).len()..]);
    assert!(KeyAlgorithm::P256.is_one_spelling(&low) && !KeyAlgorithm::P256.is_one_spelling(&high));
    let key = signer().chain().leaf.key().clone();
    let message = prepared.attributes();
    assert!(
        key.verifies(KeyAlgorithm::P256.signature(), message, &high),
        "it is a signature by the standard"
    );
    assert!(key.verifies_plain(message, &plain) && !key.verifies_plain(message, &flipped));
}

/// Preparing and completing is signing: the keeper of the key sees the attributes and nothing else.
#[test]
fn a_signature_can_be_made_in_two_places() {
    for algorithm in KeyAlgorithm::ALL {
        let fixture = Fixture::of(algorithm);
        fixture.generate();
        let bytes = fixture.file("kominfo", Kind::Agreement);
        let signer = fixture.office.open_official("kominfo", &passphrase(), now()).unwrap();
        let whole = pades::sign(&bytes, "PihakPertama", &signer, now()).unwrap();
        let prepared = || pades::prepare(&bytes, "PihakPertama", signer.chain(), now()).unwrap();
        let signature = signer.sign(prepared().attributes()).unwrap();
        assert!(prepared().complete(&signature).unwrap() == whole, "{algorithm}");
        assert!(prepared().attributes().len() < 200, "few bytes go to the keeper of the key");
        // Another key's signature, and none at all.
        let other = fixture.office.open_official("dinsos", &passphrase(), now()).unwrap();
        let foreign = other.sign(prepared().attributes()).unwrap();
        assert!(matches!(prepared().complete(&foreign), Err(pades::Error::Key(_))));
        assert!(matches!(prepared().complete(&[0; 64]), Err(pades::Error::Key(_))));
        assert_eq!(fixture::verdict(&fixture.outsider(), &whole).overall, Overall::Indeterminate);
    }
}
