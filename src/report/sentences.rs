//! The sentences about an answer that the terminal and the report have in common.

use std::collections::BTreeSet;

use pk_trust::verify::{
    self, Axis, ChangesAfter, Finding, Outcome, Overall, Place, Root, SignatureVerdict, Verdict,
};

use crate::audit::{Answer, ArchiveVerdict, MissingOrExtra, PictureVerdict};
use crate::words::{Values, Words, printable};

/// The word of a headline.
pub const fn headline(overall: Overall) -> &'static str {
    match overall {
        Overall::Passed => "verdict.passed",
        Overall::Failed => "verdict.failed",
        Overall::Indeterminate => "verdict.indeterminate",
        Overall::Ended => "verdict.ended",
    }
}

/// The name of a line.
pub const fn axis_code(axis: Axis) -> &'static str {
    match axis {
        Axis::Integrity => "axis.integrity",
        Axis::Issuer => "axis.issuer",
        Axis::Status => "axis.status",
        Axis::Time => "axis.time",
        Axis::Remark => "axis.remark",
    }
}

/// Whether a signature may be as good as it was, and the file was changed after it: nothing against its signer.
pub fn is_changed_after(signature: &SignatureVerdict) -> bool {
    signature.changes_after == ChangesAfter::Forbidden
        && signature.findings.iter().all(|f| f.outcome != Outcome::Fail)
}

/// A signature as a whole: its worst finding, and never good without any, or where the file was changed after it.
pub fn worst(signature: &SignatureVerdict) -> Outcome {
    let any = |outcome| signature.findings.iter().any(|finding| finding.outcome == outcome);
    if any(Outcome::Fail) {
        Outcome::Fail
    } else if is_changed_after(signature) || any(Outcome::NotChecked) || signature.findings.is_empty() {
        Outcome::NotChecked
    } else {
        Outcome::Pass
    }
}

/// Whether a remark is about what the user trusts, and so the same for every file.
fn is_about_trust(notice: &Finding) -> bool {
    notice.code.starts_with("trust.")
}

/// Sentences about what the user trusts, which no answer leaves out either. Of several files they are said once.
pub fn trust_notices(words: &Words, verdict: &Verdict) -> Vec<String> {
    let notices = verdict.notices().into_iter().filter(|notice| is_about_trust(notice));
    notices.map(|notice| words.text(notice.code, &notice.detail)).collect()
}

/// An answer in one line: the sentence of what decided, and those that no answer leaves out; `None` if
/// everything holds and there is nothing more to be said.
pub fn brief(words: &Words, answer: &Answer) -> Option<String> {
    let of_file = |verdict: &Verdict| {
        let about_trust = trust_notices(words, verdict);
        notices(words, verdict).into_iter().filter(move |said| !about_trust.contains(said))
    };
    let (reason, notices) = match answer {
        Answer::Document(verdict) => (document_reason(words, verdict), of_file(verdict).collect()),
        Answer::Picture(verdict) => {
            let all = verdict.documents.iter().flat_map(of_file);
            let others = verdict.remarks.iter().map(|remark| words.text(remark.code, &remark.detail));
            (picture_reason(words, verdict), all.chain(others).collect())
        }
        Answer::Archive(verdict) => (archive_reason(words, verdict), Vec::new()),
    };
    let said: Vec<String> = reason.into_iter().chain(notices).collect();
    (!said.is_empty()).then(|| said.join("; "))
}

/// Whose certificate vouches, and how it came to be trusted.
pub fn trusted(words: &Words, root: &Root) -> String {
    let mut values = root.trusted.as_ref().map(|trusted| trusted.detail.clone()).unwrap_or_default();
    values.insert("name", root.name.clone());
    values.insert("start", root.start().to_owned());
    words.text(root.trusted.as_ref().map_or("root.unsaid", |trusted| trusted.code), &values)
}

/// The sentence of the finding that decided; `None` if the document is valid.
pub fn document_reason(words: &Words, verdict: &Verdict) -> Option<String> {
    let wanted = match verdict.overall {
        Overall::Passed => return None,
        Overall::Failed | Overall::Ended => verify::Answer::No,
        Overall::Indeterminate => verify::Answer::Unknown,
    };
    // An unproven time alone decides nothing, so it comes last, as it stands among the lines.
    let lines = verdict.lines.all();
    let (_, line) = lines.iter().find(|(_, line)| line.outcome == wanted)?;
    let said = words.text(line.code, &line.detail);
    // What the register says counts whatever else is not known.
    let status = &verdict.lines.status;
    if verdict.overall == Overall::Indeterminate && status.outcome == verify::Answer::No {
        return Some(format!("{}; {said}", words.text(status.code, &status.detail)));
    }
    // A code alone says nothing of the paper around it.
    let genuine = verdict.overall == Overall::Ended && verdict.lines.integrity.outcome == verify::Answer::Yes;
    Some(if genuine { words.text("verdict.genuine", &Values::from([("status", said)])) } else { said })
}

/// What every answer about a document says besides, whatever its headline: remarks that a reader needs, and in
/// one sentence that the file is written in ways that pk tolerates.
pub fn notices(words: &Words, verdict: &Verdict) -> Vec<String> {
    let sentences = verdict.notices().into_iter().map(|notice| words.text(notice.code, &notice.detail));
    sentences.chain(tolerated(words, verdict, "verdict.tolerated")).collect()
}

/// That a file is written in ways that are not quite right and have one reading only, with their number.
pub fn tolerated(words: &Words, verdict: &Verdict, code: &'static str) -> Option<String> {
    let tolerated = |code: &&str| code.split_once('.').is_some_and(|(_, c)| c.starts_with("tolerated-"));
    let codes = verdict.all_findings().map(|finding| finding.code).filter(tolerated);
    let count = codes.collect::<BTreeSet<_>>().len();
    (count > 0).then(|| words.filled(code, &[("count", &count.to_string())]))
}

/// The sentence of what decided about a picture with several codes; `None` if all of them are valid.
pub(super) fn picture_reason(words: &Words, verdict: &PictureVerdict) -> Option<String> {
    let document = verdict.documents.iter().find(|document| document.overall == verdict.overall)?;
    document_reason(words, document)
}

/// The sentence of what decided about an archive; `None` if it is valid.
pub fn archive_reason(words: &Words, verdict: &ArchiveVerdict) -> Option<String> {
    if verdict.overall == Overall::Passed {
        // Good, and some of what it holds is no longer in force.
        let ended = verdict.documents.iter().any(|document| document.overall == Overall::Ended);
        return ended.then(|| count(words, verdict));
    }
    if verdict.seal.1 != Outcome::Pass {
        return Some(seal(words, verdict));
    }
    if let Some(first) = verdict.differences.first() {
        return Some(difference(words, first));
    }
    let document = verdict.documents.iter().find(|d| d.overall == verdict.overall);
    match document.and_then(|d| Some((d, document_reason(words, d)?))) {
        Some((document, reason)) => Some(format!("{}: {reason}", printable(&document.file))),
        None => Some(count(words, verdict)),
    }
}

/// What the seal of an archive showed.
pub fn seal(words: &Words, verdict: &ArchiveVerdict) -> String {
    words.text(verdict.seal.0, &Values::from([("institution", verdict.institution.clone())]))
}

/// A difference between an archive and its manifest.
pub fn difference(words: &Words, difference: &MissingOrExtra) -> String {
    let (code, path) = match difference {
        MissingOrExtra::Missing(path) => ("archive.missing", path),
        MissingOrExtra::Extra(path) => ("archive.extra", path),
        MissingOrExtra::Changed(path) => ("archive.changed", path),
        MissingOrExtra::Events(number) => ("archive.register-shorter", number),
    };
    words.text(code, &Values::from([("path", path.clone())]))
}

/// How many documents of an archive hold.
pub fn count(words: &Words, verdict: &ArchiveVerdict) -> String {
    let count = |overall| verdict.documents.iter().filter(|d| d.overall == overall).count().to_string();
    let values = Values::from([
        ("documents", verdict.documents.len().to_string()),
        ("passed", count(Overall::Passed)),
        ("failed", count(Overall::Failed)),
        ("indeterminate", count(Overall::Indeterminate)),
        ("ended", count(Overall::Ended)),
    ]);
    words.text("archive.count", &values)
}

/// Where a finding is, in words: `object 12, revision 2` is the form of the JSON.
pub fn place(words: &Words, place: Place) -> String {
    let part = |part: &str| match part.split_once(' ') {
        Some(("object", number)) => {
            words.text("place.object", &Values::from([("number", number.to_owned())]))
        }
        Some(("revision", number)) => {
            words.text("place.revision", &Values::from([("number", number.to_owned())]))
        }
        Some(("byte", number)) => words.text("place.byte", &Values::from([("number", number.to_owned())])),
        _ => part.to_owned(),
    };
    place.to_string().split(", ").map(part).collect::<Vec<_>>().join(", ")
}
