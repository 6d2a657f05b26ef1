//! Findings as JSON Lines, for programs: one object a line, told apart by `type`. Keys are added over time, never
//! renamed or removed. Offsets are half-open `[start, end]` in the utterance as it was given, counted in bytes of
//! UTF-8, in characters and in UTF-16 units; of a line that is not UTF-8, in the text with U+FFFD in place of bad bytes.
//!
//! `finding`:
//!
//! | key | |
//! |---|---|
//! | `conversation`, `turn`, `speaker` | where it was said. `turn` as the source counts, from 1 where it does not; `jinyu check` gives the file and the line |
//! | `rule`, `category`, `severity`, `confidence` | what was found, named as in rule packs |
//! | `text`, `span` | the words, and where they stand in the utterance: `{"byte":[…],"char":[…],"utf16":[…]}` |
//! | `assumed` | with `--asr`: what was probably said, in Simplified; absent where the words are as written |
//! | `message` | why it must not be said, in Simplified Chinese |
//! | `suggestions` | the best first: `text`, `safety` (`safe`, `unsafe`, `show`), `span` (what it stands for), and `reason` where it is not safe |
//! | `file`, `line` | where the utterance starts |
//!
//! `dismissal` (with `--explain`): `conversation`, `turn`, `speaker`, `rule`, `text`, `span`, `file`, `line`, and `reason`: what let it
//! pass (`guard`, `when`, `boundary`, `covered`, or another word in a later version), with `by`: the guard or the covering rule.
//!
//! `summary`, the last line: `command`, `files`, `conversations` (`audit` only), `utterances`, `agent_utterances`, `findings`,
//! `by_category`, `by_severity`, `by_rule` (those that occur), `unread` (files), `errors` (messages on standard error),
//! `packs`: `[{"name","version"}]`.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;

use jinyu::{Category, Checker, Confidence, Dismissal, Finding, Positions, Reason, Safety, Severity, Span, Speaker};
use serde::Serialize;

use super::{Kind, Place, Reporter, Tally};

/// Writes records.
pub(crate) struct JsonlReport<W> {
    kind: Kind,
    out: W,
}

#[derive(Serialize)]
struct FindingRecord<'a> {
    r#type: &'static str,
    conversation: &'a str,
    turn: usize,
    speaker: Speaker,
    rule: &'a str,
    category: Category,
    severity: Severity,
    confidence: Confidence,
    text: &'a str,
    span: Positions,
    #[serde(skip_serializing_if = "Option::is_none")]
    assumed: Option<&'a str>,
    message: &'a str,
    suggestions: Vec<SuggestionRecord<'a>>,
    file: &'a str,
    line: usize,
}

#[derive(Serialize)]
struct SuggestionRecord<'a> {
    text: &'a str,
    safety: Safety,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    span: Positions,
}

#[derive(Serialize)]
struct DismissalRecord<'a> {
    r#type: &'static str,
    conversation: &'a str,
    turn: usize,
    speaker: Speaker,
    rule: &'a str,
    text: &'a str,
    span: Positions,
    reason: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<&'a str>,
    file: &'a str,
    line: usize,
}

#[derive(Serialize)]
struct ConversationRecord<'a> {
    r#type: &'static str,
    conversation: &'a str,
    signals: Vec<SignalRecord<'a>>,
    steps: Vec<StepRecord<'a>>,
}

#[derive(Serialize)]
struct SignalRecord<'a> {
    signal: &'a str,
    turn: usize,
}

#[derive(Serialize)]
struct StepRecord<'a> {
    step: &'a str,
    turn: usize,
}

#[derive(Serialize)]
struct SummaryRecord<'a> {
    r#type: &'static str,
    command: &'static str,
    files: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    conversations: Option<usize>,
    utterances: usize,
    agent_utterances: usize,
    findings: usize,
    by_category: BTreeMap<&'static str, usize>,
    by_severity: BTreeMap<&'static str, usize>,
    by_rule: BTreeMap<&'a str, usize>,
    unread: &'a [String],
    errors: usize,
    packs: Vec<PackRecord<'a>>,
}

#[derive(Serialize)]
struct PackRecord<'a> {
    name: &'a str,
    version: &'a str,
}

impl<W: Write> JsonlReport<W> {
    pub(crate) fn new(kind: Kind, out: W) -> Self {
        Self { kind, out }
    }
}

impl<W: Write> Reporter for JsonlReport<W> {
    fn finding(&mut self, place: &Place<'_>, finding: &Finding) -> io::Result<()> {
        let suggestions = finding.suggestions.iter().map(|suggestion| SuggestionRecord {
            text: &suggestion.text,
            safety: suggestion.safety,
            reason: suggestion.reason.as_deref(),
            span: positions(place, suggestion.span),
        });
        let record = FindingRecord {
            r#type: "finding",
            conversation: place.conversation,
            turn: place.turn,
            speaker: place.speaker,
            rule: &finding.rule,
            category: finding.category,
            severity: finding.severity,
            confidence: finding.confidence,
            text: &finding.text,
            span: positions(place, finding.span),
            assumed: finding.assumed.as_deref(),
            message: &finding.message,
            suggestions: suggestions.collect(),
            file: place.file,
            line: place.line,
        };
        write_record(&mut self.out, &record)
    }

    fn dismissal(&mut self, place: &Place<'_>, dismissal: &Dismissal) -> io::Result<()> {
        let (reason, by) = match &dismissal.reason {
            Reason::Guard(guard) => ("guard", Some(&**guard)),
            Reason::When => ("when", None),
            Reason::Boundary => ("boundary", None),
            Reason::Covered(rule) => ("covered", Some(&**rule)),
            _ => ("other", None),
        };
        let record = DismissalRecord {
            r#type: "dismissal",
            conversation: place.conversation,
            turn: place.turn,
            speaker: place.speaker,
            rule: &dismissal.rule,
            text: &dismissal.text,
            span: positions(place, dismissal.span),
            reason,
            by,
            file: place.file,
            line: place.line,
        };
        write_record(&mut self.out, &record)
    }

    fn conversation(&mut self, conversation: &str, signals: &[(Arc<str>, usize)], steps: &[(Arc<str>, usize)]) -> io::Result<()> {
        let signals = signals.iter().map(|(signal, turn)| SignalRecord { signal, turn: *turn }).collect();
        let steps = steps.iter().map(|(step, turn)| StepRecord { step, turn: *turn }).collect();
        write_record(&mut self.out, &ConversationRecord { r#type: "conversation", conversation, signals, steps })
    }

    fn summary(&mut self, tally: &Tally, checker: &Checker) -> io::Result<()> {
        let packs = checker.packs().iter().map(|pack| PackRecord { name: &pack.name, version: &pack.version });
        let record = SummaryRecord {
            r#type: "summary",
            command: match self.kind {
                Kind::Check => "check",
                Kind::Audit => "audit",
            },
            files: tally.files,
            conversations: (self.kind == Kind::Audit).then_some(tally.conversations),
            utterances: tally.utterances,
            agent_utterances: tally.agent_utterances,
            findings: tally.findings,
            by_category: tally.by_category.iter().map(|(c, of)| (c.as_str(), of.values().sum())).collect(),
            by_severity: tally.by_severity.iter().map(|(s, n)| (s.as_str(), *n)).collect(),
            by_rule: tally.by_rule.iter().map(|(rule, (_, n))| (&**rule, *n)).collect(),
            unread: &tally.unread,
            errors: tally.errors,
            packs: packs.collect(),
        };
        write_record(&mut self.out, &record)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Writes one record and ends its line.
pub(crate) fn write_record(out: &mut dyn Write, record: &impl Serialize) -> io::Result<()> {
    // Through a buffer of its own: serde_json hides what kind of error a writer gave.
    let mut line = serde_json::to_vec(record).map_err(io::Error::other)?;
    line.push(b'\n');
    out.write_all(&line)
}

/// A span in the whole utterance, of which the text that was checked may be a later piece.
fn positions(place: &Place<'_>, span: Span) -> Positions {
    let shift = |[start, end]: [usize; 2], by: usize| [start + by, end + by];
    let here = span.positions(place.text);
    Positions {
        byte: shift(here.byte, place.before.byte),
        char: shift(here.char, place.before.char),
        utf16: shift(here.utf16, place.before.utf16),
    }
}
