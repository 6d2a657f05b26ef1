//! `jinyu audit`: transcripts and folders of them, each conversation judged as a whole; only agents are judged. Conversations are read
//! in one thread, judged in as many as there are cores, and written in the order in which they were read, to standard output and to the
//! reports in files. Memory is bounded by the conversations under way and the sums.

use std::collections::VecDeque;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread;

use anyhow::{Result, anyhow};
use jinyu::{Charge, Checker, Conversation, Report};

use crate::Outcome;
use crate::args::{AuditArgs, Format};
use crate::baseline::Baseline;
use crate::date::Date;
use crate::load;
use crate::locale::Locale;
use crate::problem::Problems;
use crate::progress::Progress;
use crate::read::meter::InputFacts;
use crate::read::transcripts::{self, Listener, Read, Reading};
use crate::redact::redact;
use crate::report::file::FileReports;
use crate::report::jsonl::JsonlReport;
use crate::report::text::TextReport;
use crate::report::{Audited, Kind, Reporter, Suppressed, SuppressedFinding, Tally, line_width, text_output, write_conversation};
use crate::waivers::Waivers;

/// Conversations under way at most, read but not yet written.
const UNDER_WAY: usize = 256;

/// Audits all paths.
///
/// # Errors
/// When there are no rules, or the report cannot be written.
pub(crate) fn run(args: &AuditArgs, problems: &mut Problems) -> Result<Outcome> {
    let checker = load::checker(&args.packs, load::channel(args.asr), problems)?;
    let reading = Reading::new(&args.reading);
    let form = Form::new(args);
    let settled = Settled::new(args, problems)?;
    let files = FileReports::open(&args.out, form.locale, args.output.explain)?;
    let stopped = Arc::new(AtomicBool::new(false));
    let on_signal = Arc::clone(&stopped);
    // A second Ctrl-C ends at once. Without a handler Ctrl-C just ends, and the report with it.
    let _ = ctrlc::set_handler(move || {
        if on_signal.swap(true, Ordering::Relaxed) {
            std::process::abort();
        }
    });
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let (queue, waiting) = sync_channel::<Job>(UNDER_WAY);
    let waiting = Mutex::new(waiting);
    let (order, in_order) = sync_channel::<Receiver<Judged>>(UNDER_WAY);
    let keeps = !files.is_empty();
    let (written, read) = thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| judge(&checker, &settled, &form, keeps, &waiting));
        }
        let writer = scope.spawn(|| write(&form, files, in_order, &stopped));
        let tally = Tally { redacted: args.redact, ..Tally::default() };
        // A bar between the lines of a report helps nobody.
        let progress = Progress::new(reading.meter(), form.locale, form.sums_only || !io::stdout().is_terminal());
        let mut audit = Audit { tally, queue, order, stopped: &stopped, progress };
        let read = transcripts::read(&args.paths, &reading, &mut audit, problems);
        let Audit { tally, queue, order, progress, .. } = audit;
        progress.finish();
        // Nothing more comes: the others end when they have done what is left.
        drop((queue, order));
        let written = writer.join().map_err(|_| anyhow!("the thread that writes the report failed"));
        (written.and_then(|written| written).map(|written| (tally, written)), read)
    });
    let (mut tally, (written, files)) = written?;
    if let Err(error) = read
        && !error.is::<Stopped>()
    {
        return Err(error);
    }
    tally.add(written);
    tally.errors = problems.count();
    tally.partial = stopped.load(Ordering::Relaxed);
    tally.unused_waivers = settled.waivers.as_ref().map(Waivers::unused);
    // The reports in files first: what reads standard output may be gone.
    for error in files.finish(&tally, &checker) {
        problems.report(format_args!("{error:#}"));
    }
    form.finish(&tally, &checker)?;
    Ok(if tally.is_clean() { Outcome::Clean } else { Outcome::Findings })
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
        let mut conversation = Conversation::new(&*read.conversation);
        // The utterances are lent to the library and taken back: a conversation may be large.
        conversation.utterances = read.turns.iter_mut().map(|turn| std::mem::replace(&mut turn.utterance, empty())).collect();
        let waivers = self.waivers.as_ref().filter(|waivers| !waivers.is_empty());
        let mut reasons = VecDeque::new();
        let Report { examinations, assessment, waived, .. } = checker.audit_waiving(&conversation, |charge| {
            let why = waivers.and_then(|waivers| match charge {
                Charge::Finding(said, finding) => waivers.find_finding(&read.conversation, said, finding),
                Charge::Violation(flow) => waivers.find_violation(&read.conversation, flow),
                _ => None,
            });
            reasons.extend(why.clone());
            why.is_some()
        });
        for (turn, utterance) in read.turns.iter_mut().zip(conversation.utterances) {
            turn.utterance = utterance;
        }
        // Reasons come in the order of what is waived: findings first, then violations.
        let findings = waived.findings.into_iter().map_while(|(place, finding)| {
            Some(SuppressedFinding { place, finding, why: reasons.pop_front()? })
        });
        let findings = findings.collect();
        let violations = waived.violations.into_iter().map_while(|flow| Some((flow, reasons.pop_front()?))).collect();
        let suppressed = Suppressed { findings, violations };
        let mut audited = Audited { read, examinations, assessment, suppressed, known: None };
        if let Some(baseline) = &self.baseline {
            baseline.leave_out(&mut audited);
        }
        audited
    }
}

/// A conversation to be judged, and where the result goes.
struct Job {
    read: Read,
    result: SyncSender<Judged>,
}

/// What a conversation came to: the bytes of the report on standard output, and what was counted.
struct Judged {
    bytes: io::Result<Vec<u8>>,
    tally: Tally,
    /// For reports in files.
    audited: Option<Audited>,
}

/// Somebody pressed Ctrl-C, or nobody reads what we write.
#[derive(Debug)]
struct Stopped;

impl std::fmt::Display for Stopped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("stopped before the end")
    }
}

impl std::error::Error for Stopped {}

/// Hands conversations on as they are read.
struct Audit<'a> {
    tally: Tally,
    queue: SyncSender<Job>,
    order: SyncSender<Receiver<Judged>>,
    stopped: &'a AtomicBool,
    progress: Progress,
}

impl Listener for Audit<'_> {
    fn file(&mut self) {
        self.tally.files += 1;
    }

    fn total(&mut self, bytes: u64) {
        self.progress.total(bytes);
    }

    fn end(&mut self, facts: InputFacts) {
        self.tally.inputs.push(facts);
    }

    fn unread(&mut self, file: String) {
        self.tally.unread.push(file);
    }

    fn conversation(&mut self, read: Read) -> Result<()> {
        if self.stopped.load(Ordering::Relaxed) {
            return Err(Stopped.into());
        }
        self.progress.step();
        let (result, judged) = sync_channel(1);
        self.order.send(judged).map_err(|_| Stopped)?;
        self.queue.send(Job { read, result }).map_err(|_| Stopped)?;
        Ok(())
    }
}

/// Judges conversations until there are no more.
fn judge(checker: &Checker, settled: &Settled, form: &Form, keeps: bool, waiting: &Mutex<Receiver<Job>>) {
    loop {
        // The lock is held while waiting, so that one at a time waits; a poisoned lock means that another failed.
        let Ok(job) = waiting.lock().map_or(Err(()), |waiting| waiting.recv().map_err(|_| ())) else { return };
        let Job { read, result } = job;
        let mut audited = settled.audit(checker, read);
        if form.redacts {
            redact(&mut audited);
        }
        let mut tally = Tally::default();
        tally.count_conversation(&audited);
        let bytes = form.render(&audited);
        // Nobody waits for it any more when the report could not be written.
        let _ = result.send(Judged { bytes, tally, audited: keeps.then_some(audited) });
    }
}

fn empty() -> jinyu::Utterance {
    jinyu::Utterance::new(0, jinyu::Speaker::Unknown, String::new())
}

/// Writes what was judged, in the order in which it was read.
fn write(
    form: &Form,
    mut files: FileReports,
    in_order: Receiver<Receiver<Judged>>,
    stopped: &AtomicBool,
) -> Result<(Tally, FileReports)> {
    let mut out = form.output();
    let mut tally = Tally::default();
    let mut begun = false;
    let written = (|| -> Result<()> {
        while let Some(next) = next(&in_order, &mut *out)? {
            let Ok(Judged { bytes, tally: counted, audited }) = next.recv() else { continue };
            let bytes = bytes?;
            if form.format == Format::Text && !bytes.is_empty() && std::mem::replace(&mut begun, true) {
                out.write_all(b"\n")?;
            }
            out.write_all(&bytes)?;
            tally.add(counted);
            if let Some(audited) = audited {
                files.conversation(&audited);
            }
        }
        Ok(out.flush()?)
    })();
    if written.is_err() {
        stopped.store(true, Ordering::Relaxed);
    }
    written.map(|()| (tally, files))
}

/// The next conversation; what has been written is handed on before waiting for it.
fn next(in_order: &Receiver<Receiver<Judged>>, out: &mut dyn Write) -> io::Result<Option<Receiver<Judged>>> {
    if let Ok(next) = in_order.try_recv() {
        return Ok(Some(next));
    }
    out.flush()?;
    Ok(in_order.recv().ok())
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
    fn new(args: &AuditArgs) -> Self {
        let output = &args.output;
        Self {
            format: output.format.unwrap_or_default(),
            explain: output.explain,
            locale: output.locale.unwrap_or_else(Locale::from_environment),
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
                let mut report = if tally.is_clean() || self.sums_only { report } else { report.going_on() };
                report.summary(tally, checker)?;
            }
            Format::Jsonl => JsonlReport::new(Kind::Audit, &mut out).summary(tally, checker)?,
        }
        out.flush()
    }
}
