//! `jinyu audit`: transcripts and folders of them, each conversation judged as a whole; only agents are judged. Conversations are read
//! and judged by the [pipeline](crate::pipeline) and written to standard output and to the reports in files. Memory is bounded by the
//! conversations under way and the sums.

use std::collections::VecDeque;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::PathBuf;
use std::sync::atomic::Ordering;

use anyhow::Result;
use jinyu::{Charge, Checker, Report};

use crate::Outcome;
use crate::args::{AuditArgs, Format};
use crate::baseline::Baseline;
use crate::date::Date;
use crate::load;
use crate::locale::Locale;
use crate::pipeline::{self, InOrder};
use crate::problem::{Problems, note};
use crate::progress::Progress;
use crate::read::transcripts::{Read, Reading};
use crate::redact::{mask_name, redact};
use crate::report::file::FileReports;
use crate::report::fingerprint;
use crate::report::jsonl::JsonlReport;
use crate::report::text::TextReport;
use crate::report::{
    Audited, Kind, Reporter, Settings, Suppressed, SuppressedFinding, Tally, line_width, text_output, write_conversation,
};
use crate::waivers::Waivers;

/// Audits all paths.
///
/// # Errors
/// When there are no rules, or the report cannot be written.
pub(crate) fn run(args: &AuditArgs, problems: &mut Problems) -> Result<Outcome> {
    let checker = load::checker(&args.packs, load::channel(args.asr), problems)?;
    let reading = Reading::new(&args.reading);
    let form = Form::new(args, problems.locale());
    let settled = Settled::new(args, problems)?;
    let stopped = pipeline::stop_on_signal();
    let files = FileReports::open(&args.out, form.locale, args.output.explain, &checker)?;
    // A bar between the lines of a report helps nobody.
    let progress = Progress::new(reading.meter(), form.locale, form.sums_only || !io::stdout().is_terminal());
    let keeps = !files.is_empty();
    let judge = |read| judge(settled.audit(&checker, read), &form, keeps);
    let write = |judged| write(&form, files, judged);
    let (mut tally, (written, files)) = pipeline::run(&args.paths, &reading, progress, &stopped, judge, write, problems)?;
    tally.redacted = args.redact;
    let name = |path: &PathBuf| path.display().to_string();
    tally.settings = Settings {
        no_model: args.packs.no_model,
        speech: args.asr,
        waivers: args.waivers.as_ref().map(name),
        baseline: args.baseline.as_ref().map(name),
    };
    tally.add(written);
    if args.redact {
        let settings = &mut tally.settings;
        let files = tally.inputs.iter_mut().map(|input| &mut input.file).chain(&mut tally.unread);
        let files = files.chain(&mut settings.waivers).chain(&mut settings.baseline);
        files.for_each(|file| *file = mask_name(file).unwrap_or_else(|| std::mem::take(file)));
    }
    tally.errors = problems.count();
    tally.partial = stopped.load(Ordering::Relaxed);
    if tally.partial {
        note(format_args!(
            "stopped before the end; the reports hold what was done and say so (a CSV by a last row of the kind `partial`)"
        ));
    }
    tally.unused_waivers = settled.waivers.as_ref().map(Waivers::unused);
    // The reports in files first: what reads standard output may be gone.
    for error in files.finish(&tally, &checker) {
        problems.report(format_args!("{error:#}"));
    }
    form.finish(&tally, &checker)?;
    Ok(match tally.is_clean() {
        _ if tally.partial => Outcome::Stopped,
        true => Outcome::Clean,
        false => Outcome::Findings,
    })
}

/// What reviewers and an older report have settled already.
struct Settled {
    waivers: Option<Waivers>,
    baseline: Option<Baseline>,
}

impl Settled {
    fn new(args: &AuditArgs, problems: &mut Problems) -> Result<Self> {
        let today = args.today.unwrap_or_else(Date::today);
        let waivers = args.waivers.as_ref().map(|path| Waivers::read(path, today, problems)).transpose()?;
        Ok(Self { waivers, baseline: args.baseline.as_deref().map(Baseline::read).transpose()? })
    }

    /// Judges a conversation, leaving out what is settled. What is waived costs nothing; what is known keeps its cost.
    fn audit(&self, checker: &Checker, mut read: Read) -> Audited {
        let utterances = read.turns.iter().map(|turn| &*turn.utterance.text);
        let scope = fingerprint::of_conversation(&read.conversation, utterances);
        let conversation = read.lend();
        let waivers = self.waivers.as_ref().filter(|waivers| !waivers.is_empty());
        let mut reasons = VecDeque::new();
        let Report { examinations, assessment, waived, .. } = checker.audit_waiving(&conversation, |charge| {
            let why = waivers.and_then(|waivers| match charge {
                Charge::Finding(said, finding) => waivers.find_finding(&scope, said, finding),
                Charge::Violation(flow) => waivers.find_violation(&scope, flow),
                _ => None,
            });
            reasons.extend(why.clone());
            why.is_some()
        });
        read.take_back(conversation);
        // Reasons come in the order of what is waived: findings first, then violations.
        let findings = waived
            .findings
            .into_iter()
            .map_while(|(place, finding)| Some(SuppressedFinding { place, finding, why: reasons.pop_front()? }));
        let findings = findings.collect();
        let violations = waived.violations.into_iter().map_while(|flow| Some((flow, reasons.pop_front()?))).collect();
        let suppressed = Suppressed { findings, violations };
        let mut audited = Audited { read, scope, examinations, assessment, suppressed, known: None };
        if let Some(baseline) = &self.baseline {
            baseline.leave_out(&mut audited);
        }
        audited
    }
}

/// What a conversation came to: the bytes of the report on standard output, and what was counted.
struct Judged {
    bytes: io::Result<Vec<u8>>,
    tally: Tally,
    /// For reports in files.
    audited: Option<Audited>,
}

/// Renders and counts what was judged.
fn judge(mut audited: Audited, form: &Form, keeps: bool) -> Judged {
    if form.redacts {
        redact(&mut audited);
    }
    let mut tally = Tally::default();
    tally.count_conversation(&audited);
    let bytes = form.render(&audited);
    Judged { bytes, tally, audited: keeps.then_some(audited) }
}

/// Writes what was judged, in the order in which it was read.
fn write(form: &Form, mut files: FileReports, mut judged: InOrder<Judged>) -> Result<(Tally, FileReports)> {
    let mut out = form.output();
    let mut tally = Tally::default();
    while let Some(Judged { bytes, tally: counted, audited }) = judged.next(|| out.flush())? {
        let bytes = bytes?;
        if form.format == Format::Text && !bytes.is_empty() && std::mem::replace(&mut tally.told, true) {
            out.write_all(b"\n")?;
        }
        out.write_all(&bytes)?;
        tally.add(counted);
        if let Some(audited) = audited {
            files.conversation(&audited);
        }
    }
    out.flush()?;
    Ok((tally, files))
}

/// An output whose reader may go, as `head` does, while the reports in files go on.
struct Forsaken {
    out: Box<dyn Write>,
    gone: bool,
}

impl Forsaken {
    fn unless_gone<T>(&mut self, otherwise: T, write: impl FnOnce(&mut dyn Write) -> io::Result<T>) -> io::Result<T> {
        if self.gone {
            return Ok(otherwise);
        }
        match write(&mut *self.out) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.gone = true;
                Ok(otherwise)
            }
            written => written,
        }
    }
}

impl Write for Forsaken {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.unless_gone(bytes.len(), |out| out.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.unless_gone((), |out| out.flush())
    }
}

/// How the report on standard output looks.
struct Form {
    format: Format,
    explain: bool,
    locale: Locale,
    width: usize,
    redacts: bool,
    /// Whether there are reports in files too.
    has_files: bool,
    /// Whether the sums are enough, since the rest stands in files.
    sums_only: bool,
}

impl Form {
    fn new(args: &AuditArgs, locale: Locale) -> Self {
        let output = &args.output;
        Self {
            format: output.format.unwrap_or_default(),
            explain: output.explain,
            locale,
            width: line_width(),
            redacts: args.redact,
            has_files: !args.out.is_empty(),
            sums_only: !args.out.is_empty() && output.format.is_none() && io::stdout().is_terminal(),
        }
    }

    fn output(&self) -> Box<dyn Write> {
        let out = match self.format {
            Format::Text => text_output(),
            Format::Jsonl => Box::new(BufWriter::new(io::stdout())),
        };
        if self.has_files { Box::new(Forsaken { out, gone: false }) } else { out }
    }

    fn render(&self, audited: &Audited) -> io::Result<Vec<u8>> {
        match self.format {
            _ if self.sums_only => Ok(Vec::new()),
            Format::Text => {
                let mut report = TextReport::new(Kind::Audit, self.locale, self.width, Vec::new());
                write_conversation(&mut report, audited, self.explain)?;
                Ok(report.into_inner())
            }
            Format::Jsonl => {
                let mut report = JsonlReport::new(Kind::Audit, Vec::new());
                write_conversation(&mut report, audited, self.explain)?;
                Ok(report.into_inner())
            }
        }
    }

    /// Writes the sums.
    fn finish(&self, tally: &Tally, checker: &Checker) -> io::Result<()> {
        let mut out = self.output();
        match self.format {
            Format::Text => {
                let report = TextReport::new(Kind::Audit, self.locale, self.width, &mut out);
                let mut report = if tally.told { report.going_on() } else { report };
                report.summary(tally, checker)?;
            }
            Format::Jsonl => JsonlReport::new(Kind::Audit, &mut out).summary(tally, checker)?,
        }
        out.flush()
    }
}
