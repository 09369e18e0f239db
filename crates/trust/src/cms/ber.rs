//! BER to DER (ITU-T X.690, 8.1.3 and 8.7.3): indefinite lengths, lengths longer than need be, strings in
//! pieces.
//!
//! LibreOffice (by way of NSS) and everything on Bouncy Castle's default write a CMS like that. Only the frame
//! changes: no content is touched, reordered or left out, so what is in DER already, such as certificates and
//! signed attributes, stays byte for byte what was signed.

use std::borrow::Cow;
use std::ops::Range;

use super::Error;

/// Elements within each other. A time stamp with a chain inside a signature has about 25.
const MAX_DEPTH: usize = 48;

/// Places where the encoding is not DER. Each string in pieces of 1,000 bytes has one for each piece; a
/// signature of LibreOffice has six.
const MAX_EDITS: usize = 4096;

const OCTET_STRING: u8 = 0x04;
const OCTET_STRING_IN_PIECES: u8 = 0x24;
const CONSTRUCTED: u8 = 0x20;

/// An element whose end was not reached yet.
struct Open {
    header: Header,
    /// Where it ends; `None` until an end-of-contents.
    end: Option<usize>,
    /// Nothing in it may go beyond.
    limit: usize,
    /// Length of the content in DER, so far.
    length: usize,
    /// A string in pieces, whose inner headers go.
    pieces: bool,
}

/// Bytes that are replaced by a header, or by nothing.
struct Edit {
    at: Range<usize>,
    header: Vec<u8>,
}

/// The first element of `bytes` in DER, and how many bytes it took. Borrowed if it was in DER before, as far as
/// lengths and strings are concerned.
///
/// # Errors
///
/// [`Error::Malformed`] if it is not BER, [`Error::NotDer`] if it is BER beyond the limits above.
pub(super) fn to_der(bytes: &[u8]) -> Result<(Cow<'_, [u8]>, usize), Error> {
    let mut edits = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    let mut at = 0;
    loop {
        if let Some(closed) = close(bytes, &mut open, &mut at, &mut edits)? {
            let Some(around) = open.last_mut() else { break };
            around.length = around.length.checked_add(closed).ok_or(Error::Malformed)?;
            continue;
        }
        let limit = open.last().map_or(bytes.len(), |around| around.limit);
        let header = Header::read(bytes.get(..limit).unwrap_or_default(), at)?;
        let in_pieces = open.last().is_some_and(|around| around.pieces);
        let tag = *bytes.get(at).ok_or(Error::Malformed)?;
        if in_pieces && !matches!(tag, OCTET_STRING | OCTET_STRING_IN_PIECES) {
            return Err(Error::Malformed);
        }
        let start = header.span.end;
        let end = header.length.map(|length| start.checked_add(length).filter(|end| *end <= limit));
        match (tag & CONSTRUCTED != 0, end) {
            (_, Some(None)) | (false, None) => return Err(Error::Malformed),
            (false, Some(Some(end))) => {
                let length = end - start;
                let kept = written(bytes, &header, length, in_pieces, &mut edits);
                at = end;
                let total = kept.checked_add(length).ok_or(Error::Malformed)?;
                match open.last_mut() {
                    Some(around) => {
                        around.length = around.length.checked_add(total).ok_or(Error::Malformed)?;
                    }
                    None => break,
                }
            }
            (true, end) => {
                if open.len() >= MAX_DEPTH {
                    return Err(Error::NotDer);
                }
                let end = end.flatten();
                open.push(Open {
                    header,
                    end,
                    limit: end.unwrap_or(limit),
                    length: 0,
                    pieces: tag == OCTET_STRING_IN_PIECES,
                });
                at = start;
            }
        }
        if edits.len() > MAX_EDITS {
            return Err(Error::NotDer);
        }
    }
    let first = bytes.get(..at).ok_or(Error::Malformed)?;
    Ok((if edits.is_empty() { Cow::Borrowed(first) } else { Cow::Owned(apply(first, edits)) }, at))
}

/// Closes the innermost element if it ends here, and gives its whole length in DER.
fn close(
    bytes: &[u8],
    open: &mut Vec<Open>,
    at: &mut usize,
    edits: &mut Vec<Edit>,
) -> Result<Option<usize>, Error> {
    let Some(innermost) = open.last() else { return Ok(None) };
    match innermost.end {
        Some(end) if end == *at => {}
        Some(_) => return Ok(None),
        None if bytes.get(*at..innermost.limit).is_some_and(|rest| rest.starts_with(&[0, 0])) => {
            edits.push(Edit { at: *at..*at + 2, header: Vec::new() });
            *at += 2;
        }
        None => return Ok(None),
    }
    let Some(closed) = open.pop() else { return Ok(None) };
    let inside = open.last().is_some_and(|around| around.pieces);
    let kept = written(bytes, &closed.header, closed.length, inside, edits);
    kept.checked_add(closed.length).map(Some).ok_or(Error::Malformed)
}

/// The length of an element's header in DER, with an edit where that is not what stands there. Pieces of a
/// string have none.
fn written(
    bytes: &[u8],
    Header { span, tag, .. }: &Header,
    length: usize,
    piece: bool,
    edits: &mut Vec<Edit>,
) -> usize {
    let mut header = Vec::new();
    if !piece {
        let tag = bytes.get(span.start..span.start + tag).unwrap_or_default();
        header.extend_from_slice(if tag == [OCTET_STRING_IN_PIECES] { &[OCTET_STRING] } else { tag });
        header.extend(length_octets(length));
    }
    let kept = header.len();
    if bytes.get(span.clone()) != Some(header.as_slice()) {
        edits.push(Edit { at: span.clone(), header });
    }
    kept
}

/// A length as DER wants it (X.690, 10.1).
pub(super) fn length_octets(length: usize) -> Vec<u8> {
    match u8::try_from(length) {
        Ok(short) if short < 0x80 => vec![short],
        _ => {
            let octets = length.to_be_bytes();
            let octets: Vec<u8> = octets.into_iter().skip_while(|octet| *octet == 0).collect();
            // At most eight.
            let count = u8::try_from(octets.len()).unwrap_or(0);
            std::iter::once(0x80 | count).chain(octets).collect()
        }
    }
}

fn apply(bytes: &[u8], mut edits: Vec<Edit>) -> Vec<u8> {
    edits.sort_by_key(|edit| edit.at.start);
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    for edit in edits {
        out.extend_from_slice(bytes.get(at..edit.at.start).unwrap_or_default());
        out.extend_from_slice(&edit.header);
        at = edit.at.end;
    }
    out.extend_from_slice(bytes.get(at..).unwrap_or_default());
    out
}

/// Tag and length of an element.
struct Header {
    span: Range<usize>,
    /// Bytes of the tag.
    tag: usize,
    /// `None` for an indefinite one.
    length: Option<usize>,
}

impl Header {
    fn read(bytes: &[u8], start: usize) -> Result<Self, Error> {
        let octet = |at: usize| bytes.get(at).copied().ok_or(Error::Malformed);
        let mut at = start + 1;
        if octet(start)? & 0x1F == 0x1F {
            // A number of more than three octets is no tag of anything here.
            while octet(at)? & 0x80 != 0 {
                at += 1;
                if at > start + 3 {
                    return Err(Error::Malformed);
                }
            }
            at += 1;
        }
        let tag = at - start;
        let first = octet(at)?;
        at += 1;
        let length = match first {
            0x80 => None,
            short if short < 0x80 => Some(usize::from(short)),
            long => {
                let mut length = 0_usize;
                for _ in 0..long & 0x7F {
                    // A file has no element of 16 MB or more; this also ends long rows of zeros.
                    if length >= 1 << 16 || at > start + 16 {
                        return Err(Error::Malformed);
                    }
                    length = length << 8 | usize::from(octet(at)?);
                    at += 1;
                }
                Some(length)
            }
        };
        Ok(Self { span: start..at, tag, length })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn der(bytes: &[u8]) -> Result<(Vec<u8>, usize), Error> {
        to_der(bytes).map(|(der, used)| (der.into_owned(), used))
    }

    #[test]
    fn der_stays_as_it_is() {
        for element in
            [&[0x30, 0][..], &[0x30, 3, 2, 1, 5], &[0x04, 0], &[0x5F, 0x81, 0x01, 1, 7], &[0xA0, 2, 0, 0]]
        {
            let (found, used) = to_der(element).unwrap();
            assert!(matches!(found, Cow::Borrowed(same) if same == element), "{element:?}");
            assert_eq!(used, element.len());
        }
        // What follows is not part of it.
        assert_eq!(der(&[0x30, 3, 2, 1, 5, 9, 9]), Ok((vec![0x30, 3, 2, 1, 5], 5)));
        let long = [&[0x30, 0x81, 0x80][..], &[0; 128]].concat();
        assert_eq!(der(&long), Ok((long.clone(), long.len())));
    }

    #[test]
    fn ber_becomes_der() {
        let cases: [(&[u8], &[u8]); 9] = [
            (&[0x30, 0x80, 0, 0], &[0x30, 0]),
            (&[0x30, 0x80, 2, 1, 5, 0, 0], &[0x30, 3, 2, 1, 5]),
            (&[0x30, 0x80, 0xA0, 0x80, 5, 0, 0, 0, 0, 0], &[0x30, 4, 0xA0, 2, 5, 0]),
            (&[0x30, 0x81, 3, 2, 1, 5], &[0x30, 3, 2, 1, 5]),
            (&[0x30, 0x84, 0, 0, 0, 5, 2, 0x82, 0, 1, 5], &[0x30, 3, 2, 1, 5]),
            (&[0x24, 0x80, 4, 1, 7, 4, 0, 4, 2, 8, 9, 0, 0], &[4, 3, 7, 8, 9]),
            (&[0x24, 5, 4, 1, 7, 4, 0], &[4, 1, 7]),
            (&[0x24, 0x80, 0x24, 3, 4, 1, 7, 4, 1, 8, 0, 0], &[4, 2, 7, 8]),
            (&[0x31, 0x80, 0x24, 0x80, 0, 0, 2, 1, 0, 0, 0], &[0x31, 5, 4, 0, 2, 1, 0]),
        ];
        for (ber, expected) in cases {
            assert_eq!(der(ber), Ok((expected.to_vec(), ber.len())), "{ber:?}");
            // Once is enough.
            assert!(matches!(to_der(expected), Ok((Cow::Borrowed(_), _))), "{ber:?}");
        }
        // A long string in pieces needs a longer header than any of them.
        let piece = [&[4, 100][..], &[7; 100]].concat();
        let pieces = [&[0x24, 0x80][..], &piece, &piece, &piece, &[0, 0]].concat();
        assert_eq!(der(&pieces).unwrap().0, [&[4, 0x82, 1, 0x2C][..], &[7; 300]].concat());
    }

    #[test]
    fn what_is_no_ber_is_refused() {
        let cases: [&[u8]; 14] = [
            &[],
            &[0x30],
            &[0x30, 0x80],
            &[0x30, 0x80, 0],
            &[0x30, 0x80, 2, 1, 5],
            &[0x30, 2, 2, 1, 5],
            &[0x30, 3, 0x30, 2, 2, 0],
            &[0x30, 3, 0x30, 0x80, 2],
            &[4, 0x80, 0, 0],
            &[0x24, 0x80, 2, 1, 5, 0, 0],
            &[0x24, 3, 0x0C, 1, 7],
            &[4, 0x84, 0xFF, 0xFF, 0xFF, 0xFF],
            &[4, 0xFF, 0, 0],
            &[0x5F, 0x81, 0x81, 0x81, 0x81, 0x01, 0],
        ];
        for bytes in cases {
            assert_eq!(der(bytes), Err(Error::Malformed), "{bytes:?}");
        }
        // An end that belongs to the element around it.
        assert_eq!(der(&[0x30, 0x80, 0x30, 2, 0x30, 0x80, 0, 0, 0, 0]), Err(Error::Malformed));
    }

    /// Whatever the bytes are: what comes out is DER as far as this goes, and stays as it is.
    #[test]
    fn der_of_der_is_the_same() {
        let honest = [0x30, 0x80, 0x24, 0x80, 4, 2, 8, 9, 4, 1, 7, 0, 0, 0x31, 0x81, 3, 2, 1, 5, 5, 0, 0, 0];
        let mut state = 7_u32;
        let mut changed = 0;
        for _ in 0..200_000 {
            let mut bytes = honest;
            for _ in 0..3 {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let [high, low, value, _] = state.to_be_bytes();
                let at = usize::from(u16::from_be_bytes([high, low])) % bytes.len();
                bytes[at] = if value & 1 == 0 { value } else { honest[usize::from(value) % honest.len()] };
            }
            let Ok((found, used)) = der(&bytes) else { continue };
            assert!(used <= bytes.len(), "{bytes:?}");
            changed += usize::from(found != bytes[..used]);
            let again = to_der(&found);
            assert!(
                matches!(again, Ok((Cow::Borrowed(_), all)) if all == found.len()),
                "{bytes:?} {found:?}"
            );
        }
        assert!(changed > 1000, "{changed}");
    }

    #[test]
    fn depth_and_pieces_have_an_end() {
        let nested = |n: usize| [[0x30, 0x80].repeat(n), [0, 0].repeat(n)].concat();
        assert_eq!(der(&nested(MAX_DEPTH)).map(|(_, used)| used), Ok(4 * MAX_DEPTH));
        assert_eq!(der(&nested(MAX_DEPTH + 1)), Err(Error::NotDer));
        assert_eq!(der(&[0x30, 0x80].repeat(1_000_000)), Err(Error::NotDer));
        let pieces = |n: usize| [&[0x24, 0x80][..], &[4, 0].repeat(n), &[0, 0]].concat();
        assert!(der(&pieces(MAX_EDITS - 2)).is_ok());
        assert_eq!(der(&pieces(MAX_EDITS + 1)), Err(Error::NotDer));
    }
}
