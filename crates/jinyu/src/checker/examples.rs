//! The examples of rules, run through the rules: a pack whose examples do not hold does not load.

use std::sync::Arc;

use super::{Checker, Context, Proposals, SCRATCH};
use crate::conversation::{Conversation, Speaker};
use crate::finding::Examination;
use crate::rules::flow::Verdict;
use crate::rules::{Example, Scope};
use crate::span::Span;
use crate::suggest::{Edit, Safety, Suggestion, apply};
use crate::verify::{Around, Said};

/// An example of a rule that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExampleFailure {
    /// The pack's file.
    pub file: String,
    /// The line of the rule, from 1.
    pub line: usize,
    /// The id of the rule.
    pub rule: String,
    /// What does not hold, in a sentence.
    pub message: String,
}

impl Checker {
    /// Runs the examples of the pack with that name; an empty answer is good news.
    #[must_use]
    pub fn test(&self, pack: &str) -> Vec<ExampleFailure> {
        let mut failures = Vec::new();
        let Some(pack) = self.packs().iter().find(|of| of.name == pack) else { return failures };
        for rule in &pack.rules {
            let Some(index) = self.0.rules.iter().position(|linked| linked.compiled.id == rule.id) else { continue };
            // Where the model is not wanted, nobody looks for what its rules say.
            if rule.model && self.0.model.is_none() {
                continue;
            }
            let hits = rule.hits.iter().filter_map(|example| self.test_hit(index as u32, example));
            let misses = rule.misses.iter().filter_map(|example| self.test_miss(index as u32, example));
            failures.extend(hits.chain(misses).map(|message| ExampleFailure {
                file: pack.file.clone(),
                line: rule.line,
                rule: rule.id.to_string(),
                message,
            }));
        }
        let mut fail = |line, rule: &Arc<str>, message| {
            failures.push(ExampleFailure { file: pack.file.clone(), line, rule: rule.to_string(), message });
        };
        for flow in &pack.flows {
            for (expected, conversation) in &flow.examples {
                if let Some(message) = self.test_flow(&flow.id, *expected, conversation) {
                    fail(flow.line, &flow.id, message);
                }
            }
        }
        for note in &pack.notes {
            for (expected, conversation) in &note.examples {
                let notes = self.audit(conversation).assessment.notes;
                let is_there = notes.iter().any(|other| other.rule == note.id);
                if is_there != *expected {
                    let says = if is_there { "gets the note, but must not" } else { "does not get the note" };
                    fail(note.line, &note.id, format!("the conversation that begins \"{}\" {says}", beginning(conversation)));
                }
            }
        }
        failures
    }

    fn test_flow(&self, rule: &Arc<str>, expected: Verdict, conversation: &Conversation) -> Option<String> {
        let mut session = self.session();
        for utterance in &conversation.utterances {
            session.examine(utterance);
        }
        // What is still pending is so while the conversation goes on.
        let assessment = if expected == Verdict::Pending { session.assess() } else { session.finish() };
        let verdict = assessment.flow.iter().find(|flow| flow.rule == *rule)?.verdict;
        if verdict == expected {
            return None;
        }
        let observed = assessment.signals.iter().chain(&assessment.steps);
        let observed: Vec<String> =
            observed.map(|observation| format!("{} in turn {}", observation.name, observation.turn)).collect();
        Some(format!(
            "the conversation that begins \"{}\" should be {} but is {}; it has {}",
            beginning(conversation),
            expected.as_str(),
            verdict.as_str(),
            if observed.is_empty() { "no signals or steps".to_owned() } else { observed.join(", ") }
        ))
    }

    pub(super) fn run_example(&self, rule: u32, text: &str, example: &Example) -> Examination {
        let scope = self.0.rule(rule).map_or(Scope::Agent, |rule| rule.compiled.scope);
        self.run(text, &Context { only: Some(rule), ..self.example_context(scope, text, example) })
    }

    /// What is known of the text of an example of a rule for these words: all that its author wrote down.
    pub(super) fn example_context<'a>(&self, scope: Scope, text: &'a str, example: &'a Example) -> Context<'a> {
        Context {
            speaker: if scope == Scope::Customer { Speaker::Customer } else { Speaker::Agent },
            around: Around {
                customer: Said::new(example.customer.as_deref()),
                agent: Said::new(example.agent.as_deref()),
                opening: example.opening,
            },
            observes: true,
            proposals: Proposals::All,
            ..Context::lone(text, self.0.script)
        }
    }

    fn test_hit(&self, rule: u32, example: &Example) -> Option<String> {
        let examination = self.run_example(rule, &example.text, example);
        let words = words_found(&examination);
        let Some(first_words) = words.first() else {
            let why = match examination.dismissals.first() {
                Some(dismissal) => format!("\"{}\" matches, but it is let pass: {}", dismissal.text, dismissal.reason),
                None if self.0.rule(rule).is_some_and(|rule| rule.compiled.model) => "the model does not find it".to_owned(),
                None => "no pattern matches".to_owned(),
            };
            return Some(format!("the hit \"{}\" is not found: {why}", example.text));
        };
        if let Some(expected) = &example.expected_match
            && !words.iter().any(|words| words == expected)
        {
            return Some(format!("the hit \"{}\" should match \"{expected}\" but matches \"{first_words}\"", example.text));
        }
        let first = examination.findings.first()?;
        for finding in &examination.findings {
            for suggestion in finding.suggestions.iter().filter(|suggestion| suggestion.safety > Safety::Show) {
                let fixed = apply(&example.text, &mut vec![Edit { span: suggestion.span, text: suggestion.text.clone() }]).0;
                let end = suggestion.span.start + suggestion.text.len();
                let made = Span::new(suggestion.span.start, end);
                if self.run_example(rule, &fixed, example).findings.iter().any(|again| again.span.overlaps(made)) {
                    return Some(format!("the fix of \"{}\" triggers the rule again: \"{fixed}\"", example.text));
                }
            }
        }
        // From here on as users see it.
        let mut first = first.clone();
        SCRATCH.with_borrow_mut(|scratch| self.choose(&mut first, &example.text, scratch));
        let applied = |suggestion: &Suggestion| {
            apply(&example.text, &mut vec![Edit { span: suggestion.span, text: suggestion.text.clone() }]).0
        };
        let text = &example.text;
        let best = first.suggestions.iter().find(|suggestion| suggestion.safety > Safety::Show);
        if let Some(expected) = &example.expected_fix {
            match best.map(applied) {
                None => {
                    return Some(format!(
                        "the hit \"{text}\" should be fixed to \"{expected}\" but has no fix that can be applied"
                    ));
                }
                Some(fixed) if fixed != *expected => {
                    return Some(format!("the hit \"{text}\" should be fixed to \"{expected}\" but becomes \"{fixed}\""));
                }
                Some(_) => {}
            }
        }
        if let Some(expected) = &example.expected_say {
            match first.suggestions.first().map(applied) {
                None => return Some(format!("for the hit \"{text}\" it should say \"{expected}\" but nothing is suggested")),
                Some(said) if said != *expected => {
                    return Some(format!("for the hit \"{text}\" it should say \"{expected}\" but says \"{said}\""));
                }
                Some(_) => {}
            }
        }
        None
    }

    fn test_miss(&self, rule: u32, example: &Example) -> Option<String> {
        let examination = self.run_example(rule, &example.text, example);
        words_found(&examination).first().map(|words| format!("the miss \"{}\" is found: \"{words}\"", example.text))
    }
}

/// What a conversation begins with.
fn beginning(conversation: &Conversation) -> &str {
    conversation.utterances.first().map_or("", |utterance| utterance.text.as_str())
}

/// The words of all that was found, of whatever kind.
fn words_found(examination: &Examination) -> Vec<&str> {
    let findings = examination.findings.iter().map(|finding| finding.text.as_str());
    let seen = examination.signals.iter().chain(&examination.steps).map(|occurrence| occurrence.text.as_str());
    findings.chain(seen).collect()
}
