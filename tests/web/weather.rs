//! When the register is away, locked, or another one.

use axum::http::StatusCode;
use rusqlite::Connection;

use super::{get, get_with, id, office, revoke, server};

#[test]
fn a_register_that_is_away_is_never_read_as_good() {
    let office = office("perjanjian = \"asli\"");
    let server = server(&office);
    let id = id(&office, "kominfo");
    assert_eq!(get(&server, &format!("/V/{id}")).heading(), "Tercatat dan berlaku");
    let (path, aside) = (office.office.registry(), office.office.root().join("aside.db"));
    std::fs::rename(&path, &aside).unwrap();
    for path in [format!("/V/{id}"), format!("/V/{id}.pdf"), "/V/AAAAAAAAAAAAAAAA".to_owned()] {
        let response = get(&server, &path);
        assert_eq!(response.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
        assert_eq!(response.heading(), "Status tidak dapat diperiksa");
        assert_eq!(response.header("retry-after"), "30");
    }
    let problem = get_with(&server, &format!("/V/{id}.json"), &[]);
    assert_eq!(problem.json()["code"], "state.unreachable");
    assert_eq!(get(&server, "/readyz").status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(get(&server, "/healthz").status, StatusCode::OK);
    std::fs::rename(&aside, &path).unwrap();
    assert_eq!(get(&server, &format!("/V/{id}")).heading(), "Tercatat dan berlaku");
    assert_eq!(get(&server, "/readyz").status, StatusCode::OK);
}

/// Nobody can have committed anything while the file is locked and its counter stands still.
#[test]
fn a_lock_alone_keeps_nobody_out() {
    let office = office("");
    let server = server(&office);
    let path = format!("/V/{}", id(&office, "kominfo"));
    let lock = Connection::open(office.office.registry()).unwrap();
    lock.execute_batch("BEGIN EXCLUSIVE").unwrap();
    assert_eq!(get(&server, &path).heading(), "Tercatat dan berlaku");
    drop(lock);
    // Changed, and locked before anybody could see what: then nothing can be said.
    revoke(&office, "kominfo");
    let lock = Connection::open(office.office.registry()).unwrap();
    lock.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let response = get(&server, &path);
    assert_eq!(response.heading(), "Status tidak dapat diperiksa");
    drop(lock);
    assert_eq!(get(&server, &path).heading(), "Dicabut");
}

#[test]
fn a_restored_backup_is_noticed() {
    let office = office("");
    let server = server(&office);
    let path = format!("/V/{}", id(&office, "kominfo"));
    let backup = std::fs::read(office.office.registry()).unwrap();
    revoke(&office, "kominfo");
    assert_eq!(get(&server, &path).heading(), "Dicabut");
    let restored = office.office.root().join("restored.db");
    std::fs::write(&restored, backup).unwrap();
    std::fs::rename(&restored, office.office.registry()).unwrap();
    assert_eq!(get(&server, &path).heading(), "Tercatat dan berlaku");
}

/// An event that somebody wrote by hand does not fit the chain.
#[test]
fn a_damaged_register_says_nothing() {
    let office = office("");
    let server = server(&office);
    let path = format!("/V/{}", id(&office, "kominfo"));
    revoke(&office, "kominfo");
    let registry = Connection::open(office.office.registry()).unwrap();
    registry
        .execute_batch(
            "UPDATE documents SET status = 'complete', remark = NULL WHERE status = 'revoked';
             INSERT INTO events (id, what, at, detail, hash)
               SELECT id, 'completed', at, '', zeroblob(32) FROM events ORDER BY number DESC LIMIT 1",
        )
        .unwrap();
    drop(registry);
    assert_eq!(get(&server, &path).heading(), "Status tidak dapat diperiksa");
}

/// Opening a pipe waits for a writer, for ever.
#[cfg(unix)]
#[test]
fn a_pipe_in_the_place_of_the_register_stops_nobody() {
    let office = office("");
    let server = server(&office);
    let path = format!("/V/{}", id(&office, "kominfo"));
    let (registry, aside) = (office.office.registry(), office.office.root().join("aside.db"));
    std::fs::rename(&registry, &aside).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&registry).status().unwrap().success());
    assert_eq!(get(&server, &path).heading(), "Status tidak dapat diperiksa");
    std::fs::remove_file(&registry).unwrap();
    std::fs::rename(&aside, &registry).unwrap();
    assert_eq!(get(&server, &path).heading(), "Tercatat dan berlaku");
}

#[test]
fn a_stored_file_that_is_not_the_recorded_one_is_not_shown() {
    let office = office("perjanjian = \"asli\"");
    let server = server(&office);
    let id = id(&office, "kominfo");
    let path = office.office.document_file(&id.to_string(), 2);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[1000] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    assert_eq!(get(&server, &format!("/V/{id}.pdf")).status, StatusCode::SERVICE_UNAVAILABLE);
    std::fs::remove_file(&path).unwrap();
    assert_eq!(get(&server, &format!("/V/{id}.pdf")).status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(get(&server, &format!("/V/{id}")).status, StatusCode::OK);
}
