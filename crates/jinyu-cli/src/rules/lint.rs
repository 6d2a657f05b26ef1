//! `jinyu rules lint`: what authors should look at, by kind, the worst first.
//!
//! Records of `--format jsonl`, in the order of the packs: for each remark `{"type":"remark", "kind", "file", "line", "rule", "message"}`, the
//! message in English; then `{"type":"summary", "rules", "remarks", "by_kind": {kind: times}}`.

use std::collections::BTreeMap;
use std::io::Write;

use anstyle::{AnsiColor, Style};
use anyhow::Result;
use jinyu::{Lint, LintKind};
use serde::Serialize;

use super::counted;
use crate::Outcome;
use crate::args::{Format, RulesLintArgs};
use crate::load;
use crate::locale::Locale;
use crate::problem::Problems;
use crate::report::jsonl::write_record;
use crate::report::text_output;

/// So many remarks of a kind are shown where nobody asks for that kind.
const SHOWN: usize = 20;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

#[derive(Serialize)]
struct Remark<'a> {
    r#type: &'static str,
    kind: LintKind,
    file: &'a str,
    line: usize,
    rule: &'a str,
    message: &'a str,
}

#[derive(Serialize)]
struct Summary {
    r#type: &'static str,
    rules: usize,
    remarks: usize,
    by_kind: BTreeMap<&'static str, usize>,
}

/// Writes the remarks on the added packs, or on the built-in ones.
///
/// # Errors
/// When there are no rules, or standard output cannot be written.
pub(super) fn run(args: &RulesLintArgs, problems: &mut Problems) -> Result<Outcome> {
    let added = load::packs(&args.packs.rules, problems);
    // A pack that does not load must not make the built-in ones be looked at in its place.
    if added.is_empty() && !args.packs.rules.is_empty() {
        return Ok(Outcome::Clean);
    }
    let given: Vec<String> = added.iter().map(|pack| pack.name.clone()).collect();
    // Failing examples are the business of `rules test`.
    let checker = load::build(added, load::builder(&args.packs).without_examples(), problems)?;
    if !given.is_empty() && !checker.packs().iter().any(|pack| given.contains(&pack.name)) {
        return Ok(Outcome::Clean);
    }
    let is_looked_at = |name: &String| given.is_empty() || given.contains(name);
    let rules: usize = checker.packs().iter().filter(|pack| is_looked_at(&pack.name)).map(|pack| pack.rules.len()).sum();
    let mut lints = checker.lint();
    lints.retain(|lint| args.kind.is_empty() || args.kind.contains(&lint.kind));
    let mut by_kind: BTreeMap<LintKind, Vec<&Lint>> = BTreeMap::new();
    lints.iter().for_each(|lint| by_kind.entry(lint.kind).or_default().push(lint));

    let mut out = text_output();
    if args.output.format == Format::Jsonl {
        for Lint { kind, file, line, rule, message, .. } in &lints {
            write_record(&mut out, &Remark { r#type: "remark", kind: *kind, file, line: *line, rule, message })?;
        }
        let by_kind = by_kind.iter().map(|(kind, lints)| (kind.as_str(), lints.len())).collect();
        write_record(&mut out, &Summary { r#type: "summary", rules, remarks: lints.len(), by_kind })?;
    } else {
        write_text(&mut out, &by_kind, rules, args.kind.is_empty(), problems.locale())?;
    }
    out.flush()?;
    Ok(if lints.is_empty() { Outcome::Clean } else { Outcome::Findings })
}

fn write_text(
    out: &mut dyn Write,
    by_kind: &BTreeMap<LintKind, Vec<&Lint>>,
    rules: usize,
    is_short: bool,
    locale: Locale,
) -> Result<()> {
    for (kind, lints) in by_kind {
        writeln!(out, "{BOLD}{}{BOLD:#}  {}  {DIM}{kind}{DIM:#}", locale.lint(*kind), lints.len(), kind = kind.as_str())?;
        let shown = if is_short { SHOWN } else { lints.len() };
        for lint in lints.iter().take(shown) {
            writeln!(out, "  {}:{}: {}: {}", lint.file, lint.line, lint.rule, locale.message(&lint.message))?;
        }
        if let Some(more @ 1..) = lints.len().checked_sub(shown) {
            let kind = kind.as_str();
            let more = match locale {
                Locale::Hans => format!("还有{more}条：--kind {kind}"),
                Locale::Hant => format!("還有{more}條：--kind {kind}"),
                Locale::English => format!("{more} more: --kind {kind}"),
            };
            writeln!(out, "  {DIM}{more}{DIM:#}")?;
        }
        writeln!(out)?;
    }
    let remarks: usize = by_kind.values().map(Vec::len).sum();
    let color = if remarks == 0 { AnsiColor::Green } else { AnsiColor::Yellow };
    let style = color.on_default().bold();
    let sums = match locale {
        Locale::Hans => format!("{rules}条规则，{remarks}条意见"),
        Locale::Hant => format!("{rules}條規則，{remarks}條意見"),
        Locale::English => format!("{}: {}", counted(rules, "rule"), counted(remarks, "remark")),
    };
    writeln!(out, "{style}{sums}{style:#}")?;
    Ok(())
}
