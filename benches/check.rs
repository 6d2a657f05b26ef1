//! Building, checking and fixing with the built-in packs. Each bench carries the count that it must find: a benchmark that finds
//! something else measures something else.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use jinyu::{Checker, Conversation, Kind, Safety, Speaker, Utterance};

/// Sentences of the rules' own examples, offences and innocent ones in turn.
fn sentences(checker: &Checker) -> Vec<String> {
    let rules = checker.packs().iter().flat_map(|pack| &pack.rules);
    rules
        .filter(|rule| matches!(rule.kind, Kind::Taboo(_)))
        .flat_map(|rule| rule.hits.iter().zip(&rule.misses))
        .flat_map(|(hit, miss)| [hit.text.clone(), miss.text.clone()])
        .collect()
}

/// Ordinary polite talk, in which nothing must be found.
const POLITE: [&str; 8] = [
    "您好,很高兴为您服务,请问有什么可以帮您?",
    "好的,我这边马上帮您查询一下订单的物流信息,请您稍等。",
    "您的包裹今天上午已经从仓库发出,预计后天下午送达。",
    "非常抱歉给您带来不便,我先为您登记,稍后请专人给您回电。",
    "您好，這邊幫您確認一下資料，麻煩您提供訂單編號，謝謝。",
    "退款會在三到五個工作天內退回您原本的信用卡，請您留意簡訊通知。",
    "请问这样处理您觉得可以吗?还有其他需要帮忙的地方吗?",
    "感謝您的來電，祝您有愉快的一天，再見。",
];

/// A short complaint, with one offence.
fn call() -> Conversation {
    let said = [
        (Speaker::Agent, "您好，城北燃气客服，请问有什么可以帮您"),
        (Speaker::Customer, "你们这个月的账单怎么多了八十块，太离谱了"),
        (Speaker::Agent, "我们的表是不会出错的。"),
        (Speaker::Customer, "那你说这八十块哪来的，我要投诉"),
        (Speaker::Agent, "非常抱歉，请您报一下户号，我马上核对"),
        (Speaker::Customer, "六零二八一一"),
        (Speaker::Agent, "查到了，上月是估抄，多计的部分三个工作日内退到您的账户，您看这样处理可以吗"),
        (Speaker::Customer, "行吧"),
        (Speaker::Agent, "请问还有其他可以帮您的吗？感谢您的来电，再见"),
    ];
    let mut call = Conversation::new("call");
    let utterances = said.into_iter().enumerate().map(|(turn, (speaker, text))| Utterance::new(turn, speaker, text));
    call.utterances.extend(utterances);
    call
}

fn check(criterion: &mut Criterion) {
    criterion.bench_function("build", |bench| {
        bench.iter(|| Checker::builder().build().map(|checker| checker.check("你没有填对").len()).expect("built-in packs"));
    });

    let checker = Checker::builder().build().expect("built-in packs");
    let mut group = criterion.benchmark_group("check");
    assert_eq!(POLITE.iter().map(|text| checker.check(text).len()).sum::<usize>(), 0);
    group.throughput(Throughput::Elements(POLITE.len() as u64));
    group.bench_function("polite", |bench| {
        bench.iter(|| POLITE.iter().map(|text| checker.check(text).len()).sum::<usize>());
    });

    let sentences = sentences(&checker);
    let offences = sentences.iter().step_by(2).map(|text| usize::from(!checker.check(text).is_empty())).sum::<usize>();
    assert!(offences * 100 >= sentences.len() / 2 * 90, "{offences} of {} offences found", sentences.len() / 2);
    group.throughput(Throughput::Elements(sentences.len() as u64));
    group.bench_function("examples", |bench| {
        bench.iter(|| sentences.iter().map(|text| checker.check(text).len()).sum::<usize>());
    });

    let long = POLITE.concat().repeat(500);
    assert_eq!(checker.check(&long).len(), 0);
    group.throughput(Throughput::Bytes(long.len() as u64));
    group.bench_function("long", |bench| bench.iter(|| checker.check(&long).len()));
    group.finish();

    let call = call();
    assert_eq!(checker.audit(&call).examinations.iter().map(|seen| seen.findings.len()).sum::<usize>(), 1);
    let mut group = criterion.benchmark_group("audit");
    group.throughput(Throughput::Elements(1));
    group.bench_function("conversation", |bench| bench.iter(|| checker.audit(&call).assessment.score.overall));
    group.finish();

    assert_eq!(checker.fix("你必须先付款", Safety::Safe).applied, 1);
    criterion.bench_function("fix", |bench| bench.iter(|| checker.fix("你必须先付款", Safety::Safe).applied));
}

criterion_group!(benches, check);
criterion_main!(benches);
