//! Joins the parts: books, rules, stream, tasks.

use std::{sync::Arc, time::Duration};

use bus::{Bus, Endpoint, Lease, LeaseConfig, StreamError, StreamSpec, SubscribeError, patiently};
use runtime::{Context, NatsConfig, TaskKind};
use schemas::subject::{self, Service, StreamKind};
use tokio::sync::Notify;

use crate::{
    config::Config,
    desk,
    midnight::Midnight,
    orders::Orders,
    organisations::Organisations,
    people,
    policy::LoadError,
    publish::Publisher,
    questions,
    rulebook::Rulebook,
    store::{Store, StoreError},
};

/// Replicas share the work on commands and questions.
pub(crate) const GROUP: &str = "accounts";

/// Why the service does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The books do not open.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The policy or the catalogue cannot be used.
    #[error(transparent)]
    Policy(#[from] LoadError),
    /// The people to be brought along.
    #[error(transparent)]
    People(#[from] people::PeopleError),
    /// The stream cannot be made as declared, or the server does not answer.
    #[error(transparent)]
    Stream(#[from] StreamError),
    /// A subject cannot be listened on.
    #[error(transparent)]
    Subscribe(#[from] SubscribeError),
}

/// Opens the books, and starts to answer, to follow orders, to close months and to publish.
///
/// # Errors
/// [`StartError`] for what trying again cannot mend.
pub async fn start(config: &Config, nats: &NatsConfig, bus: &Bus, ctx: &Context) -> Result<(), StartError> {
    let district = &config.district;
    let rules = Arc::new(Rulebook::load(config)?);
    tracing::info!(city = rules.pack.city, "policy in use");
    let store = Store::open(&config.place(), district).await?;
    if let Some(file) = &config.people {
        let brought = people::bring(&store, &rules, file, ctx.clock.now()).await?;
        tracing::info!(brought, file = %file.display(), "people brought along");
    }
    let health = ctx.health.part("accounts");
    let streams = [StreamSpec::of(StreamKind::Funding, district, nats.replicas)];
    patiently(&health, || bus.reconcile(&streams)).await?;

    let changed = Arc::new(Notify::new());
    let (desk, clerk) = desk::open(&store, &rules, ctx.clock.clone(), Arc::clone(&changed));
    let serve = |subject: String| bus.serve(Endpoint::new(subject).group(GROUP));
    let commands = serve(subject::command(district, Service::Accounts)).await?;
    let questions = questions::serve(bus, district, &desk).await?;
    let holder = format!("accounts-{}", ctx.entropy.text_id());
    let terms = LeaseConfig { ttl: Duration::from_millis(config.lease_ttl_ms), replicas: nats.replicas };
    let name = format!("accounts.{district}");
    let lease = patiently(&health, || Lease::new(bus, &name, &holder, terms, &ctx.entropy)).await?;
    let state = lease.state();
    let publisher = Publisher {
        store: store.clone(),
        bus: bus.clone(),
        changed,
        health,
        metrics: desk.metrics().clone(),
    };
    let orders = Orders {
        desk: desk.clone(),
        bus: bus.clone(),
        district: district.clone(),
        health: ctx.health.part("accounts orders"),
        metrics: desk.metrics().clone(),
    };
    let organisations = Organisations {
        rules,
        bus: bus.clone(),
        district: district.clone(),
        health: ctx.health.part("accounts organisations"),
    };
    let midnight = Midnight { store, desk: desk.clone(), clock: ctx.clock.clone() };

    let tasks = &ctx.tasks;
    tasks.spawn(TaskKind::Intake, "accounts commands", |stop| {
        commands.run(stop, move |call| {
            let desk = desk.clone();
            async move { desk.command(call.body).await }
        })
    });
    for (name, question) in questions {
        tasks.spawn(TaskKind::Intake, name, question);
    }
    tasks.spawn(TaskKind::Worker, "accounts organisations", |stop| organisations.run(stop));
    let (at_midnight, at_publisher) = (state.clone(), state.clone());
    tasks.spawn(TaskKind::Worker, "accounts orders", |stop| orders.run(state, stop));
    tasks.spawn(TaskKind::Worker, "accounts midnight", |stop| midnight.run(at_midnight, stop));
    tasks.spawn(TaskKind::Worker, "accounts publisher", |stop| publisher.run(at_publisher, stop));
    tasks.spawn(TaskKind::Writer, "accounts books", |stop| clerk.run(stop));
    tasks.spawn(TaskKind::Writer, "accounts lease", |stop| lease.run(stop));
    Ok(())
}
