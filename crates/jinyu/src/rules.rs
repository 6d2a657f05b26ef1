//! Rule packs: TOML to validated data. Receives the text of a pack, hands on [`RulePack`]; patterns are compiled by
//! [`pattern`], examples are run by the checker.

pub(crate) mod compile;
pub(crate) mod flow;
pub(crate) mod frequency;
pub(crate) mod later;
pub(crate) mod library;
pub(crate) mod literal;
pub(crate) mod matcher;
mod mend;
pub(crate) mod pattern;

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::rules::flow::{FlowRule, NoteRule, RawFlow, RawNote};
use crate::suggest::Safety;

/// The names of the steps that the statistical model knows, in the order of its file.
pub const STEPS: [&str; 17] = [
    "greet",
    "acknowledge",
    "apologise",
    "empathise",
    "ask",
    "restate",
    "record",
    "hold",
    "offer",
    "timeline",
    "check-satisfied",
    "anything-else",
    "thank",
    "follow-up",
    "goodbye",
    "argue",
    "transfer",
];

/// The same for signals.
pub const SIGNALS: [&str; 9] =
    ["dissatisfaction", "anger", "complaint", "escalation", "compensation", "legal-or-media", "churn", "repeat-contact", "abuse"];

/// The kinds of offence, as a strict but fair quality manager sorts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Category {
    /// 指责客户: says that the customer is wrong, confused, careless or lying.
    Blame,
    /// 命令: orders the customer about.
    Command,
    /// 否认撇清: flatly denies that the company could be at fault.
    Denial,
    /// 绝对拒绝: refuses flatly and offers nothing.
    Refusal,
    /// 规定挡箭牌: hides behind a rule, the system or habit.
    Policy,
    /// 一问三不知: doesn't know and leaves it there.
    Ignorance,
    /// 推诿: pushes the matter away.
    Shirk,
    /// 敷衍打发: ends it without help.
    BrushOff,
    /// 不耐烦、打断: shows impatience or cuts in.
    Impatience,
    /// 傲慢嘲讽: mocks, condescends, insults.
    Contempt,
    /// 挑衅威胁: provokes or threatens.
    Threat,
    /// 指责同事或公司: blames a colleague or the own company to the customer.
    Disparage,
    /// 空头承诺: promises what an agent cannot guarantee.
    Overpromise,
}

impl Category {
    /// All of them, in the order of the taxonomy.
    pub const ALL: [Self; 13] = [
        Self::Blame,
        Self::Command,
        Self::Denial,
        Self::Refusal,
        Self::Policy,
        Self::Ignorance,
        Self::Shirk,
        Self::BrushOff,
        Self::Impatience,
        Self::Contempt,
        Self::Threat,
        Self::Disparage,
        Self::Overpromise,
    ];

    /// The name as it stands in packs and records, such as `brush-off`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Blame => "blame",
            Self::Command => "command",
            Self::Denial => "denial",
            Self::Refusal => "refusal",
            Self::Policy => "policy",
            Self::Ignorance => "ignorance",
            Self::Shirk => "shirk",
            Self::BrushOff => "brush-off",
            Self::Impatience => "impatience",
            Self::Contempt => "contempt",
            Self::Threat => "threat",
            Self::Disparage => "disparage",
            Self::Overpromise => "overpromise",
        }
    }

    /// The name for Chinese readers, in Simplified.
    #[must_use]
    pub fn chinese(self) -> &'static str {
        match self {
            Self::Blame => "指责客户",
            Self::Command => "命令",
            Self::Denial => "否认撇清",
            Self::Refusal => "绝对拒绝",
            Self::Policy => "规定挡箭牌",
            Self::Ignorance => "一问三不知",
            Self::Shirk => "推诿",
            Self::BrushOff => "敷衍打发",
            Self::Impatience => "不耐烦、打断",
            Self::Contempt => "傲慢嘲讽",
            Self::Threat => "挑衅威胁",
            Self::Disparage => "指责同事或公司",
            Self::Overpromise => "空头承诺",
        }
    }
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What it means that a rule's words are said.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// It must not be said.
    Taboo(Category),
    /// A customer shows something by it, such as `anger`.
    Signal(Arc<str>),
    /// An agent does something by it, such as `apologise`.
    Step(Arc<str>),
}

impl Kind {
    /// The name of the category, signal or step.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Taboo(category) => category.as_str(),
            Self::Signal(name) | Self::Step(name) => name,
        }
    }

    /// The category of a taboo.
    #[must_use]
    pub fn category(&self) -> Option<Category> {
        match self {
            Self::Taboo(category) => Some(*category),
            Self::Signal(_) | Self::Step(_) => None,
        }
    }
}

/// What a signal or step of the built-in packs, or a category, is called in Chinese, Simplified; none for other names.
///
/// ```
/// assert_eq!(jinyu::event_in_chinese("apologise"), Some("道歉"));
/// assert_eq!(jinyu::event_in_chinese("mine"), None);
/// ```
#[must_use]
pub fn event_in_chinese(name: &str) -> Option<&'static str> {
    if let Some(category) = Category::ALL.into_iter().find(|category| category.as_str() == name) {
        return Some(category.chinese());
    }
    Some(match name {
        "dissatisfaction" => "不满",
        "anger" => "愤怒",
        "complaint" => "投诉",
        "escalation" => "要求找上级",
        "compensation" => "要求赔偿",
        "legal-or-media" => "法律或媒体",
        "churn" => "要走",
        "repeat-contact" => "重复来询",
        "abuse" => "辱骂",
        "greet" => "问候",
        "acknowledge" => "回应",
        "apologise" => "道歉",
        "empathise" => "体谅",
        "ask" => "询问",
        "restate" => "复述",
        "record" => "记录",
        "hold" => "请稍候",
        "offer" => "给方案",
        "timeline" => "说明时间",
        "check-satisfied" => "确认满意",
        "anything-else" => "问还需要什么",
        "thank" => "感谢",
        "follow-up" => "回访",
        "goodbye" => "道别",
        "promise" => "承诺",
        "vague-time" => "时间含糊",
        "transfer" => "转接",
        "argue" => "争辩",
        "push-away" => "推开",
        "resolved" => "已解决",
        "declines" => "不再需要",
        "threatens" => "威胁",
        "reverses" => "反复",
        "proud" => "矜持",
        "odd" => "古怪",
        "lewd" => "下流",
        "gives-facts" => "说明情况",
        "finds-fault" => "处处挑剔",
        "excessive-demand" => "要求过高",
        "drunk" => "醉酒",
        "digresses" => "离题",
        "customer-left" => "客户离开",
        "argues" => "爱争辩",
        "in-town" => "本地",
        _ => return None,
    })
}

/// How much a finding weighs. The order is from least to most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Worth a remark.
    Note,
    /// Worth a talk.
    Warning,
    /// Must not be said.
    Error,
}

impl Severity {
    /// The name as it stands in packs and records: `note`, `warning`, `error`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// How sure a finding is. The order is from least to most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// Look before you judge.
    Low,
    /// Usually right.
    Medium,
    /// Right but for rare cases.
    #[default]
    High,
}

impl Confidence {
    /// The name as it stands in packs and records: `low`, `medium`, `high`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// The CARE dimension that a rule serves: what customers want from service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Care {
    /// Keeps its word.
    Credible,
    /// Courteous wording.
    #[default]
    Attractive,
    /// Quick, takes action.
    Responsive,
    /// Understands.
    Empathic,
}

impl Care {
    /// The name as it stands in packs and records.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Credible => "credible",
            Self::Attractive => "attractive",
            Self::Responsive => "responsive",
            Self::Empathic => "empathic",
        }
    }
}

/// What something costs a conversation's score, in points of a hundred.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Weight {
    /// Points for each time.
    pub points: u32,
    /// The most that one rule may cost in one conversation.
    pub cap: u32,
    /// Whether once is enough to leave no points at all.
    pub critical: bool,
}

impl Weight {
    /// What a pack says, or else what the severity is worth: 10, 5 or 2 points, and twice that at most.
    pub(crate) fn new(severity: Severity, points: Option<u32>, cap: Option<u32>, critical: bool) -> Self {
        let points = points.unwrap_or(match severity {
            Severity::Error => 10,
            Severity::Warning => 5,
            Severity::Note => 2,
        });
        Self { points, cap: cap.unwrap_or(points * 2).max(points), critical }
    }
}

/// Whose words a rule is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// The agent's.
    #[default]
    Agent,
    /// The customer's.
    Customer,
    /// Everybody's.
    Any,
}

/// Where in the utterance a match must stand; fillers before it and particles after it are not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Edge {
    /// At the start of a clause.
    Start,
    /// At the end of a clause.
    End,
    /// The match is the whole clause.
    Clause,
    /// The match is the whole utterance.
    Utterance,
}

/// What a fix stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Replace {
    /// The words that were found.
    #[default]
    Match,
    /// The clause around them.
    Clause,
    /// All that was said.
    Utterance,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Boundary {
    Word,
}

/// A context in which a match is judged; all keys that are given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Condition {
    pub(crate) around: Option<String>,
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
    pub(crate) earlier: Option<String>,
    pub(crate) later: Option<String>,
    pub(crate) utterance: Option<String>,
    pub(crate) customer: Option<String>,
    pub(crate) agent: Option<String>,
    #[serde(default)]
    pub(crate) opening: bool,
    #[serde(default)]
    pub(crate) quoted: bool,
}

impl Condition {
    /// The keys and what is written for them.
    pub(crate) fn patterns(&self) -> [(&'static str, Option<&str>); 8] {
        [
            ("around", self.around.as_deref()),
            ("before", self.before.as_deref()),
            ("after", self.after.as_deref()),
            ("earlier", self.earlier.as_deref()),
            ("later", self.later.as_deref()),
            ("utterance", self.utterance.as_deref()),
            ("customer", self.customer.as_deref()),
            ("agent", self.agent.as_deref()),
        ]
    }
}

impl fmt::Display for Condition {
    /// As its author wrote it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let given = self.patterns().into_iter().filter_map(|(key, value)| value.map(|value| format!("{key} = \"{value}\"")));
        let quoted = self.quoted.then(|| "quoted = true".to_owned());
        let opening = self.opening.then(|| "opening = true".to_owned());
        write!(f, "{{ {} }}", given.chain(opening).chain(quoted).collect::<Vec<_>>().join(", "))
    }
}

/// A condition written in place, or the name of a guard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum GuardRef {
    Named(String),
    Inline(Condition),
}

impl fmt::Display for GuardRef {
    /// As its author wrote it, a name without quotation marks.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(name) => f.write_str(name),
            Self::Inline(condition) => condition.fmt(f),
        }
    }
}

#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "the name of a guard, or a table such as { before = \"…\" } with the keys around, before, after, earlier, later, utterance, customer, agent, opening, quoted"
)]
enum RawGuardRef {
    Named(String),
    Inline(Condition),
}

impl From<RawGuardRef> for GuardRef {
    fn from(raw: RawGuardRef) -> Self {
        match raw {
            RawGuardRef::Named(name) => Self::Named(name),
            RawGuardRef::Inline(condition) => Self::Inline(condition),
        }
    }
}

/// A better wording, as written in the pack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Fix {
    /// The wording, in Simplified; `${name}` stands for a group of the pattern, or of `from`.
    pub text: String,
    /// A pattern for what the wording is made from: it is looked for in what `replace` names, and the wording stands for what it finds.
    /// Where it finds nothing the wording is not offered.
    pub from: Option<String>,
    /// How each clause of what `replace` names is told in the wording, which takes them as `${clauses}`: the first one that fits a clause counts.
    /// Where none fits one of the clauses the wording is not offered.
    #[serde(default)]
    pub clauses: Vec<Retelling>,
    /// Whether they may be one clause: mostly that has better words of its own.
    #[serde(default)]
    pub single: bool,
    /// How far it may be trusted.
    #[serde(default)]
    pub safety: Safety,
    /// What it changes, where it is not safe.
    pub reason: Option<String>,
    /// What it stands for.
    #[serde(default)]
    pub replace: Replace,
    /// The wording for Taiwan, where conversion of `text` is not enough.
    pub tw: Option<String>,
    /// The wording for Hong Kong, where conversion of `text` is not enough.
    pub hk: Option<String>,
}

/// How a clause is told in a wording.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Retelling {
    /// A pattern for the clause.
    pub from: String,
    /// What it becomes, in Simplified; `${name}` stands for a group of `from`. Empty: it is dropped.
    #[serde(default)]
    pub text: String,
    /// Whether it must come after a clause that stays.
    #[serde(default)]
    pub follows: bool,
}

/// The group of a wording that takes its clauses.
pub(crate) const CLAUSES: &str = "clauses";

impl Fix {
    /// The patterns that it asks for.
    pub(crate) fn patterns(&self) -> impl Iterator<Item = &str> {
        self.from.iter().chain(self.clauses.iter().map(|clause| &clause.from)).map(String::as_str)
    }

    fn check(&self) -> Result<(), String> {
        if !self.clauses.is_empty() && (self.safety != Safety::Show || !self.text.contains("${clauses}")) {
            return Err(format!(
                "the fix \"{}\" tells clauses again, which may lose something: its text must take ${{clauses}}, and its safety be show",
                self.text
            ));
        }
        match (self.safety, &self.reason) {
            (Safety::Unsafe, None) => {
                Err(format!("the fix \"{}\" is unsafe but does not say why; add reason = \"…\"", self.text))
            }
            _ => Ok(()),
        }
    }
}

/// A better wording written in place, or the name of a list of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FixRef {
    /// A list that a pack declares under `[fixes]`.
    Named(String),
    /// A wording.
    Inline(Fix),
}

#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "the name of a list of fixes, or a table such as { text = \"…\", safety = \"show\" } with the keys text, from, clauses, safety, reason, replace, tw, hk"
)]
enum RawFixRef {
    Named(String),
    Inline(Fix),
}

impl From<RawFixRef> for FixRef {
    fn from(raw: RawFixRef) -> Self {
        match raw {
            RawFixRef::Named(name) => Self::Named(name),
            RawFixRef::Inline(fix) => Self::Inline(fix),
        }
    }
}

/// A sentence that a rule must find or must leave alone.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Example {
    /// What the agent says.
    pub text: String,
    /// The exact part that must be found.
    pub expected_match: Option<String>,
    /// The whole text after the first applicable fix.
    pub expected_fix: Option<String>,
    /// The whole text with the first wording in place, however far that may be trusted.
    pub expected_say: Option<String>,
    /// What the customer said just before.
    pub customer: Option<String>,
    /// What the agent said just before.
    pub agent: Option<String>,
    /// Whether its speaker says this among the first things.
    pub opening: bool,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "a sentence, or a table such as { text = \"…\", match = \"…\", fix = \"…\", customer = \"…\" }")]
enum RawExample {
    Text(String),
    Table(RawExampleTable),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawExampleTable {
    text: String,
    #[serde(rename = "match")]
    expected_match: Option<String>,
    fix: Option<String>,
    say: Option<String>,
    customer: Option<String>,
    agent: Option<String>,
    #[serde(default)]
    opening: bool,
}

impl Example {
    /// A sentence of which no more is asked.
    pub(crate) fn of(text: String) -> Self {
        Self { text, expected_match: None, expected_fix: None, expected_say: None, customer: None, agent: None, opening: false }
    }
}

impl From<RawExample> for Example {
    fn from(raw: RawExample) -> Self {
        match raw {
            RawExample::Text(text) => Self::of(text),
            RawExample::Table(table) => Self {
                text: table.text,
                expected_match: table.expected_match,
                expected_fix: table.fix,
                expected_say: table.say,
                customer: table.customer,
                agent: table.agent,
                opening: table.opening,
            },
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPack {
    pack: Header,
    #[serde(default)]
    classes: toml::Table,
    #[serde(default)]
    guards: std::collections::BTreeMap<String, Vec<Condition>>,
    #[serde(default)]
    fixes: std::collections::BTreeMap<String, Vec<Fix>>,
    #[serde(default, rename = "rule")]
    rules: Vec<toml::Spanned<RawRule>>,
    #[serde(default, rename = "flow")]
    flows: Vec<toml::Spanned<RawFlow>>,
    #[serde(default, rename = "note")]
    notes: Vec<toml::Spanned<RawNote>>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    name: String,
    version: String,
    summary: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRule {
    id: String,
    category: Option<Category>,
    signal: Option<String>,
    step: Option<String>,
    severity: Option<Severity>,
    #[serde(default)]
    confidence: Confidence,
    speaker: Option<Scope>,
    points: Option<u32>,
    cap: Option<u32>,
    #[serde(default)]
    critical: bool,
    #[serde(default)]
    phrases: Vec<String>,
    #[serde(default)]
    patterns: Vec<String>,
    #[serde(default)]
    model: bool,
    edge: Option<Edge>,
    boundary: Option<Boundary>,
    #[serde(default)]
    when: Vec<RawGuardRef>,
    #[serde(default)]
    unless: Vec<RawGuardRef>,
    #[serde(default)]
    fix: Vec<RawFixRef>,
    #[serde(default)]
    why: String,
    source: Option<String>,
    #[serde(default)]
    care: Care,
    hit: Vec<RawExample>,
    miss: Vec<RawExample>,
}

/// One rule of a pack: what must not be said, when it is innocent after all, and how to say it better.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rule {
    /// The id, such as `blame/filled-in-wrong`.
    pub id: Arc<str>,
    /// What it means that its words are said.
    pub kind: Kind,
    /// How much a finding weighs; a note for signals and steps, which are no offence.
    pub severity: Severity,
    /// How sure a finding is.
    pub confidence: Confidence,
    /// The CARE dimension that the rule serves.
    pub care: Care,
    /// What a finding costs the conversation's score.
    pub weight: Weight,
    /// Why this must not be said: one Chinese sentence, Simplified; may be empty for signals and steps.
    pub why: Arc<str>,
    /// Where the rule comes from.
    pub source: Option<String>,
    /// Whether the statistical model looks for it where no other rule finds anything, instead of phrases and patterns.
    pub model: bool,
    /// Plain phrases, as written in the pack.
    pub phrases: Vec<String>,
    /// Patterns, as written in the pack.
    pub patterns: Vec<String>,
    /// Sentences that the rule must find.
    pub hits: Vec<Example>,
    /// Sentences that the rule must leave alone.
    pub misses: Vec<Example>,
    /// The line in its pack where the rule begins, from 1.
    pub line: usize,
    pub(crate) scope: Scope,
    pub(crate) edge: Option<Edge>,
    pub(crate) boundary: bool,
    pub(crate) when: Vec<GuardRef>,
    pub(crate) unless: Vec<GuardRef>,
    pub(crate) fixes: Vec<FixRef>,
}

impl Rule {
    /// Whose words it is about.
    #[must_use]
    pub fn speaker(&self) -> Scope {
        self.scope
    }

    /// Where a match must stand, if that matters.
    #[must_use]
    pub fn edge(&self) -> Option<Edge> {
        self.edge
    }

    /// Whether both ends of a match must be word boundaries.
    #[must_use]
    pub fn boundary(&self) -> bool {
        self.boundary
    }

    /// The conditions of which one must hold: names of guards, and conditions as written in place, `{ after = "…" }`.
    pub fn when(&self) -> impl Iterator<Item = String> {
        self.when.iter().map(GuardRef::to_string)
    }

    /// The conditions of which none may hold, written as those of [`when`](Self::when).
    pub fn unless(&self) -> impl Iterator<Item = String> {
        self.unless.iter().map(GuardRef::to_string)
    }

    /// The better wordings as written in the pack, the best first.
    pub fn fixes(&self) -> impl Iterator<Item = &FixRef> {
        self.fixes.iter()
    }

    /// The names of the guards under `unless`; conditions written in place have none.
    pub fn guards(&self) -> impl Iterator<Item = &str> {
        self.unless.iter().filter_map(|guard| match guard {
            GuardRef::Named(name) => Some(name.as_str()),
            GuardRef::Inline(_) => None,
        })
    }
}

/// A file of rules: read and validated on its own, compiled together with others by
/// [`CheckerBuilder::build`](crate::CheckerBuilder::build).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RulePack {
    /// Where the pack was read from, for messages.
    pub file: String,
    /// The pack's name.
    pub name: String,
    /// The pack's version.
    pub version: String,
    /// What the pack is about, in one line.
    pub summary: String,
    /// The pack as written.
    pub text: Arc<str>,
    /// The rules in the order of the file.
    pub rules: Vec<Rule>,
    /// The rules over whole conversations, in the order of the file.
    pub flows: Vec<FlowRule>,
    /// What reviewers should know about conversations, in the order of the file.
    pub notes: Vec<NoteRule>,
    pub(crate) classes: Vec<(String, Vec<String>)>,
    pub(crate) guards: Vec<(String, Vec<Condition>)>,
    pub(crate) fixes: Vec<(String, Vec<Fix>)>,
}

impl RulePack {
    /// The word classes that the pack declares: the name, and the alternatives as written.
    pub fn classes(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.classes.iter().map(|(name, alternatives)| (name.as_str(), alternatives.as_slice()))
    }

    /// The guards that the pack declares: the name, and the conditions as written, any one of which is enough.
    pub fn guards(&self) -> impl Iterator<Item = (&str, Vec<String>)> {
        self.guards.iter().map(|(name, conditions)| (name.as_str(), conditions.iter().map(Condition::to_string).collect()))
    }

    /// The lists of better wordings that the pack declares: the name, and the wordings, the best first.
    pub fn fixes(&self) -> impl Iterator<Item = (&str, &[Fix])> {
        self.fixes.iter().map(|(name, fixes)| (name.as_str(), fixes.as_slice()))
    }

    /// Reads a pack; `file` is what errors call it.
    ///
    /// Patterns are compiled, and examples run, when a checker is built with it.
    ///
    /// # Errors
    /// When the text is not TOML, has an unknown key or a missing one, or when an id is no id or there twice.
    pub fn from_toml(file: &str, text: &str) -> Result<Self, Error> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let raw: RawPack = toml::from_str(text).map_err(|error| {
            let at = error.span().map(|span| span.start);
            Error::syntax(file, at.map(|at| line_and_column(text, at)), mend::mended(text, at, error.message()))
        })?;
        let mut classes = Vec::new();
        for (name, value) in raw.classes {
            let alternatives = value
                .try_into::<Vec<String>>()
                .map_err(|_| Error::rule(file, None, &name, "a word class is a list of words: name = [\"…\", \"…\"]"))?;
            if !is_name(&name) || alternatives.is_empty() {
                return Err(Error::rule(file, None, &name, "a word class needs a name of a-z, 0-9 and - and at least one word"));
            }
            classes.push((name, alternatives));
        }
        let mut rules: Vec<Rule> = Vec::with_capacity(raw.rules.len());
        for spanned in raw.rules {
            let line = line_and_column(text, spanned.span().start).0;
            let rule = Rule::new(file, line, spanned.into_inner())?;
            if let Some(first) = rules.iter().find(|other| other.id == rule.id) {
                let message = format!("this id stands in line {} already; give the new rule an id of its own", first.line);
                return Err(Error::rule(file, Some(line), &rule.id, message));
            }
            rules.push(rule);
        }
        let flow = |raw: toml::Spanned<RawFlow>| FlowRule::new(file, line_and_column(text, raw.span().start).0, raw.into_inner());
        let note = |raw: toml::Spanned<RawNote>| NoteRule::new(file, line_and_column(text, raw.span().start).0, raw.into_inner());
        let flows = raw.flows.into_iter().map(flow).collect::<Result<Vec<_>, _>>()?;
        let notes = raw.notes.into_iter().map(note).collect::<Result<Vec<_>, _>>()?;
        for (name, fixes) in &raw.fixes {
            let fail = |message: &str| Error::rule(file, None, name, message);
            if !is_name(name) || fixes.is_empty() {
                return Err(fail("a list of fixes needs a name of a-z, 0-9 and - and at least one fix"));
            }
            fixes.iter().try_for_each(Fix::check).map_err(|message| fail(&message))?;
        }
        if !is_name(&raw.pack.name) {
            return Err(Error::syntax(file, None, "the pack's name may hold a-z, 0-9 and - only"));
        }
        Ok(Self {
            file: file.to_owned(),
            name: raw.pack.name,
            version: raw.pack.version,
            summary: raw.pack.summary,
            text: text.into(),
            rules,
            flows,
            notes,
            classes,
            guards: raw.guards.into_iter().collect(),
            fixes: raw.fixes.into_iter().collect(),
        })
    }
}

impl Rule {
    fn new(file: &str, line: usize, raw: RawRule) -> Result<Self, Error> {
        let fail = |message: &str| Err(Error::rule(file, Some(line), &raw.id, message));
        if raw.id.split('/').count() != 2 || !raw.id.split('/').all(is_name) {
            return fail("an id is subject/what-is-bad in a-z, 0-9 and -, such as blame/filled-in-wrong");
        }
        let name = |name: String| if is_name(&name) { Ok(Arc::from(name)) } else { Err(name) };
        let kind = match (raw.category, raw.signal, raw.step) {
            (Some(category), None, None) => Ok(Kind::Taboo(category)),
            (None, Some(signal), None) => name(signal).map(Kind::Signal),
            (None, None, Some(step)) => name(step).map(Kind::Step),
            _ => {
                return fail(
                    "a rule has one of `category`, `signal` and `step`; write category = \"…\" for what must not be said",
                );
            }
        };
        let kind = match kind {
            Ok(kind) => kind,
            Err(name) => return fail(&format!("\"{name}\" is no name for a signal or step; use a-z, 0-9 and -")),
        };
        let (is_taboo, scope) = match kind {
            Kind::Taboo(_) => (true, Scope::Agent),
            Kind::Signal(_) => (false, Scope::Customer),
            Kind::Step(_) => (false, Scope::Agent),
        };
        let severity = match raw.severity {
            Some(_) if !is_taboo => return fail("a signal or step is no offence; remove `severity`"),
            Some(severity) => severity,
            None if is_taboo => return fail("`severity` is missing; write severity = \"error\", \"warning\" or \"note\""),
            None => Severity::Note,
        };
        if !is_taboo && (raw.points.is_some() || raw.cap.is_some() || raw.critical || !raw.fix.is_empty()) {
            return fail("a signal or step costs nothing and needs no better wording; remove points, cap, critical and fix");
        }
        let has_words = !raw.phrases.is_empty() || !raw.patterns.is_empty();
        let is_for_others = raw.speaker.is_some_and(|speaker| speaker != Scope::Agent);
        let has_place = raw.edge.is_some() || raw.boundary.is_some() || !raw.when.is_empty() || !raw.unless.is_empty();
        if raw.model && (has_words || has_place || is_for_others) {
            return fail(
                "the model looks on its own, in what agents say for offences and steps, in what customers say for signals; remove phrases, \
                 patterns, speaker, edge, boundary, when and unless, or `model`",
            );
        }
        let is_known = match &kind {
            Kind::Taboo(_) => true,
            Kind::Step(name) => STEPS.contains(&&**name),
            Kind::Signal(name) => SIGNALS.contains(&&**name),
        };
        if raw.model && !is_known {
            return fail(&format!(
                "the model has not learned what this is; it knows the steps {} and the signals {}",
                STEPS.join(", "),
                SIGNALS.join(", ")
            ));
        }
        if !raw.model && !has_words {
            return fail("the rule has neither phrases nor patterns, so it can never match; add one");
        }
        if is_taboo && raw.why.trim().is_empty() {
            return fail("`why` is empty; say in one Chinese sentence why this must not be said");
        }
        if raw.hit.is_empty() || raw.miss.is_empty() {
            return fail("a rule needs examples of both kinds: hit = [\"…\"] and miss = [\"…\"]");
        }
        let fixes: Vec<FixRef> = raw.fix.into_iter().map(FixRef::from).collect();
        for fix in &fixes {
            if let FixRef::Inline(fix) = fix
                && let Err(message) = fix.check()
            {
                return fail(&message);
            }
        }
        Ok(Self {
            id: raw.id.into(),
            kind,
            severity,
            confidence: raw.confidence,
            care: raw.care,
            weight: Weight::new(severity, raw.points, raw.cap, raw.critical),
            why: raw.why.into(),
            source: raw.source,
            model: raw.model,
            phrases: raw.phrases,
            patterns: raw.patterns,
            hits: raw.hit.into_iter().map(Example::from).collect(),
            misses: raw.miss.into_iter().map(Example::from).collect(),
            line,
            scope: raw.speaker.unwrap_or(scope),
            edge: raw.edge,
            boundary: raw.boundary.is_some(),
            when: raw.when.into_iter().map(GuardRef::from).collect(),
            unless: raw.unless.into_iter().map(GuardRef::from).collect(),
            fixes,
        })
    }
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// Line and column of a byte offset, both from 1, the column in characters.
fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    (line, column)
}
