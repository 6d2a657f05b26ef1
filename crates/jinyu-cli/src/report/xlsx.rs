//! A workbook for reviewers: sums, agents, conversations and findings, each on a sheet of its own. Receives judged conversations in order.
//! Rows go to files without a name as they come, so that memory stays flat. Beside each finding there is room for a verdict, who gave it,
//! and a remark; the fingerprint says which finding it was, whatever becomes of the rows.

use std::fs::File;
use std::io::BufWriter;

use anyhow::Result;
use jinyu::{Care, CareScores, Checker, PromiseState, Speaker, Verdict};
use rust_xlsxwriter::{Color, DataValidation, Format, FormatAlign, Workbook, Worksheet};

use super::agents::ENOUGH;
use super::file::FileReport;
use super::jsonl::{pack_records, tenth};
use super::row::rows;
use super::time::clock;
use super::verdicts::{FINGERPRINT, Name, REMARK, REVIEWER, RULE, SHEETS, VERDICT, VERDICTS};
use super::{Audited, Tally};
use crate::locale::{Locale, Translator, care_names};
use crate::waivers::Suppression;

/// Rows that a sheet can have.
const MOST_ROWS: u32 = 1_048_576;

/// Characters that a cell can have.
const MOST_CHARACTERS: usize = 32_767;

/// A column: its name, and its width in characters.
type Column = (Name, f64);

/// The columns of the findings; a reviewer fills the first three.
pub(crate) const FINDING_COLUMNS: [Column; 21] = [
    (VERDICT, 11.0),
    (REVIEWER, 11.0),
    (REMARK, 22.0),
    (["级别", "級別", "Severity"], 9.0),
    (["类别", "類別", "Category"], 14.0),
    (["原话", "原話", "Words"], 24.0),
    (["整句", "整句", "Utterance"], 52.0),
    (["原因", "原因", "Reason"], 40.0),
    (["改说", "改說", "Better wording"], 40.0),
    (["可否直接替换", "可否直接替換", "Safety"], 13.0),
    (RULE, 30.0),
    (["把握", "把握", "Confidence"], 9.0),
    (["对话编号", "對話編號", "Conversation"], 26.0),
    (["坐席", "客服人員", "Agent"], 14.0),
    (["时间", "時間", "Time"], 19.0),
    (["轮", "輪", "Turn"], 6.0),
    (["文件", "檔案", "File"], 30.0),
    (["行", "行", "Line"], 7.0),
    (FINGERPRINT, 22.0),
    (["豁免", "豁免", "Waived"], 30.0),
    (["经过", "經過", "What happened"], 40.0),
];

/// The columns of what was lost: a row for each agent who is charged, each as if the others had broken nothing.
const DEDUCTION_COLUMNS: [Column; 9] = [
    (["对话编号", "對話編號", "Conversation"], 26.0),
    (["坐席", "客服人員", "Agent"], 14.0),
    (RULE, 34.0),
    (["扣分", "扣分", "Points"], 8.0),
    (["维度", "維度", "Dimension"], 16.0),
    (["轮", "輪", "Turns"], 14.0),
    (["次数", "次數", "Times"], 7.0),
    (["一票否决", "一票否決", "Critical"], 9.0),
    (["文件", "檔案", "File"], 30.0),
];

const PROMISE_COLUMNS: [Column; 8] = [
    (["对话编号", "對話編號", "Conversation"], 26.0),
    (["坐席", "客服人員", "Agent"], 14.0),
    (["承诺", "承諾", "What"], 40.0),
    (["期限", "期限", "Until when"], 18.0),
    (["到期", "到期", "Due"], 19.0),
    (["结果", "結果", "State"], 14.0),
    (["轮", "輪", "Turn"], 7.0),
    (["文件", "檔案", "File"], 30.0),
];

const CONVERSATION_COLUMNS: [Column; 15] = [
    (["对话编号", "對話編號", "Conversation"], 26.0),
    (["分数", "分數", "Score"], 8.0),
    (["一票否决", "一票否決", "Critical"], 9.0),
    (care_names(Care::Empathic), 15.0),
    (care_names(Care::Attractive), 15.0),
    (care_names(Care::Credible), 15.0),
    (care_names(Care::Responsive), 16.0),
    (["用语问题", "用語問題", "Findings"], 10.0),
    (["违反的流程", "違反的流程", "Violated flow rules"], 40.0),
    (["客户画像与提示", "客戶輪廓與提示", "Profile and notes"], 40.0),
    (["坐席", "客服人員", "Agent"], 14.0),
    (["时间", "時間", "Time"], 19.0),
    (["轮数", "輪數", "Turns"], 7.0),
    (["客服轮数", "客服輪數", "Agent turns"], 10.0),
    (["文件", "檔案", "File"], 30.0),
];

const AGENT_COLUMNS: [Column; 6] = [
    (["坐席", "客服人員", "Agent"], 18.0),
    (["对话", "對話", "Conversations"], 14.0),
    (["平均分", "平均分", "Mean"], 9.0),
    (["标准差", "標準差", "Standard deviation"], 18.0),
    (["够不够说明问题", "夠不夠說明問題", "Enough to say something"], 22.0),
    (["扣分最多的规则", "扣分最多的規則", "Rules that cost most"], 70.0),
];

const SUMMARY_COLUMNS: [Column; 3] =
    [(["项目", "項目", "Item"], 34.0), (["数值", "數值", "Value"], 26.0), (["说明", "說明", "Remark"], 70.0)];

/// Writes a workbook.
pub(crate) struct XlsxReport {
    file: File,
    locale: Locale,
    translator: Translator,
    looks: Looks,
    book: Workbook,
    conversations: Vec<Sheet>,
    findings: Vec<Sheet>,
    deductions: Vec<Sheet>,
    promises: Vec<Sheet>,
}

/// How cells look.
struct Looks {
    head: Format,
    plain: Format,
    wrapped: Format,
    input: Format,
}

/// A sheet that is being filled from the top.
struct Sheet {
    sheet: Worksheet,
    rows: u32,
    columns: u16,
}

/// What stands in a cell.
enum Cell<'a> {
    Empty,
    /// For a reviewer to fill.
    Input,
    Text(&'a str),
    /// Over several lines where it is long.
    Wrapped(&'a str),
    Number(f64),
}

impl XlsxReport {
    pub(crate) fn new(file: File, locale: Locale) -> Result<Self> {
        let looks = Looks {
            head: Format::new().set_bold().set_background_color(Color::RGB(0x00DC_EBF2)).set_align(FormatAlign::Top),
            plain: Format::new().set_align(FormatAlign::Top),
            wrapped: Format::new().set_align(FormatAlign::Top).set_text_wrap(),
            input: Format::new().set_align(FormatAlign::Top).set_background_color(Color::RGB(0x00FF_F8DC)),
        };
        let mut book = Workbook::new();
        let [_, _, conversations, findings, deductions, promises] = SHEETS;
        let mut open = |name, columns| Ok::<_, anyhow::Error>(vec![Sheet::new(&mut book, &looks, locale, name, 1, columns)?]);
        let conversations = open(conversations, &CONVERSATION_COLUMNS)?;
        let findings = open(findings, &FINDING_COLUMNS)?;
        let deductions = open(deductions, &DEDUCTION_COLUMNS)?;
        let promises = open(promises, &PROMISE_COLUMNS)?;
        let translator = Translator::new(locale);
        Ok(Self { file, locale, translator, looks, book, conversations, findings, deductions, promises })
    }

    fn summary(&mut self, tally: &Tally, checker: &Checker) -> Result<Sheet> {
        let locale = self.locale;
        let [summary, ..] = SHEETS;
        let mut sheet = Sheet::new(&mut self.book, &self.looks, locale, summary, 1, &SUMMARY_COLUMNS)?;
        let mut row =
            |name: &str, value: Cell<'_>, remark: &str| sheet.row(&self.looks, &[Cell::Text(name), value, Cell::Wrapped(remark)]);
        let caution = locale.pick(
            "分数本身不能作为对人作出决定的依据；请先看对话和证据。",
            "分數本身不能作為對人作出決定的依據；請先看對話和證據。",
            "A score by itself is no basis for decisions on people: look at the conversation and its evidence first.",
        );
        row(locale.pick("请注意", "請注意", "Please note"), Cell::Empty, caution)?;
        if tally.partial {
            row(
                locale.pick("中途停止，只是一部分", "中途停止，只是一部分", "Stopped before the end: a part only"),
                Cell::Empty,
                "",
            )?;
        }
        if tally.redacted {
            row(locale.pick("个人信息已遮盖", "個人資料已遮蔽", "Personal data is masked"), Cell::Empty, "")?;
        }
        for [option, what] in tally.settings.lines(locale) {
            row(locale.pick("设置", "設定", "Setting"), Cell::Text(&option), &what)?;
        }
        let figure = |n: usize| Cell::Number(n as f64);
        row(locale.pick("文件", "檔案", "Files"), figure(tally.files), "")?;
        row(locale.pick("对话", "對話", "Conversations"), figure(tally.conversations), "")?;
        row(locale.pick("有问题的对话", "有問題的對話", "With findings"), figure(tally.conversations_with_findings), "")?;
        row(locale.pick("客服话语", "客服話語", "Agent utterances"), figure(tally.agent_utterances), "")?;
        row(locale.pick("用语问题", "用語問題", "Findings in words"), figure(tally.findings), "")?;
        if let Some(unused) = tally.unused_waivers {
            let remark = format!("{}: {unused}", locale.pick("用不上的豁免", "用不上的豁免", "waivers that met no finding"));
            row(locale.pick("已豁免", "已豁免", "Waived"), figure(tally.suppressed), &remark)?;
        }
        if let Some(known) = tally.known {
            row(locale.pick("基线里已有", "基準裡已有", "In the baseline already"), figure(known), "")?;
        }
        let scores = &tally.agents.all;
        if let Some(mean) = scores.mean() {
            let spread = scores.spread().map(|spread| format!("± {spread:.1}")).unwrap_or_default();
            row(locale.pick("平均分", "平均分", "Mean score"), Cell::Number(tenth(mean)), &spread)?;
        }
        for (category, of) in &tally.by_category {
            let all: usize = of.values().sum();
            row(&format!("{}: {}", locale.pick("类别", "類別", "Category"), locale.category(*category)), figure(all), "")?;
        }
        for (rule, of) in tally.flow.iter().filter(|(_, of)| of.violated > 0) {
            let applied = of.violated + of.satisfied + of.pending;
            let remark = format!("{} {applied}", locale.pick("适用", "適用", "applied to"));
            row(&format!("{}: {rule}", locale.pick("流程", "流程", "Flow")), figure(of.violated), &remark)?;
        }
        row(locale.pick("引擎版本", "引擎版本", "Engine"), Cell::Text(env!("CARGO_PKG_VERSION")), "jinyu")?;
        for pack in pack_records(checker) {
            let name = format!("{}: {}", locale.pick("规则包", "規則包", "Rule pack"), pack.name);
            row(&name, Cell::Text(pack.version), &format!("sha256 {}", pack.sha256))?;
        }
        for input in &tally.inputs {
            let name = format!("{}: {}", locale.pick("输入", "輸入", "Input"), input.file);
            let hash = input.sha256.as_ref().map(|hash| format!("sha256 {hash}"));
            let remark = hash.unwrap_or(locale.pick("没有读到文件末尾", "沒有讀到檔案末尾", "not read to its end").to_owned());
            row(&name, Cell::Number(input.bytes as f64), &remark)?;
        }
        for file in &tally.unread {
            row(&format!("{}: {file}", locale.pick("未能读取", "未能讀取", "Not read")), Cell::Empty, "")?;
        }
        Ok(sheet)
    }

    /// What the conversation lost, agent by agent, and what nobody who is named is charged with.
    fn deductions(&mut self, audited: &Audited) -> Result<()> {
        let Self { locale, ref looks, ref mut book, ref mut deductions, .. } = *self;
        let [.., name, _] = SHEETS;
        for deduction in &audited.assessment.score.deductions {
            let shares = &deduction.by;
            let charged = shares.iter().map(|share| (Some(&*share.agent), share.points, share.times, &share.turns));
            let others = deduction.times.saturating_sub(shares.iter().map(|share| share.times).sum());
            let left = (deduction.points - shares.iter().map(|share| share.points).sum::<f64>()).max(0.0);
            let is_named = |turn: &usize| shares.iter().any(|share| share.turns.contains(turn));
            let unnamed: Vec<usize> = deduction.turns.iter().copied().filter(|turn| !is_named(turn)).collect();
            let nobody = (others > 0).then_some((None, left, others, &unnamed));
            for (agent, points, times, turns) in charged.chain(nobody) {
                let turns: Vec<String> = turns.iter().map(usize::to_string).collect();
                open_sheet(deductions, book, looks, locale, name, &DEDUCTION_COLUMNS)?.row(
                    looks,
                    &[
                        Cell::Text(&audited.read.conversation),
                        agent.map_or(Cell::Empty, Cell::Text),
                        Cell::Text(&deduction.rule),
                        Cell::Number(points),
                        Cell::Text(locale.care(deduction.care)),
                        Cell::Text(&turns.join(", ")),
                        Cell::Number(times as f64),
                        if deduction.critical { Cell::Text(locale.pick("是", "是", "yes")) } else { Cell::Empty },
                        Cell::Text(&audited.read.file),
                    ],
                )?;
            }
        }
        Ok(())
    }

    /// What was promised.
    fn promises(&mut self, audited: &Audited) -> Result<()> {
        let Self { locale, ref looks, ref mut book, ref mut promises, .. } = *self;
        let [.., name] = SHEETS;
        for promise in &audited.assessment.promises {
            let state = match promise.state {
                PromiseState::Kept => locale.pick("已兑现", "已兌現", "kept"),
                PromiseState::Broken => locale.pick("没有兑现", "沒有兌現", "broken"),
                _ if promise.when.is_none() => locale.pick("没有说时间", "沒有說時間", "no time named"),
                _ => locale.pick("未见结果", "未見結果", "open"),
            };
            open_sheet(promises, book, looks, locale, name, &PROMISE_COLUMNS)?.row(
                looks,
                &[
                    Cell::Text(&audited.read.conversation),
                    promise.agent.as_deref().map_or(Cell::Empty, Cell::Text),
                    Cell::Wrapped(&promise.what),
                    promise.when.as_deref().map_or(Cell::Empty, Cell::Text),
                    promise.due_ms.map(clock).as_deref().map_or(Cell::Empty, Cell::Text),
                    Cell::Text(state),
                    Cell::Number(promise.turn as f64),
                    Cell::Text(&audited.read.file),
                ],
            )?;
        }
        Ok(())
    }

    fn agents(&mut self, tally: &Tally) -> Result<Sheet> {
        let locale = self.locale;
        let [_, agents, ..] = SHEETS;
        let mut sheet = Sheet::new(&mut self.book, &self.looks, locale, agents, 1, &AGENT_COLUMNS)?;
        for (agent, scores) in tally.agents.of.iter().take(MOST_ROWS as usize - 1) {
            let number = |figure: Option<f64>| figure.map_or(Cell::Empty, |figure| Cell::Number(tenth(figure)));
            let costly = scores.costly();
            let costly: Vec<String> = costly.into_iter().take(5).map(|(rule, times, _)| format!("{rule} ×{times}")).collect();
            let few = locale.pick("对话太少", "對話太少", "too few conversations");
            sheet.row(
                &self.looks,
                &[
                    Cell::Text(agent),
                    Cell::Number(scores.conversations as f64),
                    number(scores.mean()),
                    number(scores.spread()),
                    Cell::Text(if scores.conversations < ENOUGH { few } else { locale.pick("够", "夠", "enough") }),
                    Cell::Text(&costly.join(", ")),
                ],
            )?;
        }
        Ok(sheet)
    }
}

impl FileReport for XlsxReport {
    fn conversation(&mut self, audited: &Audited) -> Result<()> {
        let Self { locale, translator, looks, book, conversations, findings, .. } = self;
        let locale = *locale;
        let [_, _, conversations_name, findings_name, ..] = SHEETS;
        let Audited { read, examinations, assessment, .. } = audited;
        let CareScores { credible, attractive, responsive, empathic, .. } = assessment.score.care;
        let agents: Vec<&str> = audited.agents().into_iter().map(|agent| &**agent).collect();
        let violated = assessment.flow.iter().filter(|flow| flow.verdict == Verdict::Violated);
        let violated: Vec<&str> = violated.map(|flow| &*flow.rule).collect();
        let notes: Vec<String> = assessment.notes.iter().map(|note| translator.translate(&note.message).to_owned()).collect();
        let of_agents = read.turns.iter().filter(|turn| turn.utterance.speaker == Speaker::Agent).count();
        let found: usize = examinations.iter().map(|seen| seen.findings.len()).sum();
        // What no agent says anything in has no score.
        let number = |n: u32| if audited.is_scored() { Cell::Number(f64::from(n)) } else { Cell::Empty };
        let sheet = open_sheet(conversations, book, looks, locale, conversations_name, &CONVERSATION_COLUMNS)?;
        sheet.row(
            looks,
            &[
                Cell::Text(&read.conversation),
                number(assessment.score.overall),
                if assessment.score.critical { Cell::Text(locale.pick("是", "是", "yes")) } else { Cell::Empty },
                number(empathic),
                number(attractive),
                number(credible),
                number(responsive),
                Cell::Number(found as f64),
                Cell::Text(&violated.join(", ")),
                Cell::Text(&notes.join(" ")),
                Cell::Text(&agents.join(", ")),
                audited.start_ms().map(clock).as_deref().map_or(Cell::Empty, Cell::Text),
                Cell::Number(read.turns.len() as f64),
                Cell::Number(of_agents as f64),
                Cell::Text(&read.file),
            ],
        )?;
        for row in rows(audited) {
            let sheet = open_sheet(findings, book, looks, locale, findings_name, &FINDING_COLUMNS)?;
            let flow = locale.pick("流程", "流程", "flow");
            let reason = translator.translate(row.reason.unwrap_or_default()).to_owned();
            sheet.row(
                looks,
                &[
                    Cell::Input,
                    Cell::Input,
                    Cell::Input,
                    Cell::Text(locale.severity(row.severity)),
                    Cell::Text(row.category.map_or(flow, |category| locale.category(category))),
                    Cell::Wrapped(row.words),
                    Cell::Wrapped(row.utterance),
                    Cell::Wrapped(translator.translate(row.message)),
                    row.suggestion.map_or(Cell::Empty, |(text, _)| Cell::Wrapped(text)),
                    row.suggestion.map_or(Cell::Empty, |(_, safety)| Cell::Text(locale.safety(safety))),
                    Cell::Text(row.rule),
                    row.confidence.map_or(Cell::Empty, |confidence| Cell::Text(locale.confidence(confidence))),
                    Cell::Text(row.conversation),
                    row.agent.map_or(Cell::Empty, Cell::Text),
                    row.time.map(clock).as_deref().map_or(Cell::Empty, Cell::Text),
                    row.turn.map_or(Cell::Empty, |turn| Cell::Number(turn as f64)),
                    Cell::Text(row.file),
                    row.line.map_or(Cell::Empty, |line| Cell::Number(line as f64)),
                    Cell::Text(&row.fingerprint),
                    row.suppressed.map(Suppression::line).as_deref().map_or(Cell::Empty, Cell::Text),
                    Cell::Wrapped(&reason),
                ],
            )?;
        }
        self.deductions(audited)?;
        self.promises(audited)
    }

    fn finish(mut self: Box<Self>, tally: &Tally, checker: &Checker) -> Result<()> {
        let summary = self.summary(tally, checker)?;
        let agents = self.agents(tally)?;
        let Self { file, mut book, conversations, findings, deductions, promises, locale, .. } = *self;
        let verdicts = VERDICTS.map(|[hans, hant, english]| locale.pick(hans, hant, english));
        for sheet in [summary, agents].into_iter().chain(conversations) {
            book.push_worksheet(sheet.finish()?);
        }
        for mut sheet in findings {
            let choice = DataValidation::new().allow_list_strings(&verdicts)?;
            sheet.sheet.add_data_validation(1, 0, sheet.rows.max(2) - 1, 0, &choice)?;
            book.push_worksheet(sheet.finish()?);
        }
        for sheet in deductions.into_iter().chain(promises) {
            book.push_worksheet(sheet.finish()?);
        }
        Ok(book.save_to_writer(BufWriter::new(file))?)
    }
}

/// The last sheet of its kind, or another when that is full.
fn open_sheet<'a>(
    sheets: &'a mut Vec<Sheet>,
    book: &mut Workbook,
    looks: &Looks,
    locale: Locale,
    name: Name,
    columns: &[Column],
) -> Result<&'a mut Sheet> {
    if sheets.last().is_none_or(|sheet| sheet.rows >= MOST_ROWS) {
        sheets.push(Sheet::new(book, looks, locale, name, sheets.len() + 1, columns)?);
    }
    sheets.last_mut().ok_or_else(|| anyhow::anyhow!("there is no sheet"))
}

impl Sheet {
    /// A sheet with its head; `number` tells those of one kind apart.
    fn new(book: &mut Workbook, looks: &Looks, locale: Locale, name: Name, number: usize, columns: &[Column]) -> Result<Self> {
        let mut sheet = book.new_worksheet_with_constant_memory()?;
        let pick = |[hans, hant, english]: Name| locale.pick(hans, hant, english);
        let name = if number == 1 { pick(name).to_owned() } else { format!("{} {number}", pick(name)) };
        sheet.set_name(name)?.set_freeze_panes(1, 0)?;
        for (column, (name, width)) in (0..).zip(columns) {
            sheet.set_column_width(column, *width)?;
            sheet.write_string_with_format(0, column, pick(*name), &looks.head)?;
        }
        Ok(Self { sheet, rows: 1, columns: u16::try_from(columns.len())? })
    }

    fn row(&mut self, looks: &Looks, cells: &[Cell<'_>]) -> Result<()> {
        let row = self.rows;
        for (column, cell) in (0..).zip(cells) {
            match cell {
                Cell::Empty => {}
                Cell::Input => {
                    self.sheet.write_blank(row, column, &looks.input)?;
                }
                Cell::Text(text) => {
                    self.sheet.write_string_with_format(row, column, fitting(text), &looks.plain)?;
                }
                Cell::Wrapped(text) => {
                    self.sheet.write_string_with_format(row, column, fitting(text), &looks.wrapped)?;
                }
                Cell::Number(number) => {
                    self.sheet.write_number_with_format(row, column, *number, &looks.plain)?;
                }
            }
        }
        self.rows += 1;
        Ok(())
    }

    fn finish(mut self) -> Result<Worksheet> {
        self.sheet.autofilter(0, 0, self.rows - 1, self.columns - 1)?;
        Ok(self.sheet)
    }
}

/// As much of a text as a cell holds.
fn fitting(text: &str) -> &str {
    // Counted in UTF-16 units, of which a character has two at most.
    text.char_indices().nth(MOST_CHARACTERS / 2).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}
