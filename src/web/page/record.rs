//! The page of one document.

use maud::{Markup, Render, html};
use pk_trust::Time;
use pk_trust::claim::Kind as Document;
use pk_trust::present::rupiah;

use super::frame::{Kind, frame};
use super::pieces::Piece;
use super::{Context, Plain, Said, Shown as _, Tone, banner, fact, line, tone_of};
use crate::registry::Signer;
use crate::web::record::{Record, State};
use crate::words::printable;

/// The page of a document, with or without a picture of it.
pub(in crate::web) fn record(context: &Context<'_>, record: &Record<'_>, picture: bool) -> String {
    let heading = heading(context, record.state());
    let (kind, year) = (record.kind(&context.words), record.entry.slot.year);
    let title = format!("{}: {kind} {year}, {}", &*heading, record.entry.reservation.id.grouped());
    frame(context, Kind::Document(record), &title, &Content { context, record, picture })
}

fn heading(context: &Context<'_>, state: State) -> Said {
    context.say(match state {
        State::InForce => "state.in-force",
        State::Waiting => "state.waiting",
        State::Superseded => "state.superseded",
        State::Revoked => "state.revoked",
    })
}

/// What stands between head and foot; written straight into the page.
struct Content<'a> {
    context: &'a Context<'a>,
    record: &'a Record<'a>,
    picture: bool,
}

impl Render for Content<'_> {
    fn render_to(&self, buffer: &mut String) {
        let Self { context, record, picture } = *self;
        let state = record.state();
        let shows_fields = record.shows_fields();
        let headline = || banner(tone_of(state), &heading(context, state), explanation(context, record));
        if state == State::InForce {
            context.piece(Piece::InForce, headline).render_to(buffer);
        } else {
            headline().render_to(buffer);
        }
        context
            .piece(Piece::Compare { shows_fields }, || before_facts(context, shows_fields))
            .render_to(buffer);
        facts(context, record).render_to(buffer);
        if record.shows_original() {
            original(context, record, picture).render_to(buffer);
        }
        context.piece(Piece::Lines(state), || lines(context, state)).render_to(buffer);
        if shows_fields {
            signers(context, record).render_to(buffer);
        }
        context.piece(Piece::Certificates, || certificates(context)).render_to(buffer);
        as_json(context, record).render_to(buffer);
    }
}

fn as_json(context: &Context<'_>, record: &Record<'_>) -> Markup {
    let address = context.links.of_document(&record.entry.reservation.id, "json");
    html! { p.noprint { a href=(Plain(&address)) { (context.say("page.as-json")) } } }
}

/// What the state means, and what to do.
fn explanation(context: &Context<'_>, record: &Record<'_>) -> Markup {
    let entry = record.entry;
    let institution = [("institution", context.site.institution.as_str())];
    let reason = entry.remark.as_deref().map(printable);
    let ended = context.moment(entry.ended.unwrap_or(entry.changed));
    html! {
        @match record.state() {
            State::InForce => {
                p { (context.said("page.in-force", &institution)) }
                p { (context.say("page.compare-first")) }
            }
            State::Waiting => {
                p { (context.said("page.waiting", &institution)) }
                @if record.shows_fields() {
                    @for signer in record.waiting_for() { p { (who(signer)) } }
                }
            }
            State::Superseded => {
                p { (context.said("page.superseded", &institution)) " " (ended) "." }
                @if let Some(reason) = &reason { p { (context.said("page.reason", &[("reason", reason)])) } }
                @if let Some(by) = &entry.successor {
                    p { a href=(context.links.document(by)) {
                        (context.said("page.successor", &[("id", &by.grouped())])) } }
                }
            }
            State::Revoked => {
                p { (context.said("page.revoked", &institution)) " " (ended) "." }
                @if let Some(reason) = &reason { p { (context.said("page.reason", &[("reason", reason)])) } }
            }
        }
    }
}

/// What has to be the same on paper. A true code can be copied onto a false paper, and only reading both
/// shows it.
fn before_facts(context: &Context<'_>, shows_fields: bool) -> Markup {
    html! {
        // What is shown if the script, or what it needs, cannot be loaded.
        section id="claim" role="status" aria-live="polite" data-failed=(context.say("code.not-checked"))
            data-checking=(context.say("code.checking")) {}
        h2 { (context.say("page.compare")) }
        p { (context.say(if shows_fields { "page.compare-how" } else { "page.compare-little" })) }
    }
}

fn facts(context: &Context<'_>, record: &Record<'_>) -> Markup {
    let entry = record.entry;
    let shown = record.shows_fields();
    let agreement = entry.slot.kind == Document::Agreement;
    let indicators = entry.indicators.to_string();
    let budget = rupiah(entry.budget);
    let year = entry.slot.year.to_string();
    let issued = context.date(&Time::from_unix(entry.reservation.day.saturating_mul(86_400)).to_string());
    let first = entry.first_objective.as_deref();
    let last = entry.last_objective.as_deref().filter(|last| Some(*last) != first);
    let kind = record.kind(&context.words);
    let date = entry.date.as_deref().map(|date| context.date(date));
    let year_and_unit = || {
        html! {
            (fact(context.say("page.year"), Some(&year)))
            @if shown { (fact(context.say("page.unit"), Some(&entry.unit))) }
        }
    };
    html! {
        dl.facts {
            div { dt { (context.say("page.code")) } dd.code { (Plain(&entry.reservation.id.grouped())) } }
            (fact(context.say("page.kind"), Some(&kind)))
            // A pledge shows neither.
            @if agreement { (year_and_unit()) }
            @if shown {
                (fact(context.say("page.position"), Some(&entry.position)))
                (fact(context.say("page.date"), date.as_deref()))
                (fact(context.say("page.indicators"), agreement.then_some(indicators.as_str())))
                (fact(context.say("page.budget"), (entry.budget > 0).then_some(budget.as_str())))
                (fact(context.say("page.first-objective"), first))
                (fact(context.say("page.last-objective"), last))
            }
        }
        p { (context.say("page.register-says")) }
        dl.facts {
            @if !agreement { (year_and_unit()) }
            (fact(context.say("page.issued"), Some(&issued)))
            @if let Some(old) = &record.replaces {
                div { dt { (context.say("page.replaces")) } dd.code {
                    a href=(context.links.document(old)) { (Plain(&old.grouped())) }
                } }
            }
        }
    }
}

/// The document itself.
fn original(context: &Context<'_>, record: &Record<'_>, picture: bool) -> Markup {
    let address = |ending| context.links.of_document(&record.entry.reservation.id, ending);
    let image = address("png");
    html! {
        h2 { (context.say("page.original")) }
        div.actions {
            a.button.first href=(Plain(&address("pdf"))) { (context.say("page.open-original")) }
            button type="button" id="check-original" hidden { (context.say("page.check-original")) }
        }
        div id="original-result" role="status" aria-live="polite"
            data-failed=(context.say("original.failed"))
            data-checking=(context.say("check.working")) {}
        @if picture {
            figure {
                a href=(Plain(&image)) {
                    img src=(Plain(&image)) alt=(context.say("page.picture-alt"))
                        width="910" height="1287" loading="lazy" decoding="async";
                }
                figcaption { (context.say("page.picture")) }
            }
        }
    }
}

/// The four questions. What this page alone cannot answer, it says so.
fn lines(context: &Context<'_>, state: State) -> Markup {
    let institution = context.site.institution.as_str();
    let (tone, word, code) = match state {
        State::InForce => (Tone::Good, "page.yes", "page.status-in-force"),
        State::Waiting => (Tone::Open, "page.not-yet", "page.status-waiting"),
        State::Superseded => (Tone::Moved, "page.no", "page.status-superseded"),
        State::Revoked => (Tone::Bad, "page.no", "page.status-revoked"),
    };
    let issuer = context.said("page.issuer-register", &[("institution", institution)]);
    html! {
        h2 { (context.say("page.questions")) }
        ul.lines id="lines" {
            (line(context, "axis.integrity", Tone::Open, "page.unknown", &context.say("page.integrity-open"), None))
            (line(context, "axis.issuer", Tone::Good, "page.yes", &issuer, None))
            (line(context, "axis.status", tone, word, &context.say(code), None))
            (line(context, "axis.time", Tone::Open, "page.unknown", &context.say("page.time-open"), None))
        }
        // The script says here how old the answer is.
        @if context.links.is_static() {
            p.hint id="as-of" data-text=(context.say("page.as-of")) data-old=(context.say("page.as-of-old")) {
                (context.say("page.as-of-file")) " "
                a href=(context.links.file("published.json")) { "published.json" } "."
            }
        } @else {
            p.hint id="as-of" hidden data-text=(context.say("page.as-of")) {}
        }
    }
}

fn certificates(context: &Context<'_>) -> Markup {
    html! {
        h2 { (context.say("page.certificates")) }
        p { (context.say("page.uncertified")) }
    }
}

fn signers(context: &Context<'_>, record: &Record<'_>) -> Markup {
    html! {
        h2 { (context.say("page.signers")) }
        ol.signers {
            @for signer in &record.entry.signers {
                @let tone = if signer.signed.is_some() { Tone::Good } else { Tone::Open };
                li.(tone.class()) {
                    p { strong { (Plain(&signer.name)) } }
                    @if !signer.position.is_empty() { p { (Plain(&signer.position)) } }
                    p {
                        @match signer.signed {
                            Some(time) => {
                                (tone.mark(context, "page.signed")) " " (context.moment(time))
                            }
                            None => { (tone.mark(context, "page.not-signed")) }
                        }
                    }
                }
            }
        }
        p.hint { (context.say("page.signers-note")) }
    }
}

fn who(signer: &Signer) -> String {
    let name = printable(&signer.name);
    if signer.position.is_empty() {
        name.into_owned()
    } else {
        format!("{name}, {}", printable(&signer.position))
    }
}
