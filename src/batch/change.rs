//! In what the data of a document differs from what was issued, for those who have to decide.

use serde_json::Value;

use super::generate::recorded_file;
use super::{Attached, Item};
use crate::office::Office;
use crate::registry::Entry;

/// Most differences that are kept of one document.
const MOST: usize = 20;

/// A document whose data is other than when it was issued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedDocument {
    /// As it was issued.
    pub entry: Entry,
    /// What differs; nothing if its file cannot be read.
    pub parts: Vec<Part>,
    /// How many more differ.
    pub more: usize,
}

/// One value that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Where it stands in the data: keys, and places in lists from 0.
    pub path: Vec<String>,
    /// What was issued.
    pub before: Option<String>,
    /// What would be issued now.
    pub after: Option<String>,
}

impl ChangedDocument {
    /// Compares the sealed data in the file with the data of today.
    pub(super) fn new(entry: Entry, item: &Item, office: &Office) -> Self {
        let issued = recorded_file(&entry, office).ok().flatten().and_then(|bytes| Attached::read(&bytes));
        let before = issued.and_then(|attached| serde_json::from_slice::<Value>(&attached.data).ok());
        // With the id and the salt that it has, which may be those of another document by now.
        let after = serde_json::from_slice::<Value>(&item.data.bytes).ok();
        let mut parts = Vec::new();
        if let (Some(before), Some(after)) = (before, after) {
            compare(&mut Vec::new(), Some(&before), Some(&after), &mut parts);
        }
        parts.retain(|part| !matches!(part.path.as_slice(), [key] if key == "salt" || key == "id"));
        let more = parts.len().saturating_sub(MOST);
        parts.truncate(MOST);
        Self { entry, parts, more }
    }
}

fn compare(path: &mut Vec<String>, before: Option<&Value>, after: Option<&Value>, parts: &mut Vec<Part>) {
    if before == after {
        return;
    }
    let keys: Vec<String> = match (before, after) {
        (Some(Value::Object(one)), Some(Value::Object(other))) => {
            let more = other.keys().filter(|key| !one.contains_key(*key));
            one.keys().chain(more).cloned().collect()
        }
        (Some(Value::Array(one)), Some(Value::Array(other))) => {
            (0..one.len().max(other.len())).map(|index| index.to_string()).collect()
        }
        _ => {
            parts.push(Part { path: path.clone(), before: spoken(before), after: spoken(after) });
            return;
        }
    };
    let part = |value: Option<&Value>, key: &str| -> Option<Value> {
        match value? {
            Value::Array(list) => list.get(key.parse::<usize>().ok()?).cloned(),
            other => other.get(key).cloned(),
        }
    };
    for key in keys {
        let (one, other) = (part(before, &key), part(after, &key));
        path.push(key);
        compare(path, one.as_ref(), other.as_ref(), parts);
        path.pop();
    }
}

/// A value in words; of a whole objective or line its text.
fn spoken(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) => Some(text.clone()),
        Value::Object(map) => match map.get("text").or_else(|| map.get("name")) {
            Some(Value::String(text)) => Some(text.clone()),
            _ => Some("…".to_owned()),
        },
        Value::Array(list) => {
            Some(list.iter().filter_map(|item| spoken(Some(item))).collect::<Vec<_>>().join("; "))
        }
        Value::Null => None,
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_value_that_differs_is_found_with_its_place() {
        let before = json!({"date": "2026-01-05", "annex": {"objectives": [
            {"text": "Satu", "indicators": [{"text": "A", "target": "2,8"}]},
        ]}, "number": "1"});
        let after = json!({"date": "2026-01-05", "annex": {"objectives": [
            {"text": "Satu", "indicators": [{"text": "A", "target": "2,9", "unit": "Indeks"}]},
            {"text": "Dua", "indicators": []},
        ]}});
        let mut parts = Vec::new();
        compare(&mut Vec::new(), Some(&before), Some(&after), &mut parts);
        let told: Vec<String> = parts
            .iter()
            .map(|part| format!("{}: {:?} {:?}", part.path.join("."), part.before, part.after))
            .collect();
        assert_eq!(
            told,
            [
                "annex.objectives.0.indicators.0.target: Some(\"2,8\") Some(\"2,9\")",
                "annex.objectives.0.indicators.0.unit: None Some(\"Indeks\")",
                "annex.objectives.1: None Some(\"Dua\")",
                "number: Some(\"1\") None",
            ]
        );
    }
}
