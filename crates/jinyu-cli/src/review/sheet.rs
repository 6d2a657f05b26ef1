//! Verdicts from workbooks. Receives files that reviewers have filled, hands on what each reviewer says of each finding; sheets without
//! verdicts are passed over.

use std::path::Path;

use calamine::{Data, Reader, open_workbook_auto};
use jinyu::script::fold;

use crate::problem::Problems;
use crate::report::fingerprint;
use crate::report::verdicts::{FINGERPRINT, Name, REMARK, REVIEWER, RULE, VERDICT, VERDICTS};

/// What a reviewer says of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Opinion {
    Correct,
    Wrong,
    Unsure,
}

impl Opinion {
    pub(crate) const ALL: [Self; 3] = [Self::Correct, Self::Wrong, Self::Unsure];

    fn of(text: &str) -> Option<Self> {
        let said = plain(text);
        let named = VERDICTS.iter().zip(Self::ALL).find(|(names, _)| names.iter().any(|name| plain(name) == said));
        named.map(|(_, opinion)| opinion).or(match said.as_str() {
            "对" => Some(Self::Correct),
            "错" | "误报" => Some(Self::Wrong),
            _ => None,
        })
    }

    /// For programs.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Correct => "correct",
            Self::Wrong => "wrong",
            Self::Unsure => "unsure",
        }
    }
}

/// One reviewer's word on one finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Judgement {
    /// The finding's fingerprint.
    pub(crate) finding: String,
    pub(crate) rule: String,
    pub(crate) reviewer: String,
    pub(crate) opinion: Opinion,
    pub(crate) remark: String,
    /// The file, the sheet and the row, for messages.
    pub(crate) place: String,
}

/// What some workbooks hold.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    pub(crate) judgements: Vec<Judgement>,
    /// Rows that nobody has judged yet.
    pub(crate) open: usize,
    /// Rows that could not be read.
    pub(crate) bad: usize,
}

/// Where the columns of a sheet stand.
#[derive(Debug)]
struct Columns {
    rule: usize,
    fingerprint: usize,
    reviewers: Vec<Reviewing>,
}

/// The columns of one reviewer, told apart by what follows their names.
#[derive(Debug)]
struct Reviewing {
    suffix: String,
    verdict: usize,
    reviewer: Option<usize>,
    remark: Option<usize>,
}

/// Reads one workbook; what cannot be read is reported.
pub(crate) fn read(path: &Path, answers: &mut Answers, problems: &mut Problems) {
    let file = path.display().to_string();
    let mut workbook = match open_workbook_auto(path) {
        Ok(workbook) => workbook,
        Err(error) => {
            problems
                .report(format_args!("{file}: is no workbook that we can read: {error}; give the .xlsx that reviewers filled"));
            return;
        }
    };
    let stem = path.file_stem().map_or_else(|| file.clone(), |stem| stem.to_string_lossy().into_owned());
    let mut used = false;
    for name in workbook.sheet_names() {
        let range = match workbook.worksheet_range(&name) {
            Ok(range) => range,
            Err(error) => {
                problems.report(format_args!("{file}: the sheet \"{name}\" cannot be read: {error}; save it anew"));
                continue;
            }
        };
        let first = range.start().map_or(0, |(row, _)| row as usize) + 1;
        let mut rows = (first..).zip(range.rows());
        let Some((head, names)) = rows.find(|(_, row)| row.iter().any(|cell| !text(cell).is_empty())) else { continue };
        let columns = match Columns::new(names) {
            Ok(Some(columns)) => columns,
            Ok(None) => continue,
            Err(what) => {
                problems.report(format_args!("{file}: the sheet \"{name}\", row {head}: {what}; nothing in this sheet is used"));
                used = true;
                continue;
            }
        };
        used = true;
        for (number, row) in rows {
            let place = format!("{file}: the sheet \"{name}\", row {number}");
            columns.take(row, &stem, &place, answers, problems);
        }
    }
    if !used {
        let [verdict, _, english] = VERDICT;
        problems.report(format_args!(
            "{file}: has no sheet with a column {verdict} ({english}); give the .xlsx that jinyu audit --out wrote and reviewers filled"
        ));
    }
}

impl Columns {
    /// Finds the columns by their names; none where there is no column for verdicts.
    fn new(names: &[Data]) -> Result<Option<Self>, String> {
        let names: Vec<String> = names.iter().map(|name| plain(&text(name))).collect();
        // What follows the name of a column.
        let suffix = |name: &str, column: Name| {
            column.iter().find_map(|column| name.strip_prefix(&plain(column))).map(|rest| rest.trim().to_owned())
        };
        let all = |column: Name| {
            names.iter().enumerate().filter_map(move |(at, name)| Some((suffix(name, column)?, at))).collect::<Vec<_>>()
        };
        let [verdicts, reviewers, remarks] = [VERDICT, REVIEWER, REMARK].map(all);
        if verdicts.is_empty() {
            return Ok(None);
        }
        let one = |column: Name| {
            let [hans, _, english] = column;
            let exact = names.iter().position(|name| suffix(name, column).is_some_and(|suffix| suffix.is_empty()));
            exact
                .ok_or_else(|| format!("has verdicts but no column {hans} ({english}), by which findings are known; put it back"))
        };
        let of = |columns: &[(String, usize)], suffix: &str| columns.iter().find(|(of, _)| of == suffix).map(|(_, at)| *at);
        Ok(Some(Self {
            rule: one(RULE)?,
            fingerprint: one(FINGERPRINT)?,
            reviewers: verdicts
                .iter()
                .map(|(suffix, verdict)| Reviewing {
                    suffix: suffix.clone(),
                    verdict: *verdict,
                    reviewer: of(&reviewers, suffix),
                    remark: of(&remarks, suffix),
                })
                .collect(),
        }))
    }

    fn take(&self, row: &[Data], stem: &str, place: &str, answers: &mut Answers, problems: &mut Problems) {
        let cell = |at: usize| row.get(at).map(text).unwrap_or_default();
        if row.iter().all(|cell| text(cell).is_empty()) {
            return;
        }
        let mut bad = |what: String| {
            answers.bad += 1;
            problems.report(format_args!("{place}: {what} (this row is not used)"));
        };
        let mut opinions = Vec::new();
        for of in &self.reviewers {
            let said = cell(of.verdict);
            if said.is_empty() {
                continue;
            }
            match Opinion::of(&said) {
                Some(opinion) => opinions.push((of, opinion)),
                None => return bad(format!("\"{said}\" is no verdict; write 正确, 错误 or 不确定 (correct, wrong, unsure)")),
            }
        }
        if opinions.is_empty() {
            answers.open += 1;
            return;
        }
        let (rule, finding) = (cell(self.rule), cell(self.fingerprint).to_ascii_lowercase());
        if !fingerprint::is_fingerprint(&finding) {
            return bad(format!("\"{finding}\" is no fingerprint; put back what the report has there"));
        }
        if rule.is_empty() {
            return bad("has no rule; put back what the report has there".to_owned());
        }
        for (of, opinion) in opinions {
            let named = of.reviewer.map(cell).filter(|name| !name.is_empty());
            let is_name = of.suffix.chars().any(char::is_alphabetic);
            let unnamed = || if is_name { of.suffix.clone() } else { format!("{stem}{}", of.suffix) };
            answers.judgements.push(Judgement {
                finding: finding.clone(),
                rule: rule.clone(),
                reviewer: named.unwrap_or_else(unnamed),
                opinion,
                remark: of.remark.map(cell).unwrap_or_default(),
                place: place.to_owned(),
            });
        }
    }
}

/// A cell as text.
fn text(cell: &Data) -> String {
    match cell {
        Data::Error(_) => String::new(),
        cell => cell.to_string().trim().to_owned(),
    }
}

/// A word in Simplified and small letters, without marks around it.
fn plain(text: &str) -> String {
    let folded: String = text.chars().map(fold).collect();
    folded.trim_matches(|c: char| !c.is_alphanumeric()).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts_in_three_languages() {
        for (text, opinion) in [
            ("正确", Some(Opinion::Correct)),
            ("正確", Some(Opinion::Correct)),
            (" Correct ", Some(Opinion::Correct)),
            ("錯誤。", Some(Opinion::Wrong)),
            ("误报", Some(Opinion::Wrong)),
            ("WRONG", Some(Opinion::Wrong)),
            ("不確定", Some(Opinion::Unsure)),
            ("不正确", None),
            ("?", None),
        ] {
            assert_eq!(Opinion::of(text), opinion, "{text}");
        }
    }

    #[test]
    fn columns_of_several_reviewers() {
        let names = ["复核结论", "复核人", "規則", "Verdict 2", "Reviewer 2", "复核结论（李）", "Fingerprint"];
        let names: Vec<Data> = names.iter().map(|name| Data::String((*name).to_owned())).collect();
        let columns = Columns::new(&names).unwrap().unwrap();
        assert_eq!((columns.rule, columns.fingerprint), (2, 6));
        let of: Vec<_> = columns.reviewers.iter().map(|of| (of.suffix.as_str(), of.verdict, of.reviewer)).collect();
        assert_eq!(of, [("", 0, Some(1)), ("2", 3, Some(4)), ("（李", 5, None)]);
        assert!(Columns::new(&names[1..3]).unwrap().is_none());
        assert!(Columns::new(&names[..3]).is_err());
    }
}
