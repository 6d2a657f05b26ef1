//! Literals by their sound, for text from speech recognition: 填队 is heard where 填对 was said. Receives the literals of patterns
//! and text, hands on places that sound like a literal but are not written so, with the literal; whether a pattern matches once
//! the place is written as assumed is for the checker to see.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::rules::literal::squeeze;
use crate::scan::{Scanner, Scratch, spelling};
use crate::span::Span;
use crate::speech::{other_sounds, sound};
use crate::trigger::Wanted;

/// The literals of patterns, ready to be looked for by sound.
#[derive(Clone, Debug)]
pub(crate) struct Homophones {
    scanner: Scanner,
    spellings: Spellings,
}

/// What the sounds that are scanned for stand for.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Spellings {
    /// For each sound that is looked for, how it may be spelled.
    of: Vec<Vec<Spelling>>,
    /// For each branch the number of its pattern and a bit for each of its sets.
    branches: Vec<(u32, u32)>,
}

/// A literal and the branches that ask for it, with the set that it belongs to.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Spelling {
    literal: String,
    triggers: Vec<(u32, u32)>,
}

/// A place that sounds like a literal of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Homophone {
    /// The number of the pattern.
    pub(crate) pattern: u32,
    /// Where it stands, in bytes of the scanned text.
    pub(crate) span: Span,
    /// What was probably said, in folded characters, as many as are written there.
    pub(crate) literal: Vec<char>,
}

/// Literals with what asks for them.
type Asked<'a> = BTreeMap<&'a str, Vec<(u32, u32)>>;

/// A character by its sound; one that has none by its class.
fn heard(c: char) -> Option<char> {
    spelling(c).map(|letter| sound(letter).unwrap_or(letter))
}

/// How a literal sounds, with the other reading of one of its characters where there is one.
fn readings(literal: &str) -> BTreeSet<String> {
    let usual: Vec<char> = literal.chars().filter_map(heard).collect();
    let other = |(place, c): (usize, char)| {
        let usual = &usual;
        other_sounds(c).iter().map(move |&sound| {
            usual.iter().enumerate().map(|(at, &usual)| if at == place { sound } else { usual }).collect::<String>()
        })
    };
    let others = literal.chars().enumerate().flat_map(other);
    std::iter::once(usual.iter().collect()).chain(others).map(|sounds: String| squeeze(&sounds)).collect()
}

/// How many of the sets of a branch are looked for: fewer where the literals of the first are words.
fn telling(sets: &[Vec<String>]) -> usize {
    let is_of_words = |set: &Vec<String>| set.iter().all(|literal| literal.chars().nth(1).is_some());
    sets.len().min(if sets.first().is_some_and(is_of_words) { 2 } else { 3 })
}

impl Homophones {
    /// Takes what patterns ask for, in the order of the patterns, of which the first has the number `from`.
    pub(crate) fn new<'a>(patterns: impl IntoIterator<Item = Wanted<'a>>, from: u32) -> Self {
        let mut branches = Vec::new();
        let mut by_sound: BTreeMap<String, Asked<'_>> = BTreeMap::new();
        for (pattern, wanted) in (from..).zip(patterns) {
            for sets in wanted.branches {
                let sets = sets.get(..telling(sets)).unwrap_or(sets);
                for (set, literals) in sets.iter().enumerate() {
                    for literal in literals {
                        let trigger = (branches.len() as u32, 1 << set);
                        for sounds in readings(literal) {
                            by_sound.entry(sounds).or_default().entry(literal).or_default().push(trigger);
                        }
                    }
                }
                branches.push((pattern, (1 << sets.len()) - 1));
            }
        }
        let scanner = Scanner::over(heard, by_sound.keys().map(String::as_str));
        let spelled = |(literal, triggers): (&str, Vec<(u32, u32)>)| Spelling { literal: literal.to_owned(), triggers };
        let of = by_sound.into_values().map(|spellings| spellings.into_iter().map(spelled).collect()).collect();
        Self { scanner, spellings: Spellings { of, branches } }
    }

    /// The built-in ones, as [`into_bytes`](Self::into_bytes) wrote them; the scanner is used in place.
    pub(crate) fn from_static(scanner: &'static [u8], spellings: &[u8]) -> Option<Self> {
        Some(Self { scanner: Scanner::from_static(scanner), spellings: postcard::from_bytes(spellings).ok()? })
    }

    /// What [`from_static`](Self::from_static) takes.
    #[allow(dead_code, reason = "the build script includes this file and calls it")]
    pub(crate) fn into_bytes(self) -> postcard::Result<(Vec<u8>, Vec<u8>)> {
        Ok((self.scanner.into_bytes(), postcard::to_stdvec(&self.spellings)?))
    }

    /// Finds the places of `text` that sound like a literal of a pattern and are written otherwise, for patterns whose other
    /// literals stand in the text or sound like something in it too.
    pub(crate) fn find(&self, text: &str, scratch: &mut Scratch) -> Vec<Homophone> {
        self.scanner.scan(text, scratch);
        let mut met: BTreeMap<u32, u32> = BTreeMap::new();
        let mut heard: Vec<(u32, Span, &str)> = Vec::new();
        for candidate in &scratch.candidates {
            for spelling in self.spellings.of.get(candidate.literal as usize).into_iter().flatten() {
                for &(branch, set) in &spelling.triggers {
                    *met.entry(branch).or_default() |= set;
                    heard.push((branch, candidate.span, &spelling.literal));
                }
            }
        }
        let mut found: Vec<Homophone> = Vec::new();
        for (branch, span, literal) in heard {
            let Some(&(pattern, sets)) = self.spellings.branches.get(branch as usize) else { continue };
            if met.get(&branch) != Some(&sets) {
                continue;
            }
            let written: Vec<char> = span.slice(text).chars().filter_map(spelling).collect();
            let literal: Vec<char> = literal.chars().collect();
            // One wrong character is an error of recognition; more are other words.
            let wrong = written.iter().zip(&literal).filter(|(one, other)| one != other).count();
            let homophone = Homophone { pattern, span, literal };
            if written.len() == homophone.literal.len() && written.len() > 1 && wrong == 1 && !found.contains(&homophone) {
                found.push(homophone);
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sounds_alike_is_found_and_spelled_alike_is_not() {
        let wanted = vec![vec![vec!["填对".to_owned()]], vec![vec!["清楚".to_owned()], vec!["我".to_owned()]]];
        let homophones = Homophones::new([Wanted { branches: &wanted, crosses: true, purpose: 1 }], 3);
        let find = |text: &str| homophones.find(text, &mut Scratch::default());
        let found = find("你没有填隊");
        assert_eq!(found, [Homophone { pattern: 3, span: Span::new(9, 15), literal: vec!['填', '对'] }]);
        assert_eq!(find("你没有填对"), []);
        assert_eq!(find("我不清除")[0].literal, ['清', '楚']);
        assert_eq!(find("不清除"), []);
        assert_eq!(find("天队"), []);
        assert_eq!(find("填ˋ隊").len(), 1, "tone marks are no letters");
    }
}
