//! A pack made ready: what a checker needs to start, as plain data. Receives [`RulePack`]s, hands on [`CompiledPack`]s;
//! the built-in ones are made by the build script, so that a program that starts neither parses TOML nor analyses patterns.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use regex_syntax::hir::Hir;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::rules::flow::{FlowRule, NoteRule};
use crate::rules::frequency::Frequencies;
use crate::rules::later::Later;
use crate::rules::library::Stock;
use crate::rules::matcher::Program;
use crate::rules::mend::most_like;
use crate::rules::pattern::{Classes, Source, crosses_clauses, has_open_part, parse};
use crate::rules::{
    CLAUSES, Care, Condition, Confidence, Edge, Fix, FixRef, GuardRef, Kind, Rule, RulePack, Scope, Severity, Weight, literal,
};
use crate::suggest::Template;
use crate::trigger::Wanted;

/// A pack, validated against the word classes and guards of all packs.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub(crate) struct CompiledPack {
    pub(crate) file: String,
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) classes: Later<Vec<(String, Vec<String>)>>,
    pub(crate) guards: Vec<(String, Later<Vec<Condition>>)>,
    pub(crate) fixes: Vec<(String, Later<Vec<Fix>>)>,
    pub(crate) rules: Vec<CompiledRule>,
    pub(crate) flows: Vec<FlowRule>,
    pub(crate) notes: Vec<NoteRule>,
}

/// What is needed of a rule to know whether to look for it, and the rest.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub(crate) struct CompiledRule {
    pub(crate) id: Arc<str>,
    pub(crate) kind: Kind,
    pub(crate) severity: Severity,
    pub(crate) confidence: Confidence,
    pub(crate) care: Care,
    pub(crate) weight: Weight,
    pub(crate) line: usize,
    pub(crate) scope: Scope,
    pub(crate) edge: Option<Edge>,
    /// Whether the model looks for it.
    pub(crate) model: bool,
    /// How many patterns it has.
    pub(crate) count: usize,
    pub(crate) rest: Later<Rest>,
}

/// What is needed of a rule to judge a match and to report it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub(crate) struct Rest {
    pub(crate) why: Arc<str>,
    pub(crate) boundary: bool,
    pub(crate) when: Vec<GuardRef>,
    pub(crate) unless: Vec<GuardRef>,
    /// As written: lists that rules have in common stand with their packs.
    pub(crate) fixes: Vec<FixRef>,
    pub(crate) patterns: Vec<CompiledPattern>,
}

/// A phrase or pattern as written, with the literals that the scan looks for.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub(crate) struct CompiledPattern {
    pub(crate) written: Source,
    pub(crate) is_phrase: bool,
    /// For each branch sets of literals; of one branch each set must have one in the text. Not kept for built-in packs, whose
    /// scanner is ready.
    #[serde(skip)]
    pub(crate) literals: Vec<Vec<Vec<String>>>,
    /// Whether a match may stand in more than one clause.
    pub(crate) crosses: bool,
    /// For each fix of the rule, whether the pattern matches words that the fix would drop.
    pub(crate) loses_words: Vec<bool>,
}

impl CompiledRule {
    /// What the scan must find for each of its patterns.
    #[allow(dead_code, reason = "called by the build script, which includes this file")]
    pub(crate) fn wanted(&self) -> impl Iterator<Item = Wanted<'_>> {
        let purpose = purpose(&self.kind, self.scope);
        self.rest.patterns.iter().map(move |pattern| pattern.wanted(purpose))
    }
}

impl CompiledPattern {
    /// What the scan must find for it, the pattern of a rule with that purpose.
    pub(crate) fn wanted(&self, purpose: u8) -> Wanted<'_> {
        Wanted { branches: &self.literals, crosses: self.crosses, purpose }
    }
}

/// What a rule is for, a bit for each purpose.
pub(crate) fn purpose(kind: &Kind, scope: Scope) -> u8 {
    match kind {
        Kind::Taboo(_) => judging(scope),
        Kind::Signal(_) | Kind::Step(_) => observing(scope),
    }
}

/// The purpose of taboos in what a speaker says.
pub(crate) fn judging(scope: Scope) -> u8 {
    1 << scope as u8
}

/// The purpose of signals and steps in what a speaker says.
pub(crate) fn observing(scope: Scope) -> u8 {
    8 << scope as u8
}

/// What is needed of a wording to know what it loses.
struct Wording {
    groups: BTreeSet<String>,
    from: Option<Hir>,
    /// Whether it tells clauses again, of which nobody knows what they lose.
    retells: bool,
}

/// The share of the places of a text at which a set of literals stands that half of all utterances have, of some thirty characters.
const OFTEN: f64 = 0.02;

/// The word classes and guards of packs that go together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Vocabulary {
    pub(crate) classes: Classes,
    pub(crate) guards: BTreeMap<String, Later<Vec<Condition>>>,
    pub(crate) fixes: BTreeMap<String, Later<Vec<Fix>>>,
    /// What patterns are compiled for.
    frequencies: Frequencies,
    ids: BTreeMap<String, String>,
}

impl Vocabulary {
    /// A vocabulary without words, for patterns that run over talk with these frequencies.
    pub(crate) fn new(frequencies: Frequencies) -> Self {
        Self { frequencies, ..Self::default() }
    }

    /// Takes in what a pack declares: its classes, guards and lists of fixes, and the lines and ids of its rules.
    pub(crate) fn declare<'a>(
        &mut self,
        file: &str,
        classes: &[(String, Vec<String>)],
        guards: &[(String, Later<Vec<Condition>>)],
        fixes: &[(String, Later<Vec<Fix>>)],
        rules: impl IntoIterator<Item = (usize, &'a str)>,
    ) -> Result<(), Error> {
        for (name, alternatives) in classes {
            if !self.classes.add(name, alternatives) {
                return Err(Error::rule(file, None, name, "another word class has this name; choose another one"));
            }
        }
        for (name, conditions) in guards {
            if self.guards.insert(name.clone(), conditions.clone()).is_some() {
                return Err(Error::rule(file, None, name, "another guard has this name; choose another one"));
            }
        }
        for (name, list) in fixes {
            if self.fixes.insert(name.clone(), list.clone()).is_some() {
                return Err(Error::rule(file, None, name, "another list of fixes has this name; choose another one"));
            }
        }
        for (line, id) in rules {
            if let Some(other) = self.ids.insert(id.to_owned(), file.to_owned()) {
                let message = format!("{other} has a rule with this id; give one of them another id");
                return Err(Error::rule(file, Some(line), id, message));
            }
        }
        Ok(())
    }

    /// The same of a pack as it was written.
    pub(crate) fn declare_written(&mut self, pack: &RulePack) -> Result<(), Error> {
        let rules = pack.rules.iter().map(|rule| (rule.line, &*rule.id));
        let flows = pack.flows.iter().map(|flow| (flow.line, &*flow.id));
        let notes = pack.notes.iter().map(|note| (note.line, &*note.id));
        self.declare(&pack.file, &pack.classes, &guards(pack), &fixes(pack), rules.chain(flows).chain(notes))
    }

    /// Compiles a pack whose classes and guards have been declared.
    pub(crate) fn compile(&self, pack: &RulePack) -> Result<CompiledPack, Error> {
        for (name, conditions) in &pack.guards {
            let fail = |message: String| Error::rule(&pack.file, None, name, message);
            if conditions.is_empty() {
                return Err(fail("a guard without conditions never holds; give it one".to_owned()));
            }
            conditions.iter().try_for_each(|condition| self.check(condition)).map_err(fail)?;
        }
        let rules = pack
            .rules
            .iter()
            .map(|rule| self.rule(rule).map_err(|message| Error::rule(&pack.file, Some(rule.line), &rule.id, message)))
            .collect::<Result<_, _>>()?;
        Ok(CompiledPack {
            file: pack.file.clone(),
            name: pack.name.clone(),
            version: pack.version.clone(),
            classes: pack.classes.clone().into(),
            guards: guards(pack),
            fixes: fixes(pack),
            rules,
            flows: pack.flows.clone(),
            notes: pack.notes.clone(),
        })
    }

    fn rule(&self, rule: &Rule) -> Result<CompiledRule, String> {
        for guard in rule.when.iter().chain(&rule.unless) {
            match guard {
                GuardRef::Named(name) if !self.guards.contains_key(name) => {
                    let names = most_like(name, self.guards.keys().map(String::as_str));
                    return Err(format!("there is no guard \"{name}\"; declare it under [guards], or use one of {names}"));
                }
                GuardRef::Named(_) => {}
                GuardRef::Inline(condition) => self.check(condition)?,
            }
        }
        let templates = self.fixes_of(rule)?;
        let templates = templates.into_iter().map(|fix| self.wording(rule, fix)).collect::<Result<Vec<_>, _>>()?;
        let written =
            rule.phrases.iter().map(|phrase| (phrase, true)).chain(rule.patterns.iter().map(|pattern| (pattern, false)));
        let patterns = written
            .map(|(written, is_phrase)| {
                self.pattern(rule, written, is_phrase, &templates).map_err(|message| format!("\"{written}\": {message}"))
            })
            .collect::<Result<Vec<_>, _>>()?;
        let count = patterns.len();
        let rest = Rest {
            why: rule.why.clone(),
            boundary: rule.boundary,
            when: rule.when.clone(),
            unless: rule.unless.clone(),
            fixes: rule.fixes.clone(),
            patterns,
        };
        Ok(CompiledRule {
            id: rule.id.clone(),
            kind: rule.kind.clone(),
            severity: rule.severity,
            confidence: rule.confidence,
            care: rule.care,
            weight: rule.weight,
            line: rule.line,
            scope: rule.scope,
            edge: rule.edge,
            model: rule.model,
            count,
            rest: rest.into(),
        })
    }

    /// The wordings of a rule, with those of the lists that it names.
    fn fixes_of<'a>(&'a self, rule: &'a Rule) -> Result<Vec<&'a Fix>, String> {
        let mut fixes = Vec::new();
        for fix in &rule.fixes {
            match fix {
                FixRef::Inline(fix) => fixes.push(fix),
                FixRef::Named(name) => match self.fixes.get(name) {
                    Some(list) => fixes.extend(list.iter()),
                    None => {
                        let names = most_like(name, self.fixes.keys().map(String::as_str));
                        let known = if names.is_empty() { String::new() } else { format!(", or use one of {names}") };
                        return Err(format!("there is no list of fixes \"{name}\"; declare it under [fixes]{known}"));
                    }
                },
            }
        }
        Ok(fixes)
    }

    /// The groups that a wording of a rule takes, and what it is made from, if that is not the match.
    fn wording(&self, rule: &Rule, fix: &Fix) -> Result<Wording, String> {
        let compiled = |from: &str| {
            let hir = self.classes.expression(from, false).and_then(|expression| parse(&expression));
            let hir = hir.and_then(|hir| Program::new(&hir).map(|_| hir));
            hir.map_err(|message| format!("from = \"{from}\": {message}"))
        };
        let from = fix.from.as_deref().map(compiled).transpose()?;
        let mut groups = BTreeSet::new();
        for text in [Some(&fix.text), fix.tw.as_ref(), fix.hk.as_ref()].into_iter().flatten() {
            groups.extend(Template::new(text)?.groups().map(str::to_owned));
        }
        let has = |pattern: &String, name: &str| pattern.contains(&format!("(?<{name}>"));
        for name in &groups {
            let is_told = name == CLAUSES && !fix.clauses.is_empty();
            if !is_told && !rule.patterns.iter().chain(&fix.from).any(|pattern| has(pattern, name)) {
                return Err(format!(
                    "a fix takes the group ${{{name}}}, which no pattern of the rule has; write (?<{name}>…) in one"
                ));
            }
        }
        for clause in &fix.clauses {
            compiled(&clause.from)?;
            if let Some(name) = Template::new(&clause.text)?.groups().find(|name| !has(&clause.from, name)) {
                return Err(format!(
                    "a clause takes the group ${{{name}}}, which its `from` does not have; write (?<{name}>…) in it"
                ));
            }
        }
        Ok(Wording { groups, from, retells: !fix.clauses.is_empty() })
    }

    fn pattern(&self, rule: &Rule, written: &str, is_phrase: bool, fixes: &[Wording]) -> Result<CompiledPattern, String> {
        let hir = parse(&self.classes.expression(written, is_phrase)?)?;
        if hir.properties().minimum_len().is_none() {
            return Err("this can never match".to_owned());
        }
        Program::new(&hir)?;
        let literals = literal::required(&hir, &self.frequencies);
        // A single character is everywhere, unless the rule says where it must stand.
        let least = if rule.edge.is_some() || rule.boundary { 1 } else { 2 };
        if literal::shortest(&literals) < least {
            return Err("there are no two characters that every match contains, so the scan has nothing to look for; \
                 write out more of it, make less of it optional, or add an `edge`"
                .to_owned());
        }
        let loses_words =
            fixes.iter().map(|fix| fix.retells || has_open_part(fix.from.as_ref().unwrap_or(&hir), &fix.groups)).collect();
        let crosses = rule.edge == Some(Edge::Utterance) || crosses_clauses(&hir);
        Ok(CompiledPattern { written: written.into(), is_phrase, literals, crosses, loses_words })
    }

    /// What must be found for what a condition asks for or a wording is made from; `None` where nothing need be, or what half of all
    /// utterances have: then it is cheaper to try it when it is asked for.
    fn literals(&self, written: &str) -> Option<Vec<Vec<Vec<String>>>> {
        let hir = parse(&self.classes.expression(written, false).ok()?).ok()?;
        let literals = literal::required(&hir, &self.frequencies);
        let rate = |set: &Vec<String>| set.iter().map(|literal| self.frequencies.of_literal(literal)).sum::<f64>();
        literals.iter().all(|sets| sets.first().is_some_and(|rarest| rate(rarest) <= OFTEN)).then_some(literals)
    }

    fn check(&self, condition: &Condition) -> Result<(), String> {
        if *condition == Condition::default() {
            return Err("a condition without keys always holds; give it before, after, around, …".to_owned());
        }
        for (key, source) in condition.patterns() {
            if let Some(source) = source {
                let compiled = parse(&self.classes.expression(source, false)?).and_then(|hir| Program::new(&hir));
                compiled.map_err(|message| format!("{key} = \"{source}\": {message}"))?;
            }
        }
        Ok(())
    }
}

/// What the engine itself looks for, of the shared word classes. Words that say nothing: fillers before a match, particles after it, and
/// marks; the clauses of courtesy with which agents begin and end; what shows that a wording is no sentence; what only tells something, and
/// taunts that do so too by their letters.
pub(crate) const ENGINE_PATTERNS: [&str; 6] = [
    "^(?:{lead}|[，。！？“”])*$",
    "^(?:{tail}|[，。！？“”])*$",
    "(?:^|[，。！？])(?<span>{courtesy}{tail}*)(?:$|[，。！？])",
    "{clumsy}",
    "^(?:[您你妳]们?|(?:{plain}|{fact-yue}|您好|你好|[呢吧啊呀哦喔哈啦](?:[，。！？]|$)|[，。！？“”])*)$",
    "{snide}",
];

/// The guards that a pack declares.
fn guards(pack: &RulePack) -> Vec<(String, Later<Vec<Condition>>)> {
    pack.guards.iter().map(|(name, conditions)| (name.clone(), conditions.clone().into())).collect()
}

/// The lists of fixes that a pack declares.
fn fixes(pack: &RulePack) -> Vec<(String, Later<Vec<Fix>>)> {
    pack.fixes.iter().map(|(name, fixes)| (name.clone(), fixes.clone().into())).collect()
}

/// What a program that starts finds ready.
#[derive(Debug)]
#[allow(dead_code, reason = "made by the build script, which includes this file")]
pub(crate) struct Ready {
    pub(crate) packs: Vec<CompiledPack>,
    pub(crate) programs: Vec<u8>,
    /// What the scan must find for what conditions ask for and wordings are made from, by number: for each branch sets of literals.
    pub(crate) conditions: Vec<Vec<Vec<Vec<String>>>>,
    pub(crate) frequencies: Frequencies,
}

/// Compiles the built-in packs together.
///
/// # Errors
/// The first mistake in any of them.
#[allow(dead_code, reason = "called by the build script, which includes this file")]
pub(crate) fn make_ready(packs: &[RulePack]) -> Result<Ready, Error> {
    let frequencies = Frequencies::of(packs);
    let mut vocabulary = Vocabulary::new(frequencies.clone());
    for pack in packs {
        vocabulary.declare_written(pack)?;
    }
    let packs = packs.iter().map(|pack| vocabulary.compile(pack)).collect::<Result<Vec<_>, _>>()?;
    let classes = &vocabulary.classes;
    let mut stock = Stock::default();
    for written in ENGINE_PATTERNS {
        stock.add(classes, written, false, None);
    }
    let inline = |guard: &GuardRef| match guard {
        GuardRef::Named(_) => None,
        GuardRef::Inline(condition) => Some(condition.clone()),
    };
    let rules = || packs.iter().flat_map(|pack| &pack.rules);
    let conditions = vocabulary.guards.values().flat_map(|conditions| conditions.iter()).cloned();
    let guards = rules().flat_map(|rule| rule.rest.when.iter().chain(&rule.rest.unless));
    let conditions: Vec<Condition> = conditions.chain(guards.filter_map(inline)).collect();
    let mut written: BTreeSet<&str> =
        conditions.iter().flat_map(|condition| condition.patterns()).filter_map(|(_, w)| w).collect();
    let own = rules().flat_map(|rule| &rule.rest.fixes).filter_map(|fix| match fix {
        FixRef::Inline(fix) => Some(fix),
        FixRef::Named(_) => None,
    });
    let listed = vocabulary.fixes.values().flat_map(|list| list.iter());
    written.extend(own.chain(listed).flat_map(Fix::patterns));
    let mut looked_for = Vec::new();
    for written in written {
        match vocabulary.literals(written) {
            Some(literals) => {
                stock.add_condition(classes, written, looked_for.len() as u32);
                looked_for.push(literals);
            }
            None => stock.add(classes, written, false, None),
        }
    }
    for rule in rules() {
        for pattern in &rule.rest.patterns {
            stock.add(classes, pattern.written.as_str(), pattern.is_phrase, rule.edge);
        }
    }
    let programs = stock.into_bytes().map_err(|message| Error::syntax("built-in packs", None, message))?;
    Ok(Ready { packs, programs, conditions: looked_for, frequencies })
}
