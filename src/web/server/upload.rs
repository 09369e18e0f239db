//! Checking what was sent: for browsers without scripts, and for programs. In memory, two at a time, and
//! gone with the answer.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{FromRequest as _, Multipart};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, Request, Response, StatusCode};
use tokio::time::timeout;

use super::Server;
use super::asked::Asked;
use super::reply::{self, HTML, JSON, Reply};
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
    // Ten megabytes of each of a hundred slow senders would be a gigabyte.
    let Ok(Ok(arriving)) = timeout(TURN, Arc::clone(&server.arriving).acquire_owned()).await else {
        return refused(&server, asked, Problem::Busy);
    };
    let bytes = match read(request).await {
        Ok(bytes) => bytes,
        Err(problem) => return refused(&server, asked, problem),
    };
    let Ok(Ok(turn)) = timeout(TURN, Arc::clone(&server.turns).acquire_owned()).await else {
        return refused(&server, asked, Problem::Busy);
    };
    let examining = Arc::clone(&server);
    let examined = tokio::task::spawn_blocking(move || {
        let answer = examining.examine(&bytes);
        drop((turn, arriving));
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

/// The bytes of the file, from a form or as the body itself.
async fn read(request: Request<Body>) -> Result<Bytes, Problem> {
    let media_type = media_type(request.headers());
    let bytes = if media_type == "multipart/form-data" {
        let mut form = Multipart::from_request(request, &()).await.map_err(|_| Problem::Form)?;
        loop {
            let field = form.next_field().await.map_err(|error| problem(error.status()))?;
            let Some(field) = field else { return Err(Problem::Empty) };
            if field.name() == Some("file") {
                break field.bytes().await.map_err(|error| problem(error.status()))?;
            }
        }
    } else {
        to_bytes(request.into_body(), MAX_BODY).await.map_err(|error| {
            let too_large = std::error::Error::source(&error)
                .is_some_and(|source| source.to_string().contains("length limit exceeded"));
            if too_large { Problem::TooLarge } else { Problem::Form }
        })?
    };
    match bytes.len() {
        0 => Err(Problem::Empty),
        length if length > MAX_FILE => Err(Problem::TooLarge),
        _ => Ok(bytes),
    }
}

fn problem(status: StatusCode) -> Problem {
    if status == StatusCode::PAYLOAD_TOO_LARGE { Problem::TooLarge } else { Problem::Form }
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
