//! Revocation lists and answers that travel in a CMS. What cannot be read proves nothing and is left out.

use const_oid::ObjectIdentifier;
use der::Decode;

use crate::pki::{Crl, Effort, FIRST, OcspAnswer, SECOND, SEQUENCE, parts, parts_of, tagged};

/// `id-ri-ocsp-response` (RFC 5940).
const OCSP_RESPONSE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.16.2");

/// Lists and answers in one CMS. A chain has three or four.
const MAX_EACH: usize = 32;

/// What came along.
#[derive(Debug, Default)]
pub(super) struct Proofs {
    pub(super) crls: Vec<Crl>,
    pub(super) answers: Vec<OcspAnswer>,
}

impl Proofs {
    /// `RevocationInfoArchival` of Adobe (ISO 32000-2, 12.8.3.3.2) and, with basic answers, `RevocationValues`
    /// (RFC 5126, 6.3.4): lists in [0], answers in [1].
    pub(super) fn add_archive(&mut self, value: &[u8], basic: bool, effort: &Effort) {
        for field in parts_of(value, SEQUENCE).unwrap_or_default() {
            // EXPLICIT: the SEQUENCE of them is inside.
            let Some((number, list)) = tagged(field) else { continue };
            for item in parts_of(list, SEQUENCE).unwrap_or_default() {
                match number {
                    FIRST => self.add_list(item, effort),
                    SECOND => self.add_answer(item, basic, effort),
                    _ => {}
                }
            }
        }
    }

    /// `SignedData.crls` (RFC 5652, 10.2.1): lists, and other things in [1], of which OCSP is read.
    pub(super) fn add_choices(&mut self, content: &[u8], effort: &Effort) {
        for item in parts(content).unwrap_or_default() {
            if let [kind, answer] = parts_of(item, SECOND).unwrap_or_default()[..]
                && ObjectIdentifier::from_der(kind) == Ok(OCSP_RESPONSE)
            {
                self.add_answer(answer, false, effort);
            } else {
                self.add_list(item, effort);
            }
        }
    }

    fn add_list(&mut self, der: &[u8], effort: &Effort) {
        if self.crls.len() < MAX_EACH && effort.spend(Effort::READ) {
            self.crls.extend(Crl::from_der(der));
        }
    }

    fn add_answer(&mut self, der: &[u8], basic: bool, effort: &Effort) {
        if self.answers.len() < MAX_EACH && effort.spend_on_certificate(der.len()) {
            let answer = if basic { OcspAnswer::from_basic(der) } else { OcspAnswer::from_der(der) };
            self.answers.extend(answer);
        }
    }
}
