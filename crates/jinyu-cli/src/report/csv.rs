//! Findings and violated flow rules as comma-separated values, one a line, with a byte-order mark so that Excel reads them as UTF-8.
//! Columns are those of [`super::row::COLUMNS`], named for programs; only reasons are in the reader's script. A cell that a spreadsheet
//! would take for a formula gets a leading apostrophe. Two more columns say what a row comes from: `engine`, the version and a hash of packs and
//! models, and `input`, a hash of what was said in the conversation.
//!
//! A report that was stopped before the end closes with a row whose `kind` is `partial`, where those of others are `finding` and `flow`; its
//! `message` says so to people, and it has no fingerprint. A row has as many cells as any, so that every reader of CSV takes it.

use std::borrow::Cow;
use std::fs::File;
use std::io::{BufWriter, Write};

use anyhow::Result;
use jinyu::Checker;

use super::file::FileReport;
use super::jsonl::{SHORT, provenance, sha256};
use super::row::{COLUMNS, rows};
use super::time::clock;
use super::{Audited, Tally};
use crate::locale::{Locale, Translator};
use crate::read::BOM;
use crate::waivers::Suppression;

/// Writes rows as they come.
pub(crate) struct CsvReport {
    out: csv::Writer<BufWriter<File>>,
    locale: Locale,
    translator: Translator,
    provenance: String,
}

impl CsvReport {
    pub(crate) fn new(file: File, locale: Locale, checker: &Checker) -> Result<Self> {
        let mut out = BufWriter::new(file);
        out.write_all(BOM)?;
        let mut out = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
        out.write_record(columns())?;
        Ok(Self { out, locale, translator: Translator::new(locale), provenance: provenance(checker) })
    }
}

impl FileReport for CsvReport {
    fn conversation(&mut self, audited: &Audited) -> Result<()> {
        let said: Vec<&str> = audited.read.turns.iter().map(|turn| &*turn.utterance.text).collect();
        let input = sha256(said.join("\n").as_bytes());
        for row in rows(audited) {
            let turn = row.turn.map_or(String::new(), |turn| turn.to_string());
            let line = row.line.map_or(String::new(), |line| line.to_string());
            let time = row.time.map_or(String::new(), clock);
            let score = row.score.map_or(String::new(), |score| score.to_string());
            let suppressed = row.suppressed.map(Suppression::line).unwrap_or_default();
            let (suggestion, safety) = row.suggestion.map_or(("", ""), |(text, safety)| (text, safety.as_str()));
            let reason = self.translator.translate(row.reason.unwrap_or_default()).to_owned();
            let message = self.translator.translate(row.message);
            let fields: [&str; COLUMNS.len() + 2] = [
                &row.fingerprint,
                row.kind(),
                row.rule,
                row.category.map_or("", |category| category.as_str()),
                row.severity.as_str(),
                row.confidence.map_or("", |confidence| confidence.as_str()),
                &harmless(row.conversation),
                &harmless(row.agent.unwrap_or_default()),
                &time,
                &turn,
                &harmless(row.words),
                &harmless(row.utterance),
                message,
                &harmless(suggestion),
                safety,
                &harmless(row.file),
                &line,
                &score,
                &harmless(&suppressed),
                &reason,
                &self.provenance,
                input.get(..SHORT).unwrap_or_default(),
            ];
            self.out.write_record(fields)?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>, tally: &Tally, _checker: &Checker) -> Result<()> {
        if tally.partial {
            let message = self.locale.pick(
                "中途停止，以上只是一部分",
                "中途停止，以上只是一部分",
                "stopped before the end: this is a part only",
            );
            let cell = |column: &str| match column {
                "kind" => "partial",
                "message" => message,
                "engine" => &self.provenance,
                _ => "",
            };
            self.out.write_record(columns().map(cell))?;
        }
        Ok(self.out.flush()?)
    }
}

/// The names of all columns.
fn columns() -> impl Iterator<Item = &'static str> {
    COLUMNS.into_iter().chain(["engine", "input"])
}

/// Text from a transcript that no spreadsheet takes for a formula.
fn harmless(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}").into() } else { text.into() }
}
