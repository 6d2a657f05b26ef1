//! `jinyu audit`: transcripts and folders of them, each conversation through a session of its own; only agents are
//! judged. Memory is bounded by one conversation and the sums.

use anyhow::Result;
use jinyu::{Checker, Occurrence, Session, Speaker};

use crate::Outcome;
use crate::args::AuditArgs;
use crate::load;
use crate::problem::Problems;
use crate::read::label::Labels;
use crate::read::transcripts::{self, Listener, Read};
use crate::report::{Kind, Place, Report};

/// Audits all paths.
///
/// # Errors
/// When there are no rules, or standard output cannot be written.
pub(crate) fn run(args: &AuditArgs, problems: &mut Problems) -> Result<Outcome> {
    let checker = load::checker(&args.packs, load::channel(args.asr), problems)?;
    let labels = Labels::new(&args.speakers.speakers);
    let report = Report::new(Kind::Audit, &args.output);
    let mut audit = Audit { session: checker.session(), flagged: false, checker, report };
    transcripts::read(&args.paths, &labels, &mut audit, problems)?;
    let Audit { checker, report, .. } = audit;
    let findings = report.tally.findings;
    report.finish(problems.count(), &checker)?;
    Ok(if findings == 0 { Outcome::Clean } else { Outcome::Findings })
}

/// The report, and the conversation that is being read.
struct Audit {
    checker: Checker,
    report: Report,
    session: Session,
    flagged: bool,
}

impl Listener for Audit {
    fn file(&mut self) {
        self.report.tally.files += 1;
    }

    fn unread(&mut self, file: String) {
        self.report.tally.unread.push(file);
    }

    fn conversation(&mut self, read: Read) -> Result<()> {
        if read.begins {
            self.session = self.checker.session();
            self.flagged = false;
            self.report.tally.conversations += 1;
        }
        let (mut signals, mut steps) = (Vec::new(), Vec::new());
        for turn in &read.turns {
            // A piece of an overlong utterance is no utterance of its own.
            if turn.before.byte == 0 {
                self.report.tally.utterances += 1;
                self.report.tally.agent_utterances += usize::from(turn.utterance.speaker == Speaker::Agent);
            }
            let seen = self.session.examine(&turn.utterance);
            let at = |occurrence: &Occurrence| (occurrence.name.clone(), turn.utterance.turn);
            signals.extend(seen.signals.iter().map(at));
            steps.extend(seen.steps.iter().map(at));
            let found = self.report.examination(&Place::of_turn(&read.file, turn), &seen)?;
            if found && !std::mem::replace(&mut self.flagged, true) {
                self.report.tally.conversations_with_findings += 1;
            }
        }
        self.report.conversation(&read.conversation, &signals, &steps)?;
        Ok(())
    }

    fn idle(&mut self) -> Result<()> {
        Ok(self.report.flush()?)
    }
}
