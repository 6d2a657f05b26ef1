//! That no match is lost on the way: running every pattern over every clause finds the same as running what the scan triggers.

use proptest::prelude::*;

use super::*;

/// The hits of all patterns on all clauses, judged by all conditions, nothing scanned for.
fn exhaustive(checker: &Checker, text: &str, context: &Context<'_>) -> Vec<Hit> {
    let inner = &*checker.0;
    let plain = Folded::new(text, 0, Reading::Plain);
    let squeezed = plain.suspicious.then(|| Folded::new(text, 0, Reading::Squeezed));
    let (scratch, signature) = (&mut Scratch::default(), &Signature::default());
    let mut part =
        Part { inner, context, text, offset: 0, signature, scratch, conditions: None, is_foreseen: false, hits: Vec::new() };
    for folded in [Some(plain), squeezed].into_iter().flatten() {
        for (number, linked) in (0..).zip(&inner.patterns) {
            let Some(linked) = linked else { continue };
            let compiled = &inner.rules[linked.rule as usize].compiled.rest.patterns[linked.index];
            let whole = 0..folded.text.len();
            let ranges = if compiled.crosses { vec![whole] } else { Clauses::of(&folded.text).ranges() };
            for clause in ranges {
                let last = clause.end;
                part.look(&Triggered { pattern: number, clause, last }, &folded, None);
            }
        }
    }
    part.hits
}

/// Pieces of the packs' own examples, put together with marks, blanks and other noise.
fn talk(examples: &[String]) -> impl Strategy<Value = String> + use<> {
    let examples = examples.to_vec();
    let piece = (0..examples.len(), 0usize..8, 4usize..24, "[，。！？ ～👌嗯啊您您]{0,2}");
    proptest::collection::vec(piece, 1..5).prop_map(move |pieces| {
        let cut = |(index, from, many, after): (usize, usize, usize, String)| {
            examples[index].chars().skip(from % 4).take(many).chain(after.chars()).collect::<String>()
        };
        pieces.into_iter().map(cut).collect()
    })
}

#[test]
fn nothing_is_lost_between_scan_and_patterns() {
    let checker = Checker::builder().without_model().build().unwrap();
    let rules = || checker.packs().iter().flat_map(|pack| &pack.rules);
    let examples: Vec<String> =
        rules().flat_map(|rule| rule.hits.iter().chain(&rule.misses)).map(|example| example.text.clone()).collect();
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        cases: 400,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let run = |text: String| {
        let context = Context { observes: true, ..Context::lone(&text, Script::Simplified) };
        let of = |hit: &Hit| (hit.rule, hit.span, hit.reason.clone().map(|reason| reason.to_string()));
        let mut scratch = Scratch::default();
        let mut found: Vec<_> = checker.run_part(&text, 0, &context, &mut scratch).iter().map(of).collect();
        let mut expected: Vec<_> = exhaustive(&checker, &text, &context).iter().map(of).collect();
        found.sort();
        found.dedup();
        expected.sort();
        expected.dedup();
        prop_assert_eq!(found, expected);
        Ok(())
    };
    runner.run(&talk(&examples), run).unwrap();
}
