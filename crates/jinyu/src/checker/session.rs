//! A conversation while it is held. Receives utterances one by one, hands on what each of them shows; remembers what guards and flow
//! rules ask for, and no more.

use super::{Checker, Context};
use crate::conversation::{Speaker, Utterance};
use crate::finding::{Examination, Finding};
use crate::script::Script;

/// So many turns of a speaker are the opening.
const OPENING: usize = 2;

/// So many bytes of what somebody says in a row are remembered.
const REMEMBERED: usize = 4 << 10;

/// A conversation while it is held: utterances go in one by one, findings come out at once.
///
/// It remembers what the customer and the agent said last, which guards may ask for, and which script is written.
#[derive(Clone, Debug)]
pub struct Session {
    checker: Checker,
    customer: Option<String>,
    agent: Option<String>,
    last: Speaker,
    /// Turns of agents and of customers so far, utterances in a row counted once.
    turns: [usize; 2],
    script: Option<Script>,
}

impl Checker {
    /// A new conversation.
    #[must_use]
    pub fn session(&self) -> Session {
        Session { checker: self.clone(), customer: None, agent: None, last: Speaker::Unknown, turns: [0; 2], script: None }
    }
}

impl Session {
    /// Findings of the next utterance. Its words are remembered for guards that ask for them.
    pub fn push(&mut self, utterance: &Utterance) -> Vec<Finding> {
        self.examine(utterance).findings
    }

    /// The same together with the signals and steps in it, and with the matches that are no findings and what let them pass.
    pub fn examine(&mut self, utterance: &Utterance) -> Examination {
        if let Some(script) = Script::detect(&utterance.text) {
            self.script = Some(script);
        }
        let goes_on = self.last == utterance.speaker;
        let [of_agent, of_customer] = &mut self.turns;
        let mut others = 0;
        let turns = match utterance.speaker {
            Speaker::Agent => of_agent,
            Speaker::Customer => of_customer,
            Speaker::Unknown => &mut others,
        };
        *turns += usize::from(!goes_on);
        let opening = *turns <= OPENING;
        let context = Context {
            speaker: utterance.speaker,
            customer: self.customer.as_deref(),
            agent: self.agent.as_deref(),
            opening,
            script: self.script.unwrap_or(self.checker.0.script),
            observes: true,
            only: None,
        };
        let examination = self.checker.run(&utterance.text, &context);
        let said = match utterance.speaker {
            Speaker::Agent => Some(&mut self.agent),
            Speaker::Customer => Some(&mut self.customer),
            Speaker::Unknown => None,
        };
        match said {
            Some(Some(said)) if goes_on => {
                said.push('\n');
                said.push_str(tail(&utterance.text));
                let kept = tail(said).len();
                said.drain(..said.len() - kept);
            }
            Some(said) => *said = Some(tail(&utterance.text).to_owned()),
            None => {}
        }
        self.last = utterance.speaker;
        examination
    }
}

/// The last [`REMEMBERED`] bytes of a text, cut between characters.
fn tail(text: &str) -> &str {
    let from = (text.len().saturating_sub(REMEMBERED)..=text.len()).find(|&from| text.is_char_boundary(from));
    from.and_then(|from| text.get(from..)).unwrap_or(text)
}
