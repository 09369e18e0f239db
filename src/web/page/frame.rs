//! What every page has around its content.

use maud::{DOCTYPE, Markup, Render, html};
use pk_trust::claim::Id;

use super::pieces::Piece;
use super::{Context, Plain};
use crate::registry::Entry;
use crate::web::assets::Assets;
use crate::web::headers;
use crate::web::record::Record;
use crate::words::Language;

/// Which page it is; the script looks at it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind<'a> {
    /// The page of a document.
    Document(&'a Record<'a>),
    /// The page of an id of which there is nothing to be shown.
    Missing(&'a Id),
    /// The page on which one checks.
    Check,
    /// What is shown in the place of a page that cannot be reached.
    Offline,
    /// Everything else.
    Notice,
}

impl Kind<'_> {
    const fn name(self) -> &'static str {
        match self {
            Self::Document(_) | Self::Missing(_) => "record",
            Self::Check => "check",
            Self::Offline => "offline",
            Self::Notice => "notice",
        }
    }
}

/// Room for the page of a document, before its first byte: making room bit by bit took a tenth of its time.
struct Room;

impl Render for Room {
    fn render_to(&self, buffer: &mut String) {
        buffer.reserve(8 * 1024);
    }
}

/// The whole page.
pub(super) fn frame(context: &Context<'_>, kind: Kind<'_>, title: &str, content: &impl Render) -> String {
    let (site, links) = (context.site, &context.links);
    let is_check = matches!(kind, Kind::Check);
    // The script compares the state with that of the record: the page may be older than it looks.
    let (id, state, changed) = match kind {
        Kind::Document(record) => {
            let Entry { reservation, changed, .. } = record.entry;
            (Some(&reservation.id), Some(record.state().as_str()), Some(changed.to_string()))
        }
        Kind::Missing(id) => (Some(id), Some("unknown"), None),
        Kind::Check | Kind::Offline | Kind::Notice => (None, None, None),
    };
    let page = html! {
        (Room)
        (DOCTYPE)
        html lang=(language(context)) {
            head {
                (context.piece(Piece::Head { is_check }, || head(context, is_check)))
                title { (Plain(title)) " \u{2013} " (Plain(&site.institution)) }
            }
            body data-page=(kind.name()) data-root=(links.root()) data-host=(Plain(&site.host)) data-zone=(site.zone.name())
                data-id=[id.map(Id::to_string).as_deref().map(Plain)] data-static[links.is_static()] {
                (context.piece(Piece::Top { is_check }, || top(context, is_check)))
                main id="content" data-state=[state] data-revision=[changed.as_deref().map(Plain)] { (content) }
                (context.piece(Piece::Foot, || foot(context)))
            }
        }
    };
    page.into_string()
}

const fn language(context: &Context<'_>) -> &'static str {
    match context.words.language() {
        Language::Indonesian => "id",
        Language::English => "en",
    }
}

fn head(context: &Context<'_>, is_check: bool) -> Markup {
    let links = &context.links;
    let file = |name| links.file(&Assets::get().path(name));
    html! {
        meta charset="utf-8";
        // A plain file server sends no headers of its own.
        @if links.is_static() {
            meta http-equiv="Content-Security-Policy" content=(headers::POLICY_IN_PAGE);
            meta name="referrer" content="no-referrer";
        }
        meta name="viewport" content="width=device-width, initial-scale=1";
        meta name="color-scheme" content="light dark";
        @if !is_check { meta name="robots" content="noindex"; }
        link rel="icon" href=(file("icon.svg")) type="image/svg+xml";
        link rel="stylesheet" href=(file("style.css"));
        script type="module" src=(file("pk.js")) {}
    }
}

fn top(context: &Context<'_>, is_check: bool) -> Markup {
    let links = &context.links;
    let other = match context.words.language() {
        Language::Indonesian => "en",
        Language::English => "id",
    };
    html! {
        a.skip href="#content" { (context.say("page.skip")) }
        header.top {
            p {
                strong { (context.site.institution) }
                small { (context.say("page.subtitle")) }
            }
            nav aria-label=(context.say("page.navigation")) {
                @if !is_check { a href=(links.check()) { (context.say("page.check-another")) } }
                a href=(links.other_language()) hreflang=(other) lang=(other) {
                    (context.say("page.other-language"))
                }
            }
        }
    }
}

fn foot(context: &Context<'_>) -> Markup {
    let site = context.site;
    html! {
        footer.foot {
            p { (context.said("page.only-here", &[("host", &site.host)])) }
            p { (context.say("page.asks-nothing")) }
            p { (context.say("page.second-opinion")) " "
                a href=(context.links.file(".well-known/pk-trust.pem")) { (context.say("page.keys")) } "." }
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
