//! Certificates, lists and paths: what leads to an anchor, and above all what does not.

use pk_trust::Time;
use pk_trust::cms;
use pk_trust::pki::issue::{self, Request, Revoked};
use pk_trust::pki::keyfile::{Cost, KeyFileError, PrivateKey};
use pk_trust::pki::{
    Anchors, Certificate, Chain, Crl, Hash, PathError, Purpose, Reason, Revocation, Sign, Subject, is_chain,
};
use zeroize::Zeroizing;

pub(crate) fn key(seed: u8) -> PrivateKey {
    PrivateKey::from_seed(&Zeroizing::new([seed; 32]))
}

pub(crate) fn day(n: u32) -> Time {
    Time::parse("2026-01-01").unwrap().plus_days(n)
}

pub(crate) fn request(name: &str, key: &PrivateKey, purpose: Purpose, path_length: Option<u8>) -> Request {
    Request {
        subject: Subject { name: name.to_owned(), id: name.to_lowercase(), ..Subject::default() },
        key: key.public().unwrap(),
        purpose,
        path_length,
        not_before: day(0),
        not_after: day(100),
        serial: [name.len().try_into().unwrap(); 16],
    }
}

struct Hierarchy {
    root: Certificate,
    issuing: Certificate,
    leaf: Certificate,
    anchors: Anchors,
}

fn hierarchy() -> Hierarchy {
    let root = issue::root(&request("Root", &key(1), Purpose::Authority, Some(1)), &key(1)).unwrap();
    let issuing =
        issue::below(&root, &request("Issuing", &key(2), Purpose::Authority, Some(0)), &key(1)).unwrap();
    let leaf = issue::below(&issuing, &request("Leaf", &key(3), Purpose::Signature, None), &key(2)).unwrap();
    let anchors =
        Anchors { roots: vec![root.clone()], intermediates: vec![issuing.clone()], ..Anchors::default() };
    Hierarchy { root, issuing, leaf, anchors }
}

fn path(anchors: &Anchors, leaf: &Certificate) -> Result<usize, PathError> {
    anchors.path(leaf, &[], Purpose::Signature, day(10)).map(|path| path.certificates().len())
}

#[test]
fn a_leaf_leads_to_its_root() {
    let h = hierarchy();
    assert_eq!(path(&h.anchors, &h.leaf), Ok(3));
    // Links may travel with the signature; anchors may not.
    let bare = Anchors { intermediates: Vec::new(), ..h.anchors.clone() };
    assert_eq!(path(&bare, &h.leaf), Err(PathError::UnknownIssuer));
    let with_links = bare.path(&h.leaf, std::slice::from_ref(&h.issuing), Purpose::Signature, day(10));
    assert_eq!(with_links.unwrap().certificates().len(), 3);
    let no_roots = Anchors { roots: Vec::new(), ..h.anchors };
    let all = [h.issuing, h.root];
    assert_eq!(
        no_roots.path(&h.leaf, &all, Purpose::Signature, day(10)).unwrap_err(),
        PathError::UnknownIssuer
    );
}

#[test]
fn a_chain_has_no_stowaways() {
    let h = hierarchy();
    let chain =
        |others: &[&Certificate]| is_chain(&h.leaf, &others.iter().map(|c| (*c).clone()).collect::<Vec<_>>());
    assert!(chain(&[]));
    assert!(chain(&[&h.issuing]));
    assert!(chain(&[&h.root, &h.issuing]), "in any order");
    let stranger = issue::root(&request("Stranger", &key(9), Purpose::Authority, None), &key(9)).unwrap();
    assert!(!chain(&[&h.issuing, &stranger]));
    assert!(!chain(&[&h.root]), "a link is missing");
}

#[test]
fn time_and_purpose_are_kept() {
    let h = hierarchy();
    let at = |time, purpose| h.anchors.path(&h.leaf, &[], purpose, time).map(|_| ());
    assert_eq!(at(day(0), Purpose::Signature), Ok(()), "the first moment counts");
    assert_eq!(at(day(100), Purpose::Signature), Ok(()), "and the last");
    assert_eq!(at(day(101), Purpose::Signature), Err(PathError::Expired));
    let before = Time::parse("2025-12-31T23:59:59Z").unwrap();
    assert_eq!(at(before, Purpose::Signature), Err(PathError::NotYetValid));
    assert_eq!(at(day(10), Purpose::Seal), Err(PathError::Purpose), "a person is no seal");
    assert_eq!(at(day(10), Purpose::Authority), Err(PathError::Purpose), "and no authority");
}

#[test]
fn only_authorities_issue_and_only_as_deep_as_allowed() {
    let h = hierarchy();
    // A person's key signs a certificate.
    let below =
        issue::below(&h.leaf, &request("Forged", &key(4), Purpose::Signature, None), &key(3)).unwrap();
    let mut anchors = h.anchors.clone();
    anchors.intermediates.push(h.leaf.clone());
    assert_eq!(path(&anchors, &below), Err(PathError::NotAuthority));
    // An authority below one that allows none.
    let deeper =
        issue::below(&h.issuing, &request("Deep", &key(5), Purpose::Authority, None), &key(2)).unwrap();
    let leaf = issue::below(&deeper, &request("Far", &key(6), Purpose::Signature, None), &key(5)).unwrap();
    let mut anchors = h.anchors.clone();
    anchors.intermediates.push(deeper);
    assert_eq!(path(&anchors, &leaf), Err(PathError::TooLong));
    // The right name, the wrong key.
    let forged =
        issue::below(&h.issuing, &request("Leaf", &key(7), Purpose::Signature, None), &key(8)).unwrap();
    assert_eq!(path(&h.anchors, &forged), Err(PathError::UnknownIssuer));
}

fn lists(h: &Hierarchy, revoked: &[Revoked]) -> Anchors {
    let root = issue::crl(&h.root, &key(1), 1, day(5), day(50), &[]).unwrap();
    let issuing = issue::crl(&h.issuing, &key(2), 1, day(5), day(50), revoked).unwrap();
    Anchors { crls: vec![root, issuing], ..h.anchors.clone() }
}

#[test]
fn revocation_is_good_revoked_or_unknown() {
    let h = hierarchy();
    let status = |anchors: &Anchors, now| {
        anchors.path(&h.leaf, &[], Purpose::Signature, day(10)).unwrap().revocation(anchors, now, now)
    };
    assert_eq!(status(&h.anchors, day(10)), Revocation::Unknown, "no list");
    let clean = lists(&h, &[]);
    assert_eq!(status(&clean, day(10)), Revocation::Good);
    assert_eq!(status(&clean, day(51)), Revocation::Unknown, "the list is too old");
    assert_eq!(status(&clean, day(4)), Revocation::Unknown, "the list is not in force yet");
    let only_one = Anchors { crls: clean.crls[..1].to_vec(), ..clean.clone() };
    assert_eq!(status(&only_one, day(10)), Revocation::Unknown, "one certificate is not covered");

    let serial = data_encoding::HEXLOWER.decode(h.leaf.serial().as_bytes()).unwrap();
    let entry = Revoked { serial, at: day(8), reason: Reason::KeyCompromise };
    let revoked = lists(&h, &[entry]);
    let expected = Revocation::Revoked { at: day(8), reason: Reason::KeyCompromise };
    assert_eq!(status(&revoked, day(10)), expected);
    assert_eq!(status(&revoked, day(99)), expected, "an old list still revokes");
    // An older, clean list beside it changes nothing.
    let both = Anchors { crls: [clean.crls, revoked.crls].concat(), ..h.anchors.clone() };
    assert_eq!(status(&both, day(10)), expected);
    // A list that somebody else signed says nothing.
    let foreign = issue::crl(&h.issuing, &key(9), 2, day(5), day(50), &[]).unwrap();
    let anchors = Anchors { crls: vec![foreign], ..h.anchors.clone() };
    assert_eq!(status(&anchors, day(10)), Revocation::Unknown);
}

#[test]
fn only_der_is_a_certificate() {
    let h = hierarchy();
    assert_eq!(Certificate::from_pem(&h.leaf.pem()).unwrap(), h.leaf);
    let mut longer = h.leaf.der().to_vec();
    longer.push(0);
    assert!(Certificate::from_der(&longer).is_err());
    for at in 0..h.leaf.der().len() {
        let mut bytes = h.leaf.der().to_vec();
        bytes[at] ^= 1;
        let accepted = Certificate::from_der(&bytes).is_ok_and(|c| path(&h.anchors, &c).is_ok());
        assert!(!accepted, "byte {at}");
    }
    let crl = issue::crl(&h.root, &key(1), 1, day(5), day(50), &[]).unwrap();
    assert_eq!(Crl::from_pem(&crl.pem()).unwrap().der(), crl.der());
    assert!(Crl::from_der(&crl.der()[1..]).is_err());
}

#[test]
fn key_files_open_with_their_passphrase_only() {
    let pem = key(1).seal(b"sandi-uji", Cost::DEMONSTRATION, &[5; 32]).unwrap();
    assert!(pem.starts_with("-----BEGIN ENCRYPTED "));
    assert_eq!(PrivateKey::open(&pem, b"sandi-uji").unwrap().public(), key(1).public());
    assert!(matches!(PrivateKey::open(&pem, b"salah"), Err(KeyFileError::Passphrase)));
    assert!(matches!(PrivateKey::open("", b"x"), Err(KeyFileError::Format)));
    assert!(matches!(PrivateKey::open(&h_pem(), b"x"), Err(KeyFileError::Format)));
    assert_eq!(format!("{:?}", key(1)), "PrivateKey(…)", "never in a log");
}

/// SHA-512, as an Ed25519 signature covers content.
fn digest512(parts: &[&[u8]]) -> Vec<u8> {
    Hash::Sha512.digest(parts)
}

fn h_pem() -> String {
    hierarchy().leaf.pem()
}

pub(crate) struct Signer {
    pub(crate) key: PrivateKey,
    pub(crate) chain: Chain,
}

impl Sign for Signer {
    fn chain(&self) -> &Chain {
        &self.chain
    }

    fn sign(&self, bytes: &[u8]) -> Result<[u8; 64], pk_trust::pki::KeyError> {
        Ok(self.key.sign(bytes))
    }
}

#[test]
fn a_cms_has_one_shape() {
    let h = hierarchy();
    let signer =
        Signer { key: key(3), chain: Chain { leaf: h.leaf.clone(), issuers: vec![h.issuing.clone()] } };
    let digest = digest512(&[b"isi"]);
    let bytes = cms::sign(&[b"isi"], &signer).unwrap();
    let verified = cms::Signature::from_der(&bytes).unwrap().verify(&digest).unwrap();
    assert_eq!(verified.leaf, h.leaf);
    let other = cms::Signature::from_der(&bytes).unwrap().verify(&digest512(&[b"lain"]));
    assert_eq!(other.unwrap_err(), cms::Error::Digest);
    // Room filled with zeros is what /Contents holds; anything else in it is refused.
    let mut padded = bytes.clone();
    padded.resize(4096, 0);
    assert!(cms::Signature::parse(&padded).is_ok());
    padded[4000] = 1;
    assert_eq!(cms::Signature::parse(&padded).unwrap_err(), cms::Error::Trailing);
    assert_eq!(cms::Signature::parse(&[0; 64]).unwrap_err(), cms::Error::Malformed, "no signature at all");
    assert_eq!(cms::Signature::parse(&[]).unwrap_err(), cms::Error::Malformed);
    // No byte of it can be another.
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        let accepted = cms::Signature::from_der(&changed).is_ok_and(|s| {
            s.verify(&digest).is_ok_and(|v| v.leaf == h.leaf && v.others == [h.issuing.clone()])
        });
        assert!(!accepted, "byte {at}");
    }
    // The certificates in another order.
    let place = |der: &[u8]| bytes.windows(der.len()).position(|window| window == der).unwrap();
    let (leaf, issuing) = (h.leaf.der(), h.issuing.der());
    let start = place(leaf).min(place(issuing));
    let both = if start == place(leaf) { [issuing, leaf].concat() } else { [leaf, issuing].concat() };
    let mut changed = bytes.clone();
    changed[start..start + both.len()].copy_from_slice(&both);
    assert_eq!(cms::Signature::from_der(&changed).unwrap_err(), cms::Error::Malformed, "a set has an order");
    // Signed with another key than the certificate's.
    let thief = Signer { key: key(9), chain: signer.chain };
    let forged = cms::sign(&[b"isi"], &thief).unwrap();
    let refused = cms::Signature::from_der(&forged).unwrap().verify(&digest);
    assert_eq!(refused.unwrap_err(), cms::Error::Signature);
}

/// Certificates of one length come in any order, and what is signed is read.
#[test]
fn every_signature_that_is_made_is_read() {
    let digest = digest512(&[b"isi"]);
    let mut orders = std::collections::BTreeSet::new();
    for seed in 1..40_u8 {
        let at = |n: u8| key(seed.wrapping_mul(5).wrapping_add(n));
        let root = issue::root(&request("Root", &at(1), Purpose::Authority, Some(1)), &at(1)).unwrap();
        let link = |name: &str, n| {
            issue::below(&root, &request(name, &at(n), Purpose::Authority, Some(0)), &at(1)).unwrap()
        };
        let (first, second) = (link("Satu", 2), link("Satu", 4));
        let leaf = issue::below(&first, &request("Daun", &at(3), Purpose::Signature, None), &at(2)).unwrap();
        orders.insert(first.der() < second.der());
        let signer = Signer { key: at(3), chain: Chain { leaf: leaf.clone(), issuers: vec![first, second] } };
        let bytes = cms::sign(&[b"isi"], &signer).unwrap();
        let verified = cms::Signature::from_der(&bytes).unwrap().verify(&digest).unwrap();
        assert_eq!((verified.leaf, verified.others.len()), (leaf, 2), "{seed}");
    }
    assert_eq!(orders.len(), 2, "both orders");
}

/// A list of other extensions in an entry and around the entries.
fn list_with(serials: &[u8], in_entry: usize, around: usize) -> x509_cert::crl::CertificateList {
    use der::Decode as _;
    use x509_cert::ext::Extension;
    let h = hierarchy();
    let revoked: Vec<Revoked> = serials
        .iter()
        .map(|&serial| Revoked {
            // As those of certificates are made (`request`).
            serial: [&[0x40 | serial][..], &[serial; 15]].concat(),
            at: day(u32::from(serial)),
            reason: if serial % 2 == 0 { Reason::KeyCompromise } else { Reason::Superseded },
        })
        .collect();
    let list = issue::crl(&h.issuing, &key(2), 7, day(1), day(50), &revoked).unwrap();
    let mut list = x509_cert::crl::CertificateList::from_der(list.der()).unwrap();
    let extension = |bytes: usize| Extension {
        extn_id: const_oid::ObjectIdentifier::new_unwrap("1.2.3.4"),
        critical: false,
        extn_value: der::asn1::OctetString::new(vec![0; bytes]).unwrap(),
    };
    if in_entry > 0 {
        let entries = list.tbs_cert_list.revoked_certificates.as_mut().unwrap();
        entries[0].crl_entry_extensions.as_mut().unwrap().push(extension(in_entry));
    }
    if around > 0 {
        list.tbs_cert_list.crl_extensions.as_mut().unwrap().push(extension(around));
    }
    list
}

/// Entries are not decoded before somebody asks for them; x509-cert decodes all.
#[test]
fn a_list_says_what_others_read_in_it() {
    use der::Encode as _;
    for serials in [&[][..], &[9], &[7, 3, 5, 1, 2, 100, 99, 4]] {
        let list = list_with(serials, 0, 0);
        let read = Crl::from_der(&list.to_der().unwrap()).unwrap();
        assert_eq!(read.this_update().unix(), list.tbs_cert_list.this_update.to_unix_duration().as_secs());
        assert_eq!(read.next_update(), Some(day(50)));
        assert_eq!(read.sequence(), Some(7));
        assert_eq!(Crl::from_pem(&read.pem()).unwrap().der(), read.der());
        let mut expected: Vec<_> = list
            .tbs_cert_list
            .revoked_certificates
            .iter()
            .flatten()
            .map(|entry| {
                let serial = data_encoding::HEXLOWER.encode(entry.serial_number.as_bytes());
                (serial, entry.revocation_date.to_unix_duration().as_secs())
            })
            .collect();
        expected.sort_unstable();
        let found: Vec<_> = read.revoked().map(|(serial, at, _)| (serial, at.unix())).collect();
        assert_eq!(found, expected);
        assert_eq!(found.len(), serials.len());
    }
}

/// What is decoded takes thirty times its bytes, and thirty megabytes fit into a page's validation data.
#[test]
fn parts_of_unusual_size_are_not_decoded() {
    use der::Encode as _;
    use pk_trust::pki::{CertificateError, CrlError};
    let read = |in_entry, around| {
        Crl::from_der(&list_with(&[1, 2], in_entry, around).to_der().unwrap())
            .map(|list| list.revoked().count())
    };
    assert!(matches!(read(60_000, 60_000), Ok(2)));
    assert!(matches!(read(70_000, 0), Err(CrlError::Size)));
    assert!(matches!(read(0, 70_000), Err(CrlError::Size)));
    let certificate = vec![0x30; 64 * 1024 + 1];
    assert!(matches!(Certificate::from_foreign(&certificate), Err(CertificateError::Size(65_537))));
    assert!(matches!(Certificate::from_foreign(&certificate[1..]), Err(CertificateError::Der(_))));
}

/// Two encodings of one number would be two serials for whoever compares bytes.
#[test]
fn a_serial_has_one_encoding() {
    use der::Encode as _;
    let der = list_with(&[1], 0, 0).to_der().unwrap();
    assert!(Crl::from_der(&der).is_ok());
    let at = der.windows(18).position(|window| window == [&[2, 16, 0x41][..], &[1; 15]].concat()).unwrap();
    let mut changed = der;
    changed[at + 2] = 0;
    assert!(Crl::from_der(&changed).is_err(), "a zero in front that means nothing");
}

/// A list that is a part of another one: with this extension, and signed by whoever signs lists.
fn part_of_a_list(oid: &str, value: &[u8], reason: Option<u8>) -> Crl {
    part_with(&[4], oid, value, reason, true)
}

fn part_with(serials: &[u8], oid: &str, value: &[u8], reason: Option<u8>, critical: bool) -> Crl {
    use der::Encode as _;
    use x509_cert::ext::Extension;
    let octets = |bytes: &[u8]| der::asn1::OctetString::new(bytes).unwrap();
    let mut list = list_with(serials, 0, 0);
    if let Some(code) = reason {
        let entries = list.tbs_cert_list.revoked_certificates.as_mut().unwrap();
        entries[0].crl_entry_extensions.as_mut().unwrap()[0].extn_value = octets(&[0x0a, 1, code]);
    }
    list.tbs_cert_list.crl_extensions.as_mut().unwrap().push(Extension {
        extn_id: const_oid::ObjectIdentifier::new_unwrap(oid),
        critical,
        extn_value: octets(value),
    });
    let signature = key(2).sign(&list.tbs_cert_list.to_der().unwrap());
    list.signature = der::asn1::BitString::from_bytes(&signature).unwrap();
    Crl::from_der(&list.to_der().unwrap()).unwrap()
}

/// Bad news counts from wherever it comes; only the silence of such a list says nothing.
#[test]
fn a_part_of_a_list_revokes_and_never_clears() {
    const DELTA: (&str, &[u8]) = ("2.5.29.27", &[2, 1, 3]);
    const PEOPLE: (&str, &[u8]) = ("2.5.29.28", &[0x30, 3, 0x81, 1, 0xff]);
    const INDIRECT: (&str, &[u8]) = ("2.5.29.28", &[0x30, 3, 0x84, 1, 0xff]);
    const UNKNOWN: (&str, &[u8]) = ("1.2.3.4", &[5, 0]);
    let h = hierarchy();
    // The serials of these certificates are the lengths of their names.
    let ours = issue::crl(&h.issuing, &key(2), 3, day(0), day(60), &[]).unwrap();
    let roots = issue::crl(&h.root, &key(1), 1, day(0), day(60), &[]).unwrap();
    let said = |part: &Crl, alone: bool| {
        let mut crls = vec![roots.clone(), part.clone()];
        if !alone {
            crls.push(ours.clone());
        }
        let anchors = Anchors { crls, ..h.anchors.clone() };
        let path = anchors.path(&h.leaf, &[], Purpose::Signature, day(10)).unwrap();
        path.revocation(&anchors, day(10), day(20))
    };
    let since = Revocation::Revoked { at: day(4), reason: Reason::KeyCompromise };
    assert_eq!(h.leaf.serial(), format!("44{}", "04".repeat(15)));
    for (oid, value) in [DELTA, PEOPLE, UNKNOWN] {
        let part = part_of_a_list(oid, value, None);
        assert_eq!([said(&part, false), said(&part, true)], [since, since], "{oid}");
    }
    // Silence about others, by whoever forgot to call it critical.
    for (oid, value) in [DELTA, PEOPLE] {
        let part = part_with(&[9], oid, value, None, false);
        assert_eq!(said(&part, true), Revocation::Unknown, "{oid}");
    }
    // Of whose certificates it speaks is not known.
    let indirect = part_of_a_list(INDIRECT.0, INDIRECT.1, None);
    assert_eq!([said(&indirect, false), said(&indirect, true)], [Revocation::Good, Revocation::Unknown]);
    // Removed since: of the list before, where there is one; a whole list has no such entries.
    let removed = part_of_a_list(DELTA.0, DELTA.1, Some(8));
    assert_eq!([said(&removed, false), said(&removed, true)], [Revocation::Good, Revocation::Unknown]);
    let odd = part_of_a_list(PEOPLE.0, PEOPLE.1, Some(8));
    assert!(matches!(said(&odd, false), Revocation::Revoked { at, .. } if at == day(4)));
}

/// Of two lists that give other reasons the worse one counts, in whatever order they stand.
#[test]
fn a_key_that_was_lost_stays_lost() {
    let h = hierarchy();
    let serial = data_encoding::HEXLOWER.decode(h.leaf.serial().as_bytes()).unwrap();
    let list = |number, at, reason| {
        let entry = Revoked { serial: serial.clone(), at, reason };
        issue::crl(&h.issuing, &key(2), number, day(7), day(60), &[entry]).unwrap()
    };
    let orderly = list(3, day(4), Reason::Superseded);
    for reason in [Reason::KeyCompromise, Reason::Unspecified] {
        let lost = list(7, day(6), reason);
        for crls in [vec![orderly.clone(), lost.clone()], vec![lost.clone(), orderly.clone()]] {
            let anchors = Anchors { crls, ..h.anchors.clone() };
            let path = anchors.path(&h.leaf, &[], Purpose::Signature, day(10)).unwrap();
            let found = path.revocation(&anchors, day(10), day(20));
            assert_eq!(found, Revocation::Revoked { at: day(4), reason });
        }
    }
}

/// A list without a version has no extensions (RFC 5280, 5.1.2.1); OpenSSL makes them.
#[test]
fn lists_of_version_1_are_read() {
    use der::{Decode as _, Encode as _};
    let sequence =
        |parts: &[&[u8]]| der::Any::new(der::Tag::Sequence, parts.concat()).unwrap().to_der().unwrap();
    let list = list_with(&[4], 0, 0);
    let signed = list.tbs_cert_list.to_der().unwrap();
    let mut content = der::asn1::AnyRef::from_der(&signed).unwrap().value();
    let mut fields = Vec::new();
    while !content.is_empty() {
        let (_, rest) = der::asn1::AnyRef::from_der_partial(content).unwrap();
        fields.push(&content[..content.len() - rest.len()]);
        content = rest;
    }
    let algorithm = list.signature_algorithm.to_der().unwrap();
    let whole = |fields: &[&[u8]]| {
        let signed = sequence(fields);
        let signature = der::asn1::BitString::from_bytes(&key(2).sign(&signed)).unwrap().to_der().unwrap();
        Crl::from_der(&sequence(&[&signed, &algorithm, &signature]))
    };
    let (version, last) = (fields[0], fields.len() - 1);
    assert_eq!(version, [2, 1, 1]);
    let first = whole(&fields[1..last]).unwrap();
    assert!(first.is_signed_by(&hierarchy().issuing));
    assert_eq!(first.revoked().count(), 1);
    assert_eq!(whole(&fields).unwrap().revoked().count(), 1);
    assert!(whole(&fields[1..]).is_err(), "extensions without a version");
}
