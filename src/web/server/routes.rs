//! All routes, and what each answers.

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, Uri};
use axum::middleware::{Next, from_fn_with_state};
use axum::routing::{get, post};
use pk_trust::claim::{Id, pasted_path};
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;

use super::Server;
use super::asked::Asked;
use super::client::client;
use super::connections::Peer;
use super::limits::Cost;
use super::metrics::Route;
use super::reply::{self, FOR_EVER, HTML, JSON, Reply};
use super::typed::{self, Typed};
use super::{arrivals, upload};
use crate::web::assets::Assets;
use crate::web::headers::{ALWAYS, ASK_AGAIN, TRANSPORT_SECURITY};
use crate::web::page::{self, Context, Notice};
use crate::web::record::Record;

/// Longest path and query. A link with a claim has 300 characters, and its claim is not even sent.
const MAX_ADDRESS: usize = 2_048;

/// All routes.
pub(super) fn router(server: &Arc<Server>) -> Router {
    let everything = ServiceBuilder::new().layer(from_fn_with_state(Arc::clone(server), guard)).layer(
        CatchPanicLayer::custom(|_| {
            Reply::new(StatusCode::INTERNAL_SERVER_ERROR, "text/plain", "internal error\n").private().done()
        }),
    );
    Router::new()
        .route("/", get(check))
        .route("/periksa", post(receive).layer(DefaultBodyLimit::disable()).get(check))
        .route("/periksa/", get(|| async { reply::redirect(StatusCode::PERMANENT_REDIRECT, "/periksa") }))
        .route("/V/{*name}", get(document))
        .route("/v/{*name}", get(document))
        .route("/.well-known/pk-keys.json", get(keys))
        .route("/.well-known/pk-trust.pem", get(trust))
        .route("/assets/{*name}", get(asset))
        .route(
            "/sw.js",
            get(
                |headers: HeaderMap| async move { reply::asset(&headers, Assets::get().worker(), ASK_AGAIN) },
            ),
        )
        .route("/luring", get(offline))
        .route(
            "/robots.txt",
            get(|| async {
                Reply::new(StatusCode::OK, "text/plain; charset=utf-8", "User-agent: *\nDisallow: /V/\n")
                    .done()
            }),
        )
        .route(
            "/healthz",
            get(|| async { Reply::new(StatusCode::OK, "text/plain", "ok\n").private().done() }),
        )
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .fallback(not_found)
        .method_not_allowed_fallback(other_method)
        .layer(everything)
        .with_state(Arc::clone(server))
}

/// What every request passes: limits before, headers and numbers after.
async fn guard(State(server): State<Arc<Server>>, request: Request, next: Next) -> Response<Body> {
    let started = Instant::now();
    let route = Route::of(request.uri().path());
    let asked = Asked::of(request.uri(), request.headers());
    let mut response = match admitted(&server, &request, route) {
        Ok(()) => next.run(request).await,
        Err(notice) => {
            arrivals::throw_away(request.into_body()).await;
            reply::notice(&server.site, asked, &notice)
        }
    };
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    if server.site.page().https {
        let (name, value) = TRANSPORT_SECURITY;
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    server.metrics.answered(route, response.status().as_u16(), started.elapsed());
    response
}

fn admitted(server: &Server, request: &Request, route: Route) -> Result<(), Notice> {
    if request.uri().path_and_query().is_some_and(|address| address.as_str().len() > MAX_ADDRESS) {
        return Err(Notice::TooLong);
    }
    let cost = match (route, request.method()) {
        (Route::Check, &Method::POST) => Cost::Upload,
        (Route::Document, _) => Cost::Page,
        // A code or link that was typed.
        (Route::Check, _) if typed::sent(request.uri()).is_some() => Cost::Page,
        // The same for everybody, and every scan needs them besides.
        (Route::Check | Route::Keys | Route::Asset | Route::Other, _) => Cost::Free,
    };
    let Some(address) = server.client(request) else { return Ok(()) };
    server.limits.take(address, cost).map_err(|wait| Notice::TooMany { wait: wait.as_secs() + 1 })
}

impl Server {
    /// Who asks; nobody if the router is called without a connection.
    pub(super) fn client(&self, request: &Request) -> Option<std::net::IpAddr> {
        let Peer(peer) = *request.extensions().get::<Peer>()?;
        Some(client(peer, request.headers(), self.site.page()))
    }

    fn context(&self, asked: Asked) -> Context<'_> {
        self.site.context(asked.words(), asked.links())
    }
}

async fn check(State(server): State<Arc<Server>>, uri: Uri, headers: HeaderMap) -> Response<Body> {
    let asked = Asked::of(&uri, &headers);
    if let Some(text) = typed::sent(&uri) {
        return match typed::read(&text, &server.site.host) {
            Ok(Typed { id, claim: None }) => {
                reply::redirect(StatusCode::SEE_OTHER, &asked.links().document(&id))
            }
            // With a script it would not have come here; a page that ignored it would look like a check of it.
            Ok(Typed { id, claim: Some(claim) }) => {
                let link = format!("https://{}/V/{id}#{claim}", server.site.host);
                upload::link(server, asked, link).await
            }
            Err(problem) => upload::refused(&server, asked, problem),
        };
    }
    let tag = server.tag("check", asked);
    reply::tagged(&headers, &tag, HTML, || page::check(&server.context(asked), None).into())
}

async fn receive(State(server): State<Arc<Server>>, request: Request) -> Response<Body> {
    let asked = Asked::of(request.uri(), request.headers());
    upload::upload(server, asked, request).await
}

async fn offline(State(server): State<Arc<Server>>, uri: Uri, headers: HeaderMap) -> Response<Body> {
    let asked = Asked::of(&uri, &headers);
    let tag = server.tag("offline", asked);
    reply::tagged(&headers, &tag, HTML, || page::offline(&server.context(asked)).into())
}

/// `/V/<id>`, `/V/<id>.json`, `/V/<id>.pdf`, `/V/<id>.png`.
async fn document(State(server): State<Arc<Server>>, uri: Uri, headers: HeaderMap) -> Response<Body> {
    let mut asked = Asked::of(&uri, &headers);
    let name = uri.path().get(3..).unwrap_or_default();
    let (code, ending) = match name.rsplit_once('.') {
        Some((code, ending)) => (code, ending),
        None => (name.strip_suffix('/').unwrap_or(name), ""),
    };
    asked.json |= ending == "json";
    let known = matches!(ending, "" | "json" | "pdf" | "png");
    let id = code.replace("%20", " ").parse::<Id>().ok();
    let id = match id {
        Some(id) if known => id,
        _ => match pasted_path(name) {
            // A link that was changed on its way: the claim goes back behind `#`, where the browser keeps it.
            Some((id, claim)) => {
                let claim = claim.map(|claim| format!("#{claim}")).unwrap_or_default();
                let place = format!("{}{claim}", asked.links().document(&id));
                return reply::redirect(StatusCode::SEE_OTHER, &place);
            }
            None if known => return reply::notice(&server.site, asked, &Notice::Malformed),
            None => return reply::notice(&server.site, asked, &Notice::NotFound),
        },
    };
    // One address for each document. The browser keeps what stands behind `#`.
    let spelled = if ending.is_empty() { id.to_string() } else { format!("{id}.{ending}") };
    if uri.path() != format!("/V/{spelled}") {
        let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
        return reply::redirect(StatusCode::PERMANENT_REDIRECT, &format!("/V/{spelled}{query}"));
    }
    let entry = match server.look(&id).await {
        Ok(Some(entry)) => entry,
        Ok(None) => return reply::notice(&server.site, asked, &Notice::Unknown(id)),
        Err(_) => return reply::notice(&server.site, asked, &Notice::Unreachable),
    };
    let record = Record::new(&server.site, &entry);
    let old = server.records.replaced_by(&entry.reservation.id).and_then(|id| server.records.known(&id));
    let record = record.replacing(old.as_deref(), &server.site);
    match ending {
        "pdf" | "png" if !record.shows_original() => {
            reply::notice(&server.site, asked, &Notice::NotShown(id))
        }
        "pdf" => match server.original(&entry).await {
            Some((tag, bytes)) => reply::file(&headers, &tag, "application/pdf", &format!("{id}.pdf"), bytes),
            None => reply::notice(&server.site, asked, &Notice::Damaged(id)),
        },
        "png" => match server.picture(&entry).await {
            Ok((tag, bytes)) => reply::file(&headers, &tag, "image/png", &format!("{id}.png"), bytes),
            Err(notice) => reply::notice(&server.site, asked, &notice),
        },
        _ => {
            let revision = record.revision();
            if asked.json {
                let tag = server.tag(&revision, asked);
                return reply::tagged(&headers, &tag, JSON, || record.json(&server.site).into());
            }
            let picture = record.shows_original() && server.has_picture(&entry).await;
            let tag = server.tag(&if picture { revision + "-picture" } else { revision }, asked);
            let page = || page::record(&server.context(asked), &record, picture).into();
            reply::tagged(&headers, &tag, HTML, page)
        }
    }
}

async fn keys(State(server): State<Arc<Server>>, headers: HeaderMap) -> Response<Body> {
    match server.keys().await {
        Some(keys) => reply::tagged(&headers, &keys.tag, JSON, || keys.json.clone().into()),
        None => reply::notice(&server.site, Asked::of(&Uri::default(), &headers), &Notice::Unreachable),
    }
}

async fn trust(State(server): State<Arc<Server>>, headers: HeaderMap) -> Response<Body> {
    match server.keys().await {
        Some(keys) => {
            let bytes = Bytes::from(keys.pem.clone());
            reply::file(&headers, &keys.tag, "application/x-pem-file", "pk-trust.pem", bytes)
        }
        None => reply::notice(&server.site, Asked::of(&Uri::default(), &headers), &Notice::Unreachable),
    }
}

async fn asset(State(server): State<Arc<Server>>, uri: Uri, headers: HeaderMap) -> Response<Body> {
    let assets = Assets::get();
    let found = uri
        .path()
        .strip_prefix("/assets/")
        .and_then(|path| path.strip_prefix(assets.version())?.strip_prefix('/'))
        .and_then(|name| assets.find(name));
    match found {
        Some(found) => reply::asset(&headers, found, FOR_EVER),
        None => reply::notice(&server.site, Asked::of(&uri, &headers), &Notice::NotFound),
    }
}

async fn ready(State(server): State<Arc<Server>>) -> Response<Body> {
    let (status, text) = match server.current().await {
        Ok(()) => (StatusCode::OK, "ok\n"),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the register cannot be read\n"),
    };
    Reply::new(status, "text/plain", text).private().done()
}

/// For those whom `pk.toml` names; to everybody else there is no such page.
async fn metrics(State(server): State<Arc<Server>>, request: Request) -> Response<Body> {
    let allowed = server.client(&request).is_none_or(|client| server.site.page().may_read_metrics(client));
    if !allowed {
        let asked = Asked::of(request.uri(), request.headers());
        return reply::notice(&server.site, asked, &Notice::NotFound);
    }
    let reachable = server.current().await.is_ok();
    let text = server.metrics.text(server.records.len(), reachable);
    Reply::new(StatusCode::OK, "application/openmetrics-text; version=1.0.0; charset=utf-8", text)
        .private()
        .done()
}

async fn not_found(State(server): State<Arc<Server>>, uri: Uri, headers: HeaderMap) -> Response<Body> {
    reply::notice(&server.site, Asked::of(&uri, &headers), &Notice::NotFound)
}

async fn other_method(State(server): State<Arc<Server>>, request: Request) -> Response<Body> {
    let allowed =
        if request.uri().path() == "/periksa" { "GET, HEAD, POST, OPTIONS" } else { "GET, HEAD, OPTIONS" };
    if request.method() == Method::OPTIONS {
        return reply::options(allowed);
    }
    let asked = Asked::of(request.uri(), request.headers());
    let mut response = reply::notice(&server.site, asked, &Notice::Method);
    if let Ok(value) = HeaderValue::from_str(allowed) {
        response.headers_mut().insert(axum::http::header::ALLOW, value);
    }
    response
}
