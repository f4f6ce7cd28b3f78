//! Joins lease, rebuilding and acting: of all processes of a district exactly one acts.

use std::{path::Path, sync::Arc, time::Duration};

use bus::{
    Bus, DeadLetters, Endpoint, FencedWriter, StreamSpec,
    lease::{
        Lease, LeaseConfig, Tenancy,
        office::{self, Office, StepDown},
    },
    patiently,
};
use domain::id::DistrictId;
use roads::Roads;
use runtime::{BoxError, Context, NatsConfig, TaskKind, health::Part};
use schemas::{
    envelope::CloudEvent,
    order::{DispatchRequest, Takeover},
    problem::Problem,
    subject::{self, Service, StreamKind},
};
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;

use crate::{
    active::{Active, Asked},
    config::Config,
    core::settings::Settings,
    feed,
    metrics::Metrics,
    rebuild,
};

/// Requests handled at a time.
const CONCURRENCY: usize = 1024;

/// One district's dispatch in this process.
struct Dispatch {
    district: DistrictId,
    limits: Settings,
    roads: Arc<Roads>,
    bus: Bus,
    ctx: Context,
    dead: DeadLetters,
    metrics: Metrics,
    health: Part,
    moves: Part,
    holder: String,
    tenancy: Tenancy,
}

/// Declares the district's streams, runs for its lease, and acts whenever it is held.
///
/// # Errors
/// If the streams or the lease cannot be made.
pub async fn start(
    config: &Config,
    nats: &NatsConfig,
    roads: Arc<Roads>,
    bus: &Bus,
    ctx: &Context,
) -> Result<(), BoxError> {
    let health = ctx.health.part("dispatch");
    let district = &config.district;
    let streams = [StreamSpec::of(StreamKind::Orders, district, nats.replicas)];
    patiently(&health, || bus.reconcile(&streams)).await?;
    let holder = format!("dispatch-{}", ctx.entropy.text_id());
    let lease = LeaseConfig { ttl: Duration::from_millis(config.lease_ttl_ms), replicas: nats.replicas };
    let name = format!("dispatch.{district}");
    let lease = patiently(&health, || Lease::new(bus, &name, &holder, lease, &ctx.entropy)).await?;
    let (state, tenancy) = (lease.state(), lease.tenancy());
    ctx.tasks.spawn(TaskKind::Writer, "dispatch lease", |stop| lease.run(stop));
    let dispatch = Dispatch {
        district: district.clone(),
        limits: config.limits.clone(),
        roads,
        dead: DeadLetters::new(
            bus,
            Service::Dispatch,
            district.clone(),
            ctx.clock.clone(),
            ctx.entropy.clone(),
        ),
        bus: bus.clone(),
        ctx: ctx.clone(),
        metrics: Metrics::default(),
        health,
        moves: ctx.health.part("dispatch positions"),
        holder,
        tenancy,
    };
    ctx.tasks.spawn(TaskKind::Worker, "dispatch", move |stop| office::hold(dispatch, state, stop));
    Ok(())
}

impl Office for Dispatch {
    fn stands_by(&self) {
        self.metrics.active.record(0.0, &[]);
        self.health.ready();
        self.moves.ready();
    }

    fn ended(&self) {
        self.metrics.step_downs.add(1, &[]);
        self.metrics.active.record(0.0, &[]);
    }

    async fn term(&self, epoch: u64, stop: CancellationToken) -> Result<StepDown, BoxError> {
        let district = &self.district;
        self.health.not_ready("rebuilding from the streams");
        let (orders, last) = rebuild::orders(&self.bus, district, &self.dead).await?;
        let open = orders.iter().filter(|o| !o.stage.is_closed()).count();
        let mut writer = FencedWriter::open(&self.bus, StreamKind::Orders.name(district), last);
        self.take_over(&mut writer, epoch).await?;
        let parts = (self.limits.clone(), Arc::clone(&self.roads), &self.ctx.clock);
        let rebuilt = rebuild::core((&self.bus, district, &self.dead), parts, orders).await?;

        let (inputs, input_queue) = mpsc::channel(4096);
        // Ends with this term of office.
        let mut feeds = JoinSet::new();
        for (source, follower) in rebuilt.sources {
            feeds.spawn(feed::pump(source, follower, self.dead.clone(), inputs.clone()));
        }
        for source in rebuilt.missing {
            let place = (self.bus.clone(), district.clone());
            feeds.spawn(feed::pump_later(source, place, self.dead.clone(), inputs.clone()));
        }
        feeds.spawn(feed::pump_moves(self.bus.clone(), district.clone(), inputs, self.moves.clone()));
        let (requests, request_queue) = mpsc::channel(CONCURRENCY);
        let intake = tokio::spawn(intake(self.bus.clone(), district.clone(), requests, stop.clone()));

        tracing::info!(epoch, %district, open, through = %last, "acting for the district");
        self.metrics.active.record(1.0, &[]);
        self.health.ready();
        let (clock, metrics) = (self.ctx.clock.clone(), self.metrics.clone());
        let active = Active::new(
            rebuilt.core,
            (self.bus.clone(), writer, self.tenancy.clone()),
            district.clone(),
            clock,
            metrics,
        );
        let ended = active.run(request_queue, input_queue).await;
        stop.cancel();
        if let Ok(Err(error)) = intake.await {
            tracing::warn!(%error, "the intake of requests ended");
        }
        Ok(ended)
    }
}

impl Dispatch {
    /// Marks the stream: from here on whoever was active before fails with the next write.
    async fn take_over(&self, writer: &mut FencedWriter, epoch: u64) -> Result<(), BoxError> {
        let district = &self.district;
        let at = self.ctx.clock.now();
        let mark = Takeover { epoch, holder: self.holder.clone(), at };
        let id = self.ctx.entropy.text_id();
        let event = CloudEvent::new(id, Service::Dispatch.source(), district.clone(), at, mark);
        writer.publish(subject::takeover(district), &event).await?.await?;
        Ok(())
    }
}

/// Takes requests off the bus while this process acts.
async fn intake(
    bus: Bus,
    district: DistrictId,
    requests: mpsc::Sender<Asked>,
    stop: CancellationToken,
) -> Result<(), BoxError> {
    let endpoint = Endpoint::new(subject::command(&district, Service::Dispatch)).concurrency(CONCURRENCY);
    let server = bus.serve(endpoint).await?;
    server
        .run(stop, move |call: bus::Call<DispatchRequest>| {
            let requests = requests.clone();
            async move {
                let away = || Problem::unavailable("dispatch is stopping; repeat the command as it is");
                let (answer, answered) = oneshot::channel();
                requests.send((call.body, answer)).await.map_err(|_| away())?;
                answered.await.map_err(|_| away())?
            }
        })
        .await
}

/// Reads the road network, off the async threads; without a map the fallback model.
///
/// # Errors
/// If the map cannot be read.
pub async fn roads(map: Option<&Path>) -> Result<Arc<Roads>, BoxError> {
    let Some(map) = map.map(Path::to_owned) else {
        tracing::warn!("no map is configured: travel times are great circles × a factor");
        return Ok(Arc::new(Roads::fallback_only(roads::FallbackModel::default())));
    };
    let read = tokio::task::spawn_blocking(move || Roads::open(&map)).await?;
    Ok(Arc::new(read?))
}
