//! `jinyu rules init`: a pack to start from, with one rule that works and comments that say how to go on.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Result;
use jinyu::Checker;

use super::write;
use crate::Outcome;
use crate::args::RulesInitArgs;
use crate::locale::Locale;
use crate::problem::Problems;
use crate::report::text_output;

const CHINESE: &str = include_str!("starter.zh.toml");
const ENGLISH: &str = include_str!("starter.en.toml");

/// What the rule of the starter finds.
const EXAMPLE: &str = "好的家人们，马上给您办";

/// Writes the pack and says what to do next.
///
/// # Errors
/// When standard output cannot be written.
pub(super) fn run(args: &RulesInitArgs, problems: &mut Problems) -> Result<Outcome> {
    let locale = problems.locale();
    if let Some(why) = write::bad_name(&args.name, &Checker::builder().build()?) {
        problems.report(why);
        return Ok(Outcome::Clean);
    }
    let path = args.out.clone().unwrap_or_else(|| PathBuf::from(format!("{}.toml", args.name)));
    if !write::create(&path, &starter(&args.name, locale), args.force, problems) {
        return Ok(Outcome::Clean);
    }
    let mut out = text_output();
    let path = path.display();
    writeln!(out, "{}{path}", locale.pick("已写好：", "已寫好：", "written: "))?;
    writeln!(out, "{}", locale.pick("接下来：", "接下來：", "next:"))?;
    writeln!(out, "  jinyu rules test {path}")?;
    writeln!(out, "  echo '{EXAMPLE}' | jinyu check --rules {path}")?;
    out.flush()?;
    Ok(Outcome::Clean)
}

fn starter(name: &str, locale: Locale) -> String {
    let template = match locale {
        Locale::English => ENGLISH.to_owned(),
        Locale::Hans => CHINESE.to_owned(),
        Locale::Hant => jinyu::Script::Taiwan.write(CHINESE),
    };
    template.replace("NAME", name)
}

#[cfg(test)]
mod tests {
    use jinyu::RulePack;

    use super::*;

    #[test]
    fn the_starter_loads_and_finds_its_example() {
        for locale in [Locale::Hans, Locale::Hant, Locale::English] {
            let pack = RulePack::from_toml("new.toml", &starter("new", locale)).unwrap();
            let checker = Checker::builder().pack(pack.clone()).build().unwrap();
            assert!(checker.check(EXAMPLE).iter().any(|finding| finding.rule.starts_with("new/")), "{locale:?}");
            let alone = Checker::builder().without_default_packs().pack(pack).build().unwrap();
            assert_eq!(alone.lint(), [], "{locale:?}");
        }
    }
}
