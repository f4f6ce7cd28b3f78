//! Call buttons: how fast an alarm is durable and answered, and reaches a responder (`emergency`); that nothing answered
//! is lost when processes die (`chaos`); that deadlines are kept (`escalation`); that silence is noticed (`supervision`).
//!
//! Devices speak MQTT 3.1.1 over TCP, as stock devices do, and repeat until they are answered.

pub mod chaos;
mod crew;
mod device;
pub mod escalation;
mod program;
pub mod supervision;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use bus::{Bus, Followed, StartFrom, StreamSpec};
use bytes::Bytes;
use domain::id::DistrictId;
use emergency_call::decode::fnv1a;
use futures::StreamExt;
use schemas::{
    emergency::CallOut,
    subject::{self, StreamKind},
};
use tokio::{sync::mpsc, task::JoinSet};

use self::{crew::Crew, device::Device};
use super::{
    floor::Floor,
    pace::{Latencies, Tick, ticks},
    report::{Bar, Output, Report},
    stage::Stage,
};

/// Arguments of `loadtest emergency`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: loadtest emergency --rate 200 --seconds 60 --json emergency.json")]
pub struct Args {
    /// Alarms a second, each of a device of its own.
    #[arg(long, default_value_t = 200.0)]
    rate: f64,
    /// For so long with orders beside, and half as long alone.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Orders a second placed with dispatch meanwhile.
    #[arg(long, default_value_t = 100.0)]
    orders: f64,
    /// Caregivers on shift.
    #[arg(long, default_value_t = 300)]
    caregivers: usize,
    /// Connections the devices share.
    #[arg(long, default_value_t = 64)]
    connections: usize,
    #[command(flatten)]
    output: Output,
}

const SETTLE: Duration = Duration::from_secs(1);
/// So long after the last alarm every responder should have been called.
const LAST_WITHIN: Duration = Duration::from_secs(10);

/// When each device's first responder was called, by the hash that its incident is named after.
type Called = Arc<Mutex<HashMap<String, Instant>>>;

/// Runs `loadtest emergency`.
pub async fn run(args: &Args) -> Result<()> {
    let mut stage = Stage::start()?;
    let district = DistrictId::new("bench")?;
    let bus = stage.bus("loadtest").await?;
    let mqtt = format!("127.0.0.1:{}", bus::testing::free_port()?);
    // PROFILES is the registry's, which is not on this stage; whoever follows it waits until it is there.
    bus.reconcile(&[StreamSpec::of(StreamKind::Profiles, &district, 1)]).await?;
    let location = [("location.district", district.to_string())];
    stage.service("caregiver-location", &location).await?;
    let crew = Crew::new(&bus, &district, args.caregivers);
    crew.come_to_work().await?;
    stage.service("dispatch", &[("dispatch.district", district.to_string())]).await?;
    stage.service("emergency-call", &settings(&stage, &district, &mqtt)).await?;
    let called = listen(&bus, &district).await?;
    crew.until_found().await?;

    let mut devices = Devices::connect(&mqtt, args.connections).await?;
    let warm_up = (args.rate * 3.0) as u64;
    devices.press(ticks(Instant::now() + SETTLE, args.rate, warm_up)).await?;
    let typical = typical(&bus, &district).await?;
    let bytes = typical.len();

    // The floor is measured in both phases: what differs between them is the orders, and nothing else.
    let floor = Floor::open(&bus, typical).await?;
    let (alone, floor) = Phase::run(args.rate, args.seconds / 2, &mut devices, floor, None, &called).await?;
    let orders = (args.orders > 0.0).then_some((&crew, args.orders));
    let (both, _) = Phase::run(args.rate, args.seconds, &mut devices, floor, orders, &called).await?;
    stage.check()?;

    let mut report = Report::new("emergency");
    report.about(format!(
        "{} alarms/s over MQTT for {} s beside {} orders/s, {} caregivers on shift; an incident has {bytes} bytes",
        args.rate, args.seconds, args.orders, args.caregivers
    ));
    let floor = both.floor;
    report.figure("device_ack_p99_ms", both.ack.ms(0.99), "press due → PUBACK");
    report.figure("responder_alert_p99_ms", both.alert.ms(0.99), "press due → first responder called");
    report.figure("floor_publish_p99_ms", floor.ms(0.99), "the same bytes, durable, acknowledged");
    report.quotient("device_ack_p99_ms", "floor_publish_p99_ms", Bar::AtMost(2.0));
    report.quotient("responder_alert_p99_ms", "floor_publish_p99_ms", Bar::AtMost(3.0));
    report.figure("alarm_p99_with_orders_ms", both.ack.ms(0.99), "");
    report.figure("alarm_p99_alone_ms", alone.ack.ms(0.99), "");
    report.quotient("alarm_p99_with_orders_ms", "alarm_p99_alone_ms", Bar::AtMost(1.5));
    report.figure("device_ack_p50_ms", both.ack.ms(0.5), "");
    report.figure("responder_alert_p50_ms", both.alert.ms(0.5), "");
    report.figure("floor_publish_p50_ms", floor.ms(0.5), "");
    report.figure("floor_alone_p99_ms", alone.floor.ms(0.99), "the floor without orders");
    report.figure("alarms", both.ack.count() as f64, "");
    report.figure("orders", both.orders as f64, "placed meanwhile");
    report.must_be_zero(
        "uncalled",
        both.uncalled + alone.uncalled,
        "alarms for which no responder was called",
    );
    report.publish(&args.output)
}

/// The service with its MQTT listener open to anybody on this machine.
fn settings(stage: &Stage, district: &DistrictId, mqtt: &str) -> Vec<(&'static str, String)> {
    vec![
        ("emergency.district", district.to_string()),
        ("emergency.state", stage.folder().join("emergency-call").display().to_string()),
        ("emergency.listen.mqtt", mqtt.to_owned()),
        ("emergency.listen.mqtt_anonymous", "true".to_owned()),
    ]
}

/// What one phase measured.
struct Phase {
    ack: Latencies,
    alert: Latencies,
    floor: Latencies,
    orders: u64,
    uncalled: usize,
}

impl Phase {
    async fn run(
        rate: f64,
        seconds: u64,
        devices: &mut Devices,
        floor: Floor,
        orders: Option<(&Crew, f64)>,
        called: &Called,
    ) -> Result<(Self, Floor)> {
        let count = (rate * seconds as f64) as u64;
        let start = Instant::now() + SETTLE;
        let between = start + Duration::from_secs_f64(0.5 / rate);
        let floor = tokio::spawn(floor.run(ticks(between, rate, count)));
        let placing = async {
            let Some((crew, per_second)) = orders else { return Ok(0) };
            crew.place(ticks(start, per_second, (per_second * seconds as f64) as u64)).await
        };
        let (pressed, placed) = tokio::join!(devices.press(ticks(start, rate, count)), placing);
        let (pressed, orders) = (pressed?, placed?);
        let (again, floor) = floor.await??;
        let mut ack = Latencies::default();
        for press in &pressed {
            ack.record(press.answered);
        }
        let deadline = Instant::now() + LAST_WITHIN;
        let missing = || {
            let called = called.lock().unwrap_or_else(PoisonError::into_inner);
            pressed.iter().filter(|press| !called.contains_key(&press.hash)).count()
        };
        while missing() > 0 && Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let uncalled = missing();
        let mut alert = Latencies::default();
        let called = called.lock().unwrap_or_else(PoisonError::into_inner);
        for press in &pressed {
            if let Some(at) = called.get(&press.hash) {
                alert.record(at.saturating_duration_since(press.due));
            }
        }
        Ok((Self { ack, alert, floor, orders, uncalled }, again))
    }
}

/// Notes when responders are called.
async fn listen(bus: &Bus, district: &DistrictId) -> Result<Called> {
    let called = Called::default();
    let mut calls =
        bus.subscribe(&format!("{}.*", subject::calls(district).replace(".>", ".caregiver"))).await?;
    let noted = Arc::clone(&called);
    tokio::spawn(async move {
        while let Some(message) = calls.next().await {
            let at = Instant::now();
            let Ok(call) = message.decode::<CallOut>() else { continue };
            // `i-<hash>-<instant>`
            let Some(hash) = call.incident.as_str().split('-').nth(1) else { continue };
            let mut noted = noted.lock().unwrap_or_else(PoisonError::into_inner);
            noted.entry(hash.to_owned()).or_insert(at);
        }
    });
    Ok(called)
}

/// The hash an unregistered device's incident is named after.
fn hash_of(device: &str) -> String {
    format!("{:016x}", fnv1a(format!("d mqtt-{device}").as_bytes()))
}

/// One press and what came of it.
struct Press {
    hash: String,
    due: Instant,
    answered: Duration,
}

/// Devices on a few connections, as behind gateways.
struct Devices {
    lines: Vec<Device>,
    pressed: u64,
}

impl Devices {
    async fn connect(at: &str, connections: usize) -> Result<Self> {
        let mut lines = Vec::with_capacity(connections);
        for number in 0..connections {
            lines.push(Device::connect_when_open(at, &format!("line-{number}")).await?);
        }
        Ok(Self { lines, pressed: 0 })
    }

    /// Presses a new device's button at each tick and waits for all answers.
    async fn press(&mut self, mut due: mpsc::UnboundedReceiver<Tick>) -> Result<Vec<Press>> {
        let mut work = JoinSet::new();
        let mut to = Vec::new();
        for mut line in self.lines.drain(..) {
            let (send, mut queue) = mpsc::unbounded_channel::<(String, Instant)>();
            to.push(send);
            work.spawn(async move {
                let mut pressed = Vec::new();
                while let Some((name, due)) = queue.recv().await {
                    line.alarm(&name, "1").await?;
                    pressed.push(Press { hash: hash_of(&name), due, answered: due.elapsed() });
                }
                anyhow::Ok((line, pressed))
            });
        }
        while let Some(tick) = due.recv().await {
            let name = format!("b{}", self.pressed);
            self.pressed += 1;
            let line = to.get(tick.number as usize % to.len().max(1)).context("no connections")?;
            ensure!(line.send((name, tick.due)).is_ok(), "a connection ended in the middle of the run");
        }
        drop(to);
        let mut all = Vec::new();
        while let Some(done) = work.join_next().await {
            let (line, pressed) = done??;
            self.lines.push(line);
            all.extend(pressed);
        }
        Ok(all)
    }
}

/// The bytes of an incident of middling size, as emergency-call wrote it.
async fn typical(bus: &Bus, district: &DistrictId) -> Result<Bytes> {
    let stream = StreamKind::Alarms.name(district);
    let mut follower = bus.follow(&stream, &[], StartFrom::First).await?;
    let mut opened: Vec<Bytes> = Vec::new();
    let wanted = br#""revision":1,"#;
    loop {
        match follower.next().await {
            Followed::Message(message) if message.payload.windows(wanted.len()).any(|w| w == wanted) => {
                opened.push(message.payload);
            }
            Followed::Message(_) => {}
            Followed::CaughtUp { .. } => break,
            Followed::Reset => opened.clear(),
        }
    }
    opened.sort_by_key(Bytes::len);
    opened.get(opened.len() / 2).cloned().context("no incident was opened in the warm-up")
}
