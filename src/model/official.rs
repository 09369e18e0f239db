//! Officials and who stands above whom.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::doubts::{self, Written};
use super::nip::{InvalidNip, Nip};
use super::nomenclature::Rank;
use super::reading::Reading;
use super::{Place, Problem, Row};

/// The level of a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Governor, regent, mayor.
    Head,
    /// Jabatan pimpinan tinggi: heads of offices.
    Senior,
    /// Administrator: heads of divisions, Camat.
    Administrator,
    /// Pengawas.
    Supervisor,
    /// Jabatan fungsional.
    Functional,
    /// Pelaksana.
    Staff,
}

const LEVELS: [(&str, Level); 6] = [
    ("kepala_daerah", Level::Head),
    ("jpt", Level::Senior),
    ("administrator", Level::Administrator),
    ("pengawas", Level::Supervisor),
    ("fungsional", Level::Functional),
    ("pelaksana", Level::Staff),
];

/// How a position is held. It belongs to the document, not to the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Capacity {
    /// In one's own right.
    Definitif,
    /// Pelaksana tugas.
    Plt,
    /// Pelaksana harian.
    Plh,
    /// Penjabat.
    Pj,
    /// Penjabat sementara.
    Pjs,
}

const CAPACITIES: [(&str, Capacity); 5] = [
    ("definitif", Capacity::Definitif),
    ("plt", Capacity::Plt),
    ("plh", Capacity::Plh),
    ("pj", Capacity::Pj),
    ("pjs", Capacity::Pjs),
];

impl Capacity {
    /// Those that are written before a position.
    pub const ACTING: [Self; 4] = [Self::Plt, Self::Plh, Self::Pj, Self::Pjs];

    /// What stands before the position.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Definitif => "",
            Self::Plt => "Plt. ",
            Self::Plh => "Plh. ",
            Self::Pj => "Pj. ",
            Self::Pjs => "Pjs. ",
        }
    }
}

/// An official, as the documents of this year name them.
#[derive(Clone, Debug)]
pub struct Official {
    /// The office's own handle.
    pub id: String,
    /// Name with titles.
    pub name: String,
    /// Position with `Plt.` and the like.
    pub position: String,
    /// Unit.
    pub unit: String,
    /// Level.
    pub level: Level,
    /// How the position is held.
    pub capacity: Capacity,
    /// Rank, where it is printed.
    pub rank: Option<String>,
    /// Grade, where it is printed.
    pub grade: Option<String>,
    /// NIP, where it is printed.
    pub nip: Option<Nip>,
    /// The superior's handle; `None` for the head of the region only.
    pub superior: Option<String>,
    /// Whether an agreement is made.
    pub agreement: bool,
    /// Whether a pledge is made.
    pub pledge: bool,
    /// Whether the row says which documents are made.
    pub(super) documents_named: bool,
    /// Whether the cells of number and rank are empty; a dash says that there is none.
    pub(super) lacks: Lacks,
    /// The name without titles, in small letters, to find one person in two rows.
    pub(super) bare_name: String,
    /// Where the row stands.
    pub place: Place,
    /// Where the superior stands.
    pub(super) superior_place: Place,
    /// Where the NIP stands.
    nip_place: Place,
}

/// What nobody has written for an official.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lacks {
    pub(super) number: bool,
    pub(super) rank: bool,
}

/// Most officials of one workbook. Every one of them has two documents of some kilobytes until they are written.
const MAX_OFFICIALS: usize = 20_000;

/// The officials in the order of the sheet, with a sound hierarchy.
#[derive(Clone, Debug, Default)]
pub struct Officials {
    list: Vec<Official>,
    by_id: BTreeMap<String, usize>,
    superiors: BTreeSet<String>,
}

impl Officials {
    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Official> {
        self.list.iter()
    }

    /// The one with this handle.
    pub fn find(&self, id: &str) -> Option<&Official> {
        self.by_id.get(id).map(|&i| &self.list[i])
    }

    /// The superior of an official.
    pub fn superior(&self, official: &Official) -> Option<&Official> {
        self.find(official.superior.as_deref()?)
    }

    /// Whether the official stands directly below the head of the region: heads of offices, and a Camat, who is an
    /// administrator and may have the secretary of the region as superior.
    pub fn is_below_head(&self, official: &Official) -> bool {
        let bare = acting_typed(&official.position).map_or(official.position.as_str(), |(_, bare)| bare);
        let camat = official.level == Level::Administrator && bare.to_lowercase().starts_with("camat ");
        camat || self.superior(official).is_some_and(|superior| superior.level == Level::Head)
    }

    /// What the budget of an official lists, from the top; nothing if the form does not say.
    pub(super) fn budget_ranks(&self, official: &Official) -> &'static [Rank] {
        match official.level {
            Level::Head | Level::Senior => &[Rank::Programme],
            Level::Administrator if self.is_below_head(official) => &[Rank::Programme],
            Level::Administrator => &[Rank::Activity],
            // Below a Camat everybody stands one step higher than elsewhere.
            Level::Supervisor
                if self.superior(official).is_some_and(|superior| {
                    superior.level == Level::Administrator && self.is_below_head(superior)
                }) =>
            {
                &[Rank::Activity, Rank::SubActivity]
            }
            Level::Supervisor => &[Rank::SubActivity],
            Level::Functional | Level::Staff => &[],
        }
    }

    /// Whether the official supervises anybody, which decides on point 5 of the pledge.
    pub fn supervises(&self, official: &Official) -> bool {
        !matches!(official.level, Level::Functional | Level::Staff) || self.superiors.contains(&official.id)
    }

    /// Checks the rows of sheet `Pejabat`.
    pub(super) fn from_rows(rows: &[Row], reading: &mut Reading) -> Self {
        let mut officials = Self::default();
        if let Some(row) = rows.get(MAX_OFFICIALS) {
            reading.report(Problem::new("official.too-many", &row.place).with("limit", MAX_OFFICIALS));
            return officials;
        }
        for row in rows {
            let before = reading.reported();
            let Some(official) = official(row, reading) else {
                reading.set_aside(before, &row.place);
                continue;
            };
            let index = officials.list.len();
            if let Some(&first) = officials.by_id.get(&official.id) {
                reading.report(
                    Problem::new("official.twice", &row.place_of("id"))
                        .with("id", &official.id)
                        .with("first", officials.list[first].place.row.unwrap_or_default()),
                );
                continue;
            }
            officials.by_id.insert(official.id.clone(), index);
            officials.list.push(official);
        }
        officials.superiors = officials.list.iter().filter_map(|o| o.superior.clone()).collect();
        officials.check_hierarchy(rows, reading);
        officials.check_nips(reading);
        officials.check_parties(reading);
        doubts::of_officials(&officials, reading);
        officials
    }

    fn check_hierarchy(&self, rows: &[Row], reading: &mut Reading) {
        // A row that could not be read may be the superior of others: its handle counts as known.
        let known: BTreeSet<String> = rows
            .iter()
            .filter_map(|row| Reading::default().text(row, "id"))
            .map(|id| id.to_lowercase())
            .collect();
        for official in &self.list {
            let place = official.superior_place.clone();
            match (&official.superior, official.level) {
                (None, Level::Head) => {}
                (None, _) => reading
                    .report(Problem::new("official.no-superior", &place).with("official", &official.id)),
                (Some(_), Level::Head) => reading.report(
                    Problem::new("official.head-with-superior", &place).with("official", &official.id),
                ),
                (Some(id), _) if !known.contains(id) => reading.report(
                    Problem::new("official.unknown-superior", &place)
                        .with("official", &official.id)
                        .with("superior", id),
                ),
                (Some(_), _) => {
                    if let Some(circle) = self.circle(official) {
                        reading.report(
                            Problem::new("official.circle", &place).with("circle", circle.join(" → ")),
                        );
                    }
                }
            }
        }
    }

    /// The way from an official back to the same one, if there is one. Reported once, at the member
    /// with the smallest handle.
    fn circle(&self, start: &Official) -> Option<Vec<String>> {
        let mut way = vec![start.id.clone()];
        let mut current = self.superior(start);
        while let Some(official) = current {
            way.push(official.id.clone());
            if official.id == start.id {
                return way.iter().all(|id| *id >= start.id).then_some(way);
            }
            if way.len() > self.list.len() {
                return None;
            }
            current = self.superior(official);
        }
        None
    }

    /// Nobody agrees with themselves: who acts for the superior as well signs with the superior's superior.
    fn check_parties(&self, reading: &mut Reading) {
        for official in self.iter().filter(|official| official.agreement || official.pledge) {
            let Some(superior) = self.superior(official) else { continue };
            if superior.id == official.id {
                continue;
            }
            // One number with two names is a slip, and said elsewhere.
            if official.bare_name != superior.bare_name {
                continue;
            }
            let same_number = official.nip.is_some() && official.nip == superior.nip;
            // The head of the region has no number: somebody of the same name may be another person.
            if !same_number && official.nip.is_some() && superior.nip.is_some() {
                continue;
            }
            let other = superior.superior.as_deref().unwrap_or("—");
            let problem = Problem::new(
                if same_number { "official.own-superior" } else { "official.maybe-own-superior" },
                &official.superior_place,
            )
            .with("official", &official.id)
            .with("superior", &superior.id)
            .with("name", &official.name)
            .with("other", other);
            if same_number { reading.report(problem) } else { reading.warn(problem) }
        }
    }

    fn check_nips(&self, reading: &mut Reading) {
        for (i, official) in self.list.iter().enumerate() {
            let Some(nip) = &official.nip else { continue };
            // The same person in two positions, one of them acted for, has one NIP.
            let other = |o: &&Official| o.nip.as_ref() == Some(nip) && o.name != official.name;
            if let Some(first) = self.list[..i].iter().find(other) {
                reading.report(
                    Problem::new("nip.twice", &official.nip_place)
                        .with("first", first.place.row.unwrap_or_default()),
                );
            }
        }
    }
}

fn official(row: &Row, reading: &mut Reading) -> Option<Official> {
    let id = reading.required(row, "id").map(|id| id.to_lowercase());
    if let Some(id) = &id {
        check_id(id, row, reading);
    }
    let name = reading.required(row, "nama").filter(|name| {
        let letters = name.chars().any(char::is_alphabetic);
        if !letters {
            reading.report(Problem::new("official.name-form", &row.place_of("nama")));
        }
        letters
    });
    let front = reading.optional(row, "gelar_depan");
    let back = reading.optional(row, "gelar_belakang");
    let position = reading.required(row, "jabatan");
    let unit = reading.required(row, "unit");
    let level = match row.has("jenjang") {
        true => reading.choice(row, "jenjang", &LEVELS),
        false => {
            reading.required(row, "jenjang");
            None
        }
    };
    let capacity = reading.choice(row, "kapasitas", &CAPACITIES).unwrap_or(Capacity::Definitif);
    let superior = reading.text(row, "atasan").map(|id| id.to_lowercase());
    let documents = reading
        .choice(
            row,
            "dokumen",
            &[
                ("pk", (true, false)),
                ("pakta", (false, true)),
                ("keduanya", (true, true)),
                // What the choice was called in the first workbooks.
                ("both", (true, true)),
                ("tidak", (false, false)),
            ],
        )
        .unwrap_or((true, true));
    let nip = nip(row, reading);
    let rank = reading.optional(row, "pangkat");
    let grade = reading.optional(row, "golongan");
    let level = level?;
    // The head of the region has neither (Permendagri 1/2023, 44); printing one would be wrong.
    if level == Level::Head {
        for (column, present) in
            [("nip", nip.is_some()), ("pangkat", rank.is_some()), ("golongan", grade.is_some())]
        {
            if present {
                reading.report(
                    Problem::new("official.head-with-rank", &row.place_of(column)).with("column", column),
                );
            }
        }
    }
    let (id, name, position, unit) = (id?, name?, position?, unit?);
    let written = Written { name: &name, front: front.as_deref(), back: back.as_deref() };
    doubts::of_row(row, &written, &position, capacity, (rank.as_deref(), grade.as_deref()), reading);
    let bare_name = name.split(',').next().unwrap_or_default().trim().to_lowercase();
    // An acting head of the region is written without titles (Permendagri 1/2023, 44).
    let name = if level == Level::Head && capacity != Capacity::Definitif {
        name
    } else {
        full_name(front.as_deref(), &name, back.as_deref())
    };
    Some(Official {
        id,
        name,
        position: position_with_prefix(capacity, &position),
        unit,
        level,
        capacity,
        rank,
        grade,
        nip,
        superior,
        agreement: documents.0,
        pledge: documents.1,
        documents_named: row.has("dokumen"),
        lacks: Lacks { number: !row.has("nip"), rank: !row.has("pangkat") && !row.has("golongan") },
        bare_name,
        place: row.place.clone(),
        superior_place: row.place_of("atasan"),
        nip_place: row.place_of("nip"),
    })
}

/// Handles stand in file names and certificates: short, plain, and no NIP in disguise.
fn check_id(id: &str, row: &Row, reading: &mut Reading) {
    let plain = id.len() <= 32 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    // The names of the office's own keys.
    let reserved = matches!(id, "root" | "issuing" | "seal" | "trust");
    let digits = id.bytes().filter(u8::is_ascii_digit).count();
    let code = if !plain {
        "official.id-form"
    } else if reserved {
        "official.id-reserved"
    } else if digits >= 9 {
        "official.id-personal"
    } else {
        return;
    };
    reading.report(Problem::new(code, &row.place_of("id")).with("id", id));
}

fn nip(row: &Row, reading: &mut Reading) -> Option<Nip> {
    let cell = row.cell("nip")?;
    if reading.lone_zero(&cell, "nip") {
        return None;
    }
    // 18 digits in a number cell have been rounded to 15 by the spreadsheet: the rest is lost.
    if matches!(cell.value, super::Value::Number(_)) {
        reading.report(Problem::new("nip.number", &cell.place));
        return None;
    }
    let text = reading.text(row, "nip")?;
    if matches!(text.as_str(), "-" | "–") {
        return None;
    }
    match Nip::parse(&text) {
        Ok(nip) => Some(nip),
        Err(error) => {
            let code = match error {
                InvalidNip::Length => "nip.length",
                InvalidNip::Birth => "nip.birth",
                InvalidNip::Appointment => "nip.appointment",
                InvalidNip::Sex => "nip.sex",
                InvalidNip::Serial => "nip.serial",
            };
            reading.report(Problem::new(code, &cell.place));
            None
        }
    }
}

/// Titles and name joined without stray commas.
pub(super) fn full_name(front: Option<&str>, name: &str, back: Option<&str>) -> String {
    let trim = |text: &str| text.trim_matches([',', ' ']).to_owned();
    let mut full = String::new();
    if let Some(front) = front.map(trim).filter(|t| !t.is_empty()) {
        full.push_str(&front);
        full.push(' ');
    }
    full.push_str(&trim(name));
    if let Some(back) = back.map(trim).filter(|t| !t.is_empty()) {
        full.push_str(", ");
        full.push_str(&back);
    }
    full
}

/// How a capacity is written before a position, with or without a full stop.
const ACTING: [(&str, Capacity); 8] = [
    ("pelaksana tugas", Capacity::Plt),
    ("plt", Capacity::Plt),
    ("pelaksana harian", Capacity::Plh),
    ("plh", Capacity::Plh),
    ("penjabat sementara", Capacity::Pjs),
    ("pjs", Capacity::Pjs),
    ("penjabat", Capacity::Pj),
    ("pj", Capacity::Pj),
];

/// The capacity that is typed before a position, and the position without it.
pub(super) fn acting_typed(position: &str) -> Option<(Capacity, &str)> {
    let lower = position.to_lowercase();
    ACTING.iter().find_map(|(word, capacity)| {
        let rest = position.get(position.len() - lower.strip_prefix(word)?.len()..)?;
        let bare = rest.trim_start().trim_start_matches('.').trim_start();
        // `Pjs` is no `Pj`, and `Penjabatan` no `Penjabat`.
        (bare.len() < rest.len() && !bare.is_empty()).then_some((*capacity, bare))
    })
}

/// `Plt. Kepala Dinas …`, once, however it was typed.
fn position_with_prefix(capacity: Capacity, position: &str) -> String {
    match acting_typed(position) {
        Some((typed, bare)) if typed == capacity => format!("{}{bare}", capacity.prefix()),
        _ => format!("{}{position}", capacity.prefix()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_leave_no_stray_commas() {
        assert_eq!(full_name(None, "Contoh Satu", None), "Contoh Satu");
        assert_eq!(full_name(Some("Dr."), "Contoh Satu", None), "Dr. Contoh Satu");
        assert_eq!(full_name(None, "Contoh Satu", Some("S.E., M.M.")), "Contoh Satu, S.E., M.M.");
        assert_eq!(full_name(Some(" "), "Contoh Satu,", Some(", S.E.")), "Contoh Satu, S.E.");
    }

    #[test]
    fn acting_officials_are_named_once() {
        assert_eq!(position_with_prefix(Capacity::Plt, "Kepala Dinas"), "Plt. Kepala Dinas");
        assert_eq!(position_with_prefix(Capacity::Plt, "Plt. Kepala Dinas"), "Plt. Kepala Dinas");
        assert_eq!(position_with_prefix(Capacity::Definitif, "Kepala Dinas"), "Kepala Dinas");
        for typed in [
            "Plt Kepala Dinas",
            "Plt.Kepala Dinas",
            "Plt . Kepala Dinas",
            "PLT. Kepala Dinas",
            "Pelaksana Tugas Kepala Dinas",
        ] {
            assert_eq!(position_with_prefix(Capacity::Plt, typed), "Plt. Kepala Dinas", "{typed}");
        }
        assert_eq!(position_with_prefix(Capacity::Pj, "Penjabat Sekretaris"), "Pj. Sekretaris");
        assert_eq!(position_with_prefix(Capacity::Plt, "Pltu Kepala"), "Plt. Pltu Kepala");
    }
}
