//! Claims. The fixtures are a promise in print: every one of them has to verify for good
//! (`docs/formats/claim.md`).

use pk_trust::claim::{self, Address, Claim, Error, Id, Kind, Sealed, Signed};
use pk_trust::pki::issue::root;
use pk_trust::pki::{Chain, KeyError, Purpose, Sign};

use crate::pki::{key, request};

/// Claims of `pk-qr/1` by the key with the seed 07 07 …, as they were first issued.
const ISSUED: [(&str, u32, u64); 2] = [
    (include_str!("vectors/claim-1-agreement.txt"), 7, 11_312_783_700),
    (include_str!("vectors/claim-1-pledge-with-number.txt"), 0, 0),
];

struct Seal {
    chain: Chain,
}

impl Sign for Seal {
    fn chain(&self) -> &Chain {
        &self.chain
    }

    fn sign(&self, bytes: &[u8]) -> Result<[u8; 64], KeyError> {
        Ok(key(7).sign(bytes))
    }
}

fn seal() -> Seal {
    let leaf = root(&request("Seal", &key(7), Purpose::Seal, None), &key(7)).unwrap();
    Seal { chain: Chain { leaf, issuers: Vec::new() } }
}

fn claims() -> [Claim; 2] {
    let agreement = Claim {
        day: 20_458,
        digest: [0xAB; 32],
        kind: Kind::Agreement,
        year: 2026,
        indicators: 7,
        budget: 11_312_783_700,
        stage: 0,
        number: None,
    };
    let number = Some("800/001/2026".to_owned());
    let pledge = Claim { kind: Kind::Pledge, indicators: 0, budget: 0, number, ..agreement };
    [agreement, pledge]
}

fn address() -> Address {
    Address { host: "cek.contoh.example".to_owned(), id: Id::parse_strict("MI64IHBKPWPETJ5Y").unwrap() }
}

#[test]
fn every_claim_ever_issued_verifies() {
    for (text, indicators, budget) in ISSUED {
        let signed = Signed::parse(text).unwrap();
        assert_eq!(signed.address(), &address());
        let leaf = seal().chain.leaf;
        let Ok((Sealed::Claim(claim), _)) = signed.verify([&leaf]) else { panic!("{text}") };
        assert_eq!((claim.indicators, claim.budget), (indicators, budget));
    }
}

#[test]
fn claims_are_signed_as_they_always_were() {
    for (claim, (text, ..)) in claims().iter().zip(ISSUED) {
        assert_eq!(claim::sign(claim, &address(), &seal()).unwrap(), text.trim_end());
    }
}

#[test]
fn no_character_of_a_claim_can_change() {
    let text = ISSUED[0].0.trim_end();
    let leaf = seal().chain.leaf;
    for (at, _) in text.char_indices() {
        for replacement in ["A", "B", "7", "x", ""] {
            if text[at..].starts_with(replacement) && !replacement.is_empty() {
                continue;
            }
            let changed = format!("{}{replacement}{}", &text[..at], &text[at + 1..]);
            let verified = Signed::parse(&changed).and_then(|s| s.verify([&leaf]).map(|_| ()));
            assert!(verified.is_err(), "character {at} as {replacement:?}");
        }
    }
}

#[test]
fn other_keys_and_other_shapes_are_told_apart() {
    let text = ISSUED[0].0.trim_end();
    let signed = Signed::parse(text).unwrap();
    let other = root(&request("Seal", &key(8), Purpose::Seal, None), &key(8)).unwrap();
    assert_eq!(signed.verify([&other]).unwrap_err(), Error::UnknownKey);
    assert_eq!(signed.verify([]).unwrap_err(), Error::UnknownKey);
    let (link, fragment) = text.split_once('#').unwrap();
    assert_eq!(Signed::parse(link).unwrap_err(), Error::NoClaim);
    assert_eq!(Signed::parse(&format!("{link}#")).unwrap_err(), Error::Malformed);
    assert_eq!(Signed::parse(&format!("{link}#{}", fragment.to_lowercase())).unwrap_err(), Error::Malformed);
    assert_eq!(Signed::parse(&format!("{link}#{fragment}AA")).unwrap_err(), Error::Malformed);
    assert_eq!(Signed::parse(&format!("{link}#{}", "A".repeat(2000))).unwrap_err(), Error::Link);
    for wrong in ["", "https://", "https://x/V/", "http://cek.contoh.example/V/MI64IHBKPWPETJ5Y#A", "ftp://x"]
    {
        assert_eq!(Signed::parse(wrong).unwrap_err(), Error::Link, "{wrong}");
    }
    for host in ["", "-a.example", "a..example", "A.example", "a_b.example", "a.example:443", "é.example"] {
        assert!(!claim::is_host(host), "{host}");
    }
}
