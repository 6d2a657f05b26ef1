//! Transcripts as JSON Lines: `{"conversation":…,"turn":…,"speaker":…,"text":…}`, other keys ignored. Consecutive
//! records of one conversation belong together; `turn` is counted from 1 where it is absent. Holds one record at a time.

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

use jinyu::{Speaker, Utterance};
use serde::Deserialize;
use serde_json::Value;

use super::label::Labels;
use super::{Line, Lines, Offset, Turn, Turns};
use crate::problem::Problems;

/// A record longer than this is skipped: it must be held as a whole.
pub(crate) const LONGEST_RECORD: usize = 16 << 20;

/// Reads turns from JSON Lines.
pub(crate) struct Records<'a> {
    lines: Lines,
    file: &'a str,
    stem: &'a str,
    labels: &'a Labels,
    line: Line,
    conversation: Option<Arc<str>>,
    turn: usize,
    unknown: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Record {
    conversation: Option<Value>,
    turn: Option<Value>,
    speaker: Option<Value>,
    text: Option<String>,
}

impl<'a> Records<'a> {
    /// `stem` names the conversation of records that do not say.
    pub(crate) fn new(lines: Lines, file: &'a str, stem: &'a str, labels: &'a Labels) -> Self {
        Self { lines, file, stem, labels, line: Line::default(), conversation: None, turn: 0, unknown: BTreeSet::new() }
    }
}

impl Turns for Records<'_> {
    fn may_wait(&self) -> bool {
        self.lines.may_wait()
    }

    fn next(&mut self, problems: &mut Problems) -> io::Result<Option<Turn>> {
        let mut line = std::mem::take(&mut self.line);
        let turn = loop {
            if !self.lines.next(&mut line)? {
                break None;
            }
            if line.cut {
                problems.report(format_args!(
                    "{}:{}: the record is longer than {} MiB, skipped; split it",
                    self.file,
                    line.number,
                    LONGEST_RECORD >> 20
                ));
                self.lines.skip_rest(&mut line)?;
                continue;
            }
            if line.bytes.trim_ascii().is_empty() {
                continue;
            }
            if let Some(turn) = self.take_record(&line, problems) {
                break Some(turn);
            }
        };
        self.line = line;
        Ok(turn)
    }
}

impl Records<'_> {
    fn take_record(&mut self, line: &Line, problems: &mut Problems) -> Option<Turn> {
        let source = line.text(self.file, problems);
        let record: Record = match serde_json::from_str(&source) {
            Ok(record) => record,
            Err(error) => {
                problems
                    .report_line("that are no such records", format_args!("{}:{}:{}", self.file, line.number, reason(&error)));
                return None;
            }
        };
        let mut skip = |what: &str| {
            problems.report_line("that lack something", format_args!("{}:{}: {what}", self.file, line.number));
        };
        let Some(text) = record.text else {
            skip("the record has no \"text\", skipped; write {\"conversation\":…,\"turn\":…,\"speaker\":…,\"text\":…}");
            return None;
        };
        let conversation = match record.conversation {
            Some(Value::String(name)) => name,
            Some(Value::Number(number)) => number.to_string(),
            None | Some(Value::Null) => self.stem.to_owned(),
            Some(_) => {
                skip("\"conversation\" is neither a string nor a number, skipped");
                return None;
            }
        };
        let given = match record.turn {
            None | Some(Value::Null) => None,
            Some(Value::String(turn)) => Some(turn.trim().parse().ok()),
            Some(turn) => Some(turn.as_u64().and_then(|turn| usize::try_from(turn).ok())),
        };
        if given == Some(None) {
            skip("\"turn\" is no whole number, counted instead");
        }
        // Speech recognition numbers its channels.
        let label = match record.speaker {
            Some(Value::String(label)) => Some(label),
            Some(Value::Number(channel)) => Some(channel.to_string()),
            _ => None,
        };
        let speaker = match &label {
            Some(label) => self.labels.speaker(label).unwrap_or_else(|| {
                if self.unknown.len() < 100 && self.unknown.insert(label.clone()) {
                    problems.report(format_args!(
                        "{}:{}: unknown speaker \"{label}\", not checked; map it with --speakers {label}=agent or {label}=customer",
                        self.file, line.number
                    ));
                }
                Speaker::Unknown
            }),
            None => {
                skip("the record has no \"speaker\", not checked; write \"speaker\":\"agent\" or \"customer\"");
                Speaker::Unknown
            }
        };
        let (conversation, begins) = match &self.conversation {
            Some(current) if **current == *conversation => (Arc::clone(current), false),
            _ => (conversation.into(), true),
        };
        self.turn = given.flatten().unwrap_or(if begins { 1 } else { self.turn + 1 });
        self.conversation = Some(Arc::clone(&conversation));
        Some(Turn {
            conversation,
            begins,
            utterance: Utterance::new(self.turn, speaker, text),
            line: line.number,
            column: None,
            before: Offset::default(),
        })
    }
}

/// Why a line is no record, as `column: what; what to do`: there is only one line as the parser sees it.
fn reason(error: &serde_json::Error) -> String {
    let whole = error.to_string();
    let what = whole.rsplit_once(" at line ").map_or(whole.as_str(), |(what, _)| what);
    match error.classify() {
        serde_json::error::Category::Data => format!("{}: {what}, skipped; mend this record", error.column()),
        _ => format!("{}: not JSON: {what}, skipped; mend this record", error.column()),
    }
}
