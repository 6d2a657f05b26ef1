//! Packs to a [`Checker`]: compiled, linked with one another, and, unless somebody does it himself, tried on their own examples.

use std::sync::{Arc, OnceLock};

use super::flows::{self, Events};
use super::link::Linker;
use super::second_opinion::SecondOpinion;
use super::{Checker, EnginePatterns, Inner, LinkedPattern, LinkedRule};
use crate::conditions::Conditions;
use crate::conversation::Channel;
use crate::error::Error;
use crate::flow::Flows;
use crate::homophones::Homophones;
use crate::rules::RulePack;
use crate::rules::compile::{CompiledPack, ENGINE_PATTERNS, Vocabulary, purpose};
use crate::rules::frequency::Frequencies;
use crate::rules::later;
use crate::rules::library::Library;
use crate::scan::Scanner;
use crate::script::Script;
use crate::trigger::{Trigger, Wanted};

/// The built-in packs, compiled by the build script.
static COMPILED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/packs.bin"));

/// What of them is read on first need.
static LATER: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/later.bin"));

/// Their patterns and guards as programs.
static PROGRAMS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/programs.bin"));

/// The scanner for their literals, ready to be used in place.
static SCANNER: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/scan.bin"));

/// What their patterns ask for, likewise.
static TRIGGER: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/trigger.bin"));

/// The same for what their conditions ask for.
static CONDITIONS_SCANNER: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/conditions-scan.bin"));
static CONDITIONS_TRIGGER: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/conditions-trigger.bin"));

/// The scanner for their literals by sound, and how these are spelled; read when text from speech recognition is to be checked.
static HEARD: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/heard.bin"));
static SPELLINGS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/spellings.bin"));

/// How often characters stand in what the built-in packs give as examples.
static FREQUENCIES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/frequencies.bin"));

/// What patterns of added packs are compiled for.
pub(super) fn frequencies() -> Frequencies {
    postcard::from_bytes(FREQUENCIES).unwrap_or_default()
}

/// Collects packs and settings for a [`Checker`].
#[derive(Clone, Debug)]
pub struct CheckerBuilder {
    packs: Vec<RulePack>,
    defaults: bool,
    examples: bool,
    script: Script,
    channel: Channel,
    model: bool,
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
            model: true,
        }
    }
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

    /// Whether the built-in rules are in.
    #[must_use]
    pub fn has_default_packs(&self) -> bool {
        self.defaults
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

    /// How the text to check came about where an utterance does not say [`Channel::Speech`] itself; [`Channel::Text`] if not set. In
    /// text from speech recognition, words that sound like an offence are found too, with low confidence.
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

    /// Leaves the statistical model out: findings come from the words of rules alone, and nothing that they find is doubted.
    ///
    /// ```
    /// use jinyu::{By, Checker};
    /// let said = "表格上明明写着的，谁让您自己漏看了呢";
    /// let strict = Checker::builder().without_model().build()?;
    /// assert!(strict.check(said).iter().all(|finding| finding.by == By::Rule));
    /// # Ok::<(), jinyu::Error>(())
    /// ```
    #[must_use]
    pub fn without_model(mut self) -> Self {
        self.model = false;
        self
    }

    /// Compiles the packs.
    ///
    /// # Errors
    /// When an added pack has a broken pattern, a pattern without a literal to scan for, an unknown word class or guard, an id that
    /// is taken, a flow rule about something that no rule finds, or an example that does not hold.
    pub fn build(self) -> Result<Checker, Error> {
        later::use_store(LATER);
        let built_in: Vec<CompiledPack> = postcard::from_bytes(COMPILED)
            .map_err(|error| Error::syntax("built-in packs", None, format!("cannot be read: {error}")))?;
        let is_kept = |index: usize, pack: &CompiledPack| {
            (self.defaults || index == 0) && !self.packs.iter().any(|added| added.name == pack.name)
        };
        let kept: Vec<bool> = built_in.iter().enumerate().map(|(index, pack)| is_kept(index, pack)).collect();
        let frequencies = if self.packs.is_empty() { Frequencies::default() } else { frequencies() };
        let mut vocabulary = Vocabulary::new(frequencies);
        // The programs that are ready stand for patterns as the built-in classes expand them, and for no others.
        let is_ready = kept.iter().all(|&kept| kept);
        if is_ready {
            vocabulary.classes.use_library(Library::from_bytes(PROGRAMS));
        }
        for (pack, _) in built_in.iter().zip(&kept).filter(|&(_, &kept)| kept) {
            if is_ready && self.packs.is_empty() {
                // What names mean and that none is taken twice was seen to when they were compiled.
                vocabulary.guards.extend(pack.guards.iter().cloned());
                vocabulary.fixes.extend(pack.fixes.iter().cloned());
                continue;
            }
            let rules = pack.rules.iter().map(|rule| (rule.line, &*rule.id));
            let flows = pack.flows.iter().map(|flow| (flow.line, &*flow.id));
            let notes = pack.notes.iter().map(|note| (note.line, &*note.id));
            vocabulary.declare(&pack.file, &pack.classes, &pack.guards, &pack.fixes, rules.chain(flows).chain(notes))?;
        }
        for pack in &self.packs {
            vocabulary.declare_written(pack)?;
        }
        // Lists of a pack that another one replaces are still those of the rules in other packs that name them.
        for (name, fixes) in built_in.iter().zip(&kept).filter(|&(_, &kept)| !kept).flat_map(|(pack, _)| &pack.fixes) {
            vocabulary.fixes.entry(name.clone()).or_insert_with(|| fixes.clone());
        }
        let added = self.packs.iter().map(|pack| vocabulary.compile(pack)).collect::<Result<Vec<_>, _>>()?;
        let places = kept.into_iter().map(|kept| if kept { Place::BuiltIn } else { Place::LeftOut });
        let packs: Vec<(CompiledPack, Place)> =
            built_in.into_iter().zip(places).chain(added.into_iter().map(|pack| (pack, Place::Added))).collect();
        let used = packs.iter().filter(|(_, place)| *place != Place::LeftOut).map(|(pack, _)| pack);
        let flows = flows::link(used)?;
        let mut inner = Inner::link(packs, vocabulary, self.packs, flows, self.script, self.channel);
        if self.model {
            inner.model = SecondOpinion::new(&inner);
        }
        let checker = Checker(Arc::new(inner));
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

impl Inner {
    /// Links compiled packs, built-in ones first.
    fn link(
        packs: Vec<(CompiledPack, Place)>,
        vocabulary: Vocabulary,
        added: Vec<RulePack>,
        (flows, events): (Flows, Events),
        script: Script,
        channel: Channel,
    ) -> Self {
        let conditions = vocabulary
            .classes
            .are_ready()
            .then(|| Conditions::new(Scanner::from_static(CONDITIONS_SCANNER), Trigger::from_static(CONDITIONS_TRIGGER)));
        let linker = Linker::new(vocabulary);
        let [lead, tail, courtesies, clumsy, plain, snide] = ENGINE_PATTERNS.map(|written| linker.surroundings(written));
        let engine = EnginePatterns { lead, tail, courtesies, clumsy, plain, snide };
        // Growing would copy what is a good part of a start.
        let compiled = || packs.iter().flat_map(|(pack, _)| &pack.rules);
        let mut rules: Vec<LinkedRule> = Vec::with_capacity(compiled().count());
        let mut patterns: Vec<Option<LinkedPattern>> = Vec::with_capacity(compiled().map(|rule| rule.count).sum());
        let mut names = Vec::new();
        let mut first_added = 0;
        for (mut pack, place) in packs {
            if place != Place::Added {
                first_added = patterns.len() + pack.rules.iter().map(|rule| rule.count).sum::<usize>();
            }
            if place == Place::LeftOut {
                patterns.resize_with(first_added, || None);
                continue;
            }
            for compiled in std::mem::take(&mut pack.rules) {
                let rule = rules.len() as u32;
                patterns.extend((0..compiled.count).map(|index| Some(LinkedPattern { rule, index, pattern: OnceLock::new() })));
                let is_built_in = place == Place::BuiltIn;
                rules.push(LinkedRule { compiled, is_built_in, judge: OnceLock::new(), templates: OnceLock::new() });
            }
            names.push([pack.file, pack.name, pack.version]);
        }
        let mut scanners = Vec::new();
        if patterns.iter().take(first_added).any(Option::is_some) {
            scanners.push((Scanner::from_static(SCANNER), Trigger::from_static(TRIGGER)));
        }
        if patterns.len() > first_added {
            // No text is known that is like what they are for.
            let (trigger, literals) = Trigger::new(wanted(&rules, &patterns, first_added), first_added as u32, |_| 0.0);
            scanners.push((Scanner::new(literals), trigger));
        }
        let inner = Self {
            names,
            packs: OnceLock::new(),
            added,
            rules,
            patterns,
            scanners,
            conditions,
            homophones: OnceLock::new(),
            first_added: first_added as u32,
            is_speech: channel == Channel::Speech,
            linker,
            engine,
            flows,
            events,
            script,
            model: None,
        };
        if inner.is_speech {
            inner.homophones();
        }
        inner
    }

    /// The literals of the patterns in use by sound, for text from speech recognition.
    ///
    /// # Cost
    ///
    /// The first call reads those of the built-in packs and lays out those of added ones, which takes longer than building a checker.
    pub(super) fn homophones(&self) -> &[Homophones] {
        self.homophones.get_or_init(|| {
            let first_added = self.first_added as usize;
            let mut homophones = Vec::new();
            if self.patterns.iter().take(first_added).any(Option::is_some) {
                homophones.extend(Homophones::from_static(HEARD, SPELLINGS));
            }
            if self.patterns.len() > first_added {
                homophones.push(Homophones::new(wanted(&self.rules, &self.patterns, first_added), self.first_added));
            }
            homophones
        })
    }
}

/// What the patterns from a number on ask for: those of added packs.
fn wanted<'a>(rules: &'a [LinkedRule], patterns: &'a [Option<LinkedPattern>], from: usize) -> impl Iterator<Item = Wanted<'a>> {
    patterns.iter().skip(from).flatten().filter_map(|linked| {
        let rule = &rules.get(linked.rule as usize)?.compiled;
        Some(rule.rest.patterns.get(linked.index)?.wanted(purpose(&rule.kind, rule.scope)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::{Speaker, Utterance};

    #[test]
    fn typed_text_pays_for_no_homophones() {
        let checker = Checker::builder().without_model().build().unwrap();
        let said = |channel| Utterance::new(1, Speaker::Agent, "你没有填队").channel(channel);
        checker.session().push(&said(Channel::Text));
        assert!(checker.check("你没有填队").is_empty());
        assert!(checker.0.homophones.get().is_none());
        checker.session().push(&said(Channel::Speech));
        assert!(checker.0.homophones.get().is_some());
    }
}
