//! The commands for authors of rules: `rules stats`, `init`, `import`, and what `lint` and `explain` say to them.

use std::fs;

use serde_json::Value;

use super::{bare, data, feed, folder, golden, jinyu, run};

fn json(out: &str) -> Vec<Value> {
    out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

const CALL: &str = "客服：你弄错了\n客户：你弄错了\n客服：您说你弄错了是吧\n客服：急什么\n客服：急什么\n客服：您好\n";

#[test]
fn stats_for_people() {
    let ran = run(&mut jinyu(&["rules", "stats", "calls"]));
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    golden("rules-stats.txt", &ran.out.replace('\\', "/"));
    let all = run(&mut jinyu(&["rules", "stats", "calls", "--all", "--examples", "0"]));
    assert_eq!(all.out.matches("demo/wrong").count(), 1, "{}", all.out);
    assert!(!all.out.contains("【"), "{}", all.out);
}

#[test]
fn stats_for_programs() {
    let ran = feed(&mut jinyu(&["rules", "stats", "-", "--format", "jsonl"]), CALL);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let records = json(&ran.out);
    let [rush, wrong, summary] = &records[..] else { panic!("{}", ran.out) };
    assert_eq!(
        (rush["id"].as_str(), rush["findings"].as_u64(), rush["per_1000"].as_f64()),
        (Some("demo/what-rush"), Some(2), Some(400.0))
    );
    assert_eq!(rush["examples"].as_array().unwrap().len(), 1, "the same words once");
    assert_eq!((wrong["findings"].as_u64(), wrong["dismissals"].as_u64()), (Some(1), Some(1)));
    assert_eq!(wrong["guards"], serde_json::json!({"demo-quoted": 1}));
    assert_eq!((wrong["examples"][0]["line"].as_u64(), wrong["examples"][0]["match"].as_str()), (Some(1), Some("你弄错了")));
    assert_eq!((summary["agent_utterances"].as_u64(), summary["findings"].as_u64()), (Some(5), Some(3)));
    assert_eq!((summary["rules"].as_u64(), summary["silent"].as_u64()), (Some(6), Some(4)));
    let all = feed(&mut jinyu(&["rules", "stats", "-", "--format", "jsonl", "--all"]), CALL);
    assert_eq!(json(&all.out).len(), 7);
    assert_eq!(run(&mut jinyu(&["rules", "stats", "no-such-folder"])).code, 2);
    assert_eq!(feed(&mut jinyu(&["rules", "stats", "-"]), "").code, 0);
}

#[test]
fn init_writes_a_pack_that_works() {
    let folder = folder(&[]);
    let command = || {
        let mut command = bare();
        command.current_dir(folder.path());
        command
    };
    let made = run(command().args(["rules", "init", "refund"]));
    assert_eq!((made.code, made.err.as_str()), (0, ""));
    // The commands that it names do what it says.
    let test = run(command().args(["rules", "test", "refund.toml"]));
    assert_eq!((test.code, test.out.as_str()), (0, "1 pack, 1 rule, 6 examples: 0 failed\n"), "{}", test.err);
    let example = made.out.split('\'').nth(1).unwrap();
    let checked = feed(command().args(["check", "--rules", "refund.toml"]), format!("{example}\n"));
    assert!(checked.out.contains("[refund/livestream-slang]"), "{}", checked.out);

    fs::write(folder.path().join("refund.toml"), "mine").unwrap();
    let again = run(command().args(["rules", "init", "refund"]));
    assert_eq!(again.code, 2);
    assert!(again.err.contains("refund.toml: is there already"), "{}", again.err);
    assert_eq!(fs::read_to_string(folder.path().join("refund.toml")).unwrap(), "mine");
    assert_eq!(run(command().args(["rules", "init", "refund", "--force", "--locale", "en"])).code, 0);
    assert_eq!(run(command().args(["rules", "test", "refund.toml"])).code, 0);
    for (name, message) in [("Refund", "is no name"), ("退款", "is no name"), ("blame", "there is a built-in pack")] {
        let bad = run(command().args(["rules", "init", name]));
        assert!(bad.code == 2 && bad.err.contains(message), "{name}: {}", bad.err);
    }
}

#[test]
fn import_of_a_table() {
    let folder = folder(&[]);
    let pack = folder.path().join("company.toml");
    let made = run(bare().current_dir(data("lists")).args(["rules", "import", "company.csv", "--out"]).arg(&pack));
    assert_eq!((made.code, made.err.as_str()), (1, ""), "some phrases are left");
    golden("rules-import.txt", &made.out.replace(&pack.display().to_string(), "company.toml"));
    golden("rules-import.toml", &fs::read_to_string(&pack).unwrap());
    assert!(made.out.contains("“你弄错了”：自带规则已经查得出：blame/"), "{}", made.out);
    let test = run(bare().args(["rules", "test"]).arg(&pack));
    assert_eq!(test.code, 0, "{}{}", test.out, test.err);
    let found = feed(bare().args(["check", "--format", "jsonl", "--rules"]).arg(&pack), "老鐵雙擊一下喔\n您说“老铁双击一下”吗\n");
    assert_eq!((found.code, json(&found.out)[0]["rule"].as_str()), (1, Some("company/contempt-2")), "{}", found.out);
    assert_eq!(json(&found.out).len(), 2, "one finding and the summary: {}", found.out);

    let again = run(bare().current_dir(data("lists")).args(["rules", "import", "company.csv", "--out"]).arg(&pack));
    assert!(again.code == 2 && again.err.contains("is there already"), "{}", again.err);
}

#[test]
fn import_of_a_workbook_and_of_plain_text() {
    let book = run(bare().current_dir(data("lists")).args(["rules", "import", "company.xlsx", "--name", "shop"]));
    assert_eq!(book.code, 1);
    assert!(book.out.contains("id = \"shop/contempt\"") && book.out.contains("您先別著急，我來看看"), "{}", book.out);
    assert!(book.err.contains("第4行“不行”"), "the row of the sheet: {}", book.err);

    let text = run(bare().current_dir(data("lists")).args(["rules", "import", "company.txt", "--category", "推诿"]));
    assert!(text.out.contains("id = \"company/shirk\"") && text.out.contains("\"老铁双击一下\""), "{}", text.out);
    assert!(text.err.contains("第4行“老鐵雙擊一下”：“老铁双击一下”已经包括它"), "{}", text.err);

    // The pack is on standard output, the report on standard error, so that a pipe gets the pack alone.
    let folder = folder(&[("piped.toml", text.out.as_bytes())]);
    assert_eq!(run(bare().current_dir(folder.path()).args(["rules", "test", "piped.toml"])).code, 0);
}

#[test]
fn import_of_what_is_not_utf8_or_no_list() {
    let gbk = b"\xbd\xfb\xd3\xef,\xc0\xe0\xb1\xf0\r\n\xc0\xcf\xcc\xfa\xcb\xab\xbb\xf7\xd2\xbb\xcf\xc2,\xbe\xdc\xbe\xf8\r\n";
    let folder =
        folder(&[("gbk.csv", gbk), ("none.csv", "a,b\n1,2\n".as_bytes()), ("empty.txt", b"# nothing\n"), ("no.xlsx", b"x")]);
    let import = |file: &str| run(bare().current_dir(folder.path()).args(["rules", "import", file]));
    let read = import("gbk.csv");
    assert_eq!(read.code, 0);
    assert!(read.out.contains("\"老铁双击一下\"") && read.err.contains("read as GB18030"), "{}{}", read.out, read.err);
    for (file, message) in [
        ("none.csv", "the first row has no column \"phrase\" or \"禁语\""),
        ("empty.txt", "has no phrases"),
        ("no.xlsx", "is no workbook"),
        ("missing.txt", "no such file"),
        ("missing.xlsx", "no such file"),
    ] {
        let bad = import(file);
        assert!(bad.code == 2 && bad.err.contains(message) && bad.out.is_empty(), "{file}: {}", bad.err);
    }
}

#[test]
fn lint_compares_rules() {
    let pack = "[pack]\nname = \"t\"\nversion = \"1\"\nsummary = \"s\"\n[classes]\nt-idle = [\"甲\"]\n[guards]\nt-idle = [{ quoted = true }]\n\
        [[rule]]\nid = \"t/a\"\ncategory = \"blame\"\nseverity = \"error\"\nwhy = \"w\"\nphrases = [\"你弄错了吧\"]\nhit = [\"你弄错了吧\"]\nmiss = [\"你怎么老弄错了\"]\n\
        [[rule]]\nid = \"t/b\"\ncategory = \"blame\"\nseverity = \"error\"\nwhy = \"w\"\nphrases = [\"弄错了\"]\npatterns = [\"慢点;别急\"]\nhit = [\"你弄错了\"]\nmiss = [\"好\"]\n\
        [[rule]]\nid = \"t/c\"\ncategory = \"shirk\"\nseverity = \"error\"\nwhy = \"w\"\npatterns = [\"喂+\"]\nedge = \"clause\"\nhit = [\"喂喂\"]\nmiss = [\"好\"]\n";
    let folder = folder(&[("t.toml", pack.as_bytes())]);
    let lint = run(bare().current_dir(folder.path()).args(["rules", "lint", "--no-default-rules", "--rules", "t.toml"]));
    assert_eq!(lint.code, 1, "{}", lint.err);
    for remark in [
        "t.toml:9: t/a: every hit is found by t/b as well",
        "t/a: the miss \"你怎么老弄错了\" is a finding of t/b (\"弄错了\")",
        "t/b: the pattern \"慢点;别急\" waits, at least in a part, for ';', which the folded text never has; write ， for a pause",
        "t/c: the pattern \"喂+\" is looked for by a single character (喂)",
        "t-idle: no rule uses this guard",
        "t-idle: nothing uses the word class {t-idle}",
    ] {
        assert!(lint.out.contains(remark), "{remark}\n{}", lint.out);
    }
}

#[test]
fn explain_says_everything() {
    let pack = "[pack]\nname = \"t\"\nversion = \"1\"\nsummary = \"s\"\n[guards]\nt-quoted = [{ quoted = true }, { before = \"您说\" }]\n\
        [[rule]]\nid = \"t/a\"\ncategory = \"blame\"\nseverity = \"error\"\nwhy = \"w\"\nspeaker = \"any\"\nedge = \"start\"\nboundary = \"word\"\n\
        phrases = [\"弄错了\"]\nwhen = [{ customer = \"谁错\" }]\nunless = [\"t-quoted\", { after = \"吗\", utterance = \"好\" }]\n\
        fix = [{ text = \"我来看看\", safety = \"unsafe\", reason = \"责任\", replace = \"clause\", tw = \"我來看看喔\" }]\n\
        hit = [{ text = \"弄错了\", match = \"弄错了\", customer = \"是谁错了\" }]\nmiss = [\"好\"]\n";
    let folder = folder(&[("t.toml", pack.as_bytes())]);
    let explain = |more: &[&str]| {
        let arguments = ["rules", "explain", "t/a", "--no-default-rules", "--rules", "t.toml"];
        run(bare().current_dir(folder.path()).args(arguments).args(more))
    };
    let text = explain(&[]);
    assert_eq!(text.code, 0, "{}", text.err);
    golden("rules-explain-all.txt", &text.out);
    let record = json(&explain(&["--format", "jsonl"]).out).remove(0);
    assert_eq!(
        (record["speaker"].as_str(), record["edge"].as_str(), record["boundary"].as_bool()),
        (Some("any"), Some("start"), Some(true))
    );
    assert_eq!(record["when"], serde_json::json!(["{ customer = \"谁错\" }"]));
    assert_eq!(record["guards"]["t-quoted"], serde_json::json!(["{ quoted = true }", "{ before = \"您说\" }"]));
    assert_eq!((record["fixes"][0]["replace"].as_str(), record["fixes"][0]["reason"].as_str()), (Some("clause"), Some("责任")));
}
