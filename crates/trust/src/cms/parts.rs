//! The elements of a SEQUENCE or SET, as they stand there: what was signed must not be encoded anew.

use der::asn1::AnyRef;
use der::{Decode, Reader, SliceReader};

use super::Error;

pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const SET: u8 = 0x31;
/// `[0]` and `[1]`, with elements inside.
pub(super) const FIRST: u8 = 0xA0;
pub(super) const SECOND: u8 = 0xA1;

/// Elements in one place. Certificates, attributes and lists are far fewer.
const MAX_PARTS: usize = 1024;

/// The elements in the content of a SEQUENCE or SET, each with its header.
///
/// # Errors
///
/// [`Error::Malformed`]
pub(super) fn parts(content: &[u8]) -> Result<Vec<&[u8]>, Error> {
    let mut reader = SliceReader::new(content).map_err(|_| Error::Malformed)?;
    let mut parts = Vec::new();
    while !reader.is_finished() {
        if parts.len() == MAX_PARTS {
            return Err(Error::Malformed);
        }
        parts.push(reader.tlv_bytes().map_err(|_| Error::Malformed)?);
    }
    Ok(parts)
}

/// First octet of the tag, and content, of one element.
pub(super) fn tagged(element: &[u8]) -> Option<(u8, &[u8])> {
    Some((*element.first()?, AnyRef::from_der(element).ok()?.value()))
}

/// The elements of one that has this tag.
///
/// # Errors
///
/// [`Error::Malformed`]
pub(super) fn parts_of(element: &[u8], tag: u8) -> Result<Vec<&[u8]>, Error> {
    match tagged(element) {
        Some((found, content)) if found == tag => parts(content),
        _ => Err(Error::Malformed),
    }
}
