//! The streams that tell the edge what is so. Each has a task that applies what comes, at once and in order.

mod dead_letters;
mod emergencies;
mod meals;
mod orders;
mod people;
mod positions;

use std::{sync::Arc, time::Duration};

use bus::{Bus, DeadLetters, Followed, Follower, StartFrom, StreamError};
use domain::id::DistrictId;
use runtime::{Context, SharedClock, TaskKind, health::Part};
use schemas::subject::{Service, StreamKind};
use tokio_util::sync::CancellationToken;

use crate::{
    live::stream::{Live, Source},
    metrics::Metrics,
    store::Store,
};

/// What every follower needs.
#[derive(Debug, Clone)]
pub(crate) struct Feed {
    pub bus: Bus,
    pub district: DistrictId,
    pub live: Arc<Live>,
    pub dead: DeadLetters,
    /// Knows which dead letters were seen to.
    pub store: Store,
    pub metrics: Metrics,
    /// The machine's time.
    pub wall: SharedClock,
    /// Messages of ORDERS kept for clients that resume.
    pub resume_messages: usize,
}

/// How long to wait for a stream that is not there yet.
const PATIENCE: Duration = Duration::from_millis(250);

/// Starts all of them; they report their readiness one by one.
pub(crate) fn start(feed: &Feed, context: &Context) {
    let part = |name: &str| context.health.part(format!("edge follows {name}"));
    let spawn = |name: &'static str| (context.tasks.clone(), part(name), name);
    let (tasks, health, name) = spawn("orders");
    let own = feed.clone();
    tasks.spawn(TaskKind::Worker, name, |stop| orders::follow(own, health, stop));
    let (tasks, health, name) = spawn("profiles");
    let own = feed.clone();
    tasks.spawn(TaskKind::Worker, name, |stop| people::follow_profiles(own, health, stop));
    let (tasks, health, name) = spawn("presence");
    let own = feed.clone();
    tasks.spawn(TaskKind::Worker, name, |stop| people::follow_presence(own, health, stop));
    let (tasks, health, name) = spawn("positions");
    let own = feed.clone();
    tasks.spawn(TaskKind::Worker, name, |stop| positions::follow_latest(own, health, stop));
    let own = feed.clone();
    tasks.spawn(TaskKind::Worker, "moves", |stop| positions::follow_moves(own, stop));
    let (tasks, health, name) = spawn("alarms");
    let own = feed.clone();
    tasks.spawn(TaskKind::Worker, name, |stop| emergencies::follow_incidents(own, health, stop));
    let (tasks, health, name) = spawn("devices");
    let own = feed.clone();
    tasks.spawn(TaskKind::Worker, name, |stop| emergencies::follow_devices(own, health, stop));
    let (tasks, health, name) = spawn("meals");
    let own = feed.clone();
    tasks.spawn(TaskKind::Worker, name, |stop| meals::follow_meals(own, health, stop));
    let (tasks, health, name) = spawn("diners");
    let own = feed.clone();
    tasks.spawn(TaskKind::Worker, name, |stop| meals::follow_diners(own, health, stop));
    let (tasks, health, name) = spawn("dead letters");
    let own = feed.clone();
    tasks.spawn(TaskKind::Worker, name, |stop| dead_letters::follow(own, health, stop));
}

impl Feed {
    /// Follows a stream, waiting for the service that makes it.
    async fn open(&self, kind: StreamKind, start: StartFrom, health: &Part) -> Follower {
        loop {
            match self.bus.follow(kind.name(&self.district), &[], start).await {
                Ok(follower) => return follower.and_again(&self.dead),
                Err(error @ StreamError::Missing { .. }) => {
                    match kind {
                        // A district without call buttons or kitchens has an edge no less; that they are away is on
                        // the screen.
                        StreamKind::Alarms | StreamKind::Devices | StreamKind::Meals | StreamKind::Diners => {
                            health.ready();
                        }
                        _ => health.not_ready(error.to_string()),
                    }
                    // Orders are worth watching without the people; without orders there is nothing to watch.
                    match kind {
                        StreamKind::Profiles => self.live.caught_up(Source::Profiles),
                        StreamKind::Presence => self.live.caught_up(Source::Presence),
                        _ => {}
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "cannot follow a stream yet; trying again");
                    health.not_ready(error.to_string());
                }
            }
            tokio::time::sleep(PATIENCE).await;
        }
    }

    /// Dead letters of the edge itself.
    pub fn letters(bus: &Bus, district: &DistrictId, context: &Context) -> DeadLetters {
        DeadLetters::new(
            bus,
            Service::CommandCenter,
            district.clone(),
            context.clock.clone(),
            context.entropy.clone(),
        )
    }
}

/// The next thing, or `None` when it is time to stop.
async fn next(follower: &mut Follower, stop: &CancellationToken) -> Option<Followed> {
    tokio::select! {
        () = stop.cancelled() => None,
        followed = follower.next() => Some(followed),
    }
}

/// Opening, but no longer than until it is time to stop.
async fn unless_stopped<T>(work: impl Future<Output = T>, stop: &CancellationToken) -> Option<T> {
    tokio::select! {
        () = stop.cancelled() => None,
        done = work => Some(done),
    }
}
