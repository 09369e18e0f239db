//! Who signs: everything else is exactly as it has to be.

use pk_trust::Time;
use pk_trust::pki::issue::{self, Request};
use pk_trust::pki::keyfile::FileSigner;
use pk_trust::pki::{Chain, KeyError, Purpose, Sign, Signature, Subject};

use super::draft::signed;
use super::scene::{FIRST, NEIGHBOUR, SECOND, Scene, honest, key, moment, request};
use super::{Attack, Class, Denied};
use crate::fixture::{Fixture, now, passphrase};

/// The certificate of one and the key of another.
struct Borrowed<'a> {
    chain: &'a Chain,
    key: &'a FileSigner,
}

impl Sign for Borrowed<'_> {
    fn chain(&self) -> &Chain {
        self.chain
    }

    fn sign(&self, bytes: &[u8]) -> Result<Signature, KeyError> {
        self.key.sign(bytes)
    }
}

fn hours(hours: u64) -> Time {
    Time::from_unix(now().unix() + hours * 3_600)
}

pub(super) fn attacks(scene: &Scene) -> Vec<Attack> {
    [others(scene), certificates(scene), times(scene), authorities(scene)].into_iter().flatten().collect()
}

fn of(name: &str, code: &'static str, denied: Denied, bytes: Vec<u8>) -> Attack {
    Attack::new(Class::Signer, name, code, bytes).denied(denied)
}

/// Somebody else than the party.
fn others(scene: &Scene) -> Vec<Attack> {
    let by = |signer: &dyn Sign| scene.signed_by(signer, now());
    let borrowed = Borrowed { chain: scene.second.chain(), key: &scene.outsider };
    let seal = scene.fixture.office.open_seal(&passphrase(), now()).unwrap();
    let subject = || scene.second_subject();
    let changed = |seed: u8, edit: &dyn Fn(&mut Subject)| {
        let mut subject = subject();
        edit(&mut subject);
        by(&scene.ours.issue(&request(subject, seed), seed))
    };
    let both = {
        let first = signed(&scene.issued, FIRST, now(), |parts| honest(parts, &scene.second));
        signed(&first, SECOND, now(), |parts| honest(parts, &scene.first))
    };
    let neighbour = Subject { organization: NEIGHBOUR.to_owned(), ..subject() };
    vec![
        of("another-official", "role.other-person", Denied::Issuer, by(&scene.outsider)),
        of("first-party-for-both", "role.other-person", Denied::Issuer, by(&scene.first)),
        of("parties-exchanged", "role.other-person", Denied::Issuer, both),
        of("certificate-of-the-party-key-of-another", "signature.key", Denied::Integrity, by(&borrowed)),
        of("another-handle", "role.other-person", Denied::Issuer, changed(0x61, &|s| s.id = "lain".into())),
        of(
            "another-name",
            "role.other-person",
            Denied::Issuer,
            changed(0x62, &|s| s.name = "Contoh Lain".into()),
        ),
        of("another-position", "role.other-position", Denied::Issuer, {
            changed(0x63, &|s| s.position = "Wakil Bupati Contoh".into())
        }),
        of("another-institution", "role.other-institution", Denied::Issuer, {
            by(&scene.neighbour.issue(&request(neighbour, 0x64), 0x64))
        }),
        of("another-institution-by-the-same-authority", "role.other-institution", Denied::Issuer, {
            changed(0x65, &|s| s.organization = NEIGHBOUR.into())
        }),
        of("seal", "signer.purpose", Denied::Issuer, by(&seal)),
        of("seal-in-the-name-of-the-party", "signer.purpose", Denied::Issuer, {
            let request = Request { purpose: Purpose::Seal, ..request(subject(), 0x66) };
            by(&scene.ours.issue(&request, 0x66))
        }),
        of("authority-in-the-name-of-the-party", "signer.purpose", Denied::Issuer, {
            let request = Request { purpose: Purpose::Authority, ..request(subject(), 0x67) };
            by(&scene.ours.issue(&request, 0x67))
        }),
    ]
}

/// A certificate of the party that does not count.
fn certificates(scene: &Scene) -> Vec<Attack> {
    let by = |seed: u8, edit: &dyn Fn(&mut Request)| {
        let mut request = request(scene.second_subject(), seed);
        edit(&mut request);
        scene.signed_by(&scene.ours.issue(&request, seed), now())
    };
    let expired = by(0x71, &|request| {
        request.not_before = Time::parse("2025-01-01").unwrap();
        request.not_after = Time::parse("2025-12-31").unwrap();
    });
    vec![
        of("expired", "signer.expired", Denied::Issuer, expired),
        of("not-yet-valid", "signer.not-yet-valid", Denied::Issuer, by(0x72, &|r| r.not_before = hours(1))),
        of("revoked", "signer.revoked", Denied::Issuer, scene.signed_by(&scene.revoked(), now())),
    ]
}

/// Times that cannot be right.
fn times(scene: &Scene) -> Vec<Attack> {
    let first = |at| signed(&scene.issued, FIRST, at, |parts| honest(parts, &scene.first));
    let second = |bytes: &[u8], at| signed(bytes, SECOND, at, |parts| honest(parts, &scene.second));
    let before = Time::parse("2026-01-04").unwrap();
    vec![
        of("before-the-first-party", "time.order", Denied::Time, second(&first(hours(2)), hours(1))),
        of("in-the-future", "time.future", Denied::Time, second(&scene.half, moment().plus_days(1))),
        of("before-its-certificate", "signer.not-yet-valid", Denied::Issuer, second(&scene.half, before)),
        of("after-its-certificate", "signer.expired", Denied::Issuer, {
            second(&scene.half, now().plus_days(9_000))
        }),
    ]
}

/// Authorities that are none.
fn authorities(scene: &Scene) -> Vec<Attack> {
    let subject = || scene.second_subject();
    let impostor = scene.impostor.issue(&request(subject(), 0x81), 0x81);
    // Signed by itself, and by an official as if that were an authority.
    let own = issue::root(&request(subject(), 0x82), &key(0x82)).unwrap();
    let own = key(0x82).with_chain(Chain { leaf: own, issuers: Vec::new() }).unwrap();
    let official = scene.ours.issue(&request(scene.outsider.chain().leaf.subject(), 0x83), 0x83);
    let issuer = official.chain().leaf.clone();
    let leaf = issue::below(&issuer, &request(subject(), 0x84), &key(0x83)).unwrap();
    let issuers = vec![issuer, scene.ours.issuing.clone()];
    let below_an_official = key(0x84).with_chain(Chain { leaf, issuers }).unwrap();
    // An authority below one that may have none below itself.
    let mut middle = request(Subject { name: "Penerbit Contoh".to_owned(), ..Subject::default() }, 0x85);
    middle.purpose = Purpose::Authority;
    let middle = scene.ours.issue(&middle, 0x85).chain().leaf.clone();
    let leaf = issue::below(&middle, &request(subject(), 0x86), &key(0x85)).unwrap();
    let issuers = vec![middle, scene.ours.issuing.clone()];
    let too_long = key(0x86).with_chain(Chain { leaf, issuers }).unwrap();
    // The names of our authority over a certificate that it never signed.
    let issuers = vec![scene.ours.issuing.clone()];
    let mixed = Chain { leaf: impostor.chain().leaf.clone(), issuers };
    let mixed = key(0x81).with_chain(mixed).unwrap();
    let forger = Fixture::new();
    forger.generate();
    forger.sign_all();
    let forged = forger.file("kominfo", pk_trust::claim::Kind::Agreement);
    let by = |signer: &dyn Sign| scene.signed_by(signer, now());
    vec![
        of("unknown-authority", "signer.unknown-root", Denied::Unvouched, by(&impostor)),
        of("unknown-authority-beside-ours", "cms.other-certificates", Denied::Integrity, by(&mixed)),
        of("signed-by-itself", "signer.unknown-root", Denied::Unvouched, by(&own)),
        of("below-an-official", "signer.not-authority", Denied::Issuer, by(&below_an_official)),
        of("below-too-many", "signer.path-too-long", Denied::Issuer, by(&too_long)),
        of("forged-altogether", "claim.unknown-seal", Denied::Unvouched, forged),
    ]
}
