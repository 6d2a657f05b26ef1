//! Waivers: findings that reviewers marked as wrong, in a TOML file that people may edit. Receives the file, hands on which findings are
//! to be left out, and the file again with waivers added, renewed or taken back; what is not touched stays as it was written.

use std::collections::HashMap;
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result};
use jinyu::{Finding, FlowVerdict, Utterance};
use serde::{Deserialize, Serialize};

use crate::date::Date;
use crate::problem::{Problems, note};
use crate::read::explain;
use crate::report::file::create;
use crate::report::fingerprint;
use crate::rules::write::quoted;

/// The line that begins a waiver.
const HEAD: &str = "[[waiver]]";

/// Expired waivers that are named; the others are counted.
const NAMED: usize = 10;

/// A finding that does not count.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Waiver {
    /// Its fingerprint.
    pub(crate) finding: String,
    /// The id of the rule that found it, for people.
    #[serde(default)]
    pub(crate) rule: String,
    pub(crate) reason: String,
    pub(crate) who: String,
    /// The last day on which it holds.
    pub(crate) until: Date,
}

/// Why a finding is suppressed, as reports tell it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Suppression {
    pub(crate) reason: String,
    pub(crate) who: String,
    pub(crate) until: Date,
}

impl Suppression {
    /// In one line, for a cell of a table.
    pub(crate) fn line(&self) -> String {
        let Self { reason, who, until } = self;
        format!("{reason} ({who}, {until})")
    }
}

/// A file of waivers, as a text whose parts are understood.
#[derive(Clone, Debug, Default)]
pub(crate) struct WaiverFile {
    /// What stands before the first waiver.
    preamble: String,
    blocks: Vec<Block>,
}

/// A waiver as it is written.
#[derive(Clone, Debug)]
struct Block {
    /// Comments and blank lines before it.
    above: String,
    text: String,
    /// None where it cannot be understood.
    waiver: Option<Waiver>,
}

/// What became of a waiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Added,
    Renewed,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct One {
    waiver: [Waiver; 1],
}

impl WaiverFile {
    /// Reads a file; none where there is no such file. Waivers that cannot be understood are reported and kept as they are.
    ///
    /// # Errors
    /// When the file cannot be read at all.
    pub(crate) fn read(path: &Path, problems: &mut Problems) -> Result<Option<Self>> {
        let text = match fs::read(path) {
            Ok(bytes) => String::from_utf8(bytes).with_context(|| format!("{}: not UTF-8; save it as UTF-8", path.display()))?,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => anyhow::bail!("{}: {}", path.display(), explain(&error)),
        };
        Ok(Some(Self::parse(&text, &path.display().to_string(), problems)))
    }

    fn parse(text: &str, file: &str, problems: &mut Problems) -> Self {
        let (preamble, parts) = split(text);
        let mut line = 1;
        let mut report = |first: usize, part: &str, error: &toml::de::Error| {
            let before = error.span().map_or(0, |span| part.get(..span.start).unwrap_or_default().matches('\n').count());
            problems.report(format_args!(
                "{file}:{}: {}; write [[waiver]] with finding, rule, reason, who and until = \"2027-05-01\" (this waiver does not apply)",
                first + before,
                error.message().trim().replace('\n', ", ")
            ));
        };
        if let Err(error) = toml::from_str::<Empty>(preamble.trim_start_matches('\u{feff}')) {
            report(line, &preamble, &error);
        }
        line += preamble.matches('\n').count();
        let blocks = parts.into_iter().map(|(above, text)| {
            line += above.matches('\n').count();
            let waiver = toml::from_str::<One>(&text).map_err(|error| report(line, &text, &error)).ok();
            line += text.matches('\n').count();
            Block { above, text, waiver: waiver.map(|One { waiver: [waiver] }| waiver) }
        });
        let blocks = blocks.collect();
        Self { preamble, blocks }
    }

    /// Sets down a waiver, in place of one for the same finding.
    pub(crate) fn set(&mut self, waiver: Waiver) -> Change {
        let text = written(&waiver);
        let known = self.blocks.iter_mut().find(|block| block.waiver.as_ref().is_some_and(|of| of.finding == waiver.finding));
        match known {
            Some(block) => {
                (block.text, block.waiver) = (text, Some(waiver));
                Change::Renewed
            }
            None => {
                self.blocks.push(Block { above: String::new(), text, waiver: Some(waiver) });
                Change::Added
            }
        }
    }

    /// Takes a waiver back; hands it on where there was one.
    pub(crate) fn take_back(&mut self, finding: &str) -> Option<Waiver> {
        let place = self.blocks.iter().position(|block| block.waiver.as_ref().is_some_and(|of| of.finding == finding))?;
        self.blocks.remove(place).waiver
    }

    /// Writes the file as a whole or not at all.
    pub(crate) fn write(&self, path: &Path) -> Result<()> {
        let mut text = self.preamble.clone();
        if text.is_empty() {
            text =
                "# Findings that reviewers marked as wrong: jinyu audit --waivers lists them as suppressed until they expire.\n"
                    .to_owned();
        }
        for Block { above, text: waiver, .. } in &self.blocks {
            if !text.ends_with('\n') {
                text.push('\n');
            }
            let is_apart = above.starts_with(['\n', '\r']) || text.ends_with("\n\n");
            text.extend([if is_apart { "" } else { "\n" }, above, waiver]);
        }
        let written = (|| -> Result<()> {
            let mut file = create(path)?;
            file.write_all(text.as_bytes())?;
            file.persist(path)?;
            Ok(())
        })();
        written.with_context(|| format!("cannot write {}", path.display()))
    }
}

/// What stands before the first waiver, and each waiver with what stands above it.
fn split(text: &str) -> (String, Vec<(String, String)>) {
    let mut preamble = String::new();
    let mut parts: Vec<(String, String)> = Vec::new();
    // Comments and blank lines, which belong to what follows.
    let mut above = String::new();
    for line in text.split_inclusive('\n') {
        let content = line.trim();
        if content == HEAD {
            let is_first = parts.is_empty();
            parts.push((if is_first { String::new() } else { std::mem::take(&mut above) }, line.to_owned()));
            preamble.extend(is_first.then(|| std::mem::take(&mut above)));
        } else if content.is_empty() || content.starts_with('#') {
            above.push_str(line);
        } else {
            let part = parts.last_mut().map_or(&mut preamble, |(_, text)| text);
            part.push_str(&above);
            part.push_str(line);
            above.clear();
        }
    }
    parts.last_mut().map_or(&mut preamble, |(_, text)| text).push_str(&above);
    (preamble, parts)
}

/// A table without any key.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Empty {}

fn written(waiver: &Waiver) -> String {
    let Waiver { finding, rule, reason, who, until } = waiver;
    let [finding, rule, reason, who] = [finding, rule, reason, who].map(|text| quoted(text));
    format!("{HEAD}\nfinding = {finding}\nrule = {rule}\nreason = {reason}\nwho = {who}\nuntil = \"{until}\"\n")
}

/// Waivers that hold today, by fingerprint.
#[derive(Debug, Default)]
pub(crate) struct Waivers {
    of: HashMap<String, Applying>,
}

#[derive(Debug)]
struct Applying {
    suppression: Arc<Suppression>,
    used: AtomicBool,
}

impl Waivers {
    /// Those of a file that hold `today`. Expired ones are named on standard error.
    ///
    /// # Errors
    /// When the file cannot be read at all.
    pub(crate) fn read(path: &Path, today: Date, problems: &mut Problems) -> Result<Self> {
        let file = WaiverFile::read(path, problems)?
            .with_context(|| format!("{}: there is no such file; check the path of --waivers", path.display()))?;
        let mut waivers = Self::default();
        let mut expired = 0;
        for waiver in file.blocks.into_iter().filter_map(|block| block.waiver) {
            let Waiver { finding, rule, reason, who, until } = waiver;
            if until < today {
                expired += 1;
                if expired <= NAMED {
                    note(format_args!(
                        "{}: the waiver of {finding} ({rule}) expired on {until} and does not apply; review it anew or remove it",
                        path.display()
                    ));
                }
                continue;
            }
            let suppression = Arc::new(Suppression { reason, who, until });
            waivers.of.insert(finding, Applying { suppression, used: AtomicBool::new(false) });
        }
        if let Some(more @ 1..) = expired.checked_sub(NAMED) {
            note(format_args!("{}: and {more} more waivers expired", path.display()));
        }
        Ok(waivers)
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.of.is_empty()
    }

    fn find(&self, fingerprint: &str) -> Option<Arc<Suppression>> {
        let applying = self.of.get(fingerprint)?;
        applying.used.store(true, Ordering::Relaxed);
        Some(Arc::clone(&applying.suppression))
    }

    /// Why a finding in an utterance is suppressed.
    pub(crate) fn find_finding(&self, conversation: &str, said: &Utterance, finding: &Finding) -> Option<Arc<Suppression>> {
        self.find(&fingerprint::of_finding(&finding.rule, conversation, said.turn, &said.text, finding.span))
    }

    /// Why a violation is suppressed.
    pub(crate) fn find_violation(&self, conversation: &str, flow: &FlowVerdict) -> Option<Arc<Suppression>> {
        self.find(&fingerprint::of_violation(&flow.rule, conversation, &flow.turns))
    }

    /// How many were for findings that never came.
    pub(crate) fn unused(&self) -> usize {
        self.of.values().filter(|applying| !applying.used.load(Ordering::Relaxed)).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WRITTEN: &str = "# Ours\n\n[[waiver]]\nfinding = \"aa\" # the first\nrule = \"a/b\"\nreason = \"引用\"\nwho = \"王\"\nuntil = 2027-05-01\n\n\
                           # bad\n[[waiver]]\nfinding = \"bb\"\nuntil = \"soon\"\n";

    fn waiver(finding: &str, reason: &str) -> Waiver {
        let [finding, rule, reason, who] = [finding, "a/b", reason, "李"].map(str::to_owned);
        Waiver { finding, rule, reason, who, until: "2027-06-01".parse().unwrap() }
    }

    #[test]
    fn what_is_not_touched_stays() {
        let mut problems = Problems::default();
        let mut file = WaiverFile::parse(WRITTEN, "w.toml", &mut problems);
        assert_eq!(problems.count(), 1, "the second has no date");
        assert_eq!(file.set(waiver("cc", "他说\"不\"")), Change::Added);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("w.toml");
        file.write(&path).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with(WRITTEN), "{text}");
        assert!(text.ends_with("reason = \"他说\\\"不\\\"\"\nwho = \"李\"\nuntil = \"2027-06-01\"\n"), "{text}");
        assert_eq!(file.set(waiver("aa", "x")), Change::Renewed);
        file.write(&path).unwrap();
        assert!(fs::read_to_string(&path).unwrap().contains("\n# bad\n[[waiver]]\nfinding = \"bb\""));
        assert!(file.take_back("cc").is_some() && file.take_back("cc").is_none());
        file.write(&path).unwrap();
        let read = WaiverFile::read(&path, &mut Problems::default()).unwrap().unwrap();
        let good: Vec<_> = read.blocks.into_iter().filter_map(|block| block.waiver).collect();
        assert_eq!(good, [waiver("aa", "x")]);
    }
}
