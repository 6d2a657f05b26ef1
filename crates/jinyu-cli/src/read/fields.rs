//! What the columns of tables and the keys of JSON records mean: names that are known in English and Chinese, and those that
//! the user maps with `--columns`.

use std::fmt;
use std::str::FromStr;

use jinyu::Channel;

/// What a column or key holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Field {
    Conversation,
    Turn,
    Speaker,
    Text,
    /// The day, where another column holds the time of day.
    Date,
    Time,
    Start,
    End,
    Agent,
    Channel,
    Confidence,
}

/// Names as [`fold`] leaves them; of two that are present the one that stands first is used.
const NAMES: [(Field, &str, &[&str]); 11] = [
    (
        Field::Conversation,
        "conversation",
        &[
            "conversation",
            "conversationid",
            "session",
            "sessionid",
            "callid",
            "contactid",
            "chatid",
            "dialogid",
            "dialogueid",
            "recordingid",
            "ticketid",
            "会话",
            "会话id",
            "会话编号",
            "会话号",
            "对话",
            "对话id",
            "对话编号",
            "通话",
            "通话id",
            "通话编号",
            "通话流水号",
            "通话流水",
            "会话流水号",
            "会话流水",
            "呼叫id",
            "录音编号",
            "录音id",
            "录音流水号",
            "聊天室id",
            "流水号",
            "工单编号",
            "工单号",
        ],
    ),
    (Field::Turn, "turn", &["turn", "turnid", "seq", "sequence", "turnindex", "index", "idx", "轮次", "轮", "序号", "句序"]),
    (
        Field::Speaker,
        "speaker",
        &[
            "speaker",
            "role",
            "speakerrole",
            "participantrole",
            "sendertype",
            "senderrole",
            "fromterminal",
            "sender",
            "说话人",
            "角色",
            "发言人",
            "讲话人",
            "说话者",
            "说话方",
            "讲话方",
            "发言方",
            "说话角色",
            "发言角色",
            "对话角色",
            "用户角色",
            "发送者角色",
            "身份",
            "发送方",
            "发送者类型",
            "传送者类型",
            "送信者タイプ",
            "发送者",
            "发送人",
            "speakerid",
            "channelid",
            "channeltag",
            "声道",
        ],
    ),
    (
        Field::Text,
        "text",
        &[
            "text",
            "content",
            "words",
            "utterance",
            "message",
            "msg",
            "sentence",
            "transcript",
            "finalsentence",
            "plainbody",
            "文本",
            "内容",
            "话语",
            "消息内容",
            "消息",
            "对话内容",
            "聊天内容",
            "聊天记录",
            "通话内容",
            "通话文本",
            "转写文本",
            "转写结果",
            "识别文本",
            "识别结果",
            "识别内容",
            "对话文本",
            "消息文本",
            "说话内容",
            "转写内容",
            "发言内容",
            "语句",
            "句子",
            "讯息",
            "讯息内容",
        ],
    ),
    (Field::Date, "date", &["日期", "date", "送信日", "传送日期", "发送日期"]),
    (
        Field::Time,
        "time",
        &[
            "time",
            "timestamp",
            "datetime",
            "createdat",
            "createtime",
            "sendtime",
            "sentat",
            "msgtime",
            "messagetime",
            "absolutetime",
            "时间",
            "发送时间",
            "消息时间",
            "日期时间",
            "时间戳",
            "通话时间",
            "录音时间",
            "传送时间",
            "送信時刻",
            "hourminsec",
        ],
    ),
    (
        Field::Start,
        "start",
        &[
            "start",
            "startms",
            "starttime",
            "begin",
            "beginms",
            "begintime",
            "beginoffsetmillis",
            "startoffset",
            "starttimestampusec",
            "bg",
            "开始",
            "开始时间",
            "起始时间",
            "开始毫秒",
        ],
    ),
    (
        Field::End,
        "end",
        &["end", "endms", "endtime", "endoffsetmillis", "endoffset", "ed", "结束", "结束时间", "终止时间", "结束毫秒"],
    ),
    (
        Field::Agent,
        "agent",
        &[
            "agent",
            "agentid",
            "agentname",
            "agentnumber",
            "staff",
            "staffid",
            "employeeid",
            "customerserviceid",
            "customerservicename",
            "工号",
            "坐席工号",
            "座席工号",
            "座席编号",
            "座席id",
            "座席姓名",
            "座席",
            "客服工号",
            "坐席编号",
            "坐席id",
            "坐席",
            "坐席姓名",
            "客服姓名",
            "客服",
            "客服人员",
            "员工编号",
            "员工号",
        ],
    ),
    (Field::Channel, "channel", &["channel", "medium", "media", "渠道", "通道", "媒介"]),
    (Field::Confidence, "confidence", &["confidence", "conf", "置信度"]),
];

/// A name without what spellings differ in: case, script, width, `_`, `-` and spaces.
pub(crate) fn fold(name: &str) -> String {
    folded(name).collect()
}

/// Whether two names differ only in what [`fold`] takes away.
pub(crate) fn same(a: &str, b: &str) -> bool {
    folded(a).eq(folded(b))
}

fn folded(name: &str) -> impl Iterator<Item = char> {
    name.chars().filter(|c| !matches!(c, '_' | '-') && !c.is_whitespace()).map(jinyu::script::fold)
}

/// A name that the user gives to a field: `text=发言`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mapping {
    field: Field,
    name: String,
}

impl FromStr for Mapping {
    type Err = String;

    fn from_str(argument: &str) -> Result<Self, String> {
        let (field, name) = argument
            .split_once('=')
            .map(|(field, name)| (field.trim(), name.trim()))
            .ok_or_else(|| format!("\"{argument}\" has no \"=\"; write FIELD=NAME, such as text=content"))?;
        let known = NAMES
            .iter()
            .find(|(_, known, _)| field.eq_ignore_ascii_case(known))
            .ok_or_else(|| format!("there is no field \"{field}\"; there are {}", NAMES.map(|(_, known, _)| known).join(", ")))?;
        if name.is_empty() {
            return Err(format!("\"{argument}\" names no column; write {field}=NAME"));
        }
        Ok(Self { field: known.0, name: name.to_owned() })
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = NAMES.iter().find(|(field, ..)| field == self).map_or("", |(_, name, _)| name);
        f.write_str(name)
    }
}

/// What names mean.
#[derive(Clone, Debug)]
pub(crate) struct Fields {
    own: Vec<Mapping>,
    /// Folded names, sorted, each with its rank among those of its field.
    known: Vec<(String, Field, usize)>,
}

impl Fields {
    pub(crate) fn new(own: &[Mapping]) -> Self {
        let mut known: Vec<_> = NAMES
            .iter()
            .flat_map(|(field, _, names)| names.iter().enumerate().map(|(rank, name)| (fold(name), *field, rank + 1)))
            .collect();
        known.sort();
        Self { own: own.to_vec(), known }
    }

    /// What a name means, and its rank: of two columns for one field, that with the lower rank counts. A field that the user
    /// has mapped means nothing else.
    pub(crate) fn field(&self, name: &str) -> Option<(Field, usize)> {
        let name = name.trim();
        if let Some(mapping) = self.own.iter().find(|mapping| mapping.name == name) {
            return Some((mapping.field, 0));
        }
        let folded = fold(name);
        let at = self.known.binary_search_by(|(known, ..)| known.as_str().cmp(&folded)).ok()?;
        let (_, field, rank) = self.known.get(at)?;
        self.own.iter().all(|mapping| mapping.field != *field).then_some((*field, *rank))
    }

    /// The columns that the user has given by number, from 1, when all are: then a table has no row of names.
    pub(crate) fn numbered(&self) -> Option<Vec<(Field, usize)>> {
        let number = |mapping: &Mapping| Some((mapping.field, mapping.name.parse::<usize>().ok()?.checked_sub(1)?));
        if self.own.is_empty() { None } else { self.own.iter().map(number).collect() }
    }

    /// Names inside other objects, `text.content`, that the user has mapped.
    pub(crate) fn paths(&self) -> impl Iterator<Item = (Field, &str)> {
        self.own.iter().filter(|mapping| mapping.name.contains('.')).map(|mapping| (mapping.field, mapping.name.as_str()))
    }

    /// What of the user's names is among these columns not, for a message.
    pub(crate) fn missing<'a>(&'a self, columns: &'a [String]) -> impl Iterator<Item = &'a str> {
        let names = self.own.iter().map(|mapping| mapping.name.as_str());
        names.filter(|name| !columns.iter().any(|column| column.trim() == *name))
    }

    /// For each column what it holds.
    pub(crate) fn of_columns(&self, columns: &[String]) -> Vec<Option<Field>> {
        let known: Vec<_> = columns.iter().map(|name| self.field(name)).collect();
        let best = |index: usize, field: Field, rank: usize| {
            known.iter().enumerate().all(|(other, found)| match found {
                Some((same, better)) if *same == field => (rank, index) <= (*better, other),
                _ => true,
            })
        };
        let column = |(index, found): (usize, &Option<(Field, usize)>)| {
            found.and_then(|(field, rank)| best(index, field, rank).then_some(field))
        };
        known.iter().enumerate().map(column).collect()
    }
}

/// What kind of conversation a channel's name means; `None` for names that do not tell.
pub(crate) fn channel(name: &str) -> Option<Channel> {
    const SPEECH: &[&str] =
        &["voice", "speech", "phone", "call", "phonecall", "telephone", "audio", "电话", "语音", "通话", "热线", "呼入", "呼出"];
    const TEXT: &[&str] =
        &["chat", "text", "im", "online", "web", "webchat", "message", "sms", "email", "在线", "文字", "文本", "微信", "聊天"];
    let is = |known: &&str| same(known, name);
    if SPEECH.iter().any(is) {
        Some(Channel::Speech)
    } else if TEXT.iter().any(is) {
        Some(Channel::Text)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_by_name() {
        let fields = Fields::new(&[]);
        let columns = ["角色", "Conversation_ID", "內容", "開始時間", "speaker", "備註"].map(str::to_owned);
        assert_eq!(
            fields.of_columns(&columns),
            [None, Some(Field::Conversation), Some(Field::Text), Some(Field::Start), Some(Field::Speaker), None]
        );
        let own = Fields::new(&["text=備註".parse().unwrap(), "agent = 內容".parse().unwrap()]);
        assert_eq!(
            own.of_columns(&columns).get(2..),
            Some(&[Some(Field::Agent), Some(Field::Start), Some(Field::Speaker), Some(Field::Text)][..])
        );
        assert!(own.numbered().is_none());
        assert_eq!(Fields::new(&["text=3".parse().unwrap()]).numbered(), Some(vec![(Field::Text, 2)]));
    }

    #[test]
    fn mappings_that_are_wrong() {
        for (argument, part) in [("text", "has no \"=\""), ("words=x", "there are conversation, turn"), ("text=", "text=NAME")] {
            let error = argument.parse::<Mapping>().unwrap_err();
            assert!(error.contains(part), "{error}");
        }
    }

    #[test]
    fn channels() {
        assert_eq!(channel("VOICE"), Some(Channel::Speech));
        assert_eq!(channel("線上"), None);
        assert_eq!(channel("電話"), Some(Channel::Speech));
        assert_eq!(channel("Chat"), Some(Channel::Text));
    }
}
