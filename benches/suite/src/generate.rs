//! Text and phrases from a fixed seed: receives the word list, hands on phrase lists of four sizes, ordinary text in both scripts and
//! text made to be slow.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use ferrous_opencc::{OpenCC, config::BuiltinConfig};
use jinyu::script::fold;

/// Words of service talk with the number of times that the packs' examples say them.
const WORDS: &str = include_str!("../words.txt");

/// Sizes of the phrase lists; each list holds the one before.
pub const SIZES: [usize; 4] = [200, 2_000, 20_000, 200_000];

/// Of this many lines one has a phrase of the list put into it.
const PLANTED: u64 = 66;

/// SplitMix64: small, and the same everywhere.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }
}

/// Words to draw from, by weight.
struct Bag {
    words: Vec<&'static str>,
    /// The sum of the weights up to and with each word.
    sums: Vec<u64>,
}

impl Bag {
    fn new(weight: impl Fn(u64) -> u64) -> Self {
        let (mut words, mut sums, mut sum) = (Vec::new(), Vec::new(), 0);
        for line in WORDS.lines().filter(|line| !line.starts_with('#')) {
            let (word, count) = line.split_once(' ').expect("a word and its count");
            // A word in one script only, so that engines that do not fold find as much in Simplified text.
            if word.chars().any(|c| fold(c) != c) {
                continue;
            }
            sum += weight(count.parse().expect("a count"));
            words.push(word);
            sums.push(sum);
        }
        Self { words, sums }
    }

    fn draw(&self, random: &mut Random) -> &'static str {
        let place = random.below(*self.sums.last().expect("words"));
        self.words[self.sums.partition_point(|&sum| sum <= place)]
    }
}

/// Phrases of two to nine characters, mostly four, without a letter twice in a row: engines differ in what they make of that.
pub fn phrases(count: usize) -> Vec<String> {
    // Phrases that are forbidden are made of words that are rare.
    let bag = Bag::new(|count| u64::from(count <= 2));
    let mut random = Random(1);
    let (mut seen, mut phrases) = (BTreeSet::new(), Vec::new());
    while phrases.len() < count {
        let length = [2, 3, 3, 4, 4, 4, 4, 5, 5, 6, 7, 9][random.below(12) as usize];
        // Of two words at least: what is said in talk must not be a phrase by itself.
        let mut phrase = bag.draw(&mut random).to_owned();
        phrase.push_str(bag.draw(&mut random));
        while phrase.chars().count() < length {
            phrase.push_str(bag.draw(&mut random));
        }
        let letters: Vec<char> = phrase.chars().collect();
        // Of two characters there are few, and none in the part that only the long lists have.
        let common = letters.len() < 3 && (phrases.len() % 50 != 0 || phrases.len() > 20_000);
        if letters.len() == length && !common && letters.windows(2).all(|pair| pair[0] != pair[1]) && seen.insert(phrase.clone())
        {
            phrases.push(phrase);
        }
    }
    phrases
}

/// Lines of some thirty characters, one in sixty-six with a phrase.
pub fn text(bytes: usize, phrases: &[String]) -> String {
    let bag = Bag::new(|count| count);
    let mut random = Random(2);
    let mut text = String::with_capacity(bytes + 1024);
    while text.len() < bytes {
        let words = 6 + random.below(20);
        let planted = (random.below(PLANTED) == 0).then(|| random.below(words));
        for word in 0..words {
            match random.below(100) {
                0..12 if word > 0 => text.push('，'),
                12 => text.push_str(&random.below(1_000_000).to_string()),
                13 => text.push_str(["APP", "VIP", " ", "ok", "QQ", "......", "~", "👌"][random.below(8) as usize]),
                _ => {}
            }
            text.push_str(bag.draw(&mut random));
            if planted == Some(word) {
                text.push_str(&phrases[random.below(phrases.len() as u64) as usize]);
            }
        }
        text.push_str(["。\n", "\n", "？\n", "！\n"][random.below(4) as usize]);
    }
    text
}

/// Phrases without their last character, one after the other.
pub fn near_misses(bytes: usize, phrases: &[String]) -> String {
    let mut random = Random(3);
    let mut text = String::with_capacity(bytes + 64);
    while text.len() < bytes {
        let phrase = &phrases[random.below(phrases.len() as u64) as usize];
        let end = phrase.char_indices().last().map_or(0, |(at, _)| at);
        text.push_str(&phrase[..end]);
    }
    text
}

/// The first character of the first phrase over and over.
pub fn repeated(bytes: usize, phrases: &[String]) -> String {
    let first = phrases[0].chars().next().expect("a phrase has characters").to_string();
    first.repeat(bytes / first.len())
}

/// Bytes drawn at random, decoded lossily.
pub fn noise(bytes: usize) -> String {
    let mut random = Random(4);
    let drawn: Vec<u8> = std::iter::repeat_with(|| random.next() as u8).take(bytes / 2).collect();
    String::from_utf8_lossy(&drawn).into_owned()
}

/// The same text in Traditional characters.
pub fn traditional(text: &str) -> String {
    let converter = OpenCC::from_config(BuiltinConfig::S2t).expect("the converter has its dictionaries");
    text.split_inclusive('\n').map(|line| converter.convert(line)).collect()
}

/// An archive of conversations as JSON Lines, two utterances of the agent and two of the customer in turn.
pub fn archive(path: &Path, bytes: usize) -> std::io::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    let text = text(bytes.min(50_000_000), &phrases(SIZES[0]));
    let (mut written, mut line) = (0, 0usize);
    for said in text.lines().cycle() {
        if written >= bytes {
            break;
        }
        let speaker = if line % 2 == 0 { "agent" } else { "customer" };
        let record = serde_json::json!({ "conversation": format!("c{}", line / 4), "turn": line % 4 + 1, "speaker": speaker, "text": said });
        let record = format!("{record}\n");
        out.write_all(record.as_bytes())?;
        written += record.len();
        line += 1;
    }
    out.flush()
}

/// Writes it all into a folder.
pub fn write(folder: &Path, bytes: usize) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let all = phrases(SIZES[SIZES.len() - 1]);
    for size in SIZES {
        let list = &all[..size];
        std::fs::write(folder.join(format!("phrases-{size}.txt")), list.join("\n") + "\n")?;
        std::fs::write(folder.join(format!("near-{size}.txt")), near_misses(bytes / 5, list))?;
    }
    let simplified = text(bytes, &all[..SIZES[0]]);
    std::fs::write(folder.join("traditional.txt"), traditional(&simplified))?;
    std::fs::write(folder.join("simplified.txt"), simplified)?;
    std::fs::write(folder.join("repeated.txt"), repeated(bytes / 5, &all))?;
    std::fs::write(folder.join("noise.txt"), noise(bytes / 5))?;
    Ok(())
}
