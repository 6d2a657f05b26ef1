//! What a finding is recognised by: the same finding has the same fingerprint when its file is read again, when lines before it come or
//! go, when the file is renamed, and whether or not the report is redacted.

use std::fmt::Write as _;

use jinyu::{Span, script};
use sha2::{Digest, Sha256};

use crate::redact;

/// Bytes of the hash that are kept; a million findings collide once in a million such archives.
const KEPT: usize = 10;

/// The fingerprint of a finding: of the rule's id, the conversation's name, the turn and the folded words at the span, each ended by a
/// zero byte, SHA-256, the first ten bytes in hexadecimal. Personal data in the words is masked first. The same words said twice in one
/// turn have one fingerprint: what holds for one of them holds for the other.
pub(crate) fn of_finding(rule: &str, conversation: &str, turn: usize, utterance: &str, span: Span) -> String {
    let masked = redact::mask(utterance);
    let words: String = span.slice(masked.as_deref().unwrap_or(utterance)).chars().map(script::fold).collect();
    hash(rule, conversation, turn, &words)
}

/// The fingerprint of a violated flow rule: the same with the first turn that shows it, or 0, and no words.
pub(crate) fn of_violation(rule: &str, conversation: &str, turns: &[usize]) -> String {
    hash(rule, conversation, turns.first().copied().unwrap_or(0), "")
}

/// Whether a text may be a fingerprint.
pub(crate) fn is_fingerprint(text: &str) -> bool {
    text.len() == 2 * KEPT && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn hash(rule: &str, conversation: &str, turn: usize, words: &str) -> String {
    let masked = redact::mask_name(conversation);
    let mut hasher = Sha256::new();
    for part in [rule, masked.as_deref().unwrap_or(conversation), &turn.to_string(), words] {
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
    fn masking_makes_none() {
        let text = "你自己打13800138000";
        let masked = redact::mask(text).unwrap();
        let span = Span::new(0, text.len());
        assert_eq!(of_finding("a/b", "c", 1, text, span), of_finding("a/b", "c", 1, &masked, span));
    }
}
