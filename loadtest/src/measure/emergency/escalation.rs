//! `loadtest escalation`: unanswered alarms climb; how late each rung is taken, also when the process is killed in
//! between (then counted from the moment a process is up again).

use std::{collections::HashMap, time::Duration};

use anyhow::{Context, Result};
use bus::{Bus, Followed, StartFrom, testing::NatsServer};
use domain::{id::DistrictId, incident::Happening, time::Timestamp};
use runtime::{Clock, Health, SystemClock};
use schemas::{
    emergency::IncidentEvent,
    envelope::CloudEvent,
    order::Takeover,
    subject::{self, StreamKind},
};
use tokio::sync::mpsc;

use super::{device::Device, program::Program};
use crate::measure::{
    pace::Latencies,
    report::{Bar, Output, Report},
};

/// Arguments of `loadtest escalation`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: loadtest escalation --alarms 2000 --kills 5 --json escalation.json")]
pub struct Args {
    /// Alarms nobody answers.
    #[arg(long, default_value_t = 2000)]
    alarms: usize,
    /// Over so many seconds.
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// How often the process is killed meanwhile.
    #[arg(long, default_value_t = 5)]
    kills: u64,
    #[command(flatten)]
    output: Output,
}

/// Four rungs, seconds apart instead of minutes.
const PLAN: &str = r#"
[[emergency.rules.plans]]
name = "quick"
loops = 1
round_after = 2
steps = [
    { after = 0, call = [{ party = "desk" }] },
    { after = 3, call = [{ party = "desk" }] },
    { after = 2, call = [{ party = "supervisor" }] },
    { after = 4, call = [{ party = "ambulance" }] },
]
"#;
/// From the last alarm to the end of its ladder, with room.
const CLIMB: Duration = Duration::from_secs(26);

/// A rung that was taken.
struct Rung {
    due: Timestamp,
    seen: Timestamp,
}

/// Runs `loadtest escalation`.
pub async fn run(args: &Args) -> Result<()> {
    let nats = NatsServer::try_start().map_err(|reason| anyhow::anyhow!(reason))?;
    let folder = tempfile::tempdir()?;
    let district = DistrictId::new("ladder")?;
    let mqtt = format!("127.0.0.1:{}", bus::testing::free_port()?);
    let file = folder.path().join("emergency.toml");
    let text = format!(
        "[nats]\nurl = {:?}\n[runtime.admin]\nlisten = \"127.0.0.1:0\"\n[emergency]\ndistrict = \"{district}\"\n\
         state = {:?}\nlease_ttl_ms = 300\n[emergency.listen]\nmqtt = \"{mqtt}\"\nmqtt_anonymous = true\n{PLAN}",
        nats.url(),
        folder.path().join("state").display().to_string(),
    );
    std::fs::write(&file, text)?;
    let mut program = Program::new("emergency-call", Vec::new(), folder.path().join("emergency-call.log"))
        .with_config(&file);
    program.start()?;
    let bus = Bus::connect(&nats.config(), "loadtest", Health::default().part("nats")).await?;
    let mut device = Device::connect_when_open(&mqtt, "ladder").await?;
    let (send, rungs) = mpsc::unbounded_channel();
    let watching = tokio::spawn(watch(bus.clone(), district.clone(), send));

    let pause = Duration::from_secs_f64(args.seconds as f64 / args.alarms.max(1) as f64);
    let began = std::time::Instant::now();
    let whole = Duration::from_secs(args.seconds) + CLIMB;
    let killing = async {
        for kill in 0..args.kills {
            let at = whole.mul_f64((kill as f64 + 0.7) / (args.kills as f64 + 1.0));
            tokio::time::sleep(at.saturating_sub(began.elapsed())).await;
            program.kill();
            program.start()?;
        }
        tokio::time::sleep(whole.saturating_sub(began.elapsed())).await;
        anyhow::Ok(())
    };
    let pressing = async {
        for number in 0..args.alarms {
            let due = pause.mul_f64(number as f64);
            tokio::time::sleep(due.saturating_sub(began.elapsed())).await;
            while device.alarm(&format!("b{number}"), "1").await.is_err() {
                device = Device::connect_when_open(&mqtt, "ladder").await?;
            }
        }
        anyhow::Ok(())
    };
    let (killed, pressed) = tokio::join!(killing, pressing);
    killed?;
    pressed?;
    watching.abort();
    let latencies = judge(rungs);

    let mut report = Report::new("escalation");
    let rungs = latencies.count();
    report
        .about(format!("{} alarms in {} s, {} kills, {rungs} rungs", args.alarms, args.seconds, args.kills));
    report.held(
        "deadline_error_p99_ms",
        latencies.ms(0.99),
        Bar::AtMost(250.0),
        "rung due → rung seen taken",
    );
    report.figure("deadline_error_p50_ms", latencies.ms(0.5), "");
    report.figure("deadline_error_max_ms", latencies.ms(1.0), "");
    // Three rungs of the first round after the one taken at once, four of the second.
    let expected = args.alarms * 7;
    report.must_be_zero("rungs_missing", expected.saturating_sub(rungs as usize), "never taken");
    report.publish(&args.output)
}

/// Notes when rungs were due and when they were seen.
async fn watch(bus: Bus, district: DistrictId, rungs: mpsc::UnboundedSender<Rung>) -> Result<()> {
    let mut follower = loop {
        match bus.follow(StreamKind::Alarms.name(&district), &[], StartFrom::First).await {
            Ok(follower) => break follower,
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    };
    let takeover = subject::alarms_takeover(&district);
    let mut up = Timestamp::default();
    let mut due: HashMap<String, Timestamp> = HashMap::new();
    loop {
        let Followed::Message(message) = follower.next().await else { continue };
        let seen = SystemClock.now();
        if message.subject.as_str() == takeover {
            up = message.decode::<CloudEvent<Takeover>>()?.data.at;
            continue;
        }
        let incident = message.decode::<CloudEvent<IncidentEvent>>()?.data.incident;
        let escalated = incident.timeline.last().map(|entry| &entry.what);
        let before = due.get(incident.id.as_str()).copied();
        if let (Some(Happening::Escalated { .. }), Some(before)) = (escalated, before) {
            rungs.send(Rung { due: before.max(up), seen }).ok().context("nobody listens")?;
        }
        match incident.escalation.due {
            Some(at) => due.insert(incident.id.to_string(), at),
            None => due.remove(incident.id.as_str()),
        };
    }
}

fn judge(mut rungs: mpsc::UnboundedReceiver<Rung>) -> Latencies {
    let mut latencies = Latencies::default();
    while let Ok(rung) = rungs.try_recv() {
        latencies.record(Duration::from_millis(rung.seen.millis_since(rung.due).max(0) as u64));
    }
    latencies
}
