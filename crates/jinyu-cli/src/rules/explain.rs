//! `jinyu rules explain`: everything that a rule says.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use anyhow::Result;
use jinyu::{Care, Category, Checker, Confidence, Rule, RulePack, Safety, Severity};
use serde::Serialize;

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
    let checker = load::checker(&args.packs, problems)?;
    let locale = args.output.locale.unwrap_or_else(Locale::from_environment);
    let mut out = text_output();
    let mut first = true;
    for id in &args.ids {
        let found =
            checker.packs().iter().find_map(|pack| pack.rules.iter().find(|rule| *rule.id == **id).map(|rule| (pack, rule)));
        let Some((pack, rule)) = found else {
            problems.report(format_args!("there is no rule \"{id}\"; {}", nearest(id, &checker)));
            continue;
        };
        match args.output.format {
            Format::Jsonl => write_record(&mut out, &record(pack, rule))?,
            Format::Text => {
                if !std::mem::take(&mut first) {
                    writeln!(out)?;
                }
                write_text(&mut out, pack, rule, locale)?;
            }
        }
    }
    out.flush()?;
    Ok(Outcome::Clean)
}

/// Which ids may have been meant.
fn nearest(id: &str, checker: &Checker) -> String {
    let ids: Vec<&str> = checker.packs().iter().flat_map(|pack| pack.rules.iter().map(|rule| &*rule.id)).collect();
    let mut near: Vec<&str> = ids.iter().copied().filter(|known| !id.is_empty() && known.contains(id)).take(5).collect();
    if near.is_empty() {
        near = similar::get_close_matches(id, &ids, 3, 0.5);
    }
    if near.is_empty() { "see `jinyu rules list`".to_owned() } else { format!("did you mean {}?", near.join(", ")) }
}

/// A rule with everything in it, for programs.
#[derive(Serialize)]
struct ExplainRecord<'a> {
    r#type: &'static str,
    id: &'a str,
    pack: &'a str,
    file: &'a str,
    line: usize,
    category: Category,
    severity: Severity,
    confidence: Confidence,
    care: Care,
    why: &'a str,
    source: Option<&'a str>,
    phrases: &'a [String],
    patterns: &'a [String],
    guards: Vec<&'a str>,
    fixes: Vec<FixRecord<'a>>,
    hits: Vec<&'a str>,
    misses: Vec<&'a str>,
}

#[derive(Serialize)]
struct FixRecord<'a> {
    text: &'a str,
    safety: Safety,
}

fn record<'a>(pack: &'a RulePack, rule: &'a Rule) -> ExplainRecord<'a> {
    ExplainRecord {
        r#type: "rule",
        id: &rule.id,
        pack: &pack.name,
        file: &pack.file,
        line: rule.line,
        category: rule.category,
        severity: rule.severity,
        confidence: rule.confidence,
        care: rule.care,
        why: &rule.why,
        source: rule.source.as_deref(),
        phrases: &rule.phrases,
        patterns: &rule.patterns,
        guards: rule.guards().collect(),
        fixes: rule.fixes().map(|(text, safety)| FixRecord { text, safety }).collect(),
        hits: rule.hits.iter().map(|hit| hit.text.as_str()).collect(),
        misses: rule.misses.iter().map(|miss| miss.text.as_str()).collect(),
    }
}

fn write_text(out: &mut dyn Write, pack: &RulePack, rule: &Rule, locale: Locale) -> io::Result<()> {
    let style = severity_style(rule.severity);
    let severity = locale.severity(rule.severity);
    let category = locale.category(rule.category);
    writeln!(out, "{BOLD}{}{BOLD:#}  {style}{severity}{style:#} {category}", rule.id)?;
    let mut translator = Translator::new(locale);
    let why = locale.pick("为什么：", "為什麼：", "why: ");
    writeln!(out, "  {LABEL}{why}{LABEL:#}{}", translator.translate(&rule.why))?;
    let confidence = locale.confidence(rule.confidence);
    writeln!(out, "  {LABEL}{}{LABEL:#}{confidence}", locale.pick("把握：", "把握：", "confidence: "))?;
    writeln!(out, "  {LABEL}CARE{}{LABEL:#}{}", locale.pick("：", "：", ": "), care(rule.care, locale))?;
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
    items(out, locale.pick("短语", "短語", "phrases"), rule.phrases.iter().cloned())?;
    items(out, locale.pick("句式", "句式", "patterns"), rule.patterns.iter().cloned())?;
    items(out, locale.pick("豁免语境", "豁免語境", "guards"), rule.guards().map(str::to_owned))?;
    let fixes = rule.fixes().map(|(text, safety)| format!("{text}  {DIM}{}{DIM:#}", locale.safety(safety)));
    items(out, locale.pick("改说", "改說", "better wordings"), fixes)?;
    items(
        out,
        locale.pick("应当查出", "應當查出", "must be found"),
        rule.hits.iter().map(|e| example(&e.text, e.customer.as_deref(), locale)),
    )?;
    items(
        out,
        locale.pick("应当放过", "應當放過", "must be left alone"),
        rule.misses.iter().map(|e| example(&e.text, e.customer.as_deref(), locale)),
    )
}

fn example(text: &str, customer: Option<&str>, locale: Locale) -> String {
    match customer {
        Some(customer) => {
            format!("{text}  {DIM}{}{customer}{DIM:#}", locale.pick("客户先说：", "客戶先說：", "after the customer's: "))
        }
        None => text.to_owned(),
    }
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
