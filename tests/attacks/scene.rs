//! The originals, and the people who attack them.

use pk::audit::Auditor;
use pk_trust::Time;
use pk_trust::claim::Kind;
use pk_trust::pki::issue::{self, Request, Revoked};
use pk_trust::pki::keyfile::{FileSigner, PrivateKey};
use pk_trust::pki::{Certificate, Chain, Crl, Purpose, Reason, Sign, Subject};
use pk_trust::verify::Document;
use pk_trust::{cms, pades};

use super::{Attack, draft};
use crate::fixture::{self, Fixture, algorithm, now, passphrase};

/// The institution of the originals.
pub(crate) const INSTITUTION: &str = "Pemerintah Kabupaten Contoh";
/// Another institution, trusted as well.
pub(crate) const NEIGHBOUR: &str = "Pemerintah Kabupaten Lain";
/// Field of the first party.
pub(crate) const FIRST: &str = "PihakPertama";
/// Field of the second party.
pub(crate) const SECOND: &str = "PihakKedua";

/// When the attacks are judged: a day after the originals were signed, so that there are moments in
/// between.
pub(crate) fn moment() -> Time {
    now().plus_days(1)
}

/// A certificate authority of two levels.
pub(crate) struct Authority {
    pub(crate) root: Certificate,
    pub(crate) issuing: Certificate,
    pub(crate) key: PrivateKey,
    pub(crate) crls: Vec<Crl>,
}

/// A key that anybody can make again. Not secret.
pub(crate) fn key(seed: u8) -> PrivateKey {
    PrivateKey::from_random(algorithm(), &[seed; 32].into()).unwrap()
}

/// What a certificate for signing shall say. Its key is [`key`] of the same seed.
pub(crate) fn request(subject: Subject, seed: u8) -> Request {
    Request {
        subject,
        key: key(seed).public().unwrap(),
        purpose: Purpose::Signature,
        path_length: None,
        not_before: now(),
        not_after: now().plus_days(365),
        serial: [seed; 16],
    }
}

impl Authority {
    /// An authority with the names that an office of this institution gives it.
    pub(crate) fn new(institution: &str, seed: u8) -> Self {
        let authority = |name: &str, seed: u8, path_length: u8| Request {
            purpose: Purpose::Authority,
            path_length: Some(path_length),
            ..request(
                Subject {
                    name: format!("{name} {institution}"),
                    organization: institution.to_owned(),
                    ..Subject::default()
                },
                seed,
            )
        };
        let root = issue::root(&authority("Induk Sertifikat", seed, 1), &key(seed)).unwrap();
        let below = authority("Penerbit Sertifikat", seed + 1, 0);
        let issuing = issue::below(&root, &below, &key(seed)).unwrap();
        let list = |issuer, key| issue::crl(issuer, &key, 1, now(), now().plus_days(90), &[]).unwrap();
        let crls = vec![list(&root, key(seed)), list(&issuing, key(seed + 1))];
        Self { root, issuing, key: key(seed + 1), crls }
    }

    /// Somebody with a certificate of this authority.
    pub(crate) fn issue(&self, request: &Request, seed: u8) -> FileSigner {
        let leaf = issue::below(&self.issuing, request, &self.key).unwrap();
        key(seed).with_chain(Chain { leaf, issuers: vec![self.issuing.clone()] }).unwrap()
    }
}

/// Everything that an attacker may start from.
pub(crate) struct Scene {
    pub(crate) fixture: &'static Fixture,
    /// What the renderer makes of an agreement: nobody has signed, and no seal certifies it.
    pub(crate) rendered: Vec<u8>,
    /// The same as it is issued, certified by the seal.
    pub(crate) issued: Vec<u8>,
    /// The same, signed by the first party.
    pub(crate) half: Vec<u8>,
    /// The same, signed by both.
    pub(crate) complete: Vec<u8>,
    /// The complete agreement of somebody else.
    pub(crate) other: Vec<u8>,
    pub(crate) first: FileSigner,
    pub(crate) second: FileSigner,
    /// An official who is no party of the agreement.
    pub(crate) outsider: FileSigner,
    /// The authority of the office.
    pub(crate) ours: Authority,
    /// An authority of the same names that nobody trusts.
    pub(crate) impostor: Authority,
    /// The authority of another institution, which everybody trusts.
    pub(crate) neighbour: Authority,
}

impl Scene {
    pub(crate) fn new() -> Self {
        let fixture = fixture::complete();
        let office = &fixture.office;
        let file = |official: &str, revision| fixture.revision(official, Kind::Agreement, revision);
        let signer = |official: &str| office.open_official(official, &passphrase(), now()).unwrap();
        let anchors = office.anchors().unwrap();
        Self {
            fixture,
            rendered: Document::open(&file("kominfo", 0)).rendered().unwrap().to_vec(),
            issued: file("kominfo", 0),
            half: file("kominfo", 1),
            complete: file("kominfo", 2),
            other: file("dinsos", 2),
            first: signer("kominfo"),
            second: signer("bupati"),
            outsider: signer("dinsos"),
            ours: Authority {
                root: anchors.roots[0].clone(),
                issuing: anchors.intermediates[0].clone(),
                key: office.open_issuing(&passphrase()).unwrap(),
                crls: anchors.crls,
            },
            impostor: Authority::new(INSTITUTION, 0xA0),
            neighbour: Authority::new(NEIGHBOUR, 0xB0),
        }
    }

    /// Somebody who calls himself the second party, with a certificate that nobody trusts.
    pub(crate) fn impostor_of_second(&self) -> FileSigner {
        self.impostor.issue(&request(self.second.chain().leaf.subject(), 0x63), 0x63)
    }

    /// The auditor, who also trusts the neighbour and knows whose certificate was revoked.
    pub(crate) fn trusting(&self, mut auditor: Auditor) -> Auditor {
        auditor.trust.anchors.roots.push(self.neighbour.root.clone());
        auditor.trust.anchors.intermediates.push(self.neighbour.issuing.clone());
        auditor.trust.anchors.crls.extend(self.neighbour.crls.iter().cloned());
        let revoked = Revoked {
            serial: data_encoding::HEXLOWER.decode(self.revoked().chain().leaf.serial().as_bytes()).unwrap(),
            at: Time::parse("2026-01-04").unwrap(),
            reason: Reason::KeyCompromise,
        };
        let issuing = &self.ours;
        let next = now().plus_days(90);
        auditor
            .trust
            .anchors
            .crls
            .push(issue::crl(&issuing.issuing, &issuing.key, 9, now(), next, &[revoked]).unwrap());
        auditor.trust.seals.push(self.neighbour_seal().chain().leaf.clone());
        auditor
    }

    /// Whom the document names as its second party.
    pub(crate) fn second_subject(&self) -> Subject {
        self.second.chain().leaf.subject()
    }

    /// The second party with a certificate that was revoked before anybody signed.
    pub(crate) fn revoked(&self) -> FileSigner {
        self.ours.issue(&request(self.second_subject(), 0x31), 0x31)
    }

    /// The seal of the other institution.
    pub(crate) fn neighbour_seal(&self) -> FileSigner {
        let subject = Subject {
            name: format!("Segel Elektronik {NEIGHBOUR}"),
            organization: NEIGHBOUR.to_owned(),
            ..Subject::default()
        };
        self.neighbour.issue(&Request { purpose: Purpose::Seal, ..request(subject, 0x32) }, 0x32)
    }

    /// Signed by both parties, in order, as `pk sign` does it.
    pub(crate) fn sign(&self, bytes: &[u8]) -> Vec<u8> {
        let half = pades::sign(bytes, FIRST, &self.first, now()).unwrap();
        pades::sign(&half, SECOND, &self.second, now()).unwrap()
    }

    /// The half-signed document, signed by somebody for the second party: an update as it has to be.
    pub(crate) fn signed_by(&self, signer: &dyn Sign, at: Time) -> Vec<u8> {
        draft::signed(&self.half, SECOND, at, |parts| honest(parts, signer))
    }
}

/// The document that is attacked after it was signed: by both parties, or by the first one only.
///
/// A complete document has as many updates as fields, so that any further one is refused for being one
/// too many; only in a half-signed document is it looked into.
pub(crate) struct Victim<'s> {
    pub(crate) scene: &'s Scene,
    pub(crate) bytes: &'s [u8],
    /// The field that was signed last.
    pub(crate) field: &'static str,
    /// The other field.
    pub(crate) other: &'static str,
}

impl Victim<'_> {
    /// Whether only the first party has signed.
    pub(crate) fn is_half(&self) -> bool {
        self.field == FIRST
    }

    /// A document prepared by the attacker, signed by those who have signed this one.
    pub(crate) fn signed(&self, prepared: &[u8]) -> Vec<u8> {
        if self.is_half() {
            return pades::sign(prepared, FIRST, &self.scene.first, now()).unwrap();
        }
        self.scene.sign(prepared)
    }
}

/// Attacks on a complete document, and the same on a half-signed one. Those for which it makes no
/// difference are there once.
pub(super) fn on_both(scene: &Scene, attacks: impl Fn(&Victim<'_>) -> Vec<Attack>) -> Vec<Attack> {
    let complete = Victim { scene, bytes: &scene.complete, field: SECOND, other: FIRST };
    let half = Victim { scene, bytes: &scene.half, field: FIRST, other: SECOND };
    let mut list = attacks(&complete);
    for mut attack in attacks(&half) {
        if list.iter().all(|other| other.bytes != attack.bytes) {
            attack.name.push_str("-half-signed");
            list.push(attack);
        }
    }
    list
}

/// The CMS that pk makes.
pub(crate) fn honest(parts: [&[u8]; 2], signer: &dyn Sign) -> Vec<u8> {
    cms::sign(&parts, signer).unwrap()
}
