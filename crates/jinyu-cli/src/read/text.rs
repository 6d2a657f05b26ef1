//! Plain transcripts: one utterance a line with a speaker label, a line without a label goes on with the utterance
//! before it, a blank line or a `#` heading stands between conversations. Holds one utterance at a time.

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

use jinyu::{Speaker, Utterance};

use super::assemble::report_time;
use super::label::{Labels, Start};
use super::time::{Time, Timeline, looks_like_time};
use super::{Line, Lines, Offset, PIECE, Turn, Turns};
use crate::problem::{Problems, note};

/// Reads turns from a plain transcript.
pub(crate) struct Transcript<'a> {
    lines: Lines,
    file: &'a str,
    stem: &'a str,
    labels: &'a Labels,
    line: Line,
    /// The utterance that the next line may still add to.
    open: Option<Turn>,
    /// An utterance that is complete.
    ready: Option<Turn>,
    conversation: Option<Arc<str>>,
    heading: Option<Arc<str>>,
    begins: bool,
    number: usize,
    turn: usize,
    timeline: Timeline,
    unknown: BTreeSet<String>,
}

impl<'a> Transcript<'a> {
    /// `stem` names conversations that have no heading.
    pub(crate) fn new(lines: Lines, file: &'a str, stem: &'a str, labels: &'a Labels) -> Self {
        Self {
            lines,
            file,
            stem,
            labels,
            line: Line::default(),
            open: None,
            ready: None,
            conversation: None,
            heading: None,
            begins: false,
            number: 0,
            turn: 0,
            timeline: Timeline::default(),
            unknown: BTreeSet::new(),
        }
    }
}

impl Turns for Transcript<'_> {
    fn may_wait(&self) -> bool {
        self.ready.is_none() && self.lines.may_wait()
    }

    fn next(&mut self, problems: &mut Problems) -> io::Result<Option<Turn>> {
        let mut line = std::mem::take(&mut self.line);
        let mut more = true;
        while more && self.ready.is_none() {
            more = self.lines.next(&mut line)?;
            if more {
                self.take_line(&line, problems);
            } else {
                self.close_utterance();
            }
        }
        self.line = line;
        Ok(self.ready.take())
    }
}

impl Transcript<'_> {
    fn take_line(&mut self, line: &Line, problems: &mut Problems) {
        let text = line.text(self.file, problems);
        if line.before.byte > 0 {
            return self.go_on(&text, line, false);
        }
        if line.cut {
            note(format_args!(
                "{}:{}: the line is longer than 1 MiB; it is checked in pieces, and a phrase that is cut in two may be missed",
                self.file, line.number
            ));
        }
        if text.trim().is_empty() {
            self.close_conversation();
        } else if let Some(heading) = text.trim_start().strip_prefix('#') {
            self.close_conversation();
            let heading = heading.trim_start_matches('#').trim();
            self.heading = Some(heading.into()).filter(|_| !heading.is_empty());
        } else {
            match self.labels.split(&text) {
                Start::Label(speaker, at) => self.begin_utterance(speaker, &text, at, line, problems),
                Start::Unknown(label, at) => {
                    self.report_unknown(label, line.number, problems);
                    self.begin_utterance(Speaker::Unknown, &text, at, line, problems);
                }
                Start::Text if self.open.is_some() => self.go_on(&text, line, true),
                Start::Text => {
                    problems.report_line(
                        "without a speaker",
                        format_args!(
                            "{}:{}: no speaker label, and no utterance before it; write 客服：… or 客户：…, or use `jinyu check` if all of it is an agent's",
                            self.file, line.number
                        ),
                    );
                    self.begin_utterance(Speaker::Unknown, &text, 0, line, problems);
                }
            }
        }
    }

    fn begin_utterance(&mut self, speaker: Speaker, text: &str, at: usize, line: &Line, problems: &mut Problems) {
        self.close_utterance();
        if self.conversation.is_none() {
            self.number += 1;
            let name = self.heading.take().unwrap_or_else(|| format!("{}#{}", self.stem, self.number).into());
            self.conversation = Some(name);
            self.begins = true;
            self.turn = 0;
            self.timeline = Timeline::default();
        }
        self.turn += 1;
        let words = text.get(at..).unwrap_or_default();
        let mut utterance = Utterance::new(self.turn, speaker, words);
        let preface = self.labels.preface(text, at);
        if speaker == Speaker::Agent {
            utterance.agent = preface.agent.map(Arc::from);
        }
        if let Some(text) = preface.time {
            let time = Time::parse(text).and_then(|time| self.timeline.settle(time));
            if time.is_none() && looks_like_time(text) {
                report_time(self.file, line.number, text, problems);
            }
            utterance.start_ms = time.map(|time| self.timeline.ms(time));
        }
        self.open = Some(Turn {
            conversation: self.conversation.clone().unwrap_or_else(|| self.stem.into()),
            begins: std::mem::take(&mut self.begins),
            utterance,
            line: line.number,
            column: Some(text.get(..at).unwrap_or_default().chars().count()),
            before: Offset::default(),
        });
    }

    /// Adds to the open utterance; one that grows too long is handed on in pieces.
    fn go_on(&mut self, text: &str, line: &Line, new_line: bool) {
        let Some(open) = &mut self.open else { return };
        if open.utterance.text.len() + text.len() < PIECE {
            if new_line {
                open.utterance.text.push('\n');
            }
            open.utterance.text.push_str(text);
            return;
        }
        let mut before = open.before.after(&open.utterance.text);
        if new_line {
            before = before.after("\n");
        }
        let column = if new_line { 0 } else { line.before.char };
        let mut utterance = Utterance::new(open.utterance.turn, open.utterance.speaker, text);
        utterance.agent.clone_from(&open.utterance.agent);
        utterance.start_ms = open.utterance.start_ms;
        let piece = Turn {
            conversation: Arc::clone(&open.conversation),
            begins: false,
            utterance,
            line: line.number,
            column: Some(column),
            before,
        };
        self.close_utterance();
        self.open = Some(piece);
    }

    fn close_utterance(&mut self) {
        // At most one is closed for each line that is read, and it is taken before the next line is.
        if let Some(turn) = self.open.take() {
            self.ready = Some(turn);
        }
    }

    fn close_conversation(&mut self) {
        self.close_utterance();
        self.conversation = None;
    }

    fn report_unknown(&mut self, label: &str, line: usize, problems: &mut Problems) {
        if self.unknown.len() < 100 && self.unknown.insert(label.to_owned()) {
            problems.report(format_args!(
                "{}:{line}: unknown speaker label \"{label}\", not checked; map it with --speakers {label}=agent or {label}=customer",
                self.file
            ));
        }
    }
}
