//! Transcripts as JSON Lines: `{"conversation":…,"turn":…,"speaker":…,"text":…}` or any other shape that [`super::json`]
//! knows. Consecutive records of one conversation belong together; `turn` is counted from 1 where it is absent. Holds one
//! record at a time.

use std::io;

use super::assemble::Feed;
use super::json::Interpreter;
use super::{Line, Lines, Turn};
use crate::problem::Problems;

/// A record longer than this is skipped: it must be held as a whole.
pub(crate) const LONGEST_RECORD: usize = 16 << 20;

/// Reads turns from JSON Lines.
pub(crate) struct Records<'a> {
    lines: Lines,
    line: Line,
    interpreter: Interpreter<'a>,
}

impl<'a> Records<'a> {
    pub(crate) fn new(lines: Lines, interpreter: Interpreter<'a>) -> Self {
        Self { lines, line: Line::default(), interpreter }
    }
}

impl Feed for Records<'_> {
    fn take(&mut self) -> Option<Turn> {
        self.interpreter.assembler.take()
    }

    fn end(&mut self, problems: &mut Problems) {
        self.interpreter.end(problems);
    }

    fn read_on(&mut self, problems: &mut Problems) -> io::Result<bool> {
        let mut line = std::mem::take(&mut self.line);
        let more = self.lines.next(&mut line)?;
        if more {
            self.take_line(&mut line, problems)?;
        }
        self.line = line;
        Ok(more)
    }

    fn may_wait(&self) -> bool {
        self.lines.may_wait()
    }
}

impl Records<'_> {
    fn take_line(&mut self, line: &mut Line, problems: &mut Problems) -> io::Result<()> {
        let file = self.interpreter.assembler.file;
        if line.cut {
            problems.report(format_args!(
                "{file}:{}: the record is longer than {} MiB, skipped; split it",
                line.number,
                LONGEST_RECORD >> 20
            ));
            return self.lines.skip_rest(line);
        }
        if line.bytes.trim_ascii().is_empty() {
            return Ok(());
        }
        let text = line.text(file, problems);
        if let Err(error) = self.interpreter.take(&text, line.number, problems) {
            problems.report_line("that are no such records", format_args!("{file}:{}:{}", line.number, reason(&error)));
        }
        Ok(())
    }
}

/// Why a line is no record, as `column: what; what to do`: there is only one line as the parser sees it.
fn reason(error: &serde_json::Error) -> String {
    let whole = error.to_string();
    let what = whole.rsplit_once(" at line ").map_or(whole.as_str(), |(what, _)| what);
    format!("{}: not JSON: {what}, skipped; mend this record", error.column())
}
