//! Digests over beginnings of one file. Each signature covers what the one before it covered, and
//! more: most of the bytes are the same, and need to be hashed once only.

use sha2::digest::Output;
use sha2::{Digest, Sha256, Sha512};

/// Digests over beginnings of a file, each continued with other bytes.
#[derive(Debug)]
pub struct Prefixes<'a, D> {
    bytes: &'a [u8],
    /// Hashers that have taken in so many bytes of the file, shortest first.
    states: Vec<(usize, D)>,
}

impl<'a, D: Digest + Clone> Prefixes<'a, D> {
    /// For this file.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, states: Vec::new() }
    }

    /// The digest over the first `end` bytes of the file and then over `rest`. Beyond its end, the file
    /// is taken as it is.
    pub fn then(&mut self, end: usize, rest: &[u8]) -> Output<D> {
        self.then_all(end, &[rest])
    }

    /// The same with several parts behind.
    pub fn then_all(&mut self, end: usize, rest: &[&[u8]]) -> Output<D> {
        let end = end.min(self.bytes.len());
        let known = self.states.partition_point(|(length, _)| *length <= end);
        let before = known.checked_sub(1).and_then(|last| self.states.get(last));
        let (mut from, mut hasher) = before.cloned().unwrap_or_else(|| (0, D::new()));
        // Later questions may end anywhere before this one.
        let step = STEP.max(self.bytes.len() / STATES);
        let mut fresh = Vec::new();
        while from < end {
            let to = end.min(from.saturating_add(step));
            hasher.update(self.bytes.get(from..to).unwrap_or_default());
            fresh.push((to, hasher.clone()));
            from = to;
        }
        self.states.splice(known..known, fresh);
        for part in rest {
            hasher.update(part);
        }
        hasher.finalize()
    }
}

/// Distance of the places at which a state is kept, in bytes, and how many of them there are at most.
const STEP: usize = 8 * 1024;
const STATES: usize = 64;

/// The two kinds of digest that own documents have: SHA-512 of what is signed, and SHA-256 of what the
/// second half of `/ID` is made of, and of the file itself.
#[derive(Debug)]
pub struct Digests<'a> {
    /// What signatures cover.
    pub signed: Prefixes<'a, Sha512>,
    /// What file identifiers and registers name.
    pub named: Prefixes<'a, Sha256>,
}

impl<'a> Digests<'a> {
    /// For this file.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { signed: Prefixes::new(bytes), named: Prefixes::new(bytes) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_work_gives_the_same_digests() {
        let bytes: Vec<u8> = (0..=255).cycle().take(1000).collect();
        let mut prefixes = Prefixes::<Sha256>::new(&bytes);
        for (end, rest) in [(300, "a"), (700, "b"), (300, "c"), (0, "d"), (500, ""), (2000, "e")] {
            let cut = &bytes[..end.min(1000)];
            let whole = Sha256::new().chain_update(cut).chain_update(rest).finalize();
            assert_eq!(prefixes.then(end, rest.as_bytes()), whole, "{end}");
        }
    }
}
