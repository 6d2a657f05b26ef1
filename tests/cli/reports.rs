//! `jinyu audit --out`: each form read back by a program that knows it, and the page opened in a browser.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use calamine::{Data, Reader, Xlsx, open_workbook};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::RowAccessor;
use serde_json::Value;
use tempfile::TempDir;

use super::{folder, golden, jinyu, run};

/// Three conversations with what a report could stumble over: markup, formulas, control characters, personal data.
const CALLS: &str = r#"{"conversation":"一号</script><b>","turn":1,"speaker":"customer","text":"=1+1 </script><script>alert(1)</script>","start":1767225600000}
{"conversation":"一号</script><b>","turn":2,"speaker":"agent","agent_id":"<i>7</i>","text":"你弄错了，\u0007你必须先付款","start":1767225660000}
{"conversation":"二号","turn":1,"speaker":"customer","text":"我的电话是13812345678，住中山北路128弄5号302室","start":1767312000000}
{"conversation":"二号","turn":2,"speaker":"agent","agent_id":"8","text":"这是公司的规定，你应该自己打13812345678问","start":1767312060000}
{"conversation":"三号","turn":1,"speaker":"agent","agent_id":"8","text":"好的，谢谢您","start":1767398400000}
"#;

const FORMS: [&str; 7] = ["csv", "html", "jsonl", "junit.xml", "parquet", "sarif", "xlsx"];

/// A folder with `calls.jsonl` and a report of each form.
fn reports(calls: &str, more: &[&str]) -> TempDir {
    let folder = folder(&[("calls.jsonl", calls.as_bytes())]);
    let outs: Vec<String> = FORMS.iter().map(|form| folder.path().join(format!("r.{form}")).display().to_string()).collect();
    let mut command = jinyu(&["audit"]);
    command.arg(folder.path().join("calls.jsonl")).args(more);
    for out in &outs {
        command.args(["--out", out]);
    }
    let ran = run(&mut command);
    assert_eq!((ran.code, ran.err.as_str()), (1, ""));
    assert!(ran.out.contains("## 汇总") && ran.out.contains("demo/wrong"), "standard output keeps its report: {}", ran.out);
    let left = fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(left, FORMS.len() + 1, "nothing but the reports is left");
    folder
}

fn text(folder: &TempDir, form: &str) -> String {
    fs::read_to_string(folder.path().join(format!("r.{form}"))).unwrap()
}

fn json_lines(folder: &TempDir) -> Vec<Value> {
    text(folder, "jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The fingerprints of findings and violated flow rules in the JSON Lines report.
fn fingerprints(folder: &TempDir) -> BTreeSet<String> {
    let records = json_lines(folder);
    let own = records.iter().filter_map(|record| record["fingerprint"].as_str());
    let flow = records.iter().filter_map(|record| record["flow"].as_array()).flatten();
    own.chain(flow.filter_map(|flow| flow["fingerprint"].as_str())).map(str::to_owned).collect()
}

fn sheet(folder: &TempDir, name: &str) -> Vec<Vec<String>> {
    let mut book: Xlsx<_> = open_workbook(folder.path().join("r.xlsx")).unwrap();
    let range = book.worksheet_range(name).unwrap();
    range.rows().map(|row| row.iter().map(Data::to_string).collect()).collect()
}

#[test]
fn all_forms_tell_the_same() {
    let folder = reports(CALLS, &[]);
    let expected = fingerprints(&folder);
    assert_eq!(expected.len(), 4, "{expected:?}");

    let csv = text(&folder, "csv");
    assert!(csv.starts_with('\u{feff}'));
    let mut rows = csv::Reader::from_reader(csv.trim_start_matches('\u{feff}').as_bytes());
    let rows: Vec<csv::StringRecord> = rows.records().map(Result::unwrap).collect();
    assert_eq!(rows.iter().map(|row| row[0].to_owned()).collect::<BTreeSet<_>>(), expected);
    golden("report.csv", &csv.replace(&folder.path().display().to_string(), "").replace('\\', "/"));

    let findings = sheet(&folder, "问题");
    let (head, rows) = findings.split_first().unwrap();
    assert_eq!(head[..3], ["复核结论", "复核人", "备注"]);
    let column = head.iter().position(|name| name == "指纹").unwrap();
    assert_eq!(rows.iter().map(|row| row[column].clone()).collect::<BTreeSet<_>>(), expected);
    assert_eq!(sheet(&folder, "对话").len(), 4);
    assert_eq!(sheet(&folder, "坐席").len(), 3);
    assert!(sheet(&folder, "汇总").iter().any(|row| row[0].contains("规则包")));

    let sarif: Value = serde_json::from_str(&text(&folder, "sarif")).unwrap();
    let run = &sarif["runs"][0];
    let results = run["results"].as_array().unwrap();
    let of = |result: &Value| result["partialFingerprints"]["jinyu/v1"].as_str().unwrap().to_owned();
    assert_eq!(results.iter().map(of).collect::<BTreeSet<_>>(), expected);
    for result in results {
        let rule = &run["tool"]["driver"]["rules"][result["ruleIndex"].as_u64().unwrap() as usize];
        assert_eq!(rule["id"], result["ruleId"]);
        assert!(rule["help"]["text"].is_string());
        assert!(result["locations"][0]["physicalLocation"]["region"]["startLine"].as_u64().unwrap() > 0);
    }
    assert_eq!(run["artifacts"][0]["hashes"]["sha-256"].as_str().unwrap().len(), 64);

    let junit = text(&folder, "junit.xml");
    let mut reader = quick_xml::Reader::from_str(&junit);
    let (mut cases, mut failures) = (0, 0);
    loop {
        match reader.read_event().unwrap() {
            quick_xml::events::Event::Start(tag) if tag.name().as_ref() == "testcase" => cases += 1,
            quick_xml::events::Event::Start(tag) if tag.name().as_ref() == "failure" => failures += 1,
            quick_xml::events::Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!((cases, failures), (3, 4));
    assert!(!junit.contains('\u{7}'), "XML has no way to write it");

    let parquet = SerializedFileReader::new(fs::File::open(folder.path().join("r.parquet")).unwrap()).unwrap();
    let rows: Vec<_> = parquet.get_row_iter(None).unwrap().map(Result::unwrap).collect();
    assert_eq!(rows.iter().map(|row| row.get_string(0).unwrap().clone()).collect::<BTreeSet<_>>(), expected);
    let notes = parquet.metadata().file_metadata().key_value_metadata().unwrap();
    assert!(notes.iter().any(|note| note.key == "jinyu.packs"));

    let records = json_lines(&folder);
    let summary = records.last().unwrap();
    assert_eq!((summary["type"].as_str(), summary["partial"].as_bool()), (Some("summary"), Some(false)));
    assert_eq!(summary["inputs"][0]["bytes"].as_u64(), Some(CALLS.len() as u64));
    assert_eq!(summary["inputs"][0]["sha256"], run["artifacts"][0]["hashes"]["sha-256"]);
}

#[test]
fn the_page_holds_everything_and_no_markup_of_others() {
    let html = text(&reports(CALLS, &[]), "html");
    assert_eq!(html.matches("<script").count(), html.matches("</script>").count());
    assert!(!html.contains("alert(1)") && !html.contains("<b>\"") && !html.contains("<i>7</i>"));
    let outside = ["src=", "href=\"http", "url(", "@import", "fetch("];
    assert!(outside.iter().all(|way| !html.contains(way)), "the page asks no network");
    let hash = "sha256";
    assert!(html.contains("Content-Security-Policy") && !html.contains(hash));
}

#[test]
fn a_finding_keeps_its_fingerprint() {
    let before = fingerprints(&reports(CALLS, &[]));
    let moved = format!("{}\n\n{CALLS}", r#"{"conversation":"零号","turn":1,"speaker":"agent","text":"您好"}"#);
    assert_eq!(fingerprints(&reports(&moved, &[])), before, "lines have moved");
    assert_eq!(fingerprints(&reports(CALLS, &["--redact"])), before, "what is masked has none");
    let other = CALLS.replace("\"二号\"", "\"四号\"");
    assert_ne!(fingerprints(&reports(&other, &[])), before);
}

#[test]
fn redacted_reports_hold_no_personal_data() {
    let folder = reports(CALLS, &["--redact"]);
    for form in ["csv", "jsonl", "junit.xml", "sarif"] {
        let report = text(&folder, form);
        for secret in ["13812345678", "中山北路", "302室"] {
            assert!(!report.contains(secret), "{form}: {secret}");
        }
    }
    assert!(text(&folder, "csv").contains("138****5678"));
    let found = sheet(&folder, "问题");
    assert!(found.iter().flatten().all(|cell| !cell.contains("13812345678")));
    for record in json_lines(&folder).iter().filter(|record| record["type"] == "finding") {
        let length = |range: &Value| (range[1].as_u64().unwrap() - range[0].as_u64().unwrap()) as usize;
        assert_eq!(length(&record["span"]["byte"]), record["text"].as_str().unwrap().len(), "offsets stay");
    }
}

#[test]
fn targets_that_cannot_be_written() {
    for (outs, said) in [
        (&["r.doc"][..], ".junit.xml"),
        (&["r.csv", "r.csv"][..], "twice"),
        (&["no-such-folder/r.csv"][..], "jinyu: cannot write no-such-folder/r.csv: there is no folder no-such-folder"),
    ] {
        let folder = folder(&[("calls.jsonl", CALLS.as_bytes())]);
        let mut command = jinyu(&["audit"]);
        command.arg(folder.path().join("calls.jsonl")).current_dir(folder.path());
        command.args(["--rules", &super::data("packs/demo.toml").display().to_string()]);
        for out in outs {
            command.args(["--out", out]);
        }
        let ran = run(&mut command);
        assert_eq!(ran.code, 2);
        assert!(ran.err.contains(said), "{}", ran.err);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left behind");
    }
}

/// Two agents, of whom the second blames; what the first promises is a past act.
const HANDED_ON: &str = r#"{"conversation":"转接","turn":1,"speaker":"agent","agent_id":"1001","text":"您好，我昨天给您打过电话"}
{"conversation":"转接","turn":2,"speaker":"customer","agent_id":"1001","text":"你们太过分了！我要投诉！"}
{"conversation":"转接","turn":3,"speaker":"agent","agent_id":"1002","text":"你弄错了，两个小时之内给您回电话"}
"#;

#[test]
fn deductions_and_promises_name_who_is_charged() {
    let folder = folder(&[("calls.jsonl", HANDED_ON.as_bytes())]);
    let mut command = super::bare();
    command.args(["audit", "--no-model", "--asr", "--out", "r.xlsx", "--out", "r.jsonl", "--out", "r.html", "calls.jsonl"]);
    let ran = run(command.current_dir(folder.path()));
    assert_eq!((ran.code, ran.err.as_str()), (1, ""));
    assert!(ran.out.contains("--no-model：") && ran.out.contains("--asr："), "{}", ran.out);
    assert!(ran.out.contains("经过：第2轮愤怒、投诉之后"), "{}", ran.out);
    let summary = sheet(&folder, "汇总");
    for option in ["--no-model", "--asr"] {
        assert!(summary.iter().any(|row| row[0] == "设置" && row[1] == option), "{summary:?}");
        assert!(text(&folder, "html").contains(option));
    }
    let lost = sheet(&folder, "扣分");
    assert_eq!(lost[0], ["对话编号", "坐席", "规则", "扣分", "维度", "轮", "次数", "一票否决", "文件"]);
    let blame = lost.iter().find(|row| row[2].starts_with("blame/")).unwrap();
    assert_eq!((blame[0].as_str(), blame[1].as_str(), blame[5].as_str()), ("转接", "1002", "3"));
    let promised = sheet(&folder, "承诺");
    assert_eq!(promised.len(), 2, "{promised:?}");
    assert_eq!((promised[1][1].as_str(), promised[1][3].as_str(), promised[1][5].as_str()), ("1002", "两个小时", "未见结果"));
    let records = json_lines(&folder);
    let conversation = records.iter().find(|record| record["type"] == "conversation").unwrap();
    let scores = &conversation["agent_scores"];
    assert!(scores["1001"].as_u64() > scores["1002"].as_u64(), "{conversation}");
    assert!(
        conversation["flow"].as_array().unwrap().iter().all(|flow| flow["reason"].as_str().is_some_and(|why| !why.is_empty()))
    );
    let last = records.last().unwrap();
    assert_eq!((&last["speech"], &last["without_model"]), (&Value::Bool(true), &Value::Bool(true)));
}

#[test]
fn what_no_agent_speaks_in_has_no_score_in_any_form() {
    let calls = r#"{"conversation":"五号","turn":1,"speaker":"customer","text":"有人吗"}
"#;
    let folder = reports(&format!("{CALLS}{calls}"), &[]);
    let conversations = sheet(&folder, "对话");
    let row = conversations.iter().find(|row| row[0] == "五号").unwrap();
    assert!(row[1..7].iter().all(String::is_empty), "{row:?}");
    let record =
        json_lines(&folder).into_iter().find(|record| record["type"] == "conversation" && record["conversation"] == "五号");
    assert_eq!(record.unwrap()["score"], Value::Null);
}

#[test]
fn reports_beside_the_transcripts_are_passed_over() {
    let folder = reports(CALLS, &[]);
    fs::copy(folder.path().join("r.jsonl"), folder.path().join("r.txt")).unwrap();
    let mut command = jinyu(&["audit", "--format", "jsonl"]);
    let ran = run(command.arg(folder.path()).arg(folder.path().join("r.html")));
    assert_eq!(ran.code, 1, "no error: {}", ran.err);
    for name in ["r.csv", "r.html", "r.jsonl", "r.txt", "r.xlsx"] {
        assert!(ran.err.contains(&format!("{name}: is a report of jinyu")), "{name}: {}", ran.err);
    }
    let last: Value = serde_json::from_str(ran.out.lines().last().unwrap()).unwrap();
    assert_eq!((last["files"].as_u64(), last["conversations"].as_u64(), last["errors"].as_u64()), (Some(1), Some(3), Some(0)));
    assert_eq!(last["inputs"].as_array().map(Vec::len), Some(1));
}

#[cfg(unix)]
#[test]
fn an_interrupted_audit_leaves_a_partial_report() {
    leaves_a_partial_report("-INT");
}

#[cfg(unix)]
#[test]
fn an_audit_that_is_told_to_end_leaves_a_partial_report() {
    leaves_a_partial_report("-TERM");
}

#[cfg(unix)]
fn leaves_a_partial_report(signal: &str) {
    let folder = folder(&[]);
    let mut command = jinyu(&["audit", "-"]);
    for form in FORMS {
        command.arg("--out").arg(folder.path().join(format!("r.{form}")));
    }
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let say = |stdin: &mut std::process::ChildStdin, number: usize| {
        writeln!(stdin, r#"{{"conversation":"c{number}","turn":1,"speaker":"agent","text":"你弄错了"}}"#)
            .and_then(|()| stdin.flush())
    };
    // Once so much has gone through the pipe, the handler stands.
    (0..5_000).for_each(|number| say(&mut stdin, number).unwrap());
    assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
    let ended = (5_000..10_000_000).find(|number| say(&mut stdin, *number).is_err());
    assert!(ended.is_some(), "it goes on");
    drop(stdin);
    assert_eq!(child.wait().unwrap().code(), Some(130), "a part is not clean");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), FORMS.len(), "nothing else is left");
    let records = json_lines(&folder);
    let last = records.last().unwrap();
    assert_eq!((last["type"].as_str(), last["partial"].as_bool()), (Some("summary"), Some(true)));
    assert_eq!(last["inputs"][0]["sha256"], Value::Null, "it was not read to its end");

    let csv = text(&folder, "csv");
    let mut rows = csv::Reader::from_reader(csv.trim_start_matches('\u{feff}').as_bytes());
    let rows: Vec<csv::StringRecord> = rows.records().map(|row| row.expect("all rows have as many cells")).collect();
    let (last, others) = rows.split_last().unwrap();
    assert_eq!((&last[0], &last[1], &last[12]), ("", "partial", "中途停止，以上只是一部分"));
    assert!(others.iter().all(|row| &row[1] == "finding"));
    assert!(text(&folder, "html").contains("中途停止，以下只是一部分"));
    assert!(sheet(&folder, "汇总").iter().any(|row| row[0].starts_with("中途停止")));
    let sarif: Value = serde_json::from_str(&text(&folder, "sarif")).unwrap();
    let run = &sarif["runs"][0];
    assert_eq!(run["properties"]["partial"], true);
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
    assert!(text(&folder, "junit.xml").contains("name=\"partial\" value=\"true\""));
    let parquet = SerializedFileReader::new(fs::File::open(folder.path().join("r.parquet")).unwrap()).unwrap();
    let notes = parquet.metadata().file_metadata().key_value_metadata().unwrap();
    assert!(notes.iter().any(|note| note.key == "jinyu.partial" && note.value.as_deref() == Some("true")));
}

#[test]
fn reports_are_complete_though_nobody_reads_standard_output() {
    let calls: String = (0..3_000).map(|number| CALLS.replace("二号", &format!("二号{number}"))).collect();
    let folder = folder(&[("calls.jsonl", calls.as_bytes())]);
    let out = folder.path().join("r.jsonl");
    let mut command = jinyu(&["audit", "--format", "jsonl"]);
    command.arg(folder.path().join("calls.jsonl")).arg("--out").arg(&out).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(1));
    let report = fs::read_to_string(&out).unwrap();
    let last: Value = serde_json::from_str(report.lines().last().unwrap()).unwrap();
    assert_eq!((last["type"].as_str(), last["partial"].as_bool()), (Some("summary"), Some(false)));
}

/// Drives the page as a reader would, and writes down what it saw.
const PROBE: &str = r#"
<script>
"use strict";
(async () => {
  const seen = {};
  const by = id => document.getElementById(id);
  const until = async (what, test) => {
    for (let turn = 0; turn < 200; turn++) {
      if (test()) return;
      await new Promise(resolve => setTimeout(resolve, 5));
    }
    throw new Error(`never: ${what}`);
  };
  const press = key => document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  const set = (id, value) => { by(id).value = value; by(id).dispatchEvent(new Event("input", { bubbles: true })); };
  try {
    await until("list", () => by("list").children.length === 3);
    seen.first = by("list").firstElementChild.textContent;
    set("text", "公司的规定");
    await until("search", () => by("list").children.length === 1);
    seen.found = by("list").textContent;
    by("filters").reset();
    await until("reset", () => by("list").children.length === 3);
    set("rule", "demo/wrong");
    await until("rule", () => by("list").children.length === 1);
    by("list").firstElementChild.click();
    await until("open", () => by("detail").querySelectorAll(".turn").length === 2);
    seen.marks = [...by("detail").querySelectorAll("mark")].map(mark => mark.textContent);
    seen.said = by("detail").querySelector(".said").textContent;
    seen.reasons = by("detail").querySelectorAll(".finding").length;
    seen.reworded = by("detail").querySelector(".reworded .better").textContent;
    press("Escape");
    await until("close", () => by("detail").querySelector(".empty"));
    by("filters").reset();
    await until("reset", () => by("list").children.length === 3);
    press("j"); press("Enter");
    await until("key", () => by("detail").querySelector(".turn"));
    press("/");
    seen.focus = document.activeElement.id;
    document.querySelector(".bar[role]").dispatchEvent(new MouseEvent("click", { bubbles: true }));
    await until("bar", () => by("list").children.length < 3);
    seen.bar = true;
  } catch (error) {
    seen.error = String(error);
  }
  document.title = "seen " + JSON.stringify(seen);
})();
</script>
"#;

#[test]
fn a_browser_shows_filters_and_opens() {
    let Some(browser) = ["chromium", "chromium-browser", "google-chrome"].into_iter().find(|name| {
        Command::new(name)
            .arg("--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    }) else {
        let _ = writeln!(std::io::stderr(), "SKIPPED: no Chromium is installed; the page is not opened");
        return;
    };
    let folder = reports(CALLS, &[]);
    let page = folder.path().join("probe.html");
    fs::write(&page, text(&folder, "html").replace("</body>", &format!("{PROBE}</body>"))).unwrap();
    let profile = folder.path().join("profile");
    let output = Command::new(browser)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--enable-logging=stderr",
            "--virtual-time-budget=20000",
            "--dump-dom",
        ])
        .arg(format!("--user-data-dir={}", profile.display()))
        .arg(format!("file://{}", Path::new(&page).display()))
        .output()
        .unwrap();
    let (dom, log) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(!log.contains("CONSOLE"), "the page has something to complain about: {log}");
    let title = dom.split_once("<title>seen ").and_then(|(_, rest)| rest.split_once("</title>")).map(|(title, _)| title);
    let seen = title.unwrap_or_else(|| panic!("the probe did not end: {log}")).replace("&lt;", "<").replace("&gt;", ">");
    let seen: Value = serde_json::from_str(&seen).unwrap();
    assert_eq!(seen["error"], Value::Null, "{seen}");
    assert!(seen["found"].as_str().unwrap().contains("二号"));
    assert_eq!(seen["marks"], serde_json::json!(["你弄错了", "你必须先付款"]));
    assert_eq!(seen["said"], "=1+1 </script><script>alert(1)</script>", "text stays text");
    assert_eq!((seen["reasons"].as_u64(), seen["focus"].as_str()), (Some(2), Some("text")));
    assert!(seen["reworded"].as_str().unwrap().ends_with("请您先付款"), "{seen}");
}
