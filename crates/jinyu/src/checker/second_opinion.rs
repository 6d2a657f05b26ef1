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
    /// For each category the number of its rule.
    rules: Rules,
}

type Rules = [Option<u32>; Category::ALL.len()];

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
            let slot = rules.iter_mut().zip(Category::ALL).find(|(_, other)| *other == category);
            slot.into_iter().for_each(|(slot, _)| *slot = Some(index as u32));
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
    pub(super) fn weigh(&mut self, SecondOpinion { model, rules }: &SecondOpinion, folded: &Folded) {
        let mut from = 0;
        while from < folded.text.len() {
            let window = from..window_end(&folded.text, from);
            from = window.end;
            self.weigh_window(model, rules, folded, window);
        }
    }

    fn weigh_window(&mut self, model: &Model, rules: &Rules, folded: &Folded, window: Range<usize>) {
        let inner = self.inner;
        let text = folded.slice(window.start, window.end);
        let score = model.score(text);
        let mut finds_nothing = true;
        let here = folded.original(window.start, window.end);
        for hit in self.hits.iter_mut().filter(|hit| here.overlaps(hit.span)) {
            let Some(rule) = inner.rule(hit.rule).filter(|rule| matches!(rule.compiled.kind, Kind::Taboo(_))) else { continue };
            // Added rules may be about what the model has not learned; what their guards let pass is for their authors to say.
            if !rule.is_built_in {
                finds_nothing = false;
                continue;
            }
            if hit.reason.is_some() {
                continue;
            }
            finds_nothing = false;
            // What was heard, or read in a disguise, is not what stands here.
            let is_as_read = hit.assumed.is_none() && hit.confidence == rule.compiled.confidence;
            if is_as_read && model.doubts(score) && model.doubts(model.score(nearby(folded, hit.span))) {
                hit.reason = Some(Reason::Model);
                hit.suggestions.clear();
            }
        }
        let more = if text.len() < folded.text.len() { OUT_OF_CONTEXT } else { 0.0 };
        if !finds_nothing || !model.finds(score - more) {
            return;
        }
        let Some(opinion) = model.explain(text) else { return };
        let of = Category::ALL.iter().zip(rules).find(|(category, _)| **category == opinion.category);
        let Some((index, rule)) = of.and_then(|(_, rule)| *rule).and_then(|index| Some((index, inner.rule(index)?))) else {
            return;
        };
        if self.context.only.is_some_and(|only| only != index) {
            return;
        }
        let range = window.start + opinion.range.start..window.start + opinion.range.end;
        let span = folded.original(range.start, range.end);
        let found = Match { range, groups: Vec::new() };
        let suggestions = self.suggestions(rule, None, &found, folded);
        let confidence = rule.compiled.confidence;
        self.hits.push(Hit {
            rule: index,
            span,
            reason: None,
            confidence,
            assumed: None,
            evidence: opinion.evidence,
            suggestions,
        });
    }
}
