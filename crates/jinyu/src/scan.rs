//! One pass over an utterance: all literals of all rules. Receives text, hands on [`Candidate`]s with their place in
//! the original; knows nothing of who asks for a literal. A candidate is a place worth a look, no more: noise and repeated
//! characters are skipped whatever they stand for.
//!
//! The automaton is Aho and Corasick's over classes of characters, laid out flat in bytes, so that the one for the built-in packs is
//! made by the build script and used in place: a program that starts has nothing to build.

use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};

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
}

/// All literals, ready to be looked for. Cheap to clone where it is built in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Scanner(Cow<'static, [u8]>);

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

// The layout, all numbers little-endian: a header of four counts, then the sections in this order.
const HEADER: usize = 4 * 4;
/// The code of each character of the Basic Multilingual Plane.
const CODES: usize = 0x10000 * 2;
/// first child u32, failure u32, output u32 (literal + 1), next output u32 (state), code u16, children u16
const STATE: usize = 20;
/// letters u32
const LITERAL: usize = 4;

/// Where the sections begin.
struct Layout {
    codes: usize,
    others: usize,
    other_count: usize,
    roots: usize,
    states: usize,
    literals: usize,
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

    /// Looks for literals, which are known by their place among them. They are sorted, each is there once, and they are written as
    /// [`squeeze`](crate::rules::literal::squeeze) writes them.
    pub(crate) fn new<'a>(literals: impl IntoIterator<Item = &'a str>) -> Self {
        Self::over(spelling, literals)
    }

    /// The same over other letters than the characters themselves; literals are written in these letters.
    pub(crate) fn over<'a>(letter: Letter, literals: impl IntoIterator<Item = &'a str>) -> Self {
        let literals: Vec<&str> = literals.into_iter().collect();
        let letters: std::collections::BTreeSet<char> = literals.iter().flat_map(|literal| literal.chars()).collect();
        let codes: BTreeMap<char, u16> = letters.into_iter().zip(FIRST..).collect();
        let nodes = nodes(&literals, &codes);
        Self(Cow::Owned(lay_out(letter, &nodes, &codes, &literals)))
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
        Layout { codes, others, other_count: count(0), roots, states, literals }
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
}

/// The trie of the literals with its failures and outputs, in order of depth; the first node is the root.
fn nodes(literals: &[&str], codes: &BTreeMap<char, u16>) -> Vec<Node> {
    let mut trie: Vec<Node> = vec![Node::default()];
    for (index, literal) in literals.iter().enumerate() {
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

fn lay_out(letter: Letter, nodes: &[Node], codes: &BTreeMap<char, u16>, literals: &[&str]) -> Vec<u8> {
    let code = |c: char| letter(c).map_or(NOISE, |letter| codes.get(&letter).copied().unwrap_or(UNKNOWN));
    let rare = codes.keys().copied().filter(|&letter| letter > '\u{ffff}').chain(supplementary());
    let others: BTreeMap<u32, u16> = rare.map(|c| (u32::from(c), code(c))).filter(|&(_, code)| code >= FIRST).collect();
    let root = nodes.first();
    let roots = usize::from(FIRST) + codes.len();
    let mut bytes = Vec::new();
    let u32 = |bytes: &mut Vec<u8>, number: usize| bytes.extend((number as u32).to_le_bytes());
    for count in [others.len(), roots, nodes.len(), literals.len()] {
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
    for literal in literals {
        u32(&mut bytes, literal.chars().count());
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
            Scanner::new(literals.iter().map(String::as_str)).scan(&text, &mut scratch);
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
}
