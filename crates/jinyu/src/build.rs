//! The build script: compiles the built-in packs, so that a program that starts need not. It shares the modules that read and
//! compile packs with the library; a mistake in a pack stops the build with the message that its author needs.
#![allow(dead_code, unreachable_pub, reason = "the modules are the library's; only a part of each is needed here")]

mod conditions;
mod conversation;
mod error;
mod homophones;
mod rules;
mod scan;
mod script;
mod span;
mod speech;
mod suggest;
mod trigger;
mod words;

use std::path::PathBuf;

use sha2::{Digest, Sha256};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    println!("cargo::rerun-if-changed=src");
    println!("cargo::rerun-if-changed=rules");
    // The shared vocabulary comes first, then the packs by name.
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(root.join("rules"))?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "toml"));
    paths.sort_by_key(|path| (!path.ends_with("words.toml"), path.clone()));
    let mut packs = Vec::new();
    let mut sources = String::from("&[");
    for path in paths {
        let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        packs.push(rules::RulePack::from_toml(&file, &text)?);
        let sha256 = digits(&Sha256::digest(&text));
        sources.push_str(&format!("[{file:?}, include_str!({:?}), {sha256:?}],", path.display().to_string()));
    }
    sources.push(']');
    std::fs::write(out.join("sources.rs"), sources)?;
    let mut models = Sha256::new();
    for name in ["offences.bin", "steps.bin", "signals.bin"] {
        models.update(std::fs::read(root.join("src/model").join(name))?);
    }
    std::fs::write(out.join("models.sha256"), digits(&models.finalize()))?;
    let ready = rules::compile::make_ready(&packs)?;
    let rules = ready.packs.iter().flat_map(|pack| &pack.rules);
    let wanted: Vec<trigger::Wanted<'_>> = rules.flat_map(|rule| rule.wanted()).collect();
    let homophones = homophones::Homophones::new(wanted.iter().copied(), 0);
    let (heard, spellings) = homophones.into_bytes()?;
    std::fs::write(out.join("heard.bin"), heard)?;
    std::fs::write(out.join("spellings.bin"), spellings)?;
    let often = |literal: &str| ready.frequencies.of_literal(literal);
    let (trigger, literals) = trigger::Trigger::new(wanted, 0, often);
    std::fs::write(out.join("trigger.bin"), trigger.into_bytes())?;
    std::fs::write(out.join("scan.bin"), scan::Scanner::new(literals).into_bytes())?;
    let wanted = ready.conditions.iter().map(|branches| conditions::wanted(branches));
    let (trigger, literals) = trigger::Trigger::new(wanted, 0, often);
    std::fs::write(out.join("conditions-trigger.bin"), trigger.into_bytes())?;
    std::fs::write(out.join("conditions-scan.bin"), scan::Scanner::new(literals).into_bytes())?;
    let words = std::fs::read_to_string(root.join("src/words/dictionary.txt"))?;
    std::fs::write(out.join("words.bin"), words::Dictionary::lay_out(&words)?)?;
    std::fs::write(out.join("frequencies.bin"), postcard::to_stdvec(&ready.frequencies)?)?;
    std::fs::write(out.join("packs.bin"), postcard::to_stdvec(&ready.packs)?)?;
    std::fs::write(out.join("later.bin"), rules::later::into_store())?;
    std::fs::write(out.join("programs.bin"), ready.programs)?;
    Ok(())
}

fn digits(hash: &[u8]) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}
