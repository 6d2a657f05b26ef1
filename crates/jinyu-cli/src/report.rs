//! Findings to bytes: [`text`] for people, [`jsonl`] for programs, and in files of their own ([`file`]) also forms that other programs
//! open. Receives findings with their place, judges nothing.

pub(crate) mod agents;
pub(crate) mod csv;
pub(crate) mod file;
pub(crate) mod fingerprint;
#[cfg(feature = "html")]
pub(crate) mod html;
pub(crate) mod jsonl;
pub(crate) mod junit;
#[cfg(feature = "parquet")]
pub(crate) mod parquet;
pub(crate) mod row;
pub(crate) mod sarif;
pub(crate) mod snippet;
pub(crate) mod table;
pub(crate) mod text;
pub(crate) mod time;
pub(crate) mod verdicts;
#[cfg(feature = "xlsx")]
pub(crate) mod xlsx;

use std::collections::BTreeMap;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::sync::Arc;

use jinyu::{Assessment, Category, Checker, Dismissal, Examination, Finding, FlowVerdict, Severity, Speaker, Utterance, Verdict};

use crate::args::{Format, OutputArgs};
use crate::locale::Locale;
use crate::read::meter::InputFacts;
use crate::read::transcripts::Read;
use crate::read::{Offset, Turn};
use crate::report::agents::Agents;
use crate::waivers::Suppression;

/// Where an utterance stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    pub(crate) file: &'a str,
    /// The line in the file where the utterance starts, from 1.
    pub(crate) line: usize,
    /// Characters before the utterance in that line; `None` where the file does not hold it as it is.
    pub(crate) column: Option<usize>,
    pub(crate) conversation: &'a str,
    /// What tells the conversation from others.
    pub(crate) scope: &'a str,
    pub(crate) turn: usize,
    pub(crate) speaker: Speaker,
    /// The utterance, in a conversation.
    pub(crate) said: Option<&'a Utterance>,
    /// The words, or the piece of an overlong utterance that was checked.
    pub(crate) text: &'a str,
    /// What of the utterance came before that piece.
    pub(crate) before: Offset,
}

impl<'a> Place<'a> {
    pub(crate) fn of_turn(audited: &'a Audited, turn: &'a Turn) -> Self {
        Self {
            file: &audited.read.file,
            scope: &audited.scope,
            line: turn.line,
            column: turn.column,
            conversation: &turn.conversation,
            turn: turn.utterance.turn,
            speaker: turn.utterance.speaker,
            said: Some(&turn.utterance),
            text: &turn.utterance.text,
            before: turn.before,
        }
    }

    /// Line and column, both from 1, of a byte of the text: an utterance may go on over several lines.
    pub(crate) fn line_and_column(&self, byte: usize) -> (usize, Option<usize>) {
        let before = self.text.get(..byte).unwrap_or(self.text);
        let Some(column) = self.column else { return (self.line, None) };
        match before.rsplit_once('\n') {
            Some((lines, last)) => (self.line + lines.matches('\n').count() + 1, Some(last.chars().count() + 1)),
            None => (self.line, Some(column + before.chars().count() + 1)),
        }
    }
}

/// A conversation, judged.
#[derive(Debug)]
pub(crate) struct Audited {
    /// What was said, and where it stands.
    pub(crate) read: Read,
    /// What tells it from others, for fingerprints.
    pub(crate) scope: String,
    /// What each turn shows, in their order.
    pub(crate) examinations: Vec<Examination>,
    /// What the conversation comes to.
    pub(crate) assessment: Assessment,
    /// What reviewers have waived; it stands in neither of both.
    pub(crate) suppressed: Suppressed,
    /// Findings and violations that an older report has; they are left out, but keep their cost; none without one.
    pub(crate) known: Option<usize>,
}

/// What does not count, and why.
#[derive(Debug, Default)]
pub(crate) struct Suppressed {
    pub(crate) findings: Vec<SuppressedFinding>,
    pub(crate) violations: Vec<(FlowVerdict, Arc<Suppression>)>,
}

/// A finding that does not count.
#[derive(Debug)]
pub(crate) struct SuppressedFinding {
    /// The place of its turn in the conversation, from 0.
    pub(crate) place: usize,
    pub(crate) finding: Finding,
    pub(crate) why: Arc<Suppression>,
}

impl Suppressed {
    /// How many findings and violations.
    pub(crate) fn count(&self) -> usize {
        self.findings.len() + self.violations.len()
    }

    /// The findings of a turn.
    pub(crate) fn of_turn(&self, place: usize) -> impl Iterator<Item = &SuppressedFinding> {
        self.findings.iter().filter(move |of| of.place == place)
    }
}

impl Audited {
    /// Whether a reviewer has something to look at: a finding, or a flow rule that is violated.
    pub(crate) fn is_flagged(&self) -> bool {
        self.examinations.iter().any(|seen| !seen.findings.is_empty())
            || self.assessment.flow.iter().any(|flow| flow.verdict == Verdict::Violated)
    }

    /// Whether an agent says anything in it: what is said to nobody's answer is no agent's score.
    pub(crate) fn is_scored(&self) -> bool {
        self.read.turns.iter().any(|turn| turn.utterance.speaker == Speaker::Agent)
    }

    /// The score of its agents; none where none says anything.
    pub(crate) fn score(&self) -> Option<u32> {
        self.is_scored().then_some(self.assessment.score.overall)
    }

    /// The agents that the source names, in order of their first words.
    pub(crate) fn agents(&self) -> Vec<&Arc<str>> {
        let mut agents: Vec<&Arc<str>> = Vec::new();
        for agent in self.read.turns.iter().filter_map(|turn| turn.utterance.agent.as_ref()) {
            if !agents.contains(&agent) {
                agents.push(agent);
            }
        }
        agents
    }

    /// The score of each agent who is named; none where no agent says anything.
    pub(crate) fn agent_scores(&self) -> impl Iterator<Item = (&str, u32)> {
        let agents = if self.is_scored() { self.agents() } else { Vec::new() };
        agents.into_iter().map(|agent| (&**agent, self.assessment.score.of_agent(agent)))
    }

    /// When it began, where its turns have times.
    pub(crate) fn start_ms(&self) -> Option<i64> {
        self.read.turns.iter().find_map(|turn| turn.utterance.start_ms)
    }
}

/// What was asked for that changes verdicts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    /// The statistical model was left out.
    pub(crate) no_model: bool,
    /// All text was taken for recognised speech.
    pub(crate) speech: bool,
    /// The file of waivers.
    pub(crate) waivers: Option<String>,
    /// The older report.
    pub(crate) baseline: Option<String>,
}

impl Settings {
    /// The options that were given, and what they do, for people.
    pub(crate) fn lines(&self, locale: Locale) -> Vec<[String; 2]> {
        let model = locale.pick(
            "没有用统计模型，只凭规则的字句",
            "沒有用統計模型，只憑規則的字句",
            "no statistical model: the words of rules alone decide",
        );
        let speech = locale.pick("全部文字按语音识别处理", "全部文字按語音辨識處理", "all text was taken for recognised speech");
        let waivers = locale.pick("其中豁免的不扣分", "其中豁免的不扣分", "what it waives costs nothing");
        let baseline = locale.pick("旧报告里已有的没有列出", "舊報告裡已有的沒有列出", "what the older report has is not listed");
        let option =
            |name: &str, file: &Option<String>, what: &str| Some([format!("{name} {}", file.as_ref()?), what.to_owned()]);
        [
            self.no_model.then(|| ["--no-model".to_owned(), model.to_owned()]),
            self.speech.then(|| ["--asr".to_owned(), speech.to_owned()]),
            option("--waivers", &self.waivers, waivers),
            option("--baseline", &self.baseline, baseline),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// How often a flow rule said what.
#[derive(Clone, Debug, Default)]
pub(crate) struct FlowTally {
    pub(crate) severity: Option<Severity>,
    pub(crate) satisfied: usize,
    pub(crate) violated: usize,
    pub(crate) pending: usize,
    pub(crate) not_applicable: usize,
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
    /// What flow rules said, by id.
    pub(crate) flow: BTreeMap<Arc<str>, FlowTally>,
    /// Scores of all conversations, and of each agent's.
    pub(crate) agents: Agents,
    /// What was read.
    pub(crate) inputs: Vec<InputFacts>,
    /// What was asked for.
    pub(crate) settings: Settings,
    /// Whether personal data was masked.
    pub(crate) redacted: bool,
    /// Findings and violations that reviewers have waived.
    pub(crate) suppressed: usize,
    /// Waivers that hold today but met no finding; none where no waivers were given.
    pub(crate) unused_waivers: Option<usize>,
    /// Findings and violations that the older report has; none where none was given.
    pub(crate) known: Option<usize>,
    /// Files that could not be read at all.
    pub(crate) unread: Vec<String>,
    /// Messages about bad input.
    pub(crate) errors: usize,
    /// Whether the work was stopped before its end.
    pub(crate) partial: bool,
    /// Whether a report on standard output has said something of a conversation.
    pub(crate) told: bool,
}

impl Tally {
    /// Counts a conversation.
    pub(crate) fn count_conversation(&mut self, audited: &Audited) {
        let Audited { read, examinations, assessment, .. } = audited;
        self.suppressed += audited.suppressed.count();
        if let Some(known) = audited.known {
            *self.known.get_or_insert_default() += known;
        }
        self.conversations += usize::from(read.begins);
        self.conversations_with_findings += usize::from(audited.is_flagged());
        // A piece of an overlong utterance is no utterance of its own.
        for turn in read.turns.iter().filter(|turn| turn.before.byte == 0) {
            self.utterances += 1;
            self.agent_utterances += usize::from(turn.utterance.speaker == Speaker::Agent);
        }
        examinations.iter().flat_map(|seen| &seen.findings).for_each(|finding| self.count(finding));
        for flow in &assessment.flow {
            let tally = self.flow.entry(Arc::clone(&flow.rule)).or_default();
            tally.severity = Some(flow.severity);
            match flow.verdict {
                Verdict::Satisfied => tally.satisfied += 1,
                Verdict::Violated => tally.violated += 1,
                Verdict::Pending => tally.pending += 1,
                Verdict::NotApplicable => tally.not_applicable += 1,
            }
        }
        self.agents.count(audited);
    }

    /// Whether anything was found.
    pub(crate) fn is_clean(&self) -> bool {
        self.findings == 0 && self.flow.values().all(|flow| flow.violated == 0)
    }

    /// Adds what was counted elsewhere.
    pub(crate) fn add(&mut self, other: Self) {
        self.files += other.files;
        self.conversations += other.conversations;
        self.conversations_with_findings += other.conversations_with_findings;
        self.utterances += other.utterances;
        self.agent_utterances += other.agent_utterances;
        self.findings += other.findings;
        for (category, of) in other.by_category {
            let sums = self.by_category.entry(category).or_default();
            of.into_iter().for_each(|(severity, count)| *sums.entry(severity).or_default() += count);
        }
        other.by_severity.into_iter().for_each(|(severity, count)| *self.by_severity.entry(severity).or_default() += count);
        for (rule, (category, count)) in other.by_rule {
            self.by_rule.entry(rule).or_insert((category, 0)).1 += count;
        }
        for (rule, flow) in other.flow {
            let sum = self.flow.entry(rule).or_default();
            sum.severity = flow.severity.or(sum.severity);
            sum.satisfied += flow.satisfied;
            sum.violated += flow.violated;
            sum.pending += flow.pending;
            sum.not_applicable += flow.not_applicable;
        }
        self.agents.add(other.agents);
        self.inputs.extend(other.inputs);
        self.redacted |= other.redacted;
        self.suppressed += other.suppressed;
        self.unused_waivers = self.unused_waivers.or(other.unused_waivers);
        self.known = self.known.zip(other.known).map(|(one, other)| one + other).or(self.known).or(other.known);
        self.unread.extend(other.unread);
        self.errors += other.errors;
        self.partial |= other.partial;
        self.told |= other.told;
    }

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
    /// Writes a finding that does not count.
    fn suppressed(&mut self, place: &Place<'_>, finding: &Finding, why: &Suppression) -> io::Result<()>;
    /// Writes what matched but was let pass.
    fn dismissal(&mut self, place: &Place<'_>, dismissal: &Dismissal) -> io::Result<()>;
    /// Writes all that was said in better words, after the findings in it.
    fn reworded(&mut self, _place: &Place<'_>, _text: &str) -> io::Result<()> {
        Ok(())
    }
    /// Writes what a conversation came to, after its findings.
    fn conversation(&mut self, audited: &Audited) -> io::Result<()>;
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
    /// A report of `check` on standard output in the form that the user asks for.
    pub(crate) fn new(output: &OutputArgs, locale: Locale) -> Self {
        let reporter: Box<dyn Reporter> = match output.format.unwrap_or_default() {
            Format::Text => Box::new(text::TextReport::new(Kind::Check, locale, line_width(), text_output())),
            Format::Jsonl => Box::new(jsonl::JsonlReport::new(Kind::Check, BufWriter::new(io::stdout().lock()))),
        };
        Self { reporter, explain: output.explain, tally: Tally::default() }
    }

    /// Writes what a check of one utterance saw.
    pub(crate) fn examination(&mut self, place: &Place<'_>, seen: &Examination) -> io::Result<()> {
        for finding in &seen.findings {
            self.tally.count(finding);
            self.reporter.finding(place, finding)?;
        }
        if let Some(text) = &seen.reworded {
            self.reporter.reworded(place, text)?;
        }
        if self.explain {
            for dismissal in &seen.dismissals {
                self.reporter.dismissal(place, dismissal)?;
            }
        }
        Ok(())
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

/// Writes all about a conversation in one form.
pub(crate) fn write_conversation(reporter: &mut dyn Reporter, audited: &Audited, explain: bool) -> io::Result<()> {
    for (number, (turn, seen)) in audited.read.turns.iter().zip(&audited.examinations).enumerate() {
        let place = Place::of_turn(audited, turn);
        for finding in &seen.findings {
            reporter.finding(&place, finding)?;
        }
        if let Some(text) = seen.reworded.as_ref().filter(|_| !seen.findings.is_empty()) {
            reporter.reworded(&place, text)?;
        }
        for of in audited.suppressed.of_turn(number) {
            reporter.suppressed(&place, &of.finding, &of.why)?;
        }
        for dismissal in seen.dismissals.iter().filter(|_| explain) {
            reporter.dismissal(&place, dismissal)?;
        }
    }
    reporter.conversation(audited)
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
