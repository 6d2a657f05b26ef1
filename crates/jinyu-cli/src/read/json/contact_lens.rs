//! Amazon Contact Lens: `{"Participants": [{"ParticipantId", "ParticipantRole"}], "Transcript": [{"ParticipantId", "Content",
//! "BeginOffsetMillis", "EndOffsetMillis"}]}` of calls; of chats the items have `AbsoluteTime`, `Type`, `ContentType`, `DisplayName`.

use std::collections::BTreeMap;

use jinyu::Channel;

use super::{Object, Place, array, get, object, text};
use crate::problem::Problems;
use crate::read::assemble::{Assembler, Context, Record};

pub(super) fn fits(object: &Object<'_>) -> bool {
    let items = get(object, &["Transcript"]).and_then(array).unwrap_or_default();
    items.iter().filter_map(|raw| self::object(raw)).any(|item| get(&item, &["ParticipantId", "ParticipantRole"]).is_some())
}

pub(super) fn read(call: &Object<'_>, place: &Place<'_>, assembler: &mut Assembler<'_>, problems: &mut Problems) {
    let mut roles = BTreeMap::new();
    for participant in get(call, &["Participants"]).and_then(array).unwrap_or_default() {
        let Some(participant) = object(participant) else { continue };
        if let (Some(id), Some(role)) = (text(&participant, &["ParticipantId"]), text(&participant, &["ParticipantRole"])) {
            roles.insert(id, role);
        }
    }
    let metadata = get(call, &["CustomerMetadata"]).and_then(object).unwrap_or_default();
    let conversation = text(call, &["ContactId", "InitialContactId"]).or_else(|| text(&metadata, &["ContactId"]));
    let is_chat = text(call, &["Channel"]).is_some_and(|channel| channel.eq_ignore_ascii_case("CHAT"))
        || get(call, &["ChatTranscriptVersion"]).is_some();
    let items = get(call, &["Transcript"]).and_then(array).unwrap_or_default();
    let timed = |item: &Object<'_>| get(item, &["BeginOffsetMillis"]).is_some();
    let is_call = !is_chat && items.iter().filter_map(|raw| object(raw)).any(|item| timed(&item));
    let channel = if is_call { Channel::Speech } else { Channel::Text };
    assembler.begin(Context { conversation, channel: Some(channel), ..Context::default() });
    for raw in items {
        let line = place.line(raw.get());
        let Some(item) = object(raw) else {
            problems.report(format_args!("{}:{line}: is no item of a transcript, skipped; mend it", assembler.file));
            continue;
        };
        // Somebody joins, leaves or sends a picture: nothing is said.
        let is_message = text(&item, &["Type"]).is_none_or(|kind| kind.eq_ignore_ascii_case("MESSAGE"));
        let is_text = text(&item, &["ContentType"]).is_none_or(|kind| kind.starts_with("text/"));
        if !is_message || !is_text {
            continue;
        }
        let id = text(&item, &["ParticipantId"]);
        let role = text(&item, &["ParticipantRole"]).or_else(|| roles.get(id.as_deref()?).cloned());
        // Without a list of participants the ids are roles, as in "AGENT".
        let speaker = role.or_else(|| id.clone());
        let agent = text(&item, &["DisplayName"]).or_else(|| id.filter(|id| Some(id) != speaker.as_ref()));
        assembler.add(
            Record {
                line,
                speaker,
                text: text(&item, &["Content"]),
                time: text(&item, &["AbsoluteTime"]),
                start: text(&item, &["BeginOffsetMillis"]),
                end: text(&item, &["EndOffsetMillis"]),
                agent,
                ..Record::default()
            },
            problems,
        );
    }
}
