//! The sentences about an answer that the terminal and the report have in common.

use pk_trust::claim::Kind;
use pk_trust::present::{self, Said};
use pk_trust::verify::{Code, Detail, Finding, Outcome, Overall, Place, Root, Verdict};

use crate::audit::{Answer, ArchiveVerdict, MissingOrExtra, PictureVerdict};
use crate::words::{Values, Words, printable};

/// A sentence by its code.
pub fn said(words: &Words, said: &Said) -> String {
    let Some(within) = &said.within else { return words.text(said.code, &said.detail) };
    let (key, inner) = &**within;
    let mut values = said.detail.clone();
    values.insert(key, self::said(words, inner));
    words.text(said.code, &values)
}

/// The sentence of a line or a finding.
pub fn sentence(words: &Words, code: Code, detail: &Detail) -> String {
    words.text(code.as_str(), &detail.texts())
}

/// What may help where it does not hold, if anything is known to.
pub fn hint(words: &Words, code: Code, detail: &Detail) -> Option<String> {
    words.hint(code.as_str(), &detail.texts())
}

/// `Perjanjian Kinerja Perubahan II 2026`
pub fn kind_and_year(words: &Words, kind: Kind, year: u16, stage: u8) -> String {
    let kind = words.plain(&format!("kind.{kind}"));
    let values =
        Values::from([("kind", kind), ("year", year.to_string()), ("number", present::roman(stage))]);
    words.text(
        match stage {
            0 => "kind.original",
            1 => "kind.revision",
            _ => "kind.later-revision",
        },
        &values,
    )
}

/// Several sentences as one.
pub fn joined(words: &Words, sentences: &[Said], between: &str) -> String {
    sentences.iter().map(|sentence| said(words, sentence)).collect::<Vec<_>>().join(between)
}

/// Whether a remark is about what the user trusts, and so the same for every file.
fn is_about_trust(notice: &Finding) -> bool {
    notice.code == Code::TrustOlderList
}

/// Sentences about what the user trusts, which no answer leaves out either. Of several files they are said once.
pub fn trust_notices(words: &Words, verdict: &Verdict) -> Vec<String> {
    let notices = verdict.notices().into_iter().filter(|notice| is_about_trust(notice));
    notices.map(|notice| sentence(words, notice.code, &notice.detail)).collect()
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
            let others = verdict.remarks.iter().map(|remark| sentence(words, remark.code, &remark.detail));
            (picture_reason(words, verdict), all.chain(others).collect())
        }
        Answer::Archive(verdict) => (archive_reason(words, verdict), Vec::new()),
    };
    let all: Vec<String> = reason.into_iter().chain(notices).collect();
    (!all.is_empty()).then(|| all.join("; "))
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
    let reason = present::reason(verdict);
    (!reason.is_empty()).then(|| joined(words, &reason, "; "))
}

/// What every answer about a document says besides, whatever its headline: remarks that a reader needs, and in
/// one sentence that the file is written in ways that pk tolerates.
pub fn notices(words: &Words, verdict: &Verdict) -> Vec<String> {
    let sentences = verdict.notices().into_iter().map(|notice| sentence(words, notice.code, &notice.detail));
    let tolerated = present::tolerated(verdict, "verdict.tolerated");
    sentences.chain(tolerated.map(|tolerated| said(words, &tolerated))).collect()
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
    let by = verdict.sealed_by.clone().unwrap_or_default();
    words.text(
        verdict.seal.0.as_str(),
        &Values::from([("institution", verdict.institution.clone()), ("by", by)]),
    )
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

/// Where a finding is, in words.
pub fn place(words: &Words, place: Place) -> String {
    joined(words, &present::place(place), ", ")
}
