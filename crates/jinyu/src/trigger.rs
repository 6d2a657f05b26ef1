//! From literals to patterns. Receives the [`Candidate`]s of a scan, hands on the patterns worth running, with the clauses that are
//! worth it; knows nothing of what patterns and guards say.
//!
//! The scan looks for the rarest literals of each pattern alone. What else a pattern asks for is asked of a [`Signature`], first that of
//! the whole text, then that of the clause.
//!
//! Laid out flat in bytes as the scanner is, so that the one for the built-in packs is made by the build script and used in place.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use crate::rules::literal::is_break;
use crate::scan::Candidate;
use crate::script::is_han;

/// What a pattern asks for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted<'a> {
    /// For each of its branches sets of literals, of each of which one must stand in the text; the rarest first.
    pub(crate) branches: &'a [Vec<Vec<String>>],
    /// Whether they may stand in more than one clause.
    pub(crate) crosses: bool,
    /// What the pattern is for, a bit for each purpose: only those that a caller has are looked at.
    pub(crate) purpose: u8,
}

/// A pattern worth running.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Triggered {
    pub(crate) pattern: u32,
    /// The clause that it is worth running on, with its marks; the whole text where the pattern crosses clauses.
    pub(crate) clause: Range<usize>,
    /// Where the last of its literals begins: no match begins later.
    pub(crate) last: usize,
}

/// A branch of a pattern that the text may have all of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hope {
    branch: u32,
    /// The first byte of its candidate in the scanned text.
    start: usize,
}

/// Patterns that a text may match: a bit for each number.
#[derive(Clone, Debug, Default)]
pub(crate) struct Prospects(Vec<u64>);

impl Prospects {
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    fn add(&mut self, pattern: u32) {
        let word = pattern as usize / 64;
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        if let Some(word) = self.0.get_mut(word) {
            *word |= 1 << (pattern % 64);
        }
    }

    /// Whether the text may match the pattern with this number.
    #[inline]
    pub(crate) fn has(&self, pattern: u32) -> bool {
        self.0.get(pattern as usize / 64).is_some_and(|word| word & (1 << (pattern % 64)) != 0)
    }
}

/// What all patterns ask for. Cheap to clone where it is built in.
#[derive(Clone, Debug)]
pub(crate) struct Trigger(Cow<'static, [u8]>);

// The layout, all numbers little-endian: a header of three counts, then the sections in this order.
const HEADER: usize = 3 * 4;
/// first u32 of the entries that it has
const LITERAL: usize = 4;
/// branch u32, pattern u32, purpose u8, how many u8 of the places follow, whether the branch needs nothing else u8, how many u8 of the next
/// entries have the same purpose and places, four places u16 of which one must be set: those of the need that is easiest to look at, so
/// that most branches are settled in one glance, and several by the same one
const ENTRY: usize = 20;
/// pattern u32, first of its needs u32, whether it crosses clauses u32
const BRANCH: usize = 12;
/// first u32 of the places in a signature, of which one must be set
const NEED: usize = 4;
/// place u16; more of them than [`LISTED`] are a bit for each place instead
const PLACE: usize = 2;

/// So many places are looked up faster than a whole signature is compared.
const LISTED: usize = 8;

/// A set of more literals than this is asked of the signature in vain.
const LARGE: usize = 64;

/// Where the sections begin.
struct Layout {
    entries: usize,
    branches: usize,
    needs: usize,
    places: usize,
}

/// A branch that has a literal.
struct Entry<'a> {
    branch: u32,
    pattern: u32,
    purpose: u8,
    /// Of these places one must be set; nothing where there is no such need.
    glance: &'a [u8],
    /// Whether the branch needs nothing else.
    is_settled: bool,
    /// So many of the next entries have the same purpose and glance.
    alike: u8,
}

impl<'a> Entry<'a> {
    fn read(entry: &'a [u8; ENTRY]) -> Self {
        let &[b0, b1, b2, b3, p0, p1, p2, p3, purpose, count, settled, alike, ref places @ ..] = entry;
        Self {
            branch: u32::from_le_bytes([b0, b1, b2, b3]),
            pattern: u32::from_le_bytes([p0, p1, p2, p3]),
            purpose,
            glance: places.get(..usize::from(count) * PLACE).unwrap_or_default(),
            is_settled: settled != 0,
            alike,
        }
    }
}

/// A branch while its record is not written.
struct Branch<'a> {
    rarest: &'a [String],
    needs: &'a [Vec<String>],
    pattern: u32,
    crosses: bool,
    purpose: u8,
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
    ///
    /// `often` tells how often a literal stands in talk: what most texts ask for lies together, so that little is loaded for them.
    pub(crate) fn new<'a>(
        patterns: impl IntoIterator<Item = Wanted<'a>>,
        from: u32,
        often: impl Fn(&str) -> f64,
    ) -> (Self, Vec<&'a str>) {
        let mut branches: Vec<Branch<'_>> = Vec::new();
        for (pattern, wanted) in (from..).zip(patterns) {
            for asked in wanted.branches {
                let Some((rarest, needs)) = asked.split_first() else { continue };
                branches.push(Branch { rarest, needs, pattern, crosses: wanted.crosses, purpose: wanted.purpose });
            }
        }
        let mut by_literal: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
        for (number, branch) in (0..).zip(&branches) {
            for literal in branch.rarest {
                by_literal.entry(literal).or_default().push(number);
            }
        }
        let mut by_literal: Vec<(&str, Vec<u32>)> = by_literal.into_iter().collect();
        // Of numbers above zero the bits are ordered as they are.
        by_literal.sort_by_cached_key(|(literal, _)| std::cmp::Reverse(often(literal).to_bits()));
        let branches = in_order_of_use(branches, &mut by_literal);
        let trigger = Self(Cow::Owned(lay_out(&by_literal, &branches)));
        (trigger, by_literal.into_iter().map(|(literal, _)| literal).collect())
    }

    fn u32(&self, at: usize) -> u32 {
        self.0.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_le_bytes)
    }

    /// The numbers from which those of the next record go on: its own range.
    fn range(&self, at: usize, step: usize) -> Range<u32> {
        self.u32(at)..self.u32(at + step)
    }

    fn layout(&self) -> Layout {
        let count = |index: usize| self.u32(index * 4) as usize;
        let entries = HEADER + (count(0) + 1) * LITERAL;
        let branches = entries + count(1) * ENTRY;
        let needs = branches + (count(2) + 1) * BRANCH;
        let last = branches + count(2) * BRANCH;
        let places = needs + (self.u32(last + 4) as usize + 1) * NEED;
        Layout { entries, branches, needs, places }
    }

    /// Whether a text with this signature may have all that a branch asks for.
    fn may_hold(&self, layout: &Layout, branch: usize, signature: &Signature) -> bool {
        self.range(branch + 4, BRANCH).all(|need| {
            let places = self.range(layout.needs + need as usize * NEED, NEED);
            let places = layout.places + places.start as usize * PLACE..layout.places + places.end as usize * PLACE;
            signature.has_one(self.0.get(places).unwrap_or_default())
        })
    }

    /// The branches that a text with these candidates may have all of, for patterns that serve one of the purposes.
    pub(crate) fn hope(&self, candidates: &[Candidate], purposes: u8, signature: &Signature, hopes: &mut Vec<Hope>) {
        hopes.clear();
        let layout = self.layout();
        for candidate in candidates {
            let start = candidate.span.start;
            self.each_hopeful(&layout, candidate, purposes, signature, |entry| {
                hopes.push(Hope { branch: entry.branch, start });
            });
        }
    }

    /// The patterns of these branches, whatever they are for.
    pub(crate) fn foresee(&self, candidates: &[Candidate], signature: &Signature, prospects: &mut Prospects) {
        let layout = self.layout();
        for candidate in candidates {
            self.each_hopeful(&layout, candidate, u8::MAX, signature, |entry| prospects.add(entry.pattern));
        }
    }

    /// Calls for each branch that has the literal of a candidate, serves one of the purposes and may be all in a text with this signature.
    #[inline(always)]
    fn each_hopeful(
        &self,
        layout: &Layout,
        candidate: &Candidate,
        purposes: u8,
        signature: &Signature,
        mut each: impl FnMut(&Entry<'_>),
    ) {
        let range = self.range(HEADER + candidate.literal as usize * LITERAL, LITERAL);
        let range = layout.entries + range.start as usize * ENTRY..layout.entries + range.end as usize * ENTRY;
        let mut entries = self.0.get(range).unwrap_or_default().as_chunks::<ENTRY>().0;
        while let Some((entry, rest)) = entries.split_first() {
            let entry = Entry::read(entry);
            if entry.purpose & purposes == 0 || !(entry.glance.is_empty() || signature.has_one(entry.glance)) {
                entries = rest.get(usize::from(entry.alike)..).unwrap_or_default();
                continue;
            }
            entries = rest;
            let branch = layout.branches + entry.branch as usize * BRANCH;
            if entry.is_settled || self.may_hold(layout, branch, signature) {
                each(&entry);
            }
        }
    }

    /// The patterns among these branches that a clause, or the text where they cross clauses, may have all of, after those already in
    /// `patterns`; `place` tells where in the text that was split into clauses a byte of the scanned text stands.
    pub(crate) fn settle(
        &self,
        hopes: &[Hope],
        clauses: &Clauses<'_>,
        place: impl Fn(usize) -> usize,
        patterns: &mut Vec<Triggered>,
    ) {
        let layout = self.layout();
        let known = patterns.len();
        for hopes in hopes.chunk_by(|one, other| one.start == other.start) {
            // The scan counts a repeated letter once, though a match may begin with any of them.
            let mut next = hopes.first().map(|hope| place(hope.start));
            while let Some(at) = next {
                let last = at + clauses.text.get(at..).unwrap_or_default().windows(2).take_while(|pair| is_pair(pair)).count();
                next = clauses.repeated(last);
                let around = clauses.around(last);
                for hope in hopes {
                    let branch = layout.branches + hope.branch as usize * BRANCH;
                    if self.u32(branch + 8) != 0 {
                        patterns.push(Triggered { pattern: self.u32(branch), clause: 0..clauses.text.len(), last });
                    } else if let Some((clause, signature)) = &around
                        && self.may_hold(&layout, branch, signature)
                    {
                        patterns.push(Triggered { pattern: self.u32(branch), clause: clause.clone(), last });
                    }
                }
            }
        }
        if let Some(new) = patterns.get_mut(known..) {
            // One number is compared faster than three.
            new.sort_unstable_by_key(|one| {
                (u128::from(one.pattern) << 64) | ((one.clause.start as u128) << 32) | u128::from(!(one.last as u32))
            });
        }
        patterns.dedup_by(|other, one| (other.pattern, other.clause.start) == (one.pattern, one.clause.start));
    }
}

/// The branches in the order in which the literals lead to them, by which they are numbered anew.
fn in_order_of_use<'a>(branches: Vec<Branch<'a>>, by_literal: &mut [(&str, Vec<u32>)]) -> Vec<Branch<'a>> {
    let mut branches: Vec<Option<Branch<'a>>> = branches.into_iter().map(Some).collect();
    let mut numbers = vec![0; branches.len()];
    let mut ordered = Vec::with_capacity(branches.len());
    for number in by_literal.iter_mut().flat_map(|(_, numbers)| numbers) {
        let old = *number as usize;
        if let (Some(new), Some(branch)) = (numbers.get_mut(old), branches.get_mut(old)) {
            if let Some(branch) = branch.take() {
                *new = ordered.len() as u32;
                ordered.push(branch);
            }
            *number = *new;
        }
    }
    ordered
}

fn lay_out(by_literal: &[(&str, Vec<u32>)], branches: &[Branch<'_>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let u32 = |bytes: &mut Vec<u8>, number: usize| bytes.extend((number as u32).to_le_bytes());
    for count in [by_literal.len(), by_literal.iter().map(|(_, branches)| branches.len()).sum(), branches.len()] {
        u32(&mut bytes, count);
    }
    let mut first = 0;
    for (_, branches) in by_literal {
        u32(&mut bytes, first);
        first += branches.len();
    }
    u32(&mut bytes, first);
    let of_branch = |branch: &Branch<'_>| -> Vec<Vec<u16>> {
        branch.needs.iter().filter(|set| set.len() <= LARGE).map(|set| places(set)).collect()
    };
    let needs_of: Vec<Vec<Vec<u16>>> = branches.iter().map(of_branch).collect();
    let easiest: Vec<&[u16]> = needs_of
        .iter()
        .map(|needs| {
            needs.iter().filter(|places| places.len() <= 4).min_by_key(|places| places.len()).map_or(&[][..], Vec::as_slice)
        })
        .collect();
    for (_, numbers) in by_literal {
        let key = |number: u32| {
            let purpose = branches.get(number as usize).map_or(0, |branch| branch.purpose);
            (purpose, easiest.get(number as usize).copied().unwrap_or_default())
        };
        let mut numbers = numbers.clone();
        numbers.sort_by_key(|&number| key(number));
        for alike in numbers.chunk_by(|&one, &other| key(one) == key(other)) {
            for (at, &number) in alike.iter().enumerate() {
                let (branch, needs) = (branches.get(number as usize), needs_of.get(number as usize));
                let (purpose, glance) = key(number);
                let is_settled = needs.is_none_or(|needs| needs.len() == usize::from(!glance.is_empty()));
                u32(&mut bytes, number as usize);
                u32(&mut bytes, branch.map_or(0, |branch| branch.pattern as usize));
                let following = (alike.len() - 1 - at).min(u8::MAX.into()) as u8;
                bytes.extend([purpose, glance.len() as u8, u8::from(is_settled), following]);
                let places = glance.iter().copied().chain(std::iter::repeat(0)).take(4);
                bytes.extend(places.flat_map(u16::to_le_bytes));
            }
        }
    }
    let mut needs: Vec<Vec<u16>> = Vec::new();
    for (branch, needs_of) in branches.iter().zip(needs_of) {
        u32(&mut bytes, branch.pattern as usize);
        u32(&mut bytes, needs.len());
        u32(&mut bytes, usize::from(branch.crosses));
        needs.extend(needs_of);
    }
    for number in [0, needs.len(), 0] {
        u32(&mut bytes, number);
    }
    let mut first = 0;
    let needs: Vec<Vec<u8>> = needs.into_iter().map(|places| lay_out_places(&places)).collect();
    for places in &needs {
        u32(&mut bytes, first);
        first += places.len() / PLACE;
    }
    u32(&mut bytes, first);
    bytes.extend(needs.into_iter().flatten());
    bytes
}

/// A few places as they are, many as a signature that has them all.
fn lay_out_places(places: &[u16]) -> Vec<u8> {
    if places.len() <= LISTED {
        return places.iter().flat_map(|place| place.to_le_bytes()).collect();
    }
    let mut signature = Signature::default();
    for &place in places {
        signature.set(place);
    }
    signature.0.iter().flat_map(|word| word.to_le_bytes()).collect()
}

/// Whether a folded character is a letter, as the scan has it: most are ideographs, most others the marks that are spared a search.
fn is_letter(c: char) -> bool {
    is_han(c) || !matches!(c, '，' | '。' | '？' | '！' | '：' | '、' | ',' | ' ') && c.is_alphanumeric()
}

fn is_pair(letters: &[char]) -> bool {
    matches!(letters, [one, other] if one == other)
}

/// For each literal of a set a place in the signature of a text that has it.
fn places(set: &[String]) -> Vec<u16> {
    let place = |literal: &String| {
        let mut letters = literal.chars().rev();
        let last = letters.next()?;
        Some(letters.next().map_or(place_of_letter(last), |before| place_of_pair(before, last)))
    };
    let mut places: Vec<u16> = set.iter().filter_map(place).collect();
    places.sort_unstable();
    places.dedup();
    places
}

/// Bits of a signature.
const BITS: u32 = 1024;

fn place_of_letter(letter: char) -> u16 {
    (u32::from(letter).wrapping_mul(0x9e37_79b1) / (u32::MAX / BITS + 1)) as u16
}

fn place_of_pair(one: char, other: char) -> u16 {
    let both = u32::from(one).wrapping_mul(0x85eb_ca77) ^ u32::from(other);
    (both.wrapping_mul(0xc2b2_ae3d) / (u32::MAX / BITS + 1)) as u16
}

/// Which letters and pairs of letters stand in a text, repeated ones counted once. It may claim too much, never too little.
#[derive(Clone, Debug, Default)]
pub(crate) struct Signature([u64; BITS as usize / 64]);

impl Signature {
    fn set(&mut self, place: u16) {
        if let Some(word) = self.0.get_mut(usize::from(place / 64)) {
            *word |= 1 << (place % 64);
        }
    }

    /// Whether it has one of these places, as [`lay_out_places`] writes them.
    #[inline(always)]
    fn has_one(&self, places: &[u8]) -> bool {
        if places.len() > LISTED * PLACE {
            let words = places.as_chunks().0.iter().map(|&word| u64::from_le_bytes(word));
            return self.0.iter().zip(words).fold(0, |common, (own, word)| common | own & word) != 0;
        }
        places.as_chunks::<PLACE>().0.iter().any(|&place| self.has(u16::from_le_bytes(place)))
    }

    fn has(&self, place: u16) -> bool {
        self.0.get(usize::from(place / 64)).is_some_and(|word| word & (1 << (place % 64)) != 0)
    }
}

/// What stands in a folded text, and in each of its clauses.
#[derive(Clone, Debug)]
pub(crate) struct Clauses<'a> {
    text: &'a [char],
    /// Of the whole text, whose letters are in a row whatever marks are between them.
    pub(crate) signature: Signature,
    /// Where each clause ends, and its signature.
    ends: Vec<usize>,
    signatures: Vec<Signature>,
}

impl<'a> Clauses<'a> {
    /// Splits a folded text at its marks.
    pub(crate) fn of(text: &'a [char]) -> Self {
        let mut clauses = Self { text, signature: Signature::default(), ends: Vec::new(), signatures: Vec::new() };
        let mut signature = Signature::default();
        // The letter before, and whether it stands in the same clause.
        let (mut last, mut is_near) = (None, false);
        for (at, &c) in text.iter().enumerate() {
            if is_break(c) {
                clauses.ends.push(at);
                clauses.signatures.push(std::mem::take(&mut signature));
                is_near = false;
            } else if is_letter(c) {
                let before = last.replace(c);
                if before != Some(c) || !is_near {
                    let place = place_of_letter(c);
                    signature.set(place);
                    clauses.signature.set(place);
                }
                if let Some(before) = before.filter(|&before| before != c) {
                    let place = place_of_pair(before, c);
                    clauses.signature.set(place);
                    if is_near {
                        signature.set(place);
                    }
                }
                is_near = true;
            }
        }
        clauses.ends.push(text.len());
        clauses.signatures.push(signature);
        clauses
    }

    /// Where the letter after a letter stands, if it is the same one and only marks are between them.
    fn repeated(&self, at: usize) -> Option<usize> {
        let letter = self.text.get(at)?;
        let next = self.text.iter().enumerate().skip(at + 1).find(|&(_, &c)| is_letter(c));
        next.filter(|&(_, c)| c == letter).map(|(next, _)| next)
    }

    /// All clauses, with the marks that bound them.
    #[cfg(test)]
    pub(crate) fn ranges(&self) -> Vec<Range<usize>> {
        self.ends.iter().filter_map(|&end| self.around(end)).map(|(range, _)| range).collect()
    }

    /// The clause in which a character stands, with the marks that bound it.
    fn around(&self, at: usize) -> Option<(Range<usize>, &Signature)> {
        let index = self.ends.partition_point(|&end| end < at);
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        let end = (self.ends.get(index)? + 1).min(self.text.len());
        Some((start..end, self.signatures.get(index)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::{Scanner, Scratch};
    use crate::script::fold;

    #[test]
    fn a_branch_needs_each_of_its_sets() {
        let set = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let first = vec![vec![set(&["爱"]), set(&["不"])], vec![set(&["随便"])]];
        let second = vec![vec![set(&["不要", "不买"])]];
        let third = vec![vec![set(&["要"]), set(&["错", "没办"])]];
        let wanted = [(&first, false, 1), (&second, true, 1), (&third, true, 2)];
        let wanted = wanted.map(|(branches, crosses, purpose)| Wanted { branches, crosses, purpose });
        let (trigger, literals) = Trigger::new(wanted, 7, |literal| literal.len() as f64);
        let scanner = Scanner::new(literals);
        let triggered = |text: &str, purposes: u8| {
            let mut scratch = Scratch::default();
            let (mut hopes, mut patterns) = (Vec::new(), Vec::new());
            scanner.scan(text, &mut scratch);
            let folded: Vec<char> = text.chars().map(fold).collect();
            let clauses = Clauses::of(&folded);
            trigger.hope(&scratch.candidates, purposes, &clauses.signature, &mut hopes);
            let place = |byte: usize| text[..byte].chars().count();
            trigger.settle(&hopes, &clauses, place, &mut patterns);
            patterns.into_iter().map(|triggered| (triggered.pattern, triggered.clause)).collect::<Vec<_>>()
        };
        assert_eq!(triggered("爱買 不 買", 1), [(7, 0..6), (8, 0..6)]);
        assert_eq!(triggered("爱，不", 3), []);
        assert_eq!(triggered("好，隨便，爱", 1), [(7, 1..5)]);
        assert_eq!(triggered("爱", 1), []);
        assert_eq!(triggered("不要", 1), [(8, 0..2)]);
        assert_eq!(triggered("要，错。要", 1), []);
        assert_eq!(triggered("要，错。要", 2), [(9, 0..5)]);
        assert_eq!(triggered("要，沒沒辦", 3), [(9, 0..5)]);
        assert_eq!(triggered("爱，爱爱了不", 1), [(7, 1..6)]);
    }
}
