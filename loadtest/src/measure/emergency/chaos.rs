//! `loadtest emergency-chaos`: devices press and repeat until they are answered, while the service and nats-server are
//! killed (`kill -9`) at random instants. Nothing answered may be missing, nothing may be there twice, everybody must be
//! answered in the end. The kill schedule is in the report.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use anyhow::{Result, ensure};
use bus::{Bus, Followed, StartFrom, testing::NatsServer};
use domain::id::{DistrictId, IncidentId};
use domain::incident::Incident;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use runtime::Health;
use schemas::{emergency::IncidentEvent, envelope::CloudEvent, subject::StreamKind};
use tokio::{sync::Mutex, task::JoinSet};

use super::{device::Device, program::Program};
use crate::measure::{
    report::{Output, Report},
    stage::free_port,
};

/// Arguments of `loadtest emergency-chaos`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: loadtest emergency-chaos --alarms 10000 --kills 100 --json chaos.json")]
pub struct Args {
    /// Alarms, each with a name of its own; every tenth device presses ten times.
    #[arg(long, default_value_t = 10_000)]
    alarms: usize,
    /// Deaths; every fifth is nats-server's.
    #[arg(long, default_value_t = 100)]
    kills: usize,
    /// Devices that press at a time.
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// Of when what dies.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[command(flatten)]
    output: Output,
}

/// A device that was not answered after so long never is.
const EVER: Duration = Duration::from_mins(5);

/// Runs `loadtest emergency-chaos`.
pub async fn run(args: &Args) -> Result<()> {
    let mut nats = NatsServer::try_start().map_err(|reason| anyhow::anyhow!(reason))?;
    let folder = tempfile::tempdir()?;
    let district = DistrictId::new("chaos")?;
    let mqtt = format!("127.0.0.1:{}", free_port()?);
    let settings = vec![
        format!("nats.url={}", nats.url()),
        "nats.timeout_ms=2000".to_owned(),
        "runtime.admin.listen=127.0.0.1:0".to_owned(),
        format!("emergency.district={district}"),
        format!("emergency.state={}", folder.path().join("state").display()),
        format!("emergency.listen.mqtt={mqtt}"),
        "emergency.listen.mqtt_anonymous=true".to_owned(),
        "emergency.lease_ttl_ms=300".to_owned(),
    ];
    let mut program = Program::new(settings, folder.path().join("emergency-call.log"));
    program.start()?;

    let answered = Arc::new(AtomicUsize::new(0));
    let mut devices = press_all(args, &mqtt, &answered);

    let mut rng = ChaCha8Rng::seed_from_u64(args.seed);
    let began = std::time::Instant::now();
    let mut schedule = Vec::new();
    for kill in 0..args.kills {
        // Not before its share of the alarms was answered: deaths spread over the whole run.
        let share = args.alarms * kill / args.kills.max(1);
        while answered.load(Ordering::Relaxed) < share {
            tokio::time::sleep(Duration::from_millis(5)).await;
            ensure!(began.elapsed() < EVER * 6, "the run does not get on; see the log of emergency-call");
        }
        tokio::time::sleep(Duration::from_micros(rng.random_range(0..60_000))).await;
        let at = began.elapsed().as_millis();
        if kill % 5 == 4 {
            schedule.push(format!("nats@{at}"));
            nats.restart();
        } else {
            schedule.push(format!("service@{at}"));
            program.kill();
            program.start()?;
        }
    }
    let (mut acknowledged, mut never) = (Vec::new(), 0);
    while let Some(done) = devices.join_next().await {
        let (some, unanswered) = done?;
        acknowledged.extend(some);
        never += unanswered;
    }
    let seconds = began.elapsed().as_secs_f64();

    let bus = Bus::connect(&nats.config(), "loadtest", Health::default().part("nats")).await?;
    let incidents = incidents(&bus, &district).await?;
    let (lost, twice) = judge(&incidents, &acknowledged);

    let mut report = Report::new("emergency-chaos");
    report.about(format!(
        "{} alarms on {} connections, {} deaths in {seconds:.0} s",
        args.alarms,
        args.connections,
        schedule.len()
    ));
    report.about(format!("deaths, ms after the start: {}", schedule.join(" ")));
    report.must_be_zero("acknowledged_lost", lost, "answered, and not in the stream");
    report.must_be_zero("never_answered", never, "not answered within five minutes");
    report.must_be_zero(
        "duplicate_incidents",
        twice,
        "one device's emergency opened twice, one press kept twice",
    );
    report.figure("answered", acknowledged.len() as f64, "");
    report.figure("incidents", incidents.len() as f64, "");
    report.publish(&args.output)
}

/// Every connection takes the next press and repeats it until it is answered; gives what was answered, and how many
/// never were.
fn press_all(
    args: &Args,
    mqtt: &str,
    answered: &Arc<AtomicUsize>,
) -> JoinSet<(Vec<(String, String)>, usize)> {
    let work = Arc::new(Mutex::new(presses(args.alarms).into_iter()));
    let mut devices = JoinSet::new();
    for line in 0..args.connections {
        let (work, answered, mqtt) = (Arc::clone(&work), Arc::clone(answered), mqtt.to_owned());
        devices.spawn(async move {
            let mut acknowledged = Vec::new();
            let mut never = 0;
            let mut connection = None;
            loop {
                let Some((device, id)) = work.lock().await.next() else { return (acknowledged, never) };
                let until = tokio::time::Instant::now() + EVER;
                loop {
                    if repeat(&mut connection, &mqtt, line, &device, &id).await {
                        answered.fetch_add(1, Ordering::Relaxed);
                        acknowledged.push((device, id));
                        break;
                    }
                    if tokio::time::Instant::now() > until {
                        never += 1;
                        break;
                    }
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            }
        });
    }
    devices
}

/// Presses that were answered and are not kept, and what is kept twice.
fn judge(incidents: &[Incident], acknowledged: &[(String, String)]) -> (usize, usize) {
    let mut kept: BTreeMap<(String, String), usize> = BTreeMap::new();
    for incident in incidents {
        for press in &incident.presses {
            let name = (press.device.to_string(), press.key.clone().unwrap_or_default());
            *kept.entry(name).or_default() += 1;
        }
    }
    let lost = acknowledged
        .iter()
        .filter(|(device, id)| !kept.contains_key(&(format!("mqtt-{device}"), id.clone())))
        .count();
    let devices: BTreeSet<_> = incidents.iter().map(|incident| incident.device.clone()).collect();
    let twice = incidents.len() - devices.len() + kept.values().filter(|n| **n > 1).count();
    (lost, twice)
}

/// Device and name of each press; every tenth device presses ten times, which is one emergency.
fn presses(alarms: usize) -> Vec<(String, String)> {
    let mut presses = Vec::with_capacity(alarms);
    let mut device = 0;
    while presses.len() < alarms {
        let times = if device % 10 == 0 { 10 } else { 1 };
        for press in 0..times {
            presses.push((format!("d{device}"), press.to_string()));
        }
        device += 1;
    }
    presses.truncate(alarms);
    presses
}

/// One try; on any trouble the connection is given up.
async fn repeat(connection: &mut Option<Device>, at: &str, line: usize, device: &str, id: &str) -> bool {
    let mut line = match connection.take() {
        Some(line) => line,
        None => match Device::connect(at, &format!("line-{line}")).await {
            Ok(line) => line,
            Err(_) => return false,
        },
    };
    let answered = line.alarm(device, id).await.is_ok();
    if answered {
        *connection = Some(line);
    }
    answered
}

/// The incidents as they are durable.
pub(super) async fn incidents(bus: &Bus, district: &DistrictId) -> Result<Vec<Incident>> {
    let mut follower = bus.follow(StreamKind::Alarms.name(district), &[], StartFrom::LastPerSubject).await?;
    let mut incidents: BTreeMap<IncidentId, Incident> = BTreeMap::new();
    loop {
        match follower.next().await {
            Followed::CaughtUp { .. } => return Ok(incidents.into_values().collect()),
            Followed::Reset => incidents.clear(),
            Followed::Message(message) if message.subject.contains('~') => {}
            Followed::Message(message) => {
                let event: CloudEvent<IncidentEvent> = message.decode()?;
                incidents.insert(event.data.incident.id.clone(), event.data.incident);
            }
        }
    }
}
