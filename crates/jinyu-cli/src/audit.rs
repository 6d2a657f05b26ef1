//! `jinyu audit`: transcripts and folders of them, each conversation judged as a whole; only agents are judged. Conversations are read
//! in one thread, judged in as many as there are cores, and written in the order in which they were read. Memory is bounded by the
//! conversations under way and the sums.

use std::io::{self, BufWriter, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread;

use anyhow::{Result, anyhow};
use jinyu::{Checker, Conversation, Report};

use crate::Outcome;
use crate::args::{AuditArgs, Format, OutputArgs};
use crate::load;
use crate::locale::Locale;
use crate::problem::Problems;
use crate::read::transcripts::{self, Listener, Read, Reading};
use crate::report::jsonl::JsonlReport;
use crate::report::text::TextReport;
use crate::report::{Audited, Kind, Reporter, Tally, line_width, text_output, write_conversation};

/// Conversations under way at most, read but not yet written.
const UNDER_WAY: usize = 256;

/// Audits all paths.
///
/// # Errors
/// When there are no rules, or the report cannot be written.
pub(crate) fn run(args: &AuditArgs, problems: &mut Problems) -> Result<Outcome> {
    let checker = load::checker(&args.packs, load::channel(args.asr), problems)?;
    let reading = Reading::new(&args.reading);
    let form = Form::new(&args.output);
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
    let (tally, read) = thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| judge(&checker, &form, &waiting));
        }
        let writer = scope.spawn(|| write(&form, in_order, &stopped));
        let mut audit = Audit { tally: Tally::default(), queue, order, stopped: &stopped };
        let read = transcripts::read(&args.paths, &reading, &mut audit, problems);
        let Audit { tally, queue, order, .. } = audit;
        // Nothing more comes: the others end when they have done what is left.
        drop((queue, order));
        let written = writer.join().map_err(|_| anyhow!("the thread that writes the report failed"));
        (written.and_then(|written| written).map(|written| (tally, written)), read)
    });
    let (mut tally, written) = tally?;
    if let Err(error) = read
        && !error.is::<Stopped>()
    {
        return Err(error);
    }
    tally.add(written);
    tally.errors = problems.count();
    tally.partial = stopped.load(Ordering::Relaxed);
    form.finish(&tally, &checker)?;
    Ok(if tally.is_clean() { Outcome::Clean } else { Outcome::Findings })
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
}

impl Listener for Audit<'_> {
    fn file(&mut self) {
        self.tally.files += 1;
    }

    fn unread(&mut self, file: String) {
        self.tally.unread.push(file);
    }

    fn conversation(&mut self, read: Read) -> Result<()> {
        if self.stopped.load(Ordering::Relaxed) {
            return Err(Stopped.into());
        }
        let (result, judged) = sync_channel(1);
        self.order.send(judged).map_err(|_| Stopped)?;
        self.queue.send(Job { read, result }).map_err(|_| Stopped)?;
        Ok(())
    }
}

/// Judges conversations until there are no more.
fn judge(checker: &Checker, form: &Form, waiting: &Mutex<Receiver<Job>>) {
    loop {
        // The lock is held while waiting, so that one at a time waits; a poisoned lock means that another failed.
        let Ok(job) = waiting.lock().map_or(Err(()), |waiting| waiting.recv().map_err(|_| ())) else { return };
        let Job { mut read, result } = job;
        let mut conversation = Conversation::new(&*read.conversation);
        // The utterances are lent to the library and taken back: a conversation may be large.
        conversation.utterances = read.turns.iter_mut().map(|turn| std::mem::replace(&mut turn.utterance, empty())).collect();
        let Report { examinations, assessment, .. } = checker.audit(&conversation);
        for (turn, utterance) in read.turns.iter_mut().zip(conversation.utterances) {
            turn.utterance = utterance;
        }
        let audited = Audited { read, examinations, assessment };
        let (bytes, tally) = match form.render(&audited) {
            Ok((bytes, tally)) => (Ok(bytes), tally),
            Err(error) => (Err(error), Tally::default()),
        };
        // Nobody waits for it any more when the report could not be written.
        let _ = result.send(Judged { bytes, tally });
    }
}

fn empty() -> jinyu::Utterance {
    jinyu::Utterance::new(0, jinyu::Speaker::Unknown, String::new())
}

/// Writes what was judged, in the order in which it was read.
fn write(form: &Form, in_order: Receiver<Receiver<Judged>>, stopped: &AtomicBool) -> Result<Tally> {
    let mut out = form.output();
    let mut tally = Tally::default();
    let mut begun = false;
    let written = (|| -> Result<()> {
        while let Some(next) = next(&in_order, &mut *out)? {
            let Ok(Judged { bytes, tally: counted }) = next.recv() else { continue };
            let bytes = bytes?;
            if form.format == Format::Text && !bytes.is_empty() && std::mem::replace(&mut begun, true) {
                out.write_all(b"\n")?;
            }
            out.write_all(&bytes)?;
            tally.add(counted);
        }
        Ok(out.flush()?)
    })();
    if written.is_err() {
        stopped.store(true, Ordering::Relaxed);
    }
    written.map(|()| tally)
}

/// The next conversation; what has been written is handed on before waiting for it.
fn next(in_order: &Receiver<Receiver<Judged>>, out: &mut dyn Write) -> io::Result<Option<Receiver<Judged>>> {
    if let Ok(next) = in_order.try_recv() {
        return Ok(Some(next));
    }
    out.flush()?;
    Ok(in_order.recv().ok())
}

/// How the report on standard output looks.
struct Form {
    format: Format,
    explain: bool,
    locale: Locale,
    width: usize,
}

impl Form {
    fn new(output: &OutputArgs) -> Self {
        let locale = output.locale.unwrap_or_else(Locale::from_environment);
        Self { format: output.format, explain: output.explain, locale, width: line_width() }
    }

    fn output(&self) -> Box<dyn Write> {
        match self.format {
            Format::Text => text_output(),
            Format::Jsonl => Box::new(BufWriter::new(io::stdout())),
        }
    }

    fn render(&self, audited: &Audited) -> io::Result<(Vec<u8>, Tally)> {
        match self.format {
            Format::Text => {
                let mut report = TextReport::new(Kind::Audit, self.locale, self.width, Vec::new());
                let tally = write_conversation(&mut report, audited, self.explain)?;
                Ok((report.into_inner(), tally))
            }
            Format::Jsonl => {
                let mut report = JsonlReport::new(Kind::Audit, Vec::new());
                let tally = write_conversation(&mut report, audited, self.explain)?;
                Ok((report.into_inner(), tally))
            }
        }
    }

    /// Writes the sums.
    fn finish(&self, tally: &Tally, checker: &Checker) -> io::Result<()> {
        let mut out = self.output();
        match self.format {
            Format::Text => {
                let report = TextReport::new(Kind::Audit, self.locale, self.width, &mut out);
                let mut report = if tally.is_clean() { report } else { report.going_on() };
                report.summary(tally, checker)?;
            }
            Format::Jsonl => JsonlReport::new(Kind::Audit, &mut out).summary(tally, checker)?,
        }
        out.flush()
    }
}
