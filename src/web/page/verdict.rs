//! The answer about a file, for those whose browser runs no script. The script writes the same.

use maud::{Markup, html};
use pk_trust::claim::Id;
use pk_trust::verify::{Finding, Outcome, SignatureVerdict, Verdict};

use super::frame::{Kind, frame};
use super::{Context, Tone, answer_word, banner, line};
use crate::audit::{Answer, PictureVerdict};
use crate::model::rupiah;
use crate::report::{axis_code, document_reason, headline, place, reason, worst};
use crate::words::printable;

/// The page with the answer about a file.
pub(in crate::web) fn answer(context: &Context<'_>, answer: &Answer) -> String {
    let overall = answer.overall();
    let heading = context.say(headline(overall));
    let content = html! {
        (banner(Tone::of_overall(overall), &heading, html! {
            @if let Some(reason) = reason(&context.words, answer) { p { (reason) } }
        }))
        @match answer {
            Answer::Document(verdict) => (document(context, verdict)),
            Answer::Picture(verdict) => (picture(context, verdict)),
            // Refused before it was looked at.
            Answer::Archive(_) => {}
        }
        div.actions { a.button.first href=(context.links.check()) { (context.say("page.check-another")) } }
    };
    frame(context, Kind::Notice, &heading, &content)
}

fn picture(context: &Context<'_>, verdict: &PictureVerdict) -> Markup {
    html! {
        @for verdict in &verdict.documents {
            h2 { (context.say(headline(verdict.overall))) }
            @if let Some(reason) = document_reason(&context.words, verdict) { p { (reason) } }
            (document(context, verdict))
        }
    }
}

fn document(context: &Context<'_>, verdict: &Verdict) -> Markup {
    html! {
        ul.lines {
            @for (axis, answer) in verdict.lines.all() {
                (line(
                    context,
                    axis_code(axis),
                    Tone::of_answer(answer.outcome),
                    answer_word(answer.outcome),
                    &context.words.text(answer.code, &answer.detail),
                ))
            }
        }
        @if let Some(document) = &verdict.document {
            @if let Some(issued) = &document.issued {
                h2 { (context.say("page.compare")) }
                dl.facts {
                    @if let Ok(id) = document.id.parse::<Id>() {
                        div { dt { (context.say("page.code")) } dd.code {
                            @if issued.host == context.site.host {
                                a href=(context.links.document(&id)) { (id.grouped()) }
                            } @else { (id.grouped()) }
                        } }
                    }
                    div { dt { (context.say("page.issued-by")) } dd { (printable(&issued.by)) } }
                    div { dt { (context.say("page.year")) } dd { (document.year) } }
                    @if let Some(number) = &issued.number {
                        div { dt { (context.say("page.number")) } dd { (printable(number)) } }
                    }
                    @if document.kind == "agreement" {
                        div { dt { (context.say("page.indicators")) } dd { (issued.indicators) } }
                        div { dt { (context.say("page.budget")) } dd { "Rp " (rupiah(issued.budget)) } }
                    }
                    div { dt { (context.say("page.issued")) } dd { (issued.on) } }
                }
            }
        }
        @if !verdict.signatures.is_empty() { (signatures(context, &verdict.signatures)) }
        details {
            summary { (context.say("page.all-checks")) }
            (findings(context, verdict))
            p { "SHA-256: " code { (verdict.sha256) } }
        }
        p.hint { (context.say("page.uncertified")) }
    }
}

fn signatures(context: &Context<'_>, signatures: &[SignatureVerdict]) -> Markup {
    html! {
        h2 { (context.say("page.signers")) }
        ol.signers {
            @for signature in signatures {
                @let worst = worst(signature);
                @let tone = Tone::of_outcome(worst);
                @let word = match worst {
                    Outcome::Pass => "page.signature-good",
                    Outcome::Fail => "page.signature-bad",
                    Outcome::NotChecked => "page.signature-open",
                };
                li.(tone.class()) {
                    p { strong {
                        (printable(signature.signer.as_deref().unwrap_or(&signature.field)))
                    } }
                    p { (tone.mark(context, word)) }
                    @if let Some(time) = &signature.claimed_time {
                        p { (context.said("page.claimed-time", &[("time", time)])) }
                    }
                }
            }
        }
    }
}

fn findings(context: &Context<'_>, verdict: &Verdict) -> Markup {
    html! {
        table {
            thead { tr {
                th scope="col" { (context.say("page.result")) }
                th scope="col" { (context.say("page.finding")) }
            } }
            tbody { @for finding in verdict.all_findings() { (finding_row(context, finding)) } }
        }
    }
}

fn finding_row(context: &Context<'_>, finding: &Finding) -> Markup {
    let word = match finding.outcome {
        Outcome::Pass => "page.yes",
        Outcome::Fail => "page.no",
        Outcome::NotChecked => "page.unknown",
    };
    html! {
        tr {
            td { (Tone::of_outcome(finding.outcome).mark(context, word)) }
            td {
                (context.words.text(finding.code, &finding.detail))
                @if let Some(at) = &finding.place { " (" (place(&context.words, at)) ")" }
                " " code { (finding.code) }
            }
        }
    }
}
