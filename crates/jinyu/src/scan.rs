//! One pass over an utterance: all literals of all rules. Receives text, hands on [`Candidate`]s with their place in
//! the original; knows nothing of patterns and guards. A candidate is a place worth a look, no more: noise and repeated
//! characters are skipped whatever they stand for.

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use crate::script::fold;
use crate::span::Span;

/// A place where a literal stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Candidate {
    /// Index of the literal.
    pub(crate) literal: u32,
    /// Where it stands, in bytes of the scanned text, noise inside it included.
    pub(crate) span: Span,
}

/// Buffers that a scan fills; reused from one utterance to the next.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scratch {
    folded: String,
    /// For each folded letter, where it begins in `folded` and where it stands in the text.
    letters: Vec<(u32, u32, u32)>,
    pub(crate) candidates: Vec<Candidate>,
}

/// All literals, ready to be looked for. Cheap to share between threads.
#[derive(Clone, Debug)]
pub(crate) struct Scanner {
    automaton: AhoCorasick,
}

impl Scanner {
    /// Takes literals as [`squeeze`](crate::rules::literal::squeeze) writes them; a candidate names its literal by index.
    pub(crate) fn new<L: AsRef<[u8]>>(literals: &[L]) -> Result<Self, String> {
        AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(literals)
            .map(|automaton| Self { automaton })
            .map_err(|error| format!("too many literals for one automaton: {error}"))
    }

    /// Finds each place of each literal, overlapping ones too.
    ///
    /// Cost: linear in the length of the text and the number of candidates.
    pub(crate) fn scan(&self, text: &str, scratch: &mut Scratch) {
        scratch.folded.clear();
        scratch.letters.clear();
        scratch.candidates.clear();
        let mut last = None;
        for (at, c) in text.char_indices() {
            let letter = fold(c);
            if !letter.is_alphanumeric() {
                continue;
            }
            let end = (at + c.len_utf8()) as u32;
            if last == Some(letter) {
                if let Some((.., stop)) = scratch.letters.last_mut() {
                    *stop = end;
                }
                continue;
            }
            last = Some(letter);
            scratch.letters.push((scratch.folded.len() as u32, at as u32, end));
            scratch.folded.push(letter);
        }
        for found in self.automaton.find_overlapping_iter(&scratch.folded) {
            let index = |offset: usize| scratch.letters.partition_point(|&(begin, ..)| (begin as usize) < offset);
            let first = scratch.letters.get(index(found.start()));
            let last = index(found.end()).checked_sub(1).and_then(|index| scratch.letters.get(index));
            if let (Some(&(_, start, _)), Some(&(.., end))) = (first, last) {
                let span = Span::new(start as usize, end as usize);
                scratch.candidates.push(Candidate { literal: found.pattern().as_u32(), span });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::rules::literal::squeeze;

    /// The same by brute force: every place of the text, every literal.
    fn oracle(literals: &[String], text: &str) -> Vec<(u32, usize)> {
        let letters: Vec<(usize, char)> = {
            let mut letters: Vec<(usize, char)> = Vec::new();
            for (at, c) in text.char_indices() {
                let letter = fold(c);
                if letter.is_alphanumeric() && letters.last().is_none_or(|&(_, last)| last != letter) {
                    letters.push((at, letter));
                }
            }
            letters
        };
        let mut found = Vec::new();
        for (from, &(at, _)) in letters.iter().enumerate() {
            for (index, literal) in literals.iter().enumerate() {
                if literal.chars().eq(letters[from..].iter().map(|&(_, c)| c).take(literal.chars().count())) {
                    found.push((index as u32, at));
                }
            }
        }
        found.sort_unstable();
        found
    }

    proptest! {
        #[test]
        fn finds_what_brute_force_finds(
            words in proptest::collection::vec("[你您妳没沒填对對错a1]{1,4}", 1..8),
            text in "[你您妳没沒填对對错錯a1Ａ， .👌\u{200b}]{0,40}",
        ) {
            let mut literals: Vec<String> = words.iter().map(|word| squeeze(&word.chars().map(fold).collect::<String>())).collect();
            literals.sort();
            literals.dedup();
            let scanner = Scanner::new(&literals).unwrap();
            let mut scratch = Scratch::default();
            scanner.scan(&text, &mut scratch);
            let mut found: Vec<(u32, usize)> = scratch.candidates.iter().map(|c| (c.literal, c.span.start)).collect();
            found.sort_unstable();
            prop_assert_eq!(found, oracle(&literals, &text));
            for candidate in &scratch.candidates {
                let slice = candidate.span.slice(&text);
                let letters = squeeze(&slice.chars().map(fold).collect::<String>());
                prop_assert_eq!(&letters, &literals[candidate.literal as usize]);
            }
        }
    }
}
