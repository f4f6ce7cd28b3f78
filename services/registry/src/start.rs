//! Joins the parts: database, vault, stream, tasks.

use std::{sync::Arc, time::Duration};

use bus::{Bus, Endpoint, Lease, LeaseConfig, StreamError, StreamSpec, SubscribeError};
use runtime::{Context, NatsConfig, TaskKind};
use schemas::subject::{self, Service, StreamKind};
use tokio::sync::Notify;

use crate::{
    answer::Desk,
    config::Config,
    find::Index,
    import::{self, ImportError},
    metrics::Metrics,
    publish::Publisher,
    store::{Store, StoreError, make_folder},
    vault::Vault,
};

/// Replicas share the work on commands and questions.
const GROUP: &str = "registry";

/// How often the index of names is looked after.
const TIDY_EVERY: Duration = Duration::from_mins(5);

/// Why the service does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database or the vault does not open.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The stream cannot be made as declared, or the server does not answer.
    #[error(transparent)]
    Stream(#[from] StreamError),
    /// A subject cannot be listened on.
    #[error(transparent)]
    Subscribe(#[from] SubscribeError),
    /// The configured day file cannot be imported.
    #[error(transparent)]
    Import(#[from] ImportError),
}

/// Opens the database, imports the configured day file, and starts to answer and to publish.
///
/// # Errors
/// [`StartError`] for what trying again cannot mend.
pub async fn start(config: &Config, nats: &NatsConfig, bus: &Bus, ctx: &Context) -> Result<(), StartError> {
    let district = &config.district;
    let health = ctx.health.part("registry");
    let store = open(config, ctx).await?;
    store.forget_readings(config.audit_days, ctx.clock.now()).await.map_err(StoreError::from)?;
    if let Some(day) = &config.day {
        let report = import::day(&store, day, ctx.clock.now()).await?;
        tracing::info!(day = %day.display(), changed = report.changed, refused = report.refused.len(), "imported");
        for row in &report.refused {
            tracing::warn!(%row, "not imported");
        }
    }
    bus.reconcile(&[StreamSpec::of(StreamKind::Profiles, district, nats.replicas)]).await?;

    let changed = Arc::new(Notify::new());
    let metrics = Metrics::default();
    let desk = Desk {
        store: store.clone(),
        clock: ctx.clock.clone(),
        changed: Arc::clone(&changed),
        index: Index::default(),
        metrics: metrics.clone(),
    };
    let commands = Endpoint::new(subject::command(district, Service::Registry)).group(GROUP);
    let commands = bus.serve(commands).await?;
    let names =
        bus.serve(Endpoint::new(subject::ask(district, Service::Registry, "names")).group(GROUP)).await?;
    let search =
        bus.serve(Endpoint::new(subject::ask(district, Service::Registry, "find")).group(GROUP)).await?;
    let contacts =
        bus.serve(Endpoint::new(subject::ask(district, Service::Registry, "contacts")).group(GROUP)).await?;
    let holder = format!("registry-{}", ctx.entropy.text_id());
    let terms = LeaseConfig { ttl: Duration::from_millis(config.lease_ttl_ms), replicas: nats.replicas };
    let lease = Lease::new(bus, &format!("registry.{district}"), &holder, terms, &ctx.entropy).await?;
    let state = lease.state();
    let publisher = Publisher { store, bus: bus.clone(), changed, health, metrics };

    let tasks = &ctx.tasks;
    let (reader, searcher, caller) = (desk.clone(), desk.clone(), desk.clone());
    tasks.spawn(TaskKind::Intake, "registry commands", |stop| {
        commands.run(stop, move |call| {
            let desk = desk.clone();
            async move { desk.command(call.body).await }
        })
    });
    tasks.spawn(TaskKind::Intake, "registry names", |stop| {
        names.run(stop, move |call| {
            let desk = reader.clone();
            async move { desk.names(call.body).await }
        })
    });
    tasks.spawn(TaskKind::Intake, "registry contacts", |stop| {
        contacts.run(stop, move |call| {
            let desk = caller.clone();
            async move { desk.contacts(call.body).await }
        })
    });
    let (index, clock) = (searcher.index.clone(), ctx.clock.clone());
    tasks.spawn(TaskKind::Worker, "registry index", |stop| async move {
        while tokio::time::timeout(TIDY_EVERY, stop.cancelled()).await.is_err() {
            index.tidy(clock.now()).await;
        }
        Ok(())
    });
    tasks.spawn(TaskKind::Intake, "registry search", |stop| {
        search.run(stop, move |call| {
            let desk = searcher.clone();
            async move { desk.find(call.body).await }
        })
    });
    tasks.spawn(TaskKind::Worker, "registry publisher", |stop| publisher.run(state, stop));
    tasks.spawn(TaskKind::Writer, "registry lease", |stop| lease.run(stop));
    Ok(())
}

/// Opens the database with its vault.
///
/// # Errors
/// [`StoreError`].
pub async fn open(config: &Config, ctx: &Context) -> Result<Store, StoreError> {
    make_folder(&config.state)?;
    let vault = Vault::open(&config.key_path(), &ctx.entropy)?;
    Store::open(&config.state, &config.district, vault).await
}
