//! What an older report already has. Receives a report as JSON Lines, hands on which findings and violations are not new.

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use jinyu::Verdict;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::problem::note;
use crate::read::explain;
use crate::report::{Audited, fingerprint};

/// Findings and violations of an older report, by fingerprint.
#[derive(Debug)]
pub(crate) struct Baseline(HashSet<String>);

/// As much of a record as tells what is known.
#[derive(Deserialize)]
struct Record {
    r#type: String,
    fingerprint: Option<String>,
    /// Suppressed findings were not counted then, so that they are not known.
    suppressed: Option<IgnoredAny>,
    #[serde(default)]
    flow: IgnoredOrFlow,
    #[serde(default)]
    known: usize,
    #[serde(default)]
    partial: bool,
}

/// In a conversation a list, in the summary counts.
#[derive(Deserialize)]
#[serde(untagged)]
enum IgnoredOrFlow {
    Verdicts(Vec<FlowRecord>),
    Counts(IgnoredAny),
}

impl Default for IgnoredOrFlow {
    fn default() -> Self {
        Self::Verdicts(Vec::new())
    }
}

#[derive(Deserialize)]
struct FlowRecord {
    verdict: Verdict,
    fingerprint: Option<String>,
    suppressed: Option<IgnoredAny>,
}

impl Baseline {
    /// Reads a report that `jinyu audit` wrote as JSON Lines.
    ///
    /// # Errors
    /// When it is none, or too old to have fingerprints.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let name = path.display();
        let file = File::open(path).map_err(|error| anyhow!("{name}: {}", explain(&error)))?;
        let anew = "write the report anew with jinyu audit --format jsonl";
        let mut known = HashSet::new();
        let mut complete = false;
        for (number, line) in (1..).zip(BufReader::new(file).lines()) {
            let line = line.map_err(|error| anyhow!("{name}:{number}: {}", explain(&error)))?;
            if line.trim().is_empty() {
                continue;
            }
            let record: Record =
                serde_json::from_str(&line).with_context(|| format!("{name}:{number}: is no record of a report; {anew}"))?;
            let mut take = |fingerprint: Option<String>, what: &str| -> Result<()> {
                let too_old = || anyhow!("{name}:{number}: {what} has no fingerprint; this report is too old: {anew}");
                known.insert(fingerprint.ok_or_else(too_old)?);
                Ok(())
            };
            match (record.r#type.as_str(), record.flow) {
                ("finding", _) if record.suppressed.is_none() => take(record.fingerprint, "this finding")?,
                ("conversation", IgnoredOrFlow::Verdicts(flow)) => {
                    let violated = |flow: &FlowRecord| flow.verdict == Verdict::Violated && flow.suppressed.is_none();
                    for flow in flow.into_iter().filter(violated) {
                        take(flow.fingerprint, "this violation")?;
                    }
                }
                ("summary", _) => {
                    complete = true;
                    if record.partial {
                        note(format_args!("{name}: this report was stopped before its end; what it lacks counts as new"));
                    }
                    if record.known > 0 {
                        let left_out = record.known;
                        note(format_args!(
                            "{name}: this report leaves {left_out} findings out itself, which count as new; give a full report as --baseline"
                        ));
                    }
                }
                _ => {}
            }
        }
        if !complete && known.is_empty() {
            bail!("{name}: has no records of a report; {anew}");
        }
        if !complete {
            note(format_args!("{name}: this report has no summary at its end; what it lacks counts as new"));
        }
        Ok(Self(known))
    }

    /// Leaves out of a conversation what is known, and counts it.
    pub(crate) fn leave_out(&self, audited: &mut Audited) {
        let Audited { read, scope, examinations, assessment, known, .. } = audited;
        let mut left_out = 0;
        let mut is_new = |fingerprint: String| {
            let is_known = self.0.contains(&fingerprint);
            left_out += usize::from(is_known);
            !is_known
        };
        for (turn, seen) in read.turns.iter().zip(examinations) {
            let said = &turn.utterance;
            seen.findings
                .retain(|finding| is_new(fingerprint::of_finding(&finding.rule, scope, said.turn, &said.text, finding.span)));
        }
        assessment.flow.retain(|flow| {
            flow.verdict != Verdict::Violated || is_new(fingerprint::of_violation(&flow.rule, scope, &flow.turns))
        });
        *known = Some(left_out);
    }
}
