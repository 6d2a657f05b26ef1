//! The command line of jinyu: parses arguments, runs one command, turns its outcome into an exit code.
//!
//! 0 clean, 1 findings, 2 error; a closed pipe is no error. Nothing is judged here: that is the library's work.

mod args;
mod audit;
mod baseline;
mod check;
mod date;
mod fix;
mod load;
mod locale;
mod pipeline;
mod problem;
mod progress;
mod read;
mod redact;
mod replay;
mod report;
mod review;
mod rules;
mod waivers;

use std::io;
use std::process::ExitCode;

use clap::Parser;

use crate::args::{Cli, Command};
use crate::problem::Problems;

/// How a command ended, apart from errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// Nothing to complain about.
    Clean,
    /// Findings, failing examples, or changes that a diff shows.
    Findings,
    /// Ctrl-C or SIGTERM came before the end: what was found is a part.
    Stopped,
}

/// The exit code after Ctrl-C, as shells give it, and after SIGTERM too.
const INTERRUPTED: u8 = 130;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut problems = Problems::new(cli.command.locale());
    let outcome = match &cli.command {
        Command::Check(args) => check::run(args, &mut problems),
        Command::Fix(args) => fix::run(args, &mut problems),
        Command::Audit(args) => audit::run(args, &mut problems),
        Command::Replay(args) => replay::run(args, &mut problems),
        Command::Review(args) => review::run(args, &mut problems),
        Command::Rules(args) => rules::run(args, &mut problems),
    };
    match outcome {
        Ok(Outcome::Stopped) => ExitCode::from(INTERRUPTED),
        Ok(_) if problems.count() > 0 => ExitCode::from(2),
        Ok(Outcome::Clean) => ExitCode::SUCCESS,
        Ok(Outcome::Findings) => ExitCode::from(1),
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            // What is read is reported where it is read, and other files are named; only standard output is left.
            let is_bare = error.chain().next().is_some_and(|cause| cause.is::<io::Error>());
            let about = if is_bare { "cannot write to standard output: " } else { "" };
            let locale = problems.locale();
            let message = match error.downcast_ref() {
                Some(error) => locale.error(error),
                None => locale.message(&format!("{error:#}")),
            };
            problems.report(format_args!("{about}{message}"));
            ExitCode::from(2)
        }
    }
}

/// Whether the reader of our output has gone, as `head` does.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| cause.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe))
}
