//! What a request asks for: the language and the form of the answer.

use axum::http::header::{ACCEPT, ACCEPT_LANGUAGE};
use axum::http::{HeaderMap, Uri};

use crate::web::links::{Links, Place};
use crate::words::{Language, Words};

/// Language and form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) language: Language,
    /// Whether the language was chosen by a link.
    pub(super) chosen: bool,
    /// JSON instead of a page.
    pub(super) json: bool,
}

impl Asked {
    pub(super) fn of(uri: &Uri, headers: &HeaderMap) -> Self {
        let chosen = parameter(uri, "lang").and_then(Language::parse);
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let language = chosen.unwrap_or_else(|| preferred_language(text(ACCEPT_LANGUAGE)));
        Self { language, chosen: chosen.is_some(), json: prefers_json(text(ACCEPT)) }
    }

    /// The form of the answer, for telling answers apart.
    pub(super) const fn form(self) -> &'static str {
        match (self.json, self.language, self.chosen) {
            (true, ..) => "json",
            (false, Language::Indonesian, false) => "id",
            (false, Language::Indonesian, true) => "id-link",
            (false, Language::English, false) => "en",
            (false, Language::English, true) => "en-link",
        }
    }

    pub(super) const fn words(self) -> Words {
        Words::new(self.language)
    }

    pub(super) const fn links(self) -> Links {
        Links::new(Place::Server { chosen: self.chosen }, self.language)
    }
}

/// The value of a parameter of the query, as it stands there.
pub(super) fn parameter<'u>(uri: &'u Uri, name: &str) -> Option<&'u str> {
    uri.query()?.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}

/// Members of `Accept…` with their weights (RFC 9110, 12.4.2). What cannot be read is left out: a page is
/// the right answer to somebody who asks in riddles.
fn weighted(header: &str) -> impl Iterator<Item = (&str, f32)> {
    const MAX_MEMBERS: usize = 32;
    header.split(',').take(MAX_MEMBERS).filter_map(|member| {
        let mut parts = member.split(';').map(str::trim);
        let name = parts.next().filter(|name| !name.is_empty())?;
        let weight = match parts.find_map(|part| part.strip_prefix("q=")) {
            Some(weight) => weight.parse::<f32>().ok().filter(|w| (0.0..=1.0).contains(w))?,
            None => 1.0,
        };
        Some((name, weight))
    })
}

/// Indonesian, unless English is asked for before it.
fn preferred_language(header: &str) -> Language {
    let weight = |wanted| {
        weighted(header)
            .filter(|(name, _)| Language::parse(name) == Some(wanted))
            .map(|(_, weight)| weight)
            .fold(0.0, f32::max)
    };
    if weight(Language::English) > weight(Language::Indonesian) {
        Language::English
    } else {
        Language::Indonesian
    }
}

fn prefers_json(header: &str) -> bool {
    let weight = |types: &[&str]| {
        weighted(header)
            .filter(|(name, _)| types.iter().any(|t| name.eq_ignore_ascii_case(t)))
            .map(|(_, weight)| weight)
            .fold(0.0, f32::max)
    };
    let json = weight(&["application/json", "application/problem+json"]);
    json > 0.0 && json > weight(&["text/html", "application/xhtml+xml"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_has_to_be_asked_for() {
        assert_eq!(preferred_language(""), Language::Indonesian);
        assert_eq!(preferred_language("id-ID,id;q=0.9,en;q=0.8"), Language::Indonesian);
        assert_eq!(preferred_language("en-US,en;q=0.9,id;q=0.8"), Language::English);
        assert_eq!(preferred_language("fr,en;q=0.2"), Language::English);
        assert_eq!(preferred_language("en;q=0, *"), Language::Indonesian);
        assert_eq!(preferred_language("en;q=NaN, ;;,=,\u{7f}"), Language::Indonesian);
    }

    #[test]
    fn pages_are_for_people_and_json_for_those_who_ask() {
        assert!(prefers_json("application/json"));
        assert!(prefers_json("text/html;q=0.5, application/json"));
        for page in
            ["", "*/*", "text/html,application/xhtml+xml,application/json;q=0.9", "application/json;q=0"]
        {
            assert!(!prefers_json(page), "{page}");
        }
        for malformed in ["application/json;q=2", "/;q", ",,,;;;", "application/json;q=-1"] {
            assert!(!prefers_json(malformed), "{malformed}");
        }
    }
}
