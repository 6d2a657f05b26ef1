//! Times as people write them. Receives milliseconds as sources give them, shows dates by the clocks of the Chinese-speaking markets
//! ([`local`]). The page's script does the same.

use crate::read::time::local;

const DAY_MS: i64 = 86_400_000;

/// Later than this is a date: no conversation lasts three years.
const FIRST_DATE_MS: i64 = 100_000_000_000;

/// The local days since 1970-01-01, where the time is a date.
pub(crate) fn day(ms: i64) -> Option<i64> {
    (ms >= FIRST_DATE_MS).then(|| local(ms).div_euclid(DAY_MS))
}

/// Year, month and day of a day since 1970-01-01 (Howard Hinnant's `civil_from_days`).
pub(crate) fn civil(day: i64) -> (i64, i64, i64) {
    let shifted = day + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, of_year - (153 * from_march + 2) / 5 + 1)
}

/// `2026-11-22`.
pub(crate) fn date(day: i64) -> String {
    let (year, month, day) = civil(day);
    format!("{year:04}-{month:02}-{day:02}")
}

/// `2026-11-22 10:03:05` for a date, `12:05` (minutes and seconds) or `10:02:05` for a time since the conversation or its day began.
pub(crate) fn clock(ms: i64) -> String {
    let of_day = |seconds: i64| format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    match day(ms) {
        Some(day) => format!("{} {}", date(day), of_day(local(ms).rem_euclid(DAY_MS) / 1000)),
        None if ms >= 3_600_000 => of_day(ms / 1000),
        None => format!("{}:{:02}", ms / 60_000, ms / 1000 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_clocks() {
        assert_eq!(date(0), "1970-01-01");
        assert_eq!(date(19_782), "2024-02-29");
        assert_eq!(date(20_513), "2026-03-01");
        assert_eq!(clock(1_709_210_096_000), "2024-02-29 20:34:56");
        assert_eq!(day(1_709_210_096_000 + 4 * 3_600_000), Some(19_783), "the first of March in Taipei");
        assert_eq!(clock(725_900), "12:05");
        assert_eq!(clock(36_125_900), "10:02:05");
    }

    #[test]
    fn the_page_shows_the_same() {
        let script = include_str!("../../assets/report.js");
        assert!(script.contains(&format!("new Date(ms + {})", local(0))), "time() of the page is of another zone");
    }
}
