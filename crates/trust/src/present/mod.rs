//! What is said of a verdict: tone, headline, sentences and facts, as values.
//!
//! Terminal, report, pages and scripts say the same because they ask here. Texts for people are kept by code
//! elsewhere; what is here decides which of them, in which order, and of which colour.

mod claim;
mod original;
mod page;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

pub use claim::{ClaimAnswer, Contradiction, PageShown, claim};
pub use original::{OriginalAnswer, original};
pub use page::{Fact, FactValue, PageAnswer, Reader, Row, ShownLine, ShownSignature, kind, page, roman};

use crate::verify::{
    Answer, Axis, ChangesAfter, Finding, Line, Outcome, Overall, Place, SignatureVerdict, Verdict,
};

/// Colour and sign of an answer, which also has to be understood without the colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Tone {
    /// It holds.
    Good,
    /// It does not hold.
    Bad,
    /// It is not certain.
    Open,
    /// It was good, and something else is in its place.
    Moved,
}

impl Tone {
    /// Of a headline.
    pub const fn of_overall(overall: Overall) -> Self {
        match overall {
            Overall::Passed => Self::Good,
            Overall::Failed => Self::Bad,
            Overall::Indeterminate => Self::Open,
            Overall::Ended => Self::Moved,
        }
    }

    /// Of a line.
    pub const fn of_answer(answer: Answer) -> Self {
        match answer {
            Answer::Yes => Self::Good,
            Answer::No => Self::Bad,
            Answer::Unknown => Self::Open,
        }
    }

    /// Of a check.
    pub const fn of_outcome(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Pass => Self::Good,
            Outcome::Fail => Self::Bad,
            Outcome::NotChecked => Self::Open,
        }
    }
}

/// A sentence by its code, with the values that it mentions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Said {
    /// The code of the text.
    pub code: &'static str,
    /// Its values.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub detail: BTreeMap<&'static str, String>,
    /// A value that is a sentence or a word itself, and its key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within: Option<Box<(&'static str, Self)>>,
}

impl Said {
    /// A sentence without values.
    pub const fn plain(code: &'static str) -> Self {
        Self { code, detail: BTreeMap::new(), within: None }
    }

    /// With a value.
    #[must_use]
    pub fn with(mut self, key: &'static str, value: impl ToString) -> Self {
        self.detail.insert(key, value.to_string());
        self
    }

    /// With a value that is said itself.
    #[must_use]
    pub fn saying(mut self, key: &'static str, said: Self) -> Self {
        self.within = Some(Box::new((key, said)));
        self
    }
}

impl From<&Line> for Said {
    fn from(line: &Line) -> Self {
        Self { detail: line.detail.texts(), ..Self::plain(line.code.as_str()) }
    }
}

impl From<&Finding> for Said {
    fn from(finding: &Finding) -> Self {
        Self { detail: finding.detail.texts(), ..Self::plain(finding.code.as_str()) }
    }
}

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

/// The word for a signature as a whole.
pub fn signature_word(signature: &SignatureVerdict) -> (Tone, &'static str) {
    let worst = worst(signature);
    let word = match worst {
        Outcome::Pass => "page.signature-good",
        Outcome::Fail => "page.signature-bad",
        Outcome::NotChecked if is_changed_after(signature) => "page.signature-changed",
        Outcome::NotChecked => "page.signature-open",
    };
    (Tone::of_outcome(worst), word)
}

/// The sentences of what decided, to be read as one; none if the document is valid.
pub fn reason(verdict: &Verdict) -> Vec<Said> {
    let wanted = match verdict.overall {
        Overall::Passed => return Vec::new(),
        Overall::Failed | Overall::Ended => Answer::No,
        Overall::Indeterminate => Answer::Unknown,
    };
    // An unproven time alone decides nothing, so it comes last, as it stands among the lines.
    let lines = verdict.lines.all();
    let Some((_, line)) = lines.iter().find(|(_, line)| line.outcome == wanted) else { return Vec::new() };
    let said = Said::from(*line);
    // What the register says counts whatever else is not known.
    let status = &verdict.lines.status;
    if verdict.overall == Overall::Indeterminate && status.outcome == Answer::No {
        return vec![status.into(), said];
    }
    // A code alone says nothing of the paper around it.
    let genuine = verdict.overall == Overall::Ended && verdict.lines.integrity.outcome == Answer::Yes;
    vec![if genuine { Said::plain("verdict.genuine").saying("status", said) } else { said }]
}

/// That a file is written in ways that are not quite right and have one reading only, with their number.
pub fn tolerated(verdict: &Verdict, code: &'static str) -> Option<Said> {
    let codes = verdict.all_findings().map(|finding| finding.code).filter(|code| code.is_tolerated());
    let count = codes.collect::<BTreeSet<_>>().len();
    (count > 0).then(|| Said::plain(code).with("count", count))
}

/// Where something was found, in words that are to be joined by commas.
pub fn place(place: Place) -> Vec<Said> {
    let part = |code, number: &dyn std::fmt::Display| Said::plain(code).with("number", number);
    let object = |number: u32| part("place.object", &number);
    let revision = |number: usize| part("place.revision", &number);
    let byte = |number: usize| part("place.byte", &number);
    match place {
        Place::Object { number, revision: of } => vec![object(number), revision(of)],
        Place::Revision(number) => vec![revision(number)],
        Place::Byte(number) => vec![byte(number)],
        Place::ByteIn { byte: number, revision: of } => vec![byte(number), revision(of)],
    }
}

/// The word for the answer of a line or a check on a page.
const fn word(tone: Tone) -> &'static str {
    match tone {
        Tone::Good => "page.yes",
        Tone::Bad => "page.no",
        Tone::Open | Tone::Moved => "page.unknown",
    }
}

/// An amount for people: `Rp 1.234.567`.
pub fn rupiah(amount: u64) -> String {
    format!("Rp {}", grouped(amount))
}

/// A number for people: `1.234.567`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push('.');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::rupiah;

    #[test]
    fn amounts_are_grouped() {
        let grouped = [(0, "Rp 0"), (999, "Rp 999"), (1000, "Rp 1.000"), (8_406_791_500, "Rp 8.406.791.500")];
        for (amount, text) in grouped {
            assert_eq!(rupiah(amount), text);
        }
    }
}
