//! Claims, in every part as somebody wants them.

use pk_trust::pki::{KeyAlgorithm, Sign};
use sha2::{Digest as _, Sha256};

use crate::fixture::{HOST, algorithm, now};

/// A head of CBOR (RFC 8949, 3) in its shortest form.
pub(super) fn head(major: u8, value: u64) -> Vec<u8> {
    let major = major << 5;
    match value {
        0..=23 => vec![major | u8::try_from(value).unwrap()],
        24..=0xff => vec![major | 24, u8::try_from(value).unwrap()],
        0x100..=0xffff => [&[major | 25][..], &u16::try_from(value).unwrap().to_be_bytes()].concat(),
        0x1_0000..=0xffff_ffff => [&[major | 26][..], &u32::try_from(value).unwrap().to_be_bytes()].concat(),
        _ => [&[major | 27][..], &value.to_be_bytes()].concat(),
    }
}

pub(super) fn unsigned(value: u64) -> Vec<u8> {
    head(0, value)
}

pub(super) fn negative(value: i64) -> Vec<u8> {
    head(1, u64::try_from(-1 - value).unwrap())
}

pub(super) fn bytes(content: &[u8]) -> Vec<u8> {
    [head(2, u64::try_from(content.len()).unwrap()), content.to_vec()].concat()
}

pub(super) fn text(content: &str) -> Vec<u8> {
    [head(3, u64::try_from(content.len()).unwrap()), content.as_bytes().to_vec()].concat()
}

/// A map, sorted as it has to be.
fn map(mut pairs: Vec<(Vec<u8>, Vec<u8>)>) -> Vec<u8> {
    pairs.sort();
    let mut out = head(5, u64::try_from(pairs.len()).unwrap());
    pairs.iter().for_each(|(key, value)| out.extend([&key[..], value].concat()));
    out
}

/// EdDSA or ES256 (RFC 9053, 2).
fn cose_algorithm() -> i64 {
    match algorithm() {
        KeyAlgorithm::Ed25519 => -8,
        KeyAlgorithm::P256 => -7,
    }
}

/// A claim about data, in every part as somebody wants it.
pub(super) struct ClaimDraft {
    protected: Vec<(Vec<u8>, Vec<u8>)>,
    payload: Vec<(Vec<u8>, Vec<u8>)>,
    signature: Option<Vec<u8>>,
}

impl ClaimDraft {
    /// As this version writes it, for an agreement of 2026.
    pub(super) fn about(data: &str, indicators: u64, budget: u64) -> Self {
        Self {
            protected: vec![(unsigned(1), negative(cose_algorithm()))],
            payload: vec![
                (unsigned(6), unsigned(now().day())),
                (negative(-1), bytes(&Sha256::digest(data))),
                (negative(-2), unsigned(1)),
                (negative(-3), unsigned(2026)),
                (negative(-4), unsigned(indicators)),
                (negative(-5), unsigned(budget)),
            ],
            signature: None,
        }
    }

    pub(super) fn set(mut self, key: i64, value: Vec<u8>) -> Self {
        let key = if key < 0 { negative(key) } else { unsigned(u64::try_from(key).unwrap()) };
        self.payload.retain(|(known, _)| *known != key);
        self.payload.push((key, value));
        self
    }

    pub(super) fn protect(mut self, label: u64, value: Vec<u8>) -> Self {
        self.protected.retain(|(known, _)| *known != unsigned(label));
        self.protected.push((unsigned(label), value));
        self
    }

    pub(super) fn signature(mut self, signature: Vec<u8>) -> Self {
        self.signature = Some(signature);
        self
    }

    /// The text of the code, signed by a seal.
    pub(super) fn sign(self, id: &str, seal: &dyn Sign) -> String {
        let (protected, payload) = (map(self.protected), map(self.payload));
        let aad = [b"pk-qr/1", HOST.as_bytes(), id.as_bytes()].join(&0);
        let message =
            [head(4, 4), text("Signature1"), bytes(&protected), bytes(&aad), bytes(&payload)].concat();
        let made = || algorithm().normalize(&seal.sign(&message).unwrap()).unwrap().to_vec();
        let signature = self.signature.unwrap_or_else(made);
        let kid = seal.chain().leaf.key().key_id().unwrap();
        let cose = [
            head(4, 4),
            bytes(&protected),
            map(vec![(unsigned(4), bytes(&kid))]),
            bytes(&payload),
            bytes(&signature),
        ]
        .concat();
        format!("https://{HOST}/V/{id}#{}", data_encoding::BASE32_NOPAD.encode(&cose))
    }
}
