//! Conversations whose records stand between those of others, as in files that are sorted by time: receives turns in the order of the
//! file, hands them on conversation by conversation, in the order in which these begin. The first one under way goes on at once,
//! those after it are held, a bounded number of turns; so one may have to be closed before its end, which is known when it
//! goes on.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::mem;
use std::sync::Arc;

use crate::read::Turn;
use crate::read::time::Timeline;

/// Conversations that may begin after a turn before its conversation is taken for finished.
const OTHERS: usize = 256;

/// Turns held at most, and bytes of what is said in them.
const MOST: Held = Held { turns: 10_000, bytes: 64 << 20 };

/// Names of closed conversations that are remembered at least; those of all would fill the memory.
const REMEMBERED: usize = 1 << 18;

/// Where a record goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// To a conversation that is under way.
    Known,
    /// To a new one.
    Begins,
    /// To a new part of one that was closed.
    Returns,
}

/// A conversation under way.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) name: Arc<str>,
    /// The number of the last turn.
    pub(super) turn: usize,
    pub(super) timeline: Timeline,
    /// How many conversations had begun at its last turn.
    begun: usize,
    held: Vec<Turn>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Held {
    turns: usize,
    bytes: usize,
}

/// Takes turns in any order of conversations.
#[derive(Debug, Default)]
pub(super) struct Interleaved {
    /// Those under way, in the order in which they began; the first one holds nothing.
    open: VecDeque<Open>,
    /// How many have been closed: the number of the first that is open.
    closed: usize,
    by_name: BTreeMap<Arc<str>, usize>,
    /// The number of the one that turns go to.
    current: Option<usize>,
    held: Held,
    past: Past,
    ready: VecDeque<Turn>,
}

impl Interleaved {
    /// The next turn that may go on.
    pub(super) fn take(&mut self) -> Option<Turn> {
        self.ready.pop_front()
    }

    /// Goes to the conversation of this name, which begins with this `timeline` if there is none under way.
    pub(super) fn enter(&mut self, name: &str, timeline: Timeline) -> Entry {
        if self.current().is_some_and(|open| &*open.name == name) {
            return Entry::Known;
        }
        if let Some(number) = self.by_name.get(name) {
            self.current = Some(*number);
            return Entry::Known;
        }
        let entry = if self.past.contains(name) { Entry::Returns } else { Entry::Begins };
        self.begin(name, timeline);
        entry
    }

    /// Begins a conversation, even if one of this name is under way.
    pub(super) fn begin(&mut self, name: &str, timeline: Timeline) {
        let (name, number): (Arc<str>, _) = (name.into(), self.closed + self.open.len());
        self.by_name.insert(Arc::clone(&name), number);
        self.open.push_back(Open { name, turn: 0, timeline, begun: number + 1, held: Vec::new() });
        self.current = Some(number);
        while self.open.front().is_some_and(|first| first.begun + OTHERS <= number + 1) {
            self.close_first();
        }
    }

    /// The conversation that turns go to.
    pub(super) fn current(&mut self) -> Option<&mut Open> {
        self.open.get_mut(self.current?.checked_sub(self.closed)?)
    }

    /// Adds a turn to the current conversation.
    pub(super) fn push(&mut self, turn: Turn) {
        let begun = self.closed + self.open.len();
        let is_first = self.current == Some(self.closed);
        let bytes = turn.utterance.text.len();
        let Some(open) = self.current() else { return };
        open.begun = begun;
        if is_first {
            return self.ready.push_back(turn);
        }
        open.held.push(turn);
        self.held.turns += 1;
        self.held.bytes += bytes;
        self.keep_bound();
    }

    /// Adds a line to the turn that was pushed last.
    pub(super) fn push_line(&mut self, line: &str) {
        let is_first = self.current == Some(self.closed);
        let last = if is_first { self.ready.back_mut() } else { self.current().and_then(|open| open.held.last_mut()) };
        let Some(last) = last else { return };
        last.utterance.text.push('\n');
        last.utterance.text.push_str(line);
        if !is_first {
            self.held.bytes += line.len() + 1;
            self.keep_bound();
        }
    }

    /// All conversations have ended; later ones of the same names are others.
    pub(super) fn close(&mut self) {
        while !self.open.is_empty() {
            self.close_first();
        }
        self.current = None;
        self.past = Past::default();
    }

    fn keep_bound(&mut self) {
        // The first one holds nothing, so this ends when the current one is the first, if not before.
        while self.held.turns > MOST.turns || self.held.bytes > MOST.bytes {
            self.close_first();
        }
    }

    fn close_first(&mut self) {
        let Some(first) = self.open.pop_front() else { return };
        if self.by_name.get(&first.name) == Some(&self.closed) {
            self.by_name.remove(&first.name);
        }
        self.past.insert(&first.name);
        self.closed += 1;
        let turns = self.open.front_mut().map(|next| mem::take(&mut next.held)).unwrap_or_default();
        self.held.turns -= turns.len();
        self.held.bytes -= turns.iter().map(|turn| turn.utterance.text.len()).sum::<usize>();
        self.ready.extend(turns);
    }
}

/// The names of conversations that were closed, as hashes; the oldest are forgotten.
#[derive(Debug, Default)]
struct Past {
    recent: HashSet<u64>,
    older: HashSet<u64>,
}

impl Past {
    fn insert(&mut self, name: &str) {
        if self.recent.len() >= REMEMBERED {
            self.older = mem::take(&mut self.recent);
        }
        self.recent.insert(hash(name));
    }

    fn contains(&self, name: &str) -> bool {
        let hash = hash(name);
        self.recent.contains(&hash) || self.older.contains(&hash)
    }
}

fn hash(name: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use jinyu::{Speaker, Utterance};

    use super::*;
    use crate::read::Offset;

    /// Conversations in the order in which turns come out, each with its turns, and which names came back too late.
    fn sorted(names: impl IntoIterator<Item = String>) -> (Vec<(String, usize)>, Vec<String>, usize) {
        let (mut mixed, mut out, mut late, mut most) = (Interleaved::default(), Vec::<(String, usize)>::new(), Vec::new(), 0);
        let mut drain = |mixed: &mut Interleaved| {
            while let Some(turn) = mixed.take() {
                match out.last_mut() {
                    Some((name, turns)) if !turn.begins => {
                        assert_eq!(**name, *turn.conversation);
                        *turns += 1;
                    }
                    _ => {
                        assert!(turn.begins);
                        out.push((turn.conversation.to_string(), 1));
                    }
                }
            }
        };
        for name in names {
            let entry = mixed.enter(&name, Timeline::default());
            if entry == Entry::Returns {
                late.push(name.clone());
            }
            mixed.push(Turn {
                conversation: name.into(),
                begins: entry != Entry::Known,
                utterance: Utterance::new(1, Speaker::Agent, "好"),
                line: 1,
                column: None,
                before: Offset::default(),
            });
            drain(&mut mixed);
            most = most.max(mixed.held.turns);
        }
        mixed.close();
        drain(&mut mixed);
        assert_eq!((mixed.held.turns, mixed.held.bytes, mixed.by_name.len()), (0, 0, 0));
        (out, late, most)
    }

    #[test]
    fn conversations_come_out_whole_and_in_the_order_in_which_they_begin() {
        let (out, late, _) = sorted("ABACBCAB".chars().map(String::from));
        assert_eq!(out, [("A".to_owned(), 3), ("B".to_owned(), 3), ("C".to_owned(), 2)]);
        assert!(late.is_empty());
    }

    #[test]
    fn little_is_held_of_what_is_sorted() {
        let (out, late, most) = sorted((0..100_000).map(|turn| (turn / 10).to_string()));
        assert!(out.len() == 10_000 && out.iter().all(|(_, turns)| *turns == 10) && late.is_empty());
        assert!(most <= OTHERS * 10, "{most}");
        let (out, _, most) = sorted((0..100_000).map(|_| "A".to_owned()));
        assert_eq!((out, most), (vec![("A".to_owned(), 100_000)], 0));
    }

    #[test]
    fn what_comes_back_too_late_is_known() {
        // After as many others as are waited for, and after one more.
        for (others, is_late) in [(OTHERS - 1, false), (OTHERS, true)] {
            let names = std::iter::once("A".to_owned()).chain((0..others).map(|other| other.to_string()));
            let (out, late, _) = sorted(names.chain(["A".to_owned()]));
            assert_eq!((out.len(), late.is_empty()), (others + if is_late { 2 } else { 1 }, !is_late));
        }
        // Two hundred at once, each of a hundred turns.
        let (_, late, most) = sorted((0..20_000).map(|turn| (turn % 200).to_string()));
        assert!(!late.is_empty() && most <= MOST.turns, "{most}");
    }
}
