//! `loadtest supervision`: tens of thousands of devices beat, some fall silent, a mast goes down. Every silence must be
//! noticed, no other device be called silent, the mast be one event, in little memory. The service's clock runs fast.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use bus::{Bus, Followed, StartFrom, testing::NatsServer};
use domain::{
    alarm::{Channel, Fault},
    device::{Device as Registered, DeviceClass},
    id::{CommandId, DeviceId, DistrictId, ElderId, StreetId, UserId},
    order::{Actor, Role},
    unit::Seconds,
};
use futures::{StreamExt, TryStreamExt, stream};
use runtime::{Clock, Health, SystemClock};
use schemas::{
    emergency::{DeviceEvent, EmergencyCommand, EmergencyDone, EmergencyRequest, Outage},
    envelope::CloudEvent,
    subject::{self, Service, StreamKind},
};

use super::{device::Device, program::Program};
use crate::measure::report::{Bar, Output, Report};

/// Arguments of `loadtest supervision`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: loadtest supervision --devices 50000 --json supervision.json")]
pub struct Args {
    /// Devices, a thousand to a street.
    #[arg(long, default_value_t = 50_000)]
    devices: usize,
    /// Of so many devices one falls silent.
    #[arg(long, default_value_t = 200)]
    silent_every: usize,
    /// Seconds of the service's clock per second.
    #[arg(long, default_value_t = 30.0)]
    speed: f64,
    /// How often the process is killed meanwhile.
    #[arg(long, default_value_t = 1)]
    kills: u64,
    #[command(flatten)]
    output: Output,
}

/// Each device beats so often, by the service's clock.
const INTERVAL: f64 = 900.0;
const STREET: usize = 1000;
const LINES: usize = 16;

/// Runs `loadtest supervision`.
pub async fn run(args: &Args) -> Result<()> {
    let nats = NatsServer::try_start().map_err(|reason| anyhow::anyhow!(reason))?;
    let folder = tempfile::tempdir()?;
    let district = DistrictId::new("watch")?;
    let mqtt = format!("127.0.0.1:{}", bus::testing::free_port()?);
    let wall = SystemClock.now();
    let settings = vec![
        format!("nats.url={}", nats.url()),
        "runtime.admin.listen=127.0.0.1:0".to_owned(),
        format!("runtime.clock.wall={wall}"),
        format!("runtime.clock.shown={wall}"),
        format!("runtime.clock.speed={:.1}", args.speed),
        format!("emergency.district={district}"),
        format!("emergency.state={}", folder.path().join("state").display()),
        format!("emergency.listen.mqtt={mqtt}"),
        "emergency.listen.mqtt_anonymous=true".to_owned(),
    ];
    let mut program = Program::new("emergency-call", settings, folder.path().join("emergency-call.log"));
    program.start()?;
    let bus = Bus::connect(&nats.config(), "loadtest", Health::default().part("nats")).await?;
    register(&bus, &district, args.devices).await?;

    // One street in fifty lies under the mast that goes down; single devices fall silent elsewhere.
    let mast = args.devices.saturating_sub(STREET.min(args.devices / 2));
    let silent = |device: usize| device < mast && device % args.silent_every.max(2) == 1;
    let began = Instant::now();
    let real_interval = Duration::from_secs_f64(INTERVAL / args.speed);
    // One interval of everybody, then three without the silent.
    let (healthy, whole) = (real_interval.mul_f64(1.2), real_interval.mul_f64(4.5));
    let beating = stream::iter(0..LINES)
        .map(|line| {
            let mqtt = mqtt.clone();
            async move {
                let own: Vec<usize> = (0..args.devices).filter(|device| device % LINES == line).collect();
                let mut connection = None;
                let mut beat: u32 = 0;
                loop {
                    for (place, device) in own.iter().enumerate() {
                        let share = place as f64 / own.len().max(1) as f64;
                        let due = real_interval.mul_f64(f64::from(beat) + share);
                        if due >= whole {
                            return anyhow::Ok(());
                        }
                        tokio::time::sleep(due.saturating_sub(began.elapsed())).await;
                        let quiet = due >= healthy && (silent(*device) || *device >= mast);
                        if !quiet {
                            beat_once(&mut connection, &mqtt, line, *device).await?;
                        }
                    }
                    beat += 1;
                }
            }
        })
        .buffer_unordered(LINES)
        .try_collect::<Vec<()>>();
    let killing = async {
        for kill in 0..args.kills {
            let at = whole.mul_f64((kill as f64 + 0.6) / (args.kills as f64 + 0.5));
            tokio::time::sleep(at.saturating_sub(began.elapsed())).await;
            program.kill();
            program.start()?;
        }
        anyhow::Ok(())
    };
    let (beaten, killed) = tokio::join!(beating, killing);
    beaten?;
    killed?;
    let rss = program.rss_mb()?;
    let found = found(&bus, &district).await?;

    let expected: BTreeSet<usize> = (0..args.devices).filter(|device| silent(*device)).collect();
    let missed = expected.difference(&found.silent).count();
    let false_silent = found.silent.difference(&expected).count();
    let mut report = Report::new("supervision");
    report.about(format!(
        "{} devices beating every {INTERVAL} s of a clock {} times as fast, {} kills",
        args.devices, args.speed, args.kills
    ));
    report.must_be_zero("silent_missed", missed, "fell silent unnoticed");
    report.must_be_zero(
        "false_silent",
        false_silent,
        "called silent while they beat, or told of singly under the mast",
    );
    report.held("rss_mb", rss, Bar::AtMost(200.0), "emergency-call alone");
    report.figure("silent", expected.len() as f64, "devices that fell silent one by one");
    report.figure("outages", found.outages as f64, "one mast went down");
    report.held("outage_events", found.outages as f64, Bar::AtMost(1.0), "");
    report.publish(&args.output)
}

/// A beat; a connection that ended is made anew.
async fn beat_once(connection: &mut Option<Device>, at: &str, line: usize, device: usize) -> Result<()> {
    loop {
        let mut own = match connection.take() {
            Some(own) => own,
            None => Device::connect_when_open(at, &format!("line-{line}")).await?,
        };
        if own.publish(&format!("care/{device}/alive"), b"").await.is_ok() {
            *connection = Some(own);
            return Ok(());
        }
    }
}

async fn register(bus: &Bus, district: &DistrictId, devices: usize) -> Result<()> {
    let to = subject::command(district, Service::EmergencyCall);
    let actor = Actor { role: Role::Supervisor, user: Some(UserId::new("desk")?) };
    stream::iter(0..devices)
        .map(|number| {
            let (to, actor) = (to.clone(), actor.clone());
            async move {
                let device = Registered {
                    class: DeviceClass::Pendant,
                    elder: Some(ElderId::new(format!("e{number}"))?),
                    street: Some(StreetId::new(format!("s{}", number / STREET))?),
                    interval: Some(Seconds(INTERVAL as i64)),
                    ..Registered::unknown(DeviceId::new(format!("mqtt-{number}"))?, Channel::Mqtt)
                };
                let id = CommandId::new(format!("r{number}"))?;
                let request = EmergencyCommand::Register { id, device, card: None };
                let request = EmergencyRequest { actor, caregiver: None, request };
                let deadline = Instant::now() + Duration::from_secs(30);
                while let Err(error) =
                    bus.request::<_, EmergencyDone>(to.clone(), &request, Duration::from_secs(10)).await
                {
                    ensure!(Instant::now() < deadline, "a device cannot be registered: {error}");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                anyhow::Ok(())
            }
        })
        .buffer_unordered(512)
        .try_collect::<Vec<()>>()
        .await?;
    Ok(())
}

struct Found {
    silent: BTreeSet<usize>,
    outages: usize,
}

async fn found(bus: &Bus, district: &DistrictId) -> Result<Found> {
    let mut follower = bus.follow(StreamKind::Devices.name(district), &[], StartFrom::LastPerSubject).await?;
    let mut found = Found { silent: BTreeSet::new(), outages: 0 };
    loop {
        match follower.next().await {
            Followed::CaughtUp { .. } => return Ok(found),
            Followed::Reset => found = Found { silent: BTreeSet::new(), outages: 0 },
            Followed::Message(message) if message.subject.contains(".device.state.") => {
                let event = message.decode::<CloudEvent<DeviceEvent>>()?.data;
                if event.condition.faults.contains_key(&Fault::Silent) {
                    let number = event.device.id.as_str().trim_start_matches("mqtt-");
                    found.silent.insert(number.parse().context("a stranger")?);
                }
            }
            Followed::Message(message) if message.subject.contains(".device.outage.") => {
                let outage = message.decode::<CloudEvent<Outage>>()?.data;
                found.outages += usize::from(outage.ended.is_none());
            }
            Followed::Message(_) => {}
        }
    }
}
