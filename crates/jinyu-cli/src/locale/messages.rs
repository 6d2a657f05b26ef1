//! What the library says about packs, for Chinese readers. Receives a message in English, hands on the same in Chinese where its
//! wording is known. `{}` stands for what differs; in the Chinese it is numbered where the order differs.

/// English and Chinese.
const MESSAGES: &[(&str, &str)] = &[
    // What the TOML reader says.
    ("{}; did you mean `{}`?", "{}；是不是想写 `{}`？"),
    ("{}; a list stands in brackets: [\"…\", \"…\"]", "{}；要写成列表：[\"…\", \"…\"]"),
    ("{}; keys are written in English: `{}` for {}", "{0}；字段名用英文：{2} 写成 `{1}`"),
    (
        "{}; here stands the Chinese mark {}; write {} with the keyboard set to English",
        "{}；这里用了中文标点 {}，请切换到英文输入法改成 {}",
    ),
    (
        "{}; here stands a wide or invisible space; delete it and write a plain one",
        "{}；这里有全角或看不见的空格，请删掉，改成普通空格",
    ),
    ("{}; between a key and its value stands =", "{}；字段名和值之间要写 ="),
    ("{}; a value with \\ in it stands between ' and ', such as '\\d+'", "{}；值里有 \\ 的，两边改用单引号，如 '\\d+'"),
    ("unknown field `{}`, expected {}", "没有 `{}` 这个字段；可以写：{}"),
    ("unknown field `{}`", "没有 `{}` 这个字段"),
    ("unknown variant `{}`, expected {}", "没有 `{}` 这个值；可以写：{}"),
    ("unknown variant `{}`", "没有 `{}` 这个值"),
    ("missing field `{}`", "缺少 `{}`，请补上"),
    ("invalid type: {}, expected a sequence", "类型不对：{}，这里要写列表"),
    ("invalid type: {}, expected a string", "类型不对：{}，这里要写文字，两边加双引号"),
    ("invalid type: {}, expected {}", "类型不对：{}，这里要写 {}"),
    ("duplicate key", "同一个字段写了两遍，请删掉一个"),
    ("string values must be quoted, expected literal string", "文字两边要加双引号"),
    ("key with no value, expected `=`", "字段名后面要写 = 和值"),
    ("extra `=`, expected nothing", "多了一个 ="),
    ("unclosed array, expected `]`", "列表没有写完，缺少 ]"),
    ("invalid unquoted key, expected letters, numbers, `-`, `_`", "字段名只能用英文字母、数字、- 和 _"),
    ("unquoted keys cannot be empty, expected {}", "这里缺少字段名"),
    ("missing comma between array elements, expected `,`", "列表里两项之间缺少逗号"),
    ("extra comma in array, expected nothing", "列表里多了一个逗号"),
    ("unclosed table, expected `]`", "表头没有写完，缺少 ]"),
    ("unclosed array table, expected `]]`", "表头没有写完，缺少 ]]"),
    ("invalid basic string, expected `\"`", "文字没有写完，缺少右边的双引号"),
    ("missing escaped value, expected {}", "\\ 后面的字母不对"),
    ("unexpected key or value, expected newline, `#`", "这里多了东西，值的后面应当换行"),
    // Packs.
    ("the pack's name may hold a-z, 0-9 and - only", "规则包的名字只能用小写字母、数字和 -"),
    ("a word class is a list of words: name = [\"…\", \"…\"]", "词类要写成列表：名字 = [\"…\", \"…\"]"),
    ("a word class needs a name of a-z, 0-9 and - and at least one word", "词类的名字用小写字母、数字和 -，至少要有一个词"),
    (
        "a list of fixes needs a name of a-z, 0-9 and - and at least one fix",
        "改说列表的名字用小写字母、数字和 -，至少要有一条改说",
    ),
    ("this id stands in line {} already; give the new rule an id of its own", "第{}行已经有这个编号；请给新规则另取一个"),
    ("{} has a rule with this id; give one of them another id", "{} 里已经有这个编号的规则；请给其中一条另取编号"),
    ("another word class has this name; choose another one", "已经有同名的词类；请换一个名字"),
    ("another guard has this name; choose another one", "已经有同名的豁免语境；请换一个名字"),
    ("another list of fixes has this name; choose another one", "已经有同名的改说列表；请换一个名字"),
    // Rules.
    ("an id is subject/what-is-bad in a-z, 0-9 and -, such as {}", "编号要写成“规则包名/哪里不好”，用小写字母、数字和 -，如 {}"),
    (
        "a rule has one of `category`, `signal` and `step`; write category = \"…\" for what must not be said",
        "一条规则只写 `category`、`signal`、`step` 中的一个；不许说的话写 category = \"…\"",
    ),
    ("\"{}\" is no name for a signal or step; use a-z, 0-9 and -", "“{}”不能作信号或步骤的名字；请用小写字母、数字和 -"),
    ("a signal or step is no offence; remove `severity`", "信号和步骤不是违规；请去掉 `severity`"),
    (
        "`severity` is missing; write severity = \"error\", \"warning\" or \"note\"",
        "缺少 `severity`；请写 severity = \"error\"（不许说）、\"warning\"（要谈话）或 \"note\"（提醒）",
    ),
    (
        "a signal or step costs nothing and needs no better wording; remove points, cap, critical and fix",
        "信号和步骤不扣分，也不用改说；请去掉 points、cap、critical 和 fix",
    ),
    (
        "the rule has neither phrases nor patterns, so it can never match; add one",
        "规则里没有 phrases 也没有 patterns，什么都查不出来；请写一条",
    ),
    ("`why` is empty; say in one Chinese sentence why this must not be said", "`why` 是空的；请写一句为什么不能这样说"),
    ("`why` is empty; say in one Chinese sentence why this matters", "`why` 是空的；请写一句为什么要这样做"),
    (
        "a rule needs examples of both kinds: hit = [\"…\"] and miss = [\"…\"]",
        "规则要有两种例句：hit = [\"…\"]（必须查出）和 miss = [\"…\"]（必须放过）",
    ),
    (
        "the fix \"{}\" is unsafe but does not say why; add reason = \"…\"",
        "改说“{}”写了 unsafe，却没有说为什么；请加 reason = \"…\"",
    ),
    (
        "a fix takes the group ${{}}, which no pattern of the rule has; write (?<{}>…) in one",
        "改说里用了组 {}，规则的句式里却没有；请在句式里写 (?<{}>…)",
    ),
    (
        "there is no guard \"{}\"; declare it under [guards], or use one of {}",
        "没有叫“{}”的豁免语境；请在 [guards] 里声明，或从这些里选：{}",
    ),
    (
        "there is no list of fixes \"{}\"; declare it under [fixes], or use one of {}",
        "没有叫“{}”的改说列表；请在 [fixes] 里声明，或从这些里选：{}",
    ),
    ("there is no list of fixes \"{}\"; declare it under [fixes]", "没有叫“{}”的改说列表；请在 [fixes] 里声明"),
    (
        "there is no word class {}; declare it under [classes], or use one of {}",
        "没有词类 {}；请在 [classes] 里声明，或从这些里选：{}",
    ),
    ("the word class {} contains itself", "词类 {} 里又用到了它自己"),
    ("a guard without conditions never holds; give it one", "豁免语境里没有条件，永远不会成立；请写一条"),
    (
        "a condition without keys always holds; give it before, after, around, …",
        "条件是空的，永远成立；请写 before、after、around 等",
    ),
    ("this can never match", "这个句式永远匹配不到"),
    (
        "there are no two characters that every match contains, so the scan has nothing to look for; write out more of it, make less of it \
         optional, or add an `edge`",
        "没有两个必定出现的字，无从查起；请写得更完整，少用可有可无的部分，或加 `edge`",
    ),
    ("not a regular expression: {}", "不是正确的正则表达式：{}"),
    ("unclosed group", "有左括号，没有右括号"),
    ("unopened group", "有右括号，没有左括号"),
    ("unclosed character class", "有 [，没有 ]"),
    ("repetition operator missing expression", "? * + 或左花括号前面没有可以重复的字"),
    (
        "of the marks for places only ^ and $ are supported; for words use `boundary`, for clauses `edge`",
        "位置标记只支持 ^ 和 $；要按词请用 `boundary`，要按小句请用 `edge`",
    ),
    ("the pattern is too large; make its repetitions smaller or split it", "句式太大；请把重复次数写小，或拆成几条"),
    ("no rule gives \"{}\"; there are {}, and ids of rules", "没有规则给出“{}”；可以用的有：{}，以及规则的编号"),
    // Flow rules and notes.
    (
        "`turns-before` names {}, which the rule does not come after; name it in `after` too",
        "`turns-before` 里的 {} 不在 `after` 里；请在 `after` 里也写上",
    ),
    (
        "`name` is empty; say in a few Chinese words what is checked, such as 问候, or leave it out",
        "`name` 是空的；请用几个字写检查什么，如 问候，或者不写",
    ),
    (
        "a flow rule needs example conversations of both kinds: violated = [\"…\"] and satisfied = [\"…\"]",
        "流程规则要有两种对话例子：violated = [\"…\"]（违反）和 satisfied = [\"…\"]（做到）",
    ),
    (
        "a note needs example conversations of both kinds: hit = [\"…\"] and miss = [\"…\"]",
        "提示要有两种对话例子：hit = [\"…\"] 和 miss = [\"…\"]",
    ),
    ("`{}` says nothing for a rule of this kind; it may have {}", "这种规则不用 `{}`；可以写：{}"),
    ("`{}` is missing; name the events that the rule is about", "缺少 `{}`；请写出规则说的是哪些事件"),
    (
        "`{}` is about what the rule comes after; name that with after = [\"…\"]",
        "`{}` 说的是在什么之后；请用 after = [\"…\"] 写出来",
    ),
    ("give one of first, last, turns, seconds and anywhere", "first、last、turns、seconds、anywhere 只能写一个"),
    (
        "`turns` and `seconds` count from something; say from what with after = [\"…\"]",
        "`turns` 和 `seconds` 要有起点；请用 after = [\"…\"] 写出来",
    ),
    ("\"{}\" in an example is no utterance; write 客服：… or 客户：…", "例子里的“{}”不是一句话；请写成 客服：… 或 客户：…"),
    ("\"{}\" in an example is no time; write [mm:ss] or [hh:mm:ss]", "例子里的“{}”不是时间；请写成 [分:秒] 或 [时:分:秒]"),
    (
        "an example conversation is empty; write 客服：… and 客户：…, a line each",
        "对话例子是空的；请写 客服：… 和 客户：…，一句一行",
    ),
    // Examples.
    ("the hit \"{}\" is not found: {}", "应当查出“{}”，却没有：{}"),
    ("no pattern matches", "没有一个短语或句式匹配"),
    ("the model does not find it", "模型没有查出"),
    ("\"{}\" matches, but it is let pass: {}", "“{}”匹配了，但被放过：{}"),
    ("guard {}", "豁免语境 {}"),
    ("no condition of `when` holds", "when 的条件都不成立"),
    ("the hit \"{}\" should match \"{}\" but matches \"{}\"", "“{}”应当查出“{}”，却查出“{}”"),
    ("the fix of \"{}\" triggers the rule again: \"{}\"", "“{}”改说之后又被这条规则查出：“{}”"),
    ("the hit \"{}\" should be fixed to \"{}\" but has no fix that can be applied", "“{}”应当改成“{}”，却没有可以直接替换的改说"),
    ("the hit \"{}\" should be fixed to \"{}\" but becomes \"{}\"", "“{}”应当改成“{}”，却改成了“{}”"),
    ("for the hit \"{}\" it should say \"{}\" but nothing is suggested", "“{}”应当建议说“{}”，却没有建议"),
    ("for the hit \"{}\" it should say \"{}\" but says \"{}\"", "“{}”应当建议说“{}”，却建议说“{}”"),
    ("the miss \"{}\" is found: \"{}\"", "应当放过“{}”，却查出“{}”"),
    ("the conversation that begins \"{}\" should be {} but is {}; it has {}", "以“{}”开头的对话应当是 {}，却是 {}；其中有：{}"),
    ("no signals or steps", "没有信号和步骤"),
    ("the conversation that begins \"{}\" gets the note, but must not", "以“{}”开头的对话不该有这条提示，却有"),
    ("the conversation that begins \"{}\" does not get the note", "以“{}”开头的对话应当有这条提示，却没有"),
    // Remarks.
    ("\"{}\" is a hit and a miss", "“{}”既写在 hit 里，又写在 miss 里"),
    (
        "the miss \"{}\" is a finding of {}; if it is innocent, mend that rule, else take another miss",
        "应当放过的“{}”被这些规则查出：{}；如果确实不该报，请改那条规则，否则换一个例句",
    ),
    ("the phrase \"{}\" is never needed: \"{}\" finds it; remove it", "短语“{}”用不着：“{}”已经包括它；请删掉"),
    ("the phrase \"{}\" is there twice; remove one", "短语“{}”写了两遍；请删掉一个"),
    ("the phrase \"{}\" is found by the built-in {} already; remove it", "短语“{}”自带规则 {} 已经查得出；请删掉"),
    (
        "every hit is found by {} as well; remove one of the rules, or add a hit that only this one finds",
        "每个 hit 也都被 {} 查出；请删掉其中一条规则，或加一个只有这条能查出的 hit",
    ),
    ("no hit shows the pattern \"{}\" at work; add one", "没有 hit 用到句式“{}”；请加一个"),
    (
        "no hit shows {} of the {} patterns at work, such as \"{}\"; add hits",
        "{1} 个句式里有 {0} 个没有 hit 用到，如“{2}”；请加 hit",
    ),
    (
        "the {} \"{}\" asks for no more than \"{}\", which about {}% of all utterances have; write out more of it, or say where it must \
         stand with `edge` or `when`",
        "“{1}”只要有“{2}”就算，大约 {3}% 的话里都有；请写得更完整，或用 `edge`、`when` 说明在哪里才算",
    ),
    (
        "finds something in {} innocent sentences of the built-in packs, such as \"{}\"; write out more of it, or add `unless`",
        "在自带规则认为不该报的 {} 句话里也会查出，如“{}”；请写得更完整，或加 `unless`",
    ),
    (
        "the {} \"{}\" is looked for by a single character ({}), which many lines have; write out more of it",
        "“{1}”只靠一个字（{2}）来找，很多话里都有；请写得更完整",
    ),
    (
        "the {} \"{}\" is tried on {}% of what the examples of other categories say, so it costs time on most calls; write out more of it",
        "“{1}”在其他类别 {2}% 的例句上都要试，几乎每通电话都费时间；请写得更完整",
    ),
    (
        "the wording \"{}\" is found by {} itself (\"{}\"), so it is never offered; say it in other words",
        "改说“{}”本身会被 {} 查出（“{}”），所以不会给出；请换个说法",
    ),
    (
        "each wording for the hit \"{}\" triggers the rule again, such as \"{}\"; say it without the words that the rule finds",
        "“{}”的每条改说又会被这条规则查出，如“{}”；改说里请不要有规则要查的话",
    ),
    (
        "the condition {} = \"{}\" waits, at least in a part, for '{}', which the folded text never has; {}",
        "条件 {} = “{}”至少有一部分在等“{}”，而统一写法以后的话里不会有这个字符；{}",
    ),
    (
        "the condition {} = \"{}\" waits, at least in a part, for '{}', which the folded text never has",
        "条件 {} = “{}”至少有一部分在等“{}”，而统一写法以后的话里不会有这个字符",
    ),
    (
        "the {} \"{}\" waits, at least in a part, for '{}', which the folded text never has; {}",
        "“{1}”至少有一部分在等“{2}”，而统一写法以后的话里不会有这个字符；{3}",
    ),
    (
        "the {} \"{}\" waits, at least in a part, for '{}', which the folded text never has",
        "“{1}”至少有一部分在等“{2}”，而统一写法以后的话里不会有这个字符",
    ),
    ("write ， for a pause", "停顿请写 ，"),
    ("write the full-width mark", "请写全角的标点"),
    ("no rule uses this guard; use it, or remove it", "没有规则用到这个豁免语境；请用上或删掉"),
    ("no rule uses this list of fixes; use it, or remove it", "没有规则用到这个改说列表；请用上或删掉"),
    ("nothing uses the word class {}; use it, or remove it", "没有哪里用到词类 {}；请用上或删掉"),
    // Whole programs.
    (
        "there are no rules to check with; give a good pack with --rules, or leave --no-default-rules out",
        "没有规则可用；请用 --rules 给一个能用的规则包，或去掉 --no-default-rules",
    ),
    ("there are no rules left to check with", "没有剩下能用的规则"),
    (
        "both sets of rules must be whole to be compared; mend what is named above and run this again",
        "两套规则都要完整才能比较；请改好上面说的，再运行一次",
    ),
    // Whatever stands before what is wrong with it: last, since much looks like it.
    ("from = \"{}\": {}", "from = “{}”：{}"),
    ("\"{}\": {}", "“{}”：{}"),
];

/// A message in Chinese, its wording written by `write`; `None` where the wording is not known.
pub(super) fn chinese(message: &str, write: &dyn Fn(&str) -> String) -> Option<String> {
    MESSAGES.iter().find_map(|(english, chinese)| {
        let said = matched(english, message)?;
        // What is quoted stays as it is, unless it is a message itself.
        let told: Vec<String> =
            said.into_iter().map(|said| self::chinese(said, write).unwrap_or_else(|| said.to_owned())).collect();
        Some(filled(&write(chinese), &told))
    })
}

/// What stands in a message where its wording has `{}`.
fn matched<'a>(wording: &str, message: &'a str) -> Option<Vec<&'a str>> {
    let mut parts = wording.split("{}");
    let mut rest = message.strip_prefix(parts.next()?)?;
    let mut said = Vec::new();
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        let end = if parts.peek().is_none() {
            rest.len().checked_sub(part.len()).filter(|_| rest.ends_with(part))?
        } else {
            rest.find(part)?
        };
        said.push(rest.get(..end)?);
        rest = rest.get(end + part.len()..)?;
    }
    rest.is_empty().then_some(said)
}

fn filled(wording: &str, told: &[String]) -> String {
    let mut filled = String::new();
    let mut next = told.iter();
    let mut rest = wording;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let (number, after) = after.split_once('}').unwrap_or((after, ""));
        let told = match number {
            "" => next.next(),
            number => number.parse().ok().and_then(|number: usize| told.get(number)),
        };
        filled.push_str(told.map_or("", String::as_str));
        rest = after;
    }
    filled + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_told() {
        for (english, expected) in [
            ("missing field `hit`", "缺少 `hit`，请补上"),
            ("unknown field `phrase`; did you mean `phrases`?", "没有 `phrase` 这个字段；是不是想写 `phrases`？"),
            ("\"弄错了(\": not a regular expression: unclosed group", "“弄错了(”：不是正确的正则表达式：有左括号，没有右括号"),
            (
                "no hit shows 3 of the 12 patterns at work, such as \"a\"; add hits",
                "12 个句式里有 3 个没有 hit 用到，如“a”；请加 hit",
            ),
            ("the hit \"没错\" is not found: no pattern matches", "应当查出“没错”，却没有：没有一个短语或句式匹配"),
        ] {
            assert_eq!(chinese(english, &str::to_owned).as_deref(), Some(expected));
        }
        assert_eq!(chinese("something new", &str::to_owned), None);
        let said = chinese("the miss \"弄错\" is found: \"弄错\"", &|wording| jinyu::Script::Taiwan.write(wording));
        assert_eq!(said.as_deref(), Some("應當放過「弄错」，卻查出「弄错」"), "what is quoted is found in the pack");
    }

    #[test]
    fn braces_stand_for_what_is_told() {
        for (english, chinese) in MESSAGES {
            for after in chinese.split('{').skip(1) {
                let number = after.split_once('}').map(|(number, _)| number);
                assert!(number.is_some_and(|number| number.chars().all(|c| c.is_ascii_digit())), "{english}: {chinese}");
            }
        }
    }

    /// A wording that the library no longer uses would be a translation of nothing.
    #[test]
    fn every_wording_is_the_librarys() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut sources = String::new();
        let mut folders = vec![root.join("jinyu/src/rules"), root.join("jinyu/src/checker"), root.join("jinyu-cli/src")];
        let mut files = vec![root.join("jinyu/src/rules.rs"), root.join("jinyu/src/finding.rs")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap().flatten() {
                if entry.path().is_dir() { folders.push(entry.path()) } else { files.push(entry.path()) }
            }
        }
        for file in files.iter().filter(|file| !file.ends_with("messages.rs")) {
            let text = std::fs::read_to_string(file).unwrap();
            sources += &text.replace("\\\"", "\"").replace("\\\\", "\\").replace("\\\n", "\n");
        }
        let sources = sources.split_whitespace().collect::<Vec<_>>().join(" ");
        let own = |english: &&str| !english.starts_with("{};") && !english.starts_with("unknown ");
        let from = MESSAGES.iter().position(|(english, _)| english.starts_with("the pack's name")).unwrap();
        for english in MESSAGES[from..].iter().map(|(english, _)| *english).filter(own) {
            let is_parsers = english.starts_with("un") || english.starts_with("repetition");
            // Sentences are put together from parts.
            let parts = english.split("{}").flat_map(|part| part.split([';', ',', '"', '\'', '{', '}', '$']));
            for part in parts.map(str::trim).filter(|part| part.len() > 12) {
                assert!(is_parsers || sources.contains(part), "{part}");
            }
        }
    }
}
