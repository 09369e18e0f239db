//! The pages as HTML. Complete without scripts; scripts only add what a server must not do: look at the
//! part of the link behind `#`, and at files.

mod check;
mod frame;
mod notice;
mod pieces;
mod record;
mod verdict;

use std::ops::Deref;
use std::sync::Arc;

use maud::{Markup, PreEscaped, Render, html};
use pk_trust::Time;
use pk_trust::present::{self, Tone};

pub(in crate::web) use check::{Problem, check, offline};
pub(in crate::web) use notice::{Notice, lost, notice};
pub(in crate::web) use pieces::Pieces;
pub(in crate::web) use record::record;
pub(in crate::web) use verdict::{Answered, answer, answered};

use super::links::Links;
use super::record::State;
use super::site::Site;
use crate::report;
use crate::words::{LONGEST, Words, date, printable};
use pieces::Piece;

/// One drawing in outline.
macro_rules! icon {
    ($path:literal) => {
        concat!(
            "<svg viewBox=\"0 0 32 32\" aria-hidden=\"true\" fill=\"none\" stroke=\"currentColor\" ",
            "stroke-width=\"2.5\" stroke-linecap=\"round\" stroke-linejoin=\"round\"><path d=\"",
            $path,
            "\"/></svg>"
        )
    };
}

/// Who speaks to whom, and from where.
#[derive(Clone, Copy, Debug)]
pub(in crate::web) struct Context<'a> {
    /// The institution.
    pub(in crate::web) site: &'a Site,
    /// The language.
    pub(in crate::web) words: Words,
    /// The addresses.
    pub(in crate::web) links: Links,
}

impl Context<'_> {
    fn say(&self, code: &'static str) -> Said {
        Said(self.words.fixed(code))
    }

    fn said(&self, code: &str, values: &[(&str, &str)]) -> String {
        self.words.filled(code, values)
    }

    /// A sentence by its code.
    fn of(&self, said: &present::Said) -> String {
        report::said(&self.words, said)
    }

    /// What may help, if anything is known to.
    fn advice(&self, said: &present::Said) -> Option<String> {
        self.words.advice(said.code, &said.detail)
    }

    /// Several of them as one.
    fn joined(&self, said: &[present::Said], between: &str) -> String {
        report::joined(&self.words, said, between)
    }

    fn piece(&self, piece: Piece, make: impl FnOnce() -> Markup) -> PreEscaped<Arc<str>> {
        self.site.pieces.get(self.links, piece, make)
    }

    /// `5 Januari 2026`, from `2026-01-05` and what comes after.
    fn date(&self, text: &str) -> String {
        date(text, self.words.language())
    }

    /// Date and time by the office's clock, which is named: Indonesia has three.
    fn clock(&self, text: &str) -> String {
        self.words.clock(text)
    }

    /// The same as an element.
    fn moment(&self, time: Time) -> Markup {
        let text = time.to_string();
        html! { time datetime=(Plain(&text)) { (Plain(&self.clock(&text))) } }
    }
}

/// A text of our own. It holds nothing that would have to be escaped (`tests/words.rs`), and escaping some sixty
/// of them took a tenth of the time of a page.
#[derive(Clone, Copy)]
struct Said(&'static str);

impl Deref for Said {
    type Target = str;

    fn deref(&self) -> &str {
        self.0
    }
}

impl Render for Said {
    fn render_to(&self, buffer: &mut String) {
        buffer.push_str(self.0);
    }
}

/// Somebody else's text, made harmless for the eye ([`printable`]) and escaped. Most texts need neither, and looking
/// at each of their bytes alone took a tenth of the time of a page.
struct Plain<'a>(&'a str);

impl Render for Plain<'_> {
    fn render_to(&self, buffer: &mut String) {
        // To the end of the text, so that the compiler takes sixteen bytes at a time.
        let harmful = self.0.bytes().fold(false, |harmful, byte| {
            harmful | !(0x20..0x7F).contains(&byte) | [b'&', b'<', b'>', b'"'].contains(&byte)
        });
        if self.0.len() <= LONGEST && !harmful {
            buffer.push_str(self.0);
        } else {
            printable(self.0).render_to(buffer);
        }
    }
}

/// How something is meant: colour, sign and word together, never colour alone (WCAG 2.2, 1.4.1).
trait Shown: Copy {
    /// The class of its colour.
    fn class(self) -> &'static str;

    /// A character of its own for each.
    fn sign(self) -> &'static str;

    /// `✓ ya`
    fn mark(self, context: &Context<'_>, code: &'static str) -> Markup {
        html! { span.mark.(self.class()) { span aria-hidden="true" { (self.sign()) } " " (context.say(code)) } }
    }

    /// A drawing of its own shape for each, so that a black-and-white print tells them apart.
    fn icon(self) -> PreEscaped<&'static str>;
}

/// The tone of a document's state.
const fn tone_of(state: State) -> Tone {
    match state {
        State::InForce => Tone::Good,
        State::Waiting => Tone::Open,
        State::Superseded => Tone::Moved,
        State::Revoked => Tone::Bad,
    }
}

impl Shown for Tone {
    fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Bad => "bad",
            Self::Open => "open",
            Self::Moved => "moved",
        }
    }

    fn sign(self) -> &'static str {
        match self {
            Self::Good => "\u{2713}",
            Self::Bad => "\u{2717}",
            Self::Open => "?",
            Self::Moved => "\u{2192}",
        }
    }

    fn icon(self) -> PreEscaped<&'static str> {
        PreEscaped(match self {
            Self::Good => icon!("M16 3a13 13 0 1 0 0 26 13 13 0 0 0 0-26M9.5 16.5l4.5 4.5 9-10"),
            Self::Bad => icon!("M10.5 3h11L29 10.5v11L21.5 29h-11L3 21.5v-11zM11 11l10 10M21 11L11 21"),
            Self::Open => icon!("M16 3L30 28H2zM16 12v8M16 23.5v.5"),
            Self::Moved => icon!("M4 4h24v24H4zM10 16h12M17 10.5l5.5 5.5-5.5 5.5"),
        })
    }
}

/// The headline of a page or of an answer on it.
fn banner(tone: Tone, heading: &str, body: Markup) -> Markup {
    html! {
        div.banner.(tone.class()) {
            (tone.icon())
            div { h1 { (heading) } (body) }
        }
    }
}

/// A row of a list of facts; nothing where there is nothing to say.
fn fact(label: Said, value: Option<&str>) -> Markup {
    html! {
        @if let Some(value) = value {
            div { dt { (label) } dd { (Plain(value)) } }
        }
    }
}

/// One of the four lines.
fn line(
    context: &Context<'_>,
    axis: &'static str,
    tone: Tone,
    word: &'static str,
    sentence: &str,
    advice: Option<&str>,
) -> Markup {
    html! {
        li {
            b { (context.say(axis)) } " " (tone.mark(context, word))
            p { (sentence) }
            @if let Some(advice) = advice { p.hint { "\u{2192} " (advice) } }
        }
    }
}
