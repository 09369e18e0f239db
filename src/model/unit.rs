//! Addresses and emblems of units, from sheet `Unit`.

use std::collections::BTreeMap;

use super::reading::Reading;
use super::{Problem, Row};

/// What the letterhead of a unit shows besides its name.
#[derive(Clone, Debug, Default)]
pub(super) struct Unit {
    /// Lines of the address.
    pub(super) address: Vec<String>,
    /// Name of a picture in `templates/shared/`.
    pub(super) emblem: Option<String>,
}

/// The units, by [`key`].
pub(super) type Units = BTreeMap<String, Unit>;

/// The name of a unit, whatever its capitals.
pub(super) fn key(name: &str) -> String {
    name.to_lowercase()
}

/// Reads sheet `Unit`; `names` are those of the officials' units, `pictures` those of the files in `templates/shared/`.
pub(super) fn units(rows: &[Row], names: &[&str], pictures: &[String], reading: &mut Reading) -> Units {
    let mut units = Units::new();
    let mut first: BTreeMap<String, u32> = BTreeMap::new();
    for row in rows {
        let before = reading.reported();
        let Some(name) = reading.required(row, "unit") else {
            reading.set_aside(before, &row.place);
            continue;
        };
        if let Some(first) = first.insert(key(&name), row.place.row.unwrap_or_default()) {
            reading.report(
                Problem::new("unit.twice", &row.place_of("unit")).with("unit", &name).with("first", first),
            );
            continue;
        }
        if !names.iter().any(|known| key(known) == key(&name)) {
            reading.warn(Problem::new("unit.unused", &row.place_of("unit")).with("unit", &name));
        }
        let emblem = reading.optional(row, "lambang");
        if let Some(emblem) = emblem.as_ref().filter(|emblem| !pictures.contains(emblem)) {
            reading.report(
                Problem::new("unit.no-picture", &row.place_of("lambang"))
                    .with("file", emblem)
                    .with("found", if pictures.is_empty() { "—".to_owned() } else { pictures.join(", ") }),
            );
        }
        units.insert(key(&name), Unit { address: address(row, reading), emblem });
    }
    units
}

/// The lines of an address: what was typed, and below it how to reach the unit.
fn address(row: &Row, reading: &mut Reading) -> Vec<String> {
    let typed = reading.optional(row, "alamat");
    let mut lines: Vec<String> = typed.iter().flat_map(|text| text.split(" | ")).map(str::to_owned).collect();
    // A number cell has lost the 0 at the beginning.
    let telephone = reading.code(row, "telepon").filter(|text| !matches!(text.as_str(), "-" | "–" | "—"));
    let others = [("pos_el", "Pos-el"), ("laman", "Laman")];
    let others =
        others.map(|(column, word)| reading.optional(row, column).map(|text| format!("{word} {text}")));
    let ways: Vec<String> = telephone
        .map(|text| if text.to_lowercase().starts_with("tel") { text } else { format!("Telepon {text}") })
        .into_iter()
        .chain(others.into_iter().flatten())
        .collect();
    if !ways.is_empty() {
        lines.push(ways.join(", "));
    }
    lines
}
