//! Answers with their headers.

use axum::body::{Body, Bytes};
use axum::http::header::{
    ACCEPT_ENCODING, ALLOW, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_TYPE, ETAG,
    IF_NONE_MATCH, LOCATION, RETRY_AFTER, VARY,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use serde_json::json;

use super::asked::Asked;
use crate::web::assets::Asset;
use crate::web::headers::{ASK_AGAIN, IMMUTABLE, NOT_INDEXED};
use crate::web::page::{self, Notice};
use crate::web::site::Site;

pub(super) const HTML: &str = "text/html; charset=utf-8";
pub(super) const JSON: &str = "application/json";
const PROBLEM: &str = "application/problem+json";

/// An answer that grows.
pub(super) struct Reply(Response<Body>);

impl Reply {
    pub(super) fn new(status: StatusCode, media_type: &'static str, body: impl Into<Bytes>) -> Self {
        let mut response = Response::new(Body::from(body.into()));
        *response.status_mut() = status;
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        Self(response)
    }

    pub(super) fn with(mut self, name: HeaderName, value: &str) -> Self {
        // Values are made here, of letters and digits; one that is not simply does not go out.
        if let Ok(value) = HeaderValue::from_str(value) {
            self.0.headers_mut().insert(name, value);
        }
        self
    }

    /// Kept by nobody without asking again, and the same for all who ask in the same way.
    pub(super) fn fresh(self, tag: Option<&str>) -> Self {
        let reply = self
            .with(CACHE_CONTROL, ASK_AGAIN)
            .with(VARY, "accept, accept-language")
            .with(HeaderName::from_static(NOT_INDEXED.0), NOT_INDEXED.1);
        match tag {
            Some(tag) => reply.with(ETAG, tag),
            None => reply,
        }
    }

    /// Kept by nobody: it answers one person's question.
    pub(super) fn private(self) -> Self {
        self.with(CACHE_CONTROL, "no-store")
    }

    pub(super) fn done(self) -> Response<Body> {
        self.0
    }
}

/// A page or record that carries a tag, or 304 if the client has it (RFC 9110, 13.1.2).
pub(super) fn tagged(
    headers: &HeaderMap,
    tag: &str,
    media_type: &'static str,
    body: impl FnOnce() -> Bytes,
) -> Response<Body> {
    if has(headers, tag) {
        return Reply::new(StatusCode::NOT_MODIFIED, media_type, Bytes::new()).fresh(Some(tag)).done();
    }
    Reply::new(StatusCode::OK, media_type, body()).fresh(Some(tag)).done()
}

/// Whether the client already has what carries this tag.
pub(super) fn has(headers: &HeaderMap, tag: &str) -> bool {
    let value = headers.get(IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(',').map(|known| known.trim().trim_start_matches("W/")).any(|known| known == tag)
}

/// Bytes of a document, named for saving.
pub(super) fn file(
    headers: &HeaderMap,
    tag: &str,
    media_type: &'static str,
    name: &str,
    bytes: Bytes,
) -> Response<Body> {
    let (status, body) =
        if has(headers, tag) { (StatusCode::NOT_MODIFIED, Bytes::new()) } else { (StatusCode::OK, bytes) };
    Reply::new(status, media_type, body)
        .fresh(Some(tag))
        .with(CONTENT_DISPOSITION, &format!("inline; filename=\"{name}\""))
        .done()
}

/// A file of the site, compressed for those who can read that.
pub(super) fn asset(headers: &HeaderMap, asset: &'static Asset, cache: &'static str) -> Response<Body> {
    let accepted = headers.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let gzip = accepted.split(',').any(|coding| {
        let coding = coding.trim();
        coding == "gzip" || (coding.starts_with("gzip;") && !coding.ends_with("q=0"))
    });
    let reply = match &asset.gzip {
        Some(compressed) if gzip => {
            Reply::new(StatusCode::OK, asset.media_type, Bytes::from_static(compressed))
                .with(CONTENT_ENCODING, "gzip")
        }
        _ => Reply::new(StatusCode::OK, asset.media_type, Bytes::from_static(&asset.bytes)),
    };
    reply.with(CACHE_CONTROL, cache).with(VARY, "accept-encoding").done()
}

/// What may be kept for ever.
pub(super) const FOR_EVER: &str = IMMUTABLE;

/// To another address.
pub(super) fn redirect(status: StatusCode, to: &str) -> Response<Body> {
    Reply::new(status, HTML, Bytes::new()).with(LOCATION, to).with(CACHE_CONTROL, ASK_AGAIN).done()
}

/// A page that says why there is nothing else to see, or the same as a problem (RFC 9457).
pub(super) fn notice(site: &Site, asked: Asked, notice: &Notice) -> Response<Body> {
    let (heading, text, status) = notice.code();
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let words = asked.words();
    let reply = if asked.json {
        let wait = notice.retry_after().unwrap_or_default().to_string();
        let values = [("institution", site.institution.clone()), ("wait", wait)].into();
        problem_json(status, heading, words.plain(heading), words.text(text, &values))
    } else {
        let context = site.context(words, asked.links());
        Reply::new(status, HTML, page::notice(&context, notice))
    };
    let reply = reply.fresh(None).private();
    match notice.retry_after() {
        Some(seconds) => reply.with(RETRY_AFTER, &seconds.max(1).to_string()).done(),
        None => reply.done(),
    }
}

/// A problem by the codes of its title and its text.
pub(super) fn problem(asked: &Asked, status: StatusCode, title: &str, code: &'static str) -> Reply {
    let words = asked.words();
    problem_json(status, code, words.plain(title), words.plain(code))
}

/// RFC 9457.
fn problem_json(status: StatusCode, code: &str, title: String, detail: String) -> Reply {
    let problem = json!({
        "type": "about:blank",
        "title": title,
        "status": status.as_u16(),
        "detail": detail,
        "code": code,
    });
    Reply::new(status, PROBLEM, problem.to_string())
}

/// What can be done at an address (RFC 9110, 9.3.7).
pub(super) fn options(allowed: &str) -> Response<Body> {
    Reply::new(StatusCode::NO_CONTENT, "text/plain", Bytes::new()).with(ALLOW, allowed).done()
}
