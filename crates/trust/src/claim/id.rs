//! Document ids: 80 random bits, given once.

use std::fmt;
use std::str::FromStr;

use crate::digits::{base32, from_base32};

/// The id of a document: 16 characters of RFC 4648 base32, e.g. `MI64IHBKPWPETJ5Y`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id([u8; 10]);

/// The text is no document id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a document id has 16 characters, A to Z and 2 to 7")]
pub struct InvalidId;

impl Id {
    /// From random bytes.
    pub const fn from_random(bytes: [u8; 10]) -> Self {
        Self(bytes)
    }

    /// Reads the one spelling that stands in links and data: 16 capitals and digits.
    ///
    /// # Errors
    ///
    /// [`InvalidId`] for everything else, also for what [`Id::from_str`] would forgive.
    pub fn parse_strict(text: &str) -> Result<Self, InvalidId> {
        let bytes = from_base32(text.as_bytes()).ok_or(InvalidId)?;
        bytes.try_into().map(Self).map_err(|_| InvalidId)
    }

    /// For the eye: `MI64-IHBK-PWPE-TJ5Y`.
    pub fn grouped(&self) -> String {
        let text = self.to_string();
        let (one, two, three, four) = (&text[..4], &text[4..8], &text[8..12], &text[12..]);
        [one, "-", two, "-", three, "-", four].concat()
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&base32(&self.0))
    }
}

impl serde::Serialize for Id {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl FromStr for Id {
    type Err = InvalidId;

    /// Reads what a person types from paper: lower case, spaces and hyphens are allowed, and the
    /// digits that the alphabet lacks are taken for the letters they look like.
    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let cleaned: String = text
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '-')
            .map(|c| match c.to_ascii_uppercase() {
                '0' => 'O',
                '1' => 'I',
                '8' => 'B',
                other => other,
            })
            .collect();
        Self::parse_strict(&cleaned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_forgive_what_people_type() {
        let id = Id::parse_strict("MI64IHBKPWPETJ5Y").unwrap();
        assert_eq!(id.grouped(), "MI64-IHBK-PWPE-TJ5Y");
        for text in ["mi64-ihbk-pwpe-tj5y", " M164 IHBK PWPE TJ5Y ", "MI64IH8KPWPETJ5Y"] {
            assert_eq!(text.parse(), Ok(id), "{text}");
        }
        for text in ["", "MI64IHBKPWPETJ5", "MI64IHBKPWPETJ5YA", "MI64IHBKPWPETJ59", "MI64IHBKPWPETJ5é"] {
            assert_eq!(text.parse::<Id>(), Err(InvalidId), "{text}");
        }
        assert_eq!(Id::parse_strict("mi64ihbkpwpetj5y"), Err(InvalidId));
    }
}
