//! The answer about the claim behind `#`, on the page of its document. The page itself says what the register says;
//! this is whether the code on the paper fits to it.

use serde::Serialize;

use super::page::{Fact, FactValue, facts};
use super::{Said, Tone, rupiah};
use crate::verify::{Axis, Code, Fields, Finding, Issued, Outcome, Published, Verdict};

/// What the page shows where the claim is judged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageShown<'p> {
    /// The state of the document by the page, e.g. `in-force`; empty where it shows none.
    pub state: &'p str,
    /// Whether it is the page of the record, and not one in its place (no network, no such document).
    pub is_record: bool,
    /// Whether it stands in for a page that could not be reached.
    pub is_offline: bool,
    /// Whether the keys are those of today.
    pub fresh: bool,
}

/// The answer about a claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClaimAnswer {
    /// Of the headline.
    pub tone: Tone,
    /// The headline.
    pub heading: &'static str,
    /// The sentences below it.
    pub said: Vec<Said>,
    /// What is to be compared with the paper.
    pub facts: Vec<Fact>,
    /// When it was sealed.
    pub sealed: Option<Said>,
    /// What the page must not say any longer.
    pub contradiction: Option<Contradiction>,
}

/// A headline that says that all is well must not stand above what does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Contradiction {
    /// What takes the place of the headline.
    pub heading: &'static str,
    /// The sentence below it.
    pub explanation: Said,
    /// The line of the page that is answered with no.
    pub axis: &'static str,
    /// Why.
    pub said: Said,
}

impl ClaimAnswer {
    fn open(said: Said) -> Self {
        Self {
            tone: Tone::Open,
            heading: "code.open",
            said: vec![said],
            facts: Vec::new(),
            sealed: None,
            contradiction: None,
        }
    }

    fn bad(said: Vec<Said>, cut: bool) -> Self {
        let (heading, explanation) =
            if cut { ("state.cut-off", "code.cut-off") } else { ("state.mismatch", "code.mismatch") };
        let first = said.first().cloned().unwrap_or_else(|| Said::plain("code.mismatch"));
        Self {
            tone: Tone::Bad,
            heading: "code.bad",
            said,
            facts: Vec::new(),
            sealed: None,
            contradiction: Some(Contradiction {
                heading,
                explanation: Said::plain(explanation),
                axis: "axis.integrity",
                said: first,
            }),
        }
    }
}

/// Judges a claim by the findings about seal and content. Status is the page's own headline already, and a link holds
/// no signatures that could be missed.
pub fn claim(verdict: &Verdict, record: &Published, shown: &PageShown<'_>) -> ClaimAnswer {
    let counts = |finding: &&Finding| {
        !matches!(finding.axis, Axis::Status | Axis::Remark)
            && finding.code != Code::PictureSignaturesNotChecked
    };
    let mut findings = verdict.findings.iter().filter(counts);
    let is_cut = |code| matches!(code, Code::ClaimMalformed | Code::ClaimNoLink);
    if let Some(failed) = findings.clone().find(|finding| finding.outcome == Outcome::Fail) {
        return ClaimAnswer::bad(vec![failed.into()], is_cut(verdict.lines.issuer.code));
    }
    if let Some(open) = findings.find(|finding| finding.outcome != Outcome::Pass) {
        return match open.code {
            // In an address that leads to this page it stands instead of a claim.
            code if is_cut(code) => ClaimAnswer::bad(vec![Said::plain("claim.malformed")], true),
            // All seals that this institution ever had are among its keys; old keys may lack the newest.
            Code::ClaimUnknownSeal if shown.fresh => {
                ClaimAnswer::bad(vec![Said::plain("code.foreign-seal")], false)
            }
            _ => ClaimAnswer::open(open.into()),
        };
    }
    let document = verdict.document.as_ref();
    let Some((document, issued)) = document.and_then(|d| Some((d, d.issued.as_ref()?))) else {
        return ClaimAnswer::open(Said::plain("code.not-checked"));
    };
    let differences = record.fields().map(|fields| differences(issued, fields)).unwrap_or_default();
    if !differences.is_empty() {
        return ClaimAnswer::bad(differences, false);
    }
    let status = verdict.lines.status.code;
    // A genuine seal is no good news where the document is not in force, where the page could not say so, or where
    // nobody compared the content with the register's.
    let holds = status == Code::StatusComplete && shown.state == "in-force" && shown.is_record;
    let sentence = if holds {
        "code.good-here"
    } else if matches!(status, Code::StatusUnreachable | Code::StatusNewer) || shown.is_offline {
        "code.good-unreachable"
    } else {
        "code.good-only"
    };
    ClaimAnswer {
        tone: if holds { Tone::Good } else { Tone::Open },
        heading: "code.good",
        said: vec![Said::plain(sentence).with("by", &issued.by)],
        facts: facts(document).into_iter().filter(|fact| !matches!(fact.value, FactValue::Id(_))).collect(),
        sealed: Some(Said::plain("code.sealed-on").with("day", &issued.on)),
        contradiction: None,
    }
}

/// Where the register says something else than the seal.
fn differences(issued: &Issued, fields: Fields) -> Vec<Said> {
    let pairs = [
        ("page.indicators", issued.indicators.to_string(), fields.indicators.to_string()),
        ("page.budget", rupiah(issued.budget), rupiah(fields.budget)),
    ];
    let differ = pairs.into_iter().filter(|(_, sealed, recorded)| sealed != recorded);
    differ
        .map(|(what, sealed, recorded)| {
            Said::plain("code.differs")
                .with("sealed", sealed)
                .with("recorded", recorded)
                .saying("what", Said::plain(what))
        })
        .collect()
}
