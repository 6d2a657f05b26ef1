//! Where words begin and end: the most probable way to cut a clause into words of a dictionary. Receives folded characters, hands on
//! the places between words; knows nothing of rules.
//!
//! The dictionary is jieba's without its rarest words (`words/dictionary.txt`, made by `tools/words`), and so is the way to cut:
//! the product of the words' probabilities, without a model for words that are not in it. The build script lays it out so that it
//! can be searched in place: a program that asks reads a few pages of it.

use std::borrow::Cow;
use std::cmp::Ordering;

/// Words that the frequencies of the dictionary were counted in.
const TOTAL: f64 = 60_101_964.0;

/// Characters of the longest word.
const LONGEST: usize = 8;

/// A dictionary, laid out: how many words, then for each where its characters begin and its frequency, then the characters of all,
/// two bytes each; all numbers little-endian, words in order of their characters.
#[derive(Clone, Debug)]
pub(crate) struct Dictionary(Cow<'static, [u8]>);

const HEADER: usize = 4;
/// first of its characters u32, frequency u32
const WORD: usize = 8;
const CHARACTER: usize = 2;

/// Words that share a beginning: a range of the dictionary.
#[derive(Clone, Copy)]
struct Found {
    from: usize,
    to: usize,
}

impl Dictionary {
    /// The built-in one, as [`lay_out`](Self::lay_out) wrote it.
    pub(crate) const fn from_static(bytes: &'static [u8]) -> Self {
        Self(Cow::Borrowed(bytes))
    }

    /// Lays out a list of words, each on a line with its frequency.
    ///
    /// # Errors
    /// The first line that is no word with a frequency.
    #[allow(dead_code, reason = "called by the build script, which includes this file")]
    pub(crate) fn lay_out(lines: &str) -> Result<Vec<u8>, String> {
        let read = |line: &str| {
            let (word, frequency) = line.split_once(' ')?;
            Some((word.encode_utf16().collect::<Vec<u16>>(), frequency.parse::<u32>().ok()?))
        };
        let words = lines.lines().map(|line| read(line).ok_or_else(|| format!("\"{line}\" is no word with its frequency")));
        let mut words = words.collect::<Result<Vec<_>, _>>()?;
        words.sort_unstable();
        let mut bytes = (words.len() as u32).to_le_bytes().to_vec();
        let mut first = 0;
        for (word, frequency) in &words {
            bytes.extend((first as u32).to_le_bytes());
            bytes.extend(frequency.to_le_bytes());
            first += word.len();
        }
        bytes.extend((first as u32).to_le_bytes());
        bytes.extend(0u32.to_le_bytes());
        bytes.extend(words.into_iter().flat_map(|(word, _)| word).flat_map(u16::to_le_bytes));
        Ok(bytes)
    }

    fn u32(&self, at: usize) -> u32 {
        self.0.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_le_bytes)
    }

    fn len(&self) -> usize {
        self.u32(0) as usize
    }

    /// The character of a word at a place; `None` after its end.
    fn character(&self, word: usize, place: usize) -> Option<u16> {
        let at = HEADER + word * WORD;
        let character = self.u32(at) as usize + place;
        if character >= self.u32(at + WORD) as usize {
            return None;
        }
        let at = HEADER + (self.len() + 1) * WORD + character * CHARACTER;
        self.0.get(at..at + 2)?.try_into().ok().map(u16::from_le_bytes)
    }

    /// Of words that are the same up to a place, those that have the character there.
    fn narrow(&self, Found { from, to }: Found, place: usize, character: u16) -> Found {
        let search = |mut from: usize, mut to: usize, is_before: fn(Ordering) -> bool| {
            while from < to {
                let middle = usize::midpoint(from, to);
                if is_before(self.character(middle, place).cmp(&Some(character))) {
                    from = middle + 1;
                } else {
                    to = middle;
                }
            }
            from
        };
        let from = search(from, to, |order| order == Ordering::Less);
        Found { from, to: search(from, to, |order| order != Ordering::Greater) }
    }

    /// Calls `word` with the length of each word that the text begins with, and the logarithm of its frequency.
    fn words(&self, text: &[char], mut word: impl FnMut(usize, f64)) {
        let mut found = Found { from: 0, to: self.len() };
        for (place, &c) in text.iter().take(LONGEST).enumerate() {
            let Ok(character) = u16::try_from(u32::from(c)) else { return };
            found = self.narrow(found, place, character);
            if found.from == found.to {
                return;
            }
            // The shortest of the words that begin alike comes first.
            if self.character(found.from, place + 1).is_none() {
                word(place + 1, f64::from(self.u32(HEADER + found.from * WORD + 4)).ln());
            }
        }
    }

    /// For each word of the most probable way to cut a clause where it ends, in characters.
    pub(crate) fn cut(&self, clause: &[char]) -> Vec<usize> {
        let mut ends = Vec::new();
        let mut start = 0;
        while let Some(rest) = clause.get(start..).filter(|rest| !rest.is_empty()) {
            let length = rest.iter().take_while(|&&c| is_word_character(c)).count();
            if length == 0 {
                start += 1;
                ends.push(start);
                continue;
            }
            self.cut_block(rest.get(..length).unwrap_or_default(), start, &mut ends);
            start += length;
        }
        ends
    }

    fn cut_block(&self, block: &[char], offset: usize, ends: &mut Vec<usize>) {
        let log_total = TOTAL.ln();
        // For each place the best way from there: its logarithm, and where its first word ends.
        let mut route: Vec<(f64, usize)> = vec![(0.0, block.len()); block.len() + 1];
        for at in (0..block.len()).rev() {
            let after = |end: usize| route.get(end).map_or(0.0, |&(after, _)| after);
            let mut best: Option<(f64, usize)> = None;
            self.words(block.get(at..).unwrap_or_default(), |length, log| {
                let way = (log - log_total + after(at + length), at + length);
                if best.is_none_or(|best| way >= best) {
                    best = Some(way);
                }
            });
            let way = best.unwrap_or((after(at + 1) - log_total, at + 1));
            if let Some(place) = route.get_mut(at) {
                *place = way;
            }
        }
        let mut at = 0;
        let mut in_latin = false;
        while at < block.len() {
            let end = route.get(at).map_or(block.len(), |&(_, end)| end);
            // Letters and digits that are no word of the dictionary together are one word.
            let is_latin = end == at + 1 && block.get(at).is_some_and(char::is_ascii_alphanumeric);
            if is_latin && in_latin {
                ends.pop();
            }
            ends.push(offset + end);
            in_latin = is_latin;
            at = end;
        }
    }
}

/// What words are made of; all else is a word by itself.
fn is_word_character(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || matches!(c, '+' | '#' | '&' | '.' | '_' | '%' | '-' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
            | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{2ebef}' | '\u{2f800}'..='\u{2fa1f}')
}

#[cfg(test)]
mod tests {
    use crate::folded::{Folded, Reading};
    use crate::verify::WORDS;

    fn ends(text: &str) -> Vec<usize> {
        WORDS.cut(&text.chars().collect::<Vec<char>>())
    }

    #[test]
    fn words_end_where_they_should() {
        assert_eq!(ends("我不知道"), [1, 2, 4]);
        assert_eq!(ends("卡abc1坏了"), [1, 5, 6, 7]);
        assert_eq!(ends("𠀀，"), [1, 2]);
        assert_eq!(ends(""), [0; 0]);
    }

    /// jieba, with all of its dictionary, cuts nearly all that the rules' examples say in the same way.
    #[test]
    fn agrees_with_jieba() {
        let jieba = jieba_rs::Jieba::new();
        let checker = crate::Checker::builder().build().unwrap();
        let (mut of, mut same) = (0, 0);
        for example in checker.packs().iter().flat_map(|pack| &pack.rules).flat_map(|rule| rule.hits.iter().chain(&rule.misses)) {
            let folded = Folded::new(&example.text, 0, Reading::Plain).text;
            let text: String = folded.iter().collect();
            let mut end = 0;
            let mut end_of = |word: &str| {
                end += word.chars().count();
                end
            };
            let expected: Vec<usize> = jieba.cut(&text, false).iter().map(|token| end_of(token.word)).collect();
            let found = WORDS.cut(&folded);
            of += expected.len();
            same += expected.iter().filter(|end| found.binary_search(end).is_ok()).count();
        }
        assert!(same * 1000 >= of * 995, "{same} of {of} ends of words");
    }
}
