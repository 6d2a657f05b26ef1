//! Transcripts in workbooks (.xlsx, .xlsm, .xls, .ods): each sheet whose first row names columns that are known, a turn a
//! row, or a row with a whole transcript in one cell. The file is held, at most [`LONGEST`](super::json::document::LONGEST) bytes.

use std::io::{self, Cursor};
use std::vec::IntoIter;

use calamine::{Data, Range, Reader, Sheets, open_workbook_auto_from_rs};

use super::Turn;
use super::assemble::{Assembler, Context, Feed};
use super::fields::Fields;
use super::ours;
use super::table::Columns;
use super::time::Time;
use crate::problem::{Problems, note};

/// Reads turns from the rows of all sheets.
pub(crate) struct Workbook<'a> {
    workbook: Sheets<Cursor<Vec<u8>>>,
    sheets: IntoIter<String>,
    fields: &'a Fields,
    assembler: Assembler<'a>,
    sheet: Option<Sheet>,
    /// Whether any sheet could be used, and why the first could not.
    used: bool,
    unused: Option<String>,
}

struct Sheet {
    columns: Columns,
    rows: Range<Data>,
    next: usize,
    first: usize,
}

impl<'a> Workbook<'a> {
    /// Opens a workbook; the error says why it is none.
    pub(crate) fn new(bytes: Vec<u8>, fields: &'a Fields, assembler: Assembler<'a>) -> Result<Self, String> {
        let workbook = open_workbook_auto_from_rs(Cursor::new(bytes))
            .map_err(|error| format!("is no workbook that we can read: {error}; save it as .xlsx or .csv"))?;
        let sheets = workbook.sheet_names().into_iter();
        Ok(Self { workbook, sheets, fields, assembler, sheet: None, used: false, unused: None })
    }

    /// Whether it is a report of ours.
    pub(crate) fn is_report(&self) -> bool {
        ours::is_report_workbook(self.sheets.as_slice())
    }

    /// Opens the next sheet; `false` when there is none.
    fn open_sheet(&mut self, problems: &mut Problems) -> bool {
        let Some(name) = self.sheets.next() else { return false };
        let file = self.assembler.file;
        let rows = match self.workbook.worksheet_range(&name) {
            Ok(rows) => rows,
            Err(error) => {
                problems.report(format_args!("{file}: the sheet \"{name}\" cannot be read: {error}; save it anew"));
                return true;
            }
        };
        let first = rows.start().map_or(0, |(row, _)| row as usize) + 1;
        let is_blank = |row: &[Data]| row.iter().all(|cell| text(cell).trim().is_empty());
        let Some(head) = rows.rows().position(|row| !is_blank(row)) else { return true };
        let (columns, next) = match Columns::numbered(self.fields) {
            Some(columns) => (columns, head),
            None => {
                let names: Vec<String> = rows.rows().nth(head).unwrap_or_default().iter().map(text).collect();
                match Columns::named(&names, self.fields, file) {
                    Ok(columns) => (columns, head + 1),
                    Err(what) => {
                        let what = format!("the sheet \"{name}\", row {}: {what}", first + head);
                        self.unused.get_or_insert(what);
                        return true;
                    }
                }
            }
        };
        self.used = true;
        // Rows that name no conversation belong to that of their sheet.
        self.assembler.begin(Context::default());
        self.sheet = Some(Sheet { columns, rows, next, first });
        true
    }
}

impl Feed for Workbook<'_> {
    fn take(&mut self) -> Option<Turn> {
        self.assembler.take()
    }

    fn end(&mut self, problems: &mut Problems) {
        let file = self.assembler.file;
        match (self.used, self.unused.take()) {
            (false, Some(what)) => problems.report(format_args!("{file}: {what}; nothing in this file is checked")),
            (true, Some(what)) => note(format_args!("{file}: passed over {what}")),
            (_, None) => {}
        }
        self.assembler.end(problems);
    }

    fn read_on(&mut self, problems: &mut Problems) -> io::Result<bool> {
        let Some(sheet) = &mut self.sheet else {
            return Ok(self.open_sheet(problems));
        };
        if sheet.next >= sheet.rows.height() {
            self.sheet = None;
            return Ok(true);
        }
        let cells: Vec<String> =
            (0..sheet.rows.width()).map(|column| sheet.rows.get((sheet.next, column)).map(text).unwrap_or_default()).collect();
        let line = sheet.first + sheet.next;
        sheet.next += 1;
        if let Some(record) = sheet.columns.record(&cells, line) {
            self.assembler.add(record, problems);
        }
        Ok(true)
    }
}

/// A cell as text; dates as [`Time::parse`] reads them.
fn text(cell: &Data) -> String {
    match cell {
        Data::Error(_) => String::new(),
        Data::DateTime(date) => match Time::from_spreadsheet(date.as_f64()) {
            Time::Date(ms) => ms.to_string(),
            Time::Offset(ms) => format!("{ms}ms"),
            Time::Clock(_) => cell.to_string(),
        },
        cell => cell.to_string(),
    }
}
