//! What `rules init` and `rules import` share: names of packs, strings in TOML, and files that are not written over.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

use jinyu::Checker;

use crate::problem::Problems;
use crate::read::explain;

/// Why a pack cannot be called so.
pub(super) fn bad_name(name: &str, checker: &Checker) -> Option<String> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !name.starts_with(|c: char| c.is_ascii_lowercase()) || !name.chars().all(allowed) {
        return Some(format!(
            "\"{name}\" is no name for a pack; use a-z, 0-9 and -, beginning with a letter, such as my-company"
        ));
    }
    let taken = checker.packs().iter().any(|pack| pack.name == name);
    taken.then(|| {
        format!("there is a built-in pack \"{name}\", which yours would replace; choose another name, such as my-{name}")
    })
}

/// A name for a pack from that of a file.
pub(super) fn name_from(path: &Path, checker: &Checker) -> String {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let words: Vec<&str> = stem.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let name = words.join("-");
    if name.starts_with(|c: char| c.is_ascii_lowercase()) && bad_name(&name, checker).is_none() {
        name
    } else if name.is_empty() {
        "company".to_owned()
    } else {
        format!("my-{name}")
    }
}

/// A string as TOML writes it.
pub(crate) fn quoted(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Writes a new file; with `force`, one that is there is written over. A failure is reported.
pub(super) fn create(path: &Path, text: &str, force: bool, problems: &mut Problems) -> bool {
    let mut options = OpenOptions::new();
    options.write(true);
    if force {
        options.create(true).truncate(true)
    } else {
        options.create_new(true)
    };
    let Err(error) = options.open(path).and_then(|mut file| file.write_all(text.as_bytes())) else { return true };
    let why = match error.kind() {
        io::ErrorKind::AlreadyExists => {
            "is there already; choose another file with --out, or write over it with --force".to_owned()
        }
        io::ErrorKind::NotFound => "its folder is not there; make the folder first".to_owned(),
        _ => explain(&error),
    };
    problems.report(format_args!("{}: {why}", path.display()));
    false
}
