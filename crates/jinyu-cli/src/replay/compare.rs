//! A conversation under old and new rules. Receives both judgements, hands on what one has and the other has not; and the sums of many.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jinyu::{Category, Severity};
use serde::Serialize;

use crate::report::Audited;
use crate::report::row::{Row, rows};

/// Conversations that changed most, of which so many are kept.
const MOST_CHANGED: usize = 20;

/// A figure under old rules, and under new ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub(crate) struct OldNew<T> {
    pub(crate) old: T,
    pub(crate) new: T,
}

/// A finding, or a flow rule that is violated, under one set of rules only.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Item {
    pub(crate) conversation: Arc<str>,
    /// None where the end of the conversation shows it.
    pub(crate) turn: Option<usize>,
    pub(crate) rule: Arc<str>,
    /// `finding` or `flow`.
    pub(crate) kind: &'static str,
    pub(crate) category: Option<Category>,
    pub(crate) severity: Severity,
    /// The words that were found.
    #[serde(rename = "text")]
    pub(crate) words: String,
    pub(crate) utterance: String,
    pub(crate) message: String,
    pub(crate) file: Arc<str>,
    pub(crate) line: Option<usize>,
    pub(crate) fingerprint: String,
}

impl Item {
    fn new(row: Row<'_>, audited: &Audited) -> Self {
        Self {
            conversation: Arc::clone(&audited.read.conversation),
            turn: row.turn,
            rule: row.rule.into(),
            kind: row.kind(),
            category: row.category,
            severity: row.severity,
            words: row.words.to_owned(),
            utterance: row.utterance.to_owned(),
            message: row.message.to_owned(),
            file: Arc::clone(&audited.read.file),
            line: row.line,
            fingerprint: row.fingerprint,
        }
    }

    /// Whether both rules speak of the same: in the same turn, or of flow rules in the same conversation.
    fn key(&self) -> (Arc<str>, Option<usize>) {
        (Arc::clone(&self.rule), self.turn.filter(|_| self.category.is_some()))
    }
}

/// What is found in a conversation, by rule.
pub(crate) fn items(audited: &Audited) -> Vec<Item> {
    rows(audited).into_iter().map(|row| Item::new(row, audited)).collect()
}

/// What new rules change in a conversation.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub(crate) conversation: Arc<str>,
    pub(crate) file: Arc<str>,
    /// Whether the conversation begins here.
    pub(crate) begins: bool,
    /// Whether an agent says anything in it; else its score enters no mean.
    is_scored: bool,
    pub(crate) score: OldNew<u32>,
    pub(crate) gained: Vec<Item>,
    pub(crate) lost: Vec<Item>,
    /// How often each rule was found.
    rules: BTreeMap<Arc<str>, OldNew<usize>>,
}

impl Change {
    pub(crate) fn new(old: Vec<Item>, new: &Audited, score: OldNew<u32>) -> Self {
        let new_items = items(new);
        let mut rules: BTreeMap<Arc<str>, OldNew<usize>> = BTreeMap::new();
        old.iter().for_each(|item| rules.entry(Arc::clone(&item.rule)).or_default().old += 1);
        new_items.iter().for_each(|item| rules.entry(Arc::clone(&item.rule)).or_default().new += 1);
        let mut paired = pairs(&old);
        let mut also_old = pairs(&new_items);
        Self {
            conversation: Arc::clone(&new.read.conversation),
            file: Arc::clone(&new.read.file),
            begins: new.read.begins,
            is_scored: new.is_scored(),
            score,
            gained: new_items.into_iter().filter(|item| !take(&mut paired, item)).collect(),
            lost: old.into_iter().filter(|item| !take(&mut also_old, item)).collect(),
            rules,
        }
    }

    /// Whether anything is different.
    pub(crate) fn is_any(&self) -> bool {
        self.score.old != self.score.new || !self.gained.is_empty() || !self.lost.is_empty()
    }

    /// Points gained, or lost when negative.
    pub(crate) fn points(&self) -> i64 {
        i64::from(self.score.new) - i64::from(self.score.old)
    }
}

type Key = (Arc<str>, Option<usize>);

fn pairs(items: &[Item]) -> HashMap<Key, usize> {
    let mut counts = HashMap::new();
    items.iter().for_each(|item| *counts.entry(item.key()).or_default() += 1);
    counts
}

/// Takes one that is like the item out of the counts; says whether there was any.
fn take(counts: &mut HashMap<Key, usize>, item: &Item) -> bool {
    match counts.get_mut(&item.key()) {
        Some(count) if *count > 0 => {
            *count -= 1;
            true
        }
        _ => false,
    }
}

/// What new rules change for one rule.
#[derive(Clone, Debug, Default)]
pub(crate) struct RuleSums {
    pub(crate) found: OldNew<usize>,
    pub(crate) gained: usize,
    pub(crate) lost: usize,
    pub(crate) gained_examples: Vec<Item>,
    pub(crate) lost_examples: Vec<Item>,
}

/// What new rules change in all conversations.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sums {
    pub(crate) conversations: usize,
    pub(crate) changed: usize,
    pub(crate) scores: OldNew<u64>,
    pub(crate) rules: BTreeMap<Arc<str>, RuleSums>,
    /// Those whose score changed most, without their findings.
    pub(crate) most: Vec<Change>,
    scored: usize,
}

impl Sums {
    /// Counts a conversation; of each rule `examples` are kept.
    pub(crate) fn count(&mut self, mut change: Change, examples: usize) {
        self.conversations += usize::from(change.begins);
        if change.is_scored {
            self.scored += 1;
            self.scores.old += u64::from(change.score.old);
            self.scores.new += u64::from(change.score.new);
        }
        for (rule, found) in &change.rules {
            let sums = self.rules.entry(Arc::clone(rule)).or_default();
            sums.found.old += found.old;
            sums.found.new += found.new;
        }
        if !change.is_any() {
            return;
        }
        self.changed += 1;
        for item in std::mem::take(&mut change.gained) {
            let sums = self.rules.entry(Arc::clone(&item.rule)).or_default();
            sums.gained += 1;
            sums.gained_examples.extend((sums.gained <= examples).then_some(item));
        }
        for item in std::mem::take(&mut change.lost) {
            let sums = self.rules.entry(Arc::clone(&item.rule)).or_default();
            sums.lost += 1;
            sums.lost_examples.extend((sums.lost <= examples).then_some(item));
        }
        change.rules.clear();
        if change.points() != 0 {
            // Of equal changes the first ones stay.
            let place = self.most.partition_point(|other| other.points().abs() >= change.points().abs());
            if place < MOST_CHANGED {
                self.most.insert(place, change);
                self.most.truncate(MOST_CHANGED);
            }
        }
    }

    /// The mean scores; none without conversations in which an agent speaks.
    pub(crate) fn means(&self) -> Option<OldNew<f64>> {
        let mean = |sum: u64| sum as f64 / self.scored as f64;
        (self.scored > 0).then(|| OldNew { old: mean(self.scores.old), new: mean(self.scores.new) })
    }

    /// All findings and violations.
    pub(crate) fn found(&self) -> OldNew<usize> {
        let sum = |of: fn(&RuleSums) -> usize| self.rules.values().map(of).sum();
        OldNew { old: sum(|of| of.found.old), new: sum(|of| of.found.new) }
    }

    /// All that were gained, and all that were lost.
    pub(crate) fn gained_and_lost(&self) -> (usize, usize) {
        (self.rules.values().map(|of| of.gained).sum(), self.rules.values().map(|of| of.lost).sum())
    }

    /// The rules that changed, those that changed most first.
    pub(crate) fn changed_rules(&self) -> Vec<(&Arc<str>, &RuleSums)> {
        let mut rules: Vec<_> = self.rules.iter().filter(|(_, of)| of.gained + of.lost > 0).collect();
        rules.sort_by_key(|(rule, of)| (std::cmp::Reverse(of.gained + of.lost), Arc::clone(rule)));
        rules
    }
}
