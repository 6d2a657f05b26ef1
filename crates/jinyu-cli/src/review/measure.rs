//! Figures from verdicts. Receives what reviewers say of findings, hands on how precise each rule is and how far reviewers agree.

use std::collections::{BTreeMap, BTreeSet};

use super::sheet::{Judgement, Opinion};

/// The 97.5 % quantile of the normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// With fewer verdicts than this a precision says nothing.
pub(crate) const ENOUGH: usize = 10;

/// A finding, and what was said of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Judged {
    pub(crate) rule: String,
    /// By reviewer: the verdict, and the remark on it.
    pub(crate) opinions: BTreeMap<String, (Opinion, String)>,
}

impl Judged {
    /// What most reviewers say; none where they are divided.
    pub(crate) fn opinion(&self) -> Option<Opinion> {
        let count = |opinion| self.opinions.values().filter(|(of, _)| *of == opinion).count();
        let most = Opinion::ALL.into_iter().map(count).max()?;
        let mut first = Opinion::ALL.into_iter().filter(|opinion| count(*opinion) == most);
        first.next().filter(|_| first.next().is_none())
    }
}

/// Puts together what was said of each finding, by fingerprint. Hands on, too, what contradicts what the same reviewer said before.
pub(crate) fn gather(judgements: &[Judgement]) -> (BTreeMap<&str, Judged>, Vec<&Judgement>) {
    let mut findings: BTreeMap<&str, Judged> = BTreeMap::new();
    let mut contradictions = Vec::new();
    for judgement in judgements {
        let judged = findings.entry(&judgement.finding).or_default();
        judged.rule.clone_from(&judgement.rule);
        let said = (judgement.opinion, judgement.remark.clone());
        let (before, remark) = judged.opinions.entry(judgement.reviewer.clone()).or_insert(said);
        if *before != judgement.opinion {
            contradictions.push(judgement);
        } else if remark.is_empty() {
            remark.clone_from(&judgement.remark);
        }
    }
    (findings, contradictions)
}

/// How often a rule was right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Precision {
    pub(crate) correct: usize,
    pub(crate) wrong: usize,
    pub(crate) unsure: usize,
    /// Findings on which reviewers are divided.
    pub(crate) disputed: usize,
}

impl Precision {
    fn count(&mut self, opinion: Option<Opinion>) {
        *match opinion {
            Some(Opinion::Correct) => &mut self.correct,
            Some(Opinion::Wrong) => &mut self.wrong,
            Some(Opinion::Unsure) => &mut self.unsure,
            None => &mut self.disputed,
        } += 1;
    }

    /// Findings that are known to be one or the other.
    pub(crate) fn decided(&self) -> usize {
        self.correct + self.wrong
    }

    /// The share of correct ones among those.
    pub(crate) fn share(&self) -> Option<f64> {
        (self.decided() > 0).then(|| self.correct as f64 / self.decided() as f64)
    }

    /// Between which shares the true one lies, as 95 of 100 such intervals do.
    pub(crate) fn interval(&self) -> Option<[f64; 2]> {
        wilson(self.correct, self.decided())
    }
}

/// The precision of each rule, and of all together.
pub(crate) fn precision(findings: &BTreeMap<&str, Judged>) -> (BTreeMap<String, Precision>, Precision) {
    let mut rules: BTreeMap<String, Precision> = BTreeMap::new();
    let mut all = Precision::default();
    for judged in findings.values() {
        let opinion = judged.opinion();
        rules.entry(judged.rule.clone()).or_default().count(opinion);
        all.count(opinion);
    }
    (rules, all)
}

/// The Wilson score interval of a share; none of nothing.
pub(crate) fn wilson(hits: usize, all: usize) -> Option<[f64; 2]> {
    if all == 0 {
        return None;
    }
    let n = all as f64;
    let share = hits as f64 / n;
    let middle = share + Z * Z / (2.0 * n);
    let reach = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + Z * Z / n;
    // Rounding may leave the border cases a hair off.
    Some([((middle - reach) / scale).clamp(0.0, share), ((middle + reach) / scale).clamp(share, 1.0)])
}

/// How far two reviewers agree.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Agreement {
    pub(crate) reviewers: [String; 2],
    /// Findings that both judged.
    pub(crate) findings: usize,
    /// Those of which they say the same.
    pub(crate) same: usize,
    /// Cohen's kappa; none where chance alone would make them agree.
    pub(crate) kappa: Option<f64>,
}

/// The agreement of each two reviewers that judged any finding both.
pub(crate) fn agreement(findings: &BTreeMap<&str, Judged>) -> Vec<Agreement> {
    let reviewers: BTreeSet<&String> = findings.values().flat_map(|judged| judged.opinions.keys()).collect();
    let reviewers: Vec<&String> = reviewers.into_iter().collect();
    let mut pairs = Vec::new();
    for (number, one) in reviewers.iter().enumerate() {
        for other in reviewers.iter().skip(number + 1) {
            let both = |judged: &Judged| Some((judged.opinions.get(*one)?.0, judged.opinions.get(*other)?.0));
            let said: Vec<(Opinion, Opinion)> = findings.values().filter_map(both).collect();
            if !said.is_empty() {
                pairs.push(Agreement {
                    reviewers: [(*one).clone(), (*other).clone()],
                    findings: said.len(),
                    same: said.iter().filter(|(one, other)| one == other).count(),
                    kappa: kappa(&said),
                });
            }
        }
    }
    pairs
}

/// Cohen's kappa: the share of agreement beyond what chance would give, 1 at most.
pub(crate) fn kappa(said: &[(Opinion, Opinion)]) -> Option<f64> {
    let n = said.len() as f64;
    let share = |holds: &dyn Fn(&(Opinion, Opinion)) -> bool| said.iter().filter(|of| holds(of)).count() as f64 / n;
    let observed = share(&|(one, other)| one == other);
    let chance: f64 =
        Opinion::ALL.into_iter().map(|opinion| share(&|(one, _)| *one == opinion) * share(&|(_, other)| *other == opinion)).sum();
    (chance < 1.0).then(|| (observed - chance) / (1.0 - chance))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn about(figure: f64, expected: f64) -> bool {
        (figure - expected).abs() < 5e-4
    }

    #[test]
    fn wilson_on_known_values() {
        // Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
        for (hits, all, low, high) in [
            (81, 263, 0.2553, 0.3662),
            (15, 148, 0.0624, 0.1605),
            (0, 20, 0.0, 0.1611),
            (1, 29, 0.0061, 0.1718),
            (20, 20, 0.8389, 1.0),
        ] {
            let [from, to] = wilson(hits, all).unwrap();
            assert!(about(from, low) && about(to, high), "{hits} of {all}: {from} to {to}");
        }
        assert_eq!(wilson(0, 0), None);
    }

    #[test]
    fn kappa_on_known_values() {
        use Opinion::{Correct, Unsure, Wrong};
        let said = |counts: &[(usize, Opinion, Opinion)]| {
            counts.iter().flat_map(|(n, one, other)| std::iter::repeat_n((*one, *other), *n)).collect::<Vec<_>>()
        };
        // 20 and 15 alike, 5 and 10 not: observed 0.7, by chance 0.5.
        let of = said(&[(20, Correct, Correct), (5, Correct, Wrong), (10, Wrong, Correct), (15, Wrong, Wrong)]);
        assert!(about(kappa(&of).unwrap(), 0.4));
        let of = said(&[(3, Correct, Correct), (2, Wrong, Wrong), (4, Unsure, Unsure)]);
        assert!(about(kappa(&of).unwrap(), 1.0));
        let of = said(&[(5, Correct, Wrong), (5, Wrong, Correct)]);
        assert!(about(kappa(&of).unwrap(), -1.0));
        assert_eq!(kappa(&said(&[(5, Correct, Correct)])), None);
        assert_eq!(kappa(&[]), None);
    }

    #[test]
    fn a_tie_decides_nothing() {
        let judged = |opinions: &[Opinion]| Judged {
            rule: "a/b".to_owned(),
            opinions: opinions.iter().enumerate().map(|(n, of)| (n.to_string(), (*of, String::new()))).collect(),
        };
        use Opinion::{Correct, Unsure, Wrong};
        assert_eq!(judged(&[Wrong]).opinion(), Some(Wrong));
        assert_eq!(judged(&[Wrong, Wrong, Correct]).opinion(), Some(Wrong));
        assert_eq!(judged(&[Wrong, Correct]).opinion(), None);
        assert_eq!(judged(&[Wrong, Unsure, Correct]).opinion(), None);
    }

    proptest! {
        #[test]
        fn the_interval_holds_the_share(all in 1_usize..2000, part in 0.0..=1.0_f64) {
            let hits = (all as f64 * part) as usize;
            let [from, to] = wilson(hits, all).unwrap();
            let share = hits as f64 / all as f64;
            prop_assert!(0.0 <= from && from <= share && share <= to && to <= 1.0);
            // Symmetric, and narrower with more of the same.
            let [low, high] = wilson(all - hits, all).unwrap();
            prop_assert!((low - (1.0 - to)).abs() < 1e-9 && (high - (1.0 - from)).abs() < 1e-9);
            let [near, far] = wilson(hits * 10, all * 10).unwrap();
            prop_assert!(far - near < to - from);
        }

        #[test]
        fn kappa_is_symmetric_and_at_most_one(said in proptest::collection::vec((0_usize..3, 0_usize..3), 1..60)) {
            let said: Vec<_> = said.into_iter().map(|(one, other)| (Opinion::ALL[one], Opinion::ALL[other])).collect();
            let turned: Vec<_> = said.iter().map(|(one, other)| (*other, *one)).collect();
            match (kappa(&said), kappa(&turned)) {
                (Some(one), Some(other)) => prop_assert!((one - other).abs() < 1e-9 && one <= 1.0 + 1e-9),
                (one, other) => prop_assert_eq!(one, other),
            }
        }
    }
}
