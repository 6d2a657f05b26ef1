//! The statistical model's second opinion: where it speaks, what it lets pass, and what it may not do.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that fails may panic")]

mod common;

use common::pack_of_one;
use jinyu::{By, Checker, Confidence, Conversation, Reason, Safety, Speaker, Utterance};

fn checker() -> Checker {
    Checker::builder().build().unwrap()
}

/// The model speaks where no rule does, says that it is the model, and is silent when it is not wanted.
#[test]
fn a_second_opinion() {
    let (with, without) = (checker(), Checker::builder().without_model().build().unwrap());
    let model = with.packs().iter().find(|pack| pack.name == "second-opinion").unwrap();
    let mut alone = 0;
    for hit in model.rules.iter().flat_map(|rule| &rule.hits) {
        let (both, rules) = (with.check(&hit.text), without.check(&hit.text));
        assert!(rules.iter().all(|finding| finding.by == By::Rule && finding.evidence.is_empty()));
        if rules.is_empty() {
            alone += 1;
            let [finding] = &both[..] else { panic!("{both:?}") };
            assert!(finding.by == By::Model && finding.confidence == Confidence::Low, "{finding:?}");
            assert!(!finding.evidence.is_empty() && !finding.suggestions.is_empty(), "{finding:?}");
            assert_eq!(finding.span.slice(&hit.text), finding.text);
            assert!(finding.suggestions.iter().all(|suggestion| suggestion.safety == Safety::Show));
        }
    }
    assert!(alone >= 10, "{alone} hits are the model's alone");
}

/// What built-in rules find in decent talk is let pass; what an added pack finds is not: the model has not learned what it is about.
#[test]
fn doubt() {
    let decent = "您大声一点也没关系我理解您是急了换我也会";
    let alone = Checker::builder().without_model().build().unwrap();
    assert!(!alone.check(decent).is_empty(), "a rule finds something here");
    assert!(checker().examine(decent).dismissals.iter().any(|dismissal| dismissal.reason == Reason::Model));
    let mine = Checker::builder().pack(pack_of_one("mine/louder", "impatience", "大声一点", "小声一点")).build().unwrap();
    let findings = mine.check(decent);
    assert_eq!(findings.iter().map(|finding| &*finding.rule).collect::<Vec<_>>(), ["mine/louder"]);
    assert!(checker().check(decent).is_empty());
}

/// Courtesy makes an offence no better, and what the model finds alone costs no points.
#[test]
fn what_the_model_may_not_do() {
    for said in ["你没有填对", "我们不可能乱扣钱", "你必须先付款", "这不归我管"] {
        let framed = format!("您好，感谢您的咨询，麻烦您提供一下订单号，{said}");
        let findings = checker().check(&framed);
        assert!(findings.iter().any(|finding| finding.by == By::Rule), "{framed}: {findings:?}");
    }
    let mut call = Conversation::new("c");
    call.utterances.push(Utterance::new(1, Speaker::Customer, "你们太过分了！我要投诉！"));
    call.utterances.push(Utterance::new(2, Speaker::Agent, "通知次次都寄到您手上，一封都没点开过，到头来喊冤"));
    let report = checker().audit(&call);
    let by: Vec<By> = report.examinations[1].findings.iter().map(|finding| finding.by).collect();
    assert_eq!(by, [By::Model]);
    let alone = Checker::builder().without_model().build().unwrap().audit(&call);
    assert_eq!(report.assessment.score.overall, alone.assessment.score.overall);
    // The customer is not listened to in this way.
    call.utterances[1].speaker = Speaker::Customer;
    assert!(checker().audit(&call).examinations[1].findings.is_empty());
}

/// The model weighs a long text window by window: what is rude in the midst of much that is decent stays rude.
#[test]
fn decent_talk_hides_no_offence() {
    let checker = checker();
    let decent = "好的，我这边帮您查询一下订单的物流信息，请您稍等片刻。".repeat(40);
    for rude in ["表是你自己没填对，怪得了谁，别来烦我。", "爱上哪儿告上哪儿告，我们奉陪到底，谁怕谁。"]
    {
        let text = format!("{decent}{rude}{decent}");
        let findings = checker.check(&text);
        assert!(!findings.is_empty(), "{rude}");
        assert!(findings.iter().all(|finding| rude.contains(finding.text.as_str())), "{findings:?}");
    }
    assert_eq!(checker.check(&decent).len(), 0);
}
