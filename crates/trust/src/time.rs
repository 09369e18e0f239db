//! Moments, in whole seconds of UTC. Where they come from is the caller's affair.

use std::fmt;
use std::time::Duration;

use der::DateTime;

/// A moment: seconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(u64);

/// The moment that a question is about, and the clock of who asks. Mostly they are one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct When {
    /// The moment that it is about.
    pub at: Time,
    /// When it is asked.
    pub now: Time,
}

impl From<Time> for When {
    fn from(now: Time) -> Self {
        Self { at: now, now }
    }
}

/// Seconds of one day.
const DAY: u64 = 86_400;

/// 9999-12-31T23:59:59Z, the last moment that X.509 and PDF can write.
const LAST: u64 = 253_402_300_799;

impl Time {
    /// From seconds since 1970; later than the year 9999 becomes its last second.
    pub const fn from_unix(seconds: u64) -> Self {
        Self(if seconds > LAST { LAST } else { seconds })
    }

    /// Seconds since 1970.
    pub const fn unix(self) -> u64 {
        self.0
    }

    /// Whole days since 1970.
    pub const fn day(self) -> u64 {
        self.0 / DAY
    }

    /// This moment, so many days later.
    #[must_use]
    pub const fn plus_days(self, days: u32) -> Self {
        // The cast is an exact widening; `From` is not const.
        #[expect(clippy::as_conversions, reason = "u32 to u64 in a const function")]
        Self::from_unix(self.0 + days as u64 * DAY)
    }

    /// As X.509 and the `der` crate see it.
    pub(crate) fn date_time(self) -> DateTime {
        DateTime::from_unix_duration(Duration::from_secs(self.0)).unwrap_or(DateTime::INFINITY)
    }

    pub(crate) fn from_x509(time: x509_cert::time::Time) -> Self {
        Self::from_unix(time.to_unix_duration().as_secs())
    }

    #[cfg(feature = "private-keys")]
    pub(crate) fn to_x509(self) -> x509_cert::time::Time {
        let date_time = self.date_time();
        // RFC 5280, 4.1.2.5: UTCTime through 2049, GeneralizedTime after.
        der::asn1::UtcTime::from_date_time(date_time).map_or_else(
            |_| x509_cert::time::Time::from(der::asn1::GeneralizedTime::from_date_time(date_time)),
            x509_cert::time::Time::from,
        )
    }

    /// As a PDF date (ISO 32000-2, 7.9.4), `D:20260105012345Z`.
    pub fn pdf_date(self) -> String {
        let t = self.date_time();
        format!(
            "D:{:04}{:02}{:02}{:02}{:02}{:02}Z",
            t.year(),
            t.month(),
            t.day(),
            t.hour(),
            t.minutes(),
            t.seconds()
        )
    }

    /// Reads exactly what [`Time::pdf_date`] writes.
    pub fn from_pdf_date(text: &[u8]) -> Option<Self> {
        let digits = text.strip_prefix(b"D:")?.strip_suffix(b"Z")?;
        if digits.len() != 14 || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        Self::from_any_pdf_date(text)
    }

    /// Reads any PDF date (ISO 32000-2, 7.9.4): other programs write local time with an offset, and
    /// leave out what they do not know. Without an offset it is taken as UTC.
    pub fn from_any_pdf_date(text: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(text).ok()?.strip_prefix("D:")?;
        let digits = text.chars().take_while(char::is_ascii_digit).count();
        let (date, zone) = text.split_at_checked(digits)?;
        let part = |from: usize, missing: u8| match date.get(from..from + 2) {
            Some(two) => two.parse::<u8>().ok(),
            None => Some(missing),
        };
        let time = DateTime::new(
            date.get(..4)?.parse().ok()?,
            part(4, 1)?,
            part(6, 1)?,
            part(8, 0)?,
            part(10, 0)?,
            part(12, 0)?,
        );
        let utc = time.ok()?.unix_duration().as_secs();
        let zone: String = zone.chars().filter(|c| *c != '\'').collect();
        let offset = |digits: &str| -> Option<u64> {
            let hours: u64 = digits.get(..2)?.parse().ok()?;
            let minutes: u64 = digits.get(2..4).map_or(Some(0), |m| m.parse().ok())?;
            (hours < 24 && minutes < 60).then_some(hours * 3600 + minutes * 60)
        };
        match zone.split_at_checked(1) {
            None | Some(("Z", _)) => Some(Self::from_unix(utc)),
            Some(("+", rest)) => Some(Self::from_unix(utc.checked_sub(offset(rest)?)?)),
            Some(("-", rest)) => Some(Self::from_unix(utc + offset(rest)?)),
            Some(_) => None,
        }
    }

    /// Whether it is later than this clock says, by more than two clocks are apart that nobody looks after.
    pub fn is_ahead_of(self, clock: Self) -> bool {
        const APART: u64 = 10 * 60;
        self.unix() > clock.unix().saturating_add(APART)
    }

    /// Reads `2026-01-05T01:23:45Z` or `2026-01-05` (then midnight).
    pub fn parse(text: &str) -> Option<Self> {
        let full = if text.len() == 10 { format!("{text}T00:00:00Z") } else { text.to_owned() };
        let time: DateTime = full.parse().ok()?;
        Some(Self::from_unix(time.unix_duration().as_secs()))
    }
}

impl fmt::Display for Time {
    /// RFC 3339, in UTC.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let t = self.date_time();
        // Digit by digit: a public page has five of them, and formatting six numbers each took longer than all
        // else in it.
        let mut text = *b"0000-00-00T00:00:00Z";
        let mut put = |at: usize, number: u8| {
            text[at] += number / 10;
            text[at + 1] += number % 10;
        };
        let [century, year] = [t.year() / 100, t.year() % 100].map(|n| u8::try_from(n).unwrap_or_default());
        for (at, number) in [
            (0, century),
            (2, year),
            (5, t.month()),
            (8, t.day()),
            (11, t.hour()),
            (14, t.minutes()),
            (17, t.seconds()),
        ] {
            put(at, number);
        }
        f.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

impl serde::Serialize for Time {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pdf_dates_have_one_spelling() {
        let time = Time::parse("2026-01-05T01:23:45Z").unwrap();
        assert_eq!(time.pdf_date(), "D:20260105012345Z");
        assert_eq!(Time::from_pdf_date(b"D:20260105012345Z"), Some(time));
        for wrong in ["D:20260105012345", "D:20260105012345+07'00'", "20260105012345Z", "D:20261305012345Z"] {
            assert_eq!(Time::from_pdf_date(wrong.as_bytes()), None, "{wrong}");
        }
    }

    #[test]
    fn other_programs_dates_are_understood() {
        let read = |text: &str| Time::from_any_pdf_date(text.as_bytes()).map(|t| t.to_string());
        let moment = Some("2026-01-05T01:23:45Z".to_owned());
        for text in
            ["D:20260105012345Z", "D:20260105082345+07'00'", "D:20260104212345-04'00", "D:20260105012345"]
        {
            assert_eq!(read(text), moment, "{text}");
        }
        assert_eq!(read("D:2026"), Some("2026-01-01T00:00:00Z".to_owned()));
        for wrong in ["2026", "D:", "D:20261305", "D:20260105012345+99'00'", "D:20260105012345x"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn moments_are_written_as_they_are_read() {
        for text in
            ["1970-01-01T00:00:00Z", "2026-01-05T09:08:07Z", "2028-02-29T23:59:59Z", "9999-12-31T23:59:59Z"]
        {
            assert_eq!(Time::parse(text).map(|time| time.to_string()).as_deref(), Some(text));
        }
        assert_eq!(Time::from_unix(u64::MAX).to_string(), "9999-12-31T23:59:59Z");
    }

    #[test]
    fn two_clocks_may_be_apart() {
        let time = |text: &str| Time::parse(text).unwrap();
        let clock = time("2026-01-05T08:00:00Z");
        for (said, ahead) in
            [("07:59:59Z", false), ("08:00:25Z", false), ("08:10:00Z", false), ("08:10:01Z", true)]
        {
            assert_eq!(time(&format!("2026-01-05T{said}")).is_ahead_of(clock), ahead, "{said}");
        }
    }

    #[test]
    fn dates_past_2049_are_generalized_time() {
        let time = Time::parse("2050-01-01").unwrap();
        assert!(matches!(time.to_x509(), x509_cert::time::Time::GeneralTime(_)));
        assert_eq!(Time::from_x509(time.to_x509()), time);
        assert_eq!(time.to_string(), "2050-01-01T00:00:00Z");
    }
}
