//! Findings to bytes: [`text`] for people, [`jsonl`] for programs. Receives findings with their place, judges nothing.

pub(crate) mod jsonl;
pub(crate) mod snippet;
pub(crate) mod table;
pub(crate) mod text;

use std::collections::BTreeMap;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::sync::Arc;

use jinyu::{Category, Checker, Dismissal, Examination, Finding, Severity, Speaker};

use crate::args::{Format, OutputArgs};
use crate::locale::Locale;
use crate::read::{Offset, Turn};

/// Where an utterance stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    pub(crate) file: &'a str,
    /// The line in the file where the utterance starts, from 1.
    pub(crate) line: usize,
    /// Characters before the utterance in that line; `None` where the file does not hold it as it is.
    pub(crate) column: Option<usize>,
    pub(crate) conversation: &'a str,
    pub(crate) turn: usize,
    pub(crate) speaker: Speaker,
    /// The words, or the piece of an overlong utterance that was checked.
    pub(crate) text: &'a str,
    /// What of the utterance came before that piece.
    pub(crate) before: Offset,
}

impl<'a> Place<'a> {
    pub(crate) fn of_turn(file: &'a str, turn: &'a Turn) -> Self {
        Self {
            file,
            line: turn.line,
            column: turn.column,
            conversation: &turn.conversation,
            turn: turn.utterance.turn,
            speaker: turn.utterance.speaker,
            text: &turn.utterance.text,
            before: turn.before,
        }
    }

    /// Line and column, both from 1, of a byte of the text: an utterance may go on over several lines.
    fn line_and_column(&self, byte: usize) -> (usize, Option<usize>) {
        let before = self.text.get(..byte).unwrap_or(self.text);
        let Some(column) = self.column else { return (self.line, None) };
        match before.rsplit_once('\n') {
            Some((lines, last)) => (self.line + lines.matches('\n').count() + 1, Some(last.chars().count() + 1)),
            None => (self.line, Some(column + before.chars().count() + 1)),
        }
    }
}

/// What has been counted.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) files: usize,
    pub(crate) conversations: usize,
    pub(crate) conversations_with_findings: usize,
    pub(crate) utterances: usize,
    pub(crate) agent_utterances: usize,
    pub(crate) findings: usize,
    pub(crate) by_category: BTreeMap<Category, BTreeMap<Severity, usize>>,
    pub(crate) by_severity: BTreeMap<Severity, usize>,
    pub(crate) by_rule: BTreeMap<Arc<str>, (Category, usize)>,
    /// Files that could not be read at all.
    pub(crate) unread: Vec<String>,
    /// Messages about bad input.
    pub(crate) errors: usize,
}

impl Tally {
    fn count(&mut self, finding: &Finding) {
        self.findings += 1;
        *self.by_category.entry(finding.category).or_default().entry(finding.severity).or_default() += 1;
        *self.by_severity.entry(finding.severity).or_default() += 1;
        self.by_rule.entry(Arc::clone(&finding.rule)).or_insert((finding.category, 0)).1 += 1;
    }
}

/// Turns findings into bytes of one format.
pub(crate) trait Reporter {
    /// Writes a finding.
    fn finding(&mut self, place: &Place<'_>, finding: &Finding) -> io::Result<()>;
    /// Writes what matched but was let pass.
    fn dismissal(&mut self, place: &Place<'_>, dismissal: &Dismissal) -> io::Result<()>;
    /// Writes what a conversation showed: signals and steps with their turns.
    fn conversation(&mut self, conversation: &str, signals: &[(Arc<str>, usize)], steps: &[(Arc<str>, usize)]) -> io::Result<()>;
    /// Writes the sums at the end.
    fn summary(&mut self, tally: &Tally, checker: &Checker) -> io::Result<()>;
    /// Hands on everything written so far.
    fn flush(&mut self) -> io::Result<()>;
}

/// A report being written, and what it has counted.
pub(crate) struct Report {
    reporter: Box<dyn Reporter>,
    explain: bool,
    pub(crate) tally: Tally,
}

/// Which command a report is for: an audit groups by conversation and ends in a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Check,
    Audit,
}

impl Report {
    /// A report on standard output in the form that the user asks for.
    pub(crate) fn new(kind: Kind, output: &OutputArgs) -> Self {
        let locale = output.locale.unwrap_or_else(Locale::from_environment);
        let reporter: Box<dyn Reporter> = match output.format {
            Format::Text => Box::new(text::TextReport::new(kind, locale, text_output())),
            Format::Jsonl => Box::new(jsonl::JsonlReport::new(kind, BufWriter::new(io::stdout().lock()))),
        };
        Self { reporter, explain: output.explain, tally: Tally::default() }
    }

    /// Writes what a check of one utterance saw; says whether there was a finding.
    pub(crate) fn examination(&mut self, place: &Place<'_>, seen: &Examination) -> io::Result<bool> {
        for finding in &seen.findings {
            self.tally.count(finding);
            self.reporter.finding(place, finding)?;
        }
        if self.explain {
            for dismissal in &seen.dismissals {
                self.reporter.dismissal(place, dismissal)?;
            }
        }
        Ok(!seen.findings.is_empty())
    }

    /// Writes what a conversation showed.
    pub(crate) fn conversation(
        &mut self,
        conversation: &str,
        signals: &[(Arc<str>, usize)],
        steps: &[(Arc<str>, usize)],
    ) -> io::Result<()> {
        self.reporter.conversation(conversation, signals, steps)
    }

    /// Hands on everything written so far.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.reporter.flush()
    }

    /// Writes the sums at the end.
    pub(crate) fn finish(mut self, errors: usize, checker: &Checker) -> io::Result<()> {
        self.tally.errors = errors;
        self.reporter.summary(&self.tally, checker)?;
        self.reporter.flush()
    }
}

/// Standard output for people: colours are taken out unless it is a terminal that wants them.
pub(crate) fn text_output() -> Box<dyn Write> {
    let stdout = io::stdout();
    let choice = anstream::AutoStream::choice(&stdout);
    Box::new(BufWriter::new(anstream::AutoStream::new(stdout.lock(), choice)))
}

/// Columns that a quoted line may take: the terminal's, as far as there is one, but not too many to read.
pub(crate) fn line_width() -> usize {
    const READABLE: usize = 100;
    let terminal = io::stdout().is_terminal().then(terminal_size::terminal_size).flatten();
    terminal.map_or(READABLE, |(terminal_size::Width(columns), _)| usize::from(columns).saturating_sub(5).clamp(20, READABLE))
}
