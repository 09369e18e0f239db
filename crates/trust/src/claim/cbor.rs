//! COSE_Sign1 (RFC 9052, 4.2) with a payload in deterministic CBOR (RFC 8949, 4.2.1).
//!
//! Everything is read into values, written again and compared: what has not exactly the one
//! encoding is refused, so no list of forbidden spellings is needed.

use minicbor::data::Type;
use minicbor::{Decoder, Encoder};

use super::{Claim, Kind};
use crate::pki::{KeyAlgorithm, Signature};

/// Label of `kid` in the unprotected header.
const KID: u8 = 4;

/// Longest document number that a claim can carry; a longer one would need a finer QR symbol.
const MAX_NUMBER: usize = 64;

/// The identifier of an algorithm (RFC 9053, 2): EdDSA, ES256.
const fn identifier(algorithm: KeyAlgorithm) -> i64 {
    match algorithm {
        KeyAlgorithm::Ed25519 => -8,
        KeyAlgorithm::P256 => -7,
    }
}

/// Writing into memory cannot fail, so the results of the encoder are dropped in one place.
fn encode(write: impl FnOnce(&mut Encoder<&mut Vec<u8>>) -> Option<()>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let _ = write(&mut Encoder::new(&mut bytes));
    bytes
}

/// `<< {1: algorithm} >>`
pub(super) fn protected(algorithm: KeyAlgorithm) -> Vec<u8> {
    encode(|e| {
        e.map(1).ok()?.i64(1).ok()?.i64(identifier(algorithm)).ok()?;
        Some(())
    })
}

/// Keys in the order of RFC 8949, 4.2.1 (bytewise of their encodings): 6, -1, -2, … -6.
pub(super) fn payload(claim: &Claim) -> Vec<u8> {
    encode(|e| {
        e.map(if claim.number.is_some() { 7 } else { 6 }).ok()?;
        e.u8(6).ok()?.u64(claim.day).ok()?;
        e.i8(-1).ok()?.bytes(&claim.digest).ok()?;
        e.i8(-2).ok()?.u8(claim.kind.code()).ok()?;
        e.i8(-3).ok()?.u16(claim.year).ok()?;
        e.i8(-4).ok()?.u32(claim.indicators).ok()?;
        e.i8(-5).ok()?.u64(claim.budget).ok()?;
        if let Some(number) = &claim.number {
            e.i8(-6).ok()?.str(number).ok()?;
        }
        Some(())
    })
}

pub(super) fn parse_payload(bytes: &[u8]) -> Option<Claim> {
    let mut d = Decoder::new(bytes);
    let entries = d.map().ok()??;
    let key = |d: &mut Decoder<'_>, expected: i8| (d.i8().ok()? == expected).then_some(());
    key(&mut d, 6)?;
    let day = d.u64().ok()?;
    key(&mut d, -1)?;
    let digest = d.bytes().ok()?.try_into().ok()?;
    key(&mut d, -2)?;
    let kind = Kind::from_code(d.u8().ok()?)?;
    key(&mut d, -3)?;
    let year = d.u16().ok()?;
    key(&mut d, -4)?;
    let indicators = d.u32().ok()?;
    key(&mut d, -5)?;
    let budget = d.u64().ok()?;
    let number = if entries == 7 {
        key(&mut d, -6)?;
        Some(d.str().ok()?.to_owned()).filter(|n| n.len() <= MAX_NUMBER)
    } else {
        None
    };
    let claim = Claim { day, digest, kind, year, indicators, budget, number };
    (payload(&claim) == bytes).then_some(claim)
}

/// `Sig_structure` (RFC 9052, 4.4): what the key signs.
pub(super) fn sig_structure(protected: &[u8], external_aad: &[u8], payload: &[u8]) -> Vec<u8> {
    encode(|e| {
        e.array(4).ok()?.str("Signature1").ok()?;
        e.bytes(protected).ok()?.bytes(external_aad).ok()?.bytes(payload).ok()?;
        Some(())
    })
}

/// `COSE_Sign1`, untagged.
pub(super) fn sign1(protected: &[u8], key_id: &[u8; 4], payload: &[u8], signature: &[u8]) -> Vec<u8> {
    encode(|e| {
        e.array(4).ok()?.bytes(protected).ok()?;
        e.map(1).ok()?.u8(KID).ok()?.bytes(key_id).ok()?;
        e.bytes(payload).ok()?.bytes(signature).ok()?;
        Some(())
    })
}

pub(super) fn parse_sign1(bytes: &[u8]) -> Option<(KeyAlgorithm, [u8; 4], Vec<u8>, Signature)> {
    let mut d = Decoder::new(bytes);
    d.array().ok()??;
    let header = d.bytes().ok()?;
    let algorithm = KeyAlgorithm::ALL.into_iter().find(|own| protected(*own) == header)?;
    d.map().ok()??;
    if d.datatype().ok()? != Type::U8 || d.u8().ok()? != KID {
        return None;
    }
    let key_id: [u8; 4] = d.bytes().ok()?.try_into().ok()?;
    let payload = d.bytes().ok()?.to_vec();
    let signature: Signature = d.bytes().ok()?.try_into().ok()?;
    (sign1(header, &key_id, &payload, &signature) == bytes).then_some((algorithm, key_id, payload, signature))
}
