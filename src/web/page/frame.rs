//! What every page has around its content.

use maud::{DOCTYPE, Markup, html};
use pk_trust::claim::Id;

use super::Context;
use crate::web::assets::Assets;
use crate::web::headers;
use crate::words::Language;

/// Which page it is; the script looks at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind<'a> {
    /// The page of a document.
    Record(&'a Id),
    /// The page on which one checks.
    Check,
    /// What is shown when there is no network.
    Offline,
    /// Everything else.
    Notice,
}

impl Kind<'_> {
    const fn name(self) -> &'static str {
        match self {
            Self::Record(_) => "record",
            Self::Check => "check",
            Self::Offline => "offline",
            Self::Notice => "notice",
        }
    }
}

/// The whole page.
pub(super) fn frame(context: &Context<'_>, kind: Kind<'_>, title: &str, content: &Markup) -> String {
    let (site, links) = (context.site, &context.links);
    let (here, other) = match context.words.language() {
        Language::Indonesian => ("id", "en"),
        Language::English => ("en", "id"),
    };
    let assets = Assets::get();
    let file = |name| links.file(&assets.path(name));
    let id = match kind {
        Kind::Record(id) => Some(id.to_string()),
        Kind::Check | Kind::Offline | Kind::Notice => None,
    };
    let page = html! {
        (DOCTYPE)
        html lang=(here) {
            head {
                meta charset="utf-8";
                // A plain file server sends no headers of its own.
                @if links.is_static() {
                    meta http-equiv="Content-Security-Policy" content=(headers::POLICY_IN_PAGE);
                    meta name="referrer" content="no-referrer";
                }
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                @if kind != Kind::Check { meta name="robots" content="noindex"; }
                title { (title) " \u{2013} " (site.institution) }
                link rel="icon" href=(file("icon.svg")) type="image/svg+xml";
                link rel="stylesheet" href=(file("style.css"));
                script type="module" src=(file("pk.js")) {}
            }
            body data-page=(kind.name()) data-root=(links.root()) data-host=(site.host) data-id=[id]
                data-static[links.is_static()] {
                a.skip href="#content" { (context.say("page.skip")) }
                header.top {
                    p {
                        strong { (site.institution) }
                        small { (context.say("page.subtitle")) }
                    }
                    nav aria-label=(context.say("page.navigation")) {
                        @if kind != Kind::Check {
                            a href=(links.check()) { (context.say("page.check-another")) }
                        }
                        a href=(links.other_language()) hreflang=(other) lang=(other) {
                            (context.say("page.other-language"))
                        }
                    }
                }
                main id="content" { (content) }
                footer.foot {
                    p { (context.said("page.only-here", &[("host", &site.host)])) }
                    p { (context.say("page.asks-nothing")) }
                    p { (context.say("page.second-opinion")) " "
                        a href=(links.file(".well-known/pk-trust.pem")) { (context.say("page.keys")) } "." }
                    @if !site.roots.is_empty() {
                        details {
                            summary { (context.say("page.root-summary")) }
                            p { (context.say("page.root-explained")) }
                            @for root in &site.roots { p { code { (root) } } }
                        }
                    }
                }
            }
        }
    };
    page.into_string()
}
