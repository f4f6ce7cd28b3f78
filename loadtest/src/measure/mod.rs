//! The scenarios that measure: each brings up what it needs, loads it, and sets its figures beside a floor or a peer
//! measured in the same run.
//!
//! | file | is |
//! | --- | --- |
//! | `report.rs` | the figures, for people and as JSON |
//! | `pace.rs` | load that does not wait for its victim, and histograms |
//! | `stage.rs` | servers and services as processes of their own |
//! | `place.rs` | places on the streets of a map |
//! | `floor.rs`, `roads.rs`, `plan_micro/`, `location/`, `dispatch/`, `emergency/`, `meals/`, `stream/`, `accounts/` | one scenario each |

mod accounts;
mod dispatch;
mod edge;
mod emergency;
mod floor;
mod location;
mod meals;
mod pace;
mod place;
mod plan_micro;
mod report;
mod roads;
mod sse;
mod stage;
mod stream;

pub use self::pace::on_processor;

/// What can be measured.
#[derive(Debug, clap::Subcommand)]
pub enum Measure {
    /// One durable write and its acknowledgement: what everything else is measured by.
    Floor(floor::Args),
    /// Many-to-one travel times against a plain Dijkstra on the same graph.
    Roads(roads::Args),
    /// What one insertion, one match and one order cost the planner.
    PlanMicro(plan_micro::Args),
    /// Positions and who is nearest, against bare pub-sub and Redis.
    Location(location::Args),
    /// From an order in to its offer seen, the whole system up, against the floor.
    Dispatch(dispatch::Args),
    /// From a press to its answer and to a responder called, against the floor.
    Emergency(emergency::Args),
    /// Devices repeat while processes die: nothing answered is lost, nothing comes twice.
    EmergencyChaos(emergency::chaos::Args),
    /// How late the rungs of unanswered alarms are taken.
    Escalation(emergency::escalation::Args),
    /// Tens of thousands of devices beat, some fall silent, a mast goes down.
    Supervision(emergency::supervision::Args),
    /// A lunch: rounds planned, couriers who drop out, labels.
    Meals(meals::Args),
    /// A thousand desks on the live stream, cut off at random.
    Stream(stream::Args),
    /// Holds over the bus, durable, against the database's own commit.
    Accounts(accounts::Args),
    /// A month of a million entries, drawn, written and approved.
    Settlement(accounts::SettlementArgs),
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
            Self::PlanMicro(args) => plan_micro::run(args),
            Self::Location(args) => runtime.block_on(location::run(args)),
            Self::Dispatch(args) => runtime.block_on(dispatch::run(args)),
            Self::Emergency(args) => runtime.block_on(emergency::run(args)),
            Self::EmergencyChaos(args) => runtime.block_on(emergency::chaos::run(args)),
            Self::Escalation(args) => runtime.block_on(emergency::escalation::run(args)),
            Self::Supervision(args) => runtime.block_on(emergency::supervision::run(args)),
            Self::Meals(args) => meals::run(args),
            Self::Stream(args) => runtime.block_on(stream::run(args)),
            Self::Accounts(args) => runtime.block_on(accounts::run(args)),
            Self::Settlement(args) => runtime.block_on(accounts::settle(args)),
            Self::Sink(args) => runtime.block_on(location::sink::run(args)),
        }
    }
}
