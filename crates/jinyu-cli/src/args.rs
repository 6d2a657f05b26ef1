//! The arguments of every command, with the help that `--help` shows.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jinyu::Speaker;

use crate::locale::Locale;

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
    Rules(RulesArgs),
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
#[command(
    after_help = "A plain transcript has one utterance a line, `客服：…` or `客户：…` (坐席 座席 顾客 客戶 使用者 Agent Customer … too);\n\
                        a line without a label goes on with the utterance before it; a blank line or a `#` heading stands\n\
                        between conversations. JSON Lines are {\"conversation\",\"turn\",\"speaker\",\"text\"}, one record a line.\n\
                        Folders are searched for *.txt, *.jsonl and *.ndjson. Only agents are judged.\n\
                        Exit codes: 0 clean, 1 findings, 2 error.\n\n\
                        Examples:\n  \
                        jinyu audit calls/\n  \
                        jinyu audit --speakers 坐席A=agent,来电=customer monday.txt\n  \
                        zcat calls.jsonl.gz | jinyu audit --format jsonl -"
)]
pub(crate) struct AuditArgs {
    /// Transcripts and folders of them; `-` is standard input
    #[arg(value_name = "PATH", required = true)]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) speakers: SpeakerArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    #[command(flatten)]
    pub(crate) packs: PackArgs,
}

/// List, explain and test rules
#[derive(Debug, Args)]
pub(crate) struct RulesArgs {
    #[command(subcommand)]
    pub(crate) command: RulesCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RulesCommand {
    /// List the rules in use
    List(RulesListArgs),
    /// Show everything that a rule says
    #[command(after_help = "Example:\n  jinyu rules explain blame/filled-in-wrong")]
    Explain(RulesExplainArgs),
    /// Run the examples of packs
    #[command(after_help = "Without a PACK: all packs in use. Exit codes: 0 all hold, 1 some fail, 2 a pack does not load.\n\n\
                            Examples:\n  jinyu rules test\n  jinyu rules test blame command\n  jinyu rules test my-pack.toml")]
    Test(RulesTestArgs),
    /// Say what the author of a rule should look at
    #[command(after_help = "Exit codes: 0 nothing to say, 1 remarks, 2 a pack does not load.")]
    Lint(RulesLintArgs),
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
    /// Ids of rules
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
    #[command(flatten)]
    pub(crate) packs: PackArgs,
}

#[derive(Debug, Args)]
pub(crate) struct RulesLintArgs {
    #[command(flatten)]
    pub(crate) packs: PackArgs,
}

/// How `rules list` and `rules explain` answer.
#[derive(Debug, Args)]
pub(crate) struct RulesOutputArgs {
    /// For people, or one JSON record a rule
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    /// Language of the output [default: from LC_ALL, LC_MESSAGES, LANG]
    #[arg(long, value_enum, ignore_case = true)]
    pub(crate) locale: Option<Locale>,
}

/// How findings are written.
#[derive(Debug, Args)]
pub(crate) struct OutputArgs {
    /// For people, or JSON Lines for programs
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
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
}

/// Whose words stand after which label.
#[derive(Debug, Args)]
pub(crate) struct SpeakerArgs {
    /// What your own labels mean: agent, customer or unknown
    #[arg(long, value_name = "LABEL=SPEAKER,…", value_delimiter = ',', value_parser = speaker_mapping)]
    pub(crate) speakers: Vec<(String, Speaker)>,
}

/// The form of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
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
