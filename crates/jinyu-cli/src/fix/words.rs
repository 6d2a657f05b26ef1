//! Which part of a line `jinyu fix` may change: all of a plain utterance, an agent's words after the label in a
//! transcript, and nothing that anybody else says.

use std::collections::BTreeSet;

use jinyu::Speaker;

use crate::problem::{Problems, note};
use crate::read::label::{Labels, Start};

/// Follows who speaks from line to line.
pub(crate) struct Words<'a> {
    labels: &'a Labels,
    file: &'a str,
    /// Whether a known label has been seen: then lines without one belong to the speaker before.
    transcript: bool,
    speaker: Option<Speaker>,
    unknown: BTreeSet<String>,
}

impl<'a> Words<'a> {
    pub(crate) fn new(labels: &'a Labels, file: &'a str) -> Self {
        Self { labels, file, transcript: false, speaker: None, unknown: BTreeSet::new() }
    }

    /// The byte from which the line may be changed; `None` when it must be left alone.
    pub(crate) fn start(&mut self, line: &str, number: usize, problems: &mut Problems) -> Option<usize> {
        if line.trim().is_empty() || line.trim_start().starts_with('#') {
            self.speaker = None;
            return None;
        }
        match self.labels.split(line) {
            Start::Label(speaker, at) => {
                self.transcript = true;
                self.speaker = Some(speaker);
                (speaker == Speaker::Agent).then_some(at)
            }
            Start::Unknown(label, _) => {
                // It may be a customer's: nothing is changed, and the user is told how to say whose it is.
                self.speaker = Some(Speaker::Unknown);
                if self.unknown.len() < 100 && self.unknown.insert(label.to_owned()) {
                    let message = format!(
                        "{}:{number}: \"{label}\" may be a speaker, not changed; map it with --speakers {label}=agent or {label}=customer",
                        self.file
                    );
                    if self.transcript { problems.report(message) } else { note(message) }
                }
                None
            }
            Start::Text if !self.transcript => Some(0),
            Start::Text => (self.speaker == Some(Speaker::Agent)).then_some(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_agents_words() {
        let labels = Labels::default();
        let mut problems = Problems::default();
        let mut words = Words::new(&labels, "f");
        let mut starts =
            |lines: &[&str]| -> Vec<Option<usize>> { lines.iter().map(|line| words.start(line, 1, &mut problems)).collect() };
        assert_eq!(starts(&["一句", "", "# 标题", "两句"]), [Some(0), None, None, Some(0)]);
        assert_eq!(
            starts(&["客服：好", "接着说", "客户：你必须", "接着说", "", "没有标签"]),
            [Some(9), Some(0), None, None, None, None]
        );
    }
}
