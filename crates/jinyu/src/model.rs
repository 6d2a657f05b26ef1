//! A second opinion: whether an utterance reads like an offence, or like a signal or step, whatever its words. Receives the folded text,
//! hands on how much it does, and of an offence the category and what weighed most.
//!
//! The models are linear over short sequences of letters (one to three in a row, as they are written and as they sound, and two with a gap
//! between them), so that they cost a table look-up for each. `tools/model` learns the weights from sentences that the project itself wrote,
//! and writes the files beside.

mod letters;
mod table;

use std::ops::Range;

pub use letters::features;
use letters::{Sequence, Symbols, each_feature, is_edge};
pub(crate) use table::Table;
pub use table::{Label, Learned, root, slot};
use table::{number, quantised, squared, step};

use crate::rules::literal::is_break;
use crate::rules::{Category, SIGNALS, STEPS};
use crate::script::fold;
use crate::speech::sound;

/// Binary digits of the number of slots for weights of the categories.
pub const CATEGORY_DIGITS: u32 = 16;

const CATEGORIES: usize = Category::ALL.len();

/// Weights of offences in place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Model {
    offence: Table<1>,
    category_bias: [f32; CATEGORIES],
    category_step: f32,
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

/// Of talk in which the model knows less than this share of all sequences it has learned too little, as of names of places and dishes;
const FAMILIAR: f32 = 0.6;

/// for each share that is missing an utterance must score so much more.
const OUT_OF_STRANGE_TALK: f32 = 5.0;

/// The weights as they ship.
const STEP_WEIGHTS: &[u8] = include_bytes!("model/steps.bin");
const SIGNAL_WEIGHTS: &[u8] = include_bytes!("model/signals.bin");
const OFFENCE_WEIGHTS: &[u8] = include_bytes!("model/offences.bin");

/// The steps that were built in; `None` where their file is of another layout.
pub(crate) fn steps() -> Option<Table<{ STEPS.len() }>> {
    Some(Table::read(STEP_WEIGHTS)?.0)
}

/// The same for signals.
pub(crate) fn signals() -> Option<Table<{ SIGNALS.len() }>> {
    Some(Table::read(SIGNAL_WEIGHTS)?.0)
}

impl Model {
    /// The model that was built in; `None` where its file is of another layout.
    pub(crate) fn built_in() -> Option<Self> {
        Self::read(OFFENCE_WEIGHTS)
    }

    fn read(bytes: &'static [u8]) -> Option<Self> {
        let (offence, mut rest) = Table::read(bytes)?;
        let mut category_bias = [0.0; CATEGORIES];
        for bias in &mut category_bias {
            (*bias, rest) = number(rest)?;
        }
        let (category_step, rest) = number(rest)?;
        let category_slots = rest.split_at_checked(CATEGORIES << CATEGORY_DIGITS)?.0.as_chunks().0;
        Some(Self { offence, category_bias, category_step, category_slots })
    }

    /// How much a text reads like an offence: the logarithm of the odds, as far as the sentences that it was learned from go.
    pub(crate) fn score(&self, text: &[char]) -> f32 {
        let [score] = self.offence.scores(text);
        score
    }

    /// Whether a score is one for a finding in this text: of strange talk it must be higher.
    pub(crate) fn finds(&self, score: f32, text: &[char]) -> bool {
        let offence = self.offence();
        let missing = || (FAMILIAR - self.known_share(text)).max(0.0);
        offence.finds(score) && offence.finds(score - OUT_OF_STRANGE_TALK * missing())
    }

    /// How much of a text the model knows: the share of its sequences that have a weight.
    fn known_share(&self, text: &[char]) -> f32 {
        let (mut known, mut all) = (0_u16, 0_u16);
        each_feature(&Symbols::of(text), |feature, _| {
            all = all.saturating_add(1);
            known = known.saturating_add(u16::from(self.offence.weights(feature).is_some()));
        });
        f32::from(known) / f32::from(all.max(1))
    }

    /// What "an offence" asks of a score.
    pub(crate) fn offence(&self) -> Label {
        let [offence] = *self.offence.labels();
        offence
    }

    /// What speaks for an offence in a text; `None` where nothing does.
    pub(crate) fn explain(&self, text: &[char]) -> Option<Opinion> {
        let symbols = Symbols::of(text);
        let mut sums = [0; CATEGORIES];
        let mut seen: Vec<(i32, Sequence)> = Vec::new();
        each_feature(&symbols, |feature, sequence| {
            if let Some([weight]) = self.offence.weights(feature) {
                seen.push((weight, sequence));
            }
            if let Some(weights) = self.category_slots.get(slot(feature, CATEGORY_DIGITS)) {
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

/// What is learned of offences, before it is laid out.
#[derive(Clone, Debug, Default)]
pub struct LearnedOffences {
    /// Whether an utterance is one: a single label.
    pub offence: Learned,
    /// For each category, in the order of [`Category::ALL`], its bias and a weight for each [`slot`] of [`CATEGORY_DIGITS`], which features
    /// share.
    pub categories: Vec<(f32, Vec<f32>)>,
}

impl LearnedOffences {
    /// The file that a build includes, with as many slots for the offence as numbers of so many binary digits (at most 27) count.
    #[must_use]
    pub fn lay_out(&self, digits: u32) -> Vec<u8> {
        let mut bytes = self.offence.lay_out(digits);
        let step = step(self.categories.iter().flat_map(|(_, weights)| weights.iter().copied()));
        let numbers = self.categories.iter().map(|(bias, _)| *bias).chain([step]);
        bytes.extend(numbers.flat_map(f32::to_le_bytes));
        let mut slots = vec![[0_u8; CATEGORIES]; 1 << CATEGORY_DIGITS];
        for (index, (_, weights)) in self.categories.iter().enumerate() {
            for (slot, &weight) in slots.iter_mut().zip(weights) {
                if let Some(root) = slot.get_mut(index) {
                    *root = quantised(weight, step);
                }
            }
        }
        bytes.extend(slots.into_iter().flatten());
        bytes
    }
}

/// What stands for the sound of a character, if it is an ideograph; for `tools/model`.
#[must_use]
pub fn sound_of(c: char) -> Option<char> {
    sound(fold(c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folded::{Folded, Reading};

    fn fold(text: &str) -> Vec<char> {
        Folded::new(text, 0, Reading::Plain).text
    }

    #[test]
    fn layout_keeps_categories() {
        let text = "这点小事都办不好";
        let learned = LearnedOffences {
            offence: Learned {
                labels: vec![Label { bias: 0.0, finds_from: 3.0, doubts_below: -2.0 }],
                weights: features(text).into_iter().map(|feature| (feature, vec![1.0])).collect(),
            },
            categories: Category::ALL
                .iter()
                .map(|&category| (f32::from(u8::from(category == Category::Policy)), vec![0.0; 1 << CATEGORY_DIGITS]))
                .collect(),
        };
        let model = Model::read(learned.lay_out(19).leak()).unwrap();
        assert_eq!(model.explain(&fold(text)).unwrap().category, Category::Policy);
        let offence = model.offence();
        assert!(offence.finds(3.0) && !offence.finds(2.9) && offence.doubts(-2.1) && !offence.doubts(-2.0));
        // Of what it has never read it must be surer.
        let (known, strange) = (fold(text), fold("紫砂煨麂尾焗鸵鸟蹼"));
        assert!(model.finds(3.0, &known) && !model.finds(2.9, &known));
        assert!(model.finds(6.1, &strange) && !model.finds(5.0, &strange));
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
}
