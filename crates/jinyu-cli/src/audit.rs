//! `jinyu audit`: transcripts and folders of them, each conversation through a session of its own; only agents are
//! judged. Memory is bounded by one utterance and the sums.

use anyhow::Result;
use jinyu::{Checker, Session, Speaker};

use crate::Outcome;
use crate::args::AuditArgs;
use crate::load;
use crate::problem::Problems;
use crate::read::jsonl::{LONGEST_RECORD, Records};
use crate::read::label::Labels;
use crate::read::text::Transcript;
use crate::read::{Input, PIECE, Turn, Turns, explain, has_extension, transcripts};
use crate::report::{Kind, Place, Report};

/// Audits all paths.
///
/// # Errors
/// When there are no rules, or standard output cannot be written.
pub(crate) fn run(args: &AuditArgs, problems: &mut Problems) -> Result<Outcome> {
    let checker = load::checker(&args.packs, problems)?;
    let labels = Labels::new(&args.speakers.speakers);
    let mut report = Report::new(Kind::Audit, &args.output);
    for path in &args.paths {
        if path.is_dir() {
            let files = transcripts(path, problems);
            if files.is_empty() {
                problems.report(format_args!("{}: there is no *.txt or *.jsonl in this folder; check the path", path.display()));
            }
            for file in files {
                audit_input(&Input::File(file), &checker, &labels, &mut report, problems)?;
            }
        } else {
            audit_input(&Input::from_argument(path), &checker, &labels, &mut report, problems)?;
        }
    }
    let findings = report.tally.findings;
    report.finish(problems.count(), &checker)?;
    Ok(if findings == 0 { Outcome::Clean } else { Outcome::Findings })
}

fn audit_input(input: &Input, checker: &Checker, labels: &Labels, report: &mut Report, problems: &mut Problems) -> Result<()> {
    let file = input.name();
    let stem = match input {
        Input::Stdin => "stdin".to_owned(),
        Input::File(path) => path.file_stem().map_or_else(|| file.clone(), |stem| stem.to_string_lossy().into_owned()),
    };
    let named_jsonl = matches!(input, Input::File(path) if has_extension(path, &["jsonl", "ndjson"]));
    let Some(mut lines) = input.open(if named_jsonl { LONGEST_RECORD } else { PIECE }, problems) else {
        report.tally.unread.push(file);
        return Ok(());
    };
    if let Some(what) = lines.foreign() {
        problems.report(format_args!("{file}: {what}"));
        report.tally.unread.push(file);
        return Ok(());
    }
    report.tally.files += 1;
    let mut reader: Box<dyn Turns> = if named_jsonl || lines.looks_like_json() {
        lines.set_piece(LONGEST_RECORD);
        Box::new(Records::new(lines, &file, &stem, labels))
    } else {
        Box::new(Transcript::new(lines, &file, &stem, labels))
    };
    let mut conversation = Conversation::new(checker);
    loop {
        if reader.may_wait() {
            report.flush()?;
        }
        match reader.next(problems) {
            Ok(Some(turn)) => conversation.turn(&file, &turn, checker, report)?,
            Ok(None) => break,
            Err(error) => {
                problems.report(format_args!("{file}: {}; the rest of it is not checked", explain(&error)));
                break;
            }
        }
    }
    problems.end_of_file(&file);
    Ok(())
}

/// The conversation that is being read.
struct Conversation {
    session: Session,
    flagged: bool,
}

impl Conversation {
    fn new(checker: &Checker) -> Self {
        Self { session: checker.session(), flagged: false }
    }

    fn turn(&mut self, file: &str, turn: &Turn, checker: &Checker, report: &mut Report) -> Result<()> {
        if turn.begins {
            *self = Self::new(checker);
            report.tally.conversations += 1;
        }
        // A piece of an overlong utterance is no utterance of its own.
        if turn.before.byte == 0 {
            report.tally.utterances += 1;
            report.tally.agent_utterances += usize::from(turn.utterance.speaker == Speaker::Agent);
        }
        let seen = self.session.examine(&turn.utterance);
        let found = report.examination(&Place::of_turn(file, turn), &seen)?;
        if found && !std::mem::replace(&mut self.flagged, true) {
            report.tally.conversations_with_findings += 1;
        }
        Ok(())
    }
}
