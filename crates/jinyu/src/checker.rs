//! The order of the stages: the only file that knows it. Packs are compiled here, text runs through here.

mod lint;

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use crate::conversation::{Channel, Speaker, Utterance};
use crate::error::Error;
use crate::finding::{Dismissal, Examination, Finding, Reason};
use crate::folded::{Folded, Reading};
use crate::homophones::{Homophone, Homophones};
use crate::rules::compile::{CompiledPack, CompiledPattern, CompiledRule, FILLERS, Vocabulary};
use crate::rules::matcher::{Match, Runs};
use crate::rules::pattern::{Classes, Pattern};
use crate::rules::{Condition as RawCondition, Confidence, Example, Fix, GuardRef, Replace, Rule, RulePack, Scope};
use crate::scan::{Scanner, Scratch, Triggered};
use crate::script::Script;
use crate::span::Span;
use crate::suggest::{Edit, Fixed, Safety, Suggestion, Template, apply, keeps_facts};
use crate::verify::{Check, CheckName, Condition, Judge, judge, matches};

/// The built-in packs as written, file name and text, in order of loading; the first is the shared vocabulary.
const SOURCES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/sources.rs"));

/// The same, compiled by the build script.
static COMPILED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/packs.bin"));

/// Their patterns and guards as programs.
static PROGRAMS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/programs.bin"));

/// The scanner for their literals, ready to be used in place.
static SCANNER: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/scan.bin"));

/// The same by sound; read when text from speech recognition is to be checked.
static HOMOPHONES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/homophones.bin"));

/// A match of text from speech recognition needs this many characters: with fewer, another word is likelier than an error.
const LEAST_HEARD: usize = 3;

thread_local! {
    /// Buffers of the scan, one for each thread that checks.
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// A longer utterance is judged in parts of at most this many bytes, so that cost stays linear.
const PART: usize = 3 * 1024;

/// Fixes are applied again to what they made at most this often.
const ROUNDS: usize = 8;

/// Checks utterances against rule packs. Immutable; a clone is one pointer; may be used from many threads at once.
///
/// Only building can fail: checking never does, and never panics, whatever the text.
///
/// ```
/// use jinyu::Checker;
///
/// let checker = Checker::builder().build()?;
/// let findings = checker.check("您好,你没有填对。");
/// assert_eq!(findings[0].text, "你没有填对");
/// assert_eq!(findings[0].category.as_str(), "blame");
/// # Ok::<(), jinyu::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Checker(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// File and name of each pack in use.
    names: Vec<(String, String)>,
    /// The packs as written; built-in ones are read when somebody asks.
    packs: OnceLock<Vec<RulePack>>,
    added: Vec<RulePack>,
    rules: Vec<LinkedRule>,
    /// By the numbers that the scanners know them by; patterns of built-in packs that are left out are gone.
    patterns: Vec<Option<LinkedPattern>>,
    /// The one for built-in packs, unless they are all left out, and the one for added packs, if there are any.
    scanners: Vec<Scanner>,
    /// The same by sound; none for text that was typed.
    homophones: Vec<Homophones>,
    fillers: Fillers,
    script: Script,
}

/// Words that say nothing: what a replaced clause may lose besides the match.
#[derive(Debug)]
struct Fillers {
    lead: Pattern,
    tail: Pattern,
}

/// A rule, linked with the others.
#[derive(Debug)]
struct LinkedRule {
    id: Arc<str>,
    why: Arc<str>,
    compiled: CompiledRule,
    judge: Judge,
    /// Read from the rule's fixes on first need.
    templates: OnceLock<Vec<Templates>>,
}

/// The wordings of a fix.
#[derive(Debug)]
struct Templates {
    text: Template,
    tw: Option<Template>,
    hk: Option<Template>,
}

#[derive(Debug)]
struct LinkedPattern {
    /// Index into `Inner::rules`.
    rule: u32,
    /// Index into its patterns.
    index: usize,
    pattern: Pattern,
}

/// Collects packs and settings for a [`Checker`].
#[derive(Clone, Debug)]
pub struct CheckerBuilder {
    packs: Vec<RulePack>,
    defaults: bool,
    examples: bool,
    script: Script,
    channel: Channel,
}

/// An example of a rule that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExampleFailure {
    /// The pack's file.
    pub file: String,
    /// The line of the rule, from 1.
    pub line: usize,
    /// The id of the rule.
    pub rule: String,
    /// What does not hold, in a sentence.
    pub message: String,
}

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

/// A conversation while it is held: utterances go in one by one, findings come out at once.
///
/// It remembers what the customer said last, which guards may ask for, and which script is written.
#[derive(Clone, Debug)]
pub struct Session {
    checker: Checker,
    customer: Option<String>,
    last: Speaker,
    script: Option<Script>,
}

impl CheckerBuilder {
    /// Adds a pack. One with the name of a built-in pack takes its place. Its examples are run by [`build`](Self::build).
    #[must_use]
    pub fn pack(mut self, pack: RulePack) -> Self {
        self.packs.push(pack);
        self
    }

    /// Leaves the built-in rules out; the shared vocabulary stays.
    #[must_use]
    pub fn without_default_packs(mut self) -> Self {
        self.defaults = false;
        self
    }

    /// Leaves the examples of added packs unrun, for callers that ask for [`Checker::test`] themselves.
    #[must_use]
    pub fn without_examples(mut self) -> Self {
        self.examples = false;
        self
    }

    /// The script that suggestions are written in where a text does not tell; Simplified if not set.
    #[must_use]
    pub fn script(mut self, script: Script) -> Self {
        self.script = script;
        self
    }

    /// How the text to check came about; [`Channel::Text`] if not set. For [`Channel::Speech`], words that sound like an offence are
    /// found too, with low confidence.
    ///
    /// ```
    /// use jinyu::{Channel, Checker};
    /// let checker = Checker::builder().channel(Channel::Speech).build()?;
    /// let findings = checker.check("你没有填队");
    /// assert_eq!(findings[0].text, "你没有填队");
    /// assert_eq!(findings[0].assumed.as_deref(), Some("你没有填对"));
    /// # Ok::<(), jinyu::Error>(())
    /// ```
    #[must_use]
    pub fn channel(mut self, channel: Channel) -> Self {
        self.channel = channel;
        self
    }

    /// Compiles the packs.
    ///
    /// # Errors
    /// When an added pack has a broken pattern, a pattern without a literal to scan for, an unknown word class or guard, an id that
    /// is taken, or an example that does not hold.
    pub fn build(self) -> Result<Checker, Error> {
        let built_in: Vec<CompiledPack> = postcard::from_bytes(COMPILED)
            .map_err(|error| Error::syntax("built-in packs", None, format!("cannot be read: {error}")))?;
        let is_kept = |index: usize, pack: &CompiledPack| {
            (self.defaults || index == 0) && !self.packs.iter().any(|added| added.name == pack.name)
        };
        let kept: Vec<bool> = built_in.iter().enumerate().map(|(index, pack)| is_kept(index, pack)).collect();
        let mut vocabulary = Vocabulary::default();
        for (pack, _) in built_in.iter().zip(&kept).filter(|&(_, &kept)| kept) {
            let rules = pack.rules.iter().map(|rule| (rule.line, rule.id.as_str()));
            vocabulary.declare(&pack.file, &pack.classes, &pack.guards, rules)?;
        }
        for pack in &self.packs {
            vocabulary.declare_written(pack)?;
        }
        // The programs that are ready stand for patterns as the built-in classes expand them, and for no others.
        if kept.iter().all(|&kept| kept) {
            vocabulary.classes.use_programs(PROGRAMS);
        }
        let added = self.packs.iter().map(|pack| vocabulary.compile(pack)).collect::<Result<Vec<_>, _>>()?;
        let places = kept.into_iter().map(|kept| if kept { Place::BuiltIn } else { Place::LeftOut });
        let packs = built_in.into_iter().zip(places).chain(added.into_iter().map(|pack| (pack, Place::Added)));
        let checker = Checker(Arc::new(Inner::link(packs, vocabulary, self.packs, self.script, self.channel)));
        if self.examples {
            for pack in &checker.0.added {
                if let Some(failure) = checker.test(&pack.name).into_iter().next() {
                    return Err(Error::example(&failure.file, Some(failure.line), &failure.rule, failure.message));
                }
            }
        }
        Ok(checker)
    }
}

/// Where a pack comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    BuiltIn,
    /// Built in, but not wanted: its patterns keep their numbers in the built-in scanner.
    LeftOut,
    Added,
}

/// What rules share while they are linked: one pattern for each condition that is written alike.
struct Linker {
    classes: Arc<Classes>,
    guards: BTreeMap<String, Check>,
    conditions: HashMap<String, Arc<Pattern>>,
}

impl Linker {
    fn pattern(&mut self, written: Option<&String>) -> Option<Arc<Pattern>> {
        let written = written?;
        if let Some(pattern) = self.conditions.get(written) {
            return Some(pattern.clone());
        }
        let pattern = Arc::new(Pattern::new(written.clone(), false, None, self.classes.clone()));
        self.conditions.insert(written.clone(), pattern.clone());
        Some(pattern)
    }

    fn condition(&mut self, raw: &RawCondition) -> Condition {
        Condition {
            around: self.pattern(raw.around.as_ref()),
            before: self.pattern(raw.before.as_ref()),
            after: self.pattern(raw.after.as_ref()),
            earlier: self.pattern(raw.earlier.as_ref()),
            later: self.pattern(raw.later.as_ref()),
            utterance: self.pattern(raw.utterance.as_ref()),
            customer: self.pattern(raw.customer.as_ref()),
            quoted: raw.quoted,
        }
    }

    fn checks(&mut self, guards: &[GuardRef]) -> Vec<Check> {
        let check = |guard: &GuardRef| match guard {
            GuardRef::Named(name) => self.guards.get(name).cloned(),
            GuardRef::Inline(raw) => {
                Some(Check { name: CheckName::Written(Arc::new(raw.clone())), conditions: Arc::new([self.condition(raw)]) })
            }
        };
        guards.iter().filter_map(check).collect()
    }
}

impl Inner {
    /// Links compiled packs, built-in ones first.
    fn link(
        packs: impl IntoIterator<Item = (CompiledPack, Place)>,
        vocabulary: Vocabulary,
        added: Vec<RulePack>,
        script: Script,
        channel: Channel,
    ) -> Self {
        let classes = Arc::new(vocabulary.classes);
        let mut linker = Linker { classes: classes.clone(), guards: BTreeMap::new(), conditions: HashMap::new() };
        for (name, conditions) in &vocabulary.guards {
            let conditions: Arc<[Condition]> = conditions.iter().map(|raw| linker.condition(raw)).collect();
            linker.guards.insert(name.clone(), Check { name: CheckName::Named(name.as_str().into()), conditions });
        }
        let surroundings = |written: &str| Pattern::new(written.to_owned(), false, None, classes.clone());
        let [lead, tail] = FILLERS.map(surroundings);
        let fillers = Fillers { lead, tail };
        let mut rules: Vec<LinkedRule> = Vec::new();
        let mut patterns: Vec<Option<LinkedPattern>> = Vec::new();
        let mut names = Vec::new();
        let mut wanted: Vec<CompiledPattern> = Vec::new();
        let mut first_added = 0;
        for (mut pack, place) in packs {
            if place != Place::Added {
                first_added = patterns.len() + pack.rules.iter().map(|rule| rule.patterns.len()).sum::<usize>();
            }
            if place == Place::LeftOut {
                patterns.extend(pack.rules.iter().flat_map(|rule| &rule.patterns).map(|_| None));
                continue;
            }
            for mut rule in std::mem::take(&mut pack.rules) {
                for (index, pattern) in rule.patterns.iter_mut().enumerate() {
                    if place == Place::Added {
                        wanted.push(pattern.clone());
                    }
                    let written = std::mem::take(&mut pattern.written);
                    let pattern = Pattern::new(written, pattern.is_phrase, rule.edge, classes.clone());
                    patterns.push(Some(LinkedPattern { rule: rules.len() as u32, index, pattern }));
                }
                rules.push(LinkedRule {
                    id: rule.id.as_str().into(),
                    why: rule.why.as_str().into(),
                    judge: Judge {
                        scope: rule.scope,
                        boundary: rule.boundary,
                        when: linker.checks(&rule.when),
                        unless: linker.checks(&rule.unless),
                    },
                    compiled: rule,
                    templates: OnceLock::new(),
                });
            }
            names.push((pack.file, pack.name));
        }
        let mut scanners = Vec::new();
        let mut homophones: Vec<Homophones> = Vec::new();
        if patterns.iter().take(first_added).any(Option::is_some) {
            scanners.push(Scanner::from_static(SCANNER));
            if channel == Channel::Speech {
                homophones.extend(postcard::from_bytes::<Homophones>(HOMOPHONES));
            }
        }
        if !wanted.is_empty() {
            let wanted = || wanted.iter().map(CompiledPattern::wanted);
            scanners.push(Scanner::new(wanted(), first_added as u32));
            if channel == Channel::Speech {
                homophones.push(Homophones::new(wanted(), first_added as u32));
            }
        }
        Self { names, packs: OnceLock::new(), added, rules, patterns, scanners, homophones, fillers, script }
    }

    fn rule(&self, index: u32) -> Option<&LinkedRule> {
        self.rules.get(index as usize)
    }

    /// The packs in use as written, in order of loading.
    fn packs(&self) -> &[RulePack] {
        self.packs.get_or_init(|| {
            let read = |(file, name): &(String, String)| {
                let added = self.added.iter().find(|added| added.name == *name);
                let built_in = || {
                    let (file, text) = SOURCES.iter().find(|(known, _)| known == file)?;
                    RulePack::from_toml(file, text).ok()
                };
                added.cloned().or_else(built_in)
            };
            self.names.iter().filter_map(read).collect()
        })
    }
}

impl LinkedRule {
    fn templates(&self) -> &[Templates] {
        self.templates.get_or_init(|| {
            let optional = |text: &Option<String>| text.as_deref().and_then(|text| Template::new(text).ok());
            let read = |fix: &Fix| {
                Template::new(&fix.text).ok().map(|text| Templates { text, tw: optional(&fix.tw), hk: optional(&fix.hk) })
            };
            self.compiled.fixes.iter().filter_map(read).collect()
        })
    }
}

/// A match that is being judged, with its place in the original.
struct Hit {
    rule: u32,
    span: Span,
    reason: Option<Reason>,
    confidence: Confidence,
    assumed: Option<String>,
    suggestions: Vec<Suggestion>,
}

impl Checker {
    /// A builder with the built-in packs.
    #[must_use]
    pub fn builder() -> CheckerBuilder {
        CheckerBuilder {
            packs: Vec::new(),
            defaults: true,
            examples: true,
            script: Script::default(),
            channel: Channel::default(),
        }
    }

    /// Findings of one utterance of an agent, without context, in order of their start.
    #[must_use]
    pub fn check(&self, text: &str) -> Vec<Finding> {
        self.examine(text).findings
    }

    /// The same together with the matches that are no findings and what let them pass.
    #[must_use]
    pub fn examine(&self, text: &str) -> Examination {
        let script = Script::detect(text).unwrap_or(self.0.script);
        let context = Context { speaker: Speaker::Agent, customer: None, script, only: None };
        self.run(text, &context)
    }

    /// A new conversation.
    #[must_use]
    pub fn session(&self) -> Session {
        Session { checker: self.clone(), customer: None, last: Speaker::Unknown, script: None }
    }

    /// The packs in use, in order of loading.
    #[must_use]
    pub fn packs(&self) -> &[RulePack] {
        self.0.packs()
    }

    /// The rule with that id.
    #[must_use]
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.0.packs().iter().flat_map(|pack| &pack.rules).find(|rule| &*rule.id == id)
    }

    /// Applies the best wording of each finding that is trusted at least so far, again and again until nothing changes.
    ///
    /// [`Safety::Show`] counts as [`Safety::Unsafe`]: advice is never applied. Applying it to its own result changes
    /// nothing more. Numbers, dates, amounts, names and Latin words survive.
    ///
    /// ```
    /// use jinyu::{Checker, Safety};
    /// let checker = Checker::builder().build()?;
    /// let fixed = checker.fix("你必须先付款。", Safety::Safe);
    /// assert_eq!(checker.fix(&fixed.text, Safety::Safe).text, fixed.text);
    /// # Ok::<(), jinyu::Error>(())
    /// ```
    #[must_use]
    pub fn fix(&self, text: &str, at_least: Safety) -> Fixed {
        let at_least = at_least.max(Safety::Unsafe);
        let mut current = text.to_owned();
        let mut applied = 0;
        let script = Script::detect(text).unwrap_or(self.0.script);
        let context = Context { speaker: Speaker::Agent, customer: None, script, only: None };
        for _ in 0..ROUNDS {
            let findings = self.run(&current, &context).findings;
            let best = |finding: &Finding| finding.suggestions.iter().find(|suggestion| suggestion.safety >= at_least).cloned();
            let mut edits: Vec<Edit> =
                findings.iter().filter_map(best).map(|best| Edit { span: best.span, text: best.text }).collect();
            if edits.is_empty() {
                let withheld = findings.iter().filter(|f| f.suggestions.iter().any(|s| s.safety == Safety::Unsafe)).count();
                return Fixed { text: current, applied, withheld };
            }
            let (next, count) = apply(&current, &mut edits);
            current = next;
            applied += count;
        }
        // Wordings that call each other forth are worse than the original.
        Fixed { text: text.to_owned(), applied: 0, withheld: applied }
    }

    fn run(&self, text: &str, context: &Context<'_>) -> Examination {
        SCRATCH.with_borrow_mut(|scratch| self.run_with(text, context, scratch))
    }

    fn run_with(&self, text: &str, context: &Context<'_>, scratch: &mut Scratch) -> Examination {
        let mut examination = Examination::default();
        let mut start = 0;
        while start < text.len() {
            let end = part_end(text, start);
            let hits = self.run_part(text.get(start..end).unwrap_or(""), start, context, scratch);
            if !hits.is_empty() {
                let mut part = self.settle(text, context, hits);
                examination.findings.append(&mut part.findings);
                examination.dismissals.append(&mut part.dismissals);
            }
            start = end;
        }
        examination
    }

    fn run_part(&self, text: &str, offset: usize, context: &Context<'_>, scratch: &mut Scratch) -> Vec<Hit> {
        let inner = &*self.0;
        let mut readings: Option<Readings> = None;
        let mut patterns: Vec<Triggered> = Vec::new();
        let mut disguised: Vec<Triggered> = Vec::new();
        for scanner in &inner.scanners {
            scanner.scan(text, scratch);
            if scratch.candidates.is_empty() {
                continue;
            }
            let Readings { plain, squeezed } = readings.get_or_insert_with(|| Readings::new(text, offset));
            scanner.triggered(scratch, |byte| plain.clause_of(byte + offset), &mut patterns);
            if let Some(squeezed) = squeezed {
                scanner.triggered(scratch, |byte| squeezed.clause_of(byte + offset), &mut disguised);
            }
        }
        let heard: Vec<Homophone> = inner.homophones.iter().flat_map(|homophones| homophones.find(text, scratch)).collect();
        if patterns.is_empty() && disguised.is_empty() && heard.is_empty() {
            return Vec::new();
        }
        let Readings { plain, squeezed } = readings.unwrap_or_else(|| Readings::new(text, offset));
        let customer = context.customer.map(|said| Folded::new(said, 0, Reading::Plain).text);
        let mut part = Part { inner, context, text, offset, customer, runs: Runs::default(), hits: Vec::new() };
        for (index, clause) in patterns {
            part.look(index, &plain, clause, None);
        }
        for (index, clause) in disguised {
            if let Some(squeezed) = &squeezed {
                part.look(index, squeezed, clause, None);
            }
        }
        for Homophone { pattern, span, literal } in heard {
            let span = Span::new(span.start + offset, span.end + offset);
            if let Some((respelled, place)) = plain.respelled(span, &literal) {
                part.look(pattern, &respelled, None, Some(&place));
            }
        }
        part.hits
    }

    /// Orders the hits and keeps, of findings of one category that overlap, the weightiest.
    fn settle(&self, text: &str, context: &Context<'_>, mut hits: Vec<Hit>) -> Examination {
        let inner = &*self.0;
        let mut examination = Examination::default();
        let weight = |hit: &Hit| {
            let severity = inner.rule(hit.rule).map(|rule| rule.compiled.severity);
            let applicable = hit.suggestions.iter().map(|suggestion| suggestion.safety).max();
            (hit.reason.is_none(), severity, hit.confidence, applicable, hit.span.len())
        };
        hits.sort_by(|one, other| {
            weight(other).cmp(&weight(one)).then(one.span.start.cmp(&other.span.start)).then(one.rule.cmp(&other.rule))
        });
        for hit in hits {
            let Some(rule) = inner.rule(hit.rule) else { continue };
            let words = hit.span.slice(text).to_owned();
            let covering = examination
                .findings
                .iter()
                .find(|finding: &&Finding| finding.span.overlaps(hit.span) && finding.category == rule.compiled.category);
            let reason = match (hit.reason, covering) {
                (None, None) => {
                    examination.findings.push(Finding {
                        rule: rule.id.clone(),
                        category: rule.compiled.category,
                        severity: rule.compiled.severity,
                        confidence: hit.confidence,
                        span: hit.span,
                        text: words,
                        assumed: hit.assumed,
                        message: rule.why.clone(),
                        script: context.script,
                        suggestions: hit.suggestions,
                    });
                    continue;
                }
                (Some(reason), _) => reason,
                // Another pattern of the same rule found the same: nothing to tell.
                (None, Some(finding)) if finding.rule == rule.id => continue,
                (None, Some(finding)) => Reason::Covered(finding.rule.clone()),
            };
            let dismissal = Dismissal { rule: rule.id.clone(), span: hit.span, text: words, reason };
            if !examination.dismissals.contains(&dismissal) {
                examination.dismissals.push(dismissal);
            }
        }
        examination.findings.sort_by(|one, other| (one.span, &one.rule).cmp(&(other.span, &other.rule)));
        examination.dismissals.sort_by(|one, other| (one.span, &one.rule).cmp(&(other.span, &other.rule)));
        examination
    }

    /// Runs the examples of the pack with that name; an empty answer is good news.
    #[must_use]
    pub fn test(&self, pack: &str) -> Vec<ExampleFailure> {
        let mut failures = Vec::new();
        let Some(pack) = self.packs().iter().find(|of| of.name == pack) else { return failures };
        for rule in &pack.rules {
            let Some(index) = self.0.rules.iter().position(|linked| linked.id == rule.id) else { continue };
            let hits = rule.hits.iter().filter_map(|example| self.test_hit(index as u32, example));
            let misses = rule.misses.iter().filter_map(|example| self.test_miss(index as u32, example));
            failures.extend(hits.chain(misses).map(|message| ExampleFailure {
                file: pack.file.clone(),
                line: rule.line,
                rule: rule.id.to_string(),
                message,
            }));
        }
        failures
    }

    fn run_example(&self, rule: u32, text: &str, customer: Option<&str>) -> Examination {
        let script = Script::detect(text).unwrap_or(self.0.script);
        let speaker = match self.0.rule(rule).map(|rule| rule.judge.scope) {
            Some(Scope::Customer) => Speaker::Customer,
            _ => Speaker::Agent,
        };
        let context = Context { speaker, customer, script, only: Some(rule) };
        self.run(text, &context)
    }

    fn test_hit(&self, rule: u32, example: &Example) -> Option<String> {
        let customer = example.customer.as_deref();
        let examination = self.run_example(rule, &example.text, customer);
        let Some(first) = examination.findings.first() else {
            let why = match examination.dismissals.first() {
                Some(dismissal) => format!("\"{}\" matches, but it is let pass: {}", dismissal.text, dismissal.reason),
                None => "no pattern matches".to_owned(),
            };
            return Some(format!("the hit \"{}\" is not found: {why}", example.text));
        };
        if let Some(expected) = &example.expected_match
            && !examination.findings.iter().any(|finding| finding.text == *expected)
        {
            return Some(format!("the hit \"{}\" should match \"{expected}\" but matches \"{}\"", example.text, first.text));
        }
        for finding in &examination.findings {
            for suggestion in finding.suggestions.iter().filter(|suggestion| suggestion.safety > Safety::Show) {
                let fixed = apply(&example.text, &mut vec![Edit { span: suggestion.span, text: suggestion.text.clone() }]).0;
                let end = suggestion.span.start + suggestion.text.len();
                let made = Span::new(suggestion.span.start, end);
                if self.run_example(rule, &fixed, customer).findings.iter().any(|again| again.span.overlaps(made)) {
                    return Some(format!("the fix of \"{}\" triggers the rule again: \"{fixed}\"", example.text));
                }
            }
        }
        let best = first.suggestions.iter().find(|suggestion| suggestion.safety > Safety::Show);
        if let Some(expected) = &example.expected_fix {
            let Some(best) = best else {
                return Some(format!(
                    "the hit \"{}\" should be fixed to \"{expected}\" but has no fix that can be applied",
                    example.text
                ));
            };
            let fixed = apply(&example.text, &mut vec![Edit { span: best.span, text: best.text.clone() }]).0;
            if fixed != *expected {
                return Some(format!("the hit \"{}\" should be fixed to \"{expected}\" but becomes \"{fixed}\"", example.text));
            }
        }
        None
    }

    fn test_miss(&self, rule: u32, example: &Example) -> Option<String> {
        let found = self.run_example(rule, &example.text, example.customer.as_deref()).findings;
        found.first().map(|finding| format!("the miss \"{}\" is found: \"{}\"", example.text, finding.text))
    }
}

/// Where a part that begins at `start` ends: at the end of the text, after a stop, or else at a character boundary.
fn part_end(text: &str, start: usize) -> usize {
    if text.len() - start <= PART {
        return text.len();
    }
    let mut end = start + PART;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let part = text.get(start..end).unwrap_or("");
    let stop = part.rfind(['。', '！', '？', '!', '?', '\n']).filter(|&at| at > PART / 2);
    let pause = || part.rfind(['，', ',', ' ']).filter(|&at| at > PART / 2);
    match stop.or_else(pause).and_then(|at| part.get(at..)?.chars().next().map(|c| at + c.len_utf8())) {
        Some(after) => start + after,
        None => end,
    }
}

/// What is known about an utterance besides its words.
struct Context<'a> {
    speaker: Speaker,
    customer: Option<&'a str>,
    script: Script,
    /// Index of the only rule to run.
    only: Option<u32>,
}

impl Context<'_> {
    fn concerns(&self, scope: Scope) -> bool {
        match scope {
            Scope::Any => true,
            Scope::Agent => self.speaker == Speaker::Agent,
            Scope::Customer => self.speaker == Speaker::Customer,
        }
    }
}

/// How a part of an utterance may be read.
struct Readings {
    plain: Folded,
    /// Only for a text that looks disguised.
    squeezed: Option<Folded>,
}

impl Readings {
    fn new(text: &str, offset: usize) -> Self {
        let plain = Folded::new(text, offset, Reading::Plain);
        let squeezed = plain.suspicious.then(|| Folded::new(text, offset, Reading::Squeezed));
        Self { plain, squeezed }
    }
}

/// A part of an utterance while it is judged.
struct Part<'a> {
    inner: &'a Inner,
    context: &'a Context<'a>,
    text: &'a str,
    /// Where the part begins in the utterance, in bytes.
    offset: usize,
    customer: Option<Vec<char>>,
    runs: Runs,
    hits: Vec<Hit>,
}

impl Part<'_> {
    /// Runs a pattern over a reading of the part, or one clause of it. Where letters were respelled by their sound, only matches there
    /// count.
    fn look(&mut self, index: u32, folded: &Folded, clause: Option<Range<usize>>, respelled: Option<&Range<usize>>) {
        let inner = self.inner;
        let Some(Some(pattern)) = inner.patterns.get(index as usize) else { return };
        let Some(rule) = inner.rule(pattern.rule) else { return };
        if self.context.only.is_some_and(|only| only != pattern.rule) || !self.context.concerns(rule.judge.scope) {
            return;
        }
        let Range { start, end } = clause.unwrap_or(0..folded.text.len());
        for found in matches(&pattern.pattern, folded.slice(start, end), &mut self.runs) {
            let found = found.shifted(start);
            let span = folded.original(found.range.start, found.range.end);
            let is_heard = |place: &Range<usize>| {
                found.range.start <= place.start && place.end <= found.range.end && found.range.len() >= LEAST_HEARD
            };
            let is_doubtful = respelled.is_some() || folded.reading == Reading::Squeezed;
            let is_known = |hit: &Hit| hit.rule == pattern.rule && hit.span.overlaps(span);
            if span.is_empty()
                || respelled.is_some_and(|place| !is_heard(place))
                || (is_doubtful && self.hits.iter().any(is_known))
            {
                continue;
            }
            let reason = judge(&rule.judge, &found.range, folded, self.customer.as_deref(), &mut self.runs);
            let suggestions = if reason.is_none() { self.suggestions(rule, pattern, &found, folded) } else { Vec::new() };
            let most = match (respelled, folded.reading) {
                (Some(_), _) => Confidence::Low,
                (None, Reading::Squeezed) => Confidence::Medium,
                (None, Reading::Plain) => Confidence::High,
            };
            let assumed = respelled.map(|_| folded.slice(found.range.start, found.range.end).iter().collect());
            let confidence = rule.compiled.confidence.min(most);
            self.hits.push(Hit { rule: pattern.rule, span, reason, confidence, assumed, suggestions });
        }
    }

    fn suggestions(&mut self, rule: &LinkedRule, pattern: &LinkedPattern, found: &Match, folded: &Folded) -> Vec<Suggestion> {
        let (text, offset, script, fillers) = (self.text, self.offset, self.context.script, &self.inner.fillers);
        let original = |span: Span| Span::new(span.start - offset, span.end - offset).slice(text);
        let loses_words = rule.compiled.patterns.get(pattern.index).map_or(&[][..], |pattern| &pattern.loses_words);
        let mut suggestions: Vec<Suggestion> = Vec::with_capacity(rule.compiled.fixes.len());
        for ((fix, templates), &loses_words) in rule.compiled.fixes.iter().zip(rule.templates()).zip(loses_words) {
            let own = match script {
                Script::Taiwan => templates.tw.as_ref(),
                Script::HongKong => templates.hk.as_ref().or(templates.tw.as_ref()),
                _ => None,
            };
            let template = own.unwrap_or(&templates.text);
            let group = |name: &str| found.groups.iter().find(|(group, _)| group == name).map(|(_, range)| range);
            if template.groups().any(|name| group(name).is_none()) {
                continue;
            }
            let wording = template.render(
                |text| if own.is_some() { text.to_owned() } else { script.write(text) },
                |name| group(name).map_or("", |range| original(folded.original(range.start, range.end))),
            );
            let (from, to) = match fix.replace {
                Replace::Match => (found.range.start, found.range.end),
                Replace::Clause => folded.clause(found.range.start, found.range.end),
                Replace::Utterance => (0, folded.text.len()),
            };
            // What a wider replacement covers besides the match may be fillers and particles, nothing that says something.
            let covers_words = fix.replace != Replace::Match
                && (fillers.lead.find_at(folded.slice(from, found.range.start), 0, &mut self.runs).is_none()
                    || fillers.tail.find_at(folded.slice(found.range.end, to), 0, &mut self.runs).is_none());
            let span = folded.original(from, to);
            let keeps = !loses_words && !covers_words && keeps_facts(original(span), &wording);
            let safety = if keeps { fix.safety } else { Safety::Show };
            if !suggestions.iter().any(|other| other.text == wording) {
                let reason = fix.reason.clone().filter(|_| safety == Safety::Unsafe);
                suggestions.push(Suggestion { text: wording, safety, reason, span });
            }
        }
        suggestions
    }
}

impl Session {
    /// Findings of the next utterance. A customer's words are remembered for guards that ask for them.
    pub fn push(&mut self, utterance: &Utterance) -> Vec<Finding> {
        self.examine(utterance).findings
    }

    /// The same together with the matches that are no findings and what let them pass.
    pub fn examine(&mut self, utterance: &Utterance) -> Examination {
        if let Some(script) = Script::detect(&utterance.text) {
            self.script = Some(script);
        }
        let script = self.script.unwrap_or(self.checker.0.script);
        let context = Context { speaker: utterance.speaker, customer: self.customer.as_deref(), script, only: None };
        let examination = self.checker.run(&utterance.text, &context);
        if utterance.speaker == Speaker::Customer {
            match &mut self.customer {
                Some(said) if self.last == Speaker::Customer => {
                    said.push('\n');
                    said.push_str(&utterance.text);
                }
                said => *said = Some(utterance.text.clone()),
            }
        }
        self.last = utterance.speaker;
        examination
    }
}
