//! What may be right and probably is not: warnings about rows, and across people and rows. Whoever made the workbook
//! knows; a document that is signed cannot be mended.

use std::collections::{BTreeMap, BTreeSet};

use pk_trust::present::grouped;

use super::grade;
use super::official::{Lacks, acting_typed, full_name};
use super::reading::Reading;
use super::{Budget, Capacity, Head, Level, Official, Officials, Place, Problem, Row};

/// Name and titles as they are written.
pub(super) struct Written<'a> {
    pub(super) name: &'a str,
    pub(super) front: Option<&'a str>,
    pub(super) back: Option<&'a str>,
}

/// Words of the example rows of the empty workbook.
pub(super) const EXAMPLES: [&str; 3] = ["Nama Kepala Daerah", "Nama Kepala Dinas", "Nama Ibu Kota"];

/// Most handles and rows that a warning names.
const NAMED: usize = 10;

/// One official's row.
pub(super) fn of_row(
    row: &Row,
    written: &Written<'_>,
    position: &str,
    capacity: Capacity,
    (rank, grade): (Option<&str>, Option<&str>),
    reading: &mut Reading,
) {
    if EXAMPLES.contains(&written.name) {
        reading.warn(Problem::new("cell.sample", &row.place_of("nama")).with("value", written.name));
    }
    let titles = |text: Option<&str>| -> BTreeSet<String> {
        text.unwrap_or_default()
            .split([',', ' '])
            .map(|word| word.trim_matches('.').to_lowercase())
            .filter(|word| !word.is_empty())
            .collect()
    };
    let own: BTreeSet<String> = titles(Some(written.name));
    let twice = titles(written.front).union(&titles(written.back)).any(|title| own.contains(title));
    if written.name.contains(',') || twice {
        reading.warn(
            Problem::new("official.title-in-name", &row.place_of("nama"))
                .with("printed", full_name(written.front, written.name, written.back)),
        );
    }
    if written.name.chars().all(|c| !c.is_uppercase()) {
        reading
            .warn(Problem::new("official.small-letters", &row.place_of("nama")).with("name", written.name));
    }
    if let Some((typed, _)) = acting_typed(position)
        && typed != capacity
    {
        let name = typed.prefix().trim_end_matches(". ").to_lowercase();
        reading.warn(
            Problem::new("official.acting-typed", &row.place_of("jabatan"))
                .with("position", position)
                .with("word", name),
        );
    }
    let Some(grade) = grade else { return };
    match grade::other_form(grade) {
        Some(form) => {
            let place = row.place_of("golongan");
            let problem = Problem::new(if form.is_some() { "grade.form" } else { "grade.unknown" }, &place);
            reading.warn(problem.with("value", grade).with("form", form.unwrap_or_default()));
        }
        None => {
            if let Some((own, rank)) = rank.and_then(|rank| Some((grade::other_rank(grade, rank)?, rank))) {
                reading.warn(
                    Problem::new("grade.rank", &row.place_of("pangkat"))
                        .with("rank", rank)
                        .with("grade", grade)
                        .with("own", own),
                );
            }
        }
    }
}

/// What officials say of each other.
pub(super) fn of_officials(officials: &Officials, reading: &mut Reading) {
    spellings(officials, reading);
    without_number(officials, reading);
    let own_head: BTreeSet<&str> = officials
        .iter()
        .filter(|official| officials.is_below_head(official))
        .map(|official| official.unit.as_str())
        .collect();
    let mut found: BTreeMap<&str, Vec<&Official>> = BTreeMap::new();
    for official in officials.iter() {
        let Some(superior) = officials.superior(official) else { continue };
        let low = matches!(official.level, Level::Supervisor | Level::Functional | Level::Staff);
        let code = if superior.level == Level::Staff {
            "official.below-staff"
        } else if superior.level == Level::Head && low {
            "official.low-below-head"
        } else if superior.level != Level::Head
            && superior.unit != official.unit
            && own_head.contains(official.unit.as_str())
        {
            // A kelurahan or an UPT stands below another unit; a unit with a head of its own does not.
            "official.other-unit"
        } else {
            continue;
        };
        found.entry(code).or_default().push(official);
    }
    for (code, found) in found {
        let pairs = found.iter().map(|official| {
            format!("{} → {}", official.id, official.superior.as_deref().unwrap_or_default())
        });
        reading.warn(
            Problem::new(code, &found[0].superior_place)
                .with("count", found.len())
                .with("officials", some(pairs)),
        );
    }
}

/// One unit in two spellings makes two groups in lists and archives.
fn spellings(officials: &Officials, reading: &mut Reading) {
    let mut known: BTreeMap<String, (&str, &Place)> = BTreeMap::new();
    let mut said = BTreeSet::new();
    for official in officials.iter() {
        let plain: String =
            official.unit.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
        let (first, place) = *known.entry(plain).or_insert((&official.unit, &official.place));
        if first != official.unit && said.insert((first, &official.unit)) {
            reading.warn(
                Problem::new("unit.spelling", &official.place.column("unit"))
                    .with("unit", &official.unit)
                    .with("other", first)
                    .with("first", place.row.unwrap_or_default()),
            );
        }
    }
}

/// Civil servants sign with number and rank (Permendagri 1/2023, 44). A forgotten cell is an empty line on paper.
fn without_number(officials: &Officials, reading: &mut Reading) {
    let without = |lacks: fn(Lacks) -> bool| -> Vec<&Official> {
        officials.iter().filter(|official| official.level != Level::Head && lacks(official.lacks)).collect()
    };
    for (code, found) in [
        ("official.no-nip", without(|lacks| lacks.number)),
        ("official.no-rank", without(|lacks| lacks.rank)),
    ] {
        let Some(first) = found.first() else { continue };
        reading.warn(
            Problem::new(code, &first.place)
                .with("count", found.len())
                .with("officials", some(found.iter().map(|o| o.id.clone()))),
        );
    }
}

/// The first of some names, and a sign that there are more.
fn some(mut names: impl Iterator<Item = String>) -> String {
    let mut first: Vec<String> = names.by_ref().take(NAMED).collect();
    first.extend(names.next().map(|_| "…".to_owned()));
    first.join(", ")
}

/// Target, unit and text of an indicator.
pub(super) fn of_indicator(row: &Row, text: &str, target: &str, unit: Option<&str>, reading: &mut Reading) {
    if let Some(unit) = unit.filter(|unit| unit_twice(target, unit)) {
        reading.warn(
            Problem::new("target.unit-twice", &row.place_of("target"))
                .with("printed", format!("{target} {unit}")),
        );
    }
    if is_list(text) {
        reading.warn(Problem::new("indicator.several", &row.place_of("indikator")).with("indicator", text));
    }
}

/// `5 Dok` with the unit `Dokumen`: both would be printed. The same word twice is printed once.
fn unit_twice(target: &str, unit: &str) -> bool {
    let plain = |text: &str| text.trim_matches('.').to_lowercase();
    let unit = plain(unit);
    let words = target.split_whitespace().filter(|word| word.chars().all(|c| c.is_alphabetic() || c == '.'));
    let has_number = target.chars().any(|c| c.is_ascii_digit());
    has_number
        && words.map(plain).any(|word| {
            word.len() > 1 && word != unit && (unit.starts_with(&word) || word.starts_with(&unit))
        })
}

/// `1. Nilai LHE AKIP 2. IKM`: two indicators in one cell.
fn is_list(text: &str) -> bool {
    [". ", ") "]
        .iter()
        .any(|mark| text.starts_with(&format!("1{mark}")) && text.contains(&format!(" 2{mark}")))
}

/// Lines of one code in the budget of an official and of those directly below: what they answer for together is a part
/// of the same money.
pub(super) fn of_budgets(officials: &Officials, budgets: &BTreeMap<String, Budget>, reading: &mut Reading) {
    let mut below: BTreeMap<(&str, &str), (u64, Vec<&str>)> = BTreeMap::new();
    for official in officials.iter().filter(|official| official.agreement) {
        let Some(superior) = officials.superior(official).filter(|superior| superior.unit == official.unit)
        else {
            continue;
        };
        for row in budgets.get(&official.id).iter().flat_map(|budget| &budget.rows) {
            let Some(code) = row.code.as_deref() else { continue };
            let (sum, who) = below.entry((&superior.id, code)).or_default();
            *sum = sum.saturating_add(row.amount);
            if !who.contains(&official.id.as_str()) {
                who.push(&official.id);
            }
        }
    }
    for official in officials.iter() {
        for row in budgets.get(&official.id).iter().flat_map(|budget| &budget.rows) {
            let Some(code) = row.code.as_deref() else { continue };
            let Some((sum, who)) = below.get(&(official.id.as_str(), code)) else { continue };
            if *sum != row.amount {
                reading.warn(
                    Problem::new("budget.other-amount", &official.place)
                        .with("code", code)
                        .with("official", &official.id)
                        .with("amount", grouped(row.amount))
                        .with("sum", grouped(*sum))
                        .with("below", who.join(", ")),
                );
            }
        }
    }
}

/// The emblem in the program is invented: whoever has none of their own has to know it.
pub(super) fn of_emblem(head: Head, neutral: bool, place: &Place, reading: &mut Reading) {
    if neutral && head != Head::Plain {
        reading.warn(Problem::new("emblem.neutral", place));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_said_twice_in_another_form() {
        for (target, unit) in
            [("5 Dok", "Dokumen"), ("5 dok.", "Dokumen"), ("12 Dokumen", "Dok"), ("3 Lap", "Laporan")]
        {
            assert!(unit_twice(target, unit), "{target} {unit}");
        }
        for (target, unit) in [
            ("5", "Dokumen"),
            ("5 Dokumen", "Dokumen"),
            ("Level 3", "Level"),
            ("BB", "B"),
            ("100%", "%"),
            ("B (66,77)", "Nilai"),
        ] {
            assert!(!unit_twice(target, unit), "{target} {unit}");
        }
    }

    #[test]
    fn lists_in_a_cell_are_seen() {
        assert!(is_list("1. Nilai LHE AKIP 2. IKM"));
        assert!(is_list("1) Nilai 2) IKM"));
        assert!(!is_list("1.000 orang"));
        assert!(!is_list("Nilai SAKIP tahun 1. sampai 2. berjalan"));
    }
}
