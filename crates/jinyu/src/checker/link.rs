//! Rules to what judges their matches. Receives a compiled rule when a match of it is first looked for, hands on its patterns and guards;
//! what rules have in common is linked once.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::rules::compile::{CompiledPattern, CompiledRule, Rest, Vocabulary};
use crate::rules::later::Later;
use crate::rules::pattern::{Classes, Pattern};
use crate::rules::{Condition as RawCondition, Fix, FixRef, GuardRef};
use crate::verify::{Check, CheckName, Condition, Judge};

/// What rules have in common. They are linked with it when a match of them is first judged.
#[derive(Debug)]
pub(super) struct Linker {
    classes: Arc<Classes>,
    guards: BTreeMap<String, Guard>,
    /// Lists of better wordings.
    fixes: BTreeMap<String, Later<Vec<Fix>>>,
    /// One pattern for all conditions and wordings that are written alike.
    patterns: Mutex<HashMap<String, Arc<Pattern>>>,
}

/// A guard as it was declared, and linked.
#[derive(Debug)]
struct Guard {
    declared: Later<Vec<RawCondition>>,
    linked: OnceLock<Check>,
}

impl Linker {
    pub(super) fn new(vocabulary: Vocabulary) -> Self {
        let guard = |(name, declared)| (name, Guard { declared, linked: OnceLock::new() });
        let guards = vocabulary.guards.into_iter().map(guard).collect();
        Self { classes: Arc::new(vocabulary.classes), guards, fixes: vocabulary.fixes, patterns: Mutex::default() }
    }

    /// A pattern of a condition or a wording, one for all that is written alike.
    pub(super) fn shared(&self, written: &str) -> Arc<Pattern> {
        let mut patterns = self.patterns.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pattern) = patterns.get(written) {
            return pattern.clone();
        }
        let pattern = Arc::new(self.surroundings(written));
        patterns.insert(written.to_owned(), pattern.clone());
        pattern
    }

    fn pattern(&self, written: Option<&String>) -> Option<Arc<Pattern>> {
        written.map(|written| self.shared(written))
    }

    /// What surrounds a match, or a condition asks for: an expression that is no pattern of a rule.
    pub(super) fn surroundings(&self, written: &str) -> Pattern {
        Pattern::of_condition(written, self.classes.clone())
    }

    fn condition(&self, raw: &RawCondition) -> Condition {
        let mut condition = Condition {
            around: self.pattern(raw.around.as_ref()),
            before: self.pattern(raw.before.as_ref()),
            after: self.pattern(raw.after.as_ref()),
            earlier: self.pattern(raw.earlier.as_ref()),
            later: self.pattern(raw.later.as_ref()),
            utterance: self.pattern(raw.utterance.as_ref()),
            customer: self.pattern(raw.customer.as_ref()),
            agent: self.pattern(raw.agent.as_ref()),
            opening: raw.opening,
            quoted: raw.quoted,
            numbers: Box::default(),
        };
        let Condition { around, before, after, earlier, later, utterance, .. } = &condition;
        let in_utterance = [around, before, after, earlier, later, utterance].into_iter().flatten();
        condition.numbers = in_utterance.filter_map(|pattern| pattern.number).collect();
        condition
    }

    fn named(&self, name: &str) -> Option<Check> {
        let guard = self.guards.get(name)?;
        let link = || {
            let conditions = guard.declared.iter().map(|raw| self.condition(raw)).collect();
            Check { name: CheckName::Named(name.into()), conditions }
        };
        Some(guard.linked.get_or_init(link).clone())
    }

    fn checks(&self, guards: &[GuardRef]) -> Vec<Check> {
        let check = |guard: &GuardRef| match guard {
            GuardRef::Named(name) => self.named(name),
            GuardRef::Inline(raw) => {
                Some(Check { name: CheckName::Written(Arc::new(raw.clone())), conditions: Arc::new([self.condition(raw)]) })
            }
        };
        guards.iter().filter_map(check).collect()
    }

    /// The wordings of a rule, with those of the lists that it names.
    pub(super) fn fixes<'a>(&'a self, rule: &'a Rest) -> impl Iterator<Item = &'a Fix> {
        rule.fixes.iter().flat_map(|fix| match fix {
            FixRef::Inline(fix) => std::slice::from_ref(fix),
            FixRef::Named(name) => self.fixes.get(name).map_or(&[][..], |list| list),
        })
    }

    /// What matches of a rule are judged by.
    pub(super) fn judge(&self, rule: &Rest) -> Judge {
        Judge { boundary: rule.boundary, when: self.checks(&rule.when), unless: self.checks(&rule.unless) }
    }

    /// A pattern of a rule.
    pub(super) fn pattern_of(&self, rule: &CompiledRule, index: usize) -> Option<Pattern> {
        let CompiledPattern { written, is_phrase, .. } = rule.rest.patterns.get(index)?;
        Some(Pattern::new(written.clone(), *is_phrase, rule.edge, self.classes.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Checker;
    use crate::checker::{EnginePatterns, SOURCES, Scratch};
    use crate::folded::{Folded, Reading};
    use crate::rules::RulePack;
    use crate::rules::literal::is_break;
    use crate::trigger::{Clauses, Prospects};

    /// What the build script compiled, all packs together, finds what each wording's expression finds that is compiled alone, and what it
    /// finds is foreseen.
    #[test]
    fn ready_programs_find_the_same() {
        let packs: Vec<RulePack> = SOURCES.iter().map(|[file, text, _]| RulePack::from_toml(file, text).unwrap()).collect();
        let mut vocabulary = Vocabulary::default();
        packs.iter().for_each(|pack| vocabulary.declare_written(pack).unwrap());
        let alone = Linker::new(vocabulary);
        let checker = Checker::builder().build().unwrap();
        let (ready, conditions) = (&checker.0.linker, checker.0.conditions.as_ref().unwrap());
        let Scratch { scan, prospects, runs, .. } = &mut Scratch::default();
        let is_foreseen = |pattern: &Pattern, prospects: &Prospects| pattern.number.is_none_or(|number| prospects.has(number));
        for rule in packs.iter().flat_map(|pack| &pack.rules) {
            let named = |fix: &FixRef| match fix {
                FixRef::Inline(fix) => vec![fix.clone()],
                FixRef::Named(name) => ready.fixes.get(name).map_or_else(Vec::new, |list| list.to_vec()),
            };
            let fixes: Vec<Fix> = rule.fixes.iter().flat_map(named).collect();
            for example in rule.hits.iter().chain(&rule.misses) {
                let text = Folded::new(&example.text, 0, Reading::Plain).text;
                conditions.look_ahead(&example.text, &Clauses::of(&text).signature, scan, prospects);
                for from in fixes.iter().filter_map(|fix| fix.from.as_deref()) {
                    let (pattern, other) = (ready.shared(from), alone.shared(from));
                    let found = pattern.find_in(&text, 0..=text.len(), runs);
                    assert_eq!(found, other.find_in(&text, 0..=text.len(), runs), "{from} in {}", example.text);
                    assert!(found.is_none() || is_foreseen(&pattern, prospects), "{from} in {}", example.text);
                }
                for clause in fixes.iter().flat_map(|fix| &fix.clauses) {
                    let (pattern, other) = (ready.shared(&clause.from), alone.shared(&clause.from));
                    for words in text.split(|&c| is_break(c)) {
                        let found = pattern.find_in(words, 0..=0, runs);
                        assert_eq!(found, other.find_in(words, 0..=0, runs), "{} in {}", clause.from, example.text);
                        assert!(found.is_none() || is_foreseen(&pattern, prospects), "{} in {}", clause.from, example.text);
                    }
                }
            }
        }
    }

    /// A checker of the built-in packs alone does not know their word classes: without its program a pattern would never match.
    #[test]
    fn every_program_is_ready() {
        let checker = Checker::builder().build().unwrap();
        let inner = &*checker.0;
        let EnginePatterns { lead, tail, courtesies, clumsy, plain, snide } = &inner.engine;
        assert!([lead, tail, courtesies, clumsy, plain, snide].into_iter().all(Pattern::has_program));
        for rule in &inner.rules {
            for index in 0..rule.compiled.count {
                let pattern = inner.linker.pattern_of(&rule.compiled, index).unwrap();
                assert!(pattern.has_program(), "{}, pattern {index}", rule.compiled.id);
            }
            for from in inner.linker.fixes(&rule.compiled.rest).flat_map(Fix::patterns) {
                assert!(inner.linker.surroundings(from).has_program(), "{}, from = {from}", rule.compiled.id);
            }
            let judge = inner.linker.judge(&rule.compiled.rest);
            for condition in judge.when.iter().chain(&judge.unless).flat_map(|check| &*check.conditions) {
                assert!(condition.patterns().all(|pattern| pattern.has_program()), "{}, {condition:?}", rule.compiled.id);
            }
        }
    }
}
