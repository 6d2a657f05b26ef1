//! The built-in packs: each rule's own examples, and what packs must not do to each other.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that fails may panic")]

use jinyu::{Category, Checker, Safety};

fn checker() -> Checker {
    Checker::builder().build().unwrap()
}

#[test]
fn examples_hold() {
    let checker = checker();
    let failures: Vec<String> = checker
        .packs()
        .iter()
        .flat_map(|pack| checker.test(&pack.name))
        .map(|failure| format!("{}:{}: {}: {}", failure.file, failure.line, failure.rule, failure.message))
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn each_category_has_rules() {
    let checker = checker();
    for category in Category::ALL {
        let rules =
            checker.packs().iter().flat_map(|pack| &pack.rules).filter(|rule| rule.kind.category() == Some(category)).count();
        assert!(rules >= 3, "{category} has {rules} rules");
    }
}

#[test]
fn blame_and_command_always_have_a_better_wording() {
    for rule in checker().packs().iter().flat_map(|pack| &pack.rules) {
        if matches!(rule.kind.category(), Some(Category::Blame | Category::Command)) {
            assert!(rule.fixes().next().is_some(), "{} has no fix", rule.id);
        }
    }
}

/// A better wording that is itself an offence would be worse than none.
#[test]
fn no_wording_triggers_a_rule() {
    let checker = checker();
    let mut offences = Vec::new();
    for rule in checker.packs().iter().flat_map(|pack| &pack.rules) {
        for hit in &rule.hits {
            let findings = checker.check(&hit.text);
            for suggestion in findings.iter().filter(|finding| finding.rule == rule.id).flat_map(|finding| &finding.suggestions) {
                for again in checker.check(&suggestion.text) {
                    offences.push(format!("{}: \"{}\" triggers {} at \"{}\"", rule.id, suggestion.text, again.rule, again.text));
                }
            }
        }
    }
    offences.sort();
    offences.dedup();
    assert!(offences.is_empty(), "{}", offences.join("\n"));
}

/// Every phrase of the seeds, as facts about usage, in both scripts.
#[test]
fn phrases_of_the_seeds_are_found() {
    let checker = checker();
    let phrases = [
        ("你好像不明白……", "你好像不明白……"),
        ("你肯定弄混了……", "你肯定弄混了……"),
        ("你应该先付款", "你應該先付款"),
        ("你必须先付款", "你必須先付款"),
        ("我们不会出错", "我們不會出錯"),
        ("我们从没弄错过", "我們從沒弄錯過"),
        ("我们不可能弄错", "我們不可能弄錯"),
        ("你弄错了", "你弄錯了"),
        ("你误会了", "你誤會了"),
        ("你没有填对", "你沒有填對"),
        ("这是我们公司的规定", "這是我們公司的規定"),
        ("我不知道", "我不知道"),
        ("这不关我的事", "這不關我的事"),
        ("我们可不负责", "我們可不負責"),
        ("我们一直都是这样做的", "我們一直都是這樣做的"),
        ("这是你的事,你自己做决定", "這是你的事，你自己做決定"),
        ("绝对不会,绝对不可能", "絕對不會，絕對不可能"),
        ("绝对不可能的", "絕對不可能的"),
        ("那你必须已经购买了超过5000元的商品", "那你必須已經購買了超過5000元的商品"),
        ("因为你的表格填错了", "因為你的表格填錯了"),
        ("计算机坏了,你明天再打电话来吧", "電腦壞了，你明天再打電話來吧"),
        ("你的退款要求一定是36.4元,否则我们不会寄给你这个数的", "你的退款要求一定是36.4元，否則我們不會寄給你這個數的"),
        ("我们是不会乱扣钱的", "我們是不會亂扣錢的"),
    ];
    let missed: Vec<&str> = phrases
        .iter()
        .flat_map(|&(simplified, traditional)| [simplified, traditional])
        .filter(|phrase| checker.check(phrase).is_empty())
        .collect();
    assert!(missed.is_empty(), "{missed:?}");
}

#[test]
fn order_becomes_request() {
    let checker = checker();
    assert_eq!(checker.fix("你必须先付款", Safety::Safe).text, "请您先付款");
    assert_eq!(checker.fix("你必須先付款", Safety::Safe).text, "請您先付款");
    assert_eq!(checker.fix("王先生,您必须在3月5日前付清5000元。", Safety::Safe).text.matches("3月5日").count(), 1);
}
