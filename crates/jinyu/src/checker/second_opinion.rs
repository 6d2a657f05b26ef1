//! What the statistical model has to say about a part of an utterance: a finding where no rule found anything, doubt where one did.

use std::ops::Range;

use super::{Context, Hit, Inner, Part};
use crate::conversation::Speaker;
use crate::finding::Reason;
use crate::folded::Folded;
use crate::model::Model;
use crate::rules::literal::is_break;
use crate::rules::matcher::Match;
use crate::rules::{Category, Kind};
use crate::span::Span;

/// The model, and the rules that say what its findings mean.
#[derive(Debug)]
pub(super) struct SecondOpinion {
    model: Model,
    /// For each category, in the order of [`Category::ALL`], the number of its rule.
    rules: [Option<u32>; Category::ALL.len()],
}

/// An utterance of at most so many letters is weighed as a whole, since its clauses explain each other. A longer one is weighed sentence by
/// sentence: a few rude words would weigh nothing beside a hundred decent ones.
const WHOLE: usize = 60;

/// A sentence with fewer letters is weighed together with the next one.
const SENTENCE: usize = 12;

/// A sentence out of a longer text lacks what may explain it, so it must score so much more to be a finding.
const OUT_OF_CONTEXT: f32 = 2.0;

fn window_end(text: &[char], from: usize) -> usize {
    if text.len() <= WHOLE {
        return text.len();
    }
    let rest = text.get(from..).unwrap_or_default();
    let is_stop = |c: &char| matches!(c, '。' | '！' | '？');
    let stop = rest.iter().take(WHOLE).skip(SENTENCE).position(is_stop).map(|place| SENTENCE + place);
    let pause = || rest.iter().take(WHOLE).rposition(|&c| is_break(c)).filter(|&place| place >= SENTENCE);
    match stop {
        Some(stop) => from + stop + 1,
        None if rest.len() <= WHOLE => text.len(),
        None => from + pause().unwrap_or(WHOLE - 1) + 1,
    }
}

/// The clause of a match and the next one: courtesies further off make it no better.
fn nearby(folded: &Folded, span: Span) -> &[char] {
    let (start, end) = folded.clause(folded.place_of(span.start), folded.place_of(span.end.saturating_sub(1)) + 1);
    let next = (end + 1).min(folded.text.len());
    folded.slice(start, folded.clause(next, next).1)
}

impl SecondOpinion {
    /// `None` where no rule is for the model.
    pub(super) fn new(inner: &Inner) -> Option<Self> {
        let mut rules = [None; Category::ALL.len()];
        for (index, rule) in inner.rules.iter().enumerate().filter(|(_, rule)| rule.compiled.model) {
            let Some(category) = rule.compiled.kind.category() else { continue };
            if let Some(slot) = rules.get_mut(category as usize) {
                *slot = Some(index as u32);
            }
        }
        let is_for_one = rules.iter().any(Option::is_some);
        Model::built_in().filter(|_| is_for_one).map(|model| Self { model, rules })
    }

    /// Whether the model knows such utterances: it has learned from agents, and has nothing to say about single rules of other kinds.
    pub(super) fn is_asked(&self, context: &Context<'_>) -> bool {
        context.speaker == Speaker::Agent && context.only.is_none_or(|only| self.rules.contains(&Some(only)))
    }
}

impl Part<'_> {
    /// Adds what the model finds where no rule finds anything, and lets pass what it doubts.
    pub(super) fn weigh(&mut self, opinion: &SecondOpinion, folded: &Folded) {
        let mut from = 0;
        while from < folded.text.len() {
            let window = from..window_end(&folded.text, from);
            from = window.end;
            let score = opinion.model.score(folded.slice(window.start, window.end));
            let has_spoken = self.doubt(&opinion.model, folded, &window, score);
            let more = if window.len() < folded.text.len() { OUT_OF_CONTEXT } else { 0.0 };
            if !has_spoken && opinion.model.finds(score - more) {
                self.find(opinion, folded, &window);
            }
        }
    }

    /// Lets pass what rules found in a window that scores like decent talk, whole and near the match. Whether rules found anything there.
    fn doubt(&mut self, model: &Model, folded: &Folded, window: &Range<usize>, score: f32) -> bool {
        let inner = self.inner;
        let here = folded.original(window.start, window.end);
        let mut has_spoken = false;
        for hit in self.hits.iter_mut().filter(|hit| here.overlaps(hit.span)) {
            let Some(rule) = inner.rule(hit.rule).filter(|rule| matches!(rule.compiled.kind, Kind::Taboo(_))) else { continue };
            // Added rules may be about what the model has not learned; what their guards let pass is for their authors to say.
            if !rule.is_built_in {
                has_spoken = true;
                continue;
            }
            if hit.reason.is_some() {
                continue;
            }
            has_spoken = true;
            // What was heard, or read in a disguise, is not what stands here.
            let is_as_read = hit.assumed.is_none() && hit.confidence == rule.compiled.confidence;
            if is_as_read && model.doubts(score) && model.doubts(model.score(nearby(folded, hit.span))) {
                hit.reason = Some(Reason::Model);
                hit.suggestions.clear();
            }
        }
        has_spoken
    }

    /// Adds a finding for what weighs most in a window.
    fn find(&mut self, SecondOpinion { model, rules }: &SecondOpinion, folded: &Folded, window: &Range<usize>) {
        let Some(opinion) = model.explain(folded.slice(window.start, window.end)) else { return };
        let of_category = rules.get(opinion.category as usize).copied().flatten();
        let Some((index, rule)) = of_category.and_then(|index| Some((index, self.inner.rule(index)?))) else { return };
        if self.context.only.is_some_and(|only| only != index) {
            return;
        }
        let range = window.start + opinion.range.start..window.start + opinion.range.end;
        let span = folded.original(range.start, range.end);
        let found = Match { range, groups: Vec::new() };
        let suggestions = self.suggestions(rule, None, &found, folded);
        self.hits.push(Hit {
            rule: index,
            span,
            reason: None,
            confidence: rule.compiled.confidence,
            assumed: None,
            evidence: opinion.evidence,
            suggestions,
        });
    }
}
