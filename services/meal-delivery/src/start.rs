//! Joins lease, rebuilding and acting: of all processes of a district exactly one acts.

use std::{path::PathBuf, sync::Arc, time::Duration};

use bus::{
    Bus, Call, DeadLetters, Endpoint, FencedWriter, Followed, Follower, StreamSpec,
    lease::{Lease, LeaseConfig, LeaseState, Tenancy},
    patiently,
};
use domain::id::DistrictId;
use futures::StreamExt;
use roads::Roads;
use runtime::{BoxError, Context, NatsConfig, TaskKind, health::Part, key_file};
use schemas::{
    envelope::CloudEvent,
    meal::{CodeQuery, CountQuery, LabelsQuery, MealQuoteQuery, MealRequest},
    order::Takeover,
    position::Moved,
    problem::Problem,
    subject::{self, Service, StreamKind},
};
use serde::{Serialize, de::DeserializeOwned};
use tokio::{
    sync::{mpsc, oneshot, watch},
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;

use crate::{
    active::{Active, Answer, Asked, Means, StepDown, Writers},
    config::Config,
    core::{Input, codes::Codes, settings::Settings},
    metrics::Metrics,
    planner::Planners,
    rebuild,
};

/// Requests handled at a time.
const CONCURRENCY: usize = 1024;
/// Pause before rebuilding after a fence was lost.
const BREATH: Duration = Duration::from_millis(100);
/// Pause before trying again when a stream is missing.
const PATIENCE: Duration = Duration::from_millis(400);
/// Pause before subscribing again.
const PAUSE: Duration = Duration::from_secs(1);

/// One district's meal-delivery in this process.
struct Meals {
    district: DistrictId,
    rules: Settings,
    codes: Codes,
    roads: Arc<Roads>,
    planners: Planners,
    bus: Bus,
    ctx: Context,
    dead: DeadLetters,
    metrics: Metrics,
    health: Part,
    holder: String,
    tenancy: Tenancy,
}

/// Declares the district's streams, runs for its lease, and acts whenever it is held.
///
/// # Errors
/// If the rules cannot work, the key cannot be used, or the streams or the lease cannot be made.
pub async fn start(
    config: &Config,
    nats: &NatsConfig,
    roads: Arc<Roads>,
    bus: &Bus,
    ctx: &Context,
) -> Result<(), BoxError> {
    config.rules.check()?;
    let health = ctx.health.part("meal-delivery");
    let district = &config.district;
    let codes = Codes::new(key_file(&config.state.join("codes.key"), &ctx.entropy)?);
    let spec = |kind| StreamSpec::of(kind, district, nats.replicas);
    let streams = [spec(StreamKind::Meals), spec(StreamKind::Diners)];
    patiently(&health, || bus.reconcile(&streams)).await?;
    let holder = format!("meal-delivery-{}", ctx.entropy.text_id());
    let lease = LeaseConfig { ttl: Duration::from_millis(config.lease_ttl_ms), replicas: nats.replicas };
    let name = format!("meal-delivery.{district}");
    let lease = patiently(&health, || Lease::new(bus, &name, &holder, lease, &ctx.entropy)).await?;
    let (state, tenancy) = (lease.state(), lease.tenancy());
    ctx.tasks.spawn(TaskKind::Writer, "meal-delivery lease", |stop| lease.run(stop));
    let clock = ctx.clock.clone();
    let meals = Meals {
        district: district.clone(),
        rules: config.rules.clone(),
        codes,
        planners: Planners::new(&roads, &config.rules, config.threads, ctx.entropy.clone()),
        roads,
        dead: DeadLetters::new(bus, Service::MealDelivery, district.clone(), clock, ctx.entropy.clone()),
        bus: bus.clone(),
        ctx: ctx.clone(),
        metrics: Metrics::default(),
        health,
        holder,
        tenancy,
    };
    ctx.tasks.spawn(TaskKind::Worker, "meal-delivery", move |stop| meals.run(state, stop));
    Ok(())
}

impl Meals {
    /// Stands by, acts while the lease is held, stands by again.
    async fn run(
        self,
        mut lease: watch::Receiver<LeaseState>,
        stop: CancellationToken,
    ) -> Result<(), BoxError> {
        loop {
            let state = *lease.borrow_and_update();
            match state {
                LeaseState::Standby => {
                    self.metrics.active.record(0.0, &[]);
                    self.health.ready();
                    tokio::select! {
                        changed = lease.changed() => changed?,
                        () = stop.cancelled() => return Ok(()),
                    }
                }
                LeaseState::Held { epoch } => {
                    let tenure = stop.child_token();
                    let end = tenure.clone();
                    let mut watched = lease.clone();
                    let ended = tokio::select! {
                        ended = self.tenure(epoch, tenure) => ended,
                        _ = watched.wait_for(|s| *s != LeaseState::Held { epoch }) => {
                            end.cancel();
                            Ok(StepDown::Stopped)
                        }
                    };
                    match ended {
                        Ok(StepDown::Stopped) if stop.is_cancelled() => return Ok(()),
                        Ok(StepDown::Stopped) => tracing::warn!(epoch, "the lease is lost; standing by"),
                        Ok(StepDown::Fence(error)) => {
                            tracing::warn!(epoch, %error, "stepping down to rebuild");
                        }
                        Err(error) => {
                            // Usually a neighbour that has not made its stream yet.
                            tracing::warn!(epoch, %error, "cannot act yet; trying again");
                            tokio::time::sleep(PATIENCE).await;
                        }
                    }
                    self.metrics.step_downs.add(1, &[]);
                    self.metrics.active.record(0.0, &[]);
                    tokio::time::sleep(BREATH).await;
                }
            }
        }
    }

    /// One term of office: read everything, fence whoever was before, act.
    async fn tenure(&self, epoch: u64, stop: CancellationToken) -> Result<StepDown, BoxError> {
        let district = &self.district;
        self.health.not_ready("rebuilding from the streams");
        let parts = (self.rules.clone(), self.codes.clone(), Arc::clone(&self.roads));
        let now = self.ctx.clock.now();
        let rebuilt = rebuild::core((&self.bus, district, &self.dead), parts, now).await?;
        let writer = |kind: StreamKind, last| FencedWriter::open(&self.bus, kind.name(district), last);
        let mut writers = Writers {
            meals: writer(StreamKind::Meals, rebuilt.meals),
            diners: writer(StreamKind::Diners, rebuilt.diners),
        };
        self.take_over(&mut writers.meals, subject::meals_takeover(district), epoch).await?;
        self.take_over(&mut writers.diners, subject::diners_takeover(district), epoch).await?;

        let (inputs, input_queue) = mpsc::channel(4096);
        // Ends with this term of office.
        let mut feeds = JoinSet::new();
        feeds.spawn(elders(rebuilt.elders, self.dead.clone(), inputs.clone()));
        feeds.spawn(moves(self.bus.clone(), district.clone(), inputs));
        let (asked, asked_queue) = mpsc::channel(CONCURRENCY);
        let intake = tokio::spawn(intake(self.bus.clone(), district.clone(), asked, stop.clone()));
        let means = Means {
            bus: self.bus.clone(),
            tenancy: self.tenancy.clone(),
            district: district.clone(),
            clock: self.ctx.clock.clone(),
            metrics: self.metrics.clone(),
            planners: self.planners.clone(),
        };
        tracing::info!(epoch, %district, open = rebuilt.core.open_count(), "acting for the district");
        self.metrics.active.record(1.0, &[]);
        self.health.ready();
        let ended = Active::new(rebuilt.core, writers, means).run(asked_queue, input_queue).await;
        stop.cancel();
        if let Ok(Err(error)) = intake.await {
            tracing::warn!(%error, "the intake of requests ended");
        }
        Ok(ended)
    }

    /// Marks a stream: from here on whoever was active before fails with the next write.
    async fn take_over(&self, writer: &mut FencedWriter, on: String, epoch: u64) -> Result<(), BoxError> {
        let at = self.ctx.clock.now();
        let mark = Takeover { epoch, holder: self.holder.clone(), at };
        let source = Service::MealDelivery.source();
        let event = CloudEvent::new(self.ctx.entropy.text_id(), source, self.district.clone(), at, mark);
        writer.publish(on, &event).await?.await?;
        Ok(())
    }
}

/// Passes on elders' profiles, until nobody listens.
async fn elders(mut follower: Follower, dead: DeadLetters, inputs: mpsc::Sender<Input>) {
    loop {
        tokio::select! {
            followed = follower.next() => {
                let Followed::Message(message) = followed else { continue };
                if let Some(input) = rebuild::elder(&message, &dead).await
                    && inputs.send(input).await.is_err()
                {
                    return;
                }
            }
            () = inputs.closed() => return,
        }
    }
}

/// Passes on moves, until nobody listens. A batch that cannot be read is dropped: the next one brings the same people.
async fn moves(bus: Bus, district: DistrictId, inputs: mpsc::Sender<Input>) {
    while !inputs.is_closed() {
        match bus.subscribe(&subject::positions_moved(&district)).await {
            Ok(mut moves) => {
                while let Some(message) = moves.next().await {
                    let Ok(moved) = message.decode::<Moved>() else { continue };
                    if inputs.send(Input::Moved(moved.positions)).await.is_err() {
                        return;
                    }
                }
                tracing::error!("the subscription to positions ended; subscribing again");
            }
            Err(error) => tracing::error!(%error, "positions cannot be heard; subscribing again"),
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Takes requests and questions off the bus while this process acts.
async fn intake(
    bus: Bus,
    district: DistrictId,
    asked: mpsc::Sender<Asked>,
    stop: CancellationToken,
) -> Result<(), BoxError> {
    let service = Service::MealDelivery;
    let ask = |question| subject::ask(&district, service, question);
    let command = |request: MealRequest, answer| Asked::Command(Box::new(request), answer);
    let quote = |query: MealQuoteQuery, answer| Asked::Quote(Box::new(query), answer);
    let (commands, quotes, counts, codes, labels) = tokio::join!(
        serve(&bus, subject::command(&district, service), &asked, &stop, command),
        serve(&bus, ask("quote"), &asked, &stop, quote),
        serve(&bus, ask("count"), &asked, &stop, |query: CountQuery, answer| Asked::Count(query, answer)),
        serve(&bus, ask("code"), &asked, &stop, |query: CodeQuery, answer| Asked::Code(query, answer)),
        serve(&bus, ask("labels"), &asked, &stop, |query: LabelsQuery, answer| Asked::Labels(query, answer)),
    );
    commands.and(quotes).and(counts).and(codes).and(labels)
}

/// Answers one subject.
async fn serve<Q, A>(
    bus: &Bus,
    on: String,
    asked: &mpsc::Sender<Asked>,
    stop: &CancellationToken,
    wrap: impl Fn(Q, Answer<A>) -> Asked + Copy + Send + Sync + 'static,
) -> Result<(), BoxError>
where
    Q: DeserializeOwned + Send + 'static,
    A: Serialize + Send + Sync + 'static,
{
    let server = bus.serve(Endpoint::new(on).concurrency(CONCURRENCY)).await?;
    let asked = asked.clone();
    server
        .run(stop.clone(), move |call: Call<Q>| {
            let asked = asked.clone();
            async move {
                let away = || Problem::unavailable("meal-delivery is stopping; repeat it as it is");
                let (answer, answered) = oneshot::channel();
                asked.send(wrap(call.body, answer)).await.map_err(|_| away())?;
                answered.await.map_err(|_| away())?
            }
        })
        .await
}

/// Reads the road network, off the async threads; without a map the fallback model.
///
/// # Errors
/// If the map cannot be read.
pub async fn roads(map: Option<PathBuf>) -> Result<Arc<Roads>, BoxError> {
    let Some(map) = map else {
        tracing::warn!("no map is configured: travel times are great circles × a factor");
        return Ok(Arc::new(Roads::fallback_only(roads::FallbackModel::default())));
    };
    Ok(Arc::new(tokio::task::spawn_blocking(move || Roads::open(&map)).await??))
}
