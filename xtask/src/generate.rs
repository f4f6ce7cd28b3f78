//! The contract's documents, made from the Rust types that are its source.

use std::path::Path;

use anyhow::{Result, bail};

use crate::shell::{self, step};

#[derive(clap::Args)]
pub struct Options {
    /// Only tell whether the checked-in documents are up to date.
    #[arg(long)]
    pub check: bool,
}

/// Writes the documents, or compares them.
pub fn run(_root: &Path, options: &Options) -> Result<()> {
    step(if options.check { "comparing the generated documents" } else { "generating documents" });
    let before = if options.check { shell::output("git status --porcelain schemas") } else { None };
    shell::run("cargo run --quiet -p schemas --example generate")?;
    shell::run("cargo run --quiet -p command-center --example openapi -- schemas/openapi.json")?;
    if options.check && shell::output("git status --porcelain schemas") != before {
        bail!("schemas/ is out of date: run `cargo xtask gen` and commit what it writes");
    }
    Ok(())
}
