//! NIP and NI PPPK: 18 digits without a check digit.
//!
//! It shows a birth date and a sex, so it stands on the document and nowhere else: not in
//! certificates, links, logs or messages.

use std::fmt;

use unicode_normalization::UnicodeNormalization as _;

/// The number of a civil servant (NIP) or of a contract employee (NI PPPK).
#[derive(Clone, PartialEq, Eq)]
pub struct Nip(String);

/// Why a text is no NIP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidNip {
    /// Not 18 digits.
    Length,
    /// The first eight digits are no date of birth.
    Birth,
    /// Digits 9 to 12 are no year of appointment.
    Appointment,
    /// Digit 15 is neither 1 nor 2.
    Sex,
    /// The last three digits are 000: counting begins with 001. Spreadsheets keep 15 digits of a number, and write zeros
    /// for the rest.
    Serial,
}

impl Nip {
    /// Reads 18 digits, with or without the customary spaces.
    ///
    /// Digits 13 and 14 are the month of appointment of a civil servant, but a contract count for
    /// PPPK, so they are not looked at: demanding a month would refuse a third of all employees.
    pub fn parse(text: &str) -> Result<Self, InvalidNip> {
        let digits: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        if digits.len() != 18 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(InvalidNip::Length);
        }
        let number = |from: usize, to: usize| digits[from..to].parse::<u16>().unwrap_or_default();
        let month = u8::try_from(number(4, 6)).unwrap_or_default();
        let day = u8::try_from(number(6, 8)).unwrap_or_default();
        if super::Date::new(number(0, 4), month, day).is_none() {
            return Err(InvalidNip::Birth);
        }
        if number(8, 12) <= number(0, 4) || number(8, 12) > 2999 {
            return Err(InvalidNip::Appointment);
        }
        if !matches!(number(14, 15), 1 | 2) {
            return Err(InvalidNip::Sex);
        }
        if number(15, 18) == 0 {
            return Err(InvalidNip::Serial);
        }
        Ok(Self(digits))
    }

    /// Whether there is one somewhere in a text, also with the customary spaces, dots and hyphens.
    pub fn occurs_in(text: &str) -> bool {
        // Full-width digits are read as digits, and whatever stands between two groups separates nothing.
        let text: String = text.nfkc().collect();
        let parts = text.split(|c: char| c.is_alphanumeric() && !c.is_ascii_digit());
        parts.into_iter().any(|part| {
            let digits: Vec<char> = part.chars().filter(char::is_ascii_digit).collect();
            digits.windows(18).any(|window| Self::parse(&window.iter().collect::<String>()).is_ok())
        })
    }

    /// As it is printed: `19850101 201001 1 001`.
    pub fn printed(&self) -> String {
        format!("{} {} {} {}", &self.0[..8], &self.0[8..14], &self.0[14..15], &self.0[15..])
    }
}

impl fmt::Debug for Nip {
    /// Never in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Nip(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::{InvalidNip, Nip};

    #[test]
    fn nip_and_ni_pppk_are_both_accepted() {
        let spaced = Nip::parse("19850101 201001 1 001").unwrap();
        assert_eq!(spaced, Nip::parse("198501012010011001").unwrap());
        assert_eq!(spaced.printed(), "19850101 201001 1 001");
        assert!(Nip::parse("198501012024212001").is_ok(), "PPPK: digits 13 and 14 are no month");
    }

    #[test]
    fn impossible_numbers_are_named() {
        assert_eq!(Nip::parse("19850101201001100"), Err(InvalidNip::Length));
        assert_eq!(Nip::parse("19850101201001100X"), Err(InvalidNip::Length));
        assert_eq!(Nip::parse("198513012010011001"), Err(InvalidNip::Birth));
        assert_eq!(Nip::parse("198501011980011001"), Err(InvalidNip::Appointment));
        assert_eq!(Nip::parse("198501012010013001"), Err(InvalidNip::Sex));
        // What a spreadsheet makes of 198501012010011001 as a number.
        assert_eq!(Nip::parse("198501012010011000"), Err(InvalidNip::Serial));
    }
}
