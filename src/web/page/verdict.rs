//! The answer about a file, for those whose browser runs no script. The script writes the same.

use maud::{Markup, PreEscaped, html};
use pk_trust::claim::Kind as Document;
use pk_trust::verify::{self, Finding, Line, Outcome, Overall, Profile, SignatureVerdict, Verdict};
use serde::{Deserialize, Serialize};

use super::frame::{Kind, frame};
use super::{Context, Tone, answer_word, banner, line};
use crate::audit::{Answer, PictureVerdict};
use crate::model::rupiah;
use crate::report::{axis_code, document_reason, headline, is_changed_after, place, tolerated, worst};
use crate::words::printable;

/// What stands above an answer.
struct Headline {
    tone: Tone,
    code: &'static str,
    sentences: Vec<String>,
}

impl Headline {
    /// Of an answer as a whole.
    fn of(context: &Context<'_>, answer: &Answer) -> Self {
        match answer {
            Answer::Document(verdict) => Self::of_document(context, verdict),
            Answer::Picture(verdict) => {
                let all = verdict.documents.iter().map(|document| Self::of_document(context, document));
                let worst = all.min_by_key(Self::rank).unwrap_or_else(|| Self::plain(verdict.overall));
                worst.leading_to(context, &verdict.remarks)
            }
            Answer::Archive(verdict) => Self::plain(verdict.overall),
        }
    }

    /// Of a file, or of the text of one QR code.
    fn of_document(context: &Context<'_>, verdict: &Verdict) -> Self {
        let (issuer, status) = (&verdict.lines.issuer, &verdict.lines.status);
        let say = |line: &Line| context.words.text(line.code, &line.detail);
        let yes = |line: &Line| line.outcome == verify::Answer::Yes;
        let found = |check: fn(&str) -> bool| verdict.findings.iter().any(|finding| check(finding.code));
        let elsewhere = found(|code| code == "qr.foreign-host");
        // Every file has a finding about it as a document.
        let is_link = !found(|code| code.starts_with("document."));
        let issued = verdict.document.as_ref().and_then(|document| document.issued.as_ref());
        let holds = is_link && !elsewhere && yes(issuer) && verdict.overall != Overall::Failed;
        let (tone, code, reason) = match issued.filter(|_| holds) {
            // All that a code can prove, it has proven: it must not look like one of an unknown seal.
            Some(issued) if yes(status) => {
                (Tone::Good, "code.good", Some(context.said("code.good-here", &[("by", &issued.by)])))
            }
            Some(_) if verdict.overall == Overall::Ended => (Tone::Moved, "verdict.ended", Some(say(status))),
            Some(_) => (Tone::Open, "code.good", Some(say(status))),
            None => {
                // Of a code, everything hangs on its issuer.
                let by_issuer = (is_link && !yes(issuer)).then(|| say(issuer));
                let reason = by_issuer.or_else(|| document_reason(&context.words, verdict));
                let plain = Self::plain(verdict.overall);
                if elsewhere {
                    (Tone::Bad, "code.bad", reason)
                } else if is_link && issuer.code == "claim.unknown-seal" {
                    // It leads here, and all seals that this institution ever had are known here.
                    (Tone::Bad, "code.bad", Some(context.say("code.foreign-seal").0.to_owned()))
                } else {
                    (plain.tone, plain.code, reason)
                }
            }
        };
        // Whoever made a whole document himself can seal it with a key of his own; in the register it is not.
        let unknown = (status.code == "status.unknown-document").then(|| say(status));
        let unknown = unknown.filter(|unknown| reason.as_ref() != Some(unknown));
        let others = verdict.notices().into_iter().filter(|notice| !notice.code.starts_with("qr."));
        let others = others.map(|notice| context.words.text(notice.code, &notice.detail));
        let others = others.chain(tolerated(&context.words, verdict, "page.tolerated"));
        let scan = found(|code| code == "document.unsigned").then(|| context.say("check.scan").0.to_owned());
        let sentences = reason.into_iter().chain(unknown).chain(scan).chain(others).collect();
        Self { tone, code, sentences }.leading_to(context, &verdict.findings)
    }

    /// Says first where codes of the picture lead, if that is not the page of those who ask. It moves no line, and
    /// is what a forger has to change first.
    fn leading_to(mut self, context: &Context<'_>, findings: &[Finding]) -> Self {
        let codes = findings.iter().filter(|finding| finding.code.starts_with("qr."));
        let sentences: Vec<String> =
            codes.map(|finding| context.words.text(finding.code, &finding.detail)).collect();
        if !sentences.is_empty() && self.tone == Tone::Good {
            self.tone = Tone::Open;
        }
        self.sentences.splice(0..0, sentences);
        self
    }

    const fn plain(overall: Overall) -> Self {
        Self { tone: Tone::of_overall(overall), code: headline(overall), sentences: Vec::new() }
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
    let headline = Headline::of(context, answer);
    let heading = context.say(headline.code);
    let content = html! {
        (banner(headline.tone, &heading, headline.text()))
        @match answer {
            Answer::Document(verdict) => (document(context, verdict)),
            Answer::Picture(verdict) => (picture(context, verdict)),
            // Refused before it was looked at.
            Answer::Archive(_) => {}
        }
        div.actions { a.button.first href=(context.links.check()) { (context.say("page.check-another")) } }
    };
    Answered { heading: (*heading).to_owned(), content: content.into_string() }
}

fn picture(context: &Context<'_>, verdict: &PictureVerdict) -> Markup {
    html! {
        @for verdict in &verdict.documents {
            @let headline = Headline::of_document(context, verdict);
            div.banner.(headline.tone.class()) {
                (headline.tone.icon())
                div { h2 { (context.say(headline.code)) } (headline.text()) }
            }
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
                    div { dt { (context.say("page.code")) } dd.code {
                        @if issued.host == context.site.host {
                            a href=(context.links.document(&document.id)) { (document.id.grouped()) }
                        } @else { (document.id.grouped()) }
                    } }
                    div { dt { (context.say("page.issued-by")) } dd { (printable(&issued.by)) } }
                    @if let Some(number) = &issued.number {
                        div { dt { (context.say("page.number")) } dd { (printable(number)) } }
                    }
                    @if document.kind == Document::Agreement {
                        div { dt { (context.say("page.year")) } dd { (document.year) } }
                        div { dt { (context.say("page.indicators")) } dd { (issued.indicators) } }
                        @if issued.budget > 0 {
                            div { dt { (context.say("page.budget")) } dd { "Rp " (rupiah(issued.budget)) } }
                        }
                    }
                }
                p.hint { (context.said("code.sealed-on", &[("day", &context.date(&issued.on))])) }
            }
        }
        @if !verdict.signatures.is_empty() { (signatures(context, &verdict.signatures)) }
        details {
            summary { (context.say("page.all-checks")) }
            (findings(context, verdict))
            p { "SHA-256: " code { (verdict.sha256) } }
        }
        @for root in verdict.roots() {
            p.hint { (context.said("page.root", &[("name", &root.name), ("start", root.start())])) }
        }
        @if let Some(code) = authority(verdict) { p.hint { (context.say(code)) } }
    }
}

/// By whose authority the certificates are, as far as that is known.
fn authority(verdict: &Verdict) -> Option<&'static str> {
    let signed = !verdict.signatures.is_empty();
    let proven = if signed {
        verdict.signatures.iter().all(|signature| signature.chain == Outcome::Pass)
    } else {
        verdict.document.as_ref().is_some_and(|document| document.claim == Outcome::Pass)
    };
    if proven && verdict.profile == Profile::Own {
        return Some("page.uncertified");
    }
    signed.then_some("page.authority-open")
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
                    Outcome::NotChecked if is_changed_after(signature) => "page.signature-changed",
                    Outcome::NotChecked => "page.signature-open",
                };
                li.(tone.class()) {
                    p { strong {
                        @match &signature.signer {
                            Some(signer) => (printable(signer)),
                            None => (context.words.field_names(&signature.field)),
                        }
                    } }
                    p { (tone.mark(context, word)) }
                    @if let Some(time) = &signature.claimed_time {
                        p { (context.said("page.claimed-time", &[("time", &context.clock(&time.to_string()))])) }
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
                @if let Some(at) = finding.place { " (" (place(&context.words, at)) ")" }
                " " code { (finding.code) }
            }
        }
    }
}
