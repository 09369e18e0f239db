//! Checking what was sent: for browsers without scripts, and for programs. In memory, each file by a process of its
//! own, and gone with the answer.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest as _, Multipart};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, Request, Response, StatusCode};

use super::Server;
use super::arrivals::{self, Arrival};
use super::asked::Asked;
use super::limits::Sender;
use super::process::Unchecked;
use super::question::{self, Checked, Question};
use super::reply::{self, HTML, JSON, Reply};
use crate::web::page::{self, Notice, Problem};

/// Largest file.
pub(super) const MAX_FILE: usize = 10 * 1024 * 1024;

/// Largest request: the file and what a form has around it.
pub(super) const MAX_BODY: usize = MAX_FILE + 64 * 1024;

/// Answers about a file.
pub(super) async fn upload(server: Arc<Server>, asked: Asked, request: Request<Body>) -> Response<Body> {
    // Nobody, if the router is called without a connection: then there is one sender.
    let sender = Sender::of(server.client(&request).unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)));
    let Some(arrival) = server.arrivals.enter(sender) else {
        arrivals::throw_away(request.into_body()).await;
        return refused(&server, asked, Problem::Busy);
    };
    let checked = async {
        let File { is_pdf, bytes } = read(request, &arrival).await.map_err(Refused::Problem)?;
        let question = Question::new(server.clock.now(), is_pdf, asked);
        server.checks.check(question, &bytes, sender).await.map_err(Refused::Unchecked)
    };
    // When the client goes away, all of this is dropped, and with it the process that checks.
    let checked = tokio::select! {
        checked = checked => checked,
        () = arrival.displaced() => Err(Refused::Problem(Problem::Busy)),
    };
    match checked {
        Ok(checked) => reply(&server, asked, checked),
        Err(Refused::Problem(problem)) => refused(&server, asked, problem),
        Err(Refused::Unchecked(Unchecked::Busy)) => refused(&server, asked, Problem::Busy),
        Err(Refused::Unchecked(Unchecked::Cost)) => refused(&server, asked, Problem::Cost),
        // No answer is better than one by half a check.
        Err(Refused::Unchecked(Unchecked::Failed)) => reply::notice(&server.site, asked, &Notice::Internal),
    }
}

/// Answers about a link that was typed. An address is short, so this costs no more than a page.
pub(super) async fn link(server: Arc<Server>, asked: Asked, text: String) -> Response<Body> {
    let examining = Arc::clone(&server);
    let examined = tokio::task::spawn_blocking(move || examining.examine(&text));
    match examined.await {
        Ok(Ok(answer)) => reply(&server, asked, question::answered(&server.site, asked, answer)),
        Ok(Err(_)) => reply::notice(&server.site, asked, &Notice::Unreachable),
        // It panicked.
        Err(_) => reply::notice(&server.site, asked, &Notice::Internal),
    }
}

enum Refused {
    Problem(Problem),
    Unchecked(Unchecked),
}

/// What was sent.
struct File {
    /// Whether it was called one.
    is_pdf: bool,
    bytes: Bytes,
}

/// The file, from a form or as the body itself.
async fn read(request: Request<Body>, arrival: &Arrival) -> Result<File, Problem> {
    let media_type = media_type(request.headers());
    let (parts, body) = request.into_parts();
    let body = arrivals::receive(body, MAX_BODY, Some(arrival)).await?;
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
        _ => Ok(File { is_pdf, bytes }),
    }
}

fn media_type(headers: &HeaderMap) -> String {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn reply(server: &Server, asked: Asked, checked: Checked) -> Response<Body> {
    let (media_type, body) = match checked {
        Checked::Json(body) => (JSON, body),
        Checked::Page(answered) => {
            let context = server.site.context(asked.words(), asked.links());
            (HTML, page::answered(&context, &answered))
        }
        Checked::Format => return refused(server, asked, Problem::Format),
        Checked::NoCode => return refused(server, asked, Problem::NoCode),
        Checked::Cost => return refused(server, asked, Problem::Cost),
        Checked::Unreachable => return reply::notice(&server.site, asked, &Notice::Unreachable),
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
        let context = server.site.context(asked.words(), asked.links());
        Reply::new(status, HTML, page::check(&context, Some(problem)))
    };
    reply.fresh(None).private().done()
}
