//! What rule authors should look at: nothing here keeps a pack from loading. Receives a checker, hands on remarks. Runs the
//! examples of all rules through all rules at once, and looks at what the scan looks for.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use regex_syntax::hir::{Class, Hir, HirKind};
use serde::{Deserialize, Serialize};

use super::{Checker, Context, Hit, Proposals, SCRATCH, Scratch};
use crate::finding::Finding;
use crate::folded::{Folded, Reading};
use crate::rules::compile::{CompiledPattern, purpose};
use crate::rules::frequency::Frequencies;
use crate::rules::literal;
use crate::rules::matcher::Runs;
use crate::rules::pattern::{Classes, parse};
use crate::rules::{Condition, Example, Fix, FixRef, GuardRef, Kind, Rule, RulePack, Scope};
use crate::span::Span;
use crate::suggest::{Edit, Suggestion, apply};
use crate::trigger::Clauses;

/// Something about a rule that its author should look at.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Lint {
    /// The pack's file.
    pub file: String,
    /// The line of the rule, from 1.
    pub line: usize,
    /// The id of the rule, or the name of the word class, guard or list of fixes.
    pub rule: String,
    /// What kind of remark it is.
    pub kind: LintKind,
    /// What is wrong and how to mend it.
    pub message: String,
}

/// The kinds of remarks. The order is from the worst to the least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum LintKind {
    /// Examples that say the opposite of each other.
    Contradiction,
    /// What can never match.
    Dead,
    /// Words that ordinary talk has everywhere.
    TooCommon,
    /// Better wordings that would be flagged themselves, or taken for no sentence, and so are never offered.
    Wording,
    /// What something else finds anyway.
    Shadowed,
    /// Patterns that are tried in vain on most calls.
    Costly,
    /// Names that nothing uses.
    Unused,
    /// Patterns that no `hit` shows at work.
    Untested,
}

impl LintKind {
    /// All of them, the worst first.
    pub const ALL: [Self; 8] = [
        Self::Contradiction,
        Self::Dead,
        Self::TooCommon,
        Self::Wording,
        Self::Shadowed,
        Self::Costly,
        Self::Unused,
        Self::Untested,
    ];

    /// The name as it stands in records, such as `too-common`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Contradiction => "contradiction",
            Self::Dead => "dead",
            Self::TooCommon => "too-common",
            Self::Wording => "wording",
            Self::Shadowed => "shadowed",
            Self::Costly => "costly",
            Self::Unused => "unused",
            Self::Untested => "untested",
        }
    }
}

/// A pattern for which the scan stops at a greater share of what other categories say than this, in percent, costs more
/// than it is worth.
const COMMON: usize = 10;

/// A share of fewer sentences than this says nothing.
const ENOUGH: usize = 200;

/// Words that are estimated to stand in a greater share of all utterances than this are no offence by themselves.
const EVERYDAY: f64 = 0.02;

/// Letters of an utterance.
const LETTERS: i32 = 20;

/// A rule that finds something in so many sentences which no other rule minds finds what is innocent.
const TOO_OFTEN: usize = 3;

/// Classes that the engine itself asks for.
const BUILT_IN: [&str; 6] = ["lead", "tail", "courtesy", "clumsy", "plain", "snide"];

/// What stands for a word class where only its surroundings matter.
const ANY_WORD: &str = "天";

/// What a pattern asks for, where that is too little to find it by.
enum Little {
    /// Single letters.
    Letters(String),
    /// A word that so many percent of all utterances are estimated to have.
    Word { literal: String, share: u32 },
}

/// What is said about a rule so far.
type Remarks = Vec<(LintKind, String)>;

impl Checker {
    /// What rule authors should look at, of the added packs, or of the built-in ones where none are added: examples that contradict each
    /// other, patterns that can never match, words that ordinary talk has everywhere, wordings that would be flagged themselves, phrases
    /// and rules that another one makes superfluous, patterns for which the scan stops too often or that no `hit` needs, word classes,
    /// guards and lists of fixes that nobody uses. In the order of the packs.
    ///
    /// # Cost
    ///
    /// Runs all examples of all packs: some seconds with the built-in ones.
    #[must_use]
    pub fn lint(&self) -> Vec<Lint> {
        let added = &self.0.added;
        let is_judged = |pack: &RulePack| added.is_empty() || added.iter().any(|added| added.name == pack.name);
        let across = Across::new(self);
        let mut innocent = across.found_in_innocent_talk(&is_judged);
        let mut lints = Vec::new();
        for pack in self.packs() {
            if !is_judged(pack) {
                continue;
            }
            for rule in &pack.rules {
                let mut remarks = Remarks::new();
                lint_examples(rule, &mut remarks);
                lint_phrases(rule, &mut remarks);
                across.lint_known_phrases(rule, &mut remarks);
                across.lint_patterns(rule, &mut remarks);
                across.lint_wordings(rule, &mut remarks);
                across.lint_rule(rule, &mut remarks);
                remarks.extend(innocent.remove(&*rule.id).map(|message| (LintKind::TooCommon, message)));
                let lint =
                    |(kind, message)| Lint { file: pack.file.clone(), line: rule.line, rule: rule.id.to_string(), kind, message };
                lints.extend(remarks.into_iter().map(lint));
            }
            across.lint_vocabulary(pack, &mut lints);
        }
        lints
    }
}

/// Sentences that are a hit and a miss at once.
fn lint_examples(rule: &Rule, remarks: &mut Remarks) {
    let same = |hit: &Example, miss: &Example| {
        (&hit.customer, &hit.agent, hit.opening) == (&miss.customer, &miss.agent, miss.opening)
            && fold(&hit.text) == fold(&miss.text)
    };
    for miss in rule.misses.iter().filter(|miss| rule.hits.iter().any(|hit| same(hit, miss))) {
        remarks.push((LintKind::Contradiction, format!("\"{}\" is a hit and a miss", miss.text)));
    }
}

/// Phrases that are not needed.
fn lint_phrases(rule: &Rule, remarks: &mut Remarks) {
    let folded: Vec<String> = rule.phrases.iter().map(|phrase| fold(phrase)).collect();
    for (index, (phrase, own)) in rule.phrases.iter().zip(&folded).enumerate() {
        let covers = |(_, other): &(&String, &String)| *other != own && own.contains(other.as_str());
        if let Some((other, _)) = rule.phrases.iter().zip(&folded).find(covers) {
            remarks
                .push((LintKind::Shadowed, format!("the phrase \"{phrase}\" is never needed: \"{other}\" finds it; remove it")));
        } else if folded.iter().take(index).any(|other| other == own) {
            remarks.push((LintKind::Shadowed, format!("the phrase \"{phrase}\" is there twice; remove one")));
        }
    }
}

fn fold(text: &str) -> String {
    Folded::new(text, 0, Reading::Plain).text.into_iter().collect()
}

/// All rules together, and what their examples say.
struct Across<'a> {
    checker: &'a Checker,
    classes: Classes,
    /// The same names, of which each stands for one word.
    hollow: Classes,
    frequencies: Frequencies,
    /// The number of a rule, and those of its patterns, by its id.
    numbers: HashMap<&'a str, (u32, Vec<usize>)>,
    /// By the number of a pattern, how many examples of other categories it is tried on.
    tried: Vec<usize>,
    /// What each example is about, and what rules must be for to be run over it.
    examples: Vec<(&'a Kind, u8)>,
    /// Whether folded text may have a character.
    survivors: RefCell<HashMap<char, bool>>,
}

impl<'a> Across<'a> {
    fn new(checker: &'a Checker) -> Self {
        let inner = &*checker.0;
        let (mut classes, mut hollow) = (Classes::default(), Classes::default());
        for (name, words) in checker.packs().iter().flat_map(|pack| &pack.classes) {
            classes.add(name, words);
            hollow.add(name, &[ANY_WORD.to_owned()]);
        }
        let mut of_rule: Vec<Vec<usize>> = vec![Vec::new(); inner.rules.len()];
        for (number, linked) in inner.patterns.iter().enumerate() {
            if let Some(patterns) = linked.as_ref().and_then(|linked| of_rule.get_mut(linked.rule as usize)) {
                patterns.push(number);
            }
        }
        let ids = inner.rules.iter().map(|rule| &*rule.compiled.id);
        let numbers = ids.zip((0..).zip(of_rule)).collect();
        let mut across = Self {
            checker,
            classes,
            hollow,
            frequencies: super::build::frequencies(),
            numbers,
            tried: vec![0; inner.patterns.len()],
            examples: Vec::new(),
            survivors: RefCell::default(),
        };
        for rule in checker.packs().iter().flat_map(|pack| &pack.rules) {
            for example in rule.hits.iter().chain(&rule.misses) {
                across.count(rule, example);
            }
        }
        across
    }

    /// Counts an example for the patterns of other categories that are tried on it.
    fn count(&mut self, rule: &'a Rule, example: &Example) {
        let inner = &*self.checker.0;
        let purposes = self.checker.example_context(rule.scope, &example.text, example).purposes();
        let folded = Folded::new(&example.text, 0, Reading::Plain);
        let clauses = Clauses::of(&folded.text);
        let mut triggered = Vec::new();
        SCRATCH.with_borrow_mut(|Scratch { scan, hopes, .. }| {
            for (scanner, trigger) in &inner.scanners {
                scanner.scan(&example.text, scan);
                trigger.hope(&scan.candidates, purposes, &clauses.signature, hopes);
                trigger.settle(hopes, &clauses, |byte| folded.place_of(byte), &mut triggered);
            }
        });
        let patterns: BTreeSet<usize> = triggered.iter().map(|one| one.pattern as usize).collect();
        for number in patterns {
            let of = inner.patterns.get(number).and_then(Option::as_ref).and_then(|linked| inner.rule(linked.rule));
            if let (Some(tried), Some(of)) = (self.tried.get_mut(number), of)
                && of.compiled.kind != rule.kind
            {
                *tried += 1;
            }
        }
        self.examples.push((&rule.kind, purposes));
    }

    /// Patterns that can never match, that everybody's talk has, that no hit needs, or for which the scan stops too often.
    fn lint_patterns(&self, rule: &Rule, remarks: &mut Remarks) {
        let inner = &*self.checker.0;
        let Some((number, patterns)) = self.numbers.get(&*rule.id) else { return };
        let Some(linked_rule) = inner.rule(*number) else { return };
        let mut runs = Runs::default();
        let hits: Vec<Vec<char>> = rule.hits.iter().map(|hit| Folded::new(&hit.text, 0, Reading::Plain).text).collect();
        let mut untested = Vec::new();
        let own_purpose = purpose(&rule.kind, rule.scope);
        let of = self.examples.iter().filter(|(kind, purposes)| **kind != rule.kind && purposes & own_purpose != 0).count();
        for (&number, compiled) in patterns.iter().zip(&linked_rule.compiled.rest.patterns) {
            let CompiledPattern { written, is_phrase, .. } = compiled;
            let (shown, kind) = (shown(written.as_str()), if *is_phrase { "phrase" } else { "pattern" });
            if let Some(dead) = self.dead_part(written.as_str(), *is_phrase) {
                remarks.push((LintKind::Dead, format!("the {kind} \"{shown}\" {dead}")));
            } else if !is_phrase
                && let Some(linked) = inner.patterns.get(number).and_then(Option::as_ref)
                && let Some(pattern) = inner.pattern(linked_rule, linked)
                && !hits.iter().any(|hit| pattern.is_in(hit, &mut runs))
            {
                untested.push(shown.clone());
            }
            let tried = self.tried.get(number).copied().unwrap_or_default();
            let is_costly = of >= ENOUGH && tried * 100 > of * COMMON;
            match self.asks_for(rule, compiled) {
                Some(Little::Word { literal, share }) => {
                    remarks.push((
                        LintKind::TooCommon,
                        format!(
                            "the {kind} \"{shown}\" asks for no more than \"{literal}\", which about {share}% of all utterances have; write \
                             out more of it, or say where it must stand with `edge` or `when`"
                        ),
                    ));
                    continue;
                }
                // Where a match must stand may make up for it: that is seen where there is enough to measure.
                Some(Little::Letters(letters)) if is_costly || of < ENOUGH => {
                    remarks.push((
                        LintKind::Costly,
                        format!(
                            "the {kind} \"{shown}\" is looked for by a single character ({letters}), which many lines have; write out more of it"
                        ),
                    ));
                    continue;
                }
                _ => {}
            }
            if is_costly {
                remarks.push((
                    LintKind::Costly,
                    format!(
                        "the {kind} \"{shown}\" is tried on {}% of what the examples of other categories say, so it costs time on most \
                         calls; write out more of it",
                        tried * 100 / of
                    ),
                ));
            }
        }
        match untested.as_slice() {
            [] => {}
            [one] => remarks.push((LintKind::Untested, format!("no hit shows the pattern \"{one}\" at work; add one"))),
            [first, ..] => remarks.push((
                LintKind::Untested,
                format!(
                    "no hit shows {} of the {} patterns at work, such as \"{first}\"; add hits",
                    untested.len(),
                    rule.patterns.len()
                ),
            )),
        }
        for guard in rule.when.iter().chain(&rule.unless) {
            if let GuardRef::Inline(condition) = guard {
                remarks.extend(self.dead_condition(condition).map(|message| (LintKind::Dead, message)));
            }
        }
    }

    /// What a pattern, or a branch of it, asks for, where that is little.
    fn asks_for(&self, rule: &Rule, pattern: &CompiledPattern) -> Option<Little> {
        let has_place = rule.edge.is_some() || rule.boundary;
        // Conditions may tell what everybody says from an offence, and steps are what everybody should say.
        let may_be_common = has_place || !rule.when.is_empty() || rule.kind.category().is_none();
        if may_be_common && !has_place {
            return None;
        }
        let hir = parse(&self.classes.expression(pattern.written.as_str(), pattern.is_phrase).ok()?).ok()?;
        let shortest = hir.properties().minimum_len().unwrap_or_default();
        let share = |literal: &String| 1.0 - (1.0 - self.frequencies.of_literal(literal)).powi(LETTERS);
        for sets in literal::required(&hir, &self.frequencies) {
            let [set] = sets.as_slice() else { continue };
            let letters: Vec<&str> = set.iter().filter(|literal| literal.chars().count() < 2).map(String::as_str).collect();
            if !letters.is_empty() {
                return Some(Little::Letters(letters.join(" ")));
            }
            // A longer match asks for more than the word.
            let whole = set.iter().filter(|literal| literal.len() >= shortest);
            let most = whole.map(|literal| (share(literal), literal)).max_by(|(one, _), (other, _)| one.total_cmp(other));
            if let Some((share, literal)) = most.filter(|(share, _)| !may_be_common && *share > EVERYDAY) {
                return Some(Little::Word { literal: literal.clone(), share: (share * 100.0).round() as u32 });
            }
        }
        None
    }

    /// Phrases that a built-in rule for the same finds.
    fn lint_known_phrases(&self, rule: &Rule, remarks: &mut Remarks) {
        let inner = &*self.checker.0;
        if inner.added.is_empty() {
            return;
        }
        for phrase in rule.phrases.iter().filter(|phrase| !phrase.contains('{')) {
            let example = Example::of(phrase.clone());
            let finder = |hit: &Hit| inner.rule(hit.rule).filter(|other| other.is_built_in && other.compiled.kind == rule.kind);
            if let Some(finder) = self.hits(rule.scope, &example).iter().find_map(finder) {
                remarks.push((
                    LintKind::Shadowed,
                    format!("the phrase \"{phrase}\" is found by the built-in {} already; remove it", finder.compiled.id),
                ));
            }
        }
    }

    /// Wordings that would be flagged themselves, and so are never offered.
    fn lint_wordings(&self, rule: &Rule, remarks: &mut Remarks) {
        for fix in &rule.fixes {
            if let FixRef::Inline(fix) = fix {
                remarks.extend(self.flagged_wording(fix).map(|message| (LintKind::Wording, message)));
            }
        }
        for hit in &rule.hits {
            let findings = self.found(rule, hit);
            let Some(first) = findings.first() else { continue };
            let again = |wording: &Suggestion| {
                let Suggestion { span, text, .. } = wording;
                let fixed = apply(&hit.text, &mut vec![Edit { span: *span, text: text.clone() }]).0;
                let made = Span::new(span.start, span.start + text.len());
                self.found(rule, &Example { text: fixed, ..hit.clone() }).iter().any(|again| again.span.overlaps(made))
            };
            if let Some(wording) = first.suggestions.first()
                && first.suggestions.iter().all(again)
            {
                remarks.push((
                    LintKind::Wording,
                    format!(
                        "each wording for the hit \"{}\" triggers the rule again, such as \"{}\"; say it without the words that the rule finds",
                        hit.text, wording.text
                    ),
                ));
            }
        }
    }

    /// What is found in a wording that has no groups, by rules or as the scrap of a sentence.
    fn flagged_wording(&self, fix: &Fix) -> Option<String> {
        [Some(&fix.text), fix.tw.as_ref(), fix.hk.as_ref()].into_iter().flatten().filter(|text| !text.contains("${")).find_map(
            |text| {
                if let Some(scrap) = self.checker.clumsy(text, 0) {
                    return Some(format!(
                        "the wording \"{text}\" is taken for no sentence, or for a taunt (\"{scrap}\"), so it is never offered; say it in other words"
                    ));
                }
                let finding = self.checker.check(text).into_iter().next()?;
                Some(format!(
                    "the wording \"{text}\" is found by {} itself (\"{}\"), so it is never offered; say it in other words",
                    finding.rule, finding.text
                ))
            },
        )
    }

    /// What a rule finds in an example, alone.
    fn found(&self, rule: &Rule, example: &Example) -> Vec<Finding> {
        let number = self.numbers.get(&*rule.id).map(|(number, _)| *number);
        number.map(|number| self.checker.run_example(number, &example.text, example).findings).unwrap_or_default()
    }

    /// What the words of an example are found by, in the mouth of who a rule is about, the model aside.
    fn hits(&self, scope: Scope, example: &Example) -> Vec<Hit> {
        let context = Context {
            proposals: Proposals::None,
            by_words_alone: true,
            ..self.checker.example_context(scope, &example.text, example)
        };
        let mut hits = SCRATCH.with_borrow_mut(|scratch| self.checker.run_part(&example.text, 0, &context, scratch));
        hits.retain(|hit| hit.reason.is_none());
        hits
    }

    /// Rules that make this one superfluous, and rules that find what this one says is innocent.
    fn lint_rule(&self, rule: &Rule, remarks: &mut Remarks) {
        let all = self.checker.packs().iter().flat_map(|pack| &pack.rules);
        // The model finds much of what rules find, but speaks only where they are silent.
        let others: Vec<(u32, &Rule)> = all
            .filter(|other| other.id != rule.id && other.kind == rule.kind && other.scope == rule.scope && !other.model)
            .filter_map(|other| Some((self.numbers.get(&*other.id)?.0, other)))
            .collect();
        let own: Vec<Vec<Finding>> = rule.hits.iter().map(|hit| self.found(rule, hit)).collect();
        let mut covering: Vec<(u32, &Rule)> = others.clone();
        for (hit, own) in rule.hits.iter().zip(&own) {
            if covering.is_empty() {
                break;
            }
            let found = self.hits(rule.scope, hit);
            let covers =
                |number: u32| found.iter().any(|hit| hit.rule == number && own.iter().any(|own| own.span.overlaps(hit.span)));
            covering.retain(|&(number, _)| covers(number));
        }
        for (_, other) in covering {
            remarks.push((
                LintKind::Shadowed,
                format!(
                    "every hit is found by {} as well; remove one of the rules, or add a hit that only this one finds",
                    other.id
                ),
            ));
        }
        for miss in &rule.misses {
            let found = self.hits(rule.scope, miss);
            let finders = others.iter().filter(|(number, _)| found.iter().any(|hit| hit.rule == *number));
            let findings = finders.filter_map(|(_, other)| self.found(other, miss).into_iter().next());
            let findings: Vec<String> = findings.map(|finding| format!("{} (\"{}\")", finding.rule, finding.text)).collect();
            if !findings.is_empty() {
                remarks.push((
                    LintKind::Contradiction,
                    format!(
                        "the miss \"{}\" is a finding of {}; if it is innocent, mend that rule, else take another miss",
                        miss.text,
                        findings.join(", ")
                    ),
                ));
            }
        }
    }

    /// By id, the rules of added packs that find something in sentences which the other packs give as innocent and no rule of theirs minds.
    fn found_in_innocent_talk(&self, is_judged: &dyn Fn(&RulePack) -> bool) -> HashMap<String, String> {
        let inner = &*self.checker.0;
        let mut found: BTreeMap<u32, BTreeSet<&str>> = BTreeMap::new();
        for pack in self.checker.packs().iter().filter(|pack| !is_judged(pack)) {
            for rule in pack.rules.iter().filter(|rule| rule.kind.category().is_some() && rule.scope == Scope::Agent) {
                for miss in &rule.misses {
                    let hits = self.hits(rule.scope, miss);
                    let of = |hit: &Hit| inner.rule(hit.rule).filter(|rule| rule.compiled.kind.category().is_some());
                    if hits.iter().filter_map(of).any(|rule| rule.is_built_in) {
                        continue;
                    }
                    for hit in hits.iter().filter(|hit| of(hit).is_some()) {
                        found.entry(hit.rule).or_default().insert(&miss.text);
                    }
                }
            }
        }
        let often = found.into_iter().filter(|(_, sentences)| sentences.len() >= TOO_OFTEN);
        let told = often.filter_map(|(rule, sentences)| {
            let message = format!(
                "finds something in {} innocent sentences of the built-in packs, such as \"{}\"; write out more of it, or add `unless`",
                sentences.len(),
                sentences.first()?
            );
            Some((inner.rule(rule)?.compiled.id.to_string(), message))
        });
        told.collect()
    }

    /// Word classes, guards and lists of fixes that nobody uses, or that can never match.
    fn lint_vocabulary(&self, pack: &RulePack, lints: &mut Vec<Lint>) {
        let packs = self.checker.packs();
        let mut add = |name: &str, kind: LintKind, message: String| {
            lints.push(Lint { file: pack.file.clone(), line: 1, rule: name.to_owned(), kind, message });
        };
        for (name, conditions) in &pack.guards {
            for message in conditions.iter().filter_map(|condition| self.dead_condition(condition)) {
                add(name, LintKind::Dead, message);
            }
        }
        for (name, words) in &pack.classes {
            for word in words {
                if let Some(dead) = self.dead_part(word, false) {
                    add(name, LintKind::Dead, format!("the word \"{}\" {dead}", shown(word)));
                }
            }
        }
        for (name, fixes) in &pack.fixes {
            for message in fixes.iter().filter_map(|fix| self.flagged_wording(fix)) {
                add(name, LintKind::Wording, message);
            }
        }
        let rules = || packs.iter().flat_map(|pack| &pack.rules);
        fn guards_of(rule: &Rule) -> impl Iterator<Item = &GuardRef> {
            rule.when.iter().chain(&rule.unless)
        }
        for (name, _) in &pack.guards {
            if !rules().any(|rule| guards_of(rule).any(|guard| matches!(guard, GuardRef::Named(used) if used == name))) {
                add(name, LintKind::Unused, "no rule uses this guard; use it, or remove it".to_owned());
            }
        }
        let names_list =
            |rule: &Rule, name: &str| rule.fixes.iter().any(|fix| matches!(fix, FixRef::Named(used) if used == name));
        for (name, _) in &pack.fixes {
            if !rules().any(|rule| names_list(rule, name)) {
                add(name, LintKind::Unused, "no rule uses this list of fixes; use it, or remove it".to_owned());
            }
        }
        for (name, _) in &pack.classes {
            let mention = format!("{{{name}}}");
            let in_condition = |condition: &Condition| {
                condition.patterns().into_iter().any(|(_, written)| written.is_some_and(|written| written.contains(&mention)))
            };
            let in_fix = |fix: &Fix| fix.patterns().any(|pattern| pattern.contains(&mention));
            let in_rule = |rule: &Rule| {
                rule.phrases.iter().chain(&rule.patterns).any(|written| written.contains(&mention))
                    || rule.fixes.iter().any(|fix| matches!(fix, FixRef::Inline(fix) if in_fix(fix)))
                    || guards_of(rule).any(|guard| matches!(guard, GuardRef::Inline(condition) if in_condition(condition)))
            };
            let in_vocabulary = |of: &RulePack| {
                of.classes.iter().any(|(other, words)| other != name && words.iter().any(|word| word.contains(&mention)))
                    || of.guards.iter().any(|(_, conditions)| conditions.iter().any(in_condition))
                    || of.fixes.iter().any(|(_, fixes)| fixes.iter().any(in_fix))
            };
            if !BUILT_IN.contains(&name.as_str()) && !rules().any(in_rule) && !packs.iter().any(in_vocabulary) {
                add(name, LintKind::Unused, format!("nothing uses the word class {mention}; use it, or remove it"));
            }
        }
    }

    fn dead_condition(&self, condition: &Condition) -> Option<String> {
        condition.patterns().into_iter().find_map(|(key, written)| {
            let dead = self.dead_part(written?, false)?;
            Some(format!("the condition {key} = \"{}\" {dead}", shown(written?)))
        })
    }

    /// Why a pattern, or a part of it, can never match; its word classes are looked at where they are declared.
    fn dead_part(&self, written: &str, is_phrase: bool) -> Option<String> {
        let hir = parse(&self.hollow.expression(written, is_phrase).ok()?).ok()?;
        let never = self.never_folded(&hir)?;
        let hint = match never {
            ',' | ';' | ':' | ' ' | '~' => "; write ， for a pause",
            '!' | '?' | '.' => "; write the full-width mark",
            _ => "",
        };
        Some(format!("waits, at least in a part, for '{never}', which the folded text never has{hint}"))
    }

    /// The first character that an expression asks for and that no folded text has.
    fn never_folded(&self, hir: &Hir) -> Option<char> {
        match hir.kind() {
            HirKind::Literal(literal) => String::from_utf8_lossy(&literal.0).chars().find(|&c| !self.survives(c)),
            HirKind::Class(Class::Unicode(class)) => {
                // A class is dead when each of its characters is; a large one has some that live.
                let chars = class.iter().flat_map(|range| range.start()..=range.end()).take(64);
                let first = class.iter().next()?.start();
                (!chars.into_iter().any(|c| self.survives(c))).then_some(first)
            }
            // What may be left out does no harm.
            HirKind::Repetition(repetition) if repetition.min == 0 => None,
            HirKind::Repetition(repetition) => self.never_folded(&repetition.sub),
            HirKind::Capture(capture) => self.never_folded(&capture.sub),
            HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().find_map(|part| self.never_folded(part)),
            _ => None,
        }
    }

    fn survives(&self, c: char) -> bool {
        // What stands between single characters is noise, so there are several on each side.
        let stands = |word: &str| Folded::new(&format!("{word}{c}{word}"), 0, Reading::Plain).text.contains(&c);
        *self.survivors.borrow_mut().entry(c).or_insert_with(|| stands("天地") || stands("12") || stands("ab"))
    }
}

/// As much of a pattern as is needed to find it in its pack.
fn shown(written: &str) -> String {
    const LONG: usize = 48;
    match written.char_indices().nth(LONG) {
        Some((end, _)) => format!("{}…", written.get(..end).unwrap_or(written)),
        None => written.to_owned(),
    }
}
