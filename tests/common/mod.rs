//! What several tests ask for.

use jinyu::RulePack;

/// A pack of one rule, which looks for a phrase and finds nothing in `miss`; `kind` says what it is, in TOML.
pub(crate) fn pack_of_one(id: &str, kind: &str, phrase: &str, miss: &str) -> RulePack {
    let (pack, _) = id.split_once('/').unwrap();
    let text = format!(
        r#"
        [pack]
        name = "{pack}"
        version = "1"
        summary = "-"
        [[rule]]
        id = "{id}"
        {kind}
        why = "-"
        phrases = ["{phrase}"]
        hit = ["您{phrase}"]
        miss = ["{miss}"]
        "#
    );
    RulePack::from_toml(pack, &text).unwrap()
}
