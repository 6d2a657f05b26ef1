//! Transcripts at some paths, conversation by conversation: folders searched, the form of each file found out, what cannot be read
//! reported. For every command that reads calls.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;

use super::jsonl::{LONGEST_RECORD, Records};
use super::label::Labels;
use super::text::Transcript;
use super::{Input, PIECE, Turn, Turns, explain, has_extension, transcripts};
use crate::problem::Problems;

/// Turns that a conversation of one file may have before it is delivered in parts.
const MOST_TURNS: usize = 50_000;

/// Bytes of text after which a conversation is delivered in parts.
const MOST_BYTES: usize = 64 << 20;

/// A conversation as it stands in a file, complete unless it is longer than [`MOST_TURNS`] or [`MOST_BYTES`].
#[derive(Debug)]
pub(crate) struct Read {
    /// What messages call the file.
    pub(crate) file: Arc<str>,
    /// The conversation's name.
    #[allow(dead_code, reason = "until reports speak of whole conversations")]
    pub(crate) conversation: Arc<str>,
    /// Whether it begins here; `false` for the further parts of a long one.
    pub(crate) begins: bool,
    /// What is said, in order, never nothing.
    pub(crate) turns: Vec<Turn>,
}

/// Takes what is read, in order.
pub(crate) trait Listener {
    /// A file has been opened.
    fn file(&mut self);
    /// A file could not be read at all.
    fn unread(&mut self, file: String);
    /// A conversation, once its last turn is known: the next one begins, or the file ends.
    fn conversation(&mut self, read: Read) -> Result<()>;
    /// The next turn may be long in coming.
    fn idle(&mut self) -> Result<()> {
        Ok(())
    }
}

/// Collects turns until a conversation is complete.
struct Gathering {
    file: Arc<str>,
    turns: Vec<Turn>,
    bytes: usize,
}

impl Gathering {
    fn take(&mut self, turn: Turn, listener: &mut dyn Listener) -> Result<()> {
        let full = self.turns.len() >= MOST_TURNS || self.bytes >= MOST_BYTES;
        if turn.begins || full {
            self.hand_on(listener)?;
        }
        self.bytes += turn.utterance.text.len();
        self.turns.push(turn);
        Ok(())
    }

    fn hand_on(&mut self, listener: &mut dyn Listener) -> Result<()> {
        self.bytes = 0;
        let turns = std::mem::take(&mut self.turns);
        let Some(first) = turns.first() else { return Ok(()) };
        let (conversation, begins) = (Arc::clone(&first.conversation), first.begins);
        listener.conversation(Read { file: Arc::clone(&self.file), conversation, begins, turns })
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
    let mut gathering = Gathering { file: file.as_str().into(), turns: Vec::new(), bytes: 0 };
    loop {
        if reader.may_wait() {
            listener.idle()?;
        }
        match reader.next(problems) {
            Ok(Some(turn)) => gathering.take(turn, listener)?,
            Ok(None) => break,
            Err(error) => {
                problems.report(format_args!("{file}: {}; the rest of it is not checked", explain(&error)));
                break;
            }
        }
    }
    gathering.hand_on(listener)?;
    problems.end_of_file(&file);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Read;

    #[test]
    fn conversations_may_go_to_other_threads() {
        fn holds<T: Send>() {}
        holds::<Read>();
    }
}
