//! Joins lease, rebuilding, acting and listening: of all processes of a district exactly one acts.

use std::{net::SocketAddr, time::Duration};

use bus::{
    Bus, DeadLetters, Endpoint, FencedWriter, StreamSpec,
    lease::{
        Lease, LeaseConfig,
        office::{self, Office, StepDown},
    },
    patiently,
};
use domain::id::DistrictId;
use runtime::{BoxError, Context, NatsConfig, TaskKind, health::Part};
use schemas::{
    emergency::{Card, CardQuery, EmergencyDone, EmergencyRequest, Supervision, SupervisionQuery},
    envelope::CloudEvent,
    order::Takeover,
    problem::Problem,
    reach::{ChannelsQuery, ReachRequest},
    subject::{self, Service, StreamKind},
};
use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;

use crate::{
    active::{Active, Means, Other},
    cards::Cards,
    config::Config,
    core::settings::Settings,
    credentials::Credentials,
    ear::{Ear, Mouths, Queues},
    listen,
    metrics::Metrics,
    reach::Outbound,
    rebuild,
    responders::Responders,
};

/// Requests and searches handled at a time.
const CONCURRENCY: usize = 1024;

/// Where the ways in are open.
#[derive(Debug, Clone, Default)]
pub struct App {
    /// MQTT.
    pub mqtt: Option<SocketAddr>,
    /// MQTT over TLS.
    pub mqtts: Option<SocketAddr>,
    /// HTTP.
    pub http: Option<SocketAddr>,
    /// SIP, UDP and TCP.
    pub sip: Option<SocketAddr>,
    /// JT/T 808.
    pub jt808: Option<SocketAddr>,
    /// Watches.
    pub watch: Option<SocketAddr>,
}

/// One district's emergency-call in this process.
struct Emergency {
    district: DistrictId,
    rules: Settings,
    bus: Bus,
    ctx: Context,
    dead: DeadLetters,
    metrics: Metrics,
    health: Part,
    holder: String,
    cards: Cards,
    responders: Responders,
    outbound: Outbound,
    mouths: watch::Sender<Option<Mouths>>,
}

/// Declares the district's streams, opens the ways in, runs for the lease, and acts whenever it is held.
///
/// # Errors
/// If the rules cannot work, a key cannot be used, a port is taken, or the streams or the lease cannot be made.
pub async fn start(config: &Config, nats: &NatsConfig, bus: &Bus, ctx: &Context) -> Result<App, BoxError> {
    config.rules.check()?;
    let health = ctx.health.part("emergency-call");
    let district = &config.district;
    let cards = Cards::open(&config.state.join("cards.key"), &ctx.entropy)?;
    let anonymous = config.listen.mqtt_anonymous;
    let credentials = Credentials::open(&config.state.join("devices.key"), anonymous, &ctx.entropy)?;
    let holder = format!("emergency-call-{}", ctx.entropy.text_id());
    let lease = LeaseConfig { ttl: Duration::from_millis(config.lease_ttl_ms), replicas: nats.replicas };
    let spec = |kind| StreamSpec::of(kind, district, nats.replicas);
    let streams = [spec(StreamKind::Alarms), spec(StreamKind::Devices)];
    patiently(&health, || bus.reconcile(&streams)).await?;
    let name = format!("emergency-call.{district}");
    let lease = patiently(&health, || Lease::new(bus, &name, &holder, lease, &ctx.entropy)).await?;
    let state = lease.state();
    ctx.tasks.spawn(TaskKind::Writer, "emergency-call lease", |stop| lease.run(stop));
    let responders = Responders::new(bus, district, Duration::from_millis(config.search_ms));
    let following = responders.clone();
    ctx.tasks.spawn(TaskKind::Background, "last known positions", |stop| async move {
        tokio::select! {
            () = following.follow() => {}
            () = stop.cancelled() => {}
        }
        Ok(())
    });
    let metrics = Metrics::default();
    let (mouths, listening) = watch::channel(None);
    let (outbound, gateway) =
        Outbound::open((&config.outreach, &config.ways), (bus, district), metrics.clone(), ctx).await?;
    let receipts = gateway.map(|gateway| (gateway, outbound.clone()));
    let app = listen::open(config, Ear::new(listening, metrics.clone()), credentials, receipts, ctx).await?;
    let emergency = Emergency {
        district: district.clone(),
        rules: config.rules.clone(),
        dead: DeadLetters::new(
            bus,
            Service::EmergencyCall,
            district.clone(),
            ctx.clock.clone(),
            ctx.entropy.clone(),
        ),
        bus: bus.clone(),
        ctx: ctx.clone(),
        metrics,
        health,
        holder,
        cards,
        responders,
        outbound,
        mouths,
    };
    ctx.tasks.spawn(TaskKind::Worker, "emergency-call", move |stop| office::hold(emergency, state, stop));
    Ok(app)
}

impl Office for Emergency {
    fn stands_by(&self) {
        self.metrics.active.record(0.0, &[]);
        self.health.ready();
    }

    fn ended(&self) {
        self.mouths.send_replace(None);
        self.metrics.step_downs.add(1, &[]);
        self.metrics.active.record(0.0, &[]);
    }

    async fn term(&self, epoch: u64, stop: CancellationToken) -> Result<StepDown, BoxError> {
        let district = &self.district;
        self.health.not_ready("rebuilding from the streams");
        let clock = &self.ctx.clock;
        let rules = (self.rules.clone(), self.outbound.any());
        let rebuilt = rebuild::core(&self.bus, district, &self.dead, rules, clock).await?;
        let writer = |kind: StreamKind, last| FencedWriter::open(&self.bus, kind.name(district), last);
        let mut alarms = writer(StreamKind::Alarms, rebuilt.alarms);
        let mut devices = writer(StreamKind::Devices, rebuilt.devices);
        self.take_over(&mut alarms, subject::alarms_takeover(district), epoch).await?;
        self.take_over(&mut devices, subject::devices_takeover(district), epoch).await?;
        let (open, watched) = (rebuilt.core.open_count(), rebuilt.core.device_count());

        let (others, other_queue) = mpsc::channel(CONCURRENCY);
        let outbound = self.outbound.clone();
        let place = (self.bus.clone(), district.clone());
        let intake = tokio::spawn(intake(place, others.clone(), outbound, stop.clone()));
        let (mouths, queues) = Queues::new();
        let means = Means {
            bus: self.bus.clone(),
            district: district.clone(),
            clock: clock.clone(),
            metrics: self.metrics.clone(),
            responders: self.responders.clone(),
            cards: self.cards.clone(),
            outbound: self.outbound.clone(),
        };
        self.metrics.devices.record(watched as f64, &[]);
        self.metrics.active.record(1.0, &[]);
        self.mouths.send_replace(Some(mouths));
        self.health.ready();
        tracing::info!(epoch, %district, open, watched, "acting for the district");
        let active = Active::new(rebuilt.core, (alarms, devices), means, others);
        let ended = active.run(queues, other_queue, stop.clone()).await;
        stop.cancel();
        if let Ok(Err(error)) = intake.await {
            tracing::warn!(%error, "the intake of requests ended");
        }
        Ok(ended)
    }
}

impl Emergency {
    /// Marks a stream: from here on whoever was active before fails with the next write.
    async fn take_over(&self, writer: &mut FencedWriter, on: String, epoch: u64) -> Result<(), BoxError> {
        let at = self.ctx.clock.now();
        let mark = Takeover { epoch, holder: self.holder.clone(), at };
        let source = Service::EmergencyCall.source();
        let event = CloudEvent::new(self.ctx.entropy.text_id(), source, self.district.clone(), at, mark);
        writer.publish(on, &event).await?.await?;
        Ok(())
    }
}

/// Takes requests and questions off the bus while this process acts.
async fn intake(
    (bus, district): (Bus, DistrictId),
    others: mpsc::Sender<Other>,
    outbound: Outbound,
    stop: CancellationToken,
) -> Result<(), BoxError> {
    let away = || Problem::unavailable("emergency-call is stopping; repeat it as it is");
    let service = Service::EmergencyCall;
    let commands = Endpoint::new(subject::command(&district, service)).concurrency(CONCURRENCY);
    let commands = bus.serve(commands).await?;
    let questions = bus.serve(Endpoint::new(subject::ask(&district, service, "supervision"))).await?;
    let cards = bus.serve(Endpoint::new(subject::ask(&district, service, "card"))).await?;
    let channels = bus.serve(Endpoint::new(subject::ask(&district, service, "channels"))).await?;
    let reach = bus.serve(Endpoint::new(subject::ask(&district, service, "reach"))).await?;
    let (asked, wanted, ending) = (others.clone(), others.clone(), stop.clone());
    let there = outbound.channels().clone();
    let (commanded, shown, told, reached, questioned) = tokio::join!(
        commands.run(stop.clone(), move |call: bus::Call<EmergencyRequest>| {
            let others = others.clone();
            async move {
                let (answer, answered) = oneshot::channel();
                let other = Other::Asked(Box::new((call.body, answer)));
                others.send(other).await.map_err(|_| away())?;
                let done: EmergencyDone = answered.await.map_err(|_| away())??;
                Ok(done)
            }
        }),
        cards.run(ending, move |call: bus::Call<CardQuery>| {
            let others = wanted.clone();
            async move {
                let (answer, answered) = oneshot::channel();
                others.send(Other::Card(Box::new((call.body, answer)))).await.map_err(|_| away())?;
                let card: Card = answered.await.map_err(|_| away())??;
                Ok(card)
            }
        }),
        channels
            .run(stop.clone(), move |_: bus::Call<ChannelsQuery>| { std::future::ready(Ok(there.clone())) }),
        reach.run(stop.clone(), move |call: bus::Call<ReachRequest>| {
            let outbound = outbound.clone();
            async move { outbound.notice(call.body).await }
        }),
        questions.run(stop, move |_: bus::Call<SupervisionQuery>| {
            let others = asked.clone();
            async move {
                let (answer, answered) = oneshot::channel();
                others.send(Other::Shares(answer)).await.map_err(|_| away())?;
                let shares: Supervision = answered.await.map_err(|_| away())?;
                Ok(shares)
            }
        }),
    );
    commanded.and(questioned).and(shown).and(told).and(reached)
}
