//! The parts of the page that are the same for every browser: figures, charts and provenance, filled into `templates/*.html`, which
//! escape all text.

use askama::Template;
use jinyu::Checker;

use super::super::Tally;
use super::super::agents::{ENOUGH, Scores};
use super::super::jsonl::{PackRecord, pack_records, tenth};
use super::super::time::date;
use super::chart::{self, Bar, HEIGHT, TREND_WIDTH, Trend, WIDTH};
use super::detail::{Names, RuleKind};
use super::sums::Sums;
use super::words;
use crate::locale::{Locale, Translator};
use crate::read::meter::InputFacts;

/// Rules that the table of what is violated most names.
const TOP_RULES: usize = 12;

/// Agents that the table names; a workbook has them all.
const MOST_AGENTS: usize = 200;

/// Inputs that are named with their hash; a JSON Lines report has them all.
const MOST_INPUTS: usize = 500;

/// The page down to where the script's data begins.
#[derive(Template)]
#[template(path = "report.html")]
pub(super) struct Page<'a> {
    locale: Locale,
    language: &'static str,
    style: &'static str,
    period: Option<String>,
    partial: bool,
    redacted: bool,
    /// Options that change verdicts, and what they do.
    settings: Vec<[String; 2]>,
    /// What does not count, where waivers or an older report were given.
    waived: Option<usize>,
    known: Option<usize>,
    conversations: usize,
    flagged: usize,
    findings: usize,
    per_hundred: f64,
    mean: Option<f64>,
    spread: Option<f64>,
    critical: usize,
    enough: usize,
    histogram: Vec<Bar>,
    care: Vec<CareRow>,
    trend: Option<Trend>,
    broken: Vec<BrokenRow>,
    more_broken: usize,
    agents: Vec<AgentRow<'a>>,
    more_agents: usize,
    notes: Vec<NoteRow>,
    engine: &'static str,
    packs: Vec<PackRecord<'a>>,
    inputs: &'a [InputFacts],
    more_inputs: usize,
    unread: &'a [String],
    errors: usize,
    width: f64,
    trend_width: f64,
    height: f64,
}

/// The script, after all data.
#[derive(Template)]
#[template(source = "<script>{{ script|safe }}</script>\n</body>\n</html>\n", ext = "html")]
struct Script {
    script: &'static str,
}

/// The end of the page.
pub(super) struct Foot;

impl Foot {
    pub(super) fn write_into(&self, out: &mut impl std::io::Write) -> std::io::Result<()> {
        Script { script: include_str!("../../../assets/report.js") }.write_into(out)
    }
}

/// A CARE dimension, and the need of customers that it stands for.
struct CareRow {
    key: &'static str,
    mean: f64,
}

/// A rule that was broken.
struct BrokenRow {
    id: String,
    category: String,
    severity: &'static str,
    severity_name: &'static str,
    message: String,
    conversations: usize,
    /// Conversations to which it applied.
    of: usize,
    percent: f64,
    /// How often it was found, where that can be more than once in a conversation.
    times: Option<usize>,
}

/// An agent's scores.
struct AgentRow<'a> {
    name: &'a str,
    conversations: usize,
    mean: f64,
    spread: Option<f64>,
    few: bool,
    /// Where the middle two thirds of the scores lie, about.
    low: f64,
    breadth: f64,
    costly: Vec<(String, usize)>,
}

impl<'a> AgentRow<'a> {
    fn new(name: &'a str, scores: &Scores) -> Self {
        let (mean, spread) = (scores.mean().unwrap_or(0.0), scores.spread());
        let half = spread.unwrap_or(0.0);
        let (low, high) = ((mean - half).max(0.0), (mean + half).min(100.0));
        let costly = scores.costly().into_iter().take(3).map(|(rule, times, _)| (rule.to_string(), times));
        Self {
            name,
            conversations: scores.conversations,
            mean: tenth(mean),
            spread: spread.map(tenth),
            few: scores.conversations < ENOUGH,
            low,
            breadth: high - low,
            costly: costly.collect(),
        }
    }
}

/// What reviewers should know, and how often it stands.
struct NoteRow {
    id: String,
    profile: bool,
    message: String,
    conversations: usize,
}

impl<'a> Page<'a> {
    pub(super) fn new(
        locale: Locale,
        translator: &mut Translator,
        tally: &'a Tally,
        sums: &Sums,
        names: &Names,
        checker: &'a Checker,
    ) -> Self {
        let scores = &tally.agents.all;
        let count = sums.conversations.max(1) as f64;
        let keys = ["empathic", "attractive", "credible", "responsive"];
        let mut broken: Vec<BrokenRow> = sums
            .broken
            .iter()
            .filter_map(|(id, conversations)| {
                let rule = names.find(id)?;
                let flow = tally.flow.get(id);
                let of = flow.map_or(sums.conversations, |flow| flow.satisfied + flow.violated + flow.pending);
                Some(BrokenRow {
                    id: id.to_string(),
                    category: match rule.kind {
                        RuleKind::Offence(category) => locale.category(category).to_owned(),
                        _ => words::of(locale, "flow").to_owned(),
                    },
                    severity: rule.severity.as_str(),
                    severity_name: locale.severity(rule.severity),
                    message: translator.translate(&rule.message).to_owned(),
                    conversations: *conversations,
                    of,
                    percent: *conversations as f64 * 100.0 / of.max(1) as f64,
                    times: tally.by_rule.get(id).map(|(_, times)| *times),
                })
            })
            .collect();
        broken.sort_by(|one, other| other.conversations.cmp(&one.conversations).then_with(|| one.id.cmp(&other.id)));
        let more_broken = broken.len().saturating_sub(TOP_RULES);
        broken.truncate(TOP_RULES);
        let notes = sums.notes.iter().filter_map(|(id, conversations)| {
            let note = names.find(id)?;
            let message = translator.translate(&note.message).to_owned();
            Some(NoteRow { id: id.to_string(), profile: note.kind == RuleKind::Profile, message, conversations: *conversations })
        });
        let mut notes: Vec<NoteRow> = notes.collect();
        notes.sort_by_key(|note| (!note.profile, std::cmp::Reverse(note.conversations)));
        let days = sums.days.first_key_value().zip(sums.days.last_key_value());
        Self {
            locale,
            language: locale.pick("zh-Hans", "zh-Hant", "en"),
            style: include_str!("../../../assets/report.css"),
            period: days.map(
                |((first, _), (last, _))| {
                    if first == last { date(*first) } else { format!("{} – {}", date(*first), date(*last)) }
                },
            ),
            partial: tally.partial,
            redacted: tally.redacted,
            settings: tally.settings.lines(locale),
            waived: tally.unused_waivers.map(|_| tally.suppressed),
            known: tally.known,
            conversations: tally.conversations,
            flagged: tally.conversations_with_findings,
            findings: tally.findings,
            per_hundred: tenth(tally.findings as f64 * 100.0 / tally.agent_utterances.max(1) as f64),
            mean: scores.mean().map(tenth),
            spread: scores.spread().map(tenth),
            critical: sums.critical,
            enough: ENOUGH,
            histogram: chart::histogram(&sums.histogram),
            care: keys.into_iter().zip(sums.care).map(|(key, sum)| CareRow { key, mean: tenth(sum / count) }).collect(),
            trend: chart::trend(&sums.days),
            broken,
            more_broken,
            agents: tally.agents.of.iter().take(MOST_AGENTS).map(|(name, of)| AgentRow::new(name, of)).collect(),
            more_agents: tally.agents.of.len().saturating_sub(MOST_AGENTS),
            notes,
            engine: env!("CARGO_PKG_VERSION"),
            packs: pack_records(checker),
            inputs: tally.inputs.get(..MOST_INPUTS).unwrap_or(&tally.inputs),
            more_inputs: tally.inputs.len().saturating_sub(MOST_INPUTS),
            unread: &tally.unread,
            errors: tally.errors,
            width: WIDTH,
            trend_width: TREND_WIDTH,
            height: HEIGHT,
        }
    }

    /// A word of the page.
    fn w(&self, key: &'static str) -> &'static str {
        words::of(self.locale, key)
    }

    fn tenth(&self, figure: &f64) -> String {
        format!("{figure:.1}")
    }

    fn care_need(&self, key: &str) -> &'static str {
        self.w(match key {
            "credible" => "credible-need",
            "attractive" => "attractive-need",
            "responsive" => "responsive-need",
            _ => "empathic-need",
        })
    }

    fn care_why(&self, key: &str) -> &'static str {
        self.w(match key {
            "credible" => "credible-why",
            "attractive" => "attractive-why",
            "responsive" => "responsive-why",
            _ => "empathic-why",
        })
    }

    fn trend_unit(&self, trend: &Trend) -> &'static str {
        self.w(match trend.unit {
            "day" => "by-day",
            "week" => "by-week",
            _ => "by-month",
        })
    }

    /// Scores that are marked at the side of a chart, and how high they stand.
    fn scale(&self) -> [(u32, f64); 3] {
        [0, 50, 100].map(|score| (score, HEIGHT - f64::from(score) / 100.0 * HEIGHT))
    }
}
