//! `jinyu rules import`: a list of phrases to a pack. A phrase that would make a bad rule (too short, with slots, too
//! common, there already) is not taken but left in the pack as a comment, with the reason, for somebody to judge. A category that the
//! list does not say is guessed and marked; where nothing speaks for one, the rule stands in comments for somebody to decide.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write;
use std::sync::Arc;

use anyhow::Result;
use jinyu::{Category, Checker, Finding, Reason, RulePack, Script, Severity, script};

use super::write;
use crate::Outcome;
use crate::args::RulesImportArgs;
use crate::locale::Locale;
use crate::problem::Problems;
use crate::read::phrases::{self, Entry};
use crate::report::text_output;

/// A phrase of fewer letters is in half of what people say.
const SHORTEST: usize = 3;

/// A phrase that stands in so many sentences which the built-in rules call innocent is innocent too often.
const TOO_OFTEN: usize = 3;

/// Everyday words of three letters and more.
const EVERYDAY: [&str; 40] = [
    "不好意思",
    "对不起",
    "没关系",
    "没问题",
    "不客气",
    "为什么",
    "怎么样",
    "可以的",
    "不可以",
    "不知道",
    "不清楚",
    "没办法",
    "请稍等",
    "稍等一下",
    "等一下",
    "知道了",
    "我知道",
    "不是的",
    "没有了",
    "是这样",
    "就这样",
    "怎么办",
    "什么时候",
    "有没有",
    "能不能",
    "会不会",
    "是不是",
    "我们公司",
    "这样吧",
    "应该是",
    "可能是",
    "大概是",
    "不一定",
    "差不多",
    "随便吧",
    "怎么了",
    "干什么",
    "这个不行",
    "那不行",
    "说什么",
];

/// What stands for something that the agent fills in.
const SLOTS: [&str; 21] = [
    "XX", "xx", "ＸＸ", "××", "XＸ", "**", "…", "..", "。。", "__", "——", "某某", "（", "(", "[", "【", "{", "<", "＜", "/", "／",
];

/// A sentence that every rule should leave alone.
const INNOCENT: &str = "感谢您的耐心等待，我马上为您核实";

/// Why a phrase became no rule.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Left {
    Short,
    Slots(String),
    /// The same as another phrase, or found with it.
    Duplicate(String),
    /// A built-in rule finds it.
    Covered(String),
    Everyday,
    /// Innocent sentences have it: so many, such as this one.
    Common(usize, String),
    /// The rule does not work; why.
    Fails(String),
    /// Nobody knows its category; what the list calls it.
    Undecided(String),
}

impl Left {
    /// The kinds in the order of the report.
    fn kind(&self) -> usize {
        match self {
            Self::Covered(_) => 0,
            Self::Duplicate(_) => 1,
            Self::Short => 2,
            Self::Slots(_) => 3,
            Self::Everyday | Self::Common(..) => 4,
            Self::Fails(_) => 5,
            Self::Undecided(_) => 6,
        }
    }

    fn say(&self, locale: Locale) -> String {
        let (chinese, english) = match self {
            Self::Short => (
                "只有一两个字，到处都会出现；请写出前后的话，或写成带 edge 的句式".to_owned(),
                "one or two letters, which stand everywhere; write what is said around it, or a pattern with an edge".to_owned(),
            ),
            Self::Slots(slot) => (
                format!("有要填的空（{slot}）；请写成句式，空处用 {{any}}{{1,8}}，“或”用 (?:甲|乙)"),
                format!("has a slot ({slot}); write a pattern, with {{any}}{{1,8}} for the slot and (?:甲|乙) for \"or\""),
            ),
            Self::Duplicate(other) => (format!("“{other}”已经包括它"), format!("\"{other}\" finds it already")),
            Self::Covered(rule) => (format!("自带规则已经查得出：{rule}"), format!("a built-in rule finds it: {rule}")),
            Self::Everyday => (
                "平常说话就会用到；请写出冒犯人的整句话".to_owned(),
                "an everyday word; write the whole sentence that offends".to_owned(),
            ),
            Self::Common(times, such) => (
                format!("在{times}句无辜的话里也有，如“{such}”；请写得更完整，或加 unless"),
                format!("{times} innocent sentences have it, such as \"{such}\"; write more of it, or add unless"),
            ),
            Self::Fails(why) => {
                (format!("写成规则不成立：{}", Locale::Hans.message(why)), format!("does not work as a rule: {why}"))
            }
            Self::Undecided(said) if said.is_empty() => (
                "看不出是哪一类；规则写好了，在规则包末尾，请选类别".to_owned(),
                "nothing speaks for a category; its rule stands at the end of the pack, choose one".to_owned(),
            ),
            Self::Undecided(said) => (
                format!("不认识类别“{said}”，也看不出是哪一类；规则写好了，在规则包末尾，请选类别"),
                format!(
                    "the category \"{said}\" is not known, and nothing speaks for one; its rule stands at the end of the pack, choose one"
                ),
            ),
        };
        match locale {
            Locale::Hans => chinese,
            Locale::Hant => Script::Taiwan.write(&chinese),
            Locale::English => english,
        }
    }
}

/// What speaks for a category.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Basis {
    /// The list or the user says so.
    Told,
    /// A built-in rule matches the phrase, but something lets it pass.
    Rule(Arc<str>),
    /// It reads so to the model.
    Model,
    /// Nothing.
    Nothing,
}

impl Basis {
    /// Why a category was guessed; what the list says may be empty.
    fn say(&self, said: &str, locale: Locale) -> Option<String> {
        let (chinese, english) = match self {
            Self::Told => return None,
            Self::Rule(rule) => (
                format!("类别是猜的：自带规则 {rule} 的话和它像；请核对"),
                format!("a guess, since the built-in {rule} looks for such words; check it"),
            ),
            Self::Model => {
                ("类别是猜的：模型觉得像；请核对".to_owned(), "a guess, since it reads so to the model; check it".to_owned())
            }
            Self::Nothing => ("请选一个类别".to_owned(), "choose a category".to_owned()),
        };
        let (chinese, english) = match said {
            "" => (chinese, english),
            said => (format!("表里写的是“{said}”；{chinese}"), format!("the list says \"{said}\"; {english}")),
        };
        Some(match locale {
            Locale::Hans => chinese,
            Locale::Hant => Script::Taiwan.write(&chinese),
            Locale::English => english,
        })
    }
}

/// Phrases that make a rule together: what a finding of one of them says is the same.
struct Group<'a> {
    /// `None` where nothing speaks for one.
    category: Option<Category>,
    basis: Basis,
    severity: Severity,
    /// What the list calls the category, where we do not know it.
    unknown: &'a str,
    replacement: &'a str,
    entries: Vec<&'a Entry>,
}

/// Reads the list, writes the pack, says what is left to do.
///
/// # Errors
/// When standard output cannot be written.
pub(super) fn run(args: &RulesImportArgs, problems: &mut Problems) -> Result<Outcome> {
    let locale = problems.locale();
    // What only the model finds is not covered: it may be another one tomorrow.
    let built_in = Checker::builder().without_model().build()?;
    let name = args.name.clone().unwrap_or_else(|| write::name_from(&args.file, &built_in));
    if let Some(why) = write::bad_name(&name, &built_in) {
        problems.report(why);
        return Ok(Outcome::Clean);
    }
    let Some(entries) = phrases::read(&args.file, problems) else { return Ok(Outcome::Clean) };
    if entries.is_empty() {
        problems.report(format_args!("{}: has no phrases", args.file.display()));
        return Ok(Outcome::Clean);
    }
    let (taken, mut left) = sort_out(&entries, &built_in)?;
    let with_model = Checker::builder().build()?;
    let (groups, undecided): (Vec<Group<'_>>, Vec<Group<'_>>) =
        groups(&taken, args.category, &built_in, &with_model).into_iter().partition(|group| group.category.is_some());
    let taken: usize = groups.iter().map(|group| group.entries.len()).sum();
    for group in &undecided {
        left.extend(group.entries.iter().map(|entry| (*entry, Left::Undecided(group.unknown.to_owned()))));
    }
    let pack = write_pack(&name, args, &groups, &undecided, &left, locale);
    let file = args.out.as_ref().map_or_else(|| format!("{name}.toml"), |out| out.display().to_string());
    let loaded = if groups.is_empty() { Ok(()) } else { load(&file, &pack) };

    let mut report = in_short(entries.len(), taken, &groups, &left, locale);
    for group in groups.iter().filter(|group| !group.replacement.is_empty()) {
        if let Some(finding) = built_in.check(group.replacement).first() {
            report += &replacement_is_found(group.replacement, finding, locale);
        }
    }
    let Some(out) = &args.out else {
        let mut out = text_output();
        out.write_all(pack.as_bytes())?;
        out.flush()?;
        let _ = anstream::stderr().lock().write_all(report.as_bytes());
        return Ok(outcome(&left, loaded, problems));
    };
    if !write::create(out, &pack, args.force, problems) {
        return Ok(Outcome::Clean);
    }
    let mut text = text_output();
    writeln!(text, "{}{file}", locale.pick("已写好：", "已寫好：", "written: "))?;
    text.write_all(report.as_bytes())?;
    if groups.is_empty() {
        let nothing = locale.pick("没有一条能直接成为规则", "沒有一條能直接成為規則", "no phrase could become a rule as it is");
        writeln!(text, "{nothing}")?;
    } else {
        writeln!(text, "{}jinyu rules test {file}", locale.pick("接下来：", "接下來：", "next: "))?;
    }
    text.flush()?;
    Ok(outcome(&left, loaded, problems))
}

fn outcome(left: &[(&Entry, Left)], loaded: Result<(), jinyu::Error>, problems: &mut Problems) -> Outcome {
    if let Err(error) = loaded {
        let locale = problems.locale();
        let fails = locale.pick("规则包现在还不能用：", "規則包現在還不能用：", "the pack does not load as it is: ");
        problems.report(format_args!("{fails}{}", locale.error(&error)));
    }
    if left.is_empty() { Outcome::Clean } else { Outcome::Findings }
}

/// Whether the pack loads beside the built-in ones, and its examples hold.
fn load(file: &str, pack: &str) -> Result<(), jinyu::Error> {
    Checker::builder().pack(RulePack::from_toml(file, pack)?).build().map(|_| ())
}

/// Letters only, folded: phrases that differ in script, width or marks are the same.
fn letters(phrase: &str) -> String {
    phrase.chars().filter(|c| c.is_alphanumeric()).map(script::fold).collect()
}

type SortedOut<'a> = (Vec<&'a Entry>, Vec<(&'a Entry, Left)>);

/// Parts phrases that become rules from those that cannot.
fn sort_out<'a>(entries: &'a [Entry], built_in: &Checker) -> Result<SortedOut<'a>> {
    let mut left: Vec<(&Entry, Left)> = Vec::new();
    let mut candidates: Vec<(&Entry, String)> = Vec::new();
    let everyday: Vec<String> = EVERYDAY.iter().map(|word| letters(word)).collect();
    for entry in entries {
        let folded = letters(&entry.phrase);
        let reason = if let Some(slot) = SLOTS.iter().find(|slot| entry.phrase.contains(**slot)) {
            Some(Left::Slots((*slot).to_owned()))
        } else if folded.chars().count() < SHORTEST {
            Some(Left::Short)
        } else if everyday.contains(&folded) {
            Some(Left::Everyday)
        } else {
            covering(&entry.phrase, built_in).map(|rule| Left::Covered(rule.to_string()))
        };
        match reason {
            Some(reason) => left.push((entry, reason)),
            None => candidates.push((entry, folded)),
        }
    }
    // A shorter phrase finds the longer ones that contain it; of equal ones the first stays.
    let mut single: Vec<(&Entry, String)> = Vec::new();
    for (index, (entry, folded)) in candidates.iter().enumerate() {
        let covers = |(at, (_, other)): &(usize, &(&Entry, String))| {
            folded.contains(other.as_str()) && (other.len() < folded.len() || *at < index)
        };
        match candidates.iter().enumerate().find(covers) {
            Some((_, (other, _))) => left.push((entry, Left::Duplicate(other.phrase.clone()))),
            None => single.push((entry, folded.clone())),
        }
    }
    let mut taken: Vec<&Entry> = single.into_iter().map(|(entry, _)| entry).collect();
    for (entry, reason) in probe(&mut taken, built_in)? {
        left.push((entry, reason));
    }
    left.sort_by_key(|(entry, reason)| (reason.kind(), entry.row));
    Ok((taken, left))
}

/// The built-in rule that finds a phrase, alone or in a sentence.
fn covering(phrase: &str, built_in: &Checker) -> Option<Arc<str>> {
    let first = |text: &str| built_in.check(text).into_iter().next().map(|finding| finding.rule);
    first(phrase).or_else(|| first(&carried(phrase, 0)))
}

/// Tries each phrase as a rule of its own: on its own examples, and on what the built-in rules call innocent. Takes out those
/// that fail.
fn probe<'a>(taken: &mut Vec<&'a Entry>, built_in: &Checker) -> Result<Vec<(&'a Entry, Left)>> {
    let mut left = Vec::new();
    let checker = loop {
        let mut text = String::from("[pack]\nname = \"probe\"\nversion = \"0\"\nsummary = \"probe\"\n");
        for (index, entry) in taken.iter().enumerate() {
            let group = Group {
                category: Some(Category::Contempt),
                basis: Basis::Told,
                severity: Severity::Error,
                unknown: "",
                replacement: "",
                entries: vec![entry],
            };
            text += &write_rule(&format!("probe/p{index}"), &group, Locale::English);
        }
        if taken.is_empty() {
            return Ok(left);
        }
        let pack = RulePack::from_toml("probe", &text)?;
        match Checker::builder().without_default_packs().without_examples().pack(pack).build() {
            Ok(checker) => break checker,
            Err(error) => {
                let Some(index) = error.rule_id().and_then(number).filter(|index| *index < taken.len()) else {
                    return Err(error.into());
                };
                let why = error.to_string();
                let why = why.rsplit("\": ").next().unwrap_or_default().to_owned();
                left.push((taken.remove(index), Left::Fails(why)));
            }
        }
    };
    let mut reasons: BTreeMap<usize, Left> = BTreeMap::new();
    for failure in checker.test("probe") {
        if let Some(index) = number(&failure.rule) {
            reasons.entry(index).or_insert(Left::Fails(failure.message));
        }
    }
    let mut innocent: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for miss in built_in.packs().iter().flat_map(|pack| &pack.rules).flat_map(|rule| &rule.misses) {
        let seen = checker.examine(&miss.text);
        let covered = seen.dismissals.iter().filter(|dismissal| matches!(dismissal.reason, Reason::Covered(_)));
        let found = seen.findings.iter().map(|finding| &finding.rule).chain(covered.map(|dismissal| &dismissal.rule));
        for index in found.filter_map(|rule| number(rule)) {
            let sentences = innocent.entry(index).or_default();
            if !sentences.contains(&miss.text.as_str()) {
                sentences.push(&miss.text);
            }
        }
    }
    for (index, sentences) in innocent {
        if let (TOO_OFTEN.., Some(first)) = (sentences.len(), sentences.first()) {
            reasons.entry(index).or_insert(Left::Common(sentences.len(), (*first).to_owned()));
        }
    }
    for (index, reason) in reasons.into_iter().rev() {
        if index < taken.len() {
            left.push((taken.remove(index), reason));
        }
    }
    Ok(left)
}

/// The number of a probe.
fn number(rule: &str) -> Option<usize> {
    rule.strip_prefix("probe/p")?.parse().ok()
}

/// Puts together what becomes one rule.
fn groups<'a>(taken: &[&'a Entry], default: Option<Category>, built_in: &Checker, with_model: &Checker) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    for entry in taken {
        let told = Category::meant_by(&entry.category).or(default);
        let unknown = if told.is_some() { "" } else { &entry.category };
        let (category, basis) = match told {
            Some(category) => (Some(category), Basis::Told),
            None => guess(&entry.phrase, built_in, with_model),
        };
        let severity = severity(&entry.severity);
        let replacement = if entry.replacement.contains("${") { "" } else { entry.replacement.as_str() };
        let same = |group: &&mut Group<'_>| {
            (group.category, &group.basis, group.severity, group.unknown, group.replacement)
                == (category, &basis, severity, unknown, replacement)
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.entries.push(entry),
            None => groups.push(Group { category, basis, severity, unknown, replacement, entries: vec![entry] }),
        }
    }
    groups.sort_by_key(|group| group.category);
    groups
}

/// The category that a phrase may be of, and what speaks for it: built-in rules that match it though something lets it pass, then the
/// model.
fn guess(phrase: &str, built_in: &Checker, with_model: &Checker) -> (Option<Category>, Basis) {
    let passed = [phrase.to_owned(), carried(phrase, 0)]
        .iter()
        .flat_map(|text| built_in.examine(text).dismissals)
        .find_map(|dismissal| Some((built_in.rule(&dismissal.rule)?.kind.category()?, dismissal.rule)));
    if let Some((category, rule)) = passed {
        return (Some(category), Basis::Rule(rule));
    }
    match with_model.guess(phrase) {
        Some(category) => (Some(category), Basis::Model),
        None => (None, Basis::Nothing),
    }
}

/// The severity that a list means; a warning where it does not say.
fn severity(name: &str) -> Severity {
    let name: String = name.trim().chars().map(script::fold).collect();
    let has = |words: &[&str]| words.iter().any(|word| name.contains(&word.chars().map(script::fold).collect::<String>()));
    if has(&["error", "错误", "严重", "红线", "高", "禁止", "一级", "a级"]) || ["a", "1"].contains(&name.as_str()) {
        Severity::Error
    } else if has(&["note", "提示", "轻", "低", "三级", "c级", "提醒"]) || ["c", "3"].contains(&name.as_str()) {
        Severity::Note
    } else {
        Severity::Warning
    }
}

/// A phrase in a neutral sentence.
fn carried(phrase: &str, turn: usize) -> String {
    let phrase = phrase.trim_end_matches(|c: char| !c.is_alphanumeric());
    match turn % 3 {
        0 => format!("您好，{phrase}。"),
        1 => format!("是这样的，{phrase}。"),
        _ => format!("{phrase}，谢谢。"),
    }
}

fn write_rule(id: &str, group: &Group<'_>, locale: Locale) -> String {
    let mut text = String::new();
    let todo = |hans: &str, english: &str| match locale {
        Locale::Hans => hans.to_owned(),
        Locale::Hant => Script::Taiwan.write(hans),
        Locale::English => english.to_owned(),
    };
    let _ = writeln!(text, "\n[[rule]]\nid = {}", write::quoted(id));
    let _ = write!(text, "category = \"{}\"", group.category.map_or("", Category::as_str));
    if let Some(why) = group.basis.say(group.unknown, locale) {
        let _ = write!(text, "  # TODO {why}");
    }
    let _ = writeln!(text, "\nseverity = \"{}\"", group.severity);
    let note = group.entries.first().map_or("", |entry| entry.note.as_str());
    if !note.is_empty() && group.entries.iter().all(|entry| entry.note == note) {
        let _ = writeln!(text, "why = {}", write::quoted(note));
    } else {
        let why = match group.category {
            Some(category) => format!("在公司的禁语表里：{}。", category.chinese()),
            None => "在公司的禁语表里。".to_owned(),
        };
        let hint = todo("写一句为什么不能这样说", "say in one sentence why this must not be said");
        let _ = writeln!(text, "why = {}  # TODO {hint}", write::quoted(&why));
    }
    text += "phrases = [\n";
    for entry in &group.entries {
        let _ = write!(text, "  {},", write::quoted(&entry.phrase));
        if !entry.note.is_empty() {
            let _ = write!(text, "  # {}", entry.note);
        }
        text.push('\n');
    }
    text += "]\nunless = [\"quotes-customer\"]\n";
    if !group.replacement.is_empty() {
        let _ = writeln!(text, "fix = [{{ text = {}, safety = \"show\" }}]", write::quoted(group.replacement));
    }
    let mut hits: Vec<String> = Vec::new();
    for (turn, entry) in group.entries.iter().enumerate() {
        hits.push(carried(&entry.phrase, turn));
    }
    if let Some(first) = group.entries.first() {
        let traditional = Script::Taiwan.write(&first.phrase);
        // A regional word or a rare variant would be another phrase.
        if traditional != first.phrase && letters(&traditional) == letters(&first.phrase) {
            hits.push(traditional);
        }
        hits.push(first.phrase.clone());
        if hits.len() < 3 {
            hits.push(carried(&first.phrase, 1));
        }
        let phrase = first.phrase.trim_end_matches(|c: char| !c.is_alphanumeric());
        let misses = [format!("您刚才说“{phrase}”，我都记下了"), format!("您说的{phrase}，我来核实一下"), INNOCENT.to_owned()];
        for (key, examples) in [("hit", &hits[..]), ("miss", &misses[..])] {
            let _ = writeln!(text, "{key} = [");
            for example in examples {
                let _ = writeln!(text, "  {},", write::quoted(example));
            }
            text += "]\n";
        }
    }
    text
}

fn write_pack(
    name: &str,
    args: &RulesImportArgs,
    groups: &[Group<'_>],
    undecided: &[Group<'_>],
    left: &[(&Entry, Left)],
    locale: Locale,
) -> String {
    let list = args.file.file_name().unwrap_or_default().to_string_lossy();
    let mut text = match locale {
        Locale::English => format!(
            "# Made from {list} by jinyu rules import. Look at each TODO, then run jinyu rules test on this file.\n\
             # The examples are made up too: put real sentences in their place, above all innocent ones (miss).\n"
        ),
        _ => format!(
            "# 由 jinyu rules import 从 {list} 生成。请逐条看 TODO，再对本文件运行 jinyu rules test。\n\
             # 例句也是自动生成的：请换成真实的话，尤其是不该报的话（miss）。\n"
        ),
    };
    let summary = format!("公司禁语：{}", write::quoted(&list).trim_matches('"'));
    let _ = writeln!(text, "[pack]\nname = \"{name}\"\nversion = \"0.1.0\"\nsummary = \"{summary}\"");
    let mut ids: BTreeMap<&str, usize> = BTreeMap::new();
    for group in groups {
        let category = group.category.map_or("", Category::as_str);
        let number = ids.entry(category).or_default();
        *number += 1;
        let id = match *number {
            1 => format!("{name}/{category}"),
            number => format!("{name}/{category}-{number}"),
        };
        text += &write_rule(&id, group, locale);
    }
    if !undecided.is_empty() {
        let names = Category::ALL.map(|category| match locale {
            Locale::English => category.as_str().to_owned(),
            _ => format!("{category} {}", locale.category(category)),
        });
        let _ = match locale {
            Locale::Hans => writeln!(
                text,
                "\n# TODO 类别待定：表里没有写，自带规则和模型也看不出来。请在 category 的引号里填一个类别，再删掉从 [[rule]] 起每行开头的 #。\n# 类别：{}",
                names.join("、")
            ),
            Locale::Hant => writeln!(
                text,
                "\n# TODO 類別待定：表裡沒有寫，自帶規則和模型也看不出來。請在 category 的引號裡填一個類別，再刪掉從 [[rule]] 起每行開頭的 #。\n# 類別：{}",
                names.join("、")
            ),
            Locale::English => writeln!(
                text,
                "\n# TODO To be decided: the list says no category, and neither built-in rules nor the model read one. Write one between the \
                 quotation marks of category, then delete the # at the start of each line from [[rule]] on.\n# Categories: {}",
                names.join(", ")
            ),
        };
        for (index, group) in undecided.iter().enumerate() {
            let _ = writeln!(text);
            let rule = write_rule(&format!("{name}/undecided-{}", index + 1), group, locale);
            for line in rule.trim().lines() {
                let _ = writeln!(text, "# {line}");
            }
        }
    }
    let mut left = left.iter().filter(|(_, reason)| !matches!(reason, Left::Undecided(_))).peekable();
    if left.peek().is_some() {
        let title = match locale {
            Locale::English => "What became no rule:",
            _ => "没有写成规则的：",
        };
        let _ = writeln!(text, "\n# {title}");
        for (entry, reason) in left {
            let _ = writeln!(text, "# TODO {}", line(entry, reason, locale));
        }
    }
    text
}

fn line(entry: &Entry, reason: &Left, locale: Locale) -> String {
    let Entry { row, phrase, .. } = entry;
    let why = reason.say(locale);
    match locale {
        Locale::English => format!("row {row} \"{phrase}\": {why}"),
        _ => format!("第{row}行“{phrase}”：{why}"),
    }
}

fn in_short(all: usize, taken: usize, groups: &[Group<'_>], left: &[(&Entry, Left)], locale: Locale) -> String {
    let rules = groups.len();
    let rest = left.len();
    let mut text = match locale {
        Locale::Hans => format!("表里有{all}条：{taken}条写成{rules}条规则，{rest}条没有写成规则\n"),
        Locale::Hant => format!("表裡有{all}條：{taken}條寫成{rules}條規則，{rest}條沒有寫成規則\n"),
        Locale::English => format!("{all} phrases: {taken} became {rules} rules, {rest} became none\n"),
    };
    for (entry, reason) in left {
        let _ = writeln!(text, "  {}", line(entry, reason, locale));
    }
    for group in groups {
        let (Some(category), Some(why)) = (group.category, group.basis.say(group.unknown, locale)) else { continue };
        let _ = match locale {
            Locale::English => {
                let phrases: Vec<String> = group.entries.iter().map(|entry| format!("\"{}\"", entry.phrase)).collect();
                writeln!(text, "  {} as {category}: {why} (TODO)", phrases.join(", "))
            }
            _ => {
                let phrases: String = group.entries.iter().map(|entry| format!("“{}”", entry.phrase)).collect();
                writeln!(text, "  {phrases}{} {category}：{why}（TODO）", locale.pick("记为", "記為", ""))
            }
        };
    }
    text
}

fn replacement_is_found(replacement: &str, finding: &Finding, locale: Locale) -> String {
    let rule = &finding.rule;
    match locale {
        Locale::Hans => format!("替换话术“{replacement}”本身也会被查出：{rule}\n"),
        Locale::Hant => format!("替換話術「{replacement}」本身也會被查出：{rule}\n"),
        Locale::English => format!("the replacement \"{replacement}\" is itself found by {rule}\n"),
    }
}
