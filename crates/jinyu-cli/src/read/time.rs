//! Times as transcripts write them, to milliseconds.
//!
//! A **date** becomes milliseconds since 1970-01-01 UTC; one without a zone is taken as UTC. Anything else is milliseconds since
//! the conversation began. Of a plain number the magnitude tells: up to 10⁹ it is an offset (milliseconds when whole, seconds with a decimal
//! point), from there a date in seconds, from 10¹¹ in milliseconds, from 10¹⁴ in microseconds, from 10¹⁷ in nanoseconds.
//! `1.5s`, `1500ms` and `20us` name their unit. `00:21` is minutes and seconds, `01:02:03,500` hours, minutes, seconds.

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A point in time, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Time {
    /// Since 1970-01-01 UTC.
    Date(i64),
    /// Since the conversation began.
    Offset(i64),
}

impl Time {
    /// Reads any of the forms; `None` when it is none of them.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let folded: String = text.trim().replace('：', ":").chars().map(jinyu::script::fold).collect();
        let text = folded.as_str();
        number(text).or_else(|| clock(text).map(Self::Offset)).or_else(|| date(text).map(Self::Date))
    }

    /// Days since 1899-12-30, as spreadsheets count; less than one day is an offset.
    pub(crate) fn from_spreadsheet(days: f64) -> Self {
        let ms = (days * DAY as f64).round() as i64;
        if days < 1.0 { Self::Offset(ms) } else { Self::Date(ms - 25_569 * DAY) }
    }

    /// The milliseconds; an offset counts from `base` where there is one.
    pub(crate) fn ms(self, base: Option<i64>) -> i64 {
        match self {
            Self::Date(ms) => ms,
            Self::Offset(ms) => base.unwrap_or_default().saturating_add(ms),
        }
    }
}

fn number(text: &str) -> Option<Time> {
    let units = [("ms", 1.0), ("us", 1e-3), ("µs", 1e-3), ("ns", 1e-6), ("s", 1e3)];
    if let Some((value, factor)) = units.iter().find_map(|(unit, factor)| Some((text.strip_suffix(unit)?, factor))) {
        let value: f64 = value.trim_end().parse().ok()?;
        return value.is_finite().then(|| Time::Offset((value * factor).round() as i64));
    }
    if !text.bytes().all(|byte| byte.is_ascii_digit() || b".-+e".contains(&byte)) {
        return None;
    }
    let value: f64 = text.parse().ok().filter(|value: &f64| value.is_finite())?;
    let whole = !text.contains('.');
    // 20240501123000
    if whole
        && text.len() == 14
        && (text.starts_with("19") || text.starts_with("20"))
        && let Some(date) = date(text)
    {
        return Some(Time::Date(date));
    }
    let size = value.abs();
    Some(if size < 1e9 {
        Time::Offset(if whole { value } else { value * 1e3 }.round() as i64)
    } else {
        let factor = if size < 1e11 {
            1e3
        } else if size < 1e14 {
            1.0
        } else if size < 1e17 {
            1e-3
        } else {
            1e-6
        };
        Time::Date((value * factor).round() as i64)
    })
}

/// `00:21`, `1:02:03.5`, `00:00:01,000`.
fn clock(text: &str) -> Option<i64> {
    let mut parts = text.split(':').rev();
    let seconds: f64 = parts.next()?.replace(',', ".").parse().ok().filter(|s: &f64| (0.0..61.0).contains(s))?;
    let minutes: i64 = parts.next()?.parse().ok().filter(|m| (0..10_000).contains(m))?;
    let hours: i64 = parts.next().map_or(Some(0), |hours| hours.parse().ok().filter(|h| (0..10_000).contains(h)))?;
    parts.next().is_none().then(|| hours * HOUR + minutes * MINUTE + (seconds * 1e3).round() as i64)
}

/// `2024-05-01T12:30:00.5+08:00`, `2024/5/1 12:30`, `2024年5月1日 12时30分5秒`, `20240501123000`.
fn date(text: &str) -> Option<i64> {
    let plain = text.len() == 14 && text.bytes().all(|byte| byte.is_ascii_digit());
    let mut numbers: Vec<&str> = Vec::new();
    let mut rest = text;
    let mut zone = 0;
    if plain {
        let mut at = 0;
        for length in [4, 2, 2, 2, 2, 2] {
            numbers.push(text.get(at..at + length)?);
            at += length;
        }
    } else {
        while let Some(digit) = rest.find(|c: char| c.is_ascii_digit()) {
            let between = rest.get(..digit)?;
            // After the time of day a sign begins the zone.
            if numbers.len() >= 5 && between.ends_with(['+', '-']) {
                zone = offset_of_zone(rest.get(digit - 1..)?)?;
                rest = "";
                break;
            }
            if between.chars().count() > 4 || !between.chars().all(|c| is_one_of("-/.:t, 年月日时分秒点上下午", c)) {
                return None;
            }
            rest = rest.get(digit..)?;
            let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            numbers.push(rest.get(..end)?);
            rest = rest.get(end..)?;
        }
        let end = rest.trim();
        let is_unit = end.chars().count() == 1 && end.chars().all(|c| is_one_of("日时分秒", c));
        if !(is_unit || matches!(end, "" | "z" | "utc")) {
            return None;
        }
    }
    let part = |index: usize| numbers.get(index).map_or(Some(0), |number| number.parse::<i64>().ok());
    let within = |value: i64, low, high| (low..=high).contains(&value).then_some(value);
    if numbers.first()?.len() != 4 || !(3..=7).contains(&numbers.len()) {
        return None;
    }
    let year = within(part(0)?, 1900, 2200)?;
    let month = within(part(1)?, 1, 12)?;
    let day = within(part(2)?, 1, 31)?;
    let afternoon = text.contains("下午");
    let hour = within(part(3)?, 0, 23)?;
    let hour = if afternoon && hour < 12 { hour + 12 } else { hour };
    let minute = within(part(4)?, 0, 59)?;
    let second = within(part(5)?, 0, 60)?;
    let fraction: f64 = numbers.get(6).map_or(Some(0.0), |digits| format!("0.{digits}").parse().ok())?;
    let ms = hour * HOUR + minute * MINUTE + second * SECOND + (fraction * 1e3) as i64;
    Some(days_since_1970(year, month, day) * DAY + ms - zone)
}

/// Whether a folded character is one of these, in either script.
fn is_one_of(known: &str, c: char) -> bool {
    known.chars().any(|known| jinyu::script::fold(known) == c)
}

/// `+08:00`, `+0800`, `-5` in milliseconds.
fn offset_of_zone(zone: &str) -> Option<i64> {
    let (sign, digits) = zone.split_at_checked(1)?;
    let digits = digits.replace(':', "");
    let (hours, minutes) = digits.split_at_checked(digits.len().min(2))?;
    let minutes: i64 = if minutes.is_empty() { 0 } else { minutes.parse().ok()? };
    let offset = hours.parse::<i64>().ok()? * HOUR + minutes * MINUTE;
    Some(if sign == "-" { -offset } else { offset })
}

/// Days of the Gregorian calendar; years count from March, so that the leap day ends one.
pub(crate) fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    year * 365 + year / 4 - year / 100 + year / 400 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_forms() {
        // 2024-05-01 12:30:00 UTC
        const NOON: i64 = 1_714_566_600_000;
        for (text, time) in [
            ("1714566600", Time::Date(NOON)),
            ("1714566600.25", Time::Date(NOON + 250)),
            ("1714566600000", Time::Date(NOON)),
            ("1714566600000000", Time::Date(NOON)),
            ("1714566600000000000", Time::Date(NOON)),
            ("2024-05-01T12:30:00Z", Time::Date(NOON)),
            ("2024-05-01T20:30:00.500+08:00", Time::Date(NOON + 500)),
            ("2024-05-01T20:30:00+0800", Time::Date(NOON)),
            ("2024-05-01 12:30:00", Time::Date(NOON)),
            ("2024/5/1 12:30", Time::Date(NOON)),
            ("2024年5月1日 12时30分00秒", Time::Date(NOON)),
            ("2024年5月1日 12時30分", Time::Date(NOON)),
            ("2024年5月1日 下午12:30", Time::Date(NOON)),
            ("20240501123000", Time::Date(NOON)),
            ("2024-05-01", Time::Date(NOON - 12 * HOUR - 30 * MINUTE)),
            ("1970-01-01 00:00:00", Time::Date(0)),
            ("2000-02-29 00:00", Time::Date(951_782_400_000)),
            ("00:21", Time::Offset(21_000)),
            ("00：21", Time::Offset(21_000)),
            ("00:00:01,000", Time::Offset(1_000)),
            ("01:02:03.5", Time::Offset(3_723_500)),
            ("1.5s", Time::Offset(1_500)),
            ("1500ms", Time::Offset(1_500)),
            ("340", Time::Offset(340)),
            ("12.5", Time::Offset(12_500)),
            ("0", Time::Offset(0)),
        ] {
            assert_eq!(Time::parse(text), Some(time), "{text}");
        }
        for text in ["", "昨天", "12:30:99", "2024-13-01 00:00", "1e999", "a:b", "24-05-01 12:30", "第3轮", "NaN"] {
            assert_eq!(Time::parse(text), None, "{text}");
        }
        assert_eq!(Time::from_spreadsheet(45_413.520_833_333_3), Time::Date(NOON));
        assert_eq!(Time::from_spreadsheet(0.5), Time::Offset(12 * HOUR));
        assert_eq!((Time::Offset(5).ms(Some(10)), Time::Date(5).ms(Some(10)), Time::Offset(5).ms(None)), (15, 5, 5));
    }
}
