//! Files and standard input as lines of bounded length, with their place kept: the ground under every command.
//! One file for each form makes turns of conversations from them ([`text`], [`jsonl`], [`table`], …), for whole
//! folders in [`transcripts`]. [`phrases`] reads lists and tables.

pub(crate) mod assemble;
pub(crate) mod fields;
pub(crate) mod form;
pub(crate) mod json;
pub(crate) mod jsonl;
pub(crate) mod label;
pub(crate) mod meter;
mod ours;
pub(crate) mod paths;
pub(crate) mod phrases;
pub(crate) mod source;
pub(crate) mod subtitles;
pub(crate) mod table;
pub(crate) mod text;
pub(crate) mod time;
pub(crate) mod transcripts;
pub(crate) mod workbook;

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use encoding_rs::{Encoding, UTF_8};
use jinyu::{Span, Utterance};

use crate::problem::Problems;

/// A line longer than this comes in pieces.
pub(crate) const PIECE: usize = 1 << 20;

/// What the bytes of UTF-8 start with when somebody thought it needs saying.
pub(crate) const BOM: &[u8] = b"\xef\xbb\xbf";

/// Where lines come from.
#[derive(Clone, Debug)]
pub(crate) enum Input {
    Stdin,
    File(PathBuf),
}

impl Input {
    /// The inputs that arguments name: none at all or `-` is standard input.
    pub(crate) fn from_arguments(files: &[PathBuf]) -> Vec<Self> {
        if files.is_empty() { vec![Self::Stdin] } else { files.iter().map(|file| Self::from_argument(file)).collect() }
    }

    pub(crate) fn from_argument(path: &Path) -> Self {
        if path.as_os_str() == "-" { Self::Stdin } else { Self::File(path.to_owned()) }
    }

    /// How long it is, where that is known before it is read.
    pub(crate) fn bytes(&self) -> Option<u64> {
        match self {
            Self::Stdin => None,
            // What is not there adds nothing.
            Self::File(path) => Some(path.metadata().map_or(0, |file| file.len())),
        }
    }

    /// What messages call it.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Stdin => "<stdin>".to_owned(),
            Self::File(path) => path.display().to_string(),
        }
    }

    /// Opens it; a failure is reported and gives `None`.
    pub(crate) fn open(&self, piece: usize, problems: &mut Problems) -> Option<Lines> {
        let source: io::Result<Box<dyn Read>> = match self {
            Self::Stdin => Ok(Box::new(io::stdin().lock())),
            Self::File(path) if path.is_dir() => {
                problems.report(format_args!("{}: is a folder; name its files, or use `jinyu audit` on it", self.name()));
                return None;
            }
            Self::File(path) => File::open(path).map(|file| Box::new(file) as Box<dyn Read>),
        };
        match source {
            Ok(source) => Some(Lines::new(BufReader::with_capacity(64 << 10, source), piece)),
            Err(error) => {
                problems.report(format_args!("{}: {}", self.name(), explain(&error)));
                None
            }
        }
    }
}

/// An error of the operating system, with what to do about it.
pub(crate) fn explain(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file; check the path".to_owned(),
        io::ErrorKind::UnexpectedEof => "ends too early; it may have been cut off, copy it once more".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied; make the file readable for you".to_owned(),
        _ => error.to_string(),
    }
}

/// A line or a piece of one, without its line ending.
#[derive(Debug, Default)]
pub(crate) struct Line {
    /// The line's number, from 1.
    pub(crate) number: usize,
    /// The bytes.
    pub(crate) bytes: Vec<u8>,
    /// What ended the line: `\n`, `\r\n`, or nothing at the end of the file or of a piece.
    pub(crate) ending: &'static str,
    /// Whether a byte-order mark stood before it.
    pub(crate) bom: bool,
    /// What of the line came in pieces before this one.
    pub(crate) before: Offset,
    /// Whether more of the same line follows.
    pub(crate) cut: bool,
    /// What the text was before it became UTF-8, if it was something else.
    pub(crate) encoding: Option<&'static Encoding>,
}

impl Line {
    /// Whether this is all of its line.
    pub(crate) fn is_whole(&self) -> bool {
        !self.cut && self.before.byte == 0
    }

    /// The text, with U+FFFD in place of what is not UTF-8; that is reported.
    pub(crate) fn text(&self, file: &str, problems: &mut Problems) -> Cow<'_, str> {
        match std::str::from_utf8(&self.bytes) {
            Ok(text) => {
                if let Some(encoding) = self.encoding.filter(|_| text.contains(char::REPLACEMENT_CHARACTER)) {
                    problems.report_line(
                        "that are of another encoding",
                        format_args!(
                            "{file}:{}: not {} throughout; name the right encoding with --encoding",
                            self.number,
                            encoding.name()
                        ),
                    );
                }
                Cow::Borrowed(text)
            }
            Err(error) => {
                let at = self.before.byte + error.valid_up_to() + 1;
                problems.report_line(
                    "that are not UTF-8",
                    format_args!(
                        "{file}:{}: not UTF-8 at byte {at} of the line; save the file as UTF-8, perhaps by iconv -f GB18030 -t UTF-8",
                        self.number
                    ),
                );
                String::from_utf8_lossy(&self.bytes)
            }
        }
    }
}

/// How far into a line something stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Offset {
    pub(crate) byte: usize,
    pub(crate) char: usize,
    pub(crate) utf16: usize,
}

impl Offset {
    /// The offset after `text`.
    pub(crate) fn after(self, text: &str) -> Self {
        let end = Span::new(0, text.len()).positions(text);
        Self { byte: self.byte + text.len(), char: self.char + end.char[1], utf16: self.utf16 + end.utf16[1] }
    }
}

/// Reads lines and pieces of lines.
pub(crate) struct Lines {
    reader: BufReader<Box<dyn Read>>,
    piece: usize,
    number: usize,
    rest: Vec<u8>,
    before: Offset,
    encoding: &'static Encoding,
}

impl Lines {
    /// A line longer than `piece` bytes comes in pieces.
    pub(crate) fn new(reader: BufReader<Box<dyn Read>>, piece: usize) -> Self {
        Self { reader, piece, number: 0, rest: Vec::new(), before: Offset::default(), encoding: UTF_8 }
    }

    /// Says what the text was before it became UTF-8.
    pub(crate) fn of_encoding(self, encoding: &'static Encoding) -> Self {
        Self { encoding, ..self }
    }

    /// Whether the next line may keep us waiting: time to hand out what has been answered so far.
    pub(crate) fn may_wait(&self) -> bool {
        self.rest.is_empty() && !self.reader.buffer().contains(&b'\n')
    }

    /// Whether the input starts with `{`, as JSON Lines do; what cannot be read does not.
    pub(crate) fn looks_like_json(&mut self) -> bool {
        let start = self.reader.fill_buf().unwrap_or_default();
        let start = start.strip_prefix(BOM).unwrap_or(start);
        start.trim_ascii_start().starts_with(b"{")
    }

    /// What the input is when it is no text: its first bytes tell.
    pub(crate) fn foreign(&mut self) -> Option<&'static str> {
        match self.reader.fill_buf().unwrap_or_default() {
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Some("is UTF-16; convert it by iconv -f UTF-16 -t UTF-8"),
            [0x1f, 0x8b, ..] => Some("is compressed; unpack it first: gunzip -c FILE | jinyu … -"),
            [b'P', b'K', 3, 4, ..] => Some("is a zip, Word or Excel file; save it as plain text first"),
            _ => None,
        }
    }

    /// Fills `line` with the next line or piece; `false` at the end.
    pub(crate) fn next(&mut self, line: &mut Line) -> io::Result<bool> {
        line.bytes.clear();
        line.bytes.append(&mut self.rest);
        line.before = self.before;
        line.ending = "";
        line.bom = false;
        line.cut = false;
        line.encoding = Some(self.encoding).filter(|encoding| *encoding != UTF_8);
        let mut at_end = false;
        while !at_end && !line.bytes.ends_with(b"\n") && line.bytes.len() < self.piece {
            let room = (self.piece - line.bytes.len()) as u64;
            at_end = (&mut self.reader).take(room).read_until(b'\n', &mut line.bytes)? == 0;
        }
        if line.bytes.is_empty() && self.before.byte == 0 {
            return Ok(false);
        }
        if self.before.byte == 0 {
            self.number += 1;
        }
        line.number = self.number;
        if self.number == 1 && self.before.byte == 0 && line.bytes.starts_with(BOM) {
            line.bytes.drain(..BOM.len());
            line.bom = true;
        }
        if line.bytes.ends_with(b"\n") {
            line.ending = if line.bytes.ends_with(b"\r\n") { "\r\n" } else { "\n" };
            line.bytes.truncate(line.bytes.len() - line.ending.len());
            self.before = Offset::default();
        } else if at_end || self.reader.fill_buf()?.is_empty() {
            self.before = Offset::default();
        } else {
            line.cut = true;
            self.rest = line.bytes.split_off(end_of_piece(&line.bytes));
            let text = String::from_utf8_lossy(&line.bytes);
            self.before = Offset { byte: line.before.byte + line.bytes.len(), ..line.before.after(&text) };
        }
        Ok(true)
    }

    /// Passes over the rest of a line of which a piece has been read.
    pub(crate) fn skip_rest(&mut self, line: &mut Line) -> io::Result<()> {
        while line.cut && self.next(line)? {}
        Ok(())
    }
}

/// Where to end a piece so that no word is cut in two: after a stop near its end, or at least between characters.
fn end_of_piece(bytes: &[u8]) -> usize {
    const NEAR: usize = 4 << 10;
    let boundary = bytes.len()
        - bytes.iter().rev().take(3).position(|b| b & 0xc0 != 0x80).map_or(0, |back| {
            let lead = bytes.get(bytes.len() - 1 - back).copied().unwrap_or_default();
            let length = if lead >= 0xf0 {
                4
            } else if lead >= 0xe0 {
                3
            } else if lead >= 0xc0 {
                2
            } else {
                1
            };
            if length > back + 1 { back + 1 } else { 0 }
        });
    let near = boundary.saturating_sub(NEAR);
    last_stop(bytes.get(near..boundary).unwrap_or_default()).map_or(boundary, |end| near + end)
}

/// The end of the last full stop, question or exclamation mark.
fn last_stop(bytes: &[u8]) -> Option<usize> {
    ["。", "！", "？"]
        .iter()
        .filter_map(|stop| {
            let stop = stop.as_bytes();
            bytes.windows(stop.len()).rposition(|window| window == stop).map(|at| at + stop.len())
        })
        .max()
}

/// An utterance as it comes out of a transcript, with its place.
#[derive(Debug)]
pub(crate) struct Turn {
    /// The conversation's name.
    pub(crate) conversation: Arc<str>,
    /// Whether the conversation begins here.
    pub(crate) begins: bool,
    /// Who says what.
    pub(crate) utterance: Utterance,
    /// The line where it starts, from 1.
    pub(crate) line: usize,
    /// Characters before the text in that line; `None` where the file does not hold the text as it is (JSON).
    pub(crate) column: Option<usize>,
    /// What of an overlong utterance came before this piece.
    pub(crate) before: Offset,
}

/// Reads transcripts of one form.
pub(crate) trait Turns {
    /// The next turn; `None` at the end. What cannot be read is reported.
    fn next(&mut self, problems: &mut Problems) -> io::Result<Option<Turn>>;
    /// Whether the next turn may have to wait for input.
    fn may_wait(&self) -> bool;
}

/// Whether the name ends in one of these, in any case.
pub(crate) fn has_extension(path: &Path, extensions: &[&str]) -> bool {
    path.extension().and_then(|e| e.to_str()).is_some_and(|e| extensions.iter().any(|known| e.eq_ignore_ascii_case(known)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(bytes: &'static [u8], piece: usize) -> Vec<Line> {
        let mut lines = Lines::new(BufReader::new(Box::new(bytes)), piece);
        let mut all = Vec::new();
        loop {
            let mut line = Line::default();
            if !lines.next(&mut line).unwrap() {
                return all;
            }
            all.push(line);
        }
    }

    #[test]
    fn endings_marks_and_empty_lines() {
        let all = lines("\u{feff}a\r\n\n\rb\nc".as_bytes(), PIECE);
        let shown: Vec<_> = all.iter().map(|l| (l.number, l.bytes.as_slice(), l.ending, l.bom)).collect();
        assert_eq!(
            shown,
            [(1, b"a".as_slice(), "\r\n", true), (2, b"", "\n", false), (3, b"\rb", "\n", false), (4, b"c", "", false)]
        );
        assert!(lines(b"", PIECE).is_empty());
    }

    #[test]
    fn pieces_end_between_characters_and_count_on() {
        let source = "一二三。四五六七八👌九十\n尾".as_bytes();
        for piece in 8..40 {
            let all = lines(source, piece);
            let mut joined = Vec::new();
            let mut offset = Offset::default();
            for line in &all {
                assert!(std::str::from_utf8(&line.bytes).is_ok(), "piece of {piece}");
                if line.number == 1 {
                    assert_eq!(line.before, offset);
                    offset = offset.after(std::str::from_utf8(&line.bytes).unwrap());
                }
                joined.extend_from_slice(&line.bytes);
                joined.extend_from_slice(line.ending.as_bytes());
            }
            assert_eq!(joined, source, "piece of {piece}");
            assert_eq!(all.last().map(|l| l.number), Some(2));
        }
    }

    #[test]
    fn bytes_that_are_no_text_come_in_pieces_too() {
        let source: &[u8] = &[0x80; 50];
        assert_eq!(lines(source, 16).iter().map(|l| l.bytes.len()).sum::<usize>(), 50);
    }
}
