//! The commands a person types: `cargo xtask demo`, `test`, `gen`, `tools`, `web`.

mod demo;
mod generate;
mod shell;
mod test;
mod tools;
mod web;

use anyhow::Result;
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "care-dispatch: everything a person types")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Everything on a fresh machine: tools, build, servers, a simulated district, the page.
    Demo(demo::Options),
    /// Everything that must pass: format, lints, contract, unit, property, wiring, browser.
    Test(test::Options),
    /// Regenerate JSON Schema, AsyncAPI and OpenAPI from the Rust types.
    Gen(generate::Options),
    /// Fetch what the tests and the demo run: nats-server, redis-server, a browser.
    Tools,
    /// Build the web apps into `web/dist`.
    Web,
}

fn main() -> Result<()> {
    let root = shell::enter_root()?;
    match Cli::parse().task {
        Task::Demo(options) => demo::run(&root, &options),
        Task::Test(options) => test::run(&root, &options),
        Task::Gen(options) => generate::run(&root, &options),
        Task::Tools => tools::all(&root),
        Task::Web => web::build(&root),
    }
}
