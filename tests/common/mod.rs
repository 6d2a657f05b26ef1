//! What several tests ask for.

use jinyu::RulePack;

/// A pack of one rule, which looks for a phrase and finds nothing in `miss`.
pub(crate) fn pack_of_one(id: &str, category: &str, phrase: &str, miss: &str) -> RulePack {
    let (pack, _) = id.split_once('/').unwrap();
    let text = format!(
        r#"
        [pack]
        name = "{pack}"
        version = "1"
        summary = "-"
        [[rule]]
        id = "{id}"
        category = "{category}"
        severity = "note"
        why = "-"
        phrases = ["{phrase}"]
        hit = ["您{phrase}"]
        miss = ["{miss}"]
        "#
    );
    RulePack::from_toml(pack, &text).unwrap()
}
