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
    assert_eq!((test.code, test.out.as_str()), (0, "1个规则包，1条规则，6个例句：0个没过\n"), "{}", test.err);
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
    let lint = run(bare().current_dir(folder.path()).args([
        "rules",
        "lint",
        "--locale",
        "en",
        "--no-default-rules",
        "--rules",
        "t.toml",
    ]));
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

/// Of a pack of one's own only that is looked at, beside the built-in ones; kinds stand together, the worst first.
#[test]
fn lint_of_ones_own_pack() {
    let pack = "[pack]\nname = \"t\"\nversion = \"1\"\nsummary = \"s\"\n\
        [[rule]]\nid = \"t/a\"\ncategory = \"blame\"\nseverity = \"error\"\nwhy = \"w\"\nphrases = [\"你弄错了\", \"老铁双击一下\"]\n\
        hit = [\"你弄错了\", \"老铁双击一下\"]\nmiss = [\"好\"]\n\
        [[rule]]\nid = \"t/b\"\ncategory = \"contempt\"\nseverity = \"note\"\nwhy = \"w\"\nphrases = [\"可以\"]\n\
        fix = [{ text = \"可以的\" }]\nhit = [\"可以\"]\nmiss = [\"好\"]\n";
    let folder = folder(&[("t.toml", pack.as_bytes()), ("broken.toml", b"[pack]\nname = 1\n")]);
    let lint = |more: &[&str]| {
        let arguments = ["rules", "lint", "--rules", "t.toml"];
        run(bare().current_dir(folder.path()).args(arguments).args(more))
    };
    let text = lint(&[]);
    assert_eq!(text.code, 1, "{}", text.err);
    let place = |words: &str| text.out.find(words).unwrap_or_else(|| panic!("{words}\n{}", text.out));
    let common = place("t.toml:13: t/b: “可以”只要有“可以”就算");
    place("t/b: 在自带规则认为不该报的");
    let wording = place("t/b: 改说“可以的”本身会被 t/b 查出");
    let shadowed = place("t/a: 短语“你弄错了”自带规则 blame/");
    assert!(common < wording && wording < shadowed && !text.out.contains("words.toml"), "{}", text.out);
    assert!(text.out.ends_with("2条规则，5条意见\n"), "{}", text.out);

    let records = json(&lint(&["--format", "jsonl", "--kind", "shadowed"]).out);
    let [remark, summary] = &records[..] else { panic!("{records:?}") };
    assert_eq!(
        (remark["kind"].as_str(), remark["rule"].as_str(), remark["line"].as_u64()),
        (Some("shadowed"), Some("t/a"), Some(5))
    );
    assert!(remark["message"].as_str().unwrap().starts_with("the phrase \"你弄错了\" is found by the built-in blame/"));
    assert_eq!((summary["remarks"].as_u64(), summary["by_kind"]["shadowed"].as_u64()), (Some(1), Some(1)));
    let broken = run(bare().current_dir(folder.path()).args(["rules", "lint", "--rules", "broken.toml"]));
    assert_eq!((broken.code, broken.out.as_str()), (2, ""), "{}", broken.err);
    assert!(lint(&["--kind", "rude"]).err.contains("there are contradiction, dead, too-common"));
}

/// What beginners write, and what they are told in their language.
#[test]
fn beginners_are_told_the_mend() {
    let good = "[pack]\nname = \"t\"\nversion = \"1\"\nsummary = \"s\"\n\n[[rule]]\nid = \"t/a\"\ncategory = \"blame\"\nseverity = \"error\"\n\
        why = \"w\"\nphrases = [\"老铁\"]\nhit = [\"老铁\"]\nmiss = [\"好\"]\n";
    for (written, instead, line, expected) in [
        ("phrases =", "phrase =", 11, "没有 `phrase` 这个字段；是不是想写 `phrases`？"),
        ("phrases =", "短语 =", 11, "字段名用英文：短语 写成 `phrases`"),
        ("phrases =", "\"禁语\" =", 11, "是不是想写 `phrases`？"),
        ("[\"老铁\"]\nhit", "\"老铁\"\nhit", 11, "要写成列表：[\"…\", \"…\"]"),
        ("[\"老铁\"]\nhit", "[“老铁”]\nhit", 11, "这里用了中文标点 “，请切换到英文输入法改成 \""),
        ("[\"老铁\"]\nhit", "［\"老铁\"］\nhit", 11, "这里用了中文标点 ［，请切换到英文输入法改成 ["),
        ("[\"老铁\"]\nhit", "[\"老铁\"，\"宝子\"]\nhit", 11, "这里用了中文标点 ，"),
        ("severity =", "severity ＝", 9, "这里用了中文标点 ＝，请切换到英文输入法改成 ="),
        ("severity =", "severity：", 9, "字段名和值之间要写 ="),
        ("severity =", "severity\u{3000}=", 9, "全角或看不见的空格"),
        ("\"blame\"", "\"责备\"", 8, "没有 `责备` 这个值；是不是想写 `blame`？"),
        ("\"blame\"", "\"推诿\"", 8, "是不是想写 `shirk`？"),
        ("\"error\"", "\"警告\"", 9, "是不是想写 `warning`？"),
        ("category", "Category", 8, "是不是想写 `category`？"),
        ("why", "\twhy", 0, ""),
        ("miss = [\"好\"]", "", 6, "缺少 `miss`，请补上"),
        ("miss = [\"好\"]", "miss = [\"老铁\"]", 6, "t/a: 应当放过“老铁”，却查出“老铁”"),
        ("老铁", "老", 6, "没有两个必定出现的字"),
    ] {
        assert!(good.contains(written), "{written}");
        let folder = folder(&[("t.toml", format!("\u{feff}{}", good.replacen(written, instead, 1)).as_bytes())]);
        let ran = feed(bare().current_dir(folder.path()).args(["check", "--no-default-rules", "--rules", "t.toml"]), "好\n");
        if line == 0 {
            assert_eq!((ran.code, ran.err.as_str()), (0, ""));
            continue;
        }
        let told = ran.err.lines().next().unwrap_or_default();
        assert!(told.starts_with(&format!("jinyu: t.toml:{line}")) && told.contains(expected), "{instead}: {told}");
        assert!(told.ends_with("（不用这个规则包，继续）"), "{told}");
    }
}

/// The ids that `rules list` gives, and the names that flow rules ask for, can all be explained.
#[test]
fn notes_signals_and_steps_are_explained() {
    let list = run(bare().args(["rules", "list"]));
    assert!(list.out.contains("客户画像") && list.out.contains("流程 require"), "{}", list.out);
    let records = json(&run(bare().args(["rules", "list", "--format", "jsonl"])).out);
    let note = records.iter().find(|record| record["type"] == "note").unwrap();
    assert!(note["profile"].is_boolean() && note["asks"].is_object());
    let id = note["id"].as_str().unwrap();
    let explain = |ids: &[&str]| run(bare().args(["rules", "explain"]).args(ids));
    let told = explain(&[id, "apologise", "anger"]);
    assert_eq!(told.code, 0, "{}", told.err);
    for words in
        [id, "不扣分  ", "apologise  步骤 道歉", "anger  信号 愤怒", "  给出它的规则\n", "    step/apologise\n", "handling/"]
    {
        assert!(told.out.contains(words), "{words}\n{}", told.out);
    }
    let event = json(&explain(&["anger", "--format", "jsonl"]).out).remove(0);
    assert_eq!((event["type"].as_str(), event["kind"].as_str()), (Some("event"), Some("signal")));
    assert!(!event["given_by"].as_array().unwrap().is_empty() && !event["asked_for_by"].as_array().unwrap().is_empty());
    let unknown = explain(&["apologize"]);
    assert!(unknown.code == 2 && unknown.err.contains("没有规则“apologize”；是不是想写 apologise"), "{}", unknown.err);
}

/// A category that a list does not say is guessed and marked, or left to the user.
#[test]
fn import_guesses_categories() {
    let list = "禁语\n你家没有别的事做吗\n您去别处耍威风吧\n您可真会挑时候来\n佛系发货\n";
    let folder = folder(&[("list.csv", list.as_bytes())]);
    let made =
        run(bare().current_dir(folder.path()).args(["rules", "import", "list.csv", "--name", "mine", "--out", "mine.toml"]));
    assert_eq!((made.code, made.err.as_str()), (1, ""));
    let pack = fs::read_to_string(folder.path().join("mine.toml")).unwrap();
    assert!(made.out.contains("第5行“佛系发货”：看不出是哪一类") && made.out.contains("类别是猜的："), "{}", made.out);
    assert!(
        pack.contains("\"  # TODO 类别是猜的：") && pack.contains("# [[rule]]\n# id = \"mine/undecided-1\"\n# category = \"\""),
        "{pack}"
    );
    // What stands in comments is a rule as soon as it has a category.
    let (before, block) = pack.split_once("# [[rule]]").unwrap();
    let block = block.replace("# category = \"\"", "# category = \"brush-off\"").replace("\n# ", "\n");
    fs::write(folder.path().join("mine.toml"), format!("{before}[[rule]]{block}")).unwrap();
    let test = run(bare().current_dir(folder.path()).args(["rules", "test", "mine.toml"]));
    assert_eq!(test.code, 0, "{}{}", test.out, test.err);
    let told = run(bare().current_dir(folder.path()).args(["rules", "import", "list.csv", "--category", "brush-off"]));
    assert!(!told.out.contains("undecided") && told.out.contains("佛系发货"), "{}", told.out);
}

/// The pack that the guide begins with loads, and finds what it says.
#[test]
fn the_first_pack_of_the_guide_is_true() {
    let guide = fs::read_to_string(data("../../rules/README.md")).unwrap();
    let pack = guide.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    let folder = folder(&[("my-pack.toml", pack.as_bytes()), ("line.txt", "退款你就等着吧\n".as_bytes())]);
    let test = run(bare().current_dir(folder.path()).args(["rules", "test", "my-pack.toml"]));
    assert_eq!(test.code, 0, "{}{}", test.out, test.err);
    let check = run(bare().current_dir(folder.path()).args(["check", "--rules", "my-pack.toml", "line.txt"]));
    assert!(check.out.contains("refund/told-to-wait"), "{}{}", check.out, check.err);
}

/// The tutorial does what it says, from a fresh clone: its commands are run one after the other. `JINYU_BLESS=1` writes down what they say.
#[test]
fn the_tutorial_is_true() {
    let rules = data("../../rules");
    for (file, from, to) in
        [("README.zh.md", "# 十分钟", "编辑器想要"), ("README.md", "## Add a rule in ten", "An editor that knows")]
    {
        let read = fs::read_to_string(rules.join(file)).unwrap();
        let (start, end) = (read.find(from).unwrap(), read.find(to).unwrap());
        let folder = folder(&[]);
        fs::create_dir_all(folder.path().join("rules/tutorial/calls")).unwrap();
        for name in ["calls/monday.txt", "list.csv", "mistakes.toml"] {
            fs::copy(rules.join("tutorial").join(name), folder.path().join("rules/tutorial").join(name)).unwrap();
        }
        let pack = folder.path().join("cloud-mall.toml");
        let mut walked = String::from(&read[..start]);
        for (index, part) in read[start..end].split("```").enumerate() {
            if index > 0 {
                walked += "```";
            }
            if index % 2 == 1 && part.starts_with("toml\n") {
                let rule = part.strip_prefix("toml").unwrap();
                fs::write(&pack, fs::read_to_string(&pack).unwrap() + rule).unwrap();
            } else if part.contains("`unless = [\"quotes-customer\"]`") && pack.exists() {
                let phrases = "phrases = [\"随缘发货\"]\n";
                let mended =
                    fs::read_to_string(&pack).unwrap().replace(phrases, &format!("{phrases}unless = [\"quotes-customer\"]\n"));
                fs::write(&pack, mended).unwrap();
            }
            let Some(commands) = part.strip_prefix("text\n").filter(|_| index % 2 == 1) else {
                walked += part;
                continue;
            };
            walked += "text\n";
            for written in commands.split("$ ").skip(1) {
                let (command, expected) = written.split_once('\n').unwrap();
                let (input, call) = command.split_once(" | ").unwrap_or(("", command));
                let input = input.split('\'').nth(1).map_or(String::new(), |said| format!("{said}\n"));
                let ran = feed(bare().current_dir(folder.path()).args(call.split(' ').skip(1)), input);
                let told = (ran.out + &ran.err).replace('\\', "/");
                // What the built-in rules find is theirs to change.
                let is_ours = call.contains("mall") || call.contains("mistakes");
                let is_blessed = std::env::var_os("JINYU_BLESS").is_some();
                assert!(is_blessed || !is_ours || told == expected, "{file}: {command}\n{told}");
                walked += &format!("$ {command}\n{}", if is_blessed { &told } else { expected });
            }
        }
        walked += &read[end..];
        if walked != read {
            fs::write(rules.join(file), walked).unwrap();
        }
    }
}
