//! OpenCC: conversions through its library, entries from its dictionaries written out as text.

use opencc_rust::{DefaultConfig, OpenCC};
use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
};

/// One conversion of OpenCC.
pub struct Converter(OpenCC);

impl Converter {
    fn open(data: &Path, config: DefaultConfig) -> Result<Self, Box<dyn Error>> {
        Ok(Self(OpenCC::new(data.join(config))?))
    }

    /// What OpenCC makes of a text.
    pub fn text(&self, text: &str) -> Result<String, Box<dyn Error>> {
        Ok(self.0.convert(text)?)
    }

    /// What OpenCC makes of one character; itself if that were more than one.
    pub fn char(&self, c: char) -> Result<char, Box<dyn Error>> {
        let converted = self.text(c.encode_utf8(&mut [0; 4]))?;
        let mut chars = converted.chars();
        Ok(match (chars.next(), chars.next()) {
            (Some(only), None) => only,
            _ => c,
        })
    }
}

/// OpenCC's conversions and the entries of its dictionaries.
pub struct Dictionaries {
    text: PathBuf,
    pub t2s: Converter,
    pub tw2s: Converter,
    pub hk2s: Converter,
    pub s2t: Converter,
    pub s2tw: Converter,
    pub s2hk: Converter,
    pub s2twp: Converter,
    pub s2hkp: Converter,
    pub t2tw: Converter,
    pub t2hk: Converter,
}

/// An entry of a dictionary: what stands in the text, and the candidates for it, the first preferred.
pub type Entry = (String, Vec<String>);

impl Dictionaries {
    pub fn open(data: PathBuf, text: PathBuf) -> Result<Self, Box<dyn Error>> {
        let open = |config| Converter::open(&data, config);
        Ok(Self {
            t2s: open(DefaultConfig::T2S)?,
            tw2s: open(DefaultConfig::TW2S)?,
            hk2s: open(DefaultConfig::HK2S)?,
            s2t: open(DefaultConfig::S2T)?,
            s2tw: open(DefaultConfig::S2TW)?,
            s2hk: open(DefaultConfig::S2HK)?,
            s2twp: open(DefaultConfig::S2TWP)?,
            s2hkp: open(DefaultConfig::S2HKP)?,
            t2tw: open(DefaultConfig::T2TW)?,
            t2hk: open(DefaultConfig::T2HK)?,
            text,
        })
    }

    /// The entries of the dictionary of this name.
    pub fn entries(&self, name: &str) -> Result<Vec<Entry>, Box<dyn Error>> {
        let path = self.text.join(name).with_extension("txt");
        let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(text
            .lines()
            .filter_map(|line| line.split_once('\t'))
            .map(|(key, values)| (key.to_owned(), values.split(' ').map(str::to_owned).collect()))
            .collect())
    }
}

/// The code points that may be Chinese characters: the unified blocks, the compatibility ones and the radicals.
pub fn ideographs() -> impl Iterator<Item = char> {
    [0x2E80..=0x2FDF, 0x3400..=0x4DBF, 0x4E00..=0x9FFF, 0xF900..=0xFAFF, 0x20000..=0x3FFFD]
        .into_iter()
        .flatten()
        .filter_map(char::from_u32)
}
