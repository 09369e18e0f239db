//! Requests as they should not be.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use pk_trust::claim::Kind;

use super::{Response, ask, get, get_with, id, office, server};
use crate::fixture::{Fixture, complete};

#[test]
fn ids_are_forgiven_what_people_type_and_nothing_else() {
    let server = server(complete());
    let id = id(complete(), "kominfo").to_string();
    let grouped = format!("{}-{}-{}-{}", &id[..4], &id[4..8], &id[8..12], &id[12..]);
    for typed in [id.to_lowercase(), grouped.clone(), grouped.to_lowercase(), grouped.replace('-', "%20")] {
        for prefix in ["/V/", "/v/"] {
            let response = get(&server, &format!("{prefix}{typed}"));
            assert_eq!(response.status, StatusCode::PERMANENT_REDIRECT, "{typed}");
            assert_eq!(response.header("location"), format!("/V/{id}"));
        }
    }
    assert_eq!(get(&server, &format!("/V/{id}/?lang=en")).header("location"), format!("/V/{id}?lang=en"));
    for path in [
        "/V/",
        "/V/A",
        "/V/AAAAAAAAAAAAAAA",
        "/V/AAAAAAAAAAAAAAAAA",
        "/V/AAAAAAAAAAAAAAA9",
        "/V/..%2f..%2fpk.toml",
        "/V/%2e%2e/%2e%2e/registry.db",
        "/V/AAAAAAAA%00AAAAAAAA",
        "/V/%ff%fe",
        "/V/\u{0391}AAAAAAAAAAAAAAA",
        "/V/AAAAAAAAAAAAAAAA/0.pdf",
        "/V/AAAAAAAAAAAAAAAA.exe",
        "/V/AAAAAAAAAAAAAAAA.pdf.json",
        "/assets/../pk.toml",
        "/assets/x/style.css",
        "/%2e%2e/registry.db",
        "/.well-known/../registry.db",
    ] {
        let Ok(uri) = path.parse::<axum::http::Uri>() else { continue };
        let response = get(&server, &uri.to_string());
        assert_eq!(response.status, StatusCode::NOT_FOUND, "{path}");
        assert!(path.ends_with("json") || response.text().contains("/periksa"), "{path} leads on");
    }
    assert_eq!(get(&server, &format!("/nix?{}", "a".repeat(3000))).status, StatusCode::URI_TOO_LONG);
}

/// What chat programs do to a link is taken back, and leads to the same document and no other place.
#[test]
fn changed_links_lead_to_their_page() {
    let server = server(complete());
    let id = id(complete(), "kominfo").to_string();
    for (path, place) in [
        (format!("/V/{id}%23QRB2ABC"), format!("/V/{id}#QRB2ABC")),
        (format!("/V/{id}%23QRB2ABC)."), format!("/V/{id}#QRB2ABC")),
        (format!("/V/{id}%2523qrb2abc"), format!("/V/{id}#QRB2ABC")),
        (format!("/V/{id})."), format!("/V/{id}")),
        (format!("/V/{id}%22,"), format!("/V/{id}")),
        (format!("/V/{id}%E2%80%A6"), format!("/V/{id}")),
        (format!("/V/{id}%E2%80%8B"), format!("/V/{id}")),
        (format!("/V/{id}%3E?lang=en"), format!("/V/{id}?lang=en")),
        (format!("/v/{}%23A%0D%0AX:%20y", id.to_lowercase()), format!("/V/{id}#A")),
    ] {
        let response = get(&server, &path);
        assert_eq!(response.status, StatusCode::SEE_OTHER, "{path}");
        assert_eq!(response.header("location"), place, "{path}");
    }
    for path in [
        format!("/V/{id}/../AAAAAAAAAAAAAAAA"),
        format!("/V/{id}%2F..%2FAAAAAAAAAAAAAAAA"),
        format!("/V/{id}A%23ABC"),
        format!("/V/{id}%2F%2Flain.example"),
        format!("/V/lain.example%23{id}"),
        format!("/V/{id}@lain.example"),
    ] {
        assert_eq!(get(&server, &path).status, StatusCode::NOT_FOUND, "{path}");
    }
}

/// Nothing in the answer tells an id that never was from another one.
#[test]
fn unknown_ids_all_get_the_same_answer() {
    let server = server(complete());
    let answers = ["AAAAAAAAAAAAAAAA", "ZZZZZZZZZZZZZZZZ"].map(|id| {
        let response = get(&server, &format!("/V/{id}"));
        let grouped = format!("{0}-{0}-{0}-{0}", &id[..4]);
        let mut headers: Vec<_> = response.headers.iter().map(|(k, v)| format!("{k}: {v:?}")).collect();
        headers.sort();
        (response.text().replace(id, "ID").replace(&grouped, "GROUPED"), headers)
    });
    assert_eq!(answers[0], answers[1]);
}

#[test]
fn methods_are_answered_as_the_standard_says() {
    let server = server(complete());
    let path = format!("/V/{}", id(complete(), "kominfo"));
    let with = |method: Method, path: &str| {
        ask(&server, Request::builder().method(method).uri(path).body(Body::empty()).unwrap())
    };
    let head = with(Method::HEAD, &path);
    assert_eq!((head.status, head.body.len()), (StatusCode::OK, 0));
    assert_eq!(head.header("content-length"), get(&server, &path).body.len().to_string());
    for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH, Method::TRACE] {
        let response = with(method.clone(), &path);
        assert_eq!(response.status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
        assert_eq!(response.header("allow"), "GET, HEAD, OPTIONS");
        assert!(response.text().contains("/periksa"));
    }
    assert_eq!(with(Method::OPTIONS, &path).status, StatusCode::NO_CONTENT);
    assert_eq!(with(Method::OPTIONS, "/periksa").header("allow"), "GET, HEAD, POST, OPTIONS");
}

#[test]
fn every_answer_carries_the_strict_headers_and_no_cookie() {
    let server = server(complete());
    let id = id(complete(), "kominfo");
    for path in [
        "/",
        "/periksa",
        &format!("/V/{id}"),
        "/V/nix",
        "/sw.js",
        "/healthz",
        "/nix",
        "/.well-known/pk-keys.json",
    ] {
        let response = get(&server, path);
        let policy = response.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self'"), "{path}: {policy}");
        assert!(
            !policy.contains("unsafe-inline")
                && !policy.contains("'unsafe-eval'")
                && !policy.contains("http")
        );
        assert_eq!(response.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(response.header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(response.header("cross-origin-opener-policy"), "same-origin", "{path}");
        assert!(!response.headers.contains_key("set-cookie"));
        // Not behind https here, and a browser would refuse to come back without.
        assert!(!response.headers.contains_key("strict-transport-security"));
    }
    assert_eq!(get(&server, &format!("/V/{id}")).header("x-robots-tag"), "noindex");
    let secure = office("https = true");
    let header = get(&super::server(&secure), "/").header("strict-transport-security").to_owned();
    assert!(header.starts_with("max-age=63072000"), "{header}");
}

#[test]
fn assets_may_be_kept_for_ever_and_come_compressed() {
    let server = server(complete());
    let page = get(&server, "/periksa");
    let (_, rest) = page.text().split_once("rel=\"stylesheet\" href=\"").unwrap();
    let path = rest.split_once('"').unwrap().0;
    let plain = get(&server, path);
    assert_eq!(plain.header("cache-control"), "public, max-age=31536000, immutable");
    let compressed = get_with(&server, path, &[("accept-encoding", "br, gzip;q=0.8")]);
    assert_eq!(compressed.header("content-encoding"), "gzip");
    assert!(compressed.body.len() < plain.body.len() / 2);
    assert_eq!(get_with(&server, path, &[("accept-encoding", "gzip;q=0")]).body, plain.body);
    assert_eq!(get(&server, "/sw.js").header("cache-control"), "no-cache");
}

fn upload(parts: &[(&str, &[u8])], accept: &str) -> Response {
    upload_named("x.bin", parts, accept)
}

fn upload_named(file: &str, parts: &[(&str, &[u8])], accept: &str) -> Response {
    let mut body = Vec::new();
    for (name, bytes) in parts {
        body.extend_from_slice(
            format!("--XX\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{file}\"\r\n\r\n")
                .as_bytes(),
        );
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--XX--\r\n");
    post("multipart/form-data; boundary=XX", body, accept)
}

fn post(media_type: &str, body: Vec<u8>, accept: &str) -> Response {
    let request = Request::post("/periksa").header("content-type", media_type).header("accept", accept);
    ask(&server(complete()), request.body(Body::from(body)).unwrap())
}

#[test]
fn a_file_is_checked_without_scripts() {
    let file = complete().file("kominfo", Kind::Agreement);
    let page = upload(&[("file", &file)], "text/html");
    assert_eq!((page.status, page.heading()), (StatusCode::OK, "SAH"));
    assert_eq!(page.header("cache-control"), "no-store");
    // Whose root that rests on.
    let root = complete().office.certificate("root").unwrap().fingerprint();
    let start = data_encoding::HEXLOWER.encode(&root[..8]);
    assert!(page.text().contains(&format!("induk Pemerintah Kabupaten Contoh (sidik jari {start}…)")));
    let verdict = upload(&[("file", &file)], "application/json").json();
    assert_eq!(verdict["overall"], "TOTAL-PASSED");
    // As the body itself, for programs.
    assert_eq!(post("application/pdf", file.clone(), "application/json").json()["overall"], "TOTAL-PASSED");

    let mut altered = file.clone();
    let at = altered.len() / 3;
    altered[at] ^= 1;
    let page = upload(&[("file", &altered)], "text/html");
    assert_eq!(page.heading(), "TIDAK SAH");
    assert!(!page.text().contains("banner good"));
    let half = upload(&[("file", &file[..file.len() / 2])], "application/json");
    assert_eq!(half.json()["overall"], "TOTAL-FAILED");
    // Called a PDF and not beginning like one: its beginning was changed, as `pk verify` says too.
    let mut beheaded = file;
    beheaded[0] = b'X';
    let verdict = upload_named("Perjanjian.PDF", &[("file", &beheaded)], "application/json");
    assert_eq!(verdict.json()["overall"], "TOTAL-FAILED");
    assert_eq!(verdict.json()["file"], "", "the name is nobody's business");
    assert_eq!(post("application/pdf", beheaded, "application/json").json()["overall"], "TOTAL-FAILED");
    // Scans are looked at by nobody here, and whoever sent one is told what to do.
    let scan = crate::told::scanned("/Width 400/Height 400/Filter/DCTDecode", b"x", "");
    let page = upload(&[("file", &scan)], "text/html");
    assert_eq!(page.heading(), "BELUM DAPAT DIPASTIKAN");
    assert!(page.text().contains("Bila PDF ini salinan") && !page.text().contains("Dasar kepercayaannya"));
    // An unsigned revision is not enough.
    let unsigned = complete().revision("kominfo", Kind::Agreement, 0);
    assert_eq!(upload(&[("file", &unsigned)], "text/html").heading(), "BELUM DAPAT DIPASTIKAN");
}

#[test]
fn what_cannot_be_checked_is_said() {
    for (response, status, code) in [
        (upload(&[("file", b"")], "application/json"), 422, "check.empty"),
        (upload(&[], "application/json"), 422, "check.empty"),
        (upload(&[("other", b"%PDF-")], "application/json"), 422, "check.empty"),
        (upload(&[("file", b"hello")], "application/json"), 415, "check.format"),
        (upload(&[("file", b"PK\x03\x04 an archive")], "application/json"), 415, "check.format"),
        (upload(&[("file", b"\x89PNG\r\n\x1a\n broken")], "application/json"), 422, "check.no-code"),
        (upload(&[("file", &vec![b'x'; 10 * 1024 * 1024 + 1])], "application/json"), 413, "check.too-large"),
        (
            post("multipart/form-data; boundary=XX", b"--XX\r\nContent-Dis".to_vec(), "application/json"),
            400,
            "check.form",
        ),
        (post("multipart/form-data", b"x".to_vec(), "application/json"), 400, "check.form"),
        (post("application/pdf", vec![b'x'; 11 * 1024 * 1024], "application/json"), 413, "check.too-large"),
    ] {
        assert_eq!(response.status, StatusCode::from_u16(status).unwrap(), "{code}: {}", response.text());
        assert_eq!(response.json()["code"], code);
    }
    // Up to the limit that the page names, every file is looked at.
    let almost = upload(&[("file", &vec![b'x'; 10 * 1024 * 1024])], "application/json");
    assert_eq!(almost.json()["code"], "check.format");
    let page = upload(&[("file", b"hello")], "text/html");
    assert!(page.text().contains("bukan PDF") && page.text().contains("id=\"check-file\""));
}

/// The text of a document's QR code.
fn claim_link(office: &Fixture, official: &str) -> String {
    let file = office.file(official, Kind::Agreement);
    pk::audit::Attached::read(&file).unwrap().claim.unwrap()
}

#[test]
fn a_typed_code_leads_to_its_page() {
    let server = server(complete());
    let id = id(complete(), "kominfo");
    let link = format!("https%3A%2F%2Fcek.contoh.example%2FV%2F{id}%23");
    for typed in [id.to_string(), id.grouped().to_lowercase().replace('-', "+"), link] {
        let response = get(&server, &format!("/periksa?kode={typed}"));
        assert_eq!(response.status, StatusCode::SEE_OTHER, "{typed}");
        assert_eq!(response.header("location"), format!("/V/{id}"));
    }
    // What is sealed in a link is checked here, since no script does it.
    let sealed = |text: &str| text.replace(':', "%3A").replace('/', "%2F").replace('#', "%23");
    let genuine = sealed(&claim_link(complete(), "kominfo"));
    let page = get(&server, &format!("/periksa?kode={genuine}&lang=en"));
    assert_eq!((page.status, page.heading()), (StatusCode::OK, "The seal of the QR code is genuine"));
    assert_eq!(page.header("cache-control"), "no-store");
    let cut = get(&server, &format!("/periksa?kode={}", &genuine[..genuine.len() - 9]));
    assert!(cut.text().contains("banner open") && !cut.text().contains("banner good"), "{}", cut.text());
    // A link to somebody else's page is the sign of a forgery, and must not end on a good page.
    let foreign = get(&server, &format!("/periksa?kode=https%3A%2F%2Flain.example%2FV%2F{id}"));
    assert_eq!(foreign.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(foreign.text().contains("tanda pemalsuan"));
    let wrong = get(&server, "/periksa?kode=%3Cscript%3E");
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!wrong.text().contains("<script>"));
}
