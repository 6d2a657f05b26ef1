//! A replay for people: what changed in all, by rule with examples, and the conversations whose score changed most.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::Replay;
use super::compare::{Item, OldNew};
use crate::locale::{Locale, Translator};
use crate::report::table::{Align, Table};
use crate::report::text::clean;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const GAINED: Style = AnsiColor::Yellow.on_default();
const LOST: Style = AnsiColor::Cyan.on_default();

impl Replay<'_> {
    /// Writes all of it.
    pub(super) fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let Self { locale, sums, tally, .. } = self;
        let header = BOLD.underline();
        writeln!(out, "{BOLD}## {}{BOLD:#}", locale.pick("新旧规则对比", "新舊規則對比", "Replay"))?;
        self.sums_table().write(out, "  ", header)?;
        let changed = sums.changed_rules();
        if !changed.is_empty() {
            writeln!(out)?;
            self.rules_table().write(out, "  ", header)?;
        }
        let mut translator = Translator::new(*locale);
        for (rule, of) in changed {
            writeln!(out, "\n{BOLD}{}{BOLD:#}", clean(rule))?;
            let examples = of.gained_examples.iter().map(|item| ("+", GAINED, item));
            for (sign, style, item) in examples.chain(of.lost_examples.iter().map(|item| ("-", LOST, item))) {
                self.write_item(out, sign, style, item, &mut translator)?;
            }
        }
        if !sums.most.is_empty() {
            writeln!(out)?;
            self.conversations_table().write(out, "  ", header)?;
        }
        if tally.partial {
            let partial = locale.pick(
                "中途停止，以上只是一部分",
                "中途停止，以上只是一部分",
                "stopped before the end: this is a part only",
            );
            writeln!(out, "\n  {BOLD}{partial}{BOLD:#}")?;
        }
        for file in &tally.unread {
            writeln!(out, "  {}: {file}", locale.pick("未能读取", "未能讀取", "not read"))?;
        }
        out.flush()
    }

    fn sums_table(&self) -> Table {
        let Self { locale, sums, .. } = self;
        let mut table = Table::new(&[Align::Left, Align::Right, Align::Right, Align::Left]);
        let name = |hans, hant, english| locale.pick(hans, hant, english).to_owned();
        table.row([String::new(), name("旧", "舊", "old"), name("新", "新", "new"), String::new()]);
        let OldNew { old, new } = sums.found();
        let (gained, lost) = sums.gained_and_lost();
        let remark = match locale {
            Locale::Hans => format!("新增{gained}，消失{lost}"),
            Locale::Hant => format!("新增{gained}，消失{lost}"),
            Locale::English => format!("{gained} gained, {lost} lost"),
        };
        table.row([name("问题", "問題", "findings"), old.to_string(), new.to_string(), remark]);
        if let Some(OldNew { old, new }) = sums.means() {
            let remark = format!("{:+.1}", new - old);
            table.row([name("平均分", "平均分", "mean score"), format!("{old:.1}"), format!("{new:.1}"), remark]);
        }
        let changed = sums.changed;
        let all = sums.conversations.to_string();
        let remark = match locale {
            Locale::Hans => format!("其中{changed}段有变化"),
            Locale::Hant => format!("其中{changed}段有變化"),
            Locale::English => format!("{changed} changed"),
        };
        table.row([name("对话", "對話", "conversations"), all.clone(), all, remark]);
        table
    }

    fn rules_table(&self) -> Table {
        let locale = self.locale;
        let mut table = Table::new(&[Align::Left, Align::Right, Align::Right, Align::Right, Align::Right]);
        let names = [
            ["规则", "規則", "rule"],
            ["旧", "舊", "old"],
            ["新", "新", "new"],
            ["新增", "新增", "gained"],
            ["消失", "消失", "lost"],
        ];
        table.row(names.map(|[hans, hant, english]| locale.pick(hans, hant, english).to_owned()));
        for (rule, of) in self.sums.changed_rules() {
            let [old, new, gained, lost] = [of.found.old, of.found.new, of.gained, of.lost].map(|n| n.to_string());
            table.row([clean(rule), old, new, gained, lost]);
        }
        table
    }

    fn conversations_table(&self) -> Table {
        let locale = self.locale;
        let mut table = Table::new(&[Align::Left, Align::Right, Align::Right, Align::Right, Align::Left]);
        let names = [
            ["分数变化最大的对话", "分數變化最大的對話", "scores that changed most"],
            ["旧", "舊", "old"],
            ["新", "新", "new"],
            ["差", "差", "change"],
            ["文件", "檔案", "file"],
        ];
        table.row(names.map(|[hans, hant, english]| locale.pick(hans, hant, english).to_owned()));
        for change in &self.sums.most {
            let OldNew { old, new } = change.score;
            let points = format!("{:+}", change.points());
            table.row([clean(&change.conversation), old.to_string(), new.to_string(), points, clean(&change.file)]);
        }
        table
    }

    fn write_item(
        &self,
        out: &mut dyn Write,
        sign: &str,
        style: Style,
        item: &Item,
        translator: &mut Translator,
    ) -> io::Result<()> {
        let line = item.line.map_or(String::new(), |line| format!(":{line}"));
        let at = match (item.turn, self.locale) {
            (None, _) => String::new(),
            (Some(turn), Locale::Hans) => format!(" 第{turn}轮"),
            (Some(turn), Locale::Hant) => format!(" 第{turn}輪"),
            (Some(turn), Locale::English) => format!(" turn {turn}"),
        };
        let said = if item.words.is_empty() { translator.translate(&item.message) } else { item.utterance.as_str() };
        let name = clean(&item.conversation);
        writeln!(out, "  {style}{sign}{style:#} {DIM}{}{line} {name}{at}{DIM:#}  {}", clean(&item.file), clean(said))
    }
}
