//! The contract's documents and the configuration reference, made from the Rust types that are its source.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

use crate::shell::{self, step};

/// The reference of `district`, which has the sections of all services; below the root.
const CONFIGURATION: &str = "docs/configuration.md";

#[derive(clap::Args)]
pub struct Options {
    /// Only tell whether the checked-in documents are up to date.
    #[arg(long)]
    pub check: bool,
}

/// Writes the documents, or compares what is checked in with what the types say now.
pub fn run(root: &Path, options: &Options) -> Result<()> {
    step(if options.check { "comparing the generated documents" } else { "generating documents" });
    let before = if options.check { documents(root)? } else { BTreeMap::new() };
    shell::run(shell::PROGRAMS)?;
    let program = |name: &str| shell::built(root, "debug", name).display().to_string();
    shell::run(&program("examples/generate"))?;
    shell::run(&format!("{} schemas/openapi.json", program("examples/openapi")))?;
    let configuration = shell::output(&format!("{} --explain-config", program("district")));
    let configuration = configuration.context("the district program does not explain its configuration")?;
    fs::write(root.join(CONFIGURATION), configuration + "\n")?;
    if options.check {
        let after = documents(root)?;
        let names = before.keys().chain(after.keys()).collect::<BTreeSet<_>>();
        let stale: Vec<_> = names.into_iter().filter(|name| before.get(*name) != after.get(*name)).collect();
        if !stale.is_empty() {
            bail!("out of date, now written anew: {stale:?}; look at the difference and commit it");
        }
    }
    Ok(())
}

/// What is generated, by path.
fn documents(root: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>> {
    let mut found = json_below(&root.join("schemas"))?;
    let configuration = root.join(CONFIGURATION);
    if configuration.is_file() {
        found.insert(configuration.clone(), fs::read(&configuration)?);
    }
    Ok(found)
}

/// Every JSON document of the contract.
fn json_below(folder: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.append(&mut json_below(&path)?);
        } else if path.extension().is_some_and(|ending| ending == "json") {
            found.insert(path.clone(), fs::read(&path)?);
        }
    }
    Ok(found)
}
