//! What is read from the files of `tests/data/formats`, and how conversations are handed on.

use std::fmt::Write as _;
use std::path::Path;

use jinyu::Speaker;

use super::*;

/// Writes down all that it hears.
#[derive(Default)]
struct Heard {
    text: String,
    parts: Vec<(String, bool, usize)>,
}

impl Listener for Heard {
    fn file(&mut self) {}

    fn unread(&mut self, file: String) {
        let _ = writeln!(self.text, "unread {file}");
    }

    fn conversation(&mut self, read: Read) -> Result<()> {
        let name = read.file.replace('\\', "/");
        let name = name.rsplit('/').next().unwrap_or_default();
        let _ = writeln!(self.text, "{name}: {}", read.conversation);
        for turn in &read.turns {
            let said = &turn.utterance;
            let _ = write!(self.text, "  {}", turn.line);
            if let Some(column) = turn.column {
                let _ = write!(self.text, ":{}", column + 1);
            }
            let _ = write!(self.text, " [{}] {}", said.turn, said.speaker);
            if let Some(agent) = &said.agent {
                let _ = write!(self.text, " {agent}");
            }
            if said.start_ms.is_some() || said.end_ms.is_some() {
                let [start, end] = [said.start_ms, said.end_ms].map(|ms| ms.map(|ms| ms.to_string()).unwrap_or_default());
                let _ = write!(self.text, " {start}..{end}");
            }
            if let Some(channel) = said.channel {
                let _ = write!(self.text, " {channel:?}");
            }
            if let Some(confidence) = said.confidence {
                let _ = write!(self.text, " {confidence}");
            }
            let _ = writeln!(self.text, ": {:?}", said.text);
        }
        self.parts.push((read.conversation.to_string(), read.begins, read.turns.len()));
        Ok(())
    }
}

fn reading(speakers: &[(&str, Speaker)], columns: &[&str], from: Option<From>) -> Reading {
    let speakers: Vec<_> = speakers.iter().map(|(label, speaker)| ((*label).to_owned(), *speaker)).collect();
    let columns: Vec<_> = columns.iter().map(|mapping| mapping.parse().unwrap()).collect();
    Reading { labels: Labels::new(&speakers), fields: Fields::new(&columns), from, encoding: None, meter: Meter::default() }
}

fn heard(path: &Path, reading: &Reading) -> (Heard, usize) {
    let (mut heard, mut problems) = (Heard::default(), Problems::default());
    read(&[path.to_owned()], reading, &mut heard, &mut problems).unwrap();
    (heard, problems.count())
}

fn of_text(name: &str, text: &str, reading: &Reading) -> (Heard, usize) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    heard(&path, reading)
}

fn data(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data").join(path)
}

#[test]
fn every_form() {
    let channels = reading(&[("0", Speaker::Agent), ("1", Speaker::Customer)], &[], None);
    let mut files: Vec<PathBuf> = std::fs::read_dir(data("formats")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.is_file() && !path.ends_with("README.md"));
    files.sort();
    let mut text = String::new();
    for file in &files {
        let (heard, problems) = heard(file, &channels);
        assert_eq!(problems, 0, "{}", file.display());
        text.push_str(&heard.text);
    }
    let golden = data("golden/formats-turns.txt");
    if std::env::var_os("JINYU_BLESS").is_some() {
        std::fs::write(&golden, &text).unwrap();
    }
    let expected = std::fs::read_to_string(&golden).unwrap_or_default();
    assert!(text == expected, "{} differs; JINYU_BLESS=1 rewrites it\n{text}", golden.display());
}

#[test]
fn forms_that_are_named() {
    for (file, from) in [
        ("alibaba-sca.json", From::AlibabaSca),
        ("contact-lens-call.json", From::ContactLens),
        ("insights.json", From::GoogleInsights),
        ("insights-upload.json", From::GoogleInsights),
        ("tencent.json", From::TencentAsr),
        ("wecom.jsonl", From::Wecom),
        ("records.jsonl", From::Jsonl),
        ("array.json", From::Json),
        ("table.csv", From::Csv),
        ("table.tsv", From::Tsv),
        ("workbook.xlsx", From::Xlsx),
        ("subtitles.srt", From::Srt),
        ("voices.vtt", From::Vtt),
        ("labelled.txt", From::Text),
    ] {
        let speakers = [("0", Speaker::Agent), ("1", Speaker::Customer)];
        let path = data("formats").join(file);
        let (found, _) = heard(&path, &reading(&speakers, &[], None));
        let (named, problems) = heard(&path, &reading(&speakers, &[], Some(from)));
        assert_eq!((named.text, problems), (found.text, 0), "{file}");
    }
    let (other, problems) = heard(&data("formats/array.json"), &reading(&[], &[], Some(From::TencentAsr)));
    assert_eq!(other.parts.len(), 2, "{}", other.text);
    assert_eq!(problems, 0);
}

#[test]
fn columns_that_are_mapped() {
    let own = reading(&[], &["conversation=单", "speaker=谁", "text=说了"], None);
    let (table, problems) = of_text("a.csv", "单,谁,说了,文本\n1,客服,您好,x\n", &own);
    assert_eq!((table.text.as_str(), problems), ("a.csv: 1\n  2 [1] agent: \"您好\"\n", 0));
    let paths = reading(&[], &["speaker=from.role", "text=body.msg.text", "conversation=id"], None);
    let json = "{\"id\":5,\"from\":{\"role\":\"customer\"},\"body\":{\"msg\":{\"text\":\"喂\"}}}\n";
    let (records, problems) = of_text("a.jsonl", json, &paths);
    assert_eq!((records.text.as_str(), problems), ("a.jsonl: 5\n  1 [1] customer: \"喂\"\n", 0));
    let numbers = reading(&[], &["speaker=1", "text=2"], None);
    let (bare, problems) = of_text("a.csv", "客服,您好\n客户,喂\n", &numbers);
    let expected = "a.csv: a\n  1 [1] agent: \"您好\"\n  2 [2] customer: \"喂\"\n";
    assert_eq!((bare.text.as_str(), problems), (expected, 0));
}

#[test]
fn shapes_found_without_a_name() {
    let plain = reading(&[], &[], None);
    for (text, parts) in [
        ("{\"speaker\":\"agent\",\"text\":\"一\"}\n{\"speaker\":\"agent\",\"text\":\"二\"}\n", vec![("a", true, 2)]),
        (
            "{\n\"turns\": [\n{\"speaker\":\"agent\",\"text\":\"一\"}]}\n{\"id\":\"b\",\"turns\":[{\"role\":\"user\",\"text\":\"二\"}]}",
            vec![("a", true, 1), ("b", true, 1)],
        ),
        ("[[{\"speaker\":\"agent\",\"text\":\"一\"}]]", vec![("a", true, 1)]),
        ("speaker,text\nagent,一\n", vec![("a", true, 1)]),
        ("角色,会话,内容\n客服,1,一\n客服,2,二\n", vec![("1", true, 1), ("2", true, 1)]),
        ("1\n00:00:01,000 --> 00:00:02,000\n客服：一\n", vec![("a", true, 1)]),
        ("[客服] 一\n", vec![("a#1", true, 1)]),
        ("[10:02] 客服：一\n", vec![("a#1", true, 1)]),
        (
            "{\"text\":\"一二\",\"segments\":[{\"start\":0.0,\"end\":1.5,\"text\":\"一\",\"speaker\":\"agent\"}]}",
            vec![("a", true, 1)],
        ),
        ("", vec![]),
    ] {
        let (heard, _) = of_text("a.dat", text, &plain);
        let found: Vec<_> = heard.parts.iter().map(|(name, begins, turns)| (name.as_str(), *begins, *turns)).collect();
        assert_eq!(found, parts, "{text}");
    }
}

#[test]
fn a_long_conversation_comes_in_parts() {
    let text = "{\"conversation\":\"c\",\"speaker\":\"agent\",\"text\":\"好\"}\n".repeat(MOST_TURNS + 3);
    let (heard, _) = of_text("a.jsonl", &text, &reading(&[], &[], None));
    assert_eq!(heard.parts, [("c".to_owned(), true, MOST_TURNS), ("c".to_owned(), false, 3)]);
}

#[test]
fn conversations_may_go_to_other_threads() {
    fn holds<T: Send>() {}
    holds::<Read>();
}
