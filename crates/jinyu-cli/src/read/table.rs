//! Tables: CSV and TSV, a turn a row, the columns named in the first row. Holds a row at a time; rows in which a
//! quotation mark is left open do not swallow what follows. [`workbook`](super::workbook) reads its sheets with the same columns.

use std::collections::VecDeque;
use std::io;

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use super::assemble::{Assembler, Feed, Record};
use super::fields::{Field, Fields};
use super::{Line, Lines, Turn};
use crate::problem::{Problems, note};

/// Lines that one row may take, and bytes: beyond that a quotation mark has been left open.
const LONGEST_ROW: (usize, usize) = (1_000, 4 << 20);

/// What the columns of a table hold.
pub(super) struct Columns(Vec<Option<Field>>);

impl Columns {
    /// Columns named by a row; the error says what is missing.
    pub(super) fn named(names: &[impl AsRef<str>], fields: &Fields, file: &str) -> Result<Self, String> {
        let names: Vec<String> = names.iter().map(|name| name.as_ref().to_owned()).collect();
        let columns = fields.of_columns(&names);
        if !columns.contains(&Some(Field::Text)) {
            return Err(format!(
                "no column is known to hold the text among {}; name it: --columns text=NAME,speaker=NAME,conversation=NAME",
                list(&names)
            ));
        }
        let missing: Vec<&str> = fields.missing(&names).collect();
        if !missing.is_empty() {
            note(format_args!("{file}: there is no column \"{}\"; there are {}", missing.join("\", \""), list(&names)));
        }
        Ok(Self(columns))
    }

    /// Columns that the user has given by number.
    pub(super) fn numbered(fields: &Fields) -> Option<Self> {
        let given = fields.numbered()?;
        let width = given.iter().map(|(_, index)| index + 1).max().unwrap_or_default().min(10_000);
        let mut columns = vec![None; width];
        for (field, index) in given {
            if let Some(column) = columns.get_mut(index) {
                *column = Some(field);
            }
        }
        Some(Self(columns))
    }

    /// What a row says; `None` for one that is empty.
    pub(super) fn record(&self, cells: &[impl AsRef<str>], line: usize) -> Option<Record> {
        let mut record = Record { line, ..Record::default() };
        for (field, cell) in self.0.iter().zip(cells) {
            let cell = cell.as_ref();
            if let Some(field) = field
                && !cell.trim().is_empty()
            {
                record.set(*field, cell.to_owned());
            }
        }
        (!is_blank(cells)).then_some(record)
    }
}

fn is_blank(cells: &[impl AsRef<str>]) -> bool {
    cells.iter().all(|cell| cell.as_ref().trim().is_empty())
}

fn list(names: &[String]) -> String {
    let names: Vec<String> = names.iter().take(12).map(|name| format!("\"{}\"", name.trim())).collect();
    names.join(", ")
}

/// Reads turns from the rows of a text.
pub(crate) struct Rows<'a> {
    lines: Lines,
    delimiter: u8,
    fields: &'a Fields,
    assembler: Assembler<'a>,
    columns: Option<Columns>,
    cells: Cells,
    /// The line that the row begins with, a buffer that is used again.
    first: Line,
    /// Lines that were read ahead for a row that does not end.
    waiting: VecDeque<Line>,
}

impl<'a> Rows<'a> {
    pub(crate) fn new(lines: Lines, delimiter: u8, fields: &'a Fields, assembler: Assembler<'a>) -> Self {
        let columns = Columns::numbered(fields);
        let cells = Cells::new(delimiter);
        Self { lines, delimiter, fields, assembler, columns, cells, first: Line::default(), waiting: VecDeque::new() }
    }

    /// Fills `line` with the next line; `false` at the end.
    fn line(&mut self, line: &mut Line) -> io::Result<bool> {
        match self.waiting.pop_front() {
            Some(waiting) => *line = waiting,
            None => return self.lines.next(line),
        }
        Ok(true)
    }

    /// Splits the row that begins with a line into cells.
    fn split_row(&mut self, first: &mut Line, problems: &mut Problems) -> io::Result<()> {
        let file = self.assembler.file;
        self.cells.clear();
        if first.cut {
            problems.report(format_args!(
                "{file}:{}: the line is longer than {} MiB, skipped; split it",
                first.number,
                super::PIECE >> 20
            ));
            return self.lines.skip_rest(first);
        }
        let text = first.text(file, problems);
        if !is_open(&text, self.delimiter) {
            self.cells.split(&text, true);
            return Ok(());
        }
        let mut row = text.into_owned();
        let mut further: Vec<Line> = Vec::new();
        while is_open(&row, self.delimiter) {
            let mut next = Line::default();
            let is_there = self.line(&mut next)?;
            let too_long = further.len() >= LONGEST_ROW.0 || row.len() >= LONGEST_ROW.1;
            if !is_there || too_long {
                // The mark is not meant as one: only this line is taken, as it stands.
                problems.report_line(
                    "with an open quotation mark",
                    format_args!(
                        "{file}:{}: a quotation mark is not closed; the line is read alone, close or double the mark",
                        first.number
                    ),
                );
                if is_there {
                    further.push(next);
                }
                for line in further.into_iter().rev() {
                    self.waiting.push_front(line);
                }
                self.cells.split(&first.text(file, problems), false);
                return Ok(());
            }
            row.push('\n');
            row.push_str(&next.text(file, problems));
            further.push(next);
        }
        self.cells.split(&row, true);
        Ok(())
    }

    /// Takes the cells of a row in; `false` where the columns are not known, so that the others say nothing.
    fn take_cells(&mut self, line: usize, problems: &mut Problems) -> bool {
        let cells: Vec<&str> = self.cells.iter().collect();
        match &self.columns {
            None if is_blank(&cells) => {}
            None => match Columns::named(&cells, self.fields, self.assembler.file) {
                Ok(columns) => self.columns = Some(columns),
                Err(what) => {
                    problems.report(format_args!("{}:{line}: {what}; nothing in this file is checked", self.assembler.file));
                    return false;
                }
            },
            Some(columns) => {
                if let Some(record) = columns.record(&cells, line) {
                    self.assembler.add(record, problems);
                }
            }
        }
        true
    }
}

impl Feed for Rows<'_> {
    fn take(&mut self) -> Option<Turn> {
        self.assembler.take()
    }

    fn end(&mut self, problems: &mut Problems) {
        self.assembler.end(problems);
    }

    fn read_on(&mut self, problems: &mut Problems) -> io::Result<bool> {
        let mut first = std::mem::take(&mut self.first);
        if !self.line(&mut first)? {
            return Ok(false);
        }
        self.split_row(&mut first, problems)?;
        let goes_on = self.take_cells(first.number, problems);
        self.first = first;
        Ok(goes_on)
    }

    fn may_wait(&self) -> bool {
        self.waiting.is_empty() && self.lines.may_wait()
    }
}

/// The cells of a row. What splits it is made once: it is a table of states that costs more than the row.
struct Cells {
    quoting: Reader,
    plain: Reader,
    /// The cells one after another.
    text: Vec<u8>,
    /// Where each ends; `count` of them are the row's.
    ends: Vec<usize>,
    count: usize,
}

impl Cells {
    fn new(delimiter: u8) -> Self {
        let reader = |quoting: bool| ReaderBuilder::new().delimiter(delimiter).quoting(quoting).build();
        Self { quoting: reader(true), plain: reader(false), text: Vec::new(), ends: vec![0; 32], count: 0 }
    }

    fn clear(&mut self) {
        self.count = 0;
    }

    /// Takes the cells of a row, which may be empty; without `quoting`, marks stand for themselves.
    fn split(&mut self, row: &str, quoting: bool) {
        let reader = if quoting { &mut self.quoting } else { &mut self.plain };
        reader.reset();
        self.text.resize(self.text.len().max(row.len() + 1), 0);
        self.count = 0;
        let (mut rest, mut written) = (row.as_bytes(), 0);
        loop {
            let text = self.text.get_mut(written..).unwrap_or_default();
            let ends = self.ends.get_mut(self.count..).unwrap_or_default();
            // Nothing left to read means to it that the row ends.
            let (result, read, more, cells) = reader.read_record(rest, text, ends);
            rest = rest.get(read..).unwrap_or_default();
            written += more;
            self.count += cells;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => self.text.resize(self.text.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::Record | ReadRecordResult::End => return,
            }
        }
    }

    fn iter(&self) -> impl Iterator<Item = &str> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        // Delimiters and marks are ASCII: what stands between them is UTF-8 as the row was.
        let cell = |(start, &end): (usize, &usize)| std::str::from_utf8(self.text.get(start..end)?).ok();
        starts.zip(&self.ends).take(self.count).map(move |range| cell(range).unwrap_or_default())
    }
}

/// Whether a row ends within quotation marks.
fn is_open(row: &str, delimiter: u8) -> bool {
    let mut quoted = false;
    // At the start of a cell a mark opens; after one that closed it was half of a doubled one.
    let mut may_open = true;
    for byte in row.bytes() {
        let is_mark = byte == b'"';
        let closes = quoted && is_mark;
        quoted = if quoted { !is_mark } else { is_mark && may_open };
        may_open = closes || byte == delimiter;
    }
    quoted
}

/// The delimiter with which a row names columns that are known: the text, and who speaks or in which conversation.
pub(crate) fn delimiter_of(row: &str, fields: &Fields, sure: bool) -> Option<u8> {
    let known = |delimiter: &u8| {
        let names: Vec<String> = row.split(char::from(*delimiter)).map(|name| name.trim().trim_matches('"').to_owned()).collect();
        let columns = fields.of_columns(&names);
        let has_text = columns.contains(&Some(Field::Text));
        let has_more = columns.contains(&Some(Field::Speaker)) || columns.contains(&Some(Field::Conversation));
        (names.len() > 1 && has_text && (has_more || sure)).then(|| columns.iter().flatten().count())
    };
    let best = [b',', b'\t', b';', b'|'].into_iter().filter_map(|delimiter| Some((known(&delimiter)?, delimiter)));
    best.max_by_key(|(columns, _)| *columns).map(|(_, delimiter)| delimiter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_rows() {
        for row in ["a,\"b", "\"a\"\"b", "\"", "a,\"b\"\"", "x,\"a,b"] {
            assert!(is_open(row, b','), "{row}");
        }
        for row in ["a,b", "\"a\"", "\"a\"\"b\"", "5\" x", "说\"好,b", "\"\",\"\"", "\"a\",5\""] {
            assert!(!is_open(row, b','), "{row}");
        }
    }

    #[test]
    fn cells_of_rows() {
        let mut cells = Cells::new(b',');
        let wide: Vec<String> = (0..64).map(|number| number.to_string()).collect();
        for (row, quoting, expected) in [
            ("a,\"b, \"\"c\"\"\n\",", true, vec!["a", "b, \"c\"\n", ""]),
            (&*wide.join(","), true, wide.iter().map(String::as_str).collect()),
            ("", true, vec![]),
            ("说,\"好,b", false, vec!["说", "\"好", "b"]),
            ("说,\"好\",b", true, vec!["说", "好", "b"]),
        ] {
            cells.split(row, quoting);
            assert_eq!(cells.iter().collect::<Vec<_>>(), expected, "{row}");
        }
        cells.clear();
        assert_eq!(cells.iter().count(), 0);
    }

    #[test]
    fn delimiters() {
        let fields = Fields::new(&[]);
        assert_eq!(delimiter_of("会话编号,角色,内容", &fields, false), Some(b','));
        assert_eq!(delimiter_of("role\ttext, as said\tcontent", &fields, false), Some(b'\t'));
        assert_eq!(delimiter_of("客服：您好,请问内容是什么", &fields, false), None);
        assert_eq!(delimiter_of("文本", &fields, true), None);
    }
}
