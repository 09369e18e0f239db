//! The answer about a file, for those whose browser runs no script. The script builds the same elements of the same
//! values ([`present::page`]).

use maud::{Markup, PreEscaped, html};
use pk_trust::present::{
    self, Fact, FactValue, PageAnswer, Reader, Row, ShownLine, ShownSignature, headline,
};
use pk_trust::verify::Verdict;
use serde::{Deserialize, Serialize};

use super::frame::{Kind, frame};
use super::{Context, Shown as _, Tone, banner, line};
use crate::audit::{Answer, PictureVerdict};
use crate::words::printable;

/// What stands above an answer.
struct Headline {
    tone: Tone,
    code: &'static str,
    sentences: Vec<String>,
}

impl Headline {
    /// Of an answer as a whole, in which each document has this one: that of the worst.
    fn of(context: &Context<'_>, answer: &Answer, shown: &[PageAnswer]) -> Self {
        let all = shown.iter().map(|shown| Self::of_document(context, shown));
        let worst = all.min_by_key(Self::rank).unwrap_or_else(|| Self {
            tone: Tone::of_overall(answer.overall()),
            code: headline(answer.overall()),
            sentences: Vec::new(),
        });
        match answer {
            Answer::Picture(verdict) => worst.leading_to(context, verdict),
            Answer::Document(_) | Answer::Archive(_) => worst,
        }
    }

    fn of_document(context: &Context<'_>, answer: &PageAnswer) -> Self {
        let sentences = answer.paragraphs.iter().map(|said| context.joined(said, "; ")).collect();
        Self { tone: answer.tone, code: answer.heading, sentences }
    }

    /// Says first where other codes of the picture lead.
    fn leading_to(mut self, context: &Context<'_>, picture: &PictureVerdict) -> Self {
        let codes = picture.remarks.iter().filter(|finding| finding.code.is_about_the_host());
        let sentences: Vec<String> = codes.map(|finding| context.of(&finding.into())).collect();
        if !sentences.is_empty() && self.tone == Tone::Good {
            self.tone = Tone::Open;
        }
        self.sentences.splice(0..0, sentences);
        self
    }

    /// The worst one stands above all.
    fn rank(&self) -> u8 {
        match self.tone {
            Tone::Bad => 0,
            _ if self.code != "code.good" => 1,
            Tone::Open | Tone::Moved => 2,
            Tone::Good => 3,
        }
    }

    fn text(&self) -> Markup {
        html! { @for sentence in &self.sentences { p { (sentence) } } }
    }
}

/// The answer about a file, without what every page has around it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::web) struct Answered {
    heading: String,
    /// HTML.
    content: String,
}

/// The page with an answer.
pub(in crate::web) fn answered(context: &Context<'_>, answered: &Answered) -> String {
    frame(context, Kind::Notice, &answered.heading, &PreEscaped(&answered.content))
}

/// The answer about a file.
pub(in crate::web) fn answer(context: &Context<'_>, answer: &Answer) -> Answered {
    // Refused before it was looked at.
    let verdicts = if matches!(answer, Answer::Archive(_)) { &[] } else { answer.verdicts() };
    // The keys of a server are those of today.
    let reader = Reader { host: &context.site.host, fresh: true };
    let shown: Vec<PageAnswer> = verdicts.iter().map(|verdict| present::page(verdict, reader)).collect();
    let headline = Headline::of(context, answer, &shown);
    let heading = context.say(headline.code);
    let content = html! {
        (banner(headline.tone, &heading, headline.text()))
        @for (verdict, shown) in verdicts.iter().zip(&shown) {
            // Of several each has its own headline.
            @if matches!(answer, Answer::Picture(_)) { (part(context, shown)) }
            (document(context, verdict, shown))
        }
        div.actions { a.button.first href=(context.links.check()) { (context.say("page.check-another")) } }
    };
    Answered { heading: (*heading).to_owned(), content: content.into_string() }
}

fn part(context: &Context<'_>, shown: &PageAnswer) -> Markup {
    let headline = Headline::of_document(context, shown);
    html! {
        div.banner.(headline.tone.class()) {
            (headline.tone.icon())
            div { h2 { (context.say(headline.code)) } (headline.text()) }
        }
    }
}

fn document(context: &Context<'_>, verdict: &Verdict, answer: &PageAnswer) -> Markup {
    html! {
        ul.lines {
            @for ShownLine { axis, tone, word, said } in &answer.lines {
                // What to do, where something does not hold: a headline alone leaves people with it.
                @let advice = if *tone == Tone::Bad { context.advice(said) } else { None };
                (line(context, axis, *tone, word, &context.of(said), advice.as_deref()))
            }
        }
        @if !answer.facts.is_empty() {
            h2 { (context.say("page.compare")) }
            dl.facts { @for fact in &answer.facts { (compared(context, fact, answer)) } }
        }
        @if let Some(sealed) = &answer.sealed { p.hint { (context.of(sealed)) } }
        @if !answer.signatures.is_empty() { (signatures(context, &answer.signatures)) }
        details {
            summary { (context.say("page.all-checks")) }
            (findings(context, &answer.rows))
            p { "SHA-256: " code { (verdict.sha256) } }
        }
        @for said in &answer.trust { p.hint { (context.of(said)) } }
    }
}

fn compared(context: &Context<'_>, Fact { label, value }: &Fact, answer: &PageAnswer) -> Markup {
    html! {
        div {
            dt { (context.say(label)) }
            @match value {
                FactValue::Id(id) => dd.code {
                    @if answer.page.is_some() {
                        a href=(context.links.document(id)) { (id.grouped()) }
                    } @else { (id.grouped()) }
                },
                FactValue::Text(text) => dd { (printable(text)) },
                FactValue::Said(said) => dd { (context.of(said)) },
            }
        }
    }
}

fn signatures(context: &Context<'_>, signatures: &[ShownSignature]) -> Markup {
    html! {
        h2 { (context.say("page.signers")) }
        ol.signers {
            @for ShownSignature { tone, word, signer, field, time } in signatures {
                li.(tone.class()) {
                    p { strong {
                        @match signer {
                            Some(signer) => (printable(signer)),
                            None => (context.words.field_names(field)),
                        }
                    } }
                    p { (tone.mark(context, word)) }
                    @if let Some(time) = time { p { (context.of(time)) } }
                }
            }
        }
    }
}

fn findings(context: &Context<'_>, rows: &[Row]) -> Markup {
    html! {
        table {
            thead { tr {
                th scope="col" { (context.say("page.result")) }
                th scope="col" { (context.say("page.finding")) }
            } }
            tbody {
                @for Row { tone, word, said, place } in rows {
                    tr {
                        td { (tone.mark(context, word)) }
                        td {
                            (context.of(said))
                            @if !place.is_empty() { " (" (context.joined(place, ", ")) ")" }
                            " " code { (said.code) }
                        }
                    }
                }
            }
        }
    }
}
