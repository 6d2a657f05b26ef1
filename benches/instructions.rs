//! One scan for `instructions.py` to count the instructions of: receives the number of phrases and the kind of text, prints how many
//! characters were scanned and what was found.
#![allow(clippy::print_stdout, reason = "it reports to the script that runs it")]

#[allow(dead_code, unreachable_pub, missing_docs, clippy::indexing_slicing, reason = "the suite's own file; it needs the rest")]
#[path = "suite/src/generate.rs"]
mod generate;

use jinyu::Phrases;

/// Enough for the counts to be steady.
const BYTES: usize = 300_000;

fn main() {
    // Cargo adds an argument of its own.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let [size, kind] = arguments.as_slice() else {
        return; // cargo bench without arguments has nothing to measure here
    };
    let list = generate::phrases(size.parse().expect("a number of phrases"));
    let text = match kind.as_str() {
        "ordinary" => generate::text(BYTES, &list),
        "near" => generate::near_misses(BYTES, &list),
        _ => panic!("ordinary or near"),
    };
    println!("{} {}", text.chars().count(), scan(&Phrases::new(&list), &text));
}

/// What is counted.
#[inline(never)]
fn scan(phrases: &Phrases, text: &str) -> usize {
    phrases.find_iter(text).count()
}
