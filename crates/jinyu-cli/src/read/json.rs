//! JSON values to records: receives one value at a time with its place in the file, recognises its shape by its keys, hands on
//! records. A value is a turn, a conversation, or something that holds conversations; [`document`] and [`super::jsonl`]
//! find the values in files.

pub(crate) mod contact_lens;
pub(crate) mod document;
pub(crate) mod insights;
pub(crate) mod layout;
pub(crate) mod wecom;

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use self::layout::Layout;
use super::assemble::{Assembler, Context, Record};
use super::fields::{Field, Fields, channel, same};
use super::time::Time;
use crate::problem::Problems;

/// Objects within objects that are looked through for conversations.
const DEEPEST: usize = 8;

/// A shape that is more than columns under other names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Layout(&'static Layout),
    ContactLens,
    Insights,
    Wecom,
}

/// Keys under which conversations and turns are found, folded, the likeliest first.
const CONTAINERS: &[&str] = &[
    "turns",
    "utterances",
    "messages",
    "dialogues",
    "dialogue",
    "dialogs",
    "dialog",
    "conversation",
    "conversations",
    "segments",
    "sentences",
    "transcript",
    "transcripts",
    "entries",
    "items",
    "records",
    "history",
    "chat",
    "calls",
    "calllist",
    "tickets",
    "list",
    "rows",
    "data",
    "result",
    "results",
    "response",
    "对话",
    "会话",
    "消息",
    "对话内容",
    "消息列表",
];

/// Reads values of any shape.
pub(crate) struct Interpreter<'a> {
    pub(crate) assembler: Assembler<'a>,
    fields: &'a Fields,
    shape: Option<Shape>,
    /// What keys mean, as they are written.
    keys: BTreeMap<String, Option<(Field, usize)>>,
    archive: wecom::Archive,
}

/// The array that is being read: its conversation begins with the first turn in it.
struct Frame {
    context: Context,
    begins: bool,
}

impl<'a> Interpreter<'a> {
    /// `shape` where the user names it.
    pub(crate) fn new(assembler: Assembler<'a>, fields: &'a Fields, shape: Option<Shape>) -> Self {
        Self { assembler, fields, shape, keys: BTreeMap::new(), archive: wecom::Archive::default() }
    }

    /// Takes the value that is `text`, of which the first line is `line` in the file.
    pub(crate) fn take(&mut self, text: &str, line: usize, problems: &mut Problems) -> serde_json::Result<()> {
        let place = Place::new(text, line);
        let raw: &RawValue = serde_json::from_str(text)?;
        self.value(&place, raw, &mut Frame { context: Context::default(), begins: false }, 0, problems);
        Ok(())
    }

    /// Takes the end of the file.
    pub(crate) fn end(&mut self, problems: &mut Problems) {
        std::mem::take(&mut self.archive).tell(&mut self.assembler, problems);
        self.assembler.end(problems);
    }

    fn value(&mut self, place: &Place<'_>, raw: &RawValue, frame: &mut Frame, depth: usize, problems: &mut Problems) {
        if depth > DEEPEST {
            return;
        }
        if let Some(object) = object(raw) {
            self.object(place, place.line(raw.get()), &object, frame, depth, problems);
        } else if let Some(elements) = array(raw) {
            // An array of what is no record is one mistake.
            let is_inner = |element: &RawValue| element.get().starts_with(['{', '[']);
            let mut other = elements.iter().find(|element| !is_inner(element)).copied();
            for element in elements {
                if is_inner(element) || other.take().is_some() {
                    self.value(place, element, frame, depth + 1, problems);
                }
            }
        } else {
            problems.report_line(
                "that are no records",
                format_args!(
                    "{}:{}: is no record but {}, skipped; write {{\"conversation\":…,\"turn\":…,\"speaker\":…,\"text\":…}}",
                    self.assembler.file,
                    place.line(raw.get()),
                    if raw.get().starts_with('"') { "a string" } else { "a number or literal" }
                ),
            );
        }
    }

    fn object(
        &mut self,
        place: &Place<'_>,
        line: usize,
        object: &Object<'_>,
        frame: &mut Frame,
        depth: usize,
        problems: &mut Problems,
    ) {
        let shape = match self.shape {
            Some(shape) => Some(shape).filter(|shape| shape.fits(object)),
            None => Shape::recognise(object),
        };
        match shape {
            Some(Shape::Wecom) => {
                self.archive.take(object, line, self.assembler.file, problems);
                if self.archive.is_full() {
                    std::mem::take(&mut self.archive).tell(&mut self.assembler, problems);
                }
                return;
            }
            Some(Shape::ContactLens) => {
                contact_lens::read(object, place, &mut self.assembler, problems);
                return self.assembler.leave();
            }
            Some(Shape::Insights) => {
                insights::read(object, place, &mut self.assembler, problems);
                return self.assembler.leave();
            }
            Some(Shape::Layout(layout)) => {
                let context = self.context(object, &frame.context);
                self.assembler.begin(Context { channel: context.channel.or(layout.channel), ..context });
                for raw in layout.turns(object) {
                    match self::object(raw) {
                        Some(turn) => {
                            let record = self.record(&turn, Some(layout), place.line(raw.get()));
                            self.assembler.add(record, problems);
                        }
                        None => self.value(place, raw, frame, depth + 1, problems),
                    }
                }
                return self.assembler.leave();
            }
            None => {}
        }
        let record = self.record(object, None, line);
        // A text beside an array, as whisper writes it, is the same words once more.
        let holds = |raw: &&RawValue| record.text.is_none() || raw.get().starts_with('[');
        let inner = if record.speaker.is_none() { container(object).filter(holds) } else { None };
        if let Some(inner) = inner {
            let context = self.context(object, &frame.context);
            let mut frame = Frame { context, begins: true };
            self.value(place, inner, &mut frame, depth + 1, problems);
            if !frame.begins {
                self.assembler.leave();
            }
        } else if self.shape.is_some() && record.text.is_none() {
            problems.report_line(
                "of another shape",
                format_args!("{}:{line}: has not the shape that --from names, skipped; leave --from out", self.assembler.file),
            );
        } else {
            if std::mem::take(&mut frame.begins) {
                self.assembler.begin(frame.context.clone());
            }
            self.assembler.add(record, problems);
        }
    }

    /// What an object says of all the turns in it.
    fn context(&mut self, object: &Object<'_>, outer: &Context) -> Context {
        let record = self.record(object, None, 0);
        let name = || get(object, &["id", "tid", "taskid", "name"]).and_then(scalar);
        let begun = [&record.start, &record.time, &record.date].into_iter().flatten().find_map(|text| Time::parse(text));
        Context {
            conversation: record.conversation.or_else(name).or_else(|| outer.conversation.clone()),
            agent: record.agent.or_else(|| outer.agent.clone()),
            channel: record.channel.as_deref().and_then(channel).or(outer.channel),
            base: begun.and_then(|time| if let Time::Date(ms) = time { Some(ms) } else { None }).or(outer.base),
            dial: outer.dial,
        }
    }

    fn record(&mut self, object: &Object<'_>, layout: Option<&Layout>, line: usize) -> Record {
        let mut record = Record { line, ..Record::default() };
        let mut ranks: BTreeMap<Field, usize> = BTreeMap::new();
        for (key, raw) in object {
            let known = layout.and_then(|layout| layout.field(key)).or_else(|| self.field(key));
            let Some((field, rank)) = known else { continue };
            if ranks.get(&field).is_some_and(|best| *best <= rank) {
                continue;
            }
            let inside = || {
                let object = self::object(raw).filter(|_| field == Field::Text)?;
                scalar(get(&object, &["content", "text"])?)
            };
            if let Some(value) = scalar(raw).or_else(inside) {
                ranks.insert(field, rank);
                record.set(field, value);
            }
        }
        for (field, path) in self.fields.paths() {
            if let Some(value) = at_path(object, path) {
                record.set(field, value);
            }
        }
        record
    }

    fn field(&mut self, key: &str) -> Option<(Field, usize)> {
        if let Some(known) = self.keys.get(key) {
            return *known;
        }
        let known = self.fields.field(key);
        // Keys that are data, such as ids, must not fill the memory.
        if self.keys.len() < 1_000 {
            self.keys.insert(key.to_owned(), known);
        }
        known
    }
}

impl Shape {
    fn recognise(object: &Object<'_>) -> Option<Self> {
        let shapes = layout::ALL.iter().map(Self::Layout).chain([Self::ContactLens, Self::Insights, Self::Wecom]);
        shapes.into_iter().find(|shape| shape.fits(object))
    }

    fn fits(self, object: &Object<'_>) -> bool {
        match self {
            Self::Layout(layout) => layout.fits(object),
            Self::ContactLens => contact_lens::fits(object),
            Self::Insights => insights::fits(object),
            Self::Wecom => wecom::fits(object),
        }
    }
}

/// The value in which an object keeps its turns or its conversations.
fn container<'t>(object: &Object<'t>) -> Option<&'t RawValue> {
    let holds = |raw: &&RawValue| raw.get().starts_with(['[', '{']) && raw.get().contains('{');
    CONTAINERS.iter().find_map(|key| get(object, &[key]).filter(holds))
}

fn at_path(object: &Object<'_>, path: &str) -> Option<String> {
    let (first, rest) = path.split_once('.')?;
    let (_, raw) = object.iter().find(|(key, _)| key == first)?;
    let inner = self::object(raw)?;
    match inner.iter().find(|(key, _)| key == rest) {
        Some((_, raw)) => scalar(raw),
        None => at_path(&inner, rest),
    }
}

/// An object's keys and values, in order; the values stay text.
pub(crate) type Object<'t> = Vec<(Cow<'t, str>, &'t RawValue)>;

/// The object that a value is.
pub(crate) fn object(raw: &RawValue) -> Option<Object<'_>> {
    struct Entries;
    impl<'t> Visitor<'t> for Entries {
        type Value = Object<'t>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'t>>(self, mut map: A) -> Result<Object<'t>, A::Error> {
            #[derive(Deserialize)]
            struct Key<'t>(#[serde(borrow)] Cow<'t, str>);
            let mut entries = Vec::new();
            while let Some((Key(key), value)) = map.next_entry::<Key<'t>, &'t RawValue>()? {
                entries.push((key, value));
            }
            Ok(entries)
        }
    }
    let raw = raw.get();
    if raw.starts_with('{') { serde_json::Deserializer::from_str(raw).deserialize_map(Entries).ok() } else { None }
}

/// The elements of the array that a value is.
pub(crate) fn array(raw: &RawValue) -> Option<Vec<&RawValue>> {
    raw.get().starts_with('[').then(|| serde_json::from_str(raw.get()).ok()).flatten()
}

/// Reads the elements of an array one by one, so that those before a fault are not lost.
pub(crate) struct Elements<'v, 't>(pub(crate) &'v mut Vec<&'t RawValue>);

impl<'t> Visitor<'t> for Elements<'_, 't> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'t>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(element) = seq.next_element()? {
            self.0.push(element);
        }
        Ok(())
    }
}

/// A string, or a number as it is written.
pub(crate) fn scalar(raw: &RawValue) -> Option<String> {
    match raw.get().as_bytes().first()? {
        b'"' => serde_json::from_str(raw.get()).ok(),
        b'{' | b'[' | b'n' => None,
        _ => Some(raw.get().to_owned()),
    }
}

/// The value of the first of these keys, folded, that is there.
pub(crate) fn get<'t>(object: &Object<'t>, keys: &[&str]) -> Option<&'t RawValue> {
    keys.iter().find_map(|wanted| object.iter().find(|(key, _)| same(key, wanted)).map(|(_, value)| *value))
}

/// The text of the first of these keys that is there.
pub(crate) fn text(object: &Object<'_>, keys: &[&str]) -> Option<String> {
    get(object, keys).and_then(scalar)
}

/// Finds lines of the file for parts of a text.
pub(crate) struct Place<'t> {
    text: &'t str,
    first: usize,
    /// A byte, and how many lines end before it: parts come mostly in order.
    counted: Cell<(usize, usize)>,
}

impl<'t> Place<'t> {
    pub(crate) fn new(text: &'t str, first: usize) -> Self {
        Self { text, first, counted: Cell::new((0, 0)) }
    }

    /// The byte at which a part of the text begins.
    pub(crate) fn offset(&self, part: &str) -> usize {
        (part.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize)
    }

    /// The line on which a part of the text begins.
    pub(crate) fn line(&self, part: &str) -> usize {
        let at = self.offset(part);
        let (from, before) = Some(self.counted.get()).filter(|(from, _)| *from <= at).unwrap_or_default();
        let passed = self.text.as_bytes().get(from..at).unwrap_or_default();
        let lines = before + passed.iter().filter(|byte| **byte == b'\n').count();
        self.counted.set((at, lines));
        self.first + lines
    }
}
