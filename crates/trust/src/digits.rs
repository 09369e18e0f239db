//! Bytes as digits: hexadecimal, base32 and base64 (RFC 4648), one spelling each.
//!
//! Libraries for all encodings bring thirty kilobytes into the module that every check loads in a browser; these are
//! two.

/// Hexadecimal digits, small ones first.
const LOWER: &[u8; 16] = b"0123456789abcdef";
const UPPER: &[u8; 16] = b"0123456789ABCDEF";

/// Base32 without padding (RFC 4648, 6).
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Base64 (RFC 4648, 4).
const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// No digit.
const NONE: u8 = 0xFF;

/// Hexadecimal, small letters.
pub(crate) fn hex(bytes: &[u8]) -> String {
    encode(LOWER, 4, bytes)
}

/// Hexadecimal, capitals.
pub(crate) fn upper_hex(bytes: &[u8]) -> String {
    encode(UPPER, 4, bytes)
}

/// Base32 without padding.
pub(crate) fn base32(bytes: &[u8]) -> String {
    encode(BASE32, 5, bytes)
}

/// Bytes in hexadecimal, small letters or capitals; `None` for anything else. The room for a signature is 32,768
/// digits, read several times a file.
pub(crate) fn from_hex(digits: &[u8]) -> Option<Vec<u8>> {
    const VALUES: [u8; 256] = both(table(LOWER), table(UPPER));
    let value = |digit: u8| VALUES.get(usize::from(digit)).copied().unwrap_or(NONE);
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    let (mut out, mut wrong) = (Vec::with_capacity(digits.len() / 2), 0);
    for pair in digits.as_chunks::<2>().0 {
        let [high, low] = pair.map(value);
        wrong |= high | low;
        out.push(high << 4 | low & 0xF);
    }
    (wrong < 16).then_some(out)
}

/// Bytes in hexadecimal of small letters: the one spelling in formats of pk's own.
pub(crate) fn from_lower_hex(digits: &[u8]) -> Option<Vec<u8>> {
    from_hex(digits).filter(|_| !digits.iter().any(u8::is_ascii_uppercase))
}

/// Bytes in base32 without padding.
pub(crate) fn from_base32(digits: &[u8]) -> Option<Vec<u8>> {
    decode(&table(BASE32), 5, digits)
}

/// Bytes in base64 with its padding.
pub(crate) fn from_base64(digits: &[u8]) -> Option<Vec<u8>> {
    if !digits.len().is_multiple_of(4) {
        return None;
    }
    let filled = digits.strip_suffix(b"==").or_else(|| digits.strip_suffix(b"=")).unwrap_or(digits);
    decode(&table(BASE64), 6, filled)
}

const fn table(alphabet: &[u8]) -> [u8; 256] {
    let mut values = [NONE; 256];
    let mut value = 0;
    let mut rest = alphabet;
    while let [digit, after @ ..] = rest {
        let mut place = 0;
        let mut at = 0_u8;
        while at != *digit {
            at += 1;
            place += 1;
        }
        values[place] = value;
        value += 1;
        rest = after;
    }
    values
}

const fn both(one: [u8; 256], other: [u8; 256]) -> [u8; 256] {
    let mut values = one;
    let mut at = 0;
    while at < 256 {
        if values[at] == NONE {
            values[at] = other[at];
        }
        at += 1;
    }
    values
}

fn encode(alphabet: &[u8], bits: u32, bytes: &[u8]) -> String {
    let mut out = String::new();
    let (mut held, mut count) = (0_u32, 0);
    let mut push = |value: u32| {
        let digit = usize::try_from(value).ok().and_then(|value| alphabet.get(value)).copied();
        out.push(char::from(digit.unwrap_or(b'?')));
    };
    for &byte in bytes {
        held = held << 8 | u32::from(byte);
        count += 8;
        while count >= bits {
            count -= bits;
            push(held >> count);
            held &= (1 << count) - 1;
        }
    }
    if count > 0 {
        push(held << (bits - count));
    }
    out
}

/// The bits that are left over are zero and fewer than a digit has: there is one spelling.
fn decode(values: &[u8; 256], bits: u32, digits: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(digits.len());
    let (mut held, mut count) = (0_u32, 0);
    for &digit in digits {
        let value = values.get(usize::from(digit)).copied().filter(|&value| value != NONE)?;
        held = held << bits | u32::from(value);
        count += bits;
        if count >= 8 {
            count -= 8;
            out.push(u8::try_from(held >> count).ok()?);
            held &= (1 << count) - 1;
        }
    }
    (count < bits && held == 0).then_some(out)
}

#[cfg(test)]
mod tests {
    use data_encoding::{BASE32_NOPAD, BASE64, HEXLOWER, HEXLOWER_PERMISSIVE, HEXUPPER};

    use super::{base32, from_base32, from_base64, from_hex, from_lower_hex, hex, upper_hex};

    /// A library that knows them all is the oracle.
    #[test]
    fn they_are_the_encodings_of_the_library() {
        let bytes: Vec<u8> = (0..=255).chain((0..=255).rev()).collect();
        for length in (0..40).chain([255, 256, 511, 512]) {
            let bytes = &bytes[..length];
            assert_eq!(hex(bytes), HEXLOWER.encode(bytes));
            assert_eq!(upper_hex(bytes), HEXUPPER.encode(bytes));
            assert_eq!(base32(bytes), BASE32_NOPAD.encode(bytes));
            assert_eq!(from_hex(hex(bytes).as_bytes()).as_deref(), Some(bytes));
            assert_eq!(from_hex(upper_hex(bytes).as_bytes()).as_deref(), Some(bytes));
            assert_eq!(from_base32(base32(bytes).as_bytes()).as_deref(), Some(bytes));
            assert_eq!(from_base64(BASE64.encode(bytes).as_bytes()).as_deref(), Some(bytes));
        }
    }

    /// Every text of up to three characters of these is read as the library reads it, or refused as there.
    #[test]
    fn they_refuse_what_the_library_refuses() {
        let characters = b"AZaz2790fFgG+/=-_ %\n\x00\x80\xff";
        let mut texts: Vec<Vec<u8>> = vec![Vec::new()];
        for length in 0..4 {
            let longer: Vec<Vec<u8>> = texts
                .iter()
                .filter(|text| text.len() == length)
                .flat_map(|text| characters.iter().map(|&c| [text.as_slice(), &[c]].concat()))
                .collect();
            texts.extend(longer);
        }
        assert!(texts.len() > 100_000);
        for text in texts {
            assert_eq!(from_hex(&text), HEXLOWER_PERMISSIVE.decode(&text).ok(), "{text:?}");
            assert_eq!(from_lower_hex(&text), HEXLOWER.decode(&text).ok(), "{text:?}");
            assert_eq!(from_base32(&text), BASE32_NOPAD.decode(&text).ok(), "{text:?}");
            assert_eq!(from_base64(&text), BASE64.decode(&text).ok(), "{text:?}");
        }
    }
}
