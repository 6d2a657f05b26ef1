//! Programs that are ready. Receives from the build script what is written in the built-in packs, hands on bytes in which a checker looks
//! up the program of a pattern when it is first run.

use std::collections::BTreeMap;
use std::sync::Arc;

use regex_syntax::hir::Hir;

use crate::rules::Edge;
use crate::rules::matcher::{Program, Routines, Sharing, WORTH_A_CALL};
use crate::rules::pattern::Classes;

/// Programs by what they were compiled from, and the routines that they have in common.
#[derive(Clone, Debug)]
pub(crate) struct Library {
    programs: &'static [u8],
    routines: Arc<Routines>,
}

impl Library {
    /// Takes what [`Stock::into_bytes`] wrote.
    pub(crate) fn from_bytes(bytes: &'static [u8]) -> Self {
        let (length, rest) = bytes.split_first_chunk().unwrap_or((&[0; 4], &[]));
        let (programs, routines) = rest.split_at_checked(u32::from_le_bytes(*length) as usize).unwrap_or_default();
        Self { programs, routines: Arc::new(Routines::from_bytes(routines)) }
    }

    /// The program for what is written in a pack.
    pub(crate) fn program(&self, written: &[u8], is_phrase: bool, edge: Option<Edge>) -> Option<Program> {
        let (_, bytes) = self.find(key(written, is_phrase, edge))?;
        Program::from_bytes(bytes, &self.routines)
    }

    /// The number under which the literals are looked for of what a condition asks for or a wording is made from, if they are.
    pub(crate) fn number(&self, written: &str) -> Option<u32> {
        let (number, _) = self.find(key(written.as_bytes(), false, None))?;
        Some(number).filter(|&number| number != NOT_LOOKED_FOR)
    }

    fn find(&self, key: u64) -> Option<(u32, &'static [u8])> {
        let u32 = |at: usize| self.programs.get(at..)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes));
        let (mut low, mut high) = (0, u32(0)? as usize);
        while low < high {
            let middle = (low + high) / 2;
            let at = 4 + middle * ENTRY;
            match u64::from_le_bytes(*self.programs.get(at..)?.first_chunk()?).cmp(&key) {
                std::cmp::Ordering::Equal => {
                    let (start, length) = (u32(at + 8)? as usize, u32(at + 12)? as usize);
                    return Some((u32(at + 16)?, self.programs.get(start..start + length)?));
                }
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }
}

/// Bytes of a key, a start, a length and a number.
const ENTRY: usize = 20;

/// The number of a program of which no literals are looked for, or not for a condition.
const NOT_LOOKED_FOR: u32 = u32::MAX;

/// Fowler, Noll and Vo's hash of all that a program depends on besides the classes.
fn key(written: &[u8], is_phrase: bool, edge: Option<Edge>) -> u64 {
    let edge = edge.map_or(0, |edge| edge as u8 + 1);
    let bytes = [edge, u8::from(is_phrase)].into_iter().chain(written.iter().copied());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

/// What a library is made from. What is added together stands together in it.
#[derive(Debug, Default)]
#[allow(dead_code, reason = "used by the build script, which includes this file; the crate only reads")]
pub(crate) struct Stock {
    /// By key: where it stands among the expressions.
    places: BTreeMap<u64, usize>,
    /// Expressions, each with its number.
    expressions: Vec<(u32, Hir)>,
}

#[allow(dead_code, reason = "used by the build script, which includes this file; the crate only reads")]
impl Stock {
    /// Adds what is written in a pack.
    pub(crate) fn add(&mut self, classes: &Classes, written: &str, is_phrase: bool, edge: Option<Edge>) {
        let key = key(written.as_bytes(), is_phrase, edge);
        if let (None, Some(hir)) = (self.places.get(&key), classes.parsed(written, is_phrase, edge)) {
            self.places.insert(key, self.expressions.len());
            self.expressions.push((NOT_LOOKED_FOR, hir));
        }
    }

    /// Adds what a condition asks for or a wording is made from, whose literals are looked for under a number.
    pub(crate) fn add_condition(&mut self, classes: &Classes, written: &str, number: u32) {
        self.add(classes, written, false, None);
        let place = self.places.get(&key(written.as_bytes(), false, None));
        if let Some((known_by, _)) = place.and_then(|&place| self.expressions.get_mut(place)) {
            *known_by = number;
        }
    }

    /// The length of what follows; how many programs there are, then for each of them its key, where it begins, its length and its number,
    /// then the programs; then the routines.
    ///
    /// # Errors
    /// Those of [`Program::new`].
    pub(crate) fn into_bytes(self) -> Result<Vec<u8>, String> {
        let sharing = Sharing::of(self.expressions.iter().map(|(_, hir)| hir), WORTH_A_CALL)?;
        let mut start = 4 + self.places.len() * ENTRY;
        let mut stored = Vec::new();
        let mut programs = Vec::new();
        for (number, hir) in &self.expressions {
            let program = Program::sharing(hir, &sharing)?.to_bytes();
            stored.push([start as u32, program.len() as u32, *number]);
            start += program.len();
            programs.extend(program);
        }
        let mut bytes = (start as u32).to_le_bytes().to_vec();
        bytes.extend((self.places.len() as u32).to_le_bytes());
        for (key, place) in self.places {
            bytes.extend(key.to_le_bytes());
            bytes.extend(stored.get(place).into_iter().flatten().flat_map(|word| word.to_le_bytes()));
        }
        bytes.extend(programs);
        bytes.extend(sharing.to_bytes());
        Ok(bytes)
    }
}
