//! A conversation while it is held. Receives utterances one by one, hands on what each of them shows, and what the whole comes to;
//! remembers what guards, flow rules and the score ask for, and no more.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Checker, Context};
use crate::conversation::{Channel, Conversation, Speaker, Utterance};
use crate::finding::{By, Examination, Finding, Occurrence};
use crate::flow::{Event, FlowVerdict, Note, Timeline, Turn};
use crate::ledger::{Promise, PromiseState, deadline, is_done};
use crate::rules::Confidence;
use crate::rules::compile::CompiledRule;
use crate::rules::flow::Verdict;
use crate::score::{Loss, Score};
use crate::script::{Script, fold, is_han};
use crate::verify::{Around, Said};

/// So many turns of a speaker are the opening.
const OPENING: usize = 2;

/// So many bytes of what somebody says in a row are remembered.
const REMEMBERED: usize = 4 << 10;

/// The stronger signal stands for the weaker one in a turn that shows both.
const STRONGER: (&str, &str) = ("anger", "dissatisfaction");

/// A signal or step, and the turn that holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Observation {
    /// The name of the signal or step.
    pub name: Arc<str>,
    /// The turn, as the source counts.
    pub turn: usize,
    /// The id of the rule that found it.
    pub rule: Arc<str>,
    /// How sure it is.
    pub confidence: Confidence,
}

/// What a conversation comes to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Assessment {
    /// A hundred less deductions.
    pub score: Score,
    /// What the customer showed, in order.
    pub signals: Vec<Observation>,
    /// What the agent did, in order.
    pub steps: Vec<Observation>,
    /// What each flow rule says, in the order of the packs.
    pub flow: Vec<FlowVerdict>,
    /// What was promised, in order.
    pub promises: Vec<Promise>,
    /// What a reviewer should know.
    pub notes: Vec<Note>,
}

/// A whole conversation, judged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Report {
    /// What each utterance shows, in their order.
    pub examinations: Vec<Examination>,
    /// What the conversation comes to.
    pub assessment: Assessment,
    /// What was left out of both.
    #[serde(default)]
    pub waived: Waived,
}

/// Something that a conversation is charged with.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Charge<'a> {
    /// A finding, and the utterance that holds it.
    Finding(&'a Utterance, &'a Finding),
    /// A flow rule that is violated.
    Violation(&'a FlowVerdict),
}

/// Charges that do not count.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Waived {
    /// Findings in order, each with the place of its utterance in the conversation, from 0.
    pub findings: Vec<(usize, Finding)>,
    /// Violated flow rules, in the order of the packs.
    pub violations: Vec<FlowVerdict>,
}

/// A conversation while it is held: utterances go in one by one, findings come out at once.
///
/// It remembers what the customer and the agent said last, which guards may ask for, which script is written, and what happened in each
/// turn, which flow rules ask for.
///
/// ```
/// use jinyu::{Checker, Speaker, Utterance, Verdict};
///
/// let checker = Checker::builder().build()?;
/// let mut session = checker.session();
/// session.push(&Utterance::new(0, Speaker::Customer, "你们太过分了!我要投诉!"));
/// let is_apology_missing = |verdict: Verdict, session: &jinyu::Session| {
///     session.assess().flow.iter().any(|flow| flow.rule.ends_with("no-apology-after-complaint") && flow.verdict == verdict)
/// };
/// assert!(is_apology_missing(Verdict::Pending, &session));
/// session.push(&Utterance::new(1, Speaker::Agent, "非常抱歉给您带来不好的体验。"));
/// assert!(is_apology_missing(Verdict::Satisfied, &session));
/// # Ok::<(), jinyu::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Session {
    checker: Checker,
    customer: Option<String>,
    agent: Option<String>,
    script: Option<Script>,
    timeline: Timeline,
    signals: Vec<Observation>,
    steps: Vec<Observation>,
    losses: BTreeMap<Arc<str>, Loss>,
}

impl Checker {
    /// A new conversation.
    #[must_use]
    pub fn session(&self) -> Session {
        Session {
            checker: self.clone(),
            customer: None,
            agent: None,
            script: None,
            timeline: Timeline::default(),
            signals: Vec::new(),
            steps: Vec::new(),
            losses: BTreeMap::new(),
        }
    }

    /// Judges a whole conversation: what each utterance shows, and what the conversation comes to. The same as a [`Session`] that is
    /// told of each utterance and then [finished](Session::finish).
    #[must_use]
    pub fn audit(&self, conversation: &Conversation) -> Report {
        self.audit_waiving(conversation, |_| false)
    }

    /// The same without the charges for which `is_waived` says yes: they cost nothing and stand in [`Report::waived`], and flow rules do
    /// not see such findings. A waived flow rule counts as satisfied in the score.
    #[must_use]
    pub fn audit_waiving(&self, conversation: &Conversation, mut is_waived: impl FnMut(Charge<'_>) -> bool) -> Report {
        let mut session = self.session();
        let mut waived = Waived::default();
        let mut examinations = Vec::with_capacity(conversation.utterances.len());
        for (place, utterance) in conversation.utterances.iter().enumerate() {
            let mut seen = session.observe(utterance);
            let (left_out, counted) =
                seen.findings.into_iter().partition(|finding| is_waived(Charge::Finding(utterance, finding)));
            seen.findings = counted;
            waived.findings.extend(Vec::into_iter(left_out).map(|finding| (place, finding)));
            session.record(utterance, &seen);
            examinations.push(seen);
        }
        session.timeline.closed = true;
        let assessment;
        (assessment, waived.violations) = session.conclude(|verdict| is_waived(Charge::Violation(verdict)));
        Report { examinations, assessment, waived }
    }
}

impl Session {
    /// Findings of the next utterance. Its words are remembered for guards that ask for them.
    pub fn push(&mut self, utterance: &Utterance) -> Vec<Finding> {
        self.examine(utterance).findings
    }

    /// The same together with the signals and steps in it, and with the matches that are no findings and what let them pass.
    pub fn examine(&mut self, utterance: &Utterance) -> Examination {
        let examination = self.observe(utterance);
        self.record(utterance, &examination);
        examination
    }

    /// Looks at an utterance and remembers its words.
    fn observe(&mut self, utterance: &Utterance) -> Examination {
        if let Some(script) = Script::detect(&utterance.text) {
            self.script = Some(script);
        }
        let context = Context {
            speaker: utterance.speaker,
            around: Around {
                customer: Said::new(self.customer.as_deref()),
                agent: Said::new(self.agent.as_deref()),
                opening: self.timeline.next_run(utterance.speaker) <= OPENING,
            },
            observes: true,
            is_speech: utterance.channel == Some(Channel::Speech),
            ..Context::lone(&utterance.text, self.script.unwrap_or(self.checker.0.script))
        };
        let mut examination = self.checker.run_and_reword(&utterance.text, &context);
        let (stronger, weaker) = STRONGER;
        if let Some(sure) = examination.signals.iter().find(|signal| &*signal.name == stronger).map(|signal| signal.confidence) {
            examination.signals.retain(|signal| &*signal.name != weaker || signal.confidence > sure);
        }
        self.remember(utterance);
        examination
    }

    fn remember(&mut self, utterance: &Utterance) {
        let goes_on = self.timeline.goes_on(utterance.speaker);
        let said = match utterance.speaker {
            Speaker::Agent => &mut self.agent,
            Speaker::Customer => &mut self.customer,
            Speaker::Unknown => return,
        };
        match said {
            Some(said) if goes_on => {
                said.push('\n');
                said.push_str(tail(&utterance.text));
                let kept = tail(said).len();
                said.drain(..said.len() - kept);
            }
            said => *said = Some(tail(&utterance.text).to_owned()),
        }
    }

    /// Keeps what flow rules and the score ask for.
    fn record(&mut self, utterance: &Utterance, seen: &Examination) {
        let inner = &*self.checker.0;
        let observation = |occurrence: &Occurrence| Observation {
            name: occurrence.name.clone(),
            turn: utterance.turn,
            rule: occurrence.rule.clone(),
            confidence: occurrence.confidence,
        };
        self.signals.extend(seen.signals.iter().map(observation));
        self.steps.extend(seen.steps.iter().map(observation));
        let (mut events, mut doubtful): (Vec<Event>, Vec<Event>) = (Vec::new(), Vec::new());
        let of = |occurrence: &Occurrence| [inner.events.named(&occurrence.name), inner.events.named(&occurrence.rule)];
        events.extend(seen.steps.iter().flat_map(of).flatten());
        for signal in &seen.signals {
            let Some(rule) = inner.rules.iter().find(|rule| rule.compiled.id == signal.rule) else { continue };
            let events = match signal.confidence {
                // A signal that only the model sees, and not clearly, asks nothing of the agent.
                Confidence::Low if rule.compiled.model => continue,
                Confidence::Medium if rule.is_built_in => &mut doubtful,
                _ => &mut events,
            };
            events.extend(of(signal).into_iter().flatten());
        }
        let mut charged: Vec<(&Finding, &CompiledRule)> = Vec::new();
        for finding in &seen.findings {
            let Some(rule) = inner.rules.iter().find(|rule| rule.compiled.id == finding.rule) else { continue };
            // What only the model finds costs nothing, flow rules included.
            if finding.by == By::Model {
                continue;
            }
            events.extend(inner.events.of(rule));
            // A doubtful finding is shown, but costs nothing.
            if finding.confidence != Confidence::Low {
                charged.push((finding, &rule.compiled));
            }
        }
        // The same words are charged once, for the worst that they are.
        charged.sort_by_key(|(_, rule)| std::cmp::Reverse((rule.weight.critical, rule.weight.points)));
        let mut paid: Vec<&Finding> = Vec::new();
        for (finding, rule) in charged {
            if !rule.weight.critical && paid.iter().any(|other| other.rule != finding.rule && other.span.overlaps(finding.span)) {
                continue;
            }
            paid.push(finding);
            let loss = self.losses.entry(rule.id.clone());
            let loss = loss.or_insert_with(|| Loss::new(rule.id.clone(), rule.care, rule.weight));
            loss.add(utterance.turn, utterance.agent.as_ref().filter(|_| utterance.speaker == Speaker::Agent));
        }
        events.sort_unstable();
        events.dedup();
        let promising = seen
            .steps
            .iter()
            .find(|step| inner.events.named(&step.name).is_some_and(|event| inner.flows.promising.contains(&event)));
        if let (Speaker::Agent, Some(step)) = (utterance.speaker, promising) {
            self.timeline.promises.extend(promise(utterance, step));
        }
        let is_compared = inner.flows.compares && utterance.speaker == Speaker::Agent;
        self.timeline.push(Turn {
            number: utterance.turn,
            speaker: utterance.speaker,
            agent: utterance.agent.clone().filter(|_| utterance.speaker == Speaker::Agent),
            start_ms: utterance.start_ms,
            end_ms: utterance.end_ms,
            events,
            doubtful,
            characters: letters(&utterance.text),
            sentences: if is_compared {
                sentences(&utterance.text).map(|said| (print(said), letters(said))).collect()
            } else {
                Vec::new()
            },
        });
    }

    /// What the conversation comes to so far; flow rules that still have time are pending.
    #[must_use]
    pub fn assess(&self) -> Assessment {
        self.conclude(|_| false).0
    }

    /// The same without the violations for which `is_waived` says yes, and these.
    fn conclude(&self, mut is_waived: impl FnMut(&FlowVerdict) -> bool) -> (Assessment, Vec<FlowVerdict>) {
        let inner = &*self.checker.0;
        let mut flow: Vec<FlowVerdict> = inner.flows.verdicts(&self.timeline);
        let mut waived: Vec<FlowVerdict> = Vec::new();
        for verdict in flow.iter_mut().filter(|verdict| verdict.verdict == Verdict::Violated) {
            if is_waived(verdict) {
                waived.push(verdict.clone());
                // A rule that did not apply would leave its points to the others.
                verdict.verdict = Verdict::Satisfied;
            }
        }
        let losses: Vec<Loss> = self.losses.values().cloned().collect();
        let score = Score::new(&losses, &inner.flows, &flow);
        flow.retain(|verdict| waived.iter().all(|waived| waived.rule != verdict.rule));
        let assessment = Assessment {
            score,
            signals: self.signals.clone(),
            steps: self.steps.clone(),
            notes: inner.flows.notes(&self.timeline),
            promises: self.timeline.promises.clone(),
            flow,
        };
        (assessment, waived)
    }

    /// What the conversation came to, now that it is over.
    #[must_use]
    pub fn finish(mut self) -> Assessment {
        self.timeline.closed = true;
        self.assess()
    }
}

/// The sentences of an utterance without what opens them and says nothing: 您好, 好的.
fn sentences(text: &str) -> impl Iterator<Item = &str> {
    const OPENER: usize = 3;
    text.split(['。', '！', '？', '!', '?', '；', ';', '\n']).map(|sentence| {
        let mut rest = sentence;
        while let Some((_, after)) = rest.split_once(['，', ',', ' ', '～', '~']).filter(|(opener, _)| letters(opener) <= OPENER)
        {
            rest = after;
        }
        rest
    })
}

fn letters(text: &str) -> usize {
    text.chars().filter(|&c| is_han(c) || c.is_alphanumeric()).count()
}

/// What an agent promised by a step, unless the words tell of what has been done.
fn promise(utterance: &Utterance, step: &Occurrence) -> Option<Promise> {
    let folded: Vec<char> = utterance.text.chars().map(fold).collect();
    let deadline = deadline(&folded);
    let before = utterance.text.get(..step.span.start).map_or(0, |before| before.chars().count());
    if deadline.is_none() && is_done(&folded, before, step.text.chars().count()) {
        return None;
    }
    let seconds = deadline.as_ref().and_then(|deadline| deadline.seconds);
    let due = |(start, seconds): (i64, u64)| i64::try_from(seconds).ok()?.checked_mul(1000)?.checked_add(start);
    Some(Promise {
        turn: utterance.turn,
        agent: utterance.agent.clone(),
        what: step.text.clone(),
        when: deadline.map(|deadline| deadline.words),
        seconds,
        due_ms: utterance.start_ms.zip(seconds).and_then(due),
        state: PromiseState::Open,
    })
}

/// Stands for what was said, numbers and marks left out: the same stock sentence has the same.
fn print(text: &str) -> u64 {
    // Multiplied and turned for each letter, so that each bit of the result depends on all of them.
    let letters = text.chars().filter(|&c| is_han(c) || c.is_alphabetic());
    letters.fold(0, |print, c| (print ^ u64::from(fold(c))).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29))
}

/// The last [`REMEMBERED`] bytes of a text, cut between characters.
fn tail(text: &str) -> &str {
    let from = (text.len().saturating_sub(REMEMBERED)..=text.len()).find(|&from| text.is_char_boundary(from));
    from.and_then(|from| text.get(from..)).unwrap_or(text)
}
