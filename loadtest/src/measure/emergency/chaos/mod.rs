//! `loadtest emergency-chaos`: whoever calls for help repeats until it is answered, while emergency-call, the edge and
//! nats-server are killed (`kill -9`): at random instants, and at chosen points between every two writes. Nothing
//! answered may be missing, nothing may be there twice, everybody must be answered in the end. The schedule of deaths is
//! in the report.
//!
//! | file | is |
//! | --- | --- |
//! | `presses.rs` | who calls, over which way |
//! | `deaths.rs` | what dies, and when |
//! | `gate.rs` | counts writes, so that a death has a place |
//! | `ground.rs` | one server, one on a disk that forgets, or three |
//! | `disk.rs`, `cluster.rs`, `server.rs` | how a disk forgets, how a node is cut off |
//! | `judge.rs` | what is durable against what was answered |

mod cluster;
mod deaths;
mod disk;
mod gate;
mod ground;
mod judge;
mod presses;
mod server;

use std::{
    path::Path,
    time::{Duration, Instant},
};

use anyhow::Result;
use bus::{Bus, StreamSpec};
use domain::id::DistrictId;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use runtime::Health;

use self::{
    deaths::Victims,
    gate::Gate,
    ground::Ground,
    presses::{Pressing, Ways},
};
use super::program::Program;
use crate::measure::{
    edge::{self, Account},
    report::{Output, Report},
};

/// Arguments of `loadtest emergency-chaos`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  loadtest emergency-chaos --alarms 10000 --kills 100 --json chaos.json
  loadtest emergency-chaos --drop-unsynced   (as root; needs xfsprogs)
  loadtest emergency-chaos --cluster         (as root; needs iproute2 and xfsprogs)")]
pub struct Args {
    /// Calls for help, each with a name of its own; every tenth who calls ten times, every twentieth is a phone.
    #[arg(long, default_value_t = 10_000)]
    alarms: usize,
    /// Deaths.
    #[arg(long, default_value_t = 100)]
    kills: usize,
    /// Who calls at a time.
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// Three nats-servers, one of which is stopped, cut off or has its disk full in turn.
    #[arg(long, conflicts_with = "drop_unsynced")]
    cluster: bool,
    /// nats-server's disk forgets what was not synced whenever it is killed.
    #[arg(long)]
    drop_unsynced: bool,
    /// Of when what dies.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[command(flatten)]
    output: Output,
}

/// Runs `loadtest emergency-chaos`.
pub async fn run(args: &Args) -> Result<()> {
    let ground = match (args.cluster, args.drop_unsynced) {
        (true, _) => Ground::three().await?,
        (_, true) => Ground::forgetful()?,
        _ => Ground::one()?,
    };
    let folder = tempfile::tempdir()?;
    let district = DistrictId::new("chaos")?;
    let calls = presses::presses(args.alarms);
    let (mut victims, ways) = bring_up(ground, folder.path(), &district, presses::accounts(&calls)).await?;

    let began = Instant::now();
    let pressing = Pressing::begin(calls, &ways, args.connections);
    let mut rng = ChaCha8Rng::seed_from_u64(args.seed);
    let plan = (args.kills, args.alarms);
    let schedule = deaths::carry_out(&mut victims, plan, &pressing, &mut rng).await?;
    while !pressing.all_done() {
        victims.revive()?;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let outcome = pressing.end().await?;
    let seconds = began.elapsed().as_secs_f64();

    let bus = Bus::connect(&victims.ground.config(), "loadtest", Health::default().part("nats")).await?;
    let incidents = judge::incidents(&bus, &district).await?;
    let (lost, twice) = judge::judge(&incidents, &outcome.acknowledged);

    let mut report = Report::new("emergency-chaos");
    report.about(format!(
        "{} calls on {} lines, {} deaths in {seconds:.0} s{}",
        args.alarms,
        args.connections,
        schedule.len(),
        match (args.cluster, args.drop_unsynced) {
            (true, _) => ", three nats-servers",
            (_, true) => ", on a disk that forgets what was not synced (tried before the run)",
            _ => "",
        }
    ));
    report.about(format!("deaths, ms after the start: {}", schedule.join(" ")));
    report.must_be_zero("acknowledged_lost", lost, "answered, and not in the stream");
    report.must_be_zero("never_answered", outcome.never, "not answered within five minutes");
    report.must_be_zero(
        "duplicate_incidents",
        twice,
        "one device's emergency opened twice, one press kept twice",
    );
    report.figure("answered", outcome.acknowledged.len() as f64, "");
    report.figure("incidents", incidents.len() as f64, "");
    report.figure("ended_by_themselves", victims.revived as f64, "and were started again");
    report.publish(&args.output)
}

/// Starts emergency-call and the edge.
async fn bring_up(
    ground: Ground,
    folder: &Path,
    district: &DistrictId,
    phones: Vec<Account>,
) -> Result<(Victims, Ways)> {
    let nats = ground.config();
    // The edge follows streams whose owners are not here.
    let bus = Bus::connect(&nats, "loadtest", Health::default().part("nats")).await?;
    bus.reconcile(&StreamSpec::all(district, nats.replicas)).await?;
    let gate = match &ground {
        Ground::Three(_) => None,
        _ => Some(Gate::open(nats.url.trim_start_matches("nats://").to_owned()).await?),
    };
    let (mqtt, port) = (format!("127.0.0.1:{}", bus::testing::free_port()?), bus::testing::free_port()?);
    let common = |url: &str| {
        vec![
            format!("nats.url={url}"),
            format!("nats.replicas={}", nats.replicas),
            "nats.timeout_ms=2000".to_owned(),
            "runtime.admin.listen=127.0.0.1:0".to_owned(),
        ]
    };
    let mut settings = common(gate.as_ref().map_or(nats.url.clone(), Gate::url).as_str());
    settings.extend([
        format!("emergency.district={district}"),
        format!("emergency.state={}", folder.join("state").display()),
        format!("emergency.listen.mqtt={mqtt}"),
        "emergency.listen.mqtt_anonymous=true".to_owned(),
        "emergency.lease_ttl_ms=300".to_owned(),
    ]);
    let mut service = Program::new("emergency-call", settings, folder.join("emergency-call.log"));
    service.start()?;
    let mut settings = common(&nats.url);
    settings.push(format!("edge.district.id={district}"));
    settings.extend(
        edge::settings(folder, port, &phones)?.into_iter().map(|(key, value)| format!("{key}={value}")),
    );
    let mut edge = Program::new("command-center", settings, folder.join("command-center.log"));
    edge.start()?;
    let ways = Ways { mqtt, edge: format!("http://127.0.0.1:{port}") };
    Ok((Victims { ground, service, edge, gate, revived: 0 }, ways))
}
