//! The moment of a question, as it is typed.

use pk_trust::Time;

use crate::words::Zone;

/// Seconds of one day.
const DAY: u64 = 86_400;

/// Reads `2026-01-05`, or a time with seconds or without: `2026-01-05T08:00`, with the clock that it is of behind it
/// (`Z`, `+07:00`, `WIB`, `WITA`, `WIT`) or by `zone`. A day is asked about at its end by that clock: whatever was done in
/// it counts. Of today that end has not come yet, and `now` is asked about.
pub(super) fn parse(text: &str, zone: Zone, now: Time) -> Option<Time> {
    let text = text.trim();
    if text.len() == 10 {
        let end = Time::parse(text)?.unix() + DAY - 1;
        let end = Time::from_unix(end.checked_sub(zone.seconds())?);
        let today = zone.day(now) == zone.day(end);
        return Some(if today { now } else { end });
    }
    let (date, rest) = text.split_at_checked(10)?;
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let digits = rest.find(|c: char| !c.is_ascii_digit() && c != ':').unwrap_or(rest.len());
    let (clock, zone_typed) = rest.split_at_checked(digits)?;
    let clock = if clock.len() == 5 { format!("{clock}:00") } else { clock.to_owned() };
    let shown = Time::parse(&format!("{date}T{clock}Z"))?.unix();
    let utc = match zone_typed.trim() {
        "" => shown.checked_sub(zone.seconds())?,
        "Z" | "z" | "UTC" => shown,
        offset if offset.starts_with(['+', '-']) => {
            let (hours, minutes) = offset[1..].split_once(':')?;
            let number = |digits: &str, limit: u64| -> Option<u64> {
                let two = digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit());
                digits.parse().ok().filter(|n| two && *n < limit)
            };
            let seconds = number(hours, 24)? * 3600 + number(minutes, 60)? * 60;
            if offset.starts_with('+') { shown.checked_sub(seconds)? } else { shown + seconds }
        }
        name => shown.checked_sub(name.parse::<Zone>().ok()?.seconds())?,
    };
    Some(Time::from_unix(utc))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        let now = Time::parse("2026-03-02T20:00:00Z").unwrap();
        parse(text, Zone::Central, now).map(|time| time.to_string())
    }

    #[test]
    fn a_time_is_of_the_clock_behind_it_or_of_the_office() {
        for (text, utc) in [
            ("2026-01-05T08:00:00Z", "2026-01-05T08:00:00Z"),
            ("2026-01-05 08:00 UTC", "2026-01-05T08:00:00Z"),
            ("2026-01-05T08:00", "2026-01-05T00:00:00Z"),
            ("2026-01-05T08:00:30", "2026-01-05T00:00:30Z"),
            ("2026-01-05T08:00+07:00", "2026-01-05T01:00:00Z"),
            ("2026-01-05T08:00-03:30", "2026-01-05T11:30:00Z"),
            ("2026-01-05 08:00 WIB", "2026-01-05T01:00:00Z"),
            ("2026-01-05T08:00WIT", "2026-01-04T23:00:00Z"),
        ] {
            assert_eq!(read(text).as_deref(), Some(utc), "{text}");
        }
    }

    #[test]
    fn a_day_is_asked_about_at_its_end() {
        assert_eq!(read("2026-01-05").as_deref(), Some("2026-01-05T15:59:59Z"));
        // Four in the morning of the third, by the clock of the office.
        assert_eq!(read("2026-03-02").as_deref(), Some("2026-03-02T15:59:59Z"));
        assert_eq!(read("2026-03-03").as_deref(), Some("2026-03-02T20:00:00Z"));
        assert_eq!(read("2026-03-04").as_deref(), Some("2026-03-04T15:59:59Z"));
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            "5 Januari",
            "2026-02-29",
            "2026-13-01",
            "2026-01-05T",
            "2026-01-05T25:00",
            "2026-01-05T8:00",
            "2026-01-05T08:00WIX",
            "2026-01-05T08:00+7",
            "2026-01-05T08:00+07:60",
            "2026-01-05T08:00+0é:0",
            "2026-01-05é",
            "é026-01-05",
            "1970-01-01T00:00",
            "2026-01-05T08:00:00:00",
            "2026-01-05T08:00+ 7:00",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
