//! Weights of sequences for one label or several, used in place: read from a file that a build includes, and laid out for it.

use super::letters::{DIGITS, Symbols, each_feature};

/// What a table begins with: the layout has a version.
const MAGIC: [u8; 4] = *b"jyu2";

/// A text with fewer known sequences counts as one with so many: a few letters prove little.
const FEWEST: f32 = 100.0;

/// What is known of a label beside the weights.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Label {
    /// What a text without known sequences scores.
    pub bias: f32,
    /// From this score on a text in which no rule found it has it.
    pub finds_from: f32,
    /// Below this score what a rule found is let pass.
    pub doubts_below: f32,
}

impl Label {
    /// Whether a score is one for a finding where no rule found anything.
    pub(crate) fn finds(&self, score: f32) -> bool {
        score >= self.finds_from
    }

    /// Whether a score lets pass what a rule found.
    pub(crate) fn doubts(&self, score: f32) -> bool {
        score < self.doubts_below
    }
}

/// Weights of `N` labels in place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Table<const N: usize> {
    labels: [Label; N],
    step: f32,
    /// Binary digits of the number of slots.
    digits: u32,
    /// For each slot a check of whose weights it holds.
    checks: &'static [u8],
    /// For each slot the roots of the weights.
    roots: &'static [[u8; N]],
}

impl<const N: usize> Table<N> {
    /// The table at the beginning of a file, and what follows; `None` where that is of another layout.
    pub(super) fn read(bytes: &'static [u8]) -> Option<(Self, &'static [u8])> {
        let (magic, rest) = bytes.split_first_chunk::<4>()?;
        let (&digits, mut rest) = rest.split_first()?;
        let digits = u32::from(digits);
        if *magic != MAGIC || digits > DIGITS {
            return None;
        }
        let mut labels = [Label::default(); N];
        for Label { bias, finds_from, doubts_below } in &mut labels {
            (*bias, rest) = number(rest)?;
            (*finds_from, rest) = number(rest)?;
            (*doubts_below, rest) = number(rest)?;
        }
        let (step, rest) = number(rest)?;
        let (checks, rest) = rest.split_at_checked(1 << digits)?;
        let (roots, rest) = rest.split_at_checked(N << digits)?;
        Some((Self { labels, step, digits, checks, roots: roots.as_chunks().0 }, rest))
    }

    /// What a sequence weighs for each label, in steps; `None` where it is unknown.
    pub(super) fn weights(&self, feature: u32) -> Option<[i32; N]> {
        let slot = slot(feature, self.digits);
        let is_here = self.checks.get(slot).is_some_and(|&check| check == feature as u8);
        let roots = self.roots.get(slot).filter(|roots| is_here && **roots != [0; N])?;
        Some(roots.map(squared))
    }

    /// How much a text reads like each label: the logarithm of the odds, as far as the sentences that it was learned from go.
    pub(crate) fn scores(&self, text: &[char]) -> [f32; N] {
        let (mut sums, mut known) = ([0; N], 0_usize);
        each_feature(&Symbols::of(text), |feature, _| {
            if let Some(weights) = self.weights(feature) {
                sums.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += weight);
                known += 1;
            }
        });
        let step = self.step / root(known);
        let mut scores = self.labels.map(|label| label.bias);
        scores.iter_mut().zip(sums).for_each(|(score, sum)| *score += step * sum as f32);
        scores
    }

    /// The labels, in order.
    pub(crate) fn labels(&self) -> &[Label; N] {
        &self.labels
    }
}

/// A number of four bytes, and what follows.
pub(super) fn number(bytes: &'static [u8]) -> Option<(f32, &'static [u8])> {
    let (number, rest) = bytes.split_first_chunk()?;
    Some((f32::from_le_bytes(*number), rest))
}

/// What a sum of so many weights is divided by, so that a long text scores no more than a short one of the same tone.
#[must_use]
pub fn root(known: usize) -> f32 {
    (known as f32).max(FEWEST).sqrt()
}

/// The slot that a feature shares with others, of so many that their numbers have so many binary digits.
#[must_use]
pub fn slot(feature: u32, digits: u32) -> usize {
    (feature >> DIGITS.saturating_sub(digits)) as usize
}

/// A weight from its root, which is what a file holds: few weights are heavy, and the many light ones must keep their differences.
pub(super) fn squared(root: u8) -> i32 {
    let root = i32::from(root as i8);
    root * root.abs()
}

/// How much the weights are that are one step each, so that the heaviest of them still has a root of one byte.
pub(super) fn step(weights: impl Iterator<Item = f32>) -> f32 {
    weights.fold(f32::MIN_POSITIVE, |most, weight| most.max(weight.abs())) / f32::from(i8::MAX).powi(2)
}

/// The root of a weight. It is never nothing, which would say that the slot is empty.
pub(super) fn quantised(weight: f32, step: f32) -> u8 {
    ((weight.abs() / step).sqrt().round().max(1.0) * weight.signum()) as i8 as u8
}

/// What is learned for some labels, before it is laid out.
#[derive(Clone, Debug, Default)]
pub struct Learned {
    /// The labels, in order.
    pub labels: Vec<Label>,
    /// For each [feature](super::features) that is known what it weighs for each label.
    pub weights: Vec<(u32, Vec<f32>)>,
}

impl Learned {
    /// The table that a build includes, with as many slots as numbers of so many binary digits (at most 27) count. Of features that meet in
    /// a slot the first one stays.
    #[must_use]
    pub fn lay_out(&self, digits: u32) -> Vec<u8> {
        let labels = self.labels.len();
        let step = step(self.weights.iter().flat_map(|(_, weights)| weights.iter().copied()));
        let mut checks = vec![0_u8; 1 << digits];
        let mut roots = vec![0_u8; labels << digits];
        for (feature, weights) in &self.weights {
            let at = slot(*feature, digits);
            let row = roots.get_mut(at * labels..(at + 1) * labels);
            if let (Some(check), Some(row)) = (checks.get_mut(at), row)
                && row.iter().all(|&root| root == 0)
            {
                *check = *feature as u8;
                row.iter_mut().zip(weights).for_each(|(root, &weight)| *root = quantised(weight, step));
            }
        }
        let numbers = self.labels.iter().flat_map(|label| [label.bias, label.finds_from, label.doubts_below]).chain([step]);
        let mut bytes = MAGIC.to_vec();
        bytes.push(digits as u8);
        bytes.extend(numbers.flat_map(f32::to_le_bytes));
        bytes.extend(checks);
        bytes.extend(roots);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folded::{Folded, Reading};
    use crate::model::features;

    /// Whatever is learned, what is read back must be nearly that: the layout may round, not more.
    #[test]
    fn layout_keeps_weights() {
        let text = "这点小事都办不好";
        let mut known: Vec<u32> = features(text);
        known.sort_unstable();
        known.dedup_by_key(|feature| slot(*feature, 16));
        let weights =
            known.into_iter().enumerate().map(|(at, feature)| (feature, vec![(at % 40) as f32 / 4.0 - 2.0, 1.0])).collect();
        let label = Label { bias: -1.5, finds_from: 3.0, doubts_below: -2.0 };
        let learned = Learned { labels: vec![label, Label::default()], weights };
        let (table, rest) = Table::<2>::read(learned.lay_out(16).leak()).unwrap();
        assert!(rest.is_empty());
        assert_eq!(table.labels, [label, Label::default()]);
        let of = |feature: u32| learned.weights.iter().find(|(other, _)| *other == feature).map(|(_, weights)| weights[0]);
        let exact: f32 = features(text).into_iter().filter_map(of).sum();
        let [score, other] = table.scores(&Folded::new(text, 0, Reading::Plain).text);
        assert!((score - (-1.5 + exact / 10.0)).abs() < 0.1, "{score}");
        assert!((other / (learned.weights.len() as f32 / 10.0) - 1.0).abs() < 0.03, "{other}");
    }

    #[test]
    fn a_broken_file_is_no_table() {
        let whole = Learned { labels: vec![Label::default()], weights: Vec::new() }.lay_out(3);
        assert!(Table::<1>::read(whole.clone().leak()).is_some());
        assert!(Table::<2>::read(whole.clone().leak()).is_none(), "of fewer labels");
        for end in 0..whole.len() {
            assert!(Table::<1>::read(whole[..end].to_vec().leak()).is_none(), "{end} bytes");
        }
        let other = [&b"x"[..], &whole[1..]].concat();
        assert!(Table::<1>::read(other.leak()).is_none());
    }
}
