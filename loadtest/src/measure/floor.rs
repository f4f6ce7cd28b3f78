//! The floor of every latency: one durable publish and its acknowledgement to an otherwise idle stream of the same
//! configuration as ORDERS. `loadtest floor` measures it by itself; other scenarios interleave it with their load.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use bus::{Bus, FencedWriter, Sequence, StreamSpec};
use bytes::Bytes;
use domain::id::DistrictId;
use schemas::subject::StreamKind;
use tokio::{sync::mpsc, task::JoinSet};

use super::{
    pace::{Latencies, Tick, ticks},
    report::{Output, Report},
    stage::Stage,
};

/// Arguments of `loadtest floor`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: loadtest floor --rate 100 --seconds 10 --json floor.json")]
pub struct Args {
    /// Writes a second.
    #[arg(long, default_value_t = 100.0)]
    rate: f64,
    /// For so long.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    #[command(flatten)]
    output: Output,
}

const STREAM: &str = "FLOOR";
/// An offer as dispatch writes it.
const OFFER: &str = include_str!("../../../schemas/samples/order-event.v1.offered.json");

/// Runs `loadtest floor`.
pub async fn run(args: &Args) -> Result<()> {
    let stage = Stage::start()?;
    let bus = stage.bus("loadtest").await?;
    let payload = serde_json::to_vec(&serde_json::from_str::<serde_json::Value>(OFFER)?)?;
    let mut report = Report::new("floor");
    report.about(format!("{} bytes, {} a second for {} s", payload.len(), args.rate, args.seconds));
    let floor = Floor::open(&bus, payload.into()).await?;
    let count = (args.rate * args.seconds as f64) as u64;
    let (_, latencies) = floor.run(ticks(Instant::now() + SETTLE, args.rate, count)).await?;
    report.figure("floor_publish_p50_ms", latencies.ms(0.5), "");
    report.figure("floor_publish_p99_ms", latencies.ms(0.99), "");
    report.publish(&args.output)
}

/// Between getting ready and the first tick.
const SETTLE: Duration = Duration::from_millis(200);

/// The idle stream, and what is written to it.
pub struct Floor {
    writer: FencedWriter,
    payload: Bytes,
    /// Written so far: a write's name, which no other has.
    written: u64,
}

impl Floor {
    /// Makes the stream.
    ///
    /// # Errors
    /// If the server refuses.
    pub async fn open(bus: &Bus, payload: Bytes) -> Result<Self> {
        let spec = StreamSpec {
            name: STREAM.to_owned(),
            subjects: vec!["floor.>".to_owned()],
            ..StreamSpec::of(StreamKind::Orders, &DistrictId::new("floor")?, 1)
        };
        bus.reconcile(&[spec]).await?;
        Ok(Self { writer: FencedWriter::open(bus, STREAM, Sequence::ZERO), payload, written: 0 })
    }

    /// Writes at each tick; how long each took until it was on disk, counted from when it was due.
    /// Comes back for another phase of the same run.
    ///
    /// # Errors
    /// If a write fails.
    pub async fn run(mut self, mut ticks: mpsc::UnboundedReceiver<Tick>) -> Result<(Self, Latencies)> {
        let mut pending = JoinSet::new();
        while let Some(tick) = ticks.recv().await {
            let (number, payload) = (self.written, self.payload.clone());
            self.written += 1;
            let subject = format!("floor.{number}");
            let ack = self.writer.publish_bytes(subject, &number.to_string(), payload).await?;
            pending.spawn(async move { ack.await.map(|_| tick.due.elapsed()) });
        }
        let mut latencies = Latencies::default();
        while let Some(took) = pending.join_next().await {
            latencies.record(took?.context("a write to the floor failed")?);
        }
        Ok((self, latencies))
    }
}
