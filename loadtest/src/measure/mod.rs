//! The scenarios that measure: each brings up what it needs, loads it, and sets its figures beside a floor or a peer
//! measured in the same run.
//!
//! | file | is |
//! | --- | --- |
//! | `report.rs` | the figures, for people and as JSON |
//! | `pace.rs` | load that does not wait for its victim, and histograms |
//! | `stage.rs` | servers and services as processes of their own |
//! | `place.rs` | places on the streets of a map |
//! | `floor.rs`, `roads.rs`, `location/`, `dispatch/`, `stream/` | one scenario each |

mod dispatch;
mod edge;
mod floor;
mod location;
mod pace;
mod place;
mod report;
mod roads;
mod sse;
mod stage;
mod stream;

/// What can be measured.
#[derive(Debug, clap::Subcommand)]
pub enum Measure {
    /// One durable write and its acknowledgement: what everything else is measured by.
    Floor(floor::Args),
    /// Many-to-one travel times against a plain Dijkstra on the same graph.
    Roads(roads::Args),
    /// Positions and who is nearest, against bare pub-sub and Redis.
    Location(location::Args),
    /// From an order in to its offer seen, the whole system up, against the floor.
    Dispatch(dispatch::Args),
    /// A thousand desks on the live stream, cut off at random.
    Stream(stream::Args),
    /// The bare subscriber of `location`.
    #[command(hide = true)]
    Sink(location::sink::Args),
}

impl Measure {
    /// Runs one scenario.
    pub fn run(&self) -> anyhow::Result<()> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        match self {
            Self::Floor(args) => runtime.block_on(floor::run(args)),
            Self::Roads(args) => roads::run(args),
            Self::Location(args) => runtime.block_on(location::run(args)),
            Self::Dispatch(args) => runtime.block_on(dispatch::run(args)),
            Self::Stream(args) => runtime.block_on(stream::run(args)),
            Self::Sink(args) => runtime.block_on(location::sink::run(args)),
        }
    }
}
