//! What a finding is recognised by: the same finding has the same fingerprint when its file is read again, when lines before it come or
//! go, when the file is renamed, and whether or not the report is redacted.

use std::fmt::Write as _;

use jinyu::{Span, script};
use sha2::{Digest, Sha256};

use crate::redact;

/// Bytes of the hash that are kept; a million findings collide once in a million such archives.
const KEPT: usize = 10;

/// So many utterances tell conversations apart that have one name, as the first of each day's file has.
const OPENING: usize = 4;

/// What tells a conversation from others: its name and the folded words of its first four utterances, each ended by a zero byte, SHA-256, in
/// hexadecimal. Personal data is masked first.
pub(crate) fn of_conversation<'a>(name: &str, utterances: impl IntoIterator<Item = &'a str>) -> String {
    let name = redact::mask_name(name).unwrap_or_else(|| name.to_owned());
    let opening = utterances.into_iter().take(OPENING).map(masked_and_folded);
    hash(std::iter::once(name).chain(opening))
}

/// The fingerprint of a finding: of the rule's id, what tells the conversation from others ([`of_conversation`]), the turn and the folded words
/// at the span, hashed in the same way. Personal data in the words is masked first. The same words said twice in one turn have one fingerprint:
/// what holds for one of them holds for the other.
pub(crate) fn of_finding(rule: &str, conversation: &str, turn: usize, utterance: &str, span: Span) -> String {
    let masked = redact::mask(utterance);
    let words: String = span.slice(masked.as_deref().unwrap_or(utterance)).chars().map(script::fold).collect();
    hash([rule.to_owned(), conversation.to_owned(), turn.to_string(), words])
}

/// The fingerprint of a violated flow rule: the same with the first turn that shows it, or 0, and no words.
pub(crate) fn of_violation(rule: &str, conversation: &str, turns: &[usize]) -> String {
    let turn = turns.first().copied().unwrap_or(0);
    hash([rule.to_owned(), conversation.to_owned(), turn.to_string(), String::new()])
}

fn masked_and_folded(words: &str) -> String {
    redact::mask(words).as_deref().unwrap_or(words).chars().map(script::fold).collect()
}

/// Whether a text may be a fingerprint.
pub(crate) fn is_fingerprint(text: &str) -> bool {
    text.len() == 2 * KEPT && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The first bytes of the hash of some parts, each ended by a zero byte.
fn hash(parts: impl IntoIterator<Item = String>) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
        hasher.update([0]);
    }
    hasher.finalize().iter().take(KEPT).fold(String::new(), |mut digits, byte| {
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_makes_a_difference() {
        let of = |rule, conversation, turn, text: &str, span| of_finding(rule, conversation, turn, text, span);
        let one = of("a/b", "c1", 3, "您好，你弄错了", Span::new(9, 21));
        assert_eq!(one.len(), 2 * KEPT);
        assert_eq!(one, of("a/b", "c1", 3, "妳弄錯了吧", Span::new(0, 12)), "the script and the place in the turn make none");
        assert_ne!(one, of("a/c", "c1", 3, "你弄错了", Span::new(0, 12)));
        assert_ne!(one, of("a/b", "c2", 3, "你弄错了", Span::new(0, 12)));
        assert_ne!(one, of("a/b", "c1", 4, "你弄错了", Span::new(0, 12)));
        assert_ne!(one, of("a/b", "c1", 3, "你弄错", Span::new(0, 9)));
        assert_ne!(of_violation("a/b", "c1", &[3]), of_violation("a/b", "c1", &[4]));
    }

    #[test]
    fn conversations_of_one_name_are_told_apart() {
        let of = |name, words: &[&'static str]| of_conversation(name, words.iter().copied());
        assert_ne!(of("# 1", &["您好", "包裹丢了"]), of("# 1", &["您好", "改个航班"]));
        assert_ne!(of("# 1", &["您好"]), of("# 2", &["您好"]));
        assert_eq!(of("# 1", &["您好，我是13800138000"]), of("# 1", &["您好，我是138****8000"]));
        assert_eq!(
            of("# 1", &["訂單", "一", "二", "三", "四"]),
            of("# 1", &["订单", "一", "二", "三", "五"]),
            "later words make none"
        );
    }

    #[test]
    fn masking_makes_none() {
        let text = "你自己打13800138000";
        let masked = redact::mask(text).unwrap();
        let span = Span::new(0, text.len());
        assert_eq!(of_finding("a/b", "c", 1, text, span), of_finding("a/b", "c", 1, &masked, span));
    }
}
