//! Personal data in what was said, masked: telephone numbers, identity cards, bank cards, e-mail, addresses. Receives a conversation as
//! it was judged, hands it on with stars in place of what identifies people. A star takes the bytes and the UTF-16 units of what it stands
//! for, so that offsets stay as they were.

use std::sync::Arc;

use jinyu::Span;

use crate::report::Audited;

/// A number of so many digits tells who somebody is.
const LONG: usize = 7;

/// What may stand between the digits of a number.
const BETWEEN: &[char] = &[' ', '-', '－', '\u{a0}', '—'];

/// What follows a number in an address.
const UNITS: &[char] = &['号', '號', '弄', '室', '楼', '樓', '栋', '棟', '幢', '层', '層', '巷'];

/// What ends the name of a street or a place.
const STREETS: &[char] = &['路', '街', '道', '巷', '弄', '段', '村', '里', '区', '區', '苑', '园', '園'];

/// Characters of a street's name that are masked.
const STREET_NAME: usize = 4;

/// Masks what a report would show of a conversation. Names of conversations, agents and files keep numbers that are no mobile number and no
/// identity card.
pub(crate) fn redact(audited: &mut Audited) {
    if let Some(name) = mask_name(&audited.read.conversation) {
        audited.read.conversation = name.into();
    }
    if let Some(file) = mask_name(&audited.read.file) {
        audited.read.file = file.into();
    }
    let conversation = Arc::clone(&audited.read.conversation);
    let mut hidden = Hidden::default();
    for (place, (turn, seen)) in audited.read.turns.iter_mut().zip(&mut audited.examinations).enumerate() {
        turn.conversation = Arc::clone(&conversation);
        redact_agent(&mut turn.utterance.agent);
        let text = &mut turn.utterance.text;
        if let Some(masked) = mask(text) {
            hidden.note(text, &masked);
            *text = masked;
        }
        let words = |words: &mut String, span: Span| {
            if words.as_str() != span.slice(text) && !span.slice(text).is_empty() {
                *words = span.slice(text).to_owned();
            }
        };
        let suppressed = audited.suppressed.findings.iter_mut().filter(|of| of.place == place).map(|of| &mut of.finding);
        for finding in seen.findings.iter_mut().chain(suppressed) {
            words(&mut finding.text, finding.span);
            hidden.mask_string(&mut finding.assumed);
            finding.evidence.iter_mut().for_each(|words| hidden.mask_text(words));
            hidden.mask_shared(&mut finding.message);
            for suggestion in &mut finding.suggestions {
                hidden.mask_text(&mut suggestion.text);
                hidden.mask_string(&mut suggestion.reason);
            }
        }
        hidden.mask_string(&mut seen.reworded);
        seen.dismissals.iter_mut().for_each(|of| words(&mut of.text, of.span));
        seen.signals.iter_mut().chain(&mut seen.steps).for_each(|of| words(&mut of.text, of.span));
    }
    for promise in &mut audited.assessment.promises {
        redact_agent(&mut promise.agent);
        hidden.mask_text(&mut promise.what);
        hidden.mask_string(&mut promise.when);
    }
    let suppressed = audited.suppressed.violations.iter_mut().map(|(flow, _)| flow);
    for flow in audited.assessment.flow.iter_mut().chain(suppressed) {
        hidden.mask_shared(&mut flow.message);
        hidden.mask_text(&mut flow.reason);
        flow.agents.iter_mut().for_each(redact_name);
    }
    for share in audited.assessment.score.deductions.iter_mut().flat_map(|deduction| &mut deduction.by) {
        redact_name(&mut share.agent);
    }
    audited.assessment.notes.iter_mut().for_each(|note| hidden.mask_shared(&mut note.message));
}

fn redact_agent(agent: &mut Option<Arc<str>>) {
    agent.iter_mut().for_each(redact_name);
}

fn redact_name(name: &mut Arc<str>) {
    if let Some(masked) = mask_name(name) {
        *name = masked.into();
    }
}

/// Numbers that were masked, of which words quoted elsewhere may hold a part.
#[derive(Default)]
struct Hidden(Vec<String>);

impl Hidden {
    fn note(&mut self, text: &str, masked: &str) {
        let mut number = String::new();
        for (before, after) in text.chars().zip(masked.chars()) {
            if digit(before).is_some() || (before != after && !before.is_whitespace()) {
                number.push(before);
            } else if !BETWEEN.contains(&before) {
                self.keep(&mut number);
            }
        }
        self.keep(&mut number);
    }

    fn keep(&mut self, number: &mut String) {
        let number = std::mem::take(number);
        if number.chars().filter(|c| digit(*c).is_some()).count() >= LONG {
            self.0.push(number);
        }
    }

    /// Masks a text that may quote what was masked, whole or cut.
    fn mask_text(&self, text: &mut String) {
        if let Some(masked) = mask(text) {
            *text = masked;
        }
        if self.0.is_empty() {
            return;
        }
        let mut masked = String::with_capacity(text.len());
        let mut run = String::new();
        for c in text.chars().map(Some).chain([None]) {
            if let Some(c) = c.filter(|c| digit(*c).is_some()) {
                run.push(c);
                continue;
            }
            let is_part = run.chars().count() > 2 && self.0.iter().any(|number| number.contains(&run));
            masked.extend(run.drain(..).map(|digit| if is_part { star(digit) } else { digit }));
            masked.extend(c);
        }
        *text = masked;
    }

    fn mask_string(&self, text: &mut Option<String>) {
        text.iter_mut().for_each(|text| self.mask_text(text));
    }

    fn mask_shared(&self, text: &mut Arc<str>) {
        if let Some(masked) = mask(text) {
            *text = masked.into();
        }
    }
}

/// The text with personal data masked; none where there is nothing to mask.
pub(crate) fn mask(text: &str) -> Option<String> {
    if !text.chars().any(|c| matches!(c, '@' | '＠' | '十') || digit(c).is_some()) {
        return None;
    }
    let chars: Vec<char> = text.chars().collect();
    let mut hidden = vec![false; chars.len()];
    mask_numbers(&chars, &mut hidden);
    mask_cards_of_hong_kong(&chars, &mut hidden);
    mask_mail(&chars, &mut hidden);
    mask_addresses(&chars, &mut hidden);
    stars(&chars, &hidden)
}

/// A name with mobile numbers and identity cards masked; other numbers tell things apart.
pub(crate) fn mask_name(name: &str) -> Option<String> {
    let chars: Vec<char> = name.chars().collect();
    let mut hidden = vec![false; chars.len()];
    let mut at = 0;
    while at < chars.len() {
        let run = digits_from(&chars, at);
        let is_mobile = run == 11 && value(&chars, at) == Some(1) && value(&chars, at + 1) >= Some(3);
        let is_card = run == 18 || (run == 17 && chars.get(at + 17).is_some_and(|c| matches!(c, 'x' | 'X')));
        let is_birth = matches!(value(&chars, at + 6), Some(1 | 2)) && matches!(value(&chars, at + 10), Some(0 | 1));
        if is_mobile || (is_card && is_birth) {
            hide(&mut hidden, at + 3, at + run - 4);
        }
        at += run.max(1);
    }
    stars(&chars, &hidden)
}

fn stars(chars: &[char], hidden: &[bool]) -> Option<String> {
    hidden.contains(&true).then(|| chars.iter().zip(hidden).map(|(&c, &is_hidden)| if is_hidden { star(c) } else { c }).collect())
}

/// A star that takes as many bytes and UTF-16 units.
fn star(c: char) -> char {
    match c.len_utf8() {
        1 => '*',
        2 => '×',
        3 => '＊',
        _ => '🞶',
    }
}

/// The value of a digit in any of the scripts that numbers are written in.
fn digit(c: char) -> Option<u32> {
    Some(match c {
        '0'..='9' => c as u32 - '0' as u32,
        '０'..='９' => c as u32 - '０' as u32,
        '零' | '〇' | '○' => 0,
        '一' | '幺' | '壹' | '么' => 1,
        '二' | '两' | '兩' | '贰' | '貳' => 2,
        '三' | '叁' | '參' => 3,
        '四' | '肆' => 4,
        '五' | '伍' => 5,
        '六' | '陆' | '陸' => 6,
        '七' | '柒' => 7,
        '八' | '捌' => 8,
        '九' | '玖' => 9,
        _ => return None,
    })
}

fn value(chars: &[char], at: usize) -> Option<u32> {
    chars.get(at).copied().and_then(digit)
}

fn digits_from(chars: &[char], at: usize) -> usize {
    chars.iter().skip(at).take_while(|c| digit(**c).is_some()).count()
}

fn hide(hidden: &mut [bool], from: usize, to: usize) {
    hidden.iter_mut().take(to).skip(from).for_each(|is_hidden| *is_hidden = true);
}

/// Numbers of [`LONG`] digits and more, and those whose groups of digits come to nine or more, or to twice four.
fn mask_numbers(chars: &[char], hidden: &mut [bool]) {
    let mut at = 0;
    while at < chars.len() {
        let mut groups = Vec::new();
        let mut digits = Vec::new();
        let mut end = at;
        loop {
            let run = digits_from(chars, end);
            if run == 0 {
                break;
            }
            digits.extend(end..end + run);
            groups.push(run);
            end += run;
            if is_date(chars, at, &groups)
                || !chars.get(end).is_some_and(|c| BETWEEN.contains(c))
                || value(chars, end + 1).is_none()
            {
                break;
            }
            end += 1;
        }
        if !is_date(chars, at, &groups) {
            // An identity card may end in X.
            if digits.len() == 17 && chars.get(end).is_some_and(|c| matches!(c, 'x' | 'X')) {
                digits.push(end);
                end += 1;
            }
            let longest = groups.iter().copied().max().unwrap_or(0);
            let count = digits.len();
            if longest >= LONG || count > 8 || groups == [4, 4] || (count >= LONG && longest == 1) {
                let (first, last) = if count >= 11 { (3, 4) } else { (2, 2) };
                for &digit in digits.iter().take(count - last).skip(first) {
                    hide(hidden, digit, digit + 1);
                }
            }
        }
        at = end.max(at + 1);
    }
}

/// Whether the groups so far are a year, a month and a day.
fn is_date(chars: &[char], at: usize, groups: &[usize]) -> bool {
    matches!(groups, [4, 1 | 2, 1 | 2])
        && matches!((value(chars, at), value(chars, at + 1)), (Some(1), Some(9)) | (Some(2), Some(0)))
        && chars.get(at + 4).is_some_and(|c| *c == '-')
}

/// One or two capital letters, six digits, and a check digit, perhaps in brackets.
fn mask_cards_of_hong_kong(chars: &[char], hidden: &mut [bool]) {
    for (at, letter) in chars.iter().enumerate() {
        let first = at + 1;
        if !letter.is_ascii_uppercase() || digits_from(chars, first) != 6 {
            continue;
        }
        hide(hidden, first, first + 6);
        let bracket = chars.get(first + 6).is_some_and(|c| matches!(c, '(' | '（'));
        if bracket && chars.get(first + 7).is_some_and(|c| digit(*c).is_some() || *c == 'A') {
            hide(hidden, first + 7, first + 8);
        }
    }
}

/// What stands before the @ of an address, but for its first character.
fn mask_mail(chars: &[char], hidden: &mut [bool]) {
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '%' | '+' | '-');
    for (at, _) in chars.iter().enumerate().filter(|(_, c)| matches!(c, '@' | '＠')) {
        let before = chars.iter().take(at).rev().take_while(|c| is_name(**c)).count();
        if before > 0 && chars.get(at + 1).is_some_and(char::is_ascii_alphanumeric) {
            hide(hidden, at - before + usize::from(before > 1), at);
        }
    }
}

/// Numbers of houses and flats with the name of the street before them.
fn mask_addresses(chars: &[char], hidden: &mut [bool]) {
    let mut at = 0;
    while at < chars.len() {
        let mut numbers = Vec::new();
        let mut end = at;
        let mut is_flat = false;
        while let Some((number, after)) = numbered(chars, end) {
            let unit = chars.get(after - 1);
            is_flat |= unit == Some(&'弄') || (unit == Some(&'室') && number.len() > 2);
            numbers.push(number);
            end = after;
        }
        let street = at.checked_sub(1).filter(|before| chars.get(*before).is_some_and(|c| STREETS.contains(c)));
        if !numbers.is_empty() && (numbers.len() > 1 || street.is_some() || is_flat) {
            for number in numbers {
                hide(hidden, number.start, number.end);
            }
            if let Some(street) = street {
                let named = chars.iter().take(street).rev().take(STREET_NAME).take_while(|c| is_han(**c)).count();
                hide(hidden, street - named, street);
            }
        }
        at = end.max(at + 1);
    }
}

/// A number and the unit that follows it: where the number stands, and what comes after the unit.
fn numbered(chars: &[char], at: usize) -> Option<(std::ops::Range<usize>, usize)> {
    let length = chars.iter().skip(at).take_while(|c| digit(**c).is_some() || matches!(c, '十' | '百' | '-')).count();
    let end = at + length;
    let is_number = value(chars, at).is_some() || chars.get(at) == Some(&'十');
    let is_unit = chars.get(end).is_some_and(|c| UNITS.contains(c));
    (is_number && is_unit).then_some((at..end, end + 1))
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{ProptestConfig, Strategy, prop, prop_assert, prop_assert_eq, proptest};

    use super::*;

    fn masked(text: &str) -> String {
        mask(text).unwrap_or_else(|| text.to_owned())
    }

    #[test]
    fn what_is_masked() {
        for (text, expected) in [
            ("打13812345678", "打138****5678"),
            ("我的電話0912-345-678", "我的電話09**-***-*78"),
            ("打2345 6789", "打23** **89"),
            ("卡号6222 0212 3456 7890", "卡号622* **** **** 7890"),
            ("身份证11010519491231002X", "身份证110***********002X"),
            ("証件A123456(7)", "証件A******(*)"),
            ("身分證A123456789", "身分證A12*****89"),
            ("幺三八零零幺三八零零零", "幺三八＊＊＊＊八零零零"),
            ("发到li.ming@example.com", "发到l******@example.com"),
            ("住中山北路128弄5号302室", "＊＊＊＊路***弄*号***室"),
            ("電話１３８００１３８０００", "電話１３８＊＊＊＊８０００"),
        ] {
            assert_eq!(masked(text), expected, "{text}");
        }
    }

    #[test]
    fn what_stays() {
        for text in
            ["15号之前给您答复", "2024-01-15 10:30", "三到五个工作日", "退您128.50元", "3楼", "工号0044", "@客服", "打12345"]
        {
            assert_eq!(mask(text), None, "{text}");
        }
    }

    #[test]
    fn names_keep_what_tells_them_apart() {
        assert_eq!(mask_name("20240115000123456"), None);
        assert_eq!(mask_name("call-13812345678-1").as_deref(), Some("call-138****5678-1"));
        assert_eq!(mask_name("110105194912310021").as_deref(), Some("110***********0021"));
    }

    #[test]
    fn cut_numbers_are_masked_too() {
        let mut hidden = Hidden::default();
        hidden.note("打13812345678吧", &masked("打13812345678吧"));
        let mut cut = "请您打138123".to_owned();
        hidden.mask_text(&mut cut);
        assert_eq!(cut, "请您打******");
    }

    fn text() -> impl Strategy<Value = String> {
        let piece = prop::sample::select(vec![
            "1",
            "3",
            "8",
            "0",
            "一",
            "三",
            "９",
            " ",
            "-",
            "号",
            "路",
            "室",
            "弄",
            "@",
            "a",
            "A",
            "X",
            "(",
            ")",
            "我",
            ".",
            "👌",
            "2024-01-15",
            "13812345678",
            "中山",
            "十",
            "é",
        ]);
        prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn no_long_number_survives_and_offsets_stay(text in text()) {
            let masked = masked(&text);
            let runs = |text: &str| text.split(|c| digit(c).is_none()).map(|run| run.chars().count()).max().unwrap_or(0);
            prop_assert!(runs(&masked) < LONG, "{text} {masked}");
            let shape = |text: &str| text.chars().map(|c| (c.len_utf8(), c.len_utf16())).collect::<Vec<_>>();
            prop_assert_eq!(shape(&masked), shape(&text));
            prop_assert_eq!(mask(&masked), None, "{} {}", text, masked);
        }
    }
}
