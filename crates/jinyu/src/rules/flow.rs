//! Rules over whole conversations, as packs write them: `[[flow]]` and `[[note]]`. Receives TOML, hands on [`FlowRule`]s and
//! [`NoteRule`]s, validated on their own; whether the events that they name exist is asked when a checker is built.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::conversation::{Conversation, Speaker, Utterance};
use crate::error::Error;
use crate::rules::{Care, Severity, Weight, is_name};

/// A rule over a whole conversation: what must happen, or must not, and when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FlowRule {
    /// The id, such as `handling/no-greeting`: it names the bad thing.
    pub id: Arc<str>,
    /// What it checks, in a few Chinese words that name the good thing, Simplified: 问候.
    pub name: Option<Arc<str>>,
    /// How much a violation weighs.
    pub severity: Severity,
    /// The CARE dimension that the rule serves.
    pub care: Care,
    /// What a violation costs the conversation's score.
    pub weight: Weight,
    /// Why it matters: one Chinese sentence, Simplified.
    pub why: Arc<str>,
    /// Where the rule comes from.
    pub source: Option<String>,
    /// The line in its pack where the rule begins, from 1.
    pub line: usize,
    pub(crate) demand: Demand<String>,
    /// Events that excuse the agent; those of a gap end the wait, and what was said before them counts.
    pub(crate) unless: Vec<String>,
    /// Conversations with the verdict that they must give.
    #[serde(skip)]
    pub(crate) examples: Vec<(Verdict, Conversation)>,
}

impl FlowRule {
    /// What it asks for: `require`, `forbid`, `order`, `repeat`, `timing` or `promise`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self.demand {
            Demand::Require { .. } => "require",
            Demand::Forbid { .. } => "forbid",
            Demand::Order { .. } => "order",
            Demand::Repeat { .. } => "repeat",
            Demand::FirstReply { .. } | Demand::Gap { .. } | Demand::Pause { .. } => "timing",
            Demand::Promise { .. } => "promise",
        }
    }

    /// What it asks for in detail: keys of the pack and their values.
    #[must_use]
    pub fn details(&self) -> Vec<(&'static str, String)> {
        let list = |events: &[String]| events.join(" ");
        let mut details: Vec<(&'static str, String)> = match &self.demand {
            Demand::Require { want, of, window, .. } => {
                let window = match window {
                    Window::Anywhere => ("anywhere", "true".to_owned()),
                    Window::First(turns) => ("first", turns.to_string()),
                    Window::Last(turns) => ("last", turns.to_string()),
                    Window::End => ("turns", String::new()),
                    Window::Turns(turns) => ("turns", turns.to_string()),
                    Window::Seconds(seconds) => ("seconds", seconds.to_string()),
                };
                vec![("want", list(want)), ("of", list(of)), window]
            }
            Demand::Forbid { forbid, turns, .. } => vec![("forbid", list(forbid)), ("turns", turns.to_string())],
            Demand::Order { order, optional } => vec![("order", list(order)), ("optional", list(optional))],
            Demand::Repeat { times, characters } => {
                vec![("times", times.to_string()), ("characters", characters.to_string())]
            }
            Demand::FirstReply { seconds } => vec![("first-reply", seconds.to_string())],
            Demand::Gap { seconds } => vec![("gap", seconds.to_string())],
            Demand::Pause { seconds, want, .. } => vec![("pause", seconds.to_string()), ("want", list(want))],
            Demand::Promise { of, since, hours, hours_if } => {
                let hours_if: Vec<String> = hours_if.iter().map(|(event, hours)| format!("{event} {hours}")).collect();
                vec![
                    ("of", list(of)),
                    ("since", list(since)),
                    ("within-hours", hours.map_or(String::new(), |hours| hours.to_string())),
                    ("within-hours-if", hours_if.join(", ")),
                ]
            }
        };
        let trigger = match &self.demand {
            Demand::Require { trigger, .. } => trigger.as_ref(),
            Demand::Forbid { trigger, .. } | Demand::Pause { trigger, .. } => Some(trigger),
            _ => None,
        };
        if let Some(Trigger { after, since, which, unanswered, certain, before }) = trigger {
            let flag = |is_set: bool| if is_set { "true" } else { "" }.to_owned();
            let which = match which {
                Which::Each => "",
                Which::First => "first",
                Which::Last => "last",
            };
            details.extend([
                ("after", list(after)),
                ("since", list(since)),
                ("trigger", which.to_owned()),
                ("even-unanswered", flag(*unanswered)),
                ("certain", flag(*certain)),
                ("turns-before", before.iter().map(|(event, turns)| format!("{event} {turns}")).collect::<Vec<_>>().join(", ")),
            ]);
        }
        details.push(("unless", list(&self.unless)));
        details.retain(|(_, value)| !value.is_empty());
        details
    }

    /// The number of example conversations.
    #[must_use]
    pub fn examples(&self) -> usize {
        self.examples.len()
    }
}

/// What a flow rule says of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It asked for something, and got it; of a conversation that goes on: so far.
    Satisfied,
    /// It asked for something in vain.
    Violated,
    /// There is still time.
    Pending,
    /// The conversation gave it nothing to ask for, or something excuses the agent.
    NotApplicable,
}

impl Verdict {
    /// The name as it stands in packs and records.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Satisfied => "satisfied",
            Self::Violated => "violated",
            Self::Pending => "pending",
            Self::NotApplicable => "not-applicable",
        }
    }
}

/// What a flow rule asks for; events are names in a pack, and numbers once linked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Demand<E> {
    /// One of the wanted events must occur, or a promise by one of `of` that says until when.
    Require { want: Vec<E>, of: Vec<E>, trigger: Option<Trigger<E>>, window: Window },
    /// None of these events may occur in the agent's next turns after the trigger.
    Forbid { forbid: Vec<E>, trigger: Trigger<E>, turns: usize },
    /// Each of these events must have occurred before the next one does; those that are optional may be left out.
    Order { order: Vec<E>, optional: Vec<E> },
    /// The agent must not say the same so often, of so many characters at least.
    Repeat { times: usize, characters: usize },
    /// Seconds until the agent's first reply.
    FirstReply { seconds: u32 },
    /// Seconds that the customer may wait for any reply, unless they were promised a later one.
    Gap { seconds: u32 },
    /// After the trigger and a pause longer than so many seconds, the agent's next words must hold one of the wanted events.
    Pause { seconds: u32, trigger: Trigger<E>, want: Vec<E> },
    /// What is promised by one of these events must be due within so many hours, or else, must be kept; only after one of `since`, if
    /// there are any. Where a conversation shows an event of `hours_if`, its hours hold instead, the fewest of several.
    Promise { of: Vec<E>, since: Vec<E>, hours: Option<u32>, hours_if: Vec<(E, u32)> },
}

/// What makes a flow rule ask.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Trigger<E> {
    pub(crate) after: Vec<E>,
    /// Only after one of these, if there are any.
    pub(crate) since: Vec<E>,
    pub(crate) which: Which,
    /// Whether it is a violation too when no agent says anything more.
    pub(crate) unanswered: bool,
    /// Whether only signals count that are certain.
    pub(crate) certain: bool,
    /// Triggers for which it is enough that what is wanted occurred in the agent's last so many turns before.
    pub(crate) before: Vec<(E, usize)>,
}

/// Which of several triggers count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Which {
    #[default]
    Each,
    First,
    Last,
}

/// Where a wanted event may occur.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Window {
    Anywhere,
    /// In the agent's first turns.
    First(usize),
    /// In the agent's last turns.
    Last(usize),
    /// Until the end, from the trigger on.
    End,
    /// In the agent's next turns after the trigger.
    Turns(usize),
    /// So many seconds after the trigger.
    Seconds(u32),
}

/// The same list of other events.
fn map_all<E, F>(events: &[E], event: &mut impl FnMut(&E) -> Result<F, String>) -> Result<Vec<F>, String> {
    events.iter().map(event).collect()
}

impl<E> Trigger<E> {
    fn map<F>(&self, event: &mut impl FnMut(&E) -> Result<F, String>) -> Result<Trigger<F>, String> {
        let &Self { ref after, ref since, which, unanswered, certain, ref before } = self;
        let before = before.iter().map(|(name, turns)| Ok((event(name)?, *turns))).collect::<Result<_, String>>()?;
        Ok(Trigger { after: map_all(after, event)?, since: map_all(since, event)?, which, unanswered, certain, before })
    }
}

impl<E> Demand<E> {
    /// The same with other events.
    pub(crate) fn map<F>(&self, event: &mut impl FnMut(&E) -> Result<F, String>) -> Result<Demand<F>, String> {
        Ok(match self {
            Self::Require { want, of, trigger, window } => Demand::Require {
                want: map_all(want, event)?,
                of: map_all(of, event)?,
                trigger: trigger.as_ref().map(|trigger| trigger.map(event)).transpose()?,
                window: *window,
            },
            Self::Forbid { forbid, trigger, turns } => {
                Demand::Forbid { forbid: map_all(forbid, event)?, trigger: trigger.map(event)?, turns: *turns }
            }
            Self::Order { order, optional } => {
                Demand::Order { order: map_all(order, event)?, optional: map_all(optional, event)? }
            }
            Self::Repeat { times, characters } => Demand::Repeat { times: *times, characters: *characters },
            Self::FirstReply { seconds } => Demand::FirstReply { seconds: *seconds },
            Self::Gap { seconds } => Demand::Gap { seconds: *seconds },
            Self::Pause { seconds, trigger, want } => {
                Demand::Pause { seconds: *seconds, trigger: trigger.map(event)?, want: map_all(want, event)? }
            }
            Self::Promise { of, since, hours, hours_if } => Demand::Promise {
                of: map_all(of, event)?,
                since: map_all(since, event)?,
                hours: *hours,
                hours_if: hours_if.iter().map(|(name, hours)| Ok((event(name)?, *hours))).collect::<Result<_, String>>()?,
            },
        })
    }
}

/// Something that a reviewer should know about a conversation; it costs nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NoteRule {
    /// The id, such as `profile/argues`.
    pub id: Arc<str>,
    /// Whether it says what kind of customer this is, or else what to look at.
    pub profile: bool,
    /// What it tells, in Simplified Chinese.
    pub why: Arc<str>,
    /// The line in its pack where it begins, from 1.
    pub line: usize,
    /// Events of which so many turns must hold one.
    pub(crate) any: Vec<String>,
    pub(crate) times: usize,
    /// Characters that the customer must have said at least, and the least share of all that was said, in percent.
    pub(crate) characters: usize,
    pub(crate) share: usize,
    /// Conversations that must get the note, and others that must not.
    #[serde(skip)]
    pub(crate) examples: Vec<(bool, Conversation)>,
}

impl NoteRule {
    /// What it looks for: keys of the pack and their values.
    #[must_use]
    pub fn details(&self) -> Vec<(&'static str, String)> {
        let number = |number: usize, least: usize| if number > least { number.to_string() } else { String::new() };
        let mut details = vec![
            ("any", self.any.join(" ")),
            ("times", number(self.times, 1)),
            ("characters", number(self.characters, 0)),
            ("share", number(self.share, 0)),
        ];
        details.retain(|(_, value)| !value.is_empty());
        details
    }

    /// The number of example conversations.
    #[must_use]
    pub fn examples(&self) -> usize {
        self.examples.len()
    }
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum RawKind {
    Require,
    Forbid,
    Order,
    Repeat,
    Timing,
    Promise,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RawFlow {
    id: String,
    name: Option<String>,
    kind: RawKind,
    severity: Severity,
    #[serde(default)]
    care: Care,
    points: Option<u32>,
    cap: Option<u32>,
    #[serde(default)]
    critical: bool,
    why: String,
    source: Option<String>,
    #[serde(default)]
    want: Vec<String>,
    #[serde(default)]
    forbid: Vec<String>,
    #[serde(default)]
    order: Vec<String>,
    #[serde(default)]
    optional: Vec<String>,
    #[serde(default)]
    of: Vec<String>,
    #[serde(default)]
    after: Vec<String>,
    #[serde(default)]
    since: Vec<String>,
    #[serde(default)]
    unless: Vec<String>,
    trigger: Option<Which>,
    first: Option<usize>,
    last: Option<usize>,
    turns: Option<usize>,
    seconds: Option<u32>,
    anywhere: Option<bool>,
    even_unanswered: Option<bool>,
    certain: Option<bool>,
    #[serde(default)]
    turns_before: BTreeMap<String, usize>,
    times: Option<usize>,
    characters: Option<usize>,
    first_reply: Option<u32>,
    gap: Option<u32>,
    pause: Option<u32>,
    within_hours: Option<u32>,
    #[serde(default)]
    within_hours_if: BTreeMap<String, u32>,
    #[serde(default)]
    violated: Vec<String>,
    #[serde(default)]
    satisfied: Vec<String>,
    #[serde(default)]
    pending: Vec<String>,
    #[serde(default)]
    not_applicable: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawNote {
    id: String,
    #[serde(default)]
    profile: bool,
    why: String,
    #[serde(default)]
    any: Vec<String>,
    times: Option<usize>,
    characters: Option<usize>,
    share: Option<usize>,
    hit: Vec<String>,
    miss: Vec<String>,
}

fn check_id(id: &str) -> Result<(), String> {
    if id.split('/').count() == 2 && id.split('/').all(is_name) {
        return Ok(());
    }
    Err("an id is subject/what-is-bad in a-z, 0-9 and -, such as handling/no-greeting".to_owned())
}

impl FlowRule {
    pub(crate) fn new(file: &str, line: usize, raw: RawFlow) -> Result<Self, Error> {
        let id = raw.id.clone();
        Self::read(line, raw).map_err(|message| Error::rule(file, Some(line), &id, message))
    }

    fn read(line: usize, raw: RawFlow) -> Result<Self, String> {
        check_id(&raw.id)?;
        if raw.why.trim().is_empty() {
            return Err("`why` is empty; say in one Chinese sentence why this matters".to_owned());
        }
        let name = raw.name.as_deref().map(str::trim);
        if name == Some("") {
            return Err("`name` is empty; say in a few Chinese words what is checked, such as 问候, or leave it out".to_owned());
        }
        let demand = raw.demand()?;
        let groups = [
            (Verdict::Violated, &raw.violated),
            (Verdict::Satisfied, &raw.satisfied),
            (Verdict::Pending, &raw.pending),
            (Verdict::NotApplicable, &raw.not_applicable),
        ];
        let mut examples = Vec::new();
        for (verdict, texts) in groups {
            for text in texts {
                examples.push((verdict, conversation(text)?));
            }
        }
        let is_there = |wanted: bool| examples.iter().any(|(verdict, _)| (*verdict == Verdict::Violated) == wanted);
        if !is_there(true) || !is_there(false) {
            return Err(
                "a flow rule needs example conversations of both kinds: violated = [\"…\"] and satisfied = [\"…\"]".to_owned()
            );
        }
        Ok(Self {
            id: raw.id.into(),
            name: name.map(Arc::from),
            severity: raw.severity,
            care: raw.care,
            weight: Weight::new(raw.severity, raw.points, raw.cap, raw.critical),
            why: raw.why.into(),
            source: raw.source,
            line,
            demand,
            unless: raw.unless,
            examples,
        })
    }
}

impl RawFlow {
    /// The keys that are given and that not every kind of rule has.
    fn given(&self) -> Vec<&'static str> {
        let lists = [
            ("want", &self.want),
            ("forbid", &self.forbid),
            ("order", &self.order),
            ("optional", &self.optional),
            ("of", &self.of),
            ("after", &self.after),
            ("since", &self.since),
        ];
        let lists = lists.into_iter().filter(|(_, events)| !events.is_empty()).map(|(key, _)| key);
        let others = [
            ("trigger", self.trigger.is_some()),
            ("first", self.first.is_some()),
            ("last", self.last.is_some()),
            ("turns", self.turns.is_some()),
            ("seconds", self.seconds.is_some()),
            ("anywhere", self.anywhere.is_some()),
            ("even-unanswered", self.even_unanswered.is_some()),
            ("certain", self.certain.is_some()),
            ("turns-before", !self.turns_before.is_empty()),
            ("times", self.times.is_some()),
            ("characters", self.characters.is_some()),
            ("first-reply", self.first_reply.is_some()),
            ("gap", self.gap.is_some()),
            ("pause", self.pause.is_some()),
            ("within-hours", self.within_hours.is_some()),
            ("within-hours-if", !self.within_hours_if.is_empty()),
        ];
        lists.chain(others.into_iter().filter(|(_, given)| *given).map(|(key, _)| key)).collect()
    }

    fn demand(&self) -> Result<Demand<String>, String> {
        let (known, needed): (&[&str], &[&str]) = match self.kind {
            RawKind::Require => (
                &[
                    "want",
                    "of",
                    "after",
                    "since",
                    "trigger",
                    "first",
                    "last",
                    "turns",
                    "seconds",
                    "anywhere",
                    "even-unanswered",
                    "certain",
                    "turns-before",
                ],
                &["want"],
            ),
            RawKind::Forbid => (&["forbid", "after", "since", "trigger", "turns", "certain"], &["forbid", "after"]),
            RawKind::Order => (&["order", "optional"], &["order"]),
            RawKind::Repeat => (&["times", "characters"], &[]),
            RawKind::Timing => (&["first-reply", "gap", "pause", "after", "since", "trigger", "want", "certain"], &[]),
            RawKind::Promise => (&["of", "since", "within-hours", "within-hours-if"], &["of"]),
        };
        let given = self.given();
        if let Some(other) = given.iter().find(|key| !known.contains(key)) {
            return Err(format!("`{other}` says nothing for a rule of this kind; it may have {}", known.join(", ")));
        }
        if let Some(missing) = needed.iter().find(|key| !given.contains(key)) {
            return Err(format!("`{missing}` is missing; name the events that the rule is about"));
        }
        let of_trigger = ["since", "trigger", "even-unanswered", "certain", "turns-before"];
        if known.contains(&"after")
            && self.after.is_empty()
            && let Some(key) = given.iter().find(|key| of_trigger.contains(key))
        {
            return Err(format!("`{key}` is about what the rule comes after; name that with after = [\"…\"]"));
        }
        if let Some(other) = self.turns_before.keys().find(|event| !self.after.contains(event)) {
            return Err(format!("`turns-before` names {other}, which the rule does not come after; name it in `after` too"));
        }
        let trigger = || Trigger {
            after: self.after.clone(),
            since: self.since.clone(),
            which: self.trigger.unwrap_or_default(),
            unanswered: self.even_unanswered.unwrap_or_default(),
            certain: self.certain.unwrap_or_default(),
            before: self.turns_before.clone().into_iter().collect(),
        };
        Ok(match self.kind {
            RawKind::Require => {
                let windows = [
                    self.first.map(Window::First),
                    self.last.map(Window::Last),
                    self.turns.map(Window::Turns),
                    self.seconds.map(Window::Seconds),
                    self.anywhere.filter(|anywhere| *anywhere).map(|_| Window::Anywhere),
                ];
                let mut windows = windows.into_iter().flatten();
                let has_trigger = !self.after.is_empty();
                let window = windows.next().unwrap_or(if has_trigger { Window::End } else { Window::Anywhere });
                if windows.next().is_some() {
                    return Err("give one of first, last, turns, seconds and anywhere".to_owned());
                }
                if !has_trigger && matches!(window, Window::Turns(_) | Window::Seconds(_)) {
                    return Err("`turns` and `seconds` count from something; say from what with after = [\"…\"]".to_owned());
                }
                let trigger = has_trigger.then(trigger);
                Demand::Require { want: self.want.clone(), of: self.of.clone(), trigger, window }
            }
            RawKind::Forbid => Demand::Forbid { forbid: self.forbid.clone(), trigger: trigger(), turns: self.turns.unwrap_or(1) },
            RawKind::Order if self.order.len() < 2 => return Err("`order` needs two events or more".to_owned()),
            RawKind::Order => Demand::Order { order: self.order.clone(), optional: self.optional.clone() },
            RawKind::Repeat => Demand::Repeat { times: self.times.unwrap_or(3).max(2), characters: self.characters.unwrap_or(8) },
            RawKind::Timing => match (self.first_reply, self.gap, self.pause) {
                (Some(seconds), None, None) => Demand::FirstReply { seconds },
                (None, Some(seconds), None) => Demand::Gap { seconds },
                (None, None, Some(seconds)) if !self.after.is_empty() && !self.want.is_empty() => {
                    Demand::Pause { seconds, trigger: trigger(), want: self.want.clone() }
                }
                (None, None, Some(_)) => return Err("`pause` needs after = [\"…\"] and want = [\"…\"]".to_owned()),
                _ => return Err("give one of first-reply, gap and pause, in seconds".to_owned()),
            },
            RawKind::Promise if self.within_hours.is_none() && !self.within_hours_if.is_empty() => {
                return Err(
                    "`within-hours-if` says when other hours hold; give those that hold else with within-hours".to_owned()
                );
            }
            RawKind::Promise => Demand::Promise {
                of: self.of.clone(),
                since: self.since.clone(),
                hours: self.within_hours,
                hours_if: self.within_hours_if.clone().into_iter().collect(),
            },
        })
    }
}

impl NoteRule {
    pub(crate) fn new(file: &str, line: usize, raw: RawNote) -> Result<Self, Error> {
        let id = raw.id.clone();
        Self::read(line, raw).map_err(|message| Error::rule(file, Some(line), &id, message))
    }

    fn read(line: usize, raw: RawNote) -> Result<Self, String> {
        check_id(&raw.id)?;
        if raw.any.is_empty() && raw.characters.is_none() {
            return Err("the note tells nothing; name events with any = [\"…\"], or give characters".to_owned());
        }
        let mut examples = Vec::new();
        for (expected, texts) in [(true, &raw.hit), (false, &raw.miss)] {
            for text in texts {
                examples.push((expected, conversation(text)?));
            }
        }
        if raw.hit.is_empty() || raw.miss.is_empty() {
            return Err("a note needs example conversations of both kinds: hit = [\"…\"] and miss = [\"…\"]".to_owned());
        }
        Ok(Self {
            id: raw.id.into(),
            profile: raw.profile,
            why: raw.why.into(),
            line,
            any: raw.any,
            times: raw.times.unwrap_or(1).max(1),
            characters: raw.characters.unwrap_or(0),
            share: raw.share.unwrap_or(0),
            examples,
        })
    }
}

/// An example conversation: a line for each utterance, `客服：…` or `客户：…`, with `[mm:ss]` before it where times matter.
fn conversation(text: &str) -> Result<Conversation, String> {
    let mut conversation = Conversation::new("example");
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (time, said) = match line.strip_prefix('[').and_then(|line| line.split_once(']')) {
            Some((time, said)) => (Some(time), said.trim()),
            None => (None, line),
        };
        let fail = || format!("\"{line}\" in an example is no utterance; write 客服：… or 客户：…");
        let (label, said) = said.split_once(['：', ':']).ok_or_else(fail)?;
        let speaker: Speaker = label.parse().map_err(|_| fail())?;
        let mut utterance = Utterance::new(conversation.utterances.len(), speaker, said.trim());
        if let Some(time) = time {
            let seconds = time
                .split(':')
                .try_fold(0i64, |seconds, part| Some(seconds * 60 + part.trim().parse::<i64>().ok()?))
                .ok_or_else(|| format!("\"[{time}]\" in an example is no time; write [mm:ss] or [hh:mm:ss]"))?;
            utterance.start_ms = Some(seconds * 1000);
        }
        conversation.utterances.push(utterance);
    }
    if conversation.utterances.is_empty() {
        return Err("an example conversation is empty; write 客服：… and 客户：…, a line each".to_owned());
    }
    Ok(conversation)
}
