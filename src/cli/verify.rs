//! `pk verify`

use std::fs::File;
use std::io::{self, Read as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use pk_trust::Time;
use pk_trust::verify::{self, Axis, Finding, Issued, Outcome, Overall, Verdict};

use super::app::{App, jobs, rupiah};
use super::failure::Failure;
use super::inputs::{Input, Inputs, Source};
use super::term::{Term, Tone};
use super::workers::in_order;
use crate::audit::{Answer, ArchiveVerdict, Auditor, MissingOrExtra, parse_crls, parse_trust};
use crate::batch::Event;
use crate::office::Office;
use crate::render::Templates;
use crate::words::printable;

/// Check documents, pictures of pages, QR texts and archives
///
/// Exit status: 0 valid, 1 not valid, 3 not broken but the proof is not complete, 2 no verdict.
#[derive(clap::Args, Debug)]
pub(super) struct Verify {
    /// PDF, PNG, JPEG or zip files, folders, patterns, - for standard input, or the text of a QR code
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
    /// The moment for which to answer, e.g. 2026-01-05T08:00:00Z; default: now
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    at: Option<Time>,
    /// One JSON object a file (pk-verdict/1)
    #[arg(long)]
    json: bool,
    /// Also show every single check, and each of several files in full
    #[arg(long, short)]
    verbose: bool,
}

fn parse_time(text: &str) -> Result<Time, String> {
    Time::parse(text).ok_or_else(|| "2026-01-05 / 2026-01-05T08:00:00Z".to_owned())
}

/// Largest file that is looked at.
const MAX_FILE: u64 = 4 * 1024 * 1024 * 1024;

/// Files above this size are looked at one after the other, whatever the number of threads.
const LARGE_FILE: u64 = 64 * 1024 * 1024;

/// Files in memory at once.
const MAX_WORKERS: usize = 8;

/// What came out for one input.
type Checked = Result<Answer, Failure>;

pub(super) fn run(app: &App, term: &mut Term, args: Verify) -> Result<ExitCode, Failure> {
    let at = args.at.unwrap_or_else(|| app.clock.now());
    let office = if args.trust.is_empty() { app.office_if_any()? } else { None };
    let auditor = auditor(app, office.as_ref(), &args)?;
    let inputs = Inputs::from_arguments(&args.files);
    let form = Form { json: args.json, verbose: args.verbose, several: inputs.list.len() > 1 };

    let large = Mutex::new(());
    let count = jobs(None).min(MAX_WORKERS).min(inputs.list.len());
    let mut workers = Vec::new();
    for _ in 0..count {
        // Each thread asks the registry through a connection of its own.
        let registry = office.as_ref().map(|office| app.registry_to_read(office)).transpose()?;
        let auditor = auditor.with_registry(registry);
        let large = &large;
        workers.push(move |input: &Input| check(&auditor, input, at, large));
    }
    let progress = form.several.then(|| term.progress("progress.verify"));
    let event = |event| progress.iter().for_each(|progress| progress.event(event));
    event(Event::Started(inputs.list.len()));
    let mut tally = Tally::default();
    in_order(&inputs.list, workers, |input, checked: Checked| {
        let show = || show(term, input, &checked, &form, tally.files() == 0);
        match &progress {
            Some(progress) => progress.aside(show),
            None => show(),
        }
        tally.count(&checked);
        event(Event::Done);
    })?;
    drop(progress);
    if inputs.passed_over > 0 {
        term.note("verify.passed-over", &[("count", inputs.passed_over.to_string())]);
    }
    if form.several && !form.json {
        term.out("");
        term.say("verify.summary", &tally.values());
    }
    Ok(ExitCode::from(tally.exit_code()))
}

/// How the answers are shown.
struct Form {
    json: bool,
    verbose: bool,
    /// One line a file, and a summary.
    several: bool,
}

/// How many answers of each kind there were.
#[derive(Default)]
struct Tally {
    passed: usize,
    failed: usize,
    indeterminate: usize,
    /// Without a verdict.
    unread: usize,
}

impl Tally {
    fn count(&mut self, checked: &Checked) {
        let kind = match checked {
            Err(_) => &mut self.unread,
            Ok(answer) => match answer.overall() {
                Overall::Passed => &mut self.passed,
                Overall::Failed => &mut self.failed,
                Overall::Indeterminate => &mut self.indeterminate,
            },
        };
        *kind += 1;
    }

    const fn files(&self) -> usize {
        self.passed + self.failed + self.indeterminate + self.unread
    }

    /// Of several files the worst, in the order 1, 2, 3, 0.
    const fn exit_code(&self) -> u8 {
        match self {
            Self { failed: 1.., .. } => 1,
            Self { unread: 1.., .. } => 2,
            Self { indeterminate: 1.., .. } => 3,
            _ => 0,
        }
    }

    fn values(&self) -> [(&'static str, String); 5] {
        [
            ("files", self.files().to_string()),
            ("passed", self.passed.to_string()),
            ("failed", self.failed.to_string()),
            ("indeterminate", self.indeterminate.to_string()),
            ("unread", self.unread.to_string()),
        ]
    }
}

/// What to trust: the files that were named, else the office, else nothing. Read once, whatever the
/// number of files to verify.
fn auditor(app: &App, office: Option<&Office>, args: &Verify) -> Result<Auditor, Failure> {
    let mut auditor = match office {
        Some(office) => app.auditor(office)?,
        // Somebody without an office: the templates in the program are known to everybody.
        None => Auditor { templates: Some(Templates::built_in()), ..Auditor::default() },
    };
    for path in &args.trust {
        parse_trust(&read_small(path)?, &mut auditor)
            .map_err(|error| Failure::from(error).with("path", path.display()))?;
    }
    for path in &args.crl {
        let lists = parse_crls(&read_small(path)?)
            .map_err(|error| Failure::crl(&error).with("path", path.display()))?;
        auditor.anchors.crls.extend(lists);
    }
    auditor.require_revocation = args.require_revocation;
    Ok(auditor)
}

/// Largest file of certificates or revocation lists: the lists of large authorities have a few MB.
const MAX_TRUST: u64 = 64 * 1024 * 1024;

fn read_small(path: &Path) -> Result<Vec<u8>, Failure> {
    let io = |source| crate::office::Error::Io { path: path.to_owned(), source };
    read(File::open(path).map_err(io)?, MAX_TRUST)
        .map_err(io)?
        .ok_or_else(|| Failure::new("fail.too-large").with("file", path.display()))
}

/// Reads to the end; `None` if there is more than `limit`. The length that the file system tells is
/// no help: that of `/dev/zero` is 0.
fn read(from: impl io::Read, limit: u64) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    from.take(limit + 1).read_to_end(&mut bytes)?;
    let fits = u64::try_from(bytes.len()).is_ok_and(|length| length <= limit);
    Ok(fits.then_some(bytes))
}

/// Answers about one input. The decoders of pictures and archives are other people's: if one of them
/// gives up on a hostile file, the other files are still answered.
fn check(auditor: &Auditor, input: &Input, at: Time, large: &Mutex<()>) -> Checked {
    let answered = catch_unwind(AssertUnwindSafe(|| examine(auditor, input, at, large)));
    answered
        .unwrap_or_else(|_| Err(Failure::new("fail.verify-crash")))
        .map_err(|failure| failure.with("file", &input.name))
}

fn examine(auditor: &Auditor, input: &Input, at: Time, large: &Mutex<()>) -> Checked {
    let path = match &input.source {
        Source::Link(text) => return Ok(auditor.link(&input.name, text, at)),
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
                alone = Some(large.lock().unwrap_or_else(PoisonError::into_inner));
            }
            read(file, MAX_FILE)
        }
        _ => read(io::stdin().lock(), MAX_FILE),
    };
    let bytes = bytes.map_err(io)?.ok_or_else(|| Failure::new("fail.too-large"))?;
    let answer = auditor.examine(&input.name, &bytes, at);
    drop(alone);
    Ok(answer?)
}

/// One answer on the terminal: in full if there is only one or everything is wanted, else one line.
fn show(term: &Term, input: &Input, checked: &Checked, form: &Form, first: bool) {
    if form.several && form.verbose && !form.json && !first {
        term.out("");
    }
    match checked {
        Ok(answer) if form.json => print_json(term, answer),
        Ok(answer) if form.several && !form.verbose => print_brief(term, answer),
        Ok(answer) => print(term, answer, form.verbose),
        Err(failure) => {
            if form.json {
                let error = serde_json::json!({
                    "format": verify::FORMAT, "file": input.name, "error": failure.code,
                });
                term.out(&error.to_string());
            } else if form.several {
                print_headline(term, (Tone::Bad, "verdict.none"), &input.name, None);
            }
            term.fail(failure);
        }
    }
}

fn print_json(term: &Term, answer: &Answer) {
    let text = match answer {
        Answer::Document(verdict) => serde_json::to_string(verdict),
        Answer::Archive(verdict) => serde_json::to_string(verdict),
    };
    // Values of our own types, text keys only: this cannot fail.
    term.out(&text.unwrap_or_default());
}

fn print(term: &Term, answer: &Answer, verbose: bool) {
    match answer {
        Answer::Document(verdict) => print_document(term, verdict, verbose),
        Answer::Archive(verdict) => print_archive(term, verdict, verbose),
    }
}

/// Name, headline, and why it is not "valid" where it is not: one line a file.
fn print_brief(term: &Term, answer: &Answer) {
    let (file, reason) = match answer {
        Answer::Document(verdict) => (&verdict.file, reason(term, verdict)),
        Answer::Archive(verdict) => (&verdict.file, archive_reason(term, verdict)),
    };
    print_headline(term, headline(answer.overall()), file, reason.as_deref());
}

fn print_headline(term: &Term, (tone, code): (Tone, &str), file: &str, reason: Option<&str>) {
    let width = ["verdict.passed", "verdict.failed", "verdict.indeterminate", "verdict.none"]
        .map(|code| term.words.plain(code).chars().count())
        .into_iter()
        .max()
        .unwrap_or_default();
    let word = format!("{:<width$}", term.words.plain(code));
    let reason = reason.map(|reason| format!(": {reason}")).unwrap_or_default();
    term.out(&format!("{}  {}{reason}", Term::toned(tone, &word), printable(file)));
}

/// The sentence of the finding that decided; `None` if the document is valid.
fn reason(term: &Term, verdict: &Verdict) -> Option<String> {
    let wanted = match verdict.overall {
        Overall::Passed => return None,
        Overall::Failed => verify::Answer::No,
        Overall::Indeterminate => verify::Answer::Unknown,
    };
    // An unproven time alone decides nothing, so it comes last, as it stands among the lines.
    let lines = verdict.lines.all();
    let (_, line) = lines.iter().find(|(_, line)| line.outcome == wanted)?;
    Some(term.words.text(line.code, &line.detail))
}

fn archive_reason(term: &Term, verdict: &ArchiveVerdict) -> Option<String> {
    if verdict.overall == Overall::Passed {
        return None;
    }
    let (seal, outcome) = verdict.seal;
    if outcome != Outcome::Pass {
        return Some(seal_text(term, verdict, seal));
    }
    if let Some(difference) = verdict.differences.first() {
        return Some(difference_text(term, difference));
    }
    let document = verdict.documents.iter().find(|d| d.overall == verdict.overall);
    match document.and_then(|d| Some((d, reason(term, d)?))) {
        Some((document, reason)) => Some(format!("{}: {reason}", printable(&document.file))),
        None => Some(count_text(term, verdict).trim_start().to_owned()),
    }
}

const fn headline(overall: Overall) -> (Tone, &'static str) {
    match overall {
        Overall::Passed => (Tone::Good, "verdict.passed"),
        Overall::Failed => (Tone::Bad, "verdict.failed"),
        Overall::Indeterminate => (Tone::Open, "verdict.indeterminate"),
    }
}

fn print_document(term: &Term, verdict: &Verdict, verbose: bool) {
    let (tone, code) = headline(verdict.overall);
    term.out(&format!("{}  {}", Term::toned(tone, &term.words.plain(code)), printable(&verdict.file)));
    for (axis, line) in verdict.lines.all() {
        let (tone, answer) = match line.outcome {
            verify::Answer::Yes => (Tone::Good, "answer.yes"),
            verify::Answer::No => (Tone::Bad, "answer.no"),
            verify::Answer::Unknown => (Tone::Open, "answer.unknown"),
        };
        let answer = term.words.plain(answer);
        term.out(&format!(
            "  {:<10} {}  {}",
            term.words.plain(axis_code(axis)),
            Term::toned(tone, &format!("{answer:<15}")),
            term.words.text(line.code, &line.detail),
        ));
        if line.outcome != verify::Answer::Yes
            && let Some(hint) = term.words.hint(line.code, &line.detail)
        {
            term.out(&format!("             {}", Term::toned(Tone::Faint, &format!("→ {hint}"))));
        }
    }
    for signature in &verdict.signatures {
        let values = [
            ("field", signature.field.clone()),
            ("signer", signature.signer.clone().unwrap_or_else(|| "?".to_owned())),
            ("time", signature.claimed_time.clone().unwrap_or_else(|| "?".to_owned())),
        ];
        term.out(&format!("  {}", term.text("verdict.signature", &values)));
        if verbose {
            print_findings(term, &signature.findings);
        }
    }
    if let Some(document) = &verdict.document
        && let Some(issued) = &document.issued
    {
        print_issued(term, issued, &document.kind, document.year, &document.id);
    }
    if verbose {
        print_findings(term, &verdict.findings);
    }
}

/// What the seal vouches for, to be compared with the paper in one's hand.
fn print_issued(term: &Term, issued: &Issued, kind: &str, year: u16, id: &str) {
    let id = id.parse::<pk_trust::claim::Id>().map_or_else(|_| id.to_owned(), |id| id.grouped());
    let kind_name = term.words.plain(&format!("kind.{kind}"));
    term.say(
        "verdict.issued",
        &[
            ("by", issued.by.clone()),
            ("on", issued.on.clone()),
            ("kind", kind_name),
            ("year", year.to_string()),
            ("id", id),
            ("host", issued.host.clone()),
        ],
    );
    if kind == "agreement" {
        term.say(
            "verdict.compare",
            &[("indicators", issued.indicators.to_string()), ("budget", rupiah(issued.budget))],
        );
    }
}

fn print_findings(term: &Term, findings: &[Finding]) {
    for finding in findings {
        let (tone, mark) = match finding.outcome {
            Outcome::Pass => (Tone::Good, "+"),
            Outcome::Fail => (Tone::Bad, "x"),
            Outcome::NotChecked => (Tone::Open, "?"),
        };
        let place = finding.place.as_ref().map(|p| format!(" ({p})")).unwrap_or_default();
        term.out(&format!(
            "      {} {}{} {}",
            Term::toned(tone, mark),
            term.words.text(finding.code, &finding.detail),
            place,
            Term::toned(Tone::Faint, &format!("[{}]", finding.code)),
        ));
    }
}

const fn axis_code(axis: Axis) -> &'static str {
    match axis {
        Axis::Integrity => "axis.integrity",
        Axis::Issuer => "axis.issuer",
        Axis::Status => "axis.status",
        Axis::Time => "axis.time",
        Axis::Remark => "axis.remark",
    }
}

fn print_archive(term: &Term, verdict: &ArchiveVerdict, verbose: bool) {
    let (tone, code) = headline(verdict.overall);
    term.out(&format!("{}  {}", Term::toned(tone, &term.words.plain(code)), printable(&verdict.file)));
    let (seal, outcome) = verdict.seal;
    let tone = match outcome {
        Outcome::Pass => Tone::Good,
        Outcome::Fail => Tone::Bad,
        Outcome::NotChecked => Tone::Open,
    };
    term.out(&format!("  {}", Term::toned(tone, &seal_text(term, verdict, seal))));
    for difference in &verdict.differences {
        term.out(&format!("  {}", Term::toned(Tone::Bad, &difference_text(term, difference))));
    }
    term.out(&count_text(term, verdict));
    for document in verdict.documents.iter().filter(|d| verbose || d.overall != Overall::Passed) {
        print_document(term, document, verbose);
    }
}

fn seal_text(term: &Term, verdict: &ArchiveVerdict, code: &str) -> String {
    term.text(code, &[("institution", verdict.institution.clone())])
}

fn difference_text(term: &Term, difference: &MissingOrExtra) -> String {
    let (code, path) = match difference {
        MissingOrExtra::Missing(path) => ("archive.missing", path),
        MissingOrExtra::Extra(path) => ("archive.extra", path),
        MissingOrExtra::Changed(path) => ("archive.changed", path),
    };
    term.text(code, &[("path", path.clone())])
}

fn count_text(term: &Term, verdict: &ArchiveVerdict) -> String {
    let count = |overall| verdict.documents.iter().filter(|d| d.overall == overall).count().to_string();
    term.text(
        "archive.count",
        &[
            ("documents", verdict.documents.len().to_string()),
            ("passed", count(Overall::Passed)),
            ("failed", count(Overall::Failed)),
            ("indeterminate", count(Overall::Indeterminate)),
        ],
    )
}
