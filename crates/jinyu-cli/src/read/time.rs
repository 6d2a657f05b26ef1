//! Times as transcripts write them, to milliseconds, and what those without a date mean in a conversation.
//!
//! A **date** becomes milliseconds since 1970-01-01 UTC; one without a zone is local time, [`local`]. Anything else is milliseconds since
//! the conversation began. Of a plain number the magnitude tells: up to 10⁹ it is an offset (milliseconds when whole, seconds with a decimal
//! point), from there a date in seconds, from 10¹¹ in milliseconds, from 10¹⁴ in microseconds, from 10¹⁷ in nanoseconds.
//! `1.5s`, `1500ms` and `20us` name their unit. Of `10:02` the first of its conversation tells what it is, see [`Timeline`].

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// How far local time is ahead of UTC: the mainland, Taiwan, Hong Kong, Macau, Singapore and Malaysia share it.
const AHEAD: i64 = 8 * HOUR;

/// Milliseconds since 1970-01-01 UTC as milliseconds since 1970-01-01 on the clocks of those who read the report.
pub(crate) fn local(ms: i64) -> i64 {
    ms.saturating_add(AHEAD)
}

/// The same the other way round.
fn of_local(ms: i64) -> i64 {
    ms.saturating_sub(AHEAD)
}

/// A point in time, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Time {
    /// Since 1970-01-01 UTC.
    Date(i64),
    /// Since the conversation began.
    Offset(i64),
    /// Fields with colons: the conversation tells what they are.
    Clock(Clock),
}

impl Time {
    /// Reads any of the forms; `None` when it is none of them.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let folded: String = text.trim().replace('：', ":").chars().map(jinyu::script::fold).collect();
        let text = folded.as_str();
        number(text).or_else(|| clock(text).map(Self::Clock)).or_else(|| date(text).map(Self::Date))
    }

    /// Days since 1899-12-30, as spreadsheets count; less than one day is an offset.
    pub(crate) fn from_spreadsheet(days: f64) -> Self {
        let ms = (days * DAY as f64).round() as i64;
        if days < 1.0 { Self::Offset(ms) } else { Self::Date(of_local(ms - 25_569 * DAY)) }
    }
}

/// `10:02` or `10:02:05`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Clock {
    /// The first field, and the milliseconds of those after it when it stands for hours; `None` where it cannot.
    of_day: Option<(i64, i64)>,
    /// As minutes and seconds, or hours, minutes and seconds.
    elapsed: i64,
}

impl Clock {
    /// Milliseconds since midnight; `None` where no clock shows this.
    pub(crate) fn of_day(self) -> Option<i64> {
        self.of_day.map(|(hours, rest)| hours * HOUR + rest)
    }

    fn is_since_beginning(self) -> bool {
        self.of_day.is_none_or(|(first, _)| first == 0)
    }
}

/// What fields with colons are in a conversation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Dial {
    /// There has been none yet.
    #[default]
    Unknown,
    /// Minutes and seconds since the beginning.
    Elapsed,
    /// Hours and minutes of a day; the last one, in milliseconds since the midnight before the conversation.
    OfDay(i64),
}

/// The times of a conversation. When the first that has colons begins with a zero (`00:05`), or is none that a clock shows, they count
/// minutes and seconds from the beginning; else they are hours and minutes of a clock, and one that goes back far has passed midnight.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Timeline {
    /// When the conversation began, in milliseconds since 1970-01-01 UTC.
    base: Option<i64>,
    dial: Dial,
}

impl Timeline {
    pub(crate) fn new(base: Option<i64>, dial: Dial) -> Self {
        Self { base, dial }
    }

    /// The time as a date or an offset; `None` for what cannot be a time of day where such are expected. Without any date, times of
    /// day are offsets from the midnight before the conversation.
    pub(crate) fn settle(&mut self, time: Time) -> Option<Time> {
        match time {
            Time::Date(date) => self.base = self.base.or(Some(date)),
            Time::Offset(_) => {}
            Time::Clock(clock) => return self.read(clock),
        }
        Some(time)
    }

    /// The milliseconds; an offset counts from the beginning where that is known.
    pub(crate) fn ms(&self, time: Time) -> i64 {
        match time {
            Time::Date(ms) => ms,
            Time::Offset(ms) => self.base.unwrap_or_default().saturating_add(ms),
            Time::Clock(clock) => clock.elapsed,
        }
    }

    fn read(&mut self, clock: Clock) -> Option<Time> {
        if self.dial == Dial::Unknown {
            self.dial = match clock.of_day() {
                Some(of_day) if !clock.is_since_beginning() => {
                    Dial::OfDay(self.base.map_or(of_day, |base| local(base).rem_euclid(DAY)))
                }
                _ => Dial::Elapsed,
            };
        }
        let Dial::OfDay(last) = self.dial else { return Some(Time::Offset(clock.elapsed)) };
        let mut now = clock.of_day()? + last.div_euclid(DAY) * DAY;
        if now < last - DAY / 2 {
            now += DAY;
        } else if now >= DAY && now > last + 23 * HOUR {
            // Two lines in the wrong order around midnight.
            now -= DAY;
        }
        self.dial = Dial::OfDay(now);
        Some(match self.base {
            Some(base) => Time::Date(of_local(local(base).div_euclid(DAY) * DAY + now)),
            None => Time::Offset(now),
        })
    }
}

/// Whether what cannot be read seems to be meant as a time: `25:61`, `05-01 10:02`.
pub(crate) fn looks_like_time(text: &str) -> bool {
    let is_colon = |c: char| matches!(c, ':' | '：');
    let ends_in_digit = |text: &str| text.ends_with(|c: char| c.is_ascii_digit());
    text.match_indices(is_colon).any(|(at, colon)| {
        let (before, after) = (text.get(..at).unwrap_or_default(), text.get(at + colon.len()..).unwrap_or_default());
        ends_in_digit(before) && after.starts_with(|c: char| c.is_ascii_digit())
    })
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
fn clock(text: &str) -> Option<Clock> {
    let mut parts = text.split(':').rev();
    let seconds = parts.next()?.replace(',', ".");
    let is_whole = !seconds.contains('.');
    let seconds: f64 = seconds.parse().ok().filter(|s: &f64| (0.0..61.0).contains(s))?;
    let seconds = (seconds * 1e3).round() as i64;
    let minutes: i64 = parts.next()?.parse().ok().filter(|m| (0..10_000).contains(m))?;
    let hours: Option<i64> = match parts.next() {
        Some(hours) => Some(hours.parse().ok().filter(|h| (0..10_000).contains(h))?),
        None => None,
    };
    if parts.next().is_some() {
        return None;
    }
    let of_day = match hours {
        Some(hours) => (hours < 24 && minutes < 60).then_some((hours, minutes * MINUTE + seconds)),
        // No clock shows parts of a minute.
        None => (is_whole && minutes < 24 && seconds < MINUTE).then_some((minutes, seconds / SECOND * MINUTE)),
    };
    Some(Clock { of_day, elapsed: hours.unwrap_or_default() * HOUR + minutes * MINUTE + seconds })
}

/// `2024-05-01T12:30:00.5+08:00`, `2024/5/1 12:30`, `2024年5月1日 12时30分5秒`, `20240501123000`.
fn date(text: &str) -> Option<i64> {
    let plain = text.len() == 14 && text.bytes().all(|byte| byte.is_ascii_digit());
    let mut numbers: Vec<&str> = Vec::new();
    let mut rest = text;
    let mut zone = None;
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
                zone = Some(offset_of_zone(rest.get(digit - 1..)?)?);
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
        if matches!(end, "z" | "utc") {
            zone = Some(0);
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
    let written = days_since_1970(year, month, day) * DAY + ms;
    Some(zone.map_or_else(|| of_local(written), |zone| written - zone))
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
            ("2024-05-01 20:30:00", Time::Date(NOON)),
            ("2024/5/1 20:30", Time::Date(NOON)),
            ("2024年5月1日 20时30分00秒", Time::Date(NOON)),
            ("2024年5月1日 20時30分", Time::Date(NOON)),
            ("2024年5月1日 下午8:30", Time::Date(NOON)),
            ("20240501203000", Time::Date(NOON)),
            ("2024-05-01", Time::Date(NOON - 20 * HOUR - 30 * MINUTE)),
            ("1970-01-01 08:00:00", Time::Date(0)),
            ("1970-01-01 00:00:00 UTC", Time::Date(0)),
            ("2000-02-29 08:00", Time::Date(951_782_400_000)),
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
        assert_eq!(Time::from_spreadsheet(45_413.854_166_666_7), Time::Date(NOON));
        assert_eq!(Time::from_spreadsheet(0.5), Time::Offset(12 * HOUR));
        let begun = Timeline::new(Some(10), Dial::Unknown);
        assert_eq!((begun.ms(Time::Offset(5)), begun.ms(Time::Date(5))), (15, 5));
        assert_eq!(Timeline::default().ms(Time::Offset(5)), 5);
    }

    #[test]
    fn the_first_time_tells_what_colons_mean() {
        let read = |timeline: &mut Timeline, text: &str| {
            let time = timeline.settle(Time::parse(text).unwrap())?;
            Some(timeline.ms(time))
        };
        for (texts, expected) in [
            // Since the beginning.
            (&["00:21", "10:02", "62:00"][..], &[Some(21_000), Some(602_000), Some(62 * MINUTE)][..]),
            (&["00：21", "1:02:03.5"], &[Some(21_000), Some(3_723_500)]),
            (&["00:00:01,000", "01:05"], &[Some(1_000), Some(65_000)]),
            (&["35:10", "36:00"], &[Some(2_110_000), Some(36 * MINUTE)]),
            (&["12:05.5", "13:00"], &[Some(725_500), Some(13 * MINUTE)]),
            // Of a clock.
            (
                &["10:00", "10:02:05", "35:10", "9：58"],
                &[Some(10 * HOUR), Some(10 * HOUR + 125 * SECOND), None, Some(9 * HOUR + 58 * MINUTE)],
            ),
            (
                &["23:59", "00:01", "23:59", "00:02", "08:00", "21:00"],
                &[
                    Some(DAY - MINUTE),
                    Some(DAY + MINUTE),
                    Some(DAY - MINUTE),
                    Some(DAY + 2 * MINUTE),
                    Some(DAY + 8 * HOUR),
                    Some(DAY + 21 * HOUR),
                ],
            ),
        ] {
            let mut timeline = Timeline::default();
            let found: Vec<_> = texts.iter().map(|text| read(&mut timeline, text)).collect();
            assert_eq!(found, expected, "{texts:?}");
        }
        // 2024-05-01 23:50 in Taipei.
        let begun = 1_714_578_600_000;
        let mut chat = Timeline::new(Some(begun), Dial::Unknown);
        assert_eq!(read(&mut chat, "23:51"), Some(begun + MINUTE));
        assert_eq!(read(&mut chat, "00:10"), Some(begun + 20 * MINUTE));
        let mut call = Timeline::new(Some(begun), Dial::Elapsed);
        assert_eq!(read(&mut call, "23:51"), Some(begun + 23 * MINUTE + 51 * SECOND));
    }

    #[test]
    fn meant_as_times() {
        for text in ["25:61", "05-01 10:02", "10：75"] {
            assert!(looks_like_time(text), "{text}");
        }
        for text in ["", "紧急", "第3轮", "备注: 1", "3-4"] {
            assert!(!looks_like_time(text), "{text}");
        }
    }
}
