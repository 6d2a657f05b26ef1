//! Which form a transcript has: what the user names, else what the name ends in, else what it begins with.

use std::path::Path;

use clap::ValueEnum;
use serde_json::value::RawValue;

use super::fields::Fields;
use super::has_extension;
use super::json::Shape;
use super::json::layout;
use super::source::is_workbook;
use super::table::delimiter_of;

/// The forms that `--from` names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum From {
    /// Plain text with speaker labels
    Text,
    /// JSON, one record a line
    Jsonl,
    /// One JSON document
    Json,
    /// Comma-separated values
    Csv,
    /// Tab-separated values
    Tsv,
    /// A workbook
    Xlsx,
    /// Subtitles
    Srt,
    /// WebVTT subtitles
    Vtt,
    /// Alibaba's smart conversation analysis: dialogues
    AlibabaSca,
    /// Amazon Contact Lens: calls and chats
    ContactLens,
    /// Google's insights: transcripts and uploads
    GoogleInsights,
    /// Tencent's recognition of recordings: SentenceDetail
    TencentAsr,
    /// WeCom's message archive
    Wecom,
}

/// How a file is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Text,
    Lines,
    Document,
    Table(u8),
    Workbook,
    Subtitles,
}

impl From {
    /// The shape that JSON must have.
    pub(crate) fn shape(self) -> Option<Shape> {
        match self {
            Self::AlibabaSca => Some(Shape::Layout(&layout::ALIBABA)),
            Self::ContactLens => Some(Shape::ContactLens),
            // Uploads and transcripts are told apart by their keys.
            Self::GoogleInsights => None,
            Self::TencentAsr => Some(Shape::Layout(&layout::TENCENT)),
            Self::Wecom => Some(Shape::Wecom),
            _ => None,
        }
    }
}

impl Form {
    /// The form of a file that begins with these bytes; `path` is its name when unpacked.
    pub(crate) fn of(from: Option<From>, path: Option<&Path>, start: &[u8], fields: &Fields) -> Self {
        let first_line = first_line(start);
        let named = |extensions: &[&str]| path.is_some_and(|path| has_extension(path, extensions));
        let table = |default: u8| Self::Table(delimiter_of(&first_line, fields, true).unwrap_or(default));
        match from {
            Some(From::Text) => return Self::Text,
            Some(From::Jsonl) => return Self::Lines,
            Some(From::Json) => return Self::Document,
            Some(From::Csv) => return table(b','),
            Some(From::Tsv) => return Self::Table(b'\t'),
            Some(From::Xlsx) => return Self::Workbook,
            Some(From::Srt | From::Vtt) => return Self::Subtitles,
            Some(From::AlibabaSca | From::ContactLens | From::GoogleInsights | From::TencentAsr | From::Wecom) => {
                return if named(&["jsonl", "ndjson"]) || is_lines(start) { Self::Lines } else { Self::Document };
            }
            None => {}
        }
        let trimmed = start.trim_ascii_start();
        if is_workbook(start) {
            Self::Workbook
        } else if named(&["jsonl", "ndjson"]) {
            Self::Lines
        } else if named(&["csv"]) {
            table(b',')
        } else if named(&["tsv", "tab"]) {
            Self::Table(b'\t')
        } else if named(&["srt", "vtt"]) || start.starts_with(b"WEBVTT") || is_srt(start) {
            Self::Subtitles
        } else if trimmed.starts_with(b"{") {
            if is_lines(start) { Self::Lines } else { Self::Document }
        } else if named(&["json"]) || is_array(trimmed) {
            Self::Document
        } else {
            delimiter_of(&first_line, fields, false).map_or(Self::Text, Self::Table)
        }
    }
}

fn first_line(start: &[u8]) -> String {
    let line = start.split(|byte| *byte == b'\n').find(|line| !line.trim_ascii().is_empty()).unwrap_or_default();
    // A header of more is none.
    String::from_utf8_lossy(line.get(..4 << 10).unwrap_or(line)).trim().to_owned()
}

/// Whether the first line is a whole JSON object, or too long to tell: then a document of one line is a record as well.
fn is_lines(start: &[u8]) -> bool {
    let start = start.trim_ascii_start();
    let Some(end) = start.iter().position(|byte| *byte == b'\n') else { return start.starts_with(b"{") };
    let line = start.get(..end).unwrap_or_default();
    line.starts_with(b"{") && serde_json::from_slice::<&RawValue>(line).is_ok()
}

/// Whether it is a JSON array, and not a bracket that a label stands in: `[客服] 您好`, `[10:02] 客服：您好`.
fn is_array(start: &[u8]) -> bool {
    let Some(inside) = start.strip_prefix(b"[") else { return false };
    matches!(inside.trim_ascii_start().first(), Some(b'{' | b'[' | b']'))
}

/// Whether it begins with a number and a line of times.
fn is_srt(start: &[u8]) -> bool {
    let start = String::from_utf8_lossy(start.get(..200).unwrap_or(start));
    let mut lines = start.trim_start().lines();
    let is_number = |line: &str| line.trim().parse::<u32>().is_ok();
    lines.next().is_some_and(is_number) && lines.next().is_some_and(|line| line.contains("-->"))
}
