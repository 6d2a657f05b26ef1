//! Findings and violated flow rules as rows of a table, for the forms that are tables: CSV, workbook and Parquet.

use jinyu::{Category, Confidence, Finding, FlowVerdict, Safety, Severity, Speaker, Verdict};

use super::{Audited, Place, fingerprint};
use crate::read::Turn;
use crate::waivers::Suppression;

/// The names of columns for programs, in the order of [`Row::fields`].
pub(crate) const COLUMNS: [&str; 20] = [
    "fingerprint",
    "kind",
    "rule",
    "category",
    "severity",
    "confidence",
    "conversation",
    "agent",
    "time",
    "turn",
    "words",
    "utterance",
    "message",
    "suggestion",
    "safety",
    "file",
    "line",
    "score",
    "suppressed",
    "reason",
];

/// A finding, or a flow rule that is violated.
#[derive(Clone, Debug)]
pub(crate) struct Row<'a> {
    pub(crate) fingerprint: String,
    pub(crate) rule: &'a str,
    /// What kind of offence a finding is; none of a flow rule.
    pub(crate) category: Option<Category>,
    pub(crate) severity: Severity,
    /// How sure a finding is; flow rules don't say.
    pub(crate) confidence: Option<Confidence>,
    pub(crate) conversation: &'a str,
    pub(crate) agent: Option<&'a str>,
    /// Milliseconds as the source gives them.
    pub(crate) time: Option<i64>,
    /// None where the end of the conversation shows it.
    pub(crate) turn: Option<usize>,
    /// The words that were found.
    pub(crate) words: &'a str,
    /// All that was said in that turn.
    pub(crate) utterance: &'a str,
    /// Why, in Simplified Chinese.
    pub(crate) message: &'a str,
    /// The best of the better wordings.
    pub(crate) suggestion: Option<(&'a str, Safety)>,
    pub(crate) file: &'a str,
    pub(crate) line: Option<usize>,
    /// Of the conversation.
    pub(crate) score: Option<u32>,
    /// Why it does not count.
    pub(crate) suppressed: Option<&'a Suppression>,
    /// Why the flow rule says so of this conversation, in Simplified Chinese; findings show it by their words.
    pub(crate) reason: Option<&'a str>,
}

impl Row<'_> {
    /// What it is, for programs.
    pub(crate) fn kind(&self) -> &'static str {
        if self.category.is_some() { "finding" } else { "flow" }
    }
}

/// The rows of a conversation: its findings in order, then its violated flow rules, each followed by those that do not count.
pub(crate) fn rows(audited: &Audited) -> Vec<Row<'_>> {
    let Audited { read, examinations, assessment, suppressed, .. } = audited;
    let mut rows = Vec::new();
    for (number, (turn, seen)) in read.turns.iter().zip(examinations).enumerate() {
        let counted = seen.findings.iter().map(|finding| (finding, None));
        let others = suppressed.of_turn(number).map(|of| (&of.finding, Some(&*of.why)));
        rows.extend(counted.chain(others).map(|(finding, why)| of_finding(audited, turn, finding, why)));
    }
    let violated = assessment.flow.iter().filter(|flow| flow.verdict == Verdict::Violated).map(|flow| (flow, None));
    let others = suppressed.violations.iter().map(|(flow, why)| (flow, Some(&**why)));
    rows.extend(violated.chain(others).map(|(flow, why)| of_violation(audited, flow, why)));
    rows
}

fn of_finding<'a>(audited: &'a Audited, turn: &'a Turn, finding: &'a Finding, suppressed: Option<&'a Suppression>) -> Row<'a> {
    let read = &audited.read;
    let place = Place::of_turn(audited, turn);
    Row {
        fingerprint: fingerprint::of_finding(&finding.rule, place.scope, place.turn, place.text, finding.span),
        rule: &finding.rule,
        category: Some(finding.category),
        severity: finding.severity,
        confidence: Some(finding.confidence),
        conversation: &read.conversation,
        agent: turn.utterance.agent.as_deref(),
        time: turn.utterance.start_ms,
        turn: Some(place.turn),
        words: &finding.text,
        utterance: place.text,
        message: &finding.message,
        suggestion: finding.suggestions.first().map(|suggestion| (suggestion.text.as_str(), suggestion.safety)),
        file: &read.file,
        line: Some(place.line_and_column(finding.span.start).0),
        score: audited.score(),
        suppressed,
        reason: None,
    }
}

fn of_violation<'a>(audited: &'a Audited, flow: &'a FlowVerdict, suppressed: Option<&'a Suppression>) -> Row<'a> {
    let read = &audited.read;
    // Evidence begins with what the agent met, and what the agent did is what a reviewer looks for.
    let shown = || read.turns.iter().filter(|turn| flow.turns.contains(&turn.utterance.turn));
    let turn = shown().rfind(|turn| turn.utterance.speaker == Speaker::Agent).or_else(|| shown().next());
    Row {
        fingerprint: fingerprint::of_violation(&flow.rule, &audited.scope, &flow.turns),
        rule: &flow.rule,
        category: None,
        severity: flow.severity,
        confidence: None,
        conversation: &read.conversation,
        agent: flow.agents.first().map(|agent| &**agent).or_else(|| audited.agents().first().map(|agent| &***agent)),
        time: turn.and_then(|turn| turn.utterance.start_ms),
        turn: turn.map(|turn| turn.utterance.turn),
        words: "",
        utterance: turn.map_or("", |turn| turn.utterance.text.as_str()),
        message: &flow.message,
        suggestion: None,
        file: &read.file,
        line: turn.map(|turn| turn.line),
        score: audited.score(),
        suppressed,
        reason: Some(&flow.reason).filter(|reason| !reason.is_empty()).map(String::as_str),
    }
}
