//! Laws of `jinyu::script`: character classes, detection, and writing in a script.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that fails may panic")]

use jinyu::script::{Script, fold, is_han};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn folded(text: &str) -> String {
    text.chars().map(fold).collect()
}

fn every_char() -> impl Iterator<Item = char> {
    (0..=u32::from(char::MAX)).filter_map(char::from_u32)
}

#[test]
fn folding_is_idempotent_for_every_character() {
    for c in every_char() {
        assert_eq!(fold(fold(c)), fold(c), "{c} {:X}", u32::from(c));
    }
}

/// What folds is an ideograph, a radical, a letter of bopomofo that stands for a word, or a letter, and folds to its like; all else stays, punctuation and emoji above all.
#[test]
fn only_ideographs_letters_and_digits_fold() {
    for c in every_char().filter(|&c| fold(c) != c) {
        let word = matches!(c, '\u{2E80}'..='\u{2FDF}' | '\u{3105}'..='\u{3129}');
        assert!(c.is_alphanumeric() || is_han(c) || word, "{c} {:X}", u32::from(c));
        assert_eq!(is_han(c) || word, is_han(fold(c)), "{c} {:X}", u32::from(c));
        // Scanning looks at one unit per character, so a character of the plane never folds out of it.
        assert!(u32::from(c) > 0xFFFF || u32::from(fold(c)) <= 0xFFFF, "{c}");
    }
    for c in (' '..='~').filter(|c| !c.is_ascii_uppercase()) {
        assert_eq!(fold(c), c);
    }
    for c in "，。！？；：“”‘’（）《》、…—～　😀·\u{200B}\u{FEFF}\0".chars() {
        assert_eq!(fold(c), c);
    }
}

#[test]
fn width_and_case_fold() {
    assert_eq!(folded("ＡＢＣａｂｃ０１９XyZ"), "abcabc019xyz");
    assert_eq!(folded("ÄΩЖ"), "äωж");
}

#[test]
fn classes_hold_what_is_one_word() {
    for class in [
        "你妳",
        "卫衛衞",
        "里裡裏",
        "着著",
        "台臺枱檯",
        "叙敘敍",
        "只隻祇衹",
        "后後",
        "面麵麪",
        "系係繫",
        "么麽麼",
        "发發髮",
        "干乾幹",
        "复復複覆",
        "于於",
        "了瞭",
        "钟鐘鍾",
        "众衆眾",
        "为為爲",
        "线線綫",
        "启啟啓",
        "吃喫",
        "说說説",
        "群羣",
        "床牀",
        "峰峯",
        "账帳賬帐",
        "苎苧薴",
        "像象",
        "温溫",
        "户戶",
        "税稅",
        "没沒",
        "啰囉",
        "青靑",
        "⼈人",
        "⾃自",
        "豈岂",
    ] {
        let mut members = class.chars();
        let first = fold(members.next().unwrap());
        assert!(members.all(|member| fold(member) == first), "{class}");
    }
}

#[test]
fn classes_keep_apart_what_is_not() {
    for (a, b) in [
        ('幺', '么'),
        ('他', '她'),
        ('他', '它'),
        ('做', '作'),
        ('哪', '那'),
        ('的', '得'),
        ('在', '再'),
        ('坐', '座'),
        ('您', '你'),
        ('未', '末'),
        ('己', '已'),
        ('a', 'b'),
        ('0', 'o'),
    ] {
        assert_ne!(fold(a), fold(b), "{a} {b}");
    }
}

/// Common Simplified text is its own fold, so that rules read as they were written.
#[test]
fn representatives_are_the_simplified_characters() {
    let text = "您好，我们马上为您处理：请问订单号是多少？里面的发票、说明书和充电线都没有拆开过，还能退货吗？真不好意思，这个优惠券昨天就过期了，\
                不过我可以帮您申请一张新的。后台显示已经签收，面单上写着您的电话，只要核实一下身份就行。";
    assert_eq!(folded(text), text);
}

#[test]
fn scripts_are_told_apart() {
    for (text, script) in [
        ("这是您的订单", Some(Script::Simplified)),
        ("怎么还没有到", Some(Script::Simplified)),
        ("价格可以便宜一点吗", Some(Script::Simplified)),
        ("這是您的訂單", Some(Script::Taiwan)),
        ("怎麼還沒有到喔", Some(Script::Taiwan)),
        ("佢哋唔係咁講㗎", Some(Script::HongKong)),
        ("唔該晒", Some(Script::HongKong)),
        ("我哋已經幫你check緊", Some(Script::HongKong)),
        ("衞生署的綫上服務", Some(Script::HongKong)),
        ("請檢查您的電郵", Some(Script::HongKong)),
        ("請檢查您的簡訊", Some(Script::Taiwan)),
        ("好的", None),
        ("OK 123 😀", None),
        ("", None),
        ("说說", None),
    ] {
        assert_eq!(Script::detect(text), script, "{text}");
    }
}

/// Sentences of customer service, and how each region writes them.
const SENTENCES: &[(&str, &str, &str)] = &[
    ("请您稍等，我马上帮您查询。", "請您稍等，我馬上幫您查詢。", "請您稍等，我馬上幫您查詢。"),
    ("您的账号已经登录。", "您的帳號已經登入。", "您的賬號已經登入。"),
    ("请提供身份证号码。", "請提供身分證號碼。", "請提供身份證號碼。"),
    ("短信验证码已经发送。", "簡訊驗證碼已經傳送。", "短訊驗證碼已經發送。"),
    ("我会复核并回复您。", "我會覆核並回覆您。", "我會覆核並回覆您。"),
    ("里面很干净，后天就能到。", "裡面很乾淨，後天就能到。", "裏面很乾淨，後天就能到。"),
    ("感谢您的支持！", "感謝您的支持！", "感謝您的支持！"),
    ("审核通过后，退款三天内到账。", "審核通過後，退款三天內入帳。", "審核通過後，退款三天內到賬。"),
    ("您别着急，慢慢说，我听着呢。", "您別著急，慢慢說，我聽著呢。", "您別着急，慢慢説，我聽着呢。"),
    ("余先生、于女士您好。", "余先生、于女士您好。", "余先生、于女士您好。"),
    ("关于先生您的订单", "關於先生您的訂單", "關於先生您的訂單"),
    ("这是商品的质量问题。", "這是商品的品質問題。", "這是商品的品質問題。"),
    ("请打开链接，查看物流信息。", "請打開連結，查看物流資訊。", "請打開鏈接，查看物流資訊。"),
    ("现在线路繁忙，请稍后再拨。", "現在線路繁忙，請稍後再撥。", "現在線路繁忙，請稍後再撥。"),
    ("我和他沟通过了。", "我和他溝通過了。", "我和他溝通過了。"),
    ("可以添加纳税人识别号。", "可以新增納稅人識別號。", "可以新增納税人識別號。"),
    ("您可以坐出租车到网点办理。", "您可以坐計程車到門市辦理。", "您可以坐的士到分店辦理。"),
    ("请拨打客服热线缴费。", "請撥打客服專線繳費。", "請撥打客户服務熱線繳費。"),
    ("表格上写的“松动”是什么意思？", "表格上寫的「鬆動」是什麼意思？", "表格上寫的「鬆動」是什麼意思？"),
    ("一台电脑、一只手表和两条面条", "一台電腦、一隻手錶和兩條麵條", "一台電腦、一隻手錶和兩條麪條"),
];

#[test]
fn sentences_are_written_as_the_region_does() {
    for (mainland, taiwan, hong_kong) in SENTENCES {
        assert_eq!(Script::Simplified.write(mainland), *mainland);
        assert_eq!(Script::Taiwan.write(mainland), *taiwan);
        assert_eq!(Script::HongKong.write(mainland), *hong_kong);
    }
}

/// Written text folds back, once the words that the region says otherwise are said the Mainland's way.
#[test]
fn writing_folds_back() {
    let words = BTreeMap::from([
        ("品质", "质量"),
        ("简讯", "短信"),
        ("短讯", "短信"),
        ("传送", "发送"),
        ("登入", "登录"),
        ("连结", "链接"),
        ("资讯", "信息"),
        ("新增", "添加"),
        ("计程车", "出租车"),
        ("的士", "出租车"),
        ("门市", "网点"),
        ("分店", "网点"),
        ("客服专线", "客服热线"),
        ("客户服务热线", "客服热线"),
        ("入账", "到账"),
        ("身分", "身份"),
        ("「", "“"),
        ("」", "”"),
    ]);
    for (mainland, ..) in SENTENCES {
        for script in [Script::Taiwan, Script::HongKong] {
            let mut back = folded(&script.write(mainland));
            for (regional, word) in &words {
                back = back.replace(regional, word);
            }
            assert_eq!(back, folded(mainland), "{script:?}");
        }
    }
}

#[test]
fn what_is_written_is_detected() {
    for (mainland, ..) in SENTENCES.iter().filter(|(mainland, ..)| Script::detect(mainland).is_some()) {
        assert_eq!(Script::detect(mainland), Some(Script::Simplified), "{mainland}");
        assert_eq!(Script::detect(&Script::Taiwan.write(mainland)), Some(Script::Taiwan), "{mainland}");
        let hong_kong = Script::detect(&Script::HongKong.write(mainland));
        assert!(matches!(hong_kong, Some(Script::HongKong | Script::Taiwan)), "{mainland}");
    }
}

#[test]
fn scripts_are_named_in_kebab_case() {
    for (script, name) in
        [(Script::Simplified, "\"simplified\""), (Script::Taiwan, "\"taiwan\""), (Script::HongKong, "\"hong-kong\"")]
    {
        assert_eq!(serde_json::to_string(&script).unwrap(), name);
        assert_eq!(serde_json::from_str::<Script>(name).unwrap(), script);
    }
    assert_eq!(Script::default(), Script::Simplified);
}

proptest! {
    #[test]
    fn any_text_is_detected_and_written(text in ".{0,40}|[\u{4E00}-\u{9FFF}\u{F0000}-\u{F00FF}]{0,40}") {
        let _ = Script::detect(&text);
        for script in [Script::Simplified, Script::Taiwan, Script::HongKong] {
            let _ = script.write(&text);
        }
        prop_assert_eq!(folded(&folded(&text)), folded(&text));
    }

    /// Numbers, names in Latin letters and addresses come through unharmed.
    #[test]
    fn ascii_is_written_as_it_is(text in "[ -~]{0,40}") {
        for script in [Script::Simplified, Script::Taiwan, Script::HongKong] {
            prop_assert_eq!(script.write(&text), text.clone());
        }
    }
}
