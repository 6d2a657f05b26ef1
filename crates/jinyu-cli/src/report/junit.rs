//! Violated rules as failed tests in JUnit's XML, for pipelines that show nothing else: a suite for each file, a case for each
//! conversation. Receives judged conversations in order; a suite is held back until its file ends, because it begins with its counts.

use std::fs::File;
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};
use std::sync::Arc;

use anyhow::Result;
use jinyu::{Checker, Severity};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use tempfile::SpooledTempFile;

use super::file::FileReport;
use super::jsonl::pack_records;
use super::row::{Row, rows};
use super::{Audited, Tally};
use crate::locale::{Locale, Translator};

/// Bytes of a suite that are held in memory; more go to a file.
const HELD: usize = 1 << 20;

/// Writes suites.
pub(crate) struct JunitReport {
    out: Writer<BufWriter<File>>,
    locale: Locale,
    translator: Translator,
    suite: Option<Suite>,
}

/// The suite of the file that is being read.
struct Suite {
    file: Arc<str>,
    cases: Writer<SpooledTempFile>,
    tests: usize,
    failures: usize,
}

impl JunitReport {
    pub(crate) fn new(file: File, locale: Locale) -> Result<Self> {
        let mut out = Writer::new(BufWriter::new(file));
        out.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        out.get_mut().write_all(b"\n")?;
        out.write_event(Event::Start(BytesStart::new("testsuites").with_attributes([("name", "jinyu")])))?;
        Ok(Self { out, locale, translator: Translator::new(locale), suite: None })
    }

    fn close_suite(&mut self) -> Result<()> {
        let Some(Suite { file, cases, tests, failures }) = self.suite.take() else { return Ok(()) };
        let mut start = BytesStart::new("testsuite");
        start.push_attribute(("name", &*printable(&file)));
        start.push_attribute(("tests", &*tests.to_string()));
        start.push_attribute(("failures", &*failures.to_string()));
        start.push_attribute(("errors", "0"));
        self.out.get_mut().write_all(b"\n")?;
        self.out.write_event(Event::Start(start))?;
        let mut cases = cases.into_inner();
        cases.seek(SeekFrom::Start(0))?;
        let mut piece = vec![0; 64 << 10];
        loop {
            let read = cases.read(&mut piece)?;
            if read == 0 {
                break;
            }
            self.out.get_mut().write_all(piece.get(..read).unwrap_or_default())?;
        }
        self.out.get_mut().write_all(b"\n")?;
        Ok(self.out.write_event(Event::End(BytesEnd::new("testsuite")))?)
    }
}

impl FileReport for JunitReport {
    fn conversation(&mut self, audited: &Audited) -> Result<()> {
        let file = &audited.read.file;
        if self.suite.as_ref().is_some_and(|suite| suite.file != *file) {
            self.close_suite()?;
        }
        let suite = self.suite.get_or_insert_with(|| Suite {
            file: Arc::clone(file),
            cases: Writer::new(SpooledTempFile::new(HELD)),
            tests: 0,
            failures: 0,
        });
        // A note is worth reading, but no failure, and nor is what reviewers have waived.
        let rows = rows(audited);
        let (notes, failures): (Vec<Row<'_>>, Vec<Row<'_>>) =
            rows.into_iter().partition(|row| row.severity == Severity::Note || row.suppressed.is_some());
        suite.tests += 1;
        suite.failures += usize::from(!failures.is_empty());
        let mut case = BytesStart::new("testcase");
        case.push_attribute(("name", &*printable(&audited.read.conversation)));
        case.push_attribute(("classname", &*printable(file)));
        case.push_attribute(("time", "0"));
        suite.cases.get_mut().write_all(b"\n")?;
        suite.cases.write_event(Event::Start(case))?;
        for row in &failures {
            let mut failure = BytesStart::new("failure");
            failure.push_attribute(("type", row.rule));
            failure.push_attribute(("message", &*printable(&describe(row, self.locale, &mut self.translator))));
            suite.cases.write_event(Event::Start(failure))?;
            let at = row.line.map_or(String::new(), |line| format!(":{line}"));
            let text = format!("{}{at}\n{}\n{}", row.file, row.utterance, row.fingerprint);
            suite.cases.write_event(Event::Text(BytesText::new(&printable(&text))))?;
            suite.cases.write_event(Event::End(BytesEnd::new("failure")))?;
        }
        if !notes.is_empty() {
            let lines: Vec<String> = notes.iter().map(|row| describe(row, self.locale, &mut self.translator)).collect();
            suite.cases.write_event(Event::Start(BytesStart::new("system-out")))?;
            suite.cases.write_event(Event::Text(BytesText::new(&printable(&lines.join("\n")))))?;
            suite.cases.write_event(Event::End(BytesEnd::new("system-out")))?;
        }
        Ok(suite.cases.write_event(Event::End(BytesEnd::new("testcase")))?)
    }

    fn finish(mut self: Box<Self>, tally: &Tally, checker: &Checker) -> Result<()> {
        self.close_suite()?;
        // What the verdicts come from, where pipelines keep such things.
        let mut facts = vec![("engine".to_owned(), env!("CARGO_PKG_VERSION").to_owned())];
        facts.push(("partial".to_owned(), tally.partial.to_string()));
        facts.push(("redacted".to_owned(), tally.redacted.to_string()));
        let packs = pack_records(checker).into_iter();
        facts.extend(checker.model_sha256().map(|hash| ("model".to_owned(), format!("sha256 {hash}"))));
        facts.extend(packs.map(|pack| (format!("pack {} {}", pack.name, pack.version), format!("sha256 {}", pack.sha256))));
        facts.extend(
            tally.inputs.iter().filter_map(|of| Some((format!("input {}", of.file), format!("sha256 {}", of.sha256.as_ref()?)))),
        );
        let mut suite = BytesStart::new("testsuite");
        suite.extend_attributes([("name", "provenance"), ("tests", "0"), ("failures", "0"), ("errors", "0")]);
        self.out.get_mut().write_all(b"\n")?;
        self.out.write_event(Event::Start(suite))?;
        self.out.write_event(Event::Start(BytesStart::new("properties")))?;
        for (name, value) in &facts {
            let mut property = BytesStart::new("property");
            property.push_attribute(("name", &*printable(name)));
            property.push_attribute(("value", &*printable(value)));
            self.out.get_mut().write_all(b"\n")?;
            self.out.write_event(Event::Empty(property))?;
        }
        self.out.write_event(Event::End(BytesEnd::new("properties")))?;
        self.out.write_event(Event::End(BytesEnd::new("testsuite")))?;
        self.out.get_mut().write_all(b"\n")?;
        self.out.write_event(Event::End(BytesEnd::new("testsuites")))?;
        self.out.get_mut().write_all(b"\n")?;
        Ok(self.out.get_mut().flush()?)
    }
}

/// A finding in a line.
fn describe(row: &Row<'_>, locale: Locale, translator: &mut Translator) -> String {
    let category = row.category.map_or(locale.pick("流程", "流程", "flow"), |category| locale.category(category));
    let turn = row.turn.map_or(String::new(), |turn| format!(" #{turn}"));
    let words = if row.words.is_empty() { String::new() } else { format!(" “{}”", row.words) };
    let suppressed =
        row.suppressed.map_or(String::new(), |why| format!(" [{} {}]", locale.pick("豁免", "豁免", "waived"), why.line()));
    let reason = row.reason.map_or(String::new(), |reason| format!(" {}", translator.translate(reason)));
    format!("{category}{turn}{words}{reason} {}{suppressed}", translator.translate(row.message))
}

/// Text without the characters that XML has no way to write.
fn printable(text: &str) -> String {
    let is_printable = |c: char| !c.is_control() || matches!(c, '\t' | '\n' | '\r');
    text.chars().map(|c| if is_printable(c) && !matches!(c, '\u{fffe}' | '\u{ffff}') { c } else { '\u{fffd}' }).collect()
}
