//! Days of the calendar, as files and arguments write them: `2027-05-01`.

use std::fmt;
use std::str::FromStr;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};
use serde::{Serialize, Serializer};

use crate::read::time::days_since_1970;
use crate::report::time::{civil, date};

/// A day, counted from 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Date(i64);

impl Date {
    /// By the system's clock, in UTC.
    pub(crate) fn today() -> Self {
        let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        Self(i64::try_from(seconds / 86_400).unwrap_or(i64::MAX))
    }

    /// So many days later.
    pub(crate) fn plus_days(self, days: i64) -> Self {
        Self(self.0.saturating_add(days))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&date(self.0))
    }
}

impl FromStr for Date {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = || format!("\"{text}\" is no date; write it like 2027-05-01");
        let parts: Vec<&str> = text.trim().split('-').collect();
        let [year, month, day] = parts.as_slice() else { return Err(bad()) };
        let number = |part: &str, length: usize| {
            (part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit())).then(|| part.parse::<i64>().ok()).flatten()
        };
        let (year, month, day) =
            number(year, 4).zip(number(month, 2)).zip(number(day, 2)).map(|((y, m), d)| (y, m, d)).ok_or_else(bad)?;
        // Days that the calendar does not have come back as others.
        let days = (1..=12).contains(&month).then(|| days_since_1970(year, month, day)).ok_or_else(bad)?;
        if civil(days) == (year, month, day) { Ok(Self(days)) } else { Err(bad()) }
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Written;
        impl<'de> Visitor<'de> for Written {
            type Value = Date;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a date such as \"2027-05-01\"")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Date, E> {
                text.parse().map_err(E::custom)
            }

            // TOML has dates of its own, which it hands on as a map.
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Date, A::Error> {
                let written = toml::value::Datetime::deserialize(de::value::MapAccessDeserializer::new(map))?;
                written.to_string().parse().map_err(de::Error::custom)
            }
        }
        deserializer.deserialize_any(Written)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        for text in ["1970-01-01", "2024-02-29", "2027-05-01", "9999-12-31"] {
            assert_eq!(text.parse::<Date>().unwrap().to_string(), text);
        }
        for text in ["", "2027-5-1", "2027-02-29", "2027-13-01", "2027-00-10", "2027/05/01", "2027-05-01-1"] {
            assert!(text.parse::<Date>().is_err(), "{text}");
        }
        let day: Date = "2027-12-31".parse().unwrap();
        assert_eq!(day.plus_days(1).to_string(), "2028-01-01");
        assert!(day < day.plus_days(1));
    }
}
