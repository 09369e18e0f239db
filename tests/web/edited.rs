//! A registry that somebody edited: the page says nothing of it.

use std::fs;
use std::num::NonZero;
use std::path::PathBuf;

use axum::http::StatusCode;
use pk::office::Office;
use pk::registry::Error;
use pk::web::{PublishError, Server, publish};
use pk_trust::claim::Kind;
use tempfile::TempDir;

use super::{get, id, office, revoke, server};
use crate::fixture::{Fixture, clock};

fn edit(office: &Fixture, statement: &str) {
    let raw = rusqlite::Connection::open(office.office.registry()).unwrap();
    raw.execute_batch("DROP TRIGGER IF EXISTS events_stay; DROP TRIGGER IF EXISTS events_keep").unwrap();
    raw.execute_batch("DROP TRIGGER IF EXISTS files_stay").unwrap();
    raw.execute_batch(statement).unwrap();
}

fn write(fixture: &Fixture, target: &std::path::Path) -> Result<usize, PublishError> {
    let office = Office::open(fixture.office.root()).unwrap();
    publish(&office, target, &clock(), NonZero::new(2).unwrap(), &|_, _| {}).map(|done| done.documents)
}

#[test]
fn an_edited_registry_is_not_shown() {
    let office = office("");
    let folder = TempDir::new().unwrap();
    let site = folder.path().join("situs");
    revoke(&office, "kominfo");
    let good = fs::read(office.office.registry()).unwrap();
    let (revoked, other) = (id(&office, "kominfo"), id(&office, "dinsos"));
    for statement in [
        format!("UPDATE documents SET status = 'complete', remark = NULL WHERE id = '{revoked}'"),
        format!("UPDATE documents SET budget = 1000 WHERE id = '{other}'"),
        format!("UPDATE files SET sha256 = zeroblob(32) WHERE id = '{other}' AND revision = 2"),
        "UPDATE events SET detail = 'lain' WHERE what = 'revoked'".to_owned(),
        "DELETE FROM events WHERE number = 2".to_owned(),
    ] {
        fs::write(office.office.registry(), &good).unwrap();
        let running = server(&office);
        assert_eq!(get(&running, &format!("/V/{other}")).status, StatusCode::OK);
        edit(&office, &statement);
        for id in [revoked, other] {
            let answer = get(&running, &format!("/V/{id}"));
            assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{statement}");
        }
        let opened = Office::open(office.office.root()).unwrap();
        let started = Server::new(opened, Box::new(clock()), PathBuf::new());
        assert!(matches!(&started, Err(pk::web::Error::Registry(error))
            if matches!(error.registry(), Some(Error::Row { .. } | Error::Chain { .. }))));
        assert!(matches!(write(&office, &site), Err(PublishError::Registry(_))), "{statement}");
        assert!(!site.exists(), "nothing was published");
    }
    fs::write(office.office.registry(), &good).unwrap();
    let running = server(&office);
    assert_eq!(get(&running, &format!("/V/{other}")).status, StatusCode::OK);
    // A commit by a command is in the next answer, as ever.
    revoke(&office, "dinsos");
    assert!(get(&running, &format!("/V/{other}.json")).text().contains("\"state\":\"revoked\""));
    assert_eq!(write(&office, &site).unwrap(), 5);
}

/// Rows and events written anew: what is published has to be what the sealed data in the file says.
#[test]
fn only_what_is_sealed_is_published() {
    let office = office("");
    let folder = TempDir::new().unwrap();
    let site = folder.path().join("situs");
    let budget = office.entry("kominfo", Kind::Agreement).budget;
    let rewrite = |budget: u64| {
        office.rewrite(|entry| {
            if entry.slot.kind == Kind::Agreement && entry.slot.official == "kominfo" {
                entry.budget = budget;
            }
            true
        });
    };
    rewrite(1000);
    let refused = write(&office, &site);
    assert!(
        matches!(&refused, Err(PublishError::Differs { difference, .. }) if difference.field == "budget"),
        "{refused:?}"
    );
    assert!(!site.exists());
    rewrite(budget);
    assert_eq!(write(&office, &site).unwrap(), 5);
    // What is published already is compared when it is to change.
    rewrite(1000);
    assert!(matches!(write(&office, &site), Err(PublishError::Differs { .. })));
}
