//! Findings and verdicts to a score. Receives what a conversation cost by rule, hands on a hundred less these points, overall and for
//! each CARE dimension, with the evidence of each deduction.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::flow::{FlowVerdict, Flows};
use crate::rules::flow::Verdict;
use crate::rules::{Care, Weight};

/// At most so many times its points a flow rule costs when others do not apply.
const MOST: f64 = 1.25;

/// A hundred less deductions.
///
/// Each finding costs the points of its rule, up to the rule's cap, and words that several rules find cost what the dearest asks; each violated flow rule costs its own. The points of flow rules that
/// do not apply to the conversation are shared among those that do, which adds a quarter to them at most. A critical rule leaves
/// nothing. Findings of low confidence cost nothing. A score is no basis for decisions on people by itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Score {
    /// Of the whole conversation, 0 to 100.
    pub overall: u32,
    /// By CARE dimension, 0 to 100 each.
    pub care: CareScores,
    /// Whether a critical rule was broken.
    pub critical: bool,
    /// What it lost, the most expensive first.
    pub deductions: Vec<Deduction>,
}

/// A score for each CARE dimension, 0 to 100.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CareScores {
    /// Keeps its word.
    pub credible: u32,
    /// Courteous wording.
    pub attractive: u32,
    /// Quick, takes action.
    pub responsive: u32,
    /// Understands.
    pub empathic: u32,
}

/// What a rule cost a conversation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Deduction {
    /// The id of the rule.
    pub rule: Arc<str>,
    /// The dimension that it serves.
    pub care: Care,
    /// Points, to a tenth.
    pub points: f64,
    /// How often it was broken.
    pub times: usize,
    /// The turns that show it, as the source counts.
    pub turns: Vec<usize>,
    /// Whether it leaves nothing.
    pub critical: bool,
    /// What of it each agent is charged with that the source names: as if the others had broken nothing, so that it may come to more
    /// than the points where several share them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by: Vec<Share>,
}

impl Deduction {
    /// What of it an agent is charged with, if anything.
    #[must_use]
    pub fn share_of(&self, agent: &str) -> Option<&Share> {
        self.by.iter().find(|share| &*share.agent == agent)
    }
}

/// What of a deduction an agent is charged with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Share {
    /// Who, as the source names its agents.
    pub agent: Arc<str>,
    /// Points, to a tenth.
    pub points: f64,
    /// How often they broke the rule.
    pub times: usize,
    /// Their turns that show it, as the source counts; of a flow rule all that do.
    pub turns: Vec<usize>,
}

/// What findings of one rule have cost so far.
#[derive(Clone, Debug)]
pub(crate) struct Loss {
    rule: Arc<str>,
    care: Care,
    weight: Weight,
    all: Broken,
    /// Of each agent who is named.
    by: BTreeMap<Arc<str>, Broken>,
}

/// How often a rule was broken, and in which turns.
#[derive(Clone, Debug, Default)]
struct Broken {
    turns: Vec<usize>,
    times: usize,
}

impl Broken {
    fn add(&mut self, turn: usize) {
        self.times += 1;
        if self.turns.last() != Some(&turn) {
            self.turns.push(turn);
        }
    }
}

impl Loss {
    pub(crate) fn new(rule: Arc<str>, care: Care, weight: Weight) -> Self {
        Self { rule, care, weight, all: Broken::default(), by: BTreeMap::new() }
    }

    /// Another finding, in the words of that agent where one is named.
    pub(crate) fn add(&mut self, turn: usize, agent: Option<&Arc<str>>) {
        self.all.add(turn);
        if let Some(agent) = agent {
            self.by.entry(Arc::clone(agent)).or_default().add(turn);
        }
    }

    /// What so many findings cost.
    fn points(&self, times: usize) -> f64 {
        (times as f64 * f64::from(self.weight.points)).min(f64::from(self.weight.cap))
    }

    fn share(&self, agent: &Arc<str>, of: &Broken) -> Share {
        Share { agent: Arc::clone(agent), points: self.points(of.times), times: of.times, turns: of.turns.clone() }
    }
}

impl Score {
    /// Sums up what findings and flow rules cost.
    pub(crate) fn new(losses: &[Loss], flows: &Flows, verdicts: &[FlowVerdict]) -> Self {
        let mut deductions: Vec<Deduction> = losses
            .iter()
            .map(|loss| Deduction {
                rule: loss.rule.clone(),
                care: loss.care,
                points: loss.points(loss.all.times),
                times: loss.all.times,
                turns: loss.all.turns.clone(),
                critical: loss.weight.critical,
                by: loss.by.iter().map(|(agent, of)| loss.share(agent, of)).collect(),
            })
            .collect();
        let points = |applies: bool| -> f64 {
            let judged = flows.rules.iter().zip(verdicts);
            judged
                .filter(|(_, verdict)| !applies || verdict.verdict != Verdict::NotApplicable)
                .map(|(rule, _)| f64::from(rule.weight.points))
                .sum()
        };
        let (all, applicable) = (points(false), points(true));
        let share = if applicable > 0.0 { (all / applicable).min(MOST) } else { 1.0 };
        for (rule, verdict) in flows.rules.iter().zip(verdicts).filter(|(_, verdict)| verdict.verdict == Verdict::Violated) {
            let points = (f64::from(rule.weight.points) * share).min(f64::from(rule.weight.cap));
            let points = (points * 10.0).round() / 10.0;
            let turns = &verdict.turns;
            let of = |agent: &Arc<str>| Share { agent: agent.clone(), points, times: 1, turns: turns.clone() };
            deductions.push(Deduction {
                rule: rule.id.clone(),
                care: rule.care,
                points,
                times: 1,
                turns: turns.clone(),
                critical: rule.weight.critical,
                by: verdict.agents.iter().map(of).collect(),
            });
        }
        deductions.sort_by(|one, other| other.points.total_cmp(&one.points).then_with(|| one.rule.cmp(&other.rule)));
        let critical = deductions.iter().any(|deduction| deduction.critical);
        let left = |care: Option<Care>| -> u32 {
            let counted = |deduction: &&Deduction| care.is_none_or(|care| deduction.care == care);
            let lost: f64 = deductions.iter().filter(counted).map(|deduction| deduction.points).sum();
            let nothing = deductions.iter().filter(counted).any(|deduction| deduction.critical);
            if nothing { 0 } else { (100.0 - lost).max(0.0).round() as u32 }
        };
        let care = CareScores {
            credible: left(Some(Care::Credible)),
            attractive: left(Some(Care::Attractive)),
            responsive: left(Some(Care::Responsive)),
            empathic: left(Some(Care::Empathic)),
        };
        Self { overall: left(None), care, critical, deductions }
    }

    /// An agent's own score: a hundred less what they are charged with, 0 to 100.
    #[must_use]
    pub fn of_agent(&self, agent: &str) -> u32 {
        let charged = || self.deductions.iter().filter_map(|deduction| Some((deduction, deduction.share_of(agent)?)));
        let lost: f64 = charged().map(|(_, share)| share.points).sum();
        if charged().any(|(deduction, _)| deduction.critical) { 0 } else { (100.0 - lost).max(0.0).round() as u32 }
    }
}
