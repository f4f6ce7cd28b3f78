//! `loadtest solve` and `loadtest solve-set`: the planner on published benchmarks. Every result is written as the
//! benchmark publishes it and then read and judged by `plan-check`; no figure comes from the planner itself.
//!
//! | file | is |
//! | --- | --- |
//! | `hhcrsp.rs`, `routing.rs` | the published forms: instance → model, rounds → solution |
//! | `scale.rs` | decimals to ticks |
//! | `one.rs`, `set.rs` | one instance; a folder against its best known |
//! | `stopwatch.rs` | wall time or processor time |
//! | `known.rs` | `best-known.csv` |
//! | `peer.rs` | other solvers beside, each as its own program |

mod hhcrsp;
mod known;
mod one;
mod peer;
mod routing;
mod scale;
mod set;
mod stopwatch;

use std::path::PathBuf;

pub use self::peer::Peer;
use planner::rounds::{Model, Rounds};

/// How instances are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Home health care routing and scheduling, JSON.
    Hhcrsp,
    /// Vehicle routing with time windows.
    Solomon,
    /// Pickup and delivery with time windows.
    Lilim,
}

/// What routing is about; home care has its own cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Objective {
    /// Only distance counts.
    Distance,
    /// Fewer vehicles beat any distance.
    VehiclesFirst,
}

impl Objective {
    /// As `best-known.csv` and the peers' drivers spell it.
    const fn name(self) -> &'static str {
        match self {
            Self::Distance => "distance",
            Self::VehiclesFirst => "vehicles-first",
        }
    }
}

/// How long and on what to search.
#[derive(Debug, Clone, clap::Args)]
pub struct Effort {
    /// How the instances are written.
    #[arg(long)]
    format: Format,
    /// Wall time for one instance.
    #[arg(long, default_value_t = 10.0)]
    seconds: f64,
    /// Threads; each is a chain of the search.
    #[arg(long, default_value_t = 1)]
    threads: usize,
    /// Of all random choices.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// What routing is about.
    #[arg(long, default_value = "distance")]
    objective: Objective,
    /// Count processor seconds a thread instead of wall time: for figures from a machine that others use, too.
    #[arg(long)]
    processor_time: bool,
}

/// Arguments of `loadtest solve`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: loadtest solve --format solomon R101.txt --seconds 10 --solution R101.sol")]
pub struct Solve {
    /// The instance.
    file: PathBuf,
    #[command(flatten)]
    effort: Effort,
    /// Write the solution here, as the benchmark publishes them.
    #[arg(long, value_name = "FILE")]
    solution: Option<PathBuf>,
    /// Write cost, vehicles, feasibility and seconds here.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// Arguments of `loadtest solve-set`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example: loadtest solve-set --format hhcrsp bench/hhcrsp --seconds 60 --threads 2 --json h.json"
)]
pub struct SolveSet {
    /// The folder with the instances; `best-known.csv` is looked for there and in the folder above.
    dir: PathBuf,
    #[command(flatten)]
    effort: Effort,
    /// Only instances whose names contain one of these.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Run this solver beside, on one thread each; repeat for several.
    #[arg(long)]
    peer: Vec<peer::Peer>,
    /// Write the figures here, with a row for each instance.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// Runs `loadtest solve`.
pub fn run(args: &Solve) -> anyhow::Result<()> {
    one::run(args)
}

/// Runs `loadtest solve-set`.
pub fn run_set(args: &SolveSet) -> anyhow::Result<()> {
    set::run(args)
}

/// An instance as the planner sees it, and the way back.
trait Published {
    /// What to plan.
    fn model(&self) -> &Model;
    /// Rounds as the benchmark publishes them.
    fn solution(&self, rounds: &Rounds) -> String;
}
