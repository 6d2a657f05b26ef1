//! What agents promise, and until when. Receives the folded text of an utterance, hands on the deadline that it names, and, once it is
//! known when that was said, the moment that it means. Times that promise nothing must stay out: what is past, what the customer is to
//! do, what is asked, opening hours.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

/// Something that an agent has promised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Promise {
    /// The turn of the promise, as the source counts.
    pub turn: usize,
    /// Who promised, as the source names its agents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<std::sync::Arc<str>>,
    /// The words that were found, as they were said.
    pub what: String,
    /// Until when, in the words that were said, folded; absent for a bare 尽快.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// The most that this leaves, in seconds from the promise. Where the utterance has no date, a working day counts as a day, and a
    /// named day is as far off as it can be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u64>,
    /// When it is due, on the clock of [`Utterance::start_ms`](crate::Utterance::start_ms), where the utterance has a time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_ms: Option<i64>,
    /// Whether it was kept, as far as the conversation shows.
    pub state: PromiseState,
}

/// What became of a promise, as far as the conversation shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum PromiseState {
    /// Nothing shows whether it was kept.
    Open,
    /// The agent came back before it was due.
    Kept,
    /// The customer came back after it was due, and no agent had.
    Broken,
}

/// A time ahead for which something is promised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Deadline {
    /// The words.
    pub(crate) words: String,
    /// The most that it leaves, in seconds, whenever it was said.
    pub(crate) seconds: Option<u64>,
}

/// A time, as words name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Time {
    /// So many seconds on.
    Span(u64),
    /// So many working days on.
    Working(u64),
    /// By a clock time of a day.
    By(Day, Clock),
    /// One that is over, or that comes again and again.
    Past,
}

/// A day, counted from the one on which it is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Day {
    /// None is named: today, or tomorrow where the clock time is over.
    Next,
    /// So many days on.
    On(i64),
    /// A day of the week, 0 for Monday, of the week so many on; the next such day where no week is named.
    Week(Option<i64>, i64),
    /// The last day of the month so many on.
    Month(i64),
    /// The next day of this month and day.
    Date(i64, i64),
}

/// A time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Clock {
    /// The minute of the day by which it is over.
    minute: i64,
    /// Whether morning or afternoon is named or clear.
    is_sure: bool,
}

impl Clock {
    /// No more than the day is named.
    const MIDNIGHT: Self = Self::sure(24 * 60);
    /// 下班.
    const CLOSING: Self = Self::sure(18 * 60);

    const fn sure(minute: i64) -> Self {
        Self { minute, is_sure: true }
    }
}

const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;
const MINUTE_MS: i64 = 60 * 1000;
const DAY_MINUTES: i64 = 24 * 60;

/// The minutes that clocks are ahead of UTC where people speak of times of day.
const ZONE: i64 = 8 * 60;

/// Times before this moment, in 1973, are counted since the conversation began, and no clock shows them.
const DATED_MS: i64 = 100_000_000_000;

/// Units of time, longer names first; seconds of 0 are a working day.
const UNITS: &[(&str, u64)] = &[
    ("个工作日", 0),
    ("个工作天", 0),
    ("个返工日", 0),
    ("工作日", 0),
    ("工作天", 0),
    ("返工日", 0),
    ("个自然日", DAY),
    ("自然日", DAY),
    ("个小时", HOUR),
    ("个钟头", HOUR),
    ("个钟", HOUR),
    ("小时", HOUR),
    ("钟头", HOUR),
    ("h", HOUR),
    ("刻钟", 15 * 60),
    ("分钟", 60),
    ("min", 60),
    ("个星期", 7 * DAY),
    ("个礼拜", 7 * DAY),
    ("星期", 7 * DAY),
    ("礼拜", 7 * DAY),
    ("周", 7 * DAY),
    ("个月", 30 * DAY),
    ("秒钟", 1),
    ("秒", 1),
    ("天", DAY),
    ("日", DAY),
];

/// Days that are named, longer names first, and the time of day that goes without saying.
const DAYS: &[(&str, Day, Clock)] = &[
    ("今天", Day::On(0), Clock::MIDNIGHT),
    ("今日", Day::On(0), Clock::MIDNIGHT),
    ("今儿", Day::On(0), Clock::MIDNIGHT),
    ("今晚", Day::On(0), EVENING),
    ("当天", Day::On(0), Clock::MIDNIGHT),
    ("当日", Day::On(0), Clock::MIDNIGHT),
    ("当晚", Day::On(0), EVENING),
    ("今明", Day::On(1), Clock::MIDNIGHT),
    ("明天", Day::On(1), Clock::MIDNIGHT),
    ("明日", Day::On(1), Clock::MIDNIGHT),
    ("明儿", Day::On(1), Clock::MIDNIGHT),
    ("明早", Day::On(1), MORNING),
    ("明晚", Day::On(1), EVENING),
    ("听日", Day::On(1), Clock::MIDNIGHT),
    ("听朝", Day::On(1), MORNING),
    ("听晚", Day::On(1), EVENING),
    ("次日", Day::On(1), Clock::MIDNIGHT),
    ("翌日", Day::On(1), Clock::MIDNIGHT),
    ("大后天", Day::On(3), Clock::MIDNIGHT),
    ("大后日", Day::On(3), Clock::MIDNIGHT),
    ("后天", Day::On(2), Clock::MIDNIGHT),
    ("后日", Day::On(2), Clock::MIDNIGHT),
    ("本月底", Day::Month(0), Clock::MIDNIGHT),
    ("这个月", Day::Month(0), Clock::MIDNIGHT),
    ("本月", Day::Month(0), Clock::MIDNIGHT),
    ("月底", Day::Month(0), Clock::MIDNIGHT),
    ("月末", Day::Month(0), Clock::MIDNIGHT),
    ("下个月", Day::Month(1), Clock::MIDNIGHT),
    ("下月", Day::Month(1), Clock::MIDNIGHT),
];

const MORNING: Clock = Clock::sure(12 * 60);
const NOON: Clock = Clock::sure(14 * 60);
const AFTERNOON: Clock = Clock::sure(18 * 60);
const EVENING: Clock = Clock::MIDNIGHT;

/// Parts of a day, longer names first.
const PARTS: &[(&str, Clock)] = &[
    ("凌晨", Clock::sure(6 * 60)),
    ("清晨", MORNING),
    ("早上", MORNING),
    ("早晨", MORNING),
    ("朝早", MORNING),
    ("朝头早", MORNING),
    ("一早", MORNING),
    ("上午", MORNING),
    ("上昼", MORNING),
    ("中午", NOON),
    ("正午", NOON),
    ("晏昼", AFTERNOON),
    ("下午", AFTERNOON),
    ("下昼", AFTERNOON),
    ("傍晚", Clock::sure(19 * 60)),
    ("晚上", EVENING),
    ("夜晚", EVENING),
    ("晚黑", EVENING),
    ("夜里", EVENING),
];

/// Weeks that are named, longer names first; -1 for those that are over or come again and again.
const WEEKS: &[(&str, i64)] = &[
    ("下下", 2),
    ("下个", 1),
    ("下", 1),
    ("本", 0),
    ("这个", 0),
    ("这", 0),
    ("今个", 0),
    ("呢个", 0),
    ("上上", -1),
    ("上个", -1),
    ("上", -1),
    ("每个", -1),
    ("每", -1),
];

/// Times that are over, or that come again and again.
const PAST: &[&str] = &[
    "昨天",
    "昨日",
    "昨晚",
    "昨儿",
    "琴日",
    "寻日",
    "寻晚",
    "大前天",
    "前天",
    "前日",
    "前晚",
    "今早",
    "今朝",
    "上个月",
    "上月",
    "去年",
    "刚才",
    "刚刚",
    "每天",
    "每日",
    "每月",
    "平时",
    "平日",
];

/// What somebody is to do: a time without any of these in its sentence promises nothing, unless hardly more than the time is said.
const ACTS: &[&str] = &[
    "给您", "给你", "帮您", "帮你", "为您", "为你", "替您", "替你", "跟您", "跟你", "和您", "和你", "同您", "同你", "向您",
    "与您", "俾你", "畀你", "返你", "复你", "覆你", "我再", "我会", "答复", "回复", "回覆", "复您", "覆您", "回话", "回音",
    "回电", "回访", "联系", "联络", "致电", "电话", "通知", "告知", "反馈", "处理", "解决", "搞定", "搞掂", "办理", "办好",
    "办完", "完成", "做好", "弄好", "退", "寄", "发", "送", "派", "到账", "入账", "到帐", "入帐", "到货", "收到", "上门", "维修",
    "修", "安装", "装好", "拆", "换", "补", "赔", "恢复", "审核", "核实", "核查", "查", "结果", "安排", "跟进", "登记", "提交",
    "调整", "抵达", "赶到", "过去", "过来", "到达", "开通", "生效", "取件",
];

/// Words of a clause whose time promises nothing: opening hours, terms, conditions, averages, questions.
const NEUTRAL: &[&str] = &[
    "营业",
    "上班时间",
    "工作时间",
    "服务时间",
    "办公时间",
    "不上班",
    "放假",
    "节假日",
    "热线",
    "有效",
    "保修",
    "质保",
    "截止",
    "到期",
    "过期",
    "失效",
    "无理由",
    "平均",
    "如果",
    "要是",
    "假如",
    "的话",
    "方便吗",
    "有空",
    "在家",
    "打过",
    "来过",
    "联系过",
    "说过",
    "寄过",
    "处理过",
    "没有",
    "没收",
    "没能",
    "不能",
    "无法",
    "之前的",
    "以前的",
    "下的单",
    "下单的",
    "买的",
    "签收后",
    "收货后",
];

/// What a time may follow that is over, repeated or an order, no time ahead.
const NOT_AFTER: &[&str] = &["月", "第", "年", ".", ":", "每", "了", "过", "已", "已经", "超过", "等了", "前", "近", "满"];

/// What tells the customer to do something.
const DUTIES: &[&str] = &[
    "请您",
    "请你",
    "请在",
    "请于",
    "烦您",
    "烦你",
    "烦请",
    "建议",
    "您可以",
    "你可以",
    "您需",
    "你需",
    "您要",
    "你要",
    "您得",
    "您再",
    "您先",
    "需要您",
    "您自",
    "您在",
    "唔该你",
];

/// The longest time ahead for which a folded text promises something, if it does.
pub(crate) fn deadline(text: &[char]) -> Option<Deadline> {
    let mut best: Option<Deadline> = None;
    for (at, length, time) in times(text) {
        let seconds = time.most();
        let is_longer = best.as_ref().is_none_or(|best| best.seconds < seconds);
        if is_longer && is_promised(text, at, length, time) {
            best = Some(Deadline { words: text.iter().skip(at).take(length).collect(), seconds });
        }
    }
    best
}

impl Promise {
    /// Works out when it is due, now that it is known when it was made.
    pub(crate) fn reckon(&mut self, made_ms: i64) {
        let words: Vec<char> = self.when.iter().flat_map(|when| when.chars()).collect();
        // The words stand alone now, so 八点 need no longer show that it is a time.
        let time = time(&words).or_else(|| clock(&words, true).map(|(length, clock)| (length, Time::By(Day::Next, clock))));
        if let Some(due) = time.and_then(|(_, time)| time.due(made_ms)) {
            self.due_ms = Some(due);
            self.seconds = u64::try_from((due - made_ms) / 1000).ok();
        }
    }

    /// Whether it is none after all: its words name a time, but not one by which anything is promised.
    pub(crate) fn is_void(&self) -> bool {
        let words: Vec<char> = self.what.chars().map(crate::script::fold).collect();
        self.when.is_none() && !times(&words).is_empty()
    }
}

impl Time {
    /// The most that it leaves, in seconds, whenever it is said; not known for a date.
    fn most(self) -> Option<u64> {
        let days = match self {
            Self::Span(seconds) => return Some(seconds),
            Self::Working(days) => days,
            // Who works has half of the morning behind them by then.
            Self::By(Day::On(1), clock) if clock.minute <= MORNING.minute && clock.is_sure => 1,
            Self::By(Day::Next, _) => 1,
            Self::By(Day::On(days), _) => u64::try_from(days).ok()? + 1,
            Self::By(Day::Week(weeks, _), _) => 7 * (u64::try_from(weeks.unwrap_or(0)).ok()? + 1),
            Self::By(Day::Month(months), _) => 31 * (u64::try_from(months).ok()? + 1),
            Self::By(Day::Date(..), _) | Self::Past => return None,
        };
        days.checked_mul(DAY)
    }

    /// When it is over, if it is said at that moment. Without a date only lengths of time can be told.
    fn due(self, said_ms: i64) -> Option<i64> {
        let most = || said_ms.checked_add(i64::try_from(self.most()?).ok()?.checked_mul(1000)?);
        let Some((today, now)) = wall_clock(said_ms) else { return most() };
        let (day, clock) = match self {
            Self::Span(_) => return most(),
            Self::Past => return None,
            Self::Working(days) => {
                let (day, minute) = working_days(today, now, i64::try_from(days).ok().filter(|&days| days <= 1000)?);
                return moment(day, minute);
            }
            Self::By(day, clock) => (day, clock),
        };
        let date = match day {
            Day::Next => today,
            Day::On(days) => today + days,
            Day::Week(Some(weeks), weekday) => today - weekday_of(today) + 7 * weeks + weekday,
            Day::Week(None, weekday) => today + (weekday - weekday_of(today)).rem_euclid(7),
            Day::Month(months) => {
                let (year, month, _) = date_of(today);
                day_of(year, month + months + 1, 1) - 1
            }
            Day::Date(month, day) => {
                let (year, ..) = date_of(today);
                let date = day_of(year, month, day);
                if date < today { day_of(year + 1, month, day) } else { date }
            }
        };
        // Three o'clock is the one to come, and by daylight; nine is the morning's, unless that is over.
        let later = clock.minute + DAY_MINUTES / 2;
        let is_later = !clock.is_sure && if date == today { clock.minute <= now } else { clock.minute < 7 * 60 };
        let minute = if is_later && later < DAY_MINUTES { later } else { clock.minute };
        match (day, date * DAY_MINUTES + minute > today * DAY_MINUTES + now) {
            (_, true) => moment(date, minute),
            (Day::Next, false) => moment(date + 1, clock.minute),
            // 今天下班前, said after hours, and 本周五, said on Saturday.
            (_, false) => moment(date.max(today), DAY_MINUTES),
        }
    }
}

/// The day since 1970 and the minute of it that clocks show at a moment; nothing for what is no date.
fn wall_clock(ms: i64) -> Option<(i64, i64)> {
    let minutes = ms.div_euclid(MINUTE_MS).checked_add(ZONE)?;
    (ms >= DATED_MS).then(|| (minutes.div_euclid(DAY_MINUTES), minutes.rem_euclid(DAY_MINUTES)))
}

/// The moment at which clocks show that day and minute.
fn moment(day: i64, minute: i64) -> Option<i64> {
    day.checked_mul(DAY_MINUTES)?.checked_add(minute - ZONE)?.checked_mul(MINUTE_MS)
}

/// The day of the week, 0 for Monday.
const fn weekday_of(day: i64) -> i64 {
    (day + 3).rem_euclid(7)
}

/// The same minute so many working days on; what begins on a weekend begins when that ends.
fn working_days(today: i64, now: i64, days: i64) -> (i64, i64) {
    let weekday = weekday_of(today);
    let (monday, weekday, minute) = if weekday > 4 { (today - weekday, 4, DAY_MINUTES) } else { (today - weekday, weekday, now) };
    let workday = weekday + days;
    (monday + workday / 5 * 7 + workday % 5, minute)
}

/// Year, month and day of a day since 1970.
fn date_of(day: i64) -> (i64, i64, i64) {
    // Howard Hinnant's algorithm: eras of 400 years, and years that begin in March.
    let day = day + 719_468;
    let (era, day) = (day.div_euclid(146_097), day.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let date = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year + i64::from(month <= 2), month, date)
}

/// The day since 1970; months beyond December are of the years after.
fn day_of(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = (year + (month - 1).div_euclid(12), (month - 1).rem_euclid(12) + 1);
    let year = if month <= 2 { year - 1 } else { year };
    let month = (month + 9) % 12;
    let (era, year) = (year.div_euclid(400), year.rem_euclid(400));
    era * 146_097 + 365 * year + year / 4 - year / 100 + (153 * month + 2) / 5 + day - 1 - 719_468
}

/// Whether what is said around a time promises something for it.
fn is_promised(text: &[char], at: usize, length: usize, time: Time) -> bool {
    let around = |breaks: &[char]| {
        let is_break = |c: &char| breaks.contains(c);
        let (before, rest) = text.split_at_checked(at).unwrap_or_default();
        let (words, after) = rest.split_at_checked(length).unwrap_or_default();
        let from = before.iter().rposition(is_break).map_or(0, |place| place + 1);
        let to = after.iter().position(is_break).unwrap_or(after.len());
        let string = |part: Option<&[char]>| part.unwrap_or_default().iter().collect::<String>();
        (string(before.get(from..)), string(Some(words)), string(after.get(..to)), after.get(to).copied())
    };
    let (before, words, after, stop) = around(&['，', '。', '！', '？', '；', ',', '!', '?', ';', '\n', '、']);
    let has = |text: &str, any: &[&str]| any.iter().any(|word| text.contains(word));
    let begins = |any: &[&str]| any.iter().any(|word| after.starts_with(word));
    let ends = |any: &[&str]| any.iter().any(|word| before.ends_with(word));

    let is_always = words == "24小时" && begins(&["在线", "值班", "客服", "服务", "开放", "自助", "都", "均", "为"]);
    if is_always || ends(NOT_AFTER) || has(&before, NEUTRAL) || has(&after, NEUTRAL) {
        return false;
    }
    // A date may as well be one on which something has happened.
    let is_ahead = begins(&["前", "之前", "以前"])
        || ["会", "将", "预计", "最迟", "最晚"].iter().any(|word| before.contains(word) || after.contains(word));
    if matches!(time, Time::By(Day::Date(..), _)) && !is_ahead {
        return false;
    }
    // Who is told to, or does, on that day is the customer, unless something is done for them.
    let for_them =
        |text: &str| has(text, &["我", "给您", "给你", "帮您", "帮你", "为您", "为你", "替您", "跟您", "和您", "向您"]);
    let told = DUTIES.iter().filter_map(|duty| before.rfind(duty).map(|place| place + duty.len())).max();
    let told = told.and_then(|from| before.get(from..)).is_some_and(|between| !for_them(between));
    let theirs = ends(&["您", "你"]) && !for_them(&before);
    if (told || theirs) && !has(&after, &["等", "候", "收到", "到账", "看到"]) && !has(&before, &["等", "候", "放心", "留意"])
    {
        return false;
    }
    let asked = stop.is_some_and(|stop| matches!(stop, '？' | '?'))
        || ["吗", "么", "没", "没有", "呢"].iter().any(|end| after.ends_with(end));
    if asked && !has(&after, &["可以", "好吗", "行吗", "成吗", "好不好", "行不行"]) {
        return false;
    }
    let (before, _, after, _) = around(&['。', '！', '？', '!', '?', '\n']);
    let others = before.chars().chain(after.chars()).filter(|c| c.is_alphanumeric()).count();
    others <= 4 || has(&before, ACTS) || has(&after, ACTS)
}

/// Whether words that promise elsewhere tell of what has been done: 昨天给您打了, 十分钟之前给您打, 给您打过电话了.
pub(crate) fn is_done(text: &[char], at: usize, length: usize) -> bool {
    let is_break = |c: &char| "，。！？；、,!?;\n".contains(*c);
    let end = at + length;
    let from = text.iter().take(at).rposition(is_break).map_or(0, |place| place + 1);
    // 昨天说的事我给您登记 is about something else that is over.
    let is_over = (from..end.min(at + 2)).any(|place| {
        let rest = text.get(place..).unwrap_or_default();
        let past = PAST.iter().filter(|name| !name.starts_with(['每', '平'])).find_map(|name| starts_with(rest, name));
        let ago = || {
            let (length, _) = duration(rest)?;
            Some(length + starts_with_any(rest.get(length..)?, &["之前", "以前", "前"])?)
        };
        past.or_else(ago).is_some_and(|length| place + length + 2 >= at)
    });
    let to = text.iter().skip(end).position(is_break).map_or(text.len(), |place| end + place).min(end + 2);
    let words = text.get(at..to).unwrap_or_default();
    let is_experienced = words.windows(2).enumerate().any(|(place, pair)| {
        let after = text.get(at + place + 2..).unwrap_or_default();
        let ends = after.first().is_none_or(is_break) || starts_with_any(after, AFTER_DONE).is_some();
        matches!(pair, [verb, '过'] if DONE.contains(*verb)) && ends
    });
    is_over || is_experienced
}

/// Verbs of what agents promise: with 过 it has been done.
const DONE: &str = "打拨回发寄说讲系络知访复覆馈记理退电送告";

/// What may follow 过 there: 打过去 and 打过来 are still to be done.
const AFTER_DONE: &[&str] = &["了", "的", "您", "你", "电话", "短信", "消息", "信息", "一次", "两次", "一下"];

/// The times that a folded text names: place, length and meaning of those that are not over.
fn times(text: &[char]) -> Vec<(usize, usize, Time)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let Some((length, time)) = rest.first().filter(|&&c| may_begin(c)).and_then(|_| time(rest)) else {
            at += 1;
            continue;
        };
        let after = rest.get(length..).unwrap_or_default();
        // 三天前 is over, and 五月三日, 3日 and 第三天 name a day or an order, no length of time.
        let is_ago =
            matches!(time, Time::Span(_) | Time::Working(_)) && starts_with_any(after, &["前", "之前", "以前"]).is_some();
        let before = at.checked_sub(1).and_then(|before| text.get(before));
        let is_other =
            matches!(before, Some('月' | '第' | '年' | '.' | ':')) || starts_with_any(after, &["好", "的时候"]).is_some();
        if !is_ago
            && time != Time::Past
            && (!is_other || !matches!(time, Time::Span(_) | Time::Working(_) | Time::By(Day::Next, _)))
        {
            found.push((at, length, time));
        }
        at += length;
    }
    found
}

/// Whether a time may begin with a letter, so that hardly any place is looked at with all names in hand. It may claim too much.
fn may_begin(letter: char) -> bool {
    const PLACES: usize = 1024;
    static BEGINNINGS: LazyLock<[bool; PLACES]> = LazyLock::new(|| {
        let names = PAST.iter().chain(CLOSINGS).chain(WEEK).copied();
        let days = DAYS.iter().map(|(name, ..)| *name);
        let parts = WEEKS.iter().map(|(name, _)| *name).chain(PARTS.iter().map(|(name, _)| *name));
        let mut beginnings = [false; PLACES];
        for c in names.chain(days).chain(parts).filter_map(|name| name.chars().next()).chain(NUMERALS.chars()) {
            if let Some(place) = beginnings.get_mut(c as usize % PLACES) {
                *place = true;
            }
        }
        beginnings
    });
    letter.is_ascii_digit() || BEGINNINGS.get(letter as usize % PLACES) == Some(&true)
}

/// The time that a text begins with, and its length in characters.
fn time(text: &[char]) -> Option<(usize, Time)> {
    let (length, named) = if let Some(length) = PAST.iter().find_map(|name| starts_with(text, name)) {
        (length, None)
    } else if let Some((length, day, clock)) = day(text) {
        (length, Some((day, clock)).filter(|_| !matches!(day, Day::Week(Some(..0), _))))
    } else if let Some(length) = starts_with_any(text, CLOSINGS) {
        return Some((length, Time::By(Day::Next, Clock::CLOSING)));
    } else if let Some((length, clock)) = clock(text, false) {
        return Some((length, Time::By(Day::Next, clock)));
    } else {
        return duration(text);
    };
    let rest = |at: usize| text.get(at..).unwrap_or_default();
    let joint = starts_with_any(rest(length), &["的", "之内", "内"]).unwrap_or(0);
    let spoken =
        [length, length + joint].into_iter().find_map(|at| clock(rest(at), true).map(|(more, clock)| (at + more, clock)));
    let closing = starts_with_any(rest(length), CLOSINGS).map(|more| (length + more, Clock::CLOSING));
    let (length, clock) = match (closing.or(spoken), named) {
        (Some((length, clock)), Some((_, part))) if part == EVENING && is_evening(text) => (length, clock.in_the(part)),
        (Some(more), _) => more,
        (None, Some((_, clock))) => (length, clock),
        (None, None) => (length, Clock::MIDNIGHT),
    };
    Some((length, named.map_or(Time::Past, |(day, _)| Time::By(day, clock))))
}

/// Whether the name of the day says that it is the evening: 明晚八点.
fn is_evening(text: &[char]) -> bool {
    text.get(1) == Some(&'晚')
}

/// The day that a text begins with, the time of day that goes with it, and its length.
fn day(text: &[char]) -> Option<(usize, Day, Clock)> {
    let named = DAYS.iter().find_map(|&(name, day, clock)| Some((starts_with(text, name)?, day, clock)));
    named.or_else(|| week(text)).or_else(|| date(text))
}

/// 下周一, 本周, 星期五.
fn week(text: &[char]) -> Option<(usize, Day, Clock)> {
    let (before, weeks) =
        WEEKS.iter().find_map(|&(name, weeks)| Some((starts_with(text, name)?, Some(weeks)))).unwrap_or((0, None));
    let length = before + starts_with_any(text.get(before..)?, WEEK)?;
    let weekday = text.get(length).and_then(|c| "一二三四五六日天末".chars().position(|name| name == *c));
    let weekday = weekday.and_then(|place| i64::try_from(place.min(6)).ok());
    match (weeks, weekday) {
        (None, None) => None,
        (weeks, weekday) => {
            let day = Day::Week(weeks, weekday.unwrap_or(6));
            Some((length + usize::from(weekday.is_some()), day, Clock::MIDNIGHT))
        }
    }
}

/// 3月5日; what has happened on it must be told by the words around.
fn date(text: &[char]) -> Option<(usize, Day, Clock)> {
    let (length, month) = number(text).filter(|_| text.first() != Some(&'第'))?;
    let after = length + starts_with(text.get(length..)?, "月")?;
    let (more, day) = number(text.get(after..)?)?;
    let end = after + more + starts_with_any(text.get(after + more..)?, &["日", "号"])?;
    let is_date = (1.0..=12.0).contains(&month) && (1.0..=31.0).contains(&day);
    is_date.then_some((end, Day::Date(month as i64, day as i64), Clock::MIDNIGHT))
}

/// A part of a day, a clock time, or both, two of them with a dash between being the later; its length. By itself, a clock time must say
/// plainly that it is one: 快一点 is none.
fn clock(text: &[char], after_day: bool) -> Option<(usize, Clock)> {
    let part = PARTS.iter().find_map(|&(name, clock)| Some((starts_with(text, name)?, clock)));
    let part = part.or_else(|| if after_day && text.first() == Some(&'早') { Some((1, MORNING)) } else { None });
    let part = part.or_else(|| if after_day && text.first() == Some(&'晚') { Some((1, EVENING)) } else { None });
    let before = part.map_or(0, |(length, _)| length);
    let Some((mut length, mut clock)) = hour(text.get(before..)?) else { return part };
    length += before;
    if let Some((_, part)) = part {
        clock = clock.in_the(part);
    }
    let rest = text.get(length..).unwrap_or_default();
    let is_bare = !after_day && part.is_none() && text.get(length - 1) == Some(&'点');
    // 快一点给您 is no clock time, and 说两点 neither.
    let plain: &[&str] = if length == 2 && text.first() == Some(&'一') { &["前", "之前", "整"] } else { PLAIN };
    if is_bare && starts_with_any(rest, plain).is_none() {
        return None;
    }
    if let Some(joint) = starts_with_any(rest, JOINTS)
        && let Some((more, later)) = self::clock(rest.get(joint..)?, true)
    {
        let later = if later.is_sure || !clock.is_sure || later.minute > clock.minute {
            later
        } else {
            Clock::sure(later.minute + DAY_MINUTES / 2)
        };
        return Some((length + joint + more, later));
    }
    // 三点以后 is over at midnight.
    match starts_with_any(rest, &["后", "之后", "以后"]) {
        Some(from) => Some((length + from, Clock::MIDNIGHT)),
        None => Some((length, clock)),
    }
}

impl Clock {
    /// The same hour in a part of the day.
    fn in_the(self, part: Self) -> Self {
        let is_later = part.minute > MORNING.minute && self.minute < 12 * 60 && (part != NOON || self.minute < 6 * 60);
        Self::sure(self.minute + if is_later { DAY_MINUTES / 2 } else { 0 })
    }
}

/// 九点, 九点半, 9点20分, 9:30, and the length.
fn hour(text: &[char]) -> Option<(usize, Clock)> {
    let (length, hour) = number(text).filter(|(_, hour)| (0.0..=24.0).contains(hour) && hour.fract() == 0.0)?;
    let rest = text.get(length..)?;
    let (colon, minutes) = (starts_with_any(rest, &[":", "："]), rest.get(1..3));
    let (length, minutes) = if let (Some(1), Some(digits @ [_, _])) = (colon, minutes) {
        let digits: String = digits.iter().collect();
        (length + 3, digits.parse().ok().filter(|minutes| (0..60).contains(minutes))?)
    } else {
        let length = length + starts_with_any(rest, &["点钟", "点", "时"])?;
        let rest = text.get(length..)?;
        if rest.first() == Some(&'半') {
            (length + 1, 30)
        } else if let Some(quarter) = starts_with_any(rest, &["一刻", "三刻"]) {
            (length + quarter, if rest.first() == Some(&'一') { 15 } else { 45 })
        } else if let Some((more, minutes)) = number(rest).filter(|(_, minutes)| *minutes < 60.0) {
            let unit = starts_with(rest.get(more..)?, "分").filter(|_| rest.get(more + 1) != Some(&'钟'));
            (length + more + unit.unwrap_or(0), minutes as i64)
        } else {
            (length, 0)
        }
    };
    let minute = hour as i64 * 60 + minutes;
    Some((length, Clock { minute, is_sure: minute >= 12 * 60 }))
}

/// The end of somebody's working day.
const CLOSINGS: &[&str] = &["下班前", "下班之前", "收工前"];

const WEEK: &[&str] = &["周", "星期", "礼拜"];

/// What a number in Chinese, or half of something, begins with.
const NUMERALS: &str = "零〇一壹二两贰三叁四肆五伍六陆七柒八捌九玖十百半";

/// What may follow a clock time that no day or part of one goes before.
const PLAIN: &[&str] = &["前", "之前", "以前", "左右", "整", "准", "到", "至", "-", "~", "会", "给", "后", "之后", "以后"];

/// What stands between two numbers.
const JOINTS: &[&str] = &["到", "至", "-", "~", "—", "–"];

/// The length of a word that a text begins with, in characters.
fn starts_with(text: &[char], word: &str) -> Option<usize> {
    let mut text = text.iter();
    word.chars().all(|c| text.next() == Some(&c)).then(|| word.chars().count())
}

fn starts_with_any(text: &[char], words: &[&str]) -> Option<usize> {
    words.iter().find_map(|word| starts_with(text, word))
}

/// A number, or two with a dash or 到 between them, and a unit: its length in characters and the most that it means.
fn duration(text: &[char]) -> Option<(usize, Time)> {
    let (mut length, mut value) = amount(text)?;
    let rest = |at: usize| text.get(at..).unwrap_or_default();
    if let Some(joint) = starts_with_any(rest(length), JOINTS)
        && let Some((more, upper)) = amount(rest(length + joint))
    {
        length += joint + more;
        value = upper;
    }
    // 一个半小时, 两天半.
    if let Some(half) = starts_with(rest(length), "个半") {
        length += half;
        value += 0.5;
    }
    let (unit, seconds) = UNITS.iter().find_map(|&(unit, seconds)| Some((starts_with(rest(length), unit)?, seconds)))?;
    length += unit;
    if starts_with(rest(length), "半").is_some() && seconds >= DAY {
        length += 1;
        value += 0.5;
    }
    // Another letter makes another word of h and min.
    if rest(length).first().is_some_and(char::is_ascii_alphabetic) || value <= 0.0 {
        return None;
    }
    Some((length, if seconds == 0 { Time::Working(value.ceil() as u64) } else { Time::Span((value * seconds as f64) as u64) }))
}

/// A number or 半.
fn amount(text: &[char]) -> Option<(usize, f64)> {
    starts_with(text, "半").map(|length| (length, 0.5)).or_else(|| number(text))
}

/// A number in digits of either kind: its length in characters and its value; 三五 and 两三 mean the larger one.
fn number(text: &[char]) -> Option<(usize, f64)> {
    let arabic = text.iter().take_while(|c| c.is_ascii_digit()).count();
    if arabic > 0 {
        let digits = |text: &[char]| text.iter().take_while(|c| c.is_ascii_digit()).count();
        let fraction = text.get(arabic + 1..).filter(|_| text.get(arabic) == Some(&'.')).map_or(0, digits);
        let length = if fraction > 0 { arabic + 1 + fraction } else { arabic };
        let value: String = text.iter().take(length).collect();
        return Some((length, value.parse().ok().filter(|value| *value < 1e6)?));
    }
    let mut value = 0u32;
    let mut digit: Option<u32> = None;
    let mut length = 0;
    for c in text.iter().take(6) {
        match c {
            '十' => {
                value += digit.take().unwrap_or(1) * 10;
            }
            '百' => {
                value += digit.take().unwrap_or(1) * 100;
            }
            _ => match digit_of(*c) {
                Some(next) => digit = Some(next),
                None => break,
            },
        }
        length += 1;
    }
    (length > 0).then(|| (length, f64::from(value + digit.unwrap_or(0))))
}

fn digit_of(c: char) -> Option<u32> {
    Some(match c {
        '零' | '〇' => 0,
        '一' | '壹' => 1,
        '二' | '两' | '贰' => 2,
        '三' | '叁' => 3,
        '四' | '肆' => 4,
        '五' | '伍' => 5,
        '六' | '陆' => 6,
        '七' | '柒' => 7,
        '八' | '捌' => 8,
        '九' | '玖' => 9,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> Vec<char> {
        text.chars().map(crate::script::fold).collect()
    }

    fn promised(text: &str) -> Option<Deadline> {
        deadline(&folded(text))
    }

    /// A moment of November 2025, whose 24th is a Monday.
    fn november(day: i64, hour: i64, minute: i64) -> i64 {
        moment(day_of(2025, 11, day), hour * 60 + minute).unwrap()
    }

    #[test]
    fn no_time_begins_with_another_letter() {
        let names = ["今天", "昨晚", "周五", "下班前", "礼拜天", "3点前", "五点前", "半小时", "十天", "早上九点", "两个工作日"];
        for name in names {
            assert!(name.chars().next().is_some_and(may_begin), "{name}");
        }
        assert!(('\u{4e00}'..'\u{9fff}').filter(|&c| may_begin(c)).count() < 2000);
        assert!("您的退款我们会尽快".chars().filter(|&c| may_begin(c)).count() < 3);
    }

    #[test]
    fn times_that_are_named() {
        for (text, expected) in [
            ("24小时内给您答复", Some(24 * HOUR)),
            ("三到五个工作日到账", Some(5 * DAY)),
            ("三五天就好", Some(5 * DAY)),
            ("3-7個工作天", Some(7 * DAY)),
            ("兩個返工日內覆你", Some(2 * DAY)),
            ("半小时后回电", Some(HOUR / 2)),
            ("一个半小时左右", Some(HOUR * 3 / 2)),
            ("1.5小时内", Some(HOUR * 3 / 2)),
            ("两天半", Some(DAY * 5 / 2)),
            ("半到一小时给您回电", Some(HOUR)),
            ("十五分钟", Some(15 * 60)),
            ("30min内给您回复", Some(30 * 60)),
            ("24h内答复", Some(24 * HOUR)),
            ("三刻钟", Some(45 * 60)),
            ("两个钟头之内", Some(2 * HOUR)),
            ("二十四小时", Some(24 * HOUR)),
            ("明天上午", Some(DAY)),
            ("明早", Some(DAY)),
            ("明天下午", Some(2 * DAY)),
            ("今天下班前", Some(DAY)),
            ("本週五之前", Some(7 * DAY)),
            ("下個禮拜", Some(14 * DAY)),
            ("大后天给您送到", Some(4 * DAY)),
            ("12月5日前给您答复", None),
            ("尽快给您处理", None),
            ("第三天", None),
            ("快一点给您处理", None),
        ] {
            assert_eq!(promised(text).and_then(|deadline| deadline.seconds), expected, "{text}");
        }
    }

    #[test]
    fn times_by_which_something_is_promised() {
        for (text, words) in [
            ("48小时内给您退款", "48小时"),
            ("两个工作日内给您寄出", "两个工作日"),
            ("下周一之前到账", "下周一"),
            ("本周五之前给您答复", "本周五"),
            ("下个礼拜再跟您讲", "下个礼拜"),
            ("后天给您答复", "后天"),
            ("师傅明天上午十点上门维修", "明天上午十点"),
            ("会在24小时内处理完毕", "24小时"),
            ("12小时之内给您结果", "12小时"),
            ("3到5个工作日退回原卡", "3到5个工作日"),
            ("最迟周五给您处理好", "周五"),
            ("今天之内帮您解决", "今天"),
            ("聽日覆返你", "听日"),
            ("快递预计明天送达", "明天"),
            ("今天晚上八点前给您回电话", "今天晚上八点"),
            ("师傅下午两点到四点上门", "下午两点到四点"),
            ("聽日下晝三點半覆你", "听日下昼三点半"),
            ("后日上晝师傅上门", "后日上昼"),
            ("明天上午9:30给您打电话", "明天上午9:30"),
            ("请您放心，明天给您寄出", "明天"),
            ("您24小时内会收到退款", "24小时"),
            ("请您耐心等待三个工作日，会有专员联系您", "三个工作日"),
            ("明天给您送过去可以吗？", "明天"),
            ("您昨天下午三点打来的，今天下班前给您答复", "今天下班前"),
            ("下个月给您补发", "下个月"),
            ("最晚12月5日前给您答复", "12月5日"),
        ] {
            assert_eq!(promised(text).map(|deadline| deadline.words).as_deref(), Some(words), "{text}");
        }
        for text in [
            "我们的营业时间是早上九点到下午六点",
            "您昨天下午三点打过电话",
            "上周五给您寄出的",
            "活动到周五结束",
            "活动截止到本周五",
            "24小时客服热线，随时为您服务",
            "客服24小时为您服务",
            "您的订单是明天到期",
            "七天无理由退货",
            "您昨天寄出的快递三天前就到了",
            "请您在24小时内付款",
            "请您明天上午再打过来",
            "您明天上午十点过来办理",
            "您三天之内没有付款",
            "十分钟之前给您打过电话了",
            "下周一是节假日，不上班",
            "如果三天内没有收到您再联系我们",
            "明天您有空吗",
            "师傅昨天上门了吗",
            "每周五发货",
            "师傅平均三十分钟上门",
            "五月三日下的单",
            "早上好，很高兴为您服务",
            "已经处理了三天",
        ] {
            assert_eq!(promised(text), None, "{text}");
        }
    }

    #[test]
    fn the_moment_that_is_meant() {
        let monday = november(24, 18, 0);
        let friday = november(28, 15, 0);
        let saturday = november(29, 10, 0);
        for (said, words, due) in [
            (monday, "30分钟", november(24, 18, 30)),
            (monday, "明天上午九点", november(25, 9, 0)),
            (monday, "明天九点", november(25, 9, 0)),
            (monday, "明天三点", november(25, 15, 0)),
            (monday, "明天中午12点", november(25, 12, 0)),
            (monday, "明天中午一点", november(25, 13, 0)),
            (monday, "明天", november(26, 0, 0)),
            (monday, "明早", november(25, 12, 0)),
            (monday, "明早九点", november(25, 9, 0)),
            (monday, "明晚八点", november(25, 20, 0)),
            (monday, "听日下昼三点半", november(25, 15, 30)),
            (monday, "今天晚上八点", november(24, 20, 0)),
            (monday, "今晚8点", november(24, 20, 0)),
            (monday, "八点", november(24, 20, 0)),
            (monday, "20:30", november(24, 20, 30)),
            (monday, "上午九点", november(25, 9, 0)),
            (monday, "下午两点到四点", november(25, 16, 0)),
            (monday, "明天上午九点到十一点", november(25, 11, 0)),
            (monday, "明天上午十点到一点", november(25, 13, 0)),
            (monday, "明天三点以后", november(26, 0, 0)),
            (monday, "今天下班前", november(25, 0, 0)),
            (november(24, 9, 0), "今天下班前", november(24, 18, 0)),
            (monday, "后天", november(27, 0, 0)),
            (monday, "周五", november(29, 0, 0)),
            (monday, "本周五下午五点", november(28, 17, 0)),
            (monday, "下周一", november(32, 0, 0)),
            (monday, "下个礼拜", november(31 + 7, 0, 0)),
            (saturday, "周五", november(36, 0, 0)),
            (saturday, "本周五", november(30, 0, 0)),
            (monday, "月底", november(31, 0, 0)),
            (monday, "下个月", november(30 + 32, 0, 0)),
            (monday, "12月5日", november(36, 0, 0)),
            (monday, "三个工作日", november(27, 18, 0)),
            (friday, "一个工作日", november(31, 15, 0)),
            (friday, "3到5个工作日", november(35, 15, 0)),
            (friday, "六个工作日", november(38, 15, 0)),
            (saturday, "一个工作日", november(32, 0, 0)),
            (1000, "30分钟", 1000 + 1_800_000),
            (1000, "三个工作日", 1000 + 3 * 86_400_000),
            (1000, "明天下午五点", 1000 + 2 * 86_400_000),
        ] {
            let mut promise = Promise {
                turn: 0,
                agent: None,
                what: String::new(),
                when: Some(words.chars().map(crate::script::fold).collect()),
                seconds: None,
                due_ms: None,
                state: PromiseState::Open,
            };
            promise.reckon(said);
            let clock = promise.due_ms.and_then(wall_clock);
            assert_eq!(promise.due_ms, Some(due), "{words}: {clock:?}");
            assert_eq!(promise.seconds, u64::try_from((due - said) / 1000).ok());
        }
    }

    #[test]
    fn days_count_as_calendars_do() {
        for (year, month, day, number, weekday) in
            [(1970, 1, 1, 0, 3), (2000, 2, 29, 11_016, 1), (2024, 12, 31, 20_088, 1), (2025, 11, 24, 20_416, 0)]
        {
            assert_eq!((day_of(year, month, day), weekday_of(number)), (number, weekday));
            assert_eq!(date_of(number), (year, month, day));
        }
        assert_eq!(day_of(2025, 13, 1), day_of(2026, 1, 1));
    }
}
