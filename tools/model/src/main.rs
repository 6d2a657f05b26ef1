//! Learns the weights of the statistical model from what the project wrote itself: templates, examples, and the examples of the packs.
//! Prints what it learned from and how well it tells offences from decent talk that it has not seen; writes the file that a build includes.
//!
//! `cargo run --release -- ../../crates/jinyu/src/model/weights.bin`

mod data;
mod logistic;

use std::collections::{BTreeMap, HashMap, HashSet};

use data::Example;
use jinyu::Category;
use jinyu::training::{CATEGORY_SLOTS, Trained, category_slot, features, root, slot};
use logistic::{Row, fit};

/// A sequence of letters that fewer sources have is chance.
const FEWEST_SOURCES: usize = 3;

/// How far weights may go for the sake of the examples: for "an offence", and for the categories.
const TRUST: f32 = 250.0;
const CATEGORY_TRUST: f32 = 60.0;

/// The scores from which the model finds, and below which it doubts. Chosen so that plain talk stays quiet: see README.md.
const FINDS_FROM: f32 = 3.5;
const DOUBTS_BELOW: f32 = -1.0;

/// The scores for which figures are printed.
const LEVELS: [f32; 8] = [DOUBTS_BELOW, 0.0, 1.0, 2.0, 3.0, FINDS_FROM, 4.0, 5.0];

const FOLDS: u64 = 5;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let examples = data::read()?;
    let offences = examples.iter().filter(|example| !example.labels.is_empty()).count();
    let sources: HashSet<u64> = examples.iter().map(|example| example.source).collect();
    println!("{} examples of {} sources, {offences} of them offences", examples.len(), sources.len());
    let seen: Vec<Vec<u32>> = examples.iter().map(|example| features(&example.text)).collect();
    // Half of the time: not for somebody who compares labelled sets.
    if std::env::args().len() < 3 {
        cross_validate(&examples, &seen);
    }
    let everything: Vec<usize> = (0..examples.len()).collect();
    let learned = Learned::from(&examples, &seen, &everything);
    println!("{} sequences", learned.index.len());
    for path in std::env::args().skip(2) {
        measure(&learned, &path)?;
    }
    if let Some(path) = std::env::args().nth(1) {
        std::fs::write(&path, learned.trained(&examples, &seen).lay_out())?;
        println!("wrote {path}");
    }
    Ok(())
}

/// The sequences that count, and the weight of each.
struct Learned {
    index: HashMap<u32, u32>,
    bias: f32,
    weights: Vec<f32>,
}

impl Learned {
    fn from(examples: &[Example], seen: &[Vec<u32>], of: &[usize]) -> Self {
        let index = index(examples, seen, of);
        let rows: Vec<Row> = of.iter().map(|&at| row(&index, &seen[at])).collect();
        let targets: Vec<bool> = of.iter().map(|&at| !examples[at].labels.is_empty()).collect();
        let weights: Vec<f32> = of.iter().map(|&at| examples[at].weight).collect();
        let (bias, weights) = fit(&rows, &targets, &weights, index.len(), TRUST);
        Self { index, bias, weights }
    }

    fn score(&self, seen: &[u32]) -> f32 {
        let row = row(&self.index, seen);
        self.bias + row.value * row.columns.iter().map(|&column| self.weights[column as usize]).sum::<f32>()
    }

    /// All that the library asks for: the categories are learned on the offences alone, each against the others.
    fn trained(&self, examples: &[Example], seen: &[Vec<u32>]) -> Trained {
        let offences: Vec<usize> = (0..examples.len()).filter(|&at| !examples[at].labels.is_empty()).collect();
        let slots = |at: usize| Row {
            columns: seen[at].iter().map(|&feature| category_slot(feature) as u32).collect(),
            value: row(&self.index, &seen[at]).value,
        };
        let rows: Vec<Row> = offences.iter().map(|&at| slots(at)).collect();
        let weights: Vec<f32> = offences.iter().map(|&at| examples[at].weight).collect();
        let mut features: Vec<(u32, u32)> = self.index.iter().map(|(&feature, &column)| (column, feature)).collect();
        features.sort_unstable();
        let named = |weights: &[f32]| features.iter().map(|&(column, feature)| (feature, weights[column as usize])).collect();
        let category = |category: Category| {
            let targets: Vec<bool> = offences.iter().map(|&at| examples[at].labels.first() == Some(&category)).collect();
            fit(&rows, &targets, &weights, 1 << CATEGORY_SLOTS, CATEGORY_TRUST)
        };
        Trained {
            bias: self.bias,
            weights: named(&self.weights),
            finds_from: FINDS_FROM,
            doubts_below: DOUBTS_BELOW,
            categories: Category::ALL.into_iter().map(category).collect(),
        }
    }
}

/// Numbers for the sequences that enough sources have. Of those that share a slot in the file the most frequent one counts.
fn index(examples: &[Example], seen: &[Vec<u32>], of: &[usize]) -> HashMap<u32, u32> {
    let mut sources: HashMap<u32, HashSet<u64>> = HashMap::new();
    for &at in of {
        for &feature in &seen[at] {
            sources.entry(feature).or_default().insert(examples[at].source);
        }
    }
    let mut kept: Vec<(usize, u32)> = sources
        .into_iter()
        .map(|(feature, sources)| (sources.len(), feature))
        .filter(|&(count, _)| count >= FEWEST_SOURCES)
        .collect();
    kept.sort_unstable_by(|one, other| other.cmp(one));
    let mut slots = HashSet::new();
    kept.retain(|&(_, feature)| slots.insert(slot(feature)));
    kept.into_iter().enumerate().map(|(column, (_, feature))| (feature, column as u32)).collect()
}

fn row(index: &HashMap<u32, u32>, seen: &[u32]) -> Row {
    let columns: Vec<u32> = seen.iter().filter_map(|feature| index.get(feature).copied()).collect();
    let value = root(columns.len()).recip();
    Row { columns, value }
}

/// How much of each tier of a labelled set, JSON Lines with `text` and `tier`, reaches which score.
fn measure(learned: &Learned, path: &str) -> Result<(), Box<dyn std::error::Error>> {
    let mut tiers: BTreeMap<String, Vec<f32>> = BTreeMap::new();
    for line in std::fs::read_to_string(path)?.lines() {
        let data::Labelled { text, tier } = serde_json::from_str(line)?;
        tiers.entry(tier).or_default().push(learned.score(&features(&text)));
    }
    println!("{path}");
    for (tier, scores) in tiers {
        let share = |from: f32| scores.iter().filter(|score| **score >= from).count() as f32 / scores.len() as f32;
        let shares: Vec<String> = LEVELS.iter().map(|&from| format!("{from:.1}: {:.4}", share(from))).collect();
        println!("{tier:11} {}", shares.join("  "));
    }
    Ok(())
}

/// Learns from four fifths of the sources and looks at the rest, five times.
fn cross_validate(examples: &[Example], seen: &[Vec<u32>]) {
    let mut scores = vec![0.0; examples.len()];
    for fold in 0..FOLDS {
        let (held, learned): (Vec<usize>, Vec<usize>) = (0..examples.len()).partition(|&at| examples[at].source % FOLDS == fold);
        let learned = Learned::from(examples, seen, &learned);
        for at in held {
            scores[at] = learned.score(&seen[at]);
        }
    }
    let share = |is_offence: bool, from: f32| {
        let of = || examples.iter().zip(&scores).filter(|(example, _)| example.labels.is_empty() != is_offence);
        let all: f32 = of().map(|(example, _)| example.weight).sum();
        of().filter(|(_, score)| **score >= from).map(|(example, _)| example.weight).sum::<f32>() / all
    };
    println!("cross-validated by source: from a score, the part of offences and of decent talk that reaches it");
    for from in LEVELS {
        println!("{from:5.1}  {:.3}  {:.4}", share(true, from), share(false, from));
    }
}
