//! One pass over an utterance: all literals of all rules. Receives text, hands on [`Candidate`]s with their place in
//! the original; knows nothing of who asks for a literal. A candidate is a place worth a look, no more: noise and repeated
//! characters are skipped whatever they stand for.
//!
//! Two machines take turns. A filter reads the code of each character, remembers the last two letters, and asks a table whether any
//! literal begins with these and the next one. Only from there an automaton (Aho and Corasick's over codes) goes on, until no literal
//! is under way that the filter would not see: so each character is met by each of the two once, whatever the text.
//! All of it is laid out flat in bytes, so that the one for the built-in packs is made by the build script and used in place: a program
//! that starts has nothing to build.

mod automaton;

use std::borrow::Cow;
use std::hint::select_unpredictable;

use crate::script::{fold, is_tone_mark};
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
    /// Where the last letters begin, as many as the longest literal has; the oldest is written over.
    starts: Vec<usize>,
    pub(crate) candidates: Vec<Candidate>,
    /// Bytes that the filter read, characters that the look back and the automaton read, and failures that it followed.
    #[cfg(test)]
    steps: usize,
}

/// All literals, ready to be looked for. Cheap to clone where it is built in.
#[derive(Clone, Debug)]
pub(crate) struct Scanner(Cow<'static, [u8]>);

/// What a character counts as; `None` for what is skipped.
pub(crate) type Letter = fn(char) -> Option<char>;

/// A character as it is written, its class that is.
pub(crate) fn spelling(c: char) -> Option<char> {
    Some(fold(c)).filter(|&letter| letter.is_alphanumeric() && !is_tone_mark(letter))
}

/// Codes of characters: what is skipped, and a letter that no literal has. Letters of literals come after.
const NOISE: u16 = 0;
const UNKNOWN: u16 = 1;
const FIRST: u16 = 2;

/// A row of the filter says which third letters may follow two letters, by the lowest six bits of their codes. This is the row where two
/// letters are a literal already: all but the bit of noise, which no letter has, so that noise is never worth a look.
const FULL: u64 = !1;

/// How many rows a filter may have: powers of two, each with a loop of its own in which the index needs no check.
const ROW_COUNTS: [usize; 5] = [1 << 9, 1 << 12, 1 << 14, 1 << 16, 1 << 18];

/// The row for two letters, before it is cut to the number of rows.
fn row_index(first: u16, second: u16) -> usize {
    (u32::from(first).wrapping_mul(0x9e37_79b1) ^ u32::from(second)) as usize
}

/// The bit for the beginning of a literal, before it is cut to the number of bits: two letters and the third, which is [`NOISE`] for a
/// literal of two.
fn gram_index(first: u16, second: u16, third: u16) -> usize {
    let three = (row_index(first, second) as u32).wrapping_mul(0x85eb_ca77) ^ u32::from(third);
    (three.wrapping_mul(0xc2b2_ae3d) >> 8) as usize
}

// The layout, all numbers little-endian: a header of seven counts, then the sections in this order.
const HEADER: usize = 7 * 4;
/// The code of each character of the Basic Multilingual Plane, u16 each.
const CODES: usize = 0x10000;

/// Set in a failure that leads to a state of at most two letters, which the filter sees too.
const SHALLOW: u32 = 1 << 31;

/// The sections of a scanner.
struct Sections<'a> {
    codes: &'a [[u8; 2]; CODES],
    /// character u32, code u32: the characters of other planes that literals have, sorted
    others: &'a [[[u8; 4]; 2]],
    /// u64 each; none where the automaton must read everything
    rows: &'a [[u8; 8]],
    /// A bit for each beginning that a literal has, by [`gram_index`], in words of u64, as many as a power of two; none where the
    /// automaton is small enough to be asked at once.
    grams: &'a [[u8; 8]],
    /// state u32 for each code: where the root leads
    roots: &'a [[u8; 4]],
    /// base u32, parent u32, failure u32 with [`SHALLOW`], first output u32
    states: &'a [[[u8; 4]; 4]],
    /// literal u32, letters u32, next output u32; the first stands for none
    outputs: &'a [[[u8; 4]; 3]],
}

/// How far a scan has come.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Position {
    at: usize,
    /// The last letter, and the row for it and the one before.
    last: u16,
    row: u64,
    /// All literals that end here or earlier have been reported.
    reported: usize,
}

impl Default for Position {
    fn default() -> Self {
        Self { at: 0, last: UNKNOWN, row: 0, reported: 0 }
    }
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
        Self(Cow::Owned(automaton::lay_out(letter, literals.into_iter().collect())))
    }

    /// The sections, and how many letters the longest literal has; `None` where the bytes are none of ours.
    fn sections(&self) -> Option<(Sections<'_>, usize)> {
        let (header, rest) = self.0.split_at_checked(HEADER)?;
        let mut counts = header.as_chunks::<4>().0.iter().map(|&count| u32::from_le_bytes(count) as usize);
        let mut rest = rest;
        let mut section = |size: usize| {
            let (section, after) = rest.split_at_checked(size)?;
            rest = after;
            Some(section)
        };
        let codes = section(CODES * 2)?.as_chunks().0.try_into().ok()?;
        let others = section(counts.next()? * 8)?.as_chunks().0.as_chunks().0;
        let rows = section(counts.next()? * 8)?.as_chunks().0;
        let grams = section(counts.next()? * 8)?.as_chunks().0;
        let roots = section(counts.next()? * 4)?.as_chunks().0;
        let states = section(counts.next()? * 16)?.as_chunks().0.as_chunks().0;
        let outputs = section(counts.next()? * 12)?.as_chunks().0.as_chunks().0;
        Some((Sections { codes, others, rows, grams, roots, states, outputs }, counts.next()?))
    }

    /// Finds each place of each literal, overlapping ones too, in order of their ends.
    ///
    /// Cost: linear in the length of the text and the number of candidates, whatever the text.
    pub(crate) fn scan(&self, text: &str, scratch: &mut Scratch) {
        scratch.candidates.clear();
        let mut position = Some(Position::default());
        while let Some(from) = position {
            position = self.scan_from(text, from, scratch);
        }
    }

    /// Adds the candidates of a stretch of text, at least one unless the text ends. Gives where to go on.
    pub(crate) fn scan_from(&self, text: &str, from: Position, scratch: &mut Scratch) -> Option<Position> {
        let (sections, longest) = self.sections()?;
        #[cfg(test)]
        if from.at == 0 {
            scratch.steps = 0;
        }
        scratch.starts.resize(longest.next_power_of_two().max(4), 0);
        let bytes = text.as_bytes();
        if sections.rows.is_empty() {
            sections.run(bytes, State::default(), from.at, scratch);
            return None;
        }
        sections
            .take_turns::<{ ROW_COUNTS[0] }>(bytes, from, scratch)
            .or_else(|| sections.take_turns::<{ ROW_COUNTS[1] }>(bytes, from, scratch))
            .or_else(|| sections.take_turns::<{ ROW_COUNTS[2] }>(bytes, from, scratch))
            .or_else(|| sections.take_turns::<{ ROW_COUNTS[3] }>(bytes, from, scratch))
            .or_else(|| sections.take_turns::<{ ROW_COUNTS[4] }>(bytes, from, scratch))?
    }
}

/// Three letters in a row that may begin a literal.
struct Hit {
    /// After the third letter; the window is still that of the two before.
    position: Position,
    /// The code of the third letter; `None` at the end of the text.
    third: Option<u16>,
}

/// Where the automaton stands.
#[derive(Clone, Copy, Default)]
struct State {
    slot: u32,
    record: [u32; 4],
    /// Letters read so far.
    letters: usize,
    last: u16,
    before: u16,
}

impl Sections<'_> {
    fn code(&self, c: u32) -> u16 {
        match u16::try_from(c) {
            Ok(c) => self.common_code(c),
            Err(_) => self.rare_code(c),
        }
    }

    #[inline(always)]
    fn common_code(&self, c: u16) -> u16 {
        self.codes.get(usize::from(c)).map_or(NOISE, |&code| u16::from_le_bytes(code))
    }

    #[cold]
    fn rare_code(&self, c: u32) -> u16 {
        match self.others.binary_search_by_key(&c, |&[other, _]| u32::from_le_bytes(other)) {
            Ok(place) => self.others.get(place).map_or(UNKNOWN, |&[_, code]| u32::from_le_bytes(code) as u16),
            Err(_) => char::from_u32(c).and_then(spelling).map_or(NOISE, |_| UNKNOWN),
        }
    }

    fn row(&self, first: u16, second: u16) -> u64 {
        let index = row_index(first, second) & self.rows.len().wrapping_sub(1);
        self.rows.get(index).map_or(0, |&row| u64::from_le_bytes(row))
    }

    /// Whether a literal may begin with these letters.
    fn may_begin(&self, first: u16, second: u16, third: Option<u16>) -> bool {
        let is_set = |third: u16| {
            let bit = gram_index(first, second, third);
            let word = self.grams.get((bit / 64) & self.grams.len().wrapping_sub(1));
            word.is_none_or(|&word| u64::from_le_bytes(word) >> (bit % 64) & 1 != 0)
        };
        third.is_some_and(is_set) || is_set(NOISE)
    }

    fn root(&self, code: u16) -> u32 {
        self.roots.get(usize::from(code)).map_or(0, |&slot| u32::from_le_bytes(slot))
    }

    /// The four numbers of a state's record.
    #[inline(always)]
    fn state(&self, slot: u32) -> [u32; 4] {
        self.states.get(slot as usize).map_or([0; 4], |record| record.map(u32::from_le_bytes))
    }

    /// The child of a state, of which the base is known, by a code.
    #[inline(always)]
    fn child(&self, slot: u32, base: u32, code: u16) -> Option<u32> {
        let child = base ^ u32::from(code);
        let [_, parent, ..] = self.state(child);
        (parent == slot && slot != 0).then_some(child)
    }

    /// Goes on until there are candidates or the text ends; `None` where the filter has another number of rows.
    fn take_turns<const ROWS: usize>(&self, bytes: &[u8], from: Position, scratch: &mut Scratch) -> Option<Option<Position>> {
        let rows: &[[u8; 8]; ROWS] = self.rows.try_into().ok()?;
        let known = scratch.candidates.len();
        let mut position = from;
        while scratch.candidates.len() == known {
            let Some(hit) = self.filter(rows, bytes, position) else { return Some(None) };
            #[cfg(test)]
            (scratch.steps += hit.position.at - position.at);
            let Some(next) = self.look(bytes, hit, scratch) else { return Some(None) };
            position = next;
        }
        Some(Some(position))
    }

    /// Goes on until three letters in a row may begin a literal.
    ///
    /// No branch depends on whether a character is noise or repeated: the processor could not guess it.
    #[inline(always)]
    fn filter<const ROWS: usize>(&self, rows: &[[u8; 8]; ROWS], bytes: &[u8], from: Position) -> Option<Hit> {
        let Position { mut at, mut last, mut row, reported } = from;
        // The window after a code, or a hit.
        macro_rules! letter {
            ($code:expr, $after:expr) => {{
                let code: u16 = $code;
                if row >> (code & 63) & 1 != 0 {
                    return Some(Hit { position: Position { at: $after, last, row, reported }, third: Some(code) });
                }
                let next = select_unpredictable(code == NOISE, last, code);
                let new = rows.get(row_index(last, code) & (ROWS - 1)).map_or(0, |&row| u64::from_le_bytes(row));
                row = select_unpredictable(next == last, row, new);
                last = next;
            }};
        }
        'text: while let Some(rest) = bytes.get(at..) {
            if let Some([first, second, third, fourth]) = rest.first_chunk().and_then(four_of_three_bytes) {
                letter!(self.common_code(first), at + 3);
                letter!(self.common_code(second), at + 6);
                letter!(self.common_code(third), at + 9);
                letter!(self.common_code(fourth), at + 12);
                at += 12;
                continue;
            }
            if let Some(ascii) = rest.first_chunk::<8>().filter(|chunk| chunk.is_ascii())
                && row >> UNKNOWN & 1 == 0
            {
                let all = ascii.iter().fold(NOISE, |all, &c| all | self.common_code(u16::from(c)));
                if all <= UNKNOWN {
                    (last, row) = if all == UNKNOWN { (UNKNOWN, 0) } else { (last, row) };
                    at += 8;
                    continue;
                }
            }
            // Up to and with the character that is in the way.
            loop {
                let Some((c, size)) = bytes.get(at..).and_then(decode) else { break 'text };
                at += size;
                letter!(self.code(c), at);
                if size != 3 {
                    break;
                }
            }
        }
        // What follows the text is no letter of a literal, but it may be what comes after a literal of two.
        let at_end = Hit { position: Position { at, last, row, reported }, third: None };
        (row == FULL).then_some(at_end)
    }

    /// Looks what begins with the first of three letters, and sends the automaton where it is needed. Gives where the filter is to go
    /// on; `None` at the end of the text.
    #[inline(always)]
    fn look(&self, bytes: &[u8], hit: Hit, scratch: &mut Scratch) -> Option<Position> {
        let Position { at, last, reported, .. } = hit.position;
        if hit.third == Some(last) {
            // A letter repeated.
            return Some(hit.position);
        }
        let third_starts = hit.third.map_or(at, |_| start_before(bytes, at));
        let next = hit.third.map(|third| Position { at, last: third, row: self.row(last, third), reported });
        let Some((first, [first_starts, second_starts, second_first])) = self.back(bytes, last, third_starts) else {
            return next;
        };
        #[cfg(test)]
        (scratch.steps += at - first_starts);
        if !self.may_begin(first, last, hit.third) {
            return next;
        }
        let root = self.root(first);
        let [base, ..] = self.state(root);
        let Some(two) = self.child(root, base, last) else { return next };
        let [base, .., output] = self.state(two);
        let end = second_first + bytes.get(second_first..).and_then(decode).map_or(0, |(_, size)| size);
        if let Some([literal, 2, _]) = self.output(output)
            && end > reported
        {
            scratch.candidates.push(Candidate { literal, span: Span::new(first_starts, end) });
        }
        let third = hit.third?;
        let Some(slot) = self.child(two, base, third) else { return next };
        for (place, starts) in scratch.starts.iter_mut().zip([first_starts, second_starts, third_starts]) {
            *place = starts;
        }
        let state = State { slot, record: self.state(slot), letters: 3, last: third, before: last };
        self.report(state, at, scratch);
        Some(self.run(bytes, state, at, scratch))
    }

    /// The code of the letter before the letter before a place, and where it starts, where the letter between starts, and where that
    /// started first if it is repeated.
    #[inline(always)]
    fn back(&self, bytes: &[u8], second: u16, end: usize) -> Option<(u16, [usize; 3])> {
        let (mut second_starts, mut second_first, mut at) = (None, end, end);
        // Nearly always the two letters stand side by side.
        if let Some([first, between]) = at.checked_sub(6).and_then(|from| bytes.get(from..at)).and_then(two_of_three_bytes) {
            let first = self.common_code(first);
            if (self.common_code(between) == second) & (first != second) & (first != NOISE) {
                return Some((first, [at - 6, at - 3, at - 3]));
            }
        }
        while at > 0 {
            at = start_before(bytes, at);
            let code = bytes.get(at..).and_then(decode).map_or(NOISE, |(c, _)| self.code(c));
            if code == second {
                second_starts = second_starts.or(Some(at));
                second_first = at;
            } else if code != NOISE {
                return Some((code, [at, second_starts?, second_first]));
            }
        }
        None
    }

    /// Literal, letters and the next output.
    fn output(&self, output: u32) -> Option<[u32; 3]> {
        self.outputs.get(output as usize).filter(|_| output != 0).map(|record| record.map(u32::from_le_bytes))
    }

    /// Adds the literals that end in a state.
    #[inline(always)]
    fn report(&self, state: State, end: usize, scratch: &mut Scratch) {
        let [.., mut output] = state.record;
        let mask = scratch.starts.len() - 1;
        while let Some([literal, letters, next]) = self.output(output) {
            if let Some(&start) = scratch.starts.get(state.letters.wrapping_sub(letters as usize) & mask) {
                scratch.candidates.push(Candidate { literal, span: Span::new(start, end) });
            }
            output = next;
        }
    }

    /// The automaton: goes on while literals of three letters and more may be under way, or to the end of the text where there is no
    /// filter.
    fn run(&self, bytes: &[u8], mut state: State, mut at: usize, scratch: &mut Scratch) -> Position {
        let is_filtered = !self.rows.is_empty();
        let mask = scratch.starts.len() - 1;
        'text: while let Some((c, size)) = bytes.get(at..).and_then(decode) {
            #[cfg(test)]
            (scratch.steps += 1);
            let code = self.code(c);
            if code == NOISE {
                at += size;
                continue;
            }
            if code == state.last {
                // What begins with a repeated letter begins with the last of them, what ends with one ends with the first.
                if let Some(start) = scratch.starts.get_mut(state.letters.wrapping_sub(1) & mask) {
                    *start = at;
                }
                at += size;
                continue;
            }
            let (slot, record) = loop {
                if state.slot == 0 {
                    let slot = self.root(code);
                    break (slot, self.state(slot));
                }
                let [base, _, failure, _] = state.record;
                if let Some(child) = self.child(state.slot, base, code) {
                    break (child, self.state(child));
                }
                if is_filtered && failure & SHALLOW != 0 {
                    break 'text;
                }
                #[cfg(test)]
                (scratch.steps += 1);
                state.slot = failure & !SHALLOW;
                state.record = self.state(state.slot);
            };
            if let Some(start) = scratch.starts.get_mut(state.letters & mask) {
                *start = at;
            }
            at += size;
            state = State { slot, record, letters: state.letters.wrapping_add(1), last: code, before: state.last };
            self.report(state, at, scratch);
        }
        Position { at, last: state.last, row: self.row(state.before, state.last), reported: at }
    }
}

/// The code points of four characters of three bytes each; `None` where one of them has not three. Two are decoded at once, in
/// halves of a word.
#[inline(always)]
fn four_of_three_bytes(chunk: &[u8; 14]) -> Option<[u16; 4]> {
    const MARKS: u64 = 0x00f0_0000_f000_00f0;
    const OF_THREE: u64 = 0x00e0_0000_e000_00e0;
    const LATER: u64 = 0xf000_0000;
    const LATER_OF_THREE: u64 = 0xe000_0000;
    let (&low, _) = chunk.split_first_chunk::<8>()?;
    let (_, &high) = chunk.split_last_chunk::<8>()?;
    let (low, high) = (u64::from_le_bytes(low), u64::from_le_bytes(high));
    if ((low & MARKS) ^ OF_THREE) | ((high & LATER) ^ LATER_OF_THREE) != 0 {
        return None;
    }
    let pair = |word: u64| (word & 0x0f00_000f) << 12 | (word >> 2) & 0x000f_c000_0fc0 | (word >> 16) & 0x3f00_003f;
    let (low, high) = (pair(low), pair(high));
    Some([low as u16, (low >> 24) as u16, high as u16, (high >> 24) as u16])
}

/// The code points of two characters of three bytes each; `None` where one of them has not three.
#[inline(always)]
fn two_of_three_bytes(bytes: &[u8]) -> Option<[u16; 2]> {
    let &[a, b, c, d, e, f] = bytes.first_chunk()?;
    let join = |a: u8, b: u8, c: u8| u16::from(a & 0x0f) << 12 | u16::from(b & 0x3f) << 6 | u16::from(c & 0x3f);
    ((a & 0xf0 == 0xe0) & (d & 0xf0 == 0xe0)).then(|| [join(a, b, c), join(d, e, f)])
}

/// The first code point of well-formed UTF-8 and its size in bytes.
#[inline(always)]
fn decode(bytes: &[u8]) -> Option<(u32, usize)> {
    let bits = |byte: u8, mask: u8| u32::from(byte & mask);
    Some(match *bytes {
        [a @ 0xe0..0xf0, b, c, ..] => (bits(a, 0x0f) << 12 | bits(b, 0x3f) << 6 | bits(c, 0x3f), 3),
        [a @ ..0x80, ..] => (u32::from(a), 1),
        [a @ ..0xe0, b, ..] => (bits(a, 0x1f) << 6 | bits(b, 0x3f), 2),
        [a, b, c, d, ..] => (bits(a, 0x07) << 18 | bits(b, 0x3f) << 12 | bits(c, 0x3f) << 6 | bits(d, 0x3f), 4),
        _ => return None,
    })
}

/// Where the character before a place starts.
#[inline(always)]
fn start_before(bytes: &[u8], at: usize) -> usize {
    let mut start = at.saturating_sub(1);
    while start > 0 && bytes.get(start).is_some_and(|byte| byte & 0xc0 == 0x80) {
        start -= 1;
    }
    start
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

    /// The candidates of a scan as literals and their places, after what each scan must keep to.
    fn found(scanner: &Scanner, literals: &[String], text: &str) -> Vec<(u32, Span)> {
        let mut scratch = Scratch::default();
        scanner.scan(text, &mut scratch);
        for candidate in &scratch.candidates {
            assert_eq!(folded(candidate.span.slice(text)), literals[candidate.literal as usize]);
        }
        assert!(scratch.candidates.is_sorted_by_key(|candidate| candidate.span.end), "{text}");
        // The filter reads each byte once and steps back over at most two letters, each of which may be repeated; the automaton reads
        // each character once and follows at most as many failures.
        assert!(scratch.steps <= 5 * text.len(), "{} steps for {} bytes", scratch.steps, text.len());
        scratch.candidates.iter().map(|candidate| (candidate.literal, candidate.span)).collect()
    }

    /// The aho-corasick crate over folded text finds the same.
    fn agrees(words: &[String], text: &str) {
        let mut literals: Vec<String> = words.iter().map(|word| folded(word)).collect();
        literals.sort();
        literals.dedup();
        let scanner = Scanner::new(literals.iter().map(String::as_str));
        let oracle = AhoCorasick::new(&literals).unwrap();
        let letters = folded(text);
        let mut expected: Vec<u32> = oracle.find_overlapping_iter(&letters).map(|found| found.pattern().as_u32()).collect();
        let mut found: Vec<u32> = found(&scanner, &literals, text).into_iter().map(|(literal, _)| literal).collect();
        expected.sort_unstable();
        found.sort_unstable();
        assert_eq!(found, expected, "{words:?} {text}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        /// With literals of one letter, so that the automaton reads everything.
        #[test]
        fn agrees_with_aho_corasick(
            words in proptest::collection::vec("[你您妳没沒填对對错a1𠀀]{1,8}", 1..12),
            text in "[你您妳没沒填对對错錯a1Ａ𠀀𠀁 ，.👌\u{200b}]{0,60}",
        ) {
            agrees(&words, &text);
        }

        /// Without, so that the filter reads everything and the automaton what is worth a look.
        #[test]
        fn agrees_behind_the_filter(
            words in proptest::collection::vec("[你没填][您妳沒对對错a1𠀀][你您妳没沒填对對错a1𠀀]{0,6}", 1..12),
            text in "([你您妳没沒填对對错錯a1Ａ𠀀𠀁]{0,9}[她他 ，.👌xyz\u{200b}]{0,9}){0,9}",
        ) {
            agrees(&words, &text);
        }
    }

    /// Numbers that look random; the same each time.
    fn numbers(mut seed: u32) -> impl Iterator<Item = u32> {
        std::iter::repeat_with(move || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            seed >> 12
        })
    }

    fn words(count: usize, letters: u32, seed: u32) -> Vec<String> {
        let mut numbers = numbers(seed);
        let mut number = move |limit: u32| numbers.next().unwrap() % limit;
        let mut word = || {
            let length = 2 + number(7);
            (0..length).map(|_| char::from_u32(0x4e00 + number(letters)).unwrap()).collect()
        };
        std::iter::repeat_with(&mut word).take(count).filter(|word: &String| folded(word).chars().count() > 1).collect()
    }

    /// Lists for each size of filter, from texts full of their beginnings.
    #[test]
    fn agrees_at_all_sizes() {
        for count in [200, 1_000, 5_000, 20_000, 60_000] {
            let list = words(count, 2_000, 1);
            let pieces: Vec<&String> =
                numbers(2).take(3_000).filter_map(|number| list.get(number as usize % list.len())).collect();
            let cut = |(piece, number): (&&String, u32)| piece.chars().take(1 + number as usize % 8).collect::<String>();
            let text: String = pieces.iter().zip(numbers(3)).map(cut).collect();
            agrees(&list, &text);
        }
    }

    /// Text that is made to be slow; [`found`] counts the steps.
    #[test]
    fn cost_is_linear_whatever_the_text() {
        let list = ["妈妈的话", "ab", "abababababababab", "填错", "填错了吗", "错了吗填", "了吗填错了吗填错了吗"].map(folded);
        let scanner = Scanner::new(list.iter().map(String::as_str));
        let singles = ["填", "填错了"].map(folded);
        let unfiltered = Scanner::new(singles.iter().map(String::as_str));
        for piece in [
            "妈",
            "a",
            "ab",
            "填错了吗",
            "填错了",
            "填，，，，，，，，错",
            "填填填填填填错错错错错错了",
            "填错，",
            "\u{200b}",
            "x",
            "a填",
        ] {
            let text = piece.repeat(3_000);
            found(&scanner, &list, &text);
            found(&unfiltered, &singles, &text);
            // Far apart.
            found(&scanner, &list, &piece.chars().flat_map(|c| [c.to_string(), "，".repeat(3_000)]).collect::<String>());
            found(&scanner, &list, &piece.chars().map(|c| c.to_string().repeat(3_000)).collect::<String>());
        }
    }
}
