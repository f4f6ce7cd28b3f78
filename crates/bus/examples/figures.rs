//! What the bus costs, against the plain client on the same server in the same run, every write synced to disk.
//!
//! `cargo run --release -p bus --example figures`

use std::{
    future::IntoFuture,
    time::{Duration, Instant},
};

use async_nats::jetstream;
use bus::{
    Bus, Call, Endpoint, FencedWriter, Followed, Sequence, StartFrom, StreamSpec, stream::Storage,
    testing::NatsServer,
};
use domain::{id::DistrictId, time::Timestamp};
use futures::{StreamExt, TryStreamExt, stream};
use runtime::BoxError;
use schemas::{
    envelope::{CloudEvent, EventData},
    problem::Problem,
};
use serde::Serialize;
use tokio_util::sync::CancellationToken;

const SINGLE: usize = 2_000;
const PIPELINED: usize = 6_000;
const IN_FLIGHT: usize = 512;
const REQUESTS: usize = 50_000;
const SUBJECTS: usize = 10_000;

#[derive(Clone, Serialize)]
struct Body {
    order: String,
    filler: String,
}

impl EventData for Body {
    fn event_type(&self) -> String {
        "care.figures.v1".to_owned()
    }
    fn aggregate(&self) -> &str {
        &self.order
    }
}

fn event(number: usize) -> Result<CloudEvent<Body>, BoxError> {
    let body = Body { order: format!("o{number}"), filler: "x".repeat(100) };
    Ok(CloudEvent::new(
        format!("e{number}"),
        "/figures",
        DistrictId::new("d")?,
        Timestamp::from_millis(0),
        body,
    ))
}

fn spec(name: &str, storage: Storage) -> StreamSpec {
    StreamSpec {
        name: name.to_owned(),
        subjects: vec![format!("{name}.>")],
        description: "figures",
        storage,
        max_age: None,
        max_bytes: None,
        max_messages_per_subject: None,
        max_message_bytes: 1 << 20,
        replicas: 1,
        dedupe_window: Duration::from_mins(2),
    }
}

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let server = NatsServer::start();
    let bus = server.connect("figures").await;
    bus.reconcile(&[
        spec("PLAIN", Storage::File),
        spec("FENCED", Storage::File),
        spec("MANY", Storage::Memory),
    ])
    .await?;
    let plain = jetstream::new(async_nats::connect(server.url()).await?);

    single(&bus, &plain).await?;
    pipelined(&bus, &plain).await?;
    requests(&bus, &server).await?;
    rebuilding(&bus).await
}

/// One publish and its acknowledgement at a time, plain and fenced in turn, 2 ms apart.
async fn single(bus: &Bus, plain: &jetstream::Context) -> Result<(), BoxError> {
    let mut writer = FencedWriter::open(bus, "FENCED", Sequence::ZERO);
    let (mut plainly, mut fenced) = (Vec::new(), Vec::new());
    let mut pace = tokio::time::interval(Duration::from_millis(2));
    for number in 0..SINGLE {
        let event = event(number)?;
        let payload = serde_json::to_vec(&event)?;
        pace.tick().await;
        let begun = Instant::now();
        plain.publish("PLAIN.o", payload.into()).await?.await?;
        plainly.push(begun.elapsed());
        pace.tick().await;
        let begun = Instant::now();
        writer.publish("FENCED.o", &event).await?.await?;
        fenced.push(begun.elapsed());
    }
    println!("publish + ack, plain:  {}", quantiles(plainly));
    println!("publish + ack, fenced: {}", quantiles(fenced));
    Ok(())
}

/// Many on their way at a time, plain and fenced in turn, since a disk is not equally fast all the time.
async fn pipelined(bus: &Bus, plain: &jetstream::Context) -> Result<(), BoxError> {
    let events: Vec<_> = (SINGLE..SINGLE + PIPELINED).map(event).collect::<Result<_, _>>()?;
    let mut writer = FencedWriter::open(bus, "FENCED", bus.last_sequence("FENCED").await?);
    let (mut plainly, mut fenced) = (Duration::ZERO, Duration::ZERO);
    for turn in events.chunks(PIPELINED / 12) {
        let begun = Instant::now();
        let mut pending = stream::FuturesOrdered::new();
        for event in turn {
            let payload = serde_json::to_vec(event)?;
            pending.push_back(plain.publish("PLAIN.o", payload.into()).await?.into_future());
        }
        pending.try_collect::<Vec<_>>().await?;
        plainly += begun.elapsed();

        let begun = Instant::now();
        let mut pending = stream::FuturesOrdered::new();
        for event in turn {
            pending.push_back(writer.publish("FENCED.o", event).await?);
        }
        pending.try_collect::<Vec<_>>().await?;
        fenced += begun.elapsed();
    }
    println!("pipelined, plain:      {}", rate(PIPELINED, plainly));
    println!("pipelined, fenced:     {}", rate(PIPELINED, fenced));
    Ok(())
}

async fn requests(bus: &Bus, server: &NatsServer) -> Result<(), BoxError> {
    let endpoint =
        server.connect("answerer").await.serve(Endpoint::new("figures.ask").concurrency(256)).await?;
    let stop = CancellationToken::new();
    let answering = tokio::spawn(
        endpoint.run(stop.clone(), |call: Call<u64>| async move { Ok::<_, Problem>(call.body + 1) }),
    );
    let begun = Instant::now();
    stream::iter(0..REQUESTS as u64)
        .map(|n| async move { bus.request::<_, u64>("figures.ask", &n, Duration::from_secs(5)).await })
        .buffer_unordered(256)
        .try_collect::<Vec<_>>()
        .await?;
    println!("requests, 256 at once: {}", rate(REQUESTS, begun.elapsed()));
    stop.cancel();
    answering.await?
}

/// The last message of each of many subjects, as a service reads them after a restart.
async fn rebuilding(bus: &Bus) -> Result<(), BoxError> {
    let mut writer = FencedWriter::open(bus, "MANY", Sequence::ZERO);
    let mut pending = stream::FuturesOrdered::new();
    for number in 0..SUBJECTS {
        pending.push_back(writer.publish(format!("MANY.{number}"), &event(number)?).await?);
        if pending.len() >= IN_FLIGHT {
            pending.next().await.transpose()?;
        }
    }
    pending.try_collect::<Vec<_>>().await?;
    let begun = Instant::now();
    let mut follower = bus.follow("MANY", &[], StartFrom::LastPerSubject).await?;
    while !matches!(follower.next().await, Followed::CaughtUp { .. }) {}
    println!("rebuilding {SUBJECTS}:      {}", rate(SUBJECTS, begun.elapsed()));
    Ok(())
}

fn quantiles(mut samples: Vec<Duration>) -> String {
    samples.sort_unstable();
    let at = |share: f64| samples.get((samples.len() as f64 * share) as usize).copied().unwrap_or_default();
    format!("p50 {:?}, p99 {:?}", at(0.5), at(0.99))
}

fn rate(count: usize, elapsed: Duration) -> String {
    format!("{:.0}/s ({elapsed:?})", count as f64 / elapsed.as_secs_f64())
}
