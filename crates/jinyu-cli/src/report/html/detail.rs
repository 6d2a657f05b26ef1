//! What the page's script gets to know of each conversation: an entry of the list, and all that is shown when it is opened. Names that
//! come again and again are numbers; what they mean stands once in the page.

use std::collections::HashMap;
use std::sync::Arc;

use jinyu::{Care, CareScores, Category, FlowVerdict, PromiseState, Safety, Severity, Speaker, Verdict};
use serde::Serialize;

use super::super::{Audited, fingerprint};
use super::words;
use crate::locale::{Locale, Translator};

/// Steps of agents that do no good, in the built-in packs.
const BAD_STEPS: [&str; 3] = ["argue", "push-away", "vague-time"];

/// What a rule is, as far as a reader needs it.
#[derive(Clone, Debug)]
pub(super) struct RuleFacts {
    pub(super) id: Arc<str>,
    /// What a flow rule checks, in a few words.
    pub(super) name: Option<Arc<str>>,
    pub(super) kind: RuleKind,
    pub(super) severity: Severity,
    pub(super) message: Arc<str>,
}

/// What a rule is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RuleKind {
    Offence(Category),
    Flow,
    Profile,
    Note,
}

/// Names that have been given numbers.
#[derive(Debug, Default)]
pub(super) struct Names {
    pub(super) rules: Vec<RuleFacts>,
    rule_numbers: HashMap<Arc<str>, usize>,
    agents: Vec<Arc<str>>,
    agent_numbers: HashMap<Arc<str>, usize>,
    files: Vec<Arc<str>>,
    events: Vec<Arc<str>>,
}

impl Names {
    fn rule(&mut self, id: &Arc<str>, kind: RuleKind, severity: Severity, message: &Arc<str>) -> usize {
        if let Some(number) = self.rule_numbers.get(id) {
            return *number;
        }
        self.rules.push(RuleFacts { id: Arc::clone(id), name: None, kind, severity, message: Arc::clone(message) });
        self.rule_numbers.insert(Arc::clone(id), self.rules.len() - 1);
        self.rules.len() - 1
    }

    fn flow(&mut self, flow: &FlowVerdict) -> usize {
        let number = self.rule(&flow.rule, RuleKind::Flow, flow.severity, &flow.message);
        if let Some(rule) = self.rules.get_mut(number).filter(|_| flow.name != flow.rule) {
            rule.name = Some(Arc::clone(&flow.name));
        }
        number
    }

    fn agent(&mut self, name: &Arc<str>) -> usize {
        if let Some(number) = self.agent_numbers.get(name) {
            return *number;
        }
        self.agents.push(Arc::clone(name));
        self.agent_numbers.insert(Arc::clone(name), self.agents.len() - 1);
        self.agents.len() - 1
    }

    fn file(&mut self, name: &Arc<str>) -> usize {
        // Conversations of one file follow each other.
        if self.files.last() != Some(name) {
            self.files.push(Arc::clone(name));
        }
        self.files.len() - 1
    }

    fn event(&mut self, name: &Arc<str>) -> usize {
        self.events.iter().position(|known| known == name).unwrap_or_else(|| {
            self.events.push(Arc::clone(name));
            self.events.len() - 1
        })
    }

    /// A rule that has been met.
    pub(super) fn find(&self, id: &str) -> Option<&RuleFacts> {
        self.rule_numbers.get(id).and_then(|number| self.rules.get(*number))
    }

    /// What the numbers mean, in the reader's language.
    pub(super) fn facts(&self, locale: Locale, translator: &mut Translator, block: usize) -> Facts<'_> {
        let rules = self.rules.iter().map(|rule| RuleRecord {
            id: &rule.id,
            name: rule.name.as_ref().map(|name| translator.translate(name).to_owned()),
            category: match rule.kind {
                RuleKind::Offence(category) => locale.category(category).to_owned(),
                RuleKind::Flow => words::of(locale, "flow").to_owned(),
                RuleKind::Profile => words::of(locale, "profile").to_owned(),
                RuleKind::Note => words::of(locale, "note").to_owned(),
            },
            is_note: matches!(rule.kind, RuleKind::Profile | RuleKind::Note),
            severity: rule.severity.as_str(),
            severity_name: locale.severity(rule.severity),
            message: translator.translate(&rule.message).to_owned(),
        });
        Facts {
            block,
            rules: rules.collect(),
            agents: &self.agents,
            files: &self.files,
            events: self
                .events
                .iter()
                .map(|event| EventRecord { name: locale.event(event), is_bad: BAD_STEPS.contains(&&**event) })
                .collect(),
            words: words::all(locale),
        }
    }
}

/// What numbers mean, and the words of the page.
#[derive(Serialize)]
pub(super) struct Facts<'a> {
    block: usize,
    rules: Vec<RuleRecord<'a>>,
    agents: &'a [Arc<str>],
    files: &'a [Arc<str>],
    events: Vec<EventRecord<'a>>,
    words: serde_json::Map<String, serde_json::Value>,
}

#[derive(Serialize)]
struct EventRecord<'a> {
    name: &'a str,
    is_bad: bool,
}

#[derive(Serialize)]
struct RuleRecord<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    category: String,
    is_note: bool,
    severity: &'static str,
    severity_name: &'static str,
    message: String,
}

/// An entry of the list, short because all of them are held.
#[derive(Serialize)]
pub(super) struct Entry<'a> {
    id: &'a str,
    file: usize,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    agents: Vec<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start: Option<i64>,
    /// None where no agent says anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<u32>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    critical: bool,
    turns: usize,
    /// Of findings, and of flow rules that are violated.
    findings: usize,
    /// Rules with a finding or a violation.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rules: Vec<usize>,
}

impl<'a> Entry<'a> {
    pub(super) fn new(audited: &'a Audited, names: &mut Names) -> Self {
        let Audited { read, examinations, assessment, .. } = audited;
        let mut rules: Vec<usize> = Vec::new();
        for finding in examinations.iter().flat_map(|seen| &seen.findings) {
            rules.push(names.rule(&finding.rule, RuleKind::Offence(finding.category), finding.severity, &finding.message));
        }
        for flow in assessment.flow.iter().filter(|flow| flow.verdict == Verdict::Violated) {
            rules.push(names.flow(flow));
        }
        let findings = rules.len();
        rules.sort_unstable();
        rules.dedup();
        Self {
            id: &read.conversation,
            file: names.file(&read.file),
            agents: audited.agents().into_iter().map(|agent| names.agent(agent)).collect(),
            start: audited.start_ms(),
            score: audited.score(),
            critical: assessment.score.critical,
            turns: read.turns.len(),
            findings,
            rules,
        }
    }
}

/// All that is shown of a conversation.
#[derive(Serialize)]
pub(super) struct Detail<'a> {
    turns: Vec<TurnRecord<'a>>,
    care: CareScores,
    flow: Vec<FlowRecord<'a>>,
    deductions: Vec<DeductionRecord<'a>>,
    promises: Vec<PromiseRecord<'a>>,
    notes: Vec<NoteRecord<'a>>,
}

#[derive(Serialize)]
struct TurnRecord<'a> {
    turn: usize,
    line: usize,
    speaker: Speaker,
    #[serde(skip_serializing_if = "Option::is_none")]
    agent: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start: Option<i64>,
    text: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    findings: Vec<FindingRecord<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reworded: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    signals: Vec<usize>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    steps: Vec<usize>,
}

#[derive(Serialize)]
struct FindingRecord<'a> {
    rule: usize,
    confidence: &'static str,
    /// In UTF-16 units, as scripts count.
    span: [usize; 2],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    evidence: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    assumed: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suggestions: Vec<SuggestionRecord<'a>>,
    fingerprint: String,
    /// Why it does not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    waived: Option<String>,
}

#[derive(Serialize)]
struct SuggestionRecord<'a> {
    text: &'a str,
    safety: Safety,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

#[derive(Serialize)]
struct FlowRecord<'a> {
    rule: usize,
    verdict: Verdict,
    reason: String,
    turns: &'a [usize],
    /// Why it does not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    waived: Option<String>,
}

#[derive(Serialize)]
struct DeductionRecord<'a> {
    rule: &'a str,
    care: Care,
    points: f64,
    times: usize,
    turns: &'a [usize],
    critical: bool,
    /// Who is charged, where the source names several agents.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    agents: Vec<usize>,
}

#[derive(Serialize)]
struct PromiseRecord<'a> {
    turn: usize,
    what: &'a str,
    when: Option<&'a str>,
    due: Option<i64>,
    state: PromiseState,
}

#[derive(Serialize)]
struct NoteRecord<'a> {
    rule: usize,
    turns: &'a [usize],
}

pub(super) fn detail<'a>(audited: &'a Audited, names: &mut Names, translator: &mut Translator) -> Detail<'a> {
    let Audited { read, examinations, assessment, suppressed, .. } = audited;
    let mut turns = Vec::with_capacity(read.turns.len());
    for (number, (turn, seen)) in read.turns.iter().zip(examinations).enumerate() {
        let said = &turn.utterance;
        let counted = seen.findings.iter().map(|finding| (finding, None));
        let others = suppressed.of_turn(number).map(|of| (&of.finding, Some(of.why.line())));
        let findings = counted.chain(others).map(|(finding, waived)| FindingRecord {
            rule: names.rule(&finding.rule, RuleKind::Offence(finding.category), finding.severity, &finding.message),
            confidence: finding.confidence.as_str(),
            span: finding.span.positions(&said.text).utf16,
            evidence: &finding.evidence,
            assumed: finding.assumed.as_deref(),
            suggestions: finding
                .suggestions
                .iter()
                .map(|of| SuggestionRecord { text: &of.text, safety: of.safety, reason: of.reason.as_deref() })
                .collect(),
            fingerprint: fingerprint::of_finding(&finding.rule, &audited.scope, said.turn, &said.text, finding.span),
            waived,
        });
        turns.push(TurnRecord {
            turn: said.turn,
            line: turn.line,
            speaker: said.speaker,
            text: &said.text,
            findings: findings.collect(),
            reworded: seen.reworded.as_deref().filter(|_| !seen.findings.is_empty()),
            agent: said.agent.as_ref().map(|agent| names.agent(agent)),
            start: said.start_ms,
            signals: seen.signals.iter().map(|signal| names.event(&signal.name)).collect(),
            steps: seen.steps.iter().map(|step| names.event(&step.name)).collect(),
        });
    }
    let others = suppressed.violations.iter().map(|(flow, why)| (flow, Some(why.line())));
    let flow = assessment.flow.iter().map(|flow| (flow, None)).chain(others).map(|(flow, waived)| FlowRecord {
        rule: names.flow(flow),
        verdict: flow.verdict,
        reason: translator.translate(&flow.reason).to_owned(),
        turns: &flow.turns,
        waived,
    });
    let flow = flow.collect();
    let has_several = audited.agents().len() > 1;
    let notes = assessment.notes.iter().map(|note| NoteRecord {
        rule: names.rule(
            &note.rule,
            if note.profile { RuleKind::Profile } else { RuleKind::Note },
            Severity::Note,
            &note.message,
        ),
        turns: &note.turns,
    });
    let notes = notes.collect();
    Detail {
        turns,
        care: assessment.score.care,
        flow,
        notes,
        deductions: assessment
            .score
            .deductions
            .iter()
            .map(|of| DeductionRecord {
                rule: &of.rule,
                care: of.care,
                points: of.points,
                times: of.times,
                turns: &of.turns,
                critical: of.critical,
                agents: of.by.iter().filter(|_| has_several).map(|share| names.agent(&share.agent)).collect(),
            })
            .collect(),
        promises: assessment
            .promises
            .iter()
            .map(|of| PromiseRecord { turn: of.turn, what: &of.what, when: of.when.as_deref(), due: of.due_ms, state: of.state })
            .collect(),
    }
}
