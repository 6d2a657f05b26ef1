//! What characters sound like.
//!
//! Receives a character's representative, hands on the character that stands for its sound. A text rewritten so, character by
//! character, is a text of the same length in which homophones are equal, and any string tool finds in it what a speech recogniser
//! spelt with other characters. On text that somebody typed it must not be all that is asked: there a wrong character is a slip, and one in
//! seven frequent words sounds like another.
//!
//! Sounds are toneless Mandarin syllables. Some are one because recognisers, and speakers from the south, do not keep them apart:
//! `tools/tables/src/sounds.rs` says which.

use crate::script::{
    is_han,
    pages::{self, Pages},
    pronunciation::{OTHERS, SOUNDS},
};

/// How far each character is from the one that stands for its sound.
static DISTANCES: Pages<u16, { pages::needed(&[SOUNDS]) }> = pages::distances(SOUNDS);

/// The character that stands for the sound of a folded character, in its most frequent reading; `None` for what is no ideograph.
///
/// It is idempotent. An ideograph too rare for the table sounds like itself only.
///
/// # Cost
///
/// Two loads, as for folding.
#[inline]
#[must_use]
pub(crate) fn sound(c: char) -> Option<char> {
    if !is_han(c) {
        return None;
    }
    match u16::try_from(u32::from(c)) {
        // What stands for a sound is never a surrogate, so the conversion back always succeeds.
        Ok(code) => char::from_u32(u32::from(code.wrapping_add(DISTANCES.get(c)))),
        // Rarities of the other planes, none of which is in the table.
        Err(_) => Some(c),
    }
}

/// What stands for the other sounds of a folded character, where one matters in service talk: 银行 is not read as 行为 is. Most
/// characters have none.
///
/// # Cost
///
/// A binary search among some tens: for phrases when they are compiled, or for a text that has a candidate.
#[must_use]
pub(crate) fn other_sounds(c: char) -> &'static [char] {
    OTHERS.binary_search_by_key(&c, |&(from, _)| from).ok().and_then(|place| OTHERS.get(place)).map_or(&[], |&(_, others)| others)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::fold;
    use std::collections::HashMap;

    fn sounds(text: &str) -> String {
        text.chars().map(|c| sound(fold(c)).unwrap_or(c)).collect()
    }

    #[test]
    fn homophones_are_one() {
        for (written, meant) in [
            ("填队", "填对"),
            ("不清除", "不清楚"),
            ("不轻楚", "不清楚"),
            ("龟定", "规定"),
            ("归定", "规定"),
            ("没班法", "没办法"),
            ("口费", "扣费"),
            ("克服", "客服"),
            ("宝证", "保证"),
            ("寶證", "保证"),
            ("没观系", "没关系"),
            ("问提", "问题"),
            ("贤贵", "嫌贵"),
            ("閒貴", "嫌贵"),
            ("听董", "听懂"),
            ("等这", "等着"),
            ("燈著", "等着"),
            ("部归我管", "不归我管"),
            ("知到", "知道"),
            ("只道", "知道"),
            ("头诉", "投诉"),
            ("付责", "负责"),
        ] {
            assert_eq!(sounds(written), sounds(meant), "{written} {meant}");
        }
    }

    #[test]
    fn what_is_hardly_heard_is_merged() {
        for (a, b) in [
            ("是", "四"),
            ("知", "资"),
            ("吃", "次"),
            ("你", "里"),
            ("热", "乐"),
            ("清", "亲"),
            ("真", "争"),
            ("户", "付"),
            ("黄", "方"),
        ] {
            assert_eq!(sounds(a), sounds(b), "{a} {b}");
        }
    }

    #[test]
    fn other_sounds_stay_apart() {
        for (a, b) in [
            ("你", "我"),
            ("您", "我"),
            ("他", "你"),
            ("不", "没"),
            ("是", "知"),
            ("四", "次"),
            ("办", "帮"),
            ("人", "能"),
            ("会", "费"),
            ("买", "卖家"),
            ("路", "绿"),
        ] {
            assert_ne!(sounds(a), sounds(b), "{a} {b}");
        }
    }

    #[test]
    fn the_reading_of_service_talk_comes_first() {
        for (c, same) in [
            ('了', '乐'),
            ('的', '得'),
            ('不', '部'),
            ('还', '孩'),
            ('行', '性'),
            ('长', '常'),
            ('重', '中'),
            ('都', '兜'),
            ('没', '每'),
            ('着', '这'),
            ('会', '回'),
            ('么', '么'),
            ('调', '条'),
            ('似', '思'),
            ('查', '茶'),
            ('给', '给'),
            ('地', '第'),
            ('嗯', '恩'),
        ] {
            assert_eq!(sound(c), sound(same), "{c} {same}");
        }
        for (c, same) in
            [('行', '航'), ('重', '虫'), ('长', '涨'), ('还', '环'), ('了', '聊'), ('着', '找'), ('便', '骗'), ('地', '的')]
        {
            assert!(other_sounds(c).contains(&sound(same).unwrap()), "{c} {same}");
        }
        assert!(other_sounds('你').is_empty() && other_sounds('a').is_empty());
    }

    #[test]
    fn only_ideographs_sound() {
        for c in ['a', '1', '，', '。', 'の', '😀', ' ', 'Ａ', '\u{0}', '\u{10FFFF}'] {
            assert_eq!(sound(c), None);
        }
        assert_eq!(sound('〇'), sound('零'));
        assert_eq!(sound('\u{20000}'), Some('\u{20000}'));
    }

    /// The table is of representatives, and what was compiled from it agrees with it.
    #[test]
    fn every_sound_has_one_character() {
        let mut members = HashMap::new();
        for group in SOUNDS {
            let first = group.chars().next().unwrap();
            for c in group.chars() {
                assert_eq!(fold(c), c);
                assert!(is_han(c), "{c}");
                assert_eq!(sound(c), Some(first));
                assert_eq!(members.insert(c, first), None, "{c}");
            }
        }
        assert!(members.len() > 13_000, "{}", members.len());
        assert!(OTHERS.is_sorted_by(|a, b| a.0 < b.0));
        for &(c, others) in OTHERS {
            assert_eq!(fold(c), c);
            assert!(!others.is_empty());
            for &other in others {
                assert_eq!(sound(other), Some(other), "{c} {other}");
                assert_ne!(sound(c), Some(other), "{c}");
            }
        }
    }
}
