//! What is shown of a document, as one hash that its first event carries (`pk-facts/1`).
//!
//! Rows can be edited by whoever can write the file. The events are a chain of hashes, so a row is
//! believed only as far as the chain says the same.

use sha2::{Digest as _, Sha256};

use super::Entry;

/// Version of the encoding below; it is hashed first.
const FORMAT: &str = "pk-facts/1";

impl Entry {
    /// The hash of everything in an entry that is given when the document is issued, and never changes.
    pub fn facts(&self) -> [u8; 32] {
        facts(self)
    }
}

fn facts(entry: &Entry) -> [u8; 32] {
    let mut parts = Parts(Sha256::new());
    parts.text(FORMAT);
    parts.text(&entry.reservation.id.to_string());
    parts.number(u64::from(entry.slot.year));
    parts.text(entry.slot.kind.as_str());
    parts.number(u64::from(entry.slot.stage.0));
    parts.text(&entry.slot.official);
    parts.text(&data_encoding::HEXLOWER.encode(&entry.reservation.salt));
    parts.number(entry.reservation.day);
    parts.text(&entry.unit);
    parts.text(&entry.position);
    parts.text(&entry.name);
    parts.text(&data_encoding::HEXLOWER.encode(&entry.digest));
    parts.number(u64::from(entry.indicators));
    parts.number(entry.budget);
    for objective in [&entry.first_objective, &entry.last_objective] {
        parts.text(if objective.is_some() { "some" } else { "none" });
        parts.text(objective.as_deref().unwrap_or_default());
    }
    for signer in &entry.signers {
        for part in [&signer.field, &signer.official, &signer.name, &signer.position] {
            parts.text(part);
        }
    }
    // Of what an earlier version issued there is none, and the hash stays what it was.
    if let Some(date) = &entry.date {
        parts.text("date");
        parts.text(date);
    }
    parts.0.finalize().into()
}

/// Each part with its length before it, so that no two entries share an encoding.
struct Parts(Sha256);

impl Parts {
    fn text(&mut self, text: &str) {
        self.0.update(format!("{}:", text.len()));
        self.0.update(text);
    }

    fn number(&mut self, number: u64) {
        self.text(&number.to_string());
    }
}
