//! Programs as bytes. Receives a [`Program`] from the build script, hands on bytes that a checker reads when a pattern is first run: most of
//! the first utterances' time goes into that, so it takes a few instructions a number.

use std::sync::{Arc, OnceLock};

use super::{Bits, Body, Call, Dispatch, Program, Routines, Set, Step};

/// Writes numbers of 16 bits, which all numbers of a program but counts fit into: see [`LARGEST`](super::LARGEST).
struct Writer(Vec<u8>);

/// Reads what a [`Writer`] wrote.
struct Reader<'a>(&'a [[u8; 2]]);

#[allow(dead_code, reason = "used by the build script, which includes this file; the crate only reads")]
impl Writer {
    fn short(&mut self, number: u32) {
        self.0.extend((number as u16).to_le_bytes());
    }

    fn long(&mut self, number: u32) {
        self.0.extend(number.to_le_bytes());
    }

    fn bits(&mut self, bits: &Bits) {
        self.0.extend(bits.iter().flat_map(|word| word.to_le_bytes()));
    }

    fn shorts(&mut self, numbers: &[u32]) {
        self.long(numbers.len() as u32);
        numbers.iter().for_each(|&number| self.short(number));
    }

    fn step(&mut self, step: &Step) {
        let (kind, numbers): (u32, [Option<u32>; 2]) = match *step {
            Step::Char(c) => {
                self.short(0);
                return self.long(c.into());
            }
            Step::Set(set) => (1, [Some(set), None]),
            Step::Split(other, mark) => (2, [Some(other), Some(mark)]),
            Step::LazySplit(other, mark) => (3, [Some(other), Some(mark)]),
            Step::Dispatch(table, mark) => (4, [Some(table), Some(mark)]),
            Step::Jump(to, mark) => (5, [Some(to), Some(mark)]),
            Step::Again(head) => (6, [Some(head), None]),
            Step::Save(slot) => (7, [Some(slot), None]),
            Step::Start => (8, [None, None]),
            Step::End => (9, [None, None]),
            Step::Match => (10, [None, None]),
            Step::Call(call) => (11, [Some(call), None]),
        };
        std::iter::once(kind).chain(numbers.into_iter().flatten()).for_each(|number| self.short(number));
    }
}

impl Reader<'_> {
    #[inline(always)]
    fn short(&mut self) -> Option<u32> {
        self.0.split_off_first().map(|&bytes| u16::from_le_bytes(bytes).into())
    }

    #[inline(always)]
    fn long(&mut self) -> Option<u32> {
        let low = self.short()?;
        Some(low | self.short()? << 16)
    }

    #[inline(always)]
    fn char(&mut self) -> Option<char> {
        char::from_u32(self.long()?)
    }

    fn bits(&mut self) -> Option<Bits> {
        let mut bits = Bits::default();
        for word in &mut bits {
            *word = u64::from(self.long()?) | u64::from(self.long()?) << 32;
        }
        Some(bits)
    }

    /// As many as the next number says.
    #[inline(always)]
    fn many<T>(&mut self, read: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = self.long()? as usize;
        // Each takes one number at least.
        let mut many = Vec::with_capacity(count.min(self.0.len()));
        for _ in 0..count {
            many.push(read(self)?);
        }
        Some(many)
    }

    #[inline(always)]
    fn step(&mut self) -> Option<Step> {
        Some(match self.short()? {
            0 => Step::Char(self.char()?),
            1 => Step::Set(self.short()?),
            2 => Step::Split(self.short()?, self.short()?),
            3 => Step::LazySplit(self.short()?, self.short()?),
            4 => Step::Dispatch(self.short()?, self.short()?),
            5 => Step::Jump(self.short()?, self.short()?),
            6 => Step::Again(self.short()?),
            7 => Step::Save(self.short()?),
            8 => Step::Start,
            9 => Step::End,
            10 => Step::Match,
            11 => Step::Call(self.short()?),
            _ => return None,
        })
    }
}

impl Body {
    #[allow(dead_code, reason = "the build script includes this file and calls it")]
    fn write(&self, to: &mut Writer) {
        to.long(self.marks);
        to.long(self.sets.len() as u32);
        for set in &self.sets {
            to.short(set.otherwise.into());
            to.bits(&set.doubtful);
            to.long(set.ranges.len() as u32);
            for &(first, last) in &set.ranges {
                to.long(first.into());
                to.long(last.into());
            }
        }
        to.long(self.dispatches.len() as u32);
        for table in &self.dispatches {
            to.bits(&table.likely);
            to.long(table.chars.len() as u32);
            for &(c, end) in &table.chars {
                to.long(c.into());
                to.long(end);
            }
            to.shorts(&table.branches);
            to.shorts(&table.otherwise);
        }
        to.long(self.calls.len() as u32);
        for call in &self.calls {
            to.long(call.routine);
            to.long(call.first_mark);
            to.bits(&call.first);
        }
        to.long(self.steps.len() as u32);
        self.steps.iter().for_each(|step| to.step(step));
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        let marks = from.long()?;
        let set = |from: &mut Reader<'_>| {
            let otherwise = from.short()? != 0;
            let doubtful = from.bits()?;
            Some(Set { ranges: from.many(|from| Some((from.char()?, from.char()?)))?.into(), doubtful, otherwise })
        };
        let sets = from.many(set)?;
        let dispatch = |from: &mut Reader<'_>| {
            let likely = from.bits()?;
            let chars = from.many(|from| Some((from.char()?, from.long()?)))?.into();
            Some(Dispatch {
                likely,
                chars,
                branches: from.many(Reader::short)?.into(),
                otherwise: from.many(Reader::short)?.into(),
            })
        };
        let dispatches = from.many(dispatch)?;
        let call = |from: &mut Reader<'_>| Some(Call { routine: from.long()?, first_mark: from.long()?, first: from.bits()? });
        let calls = from.many(call)?;
        Some(Self { steps: from.many(Reader::step)?, marks, sets, dispatches, calls })
    }
}

impl Program {
    /// What [`from_bytes`](Self::from_bytes) takes, without the routines.
    #[allow(dead_code, reason = "the build script includes this file and calls it")]
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut to = Writer(Vec::new());
        to.short(self.anchored.into());
        to.bits(&self.first);
        to.long(self.groups.len() as u32);
        for name in &self.groups {
            to.shorts(&name.chars().map(u32::from).collect::<Vec<_>>());
        }
        self.body.write(&mut to);
        to.0
    }

    /// The program that was written as these bytes, which calls these routines; `None` where they are no program.
    pub(crate) fn from_bytes(bytes: &[u8], routines: &Arc<Routines>) -> Option<Self> {
        let mut from = Reader(bytes.as_chunks().0);
        let anchored = from.short()? != 0;
        let first = from.bits()?;
        let name = |from: &mut Reader<'_>| Some(from.many(|from| char::from_u32(from.short()?))?.into_iter().collect());
        let groups = from.many(name)?;
        Some(Self { body: Body::read(&mut from)?, routines: routines.clone(), groups, first, anchored })
    }
}

/// What [`Routines::from_bytes`] takes: how many there are, where each of them begins and where the last one ends, then these.
#[allow(dead_code, reason = "the build script includes this file and calls it")]
pub(super) fn routines(bodies: &[Body]) -> Vec<u8> {
    let mut starts = Writer(Vec::new());
    let mut all = Writer(Vec::new());
    starts.long(bodies.len() as u32);
    for body in bodies {
        starts.long(all.0.len() as u32);
        body.write(&mut all);
    }
    starts.long(all.0.len() as u32);
    [starts.0, all.0].concat()
}

impl Routines {
    /// The routines that were written as these bytes.
    pub(crate) fn from_bytes(stored: &'static [u8]) -> Self {
        let count = Reader(stored.as_chunks().0).long().unwrap_or(0) as usize;
        Self { stored, bodies: (0..count).map(|_| OnceLock::new()).collect() }
    }

    /// Reads one of them.
    pub(super) fn read(&self, number: u32) -> Option<Body> {
        let start = |number: u32| {
            let bytes = self.stored.get(4 + number as usize * 4..)?.first_chunk()?;
            Some(4 * (self.bodies.len() + 2) + u32::from_le_bytes(*bytes) as usize)
        };
        let bytes = self.stored.get(start(number)?..start(number + 1)?)?;
        Body::read(&mut Reader(bytes.as_chunks().0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::matcher::Sharing;

    #[test]
    fn nothing_else_is_a_program() {
        let repeated = "(?:填错|写错|选错|看错|记错|听错|弄错|搞错){1,2}";
        let hir = regex_syntax::parse(&format!("^(?<a>[^你]|我|他们?|她)*?{repeated}好(?:了|啦)?$")).unwrap();
        let sharing = Sharing::of([&hir], 8).unwrap();
        let routines = Arc::new(Routines::from_bytes(sharing.to_bytes().leak()));
        assert!(routines.get(0).is_some() && routines.get(1).is_none());
        let program = Program::sharing(&hir, &sharing).unwrap();
        let bytes = program.to_bytes();
        let read = Program::from_bytes(&bytes, &routines).unwrap();
        assert_eq!(format!("{:?}", program.body), format!("{:?}", read.body));
        for length in 0..bytes.len() - 1 {
            assert!(Program::from_bytes(&bytes[..length], &routines).is_none(), "{length}");
        }
    }
}
