//! Rule packs from arguments to a checker. A broken pack is reported and left out; the others are still used.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use jinyu::{Channel, Checker, CheckerBuilder, Error, RulePack};

use crate::args::PackArgs;
use crate::problem::Problems;
use crate::read::{explain, has_extension};

/// How text came about, as a flag tells.
pub(crate) fn channel(is_speech: bool) -> Channel {
    if is_speech { Channel::Speech } else { Channel::Text }
}

/// Builds the checker that the arguments ask for.
///
/// # Errors
/// When no rules are left to check with.
pub(crate) fn checker(args: &PackArgs, channel: Channel, problems: &mut Problems) -> Result<Checker> {
    let packs = packs(&args.rules, problems);
    if args.no_default_rules && packs.is_empty() {
        bail!("there are no rules to check with; give a good pack with --rules, or leave --no-default-rules out");
    }
    build(packs, builder(args).channel(channel), problems)
}

/// What the options say of a checker, without added packs.
pub(crate) fn builder(args: &PackArgs) -> CheckerBuilder {
    let mut builder = Checker::builder();
    if args.no_default_rules {
        builder = builder.without_default_packs();
    }
    if args.no_model {
        builder = builder.without_model();
    }
    builder
}

/// Builds a checker with added packs; those at fault are reported and left out.
pub(crate) fn build(mut packs: Vec<RulePack>, builder: CheckerBuilder, problems: &mut Problems) -> Result<Checker> {
    let given = packs.len();
    loop {
        let with_packs = packs.iter().fold(builder.clone(), |builder, pack| builder.pack(pack.clone()));
        let error = match with_packs.build() {
            Ok(checker) => {
                // The checker lives as long as the program; taking it apart at the end would be a good part of a short run.
                std::mem::forget(checker.clone());
                return Ok(checker);
            }
            Err(error) => error,
        };
        // A pack that is at fault is left out, and the rest tried again.
        let before = packs.len();
        packs.retain(|pack| pack.file != error.pack());
        if packs.len() == before {
            return Err(error.into());
        }
        report(&error, true, problems);
        if packs.is_empty() && given > 0 && !builder.has_default_packs() {
            bail!("there are no rules left to check with");
        }
    }
}

/// Reads the packs at some paths; a folder stands for its *.toml, sorted. What cannot be read is reported and left out.
pub(crate) fn packs(paths: &[PathBuf], problems: &mut Problems) -> Vec<RulePack> {
    packs_or(paths, true, problems)
}

/// The same for who may not go on without a pack that is broken.
pub(crate) fn packs_or(paths: &[PathBuf], goes_on: bool, problems: &mut Problems) -> Vec<RulePack> {
    let mut packs = Vec::new();
    for path in paths {
        for file in pack_files(path, problems) {
            match fs::read(&file) {
                Ok(bytes) => match String::from_utf8(bytes) {
                    Ok(source) => match RulePack::from_toml(&file.display().to_string(), &source) {
                        Ok(pack) => packs.push(pack),
                        Err(error) => report(&error, goes_on, problems),
                    },
                    Err(error) => {
                        let good = error.utf8_error().valid_up_to();
                        let line = error.as_bytes().iter().take(good).filter(|b| **b == b'\n').count() + 1;
                        let locale = problems.locale();
                        let what = locale.pick(
                            "不是 UTF-8；请把规则包另存为 UTF-8",
                            "不是 UTF-8；請把規則包另存為 UTF-8",
                            "not UTF-8; save the pack as UTF-8",
                        );
                        problems.report(format_args!("{}:{line}: {what}", file.display()));
                    }
                },
                Err(error) => problems.report(format_args!("{}: {}", file.display(), explain(&error))),
            }
        }
    }
    packs
}

/// Says what is wrong with a pack, and whether it is left out.
fn report(error: &Error, goes_on: bool, problems: &mut Problems) {
    let locale = problems.locale();
    let without = locale.pick("（不用这个规则包，继续）", "（不用這個規則包，繼續）", " (going on without this pack)");
    problems.report(format_args!("{}{}", locale.error(error), if goes_on { without } else { "" }));
}

fn pack_files(path: &Path, problems: &mut Problems) -> Vec<PathBuf> {
    if !path.is_dir() {
        return vec![path.to_owned()];
    }
    let mut files: Vec<PathBuf> = match fs::read_dir(path) {
        Ok(entries) => entries.filter_map(|entry| entry.ok().map(|e| e.path())).filter(|p| has_extension(p, &["toml"])).collect(),
        Err(error) => {
            problems.report(format_args!("{}: {}", path.display(), explain(&error)));
            return Vec::new();
        }
    };
    files.sort();
    if files.is_empty() {
        problems.report(format_args!("{}: there is no *.toml in this folder; check the path", path.display()));
    }
    files
}
