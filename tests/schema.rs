//! The schema that editors use says what the library reads: all packs conform to it, and its keys are the library's, both ways.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that fails may panic")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use jinyu::RulePack;
use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn schema() -> Value {
    serde_json::from_str(&fs::read_to_string(root().join("rules/pack.schema.json")).unwrap()).unwrap()
}

/// Where and why a value does not conform, for the part of JSON Schema that our schema uses; an unknown keyword is a failure.
fn failure(schema: &Value, root: &Value, value: &Value, at: &str) -> Option<String> {
    for (keyword, says) in schema.as_object().unwrap() {
        let fails = match keyword.as_str() {
            "$schema" | "$id" | "$defs" | "title" | "description" | "default" => None,
            "$ref" => failure(root.pointer(says.as_str().unwrap().strip_prefix('#').unwrap()).unwrap(), root, value, at),
            "type" => {
                let is = match says.as_str().unwrap() {
                    "object" => value.is_object(),
                    "array" => value.is_array(),
                    "string" => value.is_string(),
                    "boolean" => value.is_boolean(),
                    "integer" => value.is_u64(),
                    other => panic!("type {other}"),
                };
                (!is).then(|| format!("{at}: is no {says}"))
            }
            "enum" => (!says.as_array().unwrap().contains(value)).then(|| format!("{at}: {value} is none of {says}")),
            "anyOf" => {
                let failures: Option<Vec<String>> =
                    says.as_array().unwrap().iter().map(|schema| failure(schema, root, value, at)).collect();
                failures.map(|failures| failures.join(" and "))
            }
            "required" => {
                let missing = says.as_array().unwrap().iter().find(|key| value.get(key.as_str().unwrap()).is_none());
                missing.map(|key| format!("{at}: {key} is missing"))
            }
            "properties" => {
                let properties = says.as_object().unwrap().iter();
                let mut given = properties.filter_map(|(key, schema)| Some((key, schema, value.get(key)?)));
                given.find_map(|(key, schema, value)| failure(schema, root, value, &format!("{at}/{key}")))
            }
            "additionalProperties" => {
                let known = |key: &str| schema.get("properties").is_some_and(|properties| properties.get(key).is_some());
                let mut others = value.as_object().into_iter().flatten().filter(|(key, _)| !known(key));
                match says {
                    Value::Bool(false) => others.next().map(|(key, _)| format!("{at}: unknown key {key}")),
                    schema => others.find_map(|(key, value)| failure(schema, root, value, &format!("{at}/{key}"))),
                }
            }
            "propertyNames" => {
                let mut names = value.as_object().unwrap().keys();
                names.find_map(|name| failure(says, root, &Value::from(name.as_str()), &format!("{at}/{name}")))
            }
            "items" => {
                let mut items = value.as_array().unwrap().iter().enumerate();
                items.find_map(|(index, item)| failure(says, root, item, &format!("{at}/{index}")))
            }
            "minItems" => (value.as_array().unwrap().len() < says.as_u64().unwrap() as usize).then(|| format!("{at}: too few")),
            "minProperties" => (value.as_object()?.len() < says.as_u64().unwrap() as usize).then(|| format!("{at}: too few")),
            "minLength" => value.as_str().unwrap().is_empty().then(|| format!("{at}: empty")),
            "pattern" => {
                let pattern = regex::Regex::new(says.as_str().unwrap()).unwrap();
                (!pattern.is_match(value.as_str().unwrap())).then(|| format!("{at}: {value} is not like {says}"))
            }
            other => panic!("the test does not know the keyword {other}"),
        };
        if fails.is_some() {
            return fails;
        }
    }
    None
}

fn conforms(pack: &str) -> Result<(), String> {
    let value = serde_json::to_value(toml::from_str::<toml::Table>(pack).unwrap()).unwrap();
    let schema = schema();
    failure(&schema, &schema, &value, "").map_or(Ok(()), Err)
}

#[test]
fn the_packs_conform() {
    let mut count = 0;
    for folder in ["rules", "tests/data/packs"] {
        for entry in fs::read_dir(root().join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "toml") {
                conforms(&fs::read_to_string(&path).unwrap()).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                count += 1;
            }
        }
    }
    assert!(count > 10);
}

const HEAD: &str = "[pack]\nname = \"a\"\nversion = \"1\"\nsummary = \"s\"\n";
const RULE: &str = "[[rule]]\nid = \"a/b\"\ncategory = \"blame\"\nseverity = \"error\"\nwhy = \"w\"\nphrases = [\"弄错了\"]\n";
const EXAMPLES: &str = "hit = [\"弄错了\"]\nmiss = [\"好\"]\n";

#[test]
fn the_schema_refuses_what_the_library_refuses() {
    let good = format!("{HEAD}{RULE}{EXAMPLES}");
    conforms(&good).unwrap();
    RulePack::from_toml("a", &good).unwrap();
    for (from, to) in [
        ("name = \"a\"", "name = \"A\""),
        ("id = \"a/b\"", "id = \"ab\""),
        ("blame", "blames"),
        ("\"error\"", "\"fatal\""),
        ("why = \"w\"", "why = \"\""),
        ("phrases = [\"弄错了\"]", ""),
        ("hit = [\"弄错了\"]", "hit = []"),
        ("miss = [\"好\"]", ""),
        ("version = \"1\"", "version = 1"),
    ] {
        let bad = good.replace(from, to);
        assert!(conforms(&bad).is_err(), "{bad}");
        assert!(RulePack::from_toml("a", &bad).is_err(), "{bad}");
    }
}

/// The keys that the library reads where `nonsense` stands, as it says itself when it refuses it.
fn keys_read(pack: &str) -> BTreeSet<String> {
    let error = RulePack::from_toml("a", pack).unwrap_err().to_string();
    let (_, expected) = error.split_once("expected").unwrap_or_else(|| panic!("{error}"));
    expected.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn the_keys_are_the_librarys() {
    let schema = schema();
    let keys = |pointer: &str| -> BTreeSet<String> {
        let properties = schema.pointer(pointer).unwrap_or_else(|| panic!("{pointer}"));
        properties.as_object().unwrap().keys().cloned().collect()
    };
    let values = |pointer: &str| -> BTreeSet<String> {
        schema.pointer(pointer).unwrap().as_array().unwrap().iter().map(|value| value.as_str().unwrap().to_owned()).collect()
    };
    let rule = |line: &str| format!("{HEAD}{RULE}{EXAMPLES}{line}\n");
    assert_eq!(keys("/properties"), keys_read(&format!("nonsense = 1\n{HEAD}")));
    assert_eq!(keys("/properties/pack/properties"), keys_read(&format!("{HEAD}nonsense = 1\n")));
    assert_eq!(keys("/$defs/rule/properties"), keys_read(&rule("nonsense = 1")));
    // In a rule a fix may also be a name, so there the library says less.
    let list = |fix: &str| format!("{HEAD}[fixes]\na = [{{ {fix} }}]\n");
    assert_eq!(keys("/$defs/fix/properties"), keys_read(&list("nonsense = 1")));
    assert_eq!(keys("/$defs/condition/properties"), keys_read(&format!("{HEAD}[guards]\ng = [{{ nonsense = \"x\" }}]\n")));
    let flow =
        |line: &str| format!("{HEAD}[[flow]]\nid = \"a/b\"\nkind = \"repeat\"\nseverity = \"note\"\nwhy = \"w\"\n{line}\n");
    assert_eq!(keys("/$defs/flow/properties"), keys_read(&flow("nonsense = 1")));
    let note = |line: &str| format!("{HEAD}[[note]]\nid = \"a/b\"\nwhy = \"w\"\nhit = []\nmiss = []\n{line}\n");
    assert_eq!(keys("/$defs/note/properties"), keys_read(&note("nonsense = 1")));
    for key in ["kind", "severity", "care", "trigger"] {
        let pack = flow("").replace(&format!("{key} = \"repeat\""), "").replace(&format!("{key} = \"note\""), "");
        let read = keys_read(&format!("{pack}{key} = \"nonsense\"\n"));
        assert_eq!(values(&format!("/$defs/flow/properties/{key}/enum")), read, "{key}");
    }
    for key in ["category", "severity", "confidence", "speaker", "edge", "boundary", "care"] {
        let pack = rule("").replace(&format!("{key} = \"blame\""), "").replace(&format!("{key} = \"error\""), "");
        let read = keys_read(&format!("{pack}{key} = \"nonsense\"\n"));
        assert_eq!(values(&format!("/$defs/rule/properties/{key}/enum")), read, "{key}");
    }
    for key in ["safety", "replace"] {
        let read = keys_read(&list(&format!("text = \"x\", {key} = \"nonsense\"")));
        assert_eq!(values(&format!("/$defs/fix/properties/{key}/enum")), read, "{key}");
    }
    // Of an example the library says what it may be, not its keys.
    for key in keys("/$defs/example/anyOf/1/properties").into_iter().filter(|key| key != "text") {
        let value = if key == "opening" { "true" } else { "\"x\"" };
        let pack = format!("{HEAD}{RULE}miss = [\"好\"]\nhit = [{{ text = \"弄错了\", {key} = {value} }}]\n");
        RulePack::from_toml("a", &pack).unwrap();
    }
    assert!(
        RulePack::from_toml("a", &format!("{HEAD}{RULE}miss = [\"好\"]\nhit = [{{ text = \"x\", other = \"x\" }}]\n")).is_err()
    );
}
