//! `jinyu check`: utterances, one a line, each judged as an agent's and answered before the next one is waited for.

use std::io::{self, IsTerminal};

use anyhow::Result;
use jinyu::{Checker, Speaker};

use crate::Outcome;
use crate::args::CheckArgs;
use crate::load;
use crate::problem::{Problems, note};
use crate::read::{Input, Line, PIECE, explain};
use crate::report::{Place, Report};

/// Checks all inputs.
///
/// # Errors
/// When there are no rules, or standard output cannot be written.
pub(crate) fn run(args: &CheckArgs, problems: &mut Problems) -> Result<Outcome> {
    let checker = load::checker(&args.packs, load::channel(args.asr), problems)?;
    let mut report = Report::new(&args.output, problems.locale());
    for input in Input::from_arguments(&args.files) {
        if matches!(input, Input::Stdin) && io::stdin().is_terminal() {
            note("reading utterances from the terminal, one a line; Ctrl-D ends");
        }
        check_input(&input, &checker, &mut report, problems)?;
    }
    let findings = report.tally.findings;
    report.finish(problems.count(), &checker)?;
    Ok(if findings == 0 { Outcome::Clean } else { Outcome::Findings })
}

fn check_input(input: &Input, checker: &Checker, report: &mut Report, problems: &mut Problems) -> Result<()> {
    let file = input.name();
    let Some(mut lines) = input.open(PIECE, problems) else {
        report.tally.unread.push(file);
        return Ok(());
    };
    if let Some(what) = lines.foreign() {
        problems.report(format_args!("{file}: {what}"));
        report.tally.unread.push(file);
        return Ok(());
    }
    report.tally.files += 1;
    let mut line = Line::default();
    loop {
        if lines.may_wait() {
            report.flush()?;
        }
        match lines.next(&mut line) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => {
                problems.report(format_args!("{file}: {}; the rest of it is not checked", explain(&error)));
                break;
            }
        }
        if line.before.byte == 0 {
            report.tally.utterances += 1;
            report.tally.agent_utterances += 1;
            if line.cut {
                note(format_args!(
                    "{file}:{}: the line is longer than 1 MiB; it is checked in pieces, and a phrase that is cut in two may be missed",
                    line.number
                ));
            }
        }
        let text = line.text(&file, problems);
        let place = Place {
            file: &file,
            line: line.number,
            column: Some(line.before.char),
            conversation: &file,
            scope: &file,
            turn: line.number,
            speaker: Speaker::Agent,
            said: None,
            text: &text,
            before: line.before,
        };
        report.examination(&place, &checker.examine(&text))?;
    }
    problems.end_of_file(&file);
    Ok(())
}
