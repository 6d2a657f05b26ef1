//! How often characters, and pairs of them, stand in service talk: so that the scan looks for what is rare. Receives sentences,
//! which are the examples of the built-in rules, hands on estimates.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::rules::RulePack;
use crate::rules::literal::squeeze;
use crate::script::fold;

/// An offence is rarer in talk than among examples, so a sentence that must not be found counts this many times as much.
const INNOCENT: u32 = 2;

/// Pairs that were seen less often than this are not kept.
const SELDOM: u32 = 3;

/// How often a character counts as seen besides, and in how many places: with no sentences at all, each stands in one of a thousand.
const PRIOR: (f64, f64) = (0.5, 500.0);

/// A pair that was never seen may still be a word: it stands in at least this share of the places of its rarer character.
const TOGETHER: f64 = 0.02;

/// Counts of characters and pairs, over squeezed letters.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Frequencies {
    total: u32,
    chars: BTreeMap<char, u32>,
    pairs: BTreeMap<(char, char), u32>,
}

impl Frequencies {
    /// Counts what the examples of packs say.
    #[allow(dead_code, reason = "called by the build script, which includes this file")]
    pub(crate) fn of(packs: &[RulePack]) -> Self {
        let mut frequencies = Self::default();
        for rule in packs.iter().flat_map(|pack| &pack.rules) {
            for example in &rule.hits {
                frequencies.add(&example.text, 1);
            }
            for example in &rule.misses {
                frequencies.add(&example.text, INNOCENT);
            }
        }
        frequencies.pairs.retain(|_, &mut count| count >= SELDOM);
        frequencies
    }

    fn add(&mut self, text: &str, times: u32) {
        let letters = squeeze(&text.chars().map(fold).collect::<String>());
        let mut last = None;
        for c in letters.chars() {
            self.total += times;
            *self.chars.entry(c).or_default() += times;
            if let Some(last) = last.replace(c) {
                *self.pairs.entry((last, c)).or_default() += times;
            }
        }
    }

    /// The share of the places of a text at which a character stands.
    fn char(&self, c: char) -> f64 {
        let seen = self.chars.get(&c).copied().unwrap_or(0);
        (f64::from(seen) + PRIOR.0) / self.places()
    }

    fn places(&self) -> f64 {
        f64::from(self.total) + PRIOR.1
    }

    /// The share of the places of a text at which a literal stands; 1 for an empty one.
    pub(crate) fn of_literal(&self, literal: &str) -> f64 {
        let mut rate = 1.0;
        let mut last = None;
        for c in literal.chars() {
            let own = self.char(c);
            rate *= match last.replace(c) {
                None => own,
                Some(last) => {
                    let before = self.char(last);
                    let seen = f64::from(self.pairs.get(&(last, c)).copied().unwrap_or(0)) / self.places();
                    let pair = seen.max(before * own).max(before.min(own) * TOGETHER);
                    (pair / before).min(1.0)
                }
            };
        }
        rate
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_often_is_frequent() {
        let mut frequencies = Frequencies::default();
        for _ in 0..50 {
            frequencies.add("請問有什麼可以幫您", 2);
        }
        frequencies.add("您弄错了", 1);
        let rate = |literal: &str| frequencies.of_literal(literal);
        assert!(rate("可以") > rate("弄错"));
        assert!(rate("弄") > rate("弄错"));
        assert!(rate("弄错") > rate("弄错了"));
        assert!(rate("没见过") > 0.0 && rate("") == 1.0);
    }
}
