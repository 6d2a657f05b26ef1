//! Better wordings for a match: the rule's fixes, filled in and written in the script of the text, each trusted as far as it keeps
//! what was said.

use std::ops::Range;
use std::sync::Arc;

use super::link::Linker;
use super::{EnginePatterns, LinkedPattern, LinkedRule, Part, Proposals};
use crate::folded::Folded;
use crate::rules::matcher::Match;
use crate::rules::pattern::Pattern;
use crate::rules::{CLAUSES, Category, Fix, Replace, Retelling};
use crate::script::Script;
use crate::span::Span;
use crate::suggest::{Safety, Suggestion, Template, fitted, keeps_facts, without_pauses};
use crate::trigger::Prospects;

/// The wordings of a fix.
#[derive(Debug)]
pub(super) struct Templates {
    text: Template,
    tw: Option<Template>,
    hk: Option<Template>,
    /// What the wording is made from, where that is not the match.
    from: Option<Arc<Pattern>>,
    /// How each clause is told, where the wording is made clause by clause.
    clauses: Vec<Clause>,
}

/// How a clause is told in a wording.
#[derive(Debug)]
struct Clause {
    from: Arc<Pattern>,
    text: Template,
    follows: bool,
}

impl LinkedRule {
    fn templates(&self, linker: &Linker) -> &[Templates] {
        self.templates.get_or_init(|| {
            let optional = |text: &Option<String>| text.as_deref().and_then(|text| Template::new(text).ok());
            let read = |fix: &Fix| {
                let from = fix.from.as_deref().map(|from| linker.shared(from));
                let clause = |of: &Retelling| {
                    Template::new(&of.text).ok().map(|text| Clause { from: linker.shared(&of.from), text, follows: of.follows })
                };
                let clauses = fix.clauses.iter().filter_map(clause).collect();
                Template::new(&fix.text).ok().map(|text| Templates {
                    text,
                    tw: optional(&fix.tw),
                    hk: optional(&fix.hk),
                    from,
                    clauses,
                })
            };
            linker.fixes(&self.compiled.rest).filter_map(read).collect()
        })
    }
}

impl Part<'_> {
    /// What could be said instead of a match, in a text whose letters may have been respelled; where no pattern tells which words it is about,
    /// advice alone.
    pub(super) fn suggestions(
        &mut self,
        rule: &LinkedRule,
        pattern: Option<&LinkedPattern>,
        found: &Match,
        folded: &Folded,
        is_respelled: bool,
    ) -> Vec<Suggestion> {
        if self.context.proposals == Proposals::None {
            return Vec::new();
        }
        let wordings = rule.templates(&self.inner.linker);
        if wordings.is_empty() {
            return Vec::new();
        }
        let is_foreseen = !is_respelled && self.foresee();
        let is_possible =
            |pattern: &Pattern, prospects: &Prospects| !is_foreseen || pattern.number.is_none_or(|number| prospects.has(number));
        let (text, offset, script, engine) = (self.text, self.offset, self.context.script(), &self.inner.engine);
        let original = |span: Span| Span::new(span.start - offset, span.end - offset).slice(text);
        let written = pattern.and_then(|pattern| rule.compiled.rest.patterns.get(pattern.index));
        // With another pack in the place of one that had a list of fixes, what was found out about the rule's does not hold.
        let known = written.map(|pattern| &*pattern.loses_words).filter(|known| known.len() == wordings.len());
        let loses_words = |fix: usize| known.and_then(|known| known.get(fix)) != Some(&false);
        // Those come last that lose a fact, and those that leave or keep something rude. But what is ordered or promised may be a figure, and in
        // that and in what is not known, words that may be taken for rude are what it is about.
        let category = rule.compiled.kind.category();
        let is_about_figures = matches!(category, Some(Category::Command | Category::Overpromise));
        let keeps_matter = is_about_figures || category == Some(Category::Ignorance);
        let (mut suggestions, mut last): (Vec<Suggestion>, Vec<Suggestion>) = Default::default();
        let mut judged: Vec<(Range<usize>, bool)> = Vec::new();
        for (index, (fix, templates)) in self.inner.linker.fixes(&rule.compiled.rest).zip(wordings).enumerate() {
            let (from, to) = match fix.replace {
                Replace::Match => (found.range.start, found.range.end),
                Replace::Clause => folded.clause(found.range.start, found.range.end),
                Replace::Utterance => (0, folded.text.len()),
            };
            let source = match &templates.from {
                None => Match { range: from..to, groups: Vec::new() },
                Some(pattern) if !is_possible(pattern, &self.scratch.prospects) => continue,
                Some(pattern) => match pattern.find_in(folded.slice(from, to), 0..=to - from, &mut self.scratch.runs) {
                    // A wording of clauses stands for all of them.
                    Some(source) if !templates.clauses.is_empty() => Match { range: from..to, ..source.shifted(from) },
                    Some(source) => source.shifted(from),
                    None => continue,
                },
            };
            let own = match script {
                Script::Taiwan => templates.tw.as_ref(),
                Script::HongKong => templates.hk.as_ref().or(templates.tw.as_ref()),
                _ => None,
            };
            let template = own.unwrap_or(&templates.text);
            let group = |name: &str| {
                let groups = source.groups.iter().chain(&found.groups);
                groups.clone().find(|(group, _)| group == name).map(|(_, range)| range)
            };
            let told = if templates.clauses.is_empty() {
                String::new()
            } else {
                let possible = templates.clauses.iter().filter(|clause| is_possible(&clause.from, &self.scratch.prospects));
                let possible: Vec<&Clause> = possible.collect();
                let Some(told) = self.told(&possible, folded, &source.range, !fix.single) else { continue };
                told
            };
            let is_there = |name: &str| group(name).is_some() || name == CLAUSES && !told.is_empty();
            if !template.groups().all(is_there) {
                continue;
            }
            let around = [0..source.range.start, source.range.end..folded.text.len()];
            let leaves_scorn = around.clone().map(|rest| self.is_scorn(folded, &rest, &mut judged));
            let keeps_scorn =
                !keeps_matter && template.groups().filter_map(group).any(|kept| self.is_scorn(folded, kept, &mut judged));
            // A stock line stands for the scorn beside it too, where that has no facts.
            let is_stock = templates.clauses.is_empty() && template.groups().next().is_none() && fix.safety != Safety::Safe;
            let has_facts = |rest: &Range<usize>| !keeps_facts(original(folded.original(rest.start, rest.end)), "");
            let [takes_before, takes_after] = [0, 1].map(|side| {
                is_stock && leaves_scorn.get(side) == Some(&true) && around.get(side).is_some_and(|rest| !has_facts(rest))
            });
            let [leaves_before, leaves_after] = leaves_scorn;
            let wide = (takes_before || takes_after).then(|| {
                let start = if takes_before { 0 } else { source.range.start };
                let end = if takes_after { folded.text.len() } else { source.range.end };
                (start..end, leaves_before && !takes_before || leaves_after && !takes_after)
            });
            let wording = template.render(
                |text| if own.is_some() { text.to_owned() } else { script.write(text) },
                |name| match group(name) {
                    Some(range) => folded.written(range.start, range.end, text, offset),
                    None => told.clone(),
                },
            );
            // What a wider replacement covers besides the match may be fillers and particles, nothing that says something. A wording
            // with a pattern of its own says itself what it drops.
            let covers_words = fix.replace != Replace::Match
                && templates.from.is_none()
                && (!engine.lead.is_in(folded.slice(from, found.range.start), &mut self.scratch.runs)
                    || !engine.tail.is_in(folded.slice(found.range.end, to), &mut self.scratch.runs));
            let has_twin = wide.is_some();
            for (range, leaves_scorn) in wide.into_iter().chain([(source.range.clone(), leaves_before || leaves_after)]) {
                let is_wide = range != source.range;
                let covered = folded.original(range.start, range.end);
                let inner = without_pauses(text, Span::new(covered.start - offset, covered.end - offset));
                let (wording, inner) = fitted(text, inner, wording.clone());
                let span = Span::new(inner.start + offset, inner.end + offset);
                if suggestions
                    .iter()
                    .chain(&last)
                    .any(|other| other.text == wording && (is_wide || !has_twin || other.span == span))
                {
                    continue;
                }
                let keeps_facts = keeps_facts(original(span), &wording);
                let keeps = !loses_words(index) && !covers_words && !is_wide && keeps_facts;
                let safety = if keeps { fix.safety } else { Safety::Show };
                let reason = fix.reason.clone().filter(|_| safety == Safety::Unsafe);
                let is_last = !keeps_facts && !is_about_figures || (leaves_scorn || keeps_scorn) && !keeps_matter;
                let list = if is_last { &mut last } else { &mut suggestions };
                list.push(Suggestion { text: wording, safety, reason, span });
            }
        }
        suggestions.append(&mut last);
        suggestions
    }

    /// Whether a range does more than tell something: what stays of it would be a rude word beside a kind one. Keeps what it found out in
    /// `judged`, since the wordings of a match leave and keep the same ranges.
    fn is_scorn(&mut self, folded: &Folded, range: &Range<usize>, judged: &mut Vec<(Range<usize>, bool)>) -> bool {
        if let Some((_, is_scorn)) = judged.iter().find(|(known, _)| known == range) {
            return *is_scorn;
        }
        let EnginePatterns { plain, snide, .. } = &self.inner.engine;
        let runs = &mut self.scratch.runs;
        let words = folded.slice(range.start, range.end);
        // Packs that do not say what is plain say nothing about the rest.
        let is_scorn = plain.has_program() && (!plain.is_in(words, runs) || snide.is_in(words, runs));
        judged.push((range.clone(), is_scorn));
        is_scorn
    }

    /// The clauses of a range in other words; none where a clause has none or all are dropped, or where there must be `several` and is one.
    fn told(&mut self, clauses: &[&Clause], folded: &Folded, range: &Range<usize>, several: bool) -> Option<String> {
        let mut told: Vec<String> = Vec::new();
        let (text, offset, script) = (self.text, self.offset, self.context.script());
        let mut count = 0;
        for clause in folded.clauses(range.clone(), text, offset) {
            count += 1;
            let words = folded.slice(clause.start, clause.end);
            let fits = clauses.iter().filter(|of| !of.follows || !told.is_empty()).find_map(|of| {
                let found = of.from.find_in(words, 0..=0, &mut self.scratch.runs)?;
                (found.range.end == words.len()).then(|| (&of.text, found.shifted(clause.start)))
            });
            let (template, found) = fits?;
            let group = |name: &str| {
                let range = found.groups.iter().find(|(group, _)| group == name).map(|(_, range)| range.clone());
                range.map_or_else(String::new, |range| folded.written(range.start, range.end, text, offset))
            };
            told.push(template.render(|text| script.write(text), group));
            told.pop_if(|words| words.is_empty());
        }
        ((count > 1 || !several) && !told.is_empty()).then(|| told.join("，"))
    }
}
