//! Parsed expressions to programs. What stands in expressions more than once, such as a word class, is compiled once, as a routine.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use regex_syntax::hir::{Class, ClassUnicode, Hir, HirKind, Look};

use super::{ALL, Bits, Body, Call, Dispatch, LARGEST, Program, Routines, Set, Step, bits};

/// What takes fewer steps is not worth a call.
pub(crate) const WORTH_A_CALL: usize = 40;

/// A first character is known where there are no more than so many.
const FIRST: usize = 4096;

/// A part of an expression.
struct Part<'a> {
    hir: &'a Hir,
    /// Fowler, Noll and Vo's hash of 128 bits of what it matches, 32 bits at a time: no two parts of all packs share one by chance.
    digest: u128,
    /// About how many steps it takes without calls.
    size: usize,
    parts: Vec<Part<'a>>,
}

impl<'a> Part<'a> {
    fn of(hir: &'a Hir) -> Self {
        let subs: &'a [Hir] = match hir.kind() {
            HirKind::Concat(subs) | HirKind::Alternation(subs) => subs,
            HirKind::Repetition(repetition) => std::slice::from_ref(&*repetition.sub),
            HirKind::Capture(capture) => std::slice::from_ref(&*capture.sub),
            HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => &[],
        };
        let parts: Vec<Self> = subs.iter().map(Part::of).collect();
        let inner = parts.iter().fold(0_usize, |sum, part| sum.saturating_add(part.size));
        let mut hash = Hash::new();
        let size = match hir.kind() {
            HirKind::Empty => 0,
            HirKind::Literal(literal) => {
                hash.add(1);
                literal.0.iter().for_each(|&byte| hash.add(byte.into()));
                literal.0.len().div_ceil(3)
            }
            HirKind::Class(class) => {
                hash.add(2);
                for range in unicode(class).unwrap_or_else(|_| ClassUnicode::empty()).iter() {
                    hash.add(range.start().into());
                    hash.add(range.end().into());
                }
                1
            }
            HirKind::Look(look) => {
                hash.add(3);
                hash.add(*look as u32);
                1
            }
            HirKind::Repetition(repetition) => {
                hash.add(4);
                hash.add(repetition.min);
                hash.add(repetition.max.unwrap_or(u32::MAX));
                hash.add(repetition.greedy.into());
                inner.saturating_add(1).saturating_mul(copies(hir))
            }
            HirKind::Capture(_) => {
                hash.add(5);
                inner.saturating_add(2)
            }
            HirKind::Concat(_) => {
                hash.add(6);
                inner
            }
            HirKind::Alternation(_) => {
                hash.add(7);
                inner.saturating_add(2 * parts.len())
            }
        };
        parts.iter().for_each(|part| hash.add_digest(part.digest));
        Self { hir, digest: hash.0, size, parts }
    }

    /// Whether it may be a routine of so many steps at least: groups are saved by the program alone.
    fn may_be_shared(&self, least: usize) -> bool {
        self.size >= least && self.hir.properties().explicit_captures_len() == 0
    }
}

/// How often what is repeated is written down.
fn copies(hir: &Hir) -> usize {
    match hir.kind() {
        HirKind::Repetition(repetition) => repetition.max.unwrap_or(repetition.min.saturating_add(1)) as usize,
        _ => 1,
    }
}

struct Hash(u128);

impl Hash {
    fn new() -> Self {
        Self(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d)
    }

    fn add(&mut self, number: u32) {
        self.0 = (self.0 ^ u128::from(number)).wrapping_mul(0x100_0000_0000_0000_0000_013b);
    }

    fn add_digest(&mut self, digest: u128) {
        [0, 32, 64, 96].into_iter().for_each(|shift| self.add((digest >> shift) as u32));
    }
}

/// What expressions have in common, compiled.
#[derive(Debug, Default)]
pub(crate) struct Sharing {
    /// The number of the routine for what has this digest.
    numbers: BTreeMap<u128, u32>,
    bodies: Vec<Body>,
}

impl Sharing {
    /// What these have in common, of so many steps at least.
    ///
    /// # Errors
    /// Those of [`Program::new`].
    pub(crate) fn of<'a>(hirs: impl IntoIterator<Item = &'a Hir>, least: usize) -> Result<Self, String> {
        let mut seen = BTreeMap::new();
        for hir in hirs {
            count(&Part::of(hir), 1, least, &mut seen);
        }
        Self::of_seen(seen)
    }

    /// Compiles what was seen more than once.
    fn of_seen(seen: BTreeMap<u128, Seen<'_>>) -> Result<Self, String> {
        let mut shared: Vec<(usize, u128, &Hir)> =
            seen.into_iter().filter(|(_, seen)| seen.times > 1).map(|(digest, seen)| (seen.size, digest, seen.hir)).collect();
        // What is part of another one is smaller, so that it is there when the other one is compiled.
        shared.sort_unstable_by_key(|&(size, digest, _)| (size, digest));
        let mut sharing = Self::default();
        for (_, digest, hir) in shared {
            let mut compiler = Compiler::new(&sharing);
            compiler.add_itself(&Part::of(hir))?;
            let body = compiler.finish()?;
            sharing.numbers.insert(digest, sharing.bodies.len() as u32);
            sharing.bodies.push(body);
        }
        Ok(sharing)
    }

    /// What the build script stores.
    #[allow(dead_code, reason = "the build script includes this file and calls it")]
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        super::stored::routines(&self.bodies)
    }

    fn into_routines(self) -> Routines {
        let bodies = self.bodies.into_iter().map(|body| OnceLock::from(Some(Box::new(body)))).collect();
        Routines { stored: &[], bodies }
    }
}

struct Seen<'a> {
    times: usize,
    size: usize,
    hir: &'a Hir,
}

/// Counts what may be shared in a part that stands somewhere so many times. What is in a part that has been seen before is not counted
/// again: a routine is written down once.
fn count<'a>(part: &Part<'a>, times: usize, least: usize, seen: &mut BTreeMap<u128, Seen<'a>>) {
    if part.may_be_shared(least) {
        let known = seen.entry(part.digest).or_insert(Seen { times: 0, size: part.size, hir: part.hir });
        let is_known = known.times > 0;
        known.times = known.times.saturating_add(times);
        if is_known {
            return;
        }
    }
    // What cannot be a routine is written down as often as it stands there, with all that is in it.
    let times = if part.may_be_shared(least) { 1 } else { times };
    part.parts.iter().for_each(|inner| count(inner, times.saturating_mul(copies(part.hir)), least, seen));
}

impl Program {
    /// Compiles a parsed expression.
    ///
    /// # Errors
    /// When the expression looks at word boundaries or line ends, or is far too large.
    pub(crate) fn new(hir: &Hir) -> Result<Self, String> {
        // An expression of thousands of parts is taken apart once.
        let part = Part::of(hir);
        let mut seen = BTreeMap::new();
        count(&part, 1, WORTH_A_CALL, &mut seen);
        let sharing = Sharing::of_seen(seen)?;
        let program = Self::of_part(&part, &sharing)?;
        Ok(Self { routines: Arc::new(sharing.into_routines()), ..program })
    }

    /// Compiles a parsed expression that has something in common with others: without these routines it does not run.
    ///
    /// # Errors
    /// Those of [`new`](Self::new).
    pub(crate) fn sharing(hir: &Hir, sharing: &Sharing) -> Result<Self, String> {
        Self::of_part(&Part::of(hir), sharing)
    }

    fn of_part(part: &Part<'_>, sharing: &Sharing) -> Result<Self, String> {
        let hir = part.hir;
        if part.size >= LARGEST {
            return Err(too_large());
        }
        let mut compiler = Compiler::new(sharing);
        compiler.add(part)?;
        let groups = std::mem::take(&mut compiler.groups);
        let anchored = hir.properties().look_set().contains(Look::Start);
        let first = first_chars(hir, FIRST, true).map_or(ALL, bits);
        let routines = Arc::new(Sharing::default().into_routines());
        Ok(Self { body: compiler.finish()?, routines, groups, first, anchored })
    }
}

/// A body while it is made.
struct Compiler<'a> {
    body: Body,
    groups: Vec<String>,
    sharing: &'a Sharing,
}

impl<'a> Compiler<'a> {
    fn new(sharing: &'a Sharing) -> Self {
        Self { body: Body::default(), groups: Vec::new(), sharing }
    }

    fn finish(mut self) -> Result<Body, String> {
        self.push(Step::Match)?;
        if self.body.marks as usize >= LARGEST {
            return Err(too_large());
        }
        self.body.steps.shrink_to_fit();
        Ok(self.body)
    }

    fn push(&mut self, step: Step) -> Result<u32, String> {
        if self.body.steps.len() >= LARGEST {
            return Err(too_large());
        }
        self.body.steps.push(step);
        Ok(self.body.steps.len() as u32 - 1)
    }

    fn next(&self) -> u32 {
        self.body.steps.len() as u32
    }

    fn mark(&mut self) -> u32 {
        self.body.marks += 1;
        self.body.marks - 1
    }

    fn set_step(&mut self, at: u32, step: Step) {
        if let Some(place) = self.body.steps.get_mut(at as usize) {
            *place = step;
        }
    }

    fn add(&mut self, part: &Part<'_>) -> Result<(), String> {
        match self.sharing.numbers.get(&part.digest) {
            Some(&routine) => self.call(routine, part.hir),
            None => self.add_itself(part),
        }
    }

    fn call(&mut self, routine: u32, hir: &Hir) -> Result<(), String> {
        let marks = self.sharing.bodies.get(routine as usize).map_or(0, |body| body.marks);
        let first: Bits = first_chars(hir, FIRST, false).map_or(ALL, bits);
        let step = Step::Call(self.body.calls.len() as u32);
        self.body.calls.push(Call { routine, first_mark: self.body.marks, first });
        self.body.marks += marks;
        self.push(step).map(drop)
    }

    /// Adds the steps of a part, without a call for the whole of it.
    fn add_itself(&mut self, part: &Part<'_>) -> Result<(), String> {
        match part.hir.kind() {
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
                    self.add_parts(part)?;
                    self.push(Step::Save(2 * group + 1))?;
                }
                None => self.add_parts(part)?,
            },
            HirKind::Concat(_) => self.add_parts(part)?,
            HirKind::Alternation(_) => self.add_alternation(&part.parts)?,
            HirKind::Repetition(repetition) => {
                for _ in 0..repetition.min {
                    self.add_parts(part)?;
                }
                let split = |end, mark| if repetition.greedy { Step::Split(end, mark) } else { Step::LazySplit(end, mark) };
                match repetition.max {
                    None => {
                        let head = self.push(Step::Match)?;
                        self.add_parts(part)?;
                        self.push(Step::Again(head))?;
                        let step = split(self.next(), self.mark());
                        self.set_step(head, step);
                    }
                    Some(max) => {
                        let mut heads = Vec::new();
                        for _ in repetition.min..max {
                            heads.push(self.push(Step::Match)?);
                            self.add_parts(part)?;
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

    fn add_parts(&mut self, part: &Part<'_>) -> Result<(), String> {
        part.parts.iter().try_for_each(|inner| self.add(inner))
    }

    fn add_class(&mut self, class: &ClassUnicode) -> Result<(), String> {
        let ranges: Box<[(char, char)]> = class.iter().map(|range| (range.start(), range.end())).collect();
        let sets = &mut self.body.sets;
        let known = sets.iter().position(|set| set.ranges == ranges);
        let set = known.unwrap_or(sets.len());
        if known.is_none() {
            sets.push(Set::new(ranges));
        }
        self.push(Step::Set(set as u32)).map(drop)
    }

    fn add_alternation(&mut self, branches: &[Part<'_>]) -> Result<(), String> {
        // Where most branches have few first characters, a table tells at once which ones are worth trying.
        let firsts: Vec<Option<Vec<char>>> = branches.iter().map(|branch| first_chars(branch.hir, 64, false)).collect();
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
            let step = Step::Dispatch(self.body.dispatches.len() as u32, self.mark());
            self.body.dispatches.push(Dispatch::new(&starts.into_iter().zip(firsts).collect::<Vec<_>>()));
            self.set_step(head, step);
        }
        Ok(())
    }
}

fn too_large() -> String {
    "the pattern is too large; make its repetitions smaller or split it".to_owned()
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
