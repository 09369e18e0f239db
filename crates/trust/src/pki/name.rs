//! Whether two names are the same (RFC 5280, 7.1).
//!
//! Programs write a name with other string types, capitals or spaces than the authority did, and mean the
//! same. Which key it belongs to is another question, which only a signature answers.

use der::{Encode, Tagged};
use sha2::{Digest, Sha256};
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::name::Name;

use super::certificate::text;

/// A digest that two names share if they are the same: attribute by attribute, text without regard to its
/// string type, to capitals, and to white space around and between words. A digest, because names come from
/// files, may be long, and are compared with hundreds of others.
///
/// Stricter than RFC 4518 in one way: only the capitals of ASCII are folded, and nothing else is made equal.
/// `É` and `E` with an accent behind it stay two letters, `ſ` and `s` too.
pub(crate) fn folded(name: &Name) -> [u8; 32] {
    let mut hasher = Sha256::new();
    let mut part = |bytes: &[u8]| {
        // With its length, so that no two lists of parts look alike.
        hasher.update(bytes.len().to_be_bytes());
        hasher.update(bytes);
    };
    for relative in name.iter_rdn() {
        // A set, whose order depends on the encoding.
        let mut attributes: Vec<_> = relative.iter().map(attribute).collect();
        attributes.sort_unstable();
        part(&attributes.len().to_be_bytes());
        for (kind, is_text, value) in &attributes {
            part(kind);
            part(&[u8::from(*is_text)]);
            part(value);
        }
    }
    hasher.finalize().into()
}

/// Type, whether it is text, and the folded text or what stands there instead.
fn attribute(attribute: &AttributeTypeAndValue) -> (Vec<u8>, bool, Vec<u8>) {
    let kind = attribute.oid.as_bytes().to_vec();
    match text(&attribute.value) {
        Some(text) => {
            let folded = text.to_ascii_lowercase();
            let words = folded.split([' ', '\t', '\r', '\n']).filter(|word| !word.is_empty());
            (kind, true, words.collect::<Vec<_>>().join(" ").into_bytes())
        }
        None => {
            let mut value = attribute.value.tag().to_der().unwrap_or_default();
            value.extend_from_slice(attribute.value.value());
            (kind, false, value)
        }
    }
}
