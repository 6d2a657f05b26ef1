//! From files to a report, in a straight line: conversations are read in one thread, judged in as many as there are cores, and handed on
//! in the order in which they were read. Memory is bounded by the conversations under way.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, ScopedJoinHandle};

use anyhow::{Result, anyhow};

use crate::INTERRUPTED;
use crate::problem::Problems;
use crate::progress::Progress;
use crate::read::meter::InputFacts;
use crate::read::transcripts::{self, Listener, Read, Reading};
use crate::report::Tally;
use crate::report::file::remove_unfinished;

/// Conversations under way at most, read but not yet written.
const UNDER_WAY: usize = 256;

/// A flag that Ctrl-C and SIGTERM set; a second one ends the program at once.
#[allow(clippy::exit, reason = "who presses it twice wants no report")]
pub(crate) fn stop_on_signal() -> Arc<AtomicBool> {
    let stopped = Arc::new(AtomicBool::new(false));
    let on_signal = Arc::clone(&stopped);
    // Without a handler Ctrl-C just ends, and the report with it.
    on_each_signal(move || {
        if on_signal.swap(true, Ordering::Relaxed) {
            remove_unfinished();
            std::process::exit(INTERRUPTED.into());
        }
    });
    stopped
}

/// A hangup is left alone: whoever starts an audit with `nohup` wants it to go on.
#[cfg(unix)]
fn on_each_signal(act: impl Fn() + Send + 'static) {
    use signal_hook::consts::{SIGINT, SIGTERM};
    if let Ok(mut signals) = signal_hook::iterator::Signals::new([SIGINT, SIGTERM]) {
        thread::spawn(move || signals.forever().for_each(|_| act()));
    }
}

#[cfg(not(unix))]
fn on_each_signal(act: impl Fn() + Send + 'static) {
    let _ = ctrlc::set_handler(act);
}

/// Reads all paths, judges each conversation, and lets `write` take what comes of it. Hands on what was counted while reading (files,
/// inputs, what could not be read) and what `write` made; `stopped` ends the reading early.
///
/// # Errors
/// Those of `write`; and that judging failed, which is a mistake of ours: then nothing of the report is true.
pub(crate) fn run<T: Send, W: Send>(
    paths: &[PathBuf],
    reading: &Reading,
    progress: Progress,
    stopped: &AtomicBool,
    judge: impl Fn(Read) -> T + Sync,
    write: impl FnOnce(InOrder<T>) -> Result<W> + Send,
    problems: &mut Problems,
) -> Result<(Tally, W)> {
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let (queue, waiting) = sync_channel::<Job<T>>(UNDER_WAY);
    let (order, in_order) = sync_channel::<Receiver<T>>(UNDER_WAY);
    let (written, read) = thread::scope(|scope| {
        // Only those who judge hold the other end: when none of them is left, reading ends too.
        let waiting = Arc::new(Mutex::new(waiting));
        let judge = &judge;
        let judging = (0..workers).map(|_| Arc::clone(&waiting)).map(|waiting| scope.spawn(move || work(judge, &waiting)));
        let judging: Vec<ScopedJoinHandle<'_, ()>> = judging.collect();
        drop(waiting);
        let writer = scope.spawn(|| {
            let written = write(InOrder(in_order));
            if written.is_err() {
                stopped.store(true, Ordering::Relaxed);
            }
            written
        });
        let mut source = Source { tally: Tally::default(), queue, order, stopped, progress };
        let read = transcripts::read(paths, reading, &mut source, problems);
        let Source { tally, queue, order, progress, .. } = source;
        progress.finish();
        // Nothing more comes: the others end when they have done what is left.
        drop((queue, order));
        let failed = judging.into_iter().filter_map(|thread| thread.join().err()).count();
        let written = writer.join().map_err(|_| anyhow!("the thread that writes the report failed"));
        let written = match failed {
            0 => written.and_then(|written| written).map(|written| (tally, written)),
            _ => {
                Err(anyhow!("a conversation could not be judged, which is a mistake of jinyu: report what is said above, please"))
            }
        };
        (written, read)
    });
    let written = written?;
    match read {
        Err(error) if !error.is::<Stopped>() => Err(error),
        _ => Ok(written),
    }
}

/// What was judged, in the order in which it was read.
pub(crate) struct InOrder<T>(Receiver<Receiver<T>>);

impl<T> InOrder<T> {
    /// The next one; `flush` is called before waiting for it, so that what has been written can be seen.
    pub(crate) fn next(&mut self, mut flush: impl FnMut() -> io::Result<()>) -> io::Result<Option<T>> {
        loop {
            let next = match self.0.try_recv() {
                Ok(next) => next,
                Err(_) => {
                    flush()?;
                    let Ok(next) = self.0.recv() else { return Ok(None) };
                    next
                }
            };
            // One that was given up is passed over.
            if let Ok(judged) = next.recv() {
                return Ok(Some(judged));
            }
        }
    }
}

/// A conversation to be judged, and where the result goes.
struct Job<T> {
    read: Read,
    result: SyncSender<T>,
}

/// Somebody pressed Ctrl-C or asked us to end, or nobody reads what we write.
#[derive(Debug)]
struct Stopped;

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("stopped before the end")
    }
}

impl std::error::Error for Stopped {}

/// Hands conversations on as they are read.
struct Source<'a, T> {
    tally: Tally,
    queue: SyncSender<Job<T>>,
    order: SyncSender<Receiver<T>>,
    stopped: &'a AtomicBool,
    progress: Progress,
}

impl<T> Listener for Source<'_, T> {
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
fn work<T>(judge: &impl Fn(Read) -> T, waiting: &Mutex<Receiver<Job<T>>>) {
    loop {
        // The lock is held while waiting, so that one at a time waits; a poisoned lock means that another failed.
        let Ok(job) = waiting.lock().map_or(Err(()), |waiting| waiting.recv().map_err(|_| ())) else { return };
        let Job { read, result } = job;
        // Nobody waits for it any more when the report could not be written.
        let _ = result.send(judge(read));
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;
    use crate::args::ReadingArgs;
    use crate::locale::Locale;

    /// What judges conversations must not fail; should it do so, an audit ends and says so, however much there is to read.
    #[test]
    fn who_cannot_judge_holds_nobody_up() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("calls.jsonl");
        let mut records = String::new();
        for conversation in 0..3 * UNDER_WAY {
            writeln!(records, r#"{{"conversation":"c{conversation}","speaker":"agent","text":"您好"}}"#).unwrap();
        }
        std::fs::write(&path, records).unwrap();
        let reading = Reading::new(&ReadingArgs::default());
        let progress = Progress::new(reading.meter(), Locale::English, false);
        let write = |mut judged: InOrder<()>| {
            while judged.next(|| Ok(()))?.is_some() {}
            Ok(())
        };
        let fail = |_| panic!("cannot judge");
        let outcome = run(&[path], &reading, progress, &AtomicBool::new(false), fail, write, &mut Problems::new(None));
        assert!(outcome.unwrap_err().to_string().contains("could not be judged"));
    }
}
