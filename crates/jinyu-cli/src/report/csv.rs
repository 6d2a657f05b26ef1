//! Findings and violated flow rules as comma-separated values, one a line, with a byte-order mark so that Excel reads them as UTF-8.
//! Columns are those of [`super::row::COLUMNS`], named for programs; only reasons are in the reader's script. A cell that a spreadsheet
//! would take for a formula gets a leading apostrophe.

use std::borrow::Cow;
use std::fs::File;
use std::io::{BufWriter, Write};

use anyhow::Result;
use jinyu::Checker;

use super::file::FileReport;
use super::row::{COLUMNS, rows};
use super::time::clock;
use super::{Audited, Tally};
use crate::locale::{Locale, Translator};
use crate::read::BOM;
use crate::waivers::Suppression;

/// Writes rows as they come.
pub(crate) struct CsvReport {
    out: csv::Writer<BufWriter<File>>,
    translator: Translator,
}

impl CsvReport {
    pub(crate) fn new(file: File, locale: Locale) -> Result<Self> {
        let mut out = BufWriter::new(file);
        out.write_all(BOM)?;
        let mut out = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
        out.write_record(COLUMNS)?;
        Ok(Self { out, translator: Translator::new(locale) })
    }
}

impl FileReport for CsvReport {
    fn conversation(&mut self, audited: &Audited) -> Result<()> {
        for row in rows(audited) {
            let turn = row.turn.map_or(String::new(), |turn| turn.to_string());
            let line = row.line.map_or(String::new(), |line| line.to_string());
            let time = row.time.map_or(String::new(), clock);
            let score = row.score.to_string();
            let suppressed = row.suppressed.map(Suppression::line).unwrap_or_default();
            let (suggestion, safety) = row.suggestion.map_or(("", ""), |(text, safety)| (text, safety.as_str()));
            let message = self.translator.translate(row.message);
            let fields: [&str; COLUMNS.len()] = [
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
            ];
            self.out.write_record(fields)?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>, _tally: &Tally, _checker: &Checker) -> Result<()> {
        Ok(self.out.flush()?)
    }
}

/// Text from a transcript that no spreadsheet takes for a formula.
fn harmless(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}").into() } else { text.into() }
}
