//! Speaker labels at the start of a transcript's lines: `客服：…`, `[10:02] 坐席01: …`, `**顾客**：…`.

use jinyu::Speaker;

/// Characters of a label at most; what is longer is a sentence with a colon in it.
const LONGEST: usize = 12;

/// The labels that are known: the library's, and those that the user maps.
#[derive(Clone, Debug, Default)]
pub(crate) struct Labels {
    own: Vec<(String, Speaker)>,
}

/// What a line starts with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Start<'a> {
    /// A label; the words start at this byte of the line.
    Label(Speaker, usize),
    /// What looks like a label but is not known; the words start at this byte.
    Unknown(&'a str, usize),
    /// No label.
    Text,
}

/// What stands before the words of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Preface<'a> {
    /// The label, where it says more than that it is an agent.
    pub(crate) agent: Option<&'a str>,
    /// When it was said, as it is written.
    pub(crate) time: Option<&'a str>,
}

impl Labels {
    pub(crate) fn new(own: &[(String, Speaker)]) -> Self {
        Self { own: own.iter().map(|(label, speaker)| (fold(label), *speaker)).collect() }
    }

    /// Who a label means, if it is known: as it stands, or without a number or a name in brackets after it.
    pub(crate) fn speaker(&self, label: &str) -> Option<Speaker> {
        let exact = |label: &str| {
            let folded = fold(label);
            let own = self.own.iter().find(|(known, _)| *known == folded).map(|(_, speaker)| *speaker);
            own.or_else(|| label.parse().ok())
        };
        let label = label.trim();
        let bare = label.split(['(', '（', '[', '【']).next().unwrap_or_default().trim_end();
        let number = |c: char| c.is_numeric() || matches!(c, '-' | '_' | '#' | ' ' | '号' | '號');
        let unnumbered = bare.trim_end_matches(number);
        // 客户A and 客户B, but not the end of a word such as "agents".
        let unlettered =
            bare.strip_suffix(|c: char| c.is_ascii_uppercase()).filter(|rest| !rest.ends_with(|c: char| c.is_ascii_uppercase()));
        let role = without_name(bare);
        exact(label)
            .or_else(|| exact(bare))
            .or_else(|| exact(unnumbered))
            .or_else(|| exact(unlettered?.trim_end_matches(number)))
            .or_else(|| exact(role?))
    }

    /// What `line` starts with.
    pub(crate) fn split<'a>(&self, line: &'a str) -> Start<'a> {
        let mut at = skip(line, 0, |c| c.is_whitespace() || matches!(c, '*' | '>'));
        at += line.get(at..).filter(|rest| rest.starts_with("- ")).map_or(0, |_| 2);
        // A time or anything else in brackets may stand before the label; a bracket may also hold the label.
        if let Some((inside, after)) = line.get(at..).and_then(|rest| bracketed(rest).map(|(inside, end)| (inside, at + end))) {
            if let Some(speaker) = self.speaker(inside) {
                return Start::Label(speaker, skip(line, after, |c| c.is_whitespace() || matches!(c, ':' | '：')));
            }
            at = skip(line, after, char::is_whitespace);
        }
        if let start @ Start::Label(..) = self.before_colon(line, at) {
            return start;
        }
        let after_time =
            skip(line, at, |c| c.is_ascii_digit() || matches!(c, ':' | '：' | '/' | '-' | '.' | '年' | '月' | '日' | ' ' | '\t'));
        match self.before_colon(line, after_time) {
            Start::Text => self.before_colon(line, at),
            start => start,
        }
    }

    /// What stands before the words, which start at byte `at`: `[10:02] 坐席3：` tells when, and who of the agents.
    pub(crate) fn preface<'a>(&self, line: &'a str, at: usize) -> Preface<'a> {
        let around = |c: char| c.is_whitespace() || "*[]【】>".contains(c);
        let before = line.get(..at).unwrap_or_default().trim_end_matches(|c| around(c) || matches!(c, ':' | '：'));
        let starts = before.char_indices().filter(|(_, c)| around(*c)).map(|(at, c)| at + c.len_utf8());
        let of_label = std::iter::once(0).chain(starts).find(|start| {
            let label = before.get(*start..).unwrap_or_default();
            self.speaker(label.trim_matches(around)).is_some()
        });
        let (time, label) = of_label.and_then(|start| before.split_at_checked(start)).unwrap_or_default();
        let (label, own_time) = without_time(label.trim_matches(around));
        let names_somebody = !label.is_empty() && label.parse::<Speaker>().is_err();
        let time = time.trim_matches(|c| around(c) || "()（）".contains(c));
        let time = Some(time).filter(|time| !time.is_empty()).or(own_time);
        Preface { agent: Some(label).filter(|_| names_somebody), time }
    }

    fn before_colon<'a>(&self, line: &'a str, at: usize) -> Start<'a> {
        let rest = line.get(at..).unwrap_or_default();
        let Some((colon, mark)) = colon(rest) else { return Start::Text };
        let label = rest.get(..colon).unwrap_or_default().trim().trim_matches('*').trim();
        let after = at + colon + mark.len_utf8();
        let words = skip(line, after, |c| c.is_whitespace() || c == '*');
        if label.is_empty() {
            return Start::Text;
        }
        if let Some(speaker) = self.speaker(label) {
            return Start::Label(speaker, words);
        }
        // 12:30, https://, 您好：… and whole sentences are no labels.
        let next = line.get(after..).and_then(|rest| rest.chars().next());
        let likely = label.chars().count() <= LONGEST
            && label.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '_' | '-' | '·' | '(' | ')' | '（' | '）'))
            && label.chars().any(char::is_alphabetic)
            && !label.contains(['你', '您', '妳', '我', '咱'])
            && !(mark == ':' && next.is_some_and(|c| c.is_ascii_digit() || c == '/'));
        if likely { Start::Unknown(label, words) } else { Start::Text }
    }
}

/// The colon after a label: not one of a time in brackets, 客服(10:02)：您好, unless the brackets stay open.
fn colon(rest: &str) -> Option<(usize, char)> {
    let near = || rest.char_indices().take(LONGEST + 9);
    let is_colon = |c: char| matches!(c, ':' | '：');
    let mut is_inside = false;
    let mut outside = near().filter(|&(_, c)| {
        is_inside = match c {
            '(' | '（' | '[' | '【' => true,
            ')' | '）' | ']' | '】' => false,
            _ => is_inside,
        };
        !is_inside && is_colon(c)
    });
    outside.next().or_else(|| near().find(|&(_, c)| is_colon(c)))
}

/// A label and the time in brackets after it, if there is one.
fn without_time(label: &str) -> (&str, Option<&str>) {
    let split = label.rfind(['(', '（', '[', '【']).and_then(|open| label.split_at_checked(open));
    let Some((name, time)) = split else { return (label, None) };
    let time = time.trim_matches(|c: char| "()（）[]【】".contains(c) || c.is_whitespace());
    let is_time = time.contains([':', '：']) && time.chars().all(|c| c.is_ascii_digit() || ":：-/. 年月日".contains(c));
    if is_time { (name.trim_end(), Some(time)) } else { (label, None) }
}

/// What stands before the name of somebody: 客服小王, 客户李女士. A heading of a form is no name: 客户小区, 客服小结.
fn without_name(label: &str) -> Option<&str> {
    const TITLES: [&str; 10] = ["先生", "女士", "小姐", "太太", "老师", "老師", "同学", "同學", "阿姨", "师傅"];
    const HEADINGS: &str = "区區结結组組票计計程时時费費额額号號名节節记記窗店票类類";
    let is_name = |name: &str| {
        let mut letters = name.chars();
        let count = name.chars().count();
        let is_short = matches!(letters.next(), Some('小' | '老' | '阿')) && matches!(count, 2 | 3);
        let is_titled =
            TITLES.iter().filter_map(|title| name.strip_suffix(title)).any(|name| matches!(name.chars().count(), 1 | 2));
        is_titled || is_short && !letters.next().is_some_and(|letter| HEADINGS.contains(letter))
    };
    // A role has two letters at least.
    let splits = label.char_indices().map(|(at, _)| label.split_at(at)).skip(2);
    splits.map(|(role, name)| (role.trim_end(), name)).find(|(_, name)| is_name(name)).map(|(role, _)| role)
}

/// One form for both scripts, both widths and any case.
fn fold(label: &str) -> String {
    label.trim().chars().map(jinyu::script::fold).collect()
}

/// The first byte from `at` on whose character is not wanted.
fn skip(line: &str, at: usize, unwanted: impl Fn(char) -> bool) -> usize {
    let rest = line.get(at..).unwrap_or_default();
    at + rest.len() - rest.trim_start_matches(unwanted).len()
}

/// What a short bracket at the start holds, and the byte after it.
fn bracketed(rest: &str) -> Option<(&str, usize)> {
    let close = match rest.chars().next()? {
        '[' => ']',
        '【' => '】',
        '(' => ')',
        '（' => '）',
        _ => return None,
    };
    let (end, mark) = rest.char_indices().take(32).find(|(_, c)| *c == close)?;
    let open = rest.chars().next().map_or(0, char::len_utf8);
    Some((rest.get(open..end)?, end + mark.len_utf8()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starts_of_lines() {
        let labels = Labels::new(&[("王姐".to_owned(), Speaker::Agent), ("1".to_owned(), Speaker::Customer)]);
        for (line, speaker, words) in [
            ("客服：您好", Speaker::Agent, "您好"),
            ("客户: 喂", Speaker::Customer, "喂"),
            ("客戶：喂", Speaker::Customer, "喂"),
            ("Agent: hi", Speaker::Agent, "hi"),
            ("坐席01：您好", Speaker::Agent, "您好"),
            ("客服（小林）：您好", Speaker::Agent, "您好"),
            ("客户A：您好", Speaker::Customer, "您好"),
            ("AGENT-2: hi", Speaker::Agent, "hi"),
            ("[10:23:05] 客服：您好", Speaker::Agent, "您好"),
            ("2024-05-01 10:23:05 客服：您好", Speaker::Agent, "您好"),
            ("【客服】您好", Speaker::Agent, "您好"),
            ("**顾客**：你好", Speaker::Customer, "你好"),
            ("王姐：来了", Speaker::Agent, "来了"),
            ("1：喂", Speaker::Customer, "喂"),
            ("系统：已接入", Speaker::Unknown, "已接入"),
            ("客服：", Speaker::Agent, ""),
            ("客服小王：您好", Speaker::Agent, "您好"),
            ("坐席 阿明：您好", Speaker::Agent, "您好"),
            ("客户李女士：喂", Speaker::Customer, "喂"),
            ("客服小王(10:02): 您好", Speaker::Agent, "您好"),
            ("客服（10:02）：您好", Speaker::Agent, "您好"),
            ("客服(早班: 您好", Speaker::Agent, "您好"),
        ] {
            match labels.split(line) {
                Start::Label(found, at) => assert_eq!((found, line.get(at..)), (speaker, Some(words)), "{line}"),
                other => panic!("{line}: {other:?}"),
            }
        }
        for line in [
            "12:30到店",
            "https://example.com",
            "您好：已收到",
            "我们查到了，原因是这样的：库存不足",
            "没有冒号",
            "",
            "：什么",
            "比例是3:1",
        ] {
            assert_eq!(labels.split(line), Start::Text, "{line}");
        }
        assert_eq!(labels.split("旁白：他走了"), Start::Unknown("旁白", 9));
        for heading in ["客户小区", "客服小结", "客户电话", "客服小组"] {
            assert_eq!(labels.split(&format!("{heading}：无")), Start::Unknown(heading, heading.len() + 3));
        }
    }

    #[test]
    fn prefaces() {
        let labels = Labels::new(&[("王姐".to_owned(), Speaker::Agent)]);
        for (line, agent, time) in [
            ("客服：您好", None, None),
            ("坐席01：您好", Some("坐席01"), None),
            ("客服（小林）：您好", Some("客服（小林）"), None),
            ("客服小王：您好", Some("客服小王"), None),
            ("[10:02] 坐席3: 您好", Some("坐席3"), Some("10:02")),
            ("2024-05-01 10:23:05 客服：您好", None, Some("2024-05-01 10:23:05")),
            ("【客服】您好", None, None),
            ("**王姐**：您好", Some("王姐"), None),
        ] {
            let Start::Label(_, at) = labels.split(line) else { panic!("{line}") };
            assert_eq!(labels.preface(line, at), Preface { agent, time }, "{line}");
        }
    }
}
