//! Reading CBOR in the deterministic encoding of RFC 8949, 4.2.1, also where its meaning is not known here.

/// Nesting of arrays, maps and tags. A claim has three levels.
const MAX_DEPTH: usize = 8;

/// Whether all of `bytes` is one item in deterministic encoding: lengths and numbers in their shortest form, nothing of
/// indefinite length, keys of maps in bytewise order and each once. Floating-point numbers, and simple values other
/// than false, true and null, have no place in a claim.
pub(super) fn is_deterministic(bytes: &[u8]) -> bool {
    item(bytes, 0) == Some(bytes.len())
}

/// The length of the first item, if it is in this encoding.
fn item(bytes: &[u8], depth: usize) -> Option<usize> {
    if depth > MAX_DEPTH {
        return None;
    }
    let (major, value, head) = head(bytes)?;
    let rest = |at: usize| bytes.get(at..);
    match major {
        0 | 1 => Some(head),
        2 | 3 => {
            let end = head.checked_add(usize::try_from(value).ok()?)?;
            let content = bytes.get(head..end)?;
            (major == 2 || std::str::from_utf8(content).is_ok()).then_some(end)
        }
        4 => {
            let mut at = head;
            for _ in 0..value {
                at = at.checked_add(item(rest(at)?, depth + 1)?)?;
            }
            Some(at)
        }
        5 => {
            let mut at = head;
            let mut last: Option<&[u8]> = None;
            for _ in 0..value {
                let key = rest(at)?.get(..item(rest(at)?, depth + 1)?)?;
                if last.is_some_and(|last| last >= key) {
                    return None;
                }
                last = Some(key);
                at = at.checked_add(key.len())?;
                at = at.checked_add(item(rest(at)?, depth + 1)?)?;
            }
            Some(at)
        }
        6 => head.checked_add(item(rest(head)?, depth + 1)?),
        // false, true, null
        _ => (head == 1 && (20..=22).contains(&value)).then_some(1),
    }
}

/// Major type, argument and length of the head of an item, the argument in its shortest form.
fn head(bytes: &[u8]) -> Option<(u8, u64, usize)> {
    let (&first, rest) = bytes.split_first()?;
    let (major, short) = (first >> 5, first & 0x1f);
    let number = |length: usize| {
        let digits = rest.get(..length)?;
        Some(digits.iter().fold(0, |number, digit| number << 8 | u64::from(*digit)))
    };
    let (value, length, least) = match short {
        0..=23 => (u64::from(short), 0, 0),
        24 => (number(1)?, 1, 24),
        25 => (number(2)?, 2, 1 << 8),
        26 => (number(4)?, 4, 1 << 16),
        27 => (number(8)?, 8, 1 << 32),
        _ => return None,
    };
    (value >= least).then_some((major, value, 1 + length))
}

/// A reader of one item after the other, of bytes that [`is_deterministic`] accepts.
pub(super) struct Items<'b>(&'b [u8]);

impl<'b> Items<'b> {
    /// Of these bytes; `None` if they are not in this encoding.
    pub(super) fn of(bytes: &'b [u8]) -> Option<Self> {
        is_deterministic(bytes).then_some(Self(bytes))
    }

    /// The argument of the next item, if it is of this major type.
    fn head(&mut self, major: u8) -> Option<u64> {
        let (found, value, length) = head(self.0)?;
        self.0 = self.0.get(length..)?;
        (found == major).then_some(value)
    }

    fn take(&mut self, length: u64) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(usize::try_from(length).ok()?)?;
        self.0 = rest;
        Some(taken)
    }

    /// How many items the array has that comes next.
    pub(super) fn array(&mut self) -> Option<u64> {
        self.head(4)
    }

    /// How many pairs the map has that comes next.
    pub(super) fn map(&mut self) -> Option<u64> {
        self.head(5)
    }

    /// The next item, a number that is not negative.
    pub(super) fn unsigned(&mut self) -> Option<u64> {
        self.head(0)
    }

    /// The next item, a byte string.
    pub(super) fn bytes(&mut self) -> Option<&'b [u8]> {
        let length = self.head(2)?;
        self.take(length)
    }

    /// The next item, a text.
    pub(super) fn text(&mut self) -> Option<&'b str> {
        let length = self.head(3)?;
        std::str::from_utf8(self.take(length)?).ok()
    }

    /// The next item if it is a number that fits; anything else is passed over.
    pub(super) fn integer(&mut self) -> Option<Option<i64>> {
        let (major, value, _) = head(self.0)?;
        self.skip()?;
        let value = i64::try_from(value).ok();
        Some(match major {
            0 => value,
            1 => value.map(|value| -1 - value),
            _ => None,
        })
    }

    /// Passes over the next item.
    pub(super) fn skip(&mut self) -> Option<()> {
        self.0 = self.0.get(item(self.0, 0)?..)?;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::is_deterministic;

    #[test]
    fn one_value_has_one_encoding() {
        let good: [&[u8]; 11] = [
            &[0x00],
            &[0x17],
            &[0x18, 24],
            &[0x38, 0xff],
            &[0x19, 1, 0],
            &[0x1b, 0, 0, 0, 1, 0, 0, 0, 0],
            &[0x42, 0, 0],
            &[0x61, b'a'],
            &[0x82, 0xf4, 0xf6],
            &[0xa2, 0x01, 0x02, 0x20, 0x80],
            &[0xc1, 0x00],
        ];
        for bytes in good {
            assert!(is_deterministic(bytes), "{bytes:?}");
        }
        let bad: [&[u8]; 16] = [
            &[],
            &[0x18, 23],
            &[0x19, 0, 255],
            &[0x1a, 0, 0, 255, 255],
            &[0x1b, 0, 0, 0, 0, 255, 255, 255, 255],
            &[0x1c],
            &[0x5f, 0xff],
            &[0x43, 0, 0],
            &[0x61, 0xff],
            &[0x82, 0x00],
            &[0xa2, 0x20, 0x00, 0x01, 0x00],
            &[0xa2, 0x01, 0x00, 0x01, 0x00],
            &[0xf7],
            &[0xf9, 0, 0],
            &[0x00, 0x00],
            &[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        ];
        for bytes in bad {
            assert!(!is_deterministic(bytes), "{bytes:?}");
        }
        let deep = |levels: usize| [vec![0x81; levels], vec![0x00]].concat();
        assert!(is_deterministic(&deep(8)) && !is_deterministic(&deep(9)));
    }
}
