//! Which documents are to be made, with which ids.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Cycle, Data, Document, Draft, Issue, Problem, Problems, SHEETS, Typeface, Value};
use crate::registry::{Entry, Reservation, Slot};
use crate::render::Renderer;

/// One document to be made.
#[derive(Clone, Debug)]
pub struct Item {
    /// The document.
    pub document: Document,
    /// Its id, salt and day of issue.
    pub reservation: Reservation,
    /// Its canonical data.
    pub data: Data,
}

impl Item {
    /// A document with what is given to it once.
    pub fn new(document: Document, reservation: Reservation, host: &str) -> Self {
        let issue = Issue { id: reservation.id, salt: reservation.salt, day: reservation.day };
        let data = document.data(&issue, host);
        Self { document, reservation, data }
    }
}

/// All documents to be made, in order.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The documents.
    pub items: Vec<Item>,
    /// Host of the public page.
    pub host: String,
}

/// The slot of a document: what keeps its id.
pub fn slot_of(document: &Document) -> Slot {
    Slot {
        year: document.year(),
        kind: document.kind(),
        stage: document.stage(),
        official: document.owner().id.clone(),
    }
}

impl Plan {
    /// A plan with ids that are given.
    pub fn with(documents: Vec<Document>, reservations: &[Reservation], host: &str) -> Self {
        let items = documents.into_iter().zip(reservations);
        let items = items.map(|(document, reservation)| Item::new(document, *reservation, host)).collect();
        Self { items, host: host.to_owned() }
    }
}

/// Documents that wait for signatures and have no row any more: of officials of the same units, year and stage. Other
/// units may have workbooks of their own.
pub fn orphans<'e>(cycle: &Cycle, entries: &'e [Entry]) -> Vec<&'e Entry> {
    let slots: BTreeSet<Slot> = cycle.documents.iter().map(slot_of).collect();
    let units: BTreeSet<&str> = cycle.documents.iter().map(|d| d.owner().unit.as_str()).collect();
    let (year, stage) = (cycle.settings.year, cycle.settings.stage);
    entries
        .iter()
        .filter(|entry| entry.status.waits())
        .filter(|entry| (entry.slot.year, entry.slot.stage) == (year, stage))
        .filter(|entry| units.contains(entry.unit.as_str()) && !slots.contains(&entry.slot))
        .collect()
}

/// Documents in force of a person and position that this cycle has under another handle, and would be issued once more.
pub fn doubles<'e>(cycle: &Cycle, entries: &'e [Entry]) -> Vec<&'e Entry> {
    let issued: BTreeSet<&Slot> = entries.iter().map(|entry| &entry.slot).collect();
    let slots: BTreeSet<Slot> = cycle.documents.iter().map(slot_of).collect();
    let whose = |document: &Document| {
        let owner = document.owner();
        let same = (owner.name.clone(), owner.position.clone(), owner.unit.clone());
        (document.kind(), document.year(), document.stage(), same)
    };
    let coming: BTreeSet<_> =
        cycle.documents.iter().filter(|document| !issued.contains(&slot_of(document))).map(whose).collect();
    entries
        .iter()
        .filter(|entry| !entry.status.has_ended())
        .filter(|entry| !slots.contains(&entry.slot))
        .filter(|entry| {
            let same = (entry.name.clone(), entry.position.clone(), entry.unit.clone());
            coming.contains(&(entry.slot.kind, entry.slot.year, entry.slot.stage, same))
        })
        .collect()
}

/// Documents in force that were issued with other data than this cycle has.
pub fn outdated<'e>(cycle: &Cycle, entries: &'e [Entry], host: &str) -> Vec<&'e Entry> {
    let documents: BTreeMap<Slot, &Document> = cycle.documents.iter().map(|d| (slot_of(d), d)).collect();
    entries
        .iter()
        .filter(|entry| !entry.status.has_ended())
        .filter(|entry| {
            let item = documents.get(&entry.slot);
            item.is_some_and(|document| {
                Item::new((*document).clone(), entry.reservation, host).data.digest != entry.digest
            })
        })
        .collect()
}

/// Every cell with a character that the typeface cannot print.
pub fn glyph_problems(draft: &Draft, typeface: Typeface, renderer: &Renderer) -> Vec<Problem> {
    let mut problems = Vec::new();
    for sheet in &SHEETS {
        for cell in draft.rows(sheet.name).iter().flat_map(|row| row.cells()) {
            let Value::Text(text) = cell.value else { continue };
            if problems.len() >= Problems::MOST {
                return problems;
            }
            // White space is made plain before it is printed.
            let missing: Vec<String> = renderer
                .missing_glyphs(text, typeface)
                .into_iter()
                .filter(|c| !c.is_whitespace())
                .map(|c| format!("{c} (U+{:04X})", u32::from(c)))
                .collect();
            if !missing.is_empty() {
                problems
                    .push(Problem::new("text.no-glyph", &cell.place).with("characters", missing.join(", ")));
            }
        }
    }
    problems
}
