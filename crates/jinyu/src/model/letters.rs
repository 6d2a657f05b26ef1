//! What the model sees in a text: letters, and short sequences of them.

use std::ops::Range;

use crate::folded::{Folded, Reading};
use crate::rules::literal::is_break;
use crate::speech::sound;

/// Binary digits of what stands for a sequence.
pub(super) const DIGITS: u32 = 27;

/// Letters in a pair with a gap are less than this many places apart.
const REACH: usize = 8;

/// Letters of a text as the model reads them, with where each stands in the folded text.
pub(super) struct Symbols {
    letters: Vec<char>,
    places: Vec<usize>,
}

/// Where a sequence begins among the symbols, where its last letter stands, and whether there is a gap between the two.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sequence {
    from: usize,
    to: usize,
    has_gap: bool,
}

/// Stand for the beginning and the end of a text.
const START: char = '^';
const END: char = '$';

pub(super) fn is_edge(c: char) -> bool {
    c == START || c == END
}

impl Symbols {
    /// All marks are one pause, all numbers and all Latin words are alike, and so are polite and plain ways to say "you": the model
    /// shall not learn that politeness is decent and bluntness is not. Written Cantonese is read as what it stands for.
    pub(super) fn of(text: &[char]) -> Self {
        let mut symbols = Self { letters: Vec::with_capacity(text.len() + 2), places: Vec::with_capacity(text.len() + 2) };
        symbols.push(START, 0);
        for (place, &c) in text.iter().enumerate() {
            let letter = match c {
                _ if is_break(c) => '，',
                '您' => '你',
                '咗' => '了',
                '唔' => '不',
                '嘅' => '的',
                '喺' => '在',
                '佢' => '他',
                _ if c.is_ascii_digit() => '0',
                _ if c.is_ascii() => 'a',
                c => c,
            };
            // 不错 and 没错 praise and agree, and 错 alone reproaches.
            if letter == '错'
                && let Some(last) = symbols.letters.last_mut()
                && let Some(praise) =
                    [('不', '好'), ('没', '对')].into_iter().find_map(|(not, praise)| (*last == not).then_some(praise))
            {
                *last = praise;
                continue;
            }
            let before = symbols.letters.as_slice();
            let is_run = matches!(letter, '，' | '0' | 'a') && before.last() == Some(&letter);
            let is_third = before.ends_with(&[letter, letter]);
            if !is_run && !is_third && (letter != '，' || before.len() > 1) {
                symbols.push(letter, place);
            }
        }
        if symbols.letters.last() == Some(&'，') {
            symbols.letters.pop();
            symbols.places.pop();
        }
        symbols.push(END, text.len());
        symbols
    }

    fn push(&mut self, letter: char, place: usize) {
        self.letters.push(letter);
        self.places.push(place);
    }

    pub(super) fn words(&self, Sequence { from, to, has_gap }: Sequence) -> String {
        let letters = self.letters.get(from..=to).unwrap_or_default();
        match (letters.first(), letters.last()) {
            (Some(first), Some(last)) if has_gap => format!("{first}…{last}"),
            _ => letters.iter().filter(|&&c| !is_edge(c)).collect(),
        }
    }

    /// The clauses in a row that together weigh most, as places in the folded text without marks at their ends.
    pub(super) fn heaviest(&self, seen: &[(i32, Sequence)], text: &[char]) -> Option<Range<usize>> {
        let mut clauses: Vec<(i32, Range<usize>)> = Vec::new();
        let mut weights = vec![0; self.letters.len()];
        for &(weight, Sequence { from, .. }) in seen {
            if let Some(sum) = weights.get_mut(from) {
                *sum += weight;
            }
        }
        // A letter reaches to where the next one stands: of a number or a repeated letter only the first is kept.
        let ends = self.places.iter().skip(1).copied().chain(std::iter::once(text.len()));
        for (((&letter, &place), end), weight) in self.letters.iter().zip(&self.places).zip(ends).zip(weights) {
            match clauses.last_mut() {
                Some((sum, range)) if letter != '，' => {
                    *sum += weight;
                    range.end = end;
                }
                _ => clauses.push((weight, place..place)),
            }
        }
        let (mut best, mut current) = ((0, None), (0, 0..0));
        for (sum, range) in clauses {
            current = if current.0 > 0 { (current.0 + sum, current.1.start..range.end) } else { (sum, range) };
            if current.0 > best.0 {
                best = (current.0, Some(current.1.clone()));
            }
        }
        let range = best.1?;
        let words = text.get(range.clone())?;
        let first = words.iter().position(|&c| !is_break(c))?;
        let last = words.iter().rposition(|&c| !is_break(c))?;
        Some(range.start + first..range.start + last + 1)
    }
}

/// Calls for each sequence of a text with what stands for it, a number of [`DIGITS`]. Two and three letters in a row stand for how they sound
/// too: recognisers and hurried typists write 填队 for 填对.
pub(super) fn each_feature(symbols: &Symbols, mut each: impl FnMut(u32, Sequence)) {
    const GAP: u64 = 0x1f_ffff;
    /// No three letters have this bit.
    const SOUNDS: u64 = 1 << 63;
    let letters = symbols.letters.as_slice();
    let mut hand_on = |one: u64, two: u64, three: u64, from, to, has_gap| {
        // A multiplication by an odd number near 2^64 divided by the golden ratio spreads what differs little.
        let spread = (one | two << 21 | three << 42).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let spread = (spread ^ spread >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        each((spread >> (64 - DIGITS)) as u32, Sequence { from, to, has_gap });
    };
    let heard = |at: usize| letters.get(at).and_then(|&c| sound(c)).map(|c| u64::from(u32::from(c)));
    // Of the letter at hand and the two after it: each is looked up once.
    let mut sounds = [None, heard(0), heard(1)];
    for from in 0..letters.len() {
        let [_, first, second] = sounds;
        sounds = [first, second, heard(from + 2)];
        let at = |by: usize| letters.get(from + by).map(|&c| u64::from(u32::from(c)));
        let Some(one) = at(0) else { break };
        hand_on(one, 0, 0, from, from, false);
        let Some(two) = at(1) else { break };
        hand_on(one, two, 0, from, from + 1, false);
        if let [Some(first), Some(second), third] = sounds {
            hand_on(first | SOUNDS, second, 0, from, from + 1, false);
            if let Some(third) = third {
                hand_on(first | SOUNDS, second, third, from, from + 2, false);
            }
        }
        let Some(three) = at(2) else { break };
        hand_on(one, two, three, from, from + 2, false);
        if one == u64::from('，') || two == u64::from('，') {
            continue;
        }
        for by in 2..REACH {
            match at(by) {
                Some(last) if last != u64::from('，') => hand_on(one, GAP, last, from, from + by, true),
                _ => break,
            }
        }
    }
}

/// What the model sees in a text, a number for each sequence; for `tools/model`.
#[must_use]
pub fn features(text: &str) -> Vec<u32> {
    let folded = Folded::new(text, 0, Reading::Plain);
    let mut features = Vec::new();
    each_feature(&Symbols::of(&folded.text), |feature, _| features.push(feature));
    features
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fold(text: &str) -> Vec<char> {
        Folded::new(text, 0, Reading::Plain).text
    }

    fn read(text: &str) -> String {
        Symbols::of(&fold(text)).letters.into_iter().collect()
    }

    #[test]
    fn what_says_nothing_is_read_alike() {
        assert_eq!(read("您買了3000元的iPhone！！"), read("你买了25元的ThinkPad。"));
        assert_eq!(read("佢哋喺度，唔好急"), "^他哋在度，不好急$");
        assert_eq!(read("……好好好好"), "^好好$");
    }

    #[test]
    fn what_sounds_alike_has_much_in_common() {
        let features = |text: &str| features(text).into_iter().collect::<std::collections::BTreeSet<u32>>();
        let common = |one: &str, other: &str| features(one).intersection(&features(other)).count();
        // All but 填 and 队 themselves and what they are part of.
        assert!(common("没填对", "没填队") > common("没填对", "没填完"));
    }

    #[test]
    fn praise_is_no_reproach() {
        assert_eq!(read("您選的這家不錯"), "^你选的这家好$");
        assert_eq!(read("沒錯，是我們弄錯了"), "^对，是我们弄错了$");
    }

    #[test]
    fn sequences() {
        let symbols = Symbols::of(&fold("你看，好"));
        let mut seen = Vec::new();
        each_feature(&symbols, |_, sequence| seen.push(symbols.words(sequence)));
        // Gaps do not reach over a mark; the edges are letters of their own, which are not told.
        assert_eq!(
            seen,
            ["", "你", "你看", "^…看", "你", "你看", "你看", "你看，", "看", "看，", "看，好", "，", "，好", "，好", "好", "好"]
        );
    }
}
