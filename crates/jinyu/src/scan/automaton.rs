//! Builds what [`Scanner`](super::Scanner) runs on. Receives literals, hands on the flat layout: codes of characters, the rows of
//! the filter, and the automaton as a double array.

use std::collections::BTreeMap;

use super::{FIRST, FULL, Letter, NOISE, ROW_COUNTS, UNKNOWN, gram_index, row_index};
use crate::script::supplementary;

/// A state of the trie. Children of a state stand side by side.
struct Node {
    /// The first child and the one after the last; until they are made, the literals that begin with the state.
    from: u32,
    to: u32,
    /// The state of its longest proper suffix.
    fail: u32,
    /// The first of its outputs; 0 for none.
    output: u32,
    depth: u16,
    code: u16,
}

impl Node {
    fn children(&self) -> std::ops::Range<usize> {
        self.from as usize..self.to as usize
    }
}

/// A literal that ends in a state, and the next one, which is shorter.
struct Output {
    literal: u32,
    letters: u32,
    next: u32,
}

/// Where the codes of a literal start and end among those of all, and its number.
type Place = (u32, u32, u32);

/// Literals as codes, sorted. A large list takes much room, so that all stand in one vector.
struct Coded {
    codes: Vec<u16>,
    literals: Vec<Place>,
}

impl Coded {
    fn new(literals: &[&str], code: impl Fn(char) -> Option<u16>) -> Self {
        let mut coded = Self { codes: Vec::new(), literals: Vec::with_capacity(literals.len()) };
        for (literal, number) in literals.iter().zip(0..) {
            let start = coded.codes.len() as u32;
            coded.codes.extend(literal.chars().filter_map(&code));
            coded.literals.push((start, coded.codes.len() as u32, number));
        }
        let mut sorted = std::mem::take(&mut coded.literals);
        sorted.sort_unstable_by(|&one, &other| coded.codes_of(one).cmp(coded.codes_of(other)));
        coded.literals = sorted;
        coded
    }

    fn codes_of(&self, (start, end, _): Place) -> &[u16] {
        self.codes.get(start as usize..end as usize).unwrap_or_default()
    }

    /// The codes of a literal, by its place in their order, and its number.
    fn get(&self, place: u32) -> Option<(&[u16], u32)> {
        let &literal = self.literals.get(place as usize)?;
        Some((self.codes_of(literal), literal.2))
    }

    fn iter(&self) -> impl Iterator<Item = &[u16]> {
        self.literals.iter().map(|&literal| self.codes_of(literal))
    }
}

/// Lays out the scanner for these literals, which are written in the letters that `letter` makes.
pub(super) fn lay_out(letter: Letter, literals: Vec<&str>) -> Vec<u8> {
    let codes = codes(&literals);
    // Nearly all letters are in this plane, where a table is much faster than a search.
    let mut common = vec![UNKNOWN; 0x10000];
    for (&letter, &code) in &codes {
        if let Some(place) = common.get_mut(letter as usize) {
            *place = code;
        }
    }
    let code_of = |letter: char| common.get(letter as usize).copied().or_else(|| codes.get(&letter).copied()).unwrap_or(UNKNOWN);
    let code = |c: char| letter(c).map_or(NOISE, code_of);
    let coded = Coded::new(&literals, |c| codes.get(&c).copied());
    drop(literals);
    let (nodes, outputs) = trie(&coded);
    let rows = rows(&coded);
    let grams = if rows.is_empty() { Vec::new() } else { grams(&coded) };
    let longest = coded.iter().map(<[u16]>::len).max().unwrap_or(0);
    // A large list takes much room, which the double array can use.
    drop(coded);
    let array = DoubleArray::new(&nodes, codes.values().copied().max().unwrap_or(FIRST));
    let rare = codes.keys().copied().filter(|&letter| letter > '\u{ffff}').chain(supplementary());
    let others: BTreeMap<u32, u16> = rare.map(|c| (u32::from(c), code(c))).filter(|&(_, code)| code >= FIRST).collect();
    let roots = codes.values().copied().max().map_or(0, |last| usize::from(last) + 1);

    let sizes =
        2 * 0x10000 + 8 * (others.len() + rows.len() + grams.len()) + 4 * roots + 16 * array.taken.len() + 12 * outputs.len();
    let mut bytes = Vec::with_capacity(super::HEADER + sizes);
    let u32 = |bytes: &mut Vec<u8>, number: usize| bytes.extend((number as u32).to_le_bytes());
    for count in [others.len(), rows.len(), grams.len(), roots, array.taken.len(), outputs.len(), longest] {
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
    array.write(&nodes, &mut bytes);
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
fn grams(coded: &Coded) -> Vec<u64> {
    const MANY: usize = 1 << 12;
    if coded.literals.len() < MANY {
        return Vec::new();
    }
    let mut words = vec![0; (coded.literals.len() * 16 / 64).next_power_of_two()];
    let mask = words.len() - 1;
    for codes in coded.iter() {
        if let [first, second, rest @ ..] = codes {
            let bit = gram_index(*first, *second, rest.first().copied().unwrap_or(NOISE));
            if let Some(word) = words.get_mut((bit / 64) & mask) {
                *word |= 1 << (bit % 64);
            }
        }
    }
    words
}

/// The rows of the filter; none where a literal has one letter only, since then nearly every character would be worth a look.
fn rows(coded: &Coded) -> Vec<u64> {
    if coded.iter().any(|codes| codes.len() < 2) {
        return Vec::new();
    }
    // At least two rows for a literal, as long as there are such tables.
    let [.., largest] = ROW_COUNTS;
    let count = ROW_COUNTS.into_iter().find(|&count| coded.literals.len() * 2 <= count).unwrap_or(largest);
    let mut rows = vec![0; count];
    for codes in coded.iter() {
        if let [first, second, rest @ ..] = codes
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
fn beginnings(coded: &Coded) -> usize {
    let mut last: &[u16] = &[];
    let new = coded.iter().map(|codes| {
        let known = codes.iter().zip(last).take_while(|(one, other)| one == other).count();
        last = codes;
        codes.len() - known
    });
    new.sum()
}

/// The trie of sorted literals with its failures and outputs, in order of depth; the first node is the root.
fn trie(coded: &Coded) -> (Vec<Node>, Vec<Output>) {
    let node = |from, to, depth, code| Node { from, to, depth, code, fail: 0, output: 0 };
    // As many as there are beginnings: of a large list, twice the room would be the peak of building.
    let mut nodes = Vec::with_capacity(1 + beginnings(coded));
    nodes.push(node(0, coded.literals.len() as u32, 0, NOISE));
    let mut outputs = Vec::with_capacity(1 + coded.literals.len());
    outputs.push(Output { literal: 0, letters: 0, next: 0 });
    let mut at = 0;
    while let Some(&Node { mut from, to, depth, .. }) = nodes.get(at) {
        let first_child = nodes.len() as u32;
        let mut output = 0;
        while let Some((codes, number)) = coded.get(from).filter(|_| from < to) {
            let Some(&code) = codes.get(usize::from(depth)) else {
                output = outputs.len() as u32;
                outputs.push(Output { literal: number, letters: u32::from(depth), next: 0 });
                from += 1;
                continue;
            };
            let same = |&literal: &Place| coded.codes_of(literal).get(usize::from(depth)) == Some(&code);
            let end = from + coded.literals.get(from as usize..to as usize).map_or(0, |rest| rest.partition_point(same)) as u32;
            nodes.push(node(from, end, depth + 1, code));
            from = end;
        }
        let after = nodes.len() as u32;
        if let Some(node) = nodes.get_mut(at) {
            (node.from, node.to, node.output) = (first_child, after, output);
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
    /// For each slot whether a node stands there; the root has the first.
    taken: Vec<bool>,
}

impl DoubleArray {
    /// A place for a family of several children is not looked for longer than this; the gaps are filled by only children later.
    const TRIES: usize = 256;

    fn new(nodes: &[Node], last_code: u16) -> Self {
        let mut array = Self { slot: vec![0; nodes.len()], base: vec![0; nodes.len()], taken: vec![true] };
        let block = (usize::from(last_code) + 1).next_power_of_two();
        // Those that a table by code leads to from the root may stand anywhere.
        for at in children(nodes, 0) {
            array.put(at, array.taken.len());
            array.taken.push(true);
        }
        // Large families first, while there is room.
        let size = |at: u32| children(nodes, at as usize).len();
        let mut families: Vec<u32> = (1..nodes.len() as u32).filter(|&at| size(at) > 1).collect();
        families.sort_unstable_by_key(|&at| (std::cmp::Reverse(size(at)), at));
        let mut free = 1;
        for family in families {
            array.settle(nodes, family as usize, &mut free, block);
        }
        // Only children last, those of one literal side by side.
        let mut is_only = vec![false; nodes.len()];
        for at in (1..nodes.len() as u32).filter(|&at| size(at) == 1) {
            children(nodes, at as usize).for_each(|child| is_only.get_mut(child).into_iter().for_each(|only| *only = true));
        }
        free = 1;
        for head in (1..nodes.len()).filter(|&at| is_only.get(at) == Some(&false)) {
            let mut at = head;
            while size(at as u32) == 1 {
                array.settle(nodes, at, &mut free, block);
                at = children(nodes, at).start;
            }
        }
        array
    }

    /// Finds a place for the children of a node.
    fn settle(&mut self, nodes: &[Node], parent: usize, free: &mut usize, block: usize) {
        let family = children(nodes, parent);
        let codes = || nodes.get(family.clone()).into_iter().flatten().map(|node| usize::from(node.code));
        let base = self.find(free, codes, block);
        if let Some(place) = self.base.get_mut(parent) {
            *place = base as u32;
        }
        for (at, code) in family.clone().zip(codes()) {
            self.put(at, base ^ code);
            if let Some(taken) = self.taken.get_mut(base ^ code) {
                *taken = true;
            }
        }
    }

    fn put(&mut self, at: usize, slot: usize) {
        if let Some(place) = self.slot.get_mut(at) {
            *place = slot as u32;
        }
    }

    /// A base that has room for all of the codes; `free` is where to start looking.
    fn find<C: Iterator<Item = usize>>(&mut self, free: &mut usize, codes: impl Fn() -> C, block: usize) -> usize {
        let first = codes().next().unwrap_or(0);
        let mut tries = 0;
        let mut at = *free;
        let mut still_full = true;
        loop {
            if self.taken.len() <= at {
                self.taken.resize((at + 1).next_multiple_of(block), false);
            }
            if self.taken.get(at) == Some(&false) {
                let base = at ^ first;
                let needed = (base | (block - 1)) + 1;
                if self.taken.len() < needed {
                    self.taken.resize(needed, false);
                }
                if codes().all(|code| self.taken.get(base ^ code) == Some(&false)) {
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

    /// Adds the records of all slots: base, slot of the parent, slot of the failure with [`super::SHALLOW`], first output.
    fn write(&self, nodes: &[Node], bytes: &mut Vec<u8>) {
        let start = bytes.len();
        // No state has this number for its slot, so none takes an empty one or the root for its child.
        let empty = [0, u32::MAX, 0, 0].map(u32::to_le_bytes);
        for _ in &self.taken {
            bytes.extend(empty.as_flattened());
        }
        let slots = bytes.get_mut(start..).unwrap_or_default().as_chunks_mut::<16>().0;
        let slot = |at: usize| self.slot.get(at).copied().unwrap_or(0);
        for parent in 0..nodes.len() {
            for at in children(nodes, parent) {
                let (Some(node), Some(place)) = (nodes.get(at), slots.get_mut(slot(at) as usize)) else { continue };
                let fail = node.fail as usize;
                let shallow = if nodes.get(fail).is_none_or(|fail| fail.depth < 3) { super::SHALLOW } else { 0 };
                let base = self.base.get(at).copied().unwrap_or(0);
                let record = [base, slot(parent), slot(fail) | shallow, node.output].map(u32::to_le_bytes);
                place.copy_from_slice(record.as_flattened());
            }
        }
    }
}
