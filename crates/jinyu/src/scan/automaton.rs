//! Builds what [`Scanner`](super::Scanner) runs on. Receives literals, hands on the flat layout: codes of characters, the rows of
//! the filter, and the automaton as a double array.

use std::collections::BTreeMap;

use super::{FIRST, FULL, Letter, NOISE, ROW_COUNTS, UNKNOWN, gram_index, row_index};
use crate::script::supplementary;

/// A state of the trie. Children of a state stand side by side.
struct Node {
    /// The literals that begin with it, as a range.
    from: u32,
    to: u32,
    first_child: u32,
    children: u32,
    /// The state of its longest proper suffix.
    fail: u32,
    /// The first of its outputs; 0 for none.
    output: u32,
    depth: u16,
    code: u16,
}

impl Node {
    fn children(&self) -> std::ops::Range<usize> {
        self.first_child as usize..(self.first_child + self.children) as usize
    }
}

/// A literal that ends in a state, and the next one, which is shorter.
struct Output {
    literal: u32,
    letters: u32,
    next: u32,
}

/// A literal as codes, with its number.
type Coded = (Box<[u16]>, u32);

/// Lays out the scanner for these literals, which are written in the letters that `letter` makes.
pub(super) fn lay_out(letter: Letter, literals: &[&str]) -> Vec<u8> {
    let codes = codes(literals);
    // Nearly all letters are in this plane, where a table is much faster than a search.
    let mut common = vec![UNKNOWN; 0x10000];
    for (&letter, &code) in &codes {
        if let Some(place) = common.get_mut(letter as usize) {
            *place = code;
        }
    }
    let code_of = |letter: char| common.get(letter as usize).copied().or_else(|| codes.get(&letter).copied()).unwrap_or(UNKNOWN);
    let code = |c: char| letter(c).map_or(NOISE, code_of);
    let spelled = |literal: &str| literal.chars().filter_map(|c| codes.get(&c).copied()).collect();
    let mut coded: Vec<Coded> = literals.iter().zip(0..).map(|(literal, number)| (spelled(literal), number)).collect();
    coded.sort_unstable();
    let (nodes, outputs) = trie(&coded);
    let rows = rows(&coded);
    let grams = if rows.is_empty() { Vec::new() } else { grams(&coded) };
    let longest = coded.iter().map(|(codes, _)| codes.len()).max().unwrap_or(0);
    // A large list takes much room, which the double array can use.
    drop(coded);
    let array = DoubleArray::new(&nodes, codes.values().copied().max().unwrap_or(FIRST));
    let rare = codes.keys().copied().filter(|&letter| letter > '\u{ffff}').chain(supplementary());
    let others: BTreeMap<u32, u16> = rare.map(|c| (u32::from(c), code(c))).filter(|&(_, code)| code >= FIRST).collect();
    let roots = codes.values().copied().max().map_or(0, |last| usize::from(last) + 1);

    let sizes =
        2 * 0x10000 + 8 * (others.len() + rows.len() + grams.len()) + 4 * roots + 16 * array.owner.len() + 12 * outputs.len();
    let mut bytes = Vec::with_capacity(super::HEADER + sizes);
    let u32 = |bytes: &mut Vec<u8>, number: usize| bytes.extend((number as u32).to_le_bytes());
    for count in [others.len(), rows.len(), grams.len(), roots, array.owner.len(), outputs.len(), longest] {
        u32(&mut bytes, count);
    }
    for c in 0..0x10000u32 {
        bytes.extend(char::from_u32(c).map_or(NOISE, code).to_le_bytes());
    }
    for (c, code) in others {
        u32(&mut bytes, c as usize);
        u32(&mut bytes, usize::from(code));
    }
    for row in rows.into_iter().chain(grams) {
        bytes.extend(row.to_le_bytes());
    }
    let mut by_code = vec![0; roots];
    for child in children(&nodes, 0) {
        if let (Some(place), Some(node)) =
            (nodes.get(child).and_then(|node| by_code.get_mut(usize::from(node.code))), array.slot.get(child))
        {
            *place = *node as usize;
        }
    }
    for slot in by_code {
        u32(&mut bytes, slot);
    }
    for &owner in &array.owner {
        array.write(&nodes, owner, &mut bytes);
    }
    for output in outputs {
        for number in [output.literal, output.letters, output.next] {
            u32(&mut bytes, number as usize);
        }
    }
    bytes
}

/// The codes of the letters of the literals: small ones for frequent letters, so that the double array is dense. Multiples of 64
/// are left out, as [`FULL`] explains.
fn codes(literals: &[&str]) -> BTreeMap<char, u16> {
    let mut counts: BTreeMap<char, usize> = BTreeMap::new();
    for c in literals.iter().flat_map(|literal| literal.chars()) {
        *counts.entry(c).or_default() += 1;
    }
    let mut letters: Vec<(char, usize)> = counts.into_iter().collect();
    letters.sort_by_key(|&(c, count)| (std::cmp::Reverse(count), c));
    letters.into_iter().map(|(c, _)| c).zip((FIRST..=u16::MAX).filter(|code| code % 64 != 0)).collect()
}

/// The bits for the beginnings of literals, where there are so many that the automaton would be out of the processor's reach: 16
/// to 32 for each.
fn grams(coded: &[Coded]) -> Vec<u64> {
    const MANY: usize = 1 << 12;
    if coded.len() < MANY {
        return Vec::new();
    }
    let mut words = vec![0; (coded.len() * 16 / 64).next_power_of_two()];
    let mask = words.len() - 1;
    for (codes, _) in coded {
        if let [first, second, rest @ ..] = &**codes {
            let bit = gram_index(*first, *second, rest.first().copied().unwrap_or(NOISE));
            if let Some(word) = words.get_mut((bit / 64) & mask) {
                *word |= 1 << (bit % 64);
            }
        }
    }
    words
}

/// The rows of the filter; none where a literal has one letter only, since then nearly every character would be worth a look.
fn rows(coded: &[Coded]) -> Vec<u64> {
    if coded.iter().any(|(codes, _)| codes.len() < 2) {
        return Vec::new();
    }
    // At least two rows for a literal, as long as there are such tables.
    let [.., largest] = ROW_COUNTS;
    let count = ROW_COUNTS.into_iter().find(|&count| coded.len() * 2 <= count).unwrap_or(largest);
    let mut rows = vec![0; count];
    for (codes, _) in coded {
        if let [first, second, rest @ ..] = &**codes
            && let Some(row) = rows.get_mut(row_index(*first, *second) & (count - 1))
        {
            *row |= rest.first().map_or(FULL, |third| 1 << (third & 63));
        }
    }
    rows
}

fn children(nodes: &[Node], parent: usize) -> std::ops::Range<usize> {
    nodes.get(parent).map_or(0..0, Node::children)
}

fn child(nodes: &[Node], parent: usize, code: u16) -> Option<usize> {
    let range = children(nodes, parent);
    let place = nodes.get(range.clone())?.binary_search_by_key(&code, |node| node.code).ok()?;
    Some(range.start + place)
}

/// How many beginnings sorted literals have.
fn beginnings(coded: &[Coded]) -> usize {
    let mut last: &[u16] = &[];
    let new = coded.iter().map(|(codes, _)| {
        let known = codes.iter().zip(last).take_while(|(one, other)| one == other).count();
        last = codes;
        codes.len() - known
    });
    new.sum()
}

/// The trie of sorted literals with its failures and outputs, in order of depth; the first node is the root.
fn trie(coded: &[Coded]) -> (Vec<Node>, Vec<Output>) {
    let node = |from, to, depth, code| Node { from, to, depth, code, first_child: 0, children: 0, fail: 0, output: 0 };
    // As many as there are beginnings: of a large list, twice the room would be the peak of building.
    let mut nodes = Vec::with_capacity(1 + beginnings(coded));
    nodes.push(node(0, coded.len() as u32, 0, NOISE));
    let mut outputs = Vec::with_capacity(1 + coded.len());
    outputs.push(Output { literal: 0, letters: 0, next: 0 });
    let mut at = 0;
    while let Some(&Node { mut from, to, depth, .. }) = nodes.get(at) {
        let first_child = nodes.len() as u32;
        let mut output = 0;
        while let Some((codes, number)) = coded.get(from as usize).filter(|_| from < to) {
            let Some(&code) = codes.get(usize::from(depth)) else {
                output = outputs.len() as u32;
                outputs.push(Output { literal: *number, letters: u32::from(depth), next: 0 });
                from += 1;
                continue;
            };
            let same = |(codes, _): &Coded| codes.get(usize::from(depth)) == Some(&code);
            let end = from + coded.get(from as usize..to as usize).map_or(0, |rest| rest.partition_point(same)) as u32;
            nodes.push(node(from, end, depth + 1, code));
            from = end;
        }
        let children = nodes.len() as u32 - first_child;
        if let Some(node) = nodes.get_mut(at) {
            (node.first_child, node.children, node.output) = (first_child, children, output);
        }
        at += 1;
    }
    // Failures lead to shallower nodes, whose own are known by then.
    for parent in 0..nodes.len() {
        for at in children(&nodes, parent) {
            let Some(&Node { code, output, .. }) = nodes.get(at) else { continue };
            let mut from = parent;
            let mut fail = 0;
            while from != 0 && fail == 0 {
                from = nodes.get(from).map_or(0, |node| node.fail as usize);
                fail = child(&nodes, from, code).unwrap_or(0);
            }
            let shorter = nodes.get(fail).map_or(0, |node| node.output);
            match outputs.get_mut(output as usize).filter(|_| output > 0) {
                Some(output) => output.next = shorter,
                None => nodes.get_mut(at).into_iter().for_each(|node| node.output = shorter),
            }
            if let Some(node) = nodes.get_mut(at) {
                node.fail = fail as u32;
            }
        }
    }
    (nodes, outputs)
}

/// Where each state stands: the child of a state by a code stands at the state's base xor the code.
struct DoubleArray {
    /// For each node its slot.
    slot: Vec<u32>,
    /// For each node its base.
    base: Vec<u32>,
    /// For each slot its node; 0 for none, the largest number for the root, which is nobody's child.
    owner: Vec<u32>,
    /// For each node its parent.
    parent: Vec<u32>,
}

impl DoubleArray {
    /// A place for a family of several children is not looked for longer than this; the gaps are filled by only children later.
    const TRIES: usize = 256;

    fn new(nodes: &[Node], last_code: u16) -> Self {
        let mut array =
            Self { slot: vec![0; nodes.len()], base: vec![0; nodes.len()], owner: vec![u32::MAX], parent: vec![0; nodes.len()] };
        let block = (usize::from(last_code) + 1).next_power_of_two();
        for parent in 0..nodes.len() {
            for at in children(nodes, parent) {
                if let Some(place) = array.parent.get_mut(at) {
                    *place = parent as u32;
                }
            }
        }
        // Those that a table by code leads to from the root may stand anywhere.
        for at in children(nodes, 0) {
            array.owner.push(at as u32);
            array.put(at, array.owner.len() - 1);
        }
        // Large families first, while there is room; only children last, those of one literal side by side.
        let mut families: Vec<u32> =
            (1..nodes.len() as u32).filter(|&at| nodes.get(at as usize).is_some_and(|node| node.children > 0)).collect();
        families.sort_unstable_by_key(|&at| {
            nodes.get(at as usize).map(|node| match node.children {
                1 => (u32::MAX, node.from, node.depth),
                children => (u32::MAX - children, at, 0),
            })
        });
        let mut free = 1;
        let mut filling = false;
        let mut codes: Vec<usize> = Vec::new();
        for family in families {
            let family = family as usize;
            codes.clear();
            codes.extend(children(nodes, family).filter_map(|at| nodes.get(at)).map(|node| usize::from(node.code)));
            if codes.len() == 1 && !filling {
                (filling, free) = (true, 1);
            }
            let base = array.find(&mut free, &codes, block);
            if let Some(place) = array.base.get_mut(family) {
                *place = base as u32;
            }
            for (at, &code) in children(nodes, family).zip(&codes) {
                if let Some(owner) = array.owner.get_mut(base ^ code) {
                    *owner = at as u32;
                }
                array.put(at, base ^ code);
            }
        }
        array
    }

    fn put(&mut self, at: usize, slot: usize) {
        if let Some(place) = self.slot.get_mut(at) {
            *place = slot as u32;
        }
    }

    /// A base that has room for all of the codes; `free` is where to start looking.
    fn find(&mut self, free: &mut usize, codes: &[usize], block: usize) -> usize {
        let first = codes.first().copied().unwrap_or(0);
        let mut tries = 0;
        let mut at = *free;
        let mut still_full = true;
        loop {
            if self.owner.len() <= at {
                self.owner.resize((at + 1).next_multiple_of(block), 0);
            }
            if self.owner.get(at) == Some(&0) {
                let base = at ^ first;
                let needed = (base | (block - 1)) + 1;
                if self.owner.len() < needed {
                    self.owner.resize(needed, 0);
                }
                if codes.iter().all(|code| self.owner.get(base ^ code) == Some(&0)) {
                    return base;
                }
                still_full = false;
                tries += 1;
                if tries > Self::TRIES {
                    (*free, tries, still_full) = (at, 0, true);
                }
            } else if still_full {
                *free = at;
            }
            at += 1;
        }
    }

    /// The record of a slot: base, slot of the parent, slot of the failure with [`super::SHALLOW`], first output.
    fn write(&self, nodes: &[Node], owner: u32, bytes: &mut Vec<u8>) {
        let slot = |at: u32| self.slot.get(at as usize).copied().unwrap_or(0);
        let record = match nodes.get(owner as usize).filter(|_| owner > 0) {
            Some(node) => {
                let shallow = if nodes.get(node.fail as usize).is_none_or(|fail| fail.depth < 3) { super::SHALLOW } else { 0 };
                let parent = self.parent.get(owner as usize).map_or(0, |&parent| slot(parent));
                let base = self.base.get(owner as usize).copied().unwrap_or(0);
                [base, parent, slot(node.fail) | shallow, node.output]
            }
            // No state has this number, so none takes it for its child.
            None => [0, u32::MAX, 0, 0],
        };
        bytes.extend(record.into_iter().flat_map(u32::to_le_bytes));
    }
}
