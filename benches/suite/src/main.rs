//! The bench suite's own program: writes the texts and phrase lists, and measures one engine on one of each, with a bare pass beside it.
//! The script `run.py` calls it; see the README.

mod generate;
mod measure;

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments.as_slice() {
        ["generate", folder, bytes] => bytes
            .parse()
            .map_err(|error| format!("{bytes}: {error}"))
            .and_then(|bytes| generate::write(Path::new(folder), bytes).map_err(|error| format!("{folder}: {error}"))),
        ["archive", path, bytes] => bytes
            .parse()
            .map_err(|error| format!("{bytes}: {error}"))
            .and_then(|bytes| generate::archive(Path::new(path), bytes).map_err(|error| format!("{path}: {error}"))),
        ["measure", engine, phrases, text, limit, rounds] => measure::run(engine, phrases, text, limit, rounds),
        _ => Err("generate FOLDER BYTES | archive FILE BYTES | measure ENGINE PHRASES TEXT BYTES ROUNDS".to_owned()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}
