//! What a beginner meant. Receives what the TOML reader says about a pack and where, hands on the same with the mend for mistakes that
//! are often made.

use super::Category;
use crate::script::fold;

/// Chinese marks that stand where TOML wants another one.
const MARKS: [(char, char); 20] = [
    ('“', '"'),
    ('”', '"'),
    ('„', '"'),
    ('‘', '\''),
    ('’', '\''),
    ('「', '"'),
    ('」', '"'),
    ('『', '"'),
    ('』', '"'),
    ('＂', '"'),
    ('＝', '='),
    ('［', '['),
    ('］', ']'),
    ('【', '['),
    ('】', ']'),
    ('｛', '{'),
    ('｝', '}'),
    ('，', ','),
    ('、', ','),
    ('＃', '#'),
];

/// What keys and values are called in Chinese.
const NAMES: [(&str, &str); 40] = [
    ("编号", "id"),
    ("类别", "category"),
    ("分类", "category"),
    ("信号", "signal"),
    ("步骤", "step"),
    ("级别", "severity"),
    ("程度", "severity"),
    ("把握", "confidence"),
    ("分值", "points"),
    ("扣分", "points"),
    ("短语", "phrases"),
    ("禁语", "phrases"),
    ("词", "phrases"),
    ("words", "phrases"),
    ("句式", "patterns"),
    ("regex", "patterns"),
    ("正则", "patterns"),
    ("豁免", "unless"),
    ("例外", "unless"),
    ("改说", "fix"),
    ("替换", "fix"),
    ("建议", "fix"),
    ("理由", "why"),
    ("原因", "why"),
    ("为什么", "why"),
    ("message", "why"),
    ("出处", "source"),
    ("说话人", "speaker"),
    ("查出", "hit"),
    ("放过", "miss"),
    ("名称", "name"),
    ("名字", "name"),
    ("版本", "version"),
    ("说明", "summary"),
    ("描述", "summary"),
    ("错误", "error"),
    ("警告", "warning"),
    ("提示", "note"),
    ("客服", "agent"),
    ("客户", "customer"),
];

/// What is wrong, with the mend where it is a known mistake; `at` is the byte of the pack where it was seen.
pub(super) fn mended(pack: &str, at: Option<usize>, message: &str) -> String {
    let message = message.trim().replace('\n', "; ");
    if let Some(mended) = other_name(&message) {
        return mended;
    }
    let is_list = message.ends_with("expected a sequence");
    if is_list && message.starts_with("invalid type: string") {
        return format!("{message}; a list stands in brackets: [\"…\", \"…\"]");
    }
    let line =
        at.and_then(|at| line_of(pack, at)).filter(|_| !message.starts_with("unknown") && !message.starts_with("missing field"));
    match line.and_then(slip) {
        Some(slip) => format!("{message}; {slip}"),
        None => message,
    }
}

/// The name that was meant where one is not known: of a key, or of a value.
fn other_name(message: &str) -> Option<String> {
    let (what, rest) =
        ["unknown field `", "unknown variant `"].iter().find_map(|what| Some((what, message.strip_prefix(what)?)))?;
    let (name, expected) = rest.split_once('`')?;
    let known: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
    let meant = meant(name, &known)?;
    Some(format!("{what}{name}`; did you mean `{meant}`?"))
}

fn meant<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let folded: String = name.trim().chars().map(fold).collect::<String>().to_lowercase().replace('_', "-");
    let is_known = |meant: &str| known.iter().copied().find(|known| *known == meant);
    let translated = NAMES.iter().find(|(chinese, _)| folded == chinese.chars().map(fold).collect::<String>());
    let translated = translated.and_then(|(_, meant)| is_known(meant));
    let category = || Category::meant_by(name).and_then(|category| is_known(category.as_str()));
    let near = || {
        let near = known.iter().map(|known| (distance(&folded, known), *known)).min()?;
        (near.0 * 3 <= folded.chars().count().max(3)).then_some(near.1)
    };
    translated.or_else(|| is_known(&folded)).or_else(category).or_else(near)
}

/// Of names in use those that are most like one that is not known, for the author to choose from; `…` stands for the others.
pub(super) fn most_like<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> String {
    const FEW: usize = 5;
    let mut names: Vec<&str> = names.collect();
    names.sort_by_cached_key(|known| (!known.contains(name), distance(name, known)));
    let others = if names.len() > FEW { ", …" } else { "" };
    names.truncate(FEW);
    names.join(", ") + others
}

/// How many letters must be put in, left out or changed to make one word of the other.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, c) in one.chars().enumerate() {
        let mut next = vec![index + 1];
        for (at, &d) in other.iter().enumerate() {
            let of = |row: &[usize], at: usize| row.get(at).copied().unwrap_or(usize::MAX - 1);
            next.push((of(&next, at) + 1).min(of(&row, at + 1) + 1).min(of(&row, at) + usize::from(c != d)));
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

/// The line that an error is about: that before it where it stands at the very start of one.
fn line_of(pack: &str, at: usize) -> Option<&str> {
    let before = pack.get(..at)?;
    let start = before.rfind('\n').map_or(0, |end| end + 1);
    let line = pack.get(start..)?.lines().next().unwrap_or_default();
    match line.trim().is_empty() {
        true => before.trim_end().lines().last(),
        false => Some(line),
    }
}

/// What was slipped into a line that TOML does not read.
fn slip(line: &str) -> Option<String> {
    let bare = outside_of_strings(line);
    let key = bare.split(['=', '＝', ':', '：']).next().unwrap_or_default().trim();
    if let Some((_, meant)) = NAMES.iter().find(|(chinese, _)| !chinese.is_ascii() && *chinese == key) {
        return Some(format!("keys are written in English: `{meant}` for {key}"));
    }
    if let Some((mark, plain)) = bare.chars().find_map(|c| MARKS.iter().find(|(mark, _)| *mark == c)) {
        return Some(format!("here stands the Chinese mark {mark}; write {plain} with the keyboard set to English"));
    }
    if bare.contains(['\u{3000}', '\u{a0}', '\u{200b}', '\u{feff}']) {
        return Some("here stands a wide or invisible space; delete it and write a plain one".to_owned());
    }
    if !bare.contains('=') && bare.contains([':', '：']) {
        return Some("between a key and its value stands =".to_owned());
    }
    if line.contains('\\') && line.contains('"') {
        return Some("a value with \\ in it stands between ' and ', such as '\\d+'".to_owned());
    }
    None
}

/// What of a line stands neither in a string nor in a comment. A string that is not closed is none.
fn outside_of_strings(line: &str) -> String {
    let mut outside = String::new();
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
        match c {
            '#' => break,
            '"' | '\'' => match rest.find(c) {
                Some(end) => rest = rest.get(end + 1..).unwrap_or_default(),
                None => outside.push(c),
            },
            _ => outside.push(c),
        }
    }
    outside
}

impl Category {
    /// The category that people mean by a name: its own, its Chinese one, or a word that stands in it or for it, in any script.
    ///
    /// ```
    /// use jinyu::Category;
    /// assert_eq!(Category::meant_by("踢皮球"), Some(Category::Shirk));
    /// assert_eq!(Category::meant_by("態度傲慢"), Some(Category::Contempt));
    /// assert_eq!(Category::meant_by("砍价"), None);
    /// ```
    #[must_use]
    pub fn meant_by(name: &str) -> Option<Self> {
        const WORDS: [(&str, Category); 40] = [
            ("指责同事", Category::Disparage),
            ("指责公司", Category::Disparage),
            ("贬低同事", Category::Disparage),
            ("同事", Category::Disparage),
            ("指责", Category::Blame),
            ("责怪", Category::Blame),
            ("责备", Category::Blame),
            ("质疑客户", Category::Blame),
            ("埋怨", Category::Blame),
            ("命令", Category::Command),
            ("否认", Category::Denial),
            ("撇清", Category::Denial),
            ("拒绝", Category::Refusal),
            ("否定", Category::Refusal),
            ("规定", Category::Policy),
            ("挡箭牌", Category::Policy),
            ("一问三不知", Category::Ignorance),
            ("不知道", Category::Ignorance),
            ("不专业", Category::Ignorance),
            ("推诿", Category::Shirk),
            ("推卸", Category::Shirk),
            ("推脱", Category::Shirk),
            ("踢皮球", Category::Shirk),
            ("敷衍", Category::BrushOff),
            ("打发", Category::BrushOff),
            ("冷漠", Category::BrushOff),
            ("不耐烦", Category::Impatience),
            ("打断", Category::Impatience),
            ("急躁", Category::Impatience),
            ("嘲讽", Category::Contempt),
            ("讽刺", Category::Contempt),
            ("傲慢", Category::Contempt),
            ("侮辱", Category::Contempt),
            ("辱骂", Category::Contempt),
            ("轻视", Category::Contempt),
            ("威胁", Category::Threat),
            ("挑衅", Category::Threat),
            ("承诺", Category::Overpromise),
            ("夸大", Category::Overpromise),
            ("空头支票", Category::Overpromise),
        ];
        let folded = |text: &str| text.trim().chars().map(fold).collect::<String>();
        let name = folded(name);
        let exact = |category: &Self| name == category.as_str() || name == folded(category.chinese());
        let known = Self::ALL.into_iter().find(exact);
        known.or_else(|| WORDS.iter().find(|(word, _)| name.contains(&folded(word))).map(|(_, category)| *category))
    }
}
