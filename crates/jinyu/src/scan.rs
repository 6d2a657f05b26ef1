//! One pass over an utterance: all literals of all rules. Receives text, hands on [`Candidate`]s with their place in
//! the original, and the patterns that have all the literals they ask for; knows nothing of what patterns and guards say. A candidate
//! is a place worth a look, no more: noise and repeated characters are skipped whatever they stand for.
//!
//! The automaton is Aho and Corasick's over classes of characters, laid out flat in bytes, so that the one for the built-in packs is
//! made by the build script and used in place: a program that starts has nothing to build.

use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::script::{fold, supplementary};
use crate::span::Span;

/// A place where a literal stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Candidate {
    /// Index of the literal.
    pub(crate) literal: u32,
    /// Where it stands, in bytes of the scanned text, noise inside it included.
    pub(crate) span: Span,
}

/// Buffers that a scan fills; reused from one utterance to the next.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scratch {
    /// Where the letters since the last reset begin.
    starts: Vec<u32>,
    pub(crate) candidates: Vec<Candidate>,
    /// For each set when it was last met, and the clauses that it was met in, a bit for each.
    met: Vec<(u32, u64)>,
    /// Counts the texts, so that `met` need not be cleared.
    now: u32,
    /// The sets met that are the first one of a branch.
    firsts: Vec<u32>,
    clauses: Vec<Range<usize>>,
}

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

/// All literals, ready to be looked for. Cheap to clone where it is built in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Scanner(Cow<'static, [u8]>);

/// Clauses of a text that are told apart; more are taken for one.
const MANY: usize = 63;

/// What a character counts as; `None` for what is skipped.
pub(crate) type Letter = fn(char) -> Option<char>;

/// A character as it is written, its class that is.
pub(crate) fn spelling(c: char) -> Option<char> {
    Some(fold(c)).filter(|letter| letter.is_alphanumeric())
}

/// Codes of characters: a letter that no literal has, and what is skipped. Letters of literals come after.
const UNKNOWN: u16 = 0;
const NOISE: u16 = 1;
const FIRST: u16 = 2;

// The layout, all numbers little-endian: a header of seven counts, then the sections in this order.
const HEADER: usize = 7 * 4;
/// The code of each character of the Basic Multilingual Plane.
const CODES: usize = 0x10000 * 2;
/// first child u32, failure u32, output u32 (literal + 1), next output u32 (state), code u16, children u16
const STATE: usize = 20;
/// letters u32, first of the sets that it belongs to u32
const LITERAL: usize = 8;
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
    codes: usize,
    others: usize,
    other_count: usize,
    roots: usize,
    states: usize,
    literals: usize,
    memberships: usize,
    sets: usize,
    set_count: usize,
    branches: usize,
    others_of_branches: usize,
}

/// A branch while the automaton is built: the sets that it asks for, by number.
struct Branch {
    first: u32,
    others: Vec<u32>,
    pattern: u32,
    crosses: bool,
}

/// A state while the automaton is built.
#[derive(Default)]
struct Node {
    children: BTreeMap<u16, usize>,
    fail: usize,
    output: u32,
    next_output: usize,
    code: u16,
}

impl Scanner {
    /// The built-in one, as [`into_bytes`](Self::into_bytes) wrote it.
    pub(crate) fn from_static(bytes: &'static [u8]) -> Self {
        Self(Cow::Borrowed(bytes))
    }

    /// What [`from_static`](Self::from_static) takes.
    #[allow(dead_code, reason = "the build script includes this file and calls it")]
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.0.into_owned()
    }

    /// Takes what patterns ask for, in the order of the patterns, of which the first has the number `from`. Literals are as
    /// [`squeeze`](crate::rules::literal::squeeze) writes them.
    pub(crate) fn new<'a>(patterns: impl IntoIterator<Item = Wanted<'a>>, from: u32) -> Self {
        Self::over(spelling, patterns, from)
    }

    /// The same over other letters than the characters themselves; literals are written in these letters.
    pub(crate) fn over<'a>(letter: Letter, patterns: impl IntoIterator<Item = Wanted<'a>>, from: u32) -> Self {
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
        let letters: std::collections::BTreeSet<char> = memberships.keys().flat_map(|literal| literal.chars()).collect();
        let codes: BTreeMap<char, u16> = letters.into_iter().zip(FIRST..).collect();
        let nodes = nodes(&memberships, &codes);
        Self(Cow::Owned(lay_out(letter, &nodes, &codes, &memberships, sets.len(), &branches)))
    }

    fn u32(&self, at: usize) -> u32 {
        self.0.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_le_bytes)
    }

    fn u16(&self, at: usize) -> u16 {
        self.0.get(at..at + 2).and_then(|bytes| bytes.try_into().ok()).map_or(0, u16::from_le_bytes)
    }

    fn layout(&self) -> Layout {
        let count = |index: usize| self.u32(index * 4) as usize;
        let codes = HEADER;
        let others = codes + CODES;
        let roots = others + count(0) * 8;
        let states = roots + count(1) * 4;
        let literals = states + count(2) * STATE;
        let memberships = literals + (count(3) + 1) * LITERAL;
        let sets = memberships + count(4) * MEMBERSHIP;
        let branches = sets + (count(5) + 1) * SET;
        let others_of_branches = branches + (count(6) + 1) * BRANCH;
        Layout {
            codes,
            others,
            other_count: count(0),
            roots,
            states,
            literals,
            memberships,
            sets,
            set_count: count(5),
            branches,
            others_of_branches,
        }
    }

    fn code(&self, layout: &Layout, c: char) -> u16 {
        let c = u32::from(c);
        if c < 0x10000 {
            return self.u16(layout.codes + c as usize * 2);
        }
        let (mut low, mut high) = (0, layout.other_count);
        while low < high {
            let middle = (low + high) / 2;
            let at = layout.others + middle * 8;
            match self.u32(at).cmp(&c) {
                std::cmp::Ordering::Equal => return self.u32(at + 4) as u16,
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        char::from_u32(c).and_then(spelling).map_or(NOISE, |_| UNKNOWN)
    }

    fn step(&self, layout: &Layout, mut state: u32, code: u16) -> u32 {
        loop {
            if state == 0 {
                return self.u32(layout.roots + code as usize * 4);
            }
            let at = layout.states + state as usize * STATE;
            let first = self.u32(at);
            let (mut low, mut high) = (0, u32::from(self.u16(at + 18)));
            while low < high {
                let middle = (low + high) / 2;
                let child = self.u16(layout.states + (first + middle) as usize * STATE + 16);
                match child.cmp(&code) {
                    std::cmp::Ordering::Equal => return first + middle,
                    std::cmp::Ordering::Less => low = middle + 1,
                    std::cmp::Ordering::Greater => high = middle,
                }
            }
            state = self.u32(at + 4);
        }
    }

    /// Finds each place of each literal, overlapping ones too, in order of their ends.
    ///
    /// Cost: linear in the length of the text and the number of candidates, whatever the text.
    pub(crate) fn scan(&self, text: &str, scratch: &mut Scratch) {
        scratch.starts.clear();
        scratch.candidates.clear();
        let layout = self.layout();
        let mut state = 0;
        let mut last = UNKNOWN;
        for (at, c) in text.char_indices() {
            let code = self.code(&layout, c);
            if code == NOISE {
                continue;
            }
            if code == UNKNOWN {
                state = 0;
                last = UNKNOWN;
                scratch.starts.clear();
                continue;
            }
            if code == last {
                // What begins with a repeated letter begins with the last of them, what ends with one ends with the first.
                if let Some(start) = scratch.starts.last_mut() {
                    *start = at as u32;
                }
                continue;
            }
            last = code;
            scratch.starts.push(at as u32);
            state = self.step(&layout, state, code);
            let mut output = state;
            while output != 0 {
                let record = layout.states + output as usize * STATE;
                if let Some(literal) = self.u32(record + 8).checked_sub(1) {
                    let letters = self.u32(layout.literals + literal as usize * LITERAL) as usize;
                    let start = scratch.starts.len().checked_sub(letters).and_then(|index| scratch.starts.get(index));
                    if let Some(&start) = start {
                        let span = Span::new(start as usize, at + c.len_utf8());
                        scratch.candidates.push(Candidate { literal, span });
                    }
                }
                output = self.u32(record + 12);
            }
        }
    }

    /// The patterns of which a branch has a candidate for each of its sets in one clause, after those already in `patterns`;
    /// `clause` tells the clause around a byte of the scanned text.
    pub(crate) fn triggered(&self, scratch: &mut Scratch, clause: impl Fn(usize) -> Range<usize>, patterns: &mut Vec<Triggered>) {
        let layout = self.layout();
        let Scratch { met, now, firsts, clauses, candidates, .. } = scratch;
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
        for candidate in candidates.iter() {
            let clause = clause(candidate.span.start);
            let place = clauses.iter().rposition(|known| *known == clause).unwrap_or_else(|| {
                clauses.push(clause);
                clauses.len() - 1
            });
            // The last bit stands for all clauses that have none of their own.
            let bit = 1 << place.min(MANY);
            let literal = layout.literals + candidate.literal as usize * LITERAL;
            for membership in self.u32(literal + 4)..self.u32(literal + LITERAL + 4) {
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
                    let other = bits_of(self.u32(layout.others_of_branches + other as usize * OTHER));
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

/// The trie of the literals with its failures and outputs, in order of depth; the first node is the root.
fn nodes(literals: &BTreeMap<&str, Vec<u32>>, codes: &BTreeMap<char, u16>) -> Vec<Node> {
    let mut trie: Vec<Node> = vec![Node::default()];
    for (index, literal) in literals.keys().enumerate() {
        let mut at = 0;
        for code in literal.chars().filter_map(|c| codes.get(&c)) {
            let new = trie.len();
            let Some(node) = trie.get_mut(at) else { break };
            at = *node.children.entry(*code).or_insert(new);
            if at == new {
                trie.push(Node { code: *code, ..Node::default() });
            }
        }
        if let Some(node) = trie.get_mut(at) {
            node.output = index as u32 + 1;
        }
    }
    // Children of a node stand side by side when nodes are numbered in order of depth.
    let mut order: Vec<usize> = Vec::with_capacity(trie.len());
    let mut pending = VecDeque::from([0]);
    while let Some(at) = pending.pop_front() {
        order.push(at);
        pending.extend(trie.get(at).into_iter().flat_map(|node| node.children.values().copied()));
    }
    let mut number = vec![0; trie.len()];
    for (new, &old) in order.iter().enumerate() {
        if let Some(place) = number.get_mut(old) {
            *place = new;
        }
    }
    let renumber = |at: usize| number.get(at).copied().unwrap_or(0);
    let mut nodes: Vec<Node> = Vec::with_capacity(trie.len());
    for &old in &order {
        let Some(node) = trie.get_mut(old) else { continue };
        let children = std::mem::take(&mut node.children).into_iter().map(|(code, at)| (code, renumber(at))).collect();
        nodes.push(Node { children, output: node.output, code: node.code, ..Node::default() });
    }
    // Failures lead to shallower nodes, whose own are known by then.
    for parent in 0..nodes.len() {
        let children: Vec<(u16, usize)> =
            nodes.get(parent).map(|node| node.children.iter().map(|(&code, &at)| (code, at)).collect()).unwrap_or_default();
        for (code, child) in children {
            let mut fail = 0;
            if parent != 0 {
                let mut from = nodes.get(parent).map_or(0, |node| node.fail);
                loop {
                    if let Some(&next) = nodes.get(from).and_then(|node| node.children.get(&code)) {
                        fail = next;
                        break;
                    }
                    if from == 0 {
                        break;
                    }
                    from = nodes.get(from).map_or(0, |node| node.fail);
                }
            }
            let next_output = nodes.get(fail).map_or(0, |node| if node.output > 0 { fail } else { node.next_output });
            if let Some(node) = nodes.get_mut(child) {
                node.fail = fail;
                node.next_output = next_output;
            }
        }
    }
    nodes
}

fn lay_out(
    letter: Letter,
    nodes: &[Node],
    codes: &BTreeMap<char, u16>,
    memberships: &BTreeMap<&str, Vec<u32>>,
    sets: usize,
    branches: &[Branch],
) -> Vec<u8> {
    let code = |c: char| letter(c).map_or(NOISE, |letter| codes.get(&letter).copied().unwrap_or(UNKNOWN));
    let rare = codes.keys().copied().filter(|&letter| letter > '\u{ffff}').chain(supplementary());
    let others: BTreeMap<u32, u16> = rare.map(|c| (u32::from(c), code(c))).filter(|&(_, code)| code >= FIRST).collect();
    let root = nodes.first();
    let roots = usize::from(FIRST) + codes.len();
    let membership_count: usize = memberships.values().map(Vec::len).sum();
    let mut bytes = Vec::new();
    let u32 = |bytes: &mut Vec<u8>, number: usize| bytes.extend((number as u32).to_le_bytes());
    for count in [others.len(), roots, nodes.len(), memberships.len(), membership_count, sets, branches.len()] {
        u32(&mut bytes, count);
    }
    for c in 0..0x10000u32 {
        bytes.extend(char::from_u32(c).map_or(NOISE, code).to_le_bytes());
    }
    for (c, code) in others {
        u32(&mut bytes, c as usize);
        u32(&mut bytes, usize::from(code));
    }
    for code in 0..roots {
        u32(&mut bytes, root.and_then(|root| root.children.get(&(code as u16))).copied().unwrap_or(0));
    }
    for node in nodes {
        u32(&mut bytes, node.children.values().next().copied().unwrap_or(0));
        u32(&mut bytes, node.fail);
        u32(&mut bytes, node.output as usize);
        u32(&mut bytes, node.next_output);
        bytes.extend(node.code.to_le_bytes());
        bytes.extend((node.children.len() as u16).to_le_bytes());
    }
    let mut first = 0;
    for (literal, sets) in memberships {
        u32(&mut bytes, literal.chars().count());
        u32(&mut bytes, first);
        first += sets.len();
    }
    u32(&mut bytes, 0);
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
    use aho_corasick::AhoCorasick;
    use proptest::prelude::*;

    use super::*;
    use crate::rules::literal::squeeze;

    fn folded(text: &str) -> String {
        squeeze(&text.chars().map(fold).collect::<String>())
    }

    fn scanner(literals: &[String]) -> Scanner {
        let wanted: Vec<Vec<Vec<Vec<String>>>> = literals.iter().map(|literal| vec![vec![vec![literal.clone()]]]).collect();
        Scanner::new(wanted.iter().map(|branches| Wanted { branches, crosses: true }), 0)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        /// The aho-corasick crate over folded text finds the same.
        #[test]
        fn agrees_with_aho_corasick(
            words in proptest::collection::vec("[你您妳没沒填对對错a1𠀀]{1,4}", 1..12),
            text in "[你您妳没沒填对對错錯a1Ａ𠀀𠀁 ，.👌\u{200b}]{0,60}",
        ) {
            let mut literals: Vec<String> = words.iter().map(|word| folded(word)).collect();
            literals.sort();
            literals.dedup();
            let mut scratch = Scratch::default();
            scanner(&literals).scan(&text, &mut scratch);
            let mut found: Vec<(u32, &str)> = Vec::new();
            for candidate in &scratch.candidates {
                let slice = candidate.span.slice(&text);
                prop_assert_eq!(&folded(slice), &literals[candidate.literal as usize]);
                found.push((candidate.literal, slice));
            }
            let oracle = AhoCorasick::new(&literals).unwrap();
            let letters = folded(&text);
            let mut expected: Vec<u32> = oracle.find_overlapping_iter(&letters).map(|found| found.pattern().as_u32()).collect();
            let mut found: Vec<u32> = found.into_iter().map(|(literal, _)| literal).collect();
            expected.sort_unstable();
            found.sort_unstable();
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn a_branch_needs_each_of_its_sets() {
        let set = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let first = vec![vec![set(&["爱"]), set(&["不"])], vec![set(&["随便"])]];
        let second = vec![vec![set(&["不要", "不买"])]];
        let first = Wanted { branches: &first, crosses: false };
        let scanner = Scanner::new([first, Wanted { branches: &second, crosses: true }], 7);
        let triggered = |text: &str| {
            let mut scratch = Scratch::default();
            let mut patterns = Vec::new();
            scanner.scan(text, &mut scratch);
            let clause = |byte: usize| text.find('，').filter(|&comma| byte > comma).unwrap_or(0)..text.len();
            scanner.triggered(&mut scratch, clause, &mut patterns);
            patterns.into_iter().map(|(pattern, _)| pattern).collect::<Vec<_>>()
        };
        assert_eq!(triggered("爱買 不 買"), [7, 8]);
        assert_eq!(triggered("爱，不"), [0; 0]);
        assert_eq!(triggered("隨便爱"), [7]);
        assert_eq!(triggered("爱"), [0; 0]);
        assert_eq!(triggered("不要"), [8]);
    }
}
