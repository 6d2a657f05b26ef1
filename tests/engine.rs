//! The truth tables under `data/engine`: a pack, texts, and what must be found in them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that fails may panic")]

mod common;

use std::path::Path;

use common::pack_of_one;
use jinyu::{Channel, Checker, Reason, RulePack, Speaker, Utterance};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    pack: String,
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    text: String,
    customer: Option<String>,
    #[serde(default)]
    found: Vec<String>,
    #[serde(default)]
    dismissed: Vec<String>,
}

fn run(table: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/engine").join(table);
    let table: Table = toml::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    // A table may declare a class that the shared vocabulary has; its own comes instead of it.
    let words = "[pack]\nname = \"words\"\nversion = \"1\"\nsummary = \"-\"\n[classes]\nlead = [\"嗯\", \"好的\"]\ntail = [\"吧\", \"啊\"]\n";
    let checker = Checker::builder()
        .without_default_packs()
        .pack(RulePack::from_toml("words", words).unwrap())
        .pack(RulePack::from_toml("table", &table.pack).unwrap())
        .build()
        .unwrap();
    assert!(!table.case.is_empty());
    for case in table.case {
        let mut session = checker.session();
        if let Some(said) = &case.customer {
            session.push(&Utterance::new(0, Speaker::Customer, said.as_str()));
        }
        let examination = session.examine(&Utterance::new(1, Speaker::Agent, case.text.as_str()));
        let found: Vec<&str> = examination.findings.iter().map(|finding| finding.text.as_str()).collect();
        let dismissed: Vec<String> = examination
            .dismissals
            .iter()
            .map(|dismissal| match &dismissal.reason {
                Reason::Guard(name) => name.to_string(),
                reason => serde_json::to_value(reason).unwrap().as_str().unwrap_or("covered").to_owned(),
            })
            .collect();
        assert_eq!(found, case.found, "found in \"{}\"", case.text);
        assert_eq!(dismissed, case.dismissed, "dismissed in \"{}\"", case.text);
        for finding in &examination.findings {
            assert_eq!(finding.span.slice(&case.text), finding.text);
        }
    }
}

/// What is assumed in the findings of an agent's words that became text in a way.
fn assumed(checker: &Checker, text: &str, channel: Option<Channel>) -> Vec<Option<String>> {
    let mut utterance = Utterance::new(1, Speaker::Agent, text);
    utterance.channel = channel;
    checker.session().push(&utterance).into_iter().map(|finding| finding.assumed).collect()
}

#[test]
fn only_utterances_of_speech_are_heard() {
    let mine = || {
        Checker::builder().without_model().pack(pack_of_one(
            "mine/queue",
            "category = \"brush-off\"\nseverity = \"note\"",
            "请去排长队",
            "长队",
        ))
    };
    let alone = mine().without_default_packs().build().unwrap();
    let both = mine().build().unwrap();
    let built_in = Checker::builder().without_model().build().unwrap();
    let (own, ours) = (("请去排长对", "请去排长队"), ("你没有填队", "你没有填对"));
    for (checker, (written, meant)) in [(&built_in, ours), (&both, ours), (&both, own), (&alone, own)] {
        assert_eq!(assumed(checker, written, Some(Channel::Text)), []);
        assert_eq!(assumed(checker, written, Some(Channel::Speech)), [Some(meant.to_owned())], "{written}");
        // What has been laid out for speech is not used for what was typed.
        assert_eq!(assumed(checker, written, None), []);
        assert_eq!(assumed(checker, meant, Some(Channel::Speech)), [None], "written as it was said");
        assert_eq!(checker.check(written), []);
    }
    assert_eq!(assumed(&alone, ours.0, Some(Channel::Speech)), []);
    let all = mine().channel(Channel::Speech).build().unwrap();
    for channel in [None, Some(Channel::Text), Some(Channel::Speech)] {
        assert_eq!(assumed(&all, ours.0, channel), [Some(ours.1.to_owned())]);
        assert_eq!(assumed(&all, own.0, channel), [Some(own.1.to_owned())]);
    }
}

#[test]
fn folding() {
    run("folding.toml");
}

#[test]
fn guards() {
    run("guards.toml");
}
