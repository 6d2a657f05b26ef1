//! What is learned from: templates that stand for many sentences, single sentences, conversations, and the examples of the packs.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use jinyu::training::{SIGNALS, STEPS, sound_of};
use jinyu::{Checker, Kind, Speaker, Utterance};
use serde::Deserialize;

/// What somebody said, and what it shows.
pub(crate) struct Example {
    pub(crate) text: String,
    /// The main one first; none when it shows nothing.
    pub(crate) labels: Vec<String>,
    /// Labels that only one of two readers saw: of those it says nothing.
    pub(crate) maybe: Vec<String>,
    /// What it was made from: a template, a rule, a conversation, or the sentence itself. Sentences of one source are alike.
    pub(crate) source: u64,
    pub(crate) weight: f32,
    pub(crate) known: Known,
    /// What the rules find in it, if it is a turn of a conversation.
    pub(crate) by_rules: Option<Vec<String>>,
}

impl Example {
    /// How much it says about a label.
    pub(crate) fn importance(&self, name: &str) -> f32 {
        match (self.known, ASIDES.contains(&name)) {
            _ if self.maybe.iter().any(|label| label == name) => 0.0,
            (Known::Usual, true) => UNJUDGED * self.weight,
            (Known::Asides, false) => 0.0,
            _ => self.weight,
        }
    }
}

/// So many sentences are drawn from a template, and together they count as so many; twice as many if they show nothing, as most of what is
/// said does.
const DRAWN: usize = 16;
const WORTH: f32 = 4.0;
const WORTH_OF_NOTHING: f32 = 8.0;

/// A single sentence counts as so many, and a turn of a conversation: they are as people talk.
const SENTENCE: f32 = 3.0;
const TURN: f32 = 4.0;

/// Steps for which somebody looked only where they decide: in templates of their own, and in turns that answer anger, a complaint or the
/// wish for a superior.
pub(crate) const ASIDES: [&str; 2] = ["argue", "transfer"];

/// Which labels somebody looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    /// All but the [asides](ASIDES).
    Usual,
    /// The asides alone.
    Asides,
    All,
}

/// Where nobody looked for an aside there is most probably none; such an example counts as so much of one that was looked at.
const UNJUDGED: f32 = 0.25;

/// Stands for a label of any name.
pub(crate) const ANY: &str = "";

/// What is learned of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    Offences,
    Steps,
    Signals,
}

impl Subject {
    /// The name of its folder of templates and of its file.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Offences => "offences",
            Self::Steps => "steps",
            Self::Signals => "signals",
        }
    }

    /// The labels, in the order of the file.
    pub(crate) fn names(self) -> &'static [&'static str] {
        match self {
            Self::Offences => &[ANY],
            Self::Steps => &STEPS,
            Self::Signals => &SIGNALS,
        }
    }

    /// Binary digits of the number of slots in the file.
    pub(crate) fn digits(self) -> u32 {
        if self == Self::Offences { 19 } else { 16 }
    }

    /// How many times rarer the labels are in ordinary conversations than in those that are learned from, where customers complain more.
    pub(crate) fn rarity(self) -> usize {
        if self == Self::Signals { 3 } else { 1 }
    }

    fn label(self, kind: &Kind) -> Option<&str> {
        match (self, kind) {
            (Self::Offences, Kind::Taboo(category)) => Some(category.as_str()),
            (Self::Steps, Kind::Step(name)) | (Self::Signals, Kind::Signal(name)) => Some(name),
            _ => None,
        }
    }
}

#[derive(Deserialize)]
struct Sentence {
    text: String,
    labels: Vec<String>,
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
    labels: Vec<String>,
}

/// A labelled conversation, as far as it matters here.
#[derive(Deserialize)]
struct Conversation {
    id: String,
    turns: Vec<Turn>,
}

#[derive(Deserialize)]
struct Turn {
    speaker: Speaker,
    text: String,
    #[serde(default)]
    steps: Vec<String>,
    #[serde(default)]
    signals: Vec<String>,
    #[serde(default)]
    maybe: Vec<String>,
    /// Which asides it holds, where somebody looked.
    also: Option<Vec<String>>,
}

/// All that there is on a subject, in a fixed order.
pub(crate) fn read(subject: Subject) -> Result<Vec<Example>, Box<dyn std::error::Error>> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut examples = Vec::new();
    for template in records(&here.join("templates").join(subject.name()))? {
        examples.extend(of_template(template, Known::Usual));
    }
    if subject == Subject::Steps {
        for template in records(&here.join("templates/asides"))? {
            examples.extend(of_template(template, Known::Asides));
        }
    }
    let checker = Checker::builder().without_model().build()?;
    for conversation in records::<Conversation>(&here.join("conversations"))? {
        examples.extend(of_conversation(&checker, subject, conversation));
    }
    examples.extend(of_packs(&checker, subject));
    if subject == Subject::Offences {
        for Sentence { text, labels } in records(&here.join("examples"))? {
            let (source, known) = (source(&text), Known::All);
            examples.push(Example { text, labels, maybe: Vec::new(), source, weight: SENTENCE, known, by_rules: None });
        }
        let courtesies: Vec<&str> = checker
            .packs()
            .iter()
            .flat_map(|pack| &pack.rules)
            .filter(|rule| matches!(&rule.kind, Kind::Step(step) if COURTESIES.contains(&&**step)))
            .flat_map(|rule| rule.hits.iter().map(|hit| &*hit.text))
            .filter(|text| text.chars().count() <= 24)
            .collect();
        let framed: Vec<Example> =
            examples.iter().enumerate().filter_map(|(at, example)| frame(at, example, &courtesies)).collect();
        examples.extend(framed);
        let heard = misheard(&examples);
        examples.extend(heard);
    }
    Ok(examples)
}

fn of_template(Template { t, labels }: Template, known: Known) -> impl Iterator<Item = Example> {
    let source = source(&t);
    let drawn = draw(&t, source);
    let worth = if labels.is_empty() && known == Known::Usual { WORTH_OF_NOTHING } else { WORTH };
    let weight = worth / drawn.len() as f32;
    drawn.into_iter().map(move |text| {
        let labels = labels.clone();
        Example { text, labels, maybe: Vec::new(), source, weight, known, by_rules: None }
    })
}

/// The turns of those who show such things.
fn of_conversation(checker: &Checker, subject: Subject, conversation: Conversation) -> Vec<Example> {
    let mut examples = Vec::new();
    let mut session = checker.session();
    let source = source(&conversation.id);
    for (number, turn) in conversation.turns.into_iter().enumerate() {
        let seen = session.examine(&Utterance::new(number, turn.speaker, &*turn.text));
        let (labels, found) = match (subject, turn.speaker) {
            (Subject::Steps, Speaker::Agent) => (turn.steps, seen.steps),
            (Subject::Signals, Speaker::Customer) => (turn.signals, seen.signals),
            _ => continue,
        };
        let known = if turn.also.is_some() { Known::All } else { Known::Usual };
        let labels = labels.into_iter().chain(turn.also.unwrap_or_default()).collect();
        let by_rules = Some(found.into_iter().map(|occurrence| occurrence.name.to_string()).collect());
        examples.push(Example { text: turn.text, labels, maybe: turn.maybe, source, weight: TURN, known, by_rules });
    }
    examples
}

/// The examples of the packs' rules that ask for no context.
fn of_packs(checker: &Checker, subject: Subject) -> Vec<Example> {
    let mut examples = Vec::new();
    for rule in checker.packs().iter().flat_map(|pack| &pack.rules) {
        let of_rule = |text: &str, labels: Vec<String>| {
            let (text, source) = (text.to_owned(), source(&rule.id));
            Example { text, labels, maybe: Vec::new(), source, weight: 1.0, known: Known::All, by_rules: None }
        };
        let labels = match (subject.label(&rule.kind), &rule.kind) {
            (Some(label), _) => vec![label.to_owned()],
            // What an agent does for the customer is no offence.
            (None, Kind::Step(_)) if subject == Subject::Offences => Vec::new(),
            (None, _) => continue,
        };
        let is_alone = |example: &&jinyu::Example| example.customer.is_none() && example.agent.is_none();
        examples.extend(rule.hits.iter().filter(is_alone).map(|hit| of_rule(&hit.text, labels.clone())));
        examples.extend(rule.misses.iter().filter(is_alone).map(|miss| of_rule(&miss.text, Vec::new())));
        if subject == Subject::Offences {
            // What jinyu itself proposes must not look like an offence.
            let findings = rule.hits.iter().flat_map(|hit| checker.check(&hit.text)).filter(|finding| finding.rule == rule.id);
            let mut wordings: Vec<String> =
                findings.flat_map(|finding| finding.suggestions).map(|suggestion| suggestion.text).collect();
            wordings.sort();
            wordings.dedup();
            examples.extend(wordings.iter().map(|wording| of_rule(wording, Vec::new())));
        }
    }
    examples
}

/// Steps that make nothing better that is said beside them.
const COURTESIES: [&str; 6] = ["greet", "acknowledge", "empathise", "thank", "anything-else", "goodbye"];

/// One example in so many is learned once more with courtesies around it: an offence stays one in a polite frame.
const FRAMED: usize = 3;

fn frame(at: usize, example: &Example, courtesies: &[&str]) -> Option<Example> {
    if !at.is_multiple_of(FRAMED) {
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
    Some(Example { text, labels: example.labels.clone(), maybe: example.maybe.clone(), by_rules: None, ..*example })
}

/// One single sentence in so many is learned once more as a recogniser might have heard it, and counts as so much of itself.
const MISHEARD: usize = 3;
const WORTH_OF_MISHEARD: f32 = 0.5;

/// A letter that stands so often in the examples is one that recognisers write.
const COMMON: usize = 40;

/// Sentences with a letter or some in the place of others that sound like them.
fn misheard(examples: &[Example]) -> Vec<Example> {
    let mut counts: BTreeMap<char, usize> = BTreeMap::new();
    examples.iter().flat_map(|example| example.text.chars()).for_each(|c| *counts.entry(c).or_default() += 1);
    let mut alike: BTreeMap<char, Vec<char>> = BTreeMap::new();
    for (c, _) in counts.into_iter().filter(|&(_, count)| count >= COMMON) {
        if let Some(sound) = sound_of(c) {
            alike.entry(sound).or_default().push(c);
        }
    }
    let sentences = examples.iter().enumerate().step_by(MISHEARD).filter(|(_, example)| example.weight >= SENTENCE);
    let mishear = |(at, example): (usize, &Example)| {
        let mut random = source(format!("h{at} {}", example.text));
        let mut letters: Vec<char> = example.text.chars().collect();
        let count = letters.len();
        for _ in 0..=count / 12 {
            // Some letters have no others beside them, so it is tried more than once.
            for _ in 0..8 {
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let letter = &mut letters[(random >> 33) as usize % count];
                let Some(others) = sound_of(*letter).and_then(|sound| alike.get(&sound)) else { continue };
                let other = others[(random >> 20) as usize % others.len()];
                if other != *letter {
                    *letter = other;
                    break;
                }
            }
        }
        let (labels, weight) = (example.labels.clone(), WORTH_OF_MISHEARD * example.weight);
        Example { text: letters.into_iter().collect(), labels, maybe: Vec::new(), by_rules: None, weight, ..*example }
    };
    sentences.map(mishear).collect()
}

/// The lines of a folder's files, by name.
fn records<T: for<'a> Deserialize<'a>>(folder: &Path) -> Result<Vec<T>, Box<dyn std::error::Error>> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    paths.sort();
    let mut records = Vec::new();
    for path in paths {
        let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        for (line, record) in text.lines().enumerate() {
            let record = serde_json::from_str(record).map_err(|error| format!("{}:{}: {error}", path.display(), line + 1))?;
            records.push(record);
        }
    }
    Ok(records)
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
