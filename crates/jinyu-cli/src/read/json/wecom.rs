//! The message archive of WeCom (企业微信会话存档): `{"msgid", "action", "from", "tolist", "roomid", "msgtime", "msgtype": "text", "text":
//! {"content"}}`, one object for each message, those of all chats mixed. Recalled messages are dropped, which a later message
//! says; so an archive is held until its file ends, or until there are [`MOST`] bytes of it.

use std::collections::{BTreeMap, BTreeSet};

use super::{Object, array, get, object, text};
use crate::problem::Problems;
use crate::read::assemble::{Assembler, Context, Record};

/// Ids of people outside the company begin with one of these, those of robots with [`ROBOT`].
const OUTSIDE: [&str; 2] = ["wm", "wo"];
const ROBOT: &str = "wb";

/// Bytes of words after which what there is goes on; a message that is recalled later stays in it.
const MOST: usize = 256 << 20;

pub(super) fn fits(object: &Object<'_>) -> bool {
    get(object, &["msgid"]).is_some() && get(object, &["msgtype", "action", "encrypt_chat_msg"]).is_some()
}

struct Message {
    id: String,
    line: usize,
    from: String,
    to: Vec<String>,
    time: Option<String>,
    words: String,
}

/// Messages by chat, chats in the order in which they begin.
#[derive(Default)]
pub(super) struct Archive {
    chats: Vec<(String, Vec<Message>)>,
    by_name: BTreeMap<String, usize>,
    recalled: BTreeSet<String>,
    bytes: usize,
}

impl Archive {
    pub(super) fn is_full(&self) -> bool {
        self.bytes >= MOST
    }

    pub(super) fn take(&mut self, message: &Object<'_>, line: usize, file: &str, problems: &mut Problems) {
        if get(message, &["encrypt_chat_msg"]).is_some() && get(message, &["msgtype"]).is_none() {
            problems.report_line(
                "that are encrypted",
                format_args!("{file}:{line}: the message is encrypted, skipped; decrypt the archive with your key first"),
            );
            return;
        }
        let id = text(message, &["msgid"]).unwrap_or_default();
        let kind = text(message, &["msgtype"]).unwrap_or_default();
        if kind == "revoke" || text(message, &["action"]).as_deref() == Some("recall") {
            let revoked = get(message, &["revoke"]).and_then(object).and_then(|revoke| text(&revoke, &["pre_msgid"]));
            self.recalled.extend(revoked);
            return;
        }
        let Some(words) = words(message, &kind) else { return };
        let Some(from) = text(message, &["from"]) else {
            problems.report_line("that lack something", format_args!("{file}:{line}: the message has no \"from\", skipped"));
            return;
        };
        let to: Vec<String> = match get(message, &["tolist"]).and_then(array) {
            Some(to) => to.iter().filter_map(|raw| super::scalar(raw)).collect(),
            None => Vec::new(),
        };
        let room = text(message, &["roomid"]).filter(|room| !room.is_empty());
        let chat = room.unwrap_or_else(|| {
            let mut people: Vec<&str> = std::iter::once(&from).chain(&to).map(String::as_str).collect();
            people.sort_unstable();
            people.join("+")
        });
        let index = *self.by_name.entry(chat).or_insert_with_key(|chat| {
            self.chats.push((chat.clone(), Vec::new()));
            self.chats.len() - 1
        });
        self.bytes += words.len();
        if let Some((_, messages)) = self.chats.get_mut(index) {
            messages.push(Message { id, line, from, to, time: text(message, &["msgtime"]), words });
        }
    }

    /// Hands on all chats.
    pub(super) fn tell(self, assembler: &mut Assembler<'_>, problems: &mut Problems) {
        for (chat, mut messages) in self.chats {
            messages.retain(|message| !self.recalled.contains(&message.id));
            // Colleagues among themselves serve nobody.
            let serves = messages.iter().any(|message| {
                message.id.ends_with("_external") || std::iter::once(&message.from).chain(&message.to).any(|id| is_outside(id))
            });
            assembler.begin(Context { conversation: Some(chat), channel: Some(jinyu::Channel::Text), ..Context::default() });
            for message in messages {
                let role = if is_outside(&message.from) {
                    "customer"
                } else if !serves || message.from.starts_with(ROBOT) {
                    "unknown"
                } else {
                    "agent"
                };
                let speaker = if assembler.knows(&message.from) { message.from.clone() } else { role.to_owned() };
                assembler.add(
                    Record {
                        line: message.line,
                        speaker: Some(speaker),
                        text: Some(message.words),
                        time: message.time,
                        agent: Some(message.from),
                        ..Record::default()
                    },
                    problems,
                );
            }
        }
    }
}

fn is_outside(id: &str) -> bool {
    OUTSIDE.iter().any(|prefix| id.starts_with(prefix))
}

/// What is said; pictures, files and the like say nothing.
fn words(message: &Object<'_>, kind: &str) -> Option<String> {
    let body = get(message, &[kind]).and_then(object)?;
    if kind != "mixed" {
        return text(&body, &["content"]).filter(|_| matches!(kind, "text" | "markdown"));
    }
    // Text and pictures in one message; the text is JSON in a string.
    let items = get(&body, &["item"]).and_then(array)?;
    let said: Vec<String> = items
        .iter()
        .filter_map(|raw| object(raw))
        .filter(|item| text(item, &["type"]).as_deref() == Some("text"))
        .filter_map(|item| {
            let inner: serde_json::Value = serde_json::from_str(&text(&item, &["content"])?).ok()?;
            inner.get("content")?.as_str().map(str::to_owned)
        })
        .collect();
    (!said.is_empty()).then(|| said.join("\n"))
}
