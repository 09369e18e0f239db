//! The answers of `pk verify` on the terminal.

use pk_trust::claim::{Id, Kind};
use pk_trust::present;
use pk_trust::verify::{self, Finding, Issued, Outcome, Overall, Root, SignatureKind, Verdict};

use super::failure::Failure;
use super::inputs::Input;
use super::term::{Term, Tone};
use crate::audit::{Answer, ArchiveVerdict, PictureVerdict};
use crate::report;
use crate::words::{Words, printable};

/// Documents of an archive that are shown in full, if they are not valid.
const MANY: usize = 3;

/// How the answers are shown.
pub(super) struct Form {
    pub(super) json: bool,
    pub(super) verbose: bool,
    /// One line a file, and a summary.
    pub(super) several: bool,
}

/// Whose roots vouched for the answers that are good or not certain, each once.
#[derive(Default)]
pub(super) struct Vouching {
    pub(super) roots: Vec<Root>,
    /// What there is to say about what the user trusts.
    pub(super) notices: Vec<String>,
}

impl Vouching {
    pub(super) fn add(&mut self, answer: &Result<Answer, Failure>, words: &Words) {
        let Ok(answer) = answer else { return };
        self.add_all(answer.verdicts(), answer.roots(), words);
    }

    fn add_all(&mut self, verdicts: &[Verdict], roots: Vec<&Root>, words: &Words) {
        for notice in verdicts.iter().flat_map(|verdict| report::trust_notices(words, verdict)) {
            if !self.notices.contains(&notice) {
                self.notices.push(notice);
            }
        }
        for root in roots {
            if !self.roots.contains(root) {
                self.roots.push(root.clone());
            }
        }
    }
}

/// One answer on the terminal: in full if there is only one or everything is wanted, else one line.
pub(super) fn show(term: &Term, input: &Input, answer: &Result<Answer, Failure>, form: &Form, first: bool) {
    if form.several && form.verbose && !form.json && !first {
        term.out("");
    }
    match answer {
        Ok(answer) if form.json => print_json(term, answer),
        Ok(answer) if form.several && !form.verbose => print_brief(term, answer),
        Ok(answer) => print(term, answer, form.verbose),
        Err(failure) => {
            if form.json {
                let error = serde_json::json!({
                    "format": verify::FORMAT, "file": input.name, "error": failure.code,
                });
                term.machine(&error.to_string());
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
        Answer::Picture(verdict) => serde_json::to_string(verdict),
        Answer::Archive(verdict) => serde_json::to_string(verdict),
    };
    // Values of our own types, text keys only: this cannot fail.
    term.machine(&text.unwrap_or_default());
}

fn print(term: &Term, answer: &Answer, verbose: bool) {
    match answer {
        Answer::Document(verdict) => print_document(term, verdict, verbose),
        Answer::Picture(verdict) => print_picture(term, verdict, verbose),
        Answer::Archive(verdict) => print_archive(term, verdict, verbose),
    }
}

/// Name, headline, why it is not "valid" where it is not, and what no answer leaves out: one line a file.
fn print_brief(term: &Term, answer: &Answer) {
    let file = match answer {
        Answer::Document(verdict) => &verdict.file,
        Answer::Picture(verdict) => &verdict.file,
        Answer::Archive(verdict) => &verdict.file,
    };
    let reason = report::brief(&term.words, answer);
    print_headline(term, headline(answer.overall()), file, reason.as_deref());
}

fn print_headline(term: &Term, (tone, code): (Tone, &str), file: &str, reason: Option<&str>) {
    let width =
        ["verdict.passed", "verdict.failed", "verdict.indeterminate", "verdict.ended", "verdict.none"]
            .map(|code| term.words.plain(code).chars().count())
            .into_iter()
            .max()
            .unwrap_or_default();
    let word = format!("{:<width$}", term.words.plain(code));
    let reason = reason.map(|reason| format!(": {reason}")).unwrap_or_default();
    term.out(&format!("{}  {}{reason}", Term::toned(tone, &word), printable(file)));
}

const fn headline(overall: Overall) -> (Tone, &'static str) {
    let tone = match overall {
        Overall::Passed => Tone::Good,
        Overall::Failed => Tone::Bad,
        Overall::Indeterminate | Overall::Ended => Tone::Open,
    };
    (tone, present::headline(overall))
}

/// The first line of an answer in full. What somebody pasted may look like an answer itself.
fn print_head(term: &Term, overall: Overall, file: &str) {
    let (tone, code) = headline(overall);
    term.out(&format!("{}  {}", Term::toned(tone, &term.words.plain(code)), printable(file)));
}

fn print_document(term: &Term, verdict: &Verdict, verbose: bool) {
    print_head(term, verdict.overall, &verdict.file);
    if verdict.overall == Overall::Ended
        && let Some(reason) = report::document_reason(&term.words, verdict)
    {
        term.out(&format!("  {reason}"));
    }
    for (axis, line) in verdict.lines.all() {
        let (tone, answer) = match line.outcome {
            verify::Answer::Yes => (Tone::Good, "answer.yes"),
            verify::Answer::No => (Tone::Bad, "answer.no"),
            verify::Answer::Unknown => (Tone::Open, "answer.unknown"),
        };
        let answer = term.words.plain(answer);
        term.out(&format!(
            "  {:<10} {} – {}",
            term.words.plain(present::axis_code(axis)),
            // Without the dash "tidak" and "dicabut oleh penerbitnya" would read as one: "not revoked".
            Term::toned(tone, &format!("{answer:<14}")),
            report::sentence(&term.words, line.code, &line.detail),
        ));
        if line.outcome != verify::Answer::Yes
            && let Some(hint) = report::hint(&term.words, line.code, &line.detail)
        {
            term.out(&format!("             {}", Term::toned(Tone::Faint, &format!("→ {hint}"))));
        }
    }
    for signature in &verdict.signatures {
        let (code, time) = match (signature.kind, &signature.proven_time) {
            (SignatureKind::TimeStamp, proven) => ("verdict.time-stamp", proven),
            _ if signature.signer.is_none() => ("verdict.signature-unknown", &signature.claimed_time),
            // Whose name it is stands in its certificate, which may be anybody's.
            _ if signature.chain != Outcome::Pass => ("verdict.signature-unproven", &signature.claimed_time),
            (SignatureKind::Seal, None) => ("verdict.seal", &signature.claimed_time),
            (_, proven @ Some(_)) => ("verdict.signature-proven", proven),
            _ => ("verdict.signature", &signature.claimed_time),
        };
        let values = [
            ("field", signature.field.clone()),
            ("signer", signature.signer.clone().unwrap_or_default()),
            ("time", time.map_or_else(|| "?".to_owned(), |time| time.to_string())),
        ];
        term.out(&format!("  {}", term.text(code, &values)));
        if verbose {
            print_findings(term, &signature.findings);
        }
    }
    if let Some(document) = &verdict.document
        && let Some(issued) = &document.issued
    {
        print_issued(term, issued, document.kind, document.year, document.id);
    }
    for root in verdict.roots() {
        term.say("verdict.root", &[("root", report::trusted(&term.words, root))]);
    }
    if verbose {
        print_findings(term, &verdict.findings);
    } else {
        for notice in report::notices(&term.words, verdict) {
            print_notice(term, &notice);
        }
    }
}

/// What no answer leaves out.
pub(super) fn print_notice(term: &Term, notice: &str) {
    term.out(&format!("  {}", Term::toned(Tone::Open, notice)));
}

/// A picture with the codes of several documents: each has its own verdict.
fn print_picture(term: &Term, verdict: &PictureVerdict, verbose: bool) {
    print_head(term, verdict.overall, &verdict.file);
    term.say("verdict.several", &[("count", verdict.documents.len().to_string())]);
    for remark in &verdict.remarks {
        print_notice(term, &report::sentence(&term.words, remark.code, &remark.detail));
    }
    for document in &verdict.documents {
        print_document(term, document, verbose);
    }
}

/// What the seal vouches for, to be compared with the paper in one's hand.
fn print_issued(term: &Term, issued: &Issued, kind: Kind, year: u16, id: Id) {
    let kind_name = report::kind_and_year(&term.words, kind, year, issued.stage);
    term.say(
        "verdict.issued",
        &[
            ("by", issued.by.clone()),
            ("on", issued.on.clone()),
            ("kind", kind_name),
            ("id", id.grouped()),
            ("host", issued.host.clone()),
        ],
    );
    if kind == Kind::Agreement {
        let indicators = ("indicators", issued.indicators.to_string());
        // Where the paper has no budget there is nothing to compare.
        match issued.budget {
            0 => term.say("verdict.compare-targets", &[indicators]),
            budget => term.say("verdict.compare", &[indicators, ("budget", present::rupiah(budget))]),
        }
    }
}

fn print_findings(term: &Term, findings: &[Finding]) {
    for finding in findings {
        let (tone, mark) = match finding.outcome {
            Outcome::Pass => (Tone::Good, "+"),
            Outcome::Fail => (Tone::Bad, "x"),
            Outcome::NotChecked => (Tone::Open, "?"),
        };
        let place = finding
            .place
            .as_ref()
            .map(|p| format!(" ({})", report::place(&term.words, *p)))
            .unwrap_or_default();
        term.out(&format!(
            "      {} {}{} {}",
            Term::toned(tone, mark),
            report::sentence(&term.words, finding.code, &finding.detail),
            place,
            Term::toned(Tone::Faint, &format!("[{}]", finding.code)),
        ));
    }
}

fn print_archive(term: &Term, verdict: &ArchiveVerdict, verbose: bool) {
    print_head(term, verdict.overall, &verdict.file);
    let (_, outcome) = verdict.seal;
    let tone = match outcome {
        Outcome::Pass => Tone::Good,
        Outcome::Fail => Tone::Bad,
        Outcome::NotChecked => Tone::Open,
    };
    term.out(&format!("  {}", Term::toned(tone, &report::seal(&term.words, verdict))));
    for difference in &verdict.differences {
        term.out(&format!("  {}", Term::toned(Tone::Bad, &report::difference(&term.words, difference))));
    }
    term.out(&format!("  {}", report::count(&term.words, verdict)));
    let mut vouching = Vouching::default();
    vouching.add_all(&verdict.documents, verdict.roots(), &term.words);
    for root in &vouching.roots {
        term.say("verdict.root", &[("root", report::trusted(&term.words, root))]);
    }
    for notice in &vouching.notices {
        print_notice(term, notice);
    }
    let shown: Vec<&Verdict> =
        verdict.documents.iter().filter(|d| verbose || d.overall != Overall::Passed).collect();
    for document in &shown {
        // Of many a line each, as of the files of a folder.
        if verbose || shown.len() <= MANY {
            print_document(term, document, verbose);
        } else {
            let reason = report::document_reason(&term.words, document);
            print_headline(term, headline(document.overall), &document.file, reason.as_deref());
        }
    }
}
