//! The page on which one checks: a file, a photo, or the code typed from paper.

use maud::{Markup, html};

use super::frame::{Kind, frame};
use super::{Context, Tone, banner};

/// What was wrong with a submission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::web) enum Problem {
    /// Nothing was sent.
    Empty,
    /// The file is too large.
    TooLarge,
    /// Neither PDF nor picture.
    Format,
    /// No code in the picture.
    NoCode,
    /// The typed code is no code.
    Code,
    /// The typed link leads to another host.
    OtherHost,
    /// The form is broken or was cut off.
    Form,
    /// It arrived too slowly.
    Slow,
    /// The server has too much to do.
    Busy,
    /// The file asks for more than a check may cost.
    Cost,
}

impl Problem {
    /// The code of its text, and the status of the answer (RFC 9110, 15).
    pub(in crate::web) const fn code(self) -> (&'static str, u16) {
        match self {
            Self::Empty => ("check.empty", 422),
            Self::TooLarge => ("check.too-large", 413),
            Self::Format => ("check.format", 415),
            Self::NoCode => ("check.no-code", 422),
            Self::Code => ("check.code", 422),
            Self::OtherHost => ("check.other-host", 422),
            Self::Form => ("check.form", 400),
            Self::Slow => ("check.slow", 408),
            Self::Busy => ("check.busy", 503),
            Self::Cost => ("check.cost", 422),
        }
    }
}

/// The page, with what was wrong with the last try.
pub(in crate::web) fn check(context: &Context<'_>, problem: Option<Problem>) -> String {
    let heading = context.say("check.heading");
    let content = html! {
        @match problem {
            Some(problem) => {
                (banner(Tone::Open, &context.say("check.failed"), html! { p { (context.say(problem.code().0)) } }))
            }
            None => {
                h1 { (heading) }
                p { (context.say("check.intro")) }
            }
        }
        // What is shown if the script, or what it needs, cannot be loaded.
        div id="result" role="status" aria-live="polite" tabindex="-1"
            data-failed=(context.say(if context.links.is_static() { "check.unable-static" } else { "check.unable" })) {}
        (forms(context))
        section {
            h2 { (context.say("check.how")) }
            ul {
                li { (context.say("check.how-here")) }
                @if !context.links.is_static() { li { (context.say("check.how-server")) } }
                li { (context.say("check.how-offline")) }
            }
        }
    };
    frame(context, Kind::Check, &heading, &content)
}

fn forms(context: &Context<'_>) -> Markup {
    let action = context.links.check();
    html! {
        // A static site has nobody to send a file to; there the script shows the forms.
        form id="check-file" method="post" action=(action) enctype="multipart/form-data"
            hidden[context.links.is_static()] {
            fieldset {
                legend { (context.say("check.file-legend")) }
                div.drop id="drop" {
                    label for="file" { (context.say("check.file")) }
                    input id="file" name="file" type="file" accept=".pdf,application/pdf,image/*";
                    p.hint id="drop-hint" hidden { (context.say("check.drop")) }
                }
                p.hint id="upload-note" { (context.say("check.upload-note")) }
                button.first type="submit" { (context.say("check.submit")) }
            }
        }
        form id="check-photo" hidden {
            fieldset {
                legend { (context.say("check.photo-legend")) }
                label for="photo" { (context.say("check.photo")) }
                input id="photo" type="file" accept="image/*" capture="environment";
            }
        }
        form id="check-code" method="get" action=(context.links.file(if context.links.is_static() { "periksa/" } else { "periksa" }))
            hidden[context.links.is_static()] {
            fieldset {
                legend { (context.say("check.code-legend")) }
                label for="code" { (context.say("check.code-label")) }
                input id="code" name="kode" type="text" autocomplete="off" autocapitalize="characters"
                    spellcheck="false" maxlength="1100" aria-describedby="code-hint" required;
                p.hint id="code-hint" { (context.say("check.code-hint")) }
                button.first type="submit" { (context.say("check.code-submit")) }
            }
        }
        @if context.links.is_static() {
            noscript { p { (context.say("check.static-without-script")) } }
        }
    }
}

/// What the service worker shows in the place of a page that cannot be reached. Why not, it does not know, and
/// anybody can open this one by its own address. Its script fills in what the device knows.
pub(in crate::web) fn offline(context: &Context<'_>) -> String {
    let heading = context.say("state.unreachable");
    let content = html! {
        (banner(Tone::Open, &heading, html! { p { (context.say("notice.offline")) } }))
        section id="claim" role="status" aria-live="polite" data-failed=(context.say("code.not-checked"))
            data-checking=(context.say("code.checking")) {}
        div.actions {
            a.button.first href=(context.links.check()) { (context.say("page.check-another")) }
            // As a link it would lose what stands behind `#`.
            button type="button" id="again" hidden { (context.say("page.try-again")) }
        }
    };
    frame(context, Kind::Offline, &heading, &content)
}
