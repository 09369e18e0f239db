//! COSE_Sign1 (RFC 9052, 4.2) with a payload in deterministic CBOR (RFC 8949, 4.2.1).
//!
//! Everything has one encoding, also what is not known here. What a later version may say is open in two ways: a key that
//! takes one byte has to be understood, one that takes more may be passed over; and the protected header names in `crit`
//! what has to be understood of it (RFC 9052, 3.1).

use minicbor::Encoder;

use super::deterministic::Items;
use super::{Claim, Kind, Sealed};
use crate::pki::KeyAlgorithm;

/// Label of the algorithm in the protected header (RFC 9052, 3.1).
const ALG: i64 = 1;
/// Label of what has to be understood.
const CRIT: i64 = 2;
/// Label of `kid` in the unprotected header.
const KID: u8 = 4;

/// Longest document number that a claim can carry; a longer one would need a finer QR symbol.
const MAX_NUMBER: usize = 64;

/// The lowest key of the payload that takes one byte (RFC 8949, 3.1).
const LAST_CRITICAL: i64 = -24;

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
        e.map(1).ok()?.i64(ALG).ok()?.i64(identifier(algorithm)).ok()?;
        Some(())
    })
}

/// Keys in the order of RFC 8949, 4.2.1 (bytewise of their encodings): 6, -1, -2, … -6.
pub(super) fn payload(claim: &Claim) -> Vec<u8> {
    encode(|e| {
        e.map(6 + u64::from(claim.number.is_some()) + u64::from(claim.stage > 0)).ok()?;
        e.u8(6).ok()?.u64(claim.day).ok()?;
        e.i8(-1).ok()?.bytes(&claim.digest).ok()?;
        e.i8(-2).ok()?.u8(claim.kind.code()).ok()?;
        e.i8(-3).ok()?.u16(claim.year).ok()?;
        e.i8(-4).ok()?.u32(claim.indicators).ok()?;
        e.i8(-5).ok()?.u64(claim.budget).ok()?;
        if let Some(number) = &claim.number {
            e.i8(-6).ok()?.str(number).ok()?;
        }
        if claim.stage > 0 {
            e.i8(-7).ok()?.u8(claim.stage).ok()?;
        }
        Some(())
    })
}

/// What the payload says; `None` if it is malformed.
pub(super) fn parse_payload(bytes: &[u8]) -> Option<Sealed> {
    let mut items = Items::of(bytes)?;
    let (mut day, mut digest, mut kind, mut year) = (None, None, None, None);
    let (mut indicators, mut budget, mut number, mut stage) = (None, None, None, 0);
    let mut newer = false;
    for _ in 0..items.map()? {
        match items.integer()? {
            Some(6) => day = Some(items.unsigned()?),
            Some(-1) => digest = Some(items.bytes()?.try_into().ok()?),
            Some(-2) => kind = Some(items.unsigned()?),
            Some(-3) => year = Some(u16::try_from(items.unsigned()?).ok()?),
            Some(-4) => indicators = Some(u32::try_from(items.unsigned()?).ok()?),
            Some(-5) => budget = Some(items.unsigned()?),
            Some(-6) => number = Some(items.text().filter(|n| n.len() <= MAX_NUMBER)?.to_owned()),
            // Of the original nothing is said.
            Some(-7) => stage = u8::try_from(items.unsigned()?).ok().filter(|stage| *stage > 0)?,
            other => {
                newer |= other.is_none_or(|key| key >= LAST_CRITICAL);
                items.skip()?;
            }
        }
    }
    let (day, digest, kind, year) = (day?, digest?, kind?, year?);
    let known = u8::try_from(kind).ok().and_then(Kind::from_code);
    Some(match known {
        // What is known of a document of a known kind is all there.
        Some(kind) if !newer => {
            let (indicators, budget) = (indicators?, budget?);
            Sealed::Claim(Claim { day, digest, kind, year, indicators, budget, number, stage })
        }
        _ => Sealed::Newer { day, digest },
    })
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

/// A `COSE_Sign1` taken apart.
pub(super) struct Message<'m> {
    /// The protected header, encoded.
    pub(super) protected: &'m [u8],
    /// The algorithm; `None` for one of a later version, or where something has to be understood that is not.
    pub(super) algorithm: Option<KeyAlgorithm>,
    pub(super) key_id: [u8; 4],
    pub(super) payload: &'m [u8],
    pub(super) signature: &'m [u8],
}

impl<'m> Message<'m> {
    /// `None` if it is malformed. Nobody answers for the header that is not protected, so nothing stands there but the
    /// identifier of the key.
    pub(super) fn parse(bytes: &'m [u8]) -> Option<Self> {
        let mut items = Items::of(bytes)?;
        if items.array()? != 4 {
            return None;
        }
        let protected = items.bytes()?;
        if items.map()? != 1 || items.unsigned()? != u64::from(KID) {
            return None;
        }
        let key_id: [u8; 4] = items.bytes()?.try_into().ok()?;
        let (payload, signature) = (items.bytes()?, items.bytes()?);
        Some(Self { protected, algorithm: algorithm(protected)?, key_id, payload, signature })
    }
}

/// The algorithm that a protected header names, `Some(None)` if that or something else in it is of a later version;
/// `None` if it is malformed.
fn algorithm(protected: &[u8]) -> Option<Option<KeyAlgorithm>> {
    let mut items = Items::of(protected)?;
    let (mut named, mut known) = (None, true);
    for _ in 0..items.map()? {
        match items.integer()? {
            Some(ALG) => named = Some(items.integer()?),
            Some(CRIT) => {
                // RFC 9052, 3.1: there is at least one. None of this version's labels has to be named.
                let labels = items.array().filter(|labels| *labels > 0)?;
                (0..labels).try_for_each(|_| items.skip())?;
                known = false;
            }
            _ => items.skip()?,
        }
    }
    let named = named?;
    Some(KeyAlgorithm::ALL.into_iter().find(|own| known && Some(identifier(*own)) == named))
}
