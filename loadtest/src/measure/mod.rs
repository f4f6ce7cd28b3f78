//! The scenarios that measure: each brings up what it needs, loads it, and sets its figures beside a floor or a peer
//! measured in the same run.
//!
//! | file | is |
//! | --- | --- |
//! | `report.rs` | the figures, for people and as JSON |
//! | `pace.rs` | load that does not wait for its victim, and histograms |
//! | `stage.rs` | servers and services as processes of their own |
//! | `roads.rs` … `stream` | one scenario each |

mod floor;
mod pace;
mod report;
mod roads;
mod stage;

/// What can be measured.
#[derive(Debug, clap::Subcommand)]
pub enum Measure {
    /// One durable write and its acknowledgement: what everything else is measured by.
    Floor(floor::Args),
    /// Many-to-one travel times against a plain Dijkstra on the same graph.
    Roads(roads::Args),
}

impl Measure {
    /// Runs one scenario.
    pub fn run(&self) -> anyhow::Result<()> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        match self {
            Self::Floor(args) => runtime.block_on(floor::run(args)),
            Self::Roads(args) => roads::run(args),
        }
    }
}
