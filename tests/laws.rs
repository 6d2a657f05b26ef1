//! Laws that hold for any text: nothing panics, spans are exact, a stream gives what a batch gives, fixing twice is fixing once,
//! and no number gets lost.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that fails may panic")]

use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::LazyLock;

use jinyu::{
    Category, Checker, CheckerBuilder, Confidence, Conversation, Dismissal, Error, Examination, Finding, Fixed, Rule, RulePack,
    Safety, Script, Session, Severity, Span, Speaker, Suggestion, Utterance,
};
use proptest::prelude::*;

static CHECKER: LazyLock<Checker> = LazyLock::new(|| Checker::builder().build().unwrap());

/// Sentences of the rules' own examples: texts in which something happens.
static SENTENCES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let rules = CHECKER.packs().iter().flat_map(|pack| &pack.rules);
    rules.flat_map(|rule| rule.hits.iter().chain(&rule.misses)).map(|example| example.text.clone()).collect()
});

fn sentence() -> impl Strategy<Value = String> {
    (0..SENTENCES.len()).prop_map(|index| SENTENCES[index].clone())
}

/// Sentences one after another, with noise and numbers between and inside them.
fn talk() -> impl Strategy<Value = String> {
    let noise = prop_oneof![
        Just(""),
        Just("，"),
        Just(" "),
        Just("。"),
        Just("👌"),
        Just("\u{200b}"),
        Just("\n"),
        Just("5000元"),
        Just("3月5日")
    ];
    proptest::collection::vec((sentence(), noise, any::<prop::sample::Index>()), 1..4).prop_map(|parts| {
        let mut text = String::new();
        for (sentence, noise, at) in parts {
            let boundaries: Vec<usize> = sentence.char_indices().map(|(at, _)| at).chain([sentence.len()]).collect();
            let (before, after) = sentence.split_at(*at.get(&boundaries));
            text.push_str(before);
            text.push_str(noise);
            text.push_str(after);
        }
        text
    })
}

fn numbers(text: &str) -> Vec<String> {
    let mut numbers: Vec<String> =
        text.split(|c: char| !c.is_ascii_digit()).filter(|run| !run.is_empty()).map(str::to_owned).collect();
    numbers.sort();
    numbers
}

#[test]
fn may_be_shared() {
    fn holds<T: Send + Sync + UnwindSafe + RefUnwindSafe>() {}
    holds::<Checker>();
    holds::<CheckerBuilder>();
    holds::<Session>();
    holds::<RulePack>();
    holds::<Rule>();
    holds::<Error>();
    holds::<Conversation>();
    holds::<Utterance>();
    holds::<Examination>();
    holds::<Finding>();
    holds::<Dismissal>();
    holds::<Suggestion>();
    holds::<Fixed>();
    holds::<Span>();
    holds::<(Category, Severity, Confidence, Safety, Script, Speaker)>();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let text = String::from_utf8_lossy(&bytes);
        let examination = CHECKER.examine(&text);
        prop_assert!(examination.findings.iter().all(|finding| !finding.text.is_empty()));
        let fixed = CHECKER.fix(&text, Safety::Unsafe);
        prop_assert!(fixed.applied > 0 || fixed.text == text);
    }

    #[test]
    fn spans_are_exact(text in talk()) {
        let examination = CHECKER.examine(&text);
        for finding in &examination.findings {
            prop_assert!(text.is_char_boundary(finding.span.start) && text.is_char_boundary(finding.span.end));
            prop_assert_eq!(finding.span.slice(&text), &finding.text);
            let positions = finding.span.positions(&text);
            let by_char: String = text.chars().skip(positions.char[0]).take(positions.char[1] - positions.char[0]).collect();
            prop_assert_eq!(&by_char, &finding.text);
            let units: Vec<u16> = text.encode_utf16().collect();
            prop_assert_eq!(String::from_utf16_lossy(&units[positions.utf16[0]..positions.utf16[1]]), finding.text.as_str());
            for suggestion in &finding.suggestions {
                prop_assert!(text.get(suggestion.span.start..suggestion.span.end).is_some());
            }
        }
    }

    #[test]
    fn fixing_twice_is_fixing_once(text in talk()) {
        for safety in [Safety::Safe, Safety::Unsafe] {
            let once = CHECKER.fix(&text, safety);
            let twice = CHECKER.fix(&once.text, safety);
            prop_assert_eq!(&twice.text, &once.text);
            prop_assert_eq!(numbers(&once.text), numbers(&text));
        }
    }

    #[test]
    fn what_is_reworded_is_decent(text in talk()) {
        let seen = CHECKER.examine(&text);
        if let Some(reworded) = &seen.reworded {
            prop_assert!(seen.findings.len() > 1);
            prop_assert_eq!(CHECKER.check(reworded), []);
            prop_assert!(!reworded.is_empty());
            let kept = numbers(reworded);
            prop_assert!(numbers(&text).iter().all(|number| kept.contains(number)), "{}", reworded);
        }
    }

    #[test]
    fn a_stream_gives_what_a_batch_gives(texts in proptest::collection::vec((talk(), any::<bool>()), 1..6)) {
        let utterances: Vec<Utterance> = texts
            .iter()
            .enumerate()
            .map(|(turn, (text, agent))| Utterance::new(turn, if *agent { Speaker::Agent } else { Speaker::Customer }, text.as_str()))
            .collect();
        let mut first = CHECKER.session();
        let mut second = CHECKER.session();
        for utterance in &utterances {
            let found = first.push(utterance);
            prop_assert_eq!(&found, &second.examine(utterance).findings);
            prop_assert!(utterance.speaker == Speaker::Agent || found.is_empty());
        }
    }
}

/// A long text is judged in parts; each sentence in it must still be found.
#[test]
fn long_texts_lose_nothing() {
    let sentence = "您稍等我看一下。你没有填对。";
    let text = sentence.repeat(20_000);
    let findings = Checker::builder().without_model().build().unwrap().check(&text);
    assert_eq!(findings.len(), 20_000);
    assert!(findings.iter().all(|finding| finding.span.slice(&text).contains("没有填对")));
}
