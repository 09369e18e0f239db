//! The answer about a document or a code, as a page shows it.

use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

use super::{Said, Tone, axis_code, headline, place, reason, rupiah, signature_word, tolerated, word};
use crate::claim::{Id, Kind};
use crate::time::Time;
use crate::verify::{
    About, Answer, Code, DocumentVerdict, Finding, Outcome, Overall, Profile, Root, SignatureVerdict, Verdict,
};

/// Who shows the answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reader<'h> {
    /// The host of the page.
    pub host: &'h str,
    /// Whether its keys are those of today: all seals that the institution ever had are among them.
    pub fresh: bool,
}

/// An answer, ready to be shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PageAnswer {
    /// Of the headline.
    pub tone: Tone,
    /// The headline.
    pub heading: &'static str,
    /// The paragraphs below it; the sentences of one are joined.
    pub paragraphs: Vec<Vec<Said>>,
    /// The four lines.
    pub lines: Vec<ShownLine>,
    /// What is to be compared with the paper; nothing if no seal vouches for anything.
    pub facts: Vec<Fact>,
    /// When it was sealed, said below the facts.
    pub sealed: Option<Said>,
    /// The id, if its page is on the host of this one.
    pub page: Option<Id>,
    /// The signers.
    pub signatures: Vec<ShownSignature>,
    /// Every check.
    pub rows: Vec<Row>,
    /// Whose root vouches, and by whose authority.
    pub trust: Vec<Said>,
}

/// One of the four lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShownLine {
    /// Its name.
    pub axis: &'static str,
    /// Its colour.
    pub tone: Tone,
    /// Its answer in a word.
    pub word: &'static str,
    /// Why.
    pub said: Said,
}

/// Something that the seal vouches for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What it is.
    pub label: &'static str,
    /// What it says.
    pub value: FactValue,
}

/// By hand: what serde makes of a flattened enum is larger than all of this file.
impl Serialize for Fact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fact = serializer.serialize_struct("Fact", 2)?;
        fact.serialize_field("label", self.label)?;
        match &self.value {
            FactValue::Id(id) => fact.serialize_field("id", id)?,
            FactValue::Text(text) => fact.serialize_field("text", text)?,
            FactValue::Said(said) => fact.serialize_field("said", said)?,
        }
        fact.end()
    }
}

/// How a fact is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FactValue {
    /// The id of a document; the page knows whether it leads anywhere.
    Id(Id),
    /// As it is.
    Text(String),
    /// A word.
    Said(Said),
}

/// One signer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShownSignature {
    /// Its colour.
    pub tone: Tone,
    /// Its answer in a word.
    pub word: &'static str,
    /// The signer; `None` where that is not known.
    pub signer: Option<String>,
    /// The field.
    pub field: String,
    /// When, by whose word.
    pub time: Option<Said>,
}

/// One check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    /// Its colour.
    pub tone: Tone,
    /// Its answer in a word.
    pub word: &'static str,
    /// What was found.
    pub said: Said,
    /// Where, to be joined by commas.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub place: Vec<Said>,
}

/// The answer about a document, or about the text of one code.
pub fn page(verdict: &Verdict, reader: Reader<'_>) -> PageAnswer {
    let (tone, heading, paragraphs) = above(verdict, reader);
    let document = verdict.document.as_ref();
    let issued = document.and_then(|document| document.issued.as_ref());
    PageAnswer {
        tone,
        heading,
        paragraphs,
        lines: lines(verdict),
        facts: document.map(facts).unwrap_or_default(),
        sealed: issued.map(|issued| Said::plain("code.sealed-on").with("day", &issued.on)),
        page: document.filter(|_| issued.is_some_and(|issued| issued.host == reader.host)).map(|d| d.id),
        signatures: verdict.signatures.iter().map(signature).collect(),
        rows: verdict.all_findings().map(row).collect(),
        trust: verdict.roots().into_iter().map(root).chain(authority(verdict)).collect(),
    }
}

/// Colour, heading, and the paragraphs below it.
fn above(verdict: &Verdict, reader: Reader<'_>) -> (Tone, &'static str, Vec<Vec<Said>>) {
    let (issuer, status) = (&verdict.lines.issuer, &verdict.lines.status);
    let yes = |answer| answer == Answer::Yes;
    let elsewhere = verdict.findings.iter().any(|finding| finding.code == Code::QrForeignHost);
    let is_link = verdict.about == About::Link;
    let issued = verdict.document.as_ref().and_then(|document| document.issued.as_ref());
    let proven = is_link && !elsewhere && yes(issuer.outcome) && verdict.overall != Overall::Failed;
    let plain = (Tone::of_overall(verdict.overall), headline(verdict.overall));
    let ((mut tone, heading), why) = match issued.filter(|_| proven) {
        // All that a code can prove, it has proven: it must not look like one of an unknown seal.
        Some(issued) if yes(status.outcome) => {
            ((Tone::Good, "code.good"), vec![Said::plain("code.good-here").with("by", &issued.by)])
        }
        Some(_) if verdict.overall == Overall::Ended => (plain, vec![status.into()]),
        Some(_) => ((Tone::Open, "code.good"), vec![status.into()]),
        // It leads here, and all seals that this institution ever had are known here.
        None if is_link && !elsewhere && reader.fresh && issuer.code == Code::ClaimUnknownSeal => {
            ((Tone::Bad, "code.bad"), vec![Said::plain("code.foreign-seal")])
        }
        None => {
            // Of a code, everything hangs on its issuer.
            let why = match is_link && !yes(issuer.outcome) {
                true => vec![issuer.into()],
                false => reason(verdict),
            };
            (if elsewhere { (Tone::Bad, "code.bad") } else { plain }, why)
        }
    };
    // Where a code leads, if that is not the page of those who ask, comes first. It moves no line, and is what a
    // forger has to change first.
    let leading = verdict.findings.iter().filter(|finding| finding.code.is_about_the_host());
    let mut paragraphs: Vec<Vec<Said>> = leading.map(|finding| vec![finding.into()]).collect();
    if !paragraphs.is_empty() && tone == Tone::Good {
        tone = Tone::Open;
    }
    let mut add = |said: Vec<Said>| {
        if !said.is_empty() && !paragraphs.contains(&said) {
            paragraphs.push(said);
        }
    };
    add(why);
    // Whoever made a whole document himself can seal it with a key of his own; in the register it is not.
    if status.code == Code::StatusUnknownDocument {
        add(vec![status.into()]);
    }
    if verdict.findings.iter().any(|finding| finding.code == Code::DocumentUnsigned) {
        add(vec![Said::plain("check.scan")]);
    }
    for notice in verdict.notices().into_iter().filter(|notice| !notice.code.is_about_the_host()) {
        add(vec![notice.into()]);
    }
    add(tolerated(verdict, "page.tolerated").into_iter().collect());
    (tone, heading, paragraphs)
}

fn lines(verdict: &Verdict) -> Vec<ShownLine> {
    let line = |(axis, line): (_, &crate::verify::Line)| {
        let tone = Tone::of_answer(line.outcome);
        ShownLine { axis: axis_code(axis), tone, word: word(tone), said: line.into() }
    };
    verdict.lines.all().into_iter().map(line).collect()
}

/// What the seal vouches for of a document, to be compared with the paper in one's hand.
pub(super) fn facts(document: &DocumentVerdict) -> Vec<Fact> {
    let Some(issued) = &document.issued else { return Vec::new() };
    let text = |label, value: String| Fact { label, value: FactValue::Text(value) };
    let mut facts = vec![
        Fact { label: "page.code", value: FactValue::Id(document.id) },
        text("page.issued-by", issued.by.clone()),
        Fact { label: "page.kind", value: FactValue::Said(kind(document.kind, issued.stage)) },
    ];
    facts.extend(issued.number.clone().map(|number| text("page.number", number)));
    if document.kind == Kind::Agreement {
        facts.push(text("page.year", document.year.to_string()));
        facts.push(text("page.indicators", issued.indicators.to_string()));
    }
    // Where the paper has no budget there is nothing to compare.
    if issued.budget > 0 {
        facts.push(text("page.budget", rupiah(issued.budget)));
    }
    facts
}

/// What a document is called on a page, as its title says it: a revision is called so.
pub fn kind(kind: Kind, stage: u8) -> Said {
    let kind = Said::plain(match kind {
        Kind::Agreement => "page.agreement",
        Kind::Pledge => "page.pledge",
        Kind::ActionPlan => "page.action-plan",
    });
    match stage {
        0 => kind,
        1 => Said::plain("page.revision").saying("kind", kind),
        _ => Said::plain("page.later-revision").with("number", roman(stage)).saying("kind", kind),
    }
}

/// The number of a revision as it is printed; the agreements of a year have less than ten.
pub fn roman(stage: u8) -> String {
    const NUMERALS: [&str; 9] = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"];
    let index = usize::from(stage).checked_sub(1);
    index.and_then(|index| NUMERALS.get(index)).map_or_else(|| stage.to_string(), ToString::to_string)
}

fn signature(signature: &SignatureVerdict) -> ShownSignature {
    let (tone, word) = signature_word(signature);
    let said = |code, time: Time| Said::plain(code).with("time", time);
    let time = signature.proven_time.map(|time| said("page.proven-time", time));
    ShownSignature {
        tone,
        word,
        signer: signature.signer.clone(),
        field: signature.field.clone(),
        time: time.or(signature.claimed_time.map(|time| said("page.claimed-time", time))),
    }
}

fn row(finding: &Finding) -> Row {
    let tone = Tone::of_outcome(finding.outcome);
    let place = finding.place.map(place).unwrap_or_default();
    Row { tone, word: word(tone), said: finding.into(), place }
}

/// Whose root vouches: all that are trusted on a page are those that it publishes itself.
fn root(root: &Root) -> Said {
    Said::plain("page.root").with("name", &root.name).with("start", root.start())
}

/// By whose authority the certificates are, as far as that is known.
fn authority(verdict: &Verdict) -> Option<Said> {
    let signed = !verdict.signatures.is_empty();
    let proven = if signed {
        verdict.signatures.iter().all(|signature| signature.chain == Outcome::Pass)
    } else {
        verdict.document.as_ref().is_some_and(|document| document.claim == Outcome::Pass)
    };
    if proven && verdict.profile == Profile::Own {
        return Some(Said::plain("page.uncertified"));
    }
    signed.then(|| Said::plain("page.authority-open"))
}
