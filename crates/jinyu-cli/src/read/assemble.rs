//! From records to turns: receives what a record of any form says, field by field, finds out who speaks, where conversations
//! begin and when things are said, and hands on turns in order. [`interleaved`] puts conversations together whose records are mixed.

mod interleaved;

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

use jinyu::{Channel, Speaker, Utterance};

use super::fields::{Field, channel};
use super::label::{Labels, Start};
use super::time::{Dial, Time, Timeline, looks_like_time};
use super::{Offset, Turn, Turns};
use crate::problem::Problems;

use self::interleaved::{Entry, Interleaved};

/// What a record says; what it does not say is `None`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record {
    /// The line or row where it starts, from 1.
    pub(crate) line: usize,
    pub(crate) conversation: Option<String>,
    pub(crate) turn: Option<String>,
    pub(crate) speaker: Option<String>,
    pub(crate) text: Option<String>,
    pub(crate) date: Option<String>,
    pub(crate) time: Option<String>,
    pub(crate) start: Option<String>,
    pub(crate) end: Option<String>,
    pub(crate) agent: Option<String>,
    pub(crate) channel: Option<String>,
    pub(crate) confidence: Option<String>,
    /// Characters before the text in its line, where the file holds it as it is.
    pub(crate) column: Option<usize>,
}

impl Record {
    /// Says what a field holds.
    pub(crate) fn set(&mut self, field: Field, value: String) {
        let place = match field {
            Field::Conversation => &mut self.conversation,
            Field::Turn => &mut self.turn,
            Field::Speaker => &mut self.speaker,
            Field::Text => &mut self.text,
            Field::Date => &mut self.date,
            Field::Time => &mut self.time,
            Field::Start => &mut self.start,
            Field::End => &mut self.end,
            Field::Agent => &mut self.agent,
            Field::Channel => &mut self.channel,
            Field::Confidence => &mut self.confidence,
        };
        *place = Some(value);
    }
}

/// What holds for all of a conversation.
#[derive(Clone, Debug, Default)]
pub(crate) struct Context {
    pub(crate) conversation: Option<String>,
    pub(crate) agent: Option<String>,
    pub(crate) channel: Option<Channel>,
    /// When it began, in milliseconds since 1970-01-01 UTC.
    pub(crate) base: Option<i64>,
    /// What times with colons are, where the form says it.
    pub(crate) dial: Dial,
}

/// Reads records of one form into an assembler, a bit at a time; [`Fed`] makes turns of it.
pub(crate) trait Feed {
    /// The next turn that is complete.
    fn take(&mut self) -> Option<Turn>;
    /// Reads on; `false` when nothing more comes.
    fn read_on(&mut self, problems: &mut Problems) -> io::Result<bool>;
    /// Nothing more comes: what is held may be taken.
    fn end(&mut self, problems: &mut Problems);
    /// Whether reading on may have to wait for input.
    fn may_wait(&self) -> bool {
        false
    }
}

/// Turns of a form, until it ends and all of them have been taken.
pub(crate) struct Fed<F> {
    feed: F,
    ended: bool,
    /// Why it ended too early, told after the turns that there are.
    error: Option<io::Error>,
}

impl<F: Feed> Fed<F> {
    pub(crate) fn new(feed: F) -> Self {
        Self { feed, ended: false, error: None }
    }
}

impl<F: Feed> Turns for Fed<F> {
    fn next(&mut self, problems: &mut Problems) -> io::Result<Option<Turn>> {
        loop {
            let turn = self.feed.take();
            if turn.is_some() || self.ended {
                return if turn.is_none() { self.error.take().map_or(Ok(None), Err) } else { Ok(turn) };
            }
            let more = self.feed.read_on(problems);
            self.ended = !more.as_ref().is_ok_and(|more| *more);
            self.error = more.err();
            if self.ended {
                self.feed.end(problems);
            }
        }
    }

    fn may_wait(&self) -> bool {
        self.feed.may_wait()
    }
}

/// Makes turns of records.
pub(crate) struct Assembler<'a> {
    pub(crate) file: &'a str,
    stem: &'a str,
    labels: &'a Labels,
    context: Context,
    /// How many conversations had to be named by number.
    unnamed: usize,
    agent: Option<Arc<str>>,
    conversations: Interleaved,
    unknown: BTreeSet<String>,
    numbered: BTreeSet<String>,
}

impl<'a> Assembler<'a> {
    /// `stem` names conversations that have no name.
    pub(crate) fn new(file: &'a str, stem: &'a str, labels: &'a Labels) -> Self {
        Self {
            file,
            stem,
            labels,
            context: Context::default(),
            unnamed: 0,
            agent: None,
            conversations: Interleaved::default(),
            unknown: BTreeSet::new(),
            numbered: BTreeSet::new(),
        }
    }

    /// The next turn that is complete.
    pub(crate) fn take(&mut self) -> Option<Turn> {
        self.conversations.take()
    }

    /// A conversation begins, whatever the records say.
    pub(crate) fn begin(&mut self, context: Context) {
        self.conversations.close();
        self.context = context;
        if self.context.conversation.is_none() {
            self.unnamed += 1;
            let name = if self.unnamed == 1 { self.stem.to_owned() } else { format!("{}#{}", self.stem, self.unnamed) };
            self.context.conversation = Some(name);
        }
    }

    /// The conversation that [`Self::begin`] began has ended.
    pub(crate) fn leave(&mut self) {
        self.conversations.close();
        self.context = Context::default();
    }

    /// Whether a label says who speaks.
    pub(crate) fn knows(&self, label: &str) -> bool {
        self.labels.speaker(label).is_some()
    }

    /// Takes the end of the file; says what remains to be said about it.
    pub(crate) fn end(&mut self, problems: &mut Problems) {
        self.conversations.close();
        if self.numbered.is_empty() {
            return;
        }
        let names: Vec<_> = std::mem::take(&mut self.numbered).into_iter().take(5).collect();
        let map = names.iter().zip(["agent", "customer"].iter().cycle()).map(|(name, speaker)| format!("{name}={speaker}"));
        problems.report(format_args!(
            "{}: speakers are only numbered ({}), not checked; say who is who, such as --speakers {}",
            self.file,
            names.join(", "),
            map.collect::<Vec<_>>().join(",")
        ));
    }

    /// Takes a record; what is wrong with it is reported.
    pub(crate) fn add(&mut self, mut record: Record, problems: &mut Problems) {
        // A recording of two channels has one speaker on each.
        if record.speaker.is_none() && record.channel.as_deref().is_some_and(|name| name.bytes().all(|b| b.is_ascii_digit())) {
            record.speaker = record.channel.take();
        }
        let Some(text) = &record.text else {
            self.report(
                record.line,
                "the record has no \"text\", skipped; fill it in, or say where it is: --columns text=NAME",
                problems,
            );
            return;
        };
        let text = without_quotation(text);
        if record.speaker.is_none() && matches!(self.labels.split(text), Start::Label(..)) {
            self.add_labelled(&record, text, problems);
            return;
        }
        let speaker = match &record.speaker {
            Some(label) => self.speaker(label, record.line, problems),
            None => {
                let what = "the record has no \"speaker\", not checked; fill in agent or customer, or say where it is: --columns speaker=NAME";
                self.report(record.line, what, problems);
                Speaker::Unknown
            }
        };
        let begins = self.enter(&record, problems);
        let number = self.number(&record, problems);
        self.push(&record, number, speaker, text, begins, problems);
    }

    /// A cell that holds a whole transcript, `客服：…` on a line, is a conversation of its own.
    fn add_labelled(&mut self, record: &Record, text: &str, problems: &mut Problems) {
        let timeline = self.timeline();
        let name = record.conversation.as_deref().or(self.context.conversation.as_deref()).unwrap_or(self.stem);
        self.conversations.begin(name, timeline);
        let mut begins = true;
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            let (speaker, at) = match self.labels.split(line) {
                Start::Label(speaker, at) => (speaker, at),
                Start::Unknown(label, at) => (self.speaker(label, record.line, problems), at),
                Start::Text => {
                    self.conversations.push_line(line);
                    continue;
                }
            };
            let preface = self.labels.preface(line, at);
            let mut said = record.clone();
            said.text = None;
            said.date = said.date.filter(|_| begins);
            said.agent = preface.agent.map(str::to_owned).or(said.agent);
            // The time of the record is that of the first words.
            let time = preface.time.filter(|time| Time::parse(time).is_some() || looks_like_time(time));
            said.time = time.map(str::to_owned).or(said.time.filter(|_| begins));
            let words = line.get(at..).unwrap_or_default();
            self.push(&said, None, speaker, words, std::mem::take(&mut begins), problems);
        }
    }

    /// Adds a turn, counted if it has no number of its own.
    fn push(
        &mut self,
        record: &Record,
        number: Option<usize>,
        speaker: Speaker,
        text: &str,
        begins: bool,
        problems: &mut Problems,
    ) {
        let Some(open) = self.conversations.current() else { return };
        open.turn = number.unwrap_or(open.turn + 1);
        let (conversation, mut utterance) = (Arc::clone(&open.name), Utterance::new(open.turn, speaker, text));
        if speaker == Speaker::Agent {
            utterance.agent = self.agent(record.agent.as_deref());
        }
        self.set_times(&mut utterance, record, problems);
        utterance.channel = record.channel.as_deref().and_then(channel).or(self.context.channel);
        utterance.confidence = record.confidence.as_deref().and_then(confidence);
        self.conversations.push(Turn {
            conversation,
            begins,
            utterance,
            line: record.line,
            column: record.column,
            before: Offset::default(),
        });
    }

    fn timeline(&self) -> Timeline {
        Timeline::new(self.context.base, self.context.dial)
    }

    /// Goes to the conversation of a record; says whether it begins there.
    fn enter(&mut self, record: &Record, problems: &mut Problems) -> bool {
        let timeline = self.timeline();
        let name = record.conversation.as_deref().or(self.context.conversation.as_deref()).unwrap_or(self.stem);
        let entry = self.conversations.enter(name, timeline);
        if entry == Entry::Returns {
            problems.report_line(
                "with a conversation that goes on too late",
                format_args!(
                    "{}:{}: the conversation \"{name}\" goes on too long after its last turn, judged in parts; sort the file by conversation",
                    self.file, record.line
                ),
            );
        }
        entry != Entry::Known
    }

    fn number(&self, record: &Record, problems: &mut Problems) -> Option<usize> {
        let given = record.turn.as_deref()?.trim();
        let number = given.parse().ok();
        if number.is_none() {
            self.report(record.line, "\"turn\" is no whole number, counted instead", problems);
        }
        number
    }

    /// The same name again is the same string: a file has few agents and many turns.
    fn agent(&mut self, name: Option<&str>) -> Option<Arc<str>> {
        let name = name.or(self.context.agent.as_deref()).map(str::trim).filter(|name| !name.is_empty())?;
        if self.agent.as_deref() != Some(name) {
            self.agent = Some(name.into());
        }
        self.agent.clone()
    }

    fn speaker(&mut self, label: &str, line: usize, problems: &mut Problems) -> Speaker {
        if let Some(speaker) = self.labels.speaker(label) {
            return speaker;
        }
        let label = label.trim();
        if label.chars().all(|c| c.is_ascii_digit()) {
            if self.numbered.len() < 100 {
                self.numbered.insert(label.to_owned());
            }
        } else if self.unknown.len() < 100 && self.unknown.insert(label.to_owned()) {
            problems.report(format_args!(
                "{}:{line}: unknown speaker \"{label}\", not checked; map it with --speakers {label}=agent or {label}=customer",
                self.file
            ));
        }
        Speaker::Unknown
    }

    fn set_times(&mut self, utterance: &mut Utterance, record: &Record, problems: &mut Problems) {
        let line = record.line;
        let time = match (&record.date, &record.time) {
            (Some(date), Some(time)) => match Time::parse(&format!("{date} {time}")) {
                Some(time) => self.settle(Some(time)),
                // A workbook has them as numbers: the day, and the part of a day.
                None => match (self.parse(date, line, problems), self.parse(time, line, problems)) {
                    (Some(Time::Date(day)), Some(Time::Offset(of_day))) => self.settle(Some(Time::Date(day + of_day))),
                    (Some(Time::Date(day)), Some(Time::Clock(clock))) => {
                        self.settle(clock.of_day().map(|of_day| Time::Date(day + of_day)))
                    }
                    (_, time) => self.settle(time),
                },
            },
            (date, time) => self.time(time.as_deref().or(date.as_deref()), line, problems),
        };
        let start = self.time(record.start.as_deref(), line, problems);
        let end = self.time(record.end.as_deref(), line, problems);
        let Some(open) = self.conversations.current() else { return };
        // A date tells when it was; what counts from the beginning only tells how long it took.
        let (start, timeline) = match (time, start) {
            (Some(Time::Date(date)), Some(Time::Offset(offset))) => (time, Timeline::new(Some(date - offset), Dial::default())),
            _ => (start.or(time), open.timeline),
        };
        utterance.start_ms = start.map(|start| timeline.ms(start));
        utterance.end_ms = end.map(|end| timeline.ms(end));
    }

    /// What a time means in its conversation; what it does not mean is reported.
    fn time(&mut self, text: Option<&str>, line: usize, problems: &mut Problems) -> Option<Time> {
        let text = text?;
        let time = self.parse(text, line, problems)?;
        let settled = self.settle(Some(time));
        if settled.is_none() {
            report_time(self.file, line, text, problems);
        }
        settled
    }

    fn parse(&self, text: &str, line: usize, problems: &mut Problems) -> Option<Time> {
        let time = Time::parse(text);
        if time.is_none() && !text.trim().is_empty() {
            report_time(self.file, line, text, problems);
        }
        time
    }

    fn settle(&mut self, time: Option<Time>) -> Option<Time> {
        self.conversations.current()?.timeline.settle(time?)
    }

    fn report(&self, line: usize, what: &str, problems: &mut Problems) {
        problems.report_line("that lack something", format_args!("{}:{line}: {what}", self.file));
    }
}

/// Says that a time is none.
pub(super) fn report_time(file: &str, line: usize, text: &str, problems: &mut Problems) {
    problems.report_line(
        "with times that are not understood",
        format_args!(
            "{file}:{line}: the time \"{}\" is not understood, left out; write 2024-05-01 12:30:00 or milliseconds",
            text.trim()
        ),
    );
}

/// What is said after a quotation of somebody else's message, as chat programs write it: `「客户：太慢了」\n- - - - -\n好的`.
pub(crate) fn without_quotation(text: &str) -> &str {
    let quoted = text.trim_start().strip_prefix(['「', '“']).and_then(|rest| {
        let (_, rest) = rest.split_once("」\n").or_else(|| rest.split_once("”\n"))?;
        let (rule, said) = rest.split_once('\n').unwrap_or((rest, ""));
        let dashes = rule.chars().filter(|c| matches!(c, '-' | '—' | '─')).count();
        let only = rule.chars().all(|c| c.is_whitespace() || matches!(c, '-' | '—' | '─'));
        (dashes >= 3 && only).then_some(said)
    });
    quoted.map_or(text, str::trim_start)
}

/// A share from 0 to 1; percent become one.
fn confidence(text: &str) -> Option<f32> {
    let value: f32 = text.trim().trim_end_matches('%').parse().ok()?;
    let share = if value > 1.0 { value / 100.0 } else { value };
    (0.0..=1.0).contains(&share).then_some(share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotations_are_not_said_again() {
        assert_eq!(without_quotation("「客户：你们太慢了」\n- - - - - - - -\n好的，马上"), "好的，马上");
        assert_eq!(without_quotation("「客戶：一\n二」\n------\n收到"), "收到");
        for kept in ["「客户」是我们的上帝", "「客户：一」\n好的", "好的\n- - -\n「一」"] {
            assert_eq!(without_quotation(kept), kept);
        }
    }

    #[test]
    fn shares() {
        assert_eq!(confidence("0.5"), Some(0.5));
        assert_eq!(confidence("92"), Some(0.92));
        assert_eq!(confidence("high"), None);
        assert_eq!(confidence("-1"), None);
    }
}
