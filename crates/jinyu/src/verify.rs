//! From a candidate to a finding. Receives the patterns whose literals the scan found and the folded text, hands on
//! matches with what let them pass, if anything did. Everything here runs only where the scan found a candidate.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use jieba_rs::Jieba;
use regex_automata::util::captures::Captures;

use crate::finding::Reason;
use crate::folded::{Folded, is_break};
use crate::rules::pattern::Pattern;
use crate::rules::{Edge, Scope};

/// A rule, compiled: what is needed to judge a match of it.
#[derive(Debug)]
pub(crate) struct Judge {
    pub(crate) scope: Scope,
    pub(crate) edge: Option<Edge>,
    pub(crate) boundary: bool,
    pub(crate) when: Vec<Check>,
    pub(crate) unless: Vec<Check>,
}

/// A guard, or a condition written in place: what it is called and its conditions, one of which is enough.
#[derive(Clone, Debug)]
pub(crate) struct Check {
    pub(crate) name: Arc<str>,
    pub(crate) conditions: Arc<[Condition]>,
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
    pub(crate) quoted: bool,
}

/// What may stand beside a match at an edge: fillers before it, particles after it.
#[derive(Debug)]
pub(crate) struct Edges {
    pub(crate) clause_lead: Pattern,
    pub(crate) clause_tail: Pattern,
    pub(crate) utterance_lead: Pattern,
    pub(crate) utterance_tail: Pattern,
}

/// A match of a pattern in a folded text, in bytes of the folded text.
#[derive(Clone, Debug)]
pub(crate) struct Match {
    pub(crate) range: Range<usize>,
    pub(crate) groups: Vec<(String, Range<usize>)>,
}

/// All matches of a pattern, leftmost first, none overlapping.
pub(crate) fn matches(pattern: &Pattern, text: &str) -> Vec<Match> {
    let Some(regex) = pattern.regex() else { return Vec::new() };
    if regex.captures_len() == 1 {
        return regex.find_iter(text).map(|found| Match { range: found.range(), groups: Vec::new() }).collect();
    }
    let groups = |captures: &Captures| -> Option<Match> {
        let mut range = captures.get_match()?.range();
        let mut groups = Vec::new();
        for (index, name) in regex.group_info().pattern_names(captures.pattern()?).enumerate() {
            let (Some(name), Some(span)) = (name, captures.get_group(index)) else { continue };
            if name == "span" {
                range = span.range();
            } else {
                groups.push((name.to_owned(), span.range()));
            }
        }
        Some(Match { range, groups })
    };
    regex.captures_iter(text).filter_map(|captures| groups(&captures)).collect()
}

/// What lets a match pass, or `None` when it is a finding.
pub(crate) fn judge(
    judge: &Judge,
    edges: &Edges,
    range: &Range<usize>,
    folded: &Folded,
    customer: Option<&str>,
) -> Option<Reason> {
    if judge.edge.is_some_and(|edge| !stands_at(edge, edges, range, folded)) {
        return Some(Reason::Edge);
    }
    if judge.boundary && !stands_on_word_boundaries(range, folded) {
        return Some(Reason::Boundary);
    }
    let view = View::new(range, folded, customer);
    if !judge.when.is_empty() && !judge.when.iter().any(|check| check.conditions.iter().any(|c| view.holds(c))) {
        return Some(Reason::When);
    }
    let guard = judge.unless.iter().find(|check| check.conditions.iter().any(|c| view.holds(c)));
    guard.map(|check| Reason::Guard(check.name.clone()))
}

/// A match in its surroundings.
struct View<'a> {
    range: &'a Range<usize>,
    folded: &'a Folded,
    clause: (usize, usize),
    customer: Option<&'a str>,
}

impl<'a> View<'a> {
    fn new(range: &'a Range<usize>, folded: &'a Folded, customer: Option<&'a str>) -> Self {
        Self { range, folded, clause: folded.clause(range.start, range.end), customer }
    }

    fn slice(&self, from: usize, to: usize) -> &'a str {
        self.folded.text.get(from..to).unwrap_or("")
    }

    /// The clause after the match, with the mark that ends it.
    fn after(&self) -> &'a str {
        let end = self.clause.1;
        let mark = self.slice(end, self.folded.text.len()).chars().next().filter(|&c| is_break(c)).map_or(0, char::len_utf8);
        self.slice(self.range.end, end + mark)
    }

    fn holds(&self, condition: &Condition) -> bool {
        let Range { start, end } = *self.range;
        let text = self.folded.text.as_str();
        let found = |pattern: &Option<Arc<Pattern>>, text: &str| pattern.as_ref().is_none_or(|pattern| pattern.is_match(text));
        (!condition.quoted || self.folded.is_quoted(start, end))
            && found(&condition.before, self.slice(self.clause.0, start))
            && found(&condition.after, self.after())
            && found(&condition.earlier, self.slice(0, start))
            && found(&condition.later, self.slice(end, text.len()))
            && found(&condition.utterance, text)
            && condition.customer.as_ref().is_none_or(|pattern| self.customer.is_some_and(|said| pattern.is_match(said)))
            && condition.around.as_ref().is_none_or(|pattern| {
                matches(pattern, text).iter().any(|Match { range: outer, .. }| {
                    outer.start <= start && end <= outer.end && outer.len() > end - start
                })
            })
    }
}

fn stands_at(edge: Edge, edges: &Edges, range: &Range<usize>, folded: &Folded) -> bool {
    let text = |from: usize, to: usize| folded.text.get(from..to).unwrap_or("");
    let (start, end) = folded.clause(range.start, range.end);
    let at_start = || edges.clause_lead.is_match(text(start, range.start));
    let at_end = || edges.clause_tail.is_match(text(range.end, end));
    match edge {
        Edge::Start => at_start(),
        Edge::End => at_end(),
        Edge::Clause => at_start() && at_end(),
        Edge::Utterance => {
            edges.utterance_lead.is_match(text(0, range.start))
                && edges.utterance_tail.is_match(text(range.end, folded.text.len()))
        }
    }
}

/// Whether jieba, reading the clause, begins a word where the match begins and ends one where it ends.
fn stands_on_word_boundaries(range: &Range<usize>, folded: &Folded) -> bool {
    static JIEBA: OnceLock<Jieba> = OnceLock::new();
    let (start, end) = folded.clause(range.start, range.end);
    let clause = folded.text.get(start..end).unwrap_or("");
    let (mut begins, mut ends) = (false, false);
    let mut at = start;
    for word in JIEBA.get_or_init(Jieba::new).cut(clause, false) {
        begins |= at == range.start;
        at += word.word.len();
        ends |= at == range.end;
    }
    begins && ends
}
