//! What rule authors should look at: nothing here keeps a pack from loading. Receives a checker, hands on remarks. Runs the
//! examples of all rules through all rules, and looks at what the scan looks for.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use regex_syntax::hir::{Class, Hir, HirKind};

use super::Checker;
use crate::finding::Finding;
use crate::folded::{Folded, Reading};
use crate::rules::compile::{CompiledPattern, CompiledRule, Vocabulary};
use crate::rules::literal::squeeze;
use crate::rules::matcher::Runs;
use crate::rules::pattern::{Classes, Pattern, parse};
use crate::rules::{Condition, Example, Fix, FixRef, GuardRef, Kind, Rule, RulePack};
use crate::script;

/// Something about a rule that its author should look at.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Lint {
    /// The pack's file.
    pub file: String,
    /// The line of the rule, from 1.
    pub line: usize,
    /// The id of the rule.
    pub rule: String,
    /// What is wrong and how to mend it.
    pub message: String,
}

/// A pattern for which the scan stops at a greater share of what other categories say than this, in percent, costs more
/// than it is worth.
const COMMON: usize = 10;

/// A share of fewer sentences than this says nothing.
const ENOUGH: usize = 200;

/// Classes that the engine itself asks for.
const BUILT_IN: [&str; 2] = ["lead", "tail"];

impl Checker {
    /// What rule authors should look at: phrases that another phrase of the rule covers, patterns that no `hit` needs or that can
    /// never match, patterns for which the scan stops too often, sentences that are a `hit` and a `miss` at once, rules that
    /// another rule of the category makes superfluous or contradicts, word classes, guards and lists of fixes that nobody uses.
    #[must_use]
    pub fn lint(&self) -> Vec<Lint> {
        let mut lints = Vec::new();
        let Ok(across) = Across::new(self) else { return lints };
        let mut said: BTreeMap<String, &Rule> = BTreeMap::new();
        for pack in self.packs() {
            for rule in &pack.rules {
                let mut messages = Vec::new();
                lint_phrases(rule, &mut messages);
                across.lint_patterns(rule, &mut messages);
                lint_examples(rule, &mut said, &mut messages);
                across.lint_rule(rule, &mut messages);
                let lint = |message| Lint { file: pack.file.clone(), line: rule.line, rule: rule.id.to_string(), message };
                lints.extend(messages.into_iter().map(lint));
            }
            self.lint_vocabulary(pack, &across.classes, &mut lints);
        }
        lints
    }

    /// Word classes, guards and lists of fixes that nobody uses. The shared vocabulary is looked at only when its users are there.
    fn lint_vocabulary(&self, pack: &RulePack, classes: &Classes, lints: &mut Vec<Lint>) {
        let packs = self.packs();
        for (name, conditions) in &pack.guards {
            let dead = conditions.iter().filter_map(|condition| dead_condition(classes, condition));
            lints.extend(dead.map(|message| Lint { file: pack.file.clone(), line: 1, rule: name.clone(), message }));
        }
        let is_shared = pack.rules.is_empty();
        if is_shared && packs.iter().filter(|pack| !pack.rules.is_empty()).count() == self.0.added.len() {
            return;
        }
        let mut add = |name: &str, message: String| {
            lints.push(Lint { file: pack.file.clone(), line: 1, rule: name.to_owned(), message });
        };
        let rules = || packs.iter().flat_map(|pack| &pack.rules);
        let guards_of = |rule: &Rule| rule.when.iter().chain(&rule.unless).cloned().collect::<Vec<_>>();
        for (name, _) in &pack.guards {
            if !rules().any(|rule| guards_of(rule).iter().any(|guard| matches!(guard, GuardRef::Named(used) if used == name))) {
                add(name, "no rule uses this guard; use it, or remove it".to_owned());
            }
        }
        let names_list =
            |rule: &Rule, name: &str| rule.fixes.iter().any(|fix| matches!(fix, FixRef::Named(used) if used == name));
        for (name, _) in &pack.fixes {
            if !rules().any(|rule| names_list(rule, name)) {
                add(name, "no rule uses this list of fixes; use it, or remove it".to_owned());
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
                    || guards_of(rule).iter().any(|guard| matches!(guard, GuardRef::Inline(condition) if in_condition(condition)))
            };
            let in_vocabulary = |of: &RulePack| {
                of.classes.iter().any(|(other, words)| other != name && words.iter().any(|word| word.contains(&mention)))
                    || of.guards.iter().any(|(_, conditions)| conditions.iter().any(in_condition))
                    || of.fixes.iter().any(|(_, fixes)| fixes.iter().any(in_fix))
            };
            if !BUILT_IN.contains(&name.as_str()) && !rules().any(in_rule) && !packs.iter().any(in_vocabulary) {
                add(name, format!("nothing uses the word class {mention}; use it, or remove it"));
            }
        }
    }
}

/// Phrases that are not needed.
fn lint_phrases(rule: &Rule, messages: &mut Vec<String>) {
    for (index, phrase) in rule.phrases.iter().enumerate() {
        let covers = |other: &&String| fold(phrase).contains(&fold(other)) && fold(other) != fold(phrase);
        if let Some(other) = rule.phrases.iter().find(covers) {
            messages.push(format!("the phrase \"{phrase}\" is never needed: \"{other}\" finds it; remove it"));
        } else if rule.phrases.iter().take(index).any(|other| fold(other) == fold(phrase)) {
            messages.push(format!("the phrase \"{phrase}\" is there twice; remove one"));
        }
    }
}

/// Sentences that are a hit and a miss at once, or a hit of two rules.
fn lint_examples<'a>(rule: &'a Rule, said: &mut BTreeMap<String, &'a Rule>, messages: &mut Vec<String>) {
    for miss in &rule.misses {
        if rule.hits.iter().any(|hit| hit.customer == miss.customer && fold(&hit.text) == fold(&miss.text)) {
            messages.push(format!("\"{}\" is a hit and a miss", miss.text));
        }
    }
    for hit in &rule.hits {
        let before = said.insert(fold(&hit.text), rule);
        if let Some(other) = before.filter(|other| other.kind == rule.kind && other.id != rule.id) {
            messages.push(format!("\"{}\" is a hit of {} too: do the rules cover the same?", hit.text, other.id));
        }
    }
}

fn fold(text: &str) -> String {
    Folded::new(text, 0, Reading::Plain).text.into_iter().collect()
}

/// What all rules have to do with the examples of each.
struct Across<'a> {
    checker: &'a Checker,
    classes: Arc<Classes>,
    /// The rules as they are compiled, by their ids.
    compiled: BTreeMap<Arc<str>, CompiledRule>,
    /// All that the scan looks for.
    known: BTreeSet<String>,
    /// By category, for each example the literals that it has.
    literals: BTreeMap<Kind, Vec<BTreeSet<String>>>,
}

impl<'a> Across<'a> {
    fn new(checker: &'a Checker) -> Result<Self, crate::Error> {
        let packs = checker.packs();
        let mut vocabulary = Vocabulary::new(super::build::frequencies());
        for pack in packs {
            vocabulary.declare_written(pack)?;
        }
        let mut compiled = BTreeMap::new();
        for pack in packs {
            compiled.extend(vocabulary.compile(pack)?.rules.into_iter().map(|rule| (rule.id.clone(), rule)));
        }
        let patterns = || compiled.values().flat_map(|rule| &rule.rest.patterns);
        let known: BTreeSet<String> = patterns().flat_map(literals).cloned().collect();
        let mut said: BTreeMap<Kind, Vec<BTreeSet<String>>> = BTreeMap::new();
        for rule in packs.iter().flat_map(|pack| &pack.rules) {
            for example in rule.hits.iter().chain(&rule.misses) {
                said.entry(rule.kind.clone()).or_default().push(literals_in(&example.text, &known));
            }
        }
        Ok(Self { checker, classes: Arc::new(vocabulary.classes), compiled, known, literals: said })
    }

    /// Patterns that no hit needs, that can never match, or for which the scan stops too often.
    fn lint_patterns(&self, rule: &Rule, messages: &mut Vec<String>) {
        let mut runs = Runs::default();
        let hits: Vec<Vec<char>> = rule.hits.iter().map(|hit| Folded::new(&hit.text, 0, Reading::Plain).text).collect();
        for compiled in self.compiled.get(&*rule.id).into_iter().flat_map(|rule| &rule.rest.patterns) {
            let CompiledPattern { written, is_phrase, .. } = compiled;
            let (shown, kind) = (shown(written.as_str()), if *is_phrase { "phrase" } else { "pattern" });
            let pattern = Pattern::new(written.clone(), *is_phrase, rule.edge, self.classes.clone());
            if let Some(dead) = dead_part(&self.classes, written.as_str(), *is_phrase) {
                messages.push(format!("the {kind} \"{shown}\" {dead}"));
            } else if !is_phrase && !hits.iter().any(|hit| pattern.is_in(hit, &mut runs)) {
                messages.push(format!("no hit shows the pattern \"{shown}\" at work; add one"));
            }
            let single = |sets: &&Vec<Vec<String>>| match sets.as_slice() {
                [set] => set.iter().any(|literal| literal.chars().count() < 2),
                _ => false,
            };
            if let Some(sets) = compiled.literals.iter().find(single) {
                let short: Vec<&str> = sets.iter().flatten().filter(|l| l.chars().count() < 2).map(String::as_str).collect();
                let short = short.join(" ");
                messages.push(format!(
                    "the {kind} \"{shown}\" is looked for by a single character ({short}), which many lines have; write out more of it"
                ));
                continue;
            }
            let others = self.literals.iter().filter(|(category, _)| **category != rule.kind).flat_map(|(_, said)| said);
            let (mut of, mut stops) = (0, 0);
            for has in others {
                of += 1;
                stops += usize::from(is_candidate(compiled, has));
            }
            if of >= ENOUGH && stops * 100 > of * COMMON {
                messages.push(format!(
                    "the {kind} \"{shown}\" is tried on {}% of what the examples of other categories say, so it costs time on most calls; \
                     write out more of it",
                    stops * 100 / of
                ));
            }
        }
        for guard in rule.when.iter().chain(&rule.unless) {
            if let GuardRef::Inline(condition) = guard {
                messages.extend(dead_condition(&self.classes, condition));
            }
        }
    }

    /// Whether an example with these literals is a candidate for a rule.
    fn may_find(&self, rule: &Rule, has: &BTreeSet<String>) -> bool {
        let patterns = self.compiled.get(&*rule.id).into_iter().flat_map(|rule| &rule.rest.patterns);
        patterns.into_iter().any(|pattern| is_candidate(pattern, has))
    }

    /// What a rule finds in an example, alone.
    fn found(&self, rule: &Rule, example: &Example) -> Vec<Finding> {
        let index = self.checker.0.rules.iter().position(|linked| linked.compiled.id == rule.id);
        let run = |index| self.checker.run_example(index as u32, &example.text, example).findings;
        index.map(run).unwrap_or_default()
    }

    /// Rules that make this one superfluous, and rules that find what this one says is innocent.
    fn lint_rule(&self, rule: &Rule, messages: &mut Vec<String>) {
        let all = self.checker.packs().iter().flat_map(|pack| &pack.rules);
        // The model finds much of what rules find, but speaks only where they are silent.
        let others =
            all.filter(|other| other.id != rule.id && other.kind == rule.kind && other.scope == rule.scope && !other.model);
        let own: Vec<Vec<Finding>> = rule.hits.iter().map(|hit| self.found(rule, hit)).collect();
        let said: Vec<BTreeSet<String>> = rule.misses.iter().map(|miss| literals_in(&miss.text, &self.known)).collect();
        for other in others {
            let covers = |(hit, own): (&Example, &Vec<Finding>)| {
                let found = self.found(other, hit);
                own.iter().any(|own| found.iter().any(|found| found.span.overlaps(own.span)))
            };
            if rule.hits.iter().zip(&own).all(covers) {
                messages.push(format!(
                    "every hit is found by {} as well; remove one of the rules, or add a hit that only this one finds",
                    other.id
                ));
            }
            for (miss, _) in rule.misses.iter().zip(&said).filter(|(_, has)| self.may_find(other, has)) {
                if let Some(finding) = self.found(other, miss).first() {
                    messages.push(format!(
                        "the miss \"{}\" is a finding of {} (\"{}\"); if it is innocent, mend that rule, else take another miss",
                        miss.text, other.id, finding.text
                    ));
                }
            }
        }
    }
}

/// Whether a text with these literals has all that a branch of the pattern asks for.
fn is_candidate(pattern: &CompiledPattern, has: &BTreeSet<String>) -> bool {
    let complete = |sets: &Vec<Vec<String>>| sets.iter().all(|set| set.iter().any(|literal| has.contains(literal)));
    pattern.literals.iter().any(complete)
}

/// The literals that a text has, read as the scan reads it.
fn literals_in(text: &str, known: &BTreeSet<String>) -> BTreeSet<String> {
    const LONGEST: usize = 12;
    let letters: String = text.chars().map(script::fold).collect();
    let letters: Vec<char> = squeeze(&letters).chars().collect();
    let mut has = BTreeSet::new();
    for from in 0..letters.len() {
        for end in from + 1..=letters.len().min(from + LONGEST) {
            let part: String = letters.get(from..end).unwrap_or_default().iter().collect();
            if known.contains(&part) {
                has.insert(part);
            }
        }
    }
    has
}

/// All that the scan looks for on behalf of a pattern.
fn literals(pattern: &CompiledPattern) -> impl Iterator<Item = &String> {
    pattern.literals.iter().flatten().flatten()
}

/// As much of a pattern as is needed to find it in its pack.
fn shown(written: &str) -> String {
    const LONG: usize = 48;
    match written.char_indices().nth(LONG) {
        Some((end, _)) => format!("{}…", written.get(..end).unwrap_or(written)),
        None => written.to_owned(),
    }
}

fn dead_condition(classes: &Classes, condition: &Condition) -> Option<String> {
    condition.patterns().into_iter().find_map(|(key, written)| {
        let dead = dead_part(classes, written?, false)?;
        Some(format!("the condition {key} = \"{}\" {dead}", shown(written?)))
    })
}

/// Why a pattern, or a part of it, can never match.
fn dead_part(classes: &Classes, written: &str, is_phrase: bool) -> Option<String> {
    let hir = parse(&classes.expression(written, is_phrase).ok()?).ok()?;
    let never = never_folded(&hir)?;
    let hint = match never {
        ',' | ';' | ':' | ' ' | '~' => "; write ， for a pause",
        '!' | '?' | '.' => "; write the full-width mark",
        _ => "",
    };
    Some(format!("waits, at least in a part, for '{never}', which the folded text never has{hint}"))
}

/// The first character that an expression asks for and that no folded text has.
fn never_folded(hir: &Hir) -> Option<char> {
    match hir.kind() {
        HirKind::Literal(literal) => String::from_utf8_lossy(&literal.0).chars().find(|&c| !survives(c)),
        HirKind::Class(Class::Unicode(class)) => {
            // A class is dead when each of its characters is; a large one has some that live.
            let chars = class.iter().flat_map(|range| range.start()..=range.end()).take(64);
            let first = class.iter().next()?.start();
            (!chars.into_iter().any(survives)).then_some(first)
        }
        HirKind::Repetition(repetition) => never_folded(&repetition.sub),
        HirKind::Capture(capture) => never_folded(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().find_map(never_folded),
        _ => None,
    }
}

fn survives(c: char) -> bool {
    // What stands between single characters is noise, so there are several on each side.
    let stands = |word: &str| Folded::new(&format!("{word}{c}{word}"), 0, Reading::Plain).text.contains(&c);
    stands("天地") || stands("12") || stands("ab")
}
