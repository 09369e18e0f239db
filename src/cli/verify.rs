//! `pk verify`

use std::fs::File;
use std::io::{self, Read as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use pk_trust::claim::Id;
use pk_trust::verify::{Document, Overall};
use pk_trust::{Time, When};
use sha2::{Digest as _, Sha256};

use super::anchors::Anchors;
use super::answers::{Form, Vouching, print_notice, show};
use super::app::{App, jobs};
use super::failure::Failure;
use super::inputs::{Input, Inputs, Source};
use super::moment;
use super::term::Term;
use crate::audit::{self, Answer, Auditor};
use crate::batch::{Event, recorded_file};
use crate::office::{Office, durable};
use crate::report::{self, About, Entry, Pages, Report, Unread};
use crate::words::{Zone, printable};
use crate::workers::in_order;

/// Check documents, pictures of pages, QR texts and archives
///
/// Exit status: 0 valid; 1 not valid; 3 not broken, but the proof is not complete, or genuine and no longer in
/// force; 2 no verdict.
#[derive(clap::Args, Debug)]
pub(super) struct Verify {
    /// PDF, PNG, JPEG, WebP or zip files, folders, patterns, - for standard input, or the text of a QR code
    #[arg(required = true)]
    files: Vec<String>,
    /// Certificates to trust instead of the office's: PEM with roots, seals and revocation lists, or DER
    #[arg(long, value_name = "FILE")]
    trust: Vec<PathBuf>,
    /// Further revocation lists: X.509 CRLs in PEM or DER
    #[arg(long, value_name = "FILE")]
    crl: Vec<PathBuf>,
    /// Refuse signatures and seals of which it is not known whether they were revoked
    #[arg(long)]
    require_revocation: bool,
    /// The moment for which to answer: a day, or a time such as 2026-01-05T08:00, by the office's clock or with a zone
    /// (WIB, WITA, WIT, +07:00, Z); default: now
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// One JSON object a file (pk-verdict/1)
    #[arg(long)]
    json: bool,
    /// Also write everything to an HTML page, with pictures of the pages, to be kept or printed
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Also show every single check, and each of several files in full
    #[arg(long, short)]
    verbose: bool,
}

/// Largest file that is looked at.
const MAX_FILE: u64 = 1024 * 1024 * 1024;

/// Files above this size are looked at one after the other, whatever the number of threads.
const LARGE_FILE: u64 = 64 * 1024 * 1024;

/// Files in memory at once.
const MAX_WORKERS: usize = 8;

/// What came out for one input.
struct Checked {
    answer: Result<Answer, Failure>,
    /// Of the bytes that were read, hexadecimal; for the report.
    sha256: Option<String>,
    pages: Option<Pages>,
}

pub(super) fn run(app: &App, term: &mut Term, args: Verify) -> Result<ExitCode, Failure> {
    if let Some(path) = &args.report {
        refuse_other_than_html(path)?;
    }
    let now = app.clock.now();
    let at = moment(now, term.words.zone(), args.at.as_deref())?;
    let Anchors { mut auditor, office, left } = Anchors::gather(app, &args.trust, &args.crl)?;
    // With --trust nothing else counts, and so nobody asks the register of the office that was named.
    if !args.trust.is_empty() && app.named.is_some() {
        let trust: Vec<String> = args.trust.iter().map(|path| path.display().to_string()).collect();
        let values = [("office", app.folder().display().to_string()), ("trust", trust.join(", "))];
        term.note("verify.office-unused", &values);
    }
    auditor.trust.require_revocation = args.require_revocation;
    auditor.draw = Some(report::draw_to_read);
    if args.at.is_some() {
        term.note("verify.at", &[("time", at.to_string())]);
    }
    let left = left.map(|left| {
        let (code, values) = left.sentence();
        term.text(code, &values)
    });
    let inputs = inputs(app, &args.files);
    let form = Form { json: args.json, verbose: args.verbose, several: inputs.list.len() > 1 };
    let report = args.report.is_some();
    let wish =
        Wish { when: When { at, now }, large: Mutex::new(()), report, pictures: AtomicBool::new(report) };

    let count = jobs(None).min(MAX_WORKERS).min(inputs.list.len());
    let mut workers = Vec::new();
    let mut first = auditor.registry.take();
    for _ in 0..count {
        // Each thread asks the registry through a connection of its own; one is open already.
        let registry = match (first.take(), &office) {
            (None, Some(office)) => Some(app.registry_to_read(office)?),
            (open, _) => open,
        };
        let auditor = auditor.with_registry(registry);
        let wish = &wish;
        workers.push(move |input: &Input| check(&auditor, input, wish));
    }
    let progress = (form.several || args.report.is_some()).then(|| term.progress("progress.verify"));
    let event = |event| progress.iter().for_each(|progress| progress.event(event));
    event(Event::Started(inputs.list.len()));
    let mut tally = Tally::default();
    let mut report = Report::default();
    let mut vouching = Vouching::default();
    in_order(&inputs.list, workers, |input, checked: Checked| {
        let show = || show(term, input, &checked.answer, &form, tally.files() == 0);
        match &progress {
            Some(progress) => progress.aside(show),
            None => show(),
        }
        tally.count(&checked.answer);
        vouching.add(&checked.answer, &term.words);
        if args.report.is_some() {
            report.add(entry(term, input, checked));
            if report.is_full() {
                wish.pictures.store(false, Ordering::Relaxed);
            }
        }
        event(Event::Done);
        Ok::<_, Failure>(())
    })?;
    drop(progress);
    if inputs.passed_over > 0 {
        term.note("verify.passed-over", &[("count", inputs.passed_over.to_string())]);
    }
    if inputs.older > 0 {
        term.note("verify.older", &[("count", inputs.older.to_string())]);
    }
    if form.several && !form.json {
        term.out("");
        term.say("verify.summary", &tally.values());
        for root in vouching.roots.iter().filter(|_| !form.verbose) {
            term.say("verdict.root", &[("root", report::trusted(&term.words, root))]);
        }
        for notice in vouching.notices.iter().filter(|_| !form.verbose) {
            print_notice(term, notice);
        }
    }
    if let Some(left) = &left {
        // Beside the objects there is no place for it.
        if form.json { term.aside(left) } else { term.out(left) }
    }
    if let Some(path) = &args.report {
        let about = About {
            at,
            made: app.clock.now(),
            roots: auditor.roots(),
            office_here: left,
            registry: office.is_some(),
            passed_over: inputs.passed_over,
            older: inputs.older,
        };
        durable::replace_shared(path, report.html(&about, &term.words).as_bytes())
            .map_err(|source| crate::office::Error::Io { path: path.clone(), source })?;
        term.note("verify.report", &[("path", path.display().to_string())]);
    }
    Ok(ExitCode::from(tally.exit_code()))
}

/// The moment for which to answer.
fn moment(now: Time, zone: Zone, typed: Option<&str>) -> Result<Time, Failure> {
    let Some(text) = typed else { return Ok(now) };
    moment::parse(text, zone, now).ok_or_else(|| Failure::new("fail.moment").with("value", printable(text)))
}

/// The arguments as inputs, with the file of a document in the place of its code, or of a link that holds nothing but the
/// code: in an office the register and the file are at hand.
fn inputs(app: &App, arguments: &[String]) -> Inputs {
    let office = app.office().ok();
    let mut inputs = Inputs::default();
    for argument in arguments {
        // In an office a code is a document of its register, whatever lies here under that name.
        let code: Option<Id> =
            argument.parse().ok().filter(|_| office.is_some() || !Path::new(argument).exists());
        let link = office.as_ref().and_then(|office| code_in_link(argument, &office.config().instansi.host));
        let Some(id) = code.or(link) else {
            inputs.add(argument);
            continue;
        };
        match file_of(app, office.as_ref(), &id) {
            Ok(path) => inputs.add(&path),
            Err(failure) if code.is_some() => inputs.nothing(argument, failure),
            // As any other link.
            Err(_) => inputs.add(argument),
        }
    }
    inputs
}

/// The newest file of a document of this office.
fn file_of(app: &App, office: Option<&Office>, id: &Id) -> Result<String, Failure> {
    let Some(office) = office else {
        return Err(Failure::new("fail.code-alone").with("id", id.grouped()));
    };
    let entry = app.registry_to_read(office)?.find(id)?;
    let entry = entry.ok_or_else(|| Failure::new("fail.unknown-document").with("id", id.grouped()))?;
    let path = office.document_file(&id.to_string(), entry.revision);
    // Another document's file in its place must not answer for it.
    match recorded_file(&entry, office)? {
        Some(_) => Ok(path.display().to_string()),
        None => Err(Failure::new("fail.document-changed").with("path", path.display())),
    }
}

/// The code in a link to the page of an office, if there is no claim behind it.
fn code_in_link(text: &str, host: &str) -> Option<Id> {
    let rest = text.trim().strip_prefix("https://")?.strip_prefix(host)?.strip_prefix("/V/")?;
    rest.trim_end_matches(['#', '/']).parse().ok()
}

/// A report replaces what was there under its name. That must not be a signed document.
fn refuse_other_than_html(path: &Path) -> Result<(), Failure> {
    let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    if ["html", "htm"].contains(&ending.as_str()) {
        return Ok(());
    }
    Err(Failure::new("fail.report-name").with("path", path.display()))
}

/// What the threads have to know.
struct Wish {
    when: When,
    /// Held while a large file is in memory.
    large: Mutex<()>,
    /// Whether a report is made.
    report: bool,
    /// Whether pictures of the pages are wanted (still).
    pictures: AtomicBool,
}

/// What the report says of one input.
fn entry(term: &Term, input: &Input, checked: Checked) -> Entry {
    let answer = checked.answer.map_err(|failure| Unread {
        message: term.words.text(failure.code, &failure.values),
        hint: term.words.hint(failure.code, &failure.values),
        causes: failure.causes(&term.words, &failure.values),
    });
    Entry { name: printable(&input.name).into_owned(), sha256: checked.sha256, answer, pages: checked.pages }
}

/// How many answers of each kind there were.
#[derive(Default)]
struct Tally {
    passed: usize,
    failed: usize,
    indeterminate: usize,
    /// Genuine, and no longer in force.
    ended: usize,
    /// Without a verdict.
    unread: usize,
}

impl Tally {
    fn count(&mut self, answer: &Result<Answer, Failure>) {
        let kind = match answer {
            Err(_) => &mut self.unread,
            Ok(answer) => match answer.overall() {
                Overall::Passed => &mut self.passed,
                Overall::Failed => &mut self.failed,
                Overall::Indeterminate => &mut self.indeterminate,
                Overall::Ended => &mut self.ended,
            },
        };
        *kind += 1;
    }

    const fn files(&self) -> usize {
        self.passed + self.failed + self.indeterminate + self.ended + self.unread
    }

    /// Of several files the worst, in the order 1, 2, 3, 0.
    const fn exit_code(&self) -> u8 {
        match self {
            Self { failed: 1.., .. } => 1,
            Self { unread: 1.., .. } => 2,
            Self { indeterminate: 1.., .. } | Self { ended: 1.., .. } => 3,
            _ => 0,
        }
    }

    fn values(&self) -> [(&'static str, String); 6] {
        [
            ("files", self.files().to_string()),
            ("passed", self.passed.to_string()),
            ("failed", self.failed.to_string()),
            ("indeterminate", self.indeterminate.to_string()),
            ("ended", self.ended.to_string()),
            ("unread", self.unread.to_string()),
        ]
    }
}

/// Reads to the end; `None` if there is more than `limit`. The length that the file system tells is
/// no help: that of `/dev/zero` is 0.
pub(super) fn read_up_to(from: impl io::Read, limit: u64) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    from.take(limit + 1).read_to_end(&mut bytes)?;
    let fits = u64::try_from(bytes.len()).is_ok_and(|length| length <= limit);
    Ok(fits.then_some(bytes))
}

/// Answers about one input. The decoders of pictures and archives are other people's: if one of them
/// gives up on a hostile file, the other files are still answered.
fn check(auditor: &Auditor, input: &Input, wish: &Wish) -> Checked {
    let checked = catch_unwind(AssertUnwindSafe(|| examine(auditor, input, wish)));
    let lost = |failure| Checked { answer: Err(failure), sha256: None, pages: None };
    let mut checked = match checked {
        Ok(Ok(checked)) => checked,
        Ok(Err(failure)) => lost(failure),
        Err(_) => lost(Failure::new("fail.verify-crash")),
    };
    checked.answer = checked.answer.map_err(|failure| failure.with("file", &input.name));
    checked
}

/// # Errors
///
/// If the input cannot be read.
fn examine(auditor: &Auditor, input: &Input, wish: &Wish) -> Result<Checked, Failure> {
    let path = match &input.source {
        Source::Link(text) => {
            let answer = Ok(auditor.link(&input.name, text, wish.when));
            return Ok(Checked { answer, sha256: None, pages: None });
        }
        Source::Nothing(failure) => return Err(failure.clone()),
        Source::StandardInput => Path::new("-"),
        Source::File(path) => path,
    };
    let io = |source| crate::office::Error::Io { path: path.to_owned(), source };
    let mut alone = None;
    let bytes = match &input.source {
        Source::File(path) => {
            let file = File::open(path).map_err(io)?;
            if file.metadata().map_err(io)?.len() > LARGE_FILE {
                alone = Some(wish.large.lock().unwrap_or_else(PoisonError::into_inner));
            }
            read_up_to(file, MAX_FILE)
        }
        _ => read_up_to(io::stdin().lock(), MAX_FILE),
    };
    let bytes = bytes.map_err(io)?.ok_or_else(|| Failure::new("fail.too-large"))?;
    let sha256 = wish.report.then(|| data_encoding::HEXLOWER.encode(&Sha256::digest(&bytes)));
    // Opened once, also for the places of the fields in the report.
    let opened = audit::is_pdf(&input.name, &bytes).then(|| Document::open(&bytes));
    let answer = match &opened {
        Some(document) => auditor.examine_opened(&input.name, document, wish.when),
        None => auditor.examine(&input.name, &bytes, wish.when),
    };
    let pages = match opened.filter(|_| wish.report && bytes.starts_with(b"%PDF-")) {
        Some(document) if wish.pictures.load(Ordering::Relaxed) => Some(Pages::of(&document)),
        Some(_) => Some(Pages::left_out()),
        None => None,
    };
    let answer = answer.map_err(Failure::from);
    drop(alone);
    Ok(Checked { answer, sha256, pages })
}
