//! The character classes: what OpenCC converts into each other one character at a time, what only its phrases know, width and
//! case.

use crate::opencc::{Dictionaries, ideographs};
use std::{
    collections::{BTreeMap, HashMap},
    error::Error,
};
use unicode_normalization::UnicodeNormalization;

/// Characters that are the same in speech about the same thing, though OpenCC only knows it from phrases, or not at all. The
/// first of each is the one that text in Simplified characters uses, and becomes the representative.
///
/// 象 and 像 are one class because Simplified text writes both 想象 and 想像, 好象 and 好像; 账 and 帐 because it writes both 账号 and 帐号.
/// What is *not* here matters as much: words that differ in modern use stay apart (他 她 它, 做 作, 哪 那, 的 得 地, 在 再, 坐 座).
const MERGED: &[&str] = &[
    // What the region or the phrase decides.
    "着著",
    "卫衞衛",
    "叙敍敘",
    "台臺枱檯",
    "了瞭",
    "复覆復複",
    "借藉",
    "仿彷",
    "苏甦囌",
    "夫伕",
    "背揹",
    "你妳",
    "里裡裏",
    "干乾幹",
    "于於",
    "只隻祇衹",
    "后後",
    "面麵麪",
    "系係繫",
    "么麽麼",
    "占佔",
    "周週",
    "制製",
    "发發髮",
    "回迴",
    "采採",
    "欲慾",
    "注註",
    "余餘馀",
    "谷穀",
    "松鬆",
    "卷捲",
    "准準",
    "辟闢",
    "征徵",
    "恶惡噁",
    "钟鐘鍾锺",
    "表錶",
    "向嚮",
    "众衆眾",
    "为爲為",
    "线綫線",
    "启啓啟",
    "啰囉",
    "吃喫",
    "象像",
    "账帐賬帳",
    "熏薰",
    "径迳徑逕",
    "咨谘諮",
    "旋镟鏇",
    "昵暱",
    // Older forms that people still type.
    "青靑",
    "值値",
    "强彊",
    "粘黏",
    "遍徧",
    "叫呌",
    "冤寃",
    "拿拏",
    "煮煑",
    "傻儍",
    "懒嬾",
    "废癈",
    "逼偪",
    "咱偺喒",
    "哑痖",
    "欢懽",
    "蠢惷",
    "炮砲",
    "查査",
    "臭臰",
    "奶嬭",
    "屄毴",
    "草艹",
    // Bopomofo letters that stand for a word in Taiwanese chat (注音文): 我ㄅ知道, 好ㄇ. For the word that an agent's offence needs where
    // one stands for several (ㄋ also for 呢, ㄓ for 這, ㄅ for 吧).
    "不ㄅ",
    "的ㄉ",
    "了ㄌ",
    "吗嗎ㄇ",
    "欸ㄟ",
    "啊ㄚ",
    "喔ㄛ",
    "个個箇ㄍ",
    "知ㄓ",
    "自ㄗ",
    "你妳ㄋ",
    "他ㄊ",
    "就ㄐ",
    "是ㄕ",
    "去ㄑ",
    "一ㄧ",
    "谢謝ㄒ",
    "可ㄎ",
    "爱愛ㄞ",
];

/// Pairs that OpenCC's data would join and that must stay apart.
const APART: &[(char, char)] = &[('么', '幺')];

/// The classes, each led by its representative; every character is in one at most.
pub struct Classes {
    /// Ideographs: more than one member, the representative first.
    pub ideographs: Vec<Vec<char>>,
    /// Letters and digits that differ by width or case.
    pub letters: Vec<Vec<char>>,
    fold: HashMap<char, char>,
}

impl Classes {
    /// The classes from OpenCC, with the additions of this file or, to measure what these are worth, without.
    pub fn new(opencc: &Dictionaries, merged: bool) -> Result<Self, Box<dyn Error>> {
        let mut sets = Sets::default();
        let mut targets: HashMap<char, usize> = HashMap::new();
        let apart = |a: char, b: char| APART.iter().any(|&(x, y)| (a, b) == (x, y) || (b, a) == (x, y));
        for c in ideographs() {
            for converter in [&opencc.t2s, &opencc.tw2s, &opencc.hk2s] {
                let to = converter.char(c)?;
                if to != c && !apart(c, to) {
                    sets.join(c, to);
                    *targets.entry(to).or_default() += 1;
                }
            }
            let mut normal = c.nfkc();
            if let (Some(to), None) = (normal.next(), normal.next())
                && to != c
            {
                sets.join(c, to);
            }
        }
        let mut preferred = HashMap::new();
        if merged {
            for class in MERGED {
                let mut members = class.chars();
                let first = members.next().ok_or("an empty class")?;
                preferred.insert(first, ());
                members.for_each(|member| sets.join(first, member));
            }
        }
        for &(a, b) in APART {
            if sets.root(a) == sets.root(b) {
                return Err(format!("{a} and {b} came into one class").into());
            }
        }

        let mut ideographs = sets.classes();
        for class in &mut ideographs {
            let mut ranked = Vec::with_capacity(class.len());
            for &c in class.iter() {
                let fixed = opencc.t2s.char(c)? == c && opencc.tw2s.char(c)? == c && opencc.hk2s.char(c)? == c;
                let rank = (
                    !('\u{3400}'..='\u{FFFF}').contains(&c),
                    !preferred.contains_key(&c),
                    !fixed,
                    level(c),
                    usize::MAX - targets.get(&c).copied().unwrap_or_default(),
                    c,
                );
                ranked.push(rank);
            }
            ranked.sort_unstable();
            *class = ranked.into_iter().map(|rank| rank.5).collect();
        }
        ideographs.sort_unstable();
        let letters = letters();
        let mut fold = HashMap::new();
        for class in ideographs.iter().chain(&letters) {
            for &c in class.iter().skip(1) {
                if fold.insert(c, class[0]).is_some() {
                    return Err(format!("{c} is in two classes").into());
                }
            }
        }
        Ok(Self { ideographs, letters, fold })
    }

    /// The representative of a character's class.
    pub fn fold(&self, c: char) -> char {
        self.fold.get(&c).copied().unwrap_or(c)
    }

    /// A text by representatives.
    pub fn fold_text(&self, text: &str) -> String {
        text.chars().map(|c| self.fold(c)).collect()
    }

    /// All classes.
    pub fn all(&self) -> impl Iterator<Item = &Vec<char>> {
        self.letters.iter().chain(&self.ideographs)
    }
}

/// How common GB2312 holds a character to be: level 1, level 2, or neither.
pub fn level(c: char) -> u8 {
    let text = c.to_string();
    let (bytes, _, unknown) = encoding_rs::GBK.encode(&text);
    match (unknown, bytes.as_ref()) {
        (false, [0xB0..=0xD7, 0xA1..=0xFE]) => 1,
        (false, [0xD8..=0xF7, 0xA1..=0xFE]) => 2,
        _ => 3,
    }
}

/// Letters and digits by width and case: ASCII and its full-width forms, Latin, Greek and Cyrillic with one lower-case letter.
fn letters() -> Vec<Vec<char>> {
    let mut sets: BTreeMap<char, Vec<char>> = BTreeMap::new();
    let given = ('0'..='9').chain('A'..='Z').chain('\u{C0}'..='\u{52F}').chain('０'..='９').chain('Ａ'..='Ｚ').chain('ａ'..='ｚ');
    for c in given {
        let narrow = if c >= '０' { c.nfkc().next().unwrap_or(c) } else { c };
        let mut lower = narrow.to_lowercase();
        if let (Some(to), None) = (lower.next(), lower.next())
            && to != c
        {
            sets.entry(to).or_insert_with(|| vec![to]).push(c);
        }
    }
    sets.into_values().collect()
}

/// Sets of characters that are joined pair by pair.
#[derive(Default)]
struct Sets(HashMap<char, char>);

impl Sets {
    fn root(&self, mut c: char) -> char {
        while let Some(&parent) = self.0.get(&c) {
            c = parent;
        }
        c
    }

    fn join(&mut self, a: char, b: char) {
        let (a, b) = (self.root(a), self.root(b));
        if a != b {
            self.0.insert(a.max(b), a.min(b));
        }
    }

    fn classes(&self) -> Vec<Vec<char>> {
        let mut classes: BTreeMap<char, Vec<char>> = BTreeMap::new();
        for &c in self.0.keys() {
            let root = self.root(c);
            classes.entry(root).or_insert_with(|| vec![root]).push(c);
        }
        classes.into_values().collect()
    }
}
