//! Transcripts at some paths, conversation by conversation: folders searched, the form of each file found out, what cannot be read
//! reported. For every command that reads calls.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use encoding_rs::Encoding;
use jinyu::{Conversation, Speaker, Utterance};

use super::assemble::{Assembler, Fed};
use super::fields::Fields;
use super::form::{Form, From};
use super::json::Interpreter;
use super::json::document::{Document, LONGEST};
use super::jsonl::{LONGEST_RECORD, Records};
use super::label::Labels;
use super::meter::{InputFacts, Meter};
use super::ours;
use super::paths::{inputs, unpacked};
use super::source::Source;
use super::subtitles::Cues;
use super::table::Rows;
use super::text::Transcript;
use super::workbook::Workbook;
use super::{Input, Lines, PIECE, Turn, Turns, explain, has_extension};
use crate::args::ReadingArgs;
use crate::problem::{Problems, note};

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

impl Read {
    /// The conversation for the library, which gets the utterances themselves: they may be large.
    pub(crate) fn lend(&mut self) -> Conversation {
        let mut conversation = Conversation::new(&*self.conversation);
        let nothing = || Utterance::new(0, Speaker::Unknown, String::new());
        conversation.utterances = self.turns.iter_mut().map(|turn| std::mem::replace(&mut turn.utterance, nothing())).collect();
        conversation
    }

    /// Takes the utterances back.
    pub(crate) fn take_back(&mut self, conversation: Conversation) {
        for (turn, utterance) in self.turns.iter_mut().zip(conversation.utterances) {
            turn.utterance = utterance;
        }
    }
}

/// Takes what is read, in order.
pub(crate) trait Listener {
    /// A file has been opened.
    fn file(&mut self);
    /// All that will be read is known, in bytes; not where some of it is standard input.
    fn total(&mut self, _bytes: u64) {}
    /// What could be read of an input has been read.
    fn end(&mut self, _facts: InputFacts) {}
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

/// How transcripts are to be read.
#[derive(Debug)]
pub(crate) struct Reading {
    labels: Labels,
    fields: Fields,
    from: Option<From>,
    encoding: Option<&'static Encoding>,
    meter: Meter,
}

impl Reading {
    /// What the arguments ask for.
    pub(crate) fn new(args: &ReadingArgs) -> Self {
        Self {
            labels: Labels::new(&args.speakers.speakers),
            fields: Fields::new(&args.columns),
            from: args.from,
            encoding: args.encoding,
            meter: Meter::default(),
        }
    }

    /// Counts the bytes that are read.
    pub(crate) fn meter(&self) -> &Meter {
        &self.meter
    }
}

/// Reads all paths.
///
/// # Errors
/// Those of the listener.
pub(crate) fn read(paths: &[PathBuf], reading: &Reading, listener: &mut dyn Listener, problems: &mut Problems) -> Result<()> {
    let inputs = inputs(paths, problems);
    let bytes: Option<u64> = inputs.iter().map(Input::bytes).sum();
    bytes.into_iter().for_each(|bytes| listener.total(bytes));
    for input in inputs {
        let read = read_input(&input, reading, listener, problems);
        let facts = reading.meter.finish(&input.name());
        if !matches!(read, Ok(Passed::Over)) {
            listener.end(facts);
        }
        read?;
    }
    Ok(())
}

/// What became of an input.
enum Passed {
    /// It was read as far as it goes.
    Through,
    /// It is a report of ours.
    Over,
}

/// Why a file is not read at all.
enum Unread {
    /// It is a report of ours.
    Report,
    /// It cannot be read.
    Bad(String),
}

impl std::convert::From<String> for Unread {
    fn from(what: String) -> Self {
        Self::Bad(what)
    }
}

fn read_input(input: &Input, reading: &Reading, listener: &mut dyn Listener, problems: &mut Problems) -> Result<Passed> {
    let file = input.name();
    let path = match input {
        Input::Stdin => None,
        Input::File(path) => Some(unpacked(path)),
    };
    let stem = match &path {
        None => "stdin".to_owned(),
        Some(path) => path.file_stem().map_or_else(|| file.clone(), |stem| stem.to_string_lossy().into_owned()),
    };
    let Some(mut source) = Source::open(input, reading.encoding, &reading.meter, problems) else {
        listener.unread(file);
        return Ok(Passed::Through);
    };
    let form = Form::of(reading.from, path.as_deref(), source.peek(), &reading.fields);
    let mut reader = match reader(form, source, &file, &stem, reading, problems) {
        Ok(reader) => reader,
        Err(Unread::Report) => {
            note(format_args!("{file}: is a report of jinyu and no transcript, passed over"));
            return Ok(Passed::Over);
        }
        Err(Unread::Bad(what)) => {
            problems.report(format_args!("{file}: {what}"));
            listener.unread(file.clone());
            return Ok(Passed::Through);
        }
    };
    listener.file();
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
    Ok(Passed::Through)
}

/// The reader of a form; the error says why the file is not read at all.
fn reader<'a>(
    form: Form,
    mut source: Source,
    file: &'a str,
    stem: &'a str,
    reading: &'a Reading,
    problems: &mut Problems,
) -> Result<Box<dyn Turns + 'a>, Unread> {
    let Reading { labels, fields, from, .. } = reading;
    if ours::is_report(source.peek()) {
        return Err(Unread::Report);
    }
    if form != Form::Workbook && source.peek().contains(&0) {
        if has_extension(Path::new(file), &["xlsx", "xlsm", "xls", "ods"]) {
            return Err("is no workbook, whatever its name says, and no text; save it as .xlsx or .csv once more"
                .to_owned()
                .into());
        }
        return Err("has zero bytes, so it is no text; text in UTF-16 without a mark needs --encoding UTF-16LE"
            .to_owned()
            .into());
    }
    let assembler = Assembler::new(file, stem, labels);
    let encoding = source.encoding;
    let lines = |source: Source, piece| Lines::new(source.reader, piece).of_encoding(encoding);
    let interpreter = |assembler| Interpreter::new(assembler, fields, from.and_then(From::shape));
    Ok(match form {
        Form::Text => Box::new(Transcript::new(lines(source, PIECE), file, stem, labels)),
        Form::Lines => Box::new(Fed::new(Records::new(lines(source, LONGEST_RECORD), interpreter(assembler)))),
        Form::Table(delimiter) => Box::new(Fed::new(Rows::new(lines(source, PIECE), delimiter, fields, assembler))),
        Form::Subtitles => Box::new(Fed::new(Cues::new(lines(source, PIECE), labels, assembler))),
        Form::Document => {
            let bytes = whole(source)?;
            let text = String::from_utf8(bytes).unwrap_or_else(|error| {
                problems.report(format_args!("{file}: {}; save it as UTF-8", error.utf8_error()));
                String::from_utf8_lossy(error.as_bytes()).into_owned()
            });
            let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
            Box::new(Fed::new(Document::new(text, interpreter(assembler), problems)))
        }
        Form::Workbook => {
            let workbook = Workbook::new(whole(source)?, fields, assembler)?;
            if workbook.is_report() {
                return Err(Unread::Report);
            }
            Box::new(Fed::new(workbook))
        }
    })
}

fn whole(source: Source) -> Result<Vec<u8>, String> {
    source.read_all(LONGEST).map_err(|error| explain(&error))?.ok_or_else(|| {
        format!("is longer than {} MiB, which must be held as a whole; split it, or save it as .jsonl or .csv", LONGEST >> 20)
    })
}

#[cfg(test)]
mod tests;
