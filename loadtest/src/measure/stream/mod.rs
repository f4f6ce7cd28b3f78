//! `loadtest stream`: a thousand desks on one edge. The edge runs as a process of its own; this one writes what
//! `dispatch` and `caregiver-location` would write, and reads as the desks do. Connections are cut at random and taken
//! up again after the last event seen.

mod client;
mod source;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use bus::StreamSpec;
use domain::id::DistrictId;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use tokio::{sync::watch, task::JoinSet};

use self::{
    client::{Desk, Seen},
    source::{Orders, Schedule},
};
use super::{
    edge::{self, Account, Caller},
    pace::{Latencies, ticks},
    report::{Bar, Output, Report},
    stage::Stage,
};

/// Arguments of `loadtest stream`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: loadtest stream --clients 1000 --json stream.json")]
pub struct Args {
    /// How many desks watch.
    #[arg(long, default_value_t = 1000)]
    clients: u64,
    /// Order events a second.
    #[arg(long, default_value_t = 50.0)]
    orders: f64,
    /// Positions a second.
    #[arg(long, default_value_t = 150.0)]
    positions: f64,
    /// For so long.
    #[arg(long, default_value_t = 30)]
    seconds: u64,
    /// Each connection is cut after so many seconds on average.
    #[arg(long, default_value_t = 10.0)]
    cut_after: f64,
    /// Of when connections are cut.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[command(flatten)]
    output: Output,
}

/// The load begins so long after everybody is connected.
const SETTLE: Duration = Duration::from_secs(1);
/// So long after the last event everyone should have it.
const LAST_WITHIN: Duration = Duration::from_secs(15);

/// Runs `loadtest stream`.
pub async fn run(args: &Args) -> Result<()> {
    ensure!(args.clients > 0, "--clients is 0: nobody watches");
    let district = DistrictId::new("bench")?;
    let mut stage = Stage::start()?;
    let bus = stage.bus("loadtest").await?;
    bus.reconcile(&StreamSpec::all(&district, 1)).await?;
    let port = bus::testing::free_port()?;
    let operator = Account { user: "desk".to_owned(), role: "operator", caregiver: None };
    let mut settings = edge::settings(stage.folder(), port, &[operator])?;
    settings.push(("edge.district.id", district.to_string()));
    stage.service("command-center", &settings).await?;
    let desk = Caller::sign_in(&reqwest::Client::new(), &format!("http://127.0.0.1:{port}"), "desk").await?;

    let count = (args.orders * args.seconds as f64) as u64;
    let schedule = Schedule::new(args.orders, count);
    let (ended, end) = watch::channel(false);
    let mut desks = JoinSet::new();
    for number in 0..args.clients {
        let rng = ChaCha8Rng::seed_from_u64(args.seed ^ (number << 16));
        let desk = Desk::new(desk.clone(), Arc::clone(&schedule), args.cut_after, rng);
        desks.spawn(desk.watch(end.clone()));
    }
    schedule.all_connected(args.clients).await?;

    let start = Instant::now() + SETTLE;
    schedule.begin(start);
    let positions = (args.positions * args.seconds as f64) as u64;
    let moving =
        source::publish_positions(bus.clone(), district.clone(), ticks(start, args.positions, positions));
    let moving = tokio::spawn(moving);
    Orders::new(&bus, &district)?.publish(ticks(start, args.orders, count)).await?;
    moving.await??;
    let caught_up = tokio::time::timeout(LAST_WITHIN, schedule.all_finished(args.clients)).await;
    ended.send_replace(true);
    let mut seen = Seen::default();
    while let Some(one) = desks.join_next().await {
        seen.add(one??);
    }
    stage.check()?;

    let mut latencies = Latencies::default();
    seen.micros.iter().for_each(|us| latencies.record(Duration::from_micros(u64::from(*us))));
    let mut report = Report::new("stream");
    report.about(format!(
        "{} desks, {} order events/s, {} positions/s for {} s; each connection cut after {} s on average",
        args.clients, args.orders, args.positions, args.seconds, args.cut_after
    ));
    report.held(
        "p99_ms",
        latencies.ms(0.99),
        Bar::AtMost(250.0),
        "from when the event was due, or the desk connected anew",
    );
    report.figure("p50_ms", latencies.ms(0.5), "");
    report.figure("max_ms", latencies.ms(1.0), "");
    report.figure("order_events", latencies.count() as f64, "received, of all desks");
    report.must_be_zero("gaps", seen.gaps + seen.behind, "order events missed");
    report.must_be_zero("reordered", seen.reordered, "order events out of order or twice");
    report.figure("cuts", seen.cuts as f64, "resumed by Last-Event-ID");
    report.figure(
        "resets",
        seen.resets as f64,
        "asked by the edge to begin anew; what they skipped counts as gaps",
    );
    let rounds = args.clients as f64 * args.seconds as f64;
    report.figure("position_batches_per_s", seen.positions as f64 / rounds, "of one desk: coalesced");
    if caught_up.is_err() {
        report.about(format!("not everyone had the last event within {LAST_WITHIN:?}"));
    }
    report.publish(&args.output)
}
