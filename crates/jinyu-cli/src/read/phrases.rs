//! Phrase lists as managers keep them: plain text, tables with named columns, the first sheet of a workbook. Receives a
//! path, hands on [`Entry`]s in the order of the list. Text need not be UTF-8: a Chinese Excel saves CSV as GB18030.

use std::borrow::Cow;
use std::fs;
use std::path::Path;

use calamine::{Data, Reader, open_workbook_auto};
use encoding_rs::{Encoding, GB18030};
use jinyu::script;

use super::{explain, has_extension};
use crate::problem::{Problems, note};

/// A list longer than this is none.
const LONGEST: u64 = 64 << 20;

/// A row of a list. What the list does not say is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The row, from 1, as an editor or a spreadsheet counts.
    pub(crate) row: usize,
    pub(crate) phrase: String,
    pub(crate) category: String,
    pub(crate) severity: String,
    pub(crate) replacement: String,
    pub(crate) note: String,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Phrase,
    Category,
    Severity,
    Replacement,
    Note,
}

/// The names of columns that are understood, folded; the first are the ones we tell about.
const COLUMNS: [(Column, &[&str]); 5] = [
    (
        Column::Phrase,
        &[
            "phrase",
            "禁语",
            "phrases",
            "禁用语",
            "禁忌语",
            "禁止用语",
            "违禁词",
            "禁词",
            "短语",
            "违规话术",
            "话术",
            "用语",
            "语句",
        ],
    ),
    (Column::Category, &["category", "类别", "分类", "类型", "种类"]),
    (Column::Severity, &["severity", "级别", "等级", "严重程度", "程度", "严重度"]),
    (
        Column::Replacement,
        &["replacement", "替换", "替换话术", "替代话术", "建议", "建议话术", "改说", "正确话术", "推荐话术", "标准话术"],
    ),
    (Column::Note, &["note", "备注", "说明", "原因", "notes", "comment", "reason"]),
];

/// Reads a list; what cannot be read is reported and gives `None`.
pub(crate) fn read(path: &Path, problems: &mut Problems) -> Option<Vec<Entry>> {
    let name = path.display();
    let read = if has_extension(path, &["xlsx", "xlsm", "xls", "ods"]) {
        workbook(path)
    } else if has_extension(path, &["csv"]) {
        text(path).and_then(|text| delimited(&text, b','))
    } else if has_extension(path, &["tsv", "tab"]) {
        text(path).and_then(|text| delimited(&text, b'\t'))
    } else {
        text(path).and_then(|text| if has_header(&text) { delimited(&text, b'\t') } else { Ok(lines(&text)) })
    };
    match read {
        Ok(entries) => Some(entries),
        Err(message) => {
            problems.report(format_args!("{name}: {message}"));
            None
        }
    }
}

fn text(path: &Path) -> Result<String, String> {
    if path.is_dir() {
        return Err("is a folder; name the list".to_owned());
    }
    let size = fs::metadata(path).map_err(|error| explain(&error))?.len();
    if size > LONGEST {
        return Err("is longer than 64 MiB; that is no phrase list".to_owned());
    }
    let bytes = fs::read(path).map_err(|error| explain(&error))?;
    if bytes.starts_with(b"PK\x03\x04") {
        return Err("is a zip, Word or Excel file; name a workbook .xlsx, or save the list as plain text".to_owned());
    }
    let text = if let Some((encoding, _)) = Encoding::for_bom(&bytes) {
        encoding.decode(&bytes).0
    } else if let Ok(text) = std::str::from_utf8(&bytes) {
        Cow::Borrowed(text)
    } else {
        let (text, _, broken) = GB18030.decode(&bytes);
        if broken {
            return Err("is neither UTF-8 nor GB18030; save it as UTF-8".to_owned());
        }
        note(format_args!("{}: not UTF-8, read as GB18030 (GBK); look whether the phrases are right", path.display()));
        text
    };
    Ok(text.into_owned())
}

/// One phrase a line; `#` begins a comment.
fn lines(text: &str) -> Vec<Entry> {
    let phrase = |(index, line): (usize, &str)| {
        let line = line.split_once('#').map_or(line, |(before, _)| before);
        let phrase = tidy(line);
        (!phrase.is_empty()).then(|| Entry { row: index + 1, phrase, ..Entry::default() })
    };
    text.lines().enumerate().filter_map(phrase).collect()
}

fn has_header(text: &str) -> bool {
    text.lines()
        .next()
        .is_some_and(|line| line.contains('\t') && line.split('\t').any(|name| column(name) == Some(Column::Phrase)))
}

fn delimited(text: &str, delimiter: u8) -> Result<Vec<Entry>, String> {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| error.to_string())?;
        // A record's position is where the one before it ends: blank lines may follow.
        let line = record.position().map_or(0, |position| {
            let rest = text.get(position.byte() as usize..).unwrap_or_default();
            let blank = rest.bytes().take_while(|byte| b"\r\n".contains(byte)).filter(|byte| *byte == b'\n').count();
            position.line() as usize + blank
        });
        rows.push((line, record.iter().map(str::to_owned).collect::<Vec<String>>()));
    }
    entries(&rows)
}

fn workbook(path: &Path) -> Result<Vec<Entry>, String> {
    fs::metadata(path).map_err(|error| explain(&error))?;
    let mut workbook = open_workbook_auto(path).map_err(|error| format!("is no workbook that we can read: {error}"))?;
    let sheet = workbook.worksheet_range_at(0).ok_or("has no sheet")?;
    let sheet = sheet.map_err(|error| format!("its first sheet cannot be read: {error}"))?;
    let first = sheet.start().map_or(0, |(row, _)| row as usize);
    let cell = |cell: &Data| if matches!(cell, Data::Error(_)) { String::new() } else { cell.to_string() };
    let rows: Vec<(usize, Vec<String>)> =
        sheet.rows().enumerate().map(|(index, row)| (first + index + 1, row.iter().map(cell).collect())).collect();
    entries(&rows)
}

/// Rows of a table whose first one names the columns. A table of one column may do without names.
fn entries(rows: &[(usize, Vec<String>)]) -> Result<Vec<Entry>, String> {
    let is_blank = |row: &[String]| row.iter().all(|cell| cell.trim().is_empty());
    let mut rows = rows.iter().filter(|(_, row)| !is_blank(row)).peekable();
    let Some((_, first)) = rows.peek() else { return Ok(Vec::new()) };
    let mut columns: Vec<Option<Column>> = first.iter().map(|name| column(name)).collect();
    if columns.contains(&Some(Column::Phrase)) {
        rows.next();
    } else if rows.clone().all(|(_, row)| row.iter().skip(1).all(|cell| cell.trim().is_empty())) {
        columns = vec![Some(Column::Phrase)];
    } else {
        return Err(format!(
            "the first row has no column \"phrase\" or \"禁语\"; name the columns {}",
            COLUMNS
                .iter()
                .map(|(_, names)| names.iter().take(2).copied().collect::<Vec<_>>().join(" / "))
                .collect::<Vec<_>>()
                .join(", ")
        ));
    }
    let entry = |(row, cells): &(usize, Vec<String>)| {
        let mut entry = Entry { row: *row, ..Entry::default() };
        for (column, cell) in columns.iter().zip(cells) {
            let cell = cell.split_whitespace().collect::<Vec<_>>().join(" ");
            match column {
                Some(Column::Phrase) => entry.phrase = tidy(&cell),
                Some(Column::Category) => entry.category = cell,
                Some(Column::Severity) => entry.severity = cell,
                Some(Column::Replacement) => entry.replacement = cell,
                Some(Column::Note) => entry.note = cell,
                None => {}
            }
        }
        (!entry.phrase.is_empty() && !entry.phrase.starts_with('#')).then_some(entry)
    };
    Ok(rows.filter_map(entry).collect())
}

fn column(name: &str) -> Option<Column> {
    let name: String = name.trim().chars().map(script::fold).collect();
    let is = |known: &&str| known.chars().map(script::fold).eq(name.chars());
    COLUMNS.iter().find(|(_, names)| names.iter().any(is)).map(|(column, _)| *column)
}

/// A phrase without what lists put around it: numbers, bullets, quotation marks, a stop at its end.
fn tidy(line: &str) -> String {
    let mut phrase: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    phrase = phrase.trim().to_owned();
    let digits = phrase.chars().take_while(char::is_ascii_digit).map(char::len_utf8).sum::<usize>();
    let numbered = phrase.get(digits..).and_then(|rest| rest.strip_prefix(['.', '、', ')', '）', '．']));
    if let Some(rest) = numbered.filter(|_| digits > 0) {
        phrase = rest.to_owned();
    }
    let is_around = |c: char| c.is_whitespace() || "-•·*●■“”\"「」『』‘’'《》。，,；;、".contains(c);
    phrase.trim_matches(is_around).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phrases(entries: &[Entry]) -> Vec<&str> {
        entries.iter().map(|entry| entry.phrase.as_str()).collect()
    }

    #[test]
    fn a_plain_list() {
        let list = lines("# 禁语\n1. 你听不懂吗\n\n2、“自己去看” # 常见\n- 急什么急。\n10) 爱信不信\n12345 不归我管\n");
        assert_eq!(phrases(&list), ["你听不懂吗", "自己去看", "急什么急", "爱信不信", "12345 不归我管"]);
        assert_eq!(list[1].row, 4);
    }

    #[test]
    fn a_table() {
        let table = delimited("級別,其他,禁語,備註\n高,x,\"你懂\"\"什么\"\"\",\"一,二\"\n\n,,不归我管,\n", b',').unwrap();
        let expected =
            Entry { row: 2, phrase: "你懂\"什么".into(), severity: "高".into(), note: "一,二".into(), ..Entry::default() };
        assert_eq!(table[0], expected);
        assert_eq!((table[1].row, table[1].phrase.as_str()), (4, "不归我管"));
        assert_eq!(phrases(&delimited("你懂什么\n急什么急\n", b',').unwrap()), ["你懂什么", "急什么急"]);
        assert!(delimited("a,b\nc,d\n", b',').unwrap_err().contains("\"禁语\""));
        assert!(delimited("", b',').unwrap().is_empty());
    }
}
