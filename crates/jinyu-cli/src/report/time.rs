//! Times as people write them. Receives milliseconds as sources give them.

const DAY_MS: i64 = 86_400_000;

/// Later than this is a date: no conversation lasts three years.
const FIRST_DATE_MS: i64 = 100_000_000_000;

/// The days since 1970-01-01, where the time is a date.
pub(crate) fn day(ms: i64) -> Option<i64> {
    (ms >= FIRST_DATE_MS).then(|| ms.div_euclid(DAY_MS))
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

/// `2026-11-22 10:03:05` for a date, `12:05` (minutes and seconds) for a time since the conversation began.
pub(crate) fn clock(ms: i64) -> String {
    match day(ms) {
        Some(day) => {
            let seconds = ms.rem_euclid(DAY_MS) / 1000;
            format!("{} {:02}:{:02}:{:02}", date(day), seconds / 3600, seconds / 60 % 60, seconds % 60)
        }
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
        assert_eq!(clock(1_709_210_096_000), "2024-02-29 12:34:56");
        assert_eq!(clock(725_900), "12:05");
    }
}
