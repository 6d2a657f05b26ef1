//! How many words of a vocabulary do not fold back to themselves after conversion to Traditional script.

use crate::{
    classes::Classes,
    opencc::Dictionaries,
    regional::{self, Regional},
};
use std::{collections::BTreeMap, error::Error};

/// Prints the losses per conversion without and with the merged classes, and what is left: which characters, in which words.
pub fn run(opencc: &Dictionaries, vocabulary: &str, least: u64) -> Result<(), Box<dyn Error>> {
    let words: Vec<&str> = vocabulary
        .lines()
        .filter_map(|line| {
            let mut fields = line.split_whitespace();
            let word = fields.next()?;
            let frequency: u64 = fields.next()?.parse().ok()?;
            (frequency >= least).then_some(word)
        })
        .collect();
    println!("{} words", words.len());
    let plain = Classes::new(opencc, false)?;
    let merged = Classes::new(opencc, true)?;
    let regional = regional::words(opencc, &merged)?;
    let conversions = [
        ("s2t", &opencc.s2t),
        ("s2tw", &opencc.s2tw),
        ("s2hk", &opencc.s2hk),
        ("s2twp", &opencc.s2twp),
        ("s2hkp", &opencc.s2hkp),
    ];
    for (name, converter) in conversions {
        let mut misses = [0usize; 2];
        let mut regional_misses = 0usize;
        let mut pairs: BTreeMap<(char, char), Vec<&str>> = BTreeMap::new();
        let mut vocabulary: Vec<String> = Vec::new();
        for &word in &words {
            let converted = converter.text(word)?;
            for (count, classes) in misses.iter_mut().zip([&plain, &merged]) {
                *count += usize::from(classes.fold_text(&converted) != classes.fold_text(word));
            }
            let (before, after) = (merged.fold_text(word), merged.fold_text(&converted));
            if before == after || said(&before, &after, &regional) {
                continue;
            }
            regional_misses += 1;
            let differing: Vec<(char, char)> = before.chars().zip(after.chars()).filter(|(a, b)| a != b).collect();
            match differing.as_slice() {
                &[pair] if before.chars().count() == after.chars().count() => pairs.entry(pair).or_default().push(word),
                _ => vocabulary.push(format!("{word}/{converted}")),
            }
        }
        let [alone, with_merged] = misses;
        println!(
            "\n{name}: {alone} misses by OpenCC's characters alone, {with_merged} with the merged classes, {regional_misses} with regional words too"
        );
        for ((a, b), words) in &pairs {
            println!("  {a} {b}  {}", words.join(" "));
        }
        println!("  words: {}", vocabulary.join(" "));
    }
    Ok(())
}

/// Whether a folded text is another with any of its regional words in any of their other forms.
fn said(mainland: &str, other: &str, regional: &Regional) -> bool {
    if mainland.is_empty() || other.is_empty() {
        return mainland.is_empty() && other.is_empty();
    }
    let mut ends = mainland.char_indices().map(|(at, c)| at + c.len_utf8());
    let first = ends.next().unwrap_or_default();
    let same = other.get(..first) == mainland.get(..first) && said(&mainland[first..], &other[first..], regional);
    same || ends.any(|end| {
        let others = regional.get(&mainland[..end]).into_iter().flatten();
        others.filter_map(|word| other.strip_prefix(word.as_str())).any(|rest| said(&mainland[end..], rest, regional))
    })
}
