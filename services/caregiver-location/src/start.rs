//! Joins the parts: streams, recovery, tasks.

use std::{path::Path, sync::Arc, time::Duration};

use bus::{
    Bus, DeadLetters, StreamError, StreamSpec, SubscribeError,
    lease::{Lease, LeaseConfig},
    patiently,
};
use roads::{FallbackModel, Roads, RoadsError};
use runtime::{Context, NatsConfig, TaskKind};
use schemas::subject::{Service, StreamKind};
use tokio::sync::mpsc;

use crate::{
    active::{Candidate, DurableWork},
    config::{BadBounds, Config},
    core::Core,
    inbound::{
        nearest::{Means, Questions},
        orders, profiles,
        reports::{self, Reports},
    },
    metrics::Metrics,
    outbound::{
        mirror::Mirror,
        positions::{self, Announcer},
    },
    recover,
    shared::Shared,
};

/// The streams this service owns; DEAD is everybody's.
const OWN: [StreamKind; 4] =
    [StreamKind::Presence, StreamKind::Geofence, StreamKind::Positions, StreamKind::Dead];
/// Samples of malformed reports that wait to be set aside.
const SAMPLES: usize = 8;

/// Why the service does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A stream cannot be made as declared, or the server does not answer.
    #[error(transparent)]
    Stream(#[from] StreamError),
    /// A subject cannot be listened on.
    #[error(transparent)]
    Subscribe(#[from] SubscribeError),
    /// The configured bounds are none.
    #[error(transparent)]
    Bounds(#[from] BadBounds),
    /// The configured address of Redis is none.
    #[error("location.redis.url is no address such as redis://host:6379/0: {0}")]
    Redis(#[from] redis::RedisError),
}

/// Makes the streams, recovers what they remember, and starts to listen, answer and run for the district's lease.
///
/// # Errors
/// [`StartError`] for what trying again cannot mend.
pub async fn start(
    config: &Config,
    nats: &NatsConfig,
    roads: Arc<Roads>,
    bus: &Bus,
    ctx: &Context,
) -> Result<(), StartError> {
    let district = config.district.clone();
    let health = ctx.health.part("caregiver-location");
    let core = Shared::new(Core::new(config.rules.clone(), config.believed(&roads)?));
    let specs: Vec<_> = OWN.into_iter().map(|kind| StreamSpec::of(kind, &district, nats.replicas)).collect();
    patiently(&health, || bus.reconcile(&specs)).await?;
    let service = Service::CaregiverLocation;
    let dead = DeadLetters::new(bus, service, district.clone(), ctx.clock.clone(), ctx.entropy.clone());
    let metrics = Metrics::default();
    let mirror = match &config.redis {
        Some(redis) => Some(Mirror::new(redis, &district, core.clone(), ctx, metrics.clone())?),
        None => None,
    };

    let (presences, _) = recover::presences(bus, &district, &dead).await?;
    core.write().restore_presences(&presences);
    let mut remembered = recover::positions(bus, &district, &dead).await?;
    if let Some(mirror) = &mirror {
        remembered.extend(mirror.remembered().await);
    }
    for position in &remembered {
        core.write().restore_position(position);
    }
    tracing::info!(%district, presences = presences.len(), positions = remembered.len(), "recovered");

    let durable = DurableWork::default();
    let (malformed, samples) = mpsc::channel(SAMPLES);
    let (clock, tasks) = (&ctx.clock, &ctx.tasks);
    let reports =
        Reports::new(bus, &district, core.clone(), clock.clone(), durable.clone(), malformed).await?;
    let means = Means {
        core: core.clone(),
        roads,
        clock: clock.clone(),
        metrics: metrics.clone(),
        shortlist_factor: config.road_shortlist_factor,
    };
    let questions = Questions::new(bus, &district, means).await?;
    let holder = format!("caregiver-location-{}", ctx.entropy.text_id());
    let terms = LeaseConfig { ttl: Duration::from_millis(config.lease_ttl_ms), replicas: nats.replicas };
    let name = format!("caregiver-location.{district}");
    let lease = patiently(&health, || Lease::new(bus, &name, &holder, terms, &ctx.entropy)).await?;
    let state = lease.state();

    tasks.spawn(TaskKind::Intake, "position reports", |stop| reports.run(stop));
    tasks.spawn(TaskKind::Intake, "who is nearest", |stop| questions.run(stop));
    let kept = dead.clone();
    tasks
        .spawn(TaskKind::Background, "malformed reports", |stop| reports::keep_a_sample(samples, kept, stop));
    let known = ctx.health.part("caregiver-location profiles");
    let (on, of, into, kept) = (bus.clone(), district.clone(), core.clone(), dead.clone());
    tasks.spawn(TaskKind::Worker, "profiles", |stop| profiles::follow(on, of, into, kept, known, stop));
    let (on, of, into, kept, now) =
        (bus.clone(), district.clone(), core.clone(), dead.clone(), clock.clone());
    tasks.spawn(TaskKind::Worker, "doors", |stop| orders::follow(on, of, into, now, kept, stop));
    let every = Duration::from_millis(config.announce_ms.max(1));
    let announcer = Announcer {
        bus: bus.clone(),
        district: district.clone(),
        core: core.clone(),
        clock: clock.clone(),
        every,
    };
    tasks.spawn(TaskKind::Writer, "positions", |stop| announcer.run(stop));
    let (on, of, from) = (bus.clone(), district.clone(), core.clone());
    tasks.spawn(TaskKind::Writer, "removed positions", move |stop| {
        positions::forget(on, of, from, every, stop)
    });
    if let Some(mirror) = mirror {
        tasks.spawn(TaskKind::Background, "redis mirror", move |stop| mirror.run(every, stop));
    }
    let candidate =
        Candidate { bus: bus.clone(), ctx: ctx.clone(), district, core, durable, dead, metrics, health };
    tasks.spawn(TaskKind::Writer, "caregiver-location", |stop| candidate.run(state, stop));
    tasks.spawn(TaskKind::Writer, "caregiver-location lease", |stop| lease.run(stop));
    Ok(())
}

/// Reads the road network, off the async threads; without a map the fallback model.
///
/// # Errors
/// If the map cannot be read.
pub async fn roads(map: Option<&Path>) -> Result<Arc<Roads>, runtime::BoxError> {
    let Some(map) = map.map(Path::to_owned) else {
        tracing::warn!("no map is configured: travel times are great circles × a factor");
        return Ok(Arc::new(Roads::fallback_only(FallbackModel::default())));
    };
    let read: Result<Roads, RoadsError> = tokio::task::spawn_blocking(move || Roads::open(&map)).await?;
    Ok(Arc::new(read?))
}
