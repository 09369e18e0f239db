//! `SignedData` (RFC 5652, 5.1), its parts as they stand there.

use cms::signed_data::EncapsulatedContentInfo;
use const_oid::ObjectIdentifier;
use const_oid::db::rfc5911::ID_SIGNED_DATA;
use der::Decode;

use super::Error;
use crate::pki::{FIRST, SECOND, SEQUENCE, SET, parts_of, tagged};

/// The parts; of those that may be missing, what is in them.
pub(super) struct Data<'d> {
    pub(super) version: &'d [u8],
    pub(super) digests: &'d [u8],
    pub(super) content: &'d [u8],
    pub(super) certificates: Option<&'d [u8]>,
    pub(super) revocation: Option<&'d [u8]>,
    pub(super) signers: &'d [u8],
}

impl<'d> Data<'d> {
    pub(super) fn parse(der: &'d [u8]) -> Result<Self, Error> {
        let inside = |element, tag| parts_of(element, tag).ok_or(Error::Malformed);
        let [kind, inner] = inside(der, SEQUENCE)?[..] else { return Err(Error::Malformed) };
        let [data] = inside(inner, FIRST)?[..] else { return Err(Error::Malformed) };
        if ObjectIdentifier::from_der(kind) != Ok(ID_SIGNED_DATA) {
            return Err(Error::Malformed);
        }
        let parts = inside(data, SEQUENCE)?;
        let [version, digests, content, rest @ ..] = parts.as_slice() else { return Err(Error::Malformed) };
        let optional =
            |rest: &'_ [&'d [u8]], tag| rest.first().and_then(|p| tagged(p)).filter(|p| p.0 == tag);
        let certificates = optional(rest, FIRST);
        let rest = rest.get(usize::from(certificates.is_some())..).unwrap_or_default();
        let revocation = optional(rest, SECOND);
        let rest = rest.get(usize::from(revocation.is_some())..).unwrap_or_default();
        let ([signers], true) = (rest, u8::from_der(version).is_ok() && digests.first() == Some(&SET)) else {
            return Err(Error::Malformed);
        };
        Ok(Self {
            version,
            digests,
            content,
            certificates: certificates.map(|(_, content)| content),
            revocation: revocation.map(|(_, content)| content),
            signers,
        })
    }

    pub(super) fn content(&self) -> Result<EncapsulatedContentInfo, Error> {
        EncapsulatedContentInfo::from_der(self.content).map_err(|_| Error::Malformed)
    }
}
