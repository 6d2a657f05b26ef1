//! Learns the weights of the statistical models from what the project wrote itself: templates, examples, conversations, and the examples
//! of the packs. Prints what it learned from and how well it does on what it has not seen; writes the files that a build includes.
//!
//! `cargo run --release -- ../../crates/jinyu/src/model`

mod data;
mod logistic;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::error::Error;
use std::path::Path;

use data::{ANY, ASIDES, Example, Known, Subject};
use jinyu::Category;
use jinyu::training::{CATEGORY_DIGITS, Label, Learned, LearnedOffences, features, root, slot};
use logistic::{Row, fit};

/// A sequence of letters that fewer sources have is chance.
const FEWEST_SOURCES: usize = 3;

/// How far weights may go for the sake of the examples, and, for the categories of offences, not so far.
const TRUST: f32 = 250.0;
const CATEGORY_TRUST: f32 = 60.0;

/// The score from which an utterance is an offence, and below which a finding of rules is doubted. Chosen so that plain talk stays quiet:
/// see README.md.
const OFFENCES: Thresholds = Thresholds { finds_from: 3.75, doubts_below: -3.0 };

/// The same for steps and signals, chosen for each from these by what does best on turns that were not learned from. What is first does
/// where others are hardly better.
const FINDS_FROM: [f32; 9] = [0.0, -0.5, 0.5, -1.0, 1.0, -1.5, 1.5, -2.0, 2.0];
const DOUBTS_BELOW: [f32; 6] = [-5.0, -4.0, -6.0, -3.0, -8.0, -2.0];

/// How much better, in F1, the next ones of a list must be.
const BETTER: f32 = 0.002;

/// The scores for which figures are printed.
const LEVELS: [f32; 8] = [-1.0, 0.0, 1.0, 2.0, 3.0, 3.5, 4.0, 5.0];

const FOLDS: u64 = 5;

#[derive(Clone, Copy)]
struct Thresholds {
    finds_from: f32,
    doubts_below: f32,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let out = arguments.next();
    let labelled: Vec<String> = arguments.collect();
    let write = |subject: Subject, bytes: Vec<u8>| -> Result<(), Box<dyn Error>> {
        if let Some(out) = &out {
            let path = Path::new(out).join(subject.name()).with_extension("bin");
            std::fs::write(&path, bytes).map_err(|error| format!("{}: {error}", path.display()))?;
            println!("wrote {}", path.display());
        }
        Ok(())
    };
    for subject in [Subject::Steps, Subject::Signals] {
        let set = Set::read(subject)?;
        let thresholds = set.choose();
        write(subject, set.learn(&set.everything()).learned(&thresholds).lay_out(subject.digits()))?;
    }
    let set = Set::read(Subject::Offences)?;
    // Half of the time: not for somebody who compares labelled sets.
    if labelled.is_empty() {
        set.cross_validate();
    }
    let model = set.learn(&set.everything());
    for path in labelled {
        measure(&model, &path)?;
    }
    let offences = LearnedOffences { offence: model.learned(&[OFFENCES]), categories: set.categories(&model) };
    write(Subject::Offences, offences.lay_out(Subject::Offences.digits()))
}

/// Examples, and what the models see in them.
struct Set {
    subject: Subject,
    examples: Vec<Example>,
    seen: Vec<Vec<u32>>,
}

/// The sequences that count, and for each label its bias and what each of them weighs.
struct Model {
    index: HashMap<u32, u32>,
    labels: Vec<(f32, Vec<f32>)>,
}

impl Set {
    fn read(subject: Subject) -> Result<Self, Box<dyn Error>> {
        let examples = data::read(subject)?;
        let labelled = examples.iter().filter(|example| !example.labels.is_empty()).count();
        let sources: HashSet<u64> = examples.iter().map(|example| example.source).collect();
        println!("{}: {} examples of {} sources, {labelled} of them with a label", subject.name(), examples.len(), sources.len());
        let seen = examples.iter().map(|example| features(&example.text)).collect();
        Ok(Self { subject, examples, seen })
    }

    fn everything(&self) -> Vec<usize> {
        (0..self.examples.len()).collect()
    }

    /// Learns each label against all else.
    fn learn(&self, of: &[usize]) -> Model {
        let index = self.index(of);
        let rows: Vec<Row> = of.iter().map(|&at| row(&index, &self.seen[at])).collect();
        let labels = in_parallel(self.subject.names(), |name| {
            let importance: Vec<f32> = of.iter().map(|&at| self.examples[at].importance(name)).collect();
            let has = |at: &usize| self.examples[*at].labels.iter().any(|label| name == ANY || label == name);
            let targets: Vec<bool> = of.iter().map(has).collect();
            fit(&rows, &targets, &importance, index.len(), TRUST)
        });
        Model { index, labels }
    }

    /// Numbers for the sequences that enough sources have. Of those that share a slot in the file the most frequent one counts.
    fn index(&self, of: &[usize]) -> HashMap<u32, u32> {
        let mut sources: HashMap<u32, HashSet<u64>> = HashMap::new();
        for &at in of {
            for &feature in &self.seen[at] {
                sources.entry(feature).or_default().insert(self.examples[at].source);
            }
        }
        let counted = sources.into_iter().map(|(feature, sources)| (sources.len(), feature));
        let mut kept: Vec<(usize, u32)> = counted.filter(|&(count, _)| count >= FEWEST_SOURCES).collect();
        kept.sort_unstable_by(|one, other| other.cmp(one));
        let mut slots = HashSet::new();
        kept.retain(|&(_, feature)| slots.insert(slot(feature, self.subject.digits())));
        kept.into_iter().enumerate().map(|(column, (_, feature))| (feature, column as u32)).collect()
    }

    /// The main categories of the offences, each against the others.
    fn categories(&self, model: &Model) -> Vec<(f32, Vec<f32>)> {
        let offences: Vec<usize> = self.everything().into_iter().filter(|&at| !self.examples[at].labels.is_empty()).collect();
        let slots = |&at: &usize| Row {
            columns: self.seen[at].iter().map(|&feature| slot(feature, CATEGORY_DIGITS) as u32).collect(),
            value: row(&model.index, &self.seen[at]).value,
        };
        let rows: Vec<Row> = offences.iter().map(slots).collect();
        let importance: Vec<f32> = offences.iter().map(|&at| self.examples[at].weight).collect();
        in_parallel(&Category::ALL, |category| {
            let is_main = |at: &usize| self.examples[*at].labels.first().is_some_and(|label| label == category.as_str());
            let targets: Vec<bool> = offences.iter().map(is_main).collect();
            fit(&rows, &targets, &importance, 1 << CATEGORY_DIGITS, CATEGORY_TRUST)
        })
    }

    /// For each example the scores of a model that has seen nothing of its source: each fifth of the sources by what was learned of the
    /// others.
    fn held_out(&self) -> Vec<Vec<f32>> {
        let mut scores = vec![Vec::new(); self.examples.len()];
        for fold in 0..FOLDS {
            let is_held = |at: &usize| self.examples[*at].source % FOLDS == fold;
            let (held, others): (Vec<usize>, Vec<usize>) = self.everything().into_iter().partition(is_held);
            let model = self.learn(&others);
            held.into_iter().for_each(|at| scores[at] = model.scores(&self.seen[at]));
        }
        scores
    }

    /// How well offences and decent talk are told apart that were not learned from.
    fn cross_validate(&self) {
        let scores = self.held_out();
        let share = |is_offence: bool, from: f32| {
            let of = || self.examples.iter().zip(&scores).filter(|(example, _)| example.labels.is_empty() != is_offence);
            let all: f32 = of().map(|(example, _)| example.weight).sum();
            of().filter(|(_, scores)| scores[0] >= from).map(|(example, _)| example.weight).sum::<f32>() / all
        };
        println!("cross-validated by source: from a score, the part of offences and of decent talk that reaches it");
        for from in LEVELS {
            println!("{from:5.1}  {:.3}  {:.4}", share(true, from), share(false, from));
        }
    }

    /// The thresholds for each label that do best on turns of conversations that were not learned from, beside what rules find there.
    fn choose(&self) -> Vec<Thresholds> {
        let scores = self.held_out();
        println!("cross-validated by conversation: F1 of the rules alone, of the model alone, of both (true, false, missed)");
        let mut all = [Counts::default(); 3];
        let mut chosen = Vec::new();
        for (label, name) in self.subject.names().iter().enumerate() {
            let turns: Vec<Judged> = self
                .examples
                .iter()
                .zip(&scores)
                .filter(|(example, _)| example.known == Known::All || !ASIDES.contains(name))
                .filter(|(example, _)| !example.maybe.iter().any(|label| label == name))
                .filter_map(|(example, scores)| {
                    let is_named = |names: &[String]| names.iter().any(|other| other == name);
                    let by_rules = is_named(example.by_rules.as_ref()?);
                    Some(Judged { is_there: is_named(&example.labels), by_rules, score: scores[label] })
                })
                .collect();
            let best = best(&turns, self.subject.rarity());
            let counts = compare(&turns, best);
            all.iter_mut().zip(counts).for_each(|(all, of)| all.merge(of));
            print(name, counts);
            println!("{:16} finds from {}, doubts below {}", "", best.finds_from, best.doubts_below);
            chosen.push(best);
        }
        print("all", all);
        chosen
    }
}

/// A turn, for one label.
struct Judged {
    is_there: bool,
    by_rules: bool,
    score: f32,
}

/// The thresholds that do best where a false alarm counts as so many.
fn best(turns: &[Judged], rarity: usize) -> Thresholds {
    let pairs = FINDS_FROM.into_iter().enumerate().flat_map(|(place, finds_from)| {
        let thresholds = DOUBTS_BELOW.into_iter().map(move |doubts_below| Thresholds { finds_from, doubts_below });
        thresholds.enumerate().map(move |(more, thresholds)| (place + more, thresholds))
    });
    let worth = |(place, thresholds): (usize, Thresholds)| {
        let [.., both] = compare(turns, thresholds);
        (Counts { wrong: both.wrong * rarity, ..both }.f1() - BETTER * place as f32, thresholds)
    };
    // Of equals the first.
    let best = pairs.map(worth).reduce(|best, next| if next.0 > best.0 { next } else { best });
    best.expect("there are thresholds to choose from").1
}

/// How well the rules do, the model, and both.
fn compare(turns: &[Judged], Thresholds { finds_from, doubts_below }: Thresholds) -> [Counts; 3] {
    let mut counts = [Counts::default(); 3];
    for &Judged { is_there, by_rules, score } in turns {
        let by_model = score >= finds_from;
        let by_both = by_model || by_rules && score >= doubts_below;
        for (counts, is_found) in counts.iter_mut().zip([by_rules, by_model, by_both]) {
            counts.add(is_there, is_found);
        }
    }
    counts
}

#[derive(Clone, Copy, Default)]
struct Counts {
    right: usize,
    wrong: usize,
    missed: usize,
}

impl Counts {
    fn add(&mut self, is_there: bool, is_found: bool) {
        match (is_there, is_found) {
            (true, true) => self.right += 1,
            (false, true) => self.wrong += 1,
            (true, false) => self.missed += 1,
            (false, false) => {}
        }
    }

    fn merge(&mut self, other: Self) {
        self.right += other.right;
        self.wrong += other.wrong;
        self.missed += other.missed;
    }

    fn f1(self) -> f32 {
        2.0 * self.right as f32 / (2 * self.right + self.wrong + self.missed).max(1) as f32
    }
}

fn print(name: &str, [rules, model, both]: [Counts; 3]) {
    let Counts { right, wrong, missed } = both;
    println!("{name:16} {:.3}  {:.3}  {:.3}  ({right}, {wrong}, {missed})", rules.f1(), model.f1(), both.f1());
}

/// Does something with each, on two threads, in order.
fn in_parallel<T: Copy + Sync, O: Send>(each: &[T], work: impl Fn(T) -> O + Sync) -> Vec<O> {
    let work = &work;
    let half = |parity: usize| each.iter().skip(parity).step_by(2).map(|&one| work(one)).collect::<Vec<O>>();
    let (even, odd) = std::thread::scope(|scope| {
        let odd = scope.spawn(|| half(1));
        (half(0), odd.join().expect("learning does not panic"))
    });
    let mut odd = odd.into_iter();
    even.into_iter().flat_map(|one| [Some(one), odd.next()]).flatten().collect()
}

impl Model {
    fn scores(&self, seen: &[u32]) -> Vec<f32> {
        let row = row(&self.index, seen);
        let score = |(bias, weights): &(f32, Vec<f32>)| {
            bias + row.value * row.columns.iter().map(|&column| weights[column as usize]).sum::<f32>()
        };
        self.labels.iter().map(score).collect()
    }

    fn learned(&self, thresholds: &[Thresholds]) -> Learned {
        let mut features: Vec<(u32, u32)> = self.index.iter().map(|(&feature, &column)| (column, feature)).collect();
        features.sort_unstable();
        let weights = |column: u32| self.labels.iter().map(|(_, weights)| weights[column as usize]).collect();
        let label = |((bias, _), &Thresholds { finds_from, doubts_below }): (&(f32, _), _)| Label {
            bias: *bias,
            finds_from,
            doubts_below,
        };
        Learned {
            labels: self.labels.iter().zip(thresholds).map(label).collect(),
            weights: features.into_iter().map(|(column, feature)| (feature, weights(column))).collect(),
        }
    }
}

fn row(index: &HashMap<u32, u32>, seen: &[u32]) -> Row {
    let columns: Vec<u32> = seen.iter().filter_map(|feature| index.get(feature).copied()).collect();
    let value = root(columns.len()).recip();
    Row { columns, value }
}

/// How much of each tier of a labelled set, JSON Lines with `text` and `tier`, reaches which score.
fn measure(model: &Model, path: &str) -> Result<(), Box<dyn Error>> {
    let mut tiers: BTreeMap<String, Vec<f32>> = BTreeMap::new();
    for line in std::fs::read_to_string(path)?.lines() {
        let data::Labelled { text, tier } = serde_json::from_str(line)?;
        tiers.entry(tier).or_default().push(model.scores(&features(&text))[0]);
    }
    println!("{path}");
    for (tier, scores) in tiers {
        let share = |from: f32| scores.iter().filter(|score| **score >= from).count() as f32 / scores.len() as f32;
        let shares: Vec<String> = LEVELS.iter().map(|&from| format!("{from:.1}: {:.4}", share(from))).collect();
        println!("{tier:11} {}", shares.join("  "));
    }
    Ok(())
}
