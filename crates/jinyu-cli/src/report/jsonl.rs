//! Findings as JSON Lines.
#![doc = include_str!("../../RECORDS.md")]

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::sync::Arc;

use anyhow::Result;
use jinyu::{
    By, CareScores, Category, Channel, Checker, Confidence, Deduction, Dismissal, Finding, FlowVerdict, Note, PackSource,
    Positions, Promise, Reason, Safety, Severity, Span, Speaker, Verdict,
};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::agents::ENOUGH;
use super::file::FileReport;
use super::{Audited, Kind, Place, Reporter, Tally, fingerprint, write_conversation};
use crate::read::meter::InputFacts;
use crate::waivers::Suppression;

/// Writes records.
#[derive(Debug)]
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
    by: Option<By>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    evidence: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    assumed: Option<&'a str>,
    message: &'a str,
    suggestions: Vec<SuggestionRecord<'a>>,
    file: &'a str,
    line: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    agent: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_ms: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<Channel>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recognised: Option<f32>,
    fingerprint: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    suppressed: Option<&'a Suppression>,
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
struct RewordedRecord<'a> {
    r#type: &'static str,
    conversation: &'a str,
    turn: usize,
    speaker: Speaker,
    text: &'a str,
    file: &'a str,
    line: usize,
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
    file: &'a str,
    utterances: usize,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    agents: Vec<&'a Arc<str>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    agent_scores: BTreeMap<&'a str, u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_ms: Option<i64>,
    score: Option<u32>,
    care: Option<CareScores>,
    critical: bool,
    signals: Vec<SignalRecord<'a>>,
    steps: Vec<StepRecord<'a>>,
    flow: Vec<FlowRecord<'a>>,
    deductions: &'a [Deduction],
    promises: &'a [Promise],
    notes: &'a [Note],
}

#[derive(Serialize)]
struct FlowRecord<'a> {
    #[serde(flatten)]
    verdict: &'a FlowVerdict,
    #[serde(skip_serializing_if = "Option::is_none")]
    fingerprint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suppressed: Option<&'a Suppression>,
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
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    flow: BTreeMap<&'a str, FlowCountRecord>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mean_score: Option<f64>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    agents: BTreeMap<&'a str, AgentRecord>,
    unread: &'a [String],
    errors: usize,
    partial: bool,
    engine: &'static str,
    packs: Vec<PackRecord<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<&'static str>,
    #[serde(skip_serializing_if = "<[InputFacts]>::is_empty")]
    inputs: &'a [InputFacts],
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    redacted: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    without_model: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    speech: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    waivers: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suppressed: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unused_waivers: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    known: Option<usize>,
}

#[derive(Serialize)]
struct FlowCountRecord {
    satisfied: usize,
    violated: usize,
    pending: usize,
    not_applicable: usize,
}

#[derive(Serialize)]
struct AgentRecord {
    conversations: usize,
    mean: Option<f64>,
    spread: Option<f64>,
    /// Whether there are enough conversations for a mean to say something.
    enough: bool,
}

/// A pack in use.
#[derive(Serialize)]
pub(crate) struct PackRecord<'a> {
    pub(crate) name: &'a str,
    pub(crate) version: &'a str,
    pub(crate) sha256: Cow<'a, str>,
}

/// The packs of a checker, with their hashes.
pub(crate) fn pack_records(checker: &Checker) -> Vec<PackRecord<'_>> {
    let record = |pack| {
        let PackSource { name, version, text, sha256: known, .. } = pack;
        PackRecord { name, version, sha256: known.map_or_else(|| sha256(text.as_bytes()).into(), Cow::Borrowed) }
    };
    checker.pack_sources().map(record).collect()
}

/// The engine's version, and one hash of all packs and models: what a verdict comes from, besides the words.
pub(crate) fn provenance(checker: &Checker) -> String {
    let packs = pack_records(checker).into_iter().map(|pack| pack.sha256.into_owned());
    let parts: String = packs.chain(checker.model_sha256().map(str::to_owned)).collect();
    let digits = sha256(parts.as_bytes());
    format!("jinyu {} {}", env!("CARGO_PKG_VERSION"), digits.get(..SHORT).unwrap_or_default())
}

/// Digits of a hash that stands for a whole one.
pub(crate) const SHORT: usize = 16;

impl<W: Write> JsonlReport<W> {
    pub(crate) fn new(kind: Kind, out: W) -> Self {
        Self { kind, out }
    }

    /// What has been written to.
    pub(crate) fn into_inner(self) -> W {
        self.out
    }
}

impl<W: Write> JsonlReport<W> {
    fn write_finding(&mut self, place: &Place<'_>, finding: &Finding, suppressed: Option<&Suppression>) -> io::Result<()> {
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
            by: Some(finding.by).filter(|by| *by != By::Rule),
            evidence: &finding.evidence,
            assumed: finding.assumed.as_deref(),
            message: &finding.message,
            suggestions: suggestions.collect(),
            file: place.file,
            line: place.line,
            agent: place.said.and_then(|said| said.agent.as_deref()),
            start_ms: place.said.and_then(|said| said.start_ms),
            channel: place.said.and_then(|said| said.channel),
            recognised: place.said.and_then(|said| said.confidence),
            fingerprint: fingerprint::of_finding(&finding.rule, place.scope, place.turn, place.text, finding.span),
            suppressed,
        };
        write_record(&mut self.out, &record)
    }
}

impl<W: Write> Reporter for JsonlReport<W> {
    fn finding(&mut self, place: &Place<'_>, finding: &Finding) -> io::Result<()> {
        self.write_finding(place, finding, None)
    }

    fn suppressed(&mut self, place: &Place<'_>, finding: &Finding, why: &Suppression) -> io::Result<()> {
        self.write_finding(place, finding, Some(why))
    }

    fn reworded(&mut self, place: &Place<'_>, text: &str) -> io::Result<()> {
        let Place { conversation, turn, speaker, file, line, .. } = *place;
        write_record(&mut self.out, &RewordedRecord { r#type: "reworded", conversation, turn, speaker, text, file, line })
    }

    fn dismissal(&mut self, place: &Place<'_>, dismissal: &Dismissal) -> io::Result<()> {
        let (reason, by) = match &dismissal.reason {
            Reason::Guard(guard) => ("guard", Some(&**guard)),
            Reason::When => ("when", None),
            Reason::Boundary => ("boundary", None),
            Reason::Covered(rule) => ("covered", Some(&**rule)),
            Reason::Model => ("model", None),
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

    fn conversation(&mut self, audited: &Audited) -> io::Result<()> {
        let Audited { read, assessment, suppressed, .. } = audited;
        let others = suppressed.violations.iter().map(|(flow, why)| (flow, Some(&**why)));
        let flow = assessment.flow.iter().map(|flow| (flow, None)).chain(others).map(|(flow, suppressed)| FlowRecord {
            verdict: flow,
            fingerprint: (flow.verdict == Verdict::Violated)
                .then(|| fingerprint::of_violation(&flow.rule, &audited.scope, &flow.turns)),
            suppressed,
        });
        let record = ConversationRecord {
            r#type: "conversation",
            conversation: &read.conversation,
            file: &read.file,
            utterances: read.turns.iter().filter(|turn| turn.before.byte == 0).count(),
            agents: audited.agents(),
            agent_scores: audited.agent_scores().collect(),
            start_ms: audited.start_ms(),
            score: audited.score(),
            care: audited.is_scored().then_some(assessment.score.care),
            critical: assessment.score.critical,
            signals: assessment.signals.iter().map(|of| SignalRecord { signal: &of.name, turn: of.turn }).collect(),
            steps: assessment.steps.iter().map(|of| StepRecord { step: &of.name, turn: of.turn }).collect(),
            flow: flow.collect(),
            deductions: &assessment.score.deductions,
            promises: &assessment.promises,
            notes: &assessment.notes,
        };
        write_record(&mut self.out, &record)
    }

    fn summary(&mut self, tally: &Tally, checker: &Checker) -> io::Result<()> {
        let flow = tally.flow.iter().map(|(rule, of)| {
            let count = FlowCountRecord {
                satisfied: of.satisfied,
                violated: of.violated,
                pending: of.pending,
                not_applicable: of.not_applicable,
            };
            (&**rule, count)
        });
        let agents = tally.agents.of.iter().map(|(agent, scores)| {
            let record = AgentRecord {
                conversations: scores.conversations,
                mean: scores.mean().map(tenth),
                spread: scores.spread().map(tenth),
                enough: scores.conversations >= ENOUGH,
            };
            (&**agent, record)
        });
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
            flow: flow.collect(),
            mean_score: tally.agents.all.mean().map(tenth),
            agents: agents.collect(),
            unread: &tally.unread,
            errors: tally.errors,
            partial: tally.partial,
            engine: env!("CARGO_PKG_VERSION"),
            packs: pack_records(checker),
            model: checker.model_sha256(),
            inputs: &tally.inputs,
            redacted: tally.redacted,
            without_model: !checker.has_model(),
            speech: tally.settings.speech,
            waivers: tally.settings.waivers.as_deref(),
            baseline: tally.settings.baseline.as_deref(),
            suppressed: tally.unused_waivers.map(|_| tally.suppressed),
            unused_waivers: tally.unused_waivers,
            known: tally.known,
        };
        write_record(&mut self.out, &record)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// The same records in a file of their own.
pub(crate) struct JsonlFile {
    report: JsonlReport<BufWriter<File>>,
    explain: bool,
}

impl JsonlFile {
    pub(crate) fn new(file: File, explain: bool) -> Self {
        Self { report: JsonlReport::new(Kind::Audit, BufWriter::new(file)), explain }
    }
}

impl FileReport for JsonlFile {
    fn conversation(&mut self, audited: &Audited) -> Result<()> {
        Ok(write_conversation(&mut self.report, audited, self.explain)?)
    }

    fn finish(mut self: Box<Self>, tally: &Tally, checker: &Checker) -> Result<()> {
        self.report.summary(tally, checker)?;
        Ok(self.report.flush()?)
    }
}

/// A figure to a tenth.
pub(crate) fn tenth(figure: f64) -> f64 {
    (figure * 10.0).round() / 10.0
}

/// The hash of some content, in hexadecimal digits.
pub(crate) fn sha256(content: &[u8]) -> String {
    Sha256::digest(content).iter().fold(String::new(), |mut digits, byte| {
        let _ = write!(digits, "{byte:02x}");
        digits
    })
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
