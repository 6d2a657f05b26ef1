//! The words of the page, in Simplified, Traditional and English; the script gets the same table.

use crate::locale::Locale;

/// Key, Simplified, Traditional, English.
const WORDS: &[[&str; 4]] = &[
    ["title", "客服对话质检报告", "客服對話質檢報告", "Quality of service conversations"],
    ["partial", "中途停止，以下只是一部分", "中途停止，以下只是一部分", "Stopped before the end: what follows is a part only"],
    ["redacted", "个人信息已遮盖", "個人資料已遮蔽", "Personal data is masked"],
    [
        "caution",
        "分数本身不能作为对人作出决定的依据；请先看对话和证据。",
        "分數本身不能作為對人作出決定的依據；請先看對話和證據。",
        "A score by itself is no basis for decisions on people: look at the conversation and its evidence first.",
    ],
    ["overview", "一览", "一覽", "At a glance"],
    ["conversations", "对话", "對話", "Conversations"],
    ["flagged", "有问题的对话", "有問題的對話", "With findings"],
    ["mean", "平均分", "平均分", "Mean score"],
    ["spread", "标准差", "標準差", "Standard deviation"],
    ["findings", "用语问题", "用語問題", "Findings in words"],
    ["per-hundred", "每百句客服话语", "每百句客服話語", "per 100 agent utterances"],
    ["critical", "一票否决", "一票否決", "Critical"],
    ["critical-note", "触犯否决项，得零分", "觸犯否決項，得零分", "a critical rule was broken: no points"],
    ["few", "对话太少，平均分说明不了什么", "對話太少，平均分說明不了什麼", "too few conversations for a mean to say anything"],
    [
        "few-mark",
        "标着“太少”的对话不到三十段，平均分说明不了什么。",
        "標著「太少」的對話不到三十段，平均分說明不了什麼。",
        "Where it says too few, there are fewer than thirty conversations, and a mean says little.",
    ],
    ["few-short", "太少", "太少", "too few"],
    ["scores", "分数分布", "分數分布", "Scores"],
    [
        "scores-note",
        "每根柱子是落在这个分数段的对话数；点一下只看这些对话。",
        "每根柱子是落在這個分數段的對話數；點一下只看這些對話。",
        "How many conversations came to each score; select a bar to list them.",
    ],
    ["care", "客户的四种需求", "客戶的四種需求", "The four needs of customers"],
    [
        "care-note",
        "投诉的客户要的是这四样。每条规则对应其中一样，扣分记在那一样上；100 是没有扣分。",
        "投訴的客戶要的是這四樣。每條規則對應其中一樣，扣分記在那一樣上；100 是沒有扣分。",
        "This is what complaining customers want. Each rule serves one of them; 100 means that nothing was deducted.",
    ],
    ["empathic", "体谅", "體諒", "Empathic"],
    ["empathic-need", "被关心", "被關心", "to be cared for"],
    [
        "empathic-why",
        "感到受重视和善待，而不是不理不睬或应付。",
        "感到受重視和善待，而不是不理不睬或應付。",
        "Taken seriously and treated kindly, not ignored or put off.",
    ],
    ["attractive", "得体", "得體", "Attractive"],
    ["attractive-need", "被倾听", "被傾聽", "to be heard"],
    [
        "attractive-why",
        "得到公平的待遇，而不是埋怨、否认或找借口。",
        "得到公平的待遇，而不是埋怨、否認或找藉口。",
        "Treated fairly, without blame, denial or excuses.",
    ],
    ["credible", "可信", "可信", "Credible"],
    ["credible-need", "服务人员专业化", "服務人員專業化", "to be served by someone who knows"],
    [
        "credible-why",
        "有人明白怎样解决，肯负责，说到做到。",
        "有人明白怎樣解決，肯負責，說到做到。",
        "Somebody who knows the way, takes charge and keeps their word.",
    ],
    ["responsive", "及时", "及時", "Responsive"],
    ["responsive-need", "迅速反应", "迅速反應", "to be answered quickly"],
    [
        "responsive-why",
        "马上有行动，说得出步骤和时间，而不是拖延或沉默。",
        "馬上有行動，說得出步驟和時間，而不是拖延或沉默。",
        "Action at once, with steps and times, not delay or silence.",
    ],
    ["trend", "走势", "走勢", "Trend"],
    [
        "trend-note",
        "点越大，对话越多；空心的点对话太少。",
        "點越大，對話越多；空心的點對話太少。",
        "The larger the point, the more conversations; a hollow one has too few.",
    ],
    ["by-day", "按日", "按日", "by day"],
    ["by-week", "按周", "按週", "by week"],
    ["by-month", "按月", "按月", "by month"],
    ["broken", "违反最多的规则", "違反最多的規則", "What is violated most"],
    [
        "broken-note",
        "点一下规则，只看违反它的对话。流程规则只算适用的对话。",
        "點一下規則，只看違反它的對話。流程規則只算適用的對話。",
        "Select a rule to list the conversations that broke it. Of flow rules only conversations count to which they apply.",
    ],
    ["waived", "已豁免", "已豁免", "Waived"],
    ["known", "基线里已有，没有列出", "基準裡已有，沒有列出", "In the older report already, not listed"],
    ["rule", "规则", "規則", "Rule"],
    ["share", "占对话", "佔對話", "Share"],
    ["times", "次数", "次數", "Times"],
    ["more", "另有", "另有", "more:"],
    ["agents", "坐席", "客服人員", "Agents"],
    [
        "agents-note",
        "按名字排列，不是排名。横条是分数的大致范围（平均分加减一个标准差）。",
        "按名字排列，不是排名。橫條是分數的大致範圍（平均分加減一個標準差）。",
        "In order of their names; this is no ranking. The bar spans a standard deviation around the mean.",
    ],
    ["agent", "坐席", "客服人員", "Agent"],
    ["costly", "扣分最多的规则", "扣分最多的規則", "Rules that cost most"],
    ["notes", "客户画像与复核提示", "客戶輪廓與複核提示", "Customer profiles and notes for reviewers"],
    ["notes-note", "供复核人员参考，从不扣分。", "供複核人員參考，從不扣分。", "For reviewers; they never cost points."],
    ["profile", "客户画像", "客戶輪廓", "Customer profile"],
    ["note", "复核提示", "複核提示", "Note"],
    ["flow", "流程", "流程", "Flow"],
    ["search", "搜索对话文字、编号…", "搜尋對話文字、編號…", "Search words, names …"],
    ["any-rule", "全部规则", "全部規則", "All rules"],
    ["any-category", "全部类别", "全部類別", "All categories"],
    ["any-agent", "全部坐席", "全部客服人員", "All agents"],
    ["score", "分数", "分數", "Score"],
    ["score-from", "最低分", "最低分", "Lowest score"],
    ["score-to", "最高分", "最高分", "Highest score"],
    ["only-flagged", "只看有问题的", "只看有問題的", "Only with findings"],
    ["order", "排序", "排序", "Order"],
    ["by-score", "低分在前", "低分在前", "Lowest score first"],
    ["by-findings", "问题多的在前", "問題多的在前", "Most findings first"],
    ["by-input", "按原顺序", "按原順序", "As read"],
    ["by-time", "新的在前", "新的在前", "Newest first"],
    ["clear", "清除筛选", "清除篩選", "Clear filters"],
    ["shown", "段符合", "段符合", "match"],
    ["none", "没有符合的对话", "沒有符合的對話", "No conversation matches"],
    ["searching", "正在读取全部对话…", "正在讀取全部對話…", "Reading all conversations …"],
    ["previous", "上一页", "上一頁", "Previous"],
    ["next", "下一页", "下一頁", "Next"],
    ["close", "关闭", "關閉", "Close"],
    [
        "keys",
        "按键：j / k 上下移动，Enter 打开，/ 搜索，Esc 关闭",
        "按鍵：j / k 上下移動，Enter 打開，/ 搜尋，Esc 關閉",
        "Keys: j / k down and up, Enter opens, / searches, Esc closes",
    ],
    ["choose", "选一段对话来看", "選一段對話來看", "Select a conversation to read it"],
    ["turns", "轮", "輪", "turns"],
    ["turn", "第 {} 轮", "第 {} 輪", "turn {}"],
    ["line", "第 {} 行", "第 {} 行", "line {}"],
    ["speaker-agent", "客服", "客服", "Agent"],
    ["speaker-customer", "客户", "客戶", "Customer"],
    ["speaker-unknown", "其他", "其他", "Other"],
    ["say", "改说", "改說", "Say"],
    ["say-all", "整句改说", "整句改說", "Say all of it as"],
    ["safe", "可直接替换", "可直接替換", "safe to apply"],
    ["unsafe", "须确认", "須確認", "needs judgement"],
    ["show", "供参考", "供參考", "advice"],
    ["assumed", "听作", "聽作", "Heard as"],
    ["evidence", "模型依据", "模型依據", "The model weighed"],
    ["doubtful", "把握不大", "把握不大", "doubtful"],
    ["signals", "客户的信号", "客戶的訊號", "Signals of the customer"],
    ["steps", "客服的步骤", "客服的步驟", "Steps of the agent"],
    ["verdicts", "流程检查", "流程檢查", "Flow rules"],
    ["violated", "违反", "違反", "violated"],
    ["satisfied", "做到", "做到", "satisfied"],
    ["pending", "未到时候", "未到時候", "pending"],
    ["not-applicable", "不适用", "不適用", "not applicable"],
    ["deductions", "扣分", "扣分", "Deductions"],
    ["no-deductions", "没有扣分", "沒有扣分", "Nothing was deducted"],
    ["promises", "承诺", "承諾", "Promises"],
    ["no-time", "没有说时间", "沒有說時間", "no time named"],
    ["due", "到期", "到期", "due"],
    ["open", "未见结果", "未見結果", "open"],
    ["kept", "已兑现", "已兌現", "kept"],
    ["broken-promise", "没有兑现", "沒有兌現", "broken"],
    ["provenance", "出处", "出處", "Provenance"],
    [
        "provenance-note",
        "同样的版本、规则和输入，得到同样的结论。",
        "同樣的版本、規則和輸入，得到同樣的結論。",
        "The same version, rules and input give the same verdicts.",
    ],
    ["engine", "引擎版本", "引擎版本", "Engine"],
    ["setting", "设置", "設定", "Setting"],
    ["packs", "规则包", "規則包", "Rule packs"],
    ["version", "版本", "版本", "Version"],
    ["inputs", "输入文件", "輸入檔案", "Input files"],
    ["bytes", "字节", "位元組", "Bytes"],
    ["not-to-end", "没有读到文件末尾", "沒有讀到檔案末尾", "not read to its end"],
    ["unread", "未能读取的文件", "未能讀取的檔案", "Files not read"],
    ["errors", "输入中的错误", "輸入中的錯誤", "Problems with the input"],
    [
        "no-script",
        "打开对话需要 JavaScript。",
        "打開對話需要 JavaScript。",
        "Conversations are shown by JavaScript, which is off.",
    ],
    [
        "old-browser",
        "这个浏览器太旧，打不开对话；请用 2023 年以后的 Chrome、Edge、Firefox 或 Safari。",
        "這個瀏覽器太舊，打不開對話；請用 2023 年以後的 Chrome、Edge、Firefox 或 Safari。",
        "This browser is too old to open conversations; use a Chrome, Edge, Firefox or Safari from 2023 or later.",
    ],
];

/// The word for this reader; the key itself where there is none.
pub(super) fn of(locale: Locale, key: &'static str) -> &'static str {
    WORDS.iter().find(|[known, ..]| *known == key).map_or(key, |[_, hans, hant, english]| locale.pick(hans, hant, english))
}

/// All words for this reader, by key.
pub(super) fn all(locale: Locale) -> serde_json::Map<String, serde_json::Value> {
    WORDS.iter().map(|[key, hans, hant, english]| ((*key).to_owned(), locale.pick(hans, hant, english).into())).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::WORDS;

    /// Keys that stand between two marks.
    fn used(source: &str, before: &str, after: char) -> Vec<String> {
        source.split(before).skip(1).filter_map(|rest| rest.split_once(after)).map(|(key, _)| key.to_owned()).collect()
    }

    #[test]
    fn every_word_exists_once() {
        let keys: HashSet<&str> = WORDS.iter().map(|[key, ..]| *key).collect();
        assert_eq!(keys.len(), WORDS.len());
        let template = include_str!("../../../templates/report.html");
        let script = include_str!("../../../assets/report.js");
        let used = [used(template, "self.w(\"", '"'), used(script, "word(\"", '"')].concat();
        assert!(used.len() > 40);
        for key in used {
            assert!(keys.contains(key.as_str()), "there is no word {key}");
        }
    }
}
