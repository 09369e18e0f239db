//! The settings of a year, from sheet `Pengaturan` over the defaults of `pk.toml`.

use std::collections::BTreeMap;

use pk_trust::present::roman;
use serde::{Deserialize, Serialize};

use super::doubts::EXAMPLES;
use super::reading::{Reading, first_names};
use super::{Date, Place, Problem, Row};

/// Original agreement or a later revision of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stage(pub u8);

impl Stage {
    /// The words in the title: nothing, `PERUBAHAN`, `PERUBAHAN II` …
    pub fn title_words(self) -> String {
        match self.0 {
            0 => String::new(),
            1 => "PERUBAHAN ".to_owned(),
            _ => format!("PERUBAHAN {} ", self.roman()),
        }
    }

    /// The number of the revision, as it is printed.
    pub fn roman(self) -> String {
        roman(self.0)
    }
}

/// Paper size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Paper {
    /// 210 × 297 mm.
    #[default]
    A4,
    /// 215 × 330 mm, as Indonesian offices buy it.
    F4,
}

/// Typeface.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Typeface {
    /// Metrically Times.
    #[default]
    Serif,
    /// Metrically Arial.
    Sans,
}

/// What stands at the top of the first page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Head {
    /// The emblem, centred.
    #[default]
    Emblem,
    /// The letterhead of the unit.
    Letterhead,
    /// Nothing: the title begins the page.
    Plain,
}

/// How the pages look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Layout {
    /// Paper size.
    pub paper: Paper,
    /// Typeface.
    pub font: Typeface,
    /// Top of the first page.
    pub head: Head,
}

/// What holds for all documents of a run.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Year of the agreements.
    pub year: u16,
    /// Original or revision.
    pub stage: Stage,
    /// The institution, e.g. `Pemerintah Kabupaten Contoh`.
    pub institution: String,
    /// The region, e.g. `Kabupaten Contoh`.
    pub region: String,
    /// Where the documents are signed: the capital, not the regency.
    pub place: String,
    /// The date printed on them.
    pub date: Date,
    /// How the pages look.
    pub layout: Layout,
    /// Name of the wording, e.g. `standar`.
    pub profile: String,
    /// Address lines of the letterhead.
    pub address: Vec<String>,
}

/// Keys of sheet `Pengaturan`.
const KEYS: [&str; 13] = [
    "tahun",
    "instansi",
    "daerah",
    "tempat",
    "tanggal",
    "jenis",
    "nomor_perubahan",
    "kertas",
    "huruf",
    "kepala",
    "ragam",
    "alamat",
    "tanggal_dpa",
];

/// Those that are words, never 0.
const WORDS: [&str; 4] = ["instansi", "daerah", "tempat", "alamat"];

impl Settings {
    /// Checks the rows of sheet `Pengaturan`; `defaults` stand in for keys that are not there.
    pub(super) fn from_rows(
        rows: &[Row],
        sheet: &Place,
        defaults: &BTreeMap<String, String>,
        reading: &mut Reading,
    ) -> Option<Self> {
        let mut found: BTreeMap<String, Row> = BTreeMap::new();
        for row in rows {
            let before = reading.reported();
            let Some(key) = reading.required(row, "kunci").map(|k| k.to_lowercase().replace(' ', "_")) else {
                reading.set_aside(before, &row.place);
                continue;
            };
            if !KEYS.contains(&key.as_str()) {
                reading.report(
                    Problem::new("setting.unknown", &row.place_of("kunci"))
                        .with("key", &key)
                        .with("keys", KEYS.join(", ")),
                );
            } else if found.insert(key.clone(), row.clone()).is_some() {
                reading.report(Problem::new("setting.twice", &row.place_of("kunci")).with("key", key));
            }
        }
        let mut lookup = Lookup { found, defaults, sheet, reading };
        let year = lookup.required("tahun").and_then(|text| {
            let year = text.parse().ok().filter(|y| (2000..=2999).contains(y));
            lookup.invalid(year, "tahun", &text, "setting.year")
        });
        let institution = lookup.required("instansi");
        // Certificates and seal name the institution of pk.toml; documents of another one would fail.
        if let (Some(institution), Some(own)) = (&institution, defaults.get("instansi"))
            && institution != own
        {
            let place = lookup.place("instansi");
            lookup.reading.report(
                Problem::new("setting.other-institution", &place).with("value", institution).with("own", own),
            );
        }
        let region = lookup.required("daerah");
        let place = lookup.required("tempat");
        let date = lookup.date("tanggal");
        let stage = lookup.stage();
        let paper = lookup.choice("kertas", &[("a4", Paper::A4), ("f4", Paper::F4)]);
        let font = lookup.choice("huruf", &[("serif", Typeface::Serif), ("sans", Typeface::Sans)]);
        let head = lookup.choice(
            "kepala",
            &[
                ("lambang", Head::Emblem),
                ("kop", Head::Letterhead),
                ("tanpa", Head::Plain),
                ("emblem", Head::Emblem),
                ("letterhead", Head::Letterhead),
            ],
        );
        let profile = lookup.text("ragam").unwrap_or_else(|| "standar".to_owned());
        let address = lookup.text("alamat").map(|a| a.split(" | ").map(str::to_owned).collect());
        // An empty cell is as good as no row.
        let ratified = lookup.found.get("tanggal_dpa").is_some_and(|row| row.has("nilai"));
        let ratified = ratified.then(|| lookup.date("tanggal_dpa")).flatten();
        let (year, date) = (year?, date?);
        if date.year() != year {
            let place = lookup.place("tanggal");
            lookup
                .reading
                .report(Problem::new("date.other-year", &place).with("date", date).with("year", year));
        }
        // A revision follows a change, not the first budget document.
        if let Some(ratified) = ratified.filter(|_| stage == Some(Stage(0))) {
            lookup.deadline(ratified, date);
        }
        if let (Some(region), Some(place)) = (&region, &place) {
            if EXAMPLES.contains(&place.as_str()) {
                let at = lookup.place("tempat");
                lookup.reading.warn(Problem::new("cell.sample", &at).with("value", place));
            }
            let lower = place.to_lowercase();
            let named = ["kabupaten ", "kab. ", "kab ", "provinsi ", "prov. "];
            if named.iter().any(|word| lower.starts_with(word)) || lower == region.to_lowercase() {
                let at = lookup.place("tempat");
                lookup
                    .reading
                    .warn(Problem::new("setting.place", &at).with("value", place).with("date", date.long()));
            }
        }
        Some(Self {
            year,
            stage: stage?,
            institution: institution?,
            region: region?,
            place: place?,
            date,
            layout: Layout { paper: paper?, font: font?, head: head? },
            profile,
            address: address.unwrap_or_default(),
        })
    }
}

struct Lookup<'a> {
    found: BTreeMap<String, Row>,
    defaults: &'a BTreeMap<String, String>,
    sheet: &'a Place,
    reading: &'a mut Reading,
}

impl Lookup<'_> {
    fn place(&self, key: &str) -> Place {
        self.found.get(key).map_or_else(|| self.sheet.clone(), |row| row.place_of("nilai"))
    }

    fn text(&mut self, key: &str) -> Option<String> {
        match self.found.get(key).filter(|row| row.has("nilai")) {
            Some(row) => {
                let zero = row.cell("nilai").filter(|_| WORDS.contains(&key));
                if zero.is_some_and(|cell| self.reading.lone_zero(&cell, key)) {
                    return None;
                }
                self.reading.text(row, "nilai")
            }
            None => self.defaults.get(key).cloned(),
        }
    }

    fn required(&mut self, key: &str) -> Option<String> {
        let before = self.reading.reported();
        let text = self.text(key);
        if text.is_none() && self.reading.reported() == before {
            let place = self.place(key);
            self.reading.report(Problem::new("setting.missing", &place).with("key", key));
        }
        text
    }

    fn date(&mut self, key: &str) -> Option<Date> {
        if let Some(row) = self.found.get(key).filter(|row| row.has("nilai")) {
            return self.reading.date(row, "nilai");
        }
        let text = self.required(key)?;
        let date = Date::parse(&text);
        self.invalid(date, key, &text, "date.impossible")
    }

    fn choice<T: Copy + Default + PartialEq>(
        &mut self,
        key: &str,
        choices: &[(&'static str, T)],
    ) -> Option<T> {
        let Some(text) = self.text(key) else { return Some(T::default()) };
        let lower = text.to_lowercase();
        let value = choices.iter().find(|(name, _)| *name == lower).map(|(_, value)| *value);
        if value.is_none() {
            let names = first_names(choices);
            let place = self.place(key);
            self.reading.report(
                Problem::new("cell.choice", &place).with("value", text).with("choices", names.join(", ")),
            );
        }
        value
    }

    fn stage(&mut self) -> Option<Stage> {
        let revised = self.choice("jenis", &[("murni", false), ("perubahan", true)])?;
        let number = self.text("nomor_perubahan");
        match (revised, number) {
            (false, None) => Some(Stage(0)),
            (true, None) => Some(Stage(1)),
            (false, Some(_)) => {
                let place = self.place("nomor_perubahan");
                self.reading.report(Problem::new("setting.stage", &place));
                None
            }
            (true, Some(text)) => {
                let stage = text.parse().ok().filter(|n| (1..=9).contains(n)).map(Stage);
                self.invalid(stage, "nomor_perubahan", &text, "setting.stage-number")
            }
        }
    }

    fn invalid<T>(&mut self, value: Option<T>, key: &str, text: &str, code: &'static str) -> Option<T> {
        if value.is_none() {
            let place = self.place(key);
            self.reading.report(Problem::new(code, &place).with("value", text));
        }
        value
    }

    /// At most one month after the budget document is ratified (PermenPAN-RB 53/2014). Late is
    /// late, not wrong: a warning.
    fn deadline(&mut self, ratified: Date, date: Date) {
        let (year, month) = if ratified.month() == 12 {
            (ratified.year() + 1, 1)
        } else {
            (ratified.year(), ratified.month() + 1)
        };
        let last = (1..=ratified.day()).rev().find_map(|day| Date::new(year, month, day));
        if last.is_some_and(|last| date > last) {
            let place = self.place("tanggal");
            self.reading
                .warn(Problem::new("date.late", &place).with("date", date).with("ratified", ratified));
        }
    }
}
