//! Findings for people: the place, the line, carets under the words, the reason and better wordings; an audit groups
//! them by conversation and ends in tables.

use std::io::{self, IsTerminal, Write};
use std::sync::Arc;

use anstyle::{AnsiColor, Style};
use jinyu::{Assessment, CareScores, Category, Checker, Dismissal, Finding, PromiseState, Severity, Span, Suggestion, Verdict};

use super::agents::{ENOUGH, Scores};
use super::jsonl::{provenance, tenth};
use super::snippet::snippet;
use super::table::{Align, Table};
use super::{Audited, Kind, Place, Reporter, Tally};
use crate::locale::{Locale, Translator};
use crate::waivers::Suppression;

/// How many rules the table of those that fired most names.
const TOP_RULES: usize = 10;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const LABEL: Style = AnsiColor::Cyan.on_default();
const GOOD: Style = AnsiColor::Green.on_default();

/// Writes for people.
pub(crate) struct TextReport<W> {
    kind: Kind,
    locale: Locale,
    translator: Translator,
    width: usize,
    out: W,
    /// The conversation whose name was written last.
    conversation: Option<(String, String)>,
    begun: bool,
}

impl<W: Write> TextReport<W> {
    /// A report whose quoted lines take up to `width` columns.
    pub(crate) fn new(kind: Kind, locale: Locale, width: usize, out: W) -> Self {
        Self { kind, locale, translator: Translator::new(locale), width, out, conversation: None, begun: false }
    }

    /// The same after something has been written.
    pub(crate) fn going_on(self) -> Self {
        Self { begun: true, ..self }
    }

    /// What has been written to.
    pub(crate) fn into_inner(self) -> W {
        self.out
    }

    /// A blank line between blocks, and the conversation's name where a new one begins.
    fn open_block(&mut self, place: &Place<'_>) -> io::Result<()> {
        if std::mem::replace(&mut self.begun, true) {
            writeln!(self.out)?;
        }
        if self.kind == Kind::Audit {
            let same = self.conversation.as_ref().is_some_and(|(f, c)| f == place.file && c == place.conversation);
            if !same {
                writeln!(self.out, "{BOLD}# {}{BOLD:#}  {DIM}{}{DIM:#}", clean(place.conversation), place.file)?;
                self.conversation = Some((place.file.to_owned(), place.conversation.to_owned()));
            }
        }
        Ok(())
    }

    /// `file:line:column`, and in an audit the turn.
    fn place(&self, place: &Place<'_>, span: Span) -> String {
        let (line, column) = place.line_and_column(span.start);
        let place_text = match column {
            Some(column) => format!("{}:{line}:{column}", place.file),
            None => format!("{}:{line}", place.file),
        };
        if self.kind == Kind::Check {
            return place_text;
        }
        let turn = place.turn;
        match self.locale {
            Locale::English => format!("{place_text}: turn {turn}"),
            Locale::Hans => format!("{place_text}: 第{turn}轮"),
            Locale::Hant => format!("{place_text}: 第{turn}輪"),
        }
    }

    fn quote(&mut self, place: &Place<'_>, span: Span, style: Style) -> io::Result<()> {
        let s = snippet(place.text, span, self.width);
        writeln!(self.out, "  {DIM}|{DIM:#} {}{style}{}{style:#}{}", s.before, s.inside, s.after)?;
        writeln!(self.out, "  {DIM}|{DIM:#} {}{style}{}{style:#}", " ".repeat(s.indent), "^".repeat(s.carets))
    }

    fn suggestions(&mut self, finding: &Finding) -> io::Result<()> {
        let locale = self.locale;
        for (number, suggestion) in finding.suggestions.iter().enumerate() {
            let Suggestion { text, safety, reason, .. } = suggestion;
            let label = if number == 0 { locale.pick("改说", "改說", "say") } else { locale.pick("或者", "或者", "or") };
            let colon = locale.pick("：", "：", ": ");
            let [open, close] = [locale.pick("（", "（", " ("), locale.pick("）", "）", ")")];
            let mut trust = locale.safety(*safety).to_owned();
            if let Some(reason) = reason {
                trust += &format!("{colon}{}", self.translator.translate(reason));
            }
            writeln!(self.out, "  {LABEL}{label}{colon}{LABEL:#}{GOOD}{}{GOOD:#}{DIM}{open}{trust}{close}{DIM:#}", clean(text))?;
        }
        Ok(())
    }
}

impl<W: Write> Reporter for TextReport<W> {
    fn finding(&mut self, place: &Place<'_>, finding: &Finding) -> io::Result<()> {
        let locale = self.locale;
        self.open_block(place)?;
        let style = severity_style(finding.severity);
        let at = self.place(place, finding.span);
        let severity = locale.severity(finding.severity);
        let category = locale.category(finding.category);
        writeln!(
            self.out,
            "{BOLD}{at}:{BOLD:#} {style}{severity}{style:#} {BOLD}{category}{BOLD:#} {DIM}[{}]{DIM:#}",
            finding.rule
        )?;
        self.quote(place, finding.span, style)?;
        let why = locale.pick("为什么：", "為什麼：", "why: ");
        if let Some(assumed) = &finding.assumed {
            let heard = self.locale.pick("听作：", "聽作：", "heard as: ");
            writeln!(self.out, "  {LABEL}{heard}{LABEL:#}{}", self.translator.translate(assumed))?;
        }
        writeln!(self.out, "  {LABEL}{why}{LABEL:#}{}", self.translator.translate(&finding.message))?;
        if !finding.evidence.is_empty() {
            let weighs = self.locale.pick("模型依据：", "模型依據：", "the model weighed: ");
            let sequences = finding.evidence.join(self.locale.pick("、", "、", ", "));
            writeln!(self.out, "  {LABEL}{weighs}{LABEL:#}{sequences}")?;
        }
        self.suggestions(finding)
    }

    fn suppressed(&mut self, place: &Place<'_>, finding: &Finding, why: &Suppression) -> io::Result<()> {
        self.open_block(place)?;
        let at = self.place(place, finding.span);
        let waived = self.locale.pick("已豁免", "已豁免", "waived");
        writeln!(self.out, "{BOLD}{at}:{BOLD:#} {GOOD}{waived}{GOOD:#} {DIM}[{}]{DIM:#} {}", finding.rule, clean(&why.line()))
    }

    fn reworded(&mut self, _place: &Place<'_>, text: &str) -> io::Result<()> {
        let label = self.locale.pick("整句改说：", "整句改說：", "say all of it as: ");
        writeln!(self.out, "\n  {LABEL}{label}{LABEL:#}{GOOD}{}{GOOD:#}", clean(text))
    }

    fn dismissal(&mut self, place: &Place<'_>, dismissal: &Dismissal) -> io::Result<()> {
        let locale = self.locale;
        self.open_block(place)?;
        let at = self.place(place, dismissal.span);
        let passed = locale.pick("放行", "放行", "passed");
        let reason = locale.reason(&dismissal.reason);
        writeln!(self.out, "{BOLD}{at}:{BOLD:#} {GOOD}{passed}{GOOD:#} {DIM}[{}]{DIM:#} {reason}", dismissal.rule)?;
        self.quote(place, dismissal.span, GOOD)
    }

    fn conversation(&mut self, audited: &Audited) -> io::Result<()> {
        let Audited { read, assessment, .. } = audited;
        // Of a conversation in which nothing was found only what was checked is told, where anything was.
        let is_told = audited.is_flagged() || audited.is_scored() && assessment.flow.iter().any(|flow| is_asked(flow.verdict));
        let Some(first) = read.turns.first().filter(|_| is_told) else { return Ok(()) };
        let locale = self.locale;
        self.open_block(&Place::of_turn(audited, first))?;
        for flow in assessment.flow.iter().filter(|flow| flow.verdict == Verdict::Violated) {
            let style = severity_style(flow.severity);
            let severity = locale.severity(flow.severity);
            let turns: Vec<String> = flow.turns.iter().map(usize::to_string).collect();
            let at = match locale {
                _ if turns.is_empty() => String::new(),
                Locale::Hans => format!("第{}轮 ", turns.join("、")),
                Locale::Hant => format!("第{}輪 ", turns.join("、")),
                Locale::English => format!("turn {} ", turns.join(", ")),
            };
            let kind = locale.pick("流程", "流程", "flow");
            writeln!(self.out, "{style}{severity}{style:#} {BOLD}{kind}{BOLD:#} {at}{DIM}[{}]{DIM:#}", flow.rule)?;
            if !flow.reason.is_empty() {
                let what = locale.pick("经过：", "經過：", "what happened: ");
                writeln!(self.out, "  {LABEL}{what}{LABEL:#}{}", clean(self.translator.translate(&flow.reason)))?;
            }
            let why = locale.pick("为什么：", "為什麼：", "why: ");
            writeln!(self.out, "  {LABEL}{why}{LABEL:#}{}", self.translator.translate(&flow.message))?;
        }
        if !audited.is_scored() {
            return writeln!(
                self.out,
                "{BOLD}{}{BOLD:#}",
                locale.pick("没有客服说话，不评分", "沒有客服說話，不評分", "no agent speaks: no score")
            );
        }
        let score = &assessment.score;
        let CareScores { credible, attractive, responsive, empathic, .. } = score.care;
        writeln!(
            self.out,
            "{BOLD}{}{BOLD:#}  {DIM}{}{DIM:#}",
            match locale {
                Locale::Hans => format!("{}分", score.overall),
                Locale::Hant => format!("{}分", score.overall),
                Locale::English => format!("score {}", score.overall),
            },
            match locale {
                Locale::Hans => format!("可信{credible} 得体{attractive} 及时{responsive} 体谅{empathic}"),
                Locale::Hant => format!("可信{credible} 得體{attractive} 及時{responsive} 體諒{empathic}"),
                Locale::English =>
                    format!("credible {credible}, attractive {attractive}, responsive {responsive}, empathic {empathic}"),
            }
        )?;
        self.deductions(audited)?;
        self.checks(audited)?;
        if !audited.is_flagged() {
            return Ok(());
        }
        let own: Vec<String> = audited.agent_scores().map(|(agent, score)| format!("{} {score}", clean(agent))).collect();
        if own.len() > 1 {
            let label = locale.pick("各坐席：", "各客服人員：", "by agent: ");
            writeln!(self.out, "  {LABEL}{label}{LABEL:#}{}", own.join(locale.pick("，", "，", ", ")))?;
        }
        self.promises_and_notes(audited)
    }

    fn summary(&mut self, tally: &Tally, checker: &Checker) -> io::Result<()> {
        match self.kind {
            Kind::Check => self.check_summary(tally),
            Kind::Audit => {
                self.audit_summary(tally)?;
                writeln!(self.out)?;
                let colon = self.locale.pick("：", "：", ": ");
                for [option, what] in tally.settings.lines(self.locale) {
                    writeln!(self.out, "{DIM}{option}{colon}{what}{DIM:#}")?;
                }
                writeln!(self.out, "{DIM}{}{DIM:#}", provenance(checker))
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl<W: Write> TextReport<W> {
    /// What the points were lost for.
    fn deductions(&mut self, audited: &Audited) -> io::Result<()> {
        let deductions = &audited.assessment.score.deductions;
        let label = self.locale.pick("扣分：", "扣分：", "lost: ");
        let lost: Vec<String> = deductions.iter().map(|of| format!("{} −{}", of.rule, of.points)).collect();
        if lost.is_empty() {
            return Ok(());
        }
        writeln!(self.out, "  {LABEL}{label}{LABEL:#}{}", lost.join(self.locale.pick("，", "，", ", ")))
    }

    /// What each flow rule says, in a line: the names of those that are violated, met, still open, and not applicable.
    fn checks(&mut self, audited: &Audited) -> io::Result<()> {
        let locale = self.locale;
        let Assessment { flow, .. } = &audited.assessment;
        if flow.is_empty() {
            return Ok(());
        }
        let label = locale.pick("流程：", "流程：", "flow: ");
        let verdicts = [
            (Verdict::Violated, locale.pick("违反", "違反", "violated")),
            (Verdict::Satisfied, locale.pick("做到", "做到", "met")),
            (Verdict::Pending, locale.pick("未到时候", "未到時候", "open")),
            (Verdict::NotApplicable, locale.pick("不适用", "不適用", "not applicable")),
        ];
        let mut told = Vec::new();
        for (verdict, word) in verdicts {
            let names = flow.iter().filter(|flow| flow.verdict == verdict).map(|flow| clean(&flow.name)).collect::<Vec<_>>();
            if names.is_empty() {
                continue;
            }
            let style = match verdict {
                Verdict::Violated => BOLD,
                Verdict::Satisfied => GOOD,
                _ => DIM,
            };
            let names = self.translator.translate(&names.join(locale.pick("、", "、", ", "))).to_owned();
            told.push(format!("{style}{word} {names}{style:#}"));
        }
        writeln!(self.out, "  {LABEL}{label}{LABEL:#}{}", told.join(locale.pick("；", "；", "; ")))
    }

    /// What was promised and whether it was kept, and what a reviewer should know.
    fn promises_and_notes(&mut self, audited: &Audited) -> io::Result<()> {
        let locale = self.locale;
        let Assessment { promises, notes, .. } = &audited.assessment;
        for promise in promises {
            let label = locale.pick("承诺：", "承諾：", "promise: ");
            let state = match promise.state {
                PromiseState::Kept => locale.pick("已兑现", "已兌現", "kept"),
                PromiseState::Broken => locale.pick("未兑现", "未兌現", "broken"),
                _ => locale.pick("未到期或无从判断", "未到期或無從判斷", "open"),
            };
            let turn = self.turn(promise.turn);
            writeln!(self.out, "  {LABEL}{label}{LABEL:#}{turn} {}{DIM} {state}{DIM:#}", clean(&promise.what))?;
        }
        for note in notes {
            let label = locale.pick("提示：", "提示：", "note: ");
            let turns: Vec<String> = note.turns.iter().map(|turn| self.turn(*turn)).collect();
            let message = self.translator.translate(&note.message).to_owned();
            writeln!(self.out, "  {LABEL}{label}{LABEL:#}{message} {DIM}[{}] {}{DIM:#}", note.rule, turns.join(" "))?;
        }
        Ok(())
    }

    fn turn(&self, number: usize) -> String {
        match self.locale {
            Locale::Hans => format!("第{number}轮"),
            Locale::Hant => format!("第{number}輪"),
            Locale::English => format!("turn {number}"),
        }
    }

    /// One line on standard error, for somebody who watches: what goes into a pipe is findings only.
    fn check_summary(&mut self, tally: &Tally) -> io::Result<()> {
        self.out.flush()?;
        if !io::stdout().is_terminal() || !io::stderr().is_terminal() {
            return Ok(());
        }
        let Tally { utterances, findings, .. } = tally;
        let mut line = match self.locale {
            Locale::Hans => format!("共{utterances}句，{findings}处问题"),
            Locale::Hant => format!("共{utterances}句，{findings}處問題"),
            Locale::English => format!("{utterances} utterances, {findings} findings"),
        };
        let counts: Vec<_> = tally.by_severity.iter().rev().map(|(s, n)| format!("{} {n}", self.locale.severity(*s))).collect();
        if !counts.is_empty() {
            line += &format!("（{}）", counts.join("，"));
        }
        let blank = if self.begun { "\n" } else { "" };
        let _ = writeln!(anstream::stderr().lock(), "{blank}{BOLD}{line}{BOLD:#}");
        Ok(())
    }

    fn audit_summary(&mut self, tally: &Tally) -> io::Result<()> {
        let locale = self.locale;
        let header = BOLD.underline();
        if self.begun {
            writeln!(self.out)?;
        }
        writeln!(self.out, "{BOLD}## {}{BOLD:#}", locale.pick("汇总", "彙總", "Summary"))?;
        let mut sums = Table::new(&[Align::Left, Align::Right, Align::Left]);
        let mut sum = |name: &str, n: usize, remark: String| sums.row([name.to_owned(), n.to_string(), remark]);
        sum(locale.pick("文件", "檔案", "files"), tally.files, String::new());
        let flagged = tally.conversations_with_findings;
        sum(
            locale.pick("对话", "對話", "conversations"),
            tally.conversations,
            match locale {
                _ if flagged == 0 => String::new(),
                Locale::Hans => format!("其中{flagged}段有问题"),
                Locale::Hant => format!("其中{flagged}段有問題"),
                Locale::English => format!("{flagged} with findings"),
            },
        );
        sum(locale.pick("客服话语", "客服話語", "agent utterances"), tally.agent_utterances, String::new());
        let per_hundred = tally.findings as f64 * 100.0 / tally.agent_utterances.max(1) as f64;
        sum(
            locale.pick("问题", "問題", "findings"),
            tally.findings,
            match locale {
                _ if tally.findings == 0 => String::new(),
                Locale::Hans => format!("每百句{per_hundred:.1}处"),
                Locale::Hant => format!("每百句{per_hundred:.1}處"),
                Locale::English => format!("{per_hundred:.1} per 100 utterances"),
            },
        );
        let mut sum = |name: &str, n: usize, remark: String| sums.row([name.to_owned(), n.to_string(), remark]);
        if let Some(unused) = tally.unused_waivers {
            let remark = match locale {
                _ if unused == 0 => String::new(),
                Locale::Hans => format!("另有{unused}条豁免没有用上"),
                Locale::Hant => format!("另有{unused}條豁免沒有用上"),
                Locale::English => format!("{unused} waivers met no finding"),
            };
            sum(locale.pick("已豁免", "已豁免", "suppressed"), tally.suppressed, remark);
        }
        if let Some(known) = tally.known {
            let remark = locale.pick("旧报告里已有，没有列出", "舊報告裡已有，沒有列出", "in the older report, not listed");
            sum(locale.pick("基线", "基準", "known"), known, remark.to_owned());
        }
        sums.write(&mut self.out, "  ", Style::new())?;
        if let Some(mean) = tally.agents.all.mean() {
            let spread = tally.agents.all.spread().map_or(String::new(), |spread| format!(" ± {:.1}", tenth(spread)));
            let mean = tenth(mean);
            writeln!(self.out, "  {} {mean:.1}{spread}", locale.pick("平均分", "平均分", "mean score"))?;
        }

        if !tally.by_category.is_empty() {
            writeln!(self.out)?;
            let severities = [Severity::Error, Severity::Warning, Severity::Note];
            let mut table = Table::new(&[Align::Left, Align::Right, Align::Right, Align::Right, Align::Right]);
            let [error, warning, note] = severities.map(|s| locale.severity(s).to_owned());
            table.row([
                locale.pick("类别", "類別", "category").to_owned(),
                error,
                warning,
                note,
                locale.pick("合计", "合計", "all").to_owned(),
            ]);
            let mut categories: Vec<(Category, usize)> =
                tally.by_category.iter().map(|(c, of)| (*c, of.values().sum())).collect();
            categories.sort_by_key(|(category, n)| (std::cmp::Reverse(*n), *category));
            for (category, all) in categories {
                let of = |s| tally.by_category.get(&category).and_then(|of| of.get(&s)).copied().unwrap_or(0);
                let [error, warning, note] = severities.map(|s| dash(of(s)));
                table.row([locale.category(category).to_owned(), error, warning, note, all.to_string()]);
            }
            table.write(&mut self.out, "  ", header)?;

            writeln!(self.out)?;
            let mut rules: Vec<(&Arc<str>, Category, usize)> = tally.by_rule.iter().map(|(r, (c, n))| (r, *c, *n)).collect();
            rules.sort_by_key(|(rule, _, n)| (std::cmp::Reverse(*n), Arc::clone(rule)));
            let more = rules.len().saturating_sub(TOP_RULES);
            let mut table = Table::new(&[Align::Left, Align::Left, Align::Right]);
            table.row([
                locale.pick("最常触发的规则", "最常觸發的規則", "rules that fired most").to_owned(),
                locale.pick("类别", "類別", "category").to_owned(),
                locale.pick("次数", "次數", "times").to_owned(),
            ]);
            for (rule, category, n) in rules.into_iter().take(TOP_RULES) {
                table.row([rule.to_string(), locale.category(category).to_owned(), n.to_string()]);
            }
            table.write(&mut self.out, "  ", header)?;
            if more > 0 {
                writeln!(
                    self.out,
                    "  {DIM}{}{DIM:#}",
                    match locale {
                        Locale::Hans => format!("另有{more}条规则"),
                        Locale::Hant => format!("另有{more}條規則"),
                        Locale::English => format!("and {more} more"),
                    }
                )?;
            }
        }
        self.flow_summary(tally)?;
        self.agent_summary(tally)?;
        if tally.partial {
            let partial = locale.pick(
                "中途停止，以上只是一部分",
                "中途停止，以上只是一部分",
                "stopped before the end: this is a part only",
            );
            writeln!(self.out, "\n  {BOLD}{partial}{BOLD:#}")?;
        }
        if !tally.unread.is_empty() {
            writeln!(self.out, "\n  {header}{}{header:#}", locale.pick("未能读取的文件", "未能讀取的檔案", "files not read"))?;
            for file in &tally.unread {
                writeln!(self.out, "  {file}")?;
            }
        }
        if tally.errors > 0 {
            let errors = tally.errors;
            writeln!(
                self.out,
                "\n  {}",
                match locale {
                    Locale::Hans => format!("输入有{errors}处错误，见标准错误输出"),
                    Locale::Hant => format!("輸入有{errors}處錯誤，見標準錯誤輸出"),
                    Locale::English => format!("{errors} problems with the input, see standard error"),
                }
            )?;
        }
        Ok(())
    }
}

impl<W: Write> TextReport<W> {
    fn flow_summary(&mut self, tally: &Tally) -> io::Result<()> {
        let locale = self.locale;
        let mut rules: Vec<_> = tally.flow.iter().filter(|(_, flow)| flow.violated > 0).collect();
        if rules.is_empty() {
            return Ok(());
        }
        rules.sort_by_key(|(rule, flow)| (std::cmp::Reverse(flow.violated), Arc::clone(rule)));
        let mut table = Table::new(&[Align::Left, Align::Left, Align::Right, Align::Right]);
        table.row([
            locale.pick("违反的流程规则", "違反的流程規則", "flow rules violated").to_owned(),
            locale.pick("级别", "級別", "severity").to_owned(),
            locale.pick("违反", "違反", "violated").to_owned(),
            locale.pick("适用", "適用", "applied").to_owned(),
        ]);
        for (rule, flow) in rules {
            let severity = flow.severity.map_or("", |severity| locale.severity(severity));
            let applied = flow.violated + flow.satisfied + flow.pending;
            table.row([rule.to_string(), severity.to_owned(), flow.violated.to_string(), applied.to_string()]);
        }
        writeln!(self.out)?;
        table.write(&mut self.out, "  ", BOLD.underline())
    }

    /// Scores by agent, with what keeps a reader from making too much of them.
    fn agent_summary(&mut self, tally: &Tally) -> io::Result<()> {
        let locale = self.locale;
        if tally.agents.of.is_empty() {
            return Ok(());
        }
        let mut table = Table::new(&[Align::Left, Align::Right, Align::Right, Align::Right, Align::Left]);
        table.row([
            locale.pick("坐席", "客服人員", "agent").to_owned(),
            locale.pick("对话", "對話", "conversations").to_owned(),
            locale.pick("平均分", "平均分", "mean").to_owned(),
            locale.pick("标准差", "標準差", "spread").to_owned(),
            locale.pick("扣分最多的规则", "扣分最多的規則", "rules that cost most").to_owned(),
        ]);
        let figure = |figure: Option<f64>| figure.map_or("-".to_owned(), |figure| format!("{figure:.1}"));
        let costly = |scores: &Scores| -> String {
            let named = scores.costly().into_iter().take(2).map(|(rule, times, _)| format!("{rule} ×{times}"));
            named.collect::<Vec<_>>().join(", ")
        };
        for (agent, scores) in &tally.agents.of {
            let few = if scores.conversations < ENOUGH { "*" } else { "" };
            table.row([
                clean(agent),
                format!("{}{few}", scores.conversations),
                figure(scores.mean()),
                figure(scores.spread()),
                costly(scores),
            ]);
        }
        writeln!(self.out)?;
        table.write(&mut self.out, "  ", BOLD.underline())?;
        let warning = match locale {
            Locale::Hans => format!("* 少于{ENOUGH}段对话，平均分说明不了什么。分数本身不能作为对人作出决定的依据。"),
            Locale::Hant => format!("* 少於{ENOUGH}段對話，平均分說明不了什麼。分數本身不能作為對人作出決定的依據。"),
            Locale::English => {
                format!("* fewer than {ENOUGH} conversations say little. A score by itself is no basis for decisions on people.")
            }
        };
        writeln!(self.out, "  {DIM}{warning}{DIM:#}")
    }
}

/// Whether a flow rule had something to ask for.
fn is_asked(verdict: Verdict) -> bool {
    verdict != Verdict::NotApplicable
}

/// A count, or a mark that lets the others stand out.
fn dash(n: usize) -> String {
    if n == 0 { "-".to_owned() } else { n.to_string() }
}

/// Text that comes from input, without what would steer the terminal.
pub(crate) fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// How a severity looks.
pub(crate) fn severity_style(severity: Severity) -> Style {
    match severity {
        Severity::Error => AnsiColor::Red.on_default().bold(),
        Severity::Warning => AnsiColor::Yellow.on_default().bold(),
        Severity::Note => AnsiColor::Blue.on_default().bold(),
    }
}
