//! Patterns as written to regular expressions over folded text: word classes expanded, characters folded, regional
//! words matched with each other, compiled on first need.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::sync::{Arc, OnceLock};

use regex_syntax::hir::Hir;
use serde::{Deserialize, Serialize};

use crate::rules::Edge;
use crate::rules::library::Library;
use crate::rules::literal::{BREAKS, is_break};
use crate::rules::matcher::{Match, Program, Runs};
use crate::rules::mend::most_like;
use crate::script::fold;
use crate::script::regional::REGIONAL;

/// Word classes by name, with their alternatives as written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Classes {
    by_name: BTreeMap<String, Vec<String>>,
    /// Programs that were compiled with these classes.
    library: Option<Library>,
}

impl Classes {
    /// Adds a class; false when the name is taken.
    pub(crate) fn add(&mut self, name: &str, alternatives: &[String]) -> bool {
        self.by_name.insert(name.to_owned(), alternatives.to_vec()).is_none()
    }

    /// Uses programs that were compiled with these classes, and more of them at most.
    pub(crate) fn use_library(&mut self, library: Library) {
        self.library = Some(library);
    }

    /// Whether it does.
    pub(crate) fn are_ready(&self) -> bool {
        self.library.is_some()
    }

    /// Compiles what is written in a pack, or takes the program that is ready.
    fn program(&self, written: &Source, is_phrase: bool, edge: Option<Edge>) -> Option<Program> {
        let ready = self.library.as_ref().and_then(|library| library.program(&written.0, is_phrase, edge));
        ready.or_else(|| Program::new(&self.parsed(written.as_str(), is_phrase, edge)?).ok())
    }

    /// What is written in a pack as a parsed expression over folded text.
    pub(crate) fn parsed(&self, written: &str, is_phrase: bool, edge: Option<Edge>) -> Option<Hir> {
        let expression = match edge {
            Some(edge) => self.at_edge(written, is_phrase, edge),
            None => self.expression(written, is_phrase),
        };
        parse(&expression.ok()?).ok()
    }

    /// Replaces each `{name}` by its alternatives.
    fn expand(&self, pattern: &str, inside: &mut Vec<String>) -> Result<String, String> {
        let mut expanded = String::with_capacity(pattern.len() * 2);
        let mut rest = pattern;
        while let Some((open, name, after)) = next_macro(rest) {
            expanded.push_str(rest.get(..open).unwrap_or(""));
            let alternatives = self.by_name.get(name).ok_or_else(|| self.unknown(name))?;
            if inside.iter().any(|outer| outer == name) {
                return Err(format!("the word class {{{name}}} contains itself"));
            }
            inside.push(name.to_owned());
            expanded.push_str("(?:");
            for (index, alternative) in alternatives.iter().enumerate() {
                if index > 0 {
                    expanded.push('|');
                }
                expanded.push_str(&self.expand(alternative, inside)?);
            }
            expanded.push(')');
            inside.pop();
            rest = after;
        }
        expanded.push_str(rest);
        Ok(expanded)
    }

    fn unknown(&self, name: &str) -> String {
        let names = most_like(name, self.by_name.keys().map(String::as_str));
        format!("there is no word class {{{name}}}; declare it under [classes], or use one of {names}")
    }

    /// What is written in a pack as a regular expression over folded text.
    pub(crate) fn expression(&self, written: &str, is_phrase: bool) -> Result<String, String> {
        if is_phrase { self.phrase(written) } else { self.pattern(written) }
    }

    /// The same with the surroundings that an edge asks for; what was written is then the group `span`.
    fn at_edge(&self, written: &str, is_phrase: bool, edge: Edge) -> Result<String, String> {
        let mut expression = self.expression(written, is_phrase)?;
        if !expression.contains("(?<span>") {
            expression = format!("(?<span>{expression})");
        }
        let (before, after) = match edge {
            Edge::Start => ("(?:^|[，。！？“”])(?:{lead})*?", ""),
            Edge::End => ("", "(?:{tail})*(?:$|[，。！？“”])"),
            Edge::Clause => ("(?:^|[，。！？“”])(?:{lead})*?", "(?:{tail})*(?:$|[，。！？“”])"),
            Edge::Utterance => ("^(?:{lead}|[，。！？“”])*?", "(?:{tail}|[，。！？“”])*$"),
        };
        Ok(format!("{}(?:{expression}){}", self.pattern(before)?, self.pattern(after)?))
    }

    fn pattern(&self, pattern: &str) -> Result<String, String> {
        let expanded = self.expand(pattern, &mut Vec::new())?;
        Ok(widen(&fold_pattern(&expanded)))
    }

    /// A plain phrase as a regular expression over folded text; only `{name}` is special.
    fn phrase(&self, phrase: &str) -> Result<String, String> {
        let mut escaped = String::with_capacity(phrase.len() * 2);
        let mut rest = phrase.trim();
        while !rest.is_empty() {
            if let Some((0, name, after)) = next_macro(rest) {
                escaped.push('{');
                escaped.push_str(name);
                escaped.push('}');
                rest = after;
                continue;
            }
            let mut chars = rest.chars();
            let Some(c) = chars.next() else { break };
            rest = chars.as_str();
            if c.is_alphanumeric() || c == '%' || c == '％' {
                escaped.push(fold(c));
            } else if !escaped.ends_with('?') {
                escaped.push_str("[，。！？“”]?");
            }
        }
        // A mark at the end of a phrase asks for nothing.
        let escaped = escaped.strip_suffix("[，。！？“”]?").unwrap_or(&escaped);
        self.pattern(escaped)
    }
}

/// The next `{name}`: where it opens, its name, and what follows. Repetitions such as `{2,3}` are none.
fn next_macro(text: &str) -> Option<(usize, &str, &str)> {
    let mut from = 0;
    while let Some(open) = text.get(from..)?.find('{').map(|at| from + at) {
        let inside = text.get(open + 1..)?;
        let name_length =
            inside.find(|c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')).unwrap_or(inside.len());
        let name = inside.get(..name_length)?;
        let named_group =
            text.get(..open).is_some_and(|before| before.ends_with("\\p") || before.ends_with("\\x") || before.ends_with('$'));
        if !named_group && name.starts_with(|c: char| c.is_ascii_lowercase()) && inside.get(name_length..)?.starts_with('}') {
            return Some((open, name, inside.get(name_length + 1..)?));
        }
        from = open + 1;
    }
    None
}

/// Folds the letters and full-width marks of a regular expression, as the text is folded; what is escaped stays.
fn fold_pattern(pattern: &str) -> String {
    let mut escaped = false;
    pattern
        .chars()
        .map(|c| {
            let is_escaped = escaped;
            escaped = c == '\\' && !is_escaped;
            match c {
                _ if is_escaped => c,
                _ if c.is_ascii() => c.to_ascii_lowercase(),
                '、' | '；' | '：' | '…' | '～' => '，',
                '「' | '『' => '“',
                '」' | '』' => '”',
                '％' => '%',
                _ => fold(c),
            }
        })
        .collect()
}

/// Lets each regional word match its counterparts: 信息 becomes (?:信息|资讯).
fn widen(pattern: &str) -> String {
    let mut widened = String::with_capacity(pattern.len());
    let mut rest = pattern;
    let mut in_class = false;
    while let Some(c) = rest.chars().next() {
        match c {
            '[' => in_class = true,
            ']' => in_class = false,
            _ => {}
        }
        if !in_class
            && !c.is_ascii()
            && let Some((word, others)) = regional_prefix(rest)
        {
            let after = rest.get(word.len()..).unwrap_or("");
            // A repetition binds to the last character alone: leave such a word as it is.
            if !after.starts_with(['?', '*', '+', '{']) {
                widened.push_str("(?:");
                widened.push_str(word);
                for other in others {
                    widened.push('|');
                    widened.push_str(other);
                }
                widened.push(')');
                rest = after;
                continue;
            }
        }
        widened.push(c);
        rest = rest.get(c.len_utf8()..).unwrap_or("");
    }
    widened
}

/// The longest regional word that `text` starts with.
fn regional_prefix(text: &str) -> Option<(&'static str, &'static [&'static str])> {
    let first = text.chars().next()?;
    let from = REGIONAL.partition_point(|(word, _)| word.chars().next() < Some(first));
    REGIONAL
        .get(from..)?
        .iter()
        .take_while(|(word, _)| word.starts_with(first))
        .filter(|(word, _)| text.starts_with(word))
        .max_by_key(|(word, _)| word.len())
        .copied()
}

/// What is written in a pack. That of a built-in one is mostly never read, since its program is ready: so it is not copied, and not
/// checked to be text, before it is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Source(#[serde(borrow = "'static")] Cow<'static, [u8]>);

impl Source {
    pub(crate) fn as_str(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl From<&str> for Source {
    fn from(written: &str) -> Self {
        Self(Cow::Owned(written.as_bytes().to_vec()))
    }
}

/// A regular expression over folded text, expanded and compiled on first need.
#[derive(Debug)]
pub(crate) struct Pattern {
    written: Source,
    is_phrase: bool,
    edge: Option<Edge>,
    classes: Arc<Classes>,
    program: OnceLock<Option<Program>>,
    /// By what number it is known to who looks for the literals of conditions, if it is.
    pub(crate) number: Option<u32>,
}

impl Pattern {
    /// Takes what [`Classes::expression`], [`parse`] and [`Program::new`] accept.
    pub(crate) fn new(written: Source, is_phrase: bool, edge: Option<Edge>, classes: Arc<Classes>) -> Self {
        Self { written, is_phrase, edge, classes, program: OnceLock::new(), number: None }
    }

    /// The same for what a condition asks for.
    pub(crate) fn of_condition(written: &str, classes: Arc<Classes>) -> Self {
        let number = classes.library.as_ref().and_then(|library| library.number(written));
        Self { number, ..Self::new(written.into(), false, None, classes) }
    }

    /// The leftmost match that begins at one of these places of a folded text.
    pub(crate) fn find_in(&self, text: &[char], starts: RangeInclusive<usize>, runs: &mut Runs) -> Option<Match> {
        self.program()?.find_in(text, starts, runs)
    }

    fn program(&self) -> Option<&Program> {
        let compile = || self.classes.program(&self.written, self.is_phrase, self.edge);
        self.program.get_or_init(compile).as_ref()
    }

    /// Whether there is anything to find: the packs declare all its word classes.
    pub(crate) fn has_program(&self) -> bool {
        self.program().is_some()
    }

    /// Whether there is a match in a folded text.
    pub(crate) fn is_in(&self, text: &[char], runs: &mut Runs) -> bool {
        self.program().is_some_and(|program| program.find_range(text, 0..=text.len(), runs).is_some())
    }
}

/// Parses an expression, or says what is wrong with it in one line.
pub(crate) fn parse(source: &str) -> Result<Hir, String> {
    regex_syntax::parse(source).map_err(|error| match error {
        regex_syntax::Error::Parse(error) => format!("not a regular expression: {}", error.kind()),
        regex_syntax::Error::Translate(error) => format!("not a regular expression: {}", error.kind()),
        error => format!("not a regular expression: {error}"),
    })
}

/// Whether a match may stand in more than one clause, or looks at the ends of the utterance.
pub(crate) fn crosses_clauses(hir: &Hir) -> bool {
    use regex_syntax::hir::{Class, HirKind};
    match hir.kind() {
        HirKind::Empty => false,
        HirKind::Look(_) | HirKind::Class(Class::Bytes(_)) => true,
        HirKind::Literal(literal) => String::from_utf8_lossy(&literal.0).contains(is_break),
        HirKind::Class(Class::Unicode(class)) => {
            let has = |c: char| class.iter().any(|range| range.start() <= c && c <= range.end());
            BREAKS.into_iter().any(has)
        }
        HirKind::Repetition(repetition) => crosses_clauses(&repetition.sub),
        HirKind::Capture(capture) => crosses_clauses(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().any(crosses_clauses),
    }
}

/// Whether the expression matches words that it does not spell out, outside the groups that are named.
pub(crate) fn has_open_part(hir: &Hir, kept: &BTreeSet<String>) -> bool {
    openness(hir, kept).is_open
}

/// What [`has_open_part`] asks of each part of an expression, once.
#[derive(Clone, Copy, Default)]
struct Openness {
    is_open: bool,
    /// Whether it has one of the groups.
    holds_group: bool,
}

fn openness(hir: &Hir, kept: &BTreeSet<String>) -> Openness {
    use regex_syntax::hir::{Class, HirKind};
    match hir.kind() {
        HirKind::Empty | HirKind::Literal(_) | HirKind::Look(_) => Openness::default(),
        HirKind::Class(Class::Unicode(class)) => {
            Openness { is_open: class.iter().map(|range| range.len()).sum::<usize>() > 64, holds_group: false }
        }
        HirKind::Class(Class::Bytes(_)) => Openness { is_open: true, holds_group: false },
        HirKind::Repetition(repetition) => openness(&repetition.sub, kept),
        HirKind::Capture(capture) if capture.name.as_deref().is_some_and(|name| kept.contains(name)) => {
            Openness { is_open: false, holds_group: true }
        }
        HirKind::Capture(capture) => openness(&capture.sub, kept),
        HirKind::Concat(parts) => parts.iter().fold(Openness::default(), |sum, part| {
            let part = openness(part, kept);
            Openness { is_open: sum.is_open || part.is_open, holds_group: sum.holds_group || part.holds_group }
        }),
        // A wording is used only where its groups have matched: the ways around them do not count.
        HirKind::Alternation(parts) => {
            let parts: Vec<Openness> = parts.iter().map(|part| openness(part, kept)).collect();
            let holds_group = parts.iter().any(|part| part.holds_group);
            let is_open = parts.iter().any(|part| part.is_open && (part.holds_group || !holds_group));
            Openness { is_open, holds_group }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_around_a_wordings_groups_are_no_open_part() {
        let loses = |expression: &str, group: &str| {
            let hir = regex_syntax::parse(expression).unwrap();
            has_open_part(&hir, &BTreeSet::from([group.to_owned()]))
        };
        let either = "你去(?:(?<taunt>)告[^，]*|(?<deed>问[^，]*))";
        assert!(!loses(either, "deed"));
        assert!(loses(either, "taunt"));
        assert!(loses(either, "other"));
        assert!(loses("你[^，]{1,9}去(?:(?<taunt>)告|(?<deed>问[^，]*))", "deed"));
    }
}
