//! Chinese script: character classes, the script that a text is written in, and wording in that script.
//!
//! Receives characters and text; hands on the representative of a character's class, so that one rule in Simplified characters
//! meets every script, width and case, and suggestions in the script of the utterance. It must not convert the text that is
//! checked: offsets would be lost, and conversion of a whole text costs fifty times a look at each character's class.

pub(crate) mod pages;
pub(crate) mod pronunciation;
pub(crate) mod regional;
mod table;
mod wording;

use self::pages::Pages;
use ferrous_opencc::{OpenCC, config::BuiltinConfig};
use serde::{Deserialize, Serialize};
use std::sync::OnceLock;

/// How far each character is from its representative.
static DISTANCES: Pages<u16, { pages::needed(&[table::CLASSES]) }> = pages::distances(table::CLASSES);

/// In the order of the constants that [`Kind::of`] compares with.
const KINDS: &[&[&str]] =
    &[table::SIMPLIFIED, table::TRADITIONAL, table::TAIWAN, table::HONG_KONG, table::SHARED, table::CANTONESE];

static KIND: Pages<u8, { pages::needed(KINDS) }> = pages::kinds(KINDS);

/// What a character tells about the script of its text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Nothing,
    Simplified,
    Traditional,
    Taiwan,
    HongKong,
    Shared,
    Cantonese,
}

impl Kind {
    fn of(c: char) -> Self {
        match KIND.get(c) {
            1 => Self::Simplified,
            2 => Self::Traditional,
            3 => Self::Taiwan,
            4 => Self::HongKong,
            5 => Self::Shared,
            6 => Self::Cantonese,
            _ => Self::Nothing,
        }
    }
}

/// The representative of a character's class: the common Simplified form of an ideograph, the half-width lower-case form of a
/// letter or digit, and the character itself where there is nothing to fold.
///
/// Folding is idempotent. Punctuation is left alone, full-width or not.
///
/// # Cost
///
/// Two loads for a character of the Basic Multilingual Plane, a binary search for the others. No allocation.
///
/// # Examples
///
/// ```
/// use jinyu::script::fold;
///
/// assert_eq!(fold('妳'), '你');
/// assert_eq!(fold('裡'), '里');
/// assert_eq!(fold('衞'), '卫');
/// assert_eq!(fold('Ａ'), 'a');
/// assert_eq!(fold('，'), '，');
/// assert_ne!(fold('她'), fold('他'));
/// ```
#[inline]
#[must_use]
pub fn fold(c: char) -> char {
    match u16::try_from(u32::from(c)) {
        // No representative is a surrogate, so the conversion back always succeeds.
        Ok(code) => char::from_u32(u32::from(code.wrapping_add(DISTANCES.get(c)))).unwrap_or(c),
        Err(_) => fold_supplementary(c),
    }
}

/// The characters outside the Basic Multilingual Plane that fold to another one, in order.
pub(crate) fn supplementary() -> impl Iterator<Item = char> {
    table::SUPPLEMENTARY.iter().map(|&(from, _)| from)
}

#[cold]
fn fold_supplementary(c: char) -> char {
    table::SUPPLEMENTARY
        .binary_search_by_key(&c, |&(from, _)| from)
        .ok()
        .and_then(|place| table::SUPPLEMENTARY.get(place))
        .map_or(c, |&(_, to)| to)
}

/// Whether a character is a Chinese ideograph: the unified blocks, the compatibility ones, and the zero 〇.
///
/// # Examples
///
/// ```
/// use jinyu::script::is_han;
///
/// assert!(is_han('您') && is_han('〇'));
/// assert!(!is_han('，') && !is_han('の') && !is_han('a'));
/// ```
#[inline]
#[must_use]
pub const fn is_han(c: char) -> bool {
    matches!(
        c,
        '\u{4E00}'..='\u{9FFF}'
            | '\u{3400}'..='\u{4DBF}'
            | '\u{3007}'
            | '\u{F900}'..='\u{FAFF}'
            | '\u{20000}'..='\u{323AF}'
    )
}

/// Whether a character is a tone mark of bopomofo, which says nothing where a letter stands for a word (ㄗˋ己).
pub(crate) const fn is_tone_mark(c: char) -> bool {
    matches!(c, 'ˇ' | 'ˊ' | 'ˋ' | '˙')
}

/// The written standard that an utterance is in, and that a suggestion for it is written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Script {
    /// Simplified characters, Mainland wording.
    #[default]
    Simplified,
    /// Traditional characters and wording of Taiwan.
    Taiwan,
    /// Traditional characters and wording of Hong Kong.
    HongKong,
}

impl Script {
    /// The script of a text, from the characters that only one script has; `None` where there are none, or as many for
    /// Simplified as for Traditional.
    ///
    /// Traditional text is taken for Hong Kong's where it has more of Hong Kong's forms, words and Cantonese than of Taiwan's forms
    /// and words, and for Taiwan's otherwise: careful prose of both is often the same, character for character.
    ///
    /// # Cost
    ///
    /// One look at each character; for Traditional text, a search for some words too.
    ///
    /// # Examples
    ///
    /// ```
    /// use jinyu::script::Script;
    ///
    /// assert_eq!(Script::detect("请问您还有什么问题"), Some(Script::Simplified));
    /// assert_eq!(Script::detect("請問您還有什麼問題"), Some(Script::Taiwan));
    /// assert_eq!(Script::detect("請問你仲有咩問題呀"), Some(Script::HongKong));
    /// assert_eq!(Script::detect("你好"), None);
    /// ```
    #[must_use]
    pub fn detect(text: &str) -> Option<Self> {
        let [mut simplified, mut traditional, mut taiwan, mut hong_kong, mut cantonese] = [0usize; 5];
        for c in text.chars() {
            match Kind::of(c) {
                Kind::Nothing => {}
                Kind::Simplified => simplified += 1,
                Kind::Traditional => traditional += 1,
                Kind::Taiwan => {
                    traditional += 1;
                    taiwan += 1;
                }
                Kind::HongKong => {
                    traditional += 1;
                    hong_kong += 1;
                }
                Kind::Shared => hong_kong += 1,
                Kind::Cantonese => cantonese += 1,
            }
        }
        if simplified > traditional {
            return Some(Self::Simplified);
        }
        if simplified == traditional {
            return (simplified == 0 && cantonese > 0).then_some(Self::HongKong);
        }
        let said = |words: &[&str]| words.iter().filter(|word| text.contains(**word)).count();
        hong_kong += cantonese + said(wording::HONG_KONG_WORDS);
        taiwan += said(wording::TAIWAN_WORDS);
        Some(if hong_kong > taiwan { Self::HongKong } else { Self::Taiwan })
    }

    /// Writes Simplified text of Mainland wording in this script, with the words of its region.
    ///
    /// Should the converter not be available, the text comes back as it is.
    ///
    /// # Cost
    ///
    /// The first call for a script loads its dictionaries (some milliseconds), the others convert some megabytes a second.
    ///
    /// # Examples
    ///
    /// ```
    /// use jinyu::script::Script;
    ///
    /// let text = "请您查看短信，有问题马上联系我们";
    /// assert_eq!(Script::Taiwan.write(text), "請您查看簡訊，有問題馬上聯絡我們");
    /// assert_eq!(Script::HongKong.write(text), "請您查看短訊，有問題馬上聯絡我們");
    /// assert_eq!(Script::Simplified.write(text), text);
    /// ```
    #[must_use]
    pub fn write(self, simplified: &str) -> String {
        static TAIWAN: OnceLock<Option<Writer>> = OnceLock::new();
        static HONG_KONG: OnceLock<Option<Writer>> = OnceLock::new();
        let writer = match self {
            Self::Simplified => None,
            Self::Taiwan => TAIWAN.get_or_init(Writer::taiwan).as_ref(),
            Self::HongKong => HONG_KONG.get_or_init(Writer::hong_kong).as_ref(),
        };
        writer.map_or_else(|| simplified.to_owned(), |writer| writer.write(simplified))
    }
}

/// Stands for the first word of [`Writer::words`] while a text is converted, the next character for the next word. These are
/// for private use, so no converter has a mapping for them.
const FIRST_PLACEHOLDER: char = '\u{F0000}';

/// The last of the placeholders' plane.
const LAST_PLACEHOLDER: char = '\u{FFFFD}';

/// A converter, and the words that it must not see.
struct Writer {
    converter: OpenCC,
    /// Words, and what is written for each: nothing where the converter shall see it after all. Sorted.
    words: Vec<(String, Option<String>)>,
    /// Characters that the converter writes otherwise than people do.
    finish: fn(char) -> char,
}

impl Writer {
    /// s2twp chooses 臺 and 賬 everywhere; people in Taiwan type 台 and, for money, 帳.
    fn taiwan() -> Option<Self> {
        let finish = |c| match c {
            '臺' => '台',
            '賬' => '帳',
            _ => quotation(c),
        };
        Self::new(BuiltinConfig::S2twp, |&(_, taiwan, _)| taiwan, finish)
    }

    fn hong_kong() -> Option<Self> {
        Self::new(BuiltinConfig::S2hk, |&(_, _, hong_kong)| hong_kong, quotation)
    }

    fn new(
        config: BuiltinConfig,
        column: fn(&(&'static str, &'static str, &'static str)) -> &'static str,
        finish: fn(char) -> char,
    ) -> Option<Self> {
        let worded = wording::WORDING.iter().map(|row| (row.0.to_owned(), column(row).to_owned()));
        let named = wording::SURNAMES
            .iter()
            .flat_map(|name| wording::TITLES.iter().map(move |(from, to)| (format!("{name}{from}"), format!("{name}{to}"))));
        let mut words: Vec<_> = worded.chain(named).map(|(from, to)| (from, Some(to).filter(|to| !to.is_empty()))).collect();
        words.sort_unstable();
        Some(Self { converter: OpenCC::from_config(config).ok()?, words, finish })
    }

    /// The number of the longest word that a text starts with, and the word.
    fn word_at(&self, text: &str) -> Option<(usize, &str)> {
        let first = text.chars().next()?;
        let from = self.words.partition_point(|(word, _)| word.chars().next() < Some(first));
        let rest = self.words.iter().enumerate().skip(from);
        rest.take_while(|(_, (word, _))| word.starts_with(first))
            .filter(|(_, (word, _))| text.starts_with(word.as_str()))
            .max_by_key(|(_, (word, _))| word.len())
            .map(|(number, (word, _))| (number, word.as_str()))
    }

    /// What stands for the word of this number, if something else is written for it.
    fn placeholder(&self, number: usize) -> Option<char> {
        self.words.get(number)?.1.as_ref()?;
        char::from_u32(u32::from(FIRST_PLACEHOLDER).checked_add(u32::try_from(number).ok()?)?)
    }

    fn write(&self, simplified: &str) -> String {
        let placeholders = FIRST_PLACEHOLDER..=LAST_PLACEHOLDER;
        if simplified.contains(|c| placeholders.contains(&c)) {
            // The text's own characters could not be told from ours.
            return self.converter.convert(simplified).chars().map(self.finish).collect();
        }
        let mut hidden = String::with_capacity(simplified.len());
        let mut rest = simplified;
        while let Some(first) = rest.chars().next() {
            let found = self.word_at(rest);
            let length = found.map_or(first.len_utf8(), |(_, word)| word.len());
            let (here, after) = rest.split_at(length);
            match found.and_then(|(number, _)| self.placeholder(number)) {
                Some(placeholder) => hidden.push(placeholder),
                None => hidden.push_str(here),
            }
            rest = after;
        }
        let converted = self.converter.convert(&hidden);
        let mut out = String::with_capacity(converted.len());
        for c in converted.chars() {
            let number = u32::from(c).checked_sub(u32::from(FIRST_PLACEHOLDER));
            match number.and_then(|number| self.words.get(usize::try_from(number).ok()?)) {
                Some((_, Some(word))) => out.push_str(word),
                _ => out.push((self.finish)(c)),
            }
        }
        out
    }
}

/// Traditional text quotes in 「」. Single quotes stay: one of them is the apostrophe.
const fn quotation(c: char) -> char {
    match c {
        '“' => '「',
        '”' => '」',
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(folded: &str) -> String {
        folded.chars().map(fold).collect()
    }

    /// The tables of `table.rs` and what was compiled from them agree.
    #[test]
    fn every_class_has_one_representative() {
        let mut members = 0;
        for class in table::CLASSES {
            let first = class.chars().next().unwrap();
            assert_eq!(fold(first), first, "{class}");
            for member in class.chars() {
                assert_eq!(fold(member), first, "{class}");
                members += 1;
            }
        }
        assert!(members > 7_000, "{members}");
        assert!(table::SUPPLEMENTARY.is_sorted());
        for &(from, to) in table::SUPPLEMENTARY {
            assert_eq!(fold(from), to);
            assert_eq!(fold(to), to);
        }
    }

    #[test]
    fn kinds_are_those_of_the_table() {
        for (kind, group) in [Kind::Simplified, Kind::Traditional, Kind::Taiwan, Kind::HongKong, Kind::Shared, Kind::Cantonese]
            .into_iter()
            .zip(KINDS)
        {
            for c in group.iter().flat_map(|line| line.chars()) {
                assert!(Kind::of(c) == kind, "{c}");
            }
        }
        assert!(Kind::of('你') == Kind::Nothing && Kind::of('a') == Kind::Nothing && Kind::of('😀') == Kind::Nothing);
    }

    /// Matching looks a word up by its first character and then longest first, so order and folding matter.
    #[test]
    fn regional_words_are_sorted_and_folded() {
        assert!(regional::REGIONAL.is_sorted_by(|(a, _), (b, _)| a < b));
        for (word, others) in regional::REGIONAL {
            assert_eq!(*word, text(word));
            assert!(word.chars().count() >= 2, "{word}");
            assert!(!others.is_empty(), "{word}");
            for other in *others {
                assert_eq!(*other, text(other));
                assert_ne!(other, word);
                assert!(other.chars().count() >= 2, "{word} {other}");
            }
        }
        let others = |wanted: &str| {
            let place = regional::REGIONAL.binary_search_by(|(word, _)| (*word).cmp(wanted)).unwrap();
            regional::REGIONAL[place].1
        };
        for (word, other) in [
            ("信息", "资讯"),
            ("用户", "使用者"),
            ("短信", "简讯"),
            ("短信", "短讯"),
            ("软件", "软体"),
            ("视频", "影片"),
            ("出租车", "计程车"),
            ("出租车", "的士"),
            ("快递", "速递"),
            ("身份证", "身分证"),
            ("质量", "品质"),
        ] {
            assert!(others(word).contains(&other), "{word} {other}");
        }
    }

    /// A longer word of the converter's must not be cut by a shorter one of ours, nor a word be listed twice.
    #[test]
    fn wording_is_found() {
        for script in [Script::Taiwan, Script::HongKong] {
            for &(word, taiwan, hong_kong) in wording::WORDING {
                let expected = if script == Script::Taiwan { taiwan } else { hong_kong };
                if !expected.is_empty() {
                    assert_eq!(script.write(word), expected);
                }
                assert_eq!(wording::WORDING.iter().filter(|row| row.0 == word).count(), 1, "{word}");
            }
        }
    }

    #[test]
    fn text_with_placeholders_is_only_converted() {
        let odd = "查看\u{F0000}\u{FFFFD}马上";
        assert_eq!(Script::HongKong.write(odd), "查看\u{F0000}\u{FFFFD}馬上");
    }
}
