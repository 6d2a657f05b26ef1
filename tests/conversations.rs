//! Whole conversations: what flow rules say of them, what they score, and that a conversation judged turn by turn comes to the same.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that fails may panic")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use jinyu::{Assessment, Charge, Checker, Conversation, PromiseState, Report, RulePack, Speaker, Utterance, Verdict};
use proptest::prelude::*;

static CHECKER: LazyLock<Checker> = LazyLock::new(|| Checker::builder().build().unwrap());

fn call(name: &str) -> Report {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/conversations").join(name);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut conversation = Conversation::new(name);
    for (turn, line) in text.lines().enumerate() {
        let (label, said) = line.split_once('：').unwrap();
        conversation.utterances.push(Utterance::new(turn, label.parse().unwrap(), said));
    }
    CHECKER.audit(&conversation)
}

fn violated(assessment: &Assessment) -> BTreeSet<&str> {
    assessment.flow.iter().filter(|flow| flow.verdict == Verdict::Violated).map(|flow| &*flow.rule).collect()
}

#[test]
fn the_handbook_s_calls_in_both_scripts() {
    for script in ["", "-hans"] {
        let good = call(&format!("well-handled{script}.txt"));
        let bad = call(&format!("badly-handled{script}.txt"));
        let taboos: Vec<_> = good.examinations.iter().flat_map(|seen| &seen.findings).collect();
        assert!(taboos.is_empty(), "{taboos:#?}");
        assert!(bad.examinations.iter().flat_map(|seen| &seen.findings).any(|finding| finding.category.as_str() == "denial"));
        let wrong = violated(&bad.assessment);
        for rule in ["handling/denial-first", "handling/pushed-away", "handling/escalation-ignored"] {
            assert!(wrong.contains(rule), "{rule} {script}: {:#?}", bad.assessment);
        }
        let right = violated(&good.assessment);
        for rule in
            ["handling/denial-first", "handling/pushed-away", "handling/escalation-ignored", "handling/solution-before-question"]
        {
            assert!(!right.contains(rule), "{rule} {script}");
        }
        let (good, bad) = (good.assessment.score.overall, bad.assessment.score.overall);
        assert!(good >= bad + 20, "good {good}, bad {bad}");
    }
}

#[test]
fn every_deduction_names_its_evidence_and_the_sums_are_right() {
    let Report { assessment, .. } = call("badly-handled.txt");
    let score = &assessment.score;
    let lost: f64 = score.deductions.iter().map(|deduction| deduction.points).sum();
    assert_eq!(f64::from(score.overall), (100.0 - lost).max(0.0).round());
    for deduction in &score.deductions {
        let says_the_end = deduction.rule.ends_with("no-anything-else");
        assert!(says_the_end || !deduction.turns.is_empty(), "{deduction:?}");
    }
    let of_care = |care: jinyu::Care| -> f64 {
        100.0 - score.deductions.iter().filter(|deduction| deduction.care == care).map(|deduction| deduction.points).sum::<f64>()
    };
    assert_eq!(f64::from(score.care.empathic), of_care(jinyu::Care::Empathic).max(0.0).round());
    assert_eq!(f64::from(score.care.responsive), of_care(jinyu::Care::Responsive).max(0.0).round());
}

#[test]
fn what_is_waived_costs_nothing_and_leaves_the_rest_as_it_was() {
    let mut conversation = Conversation::new("c");
    for (turn, (speaker, said)) in
        [(Speaker::Customer, "你们太过分了！我要投诉！"), (Speaker::Agent, "我们是不会乱扣钱的")].into_iter().enumerate()
    {
        conversation.utterances.push(Utterance::new(turn, speaker, said));
    }
    let all = CHECKER.audit(&conversation);
    assert!(violated(&all.assessment).contains("handling/denial-first"), "{all:#?}");
    let found = all.examinations.iter().map(|seen| seen.findings.len()).sum::<usize>();

    let without_findings = CHECKER.audit_waiving(&conversation, |charge| matches!(charge, Charge::Finding(..)));
    assert_eq!((without_findings.waived.findings.len(), without_findings.waived.findings[0].0), (found, 1));
    assert!(without_findings.examinations.iter().all(|seen| seen.findings.is_empty()));
    assert!(!without_findings.assessment.score.deductions.iter().any(|of| of.rule.starts_with("denial/")));

    let is_denial = |rule: &str| rule == "handling/denial-first";
    let without_rule =
        CHECKER.audit_waiving(&conversation, |charge| matches!(charge, Charge::Violation(flow) if is_denial(&flow.rule)));
    assert_eq!((without_rule.waived.violations.len(), without_rule.waived.findings.len()), (1, 0));
    assert!(!without_rule.assessment.flow.iter().any(|flow| is_denial(&flow.rule)));
    let others: Vec<_> = all.assessment.score.deductions.iter().filter(|of| !is_denial(&of.rule)).cloned().collect();
    assert_eq!(without_rule.assessment.score.deductions, others, "the points of the others stay");
    assert!(without_rule.assessment.score.overall > all.assessment.score.overall);
}

/// The stronger signal stands for the weaker one, and only in its own turn.
#[test]
fn anger_stands_for_dissatisfaction_in_its_turn() {
    let pack = RulePack::from_toml(
        "mood.toml",
        "[pack]\nname = \"mood\"\nversion = \"1.0.0\"\nsummary = \"s\"\n\
         [[rule]]\nid = \"mood/up\"\nsignal = \"anger\"\nphrases = [\"火冒三丈\"]\nhit = [\"火冒三丈\"]\nmiss = [\"好\"]\n\
         [[rule]]\nid = \"mood/down\"\nsignal = \"dissatisfaction\"\nphrases = [\"闷闷不乐\"]\nhit = [\"闷闷不乐\"]\nmiss = [\"好\"]\n",
    )
    .unwrap();
    let checker = Checker::builder().without_default_packs().pack(pack).build().unwrap();
    let mut session = checker.session();
    session.push(&Utterance::new(0, Speaker::Customer, "闷闷不乐"));
    session.push(&Utterance::new(1, Speaker::Customer, "闷闷不乐，火冒三丈"));
    let signals: Vec<_> = session.finish().signals.iter().map(|signal| (signal.name.to_string(), signal.turn)).collect();
    assert_eq!(signals, [("dissatisfaction".to_owned(), 0), ("anger".to_owned(), 1)]);
}

#[test]
fn a_critical_rule_leaves_nothing() {
    let pack = RulePack::from_toml(
        "strict.toml",
        "[pack]\nname = \"strict\"\nversion = \"1.0.0\"\nsummary = \"s\"\n[[rule]]\nid = \"strict/never\"\ncategory = \"contempt\"\n\
         severity = \"error\"\ncritical = true\nwhy = \"不许说。\"\nphrases = [\"小可爱\"]\nhit = [\"小可爱\"]\nmiss = [\"好\"]\n",
    )
    .unwrap();
    let checker = Checker::builder().pack(pack).build().unwrap();
    let mut session = checker.session();
    session.push(&Utterance::new(0, Speaker::Agent, "好的小可爱"));
    let score = session.finish().score;
    assert_eq!((score.overall, score.critical), (0, true));
}

#[test]
fn a_flow_rule_about_nothing_does_not_load() {
    let pack = |events: &str| {
        format!(
            "[pack]\nname = \"mine\"\nversion = \"1.0.0\"\nsummary = \"s\"\n[[flow]]\nid = \"mine/no-bow\"\nkind = \"require\"\nseverity = \"note\"\n\
             why = \"w\"\n{events}\nviolated = [\"客服：好\"]\nsatisfied = [\"客服：您好\"]\n"
        )
    };
    let bow = RulePack::from_toml("mine.toml", &pack("want = [\"bow\"]")).unwrap();
    let error = Checker::builder().pack(bow).build().unwrap_err().to_string();
    assert!(error.starts_with("mine.toml:5: mine/no-bow: no rule gives \"bow\""), "{error}");
    for (events, message) in [
        ("want = [\"greet\"]\nturns = 2", "`turns` and `seconds` count from something"),
        ("want = [\"greet\"]\ncertain = true", "`certain` is about what the rule comes after"),
        ("forbid = [\"denial\"]", "`forbid` says nothing for a rule of this kind"),
        ("", "`want` is missing"),
        ("want = [\"greet\"]\nfirst = 1\nlast = 1", "give one of first, last"),
    ] {
        let error = RulePack::from_toml("mine.toml", &pack(events)).unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
    }
    let wrong = pack("want = [\"greet\"]").replace("satisfied = [\"客服：您好\"]", "satisfied = [\"客服：好\"]");
    let wrong = RulePack::from_toml("mine.toml", &wrong).unwrap();
    let error = Checker::builder().pack(wrong).build().unwrap_err();
    assert!(error.is_example(), "{error}");
    assert!(error.to_string().contains("should be satisfied but is violated"), "{error}");
}

/// Monday 24 November 2025, midnight in China.
const MONDAY: i64 = 1_763_913_600_000;

/// A conversation of minutes since that midnight, or, where `is_dated` is not, since its beginning.
fn timed(is_dated: bool, said: &[(i64, Speaker, &str)]) -> Assessment {
    let mut conversation = Conversation::new("c");
    for (turn, &(minute, speaker, text)) in said.iter().enumerate() {
        let start = if is_dated { MONDAY } else { 0 } + minute * 60_000;
        conversation.utterances.push(Utterance::new(turn, speaker, text).start_ms(start));
    }
    CHECKER.audit(&conversation).assessment
}

#[test]
fn what_is_promised_is_in_the_ledger_and_what_is_not_stays_out() {
    use Speaker::Agent;
    // Said on Monday at six; due so many hours later.
    for (text, when, hours) in [
        ("48小时内给您退款", "48小时", 48),
        ("两个工作日内给您寄出", "两个工作日", 48),
        ("下周一之前到账", "下周一", 7 * 24 + 6),
        ("本周五之前给您答复", "本周五", 4 * 24 + 6),
        ("下个礼拜再跟您讲", "下个礼拜", 13 * 24 + 6),
        ("后天给您答复", "后天", 2 * 24 + 6),
        ("师傅明天上午十点上门维修", "明天上午十点", 16),
        ("会在24小时内处理完毕", "24小时", 24),
        ("12小时之内给您结果", "12小时", 12),
        ("3到5个工作日退回原卡", "3到5个工作日", 7 * 24),
        ("最迟周五给您处理好", "周五", 4 * 24 + 6),
        ("今天之内帮您解决", "今天", 6),
        ("快递预计明天送达", "明天", 30),
        ("快遞預計明天送達", "明天", 30),
        ("明天上午九点前给您回电话", "明天上午九点", 15),
        ("明早给您回复", "明早", 18),
        ("我們三個工作天內會給您回覆", "三个工作天", 72),
    ] {
        let promises = timed(true, &[(18 * 60, Agent, text)]).promises;
        let found: Vec<_> = promises.iter().map(|promise| (promise.when.as_deref(), promise.due_ms)).collect();
        assert_eq!(found, [(Some(when), Some(MONDAY + (18 + hours) * 3_600_000))], "{text}");
        let promises = timed(false, &[(1, Agent, text)]).promises;
        assert_eq!(promises.iter().map(|promise| promise.when.as_deref()).collect::<Vec<_>>(), [Some(when)], "{text}");
    }
    for text in ["请您在24小时内付款", "您三天之内没有付款", "您的快递三天前就签收了", "请您明天上午再打过来"]
    {
        assert_eq!(timed(true, &[(18 * 60, Agent, text)]).promises, [], "{text}");
    }
}

#[test]
fn what_has_been_done_is_no_promise() {
    for text in ["十分钟之前给您打过电话了", "我昨天给您打过电话", "前天給您打過電話了", "已经帮您登记过了", "半小时前给您回复了"]
    {
        assert_eq!(timed(true, &[(18 * 60, Speaker::Agent, text)]).promises, [], "{text}");
    }
    for text in ["我马上给您打过去", "昨天说的那件事我给您登记", "昨天给您打过电话，今天下班前给您答复"]
    {
        assert_eq!(timed(true, &[(12 * 60, Speaker::Agent, text)]).promises.len(), 1, "{text}");
    }
}

#[test]
fn verdicts_say_why() {
    use Speaker::{Agent, Customer};
    let reason = |assessment: &Assessment, rule: &str| {
        let flow = assessment.flow.iter().find(|flow| flow.rule.ends_with(rule)).unwrap();
        flow.reason.clone()
    };
    let calm = timed(false, &[(0, Customer, "请问几点开门"), (1, Agent, "您好，九点"), (2, Customer, "好的")]);
    for (rule, expected) in [
        ("/no-greeting", "第1轮已问候"),
        ("/no-apology-after-complaint", "客户没有愤怒、投诉、不满，不适用"),
        ("/escalation-ignored", "客户没有要求找上级，不适用"),
        ("/no-thanks-after-hold", "客服没有请稍候，不适用"),
        ("/slow-first-reply", "最长等了1分"),
        ("/no-anything-else", "最后3轮客服没有问还需要什么"),
        ("/promise-broken", "客服没有回访、记录、承诺、说明时间，不适用"),
    ] {
        assert_eq!(reason(&calm, rule), expected, "{rule}");
    }
    let angry = timed(
        false,
        &[
            (0, Agent, "您好"),
            (1, Customer, "我就在本市，你们太过分了！我要投诉！"),
            (2, Agent, "这不关我的事"),
            (8, Agent, "非常抱歉，二十个小时之内给您回电话"),
            (9, Customer, "好"),
        ],
    );
    for (rule, expected) in [
        ("/denial-first", "第1轮愤怒、投诉之后，第2轮推诿、争辩"),
        ("/no-apology-after-complaint", "第3轮已道歉"),
        ("/promised-too-late", "第3轮的期限是“二十个小时”，超过12小时（本地）"),
    ] {
        assert_eq!(reason(&angry, rule), expected, "{rule}");
    }
}

#[test]
fn agents_are_charged_with_their_own() {
    use Speaker::{Agent, Customer};
    let mut conversation = Conversation::new("c");
    for (turn, (speaker, agent, said)) in [
        (Agent, "1001", "您好，很高兴为您服务"),
        (Customer, "1001", "你们太过分了！我要投诉！"),
        (Agent, "1001", "这不关我的事"),
        (Agent, "1002", "您好，非常抱歉给您添麻烦了，请问是什么问题"),
        (Customer, "1002", "扣了我两次钱，让你们领导来"),
        (Agent, "1002", "你弄错了吧"),
        (Customer, "1002", "我没有弄错"),
    ]
    .into_iter()
    .enumerate()
    {
        let mut utterance = Utterance::new(turn, speaker, said);
        utterance.agent = Some(agent.into());
        conversation.utterances.push(utterance);
    }
    let score = CHECKER.audit(&conversation).assessment.score;
    let charged = |rule: &str| {
        let deduction = score.deductions.iter().find(|of| &*of.rule == rule).unwrap_or_else(|| panic!("{rule}: {score:#?}"));
        deduction.by.iter().map(|share| &*share.agent).collect::<Vec<_>>()
    };
    assert_eq!(charged("blame/got-it-wrong"), ["1002"]);
    // Nobody's turn shows it: those who spoke after the wish are charged, and who had the last turns.
    assert_eq!(charged("handling/escalation-ignored"), ["1002"]);
    assert_eq!(charged("handling/no-anything-else"), ["1001", "1002"]);
    for agent in ["1001", "1002"] {
        let lost: f64 = score.deductions.iter().flat_map(|of| &of.by).filter(|of| &*of.agent == agent).map(|of| of.points).sum();
        assert_eq!(f64::from(score.of_agent(agent)), (100.0 - lost).round(), "{agent}");
    }
    assert!(score.overall < score.of_agent("1001") && score.of_agent("1001") < score.of_agent("1002"), "{score:#?}");
    assert_eq!(score.of_agent("1003"), 100);
}

/// What is said at which minute, what became of the promise, and what is violated and what is not.
type Case<'a> = (&'a [(i64, Speaker, &'a str)], PromiseState, &'a [&'a str], &'a [&'a str]);

#[test]
fn promises_are_kept_by_the_clock() {
    use Speaker::{Agent, Customer};
    const SIX: i64 = 18 * 60;
    let cases: &[Case<'_>] = &[
        // Nine o'clock tomorrow is soon enough.
        (
            &[(SIX, Customer, "我要投诉你们"), (SIX + 1, Agent, "明天上午九点前给您回电话"), (SIX + 2, Customer, "好")],
            PromiseState::Open,
            &[],
            &["promised-too-late", "no-timeline", "promise-broken"],
        ),
        (
            &[(SIX, Customer, "我要投诉你们"), (SIX + 1, Agent, "明早给您回复"), (SIX + 2, Customer, "好")],
            PromiseState::Open,
            &[],
            &["promised-too-late", "no-timeline"],
        ),
        (
            &[(SIX, Customer, "我要投诉你们"), (SIX + 1, Agent, "后天给您回复电话"), (SIX + 2, Customer, "好")],
            PromiseState::Open,
            &["promised-too-late"],
            &[],
        ),
        // Nobody has called by eight.
        (
            &[(SIX, Agent, "今天晚上八点前给您回电话"), (SIX + 180, Customer, "怎么没人打给我"), (SIX + 181, Agent, "抱歉")],
            PromiseState::Broken,
            &["promise-broken"],
            &[],
        ),
        // Back in time, and too late but before the customer asks.
        (
            &[(SIX, Agent, "30分钟内给您回复"), (SIX + 1, Customer, "好"), (SIX + 25, Agent, "查到了")],
            PromiseState::Kept,
            &[],
            &["long-silence", "promise-broken"],
        ),
        (
            &[
                (SIX, Agent, "5分钟内给您回复"),
                (SIX + 1, Customer, "好"),
                (SIX + 3, Agent, "查到了"),
                (SIX + 8, Customer, "谢谢"),
            ],
            PromiseState::Kept,
            &[],
            &["promise-broken"],
        ),
        (
            &[
                (SIX, Agent, "30分钟内给您回复"),
                (SIX + 1, Customer, "好"),
                (SIX + 40, Agent, "查到了"),
                (SIX + 41, Customer, "谢谢"),
            ],
            PromiseState::Open,
            &["long-silence"],
            &["promise-broken"],
        ),
        // Going on with the talk keeps nothing.
        (
            &[
                (SIX, Agent, "三个工作日内给您回复"),
                (SIX + 1, Customer, "好"),
                (SIX + 8, Customer, "在吗"),
                (SIX + 9, Agent, "在"),
            ],
            PromiseState::Open,
            &[],
            &["promise-broken"],
        ),
    ];
    for (said, state, wrong, right) in cases {
        let assessment = timed(true, said);
        assert_eq!(assessment.promises.iter().map(|promise| promise.state).collect::<Vec<_>>(), [*state], "{said:?}");
        let violated = violated(&assessment);
        for (rules, is_wrong) in [(wrong, true), (right, false)] {
            for rule in *rules {
                assert_eq!(violated.contains(format!("handling/{rule}").as_str()), is_wrong, "{rule}: {said:?}");
            }
        }
    }
}

/// What people say in conversations: the examples of signals and steps.
static SAID: LazyLock<Vec<String>> = LazyLock::new(|| {
    let rules = CHECKER.packs().iter().flat_map(|pack| &pack.rules).filter(|rule| rule.kind.category().is_none());
    rules.flat_map(|rule| rule.hits.iter().map(|hit| hit.text.clone())).collect()
});

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Pushed turn by turn, with a look at the verdicts after each, a conversation comes to what the batch says; and a verdict that is
    /// pending or satisfied while it goes on is never not applicable later unless something excuses.
    #[test]
    fn turn_by_turn_comes_to_the_same(
        turns in proptest::collection::vec((any::<prop::sample::Index>(), any::<bool>(), 0i64..100_000), 1..12),
        timed in any::<bool>(),
    ) {
        let mut conversation = Conversation::new("c");
        let mut clock = 0;
        for (turn, (said, agent, pause)) in turns.iter().enumerate() {
            let speaker = if *agent { Speaker::Agent } else { Speaker::Customer };
            let mut utterance = Utterance::new(turn, speaker, said.get(&SAID).as_str());
            clock += pause;
            if timed {
                utterance = utterance.start_ms(clock);
            }
            conversation.utterances.push(utterance);
        }
        let mut session = CHECKER.session();
        let mut seen = Vec::new();
        for utterance in &conversation.utterances {
            seen.push(session.examine(utterance));
            let so_far = session.assess();
            prop_assert_eq!(so_far.flow.len(), CHECKER.packs().iter().map(|pack| pack.flows.len()).sum::<usize>());
            prop_assert!(so_far.score.overall <= 100);
            for flow in &so_far.flow {
                prop_assert!(!flow.reason.is_empty() && !flow.reason.contains("第轮"), "{}: {}", flow.rule, flow.reason);
                prop_assert_eq!(flow.reason.ends_with("，不适用"), flow.verdict == Verdict::NotApplicable, "{}", flow.reason);
            }
        }
        let batch = CHECKER.audit(&conversation);
        prop_assert_eq!(seen, batch.examinations);
        let end = session.finish();
        prop_assert!(end.flow.iter().all(|flow| flow.verdict != Verdict::Pending || flow.rule.contains("promise")));
        prop_assert_eq!(end, batch.assessment);
    }
}
