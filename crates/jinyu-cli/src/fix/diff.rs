//! A unified diff, written while lines come in. Lines are changed one for one, so that no search for the shortest diff
//! is needed and memory is bounded by a hunk; within a line `similar` says what changed, for the eye.

use std::collections::VecDeque;
use std::io::{self, BufWriter, IsTerminal, Write};

use anstyle::{AnsiColor, Style};
use similar::{ChangeTag, TextDiff};

use super::Sink;
use crate::read::{BOM, Line};

/// Unchanged lines that are shown around a change.
const CONTEXT: usize = 3;

/// Lines longer than this are not compared character by character.
const COMPARED: usize = 4 << 10;

const GONE: Style = AnsiColor::Red.on_default();
const COME: Style = AnsiColor::Green.on_default();
const PLACE: Style = AnsiColor::Cyan.on_default();
const NAME: Style = Style::new().bold();

/// Receives lines, writes hunks.
pub(crate) struct UnifiedDiff {
    file: String,
    out: Box<dyn Write>,
    /// Styles are written, and what would steer the terminal is not.
    for_eyes: bool,
    named: bool,
    context: VecDeque<Entry>,
    hunk: Vec<Entry>,
    /// Unchanged lines at the end of the hunk.
    trailing: usize,
}

/// A line with its ending.
struct Entry {
    number: usize,
    old: Vec<u8>,
    new: Option<Vec<u8>>,
}

impl UnifiedDiff {
    /// A diff of one file on standard output.
    pub(crate) fn new(file: &str) -> Self {
        let stdout = io::stdout();
        let choice = anstream::AutoStream::choice(&stdout);
        let for_eyes = stdout.is_terminal() || choice != anstream::ColorChoice::Never;
        // Bytes that are not UTF-8 must come through a pipe as they are.
        let out: Box<dyn Write> = if for_eyes {
            Box::new(BufWriter::new(anstream::AutoStream::new(stdout.lock(), choice)))
        } else {
            Box::new(BufWriter::new(stdout.lock()))
        };
        Self { file: file.to_owned(), out, for_eyes, named: false, context: VecDeque::new(), hunk: Vec::new(), trailing: 0 }
    }

    fn unchanged(&mut self, entry: Entry) -> io::Result<()> {
        if self.hunk.is_empty() {
            self.context.push_back(entry);
            if self.context.len() > CONTEXT {
                self.context.pop_front();
            }
            return Ok(());
        }
        self.hunk.push(entry);
        self.trailing += 1;
        if self.trailing > 2 * CONTEXT {
            let next_context = self.hunk.split_off(self.hunk.len() - CONTEXT);
            self.trailing -= CONTEXT;
            self.close()?;
            self.context = next_context.into();
        }
        Ok(())
    }

    /// Writes the open hunk.
    fn close(&mut self) -> io::Result<()> {
        let surplus = self.trailing.saturating_sub(CONTEXT);
        self.hunk.truncate(self.hunk.len() - surplus);
        self.trailing = 0;
        let hunk = std::mem::take(&mut self.hunk);
        let Some(first) = hunk.first() else { return Ok(()) };
        if !std::mem::replace(&mut self.named, true) {
            self.styled(NAME, format_args!("--- {}", self.file.clone()))?;
            self.styled(NAME, format_args!("+++ {}", self.file.clone()))?;
        }
        let (start, count) = (first.number, hunk.len());
        self.styled(PLACE, format_args!("@@ -{start},{count} +{start},{count} @@"))?;
        for group in hunk.chunk_by(|a, b| a.new.is_some() == b.new.is_some()) {
            for entry in group {
                let mark = if entry.new.is_some() { '-' } else { ' ' };
                self.line(mark, &entry.old, entry.new.as_deref())?;
            }
            for entry in group {
                if let Some(new) = &entry.new {
                    self.line('+', new, Some(&entry.old))?;
                }
            }
        }
        Ok(())
    }

    fn styled(&mut self, style: Style, what: std::fmt::Arguments<'_>) -> io::Result<()> {
        if self.for_eyes { writeln!(self.out, "{style}{what}{style:#}") } else { writeln!(self.out, "{what}") }
    }

    /// One line of a hunk; `other` is its counterpart.
    fn line(&mut self, mark: char, bytes: &[u8], other: Option<&[u8]>) -> io::Result<()> {
        if self.for_eyes {
            let style = match mark {
                '-' => GONE,
                '+' => COME,
                _ => Style::new(),
            };
            write!(self.out, "{style}{mark}{style:#}")?;
            for (text, changed) in parts(bytes, other.unwrap_or(bytes)) {
                let style = if changed { style.bold().underline() } else { style };
                let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
                write!(self.out, "{style}{text}{style:#}")?;
            }
            writeln!(self.out)?;
        } else {
            write!(self.out, "{mark}")?;
            self.out.write_all(bytes)?;
            if !bytes.ends_with(b"\n") {
                writeln!(self.out)?;
            }
        }
        if !bytes.ends_with(b"\n") {
            writeln!(self.out, "\\ No newline at end of file")?;
        }
        Ok(())
    }
}

impl Sink for UnifiedDiff {
    fn line(&mut self, line: &Line, fixed: Option<&str>) -> io::Result<()> {
        if !line.is_whole() {
            // Too long to keep: the context ends here.
            self.close()?;
            self.context.clear();
            return Ok(());
        }
        let bytes = |text: &[u8]| [if line.bom { BOM } else { b"" }, text, line.ending.as_bytes()].concat();
        let entry = Entry { number: line.number, old: bytes(&line.bytes), new: fixed.map(|f| bytes(f.as_bytes())) };
        if entry.new.is_none() {
            return self.unchanged(entry);
        }
        self.trailing = 0;
        self.hunk.extend(self.context.drain(..));
        self.hunk.push(entry);
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    fn finish(&mut self) -> io::Result<()> {
        self.close()?;
        self.out.flush()
    }
}

/// A line in parts, each with whether the other line lacks it; without its ending.
fn parts(bytes: &[u8], other: &[u8]) -> Vec<(String, bool)> {
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_end_matches(['\r', '\n']);
    if bytes == other || text.len() > COMPARED {
        return vec![(text.to_owned(), false)];
    }
    let other = String::from_utf8_lossy(other);
    let diff = TextDiff::from_chars(other.trim_end_matches(['\r', '\n']), text);
    let mut parts: Vec<(String, bool)> = Vec::new();
    for change in diff.iter_all_changes().filter(|change| change.tag() != ChangeTag::Delete) {
        let changed = change.tag() == ChangeTag::Insert;
        match parts.last_mut() {
            Some((part, same)) if *same == changed => part.push_str(change.value()),
            _ => parts.push((change.value().to_owned(), changed)),
        }
    }
    parts
}
