//! Regular expressions over characters: a parsed expression to a small program, and the program run over a folded text.
//!
//! Receives what `regex-syntax` parsed and hands on matches with their named groups, leftmost first, as Perl and the regex crate
//! choose. Made for thousands of expressions that each run rarely, on short text: compiling takes microseconds, a program a few
//! kilobytes, and no state is kept between runs.

mod stored;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::{Range, RangeInclusive};

use regex_syntax::hir::{Class, ClassUnicode, Hir, HirKind, Look};

/// A program of more steps than this would be a mistake of its author. The number of a step, a mark, a set or a table has 16 bits.
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
    Start,
    End,
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
        let mut set = Self { ranges, doubtful: [u64::MAX; 4], otherwise: false };
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

/// A compiled expression.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    steps: Vec<Step>,
    /// How many marks there are.
    marks: u32,
    sets: Vec<Set>,
    dispatches: Vec<Dispatch>,
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
}

#[derive(Clone, Copy, Debug)]
enum Pending {
    Try { step: u32, at: usize },
    Restore { slot: u32, to: Option<usize> },
}

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
    /// Compiles a parsed expression.
    ///
    /// # Errors
    /// When the expression looks at word boundaries or line ends, or is far too large.
    pub(crate) fn new(hir: &Hir) -> Result<Self, String> {
        let mut program = Self {
            steps: Vec::new(),
            marks: 0,
            sets: Vec::new(),
            dispatches: Vec::new(),
            groups: Vec::new(),
            first: [u64::MAX; 4],
            anchored: false,
        };
        program.add(hir)?;
        program.push(Step::Match)?;
        program.anchored = hir.properties().look_set().contains(Look::Start);
        if let Some(chars) = first_chars(hir, 4096, true) {
            program.first = bits(chars);
        }
        program.steps.shrink_to_fit();
        Ok(program)
    }

    fn push(&mut self, step: Step) -> Result<u32, String> {
        if self.steps.len() >= LARGEST {
            return Err("the pattern is too large; make its repetitions smaller or split it".to_owned());
        }
        self.steps.push(step);
        Ok(self.steps.len() as u32 - 1)
    }

    fn next(&self) -> u32 {
        self.steps.len() as u32
    }

    fn mark(&mut self) -> u32 {
        self.marks += 1;
        self.marks - 1
    }

    fn set_step(&mut self, at: u32, step: Step) {
        if let Some(place) = self.steps.get_mut(at as usize) {
            *place = step;
        }
    }

    fn add(&mut self, hir: &Hir) -> Result<(), String> {
        match hir.kind() {
            HirKind::Empty => {}
            HirKind::Literal(literal) => {
                for c in String::from_utf8_lossy(&literal.0).chars() {
                    self.push(Step::Char(c))?;
                }
            }
            HirKind::Class(class) => self.add_class(&unicode(class)?)?,
            HirKind::Look(Look::Start) => drop(self.push(Step::Start)?),
            HirKind::Look(Look::End) => drop(self.push(Step::End)?),
            HirKind::Look(_) => {
                return Err(
                    "of the marks for places only ^ and $ are supported; for words use `boundary`, for clauses `edge`".to_owned()
                );
            }
            HirKind::Capture(capture) => match &capture.name {
                Some(name) => {
                    let group = self.groups.len() as u32;
                    self.groups.push(name.to_string());
                    self.push(Step::Save(2 * group))?;
                    self.add(&capture.sub)?;
                    self.push(Step::Save(2 * group + 1))?;
                }
                None => self.add(&capture.sub)?,
            },
            HirKind::Concat(parts) => parts.iter().try_for_each(|part| self.add(part))?,
            HirKind::Alternation(branches) => self.add_alternation(branches)?,
            HirKind::Repetition(repetition) => {
                for _ in 0..repetition.min {
                    self.add(&repetition.sub)?;
                }
                let split = |end, mark| if repetition.greedy { Step::Split(end, mark) } else { Step::LazySplit(end, mark) };
                match repetition.max {
                    None => {
                        let head = self.push(Step::Match)?;
                        self.add(&repetition.sub)?;
                        self.push(Step::Again(head))?;
                        let step = split(self.next(), self.mark());
                        self.set_step(head, step);
                    }
                    Some(max) => {
                        let mut heads = Vec::new();
                        for _ in repetition.min..max {
                            heads.push(self.push(Step::Match)?);
                            self.add(&repetition.sub)?;
                        }
                        let end = self.next();
                        for head in heads {
                            let step = split(end, self.mark());
                            self.set_step(head, step);
                        }
                    }
                }
            }
        }
        Ok(())
    }

    fn add_class(&mut self, class: &ClassUnicode) -> Result<(), String> {
        let ranges: Box<[(char, char)]> = class.iter().map(|range| (range.start(), range.end())).collect();
        let known = self.sets.iter().position(|set| set.ranges == ranges);
        let set = known.unwrap_or(self.sets.len());
        if known.is_none() {
            self.sets.push(Set::new(ranges));
        }
        self.push(Step::Set(set as u32)).map(drop)
    }

    fn add_alternation(&mut self, branches: &[Hir]) -> Result<(), String> {
        // Where most branches have few first characters, a table tells at once which ones are worth trying.
        let firsts: Vec<Option<Vec<char>>> = branches.iter().map(|branch| first_chars(branch, 64, false)).collect();
        let known = firsts.iter().flatten().count();
        let has_table = branches.len() > 2 && known > firsts.len() - known;
        let mut ends = Vec::new();
        let mut starts = Vec::new();
        let head = if has_table { Some(self.push(Step::Match)?) } else { None };
        for (index, branch) in branches.iter().enumerate() {
            let last = index + 1 == branches.len();
            let split = if head.is_none() && !last { Some(self.push(Step::Match)?) } else { None };
            starts.push(self.next());
            self.add(branch)?;
            if !last {
                ends.push(self.push(Step::Match)?);
            }
            if let Some(split) = split {
                let step = Step::Split(self.next(), self.mark());
                self.set_step(split, step);
            }
        }
        let mark = self.mark();
        for end in ends {
            let step = Step::Jump(self.next(), mark);
            self.set_step(end, step);
        }
        if let Some(head) = head {
            let step = Step::Dispatch(self.dispatches.len() as u32, self.mark());
            self.dispatches.push(Dispatch::new(&starts.into_iter().zip(firsts).collect::<Vec<_>>()));
            self.set_step(head, step);
        }
        Ok(())
    }

    /// The leftmost match that begins at one of these places, of those the preferred one.
    ///
    /// Cost: linear in the steps of the program times the characters of the text. What lies between two marks is run through as often as
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
        let marks = self.marks as usize;
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
        let may_be_empty = self.first == [u64::MAX; 4];
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

    /// Whether a run may get past a step where this character is the next one. Says yes where one look does not tell.
    #[inline(always)]
    fn may_pass(&self, step: u32, next: Option<&char>) -> bool {
        match self.steps.get(step as usize) {
            Some(Step::Char(c)) => next == Some(c),
            Some(Step::Set(set)) => next.is_some_and(|&c| self.sets.get(*set as usize).is_some_and(|set| set.contains(c))),
            Some(Step::Dispatch(table, _)) => self.dispatches.get(*table as usize).is_some_and(|table| table.may_pass(next)),
            Some(Step::End) => next.is_none(),
            _ => true,
        }
    }

    fn run(&self, text: &[char], start: usize, runs: &mut Runs) -> Option<usize> {
        let marks = self.marks as usize;
        runs.slots.clear();
        runs.slots.resize(self.groups.len() * 2, None);
        runs.pending.clear();
        let (mut step, mut at) = (0, start);
        loop {
            loop {
                match self.steps.get(step as usize)? {
                    Step::Char(c) if text.get(at) == Some(c) => {
                        at += 1;
                        step += 1;
                    }
                    Step::Set(set)
                        if text.get(at).is_some_and(|&c| self.sets.get(*set as usize).is_some_and(|set| set.contains(c))) =>
                    {
                        at += 1;
                        step += 1;
                    }
                    Step::Start if at == 0 => step += 1,
                    Step::End if at == text.len() => step += 1,
                    &Step::Split(other, mark) if runs.is_new(mark, at, marks) => {
                        step = self.part(step + 1, other, text, at, runs);
                    }
                    &Step::LazySplit(other, mark) if runs.is_new(mark, at, marks) => {
                        step = self.part(other, step + 1, text, at, runs);
                    }
                    &Step::Dispatch(table, mark) if runs.is_new(mark, at, marks) => {
                        let branches = self.dispatches.get(table as usize).map(|table| table.branches(text.get(at)));
                        let Some((first, others)) = branches.and_then(<[u32]>::split_first) else { break };
                        runs.pending.extend(others.iter().rev().map(|&step| Pending::Try { step, at }));
                        step = *first;
                    }
                    &Step::Jump(to, mark) if runs.is_new(mark, at, marks) => step = to,
                    &Step::Again(head) => step = head,
                    Step::Save(slot) => {
                        if let Some(place) = runs.slots.get_mut(*slot as usize) {
                            runs.pending.push(Pending::Restore { slot: *slot, to: *place });
                            *place = Some(at);
                        }
                        step += 1;
                    }
                    Step::Match => return Some(at),
                    // What does not match, and where the run has been before.
                    Step::Char(_) | Step::Set(_) | Step::Start | Step::End => break,
                    Step::Split(..) | Step::LazySplit(..) | Step::Dispatch(..) | Step::Jump(..) => break,
                }
            }
            loop {
                match runs.pending.pop()? {
                    Pending::Try { step: other, at: there } => {
                        (step, at) = (other, there);
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

    /// Where a run goes on that may go two ways; the other way is left for later, unless the next character rules it out.
    #[inline(always)]
    fn part(&self, preferred: u32, other: u32, text: &[char], at: usize, runs: &mut Runs) -> u32 {
        let next = text.get(at);
        if !self.may_pass(preferred, next) {
            return other;
        }
        if self.may_pass(other, next) {
            runs.pending.push(Pending::Try { step: other, at });
        }
        preferred
    }
}

fn bit_of(c: char) -> (usize, u64) {
    let low = c as usize & 0xff;
    (low / 64, 1 << (low % 64))
}

fn unicode(class: &Class) -> Result<ClassUnicode, String> {
    match class {
        Class::Unicode(class) => Ok(class.clone()),
        Class::Bytes(class) => class.to_unicode_class().ok_or_else(|| "a class of bytes that are no characters".to_owned()),
    }
}

/// The characters that every match begins with one of; `None` where a match may be empty or there are more than `limit`. With
/// `inside`, of matches that do not begin at the start of the text.
fn first_chars(hir: &Hir, limit: usize, inside: bool) -> Option<Vec<char>> {
    match hir.kind() {
        HirKind::Look(Look::Start) if inside => Some(Vec::new()),
        HirKind::Empty | HirKind::Look(_) => None,
        HirKind::Literal(literal) => String::from_utf8_lossy(&literal.0).chars().next().map(|c| vec![c]),
        HirKind::Class(class) => {
            let class = unicode(class).ok()?;
            let size: usize = class.iter().map(|range| range.len()).sum();
            (size <= limit).then(|| class.iter().flat_map(|range| range.start()..=range.end()).collect())
        }
        HirKind::Capture(capture) => first_chars(&capture.sub, limit, inside),
        HirKind::Repetition(repetition) => {
            if repetition.min > 0 {
                first_chars(&repetition.sub, limit, inside)
            } else {
                None
            }
        }
        HirKind::Alternation(branches) => {
            let of_branch = |branch| first_chars(branch, limit, inside);
            let mut chars = branches.iter().map(of_branch).collect::<Option<Vec<_>>>()?.concat();
            chars.sort_unstable();
            chars.dedup();
            (chars.len() <= limit).then_some(chars)
        }
        HirKind::Concat(parts) => {
            let mut chars = Vec::new();
            for part in parts {
                if let Some(first) = first_chars(part, limit, inside) {
                    chars.extend(first);
                    chars.sort_unstable();
                    chars.dedup();
                    return (chars.len() <= limit).then_some(chars);
                }
                // What may be skipped adds its own first characters; what looks at a place adds none.
                chars.extend(skippable(part, limit, inside)?);
            }
            None
        }
    }
}

/// The characters that what may match nothing begins with otherwise.
fn skippable(hir: &Hir, limit: usize, inside: bool) -> Option<Vec<char>> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Some(Vec::new()),
        HirKind::Repetition(repetition) => first_chars(&repetition.sub, limit, inside),
        HirKind::Capture(capture) => skippable(&capture.sub, limit, inside),
        HirKind::Alternation(branches) => {
            let of_branch = |branch| first_chars(branch, limit, inside).or_else(|| skippable(branch, limit, inside));
            Some(branches.iter().map(of_branch).collect::<Option<Vec<_>>>()?.concat())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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
            let program = Program::from_bytes(&Program::new(&hir).unwrap().to_bytes()).unwrap();
            let expected = regex::Regex::new(&pattern).unwrap();
            let expected: Vec<Range<usize>> = expected.find_iter(&text).map(|found| found.range()).filter(|range| !range.is_empty()).collect();
            prop_assert_eq!(matches(&program, &text), expected);
        }
    }
}
