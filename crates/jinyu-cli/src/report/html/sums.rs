//! Sums that only the page shows: how scores are spread, what each CARE dimension came to, and how both changed from day to day.

use std::collections::BTreeMap;
use std::sync::Arc;

use jinyu::Verdict;

use super::super::Audited;
use super::super::time;

/// Scores of a day.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Day {
    pub(super) conversations: usize,
    pub(super) sum: f64,
}

/// What is counted on the way.
#[derive(Debug, Default)]
pub(super) struct Sums {
    pub(super) conversations: usize,
    pub(super) critical: usize,
    /// Conversations by score: below 10, below 20, … up to 100.
    pub(super) histogram: [usize; 10],
    /// Of empathic, attractive, credible, responsive.
    pub(super) care: [f64; 4],
    /// By days since 1970, of conversations that have a date.
    pub(super) days: BTreeMap<i64, Day>,
    /// In how many conversations each rule was broken.
    pub(super) broken: BTreeMap<Arc<str>, usize>,
    /// In how many conversations each note stands.
    pub(super) notes: BTreeMap<Arc<str>, usize>,
}

impl Sums {
    pub(super) fn count(&mut self, audited: &Audited) {
        let Audited { examinations, assessment, .. } = audited;
        let score = &assessment.score;
        if audited.is_scored() {
            self.conversations += 1;
            self.critical += usize::from(score.critical);
            if let Some(bar) = self.histogram.get_mut((score.overall as usize / 10).min(9)) {
                *bar += 1;
            }
            let care = score.care;
            for (sum, of) in self.care.iter_mut().zip([care.empathic, care.attractive, care.credible, care.responsive]) {
                *sum += f64::from(of);
            }
            if let Some(day) = audited.start_ms().and_then(time::day) {
                let day = self.days.entry(day).or_default();
                day.conversations += 1;
                day.sum += f64::from(score.overall);
            }
        }
        let found = examinations.iter().flat_map(|seen| &seen.findings).map(|finding| &finding.rule);
        let violated = assessment.flow.iter().filter(|flow| flow.verdict == Verdict::Violated).map(|flow| &flow.rule);
        let mut broken: Vec<&Arc<str>> = found.chain(violated).collect();
        broken.sort_unstable();
        broken.dedup();
        for rule in broken {
            *self.broken.entry(Arc::clone(rule)).or_default() += 1;
        }
        for note in &assessment.notes {
            *self.notes.entry(Arc::clone(&note.rule)).or_default() += 1;
        }
    }
}
