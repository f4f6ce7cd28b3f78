//! Day files, and the scenarios that measure the house: one module each.
//!
//! Every scenario prints a table for people and, with `--json FILE`, the same figures for machines.

mod drive;
mod generate;
mod map;
mod measure;
mod people;
mod simulate;
mod solve;

use clap::{Parser, Subcommand};

/// Makes day files, plays them, and measures.
#[derive(Debug, Parser)]
#[command(name = "loadtest", version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    scenario: Scenario,
}

#[derive(Debug, Subcommand)]
enum Scenario {
    /// Writes a day file: people placed on real or generated streets, and a day's demand.
    Generate(generate::Args),
    /// Prepares the streets of a day as the map file of the services.
    Prepare(map::Args),
    /// Plays a day on a virtual clock, in seconds.
    Simulate(simulate::Args),
    /// Plays a day against the running system, as phones and desks would.
    Drive(drive::Args),
    /// Solves one published instance.
    Solve(solve::Solve),
    /// Solves a folder of published instances, against the best known and other solvers.
    SolveSet(solve::SolveSet),
    #[command(flatten)]
    Measure(measure::Measure),
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().scenario {
        Scenario::Generate(args) => generate::run(&args),
        Scenario::Prepare(args) => map::prepare(&args),
        Scenario::Simulate(args) => simulate::run(&args),
        Scenario::Drive(args) => drive::run(&args),
        Scenario::Solve(args) => solve::run(&args),
        Scenario::SolveSet(args) => solve::run_set(&args),
        Scenario::Measure(measure) => measure.run(),
    }
}
