//! Shapes of JSON that are an array of turns under names of their own: Alibaba's smart conversation analysis, Tencent's
//! recognition of recordings, uploads for Google's insights.

use jinyu::Channel;
use serde_json::value::RawValue;

use super::{Object, array, get, object};
use crate::read::fields::{Field, fold};

/// Where the turns are, and what their keys mean.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    /// The keys of which one holds the turns.
    container: &'static [&'static str],
    /// Keys that the first turn must have.
    marks: &'static [&'static str],
    /// What keys mean here that mean something else, or nothing, elsewhere; the first that is there counts.
    fields: &'static [(&'static str, Field)],
    /// How such conversations became text.
    pub(crate) channel: Option<Channel>,
}

/// `{"dialogues": [{"role": "客服", "identity", "words", "begin", "end", "hourMinSec"}]}`, times in milliseconds.
pub(crate) const ALIBABA: Layout = Layout {
    container: &["dialogues", "dialogue"],
    marks: &["role", "words"],
    fields: &[
        ("identity", Field::Agent),
        ("begin", Field::Start),
        ("hourminsec", Field::Start),
        ("begintime", Field::Time),
        ("channelid", Field::Speaker),
    ],
    channel: None,
};

/// `{"ResultDetail": [{"FinalSentence", "StartMs", "EndMs", "SpeakerId"}]}`.
pub(crate) const TENCENT: Layout = Layout {
    container: &["resultdetail"],
    marks: &["finalsentence"],
    fields: &[("finalsentence", Field::Text), ("speakerid", Field::Speaker)],
    channel: Some(Channel::Speech),
};

/// `{"entries": [{"text", "role": "AGENT", "user_id", "start_timestamp_usec"}]}`.
pub(crate) const UPLOAD: Layout =
    Layout { container: &["entries"], marks: &["text", "role"], fields: &[("userid", Field::Agent)], channel: None };

/// All of them, in the order in which they are tried.
pub(crate) static ALL: [Layout; 3] = [ALIBABA, TENCENT, UPLOAD];

impl Layout {
    /// Whether an object has this shape.
    pub(crate) fn fits(&self, object: &Object<'_>) -> bool {
        let turns = self.turns(object);
        let first = turns.iter().find_map(|raw| self::object(raw));
        first.is_some_and(|turn| self.marks.iter().all(|mark| get(&turn, &[mark]).is_some()))
    }

    /// The turns, as they stand.
    pub(crate) fn turns<'t>(&self, object: &Object<'t>) -> Vec<&'t RawValue> {
        get(object, self.container).and_then(array).unwrap_or_default()
    }

    /// What a key means, and its rank.
    pub(crate) fn field(&self, key: &str) -> Option<(Field, usize)> {
        let key = fold(key);
        let own = self.fields.iter().enumerate().find(|(_, (known, _))| *known == key);
        own.map(|(rank, (_, field))| (*field, if *field == Field::Speaker { usize::MAX } else { rank }))
    }
}
