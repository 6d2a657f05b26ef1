//! Verdicts of reviewers come back: precision, agreement, waivers; audits that respect waivers and older reports.

use std::fs;
use std::path::Path;

use calamine::{Data, Reader, Xlsx, open_workbook};
use rust_xlsxwriter::Workbook;
use serde_json::Value;
use tempfile::TempDir;

use super::{Ran, bare, data, folder, run};

/// Two conversations; the second blames and pushes away.
const CALLS: &str = "# one\n客户：为什么收不到\n客服：你没有填对\n客服：你必须先付款。\n\n# two\n客户：怎么回事\n客服：你弄错了\n客服：这不关我的事\n客服：急什么\n";

/// A pack with one flow rule, which is violated where nobody apologises.
const FLOW: &str = r#"
[pack]
name = "f"
version = "1"
summary = "s"
[[rule]]
id = "f/sorry"
step = "apologise"
why = "w"
source = "written for the tests"
phrases = ["抱歉"]
hit = ["抱歉"]
miss = ["您好"]
[[flow]]
id = "f/no-sorry"
kind = "require"
severity = "warning"
care = "empathic"
points = 10
why = "没有道歉。"
source = "written for the tests"
want = ["apologise"]
first = 2
violated = ["客户：坏了\n客服：您好\n客户：嗯\n客服：单号\n客户：一"]
satisfied = ["客户：坏了\n客服：抱歉"]
"#;

fn calls() -> TempDir {
    folder(&[("calls.txt", CALLS.as_bytes())])
}

fn jinyu(folder: &TempDir, arguments: &[&str]) -> Ran {
    run(bare().current_dir(folder.path()).args(arguments))
}

/// An audit with the tests' own rules.
fn audit(folder: &TempDir, more: &[&str]) -> Ran {
    let pack = data("packs/demo.toml");
    let arguments = ["audit", "calls.txt", "--no-default-rules", "--rules", pack.to_str().unwrap(), "--today", "2026-12-01"];
    jinyu(folder, &[&arguments[..], more].concat())
}

fn records(out: &str, of: &str) -> Vec<Value> {
    let all = out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    all.filter(|record| record["type"] == of).collect()
}

/// Fills the findings of a workbook: for each row what `answer` says of its rule, verdict, reviewer and remark.
fn fill(from: &Path, to: &Path, mut answer: impl FnMut(&str, usize) -> [String; 3]) {
    let mut book: Xlsx<_> = open_workbook(from).unwrap();
    let findings = book.worksheet_range("问题").unwrap();
    let mut out = Workbook::new();
    out.add_worksheet().set_name("汇总").unwrap().write_string(0, 0, "项目").unwrap();
    let sheet = out.add_worksheet().set_name("问题").unwrap();
    let names: Vec<String> = findings.rows().next().unwrap().iter().map(Data::to_string).collect();
    let rule = names.iter().position(|name| name == "规则").unwrap();
    for (number, row) in findings.rows().enumerate() {
        let mut cells: Vec<String> = row.iter().map(Data::to_string).collect();
        if number > 0 {
            let answers = answer(&cells[rule].clone(), number);
            cells[..3].clone_from_slice(&answers);
        }
        for (column, cell) in (0..).zip(&cells) {
            sheet.write_string(u32::try_from(number).unwrap(), column, cell).unwrap();
        }
    }
    out.save(to).unwrap();
}

fn said(verdict: &str, who: &str, remark: &str) -> [String; 3] {
    [verdict, who, remark].map(str::to_owned)
}

#[test]
fn verdicts_become_waivers_and_audits_respect_them() {
    let folder = calls();
    let before = audit(&folder, &["--format", "jsonl", "--out", "review.xlsx", "--out", "old.jsonl"]);
    assert_eq!(before.code, 1, "{}", before.err);
    assert_eq!(records(&before.out, "finding").len(), 5);
    let path = |name: &str| folder.path().join(name);
    fill(&path("review.xlsx"), &path("li.xlsx"), |rule, _| match rule {
        "demo/wrong" => said("错误", "李", "客户先说的"),
        "demo/must" => said("不確定", "李", ""),
        "demo/what-rush" => said("也许", "李", ""),
        "demo/not-mine" => said("", "", ""),
        _ => said("correct", "李", ""),
    });
    let dry = jinyu(&folder, &["review", "import", "li.xlsx", "--dry-run", "--today", "2026-12-01", "--format", "jsonl"]);
    assert!(!path("jinyu-waivers.toml").exists());
    assert_eq!(dry.code, 2, "one verdict is none");
    assert!(dry.err.contains("li.xlsx: the sheet \"问题\", row 6: \"也许\" is no verdict; write 正确"), "{}", dry.err);
    let summary = &records(&dry.out, "summary")[0];
    assert_eq!(
        ["judged", "open", "bad", "added", "wrong", "unsure"].map(|key| summary[key].as_u64().unwrap()),
        [3, 1, 1, 2, 2, 1],
        "{summary}"
    );
    jinyu(&folder, &["review", "import", "li.xlsx", "--today", "2026-12-01"]);
    let waivers = fs::read_to_string(path("jinyu-waivers.toml")).unwrap();
    assert_eq!(waivers.matches("[[waiver]]").count(), 2);
    assert!(waivers.contains("reason = \"客户先说的\"\nwho = \"李\"\nuntil = \"2027-05-30\"\n"), "{waivers}");

    let after = audit(
        &folder,
        &[
            "--format",
            "jsonl",
            "--waivers",
            "jinyu-waivers.toml",
            "--out",
            "new.csv",
            "--out",
            "new.sarif",
            "--out",
            "new.junit.xml",
            "--out",
            "new.html",
        ],
    );
    assert_eq!(after.code, 1, "others are left");
    super::records(&after.out);
    let (suppressed, counted): (Vec<Value>, Vec<Value>) =
        records(&after.out, "finding").into_iter().partition(|finding| finding.get("suppressed").is_some());
    assert_eq!((suppressed.len(), counted.len()), (2, 3));
    assert!(suppressed.iter().all(|finding| finding["rule"] == "demo/wrong"));
    assert_eq!(suppressed[0]["suppressed"], serde_json::json!({"reason": "客户先说的", "who": "李", "until": "2027-05-30"}));
    let summary = &records(&after.out, "summary")[0];
    assert_eq!(["findings", "suppressed", "unused_waivers"].map(|key| summary[key].as_u64().unwrap()), [3, 2, 0]);
    assert!(summary["by_rule"].get("demo/wrong").is_none());
    let score = |out: &str| records(out, "conversation").iter().map(|of| of["score"].as_u64().unwrap()).collect::<Vec<_>>();
    let points = |out: &str| {
        let all = records(out, "conversation");
        all.iter().flat_map(|of| of["deductions"].as_array().unwrap().clone()).filter(|of| of["rule"] == "demo/wrong").count()
    };
    assert_eq!((points(&before.out), points(&after.out)), (2, 0));
    assert!(score(&after.out).iter().zip(score(&before.out)).all(|(after, before)| *after > before), "no points are lost");
    let read = |name: &str| fs::read_to_string(path(name)).unwrap();
    assert_eq!(read("new.csv").lines().filter(|line| line.contains(",\"客户先说的 (李, 2027-05-30)\",")).count(), 2);
    let sarif: Value = serde_json::from_str(&read("new.sarif")).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.iter().filter(|of| of["suppressions"][0]["kind"] == "external").count(), 2);
    assert_eq!(read("new.junit.xml").matches("<failure").count(), 3);
    assert!(read("new.html").contains("已豁免"));
    let text = audit(&folder, &["--waivers", "jinyu-waivers.toml"]);
    assert_eq!(text.out.matches("已豁免 [demo/wrong]").count(), 2, "{}", text.out);
    assert_eq!(text.out.matches("[demo/wrong]").count(), 2, "{}", text.out);

    // With nothing left but what is waived, the audit is clean.
    fs::write(path("calls.txt"), "# one\n客户：为什么收不到\n客服：你没有填对\n").unwrap();
    let found = records(&audit(&folder, &["--format", "jsonl"]).out, "finding");
    let waiver = |finding: &str| {
        format!("[[waiver]]\nfinding = \"{finding}\"\nrule = \"r\"\nreason = \"x\"\nwho = \"y\"\nuntil = 2027-01-01\n")
    };
    fs::write(path("w.toml"), [waiver(found[0]["fingerprint"].as_str().unwrap()), waiver(&"0".repeat(20))].concat()).unwrap();
    let clean = audit(&folder, &["--format", "jsonl", "--waivers", "w.toml"]);
    assert_eq!((clean.code, &records(&clean.out, "summary")[0]["unused_waivers"]), (0, &Value::from(1)));
    // Another conversation of the same name, with the same words, is no such conversation.
    fs::write(path("calls.txt"), "# one\n客户：票怎么退\n客服：你没有填对\n").unwrap();
    assert_eq!(audit(&folder, &["--waivers", "w.toml"]).code, 1);
}

#[test]
fn expired_and_broken_waivers_do_not_apply() {
    let folder = calls();
    let out = audit(&folder, &["--format", "jsonl"]).out;
    let fingerprints: Vec<String> =
        records(&out, "finding").iter().map(|finding| finding["fingerprint"].as_str().unwrap().to_owned()).collect();
    let waiver = |finding: &str, until: &str| {
        format!("[[waiver]]\nfinding = \"{finding}\"\nrule = \"r\"\nreason = \"x\"\nwho = \"y\"\nuntil = {until}\n")
    };
    let file = [
        waiver(&fingerprints[0], "\"2026-11-30\""),
        waiver(&fingerprints[1], "2026-12-01"),
        waiver(&fingerprints[2], "\"soon\""),
    ];
    fs::write(folder.path().join("w.toml"), file.concat()).unwrap();
    let ran = audit(&folder, &["--format", "jsonl", "--waivers", "w.toml"]);
    assert_eq!(ran.code, 2, "{}", ran.err);
    let suppressed: Vec<Value> = records(&ran.out, "finding").into_iter().filter(|of| of.get("suppressed").is_some()).collect();
    assert_eq!(suppressed.len(), 1);
    assert_eq!(suppressed[0]["fingerprint"], fingerprints[1].as_str(), "a waiver holds to the end of its day");
    assert!(ran.err.contains("expired on 2026-11-30 and does not apply"), "{}", ran.err);
    assert!(ran.err.contains("w.toml:18: \"soon\" is no date; write it like 2027-05-01"), "{}", ran.err);
    let none = audit(&folder, &["--waivers", "nowhere.toml"]);
    assert!(none.code == 2 && none.err.contains("nowhere.toml: there is no such file"), "{}", none.err);
}

#[test]
fn violations_can_be_waived() {
    let folder = calls();
    fs::write(folder.path().join("f.toml"), FLOW).unwrap();
    let flow = |ran: &Ran| {
        let all = records(&ran.out, "conversation");
        let of = |record: &Value| (record["score"].as_u64().unwrap(), record["flow"][0].clone());
        all.iter().map(of).collect::<Vec<_>>()
    };
    let before = audit(&folder, &["--rules", "f.toml", "--format", "jsonl"]);
    assert_eq!(before.code, 1, "{}", before.err);
    let (score, violated) = flow(&before).remove(0);
    assert_eq!(violated["verdict"], "violated");
    let fingerprint = violated["fingerprint"].as_str().unwrap();
    let waiver = format!(
        "[[waiver]]\nfinding = \"{fingerprint}\"\nrule = \"f/no-sorry\"\nreason = \"x\"\nwho = \"y\"\nuntil = \"2027-01-01\"\n"
    );
    fs::write(folder.path().join("w.toml"), waiver).unwrap();
    let after = audit(&folder, &["--rules", "f.toml", "--format", "jsonl", "--waivers", "w.toml", "--redact"]);
    super::records(&after.out);
    let (better, waived) = flow(&after).remove(0);
    assert_eq!((better, waived["suppressed"]["reason"].as_str()), (score + 10, Some("x")));
    let summary = &records(&after.out, "summary")[0];
    assert_eq!([&summary["flow"]["f/no-sorry"]["violated"], &summary["suppressed"]].map(|n| n.as_u64().unwrap()), [1, 1]);
    // An older report knows both.
    fs::write(folder.path().join("old.jsonl"), &before.out).unwrap();
    let same = audit(&folder, &["--rules", "f.toml", "--baseline", "old.jsonl"]);
    assert_eq!(same.code, 0, "{}{}", same.out, same.err);
}

#[test]
fn reviewers_agree_or_not() {
    let folder = calls();
    audit(&folder, &["--out", "review.xlsx"]);
    let path = |name: &str| folder.path().join(name);
    // Both judge five findings and agree on three: two correct, one wrong.
    let li = ["正确", "正确", "错误", "错误", "正确"];
    let wang = ["正确", "错误", "错误", "正确", "正确"];
    fill(&path("review.xlsx"), &path("li.xlsx"), |_, number| said(li[number - 1], "", ""));
    fill(&path("review.xlsx"), &path("wang.xlsx"), |_, number| said(wang[number - 1], "王", ""));
    let import = |more: &[&str]| jinyu(&folder, &[&["review", "import", "--today", "2026-12-01"], more].concat());
    let ran = import(&["--format", "jsonl", "li.xlsx", "wang.xlsx"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let agreement = &records(&ran.out, "agreement")[0];
    assert_eq!(agreement["reviewers"], serde_json::json!(["li", "王"]), "without a name the file's stands for the reviewer");
    assert_eq!((agreement["findings"].as_u64(), agreement["share"].as_f64()), (Some(5), Some(0.6)));
    // By chance 0.6 * 0.6 + 0.4 * 0.4 = 0.52.
    assert_eq!(agreement["kappa"].as_f64(), Some(0.167));
    assert_eq!((records(&ran.out, "disputed").len(), records(&ran.out, "waiver").len()), (2, 1));
    let summary = &records(&ran.out, "summary")[0];
    assert_eq!(["correct", "wrong", "disputed"].map(|key| summary[key].as_u64().unwrap()), [2, 1, 2]);
    assert_eq!(summary["enough"], false);

    // Later they find it correct after all.
    let ran = import(&["--locale", "en", "--waivers", "jinyu-waivers.toml", "li.xlsx", "wang.xlsx"]);
    assert!(ran.out.contains("0 added, 1 renewed, 0 taken back") && ran.out.contains("too few to say"), "{}", ran.out);
    fill(&path("review.xlsx"), &path("li.xlsx"), |_, _| said("對", "", ""));
    let ran = import(&["--locale", "zh-Hant", "li.xlsx"]);
    assert!(ran.out.contains("新增0，續期0，撤回1"), "{}", ran.out);
    assert!(!fs::read_to_string(path("jinyu-waivers.toml")).unwrap().contains("[[waiver]]"));
}

#[test]
fn bad_workbooks_are_named() {
    let folder = folder(&[("no.xlsx", b"nothing"), ("calls.txt", CALLS.as_bytes())]);
    let mut book = Workbook::new();
    book.add_worksheet().write_string(0, 0, "规则").unwrap();
    book.save(folder.path().join("other.xlsx")).unwrap();
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("Findings").unwrap();
    for (row, cells) in [["Verdict", "Rule", "Fingerprint"], ["wrong", "demo/wrong", "abc"]].iter().enumerate() {
        for (column, cell) in cells.iter().enumerate() {
            sheet.write_string(u32::try_from(row).unwrap(), u16::try_from(column).unwrap(), *cell).unwrap();
        }
    }
    book.save(folder.path().join("short.xlsx")).unwrap();
    let ran = jinyu(&folder, &["review", "import", "no.xlsx", "other.xlsx", "short.xlsx", "--locale", "en"]);
    assert_eq!(ran.code, 2);
    for message in [
        "no.xlsx: is no workbook that we can read",
        "other.xlsx: has no sheet with a column 复核结论 (Verdict)",
        "short.xlsx: the sheet \"Findings\", row 2: \"abc\" is no fingerprint",
    ] {
        assert!(ran.err.contains(message), "{message}\n{}", ran.err);
    }
    assert!(!folder.path().join("jinyu-waivers.toml").exists());
}

#[test]
fn only_what_is_new() {
    let folder = calls();
    audit(&folder, &["--out", "old.jsonl"]);
    let path = folder.path().join("calls.txt");
    let same = audit(&folder, &["--format", "jsonl", "--baseline", "old.jsonl"]);
    super::records(&same.out);
    let summary = &records(&same.out, "summary")[0];
    assert_eq!((same.code, summary["findings"].as_u64(), summary["known"].as_u64()), (0, Some(0), Some(5)));
    // Another conversation before it moves the lines; one more finding is new.
    fs::write(&path, format!("# zero\n客服：您好\n\n{CALLS}客服：我也没办法\n")).unwrap();
    let ran = audit(&folder, &["--format", "jsonl", "--baseline", "old.jsonl"]);
    let new: Vec<Value> = records(&ran.out, "finding");
    assert_eq!((ran.code, new.len()), (1, 1), "{}", ran.err);
    assert_eq!(new[0]["rule"], "demo/no-way");
    let scores = |out: &str| records(out, "conversation").iter().map(|of| of["score"].clone()).collect::<Vec<_>>();
    assert_eq!(scores(&ran.out), scores(&audit(&folder, &["--format", "jsonl"]).out), "what is known keeps its cost");
    assert!(audit(&folder, &["--baseline", "old.jsonl", "--locale", "en"]).out.contains("in the older report, not listed"));

    let old = fs::read_to_string(folder.path().join("old.jsonl")).unwrap();
    let (start, rest) = old.split_once(",\"fingerprint\":\"").unwrap();
    fs::write(folder.path().join("older.jsonl"), format!("{start}{}", &rest[21..])).unwrap();
    let ran = audit(&folder, &["--baseline", "older.jsonl"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("older.jsonl:1: this finding has no fingerprint; this report is too old"), "{}", ran.err);
    fs::write(folder.path().join("none.jsonl"), "").unwrap();
    assert!(audit(&folder, &["--baseline", "none.jsonl"]).err.contains("has no records of a report"));
}
