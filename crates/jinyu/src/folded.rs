//! The text as rules see it. Receives an utterance, hands on a [`Folded`] text: characters by class, pauses and stops
//! as four marks, noise dropped, and for each place the byte of the original that it came from. Only utterances with a
//! candidate are folded.

use std::cell::OnceCell;
use std::ops::Range;

use crate::rules::literal::is_break;
use crate::script::{fold, is_han, is_tone_mark};
use crate::span::Span;

/// How much noise is taken out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// As a person reads it: gaps around single characters are noise, other gaps are pauses.
    Plain,
    /// As somebody reads it who suspects a disguise: every blank is noise, a repeated character counts once.
    Squeezed,
}

/// A pause or stop, from weakest to strongest. `Blank` is a space or an emoji: noise or a pause, as its surroundings tell.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Mark {
    Blank,
    Pause,
    Stop,
    Exclamation,
    Question,
}

impl Mark {
    fn as_char(self) -> char {
        match self {
            Self::Blank | Self::Pause => '，',
            Self::Stop => '。',
            Self::Exclamation => '！',
            Self::Question => '？',
        }
    }
}

enum Class {
    Letter(char),
    Mark(Mark),
    Open,
    Close,
    Straight,
    Nothing,
}

/// A folded text with its way back. Places in it are counted in its characters.
#[derive(Clone, Debug)]
pub(crate) struct Folded {
    pub(crate) text: Vec<char>,
    pub(crate) reading: Reading,
    /// For each character the bytes that it came from.
    origins: Vec<(u32, u32)>,
    /// Whether a squeezed reading of the same text would differ.
    pub(crate) suspicious: bool,
    /// The text without what says nothing, once somebody asked for it; `None` where it all says something.
    bare: OnceCell<Option<Vec<char>>>,
}

/// A letter, or a gap between letters, in the order of the original.
enum Token {
    /// A run of letters: range in the letter list.
    Run { from: usize, to: usize },
    /// The same in the list of marks.
    Gap { from: usize, to: usize },
}

impl Folded {
    /// Folds `text`, whose first byte is byte `offset` of the utterance.
    pub(crate) fn new(text: &str, offset: usize, reading: Reading) -> Self {
        let size = text.len() / 3 + 1;
        let (mut letters, mut origins): (Vec<char>, Vec<(u32, u32)>) = (Vec::with_capacity(size), Vec::with_capacity(size));
        let mut marks: Vec<(Class, u32, u32)> = Vec::new();
        let mut tokens: Vec<Token> = Vec::with_capacity(16);
        let mut chars = text.char_indices().peekable();
        let mut previous = None;
        let mut suspicious = false;
        while let Some((at, c)) = chars.next() {
            let start = (offset + at) as u32;
            let end = start + c.len_utf8() as u32;
            let class = match fold(c) {
                letter if is_han(letter) => Class::Letter(letter),
                _ => classify(previous, c, chars.peek().map(|&(_, c)| c)),
            };
            match class {
                Class::Nothing => continue,
                Class::Letter(letter) => {
                    let index = letters.len();
                    suspicious |= letters.ends_with(&[letter, letter]) && !letter.is_ascii();
                    letters.push(letter);
                    origins.push((start, end));
                    match tokens.last_mut() {
                        Some(Token::Run { to, .. }) => *to = index + 1,
                        _ => tokens.push(Token::Run { from: index, to: index + 1 }),
                    }
                }
                class => {
                    let index = marks.len();
                    marks.push((class, start, end));
                    match tokens.last_mut() {
                        Some(Token::Gap { to, .. }) => *to = index + 1,
                        _ => tokens.push(Token::Gap { from: index, to: index + 1 }),
                    }
                }
            }
            previous = Some(c);
        }
        let size = letters.len() + tokens.len();
        let mut folded = Self {
            text: Vec::with_capacity(size),
            reading,
            origins: Vec::with_capacity(size),
            suspicious,
            bare: OnceCell::new(),
        };
        let mut open = false;
        for (index, token) in tokens.iter().enumerate() {
            match token {
                &Token::Run { from, to } => {
                    let (letters, origins) =
                        (letters.get(from..to).unwrap_or_default(), origins.get(from..to).unwrap_or_default());
                    if reading == Reading::Plain {
                        folded.text.extend_from_slice(letters);
                        folded.origins.extend_from_slice(origins);
                        continue;
                    }
                    for (&letter, &(start, end)) in letters.iter().zip(origins) {
                        if letter.is_ascii() || folded.text.last() != Some(&letter) {
                            folded.push(letter, start, end);
                        }
                    }
                }
                Token::Gap { from, to } => {
                    let marks = marks.get(*from..*to).unwrap_or_default();
                    let run = |token: Option<&Token>| match token {
                        Some(&Token::Run { from, to }) => letters.get(from..to).unwrap_or_default(),
                        _ => &[],
                    };
                    let before = |by: usize| run(index.checked_sub(by).and_then(|index| tokens.get(index)));
                    let after = |by: usize| run(tokens.get(index + by));
                    // A letter between two gaps, and the next one too: somebody marks each letter.
                    let is_row = |one: &[char], next: &[char]| one.len() == 1 && next.len() == 1;
                    let in_row = is_row(before(1), before(3)) || is_row(after(1), after(3)) || is_row(before(1), after(1));
                    let (noise, doubtful) = judge(marks, before(1), after(1), in_row);
                    folded.suspicious |= doubtful;
                    if noise || (doubtful && reading == Reading::Squeezed) {
                        continue;
                    }
                    folded.push_gap(marks, &mut open);
                }
            }
        }
        folded
    }

    fn push(&mut self, c: char, start: u32, end: u32) {
        self.origins.push((start, end));
        self.text.push(c);
    }

    /// Writes a gap as at most one mark before, between and after its quotation marks.
    fn push_gap(&mut self, marks: &[(Class, u32, u32)], open: &mut bool) {
        let mut strongest: Option<(Mark, u32, u32)> = None;
        for (class, start, end) in marks {
            match class {
                Class::Mark(mark) => match &mut strongest {
                    Some((strong, _, stop)) => {
                        *strong = (*strong).max(*mark);
                        *stop = *end;
                    }
                    None => strongest = Some((*mark, *start, *end)),
                },
                quote => {
                    if let Some((mark, from, to)) = strongest.take() {
                        self.push(mark.as_char(), from, to);
                    }
                    let opens = match quote {
                        Class::Open => true,
                        Class::Straight => !*open,
                        _ => false,
                    };
                    *open = opens;
                    self.push(if opens { '“' } else { '”' }, *start, *end);
                }
            }
        }
        if let Some((mark, from, to)) = strongest {
            // A blank at the very start or end is no pause.
            if mark > Mark::Blank || !self.text.is_empty() {
                self.push(mark.as_char(), from, to);
            }
        }
    }

    /// The bytes of the utterance that a range of the folded text came from.
    pub(crate) fn original(&self, from: usize, to: usize) -> Span {
        let start = self.origins.get(from).map_or(0, |&(start, _)| start as usize);
        let end = to.checked_sub(1).and_then(|last| self.origins.get(last)).map_or(start, |&(_, end)| end as usize);
        Span::new(start, end.max(start))
    }

    /// What a range was written as in `text`, which was folded with `offset`, without the noise that folding dropped.
    pub(crate) fn written(&self, from: usize, to: usize, text: &str, offset: usize) -> String {
        let slice = |from: u32, to: u32| {
            let place = |byte: u32| (byte as usize).saturating_sub(offset);
            text.get(place(from)..place(to)).unwrap_or("")
        };
        let mut written = String::new();
        let mut previous: Option<(char, u32)> = None;
        for (&letter, &(start, end)) in self.text.iter().zip(&self.origins).take(to).skip(from) {
            if let Some((last, stop)) = previous {
                // A space between Chinese and Latin is typography, no noise.
                let gap = slice(stop, start);
                if last.is_ascii() != letter.is_ascii() && gap.chars().all(char::is_whitespace) {
                    written.push_str(gap);
                }
            }
            let own = slice(start, end);
            if is_break(letter) && own.chars().any(is_pictograph) {
                written.push(letter);
            } else {
                written.push_str(own);
            }
            previous = Some((letter, end));
        }
        written
    }

    /// The same text with the letters that came from `span` spelled otherwise, and where they stand; `None` where there are not as
    /// many of them.
    pub(crate) fn respelled(&self, span: Span, letters: &[char]) -> Option<(Self, Range<usize>)> {
        let from = self.origins.partition_point(|&(start, _)| (start as usize) < span.start);
        let to = self.origins.partition_point(|&(start, _)| (start as usize) < span.end);
        if to - from != letters.len() {
            return None;
        }
        let mut respelled = self.clone();
        respelled.bare = OnceCell::new();
        respelled.text.get_mut(from..to)?.copy_from_slice(letters);
        Some((respelled, from..to))
    }

    /// Where the character stands that a byte of the utterance belongs to, or the last one before it.
    pub(crate) fn place_of(&self, byte: usize) -> usize {
        self.origins.partition_point(|&(start, _)| start as usize <= byte).saturating_sub(1)
    }

    /// A part of the text; empty where there is none.
    pub(crate) fn slice(&self, from: usize, to: usize) -> &[char] {
        self.text.get(from..to).unwrap_or_default()
    }

    /// The text with marks in place of what says nothing, which `find` finds when it is first asked.
    pub(crate) fn bare<I: Iterator<Item = Range<usize>>>(&self, find: impl FnOnce(&[char]) -> I) -> &[char] {
        let make = || {
            let mut bare: Option<Vec<char>> = None;
            for range in find(&self.text) {
                bare.get_or_insert_with(|| self.text.clone()).get_mut(range)?.fill('，');
            }
            bare
        };
        self.bare.get_or_init(make).as_deref().unwrap_or(&self.text)
    }

    /// Start and end of the clause around a range, without the marks that bound it.
    pub(crate) fn clause(&self, from: usize, to: usize) -> (usize, usize) {
        let start = self.slice(0, from).iter().rposition(|&c| is_break(c)).map_or(0, |at| at + 1);
        let end = self.slice(to, self.text.len()).iter().position(|&c| is_break(c)).map_or(self.text.len(), |at| to + at);
        (start, end)
    }

    /// The clauses of a range, without what separates them. A blank beside Latin letters and a mark between digits separate nothing.
    pub(crate) fn clauses(&self, range: Range<usize>, text: &str, offset: usize) -> Vec<Range<usize>> {
        let mut clauses: Vec<Range<usize>> = Vec::new();
        let mut is_open = false;
        for at in range {
            let Some(&letter) = self.text.get(at) else { break };
            if !is_break(letter) {
                match clauses.last_mut().filter(|_| is_open) {
                    Some(clause) => clause.end = at + 1,
                    None => clauses.push(at..at + 1),
                }
                is_open = true;
                continue;
            }
            let beside = [at.checked_sub(1), Some(at + 1)].map(|at| at.and_then(|at| self.text.get(at)));
            let place = self.original(at, at + 1);
            let mark = text.get(place.start.saturating_sub(offset)..place.end.saturating_sub(offset)).unwrap_or("");
            let is_blank = mark.chars().all(char::is_whitespace) && beside.iter().flatten().any(|c| c.is_ascii_alphanumeric());
            let is_point = beside.iter().all(|c| c.is_some_and(char::is_ascii_digit));
            is_open &= is_blank || is_point;
        }
        clauses
    }

    /// Whether a range stands between quotation marks.
    pub(crate) fn is_quoted(&self, from: usize, to: usize) -> bool {
        let opened = self.slice(0, from).iter().rev().find(|&&c| c == '“' || c == '”') == Some(&'“');
        opened && self.slice(to, self.text.len()).contains(&'”')
    }
}

/// Whether a gap between two runs is noise, and whether somebody suspicious would take it for noise; `in_row` tells that two letters
/// stand alone beside it.
fn judge(marks: &[(Class, u32, u32)], left: &[char], right: &[char], in_row: bool) -> (bool, bool) {
    let (Some(last), Some(first)) = (left.last(), right.first()) else {
        return (false, false);
    };
    // Between Latin words or numbers a gap means something.
    if last.is_ascii() && first.is_ascii() && (left.len() > 1 || right.len() > 1) {
        return (false, false);
    }
    let mut strongest = Mark::Blank;
    for (class, ..) in marks {
        match class {
            Class::Mark(mark) => strongest = strongest.max(*mark),
            _ => return (false, false),
        }
    }
    let (shorter, longer) = (left.len().min(right.len()), left.len().max(right.len()));
    match strongest {
        // A space between Chinese and Latin is typography.
        Mark::Blank if last.is_ascii() != first.is_ascii() => (true, false),
        Mark::Blank => (shorter == 1 || longer <= 2, true),
        Mark::Pause | Mark::Stop => (longer == 1, shorter == 1),
        Mark::Exclamation => (false, in_row),
        Mark::Question => (false, false),
    }
}

/// What a character is that is no ideograph.
fn classify(previous: Option<char>, c: char, next: Option<char>) -> Class {
    let folded = fold(c);
    if folded.is_ascii_alphanumeric() {
        return Class::Letter(folded);
    }
    let between = |test: fn(char) -> bool| previous.is_some_and(|c| test(fold(c))) && next.is_some_and(|c| test(fold(c)));
    let alphanumeric = |c: char| c.is_ascii_alphanumeric();
    match c {
        '.' | '．' | ':' | '：' | ',' if between(|c| c.is_ascii_digit()) => Class::Letter(match c {
            '．' => '.',
            '：' => ':',
            c => c,
        }),
        '-' | '/' | '_' | '@' | '\'' | '&' if between(alphanumeric) => Class::Letter(c),
        '%' | '％' => Class::Letter('%'),
        '？' | '?' => Class::Mark(Mark::Question),
        '！' | '!' => Class::Mark(Mark::Exclamation),
        '。' | '.' | '．' | '｡' | '\n' | '\r' => Class::Mark(Mark::Stop),
        '“' | '「' | '『' | '〝' | '‘' => Class::Open,
        '”' | '」' | '』' | '〞' | '’' => Class::Close,
        '"' | '＂' => Class::Straight,
        _ if c.is_whitespace() => Class::Mark(Mark::Blank),
        _ if is_invisible(c) || is_tone_mark(c) => Class::Nothing,
        _ if c.is_alphanumeric() => Class::Letter(folded),
        '·' | '•' | '‧' | '・' | '*' | '_' | '|' | '^' | '~' | '～' if next.is_some_and(|c| is_han(fold(c))) => {
            Class::Mark(Mark::Blank)
        }
        _ if is_pictograph(c) => Class::Mark(Mark::Blank),
        _ => Class::Mark(Mark::Pause),
    }
}

/// Characters that take no room: zero-width ones, joiners, variation selectors, combining marks, controls.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{0}'..='\u{8}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{34f}' | '\u{300}'..='\u{36f}' | '\u{61c}'
        | '\u{180b}'..='\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{20d0}'..='\u{20ff}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0000}'..='\u{e0fff}')
}

/// Emoji and picture symbols.
fn is_pictograph(c: char) -> bool {
    matches!(c, '\u{2190}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}' | '\u{fffd}' | '〰' | '〽' | '㊗' | '㊙' | '\u{e000}'..='\u{f8ff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        Folded::new(text, 0, Reading::Plain).text.into_iter().collect()
    }

    #[test]
    fn marks() {
        assert_eq!(plain("妳沒有填對，請看 1,000.50 元!!"), "你没有填对，请看1,000.50元！");
        assert_eq!(plain("他說：「不行。」嗎?"), "他说，“不行。”吗？");
        assert_eq!(plain("你别担心 有办法的"), "你别担心，有办法的");
        assert_eq!(plain("10:30到"), "10:30到");
    }

    #[test]
    fn written_without_noise() {
        let written = |text: &str| {
            let folded = Folded::new(text, 7, Reading::Plain);
            folded.written(1, folded.text.len(), text, 7)
        };
        assert_eq!(written("您👉樓👈棟👉號"), "樓棟號");
        assert_eq!(written("您把 App 更新、重啟"), "把 App 更新、重啟");
        assert_eq!(written("您先看說明📖再打來"), "先看說明，再打來");
    }

    #[test]
    fn noise() {
        assert_eq!(plain("自.己.看"), "自己看");
        assert_eq!(plain("不～行～ 哈"), "不行哈");
        assert_eq!(plain("你\u{200b}弄\u{fe0f}错了👌"), "你弄错了，");
        assert_eq!(plain("你 搞错 了啦"), "你搞错了啦");
        assert_eq!(plain("你！必！须！现！在！付！"), "你！必！须！现！在！付！");
        let squeezed = |text| Folded::new(text, 0, Reading::Squeezed).text.into_iter().collect::<String>();
        assert_eq!(squeezed("你！必！须！现！在！付！"), "你必须现在付！");
        assert_eq!(squeezed("系统不!会!多!扣!您钱!"), "系统不会多扣您钱！");
        assert_eq!(squeezed("不！可以的！好！"), "不！可以的！好！");
        let squeezed = Folded::new("你弄弄弄错 了没有啊", 0, Reading::Squeezed);
        assert_eq!(squeezed.text.iter().collect::<String>(), "你弄错了没有啊");
        assert!(Folded::new("你弄弄弄错了", 0, Reading::Plain).suspicious);
        assert!(!Folded::new("谢谢，慢慢来", 0, Reading::Plain).suspicious);
    }

    #[test]
    fn way_back() {
        let text = "嗯 你\u{200b}弄👌错了！";
        let folded = Folded::new(text, 0, Reading::Plain);
        let at = folded.text.iter().position(|&c| c == '弄').unwrap();
        assert_eq!(folded.original(at, at + 2).slice(text), "弄👌错");
    }

    #[test]
    fn clauses_and_quotes() {
        let folded = Folded::new("您说“不行”，那我查", 0, Reading::Plain);
        let at = folded.text.iter().position(|&c| c == '不').unwrap();
        assert!(folded.is_quoted(at, at + 2));
        assert_eq!(folded.clause(at, at + 2), (at, at + 2));
        let at = folded.text.iter().position(|&c| c == '那').unwrap();
        assert!(!folded.is_quoted(at, at + 1));
    }
}
