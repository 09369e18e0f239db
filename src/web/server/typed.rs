//! What somebody types or pastes where no script reads it.

use std::borrow::Cow;

use axum::http::Uri;
use pk_trust::claim::{Id, Pasted, pasted};
use url::{Url, form_urlencoded};

use crate::web::page::Problem;

/// A document, and what the link to it had behind `#`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Typed {
    pub(super) id: Id,
    pub(super) claim: Option<String>,
}

/// What the form for codes sends; nothing if the address is not its answer.
pub(super) fn sent(uri: &Uri) -> Option<Cow<'_, str>> {
    let mut fields = form_urlencoded::parse(uri.query()?.as_bytes());
    fields.find(|(name, _)| name == "kode").map(|(_, text)| text)
}

/// Reads a code, or a link to the page of a document at `host`, in any of the ways in which people copy it
/// ([`pasted`]; `parseLink` in check.js reads the same). A link to another host is the sign of a forgery, and must
/// not lead to the page of the document that it names.
pub(super) fn read(text: &str, host: &str) -> Result<Typed, Problem> {
    let text = text.trim();
    if let Ok(id) = text.parse() {
        return Ok(Typed { id, claim: None });
    }
    let links = pasted(text);
    if links.iter().any(|link| link.address.host != host) {
        return Err(Problem::OtherHost);
    }
    match links.as_slice() {
        [Pasted { address, claim }] => Ok(Typed { id: address.id, claim: claim.clone() }),
        _ => Err(why_not(text, host)),
    }
}

/// What to say of a text that names no document here, or several.
fn why_not(text: &str, host: &str) -> Problem {
    let lower = text.to_ascii_lowercase();
    let scheme = ["https://", "http://"].iter().filter_map(|scheme| lower.find(scheme)).min();
    let address = scheme.and_then(|start| text.get(start..));
    let url = match address {
        Some(address) => Url::parse(address),
        None => Url::parse(&format!("https://{text}")),
    };
    let Ok(url) = url else { return Problem::Code };
    let elsewhere = url.host_str() != Some(host) || url.port().is_some() || !url.username().is_empty();
    if elsewhere && (address.is_some() || url.path().len() > 1) { Problem::OtherHost } else { Problem::Code }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_field_is_found_however_it_is_spelled() {
        for query in ["kode=A%23B", "lang=en&kode=A%23B", "%6Bode=A%23B"] {
            let uri: Uri = format!("/periksa?{query}").parse().unwrap();
            assert_eq!(sent(&uri).as_deref(), Some("A#B"), "{query}");
        }
        for other in ["/periksa", "/periksa?lang=en", "/periksa?xkode=A"] {
            assert_eq!(sent(&other.parse().unwrap()), None, "{other}");
        }
    }

    #[test]
    fn links_are_read_as_people_copy_them() {
        let id = Id::parse_strict("MI64IHBKPWPETJ5Y").unwrap();
        let read = |text: &str| read(text, "cek.contoh.example");
        for text in [
            "mi64-ihbk-pwpe-tj5y",
            " M164 IHBK PWPE TJ5Y ",
            "https://cek.contoh.example/V/MI64IHBKPWPETJ5Y",
            "http://cek.contoh.example/V/MI64IHBKPWPETJ5Y/",
            "HTTPS://CEK.CONTOH.EXAMPLE/v/mi64ihbkpwpetj5y/en.html?lang=en#",
            "cek.contoh.example/V/MI64-IHBK-PWPE-TJ5Y",
            "Cek: https://cek.contoh.example/V/MI64IHBKPWPETJ5Y).",
            "\u{201C}https://cek.contoh.example/V/MI64IHBKPWPETJ5Y\u{2026}\u{201D}",
        ] {
            assert_eq!(read(text), Ok(Typed { id, claim: None }), "{text}");
        }
        let with_claim = read("https://cek.contoh.example/V/MI64IHBKPWPETJ5Y?x#ABC");
        assert_eq!(with_claim, Ok(Typed { id, claim: Some("ABC".to_owned()) }));
        let changed = read("(https://cek.contoh.example/V/MI64IHBKPWPETJ5Y%23ABC).");
        assert_eq!(changed, Ok(Typed { id, claim: Some("ABC".to_owned()) }));
        for text in [
            "https://lain.example/V/MI64IHBKPWPETJ5Y",
            "lain.example/V/MI64IHBKPWPETJ5Y",
            "https://cek.contoh.example@lain.example/V/MI64IHBKPWPETJ5Y",
            "https://x@cek.contoh.example/V/MI64IHBKPWPETJ5Y",
            "https://cek.contoh.example:8443/V/MI64IHBKPWPETJ5Y",
            "https://cek.contoh.example.lain.example/V/MI64IHBKPWPETJ5Y",
            "Cek: https://lain.example/V/MI64IHBKPWPETJ5Y%23ABC).",
            "https://cek.contoh.example\u{200B}.lain.example/V/MI64IHBKPWPETJ5Y",
            "https://lain.example/?u=https://cek.contoh.example/V/MI64IHBKPWPETJ5Y",
            "https://cek.contoh.example/V/MI64IHBKPWPETJ5Y https://lain.example/V/MI64IHBKPWPETJ5Y",
        ] {
            assert_eq!(read(text), Err(Problem::OtherHost), "{text}");
        }
        for text in [
            "",
            "x",
            "<script>",
            "https://cek.contoh.example/V/MI64",
            "https://",
            "cek.contoh.example/periksa",
            "https://cek.contoh.example/V/MI64IHBKPWPETJ5Y/../MJSXEZDFMZTWQ2LK",
            "https://cek.contoh.example/V/MI64IHBKPWPETJ5Y https://cek.contoh.example/V/MJSXEZDFMZTWQ2LK",
        ] {
            assert_eq!(read(text), Err(Problem::Code), "{text}");
        }
    }
}
