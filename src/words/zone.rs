//! The clocks of Indonesia. Times are kept in UTC; people are told those of the office, with the clock's name.

use std::str::FromStr;

use pk_trust::Time;

use super::Language;

/// A time zone of Indonesia. None of them has summer time (Keppres 41/1987).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Zone {
    /// Waktu Indonesia Barat, UTC+7.
    #[default]
    West,
    /// Waktu Indonesia Tengah, UTC+8.
    Central,
    /// Waktu Indonesia Timur, UTC+9.
    East,
}

impl Zone {
    /// Its name, as everybody writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::West => "WIB",
            Self::Central => "WITA",
            Self::East => "WIT",
        }
    }

    /// How far it is ahead of UTC.
    pub const fn seconds(self) -> u64 {
        match self {
            Self::West => 7 * 3600,
            Self::Central => 8 * 3600,
            Self::East => 9 * 3600,
        }
    }

    /// What this clock shows at a time, as if it were UTC.
    const fn local(self, time: Time) -> Time {
        Time::from_unix(time.unix().saturating_add(self.seconds()))
    }

    /// The day by this clock, since 1970.
    pub fn day(self, time: Time) -> u64 {
        self.local(time).day()
    }

    /// `5 Januari 2026`: the day by this clock.
    pub fn date(self, time: Time, language: Language) -> String {
        date(&self.local(time).to_string(), language)
    }

    /// `5 Januari 2026 pukul 08.23 WIB`, from `2026-01-05T01:23:45Z`; `None` for what is no such time.
    pub fn clock(self, text: &str, language: Language) -> Option<String> {
        // A day is the same day everywhere.
        if text.len() == 10 && is_date(text) {
            return Some(date(text, language));
        }
        // Nothing else has this length and form, so that sentences can be filled without asking what a value is.
        if text.len() != 20 || !text.ends_with('Z') {
            return None;
        }
        let local = self.local(Time::parse(text)?).to_string();
        let part = |range| local.get(range).unwrap_or_default();
        let date = date(&local, language);
        let (between, separator) = match language {
            Language::Indonesian => (" pukul ", "."),
            Language::English => (", ", ":"),
        };
        Some([&date, between, part(11..13), separator, part(14..16), " ", self.name()].concat())
    }
}

impl FromStr for Zone {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::West, Self::Central, Self::East].into_iter().find(|zone| zone.name() == text).ok_or(())
    }
}

/// Whether a text is a day that exists: `2026-02-29` is shown as it was typed.
fn is_date(text: &str) -> bool {
    Time::parse(&format!("{text}T00:00:00Z")).is_some()
}

/// `5 Januari 2026`, from `2026-01-05` and what comes after.
pub fn date(text: &str, language: Language) -> String {
    let part = |range| text.get(range).unwrap_or_default();
    let (year, month, day) = (part(0..4), part(5..7), part(8..10));
    let names = month.parse().ok().and_then(|month: usize| MONTHS.get(month.checked_sub(1)?));
    let name = names.map_or(month, |(id, en)| match language {
        Language::Indonesian => id,
        Language::English => en,
    });
    [day.trim_start_matches('0'), " ", name, " ", year].concat()
}

const MONTHS: [(&str, &str); 12] = [
    ("Januari", "January"),
    ("Februari", "February"),
    ("Maret", "March"),
    ("April", "April"),
    ("Mei", "May"),
    ("Juni", "June"),
    ("Juli", "July"),
    ("Agustus", "August"),
    ("September", "September"),
    ("Oktober", "October"),
    ("November", "November"),
    ("Desember", "December"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_by_the_clock_of_the_office() {
        let said = |zone: Zone, language| zone.clock("2026-12-31T16:05:09Z", language).unwrap();
        assert_eq!(said(Zone::West, Language::Indonesian), "31 Desember 2026 pukul 23.05 WIB");
        assert_eq!(said(Zone::Central, Language::Indonesian), "1 Januari 2027 pukul 00.05 WITA");
        assert_eq!(said(Zone::East, Language::English), "1 January 2027, 01:05 WIT");
        assert_eq!(Zone::East.clock("2026-01-05", Language::Indonesian).unwrap(), "5 Januari 2026");
        // Half past midnight in Jayapura, on New Year.
        let time = Time::parse("2026-12-31T15:30:00Z").unwrap();
        assert_eq!((Zone::East.day(time), Zone::West.day(time)), (time.day() + 1, time.day()));
        assert_eq!(Zone::East.date(time, Language::English), "1 January 2027");
        for other in [
            "2026-13-31",
            "2026-02-29",
            "2026-12-31T16:05:09+07:00",
            "MI64-IHBK-PWPE-TJ5YZ",
            "9999-99-99T99:99:99Z",
        ] {
            assert_eq!(Zone::West.clock(other, Language::English), None, "{other}");
        }
    }
}
