//! Everything that must pass before a change lands.

use std::{fs, path::Path};

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
    /// Leave out what is shipped beside the programs: compose file, manifests, dashboards, rules.
    #[arg(long)]
    no_ops: bool,
}

/// From the quickest to the slowest, so that a mistake shows early.
pub fn run(root: &Path, options: &Options) -> Result<()> {
    step("format");
    shell::run("cargo fmt --all --check")?;
    tools::all(root)?;
    web::build(root)?;
    step("lints");
    shell::run("cargo clippy --workspace --all-targets --quiet -- --deny warnings")?;
    step("the programs that tests start as processes of their own");
    shell::run(shell::PROGRAMS)?;
    generate::run(root, &generate::Options { check: true })?;
    step("unit, property, wiring and fault tests");
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
        step("web: both apps against a real district");
        real_district(root)?;
    }
    if !options.no_ops {
        step("compose file, manifests, dashboards, rules");
        tools::for_ops()?;
        shell::run("sh ops/validate.sh")?;
    }
    Ok(())
}

/// The same browser tests, each with a nats-server and a `district` program of its own.
fn real_district(root: &Path) -> Result<()> {
    let mut npm = shell::command("npm run --silent test:browser");
    npm.current_dir(root.join("web"));
    npm.env("CARE_DISTRICT", shell::built(root, "debug", "district"));
    let nats = tools::nats_server(root)?;
    // One that is found on the PATH has no folder.
    npm.env("NATS_SERVER", fs::canonicalize(&nats).unwrap_or(nats));
    shell::run_command(&mut npm, "npm run test:browser, against a real district")
}
