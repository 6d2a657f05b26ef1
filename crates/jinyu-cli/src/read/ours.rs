//! Reports of jinyu itself, which often lie beside the transcripts: told by what they begin with, so that an audit passes them over.

use crate::report::row::COLUMNS;
use crate::report::verdicts::SHEETS;

/// How records of reports begin, and what else they hold.
const RECORDS: &[(&str, &str)] = &[
    ("{\"type\":\"finding\",\"conversation\":", "\"category\":"),
    ("{\"type\":\"conversation\",\"conversation\":", "\"score\":"),
    ("{\"type\":\"dismissal\",\"conversation\":", "\"rule\":"),
    ("{\"type\":\"summary\",\"command\":", "\"files\":"),
    ("{\"type\":\"gained\",\"conversation\":", "\"rule\":"),
    ("{\"type\":\"lost\",\"conversation\":", "\"rule\":"),
];

/// So many columns of ours make a table a report: older ones have one less, and of the first the name stands behind a byte order mark.
const LEAST: usize = COLUMNS.len() - 2;

/// What pages say of themselves.
const GENERATOR: &str = "<meta name=\"generator\" content=\"jinyu";

/// Whether a file that begins so is a report: JSON Lines, CSV or a page.
pub(crate) fn is_report(start: &[u8]) -> bool {
    let head = String::from_utf8_lossy(start.get(..4 << 10).unwrap_or(start));
    let line = head.lines().next().unwrap_or_default();
    let is_named = |(name, column): &(&str, &str)| name == column;
    RECORDS.iter().any(|(begins, holds)| line.starts_with(begins) && line.contains(holds))
        || line.split(',').zip(COLUMNS).filter(is_named).count() >= LEAST
        || line.starts_with("<!DOCTYPE html>") && head.contains(GENERATOR)
}

/// Whether a workbook with these sheets is a report.
pub(crate) fn is_report_workbook(sheets: &[String]) -> bool {
    let old = SHEETS.get(..4).unwrap_or_default();
    (0..3).any(|language| {
        let names = old.iter().map(|names| names.get(language).copied());
        sheets.iter().map(|name| Some(name.as_str())).take(old.len()).eq(names)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transcripts_are_no_reports() {
        for start in [
            "{\"type\":\"conversation\",\"conversation\":\"a\",\"turns\":[]}",
            "{\"type\":\"conversation\",\"conversation\":\"a\",\"utterances\":[{\"speaker\":\"agent\",\"text\":\"您弄错了\"}]}",
            "{\"type\":\"finding\",\"text\":\"您好\"}",
            "conversation,turn,speaker,text",
            "<!DOCTYPE html>\n<html>",
            "客服：您好",
            "",
        ] {
            assert!(!is_report(start.as_bytes()), "{start}");
        }
        assert!(is_report(COLUMNS.join(",").as_bytes()));
        assert!(is_report_workbook(&["汇总", "坐席", "对话", "问题"].map(str::to_owned)));
        assert!(!is_report_workbook(&["对话".to_owned()]));
    }
}
