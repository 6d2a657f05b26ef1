//! Transcripts in all forms, packed and encoded in all ways, through `jinyu audit`.

use std::io::Write as _;

use encoding_rs::{BIG5, Encoding, GB18030};
use flate2::Compression;
use flate2::write::GzEncoder;

use serde::Deserialize;

use super::{bare, data, feed, folder, golden, jinyu, run};

/// Where something was found; the rest of the record is for other tests.
#[derive(Debug, Deserialize)]
struct Found {
    conversation: String,
    turn: usize,
    file: String,
    line: usize,
}

#[derive(Debug, Deserialize)]
struct Sums {
    files: usize,
    errors: usize,
}

fn of_type<T: serde::de::DeserializeOwned>(out: &str, kind: &str) -> Vec<T> {
    let records = out.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    records.filter(|record| record["type"] == kind).map(|record| serde_json::from_value(record).unwrap()).collect()
}

fn findings(out: &str) -> Vec<Found> {
    of_type(out, "finding")
}

fn summary(out: &str) -> Sums {
    of_type(out, "summary").pop().unwrap()
}

/// Each form holds one agent who says 弄错 or 必须; see `data/formats/README.md`.
#[test]
fn each_form_is_audited() {
    for (file, turns) in [
        ("labelled.txt", &[3][..]),
        ("records.jsonl", &[2]),
        ("array.json", &[3]),
        ("nested.json", &[2]),
        ("table.csv", &[3]),
        ("table.tsv", &[1]),
        ("workbook.xlsx", &[2]),
        ("whole-calls.csv", &[3]),
        ("subtitles.srt", &[3, 4]),
        ("voices.vtt", &[3]),
        ("alibaba-sca.json", &[3]),
        ("contact-lens-call.json", &[2]),
        ("contact-lens-chat.json", &[2]),
        ("insights.json", &[3]),
        ("insights-upload.json", &[3]),
        ("tencent.json", &[3]),
        ("wecom.jsonl", &[2]),
    ] {
        let path = format!("formats/{file}");
        let ran = run(&mut jinyu(&["audit", &path, "--format", "jsonl", "--speakers", "0=agent,1=customer"]));
        assert_eq!(ran.code, 1, "{file}: {}", ran.err);
        assert_eq!(findings(&ran.out).iter().map(|finding| finding.turn).collect::<Vec<_>>(), turns, "{file}");
        assert_eq!(summary(&ran.out).errors, 0, "{file}: {}", ran.err);
    }
}

#[test]
fn what_a_source_declares_as_speech_is_heard() {
    let folder = tempfile::tempdir().unwrap();
    let record = |channel: &str| format!("{{\"speaker\":\"agent\",\"text\":\"你龙错了\"{channel}}}\n");
    let cue = "00:00:01,000 --> 00:00:02,000\n客服：你龙错了\n";
    for (name, text, is_heard) in [
        ("call.jsonl", record(",\"channel\":\"phone\""), true),
        ("chat.jsonl", record(",\"channel\":\"chat\""), false),
        ("typed.jsonl", record(""), false),
        ("typed.txt", "客服：你龙错了\n".to_owned(), false),
        ("table.csv", "角色,内容,渠道\n客服,你龙错了,电话\n".to_owned(), true),
        ("call.srt", format!("1\n{cue}"), true),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        let ran = run(jinyu(&["audit", "--format", "jsonl"]).arg(&path));
        let found = super::findings(&ran.out);
        let assumed: Vec<_> = found.iter().map(|finding| (finding.assumed.as_deref(), finding.confidence.as_str())).collect();
        assert_eq!(assumed, if is_heard { vec![(Some("你弄错了"), "low")] } else { vec![] }, "{name}: {}", ran.err);
        let ran = run(jinyu(&["audit", "--format", "jsonl", "--asr"]).arg(&path));
        assert_eq!(super::findings(&ran.out).len(), 1, "--asr: {name}: {}", ran.err);
    }
}

#[test]
fn a_folder_holds_all_forms() {
    let ran = run(&mut jinyu(&["audit", "formats", "--format", "jsonl", "--speakers", "0=agent,1=customer"]));
    let sums = summary(&ran.out);
    assert!(sums.files >= 17 + 5 && sums.errors > 0, "the broken ones too: {}", ran.err);
    assert!(findings(&ran.out).len() >= 18);
}

#[test]
fn what_is_broken_is_named() {
    let ran = run(&mut jinyu(&["audit", "formats/broken", "--format", "jsonl"]));
    assert_eq!(ran.code, 2);
    golden("formats-broken.txt", &ran.err.replace('\\', "/"));
    let found: Vec<_> = findings(&ran.out).into_iter().map(|f| format!("{}:{}", f.file.replace('\\', "/"), f.line)).collect();
    let expected = ["cut.json:2", "nobody.srt:7", "quotes.csv:4", "when.jsonl:1"].map(|at| format!("formats/broken/{at}"));
    assert_eq!(found, expected, "what is good is judged");
    assert_eq!(summary(&ran.out).errors, ran.err.lines().count(), "each of them counts");
}

/// Conversations as they are listed, each with its number of utterances and when it began.
#[test]
fn an_array_of_no_records_is_one_mistake() {
    let ran = feed(&mut jinyu(&["audit", "--from", "jsonl", "-"]), "[1,2]\n");
    assert_eq!((ran.code, ran.err.lines().count()), (2, 1), "{}", ran.err);
}

fn conversations(out: &str) -> Vec<(String, usize, Option<i64>)> {
    #[derive(Deserialize)]
    struct Listed {
        conversation: String,
        utterances: usize,
        start_ms: Option<i64>,
    }
    let listed = of_type::<Listed>(out, "conversation").into_iter();
    listed.map(|listed| (listed.conversation, listed.utterances, listed.start_ms)).collect()
}

#[test]
fn mixed_conversations_are_put_together() {
    let said = ["A customer 喂", "B customer 在吗", "A agent 您好", "B agent 你弄错了", "C agent 您好", "A agent 你必须先付款"];
    let parts = said.map(|said| said.split(' ').collect::<Vec<_>>());
    let lines = parts
        .iter()
        .map(|part| format!("{{\"conversation\":\"{}\",\"speaker\":\"{}\",\"text\":\"{}\"}}\n", part[0], part[1], part[2]));
    let lines: String = lines.collect();
    let array = format!("[{}]", lines.trim_end().replace('\n', ",\n"));
    let rows: String = parts.iter().map(|part| part.join(",") + "\n").collect();
    let table = format!("会话编号,角色,内容\n{rows}");
    for (name, text, first) in [("a.jsonl", lines, 1), ("a.json", array, 1), ("a.csv", table, 2)] {
        let folder = folder(&[(name, text.as_bytes())]);
        let ran = run(jinyu(&["audit", "--format", "jsonl"]).arg(folder.path().join(name)));
        assert_eq!((ran.code, ran.err.as_str()), (1, ""), "{name}");
        let expected = [("A", 3), ("B", 2), ("C", 1)].map(|(name, turns)| (name.to_owned(), turns, None));
        assert_eq!(conversations(&ran.out), expected, "{name}");
        let found: Vec<_> = findings(&ran.out).into_iter().map(|found| (found.conversation, found.turn, found.line)).collect();
        assert_eq!(found, [("A".to_owned(), 3, first + 5), ("B".to_owned(), 2, first + 3)], "{name}");
    }
}

#[test]
fn conversations_that_go_on_too_late_are_named() {
    let row = |name: &str| format!("{{\"conversation\":\"{name}\",\"speaker\":\"agent\",\"text\":\"您好\"}}\n");
    let others: String = (0..300).map(|other| row(&other.to_string())).collect();
    let text = format!("{}{others}{}", row("A"), row("A").repeat(2));
    let ran = feed(&mut jinyu(&["audit", "-", "--format", "jsonl"]), text);
    assert_eq!((ran.code, summary(&ran.out).errors, conversations(&ran.out).len()), (2, 1, 302), "{}", ran.err);
    let said = "<stdin>:302: the conversation \"A\" goes on too long after its last turn, judged in parts; sort the file by conversation";
    assert!(ran.err.lines().count() == 1 && ran.err.contains(said), "{}", ran.err);
}

#[test]
fn times_of_day_are_told_from_times_since_the_beginning() {
    let (minute, hour) = (60_000, 3_600_000);
    let calls = "[10:00] 客户：在吗\n\n[00:05] 客户：在吗\n[10:00] 客服：您好\n\n[10:00:05] 客户：在吗\n\n2024-05-01 23:59:00 客户：在吗\n";
    let table = "会话编号,角色,内容,时间\n1,客户,喂,10:00\n2,客户,喂,00:05\n";
    for (name, text, starts) in [
        ("a.txt", calls, vec![10 * hour, 5_000, 10 * hour + 5_000, 1_714_579_140_000]),
        ("a.csv", table, vec![10 * hour, 5_000]),
        ("a.vtt", "WEBVTT\n\n10:00.000 --> 10:02.000\n客服：您好\n", vec![10 * minute]),
    ] {
        let folder = folder(&[(name, text.as_bytes())]);
        let ran = run(jinyu(&["audit", "--format", "jsonl"]).arg(folder.path().join(name)));
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{name}");
        assert_eq!(conversations(&ran.out).iter().map(|(.., start)| start.unwrap()).collect::<Vec<_>>(), starts, "{name}");
    }
    // What comes after midnight is the next day, and shown so.
    let night = folder(&[("a.txt", "[23:58] 客户：在吗\n[00:03] 客服：你弄错了\n".as_bytes())]);
    let out = night.path().join("a.csv");
    let ran = run(jinyu(&["audit"]).arg("--out").arg(&out).arg(night.path().join("a.txt")));
    let csv = std::fs::read_to_string(out).unwrap();
    assert!(csv.contains(",24:03:00,2,"), "{csv}{}", ran.err);
}

#[test]
fn dates_are_shown_by_local_clocks() {
    let record = |name: &str, time: &str| {
        format!("{{\"conversation\":\"{name}\",\"speaker\":\"agent\",\"text\":\"你弄错了\",\"time\":{time}}}\n")
    };
    let same = ["\"2024-05-02 07:00:00\"", "\"2024-05-01T23:00:00Z\"", "\"2024-05-02T08:00:00+09:00\"", "1714604400000"];
    let text: String = same.iter().enumerate().map(|(at, time)| record(&at.to_string(), time)).collect();
    let folder = folder(&[("a.jsonl", text.as_bytes())]);
    let out = |name: &str| folder.path().join(name);
    let ran = run(jinyu(&["audit", "--format", "jsonl"])
        .arg("--out")
        .arg(out("a.csv"))
        .arg("--out")
        .arg(out("a.html"))
        .arg(out("a.jsonl")));
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(conversations(&ran.out).iter().all(|(.., start)| *start == Some(1_714_604_400_000)), "{}", ran.out);
    let csv = std::fs::read_to_string(out("a.csv")).unwrap();
    assert_eq!(csv.matches(",2024-05-02 07:00:00,").count(), csv.matches(",finding,").count(), "{csv}");
    let page = std::fs::read_to_string(out("a.html")).unwrap();
    assert!(page.contains("2024-05-02") && !page.contains("2024-05-01"), "the day of the trend");
}

#[test]
fn encodings_are_found_out() {
    let call = "客服：您好，请问有什么可以帮您？\r\n客户：我的包裹还没有收到。\r\n客服：你弄错了，系统里没有这个单。\r\n";
    let hant = "客服：您好，請問有什麼可以為您服務？\r\n客戶：我的包裹還沒有收到。\r\n客服：你弄錯了，系統裡沒有這個單。\r\n";
    let utf16 = |text: &str, big: bool| -> Vec<u8> {
        let units = std::iter::once(0xfeff).chain(text.encode_utf16());
        units.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    };
    let encoded = |encoding: &'static Encoding, text: &str| encoding.encode(text).0.into_owned();
    let table = format!("角色,内容\r\n{}", call.replace('：', ","));
    for (name, bytes, line, guessed) in [
        ("utf8.txt", call.as_bytes().to_vec(), 3, None),
        ("utf8-bom.txt", [b"\xef\xbb\xbf", call.as_bytes()].concat(), 3, None),
        ("utf16le.txt", utf16(call, false), 3, None),
        ("utf16be.txt", utf16(hant, true), 3, None),
        ("gbk.txt", encoded(GB18030, call), 3, Some("gb18030")),
        ("big5.txt", encoded(BIG5, hant), 3, Some("Big5")),
        ("rare.txt", encoded(GB18030, &format!("{call}客户：𠮷先生\r\n")), 3, Some("gb18030")),
        ("gbk-hant.txt", encoded(GB18030, hant), 3, Some("gb18030")),
        ("gbk.csv", encoded(GB18030, &table), 4, Some("gb18030")),
        ("utf16le.csv", utf16(&table, false), 4, None),
        ("gbk.json", encoded(GB18030, "[\n{\"speaker\":\"agent\",\n\"text\":\"你弄错了\"}]"), 2, Some("gb18030")),
    ] {
        let folder = folder(&[(name, &bytes)]);
        let ran = run(jinyu(&["audit", "--format", "jsonl"]).arg(folder.path().join(name)));
        assert_eq!(ran.code, 1, "{name}: {}", ran.err);
        let found = findings(&ran.out);
        assert_eq!((found.len(), found[0].line), (1, line), "{name}");
        match guessed {
            Some(encoding) => {
                let said = format!("{name}: not UTF-8, read as {encoding}");
                assert!(ran.err.lines().count() == 1 && ran.err.contains(&said), "{name}: {}", ran.err);
            }
            None => assert_eq!(ran.err, "", "{name}"),
        }
        let piped = feed(&mut jinyu(&["audit", "-", "--format", "jsonl"]), &bytes);
        assert_eq!(findings(&piped.out).len(), 1, "{name}: {}", piped.err);
    }
}

#[test]
fn an_encoding_can_be_fixed() {
    let call = "客服：你弄错了\n";
    let bytes: Vec<u8> = call.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let lost = feed(&mut jinyu(&["audit", "-"]), &bytes);
    assert!(lost.code == 2 && lost.err.contains("--encoding UTF-16LE"), "{}", lost.err);
    for (encoding, bytes) in [("UTF-16LE", bytes), ("gbk", GB18030.encode(call).0.into_owned())] {
        let fixed = feed(&mut jinyu(&["audit", "-", "--encoding", encoding]), &bytes);
        assert_eq!((fixed.code, fixed.err.as_str()), (1, ""), "{encoding}");
    }
    let wrong = feed(&mut jinyu(&["audit", "-", "--encoding", "big5"]), [b"\xff\xff\n", call.as_bytes()].concat());
    assert!(wrong.err.contains("<stdin>:1: not Big5 throughout"), "{}", wrong.err);
    let unknown = feed(&mut jinyu(&["audit", "-", "--encoding", "latin-99"]), "");
    assert!(unknown.code == 2 && unknown.err.contains("there is no encoding"), "{}", unknown.err);
}

#[test]
fn packed_files_are_unpacked() {
    let call = "客服：您好\n客服：你弄错了\n";
    let gz = |text: &str| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    // Two members, as `cat a.gz b.gz` makes them.
    let two = [gz(call), gz("\n客服：你必须先付款\n")].concat();
    let json = gz("{\"speaker\":\"agent\",\"text\":\"你弄错了\"}\n");
    // A frame with one block that is stored as it is, and no checksum.
    let zst = [
        &b"\x28\xb5\x2f\xfd\x20"[..],
        &[call.len() as u8],
        &[(call.len() << 3) as u8 | 1, (call.len() >> 5) as u8, 0],
        call.as_bytes(),
    ]
    .concat();
    let folder = folder(&[("a.txt.gz", &two), ("b.jsonl.gz", &json), ("c.txt.zst", &zst), ("d.gz", &gz(call))]);
    let ran = run(jinyu(&["audit", "--format", "jsonl"]).arg(folder.path()));
    let found: Vec<_> = findings(&ran.out).into_iter().map(|f| (f.conversation, f.line)).collect();
    let place = |conversation: &str, line| (conversation.to_owned(), line);
    assert_eq!(found, [place("a#1", 2), place("a#2", 4), place("b", 1), place("c#1", 2)], "{}", ran.err);
    let piped = feed(&mut jinyu(&["audit", "-", "--format", "jsonl"]), &two);
    assert_eq!(findings(&piped.out).len(), 2, "{}", piped.err);
    let cut = feed(&mut jinyu(&["audit", "-", "--format", "jsonl"]), &two[..two.len() - 4]);
    assert_eq!((cut.code, findings(&cut.out).is_empty()), (2, false), "{}", cut.err);
    assert!(cut.err.contains("<stdin>: "), "{}", cut.err);
}

#[test]
fn patterns_are_expanded() {
    let found = |pattern: &str| summary(&run(&mut jinyu(&["audit", "--format", "jsonl", pattern])).out).files;
    assert_eq!(found("formats/contact-*.json"), 2);
    assert_eq!(found("formats/table.?sv"), 2);
    assert_eq!(found("**/table.csv"), 1);
    let none = run(&mut jinyu(&["audit", "formats/*.doc"]));
    assert!(none.code == 2 && none.err.contains("formats/*.doc: no file has such a name"), "{}", none.err);
}

#[test]
fn numbered_speakers_must_be_mapped() {
    let ran = run(&mut jinyu(&["audit", "formats/tencent.json"]));
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("speakers are only numbered (0, 1)") && ran.err.contains("--speakers 0=agent,1=customer"),
        "{}",
        ran.err
    );
}

#[test]
fn columns_are_mapped() {
    let table = "单号,谁,说了\n1,甲,你弄错了\n";
    let folder = folder(&[("a.csv", table.as_bytes())]);
    let audit = |columns: &str| {
        let mut command = jinyu(&["audit", "--format", "jsonl", "--speakers", "甲=agent", "--columns", columns]);
        run(command.arg(folder.path().join("a.csv")))
    };
    assert_eq!(audit("speaker=谁,text=说了").code, 1);
    let missing = audit("speaker=谁,text=说");
    assert!(
        missing.code == 2 && missing.err.contains("a.csv:1: no column is known to hold the text among \"单号\""),
        "{}",
        missing.err
    );
    assert!(audit("speaker=谁,text=说了,agent=工号").err.contains("there is no column \"工号\""));
    assert!(audit("words=x").err.contains("there is no field \"words\""));
    let stats = run(bare().current_dir(data("")).args(["rules", "stats", "formats/table.csv", "--columns", "text=文本"]));
    assert_eq!(stats.code, 0, "{}", stats.err);
}
