//! What `instructions.py` counts the instructions of. Receives the number of phrases and the kind of text, scans it, prints how many
//! characters there are and what was found; or receives `rules` and `polite`, checks utterances by all rules, prints how many.
#![allow(clippy::print_stdout, reason = "it reports to the script that runs it")]

#[allow(dead_code, unreachable_pub, missing_docs, clippy::indexing_slicing, reason = "the suite's own file; it needs the rest")]
#[path = "suite/src/generate.rs"]
mod generate;

use jinyu::{Checker, Phrases};

/// Enough for the counts to be steady.
const BYTES: usize = 300_000;

/// Ordinary talk of some thirty characters an utterance, in which nothing must be found.
const POLITE: [&str; 6] = [
    "好的，我这边马上帮您查询一下订单的物流信息，请您稍等。",
    "您的包裹今天上午已经从仓库发出，预计后天下午送达，请留意电话。",
    "非常抱歉给您带来不便，我先为您登记，稍后请专人给您回电。",
    "您好，這邊幫您確認一下資料，麻煩您提供訂單編號，謝謝您。",
    "退款會在三到五個工作天內退回您原本的信用卡，請您留意簡訊。",
    "请问这样处理您觉得可以吗？还有其他需要帮忙的地方吗？",
];

fn main() {
    // Cargo adds an argument of its own.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let [size, kind] = arguments.as_slice() else {
        return; // cargo bench without arguments has nothing to measure here
    };
    if size == "rules" {
        let checker = Checker::builder().build().expect("built-in packs");
        // The first time reads what patterns are made of.
        assert!(POLITE.iter().all(|text| checker.examine(text).findings.is_empty()));
        return println!("{} {}", POLITE.len(), scan_rules(&checker));
    }
    let list = generate::phrases(size.parse().expect("a number of phrases"));
    let text = match kind.as_str() {
        "ordinary" => generate::text(BYTES, &list),
        "near" => generate::near_misses(BYTES, &list),
        _ => panic!("ordinary or near"),
    };
    println!("{} {}", text.chars().count(), scan(&Phrases::new(&list), &text));
}

/// What is counted.
#[inline(never)]
fn scan_rules(checker: &Checker) -> usize {
    POLITE.iter().map(|text| checker.check(text).len()).sum()
}

/// What is counted.
#[inline(never)]
fn scan(phrases: &Phrases, text: &str) -> usize {
    phrases.find_iter(text).count()
}
