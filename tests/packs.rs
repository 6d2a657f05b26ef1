//! Packs that are wrong: each mistake is told with its place and what to do.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that fails may panic")]

use jinyu::{Checker, Error, LintKind, RulePack, Safety};

const HEAD: &str = "[pack]\nname = \"mine\"\nversion = \"1\"\nsummary = \"s\"\n";

fn rule(fields: &str) -> String {
    let mut rule = String::from("[[rule]]\n");
    for (key, value) in [
        ("id", "id = \"mine/bad\""),
        ("category", "category = \"blame\""),
        ("severity", "severity = \"error\""),
        ("why", "why = \"不好\""),
        ("patterns", "patterns = [\"弄错了\"]"),
        ("hit", "hit = [\"你弄错了\"]"),
        ("miss", "miss = [\"没有错\"]"),
    ] {
        if !fields.lines().any(|line| line.starts_with(key)) {
            rule.push_str(value);
            rule.push('\n');
        }
    }
    rule + fields
}

fn error(pack: &str) -> Error {
    match RulePack::from_toml("mine.toml", pack) {
        Err(error) => error,
        Ok(pack) => Checker::builder().pack(pack).build().expect_err("the pack should not load"),
    }
}

#[track_caller]
fn fails(fields: &str, expected: &str) {
    let error = error(&format!("{HEAD}{}", rule(fields))).to_string();
    assert!(error.contains(expected), "{error}");
    assert!(error.starts_with("mine.toml:5"), "{error}");
}

#[test]
fn a_good_pack_loads() {
    let pack = RulePack::from_toml("mine.toml", &format!("\u{feff}{HEAD}{}", rule(""))).unwrap();
    Checker::builder().pack(pack).build().unwrap();
}

#[test]
fn syntax() {
    let broken = error("[pack\nname = 1");
    assert!(broken.is_syntax());
    assert_eq!(broken.line(), Some(1));
    assert!(error(&format!("{HEAD}colour = 1")).to_string().starts_with("mine.toml:5:1: unknown field `colour`"));
    assert!(error(&format!("{HEAD}{}", rule("care = \"warm\""))).to_string().contains("unknown variant `warm`"));
}

#[test]
fn rules() {
    fails("id = \"Bad\"", "subject/what-is-bad");
    fails("patterns = []", "neither phrases nor patterns");
    fails("model = true", "remove phrases, patterns, speaker, edge, boundary");
    fails("why = \" \"", "`why` is empty");
    fails("miss = []", "examples of both kinds");
    fails("patterns = [\"弄错了(\"]", "not a regular expression");
    fails("patterns = [\"{nobody}弄错了\"]", "no word class {nobody}");
    fails("patterns = [\"[^，]+\"]", "no two characters that every match contains");
    fails("unless = [\"nowhere\"]", "no guard \"nowhere\"");
    fails("unless = [{}]", "always holds");
    fails("fix = [{ text = \"${who}\" }]", "no pattern of the rule has");
    fails("fix = [{ text = \"好\", safety = \"unsafe\" }]", "does not say why");
    fails("fix = [{ text = \"${what}\", from = \"(?<what>.\" }]", "from = \"(?<what>.\": not a regular expression");
    fails("fix = [{ text = \"${what}\", from = \"(?<that>.)\" }]", "no pattern of the rule has");
    fails("fix = [{ text = \"好\", tw = \"${what}\" }]", "no pattern of the rule has");
    fails("fix = [\"nowhere\"]", "no list of fixes \"nowhere\"");
    let twice = format!("{HEAD}{}{}", rule(""), rule(""));
    assert!(error(&twice).to_string().contains("stands in line 5 already"));
    let taken = RulePack::from_toml("other.toml", &format!("{HEAD}{}", rule("")).replace("\"mine\"", "\"other\"")).unwrap();
    let mine = RulePack::from_toml("mine.toml", &format!("{HEAD}{}", rule(""))).unwrap();
    assert!(Checker::builder().pack(taken).pack(mine).build().unwrap_err().to_string().contains("has a rule with this id"));
}

#[test]
fn examples() {
    fails("hit = [\"没错\"]", "no pattern matches");
    fails("hit = [\"你弄错了吗\"]\nunless = [{ after = \"吗\" }]", "it is let pass: guard { after = \"吗\" }");
    fails("miss = [\"我弄错了\"]", "the miss \"我弄错了\" is found");
    fails("hit = [{ text = \"你弄错了\", match = \"你弄错了\" }]", "should match \"你弄错了\" but matches \"弄错了\"");
    fails("fix = [{ text = \"又弄错了\", safety = \"safe\" }]", "triggers the rule again");
    fails(
        "hit = [{ text = \"你弄错了\", fix = \"你对了\" }]\nfix = [{ text = \"对\", safety = \"safe\" }]",
        "should be fixed to",
    );
    fails(
        "hit = [{ text = \"你弄错了\", say = \"你对了\" }]\nfix = [{ text = \"对\" }]",
        "should say \"你对了\" but says \"你对\"",
    );
    fails("hit = [{ text = \"你弄错了\", say = \"你对了\" }]", "but nothing is suggested");
    assert!(error(&format!("{HEAD}{}", rule("hit = [\"没错\"]"))).is_example());
}

/// A wording may be made from the words around the match, of which it takes what it keeps; rules may have wordings in common.
#[test]
fn wordings_made_from_what_was_said() {
    let lists = r#"
[fixes]
together = [
  { text = "${what}可能有${how-many}对不上", from = "^(?<what>.+?){you}.*?(?<how-many>.位)$", replace = "clause" },
  { text = "我们一起核对一下", replace = "clause" },
]
"#;
    let fields = "fix = [\"together\"]\nhit = [{ text = \"您好，这个号码您弄错了两位，没法寄\", say = \"您好，这个号码可能有两位对不上，没法寄\" }]";
    let pack = format!("{HEAD}{lists}{}", rule(fields)).replace("how-many", "many");
    let checker =
        Checker::builder().pack(RulePack::from_toml("mine.toml", &pack).unwrap()).without_default_packs().build().unwrap();
    let suggestions = |text: &str| {
        let texts = checker.check(text).into_iter().flat_map(|finding| finding.suggestions);
        texts.map(|suggestion| (suggestion.text, suggestion.span.slice(text).to_owned())).collect::<Vec<_>>()
    };
    let pair = |text: &str, span: &str| (text.to_owned(), span.to_owned());
    assert_eq!(
        suggestions("您好，門牌您弄錯了一位。"),
        [pair("門牌可能有一位對不上", "門牌您弄錯了一位"), pair("我們一起核對一下", "門牌您弄錯了一位")]
    );
    assert_eq!(suggestions("门牌弄错了"), [pair("我们一起核对一下", "门牌弄错了")]);
    let twice = error(&format!("{HEAD}[fixes]\ntogether = []\n{}", rule("")));
    assert!(twice.to_string().contains("at least one fix"), "{twice}");
}

/// A wording may be told clause by clause: what only reproaches is dropped, and where a clause fits nothing there is none.
#[test]
fn wordings_told_by_clause() {
    let fix = r#"fix = [{ text = "我跟您说明一下，${clauses}", replace = "utterance", clauses = [
      { from = "^怪谁呢?$" },
      { from = "^难怪(?<so>{any}+)$", text = "所以${so}", follows = true },
      { from = "^{you}?(?<what>[^怪]+?)弄错了$", text = "${what}有出入" },
      { from = "^(?<what>[^你您怪]+)$", text = "${what}" },
    ] }, { text = "我们一起核对一下", replace = "utterance" }]"#;
    let checker_of = |fix: &str| {
        let pack = format!("{HEAD}{}", rule(&format!("{fix}\nhit = [\"你号码弄错了，怪谁\"]")));
        let pack = RulePack::from_toml("mine.toml", &pack).unwrap();
        Checker::builder().pack(pack).without_default_packs().build().unwrap()
    };
    let checker = checker_of(fix);
    let first = |text: &str| checker.check(text)[0].suggestions[0].clone();
    assert_eq!(
        first("你号码弄错了，怪谁呢？难怪 3.5 元没到，下午再看").text,
        "我跟您说明一下，号码有出入，所以3.5 元没到，下午再看"
    );
    assert_eq!(first("妳號碼弄錯了，怪誰").text, "我跟您說明一下，號碼有出入");
    assert_eq!(first("妳號碼弄錯了，怪誰").safety, Safety::Show);
    for alone in ["你号码弄错了", "难怪没到，你号码弄错了，怪谁"] {
        assert_eq!(first(alone).text, "我们一起核对一下", "{alone}");
    }
    let single = checker_of(&fix.replace("replace = \"utterance\", clauses", "replace = \"utterance\", single = true, clauses"));
    assert_eq!(single.check("你号码弄错了")[0].suggestions[0].text, "我跟您说明一下，号码有出入");
    let message = error(&format!("{HEAD}{}", rule(&fix.replace("${clauses}", ""))));
    assert!(message.to_string().contains("${clauses}"), "{message}");
}

#[test]
fn lint_sees() {
    let fields = "phrases = [\"你弄错\", \"弄错\"]\npatterns = [\"搞混了\", \"弄错了\"]";
    let unused = "[fixes]\nunused = [{ text = \"好\" }]\n";
    let pack = RulePack::from_toml("mine.toml", &format!("{HEAD}{unused}{}", rule(fields))).unwrap();
    let checker = Checker::builder().without_default_packs().pack(pack).build().unwrap();
    let messages: Vec<String> = checker.lint().into_iter().map(|lint| lint.message).collect();
    assert!(messages.iter().any(|message| message.contains("\"你弄错\" is never needed")), "{messages:?}");
    assert!(messages.iter().any(|message| message.contains("no rule uses this list of fixes")), "{messages:?}");
    assert!(messages.iter().any(|message| message.contains("no hit shows the pattern \"搞混了\"")), "{messages:?}");
    let kinds: Vec<LintKind> = checker.lint().into_iter().map(|lint| lint.kind).collect();
    assert_eq!(kinds, [LintKind::Shadowed, LintKind::Untested, LintKind::Unused]);
}

/// Advice is never tested on load: who writes it is told when it would be flagged.
#[test]
fn lint_sees_wordings_that_are_found_themselves() {
    let lint = |fields: &str| {
        let pack = RulePack::from_toml("mine.toml", &format!("{HEAD}{}", rule(fields))).unwrap();
        let checker = Checker::builder().without_default_packs().pack(pack).build().unwrap();
        checker.lint().into_iter().filter(|lint| lint.kind == LintKind::Wording).map(|lint| lint.message).collect::<Vec<_>>()
    };
    assert!(
        lint("fix = [{ text = \"是不是弄错了\" }]")[0].starts_with("the wording \"是不是弄错了\" is found by mine/bad itself")
    );
    let made = "patterns = [\"(?<what>弄错了)\"]\nfix = [{ text = \"可能${what}\" }]";
    assert!(lint(made)[0].starts_with("each wording for the hit \"你弄错了\" triggers the rule again"));
    assert_eq!(lint("fix = [{ text = \"是不是弄错了\" }, { text = \"我来核对\" }]").len(), 1);
    assert!(lint("fix = [{ text = \"我来核对\" }]").is_empty());
}
