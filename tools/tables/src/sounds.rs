//! Which characters sound alike: toneless Mandarin syllables, some of which are one to a speech recogniser.

use crate::{
    classes::{Classes, level},
    opencc::ideographs,
};
use pinyin::{ToPinyin, ToPinyinMulti};
use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error,
    slice,
};

/// Initials that are one, the one that is kept last.
const INITIALS: &[(&str, &str)] = &[("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"), ("r", "l")];

/// Syllables whose initial is never merged: 人 and 能 would become one sound, which nobody takes for each other, and both are in
/// every second sentence.
const KEPT: &[&str] = &["ren", "reng"];

/// Finals that are one, the one that is kept last. An stays apart from ang: recognisers hear the vowel, and 帮不了 would sound
/// like 办不了, both of which agents say all day.
const FINALS: &[(&str, &str)] = &[("ing", "in"), ("eng", "en")];

/// Whole syllables that are one after the merges above, the one that is kept last.
const SYLLABLES: &[(&str, &str)] = &[("hu", "fu"), ("huang", "fang")];

/// Representatives whose most frequent reading in service talk is not the first of the data, and that reading.
const PREFERRED: &[(char, &str)] = &[
    ('长', "chang"), // 多长时间 is said more often than 增长
    ('调', "tiao"),
    ('弹', "tan"),
    ('乐', "le"),
    ('薄', "bo"),
    ('似', "si"),
    ('仔', "zi"),
    ('佛', "fo"),
    ('泊', "bo"),
    ('勒', "le"),
    ('茄', "qie"),
    ('掺', "chan"),
    ('潦', "liao"),
    ('嚼', "jiao"),
    ('轧', "zha"),
    ('辗', "zhan"),
    ('椎', "zhui"),
    ('琢', "zhuo"),
    ('柞', "zuo"),
    ('傀', "kui"),
    ('吁', "yu"),
    ('咯', "luo"), // at the end of a sentence, where 啰 and 喽 are written for it
    ('嗯', "en"),
];

/// Representatives with a second reading that is heard in service talk, and it.
const OTHERS: &[(char, &[&str])] = &[
    ('着', &["zhao", "zhuo"]), // 着急, 着手
    ('了', &["liao"]),         // 了解
    ('的', &["di"]),           // 目的
    ('地', &["de"]),           // as 的 and 得 are written for each other
    ('么', &["ma"]),           // 干么
    ('还', &["huan"]),         // 还款
    ('行', &["hang"]),         // 银行
    ('长', &["zhang"]),        // 涨 for 长
    ('重', &["chong"]),        // 重复
    ('没', &["mo"]),           // 没收
    ('调', &["diao"]),         // 调查
    ('便', &["pian"]),         // 便宜
    ('觉', &["jiao"]),         // 睡觉
    ('率', &["shuai"]),        // 轻率
    ('落', &["la"]),           // 落下
    ('弹', &["dan"]),
    ('给', &["ji"]),   // 给予
    ('差', &["chai"]), // 出差
    ('角', &["jue"]),  // 角色
    ('露', &["lou"]),  // 泄露, as people say it
    ('乐', &["yue"]),
    ('都', &["du"]),
    ('恶', &["wu"]),   // 可恶
    ('会', &["kuai"]), // 会计
    ('什', &["shi"]),
    ('熟', &["shou"]), // 不熟, as people say it
    ('那', &["nei"]),  // 内个 for 那个
    ('哪', &["nei"]),
    ('粘', &["nian"]),
    ('薄', &["bao"]),
    ('厦', &["xia"]),
    ('削', &["xiao"]),
    ('和', &["huo"]), // 暖和
    ('吓', &["he"]),  // 恐吓
    ('降', &["xiang"]),
];

/// Characters by sound.
pub struct Sounds {
    /// The characters of each sound, the one that stands for it first, and the syllables that it merges.
    pub groups: Vec<(String, BTreeSet<String>)>,
    /// Characters with more sounds than one and what stands for the others, sorted.
    pub others: Vec<(char, Vec<char>)>,
    /// Characters that the data has no reading for, and that so stand for themselves.
    pub silent: BTreeSet<char>,
}

impl Sounds {
    /// The sounds of all representatives of GB2312's and Big5's characters.
    pub fn new(classes: &Classes) -> Result<Self, Box<dyn Error>> {
        let mut members: BTreeMap<String, (Vec<char>, BTreeSet<String>)> = BTreeMap::new();
        let mut silent = BTreeSet::new();
        let preferred: BTreeMap<char, &str> = PREFERRED.iter().copied().collect();
        let mut readings = BTreeMap::new();
        for c in ideographs().chain(['〇']).filter(|&c| common(c)) {
            let representative = classes.fold(c);
            // Where only a variant has a reading in the data, it is the representative's too.
            if let Some(reading) = first(representative).or_else(|| first(c)) {
                readings.entry(representative).or_insert(reading);
            } else {
                silent.insert(c);
            }
        }
        for (&c, &data) in &readings {
            let syllable = preferred.get(&c).copied().unwrap_or(data);
            let group = members.entry(merged(syllable)).or_default();
            group.0.push(c);
            group.1.insert(spelt(syllable));
        }
        // A reading that the data does not know is a slip of the list's author, save for interjections.
        let singles = PREFERRED.iter().map(|(c, one)| (c, slice::from_ref(one)));
        for (c, readings) in singles.chain(OTHERS.iter().map(|(c, all)| (c, *all))) {
            let known: Vec<String> = c.to_pinyin_multi().into_iter().flatten().map(|one| spelt(one.plain())).collect();
            if classes.fold(*c) != *c || (*c != '嗯' && readings.iter().any(|one| !known.contains(&spelt(one)))) {
                return Err(format!("{c} is no representative, or is read otherwise: {readings:?}, {known:?}").into());
            }
        }
        for (group, _) in members.values_mut() {
            // The commonest level of GB2312 first: what stands for a sound should be readable in a failing test.
            group.sort_unstable_by_key(|&c| (level(c), c));
        }
        let mut others = Vec::new();
        for &(c, readings) in OTHERS {
            let own = preferred.get(&c).copied().or_else(|| first(c)).map(merged);
            let mut sounds = Vec::new();
            for &reading in readings {
                let sound = merged(reading);
                let (group, _) = members.get(&sound).ok_or_else(|| format!("nothing else sounds like {c}, {reading}"))?;
                if own.as_ref() != Some(&sound) && !sounds.contains(&group[0]) {
                    sounds.push(group[0]);
                }
            }
            if !sounds.is_empty() {
                others.push((c, sounds));
            }
        }
        others.sort_unstable();
        let groups = members.into_values().map(|(group, syllables)| (group.into_iter().collect(), syllables)).collect();
        Ok(Self { groups, others, silent })
    }
}

/// Whether GB2312 or Big5 has a character. Some of Hong Kong's additions to Big5 are outside the plane that the table can hold.
fn common(c: char) -> bool {
    level(c) < 3 || u32::from(c) <= 0xFFFF && !encoding_rs::BIG5.encode(c.encode_utf8(&mut [0; 4])).2
}

/// The first reading of the data, which is the most frequent but for [`PREFERRED`].
fn first(c: char) -> Option<&'static str> {
    c.to_pinyin().map(pinyin::Pinyin::plain)
}

/// A syllable in letters of ASCII.
fn spelt(syllable: &str) -> String {
    syllable.replace('ü', "v").replace('ê', "e")
}

/// The name of the class of syllables that a syllable is in.
fn merged(syllable: &str) -> String {
    let mut name = spelt(syllable);
    for &(from, to) in INITIALS {
        // 嗯 is written n, which is no initial.
        let rest = name.strip_prefix(from).filter(|rest| rest.starts_with(['a', 'e', 'i', 'o', 'u', 'v']));
        if let Some(rest) = rest.filter(|_| !KEPT.contains(&syllable)) {
            name = format!("{to}{rest}");
        }
    }
    for &(from, to) in FINALS {
        if let Some(rest) = name.strip_suffix(from) {
            name = format!("{rest}{to}");
        }
    }
    SYLLABLES.iter().find(|(from, _)| name == *from).map_or(name, |&(_, to)| to.to_owned())
}
