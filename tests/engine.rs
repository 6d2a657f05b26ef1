//! The truth tables under `data/engine`: a pack, texts, and what must be found in them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that fails may panic")]

use std::path::Path;

use jinyu::{Checker, Reason, RulePack, Speaker, Utterance};
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

#[test]
fn folding() {
    run("folding.toml");
}

#[test]
fn guards() {
    run("guards.toml");
}
