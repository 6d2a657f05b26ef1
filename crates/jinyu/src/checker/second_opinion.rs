//! What the statistical models have to say about a part of an utterance: what they find where no rule found anything, and what they doubt
//! of what rules found.

use std::ops::Range;

use super::{Checker, Hit, Inner, LinkedRule, Part};
use crate::conversation::Speaker;
use crate::finding::Reason;
use crate::folded::{Folded, Reading};
use crate::model::{self, Model, Table};
use crate::rules::literal::is_break;
use crate::rules::matcher::Match;
use crate::rules::{Category, Confidence, Kind, SIGNALS, STEPS};
use crate::span::Span;

/// The models, and the rules that say what their findings mean.
#[derive(Debug)]
pub(super) struct SecondOpinion {
    offences: Option<Offences>,
    steps: Option<Observer<{ STEPS.len() }>>,
    signals: Option<Observer<{ SIGNALS.len() }>>,
}

#[derive(Debug)]
struct Offences {
    model: Model,
    /// For each category, in the order of [`Category::ALL`], the number of its rule.
    rules: [Option<u32>; Category::ALL.len()],
}

/// What looks for signals or steps.
#[derive(Debug)]
struct Observer<const N: usize> {
    table: Table<N>,
    /// For each label of the table the number of its rule.
    rules: [Option<u32>; N],
}

/// A sentence of an utterance.
struct Sentence {
    part: Range<usize>,
    place: Span,
    /// How much it reads like an offence.
    score: f32,
    /// Whether rules found anything in it.
    is_judged: bool,
}

/// An utterance of at most so many letters is weighed as a whole first, since its sentences explain each other. In a longer one a few rude
/// words would weigh nothing beside a hundred decent ones.
const WHOLE: usize = 60;

/// A sentence with fewer letters is weighed together with the next one.
const SENTENCE: usize = 6;

/// A sentence on its own lacks what may explain it, so it must score so much more to be a finding.
const ON_ITS_OWN: f32 = 1.0;

/// In a longer utterance, which informs more often than it talks to somebody, so much more.
const OUT_OF_LONG_TALK: f32 = 3.0;

/// An utterance that begins with a number, as a clause of an official answer, states how things are; it must score so much more.
const NUMBERED: f32 = 2.0;

/// What rules found is let pass only where the clause of the match with the next one scores less than this: courtesies around a plain
/// offence make it no better.
const NEARBY: f32 = 1.0;

/// Blame and orders come with facts, which read decent, and their rules see who is meant: what these found must score so much less.
const WITH_FACTS: f32 = 3.0;

/// And only where the clause of the match alone scores less than this: facts that follow an offence excuse nothing either.
const CLAUSE: f32 = 3.0;

/// What was heard must score so much with the words that it is taken for: it may be something else.
const HEARD: f32 = -1.0;

/// The logarithm of the odds from which on a text is rather an offence than none.
const EVEN: f32 = 0.0;

/// What a model scores so much above its threshold is certain.
const CERTAIN: f32 = 3.0;

/// Where the sentence that begins at a place of a text ends: after its stop, or where somebody who speaks on pauses.
fn sentence_end(text: &[char], from: usize) -> usize {
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

fn sentences(text: &[char]) -> impl Iterator<Item = Range<usize>> {
    let next = |from: usize| (from < text.len()).then(|| from..sentence_end(text, from));
    std::iter::successors(next(0), move |last| next(last.end))
}

/// Whether a text begins with a number as of a list: `1.`, `（二）`, `Q3：`.
fn is_numbered(text: &str) -> bool {
    let text = text.trim_start().trim_start_matches(['(', '（', 'Q', '第']);
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit() || "一二三四五六七八九十".contains(c));
    let mut rest = rest.chars();
    let is_number = rest.as_str().len() < text.len();
    is_number
        && matches!(rest.next(), Some('.' | '、' | ')' | '）' | ':' | '：'))
        && !rest.next().is_some_and(|c| c.is_ascii_digit())
}

/// Where the clause of a match begins and ends.
fn clause_of(folded: &Folded, span: Span) -> (usize, usize) {
    folded.clause(folded.place_of(span.start), folded.place_of(span.end.saturating_sub(1)) + 1)
}

/// The clause of a match and the next one: courtesies further off make it no better.
fn nearby(folded: &Folded, span: Span) -> (usize, usize) {
    let (start, end) = clause_of(folded, span);
    let next = (end + 1).min(folded.text.len());
    (start, folded.clause(next, next).1)
}

impl SecondOpinion {
    /// `None` where no rule is for a model.
    pub(super) fn new(inner: &Inner) -> Option<Self> {
        let of_models: Vec<(u32, &Kind)> = (0..)
            .zip(&inner.rules)
            .filter(|(_, rule)| rule.compiled.model)
            .map(|(number, rule)| (number, &rule.compiled.kind))
            .collect();
        if of_models.is_empty() {
            return None;
        }
        let rule =
            |is_meant: &dyn Fn(&Kind) -> bool| of_models.iter().find(|(_, kind)| is_meant(kind)).map(|&(number, _)| number);
        let of_categories = Category::ALL.map(|category| rule(&|kind| kind.category() == Some(category)));
        let of_steps = STEPS.map(|name| rule(&|kind| matches!(kind, Kind::Step(step) if **step == *name)));
        let of_signals = SIGNALS.map(|name| rule(&|kind| matches!(kind, Kind::Signal(signal) if **signal == *name)));
        Some(Self {
            offences: any(of_categories).and_then(|rules| Some(Offences { model: Model::built_in()?, rules })),
            steps: any(of_steps).and_then(|rules| Some(Observer { table: model::steps()?, rules })),
            signals: any(of_signals).and_then(|rules| Some(Observer { table: model::signals()?, rules })),
        })
    }
}

impl Checker {
    /// The category of offence that the statistical model reads in a text that is rather one than not: less than a finding asks for, and a
    /// guess. `None` where nothing speaks for an offence, or the model has no say.
    ///
    /// ```
    /// use jinyu::{Category, Checker};
    /// let checker = Checker::builder().build()?;
    /// assert_eq!(checker.guess("我们做不到，您爱上哪儿告上哪儿告"), Some(Category::Threat));
    /// assert_eq!(checker.guess("没关系，您慢慢说，我听着呢"), None);
    /// # Ok::<(), jinyu::Error>(())
    /// ```
    #[must_use]
    pub fn guess(&self, text: &str) -> Option<Category> {
        let model = &self.0.model.as_ref()?.offences.as_ref()?.model;
        let text = Folded::new(text, 0, Reading::Plain).text;
        (model.score(&text) > EVEN).then(|| model.explain(&text)).flatten().map(|opinion| opinion.category)
    }
}

/// Rules, if there are any.
fn any<const N: usize>(rules: [Option<u32>; N]) -> Option<[Option<u32>; N]> {
    rules.iter().any(Option::is_some).then_some(rules)
}

impl<'a> Part<'a> {
    /// Adds what the models find where no rule finds anything, and lets pass what they doubt.
    pub(super) fn weigh(&mut self, SecondOpinion { offences, steps, signals }: &SecondOpinion, folded: &Folded) {
        let observes = self.context.observes;
        match self.context.speaker {
            Speaker::Agent => {
                offences.iter().for_each(|offences| self.weigh_offences(offences, folded));
                steps.iter().filter(|_| observes).for_each(|steps| self.observe(steps, folded));
            }
            Speaker::Customer => signals.iter().filter(|_| observes).for_each(|signals| self.observe(signals, folded)),
            Speaker::Unknown => {}
        }
    }

    /// The rule of that number, if there is one and it is wanted.
    fn wanted(&self, number: Option<u32>) -> Option<(u32, &'a LinkedRule)> {
        let number = number.filter(|&number| self.context.only.is_none_or(|only| only == number))?;
        Some((number, self.inner.rule(number)?))
    }

    fn weigh_offences(&mut self, offences: &Offences, folded: &Folded) {
        let model = &offences.model;
        let score = |part: &Range<usize>| model.score(folded.slice(part.start, part.end));
        let finds = |score: f32, part: &Range<usize>| model.finds(score, folded.slice(part.start, part.end));
        let mut parts: Vec<Sentence> = sentences(&folded.text)
            .map(|part| Sentence { place: folded.original(part.start, part.end), score: score(&part), part, is_judged: false })
            .collect();
        self.doubt(model, folded, &mut parts);
        let is_long = folded.text.len() > WHOLE;
        let handicap = if is_numbered(self.text) { NUMBERED } else { 0.0 };
        if let ([_, _, ..], false, false) = (&*parts, is_long, parts.iter().any(|sentence| sentence.is_judged)) {
            let whole = 0..folded.text.len();
            if finds(score(&whole) - handicap, &whole) {
                return self.find(offences, folded, &whole);
            }
        }
        let handicap = match &*parts {
            _ if is_long => handicap + OUT_OF_LONG_TALK,
            [_] => handicap,
            _ => handicap + ON_ITS_OWN,
        };
        // A decent sentence makes the next one no better.
        for sentence in parts.iter().filter(|sentence| !sentence.is_judged && finds(sentence.score - handicap, &sentence.part)) {
            self.find(offences, folded, &sentence.part);
        }
    }

    /// Lets pass what rules found in sentences that score like decent talk, as does what stands near the match. Says of each sentence
    /// whether rules found anything in it.
    fn doubt(&mut self, model: &Model, folded: &Folded, sentences: &mut [Sentence]) {
        let inner = self.inner;
        let offence = model.offence();
        for hit in &mut self.hits {
            let Some(rule) = inner.rule(hit.rule) else { continue };
            let Some(category) = rule.compiled.kind.category() else { continue };
            let handicap = if matches!(category, Category::Blame | Category::Command) { WITH_FACTS } else { 0.0 };
            // Added rules may be about what the model has not learned; what their guards let pass is for their authors to say.
            if rule.is_built_in && hit.reason.is_some() {
                continue;
            }
            let mut is_decent = rule.is_built_in && hit.is_as_read(rule);
            for sentence in sentences.iter_mut().filter(|sentence| sentence.place.overlaps(hit.span)) {
                sentence.is_judged = true;
                is_decent &= offence.doubts(sentence.score + handicap);
            }
            let scores_below = |score: f32, (start, end): (usize, usize)| model.score(folded.slice(start, end)) < score;
            if is_decent && scores_below(NEARBY, nearby(folded, hit.span)) && scores_below(CLAUSE, clause_of(folded, hit.span)) {
                hit.reason = Some(Reason::Model);
                hit.suggestions.clear();
            }
        }
    }

    /// Lets pass what was heard in sentences that do not read like an offence with the words that it takes to be meant either. `known` of
    /// the hits were there before.
    pub(super) fn weigh_heard(&mut self, opinion: &SecondOpinion, respelled: &Folded, known: usize) {
        let (Some(Offences { model, .. }), Speaker::Agent) = (&opinion.offences, self.context.speaker) else { return };
        let inner = self.inner;
        for hit in self.hits.iter_mut().skip(known).filter(|hit| hit.reason.is_none()) {
            let is_known = |rule: &&LinkedRule| rule.is_built_in && matches!(rule.compiled.kind, Kind::Taboo(_));
            if inner.rule(hit.rule).filter(is_known).is_none() {
                continue;
            }
            let here = |part: &Range<usize>| respelled.original(part.start, part.end).overlaps(hit.span);
            let mut parts = sentences(&respelled.text).filter(here);
            if parts.all(|part| model.score(respelled.slice(part.start, part.end)) < HEARD) {
                hit.reason = Some(Reason::Model);
                hit.suggestions.clear();
            }
        }
    }

    /// Adds a finding for what weighs most in a part.
    fn find(&mut self, Offences { model, rules }: &Offences, folded: &Folded, part: &Range<usize>) {
        let Some(opinion) = model.explain(folded.slice(part.start, part.end)) else { return };
        let of_category = rules.get(opinion.category as usize).copied().flatten();
        let Some((number, rule)) = self.wanted(of_category) else { return };
        let range = part.start + opinion.range.start..part.start + opinion.range.end;
        let span = folded.original(range.start, range.end);
        let found = Match { range, groups: Vec::new() };
        let suggestions = self.suggestions(rule, None, &found, folded, false);
        self.hits.push(Hit { evidence: opinion.evidence, suggestions, ..Hit::by_model(number, rule, span) });
    }

    /// Adds the signals or steps that no rule found, and lets pass what rules found that nothing in the utterance reads like. What it and
    /// rules do not agree on is less certain.
    fn observe<const N: usize>(&mut self, Observer { table, rules }: &Observer<N>, folded: &Folded) {
        let inner = self.inner;
        let whole = 0..folded.text.len();
        let sentences = sentences(&folded.text).filter(|sentence| *sentence != whole);
        let mut best = std::array::from_fn::<_, N, _>(|_| (f32::NEG_INFINITY, 0..0));
        for part in std::iter::once(whole.clone()).chain(sentences) {
            for (best, score) in best.iter_mut().zip(table.scores(folded.slice(part.start, part.end))) {
                if score > best.0 {
                    *best = (score, part.clone());
                }
            }
        }
        for (at, ((label, (score, part)), &number)) in table.labels().iter().zip(best).zip(rules).enumerate() {
            let Some((number, own)) = self.wanted(number) else { continue };
            let by_model = Hit::by_model(number, own, folded.original(part.start, part.end));
            let confidence = if label.finds(score - CERTAIN) { Confidence::High } else { by_model.confidence };
            let mut is_found = false;
            for hit in self.hits.iter_mut().filter(|hit| hit.reason.is_none()) {
                let Some(rule) = inner.rule(hit.rule).filter(|rule| rule.compiled.kind == own.compiled.kind) else { continue };
                // What customers say in a long turn without stops is weighed by itself too: the rest explains it away.
                let is_doubted_alone = || {
                    let (start, end) = clause_of(folded, hit.span);
                    table.scores(folded.slice(start, end)).get(at).is_none_or(|&score| label.doubts(score))
                };
                if rule.is_built_in
                    && hit.is_as_read(rule)
                    && label.doubts(score)
                    && (self.context.speaker == Speaker::Agent || is_doubted_alone())
                {
                    hit.reason = Some(Reason::Model);
                    continue;
                }
                if rule.is_built_in && !label.finds(score) {
                    hit.confidence = hit.confidence.min(Confidence::Medium);
                }
                is_found |= hit.confidence >= confidence;
            }
            if !is_found && label.finds(score) {
                self.hits.push(Hit { confidence, ..by_model });
            }
        }
    }
}

impl Hit {
    fn by_model(number: u32, rule: &LinkedRule, span: Span) -> Self {
        let confidence = rule.compiled.confidence;
        Self { rule: number, span, reason: None, confidence, assumed: None, evidence: Vec::new(), suggestions: Vec::new() }
    }

    /// Whether the words stand there: what was heard, or read in a disguise, does not.
    fn is_as_read(&self, rule: &LinkedRule) -> bool {
        self.assumed.is_none() && self.confidence == rule.compiled.confidence
    }
}

#[cfg(test)]
mod tests {
    use super::is_numbered;

    #[test]
    fn numbers_of_a_list() {
        for text in ["1.带身份证", " 12、", "（三）不得", "(4) 逾期", "Q2：可以吗", "第五：", "十二、附则"]
        {
            assert!(is_numbered(text), "{text}");
        }
        for text in ["", "1", "1.5元一份", "12点", "三个人", "（您）", "、", "Q群", "第五天", "您好1."] {
            assert!(!is_numbered(text), "{text}");
        }
    }
}
