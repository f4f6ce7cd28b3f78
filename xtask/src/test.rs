//! Everything that must pass before a change lands.

use std::path::Path;

use anyhow::Result;

use crate::{
    generate,
    shell::{self, step},
    tools, web,
};

#[derive(clap::Args)]
pub struct Options {
    /// Leave out the browser.
    #[arg(long)]
    no_browser: bool,
}

/// From the quickest to the slowest, so that a mistake shows early.
pub fn run(root: &Path, options: &Options) -> Result<()> {
    step("format");
    shell::run("cargo fmt --all --check")?;
    tools::all(root)?;
    web::build(root)?;
    step("lints");
    shell::run("cargo clippy --workspace --all-targets --quiet -- --deny warnings")?;
    generate::run(root, &generate::Options { check: true })?;
    step("unit, property and wiring tests");
    let tests = if shell::exists("cargo-nextest") {
        "cargo nextest run --workspace"
    } else {
        "cargo test --workspace"
    };
    shell::run(tests)?;
    step("web: units");
    web::install(&root.join("web"))?;
    web::npm(&root.join("web"), &["run", "--silent", "test:unit"])?;
    if !options.no_browser {
        step("web: both apps in a browser");
        web::npm(&root.join("web"), &["run", "--silent", "test:browser"])?;
    }
    Ok(())
}
