//! The literals that a scan looks for: for each pattern a set of which every match contains at least one
//! (as FilteredRE2 does).

use std::collections::BTreeSet;

use regex_syntax::hir::{Class, Hir, HirKind};

/// More strings than this are not multiplied out.
const LIMIT: usize = 512;

/// A set of more strings than this is taken only where there is nothing better.
const LARGE: usize = 32;

/// At most this many sets are asked of one pattern.
const SETS: usize = 3;

/// What is known of an expression.
#[derive(Clone, Debug)]
struct Known {
    /// All that it can match, where that is little.
    exact: Option<Vec<String>>,
    /// Sets of each of which every match contains one, at places that do not overlap.
    required: Vec<Vec<String>>,
}

impl Known {
    /// The sets that are worth looking for.
    fn into_sets(self) -> Vec<Vec<String>> {
        match self.exact {
            Some(exact) if self.required.is_empty() || exact.len() <= LARGE => vec![exact],
            _ => self.required,
        }
    }
}

/// What a match of an expression needs: for each branch of the expression sets of literals, of each of which every match of that
/// branch contains at least one. The best set alone where its literals have two characters, one of them rare, else several. A branch
/// without sets can match without any literal.
///
/// Literals are letters only, with repeated ones squeezed, as the scan reads text.
pub(crate) fn required(hir: &Hir) -> Vec<Vec<Vec<String>>> {
    match hir.kind() {
        HirKind::Capture(capture) => required(&capture.sub),
        HirKind::Alternation(branches) => branches.iter().flat_map(required).collect(),
        _ => vec![required_by_branch(hir)],
    }
}

fn required_by_branch(hir: &Hir) -> Vec<Vec<String>> {
    let mut sets = analyse(hir).into_sets();
    sets.retain(|set| worth(set).0 > 0);
    sets.sort_by_key(|set| std::cmp::Reverse(worth(set)));
    sets.truncate(if sets.first().is_some_and(|set| worth(set).0 > 1) { 1 } else { SETS });
    sets.into_iter().map(tidy).collect()
}

fn tidy(set: Vec<String>) -> Vec<String> {
    let set: BTreeSet<String> = set.iter().map(|literal| squeeze(literal)).collect();
    // A literal that contains another one of the set is found with it.
    let contains_another = |literal: &String| {
        let bounds: Vec<usize> = literal.char_indices().map(|(at, _)| at).chain([literal.len()]).collect();
        let mut parts = bounds.iter().flat_map(|&from| bounds.iter().filter(move |&&to| from < to).map(move |&to| (from, to)));
        parts.any(|(from, to)| to - from < literal.len() && literal.get(from..to).is_some_and(|part| set.contains(part)))
    };
    set.iter().filter(|literal| !contains_another(literal)).cloned().collect()
}

/// The marks that end a clause in a folded text.
pub(crate) const BREAKS: [char; 6] = ['，', '。', '！', '？', '“', '”'];

/// Whether a character of a folded text ends a clause.
pub(crate) fn is_break(c: char) -> bool {
    BREAKS.contains(&c)
}

/// Letters only, repeated ones once.
pub(crate) fn squeeze(text: &str) -> String {
    let mut squeezed = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_alphanumeric() && !squeezed.ends_with(c) {
            squeezed.push(c);
        }
    }
    squeezed
}

/// How many characters every match contains at least, counting the shortest literal of each set.
pub(crate) fn shortest(branches: &[Vec<Vec<String>>]) -> usize {
    let of_set = |set: &Vec<String>| set.iter().map(|literal| literal.chars().count()).min().unwrap_or(0);
    branches.iter().map(|sets| sets.iter().map(of_set).sum()).min().unwrap_or(0)
}

/// Characters that stand in every other sentence of service talk: a literal made of them alone tells little.
const COMMON: &str = "的是不我您你有了一这个在没好们到可以请问会要就帮上人为天时能下来都说还等那么也给过看什单货吗呢啊吧得自己是事情没办行再去把让对后里先电话客服公司";

/// How much a literal tells, in tenths of a rare character: a common one counts a little over half.
fn rarity(literal: &str) -> usize {
    let mut last = None;
    let letters = literal.chars().filter(|&c| c.is_alphanumeric() && last.replace(c) != Some(c));
    letters.map(|c| if COMMON.contains(c) { 6 } else { 10 }).sum()
}

/// How good a set is: rare literals, and few of them. Two characters, one of them rare, beat whatever is less.
fn worth(set: &[String]) -> (usize, isize) {
    let rarity = set.iter().map(|literal| rarity(literal)).min().unwrap_or(0);
    let rank = match rarity {
        0 => 0,
        16.. if set.len() <= LARGE => 2,
        _ => 1,
    };
    (rank, 4 * rarity.min(30) as isize - 20 * set.len().max(1).ilog2() as isize)
}

fn best(sets: Vec<Vec<String>>) -> Option<Vec<String>> {
    sets.into_iter().max_by_key(|set| worth(set)).filter(|set| worth(set).0 > 0)
}

fn analyse(hir: &Hir) -> Known {
    let exactly = |exact: Vec<String>| Known { exact: Some(exact), required: Vec::new() };
    let unknown = Known { exact: None, required: Vec::new() };
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => exactly(vec![String::new()]),
        HirKind::Literal(literal) => exactly(vec![String::from_utf8_lossy(&literal.0).into_owned()]),
        HirKind::Class(Class::Unicode(class)) => {
            let size: usize = class.iter().map(|range| range.len()).sum();
            if size > LIMIT / 4 {
                return unknown;
            }
            exactly(class.iter().flat_map(|range| (range.start()..=range.end()).map(String::from)).collect())
        }
        HirKind::Class(Class::Bytes(_)) => unknown,
        HirKind::Capture(capture) => analyse(&capture.sub),
        HirKind::Repetition(repetition) => {
            let known = analyse(&repetition.sub);
            match (repetition.min, repetition.max, known.exact) {
                (0, Some(1), Some(mut exact)) => {
                    exact.push(String::new());
                    exactly(exact)
                }
                (0, ..) => unknown,
                (1, Some(1), exact) => Known { exact, required: known.required },
                (_, _, exact) => Known { exact: None, required: Known { exact, required: known.required }.into_sets() },
            }
        }
        HirKind::Alternation(branches) => {
            let known: Vec<Known> = branches.iter().map(analyse).collect();
            let exact: Option<Vec<Vec<String>>> = known.iter().map(|known| known.exact.clone()).collect();
            if let Some(exact) = exact.map(|sets| sets.concat()).filter(|set| set.len() <= LIMIT) {
                return exactly(exact);
            }
            let of_branch = |known: Known| best(known.into_sets());
            let required: Option<Vec<Vec<String>>> = known.into_iter().map(of_branch).collect();
            Known { exact: None, required: required.map(|sets| sets.concat()).into_iter().collect() }
        }
        HirKind::Concat(parts) => {
            let mut required = Vec::new();
            // Neighbours that are known exactly; what stands between two such runs is not.
            let mut run: Vec<Vec<String>> = Vec::new();
            let mut whole = true;
            for part in parts {
                let known = analyse(part);
                match known.exact {
                    Some(set) => run.push(set),
                    None => {
                        whole = false;
                        windows(&run, &mut required);
                        run.clear();
                        required.extend(known.required);
                    }
                }
            }
            windows(&run, &mut required);
            Known { exact: whole.then(|| product(&run)).flatten(), required }
        }
    }
}

/// All that neighbours can match together, unless that is too much.
fn product(run: &[Vec<String>]) -> Option<Vec<String>> {
    let mut strings = vec![String::new()];
    for set in run {
        if strings.len() * set.len() > LIMIT {
            return None;
        }
        strings = strings.iter().flat_map(|left| set.iter().map(move |right| format!("{left}{right}"))).collect();
    }
    Some(strings)
}

/// The best sets that neighbours give together, none of them sharing a neighbour.
fn windows(run: &[Vec<String>], sets: &mut Vec<Vec<String>>) {
    let mut best: Option<(usize, usize, Vec<String>)> = None;
    for from in 0..run.len() {
        for to in from + 1..=run.len() {
            let Some(strings) = run.get(from..to).and_then(product) else { break };
            if best.as_ref().is_none_or(|(.., known)| worth(&strings) > worth(known)) {
                best = Some((from, to, strings));
            }
        }
    }
    if let Some((from, to, strings)) = best.filter(|(.., set)| worth(set).0 > 0) {
        sets.push(strings);
        windows(run.get(..from).unwrap_or_default(), sets);
        windows(run.get(to..).unwrap_or_default(), sets);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn literals(pattern: &str) -> Vec<String> {
        let branches = required(&regex_syntax::parse(pattern).unwrap());
        branches.iter().map(|sets| sets.iter().map(|set| set.join("|")).collect::<Vec<_>>().join(" & ")).collect()
    }

    #[test]
    fn every_match_contains_one_of_each_set() {
        assert_eq!(literals("(?:你|您)(?:真的)*没(?:有)?填对"), ["没填对|没有填对"]);
        assert_eq!(literals("爱[^，]不[^，]"), ["爱 & 不"]);
        assert_eq!(literals("(?:可|都|也)?(?:不|没)(?:关|管)[^，]*"), ["不关|不管|没关|没管"]);
        assert_eq!(literals("(?:弄错|搞错)了"), ["弄错了|搞错了"]);
        assert_eq!(literals("爱[^，]不[^，]|弄错"), ["爱 & 不", "弄错"]);
        assert_eq!(literals("[^，]*"), [""]);
        assert_eq!(literals("弄错|[^，]"), ["弄错", ""]);
        assert_eq!(literals("看看吧"), ["看吧"]);
    }
}
