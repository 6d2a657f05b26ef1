//! Findings and violated flow rules in Parquet, for query engines: the columns of [`super::row::COLUMNS`], codes and reasons as in JSON
//! Lines. Receives judged conversations in order and holds back one group of rows.

use std::fs::File;
use std::sync::Arc;

use anyhow::{Result, anyhow};
use jinyu::Checker;
use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

use super::file::FileReport;
use super::jsonl::pack_records;
use super::row::{COLUMNS, Row, rows};
use super::{Audited, Tally};
use crate::waivers::Suppression;

/// Rows of a group.
const GROUP: usize = 50_000;

/// Columns that hold numbers; `time` is in milliseconds as the source gives them.
const NUMBERS: [&str; 4] = ["time", "turn", "line", "score"];

/// Writes groups of rows.
pub(crate) struct ParquetReport {
    out: SerializedFileWriter<File>,
    columns: Vec<Values>,
    held: usize,
}

/// Values of a column: those that are there, and for each row whether one is.
enum Values {
    Text(Vec<ByteArray>, Vec<i16>),
    Number(Vec<i64>, Vec<i16>),
}

impl ParquetReport {
    pub(crate) fn new(file: File) -> Result<Self> {
        let field = |name: &&str| {
            if NUMBERS.contains(name) { format!("OPTIONAL INT64 {name};") } else { format!("OPTIONAL BYTE_ARRAY {name} (UTF8);") }
        };
        let fields: Vec<String> = COLUMNS.iter().map(field).collect();
        let schema = parse_message_type(&format!("message findings {{ {} }}", fields.join(" ")))?;
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        Ok(Self {
            out: SerializedFileWriter::new(file, Arc::new(schema), Arc::new(properties))?,
            columns: Self::empty(),
            held: 0,
        })
    }

    fn empty() -> Vec<Values> {
        let values = |name: &&str| {
            if NUMBERS.contains(name) { Values::Number(Vec::new(), Vec::new()) } else { Values::Text(Vec::new(), Vec::new()) }
        };
        COLUMNS.iter().map(values).collect()
    }

    fn take(&mut self, row: &Row<'_>) {
        let number = |n: Option<usize>| n.and_then(|n| i64::try_from(n).ok());
        let suppressed = row.suppressed.map(Suppression::line);
        for (name, values) in COLUMNS.iter().zip(&mut self.columns) {
            match values {
                Values::Number(numbers, present) => {
                    let value = match *name {
                        "time" => row.time,
                        "turn" => number(row.turn),
                        "line" => number(row.line),
                        _ => row.score.map(i64::from),
                    };
                    present.push(i16::from(value.is_some()));
                    numbers.extend(value);
                }
                Values::Text(texts, present) => {
                    let value = match *name {
                        "fingerprint" => Some(row.fingerprint.as_str()),
                        "kind" => Some(row.kind()),
                        "rule" => Some(row.rule),
                        "category" => row.category.map(|category| category.as_str()),
                        "severity" => Some(row.severity.as_str()),
                        "confidence" => row.confidence.map(|confidence| confidence.as_str()),
                        "conversation" => Some(row.conversation),
                        "agent" => row.agent,
                        "words" => Some(row.words),
                        "utterance" => Some(row.utterance),
                        "message" => Some(row.message),
                        "suggestion" => row.suggestion.map(|(text, _)| text),
                        "safety" => row.suggestion.map(|(_, safety)| safety.as_str()),
                        "suppressed" => suppressed.as_deref(),
                        "reason" => row.reason,
                        _ => Some(row.file),
                    };
                    present.push(i16::from(value.is_some()));
                    texts.extend(value.map(|text| ByteArray::from(text.as_bytes().to_vec())));
                }
            }
        }
        self.held += 1;
    }

    fn close_group(&mut self) -> Result<()> {
        if self.held == 0 {
            return Ok(());
        }
        let mut group = self.out.next_row_group()?;
        for values in std::mem::replace(&mut self.columns, Self::empty()) {
            let mut column = group.next_column()?.ok_or_else(|| anyhow!("the schema has too few columns"))?;
            match values {
                Values::Text(texts, present) => {
                    column.typed::<ByteArrayType>().write_batch(&texts, Some(&present), None)?;
                }
                Values::Number(numbers, present) => {
                    column.typed::<Int64Type>().write_batch(&numbers, Some(&present), None)?;
                }
            }
            column.close()?;
        }
        group.close()?;
        self.held = 0;
        Ok(())
    }
}

impl FileReport for ParquetReport {
    fn conversation(&mut self, audited: &Audited) -> Result<()> {
        for row in rows(audited) {
            self.take(&row);
            if self.held >= GROUP {
                self.close_group()?;
            }
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>, tally: &Tally, checker: &Checker) -> Result<()> {
        self.close_group()?;
        let mut note = |key: &str, value: String| self.out.append_key_value_metadata(KeyValue::new(key.to_owned(), value));
        note("jinyu.engine", env!("CARGO_PKG_VERSION").to_owned());
        note("jinyu.partial", tally.partial.to_string());
        note("jinyu.redacted", tally.redacted.to_string());
        note("jinyu.packs", serde_json::to_string(&pack_records(checker))?);
        note("jinyu.model", checker.model_sha256().unwrap_or_default().to_owned());
        note("jinyu.inputs", serde_json::to_string(&tally.inputs)?);
        self.out.close()?;
        Ok(())
    }
}
