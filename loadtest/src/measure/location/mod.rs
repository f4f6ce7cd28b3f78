//! `loadtest location`: what `caregiver-location` takes and answers, each figure beside the bare engine's in the same
//! run: core pub-sub for the positions it takes in, Redis GEOSEARCH for who is nearest.
//!
//! Every program is a process of its own: nats-server, the service, the bare subscriber, redis-server, and this one,
//! which publishes and asks. Peers take turns, so that both meet the same machine.

mod crowd;
mod latency;
mod pings;
mod questions;
mod redis;
mod reference;
pub mod sink;

use std::{path::PathBuf, time::Duration};

use anyhow::{Result, ensure};
use domain::id::DistrictId;

use self::crowd::Crowd;
use super::{
    report::{Bar, Output, Report},
    stage::Stage,
};

/// Arguments of `loadtest location`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: loadtest location --caregivers 10000 --json location.json")]
pub struct Args {
    /// How many caregivers are on shift.
    #[arg(long, default_value_t = 10_000)]
    caregivers: usize,
    /// The streets they are on; generated ones when left out.
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    /// Side of the generated district in kilometres.
    #[arg(long, default_value_t = 10.0, conflicts_with = "map")]
    side_km: f64,
    /// Of where people are and what is asked.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How often the peers take turns.
    #[arg(long, default_value_t = 4)]
    turns: usize,
    /// How long a turn of positions lasts.
    #[arg(long, default_value_t = 3)]
    turn_seconds: u64,
    /// Paced questions a second, of each kind.
    #[arg(long, default_value_t = 200.0)]
    rate: f64,
    /// How long they are asked.
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    #[command(flatten)]
    output: Output,
}

/// Questions of one turn against Redis.
const QUESTIONS: usize = 20_000;

/// Runs `loadtest location`.
pub async fn run(args: &Args) -> Result<()> {
    ensure!(args.caregivers > 0, "--caregivers is 0: nobody has a position");
    let mut stage = Stage::start()?;
    let bus = stage.bus("loadtest").await?;
    let mut crowd = Crowd::new(args, DistrictId::new("bench")?)?;
    let map = stage.folder().join("roads.bin");
    crowd.roads.save(&map)?;
    crowd.register(&bus).await?;
    let settings =
        [("location.district", crowd.district.to_string()), ("location.map", map.display().to_string())];
    let service = stage.service("caregiver-location", &settings).await?;
    crowd.go_on_shift(&bus).await?;
    stage.itself(&["sink", "--nats", &stage.nats_url()])?;

    let mut report = Report::new("location");
    report.about(format!(
        "{} caregivers, one position of {} bytes per message",
        args.caregivers,
        crowd.payload_bytes()
    ));
    let turn = Duration::from_secs(args.turn_seconds);
    let pings = pings::measure(&stage, &mut crowd, &service, args.turns, turn).await?;
    report.figure("pings_per_s", pings.taken.per_second(), "taken into the index");
    report.figure("raw_core_pubsub_per_s", pings.raw.per_second(), "counted by a bare subscriber");
    report.quotient("pings_per_s", "raw_core_pubsub_per_s", Bar::AtLeast(0.5));
    report.figure("pings_not_accepted", pings.not_accepted as f64, "by the service's own count");
    report.figure("pings_rejected", pings.rejected as f64, "of these");
    let step_downs = service.metric("location_step_downs_total").await?;
    report.figure("step_downs", step_downs, "the service lost its lease for want of processor time");

    crowd.settle(&bus).await?;
    let mismatches = reference::mismatches(&bus, &crowd).await?;
    report.must_be_zero("index_mismatches", mismatches, "everyone's neighbourhood, against brute force");
    stage.check()?;

    let redis = redis::Peer::fill(&stage.redis().await?, &crowd)?;
    let rates = questions::measure(&bus, &mut crowd, redis, args.turns, QUESTIONS).await?;
    report.figure("nearest_per_s", rates.nearest_per_s, "10 within 3 km, on the bus");
    report.figure("redis_geosearch_per_s", rates.redis_per_s, "pipelined × 100");
    report.quotient("nearest_per_s", "redis_geosearch_per_s", Bar::AtLeast(10.0));
    report.figure("people_within_3_km", rates.within, "of an average question");
    report.must_be_zero("answers_unlike_redis", rates.unlike, "in who is nearest");

    let latencies = latency::measure(&bus, &mut crowd, args.rate, args.seconds).await?;
    report.figure("nearest_by_road_p99_ms", latencies.by_road.ms(0.99), "");
    report.figure("nearest_p99_ms", latencies.by_crow.ms(0.99), "as the crow flies");
    report.quotient("nearest_by_road_p99_ms", "nearest_p99_ms", Bar::AtMost(2.0));
    report.figure("nearest_by_road_p50_ms", latencies.by_road.ms(0.5), "");
    report.figure("nearest_p50_ms", latencies.by_crow.ms(0.5), "");
    stage.check()?;
    report.publish(&args.output)
}
