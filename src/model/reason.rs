//! Why somebody changed what was issued, in words that everybody may read.

use unicode_normalization::UnicodeNormalization as _;

use super::Nip;
use super::reading::unfit_for_line;

/// The reason of a revocation, of a replacement, of another visibility: one line, kept in the registry
/// for good and shown on the public page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason(String);

/// Why a text is no reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidReason {
    /// Nothing but white space.
    #[error("a reason is not empty")]
    Empty,
    /// Longer than [`Reason::MAX`].
    #[error("a reason has at most {} characters", Reason::MAX)]
    TooLong,
    /// A line break, a terminal code, or a character that makes a text read otherwise than it is.
    #[error("a reason has no character U+{:04X}", u32::from(*.0))]
    Character(char),
    /// It would show a date of birth to everybody, and could not be taken back.
    #[error("a reason holds no NIP")]
    Nip,
}

impl Reason {
    /// Most characters.
    pub const MAX: usize = 500;

    /// Reads what somebody typed.
    ///
    /// # Errors
    ///
    /// [`InvalidReason`]
    pub fn parse(text: &str) -> Result<Self, InvalidReason> {
        let text: String = text.trim().nfc().collect();
        if text.is_empty() {
            Err(InvalidReason::Empty)
        } else if text.chars().count() > Self::MAX {
            Err(InvalidReason::TooLong)
        } else if let Some(character) = unfit_for_line(&text) {
            Err(InvalidReason::Character(character))
        } else if Nip::occurs_in(&text) {
            Err(InvalidReason::Nip)
        } else {
            Ok(Self(text))
        }
    }

    /// The words.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_one_honest_line() {
        let parsed = |text: &str| Reason::parse(text).map(|reason| reason.0);
        assert_eq!(parsed("  Salah target: 2,8 seharusnya 3,2 (DPA 1.250.000.000) "), {
            Ok("Salah target: 2,8 seharusnya 3,2 (DPA 1.250.000.000)".to_owned())
        });
        assert_eq!(parsed("e\u{301}"), Ok("é".to_owned()), "NFC");
        assert_eq!(parsed(&"é".repeat(500)).map(|text| text.chars().count()), Ok(500));
        assert_eq!(parsed(&"a".repeat(501)), Err(InvalidReason::TooLong));
        for empty in ["", "  ", "\n", "\u{a0}"] {
            assert_eq!(parsed(empty), Err(InvalidReason::Empty), "{empty:?}");
        }
        for character in ['\n', '\0', '\u{1b}', '\u{202e}', '\u{200b}', '\u{5d0}', '\u{85}'] {
            let text = format!("a{character}b");
            assert_eq!(parsed(&text), Err(InvalidReason::Character(character)), "{text:?}");
        }
    }

    #[test]
    fn no_reason_shows_a_nip() {
        for text in [
            "NIP 19700101 199501 1 001 salah",
            "197001011995011001",
            "no. 19700101.199501.1-001x",
            "19700101/199501/1/001",
            "19700101_199501_1_001",
            "(19700101) – 199501 – 1 – 001",
            "１９７００１０１ １９９５０１ １ ００１",
        ] {
            assert_eq!(Reason::parse(text), Err(InvalidReason::Nip), "{text}");
        }
        for text in
            ["tanggal 2026-01-05 dan 2026-02-05", "Rp 1.970.010.119", "20260105", "2026-01-05, 2026-02-05"]
        {
            assert!(Reason::parse(text).is_ok(), "{text}");
        }
    }
}
