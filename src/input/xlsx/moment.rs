//! Days and times as spreadsheets count them.

/// Days from 1899-12-30 and from 1904-01-01 to 1970-01-01.
const TO_1970: i64 = 25_569;
const FROM_1904_TO_1970: i64 = 24_107;

/// The last day that spreadsheets know, 9999-12-31, counted from 1900.
const LAST: f64 = 2_958_466.0;

/// `2026-01-05`, or `01:15` for a time of day; `None` where a spreadsheet shows `#####`.
pub(super) fn text(serial: f64, elapsed: bool, from_1904: bool) -> Option<String> {
    if !(0.0..LAST).contains(&serial) {
        return None;
    }
    // `1:15` typed as a target becomes a time of day without a date.
    if elapsed || serial < 1.0 {
        let minutes = whole((serial * 86_400.0).round() / 60.0)?;
        return Some(format!("{:02}:{:02}", minutes / 60, minutes % 60));
    }
    let serial = whole(serial)?;
    let days = if from_1904 {
        serial - FROM_1904_TO_1970
    } else {
        match serial {
            // Spreadsheets that count from 1900 know a day that there never was.
            60 => return Some("1900-02-29".to_owned()),
            ..60 => serial + 1 - TO_1970,
            _ => serial - TO_1970,
        }
    };
    let (year, month, day) = civil(days);
    Some(format!("{year:04}-{month:02}-{day:02}"))
}

fn whole(number: f64) -> Option<i64> {
    format!("{:.0}", number.floor()).parse().ok()
}

/// Year, month and day of a day since 1970, in eras of 400 years that begin on 1 March.
const fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400;
    (if month <= 2 { year + 1 } else { year }, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_as_spreadsheets_do() {
        for (serial, expected) in [
            (1.0, "1900-01-01"),
            (59.0, "1900-02-28"),
            (60.0, "1900-02-29"),
            (61.0, "1900-03-01"),
            (25_569.0, "1970-01-01"),
            (45_351.0, "2024-02-29"),
            (46_027.0, "2026-01-05"),
            (46_027.99, "2026-01-05"),
            (2_958_465.0, "9999-12-31"),
            (0.0, "00:00"),
            (0.052_083_333_333_333_3, "01:15"),
        ] {
            assert_eq!(text(serial, false, false).as_deref(), Some(expected), "{serial}");
        }
        assert_eq!(text(44_565.0, false, true).as_deref(), Some("2026-01-05"));
        assert_eq!(text(1.5, true, false).as_deref(), Some("36:00"));
        for serial in [-1.0, 2_958_466.0, 1e300, f64::NAN] {
            assert_eq!(text(serial, false, false), None, "{serial}");
        }
    }
}
