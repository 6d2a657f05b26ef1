//! The words by which reviewers answer a workbook, written by [`super::xlsx`] and read by `jinyu review`: Simplified, Traditional, English.

/// A word in each language.
pub(crate) type Name = [&'static str; 3];

/// The names of the sheets in the order in which they stand; the first four are older than the others.
pub(crate) const SHEETS: [Name; 6] = [
    ["汇总", "彙總", "Summary"],
    ["坐席", "客服人員", "Agents"],
    ["对话", "對話", "Conversations"],
    ["问题", "問題", "Findings"],
    ["扣分", "扣分", "Deductions"],
    ["承诺", "承諾", "Promises"],
];

/// What a reviewer may say of a finding: it is correct, it is wrong, unsure.
pub(crate) const VERDICTS: [Name; 3] = [["正确", "正確", "correct"], ["错误", "錯誤", "wrong"], ["不确定", "不確定", "unsure"]];

/// The columns that a reviewer fills.
pub(crate) const VERDICT: Name = ["复核结论", "複核結論", "Verdict"];
pub(crate) const REVIEWER: Name = ["复核人", "複核人", "Reviewer"];
pub(crate) const REMARK: Name = ["备注", "備註", "Remark"];

/// The columns that say what is reviewed.
pub(crate) const RULE: Name = ["规则", "規則", "Rule"];
pub(crate) const FINGERPRINT: Name = ["指纹", "指紋", "Fingerprint"];
