//! The arguments of every command, with the help that `--help` shows.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use encoding_rs::Encoding;
use jinyu::{Category, LintKind, Speaker};

use crate::date::Date;
use crate::locale::Locale;
use crate::read::fields::Mapping;
use crate::read::form::From;
use crate::report::file::Target;

/// Check what customer-service agents say in Chinese.
#[derive(Debug, Parser)]
#[command(
    name = "jinyu",
    version,
    about = "Checks what customer-service agents say in Chinese: taboo phrases and better wordings",
    after_help = "Exit codes: 0 clean, 1 findings, 2 error. A closed pipe is no error.\n\n\
                  Examples:\n  \
                  echo '你没有填对。' | jinyu check\n  \
                  jinyu audit calls/\n  \
                  jinyu fix --diff replies.txt"
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Check(CheckArgs),
    Fix(FixArgs),
    Audit(AuditArgs),
    Review(ReviewArgs),
    Replay(ReplayArgs),
    Rules(RulesArgs),
}

impl Command {
    /// The language that was asked for.
    pub(crate) fn locale(&self) -> Option<Locale> {
        match self {
            Self::Check(args) => args.output.locale,
            Self::Fix(args) => args.locale,
            Self::Audit(args) => args.output.locale,
            Self::Review(args) => match &args.command {
                ReviewCommand::Import(args) => args.locale,
            },
            Self::Replay(args) => args.output.locale,
            Self::Rules(args) => match &args.command {
                RulesCommand::List(args) => args.output.locale,
                RulesCommand::Explain(args) => args.output.locale,
                RulesCommand::Test(args) => args.locale,
                RulesCommand::Lint(args) => args.output.locale,
                RulesCommand::Stats(args) => args.output.locale,
                RulesCommand::Init(args) => args.locale,
                RulesCommand::Import(args) => args.locale,
            },
        }
    }
}

/// Check an agent's utterances, one a line
#[derive(Debug, Args)]
#[command(after_help = "Each line is judged alone, as an agent's. For transcripts with both speakers use `jinyu audit`.\n\
                        Exit codes: 0 clean, 1 findings, 2 error.\n\n\
                        Examples:\n  \
                        printf '你没有填对。\\n' | jinyu check\n  \
                        jinyu check --explain replies.txt\n  \
                        tail -f chat.log | jinyu check --format jsonl")]
pub(crate) struct CheckArgs {
    /// Files of utterances; none or `-` is standard input
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    #[command(flatten)]
    pub(crate) packs: PackArgs,
    /// The text comes from speech recognition: also find words that sound like an offence, with low confidence
    #[arg(long)]
    pub(crate) asr: bool,
}

/// Rewrite utterances with the better wordings that rules offer
#[derive(Debug, Args)]
#[command(
    after_help = "Works on plain utterances and on labelled transcripts (客服：… / 客户：…), where only agents' words change.\n\
                        Without --diff and --write: a diff on a terminal, the fixed text elsewhere.\n\
                        Exit codes: 0 done; 1 --diff has something to show; 2 error.\n\n\
                        Examples:\n  \
                        echo '你必须先付款' | jinyu fix | cat\n  \
                        jinyu fix --diff replies.txt\n  \
                        jinyu fix --write --unsafe replies.txt"
)]
pub(crate) struct FixArgs {
    /// Files to fix; none or `-` is standard input
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Show what would change as a unified diff
    #[arg(long, conflicts_with = "write")]
    pub(crate) diff: bool,
    /// Change the files in place
    #[arg(long)]
    pub(crate) write: bool,
    /// Also apply wordings that change who is responsible or what is promised
    #[arg(long = "unsafe")]
    pub(crate) also_unsafe: bool,
    #[command(flatten)]
    pub(crate) speakers: SpeakerArgs,
    /// Language of messages [default: from LC_ALL, LC_MESSAGES, LANG]
    #[arg(long, value_enum, ignore_case = true)]
    pub(crate) locale: Option<Locale>,
    #[command(flatten)]
    pub(crate) packs: PackArgs,
}

/// Check transcripts and sum up
#[derive(Debug, Args)]
#[command(after_help = "Forms, found out from the name and the first bytes, or named with --from:\n  \
                        plain text   one utterance a line, `客服：…` or `客户：…` (坐席 座席 顾客 客戶 使用者 Agent Customer … too); a line\n               \
                                     without a label goes on with the utterance before it; a blank line or a `#` heading stands\n               \
                                     between conversations; `[10:02] 坐席01：…` tells when, and which agent\n  \
                        JSON Lines   {\"conversation\",\"turn\",\"speaker\",\"text\"} and \"agent_id\",\"start\",\"end\",\"time\",\"channel\",\"confidence\"\n  \
                        JSON         arrays of such records, or conversations that hold them (turns, messages, dialogues …)\n  \
                        tables       .csv .tsv .xlsx .xls .ods, columns named in the first row, in English or Chinese (会话编号 角色 内容\n               \
                                     开始时间 工号 …); a cell may hold a whole transcript with labels\n  \
                        subtitles    .srt .vtt, with labels or <v Agent>\n  \
                        services     Alibaba SCA, Amazon Contact Lens, Google Insights, Tencent SentenceDetail, WeCom archive\n\
                        Other names of columns or keys: --columns. Numbered channels: --speakers 0=agent,1=customer.\n\
                        Records of conversations may be mixed. One that goes on after 256 others have begun, or 10000 turns of others had to be\n\
                        held, counts as several, which is said: sort such a file by conversation (a WeCom archive may mix chats as it likes).\n\
                        JSON documents and workbooks may have 256 MiB, the other forms any size.\n\
                        Times are dates (without a zone taken as UTC+8, in which reports show all of them), 10:02 or 00:00:01,000, 1.5s, or numbers: from\n\
                        their size seconds, milliseconds or microseconds since 1970, else milliseconds since the conversation began (seconds with a\n\
                        decimal point). 10:02 is minutes and seconds since the beginning in subtitles, and where the first such time of the conversation\n\
                        begins with 0 (00:05); else it is hours and minutes of a day, and after 23:59 comes the next one.\n\
                        Files may be packed (.gz .zst) and in UTF-8, UTF-16, GB18030, GBK or Big5; folders are searched for all of these.\n\
                        Only agents are judged. Exit codes: 0 clean, 1 findings, 2 error, 130 stopped by Ctrl-C or SIGTERM (reports hold\n\
                        what was done and say that it is a part; a CSV in its last row, of the kind partial).\n\n\
                        Examples:\n  \
                        jinyu audit calls/\n  \
                        jinyu audit --speakers 坐席A=agent,来电=customer monday.txt\n  \
                        jinyu audit --columns conversation=单号,speaker=谁,text=说了 'export/*.csv'\n  \
                        jinyu audit --redact --out report.html --out review.xlsx calls/\n  \
                        jinyu audit --waivers jinyu-waivers.toml --baseline monday.jsonl calls/\n  \
                        jinyu audit --from wecom archive.jsonl.gz\n  \
                        cat calls.jsonl.zst | jinyu audit --format jsonl -")]
pub(crate) struct AuditArgs {
    /// Transcripts, folders of them, patterns such as 'calls/**/*.csv'; `-` is standard input
    #[arg(value_name = "PATH", required = true)]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) reading: ReadingArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    /// Also write a report in a file; its ending says which: .html .xlsx .csv .jsonl .parquet .sarif .junit.xml. May be given more than
    /// once. On a terminal only the summary is shown then, unless --format is given
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Vec<Target>,
    /// Mask telephone numbers, identity cards, bank cards, e-mail and addresses in every report
    #[arg(long)]
    pub(crate) redact: bool,
    /// Leave findings out that reviewers marked as wrong (see `jinyu review`): they are listed as suppressed, cost no points and do not
    /// change the exit code
    #[arg(long, value_name = "FILE")]
    pub(crate) waivers: Option<PathBuf>,
    /// Show and count only what this older report (JSON Lines) does not have; scores stay those of the whole conversation
    #[arg(long, value_name = "OLD.jsonl")]
    pub(crate) baseline: Option<PathBuf>,
    /// The day on which waivers must hold
    #[arg(long, value_name = "DATE", hide = true)]
    pub(crate) today: Option<Date>,
    #[command(flatten)]
    pub(crate) packs: PackArgs,
    /// All text comes from speech recognition, not only where transcripts say so (a channel such as phone or 电话, subtitles): also
    /// find words that sound like an offence, with low confidence
    #[arg(long)]
    pub(crate) asr: bool,
}

/// Take in what reviewers say of findings
#[derive(Debug, Args)]
pub(crate) struct ReviewArgs {
    #[command(subcommand)]
    pub(crate) command: ReviewCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ReviewCommand {
    Import(ReviewImportArgs),
}

/// Read verdicts from workbooks: how precise the rules are, whether reviewers agree, and waivers for what they marked as wrong
#[derive(Debug, Args)]
#[command(
    after_help = "The workbook is the one that `jinyu audit --out review.xlsx` writes. Reviewers fill 复核结论 (正确 错误 不确定; correct wrong
                        unsure) and, if they like, 复核人 and 备注. Several reviewers: a copy of the file each, or more columns 复核结论2, 复核人2 …
                        Findings that most reviewers mark as wrong become waivers; a waiver of a finding that they mark as correct is taken back.
                        Exit codes: 0 done, 2 error.

                        Examples:
  \
                        jinyu review import review.xlsx
  \
                        jinyu review import --dry-run li.xlsx wang.xlsx
  \
                        jinyu audit --waivers jinyu-waivers.toml calls/"
)]
pub(crate) struct ReviewImportArgs {
    /// Workbooks with verdicts
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// The file of waivers, made or brought up to date
    #[arg(long, value_name = "FILE", default_value = "jinyu-waivers.toml")]
    pub(crate) waivers: PathBuf,
    /// The last day on which new waivers hold [default: in 180 days]
    #[arg(long, value_name = "DATE")]
    pub(crate) until: Option<Date>,
    /// Say what would change, write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// For people (text), or JSON Lines for programs
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    /// Language of the output [default: from LC_ALL, LC_MESSAGES, LANG]
    #[arg(long, value_enum, ignore_case = true)]
    pub(crate) locale: Option<Locale>,
    /// The day from which 180 days count
    #[arg(long, value_name = "DATE", hide = true)]
    pub(crate) today: Option<Date>,
}

/// Show what a change of rules changes on past transcripts
#[derive(Debug, Args)]
#[command(
    after_help = "PACKS is a pack, a folder of packs, or `default` for the built-in ones; give --old and --new more than once to join several.\n\
                        Examples inside the packs are not run: `jinyu rules test` does that.\n\
                        Exit codes: 0 nothing changes, 1 something does, 2 error, 130 stopped by Ctrl-C or SIGTERM.\n\n\
                        Examples:\n  \
                        jinyu replay --old default --new default --new company.toml calls/\n  \
                        jinyu replay --old rules-2026/ --new rules-2027/ --out change.html 'calls/**/*.csv'\n  \
                        jinyu replay --old default --new rules/ --format jsonl calls/"
)]
pub(crate) struct ReplayArgs {
    /// Transcripts, folders of them, patterns such as 'calls/**/*.csv'; `-` is standard input
    #[arg(value_name = "PATH", required = true)]
    pub(crate) paths: Vec<PathBuf>,
    /// The rules as they were
    #[arg(long, value_name = "PACKS", required = true)]
    pub(crate) old: Vec<PathBuf>,
    /// The rules as they would be
    #[arg(long, value_name = "PACKS", required = true)]
    pub(crate) new: Vec<PathBuf>,
    /// Show up to so many findings gained and lost for each rule
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub(crate) examples: usize,
    /// Also write a page that holds the same: a name that ends in .html
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Mask telephone numbers, identity cards, bank cards, e-mail and addresses
    #[arg(long)]
    pub(crate) redact: bool,
    #[command(flatten)]
    pub(crate) reading: ReadingArgs,
    #[command(flatten)]
    pub(crate) output: RulesOutputArgs,
    /// All text comes from speech recognition, not only where transcripts say so (a channel such as phone or 电话, subtitles): also
    /// find words that sound like an offence, with low confidence
    #[arg(long)]
    pub(crate) asr: bool,
    /// Leave the statistical model out: the words of rules alone decide
    #[arg(long)]
    pub(crate) no_model: bool,
}

/// List, explain, test, measure and write rules
#[derive(Debug, Args)]
pub(crate) struct RulesArgs {
    #[command(subcommand)]
    pub(crate) command: RulesCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RulesCommand {
    /// List the rules, flow rules, notes and profiles in use
    List(RulesListArgs),
    /// Show everything that a rule says, a note or profile, or who gives and asks for a signal, step or category
    #[command(
        after_help = "Examples:\n  jinyu rules explain blame/filled-in-wrong\n  jinyu rules explain handling/no-greeting apologise anger"
    )]
    Explain(RulesExplainArgs),
    /// Run the examples of packs
    #[command(after_help = "Without a PACK: all packs in use. Exit codes: 0 all hold, 1 some fail, 2 a pack does not load.\n\n\
                            Examples:\n  jinyu rules test\n  jinyu rules test blame command\n  jinyu rules test my-pack.toml")]
    Test(RulesTestArgs),
    /// Say what the author of a rule should look at
    #[command(
        after_help = "Without --rules the built-in packs are looked at. With --rules only the added packs are, each beside all others: what a \
                      built-in rule finds anyway is said. The examples are not tested: `jinyu rules test` does that.\n\
                      Kinds, the worst first: contradiction dead too-common wording shadowed costly unused untested.\n\
                      Exit codes: 0 nothing to say, 1 remarks, 2 a pack does not load.\n\n\
                      Examples:\n  jinyu rules lint --rules my-pack.toml\n  jinyu rules lint --kind untested\n  \
                      jinyu rules lint --rules my-pack.toml --format jsonl"
    )]
    Lint(RulesLintArgs),
    /// Count what each rule finds in transcripts, with examples, so that a noisy rule shows
    #[command(after_help = "Reads transcripts as `jinyu audit` does. Only agents are judged.\n\
                            Exit codes: 0 done, 2 something could not be read.\n\n\
                            Examples:\n  jinyu rules stats calls/\n  \
                            jinyu rules stats --no-default-rules --rules my-pack.toml --examples 10 calls/")]
    Stats(RulesStatsArgs),
    /// Start a pack: a file with one rule that works, and comments that say how to go on
    #[command(after_help = "Example:\n  jinyu rules init refund\n  jinyu rules test refund.toml")]
    Init(RulesInitArgs),
    /// Make a pack from a list of phrases (.txt, .csv, .tsv, .xlsx)
    #[command(
        after_help = "A text file has one phrase a line; `#` begins a comment. A table has its columns named in the first line:\n\
                            phrase, category, severity, replacement, note, or 禁语 类别 级别 替换 备注. Of a workbook the first sheet is read.\n\
                            A phrase of which the list says no category gets the one that built-in rules or the model read in it, marked TODO; where\n\
                            nothing speaks for one it stands in a block of comments for you to decide.\n\
                            What cannot become a good rule stands in the pack as a comment, marked TODO, with the reason.\n\
                            Exit codes: 0 every phrase became part of a rule, 1 some are left to you, 2 error.\n\n\
                            Examples:\n  jinyu rules import taboo.xlsx --name company --out company.toml\n  \
                            jinyu rules import list.txt --category impatience | less"
    )]
    Import(RulesImportArgs),
}

#[derive(Debug, Args)]
pub(crate) struct RulesStatsArgs {
    /// Transcripts, folders of them, patterns such as 'calls/**/*.csv'; `-` is standard input
    #[arg(value_name = "PATH", required = true)]
    pub(crate) paths: Vec<PathBuf>,
    /// Show up to so many different utterances for each rule
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub(crate) examples: usize,
    /// Also name the rules that never fired
    #[arg(long)]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) reading: ReadingArgs,
    #[command(flatten)]
    pub(crate) output: RulesOutputArgs,
    #[command(flatten)]
    pub(crate) packs: PackArgs,
    /// All text comes from speech recognition, not only where transcripts say so (a channel such as phone or 电话, subtitles): also
    /// find words that sound like an offence, with low confidence
    #[arg(long)]
    pub(crate) asr: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RulesInitArgs {
    /// The name of the pack: a-z, 0-9 and -
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// Where to write it [default: NAME.toml]
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Write over a file that is there
    #[arg(long)]
    pub(crate) force: bool,
    /// Language of the comments and messages [default: from LC_ALL, LC_MESSAGES, LANG]
    #[arg(long, value_enum, ignore_case = true)]
    pub(crate) locale: Option<Locale>,
}

#[derive(Debug, Args)]
pub(crate) struct RulesImportArgs {
    /// The list: .txt, .csv, .tsv or .xlsx
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Write the pack here instead of to standard output
    #[arg(long, value_name = "PACK")]
    pub(crate) out: Option<PathBuf>,
    /// The category of phrases for which the list names none
    #[arg(long, value_name = "CATEGORY", value_parser = category)]
    pub(crate) category: Option<Category>,
    /// The name of the pack: a-z, 0-9 and - [default: from the name of the list]
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Write over a file that is there
    #[arg(long)]
    pub(crate) force: bool,
    /// Language of comments and messages [default: from LC_ALL, LC_MESSAGES, LANG]
    #[arg(long, value_enum, ignore_case = true)]
    pub(crate) locale: Option<Locale>,
}

#[derive(Debug, Args)]
pub(crate) struct RulesListArgs {
    #[command(flatten)]
    pub(crate) output: RulesOutputArgs,
    #[command(flatten)]
    pub(crate) packs: PackArgs,
}

#[derive(Debug, Args)]
pub(crate) struct RulesExplainArgs {
    /// Ids of rules, flow rules, notes and profiles, and names of signals, steps and categories
    #[arg(value_name = "ID", required = true)]
    pub(crate) ids: Vec<String>,
    #[command(flatten)]
    pub(crate) output: RulesOutputArgs,
    #[command(flatten)]
    pub(crate) packs: PackArgs,
}

#[derive(Debug, Args)]
pub(crate) struct RulesTestArgs {
    /// Names of packs in use, or files and folders of packs
    #[arg(value_name = "PACK")]
    pub(crate) tested: Vec<String>,
    /// Language of the messages [default: from LC_ALL, LC_MESSAGES, LANG]
    #[arg(long, value_enum, ignore_case = true)]
    pub(crate) locale: Option<Locale>,
    #[command(flatten)]
    pub(crate) packs: PackArgs,
}

#[derive(Debug, Args)]
pub(crate) struct RulesLintArgs {
    /// Show all remarks of this kind, and no others; may be given more than once
    #[arg(long, value_name = "KIND", value_parser = lint_kind)]
    pub(crate) kind: Vec<LintKind>,
    #[command(flatten)]
    pub(crate) output: RulesOutputArgs,
    #[command(flatten)]
    pub(crate) packs: PackArgs,
}

/// How `rules list`, `explain`, `lint` and `stats` answer.
#[derive(Debug, Args)]
pub(crate) struct RulesOutputArgs {
    /// For people, or JSON Lines for programs
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    /// Language of the output [default: from LC_ALL, LC_MESSAGES, LANG]
    #[arg(long, value_enum, ignore_case = true)]
    pub(crate) locale: Option<Locale>,
}

/// How findings are written.
#[derive(Debug, Args)]
pub(crate) struct OutputArgs {
    /// For people (text, the default), or JSON Lines for programs
    #[arg(long, value_enum)]
    pub(crate) format: Option<Format>,
    /// Also show what matched a rule but was let pass, and why
    #[arg(long)]
    pub(crate) explain: bool,
    /// Language of the report [default: from LC_ALL, LC_MESSAGES, LANG]
    #[arg(long, value_enum, ignore_case = true)]
    pub(crate) locale: Option<Locale>,
}

/// Which rules are used.
#[derive(Debug, Args)]
pub(crate) struct PackArgs {
    /// Add a rule pack, or all *.toml of a folder; may be given more than once
    #[arg(long, value_name = "FILE_OR_FOLDER")]
    pub(crate) rules: Vec<PathBuf>,
    /// Leave the built-in rules out
    #[arg(long)]
    pub(crate) no_default_rules: bool,
    /// Leave the statistical model out: the words of rules alone decide
    #[arg(long)]
    pub(crate) no_model: bool,
}

/// Whose words stand after which label.
#[derive(Debug, Default, Args)]
pub(crate) struct SpeakerArgs {
    /// What your own labels mean: agent, customer or unknown
    #[arg(long, value_name = "LABEL=SPEAKER,…", value_delimiter = ',', value_parser = speaker_mapping)]
    pub(crate) speakers: Vec<(String, Speaker)>,
}

/// How transcripts are read.
#[derive(Debug, Default, Args)]
pub(crate) struct ReadingArgs {
    #[command(flatten)]
    pub(crate) speakers: SpeakerArgs,
    /// What your own columns or JSON keys are called: conversation, turn, speaker, text, date, time, start, end, agent, channel,
    /// confidence. Keys inside objects are joined by a dot; in tables without names, columns are numbered from 1
    #[arg(long, value_name = "FIELD=NAME,…", value_delimiter = ',')]
    pub(crate) columns: Vec<Mapping>,
    /// The form of all files [default: found out]
    #[arg(long, value_name = "FORM", value_enum, ignore_case = true)]
    pub(crate) from: Option<From>,
    /// The encoding of all files, such as GB18030, Big5, UTF-16LE [default: found out, and said when guessed]
    #[arg(long, value_name = "NAME", value_parser = encoding)]
    pub(crate) encoding: Option<&'static Encoding>,
}

/// The form of the output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    #[default]
    Text,
    /// JSON Lines, for programs.
    Jsonl,
}

fn speaker_mapping(argument: &str) -> Result<(String, Speaker), String> {
    let (label, speaker) =
        argument.split_once('=').ok_or_else(|| format!("\"{argument}\" has no \"=\"; write LABEL=agent or LABEL=customer"))?;
    let speaker = speaker
        .parse()
        .map_err(|_| format!("\"{speaker}\" is no speaker; write {label}=agent, {label}=customer or {label}=unknown"))?;
    match label.trim() {
        "" => Err(format!("\"{argument}\" has no label; write LABEL=agent or LABEL=customer")),
        label => Ok((label.to_owned(), speaker)),
    }
}

fn encoding(argument: &str) -> Result<&'static Encoding, String> {
    let name = argument.trim();
    // What Windows calls them.
    let label = match name.to_ascii_lowercase().as_str() {
        "cp936" | "936" => "gbk",
        "cp950" | "950" => "big5",
        "utf8" => "utf-8",
        _ => name,
    };
    Encoding::for_label(label.as_bytes())
        .ok_or_else(|| format!("there is no encoding \"{name}\"; write UTF-8, GB18030, GBK, Big5, UTF-16LE or UTF-16BE"))
}

fn lint_kind(argument: &str) -> Result<LintKind, String> {
    LintKind::ALL
        .into_iter()
        .find(|kind| kind.as_str() == argument)
        .ok_or_else(|| format!("there is no such kind of remark; there are {}", LintKind::ALL.map(LintKind::as_str).join(", ")))
}

fn category(argument: &str) -> Result<Category, String> {
    Category::meant_by(argument).ok_or_else(|| {
        let names = Category::ALL.map(|category| format!("{category} {}", category.chinese())).join(", ");
        format!("there is no such category; there are {names}")
    })
}
