//! Conversations of Google's insights: `{"name", "startTime", "medium", "transcript": {"transcriptSegments": [{"text",
//! "confidence", "words": [{"startOffset", "endOffset"}], "channelTag", "messageTime", "segmentParticipant": {"role", "userId"}}]}}`,
//! keys also with underscores.

use super::{Object, Place, array, get, object, text};
use crate::problem::Problems;
use crate::read::assemble::{Assembler, Context, Record};
use crate::read::fields::channel;
use crate::read::time::{Dial, Time};

pub(super) fn fits(object: &Object<'_>) -> bool {
    segments(object).is_some()
}

fn segments<'t>(conversation: &Object<'t>) -> Option<Vec<&'t serde_json::value::RawValue>> {
    const KEY: &[&str] = &["transcriptSegments"];
    if let Some(found) = get(conversation, KEY) {
        return array(found);
    }
    let transcript = get(conversation, &["transcript"]).and_then(object)?;
    get(&transcript, KEY).and_then(array)
}

pub(super) fn read(conversation: &Object<'_>, place: &Place<'_>, assembler: &mut Assembler<'_>, problems: &mut Problems) {
    let last_part = |name: String| name.rsplit('/').next().map(str::to_owned);
    let base = text(conversation, &["startTime"]).as_deref().and_then(Time::parse);
    assembler.begin(Context {
        conversation: text(conversation, &["name"]).and_then(last_part).filter(|name| !name.is_empty()),
        agent: text(conversation, &["agentId"]),
        channel: text(conversation, &["medium"]).as_deref().and_then(channel),
        base: base.and_then(|time| if let Time::Date(ms) = time { Some(ms) } else { None }),
        dial: Dial::Elapsed,
    });
    for raw in segments(conversation).unwrap_or_default() {
        let line = place.line(raw.get());
        let Some(segment) = object(raw) else {
            problems.report(format_args!("{}:{line}: is no segment of a transcript, skipped; mend it", assembler.file));
            continue;
        };
        let participant = get(&segment, &["segmentParticipant"]).and_then(object).unwrap_or_default();
        let words = get(&segment, &["words"]).and_then(array).unwrap_or_default();
        let word = |raw: Option<&&serde_json::value::RawValue>, key| text(&object(raw?)?, &[key]);
        assembler.add(
            Record {
                line,
                speaker: text(&participant, &["role"]).or_else(|| text(&segment, &["channelTag"])),
                text: text(&segment, &["text"]),
                time: text(&segment, &["messageTime"]),
                start: word(words.first(), "startOffset"),
                end: word(words.last(), "endOffset"),
                agent: text(&participant, &["userId", "dialogflowParticipantName"]),
                confidence: text(&segment, &["confidence"]),
                ..Record::default()
            },
            problems,
        );
    }
}
