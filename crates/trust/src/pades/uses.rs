//! Who refers to whom: what may be rewritten freely may not be used by anything else.

use std::collections::{BTreeMap, BTreeSet};

use crate::pdf::{self, File, Object};

/// Who refers to the objects that later updates touch: the number of the object, and the key of its
/// dictionary under which the reference stands.
pub(super) struct Uses(BTreeMap<u32, BTreeSet<(u32, Vec<u8>)>>);

impl Uses {
    /// As the document was signed.
    pub(super) fn of(file: &File<'_>, signed: usize) -> Result<Self, pdf::Error> {
        let mut uses = Self(BTreeMap::new());
        for revision in signed + 1..file.revisions().len() {
            uses.0.extend(file.revisions()[revision].numbers().map(|number| (number, BTreeSet::new())));
        }
        // Every object and not only those that are reached from the root: a reader that repairs files
        // may reach others.
        let mut numbers = BTreeSet::new();
        for revision in &file.revisions()[..=signed] {
            numbers.extend(revision.numbers());
        }
        for number in numbers {
            if let Some((body, _)) = file.at(signed).numbered(number)? {
                note(&mut uses.0, number, &body.value);
            }
        }
        Ok(uses)
    }

    /// What an update adds. One revision after the other: what a later one refers to is its own affair,
    /// or the second DSS of a document would make a suspect of the first.
    pub(super) fn add(&mut self, file: &File<'_>, revision: usize) -> Result<(), pdf::Error> {
        for number in file.revisions()[revision].numbers() {
            if let Some((body, _)) = file.at(revision).numbered(number)? {
                note(&mut self.0, number, &body.value);
            }
        }
        Ok(())
    }

    /// Whether all references to `number` are from one of these objects under one of these keys; of
    /// the objects that `inside` holds, from any key.
    pub(super) fn only_from(&self, number: u32, from: &[(u32, &str)], inside: &BTreeSet<u32>) -> bool {
        self.0.get(&number).is_none_or(|uses| {
            uses.iter().all(|(source, key)| {
                // What a signature says it was made over (`/Data`) is no use of it.
                key == b"Reference"
                    || inside.contains(source)
                    || from.iter().any(|(n, k)| n == source && k.as_bytes() == key)
            })
        })
    }

    /// Whether something refers to `number` under this key.
    pub(super) fn has_key(&self, number: u32, key: &str) -> bool {
        self.keys(number).any(|used| used == key.as_bytes())
    }

    /// The keys under which something refers to `number`.
    pub(super) fn keys(&self, number: u32) -> impl Iterator<Item = &[u8]> {
        self.0.get(&number).into_iter().flatten().map(|(_, key)| key.as_slice())
    }

    /// The objects that refer to `number`.
    pub(super) fn sources(&self, number: u32) -> impl Iterator<Item = u32> {
        self.0.get(&number).into_iter().flatten().map(|(source, _)| *source)
    }
}

fn note(uses: &mut BTreeMap<u32, BTreeSet<(u32, Vec<u8>)>>, source: u32, value: &Object) {
    let mut record = |key: &[u8], item: &Object| {
        item.references(&mut |target| {
            if let Some(known) = uses.get_mut(&target.number) {
                known.insert((source, key.to_vec()));
            }
        });
    };
    match value {
        Object::Dictionary(dictionary) => {
            // The dictionary of a cross-reference stream is a trailer, and names what a trailer names.
            let trailer = dictionary.get("Type").and_then(Object::as_name) == Some(b"XRef");
            let used = dictionary.iter().filter(|(key, _)| !(trailer && *key == b"Info"));
            used.for_each(|(key, item)| record(key, item));
        }
        other => record(b"", other),
    }
}
