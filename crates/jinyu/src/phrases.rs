//! A list of phrases without rules. Receives phrases and text, hands on where which phrase stands; folding, noise and offsets as in the
//! rules' scan, but no guards and no word boundaries.

use std::collections::BTreeMap;

use crate::rules::literal::squeeze;
use crate::scan::{Candidate, Position, Scanner, Scratch, spelling};
use crate::script::fold;
use crate::span::Span;

/// A list of phrases to look for in text of any script: for callers who have phrases but no rules.
///
/// A phrase is found whatever script, width or case it is written in, with noise between its letters (不～行), and with letters
/// repeated (不不行), but not with a letter fewer: 谢谢 is not found in 谢. What is no letter or digit in a phrase does not count;
/// a phrase without any letter is never found.
///
/// # Cost
///
/// Building takes some microseconds a phrase and the result some hundred bytes. Searching is linear in the text and the matches, whatever
/// the text; it is some times faster where every phrase has two different letters at least.
///
/// # Examples
///
/// ```
/// use jinyu::Phrases;
///
/// let phrases = Phrases::new(["没有办法", "不行", "谢谢"]);
/// let text = "那就不～行囉，我們也沒有辦法，謝";
/// let found: Vec<_> = phrases.find_iter(text).map(|found| (found.phrase, found.span.slice(text))).collect();
/// assert_eq!(found, [(1, "不～行"), (0, "沒有辦法")]);
/// ```
#[derive(Clone, Debug)]
pub struct Phrases {
    scanner: Scanner,
    /// Sorted by literal: the number of the literal, of the phrase, and how often each of its letters stands in a row.
    members: Vec<Member>,
}

#[derive(Clone, Debug)]
struct Member {
    literal: u32,
    phrase: usize,
    /// Empty where no letter is repeated.
    runs: Box<[u32]>,
}

/// A place where a phrase stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PhraseMatch {
    /// Which phrase of the list, from 0.
    pub phrase: usize,
    /// Where it stands in the text, noise inside it included.
    pub span: Span,
}

/// The places of phrases in a text, in order of their ends; made by [`Phrases::find_iter`].
#[derive(Debug)]
pub struct PhraseMatches<'a> {
    phrases: &'a Phrases,
    text: &'a str,
    position: Option<Position>,
    scratch: Scratch,
    /// What was found and not yet handed on, the last first.
    pending: Vec<PhraseMatch>,
}

/// The letters of a text, with where each starts and ends.
fn letters(text: &str) -> impl DoubleEndedIterator<Item = (char, Span)> {
    let letter = |(at, c): (usize, char)| spelling(c).map(|letter| (letter, Span::new(at, at + c.len_utf8())));
    text.char_indices().filter_map(letter)
}

impl Phrases {
    /// Takes the phrases, which are known by their place in the list.
    pub fn new<I>(phrases: I) -> Self
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        // A large list takes much room: all phrases stand in one text, and what is not needed to build the scanner is let go before.
        let mut all = String::new();
        let mut written: Vec<(u32, u32, u32)> = Vec::new();
        let mut repeated: BTreeMap<u32, Box<[u32]>> = BTreeMap::new();
        for (phrase, number) in phrases.into_iter().zip(0..) {
            let folded: String = phrase.as_ref().chars().map(fold).collect();
            let literal = squeeze(&folded);
            if !literal.is_empty() {
                let start = all.len() as u32;
                all.push_str(&literal);
                written.push((start, all.len() as u32, number));
                repeated.extend(Some((number, runs(&folded))).filter(|(_, runs)| !runs.is_empty()));
            }
        }
        let text = |&(start, end, number): &(u32, u32, u32)| (all.get(start as usize..end as usize).unwrap_or_default(), number);
        written.sort_unstable_by(|one, other| text(one).cmp(&text(other)));
        let mut members: Vec<Member> = Vec::with_capacity(written.len());
        let mut literals = String::with_capacity(all.len());
        let mut ends: Vec<usize> = Vec::new();
        let mut last = "";
        for (literal, phrase) in written.iter().map(text) {
            if literal != last {
                literals.push_str(literal);
                ends.push(literals.len());
                last = literal;
            }
            members.push(Member {
                literal: ends.len() as u32 - 1,
                phrase: phrase as usize,
                runs: repeated.remove(&phrase).unwrap_or_default(),
            });
        }
        drop(written);
        drop(all);
        let starts = std::iter::once(0).chain(ends.iter().copied());
        let scanner = Scanner::new(starts.zip(&ends).filter_map(|(start, &end)| literals.get(start..end)));
        Self { scanner, members }
    }

    /// Finds each place of each phrase, overlapping ones too, in order of their ends.
    #[must_use]
    pub fn find_iter<'a>(&'a self, text: &'a str) -> PhraseMatches<'a> {
        PhraseMatches {
            phrases: self,
            text,
            position: Some(Position::default()),
            scratch: Scratch::default(),
            pending: Vec::new(),
        }
    }

    /// The phrases that stand where their letters do.
    fn matches(&self, text: &str, candidate: Candidate) -> impl DoubleEndedIterator<Item = PhraseMatch> {
        let from = self.members.partition_point(|member| member.literal < candidate.literal);
        let members = self.members.get(from..).unwrap_or_default();
        let count = members.partition_point(|member| member.literal == candidate.literal);
        members.iter().take(count).filter_map(move |member| {
            let span = if member.runs.is_empty() { Some(candidate.span) } else { widen(text, candidate.span, &member.runs) };
            Some(PhraseMatch { phrase: member.phrase, span: span? })
        })
    }
}

/// How often each letter of a folded phrase stands in a row; nothing where none is repeated.
fn runs(folded: &str) -> Box<[u32]> {
    let mut runs: Vec<(char, u32)> = Vec::new();
    for (letter, _) in letters(folded) {
        match runs.last_mut().filter(|(last, _)| *last == letter) {
            Some((_, count)) => *count += 1,
            None => runs.push((letter, 1)),
        }
    }
    if runs.iter().all(|&(_, count)| count == 1) { Box::default() } else { runs.into_iter().map(|(_, count)| count).collect() }
}

/// The place with as many repeated letters at its ends as wanted; `None` where there are fewer, there or inside.
///
/// A candidate begins with the last of its first letters and ends with the first of its last ones.
fn widen(text: &str, span: Span, runs: &[u32]) -> Option<Span> {
    let mut counted: Vec<(char, u32)> = Vec::new();
    for (letter, _) in letters(span.slice(text)) {
        match counted.last_mut().filter(|(last, _)| *last == letter) {
            Some((_, count)) => *count += 1,
            None => counted.push((letter, 1)),
        }
    }
    let (&first, &last) = (runs.first()?, runs.last()?);
    let (mut start, mut end) = (span.start, span.end);
    // A phrase of one letter repeated has but one end.
    if counted.len() > 1 {
        let letter = counted.first()?.0;
        let before = letters(text.get(..start)?).rev().take_while(|&(other, _)| other == letter);
        start = before
            .take(first as usize - 1)
            .zip(2..)
            .filter(|&(_, count)| count == first)
            .last()
            .map_or(start, |((_, at), _)| at.start);
        if first > 1 && start == span.start {
            return None;
        }
    }
    let letter = counted.last()?.0;
    let after = letters(text.get(end..)?).take_while(|&(other, _)| other == letter);
    end = after
        .take(last as usize - 1)
        .zip(2..)
        .filter(|&(_, count)| count == last)
        .last()
        .map_or(end, |((_, at), _)| end + at.end);
    if last > 1 && end == span.end {
        return None;
    }
    let inner = 1..counted.len().saturating_sub(1).max(1);
    let enough =
        counted.get(inner.clone()).into_iter().flatten().zip(runs.get(inner)?).all(|((_, count), wanted)| count >= wanted);
    enough.then_some(Span::new(start, end))
}

impl Iterator for PhraseMatches<'_> {
    type Item = PhraseMatch;

    fn next(&mut self) -> Option<PhraseMatch> {
        loop {
            if let Some(found) = self.pending.pop() {
                return Some(found);
            }
            self.scratch.candidates.clear();
            let from = self.position?;
            self.position = self.phrases.scanner.scan_from(self.text, from, &mut self.scratch);
            for candidate in self.scratch.candidates.iter().rev() {
                self.pending.extend(self.phrases.matches(self.text, *candidate).rev());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found<'a>(phrases: &[&str], text: &'a str) -> Vec<(usize, &'a str)> {
        Phrases::new(phrases).find_iter(text).map(|found| (found.phrase, found.span.slice(text))).collect()
    }

    #[test]
    fn scripts_width_and_noise() {
        let list = ["没有办法", "不行", "VIP", "……", "沒有辦法"];
        assert_eq!(found(&list, "沒有 辦法。ｖip不-行"), [(0, "沒有 辦法"), (4, "沒有 辦法"), (2, "ｖip"), (1, "不-行")]);
        assert_eq!(found(&list, "有办法，行不"), []);
        assert_eq!(found(&[], "你好"), []);
        assert_eq!(found(&["好"], "您好，你好"), [(0, "好"), (0, "好")]);
    }

    #[test]
    fn repeated_letters_must_be_there() {
        let list = ["谢谢", "慢慢走", "走走", "好好好", "看一一看"];
        assert_eq!(found(&list, "谢，慢走，好好，看一看"), []);
        assert_eq!(found(&list, "謝 謝"), [(0, "謝 謝")]);
        assert_eq!(found(&list, "慢慢慢走走"), [(1, "慢慢走"), (2, "走走")]);
        assert_eq!(found(&list, "好好好好"), [(3, "好好好")]);
        assert_eq!(found(&list, "看一一一看看"), [(4, "看一一一看")]);
    }

    #[test]
    fn goes_on_after_each_match() {
        let text = "没办法和不可能，没办法；不可能".repeat(50);
        assert_eq!(found(&["没办法", "不可能"], &text).len(), 200);
        assert_eq!(found(&["没办法", "不"], &text).len(), 200);
    }
}
