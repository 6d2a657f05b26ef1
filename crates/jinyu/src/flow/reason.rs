//! Why a flow rule says what it says of a conversation, in a Chinese sentence. Receives the verdict and the turns that show it, hands on
//! words; decides nothing.

use super::{Event, EventName, LinkedFlow, Timeline, Turn, Wait, hours_in, waits};
use crate::conversation::Speaker;
use crate::rules::flow::{Demand, Trigger, Verdict, Window};

/// So many turns or names are told one by one.
const MOST: usize = 4;

/// What is told, and what it is told from.
struct Telling<'a> {
    held: &'a Timeline,
    names: &'a [EventName],
    verdict: Verdict,
    turns: &'a [usize],
}

impl LinkedFlow {
    /// Why the rule gives this verdict, shown by the turns at these places.
    pub(super) fn reason(&self, held: &Timeline, names: &[EventName], verdict: Verdict, turns: &[usize]) -> String {
        let told = Telling { held, names, verdict, turns };
        let reason = match &self.demand {
            Demand::Order { order, optional } => told.order(order, optional, &self.unless),
            Demand::Gap { seconds } => told.waits(&waits(held, &self.unless), *seconds),
            _ if verdict == Verdict::NotApplicable && held.any(&self.unless) => told.excuse(&self.unless, usize::MAX),
            Demand::Require { want, trigger: None, window, .. } => told.require(want, *window),
            Demand::Require { want, trigger: Some(trigger), window, .. } => told.require_after(want, trigger, *window),
            Demand::Forbid { forbid, trigger, .. } => told.forbid(forbid, trigger),
            Demand::Repeat { times, characters } => told.repeat(*times, *characters),
            Demand::FirstReply { seconds } => {
                let first = held.agents().next().map(|(index, _)| index);
                let mut waits = waits(held, &[]);
                waits.retain(|(_, index, _)| Some(*index) == first);
                told.waits(&waits, *seconds)
            }
            Demand::Pause { seconds, trigger, want } => told.pause(*seconds, trigger, want),
            Demand::Promise { of, since, hours, hours_if } => told.promise(of, since, *hours, hours_if),
        };
        if verdict == Verdict::NotApplicable { reason + "，不适用" } else { reason }
    }
}

impl Telling<'_> {
    fn require(&self, want: &[Event], window: Window) -> String {
        let missing = self.none_of(want);
        match (self.verdict, window) {
            (Verdict::Satisfied, _) => self.done(want),
            (Verdict::Violated, Window::First(turns)) => format!("开头{turns}轮{missing}"),
            (Verdict::Violated, Window::Last(turns)) => format!("最后{turns}轮{missing}"),
            (Verdict::Violated, _) => format!("全程{missing}"),
            (Verdict::Pending, _) => "对话还没有结束".to_owned(),
            (Verdict::NotApplicable, _) => "没有客服说话".to_owned(),
        }
    }

    fn require_after(&self, want: &[Event], trigger: &Trigger<Event>, window: Window) -> String {
        let missing = self.none_of(want);
        match (self.verdict, window) {
            (Verdict::Satisfied, _) => self.done(want),
            (Verdict::Violated, Window::Turns(turns)) => format!("{}之后的{turns}轮里{missing}", self.shown(&trigger.after)),
            (Verdict::Violated, Window::Seconds(seconds)) => {
                format!("{}之后{}里{missing}", self.shown(&trigger.after), span(i64::from(seconds) * 1000))
            }
            (Verdict::Violated, Window::Anywhere) => format!("{}，全程{missing}", self.shown(&trigger.after)),
            (Verdict::Violated, _) => format!("{}之后{missing}", self.shown(&trigger.after)),
            (Verdict::Pending, _) => format!("{}，还来得及{}", self.shown(&trigger.after), self.list(want)),
            (Verdict::NotApplicable, Window::Seconds(_)) if self.held.turns.iter().all(|turn| turn.start_ms.is_none()) => {
                self.untriggered(trigger).unwrap_or_else(|| NO_TIMES.to_owned())
            }
            (Verdict::NotApplicable, _) => self.untriggered(trigger).unwrap_or_else(|| self.unanswered(trigger)),
        }
    }

    fn forbid(&self, forbid: &[Event], trigger: &Trigger<Event>) -> String {
        match self.verdict {
            Verdict::Satisfied => format!("{}之后{}", self.shown(&trigger.after), self.none_of(forbid)),
            Verdict::Violated => {
                let is_offence = |turn: &Turn| turn.speaker == Speaker::Agent && turn.has(forbid);
                let (offences, triggers) = self.parted(is_offence);
                // An agent's own words may be both.
                let triggers = if triggers.is_empty() { self.turns.to_vec() } else { triggers };
                format!("{}之后，{}", self.at(&triggers, &trigger.after), self.at(&offences, forbid))
            }
            Verdict::Pending => format!("{}之后，客服还没有答完", self.shown(&trigger.after)),
            Verdict::NotApplicable => self.untriggered(trigger).unwrap_or_else(|| self.unanswered(trigger)),
        }
    }

    fn order(&self, order: &[Event], optional: &[Event], unless: &[Event]) -> String {
        let place = |event: &Event| self.held.turns.iter().position(|turn| turn.has(std::slice::from_ref(event)));
        let missing: Vec<Event> =
            order.iter().filter(|event| place(event).is_none() && !optional.contains(event)).copied().collect();
        match (self.verdict, self.turns) {
            (Verdict::Violated, &[at, ..]) => {
                let done = order.iter().rposition(|event| place(event) == Some(at)).unwrap_or(0);
                let before = order.iter().take(done).filter(|event| !optional.contains(event) || place(event).is_some());
                let before: Vec<Event> = before.filter(|event| place(event).is_none_or(|place| place > at)).copied().collect();
                format!("{}，此前{}", self.shown(order), self.none_of(&before))
            }
            (Verdict::Satisfied, &[first, second, ..]) if first > second => {
                format!("{}之前，{}", self.at(&[second], order), self.excuse(unless, second))
            }
            (Verdict::Satisfied, &[first, second, ..]) if first < second => {
                format!("{}，{}", self.at(&[first], order), self.at(&[second], order))
            }
            (Verdict::Satisfied, _) => self.shown(order),
            (Verdict::NotApplicable, _) => match order.iter().filter_map(place).max() {
                Some(at) if self.held.turns.iter().take(at).any(|turn| turn.has(unless)) => self.excuse(unless, at),
                // What is optional may be all that is missing.
                _ if missing.is_empty() => {
                    self.none_of(&order.iter().filter(|event| place(event).is_none()).copied().collect::<Vec<_>>())
                }
                _ => self.none_of(&missing),
            },
            _ => "对话还没有结束".to_owned(),
        }
    }

    fn repeat(&self, times: usize, characters: usize) -> String {
        match self.verdict {
            Verdict::Satisfied => format!("没有一句话说到{times}遍"),
            Verdict::Violated => format!("{}说了同样的话", self.numbers(self.turns)),
            Verdict::Pending => "对话还没有结束".to_owned(),
            Verdict::NotApplicable => format!("客服没有{characters}个字以上的句子"),
        }
    }

    fn waits(&self, waits: &[Wait], seconds: u32) -> String {
        let most = i64::from(seconds) * 1000;
        let longest = waits.iter().map(|(.., waited)| *waited).max().unwrap_or(0);
        match self.verdict {
            Verdict::Satisfied if longest > most => format!("最长等了{}，没有超过承诺的时间", span(longest)),
            Verdict::Satisfied => format!("最长等了{}", span(longest)),
            Verdict::Violated => {
                let late = waits.iter().filter(|(_, index, waited)| *waited > most && self.turns.contains(index));
                let late = late.take(MOST).map(|(at, _, waited)| format!("{}之后等了{}", self.numbers(&[*at]), span(*waited)));
                late.collect::<Vec<_>>().join("，")
            }
            _ if self.held.turns.iter().all(|turn| turn.start_ms.is_none()) => NO_TIMES.to_owned(),
            Verdict::Pending => "客服还没有答复".to_owned(),
            Verdict::NotApplicable => "客户没有等客服答复".to_owned(),
        }
    }

    fn pause(&self, seconds: u32, trigger: &Trigger<Event>, want: &[Event]) -> String {
        match self.verdict {
            Verdict::Satisfied => self.done(want),
            Verdict::Violated => {
                let (triggers, mut back) = self.parted(|turn| turn.has(&trigger.after));
                // Who comes back may ask to wait once more.
                if back.is_empty() {
                    back.extend(self.turns.last());
                }
                format!("{}，{}回来时{}", self.at(&triggers, &trigger.after), self.numbers(&back), self.none_of(want))
            }
            Verdict::Pending => format!("{}，客服还没有回来", self.shown(&trigger.after)),
            Verdict::NotApplicable => self.untriggered(trigger).unwrap_or_else(|| {
                let triggers = self.held.triggers(trigger);
                let from = triggers.first().and_then(|&at| self.held.turns.get(at));
                if from.is_none_or(|turn| turn.end_ms.or(turn.start_ms).is_none()) {
                    return NO_TIMES.to_owned();
                }
                format!("没有让客户等{}以上", span(i64::from(seconds) * 1000))
            }),
        }
    }

    fn promise(&self, of: &[Event], since: &[Event], hours: Option<u32>, hours_if: &[(Event, u32)]) -> String {
        let holds = hours_in(self.held, hours, hours_if);
        let limit = || match (holds, hours_if.iter().find(|(event, of)| Some(*of) == holds && self.is_shown(*event))) {
            (Some(hours), Some((event, _))) => format!("{hours}小时（{}）", self.list(&[*event])),
            (Some(hours), None) => format!("{hours}小时"),
            (None, _) => String::new(),
        };
        let at = self.numbers(self.turns);
        match (self.verdict, holds) {
            (Verdict::Satisfied, Some(_)) => format!("{at}的期限在{}之内", limit()),
            (Verdict::Satisfied, None) => format!("{at}的承诺已兑现"),
            (Verdict::Violated, Some(_)) => {
                let turns: Vec<usize> = self.held.numbers(self.turns);
                let words = self.held.promises.iter().filter(|promise| turns.contains(&promise.turn));
                let words: Vec<String> = words.filter_map(|of| of.when.as_ref()).map(|when| format!("“{when}”")).collect();
                format!("{at}的期限是{}，超过{}", words.join("、"), limit())
            }
            (Verdict::Violated, None) => format!("{at}的承诺到期之后客户又来问，客服没有回音"),
            (Verdict::Pending, _) => format!("{at}的承诺还没有到期，或看不出结果"),
            (Verdict::NotApplicable, _) if !since.is_empty() && !self.held.any(since) => self.none_of(since),
            (Verdict::NotApplicable, _) if self.turns.is_empty() && !self.held.any(of) => self.none_of(of),
            (Verdict::NotApplicable, _) if self.turns.is_empty() => "没有还要兑现的承诺".to_owned(),
            (Verdict::NotApplicable, _) => format!("{at}的承诺没有说时间"),
        }
    }

    /// 第3轮已道歉.
    fn done(&self, want: &[Event]) -> String {
        let shown = self.shown_of(self.turns, want);
        let turns = self.numbers(self.turns);
        if shown.is_empty() { format!("{turns}承诺时说了时间") } else { format!("{turns}已{}", self.list(&shown)) }
    }

    /// The first event that excuses the agent, in a turn before that place.
    fn excuse(&self, unless: &[Event], before: usize) -> String {
        let excuse = self.held.turns.iter().take(before).position(|turn| turn.has(unless));
        excuse.map_or(String::new(), |at| self.at(&[at], unless))
    }

    /// That nothing triggers the rule, if nothing does.
    fn untriggered(&self, trigger: &Trigger<Event>) -> Option<String> {
        if !self.held.triggers(trigger).is_empty() {
            return None;
        }
        let is_late = !trigger.since.is_empty() && !self.held.any(&trigger.since);
        let events = if is_late { &trigger.since } else { &trigger.after };
        let is_doubtful = trigger.certain && self.held.any(events);
        let who = self.who(events);
        Some(format!("{who}没有{}{}", if is_doubtful { "明确的" } else { "" }, self.list(events)))
    }

    fn unanswered(&self, trigger: &Trigger<Event>) -> String {
        format!("{}之后没有客服说话", self.at(&self.held.triggers(trigger), &trigger.after))
    }

    /// 第1轮投诉, of the turns that show the verdict.
    fn shown(&self, events: &[Event]) -> String {
        self.at(self.turns, events)
    }

    fn at(&self, turns: &[usize], events: &[Event]) -> String {
        format!("{}{}", self.numbers(turns), self.list(&self.shown_of(turns, events)))
    }

    fn shown_of(&self, turns: &[usize], events: &[Event]) -> Vec<Event> {
        let is_in = |event: &&Event| {
            let mut turns = turns.iter().filter_map(|&at| self.held.turns.get(at));
            turns.any(|turn| turn.has(std::slice::from_ref(*event)))
        };
        events.iter().filter(is_in).copied().collect()
    }

    fn is_shown(&self, event: Event) -> bool {
        self.held.any(&[event])
    }

    /// The turns that are such, and the others.
    fn parted(&self, is_such: impl Fn(&Turn) -> bool) -> (Vec<usize>, Vec<usize>) {
        self.turns.iter().partition(|&&at| self.held.turns.get(at).is_some_and(&is_such))
    }

    /// 第3、7轮.
    fn numbers(&self, turns: &[usize]) -> String {
        let numbers = self.held.numbers(turns);
        format!("第{}轮", joined(numbers.iter().map(usize::to_string)))
    }

    /// 道歉、体谅.
    fn list(&self, events: &[Event]) -> String {
        joined(events.iter().filter_map(|&event| self.names.get(event as usize)).map(|of| of.name.clone()))
    }

    /// 客户没有投诉、愤怒.
    fn none_of(&self, events: &[Event]) -> String {
        format!("{}没有{}", self.who(events), self.list(events))
    }

    /// Who shows such events, where it is always the same side.
    fn who(&self, events: &[Event]) -> &'static str {
        let mut speakers = events.iter().filter_map(|&event| self.names.get(event as usize)).map(|of| of.speaker);
        let first = speakers.next().unwrap_or_default();
        match first {
            Speaker::Customer if speakers.all(|speaker| speaker == first) => "客户",
            Speaker::Agent if speakers.all(|speaker| speaker == first) => "客服",
            _ => "",
        }
    }
}

const NO_TIMES: &str = "没有时间记录";

/// The first few, and that there are more.
fn joined(mut parts: impl Iterator<Item = String>) -> String {
    let told: Vec<String> = parts.by_ref().take(MOST).collect();
    told.join("、") + if parts.next().is_some() { "等" } else { "" }
}

/// A length of time, for people.
fn span(ms: i64) -> String {
    let seconds = ms.max(0) / 1000;
    let parts = [(seconds / 3600, "小时"), (seconds / 60 % 60, "分"), (seconds % 60, "秒")];
    let told: String = parts.iter().filter(|(n, _)| *n > 0).map(|(n, unit)| format!("{n}{unit}")).collect();
    if told.is_empty() { "0秒".to_owned() } else { told }
}
