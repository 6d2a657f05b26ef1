//! What is learned from: sentences, and templates that stand for many.

use std::fs;
use std::path::{Path, PathBuf};

use jinyu::{Category, Checker, Kind};
use serde::Deserialize;

/// An utterance of an agent, and what it is an offence of, the main category first; of nothing when it is decent.
pub(crate) struct Example {
    pub(crate) text: String,
    pub(crate) labels: Vec<Category>,
    /// What it was made from: a template, a rule, or the sentence itself. Sentences of one source are alike.
    pub(crate) source: u64,
    pub(crate) weight: f32,
}

/// So many sentences are drawn from a template, and together they count as so many.
const DRAWN: usize = 16;
const WORTH: f32 = 4.0;

#[derive(Deserialize)]
struct Sentence {
    text: String,
    labels: Vec<Category>,
}

/// A line of a labelled set, as far as it matters here.
#[derive(Deserialize)]
pub(crate) struct Labelled {
    pub(crate) text: String,
    pub(crate) tier: String,
}

#[derive(Deserialize)]
struct Template {
    t: String,
    labels: Vec<Category>,
}

/// All that there is, in a fixed order.
pub(crate) fn read() -> Result<Vec<Example>, Box<dyn std::error::Error>> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut examples = Vec::new();
    for line in lines(&here.join("templates"))? {
        let Template { t, labels } = serde_json::from_str(&line).map_err(|error| format!("{line}: {error}"))?;
        let source = source(&t);
        let drawn = draw(&t, source);
        let weight = WORTH / drawn.len() as f32;
        examples.extend(drawn.into_iter().map(|text| Example { text, labels: labels.clone(), source, weight }));
    }
    for line in lines(&here.join("examples"))? {
        let Sentence { text, labels } = serde_json::from_str(&line).map_err(|error| format!("{line}: {error}"))?;
        examples.push(Example { source: source(&text), text, labels, weight: 1.0 });
    }
    let checker = Checker::builder().without_model().build()?;
    for rule in checker.packs().iter().flat_map(|pack| &pack.rules) {
        let labels = match rule.kind {
            Kind::Taboo(category) => vec![category],
            Kind::Step(_) => Vec::new(),
            _ => continue,
        };
        let own = rule.hits.iter().map(|hit| (hit, labels.clone())).chain(rule.misses.iter().map(|miss| (miss, Vec::new())));
        for (example, labels) in own.filter(|(example, _)| example.customer.is_none() && example.agent.is_none()) {
            examples.push(Example { text: example.text.clone(), labels, source: source(&rule.id), weight: 1.0 });
        }
        // What jinyu itself proposes must not look like an offence.
        let findings = rule.hits.iter().flat_map(|hit| checker.check(&hit.text)).filter(|finding| finding.rule == rule.id);
        let mut wordings: Vec<String> =
            findings.flat_map(|finding| finding.suggestions).map(|suggestion| suggestion.text).collect();
        wordings.sort();
        wordings.dedup();
        let wordings = wordings.into_iter();
        examples.extend(wordings.map(|text| Example { text, labels: Vec::new(), source: source(&rule.id), weight: 1.0 }));
    }
    let courtesies: Vec<&str> = checker
        .packs()
        .iter()
        .flat_map(|pack| &pack.rules)
        .filter(|rule| matches!(&rule.kind, Kind::Step(step) if COURTESIES.contains(&&**step)))
        .flat_map(|rule| rule.hits.iter().map(|hit| &*hit.text))
        .filter(|text| text.chars().count() <= 24)
        .collect();
    let framed: Vec<Example> = examples.iter().enumerate().filter_map(|(at, example)| frame(at, example, &courtesies)).collect();
    examples.extend(framed);
    Ok(examples)
}

/// Steps that make nothing better that is said beside them.
const COURTESIES: [&str; 6] = ["greet", "acknowledge", "empathise", "thank", "anything-else", "goodbye"];

/// One example in so many is learned once more with courtesies around it: an offence stays one in a polite frame.
const FRAMED: usize = 3;

fn frame(at: usize, example: &Example, courtesies: &[&str]) -> Option<Example> {
    if at % FRAMED != 0 {
        return None;
    }
    let random = source(format!("{at} {}", example.text));
    let courtesy = |shift: u32| courtesies[(random >> shift) as usize % courtesies.len()];
    let text = match random % 4 {
        0 => format!("{}，{}", courtesy(8), example.text),
        1 => format!("{}，{}", example.text, courtesy(8)),
        2 => format!("{} {}", courtesy(8), example.text),
        _ => format!("{}，{}，{}", courtesy(8), example.text, courtesy(24)),
    };
    Some(Example { text, labels: example.labels.clone(), source: example.source, weight: example.weight })
}

/// The lines of a folder's files, by name.
fn lines(folder: &Path) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    paths.sort();
    let mut lines = Vec::new();
    for path in paths {
        let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        lines.extend(text.lines().map(str::to_owned));
    }
    Ok(lines)
}

fn source(text: impl AsRef<str>) -> u64 {
    // FNV-1a: the same in every release of Rust.
    text.as_ref().bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

/// Different sentences that a template stands for, the same ones each time.
fn draw(template: &str, seed: u64) -> Vec<String> {
    let choices = Choices::parse(&mut template.chars(), false);
    let mut random = seed | 1;
    let mut drawn: Vec<String> = Vec::new();
    for _ in 0..DRAWN * 3 {
        let mut sentence = String::new();
        choices.say(&mut random, &mut sentence);
        if !drawn.contains(&sentence) {
            drawn.push(sentence);
        }
        if drawn.len() == DRAWN {
            break;
        }
    }
    drawn
}

/// Alternatives, of which one is said.
struct Choices(Vec<Vec<Part>>);

enum Part {
    Letter(char),
    Choices(Choices),
}

impl Choices {
    fn parse(chars: &mut std::str::Chars<'_>, is_inside: bool) -> Self {
        let mut choices = vec![Vec::new()];
        while let Some(c) = chars.next() {
            let part = match c {
                '}' if is_inside => break,
                '|' if is_inside => {
                    choices.push(Vec::new());
                    continue;
                }
                '{' => Part::Choices(Self::parse(chars, true)),
                c => Part::Letter(c),
            };
            choices.last_mut().expect("there is one from the start").push(part);
        }
        Self(choices)
    }

    fn say(&self, random: &mut u64, sentence: &mut String) {
        *random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        for part in &self.0[(*random >> 33) as usize % self.0.len()] {
            match part {
                Part::Letter(c) => sentence.push(*c),
                Part::Choices(choices) => choices.say(random, sentence),
            }
        }
    }
}
