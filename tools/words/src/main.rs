//! Receives jieba's dictionary on standard input, hands on the words that questions of word boundaries need: those that a folded
//! text can have, without the rarest, sorted, each with its frequency.

use std::io::{BufRead as _, Write as _};

/// Words that jieba's corpus of sixty million words has so seldom are names and chance: they decide no boundary.
const SELDOM: u32 = 5;

/// Longer words are made of shorter ones that are cut at the same ends.
const LONGEST: usize = 8;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut words = std::collections::BTreeMap::new();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let mut fields = line.split(' ');
        let (Some(word), Some(frequency)) = (fields.next(), fields.next()) else { return Err(line.into()) };
        let frequency: u32 = frequency.parse()?;
        let chars = word.chars().count();
        let is_folded = word.chars().all(|c| jinyu::script::fold(c) == c && u32::from(c) < 0x10000);
        if is_folded && chars <= LONGEST && (frequency > SELDOM || chars == 1) {
            words.insert(word.to_owned(), frequency);
        }
    }
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for (word, frequency) in words {
        writeln!(out, "{word} {frequency}")?;
    }
    Ok(())
}
