//! Flow rules and notes, linked: the events that they name get numbers, and a name that no rule gives is an error.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::LinkedRule;
use crate::conversation::Speaker;
use crate::error::Error;
use crate::flow::{Event, EventName, Flows, LinkedFlow};
use crate::rules::compile::CompiledPack;
use crate::rules::{Category, Kind, event_in_chinese};

/// The numbers of events that flow rules and notes ask for.
#[derive(Debug, Default)]
pub(super) struct Events(HashMap<String, Event>);

impl Events {
    /// The numbers of what a match of a rule means: its signal, step or category, and its id.
    pub(super) fn of<'a>(&'a self, rule: &'a LinkedRule) -> impl Iterator<Item = Event> {
        [rule.compiled.kind.name(), &*rule.compiled.id].into_iter().filter_map(|name| self.0.get(name).copied())
    }

    /// The number of a signal or step.
    pub(super) fn named(&self, name: &Arc<str>) -> Option<Event> {
        self.0.get(&**name).copied()
    }
}

/// Links the flow rules and notes of packs that go together.
///
/// # Errors
/// When one names an event that no rule of the packs gives.
pub(super) fn link<'a>(packs: impl Iterator<Item = &'a CompiledPack> + Clone) -> Result<(Flows, Events), Error> {
    let rules = || packs.clone().flat_map(|pack| &pack.rules);
    let (mut flows, mut events) = (Flows::default(), Events::default());
    if packs.clone().all(|pack| pack.flows.is_empty() && pack.notes.is_empty()) {
        return Ok((flows, events));
    }
    let categories = Category::ALL.map(Category::as_str);
    // Each name, and whose words it is about.
    let of_rules = rules().flat_map(|rule| {
        let speaker = if matches!(rule.kind, Kind::Signal(_)) { Speaker::Customer } else { Speaker::Agent };
        [(rule.kind.name(), speaker), (&*rule.id, speaker)]
    });
    let known: BTreeMap<&str, Speaker> = categories.map(|name| (name, Speaker::Agent)).into_iter().chain(of_rules).collect();
    let mut event = |name: &String| {
        if !known.contains_key(name.as_str()) {
            let names: BTreeSet<&str> = rules().map(|rule| rule.kind.name()).collect();
            let names = names.into_iter().collect::<Vec<_>>().join(", ");
            return Err(format!("no rule gives \"{name}\"; there are {names}, and ids of rules"));
        }
        let next = events.0.len() as Event;
        Ok(*events.0.entry(name.clone()).or_insert(next))
    };
    for pack in packs.clone() {
        for rule in &pack.flows {
            let fail = |message: String| Error::rule(&pack.file, Some(rule.line), &rule.id, message);
            flows.add(LinkedFlow::new(rule, &mut event).map_err(fail)?);
        }
        for note in &pack.notes {
            let fail = |message: String| Error::rule(&pack.file, Some(note.line), &note.id, message);
            flows.add_note(note, &mut event).map_err(fail)?;
        }
    }
    let mut names: Vec<_> = events.0.iter().map(|(name, &event)| (event, name)).collect();
    names.sort_unstable();
    flows.names = names
        .into_iter()
        .map(|(_, name)| EventName {
            name: event_in_chinese(name).unwrap_or(name).to_owned(),
            speaker: known.get(name.as_str()).copied().unwrap_or_default(),
        })
        .collect();
    Ok((flows, events))
}
