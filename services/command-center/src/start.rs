//! Puts the edge together: accounts → live stream → neighbours → followers → listener.

use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};

use bus::{Bus, StreamSpec, patiently};
use domain::unit::Seconds;
use roads::Roads;
use runtime::{BoxError, Clock, Context, NatsConfig, SharedClock, SystemClock, TaskKind};
use schemas::subject::StreamKind;
use tokio_util::sync::CancellationToken;

use crate::{
    access::{
        keys,
        password::Passwords,
        rate::{Knocks, Rate},
        sessions::Sessions,
        sign_in::Door,
        trackers::Trackers,
    },
    config::Config,
    edge::{Edge, EdgeState},
    follow::{self, Feed},
    http::{outreach, router::router, server},
    live::{core::Settings, hub::Limits, kpi::Calendar, stream::Live},
    metrics::Metrics,
    neighbours::Neighbours,
    store::Store,
};

/// How often positions go out: four times a second.
const ROUND: Duration = Duration::from_millis(250);
/// Figures go out every so many rounds.
const ROUNDS_PER_FIGURES: u64 = 4;
/// Quiet clients are pinged every so many rounds. One that got something just after a ping waits for the one after
/// the next: 12 seconds, where the contract says 15 at most.
const ROUNDS_PER_PING: u64 = 24;
/// Frames kept for clients that resume, in bytes.
const LOG_BYTES: usize = 128 * 1024 * 1024;
/// Reports a caregiver may send at once, after a time without signal.
const REPORT_BURST: f64 = 60.0;

/// The edge at work.
#[derive(Debug, Clone)]
pub struct Started {
    /// Where it listens.
    pub address: SocketAddr,
    /// The live stream.
    pub live: Arc<Live>,
}

/// Starts the edge: brings its stream about, opens the accounts, spawns its tasks, and listens. It is ready once it
/// has read the district's streams, waiting for those whose owners have not started yet.
///
/// # Errors
/// If the state folder, the keys, the accounts or the address cannot be used.
pub async fn start(
    config: &Config,
    nats: &NatsConfig,
    roads: Arc<Roads>,
    bus: &Bus,
    context: &Context,
) -> Result<Started, BoxError> {
    start_at(config, nats, roads, bus, context, Arc::new(SystemClock)).await
}

/// The same with a wall clock of the caller's own: passwords, tokens and the audit log go by it, while orders go by
/// the district's clock in the context.
///
/// # Errors
/// As [`start`].
pub async fn start_at(
    config: &Config,
    nats: &NatsConfig,
    roads: Arc<Roads>,
    bus: &Bus,
    context: &Context,
    wall: SharedClock,
) -> Result<Started, BoxError> {
    let district = config.district.id.clone();
    let health = context.health.part("command-center");
    let streams = [StreamSpec::of(StreamKind::Dead, &district, nats.replicas)];
    patiently(&health, || bus.reconcile(&streams)).await?;
    health.ready();
    let (door, trackers) = open_door(config, context, &wall).await?;
    let metrics = Metrics::default();
    let live = Live::new(settings(config), config.max_streams, context.clock.now());
    let neighbours = Neighbours::new(bus, &district, &live, context.clock.clone(), metrics.clone(), config);
    let edge: Edge = Arc::new(EdgeState {
        config: config.clone(),
        district: district.clone(),
        door,
        live: Arc::clone(&live),
        neighbours: neighbours.clone(),
        trackers,
        report_rate: Rate::new(config.positions_per_second, REPORT_BURST),
        knocks: Knocks::new(config.failed_sign_ins),
        strange_trackers: Knocks::new(config.failed_sign_ins),
        roads,
        clock: context.clock.clone(),
        entropy: context.entropy.clone(),
        health: context.health.clone(),
        metrics: metrics.clone(),
        map: std::sync::OnceLock::new(),
    });
    follow::start(
        &Feed {
            bus: bus.clone(),
            dead: Feed::letters(bus, &district, context),
            district,
            store: edge.door.store.clone(),
            live: Arc::clone(&live),
            metrics,
            wall,
            resume_messages: config.resume_messages,
        },
        context,
    );
    outreach::serve(edge.door.store.clone(), bus, &edge, context).await?;
    context.tasks.spawn(TaskKind::Worker, "neighbours", |stop| neighbours.watch(stop));
    let ticking = Arc::clone(&edge);
    context.tasks.spawn(TaskKind::Worker, "live ticks", |stop| tick(ticking, stop));
    let keeping = edge.door.store.clone();
    context.tasks.spawn(TaskKind::Connection, "accounts", |stop| async move {
        stop.cancelled().await;
        keeping.close().await;
        Ok(())
    });

    let listener = server::listen(config.http.listen).await?;
    let address = listener.local_addr()?;
    let (routes, most, ending) = (router(&edge), config.max_connections, Arc::clone(&live));
    context.tasks.spawn(TaskKind::Intake, "http", |stop| {
        server::serve(listener, routes, most, stop, move || ending.close_all("restarted"))
    });
    tracing::info!(%address, "the edge listens");
    Ok(Started { address, live })
}

async fn open_door(
    config: &Config,
    context: &Context,
    wall: &SharedClock,
) -> Result<(Door, Trackers), BoxError> {
    let store = Store::open(&config.state).await?;
    let keys = keys::load(&config.district.id, config, &context.entropy, wall.now())?;
    let sessions = Sessions::new(&store.accounts().await?, store.ended_sessions().await?);
    let trackers = Trackers::new(store.trackers().await?);
    let door = Door {
        district: config.district.id.clone(),
        store,
        keys: Arc::new(keys),
        passwords: Passwords::new(config, &context.entropy)?,
        sessions: Arc::new(sessions),
        entropy: context.entropy.clone(),
        wall: wall.clone(),
    };
    if let Some(file) = &config.bootstrap_users {
        let made = door.add_from_file(file).await?;
        tracing::info!(made, file = %file.display(), "accounts brought along");
    }
    door.make_first_supervisor(&config.state).await?;
    Ok((door, trackers))
}

fn settings(config: &Config) -> Settings {
    Settings {
        limits: Limits { entries: config.resume_messages.max(1), bytes: LOG_BYTES },
        calendar: Calendar { utc_offset_minutes: config.utc_offset_minutes },
        orders_kept: config.orders_kept.max(1),
        snapshot_span: Seconds::hours(i64::from(config.snapshot_hours)),
    }
}

/// Rounds of positions, figures, pings.
async fn tick(edge: Edge, stop: CancellationToken) -> Result<(), BoxError> {
    let mut rounds = tokio::time::interval(ROUND);
    rounds.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut round = 0_u64;
    loop {
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            _ = rounds.tick() => {}
        }
        round += 1;
        edge.live.change(|core| core.hub.turn_positions());
        if round.is_multiple_of(ROUNDS_PER_FIGURES) {
            let now = edge.clock.now();
            edge.live.change(|core| {
                let mut woken = core.tell_figures(now);
                woken.extend(core.tell_meals());
                woken
            });
            edge.metrics.live_clients(edge.live.clients());
        }
        if round.is_multiple_of(ROUNDS_PER_PING) {
            edge.live.ping(&edge.door.sessions, edge.door.wall.now());
        }
    }
}

/// Reads the road network, off the async threads; without a map the fallback model.
///
/// # Errors
/// If the map cannot be read.
pub async fn roads(map: Option<&Path>) -> Result<Arc<Roads>, BoxError> {
    let Some(map) = map.map(Path::to_owned) else {
        tracing::warn!("no map is configured: the map is empty and ways are straight lines");
        return Ok(Arc::new(Roads::fallback_only(roads::FallbackModel::default())));
    };
    let read = tokio::task::spawn_blocking(move || Roads::open(&map)).await?;
    Ok(Arc::new(read?))
}
