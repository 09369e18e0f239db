//! The answer about the file that the page of a document shows.

use serde::Serialize;

use super::claim::Contradiction;
use super::{Said, Tone};
use crate::claim::Id;
use crate::verify::{Answer, Published, Verdict};

/// What is said besides the answer about the file itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OriginalAnswer {
    /// What the page must not say any longer.
    pub contradiction: Option<Contradiction>,
    /// What is said in the place of the answer about the file, with its headline: it is whole and genuine, but
    /// not this document.
    pub instead: Option<(Tone, &'static str, Said)>,
}

/// Whether the file that is shown as the document of this id is that document.
pub fn original(verdict: &Verdict, record: &Published, id: &Id) -> OriginalAnswer {
    let lines = [&verdict.lines.integrity, &verdict.lines.issuer];
    let broken = lines.into_iter().find(|line| line.outcome == Answer::No);
    let is_this = verdict.document.as_ref().is_some_and(|document| document.id == *id);
    let other = !is_this || record.names_file(&verdict.sha256) == Some(false);
    let said = broken.map_or_else(|| Said::plain("original.other"), Said::from);
    let contradiction = Contradiction {
        heading: "state.bad-original",
        explanation: Said::plain("code.bad-original"),
        axis: "axis.integrity",
        said: said.clone(),
    };
    OriginalAnswer {
        contradiction: (broken.is_some() || other).then_some(contradiction),
        instead: (other && broken.is_none()).then_some((Tone::Bad, "state.bad-original", said)),
    }
}
