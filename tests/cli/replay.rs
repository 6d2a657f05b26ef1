//! Old and new rules on the same transcripts: what is gained, what is lost, and what that does to scores.

use std::fs;

use serde_json::Value;
use tempfile::TempDir;

use super::{Ran, bare, data, folder, run};

const CALLS: &[u8] = "# one\n客户：为什么收不到\n客服：你没有填对\n客服：你必须先付款。\n\n# two\n客户：怎么回事\n客服：这不关我的事\n客服：<b>随便你</b>，我的号码13800138000\n\n\
    # three\n客户：在吗\n客服：您好\n"
    .as_bytes();

/// The tests' own pack, and the same without one rule and with another.
fn changed() -> TempDir {
    let demo = fs::read_to_string(data("packs/demo.toml")).unwrap();
    let start = demo.find("[[rule]]\nid = \"demo/not-mine\"").unwrap();
    let end = start + 8 + demo[start + 8..].find("[[rule]]").unwrap();
    let without = format!("{}{}", &demo[..start], &demo[end..]);
    let second = fs::read_to_string(data("packs/second.toml")).unwrap();
    let folder = folder(&[("calls.txt", CALLS), ("old.toml", demo.as_bytes())]);
    fs::create_dir(folder.path().join("new")).unwrap();
    fs::write(folder.path().join("new/demo.toml"), without).unwrap();
    fs::write(folder.path().join("new/second.toml"), second).unwrap();
    folder
}

fn replay(folder: &TempDir, more: &[&str]) -> Ran {
    let arguments = ["replay", "--old", "old.toml", "--new", "new", "calls.txt"];
    run(bare().current_dir(folder.path()).args(arguments).args(more))
}

fn records(out: &str, of: &str) -> Vec<Value> {
    let all = out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    all.filter(|record| record["type"] == of).collect()
}

#[test]
fn what_is_gained_and_lost() {
    let folder = changed();
    let ran = replay(&folder, &["--format", "jsonl"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    let (gained, lost) = (records(&ran.out, "gained"), records(&ran.out, "lost"));
    assert_eq!((gained.len(), lost.len()), (1, 1));
    let facts = |item: &Value| [item["rule"].clone(), item["text"].clone(), item["line"].clone(), item["turn"].clone()];
    assert_eq!(facts(&gained[0]), [Value::from("second/whatever"), "随便你".into(), 9.into(), 3.into()]);
    assert_eq!(facts(&lost[0]), [Value::from("demo/not-mine"), "不关我的事".into(), 8.into(), 2.into()]);
    let conversations = records(&ran.out, "conversation");
    assert_eq!(conversations.len(), 1, "only what changes is listed");
    assert_eq!((conversations[0]["conversation"].as_str(), conversations[0]["gained"].as_u64()), (Some("two"), Some(1)));
    let summary = &records(&ran.out, "summary")[0];
    assert_eq!(["conversations", "changed", "gained", "lost"].map(|key| summary[key].as_u64().unwrap()), [3, 1, 1, 1]);
    assert_eq!(summary["findings"], serde_json::json!({"old": 3, "new": 3}));
    assert_eq!(summary["by_rule"]["demo/wrong"], serde_json::json!({"old": 1, "new": 1, "gained": 0, "lost": 0}));
    let uses_second = |which: &str| summary["packs"][which].as_array().unwrap().iter().any(|pack| pack["name"] == "second");
    assert_eq!((uses_second("old"), uses_second("new")), (false, true));
    assert_eq!(summary["inputs"][0]["sha256"].as_str().unwrap().len(), 64);

    let english = replay(&folder, &["--locale", "en"]).out;
    for line in ["1 gained, 1 lost", "1 changed", "+ calls.txt:9 two turn 3", "- calls.txt:8 two turn 2  这不关我的事"] {
        assert!(english.contains(line), "{line}\n{english}");
    }
    assert!(replay(&folder, &["--locale", "zh-Hant", "--examples", "0"]).out.contains("新舊規則對比"));
    let same = run(bare().current_dir(folder.path()).args(["replay", "--old", "new", "--new", "new/", "calls.txt"]));
    assert_eq!(same.code, 0, "{}{}", same.out, same.err);
}

#[test]
fn the_model_can_be_left_out() {
    let folder = folder(&[("calls.txt", "客服：通知次次都寄到您手上，一封都没点开过，到头来喊冤".as_bytes())]);
    let found = |more: &[&str]| {
        let arguments = ["replay", "--old", "default", "--new", "default", "--format", "jsonl", "calls.txt"];
        let ran = run(bare().current_dir(folder.path()).args(arguments).args(more));
        records(&ran.out, "summary")[0]["findings"].clone()
    };
    assert_eq!(found(&[]), serde_json::json!({"old": 3, "new": 3}));
    // Without it there are the two findings of flow rules alone.
    assert_eq!(found(&["--no-model"]), serde_json::json!({"old": 2, "new": 2}));
}

#[test]
fn the_scores_are_those_of_audits() {
    let folder = changed();
    let audit = |packs: &str| {
        let arguments = ["audit", "calls.txt", "--format", "jsonl", "--no-default-rules", "--rules", packs];
        let out = run(bare().current_dir(folder.path()).args(arguments)).out;
        records(&out, "conversation").iter().map(|of| of["score"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    let (old, new) = (audit("old.toml"), audit("new"));
    let out = replay(&folder, &["--format", "jsonl"]).out;
    assert_eq!(records(&out, "conversation")[0]["score"], serde_json::json!({"old": old[1], "new": new[1]}));
    let mean = |scores: &[u64]| (scores.iter().sum::<u64>() as f64 / scores.len() as f64 * 10.0).round() / 10.0;
    assert_eq!(records(&out, "summary")[0]["mean_score"], serde_json::json!({"old": mean(&old), "new": mean(&new)}));
}

#[test]
fn a_page_that_does_no_harm() {
    let folder = changed();
    let ran = replay(&folder, &["--out", "change.html", "--redact", "--locale", "en"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    let page = fs::read_to_string(folder.path().join("change.html")).unwrap();
    assert!(page.contains("second/whatever") && page.contains("<mark>随便你</mark>"), "{page}");
    assert!(!page.contains("<b>随") && page.contains("&#60;b&#62;"), "what was said is escaped");
    assert!(page.contains("href=\"#rule-1\"") && page.contains("id=\"rule-1\""), "a rule leads to its examples");
    assert!(!page.contains("13800138000") && !ran.out.contains("13800138000"), "and masked");
    assert!(!page.contains("http://") && !page.contains("https://"), "nothing is loaded from elsewhere");
    let bad = replay(&folder, &["--out", "change.pdf"]);
    assert!(bad.code == 2 && bad.err.contains("give --out a name that ends in .html"), "{}", bad.err);
}

#[test]
fn half_of_the_rules_is_no_comparison() {
    let folder = changed();
    fs::write(folder.path().join("new/broken.toml"), "[pack]\nname = ").unwrap();
    let ran = replay(&folder, &[]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(ran.err.contains("broken.toml") && ran.err.contains("两套规则都要完整"), "{}", ran.err);
    assert!(!ran.err.contains("继续"), "{}", ran.err);
}
