//! Transcripts at some paths, turn by turn: folders searched, the form of each file found out, what cannot be read
//! reported. For every command that reads calls.

use std::path::PathBuf;

use anyhow::Result;

use super::jsonl::{LONGEST_RECORD, Records};
use super::label::Labels;
use super::text::Transcript;
use super::{Input, PIECE, Turn, Turns, explain, has_extension, transcripts};
use crate::problem::Problems;

/// Takes what is read, in order.
pub(crate) trait Listener {
    /// A file has been opened.
    fn file(&mut self);
    /// A file could not be read at all.
    fn unread(&mut self, file: String);
    /// Somebody says something.
    fn turn(&mut self, file: &str, turn: &Turn) -> Result<()>;
    /// The next turn may be long in coming.
    fn idle(&mut self) -> Result<()> {
        Ok(())
    }
}

/// Reads all paths.
///
/// # Errors
/// Those of the listener.
pub(crate) fn read(paths: &[PathBuf], labels: &Labels, listener: &mut dyn Listener, problems: &mut Problems) -> Result<()> {
    for path in paths {
        if path.is_dir() {
            let files = transcripts(path, problems);
            if files.is_empty() {
                problems.report(format_args!("{}: there is no *.txt or *.jsonl in this folder; check the path", path.display()));
            }
            for file in files {
                read_input(&Input::File(file), labels, listener, problems)?;
            }
        } else {
            read_input(&Input::from_argument(path), labels, listener, problems)?;
        }
    }
    Ok(())
}

fn read_input(input: &Input, labels: &Labels, listener: &mut dyn Listener, problems: &mut Problems) -> Result<()> {
    let file = input.name();
    let stem = match input {
        Input::Stdin => "stdin".to_owned(),
        Input::File(path) => path.file_stem().map_or_else(|| file.clone(), |stem| stem.to_string_lossy().into_owned()),
    };
    let named_jsonl = matches!(input, Input::File(path) if has_extension(path, &["jsonl", "ndjson"]));
    let Some(mut lines) = input.open(if named_jsonl { LONGEST_RECORD } else { PIECE }, problems) else {
        listener.unread(file);
        return Ok(());
    };
    if let Some(what) = lines.foreign() {
        problems.report(format_args!("{file}: {what}"));
        listener.unread(file);
        return Ok(());
    }
    listener.file();
    let mut reader: Box<dyn Turns> = if named_jsonl || lines.looks_like_json() {
        lines.set_piece(LONGEST_RECORD);
        Box::new(Records::new(lines, &file, &stem, labels))
    } else {
        Box::new(Transcript::new(lines, &file, &stem, labels))
    };
    loop {
        if reader.may_wait() {
            listener.idle()?;
        }
        match reader.next(problems) {
            Ok(Some(turn)) => listener.turn(&file, &turn)?,
            Ok(None) => break,
            Err(error) => {
                problems.report(format_args!("{file}: {}; the rest of it is not checked", explain(&error)));
                break;
            }
        }
    }
    problems.end_of_file(&file);
    Ok(())
}
