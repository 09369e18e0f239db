//! Certificates, revocation lists, paths.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pk_trust::Time;
use pk_trust::pki::{Anchors, Certificate, Crl, OcspAnswer, Purpose, is_chain, older_lists};

fuzz_target!(|data: &[u8]| {
    let mut certificates = Vec::new();
    let mut crls = Vec::new();
    let mut answers = Vec::new();
    // Several structures in a row, as they stand in a CMS.
    let mut rest = data;
    while let Some((der, after)) = element(rest) {
        if let Ok(certificate) = Certificate::from_der(der) {
            assert_eq!(certificate.der(), der);
            let _ = (certificate.subject(), certificate.serial(), certificate.pem(), certificate.key().name());
            certificates.push(certificate);
        } else if let Ok(crl) = Crl::from_der(der) {
            let _ = (crl.this_update(), crl.next_update(), crl.number(), crl.issuer(), crl.pem());
            crls.push(crl);
        } else if let Ok(answer) = OcspAnswer::from_der(der) {
            answers.push(answer);
        }
        rest = after;
        if certificates.len() + crls.len() + answers.len() >= 8 {
            break;
        }
    }
    let Some((leaf, others)) = certificates.split_first() else { return };
    let _ = is_chain(leaf, others);
    assert!(older_lists(&crls).len() < crls.len().max(1));
    let anchors = Anchors { roots: others.to_vec(), crls, answers, ..Anchors::default() };
    for purpose in
        [Purpose::Authority, Purpose::Signature, Purpose::Seal, Purpose::Document, Purpose::TimeStamp]
    {
        for at in [leaf.not_before(), leaf.not_after(), Time::from_unix(1_767_571_200)] {
            if let Ok(path) = anchors.path(leaf, others, purpose, at) {
                assert!(path.certificates().iter().all(|c| c.is_valid_at(at)));
                let _ = path.revocation(&anchors, at, at);
            }
        }
    }
});

/// The first DER element of some bytes, by its length.
fn element(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let length = usize::from(*bytes.get(1)?);
    let (header, length) = match length {
        0..=0x7f => (2, length),
        0x81 => (3, usize::from(*bytes.get(2)?)),
        0x82 => (4, usize::from(*bytes.get(2)?) << 8 | usize::from(*bytes.get(3)?)),
        _ => return None,
    };
    bytes.split_at_checked(header + length)
}
