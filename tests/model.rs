//! The statistical model's second opinion: where it speaks, what it lets pass, and what it may not do.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that fails may panic")]

mod common;

use common::pack_of_one;
use jinyu::{
    By, Channel, Checker, Confidence, Conversation, Examination, Kind, Reason, RulePack, Safety, Speaker, Utterance, Verdict,
};

fn checker() -> Checker {
    Checker::builder().build().unwrap()
}

/// The model speaks where no rule does, says that it is the model, and is silent when it is not wanted.
#[test]
fn a_second_opinion() {
    let (with, without) = (checker(), Checker::builder().without_model().build().unwrap());
    let model = with.packs().iter().find(|pack| pack.name == "second-opinion").unwrap();
    let mut alone = 0;
    let of_offences = model.rules.iter().filter(|rule| matches!(rule.kind, Kind::Taboo(_)));
    for hit in of_offences.flat_map(|rule| &rule.hits) {
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
    let mine = Checker::builder()
        .pack(pack_of_one("mine/louder", "category = \"impatience\"\nseverity = \"note\"", "大声一点", "小声一点"))
        .build()
        .unwrap();
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

/// A decent sentence makes the next one no better, and stays out of the finding.
#[test]
fn one_decent_sentence_hides_no_offence() {
    let rude = "通知次次都寄到您手上，一封都没点开过，到头来喊冤。";
    let text = format!("好的，我这边帮您查询一下订单的物流信息，请您稍等片刻。{rude}");
    let findings = checker().check(&text);
    assert_eq!(findings.iter().map(|finding| finding.by).collect::<Vec<_>>(), [By::Model]);
    assert!(rude.contains(findings[0].text.as_str()), "{findings:?}");
}

/// Courtesies in sentences of their own save no phrase that a rule finds: neither do guards count them, nor does the model doubt by them.
#[test]
fn courtesies_hide_no_offence() {
    let (before, after) = ("您好，感谢您的来电，很高兴为您服务。", "。请问还有其他可以帮您的吗");
    for rude in ["您这个没办法", "這是你自己沒填對", "這不關我們的事", "您自己上网查一下", "我不知道"]
    {
        for text in [format!("{before}{rude}"), format!("{rude}{after}"), format!("{before}{rude}{after}")] {
            for checker in [checker(), Checker::builder().without_model().build().unwrap()] {
                assert!(!checker.check(&text).is_empty(), "{text}");
            }
        }
    }
    // What helps still excuses.
    for decent in [
        "这个我不知道，我帮您问一下同事。请问还有其他可以帮您的吗",
        "这个我不知道，谢谢您的反馈我马上去查",
        "今天就先到这里，谢谢您的来电",
        "那今天就先这样吧，感谢您的来电",
    ] {
        assert_eq!(checker().check(decent), [], "{decent}");
    }
}

/// What is heard in a sentence is let pass where the words that it is taken for do not make it read like an offence.
#[test]
fn doubt_of_what_is_heard() {
    let listening = || Checker::builder().channel(Channel::Speech);
    let (with, without) = (listening().build().unwrap(), listening().without_model().build().unwrap());
    for decent in ["阁下毋须亲自过来，邮寄就可以", "钥匙我找着了，给您放前台"] {
        assert!(without.check(decent).iter().all(|finding| finding.assumed.is_some()), "{decent}");
        assert!(!without.check(decent).is_empty(), "{decent}");
        let Examination { findings, dismissals, .. } = with.examine(decent);
        assert_eq!(findings, [], "{decent}");
        assert!(dismissals.iter().any(|dismissal| dismissal.reason == Reason::Model), "{decent}");
    }
    assert_eq!(with.check("我不请楚")[0].assumed.as_deref(), Some("我不清楚"));
}

/// A clause of a numbered list states how things are, and must read more like an offence to be one.
#[test]
fn numbered_clauses_are_official() {
    let rude = "可以办的话早就办了，用得着您说这么久吗";
    let by_model = |text: &str| checker().check(text).iter().any(|finding| finding.by == By::Model);
    assert!(by_model(rude));
    for number in ["3.", "（二）", "3、", "第五：", "Q12："] {
        assert!(!by_model(&format!("{number}{rude}")), "{number}");
    }
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

/// What a turn shows, first in its conversation.
fn observe(checker: &Checker, speaker: Speaker, text: &str) -> Examination {
    checker.session().examine(&Utterance::new(0, speaker, text))
}

/// The models see signals and steps that no rule finds, each in those who show them, and say which rule of theirs it is.
#[test]
fn signals_and_steps_in_other_words() {
    let (with, without) = (checker(), Checker::builder().without_model().build().unwrap());
    let pack = with.packs().iter().find(|pack| pack.name == "second-opinion").unwrap();
    let (mut of_rules, mut alone) = (0, 0);
    for rule in &pack.rules {
        let (name, speaker, other) = match &rule.kind {
            Kind::Signal(name) => (name, Speaker::Customer, Speaker::Agent),
            Kind::Step(name) => (name, Speaker::Agent, Speaker::Customer),
            _ => continue,
        };
        for hit in &rule.hits {
            let seen = |checker: &Checker, speaker: Speaker| {
                let Examination { signals, steps, .. } = observe(checker, speaker, &hit.text);
                if matches!(rule.kind, Kind::Signal(_)) { signals } else { steps }
            };
            assert_eq!(seen(&with, other), [], "{}", hit.text);
            let both = seen(&with, speaker);
            let occurrence = both.iter().find(|occurrence| occurrence.name == *name).unwrap();
            assert_eq!(occurrence.span.slice(&hit.text), occurrence.text);
            if seen(&without, speaker).iter().any(|occurrence| occurrence.name == *name) {
                of_rules += 1;
                assert_ne!(occurrence.rule, rule.id, "a rule comes first: {}", hit.text);
            } else {
                alone += 1;
                assert_eq!(occurrence.rule, rule.id);
            }
        }
    }
    assert!(of_rules >= 20 && alone >= 20, "{of_rules} hits are the rules' too, {alone} the models' alone");
}

/// A long turn is read sentence by sentence, so that what is shown in one of them is not lost.
#[test]
fn long_turns_hide_no_signal() {
    let facts = "我上个月二十号在你们店里买了一台冰箱，型号我记不太清了，票据上有写。".repeat(6);
    let text = format!("{facts}这中间误工的钱和坏掉的菜，总得有人替我认吧。{facts}");
    let seen = observe(&checker(), Speaker::Customer, &text).signals;
    let found = seen.iter().find(|signal| &*signal.name == "compensation").unwrap();
    assert_eq!(found.text, "这中间误工的钱和坏掉的菜，总得有人替我认吧。");
}

/// What is not clear is a signal, but asks no apology of the agent.
#[test]
fn only_certain_dissatisfaction_asks_for_an_apology() {
    let call = |said: &str| {
        let mut call = Conversation::new("c");
        let turns = [said, "订单号多少", "123456", "查到了"];
        for (number, text) in turns.into_iter().enumerate() {
            let speaker = if number % 2 == 0 { Speaker::Customer } else { Speaker::Agent };
            call.utterances.push(Utterance::new(number, speaker, text));
        }
        let report = checker().audit(&call);
        let of = |name: &str| report.assessment.flow.iter().find(|flow| &*flow.rule == name).unwrap().verdict;
        let signal = report.examinations[0].signals.iter().find(|signal| &*signal.name == "dissatisfaction").unwrap();
        (signal.confidence, of("handling/no-apology-after-complaint"))
    };
    assert_eq!(call("等了这么久就给我这么个结果"), (Confidence::High, Verdict::Violated));
    let (confidence, verdict) = call("原来好评都是这么来的");
    assert!(confidence < Confidence::High);
    assert_eq!(verdict, Verdict::NotApplicable);
    // Anger that is doubtful takes nothing from what is certain.
    let certain = "我对你们的服务非常不满意";
    assert_eq!(call(certain), (Confidence::High, Verdict::Violated));
    assert_eq!(call(&format!("{certain}，你们太离谱了")).1, Verdict::Violated);
}

/// A signal of an added pack asks what its author says, however sure it is.
#[test]
fn signals_of_added_packs_are_taken_as_they_are() {
    let pack = r#"
        [pack]
        name = "mine"
        version = "1"
        summary = "-"
        [[rule]]
        id = "mine/worried"
        signal = "worried"
        confidence = "low"
        phrases = ["心里没底"]
        hit = ["我心里没底"]
        miss = ["我心里有底"]
        [[flow]]
        id = "mine/reassure"
        kind = "require"
        severity = "note"
        why = "-"
        want = ["apologise", "empathise"]
        after = ["worried"]
        certain = true
        turns = 1
        violated = ["客户：我心里没底\n客服：订单号多少\n客户：1\n客服：好"]
        satisfied = ["客户：我心里没底\n客服：非常抱歉让您担心了"]
        not-applicable = ["客户：在吗\n客服：在的"]
    "#;
    let pack = RulePack::from_toml("mine.toml", pack).unwrap();
    for builder in [Checker::builder(), Checker::builder().without_model()] {
        builder.pack(pack.clone()).build().unwrap();
    }
}

/// What a built-in rule takes for a step, and nothing in the utterance reads like, is let pass; of an added pack it is not.
#[test]
fn doubt_of_steps() {
    let said = "货当天就发了，就堵在路上那一会儿，换谁都会觉得冤";
    let names = |checker: &Checker| {
        let Examination { steps, dismissals, .. } = observe(checker, Speaker::Agent, said);
        let of_model = dismissals.into_iter().filter(|dismissal| dismissal.reason == Reason::Model);
        let steps: Vec<String> = steps.iter().map(|step| step.name.to_string()).collect();
        (steps, of_model.map(|dismissal| dismissal.text).collect::<Vec<_>>())
    };
    let (alone, _) = names(&Checker::builder().without_model().build().unwrap());
    assert!(alone.contains(&"timeline".to_owned()), "{alone:?}");
    let (steps, dismissed) = names(&checker());
    assert!(!steps.contains(&"timeline".to_owned()) && !dismissed.is_empty(), "{steps:?} {dismissed:?}");
    let mine =
        Checker::builder().pack(pack_of_one("mine/on-its-way", "step = \"timeline\"", "货当天就发", "当天有货")).build().unwrap();
    assert!(names(&mine).0.contains(&"timeline".to_owned()));
}
