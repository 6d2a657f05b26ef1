//! From a candidate to a finding. Receives the patterns whose literals the scan found and the folded text, hands on
//! matches with what let them pass, if anything did. Everything here runs only where the scan found a candidate.

use std::cell::OnceCell;
use std::ops::Range;
use std::sync::Arc;

use crate::finding::Reason;
use crate::folded::{Folded, Reading};
use crate::rules::Condition as RawCondition;
use crate::rules::matcher::{Match, Runs};
use crate::rules::pattern::Pattern;
use crate::trigger::Prospects;
use crate::words::Dictionary;

/// A rule, compiled: what is needed to judge a match of it.
#[derive(Debug)]
pub(crate) struct Judge {
    pub(crate) boundary: bool,
    pub(crate) when: Vec<Check>,
    pub(crate) unless: Vec<Check>,
}

impl Judge {
    /// Whether conditions decide on a match.
    pub(crate) fn has_checks(&self) -> bool {
        !self.when.is_empty() || !self.unless.is_empty()
    }
}

/// A guard, or a condition written in place: what it is called and its conditions, one of which is enough.
#[derive(Clone, Debug)]
pub(crate) struct Check {
    pub(crate) name: CheckName,
    pub(crate) conditions: Arc<[Condition]>,
}

/// What a check is called: the guard's name, or else how its condition is written.
#[derive(Clone, Debug)]
pub(crate) enum CheckName {
    Named(Arc<str>),
    Written(Arc<RawCondition>),
}

impl CheckName {
    fn to_name(&self) -> Arc<str> {
        match self {
            Self::Named(name) => name.clone(),
            Self::Written(condition) => condition.to_string().into(),
        }
    }
}

/// A condition, compiled. All that is given must hold.
#[derive(Debug, Default)]
pub(crate) struct Condition {
    pub(crate) around: Option<Arc<Pattern>>,
    pub(crate) before: Option<Arc<Pattern>>,
    pub(crate) after: Option<Arc<Pattern>>,
    pub(crate) earlier: Option<Arc<Pattern>>,
    pub(crate) later: Option<Arc<Pattern>>,
    pub(crate) utterance: Option<Arc<Pattern>>,
    pub(crate) customer: Option<Arc<Pattern>>,
    pub(crate) agent: Option<Arc<Pattern>>,
    pub(crate) opening: bool,
    pub(crate) quoted: bool,
    /// The numbers of those patterns that are looked for in the utterance, all of which it must have prospects of.
    pub(crate) numbers: Box<[u32]>,
}

#[cfg(test)]
impl Condition {
    pub(crate) fn patterns(&self) -> impl Iterator<Item = &Pattern> {
        let Self { around, before, after, earlier, later, utterance, customer, agent, .. } = self;
        [around, before, after, earlier, later, utterance, customer, agent].into_iter().flatten().map(|pattern| &**pattern)
    }
}

/// All matches of a pattern that begin at `last` or before, leftmost first, none overlapping. A group named `span` takes the place of
/// the whole.
pub(crate) fn matches(pattern: &Pattern, text: &[char], last: usize, runs: &mut Runs) -> Vec<Match> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(mut next) = pattern.find_in(text, from..=last, runs) {
        if let Some(index) = next.groups.iter().position(|(name, _)| name == "span") {
            next.range = next.groups.swap_remove(index).1;
        }
        // A mark that ends one match may begin the next one.
        from = next.range.end.max(from + 1);
        found.push(next);
    }
    found
}

/// What lets a match pass, or `None` when it is a finding. Conditions on the utterance do not see the clauses that `courtesies` finds: "is
/// there anything else I can help you with" helps with nothing.
pub(crate) fn judge(
    judge: &Judge,
    range: &Range<usize>,
    folded: &Folded,
    courtesies: Option<&Pattern>,
    around: &Around<'_>,
    prospects: Option<&Prospects>,
    runs: &mut Runs,
) -> Option<Reason> {
    if judge.boundary && !stands_on_word_boundaries(range, folded) {
        return Some(Reason::Boundary);
    }
    let bare = match courtesies {
        Some(courtesies) if judge.has_checks() => {
            folded.bare(|text| matches(courtesies, text, text.len(), runs).into_iter().map(|found| found.range))
        }
        _ => &folded.text,
    };
    let view = View { range, folded, bare, clause: folded.clause(range.start, range.end), around, prospects };
    if !judge.when.is_empty() && !judge.when.iter().any(|check| check.conditions.iter().any(|c| view.holds(c, runs))) {
        return Some(Reason::When);
    }
    let guard = judge.unless.iter().find(|check| check.conditions.iter().any(|c| view.holds(c, runs)));
    guard.map(|check| Reason::Guard(check.name.to_name()))
}

/// What guards may ask for besides the utterance itself.
#[derive(Debug, Default)]
pub(crate) struct Around<'a> {
    /// What the customer said just before.
    pub(crate) customer: Said<'a>,
    /// What the agent said just before.
    pub(crate) agent: Said<'a>,
    /// Whether the utterance is among the first things that its speaker says.
    pub(crate) opening: bool,
}

/// What somebody said, folded when a guard first asks: most ask for the utterance only.
#[derive(Debug, Default)]
pub(crate) struct Said<'a> {
    words: Option<&'a str>,
    folded: OnceCell<Vec<char>>,
}

impl<'a> Said<'a> {
    /// `words` is `None` where nothing has been said.
    pub(crate) fn new(words: Option<&'a str>) -> Self {
        Self { words, folded: OnceCell::new() }
    }

    fn folded(&self) -> Option<&[char]> {
        self.words.map(|words| self.folded.get_or_init(|| Folded::new(words, 0, Reading::Plain).text).as_slice())
    }
}

/// A match in its surroundings.
struct View<'a> {
    range: &'a Range<usize>,
    folded: &'a Folded,
    /// Its text without courtesies, letter for letter.
    bare: &'a [char],
    clause: (usize, usize),
    around: &'a Around<'a>,
    /// What the text may match of what conditions ask for; `None` where that is not known.
    prospects: Option<&'a Prospects>,
}

impl<'a> View<'a> {
    /// The clause after the match, with the mark that ends it.
    fn after(&self) -> &'a [char] {
        self.folded.slice(self.range.end, (self.clause.1 + 1).min(self.folded.text.len()))
    }

    fn holds(&self, condition: &Condition, runs: &mut Runs) -> bool {
        let Range { start, end } = *self.range;
        let text = &self.folded.text[..];
        let Around { customer, agent, opening } = self.around;
        let is_foreseen = |prospects: &Prospects| condition.numbers.iter().all(|&number| prospects.has(number));
        if condition.opening && !*opening || !self.prospects.is_none_or(is_foreseen) {
            return false;
        }
        let mut found = |pattern: &Option<Arc<Pattern>>, text: &[char]| match pattern {
            Some(pattern) => pattern.is_in(text, runs),
            None => true,
        };
        (!condition.quoted || self.folded.is_quoted(start, end))
            && found(&condition.before, self.folded.slice(self.clause.0, start))
            && found(&condition.after, self.after())
            && found(&condition.earlier, self.bare.get(..start).unwrap_or_default())
            && found(&condition.later, self.bare.get(end..).unwrap_or_default())
            && found(&condition.utterance, self.bare)
            && (condition.customer.is_none() || customer.folded().is_some_and(|said| found(&condition.customer, said)))
            && (condition.agent.is_none() || agent.folded().is_some_and(|said| found(&condition.agent, said)))
            && condition.around.as_ref().is_none_or(|pattern| {
                matches(pattern, text, start, runs)
                    .iter()
                    .any(|Match { range: outer, .. }| outer.start <= start && end <= outer.end && outer.len() > end - start)
            })
    }
}

/// Words as jieba knows them.
pub(crate) static WORDS: Dictionary = Dictionary::from_static(include_bytes!(concat!(env!("OUT_DIR"), "/words.bin")));

/// Whether, when the clause is cut into words, one begins where the match begins and one ends where it ends.
fn stands_on_word_boundaries(range: &Range<usize>, folded: &Folded) -> bool {
    let (start, end) = folded.clause(range.start, range.end);
    let ends = WORDS.cut(folded.slice(start, end));
    let is_end = |place: usize| place == start || ends.binary_search(&(place - start)).is_ok();
    is_end(range.start) && is_end(range.end)
}
