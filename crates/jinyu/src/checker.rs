//! The order of the stages: the only file that knows it. Text runs through here; `build` makes what it runs through.

mod build;
mod examples;
mod flows;
mod link;
mod lint;
#[cfg(test)]
mod oracle;
mod second_opinion;
mod session;
mod wording;

use std::cell::{OnceCell, RefCell};
use std::ops::Range;
use std::sync::{Arc, OnceLock};

pub use self::build::CheckerBuilder;
pub use self::examples::ExampleFailure;
use self::flows::Events;
use self::link::Linker;
pub use self::lint::{Lint, LintKind};
use self::second_opinion::SecondOpinion;
pub use self::session::{Assessment, Charge, Observation, Report, Session, Waived};
use self::wording::Templates;
use crate::conditions::Conditions;
use crate::conversation::Speaker;
use crate::finding::{By, Dismissal, Examination, Finding, Occurrence, Reason};
use crate::flow::Flows;
use crate::folded::{Folded, Reading};
use crate::homophones::{Homophone, Homophones};
use crate::rules::compile::{CompiledRule, judging, observing, purpose};
use crate::rules::literal::is_break;
use crate::rules::matcher::Runs;
use crate::rules::pattern::Pattern;
use crate::rules::{Category, Confidence, Kind, Rule, RulePack, Scope};
use crate::scan::{self, Scanner};
use crate::script::Script;
use crate::span::Span;
use crate::suggest::{Edit, Fixed, Safety, Suggestion, apply, keeps_facts, says_the_same, with_pause_before};
use crate::trigger::{Clauses, Hope, Prospects, Signature, Trigger, Triggered};
use crate::verify::{Around, Judge, WORDS, judge, matches};

/// The hash of the models' files, by the build script.
const MODELS_SHA256: &str = include_str!(concat!(env!("OUT_DIR"), "/models.sha256"));

/// The built-in packs as written, file name, text and its SHA-256, in order of loading; the first is the shared vocabulary.
const SOURCES: &[[&str; 3]] = include!(concat!(env!("OUT_DIR"), "/sources.rs"));

/// A match of text from speech recognition needs this many characters: with fewer, another word is likelier than an error.
const LEAST_HEARD: usize = 3;

/// Buffers, reused from one utterance to the next.
#[derive(Debug, Default)]
struct Scratch {
    scan: scan::Scratch,
    hopes: Vec<Hope>,
    prospects: Prospects,
    runs: Runs,
}

thread_local! {
    /// One set of buffers for each thread that checks.
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// A longer utterance is judged in parts of at most this many bytes, so that cost stays linear.
const PART: usize = 3 * 1024;

/// Fixes are applied again to what they made at most this often.
const ROUNDS: usize = 8;

/// So many letters are a word.
const WORD: usize = 2;

/// A clause of a wording with at least so many letters that stands in what was said is looked at by itself.
const KEPT: usize = 4;

/// What comes of rewording an utterance is looked at at most this often: what is still not decent then is left to a person.
const REWORDINGS: usize = 3;

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
    /// File, name and version of each pack in use.
    names: Vec<[String; 3]>,
    /// The packs as written; built-in ones are read when somebody asks.
    packs: OnceLock<Vec<RulePack>>,
    added: Vec<RulePack>,
    rules: Vec<LinkedRule>,
    /// By the numbers that the scanners know them by; patterns of built-in packs that are left out are gone.
    patterns: Vec<Option<LinkedPattern>>,
    /// The one for built-in packs, unless they are all left out, and the one for added packs, if there are any.
    scanners: Vec<(Scanner, Trigger)>,
    /// What the conditions of built-in packs look for, where their programs are used.
    conditions: Option<Conditions>,
    /// The same by sound, from when the first text from speech recognition comes: no other text pays for them.
    homophones: OnceLock<Vec<Homophones>>,
    /// Patterns from this number on are of added packs.
    first_added: u32,
    /// Whether all text comes from speech recognition, and not only utterances that say so.
    is_speech: bool,
    linker: Linker,
    engine: EnginePatterns,
    flows: Flows,
    events: Events,
    script: Script,
    /// Unless it is not wanted, or no rule is for it.
    model: Option<SecondOpinion>,
}

/// What a pack in use is made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PackSource<'a> {
    /// The pack's name.
    pub name: &'a str,
    /// The pack's version.
    pub version: &'a str,
    /// The pack as written.
    pub text: &'a str,
    /// The SHA-256 of that in hexadecimal digits, for a built-in pack.
    pub sha256: Option<&'a str>,
}

/// What the engine itself looks for, whatever the rules.
#[derive(Debug)]
struct EnginePatterns {
    /// What a replaced clause may lose before the match, and after it.
    lead: Pattern,
    tail: Pattern,
    /// What excuses no offence: guards do not see it.
    courtesies: Pattern,
    /// What no wording may have: scraps that a template leaves of what was said, and taunts in it.
    clumsy: Pattern,
    /// What may stay beside a wording: words that only tell something, but for taunts among them.
    plain: Pattern,
    snide: Pattern,
}

/// A rule, linked with the others.
#[derive(Debug)]
struct LinkedRule {
    compiled: CompiledRule,
    is_built_in: bool,
    /// Made when a match is first judged.
    judge: OnceLock<Judge>,
    /// Read from the rule's fixes on first need.
    templates: OnceLock<Vec<Templates>>,
}

#[derive(Debug)]
struct LinkedPattern {
    /// Index into `Inner::rules`.
    rule: u32,
    /// Index into its patterns.
    index: usize,
    /// Made when it is first looked for.
    pattern: OnceLock<Option<Box<Pattern>>>,
}

impl Inner {
    fn rule(&self, index: u32) -> Option<&LinkedRule> {
        self.rules.get(index as usize)
    }

    /// The regular expression of a pattern of a rule.
    fn pattern<'a>(&self, rule: &LinkedRule, linked: &'a LinkedPattern) -> Option<&'a Pattern> {
        let make = || self.linker.pattern_of(&rule.compiled, linked.index).map(Box::new);
        linked.pattern.get_or_init(make).as_deref()
    }

    /// The packs in use as written, in order of loading.
    fn packs(&self) -> &[RulePack] {
        self.packs.get_or_init(|| {
            let read = |[file, name, _]: &[String; 3]| {
                let added = self.added.iter().find(|added| added.name == *name);
                let built_in = || {
                    let [file, text, _] = SOURCES.iter().find(|[known, ..]| known == file)?;
                    RulePack::from_toml(file, text).ok()
                };
                added.cloned().or_else(built_in)
            };
            self.names.iter().filter_map(read).collect()
        })
    }
}

/// So many wordings are offered, and one more where only that can be applied: who reads them takes one of the first.
const MOST: usize = 3;

/// A match that is being judged, with its place in the original.
struct Hit {
    rule: u32,
    span: Span,
    reason: Option<Reason>,
    confidence: Confidence,
    assumed: Option<String>,
    evidence: Vec<String>,
    suggestions: Vec<Suggestion>,
}

impl Checker {
    /// Findings of one utterance of an agent, without context, in order of their start.
    #[must_use]
    pub fn check(&self, text: &str) -> Vec<Finding> {
        self.examine(text).findings
    }

    /// The same together with the matches that are no findings and what let them pass.
    #[must_use]
    pub fn examine(&self, text: &str) -> Examination {
        let context = Context::lone(text, self.0.script);
        self.run_and_reword(text, &context)
    }

    /// Whether the statistical model has a say.
    #[must_use]
    pub fn has_model(&self) -> bool {
        self.0.model.is_some()
    }

    /// The SHA-256 of the weights of the statistical models in use, in hexadecimal digits: a verdict depends on them as on the packs.
    #[must_use]
    pub fn model_sha256(&self) -> Option<&'static str> {
        self.has_model().then_some(MODELS_SHA256)
    }

    /// The packs in use, in order of loading.
    #[must_use]
    pub fn packs(&self) -> &[RulePack] {
        self.0.packs()
    }

    /// The packs in use as they are written, in order of loading. Reads no TOML.
    pub fn pack_sources(&self) -> impl Iterator<Item = PackSource<'_>> {
        let added = |name: &str| self.0.added.iter().find(|added| added.name == name).map(|added| &*added.text);
        let built_in = |file: &str| SOURCES.iter().find(|[known, ..]| *known == file);
        self.0.names.iter().map(move |[file, name, version]| match (added(name), built_in(file)) {
            (None, Some(&[_, text, sha256])) => PackSource { name, version, text, sha256: Some(sha256) },
            (text, _) => PackSource { name, version, text: text.unwrap_or_default(), sha256: None },
        })
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
        let context = Context::lone(text, self.0.script);
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

    /// The same with the whole utterance in other words, where more than one of its parts needs them.
    fn run_and_reword(&self, text: &str, context: &Context<'_>) -> Examination {
        let mut examination = self.run(text, context);
        if examination.findings.len() > 1 {
            examination.reworded = self.reword(text, context, &examination.findings);
        }
        examination
    }

    /// The text with the first wording of each finding in place, and of what is found in that; none that would still be flagged or that
    /// loses a fact.
    fn reword(&self, text: &str, context: &Context<'_>, findings: &[Finding]) -> Option<String> {
        let mut current = with_first_wordings(text, findings)?;
        for _ in 0..REWORDINGS {
            let findings = self.run(&current, context).findings;
            if findings.is_empty() {
                return (!current.is_empty() && keeps_facts(text, &current)).then_some(current);
            }
            current = with_first_wordings(&current, &findings)?;
        }
        None
    }

    fn run_with(&self, text: &str, context: &Context<'_>, scratch: &mut Scratch) -> Examination {
        let mut examination = Examination::default();
        let mut start = 0;
        while start < text.len() {
            let end = part_end(text, start);
            let hits = self.run_part(text.get(start..end).unwrap_or(""), start, context, scratch);
            if !hits.is_empty() {
                let mut part = self.settle(text, context, hits);
                if context.proposals == Proposals::Decent {
                    leave_orders(&mut part.findings);
                    part.findings.iter_mut().for_each(|finding| self.choose(finding, text, scratch));
                }
                examination.findings.append(&mut part.findings);
                examination.dismissals.append(&mut part.dismissals);
                append_new(&mut examination.signals, part.signals);
                append_new(&mut examination.steps, part.steps);
            }
            start = end;
        }
        examination
    }

    /// What of a wording for so many letters shows that it is no sentence, or taunts, if anything does. A word for a word need be none.
    fn clumsy(&self, wording: &str, replaced: usize) -> Option<String> {
        if wording.chars().count() <= WORD && replaced <= 2 * WORD {
            return None;
        }
        let folded = Folded::new(wording, 0, Reading::Plain).text;
        let found = self.0.engine.clumsy.find_in(&folded, 0..=folded.len(), &mut Runs::default())?;
        Some(folded.get(found.range)?.iter().collect())
    }

    /// Keeps the first wordings that are sentences and no offence themselves: what a speaker's words are fitted into may be one, or none. Nor
    /// may a clause be one that is kept as it was said in `text`, whatever kind words around it would excuse.
    fn choose(&self, finding: &mut Finding, text: &str, scratch: &mut Scratch) {
        let script = finding.script;
        let mut is_decent = |Suggestion { text: wording, span, .. }: &Suggestion| {
            let context = || Context { proposals: Proposals::None, ..Context::lone(wording, script) };
            if self.clumsy(wording, span.slice(text).chars().count()).is_some()
                || !self.run_with(wording, &context(), scratch).findings.is_empty()
            {
                return false;
            }
            let alone = Context { by_words_alone: true, ..context() };
            let clauses = wording.split(separates).filter(|clause| clause.len() < wording.len() && text.contains(clause));
            clauses
                .filter(|clause| clause.chars().count() >= KEPT)
                .all(|clause| self.run_with(clause, &alone, scratch).findings.iter().all(|finding| !is_harsh(finding.category)))
        };
        let mut chosen: Vec<Suggestion> = Vec::with_capacity(MOST);
        for suggestion in std::mem::take(&mut finding.suggestions) {
            let is_needed = chosen.len() < MOST
                || suggestion.safety > Safety::Show && chosen.iter().all(|other| other.safety == Safety::Show);
            // The same words may be offered for more, to be looked at, and for less, to be applied.
            let is_more = |other: &Suggestion| other.safety == Safety::Show && suggestion.safety > Safety::Show;
            let is_new = chosen.iter().all(|other| other.text != suggestion.text || is_more(other));
            if is_needed && is_new && is_decent(&suggestion) {
                chosen.push(suggestion);
            }
        }
        finding.suggestions = chosen;
    }

    fn run_part(&self, text: &str, offset: usize, context: &Context<'_>, scratch: &mut Scratch) -> Vec<Hit> {
        let inner = &*self.0;
        let plain = Folded::new(text, offset, Reading::Plain);
        let squeezed = plain.suspicious.then(|| Folded::new(text, offset, Reading::Squeezed));
        let clauses = Clauses::of(&plain.text);
        let mut patterns: Vec<Triggered> = Vec::with_capacity(32);
        let mut disguised: Vec<Triggered> = Vec::new();
        for (scanner, trigger) in &inner.scanners {
            let Scratch { scan, hopes, .. } = &mut *scratch;
            scanner.scan(text, scan);
            trigger.hope(&scan.candidates, context.purposes(), &clauses.signature, hopes);
            trigger.settle(hopes, &clauses, |byte| plain.place_of(byte + offset), &mut patterns);
            if let Some(squeezed) = squeezed.as_ref().filter(|_| !hopes.is_empty()) {
                trigger.settle(hopes, &Clauses::of(&squeezed.text), |byte| squeezed.place_of(byte + offset), &mut disguised);
            }
        }
        let mut heard: Vec<Homophone> = Vec::new();
        if inner.is_speech || context.is_speech {
            heard.extend(inner.homophones().iter().flat_map(|homophones| homophones.find(text, &mut scratch.scan)));
            // Patterns know misspelled words too: what is a word is rather meant.
            heard.sort_by_cached_key(|homophone| WORDS.cut(&homophone.literal).len());
        }
        // The models have learned from agents and customers, and have no say in a single rule that is looked for by its words.
        let is_asked = !context.by_words_alone
            && context.speaker != Speaker::Unknown
            && context.only.is_none_or(|only| inner.rule(only).is_some_and(|rule| rule.compiled.model));
        let model = inner.model.as_ref().filter(|_| is_asked);
        if patterns.is_empty() && disguised.is_empty() && heard.is_empty() && model.is_none() {
            return Vec::new();
        }
        let conditions = inner.conditions.as_ref();
        let signature = &clauses.signature;
        let mut part =
            Part { inner, context, text, offset, signature, scratch, conditions, is_foreseen: false, hits: Vec::new() };
        for triggered in &patterns {
            part.look(triggered, &plain, None);
        }
        if let Some(squeezed) = &squeezed {
            for triggered in &disguised {
                part.look(triggered, squeezed, None);
            }
        }
        for Homophone { pattern, span, literal } in heard {
            let span = Span::new(span.start + offset, span.end + offset);
            if let Some((respelled, place)) = plain.respelled(span, &literal) {
                let everywhere = 0..respelled.text.len();
                let known = part.hits.len();
                if part.says_so_already(pattern, span) {
                    continue;
                }
                part.look(&Triggered { pattern, last: place.start, clause: everywhere }, &respelled, Some(&place));
                if let Some(model) = model {
                    part.weigh_heard(model, &respelled, known);
                }
            }
        }
        if let Some(model) = model {
            part.weigh(model, &plain);
        }
        part.hits
    }

    /// Orders the hits and keeps, of findings of one category that overlap, the weightiest.
    fn settle(&self, text: &str, context: &Context<'_>, mut hits: Vec<Hit>) -> Examination {
        let inner = &*self.0;
        let mut examination = Examination::default();
        let weight = |hit: &Hit| {
            let severity = inner.rule(hit.rule).map(|rule| (rule.compiled.weight.critical, rule.compiled.severity));
            let applicable = hit.suggestions.iter().map(|suggestion| suggestion.safety).max();
            // Of equals, the one whose pattern says most about what is meant: its groups fill more wordings.
            (hit.reason.is_none(), severity, hit.confidence, applicable, hit.span.len(), hit.suggestions.len())
        };
        hits.sort_by(|one, other| {
            weight(other).cmp(&weight(one)).then(one.span.start.cmp(&other.span.start)).then(one.rule.cmp(&other.rule))
        });
        for hit in hits {
            let Some(rule) = inner.rule(hit.rule) else { continue };
            let words = hit.span.slice(text).to_owned();
            let seen = match &rule.compiled.kind {
                Kind::Taboo(_) => None,
                Kind::Signal(name) => Some((&mut examination.signals, name)),
                Kind::Step(name) => Some((&mut examination.steps, name)),
            };
            if let (Some((seen, name)), None) = (seen, &hit.reason) {
                let occurrence = Occurrence {
                    name: name.clone(),
                    rule: rule.compiled.id.clone(),
                    confidence: hit.confidence,
                    span: hit.span,
                    text: words,
                };
                match seen.iter_mut().find(|other| other.name == *name) {
                    // The first is shown, as sure as the surest.
                    Some(other) => {
                        let confidence = other.confidence.max(occurrence.confidence);
                        if occurrence.span < other.span {
                            *other = occurrence;
                        }
                        other.confidence = confidence;
                    }
                    None => seen.push(occurrence),
                }
                continue;
            }
            let category = rule.compiled.kind.category();
            let covering = examination
                .findings
                .iter()
                .find(|finding: &&Finding| finding.span.overlaps(hit.span) && Some(finding.category) == category);
            let reason = match (hit.reason, covering) {
                (None, None) => {
                    let Some(category) = category else { continue };
                    examination.findings.push(Finding {
                        rule: rule.compiled.id.clone(),
                        category,
                        severity: rule.compiled.severity,
                        confidence: hit.confidence,
                        span: hit.span,
                        text: words,
                        by: if rule.compiled.model { By::Model } else { By::Rule },
                        evidence: hit.evidence,
                        assumed: hit.assumed,
                        message: rule.compiled.rest.why.clone(),
                        script: context.script(),
                        suggestions: hit.suggestions,
                    });
                    continue;
                }
                (Some(reason), _) => reason,
                // Another pattern of the same rule found the same: nothing to tell.
                (None, Some(finding)) if finding.rule == rule.compiled.id => continue,
                (None, Some(finding)) => Reason::Covered(finding.rule.clone()),
            };
            let dismissal = Dismissal { rule: rule.compiled.id.clone(), span: hit.span, text: words, reason };
            if !examination.dismissals.contains(&dismissal) {
                examination.dismissals.push(dismissal);
            }
        }
        examination.signals.sort_by(|one, other| (one.span, &one.name).cmp(&(other.span, &other.name)));
        examination.steps.sort_by(|one, other| (one.span, &one.name).cmp(&(other.span, &other.name)));
        examination.findings.sort_by(|one, other| (one.span, &one.rule).cmp(&(other.span, &other.rule)));
        examination.dismissals.sort_by(|one, other| (one.span, &one.rule).cmp(&(other.span, &other.rule)));
        examination
    }
}

/// Puts the wordings that stand for an order too behind those that leave it to its own, where it is asked for. Who sends the customer
/// away gives an order too: there the wording offers to go along.
fn leave_orders(findings: &mut [Finding]) {
    if findings.len() < 2 {
        return;
    }
    let orders: Vec<Span> =
        findings.iter().filter(|finding| finding.category == Category::Command).map(|finding| finding.span).collect();
    let sends_away = |finding: &Finding| matches!(finding.category, Category::Shirk | Category::BrushOff);
    for finding in findings.iter_mut().filter(|finding| !sends_away(finding)) {
        let own = finding.span;
        let covers_order =
            |wording: &Suggestion| orders.iter().any(|&order| !order.overlaps(own) && order.overlaps(wording.span));
        finding.suggestions.sort_by_key(covers_order);
    }
}

/// The text with the first wording of each finding in place; none where a finding has none. Of two that offer the same, the longer one
/// stands for both.
fn with_first_wordings(text: &str, findings: &[Finding]) -> Option<String> {
    let mut edits: Vec<Edit> = Vec::with_capacity(findings.len());
    for finding in findings {
        let first = finding.suggestions.first()?;
        let mut edit = Edit { span: first.span, text: first.text.clone() };
        if let Some(known) = edits.iter_mut().find(|known| says_the_same(&known.text, &edit.text)) {
            if known.text.len() < edit.text.len() {
                std::mem::swap(&mut known.text, &mut edit.text);
            }
            if known.span.overlaps(edit.span) {
                known.span = Span::new(known.span.start.min(edit.span.start), known.span.end.max(edit.span.end));
                continue;
            }
            edit = Edit { span: with_pause_before(text, edit.span), text: String::new() };
        }
        edits.push(edit);
    }
    Some(apply(text, &mut edits).0)
}

/// Whether an offence is one by its tone alone: what others tell may be kept, with what makes it better beside it.
fn is_harsh(category: Category) -> bool {
    matches!(category, Category::Blame | Category::Contempt | Category::Threat | Category::Shirk)
}

/// Whether a character separates clauses.
fn separates(c: char) -> bool {
    is_break(c) || matches!(c, ',' | ';' | '；' | '、' | '!' | '?' | '…')
}

/// Adds what has not been seen in an earlier part.
fn append_new(seen: &mut Vec<Occurrence>, new: Vec<Occurrence>) {
    for occurrence in new {
        match seen.iter_mut().find(|other| other.name == occurrence.name) {
            Some(other) => other.confidence = other.confidence.max(occurrence.confidence),
            None => seen.push(occurrence),
        }
    }
}

/// A match without the marks at its ends, which show where it stands and are no part of what was said.
fn without_marks(folded: &Folded, range: &Range<usize>) -> Range<usize> {
    let is_word = |c: &char| !is_break(*c);
    let letters = folded.slice(range.start, range.end);
    match (letters.iter().position(is_word), letters.iter().rposition(is_word)) {
        (Some(first), Some(last)) => range.start + first..range.start + last + 1,
        _ => range.clone(),
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
    around: Around<'a>,
    /// The script of the utterance, found out when somebody asks.
    script: OnceCell<Script>,
    /// What tells the script, and what it is where that does not tell.
    text: &'a str,
    otherwise: Script,
    /// Whether signals and steps are asked for.
    observes: bool,
    /// Whether the utterance says that it comes from speech recognition.
    is_speech: bool,
    /// Index of the only rule to run.
    only: Option<u32>,
    /// Whether the models have no say.
    by_words_alone: bool,
    proposals: Proposals,
}

/// Which better wordings are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Proposals {
    None,
    /// All that rules have, for tests of rules.
    All,
    /// The first ones that are no offence themselves.
    Decent,
}

impl<'a> Context<'a> {
    /// An utterance of an agent of which nothing else is known.
    fn lone(text: &'a str, otherwise: Script) -> Self {
        Self {
            speaker: Speaker::Agent,
            around: Around::default(),
            script: OnceCell::new(),
            text,
            otherwise,
            observes: false,
            is_speech: false,
            only: None,
            by_words_alone: false,
            proposals: Proposals::Decent,
        }
    }

    fn script(&self) -> Script {
        *self.script.get_or_init(|| Script::detect(self.text).unwrap_or(self.otherwise))
    }

    /// What rules must be for to be run, a bit for each [`purpose`].
    fn purposes(&self) -> u8 {
        let scope = match self.speaker {
            Speaker::Agent => Some(Scope::Agent),
            Speaker::Customer => Some(Scope::Customer),
            Speaker::Unknown => None,
        };
        let own = |purpose: fn(Scope) -> u8| purpose(Scope::Any) | scope.map_or(0, purpose);
        own(judging) | if self.observes { own(observing) } else { 0 }
    }
}

/// A part of an utterance while it is judged.
struct Part<'a> {
    inner: &'a Inner,
    context: &'a Context<'a>,
    text: &'a str,
    /// Where the part begins in the utterance, in bytes.
    offset: usize,
    /// Of all its letters.
    signature: &'a Signature,
    scratch: &'a mut Scratch,
    /// What tells which conditions need not be tried, if anything does.
    conditions: Option<&'a Conditions>,
    /// Whether it has told: the prospects in the scratch are those of this part.
    is_foreseen: bool,
    hits: Vec<Hit>,
}

impl Part<'_> {
    /// Finds out, once, which conditions the part may meet; false where nothing tells.
    fn foresee(&mut self) -> bool {
        let Some(conditions) = self.conditions else { return false };
        if !self.is_foreseen {
            let Scratch { scan, prospects, .. } = &mut *self.scratch;
            conditions.look_ahead(self.text, self.signature, scan, prospects);
            self.is_foreseen = true;
        }
        true
    }

    /// Whether the words as they stand are an offence of the same category already: then nobody misheard them.
    fn says_so_already(&self, pattern: u32, span: Span) -> bool {
        let category = |rule: u32| self.inner.rule(rule).and_then(|rule| rule.compiled.kind.category());
        let of_pattern = self.inner.patterns.get(pattern as usize).and_then(Option::as_ref).and_then(|of| category(of.rule));
        let same = |hit: &Hit| hit.reason.is_none() && hit.assumed.is_none() && hit.span.overlaps(span);
        of_pattern.is_some() && self.hits.iter().any(|hit| same(hit) && category(hit.rule) == of_pattern)
    }

    /// Runs a pattern over a reading of the part, or one clause of it. Where letters were respelled by their sound, only matches there
    /// count.
    fn look(&mut self, triggered: &Triggered, folded: &Folded, respelled: Option<&Range<usize>>) {
        let inner = self.inner;
        let Some(Some(pattern)) = inner.patterns.get(triggered.pattern as usize) else { return };
        let Some(rule) = inner.rule(pattern.rule) else { return };
        if self.context.only.is_some_and(|only| only != pattern.rule)
            || self.context.purposes() & purpose(&rule.compiled.kind, rule.compiled.scope) == 0
        {
            return;
        }
        let Some(expression) = inner.pattern(rule, pattern) else { return };
        let Range { start, end } = triggered.clause;
        let last = triggered.last.saturating_sub(start);
        for found in matches(expression, folded.slice(start, end), last, &mut self.scratch.runs) {
            let found = found.shifted(start);
            let words = without_marks(folded, &found.range);
            let span = folded.original(words.start, words.end);
            let is_heard = |place: &Range<usize>| {
                found.range.start <= place.start && place.end <= found.range.end && found.range.len() >= LEAST_HEARD
            };
            let is_doubtful = respelled.is_some() || folded.reading == Reading::Squeezed;
            // Where the model lets one spelling pass, another one may be meant.
            let is_known = |hit: &Hit| {
                hit.rule == pattern.rule
                    && hit.span.overlaps(span)
                    && hit.reason.as_ref().is_none_or(|reason| *reason != Reason::Model)
            };
            if span.is_empty()
                || respelled.is_some_and(|place| !is_heard(place))
                || (is_doubtful && self.hits.iter().any(is_known))
            {
                continue;
            }
            let by = rule.judge.get_or_init(|| inner.linker.judge(&rule.compiled.rest));
            // A text that was respelled has letters that nobody has looked for.
            let is_foreseen = respelled.is_none() && by.has_checks() && self.foresee();
            let Scratch { prospects, runs, .. } = &mut *self.scratch;
            let prospects = is_foreseen.then_some(&*prospects);
            let is_taboo = matches!(rule.compiled.kind, Kind::Taboo(_));
            let courtesies = is_taboo.then_some(&inner.engine.courtesies);
            let reason = judge(by, &found.range, folded, courtesies, &self.context.around, prospects, runs);
            let suggestions = match reason {
                None => self.suggestions(rule, Some(pattern), &found, folded, respelled.is_some()),
                Some(_) => Vec::new(),
            };
            let most = match (respelled, folded.reading) {
                (Some(_), _) => Confidence::Low,
                (None, Reading::Squeezed) => Confidence::Medium,
                (None, Reading::Plain) => Confidence::High,
            };
            let assumed = respelled.map(|_| folded.slice(found.range.start, found.range.end).iter().collect());
            let confidence = rule.compiled.confidence.min(most);
            let evidence = Vec::new();
            self.hits.push(Hit { rule: pattern.rule, span, reason, confidence, assumed, evidence, suggestions });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_keeps_its_own_wording() {
        let checker = Checker::builder().without_model().build().unwrap();
        let text = "亲，你弄错了吧，你必须先付款";
        let examination = checker.examine(text);
        let [blame, command] = examination.findings.as_slice() else { panic!("{:?}", examination.findings) };
        assert!(!blame.suggestions[0].span.overlaps(command.span), "{:?}", blame.suggestions);
        assert!(examination.reworded.is_some_and(|whole| whole.ends_with("请您先付款")));
    }

    /// The checker's wordings of the first finding.
    fn wordings(text: &str) -> Vec<String> {
        let checker = Checker::builder().without_model().build().unwrap();
        let findings = checker.check(text);
        findings.first().unwrap_or_else(|| panic!("{text}")).suggestions.iter().map(|one| one.text.clone()).collect()
    }

    #[test]
    fn what_only_tells_something_stays_beside_a_wording() {
        let checker = Checker::builder().without_model().build().unwrap();
        for (text, kept) in [("您的押金已经原路退回了，您误会了，您稍等", "押金"), ("小朋友的票是半价，您自己看官网", "半价")]
        {
            let first = checker.check(text).remove(0).suggestions.into_iter().next();
            let changed = first.map(|first| apply(text, &mut vec![Edit { span: first.span, text: first.text }]).0);
            assert!(changed.as_ref().is_none_or(|changed| changed.contains(kept)), "{changed:?}");
        }
    }

    #[test]
    fn what_can_be_applied_is_not_hidden_by_its_wider_twin() {
        let checker = Checker::builder().without_model().build().unwrap();
        let text = "您脑子进水了，您误会了";
        let fixed = checker.fix(text, Safety::Unsafe);
        let shown = checker.check(text);
        let can_apply = shown.iter().flat_map(|finding| &finding.suggestions).any(|one| one.safety > Safety::Show);
        assert_eq!(can_apply, fixed.applied > 0, "{shown:?}");
        assert!(can_apply, "{shown:?}");
    }

    #[test]
    fn a_threat_is_not_kept_beside_kind_words() {
        for text in ["先生你講話客氣一點，不然我掛電話囉", "我講得很清楚了，您聽不懂嗎"] {
            let kept = |wording: &String| wording.contains("掛電話") || wording.contains("聽不懂");
            assert!(!wordings(text).iter().any(kept), "{:?}", wordings(text));
        }
    }

    #[test]
    fn a_finding_has_no_marks_at_its_ends() {
        let checker = Checker::builder().build().unwrap();
        for text in ["你急什么，等着吧。", "退不了，您爱投诉就投诉。", "经理不在，你找谁都一样！"]
        {
            for finding in checker.check(text) {
                assert!(!finding.text.starts_with('，') && !finding.text.ends_with(['，', '。', '！']), "{finding:?}");
            }
        }
    }

    #[test]
    fn findings_with_one_wording_are_worded_once() {
        let template = Checker::builder().without_model().build().unwrap().check("你弄错了").remove(0);
        let finding = |start: usize, end: usize, text: &str| {
            let span = Span::new(start, end);
            let suggestion = Suggestion { text: text.to_owned(), safety: Safety::Show, reason: None, span };
            Finding { span, suggestions: vec![suggestion], ..template.clone() }
        };
        let text = "去楼下缴费，快点，谢谢";
        let request = "麻烦您去楼下缴费";
        let whole = "去楼下缴费，快点".len();
        let apart = [finding(0, 15, request), finding(18, whole, request)];
        assert_eq!(with_first_wordings(text, &apart).as_deref(), Some("麻烦您去楼下缴费，谢谢"));
        let overlapping = [finding(0, 15, request), finding(0, whole, request)];
        assert_eq!(with_first_wordings(text, &overlapping).as_deref(), Some("麻烦您去楼下缴费，谢谢"));
    }
}
