//! Tables: CSV and TSV, a turn a row, the columns named in the first row. Holds a row at a time; rows in which a
//! quotation mark is left open do not swallow what follows. [`workbook`](super::workbook) reads its sheets with the same columns.

use std::collections::VecDeque;
use std::io;

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
    pub(super) fn named(names: &[String], fields: &Fields, file: &str) -> Result<Self, String> {
        let columns = fields.of_columns(names);
        if !columns.contains(&Some(Field::Text)) {
            return Err(format!(
                "no column is known to hold the text among {}; name it: --columns text=NAME,speaker=NAME,conversation=NAME",
                list(names)
            ));
        }
        let missing: Vec<&str> = fields.missing(names).collect();
        if !missing.is_empty() {
            note(format_args!("{file}: there is no column \"{}\"; there are {}", missing.join("\", \""), list(names)));
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
    pub(super) fn record(&self, cells: &[String], line: usize) -> Option<Record> {
        let mut record = Record { line, ..Record::default() };
        for (field, cell) in self.0.iter().zip(cells) {
            if let Some(field) = field
                && !cell.trim().is_empty()
            {
                record.set(*field, cell.clone());
            }
        }
        let is_blank = cells.iter().all(|cell| cell.trim().is_empty());
        (!is_blank).then_some(record)
    }
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
    /// Lines that were read ahead for a row that does not end.
    waiting: VecDeque<Line>,
}

impl<'a> Rows<'a> {
    pub(crate) fn new(lines: Lines, delimiter: u8, fields: &'a Fields, assembler: Assembler<'a>) -> Self {
        let columns = Columns::numbered(fields);
        Self { lines, delimiter, fields, assembler, columns, waiting: VecDeque::new() }
    }

    fn line(&mut self) -> io::Result<Option<Line>> {
        if let Some(line) = self.waiting.pop_front() {
            return Ok(Some(line));
        }
        let mut line = Line::default();
        Ok(self.lines.next(&mut line)?.then_some(line))
    }

    /// The next row's line and cells.
    fn row(&mut self, problems: &mut Problems) -> io::Result<Option<(usize, Vec<String>)>> {
        let file = self.assembler.file;
        let Some(mut first) = self.line()? else { return Ok(None) };
        if first.cut {
            problems.report(format_args!(
                "{file}:{}: the line is longer than {} MiB, skipped; split it",
                first.number,
                super::PIECE >> 20
            ));
            self.lines.skip_rest(&mut first)?;
            return Ok(Some((first.number, Vec::new())));
        }
        let mut row = first.text(file, problems).into_owned();
        let mut further: Vec<Line> = Vec::new();
        while is_open(&row, self.delimiter) {
            let next = self.line()?;
            let too_long = further.len() >= LONGEST_ROW.0 || row.len() >= LONGEST_ROW.1;
            let Some(next) = next.filter(|_| !too_long) else {
                // The mark is not meant as one: only this line is taken, as it stands.
                problems.report_line(
                    "with an open quotation mark",
                    format_args!(
                        "{file}:{}: a quotation mark is not closed; the line is read alone, close or double the mark",
                        first.number
                    ),
                );
                for line in further.into_iter().rev() {
                    self.waiting.push_front(line);
                }
                let row = first.text(file, problems).into_owned();
                return Ok(Some((first.number, self.cells(&row, false))));
            };
            row.push('\n');
            row.push_str(&next.text(file, problems));
            further.push(next);
        }
        Ok(Some((first.number, self.cells(&row, true))))
    }

    fn cells(&self, row: &str, quoting: bool) -> Vec<String> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .quoting(quoting)
            .delimiter(self.delimiter)
            .buffer_capacity(row.len() + 1)
            .from_reader(row.as_bytes());
        let mut record = csv::StringRecord::new();
        // It is UTF-8 and flexible: nothing can fail.
        let _ = reader.read_record(&mut record);
        record.iter().map(str::to_owned).collect()
    }

    /// Takes a row in; `false` where the columns are not known, so that the others say nothing.
    fn take_row(&mut self, line: usize, cells: &[String], problems: &mut Problems) -> bool {
        match &self.columns {
            None if cells.iter().all(|cell| cell.trim().is_empty()) => {}
            None => match Columns::named(cells, self.fields, self.assembler.file) {
                Ok(columns) => self.columns = Some(columns),
                Err(what) => {
                    problems.report(format_args!("{}:{line}: {what}; nothing in this file is checked", self.assembler.file));
                    return false;
                }
            },
            Some(columns) => {
                if let Some(record) = columns.record(cells, line) {
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

    fn read_on(&mut self, problems: &mut Problems) -> io::Result<bool> {
        let Some((line, cells)) = self.row(problems)? else {
            self.assembler.end(problems);
            return Ok(false);
        };
        Ok(self.take_row(line, &cells, problems))
    }

    fn may_wait(&self) -> bool {
        self.waiting.is_empty() && self.lines.may_wait()
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
    fn delimiters() {
        let fields = Fields::new(&[]);
        assert_eq!(delimiter_of("会话编号,角色,内容", &fields, false), Some(b','));
        assert_eq!(delimiter_of("role\ttext, as said\tcontent", &fields, false), Some(b'\t'));
        assert_eq!(delimiter_of("客服：您好,请问内容是什么", &fields, false), None);
        assert_eq!(delimiter_of("文本", &fields, true), None);
    }
}
