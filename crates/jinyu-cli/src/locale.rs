//! The reader's language: which one it is, and the words of reports in it. Rules are written in Simplified Chinese and
//! converted here for readers of Traditional.

use std::collections::HashMap;
use std::env;

use clap::ValueEnum;
use jinyu::{Category, Confidence, Kind, Reason, Safety, Script, Severity};

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
        match name {
            "dissatisfaction" => self.pick("不满", "不滿", name),
            "anger" => self.pick("愤怒", "憤怒", name),
            "complaint" => self.pick("投诉", "客訴", name),
            "escalation" => self.pick("要求找上级", "要求找主管", name),
            "compensation" => self.pick("要求赔偿", "要求賠償", name),
            "legal-or-media" => self.pick("法律或媒体", "法律或媒體", name),
            "churn" => self.pick("要走", "要走", name),
            "repeat-contact" => self.pick("重复来询", "重複來詢", name),
            "abuse" => self.pick("辱骂", "辱罵", name),
            "greet" => self.pick("问候", "問候", name),
            "acknowledge" => self.pick("回应", "回應", name),
            "apologise" => self.pick("道歉", "道歉", name),
            "empathise" => self.pick("体谅", "體諒", name),
            "ask" => self.pick("询问", "詢問", name),
            "restate" => self.pick("复述", "複述", name),
            "record" => self.pick("记录", "記錄", name),
            "hold" => self.pick("请稍候", "請稍候", name),
            "offer" => self.pick("给方案", "給方案", name),
            "timeline" => self.pick("说明时间", "說明時間", name),
            "check-satisfied" => self.pick("确认满意", "確認滿意", name),
            "anything-else" => self.pick("问还需要什么", "問還需要什麼", name),
            "thank" => self.pick("感谢", "感謝", name),
            "follow-up" => self.pick("回访", "回訪", name),
            "goodbye" => self.pick("道别", "道別", name),
            "promise" => self.pick("承诺", "承諾", name),
            "vague-time" => self.pick("时间含糊", "時間含糊", name),
            "transfer" => self.pick("转接", "轉接", name),
            "argue" => self.pick("争辩", "爭辯", name),
            "push-away" => self.pick("推开", "推開", name),
            "resolved" => self.pick("已解决", "已解決", name),
            "declines" => self.pick("不再需要", "不再需要", name),
            "threatens" => self.pick("威胁", "威脅", name),
            "reverses" => self.pick("反复", "反覆", name),
            "proud" => self.pick("矜持", "矜持", name),
            "odd" => self.pick("古怪", "古怪", name),
            "lewd" => self.pick("下流", "下流", name),
            "gives-facts" => self.pick("说明情况", "說明情況", name),
            "finds-fault" => self.pick("处处挑剔", "處處挑剔", name),
            "excessive-demand" => self.pick("要求过高", "要求過高", name),
            "drunk" => self.pick("醉酒", "醉酒", name),
            "digresses" => self.pick("离题", "離題", name),
            "customer-left" => self.pick("客户离开", "客戶離開", name),
            "argues" => self.pick("爱争辩", "愛爭辯", name),
            other => other,
        }
    }

    pub(crate) fn severity(self, severity: Severity) -> &'static str {
        match severity {
            Severity::Error => self.pick("错误", "錯誤", "error"),
            Severity::Warning => self.pick("警告", "警告", "warning"),
            Severity::Note => self.pick("提示", "提示", "note"),
        }
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

/// Turns what rules say into the reader's script; each sentence is converted once.
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
