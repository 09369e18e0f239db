//! `pk demo`

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use pk_trust::pki::keyfile::Cost;
use pk_trust::verify::Overall;
use zeroize::Zeroizing;

use super::algorithm::AlgorithmArg;
use super::app::{self, App, jobs};
use super::failure::Failure;
use super::term::{Term, Tone};
use super::{archive, generate, init, key};
use crate::audit::Answer;
use crate::batch::{Changed, Desk, Event, SignSummary, Tools, pending_for, sign};
use crate::input::filled_workbook;
use crate::model::{Cycle, SheetName};
use crate::office::{Config, Office, Passphrase, Protection, durable};
use crate::render::Renderer;

/// Show the whole way on an invented regency: data, documents, signatures, archive, verification
#[derive(clap::Args, Debug)]
pub(super) struct Demo {
    /// Folder to make
    #[arg(default_value = "pk-demo")]
    folder: PathBuf,
    /// Algorithm of all keys
    #[arg(long, value_enum, default_value_t)]
    algorithm: AlgorithmArg,
}

/// Protects nothing: it is printed at the end, so that the reader can try the commands.
const PASSPHRASE: &str = "demo-kabupaten-contoh";

const SAMPLE: [(SheetName, &str); 4] = [
    (SheetName::Pengaturan, include_str!("../../examples/kabupaten-contoh/pengaturan.csv")),
    (SheetName::Pejabat, include_str!("../../examples/kabupaten-contoh/pejabat.csv")),
    (SheetName::Sasaran, include_str!("../../examples/kabupaten-contoh/sasaran.csv")),
    (SheetName::Anggaran, include_str!("../../examples/kabupaten-contoh/anggaran.csv")),
];

pub(super) fn run(app: &App, term: &mut Term, args: Demo) -> Result<ExitCode, Failure> {
    if args.folder.exists() {
        return Err(Failure::new("fail.demo-exists").with("path", args.folder.display()));
    }
    let whole = Instant::now();
    let passphrase = Passphrase::new(Zeroizing::new(PASSPHRASE.to_owned()));
    let mut steps = Steps { term, started: Instant::now() };

    let config = Config::template("Pemerintah Kabupaten Contoh", "cek.contoh.example", args.algorithm.into());
    let office = init::make(app, &args.folder, &config, &passphrase, Cost::DEMONSTRATION)?;
    let path = write_sample(app, &office)?;
    steps.done("demo.office", &[("folder", args.folder.display().to_string())]);

    let renderer = app::renderer(&office)?;
    let cycle = app::cycle(steps.term, &office, &path, &renderer)?;
    steps.done(
        "demo.data",
        &[
            ("officials", cycle.officials.iter().count().to_string()),
            ("documents", cycle.documents.len().to_string()),
        ],
    );

    let issuing = office.open_issuing(&passphrase)?;
    let protection = Protection { algorithm: None, passphrase: &passphrase, cost: Cost::DEMONSTRATION };
    let keys = key::new_for_all(app, steps.term, &office, &cycle, &issuing, &protection)?;
    steps.done("demo.keys", &[("keys", keys.to_string())]);

    let mut registry = app.registry(&office)?;
    let seal = office.open_seal(&passphrase, app.clock.now())?;
    let mut tools = Tools {
        office: &office,
        press: app::press(&office, &renderer),
        templates: renderer.templates(),
        rendered: app::rendered(),
        seal: &seal,
        registry: &mut registry,
        clock: app.clock.as_ref(),
        jobs: jobs(None),
        stop: &|| false,
        reissue: BTreeSet::new(),
    };
    let made = generate::make(steps.term, &cycle, Changed::Refuse, &mut tools)?;
    steps.done("demo.generate", &[("documents", made.issued.to_string())]);

    let signed = sign_all(app, steps.term, &office, &cycle, &passphrase, &renderer, &mut registry)?;
    steps.done(
        "demo.sign",
        &[("signatures", signed.signed.to_string()), ("complete", signed.completed.to_string())],
    );

    let wanted = archive::Wanted::default();
    let entries = wanted.entries(&registry)?;
    let zip = office.archive().join(format!("{}.zip", cycle.settings.year));
    let packed = archive::pack(steps.term, &office, &registry, wanted, &seal, &zip)?;
    steps.done(
        "demo.archive",
        &[("documents", packed.documents.to_string()), ("file", zip.display().to_string())],
    );

    let verified = verify_all(app, steps.term, &office, &entries)?;
    let archive_holds = verify_archive(app, &office, &zip)?;
    let expected = cycle.documents.len();
    steps.done("demo.verify", &[("verified", verified.to_string()), ("documents", expected.to_string())]);

    let complete = entries.len() == expected && verified == expected && archive_holds;
    let first = &entries.get(1).or(entries.first());
    let sample = first
        .map(|e| office.document_file(&e.reservation.id.to_string(), e.revision).display().to_string())
        .unwrap_or_default();
    let values = [
        ("documents", verified.to_string()),
        (
            "seconds",
            format!("{:.1}", whole.elapsed().as_secs_f64())
                .replace('.', term.words.plain("term.decimal").as_str()),
        ),
        ("folder", args.folder.display().to_string()),
        ("sample", sample),
        ("zip", zip.display().to_string()),
        ("workbook", path.display().to_string()),
        ("passphrase", PASSPHRASE.to_owned()),
    ];
    if !complete {
        term.note("demo.failed", &values);
        return Ok(ExitCode::from(1));
    }
    term.say("demo.done", &values);
    Ok(ExitCode::SUCCESS)
}

/// Prints each step with the time it took.
struct Steps<'t> {
    term: &'t mut Term,
    started: Instant,
}

impl Steps<'_> {
    fn done(&mut self, code: &str, values: &[(&'static str, String)]) {
        let seconds = format!("{:5.2} s", self.started.elapsed().as_secs_f64())
            .replace('.', self.term.words.plain("term.decimal").as_str());
        self.term.out(&format!(
            "{} {}  {}",
            Term::toned(Tone::Good, "✓"),
            Term::toned(Tone::Faint, &seconds),
            self.term.text(code, values),
        ));
        self.started = Instant::now();
    }
}

/// The sample workbook, dated today: the demonstration is its own signing day.
fn write_sample(app: &App, office: &Office) -> Result<PathBuf, Failure> {
    let now = app.clock.now().to_string();
    let (date, year) = (now.get(..10).unwrap_or_default(), now.get(..4).unwrap_or_default());
    let workbook = filled_workbook(|sheet| {
        let text = SAMPLE.iter().find(|(name, _)| *name == sheet).map_or("", |(_, text)| *text);
        if sheet == SheetName::Pengaturan {
            let lines = text.lines().map(|line| match line.split_once(',') {
                Some(("tahun", _)) => format!("tahun,{year}\n"),
                Some(("tanggal", _)) => format!("tanggal,{date}\n"),
                _ => format!("{line}\n"),
            });
            return lines.collect();
        }
        text.to_owned()
    })?;
    let path = office.data().join(format!("{year}.xlsx"));
    durable::write_new(&path, &workbook)
        .map_err(|source| crate::office::Error::Io { path: path.clone(), source })?;
    Ok(path)
}

/// Every official signs what waits for them; superiors come last, as in the ceremony.
fn sign_all(
    app: &App,
    term: &Term,
    office: &Office,
    cycle: &Cycle,
    passphrase: &Passphrase,
    renderer: &Renderer,
    registry: &mut crate::registry::SqliteRegistry,
) -> Result<SignSummary, Failure> {
    let progress = term.progress("progress.sign");
    // Each is looked at, and then signed.
    let total: usize = cycle.documents.iter().map(|d| 2 * d.parties().len()).sum();
    progress.event(Event::Started(total));
    let mut summary = SignSummary::default();
    // Depth first: who has a superior signs before the superior does.
    let mut officials: Vec<_> = cycle.officials.iter().collect();
    officials.sort_by_key(|official| {
        let chain = std::iter::successors(Some(*official), |o| cycle.officials.superior(o));
        std::cmp::Reverse(chain.count())
    });
    for official in officials {
        let pending = pending_for(&official.id, registry)?;
        if pending.is_empty() {
            continue;
        }
        let signer = office.open_official(&official.id, passphrase, app.clock.now())?;
        let mut desk = Desk {
            office,
            renderer,
            rendered: app::rendered(),
            registry,
            clock: app.clock.as_ref(),
            jobs: app::jobs(None),
            stop: &|| false,
        };
        let done = sign(&pending, &signer, &mut desk, &mut |event| {
            if event == Event::Done {
                progress.event(event);
            }
        })?;
        summary.signed += done.signed;
        summary.completed += done.completed;
    }
    Ok(summary)
}

fn verify_all(
    app: &App,
    term: &Term,
    office: &Office,
    entries: &[crate::registry::Entry],
) -> Result<usize, Failure> {
    let auditor = app.auditor(office)?;
    let progress = term.progress("progress.verify");
    progress.event(Event::Started(entries.len()));
    let mut passed = 0;
    for entry in entries {
        let path = office.document_file(&entry.reservation.id.to_string(), entry.revision);
        let bytes =
            std::fs::read(&path).map_err(|source| crate::office::Error::Io { path: path.clone(), source })?;
        let answer = auditor.examine(&path.display().to_string(), &bytes, app.clock.now())?;
        if answer.overall() == Overall::Passed {
            passed += 1;
        } else if let Answer::Document(verdict) = &answer {
            term.note("demo.not-valid", &[("file", verdict.file.clone())]);
        }
        progress.event(Event::Done);
    }
    Ok(passed)
}

fn verify_archive(app: &App, office: &Office, zip: &std::path::Path) -> Result<bool, Failure> {
    let bytes =
        std::fs::read(zip).map_err(|source| crate::office::Error::Io { path: zip.to_owned(), source })?;
    let answer = app.auditor(office)?.examine(&zip.display().to_string(), &bytes, app.clock.now())?;
    Ok(answer.overall() == Overall::Passed)
}
