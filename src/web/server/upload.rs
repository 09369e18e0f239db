//! Checking what was sent: for browsers without scripts, and for programs. In memory, two at a time, and
//! gone with the answer.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest as _, Multipart};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, Request, Response, StatusCode};
use tokio::time::timeout;

use super::arrivals::{self, Arrival};
use super::asked::Asked;
use super::limits::subscriber;
use super::reply::{self, HTML, JSON, Reply};
use super::{Server, TURNS};
use crate::audit::{Answer, Unanswered};
use crate::web::page::{self, Context, Notice, Problem};

/// Largest file.
pub(super) const MAX_FILE: usize = 10 * 1024 * 1024;

/// Largest request: the file and what a form has around it.
pub(super) const MAX_BODY: usize = MAX_FILE + 64 * 1024;

/// How long a file waits for its turn.
const TURN: Duration = Duration::from_secs(10);

/// Answers about a file.
pub(super) async fn upload(server: Arc<Server>, asked: Asked, request: Request<Body>) -> Response<Body> {
    // Nobody, if the router is called without a connection: then there is one sender.
    let sender = server.client(&request).unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    let Some(arriving) = server.arrivals.enter(subscriber(sender)).await else {
        arrivals::throw_away(request.into_body()).await;
        return refused(&server, asked, Problem::Busy);
    };
    let File { name, bytes } = match read(request).await {
        Ok(file) => file,
        Err(problem) => return refused(&server, asked, problem),
    };
    answer(server, asked, name, bytes, Some(arriving)).await
}

/// Answers when it is the turn of these bytes; `kept` is given back when they are in memory no more.
pub(super) async fn answer(
    server: Arc<Server>,
    asked: Asked,
    name: &'static str,
    bytes: Bytes,
    kept: Option<Arrival>,
) -> Response<Body> {
    // A large picture takes 300 megabytes: while one is looked at, nothing else is.
    let turns = if pk_photo::is_picture(&bytes) { TURNS } else { 1 };
    let Ok(Ok(turn)) = timeout(TURN, Arc::clone(&server.turns).acquire_many_owned(turns)).await else {
        return refused(&server, asked, Problem::Busy);
    };
    let examining = Arc::clone(&server);
    let examined = tokio::task::spawn_blocking(move || {
        let answer = examining.examine(name, &bytes);
        drop((turn, kept));
        answer
    });
    match examined.await {
        Ok(Ok(Ok(answer))) => answered(&server, asked, &answer),
        Ok(Ok(Err(Unanswered::Format))) => refused(&server, asked, Problem::Format),
        Ok(Ok(Err(_))) => refused(&server, asked, Problem::NoCode),
        Ok(Err(_)) => reply::notice(&server.site, asked, &Notice::Unreachable),
        // It panicked: no answer is better than one by half a check.
        Err(_) => reply::notice(&server.site, asked, &Notice::Internal),
    }
}

/// What was sent.
struct File {
    /// A name that says no more than its kind: a file that is called a PDF and does not begin like one was
    /// changed at its beginning.
    name: &'static str,
    bytes: Bytes,
}

/// The file, from a form or as the body itself.
async fn read(request: Request<Body>) -> Result<File, Problem> {
    let media_type = media_type(request.headers());
    let (parts, body) = request.into_parts();
    let body = arrivals::receive(body, MAX_BODY).await?;
    let (is_pdf, bytes) = if media_type == "multipart/form-data" {
        let request = Request::from_parts(parts, Body::from(body));
        let mut form = Multipart::from_request(request, &()).await.map_err(|_| Problem::Form)?;
        loop {
            let Some(field) = form.next_field().await.map_err(|_| Problem::Form)? else {
                return Err(Problem::Empty);
            };
            if field.name() == Some("file") {
                let name = field.file_name().unwrap_or_default();
                let is_pdf = name.to_ascii_lowercase().ends_with(".pdf");
                break (is_pdf, field.bytes().await.map_err(|_| Problem::Form)?);
            }
        }
    } else {
        (media_type == "application/pdf", body)
    };
    match bytes.len() {
        0 => Err(Problem::Empty),
        length if length > MAX_FILE => Err(Problem::TooLarge),
        _ => Ok(File { name: if is_pdf { ".pdf" } else { "" }, bytes }),
    }
}

fn media_type(headers: &HeaderMap) -> String {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn answered(server: &Server, asked: Asked, answer: &Answer) -> Response<Body> {
    let (media_type, body) = if asked.json {
        let body = match answer {
            Answer::Document(verdict) => serde_json::to_string(verdict),
            Answer::Picture(verdict) => serde_json::to_string(verdict),
            Answer::Archive(verdict) => serde_json::to_string(verdict),
        };
        (JSON, body.unwrap_or_default())
    } else {
        let context = Context { site: &server.site, words: asked.words(), links: asked.links() };
        (HTML, page::answer(&context, answer))
    };
    Reply::new(StatusCode::OK, media_type, body).fresh(None).private().done()
}

/// The page again, with what was wrong.
pub(super) fn refused(server: &Server, asked: Asked, problem: Problem) -> Response<Body> {
    let (code, status) = problem.code();
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    let reply = if asked.json {
        reply::problem(&asked, status, "check.failed", code)
    } else {
        let context = Context { site: &server.site, words: asked.words(), links: asked.links() };
        Reply::new(status, HTML, page::check(&context, Some(problem)))
    };
    reply.fresh(None).private().done()
}
