//! Civil dates.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// A date that exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

/// Indonesian month names, January first.
const MONTHS: [&str; 12] = [
    "januari",
    "februari",
    "maret",
    "april",
    "mei",
    "juni",
    "juli",
    "agustus",
    "september",
    "oktober",
    "november",
    "desember",
];

impl Date {
    /// The date, if it exists.
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let days = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 => 28 + u8::from(leap),
            _ => return None,
        };
        (1900..=2999).contains(&year).then_some(())?;
        (1..=days).contains(&day).then_some(Self { year, month, day })
    }

    /// The year.
    pub const fn year(self) -> u16 {
        self.year
    }

    /// The month, from 1.
    pub const fn month(self) -> u8 {
        self.month
    }

    /// The day, from 1.
    pub const fn day(self) -> u8 {
        self.day
    }

    /// `5 Januari 2026`, as it is printed.
    pub fn long(self) -> String {
        let name = MONTHS[usize::from(self.month - 1)];
        let (first, rest) = name.split_at(1);
        format!("{} {}{rest} {}", self.day, first.to_uppercase(), self.year)
    }

    /// Reads `2026-01-05`, `5 Januari 2026` or `05/01/2026` (day first, as written in Indonesia).
    pub fn parse(text: &str) -> Option<Self> {
        let by =
            |separator| -> Option<[&str; 3]> { text.split(separator).collect::<Vec<_>>().try_into().ok() };
        if let Some([year, month, day]) = by('-').filter(|parts| parts[0].len() == 4) {
            return Self::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
        }
        for separator in ['/', '-', '.'] {
            if let Some([day, month, year]) = by(separator) {
                return Self::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
            }
        }
        let words: Vec<&str> = text.split_whitespace().collect();
        let [day, month, year] = words[..] else { return None };
        let month = MONTHS.iter().position(|name| *name == month.to_lowercase())?;
        Self::new(year.parse().ok()?, u8::try_from(month + 1).ok()?, day.parse().ok()?)
    }
}

impl FromStr for Date {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::parse(text).ok_or(())
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::Date;

    #[test]
    fn dates_are_read_as_indonesians_write_them() {
        let date = Date::new(2026, 1, 5);
        for text in ["2026-01-05", "5 Januari 2026", "05/01/2026", "5-1-2026", "5.1.2026"] {
            assert_eq!(Date::parse(text), date, "{text}");
        }
        for text in ["2026-02-29", "31 April 2026", "5 January 2026", "2026", "", "0/0/2026"] {
            assert_eq!(Date::parse(text), None, "{text}");
        }
    }
}
