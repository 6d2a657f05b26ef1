//! `jinyu rules stats`: what each rule finds in transcripts, how often its guards let pass, and what it looks like: a rule
//! that is noisy shows.
//!
//! Records of `--format jsonl`: for each rule `{"type":"rule", "id", "pack", "category", "severity", "findings",
//! "per_1000", "dismissals", "guards": {name: times}, "examples": [{"file", "line", "text", "match"}]}`, those with the most findings
//! first, rules that never matched only with `--all`; then `{"type":"summary", "files", "conversations", "agent_utterances", "findings",
//! "rules", "silent", "errors"}`.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;

use anstyle::{AnsiColor, Style};
use anyhow::Result;
use jinyu::{Checker, Reason, Rule, RulePack, Session, Severity, Span, Speaker};
use serde::Serialize;

use super::KindRecord;
use crate::Outcome;
use crate::args::{Format, RulesStatsArgs};
use crate::load;
use crate::locale::Locale;
use crate::problem::Problems;
use crate::read::Turn;
use crate::read::transcripts::{self, Listener, Read, Reading};
use crate::report::jsonl::write_record;
use crate::report::snippet::snippet;
use crate::report::table::{Align, Table};
use crate::report::text::severity_style;
use crate::report::{line_width, text_output};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const PASSED: Style = AnsiColor::Green.on_default();

/// Measures all rules in use.
///
/// # Errors
/// When there are no rules, or standard output cannot be written.
pub(super) fn run(args: &RulesStatsArgs, problems: &mut Problems) -> Result<Outcome> {
    let checker = load::checker(&args.packs, load::channel(args.asr), problems)?;
    let reading = Reading::new(&args.reading);
    let mut stats = Stats {
        session: checker.session(),
        checker,
        examples: args.examples,
        files: 0,
        conversations: 0,
        agent_utterances: 0,
        findings: 0,
        rules: BTreeMap::new(),
    };
    transcripts::read(&args.paths, &reading, &mut stats, problems)?;
    let mut out = text_output();
    match args.output.format {
        Format::Jsonl => stats.write_records(&mut out, args.all, problems.count())?,
        Format::Text => stats.write_text(&mut out, args.all, problems.locale())?,
    }
    out.flush()?;
    Ok(Outcome::Clean)
}

/// What has been counted.
struct Stats {
    checker: Checker,
    session: Session,
    /// How many examples a rule keeps.
    examples: usize,
    files: usize,
    conversations: usize,
    agent_utterances: usize,
    findings: usize,
    rules: BTreeMap<Arc<str>, RuleStats>,
}

#[derive(Default)]
struct RuleStats {
    findings: usize,
    /// How often each guard let a match pass.
    guards: BTreeMap<Arc<str>, usize>,
    examples: Vec<Example>,
}

impl RuleStats {
    fn dismissals(&self) -> usize {
        self.guards.values().sum()
    }
}

#[derive(Serialize)]
struct Example {
    file: String,
    line: usize,
    text: String,
    r#match: String,
    #[serde(skip)]
    span: Span,
}

impl Listener for Stats {
    fn file(&mut self) {
        self.files += 1;
    }

    fn unread(&mut self, _file: String) {}

    fn conversation(&mut self, read: Read) -> Result<()> {
        if read.begins {
            self.session = self.checker.session();
            self.conversations += 1;
        }
        for turn in &read.turns {
            self.turn(&read.file, turn);
        }
        Ok(())
    }
}

impl Stats {
    fn turn(&mut self, file: &str, turn: &Turn) {
        if turn.before.byte == 0 {
            self.agent_utterances += usize::from(turn.utterance.speaker == Speaker::Agent);
        }
        let seen = self.session.examine(&turn.utterance);
        self.findings += seen.findings.len();
        let findings = seen.findings.iter().map(|finding| (&finding.rule, finding.span));
        let occurrences = seen.signals.iter().chain(&seen.steps).map(|occurrence| (&occurrence.rule, occurrence.span));
        for (rule, span) in findings.chain(occurrences) {
            let stats = self.rules.entry(Arc::clone(rule)).or_default();
            stats.findings += 1;
            // The same words again tell nothing new.
            let known = stats.examples.iter().any(|example| example.text == turn.utterance.text);
            if stats.examples.len() < self.examples && !known {
                stats.examples.push(example(file, turn, span));
            }
        }
        for dismissal in seen.dismissals {
            let guard = match dismissal.reason {
                Reason::Guard(guard) => Some(guard),
                Reason::Model => Some("model".into()),
                _ => None,
            };
            if let Some(guard) = guard {
                *self.rules.entry(dismissal.rule).or_default().guards.entry(guard).or_default() += 1;
            }
        }
    }
}

fn example(file: &str, turn: &Turn, span: Span) -> Example {
    let before = turn.utterance.text.get(..span.start).unwrap_or_default();
    // An utterance may go on over several lines; JSON holds its lines in one.
    let further = if turn.column.is_some() { before.matches('\n').count() } else { 0 };
    Example {
        file: file.to_owned(),
        line: turn.line + further,
        text: turn.utterance.text.clone(),
        r#match: span.slice(&turn.utterance.text).to_owned(),
        span,
    }
}

/// A rule that matched.
type Matched<'a> = (&'a RulePack, &'a Rule, &'a RuleStats);

/// A rule that never did.
type Silent<'a> = (&'a RulePack, &'a Rule);

#[derive(Serialize)]
struct RuleRecord<'a> {
    r#type: &'static str,
    id: &'a str,
    pack: &'a str,
    #[serde(flatten)]
    kind: KindRecord<'a>,
    severity: Severity,
    findings: usize,
    per_1000: f64,
    dismissals: usize,
    guards: &'a BTreeMap<Arc<str>, usize>,
    examples: &'a [Example],
}

#[derive(Serialize)]
struct SummaryRecord {
    r#type: &'static str,
    files: usize,
    conversations: usize,
    agent_utterances: usize,
    findings: usize,
    rules: usize,
    silent: usize,
    errors: usize,
}

impl Stats {
    fn per_1000(&self, findings: usize) -> f64 {
        findings as f64 * 1000.0 / self.agent_utterances.max(1) as f64
    }

    /// The rules that matched, those with the most findings first, and those that never did.
    fn sorted(&self) -> (Vec<Matched<'_>>, Vec<Silent<'_>>) {
        let mut matched = Vec::new();
        let mut silent = Vec::new();
        for pack in self.checker.packs() {
            for rule in &pack.rules {
                match self.rules.get(&rule.id) {
                    Some(stats) => matched.push((pack, rule, stats)),
                    None => silent.push((pack, rule)),
                }
            }
        }
        matched.sort_by_key(|(_, rule, stats)| (Reverse(stats.findings), Reverse(stats.dismissals()), Arc::clone(&rule.id)));
        (matched, silent)
    }

    fn write_records(&self, out: &mut dyn Write, all: bool, errors: usize) -> io::Result<()> {
        let (matched, silent) = self.sorted();
        let rules = matched.len() + silent.len();
        let unseen = RuleStats::default();
        let count = silent.len();
        let silent = silent.into_iter().filter(|_| all).map(|(pack, rule)| (pack, rule, &unseen));
        for (pack, rule, stats) in matched.into_iter().chain(silent) {
            let record = RuleRecord {
                r#type: "rule",
                id: &rule.id,
                pack: &pack.name,
                kind: (&rule.kind).into(),
                severity: rule.severity,
                findings: stats.findings,
                per_1000: (self.per_1000(stats.findings) * 100.0).round() / 100.0,
                dismissals: stats.dismissals(),
                guards: &stats.guards,
                examples: &stats.examples,
            };
            write_record(out, &record)?;
        }
        let summary = SummaryRecord {
            r#type: "summary",
            files: self.files,
            conversations: self.conversations,
            agent_utterances: self.agent_utterances,
            findings: self.findings,
            rules,
            silent: count,
            errors,
        };
        write_record(out, &summary)
    }

    fn write_text(&self, out: &mut dyn Write, all: bool, locale: Locale) -> io::Result<()> {
        let (matched, silent) = self.sorted();
        if !matched.is_empty() {
            let mut table = Table::new(&[Align::Left, Align::Left, Align::Right, Align::Right, Align::Right]);
            table.row([
                locale.pick("规则", "規則", "rule").to_owned(),
                locale.pick("类别", "類別", "category").to_owned(),
                locale.pick("每千句", "每千句", "per 1,000").to_owned(),
                locale.pick("查出", "查出", "findings").to_owned(),
                locale.pick("豁免", "豁免", "let pass").to_owned(),
            ]);
            for (_, rule, stats) in &matched {
                table.row([
                    rule.id.to_string(),
                    locale.kind(&rule.kind),
                    format!("{:.1}", self.per_1000(stats.findings)),
                    stats.findings.to_string(),
                    stats.dismissals().to_string(),
                ]);
            }
            table.write(out, "", BOLD.underline())?;
            writeln!(out)?;
        }
        for (_, rule, stats) in &matched {
            if self.examples == 0 || stats.examples.is_empty() && stats.guards.is_empty() {
                continue;
            }
            let style = severity_style(rule.severity);
            writeln!(out, "{BOLD}{}{BOLD:#}", rule.id)?;
            for example in &stats.examples {
                let s = snippet(&example.text, example.span, line_width());
                writeln!(
                    out,
                    "  {}{style}{}{style:#}{}  {DIM}{}:{}{DIM:#}",
                    s.before,
                    mark(&s.inside),
                    s.after,
                    example.file,
                    example.line
                )?;
            }
            for (guard, times) in &stats.guards {
                let label = locale.pick("豁免", "豁免", "let pass by");
                writeln!(out, "  {PASSED}{label}{PASSED:#} {guard} {DIM}× {times}{DIM:#}")?;
            }
        }
        if self.examples > 0 && !matched.is_empty() {
            writeln!(out)?;
        }
        let (rules, never) = (matched.len() + silent.len(), silent.len());
        let (lines, files, findings) = (self.agent_utterances, self.files, self.findings);
        let per_1000 = self.per_1000(findings);
        let sums = match locale {
            Locale::Hans => format!(
                "{files}个文件，{lines}句客服话语，查出{findings}处（每千句{per_1000:.1}处）；{rules}条规则中{never}条从未触发"
            ),
            Locale::Hant => format!(
                "{files}個檔案，{lines}句客服話語，查出{findings}處（每千句{per_1000:.1}處）；{rules}條規則中{never}條從未觸發"
            ),
            Locale::English => format!(
                "{files} files, {lines} agent lines, {findings} findings ({per_1000:.1} per 1,000); {never} of {rules} rules never fired"
            ),
        };
        let hint =
            if all || never == 0 { "" } else { locale.pick("（--all 列出）", "（--all 列出）", " (--all names them)") };
        writeln!(out, "{BOLD}{sums}{BOLD:#}{hint}")?;
        if all {
            for (_, rule) in silent {
                writeln!(out, "  {}", rule.id)?;
            }
        }
        Ok(())
    }
}

/// The words that were found, marked so that they show without colours.
fn mark(words: &str) -> String {
    format!("【{words}】")
}
