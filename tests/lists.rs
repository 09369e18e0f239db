//! The ledger of certificates and the revocation lists: what a crash between the two, or an older file in
//! its place, leaves behind.

use std::fs;
use std::path::PathBuf;

use pk::office::{AuthorityError, FixedClock};
use pk::web::Server;
use pk_trust::pki::Reason;

use crate::fixture::{Fixture, clock, now, passphrase};

type MakeLists = fn(&Fixture) -> Result<(), AuthorityError>;

/// The commands that make lists.
const MAKE_LISTS: [MakeLists; 3] = [
    |fixture| fixture.office.renew_lists(&passphrase(), now()),
    |fixture| revoke(fixture, "dinsos"),
    |fixture| {
        let cost = pk_trust::pki::keyfile::Cost::DEMONSTRATION;
        fixture.office.renew_seal(&passphrase(), cost, now()).map(|_| ())
    },
];

const FILES: [&str; 4] = ["issued.json", "root.crl", "issuing.crl", "trust.pem"];

fn path(fixture: &Fixture, name: &str) -> PathBuf {
    fixture.office.keys().join(name)
}

fn saved(fixture: &Fixture) -> Vec<Vec<u8>> {
    FILES.iter().map(|name| fs::read(path(fixture, name)).unwrap()).collect()
}

/// Puts some files back as they were.
fn put_back(fixture: &Fixture, before: &[Vec<u8>], which: &[&str]) {
    for (name, bytes) in FILES.iter().zip(before) {
        if which.contains(name) {
            fs::write(path(fixture, name), bytes).unwrap();
        }
    }
}

fn revoke(fixture: &Fixture, official: &str) -> Result<(), AuthorityError> {
    let serial = fixture.office.certificate(official).unwrap().serial();
    fixture.office.revoke_certificate(&serial, Reason::KeyCompromise, &passphrase(), now())
}

fn open(fixture: &Fixture, official: &str) -> Result<(), AuthorityError> {
    fixture.office.open_official(official, &passphrase(), now()).map(|_| ())
}

/// Killed after the ledger, after the first list, after the second.
#[test]
fn a_revocation_that_was_interrupted_is_finished() {
    let after: [&[&str]; 3] =
        [&["root.crl", "issuing.crl", "trust.pem"], &["issuing.crl", "trust.pem"], &["trust.pem"]];
    for missing in after {
        let fixture = Fixture::new();
        fixture.generate();
        let before = saved(&fixture);
        revoke(&fixture, "kominfo").unwrap();
        put_back(&fixture, &before, missing);
        if missing.contains(&"issuing.crl") {
            // Nobody works with lists that are behind: whoever was revoked, others, readers, the page.
            for official in ["kominfo", "dinsos"] {
                assert!(matches!(open(&fixture, official), Err(AuthorityError::ListsBehind { .. })));
            }
            assert!(matches!(fixture.office.anchors(), Err(AuthorityError::ListsBehind { last: 2, .. })));
            assert!(fixture.signing("dinsos").is_err());
            assert!(Server::new(fixture.office.clone(), Box::new(clock()), PathBuf::new()).is_err());
        }
        // The same command once more does what is missing, and only then says that there is nothing to do.
        revoke(&fixture, "kominfo").unwrap();
        assert!(matches!(revoke(&fixture, "kominfo"), Err(AuthorityError::AlreadyRevoked(_))));
        assert!(matches!(open(&fixture, "kominfo"), Err(AuthorityError::Revoked { .. })));
        assert!(open(&fixture, "dinsos").is_ok());
        let bundle = fixture.office.trust_bundle().unwrap();
        assert_eq!(fs::read_to_string(path(&fixture, "trust.pem")).unwrap(), bundle);
    }
}

/// Whatever makes lists next finishes it as well; and the bundle is made again by whoever opens a key.
#[test]
fn other_commands_finish_it_too() {
    for finish in MAKE_LISTS {
        let fixture = Fixture::new();
        let before = saved(&fixture);
        revoke(&fixture, "kominfo").unwrap();
        put_back(&fixture, &before, &["root.crl", "issuing.crl", "trust.pem"]);
        finish(&fixture).unwrap();
        assert!(matches!(open(&fixture, "kominfo"), Err(AuthorityError::Revoked { .. })));
        assert!(open(&fixture, "bupati").is_ok());
    }
    let fixture = Fixture::new();
    let before = saved(&fixture);
    revoke(&fixture, "kominfo").unwrap();
    put_back(&fixture, &before, &["trust.pem"]);
    open(&fixture, "dinsos").unwrap();
    assert_eq!(
        fs::read(path(&fixture, "trust.pem")).unwrap(),
        fixture.office.trust_bundle().unwrap().as_bytes()
    );
}

#[test]
fn an_older_list_or_ledger_is_not_believed() {
    let fixture = Fixture::new();
    let first = saved(&fixture);
    revoke(&fixture, "kominfo").unwrap();
    let second = saved(&fixture);
    revoke(&fixture, "dinsos").unwrap();
    let third = saved(&fixture);
    for (before, files) in [
        (&first, &["issuing.crl"][..]),
        (&second, &["issuing.crl"]),
        (&second, &["root.crl"]),
        (&first, &["root.crl", "issuing.crl", "trust.pem"]),
    ] {
        put_back(&fixture, &third, &FILES);
        put_back(&fixture, before, files);
        for official in ["kominfo", "dinsos", "bupati"] {
            assert!(matches!(open(&fixture, official), Err(AuthorityError::ListsBehind { .. })), "{files:?}");
        }
        // The remedy that the message names.
        fixture.office.renew_lists(&passphrase(), now()).unwrap();
        for official in ["kominfo", "dinsos"] {
            assert!(matches!(open(&fixture, official), Err(AuthorityError::Revoked { .. })), "{files:?}");
        }
        assert!(open(&fixture, "bupati").is_ok());
    }
    // An older ledger: new lists would take the revocations back, if they were made from it alone.
    for before in [&first, &second] {
        put_back(&fixture, &third, &FILES);
        put_back(&fixture, before, &["issued.json"]);
        assert!(matches!(open(&fixture, "dinsos"), Err(AuthorityError::LedgerBehind { .. })));
        fixture.office.renew_lists(&passphrase(), now()).unwrap();
        for official in ["kominfo", "dinsos"] {
            assert!(matches!(open(&fixture, official), Err(AuthorityError::Revoked { .. })));
        }
        assert!(open(&fixture, "bupati").is_ok());
    }
    // All of it put back, as it was last: nothing is wrong with it.
    put_back(&fixture, &third, &FILES);
    assert!(open(&fixture, "bupati").is_ok());
    assert!(matches!(open(&fixture, "kominfo"), Err(AuthorityError::Revoked { .. })));
}

/// The remedy for a list that was lost or damaged must not need it.
#[test]
fn a_list_that_was_lost_is_made_again() {
    type Loss = fn(&PathBuf);
    let losses: [Loss; 2] =
        [|list| fs::remove_file(list).unwrap(), |list| fs::write(list, "-----BEGIN").unwrap()];
    for (remedy, lost) in MAKE_LISTS.iter().flat_map(|remedy| losses.map(|lost| (remedy, lost))) {
        for name in ["root.crl", "issuing.crl"] {
            let fixture = Fixture::new();
            revoke(&fixture, "kominfo").unwrap();
            let list = path(&fixture, name);
            lost(&list);
            assert!(matches!(
                open(&fixture, "bupati"),
                Err(AuthorityError::Missing(path) | AuthorityError::Crl { path, .. }) if path == list
            ));
            remedy(&fixture).unwrap();
            assert!(open(&fixture, "bupati").is_ok());
            assert!(matches!(open(&fixture, "kominfo"), Err(AuthorityError::Revoked { .. })));
        }
    }
}

/// A clock that was set back revokes all the same, and makes no list that is older than the last one.
#[test]
fn a_clock_that_stands_too_early() {
    let fixture = Fixture::new();
    let serial = fixture.office.certificate("kominfo").unwrap().serial();
    let early = FixedClock(pk_trust::Time::parse("2026-01-04").unwrap()).0;
    assert!(matches!(
        fixture.office.renew_lists(&passphrase(), early),
        Err(AuthorityError::Clock { last, .. }) if last == now()
    ));
    assert_eq!(fixture.office.later_than(early).unwrap(), Some(now()));
    assert_eq!(fixture.office.later_than(now()).unwrap(), None);
    fixture.office.revoke_certificate(&serial, Reason::KeyCompromise, &passphrase(), early).unwrap();
    let ledger = fixture.office.ledger().unwrap();
    let entry = ledger.certificates.iter().find(|entry| entry.serial == serial).unwrap();
    assert_eq!(entry.revoked, Some(now().unix()), "since the last thing that happened");
    assert!(matches!(open(&fixture, "kominfo"), Err(AuthorityError::Revoked { .. })));
}
