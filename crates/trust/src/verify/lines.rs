//! The four lines of an answer, and the headline above them.
//!
//! The headline is derived from the lines, the lines from the findings; nothing sets them by hand.

use super::code::Code;
use super::finding::{Axis, Detail, Finding, Outcome};
use super::verdict::Profile;

/// The headline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overall {
    /// Everything that makes a document believable was checked, and holds.
    Passed,
    /// Genuine, and no longer in force: everything holds, but the issuer has revoked or replaced it.
    Ended,
    /// Nothing is broken, but the proof is not complete.
    Indeterminate,
    /// Something is broken.
    Failed,
}

/// One of the four lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// `yes`, `no` or `unknown`.
    pub outcome: Answer,
    /// The finding that decided.
    pub code: Code,
    /// Its values.
    pub detail: Detail,
}

/// The answer of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Checked, and so.
    Yes,
    /// Checked, and not so.
    No,
    /// Not checked.
    Unknown,
}

/// The four lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lines {
    /// Keutuhan.
    pub integrity: Line,
    /// Penerbit dan kewenangan.
    pub issuer: Line,
    /// Status.
    pub status: Line,
    /// Waktu.
    pub time: Line,
}

impl Lines {
    /// The lines with their axes, in order.
    pub fn all(&self) -> [(Axis, &Line); 4] {
        [
            (Axis::Integrity, &self.integrity),
            (Axis::Issuer, &self.issuer),
            (Axis::Status, &self.status),
            (Axis::Time, &self.time),
        ]
    }

    /// Derives the lines: the first failure decides, else the first thing not checked, else the last
    /// thing that holds. An axis on which nothing was looked at is unknown, never good. That somebody had not signed by
    /// then answers a question about an earlier moment before anything else.
    pub(super) fn derive<'a>(findings: impl Iterator<Item = &'a Finding> + Clone) -> Self {
        let line = |axis, nothing| {
            let on_axis = || findings.clone().filter(move |f: &&Finding| f.axis == axis);
            let decided = on_axis()
                .find(|f| f.code == Code::StatusNotYet)
                .or_else(|| on_axis().find(|f| f.outcome == Outcome::Fail))
                .or_else(|| on_axis().find(|f| f.outcome == Outcome::NotChecked))
                .or_else(|| on_axis().last());
            match decided {
                Some(finding) => Line {
                    outcome: match finding.outcome {
                        Outcome::Pass => Answer::Yes,
                        Outcome::Fail => Answer::No,
                        Outcome::NotChecked => Answer::Unknown,
                    },
                    code: finding.code,
                    detail: finding.detail.clone(),
                },
                None => Line { outcome: Answer::Unknown, code: nothing, detail: Detail::new() },
            }
        };
        Self {
            integrity: line(Axis::Integrity, Code::IntegrityNotChecked),
            issuer: line(Axis::Issuer, Code::IssuerNotChecked),
            status: line(Axis::Status, Code::StatusNotChecked),
            time: line(Axis::Time, Code::TimeNotChecked),
        }
    }

    /// The headline. An unproven time alone does not hold it back, as long as pk makes no time
    /// stamps (`docs/formats/verdict.md`); a disproved time does.
    ///
    /// Nor does the status of another program's document, of which nobody here keeps a register.
    pub(super) fn overall(&self, profile: Profile) -> Overall {
        let needed = |axis| match axis {
            Axis::Time => false,
            Axis::Status => profile == Profile::Own || self.status.code == Code::StatusNotYet,
            Axis::Integrity | Axis::Issuer | Axis::Remark => true,
        };
        let lines = self.all();
        let refused = |axis| lines.iter().any(|(a, line)| *a == axis && line.outcome == Answer::No);
        if [Axis::Integrity, Axis::Issuer, Axis::Time].into_iter().any(refused) {
            return Overall::Failed;
        }
        if self.status.outcome == Answer::No {
            // That an issuer has withdrawn a document breaks nothing in it; whether it is genuine still has to be known.
            return match self.has_ended() {
                true if self.is_genuine() => Overall::Ended,
                true => Overall::Indeterminate,
                false => Overall::Failed,
            };
        }
        let complete =
            lines.iter().filter(|(axis, _)| needed(*axis)).all(|(_, line)| line.outcome == Answer::Yes);
        if complete { Overall::Passed } else { Overall::Indeterminate }
    }

    /// Whether the issuer has withdrawn or replaced the document, which is lawful and says nothing against anybody.
    fn has_ended(&self) -> bool {
        matches!(self.status.code, Code::StatusRevoked | Code::StatusSuperseded | Code::StatusSupersededGone)
    }

    /// Whether issuer and content are proven. A code vouches for no signatures.
    fn is_genuine(&self) -> bool {
        self.issuer.outcome == Answer::Yes
            && (self.integrity.outcome == Answer::Yes
                || self.integrity.code == Code::PictureSignaturesNotChecked)
    }
}
