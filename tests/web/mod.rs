//! The public page: what it says, to whom, and what it survives.

mod checks;
mod connections;
mod edited;
mod pages;
mod publish;
mod requests;
mod weather;

use std::sync::Arc;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use pk::office::Office;
use pk::registry::{Change, Entry, Registry as _};
use pk::web::Server;
use pk_trust::claim::{Id, Kind};
use tower::ServiceExt as _;

use crate::fixture::{Fixture, HOST, clock, now};

/// NIPs of the fixture, as printed and in one piece.
const NUMBERS: [&str; 4] =
    ["19700101 199501 1 001", "197001011995011001", "19710101 199601 2 002", "19710101"];

/// An office whose page shows what `page` says (`[halaman]`).
fn office(page: &str) -> Fixture {
    let fixture = Fixture::new();
    let path = fixture.office.root().join("pk.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let (before, _) = text.split_once("[halaman]").unwrap();
    std::fs::write(&path, format!("{before}[halaman]\n{page}\n")).unwrap();
    fixture.generate();
    fixture.sign_all();
    fixture
}

/// A server without a network around it.
fn server(office: &Fixture) -> Arc<Server> {
    let program = env!("CARGO_BIN_EXE_pk").into();
    Server::new(Office::open(office.office.root()).unwrap(), Box::new(clock()), program).unwrap()
}

fn id(office: &Fixture, official: &str) -> Id {
    office.entry(official, Kind::Agreement).reservation.id
}

/// What came back.
struct Response {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Response {
    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    fn heading(&self) -> &str {
        let (_, rest) = self.text().split_once("<h1>").expect("a page with a heading");
        rest.split_once("</h1>").unwrap().0
    }
}

fn ask(server: &Arc<Server>, request: Request<Body>) -> Response {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let response = server.router().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        Response { status: parts.status, headers: parts.headers, body }
    })
}

fn get_with(server: &Arc<Server>, path: &str, headers: &[(&str, &str)]) -> Response {
    let request =
        headers.iter().fold(Request::get(path), |request, (name, value)| request.header(*name, *value));
    ask(server, request.body(Body::empty()).unwrap())
}

fn get(server: &Arc<Server>, path: &str) -> Response {
    get_with(server, path, &[])
}

/// Revokes or supersedes, as the commands do.
fn change(office: &Fixture, entry: &Entry, change: &Change) {
    office.registry().advance(&entry.reservation.id, entry.revision, change, now()).unwrap();
}

fn revoke(office: &Fixture, official: &str) {
    let entry = office.entry(official, Kind::Agreement);
    change(office, &entry, &Change::Revoked { reason: "Alasan <b>contoh</b> & lainnya".to_owned() });
}
