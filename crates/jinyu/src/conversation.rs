//! Who said what: plain data that callers bring. Knows nothing of rules.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Who speaks an utterance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Speaker {
    /// The one who serves; the one that is checked.
    Agent,
    /// The one who is served.
    Customer,
    /// Somebody else, or not known. Not checked by rules for agents.
    #[default]
    Unknown,
}

impl Speaker {
    /// The name as it stands in records: `agent`, `customer`, `unknown`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Customer => "customer",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for Speaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// How an utterance became text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Channel {
    /// Typed, or transcribed by a person.
    #[default]
    Text,
    /// Transcribed by speech recognition: words may be spelled as others that sound alike.
    Speech,
}

/// A label that names no speaker that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownSpeaker(String);

impl fmt::Display for UnknownSpeaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown speaker label \"{}\"", self.0)
    }
}

impl std::error::Error for UnknownSpeaker {}

impl FromStr for Speaker {
    type Err = UnknownSpeaker;

    /// Reads the labels that transcripts use, in either script and any case: 客服 坐席 座席 agent staff …,
    /// 客户 顾客 用户 使用者 customer user …, and for what nobody says 系统 机器人 system bot ….
    ///
    /// ```
    /// use jinyu::Speaker;
    /// assert_eq!("坐席".parse(), Ok(Speaker::Agent));
    /// assert_eq!("客戶".parse(), Ok(Speaker::Customer));
    /// assert!("旁白".parse::<Speaker>().is_err());
    /// ```
    fn from_str(label: &str) -> Result<Self, Self::Err> {
        const AGENT: &[&str] = &[
            "agent",
            "staff",
            "kf",
            "host",
            "service",
            "seat",
            "waiter",
            "human_agent",
            "any_agent",
            "operator",
            "representative",
            "account",
            "kf_web",
            "客服",
            "客服人员",
            "客服员",
            "坐席",
            "坐席员",
            "座席",
            "座席员",
            "员工",
            "话务员",
            "接线员",
            "专员",
            "客服专员",
            "服务员",
            "人工客服",
            "店家",
            "商家",
            "经理",
            "主管",
            "班长",
        ];
        const CUSTOMER: &[&str] = &[
            "customer",
            "user",
            "client",
            "caller",
            "visitor",
            "end_user",
            "user_h5",
            "客户",
            "客人",
            "顾客",
            "用户",
            "使用者",
            "来电者",
            "来电人",
            "访客",
            "买家",
            "市民",
            "会员",
            "乘客",
            "旅客",
            "消费者",
            "民众",
            "业主",
            "住户",
            "患者",
            "病人",
            "家属",
            "家长",
        ];
        const UNKNOWN: &[&str] = &[
            "unknown",
            "system",
            "bot",
            "robot",
            "chatbot",
            "custom_bot",
            "automated_agent",
            "ivr",
            "系统",
            "系统消息",
            "机器人",
            "机器人客服",
            "客服机器人",
            "智能客服",
            "智能助手",
            "未知",
        ];
        let folded: String = label.trim().chars().map(crate::script::fold).collect();
        let known = |labels: &[&str]| labels.iter().any(|known| known.chars().map(crate::script::fold).eq(folded.chars()));
        if known(AGENT) {
            Ok(Self::Agent)
        } else if known(CUSTOMER) {
            Ok(Self::Customer)
        } else if known(UNKNOWN) {
            Ok(Self::Unknown)
        } else {
            Err(UnknownSpeaker(label.to_owned()))
        }
    }
}

/// What one speaker says in one turn.
///
/// Times are milliseconds since 1970-01-01 UTC where the source gives dates, else since the conversation began.
///
/// ```
/// use jinyu::{Channel, Speaker, Utterance};
/// let said = Utterance::new(1, Speaker::Agent, "您好").agent("1024").start_ms(1_500).end_ms(2_300).channel(Channel::Speech);
/// assert_eq!((said.agent.as_deref(), said.start_ms, said.confidence), (Some("1024"), Some(1_500), None));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Utterance {
    /// The turn's number in its conversation, as the source counts.
    pub turn: usize,
    /// Who speaks.
    pub speaker: Speaker,
    /// The words, as they were said or typed.
    pub text: String,
    /// Who speaks for the company, as the source names its agents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<Arc<str>>,
    /// When it begins, or was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_ms: Option<i64>,
    /// When it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_ms: Option<i64>,
    /// How it became text, where the source says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    /// How sure the recogniser is of the words, from 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f32>,
}

impl Utterance {
    /// An utterance; `turn` as the source counts.
    #[must_use]
    pub fn new(turn: usize, speaker: Speaker, text: impl Into<String>) -> Self {
        let text = text.into();
        Self { turn, speaker, text, agent: None, start_ms: None, end_ms: None, channel: None, confidence: None }
    }

    /// Says who speaks for the company.
    #[must_use]
    pub fn agent(self, agent: impl Into<Arc<str>>) -> Self {
        Self { agent: Some(agent.into()), ..self }
    }

    /// Says when it begins, in milliseconds.
    #[must_use]
    pub fn start_ms(self, start_ms: i64) -> Self {
        Self { start_ms: Some(start_ms), ..self }
    }

    /// Says when it ends, in milliseconds.
    #[must_use]
    pub fn end_ms(self, end_ms: i64) -> Self {
        Self { end_ms: Some(end_ms), ..self }
    }

    /// Says how it became text.
    #[must_use]
    pub fn channel(self, channel: Channel) -> Self {
        Self { channel: Some(channel), ..self }
    }

    /// Says how sure the recogniser is of the words, from 0 to 1.
    #[must_use]
    pub fn confidence(self, confidence: f32) -> Self {
        Self { confidence: Some(confidence), ..self }
    }
}

/// A whole conversation in the order it was held.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Conversation {
    /// The name of the conversation in its source.
    pub id: String,
    /// The utterances in order.
    pub utterances: Vec<Utterance>,
}

impl Conversation {
    /// An empty conversation.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), utterances: Vec::new() }
    }
}
