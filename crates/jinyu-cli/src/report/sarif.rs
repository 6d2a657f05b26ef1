//! Findings and violated flow rules in the Static Analysis Results Interchange Format, version 2.1.0, which code-review services show
//! beside the lines. Receives judged conversations in order and writes results as they come; what they refer to follows at the end.
//! With `--explain`, what was let pass is listed too, as a suppressed result.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::sync::Arc;

use anyhow::Result;
use jinyu::{Checker, Severity, Span, Verdict};
use serde_json::{Value, json};

use super::file::FileReport;
use super::jsonl::pack_records;
use super::{Audited, Place, Tally, fingerprint};
use crate::locale::{Locale, Translator};
use crate::waivers::Suppression;

/// Writes one run.
pub(crate) struct SarifReport {
    out: BufWriter<File>,
    locale: Locale,
    translator: Translator,
    explain: bool,
    begun: bool,
    rules: BTreeMap<Arc<str>, RuleFacts>,
}

/// What is told of a rule.
struct RuleFacts {
    number: usize,
    category: String,
    severity: Severity,
    message: Arc<str>,
}

impl SarifReport {
    pub(crate) fn new(file: File, locale: Locale, explain: bool) -> Result<Self> {
        let mut out = BufWriter::new(file);
        let schema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
        write!(
            out,
            "{{\"$schema\":\"{schema}\",\"version\":\"2.1.0\",\"runs\":[{{\"columnKind\":\"unicodeCodePoints\",\"results\":["
        )?;
        Ok(Self { out, locale, translator: Translator::new(locale), explain, begun: false, rules: BTreeMap::new() })
    }

    fn rule(&mut self, id: &Arc<str>, category: &str, severity: Severity, message: &Arc<str>) -> usize {
        let number = self.rules.len();
        let facts = || RuleFacts { number, category: category.to_owned(), severity, message: Arc::clone(message) };
        self.rules.entry(Arc::clone(id)).or_insert_with(facts).number
    }

    fn result(&mut self, result: &Value) -> Result<()> {
        if std::mem::replace(&mut self.begun, true) {
            self.out.write_all(b",")?;
        }
        self.out.write_all(b"\n")?;
        Ok(serde_json::to_writer(&mut self.out, result)?)
    }

    /// Writes a result that reviewers may have waived.
    fn suppressible(&mut self, mut result: Value, why: Option<&Suppression>) -> Result<()> {
        if let (Some(object), Some(why)) = (result.as_object_mut(), why) {
            let suppression = json!({"kind": "external", "status": "accepted", "justification": why.line()});
            object.insert("suppressions".to_owned(), json!([suppression]));
        }
        self.result(&result)
    }

    fn findings(&mut self, audited: &Audited) -> Result<()> {
        for (number, (turn, seen)) in audited.read.turns.iter().zip(&audited.examinations).enumerate() {
            let place = Place::of_turn(audited, turn);
            let counted = seen.findings.iter().map(|finding| (finding, None));
            let others = audited.suppressed.of_turn(number).map(|of| (&of.finding, Some(&*of.why)));
            for (finding, why) in counted.chain(others) {
                let category = self.locale.category(finding.category);
                let rule = self.rule(&finding.rule, category, finding.severity, &finding.message);
                let mut message = format!("“{}”：{}", finding.text, self.translator.translate(&finding.message));
                if let Some(suggestion) = finding.suggestions.first() {
                    message += &format!(" {}“{}”", self.locale.pick("改说", "改說", "Say "), suggestion.text);
                }
                let fingerprint = fingerprint::of_finding(&finding.rule, place.scope, place.turn, place.text, finding.span);
                self.suppressible(
                    json!({
                        "ruleId": finding.rule,
                        "ruleIndex": rule,
                        "level": finding.severity.as_str(),
                        "message": {"text": message},
                        "locations": [location(&place, finding.span)],
                        "partialFingerprints": {"jinyu/v1": fingerprint},
                        "properties": {
                            "conversation": place.conversation,
                            "turn": place.turn,
                            "confidence": finding.confidence.as_str(),
                        },
                    }),
                    why,
                )?;
            }
            for dismissal in seen.dismissals.iter().filter(|_| self.explain).cloned().collect::<Vec<_>>() {
                let fingerprint = fingerprint::of_finding(&dismissal.rule, place.scope, place.turn, place.text, dismissal.span);
                self.result(&json!({
                    "ruleId": dismissal.rule,
                    "kind": "notApplicable",
                    "level": "none",
                    "message": {"text": format!("“{}”", dismissal.text)},
                    "locations": [location(&place, dismissal.span)],
                    "partialFingerprints": {"jinyu/v1": fingerprint},
                    "suppressions": [{
                        "kind": "external",
                        "status": "accepted",
                        "justification": self.locale.reason(&dismissal.reason),
                    }],
                    "properties": {"conversation": place.conversation, "turn": place.turn},
                }))?;
            }
        }
        Ok(())
    }
}

impl FileReport for SarifReport {
    fn conversation(&mut self, audited: &Audited) -> Result<()> {
        self.findings(audited)?;
        let Audited { read, assessment, suppressed, .. } = audited;
        let violated = assessment.flow.iter().filter(|flow| flow.verdict == Verdict::Violated).map(|flow| (flow, None));
        let others = suppressed.violations.iter().map(|(flow, why)| (flow, Some(&**why)));
        for (flow, why) in violated.chain(others) {
            let number = self.rule(&flow.rule, self.locale.pick("流程", "流程", "flow"), flow.severity, &flow.message);
            let shown = |number: &usize| read.turns.iter().find(|turn| turn.utterance.turn == *number);
            let mut turns: Vec<_> = flow.turns.iter().filter_map(shown).collect();
            if turns.is_empty() {
                turns.extend(read.turns.last());
            }
            let locations: Vec<Value> = turns
                .into_iter()
                .map(|turn| {
                    let place = Place::of_turn(audited, turn);
                    location(&place, Span::new(0, place.text.len()))
                })
                .collect();
            let reason = self.translator.translate(&flow.reason).to_owned();
            let message = format!("{reason} {}", self.translator.translate(&flow.message));
            self.suppressible(
                json!({
                    "ruleId": flow.rule,
                    "ruleIndex": number,
                    "level": flow.severity.as_str(),
                    "message": {"text": message},
                    "locations": locations.first().into_iter().collect::<Vec<_>>(),
                    "relatedLocations": locations.iter().skip(1).collect::<Vec<_>>(),
                    "partialFingerprints": {"jinyu/v1": fingerprint::of_violation(&flow.rule, &audited.scope, &flow.turns)},
                    "properties": {"conversation": read.conversation, "turns": flow.turns},
                }),
                why,
            )?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>, tally: &Tally, checker: &Checker) -> Result<()> {
        let mut rules: Vec<_> = self.rules.iter().collect();
        rules.sort_by_key(|(_, rule)| rule.number);
        let mut described = Vec::new();
        for (id, rule) in rules {
            let message = self.translator.translate(&rule.message);
            described.push(json!({
                "id": id,
                "shortDescription": {"text": rule.category},
                "fullDescription": {"text": message},
                "help": {"text": format!("{message} (jinyu rules explain {id})")},
                "defaultConfiguration": {"level": rule.severity.as_str()},
                "properties": {"tags": [rule.category]},
            }));
        }
        let packs: Vec<Value> = pack_records(checker)
            .iter()
            .map(|pack| json!({"name": pack.name, "version": pack.version, "properties": {"sha256": pack.sha256}}))
            .collect();
        let artifacts: Vec<Value> = tally
            .inputs
            .iter()
            .map(|input| {
                let hashes = input.sha256.as_ref().map(|hash| json!({"sha-256": hash}));
                let mut artifact = json!({"location": {"uri": uri(&input.file)}, "length": input.bytes});
                if let (Some(object), Some(hashes)) = (artifact.as_object_mut(), hashes) {
                    object.insert("hashes".to_owned(), hashes);
                }
                artifact
            })
            .collect();
        let version = env!("CARGO_PKG_VERSION");
        let driver = json!({"name": "jinyu", "version": version, "semanticVersion": version, "rules": described});
        let tool = json!({"driver": driver, "extensions": packs});
        let invocations = json!([{"executionSuccessful": !tally.partial && tally.unread.is_empty()}]);
        write!(self.out, "\n],\"tool\":{tool},\"artifacts\":{},\"invocations\":{invocations},", Value::from(artifacts))?;
        writeln!(self.out, "\"properties\":{}}}]}}", json!({"partial": tally.partial, "redacted": tally.redacted}))?;
        Ok(self.out.flush()?)
    }
}

/// The file and the region of some words. Columns count characters from 1 and are left out where the file does not hold the text as it is.
fn location(place: &Place<'_>, span: Span) -> Value {
    let (start_line, start_column) = place.line_and_column(span.start);
    let (end_line, end_column) = place.line_and_column(span.end);
    let region = match (start_column, end_column) {
        (Some(start), Some(end)) => {
            json!({"startLine": start_line, "startColumn": start, "endLine": end_line, "endColumn": end, "snippet": {"text": span.slice(place.text)}})
        }
        _ => json!({"startLine": start_line, "snippet": {"text": span.slice(place.text)}}),
    };
    json!({"physicalLocation": {"artifactLocation": {"uri": uri(place.file)}, "region": region}})
}

/// A path as a URI reference.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            b'\\' if cfg!(windows) => uri.push('/'),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    // A name with a colon in its first part would be read as a scheme; that is escaped above, like all else.
    uri
}
