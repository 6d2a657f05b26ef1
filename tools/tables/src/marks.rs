//! Which characters tell the script of a text.

use crate::opencc::{Dictionaries, ideographs};
use std::{
    collections::{BTreeSet, HashSet},
    error::Error,
};

/// Written Cantonese: characters that neither Mandarin nor classical text uses for anything common.
const CANTONESE: &str = "嘅咗喺唔冇佢哋啲嚟嗰咁啱攞睇畀㗎喎噉嘢揾搵瞓嘥嗌嚿揸揼氹掟攰孭嬲冚噏乸嘞咩";

/// Characters that a conversion changes but that both scripts use, and so tell nothing.
const BOTH: &str = "乾薹拚捱摺吒夥榘袷醣藉瞭著晒";

/// Characters that the dictionaries know in both scripts, from names and classical phrases, and that tell all the same.
const SIMPLIFIED: &str = "么别价确厂据种坏极广适万柜苹愿荐胜蜡蝎";
const TRADITIONAL: &str = "於妳麽計蒐釐祕徵";

/// Forms that the standards part and that people in both regions write, so that they tell no region.
const EITHER: &str = "參濕煙樑枴嫺嫻台污幺叁囱棁睾妝粧";

/// Taiwan's forms that people in Hong Kong type as well, whatever their standard says.
const TYPED_IN_BOTH: &str = "說戶稅衛溫閱銳悅脫兌啟麵臥蔥敘裡";

/// Forms that Hong Kong has and Taiwan does not, beyond the dictionaries' first choices.
const HONG_KONG: &str = "綫賬";

/// The characters of each kind, sorted, no character in two of them.
pub struct Marks {
    /// Only Simplified text has them.
    pub simplified: BTreeSet<char>,
    /// Only Traditional text has them, of whichever region.
    pub traditional: BTreeSet<char>,
    /// Traditional text in the form that Taiwan writes and Hong Kong's standard does not.
    pub taiwan: BTreeSet<char>,
    /// Traditional text in the form that Hong Kong's standard writes and Taiwan does not.
    pub hong_kong: BTreeSet<char>,
    /// Forms that Hong Kong shares with Simplified text: they tell Hong Kong from Taiwan in text known to be Traditional.
    pub shared: BTreeSet<char>,
    /// Written Cantonese.
    pub cantonese: BTreeSet<char>,
}

impl Marks {
    pub fn new(opencc: &Dictionaries) -> Result<Self, Box<dyn Error>> {
        let values = |name: &str| -> Result<HashSet<char>, Box<dyn Error>> {
            let entries = opencc.entries(name)?;
            Ok(entries.iter().flat_map(|(_, values)| values).flat_map(|text| text.chars()).collect())
        };
        // What each script holds, as far as the dictionaries know: all that a conversion into it may write.
        let mut in_traditional = HashSet::new();
        for name in ["STCharacters", "STPhrases", "TWVariants", "HKVariants"] {
            in_traditional.extend(values(name)?);
        }
        in_traditional.extend(BOTH.chars());
        let mut in_simplified = HashSet::new();
        for name in ["TSCharacters", "TSPhrases"] {
            in_simplified.extend(values(name)?);
        }
        in_simplified.extend(BOTH.chars());

        // Where the two standards write one character otherwise, each form tells its region.
        let mut taiwan = BTreeSet::new();
        let mut hong_kong: BTreeSet<char> = HONG_KONG.chars().collect();
        for name in ["TWVariants", "HKVariants"] {
            for (key, _) in opencc.entries(name)? {
                for c in key.chars() {
                    let (tw, hk) = (opencc.t2tw.char(c)?, opencc.t2hk.char(c)?);
                    if tw != hk {
                        taiwan.insert(tw);
                        hong_kong.insert(hk);
                    }
                }
            }
        }

        for c in EITHER.chars() {
            taiwan.remove(&c);
            hong_kong.remove(&c);
        }
        taiwan.retain(|c| !TYPED_IN_BOTH.contains(*c));

        let mut marks = Self {
            simplified: SIMPLIFIED.chars().collect(),
            traditional: TRADITIONAL.chars().collect(),
            taiwan: BTreeSet::new(),
            hong_kong: BTreeSet::new(),
            shared: BTreeSet::new(),
            cantonese: CANTONESE.chars().collect(),
        };
        for c in ideographs().filter(|c| (0x3400..0xF900).contains(&u32::from(*c))) {
            let told = [&marks.simplified, &marks.traditional, &marks.cantonese];
            if told.iter().any(|set| set.contains(&c)) {
                continue;
            }
            let simple = [&opencc.t2s, &opencc.tw2s, &opencc.hk2s]
                .into_iter()
                .try_fold(true, |same, to| -> Result<bool, Box<dyn Error>> { Ok(same && to.char(c)? == c) })?;
            match (hong_kong.contains(&c), taiwan.contains(&c)) {
                (true, true) => {}
                (true, false) if simple || in_simplified.contains(&c) => {
                    marks.shared.insert(c);
                }
                _ if in_simplified.contains(&c) => {}
                (true, false) => {
                    marks.hong_kong.insert(c);
                }
                (false, true) if !simple => {
                    marks.taiwan.insert(c);
                }
                (false, _) if !simple => {
                    marks.traditional.insert(c);
                }
                (false, _) => {}
            }
            if opencc.s2t.char(c)? != c && !in_traditional.contains(&c) {
                marks.simplified.insert(c);
            }
        }
        Ok(marks)
    }
}
