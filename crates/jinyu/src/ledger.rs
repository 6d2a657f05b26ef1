//! What agents promise, and until when. Receives the folded text of an utterance, hands on the deadline that it names.

use serde::{Deserialize, Serialize};

/// Something that an agent has promised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Promise {
    /// The turn of the promise, as the source counts.
    pub turn: usize,
    /// Who promised, as the source names its agents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<std::sync::Arc<str>>,
    /// The words that were found, as they were said.
    pub what: String,
    /// Until when, in the words that were said, folded; absent for a bare 尽快.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// The most that this leaves, in seconds from the promise; a working day counts as a day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u64>,
    /// When it is due, on the clock of [`Utterance::start_ms`](crate::Utterance::start_ms), where the utterance has a time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_ms: Option<i64>,
    /// Whether it was kept, as far as the conversation shows.
    pub state: PromiseState,
}

/// What became of a promise, as far as the conversation shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum PromiseState {
    /// Nothing shows whether it was kept.
    Open,
    /// The agent came back before it was due.
    Kept,
    /// The customer came back after it was due, and no agent had.
    Broken,
}

/// A time that is named for something to come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Deadline {
    /// The words.
    pub(crate) words: String,
    /// The most that it leaves, in seconds.
    pub(crate) seconds: Option<u64>,
}

const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;

/// Units of time, longer names first.
const UNITS: &[(&str, u64)] = &[
    ("个工作日", DAY),
    ("个工作天", DAY),
    ("工作日", DAY),
    ("工作天", DAY),
    ("个自然日", DAY),
    ("自然日", DAY),
    ("个小时", HOUR),
    ("个钟头", HOUR),
    ("个钟", HOUR),
    ("小时", HOUR),
    ("钟头", HOUR),
    ("分钟", 60),
    ("个星期", 7 * DAY),
    ("个礼拜", 7 * DAY),
    ("星期", 7 * DAY),
    ("礼拜", 7 * DAY),
    ("周", 7 * DAY),
    ("个月", 30 * DAY),
    ("秒钟", 1),
    ("秒", 1),
    ("天", DAY),
    ("日", DAY),
];

/// Days that are named, with the seconds that they leave at most.
const DAYS: &[(&str, u64)] = &[
    ("今天", DAY),
    ("今日", DAY),
    ("今晚", DAY),
    ("当天", DAY),
    ("当日", DAY),
    ("下班前", DAY),
    ("明天", 2 * DAY),
    ("明日", 2 * DAY),
    ("明早", 2 * DAY),
    ("明晚", 2 * DAY),
    ("听日", 2 * DAY),
    ("后天", 3 * DAY),
    ("本周", 7 * DAY),
    ("这周", 7 * DAY),
    ("下周", 14 * DAY),
    ("月底", 31 * DAY),
];

/// The longest time that a folded text names, if it names one.
pub(crate) fn deadline(text: &[char]) -> Option<Deadline> {
    let mut best: Option<Deadline> = None;
    let mut keep = |words: &[char], seconds: u64| {
        if best.as_ref().and_then(|best| best.seconds).is_none_or(|known| known < seconds) {
            best = Some(Deadline { words: words.iter().collect(), seconds: Some(seconds) });
        }
    };
    let mut at = 0;
    while at < text.len() {
        let rest = text.get(at..).unwrap_or_default();
        if let Some((name, seconds)) = DAYS.iter().find(|(name, _)| starts_with(rest, name)) {
            let length = name.chars().count();
            keep(rest.get(..length).unwrap_or_default(), *seconds);
            at += length;
        } else if let Some((length, seconds)) = duration(rest) {
            // 五月三日, 3日 and 第三天 name a day or an order, no length of time.
            let before = at.checked_sub(1).and_then(|before| text.get(before));
            if !matches!(before, Some('月' | '第' | '年' | '.' | ':')) {
                keep(rest.get(..length).unwrap_or_default(), seconds);
            }
            at += length;
        } else {
            at += 1;
        }
    }
    best
}

fn starts_with(text: &[char], word: &str) -> bool {
    let mut text = text.iter();
    word.chars().all(|c| text.next() == Some(&c))
}

/// A number, or two with a dash or 到 between them, and a unit: its length in characters and the most that it means in seconds.
fn duration(text: &[char]) -> Option<(usize, u64)> {
    let half = |at: usize| text.get(at) == Some(&'半');
    let (mut length, mut value) = if half(0) { (1, 0.5) } else { number(text)? };
    for joint in ["到", "至", "-", "~", "—"] {
        let rest = text.get(length..).unwrap_or_default();
        if starts_with(rest, joint) {
            let after = rest.get(joint.chars().count()..).unwrap_or_default();
            if let Some((more, upper)) = number(after) {
                length += joint.chars().count() + more;
                value = upper;
            }
        }
    }
    let rest = text.get(length..).unwrap_or_default();
    let (unit, seconds) = UNITS.iter().find(|(unit, _)| starts_with(rest, unit))?;
    length += unit.chars().count();
    // 三十秒 may be a wait, and 一天 by itself says nothing of when; 内, 后 and the like need not follow.
    if value <= 0.0 {
        return None;
    }
    Some((length, (value * *seconds as f64) as u64))
}

/// A number in digits of either kind: its length in characters and its value; 三五 and 两三 mean the larger one.
fn number(text: &[char]) -> Option<(usize, f64)> {
    let arabic = text.iter().take_while(|c| c.is_ascii_digit()).count();
    if arabic > 0 {
        let value: String = text.iter().take(arabic.min(9)).collect();
        return Some((arabic, value.parse().ok()?));
    }
    let mut value = 0u32;
    let mut digit: Option<u32> = None;
    let mut length = 0;
    for c in text.iter().take(6) {
        match c {
            '十' => {
                value += digit.take().unwrap_or(1) * 10;
            }
            '百' => {
                value += digit.take().unwrap_or(1) * 100;
            }
            _ => match digit_of(*c) {
                Some(next) => digit = Some(next),
                None => break,
            },
        }
        length += 1;
    }
    (length > 0).then(|| (length, f64::from(value + digit.unwrap_or(0))))
}

fn digit_of(c: char) -> Option<u32> {
    Some(match c {
        '零' | '〇' => 0,
        '一' | '壹' => 1,
        '二' | '两' | '贰' => 2,
        '三' | '叁' => 3,
        '四' | '肆' => 4,
        '五' | '伍' => 5,
        '六' | '陆' => 6,
        '七' | '柒' => 7,
        '八' | '捌' => 8,
        '九' | '玖' => 9,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(text: &str) -> Option<u64> {
        deadline(&text.chars().map(crate::script::fold).collect::<Vec<_>>()).and_then(|deadline| deadline.seconds)
    }

    #[test]
    fn times_that_are_named() {
        for (text, expected) in [
            ("24小时内给您答复", Some(24 * HOUR)),
            ("三到五个工作日到账", Some(5 * DAY)),
            ("三五天就好", Some(5 * DAY)),
            ("3-7個工作天", Some(7 * DAY)),
            ("半小时后回电", Some(HOUR / 2)),
            ("十五分钟", Some(15 * 60)),
            ("两个钟头之内", Some(2 * HOUR)),
            ("明天上午", Some(2 * DAY)),
            ("今天下班前", Some(DAY)),
            ("尽快给您处理", None),
            ("五月三日下的单", None),
            ("第三天", None),
            ("二十四小时", Some(24 * HOUR)),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }
}
