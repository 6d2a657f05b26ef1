//! `jinyu rules explain`: everything that a rule says.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use anyhow::Result;
use jinyu::{
    Care, Checker, Confidence, Edge, Example, Fix, FixRef, FlowRule, Kind, NoteRule, Replace, Rule, RulePack, Scope, Severity,
};
use serde::Serialize;

use super::{FlowRecord, KindRecord, NoteRecord, note_kind};
use crate::Outcome;
use crate::args::{Format, RulesExplainArgs};
use crate::load;
use crate::locale::{Locale, Translator};
use crate::problem::Problems;
use crate::report::jsonl::write_record;
use crate::report::text::severity_style;
use crate::report::text_output;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const LABEL: Style = AnsiColor::Cyan.on_default();

/// Explains each of the ids; one that is not known is reported with the nearest that are.
pub(super) fn run(args: &RulesExplainArgs, problems: &mut Problems) -> Result<Outcome> {
    let checker = load::checker(&args.packs, jinyu::Channel::Text, problems)?;
    let locale = problems.locale();
    let mut out = text_output();
    let mut first = true;
    for id in &args.ids {
        let Some(known) = Known::new(id, &checker) else {
            problems.report(unknown(id, &checker, locale));
            continue;
        };
        match args.output.format {
            Format::Jsonl => known.write_record(&mut out, &checker)?,
            Format::Text => {
                if !std::mem::take(&mut first) {
                    writeln!(out)?;
                }
                known.write_text(&mut out, &checker, locale)?;
            }
        }
    }
    out.flush()?;
    Ok(Outcome::Clean)
}

/// What an id or a name stands for, with the pack that it is from.
enum Known<'a> {
    Rule(&'a RulePack, &'a Rule),
    Flow(&'a RulePack, &'a FlowRule),
    Note(&'a RulePack, &'a NoteRule),
    Event(EventRecord<'a>),
}

impl<'a> Known<'a> {
    fn new(id: &'a str, checker: &'a Checker) -> Option<Self> {
        let of_pack = |pack: &'a RulePack| {
            let rule = || pack.rules.iter().find(|rule| *rule.id == *id).map(|rule| Self::Rule(pack, rule));
            let flow = || pack.flows.iter().find(|flow| *flow.id == *id).map(|flow| Self::Flow(pack, flow));
            let note = || pack.notes.iter().find(|note| *note.id == *id).map(|note| Self::Note(pack, note));
            rule().or_else(flow).or_else(note)
        };
        checker.packs().iter().find_map(of_pack).or_else(|| EventRecord::new(id, checker).map(Self::Event))
    }

    fn write_record(&self, out: &mut dyn Write, checker: &Checker) -> io::Result<()> {
        match self {
            Self::Rule(pack, rule) => write_record(out, &record(checker, pack, rule)),
            Self::Flow(pack, flow) => write_record(out, &FlowRecord::new(pack, flow)),
            Self::Note(pack, note) => write_record(out, &NoteRecord::new(pack, note)),
            Self::Event(event) => write_record(out, event),
        }
    }

    fn write_text(&self, out: &mut dyn Write, checker: &Checker, locale: Locale) -> io::Result<()> {
        match self {
            Self::Rule(pack, rule) => write_rule(out, checker, pack, rule, locale),
            Self::Flow(pack, flow) => write_flow(out, pack, flow, locale),
            Self::Note(pack, note) => write_note(out, pack, note, locale),
            Self::Event(event) => write_event(out, event, checker, locale),
        }
    }
}

/// Says that there is no such rule, and which ids may have been meant.
fn unknown(id: &str, checker: &Checker, locale: Locale) -> String {
    let of_pack = |pack: &'_ RulePack| -> Vec<String> {
        let rules = pack.rules.iter().flat_map(|rule| [&*rule.id, rule.kind.name()]);
        let flows = pack.flows.iter().map(|flow| &*flow.id);
        rules.chain(flows).chain(pack.notes.iter().map(|note| &*note.id)).map(str::to_owned).collect()
    };
    let ids: BTreeSet<String> = checker.packs().iter().flat_map(of_pack).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let mut near: Vec<&str> = ids.iter().copied().filter(|known| !id.is_empty() && known.contains(id)).take(5).collect();
    if near.is_empty() {
        near = similar::get_close_matches(id, &ids, 3, 0.5);
    }
    let near = near.join(", ");
    match (locale, near.as_str()) {
        (Locale::English, "") => format!("there is no rule \"{id}\"; see `jinyu rules list`"),
        (Locale::English, near) => format!("there is no rule \"{id}\"; did you mean {near}?"),
        (Locale::Hans, "") => format!("没有规则“{id}”；请看 `jinyu rules list`"),
        (Locale::Hans, near) => format!("没有规则“{id}”；是不是想写 {near}？"),
        (Locale::Hant, "") => format!("沒有規則「{id}」；請看 `jinyu rules list`"),
        (Locale::Hant, near) => format!("沒有規則「{id}」；是不是想寫 {near}？"),
    }
}

/// A signal, step or category, for programs: the rules that give it, and the flow rules and notes that ask for it.
#[derive(Serialize)]
struct EventRecord<'a> {
    r#type: &'static str,
    name: &'a str,
    kind: &'static str,
    given_by: Vec<&'a str>,
    asked_for_by: Vec<&'a str>,
}

impl<'a> EventRecord<'a> {
    /// `None` where no rule gives it.
    fn new(name: &'a str, checker: &'a Checker) -> Option<Self> {
        let of = |rule: &&Rule| rule.kind.name() == name;
        let rules: Vec<&Rule> = checker.packs().iter().flat_map(|pack| &pack.rules).filter(of).collect();
        let kind = match rules.first()?.kind {
            Kind::Taboo(_) => "category",
            Kind::Signal(_) => "signal",
            Kind::Step(_) => "step",
        };
        let given_by = rules.into_iter().map(|rule| &*rule.id).collect();
        Some(Self { r#type: "event", name, kind, given_by, asked_for_by: asked_for_by(name, checker) })
    }
}

/// The flow rules and notes that ask for an event.
fn asked_for_by<'a>(event: &str, checker: &'a Checker) -> Vec<&'a str> {
    let asks = |details: Vec<(&str, String)>| details.iter().any(|(_, names)| names.split(' ').any(|name| name == event));
    let packs = checker.packs();
    let flows = packs.iter().flat_map(|pack| &pack.flows).filter(|flow| asks(flow.details())).map(|flow| &*flow.id);
    let notes = packs.iter().flat_map(|pack| &pack.notes).filter(|note| asks(note.details())).map(|note| &*note.id);
    flows.chain(notes).collect()
}

fn write_event(out: &mut dyn Write, event: &EventRecord<'_>, checker: &Checker, locale: Locale) -> io::Result<()> {
    let kind = event.given_by.first().and_then(|id| checker.rule(id)).map_or(String::new(), |rule| locale.kind(&rule.kind));
    writeln!(out, "{BOLD}{}{BOLD:#}  {kind}", event.name)?;
    let ids = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>().into_iter();
    items(out, locale.pick("给出它的规则", "給出它的規則", "rules that give it"), ids(&event.given_by))?;
    items(out, asking(locale), ids(&event.asked_for_by))
}

fn asking(locale: Locale) -> &'static str {
    locale.pick("用到它的流程规则和提示", "用到它的流程規則和提示", "flow rules and notes that ask for it")
}

/// A rule with everything in it, for programs.
#[derive(Serialize)]
struct ExplainRecord<'a> {
    r#type: &'static str,
    id: &'a str,
    pack: &'a str,
    file: &'a str,
    line: usize,
    #[serde(flatten)]
    kind: KindRecord<'a>,
    severity: Severity,
    confidence: Confidence,
    care: Care,
    why: &'a str,
    source: Option<&'a str>,
    phrases: &'a [String],
    patterns: &'a [String],
    speaker: Scope,
    edge: Option<Edge>,
    boundary: bool,
    /// Conditions as written, guards by their names.
    when: Vec<String>,
    unless: Vec<String>,
    /// The guards that they name, with their conditions as written.
    guards: BTreeMap<&'a str, Vec<String>>,
    fixes: Vec<Wording<'a>>,
    hits: Vec<&'a str>,
    misses: Vec<&'a str>,
}

/// The guards that a rule names, with their conditions as written.
fn guards<'a>(checker: &'a Checker, rule: &Rule) -> BTreeMap<&'a str, Vec<String>> {
    let named: Vec<String> = rule.when().chain(rule.unless()).collect();
    let declared = checker.packs().iter().flat_map(RulePack::guards);
    declared.filter(|(name, _)| named.iter().any(|used| used == name)).collect()
}

/// A wording of a rule, and the list that it is taken from, if it is.
#[derive(Serialize)]
struct Wording<'a> {
    #[serde(flatten)]
    fix: &'a Fix,
    #[serde(skip_serializing_if = "Option::is_none")]
    list: Option<&'a str>,
}

/// The better wordings of a rule, those of the lists that it names in their place.
fn fixes<'a>(checker: &'a Checker, rule: &'a Rule) -> Vec<Wording<'a>> {
    let declared = || checker.packs().iter().flat_map(RulePack::fixes);
    let of = |fix: &'a FixRef| match fix {
        FixRef::Inline(fix) => vec![Wording { fix, list: None }],
        FixRef::Named(name) => declared()
            .filter(|(list, _)| list == name)
            .flat_map(|(list, fixes)| fixes.iter().map(move |fix| Wording { fix, list: Some(list) }))
            .collect(),
    };
    rule.fixes().flat_map(of).collect()
}

fn record<'a>(checker: &'a Checker, pack: &'a RulePack, rule: &'a Rule) -> ExplainRecord<'a> {
    ExplainRecord {
        r#type: "rule",
        id: &rule.id,
        pack: &pack.name,
        file: &pack.file,
        line: rule.line,
        kind: (&rule.kind).into(),
        severity: rule.severity,
        confidence: rule.confidence,
        care: rule.care,
        why: &rule.why,
        source: rule.source.as_deref(),
        phrases: &rule.phrases,
        patterns: &rule.patterns,
        speaker: rule.speaker(),
        edge: rule.edge(),
        boundary: rule.boundary(),
        when: rule.when().collect(),
        unless: rule.unless().collect(),
        guards: guards(checker, rule),
        fixes: fixes(checker, rule),
        hits: rule.hits.iter().map(|hit| hit.text.as_str()).collect(),
        misses: rule.misses.iter().map(|miss| miss.text.as_str()).collect(),
    }
}

fn write_flow(out: &mut dyn Write, pack: &RulePack, flow: &FlowRule, locale: Locale) -> io::Result<()> {
    let style = severity_style(flow.severity);
    let severity = locale.severity(flow.severity);
    let kind = locale.pick("流程", "流程", "flow");
    let mut translator = Translator::new(locale);
    let name = flow.name.as_ref().map_or(String::new(), |name| format!(" {}", translator.translate(name)));
    writeln!(out, "{BOLD}{}{BOLD:#}{name}  {style}{severity}{style:#} {kind} {}", flow.id, flow.kind())?;
    let why = locale.pick("为什么：", "為什麼：", "why: ");
    writeln!(out, "  {LABEL}{why}{LABEL:#}{}", translator.translate(&flow.why))?;
    for (key, value) in flow.details() {
        writeln!(out, "  {LABEL}{key}{LABEL:#} {value}")?;
    }
    let points = flow.weight.points;
    let cost = match locale {
        Locale::Hans => format!("违反扣{points}分"),
        Locale::Hant => format!("違反扣{points}分"),
        Locale::English => format!("a violation costs {points} points"),
    };
    writeln!(out, "  {cost}  {DIM}{}:{}{DIM:#}", pack.file, flow.line)
}

fn write_note(out: &mut dyn Write, pack: &RulePack, note: &NoteRule, locale: Locale) -> io::Result<()> {
    writeln!(out, "{BOLD}{}{BOLD:#}  {}", note.id, note_kind(note, locale))?;
    let says = locale.pick("内容：", "內容：", "says: ");
    writeln!(out, "  {LABEL}{says}{LABEL:#}{}", Translator::new(locale).translate(&note.why))?;
    for (key, value) in note.details() {
        writeln!(out, "  {LABEL}{key}{LABEL:#} {value}")?;
    }
    let cost = locale.pick("不扣分", "不扣分", "costs nothing");
    writeln!(out, "  {cost}  {DIM}{}:{}{DIM:#}", pack.file, note.line)
}

fn write_rule(out: &mut dyn Write, checker: &Checker, pack: &RulePack, rule: &Rule, locale: Locale) -> io::Result<()> {
    let style = severity_style(rule.severity);
    let is_offence = rule.kind.category().is_some();
    // Signals and steps are no offence, and have no severity that anybody chose.
    let severity = if is_offence { format!("{style}{}{style:#} ", locale.severity(rule.severity)) } else { String::new() };
    let category = locale.kind(&rule.kind);
    writeln!(out, "{BOLD}{}{BOLD:#}  {severity}{category}", rule.id)?;
    let mut translator = Translator::new(locale);
    let why = locale.pick("为什么：", "為什麼：", "why: ");
    if !rule.why.is_empty() {
        writeln!(out, "  {LABEL}{why}{LABEL:#}{}", translator.translate(&rule.why))?;
    }
    let confidence = locale.confidence(rule.confidence);
    writeln!(out, "  {LABEL}{}{LABEL:#}{confidence}", locale.pick("把握：", "把握：", "confidence: "))?;
    if rule.model {
        let model = locale.pick(
            "统计模型，别的规则都没有查出时",
            "統計模型，別的規則都沒有查出時",
            "the statistical model, where no other rule does",
        );
        writeln!(out, "  {LABEL}{}{LABEL:#}{model}", locale.pick("由谁查：", "由誰查：", "found by: "))?;
    }
    if is_offence {
        writeln!(out, "  {LABEL}CARE{}{LABEL:#}{}", locale.pick("：", "：", ": "), care(rule.care, locale))?;
    }
    if let Some(source) = &rule.source {
        writeln!(out, "  {LABEL}{}{LABEL:#}{source}", locale.pick("出处：", "出處：", "source: "))?;
    }
    writeln!(
        out,
        "  {LABEL}{}{LABEL:#}{} {}:{}",
        locale.pick("规则包：", "規則包：", "pack: "),
        pack.name,
        pack.file,
        rule.line
    )?;
    let mut place = Vec::new();
    place.extend(match rule.speaker() {
        Scope::Agent => None,
        Scope::Customer => Some(locale.pick("只看客户的话", "只看客戶的話", "the customer's words only")),
        Scope::Any => Some(locale.pick("不论谁说", "不論誰說", "whoever says it")),
    });
    place.extend(rule.edge().map(|edge| match edge {
        Edge::Start => {
            locale.pick("在小句开头（edge = start）", "在小句開頭（edge = start）", "at the start of a clause (edge = start)")
        }
        Edge::End => locale.pick("在小句末尾（edge = end）", "在小句末尾（edge = end）", "at the end of a clause (edge = end)"),
        Edge::Clause => {
            locale.pick("自成一个小句（edge = clause）", "自成一個小句（edge = clause）", "a whole clause (edge = clause)")
        }
        Edge::Utterance => {
            locale.pick("就是整句话（edge = utterance）", "就是整句話（edge = utterance）", "all that is said (edge = utterance)")
        }
    }));
    if rule.boundary() {
        let words = "两端都是词的边界（boundary = word）";
        place.push(locale.pick(words, "兩端都是詞的邊界（boundary = word）", "whole words only (boundary = word)"));
    }
    if !place.is_empty() {
        let label = locale.pick("位置：", "位置：", "where: ");
        writeln!(out, "  {LABEL}{label}{LABEL:#}{}", place.join(locale.pick("，", "，", ", ")))?;
    }
    items(out, locale.pick("短语", "短語", "phrases"), rule.phrases.iter().cloned())?;
    items(out, locale.pick("句式", "句式", "patterns"), rule.patterns.iter().cloned())?;
    let guards = guards(checker, rule);
    let condition = |written: String| {
        let conditions = guards.get(written.as_str()).into_iter().flatten();
        let lines = conditions.map(|condition| format!("\n      {DIM}{condition}{DIM:#}"));
        let lines: String = lines.collect();
        written + &lines
    };
    items(out, locale.pick("须有其一（when）", "須有其一（when）", "only if one holds (when)"), rule.when().map(condition))?;
    items(out, locale.pick("豁免（unless）", "豁免（unless）", "let pass if one holds (unless)"), rule.unless().map(condition))?;
    items(
        out,
        locale.pick("改说", "改說", "better wordings"),
        fixes(checker, rule).into_iter().map(|fix| wording(&fix, locale)),
    )?;
    items(out, locale.pick("应当查出", "應當查出", "must be found"), rule.hits.iter().map(|hit| example(hit, locale)))?;
    items(out, locale.pick("应当放过", "應當放過", "must be left alone"), rule.misses.iter().map(|miss| example(miss, locale)))?;
    let mut asking_for: Vec<&str> = asked_for_by(rule.kind.name(), checker);
    asking_for.extend(asked_for_by(&rule.id, checker));
    items(out, asking(locale), asking_for.into_iter().map(str::to_owned))
}

/// A wording with all that its pack says of it.
fn wording(Wording { fix, list }: &Wording<'_>, locale: Locale) -> String {
    let colon = locale.pick("：", "：", ": ");
    let mut about = vec![locale.safety(fix.safety).to_owned()];
    if let Some(reason) = &fix.reason {
        about.push(format!("{}{colon}{reason}", locale.pick("因为", "因為", "because")));
    }
    about.extend(list.map(|list| format!("{}{colon}{list}", locale.pick("出自", "出自", "from the list"))));
    about.extend(fix.clauses.iter().map(|of| {
        let becomes = if of.text.is_empty() { locale.pick("（略去）", "（略去）", "(dropped)") } else { &of.text };
        format!("{}{colon}{} → {becomes}", locale.pick("分句", "分句", "clause"), of.from)
    }));
    about.extend(fix.from.as_ref().map(|from| format!("{}{colon}{from}", locale.pick("取自", "取自", "made from"))));
    match fix.replace {
        Replace::Match => {}
        Replace::Clause => about.push(locale.pick("换掉整个小句", "換掉整個小句", "for the whole clause").to_owned()),
        Replace::Utterance => about.push(locale.pick("换掉整句话", "換掉整句話", "for all that is said").to_owned()),
    }
    for (place, wording) in
        [(locale.pick("台湾", "台灣", "Taiwan"), &fix.tw), (locale.pick("香港", "香港", "Hong Kong"), &fix.hk)]
    {
        about.extend(wording.as_ref().map(|wording| format!("{place}{colon}{wording}")));
    }
    format!("{}  {DIM}{}{DIM:#}", fix.text, about.join(locale.pick("，", "，", ", ")))
}

/// An example with all that it asks for.
fn example(example: &Example, locale: Locale) -> String {
    let asked = [
        (locale.pick("客户先说：", "客戶先說：", "after the customer's: "), &example.customer),
        (locale.pick("查出：", "查出：", "finds: "), &example.expected_match),
        (locale.pick("改成：", "改成：", "becomes: "), &example.expected_fix),
        (locale.pick("建议说：", "建議說：", "better: "), &example.expected_say),
    ];
    let asked = asked.into_iter().filter_map(|(label, text)| text.as_ref().map(|text| format!("  {DIM}{label}{text}{DIM:#}")));
    example.text.clone() + &asked.collect::<String>()
}

fn items(out: &mut dyn Write, label: &str, items: impl Iterator<Item = String>) -> io::Result<()> {
    let mut items = items.peekable();
    if items.peek().is_none() {
        return Ok(());
    }
    writeln!(out, "  {LABEL}{label}{LABEL:#}")?;
    items.try_for_each(|item| writeln!(out, "    {item}"))
}

fn care(care: Care, locale: Locale) -> &'static str {
    match care {
        Care::Credible => locale.pick("可信 credible", "可信 credible", "credible"),
        Care::Attractive => locale.pick("得体 attractive", "得體 attractive", "attractive"),
        Care::Responsive => locale.pick("及时 responsive", "及時 responsive", "responsive"),
        Care::Empathic => locale.pick("体谅 empathic", "體諒 empathic", "empathic"),
    }
}
