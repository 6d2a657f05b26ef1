//! A replay as one self-contained page in the look of audit reports. Receives the sums, writes HTML; the template escapes all text.

use std::io::Write;

use anyhow::Result;
use askama::Template;

use super::Replay;
use super::compare::{Item, OldNew, RuleSums};
use crate::locale::{Locale, Translator};
use crate::read::meter::InputFacts;
use crate::report::jsonl::{PackRecord, pack_records};

/// Writes the page.
pub(super) fn write(replay: &Replay<'_>, out: &mut impl Write) -> Result<()> {
    let mut translator = Translator::new(replay.locale);
    let (gained, lost) = replay.sums.gained_and_lost();
    let rules = replay.sums.changed_rules();
    let rules = rules.into_iter().map(|(id, of)| RuleView::new(id, of, &mut translator));
    let most = replay.sums.most.iter().map(|change| ConversationView {
        name: &change.conversation,
        file: &change.file,
        score: change.score,
        points: format!("{:+}", change.points()),
        is_better: change.points() > 0,
    });
    let page = Page {
        locale: replay.locale,
        language: replay.locale.pick("zh-Hans", "zh-Hant", "en"),
        style: include_str!("../../assets/report.css"),
        partial: replay.tally.partial,
        redacted: replay.tally.redacted,
        conversations: replay.sums.conversations,
        changed: replay.sums.changed,
        found: replay.sums.found(),
        gained,
        lost,
        means: replay.sums.means().map(|of| Means {
            old: format!("{:.1}", of.old),
            new: format!("{:.1}", of.new),
            change: format!("{:+.1}", of.new - of.old),
        }),
        rules: rules.collect(),
        most: most.collect(),
        engine: env!("CARGO_PKG_VERSION"),
        packs: [
            PacksView { which: "old", packs: pack_records(replay.old) },
            PacksView { which: "new", packs: pack_records(replay.new) },
        ],
        inputs: &replay.tally.inputs,
        unread: &replay.tally.unread,
    };
    page.write_into(out)?;
    Ok(out.flush()?)
}

#[derive(Template)]
#[template(path = "replay.html")]
struct Page<'a> {
    locale: Locale,
    language: &'static str,
    style: &'static str,
    partial: bool,
    redacted: bool,
    conversations: usize,
    changed: usize,
    found: OldNew<usize>,
    gained: usize,
    lost: usize,
    means: Option<Means>,
    rules: Vec<RuleView<'a>>,
    most: Vec<ConversationView<'a>>,
    engine: &'static str,
    packs: [PacksView<'a>; 2],
    inputs: &'a [InputFacts],
    unread: &'a [String],
}

impl Page<'_> {
    /// A word in the reader's language.
    fn w(&self, key: &str) -> &'static str {
        let [hans, hant, english] = match key {
            "title" => ["新旧规则对比", "新舊規則對比", "What a change of rules changes"],
            "caution" => [
                "同样的对话，按旧规则和新规则各评一遍。多出来的不一定是错，消失的不一定是对：请看例子。",
                "同樣的對話，按舊規則和新規則各評一遍。多出來的不一定是錯，消失的不一定是對：請看例子。",
                "The same conversations under old and new rules. What is gained need not be right, nor what is lost wrong: look at the examples.",
            ],
            "partial" => {
                ["中途停止，以下只是一部分", "中途停止，以下只是一部分", "Stopped before the end: what follows is a part only"]
            }
            "redacted" => ["个人信息已遮盖", "個人資料已遮蔽", "Personal data is masked"],
            "conversations" => ["对话", "對話", "Conversations"],
            "findings" => ["问题（旧 → 新）", "問題（舊 → 新）", "Findings, old → new"],
            "gained" => ["新增", "新增", "gained"],
            "lost" => ["消失", "消失", "lost"],
            "mean" => ["平均分（旧 → 新）", "平均分（舊 → 新）", "Mean score, old → new"],
            "rules" => ["有变化的规则", "有變化的規則", "Rules that changed"],
            "rule" => ["规则", "規則", "Rule"],
            "old" => ["旧", "舊", "old"],
            "new" => ["新", "新", "new"],
            "change" => ["差", "差", "change"],
            "most" => ["分数变化最大的对话", "分數變化最大的對話", "Scores that changed most"],
            "conversation" => ["对话", "對話", "Conversation"],
            "file" => ["文件", "檔案", "File"],
            "whole" => ["（整段对话）", "（整段對話）", "(the whole conversation)"],
            "none" => ["没有变化", "沒有變化", "Nothing changes"],
            "packs" => ["规则包", "規則包", "Rule packs"],
            "inputs" => ["输入", "輸入", "Inputs"],
            "unread" => ["未能读取", "未能讀取", "Not read"],
            _ => ["出处", "出處", "Provenance"],
        };
        self.locale.pick(hans, hant, english)
    }

    /// A number with what it counts, in the reader's language.
    fn counted(&self, key: &str, number: &usize) -> String {
        let [hans, hant, english] = match key {
            "changed" => ["其中{}段有变化", "其中{}段有變化", "{} changed"],
            "turn" => ["第{}轮", "第{}輪", "turn {}"],
            "gained" => ["新增{}", "新增{}", "{} gained"],
            _ => ["消失{}", "消失{}", "{} lost"],
        };
        self.locale.pick(hans, hant, english).replace("{}", &number.to_string())
    }
}

/// The mean scores, and their difference.
struct Means {
    old: String,
    new: String,
    change: String,
}

/// A set of rules.
struct PacksView<'a> {
    which: &'static str,
    packs: Vec<PackRecord<'a>>,
}

/// A rule that changed.
struct RuleView<'a> {
    id: &'a str,
    sums: &'a RuleSums,
    /// Why the rule is there.
    message: String,
    examples: Vec<ExampleView<'a>>,
}

impl<'a> RuleView<'a> {
    fn new(id: &'a str, sums: &'a RuleSums, translator: &mut Translator) -> Self {
        let gained = sums.gained_examples.iter().map(|item| ExampleView::new(true, item));
        let lost = sums.lost_examples.iter().map(|item| ExampleView::new(false, item));
        let examples: Vec<ExampleView<'_>> = gained.chain(lost).collect();
        let message = examples.first().map(|of| translator.translate(&of.item.message).to_owned()).unwrap_or_default();
        Self { id, sums, message, examples }
    }
}

/// A finding that is there under one set of rules only.
struct ExampleView<'a> {
    is_gained: bool,
    item: &'a Item,
    /// What was said before the words that were found, these words, and what was said after.
    before: &'a str,
    words: &'a str,
    after: &'a str,
}

impl<'a> ExampleView<'a> {
    fn new(is_gained: bool, item: &'a Item) -> Self {
        let Item { utterance, words, .. } = item;
        let parted = utterance.split_once(words.as_str()).filter(|_| !words.is_empty());
        let (before, after) = parted.unwrap_or((utterance, ""));
        Self { is_gained, item, before, words: if parted.is_some() { words } else { "" }, after }
    }
}

/// A conversation whose score changed.
struct ConversationView<'a> {
    name: &'a str,
    file: &'a str,
    score: OldNew<u32>,
    points: String,
    is_better: bool,
}
