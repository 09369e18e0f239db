//! From the tree of a YAML or JSON file to a draft.

use crate::model::{Draft, Place, Problem, Problems, Row, SHEETS, Sheet, SheetName, Value, Warned};

use super::{Outcome, fatal};

/// Nesting that a reader of YAML or JSON follows. The data needs three levels.
pub(super) const MAX_DEPTH: usize = 16;

/// Keys of one map. They are compared with each other; a row has thirteen.
pub(super) const MAX_KEYS: usize = 256;

/// A node and the line (YAML) or the position in its list (JSON) where it stands.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) line: u32,
    pub(super) kind: Kind,
}

#[derive(Debug)]
pub(super) enum Kind {
    Empty,
    Value(Value),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

/// Reads the four sections. Unknown keys are problems: in a file written by hand they are misspelt
/// ones.
pub(super) fn draft(root: Node, place: &Place) -> Outcome {
    let Kind::Map(sections) = root.kind else {
        return fatal(Problem::new("tree.root", place));
    };
    let mut problems = Vec::new();
    let mut draft = Draft { place: place.clone(), ..Draft::default() };
    for sheet in SHEETS.iter().filter(|s| !s.optional && s.name != SheetName::Anggaran) {
        if !sections.iter().any(|(key, _)| key.eq_ignore_ascii_case(sheet.name.as_str())) {
            problems.push(
                Problem::new("sheet.no-section", place).with("section", sheet.name.as_str().to_lowercase()),
            );
        }
    }
    let mut seen = Vec::new();
    for (key, node) in sections {
        let Some(sheet) = SHEETS.iter().find(|s| s.name.as_str().eq_ignore_ascii_case(&key)) else {
            problems.push(Problem::new("key.unknown", &place.row(node.line)).with("key", key));
            continue;
        };
        let section = place.sheet(sheet.name.as_str());
        if seen.contains(&sheet.name) {
            problems.push(Problem::new("key.twice", &place.row(node.line)).with("key", key));
            continue;
        }
        seen.push(sheet.name);
        *draft.rows_mut(sheet.name) = match node.kind {
            // Settings may be written as a plain map.
            Kind::Map(entries) if sheet.name == SheetName::Pengaturan => entries
                .into_iter()
                .filter_map(|(key, node)| setting(key, node, &section, &mut problems))
                .collect(),
            Kind::List(items) => {
                items.into_iter().filter_map(|item| row(sheet, item, &section, &mut problems)).collect()
            }
            Kind::Empty => Vec::new(),
            _ => {
                problems.push(Problem::new("tree.list", &section.row(node.line)));
                Vec::new()
            }
        };
    }
    let output = if problems.is_empty() { Ok(draft) } else { Err(Problems(problems)) };
    Warned { output, warnings: Vec::new() }
}

fn setting(key: String, node: Node, section: &Place, problems: &mut Vec<Problem>) -> Option<Row> {
    let place = section.row(node.line);
    let value = scalar(node, &place.column("nilai"), problems)?;
    let row = Row::new(place).with("kunci", Value::Text(key.clone()));
    Some(row.with_at("nilai", value, None, Some(key)))
}

fn row(sheet: &Sheet, item: Node, section: &Place, problems: &mut Vec<Problem>) -> Option<Row> {
    let place = section.row(item.line);
    let Kind::Map(entries) = item.kind else {
        problems.push(Problem::new("tree.map", &place));
        return None;
    };
    let mut row = Row::new(place.clone());
    for (key, node) in entries {
        let Some(column) = sheet.columns.iter().find(|c| c.name == key) else {
            problems.push(Problem::new("key.unknown", &place).with("key", key));
            continue;
        };
        let cell_place = section.row(node.line).column(column.name);
        let line = node.line;
        if let Some(value) = scalar(node, &cell_place, problems) {
            row = row.with_at(column.name, value, Some(line), None);
        }
    }
    (!row.is_empty()).then_some(row)
}

fn scalar(node: Node, place: &Place, problems: &mut Vec<Problem>) -> Option<Value> {
    match node.kind {
        Kind::Value(Value::Text(text)) if text.trim().is_empty() => None,
        Kind::Value(value) => Some(value),
        Kind::Empty => None,
        Kind::List(_) | Kind::Map(_) => {
            problems.push(Problem::new("tree.scalar", place));
            None
        }
    }
}
