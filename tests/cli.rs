//! The command line as its users meet it: what goes in, what comes out on both streams, and the exit code. Most tests use
//! the small pack in `data/packs`, so that they change only when the command line does. `JINYU_BLESS=1` rewrites the
//! golden files.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail where it stands")]

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use self::records::{DismissalRecord, FindingRecord, Record, RewordedRecord, SummaryRecord};

#[path = "cli/authors.rs"]
mod authors;
#[path = "cli/formats.rs"]
mod formats;
#[path = "cli/records.rs"]
mod records;
#[path = "cli/replay.rs"]
mod replay;
#[path = "cli/reports.rs"]
mod reports;
#[path = "cli/review.rs"]
mod review;

fn data(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data").join(path)
}

/// The binary, away from the environment of whoever runs the tests.
fn bare() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jinyu"));
    command.env("LC_ALL", "zh_CN.UTF-8").env_remove("CLICOLOR_FORCE").env_remove("NO_COLOR");
    command
}

/// The binary in the data folder, with the tests' own pack only.
fn jinyu(arguments: &[&str]) -> Command {
    let mut command = bare();
    command.current_dir(data("")).args(arguments).args(["--no-default-rules", "--rules", "packs/demo.toml"]);
    command
}

struct Ran {
    code: i32,
    out: String,
    err: String,
}

fn ran(output: &Output) -> Ran {
    Ran {
        code: output.status.code().unwrap(),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

fn run(command: &mut Command) -> Ran {
    ran(&command.stdin(Stdio::null()).output().unwrap())
}

fn feed(command: &mut Command, input: impl AsRef<[u8]>) -> Ran {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.as_ref().to_vec();
    let writer = std::thread::spawn(move || {
        // The binary may have ended already, which is for the test to judge.
        let _ = stdin.write_all(&input);
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    ran(&output)
}

fn golden(name: &str, actual: &str) {
    let path = data("golden").join(name);
    if std::env::var_os("JINYU_BLESS").is_some() {
        fs::write(&path, actual).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert!(expected == actual, "{name} differs; JINYU_BLESS=1 rewrites it\n--- expected\n{expected}\n--- actual\n{actual}");
}

fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

fn records(out: &str) -> Vec<Record> {
    out.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"))).collect()
}

fn findings(out: &str) -> Vec<FindingRecord> {
    let of = |record| if let Record::Finding(finding) = record { Some(finding) } else { None };
    records(out).into_iter().filter_map(of).collect()
}

fn summary(out: &str) -> SummaryRecord {
    match records(out).pop() {
        Some(Record::Summary(summary)) => summary,
        other => panic!("the last record is {other:?}"),
    }
}

#[test]
fn exit_codes() {
    assert_eq!(feed(&mut jinyu(&["check"]), "您好\n").code, 0);
    assert_eq!(feed(&mut jinyu(&["check"]), "你弄错了\n").code, 1);
    assert_eq!(run(&mut jinyu(&["check", "no-such-file"])).code, 2);
    assert_eq!(run(bare().arg("no-such-command")).code, 2);
    let nothing = feed(&mut jinyu(&["check"]), "");
    assert_eq!((nothing.code, nothing.out.as_str(), nothing.err.as_str()), (0, "", ""));
}

#[test]
fn check_for_people() {
    let utterances =
        "您好\n你没有填对。\n亲\t👌你弄错了吧，你必须先付款\n这个不归我们管\n妳必須先登記手機號碼\n您说“你弄错了”，我再查查\n";
    let plain = feed(&mut jinyu(&["check"]), utterances);
    golden("check.txt", &plain.out);
    assert_eq!((plain.code, plain.err.as_str()), (1, ""));
    golden("check-explain.txt", &feed(&mut jinyu(&["check", "--explain"]), utterances).out);
    golden("check-zh-Hant.txt", &feed(&mut jinyu(&["check", "--locale", "zh-Hant"]), utterances).out);
    golden("check-en.txt", &feed(jinyu(&["check"]).env("LC_ALL", "en_GB.UTF-8"), utterances).out);
    assert!(!plain.out.contains('\x1b'), "no colour in a pipe");
    let coloured = feed(jinyu(&["check"]).env("CLICOLOR_FORCE", "1"), utterances);
    assert!(coloured.out.contains("\x1b["));
    let bare = feed(jinyu(&["check"]).env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1"), utterances);
    assert_eq!(bare.out, plain.out);
}

#[test]
fn an_utterance_with_several_findings_is_said_anew() {
    let ran =
        feed(&mut jinyu(&["check", "--format", "jsonl"]), "你弄错了，你必须先付款\n你弄错了\n你弄错了，你必须先付款，你弄错了\n");
    let whole: Vec<RewordedRecord> =
        records(&ran.out).into_iter().filter_map(|r| if let Record::Reworded(whole) = r { Some(whole) } else { None }).collect();
    let said: Vec<_> = whole.iter().map(|whole| (whole.line, whole.text.as_str())).collect();
    let anew = "对不起，可能是我没有讲清楚，请您先付款";
    assert_eq!(said, [(1, anew), (3, anew)], "the same is not said twice");
}

#[test]
fn speech_is_heard_where_it_is_asked_for() {
    let said = "你龙错了\n";
    assert_eq!(feed(&mut jinyu(&["check", "--format", "jsonl"]), said).code, 0);
    let ran = feed(&mut jinyu(&["check", "--format", "jsonl", "--asr"]), said);
    let found = findings(&ran.out);
    assert_eq!((found[0].text.as_str(), found[0].assumed.as_deref()), ("你龙错了", Some("你弄错了")));
    assert_eq!(found[0].confidence, "low");
    assert!(feed(&mut jinyu(&["check", "--asr"]), said).out.contains("听作：你弄错了"));
}

#[test]
fn check_for_programs() {
    let ran = feed(&mut jinyu(&["check", "--format", "jsonl", "--explain"]), "👌你弄错了\n\n您说你弄错了\n你必须先付款\n");
    assert_eq!((ran.code, ran.err.as_str()), (1, ""));
    let found = findings(&ran.out);
    let first = &found[0];
    assert_eq!((first.conversation.as_str(), first.turn, first.speaker.as_str()), ("<stdin>", 1, "agent"));
    assert_eq!((first.file.as_str(), first.line), ("<stdin>", 1));
    assert_eq!((first.rule.as_str(), first.category.as_str()), ("demo/wrong", "blame"));
    assert_eq!((first.severity.as_str(), first.confidence.as_str()), ("error", "high"));
    assert_eq!(first.text, "你弄错了");
    assert_eq!((first.span.byte, first.span.char, first.span.utf16), ([4, 16], [1, 5], [2, 6]));
    assert_eq!(first.message, "把错推给客户，客户只会更生气。");
    let [unsafe_one, shown] = &first.suggestions[..] else { panic!("{first:?}") };
    assert_eq!((unsafe_one.safety.as_str(), unsafe_one.reason.is_some()), ("unsafe", true));
    assert_eq!((shown.safety.as_str(), shown.span.byte), ("show", [4, 16]));
    assert_eq!((found[1].line, found[1].suggestions[0].text.as_str()), (4, "请您先付款"));
    let dismissed = records(&ran.out).into_iter().find_map(|r| if let Record::Dismissal(d) = r { Some(d) } else { None });
    let dismissed: DismissalRecord = dismissed.unwrap();
    assert_eq!((dismissed.line, dismissed.reason.as_str(), dismissed.by.as_deref()), (3, "guard", Some("demo-quoted")));
    let sums = summary(&ran.out);
    assert_eq!((sums.command.as_str(), sums.files, sums.conversations), ("check", 1, None));
    assert_eq!((sums.utterances, sums.agent_utterances, sums.findings, sums.errors), (4, 4, 2, 0));
    assert_eq!(serde_json::Value::from(sums.by_category), serde_json::json!({"blame": 1, "command": 1}));
    assert_eq!(serde_json::Value::from(sums.by_severity), serde_json::json!({"error": 1, "warning": 1}));
    assert_eq!(serde_json::Value::from(sums.by_rule), serde_json::json!({"demo/must": 1, "demo/wrong": 1}));
    assert!(sums.unread.is_empty() && sums.without_model, "the demo pack asks for no model");
    assert!(sums.packs.iter().any(|pack| (pack.name.as_str(), pack.version.as_str()) == ("demo", "1.2.3")));
}

#[test]
fn each_line_is_answered_before_the_next() {
    for (arguments, last_line_has) in
        [(&["check", "--format", "jsonl"][..], "finding"), (&["check"], "供参考"), (&["fix"], "你没有填对")]
    {
        let mut child = jinyu(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (sender, answers) = std::sync::mpsc::channel();
        let reader = std::thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        for round in 0..3 {
            stdin.write_all("你没有填对\n".as_bytes()).unwrap();
            // The next line is only written when this one has been answered to the end.
            loop {
                let line = answers.recv_timeout(Duration::from_secs(60));
                let line = line.unwrap_or_else(|_| panic!("{arguments:?}: no answer in round {round}"));
                if line.contains(last_line_has) {
                    break;
                }
            }
        }
        drop(stdin);
        child.wait().unwrap();
        drop(answers);
        let _ = reader.join().unwrap();
    }
}

#[test]
fn a_closed_pipe_is_no_error() {
    let many = "你没有填对\n".repeat(20_000);
    for arguments in [
        &["check"][..],
        &["check", "--format", "jsonl"],
        &["fix", "--unsafe"],
        &["fix", "--unsafe", "--diff"],
        &["rules", "list"],
    ] {
        let mut child = jinyu(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let mut stdin = child.stdin.take().unwrap();
        let input = many.clone();
        let writer = std::thread::spawn(move || {
            let _ = stdin.write_all(input.as_bytes());
        });
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(!String::from_utf8_lossy(&output.stderr).contains("panic"));
    }
}

#[test]
fn bad_input_is_named_and_the_rest_checked() {
    let folder = folder(&[
        ("bytes.txt", b"\xef\xbb\xbf\xe6\x82\xa8\xe5\xa5\xbd\r\n\xe5\xa5\xbd\xff\xe5\xa5\xbd \xe4\xbd\xa0\xe5\xbc\x84\xe9\x94\x99\xe4\xba\x86\r\n\0\n"),
        ("utf16.txt", b"\xff\xfe\x60\x4f"),
        ("empty.txt", b""),
        ("good.txt", "你弄错了".as_bytes()),
    ]);
    let files = ["bytes.txt", "missing.txt", ".", "utf16.txt", "empty.txt", "good.txt"];
    let ran = run(jinyu(&["check", "--format", "jsonl"]).args(files.map(|file| folder.path().join(file))));
    assert_eq!(ran.code, 2);
    let found: Vec<_> = findings(&ran.out).into_iter().map(|f| (f.file, f.line, f.span.char)).collect();
    let path = |file: &str| folder.path().join(file).display().to_string();
    assert_eq!(found, [(path("bytes.txt"), 2, [4, 8]), (path("good.txt"), 1, [0, 4])]);
    for part in ["bytes.txt:2: not UTF-8 at byte 4", "missing.txt: no such file", "is a folder", "utf16.txt: is UTF-16"] {
        assert!(ran.err.contains(part), "{part} in {}", ran.err);
    }
    let sums = summary(&ran.out);
    assert_eq!((sums.errors, sums.unread.len(), sums.files), (4, 3, 3));
}

#[test]
fn many_bad_lines_are_summed_up() {
    let ran = feed(&mut jinyu(&["check"]), b"\xff\n".repeat(12));
    assert_eq!(ran.code, 2);
    assert_eq!(ran.err.lines().count(), 6, "{}", ran.err);
    assert!(ran.err.contains("and 7 more lines that are not UTF-8"), "{}", ran.err);
}

#[test]
fn a_line_of_megabytes() {
    let long = format!("{}你弄错了{}你必须先付款\n你弄错了\n", "好的。".repeat(300_000), "嗯".repeat(400_000));
    let ran = feed(&mut jinyu(&["check", "--format", "jsonl"]), &long);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.err.contains("<stdin>:1: the line is longer than 1 MiB"), "{}", ran.err);
    let line = long.lines().next().unwrap();
    let found = findings(&ran.out);
    let places: Vec<_> = found.iter().map(|f| (f.line, f.span.char[0])).collect();
    assert_eq!(places, [(1, 900_000), (1, 1_300_004), (2, 0)]);
    for finding in &found[..2] {
        assert_eq!(line.get(finding.span.byte[0]..finding.span.byte[1]), Some(finding.text.as_str()));
    }
    let fixed = feed(&mut jinyu(&["fix", "--unsafe"]), &long);
    assert_eq!((fixed.code, fixed.out.lines().next() == Some(line)), (2, true), "passed on unchanged");
    assert!(fixed.err.contains("not changed"), "{}", fixed.err);
    let text = feed(&mut jinyu(&["check"]), &long);
    assert!(text.out.lines().all(|line| line.chars().count() < 120));
}

#[test]
fn user_packs_add_up_and_broken_ones_are_left_out() {
    let ran = feed(jinyu(&["check", "--format", "jsonl"]).args(["--rules", "packs/second.toml"]), "随便你\n你弄错了\n");
    let rules: Vec<_> = findings(&ran.out).into_iter().map(|f| f.rule).collect();
    assert_eq!((ran.code, rules), (1, vec!["second/whatever".to_owned(), "demo/wrong".to_owned()]));

    let folder = feed(bare().current_dir(data("")).args(["check", "--no-default-rules", "--rules", "packs"]), "随便你\n");
    assert_eq!((folder.code, folder.err.as_str()), (1, ""));

    for (pack, message) in [
        ("syntax", "packs/broken/syntax.toml:6:"),
        ("pattern", "packs/broken/pattern.toml:6: pattern/unclosed: "),
        ("example", "packs/broken/example.toml:6: example/fails: 应当查出“你真快”"),
        ("missing", "packs/broken/missing.toml: no such file"),
    ] {
        let ran = feed(jinyu(&["check"]).args(["--rules", &format!("packs/broken/{pack}.toml")]), "你弄错了\n");
        assert_eq!(ran.code, 2, "{pack}");
        assert!(ran.out.contains("[demo/wrong]"), "the other rules still work: {}", ran.out);
        assert!(ran.err.contains(message) && ran.err.starts_with("jinyu: "), "{pack}: {}", ran.err);
    }
    let none = feed(bare().args(["check", "--no-default-rules"]), "你弄错了\n");
    assert_eq!(none.code, 2);
    assert!(none.err.contains("没有规则可用；请用 --rules"), "{}", none.err);
}

#[test]
fn fix_to_standard_output() {
    let input = "\u{feff}您好\r\n你必须先付款。\r\n你弄错了\r\n你必须先登记".as_bytes();
    let safe = feed(&mut jinyu(&["fix"]), input);
    assert_eq!((safe.code, safe.out.as_str()), (0, "\u{feff}您好\r\n请您先付款。\r\n你弄错了\r\n请您先登记"));
    assert!(safe.err.contains("改了2处（2行）") && safe.err.contains("另有1处须由人确认"), "{}", safe.err);
    assert_eq!(feed(&mut jinyu(&["fix"]), &safe.out).out, safe.out, "twice changes nothing more");
    let all = feed(&mut jinyu(&["fix", "--unsafe"]), input);
    assert_eq!(all.out, "\u{feff}您好\r\n请您先付款。\r\n对不起，可能是我没有讲清楚\r\n请您先登记");
    let hant = feed(&mut jinyu(&["fix", "--unsafe"]), "妳沒有填對\n");
    assert_eq!(hant.out, "對不起，可能是我沒有講清楚\n");
}

#[test]
fn fix_leaves_everybody_else_alone() {
    let call = "# 你必须先付款\n客服：你必须先付款\n  你必须再登记\n客户：你必须先道歉\n你应该先道歉\n坐席7: 你应该先登记\n旁白：你应该走开\n\n你必须先付款\n";
    let ran = feed(&mut jinyu(&["fix"]), call);
    assert_eq!(
        ran.out,
        "# 你必须先付款\n客服：请您先付款\n  请您再登记\n客户：你必须先道歉\n你应该先道歉\n坐席7: 请您先登记\n旁白：你应该走开\n\n你必须先付款\n"
    );
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("<stdin>:7: \"旁白\" may be a speaker"), "{}", ran.err);
    let mapped = feed(&mut jinyu(&["fix", "--speakers", "旁白=agent"]), call);
    assert_eq!((mapped.code, mapped.out.contains("旁白：请您走开")), (0, true), "{}", mapped.err);

    let mut bytes = b"\xff\xfe\xfd ".to_vec();
    bytes.extend_from_slice("你必须先付款\n你必须先付款\n".as_bytes());
    let output = {
        let folder = folder(&[("f.txt", &[b"a\n", &bytes[..]].concat())]);
        jinyu(&["fix"]).arg(folder.path().join("f.txt")).output().unwrap()
    };
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.starts_with(b"a\n\xff\xfe\xfd "), "bad bytes pass as they are");
    assert!(String::from_utf8_lossy(&output.stdout).ends_with("请您先付款\n"));

    let json = "{\"speaker\":\"agent\",\"text\":\"你必须先付款\"}\n";
    let ran = feed(&mut jinyu(&["fix"]), json);
    assert_eq!((ran.code, ran.out.as_str()), (2, json));
    assert!(ran.err.contains("is JSON"), "{}", ran.err);
}

#[test]
fn fix_shows_a_diff() {
    let lines = "一\n二\n三\n四\n你必须先付款\n六\n七\n八\n九\n十\n十一\n你必须再登记\n你应该先登记\n十四\n".repeat(2);
    let folder = folder(&[("a.txt", format!("{lines}你必须收好").as_bytes()), ("b.txt", b"ok\n")]);
    let ran = run(jinyu(&["fix", "--diff"]).args(["a.txt", "b.txt"].map(|file| folder.path().join(file))));
    assert_eq!(ran.code, 1);
    golden("fix-diff.txt", &ran.out.replace(&format!("{}{}", folder.path().display(), std::path::MAIN_SEPARATOR), ""));
    assert_eq!(fs::read_to_string(folder.path().join("b.txt")).unwrap(), "ok\n");
    let clean = feed(&mut jinyu(&["fix", "--diff"]), "您好\n");
    assert_eq!((clean.code, clean.out.as_str()), (0, ""));
}

#[test]
fn fix_in_place() {
    let text = "\u{feff}客服：你必须先付款\r\n客户：你必须先道歉\r\n客服：好的";
    let folder = folder(&[("a.txt", text.as_bytes()), ("b.txt", "您好\n".as_bytes())]);
    let [a, b] = ["a.txt", "b.txt"].map(|file| folder.path().join(file));
    let untouched = fs::metadata(&b).unwrap().modified().unwrap();
    for round in ["改了1处（1行）", "没有可以直接改的"] {
        let ran = run(jinyu(&["fix", "--write"]).args([&a, &b]));
        assert_eq!((ran.code, ran.out.as_str()), (0, ""));
        assert!(ran.err.contains(round), "{}", ran.err);
        assert_eq!(fs::read_to_string(&a).unwrap(), text.replace("客服：你必须", "客服：请您"));
    }
    assert_eq!(fs::metadata(&b).unwrap().modified().unwrap(), untouched);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "nothing is left behind");
    assert_eq!(feed(&mut jinyu(&["fix", "--write"]), "x\n").code, 2);
    assert_eq!(run(jinyu(&["fix", "--write"]).arg(folder.path().join("none"))).code, 2);
}

#[test]
fn audit_of_the_calls() {
    let ran = run(&mut jinyu(&["audit", "calls"]));
    assert_eq!((ran.code, ran.err.as_str()), (1, ""));
    golden("audit.txt", &ran.out.replace('\\', "/"));
    let hant = run(&mut jinyu(&["audit", "calls/insurance-claim.txt", "--locale", "zh-Hant"]));
    golden("audit-zh-Hant.txt", &hant.out.replace('\\', "/"));
    let program = run(&mut jinyu(&["audit", "calls", "--format", "jsonl"]));
    let sums = summary(&program.out);
    assert_eq!((sums.command.as_str(), sums.files, sums.conversations, sums.errors), ("audit", 13, Some(17), 0));
    assert_eq!(findings(&program.out).len(), sums.findings);
    assert!(findings(&program.out).iter().all(|finding| finding.speaker == "agent"));
}

#[test]
fn a_conversation_has_a_record_with_its_score_and_verdicts() {
    let ran = run(bare().current_dir(data("")).args(["audit", "conversations/badly-handled.txt", "--format", "jsonl"]));
    assert_eq!((ran.code, ran.err.as_str()), (1, ""));
    let of = |record| if let Record::Conversation(conversation) = record { Some(conversation) } else { None };
    let found: Vec<_> = records(&ran.out).into_iter().filter_map(of).collect();
    let [call] = &found[..] else { panic!("{found:#?}") };
    assert_eq!((call.conversation.as_str(), call.utterances, call.critical), ("badly-handled#1", 9, false));
    assert!(call.score.unwrap() < 50, "{call:#?}");
    let escalation = call.flow.iter().find(|flow| flow.rule == "handling/escalation-ignored").unwrap();
    assert_eq!((escalation.verdict.as_str(), &escalation.turns[..]), ("violated", &[9][..]));
    assert!(call.signals.iter().any(|signal| signal.signal == "escalation" && signal.turn == 9));
    let sums = summary(&ran.out);
    assert_eq!(sums.flow["handling/escalation-ignored"].violated, 1);
    assert_eq!(sums.mean_score, Some(f64::from(call.score.unwrap())));
    assert!(sums.packs.iter().all(|pack| pack.sha256.len() == 64));
}

#[test]
fn audit_with_the_built_in_rules() {
    let ran = run(bare().current_dir(data("")).args(["audit", "calls", "--format", "jsonl"]));
    assert_eq!((ran.code, ran.err.as_str()), (1, ""));
    let found = findings(&ran.out);
    for good in ["bank-card", "city-hotline-12345", "gas-meter", "hospital-booking"] {
        let wrong: Vec<_> = found.iter().filter(|f| f.file.contains(good)).collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
    for bad in
        ["airline-delay", "food-delivery", "hotel-booking", "property-leak", "telecom-bill", "telecom-roaming", "online-shop"]
    {
        assert!(found.iter().any(|f| f.file.contains(bad)), "{bad}");
    }
}

#[test]
fn audit_reads_both_forms() {
    let text = "\u{feff}# 通话一\r\n\r\n客服：你弄错了\r\n客户：你弄错了\r\n客服：您好，\r\n  你没有填对\r\n\r\n[10:02] 坐席3: 急什么\r\n\r\n\r\n甲方：急什么\r\n";
    let json = "\u{feff}{\"conversation\":7,\"turn\":4,\"speaker\":\"agent\",\"text\":\"你弄错了\",\"agent_id\":\"x\"}\n{\"conversation\":7,\"speaker\":\"坐席\",\"text\":\"急什么\"}\n\n{\"conversation\":\"c\",\"speaker\":\"user\",\"text\":\"急什么\"}\n{\"conversation\":\"c\",\"speaker\":\"agent\",\"text\":\"一\\n急什么\"}\n";
    let folder = folder(&[
        ("a.txt", text.as_bytes()),
        ("b.jsonl", json.as_bytes()),
        ("c.md", b"x"),
        ("README.md", "客服：急什么".as_bytes()),
    ]);
    let ran = run(jinyu(&["audit", "--format", "jsonl", "--speakers", "甲方=agent"]).arg(folder.path()));
    assert_eq!((ran.code, ran.err.as_str()), (1, ""));
    let found: Vec<_> = findings(&ran.out).into_iter().map(|f| (f.conversation, f.turn, f.line, f.span.char[0])).collect();
    let place = |conversation: &str, turn, line, char| (conversation.to_owned(), turn, line, char);
    assert_eq!(
        found,
        [
            place("通话一", 1, 3, 0),
            place("通话一", 3, 5, 6),
            place("a#2", 1, 8, 0),
            place("a#3", 1, 11, 0),
            place("7", 4, 1, 0),
            place("7", 5, 2, 0),
            place("c", 2, 5, 2),
        ]
    );
    let shown = run(jinyu(&["audit", "--speakers", "甲方=agent"]).arg(folder.path()));
    for place in ["a.txt:6:3: 第3轮", "a.txt:8:14: 第1轮", "b.jsonl:5: 第2轮"] {
        assert!(shown.out.contains(place), "{place} in {}", shown.out);
    }
    let channels = "{\"speaker\":0,\"text\":\"急什么\"}\n{\"speaker\":1,\"text\":\"急什么\"}\n";
    let mapped = feed(&mut jinyu(&["audit", "-", "--format", "jsonl", "--speakers", "0=agent,1=customer"]), channels);
    assert_eq!((mapped.code, findings(&mapped.out).len()), (1, 1), "{}", mapped.err);
    let piped = feed(&mut jinyu(&["audit", "-", "--format", "jsonl"]), json);
    assert_eq!(findings(&piped.out).len(), 3, "{}", piped.err);
}

#[test]
fn audit_names_what_it_cannot_read() {
    let text = "旁白：急什么\n客服：急什么\n旁白：再来\n\n没有标签\n客户：好\n";
    let json = "{\"conversation\":\"c\",\"turn\":1,\"speaker\":\"agent\",\"text\":\"急什么\"}\n{\"conversation\":\n{\"conversation\":\"c\",\"turn\":2,\"speaker\":\"agent\"}\n{\"conversation\":\"c\",\"turn\":\"x\",\"speaker\":\"ghost\",\"text\":\"急什么\"}\n[1]\n{\"conversation\":\"c\",\"turn\":9,\"speaker\":\"agent\",\"text\":\"急什么\"}\n";
    let folder = folder(&[("a.txt", text.as_bytes()), ("b.jsonl", json.as_bytes())]);
    let empty = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing");
    let ran = run(jinyu(&["audit", "--format", "jsonl"]).args([folder.path(), empty.path(), &missing]));
    assert_eq!(ran.code, 2);
    assert_eq!(findings(&ran.out).len(), 3, "the good lines are all judged");
    for part in [
        "a.txt:1: unknown speaker label \"旁白\", not checked; map it with --speakers 旁白=agent",
        "a.txt:5: no speaker label",
        "b.jsonl:2:16: not JSON: ",
        "b.jsonl:3: the record has no \"text\"",
        "b.jsonl:4: \"turn\" is no whole number",
        "b.jsonl:4: unknown speaker \"ghost\"",
        "b.jsonl:5:",
        "there is no *.txt",
        "missing: no such file",
    ] {
        assert!(ran.err.contains(part), "{part} in {}", ran.err);
    }
    assert_eq!(ran.err.matches("旁白=agent").count(), 1, "each label is named once: {}", ran.err);
    assert_eq!(run(&mut jinyu(&["audit", "calls", "--speakers", "旁白"])).code, 2);
}

#[test]
fn rules_are_listed_and_explained() {
    let list = run(&mut jinyu(&["rules", "list"]));
    assert_eq!((list.code, list.err.as_str()), (0, ""));
    golden("rules-list.txt", &list.out);
    let records = run(&mut jinyu(&["rules", "list", "--format", "jsonl"]));
    let first: serde_json::Value = serde_json::from_str(records.out.lines().next().unwrap()).unwrap();
    assert_eq!(
        (first["id"].as_str(), first["phrases"].as_u64(), first["pack"].as_str()),
        (Some("demo/wrong"), Some(3), Some("demo"))
    );
    assert!(first["model"].is_null());
    let built_in = run(bare().args(["rules", "list", "--format", "jsonl"])).out;
    let of_model = built_in.lines().find(|line| line.contains(r#""id":"second-opinion/anger""#)).unwrap();
    assert!(of_model.contains(r#""model":true"#), "{of_model}");

    let explained = run(&mut jinyu(&["rules", "explain", "demo/wrong"]));
    assert_eq!(explained.code, 0);
    golden("rules-explain.txt", &explained.out);
    let record = run(&mut jinyu(&["rules", "explain", "demo/must", "--format", "jsonl"]));
    let record: serde_json::Value = serde_json::from_str(&record.out).unwrap();
    assert_eq!(record["fixes"][0]["safety"].as_str(), Some("safe"));

    let unknown = run(&mut jinyu(&["rules", "explain", "demo/wrogn"]));
    assert_eq!(unknown.code, 2);
    assert!(unknown.err.contains("没有规则“demo/wrogn”；是不是想写 demo/wrong"), "{}", unknown.err);
}

#[test]
fn rules_are_tested_and_linted() {
    let good = run(&mut jinyu(&["rules", "test", "demo"]));
    assert_eq!((good.code, good.out.as_str()), (0, "1个规则包，6条规则，36个例句：0个没过\n"), "{}", good.err);
    let by_path = run(bare().current_dir(data("")).args(["rules", "test", "packs/demo.toml"]));
    assert_eq!((by_path.code, by_path.out.as_str()), (0, good.out.as_str()), "{}", by_path.err);
    let failing = run(bare().current_dir(data("")).args(["rules", "test", "packs/broken/example.toml"]));
    assert_eq!(failing.code, 1);
    assert!(failing.out.contains("packs/broken/example.toml:6: example/fails: "), "{}", failing.out);
    assert!(failing.out.contains("2个没过"), "{}", failing.out);
    assert_eq!(run(bare().current_dir(data("")).args(["rules", "test", "packs/broken/syntax.toml"])).code, 2);
    let unknown = run(&mut jinyu(&["rules", "test", "dmeo"]));
    assert_eq!(unknown.code, 2);
    assert!(unknown.err.contains("没有规则包“dmeo”；有：words, demo"), "{}", unknown.err);

    let lint = run(&mut jinyu(&["rules", "lint"]));
    assert_eq!((lint.code, lint.out.as_str()), (0, "6条规则，0条意见\n"));
}

#[test]
fn help_has_an_example_for_every_command() {
    for command in ["check", "fix", "audit"] {
        let help = run(bare().args([command, "--help"]));
        assert_eq!(help.code, 0);
        assert!(help.out.contains("Examples:") && help.out.contains("Exit codes:"), "{}", help.out);
    }
}
