//! Documents that were issued with other data, for those who have to decide: which ones, and each value before and now.

use super::term::{Term, Tone};
use crate::batch::ChangedDocument;
use crate::report::kind_and_year;
use crate::words::printable;

/// Changed documents that are shown in full.
const MANY: usize = 20;

/// Shows them; of hundreds the first ones, for a change of the emblem changes them all.
pub(super) fn show(term: &Term, documents: &[ChangedDocument]) {
    for document in documents.iter().take(MANY) {
        one(term, document);
    }
    if let Some(more) = documents.len().checked_sub(MANY).filter(|more| *more > 0) {
        term.aside(&format!("  {}", term.text("change.more-documents", &[("count", more.to_string())])));
    }
}

/// A document whose data has changed: which one, and each value before and now.
fn one(term: &Term, document: &ChangedDocument) {
    let entry = &document.entry;
    let kind = kind_and_year(&term.words, entry.slot.kind, entry.slot.year, entry.slot.stage.0);
    let whose = printable(&format!("{}, {}", entry.name, entry.position)).into_owned();
    let dot = Term::toned(Tone::Faint, "·");
    term.aside(&format!("  {dot} {}  {kind}  {whose}", entry.reservation.id.grouped()));
    for part in &document.parts {
        let shown = |value: &Option<String>| match value {
            // What could be a NIP is on the document itself and nowhere else.
            Some(_) if part.path.last().is_some_and(|key| key == "nip") => "…".to_owned(),
            Some(text) => text.clone(),
            None => term.words.plain("change.nothing"),
        };
        let values = [
            ("where", data_path(term, &part.path)),
            ("before", shown(&part.before)),
            ("after", shown(&part.after)),
        ];
        term.aside(&format!("      {}", term.text("change.part", &values)));
    }
    if document.more > 0 {
        term.aside(&format!(
            "      {}",
            term.text("change.more-parts", &[("count", document.more.to_string())])
        ));
    }
}

/// Where something stands in the data of a document, as people call it: `sasaran 1, indikator 2, target`.
fn data_path(term: &Term, path: &[String]) -> String {
    let mut words: Vec<String> = Vec::new();
    for key in path {
        match key.parse::<usize>() {
            Ok(index) => match words.last_mut() {
                Some(last) => last.push_str(&format!(" {}", index + 1)),
                None => words.push((index + 1).to_string()),
            },
            Err(_) if key == "annex" => {}
            Err(_) => {
                // A party's unit is an office, an indicator's a unit of measure.
                let of_office = path.iter().any(|key| key == "parties" || key == "letterhead");
                let code =
                    if key == "unit" && of_office { "data.office".to_owned() } else { format!("data.{key}") };
                words.push(if term.words.knows(&code) { term.words.plain(&code) } else { key.clone() });
            }
        }
    }
    words.join(", ")
}
