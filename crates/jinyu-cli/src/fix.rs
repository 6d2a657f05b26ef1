//! `jinyu fix`: lines in, lines with better wordings out; to standard output, in place, or as a diff. Whatever is not
//! an agent's words passes through byte for byte.

mod diff;
mod in_place;
mod words;

use std::io::{self, BufWriter, IsTerminal, Write};

use anyhow::Result;
use jinyu::{Checker, Safety};

use self::diff::UnifiedDiff;
use self::in_place::Replacement;
use self::words::Words;
use crate::Outcome;
use crate::args::FixArgs;
use crate::load;
use crate::locale::Locale;
use crate::problem::{Problems, note};
use crate::read::label::Labels;
use crate::read::{BOM, Input, Line, Lines, PIECE, explain, has_extension};

/// Takes every line of an input in order.
trait Sink {
    /// A line or a piece of one; `fixed` is what it should be instead.
    fn line(&mut self, line: &Line, fixed: Option<&str>) -> io::Result<()>;
    /// Hands on everything that can be handed on before more comes.
    fn flush(&mut self) -> io::Result<()>;
    /// Hands on the rest.
    fn finish(&mut self) -> io::Result<()> {
        self.flush()
    }
}

/// Writes the fixed text.
struct Copy<W>(W);

impl<W: Write> Sink for Copy<W> {
    fn line(&mut self, line: &Line, fixed: Option<&str>) -> io::Result<()> {
        if line.bom {
            self.0.write_all(BOM)?;
        }
        self.0.write_all(fixed.map_or(&line.bytes, str::as_bytes))?;
        self.0.write_all(line.ending.as_bytes())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// What was done so far.
#[derive(Debug, Default)]
struct Counts {
    applied: usize,
    withheld: usize,
    lines: usize,
}

/// Fixes all inputs.
///
/// # Errors
/// When there are no rules, or standard output cannot be written.
pub(crate) fn run(args: &FixArgs, problems: &mut Problems) -> Result<Outcome> {
    let checker = load::checker(&args.packs, jinyu::Channel::Text, problems)?;
    let at_least = if args.also_unsafe { Safety::Unsafe } else { Safety::Safe };
    let fixer = Fixer { checker, at_least, labels: Labels::new(&args.speakers.speakers) };
    let diff = args.diff || (!args.write && io::stdout().is_terminal());
    let mut counts = Counts::default();
    for input in Input::from_arguments(&args.files) {
        let file = input.name();
        match (&input, args.write) {
            (Input::Stdin, true) => {
                problems.report("<stdin>: cannot be changed in place; name a file, or leave --write out");
            }
            (Input::File(path), true) => {
                let Some(lines) = input.open(PIECE, problems) else { continue };
                let outcome = Replacement::beside(path).and_then(|mut replacement| {
                    let before = counts.lines;
                    let complete = fixer.fix(lines, &input, &mut Copy(replacement.writer()), &mut counts, problems)?;
                    if complete && counts.lines > before { replacement.put_in_place() } else { Ok(()) }
                });
                if let Err(error) = outcome {
                    problems.report(format_args!("{file}: not changed: {}", explain(&error)));
                }
            }
            (_, false) => {
                let Some(lines) = input.open(PIECE, problems) else { continue };
                let mut sink: Box<dyn Sink> =
                    if diff { Box::new(UnifiedDiff::new(&file)) } else { Box::new(Copy(BufWriter::new(io::stdout().lock()))) };
                fixer.fix(lines, &input, &mut *sink, &mut counts, problems)?;
            }
        }
        problems.end_of_file(&file);
    }
    note(in_short(&counts, diff, args.also_unsafe, problems.locale()));
    Ok(if diff && counts.lines > 0 { Outcome::Findings } else { Outcome::Clean })
}

struct Fixer {
    checker: Checker,
    at_least: Safety,
    labels: Labels,
}

impl Fixer {
    /// Passes an input through. Whether all of it could be read; the error is that of the sink.
    fn fix(
        &self,
        mut lines: Lines,
        input: &Input,
        sink: &mut dyn Sink,
        counts: &mut Counts,
        problems: &mut Problems,
    ) -> io::Result<bool> {
        let file = input.name();
        let named_json = matches!(input, Input::File(path) if has_extension(path, &["jsonl", "ndjson", "json"]));
        let prose = if let Some(what) = lines.foreign() {
            problems.report(format_args!("{file}: {what}; nothing in it is changed"));
            false
        } else if named_json || lines.looks_like_json() {
            problems
                .report(format_args!("{file}: is JSON; fix works on plain text, nothing in it is changed; see `jinyu audit`"));
            false
        } else if let Input::File(path) = input
            && has_extension(path, &["csv", "tsv", "srt", "vtt"])
        {
            problems.report(format_args!(
                "{file}: is a table or subtitles, of which fix cannot tell who speaks; it works on plain text, nothing in it is changed; see `jinyu audit`"
            ));
            false
        } else {
            true
        };
        let mut words = Words::new(&self.labels, &file);
        let mut line = Line::default();
        loop {
            if lines.may_wait() {
                sink.flush()?;
            }
            match lines.next(&mut line) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    problems.report(format_args!("{file}: {}; the rest of it is lost to us", explain(&error)));
                    sink.finish()?;
                    return Ok(false);
                }
            }
            let fixed = if prose { self.fix_line(&line, &mut words, &file, counts, problems) } else { None };
            sink.line(&line, fixed.as_deref())?;
        }
        sink.finish()?;
        Ok(true)
    }

    /// What the line should be instead, if anything.
    fn fix_line(
        &self,
        line: &Line,
        words: &mut Words<'_>,
        file: &str,
        counts: &mut Counts,
        problems: &mut Problems,
    ) -> Option<String> {
        if !line.is_whole() {
            if line.before.byte == 0 {
                problems.report(format_args!("{file}:{}: the line is longer than 1 MiB, not changed; break it up", line.number));
            }
            return None;
        }
        if std::str::from_utf8(&line.bytes).is_err() {
            // Reports it; the bytes pass unchanged.
            let _ = line.text(file, problems);
            return None;
        }
        let text = line.text(file, problems);
        let at = words.start(&text, line.number, problems)?;
        let (label, said) = text.split_at_checked(at)?;
        let fixed = self.checker.fix(said, self.at_least);
        counts.withheld += fixed.withheld;
        if fixed.text == said || fixed.text.contains('\n') {
            return None;
        }
        counts.applied += fixed.applied;
        counts.lines += 1;
        Some(format!("{label}{}", fixed.text))
    }
}

/// What was done, for standard error.
fn in_short(counts: &Counts, diff: bool, also_unsafe: bool, locale: Locale) -> String {
    let Counts { applied, withheld, lines } = counts;
    let done = match (locale, diff) {
        _ if *applied == 0 => locale.pick("没有可以直接改的", "沒有可以直接改的", "nothing to change").to_owned(),
        (Locale::Hans, true) => format!("可改{applied}处（{lines}行）"),
        (Locale::Hans, false) => format!("改了{applied}处（{lines}行）"),
        (Locale::Hant, true) => format!("可改{applied}處（{lines}行）"),
        (Locale::Hant, false) => format!("改了{applied}處（{lines}行）"),
        (Locale::English, true) => format!("would change {applied} in {lines} lines"),
        (Locale::English, false) => format!("changed {applied} in {lines} lines"),
    };
    let hint = if also_unsafe {
        ""
    } else {
        locale.pick("（加 --unsafe 则改）", "（加 --unsafe 則改）", " (--unsafe applies them)")
    };
    let left = match locale {
        _ if *withheld == 0 => String::new(),
        Locale::Hans => format!("；另有{withheld}处须由人确认，未改{hint}"),
        Locale::Hant => format!("；另有{withheld}處須由人確認，未改{hint}"),
        Locale::English => format!("; {withheld} more need judgement, left alone{hint}"),
    };
    done + &left
}
