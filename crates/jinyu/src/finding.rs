//! What callers receive: findings with their reasons, and the candidates that guards let pass.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::rules::{Category, Confidence, Severity};
use crate::script::Script;
use crate::span::Span;
use crate::suggest::Suggestion;

/// A rule's match that survived its guards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Finding {
    /// The id of the rule.
    pub rule: Arc<str>,
    /// The kind of offence.
    pub category: Category,
    /// How much it weighs.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// Where it stands, in bytes of the original text.
    pub span: Span,
    /// The words at the span, as they were said.
    pub text: String,
    /// What found it.
    #[serde(default, skip_serializing_if = "By::is_rule")]
    pub by: By,
    /// What weighed most where the model found it: sequences of letters as the model reads them (Simplified, 你 for 您), `…` for a gap, the heaviest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<String>,
    /// What was probably said, in Simplified, where speech recognition spelled it otherwise; see [`Channel::Speech`](crate::Channel::Speech).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assumed: Option<String>,
    /// Why this must not be said, in Simplified Chinese as its rule gives it.
    pub message: Arc<str>,
    /// The script of the utterance, which the suggestions are written in.
    pub script: Script,
    /// Better wordings, the best first.
    pub suggestions: Vec<Suggestion>,
}

/// What found a finding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum By {
    /// The words of a rule.
    #[default]
    Rule,
    /// The statistical model, because the whole reads like an offence.
    Model,
}

impl By {
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
    fn is_rule(&self) -> bool {
        *self == Self::Rule
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} {}", self.rule, self.text, self.message)
    }
}

/// A rule's match that is no finding, and what let it pass.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Dismissal {
    /// The id of the rule.
    pub rule: Arc<str>,
    /// Where the match stands, in bytes of the original text.
    pub span: Span,
    /// The words at the span, as they were said.
    pub text: String,
    /// What let it pass.
    pub reason: Reason,
}

/// What lets a match pass.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Reason {
    /// A guard or condition under `unless` holds: its name, or how it is written.
    Guard(Arc<str>),
    /// None of the conditions under `when` holds.
    When,
    /// An end of the match lies inside a word.
    Boundary,
    /// Another finding of the same category covers it: the id of that rule.
    Covered(Arc<str>),
    /// To the statistical model the whole reads like decent talk.
    Model,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Guard(guard) => write!(f, "guard {guard}"),
            Self::When => write!(f, "no condition of `when` holds"),
            Self::Boundary => write!(f, "inside a word"),
            Self::Covered(rule) => write!(f, "covered by {rule}"),
            Self::Model => write!(f, "to the model the whole reads like decent talk"),
        }
    }
}

/// A signal that a customer shows, or a step that an agent takes, where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Occurrence {
    /// The name of the signal or step, such as `anger` or `apologise`.
    pub name: Arc<str>,
    /// The id of the rule.
    pub rule: Arc<str>,
    /// How sure it is.
    pub confidence: Confidence,
    /// Where it stands, in bytes of the original text.
    pub span: Span,
    /// The words at the span, as they were said.
    pub text: String,
}

/// All that a check saw: findings, and matches that are none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Examination {
    /// In order of their start, then their rule's id.
    pub findings: Vec<Finding>,
    /// In the same order.
    pub dismissals: Vec<Dismissal>,
    /// All that was said, with the first wording of each finding in place, where there are two findings or more, nothing is found in what
    /// comes of it, and no number, Latin word or name is lost. Advice for a person, like each of the wordings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reworded: Option<String>,
    /// What a customer shows, each signal once, in order of their start. Only a [`Session`](crate::Session) looks for them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signals: Vec<Occurrence>,
    /// What an agent does, each step once, in the same order. Only a [`Session`](crate::Session) looks for them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Occurrence>,
}
