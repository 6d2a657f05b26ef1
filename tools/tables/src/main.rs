//! Makes the tables of jinyu's `script` module out of OpenCC's dictionaries and readings of characters.
//!
//! Receives OpenCC's configurations, their dictionaries as text and the hand-written additions in this crate; hands on three
//! generated Rust files, or a measurement of how many words the folding loses. It must not be needed to build jinyu.

mod classes;
mod marks;
mod measure;
mod opencc;
mod regional;
mod sounds;
mod write;

use std::{env, error::Error, fs, path::PathBuf, process::ExitCode};

const USAGE: &str = "\
usage: tables write   --data DIR --text DIR --opencc VERSION --out DIR
       tables measure --data DIR --text DIR --words FILE [--least FREQUENCY]

  --data DIR         OpenCC's configurations and compiled dictionaries (t2s.json, TSCharacters.ocd2 ...)
  --text DIR         the same dictionaries as text (TSCharacters.txt ...)
  --opencc VERSION   OpenCC's version, for the header of the generated files
  --out DIR          the directory of table.rs, regional.rs and pronunciation.rs
  --words FILE       a vocabulary: word, frequency, anything, separated by spaces
  --least FREQUENCY  words less frequent are not measured (50)";

/// The arguments after the command, by name.
struct Arguments(Vec<(String, String)>);

impl Arguments {
    fn read(given: impl Iterator<Item = String>) -> Result<Self, Box<dyn Error>> {
        let mut pairs = Vec::new();
        let mut given = given.peekable();
        while let Some(name) = given.next() {
            let value = given.next().ok_or_else(|| format!("{name} lacks a value\n{USAGE}"))?;
            pairs.push((name, value));
        }
        Ok(Self(pairs))
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    fn need(&self, name: &str) -> Result<&str, Box<dyn Error>> {
        Ok(self.get(name).ok_or_else(|| format!("{name} is missing\n{USAGE}"))?)
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let mut given = env::args().skip(1);
    let command = given.next().ok_or(USAGE)?;
    let arguments = Arguments::read(given)?;
    let opencc = opencc::Dictionaries::open(PathBuf::from(arguments.need("--data")?), PathBuf::from(arguments.need("--text")?))?;
    match command.as_str() {
        "write" => {
            let out = PathBuf::from(arguments.need("--out")?);
            let version = arguments.need("--opencc")?;
            let classes = classes::Classes::new(&opencc, true)?;
            let marks = marks::Marks::new(&opencc)?;
            let regional = regional::words(&opencc, &classes)?;
            fs::write(out.join("table.rs"), write::table(&classes, &marks, version))?;
            fs::write(out.join("regional.rs"), write::regional(&regional, version))?;
            let sounds = sounds::Sounds::new(&classes)?;
            fs::write(out.join("pronunciation.rs"), write::pronunciation(&sounds))?;
            println!("{}", write::counts(&classes, &marks, &regional, &sounds));
        }
        "measure" => {
            let words = fs::read_to_string(arguments.need("--words")?)?;
            let least = arguments.get("--least").unwrap_or("50").parse()?;
            measure::run(&opencc, &words, least)?;
        }
        _ => return Err(USAGE.into()),
    }
    Ok(())
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
