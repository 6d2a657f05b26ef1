//! The reader's language: which one it is, and the words of reports in it. Rules are written in Simplified Chinese and
//! converted here for readers of Traditional.

mod messages;

use std::collections::HashMap;
use std::env;

use clap::ValueEnum;
use jinyu::{Care, Category, Confidence, Error, Kind, LintKind, Reason, Safety, Script, Severity};

/// The language of reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Locale {
    /// Simplified Chinese.
    #[value(name = "zh-Hans")]
    Hans,
    /// Traditional Chinese in Taiwan wording.
    #[value(name = "zh-Hant")]
    Hant,
    /// English labels; the reasons of rules stay Chinese.
    #[value(name = "en")]
    English,
}

impl Locale {
    /// From the environment: the first of `LC_ALL`, `LC_MESSAGES`, `LANG` that is set. Whoever reads these reports reads
    /// Chinese, so that everything but an English locale means Simplified.
    pub(crate) fn from_environment() -> Self {
        let name = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|key| env::var(key).ok().filter(|v| !v.is_empty()));
        name.map_or(Self::Hans, |name| Self::from_name(&name))
    }

    fn from_name(name: &str) -> Self {
        let name = name.to_ascii_lowercase().replace('_', "-");
        let name = name.split(['.', '@']).next().unwrap_or_default();
        let mut parts = name.split('-');
        match parts.next() {
            Some("en") => Self::English,
            Some("zh") if parts.any(|part| matches!(part, "tw" | "hk" | "mo" | "hant")) => Self::Hant,
            _ => Self::Hans,
        }
    }

    /// The one of three wordings that is for this reader.
    pub(crate) fn pick<'a>(self, hans: &'a str, hant: &'a str, english: &'a str) -> &'a str {
        match self {
            Self::Hans => hans,
            Self::Hant => hant,
            Self::English => english,
        }
    }

    /// What the library says of a pack; in English where there are no other words for it.
    pub(crate) fn message(self, message: &str) -> String {
        let told = match self {
            Self::Hans => messages::chinese(message, &str::to_owned),
            Self::Hant => messages::chinese(message, &|wording| Script::Taiwan.write(wording)),
            Self::English => None,
        };
        told.unwrap_or_else(|| message.to_owned())
    }

    /// What is wrong with a pack, and where.
    pub(crate) fn error(self, error: &Error) -> String {
        let places = [error.line(), error.column()].into_iter().map_while(|number| number.map(|number| format!(":{number}")));
        let place: String = std::iter::once(error.pack().to_owned()).chain(places).collect();
        let rule = error.rule_id().map_or(String::new(), |rule| format!("{rule}: "));
        format!("{place}: {rule}{}", self.message(error.message()))
    }

    /// A kind of remark on packs.
    pub(crate) fn lint(self, kind: LintKind) -> &'static str {
        match kind {
            LintKind::Contradiction => self.pick("例句互相矛盾", "例句互相矛盾", "examples contradict each other"),
            LintKind::Dead => self.pick("永远匹配不到", "永遠匹配不到", "can never match"),
            LintKind::TooCommon => self.pick("平常说话就会用到", "平常說話就會用到", "ordinary talk has it everywhere"),
            LintKind::Wording => self.pick("改说本身会被查出", "改說本身會被查出", "better wordings that are found themselves"),
            LintKind::Shadowed => self.pick("别的已经查得出", "別的已經查得出", "something else finds it anyway"),
            LintKind::Costly => self.pick("费时间", "費時間", "costs time on most calls"),
            LintKind::Unused => self.pick("没有用到", "沒有用到", "nothing uses it"),
            LintKind::Untested => self.pick("没有例句", "沒有例句", "no example shows it"),
            other => other.as_str(),
        }
    }

    pub(crate) fn category(self, category: Category) -> &'static str {
        match self {
            Self::Hans => category.chinese(),
            Self::Hant => match category {
                Category::Blame => "指責客戶",
                Category::Command => "命令",
                Category::Denial => "否認撇清",
                Category::Refusal => "絕對拒絕",
                Category::Policy => "規定擋箭牌",
                Category::Ignorance => "一問三不知",
                Category::Shirk => "推諉",
                Category::BrushOff => "敷衍打發",
                Category::Impatience => "不耐煩、打斷",
                Category::Contempt => "傲慢嘲諷",
                Category::Threat => "挑釁威脅",
                Category::Disparage => "指責同事或公司",
                Category::Overpromise => "空頭承諾",
                other => other.chinese(),
            },
            Self::English => category.as_str(),
        }
    }

    /// What a rule is about, for people.
    pub(crate) fn kind(self, kind: &Kind) -> String {
        match kind {
            Kind::Taboo(category) => self.category(*category).to_owned(),
            Kind::Signal(name) => format!("{} {}", self.pick("信号", "訊號", "signal"), self.event(name)),
            Kind::Step(name) => format!("{} {}", self.pick("步骤", "步驟", "step"), self.event(name)),
        }
    }

    /// A signal or step of the built-in packs, for people; one of another pack by its own name.
    pub(crate) fn event(self, name: &str) -> &str {
        let hans = jinyu::event_in_chinese(name).unwrap_or(name);
        match (self, name) {
            (Self::English, name) => name,
            (Self::Hans, _) => hans,
            (Self::Hant, "dissatisfaction") => "不滿",
            (Self::Hant, "anger") => "憤怒",
            (Self::Hant, "complaint") => "投訴",
            (Self::Hant, "escalation") => "要求找上級",
            (Self::Hant, "compensation") => "要求賠償",
            (Self::Hant, "legal-or-media") => "法律或媒體",
            (Self::Hant, "repeat-contact") => "重複來詢",
            (Self::Hant, "abuse") => "辱罵",
            (Self::Hant, "greet") => "問候",
            (Self::Hant, "acknowledge") => "回應",
            (Self::Hant, "empathise") => "體諒",
            (Self::Hant, "ask") => "詢問",
            (Self::Hant, "restate") => "複述",
            (Self::Hant, "record") => "記錄",
            (Self::Hant, "hold") => "請稍候",
            (Self::Hant, "offer") => "給方案",
            (Self::Hant, "timeline") => "說明時間",
            (Self::Hant, "check-satisfied") => "確認滿意",
            (Self::Hant, "anything-else") => "問還需要什麼",
            (Self::Hant, "thank") => "感謝",
            (Self::Hant, "follow-up") => "回訪",
            (Self::Hant, "goodbye") => "道別",
            (Self::Hant, "promise") => "承諾",
            (Self::Hant, "vague-time") => "時間含糊",
            (Self::Hant, "transfer") => "轉接",
            (Self::Hant, "argue") => "爭辯",
            (Self::Hant, "push-away") => "推開",
            (Self::Hant, "resolved") => "已解決",
            (Self::Hant, "threatens") => "威脅",
            (Self::Hant, "reverses") => "反覆",
            (Self::Hant, "gives-facts") => "說明情況",
            (Self::Hant, "finds-fault") => "處處挑剔",
            (Self::Hant, "excessive-demand") => "要求過高",
            (Self::Hant, "digresses") => "離題",
            (Self::Hant, "customer-left") => "客戶離開",
            (Self::Hant, "argues") => "愛爭辯",
            (Self::Hant, _) => hans,
        }
    }

    pub(crate) fn severity(self, severity: Severity) -> &'static str {
        match severity {
            Severity::Error => self.pick("错误", "錯誤", "error"),
            Severity::Warning => self.pick("警告", "警告", "warning"),
            Severity::Note => self.pick("提示", "提示", "note"),
        }
    }

    /// A CARE dimension, and the need of customers that it stands for.
    pub(crate) fn care(self, care: Care) -> &'static str {
        let [hans, hant, english] = care_names(care);
        self.pick(hans, hant, english)
    }

    pub(crate) fn confidence(self, confidence: Confidence) -> &'static str {
        match confidence {
            Confidence::High => self.pick("高", "高", "high"),
            Confidence::Medium => self.pick("中", "中", "medium"),
            Confidence::Low => self.pick("低", "低", "low"),
        }
    }

    pub(crate) fn safety(self, safety: Safety) -> &'static str {
        match safety {
            Safety::Safe => self.pick("可直接替换", "可直接替換", "safe to apply"),
            Safety::Unsafe => self.pick("须确认", "須確認", "needs judgement"),
            Safety::Show => self.pick("供参考", "供參考", "advice"),
        }
    }

    /// What let a match pass, in a few words.
    pub(crate) fn reason(self, reason: &Reason) -> String {
        match reason {
            Reason::Guard(guard) => format!("{} {guard}", self.pick("豁免语境", "豁免語境", "guard")),
            Reason::When => self.pick("when 的条件都不成立", "when 的條件都不成立", "no condition of `when` holds").to_owned(),
            Reason::Boundary => self.pick("落在一个词的中间", "落在一個詞的中間", "inside a word").to_owned(),
            Reason::Covered(rule) => format!("{} {rule}", self.pick("已归入", "已歸入", "covered by")),
            Reason::Model => self
                .pick("整句话在模型看来没有冒犯", "整句話在模型看來沒有冒犯", "to the model the whole reads like decent talk")
                .to_owned(),
            other => other.to_string(),
        }
    }
}

/// A CARE dimension, and the need of customers that it stands for, in each language.
pub(crate) const fn care_names(care: Care) -> [&'static str; 3] {
    match care {
        Care::Empathic => ["体谅（被关心）", "體諒（被關心）", "Empathic"],
        Care::Attractive => ["得体（被倾听）", "得體（被傾聽）", "Attractive"],
        Care::Credible => ["可信（专业化）", "可信（專業化）", "Credible"],
        Care::Responsive => ["及时（迅速反应）", "及時（迅速反應）", "Responsive"],
    }
}

/// Sentences that are remembered.
const MOST_KNOWN: usize = 10_000;

/// Turns what rules say into the reader's script; sentences that come again are converted once.
#[derive(Debug)]
pub(crate) struct Translator {
    locale: Locale,
    known: HashMap<String, String>,
}

impl Translator {
    pub(crate) fn new(locale: Locale) -> Self {
        Self { locale, known: HashMap::new() }
    }

    /// A sentence that a rule gives in Simplified, for this reader.
    pub(crate) fn translate<'a>(&'a mut self, sentence: &'a str) -> &'a str {
        if self.locale != Locale::Hant {
            return sentence;
        }
        // What rules say of one conversation may be said of no other.
        if self.known.len() >= MOST_KNOWN {
            self.known.clear();
        }
        self.known.entry(sentence.to_owned()).or_insert_with(|| Script::Taiwan.write(sentence))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_locales() {
        for (name, locale) in [
            ("zh_CN.UTF-8", Locale::Hans),
            ("zh_SG", Locale::Hans),
            ("zh_TW.UTF-8", Locale::Hant),
            ("zh_HK", Locale::Hant),
            ("zh-MO", Locale::Hant),
            ("zh_Hant_HK.UTF-8", Locale::Hant),
            ("en_US.UTF-8", Locale::English),
            ("en", Locale::English),
            ("C.UTF-8", Locale::Hans),
            ("POSIX", Locale::Hans),
            ("de_DE@euro", Locale::Hans),
        ] {
            assert_eq!(Locale::from_name(name), locale, "{name}");
        }
    }
}
