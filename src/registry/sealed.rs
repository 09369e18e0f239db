//! Who decided: an event `sealed` after what an office did with a document (`pk-event/1`).

use data_encoding::BASE64URL_NOPAD;
use pk_trust::pki::{Certificate, KeyError, Sign};

use super::Event;

/// What is signed begins with this, so that no other signature of the seal can be taken for one over an event.
const CONTEXT: &[u8] = b"pk-event/1\0";

/// The detail of the event `sealed`: serial number of the seal's certificate and its signature over the hash of the event
/// before, which covers all events.
pub(super) fn detail(hash: &[u8; 32], seal: &dyn Sign) -> Result<String, KeyError> {
    let leaf = &seal.chain().leaf;
    let signature = seal.sign(&message(hash))?;
    let signature = leaf.key().algorithm().and_then(|a| a.normalize(&signature)).ok_or(KeyError::Mismatch)?;
    Ok(format!("{} {}", leaf.serial(), BASE64URL_NOPAD.encode(&signature)))
}

/// Whether a detail has this form.
pub(super) fn is_detail(detail: &str) -> bool {
    parts(detail).is_some()
}

fn parts(detail: &str) -> Option<(&str, [u8; 64])> {
    let (serial, signature) = detail.split_once(' ')?;
    let plain = !serial.is_empty() && serial.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'a'..=b'f'));
    plain.then_some((serial, BASE64URL_NOPAD.decode(signature.as_bytes()).ok()?.try_into().ok()?))
}

fn message(hash: &[u8; 32]) -> Vec<u8> {
    [CONTEXT, hash].concat()
}

/// An event, and what vouches for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Nobody has to vouch: the document's own file shows who signed.
    Plain(Event),
    /// The seal of this serial number vouches.
    Sealed(Event, String),
    /// A decision for which no seal of the office vouches: made before events were sealed, or by somebody who could
    /// write the file and did not have the key.
    Unsealed(Event),
}

/// The events with what vouches for them; `seals` are all that the office ever had.
pub fn deeds(history: Vec<Event>, seals: &[Certificate]) -> Vec<Deed> {
    let replaced: Vec<bool> = (0..history.len()).map(|at| is_replaced_by_next(&history, at)).collect();
    let mut deeds: Vec<Deed> = Vec::with_capacity(history.len());
    for (event, replaced) in history.into_iter().zip(replaced) {
        if event.what == "sealed" {
            let last = match deeds.pop() {
                Some(Deed::Unsealed(before)) => match vouching(&before, &event, seals) {
                    Some(serial) => Deed::Sealed(before, serial),
                    None => Deed::Unsealed(before),
                },
                Some(other) => other,
                None => continue,
            };
            deeds.push(last);
            continue;
        }
        let decided = match event.what.as_str() {
            "revoked" | "visibility" => true,
            "superseded" => !replaced,
            _ => false,
        };
        deeds.push(if decided { Deed::Unsealed(event) } else { Deed::Plain(event) });
    }
    deeds
}

/// Whether a document gave way to one that was issued in the same step, as `pk generate --replace` does it: the claim of
/// that one is sealed.
fn is_replaced_by_next(history: &[Event], at: usize) -> bool {
    let same = |event: &&Event| event.what == "superseded" && event.detail == history[at].detail;
    let next = history[at..].iter().find(|event| !same(event));
    history[at].what == "superseded"
        && next.is_some_and(|event| event.what == "issued" && event.id == history[at].detail)
}

/// The serial number of the seal that signed the event before.
fn vouching(before: &Event, sealed: &Event, seals: &[Certificate]) -> Option<String> {
    let (serial, signature) = parts(&sealed.detail)?;
    let seal = seals.iter().find(|seal| seal.serial() == serial)?;
    let holds = seal.key().verifies_plain(&message(&before.hash), &signature);
    (holds && before.id == sealed.id).then(|| serial.to_owned())
}
