//! From literals to patterns. Receives the [`Candidate`]s of a scan, hands on the patterns that have all the literals they ask for
//! and the clauses that have them; knows nothing of what patterns and guards say.
//!
//! Laid out flat in bytes as the scanner is, so that the one for the built-in packs is made by the build script and used in place.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use crate::scan::Candidate;

/// What a pattern asks for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted<'a> {
    /// For each of its branches sets of literals, of each of which one must stand in the text; the rarest first.
    pub(crate) branches: &'a [Vec<Vec<String>>],
    /// Whether they may stand in more than one clause.
    pub(crate) crosses: bool,
}

/// A pattern worth running, and the clause that it is worth running on; the whole text where the pattern crosses clauses.
pub(crate) type Triggered = (u32, Option<Range<usize>>);

/// Buffers that are reused from one utterance to the next.
#[derive(Clone, Debug, Default)]
pub(crate) struct Marks {
    /// For each set when it was last met, and the clauses that it was met in, a bit for each.
    met: Vec<(u32, u64)>,
    /// Counts the texts, so that `met` need not be cleared.
    now: u32,
    /// The sets met that are the first one of a branch.
    firsts: Vec<u32>,
    clauses: Vec<Range<usize>>,
}

/// What all patterns ask for. Cheap to clone where it is built in.
#[derive(Clone, Debug)]
pub(crate) struct Trigger(Cow<'static, [u8]>);

/// Clauses of a text that are told apart; more are taken for one.
const MANY: usize = 63;

// The layout, all numbers little-endian: a header of four counts, then the sections in this order.
const HEADER: usize = 4 * 4;
/// first u32 of the sets that it belongs to
const LITERAL: usize = 4;
/// set u32
const MEMBERSHIP: usize = 4;
/// first u32 of the branches that have it as their first set
const SET: usize = 4;
/// pattern u32, whether it crosses clauses u32, first of its other sets u32
const BRANCH: usize = 12;
/// set u32
const OTHER: usize = 4;

/// Where the sections begin.
struct Layout {
    memberships: usize,
    sets: usize,
    set_count: usize,
    branches: usize,
    others: usize,
}

/// A branch while its record is not written: the sets that it asks for, by number.
struct Branch {
    first: u32,
    others: Vec<u32>,
    pattern: u32,
    crosses: bool,
}

impl Trigger {
    /// The built-in one, as [`into_bytes`](Self::into_bytes) wrote it.
    pub(crate) fn from_static(bytes: &'static [u8]) -> Self {
        Self(Cow::Borrowed(bytes))
    }

    /// What [`from_static`](Self::from_static) takes.
    #[allow(dead_code, reason = "the build script includes this file and calls it")]
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.0.into_owned()
    }

    /// Takes what patterns ask for, in the order of the patterns, of which the first has the number `from`. Gives back the literals
    /// to scan for too, in the order of their numbers; they are as [`squeeze`](crate::rules::literal::squeeze) writes them.
    pub(crate) fn new<'a>(patterns: impl IntoIterator<Item = Wanted<'a>>, from: u32) -> (Self, Vec<&'a str>) {
        // Sets that patterns have in common are one.
        let mut sets: BTreeMap<&[String], u32> = BTreeMap::new();
        let mut branches: Vec<Branch> = Vec::new();
        for (pattern, wanted) in (from..).zip(patterns) {
            for asked in wanted.branches {
                let mut number = |set: &'a Vec<String>| {
                    let next = sets.len() as u32;
                    *sets.entry(set).or_insert(next)
                };
                let numbers: Vec<u32> = asked.iter().map(&mut number).collect();
                if let Some((&first, others)) = numbers.split_first() {
                    branches.push(Branch { first, others: others.to_vec(), pattern, crosses: wanted.crosses });
                }
            }
        }
        branches.sort_by_key(|branch| branch.first);
        let mut memberships: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
        for (&set, &number) in &sets {
            for literal in set {
                memberships.entry(literal).or_default().push(number);
            }
        }
        let trigger = Self(Cow::Owned(lay_out(&memberships, sets.len(), &branches)));
        (trigger, memberships.into_keys().collect())
    }

    fn u32(&self, at: usize) -> u32 {
        self.0.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_le_bytes)
    }

    fn layout(&self) -> Layout {
        let count = |index: usize| self.u32(index * 4) as usize;
        let memberships = HEADER + (count(0) + 1) * LITERAL;
        let sets = memberships + count(1) * MEMBERSHIP;
        let branches = sets + (count(2) + 1) * SET;
        let others = branches + (count(3) + 1) * BRANCH;
        Layout { memberships, sets, set_count: count(2), branches, others }
    }

    /// The patterns of which a branch has a candidate for each of its sets in one clause, after those already in `patterns`;
    /// `clause` tells the clause around a byte of the scanned text.
    pub(crate) fn triggered(
        &self,
        candidates: &[Candidate],
        clause: impl Fn(usize) -> Range<usize>,
        marks: &mut Marks,
        patterns: &mut Vec<Triggered>,
    ) {
        let layout = self.layout();
        let Marks { met, now, firsts, clauses } = marks;
        firsts.clear();
        clauses.clear();
        if met.len() < layout.set_count {
            met.resize(layout.set_count, (0, 0));
        }
        *now = now.wrapping_add(1);
        if *now == 0 {
            met.fill((0, 0));
            *now = 1;
        }
        for candidate in candidates {
            let clause = clause(candidate.span.start);
            let place = clauses.iter().rposition(|known| *known == clause).unwrap_or_else(|| {
                clauses.push(clause);
                clauses.len() - 1
            });
            // The last bit stands for all clauses that have none of their own.
            let bit = 1 << place.min(MANY);
            let literal = HEADER + candidate.literal as usize * LITERAL;
            for membership in self.u32(literal)..self.u32(literal + LITERAL) {
                let set = self.u32(layout.memberships + membership as usize * MEMBERSHIP);
                let Some((when, bits)) = met.get_mut(set as usize) else { continue };
                if *when != *now {
                    (*when, *bits) = (*now, 0);
                    let record = layout.sets + set as usize * SET;
                    if self.u32(record) < self.u32(record + SET) {
                        firsts.push(set);
                    }
                }
                *bits |= bit;
            }
        }
        let bits_of = |set: u32| met.get(set as usize).filter(|(when, _)| when == now).map_or(0, |&(_, bits)| bits);
        let known = patterns.len();
        for &set in firsts.iter() {
            let record = layout.sets + set as usize * SET;
            for branch in self.u32(record)..self.u32(record + SET) {
                let branch = layout.branches + branch as usize * BRANCH;
                let crosses = self.u32(branch + 4) != 0;
                let mut bits = bits_of(set);
                for other in self.u32(branch + 8)..self.u32(branch + BRANCH + 8) {
                    let other = bits_of(self.u32(layout.others + other as usize * OTHER));
                    bits = if crosses && other != 0 { bits } else { bits & other };
                }
                let pattern = self.u32(branch);
                if crosses && bits != 0 {
                    patterns.push((pattern, None));
                    continue;
                }
                while bits != 0 {
                    let place = bits.trailing_zeros() as usize;
                    bits &= bits - 1;
                    patterns.push((pattern, clauses.get(place).filter(|_| place < MANY).cloned()));
                }
            }
        }
        if let Some(new) = patterns.get_mut(known..) {
            new.sort_unstable_by_key(|(pattern, clause)| (*pattern, clause.as_ref().map(|clause| clause.start)));
        }
        patterns.dedup();
    }
}

fn lay_out(memberships: &BTreeMap<&str, Vec<u32>>, sets: usize, branches: &[Branch]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let u32 = |bytes: &mut Vec<u8>, number: usize| bytes.extend((number as u32).to_le_bytes());
    for count in [memberships.len(), memberships.values().map(Vec::len).sum(), sets, branches.len()] {
        u32(&mut bytes, count);
    }
    let mut first = 0;
    for sets in memberships.values() {
        u32(&mut bytes, first);
        first += sets.len();
    }
    u32(&mut bytes, first);
    for &set in memberships.values().flatten() {
        u32(&mut bytes, set as usize);
    }
    for set in 0..=sets {
        u32(&mut bytes, branches.partition_point(|branch| (branch.first as usize) < set));
    }
    let mut first = 0;
    for branch in branches {
        u32(&mut bytes, branch.pattern as usize);
        u32(&mut bytes, usize::from(branch.crosses));
        u32(&mut bytes, first);
        first += branch.others.len();
    }
    for number in [0, 0, first] {
        u32(&mut bytes, number);
    }
    for &set in branches.iter().flat_map(|branch| &branch.others) {
        u32(&mut bytes, set as usize);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::{Scanner, Scratch};

    #[test]
    fn a_branch_needs_each_of_its_sets() {
        let set = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let first = vec![vec![set(&["爱"]), set(&["不"])], vec![set(&["随便"])]];
        let second = vec![vec![set(&["不要", "不买"])]];
        let first = Wanted { branches: &first, crosses: false };
        let (trigger, literals) = Trigger::new([first, Wanted { branches: &second, crosses: true }], 7);
        let scanner = Scanner::new(literals);
        let triggered = |text: &str| {
            let mut scratch = Scratch::default();
            let mut patterns = Vec::new();
            scanner.scan(text, &mut scratch);
            let clause = |byte: usize| text.find('，').filter(|&comma| byte > comma).unwrap_or(0)..text.len();
            trigger.triggered(&scratch.candidates, clause, &mut Marks::default(), &mut patterns);
            patterns.into_iter().map(|(pattern, _)| pattern).collect::<Vec<_>>()
        };
        assert_eq!(triggered("爱買 不 買"), [7, 8]);
        assert_eq!(triggered("爱，不"), [0; 0]);
        assert_eq!(triggered("隨便爱"), [7]);
        assert_eq!(triggered("爱"), [0; 0]);
        assert_eq!(triggered("不要"), [8]);
    }
}
