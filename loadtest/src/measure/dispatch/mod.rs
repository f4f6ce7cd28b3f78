//! `loadtest dispatch`: how long from an order in (HTTP) to its offer seen on the live stream, with the whole system up
//! and everything through the front door: the desk places, phones accept, arrive, serve and finish. In between, at the
//! same pace, the floor: the same bytes as an offer, written durably to an otherwise idle stream.

mod desk;
mod phone;
mod town;

use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};
use bus::{Bus, Followed, StartFrom};
use bytes::Bytes;
use schemas::subject::StreamKind;

use self::{
    desk::{Desk, Watch},
    phone::{Habits, Phones},
    town::Town,
};
use super::{
    floor::Floor,
    pace::{Latencies, ticks},
    report::{Bar, Output, Report},
    stage::Stage,
};

/// Arguments of `loadtest dispatch`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example: loadtest dispatch --caregivers 2000 --rate 100 --seconds 30 --json dispatch.json"
)]
pub struct Args {
    /// How many caregivers are on shift.
    #[arg(long, default_value_t = 2000)]
    caregivers: usize,
    /// How many elders live there.
    #[arg(long, default_value_t = 6000)]
    elders: usize,
    /// Orders a second.
    #[arg(long, default_value_t = 100.0)]
    rate: f64,
    /// For so long.
    #[arg(long, default_value_t = 30)]
    seconds: u64,
    /// Before that, for so long at the same rate, without counting.
    #[arg(long, default_value_t = 5)]
    warm_up: u64,
    /// Of so many offers one is accepted and served to the end; at least one, lest staff run out.
    #[arg(long, default_value_t = 2)]
    serve_every: usize,
    /// A phone lets so many milliseconds pass between two taps.
    #[arg(long, default_value_t = 500)]
    tap_ms: u64,
    /// Side of the generated district in kilometres.
    #[arg(long, default_value_t = 10.0)]
    side_km: f64,
    /// With accounts on: every order asks for its money, on SQLite.
    #[arg(long)]
    accounts: bool,
    /// Of who lives where and what is ordered.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[command(flatten)]
    output: Output,
}

const SETTLE: Duration = Duration::from_secs(1);
/// So long after the last order every offer should have been seen.
const LAST_WITHIN: Duration = Duration::from_secs(10);

/// Runs `loadtest dispatch`.
pub async fn run(args: &Args) -> Result<()> {
    let mut stage = Stage::start()?;
    let mut town = Town::open(args, &mut stage).await?;
    let habits = Habits { serve_every: args.serve_every.max(1), between: Duration::from_millis(args.tap_ms) };
    let phones = Phones::new(std::mem::take(&mut town.phones), habits);
    let watch = Watch::start(&town.desk, phones.clone()).await?;
    let mut desk = Desk::new(&town);

    let warm_up = (args.rate * args.warm_up as f64) as u64;
    desk.place(ticks(Instant::now() + SETTLE, args.rate, warm_up), false).await?;
    watch.until_offered(desk.placed(), LAST_WITHIN).await?;
    let bus = stage.bus("loadtest").await?;
    let offer = typical_offer(&bus, &town).await?;
    let bytes = offer.len();
    let floor = Floor::open(&bus, offer).await?;

    let count = (args.rate * args.seconds as f64) as u64;
    let start = Instant::now() + SETTLE;
    let between = start + Duration::from_secs_f64(0.5 / args.rate);
    let floor = tokio::spawn(floor.run(ticks(between, args.rate, count)));
    let commits =
        args.accounts.then(|| tokio::spawn(commits(stage.folder().join("beside"), start, args.seconds)));
    desk.place(ticks(start, args.rate, count), true).await?;
    let (_, floor) = floor.await??;
    let commit = match commits {
        Some(commits) => Some(commits.await??),
        None => None,
    };
    watch.until_offered(desk.placed(), LAST_WITHIN).await?;
    stage.check()?;

    let mut report = Report::new("dispatch");
    let taps = phones.taps();
    report.about(format!(
        "{} caregivers on shift, {} orders/s for {} s, {} of {} offers served to the end in {} taps; an offer has {bytes} bytes",
        args.caregivers, args.rate, args.seconds, taps.visits, taps.offers, taps.done
    ));
    let (latencies, lost) = latencies(&desk, &watch);
    report.figure("offer_p99_ms", latencies.ms(0.99), "order due to be sent → offer seen on the live stream");
    report.figure("floor_publish_p99_ms", floor.ms(0.99), "the same bytes, durable, acknowledged");
    match &commit {
        None => report.quotient("offer_p99_ms", "floor_publish_p99_ms", Bar::AtMost(2.5)),
        Some(commit) => {
            let both = floor.ms(0.99) + commit.ms(0.99);
            report.figure("commit_p99_ms", commit.ms(0.99), "the database's own commit of one row");
            report.figure("floor_publish_p99_ms + commit_p99_ms", both, "");
            report.quotient("offer_p99_ms", "floor_publish_p99_ms + commit_p99_ms", Bar::AtMost(2.5));
            let held = town::held(&stage.bus("loadtest").await?, &town.district).await?;
            report.figure("holds", held as f64, "orders whose money was set aside or taken");
        }
    }
    report.figure("offer_p50_ms", latencies.ms(0.5), "");
    report.figure("floor_publish_p50_ms", floor.ms(0.5), "");
    report.figure("offers", latencies.count() as f64, "");
    report.must_be_zero("lost", lost, "orders acknowledged whose offer was not seen");
    report.must_be_zero(
        "duplicated",
        watch.duplicated(desk.placed()),
        "orders nobody placed, events seen twice",
    );
    report.must_be_zero("errors", desk.refused().len() + taps.refused.len(), "orders and taps refused");
    for reason in desk.refused().iter().chain(&taps.refused).take(3) {
        report.about(format!("refused: {reason}"));
    }
    for why in watch.waiting().iter().take(10) {
        report.about(format!("still waiting: {why}"));
    }
    report.publish(&args.output)
}

/// Commits one row fifty times a second, beside the books on the same disk.
async fn commits(folder: std::path::PathBuf, start: Instant, seconds: u64) -> Result<Latencies> {
    const A_SECOND: f64 = 50.0;
    let place = database::Place::Folder(folder);
    let floor = database::testing::CommitFloor::open(&place).await.map_err(|reason| anyhow!(reason))?;
    let mut ticks = ticks(start, A_SECOND, (A_SECOND * seconds as f64) as u64);
    let mut latencies = Latencies::default();
    while let Some(tick) = ticks.recv().await {
        let begun = Instant::now();
        floor.commit(tick.number).await.map_err(|reason| anyhow!(reason))?;
        latencies.record(begun.elapsed());
    }
    Ok(latencies)
}

/// How long offers took, and how many never came.
fn latencies(desk: &Desk<'_>, watch: &Watch) -> (Latencies, usize) {
    let offered = watch.offered();
    let mut latencies = Latencies::default();
    let mut lost = 0;
    for (order, placed) in desk.placed() {
        match offered.get(order) {
            Some(seen) if placed.counts => latencies.record(seen.saturating_duration_since(placed.due)),
            Some(_) => {}
            None => lost += 1,
        }
    }
    (latencies, lost)
}

/// The bytes of an offer of middling size, as dispatch wrote it.
async fn typical_offer(bus: &Bus, town: &Town) -> Result<Bytes> {
    let stream = StreamKind::Orders.name(&town.district);
    let mut follower = bus.follow(&stream, &[], StartFrom::First).await?;
    let mut offers: Vec<Bytes> = Vec::new();
    loop {
        match follower.next().await {
            Followed::Message(message) => {
                let offered = br#""type":"care.order.offered.v1""#;
                if message.payload.windows(offered.len()).any(|window| window == offered) {
                    offers.push(message.payload);
                }
            }
            Followed::CaughtUp { .. } => break,
            Followed::Reset => offers.clear(),
        }
    }
    offers.sort_by_key(Bytes::len);
    offers.get(offers.len() / 2).cloned().context("nothing was offered while warming up")
}
