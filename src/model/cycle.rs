//! All documents of one year and stage.

use std::collections::{BTreeMap, BTreeSet};

use pk_trust::claim::Kind;

use super::annex::{self, Annex, Objective};
use super::budget::{self, Budget};
use super::document::{Letterhead, Pledge, Statement, Template};
use super::doubts;
use super::reading::Reading;
use super::unit::{self, Units};
use super::{
    Document, Draft, Head, Level, Official, Officials, Party, Problem, Problems, Role, Settings, SheetName,
    Warned, Wording,
};

/// What a run has besides the workbook.
#[derive(Clone, Debug, Default)]
pub struct Defaults {
    /// What stands in for settings that the workbook does not give, by key.
    pub settings: BTreeMap<String, String>,
    /// Versions of the templates, by name.
    pub versions: BTreeMap<String, u32>,
    /// SHA-256 over the template files that the office replaces, hexadecimal.
    pub overrides: Option<String>,
    /// The emblems that there are.
    pub emblems: Emblems,
}

/// The pictures that may stand at the head of a page.
#[derive(Clone, Debug, Default)]
pub struct Emblems {
    /// The office's own, if it is not `emblem.svg`.
    pub own: Option<String>,
    /// Whether the invented one of the program would be printed.
    pub neutral: bool,
    /// Names of all pictures of the office.
    pub pictures: Vec<String>,
}

/// Checked settings, officials and documents.
#[derive(Clone, Debug)]
pub struct Cycle {
    /// The settings.
    pub settings: Settings,
    /// The officials.
    pub officials: Officials,
    /// The documents in the order of the officials, agreement before pledge.
    pub documents: Vec<Document>,
}

impl Cycle {
    /// Checks a draft. `wording` finds the wording of a profile by name.
    ///
    /// # Errors
    ///
    /// All problems at once. Nothing is half right.
    pub fn from_draft(
        draft: &Draft,
        defaults: &Defaults,
        wording: impl FnOnce(&str) -> Option<Wording>,
    ) -> Warned<Result<Self, Problems>> {
        let mut reading = Reading::default();
        let sheet = draft.place.sheet(SheetName::Pengaturan.as_str());
        let settings = Settings::from_rows(&draft.settings, &sheet, &defaults.settings, &mut reading);
        let wording = settings.as_ref().and_then(|settings| {
            let found = wording(&settings.profile);
            if found.is_none() {
                let row = draft.settings.iter().find(|row| {
                    Reading::default().text(row, "kunci").is_some_and(|key| key.to_lowercase() == "ragam")
                });
                let place = row.map_or_else(|| sheet.clone(), |row| row.place_of("nilai"));
                reading.report(Problem::new("setting.profile", &place).with("value", &settings.profile));
            }
            found
        });
        if let Some(settings) = &settings {
            doubts::of_emblem(settings.layout.head, defaults.emblems.neutral, &sheet, &mut reading);
        }
        let officials = Officials::from_rows(&draft.officials, &mut reading);
        let names: Vec<&str> = officials.iter().map(|official| official.unit.as_str()).collect();
        let units = unit::units(&draft.units, &names, &defaults.emblems.pictures, &mut reading);
        if draft.officials.is_empty() {
            reading.report(Problem::new("official.none", &draft.place.sheet(SheetName::Pejabat.as_str())));
        }
        // Rows that could not be read still name their official: no second problem for those.
        let known: BTreeSet<String> = draft
            .officials
            .iter()
            .filter_map(|row| Reading::default().text(row, "id"))
            .map(|id| id.to_lowercase())
            .collect();
        let mut objectives = annex::objectives(&draft.objectives, &officials, &known, &mut reading);
        let mut budgets = budget::budgets(&draft.budget, &officials, &known, &mut reading);
        for official in officials.iter().filter(|o| !o.agreement && budgets.contains_key(&o.id)) {
            reading.warn(Problem::new("budget.unused", &official.place).with("official", &official.id));
        }
        doubts::of_budgets(&officials, &budgets, &mut reading);
        if settings.as_ref().is_some_and(|settings| settings.stage.0 > 0) {
            // A pledge is made once a year; a second one looks like the first.
            for official in officials.iter().filter(|o| o.agreement && o.pledge && o.documents_named) {
                reading.warn(Problem::new("pledge.again", &official.place).with("official", &official.id));
            }
        }

        if settings.is_none() || wording.is_none() {
            reading.set_aside(0, &sheet);
        }
        let (problems, warnings) = reading.finish(&draft.place);
        let (Some(settings), Some(wording), true) = (settings, wording, problems.is_empty()) else {
            return Warned { output: Err(Problems::new(problems)), warnings };
        };
        let maker =
            Maker { settings: &settings, officials: &officials, wording: &wording, defaults, units: &units };
        let mut documents = Vec::new();
        for official in officials.iter() {
            if official.agreement {
                let objectives = objectives.remove(&official.id).unwrap_or_default();
                documents.push(maker.agreement(official, objectives, budgets.remove(&official.id)));
            }
            let again = settings.stage.0 > 0 && official.agreement && !official.documents_named;
            if official.pledge && !again {
                documents.push(maker.pledge(official));
            }
        }
        Warned { output: Ok(Self { settings, officials, documents }), warnings }
    }
}

struct Maker<'a> {
    settings: &'a Settings,
    officials: &'a Officials,
    wording: &'a Wording,
    defaults: &'a Defaults,
    units: &'a Units,
}

impl Maker<'_> {
    fn agreement(&self, official: &Official, objectives: Vec<Objective>, budget: Option<Budget>) -> Document {
        let wording = &self.wording.agreement;
        let superior = self.officials.superior(official);
        let mut parties = vec![Party::new(official, Role::First, &wording.first_label)];
        let statement = match superior {
            Some(superior) => {
                parties.push(Party::new(superior, Role::Second, &wording.second_label));
                Statement {
                    opening: wording.opening.clone(),
                    first: Some(wording.first.clone()),
                    second: Some(wording.second.clone()),
                    promises: wording.promises.clone(),
                }
            }
            None => Statement {
                opening: wording.single_opening.clone(),
                first: None,
                second: None,
                promises: wording.single_promises.clone(),
            },
        };
        let (objective_heading, indicator_heading) = self.headings(official);
        let annex = Annex {
            objective_heading: objective_heading.to_owned(),
            indicator_heading: indicator_heading.to_owned(),
            unit_column: wording.unit_column,
            number_row: wording.number_row,
            objectives,
            budget,
        };
        Document {
            statement: Some(statement),
            annex: Some(annex),
            ..self.document(Kind::Agreement, official, &wording.title, parties, "perjanjian-kinerja")
        }
    }

    fn pledge(&self, official: &Official) -> Document {
        let wording = &self.wording.pledge;
        let mut parties = vec![Party::new(official, Role::Maker, &wording.maker_label)];
        if let Some(superior) = self.officials.superior(official) {
            parties.push(Party::new(superior, Role::Witness, &wording.witness_label));
        }
        let mut points = wording.points.clone();
        if !self.officials.supervises(official) {
            points[4].clone_from(&wording.fifth_of_staff);
        }
        for point in &mut points {
            *point = point.replace("{instansi}", &self.settings.institution);
        }
        let opening =
            wording.opening.replace("{nama}", &official.name).replace("{jabatan}", &official.position);
        Document {
            title: vec![wording.title.clone()],
            pledge: Some(Pledge { opening, points }),
            ..self.document(Kind::Pledge, official, "", parties, "pakta-integritas")
        }
    }

    fn document(
        &self,
        kind: Kind,
        official: &Official,
        title: &str,
        parties: Vec<Party>,
        template: &str,
    ) -> Document {
        let settings = self.settings;
        let mut lines = vec![format!("{title} {}TAHUN {}", settings.stage.title_words(), settings.year)];
        if official.level != Level::Head {
            lines.push(official.unit.to_uppercase());
        }
        let region = settings.region.to_uppercase();
        // "KECAMATAN X KABUPATEN Y" as a unit name already says where it is.
        if !lines.iter().any(|line| line.contains(&region)) {
            lines.push(region);
        }
        let unit = self.units.get(&unit::key(&official.unit));
        let address = unit.map(|unit| &unit.address).filter(|address| !address.is_empty());
        let letterhead = (settings.layout.head == Head::Letterhead).then(|| {
            let region = official.level == Level::Head;
            let bare = official.position.strip_prefix(official.capacity.prefix());
            Letterhead {
                // The head of the region: BUPATI X, and nothing else (Permendagri 1/2023).
                name: match region {
                    true => bare.unwrap_or(&official.position).to_uppercase(),
                    false => settings.institution.to_uppercase(),
                },
                unit: (!region).then(|| official.unit.to_uppercase()),
                address: address.unwrap_or(&settings.address).clone(),
            }
        });
        let emblem = unit.and_then(|unit| unit.emblem.clone()).or_else(|| self.defaults.emblems.own.clone());
        Document {
            kind,
            year: settings.year,
            stage: settings.stage,
            institution: settings.institution.clone(),
            template: Template {
                name: template.to_owned(),
                version: self.defaults.versions.get(template).copied().unwrap_or_default(),
                profile: settings.profile.clone(),
                overrides: self.defaults.overrides.clone(),
            },
            layout: settings.layout,
            letterhead,
            emblem: emblem.filter(|_| settings.layout.head != Head::Plain),
            title: lines,
            place: settings.place.clone(),
            date: settings.date,
            parties,
            statement: None,
            pledge: None,
            annex: None,
        }
    }

    /// Headings by level. Whoever stands directly below the head of the region agrees on strategic
    /// objectives, also a Camat, who is an administrator.
    fn headings(&self, official: &Official) -> (&'static str, &'static str) {
        let below_head = self.officials.is_below_head(official);
        match official.level {
            Level::Head | Level::Senior => ("Sasaran Strategis", "Indikator Kinerja"),
            Level::Administrator if below_head => ("Sasaran Strategis", "Indikator Kinerja"),
            Level::Administrator => ("Sasaran Program", "Indikator Kinerja"),
            Level::Supervisor => ("Sasaran Kegiatan", "Indikator Kinerja"),
            Level::Functional | Level::Staff => ("Sasaran", "Indikator Kinerja Individu"),
        }
    }
}
