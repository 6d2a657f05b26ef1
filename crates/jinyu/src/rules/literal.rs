//! The literals that a scan looks for: for each pattern sets of which every match contains at least one (as FilteredRE2 does),
//! chosen so that ordinary talk seldom has them.

use std::collections::BTreeSet;

use regex_syntax::hir::{Class, Hir, HirKind};

use crate::rules::frequency::Frequencies;

/// More strings than this are not multiplied out.
const LIMIT: usize = 512;

/// At most this many sets are asked of one pattern.
const SETS: usize = 6;

/// What a literal more costs, as a share of places: a set that is found a little less often is not worth hundreds of literals.
const SIZE: f64 = 1e-5;

/// A set that stands at a greater share of places tells nothing.
const EVERYWHERE: f64 = 0.2;

/// What is known of an expression.
#[derive(Clone, Debug)]
struct Known {
    /// All that it can match, where that is little.
    exact: Option<Vec<String>>,
    /// Sets of each of which every match contains one, at places that do not overlap.
    required: Vec<Vec<String>>,
}

/// What a match of an expression needs: for each branch of the expression sets of literals, of each of which every match of that
/// branch contains at least one, the rarest set first. A branch without sets can match without any literal.
///
/// Literals are letters only, with repeated ones squeezed, as the scan reads text.
pub(crate) fn required(hir: &Hir, frequencies: &Frequencies) -> Vec<Vec<Vec<String>>> {
    let search = Search { frequencies };
    match hir.kind() {
        HirKind::Capture(capture) => required(&capture.sub, frequencies),
        HirKind::Alternation(branches) => branches.iter().flat_map(|branch| required(branch, frequencies)).collect(),
        _ => vec![search.branch(hir)],
    }
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

/// The search for the sets that are found least often.
struct Search<'a> {
    frequencies: &'a Frequencies,
}

impl Search<'_> {
    fn branch(&self, hir: &Hir) -> Vec<Vec<String>> {
        let sets = self.sets(self.analyse(hir)).into_iter().map(tidy);
        let mut rated: Vec<(f64, Vec<String>)> = sets.filter_map(|set| Some((self.cost(&set)?, set))).collect();
        rated.sort_by(|(one, _), (other, _)| one.total_cmp(other));
        rated.truncate(SETS);
        rated.into_iter().map(|(_, set)| set).collect()
    }

    /// How often a set is found, and what its size costs; `None` for a set that tells nothing.
    fn cost(&self, set: &[String]) -> Option<f64> {
        let mut rate = 0.0;
        for literal in set {
            rate += self.frequencies.of_literal(&squeeze(literal));
            if rate > EVERYWHERE {
                return None;
            }
        }
        (!set.is_empty()).then_some(rate + SIZE * set.len() as f64)
    }

    fn best(&self, sets: Vec<Vec<String>>) -> Option<(f64, Vec<String>)> {
        let rated = sets.into_iter().filter_map(|set| Some((self.cost(&set)?, set)));
        rated.min_by(|(one, _), (other, _)| one.total_cmp(other))
    }

    /// The sets that are worth looking for.
    fn sets(&self, known: Known) -> Vec<Vec<String>> {
        let Some(exact) = known.exact else { return known.required };
        match (self.cost(&exact), self.best(known.required.clone())) {
            (Some(whole), Some((part, _))) if part < whole => known.required,
            (None, Some(_)) => known.required,
            _ => vec![exact],
        }
    }

    fn analyse(&self, hir: &Hir) -> Known {
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
            HirKind::Capture(capture) => self.analyse(&capture.sub),
            HirKind::Repetition(repetition) => {
                let known = self.analyse(&repetition.sub);
                match (repetition.min, repetition.max, known.exact) {
                    (0, Some(1), Some(mut exact)) => {
                        exact.push(String::new());
                        exactly(exact)
                    }
                    (0, ..) => unknown,
                    (1, Some(1), exact) => Known { exact, required: known.required },
                    (_, _, exact) => Known { exact: None, required: self.sets(Known { exact, required: known.required }) },
                }
            }
            HirKind::Alternation(branches) => {
                let known: Vec<Known> = branches.iter().map(|branch| self.analyse(branch)).collect();
                let exact: Option<Vec<Vec<String>>> = known.iter().map(|known| known.exact.clone()).collect();
                if let Some(exact) = exact.map(|sets| sets.concat()).filter(|set| set.len() <= LIMIT) {
                    return exactly(exact);
                }
                let of_branch = |known: Known| self.best(self.sets(known)).map(|(_, set)| set);
                let required: Option<Vec<Vec<String>>> = known.into_iter().map(of_branch).collect();
                Known { exact: None, required: required.map(|sets| sets.concat()).into_iter().collect() }
            }
            HirKind::Concat(parts) => {
                let mut required = Vec::new();
                // Neighbours that are known exactly; what stands between two such runs is not.
                let mut run: Vec<Vec<String>> = Vec::new();
                let mut whole = true;
                for part in parts {
                    let known = self.analyse(part);
                    match known.exact {
                        Some(set) => run.push(set),
                        None => {
                            whole = false;
                            self.windows(&run, &mut required);
                            run.clear();
                            required.extend(known.required);
                        }
                    }
                }
                self.windows(&run, &mut required);
                Known { exact: whole.then(|| product(&run)).flatten(), required }
            }
        }
    }

    /// The best sets that neighbours give together, none of them sharing a neighbour.
    fn windows(&self, run: &[Vec<String>], sets: &mut Vec<Vec<String>>) {
        let mut best: Option<(f64, usize, usize, Vec<String>)> = None;
        for from in 0..run.len() {
            for to in from + 1..=run.len() {
                let Some(strings) = run.get(from..to).and_then(product) else { break };
                let Some(cost) = self.cost(&strings) else { continue };
                if best.as_ref().is_none_or(|(least, ..)| cost < *least) {
                    best = Some((cost, from, to, strings));
                }
            }
        }
        if let Some((_, from, to, strings)) = best {
            sets.push(strings);
            self.windows(run.get(..from).unwrap_or_default(), sets);
            self.windows(run.get(to..).unwrap_or_default(), sets);
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

#[cfg(test)]
mod tests {
    use super::*;

    fn literals(pattern: &str) -> Vec<String> {
        let branches = required(&regex_syntax::parse(pattern).unwrap(), &Frequencies::default());
        branches.iter().map(|sets| sets.iter().map(|set| set.join("|")).collect::<Vec<_>>().join(" & ")).collect()
    }

    #[test]
    fn every_match_contains_one_of_each_set() {
        assert_eq!(literals("(?:你|您)(?:真的)*没(?:有)?填对"), ["没填对|没有填对 & 你|您"]);
        assert_eq!(literals("爱[^，]不[^，]"), ["爱 & 不"]);
        assert_eq!(literals("(?:可|都|也)?(?:不|没)(?:关|管)[^，]*"), ["不关|不管|没关|没管"]);
        assert_eq!(literals("(?:弄错|搞错)了"), ["弄错了|搞错了"]);
        assert_eq!(literals("爱[^，]不[^，]|弄错"), ["爱 & 不", "弄错"]);
        assert_eq!(literals("[^，]*"), [""]);
        assert_eq!(literals("弄错|[^，]"), ["弄错", ""]);
        assert_eq!(literals("看看吧"), ["看吧"]);
    }
}
