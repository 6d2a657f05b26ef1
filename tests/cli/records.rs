//! The records of `--format jsonl` as `report/jsonl.rs` documents them; a key that is not documented fails to parse.

use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub(crate) enum Record {
    Finding(FindingRecord),
    Dismissal(DismissalRecord),
    Summary(SummaryRecord),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
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
    pub(crate) assumed: Option<String>,
    pub(crate) message: String,
    pub(crate) suggestions: Vec<SuggestionRecord>,
    pub(crate) file: String,
    pub(crate) line: usize,
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
    pub(crate) unread: Vec<String>,
    pub(crate) errors: usize,
    pub(crate) packs: Vec<PackRecord>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PackRecord {
    pub(crate) name: String,
    pub(crate) version: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Positions {
    pub(crate) byte: [usize; 2],
    pub(crate) char: [usize; 2],
    pub(crate) utf16: [usize; 2],
}
