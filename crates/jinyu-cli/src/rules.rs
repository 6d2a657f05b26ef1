//! `jinyu rules`: lists, explains, tests, lints and measures rule packs, and starts new ones.

mod explain;
mod import;
mod init;
mod lint;
mod stats;
pub(crate) mod write;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use anstyle::{AnsiColor, Style};
use anyhow::Result;
use jinyu::{Care, Category, Checker, Confidence, FlowRule, Kind, NoteRule, Rule, RulePack, Severity};
use serde::Serialize;

use crate::Outcome;
use crate::args::{Format, RulesArgs, RulesCommand, RulesListArgs, RulesTestArgs};
use crate::load;
use crate::locale::Locale;
use crate::problem::Problems;
use crate::report::jsonl::write_record;
use crate::report::table::{Align, Table};
use crate::report::text_output;

/// Runs one of the subcommands.
///
/// # Errors
/// When there are no rules, or standard output cannot be written.
pub(crate) fn run(args: &RulesArgs, problems: &mut Problems) -> Result<Outcome> {
    match &args.command {
        RulesCommand::List(args) => list(args, problems),
        RulesCommand::Explain(args) => explain::run(args, problems),
        RulesCommand::Test(args) => test(args, problems),
        RulesCommand::Lint(args) => lint::run(args, problems),
        RulesCommand::Stats(args) => stats::run(args, problems),
        RulesCommand::Init(args) => init::run(args, problems),
        RulesCommand::Import(args) => import::run(args, problems),
    }
}

/// A flow rule, for programs.
#[derive(Serialize)]
struct FlowRecord<'a> {
    r#type: &'static str,
    id: &'a str,
    pack: &'a str,
    kind: &'a str,
    severity: Severity,
    care: Care,
    points: u32,
    cap: u32,
    critical: bool,
    why: &'a str,
    source: Option<&'a str>,
    /// Keys of the pack and their values.
    asks: BTreeMap<&'static str, String>,
    examples: usize,
}

impl<'a> FlowRecord<'a> {
    fn new(pack: &'a RulePack, flow: &'a FlowRule) -> Self {
        Self {
            r#type: "flow",
            id: &flow.id,
            pack: &pack.name,
            kind: flow.kind(),
            severity: flow.severity,
            care: flow.care,
            points: flow.weight.points,
            cap: flow.weight.cap,
            critical: flow.weight.critical,
            why: &flow.why,
            source: flow.source.as_deref(),
            asks: flow.details().into_iter().collect(),
            examples: flow.examples(),
        }
    }
}

/// A note or profile, for programs.
#[derive(Serialize)]
struct NoteRecord<'a> {
    r#type: &'static str,
    id: &'a str,
    pack: &'a str,
    profile: bool,
    why: &'a str,
    /// Keys of the pack and their values.
    asks: BTreeMap<&'static str, String>,
    examples: usize,
}

impl<'a> NoteRecord<'a> {
    fn new(pack: &'a RulePack, note: &'a NoteRule) -> Self {
        Self {
            r#type: "note",
            id: &note.id,
            pack: &pack.name,
            profile: note.profile,
            why: &note.why,
            asks: note.details().into_iter().collect(),
            examples: note.examples(),
        }
    }
}

/// What a note is called.
fn note_kind(note: &NoteRule, locale: Locale) -> &'static str {
    match note.profile {
        true => locale.pick("客户画像", "客戶畫像", "profile"),
        false => locale.pick("提示", "提示", "note"),
    }
}

/// What a rule is about: one of the three.
#[derive(Serialize)]
struct KindRecord<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<Category>,
    #[serde(skip_serializing_if = "Option::is_none")]
    signal: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    step: Option<&'a str>,
}

impl<'a> From<&'a Kind> for KindRecord<'a> {
    fn from(kind: &'a Kind) -> Self {
        match kind {
            Kind::Taboo(category) => Self { category: Some(*category), signal: None, step: None },
            Kind::Signal(name) => Self { category: None, signal: Some(name), step: None },
            Kind::Step(name) => Self { category: None, signal: None, step: Some(name) },
        }
    }
}

/// A rule in a list, for programs.
#[derive(Serialize)]
struct ListRecord<'a> {
    r#type: &'static str,
    id: &'a str,
    pack: &'a str,
    #[serde(flatten)]
    kind: KindRecord<'a>,
    severity: Severity,
    confidence: Confidence,
    care: Care,
    phrases: usize,
    patterns: usize,
    /// Whether the statistical model looks for it instead.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    model: bool,
}

fn list(args: &RulesListArgs, problems: &mut Problems) -> Result<Outcome> {
    let checker = load::checker(&args.packs, jinyu::Channel::Text, problems)?;
    let locale = problems.locale();
    let mut out = text_output();
    let rules = || checker.packs().iter().flat_map(|pack| pack.rules.iter().map(move |rule| (pack, rule)));
    if args.output.format == Format::Jsonl {
        for (pack, rule) in rules() {
            let record = ListRecord {
                r#type: "rule",
                id: &rule.id,
                pack: &pack.name,
                kind: (&rule.kind).into(),
                severity: rule.severity,
                confidence: rule.confidence,
                care: rule.care,
                phrases: rule.phrases.len(),
                patterns: rule.patterns.len(),
                model: rule.model,
            };
            write_record(&mut out, &record)?;
        }
        for (pack, flow) in checker.packs().iter().flat_map(|pack| pack.flows.iter().map(move |flow| (pack, flow))) {
            write_record(&mut out, &FlowRecord::new(pack, flow))?;
        }
        for (pack, note) in checker.packs().iter().flat_map(|pack| pack.notes.iter().map(move |note| (pack, note))) {
            write_record(&mut out, &NoteRecord::new(pack, note))?;
        }
        out.flush()?;
        return Ok(Outcome::Clean);
    }
    let left = Align::Left;
    let mut table = Table::new(&[left, left, left, left, Align::Right, Align::Right]);
    table.row([
        locale.pick("规则", "規則", "rule").to_owned(),
        locale.pick("类别", "類別", "category").to_owned(),
        locale.pick("级别", "級別", "severity").to_owned(),
        locale.pick("把握", "把握", "confidence").to_owned(),
        locale.pick("短语", "短語", "phrases").to_owned(),
        locale.pick("句式", "句式", "patterns").to_owned(),
    ]);
    for (_, rule) in rules() {
        table.row([
            rule.id.to_string(),
            locale.kind(&rule.kind),
            locale.severity(rule.severity).to_owned(),
            locale.confidence(rule.confidence).to_owned(),
            if rule.model { locale.pick("模型", "模型", "model").to_owned() } else { rule.phrases.len().to_string() },
            if rule.model { String::new() } else { rule.patterns.len().to_string() },
        ]);
    }
    let flows = || checker.packs().iter().flat_map(|pack| &pack.flows);
    for flow in flows() {
        let kind = format!("{} {}", locale.pick("流程", "流程", "flow"), flow.kind());
        let none = String::new;
        table.row([flow.id.to_string(), kind, locale.severity(flow.severity).to_owned(), none(), none(), none()]);
    }
    let notes = || checker.packs().iter().flat_map(|pack| &pack.notes);
    for note in notes() {
        let none = String::new;
        table.row([note.id.to_string(), note_kind(note, locale).to_owned(), none(), none(), none(), none()]);
    }
    table.write(&mut out, "", Style::new().bold().underline())?;
    let has_rules = |pack: &&RulePack| !pack.rules.is_empty() || !pack.flows.is_empty() || !pack.notes.is_empty();
    let (count, packs) = (rules().count() + flows().count() + notes().count(), checker.packs().iter().filter(has_rules).count());
    let bold = Style::new().bold();
    writeln!(
        out,
        "\n{bold}{}{bold:#}",
        match locale {
            Locale::Hans => format!("共{count}条规则，{packs}个规则包"),
            Locale::Hant => format!("共{count}條規則，{packs}個規則包"),
            Locale::English => format!("{count} rules in {packs} packs"),
        }
    )?;
    out.flush()?;
    Ok(Outcome::Clean)
}

fn test(args: &RulesTestArgs, problems: &mut Problems) -> Result<Outcome> {
    let locale = problems.locale();
    let mut out = text_output();
    let mut sums = Sums::default();
    let (paths, names): (Vec<&String>, Vec<&String>) = args.tested.iter().partition(|tested| is_path(tested));

    if !names.is_empty() || paths.is_empty() {
        let packs = load::packs(&args.packs.rules, problems);
        let checker = load::build(packs, load::builder(&args.packs).without_examples(), problems)?;
        for name in &names {
            if !checker.packs().iter().any(|pack| pack.name == **name) {
                let known: Vec<&str> = checker.packs().iter().map(|pack| pack.name.as_str()).collect();
                let known = known.join(", ");
                problems.report(match locale {
                    Locale::Hans => format!("没有规则包“{name}”；有：{known}；文件请写路径"),
                    Locale::Hant => format!("沒有規則包「{name}」；有：{known}；檔案請寫路徑"),
                    Locale::English => format!("there is no pack \"{name}\"; there are {known}; a file is named by its path"),
                });
            }
        }
        for pack in checker.packs().iter().filter(|pack| names.is_empty() || names.iter().any(|name| **name == pack.name)) {
            test_pack(&checker, pack, locale, &mut sums, &mut out)?;
        }
    }
    let paths: Vec<PathBuf> = paths.into_iter().map(PathBuf::from).collect();
    if !paths.is_empty() {
        let tested = load::packs(&paths, problems);
        let files: Vec<String> = tested.iter().map(|pack| pack.file.clone()).collect();
        let mut packs = load::packs(&args.packs.rules, problems);
        packs.extend(tested);
        let checker = load::build(packs, load::builder(&args.packs).without_examples(), problems)?;
        for pack in checker.packs().iter().filter(|pack| files.contains(&pack.file)) {
            test_pack(&checker, pack, locale, &mut sums, &mut out)?;
        }
    }
    let Sums { packs, rules, examples, failures } = sums;
    if packs > 0 {
        let color = if failures == 0 { AnsiColor::Green } else { AnsiColor::Red };
        let style = color.on_default().bold();
        let sums = match locale {
            Locale::Hans => format!("{packs}个规则包，{rules}条规则，{examples}个例句：{failures}个没过"),
            Locale::Hant => format!("{packs}個規則包，{rules}條規則，{examples}個例句：{failures}個沒過"),
            Locale::English => format!(
                "{}, {}, {}: {failures} failed",
                counted(packs, "pack"),
                counted(rules, "rule"),
                counted(examples, "example")
            ),
        };
        writeln!(out, "{style}{sums}{style:#}")?;
    }
    out.flush()?;
    Ok(if failures == 0 { Outcome::Clean } else { Outcome::Findings })
}

#[derive(Default)]
struct Sums {
    packs: usize,
    rules: usize,
    examples: usize,
    failures: usize,
}

fn test_pack(checker: &Checker, pack: &RulePack, locale: Locale, sums: &mut Sums, out: &mut dyn Write) -> Result<()> {
    sums.packs += 1;
    sums.rules += pack.rules.len() + pack.flows.len() + pack.notes.len();
    sums.examples += pack.rules.iter().map(|rule: &Rule| rule.hits.len() + rule.misses.len()).sum::<usize>()
        + pack.flows.iter().map(FlowRule::examples).sum::<usize>()
        + pack.notes.iter().map(NoteRule::examples).sum::<usize>();
    for failure in checker.test(&pack.name) {
        sums.failures += 1;
        writeln!(out, "{}:{}: {}: {}", failure.file, failure.line, failure.rule, locale.message(&failure.message))?;
    }
    Ok(())
}

fn counted(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

fn is_path(tested: &str) -> bool {
    tested.contains(['/', '\\']) || tested.ends_with(".toml") || Path::new(tested).exists()
}
