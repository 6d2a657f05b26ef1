//! A JSON file as a whole: an array of turns or of conversations, or one object after the other. The text is held, at most
//! [`LONGEST`] bytes; what stands before a fault is still read.

use std::io;
use std::ops::Range;
use std::vec::IntoIter;

use serde::Deserializer as _;
use serde_json::Deserializer;
use serde_json::value::RawValue;

use super::{Elements, Interpreter, Place};
use crate::problem::Problems;
use crate::read::Turn;
use crate::read::assemble::Feed;

/// Bytes of a file that must be held as a whole.
pub(crate) const LONGEST: usize = 256 << 20;

/// Reads turns from the values of a file.
pub(crate) struct Document<'a> {
    text: String,
    values: IntoIter<Range<usize>>,
    /// A byte, and the line on which it stands.
    at: (usize, usize),
    interpreter: Interpreter<'a>,
}

impl<'a> Document<'a> {
    /// Reports where the text is no JSON.
    pub(crate) fn new(text: String, interpreter: Interpreter<'a>, problems: &mut Problems) -> Self {
        let file = interpreter.assembler.file;
        let mut values = Vec::new();
        let fault = if text.trim_start().starts_with('[') {
            let mut deserializer = Deserializer::from_str(&text);
            deserializer.deserialize_seq(Elements(&mut values)).and_then(|()| deserializer.end()).err()
        } else {
            let mut stream = Deserializer::from_str(&text).into_iter::<&RawValue>();
            stream.try_for_each(|value| value.map(|value| values.push(value))).err()
        };
        if let Some(error) = fault {
            let whole = error.to_string();
            let what = whole.rsplit_once(" at line ").map_or(whole.as_str(), |(what, _)| what);
            problems.report(format_args!(
                "{file}:{}:{}: not JSON: {what}; what stands before is read, mend the rest",
                error.line(),
                error.column()
            ));
        }
        let place = Place::new(&text, 1);
        let ranges: Vec<_> = values
            .iter()
            .map(|value| {
                let start = place.offset(value.get());
                start..start + value.get().len()
            })
            .collect();
        Self { text, values: ranges.into_iter(), at: (0, 1), interpreter }
    }
}

impl Feed for Document<'_> {
    fn take(&mut self) -> Option<Turn> {
        self.interpreter.assembler.take()
    }

    fn end(&mut self, problems: &mut Problems) {
        self.interpreter.end(problems);
    }

    fn read_on(&mut self, problems: &mut Problems) -> io::Result<bool> {
        let Some(range) = self.values.next() else { return Ok(false) };
        let (from, line) = self.at;
        let passed = self.text.as_bytes().get(from..range.start).unwrap_or_default();
        let line = line + passed.iter().filter(|byte| **byte == b'\n').count();
        self.at = (range.start, line);
        let value = self.text.get(range).unwrap_or_default();
        // It has been read as JSON before.
        let _ = self.interpreter.take(value, line, problems);
        Ok(true)
    }
}
