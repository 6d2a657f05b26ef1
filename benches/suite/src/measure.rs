//! Measures one engine: receives its name, a phrase list and a text, prints a record as JSON: how long building took, the median of
//! the rounds, the median of a bare pass over the same text in between, what was found, and the memory.

use std::time::Instant;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use daachorse::CharwiseDoubleArrayAhoCorasick;
use jinyu::Phrases;
use jinyu::script::fold;

type Outcome<T> = Result<T, String>;

/// What an engine finds in a text, counted.
type Count = Box<dyn Fn(&str) -> usize>;

fn read(path: &str, limit: usize) -> Outcome<String> {
    let mut text = std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
    let mut end = limit.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    Ok(text)
}

fn folded(text: &str) -> String {
    text.chars().map(fold).collect()
}

/// As jinyu's scan reads text: letters only, repeated ones once.
fn letters(text: &str) -> String {
    let mut letters = String::with_capacity(text.len());
    for c in text.chars().map(fold).filter(|c| c.is_alphanumeric()) {
        if !letters.ends_with(c) {
            letters.push(c);
        }
    }
    letters
}

fn engine(name: &str, list: &[&str]) -> Outcome<Count> {
    let corasick = |list: Vec<String>| {
        AhoCorasick::builder().kind(Some(AhoCorasickKind::ContiguousNFA)).build(list).map_err(|error| error.to_string())
    };
    let double_array = |list: Vec<String>| CharwiseDoubleArrayAhoCorasick::<u32>::new(list).map_err(|error| error.to_string());
    let own = |list: &[&str]| list.iter().map(|&phrase| phrase.to_owned()).collect::<Vec<_>>();
    let distinct = |fold: fn(&str) -> String| list.iter().map(|phrase| fold(phrase)).collect::<std::collections::BTreeSet<_>>();
    Ok(match name {
        "jinyu" => {
            let phrases = Phrases::new(list);
            Box::new(move |text| phrases.find_iter(text).count())
        }
        // What jinyu must find: the oracle, not a peer.
        "oracle" => {
            let engine = corasick(list.iter().map(|phrase| letters(phrase)).collect())?;
            Box::new(move |text| engine.find_overlapping_iter(&letters(text)).count())
        }
        "aho-corasick" => {
            let engine = corasick(own(list))?;
            Box::new(move |text| engine.find_overlapping_iter(text).count())
        }
        "aho-corasick, folded" => {
            let engine = corasick(distinct(folded).into_iter().collect())?;
            Box::new(move |text| engine.find_overlapping_iter(&folded(text)).count())
        }
        "daachorse" => {
            let engine = double_array(own(list))?;
            Box::new(move |text| engine.find_overlapping_iter(text).count())
        }
        "daachorse, folded" => {
            let engine = double_array(distinct(folded).into_iter().collect())?;
            Box::new(move |text| engine.find_overlapping_iter(&folded(text)).count())
        }
        // It has a noise expression of its own and looks at a line at a time, as its users do.
        "sensitive-rs" => {
            let mut filter = sensitive_rs::Filter::new();
            filter.add_words(list);
            Box::new(move |text| text.lines().filter(|line| filter.find_in(line).0).count())
        }
        _ => return Err(format!("{name}: no such engine")),
    })
}

/// Each character and its class, added up: less than this no engine that folds can do.
fn bare(text: &str, classes: &[u16; 0x10000]) -> u64 {
    let mut sum = 0;
    for c in text.chars() {
        sum += u64::from(u16::try_from(u32::from(c)).map_or(0, |c| classes[usize::from(c)]));
    }
    sum
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// Runs an engine and the bare pass in turns.
pub fn run(name: &str, phrases: &str, text: &str, limit: &str, rounds: &str) -> Outcome<()> {
    let limit = limit.parse().map_err(|error| format!("{limit}: {error}"))?;
    let rounds: usize = rounds.parse().map_err(|error| format!("{rounds}: {error}"))?;
    let list = read(phrases, usize::MAX)?;
    let list: Vec<&str> = list.lines().collect();
    let text = read(text, limit)?;
    let classes: Vec<u16> = (0..0x10000u32).map(|c| char::from_u32(c).map_or(0, |c| fold(c) as u16)).collect();
    let classes: &[u16; 0x10000] = classes.as_slice().try_into().map_err(|_| "as many classes as characters".to_owned())?;
    let before = memory();
    let start = Instant::now();
    let engine = engine(name, &list)?;
    let build = start.elapsed().as_secs_f64();
    let built = memory();
    let (mut times, mut bare_times, mut count) = (Vec::new(), Vec::new(), 0);
    for _ in 0..rounds {
        let start = Instant::now();
        std::hint::black_box(bare(&text, classes));
        bare_times.push(start.elapsed().as_secs_f64());
        let start = Instant::now();
        count = engine(&text);
        times.push(start.elapsed().as_secs_f64());
    }
    let record = serde_json::json!({
        "engine": name, "phrases": list.len(), "bytes": text.len(), "build_s": build, "seconds": median(times),
        "bare_seconds": median(bare_times), "found": count, "peak_kib": built.saturating_sub(before),
    });
    println!("{record}");
    Ok(())
}

/// The most memory that the process has had so far, in KiB.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
