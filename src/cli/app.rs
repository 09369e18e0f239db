//! What commands have in common: the office folder, its data, its registry, the clock.

use std::path::{Path, PathBuf};

use pk_trust::claim::Id;

use super::configuration::Configuration;
use super::failure::Failure;
use super::term::Term;
use crate::audit::Auditor;
use crate::batch::{Press, Rendered, glyph_problems};
use crate::input;
use crate::model::{Cycle, Defaults, Emblems, Place, Problem, Problems};
use crate::office::{Clock, Office, SystemClock, random};
use crate::registry::{Registry, Reservation, SqliteRegistry};
use crate::render::{Renderer, Templates};
use crate::words::{Words, Zone};

/// The doors of a run.
pub(super) struct App {
    folder: PathBuf,
    /// How the folder was named; `None` if it is only assumed.
    pub(super) named: Option<Named>,
    pub(super) clock: Box<dyn Clock>,
    words: Words,
}

/// How an office folder was named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// By `--office`.
    Option,
    /// By `PK_OFFICE`.
    Variable,
}

impl App {
    pub(super) fn new(office: Option<PathBuf>, by_variable: bool, words: Words) -> Self {
        let named = if by_variable { Named::Variable } else { Named::Option };
        Self {
            named: office.as_ref().map(|_| named),
            folder: office.unwrap_or_else(|| PathBuf::from(".")),
            clock: Box::new(SystemClock),
            words,
        }
    }

    /// The office folder.
    pub(super) fn office(&self) -> Result<Office, Failure> {
        let words = self.words;
        Ok(Office::open(&self.folder)?.while_waiting(move |holder| {
            let values = [("holder", if holder.is_empty() { "pk" } else { holder })];
            Term::new(words).aside(&words.filled("term.waiting", &values));
        }))
    }

    /// The clock of the office, if there is one.
    pub(super) fn zone(&self) -> Option<Zone> {
        Office::open(&self.folder).ok().and_then(|office| office.config().instansi.zona.parse().ok())
    }

    /// The folder in which an office is worked on: the one that was named, or the current one.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The registry of an office.
    #[expect(clippy::unused_self, reason = "a door of the run, like the others")]
    pub(super) fn registry(&self, office: &Office) -> Result<SqliteRegistry, Failure> {
        Ok(SqliteRegistry::open(&office.registry())?)
    }

    /// The registry of an office, for questions only.
    #[expect(clippy::unused_self, reason = "a door of the run, like the others")]
    pub(super) fn registry_to_read(&self, office: &Office) -> Result<Box<dyn Registry + Send>, Failure> {
        Ok(Box::new(SqliteRegistry::open_to_read(&office.registry())?))
    }

    /// An auditor with everything that the office knows.
    pub(super) fn auditor(&self, office: &Office) -> Result<Auditor, Failure> {
        Ok(Auditor {
            trust: office.trust()?,
            host: Some(office.config().instansi.host.clone()),
            registry: Some(self.registry_to_read(office)?),
            templates: Some(Templates::with_folder(&office.templates())?),
            ..Auditor::default()
        })
    }
}

/// The workbook that was named, or the only one in the office's data folder. `command` is what names one of several.
pub(super) fn workbook(office: &Office, named: Option<PathBuf>, command: &str) -> Result<PathBuf, Failure> {
    if let Some(path) = named {
        return Ok(path);
    }
    let folder = office.data();
    let found = workbooks(office);
    match found.as_slice() {
        [one] => Ok(one.clone()),
        [] => Err(Failure::new("fail.no-data").with("path", folder.display())),
        [first, ..] => {
            let causes = found.iter().map(|path| path.display().to_string()).collect();
            let command = format!("{command} {}", first.display());
            Err(Failure { causes, ..Failure::new("fail.several-data") }
                .with("path", folder.display())
                .with("command", command))
        }
    }
}

/// The workbooks in the office's data folder.
pub(super) fn workbooks(office: &Office) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(office.data())
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default();
    found.retain(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let data =
            ["xlsx", "yaml", "yml", "json"].iter().any(|e| name.to_lowercase().ends_with(&format!(".{e}")));
        // `~$2026.xlsx` is the lock of an open Excel.
        !name.starts_with(['.', '~']) && (data || path.is_dir())
    });
    found.sort();
    found
}

/// Reads and checks the data of a year; warnings are shown, problems are the failure.
pub(super) fn cycle(
    term: &Term,
    office: &Office,
    path: &Path,
    renderer: &Renderer,
) -> Result<Cycle, Failure> {
    let read = input::read(path);
    let mut warnings = read.warnings;
    let checked = read.output.and_then(|draft| {
        let templates = renderer.templates();
        let defaults = Defaults {
            settings: office.config().settings(),
            versions: Templates::versions(),
            overrides: templates.overrides(),
            emblems: Emblems {
                own: templates.emblem().filter(|name| name != "emblem.svg"),
                // Who is invented may have an invented emblem (RFC 2606, 2).
                neutral: templates.emblem().is_none() && !office.config().instansi.host.ends_with(".example"),
                pictures: templates.pictures(),
            },
        };
        let mut broken = None;
        let checked = Cycle::from_draft(&draft, &defaults, |profile| match templates.wording(profile)? {
            Ok(wording) => Some(wording),
            Err(error) => {
                broken = Some(error.to_string());
                None
            }
        });
        if let Some(error) = broken {
            return Err(Problems(vec![Problem::new("setting.wording", &draft.place).with("error", error)]));
        }
        warnings.extend(checked.warnings);
        let pictures = picture_problems(renderer);
        let typeface = checked.output.as_ref().map(|cycle| cycle.settings.layout.font).unwrap_or_default();
        let mut glyphs = glyph_problems(&draft, typeface, renderer);
        glyphs.extend(pictures);
        match checked.output {
            Ok(cycle) if glyphs.is_empty() => Ok(cycle),
            Ok(_) => Err(Problems::new(glyphs)),
            Err(mut problems) => {
                let known: Vec<Problem> = problems.0.clone();
                problems.0.extend(glyphs.into_iter().filter(|g| !known.iter().any(|p| p.place == g.place)));
                Err(Problems::new(problems.0))
            }
        }
    });
    term.problems(&warnings, true);
    Ok(checked?)
}

/// Pictures of the office that cannot be printed: found now, not while the first document is made.
fn picture_problems(renderer: &Renderer) -> Vec<Problem> {
    let pictures = renderer.templates().pictures();
    let faults = pictures.iter().filter_map(|name| Some((name, renderer.picture_fault(name)?)));
    let problems = faults.map(|(name, fault)| {
        Problem::new("picture.broken", &Place::file(format!("templates/shared/{name}"))).with("error", fault)
    });
    problems.collect()
}

/// The renderer with the office's templates.
pub(super) fn renderer(office: &Office) -> Result<Renderer, Failure> {
    Ok(Renderer::new(Templates::with_folder(&office.templates())?))
}

/// Who sets the pages of an office: processes of this program.
pub(super) fn press<'r>(office: &Office, renderer: &'r Renderer) -> Press<'r> {
    Press::beside(renderer, office.templates())
}

/// The notes of pages that were set for this user before, beside the user's own configuration.
pub(super) fn rendered() -> Rendered {
    Configuration::of_user().map_or_else(Rendered::default, |own| Rendered::open(&own.rendered()))
}

/// New ids, salts and the day of issue, to be proposed to the registry.
///
/// The day is that of the office's clock: at seven in the morning UTC is still at the day before.
pub(super) fn proposals(count: usize, zone: Zone, clock: &dyn Clock) -> Result<Vec<Reservation>, Failure> {
    let day = zone.day(clock.now());
    (0..count)
        .map(|_| Ok(Reservation { id: Id::from_random(*random::<10>()?), salt: *random::<16>()?, day }))
        .collect()
}

/// Processors to work with.
pub(super) fn jobs(typed: Option<usize>) -> usize {
    typed
        .unwrap_or_else(|| std::thread::available_parallelism().map_or(1, std::num::NonZero::get))
        .clamp(1, 64)
}
