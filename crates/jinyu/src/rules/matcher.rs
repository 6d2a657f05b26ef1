//! Regular expressions over characters: a parsed expression to a small program, and the program run over a folded text.
//!
//! Receives what `regex-syntax` parsed and hands on matches with their named groups, leftmost first, as Perl and the regex crate
//! choose. Made for thousands of expressions that each run rarely, on short text: compiling takes microseconds, a program a few
//! kilobytes, and no state is kept between runs.

mod compiler;
mod stored;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::{Range, RangeInclusive};
use std::sync::{Arc, OnceLock};

pub(crate) use self::compiler::{Sharing, WORTH_A_CALL};

/// A program of more steps than this, with those of what it calls, would be a mistake of its author. The number of a step, a mark, a set or a table has 16 bits.
const LARGEST: usize = 1 << 16;

/// A match: where, and what its named groups matched, in characters of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Match {
    pub(crate) range: Range<usize>,
    pub(crate) groups: Vec<(String, Range<usize>)>,
}

impl Match {
    /// The same match in a text that has `by` characters more in front.
    pub(crate) fn shifted(mut self, by: usize) -> Self {
        for range in std::iter::once(&mut self.range).chain(self.groups.iter_mut().map(|(_, range)| range)) {
            *range = range.start + by..range.end + by;
        }
        self
    }
}

/// Where ways part or meet there is a mark, a number that stands for the place in the program: a run that comes to it again at the same
/// character gives up.
#[derive(Clone, Debug)]
enum Step {
    Char(char),
    /// Index into the sets.
    Set(u32),
    /// Tries the next step, then this one; and its mark.
    Split(u32, u32),
    /// Tries this step, then the next one, as lazy repetitions do; and its mark.
    LazySplit(u32, u32),
    /// Index into the dispatch tables, and its mark: of many branches only those that can begin with the character at hand are tried.
    Dispatch(u32, u32),
    /// Where to, and the mark there.
    Jump(u32, u32),
    /// Back to where a loop begins, which has a mark of its own.
    Again(u32),
    Save(u32),
    /// Index into the calls: goes on in a routine, and then with the next step.
    Call(u32),
    Start,
    End,
    /// The end of the program, or of a routine.
    Match,
}

/// Sorted ranges of characters.
#[derive(Clone, Debug)]
struct Set {
    ranges: Box<[(char, char)]>,
    /// Characters whose lowest bits are not here need not be searched for: they belong to the set just where the last field says so.
    doubtful: Bits,
    otherwise: bool,
}

impl Set {
    fn new(ranges: Box<[(char, char)]>) -> Self {
        let mut set = Self { ranges, doubtful: ALL, otherwise: false };
        let size = |ranges: &mut dyn Iterator<Item = (char, char)>| -> usize {
            ranges.map(|(first, last)| last as usize + 1 - first as usize).sum()
        };
        let between = |pair: &[(char, char)]| match pair {
            [(_, last), (first, _)] => Some((char::from_u32(*last as u32 + 1)?, char::from_u32(*first as u32 - 1)?)),
            _ => None,
        };
        let is_open = matches!((set.ranges.first(), set.ranges.last()), (Some(('\0', _)), Some((_, char::MAX))));
        let gaps: Option<Vec<(char, char)>> = set.ranges.windows(2).map(between).collect();
        let few = match gaps {
            Some(gaps) if is_open && size(&mut gaps.iter().copied()) <= FEW => {
                set.otherwise = true;
                Some(gaps)
            }
            _ => (size(&mut set.ranges.iter().copied()) <= FEW).then(|| set.ranges.to_vec()),
        };
        if let Some(few) = few {
            set.doubtful = bits(few.into_iter().flat_map(|(first, last)| first..=last));
        }
        set
    }

    fn contains(&self, c: char) -> bool {
        if !has(&self.doubtful, c) {
            return self.otherwise;
        }
        let after = self.ranges.partition_point(|&(first, _)| first <= c);
        after.checked_sub(1).and_then(|index| self.ranges.get(index)).is_some_and(|&(_, last)| c <= last)
    }
}

/// Of a set with more characters than this in it and more out of it, all are searched for.
const FEW: usize = 96;

/// Characters by their lowest bits.
type Bits = [u64; 4];

/// All characters.
const ALL: Bits = [u64::MAX; 4];

fn bits(chars: impl IntoIterator<Item = char>) -> Bits {
    let mut bits = [0; 4];
    for c in chars {
        let (word, bit) = bit_of(c);
        if let Some(word) = bits.get_mut(word) {
            *word |= bit;
        }
    }
    bits
}

fn has(bits: &Bits, c: char) -> bool {
    let (word, bit) = bit_of(c);
    bits.get(word).is_some_and(|word| word & bit != 0)
}

/// Where to go on for each first character, the preferred branch first. Branches of which the first character is not known are tried
/// with every one.
#[derive(Clone, Debug)]
struct Dispatch {
    /// No character with other lowest bits is among them.
    likely: Bits,
    /// Sorted, each with the place where its branches end; they begin where those of the one before end.
    chars: Box<[(char, u32)]>,
    branches: Box<[u32]>,
    /// Where to go on with any other character, and at the end of the text.
    otherwise: Box<[u32]>,
}

impl Dispatch {
    /// Takes where each branch starts and the characters that it can begin with, if these are known and few.
    fn new(branches: &[(u32, Option<Vec<char>>)]) -> Self {
        let known = branches.iter().filter_map(|(_, firsts)| firsts.as_ref());
        let mut by_char: BTreeMap<char, Vec<u32>> = known.flatten().map(|&c| (c, Vec::new())).collect();
        let mut otherwise = Vec::new();
        for (start, firsts) in branches {
            match firsts {
                Some(firsts) => {
                    let firsts: BTreeSet<char> = firsts.iter().copied().collect();
                    firsts.into_iter().for_each(|c| by_char.entry(c).or_default().push(*start));
                }
                None => {
                    by_char.values_mut().for_each(|branches| branches.push(*start));
                    otherwise.push(*start);
                }
            }
        }
        let mut end = 0;
        let counted = |(&c, branches): (&char, &Vec<u32>)| {
            end += branches.len() as u32;
            (c, end)
        };
        Self {
            likely: bits(by_char.keys().copied()),
            chars: by_char.iter().map(counted).collect(),
            branches: by_char.values().flatten().copied().collect(),
            otherwise: otherwise.into(),
        }
    }

    /// Whether there may be a branch for a character, or for the end of the text.
    #[inline(always)]
    fn may_pass(&self, next: Option<&char>) -> bool {
        !self.otherwise.is_empty() || next.is_some_and(|&c| has(&self.likely, c))
    }

    fn branches(&self, next: Option<&char>) -> &[u32] {
        self.own_branches(next).unwrap_or(&self.otherwise)
    }

    fn own_branches(&self, next: Option<&char>) -> Option<&[u32]> {
        let c = next.filter(|&&c| has(&self.likely, c))?;
        let place = self.chars.binary_search_by_key(c, |&(c, _)| c).ok()?;
        let start = place.checked_sub(1).and_then(|before| self.chars.get(before)).map_or(0, |&(_, end)| end);
        let (_, end) = self.chars.get(place)?;
        self.branches.get(start as usize..*end as usize)
    }
}

/// A place from which a routine is called.
#[derive(Clone, Debug)]
struct Call {
    routine: u32,
    /// From which of the caller's marks on those of the routine are counted: what failed where it is called from one place need not fail where
    /// it is called from another.
    first_mark: u32,
    /// The characters that the routine can begin with; all of them where that is not known.
    first: Bits,
}

/// What a run goes through: a program, or a routine that it calls.
#[derive(Clone, Debug, Default)]
struct Body {
    steps: Vec<Step>,
    /// How many marks there are, with those of what is called.
    marks: u32,
    sets: Vec<Set>,
    dispatches: Vec<Dispatch>,
    calls: Vec<Call>,
}

/// What expressions have in common, by number: word classes, most of all, which stand in hundreds of them. What the build script stored is
/// read when it is first called.
#[derive(Debug)]
pub(crate) struct Routines {
    stored: &'static [u8],
    bodies: Box<[OnceLock<Option<Box<Body>>>]>,
}

impl Routines {
    fn get(&self, number: u32) -> Option<&Body> {
        self.bodies.get(number as usize)?.get_or_init(|| self.read(number).map(Box::new)).as_deref()
    }
}

/// A compiled expression.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    body: Body,
    /// What it calls from, if it calls anything.
    routines: Arc<Routines>,
    /// The names of the groups; group n saves its ends in slots 2n and 2n+1.
    groups: Vec<String>,
    /// The characters that a match can begin with, but at the start of the text; all of them where that is not known.
    first: Bits,
    /// Whether it looks for the start of the text.
    anchored: bool,
}

/// Buffers of a run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Runs {
    /// A bit for each place and mark; all clear between runs, since clearing them takes longer than a run that soon fails.
    visited: Vec<u64>,
    /// The last word of them that may not be clear.
    last_word: usize,
    pending: Vec<Pending>,
    slots: Vec<Option<usize>>,
    /// The calls of a run; those that have returned stay, since what is pending may stand in one of them.
    frames: Vec<Frame>,
}

#[derive(Clone, Copy, Debug)]
enum Pending {
    Try { step: u32, frame: u32, at: usize },
    Restore { slot: u32, to: Option<usize> },
}

/// A call while it runs.
#[derive(Clone, Copy, Debug)]
struct Frame {
    routine: u32,
    /// From which number on its marks are counted in the run.
    first_mark: u32,
    /// The step after the call, and the frame that this one is in.
    back: u32,
    outer: u32,
}

/// The frame of a step of the program itself.
const OUTSIDE: u32 = u32::MAX;

impl Runs {
    /// Whether a run comes to a mark, one of so many, at this place for the first time: what failed once fails again, wherever the match
    /// began.
    #[inline(always)]
    fn is_new(&mut self, mark: u32, at: usize, marks: usize) -> bool {
        // Place by place: what a run touches lies together and is cleared at once.
        let bit = at * marks + mark as usize;
        let Some(word) = self.visited.get_mut(bit / 64) else { return false };
        let is_new = *word & (1 << (bit % 64)) == 0;
        *word |= 1 << (bit % 64);
        self.last_word = self.last_word.max(bit / 64);
        is_new
    }
}

impl Program {
    /// The leftmost match that begins at one of these places, of those the preferred one.
    ///
    /// Cost: linear in the steps of the program, those of its routines counted for each call, times the characters of the text. What lies between two marks is run through as often as
    /// the marks before it are passed, which is once at each character, and once more for each alternation of which the last branch runs on
    /// into it.
    pub(crate) fn find_in(&self, text: &[char], starts: RangeInclusive<usize>, runs: &mut Runs) -> Option<Match> {
        let range = self.find_range(text, starts, runs)?;
        let slot = |slot: usize| runs.slots.get(slot).copied().flatten();
        let group = |(index, name): (usize, &String)| Some((name.clone(), slot(2 * index)?..slot(2 * index + 1)?));
        Some(Match { range, groups: self.groups.iter().enumerate().filter_map(group).collect() })
    }

    /// Where that match is; the slots of `runs` tell where its groups are.
    pub(crate) fn find_range(&self, text: &[char], starts: RangeInclusive<usize>, runs: &mut Runs) -> Option<Range<usize>> {
        let marks = self.body.marks as usize;
        let needed = (marks * (text.len() + 1)).div_ceil(64);
        if runs.visited.len() < needed {
            runs.visited.resize(needed, 0);
        }
        let first_word = starts.start() * marks / 64;
        runs.last_word = first_word;
        let found = self.first_in(text, starts, runs);
        if let Some(touched) = runs.visited.get_mut(first_word..=runs.last_word) {
            touched.fill(0);
        }
        found
    }

    fn first_in(&self, text: &[char], starts: RangeInclusive<usize>, runs: &mut Runs) -> Option<Range<usize>> {
        let (from, last) = starts.into_inner();
        let may_be_empty = self.first == ALL;
        for start in from..last.min(text.len()) + 1 {
            let possible = text.get(start).map_or(may_be_empty, |&c| has(&self.first, c));
            if (possible || self.anchored && start == 0)
                && let Some(end) = self.run(text, start, runs)
            {
                return Some(start..end);
            }
        }
        None
    }

    fn run(&self, text: &[char], start: usize, runs: &mut Runs) -> Option<usize> {
        let marks = self.body.marks as usize;
        runs.slots.clear();
        runs.slots.resize(self.groups.len() * 2, None);
        runs.pending.clear();
        runs.frames.clear();
        let (mut body, mut first_mark, mut frame) = (&self.body, 0, OUTSIDE);
        let (mut step, mut at) = (0, start);
        loop {
            loop {
                match body.steps.get(step as usize)? {
                    Step::Char(c) if text.get(at) == Some(c) => {
                        at += 1;
                        step += 1;
                    }
                    Step::Set(set)
                        if text.get(at).is_some_and(|&c| body.sets.get(*set as usize).is_some_and(|set| set.contains(c))) =>
                    {
                        at += 1;
                        step += 1;
                    }
                    Step::Start if at == 0 => step += 1,
                    Step::End if at == text.len() => step += 1,
                    &Step::Split(other, mark) if runs.is_new(first_mark + mark, at, marks) => {
                        step = body.part(step + 1, other, text, at, frame, runs);
                    }
                    &Step::LazySplit(other, mark) if runs.is_new(first_mark + mark, at, marks) => {
                        step = body.part(other, step + 1, text, at, frame, runs);
                    }
                    &Step::Dispatch(table, mark) if runs.is_new(first_mark + mark, at, marks) => {
                        let branches = body.dispatches.get(table as usize).map(|table| table.branches(text.get(at)));
                        let Some((first, others)) = branches.and_then(<[u32]>::split_first) else { break };
                        runs.pending.extend(others.iter().rev().map(|&step| Pending::Try { step, frame, at }));
                        step = *first;
                    }
                    &Step::Jump(to, mark) if runs.is_new(first_mark + mark, at, marks) => step = to,
                    &Step::Again(head) => step = head,
                    Step::Save(slot) => {
                        if let Some(place) = runs.slots.get_mut(*slot as usize) {
                            runs.pending.push(Pending::Restore { slot: *slot, to: *place });
                            *place = Some(at);
                        }
                        step += 1;
                    }
                    Step::Call(call) => {
                        let Some(call) = body.calls.get(*call as usize).filter(|call| call.may_begin(text.get(at))) else {
                            break;
                        };
                        let Some(called) = self.routines.get(call.routine) else { break };
                        first_mark += call.first_mark;
                        runs.frames.push(Frame { routine: call.routine, first_mark, back: step + 1, outer: frame });
                        frame = runs.frames.len() as u32 - 1;
                        (body, step) = (called, 0);
                    }
                    Step::Match => {
                        let Some(&Frame { back, outer, .. }) = runs.frames.get(frame as usize) else { return Some(at) };
                        (step, frame) = (back, outer);
                        (body, first_mark) = self.place_of(frame, runs)?;
                    }
                    // What does not match, and where the run has been before.
                    Step::Char(_) | Step::Set(_) | Step::Start | Step::End => break,
                    Step::Split(..) | Step::LazySplit(..) | Step::Dispatch(..) | Step::Jump(..) => break,
                }
            }
            loop {
                match runs.pending.pop()? {
                    Pending::Try { step: other, frame: inside, at: there } => {
                        (step, at) = (other, there);
                        if frame != inside {
                            frame = inside;
                            (body, first_mark) = self.place_of(frame, runs)?;
                        }
                        break;
                    }
                    Pending::Restore { slot, to } => {
                        if let Some(place) = runs.slots.get_mut(slot as usize) {
                            *place = to;
                        }
                    }
                }
            }
        }
    }

    /// What runs in a frame, and from which number on its marks are counted.
    fn place_of(&self, frame: u32, runs: &Runs) -> Option<(&Body, u32)> {
        match runs.frames.get(frame as usize) {
            Some(frame) => Some((self.routines.get(frame.routine)?, frame.first_mark)),
            None => Some((&self.body, 0)),
        }
    }
}

impl Body {
    /// Whether a run may get past a step where this character is the next one. Says yes where one look does not tell.
    #[inline(always)]
    fn may_pass(&self, step: u32, next: Option<&char>) -> bool {
        match self.steps.get(step as usize) {
            Some(Step::Char(c)) => next == Some(c),
            Some(Step::Set(set)) => next.is_some_and(|&c| self.sets.get(*set as usize).is_some_and(|set| set.contains(c))),
            Some(Step::Dispatch(table, _)) => self.dispatches.get(*table as usize).is_some_and(|table| table.may_pass(next)),
            Some(Step::Call(call)) => self.calls.get(*call as usize).is_some_and(|call| call.may_begin(next)),
            Some(Step::End) => next.is_none(),
            _ => true,
        }
    }

    /// Where a run goes on that may go two ways; the other way is left for later, unless the next character rules it out.
    #[inline(always)]
    fn part(&self, preferred: u32, other: u32, text: &[char], at: usize, frame: u32, runs: &mut Runs) -> u32 {
        let next = text.get(at);
        if !self.may_pass(preferred, next) {
            return other;
        }
        if self.may_pass(other, next) {
            runs.pending.push(Pending::Try { step: other, frame, at });
        }
        preferred
    }
}

impl Call {
    /// Whether a match may begin with a character, or at the end of the text.
    #[inline(always)]
    fn may_begin(&self, next: Option<&char>) -> bool {
        next.map_or(self.first == ALL, |&c| has(&self.first, c))
    }
}

fn bit_of(c: char) -> (usize, u64) {
    let low = c as usize & 0xff;
    (low / 64, 1 << (low % 64))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex_syntax::hir::{Hir, HirKind};

    use super::*;

    /// All matches that are not empty, in bytes of the text as the regex crate gives them.
    fn matches(program: &Program, text: &str) -> Vec<Range<usize>> {
        let chars: Vec<char> = text.chars().collect();
        let bytes: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let mut runs = Runs::default();
        let mut found = Vec::new();
        let mut from = 0;
        while let Some(next) = program.find_in(&chars, from..=chars.len(), &mut runs) {
            if next.range.is_empty() {
                from = next.range.end + 1;
            } else {
                found.push(bytes[next.range.start]..bytes[next.range.end]);
                from = next.range.end;
            }
        }
        found
    }

    #[test]
    fn groups() {
        let program = Program::new(&regex_syntax::parse("你(?<who>们)?必须(?<do>[^，]+)").unwrap()).unwrap();
        let text: Vec<char> = "那你必须先付款，好".chars().collect();
        let found = program.find_in(&text, 0..=text.len(), &mut Runs::default()).unwrap();
        assert_eq!(found, Match { range: 1..7, groups: vec![("do".to_owned(), 4..7)] });
    }

    #[test]
    fn word_boundaries_are_refused() {
        assert!(Program::new(&regex_syntax::parse(r"\b你").unwrap()).is_err());
    }

    #[test]
    fn what_is_far_too_large_is_refused() {
        for written in ["a{4294967295,}", "(?:a{100000}){100000}", "(?:a{4294967295}){4294967295}", "(?:a{1000}){1000}"] {
            assert!(Program::new(&regex_syntax::parse(written).unwrap()).is_err(), "{written}");
        }
    }

    /// Whether something that may be empty is repeated without end: engines differ in what they prefer there.
    fn repeats_nothing(hir: &Hir) -> bool {
        match hir.kind() {
            HirKind::Repetition(r) => (r.max.is_none() && r.sub.properties().minimum_len() == Some(0)) || repeats_nothing(&r.sub),
            HirKind::Capture(capture) => repeats_nothing(&capture.sub),
            HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().any(repeats_nothing),
            _ => false,
        }
    }

    fn expression() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            "[你我不错]{1,3}",
            Just("[^，]".to_owned()),
            Just("[你我]".to_owned()),
            Just("^".to_owned()),
            Just("(?:^|[，])".to_owned()),
            Just("[^我你]".to_owned()),
            Just("$".to_owned()),
            Just("你??错".to_owned()),
            Just("[^，]*?我".to_owned()),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 1..4).prop_map(|parts| parts.concat()),
                proptest::collection::vec(inner.clone(), 2..5).prop_map(|parts| format!("(?:{})", parts.join("|"))),
                (inner, prop_oneof![Just("?"), Just("*"), Just("+"), Just("{0,2}"), Just("{2,3}")])
                    .prop_map(|(part, times)| format!("(?:{part}){times}")),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn agrees_with_the_regex_crate(pattern in expression(), text in "[你我不错，]{0,12}") {
            let hir = regex_syntax::parse(&pattern).unwrap();
            prop_assume!(!repeats_nothing(&hir));
            // Whatever stands there twice is a routine.
            let sharing = Sharing::of([&hir], 2).unwrap();
            let routines = Arc::new(Routines::from_bytes(sharing.to_bytes().leak()));
            let program = Program::from_bytes(&Program::sharing(&hir, &sharing).unwrap().to_bytes(), &routines).unwrap();
            let expected = regex::Regex::new(&pattern).unwrap();
            let expected: Vec<Range<usize>> = expected.find_iter(&text).map(|found| found.range()).filter(|range| !range.is_empty()).collect();
            prop_assert_eq!(matches(&program, &text), expected);
        }
    }
}
