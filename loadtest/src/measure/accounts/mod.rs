//! `loadtest accounts`: how long from a hold asked for over the bus to its answer, which is durable by then, against the
//! database's own commit of one row, paced like the load and interleaved with it. At the end the service is killed and
//! the books are read: nothing that was answered may be lost, nothing may be there twice.

mod books;
mod settlement;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Result, anyhow};
use bus::{Bus, RequestError, StreamSpec};
use database::testing::{CommitFloor, PostgresServer};
use domain::calendar::Day;
use runtime::{Clock, SystemClock};
use schemas::{
    account::funding::Noted,
    subject::{self, Service, StreamKind},
};
use tokio::{sync::mpsc, task::JoinSet};

use self::books::Books;
pub use self::settlement::Args as SettlementArgs;
use super::{
    pace::{Latencies, Tick, ticks},
    report::{Bar, Output, Report},
    stage::Stage,
};

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Database {
    /// The embedded one.
    Sqlite,
    /// A server, started for the run.
    Postgres,
}

/// Arguments of `loadtest accounts`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: loadtest accounts --holds-per-s 500 --seconds 20 --database postgres")]
pub struct Args {
    /// Holds a second.
    #[arg(long, default_value_t = 500.0)]
    holds_per_s: f64,
    /// For so long.
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// Before that, for so long at the same rate, without counting.
    #[arg(long, default_value_t = 3)]
    warm_up: u64,
    /// Elders who order in turn.
    #[arg(long, default_value_t = 5000)]
    elders: u64,
    /// Every so manyth command is sent twice.
    #[arg(long, default_value_t = 20)]
    repeat_every: u64,
    /// Where the books are.
    #[arg(long, value_enum, default_value_t = Database::Sqlite)]
    database: Database,
    #[command(flatten)]
    output: Output,
}

const SETTLE: Duration = Duration::from_millis(500);
/// A hold that takes longer counts as refused.
const PATIENCE: Duration = Duration::from_secs(10);
/// Commits a second on the side, to compare with.
const COMMITS_PER_S: f64 = 50.0;

/// What came of one hold.
struct Answered {
    order: String,
    took: Duration,
    outcome: Result<Noted, String>,
}

/// Runs `loadtest accounts`.
pub async fn run(args: &Args) -> Result<()> {
    let mut stage = Stage::start()?;
    let server = match args.database {
        Database::Sqlite => None,
        Database::Postgres => Some(PostgresServer::try_start().map_err(|reason| anyhow!(reason))?),
    };
    let books = Books::prepare(stage.folder(), server.as_ref(), args.elders).await?;
    let settings = books.settings();
    let bus = stage.bus("loadtest").await?;
    // Whose owners are not on the stage; accounts follows them.
    let district = books::district()?;
    let followed = [StreamKind::Profiles, StreamKind::Orders];
    bus.reconcile(&followed.map(|kind| StreamSpec::of(kind, &district, 1))).await?;
    stage.service("accounts", &settings).await?;
    let floor = CommitFloor::open(&books.beside(server.as_ref())?).await.map_err(|reason| anyhow!(reason))?;

    let warm_up = (args.holds_per_s * args.warm_up as f64) as u64;
    hold(&bus, args, 0, ticks(Instant::now() + SETTLE, args.holds_per_s, warm_up)).await?;
    let count = (args.holds_per_s * args.seconds as f64) as u64;
    let start = Instant::now() + SETTLE;
    let commits = (COMMITS_PER_S * args.seconds as f64) as u64;
    let floor = tokio::spawn(commit(floor, ticks(start, COMMITS_PER_S, commits)));
    let answered = hold(&bus, args, warm_up, ticks(start, args.holds_per_s, count)).await?;
    let commit = floor.await??;
    stage.check()?;
    // As a machine that loses power.
    drop(stage.take_processes());

    let mut latencies = Latencies::default();
    let mut refused = Vec::new();
    let mut acknowledged = Vec::new();
    for Answered { order, took, outcome } in answered {
        match outcome {
            Ok(_) => {
                latencies.record(took);
                acknowledged.push(order);
            }
            Err(reason) => refused.push(reason),
        }
    }
    let found = books.audit(&acknowledged).await?;
    let mut report = Report::new("accounts");
    report.about(format!(
        "{:?}, {} holds/s for {} s over the bus, {} elders, every {}th sent twice; a commit is one row on the same disk",
        args.database, args.holds_per_s, args.seconds, args.elders, args.repeat_every
    ));
    report.figure("hold_p99_ms", latencies.ms(0.99), "hold due to be sent → durable and answered");
    report.figure("commit_p99_ms", commit.ms(0.99), "the database's own commit of one row");
    report.quotient("hold_p99_ms", "commit_p99_ms", Bar::AtMost(5.0));
    report.figure("hold_p50_ms", latencies.ms(0.5), "");
    report.figure("commit_p50_ms", commit.ms(0.5), "");
    report.figure("holds", latencies.count() as f64, "");
    report.must_be_zero("lost", found.lost, "answered, and not in the books after a kill");
    report.must_be_zero("doubled", found.doubled, "orders with more than one hold, or more money than one");
    report.must_be_zero("unbalanced", usize::from(!found.balanced), "the books do not balance");
    report.must_be_zero("errors", refused.len(), "holds refused");
    for reason in refused.iter().take(3) {
        report.about(format!("refused: {reason}"));
    }
    report.publish(&args.output)
}

/// Runs `loadtest settlement`.
pub async fn settle(args: &SettlementArgs) -> Result<()> {
    settlement::run(args).await
}

/// Asks for a hold at each tick.
async fn hold(
    bus: &Bus,
    args: &Args,
    first: u64,
    mut ticks: mpsc::UnboundedReceiver<Tick>,
) -> Result<Vec<Answered>> {
    let to: Arc<str> = subject::command(&books::district()?, Service::Accounts).into();
    let today = Day::of(SystemClock.now());
    let mut asking = JoinSet::new();
    let mut answered = Vec::new();
    while let Some(tick) = ticks.recv().await {
        let number = first + tick.number;
        let order = format!("o{number}");
        let command = books::hold(&order, number % args.elders, today)?;
        let (bus, to, twice) =
            (bus.clone(), Arc::clone(&to), number.is_multiple_of(args.repeat_every.max(1)));
        asking.spawn(async move {
            let ask = || bus.request::<_, Noted>(to.to_string(), &command, PATIENCE);
            let outcome = if twice {
                let (one, two) = tokio::join!(ask(), ask());
                one.and(two)
            } else {
                ask().await
            };
            let outcome = outcome.map_err(|error: RequestError| error.to_string());
            Answered { order, took: tick.due.elapsed(), outcome }
        });
        while let Some(done) = asking.try_join_next() {
            answered.push(done?);
        }
    }
    while let Some(done) = asking.join_next().await {
        answered.push(done?);
    }
    Ok(answered)
}

/// Commits one row at each tick.
async fn commit(floor: CommitFloor, mut ticks: mpsc::UnboundedReceiver<Tick>) -> Result<Latencies> {
    let mut latencies = Latencies::default();
    while let Some(tick) = ticks.recv().await {
        let begun = Instant::now();
        floor.commit(tick.number).await.map_err(|reason| anyhow!(reason))?;
        latencies.record(begun.elapsed());
    }
    Ok(latencies)
}
