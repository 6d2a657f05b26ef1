//! Signals, steps and findings of a conversation to verdicts. Receives what each turn held, hands on what each flow rule says of it,
//! what was promised, and what a reviewer should know. Knows nothing of words; [`reason`] tells verdicts in Chinese.

mod reason;

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::conversation::Speaker;
use crate::ledger::{Promise, PromiseState};
use crate::rules::flow::{Demand, FlowRule, NoteRule, Trigger, Verdict, Which, Window};
use crate::rules::{Care, Severity, Weight};

/// Something that happens in a turn, by number.
pub(crate) type Event = u32;

/// What a flow rule says of a conversation, and which turns show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FlowVerdict {
    /// The id of the rule.
    pub rule: Arc<str>,
    /// What the rule checks, in a few Chinese words, Simplified: 问候; its id where it has no name.
    #[serde(default)]
    pub name: Arc<str>,
    /// What it says.
    pub verdict: Verdict,
    /// How much a violation weighs.
    pub severity: Severity,
    /// The CARE dimension that the rule serves.
    pub care: Care,
    /// The turns that show it, as the source counts, in order; none where the end of the conversation does.
    pub turns: Vec<usize>,
    /// Why the rule matters, in Simplified Chinese.
    pub message: Arc<str>,
    /// Why it says so of this conversation, in Simplified Chinese: 第3轮已道歉.
    #[serde(default)]
    pub reason: String,
    /// The agents who are charged with a violation, as the source names them: whose turns show it, else who spoke after what the rule
    /// comes after, else all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub agents: Vec<Arc<str>>,
}

/// Something that a reviewer should know about a conversation; it costs nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Note {
    /// The id of the rule.
    pub rule: Arc<str>,
    /// Whether it says what kind of customer this is.
    pub profile: bool,
    /// The turns that show it, as the source counts, in order.
    pub turns: Vec<usize>,
    /// What it tells, in Simplified Chinese.
    pub message: Arc<str>,
}

/// The flow rules and notes in use, their events numbered.
#[derive(Debug, Default)]
pub(crate) struct Flows {
    pub(crate) rules: Vec<LinkedFlow>,
    pub(crate) notes: Vec<LinkedNote>,
    /// Events that make a promise.
    pub(crate) promising: Vec<Event>,
    /// What events are called, by their numbers.
    pub(crate) names: Vec<EventName>,
    /// Whether any rule asks whether the agent says the same again.
    pub(crate) compares: bool,
}

/// What an event is called.
#[derive(Debug)]
pub(crate) struct EventName {
    /// In Simplified Chinese where it has such a name.
    pub(crate) name: String,
    /// Whose words show it.
    pub(crate) speaker: Speaker,
}

/// A flow rule, linked.
#[derive(Debug)]
pub(crate) struct LinkedFlow {
    pub(crate) id: Arc<str>,
    name: Arc<str>,
    pub(crate) severity: Severity,
    pub(crate) care: Care,
    pub(crate) weight: Weight,
    why: Arc<str>,
    demand: Demand<Event>,
    unless: Vec<Event>,
}

/// A note, linked.
#[derive(Debug)]
pub(crate) struct LinkedNote {
    rule: NoteRule,
    any: Vec<Event>,
}

impl LinkedFlow {
    /// Links a rule; `event` gives the number of an event, or says why there is none.
    pub(crate) fn new(rule: &FlowRule, event: &mut impl FnMut(&String) -> Result<Event, String>) -> Result<Self, String> {
        Ok(Self {
            id: rule.id.clone(),
            name: rule.name.as_ref().unwrap_or(&rule.id).clone(),
            severity: rule.severity,
            care: rule.care,
            weight: rule.weight,
            why: rule.why.clone(),
            demand: rule.demand.map(event)?,
            unless: rule.unless.iter().map(event).collect::<Result<_, _>>()?,
        })
    }
}

impl Flows {
    /// Takes in a rule.
    pub(crate) fn add(&mut self, flow: LinkedFlow) {
        match &flow.demand {
            Demand::Promise { of, .. } | Demand::Require { of, .. } => self.promising.extend(of),
            Demand::Repeat { .. } => self.compares = true,
            _ => {}
        }
        self.rules.push(flow);
    }

    /// Takes in a note.
    pub(crate) fn add_note(
        &mut self,
        rule: &NoteRule,
        event: &mut impl FnMut(&String) -> Result<Event, String>,
    ) -> Result<(), String> {
        let any = rule.any.iter().map(event).collect::<Result<_, _>>()?;
        self.notes.push(LinkedNote { rule: rule.clone(), any });
        Ok(())
    }
}

/// What is kept of an utterance.
#[derive(Clone, Debug)]
pub(crate) struct Turn {
    /// As the source counts.
    pub(crate) number: usize,
    pub(crate) speaker: Speaker,
    /// Of an agent's turn, where the source says.
    pub(crate) agent: Option<Arc<str>>,
    pub(crate) start_ms: Option<i64>,
    pub(crate) end_ms: Option<i64>,
    /// Sorted.
    pub(crate) events: Vec<Event>,
    /// Signals that a rule sees and the model hardly.
    pub(crate) doubtful: Vec<Event>,
    pub(crate) characters: usize,
    /// Of an agent's sentences what stands for the words and how many letters they have, where any rule compares them.
    pub(crate) sentences: Vec<(u64, usize)>,
}

impl Turn {
    fn has(&self, events: &[Event]) -> bool {
        self.has_certainly(events) || events.iter().any(|event| self.doubtful.contains(event))
    }

    fn has_certainly(&self, events: &[Event]) -> bool {
        events.iter().any(|event| self.events.binary_search(event).is_ok())
    }
}

/// What is kept of a conversation.
#[derive(Clone, Debug, Default)]
pub(crate) struct Timeline {
    turns: Vec<Turn>,
    /// For each turn how many runs of its speaker there have been, this one included: utterances in a row are one run.
    runs: Vec<usize>,
    last: Speaker,
    /// Runs of agents and of customers.
    counts: [usize; 2],
    /// In order; the one of a turn goes in before the turn does.
    pub(crate) promises: Vec<Promise>,
    /// Which turn made each promise whose turn is in, in order.
    made: Vec<usize>,
    /// When an agent last said something.
    heard_ms: Option<i64>,
    /// The conversation's own end is known.
    pub(crate) closed: bool,
}

impl Timeline {
    /// Takes in a turn.
    pub(crate) fn push(&mut self, turn: Turn) {
        let run = self.next_run(turn.speaker);
        let [agents, customers] = &mut self.counts;
        match turn.speaker {
            Speaker::Agent => *agents = run,
            Speaker::Customer => *customers = run,
            Speaker::Unknown => {}
        }
        if turn.speaker != Speaker::Unknown {
            self.last = turn.speaker;
        }
        self.runs.push(run);
        self.settle_promises(&turn);
        self.enter_promises(&turn);
        if turn.speaker == Speaker::Agent {
            self.heard_ms = turn.end_ms.or(turn.start_ms).or(self.heard_ms);
        }
        self.turns.push(turn);
    }

    /// Whether somebody who speaks now goes on with what they said last.
    pub(crate) fn goes_on(&self, speaker: Speaker) -> bool {
        self.last == speaker
    }

    /// The number that the run of somebody who speaks now has among theirs, from 1; 0 for one who is not known.
    pub(crate) fn next_run(&self, speaker: Speaker) -> usize {
        let [agents, customers] = self.counts;
        let count = match speaker {
            Speaker::Agent => agents,
            Speaker::Customer => customers,
            Speaker::Unknown => return 0,
        };
        count + usize::from(!self.goes_on(speaker))
    }

    /// What a new turn shows of earlier promises.
    fn settle_promises(&mut self, turn: &Turn) {
        let Some(now) = turn.start_ms else { return };
        for (promise, made) in self.promises.iter_mut().zip(&self.made).filter(|(promise, _)| promise.state == PromiseState::Open)
        {
            let made = self.turns.get(*made).and_then(|turn| turn.start_ms);
            let (Some(due), Some(made)) = (promise.due_ms, made) else { continue };
            let last = self.heard_ms.unwrap_or(made);
            promise.state = match turn.speaker {
                // Who goes on speaking has not come back.
                Speaker::Agent if now <= due && now - last >= PRESENT_MS.min((due - made) / 8) => PromiseState::Kept,
                Speaker::Customer if now > due && last <= due => PromiseState::Broken,
                _ => PromiseState::Open,
            };
        }
    }

    /// Takes in what a new turn promises, now that its time is known.
    fn enter_promises(&mut self, turn: &Turn) {
        for mut promise in self.promises.split_off(self.made.len()) {
            if promise.is_void() {
                continue;
            }
            if let Some(now) = turn.start_ms {
                promise.reckon(now);
            }
            self.promises.push(promise);
            self.made.push(self.turns.len());
        }
    }

    /// Whether the turn at `index` makes a promise that says until when.
    fn is_dated(&self, index: usize) -> bool {
        let promise = self.made.binary_search(&index).ok().and_then(|place| self.promises.get(place));
        promise.is_some_and(|promise| promise.when.is_some())
    }

    /// Whether the turn at `answered` comes within a time that was promised shortly before the one at `asked`.
    fn is_in_time(&self, asked: usize, answered: usize) -> bool {
        let Some(now) = self.turns.get(answered).and_then(|turn| turn.start_ms) else { return false };
        let runs = self.agent_runs_until(asked);
        let before = self.made.partition_point(|&made| made < asked);
        let mut promises =
            self.promises.iter().zip(&self.made).take(before).rev().take_while(|(_, made)| self.run(**made) + 1 >= runs);
        promises.any(|(promise, _)| promise.due_ms.is_some_and(|due| now <= due))
    }

    fn agents(&self) -> impl Iterator<Item = (usize, &Turn)> {
        self.turns.iter().enumerate().filter(|(_, turn)| turn.speaker == Speaker::Agent)
    }

    fn run(&self, index: usize) -> usize {
        self.runs.get(index).copied().unwrap_or(0)
    }

    /// How many runs of agents had begun when the turn at `index` ended, itself included.
    fn agent_runs_until(&self, index: usize) -> usize {
        (0..=index).rev().find(|&at| self.turns.get(at).is_some_and(|t| t.speaker == Speaker::Agent)).map_or(0, |at| self.run(at))
    }

    /// Whether the agent's run of that number is over.
    fn is_over(&self, run: usize) -> bool {
        let [agents, _] = self.counts;
        self.closed || agents > run || (agents == run && self.last == Speaker::Customer)
    }

    fn any(&self, events: &[Event]) -> bool {
        !events.is_empty() && self.turns.iter().any(|turn| turn.has(events))
    }

    /// The turns that trigger a rule, those that count.
    fn triggers(&self, trigger: &Trigger<Event>) -> Vec<usize> {
        let mut since = trigger.since.is_empty();
        let mut found = Vec::new();
        for (index, turn) in self.turns.iter().enumerate() {
            since = since || turn.has(&trigger.since);
            let is_trigger = turn.has_certainly(&trigger.after) || !trigger.certain && turn.has(&trigger.after);
            if since && is_trigger {
                found.push(index);
            }
        }
        match trigger.which {
            Which::Each => found,
            Which::First => found.into_iter().take(1).collect(),
            Which::Last => found.pop().into_iter().collect(),
        }
    }

    fn numbers(&self, indexes: &[usize]) -> Vec<usize> {
        indexes.iter().filter_map(|&index| self.turns.get(index)).map(|turn| turn.number).collect()
    }
}

/// An agent who has said nothing for so many milliseconds has been away; for one who promised to be back soon it takes less.
const PRESENT_MS: i64 = 10 * 60 * 1000;

/// So many letters at most take leave of one who has said goodbye; more ask something.
const FAREWELL: usize = 8;

/// What is found for one trigger, and the turns that show it.
type Judged = (Verdict, Vec<usize>);

impl Flows {
    /// What each rule says.
    pub(crate) fn verdicts(&self, held: &Timeline) -> Vec<FlowVerdict> {
        let verdict = |rule: &LinkedFlow| {
            let (verdict, turns) = rule.judge(held);
            FlowVerdict {
                reason: rule.reason(held, &self.names, verdict, &turns),
                agents: if verdict == Verdict::Violated { rule.charged(held, &turns) } else { Vec::new() },
                rule: rule.id.clone(),
                name: rule.name.clone(),
                verdict,
                severity: rule.severity,
                care: rule.care,
                turns: held.numbers(&turns),
                message: rule.why.clone(),
            }
        };
        self.rules.iter().map(verdict).collect()
    }

    /// What a reviewer should know.
    pub(crate) fn notes(&self, held: &Timeline) -> Vec<Note> {
        let said = |turn: &&Turn| turn.speaker == Speaker::Customer;
        let characters: usize = held.turns.iter().filter(said).map(|turn| turn.characters).sum();
        let all: usize = held.turns.iter().map(|turn| turn.characters).sum();
        let note = |LinkedNote { rule, any }: &LinkedNote| {
            let turns: Vec<usize> = held.turns.iter().filter(|turn| turn.has(any)).map(|turn| turn.number).collect();
            let often = any.is_empty() || turns.len() >= rule.times;
            let much = characters >= rule.characters && characters * 100 >= rule.share * all;
            (often && much && !held.turns.is_empty()).then(|| Note {
                rule: rule.id.clone(),
                profile: rule.profile,
                turns,
                message: rule.why.clone(),
            })
        };
        self.notes.iter().filter_map(note).collect()
    }
}

impl LinkedFlow {
    fn judge(&self, held: &Timeline) -> Judged {
        // What excuses an agent who offers before asking must have been said before the offer, and who has said goodbye waits no more, but
        // did so before: `order` and `gap` look themselves.
        if !matches!(self.demand, Demand::Order { .. } | Demand::Gap { .. }) && held.any(&self.unless) {
            return (Verdict::NotApplicable, Vec::new());
        }
        match &self.demand {
            Demand::Require { want, of, trigger, window } => {
                let is_met = |index: usize, turn: &Turn| turn.has(want) || turn.has(of) && held.is_dated(index);
                let Some(trigger) = trigger else { return require(held, is_met, *window) };
                all(held.triggers(trigger).into_iter().map(|at| match met_before(held, is_met, at, trigger) {
                    Some(index) => (Verdict::Satisfied, vec![index]),
                    None => require_after(held, is_met, at, *window, trigger.unanswered),
                }))
            }
            Demand::Forbid { forbid, trigger, turns } => {
                all(held.triggers(trigger).into_iter().map(|at| forbid_after(held, forbid, at, *turns)))
            }
            Demand::Order { order, optional } => ordered(held, order, optional, &self.unless),
            Demand::Repeat { times, characters } => repeat(held, *times, *characters),
            Demand::FirstReply { seconds } => first_reply(held, *seconds),
            Demand::Gap { seconds } => gaps(held, *seconds, &self.unless),
            Demand::Pause { seconds, trigger, want } => {
                all(held.triggers(trigger).into_iter().map(|at| pause_after(held, want, at, *seconds)))
            }
            Demand::Promise { of, since, hours, hours_if } => promises(held, of, since, hours_in(held, *hours, hours_if)),
        }
    }

    /// The agents who are charged with a violation that these turns show.
    fn charged(&self, held: &Timeline, turns: &[usize]) -> Vec<Arc<str>> {
        let those = |counts: &dyn Fn(usize) -> bool| -> Vec<&Turn> {
            held.agents().filter(|(index, _)| counts(*index)).map(|(_, turn)| turn).collect()
        };
        let [runs, _] = held.counts;
        let follows = |index: usize| {
            let window = |at: usize| match self.demand {
                Demand::Require { window: Window::Turns(turns), .. } | Demand::Forbid { turns, .. } => {
                    held.run(index) <= held.agent_runs_until(at) + turns
                }
                _ => true,
            };
            turns.iter().any(|&at| index > at && window(at))
        };
        let is_last = |index: usize| match self.demand {
            Demand::Require { window: Window::Last(last), .. } => turns.is_empty() && held.run(index) + last > runs,
            _ => false,
        };
        let shown: BTreeSet<usize> = turns.iter().copied().collect();
        let ways: [&dyn Fn(usize) -> bool; 4] = [&|index| shown.contains(&index), &follows, &is_last, &|_| true];
        let charged = ways.into_iter().map(those).find(|turns| !turns.is_empty()).unwrap_or_default();
        let mut agents: Vec<Arc<str>> = charged.into_iter().filter_map(|turn| turn.agent.clone()).collect();
        agents.sort_unstable();
        agents.dedup();
        agents
    }
}

/// The hours that hold in a conversation.
fn hours_in(held: &Timeline, hours: Option<u32>, hours_if: &[(Event, u32)]) -> Option<u32> {
    let shown = hours_if.iter().filter(|(event, _)| held.any(std::slice::from_ref(event)));
    shown.map(|(_, hours)| *hours).min().or(hours)
}

/// One verdict from those of several triggers: a violation outweighs what is pending, and that what is satisfied. Its turns are those
/// of all triggers with that verdict.
fn all(judged: impl Iterator<Item = Judged>) -> Judged {
    let weight = |verdict: Verdict| match verdict {
        Verdict::NotApplicable => 0,
        Verdict::Satisfied => 1,
        Verdict::Pending => 2,
        Verdict::Violated => 3,
    };
    let mut sum: Judged = (Verdict::NotApplicable, Vec::new());
    for (verdict, turns) in judged {
        if weight(verdict) > weight(sum.0) {
            sum = (verdict, turns);
        } else if verdict == sum.0 {
            sum.1.extend(turns);
        }
    }
    sum.1.sort_unstable();
    sum.1.dedup();
    sum
}

fn require(held: &Timeline, is_met: impl Fn(usize, &Turn) -> bool, window: Window) -> Judged {
    let [agents, _] = held.counts;
    let in_window = |index: usize| match window {
        Window::First(first) => held.run(index) <= first,
        Window::Last(last) => held.run(index) + last > agents,
        _ => true,
    };
    let found: Vec<usize> =
        held.agents().filter(|(index, turn)| in_window(*index) && is_met(*index, turn)).map(|(index, _)| index).collect();
    let first = held.agents().next().map(|(index, _)| index);
    match (window, first) {
        // The last turns are known at the end only.
        (Window::Last(_), Some(_)) if !held.closed => (Verdict::Pending, Vec::new()),
        _ if !found.is_empty() => (Verdict::Satisfied, found),
        (_, None) if held.closed => (Verdict::NotApplicable, Vec::new()),
        (Window::First(runs), Some(first)) if held.is_over(runs) => (Verdict::Violated, vec![first]),
        _ if held.closed => (Verdict::Violated, Vec::new()),
        _ => (Verdict::Pending, Vec::new()),
    }
}

/// Where the agent has done already what is wanted, shortly before a trigger that asks for nothing anew.
fn met_before(held: &Timeline, is_met: impl Fn(usize, &Turn) -> bool, at: usize, trigger: &Trigger<Event>) -> Option<usize> {
    let turn = held.turns.get(at)?;
    let shown = trigger.after.iter().filter(|event| turn.has(std::slice::from_ref(event)));
    let turns_of = |event: &Event| trigger.before.iter().find(|(known, _)| known == event).map(|(_, turns)| *turns);
    // What asks anew beside it asks for all.
    let turns = shown.map(turns_of).min().flatten()?;
    let until = held.agent_runs_until(at);
    let mut earlier = held.agents().take_while(|(index, _)| *index < at).filter(|(index, _)| held.run(*index) + turns > until);
    earlier.find(|(index, turn)| is_met(*index, turn)).map(|(index, _)| index)
}

fn require_after(held: &Timeline, is_met: impl Fn(usize, &Turn) -> bool, at: usize, window: Window, unanswered: bool) -> Judged {
    let Some(trigger) = held.turns.get(at) else { return (Verdict::NotApplicable, Vec::new()) };
    let own = trigger.speaker == Speaker::Agent;
    let before = held.agent_runs_until(at);
    let moment = trigger.end_ms.or(trigger.start_ms);
    let wanted = |&(index, turn): &(usize, &Turn)| {
        let follows = if own { index >= at } else { index > at };
        is_met(index, turn)
            && match window {
                Window::Anywhere => true,
                Window::Turns(turns) => follows && held.run(index) <= before + turns,
                Window::Seconds(seconds) => {
                    let waited = moment.zip(turn.start_ms).map(|(from, to)| to - from);
                    follows && waited.is_some_and(|waited| waited <= i64::from(seconds) * 1000)
                }
                _ => follows,
            }
    };
    if let Some((index, _)) = held.agents().find(wanted) {
        return (Verdict::Satisfied, vec![index]);
    }
    let answered = own || unanswered || held.agents().any(|(index, _)| index > at);
    let over = match window {
        Window::Turns(turns) => held.is_over(before + turns),
        Window::Seconds(_) if moment.is_none() => return (Verdict::NotApplicable, Vec::new()),
        Window::Seconds(seconds) => {
            let now = held.turns.last().and_then(|turn| turn.start_ms);
            held.closed || moment.zip(now).is_some_and(|(from, now)| now - from > i64::from(seconds) * 1000)
        }
        _ => held.closed,
    };
    match (over, answered) {
        (false, _) => (Verdict::Pending, vec![at]),
        // Nobody was there any more to do it.
        (true, false) => (Verdict::NotApplicable, Vec::new()),
        (true, true) => (Verdict::Violated, vec![at]),
    }
}

fn forbid_after(held: &Timeline, forbid: &[Event], at: usize, turns: usize) -> Judged {
    let before = held.agent_runs_until(at);
    let mut replies = held.agents().filter(|(index, _)| *index > at && held.run(*index) <= before + turns).peekable();
    let answered = replies.peek().is_some();
    if let Some((index, _)) = replies.find(|(_, turn)| turn.has(forbid)) {
        return (Verdict::Violated, vec![at, index]);
    }
    match (answered, held.is_over(before + turns)) {
        (true, true) => (Verdict::Satisfied, vec![at]),
        (false, true) => (Verdict::NotApplicable, Vec::new()),
        _ => (Verdict::Pending, vec![at]),
    }
}

fn ordered(held: &Timeline, order: &[Event], optional: &[Event], unless: &[Event]) -> Judged {
    let first = |event: &Event| held.turns.iter().position(|turn| turn.has(std::slice::from_ref(event)));
    let mut verdict = (Verdict::NotApplicable, Vec::new());
    let mut latest: Option<usize> = None;
    let mut missing = false;
    for event in order {
        let place = first(event);
        let Some(place) = place else {
            missing |= !optional.contains(event);
            continue;
        };
        let excused = held.turns.iter().take(place).any(|turn| turn.has(unless));
        if (missing || latest.is_some_and(|latest| place < latest)) && !excused {
            return (Verdict::Violated, vec![place]);
        }
        if let Some(latest) = latest {
            verdict = (Verdict::Satisfied, vec![latest, place]);
        }
        latest = latest.max(Some(place));
        missing = false;
    }
    match verdict.0 {
        Verdict::NotApplicable if !held.closed => (Verdict::Pending, Vec::new()),
        _ => verdict,
    }
}

fn repeat(held: &Timeline, times: usize, characters: usize) -> Judged {
    let long = |(index, turn): (usize, &Turn)| {
        let sentences = turn.sentences.iter().filter(|(_, letters)| *letters >= characters);
        sentences.map(|&(print, _)| (print, index)).collect::<Vec<_>>()
    };
    let mut said: Vec<(u64, usize)> = held.agents().flat_map(long).collect();
    if said.is_empty() {
        let verdict = if held.closed { Verdict::NotApplicable } else { Verdict::Pending };
        return (verdict, Vec::new());
    }
    said.sort_unstable();
    said.dedup();
    let again = said.chunk_by(|one, other| one.0 == other.0).filter(|same| same.len() >= times);
    let turns: Vec<usize> = again.flatten().map(|&(_, index)| index).collect();
    if turns.is_empty() { (Verdict::Satisfied, Vec::new()) } else { all([(Verdict::Violated, turns)].into_iter()) }
}

/// A wait of the customer: the turns that begin and end it, and how long it is in milliseconds.
type Wait = (usize, usize, i64);

/// How long the customer waits, each time. Nobody waits who shows one of the events `over`, or takes leave of an agent that has.
fn waits(held: &Timeline, over: &[Event]) -> Vec<Wait> {
    let mut waits = Vec::new();
    let mut asked: Option<(usize, i64)> = None;
    let mut last = Speaker::Unknown;
    let mut has_agent_left = false;
    for (index, turn) in held.turns.iter().enumerate() {
        match turn.speaker {
            Speaker::Customer if turn.has(over) => asked = None,
            Speaker::Customer if has_agent_left && turn.characters <= FAREWELL => {}
            Speaker::Customer => {
                // One who writes on is not waiting yet; who asks once more is.
                if let (None, Some(time)) = (asked, turn.end_ms.or(turn.start_ms)) {
                    asked = Some((index, time));
                }
            }
            Speaker::Agent => {
                if let Some(((at, from), to)) = asked.take().zip(turn.start_ms) {
                    waits.push((at, index, to - from));
                }
                has_agent_left = turn.has(over) || has_agent_left && last == Speaker::Agent;
            }
            Speaker::Unknown => continue,
        }
        last = turn.speaker;
    }
    waits
}

fn first_reply(held: &Timeline, seconds: u32) -> Judged {
    let first = held.agents().next().map(|(index, _)| index);
    let wait = waits(held, &[]).into_iter().next().filter(|(_, index, _)| Some(*index) == first);
    judge_waits(held, wait.into_iter(), seconds)
}

fn gaps(held: &Timeline, seconds: u32, over: &[Event]) -> Judged {
    judge_waits(held, waits(held, over).into_iter(), seconds)
}

/// Whether the customer waits too long, and longer than was promised.
fn judge_waits(held: &Timeline, waits: impl Iterator<Item = Wait>, seconds: u32) -> Judged {
    let mut waits = waits.peekable();
    if waits.peek().is_none() && !held.closed {
        return (Verdict::Pending, Vec::new());
    }
    all(waits.map(|(at, index, waited)| {
        let is_late = waited > i64::from(seconds) * 1000 && !held.is_in_time(at, index);
        if is_late { (Verdict::Violated, vec![at, index]) } else { (Verdict::Satisfied, Vec::new()) }
    }))
}

fn pause_after(held: &Timeline, want: &[Event], at: usize, seconds: u32) -> Judged {
    let from = held.turns.get(at).and_then(|turn| turn.end_ms.or(turn.start_ms));
    let next = held.agents().find(|(index, _)| *index > at);
    match (from, next) {
        (None, _) => (Verdict::NotApplicable, Vec::new()),
        (Some(_), None) if held.closed => (Verdict::NotApplicable, Vec::new()),
        (Some(_), None) => (Verdict::Pending, vec![at]),
        (Some(from), Some((index, turn))) => match turn.start_ms {
            Some(to) if to - from > i64::from(seconds) * 1000 => {
                if turn.has(want) {
                    (Verdict::Satisfied, vec![index])
                } else {
                    (Verdict::Violated, vec![at, index])
                }
            }
            _ => (Verdict::NotApplicable, Vec::new()),
        },
    }
}

fn promises(held: &Timeline, of: &[Event], since: &[Event], hours: Option<u32>) -> Judged {
    let begins = held.turns.iter().position(|turn| since.is_empty() || turn.has(since)).unwrap_or(held.turns.len());
    let counted = |promise: &Promise| {
        let mut after = held.turns.iter().enumerate().skip(begins);
        after.find(|(_, turn)| turn.number == promise.turn && turn.has(of)).map(|(index, _)| index)
    };
    let judged = held.promises.iter().filter_map(|promise| counted(promise).map(|index| (promise, index)));
    let judged = judged.map(|(promise, index)| {
        let turns = vec![index];
        let verdict = match (hours, promise.seconds, promise.state) {
            (Some(_), None, _) => Verdict::NotApplicable,
            (Some(hours), Some(seconds), _) if seconds > u64::from(hours) * 3600 => Verdict::Violated,
            (Some(_), Some(_), _) | (None, _, PromiseState::Kept) => Verdict::Satisfied,
            (None, _, PromiseState::Broken) => Verdict::Violated,
            (None, Some(_), PromiseState::Open) => Verdict::Pending,
            (None, None, PromiseState::Open) => Verdict::NotApplicable,
        };
        (verdict, turns)
    });
    all(judged)
}
