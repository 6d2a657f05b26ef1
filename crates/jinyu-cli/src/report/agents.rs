//! Scores of many conversations, and of each agent's: how many, their mean and spread, and the rules that cost most.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Audited;

/// With fewer conversations than this a mean says nothing of an agent.
pub(crate) const ENOUGH: usize = 30;

/// Scores by agent. Agents are as the source names them; a conversation with several counts for each of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Agents {
    /// Of all conversations, those without a named agent included.
    pub(crate) all: Scores,
    pub(crate) of: BTreeMap<Arc<str>, Scores>,
}

/// Scores that belong together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scores {
    pub(crate) conversations: usize,
    sum: f64,
    squares: f64,
    /// What each rule cost: in how many conversations, and points.
    pub(crate) rules: BTreeMap<Arc<str>, (usize, f64)>,
}

impl Agents {
    pub(crate) fn count(&mut self, audited: &Audited) {
        if !audited.is_scored() {
            return;
        }
        let score = &audited.assessment.score;
        let of: Vec<Arc<str>> = audited.agents().into_iter().cloned().collect();
        let each = of.into_iter().map(Some).chain([None]);
        for agent in each {
            let scores = match agent {
                Some(agent) => self.of.entry(agent).or_default(),
                None => &mut self.all,
            };
            let overall = f64::from(score.overall);
            scores.conversations += 1;
            scores.sum += overall;
            scores.squares += overall * overall;
            for deduction in &score.deductions {
                let (times, points) = scores.rules.entry(Arc::clone(&deduction.rule)).or_default();
                *times += 1;
                *points += deduction.points;
            }
        }
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.all.add(other.all);
        for (agent, scores) in other.of {
            self.of.entry(agent).or_default().add(scores);
        }
    }
}

impl Scores {
    fn add(&mut self, other: Self) {
        self.conversations += other.conversations;
        self.sum += other.sum;
        self.squares += other.squares;
        for (rule, (times, points)) in other.rules {
            let sum = self.rules.entry(rule).or_default();
            sum.0 += times;
            sum.1 += points;
        }
    }

    /// The mean score; none without conversations.
    pub(crate) fn mean(&self) -> Option<f64> {
        (self.conversations > 0).then(|| self.sum / self.conversations as f64)
    }

    /// The standard deviation of the scores; none with fewer than two.
    pub(crate) fn spread(&self) -> Option<f64> {
        let count = self.conversations as f64;
        let variance = (self.squares - self.sum * self.sum / count) / (count - 1.0);
        (self.conversations > 1).then(|| variance.max(0.0).sqrt())
    }

    /// The rules that cost most points, the most expensive first: the rule, in how many conversations, and points.
    pub(crate) fn costly(&self) -> Vec<(&Arc<str>, usize, f64)> {
        let mut rules: Vec<_> = self.rules.iter().map(|(rule, (times, points))| (rule, *times, *points)).collect();
        rules.sort_by(|one, other| other.2.total_cmp(&one.2).then_with(|| one.0.cmp(other.0)));
        rules
    }
}
