//! Questions about an earlier moment (`pk verify --at`): answered by what is known now, for what was so then.

use pk_trust::claim::Kind;
use pk_trust::pki::Reason;
use pk_trust::verify::{Answer, Overall, Verdict};
use pk_trust::{Time, When};

use crate::fixture::{Fixture, complaints, now, passphrase};

fn asked(fixture: &Fixture, bytes: &[u8], at: Time, now: Time) -> Verdict {
    match fixture.auditor().examine("x.pdf", bytes, When { at, now }).unwrap() {
        pk::audit::Answer::Document(verdict) => *verdict,
        other => panic!("{other:?}"),
    }
}

fn signed() -> Fixture {
    let fixture = Fixture::new();
    fixture.generate();
    fixture.sign_all();
    fixture
}

/// The newest list says of an earlier moment what older ones said, and more.
#[test]
fn a_list_made_later_answers_too() {
    let fixture = signed();
    let bytes = fixture.file("kominfo", Kind::Agreement);
    let (then, later) = (now().plus_days(1), now().plus_days(20));
    fixture.office.renew_lists(&passphrase(), later).unwrap();
    let verdict = asked(&fixture, &bytes, then, later.plus_days(1));
    assert_eq!(verdict.overall, Overall::Passed, "{:?}", complaints(&verdict));
    // A list that is not made yet by the clock of who asks is none.
    let verdict = asked(&fixture, &bytes, then, then);
    assert_eq!(verdict.overall, Overall::Indeterminate);
    assert!(complaints(&verdict).contains(&"signer.revocation-unknown"));
}

#[test]
fn what_ended_later_was_in_force() {
    let fixture = signed();
    let entry = fixture.entry("kominfo", Kind::Agreement);
    let (ended, today) = (now().plus_days(10), now().plus_days(30));
    let change = pk::registry::Change::Revoked { reason: "salah target".into() };
    use pk::registry::Registry as _;
    fixture.registry().advance(&entry.reservation.id, entry.revision, &change, ended).unwrap();
    let bytes = fixture.file("kominfo", Kind::Agreement);
    let overall = |at| asked(&fixture, &bytes, at, today).overall;
    assert_eq!(overall(ended.plus_days(1)), Overall::Ended);
    assert_eq!(overall(now().plus_days(9)), Overall::Passed);
    assert_eq!(overall(ended), Overall::Ended, "from that moment on");
    // The same of a certificate, whose revocation says nothing of the time before.
    let other = fixture.file("dinsos", Kind::Agreement);
    let serial = fixture.office.certificate("dinsos").unwrap().serial();
    fixture.office.revoke_certificate(&serial, Reason::KeyCompromise, &passphrase(), ended).unwrap();
    let overall = |at| asked(&fixture, &other, at, today).overall;
    assert_eq!(overall(now().plus_days(9)), Overall::Passed);
    assert_eq!(overall(today), Overall::Indeterminate);
}

#[test]
fn before_it_was_signed_it_is_neither_good_nor_false() {
    let fixture = signed();
    let bytes = fixture.file("kominfo", Kind::Agreement);
    let before = Time::from_unix(now().unix() - 86_400);
    let verdict = asked(&fixture, &bytes, before, now().plus_days(1));
    assert_eq!(verdict.overall, Overall::Indeterminate, "{:?}", complaints(&verdict));
    assert_eq!(verdict.lines.status.code.as_str(), "status.not-yet");
    assert!(!verdict.lines.all().iter().any(|(_, line)| line.outcome == Answer::No));
    // What is broken is broken at any moment, and a signature from the future of who asks is still one.
    let mut broken = bytes.clone();
    broken[3000] ^= 1;
    assert_eq!(asked(&fixture, &broken, before, now().plus_days(1)).overall, Overall::Failed);
    let verdict = asked(&fixture, &bytes, before, before);
    assert_eq!(verdict.overall, Overall::Failed);
    assert!(complaints(&verdict).contains(&"time.future"));
}
