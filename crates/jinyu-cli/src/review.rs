//! `jinyu review`: what reviewers say of findings comes back. Verdicts from workbooks become the precision of each rule, the agreement
//! between reviewers, and waivers for what was wrong.
//!
//! Records of `--format jsonl`: `rule` (`correct`, `wrong`, `unsure`, `disputed`, `precision`, `interval`, `enough`), `agreement`
//! (`reviewers`, `findings`, `share`, `kappa`), `disputed` (`finding`, `rule`, `opinions`), `waiver` (`change`: `added`, `renewed` or
//! `taken-back`, and the waiver), `summary` (the figures of all rules, `files`, `judged`, `open`, `bad`, `waivers`, how many changed,
//! `dry_run`).

mod measure;
mod sheet;

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};

use anstyle::Style;
use anyhow::Result;
use serde::Serialize;

use self::measure::{Agreement, ENOUGH, Judged, Precision, agreement, gather, precision};
use self::sheet::{Answers, Opinion};
use crate::Outcome;
use crate::args::{Format, ReviewArgs, ReviewCommand, ReviewImportArgs};
use crate::date::Date;
use crate::locale::Locale;
use crate::problem::Problems;
use crate::report::jsonl::write_record;
use crate::report::table::{Align, Table};
use crate::report::text::clean;
use crate::report::text_output;
use crate::waivers::{Change, Waiver, WaiverFile};

/// For so many days new waivers hold.
const HOLDS: i64 = 180;

/// Runs one of the commands.
///
/// # Errors
/// When the waivers cannot be read or written, or standard output cannot.
pub(crate) fn run(args: &ReviewArgs, problems: &mut Problems) -> Result<Outcome> {
    let ReviewCommand::Import(args) = &args.command;
    let locale = problems.locale();
    let mut answers = Answers::default();
    for file in &args.files {
        sheet::read(file, &mut answers, problems);
    }
    let judgements = std::mem::take(&mut answers.judgements);
    let (findings, contradictions) = gather(&judgements);
    for judgement in &contradictions {
        problems.report(format_args!(
            "{}: {} says something else of {} here than before; what was said first counts",
            judgement.place, judgement.reviewer, judgement.finding
        ));
    }
    answers.bad += contradictions.len();
    let changes = waive(args, locale, &findings, problems)?;
    let (rules, all) = precision(&findings);
    let pairs = agreement(&findings);
    let review = Review { args, locale, answers, findings, rules, all, pairs, changes };
    match args.format {
        Format::Text => review.write_text(&mut text_output())?,
        Format::Jsonl => review.write_jsonl(&mut BufWriter::new(io::stdout().lock()))?,
    }
    Ok(Outcome::Clean)
}

/// What became of the waiver of a finding.
struct Changed {
    change: &'static str,
    waiver: Waiver,
}

const ADDED: &str = "added";
const RENEWED: &str = "renewed";
const TAKEN_BACK: &str = "taken-back";

/// Brings the file of waivers up to date.
fn waive(
    args: &ReviewImportArgs,
    locale: Locale,
    findings: &BTreeMap<&str, Judged>,
    problems: &mut Problems,
) -> Result<Vec<Changed>> {
    let mut file = WaiverFile::read(&args.waivers, problems)?.unwrap_or_default();
    let today = args.today.unwrap_or_else(Date::today);
    let until = args.until.unwrap_or_else(|| today.plus_days(HOLDS));
    let mut changes = Vec::new();
    for (finding, judged) in findings {
        let said = |opinion: Opinion| judged.opinions.iter().filter(move |(_, (of, _))| *of == opinion);
        match judged.opinion() {
            Some(Opinion::Wrong) => {
                let who: Vec<&str> = said(Opinion::Wrong).map(|(reviewer, _)| reviewer.as_str()).collect();
                let mut reasons: Vec<&str> = said(Opinion::Wrong).map(|(_, (_, remark))| remark.as_str()).collect();
                reasons.retain(|reason| !reason.is_empty());
                reasons.dedup();
                if reasons.is_empty() {
                    reasons.push(locale.pick("复核认为有误", "複核認為有誤", "marked as wrong in review"));
                }
                let waiver = Waiver {
                    finding: (*finding).to_owned(),
                    rule: judged.rule.clone(),
                    reason: reasons.join(locale.pick("；", "；", "; ")),
                    who: who.join(locale.pick("、", "、", ", ")),
                    until,
                };
                let change = match file.set(waiver.clone()) {
                    Change::Added => ADDED,
                    Change::Renewed => RENEWED,
                };
                changes.push(Changed { change, waiver });
            }
            Some(Opinion::Correct) => {
                changes.extend(file.take_back(finding).map(|waiver| Changed { change: TAKEN_BACK, waiver }));
            }
            Some(Opinion::Unsure) | None => {}
        }
    }
    if !changes.is_empty() && !args.dry_run {
        file.write(&args.waivers)?;
    }
    Ok(changes)
}

/// All that is told of a review.
struct Review<'a> {
    args: &'a ReviewImportArgs,
    locale: Locale,
    answers: Answers,
    findings: BTreeMap<&'a str, Judged>,
    rules: BTreeMap<String, Precision>,
    all: Precision,
    pairs: Vec<Agreement>,
    changes: Vec<Changed>,
}

#[derive(Serialize)]
struct RuleRecord<'a> {
    r#type: &'static str,
    rule: &'a str,
    #[serde(flatten)]
    figures: Figures,
}

#[derive(Serialize)]
struct Figures {
    correct: usize,
    wrong: usize,
    unsure: usize,
    disputed: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    precision: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    interval: Option<[f64; 2]>,
    /// Whether there are enough verdicts for a precision to say something.
    enough: bool,
}

impl From<Precision> for Figures {
    fn from(of: Precision) -> Self {
        Self {
            correct: of.correct,
            wrong: of.wrong,
            unsure: of.unsure,
            disputed: of.disputed,
            precision: of.share().map(thousandth),
            interval: of.interval().map(|interval| interval.map(thousandth)),
            enough: of.decided() >= ENOUGH,
        }
    }
}

#[derive(Serialize)]
struct AgreementRecord<'a> {
    r#type: &'static str,
    reviewers: &'a [String; 2],
    findings: usize,
    share: f64,
    kappa: Option<f64>,
}

#[derive(Serialize)]
struct DisputedRecord<'a> {
    r#type: &'static str,
    finding: &'a str,
    rule: &'a str,
    opinions: BTreeMap<&'a str, &'static str>,
}

#[derive(Serialize)]
struct WaiverRecord<'a> {
    r#type: &'static str,
    change: &'static str,
    finding: &'a str,
    rule: &'a str,
    reason: &'a str,
    who: &'a str,
    until: Date,
}

#[derive(Serialize)]
struct SummaryRecord {
    r#type: &'static str,
    files: usize,
    judged: usize,
    open: usize,
    bad: usize,
    #[serde(flatten)]
    figures: Figures,
    waivers: String,
    added: usize,
    renewed: usize,
    taken_back: usize,
    dry_run: bool,
}

impl Review<'_> {
    fn changed(&self, change: &str) -> usize {
        self.changes.iter().filter(|of| of.change == change).count()
    }

    fn write_jsonl(&self, out: &mut dyn Write) -> io::Result<()> {
        for (rule, precision) in &self.rules {
            write_record(out, &RuleRecord { r#type: "rule", rule, figures: (*precision).into() })?;
        }
        for Agreement { reviewers, findings, same, kappa } in &self.pairs {
            let share = thousandth(*same as f64 / *findings as f64);
            let kappa = kappa.map(thousandth);
            write_record(out, &AgreementRecord { r#type: "agreement", reviewers, findings: *findings, share, kappa })?;
        }
        for (finding, judged) in self.findings.iter().filter(|(_, judged)| judged.opinion().is_none()) {
            let opinions = judged.opinions.iter().map(|(who, (opinion, _))| (who.as_str(), opinion.as_str())).collect();
            write_record(out, &DisputedRecord { r#type: "disputed", finding, rule: &judged.rule, opinions })?;
        }
        for Changed { change, waiver } in &self.changes {
            let Waiver { finding, rule, reason, who, until } = waiver;
            write_record(out, &WaiverRecord { r#type: "waiver", change, finding, rule, reason, who, until: *until })?;
        }
        let record = SummaryRecord {
            r#type: "summary",
            files: self.args.files.len(),
            judged: self.findings.len(),
            open: self.answers.open,
            bad: self.answers.bad,
            figures: self.all.into(),
            waivers: self.args.waivers.display().to_string(),
            added: self.changed(ADDED),
            renewed: self.changed(RENEWED),
            taken_back: self.changed(TAKEN_BACK),
            dry_run: self.args.dry_run,
        };
        write_record(out, &record)?;
        out.flush()
    }

    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let locale = self.locale;
        let bold = Style::new().bold();
        let header = bold.underline();
        writeln!(out, "{bold}## {}{bold:#}", locale.pick("复核", "複核", "Review"))?;
        let mut sums = Table::new(&[Align::Left, Align::Right]);
        let mut sum = |name: &str, n: usize| sums.row([name.to_owned(), n.to_string()]);
        sum(locale.pick("文件", "檔案", "files"), self.args.files.len());
        sum(locale.pick("已复核的问题", "已複核的問題", "findings judged"), self.findings.len());
        sum(locale.pick("还没复核的行", "還沒複核的列", "rows not judged yet"), self.answers.open);
        if self.answers.bad > 0 {
            sum(
                locale.pick("读不了的行，见标准错误输出", "讀不了的列，見標準錯誤輸出", "rows not used, see standard error"),
                self.answers.bad,
            );
        }
        sums.write(out, "  ", Style::new())?;
        if !self.rules.is_empty() {
            writeln!(out)?;
            self.precision_table().write(out, "  ", header)?;
        }
        if !self.pairs.is_empty() {
            writeln!(out)?;
            self.agreement_table().write(out, "  ", header)?;
        }
        writeln!(out)?;
        self.write_waivers(out)?;
        out.flush()
    }

    fn precision_table(&self) -> Table {
        let locale = self.locale;
        let right = Align::Right;
        let mut table = Table::new(&[Align::Left, right, right, right, right, right, right, Align::Left]);
        let names = [
            ["规则", "規則", "rule"],
            ["准确率", "準確率", "precision"],
            ["95%区间", "95%區間", "95 % interval"],
            ["正确", "正確", "correct"],
            ["错误", "錯誤", "wrong"],
            ["不确定", "不確定", "unsure"],
            ["有分歧", "有分歧", "disputed"],
        ];
        let [rule, precision, interval, correct, wrong, unsure, disputed] =
            names.map(|[hans, hant, english]| locale.pick(hans, hant, english).to_owned());
        table.row([rule, precision, interval, correct, wrong, unsure, disputed, String::new()]);
        let all = (locale.pick("全部", "全部", "all").to_owned(), self.all);
        let rules = self.rules.iter().map(|(rule, of)| (clean(rule), *of));
        for (name, of) in rules.chain((self.rules.len() > 1).then_some(all)) {
            let interval = of.interval().map(|[from, to]| format!("{}–{}", percent(from), percent(to)));
            let few = of.decided() < ENOUGH;
            let remark = if few {
                locale.pick("太少，说明不了什么", "太少，說明不了什麼", "too few to say")
            } else {
                ""
            };
            table.row([
                name,
                of.share().map_or("-".to_owned(), percent),
                interval.unwrap_or_else(|| "-".to_owned()),
                of.correct.to_string(),
                of.wrong.to_string(),
                of.unsure.to_string(),
                of.disputed.to_string(),
                remark.to_owned(),
            ]);
        }
        table
    }

    fn agreement_table(&self) -> Table {
        let locale = self.locale;
        let mut table = Table::new(&[Align::Left, Align::Right, Align::Right, Align::Right]);
        table.row([
            locale.pick("复核人", "複核人", "reviewers").to_owned(),
            locale.pick("都复核过", "都複核過", "both judged").to_owned(),
            locale.pick("一致", "一致", "agree").to_owned(),
            "kappa".to_owned(),
        ]);
        for Agreement { reviewers: [one, other], findings, same, kappa } in &self.pairs {
            table.row([
                format!("{} – {}", clean(one), clean(other)),
                findings.to_string(),
                percent(*same as f64 / *findings as f64),
                kappa.map_or("-".to_owned(), |kappa| format!("{kappa:.2}")),
            ]);
        }
        table
    }

    fn write_waivers(&self, out: &mut dyn Write) -> io::Result<()> {
        let file = self.args.waivers.display();
        let [added, renewed, taken_back] = [ADDED, RENEWED, TAKEN_BACK].map(|change| self.changed(change));
        let line = match self.locale {
            Locale::Hans => format!("豁免 {file}：新增{added}，续期{renewed}，撤回{taken_back}"),
            Locale::Hant => format!("豁免 {file}：新增{added}，續期{renewed}，撤回{taken_back}"),
            Locale::English => format!("waivers {file}: {added} added, {renewed} renewed, {taken_back} taken back"),
        };
        let dry = self.locale.pick("（没有写入）", "（沒有寫入）", " (not written)");
        writeln!(out, "  {line}{}", if self.args.dry_run { dry } else { "" })
    }
}

/// A share to a tenth of a hundredth.
fn percent(share: f64) -> String {
    format!("{:.1}%", share * 100.0)
}

/// A figure to a thousandth.
fn thousandth(figure: f64) -> f64 {
    (figure * 1000.0).round() / 1000.0
}
