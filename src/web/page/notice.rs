//! Pages that say why there is nothing else to see. Whoever lands here holds a paper and wants to know
//! what to do next.

use maud::{DOCTYPE, html};
use pk_trust::claim::Id;

use super::frame::{Kind, frame};
use super::{Context, Tone, banner};
use crate::web::site::Site;
use crate::words::{Language, Words};

/// What there is to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::web) enum Notice {
    /// No document has this id.
    Unknown(Id),
    /// Once on the site, no longer in the register.
    Gone(Id),
    /// The text cannot be an id.
    Malformed,
    /// The register cannot be read now.
    Unreachable,
    /// Too many requests from this address.
    TooMany {
        /// Seconds.
        wait: u64,
    },
    /// No such page.
    NotFound,
    /// The method does not apply.
    Method,
    /// The address is too long.
    TooLong,
    /// This document's file is not shown.
    NotShown(Id),
    /// The stored file is damaged.
    Damaged(Id),
    /// This document has no picture.
    NoPicture(Id),
    /// The server has too much to do.
    Busy,
    /// The program failed.
    Internal,
}

impl Notice {
    /// The code of heading and text, and the status of the answer (RFC 9110, 15).
    pub(in crate::web) const fn code(&self) -> (&'static str, &'static str, u16) {
        match self {
            Self::Unknown(_) => ("state.unknown", "notice.unknown", 404),
            Self::Gone(_) => ("state.gone", "notice.gone", 410),
            Self::Malformed => ("state.malformed", "notice.malformed", 404),
            Self::Unreachable => ("state.unreachable", "notice.unreachable", 503),
            Self::TooMany { .. } => ("state.too-many", "notice.too-many", 429),
            Self::NotFound => ("state.not-found", "notice.not-found", 404),
            Self::Method => ("state.method", "notice.method", 405),
            Self::TooLong => ("state.too-long", "notice.too-long", 414),
            Self::NotShown(_) => ("state.not-shown", "notice.not-shown", 403),
            Self::Damaged(_) => ("state.damaged", "notice.damaged", 503),
            Self::NoPicture(_) => ("state.no-picture", "notice.no-picture", 404),
            Self::Busy => ("state.busy", "check.busy", 503),
            Self::Internal => ("state.internal", "notice.internal", 500),
        }
    }

    /// Seconds after which to try again.
    pub(in crate::web) const fn retry_after(&self) -> Option<u64> {
        match self {
            Self::TooMany { wait } => Some(*wait),
            Self::Unreachable | Self::Damaged(_) | Self::Busy => Some(30),
            _ => None,
        }
    }

    const fn id(&self) -> Option<&Id> {
        match self {
            Self::Unknown(id)
            | Self::Gone(id)
            | Self::NotShown(id)
            | Self::NoPicture(id)
            | Self::Damaged(id) => Some(id),
            _ => None,
        }
    }

    const fn tone(&self) -> Tone {
        match self {
            Self::Unknown(_) | Self::Gone(_) | Self::Damaged(_) => Tone::Bad,
            _ => Tone::Open,
        }
    }
}

/// The page of a notice.
pub(in crate::web) fn notice(context: &Context<'_>, notice: &Notice) -> String {
    let (heading, text, _) = notice.code();
    let heading = context.say(heading);
    let wait = notice.retry_after().unwrap_or_default().to_string();
    let values = [("institution", context.site.institution.as_str()), ("wait", wait.as_str())];
    let body = html! {
        @if let Some(id) = notice.id() { p.code { (id.grouped()) } }
        p { (context.said(text, &values)) }
    };
    let hint = context.words.hint(text, &values.iter().map(|(k, v)| (*k, (*v).to_owned())).collect());
    let content = html! {
        (banner(notice.tone(), &heading, body))
        // The script says here what the link's own claim proves without any register.
        section id="claim" role="status" aria-live="polite" data-failed=(context.say("code.not-checked"))
            data-checking=(context.say("code.checking")) {}
        @if let Some(hint) = hint { p { (hint) } }
        div.actions { a.button.first href=(context.links.check()) { (context.say("page.check-another")) } }
    };
    let kind = match notice {
        Notice::Unknown(id) | Notice::Gone(id) => Kind::Missing(id),
        _ => Kind::Notice,
    };
    frame(context, kind, &heading, &content)
}

/// What a web host shows for addresses that are not on a static site. It may be shown at any address, so it
/// links to nothing, and says everything in both languages. Such an address may be that of a genuine paper whose
/// code was typed in small letters, so it does not say that the document is unknown.
pub(in crate::web) fn lost(site: &Site) -> String {
    let said = |language, code: &str| {
        let values = [("institution", site.institution.clone()), ("host", site.host.clone())].into();
        Words::new(language).text(code, &values)
    };
    let page = html! {
        (DOCTYPE)
        html lang="id" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (said(Language::Indonesian, "state.not-found")) }
            }
            body {
                main {
                    h1 { (said(Language::Indonesian, "state.not-found")) }
                    p { (said(Language::Indonesian, "notice.not-found")) }
                    p { (said(Language::Indonesian, "page.lost")) }
                    div lang="en" {
                        h2 { (said(Language::English, "state.not-found")) }
                        p { (said(Language::English, "notice.not-found")) }
                        p { (said(Language::English, "page.lost")) }
                    }
                }
            }
        }
    };
    page.into_string()
}
