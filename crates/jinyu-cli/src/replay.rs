//! `jinyu replay`: what a change of rules would have changed on past transcripts. Each conversation is read once and judged by the old
//! rules and by the new ones; memory holds the sums and a few examples.
//!
//! Records of `--format jsonl`: `gained` and `lost`, with `conversation`, `turn`, `rule`, `kind` (`finding`, `flow`), `category`,
//! `severity`, `text`, `utterance`, `message`, `file`, `line`, `fingerprint`; after those of a conversation that changes `conversation`,
//! with `file`, `score` (`old`, `new`), and how many it `gained` and `lost`; last `summary`, with `conversations`, `changed`, `findings`
//! and `mean_score` (`old`, `new`), `gained`, `lost`, `by_rule` (`old`, `new`, `gained`, `lost`), `packs` (`old`, `new`), and as in audits
//! `files`, `inputs`, `unread`, `errors`, `partial`, `redacted`, `engine`.

mod compare;
#[cfg(feature = "html")]
mod html;
mod text;

use std::collections::BTreeMap;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use anyhow::{Context, Result, bail};
use jinyu::{Checker, CheckerBuilder, Report};
use serde::Serialize;

use self::compare::{Change, Item, OldNew, Sums, items};
use crate::Outcome;
use crate::args::{Format, ReplayArgs};
use crate::load;
use crate::locale::Locale;
use crate::pipeline::{self, InOrder};
use crate::problem::Problems;
use crate::progress::Progress;
use crate::read::meter::InputFacts;
use crate::read::transcripts::{Read, Reading};
use crate::redact::redact;
use crate::report::fingerprint;
use crate::report::jsonl::{PackRecord, pack_records, tenth, write_record};
use crate::report::{Audited, Suppressed, Tally, text_output};

/// The name of the built-in packs among paths.
const DEFAULT: &str = "default";

/// Replays all paths.
///
/// # Errors
/// When one of the sets of rules is not whole, or the report cannot be written.
pub(crate) fn run(args: &ReplayArgs, problems: &mut Problems) -> Result<Outcome> {
    let old = checker(&args.old, args, problems)?;
    let new = checker(&args.new, args, problems)?;
    let locale = problems.locale();
    let stopped = pipeline::stop_on_signal();
    let page = args.out.as_deref().map(new_page).transpose()?;
    let reading = Reading::new(&args.reading);
    let progress = Progress::new(reading.meter(), locale, args.output.format == Format::Text || !io::stdout().is_terminal());
    let judge = |read| compare(&old, &new, args.redact, read);
    let write = |changes| write(args, changes);
    let (mut tally, sums) = pipeline::run(&args.paths, &reading, progress, &stopped, judge, write, problems)?;
    tally.errors = problems.count();
    tally.partial = stopped.load(Ordering::Relaxed);
    tally.redacted = args.redact;
    let replay = Replay { locale, old: &old, new: &new, sums: &sums, tally: &tally };
    if let (Some(file), Some(path)) = (page, &args.out) {
        write_page(&replay, file, path)?;
    }
    match args.output.format {
        Format::Text => replay.write_text(&mut text_output())?,
        Format::Jsonl => replay.write_summary(&mut BufWriter::new(io::stdout().lock()))?,
    }
    Ok(match sums.changed {
        _ if tally.partial => Outcome::Stopped,
        0 => Outcome::Clean,
        _ => Outcome::Findings,
    })
}

/// The rules of some packs; all of them, since a comparison with a part would mislead.
fn checker(packs: &[PathBuf], args: &ReplayArgs, problems: &mut Problems) -> Result<Checker> {
    let before = problems.count();
    let (defaults, paths): (Vec<PathBuf>, Vec<PathBuf>) = packs.iter().cloned().partition(|path| path == Path::new(DEFAULT));
    let packs = load::packs_or(&paths, false, problems);
    let mut builder = Checker::builder().channel(load::channel(args.asr)).without_examples();
    if defaults.is_empty() {
        builder = builder.without_default_packs();
    }
    if args.no_model {
        builder = builder.without_model();
    }
    let checker = packs.into_iter().fold(builder, CheckerBuilder::pack).build();
    // What a pack that cannot be read leaves without its guards is no fault of the others.
    if let Err(error) = &checker
        && problems.count() == before
    {
        let told = problems.locale().error(error);
        problems.report(told);
    }
    match checker {
        Ok(checker) if problems.count() == before => Ok(checker),
        _ => bail!("both sets of rules must be whole to be compared; mend what is named above and run this again"),
    }
}

/// Judges a conversation by both.
fn compare(old: &Checker, new: &Checker, redacts: bool, mut read: Read) -> Change {
    let scope = fingerprint::of_conversation(&read.conversation, read.turns.iter().map(|turn| &*turn.utterance.text));
    let conversation = read.lend();
    let (before, after) = (old.audit(&conversation), new.audit(&conversation));
    read.take_back(conversation);
    let score = OldNew { old: before.assessment.score.overall, new: after.assessment.score.overall };
    let judged = |read, report| {
        let Report { examinations, assessment, .. } = report;
        let mut audited =
            Audited { read, scope: scope.clone(), examinations, assessment, suppressed: Suppressed::default(), known: None };
        if redacts {
            redact(&mut audited);
        }
        audited
    };
    let before = judged(read, before);
    let old_items = items(&before);
    Change::new(old_items, &judged(before.read, after), score)
}

/// Writes what changed as it comes, where records are asked for, and sums it up.
fn write(args: &ReplayArgs, mut changes: InOrder<Change>) -> Result<Sums> {
    let mut sums = Sums::default();
    let mut out = BufWriter::new(io::stdout());
    while let Some(change) = changes.next(|| out.flush())? {
        if args.output.format == Format::Jsonl && change.is_any() {
            write_change(&change, &mut out)?;
        }
        sums.count(change, args.examples);
    }
    out.flush()?;
    Ok(sums)
}

/// What a replay comes to.
struct Replay<'a> {
    locale: Locale,
    old: &'a Checker,
    new: &'a Checker,
    sums: &'a Sums,
    tally: &'a Tally,
}

#[derive(Serialize)]
struct ItemRecord<'a> {
    r#type: &'static str,
    #[serde(flatten)]
    item: &'a Item,
}

#[derive(Serialize)]
struct ConversationRecord<'a> {
    r#type: &'static str,
    conversation: &'a str,
    file: &'a str,
    score: OldNew<u32>,
    gained: usize,
    lost: usize,
}

#[derive(Serialize)]
struct RuleRecord {
    #[serde(flatten)]
    found: OldNew<usize>,
    gained: usize,
    lost: usize,
}

#[derive(Serialize)]
struct SummaryRecord<'a> {
    r#type: &'static str,
    command: &'static str,
    files: usize,
    conversations: usize,
    changed: usize,
    findings: OldNew<usize>,
    gained: usize,
    lost: usize,
    mean_score: Option<OldNew<f64>>,
    by_rule: BTreeMap<&'a str, RuleRecord>,
    unread: &'a [String],
    errors: usize,
    partial: bool,
    redacted: bool,
    engine: &'static str,
    packs: OldNew<Vec<PackRecord<'a>>>,
    inputs: &'a [InputFacts],
}

/// Writes the records of a conversation: what it gained and lost, then itself.
fn write_change(change: &Change, out: &mut dyn Write) -> io::Result<()> {
    let Change { conversation, file, score, gained, lost, .. } = change;
    for (r#type, items) in [("gained", gained), ("lost", lost)] {
        for item in items {
            write_record(out, &ItemRecord { r#type, item })?;
        }
    }
    let [gained, lost] = [gained.len(), lost.len()];
    write_record(out, &ConversationRecord { r#type: "conversation", conversation, file, score: *score, gained, lost })
}

impl Replay<'_> {
    fn write_summary(&self, out: &mut dyn Write) -> io::Result<()> {
        let Self { sums, tally, .. } = self;
        let (gained, lost) = sums.gained_and_lost();
        let rules =
            sums.rules.iter().map(|(rule, of)| (&**rule, RuleRecord { found: of.found, gained: of.gained, lost: of.lost }));
        let record = SummaryRecord {
            r#type: "summary",
            command: "replay",
            files: tally.files,
            conversations: sums.conversations,
            changed: sums.changed,
            findings: sums.found(),
            gained,
            lost,
            mean_score: sums.means().map(|of| OldNew { old: tenth(of.old), new: tenth(of.new) }),
            by_rule: rules.collect(),
            unread: &tally.unread,
            errors: tally.errors,
            partial: tally.partial,
            redacted: tally.redacted,
            engine: env!("CARGO_PKG_VERSION"),
            packs: OldNew { old: pack_records(self.old), new: pack_records(self.new) },
            inputs: &tally.inputs,
        };
        write_record(out, &record)?;
        out.flush()
    }
}

/// Opens a page beside its target, before any work is done.
fn new_page(path: &Path) -> Result<tempfile::NamedTempFile> {
    if !crate::read::has_extension(path, &["html"]) {
        bail!("{}: a replay is written as a page; give --out a name that ends in .html", path.display());
    }
    if !cfg!(feature = "html") {
        bail!("this jinyu was built without .html reports; build it with its default features");
    }
    crate::report::file::create(path).with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(feature = "html")]
fn write_page(replay: &Replay<'_>, file: tempfile::NamedTempFile, path: &Path) -> Result<()> {
    let written = html::write(replay, &mut BufWriter::new(file.as_file()));
    written.and_then(|()| Ok(file.persist(path).map(drop)?)).with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(not(feature = "html"))]
fn write_page(_replay: &Replay<'_>, _file: tempfile::NamedTempFile, _path: &Path) -> Result<()> {
    Ok(())
}
