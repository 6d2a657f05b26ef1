//! Subtitles: SRT and WebVTT, blocks of a time line and what is said then. Who speaks tells a voice tag (`<v 客服>`) or a
//! label (`客服：…`); a cue without either goes on with the speaker before it. Holds a cue at a time.

use std::io;

use jinyu::{Channel, Speaker};

use super::assemble::{Assembler, Context, Feed, Record};
use super::label::{Labels, Start};
use super::time::{Dial, looks_like_time};
use super::{Line, Lines, Turn};
use crate::problem::Problems;

/// What a line of times looks like.
const EXAMPLE: &str = "00:00:01,000 --> 00:00:02,000";

/// Reads turns from cues.
pub(crate) struct Cues<'a> {
    lines: Lines,
    line: Line,
    labels: &'a Labels,
    assembler: Assembler<'a>,
    /// The times of the cue that is being read.
    times: Option<(String, String)>,
    /// Whether the block is no cue: a comment, a style.
    skipped: bool,
    /// What the block has instead of a line of times, and on which line.
    stray: Option<Stray>,
    /// What has been said in the cue so far.
    said: Vec<Record>,
    speaker: Option<String>,
    agent: Option<String>,
}

/// What stands in a block that has no line of times.
struct Stray {
    line: usize,
    /// The line that should be one.
    times: Option<String>,
    /// Whether there is more than the number of a cue.
    says: bool,
}

impl<'a> Cues<'a> {
    pub(crate) fn new(lines: Lines, labels: &'a Labels, mut assembler: Assembler<'a>) -> Self {
        // Nobody writes subtitles of a call by hand.
        assembler.begin(Context { channel: Some(Channel::Speech), dial: Dial::Elapsed, ..Context::default() });
        Self {
            lines,
            line: Line::default(),
            labels,
            assembler,
            times: None,
            skipped: false,
            stray: None,
            said: Vec::new(),
            speaker: None,
            agent: None,
        }
    }

    fn take_line(&mut self, line: &Line, problems: &mut Problems) {
        let file = self.assembler.file;
        let text = line.text(file, problems);
        let text = text.trim_end();
        if text.trim().is_empty() {
            return self.end_cue(problems);
        }
        if let Some((start, end)) = text.split_once("-->") {
            // The number or the name of this cue.
            self.stray = None;
            self.end_cue(problems);
            // After the end there may be settings of the place on the screen.
            let end = end.split_whitespace().next().unwrap_or_default();
            if start.trim().is_empty() || end.is_empty() {
                problems.report_line(
                    "of times that are broken",
                    format_args!("{file}:{}: a time is missing beside \"-->\", left out; write {EXAMPLE}", line.number),
                );
            }
            self.times = Some((start.trim().to_owned(), end.to_owned()));
        } else if self.times.is_some() {
            self.take_words(text, line, problems);
        } else if !self.skipped {
            let first = text.split_whitespace().next().unwrap_or_default();
            self.skipped = self.stray.is_none() && matches!(first, "WEBVTT" | "NOTE" | "STYLE" | "REGION");
            if !self.skipped {
                self.take_stray(text, line.number);
            }
        }
    }

    fn take_words(&mut self, line_text: &str, line: &Line, problems: &mut Problems) {
        for (voice, words) in voices(line_text) {
            let is_plain = words == line_text;
            let words = if is_plain { words } else { plain(&words) };
            let (times, number) = (self.times.clone().unwrap_or_default(), line.number);
            let mut record = Record { line: number, start: Some(times.0), end: Some(times.1), ..Record::default() };
            let at = match (&voice, self.labels.split(&words)) {
                (Some(voice), _) => {
                    // <v 客户 王小姐>: the role, then the name.
                    let role = voice.split_whitespace().next().filter(|role| self.assembler.knows(role));
                    let label = if self.assembler.knows(voice) { voice } else { role.unwrap_or(voice) };
                    self.speaker = Some(label.to_owned());
                    self.agent = Some(voice.clone()).filter(|name| name.parse::<Speaker>().is_err());
                    0
                }
                (None, Start::Label(speaker, at)) => {
                    self.speaker = Some(speaker.as_str().to_owned());
                    self.agent = self.labels.preface(&words, at).agent.map(str::to_owned);
                    at
                }
                (None, Start::Unknown(label, at)) => {
                    self.speaker = Some(label.to_owned());
                    self.agent = None;
                    at
                }
                (None, Start::Text) => {
                    if let Some(last) = self.said.last_mut().and_then(|record| record.text.as_mut()) {
                        last.push('\n');
                        last.push_str(&words);
                        continue;
                    }
                    0
                }
            };
            if self.speaker.is_none() {
                problems.report_line(
                    "without a speaker",
                    format_args!(
                        "{}:{number}: nobody is named as the speaker; begin cues with 客服： or 客户：, or with <v 客服>",
                        self.assembler.file
                    ),
                );
            }
            record.speaker = Some(self.speaker.clone().unwrap_or_else(|| Speaker::Unknown.as_str().to_owned()));
            record.agent = self.agent.clone();
            record.column = is_plain.then(|| words.get(..at).unwrap_or_default().chars().count());
            record.text = words.get(at..).map(str::to_owned);
            self.said.push(record);
        }
    }

    /// A line before that of times: the number or the name of a cue, or what is left of one that is broken.
    fn take_stray(&mut self, text: &str, line: usize) {
        let stray = self.stray.get_or_insert(Stray { line, times: None, says: false });
        stray.says |= text.trim().parse::<u64>().is_err();
        if stray.times.is_none() && text.starts_with(|c: char| c.is_ascii_digit()) && looks_like_time(text) {
            stray.times = Some(text.to_owned());
            stray.line = line;
        }
    }

    /// Words without times are not taken: where they begin cannot be told from the name of a cue.
    fn report_stray(&mut self, problems: &mut Problems) {
        let file = self.assembler.file;
        let Some(Stray { line, times, says: true }) = self.stray.take() else { return };
        let what = match times {
            Some(times) => format!("the line of times \"{times}\" has no \"-->\""),
            None => "these lines have no line of times before them".to_owned(),
        };
        problems
            .report_line("of cues that are broken", format_args!("{file}:{line}: {what}, the cue is skipped; write {EXAMPLE}"));
    }

    fn end_cue(&mut self, problems: &mut Problems) {
        self.report_stray(problems);
        self.times = None;
        self.skipped = false;
        for record in std::mem::take(&mut self.said) {
            self.assembler.add(record, problems);
        }
    }
}

impl Feed for Cues<'_> {
    fn take(&mut self) -> Option<Turn> {
        self.assembler.take()
    }

    fn end(&mut self, problems: &mut Problems) {
        self.end_cue(problems);
        self.assembler.end(problems);
    }

    fn read_on(&mut self, problems: &mut Problems) -> io::Result<bool> {
        let mut line = std::mem::take(&mut self.line);
        let more = self.lines.next(&mut line)?;
        if more {
            self.take_line(&line, problems);
        }
        self.line = line;
        Ok(more)
    }

    fn may_wait(&self) -> bool {
        self.lines.may_wait()
    }
}

/// What the voices of a line say: `<v 客服>您好</v>`; without such tags nobody is named.
fn voices(line: &str) -> Vec<(Option<String>, String)> {
    let mut parts = line.split("<v");
    let mut voices = Vec::new();
    let before = parts.next().unwrap_or_default();
    if !before.trim().is_empty() {
        voices.push((None, before.to_owned()));
    }
    for part in parts {
        match part.split_once('>') {
            // <v.loud 客服>
            Some((tag, words)) if tag.starts_with([' ', '\t', '.']) => {
                let name = tag.split_once([' ', '\t']).map_or("", |(_, name)| name).trim();
                let name = Some(name).filter(|name| !name.is_empty());
                voices.push((name.map(plain), words.to_owned()));
            }
            _ => voices.push((None, format!("<v{part}"))),
        }
    }
    voices
}

/// Text without tags and with characters in place of their names.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('<') {
        let (before, tag) = rest.split_at_checked(open).unwrap_or((rest, ""));
        plain.push_str(before);
        let ends = |c: char| c.is_ascii_alphanumeric() || c == '/';
        match tag.find('>').filter(|_| tag.chars().nth(1).is_some_and(ends)) {
            Some(close) => rest = tag.get(close + 1..).unwrap_or_default(),
            None => {
                plain.push('<');
                rest = tag.get(1..).unwrap_or_default();
            }
        }
    }
    plain.push_str(rest);
    for (name, character) in [("&lt;", "<"), ("&gt;", ">"), ("&nbsp;", " "), ("&lrm;", ""), ("&rlm;", ""), ("&amp;", "&")] {
        if plain.contains(name) {
            plain = plain.replace(name, character);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn voices_and_tags() {
        let found = voices("<v 客服>您好</v> <v.loud 客户 王>喂");
        let found: Vec<_> = found.iter().map(|(name, words)| (name.as_deref(), plain(words))).collect();
        assert_eq!(found, [(Some("客服"), "您好 ".to_owned()), (Some("客户 王"), "喂".to_owned())]);
        assert_eq!(voices("客服：好"), [(None, "客服：好".to_owned())]);
        assert_eq!(plain("<i>急</i>什么<00:00:01.000> a &lt; b &amp;lt; 3<4"), "急什么 a < b &lt; 3<4");
    }
}
