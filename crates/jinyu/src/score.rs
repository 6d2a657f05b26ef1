//! Findings and verdicts to a score. Receives what a conversation cost by rule, hands on a hundred less these points, overall and for
//! each CARE dimension, with the evidence of each deduction.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::flow::{FlowVerdict, Flows};
use crate::rules::flow::Verdict;
use crate::rules::{Care, Weight};

/// At most so many times its points a flow rule costs when others do not apply.
const MOST: f64 = 1.25;

/// A hundred less deductions.
///
/// Each finding costs the points of its rule, up to the rule's cap; each violated flow rule costs its own. The points of flow rules that
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
}

/// What findings of one rule have cost so far.
#[derive(Clone, Debug)]
pub(crate) struct Loss {
    pub(crate) rule: Arc<str>,
    pub(crate) care: Care,
    pub(crate) weight: Weight,
    pub(crate) turns: Vec<usize>,
    pub(crate) times: usize,
}

impl Score {
    /// Sums up what findings and flow rules cost.
    pub(crate) fn new(losses: &[Loss], flows: &Flows, verdicts: &[FlowVerdict]) -> Self {
        let mut deductions: Vec<Deduction> = losses
            .iter()
            .map(|loss| Deduction {
                rule: loss.rule.clone(),
                care: loss.care,
                points: (loss.times as f64 * f64::from(loss.weight.points)).min(f64::from(loss.weight.cap)),
                times: loss.times,
                turns: loss.turns.clone(),
                critical: loss.weight.critical,
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
            deductions.push(Deduction {
                rule: rule.id.clone(),
                care: rule.care,
                points: (points * 10.0).round() / 10.0,
                times: 1,
                turns: verdict.turns.clone(),
                critical: rule.weight.critical,
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
}
