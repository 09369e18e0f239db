//! The elements of a SEQUENCE or SET, as they stand there: what was signed must not be encoded anew.

use der::asn1::AnyRef;
use der::{Decode, Reader, SliceReader};

pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const SET: u8 = 0x31;
/// `[0]` and `[1]`, with elements inside.
pub(crate) const FIRST: u8 = 0xA0;
pub(crate) const SECOND: u8 = 0xA1;

/// Elements in one place. Certificates, attributes and lists are far fewer.
const MAX_PARTS: usize = 1024;

/// The elements in the content of a SEQUENCE or SET, each with its header; `None` if it is not made of elements,
/// or of too many: sixteen million fit into what a page may unpack.
pub(crate) fn parts(content: &[u8]) -> Option<Vec<&[u8]>> {
    let mut reader = SliceReader::new(content).ok()?;
    let mut parts = Vec::new();
    while !reader.is_finished() {
        if parts.len() == MAX_PARTS {
            return None;
        }
        parts.push(reader.tlv_bytes().ok()?);
    }
    Some(parts)
}

/// First octet of the tag, and content, of one element.
pub(crate) fn tagged(element: &[u8]) -> Option<(u8, &[u8])> {
    Some((*element.first()?, AnyRef::from_der(element).ok()?.value()))
}

/// The elements of one that has this tag.
pub(crate) fn parts_of(element: &[u8], tag: u8) -> Option<Vec<&[u8]>> {
    tagged(element).filter(|(found, _)| *found == tag).and_then(|(_, content)| parts(content))
}

/// The first element inside: of a certificate or a list, the bytes that an issuer signed (RFC 5280, 4.1.1 and
/// 5.1.1).
pub(super) fn first(element: &[u8]) -> Option<&[u8]> {
    SliceReader::new(AnyRef::from_der(element).ok()?.value()).ok()?.tlv_bytes().ok()
}

#[cfg(test)]
mod tests {
    use super::{SEQUENCE, SET, first, parts, parts_of};

    #[test]
    fn elements_are_as_they_stand_there() {
        let two = [5, 0, 2, 1, 7];
        let list = [&[SEQUENCE, 5][..], &two].concat();
        assert_eq!(parts(&two), Some(vec![&[5, 0][..], &[2, 1, 7]]));
        assert_eq!(parts_of(&list, SEQUENCE), parts(&two));
        assert_eq!(first(&list), Some(&[5, 0][..]));
        assert_eq!(parts_of(&list, SET), None, "another tag");
        assert_eq!(parts_of(&[&list[..], &[0]].concat(), SEQUENCE), None, "something follows");
        assert_eq!(parts(&[5, 0, 2, 2, 7]), None, "cut off");
    }

    /// A list of thirty megabytes may hold sixteen million of the smallest elements.
    #[test]
    fn elements_have_an_end() {
        let many = |count: usize| [5, 0].repeat(count);
        assert_eq!(parts(&many(1024)).map(|found| found.len()), Some(1024));
        assert_eq!(parts(&many(1025)), None);
    }
}
