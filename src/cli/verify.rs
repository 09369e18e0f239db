//! `pk verify`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use pk_trust::Time;
use pk_trust::verify::{self, Axis, Finding, Issued, Outcome, Overall, Verdict};

use super::app::{App, rupiah};
use super::failure::Failure;
use super::term::{Term, Tone};
use crate::audit::{Answer, ArchiveVerdict, Auditor, MissingOrExtra, PictureVerdict, parse_trust};
use crate::render::Templates;

/// Check documents, pictures of pages, QR texts and archives
///
/// Exit status: 0 valid, 1 not valid, 3 not broken but the proof is not complete, 2 no verdict.
#[derive(clap::Args, Debug)]
pub(super) struct Verify {
    /// PDF, PNG, JPEG, WebP or zip files, or the text of a QR code
    #[arg(required = true)]
    files: Vec<String>,
    /// Certificates to trust instead of the office's: PEM with roots, seals and revocation lists
    #[arg(long, value_name = "FILE")]
    trust: Vec<PathBuf>,
    /// The moment for which to answer, e.g. 2026-01-05T08:00:00Z; default: now
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    at: Option<Time>,
    /// One JSON object a file (pk-verdict/1)
    #[arg(long)]
    json: bool,
    /// Also show every single check
    #[arg(long, short)]
    verbose: bool,
}

fn parse_time(text: &str) -> Result<Time, String> {
    Time::parse(text).ok_or_else(|| "2026-01-05 / 2026-01-05T08:00:00Z".to_owned())
}

/// Largest file that is looked at.
const MAX_FILE: u64 = 4 * 1024 * 1024 * 1024;

pub(super) fn run(app: &App, term: &mut Term, args: Verify) -> Result<ExitCode, Failure> {
    let auditor = auditor(app, &args.trust)?;
    let at = args.at.unwrap_or_else(|| app.clock.now());
    let mut codes = Vec::new();
    for (i, file) in args.files.iter().enumerate() {
        if i > 0 && !args.json {
            term.out("");
        }
        match examine(&auditor, file, at) {
            Ok(answer) => {
                codes.push(exit_code(answer.overall()));
                if args.json {
                    print_json(term, &answer);
                } else {
                    print(term, &answer, args.verbose);
                }
            }
            Err(failure) => {
                let failure = failure.with("file", file);
                if args.json {
                    let error = serde_json::json!({
                        "format": verify::FORMAT, "file": file, "error": failure.code,
                    });
                    term.out(&error.to_string());
                }
                term.fail(&failure);
                codes.push(2);
            }
        }
    }
    // Of several files the worst, in the order 1, 2, 3, 0.
    let worst = [1, 2, 3].into_iter().find(|code| codes.contains(code)).unwrap_or(0);
    Ok(ExitCode::from(worst))
}

const fn exit_code(overall: Overall) -> u8 {
    match overall {
        Overall::Passed => 0,
        Overall::Failed => 1,
        Overall::Indeterminate => 3,
    }
}

/// What to trust: the files that were named, else the office, else nothing.
fn auditor(app: &App, trust: &[PathBuf]) -> Result<Auditor, Failure> {
    if trust.is_empty() {
        return match app.office_if_any()? {
            Some(office) => app.auditor(&office),
            None => Ok(outsider()),
        };
    }
    let mut auditor = outsider();
    for path in trust {
        let text = std::fs::read_to_string(path)
            .map_err(|source| crate::office::Error::Io { path: path.clone(), source })?;
        parse_trust(&text, &mut auditor)?;
    }
    Ok(auditor)
}

/// Somebody without an office: the templates in the program are known to everybody.
fn outsider() -> Auditor {
    Auditor { templates: Some(Templates::built_in()), ..Auditor::default() }
}

fn examine(auditor: &Auditor, file: &str, at: Time) -> Result<Answer, Failure> {
    if file.starts_with("https://") && !Path::new(file).exists() {
        return Ok(auditor.link(file, file, at));
    }
    let path = PathBuf::from(file);
    let io = |source| crate::office::Error::Io { path: path.clone(), source };
    let metadata = std::fs::metadata(&path).map_err(io)?;
    if metadata.len() > MAX_FILE {
        return Err(Failure::new("fail.too-large"));
    }
    let bytes = std::fs::read(&path).map_err(io)?;
    Ok(auditor.examine(file, &bytes, at)?)
}

fn print_json(term: &Term, answer: &Answer) {
    let text = match answer {
        Answer::Document(verdict) => serde_json::to_string(verdict),
        Answer::Picture(verdict) => serde_json::to_string(verdict),
        Answer::Archive(verdict) => serde_json::to_string(verdict),
    };
    // Values of our own types, text keys only: this cannot fail.
    term.out(&text.unwrap_or_default());
}

fn print(term: &Term, answer: &Answer, verbose: bool) {
    match answer {
        Answer::Document(verdict) => print_document(term, verdict, verbose),
        Answer::Picture(verdict) => print_picture(term, verdict, verbose),
        Answer::Archive(verdict) => print_archive(term, verdict, verbose),
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
    term.out(&format!("{}  {}", Term::toned(tone, &term.words.plain(code)), verdict.file));
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
    } else {
        // The reader may have meant another code than the one that was judged.
        print_codes(term, &verdict.findings);
    }
}

/// What there is to say about codes that are no claims, or lead elsewhere.
fn print_codes(term: &Term, findings: &[Finding]) {
    let codes = findings.iter().filter(|f| f.axis == Axis::Remark && f.code.starts_with("qr."));
    for finding in codes {
        term.out(&format!("  {}", Term::toned(Tone::Open, &term.words.text(finding.code, &finding.detail))));
    }
}

/// A picture with the codes of several documents: each has its own verdict.
fn print_picture(term: &Term, verdict: &PictureVerdict, verbose: bool) {
    let (tone, code) = headline(verdict.overall);
    term.out(&format!("{}  {}", Term::toned(tone, &term.words.plain(code)), verdict.file));
    term.say("verdict.several", &[("count", verdict.documents.len().to_string())]);
    print_codes(term, &verdict.remarks);
    for document in &verdict.documents {
        print_document(term, document, verbose);
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
    term.out(&format!("{}  {}", Term::toned(tone, &term.words.plain(code)), verdict.file));
    let (seal, outcome) = verdict.seal;
    let tone = match outcome {
        Outcome::Pass => Tone::Good,
        Outcome::Fail => Tone::Bad,
        Outcome::NotChecked => Tone::Open,
    };
    let institution = [("institution", verdict.institution.clone())];
    term.out(&format!("  {}", Term::toned(tone, &term.text(seal, &institution))));
    for difference in &verdict.differences {
        let (code, path) = match difference {
            MissingOrExtra::Missing(path) => ("archive.missing", path),
            MissingOrExtra::Extra(path) => ("archive.extra", path),
            MissingOrExtra::Changed(path) => ("archive.changed", path),
        };
        term.out(&format!("  {}", Term::toned(Tone::Bad, &term.text(code, &[("path", path.clone())]))));
    }
    let count = |overall| verdict.documents.iter().filter(|d| d.overall == overall).count().to_string();
    term.say(
        "archive.count",
        &[
            ("documents", verdict.documents.len().to_string()),
            ("passed", count(Overall::Passed)),
            ("failed", count(Overall::Failed)),
            ("indeterminate", count(Overall::Indeterminate)),
        ],
    );
    for document in verdict.documents.iter().filter(|d| verbose || d.overall != Overall::Passed) {
        print_document(term, document, verbose);
    }
}
