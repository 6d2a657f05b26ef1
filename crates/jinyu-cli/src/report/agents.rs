//! Scores of many conversations, and of each agent's: how many, their mean and spread, and the rules that cost most.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Audited;

/// With fewer conversations than this a mean says nothing of an agent.
pub(crate) const ENOUGH: usize = 30;

/// Scores by agent. Agents are as the source names them; in a conversation with several each has a score of their own, from what they are
/// charged with.
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
        self.all.count(score.overall, score.deductions.iter().map(|of| (&of.rule, of.points)));
        for agent in audited.agents() {
            let charged = score.deductions.iter().filter_map(|of| Some((&of.rule, of.share_of(agent)?.points)));
            self.of.entry(Arc::clone(agent)).or_default().count(score.of_agent(agent), charged);
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
    /// Counts a conversation, and what each rule cost in it.
    fn count<'a>(&mut self, score: u32, lost: impl Iterator<Item = (&'a Arc<str>, f64)>) {
        let score = f64::from(score);
        self.conversations += 1;
        self.sum += score;
        self.squares += score * score;
        for (rule, lost) in lost {
            let (times, points) = self.rules.entry(Arc::clone(rule)).or_default();
            *times += 1;
            *points += lost;
        }
    }

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
