//! A second opinion: whether an utterance reads like an offence, whatever its words. Receives the folded text, hands on how much it does,
//! as which category, and what weighed most.
//!
//! The model is linear over short sequences of letters (one to three in a row, and two with a gap between them), so that it costs a
//! table look-up for each. `tools/model` learns the weights from sentences that the project itself wrote, and writes `model/weights.bin`.

use std::ops::Range;

use crate::folded::{Folded, Reading};
use crate::rules::Category;
use crate::rules::literal::is_break;

/// The weights, laid out by [`Trained::lay_out`].
static WEIGHTS: &[u8] = include_bytes!("model/weights.bin");

/// What the file begins with: the layout has a version.
const MAGIC: [u8; 4] = *b"jyu1";

/// Binary digits of the number of slots for weights of "an offence".
const SLOTS: u32 = 19;

/// Binary digits of the number of slots for weights of the categories.
pub const CATEGORY_SLOTS: u32 = 16;

/// Letters in a pair with a gap are less than this many places apart.
const REACH: usize = 8;

/// An utterance with fewer sequences counts as one with so many: a few letters prove little.
const FEWEST: f32 = 100.0;

const CATEGORIES: usize = Category::ALL.len();

/// The head of the file: the magic, and numbers of four bytes: bias and step of the weights, the two thresholds, then bias of each category
/// and the step of their weights.
const HEAD: usize = 4 + 4 * (4 + CATEGORIES + 1);

/// Weights in place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Model {
    bias: f32,
    step: f32,
    /// From this score on an utterance in which no rule found anything is one for a finding.
    finds_from: f32,
    /// Below this score what a rule found is let pass.
    doubts_below: f32,
    category_bias: [f32; CATEGORIES],
    category_step: f32,
    /// For each slot a check of whose weight it is, and the root of the weight.
    slots: &'static [[u8; 2]],
    category_slots: &'static [[u8; CATEGORIES]],
}

/// What the model reads in an utterance.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Opinion {
    /// What it is an offence of, if it is one.
    pub(crate) category: Category,
    /// The clauses that weigh most, as places in the folded text.
    pub(crate) range: Range<usize>,
    /// The sequences that weigh most, the heaviest first; `…` stands for a gap.
    pub(crate) evidence: Vec<String>,
}

/// What is learned: weights by [`features`], before they are laid out.
#[derive(Clone, Debug, Default)]
pub struct Trained {
    /// What an utterance without known sequences scores.
    pub bias: f32,
    /// Weights of "an offence", by feature.
    pub weights: Vec<(u32, f32)>,
    /// From this score on an utterance in which no rule found anything is one for a finding.
    pub finds_from: f32,
    /// Below this score what a rule found is let pass.
    pub doubts_below: f32,
    /// For each category, in the order of [`Category::ALL`], its bias and a weight for each [`category_slot`], which features share.
    pub categories: Vec<(f32, Vec<f32>)>,
}

impl Model {
    /// The model that was built in; `None` where its file is of another layout.
    pub(crate) fn built_in() -> Option<Self> {
        Self::read(WEIGHTS)
    }

    fn read(bytes: &'static [u8]) -> Option<Self> {
        let (head, rest) = bytes.split_at_checked(HEAD)?;
        let (slots, rest) = rest.split_at_checked(2 << SLOTS)?;
        let (category_slots, rest) = rest.split_at_checked(CATEGORIES << CATEGORY_SLOTS)?;
        let (magic, numbers) = head.split_first_chunk::<4>()?;
        if *magic != MAGIC || !rest.is_empty() {
            return None;
        }
        let mut numbers = numbers.as_chunks::<4>().0.iter().map(|&bytes| f32::from_le_bytes(bytes));
        let mut next = || numbers.next();
        let (bias, step, finds_from, doubts_below) = (next()?, next()?, next()?, next()?);
        let mut category_bias = [0.0; CATEGORIES];
        for bias in &mut category_bias {
            *bias = next()?;
        }
        Some(Self {
            bias,
            step,
            finds_from,
            doubts_below,
            category_bias,
            category_step: next()?,
            slots: slots.as_chunks().0,
            category_slots: category_slots.as_chunks().0,
        })
    }

    /// What a feature weighs, in steps.
    fn weight(&self, feature: u32) -> Option<i32> {
        let [check, root] = self.slots.get(slot(feature) as usize).copied()?;
        (check == feature as u8 && root != 0).then_some(squared(root))
    }

    /// How much a text reads like an offence: the logarithm of the odds, as far as the sentences that it was learned from go.
    pub(crate) fn score(&self, text: &[char]) -> f32 {
        let (mut sum, mut known) = (0, 0_usize);
        each_feature(&Symbols::of(text), |feature, _| {
            if let Some(weight) = self.weight(feature) {
                sum += weight;
                known += 1;
            }
        });
        self.bias + self.step * sum as f32 / root(known)
    }

    /// Whether a score is one for a finding where no rule found anything.
    pub(crate) fn finds(&self, score: f32) -> bool {
        score >= self.finds_from
    }

    /// Whether a score lets pass what a rule found.
    pub(crate) fn doubts(&self, score: f32) -> bool {
        score < self.doubts_below
    }

    /// What speaks for an offence in a text; `None` where nothing does.
    pub(crate) fn explain(&self, text: &[char]) -> Option<Opinion> {
        let symbols = Symbols::of(text);
        let mut sums = [0; CATEGORIES];
        let mut seen: Vec<(i32, Sequence)> = Vec::new();
        each_feature(&symbols, |feature, sequence| {
            if let Some(weight) = self.weight(feature) {
                seen.push((weight, sequence));
            }
            if let Some(weights) = self.category_slots.get(category_slot(feature)) {
                sums.iter_mut().zip(weights).for_each(|(sum, &root)| *sum += squared(root));
            }
        });
        let norm = self.category_step / root(seen.len());
        let scores = sums.iter().zip(self.category_bias).map(|(&sum, bias)| bias + norm * sum as f32);
        let (category, _) = Category::ALL.into_iter().zip(scores).max_by(|(_, one), (_, other)| one.total_cmp(other))?;
        let range = symbols.heaviest(&seen, text)?;
        seen.sort_by_key(|&(weight, _)| std::cmp::Reverse(weight));
        let mut evidence: Vec<String> = Vec::new();
        for (weight, sequence) in seen {
            let words = symbols.words(sequence);
            // Marks and single letters tell nothing to a reader, nor does a part of what is named already.
            let is_word = words.chars().nth(1).is_some() && !words.contains(|c| is_break(c) || is_edge(c));
            if weight > 0 && is_word && !evidence.iter().any(|other| other.contains(&words)) {
                evidence.push(words);
            }
            if evidence.len() == EVIDENCE {
                break;
            }
        }
        Some(Opinion { category, range, evidence })
    }
}

/// So many sequences are named as evidence.
const EVIDENCE: usize = 4;

/// Letters of a text as the model reads them, with where each stands in the folded text.
struct Symbols {
    letters: Vec<char>,
    places: Vec<usize>,
}

/// Where a sequence begins among the symbols, where its last letter stands, and whether there is a gap between the two.
#[derive(Clone, Copy, Debug)]
struct Sequence {
    from: usize,
    to: usize,
    has_gap: bool,
}

/// Stand for the beginning and the end of a text.
const START: char = '^';
const END: char = '$';

fn is_edge(c: char) -> bool {
    c == START || c == END
}

impl Symbols {
    /// All marks are one pause, all numbers and all Latin words are alike, and so are polite and plain ways to say "you": the model
    /// shall not learn that politeness is decent and bluntness is not. Written Cantonese is read as what it stands for.
    fn of(text: &[char]) -> Self {
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

    fn words(&self, Sequence { from, to, has_gap }: Sequence) -> String {
        let letters = self.letters.get(from..=to).unwrap_or_default();
        match (letters.first(), letters.last()) {
            (Some(first), Some(last)) if has_gap => format!("{first}…{last}"),
            _ => letters.iter().filter(|&&c| !is_edge(c)).collect(),
        }
    }

    /// The clauses in a row that together weigh most, as places in the folded text without marks at their ends.
    fn heaviest(&self, seen: &[(i32, Sequence)], text: &[char]) -> Option<Range<usize>> {
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

/// Calls for each sequence of a text with what stands for it: a slot, and a check of eight binary digits.
fn each_feature(symbols: &Symbols, mut each: impl FnMut(u32, Sequence)) {
    const GAP: u64 = 0x1f_ffff;
    let letters = symbols.letters.as_slice();
    let mut hand_on = |one: u64, two: u64, three: u64, from, to, has_gap| {
        // A multiplication by an odd number near 2^64 divided by the golden ratio spreads what differs little.
        let spread = (one | two << 21 | three << 42).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let spread = (spread ^ spread >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        each((spread >> (64 - SLOTS - 8)) as u32, Sequence { from, to, has_gap });
    };
    for from in 0..letters.len() {
        let at = |by: usize| letters.get(from + by).map(|&c| u64::from(u32::from(c)));
        let Some(one) = at(0) else { break };
        hand_on(one, 0, 0, from, from, false);
        let Some(two) = at(1) else { break };
        hand_on(one, two, 0, from, from + 1, false);
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

/// What a sum of so many weights is divided by, so that a long text scores no more than a short one of the same tone.
#[must_use]
pub fn root(known: usize) -> f32 {
    (known as f32).max(FEWEST).sqrt()
}

/// A weight from its root, which is what the file holds: few weights are heavy, and the many light ones must keep their differences.
fn squared(root: u8) -> i32 {
    let root = i32::from(root as i8);
    root * root.abs()
}

/// The slot that a feature shares with others, of those that hold the weights of categories.
#[must_use]
pub fn category_slot(feature: u32) -> usize {
    (feature >> (SLOTS + 8 - CATEGORY_SLOTS)) as usize
}

/// The slot that a feature shares with others.
#[must_use]
pub fn slot(feature: u32) -> u32 {
    feature >> 8
}

/// What the model sees in a text, a number for each sequence; for `tools/model`.
#[must_use]
pub fn features(text: &str) -> Vec<u32> {
    let folded = Folded::new(text, 0, Reading::Plain);
    let mut features = Vec::new();
    each_feature(&Symbols::of(&folded.text), |feature, _| features.push(feature));
    features
}

impl Trained {
    /// The file that a build includes. Of features that meet in a slot the first one stays.
    #[must_use]
    pub fn lay_out(&self) -> Vec<u8> {
        let step = |weights: &mut dyn Iterator<Item = f32>| {
            let most = weights.fold(f32::MIN_POSITIVE, |most, weight| most.max(weight.abs()));
            most / f32::from(i8::MAX).powi(2)
        };
        // A weight of nothing would say that its slot is empty.
        let quantised = |weight: f32, step: f32| (((weight.abs() / step).sqrt().round()).max(1.0) * weight.signum()) as i8;
        let of_offence = step(&mut self.weights.iter().map(|&(_, weight)| weight));
        let of_categories = step(&mut self.categories.iter().flat_map(|(_, weights)| weights.iter().copied()));
        let mut bytes = MAGIC.to_vec();
        let biases = self.categories.iter().map(|(bias, _)| *bias);
        let numbers =
            [self.bias, of_offence, self.finds_from, self.doubts_below].into_iter().chain(biases).chain([of_categories]);
        bytes.extend(numbers.flat_map(f32::to_le_bytes));
        let mut slots = vec![[0_u8; 2]; 1 << SLOTS];
        for &(feature, weight) in &self.weights {
            let weight = quantised(weight, of_offence);
            if let Some(slot) = slots.get_mut(slot(feature) as usize)
                && *slot == [0; 2]
            {
                *slot = [feature as u8, weight as u8];
            }
        }
        bytes.extend(slots.into_iter().flatten());
        let mut slots = vec![[0_u8; CATEGORIES]; 1 << CATEGORY_SLOTS];
        for (index, (_, weights)) in self.categories.iter().enumerate() {
            for (slot, &weight) in slots.iter_mut().zip(weights) {
                if let Some(root) = slot.get_mut(index) {
                    *root = quantised(weight, of_categories) as u8;
                }
            }
        }
        bytes.extend(slots.into_iter().flatten());
        bytes
    }
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
    fn sequences() {
        let symbols = Symbols::of(&fold("你看，好"));
        let mut seen = Vec::new();
        each_feature(&symbols, |_, sequence| seen.push(symbols.words(sequence)));
        // Gaps do not reach over a mark; the edges are letters of their own, which are not told.
        assert_eq!(
            seen,
            ["", "你", "你看", "^…看", "你", "你看", "你看，", "看", "看，", "看，好", "，", "，好", "，好", "好", "好"]
        );
    }

    /// Whatever is learned, what is read back must be nearly that: the layout may round, not more.
    #[test]
    fn layout_keeps_weights() {
        let text = "这点小事都办不好";
        let learned = |scale: f32| {
            let mut known: Vec<u32> = features(text);
            known.sort_unstable();
            known.dedup_by_key(|feature| slot(*feature));
            known.into_iter().enumerate().map(|(at, feature)| (feature, scale * (at as f32 - 8.0))).collect::<Vec<_>>()
        };
        let trained = Trained {
            bias: -1.5,
            weights: learned(0.25),
            finds_from: 3.0,
            doubts_below: -2.0,
            categories: Category::ALL
                .iter()
                .map(|&category| (f32::from(u8::from(category == Category::Policy)), vec![0.0; 1 << CATEGORY_SLOTS]))
                .collect(),
        };
        let model = Model::read(trained.lay_out().leak()).unwrap();
        let exact: f32 = features(text)
            .iter()
            .filter_map(|feature| trained.weights.iter().find(|(other, _)| other == feature))
            .map(|(_, weight)| weight)
            .sum();
        assert!((model.score(&fold(text)) - (-1.5 + exact / 10.0)).abs() < 0.1, "{}", model.score(&fold(text)));
        assert_eq!(model.explain(&fold(text)).unwrap().category, Category::Policy);
        assert!(model.finds(3.0) && !model.finds(2.9) && model.doubts(-2.1) && !model.doubts(-2.0));
    }

    #[test]
    fn tells_offences_from_decent_talk() {
        let model = Model::built_in().unwrap();
        let rude = fold("我们做不到，您爱上哪儿告上哪儿告，奉陪到底");
        let decent = fold("没关系，您慢慢说，我听着呢");
        assert!(model.score(&rude) > model.score(&decent) + 3.0);
        let opinion = model.explain(&rude).unwrap();
        assert_eq!(opinion.category, Category::Threat);
        let words: String = rude[opinion.range].iter().collect();
        assert!(words.contains("上哪儿告") && !words.ends_with('，'), "{words}");
        assert!(!opinion.evidence.is_empty());
        // Of a Latin word the first letter alone is weighed; it stands for the whole.
        let with_name = fold("我们做不到，您爱上哪儿告上哪儿告iPhone");
        assert_eq!(model.explain(&with_name).unwrap().range.end, with_name.len());
    }

    #[test]
    fn a_broken_file_is_no_model() {
        assert!(Model::read(b"jyu1").is_none());
        let mut other = WEIGHTS.to_vec();
        other[0] = b'x';
        assert!(Model::read(other.leak()).is_none());
    }
}
