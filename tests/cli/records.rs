//! The records of `--format jsonl` as `report/jsonl.rs` documents them; a key that is not documented fails to parse.

use std::collections::BTreeMap;

use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub(crate) enum Record {
    Finding(FindingRecord),
    Dismissal(DismissalRecord),
    Reworded(RewordedRecord),
    Conversation(ConversationRecord),
    Summary(SummaryRecord),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "the shape is the test")]
pub(crate) struct FindingRecord {
    pub(crate) conversation: String,
    pub(crate) turn: usize,
    pub(crate) speaker: String,
    pub(crate) rule: String,
    pub(crate) category: String,
    pub(crate) severity: String,
    pub(crate) confidence: String,
    pub(crate) text: String,
    pub(crate) span: Positions,
    pub(crate) by: Option<String>,
    #[serde(default)]
    pub(crate) evidence: Vec<String>,
    pub(crate) assumed: Option<String>,
    pub(crate) message: String,
    pub(crate) suggestions: Vec<SuggestionRecord>,
    pub(crate) file: String,
    pub(crate) line: usize,
    pub(crate) agent: Option<String>,
    pub(crate) start_ms: Option<i64>,
    pub(crate) channel: Option<String>,
    pub(crate) recognised: Option<f32>,
    pub(crate) fingerprint: String,
    pub(crate) suppressed: Option<SuppressionRecord>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "the shape is the test")]
pub(crate) struct RewordedRecord {
    pub(crate) conversation: String,
    pub(crate) turn: usize,
    pub(crate) speaker: String,
    pub(crate) text: String,
    pub(crate) file: String,
    pub(crate) line: usize,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "the shape is the test")]
pub(crate) struct SuppressionRecord {
    pub(crate) reason: String,
    pub(crate) who: String,
    pub(crate) until: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SuggestionRecord {
    pub(crate) text: String,
    pub(crate) safety: String,
    pub(crate) reason: Option<String>,
    pub(crate) span: Positions,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "the shape is the test")]
pub(crate) struct DismissalRecord {
    pub(crate) conversation: String,
    pub(crate) turn: usize,
    pub(crate) speaker: String,
    pub(crate) rule: String,
    pub(crate) text: String,
    pub(crate) span: Positions,
    pub(crate) reason: String,
    pub(crate) by: Option<String>,
    pub(crate) file: String,
    pub(crate) line: usize,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "the shape is the test")]
pub(crate) struct SummaryRecord {
    pub(crate) command: String,
    pub(crate) files: usize,
    pub(crate) conversations: Option<usize>,
    pub(crate) utterances: usize,
    pub(crate) agent_utterances: usize,
    pub(crate) findings: usize,
    pub(crate) by_category: serde_json::Map<String, serde_json::Value>,
    pub(crate) by_severity: serde_json::Map<String, serde_json::Value>,
    pub(crate) by_rule: serde_json::Map<String, serde_json::Value>,
    #[serde(default)]
    pub(crate) flow: BTreeMap<String, FlowCountRecord>,
    pub(crate) mean_score: Option<f64>,
    #[serde(default)]
    pub(crate) agents: BTreeMap<String, AgentRecord>,
    pub(crate) unread: Vec<String>,
    pub(crate) errors: usize,
    pub(crate) partial: bool,
    pub(crate) engine: String,
    pub(crate) packs: Vec<PackRecord>,
    pub(crate) model: Option<String>,
    #[serde(default)]
    pub(crate) inputs: Vec<InputRecord>,
    #[serde(default)]
    pub(crate) redacted: bool,
    #[serde(default)]
    pub(crate) without_model: bool,
    #[serde(default)]
    pub(crate) speech: bool,
    pub(crate) waivers: Option<String>,
    pub(crate) baseline: Option<String>,
    pub(crate) suppressed: Option<usize>,
    pub(crate) unused_waivers: Option<usize>,
    pub(crate) known: Option<usize>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "the shape is the test")]
pub(crate) struct InputRecord {
    pub(crate) file: String,
    pub(crate) bytes: u64,
    pub(crate) sha256: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PackRecord {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) sha256: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "the shape is the test")]
pub(crate) struct FlowCountRecord {
    pub(crate) satisfied: usize,
    pub(crate) violated: usize,
    pub(crate) pending: usize,
    pub(crate) not_applicable: usize,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "the shape is the test")]
pub(crate) struct AgentRecord {
    pub(crate) conversations: usize,
    pub(crate) mean: Option<f64>,
    pub(crate) spread: Option<f64>,
    pub(crate) enough: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "the shape is the test")]
pub(crate) struct ConversationRecord {
    pub(crate) conversation: String,
    pub(crate) file: String,
    pub(crate) utterances: usize,
    #[serde(default)]
    pub(crate) agents: Vec<String>,
    #[serde(default)]
    pub(crate) agent_scores: BTreeMap<String, u32>,
    pub(crate) start_ms: Option<i64>,
    pub(crate) score: Option<u32>,
    pub(crate) care: Option<BTreeMap<String, u32>>,
    pub(crate) critical: bool,
    pub(crate) signals: Vec<SignalRecord>,
    pub(crate) steps: Vec<StepRecord>,
    pub(crate) flow: Vec<FlowRecord>,
    pub(crate) deductions: Vec<DeductionRecord>,
    pub(crate) promises: Vec<PromiseRecord>,
    pub(crate) notes: Vec<NoteRecord>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "the shape is the test")]
pub(crate) struct SignalRecord {
    pub(crate) signal: String,
    pub(crate) turn: usize,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "the shape is the test")]
pub(crate) struct StepRecord {
    pub(crate) step: String,
    pub(crate) turn: usize,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "the shape is the test")]
pub(crate) struct FlowRecord {
    pub(crate) rule: String,
    pub(crate) name: String,
    pub(crate) verdict: String,
    pub(crate) severity: String,
    pub(crate) care: String,
    pub(crate) turns: Vec<usize>,
    pub(crate) message: String,
    pub(crate) reason: String,
    #[serde(default)]
    pub(crate) agents: Vec<String>,
    pub(crate) fingerprint: Option<String>,
    pub(crate) suppressed: Option<SuppressionRecord>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "the shape is the test")]
pub(crate) struct ShareRecord {
    pub(crate) agent: String,
    pub(crate) points: f64,
    pub(crate) times: usize,
    pub(crate) turns: Vec<usize>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "the shape is the test")]
pub(crate) struct DeductionRecord {
    pub(crate) rule: String,
    pub(crate) care: String,
    pub(crate) points: f64,
    pub(crate) times: usize,
    pub(crate) turns: Vec<usize>,
    pub(crate) critical: bool,
    #[serde(default)]
    pub(crate) by: Vec<ShareRecord>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "the shape is the test")]
pub(crate) struct PromiseRecord {
    pub(crate) turn: usize,
    pub(crate) agent: Option<String>,
    pub(crate) what: String,
    pub(crate) when: Option<String>,
    pub(crate) seconds: Option<u64>,
    pub(crate) due_ms: Option<i64>,
    pub(crate) state: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "the shape is the test")]
pub(crate) struct NoteRecord {
    pub(crate) rule: String,
    pub(crate) profile: bool,
    pub(crate) turns: Vec<usize>,
    pub(crate) message: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Positions {
    pub(crate) byte: [usize; 2],
    pub(crate) char: [usize; 2],
    pub(crate) utf16: [usize; 2],
}
