//! Better wordings for a finding, in its own script, and how to apply them.

use serde::{Deserialize, Serialize};

use crate::script::{fold, is_han};
use crate::span::Span;

/// How far a better wording may be trusted. The order is from least to most trusted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Safety {
    /// Advice for a person; never applied.
    #[default]
    Show,
    /// Changes who is responsible or what is promised: applied only when asked for.
    Unsafe,
    /// Same facts, only kinder.
    Safe,
}

impl Safety {
    /// The name as it stands in records: `show`, `unsafe`, `safe`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Show => "show",
            Self::Unsafe => "unsafe",
            Self::Safe => "safe",
        }
    }
}

/// A better wording.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Suggestion {
    /// The wording, in the script of the utterance.
    pub text: String,
    /// How far it may be trusted.
    pub safety: Safety,
    /// Why it is not safe.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What it stands for in the original text, in bytes: the match, its clause or the whole utterance.
    pub span: Span,
}

/// A replacement of a part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Edit {
    /// What is replaced, in bytes of the text before the edit.
    pub(crate) span: Span,
    /// What stands there afterwards.
    pub(crate) text: String,
}

/// A text with better wordings applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Fixed {
    /// The text afterwards; the original where nothing could be applied.
    pub text: String,
    /// How many wordings were applied.
    pub applied: usize,
    /// How many findings remain for which there is a wording that was not trusted enough.
    pub withheld: usize,
}

/// A wording with places for what a pattern's groups matched.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    parts: Vec<Part>,
}

#[derive(Clone, Debug)]
enum Part {
    Text(String),
    Group(String),
}

impl Template {
    /// Reads `${name}` as the place of a group.
    pub(crate) fn new(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.find("${") {
            let (before, after) = rest.split_at(at);
            let name = after.get(2..).and_then(|inside| inside.split_once('}'));
            let Some((name, after)) = name else { return Err(format!("\"{text}\" has a ${{ without its }}")) };
            if !before.is_empty() {
                parts.push(Part::Text(before.to_owned()));
            }
            parts.push(Part::Group(name.to_owned()));
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        Ok(Self { parts })
    }

    /// The names of the groups that the wording takes.
    pub(crate) fn groups(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Group(name) => Some(name.as_str()),
            Part::Text(_) => None,
        })
    }

    /// The wording, its own words written by `write`, groups as `group` gives them, fitted in.
    pub(crate) fn render(&self, write: impl Fn(&str) -> String, group: impl Fn(&str) -> String) -> String {
        let polite = self.parts.iter().any(|part| matches!(part, Part::Text(text) if text.contains('您')));
        let mut wording = String::new();
        let is_group = |index: usize| matches!(self.parts.get(index), Some(Part::Group(_)));
        for (index, part) in self.parts.iter().enumerate() {
            match part {
                Part::Text(text) => wording.push_str(&write(text)),
                Part::Group(name) => {
                    let words = group(name);
                    let mut fitted = words.as_str();
                    // Groups that follow each other keep the pause between them.
                    if !index.checked_sub(1).is_some_and(is_group) {
                        fitted = fitted.trim_start_matches(is_pause);
                    }
                    if !is_group(index + 1) {
                        fitted = fitted.trim_end_matches(is_pause);
                    }
                    let is_last = match self.parts.get(index + 1) {
                        Some(Part::Text(after)) => after.starts_with(is_pause),
                        Some(Part::Group(_)) => false,
                        None => true,
                    };
                    if is_last {
                        fitted = fitted.trim_end_matches(PARTICLES);
                        fitted = BRUSH_OFFS.iter().find_map(|end| without_end(fitted, end)).unwrap_or(fitted);
                    }
                    wording.push_str(&if polite { with_polite_you(fitted) } else { fitted.to_owned() });
                }
            }
        }
        wording
    }
}

/// What an order or a reproach ends with, and a request does not.
const PARTICLES: [char; 18] =
    ['啊', '呀', '嘛', '呗', '唄', '咯', '囉', '啰', '啦', '喇', '齁', '吧', '哦', '喔', '噢', '耶', '捏', '㗎'];

/// What stands before an end that is written in Simplified, in whatever script.
fn without_end<'a>(words: &'a str, end: &str) -> Option<&'a str> {
    let mut rest = words.chars();
    let is_there = end.chars().rev().all(|c| rest.next_back().is_some_and(|last| fold(last) == fold(c)));
    is_there.then_some(rest.as_str())
}

/// What makes little of a task, at the end of it.
const BRUSH_OFFS: [&str; 11] =
    ["就行了", "就好了", "就对了", "就是了", "就可以了", "就知道了", "就会了", "比较快", "还快", "更快", "来得快"];

/// A blank or a mark that separates words, no quotation mark and no bracket.
fn is_pause(c: char) -> bool {
    c.is_whitespace() || matches!(c, '，' | ',' | '、' | '；' | ';' | '：' | ':' | '。' | '…' | '—' | '～' | '~')
}

/// Words inside a wording that says 您: they must not go on with 你.
fn with_polite_you(words: &str) -> String {
    let mut polite = String::with_capacity(words.len());
    let mut chars = words.chars().peekable();
    while let Some(c) = chars.next() {
        let is_cantonese = chars.peek() == Some(&'哋');
        if matches!(c, '你' | '妳') && !is_cantonese {
            polite.push('您');
            chars.next_if(|&next| matches!(next, '们' | '們'));
        } else {
            polite.push(c);
        }
    }
    polite
}

/// The part of `span` that a wording replaces: pauses around it stay as they are.
pub(crate) fn without_pauses(text: &str, span: Span) -> Span {
    let original = span.slice(text);
    let inner = original.trim_start_matches(is_pause);
    if inner.is_empty() {
        return span;
    }
    let start = span.start + (original.len() - inner.len());
    Span::new(start, start + inner.trim_end_matches(is_pause).len())
}

/// A wording fitted to what stands around its span, and what it then stands for: a mark at the head of both stays as it is, a statement takes
/// no question mark over from what was asked, and who was addressed right before is still addressed.
pub(crate) fn fitted(text: &str, span: Span, mut wording: String) -> (String, Span) {
    let Span { mut start, mut end } = span;
    while let Some(mark) =
        wording.chars().next().filter(|&c| is_stop(c) && text.get(start..end).is_some_and(|of| of.starts_with(c)))
    {
        wording.remove(0);
        start += mark.len_utf8();
    }
    let after = text.get(end..).unwrap_or("");
    let rest = after.trim_start_matches(QUESTION_MARKS);
    if rest.len() < after.len() && !is_question(&wording) {
        end = text.len() - rest.len();
        if !rest.trim_start().is_empty() && !rest.starts_with(is_pause) {
            wording.push('。');
        }
    }
    let before = text.get(..start).unwrap_or("");
    if ADDRESSES.iter().any(|address| before.ends_with(address)) && !wording.starts_with(is_pause) {
        wording.insert(0, '，');
    }
    (wording, Span::new(start, end))
}

/// A mark that ends what was said.
fn is_stop(c: char) -> bool {
    QUESTION_MARKS.contains(&c) || matches!(c, '！' | '!')
}

const QUESTION_MARKS: [char; 2] = ['？', '?'];

/// What people are addressed by, at the head of what is said to them.
const ADDRESSES: [&str; 14] =
    ["先生", "女士", "小姐", "太太", "阿姨", "叔叔", "大哥", "大姐", "大爺", "大爷", "師傅", "师傅", "同學", "同学"];

/// Whether a wording asks: by its last letter, or by words that only questions have.
fn is_question(wording: &str) -> bool {
    const ENDS: [char; 10] = ['吗', '嗎', '呢', '么', '麼', '？', '?', '嘛', '未', '咩'];
    const ASKS: [&str; 10] = ["请问", "請問", "是不是", "能否", "可否", "有没有", "有沒有", "好不好", "方不方便", "有冇"];
    wording.ends_with(ENDS) || ASKS.iter().any(|ask| wording.contains(ask))
}

/// Whether two wordings have so many letters in a row in common that one after the other says a thing twice.
pub(crate) fn says_the_same(one: &str, other: &str) -> bool {
    const SAME: usize = 6;
    let letters = |text: &str| text.chars().filter(|&c| is_han(c)).collect::<Vec<_>>();
    let (one, other) = (letters(one), letters(other));
    one == other && !one.is_empty() || one.windows(SAME).any(|run| other.windows(SAME).any(|of| of == run))
}

/// A span with the pauses before it, which go where nothing takes its place.
pub(crate) fn with_pause_before(text: &str, span: Span) -> Span {
    let before = text.get(..span.start).unwrap_or("");
    Span::new(before.trim_end_matches(is_pause).len(), span.end)
}

/// Whether a replacement keeps what must never be lost: each number, Latin word and person's name of the original.
pub(crate) fn keeps_facts(original: &str, replacement: &str) -> bool {
    let original: String = original.chars().map(fold).collect();
    let replacement: String = replacement.chars().map(fold).collect();
    facts(&original).iter().all(|fact| replacement.contains(fact.as_str()))
}

/// Whether the one before a unit is a number, and not 下一位 (the next one), 一分都不 (not a cent) or 快一点 (a bit). `before` are the letters
/// before it, the nearest first.
fn one_is_a_number(mut before: impl Iterator<Item = char>, unit: char, after: Option<char>) -> bool {
    let is_of = |c: Option<char>, these: &str| c.is_some_and(|c| these.contains(c));
    let (last, first) = (before.next(), before.next());
    // 地下一层 and 晚上一点 are places and times.
    let is_next = is_of(last, "这那哪每另同") || is_of(last, "上下") && !is_of(first, "早晚地楼线网路车");
    let is_time = is_of(last, "午晨晚早到至在前上") || is_of(after, "钟半前多后整到");
    !is_next && !is_of(after, "都也") && (unit != '点' || is_time)
}

/// Numbers (with their unit, where they are written in Chinese), Latin words, and names with a title, of a folded text.
fn facts(text: &str) -> Vec<String> {
    const NUMERALS: &str = "零〇一二两三四五六七八九十百千万亿半几";
    const UNITS: &str = "点号日天月年元块毛角分秒时周星期小倍成折笔件单张期位层楼栋吨度兆页斤米公";
    const TITLES: [&str; 10] = ["先生", "女士", "小姐", "太太", "师傅", "经理", "主任", "医生", "老师", "同学"];
    let mut facts = Vec::new();
    let chars: Vec<char> = text.chars().collect();
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        let run = |belongs: &dyn Fn(char) -> bool| chars.iter().skip(at).take_while(|&&c| belongs(c)).collect::<String>();
        let fact = if c.is_ascii_alphanumeric() {
            run(&|c| c.is_ascii_alphanumeric() || matches!(c, '.' | ':' | '-' | '/' | '%'))
        } else if NUMERALS.contains(c) {
            let number = run(&|c| NUMERALS.contains(c));
            let unit = chars.get(at + number.chars().count()).copied().filter(|&unit| UNITS.contains(unit));
            let long = number.chars().count() > 1;
            let before = || chars.get(..at).unwrap_or_default().iter().rev().copied();
            let after = chars.iter().skip(at + number.chars().count() + 1).copied().find(|&c| c != '钱');
            let counts = number != "一" || unit.is_some_and(|unit| one_is_a_number(before(), unit, after));
            let is_weekday =
                before().next() == Some('周') || before().take(2).eq(['期', '星']) || before().take(2).eq(['拜', '礼']);
            if is_weekday || counts && (unit.is_some() || long) { number } else { String::new() }
        } else {
            String::new()
        };
        at += fact.chars().count().max(1);
        if !fact.is_empty() {
            facts.push(fact);
        }
    }
    for title in TITLES {
        for (at, _) in text.match_indices(title) {
            let before = text.get(..at).unwrap_or("");
            if let Some(name) = before.chars().next_back().filter(|&c| is_han(c)) {
                facts.push(format!("{name}{title}"));
            }
        }
    }
    facts
}

/// Applies replacements that do not overlap; of two that do, the first one counts.
pub(crate) fn apply(text: &str, edits: &mut Vec<Edit>) -> (String, usize) {
    edits.sort_by_key(|edit| (edit.span.start, std::cmp::Reverse(edit.span.end)));
    let mut applied = 0;
    let mut at = 0;
    let mut result = String::with_capacity(text.len());
    for edit in edits {
        if edit.span.start < at {
            continue;
        }
        result.push_str(text.get(at..edit.span.start).unwrap_or(""));
        result.push_str(&edit.text);
        at = edit.span.end;
        applied += 1;
    }
    result.push_str(text.get(at..).unwrap_or(""));
    (result, applied)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_kept() {
        assert!(!keeps_facts("你必须先付5000元", "请您先付款"));
        assert!(keeps_facts("你必须先付５０００元", "请您先付5000元"));
        assert!(!keeps_facts("王先生你弄错了", "可能是我没有讲清楚"));
        assert!(!keeps_facts("你三天内必须来", "请您尽快来"));
        assert!(keeps_facts("你弄错了", "可能是我没有讲清楚"));
    }

    #[test]
    fn one_is_a_fact_where_it_counts() {
        for fact in ["晚上一点到", "地下一层", "路上一小时", "下午一点", "罚一百", "周三来", "礼拜一再来", "星期二下午"]
        {
            assert!(!keeps_facts(fact, ""), "{fact}");
        }
        for idiom in ["下一位", "上一单", "一分都不退", "一毛钱也没有", "快一点", "每一天"] {
            assert!(keeps_facts(idiom, ""), "{idiom}");
        }
    }

    #[test]
    fn captured_words_are_fitted_in() {
        let fitted = |template: &str, words: &str| Template::new(template).unwrap().render(str::to_owned, |_| words.to_owned());
        assert_eq!(fitted("麻烦您${ask}", " 去找厂家吧"), "麻烦您去找厂家");
        assert_eq!(fitted("麻烦您${ask}", "照着填就行了啊"), "麻烦您照着填");
        assert_eq!(fitted("麻煩您${ask}，謝謝", "照著填就會了啊，"), "麻煩您照著填，謝謝");
        assert_eq!(fitted("请您${ask}之后再来", "先填好吧"), "请您先填好吧之后再来");
        assert_eq!(fitted("麻烦您${ask}", "把你们的单子给你同事"), "麻烦您把您的单子给您同事");
        assert_eq!(fitted("麻煩您${ask}", "同你哋經理講"), "麻煩您同你哋經理講");
        assert_eq!(fitted("${what}我们一起核对一下", "，你的账号 "), "你的账号我们一起核对一下");
    }

    #[test]
    fn pauses_around_a_replacement_stay() {
        let text = "贷款结掉 证明拍给我 一样都不能少";
        let span = Span::new(12, text.len() - 18);
        assert_eq!(without_pauses(text, span).slice(text), "证明拍给我");
        assert_eq!(without_pauses("？", Span::new(0, 3)), Span::new(0, 3));
        assert_eq!(without_pauses("，", Span::new(0, 3)), Span::new(0, 3));
    }

    #[test]
    fn a_wording_fits_what_stands_around_it() {
        let applied = |text: &str, words: &str, wording: &str| {
            let start = text.find(words).unwrap();
            let (text_of, span) = fitted(text, Span::new(start, start + words.len()), wording.to_owned());
            apply(text, &mut vec![Edit { span, text: text_of }]).0
        };
        assert_eq!(applied("连这都不会？", "连这都不会", "我跟您讲一下"), "我跟您讲一下");
        assert_eq!(applied("连这都不会？？点右上角", "连这都不会", "我跟您讲一下"), "我跟您讲一下。点右上角");
        assert_eq!(applied("换货？不行，没有了", "？不行，没有了", "？很抱歉，现在没有了"), "换货？很抱歉，现在没有了");
        assert_eq!(applied("您急什么？", "您急什么", "您看这样可以吗"), "您看这样可以吗？");
        assert_eq!(applied("您好，陈先生您没听懂", "您没听懂", "可能是我没有说清楚"), "您好，陈先生，可能是我没有说清楚");
    }

    #[test]
    fn the_same_is_not_said_twice() {
        assert!(says_the_same("我帮您看看还有什么别的办法", "很抱歉，升级办不了，我帮您看看还有什么别的办法"));
        assert!(says_the_same("请您稍等", "请您稍等"));
        assert!(!says_the_same("我帮您看看", "我帮您登记一下"));
        assert!(!says_the_same("", ""));
    }

    #[test]
    fn edits_do_not_overlap() {
        let edit = |start, end, text: &str| Edit { span: Span::new(start, end), text: text.to_owned() };
        let mut edits = vec![edit(3, 6, "x"), edit(0, 3, "您"), edit(0, 1, "y")];
        assert_eq!(apply("你错了", &mut edits), ("您x了".to_owned(), 2));
    }
}
