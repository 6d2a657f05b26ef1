//! From what the user names to files: folders are searched, patterns expanded.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use glob::MatchOptions;

use super::{Input, explain, has_extension};
use crate::problem::Problems;

/// How the names of transcripts end; each may be packed as well.
const EXTENSIONS: &[&str] = &["txt", "jsonl", "ndjson", "json", "csv", "tsv", "tab", "xlsx", "xlsm", "xls", "ods", "srt", "vtt"];

/// How the names of packed files end.
pub(crate) const PACKED: &[&str] = &["gz", "zst"];

/// The inputs that paths name, in their order; what is not there is reported.
pub(crate) fn inputs(paths: &[PathBuf], problems: &mut Problems) -> Vec<Input> {
    let mut inputs = Vec::new();
    for path in paths {
        match matches(path) {
            Some(Ok(found)) if found.is_empty() => {
                problems.report(format_args!("{}: no file has such a name; check the pattern", path.display()));
            }
            Some(Ok(found)) => found.iter().for_each(|path| add(path, &mut inputs, problems)),
            Some(Err(what)) => problems.report(format_args!("{}: {what}", path.display())),
            None => add(path, &mut inputs, problems),
        }
    }
    inputs
}

fn add(path: &Path, inputs: &mut Vec<Input>, problems: &mut Problems) {
    if !path.is_dir() {
        inputs.push(Input::from_argument(path));
        return;
    }
    let files = transcripts(path, problems);
    if files.is_empty() {
        let known: Vec<String> = EXTENSIONS.iter().take(6).map(|extension| format!("*.{extension}")).collect();
        problems.report(format_args!(
            "{}: there is no {} or the like in this folder; check the path",
            path.display(),
            known.join(", ")
        ));
    }
    inputs.extend(files.into_iter().map(Input::File));
}

/// What a pattern matches that no shell has expanded; `None` for a path that is there, or is no pattern.
fn matches(path: &Path) -> Option<Result<Vec<PathBuf>, String>> {
    let pattern = path.to_str().filter(|text| text.contains(['*', '?', '[']))?;
    if path.exists() {
        return None;
    }
    let options = MatchOptions { require_literal_leading_dot: true, ..MatchOptions::new() };
    Some(match glob::glob_with(pattern, options) {
        Ok(found) => Ok(found.filter_map(Result::ok).collect()),
        Err(error) => Err(format!("is no pattern: {error}; write *, ** or ?")),
    })
}

/// The transcripts in a folder, sorted; what cannot be read is reported.
fn transcripts(folder: &Path, problems: &mut Problems) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = match fs::read_dir(&folder).and_then(Iterator::collect::<io::Result<Vec<_>>>) {
            Ok(entries) => entries,
            Err(error) => {
                problems.report(format_args!("{}: {}", folder.display(), explain(&error)));
                continue;
            }
        };
        for entry in entries {
            let path = entry.path();
            // Excel puts ~$NAME.xlsx beside a file that is open.
            let name = entry.file_name();
            if name.as_encoded_bytes().starts_with(b".") || name.as_encoded_bytes().starts_with(b"~$") {
                continue;
            }
            // A link to a folder is not followed: it may lead in circles.
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                folders.push(path);
            } else if has_extension(&unpacked(&path), EXTENSIONS) {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// The name that a file has when it is unpacked.
pub(crate) fn unpacked(path: &Path) -> PathBuf {
    if has_extension(path, PACKED) { path.with_extension("") } else { path.to_owned() }
}
